//! What was asked for last, so that nothing is asked for twice.

use crate::model::sheet::{BlockAt, Only};
use crate::model::{Place, Project};
use brewhouse_engine::recipe::Step;
use std::sync::Arc;

/// The newest requests.
#[derive(Default)]
pub struct Desk {
    /// Project, depth and epoch of the sheet.
    pub sheet: Option<(Arc<Project>, usize, u64)>,
    /// The draft: project, step, place, rows shown, epoch.
    pub draft: Option<(Arc<Project>, Step, Place, Only, u64)>,
    /// The join whose matches are counted: project, dataset and keys, place, epoch.
    pub matches: Option<(Arc<Project>, [Option<String>; 2], usize, u64)>,
    /// Sheet key and blocks.
    pub cells: (u64, Vec<BlockAt>),
    /// Sheet key and columns.
    pub facts: (u64, Vec<String>),
    /// Grows whenever files are to be read again.
    pub epoch: u64,
    /// The project that the journal holds.
    pub journal: Option<Arc<Project>>,
}
