//! How much memory a run may take, and a watch that stops it before it takes more.

use super::monitor::{Monitor, beside};
use crate::error::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How often the watch looks.
const TICK: Duration = Duration::from_millis(10);
/// How long it may take until the memory of a stopped attempt is back with the system.
const PATIENCE: Duration = Duration::from_secs(3);
/// The least budget: what a run takes that holds nothing but what it reads and writes just now.
pub const LEAST: u64 = 400 << 20;

/// How much memory a run may take, and where it works on what does not fit.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Bytes; a share of what is free when the run begins, when nobody says.
    pub budget: Option<u64>,
    /// The folder for rows that do not fit; that of the first output when nobody says.
    pub folder: Option<PathBuf>,
    /// Work in files from the beginning, with so many bytes of rows at a time.
    pub piece: Option<u64>,
}

impl Memory {
    /// The budget in bytes; none where the system does not tell what is free.
    pub fn bytes(&self) -> Option<u64> {
        self.budget.or_else(|| free().map(|free| (free / 10 * 7).max(LEAST)))
    }
}

/// Reads a size: `2GB`, `1.5 GiB`, `800M`, or bytes.
pub fn parse_bytes(text: &str) -> Result<u64> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim_end();
    let unit = text[digits.len()..].trim().to_ascii_lowercase();
    let factor = match unit.as_str() {
        "" | "b" => Some(1.0),
        "k" | "kb" => Some(1e3),
        "m" | "mb" => Some(1e6),
        "g" | "gb" => Some(1e9),
        "t" | "tb" => Some(1e12),
        "kib" => Some(1024.0),
        "mib" => Some(1_048_576.0),
        "gib" => Some(1_073_741_824.0),
        "tib" => Some(1_099_511_627_776.0),
        _ => None,
    };
    let number = digits.parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
    let (Some(number), Some(factor)) = (number, factor) else {
        return Err(Error::new(ErrorKind::Parameter, format!("“{text}” is not a size")).advise("write 2GB or 800MB"));
    };
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive size; a fraction of a byte does not matter"
    )]
    Ok((number * factor) as u64)
}

/// The bytes that are free: of the machine, and of every group of processes that this one belongs to.
pub fn free() -> Option<u64> {
    let machine = field("/proc/meminfo", "MemAvailable:")?;
    let told = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let own = told.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default();
    let groups = Path::new("/sys/fs/cgroup").join(own);
    let groups = groups.ancestors().take_while(|folder| folder.starts_with("/sys/fs/cgroup"));
    Some(groups.filter_map(free_of_group).fold(machine, u64::min))
}

/// What a group may still take; pages of files that were not used lately are given up for it.
fn free_of_group(folder: &Path) -> Option<u64> {
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let most: u64 = text("memory.max")?.trim().parse().ok()?;
    let taken: u64 = text("memory.current")?.trim().parse().ok()?;
    let told = text("memory.stat").unwrap_or_default();
    let idle = told.lines().find_map(|line| line.strip_prefix("inactive_file ")?.parse().ok()).unwrap_or(0);
    Some(most.saturating_sub(taken.saturating_sub(idle)))
}

/// The bytes of this process that lie in no file.
pub(super) fn anonymous() -> Option<u64> {
    field("/proc/self/status", "RssAnon:")
}

fn field(path: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// Watches over a run.
pub(super) struct Guard {
    /// Raised when the run is to stop: cancelled, or over what it may take.
    pub(super) stop: Arc<AtomicBool>,
    /// Raised when its source is to stop: what comes after it will need more than there is.
    pub(super) enough: Arc<AtomicBool>,
    over: AtomicBool,
    /// What may be held while the source is read, and at all.
    reading: AtomicU64,
    limit: u64,
    /// The most that was seen.
    peak: AtomicU64,
}

impl Guard {
    /// A watch that stops the reading of the source at so many bytes, and the run at so many.
    pub(super) fn new(reading: u64, limit: u64) -> Self {
        let reading = AtomicU64::new(reading.min(limit));
        let (stop, enough) = (Arc::default(), Arc::default());
        Self { stop, enough, over: AtomicBool::new(false), reading, limit, peak: AtomicU64::new(0) }
    }

    /// Whether the run took more than it may.
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// Whether its source was told to stop, if there were rows still to be read.
    pub(super) fn is_enough(&self) -> bool {
        self.enough.load(Ordering::Acquire)
    }

    /// The most memory that was seen, in bytes that lie in no file.
    pub(super) fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }

    /// Lets the source be read up to another limit than that of a plan in which rows wait.
    pub(super) fn read_up_to(&self, limit: u64) {
        self.reading.store(limit.min(self.limit), Ordering::Release);
        self.enough.store(self.stop.load(Ordering::Acquire), Ordering::Release);
    }

    /// Does something, and has it stop when it is cancelled or takes more than it may.
    pub(super) fn during<T>(&self, monitor: &Monitor, work: impl FnOnce() -> T) -> T {
        self.look(monitor);
        beside("memory", TICK, || self.look(monitor), work)
    }

    fn look(&self, monitor: &Monitor) {
        if let Some(held) = anonymous() {
            self.peak.fetch_max(held, Ordering::Relaxed);
            if held > self.reading.load(Ordering::Acquire) {
                self.enough.store(true, Ordering::Release);
            }
            if held > self.limit {
                self.over.store(true, Ordering::Release);
            }
        }
        if self.is_over() || monitor.cancelled() {
            self.stop.store(true, Ordering::Release);
            self.enough.store(true, Ordering::Release);
        }
    }
}

/// Waits until the memory that a stopped attempt took is back with the system, as far as it comes back.
pub(super) fn let_go(before: Option<u64>, monitor: &Monitor) {
    let began = Instant::now();
    let Some(before) = before else { return };
    let is_held = || anonymous().is_some_and(|held| held > before + before / 4 + (32 << 20));
    while is_held() && began.elapsed() < PATIENCE && !monitor.cancelled() {
        std::thread::sleep(TICK);
    }
}
