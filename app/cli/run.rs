//! `brewhouse run`: the nightly run, which the window starts as well.

use super::arguments::{ProgressKind, RunArguments};
use super::input::{Loaded, reason};
use super::output::{print_json, report_problems, tell};
use super::{code_of, signals};
use brewhouse_engine::run::{
    Failure, Job, LEAST, Memory, Receipt, Rejects, WORTH, check, execute, fill_path, foretell, parse_bytes, parse_rows,
};
use brewhouse_engine::sink::{ColumnKey, Target};
use brewhouse_engine::values::grouped;
use brewhouse_engine::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Runs a recipe or project.
pub(super) fn run(arguments: &RunArguments) -> Result<ExitCode> {
    let loaded = Loaded::new(&arguments.input)?;
    let mut job = loaded.job(targets(arguments, &loaded)?, arguments.input.data.limit)?;
    job.rejects = Rejects { path: arguments.rejects.clone(), most: arguments.max_rejects };
    job.memory = memory(arguments)?;
    job.expect_rows = arguments.expect_rows.as_deref().map(parse_rows).transpose()?;
    let cancel = Arc::default();
    signals::watch(Arc::clone(&cancel))?;
    let (monitor, bar) = super::progress::monitor(arguments.progress, arguments.quiet, cancel);
    if arguments.dry_run {
        return dry_run(&job, &monitor, arguments);
    }
    let outcome = execute(&job, &monitor);
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let (receipt, failure) = match outcome {
        Ok(receipt) => (receipt, None),
        Err(failure) => {
            let Failure { error, problems, receipt } = *failure;
            (receipt, Some((error, problems)))
        }
    };
    if let Some(path) = &arguments.receipt {
        write_receipt(path, &receipt)?;
    }
    if let Some(path) = &arguments.log {
        append_log(path, &receipt)?;
    }
    match failure {
        None => {
            if !arguments.quiet && arguments.progress != ProgressKind::Json {
                summarize(&receipt, &job);
            }
            Ok(set_aside(&receipt, arguments))
        }
        Some((error, problems)) if problems.len() > 1 => {
            report_problems(&problems);
            Ok(ExitCode::from(code_of(&error)))
        }
        Some((error, _)) => Err(error),
    }
}

fn memory(arguments: &RunArguments) -> Result<Memory> {
    let budget = arguments.memory.as_deref().map(parse_bytes).transpose()?;
    if let Some(few) = budget.filter(|budget| *budget < LEAST) {
        let message = format!("a run cannot keep to {} MB of memory", few / 1_000_000);
        return Err(
            Error::new(ErrorKind::Parameter, message).advise(format!("give it {} MB or more", LEAST / 1_000_000 + 1))
        );
    }
    if let Some(folder) = arguments.temp_folder.as_deref().filter(|folder| !folder.is_dir()) {
        let message = format!("there is no folder {}", folder.display());
        return Err(Error::new(ErrorKind::Sink, message).advise("make it, or name another with --temp-folder"));
    }
    Ok(Memory { budget, folder: arguments.temp_folder.clone(), piece: None })
}

/// Tells of records that were set aside; nobody said that there may be any, so that the run is no plain success.
fn set_aside(receipt: &Receipt, arguments: &RunArguments) -> ExitCode {
    let Some(fact) = &receipt.set_aside else { return ExitCode::SUCCESS };
    let place = match &fact.path {
        Some(path) if fact.records == 1 => format!("it is in {}", path.display()),
        Some(path) => format!("they are in {}", path.display()),
        None => "name a file for them with --rejects".to_owned(),
    };
    let words = if fact.records == 1 { "record does not fit and was" } else { "records do not fit and were" };
    tell(&format!("warning: {} {words} set aside; {place}", grouped(fact.records)));
    if arguments.max_rejects.is_some() { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

/// The targets: what was typed goes before what the project says.
fn targets(arguments: &RunArguments, loaded: &Loaded) -> Result<Vec<Target>> {
    let fill = |text: &str| fill_path(text, &loaded.values, &loaded.env);
    let mut targets = loaded.project.outputs.clone();
    for target in &mut targets {
        let path = fill(&target.path.to_string_lossy())?;
        target.path = super::input::read_project(&arguments.input.recipe)?.1.join(path);
    }
    if let Some(output) = &arguments.output {
        let path = PathBuf::from(fill(output)?);
        let first = targets.into_iter().next().unwrap_or_else(|| blank(PathBuf::new()));
        // A typed path brings its own format, unless one is typed too.
        targets = vec![Target { path, format: None, ..first }];
    }
    if targets.is_empty() {
        return Err(
            Error::new(ErrorKind::Sink, "nobody said where the result goes").advise("name it with --output PATH")
        );
    }
    for target in &mut targets {
        target.format = arguments.format.clone().or(target.format.take());
        target.compression = arguments.compression.clone().or(target.compression.take());
        target.level = arguments.compression_level.or(target.level);
        target.max_rows_per_file = arguments.max_rows_per_file.or(target.max_rows_per_file);
        target.key_name = arguments.output_key.clone().or(target.key_name.take());
        if !arguments.output_column_key.is_empty() {
            let pairs = super::input::pairs(&arguments.output_column_key, "--output-column-key")?;
            target.column_keys = pairs.into_iter().map(|(column, name)| ColumnKey::new(column, name)).collect();
        }
        if let Some(text) = &arguments.output_delimiter {
            target.csv.delimiter = Some(super::reading::character(text, "--output-delimiter")?);
        }
        target.csv.quote_all |= arguments.quote_all;
        target.csv.byte_order_mark |= arguments.for_excel;
        target.csv.windows_lines |= arguments.for_excel;
        target.csv.guard_formulas |= arguments.guard_formulas;
        target.overwrite |= arguments.overwrite;
        // Nobody reads a hash that is not kept.
        target.digest = (arguments.receipt.is_some() || arguments.log.is_some()) && !arguments.no_digest;
        if !arguments.partition_by.is_empty() {
            target.partition_by.clone_from(&arguments.partition_by);
        }
    }
    Ok(targets)
}

fn blank(path: PathBuf) -> Target {
    Target { path, ..Target::default() }
}

fn dry_run(job: &Job, monitor: &brewhouse_engine::run::Monitor, arguments: &RunArguments) -> Result<ExitCode> {
    let checked = check(&job.recipe, Some(job), monitor)?;
    if !checked.ok {
        report_problems(&checked.problems);
        return Ok(ExitCode::from(2));
    }
    if arguments.quiet {
        return Ok(ExitCode::SUCCESS);
    }
    let steps = job.recipe.steps.iter().filter(|s| !s.disabled()).count();
    let targets: Vec<_> = job.targets.iter().map(|t| t.path.display().to_string()).collect();
    if let Some(estimate) = foretell(job, WORTH, monitor)? {
        tell(&estimate.sentence());
    }
    tell(&format!("would run {steps} steps and write {}; nothing was written", targets.join(", ")));
    print_json(&checked)
}

fn write_receipt(path: &Path, receipt: &Receipt) -> Result<()> {
    let text = serde_json::to_string_pretty(receipt)
        .map_err(|e| Error::new(ErrorKind::Internal, "the receipt cannot be written as JSON").caused_by(e))?;
    brewhouse_engine::sink::replace_file(path, (text + "\n").as_bytes())
}

fn append_log(path: &Path, receipt: &Receipt) -> Result<()> {
    use std::io::Write as _;
    let line = serde_json::to_string(receipt).unwrap_or_default() + "\n";
    let open = std::fs::OpenOptions::new().create(true).append(true).open(path);
    open.and_then(|mut file| file.write_all(line.as_bytes())).map_err(|e| {
        Error::new(ErrorKind::Sink, format!("the log {} cannot be written: {}", path.display(), reason(&e)))
            .caused_by(e)
    })
}

fn summarize(receipt: &Receipt, job: &Job) {
    for note in &receipt.notes {
        tell(&format!("note: {note}"));
    }
    for step in receipt.steps.iter().filter(|s| s.enabled) {
        let mut line = format!("{:>3}  {}", step.step, step.sentence);
        if step.rows_in != step.rows_out {
            line.push_str(&format!("  ({} → {} rows)", grouped(step.rows_in), grouped(step.rows_out)));
        }
        if let Some(failed) = step.failed.filter(|f| *f > 0) {
            line.push_str(&format!("  ({} cells did not fit and are missing now)", grouped(failed)));
        }
        tell(&line);
    }
    let files = receipt.outputs.len();
    let place = job.targets.first().map(|t| t.path.display().to_string()).unwrap_or_default();
    let word = if files == 1 { "file" } else { "files" };
    tell(&format!(
        "{} rows in, {} rows out, {files} {word} in {place}, {:.1} s",
        grouped(receipt.rows_in),
        grouped(receipt.rows_out),
        receipt.seconds
    ));
}
