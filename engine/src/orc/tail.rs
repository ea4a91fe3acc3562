//! The tail of an ORC file, looked at before the crate that reads it: what that takes on trust must be sound. A type that holds itself
//! would have it run out of its stack, and a block of any size out of memory.

use arrow::error::ArrowError;
use flate2::read::DeflateDecoder;
use orc_rust::proto::r#type::Kind;
use orc_rust::proto::{CompressionKind, Footer, PostScript};
use prost::Message as _;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

/// What a file may say that its blocks hold; their heads can tell no more.
const LARGEST_BLOCK: u64 = 1 << 23;
/// A block holds so much unless the file tells another size.
const BLOCK: u64 = 1 << 18;
/// What a footer holds at most when it is unpacked.
const LARGEST_FOOTER: usize = 1 << 28;
/// Types within types.
const DEEPEST: usize = 100;

/// The number by which the writer in C++, which others such as PyArrow use, names itself.
const CPP: u32 = 1;

/// What the tail of a file tells beside its columns.
pub(super) struct Tail {
    /// Whether it may hold parts of a second before 1970 as the writer in C++ lays them down, as less than nothing: the crate does not read
    /// these.
    pub(super) early: bool,
    /// Of each column of times how many cells have a value, where the file tells it.
    pub(super) times: Vec<Option<u64>>,
}

/// Checks that the parts that a file names are there and can be read without harm.
pub(super) fn check(mut file: &File, size: u64) -> Result<Tail, ArrowError> {
    let last = part(&mut file, size, 1, 0)?;
    let length = u64::from(*last.first().unwrap_or(&0));
    let told =
        PostScript::decode(part(&mut file, size, length, 1)?.as_slice()).map_err(|_| bad("it ends otherwise"))?;
    if told.magic() != "ORC" {
        return Err(bad("it ends otherwise"));
    }
    let block = told.compression_block_size.unwrap_or(BLOCK);
    if block > LARGEST_BLOCK {
        return Err(bad("its blocks are too large"));
    }
    let after = 1 + length;
    let unpacked = |bytes: Vec<u8>| unpacked(bytes, told.compression(), usize::try_from(block).unwrap_or_default());
    let footer = unpacked(part(&mut file, size, told.footer_length(), after)?)?;
    let before = after.checked_add(told.footer_length()).ok_or_else(|| bad("its footer is too long"))?;
    unpacked(part(&mut file, size, told.metadata_length(), before)?)?;
    let footer = Footer::decode(footer.as_slice()).map_err(|_| bad("its footer is damaged"))?;
    check_types(&footer)?;
    let mut rows = 0_u64;
    for stripe in &footer.stripes {
        let lengths = [stripe.index_length(), stripe.data_length(), stripe.footer_length()];
        let end = lengths.iter().try_fold(stripe.offset(), |end, length| end.checked_add(*length));
        rows = rows.saturating_add(stripe.number_of_rows());
        if end.is_none_or(|end| end > size) {
            return Err(bad("it is cut off"));
        }
    }
    if rows != footer.number_of_rows() {
        return Err(bad("its parts do not add up to its rows"));
    }
    let is_time = |at: usize| {
        footer.types.get(at).is_some_and(|kind| matches!(kind.kind(), Kind::Timestamp | Kind::TimestampInstant))
    };
    let early = (0..footer.types.len()).any(|at| {
        let figures = footer.statistics.get(at).and_then(|figures| figures.timestamp_statistics.as_ref());
        is_time(at)
            && figures.is_none_or(|figures| figures.minimum_utc.or(figures.minimum).is_none_or(|least| least < 0))
    });
    let columns = footer.types.first().map(|whole| whole.subtypes.as_slice()).unwrap_or_default();
    let told = |at: usize| footer.statistics.get(at).filter(|_| is_time(at)).and_then(|told| told.number_of_values);
    let times = columns.iter().map(|at| told(usize::try_from(*at).unwrap_or(usize::MAX))).collect();
    Ok(Tail { early: early && footer.writer() == CPP, times })
}

/// Types stand before those that they hold, and each is held once.
fn check_types(footer: &Footer) -> Result<(), ArrowError> {
    let mut depths = vec![0; footer.types.len()];
    for (at, kind) in footer.types.iter().enumerate() {
        for inner in kind.subtypes.iter().map(|inner| usize::try_from(*inner).unwrap_or(usize::MAX)) {
            let depth = depths[at] + 1;
            let Some(place) = depths.get_mut(inner).filter(|place| inner > at && **place == 0 && depth < DEEPEST)
            else {
                return Err(bad("its types are damaged"));
            };
            *place = depth;
        }
    }
    if footer.types.is_empty() { Err(bad("it has no types")) } else { Ok(()) }
}

/// Bytes that end so far before the end of a file.
fn part(file: &mut &File, size: u64, length: u64, before_end: u64) -> Result<Vec<u8>, ArrowError> {
    let begin =
        size.checked_sub(before_end).and_then(|end| end.checked_sub(length)).ok_or_else(|| bad("it is cut off"))?;
    file.seek(SeekFrom::Start(begin))?;
    let mut bytes = vec![0; usize::try_from(length).map_err(|_| bad("it is cut off"))?];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Blocks with a head of three bytes: twice their length, and one more where they are not compressed.
fn unpacked(bytes: Vec<u8>, kind: CompressionKind, block: usize) -> Result<Vec<u8>, ArrowError> {
    if kind == CompressionKind::None {
        return Ok(bytes);
    }
    let mut rest = bytes.as_slice();
    let mut out = Vec::new();
    while let [a, b, c, after @ ..] = rest {
        let head = usize::from(*a) | usize::from(*b) << 8 | usize::from(*c) << 16;
        let (packed, after) = after.split_at_checked(head >> 1).ok_or_else(|| bad("a block is cut off"))?;
        if head & 1 == 1 {
            out.extend_from_slice(packed);
        } else {
            unpack(packed, kind, block, &mut out)?;
        }
        if out.len() > LARGEST_FOOTER {
            return Err(bad("its footer is too large"));
        }
        rest = after;
    }
    Ok(out)
}

fn unpack(packed: &[u8], kind: CompressionKind, block: usize, out: &mut Vec<u8>) -> Result<(), ArrowError> {
    let damaged = || bad("a block is damaged");
    match kind {
        CompressionKind::Zlib => {
            DeflateDecoder::new(packed).take(LARGEST_BLOCK).read_to_end(out).map_err(|_| damaged())?;
        }
        CompressionKind::Snappy => {
            let size = snap::raw::decompress_len(packed).map_err(|_| damaged())?;
            if size > block {
                return Err(damaged());
            }
            out.extend(snap::raw::Decoder::new().decompress_vec(packed).map_err(|_| damaged())?);
        }
        CompressionKind::Lz4 => out.extend(lz4_flex::block::decompress(packed, block).map_err(|_| damaged())?),
        CompressionKind::Zstd => out.extend(zstd::bulk::decompress(packed, block).map_err(|_| damaged())?),
        CompressionKind::Lzo => return Err(bad("it is compressed with LZO, which is not read here")),
        CompressionKind::None => out.extend_from_slice(packed),
    }
    Ok(())
}

fn bad(what: &str) -> ArrowError {
    ArrowError::ParseError(what.to_owned())
}
