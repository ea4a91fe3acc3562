//! The table of different values with their counts, from which nearly all figures follow: a hash group-by on the streaming engine.
//!
//! A column with more different values than [`MOST_VALUES`] is counted in parts, ranges of its values whose bounds come from a sample, so
//! that memory does not grow with the number of different values. Every part is exact, and no value is in two of them.

use super::Watch;
use crate::error::Result;
use crate::run::{collect, collect_all};
use polars::prelude::{DataFrame, DataType, Expr, LazyFrame, SortMultipleOptions, col, len, lit};

/// How many different values are held at once.
pub(super) const MOST_VALUES: u64 = 8_000_000;
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

impl Parts {
    /// The parts of cells that have about so many different values.
    pub(super) fn new(frame: &LazyFrame, cells: &Expr, sorted: bool, size: Size) -> Result<Self> {
        let cells = frame.clone().select([cells.clone().alias(VALUE)]).drop_nulls(None);
        let mut parts = Self { cells, ranges: vec![None], sorted, size };
        // The estimate of different values may be off by 3 % or so, the sample by some more.
        let wanted = (size.values + size.values / 10).div_ceil(size.most.max(1));
        if wanted > 1 {
            parts.ranges = parts.cut(wanted, size.rows)?;
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

    /// The query that counts a part.
    pub(super) fn query(&self, at: usize) -> LazyFrame {
        let cells = match &self.ranges[at] {
            Some(range) => self.cells.clone().filter(range.clone()),
            None => self.cells.clone(),
        };
        let counted = cells.group_by([col(VALUE)]).agg([len().cast(DataType::UInt64).alias(COUNT)]);
        if self.sorted { counted.sort_by_exprs([col(VALUE)], SortMultipleOptions::default()) } else { counted }
    }

    /// Counts one part after the other.
    pub(super) fn each(&self, watch: &Watch, mut work: impl FnMut(DataFrame) -> Result<()>) -> Result<()> {
        for at in 0..self.len() {
            work(watch.outcome(collect(self.query(at)))?)?;
        }
        Ok(())
    }
}

/// Counts columns that have one part each, all in one query.
pub(super) fn count_together(parts: &[&Parts], watch: &Watch) -> Result<Vec<DataFrame>> {
    watch.outcome(collect_all(parts.iter().map(|parts| parts.query(0)).collect()))
}
