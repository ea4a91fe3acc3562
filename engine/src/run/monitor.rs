//! Watching a run: progress out, cancel in. These are the types that the window and the command line share.

use super::estimate::Estimate;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How far a run is; one JSON line with `--progress json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// `progress`, so that lines of other kinds can follow.
    pub event: String,
    /// `types`, `estimate`, `facts`, `rows` or `verify`.
    pub phase: String,
    /// Rows read so far.
    pub rows: u64,
    /// Rows in the source, when they were counted.
    pub total_rows: Option<u64>,
    /// Bytes read so far, in the phase `types`.
    pub bytes: u64,
    /// Bytes in the source.
    pub total_bytes: u64,
    /// The share done of this phase, 0 to 1.
    pub share: Option<f64>,
    /// Rows a second, over the phase.
    pub rows_per_second: f64,
    /// Seconds since the run began.
    pub seconds: f64,
    /// What the run will probably take, in the phase `estimate`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub estimate: Option<Estimate>,
}

type Report = dyn Fn(&Progress) + Send + Sync;

/// The two ends of watching: a callback for progress and a flag to cancel.
#[derive(Clone)]
pub struct Monitor {
    cancel: Arc<AtomicBool>,
    report: Arc<Report>,
}

impl Monitor {
    /// A monitor that tells nobody and is never cancelled.
    pub fn silent() -> Self {
        Self::new(Arc::default(), |_| {})
    }

    /// A monitor with a flag that cancels and a callback that is told about progress.
    pub fn new(cancel: Arc<AtomicBool>, report: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        Self { cancel, report: Arc::new(report) }
    }

    /// The flag that cancels.
    pub fn flag(&self) -> Arc<AtomicBool> {
        self.cancel.clone()
    }

    /// Whether the run was cancelled.
    pub fn cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    pub(crate) fn report(&self, progress: &Progress) {
        (self.report)(progress);
    }
}

/// Does some work while a thread of its own does something else every so often, and once more when the work has ended, however it ends.
pub(super) fn beside<T>(name: &str, pause: Duration, again: impl Fn() + Send + Sync, work: impl FnOnce() -> T) -> T {
    struct Done<'a>(&'a AtomicBool);
    impl Drop for Done<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Release);
        }
    }
    let flag = AtomicBool::new(false);
    let turns = || {
        while !flag.load(Ordering::Acquire) {
            std::thread::park_timeout(pause);
            again();
        }
    };
    std::thread::scope(|scope| {
        let done = Done(&flag);
        let spawned = std::thread::Builder::new().name(name.into()).spawn_scoped(scope, turns);
        let outcome = work();
        drop(done);
        if let Ok(handle) = spawned {
            handle.thread().unpark();
        }
        outcome
    })
}
