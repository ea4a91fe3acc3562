//! From paths, folders and patterns to the files of one table, in order, with what is known of each.

use super::labels::{Label, labels};
use super::select::{Chooser, Hit, is_special};
use super::{FORMATS, FileFact, ReadFormat, Source, format_of_path};
use crate::digest::Stamp;
use crate::error::{Error, ErrorKind, Result};
use chrono::{DateTime, SecondsFormat, Utc};
use polars::prelude::{PlRefPath, PlSmallStr, ScanSources};
use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The files of one table.
#[derive(Clone, Default)]
pub(crate) struct Found {
    pub(crate) files: Vec<FileFact>,
    /// What is read in place of each file, where that is a copy.
    pub(crate) copies: Vec<PathBuf>,
    pub(crate) notes: Vec<String>,
    /// Columns that the paths tell; where there are any, a reader marks each row with its file.
    pub(super) labels: Vec<Label>,
}

impl Found {
    /// The format that all files share by their endings.
    pub(crate) fn format(&self) -> Result<&'static ReadFormat> {
        let mut format: Option<&'static ReadFormat> = None;
        for file in &self.files {
            let (told, _) = format_of_path(&file.path).ok_or_else(|| no_format(&file.path))?;
            match format {
                Some(first) if first.name != told.name => {
                    return Err(Error::new(
                        ErrorKind::Source,
                        format!("{} is {}, but the files before it are {}", shown(&file.path), told.name, first.name),
                    )
                    .advise("read files of one format as one dataset"));
                }
                _ => format = Some(told),
            }
        }
        format.ok_or_else(|| Error::new(ErrorKind::Source, "the dataset has no files"))
    }

    /// The column in which a scan tells the file of each row, where one is wanted.
    pub(super) fn tag(&self) -> Option<PlSmallStr> {
        (!self.labels.is_empty()).then(|| super::labels::TAG.into())
    }

    /// The files as sources of a scan.
    pub(crate) fn scan(&self) -> Result<ScanSources> {
        scan_of(self.files.iter().map(|file| file.path.as_path()))
    }
}

/// Paths as sources of a scan.
pub(crate) fn scan_of<'a>(paths: impl Iterator<Item = &'a Path>) -> Result<ScanSources> {
    let paths = paths.map(|path| Ok(PlRefPath::try_from_path(path)?)).collect::<Result<Vec<_>>>()?;
    Ok(ScanSources::Paths(paths.into_iter().collect()))
}

/// Finds the files of a source: each path in its order, the files of a folder or pattern sorted.
pub(crate) fn find(source: &Source, base: &Path) -> Result<Found> {
    if source.paths.is_empty() {
        return Err(
            Error::new(ErrorKind::Source, format!("dataset {} names no files", source.name)).advise("give it a path")
        );
    }
    let chooser = Chooser::new(&source.selection)?;
    chooser.refuse_unused(&source.paths)?;
    let blank = vec![None; source.selection.parameters.len()];
    let below = |root: PathBuf, paths: Vec<PathBuf>| -> Vec<Hit> {
        paths.into_iter().map(|path| Hit { path, root: Some(root.clone()), values: blank.clone() }).collect()
    };
    let mut hits: Vec<Hit> = Vec::new();
    let mut known = HashSet::new();
    let mut refused = 0;
    for text in &source.paths {
        let path = base.join(text);
        let mut found = match std::fs::metadata(&path) {
            Ok(meta) if meta.is_dir() => below(path.clone(), folder(&path, text)?),
            Ok(_) => vec![Hit { path, root: None, values: blank.clone() }],
            Err(_) if is_special(text) => chooser.matching(base, text, &mut refused)?,
            Err(_) if text.contains(['*', '?']) => {
                let (root, paths) = pattern(base, text)?;
                below(root, paths)
            }
            Err(error) => return Err(unreadable(&path, &error)),
        };
        found.retain(|hit| known.insert(hit.path.clone()));
        hits.append(&mut found);
    }
    refused += chooser.by_time(&mut hits)?;
    let mut notes = Vec::new();
    if refused > 0 {
        let all = refused + hits.len() as u64;
        notes.push(format!("{} of {} files were read; the others are not wanted", hits.len(), all));
    }
    let labels = labels(&source.selection, &hits, chooser.layouts(), &mut notes);
    let files = hits.into_iter().map(|hit| fact(hit.path)).collect::<Result<Vec<_>>>()?;
    let mut found = Found { files, copies: Vec::new(), notes, labels };
    drop_empty(&mut found);
    Ok(found)
}

/// Refuses files that do not make one table, each with what is different about it.
pub(super) fn refuse(mut odd: Vec<String>) -> Result<()> {
    if odd.is_empty() {
        return Ok(());
    }
    let more = if odd.len() > 20 { format!(" ... and {} more", odd.len() - 20) } else { String::new() };
    odd.truncate(20);
    Err(Error::new(ErrorKind::Source, format!("{}{more}", odd.join("; ")))
        .advise("read files of one table with the same columns in the same order"))
}

/// A path as a message shows it.
pub(crate) fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Opens a file for reading, decompressed by its first bytes.
pub(crate) fn reader(path: &Path) -> Result<Box<dyn Read + Send>> {
    super::codec::reader(path)
}

/// The error about a file that cannot be read.
pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    let (what, advice) = match error.kind() {
        std::io::ErrorKind::NotFound => ("there is no such file or folder", "check the path"),
        std::io::ErrorKind::PermissionDenied => ("this user may not read it", "check the permissions of the file"),
        _ => ("it cannot be read", "check the file and the disk it is on"),
    };
    let cause = std::io::Error::new(error.kind(), error.to_string());
    Error::new(ErrorKind::Source, format!("{}: {what}", shown(path))).advise(advice).caused_by(cause)
}

fn no_format(path: &Path) -> Error {
    let known: Vec<_> = FORMATS.iter().flat_map(|format| format.extensions).copied().collect();
    Error::new(ErrorKind::Source, format!("{}: the ending tells no format", shown(path)))
        .advise(format!("name the format, or use one of the endings {}", known.join(", ")))
}

fn fact(path: PathBuf) -> Result<FileFact> {
    let meta = std::fs::metadata(&path).map_err(|error| unreadable(&path, &error))?;
    let modified = meta.modified().map(DateTime::<Utc>::from).unwrap_or_default();
    let modified = modified.to_rfc3339_opts(SecondsFormat::Secs, true);
    Ok(FileFact { path, bytes: meta.len(), modified, stamp: Stamp::of(&meta) })
}

// One empty file alone is kept: it is then the reader's to say what that means.
fn drop_empty(found: &mut Found) {
    if found.files.len() < 2 {
        return;
    }
    let empty: Vec<_> = found.files.iter().filter(|file| file.bytes == 0).map(|file| shown(&file.path)).collect();
    if empty.is_empty() || empty.len() == found.files.len() {
        found.files.truncate(if empty.is_empty() { found.files.len() } else { 1 });
        return;
    }
    found.files.retain(|file| file.bytes > 0);
    found.notes.push(format!("ignored {} empty file(s): {}", empty.len(), empty.join(", ")));
}

fn folder(path: &Path, text: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    walk(path, &mut files, true)?;
    files.retain(|file| format_of_path(file).is_some());
    if files.is_empty() {
        return Err(Error::new(ErrorKind::Source, format!("folder {text} holds no file that can be read"))
            .advise("check the folder and the endings of its files"));
    }
    files.sort();
    Ok(files)
}

// Files below a folder; hidden ones and marks such as _SUCCESS are no data.
pub(super) fn walk(path: &Path, files: &mut Vec<PathBuf>, deep: bool) -> Result<()> {
    let entries = std::fs::read_dir(path).map_err(|error| unreadable(path, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(path, &error))?;
        if entry.file_name().to_string_lossy().starts_with(['.', '_']) {
            continue;
        }
        let below = entry.path();
        match std::fs::metadata(&below) {
            Ok(meta) if meta.is_dir() && deep => walk(&below, files, deep)?,
            Ok(meta) if meta.is_file() => files.push(below),
            _ => {}
        }
    }
    Ok(())
}

// The folder that a pattern begins with, and the files below it.
fn pattern(base: &Path, text: &str) -> Result<(PathBuf, Vec<PathBuf>)> {
    let fixed: PathBuf = Path::new(text)
        .components()
        .take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?']))
        .collect();
    let root = base.join(&fixed);
    let rest: Vec<String> = Path::new(text)
        .components()
        .skip(fixed.components().count())
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    let mut files = Vec::new();
    if root.is_dir() {
        walk(&root, &mut files, true)?;
    }
    files.retain(|file| {
        let below: Vec<String> = file
            .strip_prefix(&root)
            .map(|below| below.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect())
            .unwrap_or_default();
        parts_match(&rest, &below)
    });
    if files.is_empty() {
        return Err(
            Error::new(ErrorKind::Source, format!("no file matches {text}")).advise("check the pattern and the folder")
        );
    }
    files.sort();
    Ok((root, files))
}

fn parts_match(pattern: &[String], path: &[String]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "**" => {
            parts_match(rest, path) || path.split_first().is_some_and(|(_, below)| parts_match(pattern, below))
        }
        (Some((first, rest)), Some((name, below))) => {
            name_matches(first.as_bytes(), name.as_bytes()) && parts_match(rest, below)
        }
        _ => false,
    }
}

fn name_matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => {
            name_matches(rest, name) || name.split_first().is_some_and(|(_, below)| name_matches(pattern, below))
        }
        (Some((b'?', rest)), Some((_, below))) => name_matches(rest, below),
        (Some((a, rest)), Some((b, below))) => a == b && name_matches(rest, below),
        _ => false,
    }
}

/// The size of all files of a source together; 0 when they cannot be found, which opening will tell.
pub fn total_bytes(source: &Source, base: &Path) -> u64 {
    find(source, base).map_or(0, |found| found.files.iter().map(|file| file.bytes).sum())
}

/// Whether a source is text, which is worth turning into a columnar side file.
pub fn is_text(source: &Source, base: &Path) -> bool {
    find(source, base).and_then(|found| found.format()).is_ok_and(|format| format.text)
}
