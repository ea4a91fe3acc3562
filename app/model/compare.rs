//! The difference between two points of the recipe that is looked at.

use super::Loading;
use super::sheet::{Only, Sheet};

/// Two points of the recipe: after how many steps each of them is; 0 is the file.
#[derive(Debug, Default)]
pub struct Compare {
    /// The earlier one.
    pub from: usize,
    /// The later one.
    pub to: usize,
    /// Which rows are shown.
    pub only: Only,
    /// The rows of both, side by side.
    pub sheet: Loading<Sheet>,
    /// The difference in figures.
    pub difference: Loading<Difference>,
}

impl Compare {
    /// The points in their order.
    pub const fn points(&self) -> (usize, usize) {
        (self.from, self.to)
    }
}

/// What became of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Became {
    /// Nothing but perhaps other cells.
    #[default]
    Kept,
    /// It is made in between.
    Added,
    /// It is gone.
    Gone,
}

/// A column of a difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnDifference {
    /// Its name: that after, or of a column that is gone that before.
    pub name: String,
    /// What it was called before, where that is another name.
    pub called: Option<String>,
    /// What became of it.
    pub became: Became,
    /// Its kinds of values before and after in words, where they differ.
    pub kinds: Option<(&'static str, &'static str)>,
    /// Cells with another value, those that are missing now left out.
    pub changed: u64,
    /// Cells that had a value and have none now.
    pub failed: u64,
}

impl ColumnDifference {
    /// Whether nothing became of it.
    pub fn is_same(&self) -> bool {
        let Self { called, became, kinds, changed, failed, .. } = self;
        called.is_none() && *became == Became::Kept && kinds.is_none() && *changed == 0 && *failed == 0
    }
}

/// A difference in figures, over all rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The columns, in the order in which they are shown.
    pub columns: Vec<ColumnDifference>,
    /// Rows at the earlier point.
    pub rows_before: u64,
    /// Rows at the later point.
    pub rows_after: u64,
    /// Rows that are gone.
    pub removed: u64,
    /// Rows that are still there with a cell of another value.
    pub changed: u64,
    /// Rows that are still there with a cell that had a value and has none now.
    pub failed: u64,
    /// The step (counted from 0) after which rows are not those of before; none where they can be paired.
    pub apart: Option<usize>,
    /// Whether the rows stand in another order.
    pub reordered: bool,
    /// Whether the cells are counted already.
    pub counted: bool,
}
