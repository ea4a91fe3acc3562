//! Every operation of DataBrew's reference, with the parameters of its own example, as recipes hold them: it binds, and it runs.
//!
//! `tests/records/examples.json` holds operation and parameters, and a small table where one made up of the parameters' columns does
//! not do. Two names of the reference ask a session and are no steps of a recipe: GET_ACTION_RESULT and GET_STEP_DATAFRAME.

use crate::operations::{environment_run, read_table};
use brewhouse_engine::op::param::Use;
use brewhouse_engine::op::{self, Bound, bind};
use brewhouse_engine::recipe::{Recipe, Step};
use brewhouse_engine::types::TypeClass;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Operations that are not there yet; a name that comes must leave this list.
const NOT_YET: &[&str] = &[
    "JSON_TO_STRUCTS",
    "EXTRACT_VALUE",
    "NEST_TO_ARRAY",
    "NEST_TO_MAP",
    "NEST_TO_STRUCT",
    "UNNEST_ARRAY",
    "UNNEST_MAP",
    "UNNEST_STRUCT",
    "UNNEST_STRUCT_N",
];

struct Record {
    step: Step,
    table: Option<String>,
}

fn records() -> Vec<Record> {
    let text = std::fs::read_to_string(crate::root().join("tests/records/examples.json")).unwrap();
    let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
    let read = |entry: &Value| {
        let mut step = json!({ "Action": { "Operation": entry["operation"], "Parameters": entry["parameters"] } });
        if let Some(conditions) = entry.get("conditions") {
            step["ConditionExpressions"] = conditions.clone();
        }
        let recipe = Recipe::parse(&Value::Array(vec![step]).to_string()).unwrap();
        Record { step: recipe.steps[0].clone(), table: entry["table"].as_str().map(str::to_owned) }
    };
    entries.iter().map(read).collect()
}

/// The records whose operations are there.
fn known() -> impl Iterator<Item = Record> {
    records().into_iter().filter(|record| !NOT_YET.contains(&record.step.operation()))
}

#[test]
fn all_names_of_the_reference_are_known() {
    let names: BTreeSet<String> = records().iter().map(|record| record.step.operation().to_owned()).collect();
    assert_eq!(names.len(), 214, "the reference has 216 names, of which two are no steps");
    let missing: Vec<_> = names.iter().filter(|name| op::find(name).is_none()).map(String::as_str).collect();
    let mut expected = NOT_YET.to_vec();
    expected.sort_unstable();
    assert_eq!(missing, expected);
}

#[test]
fn every_record_binds() {
    let mut failures = Vec::new();
    for record in known() {
        if let Err(problems) = bind(&record.step, 1) {
            let texts = problems.iter().map(|p| format!("{:?} {} ({:?})", p.parameter, p.message, p.advice));
            failures.push(format!("{}: {}", record.step.operation(), texts.collect::<Vec<_>>().join("; ")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A table of the columns that a step reads, each of the first kind that its parameter takes: a value, another, and a missing one.
fn made_up(bound: &Bound) -> String {
    let mut columns: BTreeMap<String, TypeClass> = BTreeMap::new();
    for (spec, text) in bound.args.given() {
        let class = spec.accepts.first().copied().unwrap_or(TypeClass::Text);
        spec.visit_columns(text, &mut |name, used| {
            if used == Use::Reads && spec.reads_columns() {
                columns.entry(name.clone()).or_insert(class);
            }
        });
    }
    if columns.is_empty() {
        return "id:whole\n1\n2\n∅".into();
    }
    let cells = |class: TypeClass| match class {
        TypeClass::Text => ["text", "ab <c> //d/ 12 km", "zy"],
        TypeClass::Whole => ["whole", "3", "-4"],
        TypeClass::Decimal => ["double", "3.5", "-4"],
        TypeClass::Money => ["money", "3.5", "-4"],
        TypeClass::Boolean => ["boolean", "true", "false"],
        TypeClass::Date => ["date", "2024-02-29", "1969-12-31"],
        TypeClass::DateTime => ["timestamp", "2024-02-29 23:59:58", "1969-12-31 00:00:00"],
        other => panic!("no cells of {other:?}"),
    };
    let head: Vec<_> = columns.iter().map(|(name, class)| format!("{name}:{}", cells(*class)[0])).collect();
    let row = |at: usize| columns.values().map(|class| cells(*class)[at]).collect::<Vec<_>>().join(" | ");
    let missing = vec!["∅"; columns.len()].join(" | ");
    format!("{}\n{}\n{}\n{missing}", head.join(" | "), row(1), row(2))
}

#[test]
fn every_record_runs() {
    let mut failures = Vec::new();
    for record in known() {
        let Ok(bound) = bind(&record.step, 1) else { continue };
        let name = bound.op.name;
        let text = record.table.unwrap_or_else(|| made_up(&bound));
        let before = read_table(&text);
        match environment_run(&record.step, &before) {
            Err(error) => failures.push(format!("{name}: {error}\n{text}")),
            Ok(after) => {
                let law = (bound.op.rows)(&bound.args);
                if !law.holds(before.height() as u64, after.height() as u64) {
                    failures.push(format!("{name}: {} rows in, {} out", before.height(), after.height()));
                }
                let target = bound.args.text("targetColumn").filter(|_| bound.op.apply_keeps_rows());
                if target.is_some_and(|target| after.column(target).is_err()) {
                    failures.push(format!("{name}: no column {target:?}"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
