//! Text added at the ends of cells, and characters taken out of them.

use super::cells::map_text;
use super::param::{Param, ParamSpec};
use super::{Apply, Args, ColumnsFn, Context, Example, Family, Operation, Output, in_place, params};
use crate::error::{Error, ErrorKind, Result};
use polars::prelude::{NULL, lit};

static PREFIX: Param<String> =
    Param::new("pattern", "Text").help("The text to put in front, taken literally.").example("EUR ");
static SUFFIX: Param<String> =
    Param::new("pattern", "Text").help("The text to put at the end, taken literally.").example(" EUR");

const fn flag(name: &'static str, label: &'static str, help: &'static str) -> Param<bool> {
    Param::new(name, label).help(help).default("false")
}

static TRIM_SPACE: Param<bool> =
    flag("removeLeadingAndTrailingWhitespace", "White space at the ends", "Whether white space goes at both ends.");
static COLLAPSE: Param<bool> = flag(
    "collapseConsecutiveWhitespace",
    "Runs of white space become one blank",
    "Whether two or more white-space characters in a row become one blank.",
);
static SPACE: Param<bool> = flag("removeAllWhitespace", "All white space", "Whether white space goes everywhere.");
static TRIM_PUNCTUATION: Param<bool> =
    flag("removeLeadingAndTrailingPunctuation", "Punctuation at the ends", "Whether . ! , and ? go at both ends.")
        .aliases(&["punctuationally"]);
static PUNCTUATION: Param<bool> = flag("removeAllPunctuation", "All punctuation", "Whether . ! , and ? go everywhere.");
static TRIM_QUOTES: Param<bool> = flag(
    "removeLeadingAndTrailingQuotes",
    "Quotation marks at the ends",
    "Whether straight single and double quotation marks go at both ends.",
)
.aliases(&["antidisestablishmentarianism"]);
static QUOTES: Param<bool> =
    flag("removeAllQuotes", "All quotation marks", "Whether straight single and double quotation marks go everywhere.");
static LETTERS: Param<bool> = flag("removeLetters", "Letters", "Whether the letters A to Z and a to z go.");
static NUMBERS: Param<bool> = flag("removeNumbers", "Digits", "Whether the digits 0 to 9 go.");
static SPECIAL: Param<bool> = flag(
    "removeSpecialCharacters",
    "Special characters",
    "Whether every ASCII sign that is neither letter, digit nor blank goes.",
);
static CUSTOM: Param<bool> =
    flag("removeCustomCharacters", "Certain characters", "Whether each of the custom characters goes.");
static CUSTOM_CHARACTERS: Param<String> = Param::new("customCharacters", "Custom characters")
    .help("The characters that go, one beside the other.")
    .example("#*")
    .optional();
static VALUE: Param<bool> =
    flag("removeCustomValue", "A certain text", "Whether the custom text goes, wherever it stands.");
static CUSTOM_VALUE: Param<String> =
    Param::new("customValue", "Custom text").help("The text that goes, as a whole.").example("n/a").optional();

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    wrapping(
        "ADD_PREFIX",
        "Add prefix",
        "Puts a fixed text in front of each value, in place. Empty text becomes the prefix alone; a missing cell stays missing.",
        "Put {pattern} in front of {sourceColumn}",
        &[&params::SOURCE_TEXT.spec, &PREFIX.spec],
        |args, _| {
            let prefix = args.get(&PREFIX)?;
            in_place(args, |cells| lit(prefix) + cells)
        },
        &[Example {
            title: "In front of each value",
            params: &[("sourceColumn", "price"), ("pattern", "EUR ")],
            conditions: &[],
            before: "price:text\n12\n-3\n\"\"\n∅",
            after: "price:text\nEUR 12\nEUR -3\n\"EUR \"\n∅",
        }],
    ),
    wrapping(
        "ADD_SUFFIX",
        "Add suffix",
        "Puts a fixed text at the end of each value, in place. Empty text becomes the suffix alone; a missing cell stays missing.",
        "Put {pattern} at the end of {sourceColumn}",
        &[&params::SOURCE_TEXT.spec, &SUFFIX.spec],
        |args, _| {
            let suffix = args.get(&SUFFIX)?;
            in_place(args, |cells| cells + lit(suffix))
        },
        &[Example {
            title: "At the end of each value",
            params: &[("sourceColumn", "price"), ("pattern", "€")],
            conditions: &[],
            before: "price:text\n12\n-3\n\"\"\n∅",
            after: "price:text\n12€\n-3€\n€\n∅",
        }],
    ),
    wrapping(
        "ADD_DOUBLE_QUOTES",
        "Add double quotation marks",
        "Puts each value between double quotation marks, in place; marks that are there already stay and get another pair around \
         them. A missing cell stays missing.",
        "Put {sourceColumn} between double quotation marks",
        &[&params::SOURCE_TEXT.spec],
        |args, _| in_place(args, |cells| lit("\"") + cells + lit("\"")),
        &[Example {
            title: "Around each value",
            params: &[("sourceColumn", "name")],
            conditions: &[],
            before: "name:text\nAda\n\"\"\n∅",
            after: "name:text\n\"\\\"Ada\\\"\"\n\"\\\"\\\"\"\n∅",
        }],
    ),
    wrapping(
        "ADD_SINGLE_QUOTES",
        "Add single quotation marks",
        "Puts each value between single quotation marks, in place; marks that are there already stay and get another pair around \
         them. A missing cell stays missing.",
        "Put {sourceColumn} between single quotation marks",
        &[&params::SOURCE_TEXT.spec],
        |args, _| in_place(args, |cells| lit("'") + cells + lit("'")),
        &[Example {
            title: "Around each value",
            params: &[("sourceColumn", "name")],
            conditions: &[],
            before: "name:text\nAda\nO'Hara\n\"\"\n∅",
            after: "name:text\n'Ada'\n'O'Hara'\n''\n∅",
        }],
    ),
    Operation {
        name: "REMOVE_COMBINED",
        title: "Clean text",
        summary: "Takes the chosen kinds of characters out of text, in place. The order is fixed: first the custom text, then single \
                  characters everywhere, then runs of white space, then what goes at the ends; the kinds that go at the ends go \
                  together, in whatever order they stand there. A cell of which nothing remains becomes empty text, not missing. \
                  Letters are A to Z alone, so that é stays; punctuation is . ! , ? alone; quotation marks are ' and \" alone. White \
                  space follows Unicode: the hard space counts.",
        sentence: "Clean the text of {sourceColumn}",
        family: Family::Clean,
        params: &[
            &params::SOURCE_TEXT.spec,
            &TRIM_SPACE.spec,
            &COLLAPSE.spec,
            &SPACE.spec,
            &TRIM_PUNCTUATION.spec,
            &PUNCTUATION.spec,
            &TRIM_QUOTES.spec,
            &QUOTES.spec,
            &LETTERS.spec,
            &NUMBERS.spec,
            &SPECIAL.spec,
            &CUSTOM.spec,
            &CUSTOM_CHARACTERS.spec,
            &VALUE.spec,
            &CUSTOM_VALUE.spec,
        ],
        apply: Apply::Columns(remove_combined),
        examples: &[
            Example {
                title: "White space at the ends and in runs",
                params: &[
                    ("sourceColumn", "name"),
                    ("removeLeadingAndTrailingWhitespace", "true"),
                    ("collapseConsecutiveWhitespace", "true"),
                ],
                conditions: &[],
                before: "name:text\n\"  Ada   King \"\n\"\\u00a0Bo\"\n\"   \"\n∅",
                after: "name:text\nAda King\nBo\n\"\"\n∅",
            },
            Example {
                title: "All special characters",
                params: &[("sourceColumn", "url"), ("removeSpecialCharacters", "true")],
                conditions: &[],
                before: "url:text\nhttps://a-b.org/?q=1\nmünchen\n∅",
                after: "url:text\nhttpsaborgq1\nmünchen\n∅",
            },
            Example {
                title: "A certain text and certain characters",
                params: &[
                    ("sourceColumn", "code"),
                    ("removeCustomValue", "true"),
                    ("customValue", "n/a"),
                    ("removeCustomCharacters", "true"),
                    ("customCharacters", "#中"),
                ],
                conditions: &[],
                before: "code:text\n#1 n/a\na/n\n田中",
                after: "code:text\n\"1 \"\na/n\n田",
            },
        ],
        ..Operation::DEFAULT
    },
];

const fn wrapping(
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
        family: Family::Clean,
        params,
        apply: Apply::Columns(apply),
        examples,
        ..Operation::DEFAULT
    }
}

/// What REMOVE_COMBINED takes out of a cell.
struct Cleaner {
    value: Option<String>,
    characters: String,
    space: bool,
    punctuation: bool,
    quotes: bool,
    letters: bool,
    digits: bool,
    special: bool,
    collapse: bool,
    trim_space: bool,
    trim_punctuation: bool,
    trim_quotes: bool,
}

impl Cleaner {
    fn new(args: &Args) -> Result<Self> {
        let custom = |flag: &Param<bool>, text: &Param<String>| -> Result<Option<String>> {
            match (args.get(flag)?, args.find(text)?) {
                (true, None) => {
                    let message = format!("{} is on, but {} is empty", flag.spec.name, text.spec.name);
                    let advice = format!("say what goes, for example {}", text.spec.example);
                    Err(Error::new(ErrorKind::Parameter, message).advise(advice).at_param(text.spec.name))
                }
                (on, text) => Ok(text.filter(|_| on)),
            }
        };
        Ok(Self {
            value: custom(&VALUE, &CUSTOM_VALUE)?,
            characters: custom(&CUSTOM, &CUSTOM_CHARACTERS)?.unwrap_or_default(),
            space: args.get(&SPACE)?,
            punctuation: args.get(&PUNCTUATION)?,
            quotes: args.get(&QUOTES)?,
            letters: args.get(&LETTERS)?,
            digits: args.get(&NUMBERS)?,
            special: args.get(&SPECIAL)?,
            collapse: args.get(&COLLAPSE)?,
            trim_space: args.get(&TRIM_SPACE)?,
            trim_punctuation: args.get(&TRIM_PUNCTUATION)?,
            trim_quotes: args.get(&TRIM_QUOTES)?,
        })
    }

    /// Whether all that goes is white space at the ends, which takes no copy of the cells.
    const fn only_trims_space(&self) -> bool {
        let nothing_else = !(self.space || self.punctuation || self.quotes || self.letters || self.digits)
            && !(self.special || self.collapse || self.trim_punctuation || self.trim_quotes);
        self.trim_space && nothing_else && self.value.is_none() && self.characters.is_empty()
    }

    fn clean(&self, text: &str) -> String {
        let text = match &self.value {
            Some(value) => text.replace(value.as_str(), ""),
            None => text.to_owned(),
        };
        let mut kept: String = text.chars().filter(|letter| !self.takes(*letter)).collect();
        if self.collapse {
            kept = collapse(&kept);
        }
        kept.trim_matches(|letter| self.trims(letter)).to_owned()
    }

    fn takes(&self, letter: char) -> bool {
        (self.space && letter.is_whitespace())
            || (self.punctuation && is_punctuation(letter))
            || (self.quotes && is_quote(letter))
            || (self.letters && letter.is_ascii_alphabetic())
            || (self.digits && letter.is_ascii_digit())
            || (self.special && letter.is_ascii_punctuation())
            || self.characters.contains(letter)
    }

    fn trims(&self, letter: char) -> bool {
        (self.trim_space && letter.is_whitespace())
            || (self.trim_punctuation && is_punctuation(letter))
            || (self.trim_quotes && is_quote(letter))
    }
}

fn remove_combined(args: &Args, _: &Context<'_>) -> Result<Vec<Output>> {
    let cleaner = Cleaner::new(args)?;
    if cleaner.only_trims_space() {
        return in_place(args, |cells| cells.str().strip_chars(lit(NULL)));
    }
    in_place(args, |cells| map_text(cells, move |text| Some(cleaner.clean(text))))
}

const fn is_punctuation(letter: char) -> bool {
    matches!(letter, '.' | '!' | ',' | '?')
}

const fn is_quote(letter: char) -> bool {
    matches!(letter, '\'' | '"')
}

/// Runs of two or more white-space characters as one blank; a single one stays what it is.
fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let mut run = false;
        while letter.is_whitespace() && letters.next_if(|next| next.is_whitespace()).is_some() {
            run = true;
        }
        out.push(if run { ' ' } else { letter });
    }
    out
}
