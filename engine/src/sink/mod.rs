//! Sinks: a table written to disk so that the old output stays whole until the new one is proven.
//!
//! [`prepare`] checks the target and takes its lock, [`Staging::attach`] puts the engine's own sink on a frame, and
//! [`Staging::finish`] flushes what was written, reads it back with another reader, and only then moves it into place.

mod cleanup;
mod document;
mod excel;
mod foreign;
mod format;
mod guard;
mod lock;
mod manifest;
mod outer;
mod place;
mod readback;
mod rows;
mod staging;
mod swap;

use crate::error::{Error, ErrorKind, Result};
use polars::prelude::FileWriteFormat;
use std::path::{Path, PathBuf};

use crate::source::Key;
pub use crate::source::StoredColumn;
pub(crate) use crate::source::columns_of;
pub(crate) use cleanup::remove_dead_folders;
pub use cleanup::{Stillness, Temporary, is_placed, remove_temporaries, replace_file, replace_file_with};
pub use format::part_ending;
pub use manifest::MANIFEST;
pub use staging::{Staging, prepare};

/// Where and how a table is written.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// A file, or a folder when the output has parts; `-` is standard output.
    pub path: PathBuf,
    /// The name of the format in [`FORMATS`]; from the extension when there is none.
    pub format: Option<String>,
    /// zstd, snappy, gzip, lz4, brotli or none; what the format does by default when there is none.
    pub compression: Option<String>,
    /// How hard to compress, where the compression has levels.
    pub level: Option<i32>,
    /// Rows in a row group of Parquet, or in a batch of Arrow.
    pub row_group_rows: Option<usize>,
    /// Columns whose values become folders.
    pub partition_by: Vec<String>,
    /// Rows after which a further file is begun.
    pub max_rows_per_file: Option<u64>,
    /// Whether an output of an earlier run may be replaced.
    pub overwrite: bool,
    /// What is written into the footer: program, version, recipe hash.
    pub metadata: Vec<(String, String)>,
    /// How delimited text is written.
    pub csv: CsvChoices,
    /// The name of the secret whose key encrypts the output, where the format can be encrypted.
    pub key_name: Option<String>,
    /// That key, looked up by whoever runs the job.
    pub key: Option<Key>,
    /// Whether the SHA-256 of what was read and written is told.
    pub digest: bool,
    /// Columns with a key of their own; the others are encrypted with the key of the file.
    pub column_keys: Vec<ColumnKey>,
}

/// A column of an encrypted file with a key of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnKey {
    /// The name of the column.
    pub column: String,
    /// The name of the secret whose key encrypts it.
    pub key_name: String,
    /// That key, looked up by whoever runs the job.
    pub key: Option<Key>,
}

impl ColumnKey {
    /// A column and the name of its key, which is not looked up yet.
    pub fn new(column: impl Into<String>, key_name: impl Into<String>) -> Self {
        Self { column: column.into(), key_name: key_name.into(), key: None }
    }
}

/// How delimited text is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvChoices {
    /// The character between fields; a comma, or a tab where the path ends with .tsv, when there is none.
    pub delimiter: Option<char>,
    /// Whether it begins with a byte order mark, by which Excel knows that it is UTF-8.
    pub byte_order_mark: bool,
    /// Whether every field stands between quotes.
    pub quote_all: bool,
    /// Whether lines end as on Windows.
    pub windows_lines: bool,
    /// Whether an apostrophe is put before text that a spreadsheet program would take for a formula.
    pub guard_formulas: bool,
}

impl Target {
    /// Whether the output is a folder of parts.
    pub fn has_parts(&self) -> bool {
        !self.partition_by.is_empty() || self.max_rows_per_file.is_some()
    }

    /// Whether the output goes to standard output.
    pub fn is_stdout(&self) -> bool {
        self.path.as_os_str() == "-"
    }

    /// The format it is written in.
    pub fn format(&self) -> Result<&'static WriteFormat> {
        match &self.format {
            Some(name) => format_named(name).ok_or_else(|| unknown(name)),
            // A folder, and a path without an ending, hold what most readers take best.
            None if self.path.extension().is_none() && !self.is_stdout() => Ok(&FORMATS[0]),
            None => format_of_path(&self.path).ok_or_else(|| {
                if self.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("orc")) {
                    return unknown("ORC");
                }
                Error::new(ErrorKind::Sink, format!("{}: the ending tells no format", self.path.display()))
                    .advise("name the format, or end the path with .parquet, .csv, .jsonl or .arrow")
            }),
        }
    }
}

/// One file that was written.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct WrittenFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its rows, counted by reading it back.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of its bytes, where it was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Written {
    /// Every file, in order of path.
    pub files: Vec<WrittenFile>,
    /// All rows.
    pub rows: u64,
    /// The columns with the words of their types.
    pub columns: Vec<StoredColumn>,
}

/// A format that can be written.
pub struct WriteFormat {
    /// Its name in recipes and projects: PARQUET.
    pub name: &'static str,
    /// What people read.
    pub title: &'static str,
    /// Endings of file names, without the point; the first one is given to parts.
    pub extensions: &'static [&'static str],
    /// The compressions it takes; the first one is its own choice.
    pub compressions: &'static [&'static str],
    /// Whether it holds lists and structures.
    pub nested: bool,
    pub(crate) options: fn(&Target) -> Result<FileWriteFormat>,
    /// Begins and reads back an encrypted file; none where the format has no encryption.
    pub(crate) locked: Option<Locked>,
    /// Writes row by row what the engine has no sink of its own for.
    pub(crate) rows: Option<rows::Begin>,
    pub(crate) read_back: fn(&Path) -> Result<readback::Found>,
}

/// How a format is written with a key, and read back.
pub(crate) type Locked = (rows::Begin, fn(&Path, &Target) -> Result<readback::Found>);

impl WriteFormat {
    /// Whether the output may be a folder of files.
    pub fn takes_parts(&self) -> bool {
        self.rows.is_none()
    }
}

// What a file of text can be packed with; all of them are read by this program too.
const TEXT_CODECS: &[&str] = &["none", "gzip", "zstd", "snappy", "lz4", "bzip2", "deflate", "brotli"];

/// Every format that can be written.
pub static FORMATS: &[WriteFormat] = &[
    WriteFormat {
        name: "PARQUET",
        title: "Parquet",
        extensions: &["parquet", "pq"],
        compressions: &["zstd", "snappy", "gzip", "lz4", "brotli", "none"],
        nested: true,
        options: format::parquet,
        locked: Some((foreign::begin_locked, foreign::read_locked)),
        rows: None,
        read_back: readback::parquet,
    },
    WriteFormat {
        name: "CSV",
        title: "Delimited text",
        extensions: &["csv", "tsv", "txt"],
        compressions: TEXT_CODECS,
        nested: false,
        options: format::csv,
        locked: None,
        rows: None,
        read_back: readback::csv,
    },
    WriteFormat {
        name: "JSON",
        title: "JSON Lines",
        extensions: &["jsonl", "json", "ndjson"],
        compressions: TEXT_CODECS,
        nested: true,
        options: format::json,
        locked: None,
        rows: None,
        read_back: readback::json,
    },
    WriteFormat {
        name: "ARROW",
        title: "Arrow IPC",
        extensions: &["arrow", "feather", "ipc"],
        compressions: &["none", "zstd", "lz4"],
        nested: true,
        options: format::arrow,
        locked: None,
        rows: None,
        read_back: readback::arrow,
    },
    WriteFormat {
        name: "AVRO",
        title: "Avro",
        extensions: &["avro"],
        compressions: &["snappy", "deflate", "zstd", "bzip2", "none"],
        nested: true,
        options: foreign::avro_options,
        locked: None,
        rows: Some(foreign::begin_avro),
        read_back: foreign::read_avro,
    },
    WriteFormat {
        name: "EXCEL",
        title: "Excel workbook",
        extensions: &["xlsx"],
        compressions: &["none"],
        nested: false,
        options: format::foreign,
        locked: None,
        rows: Some(excel::begin),
        read_back: excel::read_back,
    },
    WriteFormat {
        name: "JSON_ARRAY",
        title: "JSON document",
        extensions: &["json_array"],
        compressions: TEXT_CODECS,
        nested: true,
        options: format::foreign,
        locked: None,
        rows: Some(document::begin_json),
        read_back: document::read_json,
    },
    WriteFormat {
        name: "XML",
        title: "XML",
        extensions: &["xml"],
        compressions: TEXT_CODECS,
        nested: false,
        options: format::foreign,
        locked: None,
        rows: Some(document::begin_xml),
        read_back: document::read_xml,
    },
];

/// The format of a name, in any letter case and with the usual other names.
pub fn format_named(name: &str) -> Option<&'static WriteFormat> {
    let upper = name.to_ascii_uppercase();
    let name = match upper.as_str() {
        "GLUEPARQUET" => "PARQUET",
        "TSV" => "CSV",
        "JSONL" | "NDJSON" | "JSON LINES" => "JSON",
        "IPC" | "FEATHER" => "ARROW",
        "XLSX" => "EXCEL",
        "JSON-ARRAY" | "JSON DOCUMENT" => "JSON_ARRAY",
        other => other,
    };
    FORMATS.iter().find(|format| format.name == name)
}

/// The format that the ending of a path tells; a further ending of a compression is passed over.
pub fn format_of_path(path: &Path) -> Option<&'static WriteFormat> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let (_, ending) = outer::bare(&name).rsplit_once('.')?;
    FORMATS.iter().find(|format| format.extensions.contains(&ending))
}

fn unknown(name: &str) -> Error {
    let known: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
    Error::new(ErrorKind::Sink, format!("{name} is no format that can be written"))
        .advise(format!("use one of {}", known.join(", ")))
}
