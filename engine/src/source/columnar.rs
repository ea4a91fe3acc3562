//! Parquet and Arrow IPC: the files themselves say their types and rows. The engine reads them in place, but for the few types that it
//! would not read, or not right, which pass through a copy.

use super::files::{Found, refuse, shown, unreadable};
use super::{Depth, Opened, Source, StoredColumn, columns_of, copied};
use crate::error::{Error, ErrorKind, Result};
use crate::types::word_of_dtype;
use parquet::arrow::parquet_to_arrow_schema;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use polars::prelude::{DataType, HiveOptions, LazyFrame, PlSmallStr, ScanArgsParquet, Schema, UnifiedScanArgs};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// Opens Parquet files.
pub(super) fn open_parquet(source: &Source, found: Found, depth: Depth<'_>) -> Result<Opened> {
    if source.options.key.is_some() || found.files.iter().any(|file| copied::is_locked(&file.path)) {
        return copied::open_locked(source, found, depth);
    }
    let mut records = 0;
    let mut foreign = false;
    for file in &found.files {
        let handle = File::open(&file.path).map_err(|error| unreadable(&file.path, &error))?;
        let footer = SerializedFileReader::new(handle).map_err(|error| damaged(&file.path, "Parquet", error))?;
        let told = footer.metadata().file_metadata();
        records += u64::try_from(told.num_rows()).unwrap_or_default();
        let schema = parquet_to_arrow_schema(told.schema_descr(), told.key_value_metadata());
        foreign |= schema.is_ok_and(|schema| crate::bridge::is_foreign(&schema));
    }
    if foreign {
        return copied::open_parquet(source, found, depth);
    }
    let scan = |found: &Found| {
        let args = ScanArgsParquet {
            glob: false,
            cache: false,
            hive_options: HiveOptions::new_disabled(),
            include_file_paths: found.tag(),
            ..ScanArgsParquet::default()
        };
        Ok(LazyFrame::scan_parquet_sources(found.scan()?, args)?)
    };
    opened(source, found, depth, &scan, Some(records))
}

/// Opens Arrow IPC files.
pub(super) fn open_arrow(source: &Source, found: Found, depth: Depth<'_>) -> Result<Opened> {
    let mut records = 0;
    let mut foreign = false;
    for file in &found.files {
        if copied::is_stream(&file.path) {
            foreign = true;
            continue;
        }
        let (rows, schema) = arrow_rows(&file.path)?;
        records += rows;
        foreign |= crate::bridge::is_foreign(&schema);
    }
    if foreign {
        return copied::open_arrow(source, found, depth);
    }
    let scan = |found: &Found| {
        let args = UnifiedScanArgs {
            glob: false,
            cache: false,
            hive_options: HiveOptions::new_disabled(),
            include_file_paths: found.tag(),
            ..UnifiedScanArgs::default()
        };
        Ok(LazyFrame::scan_ipc_sources(found.scan()?, polars::prelude::IpcScanOptions::default(), args)?)
    };
    opened(source, found, depth, &scan, Some(records))
}

type Scan<'a> = dyn Fn(&Found) -> Result<LazyFrame> + 'a;

fn opened(source: &Source, found: Found, depth: Depth<'_>, scan: &Scan<'_>, records: Option<u64>) -> Result<Opened> {
    let mut first: Option<Arc<Schema>> = None;
    let mut odd = Vec::new();
    for file in &found.files {
        let single = Found { files: vec![file.clone()], ..Found::default() };
        let schema = scan(&single)?.collect_schema()?;
        match &first {
            Some(expected) => odd.extend(refuse_odd(expected, &schema, &file.path, &found.files[0].path)),
            None => first = Some(schema),
        }
    }
    refuse(odd)?;
    let mut frame = scan(&found)?;
    if let Depth::Head { rows } = depth {
        frame = frame.limit(u32::try_from(rows).unwrap_or(u32::MAX));
    }
    let schema = first.ok_or_else(|| Error::new(ErrorKind::Source, format!("dataset {} has no files", source.name)))?;
    held(source, &columns_of(&schema))?;
    Ok(Opened { records, ..Opened::new(frame, schema, found.files, found.notes) })
}

/// Holds the columns that a file has against the stored ones.
pub(super) fn held(source: &Source, columns: &[StoredColumn]) -> Result<()> {
    for stored in source.columns.iter().flatten() {
        match columns.iter().find(|column| column.name == stored.name) {
            None => {
                return Err(Error::new(
                    ErrorKind::Column,
                    format!("column {} of dataset {} is not in the file", stored.name, source.name),
                )
                .advise("choose another file, or decide the types of this dataset anew"));
            }
            Some(column) if column.kind != stored.kind => {
                return Err(Error::new(
                    ErrorKind::Data,
                    format!(
                        "column {} is stored as {}, but the file has it as {}",
                        stored.name, stored.kind, column.kind
                    ),
                )
                .advise("decide the types of this dataset anew"));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// What is different about the columns of a file, when something is.
pub(super) fn refuse_odd(expected: &Schema, schema: &Schema, path: &Path, first: &Path) -> Option<String> {
    let typed = |(name, dtype): (&PlSmallStr, &DataType)| format!("{name} ({})", word_of_dtype(dtype));
    let lacks: Vec<_> =
        expected.iter().filter(|(name, dtype)| schema.get(name.as_str()) != Some(*dtype)).map(typed).collect();
    let has: Vec<_> =
        schema.iter().filter(|(name, dtype)| expected.get(name.as_str()) != Some(*dtype)).map(typed).collect();
    let mut parts = Vec::new();
    if expected.len() != schema.len() {
        parts.push(format!("it has {} columns, not {}", schema.len(), expected.len()));
    }
    for (word, names) in [("without", lacks), ("with", has)] {
        if !names.is_empty() {
            let more = if names.len() > 5 { " ..." } else { "" };
            parts.push(format!("{word} {}{more}", names.iter().take(5).cloned().collect::<Vec<_>>().join(", ")));
        }
    }
    if parts.is_empty() && expected != schema {
        let (a, b) = expected.iter_names().zip(schema.iter_names()).find(|(a, b)| a != b)?;
        parts.push(format!("it has the column {b} where {a} is expected"));
    }
    (!parts.is_empty()).then(|| format!("{} does not fit {}: {}", shown(path), shown(first), parts.join(", ")))
}

// The rows of a file, and its columns with their types.
fn arrow_rows(path: &Path) -> Result<(u64, arrow::datatypes::SchemaRef)> {
    let open = |columns: Option<Vec<usize>>| {
        let handle = File::open(path).map_err(|error| unreadable(path, &error))?;
        arrow::ipc::reader::FileReader::try_new(std::io::BufReader::new(handle), columns)
            .map_err(|error| damaged(path, "Arrow IPC", error))
    };
    let schema = open(None)?.schema();
    let reader = open(Some(Vec::new()))?;
    let mut rows = 0;
    for batch in reader {
        rows += batch.map_err(|error| damaged(path, "Arrow IPC", error))?.num_rows() as u64;
    }
    Ok((rows, schema))
}

fn damaged(path: &Path, what: &str, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Source, format!("{} is no whole {what} file", shown(path)))
        .advise("fetch the file again, or name its format")
        .caused_by(error)
}
