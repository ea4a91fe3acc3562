//! The table of different values with their counts, from which nearly all figures follow: a hash group-by on the streaming engine, or
//! a sort where most numbers or moments differ (a key, a time stamp), which is several times cheaper then.
//!
//! A column with more different values than [`MOST_VALUES`] is counted in parts, ranges of its values whose bounds come from a sample, so
//! that memory does not grow with the number of different values. Every part is exact, and no value is in two of them.

use super::Watch;
use crate::error::Result;
use crate::named::col;
use crate::run::{collect, collect_all};
use polars::prelude::{
    ChunkedArray, DataFrame, DataType, Expr, IntoColumn as _, IntoSeries, LazyFrame, PolarsNumericType, Series,
    SortMultipleOptions, SortOptions, UInt64Chunked, len, lit,
};

/// How many different values are held at once.
pub(super) const MOST_VALUES: u64 = 8_000_000;
/// So many times as many cells are sorted at once as different values are held by a hash table: a cell to be sorted takes less room.
const SORTED_AT_ONCE: u64 = 3;
/// How many cells the bounds of parts are taken from.
const SAMPLE: u64 = 100_000;

/// The name of the column of values in a part.
pub(super) const VALUE: &str = "value";
/// The name of the column of counts in a part.
pub(super) const COUNT: &str = "n";

/// The values of one column in parts of bounded size, in the order of the values where they are sorted.
#[derive(Clone)]
pub(super) struct Parts {
    /// One column of cells, missing ones left out.
    cells: LazyFrame,
    /// Which cells are in which part.
    ranges: Vec<Option<Expr>>,
    sorted: bool,
    /// Whether the cells are sorted and then told apart, instead of hashed.
    by_sorting: bool,
    size: Size,
}

/// How much there is to count, and how much of it may be held at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// Cells.
    pub(super) rows: u64,
    /// Different values, about.
    pub(super) values: u64,
    /// Different values held at once.
    pub(super) most: u64,
}

impl Size {
    /// Whether so many values differ that sorting is cheaper than hashing.
    const fn most_differ(self) -> bool {
        self.rows >= FEW_ROWS && self.values > self.rows / 3
    }

    /// The room that counting takes, in different values of a hash table.
    pub(super) fn room(self, dtype: &DataType) -> u64 {
        if self.most_differ() && is_sortable(dtype) { self.rows.div_ceil(SORTED_AT_ONCE) } else { self.values }
    }
}

impl Parts {
    /// The parts of cells that have about so many different values.
    pub(super) fn new(frame: &LazyFrame, cells: &Expr, sorted: bool, size: Size) -> Result<Self> {
        let mut cells = frame.clone().select([cells.clone().alias(VALUE)]).drop_nulls(None);
        let sortable = sorted && size.most_differ();
        let by_sorting = sortable && cells.collect_schema()?.get(VALUE).is_some_and(is_sortable);
        let mut parts = Self { cells, ranges: vec![None], sorted, by_sorting, size };
        let most = size.most.max(1);
        let wanted = if by_sorting {
            size.rows.div_ceil(most.saturating_mul(SORTED_AT_ONCE))
        } else {
            // The estimate of different values may be off by 3 % or so, the sample by some more.
            (size.values + size.values / 10).div_ceil(most)
        };
        if wanted > 1 {
            // What must be read several times anyway is held in smaller pieces.
            parts.ranges = parts.cut(wanted.saturating_mul(2), size.rows)?;
        }
        Ok(parts)
    }

    /// The parts of what is computed from each finite number of these.
    pub(super) fn derived(&self, make: &dyn Fn(Expr) -> Expr) -> Result<Self> {
        let mut cells = self.cells.clone();
        let temporal = cells.collect_schema()?.get(VALUE).is_some_and(DataType::is_temporal);
        let number = if temporal { col(VALUE).to_physical() } else { col(VALUE) }.cast(DataType::Float64);
        let numbers = cells.select([number]).filter(col(VALUE).is_finite());
        Self::new(&numbers, &make(col(VALUE)), true, self.size)
    }

    /// How many parts there are.
    pub(super) fn len(&self) -> usize {
        self.ranges.len()
    }

    fn cut(&self, wanted: u64, rows: u64) -> Result<Vec<Option<Expr>>> {
        let nth = (rows / SAMPLE).max(1);
        let sample = self.cells.clone().with_row_index("row", None).filter((col("row") % lit(nth)).eq(lit(0)));
        let sample = collect(sample.select([col(VALUE)]).sort_by_exprs([col(VALUE)], SortMultipleOptions::default()))?;
        let values = sample.column(VALUE)?;
        let mut cuts: Vec<Expr> = Vec::new();
        let mut last = None;
        for at in 1..wanted {
            let at = (values.len() as u64 * at / wanted).min((values.len() as u64).saturating_sub(1));
            let Ok(value) = values.get(usize::try_from(at).unwrap_or_default()) else { continue };
            let value = value.into_static();
            if last.as_ref() != Some(&value) {
                let scalar = polars::prelude::Scalar::new(values.dtype().clone(), value.clone());
                cuts.push(lit(scalar));
                last = Some(value);
            }
        }
        let cells = || col(VALUE);
        let mut ranges = Vec::new();
        for at in 0..=cuts.len() {
            let from = at.checked_sub(1).map(|at| cells().gt_eq(cuts[at].clone()));
            let to = cuts.get(at).map(|cut| cells().lt(cut.clone()));
            ranges.push(match (from, to) {
                (Some(from), Some(to)) => Some(from.and(to)),
                (from, to) => from.or(to),
            });
        }
        Ok(ranges)
    }

    /// The query that counts a part, or yields the cells that [`Self::counted`] counts.
    fn query(&self, at: usize) -> LazyFrame {
        let cells = match &self.ranges[at] {
            Some(range) => self.cells.clone().filter(range.clone()),
            None => self.cells.clone(),
        };
        if self.by_sorting {
            return cells;
        }
        let counted = cells.group_by([col(VALUE)]).agg([len().cast(DataType::UInt64).alias(COUNT)]);
        if self.sorted { counted.sort_by_exprs([col(VALUE)], SortMultipleOptions::default()) } else { counted }
    }

    /// The different values with their counts, of what the query of a part yielded.
    fn counted(&self, found: DataFrame) -> Result<DataFrame> {
        if !self.by_sorting {
            return Ok(found);
        }
        let cells = found.column(VALUE)?.as_materialized_series().clone();
        drop(found);
        runs(cells)
    }

    /// Counts one part after the other.
    pub(super) fn each(&self, watch: &Watch, mut work: impl FnMut(DataFrame) -> Result<()>) -> Result<()> {
        for at in 0..self.len() {
            let found = watch.outcome(collect(self.query(at)))?;
            work(watch.outcome(self.counted(found))?)?;
        }
        Ok(())
    }
}

/// Below so many rows nothing is gained by sorting.
const FEW_ROWS: u64 = 100_000;

/// Whether values of a type can be sorted and told apart as plain numbers.
fn is_sortable(dtype: &DataType) -> bool {
    matches!(
        dtype.to_physical(),
        DataType::Int64 | DataType::UInt64 | DataType::Int32 | DataType::Float64 | DataType::Float32
    ) && !matches!(dtype, DataType::Categorical(..) | DataType::Enum(..))
}

/// Cells without missing ones as their different values in order, with their counts.
fn runs(cells: Series) -> Result<DataFrame> {
    let dtype = cells.dtype().clone();
    let sorted = cells.to_physical_repr().sort(SortOptions::default().with_multithreaded(true))?;
    drop(cells);
    // Minus zero is zero, and all that is no number is one value.
    let (values, counts) = match sorted.dtype() {
        DataType::Int64 => told_apart(sorted.i64()?, |v| v, |a, b| a == b),
        DataType::UInt64 => told_apart(sorted.u64()?, |v| v, |a, b| a == b),
        DataType::Int32 => told_apart(sorted.i32()?, |v| v, |a, b| a == b),
        DataType::Float32 => told_apart(sorted.f32()?, |v| v + 0.0, |a, b| a == b || (a.is_nan() && b.is_nan())),
        _ => told_apart(sorted.f64()?, |v| v + 0.0, |a, b| a == b || (a.is_nan() && b.is_nan())),
    };
    drop(sorted);
    let values = values.cast(&dtype)?;
    let counts = UInt64Chunked::from_vec(COUNT.into(), counts);
    Ok(DataFrame::new(values.len(), vec![values.into_column(), counts.into_series().into_column()])?)
}

/// Sorted numbers as different ones with their counts.
fn told_apart<T: PolarsNumericType>(
    sorted: &ChunkedArray<T>,
    plain: impl Fn(T::Native) -> T::Native,
    same: impl Fn(T::Native, T::Native) -> bool,
) -> (Series, Vec<u64>)
where
    ChunkedArray<T>: IntoSeries,
{
    let (mut values, mut counts) = (Vec::<T::Native>::new(), Vec::<u64>::new());
    for value in sorted.iter().flatten().map(plain) {
        match (values.last(), counts.last_mut()) {
            (Some(last), Some(count)) if same(*last, value) => *count += 1,
            _ => {
                values.push(value);
                counts.push(1);
            }
        }
    }
    (ChunkedArray::<T>::from_vec(VALUE.into(), values).into_series(), counts)
}

/// Counts columns that have one part each, all in one query.
pub(super) fn count_together(parts: &[&Parts], watch: &Watch) -> Result<Vec<DataFrame>> {
    let found = watch.outcome(collect_all(parts.iter().map(|parts| parts.query(0)).collect()))?;
    found.into_iter().zip(parts).map(|(found, parts)| watch.outcome(parts.counted(found))).collect()
}
