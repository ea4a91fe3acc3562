//! Text that does not fit the type it is meant to have, replaced. With conditions, the cells they select are replaced instead.

use super::advanced::{KIND, is_unfit};
use super::convert::convert;
use super::fill::{Replacing, last_valid};
use super::literals::{TYPE_TESTED, read_value, type_named};
use super::param::{CellValue, Chosen, Param, ParamSpec, choice};
use super::stand_in::{Statistic, TIE, Tie};
use super::{
    Apply, Args, ColumnsFn, Conditions, Context, Example, Facts, Family, Locality, Operation, Output, ParamRule, params,
};
use crate::error::Result;
use crate::named::col;
use crate::op::condition::{is_invalid, masked};
use crate::types::{MONEY, NUMERIC_OR_TEXT, TypeClass, dtype_of_word};
use polars::prelude::{DataType, Expr, NULL, lit};

static VALUE: Param<CellValue> =
    Param::new("value", "Value").help("What the cells get, read as a value of the column's own type.").example("0");
static NUMBERS: Param<super::param::Column> = Param::new("sourceColumn", "Column")
    .help("The column of numbers, or of text that is meant to hold numbers.")
    .example("weight_kg")
    .accepts(NUMERIC_OR_TEXT);
static NUMBER_TYPE: Param<Chosen> = Param::new("columnDataType", "Type of the column")
    .help("Always number; recipes carry it.")
    .choices(&[choice("number", "Number")])
    .default("number");

static NUMBER: [&ParamSpec; 2] = [&NUMBERS.spec, &NUMBER_TYPE.spec];
static NUMBER_TIE: [&ParamSpec; 3] = [&NUMBERS.spec, &TIE.spec, &NUMBER_TYPE.spec];
static SCALAR_TYPE: [&ParamSpec; 3] = [&params::SOURCE_SCALAR.spec, &TYPE_TESTED.spec, &KIND.spec];
static TEXT_TYPE: [&ParamSpec; 3] = [&params::SOURCE_TEXT.spec, &TYPE_TESTED.spec, &KIND.spec];
static COLUMNS_TYPE_VALUE: [&ParamSpec; 5] =
    [&params::OPTIONAL_SOURCE.spec, &params::OPTIONAL_SOURCES.spec, &TYPE_TESTED.spec, &KIND.spec, &VALUE.spec];

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "REPLACE_WITH_CUSTOM",
        title: "Replace invalid with a value",
        summary: "Replaces text that does not fit the named type with one value, in one column or several, in place. The value must fit \
                  the type itself. Missing cells are not invalid, and in a column that has a type already no cell is. With \
                  conditions, the cells they select are replaced instead of the invalid ones.",
        sentence: "Replace invalid values of {sourceColumn}{sourceColumns} with {value}",
        params: &COLUMNS_TYPE_VALUE,
        rules: &[ParamRule::OnlyOneOf(&["sourceColumn", "sourceColumns"])],
        apply: Apply::Columns(replace_with_custom),
        examples: &[
            Example {
                title: "Two columns at once",
                params: &[("sourceColumns", "[\"a\",\"b\"]"), ("columnDataType", "number"), ("value", "0")],
                conditions: &[],
                before: "a:text | b:text\n1.5 | x\n? | ∅\n\"\" | -2",
                after: "a:text | b:text\n1.5 | 0\n0 | ∅\n0 | -2",
            },
            Example {
                title: "With a condition: the cells it selects",
                params: &[("sourceColumn", "n"), ("columnDataType", "int"), ("value", "7")],
                conditions: &[("IS_MISSING", "", "n")],
                before: "n:whole\n1\n∅",
                after: "n:whole\n1\n7",
            },
        ],
        ..REPLACING
    },
    Operation {
        name: "REPLACE_WITH_EMPTY",
        title: "Replace invalid with empty text",
        summary: "Makes text that does not fit the named type empty, in place. Missing cells stay missing. With conditions, the cells \
                  they select become empty instead of the invalid ones.",
        sentence: "Make invalid values of {sourceColumn} empty",
        params: &TEXT_TYPE,
        apply: Apply::Columns(|args, context| replace_with(args, context, |_| lit(""))),
        examples: &[Example {
            title: "What is no date",
            params: &[("sourceColumn", "born"), ("columnDataType", "date")],
            conditions: &[],
            before: "born:text\n2001-05-06\nsoon\n∅",
            after: "born:text\n2001-05-06\n\"\"\n∅",
        }],
        ..REPLACING
    },
    Operation {
        name: "REPLACE_WITH_NULL",
        title: "Clear invalid values",
        summary: "Makes text that does not fit the named type missing, in place; the column stays text. With conditions, the cells they \
                  select become missing instead of the invalid ones.",
        sentence: "Clear invalid values of {sourceColumn}",
        params: &SCALAR_TYPE,
        apply: Apply::Columns(|args, context| replace_with(args, context, |dtype| lit(NULL).cast(dtype.clone()))),
        examples: &[Example {
            title: "What is no number",
            params: &[("sourceColumn", "weight"), ("columnDataType", "number")],
            conditions: &[],
            before: "weight:text\n12\nheavy\n∅",
            after: "weight:text\n12\n∅\n∅",
        }],
        ..REPLACING
    },
    Operation {
        name: "REPLACE_WITH_LAST_VALID",
        title: "Replace invalid with last valid value",
        summary: "Replaces text that does not fit the named type with the nearest value above that does, in place. Missing cells stay, \
                  and are not taken over; an invalid cell without a valid one above stays as it is. With conditions, the cells they \
                  select are replaced instead of the invalid ones.",
        sentence: "Replace invalid values of {sourceColumn} with the last valid value",
        params: &SCALAR_TYPE,
        locality: |_| Locality::Ordered,
        apply: Apply::Columns(|args, context| {
            let (column, replaced, invalid) = invalid_cells(args, context)?;
            let cells = col(column.as_str());
            Ok(vec![Output::new(&column, last_valid(cells, &replaced, invalid.or(replaced.clone())))])
        }),
        examples: &[Example {
            title: "From above",
            params: &[("sourceColumn", "rating"), ("columnDataType", "number")],
            conditions: &[],
            before: "rating:text\n?\n4\n∅\nbad\nworse\n5",
            after: "rating:text\n?\n4\n∅\n4\n4\n5",
        }],
        ..REPLACING
    },
    Operation {
        name: "REPLACE_WITH_MOST_FREQUENT",
        title: "Replace invalid with most frequent value",
        summary: "Replaces text that does not fit the named type with the value that occurs most often among the others, in place; of \
                  several the smallest (text by its characters). With conditions, the cells they select are replaced instead of the \
                  invalid ones.",
        sentence: "Replace invalid values of {sourceColumn} with its most frequent value",
        params: &SCALAR_TYPE,
        facts: Some(Facts::in_passes(
            |args, context, frame| replacing(Statistic::MostFrequent, args, context)?.query(frame),
            |args, context, frame, asker| replacing(Statistic::MostFrequent, args, context)?.in_passes(frame, asker),
        )),
        apply: Apply::Columns(|args, context| replacing(Statistic::MostFrequent, args, context)?.apply(context.facts)),
        examples: &[Example {
            title: "Invalid values do not count",
            params: &[("sourceColumn", "n"), ("columnDataType", "number")],
            conditions: &[],
            before: "n:text\nx\nx\nx\n2\n2\n1",
            after: "n:text\n2\n2\n2\n2\n2\n1",
        }],
        ..REPLACING
    },
    from_statistic(
        "REPLACE_WITH_AVERAGE",
        "Replace invalid with average",
        "Replaces text that is no number with the average of the numbers, in place. A text column stays text, and its numbers are \
         averaged exactly, to 18 digits after the point. With conditions, the cells they select are replaced instead, by the average \
         of the rest; in a column of whole numbers it is rounded (halves away from zero).",
        "Replace invalid values of {sourceColumn} with its average",
        &NUMBER,
        (
            Facts::figures(|args, context, frame| replacing(Statistic::Average, args, context)?.query(frame)),
            |args, context| replacing(Statistic::Average, args, context)?.apply(context.facts),
        ),
        &[
            Example {
                title: "The average of the numbers",
                params: &[("sourceColumn", "age"), ("columnDataType", "number")],
                conditions: &[],
                before: "age:text\n20\nold\n31\n∅",
                after: "age:text\n20\n25.5\n31\n∅",
            },
            Example {
                title: "With a condition: the cells it selects",
                params: &[("sourceColumn", "age")],
                conditions: &[("GREATER_THAN", "120", "age")],
                before: "age:whole\n20\n999\n30",
                after: "age:whole\n20\n25\n30",
            },
        ],
    ),
    from_statistic(
        "REPLACE_WITH_MEDIAN",
        "Replace invalid with median",
        "Replaces text that is no number with the median of the numbers, in place: the one in the middle, or the average of the two in \
         the middle. A text column stays text. With conditions, the cells they select are replaced instead, by the median of the rest.",
        "Replace invalid values of {sourceColumn} with its median",
        &NUMBER,
        (
            Facts::in_passes(
                |args, context, frame| replacing(Statistic::Median, args, context)?.query(frame),
                |args, context, frame, asker| replacing(Statistic::Median, args, context)?.in_passes(frame, asker),
            ),
            |args, context| replacing(Statistic::Median, args, context)?.apply(context.facts),
        ),
        &[Example {
            title: "The number in the middle",
            params: &[("sourceColumn", "won"), ("columnDataType", "number")],
            conditions: &[],
            before: "won:text\n1\nmany\n100\n3",
            after: "won:text\n1\n3\n100\n3",
        }],
    ),
    from_statistic(
        "REPLACE_WITH_MODE",
        "Replace invalid with most frequent number",
        "Replaces text that is no number with the number that occurs most often, in place. When several occur equally often, the \
         smallest, the largest or their average is taken; with NONE a tie replaces nothing. A text column stays text. With \
         conditions, the cells they select are replaced instead, by the mode of the rest.",
        "Replace invalid values of {sourceColumn} with its most frequent number, of several {modeType}",
        &NUMBER_TIE,
        (
            Facts::in_passes(
                |args, context, frame| replacing(mode(args)?, args, context)?.query(frame),
                |args, context, frame, asker| replacing(mode(args)?, args, context)?.in_passes(frame, asker),
            ),
            |args, context| replacing(mode(args)?, args, context)?.apply(context.facts),
        ),
        &[Example {
            title: "The largest of two that occur equally often",
            params: &[("sourceColumn", "n"), ("columnDataType", "number"), ("modeType", "MAXIMUM")],
            conditions: &[],
            before: "n:text\n2\n2.0\n10\n10\nten",
            after: "n:text\n2\n2.0\n10\n10\n10",
        }],
    ),
    from_statistic(
        "REPLACE_WITH_SUM",
        "Replace invalid with sum",
        "Replaces text that is no number with the sum of the numbers, in place. A text column stays text, and its numbers are summed \
         exactly. With conditions, the cells they select are replaced instead, by the sum of the rest.",
        "Replace invalid values of {sourceColumn} with its sum",
        &NUMBER,
        (
            Facts::figures(|args, context, frame| replacing(Statistic::Sum, args, context)?.query(frame)),
            |args, context| replacing(Statistic::Sum, args, context)?.apply(context.facts),
        ),
        &[Example {
            title: "The sum of the numbers",
            params: &[("sourceColumn", "n"), ("columnDataType", "number")],
            conditions: &[],
            before: "n:text\n0.1\n0.2\ntotal\n-1",
            after: "n:text\n0.1\n0.2\n-0.7\n-1",
        }],
    ),
];

/// What the operations of this family have in common.
const REPLACING: Operation =
    Operation { family: Family::Invalid, conditions: Conditions::Payload, ..Operation::DEFAULT };

const fn from_statistic(
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    sentence: &'static str,
    params: &'static [&'static ParamSpec],
    (facts, apply): (Facts, ColumnsFn),
    examples: &'static [Example],
) -> Operation {
    Operation {
        name,
        title,
        summary,
        sentence,
        params,
        facts: Some(facts),
        apply: Apply::Columns(apply),
        examples,
        ..REPLACING
    }
}

/// The column, which of its cells are replaced, and which are invalid.
fn invalid_cells(args: &Args, context: &Context<'_>) -> Result<(String, Expr, Expr)> {
    let column = args.get(&params::SOURCE)?.0;
    let invalid = is_unfit(args, col(column.as_str()), context.dtype(&column)?)?;
    let replaced = context.predicate.clone().unwrap_or_else(|| invalid.clone());
    Ok((column, replaced, invalid))
}

fn replace_with(args: &Args, context: &Context<'_>, value: fn(&DataType) -> Expr) -> Result<Vec<Output>> {
    let (column, replaced, _) = invalid_cells(args, context)?;
    let value = value(context.dtype(&column)?);
    Ok(vec![Output::new(&column, masked(&replaced, value, Some(col(column.as_str()))))])
}

fn replace_with_custom(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let mut columns = args.find(&params::OPTIONAL_SOURCES)?.map_or_else(Vec::new, |columns| columns.0);
    columns.extend(args.find(&params::OPTIONAL_SOURCE)?.map(|column| column.0));
    let (text, word) = (args.get(&VALUE)?.0, type_named(args)?);
    let mut outputs = Vec::with_capacity(columns.len());
    for column in columns {
        let dtype = context.dtype(&column)?;
        // A value that does not fit the named type would be invalid itself.
        let named = dtype_of_word(if word == "number" { "double" } else { word }).unwrap_or(DataType::String);
        let value = read_value(&text, &named).and_then(|_| read_value(&text, dtype));
        let value = value.map_err(|e| e.at_param(VALUE.spec.name))?;
        let cells = col(column.as_str());
        let replaced = match &context.predicate {
            Some(predicate) => predicate.clone(),
            None => is_unfit(args, cells.clone(), dtype)?,
        };
        outputs.push(Output::new(&column, masked(&replaced, value, Some(cells))));
    }
    Ok(outputs)
}

fn mode(args: &Args) -> Result<Statistic> {
    Ok(Statistic::Mode(Tie::of(args.get(&TIE)?)))
}

fn replacing(statistic: Statistic, args: &Args, context: &Context<'_>) -> Result<Replacing> {
    let column = args.get(&params::SOURCE)?.0;
    let dtype = context.dtype(&column)?.clone();
    let cells = col(column.as_str());
    let invalid = match statistic {
        Statistic::MostFrequent => is_unfit(args, cells.clone(), &dtype)?,
        _ => is_invalid(cells.clone(), &dtype, "number")?,
    };
    let replaced = context.predicate.clone().unwrap_or_else(|| invalid.clone());
    let keeps = invalid.or(replaced.clone()).not();
    let (mut cells, mut measured) = (cells, dtype.clone());
    if statistic != Statistic::MostFrequent && TypeClass::of(&dtype) == TypeClass::Text {
        cells = convert(cells, &dtype, &MONEY);
        measured = MONEY;
    }
    Ok(Replacing { statistic, column, dtype, replaced, keeps, cells, measured })
}
