//! The receipt of a run: what came in, what each step did, what went out. Its JSON form is stable and carries a version.

use super::estimate::Estimate;
use crate::sink::WrittenFile;
use crate::source::{LineCount, Reject, RejectCount, StoredColumn};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The version of the receipt's format.
pub const RECEIPT_VERSION: u32 = 1;

/// What a run did.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The version of this format.
    pub format_version: u32,
    /// `success`, `broken rule`, `failed` or `cancelled`.
    pub status: String,
    /// The error of a run that did not succeed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// Name and version of the program.
    pub program: String,
    /// The hash of the steps that ran.
    pub recipe_hash: String,
    /// When the run began, and the instant that TODAY and NOW yielded.
    pub started_at: String,
    /// The frozen clock of the run.
    pub now: String,
    /// The time zone of dates that name none.
    pub time_zone: String,
    /// The seed of everything random.
    pub seed: u64,
    /// Every file read.
    pub inputs: Vec<InputFact>,
    /// Records that did not fit and were set aside.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub set_aside: Option<SetAsideFact>,
    /// Rows read from the main dataset, as the plan saw them.
    pub rows_in: u64,
    /// Every step.
    pub steps: Vec<StepFact>,
    /// Every file written.
    pub outputs: Vec<OutputFact>,
    /// Rows written.
    pub rows_out: u64,
    /// The columns written.
    pub columns: Vec<StoredColumn>,
    /// Whether all counts agree: records and rows read, rows in and out of every step, rows counted and rows found in the files.
    pub balanced: bool,
    /// What a person should know.
    pub notes: Vec<String>,
    /// How long the run took.
    pub seconds: f64,
    /// The part of it in which the sources were opened, and text was typed or held against its stored types.
    #[serde(default)]
    pub opening_seconds: f64,
    /// The most memory the process held, in bytes.
    pub peak_memory_bytes: Option<u64>,
    /// The most of it that lay in no file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub anonymous_memory_bytes: Option<u64>,
    /// What was expected of it before it began; none for small inputs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub estimate: Option<Estimate>,
    /// How much memory it was allowed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub memory_budget_bytes: Option<u64>,
    /// Bytes of rows that did not fit and were written to files while the run worked on them.
    #[serde(default)]
    pub spilled_bytes: u64,
}

/// A file that was read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InputFact {
    /// The dataset it belongs to.
    pub dataset: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// When it was last changed.
    pub modified: String,
    /// The SHA-256 of its bytes, as they lie on disk; none when nobody wanted it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sha256: Option<String>,
    /// Records in the whole dataset, counted independently of the plan, without those set aside.
    pub dataset_records: Option<u64>,
    /// Records of the whole dataset that were set aside.
    #[serde(default)]
    pub dataset_set_aside: u64,
    /// Where the lines of the whole dataset went.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub dataset_lines: Option<LineCount>,
}

/// Records that were set aside.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetAsideFact {
    /// How many, of all datasets.
    pub records: u64,
    /// The file that holds them; none when the output has no place beside it and none was named.
    pub path: Option<PathBuf>,
    /// How many for each reason.
    pub reasons: Vec<RejectCount>,
    /// The first ones.
    pub first: Vec<Reject>,
}

/// What a step did.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepFact {
    /// Its number, counted from 1.
    pub step: usize,
    /// Its operation.
    pub operation: String,
    /// The step in plain words.
    pub sentence: String,
    /// Whether it was switched on.
    pub enabled: bool,
    /// Rows before it.
    pub rows_in: u64,
    /// Rows after it.
    pub rows_out: u64,
    /// Cells that did not fit and became missing, for steps that change types.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub failed: Option<u64>,
}

/// A file that was written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutputFact {
    /// Where it is.
    pub path: PathBuf,
    /// Rows found in it when it was opened again.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of its bytes; none when nobody wanted it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sha256: Option<String>,
}

impl From<&WrittenFile> for OutputFact {
    fn from(file: &WrittenFile) -> Self {
        Self { path: file.path.clone(), rows: file.rows, bytes: file.bytes, sha256: file.sha256.clone() }
    }
}
