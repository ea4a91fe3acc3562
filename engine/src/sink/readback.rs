//! Reading back what was written, with readers that are not the engine's: the `parquet` and `arrow` crates, and our own splitter.

use super::place::failed;
use crate::error::{Error, ErrorKind, Result};
use crate::source::reading;
use crate::types::TypeClass;
use arrow::datatypes::{DataType, SchemaRef};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use polars::prelude::Schema;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

/// What a file says of itself.
pub(crate) struct Found {
    pub(crate) rows: u64,
    /// Column names with their types where the format has them; none when it does not say its columns.
    pub(crate) columns: Option<Vec<(String, Option<TypeClass>)>>,
}

/// The footer of a Parquet file.
pub(super) fn parquet(path: &Path) -> Result<Found> {
    let file = File::open(path).map_err(|error| failed(path, "cannot be read back", error))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| damaged(path, error))?;
    let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default();
    let groups: i64 =
        builder.metadata().row_groups().iter().map(parquet::file::metadata::RowGroupMetaData::num_rows).sum();
    if u64::try_from(groups).ok() != Some(rows) {
        return Err(Error::new(
            ErrorKind::Sink,
            format!("{}: the row groups do not add up to the rows", path.display()),
        ));
    }
    Ok(Found { rows, columns: Some(columns(builder.schema())) })
}

/// Every batch of an Arrow file.
pub(super) fn arrow(path: &Path) -> Result<Found> {
    let file = File::open(path).map_err(|error| failed(path, "cannot be read back", error))?;
    let reader =
        arrow::ipc::reader::FileReader::try_new(BufReader::new(file), None).map_err(|error| damaged(path, error))?;
    let columns = columns(&reader.schema());
    let mut rows = 0;
    for batch in reader {
        rows += batch.map_err(|error| damaged(path, error))?.num_rows() as u64;
    }
    Ok(Found { rows, columns: Some(columns) })
}

/// The records of delimited text and the names in its first one.
pub(super) fn csv(path: &Path) -> Result<Found> {
    delimited(path, super::format::delimiter(path))
}

/// The same, with a delimiter that the path does not tell.
pub(super) fn delimited(path: &Path, delimiter: u8) -> Result<Found> {
    let (mut names, rows) = reading::count_delimited(path, delimiter)?;
    if let Some(first) = names.as_mut().and_then(|names| names.first_mut())
        && let Some(bare) = first.strip_prefix('\u{feff}')
    {
        // Before a byte order mark quotes are none, as our own splitter sees them.
        *first = bare.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(bare).to_owned();
    }
    Ok(Found { rows, columns: names.map(|names| names.into_iter().map(|name| (name, None)).collect()) })
}

/// The lines of JSON Lines; the first one must be an object.
pub(super) fn json(path: &Path) -> Result<Found> {
    let mut text = BufReader::with_capacity(1 << 20, reading::reader(path)?);
    let mut line = Vec::new();
    let mut found = Found { rows: 0, columns: None };
    while text.read_until(b'\n', &mut line).map_err(|error| failed(path, "cannot be read back", error))? > 0 {
        if found.rows == 0 {
            let object: serde_json::Map<String, serde_json::Value> =
                serde_json::from_slice(&line).map_err(|error| damaged(path, error))?;
            found.columns = Some(object.into_iter().map(|(name, _)| (name, None)).collect());
        }
        found.rows += 1;
        line.clear();
    }
    Ok(found)
}

/// Compares what a file says of itself with the schema it was written from.
pub(super) fn compare(path: &Path, found: &Found, schema: &Schema) -> Result<()> {
    let Some(columns) = &found.columns else { return Ok(()) };
    let expected: Vec<_> = schema.iter().map(|(name, dtype)| (name.as_str(), TypeClass::of(dtype))).collect();
    let same = columns.len() == expected.len()
        && columns.iter().zip(&expected).all(|((name, class), (wanted, kind))| {
            name == wanted && class.is_none_or(|class| class == *kind || *kind == TypeClass::Other)
        });
    if same {
        return Ok(());
    }
    let names: Vec<_> = columns.iter().map(|(name, _)| name.as_str()).collect();
    Err(Error::new(
        ErrorKind::Sink,
        format!("{} reads back with other columns than were written: {}", path.display(), names.join(", ")),
    )
    .advise("report this as a fault of the program; the old output is untouched"))
}

/// The columns of a file as classes of types.
pub(super) fn columns(schema: &SchemaRef) -> Vec<(String, Option<TypeClass>)> {
    schema.fields().iter().map(|field| (field.name().clone(), class(field.data_type()))).collect()
}

fn class(dtype: &DataType) -> Option<TypeClass> {
    Some(match dtype {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => TypeClass::Text,
        DataType::Dictionary(_, values) => return class(values),
        whole if whole.is_integer() => TypeClass::Whole,
        DataType::Float32 | DataType::Float64 => TypeClass::Decimal,
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) => TypeClass::Money,
        DataType::Boolean => TypeClass::Boolean,
        DataType::Date32 => TypeClass::Date,
        DataType::Timestamp(..) => TypeClass::DateTime,
        DataType::Time32(_) | DataType::Time64(_) => TypeClass::Time,
        DataType::Duration(_) => TypeClass::Duration,
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) | DataType::ListView(_) => {
            TypeClass::List
        }
        DataType::Struct(_) => TypeClass::Struct,
        _ => return None,
    })
}

/// The error about a file that does not read back.
pub(super) fn damaged(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Sink, format!("{} does not read back", path.display()))
        .advise("check the disk; the old output is untouched")
        .caused_by(error)
}
