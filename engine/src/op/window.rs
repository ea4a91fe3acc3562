//! Functions over the rows around: rolling statistics, neighbours, row numbers and sessions.

use super::aggregate::{MODE_TYPE, RANK, largest, tie};
use super::date_part::MOMENTS;
use super::moment::{MOMENT, Reading, UNITS, column_moments, from_moments, moved, order_query, to_moments};
use super::param::{Column, Columns, Param, ParamSpec};
use super::rolling::{Window, fetch, rolling};
use super::statistic::Statistic;
use super::{
    Apply, Args, Conditions, Context, Example, Facts, Family, Locality, Operation, Output, new_column, params,
};
use crate::error::Result;
use crate::named::col;
use crate::types::TypeClass;
use polars::prelude::{
    Column as Cells, DataType, Expr, Field, FillNullStrategy, NULL, SortOptions, WindowMapping, int_range, len, lit,
    when,
};

static BEFORE: Param<i64> = Param::new("numRowsBefore", "Rows before")
    .help("How many rows before the current one are looked at; the current one always is.")
    .example("2")
    .range(0.0, f64::INFINITY);
static AFTER: Param<i64> = Param::new("numRowsAfter", "Rows after")
    .help("How many rows after the current one are looked at.")
    .example("0")
    .range(0.0, f64::INFINITY);
static ROWS: Param<i64> = Param::new("numRows", "Rows away")
    .help("How many rows away the value stands.")
    .example("1")
    .range(1.0, f64::INFINITY);
static ORDER: Param<Column> = Param::new("orderByColumn", "In the order of")
    .help("The column whose order the rows are taken in; the rows themselves stay where they are.")
    .example("day")
    .optional();
static GROUPS: Param<Columns> = Param::new("groupByColumns", "Within")
    .help("The columns whose equal values make a group.")
    .example(r#"["customer"]"#)
    .optional();
static ORDERS: Param<Columns> = Param::new("orderByColumns", "In the order of")
    .help("The columns whose order the rows are taken in; the rows themselves stay where they are.")
    .example(r#"["ordered_at"]"#);
static LENGTH: Param<i64> = Param::new("value", "Longest pause")
    .help("How many units may pass between two rows of one session.")
    .example("30")
    .range(0.0, f64::INFINITY);
static SESSION_SOURCE: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The column of times whose pauses part the sessions.")
    .example("clicked_at")
    .accepts(MOMENTS);

const ROLLING: &[&ParamSpec] =
    &[&params::SOURCE_NUMBER.spec, &BEFORE.spec, &AFTER.spec, &ORDER.spec, &params::TARGET.spec];
const ROLLING_ANY: &[&ParamSpec] =
    &[&params::SOURCE.spec, &BEFORE.spec, &AFTER.spec, &ORDER.spec, &params::TARGET.spec];
const ROLLING_RANK: &[&ParamSpec] =
    &[&params::SOURCE_NUMBER.spec, &BEFORE.spec, &AFTER.spec, &RANK.spec, &ORDER.spec, &params::TARGET.spec];
const ROLLING_MODE: &[&ParamSpec] =
    &[&params::SOURCE_NUMBER.spec, &BEFORE.spec, &AFTER.spec, &MODE_TYPE.spec, &ORDER.spec, &params::TARGET.spec];
const NEIGHBOUR: &[&ParamSpec] = &[&params::SOURCE.spec, &ROWS.spec, &ORDER.spec, &params::TARGET.spec];

/// A function over a window of rows.
const fn window(
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    sentence: &'static str,
    params: &'static [&'static ParamSpec],
    apply: fn(&Args, &Context<'_>) -> Result<Vec<Output>>,
    examples: &'static [Example],
) -> Operation {
    Operation {
        name,
        title,
        summary,
        sentence,
        family: Family::Window,
        params,
        locality: |args| if args.text(ORDER.spec.name).is_some() { Locality::Whole } else { Locality::Ordered },
        apply: Apply::Columns(apply),
        examples,
        ..Operation::DEFAULT
    }
}

const TWO_BACK: &[(&str, &str)] =
    &[("sourceColumn", "x"), ("numRowsBefore", "1"), ("numRowsAfter", "0"), ("targetColumn", "y")];

/// An example on the column x: the row before and the current one, into y.
const fn example(title: &'static str, before: &'static str, after: &'static str) -> Example {
    Example { title, params: TWO_BACK, conditions: &[], before, after }
}

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    window(
        "ROLLING_SUM",
        "Rolling sum",
        "Adds up the numbers of the current row and of some rows before and after it, into a new column. Windows at the ends of the table \
         are shorter; missing cells are left out, and a window without numbers yields a missing cell, as does a sum beyond the \
         range of its type. Whole numbers stay whole and money exact. The rows are taken as they stand, or in the order of a column. With conditions only the selected rows get a \
         result; the windows still see all rows.",
        "Rolling sum of {sourceColumn}, {numRowsBefore} rows before and {numRowsAfter} after, into {targetColumn}",
        ROLLING,
        |args, context| statistic(args, context, Statistic::Sum),
        &[
            example(
                "The row before and the current one",
                "x:whole\n1\n2\n∅\n∅\n-5",
                "x:whole | y:whole\n1 | 1\n2 | 3\n∅ | 2\n∅ | ∅\n-5 | -5",
            ),
            Example {
                title: "In the order of another column; the rows stay where they are",
                params: &[
                    ("sourceColumn", "x"),
                    ("numRowsBefore", "9"),
                    ("numRowsAfter", "0"),
                    ("orderByColumn", "day"),
                    ("targetColumn", "so_far"),
                ],
                conditions: &[],
                before: "day:date | x:whole\n2024-01-03 | 4\n2024-01-01 | 1\n2024-01-02 | 2\n∅ | 8",
                after: "day:date | x:whole | so_far:whole\n2024-01-03 | 4 | 7\n2024-01-01 | 1 | 1\n2024-01-02 | 2 | 3\n∅ | 8 | 15",
            },
        ],
    ),
    window(
        "ROLLING_AVERAGE",
        "Rolling average",
        "Averages the numbers of the current row and of some rows before and after it, into a new column of decimals (money stays money). \
         Windows at the ends of the table are shorter; missing cells are left out, and a window without numbers yields a missing cell.",
        "Rolling average of {sourceColumn}, {numRowsBefore} rows before and {numRowsAfter} after, into {targetColumn}",
        ROLLING,
        |args, context| statistic(args, context, Statistic::Average),
        &[example(
            "Missing cells are left out",
            "x:whole\n1\n2\n∅\n5",
            "x:whole | y:double\n1 | 1\n2 | 1.5\n∅ | 2\n5 | 5",
        )],
    ),
    window(
        "ROLLING_MIN",
        "Rolling smallest",
        "Writes the smallest number of the current row and of some rows before and after it into a new column. Windows at the ends of the \
         table are shorter; missing cells are left out, and a window without numbers yields a missing cell.",
        "Rolling smallest of {sourceColumn}, {numRowsBefore} rows before and {numRowsAfter} after, into {targetColumn}",
        ROLLING,
        |args, context| statistic(args, context, Statistic::Least),
        &[example(
            "The smaller of two",
            "x:double\n3\n1.5\n∅\n2",
            "x:double | y:double\n3 | 3\n1.5 | 1.5\n∅ | 1.5\n2 | 2",
        )],
    ),
    window(
        "ROLLING_MAX",
        "Rolling largest",
        "Writes the largest number of the current row and of some rows before and after it into a new column. Windows at the ends of the \
         table are shorter; missing cells are left out, and a window without numbers yields a missing cell.",
        "Rolling largest of {sourceColumn}, {numRowsBefore} rows before and {numRowsAfter} after, into {targetColumn}",
        ROLLING,
        |args, context| statistic(args, context, Statistic::Largest),
        &[Example {
            title: "One row on either side",
            params: &[("sourceColumn", "x"), ("numRowsBefore", "1"), ("numRowsAfter", "1"), ("targetColumn", "y")],
            conditions: &[],
            before: "x:whole\n1\n3\n2\n0\n0",
            after: "x:whole | y:whole\n1 | 3\n3 | 3\n2 | 3\n0 | 2\n0 | 0",
        }],
    ),
    window(
        "ROLLING_COUNT_A",
        "Rolling count",
        "Counts the cells with a value in the current row and some rows before and after it, into a new column. Windows at the ends of the \
         table are shorter. An empty text is a value.",
        "Rolling count of {sourceColumn}, {numRowsBefore} rows before and {numRowsAfter} after, into {targetColumn}",
        ROLLING_ANY,
        |args, _| {
            let there = col(args.get(&params::SOURCE)?.0).is_not_null();
            let ones = when(there).then(lit(1i64)).otherwise(lit(NULL));
            new_column(args, rolling(ones, order(args)?, TypeClass::Whole, frame(args)?, Statistic::Count))
        },
        &[example("Of text too", "x:text\na\n∅\n∅\n\"\"", "x:text | y:whole\na | 1\n∅ | 1\n∅ | 0\n\"\" | 1")],
    ),
    Operation {
        aliases: &["ROLLING_VAR"],
        ..window(
            "ROLLING_VARIANCE",
            "Rolling variance",
            "Writes the variance of the numbers of the current row and of some rows before and after it into a new column of decimals: of the \
             population, divided by their number, as in VARIANCE. Windows at the ends of the table are shorter; missing cells are left \
             out, and a window without numbers yields a missing cell.",
            "Rolling variance of {sourceColumn}, {numRowsBefore} rows before and {numRowsAfter} after, into {targetColumn}",
            ROLLING,
            |args, context| statistic(args, context, Statistic::Variance),
            &[example(
                "One number does not vary",
                "x:whole\n1\n3\n∅\n∅",
                "x:whole | y:double\n1 | 0\n3 | 1\n∅ | 0\n∅ | ∅",
            )],
        )
    },
    Operation {
        aliases: &["ROLLING_STDEV"],
        ..window(
            "ROLLING_STANDARD_DEVIATION",
            "Rolling standard deviation",
            "Writes the standard deviation of the numbers of the current row and of some rows before and after it into a new column of decimals: \
             of the population, the root of ROLLING_VARIANCE. Windows at the ends of the table are shorter; missing cells are left out, \
             and a window without numbers yields a missing cell.",
            "Rolling standard deviation of {sourceColumn}, {numRowsBefore} rows before and {numRowsAfter} after, into {targetColumn}",
            ROLLING,
            |args, context| statistic(args, context, Statistic::Deviation),
            &[example("The root of the variance", "x:whole\n1\n5\n∅", "x:whole | y:double\n1 | 0\n5 | 2\n∅ | 0")],
        )
    },
    window(
        "ROLLING_MODE",
        "Rolling most frequent",
        "Writes the number that occurs most often in the current row and some rows before and after it into a new column. Of several that \
         are equally frequent the smallest is taken, unless their largest, their average or nothing is asked for. Windows at the ends \
         of the table are shorter; missing cells are left out, and a window without numbers yields a missing cell.",
        "Rolling most frequent of {sourceColumn}, {numRowsBefore} rows before and {numRowsAfter} after, into {targetColumn}",
        ROLLING_MODE,
        |args, context| statistic(args, context, Statistic::Mode(tie(args)?)),
        &[Example {
            title: "The larger where two are equally frequent",
            params: &[
                ("sourceColumn", "x"),
                ("numRowsBefore", "2"),
                ("numRowsAfter", "0"),
                ("modeType", "MAXIMUM"),
                ("targetColumn", "y"),
            ],
            conditions: &[],
            before: "x:whole\n1\n2\n1\n∅",
            after: "x:whole | y:whole\n1 | 1\n2 | 2\n1 | 1\n∅ | 2",
        }],
    ),
    window(
        "ROLLING_KTH_LARGEST",
        "Rolling k-th largest",
        "Writes the k-th largest number of the current row and some rows before and after it into a new column; equal numbers keep their own \
         places. Windows at the ends of the table are shorter; missing cells are left out, and where fewer than k numbers remain the \
         cell is missing.",
        "Rolling number {value} from the largest of {sourceColumn}, {numRowsBefore} rows before and {numRowsAfter} after, into {targetColumn}",
        ROLLING_RANK,
        |args, context| statistic(args, context, largest(args, false)?),
        &[Example {
            title: "The second largest of three",
            params: &[
                ("sourceColumn", "x"),
                ("numRowsBefore", "2"),
                ("numRowsAfter", "0"),
                ("value", "2"),
                ("targetColumn", "y"),
            ],
            conditions: &[],
            before: "x:whole\n5\n5\n1\n7",
            after: "x:whole | y:whole\n5 | ∅\n5 | 5\n1 | 5\n7 | 5",
        }],
    ),
    window(
        "ROLLING_KTH_LARGEST_UNIQUE",
        "Rolling k-th largest different number",
        "Writes the k-th largest number of the current row and some rows before and after it into a new column; equal numbers count once. \
         Windows at the ends of the table are shorter; missing cells are left out, and where fewer than k different numbers remain the \
         cell is missing.",
        "Rolling different number {value} from the largest of {sourceColumn}, {numRowsBefore} rows before and {numRowsAfter} after, into {targetColumn}",
        ROLLING_RANK,
        |args, context| statistic(args, context, largest(args, true)?),
        &[Example {
            title: "The second largest different number of three",
            params: &[
                ("sourceColumn", "x"),
                ("numRowsBefore", "2"),
                ("numRowsAfter", "0"),
                ("value", "2"),
                ("targetColumn", "y"),
            ],
            conditions: &[],
            before: "x:whole\n5\n5\n1\n7",
            after: "x:whole | y:whole\n5 | ∅\n5 | ∅\n1 | 1\n7 | 5",
        }],
    ),
    window(
        "NEXT",
        "Next value",
        "Writes the value that stands some rows further down in a column into a new column; in the last rows it is missing. The rows are taken \
         as they stand, or in the order of a column. With conditions only the selected rows get a value, from among all rows.",
        "Value of {sourceColumn} {numRows} rows further down into {targetColumn}",
        NEIGHBOUR,
        |args, _| neighbour(args, |place, rows| place.checked_add(rows)),
        &[Example {
            title: "The row below",
            params: &[("sourceColumn", "x"), ("numRows", "1"), ("targetColumn", "y")],
            conditions: &[],
            before: "x:text\na\n∅\nc",
            after: "x:text | y:text\na | ∅\n∅ | c\nc | ∅",
        }],
    ),
    window(
        "PREV",
        "Previous value",
        "Writes the value that stands some rows further up in a column into a new column; in the first rows it is missing. The rows are taken \
         as they stand, or in the order of a column. With conditions only the selected rows get a value, from among all rows.",
        "Value of {sourceColumn} {numRows} rows further up into {targetColumn}",
        NEIGHBOUR,
        |args, _| neighbour(args, usize::checked_sub),
        &[Example {
            title: "In the order of another column",
            params: &[("sourceColumn", "x"), ("numRows", "1"), ("orderByColumn", "n"), ("targetColumn", "y")],
            conditions: &[],
            before: "x:text | n:whole\na | 2\nb | 1\nc | 3",
            after: "x:text | n:whole | y:text\na | 2 | b\nb | 1 | ∅\nc | 3 | a",
        }],
    ),
    window(
        "FILL",
        "Fill from rows around",
        "Copies a column into a new one, where a missing cell takes the nearest value above it within the window, or where there is none the \
         nearest below; a window without values leaves it missing. An empty text is a value. The rows are taken as they stand, or in \
         the order of a column.",
        "Fill {sourceColumn} from {numRowsBefore} rows before and {numRowsAfter} after into {targetColumn}",
        ROLLING_ANY,
        |args, _| {
            let Window { before, after } = frame(args)?;
            let pick = move |filled: &[bool], place: usize| {
                let earlier = (place.saturating_sub(before)..=place).rev().find(|at| filled[*at]);
                let end = filled.len().min(place.saturating_add(after).saturating_add(1));
                earlier.or_else(|| (place..end).find(|at| filled[*at]))
            };
            new_column(args, fetch(col(args.get(&params::SOURCE)?.0), order(args)?, pick))
        },
        &[Example {
            title: "From above first, then from below",
            params: &[("sourceColumn", "x"), ("numRowsBefore", "1"), ("numRowsAfter", "1"), ("targetColumn", "y")],
            conditions: &[],
            before: "x:text\n∅\na\n∅\n∅\n∅\nb",
            after: "x:text | y:text\n∅ | a\na | a\n∅ | a\n∅ | ∅\n∅ | b\nb | b",
        }],
    ),
    Operation {
        name: "ROW_NUMBER",
        title: "Row number",
        summary: "Numbers the rows from 1 in the ascending order of some columns, within groups of equal values of others where they are given, \
                  into a new column. The rows stay where they are. Rows that are equal in the order keep the order in which they stand; \
                  missing cells come last, and a missing group is a group of its own.",
        sentence: "Number the rows by {orderByColumns} within {groupByColumns} into {targetColumn}",
        family: Family::Window,
        params: &[&GROUPS.spec, &ORDERS.spec, &params::TARGET.spec],
        conditions: Conditions::Refused,
        locality: |_| Locality::Whole,
        apply: Apply::Columns(|args, context| {
            let numbers = int_range(lit(1i64), len().cast(DataType::Int64) + lit(1i64), 1, DataType::Int64);
            new_column(args, grouped(args, context, numbers)?)
        }),
        examples: &[Example {
            title: "The nth order of each customer",
            params: &[("groupByColumns", "[\"customer\"]"), ("orderByColumns", "[\"day\"]"), ("targetColumn", "nth")],
            conditions: &[],
            before: "customer:text | day:date\nAda | 2024-01-03\nBo | 2024-01-01\nAda | 2024-01-02\nAda | ∅\n∅ | 2024-01-01\nBo | 2024-01-01",
            after: "customer:text | day:date | nth:whole\nAda | 2024-01-03 | 2\nBo | 2024-01-01 | 1\nAda | 2024-01-02 | 1\nAda | ∅ | 3\n∅ | 2024-01-01 | 1\nBo | 2024-01-01 | 2",
        }],
        ..Operation::DEFAULT
    },
    Operation {
        name: "SESSION",
        title: "Session",
        summary: "Numbers sessions from 1 into a new column, within groups of equal values where they are given: rows are taken in the ascending \
                  order of some columns, and a new session begins where more than the given time has passed since the row before. A pause \
                  of just that time is still the same session. Text is read as a date; a row without a time has no session and parts none.",
        sentence: "Number sessions of {sourceColumn} parted by {value} {units} within {groupByColumns} into {targetColumn}",
        family: Family::Window,
        params: &[&SESSION_SOURCE.spec, &UNITS.spec, &LENGTH.spec, &GROUPS.spec, &ORDERS.spec, &params::TARGET.spec],
        conditions: Conditions::Refused,
        locality: |_| Locality::Whole,
        facts: Some(Facts::figures(|args, context, frame| order_query(args, context, frame, &[&SESSION_SOURCE]))),
        apply: Apply::Columns(session),
        examples: &[Example {
            title: "Half an hour without a click ends a session",
            params: &[
                ("sourceColumn", "at"),
                ("units", "MINUTES"),
                ("value", "30"),
                ("groupByColumns", "[\"who\"]"),
                ("orderByColumns", "[\"at\"]"),
                ("targetColumn", "session"),
            ],
            conditions: &[],
            before: "who:text | at:timestamp\na | 2024-01-01 10:31:00\na | 2024-01-01 10:00:00\nb | 2024-01-01 10:00:00\na | 2024-01-01 11:01:00\nb | ∅",
            after: "who:text | at:timestamp | session:whole\na | 2024-01-01 10:31:00 | 2\na | 2024-01-01 10:00:00 | 1\nb | 2024-01-01 10:00:00 | 1\na | 2024-01-01 11:01:00 | 2\nb | ∅ | ∅",
        }],
        ..Operation::DEFAULT
    },
];

fn count(args: &Args, param: &Param<i64>) -> Result<usize> {
    Ok(usize::try_from(args.get(param)?).unwrap_or(usize::MAX))
}

fn frame(args: &Args) -> Result<Window> {
    Ok(Window { before: count(args, &BEFORE)?, after: count(args, &AFTER)? })
}

fn order(args: &Args) -> Result<Option<Expr>> {
    Ok(args.find(&ORDER)?.map(|Column(name)| col(name)))
}

fn statistic(args: &Args, context: &Context<'_>, statistic: Statistic) -> Result<Vec<Output>> {
    let name = args.get(&params::SOURCE_NUMBER)?.0;
    let class = TypeClass::of(context.dtype(&name)?);
    new_column(args, rolling(col(name), order(args)?, class, frame(args)?, statistic))
}

fn neighbour(args: &Args, far: fn(usize, usize) -> Option<usize>) -> Result<Vec<Output>> {
    let rows = count(args, &ROWS)?;
    let pick = move |filled: &[bool], place: usize| far(place, rows).filter(|at| *at < filled.len());
    new_column(args, fetch(col(args.get(&params::SOURCE)?.0), order(args)?, pick))
}

/// An expression over the rows of each group, in order.
fn grouped(args: &Args, context: &Context<'_>, value: Expr) -> Result<Expr> {
    let groups = args.find(&GROUPS)?.map(|names| names.0);
    within(context, groups.as_deref(), &args.get(&ORDERS)?.0, value)
}

/// The cells of a column that makes groups. Polars cannot tell exact decimals apart here; their texts it can.
pub(super) fn group_key(name: &str, context: &Context<'_>) -> Result<Expr> {
    Ok(match TypeClass::of(context.dtype(name)?) {
        TypeClass::Money => col(name).cast(DataType::String),
        _ => col(name),
    })
}

/// An expression over the rows of each group, in the ascending order of some columns, missing cells last.
pub(super) fn within(context: &Context<'_>, groups: Option<&[String]>, orders: &[String], value: Expr) -> Result<Expr> {
    let keys = |names: &[String]| names.iter().map(|name| group_key(name, context)).collect::<Result<Vec<_>>>();
    let groups = groups.map(keys).transpose()?;
    // Several keys are compared as one structure, whose missing parts come first; the test before each puts them last.
    let keys = |(at, name): (usize, &String)| {
        let cells = col(name.as_str());
        [cells.clone().is_null().alias(format!("missing {at}")), cells.alias(format!("key {at}"))]
    };
    let orders: Vec<Expr> = orders.iter().enumerate().flat_map(keys).collect();
    let orders = (!orders.is_empty()).then(|| (orders, SortOptions::default().with_maintain_order(true)));
    Ok(value.over_with_options(groups, orders, WindowMapping::GroupsToRows)?)
}

fn session(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let (units, length) = (args.get(&UNITS)?.0, args.get(&LENGTH)?);
    let reading = Reading { times: true, ..Reading::DATES };
    let at = column_moments(&args.get(&SESSION_SOURCE)?.0, context, &reading)?;
    let before = at.clone().fill_null_with_strategy(FillNullStrategy::Forward(None)).shift(lit(1));
    let until = before.map(
        move |cells: Cells| {
            let moments = to_moments(&cells)?.into_iter().map(|m| moved(m?, units, length));
            Ok(from_moments(&cells, moments.collect()))
        },
        |_, field| Ok(Field::new(field.name.clone(), MOMENT)),
    );
    let begins = at.clone().gt(until).fill_null(lit(false)).cast(DataType::Int64);
    let number = begins.cum_sum(false) + lit(1i64);
    new_column(args, grouped(args, context, when(at.is_null()).then(lit(NULL)).otherwise(number))?)
}
