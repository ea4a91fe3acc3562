//! The list of files that a folder of parts holds, written into the folder; what is not on it is not ours to replace.

use super::WrittenFile;
use super::place::failed;
use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The name of the manifest in a folder of parts.
pub const MANIFEST: &str = "_brewhouse.json";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    format_version: u32,
    rows: u64,
    #[serde(default)]
    metadata: serde_json::Map<String, serde_json::Value>,
    files: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    path: String,
    rows: u64,
    bytes: u64,
}

/// Writes the manifest of a folder of parts.
pub(super) fn write(folder: &Path, files: &[WrittenFile], metadata: &[(String, String)]) -> Result<()> {
    let files: Vec<_> = files
        .iter()
        .map(|file| {
            let path = file.path.strip_prefix(folder).unwrap_or(&file.path).to_string_lossy().into_owned();
            Entry { path, rows: file.rows, bytes: file.bytes }
        })
        .collect();
    let metadata = metadata.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect();
    let manifest = Manifest { format_version: 1, rows: files.iter().map(|file| file.rows).sum(), metadata, files };
    let path = folder.join(MANIFEST);
    let text = serde_json::to_string_pretty(&manifest)
        .map_err(|error| Error::new(ErrorKind::Internal, "the manifest cannot be written").caused_by(error))?;
    std::fs::write(&path, text + "\n").map_err(|error| failed(&path, "cannot be written", error))?;
    super::place::sync(&path)
}

/// Refuses a folder that holds anything its manifest does not list. An empty folder is fine.
pub(super) fn refuse_strangers(folder: &Path) -> Result<()> {
    let mut found = BTreeSet::new();
    files_below(folder, folder, &mut found)?;
    if found.is_empty() {
        return Ok(());
    }
    let text = std::fs::read_to_string(folder.join(MANIFEST)).ok();
    let manifest = text.and_then(|text| serde_json::from_str::<Manifest>(&text).ok());
    let Some(manifest) = manifest else {
        return Err(Error::new(ErrorKind::Sink, format!("{} holds files that no run of ours wrote", folder.display()))
            .advise("write to another folder, or empty this one yourself"));
    };
    for file in manifest.files {
        found.remove(Path::new(&file.path));
    }
    found.remove(Path::new(MANIFEST));
    match found.first() {
        None => Ok(()),
        Some(stranger) => Err(Error::new(
            ErrorKind::Sink,
            format!(
                "{} holds {} file(s) that the last run did not write, such as {}",
                folder.display(),
                found.len(),
                stranger.display()
            ),
        )
        .advise("move them away, or write to another folder")),
    }
}

/// Every file below a folder, relative to it.
pub(super) fn files_below(root: &Path, folder: &Path, found: &mut BTreeSet<PathBuf>) -> Result<()> {
    let fail = |error| failed(folder, "cannot be read", error);
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let path = entry.path();
        if entry.file_type().map_err(fail)?.is_dir() {
            files_below(root, &path, found)?;
        } else {
            found.insert(path.strip_prefix(root).unwrap_or(&path).to_owned());
        }
    }
    Ok(())
}
