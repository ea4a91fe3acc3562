//! What the typing pass counted, kept in a small file, so that it is paid once for a file that did not change.
//!
//! The key is all that decides the result: program, options, and of every file its path, size, and times to the nanosecond. What is kept
//! are counts, from which verdicts are decided anew: stored types are held against every value as if the pass had been made. A file that
//! was changed only just now is not kept, since it might change once more within one tick of its clock.

use super::dialect::Layout;
use super::files::unreadable;
use super::laid::Laid;
use super::records::Records;
use super::shape::{ALL, Shape};
use super::split::Marks;
use super::tracker::{Lines, Tally, Tracker};
use super::{FileFact, Source};
use crate::error::Result;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Grows whenever the pass counts otherwise than before.
const VERSION: u32 = 3;
/// Results that are kept; the oldest go first.
const MOST: usize = 500;
/// A file that was changed so shortly before is not kept.
const YOUNG: Duration = Duration::from_secs(2);
/// A result that was not finished after so long never will be.
const ABANDONED: Duration = Duration::from_hours(1);

/// The place of what is kept of a source.
#[derive(PartialEq, Eq)]
pub(super) struct Place {
    path: PathBuf,
    old: bool,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    delimiter: u8,
    quote: Option<u8>,
    columns: Vec<KeptColumn>,
    records: u64,
    blank: Lines,
    short: Lines,
    spare: Lines,
    hollow: u64,
    quoted: u64,
    physical: u64,
    accounted: u64,
}

#[derive(Serialize, Deserialize)]
struct KeptColumn {
    missing: u64,
    empty: u64,
    padded: u64,
    zeros: u64,
    /// How often each shape was seen, and the first values: number of the shape, line, text.
    counts: Vec<(usize, u64)>,
    firsts: Vec<(usize, u64, String)>,
}

impl Place {
    /// The place of a source's result; none when nobody said where results are kept.
    pub(super) fn of(source: &Source, layouts: &[Laid]) -> Result<Option<Self>> {
        let how = |layout: &Layout| {
            let Layout { names, offset, line, skip, dialect, .. } = layout;
            format!("{names:?} {offset} {line} {skip} {dialect:?}")
        };
        Self::of_files(source, layouts.iter().map(|(file, layout)| (file, how(layout))))
    }

    /// The same of files, each with what else decides its result.
    pub(super) fn of_files<'a>(
        source: &Source,
        files: impl Iterator<Item = (&'a FileFact, String)>,
    ) -> Result<Option<Self>> {
        let Some(folder) = &source.verdicts else { return Ok(None) };
        let mut key = format!("{VERSION} {} {:?}", env!("CARGO_PKG_VERSION"), source.options);
        let mut old = true;
        for (file, how) in files {
            let (print, calm) = fingerprint(file)?;
            let _ = write!(key, " {print} {how}");
            old &= calm;
        }
        let digest = sha2::Sha256::digest(key.as_bytes()).iter().take(16).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        Ok(Some(Self { path: folder.join(format!("{digest}.json")), old }))
    }

    /// What is kept: the counts, and the marks that the file was split by.
    pub(super) fn read(&self, blank: &Tally) -> Option<(Tally, Marks)> {
        let kept: Kept = serde_json::from_slice(&std::fs::read(&self.path).ok()?).ok()?;
        if kept.columns.len() != blank.columns.len() {
            return None;
        }
        let mut tally = blank.clone();
        tally.columns = kept.columns.into_iter().map(KeptColumn::tracker).collect::<Option<_>>()?;
        (tally.blank, tally.short, tally.spare) = (kept.blank, kept.short, kept.spare);
        (tally.records, tally.hollow, tally.quoted) = (kept.records, kept.hollow, kept.quoted);
        (tally.physical, tally.accounted) = (kept.physical, kept.accounted);
        Some((tally, Marks::new(kept.delimiter, kept.quote)))
    }

    /// What is kept of each file of JSON Lines.
    pub(super) fn records(&self) -> Option<Vec<Records>> {
        serde_json::from_slice(&std::fs::read(&self.path).ok()?).ok()
    }

    /// Keeps what was found in files of JSON Lines.
    pub(super) fn keep_records(&self, records: &[Records]) {
        if self.old {
            let _ = put(&self.path, &records);
        }
    }

    /// Keeps a result. That it cannot be kept is no fault of the data.
    pub(super) fn write(&self, tally: &Tally, marks: &Marks) {
        if !self.old {
            return;
        }
        let kept = Kept {
            delimiter: marks.delimiter,
            quote: marks.quote,
            columns: tally.columns.iter().map(KeptColumn::of).collect(),
            records: tally.records,
            blank: tally.blank.clone(),
            short: tally.short.clone(),
            spare: tally.spare.clone(),
            hollow: tally.hollow,
            quoted: tally.quoted,
            physical: tally.physical,
            accounted: tally.accounted,
        };
        let _ = put(&self.path, &kept);
    }
}

fn put(path: &Path, kept: &impl Serialize) -> std::io::Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    std::fs::create_dir_all(folder)?;
    let unfinished = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Examples of values are in it.
        options.mode(0o600);
    }
    let written = options.open(&unfinished).and_then(|file| {
        let mut out = std::io::BufWriter::new(file);
        serde_json::to_writer(&mut out, kept)?;
        std::io::Write::flush(&mut out)
    });
    let placed = written.and_then(|()| std::fs::rename(&unfinished, path));
    if placed.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    tidy(folder)?;
    placed
}

fn tidy(folder: &Path) -> std::io::Result<()> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)?.flatten() {
        let modified = entry.metadata()?.modified()?;
        match entry.path().extension().and_then(std::ffi::OsStr::to_str) {
            Some("json") => files.push((modified, entry.path())),
            // Nobody writes for so long: whoever did was killed over it.
            Some("tmp") if modified.elapsed().is_ok_and(|age| age > ABANDONED) => std::fs::remove_file(entry.path())?,
            _ => {}
        }
    }
    files.sort();
    for (_, path) in files.iter().take(files.len().saturating_sub(MOST)) {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

// What tells the contents of a file from any other, and whether it was left alone for a while.
fn fingerprint(file: &FileFact) -> Result<(String, bool)> {
    let path = std::path::absolute(&file.path).unwrap_or_else(|_| file.path.clone());
    let meta = std::fs::metadata(&path).map_err(|error| unreadable(&path, &error))?;
    let modified = meta.modified().map_err(|error| unreadable(&path, &error))?;
    let calm = SystemTime::now().duration_since(modified).is_ok_and(|age| age > YOUNG);
    #[allow(unused_mut, reason = "only some systems tell more")]
    let mut print = format!("{} {} {modified:?}", path.display(), meta.len());
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        // Whoever sets a file's time back cannot set this one.
        let _ = write!(print, " {} {} {} {}", meta.dev(), meta.ino(), meta.ctime(), meta.ctime_nsec());
    }
    Ok((print, calm))
}

impl KeptColumn {
    fn of(tracker: &Tracker) -> Self {
        let seen: Vec<_> = tracker.seen().collect();
        let number = |shape: Shape| ALL.iter().position(|other| *other == shape).unwrap_or_default();
        Self {
            missing: tracker.missing,
            empty: tracker.empty,
            padded: tracker.padded,
            zeros: tracker.zeros,
            counts: seen.iter().map(|(shape, seen)| (number(*shape), seen.count)).collect(),
            firsts: tracker.firsts().map(|(shape, line, text)| (number(shape), line, text)).collect(),
        }
    }

    fn tracker(self) -> Option<Tracker> {
        let mut tracker = Tracker::default();
        (tracker.missing, tracker.empty) = (self.missing, self.empty);
        (tracker.padded, tracker.zeros) = (self.padded, self.zeros);
        for (number, count) in self.counts {
            tracker.put_count(*ALL.get(number)?, count);
        }
        for (number, line, text) in self.firsts {
            tracker.put_first(*ALL.get(number)?, line, &text);
        }
        Some(tracker)
    }
}
