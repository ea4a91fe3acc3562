//! Every change, with its payload. Views and commands yield actions; `update` carries them out.

use crate::model::Purpose;
use crate::model::Settings;
use crate::model::import::Choice;
use crate::model::look::{CopyAs, Toward};
use crate::model::sheet::Only;
use crate::model::{Output, Place};
use crate::scratch::Tab;
use crate::theme;
use brewhouse_engine::facet::{Filter, Listing, Search};
use brewhouse_engine::recipe::Step;
use std::ops::Range;
use std::path::PathBuf;

/// An answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Save first.
    Save,
    /// Go on without saving; or do not take up what was left.
    Discard,
    /// Go on: stop the run, or take up what was left.
    GoOn,
    /// Leave all as it is.
    Cancel,
}

/// A change.
#[derive(Clone, Debug)]
pub enum Action {
    /// Ask for a file.
    AskFile(Purpose),
    /// A file was named for a purpose.
    Take(Purpose, PathBuf),
    /// Open a file: data, a project or a recipe.
    Open(PathBuf),
    /// Open the sample.
    OpenSample,
    /// Keep a pasted table and open it.
    Paste(String),
    /// Begin with nothing.
    NewProject,
    /// Open the form of an operation, for a column if one is meant.
    StartForm(&'static str, Option<String>),
    /// Open the form of an operation before a place.
    StartFormAt(&'static str, Option<String>, usize),
    /// Open the form of a step that is there.
    EditStep(usize),
    /// The form changed, or was closed: its step, place and the rows to show.
    Draft(Option<(Box<Step>, Place, Only)>),
    /// Make the step of the form part of the recipe.
    ApplyForm,
    /// Close the form without a trace.
    CancelForm,
    /// Add a step at the end of what is looked at.
    AddStep(Box<Step>),
    /// Take steps out.
    DeleteSteps(Vec<usize>),
    /// Take a step and all after it out.
    DeleteFrom(usize),
    /// Add copies of steps after the last of them.
    DuplicateSteps(Vec<usize>),
    /// Add steps that were copied, where one looks.
    PasteSteps(Vec<Step>),
    /// Ask the desktop for what was copied.
    AskPaste,
    /// Steps are being dragged: find out where they cannot stand.
    TryMoves(Vec<usize>),
    /// Move steps.
    MoveSteps {
        /// Which.
        picked: Vec<usize>,
        /// Before which place they shall stand, counted as they stand now.
        before: usize,
    },
    /// Name another column in a step and all after it.
    Rebind {
        /// The step.
        at: usize,
        /// The column that is not there.
        from: String,
        /// The one that is meant.
        to: String,
    },
    /// Switch steps off or on.
    Disable(Vec<usize>, bool),
    /// Set the note of a step.
    Note(usize, String),
    /// Keep what the data decide of a step's columns, or let them decide anew in each run.
    Keep(usize, Option<serde_json::Value>),
    /// Look at the table after so many steps; none: after all.
    LookAt(Option<usize>),
    /// Look at the difference between two points of the recipe: after so many steps each; none: no more.
    Compare(Option<(usize, usize)>),
    /// Which rows of the difference are shown.
    CompareOnly(Only),
    /// Open or close the published versions.
    Versions,
    /// Publish the recipe as it is, with a description of what is new.
    Publish(String),
    /// Take the steps of a published version, by its number, in the place of those that there are.
    TakeVersion(u64),
    /// Take the last change back.
    Undo,
    /// Bring it back.
    Redo,
    /// Go to a state of the history, on whatever branch.
    GoTo(usize),
    /// Open or close the history.
    History,
    /// Save the project; asks where when it has no file.
    Save,
    /// Add the steps of a recipe file.
    Forget(String),
    /// Read all files again.
    Reload,
    /// Read the main file otherwise.
    Import(Choice),
    /// Show a line of the file as it was read, and a column of it.
    GoToLine(Option<String>, u64),
    /// Open the import screen.
    ImportScreen,
    /// Give the keyboard to the question over the table, also when it was put off.
    Decide,
    /// Choose a theme.
    Theme(theme::Choice),
    /// Open or close the settings.
    SettingsPanel,
    /// Set these settings.
    Settings(Settings),
    /// Open or close the words for those who come from Excel.
    ExcelWords,
    /// Open the palette.
    Palette,
    /// Open the palette for a new step.
    PaletteOfSteps,
    /// Open the palette for a new step before a place.
    PaletteAt(usize),
    /// Show the keys.
    Keys,
    /// Open or close the run panel.
    RunPanel,
    /// Run with these output options.
    Run(Output),
    /// Stop the run.
    StopRun,
    /// Show a file or folder in the desktop.
    Reveal(PathBuf),
    /// Answer the question.
    Answer(Answer),
    /// Close the window.
    Quit,
    /// Put a text on the clipboard.
    Copy(String),
    /// Take the notices away.
    Dismiss,
    /// Show only the rows that pass a filter, which takes the place of the earlier one of its column; without tests it is taken away.
    Filter(Filter),
    /// Take the filter of a column away; none: all filters, and the order of the view.
    ClearFilter(Option<String>),
    /// Sort the view by a column, then the other way round, then not at all.
    SortView {
        /// The column.
        column: String,
        /// Whether the columns sorted by before stay keys.
        beside: bool,
    },
    /// Open the facet of a column, or list something else of it.
    Facet(Listing),
    /// Close the facet of a column; its filter stays.
    CloseFacet(String),
    /// Write a value of a text column otherwise wherever it stands, as a step.
    RenameValue {
        /// The column.
        column: String,
        /// The value.
        from: String,
        /// What it becomes.
        to: String,
    },
    /// Count how a column fits other types.
    Fits(String),
    /// Count what the columns of the table tell together.
    Together,
    /// Hold two columns against each other.
    Pair(String, String),
    /// Count the two columns on the rows that pass the filters alone, or on all again.
    PairCloser,
    /// Filter by several columns at once, each in the place of its earlier filter.
    Filters(Vec<Filter>),
    /// Show a column in depth.
    Profile(String),
    /// Turn to a page of the centre.
    Show(Tab),
    /// Put cells on the clipboard: rows by their places on screen, columns by their names.
    CopyCells(Range<u64>, Vec<String>, CopyAs),
    /// Show a cell whole, by its place on screen and its column; none: no more.
    Peek(Option<(u64, String)>),
    /// Make steps of the filters and the order of the view.
    KeepView,
    /// Save the view (filters, order, open facets) by a name in the project.
    SaveView(String),
    /// Look at the table as a saved view has it.
    UseView(String),
    /// Take a saved view out of the project.
    DropView(String),
    /// Open the field for a text to find.
    FindBox,
    /// Look for a text in all rows; none: no more.
    Find(Option<Search>),
    /// Go to the next match, or to the one before.
    FindOn(Toward),
    /// Ask for a row or column to go to.
    GoToBox,
    /// Bring a row into view by its number, counted from 0.
    GoToRow(u64),
    /// These rows and columns are on screen.
    InView(Range<u64>, Vec<usize>),
    /// Bring a column into view.
    ShowColumn(String),
}
