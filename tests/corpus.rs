//! The hostile files of `tests/corpus`: each is read as a person would read it, or what does not fit is told by line.

use crate::table::{open, read_parquet, source, target, write};
use serde_json::Value;

const KINDS: &[(&str, &str)] =
    &[("s", "string"), ("l", "long"), ("d", "double"), ("b", "boolean"), ("D", "date"), ("T", "timestamp")];

#[test]
fn every_hostile_file_is_read_as_a_person_would() {
    let folder = crate::root().join("tests/corpus");
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(cases.len() > 70, "the corpus is there");
    let wrong: Vec<String> = cases.iter().filter_map(|case| differs(&folder, case)).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// What is not as expected of a case.
fn differs(folder: &std::path::Path, case: &Value) -> Option<String> {
    let name = case["file"].as_str().unwrap();
    let opened = match open(&source(name), folder) {
        Ok(opened) => opened,
        Err(error) => return Some(format!("{name}: {error}")),
    };
    let facts = opened.text.clone().unwrap();
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("out.parquet");
    if let Err(error) = write(&opened, &target(&path)) {
        return Some(format!("{name}: {error} {:?}", error.chain()));
    }
    let cells = read_parquet(&path);
    let kinds: Vec<Value> = opened.columns.iter().map(|column| column.kind.clone().into()).collect();
    let wanted: Vec<Value> = case["types"].as_array().unwrap().iter().map(kind).collect();
    let lines: Vec<Value> = facts.set_aside.first.iter().map(|reject| reject.line.into()).collect();
    let mut told = vec![
        ("columns", Value::from(cells.names), case["columns"].clone()),
        ("types", kinds.into(), wanted.into()),
        ("rows", serde_json::to_value(cells.rows).unwrap(), case["rows"].clone()),
        ("set aside", lines.into(), case["aside"].clone()),
        ("lines", facts.lines.accounted.into(), facts.lines.physical.into()),
    ];
    let dialect = &facts.dialect;
    for (key, is) in [
        ("delimiter", Value::from(dialect.delimiter.to_string())),
        ("quote", dialect.quote.map(|quote| quote.to_string()).into()),
        ("lineEnds", dialect.line_ends.clone().into()),
        ("header", dialect.header.into()),
        ("preamble", dialect.preamble_lines.into()),
        ("encoding", dialect.encoding.clone().into()),
    ] {
        if let Some(wanted) = case.get(key) {
            told.push((key, is, wanted.clone()));
        }
    }
    let (what, is, wanted) = told.into_iter().find(|(_, is, wanted)| is != wanted)?;
    Some(format!("{name}: {what} is {is}, expected {wanted}; {:?}", opened.notes))
}

fn kind(letter: &Value) -> Value {
    let found = KINDS.iter().find(|(known, _)| Some(*known) == letter.as_str());
    found.unwrap().1.into()
}
