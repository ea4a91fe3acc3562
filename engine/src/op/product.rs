//! The product of a column, the same however its rows are divided: it is carried with twice the digits of a number and any power of two,
//! so that it neither overflows nor vanishes on the way, and is rounded once.

use super::facts::Asker;
use super::ranks::CELL;
use crate::error::Result;
use polars::prelude::{
    Column, DataFrame, DataType, Expr, Field, Float64Chunked, IntoColumn as _, LazyFrame, NewChunkedArray as _,
    OptFlags, PolarsResult, Schema, SchemaRef,
};
use std::sync::Arc;

/// The product of decimals of a whole table; the column is held in memory. 1 when there are none.
pub(super) fn product(cells: &Expr) -> Expr {
    cells.clone().cast(DataType::Float64).agg_with_fmt_str(
        |cells: Column| {
            let product = Product::of_all(&cells)?.value();
            Ok(Float64Chunked::from_slice(cells.name().clone(), &[product]).into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Float64)),
        "product",
    )
}

/// The same of many rows: their numbers are the column `cell`, without missing ones.
pub(super) fn in_passes(asker: &mut Asker<'_>, numbers: &LazyFrame) -> Result<f64> {
    // Of each batch of rows one row comes out.
    let batches = |batch: DataFrame| Product::of_all(batch.column(CELL)?)?.row();
    let schema =
        |_: &Schema| -> PolarsResult<SchemaRef> { Ok(Arc::new(Product::ONE.row()?.schema().as_ref().clone())) };
    let parts = numbers.clone().map(batches, OptFlags::STREAMING, Some(Arc::new(schema)), Some("products"));
    let table = asker.ask(parts)?;
    let mut product = Product::ONE;
    for row in 0..table.height() {
        let part =
            |name: &str| -> Result<f64> { Ok(table.column(name)?.get(row)?.extract::<f64>().unwrap_or_default()) };
        let power = table.column("power")?.get(row)?.extract::<i64>().unwrap_or_default();
        product = product.times(Product { high: part("high")?, low: part("low")?, power });
    }
    Ok(product.value())
}

/// A number of twice the digits, from 1 to below 2, times a power of two; or zero.
#[derive(Clone, Copy)]
struct Product {
    high: f64,
    low: f64,
    power: i64,
}

impl Product {
    const ONE: Self = Self { high: 1.0, low: 0.0, power: 0 };

    fn of_all(cells: &Column) -> PolarsResult<Self> {
        Ok(cells.f64()?.iter().flatten().map(Self::of).fold(Self::ONE, Self::times))
    }

    /// A number that is finite.
    fn of(number: f64) -> Self {
        // The smallest numbers have no first digit of their own.
        let (number, power) = if number.is_subnormal() { (number * 64_f64.exp2(), -64) } else { (number, 0) };
        Self { high: number, low: 0.0, power }.normal()
    }

    fn times(self, other: Self) -> Self {
        let high = self.high * other.high;
        let rest = self.high.mul_add(other.high, -high) + (self.high * other.low + self.low * other.high);
        let sum = high + rest;
        Self { high: sum, low: rest - (sum - high), power: self.power + other.power }.normal()
    }

    /// The same with its first digit before the point.
    fn normal(self) -> Self {
        const POWER: u64 = 0x7ff << 52;
        if self.high == 0.0 {
            return Self { low: 0.0, power: 0, ..self };
        }
        let bits = self.high.to_bits();
        let power = i32::try_from((bits & POWER) >> 52).unwrap_or_default() - 1023;
        let high = f64::from_bits((bits & !POWER) | (1023 << 52));
        // The second half is zero wherever the power is a large one.
        let low = if self.low == 0.0 { 0.0 } else { self.low * f64::from(-power).exp2() };
        Self { high, low, power: self.power + i64::from(power) }
    }

    fn value(self) -> f64 {
        let power = i32::try_from(self.power.clamp(-2200, 2200)).unwrap_or_default();
        let half = power / 2;
        (self.high + self.low) * f64::from(half).exp2() * f64::from(power - half).exp2()
    }

    fn row(self) -> PolarsResult<DataFrame> {
        let columns = vec![
            Column::new("high".into(), [self.high]),
            Column::new("low".into(), [self.low]),
            Column::new("power".into(), [self.power]),
        ];
        DataFrame::new(1, columns)
    }
}
