//! Into which types a column could be changed, and how many cells would not fit each: known before one is chosen.

/// A type that is offered: its word in recipes, what people read.
pub const OFFERED: [(&str, &str); 7] = [
    ("string", "Text"),
    ("long", "Whole number"),
    ("double", "Decimal"),
    ("decimal", "Money (exact)"),
    ("boolean", "True or false"),
    ("date", "Date"),
    ("timestamp", "Date and time"),
];

/// How a column fits a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It can be changed; so many cells would not fit.
    Fails(u64),
    /// It cannot be changed.
    Never,
}

/// How a column fits other types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fits {
    /// Names the table.
    pub key: u64,
    /// The column.
    pub column: String,
    /// Of each type offered how it fits, as it is counted.
    pub known: Vec<(&'static str, Fit)>,
}

impl Fits {
    /// How it fits a type, once that is counted.
    pub fn of(&self, word: &str) -> Option<Fit> {
        self.known.iter().find(|(known, _)| *known == word).map(|(_, fit)| *fit)
    }
}
