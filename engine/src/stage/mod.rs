//! The window's data supply: tables, views of them after steps, pages, figures, the effect of a step that is only
//! drafted, and the difference between two points of a recipe.
//!
//! A text source is turned once into a columnar side file in the cache folder. Steps that work row by row are evaluated for the rows that
//! are looked at; a step that needs all rows, or changes their number, is evaluated once into a side file on which later steps build. The
//! plan and the engine are those of a run; a run never reads the cache.

mod cache;
mod compare;
mod differ;
mod draft;
mod failures;
mod figures;
mod lost;
mod matches;

pub use cache::Cache;
pub use compare::{ColumnChange, Pair, PairCounts, PairPage, PairedColumn, pair, pair_counts};
pub use draft::{Draft, DraftCounts, DraftPage, Effect, draft, draft_counts, draft_page, draft_rows, draft_touched};
pub use failures::failures;
pub use figures::{Bin, ColumnFigures, card, figures, figures_of, figures_until};
pub use lost::{Loss, keeps_rows, loss};
pub use matches::{Matches, matches};

use crate::error::{Error, ErrorKind, Problem, Result};
use crate::named::col;
use crate::op::{Environment, Locality, RowLaw, bind};
use crate::plan::{FactsSource, Find, Taps, compile, stoppable};
use crate::recipe::Step;
use crate::run::{collect, write_side_file};
use crate::source::{self, ColumnVerdict, FileFact, Opened, Selection, Source, StoredColumn, TextFacts};
use polars::prelude::{DataFrame, IntoLazy as _, LazyFrame, SchemaRef};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A source as the window holds it.
#[derive(Clone)]
pub struct Table {
    /// The rows, cheap to slice.
    pub frame: LazyFrame,
    /// Its columns.
    pub schema: SchemaRef,
    /// How many rows it has; of a head, how many were read.
    pub rows: u64,
    /// Records of the source that do not fit and are not among the rows.
    pub aside: u64,
    /// Whether types and rows are those of the whole source.
    pub exact: bool,
    /// What the typing pass decided, to be stored with a project.
    pub columns: Vec<StoredColumn>,
    /// Why each column has its type.
    pub verdict: Vec<ColumnVerdict>,
    /// Layout, lines and records set aside, of text that was read whole.
    pub text: Option<TextFacts>,
    /// The sheets of a workbook, the one that was read first.
    pub sheets: Vec<String>,
    /// What a person should know.
    pub notes: Vec<String>,
    /// The files it comes from.
    pub files: Vec<FileFact>,
    /// What tells this table from any other: files, sizes, times, import options.
    pub key: String,
    /// Whether it was decrypted, so that nothing of it may stay on disk.
    pub secret: bool,
}

/// Opens the first rows of a source at once, with types that may still change.
pub fn open_head(source: &Source, base: &Path, rows: usize) -> Result<Table> {
    let opened = source::open_head(source, base, rows)?;
    // Read once: whatever is looked at next is in memory.
    let head = collect(opened.frame.clone().limit(u32::try_from(rows).unwrap_or(u32::MAX)))?;
    let key = format!("head {}", key_of(source, &opened.files));
    let counted = head.height() as u64;
    Ok(table(opened, head.lazy(), counted, false, key))
}

/// Opens a source on all its rows: text is typed and left as a side file, columnar files are read in place.
pub fn open_full(
    source: &Source,
    base: &Path,
    cache: &Cache,
    cancel: &Arc<AtomicBool>,
    progress: &dyn Fn(u64),
) -> Result<Table> {
    let opened = source::open(source, base, cancel, progress)?;
    let key = key_of(source, &opened.files);
    if !source::is_text(source, base) {
        let frame = opened.frame.clone();
        let rows = match opened.records {
            Some(records) => records,
            None => count(frame.clone())?,
        };
        return Ok(table(opened, frame, rows, true, key));
    }
    let (frame, rows) = cache.side_file(&key, || stoppable(opened.frame.clone(), cancel), write_side_file)?;
    if let Some(records) = opened.records.filter(|records| *records != rows) {
        let message = format!("{records} records were counted in {}, but {rows} rows were read", source.name);
        return Err(
            Error::new(ErrorKind::Internal, message).advise("please look at the file around quotes and line ends")
        );
    }
    Ok(table(opened, frame, rows, true, key))
}

fn table(opened: Opened, frame: LazyFrame, rows: u64, exact: bool, key: String) -> Table {
    Table {
        frame,
        schema: opened.schema.clone(),
        rows,
        aside: opened.text.as_ref().map_or(0, |text| text.set_aside.records),
        exact,
        columns: opened.columns.clone(),
        verdict: opened.verdict.clone(),
        text: opened.text.clone().filter(|_| exact),
        sheets: opened.sheets.clone(),
        notes: opened.notes.clone(),
        files: opened.files.clone(),
        key,
        secret: opened.files.iter().any(|file| source::is_locked(&file.path)),
    }
}

fn key_of(source: &Source, files: &[FileFact]) -> String {
    // The clock decided which files there are, and that is all.
    let selection = Selection { now: None, ..source.selection.clone() };
    format!("{:?} {:?} {selection:?} {:?} {files:?}", source.format, source.options, source.columns)
}

/// Counts the rows of a frame.
fn count(frame: LazyFrame) -> Result<u64> {
    let rows = polars::prelude::len().cast(polars::prelude::DataType::UInt64).alias("rows");
    let counted = collect(frame.select([rows]))?;
    Ok(counted.column("rows")?.get(0)?.extract::<u64>().unwrap_or(0))
}

/// What a step did to the rows, counted over all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepCount {
    /// The step, counted from 1.
    pub step: usize,
    /// Rows before it.
    pub rows_in: u64,
    /// Rows after it.
    pub rows_out: u64,
    /// What the data decide of its columns, as the step can keep it.
    pub found: Option<serde_json::Value>,
}

/// The table after some steps.
#[derive(Clone)]
pub struct View {
    /// The rows, cheap to slice.
    pub frame: LazyFrame,
    /// Its columns.
    pub schema: SchemaRef,
    /// How many rows it has.
    pub rows: u64,
    /// Whether it rests on all rows of the source.
    pub exact: bool,
    /// Rows in and out of every enabled step.
    pub counts: Vec<StepCount>,
    /// The columns before each step, and after the last one.
    pub schemas: Vec<SchemaRef>,
    /// What tells this view from any other.
    pub key: String,
    /// Whether it holds what was decrypted, so that nothing of it may stay on disk.
    pub secret: bool,
}

impl View {
    /// Rows `first` to `first + len`, of these columns (all when none is named).
    pub fn page(&self, first: u64, len: u32, columns: &[String]) -> Result<DataFrame> {
        let first = i64::try_from(first).unwrap_or(i64::MAX);
        let mut frame = self.frame.clone().slice(first, len);
        if !columns.is_empty() {
            let wanted = columns.iter().filter(|name| self.schema.contains(name));
            frame = frame.select(wanted.map(|name| col(name.as_str())).collect::<Vec<_>>());
        }
        collect(frame)
    }
}

/// The table after steps; steps that need all rows are evaluated into side files. Problems come back for every step.
pub fn view(
    table: &Table,
    steps: &[Step],
    env: &Environment,
    cache: &Cache,
    cancel: &Arc<AtomicBool>,
) -> Result<View, Vec<Problem>> {
    let mut view = View {
        frame: table.frame.clone(),
        schema: table.schema.clone(),
        rows: table.rows,
        exact: table.exact,
        counts: Vec::new(),
        schemas: vec![table.schema.clone()],
        key: format!("{} {:?} {}", table.key, env.now, env.seed),
        secret: table.secret,
    };
    // One compile over everything first, so that every problem of every step is told at once.
    let mut facts = CachedFacts { cache, key: view.key.clone(), steps };
    let rows = stoppable(view.frame.clone(), cancel);
    let all = compile(steps, rows, env, &mut facts, None).map_err(place)?;
    if !all.problems.is_empty() {
        return Err(all.problems);
    }
    let mut pending: Vec<Step> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        pending.push(step.clone());
        let rows_in = view.rows;
        view.key = format!("{} | {}", view.key, step.meaning());
        view.secret |= !step.disabled() && reveals(step);
        if !step.disabled() && is_barrier(step) {
            settle(&mut view, &pending, env, cache, cancel).map_err(|e| place(e.at_step(at + 1, step.operation())))?;
            pending.clear();
        }
        if !step.disabled() {
            let found = all.steps[at].found.clone();
            view.counts.push(StepCount { step: at + 1, rows_in, rows_out: view.rows, found });
        }
        if let Some(schema) = &all.steps[at].schema {
            view.schemas.push(schema.clone());
        }
    }
    let mut facts = CachedFacts { cache, key: view.key.clone(), steps: &pending };
    let tail = compile(&pending, view.frame.clone(), env, &mut facts, None).map_err(place)?.into_plan()?;
    view.frame = tail.frame;
    view.schema = tail.schema.unwrap_or(view.schema);
    Ok(view)
}

fn is_barrier(step: &Step) -> bool {
    bind(step, 0).is_ok_and(|bound| {
        (bound.op.locality)(&bound.args) != Locality::Row || (bound.op.rows)(&bound.args) != RowLaw::Same
    })
}

/// Whether a step makes readable what was not.
fn reveals(step: &Step) -> bool {
    bind(step, 0).is_ok_and(|bound| bound.op.reveals)
}

/// Evaluates steps into a side file and lets the view rest on it.
fn settle(view: &mut View, steps: &[Step], env: &Environment, cache: &Cache, cancel: &Arc<AtomicBool>) -> Result<()> {
    let key = view.key.clone();
    let frame = view.frame.clone();
    let build = || -> Result<LazyFrame> {
        let mut taps = Taps::new(cancel.clone());
        let mut facts = CachedFacts { cache, key: key.clone(), steps };
        let compiled = compile(steps, frame, env, &mut facts, Some(&mut taps))?;
        match compiled.problems.first() {
            None => Ok(compiled.frame),
            Some(problem) => Err(Error::new(ErrorKind::Parameter, problem.message.clone())),
        }
    };
    let (frame, rows) = cache.try_side_file(&key, view.secret, build, write_side_file)?;
    view.frame = frame;
    view.rows = rows;
    view.schema = view.frame.collect_schema()?;
    Ok(())
}

fn place(error: Error) -> Vec<Problem> {
    vec![Problem::from_error(error.step.unwrap_or(0), error.operation.as_deref().unwrap_or_default(), &error)]
}

/// Answers facts queries once for each table and steps before.
pub(super) struct CachedFacts<'a> {
    cache: &'a Cache,
    key: String,
    steps: &'a [Step],
}

impl FactsSource for CachedFacts<'_> {
    fn facts(&mut self, step: usize, find: Find<'_>) -> Result<Option<DataFrame>> {
        let before: Vec<String> = self.steps.iter().take(step).map(Step::meaning).collect();
        let key = format!("{} facts {}", self.key, before.join(" | "));
        self.cache.facts(&key, || find(&mut collect)).map(Some)
    }
}
