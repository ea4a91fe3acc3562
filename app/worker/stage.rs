//! The window's supply of data: files that are open, the tables after the steps, cells and facts of them.
//!
//! The one place of the window that speaks with the engine about data.

use super::cells::{Cells, Shelf};
use super::chosen::Chosen;
use super::event::Shown;
use super::failures::{self, Failures};
use super::{Event, Ticket, read};
use crate::model::sheet::{Facts, Sheet, StepFigures, Wanted};
use crate::model::{Dataset, Fault, Project, Source, SourceKey};
use brewhouse_engine::facet::Found;
use brewhouse_engine::op::{Environment, bind};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::stage::{self, Cache, Loss, Pair, PairCounts, Table, View};
use brewhouse_engine::{Error, ErrorKind, Problem};
use polars::prelude::SchemaRef;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Tables kept ready; the oldest go first.
const MOST_SHELVES: usize = 12;
/// Tables of which it is kept before which steps other values stood in cells.
const MOST_LOSSES: usize = 24;
/// Lists of rows kept ready.
const MOST_ROWS: usize = 6;
/// Rows shown of a large file until all of it is read.
const HEAD: usize = 2_000;
/// Bytes of a gigabyte.
const GIGABYTE: u64 = 1_000_000_000;

/// A request for a table.
#[derive(Clone)]
pub struct Ask {
    /// The project.
    pub project: Arc<Project>,
    /// How many steps come before the table.
    pub depth: usize,
    /// Grows whenever files are to be read again.
    pub epoch: u64,
    /// Cells that are wanted with the answer.
    pub wanted: Wanted,
}

/// Everything that is open.
pub struct Stage {
    folder: PathBuf,
    env: Environment,
    cache: Mutex<Option<Arc<Cache>>>,
    /// Gigabytes that side files may take.
    budget: AtomicU64,
    inner: Mutex<Inner>,
}

#[derive(Default)]
pub(super) struct Inner {
    /// Files that are being read: whoever wants the same one waits, whoever wants another one ends it.
    opening: HashMap<Kept, Opening>,
    tables: HashMap<Kept, (u64, Dataset, Table)>,
    shelves: Vec<(u64, Arc<Shelf>)>,
    /// The tables after the steps that were sent last: what is drafted and filtered stands on them, and they never go.
    tables_sent: [u64; 2],
    pub(super) facts: HashMap<(u64, String), Arc<Facts>>,
    pub(super) failed: Failures,
    rows: Vec<(u64, Chosen)>,
    found: Option<(u64, Found)>,
    /// Steps that cells of a table did not fit, by the table.
    losses: HashMap<u64, Arc<Vec<Loss>>>,
    /// The two points that were compared last.
    pub(super) compared: Option<(u64, Arc<(Pair, PairCounts)>)>,
}

/// A file that is being read.
#[derive(Clone)]
struct Opening {
    dataset: Dataset,
    epoch: u64,
    cancel: Arc<AtomicBool>,
    turn: Arc<Mutex<()>>,
}

/// What a view was made of.
pub(super) struct Made {
    pub(super) view: View,
    pub(super) env: Environment,
    pub(super) cache: Arc<Cache>,
    pub(super) table: Table,
    pub(super) steps: Vec<Step>,
    pub(super) faults: Vec<Fault>,
    pub(super) sources: Vec<(SourceKey, Source)>,
}

pub(super) type Faults = Vec<Fault>;

/// A file and the name of a dataset that is read from it; another one may be another part of the file.
type Kept = (PathBuf, String);

fn kept_as(dataset: &Dataset) -> Kept {
    (dataset.path.clone(), dataset.name.clone())
}

impl Stage {
    /// A supply that keeps its side files in a folder.
    pub fn new(folder: PathBuf) -> Self {
        let secrets = std::sync::Arc::new(crate::secrets::find);
        let env = Environment { secrets, ..Environment::at(chrono::Utc::now()) };
        Self { folder, env, cache: Mutex::default(), budget: AtomicU64::new(20), inner: Mutex::default() }
    }

    /// Sets how many gigabytes side files may take.
    pub fn set_budget(&self, gigabytes: u64) {
        self.budget.store(gigabytes, Ordering::Release);
        if let Some(cache) = &*self.cache.lock().unwrap_or_else(PoisonError::into_inner) {
            cache.set_limit(gigabytes * GIGABYTE);
        }
    }

    pub(super) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What steps are compiled with.
    pub(super) const fn environment(&self) -> &Environment {
        &self.env
    }

    pub(super) fn cache(&self) -> Result<Arc<Cache>, Fault> {
        let mut kept = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cache) = &*kept {
            return Ok(Arc::clone(cache));
        }
        let cache = Arc::new(
            Cache::new(self.folder.clone(), self.budget.load(Ordering::Acquire) * GIGABYTE)
                .map_err(|error| Fault::from(&error))?,
        );
        *kept = Some(Arc::clone(&cache));
        Ok(cache)
    }

    /// Sends the table after the steps of a request; of a large file its first rows before.
    pub fn send_sheet(&self, ask: &Ask, ticket: &Ticket) {
        self.end_other_openings(ask);
        let known = ask.project.dataset.as_ref().is_some_and(|dataset| self.is_open(dataset, ask.epoch));
        let large = ask.project.dataset.as_ref().is_some_and(read::is_large);
        if large && !known {
            let head = self.head(ask, ticket);
            if head.sheet.is_ok() {
                ticket.send(Event::Sheet(Box::new(head)));
            }
        }
        let start = Instant::now();
        match self.view(ask, false, ticket.cancel()) {
            Ok(made) => {
                let shown = self.sheet(&made, ask, false, start, ticket.cancel());
                let key = shown.sheet.as_ref().ok().map(|sheet| sheet.key);
                ticket.send(Event::Sheet(Box::new(shown)));
                if let Some(key) = key {
                    failures::send(self, &made, key, ticket);
                }
            }
            Err(faults) => ticket.send(Event::Sheet(Box::new(failed(faults)))),
        }
    }

    /// The first rows of a table that is not read yet.
    fn head(&self, ask: &Ask, ticket: &Ticket) -> Shown {
        let start = Instant::now();
        match self.view(ask, true, ticket.cancel()) {
            Ok(made) => self.sheet(&made, ask, true, start, ticket.cancel()),
            Err(faults) => failed(faults),
        }
    }

    fn sheet(&self, made: &Made, ask: &Ask, head: bool, start: Instant, cancel: &Arc<AtomicBool>) -> Shown {
        let key = hash(&(&made.view.key, "view", head));
        let mut figures = figures(&made.view, ask.depth);
        {
            let mut inner = self.inner();
            inner.failed.fill(made, &mut figures);
            if inner.tables_sent[1] != key {
                inner.tables_sent = [inner.tables_sent[1], key];
            }
        }
        match self.show(Shelf::plain(made.view.clone()), &ask.wanted, key, start, cancel) {
            Ok(sheet) => Shown {
                sheet: Ok(Sheet { steps: figures, ..sheet }),
                faults: made.faults.clone(),
                sources: made.sources.clone(),
            },
            Err(error) => failed(vec![Fault::from(&error)]),
        }
    }

    /// Counts the matches of a drafted join.
    pub fn send_matches(&self, ask: &Ask, step: &Step, ticket: &Ticket) {
        let found =
            self.view(ask, false, ticket.cancel()).map_err(|faults| faults.into_iter().next().unwrap_or_default());
        let found = found.and_then(|made| {
            stage::matches(&made.view, step, &made.env, ticket.cancel()).map_err(|error| Fault::from(&error))
        });
        ticket.send(Event::Matches(found));
    }

    /// Puts a table on its shelf and gives back what the window shows of it.
    pub(super) fn show(
        &self,
        shelf: Shelf,
        wanted: &Wanted,
        key: u64,
        start: Instant,
        cancel: &Arc<AtomicBool>,
    ) -> brewhouse_engine::Result<Sheet> {
        let cache = self.cache().map_err(|fault| Error::new(ErrorKind::Sink, fault.message))?;
        let losses = self.losses(&shelf);
        let mut blocks = HashMap::new();
        for at in &wanted.blocks {
            blocks.insert(*at, shelf.block(*at, (&wanted.meant, &losses), (&self.env, &cache), cancel)?);
        }
        let sheet = Sheet {
            key,
            facts_key: key,
            columns: Arc::clone(&shelf.columns),
            rows: shelf.shown(),
            of_rows: (!matches!(shelf.chosen, Chosen::All)).then_some(shelf.rows),
            exact: shelf.view.exact,
            effect: shelf.effect,
            losses: losses.len(),
            millis: u64::try_from(start.elapsed().as_millis()).unwrap_or_default(),
            blocks,
            ..Sheet::default()
        };
        let mut inner = self.inner();
        inner.shelves.retain(|(other, _)| *other != key);
        inner.shelves.push((key, Arc::new(shelf)));
        let sent = inner.tables_sent;
        if inner.shelves.len() > MOST_SHELVES
            && let Some(oldest) = inner.shelves.iter().position(|(other, _)| !sent.contains(other))
        {
            inner.shelves.remove(oldest);
        }
        Ok(sheet)
    }

    /// A table that is kept ready; it is the newest again.
    pub(super) fn shelf(&self, key: u64) -> Option<Arc<Shelf>> {
        let mut inner = self.inner();
        let at = inner.shelves.iter().position(|(other, _)| *other == key)?;
        let kept = inner.shelves.remove(at);
        let shelf = Arc::clone(&kept.1);
        inner.shelves.push(kept);
        Some(shelf)
    }

    /// Rows that a lens showed before.
    pub(super) fn kept_rows(&self, key: u64) -> Option<Chosen> {
        self.inner().rows.iter().find(|(other, _)| *other == key).map(|(_, rows)| rows.clone())
    }

    /// Keeps the rows that a lens shows.
    pub(super) fn keep_rows(&self, key: u64, rows: &Chosen) {
        let mut inner = self.inner();
        inner.rows.push((key, rows.clone()));
        if inner.rows.len() > MOST_ROWS {
            inner.rows.remove(0);
        }
    }

    /// What the last search found, when it was this one.
    pub(super) fn kept_found(&self, key: u64) -> Option<Found> {
        self.inner().found.as_ref().filter(|(other, _)| *other == key).map(|(_, found)| found.clone())
    }

    /// What stood in cells of a table before steps that they did not fit, as far as it was looked for.
    fn losses(&self, shelf: &Shelf) -> Arc<Vec<Loss>> {
        let plain = matches!(shelf.cells, Cells::View);
        let known = || self.inner().losses.get(&hash(&shelf.view.key)).cloned();
        plain.then(known).flatten().unwrap_or_default()
    }

    /// Keeps the steps that cells of a table did not fit.
    pub(super) fn keep_losses(&self, view: &View, losses: Vec<Loss>) {
        let mut inner = self.inner();
        if inner.losses.len() > MOST_LOSSES {
            inner.losses.clear();
        }
        inner.losses.insert(hash(&view.key), Arc::new(losses));
    }

    /// Keeps what a search found.
    pub(super) fn keep_found(&self, key: u64, found: &Found) {
        self.inner().found = Some((key, found.clone()));
    }

    /// Sends blocks of cells, one by one.
    pub fn send_blocks(&self, key: u64, wanted: &Wanted, ticket: &Ticket) {
        let (Some(shelf), Ok(cache)) = (self.shelf(key), self.cache()) else { return };
        let losses = self.losses(&shelf);
        for at in &wanted.blocks {
            if ticket.is_stale() {
                return;
            }
            match shelf.block(*at, (&wanted.meant, &losses), (&self.env, &cache), ticket.cancel()) {
                Ok(block) => ticket.send(Event::Block(key, *at, block)),
                Err(_) if ticket.is_stale() => return,
                Err(error) => return ticket.send(Event::Broken(super::Slot::Cells, Fault::from(&error))),
            }
        }
    }

    fn is_open(&self, dataset: &Dataset, epoch: u64) -> bool {
        self.inner().tables.get(&kept_as(dataset)).is_some_and(|(at, kept, _)| *at == epoch && kept == dataset)
    }

    fn kept(&self, dataset: &Dataset, epoch: u64) -> Option<Table> {
        let inner = self.inner();
        let (at, kept, table) = inner.tables.get(&kept_as(dataset))?;
        (*at == epoch && kept == dataset).then(|| table.clone())
    }

    fn table(&self, dataset: &Dataset, epoch: u64, head: bool, cache: &Cache) -> Result<Table, Fault> {
        if let Some(table) = self.kept(dataset, epoch) {
            return Ok(table);
        }
        let fault = |error: Error| Fault::from(&error);
        let mut wanted = read::wanted(dataset).map_err(fault)?;
        wanted.verdicts = Some(self.folder.join("verdicts"));
        let base = Path::new("/");
        if head {
            return stage::open_head(&wanted, base, HEAD).map_err(fault);
        }
        let opening = self.opening(dataset, epoch);
        let _turn = opening.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = self.kept(dataset, epoch) {
            return Ok(table);
        }
        let table = stage::open_full(&wanted, base, cache, &opening.cancel, &|_| ()).map_err(fault)?;
        let mut inner = self.inner();
        inner.opening.remove(&kept_as(dataset));
        inner.tables.insert(kept_as(dataset), (epoch, dataset.clone(), table.clone()));
        Ok(table)
    }

    /// The reading of a file that is under way, or a new one.
    fn opening(&self, dataset: &Dataset, epoch: u64) -> Opening {
        let mut inner = self.inner();
        if let Some(opening) = inner.opening.get(&kept_as(dataset))
            && opening.dataset == *dataset
            && opening.epoch == epoch
            && !opening.cancel.load(Ordering::Acquire)
        {
            return opening.clone();
        }
        let opening = Opening { dataset: dataset.clone(), epoch, cancel: Arc::default(), turn: Arc::default() };
        if let Some(old) = inner.opening.insert(kept_as(dataset), opening.clone()) {
            old.cancel.store(true, Ordering::Release);
        }
        opening
    }

    /// Ends the reading of files that the project does not have any more.
    fn end_other_openings(&self, ask: &Ask) {
        let project = &ask.project;
        let wanted = |opening: &Opening| {
            opening.epoch == ask.epoch
                && project.dataset.iter().chain(&project.others).any(|dataset| *dataset == opening.dataset)
        };
        self.inner().opening.retain(|_, opening| {
            let wanted = wanted(opening);
            opening.cancel.fetch_or(!wanted, Ordering::AcqRel);
            wanted
        });
    }

    /// The columns of the source, and what steps are compiled with.
    pub(super) fn columns(&self, ask: &Ask) -> Option<(SchemaRef, Environment)> {
        let cache = self.cache().ok()?;
        let table = self.table(ask.project.dataset.as_ref()?, ask.epoch, false, &cache).ok()?;
        let mut env = self.env.clone();
        for other in &ask.project.others {
            if let Ok(table) = self.table(other, ask.epoch, false, &cache) {
                env.datasets.insert(other.name.clone(), table.frame.clone());
            }
        }
        Some((table.schema, env))
    }

    /// The table after the steps; where a step has a problem, the table before the first such step, and the faults.
    pub(super) fn view(&self, ask: &Ask, head: bool, cancel: &Arc<AtomicBool>) -> Result<Made, Faults> {
        let alone = |fault: Fault| vec![fault];
        let cache = self.cache().map_err(alone)?;
        let dataset = ask.project.dataset.as_ref().ok_or_else(|| alone(Fault::new("no file is open")))?;
        let mut table = self.table(dataset, ask.epoch, head, &cache).map_err(alone)?;
        let mut env = self.env.clone();
        let mut sources = vec![(dataset.main_key(), read::found(dataset, &table))];
        let mut faults = Vec::new();
        for other in &ask.project.others {
            match self.table(other, ask.epoch, head, &cache) {
                Ok(second) => {
                    sources.push((other.other_key(), read::found(other, &second)));
                    // What a join or union yields is another one when that file is another one.
                    write!(table.key, " with {}: {}", other.name, second.key).ok();
                    env.datasets.insert(other.name.clone(), second.frame.clone());
                }
                Err(fault) => faults.push(fault),
            }
        }
        let all = &ask.project.recipe.steps;
        let mut steps = all.get(..ask.depth.min(all.len())).unwrap_or_default().to_vec();
        let view = loop {
            match stage::view(&table, &steps, &env, &cache, cancel) {
                Ok(view) => break view,
                Err(_) if cancel.load(Ordering::Acquire) => return Err(vec![Fault::new("a newer request has come")]),
                Err(problems) => {
                    let first = problems.iter().map(|problem| problem.step).min().unwrap_or_default();
                    faults.extend(problems.iter().map(Fault::from));
                    if first == 0 || first > steps.len() {
                        return Err(faults);
                    }
                    steps.truncate(first - 1);
                }
            }
        };
        let later = all.iter().enumerate().skip(ask.depth).filter(|(_, step)| !step.disabled());
        let problems = later.filter_map(|(at, step)| bind(step, at + 1).err());
        faults.extend(problems.flatten().map(|problem: Problem| Fault::from(&problem)));
        Ok(Made { view, env, cache, table, steps, faults, sources })
    }
}

pub(super) fn failed(faults: Vec<Fault>) -> Shown {
    let first = faults.first().cloned().unwrap_or_default();
    Shown { sheet: Err(first), faults, sources: Vec::new() }
}

pub(super) fn hash(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// What each step did, as far as it was counted.
pub(super) fn figures(view: &View, depth: usize) -> Vec<Option<StepFigures>> {
    let mut figures = vec![None; depth];
    for count in &view.counts {
        if let Some(place) = figures.get_mut(count.step.wrapping_sub(1)) {
            let found = count.found.clone().filter(|_| view.exact);
            let (rows_in, rows_out) = (count.rows_in, count.rows_out);
            *place = Some(StepFigures { rows_in, rows_out, found, ..StepFigures::default() });
        }
    }
    figures
}
