//! Workbooks that unpack to more than their reader can hold.

use super::excel::damaged;
use super::files::{shown, unreadable};
use crate::error::{Error, ErrorKind, Result};
use crate::values::grouped;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

/// The most that one part of a workbook may take when it is unpacked: its reader holds the texts in memory.
const PART: u64 = 2 << 30;
/// A sheet that is larger, and so many times larger than in its file, is looked through for texts without end.
const LONG: u64 = 64 << 20;
const TIGHT: u64 = 200;

/// Refuses a workbook of which one part would be held in memory and be larger than that: a small file may unpack to more than any.
pub(super) fn refuse_large(path: &Path) -> Result<()> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let Ok(mut archive) = zip::ZipArchive::new(BufReader::new(file)) else { return Ok(()) };
    for at in 0..archive.len() {
        let part = archive.by_index_raw(at).map_err(|error| damaged(path, error))?;
        let name = part.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
        let (size, packed) = (part.size(), part.compressed_size());
        drop(part);
        let is_sheet = name.contains("worksheets/");
        if !is_sheet && !name.contains("media/") && size > PART {
            let message = format!("{}: {name} in it would take {} bytes", shown(path), grouped(size));
            return Err(Error::new(ErrorKind::Source, message).advise("save the sheet as CSV, and read that"));
        }
        if is_sheet && size > LONG && size / TIGHT > packed {
            let part = archive.by_index(at).map_err(|error| damaged(path, error))?;
            // What is damaged is told by whoever reads it.
            if longest_between_tags(part) > LONG {
                let message = format!("{}: {name} in it holds a text that is longer than any cell's", shown(path));
                return Err(Error::new(ErrorKind::Source, message).advise("save the workbook anew"));
            }
        }
    }
    Ok(())
}

// The most bytes without a tag, as far as there are too many and the part can be read: they would be held at once. Texts within one
// block of what is read are not looked for.
fn longest_between_tags(part: impl std::io::Read) -> u64 {
    let mut part = BufReader::with_capacity(1 << 16, part);
    let (mut most, mut run) = (0, 0);
    while let Ok(bytes) = part.fill_buf()
        && !bytes.is_empty()
        && most <= LONG
    {
        let length = bytes.len();
        match (memchr::memchr(b'<', bytes), memchr::memrchr(b'<', bytes)) {
            (Some(first), Some(last)) => {
                most = most.max(run + first as u64);
                run = (length - last) as u64;
            }
            _ => run += length as u64,
        }
        most = most.max(run);
        part.consume(length);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn texts_without_end_are_found_in_sheets() {
        let text = |bytes: u64| std::io::repeat(b' ').take(bytes);
        let row = || b"<row/>".as_slice();
        assert!(longest_between_tags(row().chain(text(LONG)).chain(row())) > LONG);
        assert!(longest_between_tags(row().chain(text(2 * LONG))) > LONG, "that has no end at all");
        assert!(longest_between_tags(row().chain(text(LONG / 2)).chain(row()).chain(text(LONG / 2))) <= LONG);
        assert_eq!(longest_between_tags(b"".as_slice()), 0);
    }
}
