//! Guesses on delimited text from samples of its head, middle and tail: delimiter, quote, preamble, header.
//!
//! A delimiter is scored as in the literature on messy files: many records of equal width, and cells that look like something. Letters
//! and digits are never candidates; a blank or a colon must fit every record.

use super::shape::{Shape, shape_of};
use super::split::{Form, Marks, Visit, split};

const CANDIDATES: &[u8] = b",;\t|^~\x1f\x01: ";
const WEAK: &[u8] = b": ";
const SAMPLE: usize = 1 << 17;
const RECORDS: usize = 1000;
const CELLS: usize = 200_000;

/// A guess at the delimiter, and why.
pub(super) struct Guess {
    pub(super) delimiter: u8,
    pub(super) quote: Option<u8>,
    pub(super) escape: Option<u8>,
    /// Whether a blank follows each delimiter.
    pub(super) blank: bool,
    /// The widths of columns of fixed width; empty when a delimiter parts them.
    pub(super) widths: Vec<usize>,
    pub(super) confidence: f64,
    pub(super) reason: String,
    pub(super) runner_up: Option<u8>,
}

/// The records of a sample.
#[derive(Default)]
pub(super) struct Sample {
    pub(super) records: Vec<Record>,
    current: Vec<(Vec<u8>, Form)>,
    cells: usize,
}

/// One record of a sample.
pub(super) struct Record {
    pub(super) cells: Vec<(Vec<u8>, Form)>,
    pub(super) line: u64,
}

impl Visit for Sample {
    fn field(&mut self, _: usize, text: &[u8], form: Form, _: u64) {
        if self.records.len() < RECORDS && self.cells < CELLS {
            self.current.push((text.to_vec(), form));
        }
    }
    fn record(&mut self, _: usize, line: u64) {
        let cells = std::mem::take(&mut self.current);
        if self.records.len() < RECORDS && self.cells < CELLS {
            self.cells += cells.len();
            self.records.push(Record { cells, line });
        }
    }
    fn blank(&mut self, _: u64) {}
}

impl Sample {
    /// The first records of some bytes; the last one is left out when the bytes end in it.
    pub(super) fn of(bytes: &[u8], marks: &Marks, whole: bool) -> Self {
        let mut sample = Self::default();
        let tail = split(bytes, marks, 1, &mut sample);
        let cut = tail.complete < bytes.len() && !whole && sample.records.len() > 1;
        if cut && sample.records.len() < RECORDS && sample.cells < CELLS {
            sample.records.pop();
        }
        sample
    }

    /// The width that most records have, and how many have it.
    pub(super) fn usual(&self, skip: usize) -> Option<(usize, usize)> {
        let mut counts = std::collections::BTreeMap::new();
        for record in self.records.iter().skip(skip) {
            *counts.entry(record.cells.len()).or_insert(0_usize) += 1;
        }
        counts.into_iter().max_by_key(|(width, count)| (*count, *width))
    }
}

/// The part of a head that guesses are made on: enough for many records, or all when records are long.
pub(super) fn part(head: &[u8]) -> &[u8] {
    let short = &head[..head.len().min(SAMPLE)];
    if memchr::memchr_iter(b'\n', short).count() > 2 { short } else { head }
}

/// The best delimiter of some samples, the head first.
pub(super) fn delimiter(samples: &[&[u8]], quote: Option<u8>, usual: u8, whole: bool) -> Guess {
    let mut scored: Vec<(f64, u8, String)> = Vec::new();
    for candidate in CANDIDATES {
        if memchr::memchr(*candidate, samples.first().copied().unwrap_or_default()).is_none() {
            continue;
        }
        let marks = Marks::new(*candidate, quote);
        let parts: Vec<_> = samples.iter().map(|bytes| Sample::of(bytes, &marks, whole)).collect();
        let score = score(&parts, *candidate);
        if score > 0.0 {
            scored.push((score, *candidate, told(&parts)));
        }
    }
    // The usual delimiter wins a draw.
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (b.1 == usual).cmp(&(a.1 == usual))));
    let Some((best, delimiter, reason)) = scored.first().cloned() else {
        let reason = "no delimiter splits the records alike: one column".to_owned();
        return Guess {
            delimiter: usual,
            quote,
            escape: None,
            blank: false,
            widths: Vec::new(),
            confidence: 0.5,
            reason,
            runner_up: None,
        };
    };
    let second = scored.get(1).map_or(0.0, |(score, ..)| *score);
    let confidence = (1.0 - second / best / 2.0).clamp(0.5, 1.0);
    let runner_up = scored.get(1).filter(|(score, ..)| score * 2.0 > best).map(|(_, delimiter, _)| *delimiter);
    let quote = single_quoted(samples.first().copied().unwrap_or_default(), delimiter, quote, whole);
    Guess { delimiter, quote, escape: None, blank: false, widths: Vec::new(), confidence, reason, runner_up }
}

/// Whether a backslash takes the meaning from quotes or delimiters: records are out of shape unless it does, and none is when it does.
pub(super) fn escape(head: &[u8], delimiter: u8, quote: Option<u8>, whole: bool) -> Option<u8> {
    let before = |byte: u8| memchr::memmem::find(head, &[b'\\', byte]).is_some();
    if !quote.is_some_and(before) && !before(delimiter) {
        return None;
    }
    let odd = |marks: &Marks| {
        let sample = Sample::of(head, marks, whole);
        let (width, _) = sample.usual(0).unwrap_or_default();
        let stray = |record: &Record| record.cells.iter().any(|(_, form)| *form == Form::Stray);
        let odd = sample.records.iter().filter(|record| record.cells.len() != width || stray(record)).count();
        (width, odd, sample.records.len())
    };
    let (width, strange, records) = odd(&Marks::escaped(delimiter, quote, Some(b'\\')));
    let (_, without, _) = odd(&Marks::new(delimiter, quote));
    (without > 0 && strange == 0 && width > 1 && records > 1).then_some(b'\\')
}

/// Whether a blank follows each delimiter, as people type lists: then it is no part of the fields.
pub(super) fn blank(head: &[u8], delimiter: u8, quote: Option<u8>, whole: bool) -> bool {
    if delimiter == b' ' || memchr::memmem::find(head, &[delimiter, b' ']).is_none() {
        return false;
    }
    let sample = Sample::of(head, &Marks::new(delimiter, quote), whole);
    let width = sample.usual(0).map_or(0, |(width, _)| width);
    let mut blanks = 0;
    let mut each =
        sample.records.iter().filter(|record| record.cells.len() == width).flat_map(|r| r.cells.iter().skip(1));
    let all = each.all(|(text, form)| {
        let blank = *form == Form::Spaced || (*form == Form::Plain && text.starts_with(b" "));
        blanks += usize::from(blank);
        blank || (*form == Form::Plain && text.is_empty())
    });
    all && blanks > 1
}

#[allow(clippy::cast_precision_loss, reason = "a score of a few thousand records")]
fn score(parts: &[Sample], delimiter: u8) -> f64 {
    let mut widths = std::collections::BTreeMap::new();
    let (mut known, mut cells, mut numbers) = (0_u32, 0_u32, 0_u32);
    for record in parts.iter().flat_map(|part| &part.records) {
        *widths.entry(record.cells.len()).or_insert(0_u32) += 1;
        for (text, form) in &record.cells {
            cells += 1;
            numbers += u32::from(shape_of_cell(text) != Shape::Text);
            known += u32::from(is_known(text, *form));
        }
    }
    if widths.keys().all(|width| *width < 2) {
        return 0.0;
    }
    let total: u32 = widths.values().sum();
    if WEAK.contains(&delimiter) {
        let first = parts.first().and_then(|part| part.records.first()).map_or(0, |record| record.cells.len());
        let alike = widths.len() == 1 && total >= 3 && first > 1;
        // A blank parts numbers, hardly ever words; times hold colons.
        let fits = if delimiter == b' ' { numbers * 2 >= cells } else { numbers * 10 < cells * 9 && first != 3 };
        if !alike || !fits {
            return 0.0;
        }
    }
    let pattern: f64 = widths
        .iter()
        .map(|(width, count)| f64::from(*count) * (*width as f64 - 1.0).max(0.001) / *width as f64)
        .sum::<f64>()
        / widths.len() as f64;
    let weak = if WEAK.contains(&delimiter) { 0.7 } else { 1.0 };
    pattern / f64::from(total.max(1)) * (f64::from(known) / f64::from(cells.max(1))).max(0.001) * weak
}

fn told(parts: &[Sample]) -> String {
    let mut all = std::collections::BTreeMap::new();
    for record in parts.iter().flat_map(|part| &part.records) {
        *all.entry(record.cells.len()).or_insert(0_usize) += 1;
    }
    let total: usize = all.values().sum();
    let (width, count) = all.into_iter().max_by_key(|(_, count)| *count).unwrap_or_default();
    format!("{count} of {total} records looked at have {width} fields")
}

fn shape_of_cell(text: &[u8]) -> Shape {
    if text.is_empty() { Shape::Text } else { shape_of(text) }
}

// Whether a cell looks like a whole value of some kind, and not like several that were not parted.
fn is_known(text: &[u8], form: Form) -> bool {
    match form {
        Form::Quoted | Form::Doubled | Form::Spaced | Form::Escaped => return true,
        Form::Stray => return false,
        Form::Plain => {}
    }
    let text = text.trim_ascii();
    if text.is_empty() || shape_of(text) != Shape::Text {
        return true;
    }
    if text.starts_with(b"http://") || text.starts_with(b"https://") {
        return true;
    }
    let clock =
        |byte: &u8| byte.is_ascii_digit() || matches!(byte, b':' | b'-' | b'.' | b'/' | b'T' | b'Z' | b' ' | b'+');
    if text[0].is_ascii_digit() && text.iter().all(clock) {
        return true;
    }
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b" -_./'%@+$()&#!?*=".contains(byte);
    text.iter().all(plain)
}

// Apostrophes quote only when every one that stands at the beginning of a field also ends it.
fn single_quoted(head: &[u8], delimiter: u8, quote: Option<u8>, whole: bool) -> Option<u8> {
    if quote != Some(b'"') || memchr::memchr(b'\'', head).is_none() {
        return quote;
    }
    let double = Sample::of(head, &Marks::new(delimiter, quote), whole);
    let forms = |sample: &Sample, wanted: &[Form]| {
        sample.records.iter().flat_map(|record| &record.cells).filter(|(_, form)| wanted.contains(form)).count()
    };
    if forms(&double, &[Form::Quoted, Form::Doubled, Form::Spaced, Form::Stray]) > 0 {
        return quote;
    }
    let single = Sample::of(head, &Marks::new(delimiter, Some(b'\'')), whole);
    let quoted = forms(&single, &[Form::Quoted, Form::Doubled]);
    let fields: usize = single.records.iter().map(|record| record.cells.len()).sum();
    let clean = forms(&single, &[Form::Stray]) == 0 && quoted >= 2 && quoted * 5 >= fields;
    if clean { Some(b'\'') } else { quote }
}

const NAMED: &str = "words stand above numbers or dates";

/// Whether the first record names the columns, told from it and the records below.
pub(super) fn has_header(records: &[Record]) -> (bool, &'static str) {
    let Some((first, body)) = records.split_first() else { return (true, "usual") };
    let width = first.cells.len();
    let body: Vec<_> = body.iter().filter(|record| record.cells.len() == width).take(100).collect();
    let typed =
        |text: &[u8]| !text.is_empty() && !matches!(shape_of(text), Shape::Text | Shape::NumberWord) && !is_year(text);
    if body.is_empty() {
        let values = first.cells.iter().any(|(text, _)| typed(text));
        return if values && records.len() == 1 {
            (false, "the only record holds numbers or dates")
        } else {
            (true, "usual")
        };
    }
    let (mut named, mut valued) = (0, 0);
    for (at, (text, _)) in first.cells.iter().enumerate() {
        let filled: Vec<&[u8]> =
            body.iter().map(|record| record.cells[at].0.as_slice()).filter(|text| !text.is_empty()).collect();
        let values = filled.iter().filter(|text| shape_of(text) != Shape::Text).count();
        let mostly = !filled.is_empty() && values * 2 > filled.len();
        named += usize::from(mostly && !text.is_empty() && shape_of(text) == Shape::Text);
        valued += usize::from(mostly && typed(text));
    }
    match (named, valued) {
        (0, 0) => (true, "usual"),
        (named, valued) if named >= valued => (true, NAMED),
        _ => (false, "the first record holds numbers or dates like those below"),
    }
}

// Years stand in many headers.
fn is_year(text: &[u8]) -> bool {
    text.len() == 4
        && matches!(text, [b'1', b'8' | b'9', _, _] | [b'2', b'0' | b'1', _, _])
        && text.iter().all(u8::is_ascii_digit)
}

/// How many lines stand before the table: fewer fields than the table has, and no header of it.
pub(super) fn preamble(sample: &Sample) -> u64 {
    let Some((width, count)) = sample.usual(0) else { return 0 };
    if width < 2 || count < 2 || count * 2 < sample.records.len() {
        return 0;
    }
    let wide = |record: &Record| record.cells.len() == width;
    let Some(mut first) = sample.records.iter().position(wide) else { return 0 };
    // A title may be followed by as many delimiters as the table has: then words above numbers come after it.
    let titled = |record: &Record| {
        let mut texts = record.cells.iter().map(|(text, _)| !text.is_empty());
        texts.next() == Some(true) && width > 2 && !texts.any(|filled| filled)
    };
    let titles = sample.records[first..].iter().take_while(|record| titled(record)).count();
    if titles > 0 && sample.records.get(first + titles).is_some_and(wide) {
        let (named, reason) = has_header(&sample.records[first + titles..]);
        first += if named && reason == NAMED { titles } else { 0 };
    }
    // A blank line above the names parts them from what is said about the table.
    let gap = |at: &usize| sample.records[*at].line > sample.records[at - 1].line + 1;
    let partly = |record: &Record| record.cells.iter().any(|(text, _)| text.is_empty());
    let parted = (1..sample.records.len().min(10)).find(gap).filter(|at| {
        width > 2 && sample.records[..*at].iter().all(partly) && has_header(&sample.records[*at..]) == (true, NAMED)
    });
    if let Some(at) = parted.filter(|at| *at > first) {
        return sample.records[at].line - 1;
    }
    let slight = |record: &Record| {
        let filled = record.cells.iter().filter(|(text, _)| !text.is_empty()).count();
        filled <= (width / 2).max(1)
    };
    if first > 0 && sample.records[..first].iter().all(slight) { sample.records[first].line - 1 } else { 0 }
}

/// Lines of comments at the top: those that begin with a hash, but not a header that does.
pub(super) fn comments(head: &[u8], marks: &Marks, width: usize) -> u64 {
    let mut at = 0;
    let mut lines = 0;
    let mut last = 0;
    while head[at..].starts_with(b"#") {
        let end = memchr::memchr(b'\n', &head[at..]).map_or(head.len(), |step| at + step + 1);
        // "# a, b" is said to a person, "#id,name" names columns.
        let names = !head[at..end].starts_with(b"# ");
        let fields = Sample::of(&head[at..end], marks, true).records.first().map_or(0, |record| record.cells.len());
        last = if names { fields } else { 0 };
        at = end;
        lines += 1;
    }
    if lines > 0 && last == width && width > 1 { lines - 1 } else { lines }
}
