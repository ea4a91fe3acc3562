//! Side files and facts that can be had again at any time: bounded, keyed by what they were made from, safe to delete.
//!
//! What was decrypted is kept apart: for this user and this process alone.

use crate::error::{Error, ErrorKind, Result};
use crate::run::collect;
use crate::sink::Temporary;
use polars::prelude::{DataFrame, LazyFrame, PlRefPath, UnifiedScanArgs};
use sha2::Digest as _;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// Tells files that are being written apart.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// How the names of folders begin that hold what was decrypted.
const PRIVATE: &str = "private-";
/// The file in such a folder that is locked for as long as its process lives.
const ALIVE: &str = "alive";

/// A folder of side files and a store of facts.
pub struct Cache {
    folder: PathBuf,
    /// Side files of what was decrypted: nobody else may read them, and they go with this process.
    private: Mutex<Option<Private>>,
    limit: AtomicU64,
    facts: Mutex<HashMap<String, DataFrame>>,
}

impl Cache {
    /// A cache in a folder (made when it is not there) that holds at most so many bytes.
    pub fn new(folder: PathBuf, limit: u64) -> Result<Self> {
        std::fs::create_dir_all(&folder).map_err(|e| {
            Error::new(ErrorKind::Sink, format!("the cache folder {} cannot be made", folder.display())).caused_by(e)
        })?;
        let cache = Self { folder, private: Mutex::default(), limit: AtomicU64::new(limit), facts: Mutex::default() };
        remove_dead(&cache.folder);
        cache.tidy(&cache.folder);
        Ok(cache)
    }

    /// The folder of side files; that of decrypted ones is made when it is first asked for.
    fn folder(&self, secret: bool) -> Result<PathBuf> {
        if !secret {
            return Ok(self.folder.clone());
        }
        let mut private = self.private.lock().unwrap_or_else(PoisonError::into_inner);
        if private.is_none() {
            let made = Private::new(&self.folder).map_err(|e| {
                Error::new(ErrorKind::Sink, "a private folder for the view cannot be made").caused_by(e)
            })?;
            *private = Some(made);
        }
        Ok(private.as_ref().map_or_else(|| self.folder.clone(), |private| private.folder.path().to_owned()))
    }

    /// Sets how many bytes it holds at most; what is more goes when the next side file is made.
    pub fn set_limit(&self, limit: u64) {
        self.limit.store(limit, Ordering::Relaxed);
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
        self.try_side_file(key, false, || Ok(build()), write)
    }

    /// As [`Cache::side_file`], from a frame that may fail; what is secret is seen by nobody else and goes with this process.
    pub fn try_side_file(
        &self,
        key: &str,
        secret: bool,
        build: impl FnOnce() -> Result<LazyFrame>,
        write: fn(LazyFrame, &Path) -> Result<()>,
    ) -> Result<(LazyFrame, u64)> {
        let folder = self.folder(secret)?;
        let path = folder.join(format!("{}.arrow", digest(key)));
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
        let unfinished = folder.join(format!("{}.{process}-{turn}.tmp", digest(key)));
        let written = build().and_then(|frame| write(frame, &unfinished));
        let written = written.and_then(|()| {
            std::fs::rename(&unfinished, &path)
                .map_err(|e| Error::new(ErrorKind::Sink, "the side file cannot be put in place").caused_by(e))
        });
        if let Err(error) = written {
            let _ = std::fs::remove_file(&unfinished);
            return Err(error);
        }
        self.tidy(&folder);
        open(&path)
    }

    /// Removes the oldest side files while there is more than the limit, and what dead processes left half-written.
    fn tidy(&self, folder: &Path) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
            .flatten()
            .filter_map(|entry| {
                let meta = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
                Some((meta.modified().ok()?, meta.len(), entry.path()))
            })
            .collect();
        files.sort();
        let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        let old = SystemTime::now() - std::time::Duration::from_hours(24);
        let newest = files.len().saturating_sub(1);
        for (at, (modified, bytes, path)) in files.into_iter().enumerate() {
            let stale = path.extension().is_some_and(|e| e == "tmp") && modified < old;
            if (stale || (total > self.limit.load(Ordering::Relaxed) && at < newest))
                && std::fs::remove_file(&path).is_ok()
            {
                total -= bytes;
            }
        }
    }
}

/// A folder that only this user can look into, and that goes with this process.
struct Private {
    folder: Temporary,
    _alive: File,
}

impl Private {
    fn new(beside: &Path) -> std::io::Result<Self> {
        let folder = Temporary::private_folder(beside, PRIVATE)?;
        let alive = File::create(folder.path().join(ALIVE))?;
        let _ = alive.try_lock();
        Ok(Self { folder, _alive: alive })
    }
}

/// Removes private folders of processes that were killed.
fn remove_dead(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PRIVATE)) {
        // One that is just being made has no such file yet.
        let alive = File::open(entry.path().join(ALIVE));
        if alive.is_ok_and(|alive| alive.try_lock().is_ok()) {
            let _ = std::fs::remove_dir_all(entry.path());
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
