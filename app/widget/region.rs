//! Numbers and dates as a person writes them: what this program counts and figures that are told of data. What is stored is never changed.

use brewhouse_engine::types::TypeClass;
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::Write as _;

/// How numbers and dates are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// What stands after every three digits.
    pub group: char,
    /// What stands before the fraction.
    pub decimal: char,
    /// The order of year, month and day with what stands between them: `y-m-d`.
    pub date: &'static str,
}

/// As data files are written.
pub const PLAIN: Region = Region { group: ',', decimal: '.', date: "y-m-d" };

thread_local! {
    /// A window draws on one thread.
    static REGION: Cell<Region> = const { Cell::new(PLAIN) };
}

/// Sets how numbers and dates are written from now on.
pub fn set(region: Region) {
    REGION.set(region);
}

/// A count as people read it, in their own way.
pub fn grouped(number: u64) -> String {
    let text = brewhouse_engine::values::grouped(number);
    match REGION.get().group {
        ',' => text,
        other => text.replace(',', &other.to_string()),
    }
}

/// Whether cells of a kind are numbers or dates, whose text means the same when it is written otherwise.
pub const fn is_figure(class: TypeClass) -> bool {
    matches!(
        class,
        TypeClass::Whole
            | TypeClass::Decimal
            | TypeClass::Money
            | TypeClass::Date
            | TypeClass::DateTime
            | TypeClass::Time
    )
}

/// Words about the values of a column: of numbers and dates in a person's own way, of anything else as they are.
pub fn told(words: &str, class: TypeClass) -> Cow<'_, str> {
    if is_figure(class) { figures(words) } else { Cow::Borrowed(words) }
}

/// Words in which every number and date, written as data files have them, is written in a person's own way. Counts come with commas;
/// other whole numbers are grouped from five digits on, so that a year stays a year.
pub fn figures(words: &str) -> Cow<'_, str> {
    figures_in(words, REGION.get())
}

/// The same in a way that is named.
pub fn figures_in(words: &str, region: Region) -> Cow<'_, str> {
    if !words.bytes().any(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(words);
    }
    let mut text = String::with_capacity(words.len() + 8);
    let mut rest = words;
    let mut before = None;
    while let Some(first) = rest.chars().next() {
        let len = token(rest);
        // What stands within a word, or is a part of the time of day, is no figure of its own.
        let free = before.is_none_or(|before: char| !before.is_alphanumeric() && !matches!(before, '_' | ':' | '.'));
        if len == 0 || !free {
            text.push(first);
            before = Some(first);
            // The digits of a word go with it.
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (found, after) = rest.split_at(len);
        let next = after.chars().next();
        let alone = next.is_none_or(|next| !next.is_alphanumeric() && !matches!(next, '_' | ':'));
        let date = is_date(found) && next.is_none_or(|next| !next.is_alphanumeric() || next == 'T');
        match (date, alone) {
            (true, _) => write_date(found, region, &mut text),
            (false, true) => write_number(found, region, &mut text),
            // A number with a power of ten, 1.5e20: its point is that of a number, and the power goes with it.
            (false, false) if power(after) > 0 => {
                let (power, after) = after.split_at(power(after));
                write_number(found, region, &mut text);
                text.push_str(power);
                (before, rest) = (power.chars().next_back(), after);
                continue;
            }
            (false, false) => text.push_str(found),
        }
        before = found.chars().next_back();
        rest = after;
    }
    if text == words { Cow::Borrowed(words) } else { Cow::Owned(text) }
}

/// How many bytes a date or a number at the beginning takes; none when there is none.
fn token(text: &str) -> usize {
    let bytes = text.as_bytes();
    if text.get(..10).is_some_and(is_date) {
        return 10;
    }
    let digits = |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut len = digits(0);
    if len == 0 {
        return 0;
    }
    while len < bytes.len() && bytes[len] == b',' && digits(len + 1) == 3 {
        len += 4;
    }
    if len < bytes.len() && bytes[len] == b'.' && digits(len + 1) > 0 {
        len += 1 + digits(len + 1);
    }
    len
}

/// How many bytes a power of ten behind a number takes, with what ends it: `e20`, `E-7`; none when there is none, or when it is a word.
fn power(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(['e', 'E']) else { return 0 };
    let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest);
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let alone = after.chars().next().is_none_or(|next| !next.is_alphanumeric() && !matches!(next, '_' | ':' | '.'));
    if alone && after.len() < rest.len() { text.len() - after.len() } else { 0 }
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() })
}

fn write_date(found: &str, region: Region, text: &mut String) {
    for part in region.date.chars() {
        match part {
            'y' => text.push_str(&found[..4]),
            'm' => text.push_str(&found[5..7]),
            'd' => text.push_str(&found[8..]),
            other => text.push(other),
        }
    }
}

fn write_number(found: &str, region: Region, text: &mut String) {
    let (whole, fraction) = found.split_once('.').map_or((found, None), |(whole, fraction)| (whole, Some(fraction)));
    let counted = whole.contains(',');
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    // A number that begins with a zero is none to be counted with.
    let groups = counted || (digits.len() > 4 && !digits.starts_with('0'));
    for (at, digit) in digits.chars().enumerate() {
        if groups && at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(region.group);
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        let _ = write!(text, "{}{fraction}", region.decimal);
    }
}
