//! What each fuzz target does with some bytes: whatever they are, there is an answer or an error, and what must hold holds.
//!
//! `tests/fuzz.rs` runs these over the corpora as an ordinary test; `cargo fuzz` runs them over whatever it thinks of.

use brewhouse_engine::op::{self, Environment, bind};
use brewhouse_engine::plan::{NoFacts, compile};
use brewhouse_engine::project::{Document, Project};
use brewhouse_engine::recipe::{Recipe, Step};
use brewhouse_engine::run::collect;
use brewhouse_engine::source::{self, Source};
use polars::prelude::{DataFrame, DataType, Field, IntoLazy as _, Schema, TimeUnit};
use serde_json::{Map, Value, json};
use std::sync::atomic::AtomicBool;

/// A target: its name, and what it does.
pub(crate) type Body = (&'static str, fn(&[u8]));

/// Every target.
pub(crate) const BODIES: &[Body] =
    &[("recipe", recipe), ("intake", intake), ("expression", expression), ("binding", binding)];

/// Recipes and projects: what is read is written, and read again the same.
pub(crate) fn recipe(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(recipe) = Recipe::parse(text) {
        let written = recipe.to_value().to_string();
        let again = Recipe::parse(&written).expect("what was written is a recipe");
        assert_eq!(again.to_value(), recipe.to_value(), "{text}");
        let bound = recipe.steps.iter().filter(|step| bind(step, 1).is_ok()).count();
        assert!(bound <= recipe.steps.len());
    }
    if let Ok(document) = Document::parse(text) {
        let written = document.to_value().to_string();
        let again = Document::parse(&written).expect("what was written is a project");
        assert_eq!(again.to_value(), document.to_value(), "{text}");
    }
    let _ = Project::parse(text);
}

/// Delimited text: every line is accounted for, and as many rows are read as records were counted.
pub(crate) fn intake(data: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("in.csv"), data).expect("a file");
    let source = Source { name: "in".into(), paths: vec!["in.csv".into()], ..Source::default() };
    let Ok(opened) = source::open(&source, folder.path(), &AtomicBool::new(false), &|_| ()) else { return };
    if let Some(text) = &opened.text {
        let lines = text.lines;
        assert_eq!(lines.physical, lines.accounted, "{data:?}");
        let sum = lines.before_data + lines.records + lines.set_aside + lines.left_out;
        assert_eq!(lines.accounted, sum, "{data:?}");
    }
    let rows = collect(opened.frame).unwrap_or_else(|error| panic!("{error}: {data:?}"));
    if !opened.columns.is_empty() {
        assert_eq!(Some(rows.height() as u64), opened.records, "{data:?}");
    }
    assert_eq!(rows.width(), opened.columns.len(), "{data:?}");
}

/// A table with a column of each kind, and no rows.
fn table() -> DataFrame {
    let at = DataType::Datetime(TimeUnit::Microseconds, None);
    let list = DataType::List(Box::new(DataType::String));
    let inner =
        DataType::Struct(vec![Field::new("x".into(), DataType::Int64), Field::new("y".into(), DataType::String)]);
    let columns = [
        ("a", DataType::String),
        ("b", DataType::Int64),
        ("c", DataType::Float64),
        ("d", DataType::Date),
        ("t", at),
        ("f", DataType::Boolean),
        ("l", list),
        ("s", inner),
        ("größe", DataType::String),
    ];
    let schema: Schema = columns.into_iter().map(|(name, dtype)| (name.into(), dtype)).collect();
    DataFrame::empty_with_schema(&schema)
}

// Compiles a step on the table: an answer or problems, never anything else; what was compiled has the columns that it tells.
fn compiled(operation: &str, parameters: Map<String, Value>) {
    let step = json!([{ "Action": { "Operation": operation, "Parameters": parameters } }]);
    let Ok(recipe) = Recipe::parse(&step.to_string()) else { return };
    let steps: &[Step] = &recipe.steps;
    let _ = op::sentence::text(&steps[0]);
    let env = Environment::at(chrono::DateTime::UNIX_EPOCH);
    let Ok(compiled) = compile(steps, table().lazy(), &env, &mut NoFacts, None) else { return };
    if let Some(schema) = compiled.schema.filter(|_| compiled.problems.is_empty()) {
        let mut frame = compiled.frame;
        let planned = frame.collect_schema().unwrap_or_else(|error| panic!("{error}: {step}"));
        assert_eq!(planned.len(), schema.len(), "{step}");
    }
}

/// Expressions of FORMULA over a table with columns of each kind.
pub(crate) fn expression(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut parameters = Map::new();
    parameters.insert("valueExpression".into(), text.into());
    parameters.insert("targetColumn".into(), "new".into());
    compiled("FORMULA", parameters);
}

/// Any operation with any texts as its parameters: the first byte chooses it, lines are the values in the order of the form.
pub(crate) fn binding(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let all: Vec<_> = op::all().collect();
    let chosen = all[usize::from(*first) % all.len()];
    let values = chosen.params.iter().zip(text.split('\n')).filter(|(_, value)| !value.is_empty());
    compiled(chosen.name, values.map(|(spec, value)| (spec.name.to_owned(), value.into())).collect());
}
