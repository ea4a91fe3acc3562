//! Dates as text: the layouts of `DataBrew` in both directions, and reading of dates whose layout is not said.
//!
//! In a layout `mm` is the month and `MM` the minute, the reverse of Java. Definition: `DataBrew`'s examples (product reference, section 9).

use super::date_shape::{Layout, Reader};
use chrono::NaiveDateTime;
use std::cell::RefCell;
use std::collections::HashMap;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// The month: 12/31/2024.
    Month,
    /// The day: 31/12/2024.
    Day,
    /// The month where both fit; for single values that no column surrounds.
    Either,
}

thread_local! {
    // Columns are read by several threads; each keeps the shapes that it has seen.
    static READERS: RefCell<HashMap<Order, Reader>> = RefCell::new(HashMap::new());
}

/// Reads a date or a date with time whose layout is not said; a zone at the end is taken into UTC.
pub fn read_date(text: &str, order: Order) -> Option<NaiveDateTime> {
    READERS.with_borrow_mut(|readers| readers.entry(order).or_insert_with(|| reader(order)).read(text.trim()))
}

fn reader(order: Order) -> Reader {
    let numeric: &[&[&str]] = match order {
        Order::Month => &[MONTH_FIRST],
        Order::Day => &[DAY_FIRST],
        Order::Either => &[MONTH_FIRST, DAY_FIRST],
    };
    Reader::new(CERTAIN.iter().chain(numeric.iter().copied().flatten()).copied(), true)
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

/// Reads a text by one chrono layout; a layout without a time yields midnight.
pub fn parse_layout(text: &str, layout: &str) -> Option<NaiveDateTime> {
    Layout::new(layout).read(text)
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
