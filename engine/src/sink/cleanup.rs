//! What must go when the process is ended from outside, and small files that are replaced whole.

use super::place::{failed, sync};
use crate::error::Result;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

static LIVE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Remembers a path that means nothing once the process ends.
pub(super) fn remember(path: &Path) {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
}

/// Forgets a path: it is gone, or about to become the output.
pub(super) fn forget(path: &Path) {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner).retain(|live| live != path);
}

/// Removes what unfinished outputs have written so far; for a process that is about to end.
pub fn remove_temporaries() {
    for path in LIVE.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        remove(&path);
    }
}

fn remove(path: &Path) {
    // Nothing more can be done here; the next run on the same target tries again.
    let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
}

/// A file or a folder that goes when this is dropped, or when the process is ended from outside.
pub struct Temporary(PathBuf);

impl Temporary {
    /// Takes charge of a path, whether or not there is a file yet.
    pub fn new(path: PathBuf) -> Self {
        remember(&path);
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Temporary {
    /// A new folder inside another that only this user may look into.
    pub fn private_folder(inside: &Path, prefix: &str) -> std::io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        loop {
            let turn = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = inside.join(format!("{prefix}{}-{turn}", std::process::id()));
            match builder.create(&path) {
                Ok(()) => return Ok(Self::new(path)),
                // An earlier process of the same number left it.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        remove(&self.0);
        forget(&self.0);
    }
}

/// Replaces a small file whole: written beside it, flushed, renamed.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<()> {
    replace_file_with(path, &mut |out| out.write_all(bytes))
}

/// Writes a small file so that the old one stays whole until the new one is: the content comes piece by piece.
pub fn replace_file_with(
    path: &Path,
    write: &mut dyn FnMut(&mut dyn std::io::Write) -> std::io::Result<()>,
) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let mut fill = || {
        let mut out = std::io::BufWriter::new(std::fs::File::create(&beside)?);
        write(&mut out)?;
        out.flush()
    };
    let written = fill()
        .map_err(|error| failed(path, "cannot be written", error))
        .and_then(|()| sync(&beside))
        .and_then(|()| std::fs::rename(&beside, path).map_err(|error| failed(path, "cannot be replaced", error)));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}
