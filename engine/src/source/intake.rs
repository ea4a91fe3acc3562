//! The typing pass: one reading of a file's raw bytes that counts its records and notes the shapes of all values.
//!
//! Blocks are cut at line ends outside quotes and go to several workers. A file whose quotes do not pair up cannot be cut that way:
//! the pass then ends as [`Passed::Irregular`], and the caller reads it in one piece.

use super::files::{reader, shown, unreadable};
use super::split::{Marks, split};
use super::tracker::Tally;
use crate::error::{Error, ErrorKind, Result};
use memchr::{memchr_iter, memrchr};
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

const BLOCK: usize = 1 << 21;
// A record longer than this is a quote that is never closed.
pub(super) const LONGEST: usize = 1 << 28;

/// What to read of a file.
pub(crate) struct Job<'a> {
    pub(crate) path: &'a Path,
    /// Bytes before the first record of data.
    pub(crate) offset: u64,
    /// The line on which it begins.
    pub(crate) line: u64,
    pub(crate) marks: &'a Marks,
    pub(crate) cancel: &'a AtomicBool,
    pub(crate) progress: &'a dyn Fn(u64),
}

/// How a pass ended.
pub(crate) enum Passed {
    /// Everything was counted.
    Whole(Box<Tally>),
    /// Quotes do not pair up.
    Irregular,
}

struct Block {
    bytes: Vec<u8>,
    line: u64,
}

/// Counts a file; `blank` is an empty tally of its columns.
pub(crate) fn pass(job: &Job<'_>, blank: &Tally) -> Result<Passed> {
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(2, 8);
    let (send, receive) = sync_channel::<Block>(workers);
    let (receive, stop) = (Mutex::new(receive), AtomicBool::new(false));
    let spare = Mutex::new(Vec::new());
    let marks = job.marks;
    std::thread::scope(|scope| {
        let mut handles = Vec::new();
        for number in 0..workers {
            let work = || count(&receive, &stop, &spare, marks, blank);
            // A machine that gives fewer threads makes it slower, not wrong.
            handles.extend(std::thread::Builder::new().name(format!("intake-{number}")).spawn_scoped(scope, work));
        }
        let fed = if handles.is_empty() { Err(no_thread()) } else { feed(job, &send, &stop, &spare) };
        drop(send);
        let mut whole = blank.clone();
        let mut failed: Option<(u64, Error)> = None;
        let mut irregular = false;
        for handle in handles {
            match handle.join().unwrap_or(Err(Trouble::Panic)) {
                Ok(tally) => whole.merge(tally),
                Err(Trouble::Irregular) => irregular = true,
                Err(Trouble::Text(line)) if failed.as_ref().is_none_or(|(first, _)| line < *first) => {
                    failed = Some((line, no_text(job.path, line)));
                }
                Err(Trouble::Text(_)) => {}
                Err(Trouble::Panic) => return Err(Error::new(ErrorKind::Internal, "the typing pass failed")),
            }
        }
        let fed = fed?;
        match failed {
            Some((_, error)) => Err(error),
            None if irregular || !fed => Ok(Passed::Irregular),
            None => Ok(Passed::Whole(Box::new(whole))),
        }
    })
}

/// The error about bytes that are no UTF-8 text.
pub(crate) fn no_text(path: &Path, line: u64) -> Error {
    Error::new(ErrorKind::Source, format!("{}: line {line} is not UTF-8 text", shown(path)))
        .advise("save the file as UTF-8")
}

/// The error of a cancelled reading.
pub(crate) fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "cancelled while the source was read")
}

fn no_thread() -> Error {
    Error::new(ErrorKind::Internal, "no thread could be started").advise("close other programs and try again")
}

enum Trouble {
    Irregular,
    Text(u64),
    Panic,
}

type Spare = Mutex<Vec<Vec<u8>>>;

fn count(
    receive: &Mutex<Receiver<Block>>,
    stop: &AtomicBool,
    spare: &Spare,
    marks: &Marks,
    blank: &Tally,
) -> Result<Tally, Trouble> {
    let mut tally = blank.clone();
    loop {
        let block = receive.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Block { mut bytes, line }) = block else { return Ok(tally) };
        let found = tally_block(&bytes, line, marks, &mut tally);
        if let Err(trouble) = found {
            stop.store(true, Ordering::Relaxed);
            return Err(trouble);
        }
        bytes.clear();
        spare.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
    }
}

fn tally_block(bytes: &[u8], line: u64, marks: &Marks, tally: &mut Tally) -> Result<(), Trouble> {
    if let Err(error) = std::str::from_utf8(bytes) {
        let before = memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count() as u64;
        return Err(Trouble::Text(line + before));
    }
    let tail = split(bytes, marks, line, tally);
    if tail.open.is_some() || tally.stray.count > 0 { Err(Trouble::Irregular) } else { Ok(()) }
}

// Reads blocks and hands them out; false when a block could not be cut.
fn feed(job: &Job<'_>, send: &SyncSender<Block>, stop: &AtomicBool, spare: &Spare) -> Result<bool> {
    let mut file = skipped(job.path, job.offset)?;
    let mut carry: Vec<u8> = Vec::new();
    let mut line = job.line;
    let mut read = job.offset;
    loop {
        let mut bytes = spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        bytes.append(&mut carry);
        let (more, ended) = fill(&mut file, &mut bytes, BLOCK, job)?;
        read += more;
        (job.progress)(read);
        if stop.load(Ordering::Relaxed) {
            return Ok(true);
        }
        if !ended {
            let Some(cut) = last_end(&bytes, job.marks.quote) else {
                if bytes.len() > LONGEST {
                    return Ok(false);
                }
                carry = bytes;
                continue;
            };
            carry.extend_from_slice(&bytes[cut..]);
            bytes.truncate(cut);
        }
        let lines = memchr_iter(b'\n', &bytes).count() as u64;
        if !bytes.is_empty() && send.send(Block { bytes, line }).is_err() {
            return Ok(true);
        }
        line += lines;
        if ended {
            return Ok(true);
        }
    }
}

/// Opens a file and skips its first bytes.
pub(super) fn skipped(path: &Path, offset: u64) -> Result<Box<dyn Read + Send>> {
    let mut file = reader(path)?;
    std::io::copy(&mut file.by_ref().take(offset), &mut std::io::sink()).map_err(|error| unreadable(path, &error))?;
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
    let more = file.by_ref().take(most as u64).read_to_end(bytes).map_err(|error| unreadable(job.path, &error))?;
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
