//! The hostile files, columns and layouts of `tests/corpus`: each is read as a person would read it, or what does not fit is told by line.

use crate::table::{open, read_parquet, source, target, write};
use serde_json::{Value, json};

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
        ("escape", dialect.escape.map(|escape| escape.to_string()).into()),
        ("widths", dialect.widths.iter().map(|width| Value::from(*width)).collect::<Vec<_>>().into()),
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

/// A text of a table file: what stands for a sign that cannot be seen.
fn plain(text: &str) -> String {
    let mut out = text.to_owned();
    for (word, sign) in [
        ("\\u0301", "\u{301}"),
        ("\\u200b", "\u{200b}"),
        ("\\u00a0", "\u{a0}"),
        ("\\ufeff", "\u{feff}"),
        ("\\t", "\t"),
        ("\\r", "\r"),
        ("\\0", "\0"),
        ("\\s", " "),
    ] {
        out = out.replace(word, sign);
    }
    out
}

fn cell(text: &str) -> Value {
    match text {
        "" | "∅" => Value::Null,
        "\"\"" => "".into(),
        text => text.into(),
    }
}

#[test]
fn every_column_of_the_table_gets_the_type_that_keeps_it() {
    let text = std::fs::read_to_string(crate::root().join("tests/corpus/columns.txt")).unwrap();
    let cases: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert!(cases.len() > 150, "the table is there");
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for (at, line) in cases.iter().enumerate() {
        let (kind, rest) = line.split_once(' ').unwrap();
        let (cells, read) = rest.split_once(" => ").unwrap_or((rest, rest));
        let rows = |text: &str| plain(text).split('|').map(str::to_owned).collect::<Vec<_>>();
        let lines: Vec<String> = rows(cells).iter().enumerate().map(|(row, cell)| format!("{cell};r{row}\n")).collect();
        let body = lines.concat();
        let name = format!("{at}.csv");
        std::fs::write(folder.path().join(&name), format!("v;n\n{body}")).unwrap();
        let wanted: Vec<Value> = rows(read)
            .iter()
            .enumerate()
            .map(|(row, text)| vec![cell(text), format!("r{row}").into()].into())
            .collect();
        let case = json!({ "file": name, "columns": ["v", "n"], "types": [kind, "s"], "rows": wanted, "aside": [] });
        wrong.extend(differs(folder.path(), &case).map(|what| format!("{line}\n    {what}")));
    }
    assert!(wrong.is_empty(), "{} of {} columns:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_layout_of_the_table_is_read_as_a_person_would() {
    let text = std::fs::read_to_string(crate::root().join("tests/corpus/layouts.txt")).unwrap();
    let cases: Vec<&str> = text.split("\n== ").skip(1).collect();
    assert!(cases.len() > 40, "the table is there");
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        let (head, rest) = case.split_once('\n').unwrap();
        let (title, claims) = head.split_once(" | ").unwrap();
        let (file, rows) = rest.split_once("---").unwrap();
        let name = format!("{at}.txt");
        // A file that ends without a line end says so by its title.
        let file = if title.contains("none at the end") { file.trim_end() } else { file };
        std::fs::write(folder.path().join(&name), plain(file)).unwrap();
        let mut wanted = json!({ "file": name, "aside": [] });
        for claim in claims.split(' ').fold(Vec::<String>::new(), joined) {
            let (key, value) = claim.split_once('=').unwrap();
            let value = plain(value);
            wanted[key] = match key {
                "columns" => value.split(';').collect::<Vec<_>>().into(),
                "types" => value.chars().map(String::from).collect::<Vec<_>>().into(),
                "aside" => value.split(',').map(|line| line.parse::<u64>().unwrap()).collect::<Vec<_>>().into(),
                "widths" => value.split(',').map(|width| width.parse::<u64>().unwrap()).collect::<Vec<_>>().into(),
                "preamble" => value.parse::<u64>().unwrap().into(),
                _ => value.into(),
            };
        }
        // Where a cell holds a semicolon, bars part the cells.
        let mark = if title.starts_with("quoted delimiters") { '|' } else { ';' };
        let row = |line: &str| plain(line).split(mark).map(cell).collect::<Vec<_>>();
        wanted["rows"] = rows.lines().filter(|line| !line.is_empty()).map(row).collect::<Vec<_>>().into();
        wrong.extend(differs(folder.path(), &wanted).map(|what| format!("{title}\n    {what}")));
    }
    assert!(wrong.is_empty(), "{} of {} layouts:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

// Names of columns may hold blanks: a piece without an equals sign belongs to the one before it.
fn joined(mut pieces: Vec<String>, piece: &str) -> Vec<String> {
    match pieces.last_mut() {
        Some(last) if !piece.contains('=') => last.push_str(&format!(" {piece}")),
        _ => pieces.push(piece.to_owned()),
    }
    pieces
}
