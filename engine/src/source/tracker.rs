//! What the typing pass notes while it hears fields: per column the shapes of its values, and the records that are out of shape.

use super::calendar::is_led;
use super::shape::{ALL, SHAPES, Shape, bare, shape_of};
use super::split::{Form, Visit};

/// Lines that are kept of a shape.
const KEPT: u64 = 3;

/// How often something was seen, where first, and an example.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) count: u64,
    /// The first lines.
    pub(crate) lines: Vec<u64>,
    pub(crate) example: String,
}

// What is kept of the first values of a shape.
#[derive(Clone, Debug)]
struct First {
    shape: Shape,
    line: u64,
    text: Vec<u8>,
}

/// One column.
#[derive(Clone, Debug)]
pub(crate) struct Tracker {
    pub(crate) missing: u64,
    /// Empty texts between quotes: a value of a text column, missing in any other.
    pub(crate) empty: u64,
    counts: [u64; SHAPES],
    firsts: Vec<First>,
    /// Values with blanks around them, counted under the shape that they have without.
    pub(crate) padded: u64,
    /// Fractions that end with a zero.
    pub(crate) zeros: u64,
    /// Dates with a leading zero in a day or month that comes first.
    pub(crate) led: u64,
    /// Where the column is stored as a narrow whole number: the least and the most that it holds, and what lies beyond.
    pub(crate) limits: Option<(i64, i64)>,
    pub(crate) beyond: u64,
    beyond_first: Vec<First>,
}

impl Default for Tracker {
    fn default() -> Self {
        Self {
            missing: 0,
            empty: 0,
            counts: [0; SHAPES],
            firsts: Vec::new(),
            padded: 0,
            zeros: 0,
            led: 0,
            limits: None,
            beyond: 0,
            beyond_first: Vec::new(),
        }
    }
}

impl Tracker {
    #[inline]
    fn note(&mut self, shape: Shape, text: &[u8], line: u64) {
        let count = &mut self.counts[shape as usize];
        if *count < KEPT {
            self.firsts.push(first(shape, text, line));
        }
        *count += 1;
        if matches!(shape, Shape::Decimal | Shape::CommaDecimal | Shape::CommaThree) && ends_with_zero(text) {
            self.zeros += 1;
        }
        if (Shape::SlashDayFirst as usize..=Shape::DashEither as usize).contains(&(shape as usize)) && is_led(text) {
            self.led += 1;
        }
        if let Some(limits) = self.limits {
            self.hold(limits, shape, text, line);
        }
    }

    // Blanks around a number or a date take nothing from it; in any other text they are part of it.
    #[cold]
    fn note_padded(&mut self, text: &[u8], line: u64) {
        let inner = bare(text);
        let shape = if inner.is_empty() { Shape::Text } else { shape_of(inner) };
        if shape == Shape::Text {
            return self.note(shape, text, line);
        }
        self.padded += 1;
        self.note(shape, inner, line);
    }

    #[cold]
    fn hold(&mut self, (least, most): (i64, i64), shape: Shape, text: &[u8], line: u64) {
        let number = || std::str::from_utf8(text).ok()?.parse::<i64>().ok();
        let whole = matches!(shape, Shape::Whole | Shape::WholeWide);
        if whole && !number().is_some_and(|number| (least..=most).contains(&number)) {
            self.beyond += 1;
            if self.beyond_first.is_empty() {
                self.beyond_first.push(first(shape, text, line));
            }
        }
    }

    /// The first value beyond the limits, and its line.
    pub(crate) fn first_beyond(&self) -> Option<(String, u64)> {
        let first = self.beyond_first.iter().min_by_key(|first| first.line)?;
        Some((String::from_utf8_lossy(&first.text).into_owned(), first.line))
    }

    /// What was seen of a shape.
    pub(crate) fn of(&self, shape: Shape) -> Seen {
        let mut firsts: Vec<&First> = self.firsts.iter().filter(|first| first.shape == shape).collect();
        firsts.sort_by_key(|first| first.line);
        Seen {
            count: self.counts[shape as usize],
            lines: firsts.iter().take(3).map(|first| first.line).collect(),
            example: firsts.first().map(|first| String::from_utf8_lossy(&first.text).into_owned()).unwrap_or_default(),
        }
    }

    /// The first values of every shape: shape, line and text, each line once.
    pub(crate) fn firsts(&self) -> impl Iterator<Item = (Shape, u64, String)> {
        let mut firsts: Vec<&First> = self.firsts.iter().collect();
        firsts.sort_by_key(|first| (first.shape as usize, first.line));
        let mut kept: Vec<&First> = Vec::new();
        for first in firsts {
            let same = kept.iter().rev().take_while(|other| other.shape == first.shape).count() as u64;
            if same < KEPT {
                kept.push(first);
            }
        }
        kept.into_iter().map(|first| (first.shape, first.line, String::from_utf8_lossy(&first.text).into_owned()))
    }

    /// Sets how often a shape was seen, as an earlier pass counted.
    pub(crate) fn put_count(&mut self, shape: Shape, count: u64) {
        self.counts[shape as usize] = count;
    }

    /// Adds one of the first values of a shape, as an earlier pass found them.
    pub(crate) fn put_first(&mut self, shape: Shape, line: u64, text: &str) {
        self.firsts.push(first(shape, text.as_bytes(), line));
    }

    /// How many values have one of the shapes.
    pub(crate) fn count(&self, shapes: &[Shape]) -> u64 {
        shapes.iter().map(|shape| self.counts[*shape as usize]).sum()
    }

    /// The shapes that were seen.
    pub(crate) fn seen(&self) -> impl Iterator<Item = (Shape, Seen)> {
        ALL.into_iter().filter(|shape| self.counts[*shape as usize] > 0).map(|shape| (shape, self.of(shape)))
    }

    /// Cells with a value that is not empty.
    pub(crate) fn values(&self) -> u64 {
        self.counts.iter().sum()
    }

    fn merge(&mut self, other: Self) {
        self.missing += other.missing;
        self.empty += other.empty;
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            *mine += theirs;
        }
        self.firsts.extend(other.firsts);
        self.padded += other.padded;
        self.zeros += other.zeros;
        self.led += other.led;
        self.beyond += other.beyond;
        self.beyond_first.extend(other.beyond_first);
    }
}

#[cold]
// Whether a number ends with a zero, which is not that of 1.5e-10.
fn ends_with_zero(text: &[u8]) -> bool {
    text.last() == Some(&b'0') && !text.iter().any(|byte| matches!(byte, b'e' | b'E'))
}

fn first(shape: Shape, text: &[u8], line: u64) -> First {
    let cut = String::from_utf8_lossy(text).chars().take(40).collect::<String>();
    First { shape, line, text: cut.into_bytes() }
}

/// Records of one kind: how many, and the first lines.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Lines {
    pub(crate) count: u64,
    pub(crate) first: Vec<u64>,
}

impl Lines {
    pub(crate) fn note(&mut self, line: u64) {
        self.count += 1;
        if self.first.len() < 5 {
            self.first.push(line);
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
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
    /// Fields with quotes where none belong, and those with blanks around their quotes.
    pub(crate) stray: Lines,
    pub(crate) spaced: Lines,
    /// Physical lines, counted apart from the records.
    pub(crate) physical: u64,
    /// Lines that the records and blank lines take, as the splitter told.
    pub(crate) accounted: u64,
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
        self.physical += other.physical;
        self.accounted += other.accounted;
        self.hollow += other.hollow;
        self.quoted += other.quoted;
        self.watched += other.watched;
        self.blank.merge(other.blank);
        self.short.merge(other.short);
        self.long.merge(other.long);
        self.spare.merge(other.spare);
        self.stray.merge(other.stray);
        self.spaced.merge(other.spaced);
        for (mine, theirs) in self.columns.iter_mut().zip(other.columns) {
            mine.merge(theirs);
        }
    }

    /// Whether every record has a field for each column, and every quote stands where it belongs.
    pub(crate) fn is_regular(&self) -> bool {
        [&self.blank, &self.short, &self.long, &self.spare, &self.stray, &self.spaced]
            .iter()
            .all(|lines| lines.count == 0)
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
            Form::Quoted | Form::Doubled | Form::Escaped => self.quoted += 1,
            Form::Spaced => {
                self.quoted += 1;
                self.spaced.note(line);
            }
            Form::Stray => self.stray.note(line),
        }
        let missing = if text.is_empty() { form == Form::Plain } else { self.is_word(text) };
        let Some(column) = self.columns.get_mut(index) else {
            self.surplus |= !missing;
            self.watched += u64::from(self.watch.is_some() && text.trim_ascii_start().first().copied() == self.watch);
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
            self.watched += u64::from(self.watch.is_some() && text.trim_ascii_start().first().copied() == self.watch);
            match (text.first(), text.last()) {
                (Some(b' ' | b'\t'), _) | (_, Some(b' ' | b'\t')) => column.note_padded(text, line),
                _ => column.note(shape_of(text), text, line),
            }
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
