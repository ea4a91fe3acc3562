//! Changing a column's type, and the one place where text becomes a value.
//!
//! A cell that does not fit becomes missing and is counted. Whether day or month comes first in a text date is decided on the whole column.

use super::dates::{Order, order_shown, read_date};
use super::param::{Choice, Chosen, Param, ParamSpec, ParamType as _, choice};
use super::{Apply, Args, Bound, ColumnsFn, Context, Example, Facts, Family, Locality, Operation, Output, params};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::types::{TypeClass, dtype_of_word};
use polars::prelude::{
    Column, DataType, Expr, Field, Int64Chunked, IntoColumn as _, IntoSeries as _, LazyFrame, NamedFrom as _,
    PolarsResult, Series, StringChunkedBuilder, TimeUnit, lit,
};

static TYPE: Param<Chosen> =
    Param::new("columnDataType", "New type").help("What the cells become.").example("double").choices(&[
        choice("string", "Text"),
        Choice { value: "long", label: "Whole number", aliases: &["number"] },
        choice("double", "Decimal"),
        choice("decimal", "Money (exact)"),
        choice("date", "Date"),
        choice("timestamp", "Date and time"),
        choice("boolean", "True or false"),
        choice("byte", "Whole number, 1 byte"),
        choice("short", "Whole number, 2 bytes"),
        Choice { value: "int", label: "Whole number, 4 bytes", aliases: &["integer"] },
        choice("float", "Decimal, 4 bytes"),
    ]);

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[CHANGE, TO_BOOLEAN, TO_DOUBLE, TO_NUMBER, TO_STRING];

const CHANGE: Operation = Operation {
    name: "CHANGE_DATA_TYPE",
    title: "Change type",
    summary: "Changes a column to another type, in place. A cell that does not fit becomes missing and is counted; blanks around a \
              value do not matter. Text with a fraction is no whole number, but 12.0 is 12; a decimal loses its fraction towards \
              zero. true, false, yes and no are the words for true or false, 1 and 0 its numbers. Text dates may be written year \
              first, month first or day first; which of day and month comes first is decided on the whole column, month first \
              when nothing tells.",
    sentence: "Change {sourceColumn} to {columnDataType}",
    family: Family::Column,
    params: &[&params::SOURCE.spec, &TYPE.spec],
    converts: true,
    facts: Some(Facts::figures(day_first_query)),
    locality: |_| Locality::Row,
    apply: Apply::Columns(change_type),
    examples: &[
        Example {
            title: "Text that holds numbers becomes numbers; what is none becomes missing",
            params: &[("sourceColumn", "price"), ("columnDataType", "double")],
            conditions: &[],
            before: "price:text\n12.50\n\" 3 \"\noops\n∅\n-0.5",
            after: "price:double\n12.5\n3\n∅\n∅\n-0.5",
        },
        Example {
            title: "One 13/02 decides that the day comes first in the whole column",
            params: &[("sourceColumn", "day"), ("columnDataType", "date")],
            conditions: &[],
            before: "day:text\n01/02/2024\n13/02/2024\n2024-03-01\n31/02/2024",
            after: "day:date\n2024-02-01\n2024-02-13\n2024-03-01\n∅",
        },
        Example {
            title: "Exact money",
            params: &[("sourceColumn", "price"), ("columnDataType", "decimal")],
            conditions: &[],
            before: "price:text\n0.10\n-99999999999999.99",
            after: "price:money\n0.1\n-99999999999999.99",
        },
        Example {
            title: "Words for true and false",
            params: &[("sourceColumn", "paid"), ("columnDataType", "boolean")],
            conditions: &[],
            before: "paid:text\nyes\nNO\nTrue\nperhaps\n\"\"",
            after: "paid:boolean\ntrue\nfalse\ntrue\n∅\n∅",
        },
    ],
    ..Operation::DEFAULT
};

static BOOLEAN: Param<Chosen> = fixed(&[choice("boolean", "True or false")], "boolean");
static NUMBER: Param<Chosen> = fixed(&[Choice { value: "number", label: "Number", aliases: &["double"] }], "number");
static STRING: Param<Chosen> = fixed(&[choice("string", "Text")], "string");
static TO_BOOLEAN_PARAMS: [&ParamSpec; 2] = [&params::SOURCE.spec, &BOOLEAN.spec];
static TO_NUMBER_PARAMS: [&ParamSpec; 2] = [&params::SOURCE.spec, &NUMBER.spec];
static TO_STRING_PARAMS: [&ParamSpec; 2] = [&params::SOURCE.spec, &STRING.spec];

const fn fixed(choices: &'static [Choice], value: &'static str) -> Param<Chosen> {
    Param::new("columnDataType", "New type").help("Always the same; recipes carry it.").choices(choices).default(value)
}

const TO_BOOLEAN: Operation = to_type(
    "TO_BOOLEAN_COLUMN",
    "Change to true or false",
    "Changes a column to true or false, in place, as CHANGE_DATA_TYPE does: true, false, yes, no, 1 and 0 are understood, any other \
     cell becomes missing and is counted.",
    "Change {sourceColumn} to true or false",
    &TO_BOOLEAN_PARAMS,
    |args, context| become_type(args, context, &DataType::Boolean),
    &[Example {
        title: "Words and numbers",
        params: &[("sourceColumn", "paid"), ("columnDataType", "boolean")],
        conditions: &[],
        before: "paid:text\nYes\n0\n?\n∅",
        after: "paid:boolean\ntrue\nfalse\n∅\n∅",
    }],
);

const TO_DOUBLE: Operation = to_type(
    "TO_DOUBLE_COLUMN",
    "Change to decimal",
    "Changes a column to decimals, in place, as CHANGE_DATA_TYPE does; a cell that is no number becomes missing and is counted.",
    "Change {sourceColumn} to decimal",
    &TO_NUMBER_PARAMS,
    |args, context| become_type(args, context, &DataType::Float64),
    &[Example {
        title: "The type is written as number",
        params: &[("sourceColumn", "price"), ("columnDataType", "number")],
        conditions: &[],
        before: "price:text\n1.5\n-2\nfree\n∅",
        after: "price:double\n1.5\n-2\n∅\n∅",
    }],
);

const TO_NUMBER: Operation = to_type(
    "TO_NUMBER_COLUMN",
    "Change to whole number",
    "Changes a column to whole numbers, in place, as CHANGE_DATA_TYPE does; a cell that is none becomes missing and is counted. Text \
     with a fraction is none, a decimal loses its fraction towards zero. For numbers with a fraction use TO_DOUBLE_COLUMN.",
    "Change {sourceColumn} to whole number",
    &TO_NUMBER_PARAMS,
    |args, context| become_type(args, context, &DataType::Int64),
    &[Example {
        title: "12.0 is a whole number, 12.5 is none",
        params: &[("sourceColumn", "n"), ("columnDataType", "number")],
        conditions: &[],
        before: "n:text\n12.0\n12.5\n9007199254740993\n∅",
        after: "n:whole\n12\n∅\n9007199254740993\n∅",
    }],
);

const TO_STRING: Operation = to_type(
    "TO_STRING_COLUMN",
    "Change to text",
    "Changes a column to text, in place, as CHANGE_DATA_TYPE does; missing cells stay missing. Lists and structures become JSON text, \
     which delimited files can hold.",
    "Change {sourceColumn} to text",
    &TO_STRING_PARAMS,
    |args, context| become_type(args, context, &DataType::String),
    &[
        Example {
            title: "Numbers as text",
            params: &[("sourceColumn", "age"), ("columnDataType", "string")],
            conditions: &[],
            before: "age:double\n12\n-0.5\n∅",
            after: "age:text\n12\n-0.5\n∅",
        },
        Example {
            title: "A structure as JSON text",
            params: &[("sourceColumn", "who")],
            conditions: &[],
            before: "who:struct<name: string, tags: list<long>>\n{\"name\":\"Ada\",\"tags\":[1,2]}\n∅",
            after: "who:text\n\"{\\\"name\\\":\\\"Ada\\\",\\\"tags\\\":[1,2]}\"\n∅",
        },
    ],
);

fn change_type(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let column = args.get(&params::SOURCE)?.write();
    let target = target_type(args)?;
    let from = context.dtype(&column)?;
    refuse_unlike(&column, from, &target)?;
    let order = order_found(context, &column);
    Ok(vec![Output::new(&column, convert_ordered(col(column.as_str()), from, &target, order))])
}

const fn to_type(
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    sentence: &'static str,
    params: &'static [&'static ParamSpec],
    apply: ColumnsFn,
    examples: &'static [Example],
) -> Operation {
    Operation {
        name,
        title,
        summary,
        sentence,
        params,
        converts: true,
        apply: Apply::Columns(apply),
        examples,
        ..Operation::DEFAULT
    }
}

fn become_type(args: &Args, context: &Context<'_>, target: &DataType) -> Result<Vec<Output>> {
    let column = args.get(&params::SOURCE)?.write();
    let from = context.dtype(&column)?;
    refuse_unlike(&column, from, target)?;
    Ok(vec![Output::new(&column, convert(col(column.as_str()), from, target))])
}

/// Refuses a change between types that have nothing in common.
pub(super) fn refuse_unlike(what: &str, from: &DataType, to: &DataType) -> Result<()> {
    use TypeClass as T;
    let (source, target) = (T::of(from), T::of(to));
    let nested = |class| matches!(class, T::List | T::Struct | T::Duration | T::Other);
    let dated = |class| matches!(class, T::Date | T::DateTime | T::Time);
    let unlike = from != to
        && from != &DataType::Null
        && target != T::Text
        && match (source, target) {
            (a, b) if nested(a) || nested(b) => true,
            (T::Money | T::Boolean, b) if dated(b) => true,
            (a, T::Money | T::Boolean) if dated(a) => true,
            (T::Date, T::Time) | (T::Time, T::Date | T::DateTime) => true,
            _ => false,
        };
    if !unlike {
        return Ok(());
    }
    let message = format!("“{what}” is {}, which cannot become {}", source.words(), target.words());
    Err(Error::new(ErrorKind::Type, message)
        .advise("change it to text first, or take a part of it (dates and nested values have operations for that)"))
}

/// Whether a step only gives a column another type under which every cell reads as it did, so that there is nothing to compare.
pub(crate) fn reads_as_before(bound: &Bound, was: &DataType, now: &DataType) -> bool {
    OPERATIONS.iter().any(|op| op.name == bound.op.name)
        && now == &DataType::String
        && matches!(
            TypeClass::of(was),
            TypeClass::Whole | TypeClass::Decimal | TypeClass::Money | TypeClass::Boolean | TypeClass::Date
        )
}

fn target_type(args: &Args) -> Result<DataType> {
    Ok(dtype_of_word(args.get(&TYPE)?.0).unwrap_or(DataType::String))
}

/// Counts the texts that are dates only when the day, and only when the month, comes first.
fn day_first_query(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    let column = args.get(&params::SOURCE)?.write();
    let target = target_type(args)?;
    if !target.is_temporal() || context.dtype(&column)? != &DataType::String {
        return Ok(None);
    }
    Ok(Some(frame.select(order_counts(&column))))
}

/// Counts the texts of a column that are dates only when the day, and only when the month, comes first.
pub(super) fn order_counts(column: &str) -> [Expr; 2] {
    [(Order::Day, "day"), (Order::Month, "month")].map(|(order, word)| {
        col(column)
            .map(move |cells| decisive(&cells, order), |_, field| Ok(Field::new(field.name.clone(), DataType::Int64)))
            .sum()
            .alias(format!("{word} {column}"))
    })
}

/// Which of day and month comes first in a column, from the facts that [`order_counts`] asked for.
pub(super) fn order_found(context: &Context<'_>, column: &str) -> Order {
    let count = |word: &str| {
        let counts = context.facts?.column(&format!("{word} {column}")).ok()?;
        counts.get(0).ok()?.extract::<i64>()
    };
    if count("day") > count("month") { Order::Day } else { Order::Month }
}

fn decisive(cells: &Column, order: Order) -> PolarsResult<Column> {
    let cells = cells.str()?;
    let values: Int64Chunked =
        cells.iter().map(|cell| Some(i64::from(cell.is_some_and(|text| order_shown(text) == Some(order))))).collect();
    Ok(values.with_name(cells.name().clone()).into_series().into_column())
}

/// Cells of one type as another; what does not fit becomes missing. A text date may have either order of day and month.
pub fn convert(cells: Expr, from: &DataType, to: &DataType) -> Expr {
    convert_ordered(cells, from, to, Order::Either)
}

/// As [`convert`], with a known order of day and month.
pub(super) fn convert_ordered(cells: Expr, from: &DataType, to: &DataType, order: Order) -> Expr {
    let (source, target) = (TypeClass::of(from), TypeClass::of(to));
    match (source, target) {
        (_, _) if from == to => cells,
        (TypeClass::Text, TypeClass::Date | TypeClass::DateTime) => read_dates(cells, to, order),
        (TypeClass::Text, TypeClass::Boolean) => read_words(cells),
        (TypeClass::Text, TypeClass::Whole) => {
            let trimmed = cells.str().strip_chars(lit(polars::prelude::NULL));
            // 12.0 is the whole number 12; 12.5 is none.
            trimmed.str().replace(lit(r"^(-?\d+)\.0+$"), lit("$1"), false).cast(to.clone())
        }
        (TypeClass::Text, _) => cells.str().strip_chars(lit(polars::prelude::NULL)).cast(to.clone()),
        (TypeClass::Whole | TypeClass::Decimal | TypeClass::Money, TypeClass::Boolean) => {
            polars::prelude::when(cells.clone().eq(lit(1))).then(lit(true)).otherwise(
                polars::prelude::when(cells.eq(lit(0))).then(lit(false)).otherwise(lit(polars::prelude::NULL)),
            )
        }
        (TypeClass::List | TypeClass::Struct | TypeClass::Duration | TypeClass::Other, TypeClass::Text) => {
            write_texts(cells)
        }
        (TypeClass::DateTime, TypeClass::Text) => cells.dt().to_string("%Y-%m-%d %H:%M:%S%.f"),
        (TypeClass::Decimal, TypeClass::Text) => write_floats(cells),
        // Without the zeros at the end.
        (TypeClass::Money, TypeClass::Text) if matches!(from, DataType::Decimal(_, scale) if *scale > 0) => {
            cells.cast(DataType::String).str().strip_chars_end(lit("0")).str().strip_suffix(lit("."))
        }
        // By way of the shortest text, so that 0.1 becomes 0.1 and not 0.1000000000000000055.
        (TypeClass::Decimal, TypeClass::Money) => write_floats(cells).cast(to.clone()),
        _ => cells.cast(to.clone()),
    }
}

/// Cells as people read them, lists and structures as JSON.
fn write_texts(cells: Expr) -> Expr {
    cells.map(
        |column| {
            let cells = column.as_materialized_series();
            let texts: Vec<Option<String>> = cells.iter().map(|cell| crate::values::cell_text(&cell)).collect();
            Ok(Series::new(column.name().clone(), texts).into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::String)),
    )
}

fn write_floats(cells: Expr) -> Expr {
    cells.map(
        |column| {
            let cast = column.cast(&DataType::Float64)?;
            let mut texts = StringChunkedBuilder::new(column.name().clone(), column.len());
            let mut text = String::new();
            for number in cast.f64()?.iter() {
                text.clear();
                if let Some(number) = number {
                    crate::values::write_float(number, &mut text);
                }
                texts.append_option(number.map(|_| text.as_str()));
            }
            Ok(texts.finish().into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::String)),
    )
}

fn read_words(cells: Expr) -> Expr {
    cells.map(
        |column| {
            let words: Vec<Option<bool>> = column
                .str()?
                .iter()
                .map(|cell| {
                    cell.and_then(|text| match text.trim() {
                        "1" => Some(true),
                        "0" => Some(false),
                        word => super::condition::read_bool(word),
                    })
                })
                .collect();
            Ok(Series::new(column.name().clone(), words).into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Boolean)),
    )
}

fn read_dates(cells: Expr, to: &DataType, order: Order) -> Expr {
    let target = to.clone();
    let stamp = DataType::Datetime(TimeUnit::Microseconds, None);
    let stamps = cells.map(
        move |column| {
            let values: Int64Chunked = column
                .str()?
                .iter()
                .map(|cell| cell.and_then(|text| read_date(text, order)).map(|at| at.and_utc().timestamp_micros()))
                .collect();
            let stamps = values.with_name(column.name().clone()).into_datetime(TimeUnit::Microseconds, None);
            Ok(stamps.into_series().into_column())
        },
        {
            let stamp = stamp.clone();
            move |_, field| Ok(Field::new(field.name.clone(), stamp.clone()))
        },
    );
    if target == stamp { stamps } else { stamps.cast(target) }
}
