//! Numbers, values and names as the report shows them.

use crate::profile::databrew::moment;
use crate::profile::numbers::float;
use crate::profile::{ColumnProfile, Counted, Kind};
use crate::values::grouped;
use serde_json::Value;

pub(super) fn megabytes(bytes: u64) -> String {
    let bytes = float(bytes);
    match bytes {
        small if small < 1e3 => format!("{small:.0} bytes"),
        small if small < 1e6 => format!("{:.0} kB", small / 1e3),
        medium if medium < 1e9 => format!("{:.1} MB", medium / 1e6),
        large => format!("{:.1} GB", large / 1e9),
    }
}

pub(super) fn plural(count: u64, word: &'static str) -> String {
    if count == 1 { word.into() } else { format!("{word}s") }
}

pub(super) fn share_in_brackets(part: u64, whole: u64) -> String {
    if part == 0 || whole == 0 { String::new() } else { format!(" ({})", percent(part, whole)) }
}

pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "0 %".into();
    }
    let share = float(part) / float(whole) * 100.0;
    match share {
        0.0 => "0 %".into(),
        little if little < 0.1 => "&lt; 0.1 %".into(),
        most if most > 99.9 && part < whole => "&gt; 99.9 %".into(),
        some => format!("{} %", trimmed(format!("{some:.1}"))),
    }
}

pub(super) fn first_shown(values: &[Counted]) -> String {
    let text = values.first().map(|counted| shown_value(&counted.value)).unwrap_or_default();
    text.strip_suffix(" 00:00:00").map_or_else(|| text.clone(), str::to_owned)
}

pub(super) fn meant_words(kind: &str) -> &'static str {
    match kind {
        "number" => "numbers",
        "boolean" => "true or false",
        _ => "dates",
    }
}

pub(super) fn signed(r: f64) -> String {
    let text = format!("{r:.2}");
    if text == "-0.00" { "0.00".into() } else { text.replace('-', "−") }
}

/// What a figure is called on the page.
pub(super) fn label(name: &str, title: &str, kind: Kind) -> String {
    let plain = match name {
        "percentile5" => "5th percentile",
        "percentile25" => "25th percentile",
        "percentile75" => "75th percentile",
        "percentile95" => "95th percentile",
        "zScoreOutliersCount" if kind == Kind::Text => "Outlying lengths",
        "zScoreOutliersCount" => "Outliers",
        "zScoreMildOutliersCount" => "Mild outliers",
        "notANumberCount" => "No number (NaN)",
        "infiniteCount" => "Boundless",
        "emptyValuesCount" => "Empty",
        "blankValuesCount" => "Blanks alone",
        "paddedValuesCount" => "Blank at an end",
        "max" if kind == Kind::Text => "Longest, characters",
        "min" if kind == Kind::Text => "Shortest, characters",
        "mean" if kind == Kind::Text => "Mean length",
        "median" if kind == Kind::Text => "Median length",
        "mode" if kind == Kind::Text => "Most frequent length",
        "standardDeviation" if kind == Kind::Text => "Deviation of lengths",
        "max" if kind == Kind::List => "Most items",
        "min" if kind == Kind::List => "Fewest items",
        "max" if kind == Kind::Moment => "Latest",
        "min" if kind == Kind::Moment => "Earliest",
        _ => title,
    };
    plain.into()
}

pub(super) fn shown_value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Number(found) if found.is_f64() => number(found.as_f64().unwrap_or(f64::NAN)),
        Value::Number(found) => whole_text(&found.to_string()),
        Value::Null => "NaN".into(),
        other => other.to_string(),
    }
}

pub(super) fn shown_size(size: f64, column: &ColumnProfile) -> String {
    if column.kind == Kind::Moment { shown_value(&moment(size, &column.dtype)) } else { number(size) }
}

/// A number as people read it: thousands apart, at most six digits that count.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "–".into();
    }
    if size != 0.0 && !(1e-4..1e15).contains(&size) {
        return format!("{value:.4e}").replace('-', "−");
    }
    let text = match size {
        whole if whole.fract() == 0.0 => format!("{value:.0}"),
        large if large >= 1e4 => format!("{value:.1}"),
        medium if medium >= 1.0 => trimmed(format!("{value:.3}")),
        _ => trimmed(format!("{value:.5}")),
    };
    whole_text(&text)
}

pub(super) fn trimmed(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Digits with thousands apart and a true minus.
pub(super) fn whole_text(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("−", digits));
    let (whole, rest) =
        digits.split_once('.').map_or((digits, String::new()), |(whole, rest)| (whole, format!(".{rest}")));
    let whole = whole.parse::<u64>().map_or_else(|_| whole.to_owned(), grouped);
    format!("{sign}{whole}{rest}")
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
