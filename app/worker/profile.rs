//! A column in depth, over all rows: figures in words, frequent values, patterns, lengths, far values.

use super::stage::Stage;
use super::{Event, Ticket};
use crate::model::Fault;
use crate::model::profile::{Figure as Shown, Story};
use crate::model::sheet::Bar;
use brewhouse_engine::Result;
use brewhouse_engine::facet::bound_words;
use brewhouse_engine::profile::{self, ColumnProfile, Counted, Figure, Kind, Settings};
use brewhouse_engine::values::{float_text, grouped};
use polars::prelude::DataType;
use serde_json::Value;

/// Frequent values, and far ones, that are told.
const TOLD: usize = 40;
/// Patterns that are told.
const PATTERNS: usize = 30;

impl Stage {
    /// Sends what is known of a column of a table.
    pub fn send_profile(&self, key: u64, name: &str, ticket: &Ticket) {
        let Some(shelf) = self.shelf(key) else { return };
        let settings = Settings { common: TOLD, outliers: TOLD, ..Settings::default() };
        let found = profile::column(&shelf.view.frame, &shelf.view.schema, name, &settings, ticket.cancel());
        let story = found.and_then(|found| story(&found, &settings)).map_err(|error| Fault::from(&error));
        if !ticket.is_stale() {
            ticket.send(Event::Profiled(key, name.to_owned(), Box::new(story)));
        }
    }
}

fn story(found: &ColumnProfile, settings: &Settings) -> Result<Story> {
    let (tally, dtype) = (&found.tally, &found.dtype);
    let mut figures = Vec::new();
    for (statistic, named) in found.figures(settings) {
        if let [(_, figure)] = named.as_slice()
            && let Some(text) = words(figure, found)
        {
            let verbatim = matches!(figure, Figure::Value(_)) && !matches!(found.kind, Kind::Number | Kind::Moment);
            figures.push(Shown { title: statistic.title, definition: statistic.definition, text, verbatim });
        }
    }
    let summary = tally.summary.as_ref();
    let measured = summary.filter(|_| matches!(found.kind, Kind::Number | Kind::Moment));
    let lengths =
        summary.filter(|_| found.kind == Kind::Text).map(|summary| lengths(&summary.bins)).unwrap_or_default();
    Ok(Story {
        rows: tally.rows,
        figures,
        common: tally.common.iter().map(counted).collect(),
        patterns: tally.patterns.iter().take(PATTERNS).cloned().collect(),
        lengths,
        bulk: measured.map(|summary| ranges(&summary.inner, dtype)).unwrap_or_default(),
        far: measured
            .map(|summary| {
                let far =
                    |outlier: &profile::Outlier| (bound_words(outlier.value, dtype), outlier.count, outlier.z_score);
                summary.farthest.iter().map(far).collect()
            })
            .unwrap_or_default(),
        spread: measured.map(|summary| {
            let [p5, p25, p50, p75, p95] = summary.percentiles;
            [summary.min, p5, p25, p50, p75, p95, summary.max].map(|at| (at, bound_words(at, dtype)))
        }),
    })
}

fn counted(counted: &Counted) -> (String, u64) {
    let text = match &counted.value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => float_text(number.as_f64().unwrap_or(f64::NAN)),
        other => other.to_string(),
    };
    (text, counted.count)
}

/// Ranges of lengths as bars.
fn lengths(bins: &[profile::Bin]) -> Vec<Bar> {
    ranges(bins, &DataType::Int64)
}

fn ranges(bins: &[profile::Bin], dtype: &DataType) -> Vec<Bar> {
    let last = bins.len().saturating_sub(1);
    let bar = |(at, bin): (usize, &profile::Bin)| Bar {
        words: brewhouse_engine::facet::range_words(Some(bin.low), Some(bin.high), at == last, dtype),
        count: bin.count,
        low: bin.low,
        high: bin.high,
    };
    bins.iter().enumerate().map(bar).collect()
}

/// A figure in words; none where it is no single figure.
fn words(figure: &Figure, found: &ColumnProfile) -> Option<String> {
    let measured = matches!(found.kind, Kind::Number | Kind::Moment);
    // Of text, figures of size are those of its length.
    let unit = match found.kind {
        Kind::Text => " characters",
        Kind::List => " items",
        _ => "",
    };
    let size = |value: f64| {
        if measured { bound_words(value, &found.dtype) } else { format!("{}{unit}", float_text(rounded(value))) }
    };
    Some(match figure {
        Figure::Count(count) => grouped(*count),
        Figure::Value(value) => counted(&Counted { value: value.clone(), count: 0 }).0.chars().take(40).collect(),
        Figure::Size(value) => size(*value),
        Figure::Middle(value) if found.kind == Kind::Moment => size(*value),
        Figure::Middle(value) => format!("{}{unit}", float_text(rounded(*value))),
        Figure::Ratio(value) => float_text(rounded(*value)),
        _ => return None,
    })
}

/// As many digits as people read.
fn rounded(value: f64) -> f64 {
    format!("{value:.3e}")
        .parse::<f64>()
        .ok()
        .filter(|_| value.abs() < 1.0)
        .unwrap_or((value * 1000.0).round() / 1000.0)
}
