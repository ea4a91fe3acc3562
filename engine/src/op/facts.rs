//! What an operation asks of all rows before it can be applied, in one query or in several that build on each other.
//!
//! An operation never collects: it hands out queries, and whoever compiles has them answered.

use super::{Args, Context, kept};
use crate::error::Result;
use polars::prelude::{DataFrame, LazyFrame, OptFlags, PolarsResult};

pub(crate) type FactsFn = fn(&Args, &Context<'_>, LazyFrame) -> Result<Option<LazyFrame>>;
pub(crate) type PassesFn = fn(&Args, &Context<'_>, &LazyFrame, &mut Asker<'_>) -> Result<DataFrame>;
/// Answers a query.
pub type Ask<'a> = dyn FnMut(LazyFrame) -> Result<DataFrame> + 'a;

/// A query over all rows that an operation needs before it can be applied.
pub struct Facts {
    /// The query, over the rows that the conditions select (when they are a mask); none when these arguments need none.
    pub query: FactsFn,
    /// The same answer for many rows, in memory that does not grow with them: several queries over the rows, where the one query
    /// would hold a column.
    pub(crate) passes: Option<PassesFn>,
    /// Whether its answer decides which columns come out.
    pub shapes: bool,
    /// Where a step can keep its answer: whether a new one fits it.
    pub keeps: Option<kept::Within>,
}

impl Facts {
    /// A query whose answer decides no columns.
    pub(super) const fn figures(query: FactsFn) -> Self {
        Self { query, passes: None, shapes: false, keeps: None }
    }

    /// The same, with a way for many rows.
    pub(super) const fn in_passes(query: FactsFn, passes: PassesFn) -> Self {
        Self { query, passes: Some(passes), shapes: false, keeps: None }
    }

    /// A query whose answer decides columns, and can be kept.
    pub(super) const fn shaping(query: FactsFn, keeps: kept::Within) -> Self {
        Self { query, passes: None, shapes: true, keeps: Some(keeps) }
    }
}

/// How much may be held while facts are found.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// So many rows and fewer are held and asked once, whatever the query holds of them.
    pub rows: u32,
    /// Of more rows, so many values may be held at once.
    pub values: u64,
}

impl Default for Reach {
    fn default() -> Self {
        Self { rows: 1 << 20, values: 1 << 19 }
    }
}

/// Has queries answered, one after another.
pub struct Asker<'a> {
    ask: &'a mut Ask<'a>,
    /// How many values may be held at once.
    pub(super) values: u64,
}

impl<'a> Asker<'a> {
    /// One that holds so much at most.
    pub fn new(ask: &'a mut Ask<'a>, reach: Reach) -> Self {
        Self { ask, values: reach.values }
    }

    /// The answer to a query.
    pub(super) fn ask(&mut self, query: LazyFrame) -> Result<DataFrame> {
        (self.ask)(query)
    }

    /// Has rows stream by, batch by batch, in any order and several at once; what is to be known of them is gathered outside.
    pub(super) fn watch(
        &mut self,
        rows: LazyFrame,
        each: impl Fn(DataFrame) -> PolarsResult<()> + Send + Sync + 'static,
    ) -> Result<()> {
        let pass = move |batch: DataFrame| {
            let nothing = batch.clear();
            if batch.height() > 0 {
                each(batch)?;
            }
            Ok(nothing)
        };
        self.ask(rows.map(pass, OptFlags::STREAMING, None, Some("watched"))).map(|_| ())
    }
}
