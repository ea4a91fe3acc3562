//! One record of flat JSON Lines: an object whose values are texts, numbers, booleans and nulls.
//!
//! Only what every reader takes alike is read here. A record that is odd in any way is left to the engine's own reader.

use polars::prelude::{DataType, Schema, SchemaRef};
use std::sync::Arc;

/// What a column takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Whole,
    Decimal,
    Truth,
    Text,
    /// Nulls alone.
    Null,
    /// Whatever stands there is passed over.
    Unused,
}

impl Kind {
    /// What a column of a type takes; none when it is no flat one.
    pub(super) fn of(dtype: &DataType) -> Option<Self> {
        match dtype {
            DataType::Int64 => Some(Self::Whole),
            DataType::Float64 => Some(Self::Decimal),
            DataType::Boolean => Some(Self::Truth),
            DataType::String => Some(Self::Text),
            DataType::Null => Some(Self::Null),
            _ => None,
        }
    }
}

/// A value of a record.
#[derive(Clone, Copy)]
pub(super) enum Cell<'a> {
    /// The record has no such field.
    Absent,
    Null,
    Whole(i64),
    Decimal(f64),
    Truth(bool),
    Text(&'a str),
    /// A text that does not stand in the line as it is.
    Made(usize),
}

/// How the fields of a table are written.
pub(super) struct Fields {
    schema: SchemaRef,
    keys: Vec<Key>,
}

/// A field as it is written, with the colon behind it.
struct Key {
    bytes: Vec<u8>,
    /// Eight bytes each, and which of their bits count.
    words: Vec<(u64, u64)>,
}

impl Key {
    fn new(name: &str) -> Self {
        let bytes = format!("\"{name}\":").into_bytes();
        let word = |part: &[u8]| {
            let mut word = ([0; 8], [0; 8]);
            word.0[..part.len()].copy_from_slice(part);
            word.1[..part.len()].fill(u8::MAX);
            (u64::from_le_bytes(word.0), u64::from_le_bytes(word.1))
        };
        Self { words: bytes.chunks(8).map(word).collect(), bytes }
    }

    // Whether a text begins with it. A call for comparing so few bytes would take longer.
    fn begins(&self, text: &[u8]) -> bool {
        let mut rest = text;
        for (word, bits) in &self.words {
            let Some((eight, more)) = rest.split_first_chunk() else { return text.starts_with(&self.bytes) };
            if u64::from_le_bytes(*eight) & bits != *word {
                return false;
            }
            rest = more;
        }
        true
    }
}

impl Fields {
    pub(super) fn new(schema: SchemaRef) -> Self {
        // A name with escapes is written otherwise; such a field is looked up each time.
        let keys = schema.iter_names().map(|name| Key::new(name)).collect();
        Self { schema, keys }
    }

    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The columns of some names.
    pub(super) fn part<'a>(&self, names: impl Iterator<Item = &'a str>) -> SchemaRef {
        let known = |name: &str| self.schema.get_full(name).map(|(_, name, dtype)| (name.clone(), dtype.clone()));
        Arc::new(names.filter_map(known).collect())
    }
}

/// Reads records, one after another.
pub(super) struct Reader<'a> {
    fields: &'a Fields,
    kinds: Vec<Kind>,
    /// The field that came behind each one in the record before, the first of all at the front.
    next: Vec<usize>,
    /// The values of the record that was read.
    pub(super) cells: Vec<Cell<'a>>,
    /// The texts among them that were made.
    pub(super) made: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(fields: &'a Fields, kinds: Vec<Kind>) -> Self {
        let cells = kinds.iter().map(|_| Cell::Absent).collect();
        let next = (0..kinds.len()).chain([0]).collect();
        Self { fields, kinds, next, cells, made: Vec::new() }
    }

    /// Reads a line; none when it is odd, and its values are then of no use.
    pub(super) fn read(&mut self, line: &'a str) -> Option<()> {
        self.cells.fill(Cell::Absent);
        self.made.clear();
        let bytes = line.as_bytes();
        let mut at = blanks(bytes, 0);
        if *bytes.get(at)? != b'{' {
            return None;
        }
        at = blanks(bytes, at + 1);
        let mut place = 0;
        while *bytes.get(at)? != b'}' {
            let guess = self.next[place];
            let key = &self.fields.keys[guess];
            let column = if key.begins(&bytes[at..]) {
                at += key.bytes.len();
                guess
            } else {
                let (column, end) = self.field(line, at)?;
                self.next[place] = column;
                at = end;
                column
            };
            // Readers differ in which of two values they take.
            if !matches!(self.cells[column], Cell::Absent) {
                return None;
            }
            at = self.value(line, blanks(bytes, at), column)?;
            at = blanks(bytes, at);
            match bytes.get(at)? {
                b',' => {
                    at = blanks(bytes, at + 1);
                    if bytes.get(at) == Some(&b'}') {
                        return None;
                    }
                }
                b'}' => {}
                _ => return None,
            }
            place = column + 1;
        }
        (blanks(bytes, at + 1) == bytes.len()).then_some(())
    }

    // The column of a key, and where the colon behind it ends.
    fn field(&self, line: &str, at: usize) -> Option<(usize, usize)> {
        let bytes = line.as_bytes();
        if bytes[at] != b'"' {
            return None;
        }
        let mut end = mark(bytes, at + 1)?;
        let column = if bytes[end] == b'"' {
            self.fields.schema.index_of(line.get(at + 1..end)?)?
        } else {
            let name;
            (name, end) = unescaped(line, at + 1, end)?;
            self.fields.schema.index_of(&name)?
        };
        let colon = blanks(bytes, end + 1);
        (bytes.get(colon) == Some(&b':')).then_some((column, colon + 1))
    }

    // Takes the value at a place for a column, and says where it ends. Each is put where it belongs at once: copies of cells take long.
    fn value(&mut self, line: &'a str, at: usize, column: usize) -> Option<usize> {
        let bytes = line.as_bytes();
        let word = |word: &str| bytes[at..].starts_with(word.as_bytes()).then_some(at + word.len());
        match (*bytes.get(at)?, self.kinds[column]) {
            (b'"', Kind::Text | Kind::Unused) => {
                let from = at + 1;
                let mut end = mark(bytes, from)?;
                if bytes[end] == b'"' {
                    self.cells[column] = Cell::Text(line.get(from..end)?);
                } else {
                    let text;
                    (text, end) = unescaped(line, from, end)?;
                    self.cells[column] = self.make(text);
                }
                Some(end + 1)
            }
            (b'n', _) => {
                self.cells[column] = Cell::Null;
                word("null")
            }
            (b't', Kind::Truth | Kind::Unused) => {
                self.cells[column] = Cell::Truth(true);
                word("true")
            }
            (b'f', Kind::Truth | Kind::Unused) => {
                self.cells[column] = Cell::Truth(false);
                word("false")
            }
            (_, Kind::Whole) => {
                let (number, end) = whole(bytes, at)?;
                self.cells[column] = Cell::Whole(number);
                Some(end)
            }
            (_, Kind::Decimal | Kind::Unused) => {
                let (number, end) = decimal(line, at)?;
                self.cells[column] = Cell::Decimal(number);
                Some(end)
            }
            (_, Kind::Text) => {
                let (number, end) = whole(bytes, at)?;
                self.cells[column] = self.make(number.to_string());
                Some(end)
            }
            _ => None,
        }
    }

    fn make(&mut self, text: String) -> Cell<'a> {
        self.made.push(text);
        Cell::Made(self.made.len() - 1)
    }
}

/// Whether a line holds nothing.
pub(super) fn is_blank(line: &str) -> bool {
    blanks(line.as_bytes(), 0) == line.len()
}

// Where the blanks end that begin at a place.
#[inline]
fn blanks(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r')) {
        at += 1;
    }
    at
}

// The text from behind its first quote on, whose first backslash is known, and where its last quote is.
fn unescaped(line: &str, from: usize, backslash: usize) -> Option<(String, usize)> {
    let bytes = line.as_bytes();
    let mut end = backslash;
    while bytes[end] != b'"' {
        if bytes[end] != b'\\' {
            return None;
        }
        end = mark(bytes, end + 2)?;
    }
    Some((serde_json::from_str(line.get(from - 1..=end)?).ok()?, end))
}

// The first quote, backslash or control character from a place on, eight bytes at a time.
#[inline]
fn mark(bytes: &[u8], from: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    let mut at = from;
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let word = u64::from_le_bytes(*eight);
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        // The lowest of the bytes that are marked so is one of them for sure.
        let found =
            (zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\'))) | control) & (ONES << 7);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = bytes.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
    Some(at + rest)
}

// So many digits are a number below 2^53, which a decimal holds exactly.
const EXACT: usize = 15;
const POWERS: [f64; EXACT + 1] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
// So many digits fit into 64 bits, whatever they are.
const FIT: usize = 19;
// An exponent of more digits is no use, and not every reader takes it.
const EXPONENT: usize = 4;

// Where the digits at the beginning of a number begin, their value, and where they end.
fn leading(bytes: &[u8], at: usize) -> Option<(usize, u64, usize)> {
    let first = at + usize::from(bytes[at] == b'-');
    let mut value = 0;
    let end = digits(bytes, first, &mut value);
    let is_number = end == first + 1 || (end > first && bytes[first] != b'0');
    is_number.then_some((first, value, end))
}

// The whole number at a place, and where it ends.
fn whole(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let (first, value, end) = leading(bytes, at)?;
    if end - first > FIT || matches!(bytes.get(end), Some(b'.' | b'e' | b'E')) {
        return None;
    }
    let number = if first > at { 0_i64.checked_sub_unsigned(value) } else { i64::try_from(value).ok() };
    Some((number?, end))
}

// The number at a place, and where it ends.
#[expect(clippy::cast_precision_loss, reason = "the nearest decimal is what is wanted")]
fn decimal(line: &str, at: usize) -> Option<(f64, usize)> {
    let bytes = line.as_bytes();
    let (first, mut value, mut end) = leading(bytes, at)?;
    if !matches!(bytes.get(end), Some(b'.' | b'e' | b'E')) {
        return whole(bytes, at).map(|(number, end)| (number as f64, end));
    }
    if bytes[end] == b'.' {
        let (from, count) = (end + 1, end - first);
        end = digits(bytes, from, &mut value);
        let places = end - from;
        if places == 0 {
            return None;
        }
        if count + places <= EXACT && !matches!(bytes.get(end), Some(b'e' | b'E')) {
            let number = value as f64 / POWERS[places];
            return Some((if first > at { -number } else { number }, end));
        }
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let from = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        end = digits(bytes, from, &mut value);
        if end == from || end - from > EXPONENT {
            return None;
        }
    }
    let number: f64 = line.get(at..end)?.parse().ok()?;
    number.is_finite().then_some((number, end))
}

// Adds the digits from a place on to a number, and says where they end.
#[inline]
fn digits(bytes: &[u8], from: usize, value: &mut u64) -> usize {
    let mut at = from;
    while let Some(digit) = bytes.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        *value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    at
}
