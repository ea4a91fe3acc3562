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

/// How a column fits other types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fits {
    /// Names the table.
    pub key: u64,
    /// The column.
    pub column: String,
    /// Of each type offered, the cells that would not fit, as they are counted; none where it cannot be told.
    pub failed: Vec<(&'static str, Option<u64>)>,
}

impl Fits {
    /// The cells that would not fit a type, once they are counted.
    pub fn failed(&self, word: &str) -> Option<Option<u64>> {
        self.failed.iter().find(|(known, _)| *known == word).map(|(_, failed)| *failed)
    }
}
