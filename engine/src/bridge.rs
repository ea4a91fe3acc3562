//! Batches of rows between the engine and crates that speak Arrow: Avro, and encrypted Parquet. They pass as Arrow IPC, batch by batch.

use crate::error::{Error, ErrorKind, Result};
use arrow::array::{Array, ArrayRef, AsArray as _, LargeListArray, ListArray, RecordBatch, StringArray, StructArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef, TimeUnit};
use arrow::ipc::reader::FileReader;
use arrow::ipc::writer::FileWriter;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use polars::prelude::{CompatLevel, DataFrame, IpcWriter, SerWriter as _};
use std::fs::File;
use std::io::Cursor;
use std::sync::Arc;

/// Rows of the engine as batches of Arrow.
pub(crate) fn to_arrow(rows: &DataFrame) -> Result<Vec<RecordBatch>> {
    let mut bytes = Vec::new();
    IpcWriter::new(&mut bytes).with_compat_level(CompatLevel::oldest()).finish(&mut rows.clone())?;
    let reader = FileReader::try_new(Cursor::new(bytes), None).map_err(inner)?;
    reader.collect::<std::result::Result<_, _>>().map_err(inner)
}

/// The Arrow schema of a table without rows.
pub(crate) fn schema_of(schema: &polars::prelude::Schema) -> Result<SchemaRef> {
    let mut bytes = Vec::new();
    let mut none = DataFrame::empty_with_schema(schema);
    IpcWriter::new(&mut bytes).with_compat_level(CompatLevel::oldest()).finish(&mut none)?;
    Ok(FileReader::try_new(Cursor::new(bytes), None).map_err(inner)?.schema())
}

/// A batch with the types of a schema; a value that does not fit is an error.
pub(crate) fn cast(
    batch: &RecordBatch,
    schema: &SchemaRef,
) -> std::result::Result<RecordBatch, arrow::error::ArrowError> {
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let each = |(column, field): (&ArrayRef, &FieldRef)| cast_with_options(column, field.data_type(), &strict);
    let columns = batch.columns().iter().zip(schema.fields()).map(each).collect::<std::result::Result<Vec<_>, _>>()?;
    RecordBatch::try_new(Arc::clone(schema), columns)
}

fn inner(error: arrow::error::ArrowError) -> Error {
    Error::new(ErrorKind::Internal, "rows cannot be handed on").caused_by(error)
}

/// Writes batches of others into an Arrow file that the engine reads, with types that it knows.
pub(crate) struct Copy {
    out: FileWriter<File>,
    schema: SchemaRef,
    pub(crate) rows: u64,
    /// Names that were given because others had them already.
    pub(crate) notes: Vec<String>,
}

impl Copy {
    /// Begins a copy in an empty file.
    pub(crate) fn begin(file: File, schema: &Schema) -> Result<Self> {
        let mut notes = Vec::new();
        let names = unique(schema, &mut notes);
        let named = names.into_iter().zip(schema.fields());
        let fields: Fields = named.map(|(name, field)| Field::new(name, known(field), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let out = FileWriter::try_new(file, &schema).map_err(unwritten)?;
        Ok(Self { out, schema, rows: 0, notes })
    }

    /// Copies a batch.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> std::result::Result<(), arrow::error::ArrowError> {
        let mut columns = Vec::new();
        for (at, column) in batch.columns().iter().enumerate() {
            let told = batch.schema_ref().field(at);
            columns.push(match column.data_type() {
                _ if is_uuid(told) => uuids(column),
                DataType::Union(..) | DataType::Interval(_) => worded(column)?,
                _ => unmapped(column)?,
            });
        }
        let fields: Fields = batch
            .schema_ref()
            .fields()
            .iter()
            .zip(&columns)
            .map(|(field, column)| Field::new(field.name(), column.data_type().clone(), true))
            .collect();
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?;
        self.rows += batch.num_rows() as u64;
        self.out.write(&cast(&batch, &self.schema)?)
    }

    /// Ends the copy.
    pub(crate) fn finish(mut self) -> Result<(File, u64)> {
        self.out.finish().map_err(unwritten)?;
        Ok((self.out.into_inner().map_err(unwritten)?, self.rows))
    }
}

// The names of all columns, with a number behind those that others have already.
fn unique(schema: &Schema, notes: &mut Vec<String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for field in schema.fields() {
        let mut name = field.name().clone();
        let mut number = 2;
        while names.contains(&name) {
            name = format!("{}_{number}", field.name());
            number += 1;
        }
        if name != *field.name() {
            notes.push(format!("column {} is a second {} and is called {name}", names.len() + 1, field.name()));
        }
        names.push(name);
    }
    names
}

/// Whether the engine would not read all columns of a file, or not right: it has no times in 32 bits, no decimals of 256, no unions.
pub(crate) fn is_foreign(schema: &Schema) -> bool {
    let mut names = std::collections::HashSet::new();
    let double = schema.fields().iter().any(|field| !names.insert(field.name()));
    double || schema.fields().iter().any(|field| is_unknown(field))
}

fn is_unknown(field: &Field) -> bool {
    if field.metadata().contains_key("ARROW:extension:name") {
        return true;
    }
    match field.data_type() {
        DataType::Time32(_)
        | DataType::Date64
        | DataType::Decimal256(..)
        | DataType::Interval(_)
        | DataType::Union(..)
        | DataType::RunEndEncoded(..)
        | DataType::ListView(_)
        | DataType::LargeListView(_) => true,
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::Map(item, _) => is_unknown(item),
        DataType::Struct(fields) => fields.iter().any(|field| is_unknown(field)),
        _ => false,
    }
}

fn unwritten(error: arrow::error::ArrowError) -> Error {
    Error::new(ErrorKind::Source, "the temporary copy of the file cannot be written")
        .advise("make room in the folder for temporary files")
        .caused_by(error)
}

// The type that the engine reads a field as: words of an enumeration and odd decimals are text.
fn known(field: &Field) -> DataType {
    if is_uuid(field) { DataType::Utf8 } else { plain(field.data_type()) }
}

fn plain(dtype: &DataType) -> DataType {
    let inner = |field: &FieldRef| Arc::new(field.as_ref().clone().with_data_type(plain(field.data_type())));
    match dtype {
        DataType::Dictionary(_, values) => plain(values),
        DataType::RunEndEncoded(_, values) => plain(values.data_type()),
        DataType::Null | DataType::Decimal256(..) | DataType::Interval(_) | DataType::Union(..) => DataType::Utf8,
        DataType::Date64 => DataType::Date32,
        DataType::FixedSizeBinary(_) => DataType::Binary,
        DataType::Time32(_) => DataType::Time64(TimeUnit::Microsecond),
        DataType::List(item) | DataType::ListView(item) => DataType::List(inner(item)),
        DataType::LargeList(item) | DataType::LargeListView(item) => DataType::LargeList(inner(item)),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(inner).collect()),
        DataType::Map(entries, _) => DataType::List(inner(&paired(entries))),
        other => other.clone(),
    }
}

fn is_uuid(field: &Field) -> bool {
    let told = |key: &str, value: &str| field.metadata().get(key).is_some_and(|told| told == value);
    *field.data_type() == DataType::FixedSizeBinary(16)
        && (told("logicalType", "uuid") || told("ARROW:extension:name", "arrow.uuid"))
}

// The parts of a pair have the same names in all formats.
fn paired(entries: &FieldRef) -> FieldRef {
    match entries.data_type() {
        DataType::Struct(parts) => {
            let named = parts.iter().zip(["key", "value"]).map(|(part, name)| part.as_ref().clone().with_name(name));
            Arc::new(entries.as_ref().clone().with_data_type(DataType::Struct(named.collect())))
        }
        _ => Arc::clone(entries),
    }
}

// Maps as lists of their pairs, however deep they lie: the two lie in memory alike.
fn unmapped(column: &ArrayRef) -> std::result::Result<ArrayRef, arrow::error::ArrowError> {
    let item =
        |field: &FieldRef, array: &ArrayRef| Arc::new(field.as_ref().clone().with_data_type(array.data_type().clone()));
    Ok(match column.data_type() {
        DataType::Map(field, _) => {
            let map = column.as_map();
            let (_, parts, nulls) = map.entries().clone().into_parts();
            let pairs = match paired(field).data_type() {
                DataType::Struct(fields) => StructArray::try_new(fields.clone(), parts, nulls)?,
                _ => map.entries().clone(),
            };
            let entries = unmapped(&(Arc::new(pairs) as ArrayRef))?;
            let (offsets, nulls) = (map.offsets().clone(), map.nulls().cloned());
            Arc::new(ListArray::try_new(item(field, &entries), offsets, entries, nulls)?)
        }
        DataType::List(field) => {
            let list = column.as_list::<i32>();
            let items = unmapped(list.values())?;
            let (offsets, nulls) = (list.offsets().clone(), list.nulls().cloned());
            Arc::new(ListArray::try_new(item(field, &items), offsets, items, nulls)?)
        }
        DataType::LargeList(field) => {
            let list = column.as_list::<i64>();
            let items = unmapped(list.values())?;
            let (offsets, nulls) = (list.offsets().clone(), list.nulls().cloned());
            Arc::new(LargeListArray::try_new(item(field, &items), offsets, items, nulls)?)
        }
        DataType::Struct(fields) if !fields.is_empty() => {
            let whole = column.as_struct();
            let parts = whole.columns().iter().map(unmapped).collect::<std::result::Result<Vec<_>, _>>()?;
            let fields: Fields = fields.iter().zip(&parts).map(|(field, part)| item(field, part)).collect();
            Arc::new(StructArray::try_new(fields, parts, whole.nulls().cloned())?)
        }
        _ => Arc::clone(column),
    })
}

// Values of several types in one column, and spans of time, as text.
fn worded(column: &ArrayRef) -> std::result::Result<ArrayRef, arrow::error::ArrowError> {
    let options = FormatOptions::default().with_null("");
    let words = ArrayFormatter::try_new(column.as_ref(), &options)?;
    let none = column.logical_nulls();
    let word = |at: usize| match &none {
        Some(nulls) if nulls.is_null(at) => Ok(None),
        _ => words.value(at).try_to_string().map(Some),
    };
    Ok(Arc::new((0..column.len()).map(word).collect::<std::result::Result<StringArray, _>>()?))
}

// Sixteen bytes as people write them: 8-4-4-4-12 digits.
fn uuids(column: &ArrayRef) -> ArrayRef {
    let Some(bytes) = column.as_fixed_size_binary_opt() else { return Arc::clone(column) };
    let text = |bytes: &[u8]| {
        let mut text = String::with_capacity(36);
        for (at, byte) in bytes.iter().enumerate() {
            text.push_str(if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" });
            text.push_str(&format!("{byte:02x}"));
        }
        text
    };
    Arc::new((0..bytes.len()).map(|at| bytes.is_valid(at).then(|| text(bytes.value(at)))).collect::<StringArray>())
}
