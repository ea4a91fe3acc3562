//! Running a job: open, compile, stream into a temporary file, balance the ledger, verify, and only then put the output in place.

use super::collect::{collect, guarded};
use super::job::Job;
use super::ledger::{self, Watch};
use super::monitor::{Monitor, Progress};
use super::receipt::{InputFact, OutputFact, RECEIPT_VERSION, Receipt};
use crate::digest::Digests;
use crate::error::{Error, ErrorKind, Problem, Result};
use crate::op::Environment;
use crate::plan::{Compiled, FactsSource, Find, Taps, compile, datasets_named, stoppable};
use crate::sink::{self, Target, Written};
use crate::source::{self, Opened, Source};
use polars::prelude::{DataFrame, Engine, LazyFrame, SchemaRef};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// A run that did not succeed: why, and the receipt as far as it got.
#[derive(Debug)]
pub struct Failure {
    /// The first error.
    pub error: Error,
    /// Every problem of the recipe, when it could not be compiled.
    pub problems: Vec<Problem>,
    /// What was known when it failed.
    pub receipt: Receipt,
}

/// A job whose datasets are open.
pub struct Prepared {
    /// The main dataset.
    pub dataset: Opened,
    /// The other datasets, by name.
    pub others: Vec<(String, Opened)>,
    /// The environment with its datasets.
    pub env: Environment,
}

/// Opens all datasets of a job; text is typed on all its rows, and stored types are held against all of them.
pub fn prepare(job: &Job, monitor: &Monitor) -> Result<Prepared> {
    prepare_by(job, monitor, source::open)
}

impl Prepared {
    /// Every dataset, the main one first.
    fn all(&self) -> impl Iterator<Item = &Opened> {
        std::iter::once(&self.dataset).chain(self.others.iter().map(|(_, opened)| opened))
    }

    /// Whether stored types of a dataset are still to be checked by the run.
    fn is_unsettled(&self) -> bool {
        self.all().any(Opened::is_unsettled)
    }

    /// Ends the checks that went on beside the run; false when they need another look.
    fn settle(&mut self, job: &Job) -> Result<bool> {
        let mut settled = self.dataset.settle(&job.dataset)?;
        for ((_, opened), source) in self.others.iter_mut().zip(&job.others) {
            settled = settled && opened.settle_beside(source)?;
        }
        Ok(settled)
    }
}

/// Answers facts queries by running them, until the run is cancelled, and remembers that one failed.
struct Facts<'a> {
    monitor: &'a Monitor,
    started: Instant,
    failed: bool,
}

impl FactsSource for Facts<'_> {
    fn watched(&self, rows: LazyFrame) -> LazyFrame {
        stoppable(rows, &self.monitor.flag())
    }

    fn facts(&mut self, _: usize, find: Find<'_>) -> Result<Option<DataFrame>> {
        let (event, phase) = ("progress".to_owned(), "facts".to_owned());
        let mut ask = |query| {
            let (event, phase, seconds) = (event.clone(), phase.clone(), self.started.elapsed().as_secs_f64());
            self.monitor.report(&Progress { event, phase, seconds, ..Progress::default() });
            collect(query)
        };
        let found = find(&mut ask);
        self.failed |= found.is_err();
        found.map(Some)
    }
}

/// How a dataset is opened.
type Open = fn(&Source, &Path, &AtomicBool, &dyn Fn(u64)) -> Result<Opened>;

fn prepare_by(job: &Job, monitor: &Monitor, how: Open) -> Result<Prepared> {
    let started = Instant::now();
    let sources: Vec<&Source> = std::iter::once(&job.dataset).chain(&job.others).collect();
    let sizes: Vec<u64> = sources.iter().map(|source| source::total_bytes(source, &job.base)).collect();
    let total: u64 = sizes.iter().sum();
    let cancel = monitor.flag();
    let open = |at: usize, how: Open| {
        let before: u64 = sizes[..at].iter().sum();
        let report = |bytes: u64| {
            let bytes = before + bytes;
            #[allow(clippy::cast_precision_loss, reason = "a share for a progress bar")]
            let share = (total > 0).then(|| (bytes as f64 / total as f64).min(1.0));
            let seconds = started.elapsed().as_secs_f64();
            monitor.report(&Progress {
                event: "progress".into(),
                phase: "types".into(),
                bytes,
                total_bytes: total,
                share,
                seconds,
                ..Progress::default()
            });
        };
        how(&with_keys(sources[at], job), &job.base, &cancel, &report)
    };
    let dataset = open(0, how)?;
    let mut others = Vec::new();
    let mut env = job.env.clone();
    let named = datasets_named(&job.recipe.steps);
    for (at, source) in job.others.iter().enumerate() {
        // What no step reads, or several, is not read once by the run: then all of it is looked at first.
        let how = if named.get(&source.name) == Some(&1) { how } else { source::open };
        let opened = open(at + 1, how)?;
        env.datasets.insert(source.name.clone(), opened.frame.clone());
        others.push((source.name.clone(), opened));
    }
    Ok(Prepared { dataset, others, env })
}

fn with_keys(source: &Source, job: &Job) -> Source {
    Source { keys: source::Keys::new(job.env.secrets.clone()), ..source.clone() }
}

/// Runs a job. Every output is in place whole when this returns a receipt; after a failure every old output is as it was.
pub fn execute(job: &Job, monitor: &Monitor) -> std::result::Result<Receipt, Box<Failure>> {
    let started = Instant::now();
    let mut receipt = blank_receipt(job);
    let mut problems = Vec::new();
    let outcome = run(job, monitor, started, &mut receipt, &mut problems);
    receipt.seconds = started.elapsed().as_secs_f64();
    receipt.peak_memory_bytes = ledger::peak_memory();
    match outcome {
        Ok(()) => {
            receipt.status = "success".into();
            Ok(receipt)
        }
        Err(error) => {
            let error = if monitor.cancelled() {
                Error::new(ErrorKind::Cancelled, "cancelled; the old output is as it was")
            } else {
                error
            };
            receipt.status = match error.kind {
                ErrorKind::Cancelled => "cancelled",
                ErrorKind::Data => "broken rule",
                _ => "failed",
            }
            .into();
            receipt.error = Some(error.to_string());
            Err(Box::new(Failure { error, problems, receipt }))
        }
    }
}

// Stored types are checked as the run reads, in one pass. Only where that fails is the source looked at on its own, which tells all
// that is wrong, or sets aside what the one pass cannot.
fn run(
    job: &Job,
    monitor: &Monitor,
    started: Instant,
    receipt: &mut Receipt,
    problems: &mut Vec<Problem>,
) -> Result<()> {
    let whole = || prepare_by(job, monitor, source::open);
    // Rows that are not read are not checked: then all are looked at first.
    let prepared = if job.limit.is_some() { whole()? } else { prepare_by(job, monitor, source::open_stored)? };
    if !prepared.is_unsettled() {
        return run_prepared(job, monitor, prepared, started, receipt, problems).map(|_| ());
    }
    match run_prepared(job, monitor, prepared, started, receipt, problems) {
        Ok(true) => return Ok(()),
        Err(error) if monitor.cancelled() || !problems.is_empty() || error.kind == ErrorKind::Sink => {
            return Err(error);
        }
        Ok(false) | Err(_) => {}
    }
    *receipt = blank_receipt(job);
    let prepared = whole()?;
    run_prepared(job, monitor, prepared, started, receipt, problems).map(|_| ())
}

// Runs a job whose datasets are open; false when a record turned out to be out of shape, and nothing was put in place.
fn run_prepared(
    job: &Job,
    monitor: &Monitor,
    mut prepared: Prepared,
    started: Instant,
    receipt: &mut Receipt,
    problems: &mut Vec<Problem>,
) -> Result<bool> {
    receipt.opening_seconds = started.elapsed().as_secs_f64();
    fill_inputs(receipt, job, &prepared);
    refuse_lost_lines(&prepared)?;
    super::aside::limit(job, &prepared)?;
    let base = limited(prepared.dataset.frame.clone(), job.limit);
    let inputs: Vec<PathBuf> = receipt.inputs.iter().map(|i| i.path.clone()).collect();
    let wanted = job.targets.iter().any(|target| target.digest);
    let digests = wanted.then(|| Digests::begin(inputs.clone())).transpose()?;
    let mut committed: Vec<(sink::Staging, u64, SchemaRef)> = Vec::new();
    for target in &job.targets {
        let mut taps = Taps::new(monitor.flag());
        let mut facts = Facts { monitor, started, failed: false };
        let compiled = compile(&job.recipe.steps, base.clone(), &prepared.env, &mut facts, Some(&mut taps))?;
        if facts.failed && prepared.is_unsettled() && !monitor.cancelled() {
            // A value that does not fit, perhaps, which the pass that follows tells in full.
            return Ok(false);
        }
        let compiled = compiled.into_plan().map_err(|found| {
            let error = first_error(&found);
            *problems = found;
            error
        })?;
        let schema =
            compiled.schema.clone().ok_or_else(|| Error::new(ErrorKind::Internal, "the columns are unknown"))?;
        let staging = sink::prepare(&with_metadata(job, target, receipt)?, &inputs, &schema)?;
        let watch = Watch::new(&taps, records(&prepared.dataset, job.limit), prepared.dataset.counting(), started);
        let frame = staging.attach(compiled.frame.clone())?;
        let unsettled = prepared.is_unsettled();
        prepared.all().for_each(Opened::begin_reading);
        let ran = watch.during(monitor, || sink_frame(frame, monitor)).map_err(|error| {
            if staging.is_full() {
                return Error::without_room("the disk is full").caused_by(error);
            }
            // What was wrong with the source is found out by the pass that follows.
            let placed = |error| if unsettled { error } else { blame(error, &compiled, monitor) };
            staging.refused().unwrap_or_else(|| placed(error))
        });
        if let (Err(error), Some(changed)) = (&ran, prepared.all().find_map(Opened::changed))
            && !matches!(error.kind, ErrorKind::Cancelled | ErrorKind::Sink)
        {
            // Whatever the readers made of it.
            return Err(changed);
        }
        ran?;
        if !prepared.settle(job)? {
            return Ok(false);
        }
        let rows = ledger::settle(&job.recipe, &compiled, &taps, records(&prepared.dataset, job.limit), receipt)?;
        check_expected(job, rows)?;
        committed.push((staging, rows, schema));
    }
    fill_inputs(receipt, job, &prepared);
    let found = digests.map(Digests::finish).unwrap_or_default();
    for (input, sha256) in receipt.inputs.iter_mut().zip(found) {
        input.sha256 = sha256;
    }
    // All that can go wrong comes before the first output is put in place.
    for (staging, rows, schema) in &mut committed {
        staging.prove(*rows, schema)?;
    }
    if let Some(error) = prepared.all().find_map(Opened::changed) {
        return Err(error);
    }
    // What did not fit is safe before the output takes its place.
    receipt.set_aside = super::aside::write(job, &prepared)?;
    for (staging, rows, schema) in committed {
        let written = staging.finish(rows, &schema)?;
        fill_outputs(receipt, &written);
    }
    receipt.balanced = true;
    Ok(true)
}

/// Every line of a source must be known to be something.
fn refuse_lost_lines(prepared: &Prepared) -> Result<()> {
    for opened in prepared.all() {
        let Some(lines) = opened.text.as_ref().map(|text| text.lines) else { continue };
        if lines.physical != lines.accounted {
            let message = format!(
                "the ledger does not balance: {} lines were counted in the source, {} were read",
                lines.physical, lines.accounted
            );
            return Err(Error::new(ErrorKind::Internal, message)
                .advise("the old output is as it was; please look at the source around quotes and line ends"));
        }
    }
    Ok(())
}

fn limited(frame: LazyFrame, limit: Option<u64>) -> LazyFrame {
    match limit {
        Some(limit) => frame.limit(u32::try_from(limit).unwrap_or(u32::MAX)),
        None => frame,
    }
}

fn records(opened: &Opened, limit: Option<u64>) -> Option<u64> {
    opened.records.map(|records| limit.map_or(records, |limit| records.min(limit)))
}

fn first_error(problems: &[Problem]) -> Error {
    let Some(first) = problems.first() else { return Error::new(ErrorKind::Internal, "the recipe cannot be run") };
    let mut error = Error::new(ErrorKind::Parameter, first.message.clone()).at_step(first.step, &first.operation);
    error.param.clone_from(&first.parameter);
    error.advice.clone_from(&first.advice);
    error
}

fn sink_frame(frame: LazyFrame, monitor: &Monitor) -> Result<()> {
    if monitor.cancelled() {
        return Err(Error::new(ErrorKind::Cancelled, "cancelled"));
    }
    let told = |error: Error| source::misfit_of(&error).unwrap_or(error);
    guarded(move || frame.collect_with_engine(Engine::Streaming).map(|_| ())).map_err(told)
}

/// Finds the step whose frame is the first that cannot be run, and places the error there.
fn blame(error: Error, compiled: &Compiled, monitor: &Monitor) -> Error {
    if monitor.cancelled() || matches!(error.kind, ErrorKind::Cancelled | ErrorKind::Sink) {
        return error;
    }
    for step in compiled.steps.iter().filter(|s| s.enabled) {
        let Some(frame) = step.frame.clone() else { continue };
        if super::collect::discard(frame).is_err() {
            return error.at_step(step.number, &step.operation);
        }
    }
    error
}

fn check_expected(job: &Job, rows: u64) -> Result<()> {
    match &job.expect_rows {
        Some(range) if !range.contains(&rows) => {
            let (low, high) = (range.start(), range.end());
            let wanted = match (low, high) {
                (low, high) if low == high => format!("{low}"),
                (low, &u64::MAX) => format!("at least {low}"),
                (low, high) => format!("{low} to {high}"),
            };
            let message = format!("{rows} rows came out, {wanted} were expected");
            Err(Error::new(ErrorKind::Data, message).advise("the old output is as it was; look at the receipt’s steps"))
        }
        _ => Ok(()),
    }
}

// The target with what is written into its footer, and its keys.
fn with_metadata(job: &Job, target: &Target, receipt: &Receipt) -> Result<Target> {
    let mut target = target.clone();
    let keys = source::Keys::new(job.env.secrets.clone());
    target.key = target.key_name.as_deref().map(|name| keys.get(name)).transpose()?;
    for own in &mut target.column_keys {
        own.key = Some(keys.get(&own.key_name)?);
    }
    target.metadata = vec![
        ("brewhouse.program".into(), receipt.program.clone()),
        ("brewhouse.recipe".into(), receipt.recipe_hash.clone()),
    ];
    Ok(target)
}

fn blank_receipt(job: &Job) -> Receipt {
    Receipt {
        format_version: RECEIPT_VERSION,
        program: format!("Brewhouse {}", env!("CARGO_PKG_VERSION")),
        recipe_hash: job.recipe.hash(),
        started_at: chrono::Utc::now().to_rfc3339(),
        now: job.env.now.to_rfc3339(),
        time_zone: job.env.zone.name().to_owned(),
        seed: job.env.seed,
        ..Receipt::default()
    }
}

fn fill_inputs(receipt: &mut Receipt, job: &Job, prepared: &Prepared) {
    receipt.inputs.clear();
    receipt.notes.clear();
    let main = std::iter::once((&job.dataset.name, &prepared.dataset));
    for (name, opened) in main.chain(prepared.others.iter().map(|(name, opened)| (name, opened))) {
        receipt.inputs.extend(opened.files.iter().map(|file| InputFact {
            dataset: name.clone(),
            path: std::path::absolute(&file.path).unwrap_or_else(|_| file.path.clone()),
            bytes: file.bytes,
            modified: file.modified.clone(),
            sha256: None,
            dataset_records: opened.records,
            dataset_set_aside: opened.text.as_ref().map_or(0, |text| text.set_aside.records),
            dataset_lines: opened.text.as_ref().map(|text| text.lines),
        }));
        receipt.notes.extend(opened.notes.iter().map(|note| format!("{name}: {note}")));
    }
}

fn fill_outputs(receipt: &mut Receipt, written: &Written) {
    receipt.outputs.extend(written.files.iter().map(OutputFact::from));
    receipt.rows_out = written.rows;
    receipt.columns.clone_from(&written.columns);
}
