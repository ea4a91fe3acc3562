//! Values that a recipe holds as text, read as a value of a column's type; and the words for types.

use super::dates::parse_any_date;
use super::param::{Choice, Chosen, Param, choice};
use super::{Args, condition::read_bool};
use crate::error::{Error, ErrorKind, Result};
use crate::types::TypeClass;
use polars::prelude::{AnyValue, DataType, Expr, LiteralValue, NamedFrom as _, Scalar, Series, TimeUnit, lit};

/// The type that a step names beside its column, where cells are tested against it.
pub(super) static TYPE_TESTED: Param<Chosen> = type_name();

/// The type that a step names beside its column, where it changes little.
pub(super) static TYPE_NAME: Param<Chosen> = type_name().default("string");

const fn type_name() -> Param<Chosen> {
    Param::new("columnDataType", "Type of the column")
        .help("The type that the cells are meant to have; it decides which text of a text column is invalid.")
        .example("number")
        .choices(TYPES)
}

const TYPES: &[Choice] = &[
    choice("string", "Text"),
    choice("number", "Number"),
    choice("boolean", "True or false"),
    choice("date", "Date"),
    Choice { value: "timestamp", label: "Date and time", aliases: &["datetime"] },
    choice("byte", "Whole number, 1 byte"),
    choice("short", "Whole number, 2 bytes"),
    Choice { value: "int", label: "Whole number, 4 bytes", aliases: &["integer"] },
    choice("long", "Whole number"),
    choice("float", "Decimal, 4 bytes"),
    choice("double", "Decimal"),
    choice("decimal", "Money (exact)"),
    choice("unsupported", "Another type"),
];

/// The word of the type that a step names; empty for one that every cell fits.
pub(super) fn type_named(args: &Args) -> Result<&'static str> {
    Ok(match args.get(&TYPE_NAME)?.0 {
        "string" | "unsupported" => "",
        word => word,
    })
}

/// A text as a literal of a type, or an error that says what it is not.
pub(super) fn read_value(text: &str, dtype: &DataType) -> Result<Expr> {
    let class = TypeClass::of(dtype);
    let plain = text.trim();
    let misfit = || {
        let message = format!("“{text}” is not a value of a column of {}", class.words());
        Error::new(ErrorKind::Parameter, message).advise("change the value, or the column's type in a step before")
    };
    let stamp = DataType::Datetime(TimeUnit::Microseconds, None);
    Ok(match class {
        TypeClass::Text => lit(text.to_owned()),
        TypeClass::Boolean => lit(read_bool(plain).ok_or_else(misfit)?),
        TypeClass::Date | TypeClass::DateTime => {
            lit(parse_any_date(plain).ok_or_else(misfit)?).cast(stamp).cast(dtype.clone())
        }
        TypeClass::Whole | TypeClass::Decimal | TypeClass::Money | TypeClass::Time => {
            // 12.0 is the whole number 12; 12.5 is none.
            let digits = match plain.split_once('.') {
                Some((whole, zeros)) if class == TypeClass::Whole && zeros.bytes().all(|b| b == b'0') => whole,
                _ => plain,
            };
            let read = Series::new("value".into(), [digits]).cast(dtype)?;
            let value = read.get(0)?.into_static();
            if value.is_null() {
                return Err(misfit());
            }
            literal(value, dtype)
        }
        _ => return Err(misfit()),
    })
}

/// A value of a column's type as a literal.
pub(super) fn literal(value: AnyValue<'static>, dtype: &DataType) -> Expr {
    Expr::Literal(LiteralValue::Scalar(Scalar::new(dtype.clone(), value)))
}
