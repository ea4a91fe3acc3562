//! Columns that stay: what the data decided once is kept in a step, so that a later run makes the same columns or stops and says why.
//!
//! What is kept is the answer to the step's facts query, column by column as text, in the member `Columns` of the step; DataBrew ignores it.

use crate::error::{Error, ErrorKind, Result};
use crate::values::cell_text;
use polars::prelude::{Column, DataFrame, DataType, PlSmallStr, Schema};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Whether what was found now fits what is kept; the error says what is new.
pub type Within = fn(found: &DataFrame, kept: &DataFrame) -> Result<()>;

/// How many new values an error names.
const NAMED: usize = 5;

/// An answer as a step keeps it.
pub fn write(answer: &DataFrame) -> Value {
    let texts = |column: &Column| {
        let cell = |at| column.get(at).ok().and_then(|cell| cell_text(&cell)).map_or(Value::Null, Value::String);
        Value::Array((0..column.len()).map(cell).collect())
    };
    Value::Object(
        answer.columns().iter().map(|column| (column.name().to_string(), texts(column))).collect::<Map<_, _>>(),
    )
}

/// What a step keeps, in the types of the answer that its query has.
pub fn read(kept: &Value, schema: &Schema) -> Result<DataFrame> {
    let damaged = || {
        Error::new(ErrorKind::Parameter, "the columns that the step keeps do not belong to it")
            .advise("let the data decide its columns, and keep them anew")
    };
    let cell = |cell: &Value| match cell {
        Value::Null => Some(None),
        Value::String(text) => Some(Some(text.clone())),
        _ => None,
    };
    let column = |(name, dtype): (&PlSmallStr, &DataType)| {
        let cells = kept.get(name.as_str()).and_then(Value::as_array).ok_or_else(damaged)?;
        let cells = cells.iter().map(cell).collect::<Option<Vec<_>>>().ok_or_else(damaged)?;
        super::table::column(name, dtype, cells).map_err(|_| damaged())
    };
    let columns = schema.iter().map(column).collect::<Result<Vec<_>>>()?;
    DataFrame::new(columns.first().map_or(0, Column::len), columns).map_err(|_| damaged())
}

/// Every row that was found is among those that are kept.
pub(super) fn rows_within(found: &DataFrame, kept: &DataFrame) -> Result<()> {
    let rows = |frame: &DataFrame| -> Vec<_> { (0..frame.height()).map(|at| row_of(frame, at)).collect() };
    let known: BTreeSet<_> = rows(kept).into_iter().collect();
    let new: Vec<_> = rows(found).into_iter().filter(|row| !known.contains(row)).collect();
    if new.is_empty() {
        return Ok(());
    }
    let more = if new.len() > NAMED { format!(" and {} more", new.len() - NAMED) } else { String::new() };
    let named = new.iter().take(NAMED).map(|row| words_of(row)).collect::<Vec<_>>().join(", ");
    Err(refuse(&format!("the step keeps its columns and has none for {named}{more}")))
}

/// The cells of a row; a missing one is no text of any wording.
fn row_of(frame: &DataFrame, at: usize) -> Vec<Option<String>> {
    frame.columns().iter().map(|column| column.get(at).ok().and_then(|cell| cell_text(&cell))).collect()
}

fn words_of(row: &[Option<String>]) -> String {
    let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or("missing")).collect();
    format!("“{}”", cells.join(", "))
}

/// Every number that was found is at most the one that is kept.
pub(super) fn numbers_within(found: &DataFrame, kept: &DataFrame) -> Result<()> {
    for column in found.columns() {
        let most = |frame: &DataFrame| frame.column(column.name()).ok()?.get(0).ok()?.extract::<i64>();
        let (now, then) = (most(found), most(kept));
        if now > then {
            let number = |number: Option<i64>| number.unwrap_or_default();
            let message = format!(
                "the step keeps its columns, made for a {} of {}, and now there is one of {}",
                column.name(),
                number(then),
                number(now)
            );
            return Err(refuse(&message));
        }
    }
    Ok(())
}

/// The refusal to make other columns than those that are kept.
pub(super) fn refuse(message: &str) -> Error {
    Error::new(ErrorKind::Data, message)
        .advise("let the data decide its columns, or change or remove what is new in a step before")
}
