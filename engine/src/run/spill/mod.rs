//! Steps that need all rows, on disk: a plan whose sorts, distinct rows, groups and joins do not fit in memory is worked on in pieces.
//!
//! The plan is walked from its sources up. Where a node needs all rows, what comes into it is streamed into files in a folder of its own
//! (nothing is written as long as it is small), worked on piece by piece, and the plan goes on from the files that result. Sorting
//! writes sorted runs and merges them; all else is parted by a hash of its keys, so that what belongs together lies together, and put
//! back into order by the number that each row had. Values and order are those of the plan in memory.

mod files;
mod nodes;
mod parts;
mod runs;

use super::collect::guarded;
use super::walk::{Done, Input, inputs_of};
use crate::error::{Error, ErrorKind, Result};
use crate::plan::stoppable;
use crate::sink::Temporary;
use polars::prelude::{DataFrame, DslPlan, Engine, LazyFrame, PlanCallback, PolarsError};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How the names of folders begin that hold what is worked on.
pub(super) const PREFIX: &str = ".brewhouse-spill-";

/// Which nodes are worked on in pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// All but groups, which need little memory as long as they are few.
    Rows,
    /// Groups too.
    Groups,
}

/// Work on disk: its folder, and how much of it is held in memory at a time.
pub struct Spill {
    folder: Temporary,
    /// Bytes of rows that are held before they are written.
    chunk: usize,
    /// Into how many parts rows are parted.
    fan: usize,
    depth: Depth,
    stop: Arc<AtomicBool>,
    files: AtomicU64,
    written: AtomicU64,
    done: Done,
}

impl Spill {
    /// Work in a new folder inside another, about `chunk` bytes at a time, where some `expected` bytes are read in all.
    pub fn begin(inside: &Path, chunk: u64, expected: u64, depth: Depth, stop: Arc<AtomicBool>) -> Result<Arc<Self>> {
        let folder = Temporary::private_folder(inside, PREFIX).map_err(|error| {
            let message = format!("no folder for rows that do not fit in memory can be made in {}", inside.display());
            Error::new(ErrorKind::Sink, message).advise("name another with --temp-folder").caused_by(error)
        })?;
        // Rows in memory are somewhat larger than in a file, and parts are not of one size.
        let fan = usize::try_from(expected * 2 / chunk.max(1)).unwrap_or(usize::MAX).clamp(8, 256);
        let chunk = usize::try_from(chunk).unwrap_or(usize::MAX);
        Ok(Arc::new(Self {
            folder,
            chunk,
            fan,
            depth,
            stop,
            files: AtomicU64::default(),
            written: AtomicU64::default(),
            done: Done::default(),
        }))
    }

    /// Bytes written so far.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// The same rows in the same order; what needs all of them has been worked on, as far as it was more than a piece.
    pub fn settle(self: &Arc<Self>, frame: LazyFrame) -> Result<LazyFrame> {
        self.done.settle(&frame, &|plan| self.node(plan))
    }

    /// Streams a frame into something, batch by batch in order.
    fn pour<T: Pour>(self: &Arc<Self>, frame: LazyFrame, into: T) -> Result<T> {
        type State<T> = Mutex<(Option<T>, Option<Error>)>;
        let state: Arc<State<T>> = Arc::new(Mutex::new((Some(into), None)));
        let shared = Arc::clone(&state);
        let each = move |batch: DataFrame| {
            let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let outcome = state.0.as_mut().map_or(Ok(()), |into| into.pour(batch));
            outcome.map(|()| false).map_err(|error| {
                let told = PolarsError::ComputeError(error.message.clone().into());
                state.1.get_or_insert(error);
                told
            })
        };
        let sink = stoppable(frame, &self.stop).sink_batches(PlanCallback::new(each), true, None)?;
        let ran = guarded(move || sink.collect_with_engine(Engine::Streaming).map(|_| ()));
        let (into, error) = std::mem::take(&mut *state.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(error) = error {
            return Err(error);
        }
        ran?;
        into.ok_or_else(|| Error::new(ErrorKind::Internal, "rows were poured into nothing"))
    }

    fn go_on(&self) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) { Err(Error::new(ErrorKind::Cancelled, "cancelled")) } else { Ok(()) }
    }
}

/// Something that takes rows, batch by batch in order.
trait Pour: Send + 'static {
    /// Takes a batch.
    fn pour(&mut self, batch: DataFrame) -> Result<()>;
}

/// Whether a plan has nodes that can be worked on in pieces: at this depth, and at any.
pub(super) fn has_nodes(frame: &LazyFrame) -> (bool, bool) {
    fn look(plan: &DslPlan, found: &mut (bool, bool)) {
        if let DslPlan::IR { dsl, .. } = plan {
            return look(dsl, found);
        }
        found.0 |= matches!(plan, DslPlan::Sort { .. } | DslPlan::Distinct { .. } | DslPlan::Join { .. });
        found.1 |= found.0 || matches!(plan, DslPlan::GroupBy { .. });
        // A plan is a tree of shared parts, so that its copy costs little.
        for input in inputs_of(&mut plan.clone()) {
            match input {
                Input::Shared(input) => look(input, found),
                Input::Own(input) => look(input, found),
            }
        }
    }
    let mut found = (false, false);
    crate::deep::with_stack(|| look(&frame.logical_plan, &mut found));
    found
}
