//! A part of a text as a new column.

use super::cells::map_text;
use super::param::{Param, Pattern};
use super::replace::{END, END_PATTERN, START, START_PATTERN, between, positions, regex};
use super::{Apply, Args, Context, Example, Family, Operation, Output, params};
use crate::error::Result;
use crate::named::col;
use polars::prelude::{Expr, lit};

static PATTERN: Param<Pattern> =
    Param::new("pattern", "Pattern").help("What is taken out, as a regular expression.").example("[0-9]+");

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "EXTRACT_PATTERN",
        title: "Extract a pattern",
        summary: "Adds a column with the first text that matches a regular expression: the whole match, also when the pattern has \
                  groups. Where nothing matches the new cell is missing; a match of nothing at all is empty text.",
        sentence: "Extract {pattern} from {sourceColumn} into {targetColumn}",
        family: Family::Extract,
        params: &[&params::SOURCE_TEXT.spec, &PATTERN.spec, &params::TARGET.spec],
        apply: Apply::Columns(|args, _| {
            let pattern = args.get(&PATTERN)?.0;
            target(args, |cells| cells.str().extract(lit(pattern), 0))
        }),
        examples: &[Example {
            title: "The first match; none is missing",
            params: &[("sourceColumn", "order"), ("pattern", "[0-9]+"), ("targetColumn", "number")],
            conditions: &[],
            before: "order:text\nA-12/3\nnone\n\"\"\n∅\n田7中",
            after: "order:text | number:text\nA-12/3 | 12\nnone | ∅\n\"\" | ∅\n∅ | ∅\n田7中 | 7",
        }],
        ..Operation::DEFAULT
    },
    Operation {
        name: "EXTRACT_BETWEEN_DELIMITERS",
        title: "Extract between delimiters",
        summary: "Adds a column with the text between two delimiters, each a regular expression: from the first match of one to the \
                  nearest match of the other after it, delimiters left out. Where one of them is not there, the new cell is missing.",
        sentence: "Extract what stands between {startPattern} and {endPattern} in {sourceColumn} into {targetColumn}",
        family: Family::Extract,
        params: &[&params::SOURCE_TEXT.spec, &START_PATTERN.spec, &END_PATTERN.spec, &params::TARGET.spec],
        apply: Apply::Columns(extract_between_delimiters),
        examples: &[Example {
            title: "The host of an address",
            params: &[
                ("sourceColumn", "url"),
                ("startPattern", "\\/\\/"),
                ("endPattern", "\\/"),
                ("targetColumn", "host"),
            ],
            conditions: &[],
            before: "url:text\nhttps://a.org/b/c\nhttps://a.org\n////\n∅",
            after: "url:text | host:text\nhttps://a.org/b/c | a.org\nhttps://a.org | ∅\n//// | \"\"\n∅ | ∅",
        }],
        ..Operation::DEFAULT
    },
    Operation {
        name: "EXTRACT_BETWEEN_POSITIONS",
        title: "Extract between positions",
        summary: "Adds a column with the characters from one position to another, both included and counted from 1. A text that ends \
                  before the first position yields empty text, one that ends within the stretch what it has.",
        sentence: "Extract characters {startPosition} to {endPosition} of {sourceColumn} into {targetColumn}",
        family: Family::Extract,
        params: &[&params::SOURCE_TEXT.spec, &START.spec, &END.spec, &params::TARGET.spec],
        apply: Apply::Columns(|args, _| {
            let stretch = positions(args)?;
            let (start, length) = (stretch.start as u64, (stretch.end - stretch.start) as u64);
            target(args, |cells| cells.str().slice(lit(start), lit(length)))
        }),
        examples: &[Example {
            title: "Characters 2 to 3",
            params: &[("sourceColumn", "t"), ("startPosition", "2"), ("endPosition", "3"), ("targetColumn", "part")],
            conditions: &[],
            before: "t:text\nabcd\nab\na\n田中さん\n\"\"\n∅",
            after: "t:text | part:text\nabcd | bc\nab | b\na | \"\"\n田中さん | 中さ\n\"\" | \"\"\n∅ | ∅",
        }],
        ..Operation::DEFAULT
    },
];

fn target(args: &Args, part: impl FnOnce(Expr) -> Expr) -> Result<Vec<Output>> {
    let source = args.get(&params::SOURCE)?.0;
    Ok(vec![Output::new(&args.get(&params::TARGET)?.0, part(col(source.as_str())))])
}

fn extract_between_delimiters(args: &Args, _: &Context<'_>) -> Result<Vec<Output>> {
    let (start, end) = (regex(args, &START_PATTERN)?, regex(args, &END_PATTERN)?);
    target(args, |cells| {
        map_text(cells, move |text| between(text, &start, &end).first().map(|stretch| text[stretch.clone()].to_owned()))
    })
}
