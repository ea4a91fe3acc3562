//! Batches of rows in files of their own, and a frame over such files.

use super::Spill;
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::source::scan_of;
use polars::prelude::{
    Column, CompatLevel, DataFrame, DataType, HiveOptions, IntoLazy as _, IpcCompression, IpcReader, IpcScanOptions,
    IpcWriter, LazyFrame, NULL, PlSmallStr, PolarsResult, Schema, SerReader as _, SerWriter as _, UnifiedScanArgs, lit,
};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

impl Spill {
    /// Writes rows into a new file.
    pub(super) fn write(&self, rows: &DataFrame) -> Result<PathBuf> {
        self.go_on()?;
        let path = self.folder.path().join(format!("{}.arrow", self.files.fetch_add(1, Ordering::Relaxed)));
        let written = (|| {
            let mut out = BufWriter::new(File::create(&path)?);
            // The oldest form holds the text of these rows alone, and not all that they share with others.
            let mut writer = IpcWriter::new(&mut out)
                .with_compat_level(CompatLevel::oldest())
                .with_compression(Some(IpcCompression::LZ4));
            writer.finish(&mut stored(rows)?)?;
            out.flush()?;
            Ok(std::fs::metadata(&path)?.len())
        })();
        match written {
            Ok(bytes) => {
                self.written.fetch_add(bytes, Ordering::Relaxed);
                Ok(path)
            }
            Err(error) => Err(self.unwritten(error)),
        }
    }

    fn unwritten(&self, error: polars::error::PolarsError) -> Error {
        let folder = self.folder.path().parent().unwrap_or(Path::new(".")).display();
        let message = format!(
            "rows that do not fit in memory cannot be written to {folder}, where {} MB of them lie",
            crate::values::grouped(self.written() / 1_000_000)
        );
        let advice = "make room there, name another folder with --temp-folder, or give the run more with --memory";
        Error::new(ErrorKind::Sink, message).advise(advice).caused_by(error)
    }

    /// Reads a file that was written, with the types that its rows had.
    pub(super) fn read(&self, path: &Path, schema: &Schema) -> Result<DataFrame> {
        self.go_on()?;
        let mut rows = IpcReader::new(File::open(path).map_err(polars::error::PolarsError::from)?).finish()?;
        for (name, dtype) in
            schema.iter().filter(|(name, dtype)| rows.schema().get(name) != Some(*dtype)).collect::<Vec<_>>()
        {
            let column = match dtype {
                DataType::Null => Column::full_null(name.clone(), rows.height(), dtype),
                _ => rows.column(name)?.cast(dtype)?,
            };
            rows.with_column(column)?;
        }
        Ok(rows)
    }
}

/// A frame over files that were written, in their order.
pub(super) fn scan(files: &[PathBuf], schema: &Schema) -> Result<LazyFrame> {
    if files.is_empty() {
        return Ok(DataFrame::empty_with_schema(schema).lazy());
    }
    let args = UnifiedScanArgs {
        glob: false,
        cache: false,
        hive_options: HiveOptions::new_disabled(),
        ..UnifiedScanArgs::default()
    };
    let sources = scan_of(files.iter().map(PathBuf::as_path))?;
    let mut frame = LazyFrame::scan_ipc_sources(sources, IpcScanOptions::default(), args)?;
    let read = frame.collect_schema()?;
    let other = schema.iter().filter(|(name, dtype)| read.get(name) != Some(*dtype));
    let restored = |(name, dtype): (&PlSmallStr, &DataType)| match dtype {
        DataType::Null => lit(NULL).alias(name.clone()),
        _ => col(name.clone()).cast(dtype.clone()),
    };
    Ok(frame.with_columns(other.map(restored).collect::<Vec<_>>()))
}

/// Rows as they are written: what only this program's memory knows is brought to something that a file holds.
fn stored(rows: &DataFrame) -> PolarsResult<DataFrame> {
    let mut stored = rows.clone();
    for column in rows.columns() {
        let dtype = match column.dtype() {
            DataType::Null => DataType::Boolean,
            DataType::Categorical(..) | DataType::Enum(..) => DataType::String,
            _ => continue,
        };
        stored.with_column(column.cast(&dtype)?)?;
    }
    Ok(stored)
}

/// Whether all columns can be written and come back as they are.
pub(super) fn is_storable(schema: &Schema) -> bool {
    fn storable(dtype: &DataType) -> bool {
        match dtype {
            DataType::List(inner) | DataType::Array(inner, _) => storable(inner),
            DataType::Struct(fields) => !fields.is_empty() && fields.iter().all(|field| storable(field.dtype())),
            DataType::Categorical(..) | DataType::Enum(..) | DataType::Unknown(_) | DataType::Null => false,
            _ => true,
        }
    }
    let restored = |dtype: &DataType| matches!(dtype, DataType::Null | DataType::Categorical(..) | DataType::Enum(..));
    !schema.is_empty() && schema.iter_values().all(|dtype| restored(dtype) || storable(dtype))
}

/// About how many bytes rows take in memory, counting only what is theirs.
pub(super) fn size_of(rows: &DataFrame) -> usize {
    let size = |column: &polars::prelude::Column| match column.dtype() {
        DataType::String => {
            column.str().map_or(0, |text| text.downcast_iter().map(|chunk| chunk.total_bytes_len()).sum())
                + 16 * column.len()
        }
        _ => column.as_materialized_series().estimated_size(),
    };
    rows.columns().iter().map(size).sum()
}

/// Several frames below each other as one piece.
pub(super) fn joined(mut pieces: Vec<DataFrame>) -> Result<Option<DataFrame>> {
    let mut rest = pieces.drain(..);
    let Some(mut whole) = rest.next() else { return Ok(None) };
    for piece in rest {
        whole.vstack_mut(&piece)?;
    }
    whole.rechunk_mut();
    Ok(Some(whole))
}
