//! What an import found out, put into a dataset of a project: types, layout, and the files it was found on.
//!
//! The next file is then read the same way, and what differs is told.

use crate::source::{FileFact, Known, StoredColumn, TextFacts};
use serde_json::{Map, Value, json};

/// What is kept of an import.
pub struct Import<'a> {
    /// The columns with their types.
    pub columns: &'a [StoredColumn],
    /// The layout of text; none for other formats.
    pub text: Option<&'a TextFacts>,
    /// The files.
    pub files: &'a [FileFact],
    /// Their records.
    pub records: u64,
}

/// Puts the result of an import into a dataset. What a person said about the layout stays.
pub fn store(dataset: &mut Map<String, Value>, import: &Import<'_>) {
    let columns: Vec<_> =
        import.columns.iter().map(|column| json!({ "Name": column.name, "Type": column.kind })).collect();
    dataset.insert("Columns".into(), Value::Array(columns));
    if let Some(text) = import.text.filter(|text| !text.dialect.encoding.is_empty())
        && let Some(csv) = object(dataset, "FormatOptions").and_then(|options| object(options, "Csv"))
    {
        for (key, value) in layout(text) {
            csv.entry(key).or_insert(value);
        }
    }
    let files: Vec<_> = import
        .files
        .iter()
        .map(|file| json!({ "Path": file.path.to_string_lossy(), "Bytes": file.bytes, "Modified": file.modified }))
        .collect();
    dataset.insert("Fingerprint".into(), json!({ "Files": files, "Records": import.records }));
}

fn layout(text: &TextFacts) -> Vec<(&'static str, Value)> {
    let dialect = &text.dialect;
    let mut told = vec![("HeaderRow", json!(dialect.header))];
    if dialect.widths.is_empty() {
        told.push(("Delimiter", json!(dialect.delimiter.to_string())));
        told.push(("Quote", json!(dialect.quote.map(String::from))));
        if let Some(escape) = dialect.escape {
            told.push(("Escape", json!(escape.to_string())));
        }
    } else {
        told.push(("Widths", json!(dialect.widths)));
    }
    // Plain characters alone prove no encoding: the next file may hold others.
    if !dialect.encoding_reason.starts_with("only plain") {
        told.push(("Encoding", json!(dialect.encoding)));
    }
    told
}

// The object of a key; whatever else stands there gives way.
fn object<'a>(inside: &'a mut Map<String, Value>, key: &str) -> Option<&'a mut Map<String, Value>> {
    let entry = inside.entry(key).or_insert_with(|| Value::Object(Map::new()));
    if !entry.is_object() {
        *entry = Value::Object(Map::new());
    }
    entry.as_object_mut()
}

/// Reads the files on which the types of a dataset were decided.
pub(super) fn known(dataset: &Map<String, Value>) -> Option<Known> {
    let print = dataset.get("Fingerprint")?;
    let file = |file: &Value| {
        let text = |key: &str| file.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        FileFact {
            path: text("Path").into(),
            bytes: file.get("Bytes").and_then(Value::as_u64).unwrap_or_default(),
            modified: text("Modified"),
            ..FileFact::default()
        }
    };
    let files = print.get("Files").and_then(Value::as_array)?.iter().map(file).collect();
    Some(Known { files, records: print.get("Records").and_then(Value::as_u64) })
}
