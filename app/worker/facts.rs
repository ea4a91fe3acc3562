//! Facts of a column for its card, over all rows.

use crate::model::sheet::{Chart, Facts};
use brewhouse_engine::Result;
use brewhouse_engine::stage::{Bin, ColumnFigures, View, figures};
use brewhouse_engine::types::TypeClass;
use polars::prelude::DataType;

/// The facts of a column.
pub(super) fn of(view: &View, name: &str) -> Result<Facts> {
    let found = figures(view, name)?;
    let dtype = view.schema.get(name).cloned().unwrap_or(DataType::Null);
    Ok(Facts {
        rows: found.rows,
        missing: found.missing,
        invalid: found.mismatched,
        distinct: found.distinct,
        empty: found.empty,
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
    let words = |bin: &Bin| match TypeClass::of(dtype) {
        TypeClass::Date | TypeClass::DateTime => String::new(),
        _ => format!("{} – {}", rounded(bin.low), rounded(bin.high)),
    };
    Chart::Bars(found.bins.iter().map(|bin| (words(bin), bin.count)).collect())
}

fn rounded(value: f64) -> String {
    if value.fract() == 0.0 || value.abs() >= 1000.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}
