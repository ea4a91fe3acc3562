//! Whether a cell shows another value than before.

use crate::values::{add, write_cell, write_date, write_datetime, write_float, write_money};
use polars::prelude::{BooleanChunked, ChunkCompareEq as _, Column, DataType, PolarsResult, Series};

/// Of each cell whether it shows another value than before; of columns of two types, whether it reads otherwise.
pub(super) fn differs(was: &Column, now: &Column) -> PolarsResult<BooleanChunked> {
    if was.dtype() == now.dtype()
        && let Ok(found) = now.not_equal_missing(was)
    {
        return Ok(found);
    }
    let (was, now) = (plain(was)?, plain(now)?);
    let (mut write_was, mut write_now) = (writer(&was)?, writer(&now)?);
    let (mut before, mut after) = (String::new(), String::new());
    let differs = (0..was.len()).map(|_| {
        before.clear();
        after.clear();
        write_was(&mut before) != write_now(&mut after) || before != after
    });
    Ok(differs.collect())
}

/// The cells in one piece, short numbers as long ones, which are written the same.
fn plain(cells: &Column) -> PolarsResult<Series> {
    let cells = cells.as_materialized_series().rechunk();
    match cells.dtype() {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => {
            cells.cast(&DataType::Int64)
        }
        DataType::Float32 => cells.cast(&DataType::Float64),
        _ => Ok(cells),
    }
}

type Writer<'a> = Box<dyn FnMut(&mut String) -> bool + 'a>;

/// Writes one cell after the other as [`write_cell`] does, and says whether there was a value. Each kind is read as what it is: to look at
/// every cell of many rows through one type for all of them takes several times as long.
fn writer(cells: &Series) -> PolarsResult<Writer<'_>> {
    Ok(match cells.dtype() {
        DataType::String => each(cells.str()?.iter(), |cell, text| text.push_str(cell)),
        DataType::Int64 => each(cells.i64()?.iter(), |number, text| add(text, format_args!("{number}"))),
        DataType::Float64 => each(cells.f64()?.iter(), write_float),
        DataType::Boolean => each(cells.bool()?.iter(), |yes, text| text.push_str(if yes { "true" } else { "false" })),
        DataType::Date => each(cells.date()?.physical().iter(), write_date),
        DataType::Decimal(_, scale) => {
            let scale = *scale;
            each(cells.decimal()?.physical().iter(), move |units, text| write_money(units, scale, text))
        }
        DataType::Datetime(unit, zone) => {
            let (unit, zoned) = (*unit, zone.is_some());
            each(cells.datetime()?.physical().iter(), move |at, text| write_datetime(at, unit, zoned, text))
        }
        _ => {
            let mut cells = cells.iter();
            Box::new(move |text| cells.next().is_some_and(|cell| write_cell(&cell, text)))
        }
    })
}

fn each<'a, T>(mut cells: impl Iterator<Item = Option<T>> + 'a, write: impl Fn(T, &mut String) + 'a) -> Writer<'a> {
    Box::new(move |text| {
        let cell = cells.next().flatten();
        let is_there = cell.is_some();
        if let Some(cell) = cell {
            write(cell, text);
        }
        is_there
    })
}
