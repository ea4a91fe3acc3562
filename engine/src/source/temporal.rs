//! Columns of text as dates and times while a run reads, with an error for every value that is none.

use super::calendar::{Order, days, micros, short_days, turned_days};
use super::shape::bare;
use crate::error::{Error, ErrorKind};
use crate::named::col;
use polars::prelude::{
    ChunkedArray, Column, DataType, Expr, Field, Float64Type, Int32Type, Int64Type, IntoColumn as _, IntoSeries as _,
    NewChunkedArray as _, PolarsError, PolarsNumericType, PolarsResult, TimeUnit,
};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where values with blanks around them are counted, which are read without the blanks.
pub(super) type Blanks = Arc<AtomicU64>;

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
pub(super) fn commas(name: &str, blanks: &Blanks) -> Expr {
    let (column, blanks) = (name.to_owned(), Arc::clone(blanks));
    col(name).map(
        move |cells: Column| {
            Ok(parsed::<Float64Type>(&cells, &column, "double", &blanks, comma)?.into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Float64)),
    )
}

/// A decimal with a comma for a point.
pub(super) fn comma(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    if text.contains('.') { None } else { text.replacen(',', ".", 1).parse().ok() }
}

/// A column of text as dates with day or month first; an empty text is missing, any other text that is no date is an error.
pub(super) fn turned(name: &str, order: Order, blanks: &Blanks) -> Expr {
    dates_by(name, blanks, move |text| turned_days(text, order))
}

/// The same of dates without leading zeros.
pub(super) fn short(name: &str, order: Order, blanks: &Blanks) -> Expr {
    dates_by(name, blanks, move |text| short_days(text, order))
}

/// A column of text as dates; an empty text is missing, any other text that is no date is an error.
pub(super) fn dates(name: &str, blanks: &Blanks) -> Expr {
    dates_by(name, blanks, days)
}

/// A column of text as dates that are read by this.
pub(super) fn dates_by(
    name: &str,
    blanks: &Blanks,
    parse: impl Fn(&[u8]) -> Option<i32> + Send + Sync + 'static,
) -> Expr {
    let (column, blanks) = (name.to_owned(), Arc::clone(blanks));
    col(name).map(
        move |cells: Column| {
            let days = parsed::<Int32Type>(&cells, &column, "date", &blanks, &parse)?;
            Ok(days.into_series().cast(&DataType::Date)?.into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Date)),
    )
}

/// A column of text as dates with times; an empty text is missing, any other text that is none is an error.
pub(super) fn stamps(name: &str, blanks: &Blanks) -> Expr {
    let (column, blanks) = (name.to_owned(), Arc::clone(blanks));
    let dtype = DataType::Datetime(TimeUnit::Microseconds, None);
    let told = dtype.clone();
    col(name).map(
        move |cells: Column| {
            let stamps = parsed::<Int64Type>(&cells, &column, "timestamp", &blanks, micros)?;
            Ok(stamps.into_series().cast(&dtype)?.into_column())
        },
        move |_, field| Ok(Field::new(field.name.clone(), told.clone())),
    )
}

/// The values of a column of text; an empty text is missing, blanks around a value are counted, any other that cannot be read is an
/// error.
pub(super) fn parsed<T: PolarsNumericType>(
    cells: &Column,
    column: &str,
    kind: &'static str,
    blanks: &Blanks,
    parse: impl Fn(&[u8]) -> Option<T::Native>,
) -> PolarsResult<ChunkedArray<T>> {
    let texts = cells.str()?;
    let mut values = Vec::with_capacity(texts.len());
    let mut empty = false;
    for text in texts.iter() {
        values.push(match text {
            None => T::Native::default(),
            Some("") => {
                empty = true;
                T::Native::default()
            }
            Some(text) => match parse(text.as_bytes()) {
                Some(value) => value,
                None => unpadded(text, blanks, &parse).ok_or_else(|| misfit(column, text, kind))?,
            },
        });
    }
    if !empty {
        return Ok(ChunkedArray::from_vec_validity(cells.name().clone(), values, texts.rechunk_validity()));
    }
    let filled = texts.iter().zip(values).map(|(text, value)| text.filter(|text| !text.is_empty()).map(|_| value));
    Ok(ChunkedArray::from_iter_options(cells.name().clone(), filled))
}

/// What a value with blanks around it is without them.
#[cold]
pub(super) fn unpadded<T>(text: &str, blanks: &Blanks, parse: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
    let bare = bare(text.as_bytes());
    let value = if bare.is_empty() || bare.len() == text.len() { None } else { parse(bare) };
    if value.is_some() {
        blanks.fetch_add(1, Ordering::Relaxed);
    }
    value
}

/// The error about a value that does not fit.
#[cold]
pub(super) fn misfit(column: &str, value: &str, kind: &'static str) -> PolarsError {
    let misfit = Misfit { column: column.to_owned(), value: value.chars().take(60).collect(), kind };
    PolarsError::IO { error: Arc::new(std::io::Error::other(misfit)), msg: None }
}
