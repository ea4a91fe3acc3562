//! Random messes of delimited text, held against a second reader that was written apart from the engine.

use crate::table::{source, stored, through_as};
use brewhouse_engine::source::{ReadOptions, Source};

/// A plain reading of delimited text, written apart from the engine: records of fields; none where a quote is never closed.
fn plainly(text: &str) -> Option<Vec<Vec<Option<String>>>> {
    let bytes: Vec<char> = text.chars().collect();
    let (mut at, mut records) = (0, Vec::new());
    while at < bytes.len() {
        if bytes[at] == '\n' || (bytes[at] == '\r' && bytes.get(at + 1) == Some(&'\n')) {
            at += if bytes[at] == '\n' { 1 } else { 2 };
            records.push(Vec::new());
            continue;
        }
        let mut record = Vec::new();
        loop {
            let begin = at;
            let mut value = None;
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
                let rest: String = bytes[at..].iter().take(2).collect();
                if rest == "\r\n" || rest == "\r" {
                    at += 1;
                }
                if at >= bytes.len() || matches!(bytes[at], ',' | '\n') {
                    value = Some(inner);
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
            record.push(value);
            at += 1;
            if bytes.get(at - 1) != Some(&',') {
                break;
            }
        }
        records.push(record);
    }
    Some(records)
}

#[test]
fn random_messes_are_read_as_written_or_refused() {
    let alphabet = ["\"", "\"", ",", ",", "\n", "\n", "\r\n", "a", "b", "\"\"", "1", " ", "ä", "\r"];
    let mut state = 11_u64;
    let mut next = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    let (mut read, mut refused) = (0, 0);
    for case in 0..500 {
        let mut text = String::from("h,i\n");
        for _ in 0..next(if case % 3 == 0 { 12 } else { 40 }) {
            let piece = usize::try_from(next(alphabet.len() as u64)).unwrap();
            text += alphabet[piece];
        }
        let columns = stored(&[("h", "string"), ("i", "string")]);
        let options = ReadOptions { delimiter: Some(','), ..ReadOptions::default() };
        let result = through_as(&text, &Source { columns, options, ..source("in.csv") });
        let Some(records) = plainly(&text) else {
            assert!(result.is_err(), "an open quote was read: {text:?}");
            refused += 1;
            continue;
        };
        let records: Vec<_> = records.into_iter().skip(1).filter(|record| !record.is_empty()).collect();
        if records.iter().any(|record| record.iter().skip(2).any(Option::is_some)) {
            assert!(result.is_err(), "too many fields were read: {text:?}");
            refused += 1;
            continue;
        }
        let (opened, cells) = result.unwrap_or_else(|error| panic!("{text:?}: {error} {:?}", error.chain()));
        let expected: Vec<_> = records
            .into_iter()
            .map(|mut record| {
                record.resize(2, None);
                record
            })
            .collect();
        assert_eq!(cells.rows, expected, "{text:?} {:?}", opened.notes);
        read += 1;
    }
    assert!(read > 100 && refused > 50, "{read} {refused}");
}
