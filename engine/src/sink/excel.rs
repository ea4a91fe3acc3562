//! Excel workbooks: text stays text, dates are dates, a further sheet is begun at the limit of rows.
//!
//! Every text cell is written as text with the text format, so that ids keep their zeros and nothing that looks like a formula is one.
//! A number that a sheet would round is written as text.

use super::Target;
use super::readback::Found;
use super::rows::{Rows, misfit};
use crate::error::{Error, ErrorKind, Result};
use crate::types::TypeClass;
use crate::values::cell_text;
use calamine::{Data, Reader as _, Xlsx, open_workbook};
use polars::prelude::{AnyValue, DataFrame, Schema, TimeUnit};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// Rows of a sheet, the header among them.
const ROWS: u32 = 1_048_576;
const COLUMNS: usize = 16_384;
/// Characters of a cell.
const LONGEST: usize = 32_767;
/// Days from the day 0 of a sheet to 1970-01-01, right from 1900-03-01 on.
const EPOCH: i32 = 25_569;
const FIRST_DAY: i32 = -25_508;
/// Whole numbers up to here are exact in a sheet, which shows 15 digits.
const EXACT: u64 = 999_999_999_999_999;

struct Book {
    path: PathBuf,
    workbook: Workbook,
    names: Vec<String>,
    sheets: usize,
    row: u32,
    total: u64,
    text: Format,
    date: Format,
    stamp: Format,
}

/// Begins a workbook.
pub(super) fn begin(path: &Path, schema: &Schema, _: &Target) -> Result<Box<dyn Rows>> {
    if schema.len() > COLUMNS {
        let message = format!("a sheet has at most {COLUMNS} columns, the table has {}", schema.len());
        return Err(Error::new(ErrorKind::Sink, message).advise("write Parquet or CSV, or delete columns in a step"));
    }
    let mut book = Book {
        path: path.to_path_buf(),
        workbook: Workbook::new(),
        names: schema.iter_names().map(ToString::to_string).collect(),
        sheets: 0,
        row: 0,
        total: 0,
        text: Format::new().set_num_format("@"),
        date: Format::new().set_num_format("yyyy-mm-dd"),
        stamp: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
    };
    book.begin_sheet()?;
    Ok(Box::new(book))
}

impl Book {
    fn begin_sheet(&mut self) -> Result<()> {
        self.sheets += 1;
        let bold = Format::new().set_bold().set_num_format("@");
        let name = if self.sheets == 1 { "Data".to_owned() } else { format!("Data {}", self.sheets) };
        let sheet = self.workbook.add_worksheet_with_constant_memory().map_err(|error| failed(&self.path, error))?;
        let header = |sheet: &mut Worksheet| -> std::result::Result<(), XlsxError> {
            sheet.set_name(&name)?;
            sheet.set_freeze_panes(1, 0)?;
            for (at, name) in self.names.iter().enumerate() {
                sheet.write_string_with_format(0, column(at), name.as_str(), &bold)?;
            }
            Ok(())
        };
        header(sheet).map_err(|error| failed(&self.path, error))?;
        self.row = 1;
        Ok(())
    }
}

impl Rows for Book {
    fn write(&mut self, batch: &DataFrame) -> Result<()> {
        for at in 0..batch.height() {
            if self.row == ROWS {
                self.begin_sheet()?;
            }
            self.total += 1;
            let sheet =
                self.workbook.worksheet_from_index(self.sheets - 1).map_err(|error| failed(&self.path, error))?;
            let mut cells = 0;
            for (place, values) in batch.columns().iter().enumerate() {
                let value = values.get(at)?;
                if matches!(value, AnyValue::Null) {
                    continue;
                }
                cells += 1;
                let formats = (&self.text, &self.date, &self.stamp);
                match put(sheet, self.row, column(place), &value, formats) {
                    Ok(true) => {}
                    Ok(false) => return Err(misfit("Excel", values.name(), self.total, "the long text")),
                    Err(error) => return Err(failed(&self.path, error)),
                }
            }
            if cells == 0 {
                // A row without any cell would not be there.
                sheet.write_blank(self.row, 0, &self.text).map_err(|error| failed(&self.path, error))?;
            }
            self.row += 1;
        }
        Ok(())
    }

    fn close(mut self: Box<Self>) -> Result<()> {
        self.workbook.save(&self.path).map_err(|error| failed(&self.path, error))
    }
}

// Writes a cell; false when its text is too long for one.
fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: &AnyValue<'_>,
    (text, date, stamp): (&Format, &Format, &Format),
) -> std::result::Result<bool, XlsxError> {
    match value {
        AnyValue::Boolean(value) => {
            sheet.write_boolean(row, column, *value)?;
            return Ok(true);
        }
        AnyValue::Date(days) if *days >= FIRST_DAY => {
            sheet.write_number_with_format(row, column, f64::from(days + EPOCH), date)?;
            return Ok(true);
        }
        AnyValue::Datetime(at, unit, None) => {
            if let Some(days) = days(*at, *unit) {
                sheet.write_number_with_format(row, column, days, stamp)?;
                return Ok(true);
            }
        }
        AnyValue::Float64(number) if number.is_finite() => {
            sheet.write_number(row, column, *number)?;
            return Ok(true);
        }
        AnyValue::Float32(number) if number.is_finite() => {
            sheet.write_number(row, column, f64::from(*number))?;
            return Ok(true);
        }
        whole if whole.is_integer() => {
            let exact = whole.extract::<i64>().filter(|number| number.unsigned_abs() <= EXACT);
            if let Some(number) = exact.and_then(|_| whole.extract::<f64>()) {
                sheet.write_number(row, column, number)?;
                return Ok(true);
            }
        }
        AnyValue::Decimal(..) => {
            let shown = cell_text(value).unwrap_or_default();
            let digits = shown.bytes().filter(u8::is_ascii_digit).count();
            if let Some(number) = shown.parse::<f64>().ok().filter(|_| digits <= 15) {
                sheet.write_number(row, column, number)?;
                return Ok(true);
            }
        }
        _ => {}
    }
    let shown = cell_text(value).unwrap_or_default();
    if shown.chars().map(char::len_utf16).sum::<usize>() > LONGEST {
        return Ok(false);
    }
    sheet.write_string_with_format(row, column, shown, text)?;
    Ok(true)
}

// The day and time of a sheet, exact to a millisecond; none for what it cannot hold.
#[allow(clippy::cast_precision_loss, reason = "a day of at most seven digits with its milliseconds")]
fn days(at: i64, unit: TimeUnit) -> Option<f64> {
    let per_milli = match unit {
        TimeUnit::Nanoseconds => 1_000_000,
        TimeUnit::Microseconds => 1_000,
        TimeUnit::Milliseconds => 1,
    };
    let millis = at.div_euclid(per_milli);
    let fits = at.rem_euclid(per_milli) == 0 && millis >= i64::from(FIRST_DAY) * 86_400_000;
    fits.then(|| {
        let days = millis as f64 / 86_400_000.0 + f64::from(EPOCH);
        // Some programs cut a time off instead of rounding it: a hair too late is shown right by all, a hair too early is not.
        let shown = (days.fract() * 86_400_000.0).floor();
        if shown < millis.rem_euclid(86_400_000) as f64 { days.next_up() } else { days }
    })
}

fn column(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

fn failed(path: &Path, error: XlsxError) -> Error {
    Error::new(ErrorKind::Sink, format!("{}: the workbook cannot be written", path.display()))
        .advise("make room on the disk and in the folder for temporary files")
        .caused_by(error)
}

/// Every sheet of a workbook, read by another reader.
pub(super) fn read_back(path: &Path) -> Result<Found> {
    let damaged = |error: calamine::XlsxError| {
        Error::new(ErrorKind::Sink, format!("{}: what was written cannot be read back", path.display()))
            .caused_by(error)
    };
    let mut book: Xlsx<BufReader<std::fs::File>> = open_workbook(path).map_err(damaged)?;
    let mut rows = 0;
    let mut names: Vec<(String, Option<TypeClass>)> = Vec::new();
    for (at, sheet) in book.sheet_names().iter().enumerate() {
        let mut cells = book.worksheet_cells_reader(sheet).map_err(damaged)?;
        let mut last = 0;
        while let Some(cell) = cells.next_cell().map_err(damaged)? {
            let (row, _) = cell.get_position();
            last = last.max(row);
            if at == 0 && row == 0 {
                let name = match Data::from(cell.get_value().clone()) {
                    Data::String(name) => name,
                    other => other.to_string(),
                };
                names.push((name, None));
            }
        }
        rows += u64::from(last);
    }
    Ok(Found { rows, columns: Some(names) })
}
