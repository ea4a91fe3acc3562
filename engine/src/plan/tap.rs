//! Taps: where rows are counted and a cancelled run stops, inside the streaming plan.
//!
//! A tap passes rows through unchanged. It lets no filter slide below it, or it would count too few; columns may be left out below it.
//! Each has its own name, since Polars takes two taps of one name on one input for the same.

use polars::prelude::{Column, DataFrame, Expr, LazyFrame, OptFlags, PolarsError, PolarsResult};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A count that taps add to while a plan runs.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<AtomicU64>);

impl Counter {
    /// Adds to the count.
    pub fn add(&self, rows: usize) {
        self.0.fetch_add(rows as u64, Ordering::Relaxed);
    }

    /// The count so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The taps of one plan.
#[derive(Default)]
pub struct Taps {
    cancel: Arc<AtomicBool>,
    source: Counter,
    steps: Vec<(usize, Counter)>,
    failures: Vec<(usize, Counter)>,
}

impl Taps {
    /// Taps that stop the plan when the flag is raised.
    pub fn new(cancel: Arc<AtomicBool>) -> Self {
        Self { cancel, ..Self::default() }
    }

    /// The rows that came from the source.
    pub fn source_count(&self) -> Counter {
        self.source.clone()
    }

    /// The rows after each tapped step, in step order.
    pub fn step_counts(&self) -> &[(usize, Counter)] {
        &self.steps
    }

    /// The cells that did not fit, for each converting step.
    pub fn failure_counts(&self) -> &[(usize, Counter)] {
        &self.failures
    }

    pub(super) fn source(&mut self, frame: LazyFrame) -> LazyFrame {
        self.tap(frame, self.source.clone())
    }

    pub(super) fn after(&mut self, frame: LazyFrame, step: usize) -> LazyFrame {
        let counter = Counter::default();
        self.steps.push((step, counter.clone()));
        self.tap(frame, counter)
    }

    pub(super) fn failures(&mut self, step: usize) -> Counter {
        let counter = Counter::default();
        self.failures.push((step, counter.clone()));
        counter
    }

    fn tap(&self, frame: LazyFrame, counter: Counter) -> LazyFrame {
        tapped(frame, self.cancel.clone(), counter)
    }
}

/// A frame whose reading stops with an error as soon as the flag is raised.
pub fn stoppable(frame: LazyFrame, cancel: &Arc<AtomicBool>) -> LazyFrame {
    tapped(frame, cancel.clone(), Counter::default())
}

fn tapped(frame: LazyFrame, cancel: Arc<AtomicBool>, counter: Counter) -> LazyFrame {
    let pass = move |frame: DataFrame| -> PolarsResult<DataFrame> {
        if cancel.load(Ordering::Relaxed) {
            return Err(PolarsError::ComputeError("cancelled".into()));
        }
        counter.add(frame.height());
        Ok(frame)
    };
    frame.map(pass, OptFlags::PROJECTION_PUSHDOWN | OptFlags::STREAMING, None, Some(unique_name()))
}

/// A name that no other function on rows has in this process. A few bytes for each tap are never given back.
pub(crate) fn unique_name() -> &'static str {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    Box::leak(format!("tap {}", NEXT.fetch_add(1, Ordering::Relaxed)).into_boxed_str())
}

/// Counts the cells that had a value before and have none after.
pub(super) fn count_failures(after: Expr, before: Expr, counter: Counter) -> Expr {
    after.map_many(
        move |columns: &mut [Column]| {
            let after = std::mem::take(&mut columns[0]);
            let lost = after.is_null() & columns[1].is_not_null();
            counter.add(lost.sum().unwrap_or(0) as usize);
            Ok(after)
        },
        &[before],
        |_, fields| Ok(fields[0].clone()),
    )
}
