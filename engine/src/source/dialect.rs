//! How a text file is laid out: its delimiter, the names of its columns, and where its data begins.

use super::facts::Dialect;
use super::files::{shown, unreadable};
use super::fixed::{self, Cuts};
use super::sniff::{self, Sample};
use super::split::{Form, Marks, Visit, first_record, undouble};
use super::text::{Text, legible};
use super::{ReadOptions, Widths, format_of_path};
use crate::error::{Error, ErrorKind, Result};
use std::collections::{HashMap, HashSet};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// How much of a file its layout is told from.
const HEAD: u64 = 4 << 20;
const CHUNK: u64 = 1 << 16;
// So many records of one width prove something about the header.
const SURE: usize = 10;

/// The layout of one file.
pub(crate) struct Layout {
    pub(crate) text: Text,
    pub(crate) marks: Marks,
    pub(crate) names: Vec<String>,
    /// The record that holds the names, as it stands; empty when none does.
    pub(crate) header: Vec<String>,
    /// Lines to skip before the header.
    pub(crate) skip: usize,
    /// Bytes before the first record of data.
    pub(crate) offset: u64,
    /// The line on which it begins.
    pub(crate) line: u64,
    pub(crate) notes: Vec<String>,
    /// Whether the engine's reader would misread how the file begins.
    pub(crate) stray: bool,
    /// Whether the names were brought to the usual width of records.
    pub(crate) refitted: bool,
    /// Whether records are shorter than the header by rule, so that the last columns are filled up.
    pub(crate) fill: bool,
    pub(crate) dialect: Dialect,
}

/// Reads the layout of a file; none when it holds nothing.
pub(crate) fn layout_of(text: Text, options: &ReadOptions) -> Result<Option<Layout>> {
    let path = text.path.clone();
    let mut head = Vec::new();
    text.reader()?.take(HEAD).read_to_end(&mut head).map_err(|error| unreadable(&path, &error))?;
    let whole = (head.len() as u64) < HEAD;
    let told = told_delimiter(&head, options);
    let says = told.is_some();
    let options = told.as_ref().unwrap_or(options);
    let mut at = Place { offset: if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }, line: 1 };
    at.skip(&head, options.skip_lines);
    at.blanks(&head);
    if at.offset >= head.len() {
        return Ok(None);
    }
    let mut reader = Reader { text, options, head: &head, whole, path: &path };
    let guess = reader.guess(at.offset)?;
    let marks = if guess.widths.is_empty() {
        Marks::escaped(guess.delimiter, guess.quote, guess.escape).with_blank(guess.blank)
    } else {
        Marks::fixed(Cuts::new(&guess.widths))
    };
    let found = reader.preamble(&mut at, &marks);
    if at.offset >= head.len() {
        return Ok(None);
    }
    let mut layout = reader.layout(marks, &guess, at, found)?;
    if says {
        layout.notes.insert(0, "the first line says which delimiter parts the fields, left out".to_owned());
    }
    Ok(Some(layout))
}

// The options of a file that begins with a line such as sep=; which workbook programs write and read.
fn told_delimiter(head: &[u8], options: &ReadOptions) -> Option<ReadOptions> {
    let rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let (name, rest) = rest.split_at_checked(4)?;
    let (mark, rest) = rest.split_first()?;
    let ends = rest.starts_with(b"\n") || rest.starts_with(b"\r\n");
    let delimiter = char::from(*mark);
    let fits = options.delimiter.is_none_or(|told| told == delimiter) && options.skip_lines == 0;
    let told = name.eq_ignore_ascii_case(b"sep=") && ends && fits && mark.is_ascii() && !mark.is_ascii_alphanumeric();
    told.then(|| ReadOptions { delimiter: Some(delimiter), skip_lines: 1, ..options.clone() })
}

#[derive(Clone, Copy)]
struct Place {
    offset: usize,
    line: u64,
}

impl Place {
    fn skip(&mut self, head: &[u8], lines: usize) {
        for _ in 0..lines {
            let rest = &head[self.offset..];
            self.offset += memchr::memchr(b'\n', rest).map_or(rest.len(), |step| step + 1);
            self.line += 1;
        }
    }

    // The engine's reader passes over blank lines before the names, and only there.
    fn blanks(&mut self, head: &[u8]) {
        loop {
            self.offset += match &head[self.offset..] {
                [b'\n', ..] => 1,
                [b'\r', b'\n', ..] => 2,
                _ => return,
            };
            self.line += 1;
        }
    }
}

// What stands before the table.
struct Before {
    skip: usize,
    comment: Option<String>,
}

struct Reader<'a> {
    text: Text,
    options: &'a ReadOptions,
    head: &'a [u8],
    whole: bool,
    path: &'a Path,
}

impl Reader<'_> {
    fn guess(&self, offset: usize) -> Result<sniff::Guess> {
        let quote = self.options.quote.map(|quote| ascii(quote, "quote")).transpose()?;
        let head = sniff::part(&self.head[offset..]);
        let more = self.elsewhere();
        let mut samples = vec![head];
        samples.extend(more.iter().map(Vec::as_slice));
        let whole = self.whole && head.len() == self.head.len() - offset;
        let usual = if is_tabbed(self.path) { b'\t' } else { b',' };
        if let Some(widths) = &self.options.widths {
            return self.widths(head, widths);
        }
        let mut guess = match self.options.delimiter {
            Some(delimiter) => sniff::Guess {
                delimiter: ascii(delimiter, "delimiter")?,
                quote,
                escape: None,
                blank: false,
                widths: Vec::new(),
                confidence: 1.0,
                reason: "as told".into(),
                runner_up: None,
            },
            None => sniff::delimiter(&samples, quote, usual, whole),
        };
        let parted = || Sample::of(head, &Marks::new(guess.delimiter, guess.quote), whole).usual(0);
        if self.options.delimiter.is_none()
            && parted().is_none_or(|(width, _)| width < 2)
            && let Some(found) = fixed::find(head, false)
        {
            guess = sniff::Guess { widths: found.widths, reason: found.reason, confidence: 0.7, ..guess };
        }
        guess.escape = match self.options.escape {
            Some(told) => told.map(|escape| ascii(escape, "escape")).transpose()?,
            None => sniff::escape(head, guess.delimiter, guess.quote, whole),
        };
        if guess.escape.is_some() && (guess.escape == guess.quote || guess.escape == Some(guess.delimiter)) {
            return Err(Error::new(
                ErrorKind::Source,
                "the escape is the same character as the quote or the delimiter",
            ));
        }
        guess.blank = guess.widths.is_empty() && sniff::blank(head, guess.delimiter, guess.quote, whole);
        if Some(guess.delimiter) == guess.quote {
            return Err(Error::new(ErrorKind::Source, "the delimiter and the quote are the same character"));
        }
        Ok(guess)
    }

    fn widths(&self, head: &[u8], widths: &Widths) -> Result<sniff::Guess> {
        let (widths, reason, confidence) = match widths {
            Widths::Given(widths) => (widths.clone(), "as told".into(), 1.0),
            Widths::Found => {
                let found = fixed::find(head, true).ok_or_else(|| {
                    let message = format!("{}: no blanks stand at the same place of all lines", shown(self.path));
                    Error::new(ErrorKind::Source, message)
                        .advise("give the widths of the columns, such as --widths 10,5,8")
                })?;
                (found.widths, found.reason, 0.8)
            }
        };
        let guess = sniff::Guess {
            delimiter: b' ',
            quote: None,
            escape: None,
            blank: false,
            widths,
            confidence,
            reason,
            runner_up: None,
        };
        Ok(guess)
    }

    // Lines from the middle and the end of a large file that lies on disk as it is read.
    fn elsewhere(&self) -> Vec<Vec<u8>> {
        if self.whole || !self.text.is_plain() {
            return Vec::new();
        }
        let part = |from: u64| {
            let mut file = std::fs::File::open(self.path).ok()?;
            let mut bytes = Vec::new();
            file.seek(SeekFrom::Start(from)).ok()?;
            file.take(CHUNK).read_to_end(&mut bytes).ok()?;
            let begin = memchr::memchr(b'\n', &bytes)? + 1;
            Some(bytes.split_off(begin))
        };
        let size = std::fs::metadata(self.path).map_or(0, |meta| meta.len());
        [size / 2, size.saturating_sub(CHUNK)].into_iter().filter_map(part).collect()
    }

    // Passes over what is not part of the table.
    fn preamble(&self, at: &mut Place, marks: &Marks) -> Before {
        let mut comment = self.options.comment.clone();
        let begun = *at;
        if self.options.skip_lines > 0 {
            return Before { skip: self.options.skip_lines, comment };
        }
        if let Some(prefix) = &comment {
            while self.head[at.offset..].starts_with(prefix.as_bytes()) {
                at.skip(self.head, 1);
            }
        } else {
            let part = sniff::part(&self.head[at.offset..]);
            let width = Sample::of(part, marks, self.whole).usual(0).map_or(1, |(width, _)| width);
            let lines = sniff::comments(part, marks, width);
            at.skip(self.head, usize::try_from(lines).unwrap_or_default());
            comment = (lines > 0).then(|| "#".to_owned());
        }
        at.blanks(self.head);
        let part = sniff::part(&self.head[at.offset..]);
        let lines = sniff::preamble(&Sample::of(part, marks, self.whole));
        at.skip(self.head, usize::try_from(lines).unwrap_or_default());
        at.blanks(self.head);
        let moved = usize::try_from(at.line - begun.line).unwrap_or_default();
        let skip = if moved > 0 { usize::try_from(at.line - 1).unwrap_or_default() } else { 0 };
        Before { skip, comment }
    }

    fn layout(&mut self, marks: Marks, guess: &sniff::Guess, at: Place, before: Before) -> Result<Layout> {
        let rest = &self.head[at.offset..];
        let sample = Sample::of(sniff::part(rest), &marks, self.whole);
        let (header, header_reason) = match self.options.header {
            Some(header) => (header, "as told"),
            None => sniff::has_header(&sample.records),
        };
        let mut first = Fields::default();
        let end = first_record(rest, &marks, &mut first);
        if end.is_none() && !self.whole {
            return Err(Error::new(
                ErrorKind::Source,
                format!("{}: line {} is longer than {} megabytes", shown(self.path), at.line, HEAD >> 20),
            )
            .advise("check that this is delimited text, and which quote it uses"));
        }
        let dialect = Dialect {
            encoding: self.text.encoding.name().to_owned(),
            encoding_reason: self.text.reason.clone(),
            byte_order_mark: self.text.mark,
            delimiter: char::from(guess.delimiter),
            quote: marks.quote.filter(|_| guess.widths.is_empty()).map(char::from),
            escape: guess.escape.map(char::from),
            widths: guess.widths.clone(),
            line_ends: self.text.line_ends.to_owned(),
            header,
            header_reason: header_reason.to_owned(),
            preamble_lines: before.skip as u64,
            comment: before.comment.clone(),
            first_data_line: at.line,
            confidence: guess.confidence,
            reason: guess.reason.clone(),
            runner_up: guess.runner_up.map(char::from),
        };
        let mut layout = Layout {
            text: self.text.clone(),
            names: Vec::new(),
            header: Vec::new(),
            skip: before.skip,
            offset: at.offset as u64,
            line: at.line,
            notes: Vec::new(),
            stray: first.stray || guess.escape.is_some() || guess.blank || !guess.widths.is_empty(),
            refitted: false,
            fill: false,
            dialect,
            marks,
        };
        if guess.blank {
            layout.notes.push("a blank follows each delimiter, left out".to_owned());
        }
        if before.skip > 0 && self.options.skip_lines == 0 {
            layout.notes.push(format!("{} before the table, left out", lines_word(before.skip)));
        }
        let mut texts = if header {
            self.read_header(&mut layout, at)?
        } else {
            // The engine's reader stumbles over blank lines where it expects the first record.
            layout.stray |= at.line != before.skip as u64 + 1;
            vec![String::new(); first.texts.len()]
        };
        // Widths say how many columns there are.
        if let Some(cuts) = &layout.marks.cuts {
            texts.resize(cuts.widths().len(), String::new());
        }
        // Where a person says that there is a header, few records are no proof against it.
        let least = if self.options.header.is_none() { 2 } else { SURE };
        if layout.marks.cuts.is_none() {
            fit(&mut layout, &mut texts, &sample, usize::from(header), least);
        }
        if header {
            (layout.names, layout.notes) = names(&texts, std::mem::take(&mut layout.notes));
        } else {
            layout.names = (1..=texts.len()).map(|number| format!("Column_{number}")).collect();
            if self.options.header.is_none() {
                layout.notes.push(format!("the columns have no names ({header_reason})"));
            }
        }
        layout.dialect.first_data_line = layout.line;
        Ok(layout)
    }

    // The texts of the header, several lines of it joined column by column.
    fn read_header(&self, layout: &mut Layout, mut at: Place) -> Result<Vec<String>> {
        let mut texts: Vec<String> = Vec::new();
        let lines = self.options.header_lines.max(1);
        for number in 0..lines {
            let mut fields = Fields::default();
            let rest = &self.head[at.offset..];
            if rest.is_empty() {
                break;
            }
            let (end, taken) = first_record(rest, &layout.marks, &mut fields).unwrap_or((rest.len(), 1));
            at.offset += end;
            at.line += taken;
            layout.stray |= fields.stray;
            let quote = layout.marks.quote.unwrap_or(b'"');
            let mut upper = String::new();
            let read = fields.texts.into_iter().map(|(text, form)| {
                let text = match form {
                    Form::Doubled | Form::Spaced => undouble(&text, quote),
                    Form::Escaped => layout.marks.unescaped(&text),
                    _ => text,
                };
                let text = legible(&text);
                // In all but the last line of a header a name holds for the columns after it, up to the next name.
                if number + 1 < lines {
                    if !text.is_empty() {
                        upper.clone_from(&text);
                    }
                    upper.clone()
                } else {
                    text
                }
            });
            for (place, text) in read.enumerate() {
                match texts.get_mut(place) {
                    Some(whole) if !whole.is_empty() && !text.is_empty() => *whole = format!("{whole} {text}"),
                    Some(whole) => whole.push_str(&text),
                    None => texts.push(text),
                }
            }
        }
        layout.offset = at.offset as u64;
        layout.line = at.line;
        if lines == 1 {
            layout.header.clone_from(&texts);
        }
        Ok(texts)
    }
}

// Brings the header and the usual width of records together.
fn fit(layout: &mut Layout, texts: &mut Vec<String>, sample: &Sample, skip: usize, least: usize) {
    let Some((width, count)) = sample.usual(skip) else { return };
    let total = sample.records.len().saturating_sub(skip);
    if width == texts.len() || count * 10 < total * 9 || count < least {
        return;
    }
    let body = || sample.records.iter().skip(skip);
    if width > texts.len() && texts.len() > 1 {
        let used = body().any(|record| record.cells.iter().skip(texts.len()).any(|(text, _)| !text.is_empty()));
        if used {
            layout.notes.push(format!("the header names {} columns, the records have {width}", texts.len()));
            texts.resize(width, String::new());
            layout.refitted = true;
        }
    } else if width < texts.len() {
        if texts[width..].iter().all(String::is_empty) {
            texts.truncate(width);
            layout.header.truncate(width);
            layout.refitted = true;
        } else if count >= SURE {
            layout.notes.push(format!("the header names {} columns, most records have {width}", texts.len()));
            layout.fill = true;
        }
    }
}

fn lines_word(lines: usize) -> String {
    if lines == 1 { "1 line".into() } else { format!("{lines} lines") }
}

fn is_tabbed(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    format_of_path(path).is_some_and(|(format, _)| format.name == "CSV")
        && (name.contains(".tsv") || name.contains(".tab"))
}

fn ascii(character: char, what: &str) -> Result<u8> {
    match u8::try_from(character) {
        Ok(byte) if byte.is_ascii() && byte != b'\n' && byte != b'\r' => Ok(byte),
        _ => Err(Error::new(ErrorKind::Source, format!("{character:?} cannot be the {what}"))
            .advise("use a plain character such as a comma, a semicolon or a tab")),
    }
}

#[derive(Default)]
struct Fields {
    texts: Vec<(Vec<u8>, Form)>,
    stray: bool,
}

impl Visit for Fields {
    fn field(&mut self, _: usize, text: &[u8], form: Form, _: u64) {
        self.stray |= matches!(form, Form::Stray | Form::Spaced);
        self.texts.push((text.to_vec(), form));
    }
    fn record(&mut self, _: usize, _: u64) {}
    fn blank(&mut self, _: u64) {}
}

// The names of the columns: blank ones are numbered, repeated ones get a suffix.
fn names(originals: &[String], mut notes: Vec<String>) -> (Vec<String>, Vec<String>) {
    let mut names: Vec<String> = Vec::new();
    let mut taken: HashSet<String> = HashSet::new();
    let all: HashSet<&String> = originals.iter().collect();
    let mut next: HashMap<String, usize> = HashMap::new();
    for (at, original) in originals.iter().enumerate() {
        let mut name = original.clone();
        if name.trim().is_empty() {
            name = format!("Column_{}", at + 1);
        }
        let plain = name.clone();
        let number = next.entry(plain.clone()).or_insert(2);
        while taken.contains(&name) || (name != *original && all.contains(&name)) {
            name = format!("{plain}_{number}");
            *number += 1;
        }
        if original.trim().is_empty() {
            notes.push(format!("column {} has no name and is called {name}", at + 1));
        } else if name != *original {
            notes.push(format!("column {} is a second {original} and is called {name}", at + 1));
        }
        taken.insert(name.clone());
        names.push(name);
    }
    (names, notes)
}
