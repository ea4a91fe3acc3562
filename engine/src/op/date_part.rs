//! Parts of dates: year, month, day, hour, weekday ... each a number in a new column.

use super::moment::{Clock, DateText, Reading, moments, order_query, to_text, to_whole};
use super::param::{Column, Param, ParamSpec};
use super::{Apply, Args, Context, Example, Facts, Family, Operation, Output, ParamRule, new_column, params};
use crate::error::Result;
use crate::types::{TEXT, TypeClass};
use chrono::{Datelike as _, NaiveDateTime, Timelike as _};
use polars::prelude::Expr;

/// Dates, times, and text, which is read as one.
pub(super) const MOMENTS: &[TypeClass] = &[TypeClass::Date, TypeClass::DateTime, TypeClass::Time, TypeClass::Text];

static COLUMN: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The column of dates; give this or a value.")
    .example("ordered_at")
    .accepts(MOMENTS)
    .optional();
static VALUE: Param<DateText> = Param::new("value", "Value")
    .help("A date that stands in place of the column.")
    .example("2024-12-31 23:59:00")
    .optional();
static INPUT_LAYOUT: Param<String> = Param::new("dateTimeFormat", "Layout of the text")
    .help("How the dates are written in a text column: yyyy year, mm month, dd day, HH hour, MM minute, SS second, * a blank.")
    .example("yyyy-mm-dd*HH:MM:SS")
    .concerns(TEXT)
    .optional();

const PARAMS: &[&ParamSpec] = &[&COLUMN.spec, &VALUE.spec, &INPUT_LAYOUT.spec, &params::TARGET.spec];
const EITHER: &[ParamRule] = &[ParamRule::OnlyOneOf(&["sourceColumn", "value"])];

/// A part of a date as a new column.
const fn part(
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    sentence: &'static str,
    apply: fn(&Args, &Context<'_>) -> Result<Vec<Output>>,
    examples: &'static [Example],
) -> Operation {
    Operation {
        name,
        title,
        summary,
        sentence,
        family: Family::Date,
        params: PARAMS,
        rules: EITHER,
        converts: true,
        facts: Some(Facts::figures(layout_query)),
        apply: Apply::Columns(apply),
        examples,
        ..Operation::DEFAULT
    }
}

/// An example on the column at, into part.
const fn example(title: &'static str, before: &'static str, after: &'static str) -> Example {
    Example { title, params: &[("sourceColumn", "at"), ("targetColumn", "part")], conditions: &[], before, after }
}

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    part(
        "YEAR",
        "Year",
        "Writes the year of a date into a new column of whole numbers. Text is read as a date, day or month first as the whole column \
         tells, month first when nothing does, or by the layout that is given; text that is no date becomes missing and is counted.",
        "Year of {sourceColumn}{value} into {targetColumn}",
        |args, context| number(args, context, |m| m.year().into()),
        &[
            example(
                "Of dates",
                "at:date\n2024-02-29\n1969-12-31\n∅",
                "at:date | part:whole\n2024-02-29 | 2024\n1969-12-31 | 1969\n∅ | ∅",
            ),
            Example {
                title: "Of text in a layout; what does not fit is missing",
                params: &[("sourceColumn", "at"), ("dateTimeFormat", "yyyy-mm-dd*HH:MM:SS"), ("targetColumn", "part")],
                conditions: &[],
                before: "at:text\n2023-05-06 07:08:09\n2023\n\"\"",
                after: "at:text | part:whole\n2023-05-06 07:08:09 | 2023\n2023 | ∅\n\"\" | ∅",
            },
        ],
    ),
    part(
        "MONTH",
        "Month",
        "Writes the number of a date's month, 1 to 12, into a new column. Text is read as a date, day or month first as the whole column \
         tells, month first when nothing does, or by the layout that is given; text that is no date becomes missing and is counted.",
        "Month of {sourceColumn}{value} into {targetColumn}",
        |args, context| number(args, context, |m| m.month().into()),
        &[example(
            "One 13/02 decides that the day comes first",
            "at:text\n01/02/2024\n13/02/2024\nsoon",
            "at:text | part:whole\n01/02/2024 | 2\n13/02/2024 | 2\nsoon | ∅",
        )],
    ),
    part(
        "MONTH_NAME",
        "Name of the month",
        "Writes the English name of a date's month into a new column. Text is read as a date, or by the layout that is given; text that \
         is no date becomes missing and is counted.",
        "Name of the month of {sourceColumn}{value} into {targetColumn}",
        |args, context| {
            let name = |m: NaiveDateTime| super::moment::written(m, "%B");
            new_column(args, to_text(dates(args, context, false)?, name))
        },
        &[example(
            "In English",
            "at:text\n2024-02-29\nAugust 02 2009\n∅",
            "at:text | part:text\n2024-02-29 | February\nAugust 02 2009 | August\n∅ | ∅",
        )],
    ),
    part(
        "DAY",
        "Day",
        "Writes a date's day of the month, 1 to 31, into a new column. Text is read as a date, or by the layout that is given; text that \
         is no date becomes missing and is counted.",
        "Day of {sourceColumn}{value} into {targetColumn}",
        |args, context| number(args, context, |m| m.day().into()),
        &[example("The last of February", "at:date\n2024-02-29\n∅", "at:date | part:whole\n2024-02-29 | 29\n∅ | ∅")],
    ),
    part(
        "HOUR",
        "Hour",
        "Writes the hour of a time, 0 to 23, into a new column. A date without time is midnight. Text is read as a date, as a time of day, \
         or by the layout that is given; text that is neither becomes missing and is counted.",
        "Hour of {sourceColumn}{value} into {targetColumn}",
        |args, context| time_number(args, context, |m| m.hour().into()),
        &[example(
            "A time of day will do",
            "at:text\n2024-02-29 23:30:00\n07:05\n2024-01-01",
            "at:text | part:whole\n2024-02-29 23:30:00 | 23\n07:05 | 7\n2024-01-01 | 0",
        )],
    ),
    part(
        "MINUTE",
        "Minute",
        "Writes the minute of a time, 0 to 59, into a new column. A date without time is midnight. Text is read as a date, as a time of \
         day, or by the layout that is given; text that is neither becomes missing and is counted.",
        "Minute of {sourceColumn}{value} into {targetColumn}",
        |args, context| time_number(args, context, |m| m.minute().into()),
        &[example(
            "Of a date with time",
            "at:timestamp\n2024-02-29 23:30:59",
            "at:timestamp | part:whole\n2024-02-29 23:30:59 | 30",
        )],
    ),
    part(
        "SECOND",
        "Second",
        "Writes the second of a time, 0 to 59, into a new column, without its fraction. A date without time is midnight. Text is read as a \
         date, as a time of day, or by the layout that is given; text that is neither becomes missing and is counted.",
        "Second of {sourceColumn}{value} into {targetColumn}",
        |args, context| time_number(args, context, |m| m.second().into()),
        &[example(
            "The fraction goes",
            "at:timestamp\n2024-02-29 23:30:59.999",
            "at:timestamp | part:whole\n2024-02-29 23:30:59.999 | 59",
        )],
    ),
    part(
        "MILLISECOND",
        "Millisecond",
        "Writes the milliseconds of a time, 0 to 999, into a new column; finer fractions are cut off. Text is read as a date, as a time of \
         day, or by the layout that is given; text that is neither becomes missing and is counted.",
        "Millisecond of {sourceColumn}{value} into {targetColumn}",
        |args, context| time_number(args, context, |m| (m.nanosecond() / 1_000_000).into()),
        &[example(
            "Cut, not rounded",
            "at:timestamp\n2024-02-29 23:30:59.9996",
            "at:timestamp | part:whole\n2024-02-29 23:30:59.999600 | 999",
        )],
    ),
    part(
        "QUARTER",
        "Quarter",
        "Writes the calendar quarter of a date, 1 to 4, into a new column; 1 is January to March. Text is read as a date, or by the layout \
         that is given; text that is no date becomes missing and is counted.",
        "Quarter of {sourceColumn}{value} into {targetColumn}",
        |args, context| number(args, context, |m| i64::from(m.month0() / 3) + 1),
        &[example(
            "March and April",
            "at:date\n2024-03-31\n2024-04-01\n∅",
            "at:date | part:whole\n2024-03-31 | 1\n2024-04-01 | 2\n∅ | ∅",
        )],
    ),
    part(
        "WEEK_DAY",
        "Weekday",
        "Writes a date's day of the week into a new column as a number: Monday is 1 and Sunday 7, as in ISO 8601. Text is read as a date, or \
         by the layout that is given; text that is no date becomes missing and is counted.",
        "Weekday of {sourceColumn}{value} into {targetColumn}",
        |args, context| number(args, context, |m| m.weekday().number_from_monday().into()),
        &[example(
            "Sunday and Monday",
            "at:date\n2024-03-03\n2024-03-04",
            "at:date | part:whole\n2024-03-03 | 7\n2024-03-04 | 1",
        )],
    ),
    part(
        "WEEK_NUMBER",
        "Week",
        "Writes the number of a date's week into a new column, as in ISO 8601: weeks begin on Monday and belong to the year that holds their \
         Thursday, so the first days of January can be in week 52 or 53. Text is read as a date, or by the layout that is given; text \
         that is no date becomes missing and is counted.",
        "Week of {sourceColumn}{value} into {targetColumn}",
        |args, context| number(args, context, |m| m.iso_week().week().into()),
        &[example(
            "New Year’s Day in the last week of the old year",
            "at:date\n2021-01-01\n2024-01-01",
            "at:date | part:whole\n2021-01-01 | 53\n2024-01-01 | 1",
        )],
    ),
    Operation {
        params: &[&COLUMN.spec, &VALUE.spec, &params::TARGET.spec],
        ..part(
            "UNIX_TIME",
            "Seconds since 1970",
            "Writes the whole seconds from 1 January 1970 to a date into a new column; earlier dates are negative. A date is taken as UTC \
             unless it carries a zone. Text is read as a date; text that is none becomes missing and is counted.",
            "Seconds since 1970 of {sourceColumn}{value} into {targetColumn}",
            |args, context| {
                let reading = Reading { clock: Clock::Utc, ..Reading::DATES };
                let at = moments(args, context, &COLUMN, &VALUE, &reading)?;
                new_column(args, to_whole(at, |m| m.and_utc().timestamp()))
            },
            &[example(
                "A zone in the text counts",
                "at:text\n2020-10-05T22:22:34+00:00\n2020-10-06T00:22:34+02:00\n1969-12-31 23:59:59\nnever",
                "at:text | part:whole\n2020-10-05T22:22:34+00:00 | 1601936554\n2020-10-06T00:22:34+02:00 | 1601936554\n1969-12-31 23:59:59 | -1\nnever | ∅",
            )],
        )
    },
];

fn layout_query(
    args: &Args,
    context: &Context<'_>,
    frame: polars::prelude::LazyFrame,
) -> Result<Option<polars::prelude::LazyFrame>> {
    if args.text(INPUT_LAYOUT.spec.name).is_some() {
        return Ok(None);
    }
    order_query(args, context, frame, &[&COLUMN])
}

fn dates(args: &Args, context: &Context<'_>, times: bool) -> Result<Expr> {
    let reading = Reading { layout: args.find(&INPUT_LAYOUT)?, times, clock: Clock::Wall };
    moments(args, context, &COLUMN, &VALUE, &reading)
}

/// A part of the date; a time of day has none.
fn number(args: &Args, context: &Context<'_>, part: fn(NaiveDateTime) -> i64) -> Result<Vec<Output>> {
    new_column(args, to_whole(dates(args, context, false)?, part))
}

/// A part of the time of day.
fn time_number(args: &Args, context: &Context<'_>, part: fn(NaiveDateTime) -> i64) -> Result<Vec<Output>> {
    new_column(args, to_whole(dates(args, context, true)?, part))
}
