//! Collecting: the one call of Polars that turns a plan into rows, always with the streaming engine.

use crate::error::{Error, ErrorKind, Result};
use crate::plan::{FactsSource, Find};
use polars::prelude::{
    DataFrame, Engine, FileWriteFormat, IpcWriterOptions, LazyFrame, OptFlags, PlRefPath, PlanCallback, PolarsResult,
    SinkDestination, SinkTarget, UnifiedSinkArgs,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Runs a query with the streaming engine and returns its rows.
pub fn collect(frame: LazyFrame) -> Result<DataFrame> {
    guarded(move || frame.collect_with_engine(Engine::Streaming).map(|result| result.unwrap_single()))
}

/// Runs several queries at once, so that they read what they have in common only once.
pub(crate) fn collect_all(frames: Vec<LazyFrame>) -> Result<Vec<DataFrame>> {
    let plans = frames.into_iter().map(|frame| frame.logical_plan).collect();
    guarded(move || LazyFrame::collect_all_with_engine(plans, Engine::Streaming, OptFlags::default()))
}

/// The error of work that was cancelled, whatever the engine called it.
pub(crate) fn unless_cancelled<T>(outcome: Result<T>, cancel: &AtomicBool) -> Result<T> {
    if cancel.load(Ordering::Relaxed) { Err(Error::new(ErrorKind::Cancelled, "cancelled")) } else { outcome }
}

/// Streams a frame into an uncompressed Arrow file, from which single columns are cheap to read.
pub(crate) fn write_side_file(frame: LazyFrame, path: &Path) -> Result<()> {
    let path = PlRefPath::try_from_path(path).map_err(Error::from)?;
    let destination = SinkDestination::File { target: SinkTarget::Path(path) };
    let options = IpcWriterOptions { record_batch_size: Some(65_536), ..IpcWriterOptions::default() };
    let sink = frame.sink(destination, FileWriteFormat::Ipc(options), UnifiedSinkArgs::default())?;
    guarded(move || sink.collect_with_engine(Engine::Streaming).map(|_| ()))
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
    fn facts(&mut self, _: usize, find: Find<'_>) -> Result<Option<DataFrame>> {
        find(&mut collect).map(Some)
    }
}

/// Answers only the facts queries that decide which columns come out; for checks that read as little as can be.
pub struct ShapeFacts;

impl FactsSource for ShapeFacts {
    fn wants(&self, shapes: bool) -> bool {
        shapes
    }

    fn facts(&mut self, _: usize, find: Find<'_>) -> Result<Option<DataFrame>> {
        find(&mut collect).map(Some)
    }
}
