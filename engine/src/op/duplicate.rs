//! Rows and values that occur more than once; the first occurrence is the one that stays.

use super::digest::digest;
use super::distinct::unique;
use super::flag::flag;
use super::param::ParamSpec;
use super::{Apply, Conditions, Context, Example, Family, Locality, Operation, RowLaw, params};
use crate::named::col;
use polars::prelude::{Expr, UniqueKeepStrategy};

static FLAG_ROWS: [&ParamSpec; 3] = [&params::TARGET.spec, &params::TRUE_TEXT.spec, &params::FALSE_TEXT.spec];
static FLAG_VALUES: [&ParamSpec; 4] =
    [&params::SOURCE.spec, &params::TARGET.spec, &params::TRUE_TEXT.spec, &params::FALSE_TEXT.spec];

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "REMOVE_DUPLICATES",
        title: "Remove duplicate values",
        summary: "Removes each row whose value in the column occurred in a row above; the first one stays, and the order too. Missing \
                  is a value like others: of several rows in which it is missing the first stays. Text is compared as it is, capitals \
                  and blanks included.",
        sentence: "Remove rows that repeat a value of {sourceColumn}",
        params: &[&params::SOURCE.spec],
        rows: |_| RowLaw::Fewer,
        apply: Apply::Table(|args, context, frame| {
            let columns = Some(vec![args.get(&params::SOURCE)?.0]);
            Ok(unique(frame, columns, context.schema, UniqueKeepStrategy::First))
        }),
        examples: &[Example {
            title: "The first of each value",
            params: &[("sourceColumn", "city")],
            conditions: &[],
            before: "id:whole | city:text\n1 | Rome\n2 | ∅\n3 | Rome\n4 | rome\n5 | ∅\n6 | \"\"",
            after: "id:whole | city:text\n1 | Rome\n2 | ∅\n4 | rome\n6 | \"\"",
        }],
        ..REPEATED
    },
    Operation {
        name: "DELETE_DUPLICATE_ROWS",
        title: "Remove duplicate rows",
        summary: "Removes each row that equals a row above in all columns; the first one stays, and the order too. Missing equals \
                  missing. Text is compared as it is, capitals and blanks included.",
        sentence: "Remove rows that repeat another",
        params: &[],
        rows: |_| RowLaw::Fewer,
        apply: Apply::Table(|_, context, frame| Ok(unique(frame, None, context.schema, UniqueKeepStrategy::First))),
        examples: &[Example {
            title: "Equal in all columns",
            params: &[],
            conditions: &[],
            before: "a:whole | b:text\n2 | x\n1 | ∅\n2 | x\n1 | ∅\n2 | y",
            after: "a:whole | b:text\n2 | x\n1 | ∅\n2 | y",
        }],
        ..REPEATED
    },
    Operation {
        name: "FLAG_DUPLICATE_ROWS",
        title: "Flag duplicate rows",
        summary: "Adds a column at the end that says whether a row equals a row above in all columns; the first of them is not flagged. \
                  Missing equals missing.",
        sentence: "Flag in {targetColumn} the rows that repeat another",
        params: &FLAG_ROWS,
        apply: Apply::Columns(|args, context| flag(args, repeats(context))),
        examples: &[Example {
            title: "The first is not flagged",
            params: &[("targetColumn", "again"), ("trueString", "yes"), ("falseString", "no")],
            conditions: &[],
            before: "a:whole | b:text\n2 | x\n1 | ∅\n2 | x\n1 | ∅\n2 | y",
            after: "a:whole | b:text | again:text\n2 | x | no\n1 | ∅ | no\n2 | x | yes\n1 | ∅ | yes\n2 | y | no",
        }],
        ..REPEATED
    },
    Operation {
        name: "FLAG_DUPLICATES_IN_COLUMN",
        title: "Flag duplicate values",
        summary: "Adds a column that says whether the value of another occurred in a row above; the first of them is not flagged. \
                  Missing is a value like others.",
        sentence: "Flag in {targetColumn} the values that {sourceColumn} repeats",
        params: &FLAG_VALUES,
        apply: Apply::Columns(|args, _| {
            let column = args.get(&params::SOURCE)?.0;
            flag(args, col(column.as_str()).is_first_distinct().not())
        }),
        examples: &[Example {
            title: "From the second on",
            params: &[
                ("sourceColumn", "name"),
                ("targetColumn", "again"),
                ("trueString", "TRUE"),
                ("falseString", "FALSE"),
            ],
            conditions: &[],
            before: "name:text\nAda\n∅\nAda\n∅\nada",
            after: "name:text | again:text\nAda | FALSE\n∅ | FALSE\nAda | TRUE\n∅ | TRUE\nada | FALSE",
        }],
        ..REPEATED
    },
];

/// What the operations of this family have in common.
pub(super) const REPEATED: Operation = Operation {
    family: Family::Duplicates,
    conditions: Conditions::Refused,
    locality: |_| Locality::Whole,
    ..Operation::DEFAULT
};

/// Whether a row equals an earlier one in all columns.
fn repeats(context: &Context<'_>) -> Expr {
    let names: Vec<String> = context.schema.iter_names().map(ToString::to_string).collect();
    digest(&names).is_first_distinct().not()
}
