//! Looking into a source: the verdict on every column with its exceptions, extremes and number of distinct values.
//!
//! The typing pass decides; what it does not need to decide is gathered here, in one reading of the rows it accepted.

use super::collect::guarded;
use super::distinct::Distinct;
use crate::error::Result;
use crate::source::{self, ColumnVerdict, Fault, FileFact, Opened, Source, TextFacts, bare, fits_kind, shape_of};
use crate::values::{cell_text, reads_as_missing};
use polars::prelude::{Column, DataFrame, DataType, Engine, LazyFrame, PlanCallback};
use serde::Serialize;
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The version of the report's format.
const VERSION: u32 = 1;
/// Exceptions that are listed one by one.
const LISTED: usize = 20;
/// Exceptions that are told apart at all.
const APART: usize = 10_000;
/// Text is shown up to here.
const SHOWN: usize = 60;

/// What a source is, on all its rows. Its JSON form is stable.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    /// The version of this format.
    pub format_version: u32,
    /// The files, in order.
    pub files: Vec<FileFact>,
    /// Rows.
    pub records: u64,
    /// Layout, lines and records set aside, of delimited text.
    #[serde(flatten)]
    pub text: Option<TextFacts>,
    /// Every column.
    pub columns: Vec<ColumnInspection>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// A word and how often it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WordCount {
    /// The word as it stands.
    pub word: String,
    /// How many cells hold it.
    pub count: u64,
}

/// What a column is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnInspection {
    /// Its name.
    pub name: String,
    /// The word of its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Cells with a value.
    pub values: u64,
    /// Cells without one.
    pub missing: u64,
    /// How the values are written, where that is not the usual way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// Values with blanks around them, which are read without the blanks.
    pub padded: u64,
    /// Fractions that end with zeros, which a number does not keep.
    pub zeros: u64,
    /// Why it stayed text although it looks like something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The type it looks like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looks_like: Option<String>,
    /// The share of values that can be written back from the type it has or looks like.
    pub round_trip: f64,
    /// Why values would not survive the type it looks like, with the first lines.
    pub faults: Vec<Fault>,
    /// The values that would not survive it, the commonest first.
    pub exceptions: Vec<WordCount>,
    /// Values that would not survive it beyond those listed.
    pub other_exceptions: u64,
    /// Words that may stand for a missing value.
    pub missing_words: Vec<WordCount>,
    /// Cells with blanks alone.
    pub blank: u64,
    /// The smallest value.
    pub minimum: Option<String>,
    /// The largest value.
    pub maximum: Option<String>,
    /// About how many different values there are.
    pub distinct: u64,
}

/// Reads all of a source and tells what it is.
pub fn inspect(source: &Source, base: &Path, cancel: &Arc<AtomicBool>, progress: &dyn Fn(u64)) -> Result<Inspection> {
    let opened = source::open(source, base, cancel, progress)?;
    let gathered = gather(&opened, cancel)?;
    let rows = gathered.rows;
    let columns = opened.columns.iter().enumerate().zip(gathered.columns).map(|((at, column), sight)| {
        let verdict = opened.verdict.get(at).cloned().unwrap_or_else(|| ColumnVerdict {
            name: column.name.clone(),
            kind: column.kind.clone(),
            values: rows - sight.missing,
            missing: sight.missing,
            fitting: rows - sight.missing,
            ..ColumnVerdict::default()
        });
        sight.report(verdict)
    });
    Ok(Inspection {
        format_version: VERSION,
        columns: columns.collect(),
        files: opened.files,
        records: opened.records.unwrap_or(rows),
        text: opened.text,
        notes: opened.notes,
    })
}

#[derive(Default)]
struct Gathered {
    rows: u64,
    columns: Vec<Sight>,
}

fn gather(opened: &Opened, cancel: &Arc<AtomicBool>) -> Result<Gathered> {
    let blank: Vec<_> = opened
        .schema
        .iter()
        .enumerate()
        .map(|(at, (_, dtype))| Sight {
            like: opened.verdict.get(at).and_then(|verdict| verdict.looks_like.clone()),
            nested: dtype.is_nested(),
            ..Sight::default()
        })
        .collect();
    let state = Arc::new(Mutex::new(Gathered { rows: 0, columns: blank }));
    let (shared, stop) = (Arc::clone(&state), Arc::clone(cancel));
    let each = move |batch: DataFrame| {
        let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
        state.rows += batch.height() as u64;
        for (sight, column) in state.columns.iter_mut().zip(batch.columns()) {
            sight.look(column)?;
        }
        Ok(stop.load(Ordering::Relaxed))
    };
    if !opened.columns.is_empty() {
        run(opened.frame.clone().sink_batches(PlanCallback::new(each), true, None)?)?;
    }
    if cancel.load(Ordering::Relaxed) {
        return Err(crate::Error::new(crate::ErrorKind::Cancelled, "cancelled while the source was read"));
    }
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *state))
}

fn run(frame: LazyFrame) -> Result<()> {
    guarded(move || frame.collect_with_engine(Engine::Streaming).map(|_| ()))
}

// What was seen of one column.
#[derive(Default)]
struct Sight {
    like: Option<String>,
    nested: bool,
    missing: u64,
    blank: u64,
    exceptions: HashMap<String, u64>,
    others: u64,
    words: HashMap<String, u64>,
    extremes: Option<(String, String)>,
    typed: Option<Column>,
    distinct: Distinct,
}

impl Sight {
    fn look(&mut self, column: &Column) -> polars::prelude::PolarsResult<()> {
        self.missing += column.null_count() as u64;
        if column.dtype() == &DataType::String {
            for text in column.str()?.iter().flatten() {
                self.distinct.add(text);
                self.text(text);
            }
            return Ok(());
        }
        if self.nested {
            return Ok(());
        }
        let series = column.as_materialized_series();
        let physical = series.to_physical_repr();
        match physical.dtype() {
            DataType::Float64 | DataType::Float32 => {
                physical.cast(&DataType::Float64)?.f64()?.iter().flatten().for_each(|n| self.distinct.add(n.to_bits()));
            }
            whole if whole.is_integer() => {
                physical.cast(&DataType::Int64)?.i64()?.iter().flatten().for_each(|n| self.distinct.add(n));
            }
            _ => series.cast(&DataType::String)?.str()?.iter().flatten().for_each(|n| self.distinct.add(n)),
        }
        self.widen(column)
    }

    // The extremes so far and those of this batch, as a column of at most two values.
    fn widen(&mut self, column: &Column) -> polars::prelude::PolarsResult<()> {
        let mut all = column.drop_nulls();
        if let Some(before) = &self.typed {
            all.append(before)?;
        }
        if all.is_empty() {
            return Ok(());
        }
        let (low, high) = (all.min_reduce()?, all.max_reduce()?);
        let mut both = low.into_column(column.name().clone());
        both.append(&high.into_column(column.name().clone()))?;
        self.typed = Some(both);
        Ok(())
    }

    fn text(&mut self, text: &str) {
        match &mut self.extremes {
            None => self.extremes = Some((text.to_owned(), text.to_owned())),
            Some((low, high)) => {
                if text < low.as_str() {
                    text.clone_into(low);
                } else if text > high.as_str() {
                    text.clone_into(high);
                }
            }
        }
        if text.trim().is_empty() {
            self.blank += u64::from(!text.is_empty());
        } else if text.len() <= 8 && reads_as_missing(text) {
            count(&mut self.words, text);
        }
        let fits = |kind: &String| !text.trim().is_empty() && !fits_kind(kind, shape_of(bare(text.as_bytes())));
        if self.like.as_ref().is_some_and(fits) && !count(&mut self.exceptions, text) {
            self.others += 1;
        }
    }

    fn report(self, verdict: ColumnVerdict) -> ColumnInspection {
        let typed = self.typed.as_ref().map(|both| {
            let cell = |at: usize| both.get(at).ok().and_then(|value| cell_text(&value)).unwrap_or_default();
            (cell(0), cell(1))
        });
        let (minimum, maximum) = typed.or(self.extremes).map(|(low, high)| (shown(&low), shown(&high))).unzip();
        let exceptions = ranked(self.exceptions);
        let others: u64 = exceptions.iter().skip(LISTED).map(|word| word.count).sum();
        #[allow(clippy::cast_precision_loss, reason = "a share")]
        let share = |part: u64, whole: u64| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        ColumnInspection {
            round_trip: if verdict.looks_like.is_some() { share(verdict.fitting, verdict.values) } else { 1.0 },
            name: verdict.name,
            kind: verdict.kind,
            values: verdict.values,
            missing: verdict.missing,
            written: verdict.written,
            padded: verdict.padded,
            zeros: verdict.zeros,
            reason: verdict.reason,
            looks_like: verdict.looks_like,
            faults: verdict.faults,
            exceptions: exceptions.into_iter().take(LISTED).collect(),
            other_exceptions: others + self.others,
            missing_words: ranked(self.words),
            blank: self.blank,
            minimum,
            maximum,
            distinct: self.distinct.estimate(verdict.values),
        }
    }
}

// Counts a word; false when there are too many different ones.
fn count(words: &mut HashMap<String, u64>, text: &str) -> bool {
    if let Some(count) = words.get_mut(text) {
        *count += 1;
        return true;
    }
    let room = words.len() < APART;
    if room {
        words.insert(text.to_owned(), 1);
    }
    room
}

fn ranked(words: HashMap<String, u64>) -> Vec<WordCount> {
    let mut words: Vec<_> = words.into_iter().map(|(word, count)| WordCount { word: shown(&word), count }).collect();
    words.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.word.cmp(&b.word)));
    words
}

fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
