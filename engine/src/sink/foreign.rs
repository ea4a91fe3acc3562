//! Formats that are written by crates which speak Arrow: Avro, and Parquet that is encrypted.

use super::place::failed;
use super::readback::{Found, columns, damaged};
use super::rows::Rows;
use super::{Target, format};
use crate::bridge::{cast, schema_of, to_arrow};
use crate::error::{Error, ErrorKind, Result};
use crate::source::Key;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema as ArrowSchema, SchemaRef, TimeUnit};
use arrow_avro::compression::CompressionCodec;
use arrow_avro::writer::format::AvroOcfFormat;
use arrow_avro::writer::{Writer, WriterBuilder};
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::arrow::{ArrowSchemaConverter, ArrowWriter};
use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use parquet::encryption::decrypt::{FileDecryptionProperties, KeyRetriever};
use parquet::encryption::encrypt::FileEncryptionProperties;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use polars::prelude::{DataFrame, FileWriteFormat, Schema};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Checks what Avro is to be compressed with.
pub(super) fn avro_options(target: &Target) -> Result<FileWriteFormat> {
    codec(target)?;
    format::foreign(&Target { compression: None, ..target.clone() })
}

fn codec(target: &Target) -> Result<Option<CompressionCodec>> {
    Ok(match format::compression(target, "snappy").as_str() {
        "none" => None,
        "snappy" => Some(CompressionCodec::Snappy),
        "deflate" => Some(CompressionCodec::Deflate),
        "zstd" => Some(CompressionCodec::ZStandard),
        "bzip2" => Some(CompressionCodec::Bzip2),
        other => return Err(format::unknown(target, other)),
    })
}

struct Avro {
    path: PathBuf,
    schema: SchemaRef,
    out: Writer<BufWriter<File>, AvroOcfFormat>,
}

/// Begins an Avro file.
pub(super) fn begin_avro(path: &Path, schema: &Schema, target: &Target) -> Result<Box<dyn Rows>> {
    if let Some((name, what)) = schema.iter().find_map(|(name, dtype)| odd_name(name, dtype).map(|what| (name, what))) {
        return Err(Error::new(ErrorKind::Sink, format!("Avro cannot hold column {name}: {what}"))
            .advise("rename it to letters, digits and underscores, or change its type in a step before"));
    }
    let told = schema_of(schema)?;
    let fields: Fields = told.fields().iter().map(narrowed).collect();
    let schema = Arc::new(ArrowSchema::new(fields));
    let file = File::create(path).map_err(|error| failed(path, "cannot be written", error))?;
    let out = WriterBuilder::new(schema.as_ref().clone())
        .with_compression(codec(target)?)
        .build::<_, AvroOcfFormat>(BufWriter::with_capacity(1 << 18, file))
        .map_err(|error| unwritten(path, "Avro", error))?;
    Ok(Box::new(Avro { path: path.to_path_buf(), schema, out }))
}

// A name of Avro is made of letters, digits and underscores.
fn odd_name(name: &str, dtype: &polars::prelude::DataType) -> Option<String> {
    use polars::prelude::DataType as Type;
    let mut bytes = name.bytes();
    let begins = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if !begins || !bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Some(format!("{name:?} is no name that it knows"));
    }
    match dtype {
        Type::Duration(_) => Some("it has no lengths of time".into()),
        Type::List(inner) | Type::Array(inner, _) => odd_name("item", inner),
        Type::Struct(fields) => fields.iter().find_map(|field| odd_name(&field.name, &field.dtype)),
        _ => None,
    }
}

// Avro has whole numbers of 32 and 64 bits, with a sign, and times of milliseconds and microseconds.
fn narrowed(field: &FieldRef) -> FieldRef {
    let dtype = match field.data_type() {
        DataType::Int8 | DataType::Int16 | DataType::UInt8 | DataType::UInt16 => DataType::Int32,
        DataType::UInt32 | DataType::UInt64 => DataType::Int64,
        DataType::Time64(_) => DataType::Time64(TimeUnit::Microsecond),
        DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) | DataType::Null => DataType::Utf8,
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            DataType::List(narrowed(item))
        }
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(narrowed).collect()),
        other => other.clone(),
    };
    Arc::new(Field::new(field.name(), dtype, true))
}

impl Rows for Avro {
    fn write(&mut self, batch: &DataFrame) -> Result<()> {
        for batch in to_arrow(batch)? {
            let batch = cast(&batch, &self.schema).map_err(|error| {
                Error::new(
                    ErrorKind::Sink,
                    "Avro cannot hold all values: whole numbers beyond 64 bits with a sign, perhaps",
                )
                .advise("write Parquet, or change the type in a step before")
                .caused_by(error)
            })?;
            self.out.write(&batch).map_err(|error| unwritten(&self.path, "Avro", error))?;
        }
        Ok(())
    }

    fn close(mut self: Box<Self>) -> Result<()> {
        self.out.finish().map_err(|error| unwritten(&self.path, "Avro", error))?;
        let mut out = self.out.into_inner();
        out.flush().map_err(|error| failed(&self.path, "cannot be written", error))
    }
}

/// Every record of an Avro file.
pub(super) fn read_avro(path: &Path) -> Result<Found> {
    let file = File::open(path).map_err(|error| failed(path, "cannot be read back", error))?;
    let reader = arrow_avro::reader::ReaderBuilder::new()
        .build(BufReader::with_capacity(1 << 18, file))
        .map_err(|error| damaged(path, error))?;
    let columns = columns(&reader.schema());
    let mut rows = 0;
    for batch in reader {
        rows += batch.map_err(|error| damaged(path, error))?.num_rows() as u64;
    }
    Ok(Found { rows, columns: Some(columns) })
}

struct Locked {
    path: PathBuf,
    out: ArrowWriter<BufWriter<File>>,
}

/// Begins an encrypted Parquet file: footer and columns with the key of the file, but for columns with a key of their own. The names of
/// the keys stand in the file.
pub(super) fn begin_locked(path: &Path, schema: &Schema, target: &Target) -> Result<Box<dyn Rows>> {
    let key = target.key.as_ref().ok_or_else(|| Error::new(ErrorKind::Internal, "the key was not looked up"))?;
    let fail = |error: parquet::errors::ParquetError| unwritten(path, "Parquet", error);
    let told = schema_of(schema)?;
    let mut encryption =
        FileEncryptionProperties::builder(key.bytes().to_vec()).with_footer_key_metadata(key.name.clone().into_bytes());
    if !target.column_keys.is_empty() {
        // A column without a key would be written as it is, where one has a key: so each gets one, in all of its parts.
        let parts = ArrowSchemaConverter::new().convert(&told).map_err(fail)?;
        for part in parts.columns() {
            let name = part.path().parts().first();
            let own = target.column_keys.iter().find(|own| Some(&own.column) == name);
            let key = own.and_then(|own| own.key.as_ref()).unwrap_or(key);
            let (bytes, name) = (key.bytes().to_vec(), key.name.clone().into_bytes());
            encryption = encryption.with_column_key_and_metadata(&part.path().string(), bytes, name);
        }
    }
    let encryption = encryption.build().map_err(fail)?;
    let metadata = target.metadata.iter().map(|(name, value)| KeyValue::new(name.clone(), value.clone()));
    let metadata: Vec<_> = metadata.collect();
    let properties = WriterProperties::builder()
        .set_compression(compression(target)?)
        .set_key_value_metadata((!metadata.is_empty()).then_some(metadata))
        .set_max_row_group_row_count(Some(target.row_group_rows.unwrap_or(format::ROW_GROUP).max(1)))
        .with_file_encryption_properties(encryption)
        .build();
    let file = File::create(path).map_err(|error| failed(path, "cannot be written", error))?;
    let out = BufWriter::with_capacity(1 << 18, file);
    let out = ArrowWriter::try_new(out, told, Some(properties)).map_err(fail)?;
    Ok(Box::new(Locked { path: path.to_path_buf(), out }))
}

fn compression(target: &Target) -> Result<Compression> {
    let bad = |_| format::bad_level(target, "the range of this compression");
    let level = target.level;
    let unsigned = || level.map(u32::try_from).transpose().map_err(|_| format::bad_level(target, "0 upwards"));
    Ok(match format::compression(target, "zstd").as_str() {
        "zstd" => Compression::ZSTD(level.map(ZstdLevel::try_new).transpose().map_err(bad)?.unwrap_or_default()),
        "gzip" => Compression::GZIP(unsigned()?.map(GzipLevel::try_new).transpose().map_err(bad)?.unwrap_or_default()),
        "brotli" => {
            Compression::BROTLI(unsigned()?.map(BrotliLevel::try_new).transpose().map_err(bad)?.unwrap_or_default())
        }
        "snappy" => Compression::SNAPPY,
        "lz4" => Compression::LZ4_RAW,
        "none" => Compression::UNCOMPRESSED,
        other => return Err(format::unknown(target, other)),
    })
}

impl Rows for Locked {
    fn write(&mut self, batch: &DataFrame) -> Result<()> {
        for batch in to_arrow(batch)? {
            self.out.write(&batch).map_err(|error| unwritten(&self.path, "Parquet", error))?;
        }
        Ok(())
    }

    fn close(self: Box<Self>) -> Result<()> {
        let Self { path, out } = *self;
        let mut out = out.into_inner().map_err(|error| unwritten(&path, "Parquet", error))?;
        out.flush().map_err(|error| failed(&path, "cannot be written", error))
    }
}

/// The keys of a target by their names, as a reader finds them.
struct Named(Vec<Key>);

impl KeyRetriever for Named {
    fn retrieve_key(&self, metadata: &[u8]) -> parquet::errors::Result<Vec<u8>> {
        let found = self.0.iter().find(|key| key.name.as_bytes() == metadata);
        found.map(|key| key.bytes().to_vec()).ok_or_else(|| ParquetError::General("a key that nobody named".into()))
    }
}

/// The footer of an encrypted Parquet file, and every row of it, which proves that the keys open all columns.
pub(super) fn read_locked(path: &Path, target: &Target) -> Result<Found> {
    let file = File::open(path).map_err(|error| failed(path, "cannot be read back", error))?;
    let fail = |error: parquet::errors::ParquetError| damaged(path, error);
    let own = target.column_keys.iter().filter_map(|own| own.key.clone());
    let keys: Arc<dyn KeyRetriever> = Arc::new(Named(target.key.iter().cloned().chain(own).collect()));
    let decryption = FileDecryptionProperties::with_key_retriever(keys).build().map_err(fail)?;
    let options = ArrowReaderOptions::new().with_file_decryption_properties(decryption);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).map_err(fail)?;
    let columns = columns(builder.schema());
    let mut rows = 0;
    for batch in builder.build().map_err(fail)? {
        rows += batch.map_err(|error| damaged(path, error))?.num_rows() as u64;
    }
    Ok(Found { rows, columns: Some(columns) })
}

fn unwritten(path: &Path, what: &str, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Sink, format!("{} cannot be written as {what}", path.display()))
        .advise("write Parquet without a key, or change odd types in a step before")
        .caused_by(error)
}
