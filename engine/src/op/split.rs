//! One column into several. The column itself stays; the parts stand after it, named with _1, _2 and so on.

use super::cells::{byte_after, count, map_text};
use super::param::{Kind, Param, ParamSpec, ParamType};
use super::replace::{END, START, positions};
use super::{Apply, Args, Context, Example, Facts, Family, Operation, Output, params};
use crate::error::{Error, ErrorKind, Result};
use crate::named::{col, field_named};
use polars::prelude::{DataType, Expr, LazyFrame, lit};
use serde::{Deserialize, Serialize};

/// More columns than this are taken for a mistake.
const MOST_COLUMNS: usize = 1000;

/// A delimiter, as `DataBrew` writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delimiter {
    /// The text, taken literally.
    pub(super) pattern: String,
    /// Whether the part before it keeps it.
    #[serde(default)]
    pub(super) include_in_split: bool,
}

impl ParamType for Delimiter {
    const KIND: Kind = Kind::Delimiter;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(text).map_err(|_| {
            format!("“{text}” is not a delimiter such as {{\"pattern\":\",\",\"includeInSplit\":false}}")
        })?;
        if read.pattern.is_empty() { Err("the delimiter is empty".into()) } else { Ok(read) }
    }
    fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
    fn describe(&self, _: &ParamSpec) -> String {
        format!("“{}”", self.pattern)
    }
}

/// Several delimiters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delimiters(pub(super) Vec<Delimiter>);

impl ParamType for Delimiters {
    const KIND: Kind = Kind::Delimiters;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        let list: Vec<Delimiter> = serde_json::from_str(text)
            .map_err(|_| format!("“{text}” is not a list such as [{{\"pattern\":\",\",\"includeInSplit\":false}}]"))?;
        if list.is_empty() || list.iter().any(|d| d.pattern.is_empty()) {
            return Err("give at least one delimiter, and none empty".into());
        }
        Ok(Self(list))
    }
    fn write(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }
    fn describe(&self, _: &ParamSpec) -> String {
        self.0.iter().map(|d| format!("“{}”", d.pattern)).collect::<Vec<_>>().join(" or ")
    }
}

static DELIMITER: Param<String> =
    Param::new("pattern", "Delimiter").help("The text that separates the parts, taken literally.").example("/");
static LIMIT: Param<i64> = Param::new("limit", "Splits")
    .help("How often the text is split at most; one more column than this is made.")
    .example("1")
    .range(1.0, 20.0);
static INCLUDE: Param<bool> = Param::new("includeInSplit", "Keep the delimiter")
    .help("Whether each part but the last keeps the delimiter at its end.")
    .default("false");
static DELIMITERS: Param<Delimiters> = Param::new("patternOptions", "Delimiters")
    .help("The texts that separate the parts, and whether the part before one keeps it.")
    .example(r#"[{"pattern":",","includeInSplit":false},{"pattern":";","includeInSplit":false}]"#);
static FIRST: Param<Delimiter> = Param::new("patternOption1", "First delimiter")
    .help("The text after which the middle part begins, and whether the part before keeps it.")
    .example(r#"{"pattern":"<","includeInSplit":false}"#);
static SECOND: Param<Delimiter> = Param::new("patternOption2", "Second delimiter")
    .help("The text before which the middle part ends, and whether that part keeps it.")
    .example(r#"{"pattern":">","includeInSplit":false}"#);
static POSITION: Param<i64> = Param::new("position", "Characters")
    .help("How many characters stand on that side of the cut.")
    .example("3")
    .range(0.0, f64::INFINITY);
static INTERVAL: Param<i64> = Param::new("interval", "Characters in a part")
    .help("How many characters each part holds; the last may hold fewer.")
    .example("4")
    .range(1.0, f64::INFINITY);

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "SPLIT_COLUMN_SINGLE_DELIMITER",
        title: "Split at a delimiter",
        summary: "Splits text at a delimiter into new columns, named after the column with _1, _2 and so on; the column itself stays. \
                  Where the delimiter does not occur, the whole text is the first part and the others are missing; what remains after \
                  the last split stands in the last column.",
        sentence: "Split {sourceColumn} at {pattern}, {limit} ×",
        params: &[&params::SOURCE_TEXT.spec, &DELIMITER.spec, &LIMIT.spec, &INCLUDE.spec],
        apply: Apply::Columns(split),
        examples: &[
            Example {
                title: "At the first slash",
                params: &[("sourceColumn", "path"), ("pattern", "/"), ("limit", "1")],
                conditions: &[],
                before: "path:text | n:whole\na/b/c | 1\nabc | 2\n∅ | 3\n\"\" | 4\n田/中 | 5",
                after: "path:text | path_1:text | path_2:text | n:whole\na/b/c | a | b/c | 1\nabc | abc | ∅ | 2\n∅ | ∅ | ∅ | 3\n\"\" | \"\" | ∅ | 4\n田/中 | 田 | 中 | 5",
            },
            Example {
                title: "The delimiter stays with the part before it",
                params: &[("sourceColumn", "name"), ("pattern", ", "), ("limit", "1"), ("includeInSplit", "true")],
                conditions: &[],
                before: "name:text\nMeyer, A.\nBo",
                after: "name:text | name_1:text | name_2:text\nMeyer, A. | \"Meyer, \" | A.\nBo | Bo | ∅",
            },
        ],
        ..SPLITTING
    },
    Operation {
        name: "SPLIT_COLUMN_MULTIPLE_DELIMITER",
        title: "Split at several delimiters",
        summary: "Splits text at whichever of several delimiters comes next, as often as said; of two that begin at the same place the \
                  longer counts. Parts that a text does not have are missing; what remains after the last split stands in the last \
                  column. The column itself stays.",
        sentence: "Split {sourceColumn} at {patternOptions}, {limit} times",
        params: &[&params::SOURCE_TEXT.spec, &DELIMITERS.spec, &LIMIT.spec],
        apply: Apply::Columns(|args, _| {
            let delimiters = args.get(&DELIMITERS)?.0;
            let most = count(args.get(&LIMIT)?) + 1;
            parts(args, most, move |text| pieces(text, &delimiters, most))
        }),
        examples: &[Example {
            title: "At a comma or a semicolon, the semicolon kept",
            params: &[
                ("sourceColumn", "t"),
                ("patternOptions", r#"[{"pattern":",","includeInSplit":false},{"pattern":";","includeInSplit":true}]"#),
                ("limit", "2"),
            ],
            conditions: &[],
            before: "t:text\na,b;c,d\na\n\"\"\n∅",
            after: "t:text | t_1:text | t_2:text | t_3:text\na,b;c,d | a | b; | c,d\na | a | ∅ | ∅\n\"\" | \"\" | ∅ | ∅\n∅ | ∅ | ∅ | ∅",
        }],
        ..SPLITTING
    },
    Operation {
        name: "SPLIT_COLUMN_BETWEEN_DELIMITER",
        title: "Split between two delimiters",
        summary: "Splits text into three: before the first delimiter, between it and the nearest second one after it, and what follows. \
                  A delimiter goes, or stays at the end of the part before it. Where one of them is not there, the whole text is the \
                  first part and the others are missing. The column itself stays.",
        sentence: "Split {sourceColumn} at {patternOption1} and {patternOption2}",
        params: &[&params::SOURCE_TEXT.spec, &FIRST.spec, &SECOND.spec],
        apply: Apply::Columns(|args, _| {
            let (first, second) = (args.get(&FIRST)?, args.get(&SECOND)?);
            parts(args, 3, move |text| split_between(text, &first, &second))
        }),
        examples: &[Example {
            title: "The address in angle brackets",
            params: &[
                ("sourceColumn", "t"),
                ("patternOption1", r#"{"pattern":"<","includeInSplit":false}"#),
                ("patternOption2", r#"{"pattern":">","includeInSplit":true}"#),
            ],
            conditions: &[],
            before: "t:text\nAda<a@b.c>!\nBo\n∅",
            after: "t:text | t_1:text | t_2:text | t_3:text\nAda<a@b.c>! | Ada | a@b.c> | !\nBo | Bo | ∅ | ∅\n∅ | ∅ | ∅ | ∅",
        }],
        ..SPLITTING
    },
    Operation {
        name: "SPLIT_COLUMN_BETWEEN_POSITIONS",
        title: "Split between two positions",
        summary: "Splits text into three: the characters before the first position, those from it to the last one (both included, \
                  counted from 1), and those after it. A part that a text does not reach is empty text, so that the three together \
                  are the text. The column itself stays.",
        sentence: "Split {sourceColumn} around characters {startPosition} to {endPosition}",
        params: &[&params::SOURCE_TEXT.spec, &START.spec, &END.spec],
        apply: Apply::Columns(|args, _| {
            let stretch = positions(args)?;
            parts(args, 3, move |text| {
                let (from, to) = (byte_after(text, stretch.start), byte_after(text, stretch.end));
                vec![text[..from].to_owned(), text[from..to].to_owned(), text[to..].to_owned()]
            })
        }),
        examples: &[Example {
            title: "Characters 2 to 3 in the middle",
            params: &[("sourceColumn", "t"), ("startPosition", "2"), ("endPosition", "3")],
            conditions: &[],
            before: "t:text\nabcd\na\n田中さん\n∅",
            after: "t:text | t_1:text | t_2:text | t_3:text\nabcd | a | bc | d\na | a | \"\" | \"\"\n田中さん | 田 | 中さ | ん\n∅ | ∅ | ∅ | ∅",
        }],
        ..SPLITTING
    },
    Operation {
        name: "SPLIT_COLUMN_FROM_START",
        title: "Split from the start",
        summary: "Splits text into two after a number of characters, counted from the start. A shorter text is the first part, and the \
                  second is empty text. The column itself stays.",
        sentence: "Split {sourceColumn} after its first {position} characters",
        params: &[&params::SOURCE_TEXT.spec, &POSITION.spec],
        apply: Apply::Columns(|args, _| cut(args, |_, position| position)),
        examples: &[Example {
            title: "The first character",
            params: &[("sourceColumn", "t"), ("position", "1")],
            conditions: &[],
            before: "t:text\nabc\n田中\n\"\"\n∅",
            after: "t:text | t_1:text | t_2:text\nabc | a | bc\n田中 | 田 | 中\n\"\" | \"\" | \"\"\n∅ | ∅ | ∅",
        }],
        ..SPLITTING
    },
    Operation {
        name: "SPLIT_COLUMN_FROM_END",
        title: "Split from the end",
        summary: "Splits text into two before a number of characters, counted from the end. A shorter text is the second part, and the \
                  first is empty text. The column itself stays.",
        sentence: "Split {sourceColumn} before its last {position} characters",
        params: &[&params::SOURCE_TEXT.spec, &POSITION.spec],
        apply: Apply::Columns(|args, _| cut(args, |text, position| text.chars().count().saturating_sub(position))),
        examples: &[Example {
            title: "The last character",
            params: &[("sourceColumn", "t"), ("position", "1")],
            conditions: &[],
            before: "t:text\nabc\n田中\n\"\"\n∅",
            after: "t:text | t_1:text | t_2:text\nabc | ab | c\n田中 | 田 | 中\n\"\" | \"\" | \"\"\n∅ | ∅ | ∅",
        }],
        ..SPLITTING
    },
    Operation {
        name: "SPLIT_COLUMN_WITH_INTERVALS",
        title: "Split into equal parts",
        summary: "Splits text into parts of so many characters, from a position on (counted from 1; 0 counts as 1); what stands before it \
                  is in no part. The longest text of the column decides how many columns there are, at least one and at most 1000; \
                  parts that a text does not reach are missing. The column itself stays. The step can keep its columns, as PIVOT can.",
        sentence: "Split {sourceColumn} into parts of {interval} characters from character {startPosition} on",
        params: &[&params::SOURCE_TEXT.spec, &START.spec, &INTERVAL.spec],
        facts: Some(Facts::shaping(longest, super::kept::numbers_within)),
        apply: Apply::Columns(split_with_intervals),
        examples: &[Example {
            title: "Two characters each",
            params: &[("sourceColumn", "t"), ("startPosition", "1"), ("interval", "2")],
            conditions: &[],
            before: "t:text\nabcde\n田中\n\"\"\n∅",
            after: "t:text | t_1:text | t_2:text | t_3:text\nabcde | ab | cd | e\n田中 | 田中 | ∅ | ∅\n\"\" | ∅ | ∅ | ∅\n∅ | ∅ | ∅ | ∅",
        }],
        ..SPLITTING
    },
];

/// What the operations of this family have in common.
const SPLITTING: Operation = Operation { family: Family::Split, ..Operation::DEFAULT };

fn split(args: &Args, _: &Context<'_>) -> Result<Vec<Output>> {
    let column = args.get(&params::SOURCE)?.0;
    let delimiter = args.get(&DELIMITER)?;
    let parts = count(args.get(&LIMIT)?) + 1;
    let include = args.get(&INCLUDE)?;
    let pieces = col(column.as_str()).str().splitn(lit(delimiter.clone()), parts);
    let part = |at: usize| -> Expr { field_named(pieces.clone(), format!("field_{at}")) };
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

/// New columns with the parts that `divide` makes of a text; parts that it does not make are missing.
fn parts(
    args: &Args,
    columns: usize,
    divide: impl Fn(&str) -> Vec<String> + Clone + Send + Sync + 'static,
) -> Result<Vec<Output>> {
    let source = args.get(&params::SOURCE)?.0;
    let part = |at: usize| {
        let divide = divide.clone();
        let value = map_text(col(source.as_str()), move |text| divide(text).into_iter().nth(at));
        Output::new(&format!("{source}_{}", at + 1), value)
    };
    Ok((0..columns).map(part).collect())
}

fn cut(args: &Args, place: fn(&str, usize) -> usize) -> Result<Vec<Output>> {
    let position = count(args.get(&POSITION)?);
    parts(args, 2, move |text| {
        let (left, right) = text.split_at(byte_after(text, place(text, position)));
        vec![left.to_owned(), right.to_owned()]
    })
}

fn pieces(text: &str, delimiters: &[Delimiter], most: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while found.len() + 1 < most {
        let next = delimiters
            .iter()
            .filter_map(|d| rest.find(d.pattern.as_str()).map(|at| (at, d)))
            .min_by_key(|(at, d)| (*at, std::cmp::Reverse(d.pattern.len())));
        let Some((at, delimiter)) = next else { break };
        let end = at + delimiter.pattern.len();
        found.push(rest[..if delimiter.include_in_split { end } else { at }].to_owned());
        rest = &rest[end..];
    }
    found.push(rest.to_owned());
    found
}

fn split_between(text: &str, first: &Delimiter, second: &Delimiter) -> Vec<String> {
    let kept = |part: &str, delimiter: &Delimiter| {
        if delimiter.include_in_split { format!("{part}{}", delimiter.pattern) } else { part.to_owned() }
    };
    let found = text.split_once(first.pattern.as_str());
    match found.and_then(|(before, rest)| Some((before, rest.split_once(second.pattern.as_str())?))) {
        Some((before, (middle, after))) => vec![kept(before, first), kept(middle, second), after.to_owned()],
        None => vec![text.to_owned()],
    }
}

fn longest(args: &Args, _: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    let source = args.get(&params::SOURCE)?.0;
    let length = col(source.as_str()).str().len_chars().max().cast(DataType::Int64);
    Ok(Some(frame.select([length.alias("longest")])))
}

fn split_with_intervals(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let longest = context.facts()?.column("longest")?.get(0)?.extract::<i64>().unwrap_or_default();
    let skipped = count(args.get(&START)? - 1);
    let interval = count(args.get(&INTERVAL)?);
    let columns = count(longest).saturating_sub(skipped).div_ceil(interval).max(1);
    if columns > MOST_COLUMNS {
        let message = format!("a text of {longest} characters would make {columns} columns, more than {MOST_COLUMNS}");
        let error = Error::new(ErrorKind::Data, message).advise("choose longer parts, or a position further on");
        return Err(error.at_param(INTERVAL.spec.name));
    }
    parts(args, columns, move |text| {
        let letters: Vec<char> = text.chars().skip(skipped).collect();
        letters.chunks(interval).map(|part| part.iter().collect()).collect()
    })
}
