//! An opened source: the table, what is known of its files, and the count that goes on beside a run which checks stored types.

use super::{ColumnVerdict, FileFact, Known, Recount, Source, StoredColumn, TextFacts, columns_of};
use crate::error::{Error, ErrorKind, Result};
use polars::prelude::{LazyFrame, SchemaRef};
use std::sync::{Arc, OnceLock};

/// An opened source.
pub struct Opened {
    /// The table, not yet read.
    pub frame: LazyFrame,
    /// Its columns with their types.
    pub schema: SchemaRef,
    /// The same as stored words.
    pub columns: Vec<StoredColumn>,
    /// The files it consists of, in order.
    pub files: Vec<FileFact>,
    /// Records, counted independently of the parser or taken from footers; none when nobody counted.
    pub records: Option<u64>,
    /// What was decided about each column; empty where the format itself says.
    pub verdict: Vec<ColumnVerdict>,
    /// What a person should know: renamed headers, ignored files, short rows.
    pub notes: Vec<String>,
    /// What was found out about delimited text; none for other formats.
    pub text: Option<TextFacts>,
    /// The sheets of a workbook, the one that was read first.
    pub sheets: Vec<String>,
    /// The count that is held against a run which checks stored types as it reads.
    pub recount: Option<Recount>,
}

impl Opened {
    /// A table of some files with its columns; nobody counted its records yet, and nothing tells how it is laid out.
    pub(super) fn new(frame: LazyFrame, schema: SchemaRef, files: Vec<FileFact>, notes: Vec<String>) -> Self {
        Self {
            columns: columns_of(&schema),
            frame,
            schema,
            files,
            records: None,
            verdict: Vec::new(),
            notes,
            text: None,
            sheets: Vec::new(),
            recount: None,
        }
    }

    /// Ends a count that went on beside the run: whether every record is in its place. The facts are complete then; a source that was
    /// opened by [`open`] has them from the start.
    pub fn settle(&mut self, source: &Source) -> Result<bool> {
        let Some(recount) = &mut self.recount else { return Ok(true) };
        let Some((lines, records)) = recount.finish()? else { return Ok(false) };
        self.notes.extend(recount.blanks());
        self.recount = None;
        self.records = Some(records);
        if let Some(text) = &mut self.text {
            text.lines = lines;
        }
        self.note_other_files(source);
        Ok(true)
    }

    /// The same of a table beside the main one, which a plan need not read to its end: whether each row of it was read and checked, too.
    pub(crate) fn settle_beside(&mut self, source: &Source) -> Result<bool> {
        let Some(recount) = &mut self.recount else { return Ok(true) };
        let Some((_, records)) = recount.finish()? else { return Ok(false) };
        Ok(recount.is_read_whole(records) && self.settle(source)?)
    }

    /// The error about a file that is no longer what it was when it was opened, when there is one.
    pub(crate) fn changed(&self) -> Option<Error> {
        self.files.iter().find_map(|file| {
            let change = file.stamp.change(&file.path)?;
            let message = format!("{} {change} while it was read", file.path.display());
            Some(
                Error::new(ErrorKind::Source, message)
                    .advise("nothing was put in place; run again when it is complete"),
            )
        })
    }

    /// A run begins to read: only what is read from now on counts.
    pub(crate) fn begin_reading(&self) {
        if let Some(recount) = &self.recount {
            recount.begin_reading();
        }
    }

    /// Whether a count still goes on beside the run.
    pub(crate) fn is_unsettled(&self) -> bool {
        self.recount.is_some()
    }

    /// Where such a count tells its records as soon as it has them.
    pub(crate) fn counting(&self) -> Option<Arc<OnceLock<u64>>> {
        self.recount.as_ref().map(Recount::records)
    }

    pub(super) fn note_other_files(&mut self, source: &Source) {
        let known = source.known.as_ref().filter(|_| source.columns.is_some());
        self.notes.extend(known.and_then(|known| other_files(known, self)));
    }
}

// That stored types were decided on other files than these, which they fit all the same.
fn other_files(known: &Known, opened: &Opened) -> Option<String> {
    let prints = |files: &[FileFact]| -> Vec<_> {
        let name = |file: &FileFact| file.path.file_name().map(std::ffi::OsStr::to_os_string);
        files.iter().map(|file| (name(file), file.bytes, file.modified.clone())).collect()
    };
    if prints(&known.files) == prints(&opened.files) {
        return None;
    }
    let told = |files: &[FileFact], records: Option<u64>| {
        let name =
            files.first().and_then(|file| file.path.file_name()).unwrap_or_default().to_string_lossy().into_owned();
        let more = if files.len() > 1 { format!(" and {} more", files.len() - 1) } else { String::new() };
        let noun = if records == Some(1) { "record" } else { "records" };
        let records = records.map(|records| format!(" ({} {noun})", crate::values::grouped(records)));
        format!("{name}{more}{}", records.unwrap_or_default())
    };
    Some(format!(
        "the types were decided on {}; every value of {} fits them",
        told(&known.files, known.records),
        told(&opened.files, opened.records)
    ))
}
