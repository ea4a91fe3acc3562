//! The columns of JSON Lines: decided on one record of each shape as on all records, and kept for a file that did not change.

use crate::kept::{open, put};
use crate::random::dice::Dice;
use crate::table::{run, source};
use brewhouse_engine::source::Source;
use polars::io::ndjson::infer_schema;
use std::fmt::Write as _;
use std::io::Cursor;

/// A value of JSON of one of some kinds.
fn value(dice: &mut Dice, kinds: &[usize], depth: usize) -> String {
    let kind = *dice.one(kinds);
    match if depth == 0 { kind % 9 } else { kind } {
        0 => "null".into(),
        1 => "true".into(),
        2 | 3 => dice.below(1000).to_string(),
        4 => format!("-{}", dice.below(99) + 1),
        5 => format!("{}.5e{}", dice.below(9), dice.below(7)),
        6 => "18446744073709551615".into(),
        7 => "\"日本 \\\"x\\\" \\u00e9\"".into(),
        8 => "\"\"".into(),
        9 => {
            let items: Vec<String> = (0..dice.below(4)).map(|_| value(dice, kinds, depth - 1)).collect();
            format!("[{}]", items.join(", "))
        }
        _ => record(dice, kinds, depth - 1),
    }
}

fn record(dice: &mut Dice, kinds: &[usize], depth: usize) -> String {
    let mut text = "{".to_owned();
    for name in ["a", "b", "a b", "é"] {
        if dice.percent(70) {
            let comma = if text.len() > 1 { "," } else { "" };
            let _ = write!(text, "{comma}\"{name}\":{}", value(dice, kinds, depth));
        }
    }
    text + "}"
}

#[test]
fn types_are_those_that_the_engine_finds_on_all_records() {
    let folder = tempfile::tempdir().unwrap();
    let mut nested = 0;
    for seed in 0..400 {
        let mut dice = Dice::new(seed);
        let (lines, deepest) = (1 + dice.below(60), dice.below(3));
        let kinds: Vec<usize> = (0..=dice.below(4)).map(|_| dice.below(11)).collect();
        let mut text = String::new();
        for _ in 0..lines {
            let _ =
                write!(text, "{}{}", record(&mut dice, &kinds, deepest), *dice.one(&["\n", "\r\n", "\n\n", "  \n"]));
        }
        std::fs::write(folder.path().join("in.jsonl"), &text).unwrap();
        let wanted = infer_schema(&mut Cursor::new(&text), None);
        match (open(&source("in.jsonl"), folder.path()), wanted) {
            (Ok((opened, _)), Ok(wanted)) => {
                assert_eq!(opened.schema.as_ref(), &wanted, "{seed}: {text}");
                assert_eq!(opened.records, Some(lines as u64), "{seed}");
                nested += u64::from(wanted.iter_values().any(|dtype| dtype.is_nested()));
            }
            (opened, wanted) => assert_eq!(opened.is_err(), wanted.is_err(), "{seed}: {text}"),
        }
    }
    assert!(nested > 20, "{nested} had nested columns");
}

#[test]
fn numbers_whose_type_their_digits_decide_are_read_as_the_engine_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    // For one reader all of these are decimals; the engine's takes some of them for whole numbers.
    for odd in ["-0", "123456789012345678901", "1000000000000000000000000000001", "-9223372036854775809", "1e300"] {
        let text = format!("{{\"n\":-0.0}}\n{{\"n\":{odd}}}\n{{\"n\":2.5}}\n");
        std::fs::write(folder.path().join("in.jsonl"), &text).unwrap();
        let wanted = infer_schema(&mut Cursor::new(&text), None);
        let opened = open(&source("in.jsonl"), folder.path()).map(|(opened, _)| opened.schema.as_ref().clone());
        match wanted {
            Ok(wanted) => assert_eq!(opened.unwrap(), wanted, "{odd}"),
            Err(_) => assert!(opened.is_err(), "{odd}"),
        }
    }
}

#[test]
fn the_last_of_many_records_decides_and_the_first_bad_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.jsonl");
    // More than one worker takes at once.
    let mut text = String::new();
    for n in 0..200_000 {
        let _ = writeln!(text, "{{\"id\":{n},\"name\":\"row {n}\"}}");
    }
    text.push_str("{\"id\":0.5,\"more\":[1]}");
    std::fs::write(&path, &text).unwrap();
    let (opened, _) = open(&source("in.jsonl"), folder.path()).unwrap();
    let columns: Vec<_> = opened.columns.iter().map(|column| (column.name.as_str(), column.kind.as_str())).collect();
    assert_eq!(columns, [("id", "double"), ("name", "string"), ("more", "list<long>")]);
    assert_eq!(run(opened.frame).unwrap().height(), 200_001);
    std::fs::write(&path, text.replace("{\"id\":150000,", "{\"id\":15 0000,")).unwrap();
    let error = open(&source("in.jsonl"), folder.path()).err().unwrap();
    assert!(error.message.contains("line 150001 is no JSON object"), "{error}");
}

#[test]
fn a_file_that_did_not_change_is_not_looked_at_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.jsonl");
    let kept = Source { verdicts: Some(folder.path().join("kept")), ..source("in.jsonl") };
    let text = "{\"a\":1,\"b\":\"x\"}\n\n{\"b\":null,\"a\":2.5,\"c\":{\"d\":[true]}}\n";
    put(&path, text, 60);
    let (first, read) = open(&kept, folder.path()).unwrap();
    assert_eq!(read, text.len() as u64);
    let (again, read) = open(&kept, folder.path()).unwrap();
    assert_eq!(read, 0, "nothing was read");
    assert_eq!((&again.schema, again.records, &again.notes), (&first.schema, Some(2), &first.notes));
    assert_eq!(run(again.frame).unwrap(), run(first.frame).unwrap());
    // Changed, or damaged what is kept: it is looked at.
    put(&path, &text.replace("2.5", "\"no\""), 60);
    let (changed, read) = open(&kept, folder.path()).unwrap();
    assert!(read > 0 && changed.schema.get("a") == Some(&polars::prelude::DataType::String));
    for entry in std::fs::read_dir(folder.path().join("kept")).unwrap() {
        std::fs::write(entry.unwrap().path(), "[{\"count\":1}]").unwrap();
    }
    assert_eq!(open(&kept, folder.path()).unwrap().0.schema, changed.schema);
}
