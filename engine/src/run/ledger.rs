//! The ledger: rows in and out of every step, held against figures that come from elsewhere.

use super::monitor::{Monitor, Progress, beside};
use super::receipt::{Receipt, StepFact};
use crate::error::{Error, ErrorKind, Result};
use crate::op::sentence;
use crate::plan::{Compiled, Counter, Taps};
use crate::recipe::Recipe;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// How often progress is told.
const TICK: Duration = Duration::from_millis(100);

/// Tells the progress of a running plan.
pub(super) struct Watch {
    source: Counter,
    records: Option<u64>,
    /// Where they are told by a count that goes on beside the plan.
    counting: Option<Arc<OnceLock<u64>>>,
    started: Instant,
}

impl Watch {
    pub(super) fn new(
        taps: &Taps,
        records: Option<u64>,
        counting: Option<Arc<OnceLock<u64>>>,
        started: Instant,
    ) -> Self {
        Self { source: taps.source_count(), records, counting, started }
    }

    /// Runs something while progress is told from a thread of its own.
    pub(super) fn during<T>(&self, monitor: &Monitor, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let began = Instant::now();
        beside("progress", TICK, || monitor.report(&self.progress(began)), work)
    }

    #[allow(clippy::cast_precision_loss, reason = "figures for a progress bar")]
    fn progress(&self, began: Instant) -> Progress {
        let rows = self.source.get();
        let records = self.records.or_else(|| self.counting.as_ref()?.get().copied());
        Progress {
            event: "progress".into(),
            phase: "rows".into(),
            rows,
            total_rows: records,
            share: records.filter(|r| *r > 0).map(|r| (rows as f64 / r as f64).min(1.0)),
            rows_per_second: rows as f64 / began.elapsed().as_secs_f64().max(0.001),
            seconds: self.started.elapsed().as_secs_f64(),
            ..Progress::default()
        }
    }
}

/// Writes the steps into the receipt and holds the counts against each other; returns the rows that came out.
pub(super) fn settle(
    recipe: &Recipe,
    compiled: &Compiled,
    taps: &Taps,
    records: Option<u64>,
    receipt: &mut Receipt,
) -> Result<u64> {
    let mut rows = taps.source_count().get();
    receipt.rows_in = rows;
    receipt.steps.clear();
    if let Some(records) = records.filter(|records| *records != rows) {
        let message = format!("{records} records were counted in the source, but {rows} rows were read");
        return Err(unbalanced(message)
            .advise("the old output is as it was; please look at the source around quotes and line ends"));
    }
    for (planned, step) in compiled.steps.iter().zip(&recipe.steps) {
        let rows_in = rows;
        let counted =
            |counts: &[(usize, Counter)]| counts.iter().find(|(n, _)| *n == planned.number).map(|(_, c)| c.get());
        rows = counted(taps.step_counts()).unwrap_or(rows_in);
        receipt.steps.push(StepFact {
            step: planned.number,
            operation: planned.operation.clone(),
            sentence: sentence::text(step),
            enabled: planned.enabled,
            rows_in,
            rows_out: rows,
            failed: counted(taps.failure_counts()).filter(|_| planned.converts && planned.enabled),
        });
        if planned.enabled && !planned.rows.holds(rows_in, rows) {
            let message =
                format!("{rows_in} rows went in and {rows} came out, against its law ({})", planned.rows.word());
            return Err(unbalanced(message).at_step(planned.number, &planned.operation));
        }
    }
    Ok(rows)
}

fn unbalanced(message: String) -> Error {
    Error::new(ErrorKind::Internal, format!("the ledger does not balance: {message}"))
}

/// The most memory this process held so far, in bytes, where the system tells.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
