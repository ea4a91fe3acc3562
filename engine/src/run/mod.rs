//! The one place that runs data: collecting pages and previews, and streaming whole jobs into files.
//!
//! Owns progress, cancelling, the row ledger, the receipt and the placing of errors at steps.

mod aside;
mod attempt;
mod collect;
mod distinct;
mod estimate;
mod execute;
pub mod held;
mod inspect;
mod job;
mod ledger;
mod lookup;
mod memory;
mod monitor;
mod order;
mod preview;
mod receipt;
mod slots;
pub mod spill;
mod unseen;
mod verify;
mod walk;

pub use collect::{LiveFacts, ShapeFacts, collect};
pub(crate) use collect::{collect_all, unless_cancelled, write_side_file};
pub use estimate::{Estimate, WORTH, foretell};
pub use execute::{Failure, Prepared, execute, prepare};
pub use inspect::{ColumnInspection, Inspection, WordCount, inspect};
pub use job::{Job, Rejects, fill_path, fill_source, fill_steps, parse_rows};
pub use ledger::peak_memory;
pub use memory::{LEAST, Memory, free, parse_bytes};
pub use monitor::{Monitor, Progress};
pub use preview::{Checked, Preview, StepSchema, check, preview};
pub use receipt::{InputFact, OutputFact, RECEIPT_VERSION, Receipt, SetAsideFact, StepFact};
pub use verify::{FileState, Verified, VerifiedFile, verify};
