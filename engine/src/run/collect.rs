//! Collecting: the one call of Polars that turns a plan into rows, always with the streaming engine.

use crate::error::{Error, ErrorKind, Result};
use crate::plan::FactsSource;
use polars::prelude::{DataFrame, Engine, LazyFrame, PlanCallback, PolarsResult};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a query with the streaming engine and returns its rows.
pub fn collect(frame: LazyFrame) -> Result<DataFrame> {
    guarded(move || frame.collect_with_engine(Engine::Streaming).map(|result| result.unwrap_single()))
}

/// Runs a query and throws its rows away; for finding out whether it can be run.
pub(super) fn discard(frame: LazyFrame) -> Result<()> {
    let sink = frame.sink_batches(PlanCallback::new(|_: DataFrame| Ok(false)), false, None)?;
    guarded(move || sink.collect_with_engine(Engine::Streaming).map(|_| ()))
}

/// Runs something of Polars'; a panic becomes an error.
pub(crate) fn guarded<T>(work: impl FnOnce() -> PolarsResult<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(|| crate::deep::with_stack(work))) {
        Ok(outcome) => outcome.map_err(Error::from),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|t| (*t).to_owned()));
            let message = format!("the engine stopped: {}", text.unwrap_or_else(|| "no reason given".into()));
            Err(Error::new(ErrorKind::Internal, message))
        }
    }
}

/// Answers facts queries by running them.
pub struct LiveFacts;

impl FactsSource for LiveFacts {
    fn facts(&mut self, _: usize, query: LazyFrame) -> Result<Option<DataFrame>> {
        collect(query).map(Some)
    }
}

/// Answers only the facts queries that decide which columns come out; for checks that read as little as can be.
pub struct ShapeFacts;

impl FactsSource for ShapeFacts {
    fn wants(&self, shapes: bool) -> bool {
        shapes
    }

    fn facts(&mut self, _: usize, query: LazyFrame) -> Result<Option<DataFrame>> {
        collect(query).map(Some)
    }
}
