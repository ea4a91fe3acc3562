//! Cells as text and as JSON: one way to show a value, used by previews, text tables and the window.

use polars::prelude::{AnyValue, DataType, TimeUnit};
use serde_json::{Map, Value};

/// A cell as people read it; none when it is missing.
pub fn cell_text(value: &AnyValue<'_>) -> Option<String> {
    Some(match value {
        AnyValue::Null => return None,
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Float64(number) => float_text(*number),
        AnyValue::Float32(number) => float_text(f64::from(*number)),
        AnyValue::List(_) | AnyValue::Struct(..) | AnyValue::StructOwned(_) | AnyValue::Array(..) => {
            cell_json(value).to_string()
        }
        AnyValue::Datetime(at, unit, zone) => datetime_text(*at, *unit, zone.is_some_and(|_| true)),
        AnyValue::DatetimeOwned(at, unit, zone) => datetime_text(*at, *unit, zone.is_some()),
        AnyValue::Decimal(..) => {
            let text = value.to_string();
            if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
        }
        other => other.to_string(),
    })
}

/// A cell as JSON: numbers and booleans as such, nested values in full, everything else as text.
pub fn cell_json(value: &AnyValue<'_>) -> Value {
    match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(value) => Value::Bool(*value),
        AnyValue::Float64(number) => serde_json::Number::from_f64(*number).map_or(Value::Null, Value::Number),
        AnyValue::Float32(number) => {
            serde_json::Number::from_f64(f64::from(*number)).map_or(Value::Null, Value::Number)
        }
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
    if number.is_finite() && number.abs() >= 1e16 { format!("{number:e}") } else { format!("{number}") }
}

fn datetime_text(at: i64, unit: TimeUnit, zoned: bool) -> String {
    let per_second: i64 = match unit {
        TimeUnit::Nanoseconds => 1_000_000_000,
        TimeUnit::Microseconds => 1_000_000,
        TimeUnit::Milliseconds => 1_000,
    };
    let fraction = at.rem_euclid(per_second);
    let nanos = u32::try_from(fraction * (1_000_000_000 / per_second)).unwrap_or_default();
    let Some(time) = chrono::DateTime::from_timestamp(at.div_euclid(per_second), nanos) else { return at.to_string() };
    let layout = if fraction == 0 { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M:%S%.f" };
    let mut text = time.format(layout).to_string();
    if zoned {
        text.push('Z');
    }
    text
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
