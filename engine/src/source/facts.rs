//! What the reading of a source found out: layout, lines, verdicts on columns, records that were set aside.
//!
//! Plain data for receipts, reports and windows. Its JSON form is stable. Knows no format.

use super::DateOrder;
use super::rejects::SetAside;
use serde::{Deserialize, Serialize};

/// How delimited text is laid out, and how sure that is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dialect {
    /// The name of the encoding: UTF-8, windows-1252 ...
    pub encoding: String,
    /// How the encoding is known.
    pub encoding_reason: String,
    /// Whether the file begins with a byte order mark.
    pub byte_order_mark: bool,
    /// The character between fields.
    pub delimiter: char,
    /// The character around fields; none when nothing is quoted.
    pub quote: Option<char>,
    /// The character that takes the meaning from a quote or a delimiter; none when nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escape: Option<char>,
    /// The widths of columns of fixed width, 0 for one that goes on to the end of the line; empty where a delimiter parts the fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub widths: Vec<usize>,
    /// LF, CR LF, CR, or several of them.
    pub line_ends: String,
    /// Whether a record holds the names of the columns.
    pub header: bool,
    /// How the header is known.
    pub header_reason: String,
    /// Lines before the header that are not part of the table.
    pub preamble_lines: u64,
    /// What lines of comments begin with.
    pub comment: Option<String>,
    /// The line on which the first record of data begins.
    pub first_data_line: u64,
    /// How sure the delimiter is, from 0 to 1.
    pub confidence: f64,
    /// Why this delimiter.
    pub reason: String,
    /// The second best delimiter, when another came near.
    pub runner_up: Option<char>,
}

/// Where the lines of a source went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LineCount {
    /// Physical lines, counted apart from the reading of records.
    pub physical: u64,
    /// Lines that are known to be something: the sum of all below.
    pub accounted: u64,
    /// Lines before the data: preamble, header, blank lines between.
    pub before_data: u64,
    /// Lines of records that were read.
    pub records: u64,
    /// Lines of records that were set aside.
    pub set_aside: u64,
    /// Blank lines, comments and repeated headers within the data.
    pub left_out: u64,
}

/// What was found out about delimited text on all its bytes.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TextFacts {
    /// How the first file is laid out.
    pub dialect: Dialect,
    /// Where the lines of all files went.
    pub lines: LineCount,
    /// Records that did not fit.
    pub set_aside: SetAside,
}

/// One way in which values do not fit the type that a column looks like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// How many values.
    pub count: u64,
    /// What is odd about them, as in: values with leading zeros.
    pub what: String,
    /// The first of them.
    pub example: String,
    /// The first lines that hold one.
    pub lines: Vec<u64>,
}

impl Fault {
    /// Whether these are dates whose day and month stand before the year, which a column of dates may hold as soon as their order is said.
    pub fn is_turned_date(&self) -> bool {
        self.what.starts_with("that are a date with ")
    }

    /// Whether these are words, which may stand for a missing value.
    pub fn is_words(&self) -> bool {
        let example = &self.example;
        let digits = || example.chars().filter(char::is_ascii_digit);
        let letters = example.chars().filter(|letter| letter.is_alphabetic()).count();
        // A date in an odd layout is a value; 0000-00-00 is none.
        let a_value = letters < digits().count() && digits().any(|digit| !example.starts_with(digit));
        self.what == OTHER_TEXT && example.chars().count() < 40 && !a_value
    }
}

/// What is odd about values that are words among numbers or dates.
pub(super) const OTHER_TEXT: &str = "that are other text";

/// What the typing pass decided about one column, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ColumnVerdict {
    /// Its name.
    pub name: String,
    /// The word of its type.
    pub kind: String,
    /// Why it stayed text although much of it looks like something else.
    pub reason: Option<String>,
    /// Cells with a value.
    pub values: u64,
    /// Cells without one.
    pub missing: u64,
    /// The type that a text column mostly looks like.
    pub looks_like: Option<String>,
    /// Values that would survive that type.
    pub fitting: u64,
    /// Why the others would not.
    pub faults: Vec<Fault>,
    /// How the values are written, where that is not the usual way: with a decimal comma, day before month, with blanks around them.
    pub written: Option<String>,
    /// Values of a type other than text with blanks around them, which are read without the blanks.
    pub padded: u64,
    /// Fractions that end with zeros, which a number does not keep.
    pub zeros: u64,
    /// Of a text column whose values are all dates, the orders of day and month that fit them: which of these it is has to be said.
    #[serde(skip)]
    pub orders: Vec<DateOrder>,
}
