//! The kinds of values that people tell apart, and their words: text, whole number, decimal, money, date ...
//!
//! Polars' types are many; everything on a screen, in a report or in a stored schema speaks of these. Knows no operation.

use polars::prelude::{DataType, TimeUnit};

/// A kind of value, as an analyst tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TypeClass {
    /// Text.
    Text,
    /// A whole number of any width.
    Whole,
    /// A floating-point number.
    Decimal,
    /// An exact decimal number.
    Money,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A day with a time, with or without a zone.
    DateTime,
    /// A time of day.
    Time,
    /// A length of time.
    Duration,
    /// A list of values.
    List,
    /// Named values in one cell.
    Struct,
    /// Anything else.
    Other,
}

/// Whole numbers, decimals and money.
pub const NUMERIC: &[TypeClass] = &[TypeClass::Whole, TypeClass::Decimal, TypeClass::Money];
/// Numbers, and text that is meant to hold them.
pub const NUMERIC_OR_TEXT: &[TypeClass] = &[TypeClass::Whole, TypeClass::Decimal, TypeClass::Money, TypeClass::Text];
/// Text alone.
pub const TEXT: &[TypeClass] = &[TypeClass::Text];
/// Every kind of single value: no lists, no structures.
pub const SCALAR: &[TypeClass] = &[
    TypeClass::Text,
    TypeClass::Whole,
    TypeClass::Decimal,
    TypeClass::Money,
    TypeClass::Boolean,
    TypeClass::Date,
    TypeClass::DateTime,
    TypeClass::Time,
];
/// Dates, and text, which is read as a date.
pub const DATED: &[TypeClass] = &[TypeClass::Date, TypeClass::DateTime, TypeClass::Text];

impl TypeClass {
    /// The kind of a Polars type.
    pub fn of(dtype: &DataType) -> Self {
        match dtype {
            DataType::String | DataType::Categorical(..) | DataType::Enum(..) => Self::Text,
            DataType::Float32 | DataType::Float64 => Self::Decimal,
            DataType::Decimal(..) => Self::Money,
            DataType::Boolean => Self::Boolean,
            DataType::Date => Self::Date,
            DataType::Datetime(..) => Self::DateTime,
            DataType::Time => Self::Time,
            DataType::Duration(..) => Self::Duration,
            DataType::List(..) | DataType::Array(..) => Self::List,
            DataType::Struct(..) => Self::Struct,
            whole if whole.is_integer() => Self::Whole,
            _ => Self::Other,
        }
    }

    /// Its words on a screen.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Whole => "whole number",
            Self::Decimal => "decimal",
            Self::Money => "money (exact)",
            Self::Boolean => "true or false",
            Self::Date => "date",
            Self::DateTime => "date and time",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::List => "list",
            Self::Struct => "structure",
            Self::Other => "other",
        }
    }

    /// The word of stored schemas and text tables; `DataBrew`'s where it has one.
    pub const fn stored(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Whole => "long",
            Self::Decimal => "double",
            Self::Money => "decimal",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::DateTime => "timestamp",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::List => "list",
            Self::Struct => "struct",
            Self::Other => "other",
        }
    }
}

/// The exact decimal that `DataBrew` defines: 38 digits, 18 of them after the point.
pub const MONEY: DataType = DataType::Decimal(38, 18);

/// The Polars type of a stored type word (`string`, `long`, `int`, `double`, `date`, `timestamp` ...), or none.
pub fn dtype_of_word(word: &str) -> Option<DataType> {
    Some(match word.to_ascii_lowercase().as_str() {
        "string" | "text" => DataType::String,
        "byte" => DataType::Int8,
        "short" => DataType::Int16,
        "int" | "integer" => DataType::Int32,
        "long" | "whole" | "number" => DataType::Int64,
        "float" => DataType::Float32,
        "double" => DataType::Float64,
        "decimal" | "money" => MONEY,
        "boolean" => DataType::Boolean,
        "date" => DataType::Date,
        "timestamp" | "datetime" => DataType::Datetime(TimeUnit::Microseconds, None),
        "time" => DataType::Time,
        _ => return None,
    })
}

/// The stored word of a Polars type, the inverse of [`dtype_of_word`] where there is one; nested types in full.
pub fn word_of_dtype(dtype: &DataType) -> String {
    match dtype {
        DataType::Int8 => "byte".into(),
        DataType::Int16 => "short".into(),
        DataType::Int32 => "integer".into(),
        DataType::Float32 => "float".into(),
        DataType::Datetime(_, Some(zone)) => format!("timestamp<{zone}>"),
        DataType::List(inner) => format!("list<{}>", word_of_dtype(inner)),
        DataType::Struct(fields) => {
            let fields: Vec<_> = fields.iter().map(|f| format!("{}: {}", f.name, word_of_dtype(&f.dtype))).collect();
            format!("struct<{}>", fields.join(", "))
        }
        other => TypeClass::of(other).stored().into(),
    }
}

/// Whether cells of a type are maps: lists of pairs, each a structure of `key` and `value`.
pub fn is_map(dtype: &DataType) -> bool {
    let DataType::List(inner) = dtype else { return false };
    let DataType::Struct(fields) = inner.as_ref() else { return false };
    matches!(fields.as_slice(), [key, value] if key.name == "key" && value.name == "value")
}
