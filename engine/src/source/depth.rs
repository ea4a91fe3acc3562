//! JSON that nests deeper than any table does is refused before a reader calls itself that often and runs out of stack.

use super::files::{shown, unreadable};
use crate::error::{Error, ErrorKind};
use polars::prelude::PolarsError;
use std::fmt;
use std::io::Read;
use std::path::Path;

/// How deep lists and objects may lie in one another; as deep as other readers of JSON go.
const MOST: u32 = 128;

const DEEP: &str = "lists and objects lie";

/// A text of JSON that ends with an error where it nests too deep.
pub(super) struct Shallow<R> {
    inner: R,
    /// Whether each line is a document of its own.
    lines: bool,
    line: u64,
    depth: u32,
    quoted: bool,
    escaped: bool,
}

impl<R> Shallow<R> {
    pub(super) fn new(inner: R, lines: bool) -> Self {
        Self { inner, lines, line: 1, depth: 0, quoted: false, escaped: false }
    }

    fn look(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        for byte in bytes {
            match byte {
                b'\n' => {
                    self.line += 1;
                    self.escaped = false;
                    if self.lines {
                        (self.depth, self.quoted) = (0, false);
                    }
                }
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = self.quoted,
                b'"' => self.quoted = !self.quoted,
                b'{' | b'[' if !self.quoted => {
                    self.depth += 1;
                    if self.depth > MOST {
                        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, TooDeep(self.line)));
                    }
                }
                b'}' | b']' if !self.quoted => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Shallow<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(out)?;
        self.look(&out[..read])?;
        Ok(read)
    }
}

/// The line on which a text nests too deep.
#[derive(Debug)]
struct TooDeep(u64);

impl fmt::Display for TooDeep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{DEEP} more than {MOST} deep in one another on line {}", self.0)
    }
}

impl std::error::Error for TooDeep {}

/// The error about a file that could not be read as JSON, as far as the reading of its bytes tells.
pub(super) fn unread(path: &Path, error: &std::io::Error) -> Error {
    too_deep(path, error).unwrap_or_else(|| unreadable(path, error))
}

/// The same of an error of the engine; none when it is about something else.
pub(super) fn unread_by_engine(path: &Path, error: &PolarsError) -> Option<Error> {
    match error {
        PolarsError::IO { error, .. } => too_deep(path, error),
        PolarsError::Context { error, .. } => unread_by_engine(path, error),
        // A parser between may have made text of it, with a place of its own behind.
        other => {
            let text = other.to_string();
            let told = &text[text.find(DEEP)?..];
            Some(no_table(path, told.split(" at line").next().unwrap_or(told)))
        }
    }
}

fn too_deep(path: &Path, error: &std::io::Error) -> Option<Error> {
    let deep = error.get_ref()?.downcast_ref::<TooDeep>()?;
    Some(no_table(path, &deep.to_string()))
}

fn no_table(path: &Path, why: &str) -> Error {
    Error::new(ErrorKind::Source, format!("{} is no table: {why}", shown(path)))
        .advise("flatten it where it comes from, or leave that record out")
}
