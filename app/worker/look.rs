//! A part of a table as the lens shows it: its rows, the bars of the rows that pass, finding, and places of rows.

use super::chosen::Chosen;
use super::stage::{Stage, hash};
use super::{Event, Ticket};
use crate::model::Fault;
use crate::model::look::{FoundFigures, Hit, Lens, Toward};
use crate::model::sheet::{Sheet, Wanted};
use brewhouse_engine::facet::{self, Filter, Found, Listing, Plot, Search};
use brewhouse_engine::stage::View;
use brewhouse_engine::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Columns whose bars are counted in one go.
const TOGETHER: usize = 6;

impl Stage {
    /// The rows that a lens shows, computed once.
    pub(super) fn chosen(&self, view: &View, lens: &Lens, cancel: &Arc<AtomicBool>) -> Result<Chosen> {
        if lens.is_empty() {
            return Ok(Chosen::All);
        }
        let key = hash(&(&view.key, view.exact, format!("{lens:?}")));
        if let Some(kept) = self.kept_rows(key) {
            return Ok(kept);
        }
        let chosen = Chosen::of(view, lens, None, cancel)?;
        self.keep_rows(key, &chosen);
        Ok(chosen)
    }

    /// Sends the part of a table that a lens shows.
    pub fn send_look(&self, key: u64, lens: &Lens, wanted: &Wanted, ticket: &Ticket) {
        let start = Instant::now();
        let Some(shelf) = self.shelf(key) else { return };
        let sheet = self.chosen(&shelf.view, lens, ticket.cancel()).and_then(|chosen| {
            let part = shelf.part(chosen);
            let own = hash(&(key, format!("{lens:?}")));
            let sheet = self.show(part, wanted, own, start, ticket.cancel())?;
            Ok(Sheet { facts_key: key, ..sheet })
        });
        match sheet {
            Err(_) if ticket.is_stale() => {}
            sheet => ticket.send(Event::Look(Box::new(sheet.map_err(|error| Fault::from(&error))))),
        }
    }

    /// Sends the bars of the rows that pass, some columns at a time.
    pub fn send_fronts(&self, table: u64, key: u64, plots: &[(String, Plot)], filters: &[Filter], ticket: &Ticket) {
        let Some(shelf) = self.shelf(table) else { return };
        for part in plots.chunks(TOGETHER) {
            let found = facet::fronts(&shelf.view.frame, &shelf.view.schema, part, filters, true, ticket.cancel());
            match found {
                Err(_) if ticket.is_stale() => return,
                Err(error) => return ticket.send(Event::Broken(super::Slot::Fronts, Fault::from(&error))),
                Ok(fronts) => {
                    for ((name, _), front) in part.iter().zip(fronts) {
                        ticket.send(Event::Front(key, name.clone(), Arc::new(front)));
                    }
                }
            }
        }
    }

    /// Sends the lists of facets, one after the other.
    pub fn send_facets(&self, table: u64, wanted: &[(u64, Listing)], filters: &[Filter], ticket: &Ticket) {
        let Some(shelf) = self.shelf(table) else { return };
        for (key, listing) in wanted {
            let found = facet::values(&shelf.view.frame, &shelf.view.schema, listing, filters, ticket.cancel());
            if ticket.is_stale() {
                return;
            }
            let found = found.map_err(|error| Fault::from(&error));
            ticket.send(Event::Facet(listing.column.clone(), *key, found));
        }
    }

    /// Searches what is shown and sends how much was found, and a match to go to.
    pub fn send_found(&self, key: u64, search: &Search, toward: Toward, from: (u64, String), ticket: &Ticket) {
        let found = self.found(key, search, toward, from, ticket.cancel());
        match found {
            Err(_) if ticket.is_stale() => {}
            found => ticket.send(Event::Found(found.map_err(|error| Fault::from(&error)))),
        }
    }

    fn found(
        &self,
        key: u64,
        search: &Search,
        toward: Toward,
        from: (u64, String),
        cancel: &Arc<AtomicBool>,
    ) -> Result<FoundFigures> {
        let Some(shelf) = self.shelf(key) else { return Ok(FoundFigures::default()) };
        let (frame, schema) = shelf.table();
        let found_key = hash(&(key, format!("{search:?}")));
        let found = match self.kept_found(found_key) {
            Some(kept) => kept,
            None => {
                let mut found = facet::find(frame, schema, search, cancel)?;
                found.rows = shelf.chosen.shown(&found.rows);
                self.keep_found(found_key, &found);
                found
            }
        };
        let hits = |row: u64| found.hits(frame, row, cancel);
        let at = goal(&shelf.chosen, &found, toward, &from, &hits)?;
        Ok(FoundFigures { cells: found.cells, rows: found.rows.len(), at })
    }

    /// Sends the place of a row by its number.
    pub fn send_place(&self, key: u64, row: u64, ticket: &Ticket) {
        let Some(shelf) = self.shelf(key) else { return };
        if let Some(place) = shelf.chosen.place(row.min(shelf.view.rows.saturating_sub(1))) {
            ticket.send(Event::Place(place));
        }
    }
}

/// The match to go to.
fn goal(
    chosen: &Chosen,
    found: &Found,
    toward: Toward,
    (place, column): &(u64, String),
    hits: &dyn Fn(u64) -> Result<Vec<usize>, Error>,
) -> Result<Option<Hit>> {
    let hit = |place: u64, row: u64, column: usize| {
        let column = found.columns().get(column).cloned().unwrap_or_default();
        Some(Hit { row: place, column, ordinal: chosen.ordinal(&found.rows, row) })
    };
    let from = found.columns().iter().position(|name| name == column).unwrap_or(0);
    // Another match in the same row first.
    if let Some(row) = chosen.row(*place).filter(|row| found.rows.contains(*row)) {
        let here = hits(row)?;
        let found = match toward {
            Toward::Here => here.into_iter().find(|at| *at >= from),
            Toward::Next => here.into_iter().find(|at| *at > from),
            Toward::Previous => here.into_iter().rev().find(|at| *at < from),
        };
        if let Some(column) = found {
            return Ok(hit(*place, row, column));
        }
    }
    let next = match toward {
        Toward::Previous => chosen.previous(&found.rows, *place),
        _ => chosen.next(&found.rows, place + 1),
    };
    let Some((place, row)) = next else { return Ok(None) };
    let here = hits(row)?;
    let column = if toward == Toward::Previous { here.last() } else { here.first() };
    Ok(column.and_then(|column| hit(place, row, *column)))
}
