//! The length of a text and a part of it, both in characters.

use super::param::{Column, Param};
use super::{Apply, Args, Context, Example, Family, Operation, Output, ParamRule, new_column, params};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::types::TEXT;
use polars::prelude::{DataType, Expr, lit};

static COLUMN: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The text column; give this or a value.")
    .example("surname")
    .accepts(TEXT)
    .optional();
static VALUE: Param<String> =
    Param::new("value", "Value").help("A text that stands in place of the column.").example("Meyer").optional();
static START: Param<i64> = Param::new("startPosition", "First character")
    .help("The place of the first character that is taken, counted from 1.")
    .example("5")
    .range(1.0, f64::INFINITY);
static END: Param<i64> = Param::new("endPosition", "Last character")
    .help("The place of the last character that is taken, counted from 1.")
    .example("8")
    .range(1.0, f64::INFINITY);

const EITHER: &[ParamRule] = &[ParamRule::OnlyOneOf(&["sourceColumn", "value"])];

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "LEN",
        title: "Length",
        summary: "Writes the number of characters of a text into a new column of whole numbers. Characters are those of Unicode, not bytes: an \
              accent that stands as a sign of its own counts. An empty text has the length 0, a missing cell stays missing.",
        sentence: "Length of {sourceColumn}{value} into {targetColumn}",
        family: Family::Text,
        params: &[&COLUMN.spec, &VALUE.spec, &params::TARGET.spec],
        rules: EITHER,
        apply: Apply::Columns(|args, _| new_column(args, text(args)?.str().len_chars().cast(DataType::Int64))),
        examples: &[Example {
            title: "Characters, not bytes",
            params: &[("sourceColumn", "name"), ("targetColumn", "length")],
            conditions: &[],
            before: "name:text\nMüller\n田中\n\"\"\n∅",
            after: "name:text | length:whole\nMüller | 6\n田中 | 2\n\"\" | 0\n∅ | ∅",
        }],
        ..Operation::DEFAULT
    },
    Operation {
        name: "SUBSTRING",
        title: "Part of a text",
        summary: "Writes the characters from one place to another, both counted from 1 and both included, into a new column: 5 to 8 are four \
              characters. What lies beyond the end is left out, so a short text yields what it has, or an empty text; a missing cell \
              stays missing. A last place before the first is refused.",
        sentence: "Characters {startPosition} to {endPosition} of {sourceColumn}{value} into {targetColumn}",
        family: Family::Text,
        params: &[&COLUMN.spec, &VALUE.spec, &START.spec, &END.spec, &params::TARGET.spec],
        rules: EITHER,
        apply: Apply::Columns(substring),
        examples: &[Example {
            title: "Both ends are included",
            params: &[
                ("sourceColumn", "iban"),
                ("startPosition", "3"),
                ("endPosition", "4"),
                ("targetColumn", "check"),
            ],
            conditions: &[],
            before: "iban:text\nDE89 3704\nDE8\nDé\n\"\"\n∅",
            after: "iban:text | check:text\nDE89 3704 | 89\nDE8 | 8\nDé | \"\"\n\"\" | \"\"\n∅ | ∅",
        }],
        ..Operation::DEFAULT
    },
];

fn text(args: &Args) -> Result<Expr> {
    Ok(match args.find(&COLUMN)? {
        Some(Column(name)) => col(name),
        None => lit(args.get(&VALUE)?),
    })
}

fn substring(args: &Args, _: &Context<'_>) -> Result<Vec<Output>> {
    let (start, end) = (args.get(&START)?, args.get(&END)?);
    if end < start {
        let message = format!("the last place {end} is before the first, {start}");
        return Err(Error::new(ErrorKind::Parameter, message).advise("swap them").at_param(END.spec.name));
    }
    let length = u64::try_from(end - start).unwrap_or(0).saturating_add(1);
    new_column(args, text(args)?.str().slice(lit(start - 1), lit(length)))
}
