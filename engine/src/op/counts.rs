//! The different values of a column of any length, counted in memory that does not grow with the rows.
//!
//! About how many there are is asked first. When they are many, values are parted by a hash, so that equal ones lie in the same part,
//! and the rows are read once for each part.

use super::facts::Asker;
use super::ranks::CELL;
use super::stand_in::Statistic;
use crate::error::Result;
use crate::named::col;
use crate::types::TypeClass;
use polars::chunked_array::ops::row_encode::_get_rows_encoded_ca_unordered;
use polars::prelude::{
    Column, DataFrame, DataType, Expr, Field, IntoColumn as _, IntoLazy as _, IntoSeries as _, LazyFrame,
    NewChunkedArray as _, PlSmallStr, UInt32Chunked, len, lit,
};
use std::hash::{DefaultHasher, Hasher as _};

const KEY: &str = "key";
const COUNT: &str = "count of key";
const MOST: &str = "most";
/// So many times the values that are held elsewhere are held here: a pass more costs more than they do.
const MORE: u64 = 4;

/// How many different values there are: the cells are the column `cell`, without missing ones.
pub(super) fn different(asker: &mut Asker<'_>, cells: &LazyFrame, dtype: &DataType) -> Result<u64> {
    let cells = cells.clone().select([told_apart(dtype).alias(CELL)]);
    let answers = in_parts(asker, &cells, |part| part.select([col(CELL).n_unique().cast(DataType::UInt64)]))?;
    Ok(answers.column(CELL)?.as_materialized_series().sum::<u64>()?)
}

/// What a statistic asks of the most frequent values of many rows: their cells are the column `cell`, without missing ones and NaN.
pub(super) fn most_frequent(
    asker: &mut Asker<'_>,
    cells: &LazyFrame,
    statistic: Statistic,
    dtype: &DataType,
) -> Result<DataFrame> {
    let answers = in_parts(asker, cells, |part| {
        let counted = [col(CELL).first().alias(CELL), len().alias(COUNT)];
        let values = part.group_by([told_apart(dtype).alias(KEY)]).agg(counted);
        let modes = col(CELL).filter(col(COUNT).eq(col(COUNT).max()));
        let mut asked = statistic.query_modes(modes, dtype);
        asked.push(col(COUNT).max().alias(MOST));
        values.select(asked)
    })?;
    let names: Vec<PlSmallStr> = answers.get_column_names().into_iter().cloned().collect();
    let joined = names.into_iter().filter(|name| name != MOST).map(|name| match name.as_str() {
        "low" => col("low").min(),
        "high" => col("high").max(),
        _ => col(name).sum(),
    });
    let of_most = answers.lazy().filter(col(MOST).eq(col(MOST).max()));
    asker.ask(of_most.select(joined.collect::<Vec<_>>()))
}

/// Cells by which values are told apart. Polars cannot group by exact decimals alone; their texts tell the same apart.
fn told_apart(dtype: &DataType) -> Expr {
    if TypeClass::of(dtype) == TypeClass::Money { col(CELL).cast(DataType::String) } else { col(CELL) }
}

/// The answers to a query of the parts of cells, one below the other; values that are equal are in one part.
fn in_parts(asker: &mut Asker<'_>, cells: &LazyFrame, query: impl Fn(LazyFrame) -> LazyFrame) -> Result<DataFrame> {
    let about = asker.ask(cells.clone().select([col(CELL).approx_n_unique()]))?;
    let about = about.column(CELL)?.get(0)?.extract::<u64>().unwrap_or_default();
    // The estimate may be a few percent off, and parts are not of one size.
    let parts = (about + about / 8).div_ceil(asker.values.saturating_mul(MORE).max(1));
    let parts = u32::try_from(parts).unwrap_or(u32::MAX).max(1);
    let mut answers: Option<DataFrame> = None;
    for part in 0..parts {
        let rows = cells.clone();
        let rows = if parts > 1 { rows.filter(part_of(parts).eq(lit(part))) } else { rows };
        let answer = asker.ask(query(rows))?;
        answers = Some(match answers {
            Some(answers) => answers.vstack(&answer)?,
            None => answer,
        });
    }
    Ok(answers.unwrap_or_default())
}

/// In which of so many parts a cell lies.
fn part_of(parts: u32) -> Expr {
    col(CELL).map(
        move |cells: Column| {
            let name = cells.name().clone();
            // The same bytes for equal values, also for both zeros.
            let keys = _get_rows_encoded_ca_unordered(PlSmallStr::EMPTY, &[cells])?;
            let part = |key: Option<&[u8]>| {
                let mut hasher = DefaultHasher::new();
                hasher.write(key.unwrap_or_default());
                u32::try_from(hasher.finish() % u64::from(parts)).ok()
            };
            Ok(UInt32Chunked::from_iter_options(name, keys.iter().map(part)).into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::UInt32)),
    )
}
