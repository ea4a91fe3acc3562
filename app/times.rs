//! How long the window takes: when the first frame and the first rows were on screen, and what a frame costs.
//!
//! With `BREWHOUSE_TIMES` set in the environment the window tells it on standard error; benchmarks measure with the same clock.

use std::time::{Duration, Instant};

/// A frame that holds the window's thread for longer is counted as one that blocks.
const BLOCKING: Duration = Duration::from_millis(50);

/// Time that this thread has spent on a processor.
#[cfg(unix)]
pub fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), nanos)
}

/// Where no clock of the thread is there, the wall's clock stands in.
#[cfg(not(unix))]
pub fn thread_time() -> Duration {
    use std::sync::OnceLock;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// What was measured since the process started.
pub struct Times {
    start: Instant,
    first_frame: Option<Duration>,
    first_rows: Option<Duration>,
    exact_rows: Option<Duration>,
    /// Thread time of each frame's `logic` and `ui`.
    frames: Vec<Duration>,
    logic: Duration,
    blocking: usize,
    shown: Shown,
}

/// What a frame had on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// No cells.
    Nothing,
    /// Cells of the first rows.
    Rows,
    /// Cells of a table that rests on all rows.
    AllRows,
}

impl Times {
    /// Begins to measure, when it was asked for in the environment.
    pub fn asked(start: Instant) -> Option<Self> {
        std::env::var_os("BREWHOUSE_TIMES")?;
        Some(Self {
            start,
            first_frame: None,
            first_rows: None,
            exact_rows: None,
            frames: Vec::new(),
            logic: Duration::ZERO,
            blocking: 0,
            shown: Shown::Nothing,
        })
    }

    /// A new frame begins: the one before is on screen.
    pub fn logic(&mut self, spent: Duration) {
        self.logic = spent;
        let now = self.start.elapsed();
        if self.frames.len() == 1 {
            self.first_frame = Some(now);
            crate::cli::tell(&format!("first frame after {:.3} s", now.as_secs_f64()));
        }
        if self.shown >= Shown::Rows && self.first_rows.is_none() {
            self.first_rows = Some(now);
            crate::cli::tell(&format!("first rows after {:.3} s", now.as_secs_f64()));
        }
        if self.shown == Shown::AllRows && self.exact_rows.is_none() {
            self.exact_rows = Some(now);
            crate::cli::tell(&format!("all rows after {:.3} s", now.as_secs_f64()));
        }
    }

    /// A frame was drawn.
    pub fn ui(&mut self, spent: Duration, wall: Duration, shown: Shown) {
        self.frames.push(self.logic + spent);
        self.blocking += usize::from(wall > BLOCKING);
        self.shown = shown;
    }

    /// Whether something was drawn whose time on screen is not told yet.
    pub fn waits(&self) -> bool {
        self.first_frame.is_none()
            || (self.shown >= Shown::Rows && self.first_rows.is_none())
            || (self.shown == Shown::AllRows && self.exact_rows.is_none())
    }
}

impl Drop for Times {
    fn drop(&mut self) {
        self.frames.sort_unstable();
        let at = |share: usize| self.frames.get(self.frames.len().saturating_sub(1) * share / 100).copied();
        let millis = |share: usize| at(share).unwrap_or_default().as_secs_f64() * 1000.0;
        crate::cli::tell(&format!(
            "{} frames, logic and ui: median {:.2} ms, 99 % {:.2} ms, longest {:.2} ms; {} held the window for over 50 ms",
            self.frames.len(),
            millis(50),
            millis(99),
            millis(100),
            self.blocking
        ));
    }
}
