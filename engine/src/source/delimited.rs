//! Delimited text: layout, typing pass, and the lazy frame that reads it with the decided types.

use super::dialect::{Layout, layout_of};
use super::files::{Found, scan_of, shown, unreadable};
use super::intake::{Job, Passed, pass, skipped};
use super::split::{Marks, Nobody, split};
use super::straighten;
use super::tracker::Tally;
use super::verdict::{check, decide};
use super::{ColumnVerdict, Depth, FileFact, Opened, ReadOptions, Source, StoredColumn, temporal};
use crate::error::{Error, ErrorKind, Result};
use crate::types::dtype_of_word;
use crate::values::grouped;
use polars::prelude::{
    DataFrame, DataType, IntoLazy as _, LazyCsvReader, LazyFileListReader as _, LazyFrame, NullValues, ScanSources,
    Schema, any_horizontal, col,
};
use std::io::{BufWriter, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

// What is looked at of a file whose first rows are wanted at once.
const HEAD: u64 = 4 << 20;

/// Opens delimited text.
pub(super) fn open(source: &Source, mut found: Found, depth: Depth<'_>) -> Result<Opened> {
    let layouts = layouts(&mut found, &source.options)?;
    let Some((_, first)) = layouts.first() else { return Ok(nothing(found)) };
    let mut table = Table { names: first.names.clone(), marks: first.marks.clone(), options: &source.options };
    let mut notes = std::mem::take(&mut found.notes);
    notes.extend(first.notes.iter().cloned());
    let mut read = match depth {
        Depth::Whole { cancel, progress } => read_whole(&mut table, &layouts, cancel, progress)?,
        Depth::Head { rows } => read_head(&table, &layouts, rows)?,
        Depth::Stored if layouts.iter().any(|(_, layout)| layout.stray) => {
            read_whole(&mut table, &layouts, &AtomicBool::new(false), &|_| ())?
        }
        Depth::Stored => Reading {
            tally: None,
            scan: Some(scan_of(layouts.iter().map(|(file, _)| file.path.as_path()))?),
            ..Reading::default()
        },
    };
    notes.append(&mut read.notes);
    let verdict = verdicts(source, &table, read.tally.as_ref(), &depth, &mut notes)?;
    let columns: Vec<_> = verdict.iter().map(|v| StoredColumn { name: v.name.clone(), kind: v.kind.clone() }).collect();
    if let Some(tally) = &read.tally {
        refuse_long(tally, &found.files)?;
        remark(tally, &mut notes);
    }
    let frame = table.frame(&columns, &read)?;
    let records = match depth {
        Depth::Whole { .. } => read.tally.as_ref().map(|tally| tally.records),
        _ => None,
    };
    let verdict = if read.tally.is_some() { verdict } else { Vec::new() };
    let schema = Arc::new(schema_of(&columns)?);
    Ok(Opened { frame, schema, columns, files: found.files, records, verdict, notes })
}

struct Table<'a> {
    names: Vec<String>,
    marks: Marks,
    options: &'a ReadOptions,
}

#[derive(Default)]
struct Reading {
    tally: Option<Tally>,
    scan: Option<ScanSources>,
    rows: Option<usize>,
    /// Whether what is scanned is a copy of the data alone, without names and lines to skip.
    bare: bool,
    notes: Vec<String>,
}

type Laid = (FileFact, Layout);

fn nothing(found: Found) -> Opened {
    let mut notes = found.notes;
    notes.push("the file is empty: it has no columns and no rows".to_owned());
    Opened {
        frame: DataFrame::empty().lazy(),
        schema: Arc::new(Schema::default()),
        columns: Vec::new(),
        files: found.files,
        records: Some(0),
        verdict: Vec::new(),
        notes,
    }
}

// The layout of each file that holds something; all must agree.
fn layouts(found: &mut Found, options: &ReadOptions) -> Result<Vec<Laid>> {
    let mut layouts: Vec<Laid> = Vec::new();
    let mut empty = Vec::new();
    let mut options = options.clone();
    for file in &found.files {
        let Some(layout) = layout_of(&file.path, &options)? else {
            empty.push(shown(&file.path));
            continue;
        };
        if let Some((first, expected)) = layouts.first() {
            agree(first, expected, file, &layout)?;
        }
        // What the first file tells holds for all: a file of few rows may tell something else.
        options.delimiter = Some(char::from(layout.marks.delimiter));
        layouts.push((file.clone(), layout));
    }
    if !layouts.is_empty() && !empty.is_empty() {
        found.notes.push(format!("ignored {} empty file(s): {}", empty.len(), empty.join(", ")));
    }
    if !layouts.is_empty() {
        found.files = layouts.iter().map(|(file, _)| file.clone()).collect();
    }
    Ok(layouts)
}

fn agree(first: &FileFact, expected: &Layout, file: &FileFact, layout: &Layout) -> Result<()> {
    let difference = if expected.names.len() != layout.names.len() {
        format!("it has {} columns, not {}", layout.names.len(), expected.names.len())
    } else if let Some((a, b)) = expected.names.iter().zip(&layout.names).find(|(a, b)| a != b) {
        format!("it has the column {b} where {a} is expected")
    } else {
        return Ok(());
    };
    Err(Error::new(
        ErrorKind::Source,
        format!("{} does not fit {}: {difference}", shown(&file.path), shown(&first.path)),
    )
    .advise("read files of one table with the same columns in the same order"))
}

fn read_whole(table: &mut Table<'_>, layouts: &[Laid], cancel: &AtomicBool, progress: &dyn Fn(u64)) -> Result<Reading> {
    let mut blank = Tally::new(table.names.len(), &table.options.null_words);
    let mut regular = !layouts.iter().any(|(_, layout)| layout.stray);
    let mut tally = None;
    if regular {
        tally = pass_all(table, layouts, &blank, cancel, progress)?;
    }
    if tally.is_none() && table.marks.quote.is_some() {
        // Quotes that do not pair up are often no quotes at all: inches, say. Then no field begins with one.
        let unquoted = Marks::new(table.marks.delimiter, None);
        let quoted = std::mem::replace(&mut table.marks, unquoted);
        blank.watch = quoted.quote;
        tally = pass_all(table, layouts, &blank, cancel, progress)?.filter(|tally| tally.watched == 0 && regular);
        if tally.is_none() {
            table.marks = quoted;
            regular = false;
        }
    }
    blank.watch = None;
    match tally {
        Some(tally) if regular && (tally.spare.count == 0 && (tally.blank.count == 0 || tally.hollow == 0)) => {
            let scan = scan_of(layouts.iter().map(|(file, _)| file.path.as_path()))?;
            Ok(Reading { tally: Some(tally), scan: Some(scan), ..Reading::default() })
        }
        _ => straightened(table, layouts, &blank, cancel, progress),
    }
}

// One pass over each file; none when one of them is irregular.
fn pass_all(
    table: &Table<'_>,
    layouts: &[Laid],
    blank: &Tally,
    cancel: &AtomicBool,
    progress: &dyn Fn(u64),
) -> Result<Option<Tally>> {
    let mut tally = blank.clone();
    let mut before = 0;
    for (file, layout) in layouts {
        let told = |bytes| progress(before + bytes);
        let job = Job {
            path: &file.path,
            offset: layout.offset,
            line: layout.line,
            marks: &table.marks,
            cancel,
            progress: &told,
        };
        match pass(&job, blank)? {
            Passed::Whole(more) => tally.merge(*more),
            Passed::Irregular => return Ok(None),
        }
        before += file.bytes;
    }
    Ok(Some(tally))
}

fn straightened(
    table: &Table<'_>,
    layouts: &[Laid],
    blank: &Tally,
    cancel: &AtomicBool,
    progress: &dyn Fn(u64),
) -> Result<Reading> {
    let mut out = BufWriter::with_capacity(1 << 20, straighten::begin()?);
    let mut tally = blank.clone();
    let mut before = 0;
    for (file, layout) in layouts {
        let told = |bytes| progress(before + bytes);
        let job = Job {
            path: &file.path,
            offset: layout.offset,
            line: layout.line,
            marks: &table.marks,
            cancel,
            progress: &told,
        };
        tally.merge(straighten::copy(&job, blank, &mut out)?);
        before += file.bytes;
    }
    let copy =
        out.into_inner().map_err(|error| straighten::unwritable(Path::new("a temporary copy"), error.into_error()))?;
    let scan = ScanSources::Files(std::iter::once(copy).collect());
    let mut notes = Vec::new();
    if tally.stray.count > 0 {
        notes.push(format!("quotes inside unquoted fields were read as ordinary characters: {}", tally.stray.words()));
    }
    Ok(Reading { tally: Some(tally), scan: Some(scan), bare: true, notes, rows: None })
}

// The first rows of the first files, through memory.
fn read_head(table: &Table<'_>, layouts: &[Laid], rows: usize) -> Result<Reading> {
    let blank = Tally::new(table.names.len(), &table.options.null_words);
    let mut tally = blank.clone();
    let mut text = Vec::new();
    for (file, layout) in layouts {
        let mut bytes = Vec::new();
        skipped(&file.path, layout.offset)?
            .take(HEAD)
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable(&file.path, &error))?;
        if bytes.len() as u64 == HEAD {
            let complete = split(&bytes, &table.marks, 1, &mut Nobody).complete;
            bytes.truncate(complete);
        }
        if let Err(error) = std::str::from_utf8(&bytes) {
            let before = memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count() as u64;
            return Err(super::intake::no_text(&file.path, layout.line + before));
        }
        let (more, mut straight) = straighten::copy_bytes(&bytes, layout.line, &table.marks, &blank);
        tally.merge(more);
        text.append(&mut straight);
        if tally.records >= rows as u64 || text.len() as u64 >= HEAD {
            break;
        }
    }
    let scan = ScanSources::Buffers(std::iter::once(text.into()).collect());
    Ok(Reading { tally: Some(tally), scan: Some(scan), bare: true, rows: Some(rows), ..Reading::default() })
}

// One verdict a column: decided, or the stored type held against what was seen.
fn verdicts(
    source: &Source,
    table: &Table<'_>,
    tally: Option<&Tally>,
    depth: &Depth<'_>,
    notes: &mut Vec<String>,
) -> Result<Vec<ColumnVerdict>> {
    let stored = source.columns.as_deref().unwrap_or_default();
    if let Some(gone) = stored.iter().find(|column| !table.names.contains(&column.name)) {
        return Err(Error::new(
            ErrorKind::Column,
            format!("column {} of dataset {} is not in the file", gone.name, source.name),
        )
        .advise(format!("the file has {}", table.names.join(", "))));
    }
    let mut verdicts = Vec::new();
    for (at, name) in table.names.iter().enumerate() {
        let stored_column = stored.iter().find(|column| column.name == *name);
        let tracker = tally.map(|tally| &tally.columns[at]);
        verdicts.push(match (stored_column, tracker) {
            (Some(column), Some(tracker)) if matches!(depth, Depth::Whole { .. }) => check(column, tracker)?,
            (None, Some(tracker)) => decide(name, tracker),
            (Some(column), _) => unseen(name, &column.kind),
            (None, None) => unseen(name, "string"),
        });
        if !stored.is_empty() && stored_column.is_none() {
            notes.push(format!("column {name} is new; it has no stored type"));
        }
    }
    Ok(verdicts)
}

fn unseen(name: &str, kind: &str) -> ColumnVerdict {
    ColumnVerdict { name: name.to_owned(), kind: kind.to_owned(), reason: None, values: 0, missing: 0 }
}

fn refuse_long(tally: &Tally, files: &[FileFact]) -> Result<()> {
    if tally.long.count == 0 {
        return Ok(());
    }
    let place = match files {
        [file] => shown(&file.path),
        files => format!("{} files", files.len()),
    };
    Err(Error::new(
        ErrorKind::Source,
        format!(
            "{place}: records with more fields than the {} columns: {} of {}",
            tally.columns.len(),
            tally.long.words(),
            grouped(tally.records)
        ),
    )
    .advise("check the delimiter and the quote, or mend these lines"))
}

fn remark(tally: &Tally, notes: &mut Vec<String>) {
    if tally.short.count > 0 {
        notes.push(format!("records with too few fields, filled up with missing cells: {}", tally.short.words()));
    }
    if tally.spare.count > 0 {
        notes.push(format!("records with empty fields beyond the last column, left out: {}", tally.spare.words()));
    }
    if tally.blank.count > 0 {
        notes.push(format!("blank lines, left out: {}", tally.blank.words()));
    }
}

fn schema_of(columns: &[StoredColumn]) -> Result<Schema> {
    columns.iter().map(|column| Ok((column.name.as_str().into(), dtype(column)?))).collect()
}

fn dtype(column: &StoredColumn) -> Result<DataType> {
    dtype_of_word(&column.kind).filter(|dtype| *dtype != DataType::Time).ok_or_else(|| {
        Error::new(ErrorKind::Type, format!("column {} cannot be read from text as {}", column.name, column.kind))
            .advise("store it as string and convert it with a step")
    })
}

impl Table<'_> {
    // The frame that reads the table with its types; dates are read as text and parsed by our own code.
    fn frame(&self, columns: &[StoredColumn], read: &Reading) -> Result<LazyFrame> {
        let schema = schema_of(columns)?;
        let rows = read.tally.as_ref().map_or(1, |tally| tally.records + tally.blank.count);
        let Some(scan) = read.scan.clone().filter(|_| rows > 0) else {
            return Ok(DataFrame::empty_with_schema(&schema).lazy());
        };
        let raw: Schema = schema
            .iter()
            .map(|(name, dtype)| (name.clone(), if dtype.is_temporal() { DataType::String } else { dtype.clone() }))
            .collect();
        let words = &self.options.null_words;
        let words = (!words.is_empty())
            .then(|| NullValues::AllColumns(words.iter().map(|word| word.as_str().into()).collect()));
        let mut frame = LazyCsvReader::new_with_sources(scan)
            .with_glob(false)
            .with_cache(false)
            .with_has_header(self.options.header && !read.bare)
            .with_skip_lines(if read.bare { 0 } else { self.options.skip_lines })
            .with_separator(self.marks.delimiter)
            .with_quote_char(if read.bare { self.marks.quote.or(Some(b'"')) } else { self.marks.quote })
            .with_null_values(words)
            .with_missing_is_null(true)
            .with_raise_if_empty(false)
            .with_n_rows(read.rows)
            .with_schema(Some(Arc::new(raw)))
            .finish()?;
        if !read.bare && columns.len() > 1 && read.tally.as_ref().is_some_and(|tally| tally.blank.count > 0) {
            let filled: Vec<_> = columns.iter().map(|column| col(column.name.as_str()).is_not_null()).collect();
            frame = frame.filter(any_horizontal(filled)?);
        }
        let parsed: Vec<_> = schema
            .iter()
            .filter_map(|(name, dtype)| match dtype {
                DataType::Date => Some(temporal::dates(name)),
                DataType::Datetime(..) => Some(temporal::stamps(name)),
                _ => None,
            })
            .collect();
        Ok(if parsed.is_empty() { frame } else { frame.with_columns(parsed) })
    }
}
