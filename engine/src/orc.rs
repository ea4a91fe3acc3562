//! ORC files, by the crate made for them. It speaks another version of Arrow than the others do, so batches pass as bytes of Arrow IPC.
//!
//! Knows no operation, no source and no target: paths and what their errors mean are told by whoever calls.

mod tail;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::{reader, writer};
use arrow_59::array::RecordBatch as TheirBatch;
use arrow_59::array::RecordBatchReader as _;
use arrow_59::datatypes::SchemaRef as TheirSchema;
use arrow_59::error::ArrowError as TheirError;
use arrow_59::ipc::{reader as their_reader, writer as their_writer};
use bytes::Bytes;
use orc_rust::compression::CompressionType;
use orc_rust::reader::ChunkReader;
use orc_rust::{ArrowReaderBuilder, ArrowWriterBuilder, TimestampPrecision};
use std::fs::File;
use std::io::{BufReader, BufWriter, Error as IoError, ErrorKind as Io, Read as _, Seek as _, SeekFrom};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

/// Why a file with times too far away is not read.
pub(crate) const BEYOND: &str = "times lie further away than 262,000 years";
/// Rows that are read at once.
const BATCH: usize = 1 << 13;
/// The columns of a file, its rows as it tells them, and batches of them.
pub(crate) struct Contents {
    pub(crate) schema: SchemaRef,
    pub(crate) rows: u64,
    /// Whether it may hold parts of a second before 1970 in a form that is not read.
    pub(crate) early: bool,
    pub(crate) batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>,
}

/// Opens a file. Times are read to the nanosecond, which takes years from 1678 to 2261, or to the microsecond, which takes all.
pub(crate) fn read(file: File, nanoseconds: bool) -> Result<Contents, ArrowError> {
    let size = file.metadata()?.len();
    let tail = tail::check(&file, size)?;
    let precision = if nanoseconds { TimestampPrecision::Nanosecond } else { TimestampPrecision::Microsecond };
    let builder = ArrowReaderBuilder::try_new(Part { file, size }).map_err(|error| other(error.into()))?;
    let rows = builder.file_metadata().number_of_rows();
    let found = builder.with_batch_size(BATCH).with_timestamp_precision(precision).build();
    let schema = theirs(&TheirBatch::new_empty(found.schema()))?.schema();
    let mut batches = found.map(|batch| theirs(&batch.map_err(other)?));
    let mut times: Vec<(u64, Option<u64>)> = tail.times.iter().map(|told| (0, *told)).collect();
    let names = Arc::clone(&schema);
    // The crate takes times further away than 262,000 years for missing; the file tells how many there are.
    let batches = std::iter::from_fn(move || {
        let Some(batch) = batches.next() else {
            let lost = times.iter().position(|(found, told)| told.is_some_and(|told| told > *found))?;
            times.clear();
            let name = names.fields().get(lost).map(|field| field.name().clone()).unwrap_or_default();
            return Some(Err(ArrowError::CastError(format!("{BEYOND} ({name})"))));
        };
        if let Ok(batch) = &batch {
            for ((found, _), cells) in times.iter_mut().zip(batch.columns()) {
                *found += (cells.len() - cells.null_count()) as u64;
            }
        }
        Some(batch)
    });
    Ok(Contents { schema, rows, early: tail.early, batches: Box::new(batches) })
}

/// A file that is read no further than it goes, whatever its tail says.
struct Part {
    file: File,
    size: u64,
}

impl ChunkReader for Part {
    type T = BufReader<File>;

    fn len(&self) -> u64 {
        self.size
    }

    fn get_read(&self, offset: u64) -> std::io::Result<Self::T> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(BufReader::new(file))
    }

    fn get_bytes(&self, offset: u64, length: u64) -> std::io::Result<Bytes> {
        let outside = || IoError::new(Io::UnexpectedEof, "a part lies outside of the file");
        offset.checked_add(length).filter(|end| *end <= self.size).ok_or_else(outside)?;
        let mut file = &self.file;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| outside())?];
        file.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// Writes batches into a file, on a thread of its own: the writer of the crate cannot change threads, and the engine does.
pub(crate) struct Writer {
    parts: SyncSender<Written>,
    thread: JoinHandle<Result<(), ArrowError>>,
}

enum Written {
    Rows(RecordBatch),
    End,
}

impl Writer {
    /// Begins a file; the schema holds only types that the writer knows.
    pub(crate) fn begin(file: File, schema: &SchemaRef, compression: &str) -> Result<Self, ArrowError> {
        let (parts, taken) = sync_channel(2);
        let (schema, codec) = (Arc::clone(schema), codec(compression));
        let work = move || write_all(file, &schema, codec, &taken);
        let thread = Builder::new().name("orc writer".into()).spawn(work)?;
        Ok(Self { parts, thread })
    }

    /// Hands a batch on; false when the writer stopped, and [`Writer::close`] tells why.
    pub(crate) fn write(&self, batch: RecordBatch) -> bool {
        self.parts.send(Written::Rows(batch)).is_ok()
    }

    /// Writes what comes last, and waits for it.
    pub(crate) fn close(self) -> Result<(), ArrowError> {
        // A writer that stopped before tells why when it is waited for.
        let _ = self.parts.send(Written::End);
        drop(self.parts);
        self.thread.join().unwrap_or_else(|_| Err(ArrowError::ComputeError("the writer stopped".into())))
    }
}

fn write_all(
    file: File,
    schema: &SchemaRef,
    codec: Option<CompressionType>,
    parts: &Receiver<Written>,
) -> Result<(), ArrowError> {
    let schema = ours(&RecordBatch::new_empty(Arc::clone(schema)))?.0;
    let out = BufWriter::with_capacity(1 << 18, file.try_clone()?);
    let builder = ArrowWriterBuilder::new(out, Arc::clone(&schema));
    let builder = match codec {
        Some(codec) => builder.with_compression(codec),
        None => builder,
    };
    let mut out = builder.try_build().map_err(|error| other(error.into()))?;
    for part in parts {
        let Written::Rows(batch) = part else {
            out.close().map_err(|error| other(error.into()))?;
            return Ok(file.sync_data()?);
        };
        for batch in ours(&batch)?.1 {
            let batch = TheirBatch::try_new(Arc::clone(&schema), batch.columns().to_vec()).map_err(other)?;
            out.write(&batch).map_err(|error| other(error.into()))?;
        }
    }
    // Nobody waits any more.
    Ok(())
}

fn codec(name: &str) -> Option<CompressionType> {
    match name {
        // What others call zlib.
        "deflate" => Some(CompressionType::Zlib),
        "snappy" => Some(CompressionType::Snappy),
        "lz4" => Some(CompressionType::Lz4),
        "zstd" => Some(CompressionType::Zstd),
        _ => None,
    }
}

fn theirs(batch: &TheirBatch) -> Result<RecordBatch, ArrowError> {
    let mut out = their_writer::StreamWriter::try_new(Vec::new(), &batch.schema()).map_err(other)?;
    out.write(batch).map_err(other)?;
    let bytes = out.into_inner().map_err(other)?;
    let mut read = reader::StreamReader::try_new(bytes.as_slice(), None)?;
    read.next().unwrap_or_else(|| Err(ArrowError::IpcError("a batch was lost".into())))
}

fn ours(batch: &RecordBatch) -> Result<(TheirSchema, Vec<TheirBatch>), ArrowError> {
    let mut out = writer::StreamWriter::try_new(Vec::new(), &batch.schema())?;
    out.write(batch)?;
    let bytes = out.into_inner()?;
    let read = their_reader::StreamReader::try_new(bytes.as_slice(), None).map_err(other)?;
    let schema = read.schema();
    Ok((schema, read.collect::<Result<_, _>>().map_err(other)?))
}

fn other(error: TheirError) -> ArrowError {
    ArrowError::ExternalError(Box::new(error))
}
