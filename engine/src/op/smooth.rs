//! Columns of numbers smoothed in place: each number replaced by a statistic of the rows up to it.

use super::param::{Chosen, Param, ParamSpec, choice};
use super::rolling::{Window, rolling};
use super::statistic::Statistic;
use super::{Apply, Args, ColumnsFn, Context, Example, Family, Locality, Operation, Output, params};
use crate::error::Result;
use crate::named::col;
use crate::types::TypeClass;

static TYPE: Param<Chosen> = Param::new("columnDataType", "Type of the column")
    .help("Always number; recipes carry it.")
    .choices(&[choice("number", "Number")])
    .default("number");
static PERIOD: Param<i64> = Param::new("period", "Rows")
    .help("How many rows are looked at: the current one and those before it.")
    .example("10")
    .range(1.0, f64::INFINITY);

static PARAMS: [&ParamSpec; 3] = [&params::SOURCE_NUMBER.spec, &TYPE.spec, &PERIOD.spec];

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    smooth(
        "REPLACE_WITH_ROLLING_AVERAGE",
        "Replace with rolling average",
        "Replaces every number of a column, not only invalid ones, by the average of the last rows, the current one among them, in place; \
         the first rows have fewer before them. Missing cells are left out, and get a value too when a row of the window has one. The \
         average of whole numbers is a decimal; money stays exact, to 18 digits after the point. Rows are taken as they stand: sort \
         them in a step before.",
        "Replace {sourceColumn} by the average of {period} rows",
        |args, context| apply(args, context, Statistic::Average),
        &[Example {
            title: "Two rows at a time",
            params: &[("sourceColumn", "n"), ("columnDataType", "number"), ("period", "2")],
            conditions: &[],
            before: "n:whole\n1\n2\n∅\n∅\n5",
            after: "n:double\n1\n1.5\n2\n∅\n5",
        }],
    ),
    smooth(
        "REPLACE_WITH_ROLLING_SUM",
        "Replace with rolling sum",
        "Replaces every number of a column, not only invalid ones, by the sum of the last rows, the current one among them, in place; the \
         first rows have fewer before them. Missing cells are left out, and get a value too when a row of the window has one. Whole \
         numbers and money are summed exactly; a sum beyond their range is missing. Rows are taken as they stand: sort them in a step \
         before.",
        "Replace {sourceColumn} by the sum of {period} rows",
        |args, context| apply(args, context, Statistic::Sum),
        &[Example {
            title: "Three rows at a time",
            params: &[("sourceColumn", "n"), ("columnDataType", "number"), ("period", "3")],
            conditions: &[],
            before: "n:whole\n1\n2\n3\n4\n∅",
            after: "n:whole\n1\n3\n6\n9\n7",
        }],
    ),
];

const fn smooth(
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    sentence: &'static str,
    apply: ColumnsFn,
    examples: &'static [Example],
) -> Operation {
    Operation {
        name,
        title,
        summary,
        sentence,
        family: Family::Window,
        params: &PARAMS,
        locality: |_| Locality::Ordered,
        apply: Apply::Columns(apply),
        examples,
        ..Operation::DEFAULT
    }
}

fn apply(args: &Args, context: &Context<'_>, statistic: Statistic) -> Result<Vec<Output>> {
    let name = args.get(&params::SOURCE_NUMBER)?.0;
    let class = TypeClass::of(context.dtype(&name)?);
    let before = usize::try_from(args.get(&PERIOD)?.saturating_sub(1)).unwrap_or(usize::MAX);
    let window = Window { before, after: 0 };
    Ok(vec![Output::new(&name, rolling(col(name.as_str()), None, class, window, statistic))])
}
