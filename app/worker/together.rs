//! What the columns of a table tell together, over all rows.

use super::stage::Stage;
use super::{Event, Ticket};
use crate::model::Fault;
use crate::model::together::Whole;
use brewhouse_engine::facet::{self, Filter};
use brewhouse_engine::profile::{self, Settings};
use brewhouse_engine::run::Monitor;
use brewhouse_engine::types::{NUMERIC, TypeClass};
use std::sync::Arc;

/// Columns of numbers that are correlated.
const MOST: usize = 12;
/// Ranges of each of two columns that are held against each other.
const RANGES: [usize; 2] = [72, 48];

impl Stage {
    /// Sends what all columns of a table tell together.
    pub fn send_whole(&self, key: u64, ticket: &Ticket) {
        let Some(shelf) = self.shelf(key) else { return };
        let schema = &shelf.view.schema;
        let numbers = schema.iter().filter(|(_, dtype)| NUMERIC.contains(&TypeClass::of(dtype)));
        let mut columns: Vec<String> = numbers.map(|(name, _)| name.to_string()).collect();
        let left_out = columns.len().saturating_sub(MOST);
        columns.truncate(MOST);
        // None named would be all; one is enough to have the rows counted.
        if columns.is_empty() {
            columns.extend(schema.iter_names().take(1).map(ToString::to_string));
        }
        let settings =
            Settings { common: 1, extremes: 1, outliers: 0, correlated: Some(MOST), columns, ..Settings::default() };
        let monitor = Monitor::new(Arc::clone(ticket.cancel()), |_| {});
        let found = profile::profile(&shelf.view.frame, schema, &settings, &monitor);
        let whole = found.map(|found| Whole {
            rows: found.rows,
            repeated: found.duplicate_rows,
            columns: found.correlations.columns,
            matrix: found.correlations.matrix,
            left_out,
        });
        if !ticket.is_stale() {
            ticket.send(Event::Whole(key, Box::new(whole.map_err(|error| Fault::from(&error)))));
        }
    }

    /// Sends two columns against each other.
    pub fn send_plane(&self, key: u64, pair: &[String; 2], filters: &[Filter], ticket: &Ticket) {
        let Some(shelf) = self.shelf(key) else { return };
        let view = &shelf.view;
        let columns = [pair[0].as_str(), pair[1].as_str()];
        let plane = facet::plane(&view.frame, &view.schema, columns, filters, RANGES, ticket.cancel());
        if !ticket.is_stale() {
            ticket.send(Event::Plane(key, pair.clone(), Box::new(plane.map_err(|error| Fault::from(&error)))));
        }
    }
}
