//! What is true: the project and its history, the sheets on screen, notices, the run. Holds no type of the drawing library.

pub mod compare;
pub mod history;
pub mod import;
pub mod loading;
pub mod look;
pub mod notice;
pub mod profile;
pub mod project;
pub mod run;
pub mod saved;
pub mod settings;
pub mod sheet;
pub mod together;
pub mod types;

pub use compare::Compare;
pub use history::History;
pub use loading::Loading;
pub use look::Lens;
pub use notice::{Notices, Weight};
pub use project::{Dataset, Output, Project, SourceKey};
pub use run::Run;
pub use settings::Settings;
pub use sheet::{Facts, Sheet};

use brewhouse_engine::project::{Import as Found, store};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::source::{FileFact, StoredColumn};
use brewhouse_engine::stage::Matches;
use brewhouse_engine::types::TypeClass;
use brewhouse_engine::{Error, Problem};
use sheet::Only;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// Something that went wrong, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// The step, counted from 1.
    pub step: Option<usize>,
    /// The parameter.
    pub param: Option<String>,
    /// What was wrong.
    pub message: String,
    /// What can be done.
    pub advice: Option<String>,
}

impl Fault {
    /// A fault that belongs to nothing in particular.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// What stands in a form: how a recipe file would have it is no advice for who fills it in.
    pub fn form_text(&self) -> String {
        let written = self.advice.as_ref().is_some_and(|advice| advice.contains(['{', '[']));
        if written { self.message.clone() } else { self.text() }
    }

    /// Message and advice as one text.
    pub fn text(&self) -> String {
        match &self.advice {
            Some(advice) => format!("{}; {advice}", self.message),
            None => self.message.clone(),
        }
    }
}

impl From<&Error> for Fault {
    fn from(error: &Error) -> Self {
        Self {
            step: error.step,
            param: error.param.clone(),
            message: error.message.clone(),
            advice: error.advice.clone(),
        }
    }
}

impl From<&Problem> for Fault {
    fn from(problem: &Problem) -> Self {
        Self {
            step: Some(problem.step),
            param: problem.parameter.clone(),
            message: problem.message.clone(),
            advice: problem.advice.clone(),
        }
    }
}

/// What was found when a file was read.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Rows it holds.
    pub rows: u64,
    /// Whether every line of it became a row.
    pub complete: bool,
    /// Rows put aside.
    pub aside: u64,
    /// Its columns.
    pub columns: Vec<(String, TypeClass)>,
    /// When the file was changed last.
    pub modified: Option<SystemTime>,
    /// Whether it was changed since it was read.
    pub changed: bool,
    /// What a person should know: renamed headers, ignored files.
    pub notes: Vec<String>,
    /// Why columns stayed text although much of them looks like something else.
    pub reasons: BTreeMap<String, String>,
    /// How a file of text was read; none for other formats, and until all of it is read.
    pub import: Option<import::Import>,
    /// What was decided on all rows, to be kept in the project's file; none until all of them were read.
    pub decided: Option<Arc<Decided>>,
}

/// The types of a dataset, and on which files they were decided.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The dataset as it was read.
    pub dataset: Dataset,
    /// The columns with their types.
    pub columns: Vec<StoredColumn>,
    /// The files.
    pub files: Vec<FileFact>,
}

/// Where a step that is being made belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A new step, inserted before this place (counted from 0).
    New(usize),
    /// A change of the step at this place.
    Edit(usize),
}

impl Place {
    /// How many steps come before it.
    pub const fn at(self) -> usize {
        match self {
            Self::New(at) | Self::Edit(at) => at,
        }
    }
}

/// The step of the open form, as far as it is filled in, and its effect.
#[derive(Debug)]
pub struct Draft {
    /// The step.
    pub step: Step,
    /// Where it belongs.
    pub place: Place,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
    /// What is wrong with later steps because of it.
    pub breaks: Vec<Fault>,
    /// What later steps do to the rows with it, by their places in the recipe as it is.
    pub later: Vec<Option<sheet::StepFigures>>,
    /// Which rows are shown.
    pub only: Only,
    /// The table under it.
    pub sheet: Loading<Sheet>,
    /// Of a join, how the rows find each other.
    pub matches: Loading<Matches>,
}

/// A project that was open before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recent {
    /// Its file: a project, or data.
    pub path: PathBuf,
    /// Its name.
    pub name: String,
}

/// What a file dialog was opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Data, a project or a recipe to open.
    Open,
    /// Data to add as a second dataset.
    AddDataset,
    /// A recipe whose steps replace the present ones.
    ImportRecipe,
    /// A new project file.
    SaveAs,
    /// A new recipe file.
    ExportRecipe,
    /// Where a run writes.
    Output,
}

impl Purpose {
    /// What a dialog is about.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Open => "Open a file, project or recipe",
            Self::AddDataset => "Add a dataset",
            Self::ImportRecipe => "Import a recipe",
            Self::SaveAs => "Save the project as",
            Self::ExportRecipe => "Export the recipe",
            Self::Output => "Write to",
        }
    }
}

/// What is to follow once unsaved work is saved or given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The window closes.
    Close,
    /// A file is opened.
    Open(PathBuf),
    /// A new project begins.
    Begin,
}

/// A question that must be answered before something is given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Something that would lose unsaved work.
    Unsaved(Next),
    /// Close, although a run is under way.
    CloseRunning,
    /// Take up the work of a session that ended without saving.
    Recover,
}

/// Everything that is true.
#[derive(Debug, Default)]
pub struct Model {
    /// How numbers and dates are written where this program runs.
    pub system: settings::SystemRegion,
    /// Whether the desktop asks for dark windows, where it was asked and said so.
    pub desktop_dark: Option<bool>,
    /// The project and its past.
    pub history: History,
    /// The project's file, once it has one.
    pub path: Option<PathBuf>,
    /// What was found in the files that are open, by path.
    pub sources: BTreeMap<SourceKey, Source>,
    /// How many steps the table on screen has behind it; none: all.
    pub cursor: Option<usize>,
    /// The table at the cursor.
    pub sheet: Loading<Sheet>,
    /// Which rows are shown, and in which order.
    pub lens: Lens,
    /// The part of the table that the lens shows.
    pub looked: Loading<Sheet>,
    /// The bars of the rows that pass.
    pub fronts: look::Fronts,
    /// The column that is shown in depth.
    pub page: Option<profile::Page>,
    /// How the column whose type is looked at fits other types.
    pub fits: Option<types::Fits>,
    /// What the columns tell together.
    pub together: Option<together::Together>,
    /// The cell that is shown whole.
    pub peek: Option<look::Peek>,
    /// A text on its way to the clipboard.
    pub to_copy: Option<String>,
    /// The facets that are open.
    pub facets: Vec<look::Facet>,
    /// The search.
    pub find: Option<look::Find>,
    /// What is wrong with steps.
    pub faults: Vec<Fault>,
    /// The step that is being made.
    pub draft: Option<Draft>,
    /// The two points of the recipe whose difference is looked at.
    pub compare: Option<Compare>,
    /// Steps that are dragged, and for each place why they cannot stand before it.
    pub blocked: Option<(Vec<usize>, Vec<Option<String>>)>,
    /// Messages.
    pub notices: Notices,
    /// The run.
    pub run: Run,
    /// Projects that were open before.
    pub recent: Vec<Recent>,
    /// Unsaved work of a session that ended without saving.
    pub recovered: Option<Box<Project>>,
    /// A question that waits for an answer.
    pub question: Option<Question>,
    /// What follows as soon as the project is on disk.
    pub next: Option<Next>,
    /// The file for which unsaved work was given up.
    pub given_up: Option<PathBuf>,
    /// The name of the theme.
    pub theme: String,
    /// What a person set.
    pub settings: Settings,
    /// Whether the window is to close.
    pub closing: bool,
    /// Memory of the program, in bytes.
    pub memory: u64,
}

impl Model {
    /// The project now.
    pub fn project(&self) -> &Arc<Project> {
        self.history.project()
    }

    /// The steps now.
    pub fn steps(&self) -> &[Step] {
        &self.project().recipe.steps
    }

    /// Whether data is open.
    pub fn has_data(&self) -> bool {
        self.project().dataset.is_some()
    }

    /// How many steps the table on screen has behind it.
    pub fn depth(&self) -> usize {
        self.cursor.unwrap_or(self.steps().len()).min(self.steps().len())
    }

    /// The project as its file is to hold it: with the types that were decided, so that the next file is read the same way.
    pub fn project_with_types(&self) -> Project {
        let mut project = Project::clone(self.project());
        let main = project.dataset.iter_mut().map(|dataset| (dataset.main_key(), dataset));
        for (key, dataset) in main.chain(project.others.iter_mut().map(|other| (other.other_key(), other))) {
            let Some(source) = self.sources.get(&key).filter(|source| !source.changed) else { continue };
            let (Some(decided), Some(import)) = (&source.decided, &source.import) else { continue };
            // Read another way since: its types are not known yet.
            if decided.dataset == *dataset {
                let Decided { columns, files, .. } = decided.as_ref();
                let found = Found { columns, text: Some(&import.text), files, records: source.rows };
                store(&mut dataset.options, &found);
            }
        }
        project
    }

    /// What was found in the main file.
    pub fn source(&self) -> Option<&Source> {
        self.sources.get(&self.project().dataset.as_ref()?.main_key())
    }

    /// What was found in the file of a further dataset.
    pub fn source_of(&self, other: &Dataset) -> Option<&Source> {
        self.sources.get(&other.other_key())
    }

    /// What reading the main file left for a person to decide, first of all.
    pub fn import_question(&self) -> Option<import::Question> {
        self.source()?.import.as_ref()?.questions(self.steps()).into_iter().next()
    }

    /// The sheet that the grid shows: the draft's or the difference's once it is there, else the part that the lens shows, else the table at the cursor.
    pub fn shown(&self) -> Option<&Sheet> {
        self.draft
            .as_ref()
            .and_then(|draft| draft.sheet.value())
            .or_else(|| self.compare.as_ref().and_then(|compare| compare.sheet.value()))
            .or_else(|| self.looked.value().filter(|_| self.looked.fault().is_none()))
            .or_else(|| self.sheet.value())
    }

    /// The same, to be changed.
    pub fn shown_mut(&mut self) -> Option<&mut Sheet> {
        if self.draft.as_ref().is_some_and(|draft| draft.sheet.value().is_some()) {
            return self.draft.as_mut().and_then(|draft| draft.sheet.value_mut());
        }
        if self.compare.as_ref().is_some_and(|compare| compare.sheet.value().is_some()) {
            return self.compare.as_mut().and_then(|compare| compare.sheet.value_mut());
        }
        if self.looked.fault().is_none() && self.looked.value().is_some() {
            return self.looked.value_mut();
        }
        self.sheet.value_mut()
    }

    /// The faults of a step, counted from 0.
    pub fn faults_of(&self, at: usize) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(move |fault| fault.step == Some(at + 1))
    }

    /// The name of the main file.
    pub fn file_name(&self) -> String {
        let path = self.project().dataset.as_ref().map(|dataset| dataset.path.as_path());
        path.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}
