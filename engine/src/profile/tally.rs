//! What is counted of one column: everything that its figures are made of.

use super::bins::Grid;
use super::kind::Kind;
use super::numbers::{Numbers, Summary, finite, summarize};
use super::parts::{COUNT, Parts, VALUE};
use super::text::TextCounts;
use super::{Settings, Watch};
use crate::error::Result;
use crate::values::cell_json;
use polars::prelude::{DataFrame, DataType, TimeUnit};
use serde_json::Value;
use std::collections::BTreeMap;

/// A value with the number of cells that hold it.
#[derive(Clone, Debug, PartialEq)]
pub struct Counted {
    /// The value, as in JSON.
    pub value: Value,
    /// Cells that hold it.
    pub count: u64,
}

/// What was counted of a column, on all rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Rows of the table.
    pub rows: u64,
    /// Cells without a value.
    pub null: u64,
    /// Texts without a letter; in figures they count as missing.
    pub empty: u64,
    /// Texts of blanks alone.
    pub blank: u64,
    /// Texts with a blank at an end.
    pub padded: u64,
    /// Decimals that are no number (NaN).
    pub not_a_number: u64,
    /// Decimals without bound.
    pub infinite: u64,
    /// Different values; missing cells and empty texts left out.
    pub distinct: u64,
    /// Values that occur once.
    pub unique: u64,
    /// Shannon entropy of the values, natural logarithm.
    pub entropy: f64,
    /// The most frequent values; ties in the order of the values.
    pub common: Vec<Counted>,
    /// The smallest values.
    pub lowest: Vec<Counted>,
    /// The largest values, largest first.
    pub highest: Vec<Counted>,
    /// The first and the last text in order.
    pub text_ends: Option<(String, String)>,
    /// The sum of whole numbers, and of money in units of its last digit.
    pub exact_sum: Option<i128>,
    /// How many digits after the point a unit of the sum stands for; 0 but for money.
    pub units: usize,
    /// Figures of size: of numbers, moments, lengths of text, numbers of items.
    pub summary: Option<Summary>,
    /// Patterns of characters with their counts, most frequent first.
    pub patterns: Vec<(String, u64)>,
    /// Whether all patterns were counted; of a column with very many, the later ones are left out.
    pub all_patterns: bool,
    /// The type that most texts are meant to be, and the cells that do not fit it.
    pub meant: Option<(&'static str, u64)>,
    /// Missing cells of each member of a structure.
    pub members: Vec<(String, String, u64)>,
}

impl Tally {
    /// Cells without a value, empty texts among them.
    pub const fn missing(&self) -> u64 {
        self.null + self.empty
    }

    /// Cells that hold something of another kind than the column: text in a column meant for numbers, what is no number.
    pub fn mismatched(&self) -> u64 {
        self.not_a_number + self.meant.map_or(0, |(_, cells)| cells)
    }

    /// Cells that are neither missing nor mismatched.
    pub fn valid(&self) -> u64 {
        self.rows.saturating_sub(self.missing()).saturating_sub(self.mismatched())
    }
}

/// Takes in the parts of a column one after the other.
pub(super) struct Taking<'a> {
    kind: Kind,
    dtype: &'a DataType,
    settings: &'a Settings,
    tally: Tally,
    /// How many values occur so often.
    times: BTreeMap<u64, u64>,
    held: (Vec<f64>, Vec<u64>),
    text: TextCounts,
}

impl<'a> Taking<'a> {
    pub(super) fn new(kind: Kind, dtype: &'a DataType, rows: u64, null: u64, settings: &'a Settings) -> Self {
        let units = if let DataType::Decimal(_, scale) = dtype { *scale } else { 0 };
        let tally = Tally { rows, null, units, all_patterns: true, ..Tally::default() };
        let text = TextCounts::default();
        Self { kind, dtype, settings, tally, times: BTreeMap::new(), held: (Vec::new(), Vec::new()), text }
    }

    /// Takes in a part; numbers are kept while there is room for them.
    pub(super) fn take(&mut self, part: &DataFrame, keep_numbers: bool) -> Result<()> {
        let counts: Vec<u64> = part.column(COUNT)?.u64()?.iter().flatten().collect();
        let values = part.column(VALUE)?;
        match self.kind {
            Kind::Text => self.text.take(part, &counts, !self.settings.brief)?,
            Kind::Number => self.take_specials(part, &counts)?,
            _ => {}
        }
        // Of a key, all values occur once: runs of the same count are added at once.
        for run in counts.chunk_by(|a, b| a == b) {
            *self.times.entry(run[0]).or_default() += run.len() as u64;
        }
        self.take_common(part, &counts)?;
        let counted =
            |at: usize| -> Result<Counted> { Ok(Counted { value: cell_json(&values.get(at)?), count: counts[at] }) };
        if matches!(self.kind, Kind::Number | Kind::Moment | Kind::Boolean) {
            let numbers = last_finite(part, counts.len())?;
            let extremes = self.settings.extremes;
            for at in (first_finite(part, numbers)?..numbers).take(extremes.saturating_sub(self.tally.lowest.len())) {
                self.tally.lowest.push(counted(at)?);
            }
            let mut high = Vec::new();
            for at in (first_finite(part, numbers)?..numbers).rev().take(extremes) {
                high.push(counted(at)?);
            }
            high.append(&mut self.tally.highest);
            high.truncate(extremes);
            self.tally.highest = high;
        }
        if keep_numbers && matches!(self.kind, Kind::Number | Kind::Moment | Kind::List) {
            let (values, counts) = finite(part)?;
            self.held.0.extend(values);
            self.held.1.extend(counts);
        }
        Ok(())
    }

    fn take_specials(&mut self, part: &DataFrame, counts: &[u64]) -> Result<()> {
        let values = part.column(VALUE)?.as_materialized_series();
        match self.dtype {
            DataType::Float32 | DataType::Float64 => {
                let values = values.cast(&DataType::Float64)?;
                for (value, count) in values.f64()?.iter().zip(counts) {
                    match value {
                        Some(value) if value.is_nan() => self.tally.not_a_number += count,
                        Some(value) if value.is_infinite() => self.tally.infinite += count,
                        _ => {}
                    }
                }
            }
            DataType::Decimal(..) => {
                let units = values.decimal()?.physical().clone();
                self.add_exact(units.iter().zip(counts).map(|(v, c)| (v.unwrap_or(0), *c)));
            }
            DataType::UInt64 => {
                self.add_exact(values.u64()?.iter().zip(counts).map(|(v, c)| (i128::from(v.unwrap_or(0)), *c)));
            }
            _ => {
                let values = values.cast(&DataType::Int64)?;
                self.add_exact(values.i64()?.iter().zip(counts).map(|(v, c)| (i128::from(v.unwrap_or(0)), *c)));
            }
        }
        Ok(())
    }

    fn add_exact(&mut self, values: impl Iterator<Item = (i128, u64)>) {
        let mut sum = Some(self.tally.exact_sum.unwrap_or(0));
        for (value, count) in values {
            sum = sum.and_then(|sum| sum.checked_add(value.checked_mul(i128::from(count))?));
        }
        self.tally.exact_sum = sum;
    }

    /// Keeps the most frequent values of all parts so far.
    fn take_common(&mut self, part: &DataFrame, counts: &[u64]) -> Result<()> {
        // One more, since empty text is taken out again.
        let keep = self.settings.common + usize::from(self.kind == Kind::Text);
        let mut sorted = counts.to_vec();
        let threshold = if sorted.len() > keep && keep > 0 {
            let at = sorted.len() - keep;
            *sorted.select_nth_unstable(at).1
        } else {
            0
        };
        let values = part.column(VALUE)?;
        let mut picked: Vec<usize> = (0..counts.len()).filter(|at| counts[*at] > threshold).collect();
        let room = keep.saturating_sub(picked.len());
        let ties = (0..counts.len()).filter(|at| counts[*at] == threshold);
        if self.kind == Kind::Text {
            picked.extend(super::text::smallest(part, ties, room)?);
        } else {
            picked.extend(ties.take(room));
        }
        let mut found: Vec<(u64, usize, Value)> = Vec::new();
        for at in picked {
            found.push((counts[at], at, cell_json(&values.get(at)?)));
        }
        let text = self.kind == Kind::Text;
        // Values of earlier parts are smaller, since parts come in the order of the values.
        found.sort_by(|a, b| {
            b.0.cmp(&a.0).then_with(|| if text { a.2.as_str().cmp(&b.2.as_str()) } else { a.1.cmp(&b.1) })
        });
        let new = found.into_iter().map(|(count, _, value)| Counted { value, count });
        let not_empty = |counted: &Counted| counted.value.as_str() != Some("");
        self.tally.common.extend(new.filter(not_empty));
        self.tally.common.sort_by_key(|counted| std::cmp::Reverse(counted.count));
        self.tally.common.truncate(keep);
        Ok(())
    }

    /// The figures, when all parts were taken in. Numbers that were not kept are counted again from their parts.
    pub(super) fn finish(self, again: Option<Parts>, watch: &Watch) -> Result<Tally> {
        let Self { kind, dtype, settings, mut tally, mut times, held, text } = self;
        if kind == Kind::Text {
            tally.common.truncate(settings.common);
            tally.empty = text.empty;
            tally.blank = text.blank;
            tally.padded = text.padded;
            tally.text_ends.clone_from(&text.ends);
            tally.meant = text.meant(tally.rows - tally.null - tally.empty);
            (tally.patterns, tally.all_patterns) = text.top_patterns(settings.common);
            if text.empty > 0
                && let Some(values) = times.get_mut(&text.empty)
            {
                *values -= 1;
            }
        }
        (tally.distinct, tally.unique, tally.entropy) = spread(&times);
        let grid = match dtype {
            DataType::Date => Grid::Days,
            DataType::Datetime(unit, _) | DataType::Duration(unit) => Grid::Seconds(per_second(*unit)),
            DataType::Time => Grid::Seconds(1e9),
            DataType::Float32 | DataType::Float64 | DataType::Decimal(..) => Grid::Real,
            _ => Grid::Whole,
        };
        let numbers = match again {
            Some(parts) => Numbers::Counted(Box::new(parts)),
            None if kind == Kind::Text => text.lengths(),
            None => Numbers::Held(held.0, held.1),
        };
        if kind.measured().is_some() {
            tally.summary = summarize(&numbers, grid, settings, watch)?;
        }
        if let (Some(summary), Some(sum)) = (&mut tally.summary, tally.exact_sum) {
            summary.sum = exact_float(sum, dtype);
            summary.mean = (summary.sum / super::numbers::float(summary.count)).clamp(summary.min, summary.max);
        }
        Ok(tally)
    }
}

/// The sum of whole numbers, or of money in units of its last digit, as a float.
#[expect(clippy::cast_precision_loss, reason = "the nearest float is what is wanted")]
fn exact_float(sum: i128, dtype: &DataType) -> f64 {
    match dtype {
        DataType::Decimal(_, scale) => format!("{sum}e-{scale}").parse().unwrap_or(f64::NAN),
        _ => sum as f64,
    }
}

/// How many units of a moment make a second.
pub(super) const fn per_second(unit: TimeUnit) -> f64 {
    match unit {
        TimeUnit::Nanoseconds => 1e9,
        TimeUnit::Microseconds => 1e6,
        TimeUnit::Milliseconds => 1e3,
    }
}

/// Different values, values that occur once, and the entropy, from how many values occur how often.
fn spread(times: &BTreeMap<u64, u64>) -> (u64, u64, f64) {
    let float = super::numbers::float;
    let distinct = times.values().sum();
    let total: u64 = times.iter().map(|(count, values)| count * values).sum();
    let mut entropy = super::numbers::Sum::default();
    for (count, values) in times {
        let share = float(*count) / float(total);
        entropy.add(-share * share.ln() * float(*values));
    }
    (distinct, times.get(&1).copied().unwrap_or(0), entropy.total().max(0.0))
}

/// Where the finite numbers of a sorted part begin.
fn first_finite(part: &DataFrame, end: usize) -> Result<usize> {
    let values = part.column(VALUE)?;
    let low = |at: usize| values.get(at).ok().and_then(|v| v.extract::<f64>()) == Some(f64::NEG_INFINITY);
    Ok(usize::from(end > 0 && values.dtype().is_float() && low(0)))
}

/// Where the finite numbers of a sorted part end; what is no number comes last, the boundless before it.
fn last_finite(part: &DataFrame, len: usize) -> Result<usize> {
    let values = part.column(VALUE)?;
    let mut end = len;
    while end > 0 && values.dtype().is_float() {
        match values.get(end - 1).ok().and_then(|v| v.extract::<f64>()) {
            Some(last) if last.is_nan() || last == f64::INFINITY => end -= 1,
            _ => break,
        }
    }
    Ok(end)
}
