//! The engine of Brewhouse: recipes, operations, plans and runs, without a window and without a console.
//!
//! # The flow
//!
//! A recipe file is read into [`recipe::Step`]s: an operation name and a map of text to text, nothing checked. [`op::bind`] finds the
//! operation in the table and checks the arguments. [`plan::compile`] applies each step to an empty table (which yields its problems and
//! its columns) and to the lazy frame of the source. [`run::execute`] streams that frame into a file beside the target, balances the
//! ledger, opens the file again with another reader, and only then renames it into place. [`run::preview`] and [`stage`] use the same plan
//! and engine for what is looked at.
//!
//! # The tables
//!
//! Operations ([`op::all`]), tests of conditions ([`op::condition::TESTS`]), formats read ([`source::FORMATS`]) and written
//! ([`sink::FORMATS`]) are `static` tables of plain literals. Forms, menus, checks, the reference, JSON Schema and most tests are walks
//! over them. To add an operation, write one literal in the file of its family; the examples in it are its tests.
//!
//! # The layers, and what each must not know
//!
//! | module | is | must not know |
//! |---|---|---|
//! | [`error`] | the one error type | anything else |
//! | [`recipe`] | steps as files hold them; serialization stops here | operations, data |
//! | [`types`], [`values`] | words for types, cells as text | operations |
//! | `named` | columns by their names as they are, whatever Polars reads in them | operations |
//! | [`op`] | the table of operations | files; it never collects |
//! | [`plan`] | lazy frame and columns after every step | files; facts come from the caller |
//! | [`source`], [`sink`] | formats in and out | operations, recipes |
//! | [`run`] | the only place that runs data: progress, cancelling, ledger, receipt | windows, consoles |
//! | [`profile`] | the table of statistics, the figures of tables and columns, the report | windows, consoles |
//! | [`facet`] | filters, linked plots, view sorts and finding over all rows | windows |
//! | [`stage`] | pages, views, figures, drafts and differences for a window | widgets |
//! | [`project`] | dataset, recipe and outputs in one file | runs |
//!
//! The engine never prints, never reads the environment (clock, zone, seed and secrets are passed in) and names no window crate. A test
//! reads the `use` lines and proves it.
//!
//! # Decisions that cut across
//!
//! - **Facts, not broadcasts.** What needs all rows (a mean, the values to pivot on) is computed first and enters the plan as a literal;
//!   then the step itself streams. A median of many rows, also one that an expression names, is found in several passes over them
//!   ([`op::facts`]), so that no column is held; so are the most frequent value and the count of different ones, where these are many.
//! - **What needs all rows** stands in a plan as the engine's own node, so that previews and what is pushed below it stay the engine's.
//!   When a job is run, [`run::held`] puts sorts, and joins with tables of different keys, in quicker ways, or [`run::spill`] works on
//!   them in files.
//! - **Conditions** are applied once for all operations: as a mask, as part of the step, or refused. A missing cell satisfies the negated
//!   tests. They hold together; one that says OR begins another alternative.
//! - **A map** is a list of pairs, structures of `key` and `value`: so Parquet and Arrow lay it out, and so JSON Lines can hold it.
//! - **DataBrew is told** by [`op::export`] what it has not, in its own words where that is the same; what it cannot do is passed on as it
//!   is and named, so that it refuses the recipe rather than do something else.
//! - **Nothing of a recipe is passed over**: a name that is not known is a problem with the nearest known ones, and it is written back.
//! - **A cell that does not fit** a new type becomes missing and is counted, in the draft and in the receipt.
//! - **New columns** stand right after the last column that the step reads. A name that is taken is refused, never overwritten.
//! - **Groups** come in the order of their keys, so that a run writes the same bytes each time.
//! - **Zero** is one value, though floating numbers have two: groups, pivots, joins, distinct rows and most frequent values do not tell
//!   them apart, and a key that is shown has no sign.
//! - **Random values** follow from a seed, the column's name and the row's place: a preview shows what a run writes, and batches do not
//!   matter. Encryption takes its nonce from the text itself, so that no two texts share one.
//! - **Day and month** are told apart on the whole column.
//! - **A budget of memory**: a run begins in memory. When it takes more than its share it is begun anew, and what needs all rows (sort,
//!   distinct, group, join) is worked on in sorted runs and hashed parts on disk, with the same values in the same order. Polars' own
//!   out-of-core mode was not used: its sort, its keys and its states of groups stay in memory.
//! - **Nothing is lost**: records that do not fit are set aside with line, reason and bytes, and every physical line is accounted for. A
//!   file that the engine's reader would misread (its encoding, its quotes, a workbook) is copied straight first, and the copy is read.

mod bridge;
mod deep;
mod digest;
pub mod error;
pub mod facet;
mod named;
pub mod op;
mod orc;
pub mod plan;
pub mod profile;
pub mod project;
pub mod recipe;
pub mod run;
pub mod sink;
pub mod source;
pub mod stage;
pub mod types;
pub mod values;

pub use error::{Error, ErrorKind, Problem, Result};
