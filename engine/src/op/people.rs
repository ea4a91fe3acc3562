//! Names of people inside a text: by a title before them, or by given names and surnames that stand together. The names are those of the
//! US census (`assets/places/README.md`), so that a name of elsewhere may stay; what merely looks like a name is taken for one.

use super::places::unpacked;
use super::unicode::unaccent;
use regex::Regex;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

static GIVEN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| names(0));
static SURNAMES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| names(1));

/// Given names of the census that are words far more often.
const WORDS: &[&str] = &["an", "in", "my", "so", "ok", "un", "ha", "na"];
/// Words before a name that tell what follows.
const TITLES: &[&str] =
    &["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "madam", "mister", "herr", "frau"];
/// Words inside a name.
const PARTICLES: &[&str] = &[
    "von", "van", "vom", "der", "den", "de", "del", "della", "di", "da", "dos", "la", "le", "du", "bin", "ibn", "al",
    "el", "st",
];
/// Words after a name.
const SUFFIXES: &[&str] = &["jr", "sr", "ii", "iii", "iv"];

fn names(part: usize) -> HashSet<&'static str> {
    static TEXT: LazyLock<&'static str> =
        LazyLock::new(|| unpacked(include_bytes!("../../../assets/places/people.zst")));
    let part = TEXT.split("\n\n").nth(part).unwrap_or_default();
    part.lines().filter(|name| !WORDS.contains(name)).collect()
}

/// A word of a text.
struct Word {
    range: Range<usize>,
    /// In small letters, without accents.
    plain: String,
    capital: bool,
}

impl Word {
    fn is_initial(&self) -> bool {
        self.capital && self.plain.chars().count() == 1
    }

    fn is_title(&self) -> bool {
        TITLES.contains(&self.plain.as_str())
    }

    fn is_particle(&self) -> bool {
        PARTICLES.contains(&self.plain.as_str())
    }

    /// Whether it, or a part of it around a hyphen, is in a list.
    fn is_in(&self, list: &HashSet<&'static str>) -> bool {
        let known = |word: &str| word.len() > 1 && list.contains(word);
        known(&self.plain.replace('\'', "")) || (self.plain.contains('-') && self.plain.split('-').any(known))
    }

    fn is_given(&self) -> bool {
        self.is_in(&GIVEN)
    }

    fn is_surname(&self) -> bool {
        self.is_in(&SURNAMES)
    }
}

/// Where names of people stand in a text, in order.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let words = words(text);
    if let Some(whole) = whole(text, &words) {
        return vec![whole];
    }
    let (mut found, mut at) = (Vec::new(), 0);
    while at < words.len() {
        match name_at(text, &words, at) {
            Some((first, last)) => {
                found.push(words[first].range.start..words[last].range.end);
                at = last + 1;
            }
            None => at += 1,
        }
    }
    found
}

fn words(text: &str) -> Vec<Word> {
    static WORD: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"[\p{L}\p{M}](?:[\p{L}\p{M}'’-]*[\p{L}\p{M}])?").ok());
    let Some(regex) = WORD.as_ref() else { return Vec::new() };
    let word = |found: regex::Match<'_>| {
        let letters = found.as_str().trim_end_matches("'s").trim_end_matches("’s");
        Word {
            range: found.start()..found.start() + letters.len(),
            plain: unaccent(letters).to_lowercase().replace('’', "'"),
            capital: letters.chars().next().is_some_and(char::is_uppercase),
        }
    };
    regex.find_iter(text).map(word).collect()
}

/// A text that is a name and nothing else: then letters of any size do, and one word.
fn whole(text: &str, words: &[Word]) -> Option<Range<usize>> {
    let (first, last) = (words.first()?, words.last()?);
    let between =
        |sign: char| sign.is_alphabetic() || sign.is_whitespace() || matches!(sign, '.' | ',' | '\'' | '’' | '-');
    if words.len() > 5 || !text.chars().all(between) {
        return None;
    }
    let known = |word: &Word| word.is_given() || word.is_surname();
    let fits =
        |word: &Word| known(word) || word.is_initial() || word.is_particle() || SUFFIXES.contains(&word.plain.as_str());
    let named = match words {
        [word] => known(word),
        _ => words.iter().all(fits) && words.iter().any(Word::is_given) && words.iter().any(Word::is_surname),
    };
    named.then_some(first.range.start..last.range.end)
}

/// The first and the last word of a name that begins at a word.
fn name_at(text: &str, words: &[Word], at: usize) -> Option<(usize, usize)> {
    let word = &words[at];
    if word.is_title() {
        let first = at + 1;
        let named = words.get(first)?.capital && near(text, words, at, ". ");
        return named.then(|| (first, last(text, words, first).unwrap_or(first)));
    }
    if !word.capital {
        return None;
    }
    if word.is_given()
        && let Some(last) = last(text, words, at)
    {
        return Some((at, last));
    }
    let next = words.get(at + 1)?;
    if word.is_initial() && text[word.range.end..].starts_with('.') {
        // J. Smith, J. R. Smith
        let surname = (at + 1..words.len()).take(3).find(|at| !words[*at].is_initial())?;
        let joined = (at..surname).all(|at| near(text, words, at, ". "));
        let named = joined && words[surname].capital && words[surname].is_surname();
        return named.then(|| (at, last(text, words, surname).unwrap_or(surname)));
    }
    // Smith, John R.
    let comma = text[word.range.end..].starts_with(',') && near(text, words, at, ", ");
    let turned = comma && word.is_surname() && next.capital && next.is_given();
    let more = |at: usize| words.get(at + 1).is_some_and(Word::is_initial) && near(text, words, at, " ");
    turned.then(|| (at, if more(at + 1) { at + 2 } else { at + 1 }))
}

/// The last word of a name whose first word is known to be one; none when nothing follows that belongs to it.
fn last(text: &str, words: &[Word], first: usize) -> Option<usize> {
    let (mut last, mut named) = (first, None);
    while let Some(word) = words.get(last + 1).filter(|_| last - first < 5) {
        let joined = near(text, words, last, if words[last].is_initial() { ". " } else { " " });
        let belongs =
            word.is_initial() || (word.capital && (words[last].is_particle() || word.is_surname() || word.is_given()));
        let suffix = named.is_some() && SUFFIXES.contains(&word.plain.as_str()) && near(text, words, last, ", ");
        if !(suffix || (joined && (belongs || word.is_particle()))) {
            break;
        }
        last += 1;
        if suffix || (belongs && !word.is_initial()) {
            named = Some(last);
        }
    }
    named
}

/// Whether only blanks and some signs stand between a word and the next.
fn near(text: &str, words: &[Word], at: usize, signs: &str) -> bool {
    let Some(next) = words.get(at + 1) else { return false };
    let between = &text[words[at].range.end..next.range.start];
    (1..=3).contains(&between.len()) && between.chars().all(|sign| signs.contains(sign) || sign == '\u{a0}')
}
