//! Every change, with its payload. Views and commands yield actions; `update` carries them out.

use crate::model::Purpose;
use crate::model::import::Choice;
use crate::model::sheet::Only;
use crate::model::{Output, Place};
use crate::theme;
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
    /// Take a step out.
    DeleteStep(usize),
    /// Take a step and all after it out.
    DeleteFrom(usize),
    /// Add a copy of a step after it.
    DuplicateStep(usize),
    /// Move a step.
    MoveStep {
        /// Where it is.
        from: usize,
        /// Where it shall be, counted after it was taken out.
        to: usize,
    },
    /// Switch a step off or on.
    Disable(usize, bool),
    /// Set the note of a step.
    Note(usize, String),
    /// Look at the table after so many steps; none: after all.
    LookAt(Option<usize>),
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
    /// Choose a theme.
    Theme(theme::Choice),
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
    /// These rows and columns are on screen.
    InView(Range<u64>, Range<usize>),
    /// Bring a column into view.
    ShowColumn(String),
}
