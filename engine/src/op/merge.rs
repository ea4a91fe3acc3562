//! Several columns into one text.

use super::convert::convert;
use super::param::Param;
use super::{Apply, Args, Context, Example, Family, Operation, Output, ParamSpec, params};
use crate::error::Result;
use crate::named::col;
use polars::prelude::{DataType, Expr, NULL, all_horizontal, concat_str, lit, when};

static DELIMITER: Param<String> = Param::new("delimiter", "Delimiter")
    .help("The text between two values; nothing when it is left out.")
    .example(" ")
    .default("");

static PARAMS: [&ParamSpec; 3] = [&params::SOURCES_SCALAR.spec, &DELIMITER.spec, &params::TARGET.spec];

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    merging(
        "MERGE",
        "Merge columns",
        Family::Merge,
        &[
            Example {
                title: "A missing value takes its delimiter with it",
                params: &[("sourceColumns", "[\"first\",\"last\"]"), ("delimiter", " "), ("targetColumn", "name")],
                conditions: &[],
                before: "first:text | last:text\nAda | King\n∅ | Bo\n∅ | ∅\n\"\" | Cy",
                after: "first:text | last:text | name:text\nAda | King | Ada King\n∅ | Bo | Bo\n∅ | ∅ | ∅\n\"\" | Cy | \" Cy\"",
            },
            Example {
                title: "Numbers and dates as text, in the order of the list",
                params: &[("sourceColumns", "[\"n\",\"day\",\"price\"]"), ("delimiter", "/"), ("targetColumn", "key")],
                conditions: &[],
                before: "day:date | n:whole | price:money\n2024-02-29 | -7 | 1.50",
                after: "day:date | n:whole | price:money | key:text\n2024-02-29 | -7 | 1.5 | -7/2024-02-29/1.5",
            },
        ],
    ),
    merging(
        "MERGE_COLUMNS_AND_VALUES",
        "Join values",
        Family::Text,
        &[Example {
            title: "With words between",
            params: &[("sourceColumns", "[\"name\",\"born\"]"), ("delimiter", ", born "), ("targetColumn", "label")],
            conditions: &[],
            before: "name:text | born:whole\nAda | 1815\nBo | ∅",
            after: "name:text | born:whole | label:text\nAda | 1815 | Ada, born 1815\nBo | ∅ | Bo",
        }],
    ),
];

const fn merging(name: &'static str, title: &'static str, family: Family, examples: &'static [Example]) -> Operation {
    Operation {
        name,
        title,
        summary: "Adds a column with the values of several columns, in the order of the list, with a delimiter between each two; the \
                  columns themselves stay. A missing value is left out together with its delimiter, empty text is not; where all \
                  values are missing, so is the new one. Numbers, dates and other values are written as text.",
        sentence: "Merge {sourceColumns} into {targetColumn} with {delimiter} between",
        family,
        params: &PARAMS,
        apply: Apply::Columns(merge),
        examples,
        ..Operation::DEFAULT
    }
}

fn merge(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let columns = args.get(&params::SOURCES_SCALAR)?.0;
    let mut texts: Vec<Expr> = Vec::with_capacity(columns.len());
    for column in &columns {
        texts.push(convert(col(column.as_str()), context.dtype(column)?, &DataType::String));
    }
    let missing: Vec<Expr> = columns.iter().map(|c| col(c.as_str()).is_null()).collect();
    let merged = concat_str(texts, &args.get(&DELIMITER)?, true);
    let merged = when(all_horizontal(missing)?).then(lit(NULL)).otherwise(merged);
    Ok(vec![Output::new(&args.get(&params::TARGET)?.0, merged)])
}
