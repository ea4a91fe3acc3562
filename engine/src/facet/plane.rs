//! Two columns against each other: how many rows lie in each field of a plane, over all rows. A scatter of a sample would hide what is rare.

use super::predicate::size_of;
use super::{Filter, filtered};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::op::no_such_column;
use crate::plan::stoppable;
use crate::run::{collect, unless_cancelled};
use crate::types::TypeClass;
use polars::prelude::{DataType, Expr, LazyFrame, Schema, len, lit};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The values of one column that a plane spans.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Axis {
    /// The smallest.
    pub low: f64,
    /// The largest.
    pub high: f64,
    /// Into how many equal ranges they are cut.
    pub ranges: usize,
}

impl Axis {
    /// Where a range begins; that after the last one is the largest value.
    #[allow(clippy::cast_precision_loss, reason = "a few dozen ranges")]
    pub fn bound(&self, at: usize) -> f64 {
        if at >= self.ranges { self.high } else { self.low + (self.high - self.low) * at as f64 / self.ranges as f64 }
    }
}

/// Rows by the values of two columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plane {
    /// The axes, of the first column and of the second.
    pub axes: [Axis; 2],
    /// Rows of each field: those of the lowest range of the second column first.
    pub counts: Vec<u64>,
    /// Rows without a value in one of them, or without a number.
    pub left_out: u64,
}

impl Plane {
    /// The rows of a field.
    pub fn count(&self, across: usize, up: usize) -> u64 {
        self.counts.get(up * self.axes[0].ranges + across).copied().unwrap_or(0)
    }
}

const FIELD: &str = "field";
const COUNT: &str = "n";

/// Counts the rows that pass by two columns of numbers or moments, in so many ranges of each.
pub fn plane(
    frame: &LazyFrame,
    schema: &Schema,
    columns: [&str; 2],
    filters: &[Filter],
    ranges: [usize; 2],
    cancel: &Arc<AtomicBool>,
) -> Result<Plane> {
    let size = |name: &str| -> Result<Expr> {
        let dtype = schema.get(name).ok_or_else(|| no_such_column(name, schema))?;
        let size = size_of(name, dtype).ok_or_else(|| {
            let message = format!("{name} holds {}, which has no place on an axis", TypeClass::of(dtype).words());
            Error::new(ErrorKind::Type, message).advise("choose a column of numbers, dates or times")
        })?;
        Ok(size)
    };
    let (x, y) = (size(columns[0])?, size(columns[1])?);
    let rows = filtered(&stoppable(frame.clone(), cancel), schema, filters)?.select([x.alias("x"), y.alias("y")]);
    // What is no number passes no comparison.
    let both = || col("x").is_finite().and(col("y").is_finite()).fill_null(lit(false));
    let ends = rows.clone().select([
        len().cast(DataType::UInt64).alias("rows"),
        both().sum().cast(DataType::UInt64).alias("both"),
        col("x").filter(both()).min().alias("left"),
        col("x").filter(both()).max().alias("right"),
        col("y").filter(both()).min().alias("bottom"),
        col("y").filter(both()).max().alias("top"),
    ]);
    let ends = unless_cancelled(collect(ends), cancel)?;
    let number = |name: &str| -> Result<Option<f64>> { Ok(ends.column(name)?.get(0)?.extract::<f64>()) };
    let count = |name: &str| -> Result<u64> { Ok(ends.column(name)?.get(0)?.extract::<u64>().unwrap_or(0)) };
    let (all, told) = (count("rows")?, count("both")?);
    let left_out = all - told.min(all);
    let (Some(left), Some(right), Some(bottom), Some(top)) =
        (number("left")?, number("right")?, number("bottom")?, number("top")?)
    else {
        return Ok(Plane { left_out, ..Plane::default() });
    };
    let axes = [Axis { low: left, high: right, ranges: ranges[0] }, Axis { low: bottom, high: top, ranges: ranges[1] }];
    let field = range("y", &axes[1]) * lit(axes[0].ranges as u64) + range("x", &axes[0]);
    let counted = rows.filter(both()).group_by([field.alias(FIELD)]).agg([len().cast(DataType::UInt64).alias(COUNT)]);
    let counted = unless_cancelled(collect(counted), cancel)?;
    let mut counts = vec![0; ranges[0] * ranges[1]];
    for (field, count) in counted.column(FIELD)?.u64()?.iter().zip(counted.column(COUNT)?.u64()?.iter()) {
        let place = field.and_then(|field| counts.get_mut(usize::try_from(field).ok()?));
        if let (Some(place), Some(count)) = (place, count) {
            *place += count;
        }
    }
    Ok(Plane { axes, counts, left_out })
}

/// Which range of an axis a value lies in; the largest lies in the last one.
#[allow(clippy::cast_precision_loss, reason = "a few dozen ranges")]
fn range(name: &str, axis: &Axis) -> Expr {
    let width = axis.high - axis.low;
    if width <= 0.0 {
        return (col(name) * lit(0.0)).cast(DataType::UInt64);
    }
    let place = (col(name) - lit(axis.low)) / lit(width) * lit(axis.ranges as f64);
    let last = (axis.ranges as u64).saturating_sub(1);
    let place = place.floor().cast(DataType::UInt64);
    polars::prelude::when(place.clone().gt(lit(last))).then(lit(last)).otherwise(place)
}
