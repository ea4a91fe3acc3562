//! Figures of whole rows: duplicates, and correlations between columns.
//!
//! Duplicates are found by a hash of each row, eight bytes a row, in parts of bounded size. A hash that occurs once is no duplicate; rows
//! whose hash occurs again are compared cell by cell, so the count is exact whatever the hash does.

use super::Watch;
use crate::error::{Error, Result};
use crate::named::{col, free};
use crate::run::collect;
use crate::types::TypeClass;
use polars::polars_utils::aliases::PlSeedableRandomStateQuality;
use polars::prelude::row_encode::encode_rows_unordered;
use polars::prelude::{
    Column, DataFrame, DataType, Expr, Field, IntoColumn as _, LazyFrame, NULL, NamedFrom as _, Schema, Series,
    SortMultipleOptions, VecHash as _, len, lit, pearson_corr, when,
};
use std::sync::Arc;

/// Hashes held at once.
const MOST_HASHES: u64 = 64_000_000;
/// Rows compared cell by cell at once.
const MOST_ROWS: u64 = 4_000_000;
const HASH: &str = "__hash";

/// Rows that equal an earlier row in all columns.
pub(super) fn duplicate_rows(frame: &LazyFrame, schema: &Schema, rows: u64, watch: &Watch) -> Result<u64> {
    if rows < 2 {
        return Ok(0);
    }
    let columns: Vec<Expr> = schema.iter_names().map(|name| col(name.clone())).collect();
    let Some((first, rest)) = columns.split_first() else { return Ok(rows - 1) };
    // One seed for all rows, whichever thread hashes them.
    let seed = PlSeedableRandomStateQuality::default();
    let hash_rows = move |columns: &mut [Column]| {
        let mut hashes = Vec::with_capacity(columns[0].len());
        encode_rows_unordered(columns)?.vec_hash(Clone::clone(&seed), &mut hashes)?;
        Ok(Series::new(columns[0].name().clone(), hashes).into_column())
    };
    let hash =
        first.clone().map_many(hash_rows, rest, |_, fields| Ok(Field::new(fields[0].name.clone(), DataType::UInt64)));
    let parts = rows.div_ceil(MOST_HASHES);
    let mut duplicates = 0;
    for part in 0..parts {
        let mut hashes = frame.clone().select([hash.clone().alias(HASH)]);
        if parts > 1 {
            hashes = hashes.filter((col(HASH) % lit(parts)).eq(lit(part)));
        }
        let sorted = hashes.sort_by_exprs([col(HASH)], SortMultipleOptions::default());
        let (again, candidates) = repeated(&watch.outcome(collect(sorted))?)?;
        let slices = candidates.div_ceil(MOST_ROWS);
        let again = Arc::new(again);
        for slice in 0..slices {
            duplicates += compare(frame, schema, &hash, &again, (slice, slices), watch)?;
        }
    }
    Ok(duplicates)
}

/// The hashes that occur more than once, in order, and how many rows have one of them.
fn repeated(sorted: &DataFrame) -> Result<(Vec<u64>, u64)> {
    let hashes = sorted.column(HASH)?.u64()?;
    let (mut again, mut rows) = (Vec::new(), 0);
    let mut last = None;
    for hash in hashes.iter().flatten() {
        if last == Some(hash) {
            if again.last() == Some(&hash) {
                rows += 1;
            } else {
                again.push(hash);
                rows += 2;
            }
        }
        last = Some(hash);
    }
    Ok((again, rows))
}

/// Compares the rows whose hash occurs again, cell by cell; of these a slice.
fn compare(
    frame: &LazyFrame,
    schema: &Schema,
    hash: &Expr,
    again: &Arc<Vec<u64>>,
    (slice, slices): (u64, u64),
    watch: &Watch,
) -> Result<u64> {
    let again = again.clone();
    let wanted = hash.clone().map(
        move |hashes| {
            let found = hashes.u64()?.iter().map(|hash| {
                // The lowest bits chose the part; the ones above them choose the slice.
                hash.is_some_and(|hash| (hash >> 32) % slices == slice && again.binary_search(&hash).is_ok())
            });
            Ok(Series::new(hashes.name().clone(), found.collect::<Vec<bool>>()).into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Boolean)),
    );
    let times = free("times", &[schema]);
    let columns: Vec<Expr> = schema.iter_names().map(|name| col(name.clone())).collect();
    let counted = len().cast(DataType::UInt64).alias(times.as_str());
    let groups = frame.clone().filter(wanted).group_by(columns).agg([counted]);
    let extra = (col(times) - lit(1u64)).sum().alias("rows");
    let counted = watch.outcome(collect(groups.select([extra])))?;
    Ok(counted.column("rows")?.get(0)?.extract::<u64>().unwrap_or(0))
}

/// Correlations of columns of numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Correlations {
    /// The columns.
    pub columns: Vec<String>,
    /// Of each column with each; none where one of them does not vary.
    pub matrix: Vec<Vec<Option<f64>>>,
    /// Columns of numbers that were left out, because only so many were asked for.
    pub left_out: usize,
}

/// Pearson's coefficients of the first columns of numbers, in one query.
pub(super) fn correlations(
    frame: &LazyFrame,
    columns: &[Numeric],
    left_out: usize,
    watch: &Watch,
) -> Result<Correlations> {
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let mut matrix = vec![vec![None; names.len()]; names.len()];
    let cells: Vec<Expr> = columns.iter().map(finite).collect();
    let mut query = Vec::new();
    for (a, x) in cells.iter().enumerate() {
        for (b, y) in cells.iter().enumerate().skip(a + 1) {
            query.push(pearson_corr(x.clone(), y.clone()).cast(DataType::Float64).alias(format!("{a} {b}")));
        }
    }
    if !query.is_empty() {
        let found = watch.outcome(collect(frame.clone().select(query)))?;
        let pairs = (0..names.len()).flat_map(|a| (a + 1..names.len()).map(move |b| (a, b)));
        for (a, b) in pairs {
            let value = found.column(&format!("{a} {b}")).map_err(Error::from)?.get(0)?.extract::<f64>();
            let value = value.filter(|r| r.is_finite()).map(|r| r.clamp(-1.0, 1.0));
            (matrix[a][b], matrix[b][a]) = (value, value);
        }
    }
    Ok(Correlations { columns: names, matrix, left_out })
}

/// A column of numbers, with where its values lie and how far they spread.
pub(super) struct Numeric {
    pub(super) name: String,
    pub(super) dtype: DataType,
    pub(super) mean: f64,
    pub(super) deviation: f64,
}

/// Cells as finite numbers around zero, about one apart: so products lose the fewest digits, and neither overflow nor vanish.
fn finite(column: &Numeric) -> Expr {
    let number = col(column.name.as_str()).cast(DataType::Float64);
    let number = if TypeClass::of(&column.dtype) == TypeClass::Decimal {
        when(number.clone().is_finite()).then(number).otherwise(lit(NULL))
    } else {
        number
    };
    (number * lit(0.5) - lit(column.mean * 0.5)) / lit(column.deviation)
}
