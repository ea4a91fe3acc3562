//! Cells without a value, filled. With conditions, the cells they select are replaced instead of the missing ones.

use super::distinct::one_zero;
use super::facts::Asker;
use super::literals::{TYPE_NAME, literal, read_value, type_named};
use super::param::{Param, ParamSpec};
use super::ranks::CELL;
use super::stand_in::{Statistic, TIE, Tie};
use super::{
    Apply, Args, ColumnsFn, Conditions, Context, Example, Export, Facts, Family, Locality, Operation, Output, params,
};
use crate::error::Result;
use crate::named::col;
use crate::op::condition::{is_invalid, masked};
use crate::types::TypeClass;
use crate::values::cell_text;
use polars::prelude::{DataFrame, DataType, Expr, FillNullStrategy, LazyFrame, NULL, coalesce, lit};

static VALUE: Param<super::param::CellValue> =
    Param::new("value", "Value").help("What the cells get, read as a value of the column's own type.").example("0");

static NUMBER: [&ParamSpec; 1] = [&params::SOURCE_NUMBER.spec];
static NUMBER_TIE: [&ParamSpec; 2] = [&params::SOURCE_NUMBER.spec, &TIE.spec];
static ANY: [&ParamSpec; 1] = [&params::SOURCE.spec];
static SCALAR: [&ParamSpec; 1] = [&params::SOURCE_SCALAR.spec];
static TEXT: [&ParamSpec; 1] = [&params::SOURCE_TEXT.spec];
static SCALAR_TYPE_VALUE: [&ParamSpec; 3] = [&params::SOURCE_SCALAR.spec, &TYPE_NAME.spec, &VALUE.spec];
static SCALAR_TYPE: [&ParamSpec; 2] = [&params::SOURCE_SCALAR.spec, &TYPE_NAME.spec];

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "FILL_WITH_CUSTOM",
        title: "Fill with a value",
        summary: "Fills missing cells with one value, in place. The value is read as the column's own type and refused when it does \
                  not fit; empty text is not missing and stays. With conditions, the cells they select are overwritten instead of \
                  the missing ones.",
        sentence: "Fill missing {sourceColumn} with {value}",
        params: &SCALAR_TYPE_VALUE,
        apply: Apply::Columns(fill_with_custom),
        examples: &[
            Example {
                title: "Missing cells, not empty ones",
                params: &[("sourceColumn", "name"), ("columnDataType", "string"), ("value", "unknown")],
                conditions: &[],
                before: "name:text\nAda\n∅\n\"\"",
                after: "name:text\nAda\nunknown\n\"\"",
            },
            Example {
                title: "With a condition: the cells it selects",
                params: &[("sourceColumn", "n"), ("columnDataType", "int"), ("value", "0")],
                conditions: &[("LESS_THAN", "0", "n")],
                before: "n:whole\n-3\n∅\n5",
                after: "n:whole\n0\n∅\n5",
            },
        ],
        ..FILLING
    },
    from_statistic(
        "FILL_WITH_AVERAGE",
        "Fill with average",
        "Fills missing cells with the average of the others, in place. In a column of whole numbers the average is rounded to a \
         whole number (halves away from zero), so that the column stays one; money stays money. With conditions, the cells they \
         select are replaced instead of the missing ones, by the average of the rest. A column without any value stays as it is.",
        "Fill missing {sourceColumn} with its average",
        &NUMBER,
        (
            Facts::figures(|args, context, frame| filling(Statistic::Average, args, context)?.query(frame)),
            |args, context| filling(Statistic::Average, args, context)?.apply(context.facts),
        ),
        &[
            Example {
                title: "The average of the cells that are there",
                params: &[("sourceColumn", "price")],
                conditions: &[],
                before: "price:double\n1\n∅\n-4\n6",
                after: "price:double\n1\n1\n-4\n6",
            },
            Example {
                title: "Whole numbers stay whole, to the last digit",
                params: &[("sourceColumn", "age")],
                conditions: &[],
                before: "age:whole\n9007199254740993\n9007199254740994\n∅",
                after: "age:whole\n9007199254740993\n9007199254740994\n9007199254740994",
            },
            Example {
                title: "With a condition: its cells are replaced, by the average of the others",
                params: &[("sourceColumn", "quantity")],
                conditions: &[("LESS_THAN", "0", "quantity")],
                before: "quantity:whole\n-5\n2\n4\n∅",
                after: "quantity:whole\n3\n2\n4\n∅",
            },
        ],
    ),
    from_statistic(
        "FILL_WITH_MEDIAN",
        "Fill with median",
        "Fills missing cells with the median of the others, in place: the value in the middle, or the average of the two in the \
         middle. In a column of whole numbers that average is rounded (halves away from zero); money stays money. With conditions, \
         the cells they select are replaced instead, by the median of the rest. A column without any value stays as it is.",
        "Fill missing {sourceColumn} with its median",
        &NUMBER,
        (
            Facts::in_passes(
                |args, context, frame| filling(Statistic::Median, args, context)?.query(frame),
                |args, context, frame, asker| filling(Statistic::Median, args, context)?.in_passes(frame, asker),
            ),
            |args, context| filling(Statistic::Median, args, context)?.apply(context.facts),
        ),
        &[
            Example {
                title: "The value in the middle",
                params: &[("sourceColumn", "age")],
                conditions: &[],
                before: "age:whole\n90\n∅\n-1\n30",
                after: "age:whole\n90\n30\n-1\n30",
            },
            Example {
                title: "The average of two in the middle, exact in money",
                params: &[("sourceColumn", "price")],
                conditions: &[],
                before: "price:money\n0.10\n0.15\n∅",
                after: "price:money\n0.1\n0.15\n0.125",
            },
        ],
    ),
    from_statistic(
        "FILL_WITH_MODE",
        "Fill with most frequent number",
        "Fills missing cells with the number that occurs most often among the others, in place. When several occur equally often, the \
         smallest, the largest or their average is taken; with NONE a tie fills nothing. In a column of whole numbers the average is \
         rounded (halves away from zero). With conditions, the cells they select are replaced instead, by the mode of the rest.",
        "Fill missing {sourceColumn} with its most frequent number, of several {modeType}",
        &NUMBER_TIE,
        (
            Facts::in_passes(
                |args, context, frame| filling(mode(args)?, args, context)?.query(frame),
                |args, context, frame, asker| filling(mode(args)?, args, context)?.in_passes(frame, asker),
            ),
            |args, context| filling(mode(args)?, args, context)?.apply(context.facts),
        ),
        &[
            Example {
                title: "The largest of two that occur equally often",
                params: &[("sourceColumn", "age"), ("modeType", "MAXIMUM")],
                conditions: &[],
                before: "age:whole\n1\n2\n2\n3\n3\n4\n∅",
                after: "age:whole\n1\n2\n2\n3\n3\n4\n3",
            },
            Example {
                title: "Their average",
                params: &[("sourceColumn", "age"), ("modeType", "AVERAGE")],
                conditions: &[],
                before: "age:double\n1\n2\n2\n3\n3\n4\n∅",
                after: "age:double\n1\n2\n2\n3\n3\n4\n2.5",
            },
        ],
    ),
    from_statistic(
        "FILL_WITH_SUM",
        "Fill with sum",
        "Fills missing cells with the sum of the others, in place. Whole numbers and money are summed exactly; a sum that does not fit \
         the column's type is an error. With conditions, the cells they select are replaced instead, by the sum of the rest. A \
         column without any value stays as it is.",
        "Fill missing {sourceColumn} with its sum",
        &NUMBER,
        (
            Facts::figures(|args, context, frame| filling(Statistic::Sum, args, context)?.query(frame)),
            |args, context| filling(Statistic::Sum, args, context)?.apply(context.facts),
        ),
        &[Example {
            title: "The sum of the cells that are there",
            params: &[("sourceColumn", "n")],
            conditions: &[],
            before: "n:whole\n5\n∅\n-2",
            after: "n:whole\n5\n3\n-2",
        }],
    ),
    from_statistic(
        "FILL_WITH_MOST_FREQUENT",
        "Fill with most frequent value",
        "Fills missing cells with the value that occurs most often among the others, in place; of several the smallest (text by its \
         characters). Empty text counts as a value. With conditions, the cells they select are replaced instead, by the most \
         frequent value of the rest.",
        "Fill missing {sourceColumn} with its most frequent value",
        &SCALAR,
        (
            Facts::in_passes(
                |args, context, frame| filling(Statistic::MostFrequent, args, context)?.query(frame),
                |args, context, frame, asker| filling(Statistic::MostFrequent, args, context)?.in_passes(frame, asker),
            ),
            |args, context| filling(Statistic::MostFrequent, args, context)?.apply(context.facts),
        ),
        &[Example {
            title: "Of two that occur equally often the smaller",
            params: &[("sourceColumn", "size")],
            conditions: &[],
            before: "size:text\nL\nM\nM\nL\n∅\nXS",
            after: "size:text\nL\nM\nM\nL\nL\nXS",
        }],
    ),
    Operation {
        name: "FILL_WITH_LAST_VALID",
        title: "Fill with last valid value",
        summary: "Fills missing cells with the nearest value above them in the same column, in place. Missing cells before the first \
                  value stay missing. In a text column, text that does not fit the named type is not taken over. With conditions, \
                  the cells they select are replaced instead, by the nearest value above that they do not select; one without any \
                  above stays as it is.",
        sentence: "Fill missing {sourceColumn} with the last valid value",
        params: &SCALAR_TYPE,
        locality: |_| Locality::Ordered,
        apply: Apply::Columns(|args, context| fill_from_rows(args, context, FillNullStrategy::Forward(None))),
        examples: &[Example {
            title: "From above; the first stays missing",
            params: &[("sourceColumn", "region"), ("columnDataType", "string")],
            conditions: &[],
            before: "region:text\n∅\nEU\n∅\n∅\n\"\"\n∅",
            after: "region:text\n∅\nEU\nEU\nEU\n\"\"\n\"\"",
        }],
        ..FILLING
    },
    Operation {
        name: "FILL_WITH_NEXT_VALID",
        title: "Fill with next valid value",
        summary: "Fills missing cells with the nearest value below them in the same column, in place. Missing cells after the last \
                  value stay missing. In a text column, text that does not fit the named type is not taken over. With conditions, \
                  the cells they select are replaced instead, by the nearest value below that they do not select; one without any \
                  below stays as it is. Not in DataBrew.",
        sentence: "Fill missing {sourceColumn} with the next valid value",
        params: &SCALAR_TYPE,
        locality: |_| Locality::Ordered,
        databrew: Export::Never,
        apply: Apply::Columns(|args, context| fill_from_rows(args, context, FillNullStrategy::Backward(None))),
        examples: &[Example {
            title: "From below; the last stays missing",
            params: &[("sourceColumn", "total"), ("columnDataType", "string")],
            conditions: &[],
            before: "total:text\n∅\nEU\n∅\n∅\n\"\"\n∅",
            after: "total:text\nEU\nEU\n\"\"\n\"\"\n\"\"\n∅",
        }],
        ..FILLING
    },
    Operation {
        name: "FILL_WITH_EMPTY",
        title: "Fill with empty text",
        summary: "Fills missing cells of a text column with empty text, in place. With conditions, the cells they select become empty \
                  instead of the missing ones.",
        sentence: "Fill missing {sourceColumn} with empty text",
        params: &TEXT,
        apply: Apply::Columns(|args, context| {
            let (column, predicate) = replaced(args, context)?;
            Ok(vec![Output::new(&column, masked(&predicate, lit(""), Some(col(column.as_str()))))])
        }),
        examples: &[Example {
            title: "Missing becomes empty",
            params: &[("sourceColumn", "note")],
            conditions: &[],
            before: "note:text\na\n∅\n\"\"",
            after: "note:text\na\n\"\"\n\"\"",
        }],
        ..FILLING
    },
    Operation {
        name: "FILL_WITH_NULL",
        title: "Clear cells",
        summary: "Makes cells missing, in place: those that the conditions select, or all cells of the column when the step has no \
                  conditions. The column keeps its type.",
        sentence: "Clear {sourceColumn}",
        params: &ANY,
        apply: Apply::Columns(|args, context| {
            let column = args.get(&params::SOURCE)?.0;
            let nothing = lit(NULL).cast(context.dtype(&column)?.clone());
            let cleared = match &context.predicate {
                Some(predicate) => masked(predicate, nothing, Some(col(column.as_str()))),
                None => nothing,
            };
            Ok(vec![Output::new(&column, cleared)])
        }),
        examples: &[Example {
            title: "The cells that a condition selects",
            params: &[("sourceColumn", "rating")],
            conditions: &[("LESS_THAN", "0", "rating")],
            before: "rating:whole\n-1\n5\n∅",
            after: "rating:whole\n∅\n5\n∅",
        }],
        ..FILLING
    },
];

/// What the operations of this family have in common.
const FILLING: Operation = Operation { family: Family::Missing, conditions: Conditions::Payload, ..Operation::DEFAULT };

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
        ..FILLING
    }
}

/// The cells that are replaced: those the conditions select, else the missing ones.
fn replaced(args: &Args, context: &Context<'_>) -> Result<(String, Expr)> {
    let column = args.get(&params::SOURCE)?.0;
    let predicate = context.predicate.clone().unwrap_or_else(|| col(column.as_str()).is_null());
    Ok((column, predicate))
}

fn mode(args: &Args) -> Result<Statistic> {
    Ok(Statistic::Mode(Tie::of(args.get(&TIE)?)))
}

/// Cells without missing ones and without what is no number.
pub(super) fn present(cells: Expr, dtype: &DataType) -> Expr {
    let cells = one_zero(cells.drop_nulls(), dtype);
    if TypeClass::of(dtype) == TypeClass::Decimal { cells.drop_nans() } else { cells }
}

/// The rows whose cells are neither missing nor NaN, as the one column of [`at_ranks`](super::ranks::at_ranks).
pub(super) fn present_rows(frame: LazyFrame, cells: Expr, dtype: &DataType) -> LazyFrame {
    let rows = frame.select([one_zero(cells, dtype).alias(CELL)]).filter(col(CELL).is_not_null());
    if TypeClass::of(dtype) == TypeClass::Decimal { rows.filter(col(CELL).is_not_nan()) } else { rows }
}

/// A column with the cells that are replaced by a statistic, and those that it is taken of.
pub(super) struct Replacing {
    /// The statistic.
    pub(super) statistic: Statistic,
    /// The column.
    pub(super) column: String,
    /// Its type.
    pub(super) dtype: DataType,
    /// Which cells are replaced.
    pub(super) replaced: Expr,
    /// Of which rows the statistic is taken.
    pub(super) keeps: Expr,
    /// The cells that it is taken of, row by row.
    pub(super) cells: Expr,
    /// The type that they are read as.
    pub(super) measured: DataType,
}

impl Replacing {
    /// Asks the statistic of the cells that are kept.
    pub(super) fn query(&self, frame: LazyFrame) -> Result<Option<LazyFrame>> {
        let kept = self.cells.clone().filter(self.keeps.clone());
        Ok(Some(frame.select(self.statistic.query(present(kept, &self.measured), &self.measured))))
    }

    /// The same of many rows.
    pub(super) fn in_passes(&self, frame: &LazyFrame, asker: &mut Asker<'_>) -> Result<DataFrame> {
        let rows = present_rows(frame.clone().filter(self.keeps.clone()), self.cells.clone(), &self.measured);
        self.statistic.in_passes(asker, &rows, &self.measured)
    }

    /// Puts the statistic into the cells that are replaced; they stay when there is none.
    pub(super) fn apply(&self, facts: Option<&DataFrame>) -> Result<Vec<Output>> {
        let value = facts.map(|facts| self.statistic.value(facts, &self.measured)).transpose()?.flatten();
        let cells = col(self.column.as_str());
        let value = match value {
            Some(value) if self.measured != self.dtype => lit(cell_text(&value).unwrap_or_default()),
            Some(value) => literal(value, &self.dtype),
            None => cells.clone(),
        };
        Ok(vec![Output::new(&self.column, masked(&self.replaced, value, Some(cells)))])
    }
}

fn filling(statistic: Statistic, args: &Args, context: &Context<'_>) -> Result<Replacing> {
    let (column, replaced) = replaced(args, context)?;
    let dtype = context.dtype(&column)?.clone();
    let (cells, keeps) = (col(column.as_str()), replaced.clone().not());
    Ok(Replacing { statistic, column, measured: dtype.clone(), dtype, replaced, keeps, cells })
}

fn fill_with_custom(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let (column, predicate) = replaced(args, context)?;
    let value = read_value(&args.get(&VALUE)?.0, context.dtype(&column)?).map_err(|e| e.at_param(VALUE.spec.name))?;
    Ok(vec![Output::new(&column, masked(&predicate, value, Some(col(column.as_str()))))])
}

fn fill_from_rows(args: &Args, context: &Context<'_>, from: FillNullStrategy) -> Result<Vec<Output>> {
    let (column, predicate) = replaced(args, context)?;
    let cells = col(column.as_str());
    let invalid = is_invalid(cells.clone(), context.dtype(&column)?, type_named(args)?)?;
    Ok(vec![Output::new(&column, nearest_valid(cells, &predicate, invalid.or(predicate.clone()), from))])
}

/// Cells where `replaced` holds take the nearest cell above for which `unfit` does not; without one they stay.
pub(super) fn last_valid(cells: Expr, replaced: &Expr, unfit: Expr) -> Expr {
    nearest_valid(cells, replaced, unfit, FillNullStrategy::Forward(None))
}

fn nearest_valid(cells: Expr, replaced: &Expr, unfit: Expr, from: FillNullStrategy) -> Expr {
    let near = masked(&unfit, lit(NULL), Some(cells.clone())).fill_null_with_strategy(from);
    masked(replaced, coalesce(&[near, cells.clone()]), Some(cells))
}
