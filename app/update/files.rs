//! Opening, saving, datasets and runs.

use crate::model::Purpose;
use crate::model::look::{Fronts, Lens};
use crate::model::project::EXTENSION;
use crate::model::run::Progress;
use crate::model::{Dataset, Draft, History, Loading, Model, Next, Output, Project, Question, Recent, Run, Weight};
use crate::scratch::Scratch;
use crate::worker::event::Opened;
use crate::worker::{Jobs, Slot, dialog, run as worker_run, store};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Asks for a file.
pub(super) fn ask(model: &Model, jobs: &Jobs, purpose: Purpose) {
    let beside = model.path.clone().or_else(|| model.project().dataset.as_ref().map(|dataset| dataset.path.clone()));
    let folder = beside.and_then(|path| path.parent().map(Path::to_owned));
    let name = &model.project().name;
    let name = match purpose {
        Purpose::ExportRecipe => format!("{name}-recipe.json"),
        Purpose::Output => {
            default_output(model).path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
        }
        _ => format!("{name}{EXTENSION}"),
    };
    dialog::open(jobs, purpose, folder, name);
}

/// A file was named for a purpose.
pub(super) fn take(model: &mut Model, scratch: &mut Scratch, jobs: &mut Jobs, purpose: Purpose, path: PathBuf) {
    match purpose {
        Purpose::Open => open(jobs, path),
        Purpose::ImportRecipe => store::read_recipe(jobs, path),
        Purpose::AddDataset => add_dataset(model, &path),
        Purpose::SaveAs => save_as(model, jobs, path),
        Purpose::ExportRecipe => store::export(jobs, path, model.project().recipe.clone()),
        Purpose::Output => {
            if let Some(output) = &mut scratch.run {
                output.path = path;
            }
        }
    }
}

/// Whether there is work that is nowhere on disk.
pub(super) fn would_lose(model: &Model) -> bool {
    model.history.is_unsaved() && model.has_data()
}

/// Finds out what a file is; what follows comes as an event.
pub(super) fn open(jobs: &Jobs, path: PathBuf) {
    let path = std::path::absolute(&path).unwrap_or(path);
    store::read(jobs, path);
}

/// Opens the sample.
pub(super) fn open_sample(model: &mut Model, jobs: &Jobs) {
    match crate::worker::sample::path(jobs.folder.as_deref()) {
        Ok(path) => open(jobs, path),
        Err(error) => model.notices.say(Weight::Error, format!("The sample cannot be opened: {error}")),
    }
}

/// What a file turned out to be is now open; asks first when something would be lost.
pub(super) fn opened(model: &mut Model, scratch: &mut Scratch, jobs: &mut Jobs, path: PathBuf, what: Opened) {
    let given_up = model.given_up.take();
    let leaves = !matches!(what, Opened::Recipe(_));
    if leaves && would_lose(model) && given_up.as_ref() != Some(&path) {
        model.question = Some(Question::Unsaved(Next::Open(path)));
        return;
    }
    match what {
        Opened::Data => {
            reset(model, scratch, jobs, Project::of_file(&path), None);
            remember(model, jobs, path);
        }
        Opened::Project(project) => {
            reset(model, scratch, jobs, *project, Some(path.clone()));
            remember(model, jobs, path);
        }
        Opened::Recipe(recipe) if model.has_data() => {
            let mut project = Project::clone(model.project());
            let count = recipe.steps.len();
            project.recipe = recipe;
            model.history.commit("Import a recipe", project);
            model.cursor = None;
            model.draft = None;
            scratch.form = None;
            model.notices.say(Weight::Info, format!("{count} steps imported"));
        }
        Opened::Recipe(_) => {
            model.notices.say(Weight::Warning, "Open a file of data first, then the recipe can be applied to it");
        }
    }
}

fn reset(model: &mut Model, scratch: &mut Scratch, jobs: &mut Jobs, project: Project, path: Option<PathBuf>) {
    // What is opened is read anew, also when it was open before.
    jobs.desk.epoch += 1;
    model.history = History::new(project);
    model.path = path;
    model.cursor = None;
    model.sheet = Loading::default();
    model.looked = Loading::default();
    model.lens = Lens::default();
    model.fronts = Fronts::default();
    model.facets = Vec::new();
    model.peek = None;
    model.page = None;
    model.together = None;
    model.find = None;
    scratch.find = None;
    scratch.arrange.reset();
    model.draft = None::<Draft>;
    model.compare = None;
    model.faults.clear();
    model.sources.clear();
    if !model.run.is_active() {
        model.run = Run::Idle;
    }
    *scratch = Scratch { left_folded: scratch.left_folded, right_folded: scratch.right_folded, ..Scratch::default() };
}

fn remember(model: &mut Model, jobs: &Jobs, path: PathBuf) {
    let name = model.project().name.clone();
    model.recent.retain(|recent| recent.path != path);
    model.recent.insert(0, Recent { path, name });
    model.recent.truncate(8);
    store::keep_settings(jobs, model);
}

/// Begins with nothing; asks first when something would be lost.
pub(super) fn begin(model: &mut Model, scratch: &mut Scratch, jobs: &mut Jobs) {
    if would_lose(model) {
        model.question = Some(Question::Unsaved(Next::Begin));
    } else {
        reset(model, scratch, jobs, Project::default(), None);
    }
}

/// Adds a second dataset.
fn add_dataset(model: &mut Model, path: &Path) {
    let mut dataset = Dataset::of_path(path);
    let mut project = Project::clone(model.project());
    let taken = |name: &str| project.others.iter().any(|other| other.name == name);
    let base = dataset.name.clone();
    let mut number = 2;
    while taken(&dataset.name) {
        dataset.name = format!("{base}-{number}");
        number += 1;
    }
    model.notices.say(Weight::Info, format!("{} can now be joined or appended", dataset.name));
    project.others.push(dataset);
    model.history.commit("Add a dataset", project);
}

/// Takes a dataset out.
pub(super) fn forget_dataset(model: &mut Model, name: &str) {
    let mut project = Project::clone(model.project());
    project.others.retain(|other| other.name != name);
    model.history.commit("Take a dataset out", project);
}

/// Saves the project; asks where when it has no file.
pub(super) fn save(model: &Model, jobs: &Jobs) {
    match &model.path {
        Some(path) => store::save(jobs, path.clone(), Arc::clone(model.project()), model.project_with_types()),
        None => ask(model, jobs, Purpose::SaveAs),
    }
}

fn save_as(model: &mut Model, jobs: &Jobs, path: PathBuf) {
    let text = path.to_string_lossy().into_owned();
    let path = if text.ends_with(".json") { path } else { PathBuf::from(text + EXTENSION) };
    if let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) {
        let mut project = Project::clone(model.project());
        name.trim_end_matches(EXTENSION).trim_end_matches(".json").clone_into(&mut project.name);
        model.history.commit("Name the project", project);
    }
    model.path = Some(path.clone());
    remember(model, jobs, path);
    save(model, jobs);
}

/// Reads all files again.
pub(super) fn reload(model: &mut Model, jobs: &mut Jobs) {
    jobs.desk.epoch += 1;
    for source in model.sources.values_mut() {
        source.changed = false;
        // Not known until it is read.
        source.modified = None;
    }
}

/// Takes up the work of a session that ended without saving.
pub(super) fn recover(model: &mut Model, scratch: &mut Scratch, jobs: &mut Jobs) {
    if let Some(project) = model.recovered.take() {
        reset(model, scratch, jobs, *project, None);
        model.history.mark_unsaved();
    }
}

/// Lets go of the work of a session that ended without saving.
pub(super) fn drop_recovered(model: &mut Model, jobs: &Jobs) {
    model.recovered = None;
    store::keep_journal(jobs, None);
}

/// Opens or closes the run panel.
pub(super) fn run_panel(model: &mut Model, scratch: &mut Scratch) {
    if scratch.run.is_some() {
        scratch.run = None;
    } else {
        if matches!(model.run, Run::Over(_)) {
            model.run = Run::Idle;
        }
        scratch.run = Some(default_output(model));
        scratch.right_folded = false;
    }
}

fn default_output(model: &Model) -> Output {
    let mut output = model.project().output.clone();
    if output.path.as_os_str().is_empty() {
        let beside =
            model.path.clone().or_else(|| model.project().dataset.as_ref().map(|dataset| dataset.path.clone()));
        let folder = beside.and_then(|path| path.parent().map(Path::to_owned)).unwrap_or_default();
        output.path = folder.join(format!("{}-clean.parquet", model.project().name));
    }
    output
}

/// Runs with these output options.
pub(super) fn run(model: &mut Model, jobs: &Jobs, output: Output) {
    if model.run.is_active() {
        return;
    }
    let mut project = Project::clone(model.project());
    project.output = output;
    model.history.commit("Change the output", project);
    model.run = Run::Active(Progress::default());
    worker_run::start(jobs, Arc::clone(model.project()));
}

/// Stops the run.
pub(super) fn stop_run(model: &mut Model, jobs: &Jobs) {
    if let Run::Active(progress) = &model.run {
        model.run = Run::Stopping(progress.clone());
        worker_run::cancel(jobs);
    }
    jobs.abandon(Slot::Dialog);
}
