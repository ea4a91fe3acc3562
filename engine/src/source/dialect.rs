//! How a text file is laid out: its encoding mark, its delimiter, the names of its columns, and where its data begins.

use super::files::{reader, shown, unreadable};
use super::split::{Form, Marks, Visit, first_record, split, undouble};
use super::{ReadOptions, format_of_path};
use crate::error::{Error, ErrorKind, Result};
use std::collections::HashSet;
use std::io::Read as _;
use std::path::Path;

/// How much of a file its layout is told from.
const HEAD: u64 = 1 << 20;
const CANDIDATES: &[u8] = b",;\t|:^";

/// The layout of one file.
pub(crate) struct Layout {
    pub(crate) marks: Marks,
    pub(crate) names: Vec<String>,
    /// Bytes before the first record of data.
    pub(crate) offset: u64,
    /// The line on which it begins.
    pub(crate) line: u64,
    pub(crate) notes: Vec<String>,
    /// Whether the engine's reader would misread how the file begins.
    pub(crate) stray: bool,
}

/// Reads the layout of a file; none when it holds nothing.
pub(crate) fn layout_of(path: &Path, options: &ReadOptions) -> Result<Option<Layout>> {
    let mut head = Vec::new();
    reader(path)?.take(HEAD).read_to_end(&mut head).map_err(|error| unreadable(path, &error))?;
    let whole = (head.len() as u64) < HEAD;
    refuse_encoding(path, &head)?;
    let mut offset = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let mut line = 1;
    let skipped = skip(&head[offset..], options.skip_lines);
    line += options.skip_lines as u64;
    offset += skipped;
    // The engine's reader passes over blank lines before the names, and only there.
    while options.header && offset < head.len() {
        let blank = if head[offset..].starts_with(b"\n") {
            1
        } else if head[offset..].starts_with(b"\r\n") {
            2
        } else {
            break;
        };
        offset += blank;
        line += 1;
    }
    if offset >= head.len() {
        return Ok(None);
    }
    read_layout(path, options, &head, whole, offset, line).map(Some)
}

fn read_layout(
    path: &Path,
    options: &ReadOptions,
    head: &[u8],
    whole: bool,
    offset: usize,
    line: u64,
) -> Result<Layout> {
    let quote = options.quote.map(|quote| ascii(quote, "quote")).transpose()?;
    let delimiter = match options.delimiter {
        Some(delimiter) => ascii(delimiter, "delimiter")?,
        None => detect(path, &head[offset..], quote),
    };
    if Some(delimiter) == quote {
        return Err(Error::new(ErrorKind::Source, "the delimiter and the quote are the same character"));
    }
    let marks = Marks::new(delimiter, quote);
    let mut first = Fields::default();
    // Without names, blank lines may come before the record that tells the number of columns.
    let blank = head[offset..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    let end = first_record(&head[offset + blank..], &marks, &mut first);
    if end.is_none() && !whole {
        return Err(Error::new(ErrorKind::Source, format!("{}: line {line} is longer than a megabyte", shown(path)))
            .advise("check that this is delimited text, and which quote it uses"));
    }
    let mut layout =
        Layout { marks, names: Vec::new(), offset: offset as u64, line, notes: Vec::new(), stray: first.stray };
    if options.header {
        let (end, lines) = end.unwrap_or((head.len() - offset, 1));
        layout.offset += end as u64;
        layout.line += lines;
        (layout.names, layout.notes) = names(first.texts, quote, path, line)?;
    } else {
        layout.names = (1..=first.texts.len()).map(|number| format!("Column_{number}")).collect();
        // The engine's reader stumbles over blank lines where it expects the first record.
        layout.stray = blank > 0;
    }
    Ok(layout)
}

fn refuse_encoding(path: &Path, head: &[u8]) -> Result<()> {
    let fault = match head {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it is UTF-16",
        _ if head.iter().take(1024).filter(|byte| **byte == 0).count() > 16 => "it is no text",
        _ if head.contains(&b'\r') && !head.contains(&b'\n') && memchr::memchr_iter(b'\r', head).count() > 1 => {
            "its lines end with a carriage return alone"
        }
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::Source, format!("{}: {fault}", shown(path)))
        .advise("save it as UTF-8 text with the line ends of Windows or Unix"))
}

fn ascii(character: char, what: &str) -> Result<u8> {
    match u8::try_from(character) {
        Ok(byte) if byte.is_ascii() && byte != b'\n' && byte != b'\r' => Ok(byte),
        _ => Err(Error::new(ErrorKind::Source, format!("{character:?} cannot be the {what}"))
            .advise("use a plain character such as a comma, a semicolon or a tab")),
    }
}

fn skip(bytes: &[u8], lines: usize) -> usize {
    let mut at = 0;
    for _ in 0..lines {
        match memchr::memchr(b'\n', &bytes[at..]) {
            Some(step) => at += step + 1,
            None => return bytes.len(),
        }
    }
    at
}

#[derive(Default)]
struct Fields {
    texts: Vec<(Vec<u8>, Form)>,
    stray: bool,
}

impl Visit for Fields {
    fn field(&mut self, _: usize, text: &[u8], form: Form, _: u64) {
        self.stray |= form == Form::Stray;
        self.texts.push((text.to_vec(), form));
    }
    fn record(&mut self, _: usize, _: u64) {}
    fn blank(&mut self, _: u64) {}
}

// The names of the columns: blank ones are numbered, repeated ones get a suffix.
fn names(texts: Vec<(Vec<u8>, Form)>, quote: Option<u8>, path: &Path, line: u64) -> Result<(Vec<String>, Vec<String>)> {
    let mut names: Vec<String> = Vec::new();
    let mut notes = Vec::new();
    let mut taken: HashSet<String> = HashSet::new();
    let originals = texts
        .into_iter()
        .map(|(text, form)| {
            let text = if form == Form::Doubled { undouble(&text, quote.unwrap_or(b'"')) } else { text };
            String::from_utf8(text).map_err(|_| super::intake::no_text(path, line))
        })
        .collect::<Result<Vec<_>>>()?;
    let all: HashSet<&String> = originals.iter().collect();
    for (at, original) in originals.iter().enumerate() {
        let mut name = original.clone();
        if name.trim().is_empty() {
            name = format!("Column_{}", at + 1);
        }
        let plain = name.clone();
        let mut number = 2;
        while taken.contains(&name) || (name != *original && all.contains(&name)) {
            name = format!("{plain}_{number}");
            number += 1;
        }
        if original.trim().is_empty() {
            notes.push(format!("column {} has no name and is called {name}", at + 1));
        } else if name != *original {
            notes.push(format!("column {} is a second {original} and is called {name}", at + 1));
        }
        taken.insert(name.clone());
        names.push(name);
    }
    Ok((names, notes))
}

#[derive(Default)]
struct Widths {
    widths: Vec<usize>,
}

impl Visit for Widths {
    fn field(&mut self, _: usize, _: &[u8], _: Form, _: u64) {}
    fn record(&mut self, fields: usize, _: u64) {
        self.widths.push(fields);
    }
    fn blank(&mut self, _: u64) {}
}

// The delimiter under which most records of the head have the same number of fields, the first record among them.
fn detect(path: &Path, head: &[u8], quote: Option<u8>) -> u8 {
    let tabs = path.to_string_lossy().to_ascii_lowercase();
    let tabs = format_of_path(path).is_some_and(|(format, _)| format.name == "CSV")
        && tabs.contains(".t")
        && tabs.contains(".tsv");
    let mut best = (0.0, if tabs { b'\t' } else { b',' });
    for candidate in CANDIDATES {
        let mut seen = Widths::default();
        split(&head[..head.len().min(1 << 17)], &Marks::new(*candidate, quote), 1, &mut seen);
        if seen.widths.len() > 1 {
            seen.widths.truncate(seen.widths.len() - 1); // the last one may be cut off
        }
        let score = stability(&seen.widths) + if tabs && *candidate == b'\t' { 0.5 } else { 0.0 };
        if score > best.0 + 0.001 {
            best = (score, *candidate);
        }
    }
    best.1
}

// From 0 to 1: the share of records with the commonest width, when that is more than one field.
fn stability(widths: &[usize]) -> f64 {
    let mut counts: std::collections::BTreeMap<usize, u32> = std::collections::BTreeMap::new();
    for width in widths {
        *counts.entry(*width).or_default() += 1;
    }
    let Some((width, count)) = counts.into_iter().max_by_key(|(_, count)| *count) else { return 0.0 };
    if width < 2 {
        return 0.0;
    }
    let first = if widths.first() == Some(&width) { 1.0 } else { 0.6 };
    let total = u32::try_from(widths.len()).unwrap_or(u32::MAX);
    f64::from(count) / f64::from(total) * first
}
