//! What the page of a column tells: figures, frequent values, patterns, lengths, far values; over all rows.

use super::Loading;
use super::sheet::Bar;

/// A figure under its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What people read.
    pub title: &'static str,
    /// What it means.
    pub definition: &'static str,
    /// Its value.
    pub text: String,
    /// Whether that is a value of text, which stays as it is.
    pub verbatim: bool,
}

/// Everything that the page tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Story {
    /// Rows looked at.
    pub rows: u64,
    /// Single figures.
    pub figures: Vec<Figure>,
    /// The most frequent values.
    pub common: Vec<(String, u64)>,
    /// Patterns of characters, most frequent first.
    pub patterns: Vec<(String, u64)>,
    /// Lengths of text.
    pub lengths: Vec<Bar>,
    /// Ranges of the bulk of the values, where a few lie so far off that the distribution shows little; else none.
    pub bulk: Vec<Bar>,
    /// Values far from the mean: the value, its cells, the distance in standard deviations.
    pub far: Vec<(String, u64, f64)>,
    /// The smallest value, the values below which 5, 25, 50, 75 and 95 % lie, and the largest.
    pub spread: Option<[(f64, String); 7]>,
}

/// The page of a column.
#[derive(Debug, Default)]
pub struct Page {
    /// The column.
    pub column: String,
    /// Names the table that it was counted for.
    pub key: u64,
    /// What it tells.
    pub story: Loading<Story>,
}
