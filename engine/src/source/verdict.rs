//! From what was seen of a column to its type: a type only when every value can be written back from it as it stood.

use super::StoredColumn;
use super::calendar::Order;
use super::facts::{ColumnVerdict, Fault, OTHER_TEXT};
use super::shape::Shape;
use super::tracker::{Seen, Tracker};
use crate::error::{Error, ErrorKind, Result};
use crate::types::{TypeClass, dtype_of_word};
use crate::values::grouped;
use polars::prelude::DataType;

use Shape as S;

const WHOLE: &[Shape] = &[S::Whole, S::WholeWide];
const DECIMAL: &[Shape] = &[S::Whole, S::Decimal];
const BLANK_STAMPS: &[Shape] = &[S::BlankSeconds, S::BlankFraction];
const LETTER_STAMPS: &[Shape] = &[S::LetterSeconds, S::LetterFraction];
const STAMPS: &[Shape] =
    &[S::BlankMinutes, S::BlankSeconds, S::BlankFraction, S::LetterMinutes, S::LetterSeconds, S::LetterFraction];
const BOOLEANS: &[Shape] = &[S::LowerBoolean, S::TitleBoolean, S::UpperBoolean];
const NUMBERS: &[Shape] = &[
    S::Whole,
    S::WholeWide,
    S::Decimal,
    S::LeadingZero,
    S::PlusSign,
    S::NegativeZero,
    S::Exponent,
    S::ManyDigits,
    S::Grouped,
    S::CommaDecimal,
    S::CommaThree,
    S::Hexadecimal,
    S::BarePoint,
];

const COMMAS: &[Shape] = &[S::Whole, S::CommaDecimal, S::CommaThree];
const DAY_FIRST: [&[Shape]; 3] =
    [&[S::SlashDayFirst, S::SlashEither], &[S::PointDayFirst, S::PointEither], &[S::DashDayFirst, S::DashEither]];
const MONTH_FIRST: [&[Shape]; 3] =
    [&[S::SlashMonthFirst, S::SlashEither], &[S::PointMonthFirst, S::PointEither], &[S::DashMonthFirst, S::DashEither]];
const TURNED: &[Shape] = &[
    S::Date,
    S::SlashDayFirst,
    S::SlashMonthFirst,
    S::SlashEither,
    S::PointDayFirst,
    S::PointMonthFirst,
    S::PointEither,
    S::DashDayFirst,
    S::DashMonthFirst,
    S::DashEither,
    S::ShortSlashDayFirst,
    S::ShortSlashMonthFirst,
    S::ShortSlashEither,
    S::ShortPointDayFirst,
    S::ShortPointMonthFirst,
    S::ShortPointEither,
    S::ShortDashDayFirst,
    S::ShortDashMonthFirst,
    S::ShortDashEither,
];
/// Dates without leading zeros: those with one digit somewhere, and those of ten characters that may stand among them.
const SHORT_DAY_FIRST: [&[Shape]; 3] = [
    &[S::ShortSlashDayFirst, S::ShortSlashEither, S::SlashDayFirst, S::SlashEither],
    &[S::ShortPointDayFirst, S::ShortPointEither, S::PointDayFirst, S::PointEither],
    &[S::ShortDashDayFirst, S::ShortDashEither, S::DashDayFirst, S::DashEither],
];
const SHORT_MONTH_FIRST: [&[Shape]; 3] = [
    &[S::ShortSlashMonthFirst, S::ShortSlashEither, S::SlashMonthFirst, S::SlashEither],
    &[S::ShortPointMonthFirst, S::ShortPointEither, S::PointMonthFirst, S::PointEither],
    &[S::ShortDashMonthFirst, S::ShortDashEither, S::DashMonthFirst, S::DashEither],
];

/// How the values of a column are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    /// As the engine reads them.
    #[default]
    Plain,
    /// Numbers with a comma for a point.
    Comma,
    /// Dates such as 31/12/2024 or 12/31/2024.
    Turned(Order),
    /// Dates such as 5/4/2024 or 25/12/2024, without leading zeros.
    Short(Order),
}

/// What a person said about how values are written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Manner {
    /// The order of day and month where both fit.
    pub(crate) order: Option<Order>,
    /// Whether a comma is a point even where it could part thousands.
    pub(crate) comma: bool,
}

/// The types that text is given, each with the shapes that it holds without loss; the first that fits wins.
const KINDS: &[(&str, &[Shape])] = &[
    ("long", WHOLE),
    ("double", DECIMAL),
    ("boolean", &[S::LowerBoolean]),
    ("boolean", &[S::TitleBoolean]),
    ("boolean", &[S::UpperBoolean]),
    ("date", &[S::Date]),
    ("timestamp", &[S::BlankMinutes]),
    ("timestamp", BLANK_STAMPS),
    ("timestamp", &[S::LetterMinutes]),
    ("timestamp", LETTER_STAMPS),
];

/// The verdict on a column from everything that was seen of it.
pub(crate) fn decide(name: &str, tracker: &Tracker, manner: Manner) -> (ColumnVerdict, Style) {
    let values = tracker.values();
    let kind = KINDS.iter().find(|(_, shapes)| values > 0 && tracker.count(shapes) == values).map(|(kind, _)| *kind);
    if let Some(kind) = kind {
        return (written(told(name, kind, tracker), ""), Style::Plain);
    }
    let commas = tracker.count(&[S::CommaDecimal]) > 0 || manner.comma;
    if values > 0 && commas && tracker.count(COMMAS) == values {
        return (written(told(name, "double", tracker), "with a decimal comma"), Style::Comma);
    }
    if let Some(order) = order_of(tracker, values, manner) {
        return (written(told(name, "date", tracker), order_words(order)), Style::Turned(order));
    }
    let orders = orders_open(tracker, values);
    // Never without being asked: such columns were always text.
    if let Some(order) = manner.order.filter(|order| is_short(tracker) && orders.contains(order)) {
        let verdict = told(name, "date", tracker);
        return (written(verdict, &format!("{} without leading zeros", order_words(order))), Style::Short(order));
    }
    (stayed(name, tracker, values, &orders), Style::Plain)
}

const fn order_words(order: Order) -> &'static str {
    match order {
        Order::DayFirst => "day, month, year",
        Order::MonthFirst => "month, day, year",
    }
}

// Whether the dates of a column are written without leading zeros, all of them.
fn is_short(tracker: &Tracker) -> bool {
    let beyond = |sets: &[&[Shape]; 3]| sets.iter().map(|set| tracker.count(&set[..2])).sum::<u64>();
    tracker.led == 0 && beyond(&SHORT_DAY_FIRST) + beyond(&SHORT_MONTH_FIRST) > 0
}

// The orders of day and month that fit all values of a column of dates in one layout, and among which a person is to choose.
fn orders_open(tracker: &Tracker, values: u64) -> Vec<Order> {
    let sets = if is_short(tracker) { [&SHORT_DAY_FIRST, &SHORT_MONTH_FIRST] } else { [&DAY_FIRST, &MONTH_FIRST] };
    let fits = |sets: &[&[Shape]; 3]| values > 0 && sets.iter().any(|set| tracker.count(set) == values);
    let orders = [Order::DayFirst, Order::MonthFirst].into_iter().zip(sets);
    orders.filter(|(_, sets)| fits(sets)).map(|(order, _)| order).collect()
}

// The order of day and month that all values prove, or that a person chose; none when they prove nothing.
fn order_of(tracker: &Tracker, values: u64, manner: Manner) -> Option<Order> {
    let fits = |sets: &[&[Shape]; 3], order| {
        sets.iter().any(|set| {
            values > 0 && tracker.count(set) == values && (tracker.count(&set[..1]) > 0 || manner.order == Some(order))
        })
    };
    if fits(&DAY_FIRST, Order::DayFirst) {
        Some(Order::DayFirst)
    } else if fits(&MONTH_FIRST, Order::MonthFirst) {
        Some(Order::MonthFirst)
    } else {
        None
    }
}

/// Holds a stored type against everything that was seen of its column.
pub(crate) fn check(stored: &StoredColumn, tracker: &Tracker, manner: Manner) -> Result<(ColumnVerdict, Style)> {
    let dtype = dtype_of_word(&stored.kind);
    let words = dtype.as_ref().map_or("another type", |dtype| TypeClass::of(dtype).words());
    if let Some((example, line)) = tracker.first_beyond() {
        let which = format!(" (more than {} can hold)", stored.kind);
        return Err(misfits(stored, words, tracker, tracker.beyond, &example, line, &which));
    }
    let (decided, style) = decide(&stored.name, tracker, manner);
    let numbers = stored.kind == "float" || stored.kind == "double";
    if same_kind(&decided.kind, &stored.kind) || (style == Style::Comma && numbers) {
        return Ok((ColumnVerdict { kind: stored.kind.clone(), ..decided }, style));
    }
    let odd: Vec<_> = match dtype.as_ref().and_then(accepted) {
        None => Vec::new(),
        Some(shapes) => beyond(tracker, dtype.as_ref(), shapes),
    };
    let Some((shape, first)) = odd.iter().min_by_key(|(_, seen)| seen.lines.first()) else {
        return Ok((written(told(&stored.name, &stored.kind, tracker), ""), Style::Plain));
    };
    let count: u64 = odd.iter().map(|(_, seen)| seen.count).sum();
    let which = fault(*shape).map(|fault| format!(" ({fault})")).unwrap_or_default();
    let line = first.lines.first().copied().unwrap_or_default();
    Err(misfits(stored, words, tracker, count, &first.example, line, &which))
}

// The values that no type takes, as most of the others are written: a few dates with the month first among many with the day first.
fn beyond(tracker: &Tracker, dtype: Option<&DataType>, shapes: &'static [Shape]) -> Vec<(Shape, Seen)> {
    let others: &[&[Shape]] = match dtype {
        Some(DataType::Date) => {
            &[DAY_FIRST[0], DAY_FIRST[1], DAY_FIRST[2], MONTH_FIRST[0], MONTH_FIRST[1], MONTH_FIRST[2]]
        }
        Some(DataType::Float32 | DataType::Float64) if tracker.count(&[S::CommaDecimal]) > 0 => &[COMMAS],
        _ => &[],
    };
    let usual = others.iter().max_by_key(|set| tracker.count(set)).filter(|set| {
        let count = tracker.count(set);
        count > tracker.count(shapes) && count < tracker.values()
    });
    let shapes = usual.copied().unwrap_or(shapes);
    tracker.seen().filter(|(shape, _)| !shapes.contains(shape)).collect()
}

fn misfits(
    stored: &StoredColumn,
    words: &str,
    tracker: &Tracker,
    count: u64,
    example: &str,
    line: u64,
    which: &str,
) -> Error {
    let message = format!(
        "column {} is stored as {words}, but {} of its {} values {} not fit, first {example:?} on line {line}{which}",
        stored.name,
        grouped(count),
        grouped(tracker.values()),
        if count == 1 { "does" } else { "do" },
    );
    Error::new(ErrorKind::Data, message)
        .advise("store the column as text, mend the file, or name the word as a word for missing values")
}

/// The least and the most that a narrow whole number holds; none for other types.
pub(super) fn limits(kind: &str) -> Option<(i64, i64)> {
    match dtype_of_word(kind)? {
        DataType::Int8 => Some((i8::MIN.into(), i8::MAX.into())),
        DataType::Int16 => Some((i16::MIN.into(), i16::MAX.into())),
        DataType::Int32 => Some((i32::MIN.into(), i32::MAX.into())),
        _ => None,
    }
}

// Whether two words say the same type, such as long and whole.
fn same_kind(one: &str, other: &str) -> bool {
    one == other || dtype_of_word(one).is_some_and(|dtype| dtype_of_word(other) == Some(dtype))
}

/// The shapes that a stored type takes; none for text, which takes all.
pub(super) fn accepted(dtype: &DataType) -> Option<&'static [Shape]> {
    Some(match dtype {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => WHOLE,
        DataType::Float32 | DataType::Float64 | DataType::Decimal(..) => {
            &[S::Whole, S::WholeWide, S::Decimal, S::NegativeZero, S::ManyDigits, S::Exponent, S::BarePoint]
        }
        DataType::Boolean => BOOLEANS,
        DataType::Date => &[S::Date],
        DataType::Datetime(..) => STAMPS,
        _ => return None,
    })
}

/// What parts day, month and year in dates of an order, where all of them agree; whether without leading zeros.
pub(super) fn turned_mark(tracker: &Tracker, order: Order, short: bool) -> Option<u8> {
    let sets = match (order, short) {
        (Order::DayFirst, false) => &DAY_FIRST,
        (Order::MonthFirst, false) => &MONTH_FIRST,
        (Order::DayFirst, true) => &SHORT_DAY_FIRST,
        (Order::MonthFirst, true) => &SHORT_MONTH_FIRST,
    };
    let at = sets.iter().position(|set| tracker.values() > 0 && tracker.count(set) == tracker.values())?;
    b"/.-".get(at).copied()
}

/// Whether a value survives a type as it stands.
pub(crate) fn fits_kind(kind: &str, shape: Shape) -> bool {
    KINDS.iter().any(|(word, shapes)| *word == kind && shapes.contains(&shape))
}

/// The verdict on a column that a person wants to be text.
pub(crate) fn kept(name: &str, tracker: &Tracker) -> ColumnVerdict {
    told(name, "string", tracker)
}

fn told(name: &str, kind: &str, tracker: &Tracker) -> ColumnVerdict {
    let text = kind == "string";
    let values = tracker.values() + if text { tracker.empty } else { 0 };
    ColumnVerdict {
        name: name.to_owned(),
        kind: kind.to_owned(),
        values,
        missing: tracker.missing + if text { 0 } else { tracker.empty },
        fitting: values,
        padded: if text { 0 } else { tracker.padded },
        zeros: if text { 0 } else { tracker.zeros },
        ..ColumnVerdict::default()
    }
}

// A verdict with how the values are written, blanks around them included.
fn written(verdict: ColumnVerdict, how: &str) -> ColumnVerdict {
    let noun = if verdict.padded == 1 { "value" } else { "values" };
    let blanks = (verdict.padded > 0).then(|| format!("with blanks around {} {noun}", grouped(verdict.padded)));
    let parts: Vec<String> = (!how.is_empty()).then(|| how.to_owned()).into_iter().chain(blanks).collect();
    ColumnVerdict { written: (!parts.is_empty()).then(|| parts.join(", ")), ..verdict }
}

// A text column: what it mostly looks like, and why it is not that.
fn stayed(name: &str, tracker: &Tracker, values: u64, orders: &[Order]) -> ColumnVerdict {
    let text = told(name, "string", tracker);
    let commas = tracker.count(&[S::CommaDecimal]) > 0;
    let decimals = commas || tracker.count(&[S::Decimal]) > 0;
    let numbers = if commas { COMMAS } else { DECIMAL };
    let groups: [(&str, &str, &[Shape], &[Shape]); 4] = [
        ("numbers", if decimals { "double" } else { "long" }, NUMBERS, numbers),
        ("dates", "date", &[S::Date], &[S::Date]),
        ("dates", "date", TURNED, &[]),
        ("dates with times", "timestamp", STAMPS, STAMPS),
    ];
    let Some((what, kind, like, fitting)) =
        groups.into_iter().find(|(_, _, like, _)| tracker.count(like) * 2 >= values.max(1))
    else {
        return text;
    };
    if !orders.is_empty() {
        let first = tracker.seen().map(|(_, seen)| seen).min_by_key(|seen| seen.lines.first().copied());
        let (example, line) = first.map(|seen| (seen.example, seen.lines[0])).unwrap_or_default();
        let (why, say) = match orders {
            [Order::DayFirst] => ("without leading zeros, the day first", "dmy"),
            [Order::MonthFirst] => ("without leading zeros, the month first", "mdy"),
            _ => ("day and month could be either way in all values", "dmy or mdy"),
        };
        let reason =
            format!("looks like dates, kept as text: {why} ({example:?} on line {line}); say --date-order {say}");
        let orders = orders.iter().map(|order| (*order).into()).collect();
        return ColumnVerdict { reason: Some(reason), looks_like: Some("date".into()), fitting: 0, orders, ..text };
    }
    let mut odd: Vec<_> = tracker.seen().filter(|(shape, _)| !fitting.contains(shape)).collect();
    odd.sort_by_key(|(_, seen)| std::cmp::Reverse(seen.count));
    let verdict = ColumnVerdict {
        looks_like: Some(kind.to_owned()),
        fitting: tracker.count(fitting),
        faults: odd.iter().map(|(shape, seen)| fault_of(*shape, seen, like)).collect(),
        ..text
    };
    if odd.is_empty() {
        let reason = format!("looks like {what}, kept as text: the layout is not the same in all values");
        return ColumnVerdict { reason: Some(reason), ..verdict };
    }
    let faults: Vec<_> = verdict.faults.iter().take(2).map(fault_words).collect();
    let other = if tracker.count(like) == values { "" } else { "mostly " };
    let reason = format!("looks {other}like {what}, kept as text: {}", faults.join(", "));
    ColumnVerdict { reason: Some(reason), ..verdict }
}

fn fault_of(shape: Shape, seen: &Seen, like: &[Shape]) -> Fault {
    let other = if like.len() > 1 { "that look like something else" } else { "that are something else" };
    Fault {
        count: seen.count,
        what: fault(shape).unwrap_or(other).to_owned(),
        example: seen.example.clone(),
        lines: seen.lines.clone(),
    }
}

fn fault_words(fault: &Fault) -> String {
    let noun = if fault.count == 1 { "value" } else { "values" };
    let line = fault.lines.first().copied().unwrap_or_default();
    format!("{} {noun} {} ({:?} on line {line})", grouped(fault.count), fault.what, fault.example)
}

fn fault(shape: Shape) -> Option<&'static str> {
    Some(match shape {
        S::LeadingZero => "with leading zeros, which a number would lose",
        S::PlusSign => "with a plus sign",
        S::NegativeZero => "that are a negative zero",
        S::Exponent => "written with an exponent",
        S::ManyDigits | S::WholeWide => "with more digits than a number keeps",
        S::Grouped => "with separators between digits",
        S::CommaDecimal | S::CommaThree => "with a comma, which parts thousands or is a decimal comma",
        S::SlashDayFirst | S::PointDayFirst | S::DashDayFirst => "that are a date with the day first",
        S::SlashMonthFirst | S::PointMonthFirst | S::DashMonthFirst => "that are a date with the month first",
        S::SlashEither | S::PointEither | S::DashEither => "that are a date with day and month in either order",
        S::ShortSlashDayFirst | S::ShortPointDayFirst | S::ShortDashDayFirst => {
            "that are a date with the day first, without leading zeros"
        }
        S::ShortSlashMonthFirst | S::ShortPointMonthFirst | S::ShortDashMonthFirst => {
            "that are a date with the month first, without leading zeros"
        }
        S::ShortSlashEither | S::ShortPointEither | S::ShortDashEither => {
            "that are a date with day and month in either order, without leading zeros"
        }
        S::NumberWord => "that are a word such as NaN",
        S::Hexadecimal => "written in base 16",
        S::BarePoint => "with no digit on one side of the point",
        S::Text => OTHER_TEXT,
        S::Date => "that are a date without a time",
        _ => return None,
    })
}
