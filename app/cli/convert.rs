//! `brewhouse convert`: a recipe in another notation.

use super::arguments::{ConvertArguments, Notation};
use super::input::read_project;
use super::output::{print, tell};
use brewhouse_engine::Result;
use brewhouse_engine::op::find;
use brewhouse_engine::recipe::{self, write_value};
use std::process::ExitCode;

/// Prints a recipe in a notation; steps that DataBrew does not have are named on standard error.
pub(super) fn convert(arguments: &ConvertArguments) -> Result<ExitCode> {
    let recipe = read_project(&arguments.recipe)?.0.recipe;
    let text = match arguments.to {
        Notation::Json => recipe.write(recipe::Notation::Json)?,
        Notation::Yaml => recipe.write(recipe::Notation::Yaml)?,
        Notation::Databrew => {
            for (at, step) in recipe.steps.iter().enumerate() {
                if step.disabled() {
                    tell(&format!("note: step {} is switched off and was left out", at + 1));
                } else if find(step.operation()).is_none() {
                    tell(&format!(
                        "note: step {} ({}) is unknown here; it was passed on as it is",
                        at + 1,
                        step.operation()
                    ));
                }
            }
            if recipe.steps.len() > 100 {
                tell(&format!("note: DataBrew takes at most 100 steps, this recipe has {}", recipe.steps.len()));
            }
            write_value(&recipe.to_databrew(), recipe::Notation::Json)?
        }
    };
    print(&text)
}
