//! Formats that the engine has no reader for: Avro, ORC, streams of Arrow, Parquet that is encrypted or has types that it knows not. A crate made for them reads batch by batch into a
//! temporary Arrow file without a name, which the engine then scans.

use super::avro;
use super::columnar::{held, refuse_odd};
use super::files::{Found, shown, unreadable};
use super::key::{Key, Keys};
use super::labels::TAG;
use super::{Depth, Opened, Source, codec, columns_of, straighten};
use crate::bridge::Copy;
use crate::error::{Error, ErrorKind, Result};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef as ArrowSchema;
use arrow::error::ArrowError;
use arrow::ipc::reader::{FileReader, StreamReader};
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::encryption::decrypt::{DecryptionPropertiesBuilder, FileDecryptionProperties, KeyRetriever};
use polars::prelude::{HiveOptions, LazyFrame, ScanSources, Schema, UnifiedScanArgs, UnionArgs, concat, lit};
use std::cell::Cell;
use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Opens Avro files.
pub(super) fn open_avro(source: &Source, found: Found, depth: Depth<'_>) -> Result<Opened> {
    let mut counted = 0;
    if !matches!(depth, Depth::Head { .. }) {
        for file in &found.files {
            counted += avro::records(&file.path)?;
        }
    }
    let opened = opened(source, found, depth, "Avro", &|path| {
        let text = BufReader::with_capacity(1 << 18, codec::reader(path)?);
        let reader =
            arrow_avro::reader::ReaderBuilder::new().build(text).map_err(|error| damaged(path, "Avro", error))?;
        let schema = reader.schema();
        Ok((schema, batches(path, "Avro", reader)))
    })?;
    all_read(source, opened, counted)
}

fn all_read(source: &Source, opened: Opened, counted: u64) -> Result<Opened> {
    if let Some(records) = opened.records.filter(|records| *records != counted) {
        let message = format!("{records} records were read of {counted} in dataset {}", source.name);
        return Err(Error::new(ErrorKind::Source, message).advise("fetch the file again"));
    }
    Ok(opened)
}

/// Opens ORC files.
pub(super) fn open_orc(source: &Source, found: Found, depth: Depth<'_>) -> Result<Opened> {
    let early = Cell::new(false);
    match orc(source, found.clone(), depth, true, &early) {
        // Times that nanoseconds do not reach, perhaps.
        Err(error) if error.kind == ErrorKind::Source => match orc(source, found, depth, false, &early) {
            Ok(mut opened) => {
                opened.notes.push("times lie before 1678 or after 2261, and are read to the microsecond".to_owned());
                Ok(opened)
            }
            Err(beyond) if beyond.message.contains(crate::orc::BEYOND) => Err(beyond),
            Err(error) if early.get() => Err(error.advise(EARLY)),
            Err(_) => Err(error),
        },
        Ok(mut opened) if early.get() => {
            // Most of such times are an error; those that are not may be off, which nothing in the file tells.
            opened.notes.push(
                "times before 1970 with parts of a second below 100 nanoseconds may be off in this file: write whole seconds, or Parquet".to_owned(),
            );
            Ok(opened)
        }
        opened => opened,
    }
}

/// What may be wrong with a whole file.
const EARLY: &str = "fetch the file again; if it is whole, its program (PyArrow, perhaps) wrote times before 1970 with parts of a second \
                     in a way that is not read: write Parquet there, or whole seconds";

fn orc(source: &Source, found: Found, depth: Depth<'_>, nanoseconds: bool, early: &Cell<bool>) -> Result<Opened> {
    let counted = Cell::new(0);
    let opened = opened(source, found, depth, "ORC", &|path| {
        let file = File::open(path).map_err(|error| unreadable(path, &error))?;
        let contents = crate::orc::read(file, nanoseconds).map_err(|error| damaged(path, "ORC", error))?;
        counted.set(counted.get() + contents.rows);
        early.set(early.get() || contents.early);
        Ok((contents.schema, batches(path, "ORC", contents.batches)))
    })?;
    all_read(source, opened, counted.get())
}

/// Opens Parquet files some of which are encrypted.
pub(super) fn open_locked(source: &Source, found: Found, depth: Depth<'_>) -> Result<Opened> {
    let retriever = Arc::new(Retriever { keys: source.keys.clone(), told: source.options.key.clone() });
    opened(source, found, depth, "Parquet", &|path| {
        let file = File::open(path).map_err(|error| unreadable(path, &error))?;
        let locked = |error| refused(path, &retriever, error);
        let properties = match told_keys(source)? {
            Some(told) => told.build(),
            None => {
                FileDecryptionProperties::with_key_retriever(Arc::clone(&retriever) as Arc<dyn KeyRetriever>).build()
            }
        };
        let properties = properties.map_err(locked)?;
        let options = ArrowReaderOptions::new().with_file_decryption_properties(properties);
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).map_err(locked)?;
        let schema = Arc::clone(builder.schema());
        let reader = builder.with_batch_size(1 << 14).build().map_err(locked)?;
        // The key of a column is looked for when its values are.
        let (path, retriever) = (path.to_path_buf(), Arc::clone(&retriever));
        Ok((schema, Box::new(reader.map(move |batch| batch.map_err(|error| refused(&path, &retriever, error))))))
    })
}

// Keys of columns that a person told, for files that do not name them.
fn told_keys(source: &Source) -> Result<Option<DecryptionPropertiesBuilder>> {
    let options = &source.options;
    if options.column_keys.is_empty() {
        return Ok(None);
    }
    let name = options.key.as_deref().ok_or_else(|| {
        Error::new(ErrorKind::Secret, "the keys of columns were named, but not that of the file")
            .advise("name the secret that holds it with --input-key NAME")
    })?;
    let mut told = FileDecryptionProperties::builder(source.keys.get(name)?.bytes().to_vec());
    for (column, name) in &options.column_keys {
        told = told.with_column_key(column, source.keys.get(name)?.bytes().to_vec());
    }
    Ok(Some(told))
}

/// Opens Parquet files with types that the engine does not read.
pub(super) fn open_parquet(source: &Source, found: Found, depth: Depth<'_>) -> Result<Opened> {
    opened(source, found, depth, "Parquet", &|path| {
        let file = File::open(path).map_err(|error| unreadable(path, &error))?;
        let bad = |error: parquet::errors::ParquetError| damaged(path, "Parquet", error.into());
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(bad)?;
        let schema = Arc::clone(builder.schema());
        let reader = builder.with_batch_size(1 << 14).build().map_err(bad)?;
        Ok((schema, batches(path, "Parquet", reader)))
    })
}

/// Opens Arrow files with types that the engine does not read, and streams.
pub(super) fn open_arrow(source: &Source, found: Found, depth: Depth<'_>) -> Result<Opened> {
    opened(source, found, depth, "Arrow IPC", &|path| {
        let file = BufReader::new(File::open(path).map_err(|error| unreadable(path, &error))?);
        let bad = |error| damaged(path, "Arrow IPC", error);
        if is_stream(path) {
            let reader = StreamReader::try_new(file, None).map_err(bad)?;
            return Ok((reader.schema(), batches(path, "Arrow IPC", reader)));
        }
        let reader = FileReader::try_new(file, None).map_err(bad)?;
        Ok((reader.schema(), batches(path, "Arrow IPC", reader)))
    })
}

/// Whether a file of Arrow is a stream: it begins with a message instead of a name.
pub(super) fn is_stream(path: &Path) -> bool {
    let mut magic = [0; 4];
    File::open(path).is_ok_and(|mut file| file.read_exact(&mut magic).is_ok()) && magic == [0xff; 4]
}

/// Whether the footer of a Parquet file is encrypted.
pub(crate) fn is_locked(path: &Path) -> bool {
    let tail = || {
        let mut file = File::open(path).ok()?;
        file.seek(SeekFrom::End(-4)).ok()?;
        let mut magic = [0; 4];
        file.read_exact(&mut magic).ok()?;
        Some(magic)
    };
    tail() == Some(*b"PARE")
}

struct Retriever {
    keys: Keys,
    told: Option<String>,
}

impl Retriever {
    // A file names its key, or a person does.
    fn find(&self, metadata: &[u8]) -> Result<Key> {
        let named = std::str::from_utf8(metadata).ok().filter(|name| !name.is_empty());
        if let Some(name) = named
            && let Some(key) = self.keys.find(name).transpose()?
        {
            return Ok(key);
        }
        match self.told.as_deref().or(named) {
            Some(name) => self.keys.get(name),
            None => Err(Error::new(ErrorKind::Secret, "the file is encrypted and names no key")
                .advise("name the secret that holds its key with --input-key NAME")),
        }
    }
}

impl KeyRetriever for Retriever {
    fn retrieve_key(&self, metadata: &[u8]) -> parquet::errors::Result<Vec<u8>> {
        let key = self.find(metadata).map_err(|error| parquet::errors::ParquetError::General(error.to_string()))?;
        Ok(key.bytes().to_vec())
    }
}

// Why an encrypted file does not open: a key that is missing is told as such.
fn refused(path: &Path, retriever: &Retriever, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    if let Err(key) = retriever.find(b"")
        && error.to_string().contains(&key.message)
    {
        return key;
    }
    let why = error.to_string();
    let what = match why.find("there is no secret") {
        Some(at) => why[at..].to_owned(),
        None if why.contains("No column decryption key") => "a key of a column is missing".into(),
        None => "it is damaged, or the key is another one".into(),
    };
    Error::new(ErrorKind::Secret, format!("{} is encrypted and cannot be read: {what}", shown(path)))
        .advise("name the secret that holds its key with --input-key NAME; secrets come from --secrets or BREWHOUSE_SECRET_NAME")
        .caused_by(error)
}

type Batches = Box<dyn Iterator<Item = Result<RecordBatch>>>;

// The batches of a reader whose errors mean that the file is damaged.
fn batches(
    path: &Path,
    what: &'static str,
    reader: impl Iterator<Item = std::result::Result<RecordBatch, ArrowError>> + 'static,
) -> Batches {
    let path = path.to_path_buf();
    Box::new(reader.map(move |batch| batch.map_err(|error| damaged(&path, what, error))))
}

type Begin<'a> = dyn Fn(&Path) -> Result<(ArrowSchema, Batches)> + 'a;

fn opened(source: &Source, found: Found, depth: Depth<'_>, what: &str, begin: &Begin<'_>) -> Result<Opened> {
    let (most, cancel) = match depth {
        Depth::Head { rows } => (rows as u64, None),
        Depth::Whole { cancel, .. } => (u64::MAX, Some(cancel)),
    };
    let mut parts = Vec::new();
    let mut rows = 0;
    let mut odd = Vec::new();
    let mut notes = found.notes.clone();
    let mut first: Option<Arc<Schema>> = None;
    for (at, file) in found.files.iter().enumerate() {
        let mut told = Vec::new();
        let (copy, counted) = copied(&file.path, what, begin, most.saturating_sub(rows), cancel, &mut told)?;
        notes.extend(told.into_iter().filter(|_| at == 0));
        rows += counted;
        let scan = ScanSources::Files(std::iter::once(copy).collect());
        let args = UnifiedScanArgs {
            glob: false,
            cache: false,
            hive_options: HiveOptions::new_disabled(),
            ..UnifiedScanArgs::default()
        };
        let mut part = LazyFrame::scan_ipc_sources(scan, polars::prelude::IpcScanOptions::default(), args)?;
        let schema = part.collect_schema()?;
        match &first {
            Some(expected) => odd.extend(refuse_odd(expected, &schema, &file.path, &found.files[0].path)),
            None => first = Some(schema),
        }
        parts.push(if found.tag().is_some() { part.with_columns([lit(at.to_string()).alias(TAG)]) } else { part });
    }
    super::files::refuse(odd)?;
    let schema = first.ok_or_else(|| Error::new(ErrorKind::Source, format!("dataset {} has no files", source.name)))?;
    let frame = match parts.len() {
        1 => parts.remove(0),
        _ => concat(parts, UnionArgs { rechunk: false, ..UnionArgs::default() })?,
    };
    held(source, &columns_of(&schema))?;
    let frame =
        if let Depth::Head { rows } = depth { frame.limit(u32::try_from(rows).unwrap_or(u32::MAX)) } else { frame };
    let records = (!matches!(depth, Depth::Head { .. })).then_some(rows);
    Ok(Opened { records, ..Opened::new(frame, schema, found.files, notes) })
}

fn copied(
    path: &Path,
    what: &str,
    begin: &Begin<'_>,
    most: u64,
    cancel: Option<&AtomicBool>,
    notes: &mut Vec<String>,
) -> Result<(File, u64)> {
    let work = || {
        let (schema, batches) = begin(path)?;
        let mut copy = Copy::begin(straighten::begin()?, &schema)?;
        notes.append(&mut copy.notes);
        for batch in batches {
            copy.write(&batch?).map_err(|error| damaged(path, what, error))?;
            if cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
                return Err(super::intake::cancelled());
            }
            if copy.rows >= most {
                break;
            }
        }
        let (mut file, rows) = copy.finish()?;
        file.rewind().map_err(|error| unreadable(path, &error))?;
        Ok((file, rows))
    };
    // A reader that stops over a damaged file must not stop the program.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Source, format!("{} is no whole {what} file", shown(path)))
            .advise("fetch the file again"))
    })
}

fn damaged(path: &Path, what: &str, error: ArrowError) -> Error {
    if let ArrowError::CastError(text) = &error
        && text.starts_with(crate::orc::BEYOND)
    {
        let message = format!("{} holds what cannot be read: {text}", shown(path));
        return Error::new(ErrorKind::Source, message).advise("write the column as text or whole numbers there");
    }
    Error::new(ErrorKind::Source, format!("{} is no whole {what} file", shown(path)))
        .advise("fetch the file again, or name its format")
        .caused_by(error)
}
