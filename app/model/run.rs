//! A run: what was asked, how far it is, and how it ended.

use serde_json::Value;
use std::path::PathBuf;

/// How far a run is.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Rows done.
    pub rows: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Share done, from 0 to 1, when it can be told.
    pub share: Option<f32>,
    /// Rows in a second.
    pub rate: f64,
    /// Seconds since the start.
    pub seconds: f64,
    /// What it will probably take, in words; none for what is small.
    pub expected: Option<String>,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Whether all went well.
    pub ok: bool,
    /// Whether it was stopped on request.
    pub cancelled: bool,
    /// What went wrong.
    pub message: String,
    /// The receipt that the run wrote.
    pub receipt: Option<Value>,
    /// What was written to.
    pub output: PathBuf,
}

impl Ended {
    /// Whether the output stands, be it that records were set aside.
    pub fn is_written(&self) -> bool {
        let status = self.receipt.as_ref().and_then(|receipt| receipt.get("status")?.as_str());
        self.ok || (!self.cancelled && status == Some("success"))
    }
}

/// The run of this window.
#[derive(Clone, Debug, Default)]
pub enum Run {
    /// None yet.
    #[default]
    Idle,
    /// Under way.
    Active(Progress),
    /// Stopping was asked for.
    Stopping(Progress),
    /// Over.
    Over(Ended),
}

impl Run {
    /// Whether a run is under way.
    pub fn is_active(&self) -> bool {
        matches!(self, Self::Active(_) | Self::Stopping(_))
    }
}
