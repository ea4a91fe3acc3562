//! Columns of text as dates and times while a run reads, with an error for every value that is none.

use super::calendar::{Order, days, micros, turned_days};
use crate::error::{Error, ErrorKind};
use polars::prelude::{
    Column, DataType, Expr, Field, Float64Chunked, Int32Chunked, Int64Chunked, IntoColumn as _, IntoSeries as _,
    NewChunkedArray as _, PolarsError, PolarsResult, TimeUnit, col,
};
use std::fmt;
use std::sync::Arc;

/// A value that does not fit the stored type of its column, on its way through the engine.
#[derive(Debug)]
pub(crate) struct Misfit {
    column: String,
    value: String,
    kind: &'static str,
}

impl Misfit {
    /// The same as an error that people read.
    pub(crate) fn error(&self) -> Error {
        Error::new(ErrorKind::Data, self.to_string())
            .advise("store the column as text, or decide the types of this dataset anew")
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {} is stored as {}, but holds {:?}", self.column, self.kind, self.value)
    }
}

impl std::error::Error for Misfit {}

/// A column of text as decimals with a comma for a point.
pub(crate) fn commas(name: &str) -> Expr {
    let column = name.to_owned();
    col(name).map(
        move |cells: Column| {
            let texts = cells.str()?;
            let mut out = Vec::with_capacity(texts.len());
            for text in texts.iter() {
                out.push(read(text, comma, &column, "double")?);
            }
            Ok(Float64Chunked::from_iter_options(cells.name().clone(), out.into_iter()).into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Float64)),
    )
}

fn comma(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    if text.contains('.') { None } else { text.replacen(',', ".", 1).parse().ok() }
}

/// A column of text as dates with day or month first; an empty text is missing, any other text that is no date is an error.
pub(crate) fn turned(name: &str, order: Order) -> Expr {
    match order {
        Order::DayFirst => dates_by(name, |text| turned_days(text, Order::DayFirst)),
        Order::MonthFirst => dates_by(name, |text| turned_days(text, Order::MonthFirst)),
    }
}

/// A column of text as dates; an empty text is missing, any other text that is no date is an error.
pub(crate) fn dates(name: &str) -> Expr {
    dates_by(name, days)
}

fn dates_by(name: &str, parse: fn(&[u8]) -> Option<i32>) -> Expr {
    let column = name.to_owned();
    col(name).map(
        move |cells: Column| {
            let texts = cells.str()?;
            let mut out = Vec::with_capacity(texts.len());
            for text in texts.iter() {
                out.push(read(text, parse, &column, "date")?);
            }
            Ok(Int32Chunked::from_iter_options(cells.name().clone(), out.into_iter())
                .into_series()
                .cast(&DataType::Date)?
                .into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Date)),
    )
}

/// A column of text as dates with times; an empty text is missing, any other text that is none is an error.
pub(crate) fn stamps(name: &str) -> Expr {
    let column = name.to_owned();
    let dtype = DataType::Datetime(TimeUnit::Microseconds, None);
    let told = dtype.clone();
    col(name).map(
        move |cells: Column| {
            let texts = cells.str()?;
            let mut out = Vec::with_capacity(texts.len());
            for text in texts.iter() {
                out.push(read(text, micros, &column, "timestamp")?);
            }
            Ok(Int64Chunked::from_iter_options(cells.name().clone(), out.into_iter())
                .into_series()
                .cast(&dtype)?
                .into_column())
        },
        move |_, field| Ok(Field::new(field.name.clone(), told.clone())),
    )
}

fn read<T>(
    text: Option<&str>,
    parse: fn(&[u8]) -> Option<T>,
    column: &str,
    kind: &'static str,
) -> PolarsResult<Option<T>> {
    match text {
        None | Some("") => Ok(None),
        Some(text) => match parse(text.as_bytes()) {
            Some(value) => Ok(Some(value)),
            None => Err(misfit(column, text, kind)),
        },
    }
}

#[cold]
fn misfit(column: &str, value: &str, kind: &'static str) -> PolarsError {
    let misfit = Misfit { column: column.to_owned(), value: value.chars().take(60).collect(), kind };
    PolarsError::IO { error: Arc::new(std::io::Error::other(misfit)), msg: None }
}
