//! SHA-256 of files, and whether files are still what they were when they were found.
//!
//! The files that a run reads are hashed by a thread of its own while the run reads them, so that their bytes come from the disk once.

use crate::error::{Error, ErrorKind, Result};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::fs::{File, Metadata};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::SystemTime;

const CHUNK: usize = 1 << 20;

/// The SHA-256 of a file in hexadecimal digits, and its size; none when it was cancelled.
pub(crate) fn sha256_of(path: &Path, stop: &AtomicBool) -> std::io::Result<Option<(String, u64)>> {
    let mut file = File::open(path)?;
    let mut bytes = vec![0; CHUNK];
    let (mut hash, mut size) = (Sha256::new(), 0);
    loop {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        match file.read(&mut bytes) {
            Ok(0) => break,
            Ok(read) => {
                hash.update(&bytes[..read]);
                size += read as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let digits = hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    Ok(Some((digits, size)))
}

/// Hashes of files that are made while something else goes on; they end when this is dropped.
pub(crate) struct Digests {
    thread: Option<JoinHandle<Vec<Option<String>>>>,
    stop: Arc<AtomicBool>,
}

impl Digests {
    /// Begins to hash files, one after the other.
    pub(crate) fn begin(files: Vec<PathBuf>) -> Result<Self> {
        let stop = Arc::<AtomicBool>::default();
        let halt = Arc::clone(&stop);
        // What cannot be read is told by whoever reads it for its rows.
        let hash = move |path: &PathBuf| sha256_of(path, &halt).ok().flatten().map(|(digits, _)| digits);
        let work = move || files.iter().map(hash).collect();
        let thread = std::thread::Builder::new().name("digest".into()).spawn(work).map_err(|error| {
            Error::new(ErrorKind::Internal, "no thread could be started")
                .advise("close other programs and try again")
                .caused_by(error)
        })?;
        Ok(Self { thread: Some(thread), stop })
    }

    /// Waits for the hashes, in the order of the files; none for a file that could not be read.
    pub(crate) fn finish(mut self) -> Vec<Option<String>> {
        self.thread.take().and_then(|thread| thread.join().ok()).unwrap_or_default()
    }
}

impl Drop for Digests {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What tells that a file was changed or replaced: its size, when it was last written, and which file it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
    place: (u64, u64),
}

impl Stamp {
    /// The stamp of a file.
    pub(crate) fn of(meta: &Metadata) -> Self {
        #[cfg(unix)]
        let place = {
            use std::os::unix::fs::MetadataExt as _;
            (meta.dev(), meta.ino())
        };
        #[cfg(not(unix))]
        let place = (0, 0);
        Self { bytes: meta.len(), modified: meta.modified().ok(), place }
    }

    /// What became of the file since, in words; none when it is as it was.
    pub(crate) fn change(&self, path: &Path) -> Option<String> {
        use crate::values::grouped;
        let Ok(meta) = std::fs::metadata(path) else { return Some("is gone".into()) };
        let now = Self::of(&meta);
        if now == *self {
            return None;
        }
        Some(match now.bytes.cmp(&self.bytes) {
            std::cmp::Ordering::Greater => {
                format!("grew from {} to {} bytes", grouped(self.bytes), grouped(now.bytes))
            }
            std::cmp::Ordering::Less => {
                format!("shrank from {} to {} bytes", grouped(self.bytes), grouped(now.bytes))
            }
            std::cmp::Ordering::Equal => "was written anew".into(),
        })
    }
}
