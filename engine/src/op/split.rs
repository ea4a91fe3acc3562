//! One column into several.

use super::param::Param;
use super::{Apply, Args, Context, Example, Family, Operation, Output, params};
use crate::error::Result;
use polars::prelude::{Expr, col, lit};

static DELIMITER: Param<String> =
    Param::new("pattern", "Delimiter").help("The text that separates the parts, taken literally.").example("/");
static LIMIT: Param<i64> = Param::new("limit", "Splits")
    .help("How often the text is split at most; one more column than this is made.")
    .example("1")
    .range(1.0, 20.0);
static INCLUDE: Param<bool> = Param::new("includeInSplit", "Keep the delimiter")
    .help("Whether each part but the last keeps the delimiter at its end.")
    .default("false");

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "SPLIT_COLUMN_SINGLE_DELIMITER",
    title: "Split at a delimiter",
    summary: "Splits text at a delimiter into new columns, named after the column with _1, _2 and so on; the column itself stays. Where \
              the delimiter does not occur, the whole text is the first part and the others are missing; what remains after the \
              last split stands in the last column.",
    sentence: "Split {sourceColumn} at {pattern}, {limit} times",
    family: Family::Split,
    params: &[&params::SOURCE_TEXT.spec, &DELIMITER.spec, &LIMIT.spec, &INCLUDE.spec],
    apply: Apply::Columns(split),
    examples: &[Example {
        title: "At the first slash",
        params: &[("sourceColumn", "path"), ("pattern", "/"), ("limit", "1")],
        conditions: &[],
        before: "path:text | n:whole\na/b/c | 1\nabc | 2\n∅ | 3\n\"\" | 4\n田/中 | 5",
        after: "path:text | path_1:text | path_2:text | n:whole\na/b/c | a | b/c | 1\nabc | abc | ∅ | 2\n∅ | ∅ | ∅ | 3\n\"\" | \"\" | ∅ | 4\n田/中 | 田 | 中 | 5",
    }, Example {
        title: "The delimiter stays with the part before it",
        params: &[("sourceColumn", "name"), ("pattern", ", "), ("limit", "1"), ("includeInSplit", "true")],
        conditions: &[],
        before: "name:text\nMeyer, A.\nBo",
        after: "name:text | name_1:text | name_2:text\nMeyer, A. | \"Meyer, \" | A.\nBo | Bo | ∅",
    }],
    ..Operation::DEFAULT
}];

fn split(args: &Args, _: &Context<'_>) -> Result<Vec<Output>> {
    let column = args.get(&params::SOURCE)?.0;
    let delimiter = args.get(&DELIMITER)?;
    let parts = usize::try_from(args.get(&LIMIT)?).unwrap_or(1) + 1;
    let include = args.get(&INCLUDE)?;
    let pieces = col(column.as_str()).str().splitn(lit(delimiter.clone()), parts);
    let part = |at: usize| -> Expr {
        pieces.clone().struct_().field_by_name(&format!("field_{at}"))
    };
    let outputs = (0..parts).map(|at| {
        let mut value = part(at);
        if include && at + 1 < parts {
            let ended = value.clone() + lit(delimiter.clone());
            value = polars::prelude::when(part(at + 1).is_not_null()).then(ended).otherwise(value);
        }
        Output::new(&format!("{column}_{}", at + 1), value)
    });
    Ok(outputs.collect())
}
