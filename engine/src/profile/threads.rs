//! Work that falls into parts of its own, on as many threads as there are processors.

use crate::error::{Error, ErrorKind, Result};
use std::sync::{Mutex, PoisonError};

/// What comes of each part of a work, in the order of the parts.
pub(super) fn side_by_side<T: Send, R: Send>(work: Vec<T>, each: impl Fn(T) -> Result<R> + Sync) -> Result<Vec<R>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(work.len());
    if threads < 2 {
        return work.into_iter().map(each).collect();
    }
    let mut found: Vec<Option<Result<R>>> = work.iter().map(|_| None).collect();
    let next = Mutex::new(work.into_iter().zip(found.iter_mut()));
    let run = || {
        loop {
            let part = next.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((part, place)) = part else { return };
            *place = Some(each(part));
        }
    };
    let stopped = |why: std::io::Error| Error::new(ErrorKind::Internal, "a thread cannot be started").caused_by(why);
    std::thread::scope(|scope| -> Result<()> {
        let spawn = |_| std::thread::Builder::new().name("figures".into()).spawn_scoped(scope, run).map_err(stopped);
        let running = (0..threads).map(spawn).collect::<Result<Vec<_>>>()?;
        let joined = |thread: std::thread::ScopedJoinHandle<'_, ()>| {
            thread.join().map_err(|_| Error::new(ErrorKind::Internal, "a thread that counted values stopped"))
        };
        running.into_iter().try_for_each(joined)
    })?;
    drop(next);
    let missing = || Error::new(ErrorKind::Internal, "a thread that counted values stopped");
    found.into_iter().map(|place| place.unwrap_or_else(|| Err(missing()))).collect()
}
