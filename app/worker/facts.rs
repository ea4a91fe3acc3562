//! Facts of a column for its card, over all rows.

use crate::model::sheet::{Bar, Chart, Facts};
use brewhouse_engine::Result;
use brewhouse_engine::facet;
use brewhouse_engine::stage::{Bin, ColumnFigures, View, figures_until};
use polars::prelude::DataType;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The facts of a column, unless the flag is raised.
pub(super) fn of(view: &View, name: &str, cancel: &Arc<AtomicBool>) -> Result<Facts> {
    let found = figures_until(view, name, cancel)?;
    let dtype = view.schema.get(name).cloned().unwrap_or(DataType::Null);
    Ok(Facts {
        rows: found.rows,
        missing: found.missing,
        invalid: found.mismatched,
        meant: found.meant,
        distinct: found.distinct,
        empty: found.empty,
        blank: found.blank,
        padded: found.padded,
        least: found.low.clone(),
        most: found.high.clone(),
        mean: found.mean.map(|mean| format!("{mean:.4}")),
        chart: chart(&found, &dtype),
    })
}

fn chart(found: &ColumnFigures, dtype: &DataType) -> Chart {
    if found.bins.is_empty() {
        return if found.top.is_empty() { Chart::None } else { Chart::Top(found.top.clone()) };
    }
    let last = found.bins.len() - 1;
    let bar = |(at, bin): (usize, &Bin)| {
        let words = facet::range_words(Some(bin.low), Some(bin.high), at == last, dtype);
        Bar { words, count: bin.count, low: bin.low, high: bin.high }
    };
    Chart::Bars(found.bins.iter().enumerate().map(bar).collect())
}
