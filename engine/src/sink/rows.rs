//! Formats that the engine has no sink for: batches of rows handed to a writer of ours, in order, in bounded memory.

use super::Target;
use crate::error::{Error, ErrorKind, Result};
use polars::prelude::{DataFrame, LazyFrame, PlanCallback, PolarsError, Schema};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Writes batches of rows into one file.
pub(crate) trait Rows: Send {
    /// Writes a batch.
    fn write(&mut self, batch: &DataFrame) -> Result<()>;
    /// Writes what comes last.
    fn close(self: Box<Self>) -> Result<()>;
}

/// Begins a file with the columns of a schema.
pub(crate) type Begin = fn(&Path, &Schema, &Target) -> Result<Box<dyn Rows>>;

/// A writer that is shared with the engine while it runs, and the first error that it met.
#[derive(Clone, Default)]
pub(super) struct Shared(Arc<Mutex<State>>);

type State = (Option<Box<dyn Rows>>, Option<Error>);

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

impl Shared {
    /// Puts the writer at the end of a frame.
    pub(super) fn attach(&self, begin: Begin, path: &Path, target: &Target, mut frame: LazyFrame) -> Result<LazyFrame> {
        let writer = begin(path, &*frame.collect_schema()?, target)?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = Some(writer);
        let shared = self.clone();
        let each = move |batch: DataFrame| {
            let mut state = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
            let outcome = state.0.as_mut().map_or(Ok(()), |writer| writer.write(&batch));
            outcome.map(|()| false).map_err(|error| {
                let told = PolarsError::ComputeError(error.message.clone().into());
                state.1.get_or_insert(error);
                told
            })
        };
        Ok(frame.sink_batches(PlanCallback::new(each), true, None)?)
    }

    /// The error of the writer, when it was the one that stopped a run.
    pub(super) fn refused(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.take()
    }

    /// Ends the file; nothing when no writer was put anywhere.
    pub(super) fn close(&self) -> Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (state.1.take(), state.0.take()) {
            (Some(error), _) => Err(error),
            (None, Some(writer)) => writer.close(),
            (None, None) => Ok(()),
        }
    }
}

/// The error about a value that a format cannot hold.
pub(super) fn misfit(format: &str, column: &str, row: u64, what: &str) -> Error {
    let row = crate::values::grouped(row);
    Error::new(ErrorKind::Sink, format!("{format} cannot hold {what} of column {column} in row {row}"))
        .advise("write Parquet or CSV, or shorten the text in a step")
}
