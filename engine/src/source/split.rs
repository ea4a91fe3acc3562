//! Our own splitter of delimited text into records and fields, independent of the parser that the run uses.
//!
//! A field that begins with the quote ends at the delimiter or line end after its closing quote; in any other field a quote is an
//! ordinary character, told to the visitor as stray. Blanks before and after the quotes of a field are no part of it. Lines end with LF
//! or CR LF. Nothing is allocated.

use super::fixed::Cuts;
use memchr::memchr;

/// The characters that structure a file.
#[derive(Clone)]
pub(crate) struct Marks {
    pub(crate) delimiter: u8,
    pub(crate) quote: Option<u8>,
    /// The character that takes the meaning from a quote, a delimiter, a line end or itself.
    pub(crate) escape: Option<u8>,
    /// Whether a blank follows each delimiter and is no part of the field.
    pub(crate) blank: bool,
    /// Columns of fixed width, which need no other marks.
    pub(crate) cuts: Option<Cuts>,
    stops: [bool; 256],
}

impl Marks {
    /// Marks of a delimiter and a quote.
    pub(crate) fn new(delimiter: u8, quote: Option<u8>) -> Self {
        let mut stops = [false; 256];
        stops[usize::from(b'\n')] = true;
        stops[usize::from(delimiter)] = true;
        if let Some(quote) = quote {
            stops[usize::from(quote)] = true;
        }
        Self { delimiter, quote, escape: None, blank: false, cuts: None, stops }
    }

    /// Marks with an escape character.
    pub(crate) fn escaped(delimiter: u8, quote: Option<u8>, escape: Option<u8>) -> Self {
        let mut marks = Self::new(delimiter, quote);
        if let Some(escape) = escape {
            marks.escape = Some(escape);
            marks.stops[usize::from(escape)] = true;
        }
        marks
    }

    /// The same, where a blank may follow each delimiter.
    pub(crate) fn with_blank(self, blank: bool) -> Self {
        Self { blank, ..self }
    }

    /// Marks of columns of fixed width.
    pub(crate) fn fixed(cuts: Cuts) -> Self {
        Self { cuts: Some(cuts), ..Self::new(FIXED, Some(b'"')) }
    }

    // Whether an escape character before a byte takes its meaning.
    fn is_special(&self, byte: u8) -> bool {
        byte == self.delimiter || byte == b'\n' || Some(byte) == self.quote || Some(byte) == self.escape
    }

    /// The text of a field with its escapes undone.
    pub(crate) fn unescaped(&self, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some((first, after)) = rest.split_first() {
            let next = after.first().copied();
            let taken = (Some(*first) == self.escape && next.is_some_and(|next| self.is_special(next)))
                || (Some(*first) == self.quote && next == self.quote);
            match next {
                Some(next) if taken => {
                    out.push(next);
                    rest = &after[1..];
                }
                _ => {
                    out.push(*first);
                    rest = after;
                }
            }
        }
        out
    }
}

/// What parts the fields of a copy whose original has no delimiter.
const FIXED: u8 = 0x1f;

/// How a field was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it is.
    Plain,
    /// Between quotes.
    Quoted,
    /// Between quotes, with doubled quotes inside.
    Doubled,
    /// With escapes inside, between quotes or not.
    Escaped,
    /// Between quotes with blanks around them, doubled quotes inside or not.
    Spaced,
    /// With quotes where none belong, or a carriage return before a delimiter.
    Stray,
}

/// Who listens to a splitter.
pub(crate) trait Visit {
    /// A field: its place in the record, its text without the quotes around it, and the line its record begins on.
    fn field(&mut self, index: usize, text: &[u8], form: Form, line: u64);
    /// The end of a record of so many fields.
    fn record(&mut self, fields: usize, line: u64);
    /// A line with nothing in it.
    fn blank(&mut self, line: u64);
}

/// Where a splitter stopped.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tail {
    /// Bytes of complete records.
    pub(crate) complete: usize,
    /// The line after them.
    pub(crate) line: u64,
    /// The line of a record whose quote is never closed.
    pub(crate) open: Option<u64>,
}

/// Splits bytes that begin at a record. A record that the bytes end in is told like the others, but is not complete.
pub(crate) fn split(bytes: &[u8], marks: &Marks, mut line: u64, visit: &mut impl Visit) -> Tail {
    let mut at = 0;
    while at < bytes.len() {
        if let Some(width) = blank_width(&bytes[at..]) {
            visit.blank(line);
            line += 1;
            at += width;
            continue;
        }
        let start = at;
        let (end, lines, ended) = record(bytes, at, marks, line, visit);
        at = end;
        match ended {
            Ended::Line => line += lines,
            Ended::Bytes => return Tail { complete: start, line, open: None },
            Ended::OpenQuote => return Tail { complete: start, line, open: Some(line) },
        }
    }
    Tail { complete: at, line, open: None }
}

/// Splits the first record alone; where it ends and how many lines it takes, or none when it does not end within the bytes.
pub(crate) fn first_record(bytes: &[u8], marks: &Marks, visit: &mut impl Visit) -> Option<(usize, u64)> {
    let (end, lines, ended) = record(bytes, 0, marks, 1, visit);
    (ended == Ended::Line).then_some((end, lines))
}

/// How a record ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// With its line.
    Line,
    /// With the bytes.
    Bytes,
    /// Within a quote that the bytes do not close.
    OpenQuote,
}

/// Splits one record: where it ends, how many lines it takes, and how it ended.
pub(crate) fn next_record(bytes: &[u8], marks: &Marks, line: u64, visit: &mut impl Visit) -> (usize, u64, Ended) {
    record(bytes, 0, marks, line, visit)
}

/// The width of the blank line that the bytes begin with.
#[inline]
pub(crate) fn blank_width(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'\n', ..] => Some(1),
        [b'\r', b'\n', ..] => Some(2),
        _ => None,
    }
}

#[inline]
fn record(bytes: &[u8], mut at: usize, marks: &Marks, line: u64, visit: &mut impl Visit) -> (usize, u64, Ended) {
    if let Some(cuts) = &marks.cuts {
        let (end, lines, ended) = cuts.record(&bytes[at..], line, visit);
        return (at + end, lines, ended);
    }
    let mut index = 0;
    let mut lines = 1;
    loop {
        let first = bytes.get(at).copied();
        let field = if marks.quote.is_some() && first == marks.quote {
            quoted(bytes, at, marks)
        } else if first == Some(b' ') && marks.delimiter != b' ' {
            spaced(bytes, at, index, marks)
        } else {
            plain(bytes, at, marks)
        };
        lines += field.lines;
        if field.open {
            visit.field(index, &bytes[field.from..field.to], Form::Stray, line);
            visit.record(index + 1, line);
            return (bytes.len(), lines, Ended::OpenQuote);
        }
        let mut to = field.to;
        let mut form = field.form;
        let ends = bytes.get(field.stop).copied();
        let within = ends == Some(marks.delimiter) && ends != Some(b'\n');
        let bare = matches!(form, Form::Plain | Form::Stray) || (form == Form::Escaped && field.to == field.stop);
        if bare && to > field.from && bytes[to - 1] == b'\r' {
            to -= usize::from(!within);
            if within || bytes[..to].ends_with(b"\r") {
                form = Form::Stray;
            }
        }
        visit.field(index, &bytes[field.from..to], form, line);
        index += 1;
        if within {
            at = field.stop + 1;
            continue;
        }
        visit.record(index, line);
        return match ends {
            Some(_) => (field.stop + 1, lines, Ended::Line),
            None => (bytes.len(), lines, Ended::Bytes),
        };
    }
}

struct Field {
    from: usize,
    to: usize,
    /// The delimiter or line end after it, or the end of the bytes.
    stop: usize,
    form: Form,
    lines: u64,
    open: bool,
}

#[inline]
fn plain(bytes: &[u8], from: usize, marks: &Marks) -> Field {
    let mut form = Form::Plain;
    let mut at = from;
    let mut lines = 0;
    loop {
        match bytes[at..].iter().position(|byte| marks.stops[usize::from(*byte)]) {
            None => {
                let end = bytes.len();
                return Field { from, to: end, stop: end, form, lines, open: false };
            }
            Some(step) => {
                at += step;
                if Some(bytes[at]) == marks.escape {
                    let special = bytes.get(at + 1).filter(|next| marks.is_special(**next));
                    if let Some(next) = special {
                        form = if form == Form::Plain { Form::Escaped } else { form };
                        lines += u64::from(*next == b'\n');
                    }
                    at += 1 + usize::from(special.is_some());
                } else if Some(bytes[at]) == marks.quote {
                    form = Form::Stray;
                    at += 1;
                } else {
                    return Field { from, to: at, stop: at, form, lines, open: false };
                }
            }
        }
    }
}

// A field that begins with blanks: they are part of it, unless a quoted text follows them, or the file has one after each delimiter.
#[cold]
fn spaced(bytes: &[u8], from: usize, index: usize, marks: &Marks) -> Field {
    let begin = from + bytes[from..].iter().take_while(|byte| **byte == b' ').count();
    if marks.quote.is_some() && bytes.get(begin).copied() == marks.quote {
        let field = quoted(bytes, begin, marks);
        if matches!(field.form, Form::Quoted | Form::Doubled | Form::Spaced) {
            return Field { form: Form::Spaced, ..field };
        }
    }
    plain(bytes, if marks.blank && index > 0 { begin } else { from }, marks)
}

#[inline]
fn quoted(bytes: &[u8], start: usize, marks: &Marks) -> Field {
    let quote = marks.quote.unwrap_or(b'"');
    let from = start + 1;
    let mut form = Form::Quoted;
    let mut at = from;
    loop {
        let found = match marks.escape {
            None => memchr(quote, &bytes[at..]),
            Some(escape) => memchr::memchr2(quote, escape, &bytes[at..]),
        };
        let Some(step) = found else {
            return Field { from, to: bytes.len(), stop: bytes.len(), form: Form::Stray, lines: 0, open: true };
        };
        at += step;
        if Some(bytes[at]) == marks.escape && bytes[at] != quote {
            let special = bytes.get(at + 1).is_some_and(|next| marks.is_special(*next));
            form = if special { Form::Escaped } else { form };
            at += 1 + usize::from(special);
            if at > bytes.len() {
                at = bytes.len();
            }
            continue;
        }
        match bytes.get(at + 1) {
            Some(next) if *next == quote => {
                form = if form == Form::Quoted { Form::Doubled } else { form };
                at += 2;
            }
            _ => break,
        }
    }
    let lines = memchr::memchr_iter(b'\n', &bytes[from..at]).count() as u64;
    match &bytes[at + 1..] {
        [] => Field { from, to: at, stop: at + 1, form, lines, open: false },
        [next, ..] if *next == marks.delimiter || *next == b'\n' => {
            Field { from, to: at, stop: at + 1, form, lines, open: false }
        }
        [b'\r'] | [b'\r', b'\n', ..] => Field { from, to: at, stop: at + 2, form, lines, open: false },
        [b' ' | b'\t', ..] if ends_blank(&bytes[at + 1..], marks).is_some() => {
            let stop = at + 1 + ends_blank(&bytes[at + 1..], marks).unwrap_or_default();
            let form = if form == Form::Escaped { form } else { Form::Spaced };
            Field { from, to: at, stop, form, lines, open: false }
        }
        _ => {
            // Text after the closing quote: the field is taken as it stands, quotes and all, up to the next delimiter or line end.
            let rest = plain(bytes, at + 1, marks);
            Field {
                from: start,
                to: rest.to,
                stop: rest.stop,
                form: Form::Stray,
                lines: lines + rest.lines,
                open: false,
            }
        }
    }
}

// How many blanks stand before the end of a field, with the carriage return of a line end.
#[cold]
fn ends_blank(bytes: &[u8], marks: &Marks) -> Option<usize> {
    let blank = |byte: &&u8| matches!(**byte, b' ' | b'\t') && **byte != marks.delimiter;
    let width = bytes.iter().take_while(blank).count();
    match &bytes[width..] {
        [] => Some(width),
        [next, ..] if *next == marks.delimiter || *next == b'\n' => Some(width),
        [b'\r'] | [b'\r', b'\n', ..] => Some(width + 1),
        _ => None,
    }
}

/// A visitor that does nothing: to find where records end.
pub(crate) struct Nobody;

impl Visit for Nobody {
    fn field(&mut self, _: usize, _: &[u8], _: Form, _: u64) {}
    fn record(&mut self, _: usize, _: u64) {}
    fn blank(&mut self, _: u64) {}
}

/// The text of a field with doubled quotes undone.
pub(crate) fn undouble(text: &[u8], quote: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut skip = false;
    for byte in text {
        skip = *byte == quote && !skip;
        if !skip {
            out.push(*byte);
        }
    }
    out
}
