//! Which rows of a table are shown, and in which order: row numbers, never a copy.

use crate::model::look::Lens;
use brewhouse_engine::Result;
use brewhouse_engine::facet::{self, Order, Selection};
use brewhouse_engine::stage::View;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The rows that are shown.
#[derive(Clone, Debug, Default)]
pub(super) enum Chosen {
    /// All, in the order of the table.
    #[default]
    All,
    /// Some, in the order of the table.
    Some(Arc<Selection>),
    /// Some or all, in another order.
    Sorted(Order, Option<Arc<Selection>>),
}

impl Chosen {
    /// The rows that a lens shows of a view; with a selection, only rows in it.
    pub(super) fn of(view: &View, lens: &Lens, among: Option<Selection>, cancel: &Arc<AtomicBool>) -> Result<Self> {
        let passing = match lens.filters.as_slice() {
            [] => None,
            filters => Some(facet::select(&view.frame, &view.schema, filters, cancel)?),
        };
        let selection = match (passing, among) {
            (Some(a), Some(b)) => Some(a.and(&b)),
            (a, b) => a.or(b),
        };
        if lens.sort.is_empty() {
            return Ok(selection.map_or(Self::All, |selection| Self::Some(Arc::new(selection))));
        }
        let order = facet::sort(&view.frame, &view.schema, &lens.sort, selection.as_ref(), cancel)?;
        Ok(Self::Sorted(order, selection.map(Arc::new)))
    }

    /// How many rows there are, of a table with so many.
    pub(super) fn len(&self, all: u64) -> u64 {
        match self {
            Self::All => all,
            Self::Some(selection) => selection.len(),
            Self::Sorted(order, _) => order.len(),
        }
    }

    /// The row numbers from a place on.
    pub(super) fn rows(&self, first: u64, len: u64) -> Vec<u64> {
        match self {
            Self::All => (first..first + len).collect(),
            Self::Some(selection) => selection.rows(first, len),
            Self::Sorted(order, _) => order.rows(first, len),
        }
    }

    /// The row number at a place.
    pub(super) fn row(&self, place: u64) -> Option<u64> {
        match self {
            Self::All => Some(place),
            Self::Some(selection) => selection.row(place),
            Self::Sorted(order, _) => order.row(place),
        }
    }

    /// The place of a row; of a row that is not shown, that of the next one that is.
    pub(super) fn place(&self, row: u64) -> Option<u64> {
        match self {
            Self::All => Some(row),
            Self::Some(selection) => Some(selection.rank(row).min(selection.len().checked_sub(1)?)),
            Self::Sorted(order, _) => order.next(0, |other| other == row),
        }
    }

    /// The rows of a selection that are shown.
    pub(super) fn shown(&self, rows: &Selection) -> Selection {
        match self {
            Self::Some(selection) | Self::Sorted(_, Some(selection)) => rows.and(selection),
            _ => rows.clone(),
        }
    }

    /// The first place from a place on whose row is among some rows, from the top again after the last one; and that row.
    pub(super) fn next(&self, among: &Selection, place: u64) -> Option<(u64, u64)> {
        if let Self::Sorted(order, _) = self {
            let place = order.next(place, |row| among.contains(row))?;
            return Some((place, order.row(place)?));
        }
        let from = self.row(place).unwrap_or(u64::MAX);
        let row = among.next(from).or_else(|| among.next(0))?;
        Some((self.place(row)?, row))
    }

    /// The last place before a place whose row is among some rows, from the bottom again before the first one; and that row.
    pub(super) fn previous(&self, among: &Selection, place: u64) -> Option<(u64, u64)> {
        if let Self::Sorted(order, _) = self {
            let place = order.previous(place, |row| among.contains(row))?;
            return Some((place, order.row(place)?));
        }
        let before = self.row(place).unwrap_or(among.of_rows());
        let row = among.previous(before).or_else(|| among.previous(among.of_rows()))?;
        Some((self.place(row)?, row))
    }

    /// Which of some rows a row is, counted from 1, where the rows stand in the order of the table.
    pub(super) fn ordinal(&self, among: &Selection, row: u64) -> Option<u64> {
        (!matches!(self, Self::Sorted(..))).then(|| among.rank(row) + 1)
    }
}
