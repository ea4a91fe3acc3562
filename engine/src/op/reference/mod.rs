//! The reference of operations, from the table: as text, Markdown, JSON, and as JSON Schema of recipe files.

mod page;
mod sheet;
mod terminal;

pub use page::{markdown, page};
pub use terminal::{Look, text};

use super::condition::TESTS;
use super::{Args, Conditions, Export, Kind, Locality, Operation, ParamSpec, RowLaw, all};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A line for each operation.
pub fn list(operations: &[&Operation]) -> String {
    let width = operations.iter().map(|op| op.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for op in operations {
        let _ = writeln!(text, "{:width$}  {:<10}  {}", op.name, op.family.title(), op.title);
    }
    text
}

/// One operation as JSON, in the form of `operations --json`.
pub fn json(op: &Operation) -> Value {
    let examples: Vec<Value> = op
        .examples
        .iter()
        .map(|e| {
            json!({ "title": e.title, "step": e.step(op.name).to_databrew(), "before": e.before, "after": e.after })
        })
        .collect();
    let rows = (op.rows)(&Args::default()).word();
    json!({
        "name": op.name, "aliases": op.aliases, "title": op.title, "summary": op.summary, "family": op.family.title(),
        "sees": sees(op), "conditions": stance(op), "inDataBrew": matches!(op.databrew, Export::Same),
        "parameters": op.params.iter().map(|spec| param_json(spec)).collect::<Vec<_>>(),
        "rows": rows, "examples": examples,
    })
}

/// What an operation must see, in words.
fn sees(op: &Operation) -> &'static str {
    match (op.locality)(&Args::default()) {
        Locality::Row if op.facts.is_some() => "each row, and figures over all",
        Locality::Row => "each row alone",
        Locality::Ordered => "rows in their order",
        Locality::Whole => "all rows",
    }
}

/// What it does to the number of rows, in words.
fn rows(op: &Operation) -> &'static str {
    match (op.rows)(&Args::default()) {
        RowLaw::Same => "as many rows",
        RowLaw::Fewer => "as many rows or fewer",
        RowLaw::More => "as many rows or more",
        RowLaw::Any => "any number of rows",
    }
}

/// What conditions on it mean, in words.
const fn stance(op: &Operation) -> &'static str {
    match op.conditions {
        Conditions::Mask => "conditions choose the rows that change",
        Conditions::Payload => "conditions choose the cells that are replaced",
        Conditions::Required => "needs conditions",
        Conditions::Refused => "takes no conditions",
    }
}

/// How DataBrew is told, in words; nothing where it has the operation.
const fn elsewhere(op: &Operation) -> Option<&'static str> {
    match op.databrew {
        Export::Same => None,
        Export::Never => Some("not in DataBrew"),
        Export::As(_) => Some("exported to DataBrew in its own words"),
    }
}

fn param_json(spec: &ParamSpec) -> Value {
    let values: Vec<_> = spec.choices.iter().map(|c| c.value).collect();
    json!({
        "name": spec.name, "label": spec.label, "kind": spec.kind.word(), "required": spec.required,
        "default": spec.default, "values": if values.is_empty() { Value::Null } else { json!(values) },
        "help": spec.help,
    })
}

/// JSON Schema (2020-12) of recipe files.
pub fn json_schema() -> Value {
    let names: Vec<_> = all().map(|op| op.name).collect();
    let rules: Vec<Value> = all().map(operation_schema).collect();
    let tests: Vec<_> = TESTS.iter().map(|t| t.name).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Brewhouse recipe",
        "description": "A list of steps, as AWS Glue DataBrew reads and writes it",
        "type": "array",
        "items": {
            "type": "object",
            "required": ["Action"],
            "properties": {
                "Action": {
                    "type": "object",
                    "required": ["Operation"],
                    "properties": {
                        "Operation": { "type": "string", "examples": names },
                        "Parameters": { "type": "object", "additionalProperties": { "type": "string" } },
                    },
                    "allOf": rules,
                },
                "ConditionExpressions": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["Condition", "TargetColumn"],
                        "properties": {
                            "Condition": { "enum": tests },
                            "Value": { "type": "string" },
                            "TargetColumn": { "type": "string" },
                            "Connective": { "enum": ["AND", "OR"] },
                        },
                    },
                },
                "Note": { "type": "string" },
                "Disabled": { "type": "boolean" },
                "Columns": { "type": "object", "description": "What the data decided of the step's columns, kept for later runs" },
            },
        },
    })
}

fn operation_schema(op: &Operation) -> Value {
    let required: Vec<_> = op.params.iter().filter(|p| p.required && p.aliases.is_empty()).map(|p| p.name).collect();
    let properties: serde_json::Map<String, Value> = op
        .params
        .iter()
        .map(|spec| {
            let mut schema = json!({ "type": "string", "description": spec.help });
            if spec.kind == Kind::Choice {
                let values: Vec<_> =
                    spec.choices.iter().flat_map(|c| std::iter::once(&c.value).chain(c.aliases)).collect();
                schema["enum"] = json!(values);
            }
            (spec.name.to_owned(), schema)
        })
        .collect();
    json!({
        "if": { "properties": { "Operation": { "const": op.name } } },
        "then": { "properties": { "Parameters": { "required": required, "properties": properties } } },
    })
}
