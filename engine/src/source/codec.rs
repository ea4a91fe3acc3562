//! Compressed files read as what is in them, told by their first bytes: gzip, zstd, bzip2, lz4, xz, snappy, zlib and zip. Brotli has no
//! such bytes and is told by its ending.

use super::files::{shown, unreadable};
use crate::error::{Error, ErrorKind, Result};
use std::fs::File;
use std::io::{BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;

// What a file may make the xz reader hold, in kilobytes.
const MOST_MEMORY: u32 = 1 << 20;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    Plain,
    Gzip,
    Zstd,
    Bzip2,
    Lz4,
    Xz,
    Snappy,
    Zlib,
    Zip,
    Brotli,
}

/// Endings of compressed text files.
pub(crate) const ENDINGS: &[&str] = &["gz", "zst", "bz2", "lz4", "xz", "snappy", "sz", "deflate", "zlib", "zip", "br"];

impl Codec {
    /// Whether the engine's readers take it as it is.
    pub(crate) fn is_native(self) -> bool {
        matches!(self, Self::Plain | Self::Gzip | Self::Zstd)
    }
}

/// The compression of a file, by its first bytes; zlib, whose mark is weak, only with its ending.
pub(crate) fn codec_of(path: &Path) -> Result<Codec> {
    let mut magic = [0_u8; 10];
    let mut file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut filled = 0;
    while filled < magic.len() {
        match file.read(&mut magic[filled..]).map_err(|error| unreadable(path, &error))? {
            0 => break,
            more => filled += more,
        }
    }
    let named = |endings: &[&str]| {
        path.extension().is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
    };
    Ok(match magic {
        [0x1f, 0x8b, ..] => Codec::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Codec::Zstd,
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, ..] => Codec::Bzip2,
        [0x04, 0x22, 0x4d, 0x18, ..] => Codec::Lz4,
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Codec::Xz,
        [0xff, 0x06, 0, 0, b's', b'N', b'a', b'P', b'p', b'Y'] => Codec::Snappy,
        [b'P', b'K', 3, 4, ..] => Codec::Zip,
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] if named(&["deflate", "zlib"]) => Codec::Zlib,
        // A text that was never packed may have the ending too: what brotli packs hardly begins with letters alone.
        _ if named(&["br"])
            && !magic[..filled].iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')) =>
        {
            Codec::Brotli
        }
        _ => Codec::Plain,
    })
}

/// Opens a file for reading what is in it.
pub(crate) fn reader(path: &Path) -> Result<Box<dyn Read + Send>> {
    let fail = |error: std::io::Error| unreadable(path, &error);
    let codec = codec_of(path)?;
    let file = File::open(path).map_err(fail)?;
    let buffered = |file: File| BufReader::with_capacity(1 << 18, file);
    Ok(match codec {
        Codec::Plain => Box::new(file),
        Codec::Gzip => Box::new(flate2::read::MultiGzDecoder::new(buffered(file))),
        Codec::Zstd => Box::new(zstd::Decoder::new(file).map_err(fail)?),
        Codec::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(buffered(file))),
        Codec::Lz4 => Box::new(lz4_flex::frame::FrameDecoder::new(buffered(file))),
        Codec::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(buffered(file), true, MOST_MEMORY)),
        Codec::Snappy => Box::new(snap::read::FrameDecoder::new(buffered(file))),
        Codec::Zlib => Box::new(flate2::read::ZlibDecoder::new(buffered(file))),
        Codec::Brotli => Box::new(brotli::Decompressor::new(file, 1 << 16)),
        Codec::Zip => member(path, file)?,
    })
}

// The one file in a zip archive.
fn member(path: &Path, file: File) -> Result<Box<dyn Read + Send>> {
    let bad = |error: zip::result::ZipError| {
        Error::new(ErrorKind::Source, format!("{} is no whole zip archive", shown(path)))
            .advise("fetch the file again")
            .caused_by(error)
    };
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(bad)?;
    let mut members = Vec::new();
    for at in 0..archive.len() {
        let member = archive.by_index_raw(at).map_err(bad)?;
        let name = member.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
        if !member.is_dir() && !name.starts_with("__MACOSX/") {
            members.push((
                name,
                member.data_start(),
                member.compressed_size(),
                member.compression(),
                member.encrypted(),
            ));
        }
    }
    let [(name, start, size, method, locked)] = members.as_slice() else {
        let names: Vec<_> = members.iter().take(5).map(|member| member.0.as_str()).collect();
        return Err(Error::new(
            ErrorKind::Source,
            format!("{} holds {} files ({}), not one", shown(path), members.len(), names.join(", ")),
        )
        .advise("unpack it and read the files, or keep one file in it"));
    };
    if *locked {
        return Err(Error::new(ErrorKind::Source, format!("{}: {name} is locked with a password", shown(path)))
            .advise("unpack it first"));
    }
    let start = (*start).unwrap_or_default();
    let mut file = archive.into_inner().into_inner();
    file.seek(SeekFrom::Start(start)).map_err(|error| unreadable(path, &error))?;
    let packed = BufReader::with_capacity(1 << 18, file).take(*size);
    match *method {
        zip::CompressionMethod::Stored => Ok(Box::new(packed)),
        zip::CompressionMethod::Deflated => Ok(Box::new(flate2::read::DeflateDecoder::new(packed))),
        other => Err(Error::new(ErrorKind::Source, format!("{}: {name} is compressed with {other}", shown(path)))
            .advise("unpack it first, or compress it with deflate")),
    }
}
