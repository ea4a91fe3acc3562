//! From a filter to an expression that is true or false for every row.

use super::{Filter, Test};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::op::condition::{BoundCondition, Test as Condition, is_unfit};
use crate::op::no_such_column;
use crate::profile::{Kind, pattern_of};
use crate::types::TypeClass;
use polars::prelude::{DataType, Expr, Field, IntoColumn as _, NamedFrom as _, Schema, Series, lit};
use std::collections::HashSet;

/// The predicate of a filter.
pub(super) fn of_filter(filter: &Filter, schema: &Schema) -> Result<Expr> {
    let dtype = schema.get(&filter.column).ok_or_else(|| no_such_column(&filter.column, schema))?;
    let mut any: Option<Expr> = None;
    for test in &filter.tests {
        let one = of_test(&filter.column, dtype, test, schema)?.fill_null(lit(false));
        any = Some(match any {
            Some(any) => any.or(one),
            None => one,
        });
    }
    let any = any.unwrap_or_else(|| lit(true));
    Ok(if filter.inverted { any.not() } else { any })
}

fn of_test(column: &str, dtype: &DataType, test: &Test, schema: &Schema) -> Result<Expr> {
    let cells = col(column);
    Ok(match test {
        Test::Among(values) => among(column, dtype, values, schema)?,
        Test::Range { low, high, closed } => {
            let size = size_of(column, dtype).ok_or_else(|| misfit(column, dtype, "a range"))?;
            // What is no number lies in no range.
            let real = TypeClass::of(dtype) == TypeClass::Decimal;
            let mut inside = if real { size.clone().is_not_nan() } else { size.clone().is_not_null() };
            if let Some(low) = low {
                inside = inside.and(size.clone().gt_eq(lit(*low)));
            }
            if let Some(high) = high {
                inside = inside.and(if *closed { size.lt_eq(lit(*high)) } else { size.lt(lit(*high)) });
            }
            inside
        }
        Test::Missing => cells.is_null(),
        Test::Empty => text(column, dtype, "empty")?.eq(lit("")),
        Test::Blank => {
            let text = text(column, dtype, "blank")?;
            text.clone().neq(lit("")).and(text.str().strip_chars(lit(polars::prelude::NULL)).eq(lit("")))
        }
        Test::Invalid(kind) => is_unfit(cells, dtype, kind)?,
        Test::Repeated => cells.clone().is_not_null().and(cells.is_duplicated()),
        Test::Length { low, high } => {
            let length = match dtype {
                DataType::List(_) => cells.list().len(),
                _ => text(column, dtype, "a length")?.str().len_chars(),
            };
            let length = length.cast(DataType::UInt64);
            length.clone().gt_eq(lit(*low)).and(length.lt_eq(lit(*high)))
        }
        Test::Pattern(patterns) => {
            let wanted: HashSet<String> = patterns.iter().cloned().collect();
            mapped(text(column, dtype, "a pattern")?, move |text| wanted.contains(&pattern_of(text)))
        }
        Test::Contains { text: wanted, match_case } => {
            let text = text(column, dtype, "a search")?;
            if *match_case {
                text.str().contains_literal(lit(wanted.clone()))
            } else {
                text.str().contains(lit(format!("(?i){}", regex::escape(wanted))), true)
            }
        }
    })
}

/// One of some values: of text at once, of other kinds one by one, each read as a value of the column.
fn among(column: &str, dtype: &DataType, values: &[String], schema: &Schema) -> Result<Expr> {
    if TypeClass::of(dtype) == TypeClass::Text {
        let wanted: HashSet<String> = values.iter().cloned().collect();
        return Ok(match values {
            [one] => col(column).cast(DataType::String).eq(lit(one.clone())),
            _ => mapped(col(column).cast(DataType::String), move |text| wanted.contains(text)),
        });
    }
    BoundCondition { test: Condition::Is, column: column.to_owned(), values: values.to_vec(), or: false }
        .predicate(schema)
}

/// Cells as numbers: of a moment its units.
pub(super) fn size_of(column: &str, dtype: &DataType) -> Option<Expr> {
    match Kind::of(dtype) {
        Kind::Number => Some(col(column).cast(DataType::Float64)),
        Kind::Moment => Some(col(column).to_physical().cast(DataType::Float64)),
        _ => None,
    }
}

fn text(column: &str, dtype: &DataType, what: &str) -> Result<Expr> {
    if TypeClass::of(dtype) == TypeClass::Text {
        Ok(col(column).cast(DataType::String))
    } else {
        Err(misfit(column, dtype, what))
    }
}

fn misfit(column: &str, dtype: &DataType, what: &str) -> Error {
    let message = format!("{column} holds {}, which cannot be filtered by {what}", TypeClass::of(dtype).words());
    Error::new(ErrorKind::Type, message).advise("filter by values, or by missing cells")
}

/// A test of each text; a missing one stays missing.
fn mapped(text: Expr, test: impl Fn(&str) -> bool + Send + Sync + 'static) -> Expr {
    text.map(
        move |cells| {
            let found: Vec<Option<bool>> = cells.str()?.iter().map(|text| Some(test(text?))).collect();
            Ok(Series::new(cells.name().clone(), found).into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Boolean)),
    )
}
