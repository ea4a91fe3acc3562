//! Records that do not fit are set aside: counted by reason, kept with line, reason and original bytes, never dropped in silence.

use super::straighten::{begin, unwritable};
use crate::error::{Error, ErrorKind, Result};
use crate::values::grouped;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The names of the columns of a rejects file.
pub const REJECT_COLUMNS: &str = "file,line,reason,text,bytes";

// More than this is counted, but not listed one by one in a message.
const FIRST: usize = 5;

/// One record that was set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reject {
    /// The file it is in.
    pub file: String,
    /// The line it begins on.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// How many records have one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RejectCount {
    /// The reason.
    pub reason: String,
    /// How many records.
    pub records: u64,
}

/// All records of a source that were set aside.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetAside {
    /// How many.
    pub records: u64,
    /// How many for each reason, the commonest first.
    pub reasons: Vec<RejectCount>,
    /// The first ones.
    pub first: Vec<Reject>,
    #[serde(skip)]
    kept: Option<Arc<Mutex<File>>>,
}

impl SetAside {
    /// In a sentence: 3 records set aside: too few fields 2, NUL bytes 1; first on line 7.
    pub fn words(&self) -> String {
        let reasons: Vec<_> =
            self.reasons.iter().map(|count| format!("{} {}", count.reason, grouped(count.records))).collect();
        let noun = if self.records == 1 { "record" } else { "records" };
        let lines: Vec<_> = self.first.iter().map(|reject| reject.line.to_string()).collect();
        let word = if lines.len() == 1 { "line" } else { "lines" };
        let more = if self.records > lines.len() as u64 { " ..." } else { "" };
        format!(
            "{} {noun} set aside ({word} {}{more}): {}",
            grouped(self.records),
            lines.join(", "),
            reasons.join(", ")
        )
    }

    /// Writes all of them as delimited text with the columns [`REJECT_COLUMNS`], without these names.
    pub fn write(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let Some(kept) = &self.kept else { return Ok(()) };
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.seek(SeekFrom::Start(0))?;
        std::io::copy(&mut *kept, out).map(|_| ())
    }
}

/// Takes records that are set aside while a source is read.
#[derive(Default)]
pub(crate) struct Rejects {
    told: SetAside,
    out: Option<BufWriter<File>>,
}

impl Rejects {
    /// Sets one record aside: its text as it was read, and its original bytes where the text does not say it all.
    pub(crate) fn take(&mut self, reject: Reject, text: &str, bytes: Option<&[u8]>) -> Result<()> {
        let out = match &mut self.out {
            Some(out) => out,
            None => self.out.insert(BufWriter::with_capacity(1 << 16, begin()?)),
        };
        let mut hex = String::new();
        for byte in bytes.unwrap_or_default() {
            hex.push_str(&format!("{byte:02x}"));
        }
        let line = format!(
            "{},{},{},{},{hex}\n",
            quoted(&reject.file),
            reject.line,
            quoted(&reject.reason),
            quoted(text.trim_end_matches(['\n', '\r']))
        );
        out.write_all(line.as_bytes()).map_err(|error| unwritable(Path::new("the rejects"), error))?;
        self.told.records += 1;
        let kind = reject.reason.split(':').next().unwrap_or_default().to_owned();
        match self.told.reasons.iter_mut().find(|count| count.reason == kind) {
            Some(count) => count.records += 1,
            None => self.told.reasons.push(RejectCount { reason: kind, records: 1 }),
        }
        if self.told.first.len() < FIRST {
            self.told.first.push(reject);
        }
        Ok(())
    }

    /// What was set aside, for those who report it.
    pub(crate) fn finish(mut self) -> Result<SetAside> {
        self.told.reasons.sort_by_key(|count| std::cmp::Reverse(count.records));
        if let Some(out) = self.out {
            let file = out.into_inner().map_err(|error| unwritable(Path::new("the rejects"), error.into_error()))?;
            self.told.kept = Some(Arc::new(Mutex::new(file)));
        }
        Ok(self.told)
    }
}

/// The error of a run that set more aside than it may.
pub fn too_many(set_aside: &SetAside, limit: u64) -> Error {
    let message = format!("{}; at most {} may be", set_aside.words(), grouped(limit));
    Error::new(ErrorKind::Data, message)
        .advise("mend the file, check its delimiter and quote, or allow more with --max-rejects")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
