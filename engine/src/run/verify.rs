//! Whether the files that a receipt names are still those that a run read and wrote. Needs the receipt and the files, nothing else.

use super::receipt::Receipt;
use crate::digest::sha256_of;
use crate::error::{Error, ErrorKind, Result};
use crate::values::grouped;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// What became of the files of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// The version of this format.
    pub format_version: u32,
    /// Whether every file is what it was.
    pub ok: bool,
    /// Every file of the receipt.
    pub files: Vec<VerifiedFile>,
}

/// A file that was held against a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedFile {
    /// `input` or `output`.
    pub role: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// What became of it.
    pub state: FileState,
    /// The same in words.
    pub told: String,
    /// Its size when the run ended.
    pub bytes: u64,
    /// Its SHA-256 when the run ended, where the receipt tells it.
    pub sha256: Option<String>,
    /// Its size now, when it is there.
    pub bytes_now: Option<u64>,
    /// Its SHA-256 now, when it is there and has the size it had.
    pub sha256_now: Option<String>,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    /// Every byte is what it was.
    Same,
    /// It has the size that it had; the receipt tells no hash.
    Size,
    /// It holds something else.
    Changed,
    /// It is not there.
    Gone,
    /// It is there, but cannot be read.
    Unreadable,
    /// It went to standard output and lies nowhere.
    Streamed,
}

impl FileState {
    /// Whether nothing speaks against it.
    pub fn is_fine(self) -> bool {
        matches!(self, Self::Same | Self::Size | Self::Streamed)
    }
}

/// Holds the files of a receipt against it.
pub fn verify(receipt: &Receipt, cancel: &AtomicBool) -> Result<Verified> {
    let inputs = receipt.inputs.iter().map(|file| ("input", &file.path, file.bytes, &file.sha256));
    let outputs = receipt.outputs.iter().map(|file| ("output", &file.path, file.bytes, &file.sha256));
    let mut files = Vec::new();
    for (role, path, bytes, sha256) in inputs.chain(outputs) {
        let mut file = VerifiedFile {
            role,
            path: path.clone(),
            state: FileState::Same,
            told: String::new(),
            bytes,
            sha256: sha256.clone(),
            bytes_now: None,
            sha256_now: None,
        };
        look(&mut file, cancel)?;
        files.push(file);
    }
    Ok(Verified { format_version: 1, ok: files.iter().all(|file| file.state.is_fine()), files })
}

fn look(file: &mut VerifiedFile, cancel: &AtomicBool) -> Result<()> {
    if file.path == Path::new("-") {
        (file.state, file.told) = (FileState::Streamed, "went to standard output".into());
        return Ok(());
    }
    let meta = match std::fs::metadata(&file.path) {
        Ok(meta) => meta,
        Err(error) => {
            (file.state, file.told) = lost(&error);
            return Ok(());
        }
    };
    file.bytes_now = Some(meta.len());
    if meta.len() != file.bytes {
        file.state = FileState::Changed;
        file.told = format!("has {} bytes now, it had {}", grouped(meta.len()), grouped(file.bytes));
        return Ok(());
    }
    let Some(wanted) = &file.sha256 else {
        (file.state, file.told) = (FileState::Size, "has the size it had; the receipt tells no hash".into());
        return Ok(());
    };
    match sha256_of(&file.path, cancel) {
        Ok(Some((now, _))) => {
            let same = now.eq_ignore_ascii_case(wanted);
            file.state = if same { FileState::Same } else { FileState::Changed };
            file.told = if same { "is what it was".into() } else { "has its size but another content".into() };
            file.sha256_now = Some(now);
            Ok(())
        }
        Ok(None) => Err(Error::new(ErrorKind::Cancelled, "cancelled while the files were read")),
        Err(error) => {
            (file.state, file.told) = lost(&error);
            Ok(())
        }
    }
}

fn lost(error: &std::io::Error) -> (FileState, String) {
    match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            (FileState::Gone, "is not there any more".into())
        }
        std::io::ErrorKind::PermissionDenied => (FileState::Unreadable, "may not be read by this user".into()),
        _ => (FileState::Unreadable, format!("cannot be read: {error}")),
    }
}
