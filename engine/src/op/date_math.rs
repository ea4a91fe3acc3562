//! Dates moved, compared, put together, taken to another zone and written anew.

use super::date_part::MOMENTS;
use super::dates::chrono_layout;
use super::moment::{
    Clock, DateText, LAYOUT, Reading, UNITS, column_moments, from_moments, is_time_layout, moments, moved, order_query,
    to_moments, to_text, units_between, written,
};
use super::number::NumberText;
use super::param::{Column, Kind, Param, ParamSpec, ParamType, Use};
use super::{Apply, Args, Context, Example, Facts, Family, Operation, Output, ParamRule, new_column, params};
use crate::error::Result;
use crate::named::col;
use crate::op::convert::convert;
use crate::types::{DATED, NUMERIC, NUMERIC_OR_TEXT, TypeClass};
use chrono::{FixedOffset, NaiveDate, NaiveDateTime, TimeZone};
use polars::prelude::{
    Column as Cells, DataType, Field, Int64Chunked, IntoColumn as _, IntoSeries as _, PolarsResult, lit,
};
use serde_json::{Map, Value};

static COLUMN: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The column of dates; give this or a value.")
    .example("due")
    .accepts(MOMENTS)
    .optional();
static VALUE: Param<DateText> =
    Param::new("value", "Value").help("A date that stands in place of the column.").example("2024-12-31").optional();
static COUNT: Param<i64> =
    Param::new("dateAddValue", "How many").help("How many units are added; negative goes back.").example("14");
static COLUMN_1: Param<Column> = Param::new("sourceColumn1", "First column")
    .help("The column of first dates; give this or a first value.")
    .example("ordered_at")
    .accepts(DATED)
    .optional();
static VALUE_1: Param<DateText> = Param::new("value1", "First date")
    .help("A date that stands in place of the first column.")
    .example("2020-01-01")
    .optional();
static COLUMN_2: Param<Column> = Param::new("sourceColumn2", "Second column")
    .help("The column of second dates; give this or a second value.")
    .example("shipped_at")
    .accepts(DATED)
    .optional();
static VALUE_2: Param<DateText> = Param::new("value2", "Second date")
    .help("A date that stands in place of the second column.")
    .example("2020-10-06")
    .optional();
static SECONDS: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The column of seconds since 1970; give this or a value.")
    .example("seen_epoch")
    .accepts(NUMERIC)
    .optional();
static SECONDS_VALUE: Param<NumberText> = Param::new("value", "Value")
    .help("Seconds since 1970 that stand in place of the column.")
    .example("1601936554")
    .optional();
static FROM_ZONE: Param<ZoneText> = Param::new("fromTimeZone", "From zone")
    .help("The zone of the dates, as a name or a distance from UTC.")
    .example("Europe/Berlin")
    .default("UTC");
static TO_ZONE: Param<ZoneText> = Param::new("toTimeZone", "To zone")
    .help("The zone that is wanted, as a name or a distance from UTC.")
    .example("UTC+08:00")
    .default("UTC");
static PARTS: Param<DateParts> = Param::new("dateTimeParameters", "Parts")
    .help("Year, month, day, hour, minute and second, each a column or a value.")
    .example(r#"{"year":{"value":"2019"},"month":{"value":"12"},"day":{"sourceColumn":"dom"},"hour":{},"minute":{},"second":{}}"#)
    .accepts(NUMERIC_OR_TEXT);

const FROM_PARTS: &[&ParamSpec] = &[&PARTS.spec, &LAYOUT.spec, &params::TARGET.spec];
const EITHER: &[ParamRule] = &[ParamRule::OnlyOneOf(&["sourceColumn", "value"])];

/// What the operations of this family share.
const DATES: Operation = Operation { family: Family::Date, converts: true, ..Operation::DEFAULT };

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "DATE_DIFF",
        title: "Difference of dates",
        summary: "Counts the whole units from the first date to the second, into a new column: positive when the second is later. Only \
                  complete units count, towards zero; a month is complete when the same day and time of the month is reached, so from \
                  31 January to 29 February no month has passed. Where either date is missing or is no date the difference is missing.",
        sentence: "Count {units} from {sourceColumn1}{value1} to {sourceColumn2}{value2} into {targetColumn}",
        params: &[&COLUMN_1.spec, &VALUE_1.spec, &COLUMN_2.spec, &VALUE_2.spec, &UNITS.spec, &params::TARGET.spec],
        rules: &[
            ParamRule::OnlyOneOf(&["sourceColumn1", "value1"]),
            ParamRule::OnlyOneOf(&["sourceColumn2", "value2"]),
        ],
        facts: Some(Facts::figures(|args, context, frame| order_query(args, context, frame, &[&COLUMN_1, &COLUMN_2]))),
        apply: Apply::Columns(date_diff),
        examples: &[
            Example {
                title: "Days; negative when the second is earlier",
                params: &[("sourceColumn1", "a"), ("sourceColumn2", "b"), ("units", "DAYS"), ("targetColumn", "days")],
                conditions: &[],
                before: "a:date | b:date\n2020-01-01 | 2020-10-06\n2020-10-06 | 2020-01-01\n∅ | 2020-01-01",
                after: "a:date | b:date | days:whole\n2020-01-01 | 2020-10-06 | 279\n2020-10-06 | 2020-01-01 | -279\n∅ | 2020-01-01 | ∅",
            },
            Example {
                title: "Complete months from a fixed date",
                params: &[
                    ("value1", "2024-01-31"),
                    ("sourceColumn2", "b"),
                    ("units", "MONTHS"),
                    ("targetColumn", "months"),
                ],
                conditions: &[],
                before: "b:text\n2024-02-29\n2024-03-31\n2023-12-31\nnever",
                after: "b:text | months:whole\n2024-02-29 | 0\n2024-03-31 | 2\n2023-12-31 | -1\nnever | ∅",
            },
        ],
        ..DATES
    },
    Operation {
        name: "DATE_ADD",
        title: "Add to a date",
        summary: "Moves a date by a number of units and writes it as text in a layout, into a new column. Where the month that is reached is \
                  too short, its last day is taken: 31 January and one month is the last of February. A missing cell stays missing; \
                  text that is no date becomes missing and is counted.",
        sentence: "Add {dateAddValue} {units} to {sourceColumn}{value} into {targetColumn}",
        params: &[&COLUMN.spec, &VALUE.spec, &UNITS.spec, &COUNT.spec, &LAYOUT.spec, &params::TARGET.spec],
        rules: EITHER,
        facts: Some(Facts::figures(|args, context, frame| order_query(args, context, frame, &[&COLUMN]))),
        apply: Apply::Columns(|args, context| {
            let (units, count) = (args.get(&UNITS)?.0, args.get(&COUNT)?);
            let layout = chrono_layout(&args.get(&LAYOUT)?);
            let at = moments(args, context, &COLUMN, &VALUE, &Reading::DATES)?;
            new_column(args, to_text(at, move |m| written(moved(m, units, count)?, &layout)))
        }),
        examples: &[Example {
            title: "One month from the last of January",
            params: &[
                ("sourceColumn", "due"),
                ("units", "MONTHS"),
                ("dateAddValue", "1"),
                ("dateTimeFormat", "yyyy-mm-dd"),
                ("targetColumn", "later"),
            ],
            conditions: &[],
            before: "due:date\n2024-01-31\n2024-12-15\n∅",
            after: "due:date | later:text\n2024-01-31 | 2024-02-29\n2024-12-15 | 2025-01-15\n∅ | ∅",
        }],
        ..DATES
    },
    Operation {
        name: "DATE_FORMAT",
        title: "Write a date",
        summary: "Writes a date as text in a layout, into a new column. In a layout mm is the month and MM the minute. With a layout of the \
                  time alone, times of day are read too. A missing cell stays missing; text that is no date becomes missing and is counted.",
        sentence: "Write {sourceColumn}{value} as {dateTimeFormat} into {targetColumn}",
        params: &[&COLUMN.spec, &VALUE.spec, &LAYOUT.spec, &params::TARGET.spec],
        rules: EITHER,
        facts: Some(Facts::figures(|args, context, frame| order_query(args, context, frame, &[&COLUMN]))),
        apply: Apply::Columns(|args, context| {
            let layout = args.get(&LAYOUT)?;
            let reading = Reading { times: is_time_layout(&layout), ..Reading::DATES };
            let at = moments(args, context, &COLUMN, &VALUE, &reading)?;
            let layout = chrono_layout(&layout);
            new_column(args, to_text(at, move |m| written(m, &layout)))
        }),
        examples: &[Example {
            title: "With the month’s name; a star is a blank",
            params: &[("sourceColumn", "due"), ("dateTimeFormat", "month*dd*yyyy"), ("targetColumn", "text")],
            conditions: &[],
            before: "due:text\n2024-02-01\n12/31/2024\nnever\n∅",
            after: "due:text | text:text\n2024-02-01 | February 01 2024\n12/31/2024 | December 31 2024\nnever | ∅\n∅ | ∅",
        }],
        ..DATES
    },
    Operation {
        name: "CONVERT_TIMEZONE",
        title: "Convert time zone",
        summary: "Takes times from one zone to another and writes them as text in a layout, into a new column. A zone is a name such as \
                  Europe/Berlin or a distance such as UTC+08:00. A time that occurs twice when clocks go back is taken as the earlier; one \
                  that is skipped when they go forward becomes missing and is counted, as does text that is no date. Cells that carry \
                  a zone of their own are taken by that one.",
        sentence: "Convert {sourceColumn} from {fromTimeZone} to {toTimeZone} into {targetColumn}",
        params: &[&params::SOURCE_DATE.spec, &FROM_ZONE.spec, &TO_ZONE.spec, &LAYOUT.spec, &params::TARGET.spec],
        facts: Some(Facts::figures(|args, context, frame| order_query(args, context, frame, &[&params::SOURCE_DATE]))),
        apply: Apply::Columns(convert_zone),
        examples: &[
            Example {
                title: "Eight hours east",
                params: &[("sourceColumn", "at"), ("toTimeZone", "UTC+08:00"), ("targetColumn", "local")],
                conditions: &[],
                before: "at:timestamp\n2024-02-29 23:30:00\n∅",
                after: "at:timestamp | local:text\n2024-02-29 23:30:00 | 2024-03-01 07:30:00\n∅ | ∅",
            },
            Example {
                title: "A time that clocks skip is missing",
                params: &[("sourceColumn", "at"), ("fromTimeZone", "Europe/Berlin"), ("targetColumn", "utc")],
                conditions: &[],
                before: "at:timestamp\n2024-03-31 02:30:00\n2024-07-01 12:00:00",
                after: "at:timestamp | utc:text\n2024-03-31 02:30:00 | ∅\n2024-07-01 12:00:00 | 2024-07-01 10:00:00",
            },
        ],
        ..DATES
    },
    Operation {
        name: "UNIX_TIME_FORMAT",
        title: "Write seconds since 1970",
        summary: "Turns seconds since 1 January 1970 into a date in UTC and writes it as text in a layout, into a new column. Fractions of a \
                  second are cut off downwards. A missing number stays missing; one beyond the calendar becomes missing and is counted.",
        sentence: "Write {sourceColumn}{value} seconds since 1970 as {dateTimeFormat} into {targetColumn}",
        params: &[&SECONDS.spec, &SECONDS_VALUE.spec, &LAYOUT.spec, &params::TARGET.spec],
        rules: EITHER,
        apply: Apply::Columns(|args, context| {
            let layout = chrono_layout(&args.get(&LAYOUT)?);
            let seconds = super::number::operand(args, context, &SECONDS, &SECONDS_VALUE)?;
            let whole = if seconds.class == TypeClass::Whole {
                seconds.expr
            } else {
                super::number::decimals(seconds, f64::floor)
            };
            let at = whole.cast(DataType::Int64).map(
                |seconds| {
                    let moment = |s: i64| chrono::DateTime::from_timestamp(s, 0).map(|at| at.naive_utc());
                    Ok(from_moments(&seconds, seconds.i64()?.iter().map(|s| moment(s?)).collect()))
                },
                |_, field| Ok(Field::new(field.name.clone(), super::moment::MOMENT)),
            );
            new_column(args, to_text(at, move |m| written(m, &layout)))
        }),
        examples: &[Example {
            title: "In UTC",
            params: &[("sourceColumn", "epoch"), ("targetColumn", "at")],
            conditions: &[],
            before: "epoch:whole\n1601936554\n-1\n∅",
            after: "epoch:whole | at:text\n1601936554 | 2020-10-05 22:22:34\n-1 | 1969-12-31 23:59:59\n∅ | ∅",
        }],
        ..DATES
    },
    from_parts(
        "DATE",
        "Date from parts",
        "Puts a date together from year, month, day, hour, minute and second, each a column or a value, and writes it as text in a layout, \
         into a new column. A part that is not given is 1970, 1, 1, 0, 0 and 0. Where a part's cell is missing or is no whole number, \
         and where no such date exists (31 February), the cell is missing and counted.",
        "Put a date together into {targetColumn}",
        &[Example {
            title: "The day comes from a column",
            params: &[
                ("dateTimeFormat", "mm/dd/yyyy"),
                (
                    "dateTimeParameters",
                    r#"{"year":{"value":"2019"},"month":{"value":"2"},"day":{"sourceColumn":"dom"},"hour":{},"minute":{},"second":{}}"#,
                ),
                ("targetColumn", "day"),
            ],
            conditions: &[],
            before: "dom:whole\n28\n31\n∅",
            after: "dom:whole | day:text\n28 | 02/28/2019\n31 | ∅\n∅ | ∅",
        }],
    ),
    from_parts(
        "DATE_TIME",
        "Date and time from parts",
        "Puts a date with time together from year, month, day, hour, minute and second, each a column or a value, and writes it as text in \
         a layout, into a new column. A part that is not given is 1970, 1, 1, 0, 0 and 0. Where a part's cell is missing or is no \
         whole number, and where no such date or time exists, the cell is missing and counted.",
        "Put a date and time together into {targetColumn}",
        &[Example {
            title: "Text parts are read as numbers",
            params: &[
                (
                    "dateTimeParameters",
                    r#"{"year":{"sourceColumn":"y"},"month":{"value":"12"},"day":{"value":"31"},"hour":{"value":"13"},"minute":{"value":"34"},"second":{}}"#,
                ),
                ("targetColumn", "at"),
            ],
            conditions: &[],
            before: "y:text\n2019\nlast",
            after: "y:text | at:text\n2019 | 2019-12-31 13:34:00\nlast | ∅",
        }],
    ),
    from_parts(
        "TIME",
        "Time from parts",
        "Puts a time of day together from hour, minute and second, each a column or a value, and writes it as text in a layout, into a new \
         column. A part that is not given is 0 (1970, 1 and 1 for year, month and day). Where a part's cell is missing or is no whole \
         number, and where no such time exists (25 o'clock), the cell is missing and counted.",
        "Put a time together into {targetColumn}",
        &[Example {
            title: "Hour and minute",
            params: &[
                ("dateTimeFormat", "HH:MM:SS"),
                (
                    "dateTimeParameters",
                    r#"{"year":{},"month":{},"day":{},"hour":{"sourceColumn":"h"},"minute":{"value":"5"},"second":{}}"#,
                ),
                ("targetColumn", "time"),
            ],
            conditions: &[],
            before: "h:whole\n7\n25",
            after: "h:whole | time:text\n7 | 07:05:00\n25 | ∅",
        }],
    ),
];

const fn from_parts(
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    sentence: &'static str,
    examples: &'static [Example],
) -> Operation {
    Operation {
        name,
        title,
        summary,
        sentence,
        params: FROM_PARTS,
        apply: Apply::Columns(put_together),
        examples,
        ..DATES
    }
}

fn date_diff(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let units = args.get(&UNITS)?.0;
    let from = moments(args, context, &COLUMN_1, &VALUE_1, &Reading::DATES)?;
    let to = moments(args, context, &COLUMN_2, &VALUE_2, &Reading::DATES)?;
    let difference = from.map_many(
        move |cells: &mut [Cells]| {
            let (from, to) = (to_moments(&cells[0])?, to_moments(&cells[1])?);
            let pick = |moments: &[Option<NaiveDateTime>], row: usize| {
                // A constant stands in one row.
                if moments.len() == 1 { moments[0] } else { moments[row] }
            };
            let rows = if from.len() == 1 { to.len() } else { from.len() };
            let units: Int64Chunked =
                (0..rows).map(|row| units_between(pick(&from, row)?, pick(&to, row)?, units)).collect();
            Ok(units.into_series().into_column())
        },
        &[to],
        |_, fields| Ok(Field::new(fields[0].name.clone(), DataType::Int64)),
    );
    new_column(args, difference)
}

/// A time zone: a name, or a distance from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ZoneText {
    Named(chrono_tz::Tz),
    Fixed(FixedOffset),
}

impl ParamType for ZoneText {
    const KIND: Kind = Kind::Text;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        if let Ok(zone) = text.parse() {
            return Ok(Self::Named(zone));
        }
        let distance = text.trim_start_matches("UTC").trim_start_matches("GMT");
        let padded = match distance.len() {
            2 if distance.is_ascii() => format!("{}0{}:00", &distance[..1], &distance[1..]),
            3 => format!("{distance}:00"),
            _ => distance.to_owned(),
        };
        padded
            .parse()
            .map(Self::Fixed)
            .map_err(|_| format!("“{text}” is not a time zone such as Europe/Berlin or UTC+08:00"))
    }
    fn write(&self) -> String {
        match self {
            Self::Named(zone) => zone.name().to_owned(),
            Self::Fixed(distance) => format!("UTC{distance}"),
        }
    }
}

impl ZoneText {
    fn to_utc(self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Self::Named(zone) => zone.from_local_datetime(&local).earliest().map(|at| at.naive_utc()),
            Self::Fixed(zone) => zone.from_local_datetime(&local).earliest().map(|at| at.naive_utc()),
        }
    }

    fn at(self, utc: NaiveDateTime) -> NaiveDateTime {
        match self {
            Self::Named(zone) => zone.from_utc_datetime(&utc).naive_local(),
            Self::Fixed(zone) => zone.from_utc_datetime(&utc).naive_local(),
        }
    }
}

fn convert_zone(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let name = args.get(&params::SOURCE_DATE)?.0;
    let zoned = matches!(context.dtype(&name)?, DataType::Datetime(_, Some(_)));
    let from = if zoned { ZoneText::Named(chrono_tz::UTC) } else { args.get(&FROM_ZONE)? };
    let to = args.get(&TO_ZONE)?;
    let layout = chrono_layout(&args.get(&LAYOUT)?);
    let at = column_moments(&name, context, &Reading { clock: Clock::Utc, ..Reading::DATES })?;
    new_column(args, to_text(at, move |m| written(to.at(from.to_utc(m)?), &layout)))
}

/// The parts of a date: year, month, day, hour, minute and second, each nothing, a column or a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DateParts(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Left,
    Column(String),
    Value(i64),
}

const PART_NAMES: [&str; 6] = ["year", "month", "day", "hour", "minute", "second"];
const PART_DEFAULTS: [i64; 6] = [1970, 1, 1, 0, 0, 0];

impl ParamType for DateParts {
    const KIND: Kind = Kind::Json;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        let map: Map<String, Value> = serde_json::from_str(text).map_err(|e| format!("not an object of parts: {e}"))?;
        if let Some(other) = map.keys().find(|key| !PART_NAMES.contains(&key.as_str())) {
            return Err(format!("“{other}” is not one of {}", PART_NAMES.join(", ")));
        }
        PART_NAMES.iter().map(|name| read_part(name, map.get(*name))).collect::<Result<_, _>>().map(Self)
    }
    fn write(&self) -> String {
        let entries = PART_NAMES.iter().zip(&self.0).map(|(name, part)| {
            let value = match part {
                Part::Left => serde_json::json!({}),
                Part::Column(column) => serde_json::json!({ "sourceColumn": column }),
                Part::Value(value) => serde_json::json!({ "value": value.to_string() }),
            };
            ((*name).to_owned(), value)
        });
        Value::Object(entries.collect()).to_string()
    }
    fn visit(&mut self, each: &mut dyn FnMut(&mut String, Use)) {
        for part in &mut self.0 {
            if let Part::Column(name) = part {
                each(name, Use::Reads);
            }
        }
    }
}

fn read_part(name: &str, part: Option<&Value>) -> Result<Part, String> {
    let Some(part) = part else { return Ok(Part::Left) };
    if let Some(column) = part.get("sourceColumn").and_then(Value::as_str) {
        return Ok(Part::Column(column.to_owned()));
    }
    let Some(value) = part.get("value") else { return Ok(Part::Left) };
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.is_empty() {
        return Ok(Part::Left);
    }
    text.trim().parse().map(Part::Value).map_err(|_| format!("“{text}” is not a whole number for the {name}"))
}

fn put_together(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let layout = chrono_layout(&args.get(&LAYOUT)?);
    let mut parts = Vec::new();
    for (part, default) in args.get(&PARTS)?.0.iter().zip(PART_DEFAULTS) {
        parts.push(match part {
            Part::Left => lit(default).cast(DataType::Int64),
            Part::Value(value) => lit(*value).cast(DataType::Int64),
            Part::Column(name) => convert(col(name.as_str()), context.dtype(name)?, &DataType::Int64),
        });
    }
    let at = parts[0].clone().map_many(
        |parts: &mut [Cells]| join_parts(parts),
        &parts[1..],
        |_, fields| Ok(Field::new(fields[0].name.clone(), super::moment::MOMENT)),
    );
    new_column(args, to_text(at, move |m| written(m, &layout)))
}

fn join_parts(parts: &[Cells]) -> PolarsResult<Cells> {
    let numbers = parts.iter().map(Cells::i64).collect::<PolarsResult<Vec<_>>>()?;
    let rows = numbers.iter().map(|n| n.len()).filter(|len| *len != 1).min().unwrap_or(1);
    let part = |at: usize, row: usize| {
        let cells = numbers[at];
        cells.get(if cells.len() == 1 { 0 } else { row })
    };
    let small = |at: usize, row: usize| u32::try_from(part(at, row)?).ok();
    let moments = (0..rows).map(|row| {
        let date = NaiveDate::from_ymd_opt(i32::try_from(part(0, row)?).ok()?, small(1, row)?, small(2, row)?)?;
        date.and_hms_opt(small(3, row)?, small(4, row)?, small(5, row)?)
    });
    Ok(from_moments(&parts[0], moments.collect()))
}
