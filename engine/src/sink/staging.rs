//! One output on its way: from the checks before a run to the files in their place.

use super::lock::Lock;
use super::manifest::{self, files_below};
use super::place::{Place, failed, refuse_schema, sync};
use super::rows::Shared;
use super::{Target, WriteFormat, Written, WrittenFile, cleanup, columns_of, format, guard, outer, readback, swap};
use crate::digest::sha256_of;
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use polars::io::hive::HivePathFormatter;
use polars::io::utils::file::Writable;
use polars::prelude::file_provider::{FileProviderArgs, FileProviderReturn, FileProviderType};
use polars::prelude::{
    IdxSize, LazyFrame, PartitionStrategy, PlRefPath, PlanCallback, PolarsError, Schema, SinkDestination, SinkTarget,
    SpecialEq, UnifiedSinkArgs,
};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// A disk with less than this is full: something failed to be written to it.
const ROOM: u64 = 64 << 10;

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// An output that is being written beside its target. Dropping it removes what was written so far.
#[derive(Debug)]
pub struct Staging {
    target: Target,
    place: Option<Place>,
    temporary: PathBuf,
    done: bool,
    rows: Shared,
    /// What was written, once it was proven.
    proven: Option<Written>,
    _lock: Option<Lock>,
}

/// Checks a target before anything runs, takes its lock, completes or cleans what a killed run left.
pub fn prepare(target: &Target, inputs: &[PathBuf], schema: &Schema) -> Result<Staging> {
    let format = target.format()?;
    (format.options)(target)?;
    refuse_schema(target, schema)?;
    refuse_key(target, schema)?;
    if format.name == "CSV" {
        guard::refuse_names(target, schema)?;
    }
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let mark = format!("-{}-{number}.tmp", std::process::id());
    if target.is_stdout() {
        if target.has_parts() {
            return Err(Error::new(ErrorKind::Sink, "standard output takes one file, not a folder of parts")
                .advise("name a folder"));
        }
        let temporary = std::env::temp_dir().join(format!("brewhouse{mark}"));
        cleanup::remember(&temporary);
        return Ok(Staging::begin(target, temporary));
    }
    let place = Place::find(&target.path)?;
    let temporary = place.beside(&mark);
    let mut staging = Staging::begin(target, temporary);
    let lock = place.beside(".lock");
    let lock = cleanup::made(&lock, || Lock::take(lock.clone(), &place.path));
    let found = lock.and_then(|lock| {
        staging._lock = Some(lock);
        swap::recover(&place)?;
        place.refuse(target, inputs)
    });
    staging.place = Some(place);
    found?;
    if target.has_parts() {
        cleanup::made(&staging.temporary, || std::fs::create_dir(&staging.temporary))
            .map_err(|error| failed(&staging.temporary, "cannot be made", error))?;
    } else {
        // Made at once, so that a folder that cannot be written to is told before the work, not after it.
        cleanup::made(&staging.temporary, || File::create(&staging.temporary))
            .map_err(|error| failed(&target.path, "cannot be written", error))?;
    }
    Ok(staging)
}

impl Staging {
    // Nothing is on disk yet.
    fn begin(target: &Target, temporary: PathBuf) -> Self {
        let (target, rows) = (target.clone(), Shared::default());
        Self { target, place: None, temporary, done: false, rows, proven: None, _lock: None }
    }

    /// Whether the output goes to standard output.
    pub fn is_stdout(&self) -> bool {
        self.place.is_none()
    }

    /// Where the output is written until it is finished.
    pub fn temporary(&self) -> &Path {
        &self.temporary
    }

    /// The frame with the engine's own sink on it; running it writes the output beside the target.
    pub fn attach(&self, frame: LazyFrame) -> Result<LazyFrame> {
        let format = self.target.format()?;
        let options = (format.options)(&self.target)?;
        let locked = format.locked.filter(|_| self.target.key_name.is_some()).map(|(begin, _)| begin);
        if let Some(begin) = locked.or(format.rows) {
            return self.rows.attach(begin, &self.temporary, &self.target, frame);
        }
        let frame = if format.name == "CSV" { guard::guarded(&self.target, frame)? } else { frame };
        let destination = if self.target.has_parts() {
            SinkDestination::Partitioned {
                base_path: PlRefPath::try_from_path(&self.temporary)?,
                file_path_provider: Some(parts(&self.target, &self.temporary)?),
                partition_strategy: strategy(&self.target),
                max_rows_per_file: self
                    .target
                    .max_rows_per_file
                    .map_or(IdxSize::MAX, |rows| IdxSize::try_from(rows.max(1)).unwrap_or(IdxSize::MAX)),
                approximate_bytes_per_file: u64::MAX,
            }
        } else {
            // Opened here and not by its name: an engine that has failed may still be about to open it, and would make it anew.
            let file =
                File::create(&self.temporary).map_err(|error| failed(&self.target.path, "cannot be written", error))?;
            let writable = Arc::new(Mutex::new(Some(Writable::Local(file))));
            SinkDestination::File { target: SinkTarget::Dyn(SpecialEq::new(writable)) }
        };
        let arguments = UnifiedSinkArgs { mkdir: true, maintain_order: true, ..UnifiedSinkArgs::default() };
        Ok(frame.sink(destination, options, arguments)?)
    }

    /// Whether the disk that it is written to has no room left, whatever the writers made of it.
    pub fn is_full(&self) -> bool {
        let left = rustix::fs::statvfs(&self.temporary).map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
        left.is_ok_and(|left| left < ROOM)
    }

    /// Why the format refused a value, when that is what stopped a run.
    pub fn refused(&self) -> Option<Error> {
        self.rows.refused()
    }

    /// Flushes what was written, reads it back and holds it against the rows and columns that the run counted: all that can go wrong before
    /// it is moved into place.
    pub fn prove(&mut self, rows: u64, schema: &Schema) -> Result<()> {
        if self.proven.is_some() {
            return Ok(());
        }
        self.rows.close()?;
        let mut files = self.read_back(rows, schema)?;
        if let Some(outer) = outer::of(&self.target)? {
            for file in &mut files {
                outer::pack(&file.path, outer)?;
                sync(&file.path)?;
                file.bytes = std::fs::metadata(&file.path).map_or(file.bytes, |meta| meta.len());
            }
        }
        if self.target.digest {
            for file in &mut files {
                let found = sha256_of(&file.path, &AtomicBool::new(false));
                let found = found.map_err(|error| failed(&file.path, "cannot be read back", error))?;
                file.sha256 = found.map(|(digits, _)| digits);
            }
        }
        if self.target.has_parts() {
            manifest::write(&self.temporary, &files, &self.target.metadata)?;
            sync_folders(&self.temporary)?;
        }
        self.proven = Some(Written { rows, files, columns: columns_of(schema) });
        Ok(())
    }

    /// Proves what was written, unless that was done before, and moves it into place.
    pub fn finish(mut self, rows: u64, schema: &Schema) -> Result<Written> {
        self.prove(rows, schema)?;
        let written = self.proven.take().ok_or_else(|| Error::new(ErrorKind::Internal, "nothing was proven"))?;
        let Some(place) = &self.place else {
            copy_out(&self.temporary)?;
            let files = written.files.into_iter().map(|file| WrittenFile { path: PathBuf::from("-"), ..file });
            return Ok(Written { files: files.collect(), ..written });
        };
        if self.target.has_parts() {
            swap::folder(place, &self.temporary)?;
        } else {
            swap::file(place, &self.temporary, self.target.overwrite)?;
        }
        let moved = |file: WrittenFile| match file.path.strip_prefix(&self.temporary) {
            Ok(below) if !below.as_os_str().is_empty() => WrittenFile { path: place.path.join(below), ..file },
            _ => WrittenFile { path: place.path.clone(), ..file },
        };
        let files = written.files.into_iter().map(moved).collect();
        self.done = true;
        Ok(Written { files, ..written })
    }

    // Every file, flushed and read back.
    fn read_back(&self, rows: u64, schema: &Schema) -> Result<Vec<WrittenFile>> {
        let format = self.target.format()?;
        let inner: Schema = schema
            .iter()
            .filter(|(name, _)| !self.target.partition_by.iter().any(|column| column == name.as_str()))
            .map(|(name, dtype)| (name.clone(), dtype.clone()))
            .collect();
        let mut paths = BTreeSet::new();
        if self.target.has_parts() {
            files_below(&self.temporary, &self.temporary, &mut paths)?;
        } else {
            paths.insert(PathBuf::new());
        }
        let mut files = Vec::new();
        for below in paths {
            let path = if below.as_os_str().is_empty() { self.temporary.clone() } else { self.temporary.join(below) };
            files.push(prove(format, &self.target, path, &inner)?);
        }
        let found: u64 = files.iter().map(|file| file.rows).sum();
        if found != rows {
            return Err(Error::new(
                ErrorKind::Sink,
                format!("{found} rows read back from the output, but {rows} were written"),
            )
            .advise("check the disk and run again; the old output is untouched"));
        }
        Ok(files)
    }
}

impl Drop for Staging {
    // What an interrupt would have to remove is remembered until it is gone.
    fn drop(&mut self) {
        if !self.done {
            let removed = if self.temporary.is_dir() {
                std::fs::remove_dir_all(&self.temporary)
            } else {
                std::fs::remove_file(&self.temporary)
            };
            // Nothing more can be done here; the next run on this target tries again.
            drop(removed);
        }
        cleanup::forget(&self.temporary);
        let held = self._lock.take().is_some();
        let Some(place) = &self.place else { return };
        if held {
            cleanup::forget(&place.beside(".lock"));
        }
        if !self.done {
            for folder in &place.made {
                let _ = std::fs::remove_dir(folder);
            }
        }
    }
}

// A key is for one file of a format that can be encrypted, and it must have been found.
fn refuse_key(target: &Target, schema: &Schema) -> Result<()> {
    let Some(name) = &target.key_name else {
        return match target.column_keys.first() {
            Some(key) => Err(Error::new(
                ErrorKind::Sink,
                format!("column {} has a key, but the file it is in has none", key.column),
            )
            .advise("name the key of the file too (--output-key); it encrypts all other columns")),
            None => Ok(()),
        };
    };
    let format = target.format()?;
    if format.locked.is_none() {
        return Err(Error::new(ErrorKind::Sink, format!("{} cannot be encrypted as a file", format.title))
            .advise("write Parquet, or encrypt columns in a step"));
    }
    if target.has_parts() {
        return Err(Error::new(ErrorKind::Sink, "an encrypted output is one file, not a folder of parts")
            .advise("leave out the partition columns and the limit of rows"));
    }
    for (at, own) in target.column_keys.iter().enumerate() {
        if !schema.contains(&own.column) {
            return Err(Error::new(ErrorKind::Column, format!("there is no column {} to encrypt", own.column))
                .advise("name a column of the output"));
        }
        if target.column_keys[..at].iter().any(|other| other.column == own.column) {
            return Err(Error::new(ErrorKind::Sink, format!("column {} has two keys", own.column)).advise("name one"));
        }
    }
    let missing = |name: &String| Error::new(ErrorKind::Secret, format!("the key {name} was not looked up"));
    let named = target.column_keys.iter().map(|own| (&own.key_name, &own.key));
    match named.chain([(name, &target.key)]).find(|(name, key)| key.as_ref().is_none_or(|key| key.name != **name)) {
        Some((name, _)) => Err(missing(name)),
        None => Ok(()),
    }
}

fn prove(format: &WriteFormat, target: &Target, path: PathBuf, schema: &Schema) -> Result<WrittenFile> {
    sync(&path)?;
    let found = match (format.locked, &target.key) {
        (Some((_, read_back)), Some(_)) => read_back(&path, target)?,
        _ if format.name == "CSV" => readback::delimited(&path, format::delimiter_of(target)?)?,
        _ => (format.read_back)(&path)?,
    };
    readback::compare(&path, &found, schema)?;
    let bytes = std::fs::metadata(&path).map_err(|error| failed(&path, "cannot be read back", error))?.len();
    Ok(WrittenFile { path, rows: found.rows, bytes, sha256: None })
}

// Folders region=EU/, then part-0.parquet, part-1.parquet ... They are opened here: an engine that is still at work while the process
// ends would make their folders anew.
fn parts(target: &Target, base: &Path) -> Result<FileProviderType> {
    let ending = format::part_ending(target)?;
    let base = base.to_owned();
    let open = move |arguments: FileProviderArgs| {
        let folders = HivePathFormatter::new(arguments.partition_keys.columns()).to_string();
        let name = format!("{folders}part-{}.{ending}", arguments.index_in_partition);
        if !Path::new(&name).components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(PolarsError::ComputeError(format!("{name} leads out of the folder").into()));
        }
        let path = base.join(&name);
        let file = cleanup::made_inside(|| {
            std::fs::create_dir_all(path.parent().unwrap_or(&base))?;
            File::create(&path)
        });
        let told = |error| PolarsError::IO { error: Arc::new(error), msg: None };
        Ok(FileProviderReturn::Writable(Writable::Local(file.map_err(told)?)))
    };
    Ok(FileProviderType::Function(PlanCallback::new(open)))
}

fn strategy(target: &Target) -> PartitionStrategy {
    if target.partition_by.is_empty() {
        return PartitionStrategy::FileSize;
    }
    let keys = target.partition_by.iter().map(|name| col(name.as_str())).collect();
    PartitionStrategy::Keyed { keys, include_keys: false, keys_pre_grouped: false }
}

fn sync_folders(folder: &Path) -> Result<()> {
    let entries = std::fs::read_dir(folder).map_err(|error| failed(folder, "cannot be read", error))?;
    for entry in entries.flatten().filter(|entry| entry.path().is_dir()) {
        sync_folders(&entry.path())?;
    }
    sync(folder)
}

fn copy_out(path: &Path) -> Result<()> {
    let mut file = File::open(path).map_err(|error| failed(path, "cannot be read back", error))?;
    let mut out = std::io::stdout().lock();
    std::io::copy(&mut file, &mut out).and_then(|_| out.flush()).map_err(|error| {
        Error::new(ErrorKind::Sink, "standard output was closed before all was written").caused_by(error)
    })
}
