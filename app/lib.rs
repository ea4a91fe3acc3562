//! Brewhouse: the program around the engine, as a library so that tests can drive it.
//!
//! `cli` speaks to the engine directly and runs headlessly; everything else is the window. The two meet only in [`start`], and as parent
//! and child process: the window's Run starts this same program with `run PROJECT --progress json` and reads its lines.

pub mod cli;

use std::ffi::OsString;
use std::process::ExitCode;

/// Starts the program with its arguments, the program's own name first; returns the exit code.
pub fn start(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match cli::parse(arguments) {
        Ok(cli::Start::Command(command, options)) => cli::dispatch(*command, options),
        Ok(cli::Start::Window(paths)) => window(paths),
        Err(code) => code,
    }
}

#[cfg(feature = "gui")]
fn window(_paths: Vec<std::path::PathBuf>) -> ExitCode {
    cli::complain("the window is not there yet; brewhouse --help lists the commands")
}

#[cfg(not(feature = "gui"))]
fn window(_paths: Vec<std::path::PathBuf>) -> ExitCode {
    cli::complain("this build has no window; brewhouse --help lists the commands")
}
