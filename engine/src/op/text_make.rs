//! Text functions that make a new column from a text column or a constant.

use super::cells::{count, map_text, map_whole};
use super::param::{Column, Param, ParamSpec};
use super::{Apply, Args, ColumnsFn, Example, Family, Operation, Output, ParamRule, params};
use crate::error::Result;
use crate::named::col;
use crate::types::{TEXT, TypeClass};
use polars::prelude::{
    DataType, Expr, Field, IntoColumn as _, IntoSeries as _, NULL, NewChunkedArray as _, StringChunked, lit,
};
use regex::Regex;
use std::sync::LazyLock;

/// The text column that a function reads.
pub(super) static TEXT_SOURCE: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The text column that the function reads; give this or a value.")
    .example("customer")
    .accepts(TEXT)
    .optional();
/// The constant that a function reads.
pub(super) static TEXT_VALUE: Param<String> = Param::new("value", "Value")
    .help("A text that stands for every row; give this or a column.")
    .example("abc")
    .optional();
static LENGTH: Param<i64> =
    Param::new("position", "Characters").help("How many characters are taken.").example("3").range(0.0, f64::INFINITY);
static TIMES: Param<i64> =
    Param::new("count", "Times").help("How often the text is written.").example("2").range(0.0, 10_000.0);
static CODE_SOURCE: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The column of code points; give this or a value.")
    .example("code")
    .accepts(&[TypeClass::Whole])
    .optional();
static CODE: Param<i64> = Param::new("value", "Value")
    .help("A Unicode code point that stands for every row; give this or a column.")
    .example("42")
    .optional();

/// A function reads a column or a constant.
pub(super) const EITHER: &[ParamRule] = &[ParamRule::OnlyOneOf(&["sourceColumn", "value"])];

static PLAIN: [&ParamSpec; 3] = [&TEXT_SOURCE.spec, &TEXT_VALUE.spec, &params::TARGET.spec];
static WITH_LENGTH: [&ParamSpec; 4] = [&TEXT_SOURCE.spec, &TEXT_VALUE.spec, &LENGTH.spec, &params::TARGET.spec];
static WITH_TIMES: [&ParamSpec; 4] = [&TEXT_SOURCE.spec, &TEXT_VALUE.spec, &TIMES.spec, &params::TARGET.spec];
static OF_CODE: [&ParamSpec; 3] = [&CODE_SOURCE.spec, &CODE.spec, &params::TARGET.spec];

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    function(
        "LOWER",
        "Lowercase copy",
        "Adds a column with the text in small letters. Letters follow Unicode; a missing text yields a missing one.",
        "Put {sourceColumn}{value} in lower case into {targetColumn}",
        &PLAIN,
        |args, _| target(args, operand(args)?.str().to_lowercase()),
        &[Example {
            title: "Small letters",
            params: &[("sourceColumn", "t"), ("targetColumn", "low")],
            conditions: &[],
            before: "t:text\nMÁLAGA\n\"\"\n∅",
            after: "t:text | low:text\nMÁLAGA | málaga\n\"\" | \"\"\n∅ | ∅",
        }],
    ),
    function(
        "UPPER",
        "Uppercase copy",
        "Adds a column with the text in capital letters. Letters follow Unicode: ß becomes SS; a missing text yields a missing one.",
        "Put {sourceColumn}{value} in upper case into {targetColumn}",
        &PLAIN,
        |args, _| target(args, operand(args)?.str().to_uppercase()),
        &[
            Example {
                title: "Capital letters",
                params: &[("sourceColumn", "t"), ("targetColumn", "up")],
                conditions: &[],
                before: "t:text\nstraße\n∅",
                after: "t:text | up:text\nstraße | STRASSE\n∅ | ∅",
            },
            Example {
                title: "Of a constant",
                params: &[("value", "abc"), ("targetColumn", "up")],
                conditions: &[],
                before: "id:whole\n1\n2",
                after: "id:whole | up:text\n1 | ABC\n2 | ABC",
            },
        ],
    ),
    function(
        "PROPER",
        "Capitalised copy",
        "Adds a column with each word of the text capitalised: a capital first letter, small letters after it. Words are parted by \
         white space alone, as in CAPITAL_CASE.",
        "Put {sourceColumn}{value} with capitalised words into {targetColumn}",
        &PLAIN,
        |args, _| target(args, map_text(operand(args)?, |text| Some(super::case::capital_words(text)))),
        &[Example {
            title: "Each word",
            params: &[("sourceColumn", "t"), ("targetColumn", "proper")],
            conditions: &[],
            before: "t:text\nADA lovelace\nélan vital\n∅",
            after: "t:text | proper:text\nADA lovelace | Ada Lovelace\nélan vital | Élan Vital\n∅ | ∅",
        }],
    ),
    function(
        "TRIM",
        "Trimmed copy",
        "Adds a column with the text without white space at its ends; white space inside stays. White space follows Unicode: the hard \
         space counts.",
        "Put {sourceColumn}{value} without white space at its ends into {targetColumn}",
        &PLAIN,
        |args, _| target(args, operand(args)?.str().strip_chars(lit(NULL))),
        &[Example {
            title: "Both ends",
            params: &[("sourceColumn", "t"), ("targetColumn", "trimmed")],
            conditions: &[],
            before: "t:text\n\"  a b \\u00a0\"\n\" \"\n∅",
            after: "t:text | trimmed:text\n\"  a b \\u00a0\" | a b\n\" \" | \"\"\n∅ | ∅",
        }],
    ),
    function(
        "REMOVE_WHITESPACE",
        "Copy without white space",
        "Adds a column with the text without any white space, inside as well as at its ends. White space follows Unicode.",
        "Put {sourceColumn}{value} without white space into {targetColumn}",
        &PLAIN,
        |args, _| target(args, without_blanks(operand(args)?)),
        &[Example {
            title: "Everywhere",
            params: &[("sourceColumn", "iban"), ("targetColumn", "compact")],
            conditions: &[],
            before: "iban:text\n\" DE12 34\\u00a056\\t\"\n∅",
            after: "iban:text | compact:text\n\" DE12 34\\u00a056\\t\" | DE123456\n∅ | ∅",
        }],
    ),
    function(
        "REMOVE_SYMBOLS",
        "Copy without symbols",
        "Adds a column with the text without every character that is neither letter nor digit nor white space. Letters and digits of \
         all scripts stay, with their accents; the guide names Latin ones alone.",
        "Put {sourceColumn}{value} without symbols into {targetColumn}",
        &PLAIN,
        |args, _| target(args, without_symbols(operand(args)?)),
        &[Example {
            title: "Letters, digits and blanks stay",
            params: &[("sourceColumn", "t"), ("targetColumn", "plain")],
            conditions: &[],
            before: "t:text\nhttps://a-b.org/é 1\n田中!\n∅",
            after: "t:text | plain:text\nhttps://a-b.org/é 1 | httpsaborgé 1\n田中! | 田中\n∅ | ∅",
        }],
    ),
    function(
        "LEFT",
        "First characters",
        "Adds a column with the first characters of the text; a shorter text is taken whole, 0 characters are empty text. Characters \
         are counted, not bytes.",
        "Put the first {position} characters of {sourceColumn}{value} into {targetColumn}",
        &WITH_LENGTH,
        |args, _| target(args, operand(args)?.str().head(lit(args.get(&LENGTH)?))),
        &[Example {
            title: "The first three",
            params: &[("sourceColumn", "t"), ("position", "3"), ("targetColumn", "left")],
            conditions: &[],
            before: "t:text\nabcd\n田中さん\na\n\"\"\n∅",
            after: "t:text | left:text\nabcd | abc\n田中さん | 田中さ\na | a\n\"\" | \"\"\n∅ | ∅",
        }],
    ),
    function(
        "RIGHT",
        "Last characters",
        "Adds a column with the last characters of the text; a shorter text is taken whole, 0 characters are empty text. Characters \
         are counted, not bytes.",
        "Put the last {position} characters of {sourceColumn}{value} into {targetColumn}",
        &WITH_LENGTH,
        |args, _| target(args, operand(args)?.str().tail(lit(args.get(&LENGTH)?))),
        &[Example {
            title: "The last two",
            params: &[("sourceColumn", "t"), ("position", "2"), ("targetColumn", "right")],
            conditions: &[],
            before: "t:text\nabcd\n田中さん\na\n∅",
            after: "t:text | right:text\nabcd | cd\n田中さん | さん\na | a\n∅ | ∅",
        }],
    ),
    function(
        "REPEAT_STRING",
        "Repeat text",
        "Adds a column with the text written several times in a row; 0 times is empty text, at most 10000 times are taken.",
        "Write {sourceColumn}{value} {count} times into {targetColumn}",
        &WITH_TIMES,
        |args, _| {
            let times = count(args.get(&TIMES)?);
            target(args, map_text(operand(args)?, move |text| Some(text.repeat(times))))
        },
        &[
            Example {
                title: "A constant for every row",
                params: &[("value", "*"), ("count", "3"), ("targetColumn", "stars")],
                conditions: &[],
                before: "id:whole\n1\n2",
                after: "id:whole | stars:text\n1 | ***\n2 | ***",
            },
            Example {
                title: "A column",
                params: &[("sourceColumn", "t"), ("count", "2"), ("targetColumn", "twice")],
                conditions: &[],
                before: "t:text\nab\n\"\"\n∅",
                after: "t:text | twice:text\nab | abab\n\"\" | \"\"\n∅ | ∅",
            },
        ],
    ),
    function(
        "UNICODE",
        "Code of first character",
        "Adds a column with the Unicode code point of the first character of the text, a whole number. Empty text has none: the new \
         cell is missing.",
        "Put the code of the first character of {sourceColumn}{value} into {targetColumn}",
        &PLAIN,
        |args, _| target(args, map_whole(operand(args)?, |text| text.chars().next().map(|c| i64::from(u32::from(c))))),
        &[Example {
            title: "63 is the question mark",
            params: &[("sourceColumn", "t"), ("targetColumn", "code")],
            conditions: &[],
            before: "t:text\n?x\n田\n\"\"\n∅",
            after: "t:text | code:whole\n?x | 63\n田 | 30000\n\"\" | ∅\n∅ | ∅",
        }],
    ),
    function(
        "CHAR",
        "Character of a code",
        "Adds a column with the character of a Unicode code point. A number that is no code point (negative, too large, or a half of a \
         pair) yields a missing cell.",
        "Put the character with the code {sourceColumn}{value} into {targetColumn}",
        &OF_CODE,
        |args, _| {
            let codes = match args.find(&CODE_SOURCE)? {
                Some(column) => col(column.0.as_str()),
                None => lit(args.get(&CODE)?),
            };
            target(args, characters(codes))
        },
        &[Example {
            title: "42 is the asterisk",
            params: &[("sourceColumn", "code"), ("targetColumn", "sign")],
            conditions: &[],
            before: "code:whole\n42\n30000\n-1\n55296\n∅",
            after: "code:whole | sign:text\n42 | *\n30000 | 田\n-1 | ∅\n55296 | ∅\n∅ | ∅",
        }],
    ),
];

const fn function(
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    sentence: &'static str,
    params: &'static [&'static ParamSpec],
    apply: ColumnsFn,
    examples: &'static [Example],
) -> Operation {
    Operation {
        name,
        title,
        summary,
        sentence,
        family: Family::Text,
        params,
        rules: EITHER,
        apply: Apply::Columns(apply),
        examples,
        ..Operation::DEFAULT
    }
}

/// The column or the constant that a function reads.
pub(super) fn operand(args: &Args) -> Result<Expr> {
    Ok(match args.find(&TEXT_SOURCE)? {
        Some(column) => col(column.0.as_str()),
        None => lit(args.get(&TEXT_VALUE)?),
    })
}

/// The column that a function makes.
pub(super) fn target(args: &Args, value: Expr) -> Result<Vec<Output>> {
    Ok(vec![Output::new(&args.get(&params::TARGET)?.0, value)])
}

fn without_blanks(texts: Expr) -> Expr {
    map_text(texts, |text| Some(text.chars().filter(|sign| !sign.is_whitespace()).collect()))
}

fn without_symbols(texts: Expr) -> Expr {
    static SYMBOLS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[^\p{L}\p{M}\p{N}\s]").ok());
    map_text(texts, |text| {
        if !text.is_ascii() {
            return SYMBOLS.as_ref().map(|symbols| symbols.replace_all(text, "").into_owned());
        }
        let stays = |sign: &char| sign.is_ascii_alphanumeric() || sign.is_whitespace();
        Some(text.chars().filter(stays).collect())
    })
}

fn characters(codes: Expr) -> Expr {
    codes.map(
        |column| {
            let codes = column.cast(&DataType::Int64)?;
            let sign = |code: i64| u32::try_from(code).ok().and_then(char::from_u32).map(String::from);
            let signs = codes.i64()?.iter().map(|code| code.and_then(sign));
            Ok(StringChunked::from_iter_options(column.name().clone(), signs).into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::String)),
    )
}
