//! How much memory a run may take, and a watch that stops it before it takes more.

use super::monitor::Monitor;
use crate::error::{Error, ErrorKind, Result};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// How often the watch looks.
const TICK: Duration = Duration::from_millis(10);
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

/// The bytes that are free: of the machine, and of the group of processes that this one belongs to.
pub fn free() -> Option<u64> {
    let machine = field("/proc/meminfo", "MemAvailable:")?;
    let number = |path: &str| std::fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let group = number("/sys/fs/cgroup/memory.max")
        .and_then(|most| Some(most.saturating_sub(number("/sys/fs/cgroup/memory.current")?)));
    Some(group.map_or(machine, |group| group.min(machine)))
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
    /// Raised when the run is to stop: cancelled, or over its limit.
    pub(super) stop: Arc<AtomicBool>,
    over: AtomicBool,
    /// The most that was seen.
    peak: AtomicU64,
}

impl Guard {
    pub(super) fn new() -> Self {
        Self { stop: Arc::default(), over: AtomicBool::new(false), peak: AtomicU64::new(0) }
    }

    /// Whether the limit was passed.
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// The most memory that was seen, in bytes that lie in no file.
    pub(super) fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }

    /// Does something, and has it stop when it is cancelled or takes more than a limit.
    pub(super) fn during<T>(&self, monitor: &Monitor, limit: u64, work: impl FnOnce() -> T) -> T {
        let done = AtomicBool::new(false);
        self.look(monitor, limit);
        std::thread::scope(|scope| {
            let watcher = std::thread::Builder::new().name("memory".into());
            let spawned = watcher.spawn_scoped(scope, || {
                while !done.load(Ordering::Acquire) {
                    self.look(monitor, limit);
                    std::thread::park_timeout(TICK);
                }
            });
            let outcome = work();
            done.store(true, Ordering::Release);
            if let Ok(handle) = spawned {
                handle.thread().unpark();
            }
            outcome
        })
    }

    fn look(&self, monitor: &Monitor, limit: u64) {
        if let Some(held) = anonymous() {
            self.peak.fetch_max(held, Ordering::Relaxed);
            if held > limit {
                self.over.store(true, Ordering::Release);
            }
        }
        if self.is_over() || monitor.cancelled() {
            self.stop.store(true, Ordering::Release);
        }
    }
}
