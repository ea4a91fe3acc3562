//! A lock against two runs on one target: a file beside it, locked by the system, so that a killed run leaves no lock behind.

use crate::error::{Error, ErrorKind, Result};
use std::fs::{File, TryLockError};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A held lock; dropping it removes its file.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock, or says who else is at it.
    pub(super) fn take(path: PathBuf, target: &Path) -> Result<Self> {
        for _ in 0..100 {
            let file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)
                .map_err(|error| unlockable(target, error))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::new(ErrorKind::Sink, format!("another run is writing {}", target.display()))
                        .advise("wait for it, or write elsewhere"));
                }
                Err(TryLockError::Error(error)) => return Err(unlockable(target, error)),
            }
            // The run before may have removed the file between our opening and locking it: then the lock is on nothing.
            let ours = file.metadata().map_err(|error| unlockable(target, error))?.ino();
            if std::fs::metadata(&path).is_ok_and(|there| there.ino() == ours) {
                return Ok(Self { path, _file: file });
            }
        }
        Err(Error::new(ErrorKind::Sink, format!("{} could not be locked", target.display())).advise("try again"))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

fn unlockable(target: &Path, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Sink, format!("{} cannot be written", target.display()))
        .advise("check that the folder exists and that you may write to it")
        .caused_by(error)
}
