//! The kinds of nothing, told apart wherever a value is shown: no value, empty text, blanks alone, a word that reads like no value.

use brewhouse_engine::values::reads_as_missing;
use std::borrow::Cow;

/// What stands for a blank at an end of a text.
const DOT: &str = "·";

/// A cell that holds nothing, or reads as if it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// There is no value.
    Missing,
    /// A text without a letter.
    Empty,
    /// A text of so many blanks alone.
    Blank(usize),
    /// A word that often stands for a missing value.
    Word,
}

impl Nothing {
    /// The kind that a cell is; none of a cell with something in it.
    pub fn of(text: Option<&str>) -> Option<Self> {
        match text {
            None => Some(Self::Missing),
            Some("") => Some(Self::Empty),
            Some(text) if text.trim().is_empty() => Some(Self::Blank(text.chars().count())),
            Some(text) => reads_as_missing(text).then_some(Self::Word),
        }
    }

    /// What stands in a list in place of what cannot be seen; a word is seen.
    pub fn brief(self) -> Option<String> {
        match self {
            Self::Missing => Some("(missing)".into()),
            Self::Empty => Some("(empty)".into()),
            Self::Blank(count) => Some(format!("(blank: {count})")),
            Self::Word => None,
        }
    }

    /// What it is, in words.
    pub fn words(self) -> String {
        match self {
            Self::Missing => "missing: there is no value".into(),
            Self::Empty => "empty text: a value without a letter".into(),
            Self::Blank(count) => format!("blank text: {} without a letter", blanks(count)),
            Self::Word => "reads like a missing value, but these letters are the value".into(),
        }
    }
}

/// A value as it stands in a list: what cannot be seen is named.
pub fn listed(text: &str) -> String {
    Nothing::of(Some(text)).and_then(Nothing::brief).unwrap_or_else(|| text.to_owned())
}

/// A text on one line with a dot for each blank at its ends, as the grid has them.
pub fn dotted(text: &str) -> Cow<'_, str> {
    let middle = text.trim();
    if middle.len() == text.len() {
        return Cow::Borrowed(text);
    }
    let begin = text.chars().take_while(|letter| letter.is_whitespace()).count();
    let end = text.chars().rev().take_while(|letter| letter.is_whitespace()).count();
    let (begin, end) = if middle.is_empty() { (begin, 0) } else { (begin, end) };
    Cow::Owned(format!("{}{middle}{}", DOT.repeat(begin), DOT.repeat(end)))
}

/// Blanks counted in words.
pub fn blanks(count: usize) -> String {
    if count == 1 { "1 blank".to_owned() } else { format!("{count} blanks") }
}
