//! The standard deviation of a column, the same to the last digit however the rows are divided among threads and passes.
//!
//! Distances from the mean are added up as whole numbers, those of one power of two together; so are their squares.

use super::exact::{mean, mean_of_values};
use super::facts::Asker;
use super::ranks::CELL;
use crate::error::Result;
use crate::named::col;
use polars::prelude::{
    AnyValue, Column, DataFrame, DataType, Expr, Field, Float64Chunked, Int32Chunked, Int128Chunked, IntoColumn as _,
    IntoSeries as _, LazyFrame, NewChunkedArray as _, SortMultipleOptions, len, lit,
};
use std::collections::BTreeMap;

/// The sample standard deviation of decimals of a whole table; the column is held in memory. Missing when there are fewer than two.
pub(super) fn deviation(cells: &Expr) -> Expr {
    let cells = cells.clone().cast(DataType::Float64);
    cells.agg_with_fmt_str(
        |cells: Column| {
            let numbers = cells.f64()?;
            let mut sums = Sums::default();
            if let Some(mean) = mean_of_values(numbers) {
                numbers.iter().flatten().for_each(|number| sums.add(&Parts::of(number - mean)));
            }
            Ok(Float64Chunked::from_iter_options(cells.name().clone(), std::iter::once(sums.deviation())).into_column())
        },
        |_, field| Ok(field.clone()),
        "deviation",
    )
}

/// The mean and the sample standard deviation of decimals, in two passes over the rows; those of fewer than one and two are missing.
pub(super) fn in_passes(asker: &mut Asker<'_>, numbers: &LazyFrame) -> Result<(Option<f64>, Option<f64>)> {
    let answer = asker.ask(numbers.clone().select([mean(&col(CELL)).alias(CELL)]))?;
    let Some(mean) = answer.column(CELL)?.get(0)?.extract::<f64>() else { return Ok((None, None)) };
    let distance = col(CELL) - lit(mean);
    let parts = numbers.clone().select([distance.alias(CELL)]).select([
        power(col(CELL)).alias("power"),
        units(col(CELL), |parts| parts.distance).alias("distance"),
        units(col(CELL), |parts| parts.square).alias("square"),
    ]);
    let figures = [col("distance").sum(), col("square").sum(), len().alias("count")];
    let table = parts.group_by([col("power")]).agg(figures).sort(["power"], SortMultipleOptions::default());
    Ok((Some(mean), Sums::read(&asker.ask(table)?)?.deviation()))
}

/// The standard error of the mean of decimals, in two passes over the rows; that of fewer than two is missing.
#[allow(clippy::cast_precision_loss, reason = "a count of rows is exact in a float")]
pub(super) fn error_in_passes(asker: &mut Asker<'_>, numbers: &LazyFrame) -> Result<Option<f64>> {
    let (_, deviation) = in_passes(asker, numbers)?;
    let count = asker.ask(numbers.clone().select([len().alias("count")]))?;
    let count = count.column("count")?.get(0)?.extract::<u64>().unwrap_or_default();
    Ok(deviation.map(|deviation| deviation / (count as f64).sqrt()))
}

fn power(cells: Expr) -> Expr {
    cells.map(
        |cells: Column| {
            let powers = cells.f64()?.iter().map(|cell| cell.map(|cell| Parts::of(cell).power));
            Ok(Int32Chunked::from_iter_options(cells.name().clone(), powers).into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Int32)),
    )
}

fn units(cells: Expr, part: fn(&Parts) -> i128) -> Expr {
    cells.map(
        move |cells: Column| {
            let units = cells.f64()?.iter().map(|cell| cell.map(|cell| part(&Parts::of(cell))));
            let units = Int128Chunked::from_iter_options(cells.name().clone(), units);
            Ok(units.into_decimal_unchecked(38, 0).into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Decimal(38, 0))),
    )
}

/// A distance and its square as whole numbers of units.
struct Parts {
    /// The unit of the distance is this power of two; that of the square twice that, and [`ROUNDED`] more.
    power: i32,
    distance: i128,
    square: i128,
}

/// Digits that are rounded off a square.
const ROUNDED: i32 = 46;

impl Parts {
    /// What is too large for a number counts as twice the largest one.
    fn of(distance: f64) -> Self {
        let bits = distance.to_bits();
        let (power, fraction) = ((bits >> 52) & 0x7ff, i128::from(bits & ((1 << 52) - 1)));
        let digits = if power == 0 { fraction } else { fraction | (1 << 52) };
        Self {
            power: i32::try_from(power.max(1)).unwrap_or_default() - 1075,
            distance: if distance.is_sign_negative() { -digits } else { digits },
            square: (digits * digits + (1 << (ROUNDED - 1))) >> ROUNDED,
        }
    }
}

/// Sums of distances and of their squares, by power of two.
#[derive(Default)]
struct Sums {
    count: u64,
    powers: BTreeMap<i32, (i128, i128)>,
}

impl Sums {
    fn add(&mut self, parts: &Parts) {
        let sums = self.powers.entry(parts.power).or_default();
        self.count += 1;
        sums.0 += parts.distance;
        sums.1 += parts.square;
    }

    fn read(table: &DataFrame) -> Result<Self> {
        let mut sums = Self::default();
        for row in 0..table.height() {
            let cell = |name: &str| -> Result<i128> {
                Ok(match table.column(name)?.get(row)? {
                    AnyValue::Decimal(units, ..) => units,
                    other => other.extract::<i128>().unwrap_or_default(),
                })
            };
            sums.count += u64::try_from(cell("count")?).unwrap_or_default();
            let power = i32::try_from(cell("power")?).unwrap_or_default();
            sums.powers.insert(power, (cell("distance")?, cell("square")?));
        }
        Ok(sums)
    }

    /// The square root of the mean squared distance from the mean, one number less in the count.
    #[allow(
        clippy::cast_precision_loss,
        reason = "a count of rows is exact in a float; of sums the first 53 digits are kept"
    )]
    fn deviation(&self) -> Option<f64> {
        if self.count < 2 {
            return None;
        }
        let two = |power: i32| f64::from(power).exp2();
        let rest: f64 = self.powers.iter().map(|(power, (distance, _))| *distance as f64 * two(*power)).sum();
        let squares: f64 =
            self.powers.iter().map(|(power, (_, square))| *square as f64 * two(2 * power + ROUNDED)).sum();
        let count = self.count as f64;
        // What the mean was rounded by is taken out again.
        Some(((squares - rest * rest / count) / (count - 1.0)).max(0.0).sqrt())
    }
}
