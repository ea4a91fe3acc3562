//! Dates and times in the one layout that sources type by themselves: `yyyy-mm-dd`, and with a blank or T `HH:MM[:SS[.ffffff]]`.
//!
//! The parser is ours and fixed, so that the typing pass and the run accept exactly the same texts.

use super::shape::Shape;

/// The shape of a text that has dashes where a date has them, or none when it is no date.
pub(crate) fn shape(text: &[u8]) -> Option<Shape> {
    days(text.get(..10)?)?;
    if text.len() == 10 {
        return Some(Shape::Date);
    }
    let (parts, _) = clock(&text[11..])?;
    Some(match (text[10], parts) {
        (b' ', 0) => Shape::BlankMinutes,
        (b' ', 1) => Shape::BlankSeconds,
        (b' ', _) => Shape::BlankFraction,
        (b'T', 0) => Shape::LetterMinutes,
        (b'T', 1) => Shape::LetterSeconds,
        (b'T', _) => Shape::LetterFraction,
        _ => return None,
    })
}

/// The order of day and month in a date that begins with one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    DayFirst,
    MonthFirst,
}

/// The shape of a text such as 31/12/2024, or none when it is no date in either order.
pub(super) fn turned_shape(text: &[u8]) -> Option<Shape> {
    let day = turned_days(text, Order::DayFirst).is_some();
    let month = turned_days(text, Order::MonthFirst).is_some();
    Some(match (text.get(2)?, day, month) {
        (b'/', true, true) => Shape::SlashEither,
        (b'/', true, false) => Shape::SlashDayFirst,
        (b'/', false, true) => Shape::SlashMonthFirst,
        (b'.', true, true) => Shape::PointEither,
        (b'.', true, false) => Shape::PointDayFirst,
        (b'.', false, true) => Shape::PointMonthFirst,
        (b'-', true, true) => Shape::DashEither,
        (b'-', true, false) => Shape::DashDayFirst,
        (b'-', false, true) => Shape::DashMonthFirst,
        _ => return None,
    })
}

/// The shape of a text such as 5/4/2024 or 25/4/2024, or none when it is no date in either order. A text of ten characters has the shape of
/// [`turned_shape`].
pub(super) fn short_shape(text: &[u8]) -> Option<Shape> {
    let day = short_days(text, Order::DayFirst).is_some();
    let month = short_days(text, Order::MonthFirst).is_some();
    Some(match (short_mark(text)?, day, month) {
        (b'/', true, true) => Shape::ShortSlashEither,
        (b'/', true, false) => Shape::ShortSlashDayFirst,
        (b'/', false, true) => Shape::ShortSlashMonthFirst,
        (b'.', true, true) => Shape::ShortPointEither,
        (b'.', true, false) => Shape::ShortPointDayFirst,
        (b'.', false, true) => Shape::ShortPointMonthFirst,
        (b'-', true, true) => Shape::ShortDashEither,
        (b'-', true, false) => Shape::ShortDashDayFirst,
        (b'-', false, true) => Shape::ShortDashMonthFirst,
        _ => return None,
    })
}

/// What parts day, month and year in a text.
pub(super) fn short_mark(text: &[u8]) -> Option<u8> {
    text.iter().copied().find(|byte| !byte.is_ascii_digit())
}

/// Days since 1970-01-01 of a text d/m/yyyy or m/d/yyyy, without leading zeros, with slashes, points or dashes.
pub(super) fn short_days(text: &[u8], order: Order) -> Option<i32> {
    let (first, rest) = lone(text)?;
    let (mark, rest) = rest.split_first()?;
    let (second, rest) = lone(rest)?;
    let &[again, e, f, g, h] = rest else { return None };
    if *mark != again || !matches!(mark, b'/' | b'.' | b'-') {
        return None;
    }
    let (day, month) = if order == Order::DayFirst { (first, second) } else { (second, first) };
    days(&[e, f, g, h, b'-', month[0], month[1], b'-', day[0], day[1]])
}

// One or two digits that begin with no zero, as two; and what follows them.
fn lone(text: &[u8]) -> Option<([u8; 2], &[u8])> {
    match text {
        [a @ b'1'..=b'9', b @ b'0'..=b'9', rest @ ..] => Some(([*a, *b], rest)),
        [a @ b'1'..=b'9', rest @ ..] => Some(([b'0', *a], rest)),
        _ => None,
    }
}

/// Whether a text of ten characters that is a date with day or month first has a leading zero in one of them.
pub(super) fn is_led(text: &[u8]) -> bool {
    text.first() == Some(&b'0') || text.get(3) == Some(&b'0')
}

/// Days since 1970-01-01 of a text dd/mm/yyyy or mm/dd/yyyy, with slashes, points or dashes.
pub(super) fn turned_days(text: &[u8], order: Order) -> Option<i32> {
    let &[a, b, mark, c, d, again, e, f, g, h] = text else { return None };
    if mark != again || !matches!(mark, b'/' | b'.' | b'-') {
        return None;
    }
    let (day, month) = if order == Order::DayFirst { ([a, b], [c, d]) } else { ([c, d], [a, b]) };
    days(&[e, f, g, h, b'-', month[0], month[1], b'-', day[0], day[1]])
}

/// Days since 1970-01-01 of a text yyyy-mm-dd.
pub(super) fn days(text: &[u8]) -> Option<i32> {
    let &[a, b, c, d, b'-', e, f, b'-', g, h] = text else { return None };
    let year = i32::from(two(a, b)?) * 100 + i32::from(two(c, d)?);
    let (month, day) = (two(e, f)?, two(g, h)?);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => return None,
    };
    if year == 0 || day == 0 || day > last {
        return None;
    }
    // Howard Hinnant's days_from_civil, for years after 0.
    let (month, day) = (i32::from(month), i32::from(day));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year / 400;
    let of_era = year % 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Microseconds since 1970-01-01 of a date with a time.
pub(super) fn micros(text: &[u8]) -> Option<i64> {
    let day = days(text.get(..10)?)?;
    if !matches!(text.get(10)?, b' ' | b'T') {
        return None;
    }
    let (_, time) = clock(&text[11..])?;
    Some(i64::from(day) * 86_400_000_000 + time)
}

// A time: how exact it is written (0 minutes, 1 seconds, 2 a fraction) and its microseconds.
fn clock(text: &[u8]) -> Option<(u8, i64)> {
    let &[a, b, b':', c, d, ref rest @ ..] = text else { return None };
    let (hour, minute) = (two(a, b)?, two(c, d)?);
    let (parts, second, micros) = match rest {
        [] => (0, 0, 0),
        [b':', e, f] => (1, two(*e, *f)?, 0),
        [b':', e, f, b'.', fraction @ ..] if (1..=6).contains(&fraction.len()) => {
            let mut micros = 0_i64;
            for at in 0..6 {
                let digit = fraction.get(at).copied().unwrap_or(b'0');
                micros = micros * 10 + i64::from(digit.is_ascii_digit().then_some(digit - b'0')?);
            }
            (2, two(*e, *f)?, micros)
        }
        _ => return None,
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second);
    Some((parts, seconds * 1_000_000 + micros))
}

fn two(a: u8, b: u8) -> Option<u8> {
    (a.is_ascii_digit() && b.is_ascii_digit()).then(|| (a - b'0') * 10 + (b - b'0'))
}
