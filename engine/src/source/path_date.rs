//! Dates in paths, in layouts with Java's letters as DataBrew writes them: `yyyy-MM-dd`, `MM.dd.yyyy-'at'-HH:mm`.

use crate::error::{Error, ErrorKind, Result};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Utc};
use regex::Regex;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A layout of dates in paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateLayout {
    /// The layout, such as yyyy-MM-dd.
    pub format: String,
    /// The zone of the dates: Z, or hours and minutes such as +02:00; UTC when there is none.
    pub offset: Option<String>,
    /// The language of names of months, such as en-US; names of months are known in English alone.
    pub locale: Option<String>,
}

/// A layout that was read.
#[derive(Debug)]
pub(crate) struct Layout {
    parts: Vec<Part>,
    offset: FixedOffset,
    value: Regex,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    DayOfYear,
    Hour,
    HalfHour,
    Half,
    Minute,
    Second,
    Fraction,
    Weekday,
    Offset,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Field(Field, String),
}

impl Layout {
    /// Reads a layout.
    pub(crate) fn read(layout: &DateLayout) -> Result<Self> {
        let bad = |what: String| {
            Error::new(ErrorKind::Parameter, format!("the date layout “{}” cannot be read: {what}", layout.format))
                .advise("write letters such as yyyy-MM-dd or yyyy/MM/dd/HH, and other words between apostrophes")
        };
        let parts = parts(&layout.format).map_err(bad)?;
        let named = parts.iter().any(|part| matches!(part, Part::Field(Field::MonthName, _)));
        if let Some(locale) =
            layout.locale.as_deref().filter(|locale| named && !locale.to_lowercase().starts_with("en"))
        {
            return Err(bad(format!("names of months are known in English alone, not in {locale}")));
        }
        let offset = match layout.offset.as_deref() {
            None | Some("" | "Z" | "z") => FixedOffset::east_opt(0),
            Some(text) => offset(text),
        };
        let offset = offset.ok_or_else(|| {
            let text = layout.offset.clone().unwrap_or_default();
            Error::new(ErrorKind::Parameter, format!("“{text}” is no zone offset"))
                .advise("write Z, +2, +02:00 or -5:30")
        })?;
        let value = Regex::new(&format!("(?i)^{}$", pattern(&parts, true)))
            .map_err(|error| bad("it is too long".into()).caused_by(error))?;
        Ok(Self { parts, offset, value })
    }

    /// A pattern for the date within a path.
    pub(crate) fn pattern(&self) -> String {
        pattern(&self.parts, false)
    }

    /// Whether it holds a time of day.
    pub(crate) fn is_timed(&self) -> bool {
        let timed = |part: &Part| {
            matches!(
                part,
                Part::Field(Field::Hour | Field::HalfHour | Field::Minute | Field::Second | Field::Fraction, _)
            )
        };
        self.parts.iter().any(timed)
    }

    /// The date of a text as it stands, and the instant that it is.
    pub(crate) fn parse(&self, text: &str) -> Option<(NaiveDateTime, DateTime<Utc>)> {
        let groups = self.value.captures(text)?;
        let mut found = Found::default();
        let fields =
            self.parts.iter().filter_map(|part| if let Part::Field(field, _) = part { Some(field) } else { None });
        for (at, field) in fields.enumerate() {
            found.take(*field, groups.get(at + 1)?.as_str())?;
        }
        let local = found.date()?.and_time(found.time()?);
        let zone = found.offset.unwrap_or(self.offset);
        Some((local, zone.from_local_datetime(&local).single()?.with_timezone(&Utc)))
    }
}

#[derive(Default)]
struct Found {
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    ordinal: Option<u32>,
    hour: Option<u32>,
    half: Option<u32>,
    after_noon: Option<bool>,
    minute: u32,
    second: u32,
    nanos: u32,
    offset: Option<FixedOffset>,
}

impl Found {
    fn take(&mut self, field: Field, text: &str) -> Option<()> {
        let number = || text.parse::<u32>().ok();
        match field {
            Field::Year => self.year = Some(text.parse().ok()?),
            Field::ShortYear => self.year = Some(2000 + text.parse::<i32>().ok()?),
            Field::Month => self.month = Some(number()?),
            Field::MonthName => self.month = Some(month(text)?),
            Field::Day => self.day = Some(number()?),
            Field::DayOfYear => self.ordinal = Some(number()?),
            Field::Hour => self.hour = Some(number()?),
            Field::HalfHour => self.half = Some(number()?),
            Field::Half => self.after_noon = Some(text.eq_ignore_ascii_case("pm")),
            Field::Minute => self.minute = number()?,
            Field::Second => self.second = number()?,
            Field::Fraction => self.nanos = format!("{text:0<9}").get(..9)?.parse().ok()?,
            Field::Weekday => {}
            Field::Offset => {
                self.offset =
                    Some(if text.eq_ignore_ascii_case("z") { FixedOffset::east_opt(0)? } else { offset(text)? });
            }
        }
        Some(())
    }

    // What a layout leaves out is the first: 2024 is the first of January 2024.
    fn date(&self) -> Option<NaiveDate> {
        let year = self.year?;
        match self.ordinal {
            Some(ordinal) => NaiveDate::from_yo_opt(year, ordinal),
            None => NaiveDate::from_ymd_opt(year, self.month.unwrap_or(1), self.day.unwrap_or(1)),
        }
    }

    fn time(&self) -> Option<NaiveTime> {
        let hour = match (self.hour, self.half) {
            (Some(hour), _) => hour,
            (None, Some(half)) if (1..=12).contains(&half) => half % 12 + if self.after_noon? { 12 } else { 0 },
            (None, Some(_)) => return None,
            (None, None) => 0,
        };
        NaiveTime::from_hms_nano_opt(hour, self.minute, self.second, self.nanos)
    }
}

fn month(text: &str) -> Option<u32> {
    let word = text.to_ascii_lowercase();
    let at = MONTHS.iter().position(|name| *name == word || (word.len() == 3 && name.starts_with(&word)))?;
    u32::try_from(at + 1).ok()
}

fn offset(text: &str) -> Option<FixedOffset> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("-", rest) => (-1, rest),
        ("+", rest) => (1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some(pair) => pair,
        None if rest.len() == 4 => rest.split_at_checked(2)?,
        None => (rest, "0"),
    };
    let number =
        |text: &str| text.parse::<i32>().ok().filter(|_| text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit()));
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if minutes > 59 { None } else { FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60)) }
}

fn parts(format: &str) -> std::result::Result<Vec<Part>, String> {
    let letters: Vec<char> = format.chars().collect();
    if letters.len() > 100 {
        return Err("it is longer than 100 characters".into());
    }
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at).copied() {
        if letter == '\'' {
            let end = letters[at + 1..].iter().position(|c| *c == '\'').ok_or("an apostrophe is not closed")?;
            let text: String = letters[at + 1..at + 1 + end].iter().collect();
            // Two apostrophes are one.
            parts.push(Part::Text(if text.is_empty() { "'".into() } else { text }));
            at += end + 2;
        } else if letter.is_ascii_alphabetic() {
            let run = letters[at..].iter().take_while(|c| **c == letter).count();
            parts.push(field(letter, run)?);
            at += run;
        } else {
            parts.push(Part::Text(letter.into()));
            at += 1;
        }
    }
    let year = |part: &Part| matches!(part, Part::Field(Field::Year | Field::ShortYear, _));
    if parts.iter().any(year) { Ok(parts) } else { Err("it has no year (yyyy)".into()) }
}

fn field(letter: char, run: usize) -> std::result::Result<Part, String> {
    let digits = if run == 1 { r"\d{1,2}".to_owned() } else { format!(r"\d{{{run}}}") };
    let (field, pattern) = match letter {
        'y' | 'u' if run == 2 => (Field::ShortYear, digits),
        'y' | 'u' => (Field::Year, r"\d{4}".into()),
        'M' | 'L' if run <= 2 => (Field::Month, digits),
        'M' | 'L' if run == 3 => (Field::MonthName, "[a-zA-Z]{3}".into()),
        'M' | 'L' => (Field::MonthName, "[a-zA-Z]{3,9}".into()),
        'd' => (Field::Day, digits),
        'D' => (Field::DayOfYear, if run < 3 { r"\d{1,3}".into() } else { digits }),
        'H' => (Field::Hour, digits),
        'h' => (Field::HalfHour, digits),
        'a' => (Field::Half, "[aApP][mM]".into()),
        'm' => (Field::Minute, digits),
        's' => (Field::Second, digits),
        'S' => (Field::Fraction, format!(r"\d{{{run}}}")),
        'E' => (Field::Weekday, "[a-zA-Z]{2,9}".into()),
        'X' | 'x' | 'Z' => (Field::Offset, r"(?:Z|[+-]\d{2}(?::?\d{2})?)".into()),
        other => return Err(format!("{other} is no letter of a date")),
    };
    Ok(Part::Field(field, pattern))
}

fn pattern(parts: &[Part], groups: bool) -> String {
    let each = |part: &Part| match part {
        Part::Text(text) => regex::escape(text),
        Part::Field(_, pattern) if groups => format!("({pattern})"),
        Part::Field(_, pattern) => pattern.clone(),
    };
    parts.iter().map(each).collect()
}
