//! New columns that say yes or no.

use super::param::{Chosen, Param, Pattern, choice};
use super::{Apply, Args, Example, Family, Operation, Output, params};
use crate::error::Result;
use crate::named::col;
use polars::prelude::{Expr, lit, when};

static PATTERN: Param<Pattern> = Param::new("pattern", "Pattern")
    .help("The regular expression that is looked for; ^ and $ tie it to the ends of the text.")
    .example("N.*");
static PATTERN_KIND: Param<Chosen> = Param::new("flagType", "Kind of flag")
    .help("Always Pattern; recipes carry it.")
    .choices(&[choice("Pattern", "Pattern")])
    .default("Pattern");
static NULL_KIND: Param<Chosen> = Param::new("flagType", "Kind of flag")
    .help("Always Null values; recipes carry it.")
    .choices(&[choice("Null values", "Null values")])
    .default("Null values");

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "FLAG_COLUMN_FROM_PATTERN",
        title: "Flag a pattern",
        summary: "Adds a column that says whether a regular expression is found anywhere in a text. In a missing cell nothing is \
                  found; in empty text only what matches nothing at all.",
        sentence: "Flag in {targetColumn} whether {pattern} is found in {sourceColumn}",
        family: Family::Create,
        params: &[
            &params::SOURCE_TEXT.spec,
            &PATTERN.spec,
            &params::TARGET.spec,
            &params::TRUE_TEXT.spec,
            &params::FALSE_TEXT.spec,
            &PATTERN_KIND.spec,
        ],
        apply: Apply::Columns(|args, _| {
            let pattern = args.get(&PATTERN)?.0;
            let source = args.get(&params::SOURCE)?.0;
            flag(args, col(source.as_str()).str().contains(lit(pattern), true))
        }),
        examples: &[Example {
            title: "Found anywhere in the text",
            params: &[
                ("sourceColumn", "wind"),
                ("pattern", "N.*"),
                ("targetColumn", "northerly"),
                ("trueString", "yes"),
                ("falseString", "No"),
                ("flagType", "Pattern"),
            ],
            conditions: &[],
            before: "wind:text\nNW\nSN\nn\n\"\"\n∅",
            after: "wind:text | northerly:text\nNW | yes\nSN | yes\nn | No\n\"\" | No\n∅ | No",
        }],
        ..Operation::DEFAULT
    },
    Operation {
        name: "FLAG_COLUMN_FROM_NULL",
        title: "Flag missing values",
        summary: "Adds a column that says whether the cell of another is missing. Empty text is not missing.",
        sentence: "Flag in {targetColumn} whether {sourceColumn} is missing",
        family: Family::Create,
        params: &[
            &params::SOURCE.spec,
            &params::TARGET.spec,
            &params::TRUE_TEXT.spec,
            &params::FALSE_TEXT.spec,
            &NULL_KIND.spec,
        ],
        apply: Apply::Columns(|args, _| {
            let source = args.get(&params::SOURCE)?.0;
            flag(args, col(source.as_str()).is_null())
        }),
        examples: &[Example {
            title: "Empty text is a value",
            params: &[("sourceColumn", "t"), ("targetColumn", "is_missing"), ("flagType", "Null values")],
            conditions: &[],
            before: "t:text\na\n\"\"\n∅",
            after: "t:text | is_missing:text\na | False\n\"\" | False\n∅ | True",
        }],
        ..Operation::DEFAULT
    },
];

/// The target column with the text for yes where a test holds, and the text for no elsewhere.
pub(super) fn flag(args: &Args, test: Expr) -> Result<Vec<Output>> {
    let (yes, no) = (args.get(&params::TRUE_TEXT)?, args.get(&params::FALSE_TEXT)?);
    let flag = when(test.fill_null(lit(false))).then(lit(yes)).otherwise(lit(no));
    Ok(vec![Output::new(&args.get(&params::TARGET)?.0, flag)])
}
