//! Parts of a text replaced by another text, in place.

use super::cells::{byte_after, count, map_text};
use super::param::{Param, Pattern};
use super::{Apply, Args, Context, Example, Family, Operation, Output, in_place, params};
use crate::error::{Error, ErrorKind, Result};
use regex::Regex;
use std::ops::Range;

static PATTERN: Param<Pattern> =
    Param::new("pattern", "Replace").help("What is replaced, as a regular expression.").example("[0-9]+");
static WITH: Param<String> = Param::new("value", "With")
    .help("What is put in its place; $1 stands for the first group of the pattern, \\$ for the sign itself.")
    .example("#")
    .default("");
static LITERAL: Param<String> =
    Param::new("value", "With").help("What is put in its place, taken literally.").example("?").default("");
/// Where a stretch of text begins.
pub(super) static START_PATTERN: Param<Pattern> =
    Param::new("startPattern", "From").help("The delimiter before the text, as a regular expression.").example("<");
/// Where a stretch of text ends.
pub(super) static END_PATTERN: Param<Pattern> =
    Param::new("endPattern", "To").help("The delimiter after the text, as a regular expression.").example(">");
/// The first character of a stretch of text.
pub(super) static START: Param<i64> = Param::new("startPosition", "First character")
    .help("The first character meant, counted from 1; 0 counts as 1.")
    .example("3")
    .range(0.0, f64::INFINITY);
/// The last character of a stretch of text.
pub(super) static END: Param<i64> = Param::new("endPosition", "Last character")
    .help("The last character meant, counted from 1; it is included.")
    .example("9")
    .range(0.0, f64::INFINITY);

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "REPLACE_TEXT",
        title: "Replace text",
        summary: "Replaces every place where a regular expression matches, in place; the rest of the text stays. Capitals and small \
                  letters differ unless the pattern begins with (?i). In the replacement $1 stands for the first group, ${name} for \
                  a named one and \\$ for the sign itself. Without a match the text stays; a missing cell stays missing.",
        sentence: "Replace {pattern} in {sourceColumn} with {value}",
        family: Family::Clean,
        params: &[&params::SOURCE_TEXT.spec, &PATTERN.spec, &WITH.spec],
        apply: Apply::Columns(replace_text),
        examples: &[
            Example {
                title: "Every match, inside longer text too",
                params: &[("sourceColumn", "end"), ("pattern", "mate"), ("value", "checkmate")],
                conditions: &[],
                before: "end:text\nmate\nstalemate, mate\nMate\n\"\"\n∅",
                after: "end:text\ncheckmate\nstalecheckmate, checkmate\nMate\n\"\"\n∅",
            },
            Example {
                title: "Groups change places",
                params: &[("sourceColumn", "name"), ("pattern", "(\\w+), (\\w+)"), ("value", "$2 $1")],
                conditions: &[],
                before: "name:text\nKing, Ada\nBo",
                after: "name:text\nAda King\nBo",
            },
        ],
        ..Operation::DEFAULT
    },
    Operation {
        name: "REPLACE_BETWEEN_DELIMITERS",
        title: "Replace between delimiters",
        summary: "Replaces what stands between two delimiters, in place, at every pair of them: from a first delimiter to the nearest \
                  second one after it. The delimiters stay. Where one of them is not there, the text stays.",
        sentence: "Replace what stands between {startPattern} and {endPattern} in {sourceColumn} with {value}",
        family: Family::Clean,
        params: &[&params::SOURCE_TEXT.spec, &START_PATTERN.spec, &END_PATTERN.spec, &LITERAL.spec],
        apply: Apply::Columns(replace_between_delimiters),
        examples: &[Example {
            title: "At every pair",
            params: &[("sourceColumn", "t"), ("startPattern", "<"), ("endPattern", ">"), ("value", "?")],
            conditions: &[],
            before: "t:text\n<a> and <b>\n<>\n田<中>\nopen < only\n∅",
            after: "t:text\n<?> and <?>\n<?>\n田<?>\nopen < only\n∅",
        }],
        ..Operation::DEFAULT
    },
    Operation {
        name: "REPLACE_BETWEEN_POSITIONS",
        title: "Replace between positions",
        summary: "Replaces the characters from one position to another, both included and counted from 1, in place. A text that ends \
                  before the first position stays; one that ends within the stretch loses its end.",
        sentence: "Replace characters {startPosition} to {endPosition} of {sourceColumn} with {value}",
        family: Family::Clean,
        params: &[&params::SOURCE_TEXT.spec, &START.spec, &END.spec, &LITERAL.spec],
        apply: Apply::Columns(replace_between_positions),
        examples: &[Example {
            title: "Characters 2 to 3",
            params: &[("sourceColumn", "t"), ("startPosition", "2"), ("endPosition", "3"), ("value", "*")],
            conditions: &[],
            before: "t:text\nabcd\nab\na\n田中さん\n\"\"\n∅",
            after: "t:text\na*d\na*\na\n田*ん\n\"\"\n∅",
        }],
        ..Operation::DEFAULT
    },
];

/// The compiled expression of a parameter.
pub(super) fn regex(args: &Args, param: &Param<Pattern>) -> Result<Regex> {
    let pattern = args.get(param)?.0;
    Regex::new(&pattern).map_err(|e| {
        Error::new(ErrorKind::Parameter, "the pattern does not work").at_param(param.spec.name).caused_by(e)
    })
}

/// The places between two delimiters, delimiters left out, from left to right.
pub(super) fn between(text: &str, start: &Regex, end: &Regex) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(first) = start.find_at(text, from) {
        let Some(second) = end.find_at(text, first.end()) else { break };
        found.push(first.end()..second.start());
        // Two delimiters that match nothing at all would never get on.
        from = if second.end() > from {
            second.end()
        } else {
            from + text[from..].chars().next().map_or(1, char::len_utf8)
        };
        if from > text.len() {
            break;
        }
    }
    found
}

/// The first position and the number of characters before the end, checked: both counted from 0.
pub(super) fn positions(args: &Args) -> Result<Range<usize>> {
    let (start, end) = (args.get(&START)?.max(1), args.get(&END)?);
    if end < start {
        let message = format!("the last character {end} comes before the first {start}");
        return Err(Error::new(ErrorKind::Parameter, message).advise("exchange the two").at_param(END.spec.name));
    }
    Ok(count(start - 1)..count(end))
}

fn replace_text(args: &Args, _: &Context<'_>) -> Result<Vec<Output>> {
    let pattern = regex(args, &PATTERN)?;
    let value = replacement(&args.get(&WITH)?, &pattern)?;
    in_place(args, |cells| map_text(cells, move |text| Some(pattern.replace_all(text, value.as_str()).into_owned())))
}

/// A replacement as recipes write it (`$1`, `\$`), in the notation of the `regex` crate (`${1}`, `$$`).
fn replacement(value: &str, pattern: &Regex) -> Result<String> {
    let mut out = String::new();
    let mut letters = value.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek().copied()) {
            ('\\', Some(next)) => {
                out.push_str(if next == '$' { "$$" } else { "" });
                out.extend((next != '$').then_some(next));
                letters.next();
            }
            ('$', Some(digit)) if digit.is_ascii_digit() => {
                let mut group = String::new();
                let fits = |number: &str| number.parse::<usize>().is_ok_and(|n| n < pattern.captures_len());
                while let Some(digit) = letters.next_if(|d| d.is_ascii_digit() && fits(&format!("{group}{d}"))) {
                    group.push(digit);
                }
                if group.is_empty() {
                    return Err(no_group(&format!("${digit}"), pattern));
                }
                out.push_str(&format!("${{{group}}}"));
            }
            ('$', Some('{')) => {
                letters.next();
                let name: String = letters.by_ref().take_while(|l| *l != '}').collect();
                let known = pattern.capture_names().flatten().any(|n| n == name);
                if !known {
                    return Err(no_group(&format!("${{{name}}}"), pattern));
                }
                out.push_str(&format!("${{{name}}}"));
            }
            ('$', _) => out.push_str("$$"),
            _ => out.push(letter),
        }
    }
    Ok(out)
}

fn no_group(named: &str, pattern: &Regex) -> Error {
    let message =
        format!("{named} names a group that the pattern does not have; it has {}", pattern.captures_len() - 1);
    let error = Error::new(ErrorKind::Parameter, message).at_param(WITH.spec.name);
    error.advise("put round brackets around the part of the pattern that is meant, or write \\$ for the sign itself")
}

fn replace_between_delimiters(args: &Args, _: &Context<'_>) -> Result<Vec<Output>> {
    let (start, end) = (regex(args, &START_PATTERN)?, regex(args, &END_PATTERN)?);
    let value = args.get(&LITERAL)?;
    in_place(args, |cells| {
        map_text(cells, move |text| {
            let mut out = String::with_capacity(text.len());
            let mut from = 0;
            for stretch in between(text, &start, &end) {
                out.push_str(&text[from..stretch.start]);
                out.push_str(&value);
                from = stretch.end;
            }
            out.push_str(&text[from..]);
            Some(out)
        })
    })
}

fn replace_between_positions(args: &Args, _: &Context<'_>) -> Result<Vec<Output>> {
    let stretch = positions(args)?;
    let value = args.get(&LITERAL)?;
    in_place(args, |cells| {
        map_text(cells, move |text| {
            let (from, to) = (byte_after(text, stretch.start), byte_after(text, stretch.end));
            Some(if from == text.len() { text.to_owned() } else { format!("{}{value}{}", &text[..from], &text[to..]) })
        })
    })
}
