//! What is counted of text: lengths, blanks, patterns of characters, and the type that text is meant to be.

use super::numbers::Numbers;
use super::parts::{COUNT, VALUE};
use super::threads::side_by_side;
use crate::error::Result;
use crate::named::col;
use crate::op::condition::is_unfit;
use crate::run::collect;
use polars::prelude::{DataFrame, DataType, Expr, IntoLazy as _, StringChunked, lit};
use std::collections::{BTreeMap, HashMap};

/// How many different patterns are counted of a column.
const MOST_PATTERNS: usize = 100_000;
/// How many values are looked at to find the type that text is meant to be.
const LOOK: usize = 1_000;
/// Texts that are worth a thread.
const CHUNK: usize = 100_000;
/// The types that text is often meant to be: the word of a recipe, tried in this order.
const MEANT: [&str; 4] = ["number", "boolean", "timestamp", "date"];

/// Counts of a text column.
#[derive(Default)]
pub(super) struct TextCounts {
    pub(super) empty: u64,
    pub(super) blank: u64,
    pub(super) padded: u64,
    /// The first and the last text in order, empty ones left out.
    pub(super) ends: Option<(String, String)>,
    lengths: BTreeMap<u64, u64>,
    patterns: HashMap<String, u64>,
    patterns_left_out: bool,
    looked: bool,
    /// Types that much of the first part fits, with the cells that do not fit, over all parts.
    unfit: Vec<(&'static str, u64)>,
}

impl TextCounts {
    /// Takes in a part, on several threads where it is large; patterns only where they are told.
    pub(super) fn take(&mut self, part: &DataFrame, counts: &[u64], patterns: bool) -> Result<()> {
        let texts = part.column(VALUE)?.str()?.rechunk().into_owned();
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(counts.len() / CHUNK + 1);
        let len = counts.len().div_ceil(threads).max(1);
        if threads == 1 {
            self.take_texts(&texts, counts, patterns);
            return self.take_types(part);
        }
        let slices = counts.chunks(len).enumerate().map(|(at, counts)| {
            let first = i64::try_from(at * len).unwrap_or(i64::MAX);
            (texts.slice(first, counts.len()), counts)
        });
        let taken = side_by_side(slices.collect(), |(texts, counts): (StringChunked, &[u64])| {
            let mut taken = Self::default();
            taken.take_texts(&texts, counts, patterns);
            Ok(taken)
        })?;
        for one in taken {
            self.add(one);
        }
        self.take_types(part)
    }

    fn take_texts(&mut self, texts: &StringChunked, counts: &[u64], patterns: bool) {
        let mut pattern = String::new();
        for (text, count) in texts.iter().zip(counts) {
            let text = text.unwrap_or_default();
            if text.is_empty() {
                self.empty += count;
                continue;
            }
            self.widen(text, text);
            let bare = text.trim();
            if bare.is_empty() {
                self.blank += count;
            } else if bare.len() != text.len() {
                self.padded += count;
            }
            *self.lengths.entry(text.chars().count() as u64).or_default() += count;
            if patterns {
                write_pattern(text, &mut pattern);
                self.add_pattern(&pattern, *count);
            }
        }
    }

    fn widen(&mut self, low: &str, high: &str) {
        match &mut self.ends {
            None => self.ends = Some((low.to_owned(), high.to_owned())),
            Some((least, most)) => {
                if low < least.as_str() {
                    low.clone_into(least);
                }
                if high > most.as_str() {
                    high.clone_into(most);
                }
            }
        }
    }

    fn add_pattern(&mut self, pattern: &str, count: u64) {
        if let Some(seen) = self.patterns.get_mut(pattern) {
            *seen += count;
        } else if self.patterns.len() < MOST_PATTERNS {
            self.patterns.insert(pattern.to_owned(), count);
        } else {
            self.patterns_left_out = true;
        }
    }

    /// Adds what another thread counted.
    fn add(&mut self, other: Self) {
        self.empty += other.empty;
        self.blank += other.blank;
        self.padded += other.padded;
        self.patterns_left_out |= other.patterns_left_out;
        for (length, count) in other.lengths {
            *self.lengths.entry(length).or_default() += count;
        }
        for (pattern, count) in other.patterns {
            self.add_pattern(&pattern, count);
        }
        if let Some((low, high)) = other.ends {
            self.widen(&low, &high);
        }
    }

    /// Looks at some values for the types that they may be meant to be, then counts on all what does not fit those.
    fn take_types(&mut self, part: &DataFrame) -> Result<()> {
        if !self.looked {
            self.looked = true;
            let looked = part.height().min(LOOK);
            let unfit = unfit_values(&part.slice(0, looked), &MEANT, false)?;
            // Half of the values are enough for DataBrew; some more may be among those that were not looked at.
            let likely = MEANT.iter().zip(unfit).filter(|(_, unfit)| unfit * 10 < looked as u64 * 7);
            self.unfit = likely.map(|(kind, _)| (*kind, 0)).collect();
        }
        if self.unfit.is_empty() {
            return Ok(());
        }
        let kinds: Vec<&str> = self.unfit.iter().map(|(kind, _)| *kind).collect();
        for ((_, cells), unfit) in self.unfit.iter_mut().zip(unfit_values(part, &kinds, true)?) {
            *cells += unfit;
        }
        Ok(())
    }

    /// The type that at least half of the cells fit, and how many do not.
    pub(super) fn meant(&self, values: u64) -> Option<(&'static str, u64)> {
        let best = self.unfit.iter().min_by_key(|(_, unfit)| *unfit)?;
        (values > 0 && best.1 * 2 <= values).then_some(*best)
    }

    pub(super) fn lengths(&self) -> Numbers {
        #[expect(clippy::cast_precision_loss, reason = "lengths of text")]
        let (lengths, counts) = self.lengths.iter().map(|(length, count)| (*length as f64, *count)).unzip();
        Numbers::Held(lengths, counts)
    }

    /// The most frequent patterns, and whether all were counted.
    pub(super) fn top_patterns(&self, keep: usize) -> (Vec<(String, u64)>, bool) {
        let mut found: Vec<_> = self.patterns.iter().map(|(pattern, count)| (pattern.clone(), *count)).collect();
        found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        found.truncate(keep);
        (found, !self.patterns_left_out)
    }
}

/// How many values, or cells, of a part are not of each type; empty text is missing, not unfit.
fn unfit_values(part: &DataFrame, kinds: &[&str], cells: bool) -> Result<Vec<u64>> {
    let weight = if cells { col(COUNT) } else { lit(1u64) };
    let mut query: Vec<Expr> = Vec::new();
    for kind in kinds {
        let unfit = is_unfit(col(VALUE), &DataType::String, kind)?;
        query.push((unfit.cast(DataType::UInt64) * weight.clone()).sum().alias(*kind));
    }
    let counted = collect(part.clone().lazy().select(query))?;
    kinds.iter().map(|kind| Ok(counted.column(kind)?.get(0)?.extract::<u64>().unwrap_or(0))).collect()
}

/// Which of the candidates hold the smallest texts.
pub(super) fn smallest(part: &DataFrame, candidates: impl Iterator<Item = usize>, room: usize) -> Result<Vec<usize>> {
    let texts = part.column(VALUE)?.str()?.rechunk();
    let mut found: Vec<(&str, usize)> = Vec::new();
    for at in candidates {
        let text = texts.get(at).unwrap_or_default();
        if found.len() < room || found.last().is_some_and(|(last, _)| text < *last) {
            let place = found.partition_point(|(other, _)| *other <= text);
            found.insert(place, (text, at));
            found.truncate(room);
        }
    }
    Ok(found.into_iter().map(|(_, at)| at).collect())
}

/// The pattern of characters of a text: `A` and `a` stand for letters, `9` for digits, other characters for themselves. Runs of more than
/// three letters of one kind, or of more than twelve digits, are drawn together and marked with `⁺`.
pub fn pattern_of(text: &str) -> String {
    let mut pattern = String::new();
    write_pattern(text, &mut pattern);
    pattern
}

/// The sign of a longer run in a pattern.
pub(crate) const RUN: char = '⁺';
/// The sign of a pattern that is cut.
pub(crate) const CUT: char = '…';
/// Characters after which a pattern is cut.
const LONGEST: usize = 60;

fn write_pattern(text: &str, pattern: &mut String) {
    pattern.clear();
    let mut chars = text.chars().map(sign_of).peekable();
    let mut written = 0;
    while let Some(sign) = chars.next() {
        let mut run = 1;
        while chars.next_if_eq(&sign).is_some() {
            run += 1;
        }
        let most = match sign {
            'A' | 'a' => 3,
            '9' => 12,
            _ => usize::MAX,
        };
        if run > most {
            pattern.push(sign);
            pattern.push(RUN);
            written += 2;
        } else {
            let shown = run.min(LONGEST + 1);
            pattern.extend(std::iter::repeat_n(sign, shown));
            written += shown;
        }
        if written > LONGEST {
            pattern.push(CUT);
            return;
        }
    }
}

fn sign_of(character: char) -> char {
    if character.is_ascii_digit() {
        '9'
    } else if character.is_uppercase() {
        'A'
    } else if character.is_alphabetic() {
        'a'
    } else {
        character
    }
}
