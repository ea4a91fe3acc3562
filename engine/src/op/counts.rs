//! The different values of a column of any length and how often each occurs, in memory that depends on the values alone, not on the rows.
//!
//! The rows stream by: each batch is grouped, and what it holds is added to what is held already. When that is more than may be held, the
//! values are halved by a hash of theirs, so that equal ones stay together; the other half is counted by reading the rows again.

use super::distinct::one_zero;
use super::facts::Asker;
use super::ranks::CELL;
use super::stand_in::Statistic;
use crate::error::Result;
use crate::named::col;
use crate::types::TypeClass;
use polars::chunked_array::ops::row_encode::_get_rows_encoded_ca_unordered;
use polars::prelude::{
    BooleanChunked, ChunkFull as _, Column, DataFrame, DataType, Expr, GroupsIndicator, IdxSize, IntoColumn as _,
    IntoLazy as _, IntoSeries as _, LazyFrame, NamedFrom as _, NewChunkedArray as _, PlSmallStr, PolarsResult, Series,
    StringChunked, UInt64Chunked,
};
use std::hash::{DefaultHasher, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

const COUNT: &str = "count of cell";
const MOST: &str = "most";
/// So many bytes are held for each value that may be held: a pass more costs more than they do.
const BYTES: u64 = 128;
/// So many small batches are joined at once.
const BATCHES: usize = 64;
/// Values are not halved further than into so many parts.
const PARTS: u64 = 1 << 12;

/// How many different values there are: the cells are the column `cell`, without missing ones.
pub(super) fn different(asker: &mut Asker<'_>, cells: &LazyFrame, dtype: &DataType) -> Result<u64> {
    let mut different = 0;
    in_parts(asker, cells, dtype, &mut |_, values| {
        different += values.height() as u64;
        Ok(())
    })?;
    Ok(different)
}

/// What a statistic asks of the most frequent values of many rows: their cells are the column `cell`, without missing ones and NaN.
pub(super) fn most_frequent(
    asker: &mut Asker<'_>,
    cells: &LazyFrame,
    statistic: Statistic,
    dtype: &DataType,
) -> Result<DataFrame> {
    let mut answers = DataFrame::default();
    in_parts(asker, cells, dtype, &mut |asker, values| {
        let modes = col(CELL).cast(dtype.clone()).filter(col(COUNT).eq(col(COUNT).max()));
        let mut asked = statistic.query_modes(modes, dtype);
        asked.push(col(COUNT).max().alias(MOST));
        let answer = asker.ask(values.lazy().select(asked))?;
        answers = if answers.width() == 0 { answer } else { answers.vstack(&answer)? };
        Ok(())
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
    if TypeClass::of(dtype) == TypeClass::Money { col(CELL).cast(DataType::String) } else { one_zero(col(CELL), dtype) }
}

/// Does something with all different values and their counts, part by part.
fn in_parts(
    asker: &mut Asker<'_>,
    cells: &LazyFrame,
    dtype: &DataType,
    each: &mut dyn FnMut(&mut Asker<'_>, DataFrame) -> Result<()>,
) -> Result<()> {
    let most = usize::try_from(asker.values.max(2).saturating_mul(BYTES)).unwrap_or(usize::MAX);
    let mut left = vec![Part { at: 0, of: 1 }];
    while let Some(part) = left.pop() {
        let counted =
            Arc::new(Mutex::new(Counted { part, others: Vec::new(), values: None, batches: Vec::new(), most }));
        let shared = Arc::clone(&counted);
        asker.watch(cells.clone().select([told_apart(dtype).alias(CELL)]), move |rows| {
            let lock = || shared.lock().unwrap_or_else(PoisonError::into_inner);
            let part = lock().part;
            let values = grouped(&with_ones(part.of_rows(&rows)?)?)?;
            lock().add(values)
        })?;
        let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.join()?;
        // Some values came while the part was larger.
        let values = counted.values.take().map(|values| counted.part.of_rows(&values)).transpose()?;
        left.append(&mut counted.others);
        drop(counted);
        let values = values.map_or_else(|| nothing(dtype), Ok)?;
        each(asker, values)?;
    }
    Ok(())
}

/// The values of one part of as many as their hashes are divided into.
#[derive(Clone, Copy)]
struct Part {
    at: u64,
    of: u64,
}

impl Part {
    /// Half of it, and the other half.
    const fn halves(self) -> (Self, Self) {
        let of = self.of * 2;
        (Self { at: self.at, of }, Self { at: self.at + self.of, of })
    }

    /// The rows whose cells are of this part.
    fn of_rows(self, rows: &DataFrame) -> PolarsResult<DataFrame> {
        if self.of == 1 {
            return Ok(rows.clone());
        }
        // The same bytes for equal values, also for both zeros.
        let keys = _get_rows_encoded_ca_unordered(PlSmallStr::EMPTY, &[rows.column(CELL)?.clone()])?;
        let here = |key: Option<&[u8]>| {
            let mut hasher = DefaultHasher::new();
            hasher.write(key.unwrap_or_default());
            Some(hasher.finish() % self.of == self.at)
        };
        rows.filter(&BooleanChunked::from_iter_options(PlSmallStr::EMPTY, keys.iter().map(here)))
    }
}

/// The values of a part as far as they were seen.
struct Counted {
    part: Part,
    /// What was left to be counted later.
    others: Vec<Part>,
    values: Option<DataFrame>,
    /// Values of batches that are not joined with them yet; they may be of the whole that the part was halved from.
    batches: Vec<DataFrame>,
    /// So many bytes are held.
    most: usize,
}

impl Counted {
    fn add(&mut self, values: DataFrame) -> PolarsResult<()> {
        self.batches.push(values);
        let bytes: usize = self.batches.iter().map(DataFrame::estimated_size).sum();
        let held = self.values.as_ref().map_or(0, DataFrame::estimated_size);
        let enough = held.clamp(self.most / 16, self.most / 2);
        if self.batches.len() >= BATCHES || bytes > enough { self.join() } else { Ok(()) }
    }

    /// Joins what is held, and lets go of half of it while that is too much.
    fn join(&mut self) -> PolarsResult<()> {
        let mut pieces = self.values.take().into_iter().chain(self.batches.drain(..));
        let Some(mut all) = pieces.next() else { return Ok(()) };
        for piece in pieces {
            all.vstack_mut(&piece)?;
        }
        let mut values = grouped(&all)?;
        while values.height() > 1 && values.estimated_size() > self.most && self.part.of < PARTS {
            let (part, other) = self.part.halves();
            self.others.push(other);
            self.part = part;
            values = own(part.of_rows(&values)?)?;
        }
        self.values = Some(values);
        Ok(())
    }
}

/// What is counted of no rows.
fn nothing(dtype: &DataType) -> PolarsResult<DataFrame> {
    with_ones(DataFrame::new(0, vec![Column::new_empty(CELL.into(), dtype)])?)
}

fn with_ones(mut rows: DataFrame) -> PolarsResult<DataFrame> {
    let ones = UInt64Chunked::full(COUNT.into(), 1, rows.height());
    rows.with_column(ones.into_series().into_column())?;
    Ok(rows)
}

/// One row for each different value, with the sum of its counts.
fn grouped(rows: &DataFrame) -> PolarsResult<DataFrame> {
    let counts = rows.column(COUNT)?.u64()?.rechunk();
    let counts = counts.cont_slice()?;
    let groups = rows.group_by([CELL])?;
    let at = |row: IdxSize| usize::try_from(row).unwrap_or(usize::MAX);
    let sum = |group: GroupsIndicator<'_>| -> u64 {
        match group {
            GroupsIndicator::Idx((_, rows)) => rows.iter().map(|row| counts[at(*row)]).sum(),
            GroupsIndicator::Slice([first, len]) => counts[at(first)..at(first) + at(len)].iter().sum(),
        }
    };
    let sums = Series::new(COUNT.into(), groups.get_groups().iter().map(sum).collect::<Vec<_>>());
    let mut columns = groups.keys();
    columns.push(sums.into_column());
    own(DataFrame::new(columns[0].len(), columns)?)
}

/// The same values, and of texts only what they need: else they would hold on to all texts of the rows that they came from.
fn own(mut values: DataFrame) -> PolarsResult<DataFrame> {
    let cells = values.column(CELL)?;
    if let Ok(texts) = cells.str() {
        let texts = texts.downcast_iter().map(|chunk| chunk.clone().gc());
        let texts = StringChunked::from_chunk_iter(CELL.into(), texts);
        values.with_column(texts.into_series().into_column())?;
    }
    Ok(values)
}
