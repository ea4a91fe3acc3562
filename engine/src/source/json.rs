//! JSON Lines and JSON documents.

use super::columnar::held;
use super::depth::{Shallow, unread, unread_by_engine};
use super::files::{Found, shown, unreadable};
use super::flat_lines::{self, is_flat};
use super::kept::Place;
use super::labels::TAG;
use super::records::Records;
use super::straighten;
use super::text::Text;
use super::{Depth, Opened, Source, columns_of};
use crate::error::{Error, ErrorKind, Result};
use polars::io::ndjson::infer_schema;
use polars::prelude::{
    Column, DataFrame, IntoLazy as _, JsonFormat, JsonReader, LazyFileListReader as _, LazyFrame, LazyJsonLineReader,
    PlSmallStr, PolarsResult, Scalar, ScanSources, Schema, SchemaRef, SerReader as _, UnionArgs, concat, lit,
};
use serde_json::{Map, Value};
use std::io::{BufRead, BufReader, Cursor, Read, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";
const HEAD: u64 = 4 << 20;

/// Opens JSON files.
pub(super) fn open(source: &Source, found: Found, depth: Depth<'_>) -> Result<Opened> {
    let head = matches!(depth, Depth::Head { .. });
    let text = |file: &super::FileFact| Text::of(&file.path, &source.options, head);
    let texts: Vec<Text> = found.files.iter().map(text).collect::<Result<_>>()?;
    let document = match source.options.multi_line {
        Some(document) => document,
        None => texts.iter().any(is_document),
    };
    let mut notes = Vec::new();
    let (mut frame, records) = match (document, depth) {
        (true, Depth::Head { rows }) => (documents(&found, &texts)?.head(Some(rows)).lazy(), None),
        (true, _) => {
            let table = documents(&found, &texts)?;
            let rows = table.height() as u64;
            (table.lazy(), Some(rows))
        }
        (false, Depth::Head { rows }) => (lines_head(&found, &texts, rows)?, None),
        (false, Depth::Whole { cancel, progress, .. }) => {
            let looked = looked_at(source, &found, &texts, cancel, progress)?;
            lines(&found, &texts, looked.as_deref(), &mut notes)?
        }
    };
    let mut schema = match frame.collect_schema() {
        Ok(schema) => schema,
        Err(error) => return Err(bad_line(&texts)?.unwrap_or_else(|| Error::from(error))),
    };
    if schema.contains(TAG) {
        schema =
            Arc::new(schema.iter().filter(|(name, _)| *name != TAG).map(|(n, d)| (n.clone(), d.clone())).collect());
    }
    let columns = columns_of(&schema);
    if !head {
        held(source, &columns)?;
    }
    notes.splice(0..0, found.notes);
    if columns.is_empty() {
        notes.push("the file is empty: it has no columns and no rows".to_owned());
    }
    Ok(Opened { records, ..Opened::new(frame, schema, found.files, notes) })
}

// A document begins with a list, or with an object that goes on over its first line.
fn is_document(text: &Text) -> bool {
    let mut head = Vec::new();
    let Ok(text) = text.reader() else { return false };
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

fn documents(found: &Found, texts: &[Text]) -> Result<DataFrame> {
    let mut table: Option<DataFrame> = None;
    for (at, file) in texts.iter().enumerate() {
        let mut text = Vec::new();
        Shallow::new(file.reader()?, false).read_to_end(&mut text).map_err(|error| unread(&file.path, &error))?;
        let text = text.strip_prefix(MARK).unwrap_or(&text);
        // An object of objects is a table whose first column is the key.
        let lines = entries(text);
        let (text, format) = match lines {
            Some(lines) => (lines, JsonFormat::JsonLines),
            None => (text.to_vec(), JsonFormat::Json),
        };
        let mut more = JsonReader::new(Cursor::new(text))
            .with_json_format(format)
            .infer_schema_len(None)
            .finish()
            .map_err(|error| damaged(&file.path, error))?;
        if found.tag().is_some() {
            let height = more.height();
            more.with_column(Column::new_scalar(TAG.into(), Scalar::from(PlSmallStr::from(at.to_string())), height))?;
        }
        match &mut table {
            Some(table) => {
                table.vstack_mut(&more).map_err(|error| unlike(&file.path, error))?;
            }
            None => table = Some(more),
        }
    }
    Ok(table.unwrap_or_default())
}

// Two or more objects within one as lines, each with its key as the first field; none when it is something else.
fn entries(text: &[u8]) -> Option<Vec<u8>> {
    let object: Map<String, Value> = serde_json::from_slice(text).ok()?;
    if object.len() < 2 || !object.values().all(Value::is_object) {
        return None;
    }
    let parts = members(text)?;
    let named = |name: &str| object.values().any(|entry| entry.get(name).is_some());
    let column = ["key", "_key", "__key"].into_iter().find(|name| !named(name))?;
    let mut lines = Vec::with_capacity(text.len() + parts.len() * 8);
    for (key, value) in parts {
        // The text of a value stays as it is, digits and all; only line ends between its parts are blanks.
        let inner = value.strip_prefix(b"{")?.trim_ascii_start();
        lines.extend_from_slice(format!("{{\"{column}\":").as_bytes());
        lines.extend_from_slice(key);
        lines.extend_from_slice(if inner.starts_with(b"}") { b"" } else { b"," });
        lines.extend(inner.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }));
        lines.push(b'\n');
    }
    Some(lines)
}

// The keys and values of an object that is known to be one, as they stand.
fn members(text: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut parts = Vec::new();
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let (mut begin, mut key) = (0, None);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => {
                depth += 1;
                begin = if depth == 1 { at + 1 } else { begin };
            }
            b':' if depth == 1 => {
                key = Some(text[begin..at].trim_ascii());
                begin = at + 1;
            }
            b',' | b'}' | b']' => {
                if depth == 1 {
                    parts.push((key.take()?, text[begin..at].trim_ascii()));
                    begin = at + 1;
                }
                depth = depth.checked_sub(usize::from(*byte != b','))?;
            }
            _ => {}
        }
    }
    Some(parts)
}

// What was found in each file, now or when it was looked at before; none when the engine must look at them itself.
fn looked_at(
    source: &Source,
    found: &Found,
    texts: &[Text],
    cancel: &AtomicBool,
    progress: &dyn Fn(u64),
) -> Result<Option<Vec<Records>>> {
    let place = || Place::of_files(source, found.files.iter().map(|file| (file, "JSON Lines".to_owned())));
    let before = place()?;
    if let Some(kept) = before.as_ref().and_then(Place::records).filter(|kept| kept.len() == texts.len()) {
        return Ok(Some(kept));
    }
    let (mut all, mut read) = (Vec::new(), 0);
    for (text, file) in texts.iter().zip(&found.files) {
        let Some(records) = Records::of(text, cancel, &|bytes| progress(read + bytes))? else { return Ok(None) };
        let is_empty = records.count == 0;
        if !is_empty && Records::columns(std::iter::once(&records)).is_none() {
            return Ok(None);
        }
        all.push(records);
        read += file.bytes;
    }
    // A file that was changed meanwhile has another place.
    if let Some(place) = before.filter(|before| place().ok().flatten().as_ref() == Some(before)) {
        place.keep_records(&all);
    }
    Ok(Some(all))
}

// Every line of a file is counted, and its fields are among the columns.
fn counted(text: &Text) -> Result<(u64, PolarsResult<Schema>)> {
    let mut counted = Counted { inner: BufReader::with_capacity(1 << 20, plain(text)?), lines: 0, filled: false };
    let schema = infer_schema(&mut counted, None);
    // What the search for columns did not want to hear is counted too.
    if let Some(error) = schema.as_ref().err().and_then(|error| unread_by_engine(&text.path, error)) {
        return Err(error);
    }
    std::io::copy(&mut counted, &mut std::io::sink()).map_err(|error| unread(&text.path, &error))?;
    Ok((counted.lines + u64::from(counted.filled), schema))
}

fn lines(
    found: &Found,
    texts: &[Text],
    looked: Option<&[Records]>,
    notes: &mut Vec<String>,
) -> Result<(LazyFrame, Option<u64>)> {
    let mut records = 0;
    let mut schemas = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let known = looked.and_then(|looked| {
            let file = looked.get(at)?;
            let columns = if file.count == 0 { Schema::default() } else { Records::columns(std::iter::once(file))? };
            Some((file.count, Ok(columns)))
        });
        let (rows, schema) = known.map_or_else(|| counted(text), Ok)?;
        records += rows;
        if rows > 0 {
            let bad = || bad_line(std::slice::from_ref(text));
            schemas.push((text, schema.map_err(|error| bad().ok().flatten().unwrap_or_else(|| Error::from(error)))?));
        }
    }
    let Some(((first, schema), others)) = schemas.split_first() else {
        return Ok((DataFrame::empty().lazy(), Some(0)));
    };
    let mut whole = schema.clone();
    if let Some((odd, other)) = others.iter().find(|(_, other)| other != schema) {
        let has: Vec<_> =
            other.iter_names().filter(|name| !schema.contains(name)).take(5).map(|n| n.as_str()).collect();
        let lacks: Vec<_> =
            schema.iter_names().filter(|name| !other.contains(name)).take(5).map(|n| n.as_str()).collect();
        let say = |word: &str, names: &[&str]| {
            if names.is_empty() { String::new() } else { format!("; it {word} {}", names.join(", ")) }
        };
        notes.push(format!(
            "the files do not all have the same fields, {} differs from {}{}{}; what a record lacks is missing",
            shown(&odd.path),
            shown(&first.path),
            say("has also", &has),
            say("lacks", &lacks)
        ));
        let known = looked.and_then(|looked| Records::columns(looked.iter()));
        whole = known.map_or_else(|| all_fields(texts), Ok)?;
    }
    // Only where all records were looked at are they known to be valid.
    let flat = looked.is_some() && is_flat(&whole);
    let frame = scan(found, texts, Arc::new(whole), flat)?;
    Ok((frame, Some(records)))
}

// The fields of all files together, each with a type that holds all of its values.
fn all_fields(texts: &[Text]) -> Result<Schema> {
    let mut chained: Box<dyn Read> = Box::new(std::io::empty());
    for text in texts {
        chained = Box::new(chained.chain(plain(text)?).chain(&b"\n"[..]));
    }
    Ok(infer_schema(&mut BufReader::with_capacity(1 << 20, chained), None)?)
}

fn scan(found: &Found, texts: &[Text], schema: SchemaRef, flat: bool) -> Result<LazyFrame> {
    let read = |sources: ScanSources, tag: Option<PlSmallStr>| -> Result<LazyFrame> {
        if flat {
            return flat_lines::scan(sources, tag, Arc::clone(&schema));
        }
        let reader = LazyJsonLineReader::new_with_sources(sources);
        Ok(reader.with_schema(Some(Arc::clone(&schema))).with_include_file_paths(tag).finish()?)
    };
    if texts.iter().all(is_native) {
        return read(found.scan()?, found.tag());
    }
    let mut copies = Vec::new();
    for text in texts {
        let mut copy = straighten::begin()?;
        let fail = |error| straighten::unwritable(Path::new("a temporary copy"), error);
        std::io::copy(&mut plain(text)?, &mut copy).map_err(fail)?;
        // A last line without an end must not run into the next file.
        copy.write_all(b"\n").map_err(fail)?;
        copies.push(copy);
    }
    if found.tag().is_none() {
        return read(ScanSources::Files(copies.into_iter().collect()), None);
    }
    let mut parts = Vec::new();
    for (at, copy) in copies.into_iter().enumerate() {
        let part = read(ScanSources::Files(std::iter::once(copy).collect()), None)?;
        parts.push(part.with_columns([lit(at.to_string()).alias(TAG)]));
    }
    Ok(concat(parts, UnionArgs { rechunk: false, ..UnionArgs::default() })?)
}

// Whether the engine's reader takes a file as it is.
fn is_native(text: &Text) -> bool {
    text.is_native() && !text.mark
}

// The lines of a file without its byte order mark.
fn plain(text: &Text) -> Result<Box<dyn Read + Send>> {
    let mut file = text.reader()?;
    let mut head = Vec::new();
    file.by_ref().take(MARK.len() as u64).read_to_end(&mut head).map_err(|error| unreadable(&text.path, &error))?;
    let rest = if head == MARK { Vec::new() } else { head };
    Ok(Box::new(Shallow::new(Cursor::new(rest).chain(file), true)))
}

// Counts the lines that hold something, while another reads them.
struct Counted<R> {
    inner: R,
    lines: u64,
    filled: bool,
}

impl<R: BufRead> Counted<R> {
    fn count(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            self.lines += u64::from(self.filled || !rest[..at].trim_ascii().is_empty());
            self.filled = false;
            rest = &rest[at + 1..];
        }
        self.filled |= !rest.trim_ascii().is_empty();
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(out)?;
        self.count(&out[..read]);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        let taken = self.inner.fill_buf().map(|bytes| bytes[..amount.min(bytes.len())].to_vec()).unwrap_or_default();
        self.count(&taken);
        self.inner.consume(amount);
    }
}

fn lines_head(found: &Found, texts: &[Text], rows: usize) -> Result<LazyFrame> {
    let mut parts: Vec<LazyFrame> = Vec::new();
    let mut taken = 0;
    for (at, file) in texts.iter().enumerate() {
        if taken >= HEAD {
            break;
        }
        let mut text = Vec::new();
        let more = plain(file)?.take(HEAD).read_to_end(&mut text).map_err(|error| unread(&file.path, &error))?;
        if more as u64 == HEAD {
            text.truncate(memchr::memrchr(b'\n', &text).map_or(text.len(), |at| at + 1));
        }
        taken += text.len() as u64;
        if text.trim_ascii().is_empty() {
            continue;
        }
        let schema = infer_schema(&mut Cursor::new(&text), None)?;
        let scan = ScanSources::Buffers(std::iter::once(text.into()).collect());
        let reader = LazyJsonLineReader::new_with_sources(scan).with_schema(Some(Arc::new(schema)));
        let part = reader.with_n_rows(Some(rows)).finish()?;
        let tag = found.tag().map(|tag| lit(at.to_string()).alias(tag));
        parts.push(if let Some(tag) = tag { part.with_columns([tag]) } else { part });
    }
    match parts.len() {
        0 => Ok(DataFrame::empty().lazy()),
        1 => Ok(parts.remove(0)),
        _ => {
            let how = UnionArgs { to_supertypes: true, diagonal: true, ..UnionArgs::default() };
            Ok(concat(parts, how)?.limit(u32::try_from(rows).unwrap_or(u32::MAX)))
        }
    }
}

// The first line that is no JSON object, once it is known that there is one.
fn bad_line(texts: &[Text]) -> Result<Option<Error>> {
    for file in texts {
        let mut text = BufReader::with_capacity(1 << 20, plain(file)?);
        let (mut line, mut number) = (Vec::new(), 0_u64);
        while text.read_until(b'\n', &mut line).map_err(|error| unread(&file.path, &error))? > 0 {
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
