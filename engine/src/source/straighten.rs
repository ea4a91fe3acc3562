//! A regular copy of irregular text: stray quotes doubled, blank lines and comments left out, records that do not fit set aside.
//!
//! The engine's reader cuts a file by pairing its quotes, and takes UTF-8 alone. Any other file is read by our own splitter in one
//! piece and copied; the copy is read in its place.

use super::facts::LineCount;
use super::files::{shown, unreadable};
use super::intake::{Job, LONGEST, fill, lines_of, skipped};
use super::rejects::{Reject, Rejects};
use super::split::{Ended, Form, Marks, Visit, blank_width, next_record};
use super::text::{Text, legible};
use super::tracker::{Lines, Tally};
use crate::error::{Error, ErrorKind, Result};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// A new empty copy. It has no name any longer, so that it goes away with its last reader, even when the process is killed.
pub(crate) fn begin() -> Result<File> {
    let (path, file) = named("copy")?;
    std::fs::remove_file(&path).map_err(|error| unwritable(&path, error))?;
    file.into_inner().map_err(|error| unwritable(&path, error.into_error()))
}

/// A new empty file that its maker removes.
pub(crate) fn named(what: &str) -> Result<(PathBuf, BufWriter<File>)> {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("brewhouse-{what}-{}-{number}.csv", std::process::id()));
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = options.open(&path).map_err(|error| unwritable(&path, error))?;
    Ok((path, BufWriter::with_capacity(1 << 18, file)))
}

/// The error about a copy that cannot be written.
pub(crate) fn unwritable(path: &Path, error: std::io::Error) -> Error {
    let known = unreadable(path, &error);
    Error::new(ErrorKind::Source, format!("{}: the temporary copy of an irregular file cannot be written", shown(path)))
        .advise("make room in the folder for temporary files")
        .caused_by(known)
}

/// Which records of a file fit.
pub(crate) struct Rules<'a> {
    /// The header as it stands, which may be repeated; empty when there is none.
    pub(crate) header: &'a [String],
    /// What lines of comments begin with.
    pub(crate) comment: Option<&'a str>,
    /// Whether only lines of an odd width are comments, because nobody said that there are any.
    pub(crate) guessed_comment: bool,
    /// Whether records with too few fields are filled up.
    pub(crate) fill: bool,
    /// What is written behind each record, where its file is to be told.
    pub(crate) file: Option<Vec<u8>>,
}

/// What a copy holds and leaves out.
pub(crate) struct Copied {
    pub(crate) tally: Tally,
    pub(crate) lines: LineCount,
    pub(crate) comments: Lines,
    pub(crate) headers: Lines,
}

/// Copies the data of a file and counts it on the way.
pub(crate) fn copy(
    job: &Job<'_>,
    rules: &Rules<'_>,
    blank: &Tally,
    rejects: &mut Rejects,
    out: &mut dyn Write,
) -> Result<Copied> {
    let mut file = skipped(job.text, job.offset)?;
    let mut copier = Copier::new(job.text, job.marks, rules, blank, rejects, out);
    copier.line = job.line;
    let mut bytes = Vec::new();
    let mut read = job.offset;
    loop {
        let before = bytes.len();
        let (more, ended) = fill(&mut file, &mut bytes, 1 << 21, job)?;
        copier.lines.physical += memchr::memchr_iter(b'\n', &bytes[before..]).count() as u64;
        read += more;
        (job.progress)(read);
        if ended {
            copier.lines.physical += u64::from(bytes.last().is_some_and(|byte| *byte != b'\n'));
        }
        let done = copier.take(&bytes, ended)?;
        bytes.drain(..done);
        if ended {
            return Ok(copier.finish());
        }
    }
}

/// Copies bytes that begin at a record, as far as its records are complete.
pub(crate) fn copy_bytes(
    bytes: &[u8],
    text: &Text,
    line: u64,
    marks: &Marks,
    rules: &Rules<'_>,
    blank: &Tally,
    ended: bool,
) -> Result<(Copied, Vec<u8>)> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rejects = Rejects::default();
    let mut copier = Copier::new(text, marks, rules, blank, &mut rejects, &mut out);
    copier.line = line;
    copier.lines.physical = lines_of(bytes);
    copier.take(bytes, ended)?;
    Ok((copier.finish(), out))
}

// The fields of one record, until it is known whether it fits.
#[derive(Default)]
struct Gathered {
    text: Vec<u8>,
    fields: Vec<(usize, Form)>,
}

impl Gathered {
    fn each(&self) -> impl Iterator<Item = (&[u8], Form)> {
        let begins = std::iter::once(0).chain(self.fields.iter().map(|(end, _)| *end));
        begins.zip(&self.fields).map(|(begin, (end, form))| (&self.text[begin..*end], *form))
    }
}

impl Visit for Gathered {
    fn field(&mut self, _: usize, text: &[u8], form: Form, _: u64) {
        self.text.extend_from_slice(text);
        self.fields.push((self.text.len(), form));
    }
    fn record(&mut self, _: usize, _: u64) {}
    fn blank(&mut self, _: u64) {}
}

enum Fate {
    Fits,
    Comment,
    Header,
    Aside(String),
}

struct Copier<'a> {
    tally: Tally,
    lines: LineCount,
    comments: Lines,
    headers: Lines,
    line: u64,
    text: &'a Text,
    marks: &'a Marks,
    quote: u8,
    rules: &'a Rules<'a>,
    rejects: &'a mut Rejects,
    out: &'a mut dyn Write,
    row: Vec<u8>,
    gathered: Gathered,
}

impl<'a> Copier<'a> {
    fn new(
        text: &'a Text,
        marks: &'a Marks,
        rules: &'a Rules<'a>,
        blank: &Tally,
        rejects: &'a mut Rejects,
        out: &'a mut dyn Write,
    ) -> Self {
        Self {
            tally: blank.clone(),
            lines: LineCount::default(),
            comments: Lines::default(),
            headers: Lines::default(),
            line: 1,
            text,
            marks,
            quote: marks.quote.unwrap_or(b'"'),
            rules,
            rejects,
            out,
            row: Vec::new(),
            gathered: Gathered::default(),
        }
    }

    fn finish(mut self) -> Copied {
        let lines = &mut self.lines;
        lines.accounted = lines.records + lines.set_aside + lines.left_out;
        self.tally.physical = lines.physical;
        self.tally.accounted = lines.accounted;
        Copied { tally: self.tally, lines: self.lines, comments: self.comments, headers: self.headers }
    }

    // Takes all complete records; tells how many bytes were done.
    fn take(&mut self, bytes: &[u8], ended: bool) -> Result<usize> {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            if let Some(width) = blank_width(rest) {
                self.blank()?;
                at += width;
                continue;
            }
            self.gathered.text.clear();
            self.gathered.fields.clear();
            let (end, lines, how) = next_record(rest, self.marks, self.line, &mut self.gathered);
            if how != Ended::Line && !ended && rest.len() <= LONGEST {
                break;
            }
            // A quote that is never closed, or is followed by text on another line, was none: only its own line is set aside.
            let first = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let torn =
                lines > 1 && self.gathered.each().any(|(text, form)| form == Form::Stray && text.contains(&b'\n'));
            let (end, lines, fate) = if how == Ended::OpenQuote {
                (first, 1, Fate::Aside("a quote that is never closed".into()))
            } else if torn {
                (first, 1, Fate::Aside("a quote that is closed on another line, with text after it".into()))
            } else {
                (end, lines, self.fate(&rest[..end]))
            };
            self.settle(&rest[..end], lines, fate)?;
            at += end;
        }
        Ok(at)
    }

    fn blank(&mut self) -> Result<()> {
        self.tally.blank(self.line);
        if self.tally.columns.len() == 1 {
            self.lines.records += 1;
            let mut row = Vec::new();
            self.end(&mut row);
            self.put(&row)?;
        } else {
            self.lines.left_out += 1;
        }
        self.line += 1;
        Ok(())
    }

    fn fate(&self, raw: &[u8]) -> Fate {
        let (fields, width) = (self.gathered.fields.len(), self.tally.columns.len());
        if let Some(prefix) = self.rules.comment
            && raw.starts_with(prefix.as_bytes())
            && (!self.rules.guessed_comment || fields != width)
        {
            return Fate::Comment;
        }
        if memchr::memchr(0, raw).is_some() {
            return Fate::Aside("NUL bytes".into());
        }
        if std::str::from_utf8(raw).is_err() {
            return Fate::Aside(format!("bytes that are not {}", self.text.encoding.name()));
        }
        let surplus = || self.gathered.each().skip(width).any(|(text, _)| !text.is_empty());
        if fields > width && surplus() {
            return Fate::Aside(format!("too many fields: {fields}, not {width}"));
        }
        if fields < width && !self.rules.fill {
            return Fate::Aside(format!("too few fields: {fields}, not {width}"));
        }
        let header = self.rules.header;
        let again = header.len() > 1
            && fields == header.len()
            && self.gathered.each().zip(header).all(|((text, _), name)| text == name.as_bytes());
        if again { Fate::Header } else { Fate::Fits }
    }

    fn settle(&mut self, raw: &[u8], lines: u64, fate: Fate) -> Result<()> {
        match fate {
            Fate::Fits => {
                self.lines.records += lines;
                self.copy()?;
            }
            Fate::Comment => {
                self.lines.left_out += lines;
                self.comments.note(self.line);
            }
            Fate::Header => {
                self.lines.left_out += lines;
                self.headers.note(self.line);
            }
            Fate::Aside(reason) => {
                self.lines.set_aside += lines;
                let reject = Reject { file: shown(&self.text.name), line: self.line, reason };
                self.rejects.take(reject, &legible(raw), self.text.original(raw).as_deref())?;
            }
        }
        self.line += lines;
        Ok(())
    }

    fn copy(&mut self) -> Result<()> {
        let width = self.tally.columns.len();
        let mut row = std::mem::take(&mut self.row);
        row.clear();
        for (index, (text, form)) in self.gathered.each().enumerate() {
            let bare = (form == Form::Escaped).then(|| self.marks.unescaped(text));
            let text = bare.as_deref().unwrap_or(text);
            self.tally.field(index, text, form, self.line);
            if index >= width {
                continue;
            }
            if index > 0 {
                row.push(self.marks.delimiter);
            }
            match form {
                // Where the file has no quotes, the copy has: one that stands in a field must not begin anything.
                Form::Plain if self.marks.quote.is_none() && text.contains(&self.quote) => self.double(text, &mut row),
                // At the beginning of a copy it would be taken for a byte order mark.
                Form::Plain if text.starts_with(b"\xef\xbb\xbf") => self.double(text, &mut row),
                // Where columns have a width, any character may stand in them.
                Form::Plain if self.marks.cuts.is_some() && self.is_odd(text) => self.double(text, &mut row),
                Form::Plain => row.extend_from_slice(text),
                Form::Quoted | Form::Doubled | Form::Spaced => {
                    row.push(self.quote);
                    row.extend_from_slice(text);
                    row.push(self.quote);
                }
                Form::Stray | Form::Escaped => self.double(text, &mut row),
            }
        }
        let fields = self.gathered.fields.len();
        self.tally.record(fields, self.line);
        row.extend(std::iter::repeat_n(self.marks.delimiter, width.saturating_sub(fields)));
        self.end(&mut row);
        let put = self.put(&row);
        self.row = row;
        put
    }

    // The end of a record, with its file where that is to be told.
    fn end(&self, row: &mut Vec<u8>) {
        if let Some(file) = &self.rules.file {
            row.push(self.marks.delimiter);
            row.extend_from_slice(file);
        }
        row.push(b'\n');
    }

    fn is_odd(&self, text: &[u8]) -> bool {
        text.iter().any(|byte| *byte == self.quote || *byte == self.marks.delimiter || *byte == b'\r')
    }

    fn double(&self, text: &[u8], row: &mut Vec<u8>) {
        row.push(self.quote);
        for byte in text {
            row.push(*byte);
            if *byte == self.quote {
                row.push(self.quote);
            }
        }
        row.push(self.quote);
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).map_err(|error| unwritable(Path::new("a temporary copy"), error))
    }
}
