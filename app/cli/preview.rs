//! `brewhouse preview`: the first rows after a step.

use super::arguments::PreviewArguments;
use super::input::Loaded;
use super::output::{print, print_json, report_problems};
use brewhouse_engine::Result;
use brewhouse_engine::op::table;
use brewhouse_engine::run::{Monitor, preview as preview_job};
use brewhouse_engine::types::word_of_dtype;
use brewhouse_engine::values::cell_json;
use polars::prelude::DataFrame;
use serde_json::{Map, Value, json};
use std::process::ExitCode;

/// Shows the first rows after a step.
pub(super) fn preview(arguments: &PreviewArguments) -> Result<ExitCode> {
    let loaded = Loaded::new(&arguments.input)?;
    let job = loaded.job(Vec::new(), arguments.input.data.limit)?;
    let preview = match preview_job(&job, arguments.step, arguments.rows, &Monitor::silent()) {
        Ok(preview) => preview,
        Err(problems) => {
            report_problems(&problems);
            return Ok(ExitCode::from(2));
        }
    };
    if !arguments.json {
        return print(&table::write(&preview.frame));
    }
    let schema = preview.frame.schema();
    let columns: Vec<Value> =
        schema.iter().map(|(name, dtype)| json!({ "name": name.as_str(), "type": word_of_dtype(dtype) })).collect();
    print_json(&json!({
        "formatVersion": 1, "step": preview.step, "columns": columns, "rows": rows(&preview.frame),
    }))
}

fn rows(frame: &DataFrame) -> Vec<Value> {
    let row = |at: usize| {
        let cell = |c: &polars::prelude::Column| {
            let value = c.get(at).map_or(Value::Null, |value| cell_json(&value));
            (c.name().to_string(), value)
        };
        Value::Object(frame.columns().iter().map(cell).collect::<Map<_, _>>())
    };
    (0..frame.height()).map(row).collect()
}
