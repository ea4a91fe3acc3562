//! `brewhouse convert`: a recipe in another notation.

use super::arguments::{ConvertArguments, Notation};
use super::input::read_project;
use super::output::{print, tell};
use brewhouse_engine::Result;
use brewhouse_engine::op::export;
use brewhouse_engine::recipe::{self, write_value};
use serde_json::Value;
use std::process::ExitCode;

/// Prints a recipe in a notation; steps that DataBrew does not have are named on standard error.
pub(super) fn convert(arguments: &ConvertArguments) -> Result<ExitCode> {
    let recipe = read_project(&arguments.recipe)?.0.recipe;
    let text = match arguments.to {
        Notation::Json => recipe.write(recipe::Notation::Json)?,
        Notation::Yaml => recipe.write(recipe::Notation::Yaml)?,
        Notation::Databrew => {
            let exported = export::to_databrew(&recipe.steps);
            for note in &exported.notes {
                tell(&format!("note: {note}"));
            }
            if exported.steps.len() > 100 {
                tell(&format!("note: DataBrew takes at most 100 steps, this recipe has {}", exported.steps.len()));
            }
            write_value(&Value::Array(exported.steps), recipe::Notation::Json)?
        }
    };
    print(&text)
}
