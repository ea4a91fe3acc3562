//! What was asked for last, so that nothing is asked for twice.

use crate::model::sheet::{Only, Wanted};
use crate::model::{Lens, Place, Project};
use brewhouse_engine::facet::Search;
use brewhouse_engine::recipe::Step;
use std::sync::Arc;

/// The newest requests.
#[derive(Default)]
pub struct Desk {
    /// Project, depth and epoch of the sheet.
    pub sheet: Option<(Arc<Project>, usize, u64)>,
    /// The draft.
    pub draft: Option<AskedDraft>,
    /// The join whose matches are counted.
    pub matches: Option<AskedMatches>,
    /// The difference between two points.
    pub compare: Option<AskedDifference>,
    /// Sheet key and cells.
    pub cells: (u64, Wanted),
    /// Sheet key and columns.
    pub facts: (u64, Vec<String>),
    /// The part of the table that is shown: the table's key and the lens.
    pub look: Option<(u64, Lens)>,
    /// The key of the bars of the rows that pass, and their columns.
    pub fronts: (u64, Vec<String>),
    /// The lists that are counted.
    pub facets: Vec<u64>,
    /// What is searched: the table's key and the search.
    pub find: Option<(u64, Search)>,
    /// Grows whenever files are to be read again.
    pub epoch: u64,
    /// Whether what an earlier session kept was read.
    pub recalled: bool,
    /// The project that the journal holds.
    pub journal: Option<Arc<Project>>,
}

/// A draft that was asked for: project, step, place, rows shown, epoch.
pub type AskedDraft = (Arc<Project>, Step, Place, (Only, Lens), u64);

/// A difference that was asked for: project, points, rows shown, epoch.
pub type AskedDifference = (Arc<Project>, (usize, usize), Only, u64);

/// A join whose matches were asked for: project, dataset and keys, place, epoch.
pub type AskedMatches = (Arc<Project>, [Option<String>; 2], usize, u64);
