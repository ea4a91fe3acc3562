//! A file as UTF-8 text with line feeds, whatever its bytes are: decompressed, decoded, carriage returns turned.
//!
//! What the encoding does not know is never replaced in silence: it becomes [`MARK`] and two hexadecimal digits for each byte, which is
//! no UTF-8, so that the record it stands in is set aside with its original bytes.

use super::codec::{self, Codec, codec_of};
use super::files::{shown, unreadable};
use super::{ReadOptions, encoding};
use crate::error::{Error, ErrorKind, Result};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::io::Read;
use std::path::{Path, PathBuf};

/// A byte that never occurs in UTF-8; it begins an undecodable byte.
pub(crate) const MARK: u8 = 0xff;

/// How much of a file its encoding and line ends are told from at first.
const HEAD: u64 = 1 << 20;
const CHUNK: usize = 1 << 18;

/// One file of text.
#[derive(Clone)]
pub(crate) struct Text {
    pub(crate) path: PathBuf,
    /// The path that people know.
    pub(crate) name: PathBuf,
    pub(crate) encoding: &'static Encoding,
    /// How the encoding is known.
    pub(crate) reason: String,
    pub(crate) mark: bool,
    /// Whether lines end with a carriage return alone.
    turned: bool,
    codec: Codec,
    pub(crate) line_ends: &'static str,
}

impl Text {
    /// Finds out how a file is to be read; its whole bytes are looked at when the head is not UTF-8, unless only the head is wanted.
    pub(crate) fn of(path: &Path, options: &ReadOptions, head_only: bool) -> Result<Self> {
        let codec = codec_of(path)?;
        let mut head = Vec::new();
        codec::reader(path)?.take(HEAD).read_to_end(&mut head).map_err(|error| unreadable(path, &error))?;
        let whole = (head.len() as u64) < HEAD;
        let told = match &options.encoding {
            Some(name) => encoding::named(name, &head)?,
            None => encoding::of_head(path, &head, whole || head_only)?,
        };
        let mut text = Self {
            path: path.to_path_buf(),
            name: path.to_path_buf(),
            encoding: told.encoding,
            reason: told.reason,
            mark: told.mark,
            turned: false,
            codec,
            line_ends: "LF",
        };
        text.look_at_line_ends(&head);
        Ok(text)
    }

    /// The same file with an encoding that was found out on all its bytes.
    pub(crate) fn judged(&self) -> Result<Self> {
        let told = encoding::of_all(&self.path)?;
        Ok(Self { encoding: told.encoding, reason: told.reason, mark: told.mark, ..self.clone() })
    }

    /// Whether the engine's reader takes the file, or the copy that was made of it, as it is.
    pub(crate) fn is_native(&self) -> bool {
        self.encoding == UTF_8 && !self.turned && self.codec.is_native()
    }

    /// Whether what is read is the file itself and no copy of it.
    pub(crate) fn is_in_place(&self) -> bool {
        self.name == self.path
    }

    /// Whether the file lies on disk as it is read, so that one may jump in it.
    pub(crate) fn is_plain(&self) -> bool {
        self.encoding == UTF_8 && !self.turned && self.codec == Codec::Plain
    }

    /// Opens it for reading.
    pub(crate) fn reader(&self) -> Result<Box<dyn Read + Send>> {
        let file = codec::reader(&self.path)?;
        if self.encoding == UTF_8 && !self.turned {
            return Ok(file);
        }
        Ok(Box::new(Turning {
            file,
            decoder: (self.encoding != UTF_8).then(|| self.encoding.new_decoder_without_bom_handling()),
            raw: vec![0; CHUNK],
            tail: Vec::new(),
            ready: Vec::new(),
            at: 0,
            turned: self.turned,
            ended: false,
        }))
    }

    /// The original bytes of a text that was read; none when the text says it all.
    pub(crate) fn original(&self, text: &[u8]) -> Option<Vec<u8>> {
        if self.encoding == UTF_8 {
            return std::str::from_utf8(text).is_err().then(|| text.to_vec());
        }
        let mut out = Vec::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let plain = memchr::memchr(MARK, rest).unwrap_or(rest.len());
            self.encode(&String::from_utf8_lossy(&rest[..plain]), &mut out);
            rest = &rest[plain..];
            if let [MARK, high, low, ..] = rest {
                let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                out.push(digit(*high).unwrap_or_default() << 4 | digit(*low).unwrap_or_default());
                rest = &rest[3..];
            } else {
                rest = rest.get(1..).unwrap_or_default();
            }
        }
        Some(out)
    }

    fn encode(&self, text: &str, out: &mut Vec<u8>) {
        if self.encoding == UTF_16LE || self.encoding == UTF_16BE {
            for unit in text.encode_utf16() {
                let bytes = if self.encoding == UTF_16LE { unit.to_le_bytes() } else { unit.to_be_bytes() };
                out.extend_from_slice(&bytes);
            }
        } else {
            out.extend_from_slice(&self.encoding.encode(text).0);
        }
    }

    fn look_at_line_ends(&mut self, head: &[u8]) {
        let wide = self.encoding == UTF_16LE || self.encoding == UTF_16BE;
        let text = if wide { self.encoding.decode(head).0.into_owned().into_bytes() } else { head.to_vec() };
        let feeds = memchr::memchr_iter(b'\n', &text).count();
        let returns = memchr::memchr_iter(b'\r', &text).count();
        let both = memchr::memmem::find_iter(&text, b"\r\n").count();
        let alone =
            feeds == 0 || (both == 0 && returns > 1 && memchr::memchr(b'"', &text).is_some() && only_quoted(&text));
        self.turned = alone && returns > 0 && (returns > 1 || text.last() != Some(&b'\r'));
        self.line_ends = match (feeds, returns, both) {
            _ if self.turned => "CR",
            (_, _, 0) => "LF",
            (feeds, _, both) if feeds == both => "CR LF",
            _ => "LF and CR LF",
        };
    }
}

// Whether every line feed stands between quotes, so that none ends a line.
fn only_quoted(text: &[u8]) -> bool {
    let mut inside = false;
    text.iter().all(|byte| {
        inside ^= *byte == b'"';
        inside || *byte != b'\n'
    })
}

struct Turning {
    file: Box<dyn Read + Send>,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    /// The last bytes that the decoder took, in which a malformed sequence may lie.
    tail: Vec<u8>,
    ready: Vec<u8>,
    at: usize,
    turned: bool,
    ended: bool,
}

impl Turning {
    fn more(&mut self) -> std::io::Result<()> {
        self.ready.clear();
        self.at = 0;
        let read = self.file.read(&mut self.raw)?;
        self.ended = read == 0;
        match self.decoder.take() {
            None => self.ready.extend_from_slice(&self.raw[..read]),
            Some(mut decoder) => {
                let raw = std::mem::take(&mut self.raw);
                self.decode(&mut decoder, &raw[..read]);
                self.raw = raw;
                self.decoder = (!self.ended).then_some(decoder);
            }
        }
        if self.turned {
            self.ready.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        }
        Ok(())
    }

    fn decode(&mut self, decoder: &mut Decoder, raw: &[u8]) {
        let mut out = vec![0_u8; CHUNK];
        let mut done = 0;
        loop {
            let (result, read, written) =
                decoder.decode_to_utf8_without_replacement(&raw[done..], &mut out, self.ended);
            self.ready.extend_from_slice(&out[..written]);
            self.tail.extend_from_slice(&raw[done..done + read]);
            let old = self.tail.len().saturating_sub(8);
            self.tail.drain(..old);
            done += read;
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(length, after) => self.undecodable(usize::from(length), usize::from(after)),
            }
        }
    }

    fn undecodable(&mut self, length: usize, after: usize) {
        let end = self.tail.len().saturating_sub(after);
        let bad = self.tail[end.saturating_sub(length)..end].to_vec();
        for byte in bad {
            self.ready.push(MARK);
            self.ready.extend_from_slice(format!("{byte:02x}").as_bytes());
        }
    }
}

impl Read for Turning {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.ready.len() {
            if self.ended {
                return Ok(0);
            }
            self.more()?;
        }
        let take = out.len().min(self.ready.len() - self.at);
        out[..take].copy_from_slice(&self.ready[self.at..self.at + take]);
        self.at += take;
        Ok(take)
    }
}

/// A text as a person can read it: undecodable bytes as `\xNN`.
pub(crate) fn legible(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        match std::str::from_utf8(rest) {
            Ok(text) => {
                out.push_str(text);
                return out;
            }
            Err(error) => {
                let (good, bad) = rest.split_at(error.valid_up_to());
                out.push_str(&String::from_utf8_lossy(good));
                if let [MARK, high, low, ..] = bad
                    && high.is_ascii_hexdigit()
                    && low.is_ascii_hexdigit()
                {
                    out.push_str(&format!("\\x{}{}", char::from(*high), char::from(*low)));
                    rest = &bad[3..];
                } else {
                    out.push_str(&format!("\\x{:02x}", bad[0]));
                    rest = &bad[1..];
                }
            }
        }
    }
}

/// The error about a file that is no text.
pub(crate) fn no_text(path: &Path, what: &str) -> Error {
    Error::new(ErrorKind::Source, format!("{}: {what}", shown(path)))
        .advise("name its format with --input-format, or its encoding with --encoding")
}
