//! Counting the lines and records of regular text while a run reads it: what the ledger holds the run against.
//!
//! Nothing is split into fields and no value is looked at, so that it takes a small part of the time of a typing pass. A file with a
//! record or a quote out of place is told as irregular: then the typing pass looks at it after all. Knows no type.

use super::facts::LineCount;
use super::files::unreadable;
use super::intake::skipped;
use super::laid::Laid;
use super::split::Marks;
use super::temporal::Blanks;
use super::text::Text;
use super::typed::blanks_told;
use crate::error::{Error, ErrorKind, Result};
use memchr::{memchr, memchr_iter};
use std::io::Read as _;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;

// Small enough to stay in the processor's own memory while it is looked at several times.
const CHUNK: usize = 1 << 18;

/// A count that goes on beside the run that it is for; it ends when it is dropped.
pub struct Recount {
    thread: Option<JoinHandle<Result<Option<LineCount>>>>,
    stop: Arc<AtomicBool>,
    irregular: Arc<AtomicBool>,
    records: Arc<OnceLock<u64>>,
    passed: Arc<AtomicU64>,
    lines: Option<LineCount>,
    /// Values of each column with blanks around them, as the run reads them.
    padded: Vec<(String, Blanks)>,
}

/// One file to count.
struct Part {
    text: Text,
    marks: Marks,
    offset: u64,
    before: u64,
}

impl Recount {
    /// Begins to count files that are split by the same marks into so many columns.
    pub(super) fn begin(layouts: &[Laid], marks: &Marks, names: &[String]) -> Result<Self> {
        let width = names.len();
        let (stop, irregular, records) =
            (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default(), Arc::<OnceLock<u64>>::default());
        let part = |(_, layout): &Laid| Part {
            text: layout.text.clone(),
            marks: marks.clone(),
            offset: layout.offset,
            before: layout.line - 1,
        };
        let parts: Vec<Part> = layouts.iter().map(part).collect();
        let (halt, odd, told) = (Arc::clone(&stop), Arc::clone(&irregular), Arc::clone(&records));
        let work = move || {
            let counted = count_all(&parts, width, &halt);
            match &counted {
                Ok(Some((_, records))) => {
                    let _ = told.set(*records);
                }
                _ => odd.store(true, Ordering::Relaxed),
            }
            counted.map(|found| found.map(|(lines, _)| lines))
        };
        let thread = std::thread::Builder::new().name("recount".into()).spawn(work).map_err(|error| {
            Error::new(ErrorKind::Internal, "no thread could be started")
                .advise("close other programs and try again")
                .caused_by(error)
        })?;
        let padded = names.iter().map(|name| (name.clone(), Blanks::default())).collect();
        Ok(Self { thread: Some(thread), stop, irregular, records, passed: Arc::default(), lines: None, padded })
    }

    /// The records, as soon as they are counted.
    pub(crate) fn records(&self) -> Arc<OnceLock<u64>> {
        Arc::clone(&self.records)
    }

    /// Rows whose values were checked, as the run reads them.
    pub(super) fn passed(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.passed)
    }

    /// Whether the run read each row once since it was last begun.
    pub(super) fn is_read_whole(&self, records: u64) -> bool {
        self.passed.load(Ordering::Relaxed) == records
    }

    /// A reading begins; what was read before for figures is not counted.
    pub(super) fn begin_reading(&self) {
        self.passed.store(0, Ordering::Relaxed);
        self.padded.iter().for_each(|(_, blanks)| blanks.store(0, Ordering::Relaxed));
    }

    /// Where values of a column with blanks around them are counted.
    pub(super) fn padded(&self, at: usize) -> Blanks {
        self.padded.get(at).map(|(_, blanks)| Arc::clone(blanks)).unwrap_or_default()
    }

    /// What the run found of them, in words.
    pub(super) fn blanks(&self) -> Option<String> {
        blanks_told(self.padded.iter().map(|(name, blanks)| (name.as_str(), blanks.load(Ordering::Relaxed))))
    }

    /// Raised when a file turns out irregular, so that nobody needs to read on.
    pub(super) fn irregular(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.irregular)
    }

    /// Waits for the count: where the lines went, and the records; none when a file is irregular.
    pub(crate) fn finish(&mut self) -> Result<Option<(LineCount, u64)>> {
        if let Some(thread) = self.thread.take() {
            self.lines =
                thread.join().map_err(|_| Error::new(ErrorKind::Internal, "the counting of lines failed"))??;
        }
        Ok(self.lines.and_then(|lines| Some((lines, *self.records.get()?))))
    }
}

impl Drop for Recount {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn count_all(parts: &[Part], width: usize, stop: &AtomicBool) -> Result<Option<(LineCount, u64)>> {
    let mut lines = LineCount::default();
    let mut records = 0;
    for part in parts {
        let Some(found) = count(part, width, stop)? else { return Ok(None) };
        lines.physical += part.before + found.physical;
        lines.accounted += part.before + found.physical;
        lines.before_data += part.before;
        lines.records += found.physical;
        records += found.records;
    }
    Ok(Some((lines, records)))
}

fn count(part: &Part, width: usize, stop: &AtomicBool) -> Result<Option<Found>> {
    let mut file = skipped(&part.text, part.offset)?;
    let mut bytes = vec![0; CHUNK];
    let mut structure = Structure::new(&part.marks);
    loop {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let read = match file.read(&mut bytes) {
            Ok(0) => return Ok(structure.end(width)),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(&part.text.path, &error)),
        };
        structure.take(&bytes[..read]);
        if structure.odd {
            return Ok(None);
        }
    }
}

struct Found {
    physical: u64,
    records: u64,
}

/// The structure of a text as far as it was read: how many delimiters and line ends stand outside quotes, and whether all is in its place.
struct Structure<'a> {
    marks: &'a Marks,
    inside: bool,
    /// The last byte that was read; a line end before the first.
    last: u8,
    /// Whether that was a quote that closes, or a carriage return.
    closed: bool,
    returned: bool,
    physical: u64,
    ends: u64,
    delimiters: u64,
    odd: bool,
}

impl<'a> Structure<'a> {
    fn new(marks: &'a Marks) -> Self {
        Self {
            marks,
            inside: false,
            last: b'\n',
            closed: false,
            returned: false,
            physical: 0,
            ends: 0,
            delimiters: 0,
            odd: false,
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return };
        self.odd |= self.closed && !self.may_follow(*first);
        self.odd |= self.returned && *first != b'\n';
        (self.closed, self.returned) = (false, false);
        self.odd |= memchr(0, bytes).is_some();
        for at in memchr_iter(b'\r', bytes) {
            self.odd |= bytes.get(at + 1).is_some_and(|next| *next != b'\n');
        }
        self.returned = *last == b'\r';
        let ends = memchr_iter(b'\n', bytes).count() as u64;
        let delimiters = memchr_iter(self.marks.delimiter, bytes).count() as u64;
        let (quoted_ends, quoted_delimiters) = self.quotes(bytes);
        self.physical += ends;
        self.ends += ends - quoted_ends;
        self.delimiters += delimiters - quoted_delimiters;
        self.last = *last;
    }

    // Goes from quote to quote; the line ends and delimiters between those that belong together.
    fn quotes(&mut self, bytes: &[u8]) -> (u64, u64) {
        let Some(quote) = self.marks.quote else { return (0, 0) };
        let (mut ends, mut delimiters) = (0, 0);
        let mut within = |part: &[u8]| {
            for byte in part {
                ends += u64::from(*byte == b'\n');
                delimiters += u64::from(*byte == self.marks.delimiter);
            }
        };
        let mut from = 0;
        for at in memchr_iter(quote, bytes) {
            if self.inside {
                within(&bytes[from..at]);
                match bytes.get(at + 1) {
                    Some(next) => self.odd |= !follows(self.marks, *next),
                    None => self.closed = true,
                }
            } else {
                let before = if at == 0 { self.last } else { bytes[at - 1] };
                self.odd |= before != self.marks.delimiter && before != b'\n' && before != quote;
            }
            self.inside = !self.inside;
            from = at + 1;
        }
        if self.inside {
            within(&bytes[from..]);
        }
        (ends, delimiters)
    }

    fn may_follow(&self, byte: u8) -> bool {
        follows(self.marks, byte)
    }

    // Each record has one delimiter less than columns. One with more is refused by the run's own reader, so that none has fewer.
    fn end(self, width: usize) -> Option<Found> {
        let open = u64::from(self.last != b'\n');
        let records = self.ends + open;
        let fits = records.checked_mul(width.saturating_sub(1) as u64) == Some(self.delimiters);
        let regular = fits && !self.odd && !self.inside && !self.returned;
        regular.then_some(Found { physical: self.physical + open, records })
    }
}

// Whether a byte may stand behind a quote that closes; another quote makes one of both.
fn follows(marks: &Marks, byte: u8) -> bool {
    byte == marks.delimiter || byte == b'\n' || byte == b'\r' || Some(byte) == marks.quote
}
