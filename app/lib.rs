//! Brewhouse: the program around the engine, as a library so that tests can drive it.
//!
//! `cli` speaks to the engine directly and runs headlessly; everything else is the window. The two meet only in [`start`], and as parent
//! and child process: the window's Run starts this same program with `run PROJECT --progress json` and reads its lines.
//!
//! In the window a view draws from `model` and `scratch` and yields an `action::Action`; `update` is the only writer; `worker` does all
//! that takes time, on named threads, and answers with events that `window` takes in before it draws. A widget knows no model, a view
//! starts no work, and only `theme` names a colour.
//!
//! What is looked at is not what the recipe does. The model's `lens` (filters and an order of the view) names rows of the table at the
//! cursor; the worker keeps row numbers, never a copy, and sends blocks of cells for what is on screen, also of a draft, with those that do
//! not fit their column, found by the very test that counts them over all rows. How columns
//! stand, what is chosen and where the grid is scrolled to live in `scratch`. Only `Action::KeepView` and a value written otherwise in a
//! facet turn a look into steps. Two points of the recipe side by side (`model::compare`) are such a look too: of rows it keeps which stayed,
//! never a copy; where a step makes other rows of them, it says so.

pub mod cache;
pub mod cli;
pub mod secrets;

#[cfg(target_os = "linux")]
mod cut;
mod panics;

#[cfg(feature = "gui")]
pub mod action;
#[cfg(feature = "gui")]
pub mod ahead;
#[cfg(feature = "gui")]
pub mod boxes;
#[cfg(feature = "gui")]
pub mod command;
#[cfg(feature = "gui")]
pub mod fonts;
#[cfg(feature = "gui")]
pub mod model;
#[cfg(feature = "gui")]
pub mod scratch;
#[cfg(feature = "gui")]
pub mod theme;
#[cfg(feature = "gui")]
pub mod times;
#[cfg(feature = "gui")]
pub mod update;
#[cfg(feature = "gui")]
pub mod view;
#[cfg(feature = "gui")]
pub mod widget;
#[cfg(feature = "gui")]
pub mod window;
#[cfg(feature = "gui")]
pub mod worker;

use std::ffi::OsString;
use std::process::ExitCode;

/// Starts the program with its arguments, the program's own name first; returns the exit code.
pub fn start(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    #[cfg(target_os = "linux")]
    cut::survive();
    panics::guarded(|| match cli::parse(arguments) {
        Ok(cli::Start::Command(command, options)) => cli::dispatch(*command, options),
        Ok(cli::Start::Window(paths)) => window(paths),
        Err(code) => code,
    })
}

#[cfg(feature = "gui")]
fn window(paths: Vec<std::path::PathBuf>) -> ExitCode {
    match window::run(paths) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => cli::complain(&message),
    }
}

#[cfg(not(feature = "gui"))]
fn window(_paths: Vec<std::path::PathBuf>) -> ExitCode {
    cli::complain("this build has no window; brewhouse --help lists the commands")
}
