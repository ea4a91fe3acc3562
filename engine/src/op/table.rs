//! Small tables as text, for examples and case files: one format that people, the reference and the tests read.
//!
//! The first line names columns and types (`name:text | qty:whole`), each further line is a row. `∅` is a missing value; text with
//! blanks at its ends, a bar or a quote stands in JSON quotes; lists and structures are JSON.

use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::types::{dtype_of_word, word_of_dtype};
use crate::values::cell_text;
use polars::prelude::{
    Column, DataFrame, DataType, Field, IntoLazy as _, NamedFrom as _, PlSmallStr, Series, StrptimeOptions, TimeUnit,
};

/// The sign of a missing value.
pub const MISSING: &str = "∅";

/// Reads a text table.
pub fn parse(text: &str) -> Result<DataFrame> {
    let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    let header = lines.next().ok_or_else(|| bad("a table needs a header"))?;
    let columns: Vec<(String, DataType)> = split(header).iter().map(|cell| header_cell(cell)).collect::<Result<_>>()?;
    let mut cells: Vec<Vec<Option<String>>> = vec![Vec::new(); columns.len()];
    for line in lines {
        let row = split(line);
        if row.len() != columns.len() {
            return Err(bad(format!("“{line}” has {} cells, the header {}", row.len(), columns.len())));
        }
        for (at, cell) in row.into_iter().enumerate() {
            cells[at].push(read_cell(&cell)?);
        }
    }
    let height = cells.first().map_or(0, Vec::len);
    let columns = columns.into_iter().zip(cells).map(|((name, dtype), cells)| column(&name, &dtype, cells));
    Ok(DataFrame::new(height, columns.collect::<Result<Vec<_>>>()?)?)
}

/// The names and types of a table's columns, as a text table writes them.
pub fn header(frame: &DataFrame) -> Vec<(String, String)> {
    frame.columns().iter().map(|c| (quote(c.name()), type_word(c.dtype()))).collect()
}

/// The cells of a table row by row, as a text table writes them.
pub fn cells(frame: &DataFrame) -> Vec<Vec<String>> {
    let cell = |c: &Column, at: usize| {
        let value = c.get(at).map(|v| cell_text(&v)).unwrap_or_default();
        match value {
            None => MISSING.to_owned(),
            Some(text) if c.dtype() == &DataType::String => quote(&text),
            Some(text) => text,
        }
    };
    (0..frame.height()).map(|at| frame.columns().iter().map(|c| cell(c, at)).collect()).collect()
}

/// Writes a text table, columns aligned.
pub fn write(frame: &DataFrame) -> String {
    let mut rows = vec![header(frame).into_iter().map(|(name, kind)| format!("{name}:{kind}")).collect::<Vec<_>>()];
    rows.extend(cells(frame));
    let widths: Vec<usize> =
        (0..frame.width()).map(|at| rows.iter().map(|r| r[at].chars().count()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.chars().count()))))
            .collect();
        text.push_str(cells.join(" | ").trim_end());
        text.push('\n');
    }
    text
}

fn type_word(dtype: &DataType) -> String {
    match dtype {
        DataType::String => "text".into(),
        DataType::Int64 => "whole".into(),
        DataType::Decimal(_, 18) => "money".into(),
        DataType::Decimal(_, scale) => format!("money<{scale}>"),
        DataType::UInt32 => "u32".into(),
        DataType::UInt64 => "u64".into(),
        other => word_of_dtype(other),
    }
}

fn header_cell(cell: &str) -> Result<(String, DataType)> {
    let (name, word) = cell.rsplit_once(':').ok_or_else(|| bad(format!("“{cell}” is not name:type")))?;
    // A structure's fields hold colons too: the name ends at the first.
    let (name, word) = if word.contains('>') { cell.split_once(':').unwrap_or((name, word)) } else { (name, word) };
    let name = read_cell(name.trim())?.unwrap_or_default();
    Ok((name, parse_type(word.trim())?))
}

fn parse_type(word: &str) -> Result<DataType> {
    let inner = |prefix: &str| word.strip_prefix(prefix).and_then(|rest| rest.strip_suffix('>'));
    if let Some(inner) = inner("list<") {
        return Ok(DataType::List(Box::new(parse_type(inner)?)));
    }
    if let Some(zone) = inner("timestamp<") {
        let zone = polars::prelude::TimeZone::opt_try_new(Some(zone))?;
        return Ok(DataType::Datetime(TimeUnit::Microseconds, zone));
    }
    if let Some(scale) = inner("money<") {
        return Ok(DataType::Decimal(38, scale.parse().map_err(|_| bad("money<scale>"))?));
    }
    if let Some(fields) = inner("struct<") {
        let fields = split_fields(fields).into_iter().map(|field| {
            let (name, word) = field.split_once(':').ok_or_else(|| bad(format!("“{field}” is not name: type")))?;
            Ok(Field::new(name.trim().into(), parse_type(word.trim())?))
        });
        return Ok(DataType::Struct(fields.collect::<Result<_>>()?));
    }
    match word {
        "u32" => Ok(DataType::UInt32),
        "u64" => Ok(DataType::UInt64),
        _ => dtype_of_word(word).ok_or_else(|| bad(format!("“{word}” is not a type"))),
    }
}

/// Splits `a: x, b: list<y>` at the commas outside angle brackets.
fn split_fields(text: &str) -> Vec<String> {
    let mut depth = 0;
    let mut parts = vec![String::new()];
    for letter in text.chars() {
        match letter {
            '<' => depth += 1,
            '>' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = parts.last_mut() {
            last.push(letter);
        }
    }
    parts
}

/// A column of a type from texts; an error where one is no value of it.
pub(super) fn column(name: &str, dtype: &DataType, cells: Vec<Option<String>>) -> Result<Column> {
    let text = Series::new(PlSmallStr::from_str(name), cells);
    if dtype == &DataType::String {
        return Ok(text.into());
    }
    let expr = match dtype {
        DataType::List(_) | DataType::Struct(_) => col(name).str().json_decode(dtype.clone()),
        DataType::Boolean => col(name).eq(polars::prelude::lit("true")),
        DataType::Datetime(..) | DataType::Date => super::convert::convert(col(name), &DataType::String, dtype),
        DataType::Time => {
            let format = Some(PlSmallStr::from_static("%H:%M:%S"));
            col(name).str().to_time(StrptimeOptions { format, ..StrptimeOptions::default() })
        }
        other => col(name).strict_cast(other.clone()),
    };
    let frame = DataFrame::new(text.len(), vec![text.clone().into()])?;
    #[allow(clippy::disallowed_methods, reason = "a literal table of a few rows")]
    let frame = frame.lazy().select([expr.alias(name)]).collect()?;
    let column = frame.column(name)?.clone();
    if column.null_count() != text.null_count() {
        return Err(bad(format!("column {name} holds values that are no {}", type_word(dtype))));
    }
    Ok(column)
}

fn read_cell(cell: &str) -> Result<Option<String>> {
    match cell {
        MISSING => Ok(None),
        quoted if quoted.starts_with('"') => {
            serde_json::from_str(quoted).map(Some).map_err(|_| bad(format!("{quoted} is not quoted text")))
        }
        plain => Ok(Some(plain.to_owned())),
    }
}

fn quote(text: &str) -> String {
    let plain = !text.is_empty()
        && text.trim() == text
        && text != MISSING
        && !text.contains(['|', '"', '\n', '\r', '\t'])
        && !text.contains('\u{a0}');
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// Splits a line at the bars that stand outside JSON quotes.
fn split(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for letter in line.chars() {
        let cell_is_quoted = cells.last().is_some_and(|c| c.trim_start().starts_with('"'));
        match letter {
            '|' if !quoted => {
                cells.push(String::new());
                continue;
            }
            '"' if !escaped && (quoted || cells.last().is_some_and(|c| c.trim().is_empty())) => quoted = !quoted,
            _ => {}
        }
        escaped = letter == '\\' && !escaped && cell_is_quoted;
        if let Some(last) = cells.last_mut() {
            last.push(letter);
        }
    }
    cells.iter().map(|c| c.trim().to_owned()).collect()
}

fn bad(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::File, message)
}
