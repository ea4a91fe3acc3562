//! JSON Lines and JSON documents.

use super::columnar::held;
use super::files::{Found, reader, shown, unreadable};
use super::{Depth, Opened, Source, StoredColumn};
use crate::error::{Error, ErrorKind, Result};
use crate::types::word_of_dtype;
use polars::prelude::{
    DataFrame, IntoLazy as _, JsonFormat, JsonReader, LazyFileListReader as _, LazyFrame, LazyJsonLineReader,
    ScanSources, SerReader as _,
};
use std::io::{BufRead as _, BufReader, Cursor, Read as _};
use std::path::Path;

const HEAD: u64 = 4 << 20;

/// Opens JSON files.
pub(super) fn open(source: &Source, found: Found, depth: Depth<'_>) -> Result<Opened> {
    let document = match source.options.multi_line {
        Some(document) => document,
        None => found.files.iter().any(|file| is_document(&file.path)),
    };
    let (mut frame, records) = match (document, depth) {
        (true, Depth::Head { rows }) => (documents(&found)?.head(Some(rows)).lazy(), None),
        (true, _) => {
            let table = documents(&found)?;
            let rows = table.height() as u64;
            (table.lazy(), Some(rows))
        }
        (false, Depth::Head { rows }) => (lines_head(&found, rows)?, None),
        (false, _) => lines(&found)?,
    };
    let schema = match frame.collect_schema() {
        Ok(schema) => schema,
        Err(error) => return Err(bad_line(&found)?.unwrap_or_else(|| Error::from(error))),
    };
    let columns: Vec<_> = schema
        .iter()
        .map(|(name, dtype)| StoredColumn { name: name.to_string(), kind: word_of_dtype(dtype) })
        .collect();
    if !matches!(depth, Depth::Head { .. }) {
        held(source, &columns)?;
    }
    let mut notes = found.notes;
    if columns.is_empty() {
        notes.push("the file is empty: it has no columns and no rows".to_owned());
    }
    Ok(Opened { frame, schema, columns, files: found.files, records, verdict: Vec::new(), notes, text: None })
}

// A document begins with a list, or with an object that goes on over its first line.
fn is_document(path: &Path) -> bool {
    let mut head = Vec::new();
    let Ok(text) = reader(path) else { return false };
    if text.take(1 << 20).read_to_end(&mut head).is_err() {
        return false;
    }
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let cut = || {
        line.len() < head.len()
            && serde_json::from_slice::<serde::de::IgnoredAny>(line).is_err_and(|error| error.is_eof())
    };
    head.starts_with(b"[") || cut()
}

fn documents(found: &Found) -> Result<DataFrame> {
    let mut table: Option<DataFrame> = None;
    for file in &found.files {
        let mut text = Vec::new();
        reader(&file.path)?.read_to_end(&mut text).map_err(|error| unreadable(&file.path, &error))?;
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text).to_vec();
        let more = JsonReader::new(Cursor::new(text))
            .with_json_format(JsonFormat::Json)
            .infer_schema_len(None)
            .finish()
            .map_err(|error| damaged(&file.path, error))?;
        match &mut table {
            Some(table) => {
                table.vstack_mut(&more).map_err(|error| unlike(&file.path, error))?;
            }
            None => table = Some(more),
        }
    }
    Ok(table.unwrap_or_default())
}

fn lines(found: &Found) -> Result<(LazyFrame, Option<u64>)> {
    let mut records = 0;
    for file in &found.files {
        let mut text = BufReader::with_capacity(1 << 20, reader(&file.path)?);
        let mut line = Vec::new();
        while text.read_until(b'\n', &mut line).map_err(|error| unreadable(&file.path, &error))? > 0 {
            records += u64::from(!line.trim_ascii().is_empty());
            line.clear();
        }
    }
    if records == 0 {
        return Ok((DataFrame::empty().lazy(), Some(0)));
    }
    let frame = LazyJsonLineReader::new_with_sources(found.scan()?).with_infer_schema_length(None).finish()?;
    Ok((frame, Some(records)))
}

fn lines_head(found: &Found, rows: usize) -> Result<LazyFrame> {
    let mut text = Vec::new();
    for file in &found.files {
        if text.len() as u64 >= HEAD {
            break;
        }
        let before = text.len() as u64;
        let more =
            reader(&file.path)?.take(HEAD).read_to_end(&mut text).map_err(|error| unreadable(&file.path, &error))?;
        if more as u64 == HEAD {
            let cut = memchr::memrchr(b'\n', &text).map_or(text.len(), |at| at + 1);
            text.truncate(cut.max(usize::try_from(before).unwrap_or_default()));
        } else if text.last().is_some_and(|byte| *byte != b'\n') {
            text.push(b'\n');
        }
    }
    if text.trim_ascii().is_empty() {
        return Ok(DataFrame::empty().lazy());
    }
    let scan = ScanSources::Buffers(std::iter::once(text.into()).collect());
    Ok(LazyJsonLineReader::new_with_sources(scan).with_infer_schema_length(None).with_n_rows(Some(rows)).finish()?)
}

// The first line that is no JSON object, once it is known that there is one.
fn bad_line(found: &Found) -> Result<Option<Error>> {
    for file in &found.files {
        let mut text = BufReader::with_capacity(1 << 20, reader(&file.path)?);
        let (mut line, mut number) = (Vec::new(), 0_u64);
        while text.read_until(b'\n', &mut line).map_err(|error| unreadable(&file.path, &error))? > 0 {
            number += 1;
            let object = line.trim_ascii();
            if object.is_empty() {
                line.clear();
                continue;
            }
            if let Err(error) = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(object) {
                let message = format!("{}: line {number} is no JSON object", shown(&file.path));
                let advice = "mend the line, or read the file as one JSON document (multi-line)";
                return Ok(Some(Error::new(ErrorKind::Source, message).advise(advice).caused_by(error)));
            }
            line.clear();
        }
    }
    Ok(None)
}

fn damaged(path: &Path, error: polars::error::PolarsError) -> Error {
    Error::new(ErrorKind::Source, format!("{} is no list of JSON objects", shown(path)))
        .advise("check the file, or read it as JSON Lines")
        .caused_by(error)
}

fn unlike(path: &Path, error: polars::error::PolarsError) -> Error {
    Error::new(ErrorKind::Source, format!("{} does not have the columns of the files before it", shown(path)))
        .advise("read files of one table with the same columns")
        .caused_by(error)
}
