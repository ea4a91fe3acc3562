//! What a run will probably take, from a run of its first rows: rows, time, memory, output. Held against what it took in the receipt.
//!
//! Processor time of the first rows counts, not the clock, so that other work on the machine matters little. What is the same for few rows
//! and for many (other tables, the start of threads) is told from what grows with them by trying a part of them before.
//! How many rows remain where repeated ones fall away follows from how many did among the first: of `n` rows drawn from `d` kinds,
//! `d (1 - exp(-n / d))` kinds are seen.

use super::collect::collect;
use super::execute::{Prepared, prepare};
use super::job::Job;
use super::memory::anonymous;
use super::monitor::Monitor;
use crate::error::Result;
use crate::op::{Locality, RowLaw};
use crate::plan::{Compiled, FactsSource, Find, Taps, compile};
use crate::sink::{self, Target, Temporary};
use crate::source;
use crate::values::grouped;
use polars::prelude::{DataFrame, DataType, Engine, IntoLazy as _, LazyFrame, Schema};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::Read as _;
use std::path::Path;

/// Inputs of fewer bytes are run as soon as they are estimated.
pub const WORTH: u64 = 64 << 20;
/// Of the first rows, one in so many is tried.
const SHARE: u64 = 100;
/// About so many bytes of them at most, and not fewer rows than these: lines may be as long as memory.
const TRIED: u64 = 256 << 20;
const FEWEST: u32 = 1_000;
/// How much of the processors a run keeps busy, on average.
const BUSY: f64 = 0.85;
/// Of the rows that are tried, one in so many is tried alone before.
const PART: u32 = 4;
/// What a run holds beside rows that wait: the program, and what is read just now.
const PASSING: f64 = 30e6;
/// So many rows are on their way into a packed file.
const WRITING: f64 = 700e3;
/// The most that it holds for each further file that is written to at once.
const PASSING_PART: f64 = 100e6;

/// What is held of each row that is told apart from others: its digest, its place, and room to grow.
const DIGEST: f64 = 44.0;

/// How the names of folders begin that hold what the first rows yield.
pub(super) const PREFIX: &str = ".brewhouse-estimate-";

/// The most that is read ahead of a packed file, unpacked.
const AHEAD: f64 = 450e6;

/// What a run will probably take.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// Rows read.
    pub rows_in: u64,
    /// Rows written.
    pub rows_out: u64,
    /// Seconds, from now to the end.
    pub seconds: f64,
    /// The most memory that lies in no file, in bytes.
    pub memory_bytes: u64,
    /// Bytes written.
    pub output_bytes: u64,
    /// How many rows were tried for it.
    pub tried_rows: u64,
    /// The memory that it would take if no rows were worked on in files.
    #[serde(skip)]
    pub at_once_bytes: u64,
}

impl Estimate {
    /// In a line.
    pub fn sentence(&self) -> String {
        #[allow(clippy::cast_precision_loss, reason = "a size for reading")]
        let size = |bytes: u64| match bytes {
            0..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
            1_000_000..1_000_000_000 => format!("{} MB", bytes.div_ceil(1_000_000)),
            _ => format!("{:.1} GB", bytes as f64 / 1e9),
        };
        format!(
            "expected: {} rows in, {} rows out, about {:.0} s, {} of memory, {} written",
            grouped(self.rows_in),
            grouped(self.rows_out),
            self.seconds.max(1.0),
            size(self.memory_bytes),
            size(self.output_bytes)
        )
    }
}

/// What a run of a job would probably take; none where its input has fewer bytes than are worth it.
pub fn foretell(job: &Job, worth: u64, monitor: &Monitor) -> Result<Option<Estimate>> {
    let prepared = prepare(job, monitor)?;
    Ok(estimate(job, &prepared, worth, job.memory.bytes()))
}

/// Counts the queries for figures, each of which reads the source again.
#[derive(Default)]
struct Counted(u32);

impl FactsSource for Counted {
    fn facts(&mut self, _: usize, find: Find<'_>) -> Result<Option<DataFrame>> {
        find(&mut |query| {
            self.0 += 1;
            collect(query)
        })
        .map(Some)
    }
}

/// Estimates a run that is worth it; none where it is small, or where its first rows say nothing.
pub(super) fn estimate(job: &Job, prepared: &Prepared, worth: u64, budget: Option<u64>) -> Option<Estimate> {
    let bytes = source::total_bytes(&job.dataset, &job.base);
    // Rows of packed formats are more than their bytes let one think.
    if (bytes < worth && prepared.dataset.records.unwrap_or_default() < worth / 64)
        || job.limit.is_some()
        || job.memory.piece.is_some()
    {
        return None;
    }
    let rows = prepared.dataset.records.or_else(|| counted_by_lines(prepared, bytes))?;
    try_rows(job, prepared, rows, budget).ok().flatten()
}

/// About how many records there are in text of which only the first lines are looked at.
fn counted_by_lines(prepared: &Prepared, bytes: u64) -> Option<u64> {
    let mut head = Vec::new();
    let first = std::fs::File::open(&prepared.dataset.files.first()?.path).ok()?;
    first.take(1 << 20).read_to_end(&mut head).ok()?;
    // Packed text has few line ends.
    let lines = memchr::memchr_iter(b'\n', &head).count() as u64;
    (lines > 100).then(|| bytes.saturating_mul(lines) / head.len() as u64)
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate of amounts that are not negative"
)]
fn try_rows(job: &Job, prepared: &Prepared, rows: u64, budget: Option<u64>) -> Result<Option<Estimate>> {
    let each = source::total_bytes(&job.dataset, &job.base) / rows.max(1);
    let tried = (rows / SHARE).clamp(20_000, 200_000).min(TRIED / each.max(1));
    let tried = u32::try_from(tried).unwrap_or(u32::MAX);
    let Some(target) = job.targets.first().filter(|_| u64::from(tried) <= rows && tried >= FEWEST) else {
        return Ok(None);
    };
    let read = |count: u32| -> Result<(DataFrame, f64)> {
        let began = processor_seconds();
        let rows = collect(prepared.dataset.frame.clone().limit(count))?;
        Ok((rows, processor_seconds() - began))
    };
    let part = tried / PART;
    let (few, read_few) = read(part)?;
    let (first, read_all) = read(tried)?;
    if first.height() < tried as usize {
        return Ok(None);
    }
    let held = anonymous().unwrap_or_default() as f64;
    let Some(before) = Trial::of(job, prepared, target, few)? else { return Ok(None) };
    let Some(Trial { compiled, taps, facts, written, work }) = Trial::of(job, prepared, target, first.clone())? else {
        return Ok(None);
    };
    let Some(schema) = &compiled.schema else { return Ok(None) };
    let rows_after = rows_after(&compiled, &taps, rows as f64, f64::from(tried));
    let rows_out = rows_after.last().copied().unwrap_or(rows as f64);
    let tried_out = taps.step_counts().last().map_or(f64::from(tried), |(_, count)| count.get() as f64);
    let processors = std::thread::available_parallelism().map_or(1.0, |count| count.get() as f64);
    let digests = if target.digest { source::total_bytes(&job.dataset, &job.base) as f64 / 1.2e9 } else { 0.0 };
    let at = |few: f64, all: f64| foretold((f64::from(part), few), (f64::from(tried), all), rows as f64);
    let passes = f64::from(1 + facts);
    let seconds = (at(read_few, read_all) * passes + at(before.work, work) + digests) / (processors * BUSY);
    let waiting = waiting(job, &compiled, &first, prepared, rows as f64, &rows_after);
    let is_text = target.format().is_ok_and(|format| matches!(format.name, "CSV" | "JSON" | "JSON_ARRAY" | "XML"));
    let writing = if is_text { 0.0 } else { rows_out.min(WRITING) * width(schema, &widths(&first)) };
    let parts = if target.partition_by.is_empty() { 0 } else { written.files.saturating_sub(1).min(8) };
    let each = (rows_out / (parts + 1) as f64 * width(schema, &widths(&first)) * 0.8).min(PASSING_PART);
    let packed = !source::is_text(&job.dataset, &job.base);
    let ahead = if packed { (source::total_bytes(&job.dataset, &job.base) as f64 * 1.5).min(AHEAD) } else { 0.0 };
    let memory = held + PASSING + writing + ahead + each * parts as f64 + waiting;
    let at_once_bytes = memory as u64;
    let memory = budget
        .map(|budget| budget as f64)
        .filter(|budget| memory > budget / 2.0)
        .map_or(memory, |budget| budget * 0.65);
    Ok(Some(Estimate {
        rows_in: rows,
        rows_out: rows_out.round() as u64,
        seconds,
        memory_bytes: memory as u64,
        output_bytes: (written.bytes as f64 * rows_out / tried_out.max(1.0)) as u64,
        tried_rows: u64::from(tried),
        at_once_bytes,
    }))
}

/// What it took to run a recipe on some rows.
struct Trial {
    compiled: Compiled,
    taps: Taps,
    /// Queries for figures.
    facts: u32,
    written: Bulk,
    /// Seconds of processor time.
    work: f64,
}

impl Trial {
    fn of(job: &Job, prepared: &Prepared, target: &Target, rows: DataFrame) -> Result<Option<Self>> {
        let began = processor_seconds();
        let mut facts = Counted::default();
        let mut taps = Taps::new(std::sync::Arc::default());
        let compiled = compile(&job.recipe.steps, rows.lazy(), &prepared.env, &mut facts, Some(&mut taps))?;
        let (Some(schema), true) = (&compiled.schema, compiled.problems.is_empty()) else { return Ok(None) };
        let written = write_somewhere(&job.work_folder(), target, compiled.frame.clone(), schema)?;
        Ok(Some(Self { compiled, taps, facts: facts.0, written, work: processor_seconds() - began }))
    }
}

/// What all rows take, of what a part of them and some more took: rows and seconds of each.
fn foretold(few: (f64, f64), some: (f64, f64), all: f64) -> f64 {
    let each = ((some.1 - few.1) / (some.0 - few.0)).max(some.1 / some.0 / 4.0);
    some.1 + each * (all - some.0)
}

struct Bulk {
    files: u64,
    bytes: u64,
}

/// Writes rows as the target would have them, into a folder that goes at once.
fn write_somewhere(folder: &Path, target: &Target, frame: LazyFrame, schema: &Schema) -> Result<Bulk> {
    let place = Temporary::private_folder(folder, PREFIX).map_err(polars::error::PolarsError::from)?;
    let path = place.path().join(target.path.file_name().unwrap_or("out".as_ref()));
    let format = Some(target.format()?.name.to_lowercase());
    let target = Target { path, format, key_name: None, column_keys: Vec::new(), ..target.clone() };
    let staging = sink::prepare(&target, &[], schema)?;
    let frame = staging.attach(frame)?;
    super::collect::guarded(move || frame.collect_with_engine(Engine::Streaming).map(|_| ()))?;
    Ok(bulk(staging.temporary()))
}

fn bulk(path: &Path) -> Bulk {
    if !path.is_dir() {
        return Bulk { files: 1, bytes: std::fs::metadata(path).map_or(0, |data| data.len()) };
    }
    let inside = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| bulk(&entry.path()));
    inside.fold(Bulk { files: 0, bytes: 0 }, |sum, one| Bulk {
        files: sum.files + one.files,
        bytes: sum.bytes + one.bytes,
    })
}

/// About how many rows there are after each step.
#[allow(clippy::cast_precision_loss, reason = "an estimate")]
fn rows_after(compiled: &Compiled, taps: &Taps, rows: f64, tried: f64) -> Vec<f64> {
    let (mut rows, mut tried) = (rows, tried);
    let mut after = Vec::new();
    for step in &compiled.steps {
        if let Some((_, count)) = taps.step_counts().iter().find(|(number, _)| *number == step.number) {
            let out = count.get() as f64;
            let falls_away = step.locality != Locality::Row && step.rows != RowLaw::More && out < tried;
            rows = if falls_away { kinds_among(rows, tried, out) } else { rows * out / tried.max(1.0) };
            tried = out;
        }
        after.push(rows);
    }
    after
}

/// How many kinds are seen among so many rows, when so many were seen among those that were tried.
fn kinds_among(rows: f64, tried: f64, seen: f64) -> f64 {
    let seen_of = |kinds: f64, rows: f64| kinds * -(-rows / kinds).exp_m1();
    let (mut low, mut high) = (seen.max(1.0), 1e15);
    for _ in 0..100 {
        let middle = (low * high).sqrt();
        if seen_of(middle, tried) < seen { low = middle } else { high = middle }
    }
    seen_of(low, rows).min(rows)
}

/// Bytes of rows that wait in memory at once, at most: what the step that holds the most holds.
fn waiting(
    job: &Job,
    compiled: &Compiled,
    first: &DataFrame,
    prepared: &Prepared,
    rows: f64,
    rows_after: &[f64],
) -> f64 {
    let widths = widths(first);
    let mut before = (rows, first.schema().as_ref().clone());
    let mut most = 0.0_f64;
    for (step, rows_out) in compiled.steps.iter().zip(rows_after) {
        let Some(schema) = &step.schema else { break };
        let (rows_in, width_in, width_out) = (before.0, width(&before.1, &widths), width(schema, &widths));
        if step.enabled && step.locality != Locality::Row {
            most = most.max(match step.operation.as_str() {
                "SORT" => rows_in * (width_in * 2.0 + 24.0),
                // The keys are looked for in the sorted rows, whose groups are looked for then.
                "KEEP_FIRST_BY" | "KEEP_LAST_BY" => rows_in * (width_in * 4.0 + 24.0),
                "GROUP_BY" => rows_out * (width_out + 40.0) * 3.0 + rows_in * held_by_groups(job, step.number),
                "DELETE_DUPLICATE_ROWS" | "FLAG_DUPLICATE_ROWS" => rows_out * DIGEST,
                "JOIN" => other_rows(prepared) * (width(schema, &widths) + 40.0),
                _ if step.rows == RowLaw::Fewer => rows_out * (width_out * 2.0 + 40.0),
                _ => rows_in * width_in * 2.0,
            });
        }
        before = (*rows_out, schema.as_ref().clone());
    }
    most
}

/// Bytes of each row that groups hold for what needs all of their values at once.
fn held_by_groups(job: &Job, number: usize) -> f64 {
    let asked = number.checked_sub(1).and_then(|at| job.recipe.steps.get(at)).map(|step| format!("{step:?}"));
    let needs_all = ["MEDIAN", "MODE", "COUNT_DISTINCT", "LIST", "PERCENTILE"];
    if asked.is_some_and(|asked| needs_all.iter().any(|name| asked.contains(name))) { 48.0 } else { 0.0 }
}

#[allow(clippy::cast_precision_loss, reason = "an estimate")]
fn other_rows(prepared: &Prepared) -> f64 {
    prepared.others.iter().map(|(_, opened)| opened.records.unwrap_or(1_000_000) as f64).sum()
}

/// Bytes of a value of each column in memory.
#[allow(clippy::cast_precision_loss, reason = "an estimate")]
fn widths(rows: &DataFrame) -> HashMap<String, f64> {
    let each = |column: &polars::prelude::Column| {
        let long: usize = match column.str() {
            Ok(text) => text.downcast_iter().map(|chunk| chunk.total_buffer_len()).sum::<usize>() + 16 * text.len(),
            Err(_) => column.as_materialized_series().estimated_size(),
        };
        (column.name().to_string(), long as f64 / column.len().max(1) as f64)
    };
    rows.columns().iter().map(each).collect()
}

fn width(schema: &Schema, widths: &HashMap<String, f64>) -> f64 {
    let usual = |dtype: &DataType| if dtype.is_nested() || *dtype == DataType::String { 24.0 } else { 8.0 };
    schema.iter().map(|(name, dtype)| widths.get(name.as_str()).copied().unwrap_or_else(|| usual(dtype))).sum()
}

/// Seconds that all processors worked for this process.
#[cfg(unix)]
#[allow(clippy::cast_precision_loss, reason = "seconds")]
fn processor_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Seconds by the clock, where the system does not tell more.
#[cfg(not(unix))]
fn processor_seconds() -> f64 {
    use std::time::Instant;
    static BEGAN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    BEGAN.elapsed().as_secs_f64()
}
