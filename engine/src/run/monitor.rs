//! Watching a run: progress out, cancel in. These are the types that the window and the command line share.

use super::estimate::Estimate;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
