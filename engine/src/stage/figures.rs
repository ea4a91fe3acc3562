//! Figures of a column over all rows of a view: what a header card shows, taken from the profile.

use super::View;
use crate::error::Result;
use crate::profile::{self, ColumnProfile, Counted, Settings};
use crate::values::float_text;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub use crate::profile::Bin;

/// The figures of a column, counted on all rows of its view.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnFigures {
    /// Rows of the view.
    pub rows: u64,
    /// Cells without a value.
    pub missing: u64,
    /// Texts without a letter.
    pub empty: u64,
    /// Texts of blanks alone.
    pub blank: u64,
    /// Texts with a blank at an end.
    pub padded: u64,
    /// Cells that do not fit what most of the column is meant to be.
    pub mismatched: u64,
    /// What those cells fail to be: the word of a type for text, `NaN` for decimals.
    pub meant: Option<&'static str>,
    /// Different values; missing ones and empty texts left out.
    pub distinct: u64,
    /// The smallest value, as text; of texts the first in order, where there are few.
    pub low: Option<String>,
    /// The largest value, as text.
    pub high: Option<String>,
    /// The mean of numbers.
    pub mean: Option<f64>,
    /// Bars of numbers and dates.
    pub bins: Vec<Bin>,
    /// The most frequent values with their counts; ties in the order of the values.
    pub top: Vec<(String, u64)>,
}

/// How many of the most frequent values are told.
const TOP: usize = 5;

/// Computes the figures of a column.
pub fn figures(view: &View, column: &str) -> Result<ColumnFigures> {
    figures_until(view, column, &Arc::default())
}

/// Computes the figures of a column, unless the flag is raised.
pub fn figures_until(view: &View, column: &str, cancel: &Arc<AtomicBool>) -> Result<ColumnFigures> {
    Ok(card(&profile::column(&view.frame, &view.schema, column, &settings(), cancel)?))
}

/// Computes the figures of some columns together, unless the flag is raised; each is told as soon as it is known, the cheap ones first.
pub fn figures_of(
    view: &View,
    columns: &[String],
    cancel: &Arc<AtomicBool>,
    each: &mut dyn FnMut(&str, ColumnFigures),
) -> Result<()> {
    let settings = settings();
    let tell = &mut |found: profile::ColumnProfile| each(&found.name, card(&found));
    profile::columns(&view.frame, &view.schema, columns, &settings, cancel, tell)
}

fn settings() -> Settings {
    Settings { common: TOP, extremes: 1, outliers: 0, brief: true, ..Settings::default() }
}

/// What a header card shows of the profile of a column.
pub fn card(column: &ColumnProfile) -> ColumnFigures {
    let tally = &column.tally;
    let summary =
        tally.summary.as_ref().filter(|_| matches!(column.kind, profile::Kind::Number | profile::Kind::Moment));
    let listed = summary.is_none() || tally.distinct <= TOP as u64;
    let (low, high) = match &tally.text_ends {
        Some((low, high)) => (Some(low.clone()), Some(high.clone())),
        None => (first(&tally.lowest), first(&tally.highest)),
    };
    ColumnFigures {
        rows: tally.rows,
        missing: tally.null,
        empty: tally.empty,
        blank: tally.blank,
        padded: tally.padded,
        mismatched: tally.mismatched(),
        meant: tally.meant.map(|(kind, _)| kind).or((tally.not_a_number > 0).then_some("NaN")),
        distinct: tally.distinct,
        low,
        high,
        mean: summary.filter(|_| column.kind == profile::Kind::Number).map(|s| s.mean),
        bins: summary.filter(|s| s.bins.len() > 1).map(|s| s.bins.clone()).unwrap_or_default(),
        top: if listed {
            tally.common.iter().take(TOP).map(|c| (shown(&c.value), c.count)).collect()
        } else {
            Vec::new()
        },
    }
}

fn first(values: &[Counted]) -> Option<String> {
    values.first().map(|counted| shown(&counted.value))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => float_text(number.as_f64().unwrap_or(f64::NAN)),
        other => other.to_string(),
    }
}
