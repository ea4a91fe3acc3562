//! A set of rows as one bit for each row of the table, with the counts that make the n-th row quick to find.

use crate::error::Result;
use polars::prelude::Column;

/// Bits in a word.
const WORD: u64 = 64;
/// Words between two counts.
const STRIDE: usize = 64;

/// A set of rows of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    words: Vec<u64>,
    /// Rows before each stride of words.
    before: Vec<u64>,
    total: u64,
    rows: u64,
}

impl Selection {
    /// The rows where a column is true.
    pub(crate) fn of(column: &Column) -> Result<Self> {
        let flags = column.bool()?;
        Ok(Self::from_flags(flags.iter().map(|flag| flag == Some(true))))
    }

    /// The rows whose flag is set, one flag for each row of the table.
    pub fn from_flags(flags: impl IntoIterator<Item = bool>) -> Self {
        let mut found = Self::default();
        let mut word = 0;
        for flag in flags {
            if flag {
                word |= 1 << (found.rows % WORD);
            }
            found.rows += 1;
            if found.rows.is_multiple_of(WORD) {
                found.push(std::mem::take(&mut word));
            }
        }
        if !found.rows.is_multiple_of(WORD) {
            found.push(word);
        }
        found
    }

    fn push(&mut self, word: u64) {
        if self.words.len().is_multiple_of(STRIDE) {
            self.before.push(self.total);
        }
        self.total += u64::from(word.count_ones());
        self.words.push(word);
    }

    /// How many rows are in it.
    pub const fn len(&self) -> u64 {
        self.total
    }

    /// Whether no row is in it.
    pub const fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// How many rows the table has.
    pub const fn of_rows(&self) -> u64 {
        self.rows
    }

    /// Whether a row is in it.
    pub fn contains(&self, row: u64) -> bool {
        self.word(row / WORD) >> (row % WORD) & 1 == 1
    }

    fn word(&self, at: u64) -> u64 {
        usize::try_from(at).ok().and_then(|at| self.words.get(at)).copied().unwrap_or(0)
    }

    /// How many of its rows come before a row.
    pub fn rank(&self, row: u64) -> u64 {
        if row >= self.rows {
            return self.total;
        }
        let at = usize::try_from(row / WORD).unwrap_or(usize::MAX);
        let stride = at / STRIDE;
        let whole: u64 = self.words[stride * STRIDE..at].iter().map(|word| u64::from(word.count_ones())).sum();
        let part = self.words[at] & ((1 << (row % WORD)) - 1);
        self.before[stride] + whole + u64::from(part.count_ones())
    }

    /// Its n-th row, counted from 0.
    pub fn row(&self, n: u64) -> Option<u64> {
        if n >= self.total {
            return None;
        }
        let stride = self.before.partition_point(|before| *before <= n) - 1;
        let mut left = n - self.before[stride];
        for (at, word) in self.words.iter().enumerate().skip(stride * STRIDE) {
            let ones = u64::from(word.count_ones());
            if left < ones {
                let mut word = *word;
                for _ in 0..left {
                    word &= word - 1;
                }
                return Some(at as u64 * WORD + u64::from(word.trailing_zeros()));
            }
            left -= ones;
        }
        None
    }

    /// Its rows from the n-th on, at most so many.
    pub fn rows(&self, first: u64, len: u64) -> Vec<u64> {
        let mut found = Vec::new();
        let mut next = self.row(first);
        while let Some(row) = next {
            if found.len() as u64 >= len {
                break;
            }
            found.push(row);
            next = self.next(row + 1);
        }
        found
    }

    /// Its first row at or after a row.
    pub fn next(&self, row: u64) -> Option<u64> {
        let first = usize::try_from(row / WORD).ok()?;
        let mut word = self.words.get(first)? & (u64::MAX << (row % WORD));
        let mut at = first;
        while word == 0 {
            at += 1;
            word = *self.words.get(at)?;
        }
        Some(at as u64 * WORD + u64::from(word.trailing_zeros()))
    }

    /// Its last row before a row.
    pub fn previous(&self, row: u64) -> Option<u64> {
        self.rank(row).checked_sub(1).and_then(|n| self.row(n))
    }

    /// The rows in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut found = Self { rows: self.rows.min(other.rows), ..Self::default() };
        for (a, b) in self.words.iter().zip(&other.words) {
            found.push(a & b);
        }
        found
    }

    /// Whether each row is in it, in the order of the table.
    pub fn flags(&self) -> impl Iterator<Item = bool> + '_ {
        (0..self.rows).map(|row| self.contains(row))
    }
}
