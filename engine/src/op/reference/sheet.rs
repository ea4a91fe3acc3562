//! An example as two tables of texts, before and after, for whoever draws them.

use crate::op::{Example, table};

/// A table of texts.
pub(super) struct Sheet {
    /// Names and types.
    pub(super) header: Vec<(String, String)>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Sheet {
    fn read(text: &str) -> Self {
        match table::parse(text) {
            Ok(frame) => Self { header: table::header(&frame), rows: table::cells(&frame) },
            Err(_) => Self { header: Vec::new(), rows: text.lines().map(|line| vec![line.to_owned()]).collect() },
        }
    }

    /// Whether a cell is not what it was before: another value, or a column that was not there.
    pub(super) fn differs(&self, before: &Self, row: usize, column: usize) -> bool {
        let place = before.header.iter().position(|(name, _)| *name == self.header[column].0);
        let was = place.and_then(|place| before.rows.get(row)?.get(place));
        self.rows.len() == before.rows.len() && was != self.rows[row].get(column)
    }
}

/// The tables of an example.
pub(super) fn sheets(example: &Example) -> (Sheet, Sheet) {
    (Sheet::read(example.before), Sheet::read(example.after))
}

/// The parameters and conditions of an example, a line each.
pub(super) fn lines(example: &Example) -> Vec<String> {
    let mut lines: Vec<String> =
        example.params.iter().map(|(name, value)| format!("{name} = {}", shown(value))).collect();
    for (at, (condition, value, column)) in example.conditions.iter().enumerate() {
        let (or, condition) = condition.strip_prefix("OR ").map_or((false, *condition), |name| (true, name));
        let word = match (at, or) {
            (0, _) => "where",
            (_, true) => "or",
            (_, false) => "and",
        };
        let value = if value.is_empty() { String::new() } else { shown(value) };
        lines.push(format!("{word} {column} {condition} {value}").trim_end().to_owned());
    }
    lines
}

/// A value; one whose ends would not be seen stands in quotes.
fn shown(value: &str) -> String {
    if value.is_empty() || value.trim() != value { format!("“{value}”") } else { value.to_owned() }
}
