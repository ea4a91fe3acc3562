//! Sums that do not depend on the order of their parts.
//!
//! Floating numbers added up by several threads give another last digit each time; a run and its preview, or two runs, would then differ.
//! So each number is brought to whole units of 2⁻⁶⁰ and these are added as whole numbers. Of numbers below 2³⁶ whose sum is not tiny
//! this is at least as close as adding floats: for amounts of money it is the exact sum, rounded once. Other numbers are added as floats.

use polars::prelude::arity::{unary_elementwise, unary_elementwise_values};
use polars::prelude::{
    ChunkAgg as _, Column, DataType, Expr, Field, Float64Chunked, Int128Chunked, IntoColumn as _, IntoSeries as _,
    NULL, PolarsResult, lit, when,
};

/// Units of one, as a power of two.
const POINT: u32 = 60;
const UNIT: f64 = 1_152_921_504_606_846_976.0;
/// Numbers from here on are not brought to units: 2³⁰ of them could be more than the units' sum holds.
const TOO_LARGE: f64 = 68_719_476_736.0;
/// Numbers closer to zero than this lose digits as units; a sum as close to zero may have lost some.
const TOO_SMALL: f64 = 1.0 / 1_073_741_824.0;
const SMALL_SUM: f64 = 1.0 / 256.0;
/// Most numbers that are added up so.
const MOST: u32 = 1 << 30;

/// Decimals as whole units; missing where they do not fit.
pub(super) fn units(cells: &Expr) -> Expr {
    cells
        .clone()
        .cast(DataType::Float64)
        .map(|cells: Column| to_units(&cells), |_, field| Ok(Field::new(field.name.clone(), DataType::Decimal(38, 0))))
}

/// The sum of decimals; 0 when there are none.
pub(super) fn sum(cells: &Expr) -> Expr {
    sum_of(cells, &units(cells))
}

/// The sum of decimals whose units are made already.
pub(super) fn sum_of(cells: &Expr, units: &Expr) -> Expr {
    let (cells, units) = (cells.clone().cast(DataType::Float64), units.clone());
    let total = units.clone().sum().cast(DataType::Float64) / lit(UNIT);
    let all = units.count().eq(cells.clone().count()).and(cells.clone().count().lt(lit(MOST)));
    let close = total.clone().abs().gt_eq(lit(SMALL_SUM)).or(total.clone().eq(lit(0.0)));
    when(all.and(close)).then(total).otherwise(cells.sum())
}

/// The mean of decimals; missing when there are none.
pub(super) fn mean(cells: &Expr) -> Expr {
    mean_of(cells, &units(cells))
}

/// The mean of decimals whose units are made already.
pub(super) fn mean_of(cells: &Expr, units: &Expr) -> Expr {
    let count = cells.clone().count();
    // Nothing divided by nothing is no number.
    when(count.clone().gt(lit(0))).then(sum_of(cells, units) / count.cast(DataType::Float64)).otherwise(lit(NULL))
}

/// The mean of decimals that are in memory, as [`mean`] has it; none when there are none.
#[allow(
    clippy::cast_precision_loss,
    reason = "a count of rows is exact in a float; of a sum the first 53 digits are kept"
)]
pub(super) fn mean_of_values(cells: &Float64Chunked) -> Option<f64> {
    let numbers = || cells.iter().flatten();
    let count = numbers().count();
    let units = || numbers().filter(|number| fits(*number)).map(unit).sum::<i128>() as f64 / UNIT;
    let all = numbers().all(fits) && count < MOST as usize;
    let close = |total: &f64| total.abs() >= SMALL_SUM || *total == 0.0;
    let total = all.then(units).filter(close).or_else(|| cells.sum())?;
    (count > 0).then(|| total / count as f64)
}

/// Numbers as whole units; missing where they do not fit.
fn to_units(cells: &Column) -> PolarsResult<Column> {
    let cells = cells.f64()?;
    let all_fit = cells.downcast_iter().all(|chunk| chunk.values_iter().all(|number| fits(*number)));
    let units: Int128Chunked = if all_fit {
        unary_elementwise_values(cells, unit)
    } else {
        unary_elementwise(cells, |number: Option<f64>| number.filter(|number| fits(*number)).map(unit))
    };
    Ok(units.into_decimal_unchecked(38, 0).into_series().into_column())
}

fn fits(number: f64) -> bool {
    let size = number.abs();
    size < TOO_LARGE && (size >= TOO_SMALL || size == 0.0)
}

/// A number as units; what is smaller than one unit is cut off.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the whole part is below 2³⁶, the rest times 2⁶⁰ below 2⁶⁰"
)]
fn unit(number: f64) -> i128 {
    let whole = number as i64;
    let rest = (number - whole as f64) * UNIT;
    (i128::from(whole) << POINT) + i128::from(rest as i64)
}
