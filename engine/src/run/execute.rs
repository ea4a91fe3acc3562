//! Running a job: open, compile, stream into a temporary file, balance the ledger, verify, and only then put the output in place.

use super::attempt::{Attempts, Effort};
use super::estimate::{self, WORTH};
use super::job::Job;
use super::ledger;
use super::monitor::{Monitor, Progress};
use super::receipt::{InputFact, OutputFact, RECEIPT_VERSION, Receipt};
use super::spill;
use crate::digest::Digests;
use crate::error::{Error, ErrorKind, Problem, Result};
use crate::op::Environment;
use crate::plan::datasets_named;
use crate::sink::{self, Written};
use crate::source::{self, Opened, Source};
use polars::prelude::{LazyFrame, SchemaRef};
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
    pub(super) fn all(&self) -> impl Iterator<Item = &Opened> {
        std::iter::once(&self.dataset).chain(self.others.iter().map(|(_, opened)| opened))
    }

    /// Whether stored types of a dataset are still to be checked by the run.
    pub(super) fn is_unsettled(&self) -> bool {
        self.all().any(Opened::is_unsettled)
    }

    /// Ends the checks that went on beside the run; false when they need another look.
    pub(super) fn settle(&mut self, job: &Job) -> Result<bool> {
        let mut settled = self.dataset.settle(&job.dataset)?;
        for ((_, opened), source) in self.others.iter_mut().zip(&job.others) {
            settled = settled && opened.settle_beside(source)?;
        }
        Ok(settled)
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
    let budget = job.memory.bytes();
    // What runs before this one were killed over.
    let work_folder = job.work_folder();
    for prefix in [estimate::PREFIX, spill::PREFIX] {
        sink::remove_dead_folders(&work_folder, prefix);
    }
    // Before the files are hashed beside it, which would count as its work.
    let estimate = estimate::estimate(job, &prepared, WORTH, budget);
    if let Some(estimate) = &estimate {
        let seconds = started.elapsed().as_secs_f64();
        let estimate = Some(estimate.clone());
        monitor.report(&Progress {
            event: "progress".into(),
            phase: "estimate".into(),
            seconds,
            estimate,
            ..Progress::default()
        });
    }
    let at_once = estimate.as_ref().map_or(0, |estimate| estimate.at_once_bytes);
    receipt.estimate = estimate;
    let wanted = job.targets.iter().any(|target| target.digest);
    let digests = wanted.then(|| Digests::begin(inputs.clone())).transpose()?;
    let mut committed: Vec<(sink::Staging, u64, SchemaRef)> = Vec::new();
    let effort = match budget {
        _ if job.memory.piece.is_some() => Effort::Groups,
        // No time is lost on what will not fit.
        Some(budget) if at_once > budget / 4 * 3 => Effort::Rows,
        _ => Effort::Memory,
    };
    let mut attempts =
        Attempts { job, monitor, inputs: &inputs, base: &base, started, budget, effort, spilled: 0, peak: 0 };
    for target in &job.targets {
        let Some(written) = attempts.write(target, &mut prepared, receipt, problems)? else { return Ok(false) };
        committed.push(written);
    }
    let spilled = attempts.told(receipt);
    fill_inputs(receipt, job, &prepared);
    receipt.notes.extend(spilled);
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

pub(super) fn records(opened: &Opened, limit: Option<u64>) -> Option<u64> {
    opened.records.map(|records| limit.map_or(records, |limit| records.min(limit)))
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
