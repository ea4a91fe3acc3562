//! Side files and facts that can be had again at any time: bounded, keyed by what they were made from, safe to delete.

use crate::error::{Error, ErrorKind, Result};
use crate::run::collect;
use polars::prelude::{DataFrame, LazyFrame, PlRefPath, UnifiedScanArgs};
use sha2::Digest as _;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// Tells files that are being written apart.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A folder of side files and a store of facts.
pub struct Cache {
    folder: PathBuf,
    limit: u64,
    facts: Mutex<HashMap<String, DataFrame>>,
}

impl Cache {
    /// A cache in a folder (made when it is not there) that holds at most so many bytes.
    pub fn new(folder: PathBuf, limit: u64) -> Result<Self> {
        std::fs::create_dir_all(&folder).map_err(|e| {
            Error::new(ErrorKind::Sink, format!("the cache folder {} cannot be made", folder.display())).caused_by(e)
        })?;
        let cache = Self { folder, limit, facts: Mutex::default() };
        cache.tidy();
        Ok(cache)
    }

    /// The facts of a key, computed once.
    pub fn facts(&self, key: &str, compute: impl FnOnce() -> Result<DataFrame>) -> Result<DataFrame> {
        if let Some(found) = self.facts.lock().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Ok(found.clone());
        }
        let computed = compute()?;
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), computed.clone());
        Ok(computed)
    }

    /// The side file of a key and its rows; made from a frame when it is not there.
    pub fn side_file(
        &self,
        key: &str,
        build: impl FnOnce() -> LazyFrame,
        write: fn(LazyFrame, &Path) -> Result<()>,
    ) -> Result<(LazyFrame, u64)> {
        self.try_side_file(key, || Ok(build()), write)
    }

    /// As [`Cache::side_file`], from a frame that may fail.
    pub fn try_side_file(
        &self,
        key: &str,
        build: impl FnOnce() -> Result<LazyFrame>,
        write: fn(LazyFrame, &Path) -> Result<()>,
    ) -> Result<(LazyFrame, u64)> {
        let path = self.folder.join(format!("{}.arrow", digest(key)));
        if path.exists() {
            // Used again: the oldest go first when room is needed.
            if let Ok(file) = std::fs::File::options().append(true).open(&path) {
                let _ = file.set_modified(SystemTime::now());
            }
            if let Ok(found) = open(&path) {
                return Ok(found);
            }
        }
        // An older request for the same file may still be writing its own.
        let (process, turn) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let unfinished = self.folder.join(format!("{}.{process}-{turn}.tmp", digest(key)));
        let written = build().and_then(|frame| write(frame, &unfinished));
        let written = written.and_then(|()| {
            std::fs::rename(&unfinished, &path)
                .map_err(|e| Error::new(ErrorKind::Sink, "the side file cannot be put in place").caused_by(e))
        });
        if let Err(error) = written {
            let _ = std::fs::remove_file(&unfinished);
            return Err(error);
        }
        self.tidy();
        open(&path)
    }

    /// Removes the oldest side files while there is more than the limit, and what dead processes left half-written.
    fn tidy(&self) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
            .flatten()
            .filter_map(|entry| {
                let meta = entry.metadata().ok()?;
                Some((meta.modified().ok()?, meta.len(), entry.path()))
            })
            .collect();
        files.sort();
        let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        let old = SystemTime::now() - std::time::Duration::from_hours(24);
        let newest = files.len().saturating_sub(1);
        for (at, (modified, bytes, path)) in files.into_iter().enumerate() {
            let stale = path.extension().is_some_and(|e| e == "tmp") && modified < old;
            if (stale || (total > self.limit && at < newest)) && std::fs::remove_file(&path).is_ok() {
                total -= bytes;
            }
        }
    }
}

fn digest(key: &str) -> String {
    sha2::Sha256::digest(key.as_bytes()).iter().take(12).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn open(path: &Path) -> Result<(LazyFrame, u64)> {
    let frame =
        LazyFrame::scan_ipc(ref_path(path)?, polars::prelude::IpcScanOptions::default(), UnifiedScanArgs::default())?;
    let rows = polars::prelude::len().cast(polars::prelude::DataType::UInt64).alias("rows");
    let rows = collect(frame.clone().select([rows]))?.column("rows")?.get(0)?.extract::<u64>().unwrap_or(0);
    Ok((frame, rows))
}

fn ref_path(path: &Path) -> Result<PlRefPath> {
    PlRefPath::try_from_path(path).map_err(Error::from)
}
