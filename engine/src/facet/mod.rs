//! Filters, linked plots, view sorts and finding, over all rows of a table: what a window needs to look at a part of it without copying it.
//!
//! Everything here takes a lazy frame that is cheap to read by column (the frame of a [`crate::stage::View`]: a side file, Parquet, or steps
//! that work row by row on top of one), its schema, and a flag. Raise the flag to cancel: the call then ends with
//! [`crate::ErrorKind::Cancelled`] after the batch that is being read. A call takes as long as reading the columns that it names, so it
//! belongs on a worker thread. Nothing is kept between calls and nothing changes what a run yields.
//!
//! # How a window calls it
//!
//! ```ignore
//! let filters = vec![
//!     Filter::of("region", Test::Among(vec!["EU".into(), "eu".into()])),
//!     Filter::of("price", Test::Range { low: Some(10.0), high: Some(50.0), closed: false }),
//! ];
//! let rows = facet::select(&view.frame, &view.schema, &filters, &cancel)?;       // which rows pass: one bit a row
//! let page = facet::page(&view.frame, &rows.rows(first, 60), &columns, &cancel)?; // the cells of some of them
//! let fronts = facet::fronts(&view.frame, &view.schema, &plots, &filters, &cancel)?; // bars in front of those of all rows
//! let order = facet::sort(&view.frame, &view.schema, &keys, Some(&rows), &cancel)?; // row numbers in another order
//! let found = facet::find(&view.frame, &view.schema, &search, &cancel)?;          // count, next, previous
//! let steps = facet::steps(&filters, &view.schema)?;                              // the same as steps of a recipe
//! ```
//!
//! Row numbers count from 0 in the order of the table. The tests of one filter are alternatives; a filter that is `inverted` passes the rows
//! for which none of them holds; all filters must pass. A missing cell passes only [`Test::Missing`], and every inverted filter without it.

mod find;
mod front;
mod plane;
mod predicate;
mod selection;
mod sort;
mod steps;
mod values;
mod words;

pub use find::{Finder, Found, Search, find};
pub use front::{Front, Plot, fronts};
pub use plane::{Axis, Plane, plane};
pub use selection::Selection;
pub use sort::{Order, SortKey, page, sort};
pub use steps::steps;
pub use values::{By, Listed, Listing, Values, values};
pub use words::{bound_of, bound_words, escape_pattern, misfit_words, range_words};

use crate::error::Result;
use crate::named::col;
use crate::plan::stoppable;
use crate::run::{collect, unless_cancelled};
use polars::prelude::{DataFrame, Expr, IntoLazy as _, LazyFrame, Schema, lit};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What is asked of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// It is one of these values, as [`crate::values::cell_text`] writes them.
    Among(Vec<String>),
    /// It lies from `low` up to `high`; numbers as they are, moments as [`crate::profile::Bin`] has them: days since 1970, or parts of a
    /// second.
    Range {
        /// The lower bound, which belongs to the range.
        low: Option<f64>,
        /// The upper bound, which belongs to the range when that is closed.
        high: Option<f64>,
        /// Whether the upper bound belongs to the range, as that of the last bar does.
        closed: bool,
    },
    /// It has no value.
    Missing,
    /// It is text without a letter.
    Empty,
    /// It is text of blanks alone.
    Blank,
    /// It is text that does not fit a type: `number`, `double`, `boolean`, `date`, `timestamp` ... Empty text is not meant by this.
    Invalid(String),
    /// Its value occurs more than once in the column.
    Repeated,
    /// It is text with so many characters, both bounds included; or a list with so many items.
    Length {
        /// The fewest.
        low: u64,
        /// The most.
        high: u64,
    },
    /// It is text with one of these patterns, see [`crate::profile::pattern_of`].
    Pattern(Vec<String>),
    /// It is text that holds this one.
    Contains {
        /// What is looked for.
        text: String,
        /// Whether capitals matter.
        match_case: bool,
    },
}

impl Test {
    /// Whether a cell does not fit what its column is meant to be, as [`crate::stage::ColumnFigures::meant`] names it: exactly the cells
    /// that are counted as mismatched pass.
    pub fn misfit(meant: &str) -> Self {
        match meant {
            "NaN" => Self::Among(vec![meant.into()]),
            kind => Self::Invalid(kind.to_owned()),
        }
    }
}

/// What is asked of a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The column.
    pub column: String,
    /// Alternatives; none at all pass every row.
    pub tests: Vec<Test>,
    /// Whether the rows pass for which none of the tests holds.
    pub inverted: bool,
}

impl Filter {
    /// A filter of one test.
    pub fn of(column: &str, test: Test) -> Self {
        Self { column: column.to_owned(), tests: vec![test], inverted: false }
    }

    /// The same filter, which now passes the other rows.
    #[must_use]
    pub fn inverted(self) -> Self {
        Self { inverted: !self.inverted, ..self }
    }
}

/// The rows that pass all filters: one bit a row.
pub fn select(frame: &LazyFrame, schema: &Schema, filters: &[Filter], cancel: &Arc<AtomicBool>) -> Result<Selection> {
    let passes = passes(schema, filters)?.unwrap_or_else(|| lit(true));
    // A literal alone would be one row; the first column gives the number of rows.
    let query = match schema.iter_names().next() {
        Some(first) => passes.and(col(first.clone()).is_null().or(lit(true))),
        None => passes,
    };
    let found = unless_cancelled(collect(stoppable(frame.clone(), cancel).select([query.alias("passes")])), cancel)?;
    Selection::of(found.column("passes")?)
}

/// The rows that pass all filters as a frame of their own, for figures of them: [`crate::profile::column`] takes it.
pub fn filtered(frame: &LazyFrame, schema: &Schema, filters: &[Filter]) -> Result<LazyFrame> {
    Ok(match passes(schema, filters)? {
        Some(passes) => frame.clone().filter(passes),
        None => frame.clone(),
    })
}

/// Of each of some filters alone, which rows of a page pass it.
pub fn passing(page: &DataFrame, filters: &[Filter]) -> Result<Vec<Vec<bool>>> {
    if filters.is_empty() {
        return Ok(Vec::new());
    }
    let name = |at: usize| format!("passes {at}");
    let mut query = Vec::new();
    for (at, filter) in filters.iter().enumerate() {
        query.push(predicate::of_filter(filter, page.schema())?.alias(name(at)));
    }
    // Beside the cells, so that what is the same for all rows is told of each of them.
    let found = collect(page.clone().lazy().with_columns(query))?;
    let flags = |at: usize| -> Result<Vec<bool>> {
        Ok(found.column(&name(at))?.bool()?.iter().map(|passes| passes == Some(true)).collect())
    };
    (0..filters.len()).map(flags).collect()
}

/// The predicate of filters: true or false for every row; none where every row passes.
fn passes(schema: &Schema, filters: &[Filter]) -> Result<Option<Expr>> {
    let mut all: Option<Expr> = None;
    for filter in filters.iter().filter(|filter| !filter.tests.is_empty()) {
        let one = predicate::of_filter(filter, schema)?;
        all = Some(match all {
            Some(all) => all.and(one),
            None => one,
        });
    }
    Ok(all)
}
