//! Reading a file into a table. Stands in until the engine's own sources are here.

use crate::model::{Dataset, Source};
use brewhouse_engine::types::TypeClass;
use brewhouse_engine::{Error, ErrorKind};
use polars::prelude::{
    CsvReadOptions, DataFrame, IpcReader, JsonFormat, JsonReader, ParquetReader, SerReader as _,
};
use std::fs::File;

/// A file's table, and what was found.
pub(super) fn read(dataset: &Dataset) -> Result<(DataFrame, Source), Error> {
    let shown = dataset.path.display();
    let file = File::open(&dataset.path).map_err(|error| {
        Error::new(ErrorKind::Source, format!("{shown} cannot be opened: {error}"))
            .advise("check the path, or open another file")
    })?;
    let modified = file.metadata().and_then(|meta| meta.modified()).ok();
    let extension = dataset.path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    let frame = match extension.as_str() {
        "parquet" => ParquetReader::new(file).finish()?,
        "arrow" | "ipc" | "feather" => IpcReader::new(file).finish()?,
        "json" => JsonReader::new(file).with_json_format(JsonFormat::Json).finish()?,
        "jsonl" | "ndjson" => JsonReader::new(file).with_json_format(JsonFormat::JsonLines).finish()?,
        _ => {
            let tabs = extension == "tsv" || extension == "tab";
            CsvReadOptions::default()
                .with_infer_schema_length(None)
                .map_parse_options(|options| {
                    options.with_try_parse_dates(true).with_separator(if tabs { b'\t' } else { b',' })
                })
                .try_into_reader_with_file_path(Some(dataset.path.clone()))?
                .finish()?
        }
    };
    let columns = frame.schema().iter().map(|(name, dtype)| (name.to_string(), TypeClass::of(dtype))).collect();
    let source =
        Source { rows: frame.height() as u64, complete: true, aside: 0, columns, modified, changed: false };
    Ok((frame, source))
}
