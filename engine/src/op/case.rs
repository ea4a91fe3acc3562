//! Upper and lower case. Case follows Unicode, not a language's own rules (Turkish dotless i).

use super::cells::map_text;
use super::{Apply, ColumnsFn, Example, Family, Operation, ParamSpec, in_place, params};

static PARAMS: [&ParamSpec; 1] = [&params::SOURCE_TEXT.spec];

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    casing(
        "UPPER_CASE",
        "Uppercase",
        "Writes text in capital letters, in place. Letters follow Unicode: ß becomes SS.",
        "Write {sourceColumn} in upper case",
        |args, _| in_place(args, |cells| cells.str().to_uppercase()),
        &[
            Example {
                title: "Capital letters, accents kept; a missing cell stays missing",
                params: &[("sourceColumn", "city")],
                conditions: &[],
                before: "city:text\nBerlin\nmálaga\n\"\"\n∅\nstraße",
                after: "city:text\nBERLIN\nMÁLAGA\n\"\"\n∅\nSTRASSE",
            },
            Example {
                title: "Only where a condition holds",
                params: &[("sourceColumn", "code")],
                conditions: &[("STARTS_WITH", "de", "code")],
                before: "code:text\nde-1\nfr-1",
                after: "code:text\nDE-1\nfr-1",
            },
        ],
    ),
    casing(
        "LOWER_CASE",
        "Lowercase",
        "Writes text in small letters, in place. Letters follow Unicode; missing cells and empty text stay as they are.",
        "Write {sourceColumn} in lower case",
        |args, _| in_place(args, |cells| cells.str().to_lowercase()),
        &[Example {
            title: "Small letters, accents kept",
            params: &[("sourceColumn", "city")],
            conditions: &[],
            before: "city:text\nBERLIN\nMÁLAGA\n\"\"\n∅",
            after: "city:text\nberlin\nmálaga\n\"\"\n∅",
        }],
    ),
    casing(
        "CAPITAL_CASE",
        "Capitalise words",
        "Writes each word with a capital first letter and small letters after it, in place. Words are parted by white space alone: \
         jean-luc becomes Jean-luc and o'neill O'neill. White space stays as it is.",
        "Capitalise the words of {sourceColumn}",
        |args, _| in_place(args, |cells| map_text(cells, |text| Some(capital_words(text)))),
        &[Example {
            title: "Each word",
            params: &[("sourceColumn", "name")],
            conditions: &[],
            before: "name:text\nADA LOVELACE\nélan  vital\nJEAN-LUC\n\"\"\n∅",
            after: "name:text\nAda Lovelace\nÉlan  Vital\nJean-luc\n\"\"\n∅",
        }],
    ),
    casing(
        "SENTENCE_CASE",
        "Sentence case",
        "Writes text in small letters with a capital at the start of each sentence, in place. A sentence ends at a full stop, an \
         exclamation mark or a question mark with white space after it, so that 3.5 and www.example.com stay whole. A sentence that \
         begins with a digit gets no capital.",
        "Write {sourceColumn} in sentence case",
        |args, _| in_place(args, |cells| map_text(cells, |text| Some(sentences(text)))),
        &[Example {
            title: "Each sentence",
            params: &[("sourceColumn", "note")],
            conditions: &[],
            before: "note:text\nGOOD BEER. WILL BUY AGAIN! really?  yes\nver. 3.5 at www.a.com\n∅\n\"\"",
            after: "note:text\nGood beer. Will buy again! Really?  Yes\nVer. 3.5 at www.a.com\n∅\n\"\"",
        }],
    ),
];

const fn casing(
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
        family: Family::Format,
        params: &PARAMS,
        apply: Apply::Columns(apply),
        examples,
        ..Operation::DEFAULT
    }
}

/// Each word with a capital first letter, small letters after it; words are parted by white space.
pub(super) fn capital_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at_start = true;
    // Whole words are written small at once: the Greek sigma has another form at a word's end.
    for letter in text.to_lowercase().chars() {
        if at_start {
            push_capital(&mut out, letter);
        } else {
            out.push(letter);
        }
        at_start = letter.is_whitespace();
    }
    out
}

fn sentences(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut at_start, mut ended) = (true, false);
    for letter in text.to_lowercase().chars() {
        at_start |= ended && letter.is_whitespace();
        ended = matches!(letter, '.' | '!' | '?') || (ended && matches!(letter, '"' | '\'' | ')' | '”' | '’'));
        if at_start {
            push_capital(&mut out, letter);
        } else {
            out.push(letter);
        }
        at_start &= !letter.is_alphanumeric();
    }
    out
}

/// A letter whose capital is several (ß) keeps only the first of them large.
fn push_capital(out: &mut String, letter: char) {
    let mut capital = letter.to_uppercase();
    out.extend(capital.next());
    out.extend(capital.flat_map(char::to_lowercase));
}
