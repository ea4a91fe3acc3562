//! From a target to the options of the engine's writers.

use super::{Target, outer};
use crate::error::{Error, ErrorKind, Result};
use polars::polars_utils::compression::{BrotliLevel, GzipLevel, ZstdLevel};
use polars::prelude::{
    CompatLevel, CsvWriterOptions, ExternalCompression, FileWriteFormat, IpcCompression, IpcWriterOptions,
    KeyValueMetadata, NDJsonWriterOptions, ParquetCompression, ParquetWriteOptions, QuoteStyle, SerializeOptions,
    StatisticsOptions,
};
use std::path::Path;
use std::sync::Arc;

/// Rows of a row group when the target does not say: always the same, so that equal data gives equal files.
pub(super) const ROW_GROUP: usize = 1 << 18;

/// Parquet with statistics, key-value metadata and row groups of one size.
pub(super) fn parquet(target: &Target) -> Result<FileWriteFormat> {
    let level = target.level;
    let compression = match compression(target, "zstd").as_str() {
        "zstd" => ParquetCompression::Zstd(
            level.map(ZstdLevel::try_new).transpose().map_err(|_| bad_level(target, "1 to 22"))?,
        ),
        "gzip" => {
            let level = small(target, "0 to 9")?
                .map(GzipLevel::try_new)
                .transpose()
                .map_err(|_| bad_level(target, "0 to 9"))?;
            ParquetCompression::Gzip(level)
        }
        "brotli" => {
            let level = level.map(u32::try_from).transpose().map_err(|_| bad_level(target, "0 to 11"))?;
            ParquetCompression::Brotli(
                level.map(BrotliLevel::try_new).transpose().map_err(|_| bad_level(target, "0 to 11"))?,
            )
        }
        "snappy" => ParquetCompression::Snappy,
        "lz4" => ParquetCompression::Lz4Raw,
        "none" => ParquetCompression::Uncompressed,
        other => return Err(unknown(target, other)),
    };
    Ok(FileWriteFormat::Parquet(Arc::new(ParquetWriteOptions {
        compression,
        statistics: StatisticsOptions::default(),
        row_group_size: Some(target.row_group_rows.unwrap_or(ROW_GROUP).max(1)),
        key_value_metadata: (!target.metadata.is_empty())
            .then(|| KeyValueMetadata::from_static(target.metadata.clone())),
        ..ParquetWriteOptions::default()
    })))
}

/// Delimited text with commas, or tabs when the path ends with .tsv.
pub(super) fn csv(target: &Target) -> Result<FileWriteFormat> {
    let serialize = SerializeOptions {
        separator: delimiter_of(target)?,
        quote_style: if target.csv.quote_all { QuoteStyle::Always } else { QuoteStyle::Necessary },
        line_terminator: if target.csv.windows_lines { "\r\n" } else { "\n" }.into(),
        datetime_format: Some("%Y-%m-%d %H:%M:%S%.f".into()),
        ..SerializeOptions::default()
    };
    Ok(FileWriteFormat::Csv(CsvWriterOptions {
        include_bom: target.csv.byte_order_mark,
        compression: external(target)?,
        check_extension: false,
        serialize_options: Arc::new(serialize),
        ..CsvWriterOptions::default()
    }))
}

/// One JSON object a line.
pub(super) fn json(target: &Target) -> Result<FileWriteFormat> {
    Ok(FileWriteFormat::NDJson(NDJsonWriterOptions { compression: external(target)?, check_extension: false }))
}

/// An Arrow IPC file that older readers understand too.
pub(super) fn arrow(target: &Target) -> Result<FileWriteFormat> {
    let compression = match compression(target, "none").as_str() {
        "none" => None,
        "lz4" => Some(IpcCompression::LZ4),
        "zstd" => {
            let level = ZstdLevel::try_new(target.level.unwrap_or(3)).map_err(|_| bad_level(target, "1 to 22"))?;
            Some(IpcCompression::ZSTD(level))
        }
        other => return Err(unknown(target, other)),
    };
    Ok(FileWriteFormat::Ipc(IpcWriterOptions {
        compression,
        compat_level: CompatLevel::oldest(),
        record_batch_size: Some(target.row_group_rows.unwrap_or(ROW_GROUP).max(1)),
        ..IpcWriterOptions::default()
    }))
}

/// What is written row by row has no options of the engine's sinks; it is one file without compression.
pub(super) fn foreign(target: &Target) -> Result<FileWriteFormat> {
    if target.has_parts() {
        return Err(Error::new(ErrorKind::Sink, "this format is written as one file, not as a folder of parts")
            .advise("leave out the partition columns and the limit of rows, or write Parquet or CSV"));
    }
    let packed = outer::of(target)?.is_some();
    match compression(target, "none").as_str() {
        other if other == "none" || packed => {
            json(&Target { compression: Some("none".into()), level: None, ..target.clone() })
        }
        other => Err(unknown(target, other)),
    }
}

/// The delimiter of a path of delimited text.
pub(super) fn delimiter(path: &Path) -> u8 {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    if outer::bare(&name).ends_with(".tsv") { b'\t' } else { b',' }
}

/// The delimiter of a target: what a person chose, else what the path tells.
pub(super) fn delimiter_of(target: &Target) -> Result<u8> {
    let Some(told) = target.csv.delimiter else { return Ok(delimiter(&target.path)) };
    match u8::try_from(told) {
        Ok(byte) if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(byte, b'"' | b'\n' | b'\r') => {
            Ok(byte)
        }
        _ => Err(Error::new(ErrorKind::Sink, format!("{told:?} cannot stand between fields"))
            .advise("use a comma, colon, semicolon, pipe, tab, caret, backslash or blank")),
    }
}

/// The ending of the files of a target, without the first point: csv.gz.
pub fn part_ending(target: &Target) -> Result<String> {
    let format = target.format()?;
    let ending = format.extensions.first().copied().unwrap_or("data");
    let ending = if format.name == "CSV" && delimiter_of(target)? == b'\t' { "tsv" } else { ending };
    let outer = match format.name {
        "CSV" | "JSON" | "XML" | "JSON_ARRAY" => outer::ending(&compression(target, "none")),
        _ => "",
    };
    Ok(format!("{ending}{outer}"))
}

/// The compression of a target by its usual name, or the one that a format chooses itself.
pub(super) fn compression(target: &Target, own: &str) -> String {
    match &target.compression {
        Some(name) => match name.to_ascii_lowercase().as_str() {
            "gz" => "gzip".to_owned(),
            "zst" => "zstd".to_owned(),
            "bz2" => "bzip2".to_owned(),
            "zlib" => "deflate".to_owned(),
            "" | "uncompressed" => "none".to_owned(),
            other => other.to_owned(),
        },
        None => own.to_owned(),
    }
}

fn external(target: &Target) -> Result<ExternalCompression> {
    if outer::of(target)?.is_some() {
        return Ok(ExternalCompression::Uncompressed);
    }
    let own = outer::of_ending(&target.path);
    let level = target.level.map(u32::try_from).transpose().map_err(|_| bad_level(target, "1 to 9"))?;
    Ok(match compression(target, own).as_str() {
        "none" => ExternalCompression::Uncompressed,
        "gzip" if level.is_none_or(|level| level <= 9) => ExternalCompression::Gzip { level },
        "zstd" if level.is_none_or(|level| level <= 22) => ExternalCompression::Zstd { level },
        "gzip" => return Err(bad_level(target, "0 to 9")),
        "zstd" => return Err(bad_level(target, "1 to 22")),
        other => return Err(unknown(target, other)),
    })
}

fn small(target: &Target, range: &str) -> Result<Option<u8>> {
    let level = target.level.map(u8::try_from).transpose().map_err(|_| bad_level(target, range))?;
    if level.is_some_and(|level| level > 9) { Err(bad_level(target, range)) } else { Ok(level) }
}

/// The error about a level that a compression does not have.
pub(super) fn bad_level(target: &Target, range: &str) -> Error {
    Error::new(ErrorKind::Sink, format!("{} is no level of this compression", target.level.unwrap_or_default()))
        .advise(format!("use a level from {range}, or leave it out"))
}

/// The error about a compression that a format does not have.
pub(super) fn unknown(target: &Target, name: &str) -> Error {
    let format = target.format.clone().unwrap_or_else(|| target.path.display().to_string());
    let known = target.format().map(|format| format.compressions.join(", ")).unwrap_or_default();
    Error::new(ErrorKind::Sink, format!("{format} cannot be compressed with {name}"))
        .advise(format!("use one of {known}"))
}
