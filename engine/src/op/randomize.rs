//! Personal values replaced by random ones, or moved to other rows. All follows from a seed and the row's place.

use super::draw::{self, SEED};
use super::moment::DateText;
use super::number::NumberText;
use super::param::{Columns, Param};
use super::window::group_key;
use super::{Apply, Args, Context, Example, Family, Locality, Operation, Output, params};
use crate::error::{Error, ErrorKind, Result};
use crate::named::{col, free};
use crate::op::condition::masked;
use crate::op::convert::convert;
use crate::op::dates::parse_any_date;
use crate::types::{DATED, TypeClass};
use chrono::{NaiveDateTime, NaiveTime};
use polars::prelude::{
    Column, DataType, Expr, Field, Float64Chunked, Int64Chunked, IntoColumn as _, IntoSeries as _, LazyFrame,
    SortMultipleOptions, WindowMapping,
};

static LOWER: Param<NumberText> =
    Param::new("lowerBound", "From").help("The smallest number that can come out.").example("1");
static UPPER: Param<NumberText> =
    Param::new("upperBound", "To").help("The largest number that can come out.").example("100");
static EARLIEST: Param<DateText> =
    Param::new("startDate", "From").help("The earliest date that can come out.").example("2020-12-12 12:12:12");
static LATEST: Param<DateText> =
    Param::new("endDate", "To").help("The latest date that can come out.").example("2021-12-12 12:12:12");
static DATES: Param<Columns> = Param::new("sourceColumns", "Columns")
    .help("The columns of dates, or of text.")
    .example(r#"["born","hired"]"#)
    .accepts(DATED);
static GROUPS: Param<Columns> = Param::new("groupByColumns", "Within")
    .help("The columns whose equal values make a group; values stay inside their group.")
    .example(r#"["country"]"#)
    .optional();

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "REPLACE_WITH_RANDOM_BETWEEN",
        title: "Replace with random numbers",
        summary: "Replaces the values of some columns by random numbers between two bounds, in place. With whole bounds the numbers are whole \
                  and both bounds can occur; with a fractional bound they are decimals. A column of decimals or money keeps its type, any \
                  other gets that of the numbers. Missing cells stay missing. The numbers follow from the seed (the step's or the run's), \
                  the column's name and the row's place, so a preview shows what a run writes. Bounds that are the wrong way round are \
                  refused.",
        sentence: "Replace {sourceColumns} by random numbers from {lowerBound} to {upperBound}",
        params: &[&params::SOURCES.spec, &LOWER.spec, &UPPER.spec, &SEED.spec],
        apply: Apply::Columns(replace_numbers),
        examples: &[
            Example {
                title: "Between equal bounds there is one number; missing stays missing",
                params: &[("lowerBound", "7"), ("sourceColumns", "[\"a\",\"b\"]"), ("upperBound", "7")],
                conditions: &[],
                before: "a:whole | b:text\n1 | x\n∅ | \"\"",
                after: "a:whole | b:whole\n7 | 7\n∅ | 7",
            },
            Example {
                title: "A seed of its own",
                params: &[("lowerBound", "1"), ("sourceColumns", "[\"a\"]"), ("upperBound", "100"), ("seed", "42")],
                conditions: &[],
                before: "a:whole\n5\n5\n5",
                after: "a:whole\n23\n57\n46",
            },
        ],
        ..RANDOM
    },
    Operation {
        name: "REPLACE_WITH_RANDOM_DATE_BETWEEN",
        title: "Replace with random dates",
        summary: "Replaces the values of some columns by random dates between two bounds, in place, to the second; both bounds can occur. A \
                  column of dates gets whole days, a column of text gets text (yyyy-mm-dd HH:MM:SS, without the time when neither bound \
                  has one). Missing cells stay missing. The dates follow from the seed (the step's or the run's), the column's name and \
                  the row's place, so a preview shows what a run writes. Bounds that are the wrong way round are refused.",
        sentence: "Replace {sourceColumns} by random dates from {startDate} to {endDate}",
        params: &[&DATES.spec, &EARLIEST.spec, &LATEST.spec, &SEED.spec],
        apply: Apply::Columns(replace_dates),
        examples: &[Example {
            title: "Between equal bounds there is one date",
            params: &[
                ("startDate", "2020-12-12 12:12:12"),
                ("sourceColumns", "[\"born\",\"seen\",\"note\"]"),
                ("endDate", "2020-12-12 12:12:12"),
            ],
            conditions: &[],
            before: "born:date | seen:timestamp | note:text\n1999-12-31 | 2024-01-01 00:00:00 | x\n∅ | ∅ | ∅",
            after: "born:date | seen:timestamp | note:text\n2020-12-12 | 2020-12-12 12:12:12 | 2020-12-12 12:12:12\n∅ | ∅ | ∅",
        }],
        ..RANDOM
    },
    Operation {
        name: "SHUFFLE_ROWS",
        title: "Shuffle",
        summary: "Moves the values of some columns to other rows at random; the other columns stay where they are. The columns that are named \
                  move together, so that a first name keeps its last name; shuffle them in steps of their own to part them. Missing values \
                  move too. With groups, values stay among the rows of their group. With conditions, only the rows they select exchange \
                  values. The order follows from the seed (the step's or the run's). A row may keep its value by chance.",
        sentence: "Shuffle {sourceColumns}",
        params: &[&params::SOURCES.spec, &GROUPS.spec, &SEED.spec],
        locality: |_| Locality::Whole,
        apply: Apply::Table(shuffle),
        examples: &[Example {
            title: "Inside each country; a group of one stays",
            params: &[("sourceColumns", "[\"age\"]"), ("groupByColumns", "[\"country\"]")],
            conditions: &[],
            before: "name:text | age:whole | country:text\nAda | 1 | DE\nBo | 2 | FR\nCy | 3 | DE\nDi | 4 | DE\nEd | 5 | DE",
            after: "name:text | age:whole | country:text\nAda | 3 | DE\nBo | 2 | FR\nCy | 4 | DE\nDi | 1 | DE\nEd | 5 | DE",
        }],
        ..RANDOM
    },
];

/// What the operations of this family have in common.
const RANDOM: Operation = Operation { family: Family::Protect, locality: |_| Locality::Ordered, ..Operation::DEFAULT };

fn turned(param: &str, from: &str, to: &str) -> Error {
    Error::new(ErrorKind::Parameter, format!("the bounds {from} and {to} are the wrong way round"))
        .advise("swap them")
        .at_param(param)
}

#[derive(Clone, Copy)]
enum Bounds {
    Whole(i64, i64),
    Decimal(f64, f64),
}

fn replace_numbers(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let (lower, upper) = (args.get(&LOWER)?.0, args.get(&UPPER)?.0);
    let bounds = match (lower.parse(), upper.parse()) {
        (Ok(lower), Ok(upper)) => Bounds::Whole(lower, upper),
        _ => Bounds::Decimal(lower.parse().unwrap_or_default(), upper.parse().unwrap_or_default()),
    };
    let wrong = match bounds {
        Bounds::Whole(lower, upper) => lower > upper,
        Bounds::Decimal(lower, upper) => lower > upper,
    };
    if wrong {
        return Err(turned(LOWER.spec.name, &lower, &upper));
    }
    let mut outputs = Vec::new();
    for name in args.get(&params::SOURCES)?.0 {
        let dtype = context.dtype(&name)?.clone();
        let seed = draw::seed(args, context, &name)?;
        let drawn = each_row(col(name.as_str()), drawn_type(bounds), move |rows| match bounds {
            Bounds::Whole(lower, upper) => {
                let whole = |row: i64| draw::whole_between(draw::bits(seed, row), lower, upper);
                rows.map(|row| row.map(whole)).collect::<Int64Chunked>().into_series()
            }
            Bounds::Decimal(lower, upper) => {
                let decimal = |row: i64| lower + (upper - lower) * draw::unit(draw::bits(seed, row));
                rows.map(|row| row.map(decimal)).collect::<Float64Chunked>().into_series()
            }
        });
        let drawn = match TypeClass::of(&dtype) {
            TypeClass::Decimal | TypeClass::Money => convert(drawn, &drawn_type(bounds), &dtype),
            _ => drawn,
        };
        outputs.push(Output::new(&name, drawn));
    }
    Ok(outputs)
}

fn drawn_type(bounds: Bounds) -> DataType {
    match bounds {
        Bounds::Whole(..) => DataType::Int64,
        Bounds::Decimal(..) => DataType::Float64,
    }
}

/// A value for each row that has one: `make` is told the rows' places, none where the cell is missing.
fn each_row(
    cells: Expr,
    dtype: DataType,
    make: impl Fn(&mut dyn Iterator<Item = Option<i64>>) -> polars::prelude::Series + Send + Sync + 'static,
) -> Expr {
    cells.map_many(
        move |columns: &mut [Column]| {
            let there = columns[0].is_not_null();
            let mut rows =
                columns[1].i64()?.iter().zip(there.iter()).map(|(row, there)| row.filter(|_| there == Some(true)));
            Ok(make(&mut rows).with_name(columns[0].name().clone()).into_column())
        },
        &[draw::rows()],
        move |_, fields| Ok(Field::new(fields[0].name.clone(), dtype.clone())),
    )
}

fn replace_dates(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let (from, to) = (args.get(&EARLIEST)?.0, args.get(&LATEST)?.0);
    let read = |text: &str, param: &str| {
        parse_any_date(text).ok_or_else(|| {
            let error = Error::new(ErrorKind::Parameter, format!("“{text}” is not a date"));
            error.advise("for example 2020-12-12 12:12:12").at_param(param)
        })
    };
    let (earliest, latest) = (read(&from, EARLIEST.spec.name)?, read(&to, LATEST.spec.name)?);
    if earliest > latest {
        return Err(turned(EARLIEST.spec.name, &from, &to));
    }
    let mut outputs = Vec::new();
    for name in args.get(&DATES)?.0 {
        let dtype = context.dtype(&name)?.clone();
        let seed = draw::seed(args, context, &name)?;
        let drawn = random_moments(col(name.as_str()), seed, earliest, latest, dtype == DataType::Date);
        let drawn = match dtype {
            DataType::String => {
                let days = [earliest, latest].iter().all(|bound| bound.time() == NaiveTime::MIN);
                drawn.dt().to_string(if days { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M:%S" })
            }
            other => drawn.cast(other),
        };
        outputs.push(Output::new(&name, drawn));
    }
    Ok(outputs)
}

fn random_moments(cells: Expr, seed: u64, from: NaiveDateTime, to: NaiveDateTime, days: bool) -> Expr {
    // Bounds without a time are days, and so is what lies between them.
    let days = days || [from, to].iter().all(|bound| bound.time() == NaiveTime::MIN);
    let (unit, from, to) = if days {
        let midnight = |bound: NaiveDateTime| bound.date().and_time(NaiveTime::MIN).and_utc().timestamp();
        (86_400, midnight(from), midnight(to))
    } else {
        (1, from.and_utc().timestamp(), to.and_utc().timestamp())
    };
    let steps = (to - from) / unit;
    each_row(cells, DataType::Int64, move |rows| {
        let moment = |row: i64| (from + unit * draw::whole_between(draw::bits(seed, row), 0, steps)) * 1_000_000;
        rows.map(|row| row.map(moment)).collect::<Int64Chunked>().into_series()
    })
    .cast(super::moment::MOMENT)
}

fn shuffle(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<LazyFrame> {
    let sources = args.get(&params::SOURCES)?.0;
    let seed = draw::seed(args, context, "SHUFFLE_ROWS")?;
    let key = free("shuffled by", &[context.schema]);
    let keys = draw::rows().map(
        move |rows| {
            let keys: Int64Chunked =
                rows.i64()?.iter().map(|row| row.map(|row| draw::bits(seed, row).cast_signed())).collect();
            Ok(keys.with_name(rows.name().clone()).into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Int64)),
    );
    let named = args.find(&GROUPS)?.map_or_else(Vec::new, |names| names.0);
    let mut groups = named.iter().map(|name| group_key(name, context)).collect::<Result<Vec<Expr>>>()?;
    groups.extend(context.predicate.clone());
    let mut shuffled = Vec::new();
    for name in &sources {
        let cells = col(name.as_str());
        let mut moved = cells.clone().sort_by([col(key.as_str())], SortMultipleOptions::default());
        if !groups.is_empty() {
            moved = moved.over_with_options(Some(groups.clone()), None, WindowMapping::GroupsToRows)?;
        }
        if let Some(predicate) = &context.predicate {
            moved = masked(predicate, moved, Some(cells));
        }
        shuffled.push(moved.alias(name.as_str()));
    }
    let names: Vec<Expr> = context.schema.iter_names().map(|name| col(name.clone())).collect();
    Ok(frame.with_columns([keys.alias(key.as_str())]).with_columns(shuffled).select(names))
}
