//! Compression around a whole file of text, where the engine's own writer has it not: the file is written plain and then packed.

use super::Target;
use super::format::{compression, unknown};
use super::place::failed;
use crate::error::Result;
use crate::error::{Error, ErrorKind};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

/// How a file is packed once it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outer {
    Gzip,
    Zstd,
    Snappy,
    Lz4,
    Bzip2,
    Deflate,
    Brotli,
}

/// The compression that the last ending of a path tells.
pub(super) fn of_ending(path: &Path) -> &'static str {
    let name = path.to_string_lossy().to_ascii_lowercase();
    match name.rsplit_once('.').map(|(_, ending)| ending.to_owned()).as_deref() {
        Some("gz") => "gzip",
        Some("zst") => "zstd",
        Some("snappy" | "sz") => "snappy",
        Some("lz4") => "lz4",
        Some("bz2") => "bzip2",
        Some("deflate" | "zlib") => "deflate",
        Some("br") => "brotli",
        _ => "none",
    }
}

/// A name without the ending of a compression.
pub(super) fn bare(name: &str) -> &str {
    [".gz", ".zst", ".snappy", ".sz", ".lz4", ".bz2", ".deflate", ".zlib", ".br"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name)
}

/// The ending that a compression gives to the files of a folder.
pub(super) fn ending(name: &str) -> &'static str {
    match name {
        "gzip" => ".gz",
        "zstd" => ".zst",
        "snappy" => ".snappy",
        "lz4" => ".lz4",
        "bzip2" => ".bz2",
        "deflate" => ".deflate",
        "brotli" => ".br",
        _ => "",
    }
}

/// How a target of text is packed after it is written; none when it is not, or when its own writer does it.
pub(super) fn of(target: &Target) -> Result<Option<Outer>> {
    let format = target.format()?;
    let own = match format.name {
        "CSV" | "JSON" => true,
        "XML" | "JSON_ARRAY" => false,
        _ => return Ok(None),
    };
    Ok(match compression(target, of_ending(&target.path)).as_str() {
        "none" => None,
        "gzip" | "zstd" if own => None,
        "gzip" => Some(Outer::Gzip),
        "zstd" => Some(Outer::Zstd),
        "snappy" => Some(Outer::Snappy),
        "lz4" => Some(Outer::Lz4),
        "bzip2" => Some(Outer::Bzip2),
        "deflate" => Some(Outer::Deflate),
        "brotli" => Some(Outer::Brotli),
        other => return Err(unknown(target, other)),
    })
}

/// Packs a file that was proven, unpacks it again, and puts it in its place only when that gives the same bytes.
pub(super) fn pack(path: &Path, outer: Outer) -> Result<()> {
    let fail = |error| failed(path, "cannot be compressed", error);
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".packed");
    let packed = path.with_file_name(name);
    let done = File::open(path)
        .and_then(|plain| Ok((plain, File::create(&packed)?)))
        .and_then(|(plain, out)| copy(BufReader::with_capacity(1 << 18, plain), BufWriter::new(out), outer))
        .and_then(|()| Ok(digest(File::open(path)?)? == digest(unpacked(&packed, outer)?)?))
        .and_then(|same| if same { std::fs::rename(&packed, path).map(|()| true) } else { Ok(false) });
    if !matches!(done, Ok(true)) {
        let _ = std::fs::remove_file(&packed);
    }
    if done.map_err(fail)? {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Sink, format!("{} does not unpack to what was written", path.display()))
        .advise("check the disk; the old output is untouched"))
}

fn digest(mut file: impl Read) -> std::io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut bytes = vec![0; 1 << 16];
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(hash.finalize().into()),
            more => hash.update(&bytes[..more]),
        }
    }
}

fn unpacked(path: &Path, outer: Outer) -> std::io::Result<Box<dyn Read>> {
    let file = BufReader::with_capacity(1 << 18, File::open(path)?);
    Ok(match outer {
        Outer::Gzip => Box::new(flate2::read::GzDecoder::new(file)),
        Outer::Deflate => Box::new(flate2::read::ZlibDecoder::new(file)),
        Outer::Zstd => Box::new(zstd::Decoder::with_buffer(file)?),
        Outer::Snappy => Box::new(snap::read::FrameDecoder::new(file)),
        Outer::Lz4 => Box::new(lz4_flex::frame::FrameDecoder::new(file)),
        Outer::Bzip2 => Box::new(bzip2::read::BzDecoder::new(file)),
        Outer::Brotli => Box::new(brotli::Decompressor::new(file, 1 << 16)),
    })
}

fn copy(mut plain: impl Read, out: impl Write, outer: Outer) -> std::io::Result<()> {
    match outer {
        Outer::Gzip => {
            let mut packer = flate2::write::GzEncoder::new(out, flate2::Compression::default());
            std::io::copy(&mut plain, &mut packer)?;
            packer.finish()?.flush()
        }
        Outer::Deflate => {
            let mut packer = flate2::write::ZlibEncoder::new(out, flate2::Compression::default());
            std::io::copy(&mut plain, &mut packer)?;
            packer.finish()?.flush()
        }
        Outer::Zstd => {
            let mut packer = zstd::Encoder::new(out, 3)?;
            std::io::copy(&mut plain, &mut packer)?;
            packer.finish()?.flush()
        }
        Outer::Snappy => {
            let mut packer = snap::write::FrameEncoder::new(out);
            std::io::copy(&mut plain, &mut packer)?;
            packer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?.flush()
        }
        Outer::Lz4 => {
            let mut packer = lz4_flex::frame::FrameEncoder::new(out);
            std::io::copy(&mut plain, &mut packer)?;
            packer.finish().map_err(std::io::Error::other)?.flush()
        }
        Outer::Bzip2 => {
            let mut packer = bzip2::write::BzEncoder::new(out, bzip2::Compression::default());
            std::io::copy(&mut plain, &mut packer)?;
            packer.finish()?.flush()
        }
        Outer::Brotli => {
            let mut packer = brotli::CompressorWriter::new(out, 1 << 16, 5, 22);
            std::io::copy(&mut plain, &mut packer)?;
            packer.into_inner().flush()
        }
    }
}
