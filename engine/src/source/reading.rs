//! What others may use of our own reading of text: a decompressing reader, and a count of delimited records for reading back.

use super::files::{self, unreadable};
use super::split::{Form, Marks, Nobody, Visit, split, undouble};
use crate::error::Result;
use std::io::Read;
use std::path::Path;

/// Opens a file for reading, decompressed by its first bytes.
pub(crate) fn reader(path: &Path) -> Result<Box<dyn Read + Send>> {
    files::reader(path)
}

/// The names in the first record of delimited text, and the records after it.
pub(crate) fn count_delimited(path: &Path, delimiter: u8) -> Result<(Option<Vec<String>>, u64)> {
    let marks = Marks::new(delimiter, Some(b'"'));
    let mut file = files::reader(path)?;
    let mut counter = Counter { names: Vec::new(), records: 0, blanks: 0 };
    let mut bytes = Vec::new();
    loop {
        let more = file.by_ref().take(1 << 21).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
        let end = if more == 0 { bytes.len() } else { split(&bytes, &marks, 1, &mut Nobody).complete };
        split(&bytes[..end], &marks, 1, &mut counter);
        bytes.drain(..end);
        if more == 0 {
            break;
        }
    }
    // A blank line is a row only where a row has one cell.
    let blanks = if counter.names.len() == 1 { counter.blanks } else { 0 };
    let named = counter.records > 0;
    Ok((named.then_some(counter.names), (counter.records + blanks).saturating_sub(1)))
}

struct Counter {
    names: Vec<String>,
    records: u64,
    blanks: u64,
}

impl Visit for Counter {
    fn field(&mut self, _: usize, text: &[u8], form: Form, _: u64) {
        if self.records == 0 {
            let text = if matches!(form, Form::Doubled | Form::Spaced) { undouble(text, b'"') } else { text.to_vec() };
            self.names.push(String::from_utf8_lossy(&text).into_owned());
        }
    }

    fn record(&mut self, _: usize, _: u64) {
        self.records += 1;
    }

    fn blank(&mut self, _: u64) {
        self.blanks += 1;
    }
}
