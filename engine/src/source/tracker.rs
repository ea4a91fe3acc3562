//! What the typing pass notes while it hears fields: per column the shapes of its values, and the records that are out of shape.

use super::shape::{ALL, SHAPES, Shape, shape_of};
use super::split::{Form, Visit};

/// How often something was seen, where first, and an example.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) count: u64,
    pub(crate) line: u64,
    pub(crate) example: String,
}

impl Seen {
    #[inline]
    fn note(&mut self, text: &[u8], line: u64) {
        if self.count == 0 {
            self.begin(text, line);
        }
        self.count += 1;
    }

    #[cold]
    fn begin(&mut self, text: &[u8], line: u64) {
        self.line = line;
        self.example = String::from_utf8_lossy(text).chars().take(40).collect();
    }

    fn merge(&mut self, other: Self) {
        if other.count > 0 && (self.count == 0 || other.line < self.line) {
            self.line = other.line;
            self.example = other.example;
        }
        self.count += other.count;
    }
}

/// One column.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tracker {
    pub(crate) missing: u64,
    /// Empty texts between quotes: a value of a text column, missing in any other.
    pub(crate) empty: u64,
    shapes: [Seen; SHAPES],
}

impl Tracker {
    /// What was seen of a shape.
    pub(crate) fn of(&self, shape: Shape) -> &Seen {
        &self.shapes[shape as usize]
    }

    /// How many values have one of the shapes.
    pub(crate) fn count(&self, shapes: &[Shape]) -> u64 {
        shapes.iter().map(|shape| self.of(*shape).count).sum()
    }

    /// The shapes that were seen.
    pub(crate) fn seen(&self) -> impl Iterator<Item = (Shape, &Seen)> {
        ALL.into_iter().zip(&self.shapes).filter(|(_, seen)| seen.count > 0)
    }

    /// Cells with a value that is not empty.
    pub(crate) fn values(&self) -> u64 {
        self.shapes.iter().map(|seen| seen.count).sum()
    }

    fn merge(&mut self, other: Self) {
        self.missing += other.missing;
        self.empty += other.empty;
        for (mine, theirs) in self.shapes.iter_mut().zip(other.shapes) {
            mine.merge(theirs);
        }
    }
}

/// Records of one kind: how many, and the first lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    pub(crate) count: u64,
    pub(crate) first: Vec<u64>,
}

impl Lines {
    fn note(&mut self, line: u64) {
        self.count += 1;
        if self.first.len() < 5 {
            self.first.push(line);
        }
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.first.extend(other.first);
        self.first.sort_unstable();
        self.first.truncate(5);
    }

    /// In words: 3 (lines 4, 7, 9)
    pub(crate) fn words(&self) -> String {
        let lines: Vec<_> = self.first.iter().map(u64::to_string).collect();
        let more = if self.count > self.first.len() as u64 { " ..." } else { "" };
        let word = if self.count == 1 { "line" } else { "lines" };
        format!("{} ({word} {}{more})", crate::values::grouped(self.count), lines.join(", "))
    }
}

/// Everything that the typing pass counts; parts of a file are counted apart and merged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) columns: Vec<Tracker>,
    pub(crate) records: u64,
    pub(crate) blank: Lines,
    /// Records with too few fields.
    pub(crate) short: Lines,
    /// Records with more fields than columns, some of them with text.
    pub(crate) long: Lines,
    /// Records with more fields than columns, all of those empty.
    pub(crate) spare: Lines,
    /// Records without any text.
    pub(crate) hollow: u64,
    /// Fields between quotes.
    pub(crate) quoted: u64,
    /// Fields with quotes where none belong.
    pub(crate) stray: Lines,
    /// A character that fields are watched for, and how many begin with it.
    pub(crate) watch: Option<u8>,
    pub(crate) watched: u64,
    words: Vec<Vec<u8>>,
    present: bool,
    surplus: bool,
}

impl Tally {
    /// An empty tally of so many columns.
    pub(crate) fn new(width: usize, null_words: &[String]) -> Self {
        let words = null_words.iter().filter(|word| !word.is_empty()).map(|word| word.as_bytes().to_vec()).collect();
        Self { columns: vec![Tracker::default(); width], words, ..Self::default() }
    }

    /// Adds what was counted elsewhere.
    pub(crate) fn merge(&mut self, other: Self) {
        self.records += other.records;
        self.hollow += other.hollow;
        self.quoted += other.quoted;
        self.watched += other.watched;
        self.blank.merge(other.blank);
        self.short.merge(other.short);
        self.long.merge(other.long);
        self.spare.merge(other.spare);
        self.stray.merge(other.stray);
        for (mine, theirs) in self.columns.iter_mut().zip(other.columns) {
            mine.merge(theirs);
        }
    }

    fn is_word(&self, text: &[u8]) -> bool {
        !self.words.is_empty() && self.words.iter().any(|word| word == text)
    }
}

impl Visit for Tally {
    #[inline]
    fn field(&mut self, index: usize, text: &[u8], form: Form, line: u64) {
        match form {
            Form::Plain => {}
            Form::Quoted | Form::Doubled => self.quoted += 1,
            Form::Stray => self.stray.note(line),
        }
        let missing = if text.is_empty() { form == Form::Plain } else { self.is_word(text) };
        let Some(column) = self.columns.get_mut(index) else {
            self.surplus |= !missing;
            return;
        };
        if missing {
            column.missing += 1;
            return;
        }
        if text.is_empty() {
            column.empty += 1;
        } else {
            self.present = true;
            self.watched += u64::from(self.watch.is_some() && text.first().copied() == self.watch);
            column.shapes[shape_of(text) as usize].note(text, line);
        }
    }

    #[inline]
    fn record(&mut self, fields: usize, line: u64) {
        self.records += 1;
        if fields != self.columns.len() {
            for column in self.columns.iter_mut().skip(fields) {
                column.missing += 1;
            }
            if fields < self.columns.len() {
                self.short.note(line);
            } else if self.surplus {
                self.long.note(line);
            } else {
                self.spare.note(line);
            }
        }
        self.hollow += u64::from(!self.present);
        self.present = false;
        self.surplus = false;
    }

    // In a table of one column a blank line is a record without a value.
    fn blank(&mut self, line: u64) {
        match self.columns.as_mut_slice() {
            [column] => {
                column.missing += 1;
                self.records += 1;
                self.hollow += 1;
            }
            _ => self.blank.note(line),
        }
    }
}
