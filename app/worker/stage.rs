//! The window's supply of data: files that are open, the tables after each step, cells and facts of them.
//!
//! The one place of the window that speaks with the engine about data.

use super::cells::Table;
use super::event::Shown;
use super::{Event, Ticket, draft, facts, read};
use crate::model::sheet::{BlockAt, Sheet, StepFigures};
use crate::model::sheet::Only;
use crate::model::{Dataset, Fault, Place, Project, Source};
use brewhouse_engine::op::{Environment, bind};
use brewhouse_engine::plan::compile;
use brewhouse_engine::recipe::Step;
use brewhouse_engine::run::{LiveFacts, collect};
use brewhouse_engine::{Error, Problem};
use polars::prelude::{DataFrame, IntoLazy as _};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Tables kept ready; the oldest go first.
const MOST_TABLES: usize = 12;

/// A request for a table.
#[derive(Clone)]
pub struct Ask {
    /// The project.
    pub project: Arc<Project>,
    /// How many steps come before the table.
    pub depth: usize,
    /// Grows whenever files are to be read again.
    pub epoch: u64,
    /// Blocks that are wanted with the answer.
    pub blocks: Vec<BlockAt>,
}

/// Everything that is open.
#[derive(Default)]
pub struct Stage {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    sources: HashMap<PathBuf, (u64, DataFrame, Source)>,
    steps: HashMap<u64, (DataFrame, StepFigures)>,
    tables: Vec<(u64, Arc<Table>)>,
}

/// A table on the way through the steps.
pub(super) struct Walk {
    pub(super) frame: DataFrame,
    pub(super) hash: u64,
    pub(super) env: Environment,
    pub(super) figures: Vec<Option<StepFigures>>,
    pub(super) faults: Vec<Fault>,
    sources: Vec<(PathBuf, Source)>,
}

impl Stage {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The table after the steps of a request.
    pub fn sheet(&self, ask: &Ask) -> Shown {
        let start = Instant::now();
        match self.walk(ask) {
            Ok(walk) => {
                let table = Table::plain(walk.frame);
                self.shown(table, ask, walk.hash, start, walk.figures, walk.faults, walk.sources)
            }
            Err(fault) => Shown { sheet: Err(fault), faults: Vec::new(), sources: Vec::new() },
        }
    }

    /// The table under a draft: a step that is being made at a place.
    pub fn draft(&self, ask: &Ask, step: &Step, place: Place, only: Only) -> Shown {
        let start = Instant::now();
        let ask = Ask { depth: place.at(), ..ask.clone() };
        let walk = match self.walk(&ask) {
            Ok(walk) => walk,
            Err(fault) => return Shown { sheet: Err(fault), faults: Vec::new(), sources: Vec::new() },
        };
        let mut hash = DefaultHasher::new();
        (walk.hash, step.to_value().to_string(), only, "draft").hash(&mut hash);
        match draft::table(&walk, step, place, only) {
            Ok(table) => self.shown(table, &ask, hash.finish(), start, walk.figures, Vec::new(), walk.sources),
            Err(faults) => {
                let first = faults.first().cloned().unwrap_or_default();
                Shown { sheet: Err(first), faults, sources: Vec::new() }
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "all of it becomes one answer")]
    fn shown(
        &self, table: Table, ask: &Ask, key: u64, start: Instant, steps: Vec<Option<StepFigures>>, faults: Vec<Fault>,
        sources: Vec<(PathBuf, Source)>,
    ) -> Shown {
        let table = Arc::new(table);
        let blocks = ask.blocks.iter().map(|at| (*at, table.block(*at))).collect();
        let sheet = Sheet {
            key,
            columns: Arc::clone(&table.columns),
            rows: table.rows(),
            exact: true,
            effect: table.effect,
            steps,
            millis: u64::try_from(start.elapsed().as_millis()).unwrap_or_default(),
            blocks,
            ..Sheet::default()
        };
        let mut inner = self.inner();
        inner.tables.retain(|(other, _)| *other != key);
        inner.tables.push((key, table));
        if inner.tables.len() > MOST_TABLES {
            inner.tables.remove(0);
        }
        Shown { sheet: Ok(sheet), faults, sources }
    }

    fn table(&self, key: u64) -> Option<Arc<Table>> {
        self.inner().tables.iter().find(|(other, _)| *other == key).map(|(_, table)| Arc::clone(table))
    }

    /// Sends blocks of cells, one by one.
    pub fn send_blocks(&self, key: u64, blocks: &[BlockAt], ticket: &Ticket) {
        let Some(table) = self.table(key) else { return };
        for at in blocks {
            if ticket.is_stale() {
                return;
            }
            ticket.send(Event::Block(key, *at, table.block(*at)));
        }
    }

    /// Sends facts of columns, one by one.
    pub fn send_facts(&self, key: u64, columns: &[String], ticket: &Ticket) {
        let Some(table) = self.table(key) else { return };
        for name in columns {
            if ticket.is_stale() {
                return;
            }
            if let Ok(column) = table.frame.column(name) {
                let facts = facts::of(column.as_materialized_series());
                ticket.send(Event::Facts(key, name.clone(), Arc::new(facts)));
            }
        }
    }

    fn source(&self, dataset: &Dataset, epoch: u64) -> Result<(DataFrame, Source), Fault> {
        if let Some((at, frame, source)) = self.inner().sources.get(&dataset.path) {
            if *at == epoch {
                return Ok((frame.clone(), source.clone()));
            }
        }
        let (frame, source) = read::read(dataset).map_err(|error| Fault::from(&error))?;
        self.inner().sources.insert(dataset.path.clone(), (epoch, frame.clone(), source.clone()));
        Ok((frame, source))
    }

    fn walk(&self, ask: &Ask) -> Result<Walk, Fault> {
        let dataset = ask.project.dataset.as_ref().ok_or_else(|| Fault::new("no file is open"))?;
        let (frame, source) = self.source(dataset, ask.epoch)?;
        let mut env = Environment::at(chrono::Utc::now());
        let mut sources = vec![(dataset.path.clone(), source)];
        let mut hash = DefaultHasher::new();
        (&dataset.path, ask.epoch).hash(&mut hash);
        for other in &ask.project.others {
            if let Ok((frame, source)) = self.source(other, ask.epoch) {
                env.datasets.insert(other.name.clone(), frame.lazy());
                sources.push((other.path.clone(), source));
            }
            (&other.name, &other.path).hash(&mut hash);
        }
        let mut walk = Walk { frame, hash: hash.finish(), env, figures: Vec::new(), faults: Vec::new(), sources };
        for (at, step) in ask.project.recipe.steps.iter().enumerate() {
            if at < ask.depth {
                self.step(&mut walk, at, step);
            } else if let Err(problems) = bind(step, at + 1) {
                walk.faults.extend(problems.iter().map(Fault::from));
            }
        }
        Ok(walk)
    }

    fn step(&self, walk: &mut Walk, at: usize, step: &Step) {
        if step.disabled() {
            walk.figures.push(None);
            return;
        }
        let mut hash = DefaultHasher::new();
        (walk.hash, step.to_databrew().to_string()).hash(&mut hash);
        let hash = hash.finish();
        let kept = self.inner().steps.get(&hash).cloned();
        let outcome = match kept {
            Some(kept) => Ok(kept),
            None => apply(step, at + 1, &walk.frame, &walk.env).map(|after| {
                let figures = draft::figures(step, &walk.frame, &after);
                (after, figures)
            }),
        };
        match outcome {
            Ok((after, figures)) => {
                self.inner().steps.insert(hash, (after.clone(), figures.clone()));
                walk.frame = after;
                walk.hash = hash;
                walk.figures.push(Some(figures));
            }
            Err(problems) => {
                walk.faults.extend(problems.iter().map(Fault::from));
                walk.figures.push(None);
            }
        }
    }
}

/// A table after one more step.
pub(super) fn apply(step: &Step, number: usize, frame: &DataFrame, env: &Environment) -> Result<DataFrame, Vec<Problem>> {
    let place = |error: Error| vec![Problem::from_error(number, step.operation(), &error)];
    let steps = std::slice::from_ref(step);
    let compiled = compile(steps, frame.clone().lazy(), env, &mut LiveFacts, None).map_err(place)?;
    let compiled = compiled.into_plan().map_err(|mut problems| {
        problems.iter_mut().for_each(|problem| problem.step = number);
        problems
    })?;
    collect(compiled.frame).map_err(place)
}
