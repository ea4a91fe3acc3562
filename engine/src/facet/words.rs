//! Filters in plain words: "price is from 10 to below 50".

use super::{Filter, Test};
use crate::op::dates::parse_any_date;
use crate::profile::{Kind, moment};
use crate::types::TypeClass;
use crate::values::float_text;
use polars::prelude::{DataType, TimeUnit};

/// Values that are named; of more, how many there are.
const NAMED: usize = 3;

impl Filter {
    /// What it lets pass, without the name of its column: "is EU or US".
    pub fn words(&self, dtype: &DataType) -> String {
        if self.inverted && self.tests == [Test::Missing] {
            return "has a value".into();
        }
        let tests: Vec<String> = self.tests.iter().map(|test| test_words(test, dtype)).collect();
        let words = tests.join(" or ");
        if self.inverted { format!("not: {words}") } else { words }
    }
}

fn test_words(test: &Test, dtype: &DataType) -> String {
    match test {
        Test::Among(values) if values.len() > NAMED => {
            format!("is {} or {} others", quoted(&values[..NAMED - 1]), values.len() + 1 - NAMED)
        }
        Test::Among(values) => format!("is {}", quoted(values)),
        Test::Range { low, high, closed } => range_words(*low, *high, *closed, dtype),
        Test::Missing => "is missing".into(),
        Test::Empty => "is empty".into(),
        Test::Blank => "is blank".into(),
        Test::Invalid(kind) => format!("does not fit {}", kind_words(kind)),
        Test::Repeated => "occurs more than once".into(),
        Test::Length { low, high } if low == high => format!("has {low} characters"),
        Test::Length { low, high } => format!("has {low} to {high} characters"),
        Test::Pattern(patterns) => format!("looks like {}", quoted(patterns)),
        Test::Contains { text, .. } => format!("contains “{text}”"),
    }
}

/// Values as people read them: what would not be seen, or not be seen to end, stands in quotes.
fn quoted(values: &[String]) -> String {
    let plain = |text: &str| !text.is_empty() && text.trim() == text;
    let shown = values.iter().map(|text| if plain(text) { text.clone() } else { format!("“{text}”") });
    shown.collect::<Vec<_>>().join(" or ")
}

/// A type that text is meant to be, in words.
fn kind_words(kind: &str) -> &str {
    match kind {
        "number" | "double" => "a number",
        "boolean" => "yes or no",
        "date" => "a date",
        "timestamp" => "a date and time",
        other => other,
    }
}

/// Why a cell does not fit what its column is meant to be, in words that follow the cell.
pub fn misfit_words(meant: &str) -> &'static str {
    match meant {
        "number" | "double" => "does not read as a number, as most values of this column do",
        "boolean" => "is neither yes nor no, as most values of this column are",
        "date" | "timestamp" => "does not read as a date, as most values of this column do",
        "NaN" => "is no number: what was calculated has no result",
        _ => "does not fit what most values of this column are",
    }
}

/// A range in words: of whole numbers and days its first and last value, of others where it ends.
pub fn range_words(low: Option<f64>, high: Option<f64>, closed: bool, dtype: &DataType) -> String {
    let counted = TypeClass::of(dtype) == TypeClass::Whole || dtype == &DataType::Date;
    let last = high.map(|high| if counted && !closed { (high - 1.0).ceil() } else { high });
    let text = |value: f64| bound_words(value, dtype);
    match (low, last) {
        (Some(low), Some(last)) if counted && low.ceil() >= last => text(last),
        (Some(low), Some(last)) if counted || closed => format!("{} – {}", text(low), text(last)),
        (Some(low), Some(last)) => format!("{} – below {}", text(low), text(last)),
        (Some(low), None) => format!("at least {}", text(low)),
        (None, Some(last)) if counted || closed => format!("at most {}", text(last)),
        (None, Some(last)) => format!("below {}", text(last)),
        (None, None) => "any value".into(),
    }
}

/// A text as a regular expression that finds it as it stands.
pub fn escape_pattern(text: &str) -> String {
    regex::escape(text)
}

/// A bound of a range as people read it: without midnight and without digits that only rounding made.
pub fn bound_words(value: f64, dtype: &DataType) -> String {
    if Kind::of(dtype) == Kind::Moment {
        let text = moment(value, dtype);
        let text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
        return text.strip_suffix(" 00:00:00").map(str::to_owned).unwrap_or(text);
    }
    let rounded: f64 = format!("{value:.12e}").parse().unwrap_or(value);
    float_text(rounded)
}

/// The bound that a text means in a column: a number, or a day or moment as its units; none when it means none.
pub fn bound_of(text: &str, dtype: &DataType) -> Option<f64> {
    let text = text.trim();
    if Kind::of(dtype) != Kind::Moment {
        return text.parse::<f64>().ok().filter(|number| number.is_finite());
    }
    let moment = parse_any_date(text)?;
    let days = (moment.date() - chrono::NaiveDate::default()).num_days();
    let units = match dtype {
        DataType::Date => days,
        DataType::Datetime(TimeUnit::Milliseconds, _) => moment.and_utc().timestamp_millis(),
        DataType::Datetime(TimeUnit::Microseconds, _) => moment.and_utc().timestamp_micros(),
        DataType::Datetime(TimeUnit::Nanoseconds, _) => moment.and_utc().timestamp_nanos_opt()?,
        _ => return None,
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "moments are counted far below 2 to the power of 53 parts of a second"
    )]
    Some(units as f64)
}
