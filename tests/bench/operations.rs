//! `cargo bench -- operations [ROWS] [NAME]`: every operation on many rows, the slowest first, with the memory it took.
//!
//! Each operation runs with its first example, in a process of its own, on the rows of that example over and over (10 million unless said).
//! They come in batches from memory and go nowhere, so what is measured is the operation. Processor time of the same rows without the step
//! is taken off; what is left, in rows per second of one core, is the speed. Memory is the most that the process held.

use brewhouse_engine::op::{self, Environment, Locality, Operation, bind, table};
use brewhouse_engine::plan::compile;
use brewhouse_engine::run::LiveFacts;
use polars::prelude::{
    DataFrame, Engine, FileWriteFormat, IntoLazy as _, IpcWriterOptions, LazyFrame, PlRefPath, SinkDestination,
    SinkTarget, UnifiedSinkArgs, UnionArgs, concat,
};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Rows that are in memory and passed again and again.
const BATCH: usize = 250_000;
/// The longest that one operation may take.
const PATIENCE: Duration = Duration::from_mins(5);

struct Line {
    name: &'static str,
    local: bool,
    /// Rows per second of one core, and bytes at most; or why there are none.
    outcome: Result<(f64, u64), String>,
}

/// Measures all operations, or those whose name contains a word.
pub(crate) fn bench(rows: usize, only: Option<&str>) -> String {
    let mut lines: Vec<Line> = op::all()
        .filter(|op| only.is_none_or(|only| op.name.contains(only)))
        .map(|op| Line { name: op.name, local: is_local(op), outcome: apart(op.name, rows) })
        // It takes a while: what is known is told at once.
        .inspect(|line| {
            std::io::stderr().write_all(line.text().as_bytes()).unwrap();
        })
        .collect();
    let speed = |line: &Line| line.outcome.as_ref().map_or(-1.0, |(speed, _)| *speed);
    lines.sort_by(|a, b| speed(a).total_cmp(&speed(b)));
    let mut report = format!("{rows} rows; million rows per second of one core, most memory\n");
    report.extend(lines.iter().map(Line::text));
    report
}

impl Line {
    fn text(&self) -> String {
        let place = if self.local { "row by row or figures" } else { "all rows" };
        match &self.outcome {
            Ok((speed, bytes)) => {
                format!("{:<44} {:>9.1} {:>7} MB  {place}\n", self.name, speed / 1e6, bytes / 1_000_000)
            }
            Err(why) => format!("{:<44} {why}\n", self.name),
        }
    }
}

/// Whether a step of the operation needs no other row, save for figures over all of them.
fn is_local(op: &Operation) -> bool {
    bind(&op.examples[0].step(op.name), 1).is_ok_and(|bound| (op.locality)(&bound.args) == Locality::Row)
}

fn apart(name: &str, rows: usize) -> Result<(f64, u64), String> {
    let program = std::env::current_exe().unwrap();
    let mut child = Command::new(program)
        .args(["operation", name, &rows.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let end = Instant::now() + PATIENCE;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > end {
            child.kill().unwrap();
            child.wait().unwrap();
            return Err(format!("took more than {} s", PATIENCE.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut figures = text.split_whitespace();
    let pair = figures.next().and_then(|a| a.parse().ok()).zip(figures.next().and_then(|b| b.parse().ok()));
    pair.ok_or_else(|| if text.is_empty() { "ended without an answer".into() } else { text.trim().to_owned() })
}

/// One operation, in a process of its own: prints speed and memory, or why not.
pub(crate) fn alone(name: &str, rows: usize) -> String {
    match measured(name, rows) {
        Ok((speed, bytes)) => format!("{speed} {bytes}"),
        Err(why) => format!("refused: {why}"),
    }
}

fn measured(name: &str, rows: usize) -> Result<(f64, u64), String> {
    let op = op::find(name).ok_or("no such operation")?;
    let example = &op.examples[0];
    let frame = repeated(&table::parse(example.before).map_err(|error| error.to_string())?, rows);
    let before = spent();
    drain(frame.clone())?;
    let copy = spent().saturating_sub(before);
    let step = example.step(op.name);
    let compiled = compile(std::slice::from_ref(&step), frame, &environment(), &mut LiveFacts, None);
    let compiled = compiled.map_err(|error| error.to_string())?;
    if let Some(problem) = compiled.problems.first() {
        return Err(problem.message.clone());
    }
    drain(compiled.frame)?;
    // Facts are asked while it is compiled, so both are counted.
    let cost = spent().saturating_sub(before).saturating_sub(copy * 2).max(Duration::from_millis(10));
    Ok((rows as f64 / cost.as_secs_f64(), most_memory()))
}

/// The rows of a table over and over.
fn repeated(table: &DataFrame, rows: usize) -> LazyFrame {
    let mut batch = table.clone();
    while batch.height() < BATCH.min(rows) {
        let twice = batch.clone();
        batch.vstack_mut(&twice).unwrap();
    }
    let mut batch = batch.slice(0, BATCH.min(rows));
    batch.rechunk_mut();
    let parts: Vec<LazyFrame> = (0..rows.div_ceil(BATCH)).map(|_| batch.clone().lazy()).collect();
    concat(parts, UnionArgs::default()).unwrap()
}

/// Computes every cell and keeps none.
fn drain(frame: LazyFrame) -> Result<(), String> {
    let nowhere = PlRefPath::try_from_path(Path::new("/dev/null")).map_err(|error| error.to_string())?;
    let destination = SinkDestination::File { target: SinkTarget::Path(nowhere) };
    let format = FileWriteFormat::Ipc(IpcWriterOptions::default());
    let sink = frame.sink(destination, format, UnifiedSinkArgs::default()).map_err(|error| error.to_string())?;
    sink.collect_with_engine(Engine::Streaming).map(|_| ()).map_err(|error| error.to_string())
}

fn environment() -> Environment {
    let mut env = Environment::at(chrono::Utc::now());
    env.secrets = Arc::new(|_| Some("a secret of the bench, thirty-two".to_owned()));
    let tables = [
        ("customers", "id:whole | name:text\n1 | Ada\n2 | Bo\n4 | Di"),
        ("more", "name:text | price:whole\nZoe | 9\n∅ | ∅"),
    ];
    for (name, text) in tables {
        env.datasets.insert(name.into(), table::parse(text).unwrap().lazy());
    }
    env
}

/// Processor time of this process.
fn spent() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let (seconds, nanos) = (u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap());
    Duration::new(seconds, nanos)
}

fn most_memory() -> u64 {
    brewhouse_engine::run::peak_memory().unwrap_or_default()
}
