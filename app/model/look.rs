//! How the table is looked at: filters and order of the view, and what is searched. None of it is part of the recipe.

use super::Loading;
use super::sheet::Sheet;
use brewhouse_engine::facet::{Filter, Finder, Front, Listing, Search, SortKey, Values};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

/// Which rows are shown, and in which order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lens {
    /// At most one for each column; all must pass.
    pub filters: Vec<Filter>,
    /// The order of the view; none: that of the table.
    pub sort: Vec<SortKey>,
}

impl Lens {
    /// Whether every row is shown, in the order of the table.
    pub fn is_empty(&self) -> bool {
        self.filters.is_empty() && self.sort.is_empty()
    }

    /// The filter of a column.
    pub fn filter(&self, column: &str) -> Option<&Filter> {
        self.filters.iter().find(|filter| filter.column == column)
    }

    /// Puts a filter in the place of that of its column; one without tests takes it away.
    pub fn set(&mut self, filter: Filter) {
        let place = self.filters.iter().position(|old| old.column == filter.column);
        match (place, filter.tests.is_empty()) {
            (Some(at), true) => drop(self.filters.remove(at)),
            (Some(at), false) => self.filters[at] = filter,
            (None, true) => {}
            (None, false) => self.filters.push(filter),
        }
    }

    /// How a column is sorted: whether the largest come first, and which key it is, counted from 1.
    pub fn sorted(&self, column: &str) -> Option<(bool, usize)> {
        let at = self.sort.iter().position(|key| key.column == column)?;
        Some((self.sort[at].descending, at + 1))
    }

    /// Sorts by a column, then the other way round, then not at all; beside the other keys, or in their place.
    pub fn cycle(&mut self, column: &str, beside: bool) {
        let next = match self.sorted(column) {
            None => Some(false),
            Some((false, _)) => Some(true),
            Some((true, _)) => None,
        };
        let at = self.sort.iter().position(|key| key.column == column);
        let key = next.map(|descending| SortKey { column: column.to_owned(), descending });
        if !beside {
            self.sort = key.into_iter().collect();
            return;
        }
        match (at, key) {
            (Some(at), Some(key)) => self.sort[at] = key,
            (Some(at), None) => drop(self.sort.remove(at)),
            (None, key) => self.sort.extend(key),
        }
    }

    /// The same for a table that may not have all its columns.
    #[must_use]
    pub fn fitting(&self, sheet: &Sheet) -> Self {
        let has = |column: &str| sheet.position(column).is_some();
        Self {
            filters: self.filters.iter().filter(|filter| has(&filter.column)).cloned().collect(),
            sort: self.sort.iter().filter(|key| has(&key.column)).cloned().collect(),
        }
    }

    /// Names the rows that pass on a table.
    pub fn key(&self, table: u64) -> u64 {
        let mut hasher = DefaultHasher::new();
        (table, format!("{:?}", self.filters)).hash(&mut hasher);
        hasher.finish()
    }
}

/// The bars of the rows that pass, to be drawn in front of those of all rows.
#[derive(Debug, Default)]
pub struct Fronts {
    /// Names the table and the filters that are wanted.
    pub key: u64,
    /// What was counted, with the key that it was counted for; what has an older key is shown until the newer one is there.
    pub of: HashMap<String, (u64, Arc<Front>)>,
}

impl Fronts {
    /// The bars of a column, and whether they are those of earlier filters.
    pub fn of(&self, column: &str) -> Option<(&Front, bool)> {
        self.of.get(column).map(|(key, front)| (&**front, *key != self.key))
    }
}

/// A list of what is in a column, by which the table is filtered.
#[derive(Debug, Default)]
pub struct Facet {
    /// The column, and what is listed of it.
    pub listing: Listing,
    /// The list.
    pub values: Loading<Values>,
    /// Names what the list was counted for.
    pub key: u64,
}

/// Where a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// To the first match at or after a place.
    Here,
    /// To the next one.
    Next,
    /// To the one before.
    Previous,
}

/// Where a text was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The row, by its place on screen.
    pub row: u64,
    /// The column.
    pub column: String,
    /// Which of the rows found it is, counted from 1; none where that is not known.
    pub ordinal: Option<u64>,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundFigures {
    /// Cells that hold the text, over all rows of the table.
    pub cells: u64,
    /// Rows with such a cell, among those shown.
    pub rows: u64,
    /// The one that was gone to last.
    pub at: Option<Hit>,
}

/// A notation of cells for other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyAs {
    /// Cells alone, a tab between them.
    Plain,
    /// The same below the names of their columns.
    WithHeads,
    /// A table in Markdown.
    Markdown,
    /// A list of objects in JSON.
    Json,
    /// The different values as a list for SQL.
    SqlList,
}

/// Cells for the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Their text.
    pub text: String,
    /// How many rows.
    pub rows: u64,
    /// How many columns.
    pub columns: usize,
}

/// A cell that is shown whole.
#[derive(Debug)]
pub struct Peek {
    /// Its row, by its place on screen.
    pub row: u64,
    /// The row's number in the table, counted from 0.
    pub number: u64,
    /// Its column.
    pub column: String,
    /// Its text; none when it is missing.
    pub text: Loading<Option<String>>,
}

/// A search over all rows.
#[derive(Debug, Default)]
pub struct Find {
    /// What is looked for.
    pub search: Search,
    /// What tells of a cell on screen whether it is meant; none of what is no search.
    pub finder: Option<Finder>,
    /// What was found.
    pub found: Loading<FoundFigures>,
}
