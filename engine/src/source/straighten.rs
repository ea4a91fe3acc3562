//! A regular copy of irregular text: stray quotes doubled, blank lines left out, short records filled up.
//!
//! The engine's reader cuts a file by pairing its quotes, so a lone quote would make it fail; such a file is read by our own splitter
//! in one piece and copied. The copy is read in its place.

use super::files::{shown, unreadable};
use super::intake::{Job, LONGEST, fill, no_text, skipped};
use super::split::{Form, Marks, Nobody, Visit, split};
use super::tracker::Tally;
use crate::error::{Error, ErrorKind, Result};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// A new empty copy. It has no name any longer, so that it goes away with its last reader, even when the process is killed.
pub(crate) fn begin() -> Result<File> {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("brewhouse-{}-{number}.csv", std::process::id()));
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(|error| unwritable(&path, error))?;
    std::fs::remove_file(&path).map_err(|error| unwritable(&path, error))?;
    Ok(file)
}

/// Copies the data of a file and counts it on the way.
pub(crate) fn copy(job: &Job<'_>, blank: &Tally, out: &mut dyn Write) -> Result<Tally> {
    let mut file = skipped(job.path, job.offset)?;
    let mut copier = Copier::new(blank.clone(), job.marks, out);
    let mut bytes = Vec::new();
    let mut line = job.line;
    let mut read = job.offset;
    loop {
        let (more, ended) = fill(&mut file, &mut bytes, 1 << 21, job)?;
        read += more;
        (job.progress)(read);
        let tail = split(&bytes, job.marks, line, &mut Nobody);
        if let Some(open) = tail.open.filter(|_| ended || bytes.len() > LONGEST) {
            return Err(unclosed(job.path, open));
        }
        let end = if ended { bytes.len() } else { tail.complete };
        if let Err(error) = std::str::from_utf8(&bytes[..end]) {
            let before = memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count() as u64;
            return Err(no_text(job.path, line + before));
        }
        split(&bytes[..end], job.marks, line, &mut copier);
        if let Some(error) = copier.failed.take() {
            return Err(unwritable(Path::new("a temporary copy"), error));
        }
        bytes.drain(..end);
        line = tail.line;
        if ended {
            return Ok(copier.tally);
        }
    }
}

/// Copies bytes that begin at a record, as far as its records are complete.
pub(crate) fn copy_bytes(bytes: &[u8], line: u64, marks: &Marks, blank: &Tally) -> (Tally, Vec<u8>) {
    let mut out = Vec::with_capacity(bytes.len());
    let mut copier = Copier::new(blank.clone(), marks, &mut out);
    split(bytes, marks, line, &mut copier);
    let tally = copier.tally;
    (tally, out)
}

fn unclosed(path: &Path, line: u64) -> Error {
    Error::new(ErrorKind::Source, format!("{}: a quote opened in line {line} is never closed", shown(path)))
        .advise("close it in the file, or read the file without a quote character")
}

/// The error about a copy that cannot be written.
pub(crate) fn unwritable(path: &Path, error: std::io::Error) -> Error {
    let known = unreadable(path, &error);
    Error::new(ErrorKind::Source, format!("{}: the temporary copy of an irregular file cannot be written", shown(path)))
        .advise("make room in the folder for temporary files")
        .caused_by(known)
}

struct Copier<'a> {
    tally: Tally,
    delimiter: u8,
    quote: u8,
    bare: bool,
    out: &'a mut dyn Write,
    failed: Option<std::io::Error>,
}

impl<'a> Copier<'a> {
    fn new(tally: Tally, marks: &Marks, out: &'a mut dyn Write) -> Self {
        Self {
            tally,
            delimiter: marks.delimiter,
            quote: marks.quote.unwrap_or(b'"'),
            bare: marks.quote.is_none(),
            out,
            failed: None,
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.failed = self.out.write_all(bytes).err();
        }
    }

    fn put_doubled(&mut self, text: &[u8]) {
        let quote = [self.quote];
        self.put(&quote);
        for part in text.split_inclusive(|byte| *byte == quote[0]) {
            self.put(part);
            if part.ends_with(&quote) {
                self.put(&quote);
            }
        }
        self.put(&quote);
    }
}

impl Visit for Copier<'_> {
    fn field(&mut self, index: usize, text: &[u8], form: Form, line: u64) {
        self.tally.field(index, text, form, line);
        if index >= self.tally.columns.len() {
            return;
        }
        if index > 0 {
            self.put(&[self.delimiter]);
        }
        match form {
            // Where the file has no quotes, the copy has: one that stands in a field must not begin anything.
            Form::Plain if self.bare && text.contains(&self.quote) => self.put_doubled(text),
            Form::Plain => self.put(text),
            Form::Quoted | Form::Doubled => {
                self.put(&[self.quote]);
                self.put(text);
                self.put(&[self.quote]);
            }
            Form::Stray => self.put_doubled(text),
        }
    }

    fn record(&mut self, fields: usize, line: u64) {
        self.tally.record(fields, line);
        for _ in fields..self.tally.columns.len() {
            self.put(&[self.delimiter]);
        }
        self.put(b"\n");
    }

    fn blank(&mut self, line: u64) {
        self.tally.blank(line);
        if self.tally.columns.len() == 1 {
            self.put(b"\n");
        }
    }
}
