//! Which encoding the bytes of a file are in: what a person says, a byte order mark, UTF-8 when all of it is, else a guess on all bytes.

use super::codec;
use super::files::unreadable;
use super::text::no_text;
use crate::error::{Error, ErrorKind, Result};
use crate::values::grouped;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::io::Read as _;
use std::path::Path;

/// An encoding and how it is known.
pub(crate) struct Told {
    pub(crate) encoding: &'static Encoding,
    pub(crate) reason: String,
    pub(crate) mark: bool,
}

/// The encoding that a person named, by any of the names of the WHATWG list.
pub(crate) fn named(name: &str, head: &[u8]) -> Result<Told> {
    let label = name.trim().replace('_', "-");
    let alias = match label.to_ascii_lowercase().as_str() {
        "cp1252" | "ansi" => "windows-1252".to_owned(),
        "latin-1" => "latin1".to_owned(),
        "latin-9" | "latin9" => "iso-8859-15".to_owned(),
        "utf-8-sig" => "utf-8".to_owned(),
        "utf-16" => if head.starts_with(b"\xfe\xff") { "utf-16be" } else { "utf-16le" }.to_owned(),
        "shiftjis" | "cp932" => "shift-jis".to_owned(),
        "eucjp" => "euc-jp".to_owned(),
        "euckr" | "cp949" => "euc-kr".to_owned(),
        "koi8r" => "koi8-r".to_owned(),
        other => other.to_owned(),
    };
    let found = Encoding::for_label(alias.as_bytes()).filter(|found| found.name() != "replacement");
    let encoding = found.ok_or_else(|| {
        Error::new(ErrorKind::Parameter, format!("“{name}” is no encoding that is known here")).advise(
            "use a name such as utf-8, utf-16le, windows-1252, iso-8859-15, shift_jis, gb18030, big5, euc-kr or koi8-r",
        )
    })?;
    let mark = Encoding::for_bom(head).is_some_and(|(told, _)| told == encoding);
    Ok(Told { encoding, reason: "as told".into(), mark })
}

/// The encoding that the head of a file tells. A head that is not UTF-8 is no proof: then all bytes are looked at, unless these are all.
pub(crate) fn of_head(path: &Path, head: &[u8], all: bool) -> Result<Told> {
    if head.starts_with(b"\xff\xfe\0\0") || head.starts_with(b"\0\0\xfe\xff") {
        return Err(no_text(path, "it is UTF-32, which cannot be read").advise("save it as UTF-8"));
    }
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Ok(Told { encoding, reason: "byte order mark".into(), mark: true });
    }
    if let Some(encoding) = without_mark(head) {
        return Ok(Told { encoding, reason: "every second byte is zero".into(), mark: false });
    }
    let start = &head[..head.len().min(1024)];
    if memchr::memchr_iter(0, start).count() > 16 {
        return Err(no_text(path, "it is no text"));
    }
    if memchr::memchr(0x1b, head).is_none() {
        match std::str::from_utf8(head) {
            Ok(_) => return Ok(utf_8(head)),
            // The last character may be cut off.
            Err(error) if !all && error.error_len().is_none() => return Ok(utf_8(head)),
            Err(_) => {}
        }
    }
    if all {
        let mut judge = Judge::new();
        judge.feed(head);
        return Ok(judge.finish());
    }
    of_all(path)
}

/// The encoding that all bytes of a file tell.
pub(crate) fn of_all(path: &Path) -> Result<Told> {
    let mut file = codec::reader(path)?;
    let mut judge = Judge::new();
    let mut bytes = vec![0_u8; 1 << 18];
    loop {
        match file.read(&mut bytes).map_err(|error| unreadable(path, &error))? {
            0 => return Ok(judge.finish()),
            more => judge.feed(&bytes[..more]),
        }
    }
}

fn utf_8(head: &[u8]) -> Told {
    let reason = if head.is_ascii() { "only plain characters so far" } else { "valid UTF-8" };
    Told { encoding: UTF_8, reason: reason.into(), mark: false }
}

// UTF-16 without a mark: text of western languages has a zero in every second byte.
fn without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let head = &head[..head.len().min(4096) & !1];
    let pairs = head.len() / 2;
    if pairs < 4 {
        return None;
    }
    let even = head.iter().step_by(2).filter(|byte| **byte == 0).count();
    let odd = head.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count();
    if odd * 10 >= pairs * 7 && even * 20 <= pairs {
        Some(UTF_16LE)
    } else if even * 10 >= pairs * 7 && odd * 20 <= pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

// Counts what is and what is not UTF-8, while the detector listens.
struct Judge {
    detector: EncodingDetector,
    carry: Vec<u8>,
    valid: u64,
    invalid: u64,
}

impl Judge {
    fn new() -> Self {
        Self { detector: EncodingDetector::new(Iso2022JpDetection::Allow), carry: Vec::new(), valid: 0, invalid: 0 }
    }

    fn feed(&mut self, bytes: &[u8]) {
        self.detector.feed(bytes, false);
        self.carry.extend_from_slice(bytes);
        let all = std::mem::take(&mut self.carry);
        let mut rest: &[u8] = &all;
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.valid += wide(text);
                    return;
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    self.valid += std::str::from_utf8(good).map_or(0, wide);
                    let Some(length) = error.error_len() else {
                        self.carry = bad.to_vec();
                        return;
                    };
                    self.invalid += 1;
                    rest = &bad[length..];
                }
            }
        }
    }

    // A file in another encoding has hardly a sequence that is valid UTF-8 by chance: more valid than invalid means a damaged UTF-8 file.
    fn finish(mut self) -> Told {
        self.detector.feed(&[], true);
        self.invalid += u64::from(!self.carry.is_empty());
        if self.valid > self.invalid {
            let reason = if self.invalid == 0 {
                "valid UTF-8".to_owned()
            } else {
                format!("mostly valid UTF-8; not valid: {}", grouped(self.invalid))
            };
            return Told { encoding: UTF_8, reason, mark: false };
        }
        let encoding = self.detector.guess(None, Utf8Detection::Deny);
        let plain = self.invalid == 0 && encoding.name() != "ISO-2022-JP";
        let reason = if plain {
            "only plain characters".to_owned()
        } else if self.invalid == 0 {
            "told from its escape sequences".to_owned()
        } else {
            format!("guessed from all bytes; not valid as UTF-8: {}", grouped(self.invalid))
        };
        // Plain characters alone are UTF-8 too.
        Told { encoding: if plain { UTF_8 } else { encoding }, reason, mark: false }
    }
}

fn wide(text: &str) -> u64 {
    if text.is_ascii() { 0 } else { text.chars().filter(|character| !character.is_ascii()).count() as u64 }
}
