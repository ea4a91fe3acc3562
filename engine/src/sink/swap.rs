//! Moving what was written into place, so that the old output is whole until the new one is.
//!
//! A file is renamed over the old one. A folder is exchanged with the old one in a single step where the system can; elsewhere two
//! renames stand in a journal, which the next run completes.

use super::cleanup::commit;
use super::place::{Place, exists, failed, sync};
use crate::error::{Error, ErrorKind, Result};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::path::Path;

const JOURNAL: &str = ".journal";
const OLD: &str = "-old.tmp";

/// Moves a finished file into place.
pub(super) fn file(place: &Place, temporary: &Path, overwrite: bool) -> Result<()> {
    let fail = |error| failed(&place.path, "cannot be put in place", error);
    let plain = || std::fs::rename(temporary, &place.path).map_err(fail);
    commit(temporary, || {
        if overwrite {
            return plain();
        }
        match renameat_with(CWD, temporary, CWD, &place.path, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(()),
            Err(rustix::io::Errno::EXIST) => Err(exists(&place.path)),
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) if !place.path.exists() => plain(),
            Err(error) => Err(fail(error.into())),
        }
    })?;
    sync(place.folder())
}

/// Moves a finished folder into place, as a set.
pub(super) fn folder(place: &Place, temporary: &Path) -> Result<()> {
    let fail = |error| failed(&place.path, "cannot be put in place", error);
    if !place.path.exists() {
        commit(temporary, || std::fs::rename(temporary, &place.path).map_err(fail))?;
        return sync(place.folder());
    }
    let exchanged =
        commit(temporary, || match renameat_with(CWD, temporary, CWD, &place.path, RenameFlags::EXCHANGE) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => by_journal(place, temporary).map(|()| false),
            Err(error) => Err(fail(error.into())),
        })?;
    if exchanged {
        // It holds the old output now.
        sync(place.folder())?;
        let _ = std::fs::remove_dir_all(temporary);
    }
    Ok(())
}

/// Swaps two folders by renames that the next run completes when this one dies between them.
pub(super) fn by_journal(place: &Place, temporary: &Path) -> Result<()> {
    let fail = |error| failed(&place.path, "cannot be put in place", error);
    let (journal, old) = (place.beside(JOURNAL), place.beside(OLD));
    let new = temporary.file_name().unwrap_or_default().to_string_lossy().into_owned();
    std::fs::write(&journal, new).map_err(|error| failed(&journal, "cannot be written", error))?;
    sync(&journal)?;
    sync(place.folder())?;
    std::fs::rename(&place.path, &old).map_err(fail)?;
    std::fs::rename(temporary, &place.path).map_err(fail)?;
    sync(place.folder())?;
    std::fs::remove_file(&journal).map_err(fail)?;
    let _ = std::fs::remove_dir_all(&old);
    Ok(())
}

/// Completes what a killed run began and removes what it left; only with the lock held.
pub(super) fn recover(place: &Place) -> Result<()> {
    let (journal, old) = (place.beside(JOURNAL), place.beside(OLD));
    if let Ok(name) = std::fs::read_to_string(&journal) {
        let new = place.folder().join(name.trim());
        if !place.path.exists() {
            let whole = if !name.trim().is_empty() && new.exists() { &new } else { &old };
            std::fs::rename(whole, &place.path).map_err(|error| {
                Error::new(
                    ErrorKind::Sink,
                    format!("an interrupted run on {} could not be completed", place.path.display()),
                )
                .advise(format!("look at {} and {}", new.display(), old.display()))
                .caused_by(error)
            })?;
            sync(place.folder())?;
        }
        std::fs::remove_file(&journal).map_err(|error| failed(&journal, "cannot be removed", error))?;
    }
    for path in place.litter() {
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.map_err(|error| failed(&path, "was left by an earlier run and cannot be removed", error))?;
    }
    Ok(())
}
