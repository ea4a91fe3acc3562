//! The bars of the rows that pass, to be drawn in front of those of all rows.

use super::predicate::size_of;
use super::{Filter, passes};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::op::no_such_column;
use crate::plan::stoppable;
use crate::run::{collect_all, unless_cancelled};
use crate::types::TypeClass;
use crate::values::cell_text;
use polars::prelude::{
    DataFrame, DataType, Expr, Field, IntoColumn as _, LazyFrame, NamedFrom as _, Schema, Series, len, lit,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A plot of a column whose bars are known for all rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Plot {
    /// Ranges: the bounds of the bars in ascending order, one more than bars. The last bar holds its upper bound.
    Ranges(Vec<f64>),
    /// Values, as [`crate::values::cell_text`] writes them.
    Values(Vec<String>),
}

/// The bars of a plot, counted over the rows that pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Front {
    /// Cells of each bar.
    pub counts: Vec<u64>,
    /// Cells with a value that are in no bar.
    pub others: u64,
    /// Cells without a value.
    pub missing: u64,
}

/// Counts the bars of several plots over the rows that pass, in one query. With `linked`, a column's own filters do not count for its own
/// plot, so that its other bars stay in sight and can be added.
pub fn fronts(
    frame: &LazyFrame,
    schema: &Schema,
    plots: &[(String, Plot)],
    filters: &[Filter],
    linked: bool,
    cancel: &Arc<AtomicBool>,
) -> Result<Vec<Front>> {
    let source = stoppable(frame.clone(), cancel);
    let mut queries = Vec::new();
    for (name, plot) in plots {
        let dtype = schema.get(name).ok_or_else(|| no_such_column(name, schema))?;
        let counted: Vec<Filter> = filters.iter().filter(|f| !linked || f.column != *name).cloned().collect();
        let rows = match passes(schema, &counted)? {
            Some(passes) => source.clone().filter(passes),
            None => source.clone(),
        };
        queries.push(query(rows, name, dtype, plot)?);
    }
    let found = unless_cancelled(collect_all(queries), cancel)?;
    found.iter().zip(plots).map(|(counted, (_, plot))| read(counted, plot)).collect()
}

const BAR: &str = "bar";
const COUNT: &str = "n";
/// Stands for cells in no bar.
const OTHERS: i64 = -1;

fn query(rows: LazyFrame, name: &str, dtype: &DataType, plot: &Plot) -> Result<LazyFrame> {
    let bar = match plot {
        Plot::Ranges(bounds) => {
            let size = size_of(name, dtype).or_else(|| (TypeClass::of(dtype) == TypeClass::Text).then(|| length(name)));
            let size = size.ok_or_else(|| {
                let message = format!("{name} holds {}, which has no ranges", TypeClass::of(dtype).words());
                Error::new(ErrorKind::Type, message)
            })?;
            ranged(size, bounds.clone())
        }
        Plot::Values(values) => listed(col(name), values),
    };
    Ok(rows.select([bar.alias(BAR)]).group_by([col(BAR)]).agg([len().cast(DataType::UInt64).alias(COUNT)]))
}

/// Of text, ranges are those of its length.
fn length(name: &str) -> Expr {
    let text = col(name).cast(DataType::String);
    polars::prelude::when(text.clone().neq(lit("")))
        .then(text.str().len_chars())
        .otherwise(lit(polars::prelude::NULL))
        .cast(DataType::Float64)
}

fn ranged(size: Expr, bounds: Vec<f64>) -> Expr {
    let bars = bounds.len().saturating_sub(1);
    let place = move |size: f64| -> i64 {
        let at = bounds.partition_point(|bound| *bound <= size);
        let last = bounds.last().copied().unwrap_or(f64::NAN);
        match at {
            0 => OTHERS,
            at if at <= bars => i64::try_from(at - 1).unwrap_or(OTHERS),
            // The last bar holds its upper bound.
            _ if size == last && bars > 0 => i64::try_from(bars - 1).unwrap_or(OTHERS),
            _ => OTHERS,
        }
    };
    size.map(
        move |cells| {
            let placed: Vec<Option<i64>> = cells.f64()?.iter().map(|size| Some(place(size?))).collect();
            Ok(Series::new(cells.name().clone(), placed).into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Int64)),
    )
}

fn listed(cells: Expr, values: &[String]) -> Expr {
    let places: HashMap<String, i64> = values.iter().cloned().zip(0..).collect();
    cells.map(
        move |cells| {
            let find = |text: &str| places.get(text).copied().unwrap_or(OTHERS);
            let placed: Vec<Option<i64>> = match cells.dtype() {
                DataType::String => cells.str()?.iter().map(|text| Some(find(text?))).collect(),
                _ => cells
                    .as_materialized_series()
                    .iter()
                    .map(|value| cell_text(&value).map(|text| find(&text)))
                    .collect(),
            };
            Ok(Series::new(cells.name().clone(), placed).into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Int64)),
    )
}

fn read(counted: &DataFrame, plot: &Plot) -> Result<Front> {
    let bars = match plot {
        Plot::Ranges(bounds) => bounds.len().saturating_sub(1),
        Plot::Values(values) => values.len(),
    };
    let mut front = Front { counts: vec![0; bars], ..Front::default() };
    for (bar, count) in counted.column(BAR)?.i64()?.iter().zip(counted.column(COUNT)?.u64()?.iter()) {
        let count = count.unwrap_or(0);
        match bar.map(usize::try_from) {
            None => front.missing += count,
            Some(Ok(at)) if at < bars => front.counts[at] += count,
            Some(_) => front.others += count,
        }
    }
    Ok(front)
}
