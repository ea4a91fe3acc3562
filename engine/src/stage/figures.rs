//! Figures of a column over all rows of a view: what a header card shows.

use super::View;
use crate::error::Result;
use crate::run::collect;
use crate::types::TypeClass;
use crate::values::cell_text;
use polars::prelude::{DataFrame, DataType, Expr, SortMultipleOptions, col, len, lit};

/// A bar of a histogram.
#[derive(Clone, Debug, PartialEq)]
pub struct Bin {
    /// Its lower bound; of a date column, days or microseconds since 1970.
    pub low: f64,
    /// Its upper bound.
    pub high: f64,
    /// Rows in it.
    pub count: u64,
}

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
    /// Different values, missing ones left out.
    pub distinct: u64,
    /// The smallest value, as text.
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

/// How many bars a histogram has.
const BINS: u32 = 20;
/// How many of the most frequent values are told.
const TOP: u32 = 5;

/// Computes the figures of a column.
pub fn figures(view: &View, column: &str) -> Result<ColumnFigures> {
    let dtype = view.schema.get(column).cloned().unwrap_or(DataType::Null);
    let class = TypeClass::of(&dtype);
    let cells = col(column);
    let basic = collect(view.frame.clone().select(basic_query(&cells, class)))?;
    let number = |name: &str| basic.column(name).ok().and_then(|c| c.get(0).ok()).and_then(|v| v.extract::<u64>());
    let text = |name: &str| basic.column(name).ok().and_then(|c| c.get(0).ok()).and_then(|v| cell_text(&v));
    let float = |name: &str| basic.column(name).ok().and_then(|c| c.get(0).ok()).and_then(|v| v.extract::<f64>());
    let mut found = ColumnFigures {
        rows: number("rows").unwrap_or(0),
        missing: number("missing").unwrap_or(0),
        empty: number("empty").unwrap_or(0),
        blank: number("blank").unwrap_or(0),
        padded: number("padded").unwrap_or(0),
        distinct: number("distinct").unwrap_or(0),
        low: text("low"),
        high: text("high"),
        mean: float("mean"),
        ..ColumnFigures::default()
    };
    if let (Some(low), Some(high)) = (float("low_number"), float("high_number")) {
        found.bins = histogram(view, &cells, low, high)?;
    }
    if matches!(class, TypeClass::Text | TypeClass::Boolean) || found.distinct <= u64::from(TOP) {
        found.top = top(view, column, class)?;
    }
    Ok(found)
}

fn basic_query(cells: &Expr, class: TypeClass) -> Vec<Expr> {
    let count = |e: Expr| e.cast(DataType::UInt64);
    let mut query = vec![count(len()).alias("rows"), count(cells.clone().null_count()).alias("missing")];
    if !matches!(class, TypeClass::List | TypeClass::Struct | TypeClass::Other) {
        query.push(count(cells.clone().drop_nulls().n_unique()).alias("distinct"));
        query.push(cells.clone().min().alias("low"));
        query.push(cells.clone().max().alias("high"));
    }
    if class == TypeClass::Text {
        let stripped = cells.clone().str().strip_chars(lit(polars::prelude::NULL));
        let is_empty = cells.clone().eq(lit(""));
        let is_blank = stripped.clone().eq(lit("")).and(is_empty.clone().not());
        query.push(count(is_empty.sum()).alias("empty"));
        query.push(count(is_blank.clone().sum()).alias("blank"));
        query.push(count(stripped.neq(cells.clone()).and(is_blank.not()).sum()).alias("padded"));
    }
    if is_measurable(class) {
        let number = as_number(cells);
        query.push(number.clone().min().alias("low_number"));
        query.push(number.clone().max().alias("high_number"));
        query.push(number.mean().alias("mean"));
    }
    query
}

fn is_measurable(class: TypeClass) -> bool {
    use TypeClass::{Date, DateTime, Decimal, Money, Whole};
    matches!(class, Whole | Decimal | Money | Date | DateTime)
}

/// Cells as numbers for bars; what is not finite is left out.
fn as_number(cells: &Expr) -> Expr {
    let number = cells.clone().to_physical().cast(DataType::Float64);
    polars::prelude::when(number.clone().is_finite()).then(number).otherwise(lit(polars::prelude::NULL))
}

fn histogram(view: &View, cells: &Expr, low: f64, high: f64) -> Result<Vec<Bin>> {
    let width = (high - low) / f64::from(BINS);
    if !width.is_finite() || width <= 0.0 {
        return Ok(Vec::new());
    }
    let place = ((as_number(cells) - lit(low)) / lit(width)).floor().clip(lit(0.0), lit(f64::from(BINS - 1)));
    let query = view.frame.clone().select([place.cast(DataType::Int32).alias("bin")]);
    let counted = collect(query.group_by([col("bin")]).agg([len().cast(DataType::UInt64).alias("count")]))?;
    let mut bins: Vec<Bin> = (0..BINS)
        .map(|at| Bin { low: low + width * f64::from(at), high: low + width * f64::from(at + 1), count: 0 })
        .collect();
    for (at, count) in pairs(&counted, "bin")? {
        if let Some(bin) = at.and_then(|at| at.parse::<usize>().ok()).and_then(|at| bins.get_mut(at)) {
            bin.count = count;
        }
    }
    Ok(bins)
}

fn top(view: &View, column: &str, class: TypeClass) -> Result<Vec<(String, u64)>> {
    if matches!(class, TypeClass::List | TypeClass::Struct | TypeClass::Other) {
        return Ok(Vec::new());
    }
    let order = SortMultipleOptions::default().with_order_descending_multi([true, false]);
    let query = view
        .frame
        .clone()
        .select([col(column).alias("value")])
        .drop_nulls(None)
        .group_by([col("value")])
        .agg([len().cast(DataType::UInt64).alias("count")])
        .sort_by_exprs([col("count"), col("value")], order)
        .limit(TOP);
    let counted = collect(query)?;
    Ok(pairs(&counted, "value")?.into_iter().filter_map(|(value, count)| Some((value?, count))).collect())
}

fn pairs(frame: &DataFrame, name: &str) -> Result<Vec<(Option<String>, u64)>> {
    let (values, counts) = (frame.column(name)?, frame.column("count")?);
    (0..frame.height())
        .map(|at| Ok((cell_text(&values.get(at)?), counts.get(at)?.extract::<u64>().unwrap_or(0))))
        .collect()
}
