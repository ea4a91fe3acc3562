//! What the columns of a table tell together: rows that repeat others, how columns of numbers go together, and two of them against each
//! other.

use super::Loading;
use brewhouse_engine::facet::Plane;

/// What is told of all columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Whole {
    /// Rows looked at.
    pub rows: u64,
    /// Rows that equal an earlier row in all columns.
    pub repeated: u64,
    /// Columns of numbers.
    pub columns: Vec<String>,
    /// The correlation of each with each; none where one of them does not vary.
    pub matrix: Vec<Vec<Option<f64>>>,
    /// Columns of numbers that are left out.
    pub left_out: usize,
}

/// All columns of a table.
#[derive(Debug, Default)]
pub struct Together {
    /// Names the table that it was counted for.
    pub key: u64,
    /// What is told of all of them.
    pub whole: Loading<Whole>,
    /// Two columns that are held against each other.
    pub pair: Option<[String; 2]>,
    /// Whether only the rows that pass the filters of the view are counted, so that the axes reach no farther than those.
    pub closer: bool,
    /// Their rows.
    pub plane: Loading<Plane>,
}
