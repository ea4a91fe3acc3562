//! `brewhouse check`: every problem of every step, and the columns after each.

use super::arguments::CheckArguments;
use super::input::Loaded;
use super::output::{print, print_json, report_problems};
use brewhouse_engine::Result;
use brewhouse_engine::op::sentence;
use brewhouse_engine::project::{Document, Project};
use brewhouse_engine::recipe::{Notation, Recipe, write_value};
use brewhouse_engine::run::{Checked, Monitor, check as check_job};
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

/// Checks a recipe or project; exit code 2 when it cannot be run.
pub(super) fn check(arguments: &CheckArguments) -> Result<ExitCode> {
    let loaded = Loaded::new(&arguments.input)?;
    let recipe = &loaded.project.recipe;
    let job =
        loaded.project.dataset.is_some().then(|| loaded.job(Vec::new(), arguments.input.data.limit)).transpose()?;
    let checked = check_job(recipe, job.as_ref(), &Monitor::silent())?;
    let code = if checked.ok { ExitCode::SUCCESS } else { ExitCode::from(2) };
    if arguments.json {
        print_json(&checked)?;
        return Ok(code);
    }
    report_problems(&checked.problems);
    if arguments.keep_columns {
        if checked.ok {
            print(&with_columns(loaded.project.recipe, &arguments.input.recipe, &checked)?)?;
        }
        return Ok(code);
    }
    let mut text = String::new();
    for (at, step) in recipe.steps.iter().enumerate() {
        let off = if step.disabled() { " (switched off)" } else { "" };
        let _ = writeln!(text, "{:>3}  {}{off}", at + 1, sentence::text(step));
    }
    if checked.ok {
        let _ = write!(text, "{}", last_columns(&checked));
    }
    print(&text)?;
    Ok(code)
}

/// The recipe or project with the columns that the data decide kept in its steps.
fn with_columns(mut recipe: Recipe, path: &Path, checked: &Checked) -> Result<String> {
    for found in &checked.found {
        if let Some(step) = recipe.steps.get_mut(found.step - 1) {
            step.set_kept(Some(found.columns.clone()));
        }
    }
    let text = std::fs::read_to_string(path).unwrap_or_default();
    if !Project::is_project_text(&text) {
        return recipe.write(Notation::Json);
    }
    let mut document = Document::parse(&text)?;
    document.recipe = recipe;
    write_value(&document.to_value(), Notation::Json)
}

fn last_columns(checked: &Checked) -> String {
    let Some(last) = checked.schema.last() else {
        return "no problem found; with --input the columns are checked too\n".into();
    };
    let columns: Vec<_> = last.columns.iter().map(|c| format!("{} ({})", c.name, c.kind)).collect();
    format!("no problem found; columns at the end: {}\n", columns.join(", "))
}
