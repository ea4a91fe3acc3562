//! `brewhouse profile`: figures of every column, as a table, a report or JSON.

use super::arguments::{ProfileArguments, ProgressKind};
use super::input::{Loaded, read_project};
use super::output::{print, print_json, report_problems, tell};
use super::signals;
use brewhouse_engine::profile::{
    ColumnProfile, Counted, Kind, Profiled, Settings, Told, databrew, profile_job, report,
};
use brewhouse_engine::project::Project;
use brewhouse_engine::types::TypeClass;
use brewhouse_engine::values::{float_text, grouped};
use brewhouse_engine::{Error, ErrorKind, Problem, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Profiles a dataset, after the steps of a recipe or project where there is one.
pub(super) fn profile(arguments: &ProfileArguments) -> Result<ExitCode> {
    let started = (Instant::now(), chrono::Utc::now());
    let form = arguments.output.as_deref().map(|path| form_of(path, arguments.overwrite)).transpose()?;
    let settings = settings(arguments)?;
    let loaded = load(arguments)?;
    let job = loaded.job(Vec::new(), arguments.data.limit)?;
    let cancel: Arc<AtomicBool> = Arc::default();
    signals::watch(Arc::clone(&cancel))?;
    let (monitor, bar) = super::progress::monitor(arguments.progress, arguments.quiet, Arc::clone(&cancel));
    let outcome = profile_job(&job, &side_folder(arguments), &settings, &monitor);
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let profiled = match outcome {
        Ok(profiled) => profiled,
        Err(_) if cancel.load(Ordering::Relaxed) => return Err(Error::new(ErrorKind::Cancelled, "cancelled")),
        Err(problems) => return Ok(fail(&problems)),
    };
    let written = chrono::Utc::now();
    let told = Told {
        job_name: profiled.dataset.clone(),
        run_id: format!("brewhouse-{}", started.1.format("%Y%m%dT%H%M%S%3fZ")),
        location: arguments.output.as_deref().map(|path| path.display().to_string()).unwrap_or_default(),
        started: started.1.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        written: written.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    };
    let as_json = || databrew(&profiled.profile, &told);
    if let (Some(path), Some(form)) = (&arguments.output, form) {
        let text = match form {
            Form::Json => {
                let text = serde_json::to_string_pretty(&as_json());
                text.map_err(|e| Error::new(ErrorKind::Internal, "the profile cannot be written as JSON").caused_by(e))?
                    + "\n"
            }
            Form::Html => report(&profiled, &title(arguments), &written.format("%-d %B %Y, %H:%M UTC").to_string()),
        };
        brewhouse_engine::sink::replace_file(path, text.as_bytes())?;
    }
    if arguments.json {
        return print_json(&as_json());
    }
    if arguments.output.is_none() {
        return print(&table(&profiled));
    }
    if !arguments.quiet && arguments.progress != ProgressKind::Json {
        tell(&summary(&profiled, arguments.output.as_deref(), started.0.elapsed().as_secs_f64()));
    }
    Ok(ExitCode::SUCCESS)
}

fn fail(problems: &[Problem]) -> ExitCode {
    report_problems(problems);
    ExitCode::from(2)
}

fn load(arguments: &ProfileArguments) -> Result<Loaded> {
    let project = match arguments.input.as_slice() {
        [one] if one.ends_with(".json") => {
            std::fs::read_to_string(one).ok().filter(|text| Project::is_project_text(text)).map(|_| PathBuf::from(one))
        }
        _ => None,
    };
    match (project, &arguments.recipe) {
        (Some(project), None) => Loaded::with(read_project(&project)?, &[], &arguments.data),
        (Some(_), Some(_)) => Err(Error::new(ErrorKind::Parameter, "a project has its own recipe")
            .advise("leave --recipe out, or name a data file")),
        (None, Some(recipe)) => Loaded::with(read_project(recipe)?, &arguments.input, &arguments.data),
        (None, None) => Loaded::with((Project::default(), PathBuf::from(".")), &arguments.input, &arguments.data),
    }
}

fn settings(arguments: &ProfileArguments) -> Result<Settings> {
    let correlated = match arguments.correlate.as_str() {
        all if all.eq_ignore_ascii_case("all") => None,
        number => Some(number.parse().map_err(|_| {
            Error::new(ErrorKind::Parameter, format!("“{number}” after --correlate is no number"))
                .advise("write a number of columns, or all")
        })?),
    };
    Ok(Settings { correlated, columns: arguments.columns.clone(), ..Settings::default() })
}

/// What a file is written as.
#[derive(Clone, Copy)]
enum Form {
    Json,
    Html,
}

fn form_of(path: &Path, overwrite: bool) -> Result<Form> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let form = match ending.as_str() {
        "json" => Form::Json,
        "html" | "htm" => Form::Html,
        _ => {
            let message = format!("the name {} does not tell what to write", path.display());
            return Err(Error::new(ErrorKind::Sink, message).advise("end it with .json or .html"));
        }
    };
    if path.exists() && !overwrite {
        let message = format!("{} is there already", path.display());
        return Err(Error::new(ErrorKind::Sink, message).advise("replace it with --overwrite"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(Error::new(ErrorKind::Sink, format!("there is no folder {}", folder.display())));
    }
    Ok(form)
}

/// Temporary files stand beside the output, where there is one, or in the system's folder for them.
fn side_folder(arguments: &ProfileArguments) -> PathBuf {
    let beside = arguments.output.as_deref().and_then(Path::parent).map(Path::to_path_buf);
    match beside {
        Some(folder) if folder.as_os_str().is_empty() => PathBuf::from("."),
        Some(folder) => folder,
        None => std::env::temp_dir(),
    }
}

fn title(arguments: &ProfileArguments) -> String {
    let names = arguments.input.iter().map(|input| match Path::new(input).file_name() {
        Some(name) if input != "-" => name.to_string_lossy().into_owned(),
        _ => "Standard input".into(),
    });
    names.collect::<Vec<_>>().join(", ")
}

fn summary(profiled: &Profiled, output: Option<&Path>, seconds: f64) -> String {
    let profile = &profiled.profile;
    let place = output.map(|path| format!(", written to {}", path.display())).unwrap_or_default();
    format!(
        "{}, {}, {}{place}, {seconds:.1} s",
        counted(profile.rows, "row"),
        counted(profile.columns.len() as u64, "column"),
        counted(profile.duplicate_rows, "duplicate row")
    )
}

fn counted(count: u64, word: &str) -> String {
    format!("{} {word}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A table of the columns for a terminal.
fn table(profiled: &Profiled) -> String {
    let heads = ["column", "type", "missing", "mismatched", "different", "smallest", "mean", "largest", "most common"];
    let mut rows: Vec<[String; 9]> = vec![heads.map(str::to_owned)];
    rows.extend(profiled.profile.columns.iter().map(row));
    let mut widths = [0; 9];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
            let room = " ".repeat(width - cell.chars().count());
            let right = matches!(at, 2..=4 | 6);
            line.push_str(&if right { format!("{room}{cell}  ") } else { format!("{cell}{room}  ") });
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let profile = &profiled.profile;
    text.push_str(&format!(
        "\n{}, {}; figures are exact, on all rows\n",
        counted(profile.rows, "row"),
        counted(profile.duplicate_rows, "duplicate row")
    ));
    text
}

fn row(column: &ColumnProfile) -> [String; 9] {
    let tally = &column.tally;
    let summary = tally.summary.as_ref().filter(|_| column.kind == Kind::Number);
    let (low, high) = match &tally.text_ends {
        Some((low, high)) => (low.clone(), high.clone()),
        None => (first(&tally.lowest), first(&tally.highest)),
    };
    let known = column.kind != Kind::List && column.kind.is_counted();
    [
        short(&column.name, 32),
        TypeClass::of(&column.dtype).words().to_owned(),
        grouped(tally.missing()),
        grouped(tally.mismatched()),
        if known { grouped(tally.distinct) } else { String::new() },
        short(&low, 20),
        summary.map(|s| float_text((s.mean * 1e4).round() / 1e4)).unwrap_or_default(),
        short(&high, 20),
        if known { short(&first(&tally.common), 24) } else { String::new() },
    ]
}

fn first(values: &[Counted]) -> String {
    values.first().map(|counted| shown(&counted.value)).unwrap_or_default()
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A text on one line, cut where it is too long.
fn short(text: &str, most: usize) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.chars().count() <= most { line } else { line.chars().take(most - 1).chain(['…']).collect() }
}
