//! Text of fixed width: columns that begin at the same character of each line, given as widths or found from columns of blanks.
//!
//! Blanks around a field are no part of it. What stands beyond the last of some given widths makes a record too long.

use super::split::{Ended, Form, Visit};
use std::sync::Arc;

/// Where the columns of fixed width begin, in characters, and where the last one ends; none when it goes on to the end of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cuts {
    starts: Arc<[usize]>,
    end: Option<usize>,
}

/// The most lines that columns are found from.
const LINES: usize = 1000;
/// The most characters of a line that are looked at.
const WIDE: usize = 100_000;

impl Cuts {
    /// The cuts of some widths; a last width of 0 goes on to the end of the line.
    pub(crate) fn new(widths: &[usize]) -> Self {
        let (last, first) = widths.split_last().map_or((0, widths), |(last, first)| (*last, first));
        let mut starts = vec![0];
        let mut at = 0_usize;
        for width in first {
            at = at.saturating_add(*width);
            starts.push(at);
        }
        Self { starts: starts.into(), end: (last > 0).then(|| at.saturating_add(last)) }
    }

    /// The widths; 0 for one that goes on to the end of the line.
    pub(crate) fn widths(&self) -> Vec<usize> {
        let ends = self.starts.iter().skip(1).copied().chain([self.end.unwrap_or_default()]);
        self.starts.iter().zip(ends).map(|(start, end)| end.saturating_sub(*start)).collect()
    }

    /// Splits the first line of some bytes: where it ends, and how.
    pub(crate) fn record(&self, bytes: &[u8], line: u64, visit: &mut impl Visit) -> (usize, u64, Ended) {
        let end = memchr::memchr(b'\n', bytes);
        let mut text = &bytes[..end.unwrap_or(bytes.len())];
        if let [before @ .., b'\r'] = text {
            text = before;
        }
        let mut places = Places { text, byte: 0, character: 0 };
        let mut from = 0;
        for (index, start) in self.starts.iter().enumerate() {
            let stop = match self.starts.get(index + 1).copied().or(self.end) {
                Some(stop) => places.to(stop.max(*start)),
                None => text.len(),
            };
            visit.field(index, text[from..stop].trim_ascii(), Form::Plain, line);
            from = stop;
        }
        let mut fields = self.starts.len();
        let rest = text[from..].trim_ascii();
        if !rest.is_empty() {
            visit.field(fields, rest, Form::Plain, line);
            fields += 1;
        }
        visit.record(fields, line);
        match end {
            Some(end) => (end + 1, 1, Ended::Line),
            None => (bytes.len(), 1, Ended::Bytes),
        }
    }
}

// Counts characters; a byte that begins none is part of the one before it.
struct Places<'a> {
    text: &'a [u8],
    byte: usize,
    character: usize,
}

impl Places<'_> {
    fn to(&mut self, character: usize) -> usize {
        while self.character < character && self.byte < self.text.len() {
            self.byte += 1;
            while self.text.get(self.byte).is_some_and(|byte| byte & 0xc0 == 0x80) {
                self.byte += 1;
            }
            self.character += 1;
        }
        self.byte
    }
}

/// Columns that were found, and why they are believed.
pub(crate) struct Found {
    pub(crate) widths: Vec<usize>,
    pub(crate) reason: String,
}

/// Finds columns from blanks that stand at the same place of every line. Unless a person asked for them there must be proof: several
/// lines, and gaps of more than one blank where words of one length would leave one.
pub(crate) fn find(head: &[u8], asked: bool) -> Option<Found> {
    let lines: Vec<Vec<bool>> = head
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.trim_ascii().is_empty())
        .take(LINES)
        .map(blanks)
        .collect();
    let longest = lines.iter().map(Vec::len).max()?;
    let blank_at = |at: usize| lines.iter().all(|line| line.get(at).copied().unwrap_or(true));
    let all: Vec<bool> = (0..longest).map(blank_at).collect();
    let mut starts = vec![0];
    let mut wide = 0;
    for at in 1..longest {
        if all[at - 1] && !all[at] && all[..at].iter().any(|blank| !blank) {
            starts.push(at);
            // How many lines leave at least two blanks before this column.
            let gap = |line: &Vec<bool>| at >= 2 && line.len() > at && line[at - 1] && line[at - 2];
            wide = wide.max(lines.iter().filter(|line| gap(line)).count());
        }
    }
    let columns = starts.len();
    // Most lines hold something in every column.
    let filled = |(at, start): (usize, &usize)| {
        let end = starts.get(at + 1).copied().unwrap_or(longest);
        let holds = |line: &&Vec<bool>| (*start..end.min(line.len())).any(|at| !line[at]);
        lines.iter().filter(holds).count() * 2 >= lines.len()
    };
    let whole = starts.iter().enumerate().all(filled);
    let proven = lines.len() >= 3 && wide * 2 >= lines.len() && columns <= longest / 2 && whole;
    if columns < 2 || !(proven || (asked && lines.len() >= 2)) {
        return None;
    }
    let mut widths: Vec<usize> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    widths.push(0);
    let reason = format!("blanks stand at the same places of all {} lines looked at", lines.len());
    Some(Found { widths, reason })
}

// Which characters of a line are blank; a tab is no blank, since its width is unknown.
fn blanks(line: &[u8]) -> Vec<bool> {
    line.iter().take(WIDE).filter(|byte| *byte & 0xc0 != 0x80).map(|byte| *byte == b' ').collect()
}
