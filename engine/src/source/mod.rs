//! Sources: files of many formats opened as one lazy table with a schema that was decided on all rows.
//!
//! [`FORMATS`] is the table of what can be read. Text is typed by a pass over its bytes that is independent of the parser that the
//! run uses ([`intake`]); what would not survive a type stays text. Knows files and formats, no operation and no run.

mod avro;
mod calendar;
mod codec;
mod columnar;
mod copied;
mod delimited;
mod depth;
mod dialect;
mod encoding;
mod exact;
mod excel;
mod excel_size;
mod facts;
mod files;
mod filter;
mod fixed;
mod flat_lines;
mod flat_record;
mod intake;
mod json;
mod kept;
mod key;
mod labels;
mod laid;
mod opened;
mod path_date;
pub(crate) mod reading;
mod records;
mod recount;
mod rejects;
mod select;
mod shape;
mod sniff;
mod split;
mod straighten;
mod temporal;
mod text;
mod tracker;
mod typed;
mod verdict;

pub use crate::digest::Stamp;
pub(crate) use copied::is_locked;
pub use facts::{ColumnVerdict, Dialect, Fault, LineCount, TextFacts};
pub(crate) use files::scan_of;
pub use files::{is_text, total_bytes};
pub use filter::Filter;
pub use key::{Key, Keys};
pub use opened::Opened;
pub use path_date::DateLayout;
pub use recount::Recount;
pub use rejects::{REJECT_COLUMNS, Reject, RejectCount, SetAside, too_many};
pub use select::{FilesLimit, PathKind, PathParameter, Selection, outside_expressions};
pub(crate) use shape::{bare, shape_of};
pub(crate) use verdict::fits_kind;

use crate::error::{Error, ErrorKind, Result};
use polars::prelude::{DataType, PlSmallStr, PolarsError, Schema};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Files to be read as one table.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The name of the dataset, for messages.
    pub name: String,
    /// Files, folders and patterns with `*`, `?`, `**`, `<regular expression>` and `{parameter}`; relative ones from the base folder.
    pub paths: Vec<String>,
    /// Which of the files are wanted, and what their paths tell.
    pub selection: Selection,
    /// The name of the format in [`FORMATS`]; from the extension when there is none.
    pub format: Option<String>,
    /// How text is to be read.
    pub options: ReadOptions,
    /// The stored result of an earlier typing pass, which the data is held against.
    pub columns: Option<Vec<StoredColumn>>,
    /// The files on which the stored types were decided.
    pub known: Option<Known>,
    /// The folder in which results of typing passes are kept; none when each pass is to be made.
    pub verdicts: Option<PathBuf>,
    /// Where the keys of encrypted files are found.
    pub keys: Keys,
}

/// The files on which stored types were decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The files.
    pub files: Vec<FileFact>,
    /// Their records, where they were counted.
    pub records: Option<u64>,
}

/// How a text file is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// The character between fields; found from the data when there is none.
    pub delimiter: Option<char>,
    /// The character around fields; none switches quoting off.
    pub quote: Option<char>,
    /// The character that takes the meaning from a quote or a delimiter, or that there is none; found from the data otherwise.
    pub escape: Option<Option<char>>,
    /// The columns of text of fixed width; found from the data where no delimiter fits.
    pub widths: Option<Widths>,
    /// Whether the first record holds the names of the columns; told from the data when there is none.
    pub header: Option<bool>,
    /// How many records hold the names, one below the other; they are joined.
    pub header_lines: usize,
    /// Lines before the first record that are not part of the table.
    pub skip_lines: usize,
    /// What lines of comments begin with; those at the top that begin with a hash are found without it.
    pub comment: Option<String>,
    /// The name of the encoding; found from the data when there is none.
    pub encoding: Option<String>,
    /// Whether records with too few fields are filled up with missing cells instead of set aside.
    pub fill_short: bool,
    /// Whether a comma in a number is always the decimal point.
    pub decimal_comma: bool,
    /// The order of day and month where the data does not prove one.
    pub date_order: Option<DateOrder>,
    /// The name of the sheet of a workbook, or its number counted from 1; the first one when there is none.
    pub sheet: Option<String>,
    /// Words that stand for a missing value.
    pub null_words: Vec<String>,
    /// Columns that are kept as text, whatever they look like.
    pub text_columns: Vec<String>,
    /// Whether a JSON file is one document instead of one object a line; told from the first byte when there is none.
    pub multi_line: Option<bool>,
    /// The name of the secret that holds the key of encrypted files which do not name theirs.
    pub key: Option<String>,
    /// Columns of encrypted files and the secrets with their keys, where the files do not name them.
    pub column_keys: Vec<(String, String)>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            delimiter: None,
            quote: Some('"'),
            escape: None,
            widths: None,
            header: None,
            header_lines: 1,
            skip_lines: 0,
            comment: None,
            encoding: None,
            fill_short: false,
            decimal_comma: false,
            date_order: None,
            sheet: None,
            null_words: Vec::new(),
            text_columns: Vec::new(),
            multi_line: None,
            key: None,
            column_keys: Vec::new(),
        }
    }
}

/// The columns of text of fixed width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Widths {
    /// Found from columns of blanks.
    Found,
    /// So many characters each; a last one of 0 goes on to the end of the line.
    Given(Vec<usize>),
}

impl Widths {
    /// Widths as they are typed: find, or 10,5,8.
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim().eq_ignore_ascii_case("find") {
            return Some(Self::Found);
        }
        let widths: Vec<usize> = text.split(',').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
        Self::given(widths)
    }

    /// Some widths, unless one but the last is nothing or there are far too many characters.
    pub fn given(widths: Vec<usize>) -> Option<Self> {
        let (_, first) = widths.split_last()?;
        let fits = first.iter().all(|width| *width > 0) && widths.iter().all(|width| *width <= 1 << 24);
        (fits && (widths.len() > 1 || widths[0] > 0)).then_some(Self::Given(widths))
    }
}

/// The order of day and month in dates that begin with one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// 31/12/2024
    DayFirst,
    /// 12/31/2024
    MonthFirst,
}

impl DateOrder {
    /// The order of a word: dmy or mdy.
    pub fn named(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "dmy" | "day" => Some(Self::DayFirst),
            "mdy" | "month" => Some(Self::MonthFirst),
            _ => None,
        }
    }

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::DayFirst => "dmy",
            Self::MonthFirst => "mdy",
        }
    }
}

impl From<calendar::Order> for DateOrder {
    fn from(order: calendar::Order) -> Self {
        match order {
            calendar::Order::DayFirst => Self::DayFirst,
            calendar::Order::MonthFirst => Self::MonthFirst,
        }
    }
}

impl From<DateOrder> for calendar::Order {
    fn from(order: DateOrder) -> Self {
        match order {
            DateOrder::DayFirst => Self::DayFirst,
            DateOrder::MonthFirst => Self::MonthFirst,
        }
    }
}

/// A column with the word of its type, as projects store it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StoredColumn {
    /// Its name.
    pub name: String,
    /// The word of its type, see [`crate::types::word_of_dtype`].
    #[serde(rename = "type")]
    pub kind: String,
}

/// The columns of a schema with the words of their types.
pub(crate) fn columns_of(schema: &Schema) -> Vec<StoredColumn> {
    let stored = |(name, dtype): (&PlSmallStr, &DataType)| StoredColumn {
        name: name.to_string(),
        kind: crate::types::word_of_dtype(dtype),
    };
    schema.iter().map(stored).collect()
}

/// What is known of one input file.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct FileFact {
    /// Where it is.
    pub path: std::path::PathBuf,
    /// Its size.
    pub bytes: u64,
    /// When it was last changed, as RFC 3339 in UTC.
    pub modified: String,
    /// What tells whether it was changed since.
    #[serde(skip)]
    pub stamp: Stamp,
}

/// How much of a source is looked at before it is opened.
#[derive(Clone, Copy)]
pub(crate) enum Depth<'a> {
    /// Every byte; types are decided, or stored ones checked, on all rows. Where it can be (`single`), stored types are checked while
    /// the run reads instead.
    Whole { cancel: &'a AtomicBool, progress: &'a dyn Fn(u64), single: bool },
    /// The first rows.
    Head { rows: usize },
}

/// A format that can be read.
pub struct ReadFormat {
    /// Its name in recipes and projects: CSV.
    pub name: &'static str,
    /// What people read.
    pub title: &'static str,
    /// Endings of file names, without the point.
    pub extensions: &'static [&'static str],
    /// Further endings of compressed files.
    pub compressed: &'static [&'static str],
    /// Whether it is text, which needs the typing pass.
    pub text: bool,
    pub(crate) open: fn(&Source, files::Found, Depth<'_>) -> Result<Opened>,
}

/// Every format that can be read.
pub static FORMATS: &[ReadFormat] = &[
    ReadFormat {
        name: "CSV",
        title: "Delimited text, and text of fixed width",
        extensions: &["csv", "tsv", "tab", "psv", "txt", "fwf", "prn"],
        compressed: codec::ENDINGS,
        text: true,
        open: delimited::open,
    },
    ReadFormat {
        name: "JSON",
        title: "JSON and JSON Lines",
        extensions: &["json", "jsonl", "ndjson"],
        compressed: codec::ENDINGS,
        text: true,
        open: json::open,
    },
    ReadFormat {
        name: "EXCEL",
        title: "Excel and OpenDocument workbooks",
        extensions: &["xlsx", "xlsm", "xlsb", "xls", "ods"],
        compressed: &[],
        text: true,
        open: excel::open,
    },
    ReadFormat {
        name: "PARQUET",
        title: "Parquet",
        extensions: &["parquet", "pq"],
        compressed: &[],
        text: false,
        open: columnar::open_parquet,
    },
    ReadFormat {
        name: "ARROW",
        title: "Arrow IPC",
        extensions: &["arrow", "feather", "ipc"],
        compressed: &[],
        text: false,
        open: columnar::open_arrow,
    },
    ReadFormat {
        name: "AVRO",
        title: "Avro",
        extensions: &["avro"],
        compressed: codec::ENDINGS,
        text: false,
        open: copied::open_avro,
    },
    ReadFormat {
        name: "ORC",
        title: "ORC",
        extensions: &["orc"],
        compressed: &[],
        text: false,
        open: copied::open_orc,
    },
];

/// Opens a source after looking at all of it: types are decided on all rows, or the stored ones are held against all rows.
/// `progress` hears the bytes read so far.
pub fn open(source: &Source, base: &Path, cancel: &AtomicBool, progress: &dyn Fn(u64)) -> Result<Opened> {
    open_at(source, base, Depth::Whole { cancel, progress, single: false })
}

/// Opens a source so that its stored types are checked while the run reads, where that can be: a value that does not fit fails then
/// (see [`misfit`]), and the records of the file are known when the run is done (see [`Opened::settle`]). What went wrong is told in
/// full by [`open`]. Without stored types it opens as [`open`] does.
pub fn open_stored(source: &Source, base: &Path, cancel: &AtomicBool, progress: &dyn Fn(u64)) -> Result<Opened> {
    open_at(source, base, Depth::Whole { cancel, progress, single: source.columns.is_some() })
}

/// Opens the first rows of a source with provisional types, however large it is.
pub fn open_head(source: &Source, base: &Path, rows: usize) -> Result<Opened> {
    open_at(source, base, Depth::Head { rows })
}

/// The error about a value that an engine error carries, when it does: a value that did not fit its stored type.
pub fn misfit(error: &PolarsError) -> Option<Error> {
    match error {
        PolarsError::Context { error, .. } | PolarsError::ExprContext { error, .. } => misfit(error),
        PolarsError::IO { error, .. } => {
            error.get_ref()?.downcast_ref::<temporal::Misfit>().map(temporal::Misfit::error)
        }
        _ => None,
    }
}

/// The same of an error that was caused by one of the engine.
pub(crate) fn misfit_of(error: &Error) -> Option<Error> {
    std::error::Error::source(error)?.downcast_ref::<PolarsError>().and_then(misfit)
}

/// The format of a name, in any letter case and with the usual other names.
pub fn format_named(name: &str) -> Option<&'static ReadFormat> {
    let upper = name.to_ascii_uppercase();
    let name = match upper.as_str() {
        "TSV" | "TEXT" => "CSV",
        "JSONL" | "NDJSON" | "JSON LINES" => "JSON",
        "IPC" | "FEATHER" => "ARROW",
        "XLSX" | "XLSM" | "XLSB" | "XLS" | "ODS" => "EXCEL",
        other => other,
    };
    FORMATS.iter().find(|format| format.name == name)
}

/// The format that the ending of a path tells, and whether a further ending says that it is compressed.
pub fn format_of_path(path: &Path) -> Option<(&'static ReadFormat, bool)> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let mut endings = name.rsplit('.');
    let last = endings.next()?;
    if let Some(format) = FORMATS.iter().find(|format| format.extensions.contains(&last)) {
        return Some((format, false));
    }
    let inner = endings.next()?;
    let fits = |format: &&ReadFormat| format.compressed.contains(&last) && format.extensions.contains(&inner);
    FORMATS.iter().find(fits).map(|format| (format, true))
}

fn open_at(source: &Source, base: &Path, depth: Depth<'_>) -> Result<Opened> {
    let found = files::find(source, base)?;
    let mut format = match &source.format {
        Some(name) => format_named(name).ok_or_else(|| unknown_format(name))?,
        None => found.format()?,
    };
    let mut found = found;
    if format.name == "EXCEL" && source.format.is_none() && found.files.iter().all(|file| excel::is_text(&file.path)) {
        found.notes.push("the file is no workbook but delimited text, and is read as such".to_owned());
        format = &FORMATS[0];
    }
    let inner = found.inner(source);
    let labels = found.labels.clone();
    // Readers of others may stop where a damaged file leads them astray.
    let opened = catch_unwind(AssertUnwindSafe(|| (format.open)(&inner, found, depth)));
    let opened = opened.unwrap_or_else(|_| Err(stopped(source, format)));
    let mut opened = labels::finish(opened?, &labels, source)?;
    if matches!(depth, Depth::Whole { .. }) && opened.recount.is_none() {
        opened.note_other_files(source);
    }
    Ok(opened)
}

fn stopped(source: &Source, format: &ReadFormat) -> Error {
    let message = format!("{} cannot be read: it is no whole file of {}", source.paths.join(", "), format.title);
    Error::new(ErrorKind::Source, message)
        .advise("fetch the file again, or write it anew with the program that made it")
}

fn unknown_format(name: &str) -> Error {
    let known: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
    Error::new(ErrorKind::Source, format!("{name} is no format that can be read"))
        .advise(format!("use one of {}", known.join(", ")))
}
