//! The lazy frame that reads delimited text with its decided types.
//!
//! Dates and numbers with a comma are read as text and parsed by our own code. Where the stored types are checked on the way, so is
//! every other column that is no text, and no column may be left out. Knows no file.

use super::exact::{Exact, exact};
use super::facts::LineCount;
use super::recount::Recount;
use super::rejects::SetAside;
use super::split::Marks;
use super::temporal::Blanks;
use super::tracker::{Tally, Tracker};
use super::verdict::{Manner, Style};
use super::{ReadOptions, StoredColumn, temporal};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::types::dtype_of_word;
use crate::values::grouped;
use polars::prelude::{
    DataFrame, DataType, Expr, IntoLazy as _, LazyCsvReader, LazyFileListReader as _, LazyFrame, NullValues, OptFlags,
    PlSmallStr, PolarsError, ScanSources, Schema, any_horizontal, lit,
};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The columns of a table and how its text is split.
pub(super) struct Table<'a> {
    pub(super) names: Vec<String>,
    pub(super) marks: Marks,
    pub(super) options: &'a ReadOptions,
    /// The column that tells the file of each row, where one is wanted.
    pub(super) tag: Option<PlSmallStr>,
    /// What columns hold at most that are stored as narrow whole numbers.
    pub(super) limits: Vec<Option<(i64, i64)>>,
}

impl Table<'_> {
    /// An empty tally of its columns.
    pub(super) fn blank_tally(&self) -> Tally {
        let mut tally = Tally::new(self.names.len(), &self.options.null_words);
        for (column, limits) in tally.columns.iter_mut().zip(&self.limits) {
            column.limits = *limits;
        }
        tally
    }
}

/// What is scanned, and what was counted in it.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) tally: Option<Tally>,
    pub(super) scan: Option<ScanSources>,
    pub(super) rows: Option<usize>,
    /// Whether what is scanned is a copy of the data alone, without names and lines to skip.
    pub(super) bare: bool,
    /// Lines to skip, and whether a header follows, where it is no copy.
    pub(super) skip: usize,
    pub(super) header: bool,
    /// What the first records tell, where the stored types are checked and lines are counted while the run reads.
    pub(super) checked: Option<(Tally, Recount)>,
    /// Whether short records were filled up.
    pub(super) filled: bool,
    pub(super) notes: Vec<String>,
    pub(super) lines: LineCount,
    pub(super) set_aside: SetAside,
}

impl Reading {
    /// Whether no field was quoted, quotes stand within fields, and one at the beginning of a field is never closed.
    pub(super) fn has_false_quotes(&self) -> bool {
        let never = |reason: &str| reason.starts_with("a quote that is never closed");
        let open = self.set_aside.reasons.iter().any(|count| never(&count.reason));
        open && self.tally.as_ref().is_some_and(|tally| tally.quoted == 0 && tally.stray.count > 0)
    }
}

/// The columns as the engine knows them.
pub(super) fn schema_of(columns: &[StoredColumn]) -> Result<Schema> {
    columns.iter().map(|column| Ok((column.name.as_str().into(), dtype(column)?))).collect()
}

/// The type of a stored word, where text can hold it.
pub(super) fn dtype(column: &StoredColumn) -> Result<DataType> {
    dtype_of_word(&column.kind).filter(|dtype| *dtype != DataType::Time).ok_or_else(|| {
        Error::new(ErrorKind::Type, format!("column {} cannot be read from text as {}", column.name, column.kind))
            .advise("store it as string and convert it with a step")
    })
}

/// The way of writing that a type can have; any other is told while the values are read.
pub(super) fn usable(style: Style, dtype: &DataType) -> Style {
    match (style, dtype) {
        (Style::Turned(_) | Style::Short(_), DataType::Date)
        | (Style::Comma, DataType::Float64 | DataType::Float32) => style,
        _ => Style::Plain,
    }
}

impl Table<'_> {
    /// What a person said about how values are written.
    pub(super) fn manner(&self) -> Manner {
        Manner { order: self.options.date_order.map(Into::into), comma: self.options.decimal_comma }
    }

    /// The frame that reads the table with its types.
    pub(super) fn frame(&self, columns: &[StoredColumn], styles: &[Style], read: &Reading) -> Result<LazyFrame> {
        let schema = schema_of(columns)?;
        let rows = read.tally.as_ref().map_or(1, |tally| tally.records + tally.blank.count);
        let Some(scan) = read.scan.clone().filter(|_| rows > 0) else {
            return Ok(DataFrame::empty_with_schema(&schema).lazy());
        };
        // The engine's reader takes no blanks around a value.
        let tracked = read.tally.iter().flat_map(|tally| &tally.columns).map(Some).chain(std::iter::repeat(None));
        let trackers: Vec<Option<&Tracker>> = tracked.take(schema.len()).collect();
        let is_padded = |at: usize| trackers[at].is_some_and(|tracker| tracker.padded > 0);
        let mut raw: Schema = schema
            .iter()
            .zip(styles)
            .enumerate()
            .map(|(at, ((name, dtype), style))| {
                let ours = read.checked.is_some() || dtype.is_temporal() || *style == Style::Comma || is_padded(at);
                (name.clone(), if ours { DataType::String } else { dtype.clone() })
            })
            .collect();
        if let Some(tag) = self.tag.clone().filter(|_| read.bare) {
            raw.insert(tag, DataType::String);
        }
        let words = &self.options.null_words;
        let words = (!words.is_empty())
            .then(|| NullValues::AllColumns(words.iter().map(|word| word.as_str().into()).collect()));
        let mut frame = LazyCsvReader::new_with_sources(scan)
            .with_glob(false)
            .with_cache(false)
            .with_has_header(read.header && !read.bare)
            .with_skip_lines(if read.bare { 0 } else { read.skip })
            .with_separator(self.marks.delimiter)
            .with_quote_char(if read.bare { self.marks.quote.or(Some(b'"')) } else { self.marks.quote })
            .with_null_values(words)
            .with_missing_is_null(true)
            .with_raise_if_empty(false)
            .with_n_rows(read.rows)
            .with_include_file_paths(self.tag.clone().filter(|_| !read.bare))
            .with_schema(Some(Arc::new(raw)))
            .finish()?;
        if !read.bare && columns.len() > 1 && read.tally.as_ref().is_some_and(|tally| tally.blank.count > 0) {
            let filled: Vec<_> = columns.iter().map(|column| col(column.name.as_str()).is_not_null()).collect();
            frame = frame.filter(any_horizontal(filled)?);
        }
        if let Some((head, recount)) = &read.checked {
            let mut exprs: Vec<Expr> = Vec::new();
            for (at, (((name, dtype), style), tracker)) in schema.iter().zip(styles).zip(&head.columns).enumerate() {
                if let Some(Exact::Parsed(expr)) = exact(name, dtype, *style, tracker, &recount.padded(at)) {
                    exprs.push(expr);
                }
            }
            return Ok(complete(frame.with_columns(exprs), recount));
        }
        // They were counted already.
        let blanks = Blanks::default();
        let parsed: Vec<_> = schema
            .iter()
            .zip(styles)
            .enumerate()
            .filter_map(|(at, ((name, dtype), style))| match (dtype, style) {
                (_, Style::Comma) => Some(temporal::commas(name, &blanks).cast(dtype.clone())),
                (_, Style::Turned(order)) => Some(temporal::turned(name, *order, &blanks)),
                (_, Style::Short(order)) => Some(temporal::short(name, *order, &blanks)),
                (DataType::Date, Style::Plain) => Some(temporal::dates(name, &blanks)),
                (DataType::Datetime(..), Style::Plain) => Some(temporal::stamps(name, &blanks)),
                (DataType::String, _) => None,
                _ => trackers[at].filter(|_| is_padded(at)).map(|tracker| unpadded(name, dtype, tracker)),
            })
            .collect();
        Ok(if parsed.is_empty() { frame } else { frame.with_columns(parsed) })
    }
}

// A column of numbers or booleans with blanks around some of its values.
fn unpadded(name: &str, dtype: &DataType, tracker: &Tracker) -> Expr {
    match exact(name, dtype, Style::Plain, tracker, &Blanks::default()) {
        Some(Exact::Parsed(expr)) => expr,
        _ => col(name).str().strip_chars(lit(" \t")).strict_cast(dtype.clone()),
    }
}

/// What is said of values with blanks around them, by column; none when there are none.
pub(super) fn blanks_told<'a>(columns: impl Iterator<Item = (&'a str, u64)>) -> Option<String> {
    let columns: Vec<_> = columns.filter(|(_, count)| *count > 0).collect();
    let each = columns.iter().take(5).map(|(name, count)| format!("{} in {name}", grouped(*count)));
    let each = each.collect::<Vec<_>>().join(", ");
    let more = if columns.len() > 5 { format!(" and in {} more columns", columns.len() - 5) } else { String::new() };
    (!columns.is_empty()).then(|| format!("values with blanks around them, read without the blanks: {each}{more}"))
}

// A frame none of whose columns is left out, since all of them are checked; it ends when its file turns out irregular.
fn complete(frame: LazyFrame, recount: &Recount) -> LazyFrame {
    let (irregular, passed) = (recount.irregular(), recount.passed());
    let pass = move |frame: DataFrame| {
        if irregular.load(Ordering::Relaxed) {
            return Err(PolarsError::ComputeError("a record is out of shape".into()));
        }
        passed.fetch_add(frame.height() as u64, Ordering::Relaxed);
        Ok(frame)
    };
    frame.map(pass, OptFlags::STREAMING, None, Some("every column is checked"))
}
