//! Collecting: the one call of Polars that turns a plan into rows, always with the streaming engine.

use crate::error::{Error, ErrorKind, Result};
use crate::plan::FactsSource;
use polars::prelude::{DataFrame, Engine, LazyFrame};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a query with the streaming engine and returns its rows.
pub fn collect(frame: LazyFrame) -> Result<DataFrame> {
    let run = || frame.collect_with_engine(Engine::Streaming);
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(result)) => Ok(result.unwrap_single()),
        Ok(Err(error)) => Err(error.into()),
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
