//! Texts taken apart into words, as models read them.

use super::cells::map_text;
use super::lists::{Named, Texts};
use super::param::{Param, Pattern, choice};
use super::stem::{lancaster, porter};
use super::words::{expand, is_stop_word};
use super::{Apply, Args, Context, Example, Family, Operation, Output, new_column, params};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use regex::Regex;
use std::collections::HashSet;
use unicode_segmentation::UnicodeSegmentation as _;

static DELIMITER: Param<String> =
    Param::new("delimiter", "Delimiter").help("What is written between the words.").example("- ").default(" ");
static EXPAND: Param<Named> = Param::new("expandContractions", "Contractions")
    .help("Whether don't becomes do not.")
    .choices(&[choice("ENABLED", "Expanded"), choice("DISABLED", "Left")])
    .default("DISABLED");
static STEMMING: Param<Named> = Param::new("stemmingMode", "Stemming")
    .help("How words are cut to their stems; a stem is in small letters.")
    .choices(&[
        choice("PORTER", "Porter"),
        choice("LANCASTER", "Lancaster"),
        super::param::Choice { value: "NONE", label: "None", aliases: &["DISABLED"] },
    ])
    .default("NONE");
static STOP_WORDS: Param<Named> = Param::new("stopWordRemovalMode", "Stop words")
    .help("Which common words are left out: the English ones and your own, only your own, or none.")
    .choices(&[
        choice("DEFAULT", "English and own"),
        choice("CUSTOM", "Own only"),
        super::param::Choice { value: "NONE", label: "None", aliases: &["DISABLED"] },
    ])
    .aliases(&["stopWordsMode", "StopWordsMode"])
    .optional();
static CUSTOM: Param<Texts> = Param::new("customStopWords", "Own stop words")
    .help("Words that are left out; capitals and small letters are the same.")
    .example(r#"["inc","ltd"]"#)
    .optional();
static PATTERN: Param<Pattern> = Param::new("tokenizerPattern", "Pattern between words")
    .help("A regular expression for what stands between words; left out, words are parted as Unicode parts them.")
    .example(r"\s+")
    .aliases(&["TokenizerPattern"])
    .optional();

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "TOKENIZATION",
    title: "Words of a text",
    summary: "Adds a column with the words of a text, a delimiter between each two. First the text is parted into words (Unicode's rules; \
              punctuation goes), then contractions are expanded (don't: do not), then stop words are left out (the Snowball project's \
              English list and your own, in any case), then words are cut to stems by Porter's algorithm of 1980 or the Lancaster \
              algorithm. A stem is in small letters, and words with other letters than a to z are only put in small letters; \
              otherwise words stay as they are written. A text without words yields empty text, a missing one a missing one.",
    sentence: "Words of {sourceColumn} into {targetColumn}",
    family: Family::Encode,
    params: &[
        &params::SOURCE_TEXT.spec,
        &params::TARGET.spec,
        &DELIMITER.spec,
        &EXPAND.spec,
        &STEMMING.spec,
        &STOP_WORDS.spec,
        &CUSTOM.spec,
        &PATTERN.spec,
    ],
    apply: Apply::Columns(tokenize),
    examples: &[
        Example {
            title: "Contractions, stop words and Porter's stems",
            params: &[
                ("customStopWords", "[]"),
                ("delimiter", "- "),
                ("expandContractions", "ENABLED"),
                ("sourceColumn", "note"),
                ("stemmingMode", "PORTER"),
                ("stopWordRemovalMode", "DEFAULT"),
                ("targetColumn", "words"),
            ],
            conditions: &[],
            before: "note:text\nThe parcels weren't delivered, relational!\n∅",
            after: "note:text | words:text\nThe parcels weren't delivered, relational! | parcel- deliv- relat\n∅ | ∅",
        },
        Example {
            title: "Only parted",
            params: &[("sourceColumn", "note"), ("targetColumn", "words"), ("delimiter", "|")],
            conditions: &[],
            before: "note:text\nA well-kept box (3.5 kg) doesn’t “rattle”.\n…",
            after: "note:text | words:text\nA well-kept box (3.5 kg) doesn’t “rattle”. | \"A|well|kept|box|3.5|kg|doesn’t|rattle\"\n… | \"\"",
        },
    ],
    ..Operation::DEFAULT
}];

/// How a text becomes words.
struct Tokenizer {
    pattern: Option<Regex>,
    expands: bool,
    leaves_common: bool,
    own: HashSet<String>,
    stem: Option<fn(&str) -> String>,
}

fn tokenize(args: &Args, _: &Context<'_>) -> Result<Vec<Output>> {
    let damaged = |error: regex::Error| Error::new(ErrorKind::Parameter, error.to_string()).at_param(PATTERN.spec.name);
    let mode = args.find(&STOP_WORDS)?.map(|mode| mode.0);
    let own = args.find(&CUSTOM)?.map_or_else(Vec::new, |texts| texts.0);
    let own = own.iter().filter(|_| mode != Some("NONE")).map(|word| word.trim().to_lowercase());
    let tokenizer = Tokenizer {
        pattern: args.find(&PATTERN)?.map(|pattern| Regex::new(&pattern.0)).transpose().map_err(damaged)?,
        expands: args.get(&EXPAND)?.0 == "ENABLED",
        leaves_common: mode == Some("DEFAULT"),
        own: own.collect(),
        stem: match args.get(&STEMMING)?.0 {
            "PORTER" => Some(porter),
            "LANCASTER" => Some(lancaster),
            _ => None,
        },
    };
    let delimiter = args.get(&DELIMITER)?;
    let cells = col(args.get(&params::SOURCE_TEXT)?.0.as_str());
    new_column(args, map_text(cells, move |text| Some(tokenizer.words(text).join(&delimiter))))
}

impl Tokenizer {
    fn words(&self, text: &str) -> Vec<String> {
        let mut words: Vec<String> = match &self.pattern {
            Some(pattern) => pattern.split(text).filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            None => text.unicode_words().map(str::to_owned).collect(),
        };
        if self.expands {
            words = words.into_iter().flat_map(|word| expand(&word).unwrap_or_else(|| vec![word])).collect();
        }
        let is_left_out =
            |word: &str| (self.leaves_common && is_stop_word(word)) || self.own.contains(&word.to_lowercase());
        words.retain(|word| !is_left_out(word));
        match self.stem {
            Some(stem) => words.iter().map(|word| stem(&word.to_lowercase())).collect(),
            None => words,
        }
    }
}
