//! Text as dates, written as people in a country write them: day or month first, months by name in several languages.

use super::convert::order_counts;
use super::date_shape::Reader;
use super::dates::{Order, chrono_layout, read_date};
use super::moment::{MOMENT, MONTHS, from_moments};
use super::param::{Choice, Chosen, Param, choice};
use super::parse_number::TARGET;
use super::{Apply, Args, Context, Example, Export, Facts, Family, Operation, Output, params};
use crate::error::Result;
use crate::named::col;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use polars::prelude::{DataType, Field, LazyFrame};
use std::borrow::Cow;

static LOCALE: Param<Chosen> = Param::new("locale", "Written as in")
    .help("The language of the names of months, and which of day and month comes first where no date of the column tells.")
    .example("de")
    .choices(LOCALES)
    .default("en-US");
static LOCALES: &[Choice] = &[
    Choice { value: "en-US", label: "English, month first", aliases: &["en"] },
    Choice { value: "en-GB", label: "English, day first", aliases: &["en-AU", "en-IE", "en-IN", "en-NZ"] },
    Choice { value: "de", label: "German", aliases: &["de-DE", "de-AT", "de-CH"] },
    Choice { value: "fr", label: "French", aliases: &["fr-FR", "fr-CH", "fr-CA"] },
    Choice { value: "es", label: "Spanish", aliases: &["es-ES", "es-MX"] },
    Choice { value: "it", label: "Italian", aliases: &["it-IT", "it-CH"] },
    Choice { value: "pt", label: "Portuguese", aliases: &["pt-BR", "pt-PT"] },
    Choice { value: "nl", label: "Dutch", aliases: &["nl-NL", "nl-BE"] },
];
static LAYOUT: Param<String> = Param::new("dateTimeFormat", "Layout")
    .help("How all dates are written: yyyy or yy year, mm month, mmm or month its name, dd day, HH hour, MM minute, SS second, * a blank; any usual way when it is left out.")
    .example("dd.mm.yy")
    .optional();
static ORDER: Param<Chosen> = Param::new("dayMonthOrder", "Day and month")
    .help("Which of day and month comes first in dates such as 01/02/2024.")
    .choices(&[
        choice("AUTO", "As the whole column tells"),
        choice("DAY_FIRST", "Day first"),
        choice("MONTH_FIRST", "Month first"),
    ])
    .default("AUTO");
static TYPE: Param<Chosen> = Param::new("columnDataType", "Type")
    .help("Whether the time of day is kept.")
    .choices(&[choice("date", "Date"), Choice { value: "timestamp", label: "Date and time", aliases: &["datetime"] }])
    .default("date");

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "PARSE_DATE",
    title: "Read dates as written in",
    summary: "Reads text as dates, or dates with times, written as in a country, into a new column or in place: with numbers, with the names \
              of months in eight languages, with two digits of the year (69 to 99 are 1969 to 1999), with a.m. and p.m. Which of day and \
              month comes first is decided once for the whole column, by the dates that can be read in one way only; where none tells, \
              by the country. With a layout only that is read. What is no date becomes missing and is counted, never read the other way \
              round. A date with a zone is taken into UTC. Not in DataBrew.",
    sentence: "Read {sourceColumn} as dates written in {locale} style",
    family: Family::Format,
    params: &[&params::SOURCE_TEXT.spec, &LOCALE.spec, &LAYOUT.spec, &ORDER.spec, &TYPE.spec, &TARGET.spec],
    converts: true,
    facts: Some(Facts::figures(order_query)),
    databrew: Export::Never,
    apply: Apply::Columns(parse_date),
    examples: &[
        Example {
            title: "Months by name, and the day first",
            params: &[("sourceColumn", "am"), ("locale", "de")],
            conditions: &[],
            before: "am:text\n3. März 2024\nDo., 29. Februar 2024\n01.02.24\nbald\n∅",
            after: "am:date\n2024-03-03\n2024-02-29\n2024-02-01\n∅\n∅",
        },
        Example {
            title: "One 13/02 decides for the whole column; what contradicts it is not turned round",
            params: &[("sourceColumn", "d"), ("targetColumn", "day")],
            conditions: &[],
            before: "d:text\n01/02/2024\n13/02/2024\n14/02/24\n02/13/2024",
            after: "d:text | day:date\n01/02/2024 | 2024-02-01\n13/02/2024 | 2024-02-13\n14/02/24 | 2024-02-14\n02/13/2024 | ∅",
        },
        Example {
            title: "By a layout, with the time",
            params: &[
                ("sourceColumn", "t"),
                ("dateTimeFormat", "dd-mmm-yy*HH:MM"),
                ("locale", "es"),
                ("columnDataType", "timestamp"),
            ],
            conditions: &[],
            before: "t:text\n05-ene-24 17:30\n2024-01-05",
            after: "t:timestamp\n2024-01-05 17:30:00\n∅",
        },
    ],
    ..Operation::DEFAULT
}];

fn order_query(args: &Args, _: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    if args.get(&ORDER)?.0 != "AUTO" || args.find(&LAYOUT)?.is_some() {
        return Ok(None);
    }
    Ok(Some(frame.select(order_counts(&args.get(&params::SOURCE_TEXT)?.0))))
}

/// Which of day and month comes first: as the step says, as the column tells, or as is usual in the country.
fn order(args: &Args, context: &Context<'_>, column: &str) -> Result<Order> {
    let count = |word: &str| {
        let counts = context.facts?.column(&format!("{word} {column}")).ok()?;
        counts.get(0).ok()?.extract::<i64>()
    };
    let usual = if args.get(&LOCALE)?.0 == "en-US" { Order::Month } else { Order::Day };
    Ok(match args.get(&ORDER)?.0 {
        "DAY_FIRST" => Order::Day,
        "MONTH_FIRST" => Order::Month,
        _ => match count("day").cmp(&count("month")) {
            std::cmp::Ordering::Greater => Order::Day,
            std::cmp::Ordering::Less => Order::Month,
            std::cmp::Ordering::Equal => usual,
        },
    })
}

fn parse_date(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let source = args.get(&params::SOURCE_TEXT)?.0;
    let order = order(args, context, &source)?;
    let words = Words::of(args.get(&LOCALE)?.0);
    // Names of months are written out when they are read; the long form takes the short one too.
    let layout = args.find(&LAYOUT)?.map(|layout| chrono_layout(&layout).replace("%b", "%B"));
    let moments = col(source.as_str()).map(
        move |cells| {
            let mut reader = layout.as_deref().map(|layout| Reader::new([layout], false));
            let mut read = |text: &str| {
                let text = words.translate(text.trim());
                match &mut reader {
                    Some(reader) => reader.read(&text),
                    None => read_date(&text, order).or_else(|| read_loosely(&text, order)),
                }
            };
            Ok(from_moments(&cells, cells.str()?.iter().map(|text| read(text?)).collect()))
        },
        |_, field| Ok(Field::new(field.name.clone(), MOMENT)),
    );
    let dates = if args.get(&TYPE)?.0 == "date" { moments.cast(DataType::Date) } else { moments };
    let target = args.find(&TARGET)?.map_or_else(|| source.clone(), |target| target.0);
    Ok(vec![Output::new(&target, dates).from(&source)])
}

/// The words of dates in a language.
#[derive(Clone, Copy)]
struct Words {
    /// The beginnings by which its months are known, in lower case.
    months: [&'static str; 12],
    /// Words between day, month and year, and the beginnings of weekdays.
    others: &'static [&'static str],
}

impl Words {
    fn of(locale: &str) -> Self {
        let (months, others): ([&'static str; 12], &'static [&'static str]) = match locale {
            "de" => (
                ["jan jän", "feb", "mär mrz maer", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez"],
                &[
                    "montag",
                    "dienstag",
                    "mittwoch",
                    "donnerstag",
                    "freitag",
                    "samstag",
                    "sonnabend",
                    "sonntag",
                    "uhr",
                    "den",
                ],
            ),
            "fr" => (
                ["jan", "fév fev", "mar", "avr", "mai", "juin", "juil", "aoû aou", "sep", "oct", "nov", "déc dec"],
                &["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "le", "er", "à"],
            ),
            "es" => (
                ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep set", "oct", "nov", "dic"],
                &[
                    "lunes",
                    "martes",
                    "miércoles",
                    "miercoles",
                    "jueves",
                    "viernes",
                    "sábado",
                    "sabado",
                    "domingo",
                    "de",
                    "del",
                    "el",
                ],
            ),
            "it" => (
                ["gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"],
                &[
                    "lunedì",
                    "martedì",
                    "mercoledì",
                    "giovedì",
                    "venerdì",
                    "sabato",
                    "domenica",
                    "di",
                    "il",
                    "alle",
                    "ore",
                ],
            ),
            "pt" => (
                ["jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"],
                &["segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo", "feira", "de", "às"],
            ),
            "nl" => (
                ["jan", "feb", "mrt maa", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"],
                &["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag", "om"],
            ),
            _ => (
                ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
                &[
                    "monday",
                    "tuesday",
                    "wednesday",
                    "thursday",
                    "friday",
                    "saturday",
                    "sunday",
                    "st",
                    "nd",
                    "rd",
                    "th",
                    "of",
                    "the",
                    "at",
                ],
            ),
        };
        Self { months, others }
    }

    /// A text with the names of months in English, and without weekdays and the words between.
    fn translate<'t>(&self, text: &'t str) -> Cow<'t, str> {
        // Most dates are digits and the marks between them.
        let plain = |letter: u8| letter.is_ascii_digit() || matches!(letter, b'/' | b'-' | b'.' | b':' | b' ');
        if text.starts_with(|first: char| first.is_ascii_digit()) && text.bytes().all(plain) && !text.contains("  ") {
            return Cow::Borrowed(text);
        }
        let mut plain = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if !first.is_alphabetic() {
                plain.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            }
            let end = rest.find(|letter: char| !letter.is_alphabetic()).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            rest = after;
            match self.meaning(&word.to_lowercase()) {
                Meaning::Month(at) => {
                    plain.push_str(MONTHS[at]);
                    rest = rest.strip_prefix('.').unwrap_or(rest);
                }
                Meaning::Nothing => rest = rest.strip_prefix('.').unwrap_or(rest),
                Meaning::Unknown => plain.push_str(word),
            }
        }
        let trimmed =
            plain.trim_start_matches(|letter: char| matches!(letter, ',' | '-' | '.') || letter.is_whitespace());
        Cow::Owned(trimmed.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn meaning(&self, word: &str) -> Meaning {
        let long = |least: usize| word.chars().count() >= least;
        if self.others.iter().any(|other| *other == word || (long(2) && other.len() > 4 && other.starts_with(word))) {
            return Meaning::Nothing;
        }
        let begins = |names: &&str| names.split(' ').any(|beginning| long(3) && word.starts_with(beginning));
        self.months.iter().position(begins).map_or(Meaning::Unknown, Meaning::Month)
    }
}

enum Meaning {
    Month(usize),
    Nothing,
    Unknown,
}

/// Reads what the usual layouts do not: two digits of the year, months by name in any place, a.m. and p.m.
fn read_loosely(text: &str, order: Order) -> Option<NaiveDateTime> {
    let (date, time) = split_time(text)?;
    let mut numbers: Vec<&str> = Vec::new();
    let mut month = None;
    for part in date.split(|letter: char| matches!(letter, '/' | '-' | '.' | ',') || letter.is_whitespace()) {
        if let Some(at) = MONTHS.iter().position(|name| *name == part) {
            if month.replace((at, numbers.len())).is_some() {
                return None;
            }
        } else if !part.is_empty() {
            numbers.push(part);
        }
    }
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let (day, month, year) = match (month, numbers.as_slice()) {
        (Some((month, _)), [first, second]) if first.len() == 4 => (*second, u32::try_from(month).ok()? + 1, *first),
        (Some((month, _)), [first, second]) => (*first, u32::try_from(month).ok()? + 1, *second),
        (None, [first, second, year]) if order == Order::Month && !date.contains('.') => {
            (*second, number(first)?, *year)
        }
        (None, [first, second, year]) => (*first, number(second)?, *year),
        _ => return None,
    };
    let year = match year.len() {
        4 => number(year)?,
        2 => number(year).map(|year| if year < 69 { 2000 + year } else { 1900 + year })?,
        _ => return None,
    };
    let day = number(day).filter(|_| day.len() <= 2)?;
    Some(NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?.and_time(time))
}

/// The date of a text, and its time of day: midnight where it has none.
fn split_time(text: &str) -> Option<(&str, NaiveTime)> {
    let Some(colon) = text.find(':') else { return Some((text, NaiveTime::MIN)) };
    let begin = text[..colon].rfind([' ', 'T', ',']).map_or(0, |at| at + 1);
    let time = text[begin..].trim().to_ascii_uppercase().replace('.', "");
    let layouts = ["%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%I:%M:%S%p", "%I:%M%p"];
    let time = layouts.iter().find_map(|layout| NaiveTime::parse_from_str(&time, layout).ok())?;
    Some((text[..begin].trim_end_matches([' ', 'T', ',']), time))
}
