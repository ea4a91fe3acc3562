//! What workers answer with: one closed list.

use super::Slot;
use crate::model::compare::Difference;
use crate::model::look::{Copied, FoundFigures};
use crate::model::profile::Story;
use crate::model::run::{Ended, Progress};
use crate::model::sheet::{Before, Block, BlockAt, Facts, Sheet, StepFigures};
use crate::model::together::Whole;
use crate::model::types::Fit;
use crate::model::{Fault, Project, Purpose, Recent, Settings, Source, SourceKey};
use brewhouse_engine::facet::{Front, Plane, Values};
use brewhouse_engine::stage::Matches;
use std::path::PathBuf;
use std::sync::Arc;

/// A table, with the faults of the steps behind it.
#[derive(Debug)]
pub struct Shown {
    /// The table; or why there is none.
    pub sheet: Result<Sheet, Fault>,
    /// What is wrong with steps.
    pub faults: Vec<Fault>,
    /// What was found in the files behind it.
    pub sources: Vec<(SourceKey, Source)>,
}

/// An answer of a worker.
#[derive(Debug)]
pub enum Event {
    /// The table at the cursor.
    Sheet(Box<Shown>),
    /// The table under the draft.
    Draft(Box<Shown>),
    /// A block of cells of a sheet.
    Block(u64, BlockAt, Block),
    /// Facts of a column of a sheet.
    Facts(u64, String, Arc<Facts>),
    /// How a column of a sheet was before.
    Before(u64, String, Arc<Before>),
    /// The difference between two points: its rows side by side, and its figures.
    Compared(Box<Result<(Sheet, Difference), Fault>>),
    /// Of a sheet, the cells that did not fit a step, counted from 0.
    Failed(u64, usize, u64),
    /// Of a sheet, how many steps were found before which other values stood in cells that are missing now.
    Losses(u64, usize),
    /// The part of the table that the lens shows.
    Look(Box<Result<Sheet, Fault>>),
    /// The bars of the rows that pass: for which table and filters, of which column.
    Front(u64, String, Arc<Front>),
    /// Before which steps some steps cannot stand, and why.
    Blocked(Vec<usize>, Vec<Option<String>>),
    /// What later steps do to the rows with the draft, by their places in the recipe as it is.
    Later(Vec<Option<StepFigures>>),
    /// Later steps that the draft would break.
    Breaks(Vec<Fault>),
    /// How many cells of a column would not fit a type: for which table, which column, which type.
    Fit(u64, String, &'static str, Fit),
    /// What the columns tell together: for which table.
    Whole(u64, Box<Result<Whole, Fault>>),
    /// Two columns against each other: for which table, which columns.
    Plane(u64, [String; 2], Box<Result<Plane, Fault>>),
    /// A column in depth: for which table, which column.
    Profiled(u64, String, Box<Result<Story, Fault>>),
    /// Cells for the clipboard.
    Copied(Result<Copied, Fault>),
    /// A cell whole: its row by its place on screen, its column, its text.
    Peeked(u64, String, Result<Option<String>, Fault>),
    /// The list of a facet: its column, what it was counted for, the values.
    Facet(String, u64, Result<Values, Fault>),
    /// What a search found.
    Found(Result<FoundFigures, Fault>),
    /// The place on screen of a row that was asked for.
    Place(u64),
    /// How the rows of the drafted join find each other; none while its keys are not chosen.
    Matches(Result<Option<Matches>, Fault>),
    /// A dialog was answered; none when it was dismissed.
    Picked(Purpose, Option<PathBuf>),
    /// No dialog service answered; the path must be typed.
    NoDialog(Purpose),
    /// Whether the desktop asks for dark windows.
    Desktop(bool),
    /// A project or a recipe was read.
    Read(PathBuf, Result<Box<Opened>, Fault>),
    /// The project was written.
    Saved(PathBuf, Result<Arc<Project>, Fault>),
    /// Something else was written.
    Written(PathBuf, Result<(), Fault>),
    /// Settings, recent projects and a journal, read at the start.
    Remembered(Box<Remembered>),
    /// A run moved on.
    Progress(Progress),
    /// A run is over.
    Ended(Box<Ended>),
    /// What a look at files and memory found: files that changed, bytes.
    Watched(Vec<PathBuf>, u64),
    /// A job failed in a way that is nobody's input.
    Broken(Slot, Fault),
}

/// What a file turned out to be.
#[derive(Debug)]
pub enum Opened {
    /// A project.
    Project(Box<Project>),
    /// A recipe.
    Recipe(brewhouse_engine::recipe::Recipe),
    /// A file of data.
    Data,
}

/// What the program remembers between sessions.
#[derive(Debug, Default)]
pub struct Remembered {
    /// Projects that were open before.
    pub recent: Vec<Recent>,
    /// The theme's name.
    pub theme: String,
    /// The settings.
    pub settings: Option<Settings>,
    /// Unsaved work of a session that ended without saving.
    pub journal: Option<Box<Project>>,
}
