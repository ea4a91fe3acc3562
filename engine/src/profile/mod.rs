//! The profile of a table: figures of every column, of its rows, and between its columns, exact on all rows.
//!
//! [`STATISTICS`] is the table of what is told, a literal each. All of it follows from one thing: the different values of a column with
//! their counts, which one hash group-by of the streaming engine yields for many columns at once. So a figure does not depend on the order
//! of rows or threads, and a column of few values costs little however many figures are taken. Columns with very many different values are
//! counted in parts of bounded size ([`Settings::most_values`]). A report and `DataBrew`'s profile file are walks over the table.

mod bins;
mod databrew;
mod job;
mod kind;
mod numbers;
mod parts;
mod report;
mod rows;
mod statistic;
mod tally;
mod text;
mod threads;

pub use bins::{Bin, Grid};
pub(crate) use databrew::moment;
pub use databrew::{Told, databrew};
pub use job::{Profiled, profile_job};
pub use kind::Kind;
pub use numbers::{Outlier, Summary};
pub use report::report;
pub use rows::Correlations;
pub use statistic::{Figure, Named, Open, STATISTICS, Statistic, TABLE_STATISTICS, TableStatistic, statistic};
pub use tally::{Counted, Tally};
pub use text::pattern_of;
pub(crate) use text::{CUT, RUN};

use crate::error::Result;
use crate::named::{col, field_named};
use crate::plan::stoppable;
use crate::run::{Monitor, Progress, collect, unless_cancelled};
use kind::counted_cells;
use numbers::float;
use parts::{MOST_VALUES, Parts, Size, count_together};
use polars::prelude::{DataFrame, DataType, Expr, LazyFrame, Schema, len, lit};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use tally::Taking;

/// What can be chosen; the defaults are `DataBrew`'s.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How many of the most frequent values are told.
    pub common: usize,
    /// How many of the smallest and of the largest values are told.
    pub extremes: usize,
    /// How many of the farthest values are told.
    pub outliers: usize,
    /// Standard deviations from the mean beyond which a value is an outlier.
    pub threshold: f64,
    /// Standard deviations beyond which it is a mild one.
    pub mild_threshold: Option<f64>,
    /// Ranges of a distribution.
    pub bins: u32,
    /// Columns of numbers that are correlated; all when none is named.
    pub correlated: Option<usize>,
    /// The columns that are profiled; all when none is named. Duplicate rows are always those of the whole table.
    pub columns: Vec<String>,
    /// How many different values are held in memory at once; a column with more is counted in parts.
    pub most_values: u64,
    /// Only what a header card shows: no patterns, no distances from the mean or the median.
    pub brief: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            common: 50,
            extremes: 5,
            outliers: 50,
            threshold: 3.0,
            mild_threshold: None,
            bins: 20,
            correlated: Some(10),
            columns: Vec::new(),
            most_values: MOST_VALUES,
            brief: false,
        }
    }
}

/// The profile of a column.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// Its type.
    pub dtype: DataType,
    /// What can be asked of it.
    pub kind: Kind,
    /// What was counted.
    pub tally: Tally,
}

impl ColumnProfile {
    /// Whether its values tell all rows apart, one missing value or empty text among them.
    fn is_key(&self) -> bool {
        let alone = |cells: u64| u64::from(cells == 1);
        let tally = &self.tally;
        let counted = self.kind.is_counted() && self.kind != Kind::List;
        counted && tally.unique + alone(tally.null) + alone(tally.empty) == tally.rows
    }

    /// Its figures, statistic by statistic, in the order of the table.
    pub fn figures(&self, settings: &Settings) -> Vec<(&'static Statistic, Vec<Named>)> {
        let fitting = STATISTICS.iter().filter(|statistic| statistic.kinds.contains(&self.kind));
        fitting.map(|statistic| (statistic, (statistic.figures)(&self.tally, settings))).collect()
    }
}

/// The profile of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Its rows.
    pub rows: u64,
    /// Rows that equal an earlier row in all columns.
    pub duplicate_rows: u64,
    /// Its columns.
    pub columns: Vec<ColumnProfile>,
    /// How columns of numbers go together.
    pub correlations: Correlations,
    /// What was chosen.
    pub settings: Settings,
}

/// Whether to go on.
#[derive(Clone)]
pub(crate) struct Watch(Arc<AtomicBool>);

impl Watch {
    pub(crate) fn new(cancel: Arc<AtomicBool>) -> Self {
        Self(cancel)
    }

    /// The outcome of a query, unless it was cancelled.
    pub(crate) fn outcome<T>(&self, outcome: Result<T>) -> Result<T> {
        unless_cancelled(outcome, &self.0)
    }

    fn over(&self, frame: &LazyFrame) -> LazyFrame {
        stoppable(frame.clone(), &self.0)
    }
}

/// Bytes of text that take as much room as a value.
const TEXT_BYTES: u64 = 64;
/// Columns that are counted in one query.
const TOGETHER: usize = 32;

/// Profiles a table. The monitor is told how many columns are done, and can cancel.
pub fn profile(frame: &LazyFrame, schema: &Schema, settings: &Settings, monitor: &Monitor) -> Result<Profile> {
    let started = Instant::now();
    let watch = Watch::new(monitor.flag());
    let frame = watch.over(frame);
    let wanted = schema
        .iter()
        .filter(|(name, _)| settings.columns.is_empty() || settings.columns.iter().any(|c| c == name.as_str()));
    let chosen: Schema = wanted.map(|(name, dtype)| (name.clone(), dtype.clone())).collect();
    let sizes = sizes(&frame, &chosen, settings, &watch)?;
    let mut columns: Vec<ColumnProfile> = Vec::new();
    let tell = |done: usize, rows: u64| {
        let share = float(done as u64 + 1) / float(schema.len() as u64 + 2);
        monitor.report(&Progress {
            event: "progress".into(),
            phase: "values".into(),
            rows,
            total_rows: Some(rows),
            share: Some(share),
            seconds: started.elapsed().as_secs_f64(),
            ..Progress::default()
        });
    };
    let mut rest: &[Measured] = &sizes.columns;
    while !rest.is_empty() {
        tell(columns.len(), sizes.rows);
        let together = how_many_together(rest, sizes.rows, settings);
        let (now, later) = rest.split_at(together);
        columns.extend(count_columns(&frame, now, sizes.rows, settings, &watch)?);
        rest = later;
    }
    tell(schema.len(), sizes.rows);
    let correlations = correlate(&frame, &columns, settings, &watch)?;
    // Where one column tells all rows apart, none is there twice.
    let has_key = columns.iter().any(|column| column.is_key());
    let duplicate_rows = if has_key { 0 } else { rows::duplicate_rows(&frame, schema, sizes.rows, &watch)? };
    Ok(Profile { rows: sizes.rows, duplicate_rows, columns, correlations, settings: settings.clone() })
}

/// Profiles one column.
pub fn column(
    frame: &LazyFrame,
    schema: &Schema,
    name: &str,
    settings: &Settings,
    cancel: &Arc<AtomicBool>,
) -> Result<ColumnProfile> {
    let watch = Watch::new(cancel.clone());
    let frame = watch.over(frame);
    let dtype = schema.get(name).ok_or_else(|| crate::op::no_such_column(name, schema))?;
    let schema = Schema::from_iter([(name.into(), dtype.clone())]);
    let sizes = sizes(&frame, &schema, settings, &watch)?;
    let mut found = count_columns(&frame, &sizes.columns, sizes.rows, settings, &watch)?;
    found.pop().ok_or_else(|| crate::op::no_such_column(name, &schema))
}

/// Profiles some columns in as few queries as there is room for, those that are cheap to count first; each is told as soon as it is known.
pub fn columns(
    frame: &LazyFrame,
    schema: &Schema,
    names: &[String],
    settings: &Settings,
    cancel: &Arc<AtomicBool>,
    each: &mut dyn FnMut(ColumnProfile),
) -> Result<()> {
    let watch = Watch::new(cancel.clone());
    let frame = watch.over(frame);
    let mut chosen = Schema::default();
    for name in names {
        let dtype = schema.get(name).ok_or_else(|| crate::op::no_such_column(name, schema))?;
        chosen.insert(name.as_str().into(), dtype.clone());
    }
    let Sizes { rows, columns: mut rest } = sizes(&frame, &chosen, settings, &watch)?;
    rest.sort_by_key(|column| column.size(rows, settings).room(&column.dtype));
    let mut rest = rest.as_slice();
    while !rest.is_empty() {
        let (now, later) = rest.split_at(how_many_together(rest, rows, settings));
        count_columns(&frame, now, rows, settings, &watch)?.into_iter().for_each(&mut *each);
        rest = later;
    }
    Ok(())
}

/// A column with what must be known before it is counted.
struct Measured {
    name: String,
    dtype: DataType,
    kind: Kind,
    null: u64,
    /// Different values, about, in the room that they take: at most as many as it has cells.
    values: u64,
    members: Vec<(String, String, u64)>,
}

impl Measured {
    const fn size(&self, rows: u64, settings: &Settings) -> Size {
        Size { rows, values: self.values, most: settings.most_values }
    }
}

struct Sizes {
    rows: u64,
    columns: Vec<Measured>,
}

/// Rows and missing cells of all columns, and about how many different values where that may be too many to hold.
fn sizes(frame: &LazyFrame, schema: &Schema, settings: &Settings, watch: &Watch) -> Result<Sizes> {
    let count = |expr: Expr| expr.cast(DataType::UInt64);
    let counted = watch.outcome(collect(frame.clone().select([count(len()).alias("rows")])))?;
    let rows = counted.column("rows")?.get(0)?.extract::<u64>().unwrap_or(0);
    // How many values differ is estimated (to 3 %) only where that matters.
    let many = rows > settings.most_values / 8;
    let mut query = vec![lit(rows).alias("rows")];
    for (at, (name, dtype)) in schema.iter().enumerate() {
        query.push(count(col(name.clone()).null_count()).alias(format!("null {at}")));
        if Kind::of(dtype) == Kind::Text {
            query.push(count(counted_cells(name, dtype).str().len_bytes()).sum().alias(format!("bytes {at}")));
        }
        if many && is_estimated(dtype) {
            query.push(count(counted_cells(name, dtype).approx_n_unique()).alias(format!("values {at}")));
        }
        if let DataType::Struct(fields) = dtype {
            for (member, field) in fields.iter().enumerate() {
                let cells = field_named(col(name.clone()), field.name.clone());
                query.push(count(cells.null_count()).alias(format!("member {at} {member}")));
            }
        }
    }
    let found = watch.outcome(collect(frame.clone().select(query)))?;
    let number = |name: String| -> Result<u64> { Ok(found.column(&name)?.get(0)?.extract::<u64>().unwrap_or(0)) };
    let mut columns = Vec::new();
    for (at, (name, dtype)) in schema.iter().enumerate() {
        let mut members = Vec::new();
        if let DataType::Struct(fields) = dtype {
            for (member, field) in fields.iter().enumerate() {
                let word = crate::types::word_of_dtype(&field.dtype);
                members.push((field.name.to_string(), word, number(format!("member {at} {member}"))?));
            }
        }
        let null = number(format!("null {at}"))?;
        let estimate = match (many, is_estimated(dtype)) {
            (true, true) => number(format!("values {at}"))?,
            (true, false) => 0,
            (false, _) => rows,
        };
        let mut values = estimate.min(rows - null);
        if Kind::of(dtype) == Kind::Text && rows > null {
            // Long texts take the room of several values.
            values += values.saturating_mul(number(format!("bytes {at}"))? / (rows - null)) / TEXT_BYTES;
        }
        columns.push(Measured {
            name: name.to_string(),
            dtype: dtype.clone(),
            kind: Kind::of(dtype),
            null,
            values,
            members,
        });
    }
    Ok(Sizes { rows, columns })
}

/// Whether a column may have many different values.
fn is_estimated(dtype: &DataType) -> bool {
    Kind::of(dtype).is_counted() && !matches!(dtype, DataType::List(_) | DataType::Boolean)
}

/// How many of the first columns fit into memory together.
fn how_many_together(columns: &[Measured], rows: u64, settings: &Settings) -> usize {
    let mut sum = 0;
    let fits = columns.iter().take(TOGETHER).take_while(|column| {
        sum += column.size(rows, settings).room(&column.dtype);
        sum <= settings.most_values
    });
    fits.count().max(1)
}

/// Counts columns that fit into memory together, or one that need not.
fn count_columns(
    frame: &LazyFrame,
    columns: &[Measured],
    rows: u64,
    settings: &Settings,
    watch: &Watch,
) -> Result<Vec<ColumnProfile>> {
    let mut parts = Vec::new();
    for column in columns {
        parts.push(if column.kind.is_counted() {
            let cells = counted_cells(&column.name, &column.dtype);
            Some(Parts::new(frame, &cells, column.kind != Kind::Text, column.size(rows, settings))?)
        } else {
            None
        });
    }
    let single: Vec<&Parts> = parts.iter().flatten().filter(|parts| parts.len() == 1).collect();
    let mut counted = count_together(&single, watch)?.into_iter();
    let work: Vec<_> = columns
        .iter()
        .zip(parts)
        .map(|(column, parts)| {
            let counted = parts.as_ref().filter(|parts| parts.len() == 1).and_then(|_| counted.next());
            (column, parts, counted)
        })
        .collect();
    threads::side_by_side(work, |(column, parts, counted)| take_in(column, parts, counted, rows, settings, watch))
}

/// What follows from the counted values of a column: those of its only part, or of its parts, which are counted here.
fn take_in(
    column: &Measured,
    parts: Option<Parts>,
    counted: Option<DataFrame>,
    rows: u64,
    settings: &Settings,
    watch: &Watch,
) -> Result<ColumnProfile> {
    let mut taking = Taking::new(column.kind, &column.dtype, rows, column.null, settings);
    let mut again = None;
    if let Some(part) = counted {
        taking.take(&part, true)?;
    } else if let Some(parts) = parts {
        // Numbers are small beside the table that counts them: a few parts of them can be held.
        let keep = column.values / 4 <= settings.most_values;
        parts.each(watch, |part| taking.take(&part, keep))?;
        again = (!keep && column.kind != Kind::Text).then_some(parts);
    }
    let mut tally = taking.finish(again, watch)?;
    tally.members.clone_from(&column.members);
    Ok(ColumnProfile { name: column.name.clone(), dtype: column.dtype.clone(), kind: column.kind, tally })
}

fn correlate(frame: &LazyFrame, columns: &[ColumnProfile], settings: &Settings, watch: &Watch) -> Result<Correlations> {
    let numeric = |column: &ColumnProfile| {
        let summary = column.tally.summary.as_ref();
        let deviation = summary.and_then(|s| s.deviation).filter(|d| d.is_finite() && *d > 0.0).unwrap_or(1.0);
        let mean = summary.map_or(0.0, |s| s.mean);
        rows::Numeric { name: column.name.clone(), dtype: column.dtype.clone(), mean, deviation }
    };
    let numbers: Vec<_> = columns.iter().filter(|column| column.kind == Kind::Number).map(numeric).collect();
    let kept = settings.correlated.unwrap_or(usize::MAX).min(numbers.len());
    let mut found = rows::correlations(frame, &numbers[..kept], numbers.len() - kept, watch)?;
    // A column goes with itself wholly, unless it does not vary.
    for (at, name) in found.columns.iter().enumerate() {
        let column = columns.iter().find(|column| column.name == *name);
        let varies = column.and_then(|c| c.tally.summary.as_ref()).is_some_and(|s| s.min < s.max);
        found.matrix[at][at] = varies.then_some(1.0);
    }
    Ok(found)
}
