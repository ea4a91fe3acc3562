//! Dates and times as the date functions see them: read from columns, texts and constants, moved, compared, and written by a layout.
//!
//! A moment is a date with time and no zone. Knows no operation.

use super::convert::{order_counts, order_found};
use super::date_shape::Reader;
use super::dates::{Order, chrono_layout, parse_any_date, parse_layout, read_date};
use super::param::{Choice, Chosen, Column, Kind, Param, ParamSpec, ParamType, choice};
use super::{Args, Context};
use crate::error::Result;
use crate::named::col;
use crate::types::TypeClass;
use chrono::{DateTime, Datelike as _, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _};
use polars::prelude::{
    Column as Cells, DataType, Expr, Field, Int64Chunked, IntoColumn as _, IntoSeries as _, LazyFrame, NonExistent,
    PolarsResult, StringChunked, TimeUnit, lit,
};
use std::fmt::Write as _;

/// The type of moments in a column.
pub(super) const MOMENT: DataType = DataType::Datetime(TimeUnit::Microseconds, None);

/// A constant date as a recipe writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DateText(pub(super) String);

impl ParamType for DateText {
    const KIND: Kind = Kind::Text;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        if read_moment(text, Order::Either, true).is_some() {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("“{text}” is not a date such as 2024-12-31 or 2024-12-31 23:59:00"))
        }
    }
    fn write(&self) -> String {
        self.0.clone()
    }
}

/// The units that dates are moved and compared by.
pub(super) static UNITS: Param<Chosen> =
    Param::new("units", "Unit").help("The unit that is counted.").example("DAYS").choices(UNIT_CHOICES);
static UNIT_CHOICES: &[Choice] = &[
    choice("YEARS", "Years"),
    choice("QUARTERS", "Quarters"),
    choice("MONTHS", "Months"),
    choice("WEEKS", "Weeks"),
    choice("DAYS", "Days"),
    choice("HOURS", "Hours"),
    choice("MINUTES", "Minutes"),
    choice("SECONDS", "Seconds"),
    choice("MILLISECONDS", "Milliseconds"),
    choice("MICROSECONDS", "Microseconds"),
];

/// The layout that a date is written in.
pub(super) static LAYOUT: Param<String> = Param::new("dateTimeFormat", "Layout")
    .help("How the date is written: yyyy year, mm month, month its name, dd day, HH hour, MM minute, SS second, * a blank.")
    .example("mm/dd/yyyy")
    .default("yyyy-mm-dd HH:MM:SS");

/// Which clock a cell with a zone is read by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// The clock on the wall of its own zone.
    Wall,
    /// UTC.
    Utc,
}

/// How a step reads its dates.
pub(super) struct Reading {
    /// The layout of text cells, when it is said.
    pub(super) layout: Option<String>,
    /// Whether a time of day without a date is read too.
    pub(super) times: bool,
    /// The clock of cells with a zone.
    pub(super) clock: Clock,
}

impl Reading {
    /// Dates with or without time, in any layout.
    pub(super) const DATES: Self = Self { layout: None, times: false, clock: Clock::Wall };
}

/// The moments of a column, or a constant one where the step gives none.
pub(super) fn moments(
    args: &Args,
    context: &Context<'_>,
    column: &Param<Column>,
    value: &Param<DateText>,
    reading: &Reading,
) -> Result<Expr> {
    let Some(Column(name)) = args.find(column)? else {
        let text = args.get(value)?.0;
        let moment = match &reading.layout {
            Some(layout) => parse_layout(text.trim(), &chrono_layout(layout)),
            None => read_moment(&text, Order::Either, reading.times),
        };
        return Ok(moment.map_or_else(|| lit(polars::prelude::NULL), lit).cast(MOMENT));
    };
    column_moments(&name, context, reading)
}

/// The moments of a column.
pub(super) fn column_moments(name: &str, context: &Context<'_>, reading: &Reading) -> Result<Expr> {
    let (cells, dtype) = (col(name), context.dtype(name)?);
    Ok(match (TypeClass::of(dtype), dtype) {
        (TypeClass::Text, _) => read_texts(cells, order_found(context, name), reading),
        (TypeClass::Time, _) if !reading.times => lit(polars::prelude::NULL).cast(MOMENT),
        (TypeClass::Time, _) => {
            let nanos = cells.cast(DataType::Int64);
            nanos.floor_div(lit(1000i64)).cast(MOMENT)
        }
        (_, DataType::Datetime(_, Some(zone))) if reading.clock == Clock::Utc => {
            let zoned = cells.cast(DataType::Datetime(TimeUnit::Microseconds, Some(zone.clone())));
            zoned.cast(DataType::Int64).cast(MOMENT)
        }
        (_, DataType::Datetime(_, Some(_))) => {
            cells.dt().replace_time_zone(None, lit("raise"), NonExistent::Raise).cast(MOMENT)
        }
        _ => cells.cast(MOMENT),
    })
}

/// Asks which of day and month comes first in the text columns that a step reads without a layout.
pub(super) fn order_query(
    args: &Args,
    context: &Context<'_>,
    frame: LazyFrame,
    columns: &[&Param<Column>],
) -> Result<Option<LazyFrame>> {
    let mut counts: Vec<Expr> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for column in columns {
        let Some(Column(name)) = args.find(column)? else { continue };
        if context.dtype(&name)? == &DataType::String && seen.insert(name.clone()) {
            counts.extend(order_counts(&name));
        }
    }
    Ok((!counts.is_empty()).then(|| frame.select(counts)))
}

/// Reads a date, or where `times` allows a time of day on the first day of 1970.
fn read_moment(text: &str, order: Order, times: bool) -> Option<NaiveDateTime> {
    let date = if order == Order::Either { parse_any_date(text) } else { read_date(text, order) };
    date.or_else(|| {
        let time = |layout| NaiveTime::parse_from_str(text.trim(), layout).ok();
        let time = time("%H:%M:%S%.f").or_else(|| time("%H:%M")).filter(|_| times)?;
        Some(NaiveDate::default().and_time(time))
    })
}

fn read_texts(cells: Expr, order: Order, reading: &Reading) -> Expr {
    let layout = reading.layout.as_deref().map(chrono_layout);
    let times = reading.times;
    cells.map(
        move |cells| {
            let mut reader = layout.as_deref().map(|layout| Reader::new([layout], false));
            let mut read = |text: &str| match &mut reader {
                Some(reader) => reader.read(text.trim()),
                None => read_moment(text, order, times),
            };
            Ok(from_moments(&cells, cells.str()?.iter().map(|text| read(text?)).collect()))
        },
        |_, field| Ok(Field::new(field.name.clone(), MOMENT)),
    )
}

/// Moments as a column.
pub(super) fn from_moments(like: &Cells, moments: Vec<Option<NaiveDateTime>>) -> Cells {
    let micros: Int64Chunked = moments.into_iter().map(|m| m.map(|m| m.and_utc().timestamp_micros())).collect();
    micros.with_name(like.name().clone()).into_datetime(TimeUnit::Microseconds, None).into_series().into_column()
}

/// The moments of a column of moments.
pub(super) fn to_moments(cells: &Cells) -> PolarsResult<Vec<Option<NaiveDateTime>>> {
    let micros = cells.cast(&DataType::Int64)?;
    let moment = |micros: i64| DateTime::from_timestamp_micros(micros).map(|at| at.naive_utc());
    Ok(micros.i64()?.iter().map(|micros| moment(micros?)).collect())
}

/// Each moment made a whole number.
pub(super) fn to_whole(cells: Expr, how: impl Fn(NaiveDateTime) -> i64 + Send + Sync + 'static) -> Expr {
    cells.map(
        move |cells| {
            let numbers: Int64Chunked = to_moments(&cells)?.into_iter().map(|m| m.map(&how)).collect();
            Ok(numbers.with_name(cells.name().clone()).into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Int64)),
    )
}

/// Each moment made a text.
pub(super) fn to_text(cells: Expr, how: impl Fn(NaiveDateTime) -> Option<String> + Send + Sync + 'static) -> Expr {
    cells.map(
        move |cells| {
            let texts: StringChunked = to_moments(&cells)?.into_iter().map(|m| m.and_then(&how)).collect();
            Ok(texts.with_name(cells.name().clone()).into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::String)),
    )
}

/// A moment written by a layout of chrono.
pub(super) fn written(moment: NaiveDateTime, layout: &str) -> Option<String> {
    let mut text = String::with_capacity(layout.len() + 8);
    let mut rest = layout;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        match (rest.as_bytes().get(at + 1), moment.year()) {
            (Some(b'Y'), year @ 0..=9999) => {
                push_two(&mut text, year.unsigned_abs() / 100);
                push_two(&mut text, year.unsigned_abs() % 100);
            }
            (Some(b'y'), year @ 0..=9999) => push_two(&mut text, year.unsigned_abs() % 100),
            (Some(b'B'), _) => text.push_str(MONTHS[moment.month0() as usize]),
            (Some(b'b'), _) => text.push_str(&MONTHS[moment.month0() as usize][..3]),
            (Some(b'%'), _) => text.push('%'),
            (Some(b'm'), _) => push_two(&mut text, moment.month()),
            (Some(b'd'), _) => push_two(&mut text, moment.day()),
            (Some(b'H'), _) => push_two(&mut text, moment.hour()),
            (Some(b'M'), _) => push_two(&mut text, moment.minute()),
            (Some(b'S'), _) => push_two(&mut text, moment.second()),
            _ => {
                text.clear();
                write!(text, "{}", moment.format(layout)).ok()?;
                return Some(text);
            }
        }
        rest = &rest[at + 2..];
    }
    text.push_str(rest);
    Some(text)
}

/// The English names of the months.
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn push_two(text: &mut String, number: u32) {
    for digit in [number / 10, number % 10] {
        text.extend(char::from_digit(digit, 10));
    }
}

/// Whether a layout speaks of the time of day alone.
pub(super) fn is_time_layout(layout: &str) -> bool {
    let layout = chrono_layout(layout);
    !["%Y", "%y", "%B", "%b", "%m", "%d"].iter().any(|code| layout.contains(code))
}

/// A moment moved by units; the day of a month that is too short becomes its last.
pub(super) fn moved(moment: NaiveDateTime, units: &str, count: i64) -> Option<NaiveDateTime> {
    let months = match units {
        "YEARS" => 12,
        "QUARTERS" => 3,
        "MONTHS" => 1,
        _ => return moment.checked_add_signed(length(units, count)?),
    };
    let months = count.checked_mul(months)?;
    let distance = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { moment.checked_sub_months(distance) } else { moment.checked_add_months(distance) }
}

fn length(units: &str, count: i64) -> Option<TimeDelta> {
    match units {
        "WEEKS" => TimeDelta::try_weeks(count),
        "DAYS" => TimeDelta::try_days(count),
        "HOURS" => TimeDelta::try_hours(count),
        "MINUTES" => TimeDelta::try_minutes(count),
        "SECONDS" => TimeDelta::try_seconds(count),
        "MILLISECONDS" => TimeDelta::try_milliseconds(count),
        _ => Some(TimeDelta::microseconds(count)),
    }
}

/// The whole units from one moment to another; negative when the other is earlier.
pub(super) fn units_between(from: NaiveDateTime, to: NaiveDateTime, units: &str) -> Option<i64> {
    let months_in = match units {
        "YEARS" => 12,
        "QUARTERS" => 3,
        "MONTHS" => 1,
        _ => return whole_lengths(to - from, units),
    };
    let count = |m: NaiveDateTime| i64::from(m.year()) * 12 + i64::from(m.month0());
    let rest = |m: NaiveDateTime| (m.day(), m.time());
    let mut months = count(to) - count(from);
    if months > 0 && rest(to) < rest(from) {
        months -= 1;
    } else if months < 0 && rest(to) > rest(from) {
        months += 1;
    }
    Some(months / months_in)
}

fn whole_lengths(length: TimeDelta, units: &str) -> Option<i64> {
    Some(match units {
        "WEEKS" => length.num_weeks(),
        "DAYS" => length.num_days(),
        "HOURS" => length.num_hours(),
        "MINUTES" => length.num_minutes(),
        "SECONDS" => length.num_seconds(),
        "MILLISECONDS" => length.num_milliseconds(),
        _ => return length.num_microseconds(),
    })
}
