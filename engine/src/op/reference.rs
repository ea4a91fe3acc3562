//! The reference of operations, from the table: as text, Markdown, JSON, and as JSON Schema of recipe files.

use super::condition::TESTS;
use super::{Example, Kind, Operation, ParamSpec, all};
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

/// One operation as plain text.
pub fn text(op: &Operation) -> String {
    let mut text = format!("{} — {}\n\n{}\n", op.name, op.title, op.summary);
    if !op.params.is_empty() {
        text.push_str("\nParameters\n");
    }
    for spec in op.params {
        let need = if spec.required { "required" } else { "optional" };
        let default = spec.default.map(|d| format!(", {d} when left out")).unwrap_or_default();
        let _ = writeln!(text, "  {} ({need} {}{default}): {}", spec.name, spec.kind.word(), spec.help);
        for choice in spec.choices {
            let _ = writeln!(text, "      {}: {}", choice.value, choice.label);
        }
    }
    for example in op.examples {
        let _ = write!(text, "\n{}\n{}\n", example.title, step_text(op, example));
        let _ = write!(
            text,
            "{}\nbecomes\n\n{}",
            example.before.trim_end().to_owned() + "\n",
            example.after.trim_end().to_owned() + "\n"
        );
    }
    text
}

/// One operation as Markdown.
pub fn markdown(op: &Operation) -> String {
    let mut text = format!("## {}\n\n*{}: {}.* {}\n", op.name, op.family.title(), op.title, op.summary);
    if !op.params.is_empty() {
        text.push_str("\n| parameter | kind | | meaning |\n|---|---|---|---|\n");
    }
    for spec in op.params {
        let need = if spec.required { "required" } else { "optional" };
        let mut help = spec.help.to_owned();
        if !spec.choices.is_empty() {
            let values: Vec<_> = spec.choices.iter().map(|c| format!("`{}`", c.value)).collect();
            let _ = write!(help, " One of {}.", values.join(", "));
        }
        if let Some(default) = spec.default {
            let _ = write!(help, " `{default}` when left out.");
        }
        let _ = writeln!(text, "| `{}` | {} | {need} | {} |", spec.name, spec.kind.word(), help.replace('|', "\\|"));
    }
    for example in op.examples {
        let (before, after) = (example.before.trim_end(), example.after.trim_end());
        let _ = write!(
            text,
            "\n{}:\n\n```json\n{}\n```\n\n```text\n{before}\n```\n\nbecomes\n\n```text\n{after}\n```\n",
            example.title,
            step_text(op, example)
        );
    }
    text
}

fn step_text(op: &Operation, example: &Example) -> String {
    example.step(op.name).to_databrew().to_string()
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
    let rows = (op.rows)(&super::Args::default()).word();
    json!({
        "name": op.name, "title": op.title, "summary": op.summary, "family": op.family.title(),
        "parameters": op.params.iter().map(|spec| param_json(spec)).collect::<Vec<_>>(),
        "rows": rows, "examples": examples,
    })
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
