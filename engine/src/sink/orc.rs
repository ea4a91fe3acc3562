//! ORC out. Its writer has whole numbers with a sign, decimals, text, bytes, truth values, dates and times, side by side; other types are
//! refused before anything is run.

use super::place::failed;
use super::readback::{Found, columns, damaged};
use super::rows::Rows;
use super::{Target, format};
use crate::bridge::{cast, schema_of, to_arrow};
use crate::error::{Error, ErrorKind, Result};
use crate::orc;
use crate::types::word_of_dtype;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema as ArrowSchema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use polars::prelude::{DataFrame, DataType as Type, FileWriteFormat, Schema};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Checks what ORC is to be compressed with.
pub(super) fn options(target: &Target) -> Result<FileWriteFormat> {
    let compression = format::compression(target, "zstd");
    if !target.format()?.compressions.contains(&compression.as_str()) {
        return Err(format::unknown(target, &compression));
    }
    format::foreign(&Target { compression: None, ..target.clone() })
}

struct Orc {
    path: PathBuf,
    schema: SchemaRef,
    out: Option<orc::Writer>,
}

/// Begins an ORC file.
pub(super) fn begin(path: &Path, schema: &Schema, target: &Target) -> Result<Box<dyn Rows>> {
    refuse(schema)?;
    let told = schema_of(schema)?;
    let fields: Fields = told.fields().iter().map(narrowed).collect();
    let schema = Arc::new(ArrowSchema::new(fields));
    let file = File::create(path).map_err(|error| failed(path, "cannot be written", error))?;
    let out = orc::Writer::begin(file, &schema, &format::compression(target, "zstd"))
        .map_err(|error| unwritten(path, error))?;
    Ok(Box::new(Orc { path: path.to_path_buf(), schema, out: Some(out) }))
}

/// Types that the writer has not, told with all columns that have them.
fn refuse(schema: &Schema) -> Result<()> {
    let misfits: Vec<String> = schema
        .iter()
        .filter(|(_, dtype)| !fits(dtype))
        .map(|(name, dtype)| format!("{name} ({})", word_of_dtype(dtype)))
        .collect();
    if misfits.is_empty() {
        return Ok(());
    }
    let message = format!("ORC is written without such types: {}", misfits.join(", "));
    Err(Error::new(ErrorKind::Type, message).advise(
        "write Parquet, which holds them all; or change money to double or text, and times of day to text, in a step before (CHANGE_DATA_TYPE)",
    ))
}

fn fits(dtype: &Type) -> bool {
    matches!(
        dtype,
        Type::Boolean
            | Type::Int8
            | Type::Int16
            | Type::Int32
            | Type::Int64
            | Type::UInt8
            | Type::UInt16
            | Type::UInt32
            | Type::Float32
            | Type::Float64
            | Type::String
            | Type::Binary
            | Type::Date
            | Type::Datetime(..)
            | Type::Null
            | Type::Categorical(..)
            | Type::Enum(..)
    )
}

// Whole numbers without a sign become wider ones with one; times of a zone the same instants in UTC.
fn narrowed(field: &FieldRef) -> FieldRef {
    let dtype = match field.data_type() {
        DataType::UInt8 => DataType::Int16,
        DataType::UInt16 => DataType::Int32,
        DataType::UInt32 => DataType::Int64,
        DataType::Utf8 | DataType::Utf8View | DataType::Dictionary(..) | DataType::Null => DataType::LargeUtf8,
        DataType::Timestamp(unit, Some(_)) => DataType::Timestamp(*unit, Some("UTC".into())),
        other => other.clone(),
    };
    Arc::new(Field::new(field.name(), dtype, true))
}

impl Rows for Orc {
    fn write(&mut self, batch: &DataFrame) -> Result<()> {
        for batch in to_arrow(batch)? {
            let batch = cast(&batch, &self.schema).map_err(|error| unwritten(&self.path, error))?;
            if let Some(name) = gap(&batch) {
                let message = format!("ORC cannot hold a time of column {name} in the last second of 1969");
                return Err(Error::new(ErrorKind::Sink, message)
                    .advise("the format takes such a time for one a second later; write Parquet, or round the times"));
            }
            if let Some(name) = beyond(&batch) {
                let message =
                    format!("ORC cannot hold a time of column {name} that is further away than 262,000 years");
                return Err(Error::new(ErrorKind::Sink, message).advise(
                    "readers of the format take it for missing; write Parquet, or make it missing in a step before",
                ));
            }
            if !self.out.as_ref().is_some_and(|out| out.write(batch)) {
                return self.end();
            }
        }
        Ok(())
    }

    fn close(mut self: Box<Self>) -> Result<()> {
        self.end()
    }
}

impl Orc {
    fn end(&mut self) -> Result<()> {
        self.out.take().map_or(Ok(()), orc::Writer::close).map_err(|error| unwritten(&self.path, error))
    }
}

/// A column with a time between a second and a millisecond before 1970, which readers of the format shift.
fn gap(batch: &arrow::array::RecordBatch) -> Option<String> {
    use arrow::array::AsArray as _;
    use arrow::datatypes::{TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType};
    let within = |from: i64, value: i64| (from..0).contains(&value);
    batch.schema_ref().fields().iter().zip(batch.columns()).find_map(|(field, column)| {
        let lies = match column.data_type() {
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                column.as_primitive::<TimestampMillisecondType>().iter().flatten().any(|at| within(-999, at))
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                column.as_primitive::<TimestampMicrosecondType>().iter().flatten().any(|at| within(-999_000, at))
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                column.as_primitive::<TimestampNanosecondType>().iter().flatten().any(|at| within(-999_000_000, at))
            }
            _ => false,
        };
        lies.then(|| field.name().clone())
    })
}

/// A column with a time that no calendar of the readers reaches.
fn beyond(batch: &arrow::array::RecordBatch) -> Option<String> {
    use arrow::array::AsArray as _;
    use arrow::datatypes::{TimestampMicrosecondType, TimestampMillisecondType};
    use chrono::DateTime;
    batch.schema_ref().fields().iter().zip(batch.columns()).find_map(|(field, column)| {
        let lies = match column.data_type() {
            DataType::Timestamp(TimeUnit::Millisecond, _) => column
                .as_primitive::<TimestampMillisecondType>()
                .iter()
                .flatten()
                .any(|at| DateTime::from_timestamp_millis(at).is_none()),
            DataType::Timestamp(TimeUnit::Microsecond, _) => column
                .as_primitive::<TimestampMicrosecondType>()
                .iter()
                .flatten()
                .any(|at| DateTime::from_timestamp_micros(at).is_none()),
            _ => false,
        };
        lies.then(|| field.name().clone())
    })
}

/// Every row of an ORC file, as whoever opens it reads it: times to the nanosecond, or where that does not reach to the microsecond.
pub(super) fn read_back(path: &Path) -> Result<Found> {
    read_back_as(path, true).or_else(|_| read_back_as(path, false))
}

fn read_back_as(path: &Path, nanoseconds: bool) -> Result<Found> {
    let file = File::open(path).map_err(|error| failed(path, "cannot be read back", error))?;
    let contents = orc::read(file, nanoseconds).map_err(|error| damaged(path, error))?;
    let columns = columns(&contents.schema);
    let mut rows = 0;
    for batch in contents.batches {
        rows += batch.map_err(|error| damaged(path, error))?.num_rows() as u64;
    }
    Ok(Found { rows, columns: Some(columns) })
}

fn unwritten(path: &Path, error: ArrowError) -> Error {
    Error::new(ErrorKind::Sink, format!("{} cannot be written as ORC", path.display()))
        .advise("write Parquet, or change odd types in a step before")
        .caused_by(error)
}
