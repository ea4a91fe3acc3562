//! `brewhouse check`: every problem of every step, and the columns after each.

use super::arguments::CheckArguments;
use super::input::Loaded;
use super::output::{print, print_json, report_problems};
use brewhouse_engine::Result;
use brewhouse_engine::op::sentence;
use brewhouse_engine::run::{Checked, Monitor, check as check_job};
use std::fmt::Write as _;
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

fn last_columns(checked: &Checked) -> String {
    let Some(last) = checked.schema.last() else {
        return "no problem found; with --input the columns are checked too\n".into();
    };
    let columns: Vec<_> = last.columns.iter().map(|c| format!("{} ({})", c.name, c.kind)).collect();
    format!("no problem found; columns at the end: {}\n", columns.join(", "))
}
