//! A run: this same program as a child process, whose progress lines and receipt are read.

use super::event::Event;
use super::{Jobs, Slot, Ticket};
use crate::model::Project;
use crate::model::run::{Ended, Progress};
use brewhouse_engine::run::Estimate;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// The child process of a run.
#[derive(Debug, Default)]
pub struct Running {
    child: Option<Child>,
    /// Whether it is asked to stop.
    stop: bool,
}

/// Starts a run of a project; it moves on and ends by events.
pub fn start(jobs: &Jobs, project: Arc<Project>) {
    *jobs.running.lock().unwrap_or_else(PoisonError::into_inner) = Running::default();
    let running = Arc::clone(&jobs.running);
    let program = jobs.program.clone();
    jobs.start(Slot::Run, move |ticket| {
        let output = project.output.path.clone();
        let ended = run(&project, program, &running, ticket).unwrap_or_else(|message| Ended {
            ok: false,
            cancelled: false,
            message,
            receipt: None,
            output,
        });
        Some(Event::Ended(Box::new(ended)))
    });
}

/// Asks a run to stop; the child cleans up after itself.
pub fn cancel(jobs: &Jobs) {
    let mut running = jobs.running.lock().unwrap_or_else(PoisonError::into_inner);
    // A child that is not there yet is stopped as soon as it is.
    running.stop = true;
    if let Some(child) = running.child.as_mut() {
        ask_to_stop(child);
    }
}

/// Asks the child to clean up and go, where the system can ask; elsewhere ends it.
#[cfg(unix)]
fn ask_to_stop(child: &mut Child) {
    let id = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    let asked = id.is_some_and(|id| rustix::process::kill_process(id, rustix::process::Signal::TERM).is_ok());
    if !asked {
        let _ = child.kill();
    }
}

/// Ends the child; its half-written files are no output yet.
#[cfg(not(unix))]
fn ask_to_stop(child: &mut Child) {
    let _ = child.kill();
}

fn run(
    project: &Project,
    program: Option<PathBuf>,
    running: &Mutex<Running>,
    ticket: &Ticket,
) -> Result<Ended, String> {
    let words = |what: &'static str| move |error: std::io::Error| format!("{what}: {error}");
    let folder = tempfile::Builder::new().prefix("brewhouse-run-").tempdir();
    let folder = folder.map_err(words("no folder for the run could be made"))?;
    let file = folder.path().join("run.brewhouse.json");
    let receipt = folder.path().join("receipt.json");
    super::store::write_whole(&file, &format!("{:#}\n", project.to_value(None))).map_err(words("the project"))?;
    let program = program.map_or_else(std::env::current_exe, Ok).map_err(words("this program cannot be found"))?;
    let mut child =
        command(&program, project, &file, &receipt).spawn().map_err(words("the run could not be started"))?;
    let stderr = child.stderr.take();
    {
        let mut running = running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.stop {
            ask_to_stop(&mut child);
        }
        running.child = Some(child);
    }
    let start = Instant::now();
    let mut said = Vec::new();
    let mut expected = None;
    for line in stderr.into_iter().flat_map(|stderr| BufReader::new(stderr).lines()).map_while(Result::ok) {
        match serde_json::from_str::<Value>(&line) {
            Ok(value) if value.get("rows").is_some() => {
                let told = value.get("estimate").and_then(|told| serde_json::from_value::<Estimate>(told.clone()).ok());
                expected = told.map(|estimate| estimate.sentence()).or(expected);
                ticket.send(Event::Progress(Progress { expected: expected.clone(), ..progress(&value, start) }));
            }
            _ => said.push(line),
        }
    }
    let child = running.lock().unwrap_or_else(PoisonError::into_inner).child.take();
    let status = child.map(|mut child| child.wait()).transpose().map_err(words("the run was lost"))?;
    let code = status.and_then(|status| status.code());
    let text = std::fs::read_to_string(&receipt).ok();
    Ok(Ended {
        ok: code == Some(0),
        cancelled: !matches!(code, Some(0..=2)),
        message: said.last().cloned().unwrap_or_default(),
        receipt: text.and_then(|text| serde_json::from_str(&text).ok()),
        output: project.output.path.clone(),
    })
}

fn command(program: &Path, project: &Project, file: &Path, receipt: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("run").arg(file).args(["--progress", "json", "--receipt"]).arg(receipt);
    command.arg("--output").arg(&project.output.path);
    command.arg("--format").arg(project.output.format.to_lowercase());
    command.arg("--compression").arg(project.output.compression.to_lowercase());
    if !project.output.partition.is_empty() {
        command.arg("--partition-by").arg(project.output.partition.join(","));
    }
    if project.output.overwrite {
        command.arg("--overwrite");
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

#[allow(clippy::cast_possible_truncation, reason = "a share of a bar")]
fn progress(value: &Value, start: Instant) -> Progress {
    let number = |name: &str| value.get(name).and_then(Value::as_f64);
    let whole = |name: &str| value.get(name).and_then(Value::as_u64).unwrap_or_default();
    Progress {
        rows: whole("rows"),
        bytes: whole("bytes"),
        share: number("share").map(|share| share as f32),
        rate: number("rowsPerSecond").unwrap_or_default(),
        seconds: start.elapsed().as_secs_f64(),
        expected: None,
    }
}
