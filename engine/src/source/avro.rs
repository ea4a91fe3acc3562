//! The records of an Avro file, counted from the heads of its blocks, apart from the reader that decodes them.
//!
//! A file that was cut off ends in the middle of a block, which the reader passes over in silence; here it is an error. No room is taken
//! for a size that a file claims.

use super::codec;
use super::files::{shown, unreadable};
use crate::error::{Error, ErrorKind, Result};
use std::io::{BufReader, ErrorKind as Io, Read};
use std::path::Path;

/// Counts the records of a file.
pub(super) fn records(path: &Path) -> Result<u64> {
    let mut file = BufReader::with_capacity(1 << 18, codec::reader(path)?);
    count(&mut file).map_err(|error| match error.kind() {
        Io::UnexpectedEof | Io::InvalidData => {
            Error::new(ErrorKind::Source, format!("{} is no whole Avro file: {error}", shown(path)))
                .advise("fetch the file again, or name its format")
        }
        _ => unreadable(path, &error),
    })
}

fn bad(what: &str) -> std::io::Error {
    std::io::Error::new(Io::InvalidData, what)
}

fn count(file: &mut impl Read) -> std::io::Result<u64> {
    let mut magic = [0; 4];
    file.read_exact(&mut magic).map_err(|_| bad("it is too short"))?;
    if magic != *b"Obj\x01" {
        return Err(bad("it begins otherwise"));
    }
    // Names and values: schema and codec.
    loop {
        let entries = long(file)?.ok_or_else(|| bad("it ends in its header"))?;
        if entries == 0 {
            break;
        }
        if entries < 0 {
            long(file)?;
        }
        for _ in 0..entries.unsigned_abs().saturating_mul(2) {
            let size = long(file)?.ok_or_else(|| bad("it ends in its header"))?;
            skip(file, size, "it ends in its header")?;
        }
    }
    let mut sync = [0; 16];
    file.read_exact(&mut sync).map_err(|_| bad("it ends in its header"))?;
    let mut records = 0_u64;
    while let Some(more) = long(file)? {
        let size = long(file)?.ok_or_else(|| bad("it is cut off"))?;
        skip(file, size, "it is cut off")?;
        let mut mark = [0; 16];
        file.read_exact(&mut mark).map_err(|_| bad("it is cut off"))?;
        if mark != sync {
            return Err(bad("a block ends otherwise"));
        }
        records = records.saturating_add(u64::try_from(more).map_err(|_| bad("a block counts less than nothing"))?);
    }
    Ok(records)
}

fn skip(file: &mut impl Read, size: i64, what: &str) -> std::io::Result<()> {
    let size = u64::try_from(size).map_err(|_| bad("a size is less than nothing"))?;
    let skipped = std::io::copy(&mut file.by_ref().take(size), &mut std::io::sink())?;
    if skipped == size { Ok(()) } else { Err(bad(what)) }
}

// A whole number of seven bits a byte, the lowest first; none at the end of the file.
fn long(file: &mut impl Read) -> std::io::Result<Option<i64>> {
    let mut bits = 0_u64;
    for at in 0..10 {
        let mut byte = [0];
        match file.read(&mut byte)? {
            0 if at == 0 => return Ok(None),
            0 => return Err(bad("it is cut off")),
            _ => {}
        }
        bits |= u64::from(byte[0] & 0x7f).wrapping_shl(7 * at);
        if byte[0] & 0x80 == 0 {
            let half = i64::try_from(bits >> 1).unwrap_or_default();
            return Ok(Some(if bits & 1 == 1 { -half - 1 } else { half }));
        }
    }
    Err(bad("a number is too long"))
}
