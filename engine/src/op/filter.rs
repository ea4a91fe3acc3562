//! Keeping and removing rows.

use super::advanced::{KIND, is_unfit};
use super::literals::TYPE_TESTED;
use super::{Apply, Conditions, Context, Example, Family, Operation, RowLaw, params};
use crate::named::col;
use polars::prelude::{Expr, LazyFrame};

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "REMOVE_VALUES",
        title: "Remove rows",
        summary: "Removes the rows for which every condition of the step holds; the others stay, in order. A missing cell satisfies IS_NOT, \
              NOT_CONTAINS and the other negated conditions, and none but IS_MISSING besides: a row whose price is missing is not \
              removed by “price is less than 3”. To keep rows, use the opposite condition.",
        sentence: "Remove rows where {conditions}",
        family: Family::Filter,
        params: &[&params::SOURCE.spec],
        conditions: Conditions::Required,
        rows: |_| RowLaw::Fewer,
        apply: Apply::Table(|_, context, frame| match &context.predicate {
            Some(predicate) => Ok(frame.filter(predicate.clone().not())),
            None => Ok(frame),
        }),
        examples: &[
            Example {
                title: "Rows below a number go; a missing one stays",
                params: &[("sourceColumn", "rating")],
                conditions: &[("LESS_THAN", "1800", "rating")],
                before: "name:text | rating:whole\nAda | 1799\nBo | 1800\nCy | ∅",
                after: "name:text | rating:whole\nBo | 1800\nCy | ∅",
            },
            Example {
                title: "Keep two states: remove what is neither",
                params: &[("sourceColumn", "state")],
                conditions: &[("IS_NOT", "[\"NY\",\"CA\"]", "state")],
                before: "state:text\nNY\nTX\n∅\nCA",
                after: "state:text\nNY\nCA",
            },
        ],
        ..Operation::DEFAULT
    },
    Operation {
        name: "REMOVE_MISSING",
        title: "Remove rows with missing values",
        summary: "Removes the rows whose cell in the column is missing; the others stay, in order. Empty text, 0 and what is no number are \
              values: to remove empty text too, remove the rows whose value is the empty text. With conditions, only rows that they \
              select are removed.",
        sentence: "Remove rows in which {sourceColumn} is missing",
        family: Family::Missing,
        params: &[&params::SOURCE.spec],
        rows: |_| RowLaw::Fewer,
        apply: Apply::Table(|args, context, frame| {
            let column = args.get(&params::SOURCE)?.0;
            Ok(remove(context, frame, col(column.as_str()).is_null()))
        }),
        examples: &[Example {
            title: "Empty text is a value",
            params: &[("sourceColumn", "name")],
            conditions: &[],
            before: "id:whole | name:text\n1 | Ada\n2 | ∅\n3 | \"\"",
            after: "id:whole | name:text\n1 | Ada\n3 | \"\"",
        }],
        ..Operation::DEFAULT
    },
    Operation {
        name: "REMOVE_INVALID",
        title: "Remove rows with invalid values",
        summary: "Removes the rows whose text does not fit the named type, or does not look like the named kind of text; the others stay, \
              in order. A missing cell is not invalid; empty \
              text fits no type but text. Any number fits “number”. In a column that has a type already every cell is valid, because \
              what did not fit became missing when the type was given. With conditions, only rows that they select are removed.",
        sentence: "Remove rows in which {sourceColumn} is not a valid {columnDataType}",
        family: Family::Invalid,
        params: &[&params::SOURCE.spec, &TYPE_TESTED.spec, &KIND.spec],
        rows: |_| RowLaw::Fewer,
        apply: Apply::Table(|args, context, frame| {
            let column = args.get(&params::SOURCE)?.0;
            let invalid = is_unfit(args, col(column.as_str()), context.dtype(&column)?)?;
            Ok(remove(context, frame, invalid))
        }),
        examples: &[
            Example {
                title: "Text that is no number",
                params: &[("sourceColumn", "weight"), ("columnDataType", "number")],
                conditions: &[],
                before: "weight:text\n12.5\n-3\nheavy\n\"\"\n∅",
                after: "weight:text\n12.5\n-3\n∅",
            },
            Example {
                title: "Text that is no email address",
                params: &[("sourceColumn", "mail"), ("columnDataType", "string"), ("advancedDataType", "Email")],
                conditions: &[],
                before: "mail:text\nada@example.org\nbo@\n∅",
                after: "mail:text\nada@example.org\n∅",
            },
        ],
        ..Operation::DEFAULT
    },
];

/// The rows for which the test does not hold, or that the conditions do not select.
pub(super) fn remove(context: &Context<'_>, frame: LazyFrame, test: Expr) -> LazyFrame {
    let removed = match &context.predicate {
        Some(predicate) => predicate.clone().and(test),
        None => test,
    };
    frame.filter(removed.not())
}
