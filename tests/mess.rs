//! Random messes of delimited text, held against a second reader that was written apart from the engine.

use crate::table::{source, stored, through_as};
use brewhouse_engine::source::{ReadOptions, Source};

/// What a plain reading, written apart from the engine, makes of a record.
#[derive(Debug)]
enum Read {
    /// Fields, missing where they are empty and unquoted.
    Record(Vec<Option<String>>),
    /// A line without anything.
    Blank,
    /// A line that opens a quote which is never closed, or closed on another line with text after it.
    Torn,
}

/// Reads delimited text: each record with the lines it takes.
fn plainly(text: &str) -> Vec<(Read, usize)> {
    let bytes: Vec<char> = text.chars().collect();
    let (mut at, mut records) = (0, Vec::new());
    while at < bytes.len() {
        if bytes[at] == '\n' || (bytes[at] == '\r' && bytes.get(at + 1) == Some(&'\n')) {
            at += if bytes[at] == '\n' { 1 } else { 2 };
            records.push((Read::Blank, 1));
            continue;
        }
        match record(&bytes, at) {
            Some((fields, end)) => {
                let lines = bytes[at..end].iter().filter(|c| **c == '\n').count();
                let ended = end > at && bytes[end - 1] == '\n';
                records.push((Read::Record(fields), lines + usize::from(!ended)));
                at = end;
            }
            None => {
                at += bytes[at..].iter().position(|c| *c == '\n').map_or(bytes.len() - at, |step| step + 1);
                records.push((Read::Torn, 1));
            }
        }
    }
    records
}

/// Whether a field may end at a place.
fn ends(bytes: &[char], at: usize) -> bool {
    match bytes.get(at) {
        Some('\r') => matches!(bytes.get(at + 1), None | Some('\n')),
        other => matches!(other, None | Some(',' | '\n')),
    }
}

/// Whether the quoted text that begins at a place is closed, with nothing but blanks up to the end of its field.
fn ends_quoted(bytes: &[char], mut at: usize) -> bool {
    at += 1;
    while let Some(sign) = bytes.get(at) {
        match (sign, bytes.get(at + 1)) {
            ('"', Some('"')) => at += 2,
            ('"', _) => {
                let after = bytes[at + 1..].iter().take_while(|c| matches!(c, ' ' | '\t')).count();
                return ends(bytes, at + 1 + after);
            }
            _ => at += 1,
        }
    }
    false
}

/// The fields of the record that begins at a place, and where it ends; none when a quote in it is torn.
fn record(bytes: &[char], mut at: usize) -> Option<(Vec<Option<String>>, usize)> {
    let mut fields = Vec::new();
    loop {
        let begin = at;
        let mut value = None;
        // Blanks before a quote are no part of its field, where that ends with the quote and nothing but blanks.
        let blanks = bytes[at..].iter().take_while(|c| **c == ' ').count();
        let led = blanks > 0 && bytes.get(at + blanks) == Some(&'"') && ends_quoted(bytes, at + blanks);
        if led {
            at += blanks;
        }
        if bytes.get(at) == Some(&'"') {
            let mut inner = String::new();
            at += 1;
            loop {
                match (bytes.get(at), bytes.get(at + 1)) {
                    (None, _) => return None,
                    (Some('"'), Some('"')) => {
                        inner.push('"');
                        at += 2;
                    }
                    (Some('"'), _) => break,
                    (Some(other), _) => {
                        inner.push(*other);
                        at += 1;
                    }
                }
            }
            at += 1;
            let after = bytes[at..].iter().take_while(|c| matches!(c, ' ' | '\t')).count();
            if matches!(bytes.get(at + after), None | Some(',' | '\n' | '\r')) && ends(bytes, at + after) {
                at += after;
            }
            let rest: String = bytes[at..].iter().take(2).collect();
            if rest == "\r\n" || rest == "\r" {
                at += 1;
            }
            if at >= bytes.len() || matches!(bytes[at], ',' | '\n') {
                value = Some(inner);
            } else if bytes[begin..at].contains(&'\n') {
                return None;
            }
        }
        if value.is_none() {
            while at < bytes.len() && !matches!(bytes[at], ',' | '\n') {
                at += 1;
            }
            let mut text: String = bytes[begin..at].iter().collect();
            if bytes.get(at) != Some(&',') && text.ends_with('\r') {
                text.pop();
            }
            value = (!text.is_empty()).then_some(text);
        }
        fields.push(value);
        at += 1;
        if bytes.get(at - 1) != Some(&',') {
            return Some((fields, at.min(bytes.len())));
        }
    }
}

#[test]
fn random_messes_are_read_as_written_or_set_aside() {
    let alphabet = ["\"", "\"", ",", ",", "\n", "\n", "\r\n", "a", "b", "\"\"", "1", " ", "ä", "\r", "\0"];
    let mut state = 11_u64;
    let mut next = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    let (mut read, mut aside) = (0, 0);
    for case in 0..700 {
        let mut text = String::from("h,i\n");
        for _ in 0..next(if case % 3 == 0 { 12 } else { 40 }) {
            let piece = usize::try_from(next(alphabet.len() as u64)).unwrap();
            text += alphabet[piece];
        }
        let columns = stored(&[("h", "string"), ("i", "string")]);
        let options = ReadOptions { delimiter: Some(','), header: Some(true), ..ReadOptions::default() };
        let (opened, cells) = through_as(&text, &Source { columns, options, ..source("in.csv") })
            .unwrap_or_else(|error| panic!("{text:?}: {error} {:?}", error.chain()));
        let (mut expected, mut rejected, mut physical) = (Vec::new(), 0, 0);
        let (mut before, mut after) = (0_usize, &text[..]);
        for (place, (found, lines)) in plainly(&text).into_iter().enumerate() {
            physical += lines;
            before += lines;
            let raw: String = after.split_inclusive('\n').take(lines).collect();
            after = &after[raw.len()..];
            match found {
                _ if place == 0 => {}
                Read::Blank => {}
                Read::Torn => rejected += 1,
                Read::Record(_) if raw.contains('\0') => rejected += 1,
                Read::Record(fields) if fields.len() < 2 => rejected += 1,
                Read::Record(fields)
                    if fields.iter().skip(2).any(|field| field.as_ref().is_some_and(|f| !f.is_empty())) =>
                {
                    rejected += 1;
                }
                Read::Record(mut fields) => {
                    fields.truncate(2);
                    if fields != [Some("h".to_owned()), Some("i".to_owned())] {
                        expected.push(fields);
                    }
                }
            }
        }
        let facts = opened.text.as_ref().unwrap();
        assert_eq!(cells.rows, expected, "{text:?} {:?}", opened.notes);
        assert_eq!(facts.set_aside.records, rejected, "{text:?} {:?}", opened.notes);
        assert_eq!((facts.lines.physical, facts.lines.accounted), (physical as u64, before as u64), "{text:?}");
        assert_eq!(opened.records, Some(expected.len() as u64));
        read += expected.len();
        aside += usize::try_from(rejected).unwrap();
    }
    assert!(read > 300 && aside > 500, "{read} {aside}");
}
