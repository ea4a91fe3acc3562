//! Text functions that look for a pattern, or compare two texts.

use super::cells::{byte_after, count, map_whole};
use super::param::{Column, Param, ParamSpec, Pattern};
use super::text_make::{EITHER, TEXT_SOURCE, TEXT_VALUE, operand, target};
use super::{Apply, Args, ColumnsFn, Example, Family, Operation, Output, ParamRule, params};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::types::TEXT;
use polars::prelude::{Expr, lit};
use regex::{Regex, RegexBuilder};

static PATTERN: Param<Pattern> =
    Param::new("pattern", "Pattern").help("The regular expression that is looked for.").example("[AEIOU]");
static FROM: Param<i64> = Param::new("position", "From character")
    .help("The character at which the search begins, counted from 1; 0 counts as 1.")
    .example("1")
    .range(0.0, f64::INFINITY)
    .default("1");
static IGNORE_CASE: Param<bool> =
    Param::new("ignoreCase", "Ignore case").help("Whether capitals and small letters are the same.").default("false");
static COLUMN_1: Param<Column> = Param::new("sourceColumn1", "First column")
    .help("The text column on the left; give this or the first value.")
    .example("country")
    .accepts(TEXT)
    .optional();
static VALUE_1: Param<String> =
    Param::new("value1", "First value").help("A text on the left for every row.").example("Chile").optional();
static COLUMN_2: Param<Column> = Param::new("sourceColumn2", "Second column")
    .help("The text column on the right; give this or the second value.")
    .example("origin")
    .accepts(TEXT)
    .optional();
static VALUE_2: Param<String> =
    Param::new("value2", "Second value").help("A text on the right for every row.").example("Chile").optional();

static ENDS: [&ParamSpec; 4] = [&TEXT_SOURCE.spec, &TEXT_VALUE.spec, &PATTERN.spec, &params::TARGET.spec];
static SEARCH: [&ParamSpec; 5] =
    [&params::SOURCE_TEXT.spec, &PATTERN.spec, &FROM.spec, &IGNORE_CASE.spec, &params::TARGET.spec];
static PAIR: [&ParamSpec; 5] = [&COLUMN_1.spec, &VALUE_1.spec, &COLUMN_2.spec, &VALUE_2.spec, &params::TARGET.spec];
const ONE_EACH: &[ParamRule] =
    &[ParamRule::OnlyOneOf(&["sourceColumn1", "value1"]), ParamRule::OnlyOneOf(&["sourceColumn2", "value2"])];

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "STARTS_WITH",
        title: "Starts with",
        summary: "Adds a column that is true where a regular expression matches at the beginning of the text, and false elsewhere; a \
                  missing text yields a missing answer.",
        sentence: "Tell in {targetColumn} whether {sourceColumn}{value} starts with {pattern}",
        params: &ENDS,
        rules: EITHER,
        apply: Apply::Columns(|args, _| {
            let anchored = format!(r"\A(?:{})", args.get(&PATTERN)?.0);
            target(args, operand(args)?.str().contains(lit(anchored), true))
        }),
        examples: &[Example {
            title: "A vowel at the start",
            params: &[("sourceColumn", "t"), ("pattern", "[AEIOU]"), ("targetColumn", "vowel")],
            conditions: &[],
            before: "t:text\nItaly\nSpain\n\"\"\n∅",
            after: "t:text | vowel:boolean\nItaly | true\nSpain | false\n\"\" | false\n∅ | ∅",
        }],
        ..TEXTUAL
    },
    Operation {
        name: "ENDS_WITH",
        title: "Ends with",
        summary: "Adds a column that is true where a regular expression matches at the end of the text, and false elsewhere; a missing \
                  text yields a missing answer.",
        sentence: "Tell in {targetColumn} whether {sourceColumn}{value} ends with {pattern}",
        params: &ENDS,
        rules: EITHER,
        apply: Apply::Columns(|args, _| {
            let anchored = format!(r"(?:{})\z", args.get(&PATTERN)?.0);
            target(args, operand(args)?.str().contains(lit(anchored), true))
        }),
        examples: &[Example {
            title: "Lands",
            params: &[("sourceColumn", "t"), ("pattern", "[Ss]tan"), ("targetColumn", "is_stan")],
            conditions: &[],
            before: "t:text\nUzbekistan\nStandard\n∅",
            after: "t:text | is_stan:boolean\nUzbekistan | true\nStandard | false\n∅ | ∅",
        }],
        ..TEXTUAL
    },
    Operation {
        name: "FIND",
        title: "Find from the left",
        summary: "Adds a column with the position of the first match of a regular expression, from a character on: the place of its first \
                  character counted from 1, and 0 where there is none. A missing text yields a missing position. Characters are \
                  counted, not bytes. The guide does not say what FIND yields; this is what spreadsheets do.",
        sentence: "Put the position of {pattern} in {sourceColumn} into {targetColumn}",
        params: &SEARCH,
        apply: Apply::Columns(|args, _| search(args, first)),
        examples: &[Example {
            title: "The first vowel after the first character",
            params: &[
                ("sourceColumn", "t"),
                ("pattern", "[aeiou]"),
                ("position", "2"),
                ("ignoreCase", "true"),
                ("targetColumn", "at"),
            ],
            conditions: &[],
            before: "t:text\nabE\n田中a\nabc\n\"\"\n∅",
            after: "t:text | at:whole\nabE | 3\n田中a | 3\nabc | 0\n\"\" | 0\n∅ | ∅",
        }],
        ..TEXTUAL
    },
    Operation {
        name: "RIGHT_FIND",
        title: "Find from the right",
        summary: "Adds a column with the position of the last match of a regular expression whose first character stands at a character \
                  counted from the right end, or left of it. The position itself is counted from the left, from 1, as FIND and \
                  SUBSTRING count; 0 where there is no match. A missing text yields a missing position.",
        sentence: "Put the position of the last {pattern} in {sourceColumn} into {targetColumn}",
        params: &SEARCH,
        apply: Apply::Columns(|args, _| search(args, last)),
        examples: &[
            Example {
                title: "The last a",
                params: &[("sourceColumn", "t"), ("pattern", "a"), ("position", "1"), ("targetColumn", "at")],
                conditions: &[],
                before: "t:text\nbanana\n田a中\nxyz\n∅",
                after: "t:text | at:whole\nbanana | 6\n田a中 | 2\nxyz | 0\n∅ | ∅",
            },
            Example {
                title: "From the third character from the right on",
                params: &[("sourceColumn", "t"), ("pattern", "an"), ("position", "3"), ("targetColumn", "at")],
                conditions: &[],
                before: "t:text\nbanana\nxan",
                after: "t:text | at:whole\nbanana | 4\nxan | 0",
            },
        ],
        ..TEXTUAL
    },
    comparing(
        "EXACT",
        "Is the same",
        "Adds a column that is true where two texts are the same to the letter, blanks included, \
         and false elsewhere. Text is compared character by character as it is, capitals before small letters; where one of the two \
         is missing, so is the answer.",
        "Tell in {targetColumn} whether {sourceColumn1}{value1} is {sourceColumn2}{value2}",
        |args, _| compare(args, Expr::eq),
        &[Example {
            title: "Two columns",
            params: &[("sourceColumn1", "a"), ("sourceColumn2", "b"), ("targetColumn", "answer")],
            conditions: &[],
            before: "a:text | b:text\na | b\nb | a\na | a\nZ | a\n\"\" | a\na | ∅",
            after: "a:text | b:text | answer:boolean\na | b | false\nb | a | false\na | a | true\nZ | a | false\n\"\" | a | false\na | ∅ | ∅",
        }],
    ),
    comparing(
        "STRING_GREATER_THAN",
        "Sorts after",
        "Adds a column that is true where the first text sorts after the second, \
         and false elsewhere. Text is compared character by character as it is, capitals before small letters; where one of the two \
         is missing, so is the answer.",
        "Tell in {targetColumn} whether {sourceColumn1}{value1} sorts after {sourceColumn2}{value2}",
        |args, _| compare(args, Expr::gt),
        &[Example {
            title: "Two columns",
            params: &[("sourceColumn1", "a"), ("sourceColumn2", "b"), ("targetColumn", "answer")],
            conditions: &[],
            before: "a:text | b:text\na | b\nb | a\na | a\nZ | a\n\"\" | a\na | ∅",
            after: "a:text | b:text | answer:boolean\na | b | false\nb | a | true\na | a | false\nZ | a | false\n\"\" | a | false\na | ∅ | ∅",
        }],
    ),
    comparing(
        "STRING_GREATER_THAN_EQUAL",
        "Sorts after or is the same",
        "Adds a column that is true where the first text sorts after the second or is the same, \
         and false elsewhere. Text is compared character by character as it is, capitals before small letters; where one of the two \
         is missing, so is the answer.",
        "Tell in {targetColumn} whether {sourceColumn1}{value1} sorts after or is {sourceColumn2}{value2}",
        |args, _| compare(args, Expr::gt_eq),
        &[Example {
            title: "Two columns",
            params: &[("sourceColumn1", "a"), ("sourceColumn2", "b"), ("targetColumn", "answer")],
            conditions: &[],
            before: "a:text | b:text\na | b\nb | a\na | a\nZ | a\n\"\" | a\na | ∅",
            after: "a:text | b:text | answer:boolean\na | b | false\nb | a | true\na | a | true\nZ | a | false\n\"\" | a | false\na | ∅ | ∅",
        }],
    ),
    comparing(
        "STRING_LESS_THAN",
        "Sorts before",
        "Adds a column that is true where the first text sorts before the second, \
         and false elsewhere. Text is compared character by character as it is, capitals before small letters; where one of the two \
         is missing, so is the answer.",
        "Tell in {targetColumn} whether {sourceColumn1}{value1} sorts before {sourceColumn2}{value2}",
        |args, _| compare(args, Expr::lt),
        &[Example {
            title: "Two columns",
            params: &[("sourceColumn1", "a"), ("sourceColumn2", "b"), ("targetColumn", "answer")],
            conditions: &[],
            before: "a:text | b:text\na | b\nb | a\na | a\nZ | a\n\"\" | a\na | ∅",
            after: "a:text | b:text | answer:boolean\na | b | true\nb | a | false\na | a | false\nZ | a | true\n\"\" | a | true\na | ∅ | ∅",
        }],
    ),
    comparing(
        "STRING_LESS_THAN_EQUAL",
        "Sorts before or is the same",
        "Adds a column that is true where the first text sorts before the second or is the same, \
         and false elsewhere. Text is compared character by character as it is, capitals before small letters; where one of the two \
         is missing, so is the answer.",
        "Tell in {targetColumn} whether {sourceColumn1}{value1} sorts before or is {sourceColumn2}{value2}",
        |args, _| compare(args, Expr::lt_eq),
        &[Example {
            title: "Two columns",
            params: &[("sourceColumn1", "a"), ("sourceColumn2", "b"), ("targetColumn", "answer")],
            conditions: &[],
            before: "a:text | b:text\na | b\nb | a\na | a\nZ | a\n\"\" | a\na | ∅",
            after: "a:text | b:text | answer:boolean\na | b | true\nb | a | false\na | a | true\nZ | a | true\n\"\" | a | true\na | ∅ | ∅",
        }],
    ),
];

/// What the operations of this family have in common.
const TEXTUAL: Operation = Operation { family: Family::Text, ..Operation::DEFAULT };

const fn comparing(
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
        params: &PAIR,
        rules: ONE_EACH,
        apply: Apply::Columns(apply),
        examples,
        ..TEXTUAL
    }
}

fn compare(args: &Args, how: fn(Expr, Expr) -> Expr) -> Result<Vec<Output>> {
    let side = |column: &Param<Column>, value: &Param<String>| -> Result<Expr> {
        Ok(match args.find(column)? {
            Some(column) => col(column.0.as_str()),
            None => lit(args.get(value)?),
        })
    };
    target(args, how(side(&COLUMN_1, &VALUE_1)?, side(&COLUMN_2, &VALUE_2)?))
}

type Finder = fn(&Regex, &str, usize) -> Option<usize>;

fn search(args: &Args, find: Finder) -> Result<Vec<Output>> {
    let pattern = args.get(&PATTERN)?.0;
    let built = RegexBuilder::new(&pattern).case_insensitive(args.get(&IGNORE_CASE)?).build();
    let pattern = built.map_err(|e| {
        Error::new(ErrorKind::Parameter, "the pattern does not work").at_param(PATTERN.spec.name).caused_by(e)
    })?;
    let skipped = count(args.get(&FROM)? - 1);
    let source = args.get(&params::SOURCE)?.0;
    let position = move |text: &str| {
        let found = find(&pattern, text, skipped).map_or(0, |at| text[..at].chars().count() + 1);
        i64::try_from(found).ok()
    };
    target(args, map_whole(col(source.as_str()), position))
}

/// Where the first match begins, so many characters from the left on.
fn first(pattern: &Regex, text: &str, skipped: usize) -> Option<usize> {
    let from = byte_after(text, skipped);
    if skipped > 0 && from == text.len() {
        return None;
    }
    pattern.find_at(text, from).map(|found| found.start())
}

/// Where the last match begins that begins so many characters from the right end, or left of there.
fn last(pattern: &Regex, text: &str, skipped: usize) -> Option<usize> {
    let (limit, _) = text.char_indices().rev().nth(skipped)?;
    let (mut found, mut from) = (None, 0);
    while let Some(next) = pattern.find_at(text, from).filter(|next| next.start() <= limit) {
        found = Some(next.start());
        // Matches may overlap: the next one may begin one character further on.
        from = next.start() + text[next.start()..].chars().next().map_or(1, char::len_utf8);
        if from > limit {
            break;
        }
    }
    found
}
