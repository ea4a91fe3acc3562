//! Workbooks: one sheet copied cell by cell into delimited text, which is then read, typed and accounted for like any other.
//!
//! Only cells that are there take room, however far apart they stand. Text stays text between quotes; numbers are written with all the
//! digits that they have, dates in the one layout that sources type, errors as their word.

use super::excel_size::refuse_large;
use super::files::{Found, shown, unreadable};
use super::{Depth, FileFact, Opened, ReadOptions, Source, delimited, straighten};
use crate::error::{Error, ErrorKind, Result};
use crate::values::grouped;
use calamine::{
    Data, DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Sheets, open_workbook, open_workbook_auto,
};
use chrono::{Datelike as _, NaiveDate, NaiveTime, TimeDelta, Timelike as _};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;

/// The most delimiters that a copy may need.
const MOST: u64 = 1 << 32;
/// The most rows and columns that a sheet of any program has; a cell beyond them is a fault of the file.
const ROWS: u32 = 1 << 24;
const COLUMNS: u32 = 1 << 16;
/// Cells that go from one thread to the other at once, bytes of text that are enough, and how many such lots wait.
const SOME: usize = 4096;
const ENOUGH: usize = 1 << 20;
const AHEAD: usize = 8;
/// The most that are written before it is known how many there are.
const MOST_AT_ONCE: u64 = 1 << 26;

/// Opens workbooks.
pub(super) fn open(source: &Source, mut found: Found, depth: Depth<'_>) -> Result<Opened> {
    let rows = match depth {
        Depth::Head { rows } => u32::try_from(rows).unwrap_or(u32::MAX).saturating_add(100),
        Depth::Whole { .. } => u32::MAX,
    };
    let mut copies = Copies(Vec::new());
    let mut notes = Vec::new();
    let mut sheets = Vec::new();
    for file in &found.files {
        let (path, mut out) = straighten::named("sheet")?;
        copies.0.push(path);
        let (told, names) = copy(file, &source.options, rows, &mut out)?;
        sheets = if sheets.is_empty() { names } else { sheets };
        out.flush().map_err(uncopied)?;
        notes.extend(told);
    }
    found.copies.clone_from(&copies.0);
    let options = ReadOptions {
        delimiter: Some(','),
        quote: Some('"'),
        encoding: Some("utf-8".into()),
        // Cells at the end of a row that were never filled in are no fault of it.
        fill_short: true,
        ..source.options.clone()
    };
    let mut opened = delimited::open(&Source { options, ..source.clone() }, found, depth)?;
    opened.notes.retain(|note| !note.starts_with("records with too few fields") && !note.starts_with("blank lines"));
    opened.notes.splice(0..0, notes);
    opened.sheets = sheets;
    if let Some(text) = &mut opened.text {
        text.dialect.encoding.clear();
    }
    Ok(opened)
}

// Temporary copies, which go when all of them were read.
struct Copies(Vec<PathBuf>);

impl Drop for Copies {
    fn drop(&mut self) {
        for path in &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

type Book = Sheets<BufReader<File>>;

// Copies the chosen sheet of a workbook; what a person should know of it.
fn copy(file: &FileFact, options: &ReadOptions, rows: u32, out: &mut BufWriter<File>) -> Result<Told> {
    let path = &file.path;
    refuse_large(path)?;
    let mut book = book_of(path)?;
    let names = book.sheet_names();
    let seen = |sheet: &&calamine::Sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet;
    let first = book.sheets_metadata().iter().find(seen).map(|sheet| sheet.name.clone());
    let sheet = choose(path, &names, first, options.sheet.as_deref())?;
    let mut scout = Scout::default();
    let mut writer = Copier::new(out);
    // Most sheets can be copied while they are looked at; which ones cannot is known at the end.
    each_cell(&mut book, path, &sheet, rows, |Cell { row, column, value, formula }| {
        if row >= ROWS || column >= COLUMNS {
            let message = format!(
                "{}: sheet {sheet} has a cell in row {}, column {}, where no sheet has any",
                shown(path),
                u64::from(row) + 1,
                u64::from(column) + 1
            );
            return Err(Error::new(ErrorKind::Source, message).advise("clear that cell, or save the workbook anew"));
        }
        scout.look(row, column, &value, formula);
        writer.left.get_or_insert(column);
        if writer.is_right(column) { writer.cell(row, column, &value, scout.is_timed(column)) } else { Ok(()) }
    })?;
    let delimiters = scout.rows.saturating_mul(u64::from(scout.width));
    if delimiters > MOST {
        let message = format!(
            "{}: sheet {sheet} has {} rows of up to {} columns, which is too much",
            shown(path),
            grouped(scout.rows),
            grouped(u64::from(scout.width))
        );
        return Err(Error::new(ErrorKind::Source, message).advise("clear the cells far away from the table"));
    }
    // Columns before the first that holds a cell are no part of the table.
    let left = scout.left.unwrap_or_default();
    if !writer.is_right(left) || writer.dated.iter().any(|column| scout.is_timed(*column)) {
        writer.begin_again(left)?;
        each_cell(&mut book, path, &sheet, rows, |cell| {
            writer.cell(cell.row, cell.column, &cell.value, scout.is_timed(cell.column))
        })?;
    }
    writer.out.write_all(b"\n").map_err(uncopied)?;
    let mut notes = Vec::new();
    if names.len() > 1 {
        notes.push(format!("sheet {sheet} was read, of {}: {}", names.len(), names.join(", ")));
    }
    if left > 0 {
        notes.push(format!("the table begins at {}", place(scout.top.unwrap_or_default(), left)));
    }
    notes.extend(scout.notes());
    let others = names.into_iter().filter(|name| *name != sheet).collect::<Vec<_>>();
    Ok((notes, std::iter::once(sheet).chain(others).collect()))
}

// What a person should know, and the names of the sheets, the one that was read first.
type Told = (Vec<String>, Vec<String>);

/// Whether a file that is called a workbook is delimited text, as many programs export it: plain characters, and no tags.
pub(super) fn is_text(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(4096).read_to_end(&mut head)).is_ok();
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    let plain = |byte: &u8| *byte >= b' ' || matches!(byte, b'\t' | b'\r' | b'\n');
    let tagged = text.trim_ascii_start().starts_with(b"<") || text.starts_with(b"PK") || text.starts_with(b"{\\rtf");
    let parted = text.iter().any(|byte| matches!(byte, b',' | b';' | b'\t' | b'|')) && text.contains(&b'\n');
    read && parted && !tagged && text.iter().all(plain)
}

// The workbook, by what is in it where the ending is wrong.
fn book_of(path: &Path) -> Result<Book> {
    File::open(path).map_err(|error| unreadable(path, &error))?;
    let error = match open_workbook_auto(path) {
        Ok(book) => return Ok(book),
        Err(error) => error,
    };
    let others: [fn(&Path) -> Option<Book>; 4] = [
        |path| open_workbook(path).map(Sheets::Xlsx).ok(),
        |path| open_workbook(path).map(Sheets::Xls).ok(),
        |path| open_workbook(path).map(Sheets::Xlsb).ok(),
        |path| open_workbook(path).map(Sheets::Ods).ok(),
    ];
    others.into_iter().find_map(|open| open(path)).ok_or_else(|| damaged(path, error))
}

// The sheet that is wanted; otherwise the first one that a person sees.
fn choose(path: &Path, names: &[String], first: Option<String>, wanted: Option<&str>) -> Result<String> {
    let found = match wanted {
        None => first.as_ref().or(names.first()),
        Some(wanted) => names.iter().find(|name| *name == wanted).or_else(|| {
            let number = wanted.parse::<usize>().ok()?.checked_sub(1)?;
            names.get(number)
        }),
    };
    found.cloned().ok_or_else(|| {
        let what = wanted.map_or("no sheet".to_owned(), |wanted| format!("no sheet {wanted}"));
        Error::new(ErrorKind::Source, format!("{} has {what}", shown(path)))
            .advise(format!("it has {}", names.join(", ")))
    })
}

struct Cell {
    row: u32,
    column: u32,
    value: Data,
    /// Whether a formula stands in it.
    formula: bool,
}

// Hands out every cell that is there, row by row, in a thread of its own while the next ones are read.
fn each_cell(
    book: &mut Book,
    path: &Path,
    sheet: &str,
    rows: u32,
    mut each: impl FnMut(Cell) -> Result<()> + Send,
) -> Result<()> {
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel::<Vec<Cell>>(AHEAD);
        let taking = scope.spawn(move || receive.into_iter().flatten().try_for_each(&mut each));
        let (mut some, mut bytes) = (Vec::with_capacity(SOME), 0);
        let read = read_cells(book, path, sheet, &mut |cell| {
            if cell.row >= rows {
                return false;
            }
            bytes += if let Data::String(text) = &cell.value { text.len() } else { 0 };
            some.push(cell);
            if some.len() < SOME && bytes < ENOUGH {
                return true;
            }
            bytes = 0;
            // Nobody takes them any more where one of them was refused.
            send.send(std::mem::replace(&mut some, Vec::with_capacity(SOME))).is_ok()
        });
        let _ = send.send(some);
        drop(send);
        // What was refused stands before what could not be read.
        taking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        read
    })
}

// Every cell that is there, row by row, until no more are wanted.
fn read_cells(book: &mut Book, path: &Path, sheet: &str, each: &mut dyn FnMut(Cell) -> bool) -> Result<()> {
    match book {
        Sheets::Xlsx(book) => {
            let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| damaged(path, error))?;
            while let Some(cell) = cells.next_cell_with_formula().map_err(|error| damaged(path, error))? {
                let (row, column) = cell.pos;
                if !each(Cell { row, column, value: owned(cell.value), formula: cell.formula.is_some() }) {
                    break;
                }
            }
        }
        Sheets::Xlsb(book) => {
            let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| damaged(path, error))?;
            while let Some(cell) = cells.next_cell().map_err(|error| damaged(path, error))? {
                let (row, column) = cell.get_position();
                if !each(Cell { row, column, value: owned(cell.get_value().clone()), formula: false }) {
                    break;
                }
            }
        }
        other => {
            let range = other.worksheet_range(sheet).map_err(|error| damaged(path, error))?;
            let (top, left) = range.start().unwrap_or_default();
            for (row, column, value) in range.used_cells() {
                let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                let (row, column) = (top.saturating_add(place(row)), left.saturating_add(place(column)));
                if !each(Cell { row, column, value: value.clone(), formula: false }) {
                    break;
                }
            }
        }
    }
    Ok(())
}

fn owned(cell: DataRef<'_>) -> Data {
    cell.into()
}

// What is found out about a sheet before it is copied.
#[derive(Default)]
struct Scout {
    rows: u64,
    last: Option<u32>,
    width: u32,
    /// The first row and column that hold a cell.
    top: Option<u32>,
    left: Option<u32>,
    /// Columns that hold a date with a time, so that all their dates are written with one.
    timed: Vec<bool>,
    errors: BTreeMap<String, (u64, u32, u32)>,
    hollow: Option<(u64, u32, u32)>,
}

impl Scout {
    fn look(&mut self, row: u32, column: u32, cell: &Data, formula: bool) {
        if matches!(cell, Data::Empty) {
            if formula {
                self.hollow.get_or_insert((0, row, column)).0 += 1;
            }
            return;
        }
        self.rows += u64::from(self.last != Some(row));
        self.last = Some(row);
        self.top = self.top.or(Some(row));
        self.left = Some(self.left.map_or(column, |left| left.min(column)));
        self.width = self.width.max(column.saturating_add(1));
        match cell {
            Data::DateTime(at) if at.is_datetime() && is_day(at.as_f64()) && at.as_f64().fract() != 0.0 => {
                self.time(column);
            }
            Data::DateTimeIso(text) if text.contains('T') => self.time(column),
            Data::Error(error) => self.errors.entry(error.to_string()).or_insert((0, row, column)).0 += 1,
            _ => {}
        }
    }

    fn time(&mut self, column: u32) {
        let place = column as usize;
        if self.timed.len() <= place {
            self.timed.resize(place + 1, false);
        }
        self.timed[place] = true;
    }

    fn is_timed(&self, column: u32) -> bool {
        self.timed.get(column as usize).copied().unwrap_or_default()
    }

    fn notes(&self) -> Vec<String> {
        let mut notes: Vec<_> = self
            .errors
            .iter()
            .map(|(word, (count, row, column))| {
                let noun = if *count == 1 { "cell holds" } else { "cells hold" };
                format!("{} {noun} the error {word}, first {}", grouped(*count), place(*row, *column))
            })
            .collect();
        if let Some((count, row, column)) = self.hollow {
            let noun = if count == 1 { "formula has" } else { "formulas have" };
            let first = place(row, column);
            notes.push(format!("{} {noun} no stored value and count as missing, first {first}", grouped(count)));
        }
        notes
    }
}

// A1, AB12
fn place(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    format!("{}{}", letters.iter().rev().collect::<String>(), u64::from(row) + 1)
}

struct Copier<'a> {
    out: &'a mut BufWriter<File>,
    row: u32,
    column: u32,
    /// The first column of the table.
    left: Option<u32>,
    text: String,
    /// Columns that hold a date that was written without a time.
    dated: BTreeSet<u32>,
    /// Delimiters that were written, and whether a cell stood before the first column.
    delimiters: u64,
    wrong: bool,
}

impl<'a> Copier<'a> {
    fn new(out: &'a mut BufWriter<File>) -> Self {
        let (text, dated) = (String::new(), BTreeSet::new());
        Self { out, row: 0, column: 0, left: None, text, dated, delimiters: 0, wrong: false }
    }

    /// Whether what is copied can still be the copy.
    fn is_right(&mut self, column: u32) -> bool {
        self.wrong |= self.delimiters > MOST_AT_ONCE || self.left.is_some_and(|left| column < left);
        !self.wrong
    }

    fn begin_again(&mut self, left: u32) -> Result<()> {
        self.out.seek(SeekFrom::Start(0)).and_then(|_| self.out.get_ref().set_len(0)).map_err(uncopied)?;
        (self.row, self.column, self.left) = (0, 0, Some(left));
        Ok(())
    }

    fn cell(&mut self, row: u32, column: u32, cell: &Data, timed: bool) -> Result<()> {
        if matches!(cell, Data::Empty) {
            return Ok(());
        }
        self.text.clear();
        while self.row < row {
            self.text.push('\n');
            self.row += 1;
            self.column = 0;
        }
        let place = column - self.left.unwrap_or_default();
        self.delimiters += u64::from(place - self.column);
        while self.column < place {
            self.text.push(',');
            self.column += 1;
        }
        if !timed && matches!(cell, Data::DateTime(_) | Data::DateTimeIso(_)) {
            self.dated.insert(column);
        }
        match cell {
            Data::Empty => {}
            // Writing into a text cannot fail.
            Data::Int(number) => _ = write!(self.text, "{number}"),
            Data::Float(number) => _ = write!(self.text, "{number}"),
            Data::Bool(value) => self.text.push_str(if *value { "true" } else { "false" }),
            Data::DateTime(at) => self.text.push_str(&moment(*at, timed)),
            Data::DateTimeIso(text) if timed && text.len() == 10 => self.text.push_str(&format!("{text}T00:00:00")),
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
                self.text.push('"');
                for (at, part) in text.split('"').enumerate() {
                    self.text.push_str(if at > 0 { "\"\"" } else { "" });
                    self.text.push_str(part);
                }
                self.text.push('"');
            }
            Data::Error(error) => self.text.push_str(&format!("\"{error}\"")),
        }
        self.out.write_all(self.text.as_bytes()).map_err(uncopied)
    }
}

fn uncopied(error: std::io::Error) -> Error {
    straighten::unwritable(Path::new("a temporary copy"), error)
}

// A date, a date with a time, a time of day or a length of time.
fn moment(at: ExcelDateTime, timed: bool) -> String {
    let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
    let fraction = if milli == 0 { String::new() } else { format!(".{milli:03}") };
    if at.is_duration() {
        let millis = (at.as_f64() * 86_400_000.0).round();
        let sign = if millis < 0.0 { "-" } else { "" };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a sheet holds no longer durations")]
        let millis = millis.abs() as u64;
        let (seconds, millis) = (millis / 1000, millis % 1000);
        let fraction = if millis == 0 { String::new() } else { format!(".{millis:03}") };
        return format!("{sign}{}:{:02}:{:02}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    if at.as_f64() < 0.0 {
        return before_the_first(at, timed).unwrap_or_else(|| at.as_f64().to_string());
    }
    if !is_day(at.as_f64()) {
        return format!("{hour:02}:{minute:02}:{second:02}{fraction}");
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if timed { format!("{date} {hour:02}:{minute:02}:{second:02}{fraction}") } else { date }
}

// Whether a number of days stands for a day, with or without a time, and not for a time of day.
fn is_day(days: f64) -> bool {
    !(0.0..1.0).contains(&days)
}

// Days before the first one, which Excel does not show but other programs write and count backwards; none before the year 1.
fn before_the_first(at: ExcelDateTime, timed: bool) -> Option<String> {
    // What lies before the first day is told as that day, by which the epoch is known.
    let later = at.to_ymd_hms_milli().0 == 1904;
    let first = if later { NaiveDate::from_ymd_opt(1904, 1, 1) } else { NaiveDate::from_ymd_opt(1899, 12, 30) };
    #[allow(clippy::cast_possible_truncation, reason = "a number too large is no date in the next line")]
    let millis = (at.as_f64() * 86_400_000.0).round() as i64;
    let moment = first?.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::try_milliseconds(millis)?)?;
    let layout = match (timed, moment.nanosecond()) {
        (false, _) => "%Y-%m-%d",
        (true, 0) => "%Y-%m-%d %H:%M:%S",
        (true, _) => "%Y-%m-%d %H:%M:%S%.3f",
    };
    (moment.year() >= 1).then(|| moment.format(layout).to_string())
}

pub(super) fn damaged(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    let mut head = [0; 5];
    let tagged = File::open(path).is_ok_and(|mut file| file.read_exact(&mut head).is_ok()) && head[0] == b'<';
    if tagged {
        return Error::new(ErrorKind::Source, format!("{} is a page of tags that is called a workbook", shown(path)))
            .advise("open it in a spreadsheet program and save it as xlsx or CSV")
            .caused_by(error);
    }
    Error::new(ErrorKind::Source, format!("{} is no whole workbook", shown(path)))
        .advise("open it in a spreadsheet program and save it again, without a password")
        .caused_by(error)
}
