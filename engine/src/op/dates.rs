//! Dates as text: the layouts of `DataBrew` in both directions, and reading of dates whose layout is not said.
//!
//! In a layout `mm` is the month and `MM` the minute, the reverse of Java. Definition: `DataBrew`'s examples (product reference, section 9).

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// Layouts whose order nobody can mistake: year first, month by name, dots.
const CERTAIN: &[&str] = &[
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S%.f",
    "%B %d %Y",
    "%B %d, %Y",
    "%B/%d/%Y",
    "%d %B %Y",
    "%d-%B-%Y",
];
const MONTH_FIRST: &[&str] =
    &["%m/%d/%Y", "%m/%d/%Y %H:%M:%S%.f", "%m/%d/%Y %H:%M", "%m-%d-%Y", "%m-%d-%Y %H:%M", "%m %d %Y"];
const DAY_FIRST: &[&str] =
    &["%d/%m/%Y", "%d/%m/%Y %H:%M:%S%.f", "%d/%m/%Y %H:%M", "%d-%m-%Y", "%d-%m-%Y %H:%M", "%d %m %Y"];

/// Which of day and month comes first in a column of numeric dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The month: 12/31/2024.
    Month,
    /// The day: 31/12/2024.
    Day,
    /// The month where both fit; for single values that no column surrounds.
    Either,
}

/// Reads a date or a date with time whose layout is not said; a zone at the end is taken into UTC.
pub fn read_date(text: &str, order: Order) -> Option<NaiveDateTime> {
    let text = text.trim();
    if let Some(plain) = read_iso_day(text) {
        return plain.and_hms_opt(0, 0, 0);
    }
    let layouts: &[&[&str]] = match order {
        Order::Month => &[CERTAIN, MONTH_FIRST],
        Order::Day => &[CERTAIN, DAY_FIRST],
        Order::Either => &[CERTAIN, MONTH_FIRST, DAY_FIRST],
    };
    let found = layouts.iter().flat_map(|group| group.iter()).find_map(|layout| parse_layout(text, layout));
    found.or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|zoned| zoned.with_timezone(&Utc).naive_utc()))
}

/// As [`read_date`], for a single value.
pub fn parse_any_date(text: &str) -> Option<NaiveDateTime> {
    read_date(text, Order::Either)
}

/// Which order a text such as 13/02/2024 proves; none when it fits both or is none of that kind.
pub fn order_shown(text: &str) -> Option<Order> {
    let mut parts = text.trim().split(['/', '-', ' ']);
    let mut short = || parts.next().filter(|p| p.len() <= 2).and_then(|p| p.parse::<u32>().ok());
    match (short()?, short()?) {
        (13..=31, 1..=12) => Some(Order::Day),
        (1..=12, 13..=31) => Some(Order::Month),
        _ => None,
    }
}

/// The commonest text of a date, `yyyy-mm-dd`, read without a layout's cost.
fn read_iso_day(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    NaiveDate::from_ymd_opt(text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?)
}

/// Reads a text by one chrono layout; a layout without a time yields midnight.
pub fn parse_layout(text: &str, layout: &str) -> Option<NaiveDateTime> {
    if let Ok(value) = NaiveDateTime::parse_from_str(text, layout) {
        return Some(value);
    }
    // Four digits of year: chrono would take the year 24 for "24".
    let date = NaiveDate::parse_from_str(text, layout).ok()?;
    (!layout.contains("%Y") || chrono::Datelike::year(&date) >= 1000).then(|| date.and_hms_opt(0, 0, 0))?
}

/// Turns a `DataBrew` layout (`yyyy-mm-dd HH:MM:SS`, `month*dd*yyyy`) into chrono's; `*` stands for a blank.
pub fn chrono_layout(layout: &str) -> String {
    const CODES: &[(&str, &str)] = &[
        ("yyyy", "%Y"),
        ("yy", "%y"),
        ("month", "%B"),
        ("mmmm", "%B"),
        ("mmm", "%b"),
        ("mm", "%m"),
        ("dd", "%d"),
        ("HH", "%H"),
        ("MM", "%M"),
        ("SS", "%S"),
        ("*", " "),
        ("%", "%%"),
    ];
    let mut out = String::new();
    let mut rest = layout;
    while let Some(first) = rest.chars().next() {
        if let Some((code, chrono)) = CODES.iter().find(|(code, _)| rest.starts_with(code)) {
            out.push_str(chrono);
            rest = &rest[code.len()..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}
