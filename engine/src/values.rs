//! Cells as text and as JSON: one way to show a value, used by previews, text tables and the window.

use chrono::{Datelike as _, Timelike as _};
use polars::prelude::{AnyValue, DataType, TimeUnit};
use serde_json::{Map, Value};
use std::fmt::{self, Write as _};

/// Words that often stand for a missing value, in small letters.
const MISSING_WORDS: &[&str] = &[
    "na", "n/a", "#n/a", "nan", "null", "(null)", "<null>", "none", "nil", "-", "--", "?", ".", "\\n", "missing",
    "unknown", "n.a.", "k.a.",
];

/// Whether a text is a word that often stands for a missing value.
pub fn reads_as_missing(text: &str) -> bool {
    let text = text.trim();
    text.len() <= 8 && MISSING_WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// A cell as people read it; none when it is missing.
pub fn cell_text(value: &AnyValue<'_>) -> Option<String> {
    let mut text = String::new();
    write_cell(value, &mut text).then_some(text)
}

/// Adds a cell as people read it to a text; false when it is missing.
pub(crate) fn write_cell(value: &AnyValue<'_>, text: &mut String) -> bool {
    match value {
        AnyValue::Null => return false,
        AnyValue::String(cell) => text.push_str(cell),
        AnyValue::StringOwned(cell) => text.push_str(cell),
        AnyValue::Float64(number) => write_float(*number, text),
        AnyValue::Float32(number) => write_float(shortest(*number), text),
        AnyValue::List(_) | AnyValue::Struct(..) | AnyValue::StructOwned(_) | AnyValue::Array(..) => {
            add(text, format_args!("{}", cell_json(value)));
        }
        AnyValue::Datetime(at, unit, zone) => write_datetime(*at, *unit, zone.is_some(), text),
        AnyValue::DatetimeOwned(at, unit, zone) => write_datetime(*at, *unit, zone.is_some(), text),
        AnyValue::Decimal(units, _, scale) => write_money(*units, *scale, text),
        AnyValue::Date(days) => write_date(*days, text),
        other => add(text, format_args!("{other}")),
    }
    true
}

/// Adds to a text, which cannot fail.
pub(crate) fn add(text: &mut String, what: fmt::Arguments<'_>) {
    let _ = text.write_fmt(what);
}

/// A cell as JSON: numbers and booleans as such, nested values in full, everything else as text.
pub fn cell_json(value: &AnyValue<'_>) -> Value {
    match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(value) => Value::Bool(*value),
        AnyValue::Float64(number) => serde_json::Number::from_f64(*number).map_or(Value::Null, Value::Number),
        AnyValue::Float32(number) => serde_json::Number::from_f64(shortest(*number)).map_or(Value::Null, Value::Number),
        AnyValue::List(series) => series.iter().map(|v| cell_json(&v)).collect(),
        AnyValue::Struct(..) | AnyValue::StructOwned(_) => struct_json(value),
        AnyValue::UInt64(number) => Value::from(*number),
        whole if whole.is_integer() => whole.extract::<i64>().map_or(Value::Null, Value::from),
        other => cell_text(other).map_or(Value::Null, Value::String),
    }
}

fn struct_json(value: &AnyValue<'_>) -> Value {
    let DataType::Struct(fields) = value.dtype() else { return Value::Null };
    let owned = value.clone().into_static();
    let AnyValue::StructOwned(payload) = owned else { return Value::Null };
    let members: Map<String, Value> =
        fields.iter().zip(payload.0.iter()).map(|(field, value)| (field.name.to_string(), cell_json(value))).collect();
    Value::Object(members)
}

/// A number without needless digits: the shortest text that reads back as the same number.
pub fn float_text(number: f64) -> String {
    let mut text = String::new();
    write_float(number, &mut text);
    text
}

/// Adds an exact number, given in units of its last digit, without zeros at its end.
pub(crate) fn write_money(units: i128, scale: usize, text: &mut String) {
    if units < 0 {
        text.push('-');
    }
    let units = units.unsigned_abs();
    let (Some(one), true) = (u32::try_from(scale).ok().and_then(|scale| 10u128.checked_pow(scale)), scale > 0) else {
        return add(text, format_args!("{units}"));
    };
    // Nearly all fit the processor's own numbers, which are much faster to write.
    match (u64::try_from(units), u64::try_from(one)) {
        (Ok(units), Ok(one)) => add(text, format_args!("{}.{:0scale$}", units / one, units % one)),
        _ => add(text, format_args!("{}.{:0scale$}", units / one, units % one)),
    }
    text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
}

/// Adds a date, given in days since 1970.
pub(crate) fn write_date(days: i32, text: &mut String) {
    match days.checked_add(UNIX_DAY).and_then(chrono::NaiveDate::from_num_days_from_ce_opt) {
        Some(day) if (0..=9999).contains(&day.year()) => {
            add(text, format_args!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day()));
        }
        Some(day) => add(text, format_args!("{day}")),
        None => add(text, format_args!("{days}")),
    }
}

/// The first day of 1970, counted from the first of year 1.
const UNIX_DAY: i32 = 719_163;

/// A number of four bytes with the digits that tell it: 3.77, not 3.7699999809265137.
fn shortest(number: f32) -> f64 {
    number.to_string().parse().unwrap_or_else(|_| f64::from(number))
}

pub(crate) fn write_float(number: f64, text: &mut String) {
    if number.is_finite() && number.abs() >= 1e16 {
        add(text, format_args!("{number:e}"));
    } else {
        add(text, format_args!("{number}"));
    }
}

pub(crate) fn write_datetime(at: i64, unit: TimeUnit, zoned: bool, text: &mut String) {
    let per_second: i64 = match unit {
        TimeUnit::Nanoseconds => 1_000_000_000,
        TimeUnit::Microseconds => 1_000_000,
        TimeUnit::Milliseconds => 1_000,
    };
    let fraction = at.rem_euclid(per_second);
    let nanos = u32::try_from(fraction * (1_000_000_000 / per_second)).unwrap_or_default();
    let Some(time) = chrono::DateTime::from_timestamp(at.div_euclid(per_second), nanos) else {
        return add(text, format_args!("{at}"));
    };
    if fraction == 0 && (0..=9999).contains(&time.year()) {
        // What nearly all are: many rows are compared by their text.
        let (year, month, day) = (time.year(), time.month(), time.day());
        add(text, format_args!("{year:04}-{month:02}-{day:02} "));
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        add(text, format_args!("{hour:02}:{minute:02}:{second:02}"));
    } else {
        let layout = if fraction == 0 { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M:%S%.f" };
        add(text, format_args!("{}", time.format(layout)));
    }
    if zoned {
        text.push('Z');
    }
}

/// A number with a comma after every three digits, as people read it.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
