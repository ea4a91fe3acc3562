//! Writing one output: compile, stream into a file beside the target, balance the ledger. First in memory; what turns out to be too large
//! for it is begun anew, with what needs all rows worked on in pieces.

use super::collect::{collect, discard, guarded};
use super::execute::{Prepared, records};
use super::held::Held;
use super::job::Job;
use super::ledger::{self, Watch};
use super::memory::{Guard, anonymous, let_go};
use super::monitor::{Monitor, Progress};
use super::receipt::Receipt;
use super::spill::{Depth, Spill, has_nodes};
use crate::error::{Error, ErrorKind, Problem, Result};
use crate::op::Locality;
use crate::op::facts::Reach;
use crate::plan::{Compiled, FactsSource, Find, NoFacts, Taps, compile, stoppable};
use crate::sink::{self, Staging, Target};
use crate::source::{self, Opened};
use polars::prelude::{DataFrame, Engine, LazyFrame, SchemaRef};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// How a plan is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    /// All in memory.
    Memory,
    /// Sorts, distinct rows and joins in pieces.
    Rows,
    /// Groups too.
    Groups,
}

impl Effort {
    /// The share of the budget, in eighths, that may be taken while the source is still read, by what a plan has of nodes that can be
    /// worked on in pieces. Sorting and joining take up to three times as much once they have all rows as while they get them.
    const fn while_reading(self, (rows, any): (bool, bool)) -> u64 {
        match self {
            Self::Memory if rows => 2,
            Self::Memory if any => 4,
            Self::Rows if any => 6,
            _ => 8,
        }
    }
}

/// The attempts of one run.
pub(super) struct Attempts<'a> {
    pub(super) job: &'a Job,
    pub(super) monitor: &'a Monitor,
    pub(super) inputs: &'a [PathBuf],
    pub(super) base: &'a LazyFrame,
    pub(super) started: Instant,
    pub(super) budget: Option<u64>,
    pub(super) effort: Effort,
    pub(super) spilled: u64,
    pub(super) peak: u64,
}

/// An output that is written and not yet in place: its rows and columns.
type Output = (Staging, u64, SchemaRef);

/// What became of an attempt.
enum Tried {
    Written(Box<Output>),
    /// A record turned out to be out of shape: the source must be looked at first.
    LookAgain,
    /// It took more memory than it may; whether there are rows, and whether there are groups, that can be worked on in pieces.
    TooLarge((bool, bool)),
}

impl Attempts<'_> {
    /// Writes one output; none when a record turned out to be out of shape.
    pub(super) fn write(
        &mut self,
        target: &Target,
        prepared: &mut Prepared,
        receipt: &mut Receipt,
        problems: &mut Vec<Problem>,
    ) -> Result<Option<Output>> {
        loop {
            match self.attempt(target, prepared, receipt, problems)? {
                Tried::Written(output) => return Ok(Some(*output)),
                Tried::LookAgain => return Ok(None),
                Tried::TooLarge((rows, _)) => {
                    self.effort = match self.effort {
                        Effort::Memory if rows => Effort::Rows,
                        Effort::Memory | Effort::Rows => Effort::Groups,
                        Effort::Groups => return Err(self.too_large(prepared)),
                    };
                }
            }
        }
    }

    /// Writes into the receipt what memory was taken; what a person should know of it.
    pub(super) fn told(&self, receipt: &mut Receipt) -> Option<String> {
        receipt.memory_budget_bytes = self.budget;
        receipt.anonymous_memory_bytes = (self.peak > 0).then_some(self.peak);
        receipt.spilled_bytes = self.spilled;
        let budget = self.budget?;
        let mut told = Vec::new();
        if self.spilled > 0 {
            let (written, budget) = (megabytes(self.spilled), megabytes(budget));
            told.push(format!("rows did not fit into {budget} of memory; {written} of them were worked on in files"));
        }
        if self.peak > budget {
            let (peak, budget) = (megabytes(self.peak), megabytes(budget));
            told.push(format!(
                "the run held {peak} of memory at most, which is more than the {budget} that it may take"
            ));
        }
        (!told.is_empty()).then(|| told.join("; "))
    }

    fn spill(&self, guard: &Guard) -> Result<Option<Arc<Spill>>> {
        let depth = match self.effort {
            Effort::Memory => return Ok(None),
            Effort::Rows => Depth::Rows,
            Effort::Groups => Depth::Groups,
        };
        let sources = std::iter::once(&self.job.dataset).chain(&self.job.others);
        // Bytes of text are about those of rows in memory; other formats are packed.
        let bytes = |source| {
            source::total_bytes(source, &self.job.base) * if source::is_text(source, &self.job.base) { 1 } else { 5 }
        };
        let expected = sources.map(bytes).sum();
        let chunk = self.job.memory.piece.unwrap_or(self.budget.unwrap_or(u64::MAX) / 8);
        Spill::begin(&self.job.work_folder(), chunk, expected, depth, Arc::clone(&guard.stop)).map(Some)
    }

    /// What there is to be worked on in pieces, as far as it is known before figures are; all of it where it is not.
    fn nodes(&self, prepared: &Prepared) -> (bool, bool) {
        match compile(&self.job.recipe.steps, self.base.clone(), &prepared.env, &mut NoFacts, None) {
            Ok(plan) if plan.problems.is_empty() && plan.schema.is_some() => has_nodes(&plan.frame),
            _ => (true, true),
        }
    }

    fn share(&self, eighths: u64) -> u64 {
        self.budget.map_or(u64::MAX, |budget| budget / 8 * eighths)
    }

    fn attempt(
        &mut self,
        target: &Target,
        prepared: &mut Prepared,
        receipt: &mut Receipt,
        problems: &mut Vec<Problem>,
    ) -> Result<Tried> {
        let before = anonymous();
        let guard = Guard::new(self.share(self.effort.while_reading(self.nodes(prepared))), self.share(8));
        let spill = self.spill(&guard)?;
        let monitor = self.monitor;
        let ways = Ways { spill, held: Held::new(Arc::clone(&guard.stop)) };
        let tried = guard.during(monitor, || self.under(&guard, &ways, target, prepared, receipt, problems));
        self.peak = self.peak.max(guard.peak());
        self.spilled += ways.spill.map_or(0, |spill| spill.written());
        if matches!(tried, Ok(Tried::TooLarge(_))) {
            // What the next attempt takes is to be its own.
            let_go(before, monitor);
        }
        tried
    }

    fn under(
        &self,
        guard: &Guard,
        ways: &Ways,
        target: &Target,
        prepared: &mut Prepared,
        receipt: &mut Receipt,
        problems: &mut Vec<Problem>,
    ) -> Result<Tried> {
        let (job, monitor) = (self.job, self.monitor);
        let is_over = || guard.is_enough() && !monitor.cancelled();
        let mut taps = Taps::new(Arc::clone(&guard.stop));
        let mut facts = Facts { failed: false, ways, monitor, started: self.started };
        let base = stoppable(self.base.clone(), &guard.enough);
        let compiled = compile(&job.recipe.steps, base, &prepared.env, &mut facts, Some(&mut taps));
        if is_over() && (compiled.is_err() || facts.failed || guard.is_over()) {
            return Ok(Tried::TooLarge((true, true)));
        }
        let compiled = compiled?;
        if facts.failed && prepared.is_unsettled() && !monitor.cancelled() {
            // A value that does not fit, perhaps, which the pass that follows tells in full.
            return Ok(Tried::LookAgain);
        }
        let compiled = compiled.into_plan().map_err(|found| {
            let error = first_error(&found);
            *problems = found;
            error
        })?;
        let schema =
            compiled.schema.clone().ok_or_else(|| Error::new(ErrorKind::Internal, "the columns are unknown"))?;
        let staging = sink::prepare(&with_metadata(job, target, receipt)?, self.inputs, &schema)?;
        guard.read_up_to(self.share(self.effort.while_reading(has_nodes(&compiled.frame))));
        let watch = Watch::new(&taps, records(&prepared.dataset, job.limit), prepared.dataset.counting(), self.started);
        let unsettled = prepared.is_unsettled();
        prepared.all().for_each(Opened::begin_reading);
        let ran = watch.during(monitor, || {
            let frame = ways.settle(compiled.frame.clone())?;
            sink_frame(staging.attach(frame)?, monitor)
        });
        if ran.is_err() && is_over() {
            return Ok(Tried::TooLarge(has_nodes(&compiled.frame)));
        }
        let ran = ran.map_err(|error| {
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
            return Ok(Tried::LookAgain);
        }
        let rows = ledger::settle(&job.recipe, &compiled, &taps, records(&prepared.dataset, job.limit), receipt)?;
        check_expected(job, rows)?;
        Ok(Tried::Written(Box::new((staging, rows, schema))))
    }

    /// What cannot be worked on in pieces, and where.
    fn too_large(&self, prepared: &Prepared) -> Error {
        let budget = megabytes(self.budget.unwrap_or_default());
        let message = format!("the run needs more than the {budget} of memory that it may take");
        let advice =
            "the old output is as it was; give the run more with --memory, or leave out rows or columns before";
        let error = Error::new(ErrorKind::Data, message).advise(advice);
        let base = self.base.clone();
        let Ok(compiled) = compile(&self.job.recipe.steps, base, &prepared.env, &mut NoFacts, None) else {
            return error;
        };
        let pieces = ["SORT", "GROUP_BY", "JOIN", "DELETE_DUPLICATE_ROWS"];
        let whole = |step: &&crate::plan::PlannedStep| {
            step.enabled && step.locality != Locality::Row && !pieces.contains(&step.operation.as_str())
        };
        match compiled.steps.iter().find(whole) {
            Some(step) => error.at_step(step.number, &step.operation),
            None => error,
        }
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", crate::values::grouped(bytes.div_ceil(1_000_000)))
}

/// How steps that need all rows are worked on: in files, or in memory.
struct Ways {
    spill: Option<Arc<Spill>>,
    held: Held,
}

impl Ways {
    fn settle(&self, frame: LazyFrame) -> Result<LazyFrame> {
        match &self.spill {
            Some(spill) => spill.settle(frame),
            None => self.held.settle(&frame),
        }
    }
}

/// Answers facts queries by running them, and remembers that one failed.
struct Facts<'a> {
    failed: bool,
    ways: &'a Ways,
    monitor: &'a Monitor,
    started: Instant,
}

impl FactsSource for Facts<'_> {
    fn reach(&self) -> Reach {
        let usual = Reach::default();
        // Where memory is short already, fewer values are held, and the rows are read more often.
        if self.ways.spill.is_some() { Reach { values: usual.values / 4, ..usual } } else { usual }
    }

    fn facts(&mut self, _: usize, find: Find<'_>) -> Result<Option<DataFrame>> {
        let found = find(&mut |query| {
            let seconds = self.started.elapsed().as_secs_f64();
            let (event, phase) = ("progress".into(), "facts".into());
            self.monitor.report(&Progress { event, phase, seconds, ..Progress::default() });
            collect(self.ways.settle(query)?)
        });
        self.failed |= found.is_err();
        found.map(Some)
    }
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
        if discard(frame).is_err() {
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
