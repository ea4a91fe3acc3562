//! Facts of a column, over all its rows.

use crate::model::sheet::{Chart, Facts};
use brewhouse_engine::types::TypeClass;
use brewhouse_engine::values::cell_text;
use polars::prelude::{DataType, NamedFrom as _, Series};
use std::collections::HashMap;

/// Bars of a chart.
const BARS: usize = 16;
/// Values of a list of the most frequent ones.
const TOP: usize = 8;

/// The facts of a column.
pub(super) fn of(series: &Series) -> Facts {
    let class = TypeClass::of(series.dtype());
    let mut facts = Facts { rows: series.len() as u64, missing: series.null_count() as u64, ..Facts::default() };
    match class {
        TypeClass::Text | TypeClass::Boolean => text(series, &mut facts),
        TypeClass::Whole | TypeClass::Decimal | TypeClass::Money => number(series, &mut facts),
        TypeClass::Date | TypeClass::DateTime | TypeClass::Time => time(series, &mut facts),
        _ => {}
    }
    facts
}

fn text(series: &Series, facts: &mut Facts) {
    let Ok(cells) = series.cast(&DataType::String) else { return };
    let Ok(cells) = cells.str() else { return };
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for cell in cells.iter().flatten() {
        facts.empty += u64::from(cell.is_empty());
        facts.padded += u64::from(!cell.is_empty() && cell.trim().len() != cell.len());
        *counts.entry(cell).or_default() += 1;
    }
    facts.distinct = counts.len() as u64;
    let mut top: Vec<(&str, u64)> = counts.into_iter().collect();
    top.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    facts.chart = Chart::Top(top.into_iter().take(TOP).map(|(text, count)| (text.to_owned(), count)).collect());
}

fn distinct(series: &Series) -> u64 {
    let all = series.n_unique().unwrap_or_default() as u64;
    all.saturating_sub(u64::from(series.null_count() > 0))
}

fn ends(series: &Series, facts: &mut Facts) {
    facts.distinct = distinct(series);
    let value = |scalar: polars::prelude::Scalar| cell_text(scalar.value());
    facts.least = series.min_reduce().ok().and_then(value);
    facts.most = series.max_reduce().ok().and_then(value);
}

fn number(series: &Series, facts: &mut Facts) {
    ends(series, facts);
    facts.mean = series.mean().map(|mean| format!("{mean:.4}"));
    facts.chart = bars(series, |low, high| format!("{} – {}", rounded(low), rounded(high)));
}

fn time(series: &Series, facts: &mut Facts) {
    ends(series, facts);
    let dtype = series.dtype().clone();
    let physical = series.to_physical_repr().into_owned();
    let words = |value: f64| {
        #[allow(clippy::cast_possible_truncation, reason = "a place on the axis, for a hover")]
        let one = Series::new("".into(), [value as i64]);
        let cast = one.cast(physical.dtype()).and_then(|s| s.cast(&dtype)).ok();
        cast.and_then(|s| s.get(0).ok().and_then(|v| cell_text(&v))).unwrap_or_default()
    };
    facts.chart = bars(&physical, |low, high| format!("{} – {}", words(low), words(high)));
}

fn rounded(value: f64) -> String {
    if value.fract() == 0.0 || value.abs() >= 1000.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a chart of few bars")]
fn bars(series: &Series, words: impl Fn(f64, f64) -> String) -> Chart {
    let Ok(cells) = series.cast(&DataType::Float64) else { return Chart::None };
    let Ok(cells) = cells.f64() else { return Chart::None };
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in cells.iter().flatten().filter(|v| v.is_finite()) {
        low = low.min(value);
        high = high.max(value);
    }
    if !low.is_finite() {
        return Chart::None;
    }
    let width = (high - low) / BARS as f64;
    let mut counts = [0_u64; BARS];
    for value in cells.iter().flatten().filter(|v| v.is_finite()) {
        let at = if width > 0.0 { ((value - low) / width) as usize } else { 0 };
        counts[at.min(BARS - 1)] += 1;
    }
    let label = |at: usize| words(low + width * at as f64, low + width * (at + 1) as f64);
    Chart::Bars(counts.iter().enumerate().map(|(at, count)| (label(at), *count)).collect())
}

