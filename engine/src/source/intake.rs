//! The typing pass: one reading of a file's raw bytes that counts its records and notes the shapes of all values.
//!
//! Blocks are cut at line ends outside quotes and go to several workers. A file whose quotes do not pair up cannot be cut that way:
//! the pass then ends as [`Passed::Irregular`], and the caller reads it in one piece.

use super::files::unreadable;
use super::split::{Marks, split};
use super::text::Text;
use super::tracker::Tally;
use crate::error::{Error, ErrorKind, Result};
use memchr::{memchr, memchr_iter, memrchr};
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

const BLOCK: usize = 1 << 21;
// A record longer than this is a quote that is never closed.
pub(super) const LONGEST: usize = 1 << 28;

/// What to read of a file.
pub(crate) struct Job<'a> {
    pub(crate) text: &'a Text,
    /// Bytes before the first record of data.
    pub(crate) offset: u64,
    /// The line on which it begins.
    pub(crate) line: u64,
    pub(crate) marks: &'a Marks,
    /// Whether records with too few fields are as good as others.
    pub(crate) fill: bool,
    pub(crate) cancel: &'a AtomicBool,
    pub(crate) progress: &'a dyn Fn(u64),
}

/// How a pass ended.
pub(crate) enum Passed {
    /// Everything was counted.
    Whole(Box<Tally>),
    /// Quotes do not pair up.
    Irregular,
    /// There are NUL bytes, records of another width, or blanks around quotes.
    Odd,
    /// Some bytes are no UTF-8.
    Undecodable,
}

struct Block {
    bytes: Vec<u8>,
    line: u64,
}

/// Counts a file; `blank` is an empty tally of its columns.
pub(crate) fn pass(job: &Job<'_>, blank: &Tally) -> Result<Passed> {
    let (marks, short_fits) = (job.marks, job.fill);
    let begin = || blank.clone();
    let (found, lines) =
        in_blocks(job, begin, |tally, bytes, line| tally_block(bytes, line, marks, short_fits, tally))?;
    let mut whole = blank.clone();
    let mut worst = lines.is_none().then_some(Trouble::Irregular);
    whole.physical += lines.unwrap_or_default();
    for found in found {
        match found {
            Ok(tally) => whole.merge(tally),
            Err(trouble) => worst = worst.max(Some(trouble)),
        }
    }
    Ok(match worst {
        Some(Trouble::Undecodable) => Passed::Undecodable,
        Some(Trouble::Irregular) => Passed::Irregular,
        Some(Trouble::Odd) => Passed::Odd,
        None => Passed::Whole(Box::new(whole)),
    })
}

/// What each worker made of its blocks, and how many physical lines were read; none when a block could not be cut.
type InBlocks<T, E> = (Vec<Result<T, E>>, Option<u64>);

/// Hands the blocks of a file, each with the number of its first line, to several workers until one of them fails.
pub(super) fn in_blocks<T: Send, E: Send>(
    job: &Job<'_>,
    begin: impl Fn() -> T + Sync,
    take: impl Fn(&mut T, &[u8], u64) -> Result<(), E> + Sync,
) -> Result<InBlocks<T, E>> {
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(2, 8);
    let (send, receive) = sync_channel::<Block>(workers);
    let (receive, stop) = (Mutex::new(receive), AtomicBool::new(false));
    let spare = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        let mut handles = Vec::new();
        for number in 0..workers {
            let work = || work(&receive, &stop, &spare, &begin, &take);
            // A machine that gives fewer threads makes it slower, not wrong.
            handles.extend(std::thread::Builder::new().name(format!("intake-{number}")).spawn_scoped(scope, work));
        }
        let fed = if handles.is_empty() { Err(no_thread()) } else { feed(job, &send, &stop, &spare) };
        drop(send);
        let mut found = Vec::new();
        for handle in handles {
            found.push(handle.join().map_err(|_| Error::new(ErrorKind::Internal, "the typing pass failed"))?);
        }
        Ok((found, fed?))
    })
}

/// The error of a cancelled reading.
pub(crate) fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "cancelled while the source was read")
}

fn no_thread() -> Error {
    Error::new(ErrorKind::Internal, "no thread could be started").advise("close other programs and try again")
}

// The worse, the later.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Trouble {
    Odd,
    Irregular,
    Undecodable,
}

type Spare = Mutex<Vec<Vec<u8>>>;

fn work<T, E>(
    receive: &Mutex<Receiver<Block>>,
    stop: &AtomicBool,
    spare: &Spare,
    begin: impl Fn() -> T,
    take: impl Fn(&mut T, &[u8], u64) -> Result<(), E>,
) -> Result<T, E> {
    let mut found = begin();
    loop {
        let block = receive.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Block { mut bytes, line }) = block else { return Ok(found) };
        if let Err(trouble) = take(&mut found, &bytes, line) {
            stop.store(true, Ordering::Relaxed);
            return Err(trouble);
        }
        bytes.clear();
        spare.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
    }
}

fn tally_block(bytes: &[u8], line: u64, marks: &Marks, fill: bool, tally: &mut Tally) -> Result<(), Trouble> {
    if std::str::from_utf8(bytes).is_err() {
        return Err(Trouble::Undecodable);
    }
    if memchr(0, bytes).is_some() {
        return Err(Trouble::Odd);
    }
    let tail = split(bytes, marks, line, tally);
    if tail.open.is_some() || tally.stray.count > 0 {
        return Err(Trouble::Irregular);
    }
    // A field begins with the quote that was taken for none: it is one after all, and no more need be read.
    if tally.watched > 0 {
        return Err(Trouble::Irregular);
    }
    // The file is going to be copied straight, which counts all of it: nobody needs to read on.
    if tally.long.count + tally.spare.count + tally.spaced.count > 0 || (tally.short.count > 0 && !fill) {
        return Err(Trouble::Odd);
    }
    tally.accounted += tail.line - line + lines_of(&bytes[tail.complete..]);
    Ok(())
}

/// Physical lines of some bytes; the last one needs no end.
pub(super) fn lines_of(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64 + u64::from(bytes.last().is_some_and(|byte| *byte != b'\n'))
}

// Reads blocks and hands them out; the lines of them, or none when a block could not be cut.
fn feed(job: &Job<'_>, send: &SyncSender<Block>, stop: &AtomicBool, spare: &Spare) -> Result<Option<u64>> {
    let mut file = skipped(job.text, job.offset)?;
    let mut carry: Vec<u8> = Vec::new();
    let mut line = job.line;
    let mut read = job.offset;
    let mut physical = 0;
    loop {
        let mut bytes = spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        bytes.append(&mut carry);
        let (more, ended) = fill(&mut file, &mut bytes, BLOCK, job)?;
        read += more;
        (job.progress)(read);
        if stop.load(Ordering::Relaxed) {
            return Ok(Some(physical));
        }
        if !ended {
            let Some(cut) = last_end(&bytes, job.marks.quote) else {
                if bytes.len() > LONGEST {
                    return Ok(None);
                }
                carry = bytes;
                continue;
            };
            carry.extend_from_slice(&bytes[cut..]);
            bytes.truncate(cut);
        }
        let lines = memchr_iter(b'\n', &bytes).count() as u64;
        physical += lines + u64::from(ended && bytes.last().is_some_and(|byte| *byte != b'\n'));
        if !bytes.is_empty() && send.send(Block { bytes, line }).is_err() {
            return Ok(Some(physical));
        }
        line += lines;
        if ended {
            return Ok(Some(physical));
        }
    }
}

/// Opens a file and skips its first bytes.
pub(super) fn skipped(text: &Text, offset: u64) -> Result<Box<dyn Read + Send>> {
    let mut file = text.reader()?;
    std::io::copy(&mut file.by_ref().take(offset), &mut std::io::sink())
        .map_err(|error| unreadable(&text.path, &error))?;
    Ok(file)
}

/// Appends up to so many bytes; tells how many and whether the file ended.
pub(super) fn fill(
    file: &mut Box<dyn Read + Send>,
    bytes: &mut Vec<u8>,
    most: usize,
    job: &Job<'_>,
) -> Result<(u64, bool)> {
    if job.cancel.load(Ordering::Relaxed) {
        return Err(cancelled());
    }
    bytes.reserve(most);
    let more =
        file.by_ref().take(most as u64).read_to_end(bytes).map_err(|error| unreadable(&job.text.path, &error))?;
    Ok((more as u64, more < most))
}

// The end of the last line that ends outside quotes.
fn last_end(bytes: &[u8], quote: Option<u8>) -> Option<usize> {
    let Some(quote) = quote else { return memrchr(b'\n', bytes).map(|at| at + 1) };
    let mut outside = memchr_iter(quote, bytes).count().is_multiple_of(2);
    let mut end = bytes.len();
    while let Some(at) = memrchr(b'\n', &bytes[..end]) {
        outside ^= memchr_iter(quote, &bytes[at..end]).count() % 2 == 1;
        if outside {
            return Some(at + 1);
        }
        end = at;
    }
    None
}
