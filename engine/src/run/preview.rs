//! Looking before running: the rows after a step, and every problem and column of a recipe without running it.

use super::collect::{LiveFacts, ShapeFacts, collect};
use super::execute::prepare;
use super::job::Job;
use super::monitor::Monitor;
use crate::error::{Error, ErrorKind, Problem, Result};
use crate::op::bind;
use crate::plan::compile;
use crate::recipe::Recipe;
use crate::source::{StoredColumn, columns_of};
use polars::prelude::DataFrame;
use serde::Serialize;

/// The first rows after a step.
pub struct Preview {
    /// The rows.
    pub frame: DataFrame,
    /// The step after which they were taken; 0 for the source.
    pub step: usize,
}

/// Computes the first `rows` rows after a step (the last one when none is named) with the plan and engine of a run.
pub fn preview(
    job: &Job,
    step: Option<usize>,
    rows: u32,
    monitor: &Monitor,
) -> std::result::Result<Preview, Vec<Problem>> {
    let place = |error: Error| {
        vec![Problem::from_error(error.step.unwrap_or(0), error.operation.as_deref().unwrap_or_default(), &error)]
    };
    let last = job.recipe.steps.len();
    let step = step.unwrap_or(last);
    if step > last {
        let message = format!("there is no step {step}");
        let error = Error::new(ErrorKind::Parameter, message).advise(format!("the recipe has {last} steps"));
        return Err(place(error));
    }
    let prepared = prepare(job, monitor).map_err(place)?;
    let base = match job.limit {
        Some(limit) => prepared.dataset.frame.clone().limit(u32::try_from(limit).unwrap_or(u32::MAX)),
        None => prepared.dataset.frame.clone(),
    };
    let steps = &job.recipe.steps[..step];
    let compiled = compile(steps, base, &prepared.env, &mut LiveFacts, None).map_err(place)?.into_plan()?;
    let frame = collect(compiled.frame.limit(rows)).map_err(place)?;
    Ok(Preview { frame, step })
}

/// What a check found; its JSON form is stable.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Checked {
    /// The version of this format.
    pub format_version: u32,
    /// Whether the recipe can be run.
    pub ok: bool,
    /// Every problem of every step.
    pub problems: Vec<Problem>,
    /// The columns after each step, as far as they are known.
    pub schema: Vec<StepSchema>,
    /// What the data decide of the columns of steps, as these can keep it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<FoundColumns>,
}

/// What the data decide of a step's columns.
#[derive(Debug, Serialize)]
pub struct FoundColumns {
    /// The step, counted from 1.
    pub step: usize,
    /// What the step keeps to make these columns in each run: its member `Columns`.
    pub columns: serde_json::Value,
}

/// The columns after a step.
#[derive(Debug, Serialize)]
pub struct StepSchema {
    /// The step, counted from 1; 0 is the source.
    pub step: usize,
    /// Its columns.
    pub columns: Vec<StoredColumn>,
}

/// Checks a recipe without any data: names, parameters and conditions only.
fn check_recipe(recipe: &Recipe) -> Checked {
    let steps = recipe.steps.iter().enumerate().filter(|(_, step)| !step.disabled());
    let problems: Vec<Problem> = steps.filter_map(|(at, step)| bind(step, at + 1).err()).flatten().collect();
    Checked { format_version: 1, ok: problems.is_empty(), problems, schema: Vec::new(), found: Vec::new() }
}

/// Checks a recipe; with a job, also against the columns of its datasets.
pub fn check(recipe: &Recipe, job: Option<&Job>, monitor: &Monitor) -> Result<Checked> {
    let Some(job) = job else { return Ok(check_recipe(recipe)) };
    let prepared = prepare(job, monitor)?;
    let base = prepared.dataset.frame.clone();
    let compiled = compile(&job.recipe.steps, base, &prepared.env, &mut ShapeFacts, None)?;
    let mut schema = vec![StepSchema { step: 0, columns: prepared.dataset.columns.clone() }];
    for step in &compiled.steps {
        if let Some(known) = &step.schema {
            schema.push(StepSchema { step: step.number, columns: columns_of(known) });
        }
    }
    let found =
        compiled.steps.iter().filter_map(|step| Some(FoundColumns { step: step.number, columns: step.found.clone()? }));
    let found = found.collect();
    Ok(Checked { format_version: 1, ok: compiled.problems.is_empty(), problems: compiled.problems, schema, found })
}
