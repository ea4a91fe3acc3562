//! From what was seen of a column to its type: a type only when every value can be written back from it as it stood.

use super::shape::Shape;
use super::tracker::Tracker;
use super::{ColumnVerdict, StoredColumn};
use crate::error::{Error, ErrorKind, Result};
use crate::types::TypeClass;
use crate::values::grouped;

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
    S::Padded,
    S::Grouped,
    S::Hexadecimal,
    S::BarePoint,
];

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
pub(crate) fn decide(name: &str, tracker: &Tracker) -> ColumnVerdict {
    let values = tracker.values();
    let kind = KINDS.iter().find(|(_, shapes)| values > 0 && tracker.count(shapes) == values).map(|(kind, _)| *kind);
    match kind {
        Some(kind) => told(name, kind, tracker, None),
        None => told(name, "string", tracker, reason(tracker, values)),
    }
}

/// Holds a stored type against everything that was seen of its column.
pub(crate) fn check(stored: &StoredColumn, tracker: &Tracker) -> Result<ColumnVerdict> {
    let odd: Vec<_> = match accepted(&stored.kind) {
        None => Vec::new(),
        Some(shapes) => tracker.seen().filter(|(shape, _)| !shapes.contains(shape)).collect(),
    };
    let Some((shape, first)) = odd.iter().min_by_key(|(_, seen)| seen.line) else {
        return Ok(told(&stored.name, &stored.kind, tracker, None));
    };
    let count: u64 = odd.iter().map(|(_, seen)| seen.count).sum();
    let words = crate::types::dtype_of_word(&stored.kind).map_or("another type", |dtype| TypeClass::of(&dtype).words());
    let which = fault(*shape).map(|fault| format!(" ({fault})")).unwrap_or_default();
    Err(Error::new(
        ErrorKind::Data,
        format!(
            "column {} is stored as {words}, but {} of its {} values {} not fit, first {:?} on line {}{which}",
            stored.name,
            grouped(count),
            grouped(tracker.values()),
            if count == 1 { "does" } else { "do" },
            first.example,
            first.line,
        ),
    )
    .advise("store the column as text, mend the file, or name the word as a word for missing values"))
}

// The shapes that a stored type takes; none for text, which takes all.
fn accepted(kind: &str) -> Option<&'static [Shape]> {
    Some(match kind {
        "byte" | "short" | "int" | "integer" | "long" => WHOLE,
        "float" | "double" | "decimal" => {
            &[S::Whole, S::WholeWide, S::Decimal, S::NegativeZero, S::ManyDigits, S::Exponent, S::BarePoint]
        }
        "boolean" => BOOLEANS,
        "date" => &[S::Date],
        "timestamp" => STAMPS,
        _ => return None,
    })
}

fn told(name: &str, kind: &str, tracker: &Tracker, reason: Option<String>) -> ColumnVerdict {
    let text = kind == "string";
    ColumnVerdict {
        name: name.to_owned(),
        kind: kind.to_owned(),
        reason,
        values: tracker.values() + if text { tracker.empty } else { 0 },
        missing: tracker.missing + if text { 0 } else { tracker.empty },
    }
}

// Why a column that mostly looks like something else stayed text.
fn reason(tracker: &Tracker, values: u64) -> Option<String> {
    let groups: [(&str, &[Shape], &[Shape]); 3] =
        [("numbers", NUMBERS, DECIMAL), ("dates", &[S::Date], &[S::Date]), ("dates with times", STAMPS, STAMPS)];
    let (what, like, fitting) = groups.into_iter().find(|(_, like, _)| tracker.count(like) * 2 >= values.max(1))?;
    let mut odd: Vec<_> = tracker.seen().filter(|(shape, _)| !fitting.contains(shape)).collect();
    odd.sort_by_key(|(_, seen)| std::cmp::Reverse(seen.count));
    if odd.is_empty() {
        return Some(format!("looks like {what}, kept as text: the layout is not the same in all values"));
    }
    let faults: Vec<_> = odd
        .iter()
        .take(2)
        .map(|(shape, seen)| {
            let (count, line, example) = (grouped(seen.count), seen.line, &seen.example);
            let noun = if seen.count == 1 { "value" } else { "values" };
            let fault =
                fault(*shape).unwrap_or(if like.len() > 1 { "look like something else" } else { "are something else" });
            format!("{count} {noun} {fault} ({example:?} on line {line})")
        })
        .collect();
    let other = if tracker.count(like) == values { "" } else { "mostly " };
    Some(format!("looks {other}like {what}, kept as text: {}", faults.join(", ")))
}

fn fault(shape: Shape) -> Option<&'static str> {
    Some(match shape {
        S::LeadingZero => "with leading zeros, which a number would lose",
        S::PlusSign => "with a plus sign",
        S::NegativeZero => "that are a negative zero",
        S::Exponent => "written with an exponent",
        S::ManyDigits | S::WholeWide => "with more digits than a number keeps",
        S::Padded => "with blanks around the number",
        S::Grouped => "with separators between digits",
        S::NumberWord => "that are a word such as NaN",
        S::Hexadecimal => "written in base 16",
        S::BarePoint => "with no digit on one side of the point",
        S::Text => "that are other text",
        S::Date => "that are a date without a time",
        _ => return None,
    })
}
