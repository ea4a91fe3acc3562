//! Columns of text as values of their stored types while a run reads, exact to what the typing pass would take.
//!
//! A value that the pass would not give the type (leading zeros, too many digits for the width, another layout) is an error, never a
//! missing cell. Blanks around a value are left out and counted. Shapes decide; the common ones are told and read in one go.

use super::calendar::{short_days, short_mark, turned_days};
use super::shape::{Shape, shape_of};
use super::temporal::{Blanks, comma, dates, dates_by, misfit, parsed, stamps, unpadded};
use super::tracker::Tracker;
use super::verdict::{Style, turned_mark};
use crate::named::col;
use crate::types::TypeClass;
use polars::prelude::{
    BooleanChunked, ChunkedArray, Column, DataType, Expr, Field, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, IntoColumn as _, IntoSeries, NewChunkedArray as _, PolarsNumericType,
};
use std::sync::Arc;

/// How a column is read as its type; none where only the typing pass can tell whether it may be.
pub(super) enum Exact {
    /// As it stands.
    Text,
    /// Through this.
    Parsed(Expr),
}

/// How a column of a stored type is read. The first records (`head`) tell how its values are written.
pub(super) fn exact(name: &str, dtype: &DataType, style: Style, head: &Tracker, blanks: &Blanks) -> Option<Exact> {
    let whole_kind = TypeClass::Whole.words();
    let decimal_kind = TypeClass::Decimal.words();
    let expr = match (dtype, style) {
        (DataType::String, _) => return Some(Exact::Text),
        (DataType::Int64, Style::Plain) => numbers::<Int64Type>(name, dtype, whole_kind, blanks, whole),
        (DataType::Int32, Style::Plain) => numbers::<Int32Type>(name, dtype, whole_kind, blanks, narrow),
        (DataType::Int16, Style::Plain) => numbers::<Int16Type>(name, dtype, whole_kind, blanks, narrow),
        (DataType::Int8, Style::Plain) => numbers::<Int8Type>(name, dtype, whole_kind, blanks, narrow),
        (DataType::Float64, Style::Plain) => numbers::<Float64Type>(name, dtype, decimal_kind, blanks, decimal),
        (DataType::Float32, Style::Plain) => numbers::<Float32Type>(name, dtype, decimal_kind, blanks, short_decimal),
        (DataType::Float64, Style::Comma) => numbers::<Float64Type>(name, dtype, decimal_kind, blanks, with_comma),
        (DataType::Boolean, Style::Plain) => booleans(name, blanks),
        (DataType::Date, Style::Plain) => dates(name, blanks),
        (DataType::Date, Style::Turned(order)) => {
            let mark = turned_mark(head, order, false)?;
            // Where no zero leads, later ones may be shorter: then the whole column is looked at.
            if head.led == 0 {
                return None;
            }
            dates_by(name, blanks, move |text| if text.get(2) == Some(&mark) { turned_days(text, order) } else { None })
        }
        (DataType::Date, Style::Short(order)) => {
            let mark = turned_mark(head, order, true)?;
            dates_by(
                name,
                blanks,
                move |text| {
                    if short_mark(text) == Some(mark) { short_days(text, order) } else { None }
                },
            )
        }
        (DataType::Datetime(_, None), Style::Plain) => stamps(name, blanks),
        _ => return None,
    };
    Some(Exact::Parsed(expr))
}

/// A whole number as it stands in text; none where it could not be written back.
pub(super) fn whole(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    match digits {
        [b'0'] if !negative => return Some(0),
        [b'1'..=b'9', ..] if digits.len() <= 18 => {}
        _ => return if is_wide(text) { std::str::from_utf8(text).ok()?.parse().ok() } else { None },
    }
    let mut value = 0_i64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(if negative { -value } else { value })
}

#[cold]
fn is_wide(text: &[u8]) -> bool {
    !text.is_empty() && shape_of(text) == Shape::WholeWide
}

fn narrow<T: TryFrom<i64>>(text: &[u8]) -> Option<T> {
    whole(text).and_then(|value| T::try_from(value).ok())
}

const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// A decimal as it stands in text. Up to 15 digits and their power of ten are both exact, so that one division rounds once.
pub(super) fn decimal(text: &[u8]) -> Option<f64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let plain = match digits {
        [b'1'..=b'9', ..] | [b'0'] | [b'0', b'.', ..] => digits.len() <= 16,
        _ => false,
    };
    if !plain {
        return unusual(text);
    }
    let (mut value, mut count) = (0_u64, 0_u32);
    let mut point = None;
    for (at, byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            value = value * 10 + u64::from(digit);
            count += 1;
        } else if *byte == b'.' && point.is_none() && at + 1 < digits.len() {
            point = Some(at);
        } else {
            return unusual(text);
        }
    }
    if count > 15 {
        return unusual(text);
    }
    let places = point.map_or(0, |at| digits.len() - at - 1);
    #[allow(clippy::cast_precision_loss, reason = "15 digits are exact")]
    let number = value as f64 / POWERS[places];
    Some(if negative { -number } else { number })
}

#[cold]
fn unusual(text: &[u8]) -> Option<f64> {
    if is_number(text) { std::str::from_utf8(text).ok()?.parse().ok() } else { None }
}

fn is_number(text: &[u8]) -> bool {
    let accepted = super::verdict::accepted(&DataType::Float64);
    !text.is_empty() && accepted.is_some_and(|shapes| shapes.contains(&shape_of(text)))
}

fn short_decimal(text: &[u8]) -> Option<f32> {
    if is_number(text) { std::str::from_utf8(text).ok()?.parse().ok() } else { None }
}

fn with_comma(text: &[u8]) -> Option<f64> {
    matches!(shape_of(text), Shape::Whole | Shape::CommaDecimal | Shape::CommaThree).then(|| comma(text)).flatten()
}

fn numbers<T>(
    name: &str,
    dtype: &DataType,
    kind: &'static str,
    blanks: &Blanks,
    parse: fn(&[u8]) -> Option<T::Native>,
) -> Expr
where
    T: PolarsNumericType,
    ChunkedArray<T>: IntoSeries,
{
    let (column, told, blanks) = (name.to_owned(), dtype.clone(), Arc::clone(blanks));
    col(name).map(
        move |cells: Column| Ok(parsed::<T>(&cells, &column, kind, &blanks, parse)?.into_series().into_column()),
        move |_, field| Ok(Field::new(field.name.clone(), told.clone())),
    )
}

fn booleans(name: &str, blanks: &Blanks) -> Expr {
    let (column, blanks) = (name.to_owned(), Arc::clone(blanks));
    col(name).map(
        move |cells: Column| {
            let mut out = Vec::with_capacity(cells.len());
            for text in cells.str()?.iter() {
                out.push(match text {
                    None | Some("") => None,
                    Some(text) => match boolean(text.as_bytes()).or_else(|| unpadded(text, &blanks, boolean)) {
                        Some(value) => Some(value),
                        None => return Err(misfit(&column, text, TypeClass::Boolean.words())),
                    },
                });
            }
            Ok(BooleanChunked::from_iter_options(cells.name().clone(), out.into_iter()).into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Boolean)),
    )
}

fn boolean(text: &[u8]) -> Option<bool> {
    match text {
        b"true" | b"True" | b"TRUE" => Some(true),
        b"false" | b"False" | b"FALSE" => Some(false),
        _ => None,
    }
}
