//! Functions over several columns within one row: sums, averages, counts, the first value that is there.

use super::distinct::one_zero;
use super::param::{Choice, Chosen, Columns, Param, ParamSpec, choice};
use super::statistic::{Answer, Numbers, Statistic, Tie, answers};
use super::{Apply, Args, Context, Example, Family, Operation, Output, new_column, params};
use crate::error::Result;
use crate::named::col;
use crate::op::convert::convert;
use crate::op::number::{meet, type_of};
use crate::types::TypeClass;
use polars::prelude::{
    Column as Cells, DataType, Expr, Field, Int64Chunked, IntoColumn as _, IntoSeries as _, PolarsResult, coalesce,
    lit, when,
};
use std::collections::BTreeSet;

/// Which of several most frequent numbers is taken.
pub(super) static MODE_TYPE: Param<Chosen> = Param::new("modeType", "Among several")
    .help("What is written where several numbers are equally frequent.")
    .default("MINIMUM")
    .choices(TIES);
static TIES: &[Choice] = &[
    choice("MINIMUM", "The smallest"),
    choice("MAXIMUM", "The largest"),
    choice("AVERAGE", "Their average"),
    choice("NONE", "Nothing"),
];
/// The k of the k-th largest.
pub(super) static RANK: Param<i64> = Param::new("value", "Rank")
    .help("1 stands for the largest number, 2 for the next, and so on.")
    .example("2")
    .range(1.0, f64::INFINITY);

const PARAMS: &[&ParamSpec] = &[&params::SOURCES.spec, &params::TARGET.spec];
const RANKED: &[&ParamSpec] = &[&params::SOURCES.spec, &RANK.spec, &params::TARGET.spec];
const TIED: &[&ParamSpec] = &[&params::SOURCES.spec, &MODE_TYPE.spec, &params::TARGET.spec];

/// A function over several columns within a row.
const fn across(
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
        family: Family::Number,
        params: PARAMS,
        apply: Apply::Columns(apply),
        examples,
        ..Operation::DEFAULT
    }
}

/// An example over the columns a and b (and c) into y.
const fn example(title: &'static str, before: &'static str, after: &'static str) -> Example {
    Example {
        title,
        params: &[("sourceColumns", r#"["a","b"]"#), ("targetColumn", "y")],
        conditions: &[],
        before,
        after,
    }
}

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    across(
        "SUM",
        "Sum of columns",
        "Adds up the numbers of several columns within each row, into a new column. What is missing or no number counts as 0, so a row \
         without numbers yields 0; text that reads as a number counts as a decimal. Whole numbers stay whole and money exact; a \
         sum beyond the range of its type is missing.",
        "Sum of {sourceColumns} into {targetColumn}",
        |args, context| statistic(args, context, Statistic::Sum),
        &[
            example(
                "What is missing counts as 0",
                "a:whole | b:whole\n1 | 2\n∅ | -5\n∅ | ∅",
                "a:whole | b:whole | y:whole\n1 | 2 | 3\n∅ | -5 | -5\n∅ | ∅ | 0",
            ),
            example(
                "Text that is a number counts",
                "a:text | b:double\n\" 2 \" | 0.5\noops | 1",
                "a:text | b:double | y:double\n\" 2 \" | 0.5 | 2.5\noops | 1 | 1",
            ),
        ],
    ),
    across(
        "AVERAGE",
        "Average of columns",
        "Averages the numbers of several columns within each row, into a new column. What is missing or no number is left out of sum and \
         count; a row without numbers yields a missing cell. The average is a decimal, of money alone it is money.",
        "Average of {sourceColumns} into {targetColumn}",
        |args, context| statistic(args, context, Statistic::Average),
        &[example(
            "What is missing is left out",
            "a:whole | b:whole\n1 | 2\n∅ | -5\n∅ | ∅",
            "a:whole | b:whole | y:double\n1 | 2 | 1.5\n∅ | -5 | -5\n∅ | ∅ | ∅",
        )],
    ),
    across(
        "MIN",
        "Smallest of columns",
        "Writes the smallest number of several columns within each row into a new column. What is missing or no number is left out; a row \
         without numbers yields a missing cell.",
        "Smallest of {sourceColumns} into {targetColumn}",
        |args, context| statistic(args, context, Statistic::Least),
        &[example(
            "The smallest",
            "a:whole | b:whole\n1 | -2\n∅ | 5\n∅ | ∅",
            "a:whole | b:whole | y:whole\n1 | -2 | -2\n∅ | 5 | 5\n∅ | ∅ | ∅",
        )],
    ),
    across(
        "MAX",
        "Largest of columns",
        "Writes the largest number of several columns within each row into a new column. What is missing or no number is left out; a row \
         without numbers yields a missing cell.",
        "Largest of {sourceColumns} into {targetColumn}",
        |args, context| statistic(args, context, Statistic::Largest),
        &[example(
            "The largest; whole numbers beside money are money",
            "a:whole | b:money\n1 | 0.5\n∅ | ∅",
            "a:whole | b:money | y:money\n1 | 0.5 | 1\n∅ | ∅ | ∅",
        )],
    ),
    across(
        "MEDIAN",
        "Median of columns",
        "Writes the middle one of the sorted numbers of several columns within each row into a new column; of an even number of them the \
         average of the two in the middle. What is missing or no number is left out; a row without numbers yields a missing cell.",
        "Median of {sourceColumns} into {targetColumn}",
        |args, context| statistic(args, context, Statistic::Median),
        &[Example {
            title: "Of three, and of two",
            params: &[("sourceColumns", r#"["a","b","c"]"#), ("targetColumn", "y")],
            conditions: &[],
            before: "a:whole | b:whole | c:whole\n9 | 1 | 2\n∅ | 1 | 2",
            after: "a:whole | b:whole | c:whole | y:double\n9 | 1 | 2 | 2\n∅ | 1 | 2 | 1.5",
        }],
    ),
    Operation {
        params: TIED,
        ..across(
            "MODE",
            "Most frequent of columns",
            "Writes the number that occurs most often in several columns within each row into a new column. Of several that are equally \
             frequent the smallest is taken, unless their largest, their average or nothing is asked for. What is missing or no number \
             is left out; a row without numbers yields a missing cell.",
            "Most frequent of {sourceColumns} into {targetColumn}",
            |args, context| statistic(args, context, Statistic::Mode(tie(args)?)),
            &[Example {
                title: "Nothing where several are equally frequent",
                params: &[("sourceColumns", r#"["a","b","c"]"#), ("modeType", "NONE"), ("targetColumn", "y")],
                conditions: &[],
                before: "a:whole | b:whole | c:whole\n9 | 1 | 9\n∅ | 1 | 2",
                after: "a:whole | b:whole | c:whole | y:whole\n9 | 1 | 9 | 9\n∅ | 1 | 2 | ∅",
            }],
        )
    },
    across(
        "VARIANCE",
        "Variance of columns",
        "Writes the variance of the numbers of several columns within each row into a new column of decimals: of the population, divided \
         by their number and not by one less. What is missing or no number is left out; a row without numbers yields a missing cell.",
        "Variance of {sourceColumns} into {targetColumn}",
        |args, context| statistic(args, context, Statistic::Variance),
        &[example(
            "Divided by their number",
            "a:whole | b:whole\n1 | 3\n7 | ∅",
            "a:whole | b:whole | y:double\n1 | 3 | 1\n7 | ∅ | 0",
        )],
    ),
    across(
        "STANDARD_DEVIATION",
        "Standard deviation of columns",
        "Writes the standard deviation of the numbers of several columns within each row into a new column of decimals: of the \
         population, the root of VARIANCE. What is missing or no number is left out; a row without numbers yields a missing cell.",
        "Standard deviation of {sourceColumns} into {targetColumn}",
        |args, context| statistic(args, context, Statistic::Deviation),
        &[example(
            "The root of the variance",
            "a:whole | b:whole\n1 | 5\n∅ | ∅",
            "a:whole | b:whole | y:double\n1 | 5 | 2\n∅ | ∅ | ∅",
        )],
    ),
    kth(
        "KTH_LARGEST",
        "k-th largest of columns",
        "Writes the k-th largest number of several columns within each row into a new column; equal numbers keep their own places. What \
         is missing or no number is left out; where fewer than k numbers remain the cell is missing.",
        "Number {value} from the largest of {sourceColumns} into {targetColumn}",
        |args, context| statistic(args, context, largest(args, false)?),
        &[Example {
            title: "The second largest",
            params: &[("sourceColumns", r#"["a","b","c"]"#), ("value", "2"), ("targetColumn", "y")],
            conditions: &[],
            before: "a:whole | b:whole | c:whole\n9 | 9 | 1\n∅ | 1 | ∅",
            after: "a:whole | b:whole | c:whole | y:whole\n9 | 9 | 1 | 9\n∅ | 1 | ∅ | ∅",
        }],
    ),
    kth(
        "KTH_LARGEST_UNIQUE",
        "k-th largest different number of columns",
        "Writes the k-th largest number of several columns within each row into a new column; equal numbers count once. What is missing \
         or no number is left out; where fewer than k different numbers remain the cell is missing.",
        "Different number {value} from the largest of {sourceColumns} into {targetColumn}",
        |args, context| statistic(args, context, largest(args, true)?),
        &[Example {
            title: "The second largest different number",
            params: &[("sourceColumns", r#"["a","b","c"]"#), ("value", "2"), ("targetColumn", "y")],
            conditions: &[],
            before: "a:whole | b:whole | c:whole\n9 | 9 | 1\n2 | 2 | 2",
            after: "a:whole | b:whole | c:whole | y:whole\n9 | 9 | 1 | 1\n2 | 2 | 2 | ∅",
        }],
    ),
    across(
        "COUNT",
        "Count of columns",
        "Counts in how many of several columns a row has a value, into a new column. Missing cells and empty texts are not counted.",
        "Count of values in {sourceColumns} into {targetColumn}",
        count,
        &[example(
            "Empty text is no value",
            "a:text | b:whole\nx | 1\n\"\" | 2\n∅ | ∅",
            "a:text | b:whole | y:whole\nx | 1 | 2\n\"\" | 2 | 1\n∅ | ∅ | 0",
        )],
    ),
    across(
        "COUNT_DISTINCT",
        "Distinct count of columns",
        "Counts the different values of several columns within each row, into a new column. Missing cells and empty texts are not \
         counted. Values of different types are compared as they are written, so the number 1 and the text 1 are the same.",
        "Count of different values in {sourceColumns} into {targetColumn}",
        count_distinct,
        &[example(
            "Equal values count once",
            "a:text | b:text\nx | x\nx | X\n\"\" | ∅",
            "a:text | b:text | y:whole\nx | x | 1\nx | X | 2\n\"\" | ∅ | 0",
        )],
    ),
    across(
        "ANY",
        "Any value of columns",
        "Writes the first value that is there among several columns, in the order in which they are listed, into a new column. Missing \
         cells and empty texts are passed over; where nothing is left the cell is missing. Columns of different types yield text, \
         whole numbers and decimals yield decimals.",
        "Any value of {sourceColumns} into {targetColumn}",
        |args, context| first(args, context, true),
        &[example(
            "Empty text is passed over",
            "a:text | b:text\n\"\" | x\ny | x\n∅ | ∅",
            "a:text | b:text | y:text\n\"\" | x | x\ny | x | y\n∅ | ∅ | ∅",
        )],
    ),
    Operation {
        family: Family::Merge,
        ..across(
            "COALESCE",
            "First value that is there",
            "Writes the first value that is not missing among several columns, in the order in which they are listed, into a new column. \
             An empty text counts as a value. Columns of different types yield text, whole numbers and decimals yield decimals.",
            "First value of {sourceColumns} into {targetColumn}",
            |args, context| first(args, context, false),
            &[
                example(
                    "Empty text is a value",
                    "a:text | b:text\n\"\" | x\n∅ | x\n∅ | ∅",
                    "a:text | b:text | y:text\n\"\" | x | \"\"\n∅ | x | x\n∅ | ∅ | ∅",
                ),
                example(
                    "Different types yield text",
                    "a:double | b:text\n2 | x\n∅ | x",
                    "a:double | b:text | y:text\n2 | x | 2\n∅ | x | x",
                ),
            ],
        )
    },
];

const fn kth(
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    sentence: &'static str,
    apply: fn(&Args, &Context<'_>) -> Result<Vec<Output>>,
    examples: &'static [Example],
) -> Operation {
    Operation { params: RANKED, ..across(name, title, summary, sentence, apply, examples) }
}

/// What a step wants where several numbers are equally frequent.
pub(super) fn tie(args: &Args) -> Result<Tie> {
    Ok(match args.get(&MODE_TYPE)?.0 {
        "NONE" => Tie::Nothing,
        "AVERAGE" => Tie::Average,
        "MAXIMUM" => Tie::Largest,
        _ => Tie::Least,
    })
}

/// The k-th largest that a step wants.
pub(super) fn largest(args: &Args, once: bool) -> Result<Statistic> {
    Ok(Statistic::LargestKth { k: usize::try_from(args.get(&RANK)?).unwrap_or(usize::MAX), once })
}

fn statistic(args: &Args, context: &Context<'_>, statistic: Statistic) -> Result<Vec<Output>> {
    let Columns(names) = args.get(&params::SOURCES)?;
    let mut class: Option<TypeClass> = None;
    let mut cells = Vec::new();
    for name in &names {
        let own = TypeClass::of(context.dtype(name)?);
        // Dates, lists and the like are no numbers and are left out.
        if matches!(own, TypeClass::Whole | TypeClass::Decimal | TypeClass::Money | TypeClass::Text) {
            cells.push(col(name.as_str()));
            class = Some(class.map_or(own, |class| meet(class, own)));
        }
    }
    let class = match class {
        Some(class @ (TypeClass::Whole | TypeClass::Money)) => class,
        _ => TypeClass::Decimal,
    };
    let Some((first, rest)) = cells.split_first() else {
        let nothing =
            if statistic == Statistic::Sum { lit(0.0) } else { lit(polars::prelude::NULL).cast(DataType::Float64) };
        return new_column(args, nothing);
    };
    let dtype = type_of(statistic.class(class));
    let value = first.clone().map_many(
        move |columns: &mut [Cells]| row_statistics(columns, statistic, class),
        rest,
        move |_, fields| Ok(Field::new(fields[0].name.clone(), dtype.clone())),
    );
    new_column(args, value)
}

fn row_statistics(columns: &[Cells], statistic: Statistic, class: TypeClass) -> PolarsResult<Cells> {
    let numbers = columns.iter().map(|c| Numbers::read(c, class)).collect::<PolarsResult<Vec<_>>>()?;
    let height = columns.iter().map(Cells::len).max().unwrap_or(0);
    let out = (0..height).map(|row| {
        let answer = if class == TypeClass::Decimal {
            let of = |n: &Numbers| if let Numbers::Decimal(cells) = n { cells[row] } else { None };
            row_answer(numbers.iter().filter_map(of).collect(), statistic, class)
        } else {
            let of = |n: &Numbers| if let Numbers::Exact(cells) = n { cells[row] } else { None };
            row_answer(numbers.iter().filter_map(of).collect(), statistic, class)
        };
        let zero = if class == TypeClass::Decimal { Answer::Decimal(0.0) } else { Answer::Exact(0) };
        answer.unwrap_or((statistic == Statistic::Sum).then_some(zero))
    });
    Ok(answers(columns[0].name(), out.collect(), statistic.class(class)))
}

/// The statistic of a row; none when the row holds no number.
fn row_answer<F: super::statistic::Figure>(
    mut values: Vec<F>,
    statistic: Statistic,
    class: TypeClass,
) -> Option<Option<Answer>> {
    values.sort_by(F::order);
    (!values.is_empty()).then(|| statistic.of_sorted(&values, class))
}

fn count(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let mut total = lit(0i64);
    for name in args.get(&params::SOURCES)?.0 {
        total = total + filled(&name, context)?.is_not_null().cast(DataType::Int64);
    }
    new_column(args, total)
}

/// Cells of a column, empty texts missing.
fn filled(name: &str, context: &Context<'_>) -> Result<Expr> {
    let cells = col(name);
    if context.dtype(name)? != &DataType::String {
        return Ok(cells);
    }
    Ok(when(cells.clone().eq(lit(""))).then(lit(polars::prelude::NULL)).otherwise(cells))
}

fn count_distinct(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let mut cells = Vec::new();
    for name in args.get(&params::SOURCES)?.0 {
        let dtype = context.dtype(&name)?;
        cells.push(convert(one_zero(col(name.as_str()), dtype), dtype, &DataType::String));
    }
    let Some((first, rest)) = cells.split_first() else { return Ok(Vec::new()) };
    let counted = first.clone().map_many(
        |columns: &mut [Cells]| {
            let texts = columns.iter().map(Cells::str).collect::<PolarsResult<Vec<_>>>()?;
            let counts: Int64Chunked = (0..texts[0].len())
                .map(|row| {
                    let different: BTreeSet<&str> =
                        texts.iter().filter_map(|t| t.get(row)).filter(|t| !t.is_empty()).collect();
                    i64::try_from(different.len()).ok()
                })
                .collect();
            Ok(counts.into_series().into_column())
        },
        rest,
        |_, fields| Ok(Field::new(fields[0].name.clone(), DataType::Int64)),
    );
    new_column(args, counted)
}

fn first(args: &Args, context: &Context<'_>, skip_empty: bool) -> Result<Vec<Output>> {
    let Columns(names) = args.get(&params::SOURCES)?;
    let types = names.iter().map(|n| context.dtype(n).cloned()).collect::<Result<Vec<_>>>()?;
    let common = common_type(&types);
    let mut cells = Vec::new();
    for (name, dtype) in names.iter().zip(&types) {
        let own = if skip_empty { filled(name, context)? } else { col(name.as_str()) };
        cells.push(convert(own, dtype, &common));
    }
    new_column(args, coalesce(&cells))
}

/// The type that holds the values of all these types: their own when they agree, a wider number, a date with time, else text.
pub(super) fn common_type(types: &[DataType]) -> DataType {
    let known: Vec<&DataType> = types.iter().filter(|t| **t != DataType::Null).collect();
    let Some(first) = known.first() else { return DataType::String };
    if known.iter().all(|t| t == first) {
        return (*first).clone();
    }
    let classes: Vec<TypeClass> = known.iter().map(|t| TypeClass::of(t)).collect();
    if classes.iter().all(|c| matches!(c, TypeClass::Whole | TypeClass::Decimal | TypeClass::Money)) {
        let class = classes.iter().copied().reduce(meet).unwrap_or(TypeClass::Decimal);
        return type_of(class);
    }
    if classes.iter().all(|c| matches!(c, TypeClass::Date | TypeClass::DateTime)) {
        return DataType::Datetime(polars::prelude::TimeUnit::Microseconds, None);
    }
    DataType::String
}
