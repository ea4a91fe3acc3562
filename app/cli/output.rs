//! Standard output and standard error: the only place that writes to them.

use brewhouse_engine::{Error, ErrorKind, Problem, Result};
use std::io::Write as _;
use std::process::ExitCode;

/// Prints a text to standard output; a reader that has gone away is success.
pub(super) fn print(text: &str) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(error) => Err(Error::new(ErrorKind::Sink, "standard output cannot be written").caused_by(error)),
    }
}

/// Prints a value as indented JSON.
pub(super) fn print_json(value: &impl serde::Serialize) -> Result<ExitCode> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|e| Error::new(ErrorKind::Internal, "the report cannot be written as JSON").caused_by(e))?;
    print(&(text + "\n"))
}

/// Writes a line to standard error. Names of files and columns are in it: what would command the terminal is taken out.
pub fn tell(line: &str) {
    let tame = |c: char| if c.is_control() && c != '\n' && c != '\t' { char::REPLACEMENT_CHARACTER } else { c };
    let line: String = line.chars().map(tame).collect();
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Tells an error in one line, with its causes when asked.
pub(super) fn report(error: &Error, verbose: bool) {
    tell(&format!("error: {error}"));
    if verbose {
        for cause in error.chain() {
            for line in cause.lines() {
                tell(&format!("  because: {line}"));
            }
        }
    }
}

/// Tells every problem of a recipe, a line each.
pub(super) fn report_problems(problems: &[Problem]) {
    for problem in problems {
        let mut line = String::from("error: ");
        if problem.step > 0 {
            line.push_str(&format!("step {} ({})", problem.step, problem.operation));
            if let Some(parameter) = &problem.parameter {
                line.push_str(&format!(", {parameter}"));
            }
            line.push_str(": ");
        }
        line.push_str(&problem.message);
        if let Some(advice) = &problem.advice {
            line.push_str("; ");
            line.push_str(advice);
        }
        tell(&line);
    }
}

/// Tells why nothing could be done; exit code 2.
pub fn complain(text: &str) -> ExitCode {
    tell(&format!("error: {text}"));
    ExitCode::from(2)
}
