//! What is kept between sessions, in the folder of the user's data: settings, recent projects, and the journal of unsaved work.

use super::event::{Event, Opened, Remembered};
use super::{Jobs, Slot};
use crate::model::settings::{Cells, Dates, Density, Numbers};
use crate::model::{Fault, Model, Project, Recent, Settings};
use brewhouse_engine::project::is_project;
use brewhouse_engine::recipe::{self, Notation, Recipe};
use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const SETTINGS: &str = "settings.json";
const JOURNAL: &str = "journal.brewhouse.json";
const MOST_RECENT: usize = 8;

/// The folder of this program's data, by the customs of the system.
pub fn folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = if cfg!(windows) {
        set("APPDATA")
    } else if cfg!(target_os = "macos") {
        std::env::home_dir().map(|home| home.join("Library/Application Support"))
    } else {
        set("XDG_DATA_HOME").or_else(|| std::env::home_dir().map(|home| home.join(".local/share")))
    };
    base.map(|base| base.join("brewhouse"))
}

/// The folder of side files, which may be deleted at any time.
pub fn cache_folder(folder: Option<&Path>) -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    match folder {
        None => std::env::temp_dir().join("brewhouse-cache"),
        Some(folder) if cfg!(any(windows, target_os = "macos")) => folder.join("cache"),
        Some(folder) => {
            let base = set("XDG_CACHE_HOME").or_else(|| std::env::home_dir().map(|home| home.join(".cache")));
            base.map_or_else(|| folder.join("cache"), |base| base.join("brewhouse"))
        }
    }
}

/// Reads all that is kept.
pub fn recall(jobs: &Jobs) {
    let Some(folder) = jobs.folder.clone() else { return };
    jobs.start(Slot::Recall, move |_| {
        let settings: Value = read_json(&folder.join(SETTINGS)).unwrap_or_default();
        let recent = settings.get("Recent").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let text = fs::read_to_string(folder.join(JOURNAL)).ok();
        Some(Event::Remembered(Box::new(Remembered {
            recent: recent.iter().filter_map(read_recent).collect(),
            theme: settings.get("Theme").and_then(Value::as_str).unwrap_or_default().to_owned(),
            settings: Some(read_settings(&settings)),
            journal: text.and_then(|text| Project::parse(&text, Path::new("/")).ok()).map(Box::new),
        })))
    });
}

fn read_json(path: &Path) -> Option<Value> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

/// The settings of a file; what it does not say, or says in a way that is not known, is as at first.
fn read_settings(value: &Value) -> Settings {
    let usual = Settings::default();
    let word = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let number = |name: &str| value.get(name).and_then(Value::as_u64);
    let density = Density::ALL.into_iter().find(|density| density.title() == word("Density"));
    let numbers = Numbers::ALL.into_iter().find(|numbers| numbers.title() == word("Numbers"));
    let zoom = number("Zoom").and_then(|zoom| u16::try_from(zoom).ok()).filter(|zoom| (50..=400).contains(zoom));
    Settings {
        zoom: zoom.unwrap_or(usual.zoom),
        density: density.unwrap_or(usual.density),
        numbers,
        dates: Dates::ALL.into_iter().find(|dates| dates.title() == word("Dates")),
        cells: Cells::ALL.into_iter().find(|cells| cells.title() == word("Cells")).unwrap_or(usual.cells),
        cache: number("CacheGigabytes").filter(|cache| *cache > 0).unwrap_or(usual.cache),
    }
}

fn read_recent(value: &Value) -> Option<Recent> {
    let path = PathBuf::from(value.get("Path")?.as_str()?);
    let name = value.get("Name")?.as_str()?.to_owned();
    path.exists().then_some(Recent { path, name })
}

/// Writes settings and recent projects, as soon as those of the last session are known, which would be lost otherwise.
pub fn keep_settings(jobs: &Jobs, model: &Model) {
    let Some(folder) = jobs.folder.clone().filter(|_| jobs.desk.recalled) else { return };
    let recent: Vec<Value> =
        model.recent.iter().take(MOST_RECENT).map(|r| json!({ "Path": r.path, "Name": r.name })).collect();
    let Settings { zoom, density, numbers, dates, cells, cache } = model.settings;
    let value = json!({
        "Recent": recent,
        "Theme": model.theme,
        "Zoom": zoom,
        "Density": density.title(),
        "Numbers": numbers.map_or("System", Numbers::title),
        "Dates": dates.map_or("System", Dates::title),
        "Cells": cells.title(),
        "CacheGigabytes": cache,
    });
    jobs.start(Slot::Settings, move |ticket| {
        let _turn = turn();
        if ticket.is_stale() {
            return None;
        }
        let _ = write_whole(&folder.join(SETTINGS), &format!("{value:#}\n"));
        None
    });
}

/// Replaces the journal with a project, or takes it away.
pub fn keep_journal(jobs: &Jobs, project: Option<Arc<Project>>) {
    let Some(folder) = jobs.folder.clone() else { return };
    jobs.start(Slot::Journal, move |ticket| {
        let _turn = turn();
        if ticket.is_stale() {
            return None;
        }
        let path = folder.join(JOURNAL);
        let _ = match project {
            Some(project) => write_whole(&path, &format!("{:#}\n", project.to_value(None))),
            None => fs::remove_file(&path),
        };
        None
    });
}

/// Finds out what a file is: a project, a recipe, or data.
pub fn read(jobs: &Jobs, path: PathBuf) {
    jobs.start(Slot::File, move |_| {
        let outcome = sort_out(&path);
        Some(Event::Read(path, outcome.map(Box::new)))
    });
}

/// Reads the steps of a recipe, or those of a project.
pub fn read_recipe(jobs: &Jobs, path: PathBuf) {
    jobs.start(Slot::File, move |_| {
        let outcome = sort_out(&path).and_then(|opened| match opened {
            Opened::Recipe(recipe) => Ok(Opened::Recipe(recipe)),
            Opened::Project(project) => Ok(Opened::Recipe(project.recipe)),
            Opened::Data => {
                let words = format!("{} holds no recipe; a recipe is a list of steps in JSON or YAML", path.display());
                Err(Fault::new(words))
            }
        });
        Some(Event::Read(path, outcome.map(Box::new)))
    });
}

fn sort_out(path: &Path) -> Result<Opened, Fault> {
    let meta =
        fs::metadata(path).map_err(|error| Fault::new(format!("{} cannot be opened: {error}", path.display())))?;
    let name = path.to_string_lossy().to_lowercase();
    let may_be = [".json", ".yaml", ".yml"].iter().any(|end| name.ends_with(end));
    if !may_be || meta.is_dir() || meta.len() > 20_000_000 {
        return Ok(Opened::Data);
    }
    let text =
        fs::read_to_string(path).map_err(|error| Fault::new(format!("{} cannot be read: {error}", path.display())))?;
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let sure = name.ends_with(".brewhouse.json");
    match recipe::parse_text(&text) {
        Ok(value) if sure || value.as_object().is_some_and(is_project) => Project::parse(&text, folder)
            .map(|project| Opened::Project(Box::new(project)))
            .map_err(|error| Fault::new(format!("{}: {error}", path.display()))),
        Ok(value) => Ok(Recipe::from_value(&value).map_or(Opened::Data, Opened::Recipe)),
        Err(error) if sure || name.ends_with("yaml") || name.ends_with("yml") => Err(Fault::from(&error)),
        Err(_) => Ok(Opened::Data),
    }
}

/// Writes the project.
pub fn save(jobs: &Jobs, path: PathBuf, project: Arc<Project>, written: Project) {
    jobs.start(Slot::Save, move |ticket| {
        let _turn = turn();
        if ticket.is_stale() {
            return None;
        }
        let text = format!("{:#}\n", written.to_value(path.parent()));
        let outcome = write_whole(&path, &text);
        let fault = |error| Fault::new(format!("{} cannot be written: {error}", path.display()));
        let outcome = outcome.map_err(fault).map(|()| project);
        Some(Event::Saved(path, outcome))
    });
}

/// Writes the recipe alone, as JSON or YAML by the file's name.
pub fn export(jobs: &Jobs, path: PathBuf, recipe: Recipe) {
    jobs.start(Slot::File, move |ticket| {
        let _turn = turn();
        let yaml = path.extension().is_some_and(|e| e == "yaml" || e == "yml");
        let outcome = recipe
            .write(if yaml { Notation::Yaml } else { Notation::Json })
            .map_err(|error| Fault::from(&error))
            .and_then(|text| {
                write_whole(&path, &text)
                    .map_err(|error| Fault::new(format!("{} cannot be written: {error}", path.display())))
            });
        ticket.tell(Event::Written(path, outcome));
        None
    });
}

/// Files are written one after the other: two jobs never have the same file in hand.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes a file whole: beside the target first, then in its place.
pub fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let mut file = fs::File::create(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(beside, path)
}

/// Keeps a pasted table as a file of its own and says where.
pub fn paste(jobs: &Jobs, text: String) {
    let folder = jobs.folder.clone().unwrap_or_else(std::env::temp_dir);
    jobs.start(Slot::File, move |_| {
        let first = text.lines().next().unwrap_or_default();
        let end = if first.contains('\t') { "tsv" } else { "csv" };
        let path = free_path(&folder.join("pasted"), end);
        let outcome = write_whole(&path, &text).map(|()| Box::new(Opened::Data));
        let outcome = outcome.map_err(|error| Fault::new(format!("the table cannot be kept: {error}")));
        Some(Event::Read(path, outcome))
    });
}

/// A name that no earlier table has: a project may still read that one.
fn free_path(folder: &Path, end: &str) -> PathBuf {
    let name = |number: u32| if number == 1 { format!("pasted.{end}") } else { format!("pasted-{number}.{end}") };
    let paths = (1..).map(|number| folder.join(name(number)));
    paths.into_iter().find(|path| !path.exists()).unwrap_or_else(|| folder.join(name(1)))
}

/// Looks from time to time whether files changed since they were read, and how much memory the program takes, until others are to be
/// watched. It tells only what is new, so that a window where nothing happens rests.
pub fn watch(jobs: &Jobs, files: Vec<Watched>) {
    jobs.start(Slot::Watch, move |ticket| {
        let modified = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified()).ok();
        let (mut files, mut told) = (files, 0);
        while !ticket.is_stale() {
            let changed = files.extract_if(.., |(path, then)| then.is_some() && modified(path) != *then);
            let changed: Vec<_> = changed.map(|(path, _)| path).collect();
            let memory = memory();
            if !changed.is_empty() || memory.abs_diff(told) > MEMORY_STEP {
                told = memory;
                ticket.send(Event::Watched(changed, memory));
            }
            std::thread::sleep(LOOK);
        }
        None
    });
}

/// A file with the time of its last change when it was read.
pub type Watched = (PathBuf, Option<std::time::SystemTime>);
/// Time between two looks.
const LOOK: std::time::Duration = std::time::Duration::from_secs(1);
/// A change of memory worth telling, in bytes.
const MEMORY_STEP: u64 = 10_000_000;

/// The memory that the program takes, where the system tells.
fn memory() -> u64 {
    let text = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or_default() * 4096
}
