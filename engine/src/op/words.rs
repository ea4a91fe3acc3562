//! English words: which are so common that they say little, and what contractions stand for.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The stop words of the Snowball project (Martin Porter and Richard Boulton, BSD licence), without contractions.
const STOP_WORDS: &str = "\
    i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers \
    herself it its itself they them their theirs themselves what which who whom this that these those am is are \
    was were be been being have has had having do does did doing would should could ought will shall can cannot a \
    an the and but if or because as until while of at by for with about against between into through during before \
    after above below to from up down in out on off over under again further then once here there when where why \
    how all any both each few more most other some such no nor not only own same so than too very us let";

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| STOP_WORDS.split_whitespace().collect());

/// Words before 's that make it "is".
const BEFORE_IS: &[&str] =
    &["it", "he", "she", "that", "this", "what", "who", "where", "when", "why", "how", "there", "here"];

/// Whether a word, in any case, is a stop word, or a contraction of nothing but stop words.
pub(super) fn is_stop_word(word: &str) -> bool {
    let word = straight(word).to_lowercase();
    let is_one = |word: &str| COMMON.contains(word);
    is_one(&word) || expand(&word).is_some_and(|words| words.iter().all(|word| is_one(word)))
}

/// The words that a contraction stands for: don't is do not.
pub(super) fn expand(word: &str) -> Option<Vec<String>> {
    let word = straight(word);
    let (stem, ending) = word.rsplit_once('\'')?;
    let small = stem.to_lowercase();
    let pair = |first: &str, second: &str| Some(vec![as_written(stem, first), second.to_owned()]);
    match (small.as_str(), ending.to_lowercase().as_str()) {
        ("won", "t") => pair("will", "not"),
        ("shan", "t") => pair("shall", "not"),
        ("can", "t") => pair("can", "not"),
        ("ain", "t") => pair("is", "not"),
        ("let", "s") => pair("let", "us"),
        (_, "t") if small.len() > 1 && small.ends_with('n') => {
            let kept = &stem[..stem.len() - 1];
            Some(vec![kept.to_owned(), "not".to_owned()])
        }
        ("i", "m") => pair("i", "am"),
        (_, "re") => Some(vec![stem.to_owned(), "are".to_owned()]),
        (_, "ve") => Some(vec![stem.to_owned(), "have".to_owned()]),
        (_, "ll") => Some(vec![stem.to_owned(), "will".to_owned()]),
        (_, "d") => Some(vec![stem.to_owned(), "would".to_owned()]),
        (_, "s") if BEFORE_IS.contains(&small.as_str()) => Some(vec![stem.to_owned(), "is".to_owned()]),
        _ => None,
    }
}

/// The text with straight apostrophes.
fn straight(word: &str) -> String {
    word.replace(['\u{2019}', '\u{2bc}'], "'")
}

/// A word with a capital where another has one.
fn as_written(like: &str, word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        Some(first) if like.starts_with(char::is_uppercase) => first.to_uppercase().chain(letters).collect(),
        _ => word.to_owned(),
    }
}
