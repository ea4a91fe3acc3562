//! Delimited text: layout, typing pass, and the lazy frame that reads it with the decided types.

use super::dialect::Layout;
use super::exact::exact;
use super::facts::{ColumnVerdict, LineCount, TextFacts};
use super::files::{Found, unreadable};
use super::intake::{Job, Passed, pass, skipped};
use super::kept::Place;
use super::laid::{Laid, in_place, judge, layouts, plain, scan};
use super::recount::Recount;
use super::rejects::Rejects;
use super::shape::Shape;
use super::split::{Marks, Nobody, split};
use super::straighten::{self, Copied, Rules};
use super::temporal::Blanks;
use super::tracker::{Lines, Tally};
use super::typed::{Reading, Table, blanks_told, dtype, schema_of, usable};
use super::verdict::{Style, check, decide, kept, limits};
use super::{Depth, Opened, Source, StoredColumn};
use crate::error::{Error, ErrorKind, Result};
use polars::prelude::{DataFrame, IntoLazy as _, ScanSources, Schema};
use std::collections::{HashMap, HashSet};
use std::io::{BufWriter, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

// What is looked at of a file whose first rows are wanted at once, and of one whose types are stored.
const HEAD: u64 = 4 << 20;
const SAMPLE: u64 = 1 << 18;

/// Opens delimited text.
pub(super) fn open(source: &Source, mut found: Found, depth: Depth<'_>) -> Result<Opened> {
    let (mut layouts, empty) = layouts(&found, &source.options, matches!(depth, Depth::Head { .. }))?;
    found.note_empty(&layouts, &empty);
    let Some((_, first)) = layouts.first() else { return nothing(found, source) };
    let stored = source.columns.as_deref().unwrap_or_default();
    let limit = |name: &String| limits(&stored.iter().find(|column| column.name == *name)?.kind);
    let mut table = Table {
        limits: first.names.iter().map(limit).collect(),
        names: first.names.clone(),
        marks: first.marks.clone(),
        options: &source.options,
        tag: found.tag(),
    };
    let mut read = match depth {
        Depth::Whole { cancel, progress, single } => {
            let limited = table.limits.iter().any(Option::is_some);
            let place = Place::of(source, &layouts)?.filter(|_| is_direct(&table, &layouts) && !limited);
            let known = place.as_ref().and_then(|place| place.read(&table.blank_tally()));
            let checked = if known.is_none() && single { checked(source, &table, &layouts)? } else { None };
            match (known, checked) {
                (Some((tally, marks)), _) => {
                    table.marks = marks;
                    untouched(&table, &layouts, tally)?
                }
                (None, Some(read)) => read,
                (None, None) => {
                    let read = read_whole(&mut table, &mut layouts, cancel, progress)?;
                    // A file that was changed meanwhile has another place.
                    let after = Place::of(source, &layouts)?;
                    if let (Some(place), Some(tally), false) =
                        (place.filter(|p| after.as_ref() == Some(p)), &read.tally, read.bare)
                    {
                        place.write(tally, &table.marks);
                    }
                    read
                }
            }
        }
        Depth::Head { rows } => read_head(&table, &layouts, rows, HEAD)?,
    };
    let mut notes = std::mem::take(&mut found.notes);
    notes.extend(layouts[0].1.notes.iter().cloned());
    notes.append(&mut read.notes);
    let (verdict, styles) = verdicts(source, &table, &read, &depth, &mut notes)?;
    let columns: Vec<_> = verdict.iter().map(|v| StoredColumn { name: v.name.clone(), kind: v.kind.clone() }).collect();
    if let Some(tally) = &read.tally {
        remark(tally, read.filled, &mut notes);
        notes.extend(blanks_told(verdict.iter().map(|verdict| (verdict.name.as_str(), verdict.padded))));
    }
    if read.set_aside.records > 0 {
        notes.push(read.set_aside.words());
    }
    let frame = table.frame(&columns, &styles, &read)?;
    let records = match depth {
        Depth::Whole { .. } => read.tally.as_ref().map(|tally| tally.records),
        Depth::Head { .. } => None,
    };
    let verdict = if read.tally.is_some() { verdict } else { Vec::new() };
    let schema = Arc::new(schema_of(&columns)?);
    let mut dialect = layouts[0].1.dialect.clone();
    if dialect.widths.is_empty() {
        dialect.delimiter = char::from(table.marks.delimiter);
        dialect.quote = table.marks.quote.map(char::from);
    }
    let text = Some(TextFacts { dialect, lines: read.lines, set_aside: read.set_aside });
    let recount = read.checked.map(|(_, recount)| recount);
    Ok(Opened { columns, records, verdict, text, recount, ..Opened::new(frame, schema, found.files, notes) })
}

fn nothing(found: Found, source: &Source) -> Result<Opened> {
    if let Some(stored) = source.columns.as_deref().filter(|stored| !stored.is_empty()) {
        let gone: Vec<&str> = stored.iter().map(|column| column.name.as_str()).collect();
        let mut error = without(&gone, &[], source, &[]);
        error.advice = Some("the file is empty: it has no columns and no rows".into());
        return Err(error);
    }
    let mut notes = found.notes;
    notes.push("the file is empty: it has no columns and no rows".to_owned());
    let empty = DataFrame::empty().lazy();
    Ok(Opened { records: Some(0), ..Opened::new(empty, Arc::new(Schema::default()), found.files, notes) })
}

// A reading that checks stored types and counts lines on its way; none where only the typing pass can tell how the file is to be read.
fn checked(source: &Source, table: &Table<'_>, layouts: &[Laid]) -> Result<Option<Reading>> {
    let stored = source.columns.as_deref().unwrap_or_default();
    if !plain(layouts, &source.options) || !in_place(layouts) || stored.len() != table.names.len() {
        return Ok(None);
    }
    let head = read_head(table, layouts, usize::MAX, SAMPLE)?;
    let Some(tally) = head.tally.filter(|tally| tally.is_regular() && tally.records > 0) else { return Ok(None) };
    let manner = table.manner();
    let readable = |(at, name): (usize, &String)| {
        let dtype = stored.iter().find(|column| column.name == *name).and_then(|column| dtype(column).ok())?;
        let (_, style) = decide(name, &tally.columns[at], manner);
        exact(name, &dtype, usable(style, &dtype), &tally.columns[at], &Blanks::default())
    };
    if table.names.iter().enumerate().any(|column| readable(column).is_none()) {
        return Ok(None);
    }
    let recount = Recount::begin(layouts, &table.marks, &table.names)?;
    Ok(Some(Reading {
        scan: Some(scan(layouts)?),
        skip: layouts[0].1.skip,
        header: layouts[0].1.dialect.header,
        checked: Some((tally, recount)),
        ..Reading::default()
    }))
}

fn read_whole(
    table: &mut Table<'_>,
    layouts: &mut [Laid],
    cancel: &AtomicBool,
    progress: &dyn Fn(u64),
) -> Result<Reading> {
    let mut blank = table.blank_tally();
    let regular = !layouts.iter().any(|(_, layout)| layout.stray);
    let fill = fills(table, layouts);
    let mut tally = None;
    if regular {
        let mut passed = pass_all(table, layouts, &blank, cancel, progress)?;
        if matches!(passed, Passed::Undecodable) && judge(table.options, layouts)? {
            table.names.clone_from(&layouts[0].1.names);
            passed = pass_all(table, layouts, &blank, cancel, progress)?;
        }
        if matches!(passed, Passed::Irregular) && table.marks.quote.is_some() {
            // Quotes that do not pair up are often no quotes at all: inches, say. Then no field begins with one.
            let quoted = table.marks.clone();
            table.marks = Marks::new(quoted.delimiter, None);
            blank.watch = quoted.quote;
            passed = pass_all(table, layouts, &blank, cancel, progress)?;
            if !matches!(&passed, Passed::Whole(tally) if tally.watched == 0 && fits(table, fill, tally)) {
                table.marks = quoted;
                passed = Passed::Irregular;
            }
        }
        if let Passed::Whole(whole) = passed {
            tally = Some(*whole);
        }
    }
    if tally.is_none() && judge(table.options, layouts)? {
        // A pass that ended early has not seen all bytes.
        table.names.clone_from(&layouts[0].1.names);
    }
    blank.watch = None;
    let Some(tally) = tally.filter(|tally| fits(table, fill, tally) && is_direct(table, layouts)) else {
        let read = straightened(table, layouts, &blank, fill, cancel, progress)?;
        // Text parted by tabs need not know quotes: where the only ones stand within fields, or are never closed, they are inches, say.
        if table.marks.delimiter != b'\t' || table.marks.escape.is_some() || !read.has_false_quotes() {
            return Ok(read);
        }
        table.marks = Marks::new(table.marks.delimiter, None).with_blank(table.marks.blank);
        return straightened(table, layouts, &blank, fill, cancel, progress);
    };
    untouched(table, layouts, tally)
}

// Whether the engine's reader takes the files, or what was copied from them, and can tell them apart.
fn is_direct(table: &Table<'_>, layouts: &[Laid]) -> bool {
    plain(layouts, table.options) && (table.tag.is_none() || in_place(layouts))
}

// Whether the engine's reader takes every record for what it is.
fn fits(table: &Table<'_>, fill: bool, tally: &Tally) -> bool {
    tally.long.count == 0
        && (fill || tally.short.count == 0)
        && tally.spare.count == 0
        && (tally.blank.count == 0 || tally.hollow == 0)
        && !header_again(table, tally)
}

// Files that the engine's reader takes as they lie on disk, and what was counted in them.
fn untouched(table: &Table<'_>, layouts: &[Laid], tally: Tally) -> Result<Reading> {
    let fill = fills(table, layouts);
    let before: u64 = layouts.iter().map(|(_, layout)| layout.line - 1).sum();
    let left_out = tally.blank.count;
    let lines = LineCount {
        physical: before + tally.physical,
        accounted: before + tally.accounted,
        before_data: before,
        records: tally.accounted.saturating_sub(left_out),
        set_aside: 0,
        left_out,
    };
    let scan = Some(scan(layouts)?);
    let Layout { skip, dialect, .. } = &layouts[0].1;
    let (skip, header) = (*skip, dialect.header);
    Ok(Reading { tally: Some(tally), scan, skip, header, filled: fill, lines, ..Reading::default() })
}

fn fills(table: &Table<'_>, layouts: &[Laid]) -> bool {
    table.options.fill_short || layouts.iter().all(|(_, layout)| layout.fill)
}

// Whether a column seems to hold its own name as a value: the header may be repeated.
fn header_again(table: &Table<'_>, tally: &Tally) -> bool {
    let holds = |(name, tracker): (&String, &super::tracker::Tracker)| {
        tracker.count(&[Shape::Text]) > 0 && tracker.of(Shape::Text).example == *name
    };
    table.names.len() > 1 && table.names.iter().zip(&tally.columns).any(holds)
}

// One pass over each file; what is wrong with one is wrong with all.
fn pass_all(
    table: &Table<'_>,
    layouts: &[Laid],
    blank: &Tally,
    cancel: &AtomicBool,
    progress: &dyn Fn(u64),
) -> Result<Passed> {
    let mut tally = blank.clone();
    let fill = fills(table, layouts);
    let mut before = 0;
    for (file, layout) in layouts {
        let told = |bytes| progress(before + bytes);
        match pass(&job(table, layout, fill, cancel, &told), blank)? {
            Passed::Whole(more) => tally.merge(*more),
            other => return Ok(other),
        }
        before += file.bytes;
    }
    Ok(Passed::Whole(Box::new(tally)))
}

fn job<'a>(
    table: &'a Table<'_>,
    layout: &'a Layout,
    fill: bool,
    cancel: &'a AtomicBool,
    progress: &'a dyn Fn(u64),
) -> Job<'a> {
    let (text, offset, line) = (&layout.text, layout.offset, layout.line);
    Job { text, offset, line, marks: &table.marks, fill, cancel, progress }
}

fn rules<'a>(layout: &'a Layout, table: &Table<'_>, fill: bool, file: usize) -> Rules<'a> {
    let options = table.options;
    Rules {
        file: table.tag.is_some().then(|| file.to_string().into_bytes()),
        header: &layout.header,
        comment: layout.dialect.comment.as_deref(),
        guessed_comment: options.comment.is_none(),
        fill,
    }
}

fn straightened(
    table: &Table<'_>,
    layouts: &[Laid],
    blank: &Tally,
    fill: bool,
    cancel: &AtomicBool,
    progress: &dyn Fn(u64),
) -> Result<Reading> {
    let mut out = BufWriter::with_capacity(1 << 20, straighten::begin()?);
    let mut tally = blank.clone();
    let mut rejects = Rejects::default();
    let mut lines = LineCount::default();
    let (mut comments, mut headers) = (Lines::default(), Lines::default());
    let mut before = 0;
    for (at, (file, layout)) in layouts.iter().enumerate() {
        let told = |bytes| progress(before + bytes);
        let job = job(table, layout, fill, cancel, &told);
        let copied = straighten::copy(&job, &rules(layout, table, fill, at), blank, &mut rejects, &mut out)?;
        add(&mut lines, &copied, layout.line - 1);
        comments.merge(copied.comments);
        headers.merge(copied.headers);
        tally.merge(copied.tally);
        before += file.bytes;
    }
    let copy =
        out.into_inner().map_err(|error| straighten::unwritable(Path::new("a temporary copy"), error.into_error()))?;
    let mut notes = Vec::new();
    for (found, what) in [
        (&tally.stray, "quotes inside unquoted fields were read as ordinary characters"),
        (&tally.spaced, "blanks around quotes, left out"),
        (&comments, "comments, left out"),
        (&headers, "the header again, left out"),
    ] {
        if found.count > 0 {
            notes.push(format!("{what}: {}", found.words()));
        }
    }
    Ok(Reading {
        tally: Some(tally),
        scan: Some(ScanSources::Files(std::iter::once(copy).collect())),
        bare: true,
        filled: fill,
        notes,
        lines,
        set_aside: rejects.finish()?,
        ..Reading::default()
    })
}

fn add(lines: &mut LineCount, copied: &Copied, before: u64) {
    lines.physical += copied.lines.physical + before;
    lines.accounted += copied.lines.accounted + before;
    lines.before_data += before;
    lines.records += copied.lines.records;
    lines.set_aside += copied.lines.set_aside;
    lines.left_out += copied.lines.left_out;
}

// The first rows of the first files, through memory.
fn read_head(table: &Table<'_>, layouts: &[Laid], rows: usize, most: u64) -> Result<Reading> {
    let blank = table.blank_tally();
    let mut tally = blank.clone();
    let mut text = Vec::new();
    let fill = fills(table, layouts);
    for (at, (file, layout)) in layouts.iter().enumerate() {
        let mut bytes = Vec::new();
        skipped(&layout.text, layout.offset)?
            .take(most)
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable(&file.path, &error))?;
        let ended = (bytes.len() as u64) < most;
        if !ended {
            let complete = split(&bytes, &table.marks, 1, &mut Nobody).complete;
            bytes.truncate(complete);
        }
        let rules = rules(layout, table, fill, at);
        let (copied, mut straight) =
            straighten::copy_bytes(&bytes, &layout.text, layout.line, &table.marks, &rules, &blank, ended)?;
        tally.merge(copied.tally);
        text.append(&mut straight);
        if tally.records >= rows as u64 || text.len() as u64 >= most {
            break;
        }
    }
    let scan = ScanSources::Buffers(std::iter::once(text.into()).collect());
    Ok(Reading {
        tally: Some(tally),
        scan: Some(scan),
        bare: true,
        rows: Some(rows),
        filled: fill,
        ..Reading::default()
    })
}

// One verdict a column: decided, or the stored type held against what was seen.
fn verdicts(
    source: &Source,
    table: &Table<'_>,
    read: &Reading,
    depth: &Depth<'_>,
    notes: &mut Vec<String>,
) -> Result<(Vec<ColumnVerdict>, Vec<Style>)> {
    let manner = table.manner();
    let tally = read.tally.as_ref();
    let stored = source.columns.as_deref().unwrap_or_default();
    let known: HashSet<&str> = table.names.iter().map(String::as_str).collect();
    let by_name: HashMap<&str, &StoredColumn> = stored.iter().map(|column| (column.name.as_str(), column)).collect();
    let gone: Vec<&str> =
        stored.iter().map(|column| column.name.as_str()).filter(|name| !known.contains(name)).collect();
    if !gone.is_empty() {
        let new: Vec<&str> =
            table.names.iter().map(String::as_str).filter(|name| !by_name.contains_key(name)).collect();
        return Err(without(&gone, &new, source, &table.names));
    }
    let (mut verdicts, mut styles) = (Vec::new(), Vec::new());
    let mut odd = Vec::new();
    for (at, name) in table.names.iter().enumerate() {
        let stored_column = by_name.get(name.as_str()).copied();
        let tracker = tally.map(|tally| &tally.columns[at]);
        let (verdict, style) = match (stored_column, tracker) {
            (Some(column), Some(tracker)) if matches!(depth, Depth::Whole { .. }) => check(column, tracker, manner)
                .unwrap_or_else(|error| {
                    odd.push(error);
                    (unseen(name, &column.kind), Style::Plain)
                }),
            (None, Some(tracker)) if table.options.text_columns.contains(name) => (kept(name, tracker), Style::Plain),
            (None, Some(tracker)) => decide(name, tracker, manner),
            (Some(column), _) => {
                let head = read.checked.as_ref().map(|(head, _)| decide(name, &head.columns[at], manner));
                let style =
                    head.zip(dtype(column).ok()).map_or(Style::Plain, |((_, style), dtype)| usable(style, &dtype));
                (unseen(name, &column.kind), style)
            }
            (None, None) => (unseen(name, "string"), Style::Plain),
        };
        verdicts.push(verdict);
        styles.push(style);
        if !stored.is_empty() && stored_column.is_none() {
            notes.push(format!("column {name} is new; it has no stored type"));
        }
    }
    match odd.len() {
        0 => Ok((verdicts, styles)),
        1 => Err(odd.remove(0)),
        many => {
            let each: Vec<_> = odd.iter().take(20).map(|error| error.message.clone()).collect();
            let more = if many > 20 { format!(" ... and {} more", many - 20) } else { String::new() };
            let mut whole = odd.swap_remove(0);
            whole.message = format!("{many} columns do not fit their stored types: {}{more}", each.join("; "));
            Err(whole)
        }
    }
}

// The error about columns that are stored and not there, with those that are there and not stored: one may be the other.
fn without(gone: &[&str], new: &[&str], source: &Source, names: &[String]) -> Error {
    let listed = |names: &[&str]| {
        let more = if names.len() > 20 { " ..." } else { "" };
        format!("{}{more}", names.iter().take(20).copied().collect::<Vec<_>>().join(", "))
    };
    let noun = if gone.len() == 1 { "column" } else { "columns" };
    let verb = if gone.len() == 1 { "is" } else { "are" };
    let mut message = format!("{noun} {} of dataset {} {verb} not in the file", listed(gone), source.name);
    if !new.is_empty() {
        message.push_str(&format!("; new in it: {}", listed(new)));
    }
    let has: Vec<&str> = names.iter().map(String::as_str).collect();
    Error::new(ErrorKind::Column, message).advise(format!("the file has {}", listed(&has)))
}

fn unseen(name: &str, kind: &str) -> ColumnVerdict {
    ColumnVerdict { name: name.to_owned(), kind: kind.to_owned(), ..ColumnVerdict::default() }
}

fn remark(tally: &Tally, filled: bool, notes: &mut Vec<String>) {
    if filled && tally.short.count > 0 {
        notes.push(format!("records with too few fields, filled up with missing cells: {}", tally.short.words()));
    }
    if tally.spare.count > 0 {
        notes.push(format!("records with empty fields beyond the last column, left out: {}", tally.spare.words()));
    }
    if tally.blank.count > 0 {
        notes.push(format!("blank lines, left out: {}", tally.blank.words()));
    }
}
