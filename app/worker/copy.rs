//! Cells as text for other programs: copied plain, with the names of their columns, as Markdown, JSON or a list for SQL; and one cell whole.

use super::cells::Shelf;
use super::stage::Stage;
use super::{Event, Ticket};
use crate::model::Fault;
use crate::model::look::{Copied, CopyAs};
use brewhouse_engine::types::{NUMERIC, TypeClass};
use brewhouse_engine::values::{cell_json, cell_text, grouped};
use brewhouse_engine::{Error, ErrorKind, Result};
use polars::prelude::DataFrame;
use serde_json::{Map, Value};
use std::ops::Range;

/// More cells than these are not put on the clipboard.
const MOST: u64 = 2_000_000;

impl Stage {
    /// Sends cells as text: rows by their places on screen, columns by their names.
    pub fn send_copied(&self, key: u64, rows: Range<u64>, columns: &[String], how: CopyAs, ticket: &Ticket) {
        let Some(shelf) = self.shelf(key) else { return };
        let copied = self.copied(&shelf, rows, columns, how, ticket);
        if !ticket.is_stale() {
            ticket.send(Event::Copied(copied.map_err(|error| Fault::from(&error))));
        }
    }

    fn copied(
        &self,
        shelf: &Shelf,
        rows: Range<u64>,
        columns: &[String],
        how: CopyAs,
        ticket: &Ticket,
    ) -> Result<Copied> {
        let rows = rows.start..rows.end.min(shelf.shown());
        let cells = (rows.end.saturating_sub(rows.start)).saturating_mul(columns.len() as u64);
        if cells > MOST {
            let message = format!("{} cells are more than a clipboard takes well", grouped(cells));
            let advice = format!("choose at most {} cells, or write the table with Run", grouped(MOST));
            return Err(Error::new(ErrorKind::Parameter, message).advise(advice));
        }
        let frame = self.cells_of(shelf, rows, columns, ticket)?;
        Ok(Copied { text: write(&frame, how), rows: frame.height() as u64, columns: frame.width() })
    }

    /// Sends a cell as it is, however long.
    pub fn send_peeked(&self, key: u64, row: u64, column: &str, ticket: &Ticket) {
        let Some(shelf) = self.shelf(key) else { return };
        let name = column.to_owned();
        let text = self.cells_of(&shelf, row..row + 1, std::slice::from_ref(&name), ticket).and_then(|frame| {
            let value = frame.column(&name)?.get(0)?;
            Ok(cell_text(&value))
        });
        if !ticket.is_stale() {
            ticket.send(Event::Peeked(row, name, text.map_err(|error| Fault::from(&error))));
        }
    }

    fn cells_of(&self, shelf: &Shelf, rows: Range<u64>, columns: &[String], ticket: &Ticket) -> Result<DataFrame> {
        let cache = self.cache().map_err(|fault| Error::new(ErrorKind::Sink, fault.message))?;
        shelf.cells(rows, columns, self.environment(), &cache, ticket.cancel())
    }
}

/// Cells in a notation.
fn write(frame: &DataFrame, how: CopyAs) -> String {
    match how {
        CopyAs::Plain => lines(frame, false).join("\n"),
        CopyAs::WithHeads => lines(frame, true).join("\n"),
        CopyAs::Markdown => markdown(frame),
        CopyAs::Json => json(frame),
        CopyAs::SqlList => sql_list(frame),
    }
}

/// Each row as cells of text; a missing one is empty.
fn texts(frame: &DataFrame) -> Vec<Vec<String>> {
    let columns: Vec<Vec<String>> = frame
        .columns()
        .iter()
        .map(|column| column.as_materialized_series().iter().map(|v| cell_text(&v).unwrap_or_default()).collect())
        .collect();
    (0..frame.height()).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
}

fn heads(frame: &DataFrame) -> Vec<String> {
    frame.get_column_names().iter().map(ToString::to_string).collect()
}

/// As spreadsheets take it: a tab between cells; what holds a tab, a line break or a quote stands in quotes.
fn lines(frame: &DataFrame, with_heads: bool) -> Vec<String> {
    let single = frame.width() == 1 && frame.height() == 1 && !with_heads;
    let cell = |text: &String| {
        if !single && text.contains(['\t', '\n', '\r', '"']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.clone()
        }
    };
    let line = |cells: &Vec<String>| cells.iter().map(cell).collect::<Vec<_>>().join("\t");
    let first = with_heads.then(|| line(&heads(frame)));
    first.into_iter().chain(texts(frame).iter().map(line)).collect()
}

fn markdown(frame: &DataFrame) -> String {
    let cell = |text: &String| text.replace('|', "\\|").replace(['\n', '\r'], "<br>");
    let line = |cells: &Vec<String>| format!("| {} |\n", cells.iter().map(cell).collect::<Vec<_>>().join(" | "));
    let rule = frame
        .columns()
        .iter()
        .map(|column| if NUMERIC.contains(&TypeClass::of(column.dtype())) { "---:" } else { "---" });
    let rule = format!("| {} |\n", rule.collect::<Vec<_>>().join(" | "));
    let body: String = texts(frame).iter().map(line).collect();
    format!("{}{rule}{body}", line(&heads(frame)))
}

fn json(frame: &DataFrame) -> String {
    let columns: Vec<Vec<Value>> = frame
        .columns()
        .iter()
        .map(|column| column.as_materialized_series().iter().map(|value| cell_json(&value)).collect())
        .collect();
    let names = heads(frame);
    let row = |row: usize| {
        let members = names.iter().zip(&columns).map(|(name, column)| (name.clone(), column[row].clone()));
        Value::Object(members.collect::<Map<_, _>>())
    };
    let rows: Vec<Value> = (0..frame.height()).map(row).collect();
    format!("{:#}", Value::Array(rows))
}

/// The different values, as they stand behind IN: numbers bare, text in quotes, missing ones left out.
fn sql_list(frame: &DataFrame) -> String {
    let mut values: Vec<String> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for column in frame.columns() {
        let bare = NUMERIC.contains(&TypeClass::of(column.dtype()));
        for text in column.as_materialized_series().iter().filter_map(|value| cell_text(&value)) {
            let text = if bare { text } else { format!("'{}'", text.replace('\'', "''")) };
            if known.insert(text.clone()) {
                values.push(text);
            }
        }
    }
    format!("({})", values.join(", "))
}
