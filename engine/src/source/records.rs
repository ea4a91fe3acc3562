//! The typing pass of JSON Lines: one reading of all records by several workers, which keeps one record of each shape.
//!
//! A shape is what the type of a record follows from: the names of its fields with the kinds of their values. The engine decides the
//! types on one record of each shape, in the order of the file, as it would on all of them. A file with a record that is no JSON object,
//! with a number whose type its digits decide, or with very many shapes is left to the engine as a whole.

use super::intake::{Job, in_blocks};
use super::split::Marks;
use super::text::Text;
use crate::error::Result;
use memchr::memchr;
use polars::io::ndjson::infer_schema;
use polars::prelude::Schema;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt;
use std::io::Cursor;
use std::sync::atomic::AtomicBool;

/// So many bytes of records are kept as examples at most.
const MOST_BYTES: usize = 1 << 22;
/// In a list so many kinds of items are told apart; what comes after them may be told twice.
const MOST_KINDS: usize = 16;
/// From here on a number may be a whole one of more digits than others; below, all digits are told apart.
const LARGE: f64 = 1e18;

/// What was found in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Records {
    /// Lines that hold something.
    pub(super) count: u64,
    /// A record of each shape, in the order of the file.
    pub(super) examples: Vec<String>,
}

impl Records {
    /// Looks at every record of a file; none when the engine must look itself.
    pub(super) fn of(text: &Text, cancel: &AtomicBool, progress: &dyn Fn(u64)) -> Result<Option<Self>> {
        let marks = Marks::new(b',', None);
        let job = Job { text, offset: 0, line: 1, marks: &marks, fill: true, cancel, progress };
        let (found, cut) = in_blocks(&job, Seen::default, |seen, bytes, line| seen.take(bytes, line))?;
        let Ok(found) = found.into_iter().collect::<Result<Vec<Seen>, Odd>>() else { return Ok(None) };
        if cut.is_none() {
            return Ok(None);
        }
        let count = found.iter().map(|seen| seen.count).sum();
        let mut examples: Vec<(u64, String)> = found.into_iter().flat_map(|seen| seen.examples).collect();
        examples.sort_unstable();
        Ok(Some(Self { count, examples: examples.into_iter().map(|(_, example)| example).collect() }))
    }

    /// The columns of the records of some files; none when the engine reads some of them otherwise.
    pub(super) fn columns<'a>(files: impl Iterator<Item = &'a Self>) -> Option<Schema> {
        let examples: Vec<&str> = files.flat_map(|file| &file.examples).map(String::as_str).collect();
        infer_schema(&mut Cursor::new(examples.join("\n")), None).ok()
    }
}

/// A record that the engine must look at itself.
struct Odd;

/// What a worker has seen.
#[derive(Default)]
struct Seen {
    count: u64,
    shapes: HashSet<Vec<u8>>,
    examples: Vec<(u64, String)>,
    bytes: usize,
    shape: Vec<u8>,
}

impl Seen {
    fn take(&mut self, bytes: &[u8], line: u64) -> Result<(), Odd> {
        let (mut rest, mut line) = (bytes, line);
        if line == 1 {
            rest = rest.strip_prefix(super::json::MARK).unwrap_or(rest);
        }
        while !rest.is_empty() {
            let end = memchr(b'\n', rest).unwrap_or(rest.len());
            let record = rest[..end].trim_ascii();
            if !record.is_empty() {
                self.look(record, line)?;
            }
            rest = rest.get(end + 1..).unwrap_or_default();
            line += 1;
        }
        Ok(())
    }

    fn look(&mut self, record: &[u8], line: u64) -> Result<(), Odd> {
        if !record.starts_with(b"{") {
            return Err(Odd);
        }
        self.shape.clear();
        let mut parser = serde_json::Deserializer::from_slice(record);
        Shape(&mut self.shape).deserialize(&mut parser).and_then(|()| parser.end()).map_err(|_| Odd)?;
        self.count += 1;
        if self.shapes.contains(&self.shape) {
            return Ok(());
        }
        self.bytes += record.len() + self.shape.len();
        if self.bytes > MOST_BYTES {
            return Err(Odd);
        }
        self.shapes.insert(self.shape.clone());
        self.examples.push((line, String::from_utf8(record.to_vec()).map_err(|_| Odd)?));
        Ok(())
    }
}

/// Writes the shape of a value.
struct Shape<'a>(&'a mut Vec<u8>);

impl Shape<'_> {
    fn put<E>(self, kind: u8) -> Result<(), E> {
        self.0.push(kind);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Shape<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Shape<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.put(b'n')
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.put(b'b')
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.put(b'w')
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.put(if i64::try_from(number).is_ok() { b'w' } else { b'l' })
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        if number.abs() >= LARGE || (number == 0.0 && number.is_sign_negative()) {
            return Err(E::custom("a number whose type its digits decide"));
        }
        self.put(b'd')
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.put(b't')
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let shape = self.0;
        shape.push(b'[');
        let mut kinds: Vec<(usize, usize)> = Vec::new();
        loop {
            let start = shape.len();
            if items.next_element_seed(Shape(&mut *shape))?.is_none() {
                break;
            }
            let known = kinds.iter().any(|(from, to)| shape[*from..*to] == shape[start..]);
            if known {
                shape.truncate(start);
            } else if kinds.len() < MOST_KINDS {
                kinds.push((start, shape.len()));
            }
        }
        shape.push(b']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let shape = self.0;
        shape.push(b'{');
        while fields.next_key_seed(Name(&mut *shape))?.is_some() {
            fields.next_value_seed(Shape(&mut *shape))?;
        }
        shape.push(b'}');
        Ok(())
    }
}

/// Writes the name of a field, with its length before it.
struct Name<'a>(&'a mut Vec<u8>);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<(), E> {
        self.0.extend_from_slice(&name.len().to_le_bytes());
        self.0.extend_from_slice(name.as_bytes());
        Ok(())
    }
}
