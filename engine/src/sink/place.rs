//! Where an output goes: its true path, the paths beside it that a run uses, and what may not be overwritten.

use super::{Target, WriteFormat, manifest};
use crate::error::{Error, ErrorKind, Result};
use polars::prelude::{DataType, Schema};
use std::fs::File;
use std::path::{Path, PathBuf};

/// The true path of a target and the folders that were made for it.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) made: Vec<PathBuf>,
}

impl Place {
    /// Finds the true path: links followed, missing folders made.
    pub(super) fn find(target: &Path) -> Result<Self> {
        if let Ok(path) = std::fs::canonicalize(target) {
            return Ok(Self { path, made: Vec::new() });
        }
        let name = target.file_name().ok_or_else(|| {
            Error::new(ErrorKind::Sink, format!("{} is no path of a file", target.display()))
                .advise("name the file to write")
        })?;
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let mut made: Vec<PathBuf> = parent
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .map(Path::to_owned)
            .collect();
        std::fs::create_dir_all(parent).map_err(|error| failed(parent, "cannot be made", error))?;
        let parent = std::fs::canonicalize(parent).map_err(|error| failed(parent, "cannot be read", error))?;
        made.sort_by_key(|folder| std::cmp::Reverse(folder.as_os_str().len()));
        Ok(Self { path: parent.join(name), made })
    }

    /// A path beside the target that only runs on this target use.
    pub(super) fn beside(&self, ending: &str) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.folder().join(format!(".{name}.brewhouse{ending}"))
    }

    /// The folder that the target is in.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    /// Everything beside the target that an earlier run left.
    pub(super) fn litter(&self) -> Vec<PathBuf> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let begin = format!(".{name}.brewhouse-");
        let entries = std::fs::read_dir(self.folder()).into_iter().flatten().flatten();
        entries
            .filter(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                name.starts_with(&begin) && name.ends_with(".tmp")
            })
            .map(|entry| entry.path())
            .collect()
    }

    /// Refuses what may not be overwritten.
    pub(super) fn refuse(&self, target: &Target, inputs: &[PathBuf]) -> Result<()> {
        self.refuse_inputs(inputs)?;
        let Ok(meta) = std::fs::symlink_metadata(&self.path) else { return Ok(()) };
        let shown = self.path.display();
        if target.has_parts() {
            if !meta.is_dir() {
                return Err(Error::new(
                    ErrorKind::Sink,
                    format!("{shown} is a file, but the output is a folder of parts"),
                )
                .advise("name a folder"));
            }
            let empty = std::fs::read_dir(&self.path).is_ok_and(|mut entries| entries.next().is_none());
            if !target.overwrite && !empty {
                return Err(exists(&self.path));
            }
            return manifest::refuse_strangers(&self.path);
        }
        if meta.is_dir() {
            return Err(Error::new(ErrorKind::Sink, format!("{shown} is a folder, but the output is one file"))
                .advise("name a file in it"));
        }
        if !meta.is_file() {
            return Err(Error::new(ErrorKind::Sink, format!("{shown} is no plain file")).advise("name a file"));
        }
        if target.overwrite { Ok(()) } else { Err(exists(&self.path)) }
    }

    fn refuse_inputs(&self, inputs: &[PathBuf]) -> Result<()> {
        for input in inputs {
            let Ok(input) = std::fs::canonicalize(input) else { continue };
            if input.starts_with(&self.path) || same_file(&input, &self.path) {
                return Err(Error::new(
                    ErrorKind::Sink,
                    format!("the output {} would overwrite the input {}", self.path.display(), input.display()),
                )
                .advise("write to another path"));
            }
        }
        Ok(())
    }
}

/// A column of a longer name leaves no room for values in the names of folders.
const LONGEST_NAME: usize = 100;

/// Refuses what a format or its partitions cannot hold.
pub(super) fn refuse_schema(target: &Target, schema: &Schema) -> Result<()> {
    let format = target.format()?;
    for name in &target.partition_by {
        let Some(dtype) = schema.get(name.as_str()) else {
            let known: Vec<_> = schema.iter_names().map(ToString::to_string).collect();
            return Err(Error::new(ErrorKind::Column, format!("there is no column {name} to partition by"))
                .advise(format!("use one of {}", known.join(", "))));
        };
        // The name stands in the folders' names as it is; their values are written so that they are one name each.
        let odd = name.contains(['/', '\\', '=']) || name.chars().any(char::is_control) || name.starts_with('.');
        if dtype.is_nested() || dtype.is_float() || odd || name.len() > LONGEST_NAME {
            return Err(Error::new(ErrorKind::Column, format!("column {name} cannot name folders")).advise(
                "partition by text, whole numbers or dates, with a short name that does not begin with . and is without /, \\ and =",
            ));
        }
    }
    if !target.partition_by.is_empty() && target.partition_by.len() >= schema.len() {
        return Err(Error::new(
            ErrorKind::Column,
            "nothing would be left in the files: every column is a partition column",
        )
        .advise("partition by fewer columns"));
    }
    if let Some((name, _)) = schema.iter().find(|(_, dtype)| holds_bytes(dtype) && !takes_bytes(format)) {
        let message = format!("{} cannot hold the bytes of column {name}", format.title);
        return Err(Error::new(ErrorKind::Type, message)
            .advise("write Parquet, Arrow or Avro, or delete the column in a step before"));
    }
    match schema.iter().find(|(_, dtype)| dtype.is_nested() && !format.nested) {
        Some((name, _)) => Err(Error::new(
            ErrorKind::Type,
            format!("{} cannot hold the lists or structures of column {name}", format.title),
        )
        .advise("write Parquet, JSON Lines or Arrow, or make it JSON text (TO_STRING_COLUMN) or columns (UNNEST_STRUCT) in a step before")),
        None => Ok(()),
    }
}

fn takes_bytes(format: &WriteFormat) -> bool {
    matches!(format.name, "PARQUET" | "ARROW" | "AVRO" | "ORC")
}

fn holds_bytes(dtype: &DataType) -> bool {
    match dtype {
        DataType::Binary => true,
        DataType::List(inner) | DataType::Array(inner, _) => holds_bytes(inner),
        DataType::Struct(fields) => fields.iter().any(|field| holds_bytes(field.dtype())),
        _ => false,
    }
}

/// Flushes a file or a folder to disk.
pub(super) fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|file| file.sync_all()).map_err(|error| failed(path, "cannot be flushed to disk", error))
}

/// The error about a path that a system call failed on.
pub(super) fn failed(path: &Path, what: &str, error: std::io::Error) -> Error {
    let advice = match error.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            "check that you may write to the folder"
        }
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded | std::io::ErrorKind::FileTooLarge => {
            "make room on the disk, or write elsewhere"
        }
        _ => "check the path and the disk it is on",
    };
    Error::new(ErrorKind::Sink, format!("{} {what}", path.display())).advise(advice).caused_by(error)
}

/// The error about an output that is there already.
pub(super) fn exists(path: &Path) -> Error {
    Error::new(ErrorKind::Sink, format!("{} is there already", path.display()))
        .advise("allow overwriting (--overwrite), or write elsewhere")
}

fn same_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (std::fs::metadata(a), std::fs::metadata(b)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}
