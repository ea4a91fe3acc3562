//! Masks: letters written over by a symbol, so that a text keeps its length and can no longer be read.

use super::entity::{Change, ENTITIES, change_texts};
use super::lists::Words;
use super::param::{Kind, Param, ParamSpec, ParamType, choice};
use super::{Apply, Args, Context, Example, Family, Operation, Output, params};
use crate::error::{Error, ErrorKind, Result};
use regex::Regex;
use std::sync::Arc;

/// What is written for each masked character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Symbol(pub(super) String);

impl ParamType for Symbol {
    const KIND: Kind = Kind::Text;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("give a symbol such as #".into()) } else { Ok(Self(text.to_owned())) }
    }
    fn write(&self) -> String {
        self.0.clone()
    }
    fn describe(&self, _: &ParamSpec) -> String {
        format!("“{}”", self.0)
    }
}

/// What is written for each masked character.
pub(super) static SYMBOL: Param<Symbol> = Param::new("maskSymbol", "Symbol")
    .help("What is written for each masked character; more than one character is written as often.")
    .example("#");
static CUSTOM: Param<String> = Param::new("customValue", "Text or pattern")
    .help("The text that is masked wherever it occurs, capitals and small letters told apart; or a regular expression.")
    .example("amazon");
static REGEX: Param<bool> = Param::new("regex", "Is a pattern")
    .help("Whether the text is a regular expression, each of whose matches is masked.")
    .default("false");
static START: Param<String> = Param::new("startDelimiter", "Start delimiter")
    .help("The text after which masking begins; left out, the start of the cell.")
    .example("<")
    .optional();
static END: Param<String> = Param::new("endDelimiter", "End delimiter")
    .help("The text before which masking ends; left out, the end of the cell.")
    .example(">")
    .optional();
static PRESERVE: Param<bool> = Param::new("preserveDelimiters", "Keep delimiters")
    .help("Whether the delimiters stay as they are (true), or are masked too (false).")
    .default("true");
static FIRST: Param<i64> = Param::new("start", "From")
    .help("The first character that is masked, counted from 0; a negative number counts from the end. Left out, the first.")
    .example("0")
    .optional();
static STOP: Param<i64> = Param::new("stop", "Until")
    .help("The first character that is not masked any more, counted from 0; a negative number counts from the end. Left out, all the rest is.")
    .example("-4")
    .optional();
static ALPHABET: Param<Words> = Param::new("alphabet", "Stays unmasked")
    .help("The classes of characters that stay: SYMBOLS is all but letters, digits and white space.")
    .example(r#"["SYMBOLS","WHITESPACE"]"#)
    .choices(&[choice("SYMBOLS", "Symbols"), choice("WHITESPACE", "White space")])
    .optional();

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "MASK_CUSTOM",
        title: "Mask a text",
        summary: "Masks every occurrence of a text, or every match of a regular expression, in some columns, in place; one symbol for each \
                  character (Unicode code point). Capitals and small letters are told apart. Numbers and dates are masked as they are \
                  written and become text. Missing cells stay missing.",
        sentence: "Mask {customValue} in {sourceColumns} with {maskSymbol}",
        params: &[&params::SOURCES.spec, &SYMBOL.spec, &CUSTOM.spec, &REGEX.spec, &ENTITIES.spec],
        apply: Apply::Columns(mask_custom),
        examples: &[
            Example {
                title: "A text wherever it occurs",
                params: &[("sourceColumns", "[\"company\"]"), ("maskSymbol", "#"), ("customValue", "amazon")],
                conditions: &[],
                before: "company:text\namazon web services\nmyamazon\nAmazon\n∅",
                after: "company:text\n###### web services\nmy######\nAmazon\n∅",
            },
            Example {
                title: "A pattern, only inside email addresses",
                params: &[
                    ("sourceColumns", "[\"note\"]"),
                    ("maskSymbol", "*"),
                    ("customValue", "[^@.]"),
                    ("regex", "true"),
                    ("entityTypeFilter", "[\"EMAIL\"]"),
                ],
                conditions: &[],
                before: "note:text\nwrite to ada@b.de.\nno address",
                after: "note:text\nwrite to ***@*.**.\nno address",
            },
        ],
        ..MASK
    },
    Operation {
        name: "MASK_DELIMITER",
        title: "Mask between delimiters",
        summary: "Masks what stands between two delimiters, in some columns, in place, at every pair of them: from a start delimiter to the \
                  nearest end delimiter after it. A delimiter that is left out stands for the start or the end of the cell; where one that \
                  is given does not occur, nothing is masked. The delimiters stay, unless preserveDelimiters is false (the guide's text \
                  says the reverse of the name; the name is followed). Missing cells stay missing.",
        sentence: "Mask {sourceColumns} between {startDelimiter} and {endDelimiter} with {maskSymbol}",
        params: &[
            &params::SOURCES.spec,
            &SYMBOL.spec,
            &START.spec,
            &END.spec,
            &PRESERVE.spec,
            &ALPHABET.spec,
            &ENTITIES.spec,
        ],
        apply: Apply::Columns(mask_delimiter),
        examples: &[
            Example {
                title: "Delimiters masked too, blanks and symbols not",
                params: &[
                    ("sourceColumns", "[\"name\"]"),
                    ("maskSymbol", "#"),
                    ("startDelimiter", "<"),
                    ("endDelimiter", ">"),
                    ("preserveDelimiters", "false"),
                    ("alphabet", "[\"WHITESPACE\"]"),
                ],
                conditions: &[],
                before: "name:text\nHi <Ada L> and <Bo>\nopen <only\n∅",
                after: "name:text\nHi #### ## and ####\nopen <only\n∅",
            },
            Example {
                title: "From a delimiter to the end",
                params: &[("sourceColumns", "[\"mail\"]"), ("maskSymbol", "*"), ("startDelimiter", "@")],
                conditions: &[],
                before: "mail:text\nada@b.de\nnobody",
                after: "mail:text\nada@****\nnobody",
            },
        ],
        ..MASK
    },
    Operation {
        name: "MASK_RANGE",
        title: "Mask a range",
        summary: "Masks the characters from one position to another, in some columns, in place. Positions count from 0, the first is masked, \
                  the last is not; negative ones count from the end, and what lies outside the text is cut off. Without positions all is \
                  masked. Characters are Unicode code points. Missing cells stay missing.",
        sentence: "Mask characters {start} to {stop} of {sourceColumns} with {maskSymbol}",
        params: &[&params::SOURCES.spec, &SYMBOL.spec, &FIRST.spec, &STOP.spec, &ALPHABET.spec, &ENTITIES.spec],
        apply: Apply::Columns(mask_range),
        examples: &[
            Example {
                title: "All but the last four",
                params: &[
                    ("sourceColumns", "[\"card\"]"),
                    ("maskSymbol", "#"),
                    ("stop", "-4"),
                    ("alphabet", "[\"SYMBOLS\"]"),
                ],
                conditions: &[],
                before: "card:text\n4111-1111-1111-1111\n123\n∅",
                after: "card:text\n####-####-####-1111\n123\n∅",
            },
            Example {
                title: "Whole, two columns, a number too",
                params: &[("sourceColumns", "[\"name\",\"age\"]"), ("maskSymbol", "x")],
                conditions: &[],
                before: "name:text | age:whole\nZoë | 41\n\"\" | ∅",
                after: "name:text | age:text\nxxx | xx\n\"\" | ∅",
            },
        ],
        ..MASK
    },
];

/// What the operations of this family have in common.
const MASK: Operation = Operation { family: Family::Protect, ..Operation::DEFAULT };

/// Writes a symbol over characters, but not over those of classes that stay.
#[derive(Clone)]
struct Cover {
    symbol: String,
    keeps_symbols: bool,
    keeps_blanks: bool,
}

impl Cover {
    fn read(args: &Args) -> Result<Self> {
        let kept = args.find(&ALPHABET)?.map_or_else(Vec::new, |words| words.0);
        let symbol = args.get(&SYMBOL)?.0;
        Ok(Self { symbol, keeps_symbols: kept.contains(&"SYMBOLS"), keeps_blanks: kept.contains(&"WHITESPACE") })
    }

    fn cover(&self, text: &str, masked: &mut String) {
        for letter in text.chars() {
            if self.keeps(letter) {
                masked.push(letter);
            } else {
                masked.push_str(&self.symbol);
            }
        }
    }

    fn keeps(&self, letter: char) -> bool {
        // An accent that stands alone belongs to the letter before it.
        let accent = ('\u{300}'..='\u{36f}').contains(&letter);
        if letter.is_whitespace() {
            self.keeps_blanks
        } else {
            self.keeps_symbols && !letter.is_alphanumeric() && !accent
        }
    }
}

fn mask_custom(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let (wanted, cover) = (args.get(&CUSTOM)?, Cover::read(args)?);
    let refuse = |message: String| Err(Error::new(ErrorKind::Parameter, message).at_param(CUSTOM.spec.name));
    if wanted.is_empty() {
        return refuse("give the text that is masked".into());
    }
    let pattern = if args.get(&REGEX)? { wanted } else { regex::escape(&wanted) };
    let pattern = match Regex::new(&pattern) {
        Ok(pattern) => pattern,
        Err(error) => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            return refuse(format!("the pattern does not work: {last}"));
        }
    };
    let change: Change = Arc::new(move |text| {
        let mut masked = String::with_capacity(text.len());
        let mut at = 0;
        for found in pattern.find_iter(text) {
            masked.push_str(&text[at..found.start()]);
            cover.cover(found.as_str(), &mut masked);
            at = found.end();
        }
        masked.push_str(&text[at..]);
        masked
    });
    change_texts(args, context, &change)
}

fn mask_delimiter(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let (start, end) = (args.find(&START)?.unwrap_or_default(), args.find(&END)?.unwrap_or_default());
    let (preserve, cover) = (args.get(&PRESERVE)?, Cover::read(args)?);
    let change: Change = Arc::new(move |text| {
        let mut masked = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, inside)) = between(rest, &start, &end) {
            let (mut from, mut until) = (before, before + inside);
            if !preserve {
                from -= start.len();
                until += end.len();
            }
            masked.push_str(&rest[..from]);
            cover.cover(&rest[from..until], &mut masked);
            if preserve {
                masked.push_str(&end);
                until += end.len();
            }
            rest = &rest[until..];
            if start.is_empty() || end.is_empty() {
                break;
            }
        }
        masked.push_str(rest);
        masked
    });
    change_texts(args, context, &change)
}

/// Where the stretch between two delimiters begins, and how long it is; an empty delimiter is the end of the text on its side.
fn between(text: &str, start: &str, end: &str) -> Option<(usize, usize)> {
    let from = text.find(start)? + start.len();
    let length = if end.is_empty() { text.len() - from } else { text[from..].find(end)? };
    Some((from, length))
}

fn mask_range(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let (first, stop, cover) = (args.find(&FIRST)?.unwrap_or(0), args.find(&STOP)?, Cover::read(args)?);
    let change: Change = Arc::new(move |text| {
        let length = text.chars().count();
        let from = place(first, length);
        let until = stop.map_or(length, |stop| place(stop, length)).max(from);
        let (from, until) = (super::cells::byte_after(text, from), super::cells::byte_after(text, until));
        let mut masked = text[..from].to_owned();
        cover.cover(&text[from..until], &mut masked);
        masked + &text[until..]
    });
    change_texts(args, context, &change)
}

/// A position that may count from the end, within the text.
fn place(at: i64, length: usize) -> usize {
    let distance = usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX);
    if at < 0 { length.saturating_sub(distance) } else { distance.min(length) }
}
