//! Documents that hold all rows: a JSON list of objects, and XML with a `row` element for each row.
//!
//! In XML a cell is a `cell` element that names its column, since a column may have a name that no element can have; a missing cell
//! is left out. Characters that XML does not know are refused, never dropped.

use super::Target;
use super::place::failed;
use super::readback::Found;
use super::rows::{Rows, misfit};
use crate::error::{Error, ErrorKind, Result};
use crate::source::reading;
use crate::values::{cell_json, cell_text};
use polars::prelude::{DataFrame, Schema};
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

struct Document {
    path: PathBuf,
    out: BufWriter<File>,
    rows: u64,
    xml: bool,
}

/// Begins a JSON list.
pub(super) fn begin_json(path: &Path, _: &Schema, _: &Target) -> Result<Box<dyn Rows>> {
    begin(path, false, "[")
}

/// Begins an XML document.
pub(super) fn begin_xml(path: &Path, _: &Schema, _: &Target) -> Result<Box<dyn Rows>> {
    begin(path, true, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rows>\n")
}

fn begin(path: &Path, xml: bool, first: &str) -> Result<Box<dyn Rows>> {
    let file = File::create(path).map_err(|error| failed(path, "cannot be written", error))?;
    let mut document =
        Document { path: path.to_path_buf(), out: BufWriter::with_capacity(1 << 18, file), rows: 0, xml };
    document.put(first)?;
    Ok(Box::new(document))
}

impl Document {
    fn put(&mut self, text: &str) -> Result<()> {
        self.out.write_all(text.as_bytes()).map_err(|error| failed(&self.path, "cannot be written", error))
    }

    fn json_row(&mut self, batch: &DataFrame, at: usize) -> Result<()> {
        let mut object = serde_json::Map::new();
        for column in batch.columns() {
            object.insert(column.name().to_string(), cell_json(&column.get(at)?));
        }
        let text = serde_json::Value::Object(object).to_string();
        let mark = if self.rows == 1 { "\n" } else { ",\n" };
        self.put(mark)?;
        self.put(&text)
    }

    fn xml_row(&mut self, batch: &DataFrame, at: usize) -> Result<()> {
        let mut text = String::from("<row>");
        for column in batch.columns() {
            let Some(cell) = cell_text(&column.get(at)?) else { continue };
            let odd = || misfit("XML", column.name(), self.rows, "a control character");
            text.push_str("<cell name=\"");
            escape(column.name(), &mut text).ok_or_else(odd)?;
            text.push_str("\">");
            escape(&cell, &mut text).ok_or_else(odd)?;
            text.push_str("</cell>");
        }
        text.push_str("</row>\n");
        self.put(&text)
    }
}

impl Rows for Document {
    fn write(&mut self, batch: &DataFrame) -> Result<()> {
        for at in 0..batch.height() {
            self.rows += 1;
            if self.xml { self.xml_row(batch, at)? } else { self.json_row(batch, at)? }
        }
        Ok(())
    }

    fn close(mut self: Box<Self>) -> Result<()> {
        self.put(if self.xml { "</rows>\n" } else { "\n]\n" })?;
        self.out.flush().map_err(|error| failed(&self.path, "cannot be written", error))
    }
}

// Escapes a text; none when XML cannot hold it. Line ends and tabs are written so that a reader gives them back.
fn escape(text: &str, out: &mut String) -> Option<()> {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push_str(&format!("&#{};", u32::from(character))),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => return None,
            other => out.push(other),
        }
    }
    Some(())
}

struct Count;

impl<'de> Visitor<'de> for Count {
    type Value = u64;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<u64, A::Error> {
        let mut count = 0;
        while list.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(count)
    }
}

/// The objects of a JSON list.
pub(super) fn read_json(path: &Path) -> Result<Found> {
    let text = BufReader::with_capacity(1 << 18, reading::reader(path)?);
    let mut document = serde_json::Deserializer::from_reader(text);
    let rows = serde::Deserializer::deserialize_seq(&mut document, Count).map_err(|error| {
        Error::new(ErrorKind::Sink, format!("{}: what was written cannot be read back", path.display()))
            .caused_by(error)
    })?;
    Ok(Found { rows, columns: None })
}

/// The rows of an XML document, each of which is a line of its own.
pub(super) fn read_xml(path: &Path) -> Result<Found> {
    use std::io::BufRead as _;
    let mut text = BufReader::with_capacity(1 << 18, reading::reader(path)?);
    let (mut rows, mut line, mut ended) = (0, Vec::new(), false);
    while text.read_until(b'\n', &mut line).map_err(|error| failed(path, "cannot be read back", error))? > 0 {
        rows += u64::from(line.starts_with(b"<row>") && line.ends_with(b"</row>\n"));
        ended = line == b"</rows>\n";
        line.clear();
    }
    if ended {
        return Ok(Found { rows, columns: None });
    }
    Err(Error::new(ErrorKind::Sink, format!("{}: what was written is cut off", path.display())))
}
