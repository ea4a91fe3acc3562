//! Columns that paths tell: parameters, folders such as `year=2024`, and names of files.
//!
//! A reader marks each row with its file in the column [`TAG`]; here the mark becomes the columns. A folder's value gets a type by the
//! same rule as a value in a file: only where each can be written back as it stands.

use super::files::{Found, shown};
use super::filter::Number;
use super::path_date::Layout;
use super::select::{Hit, PathKind, Selection, slashed, taken};
use super::shape::{Shape, shape_of};
use super::{Opened, Source, StoredColumn};
use crate::error::Result;
use crate::named::{col, cols};
use crate::types::{dtype_of_word, word_of_dtype};
use polars::prelude::{
    Column, DataType, Field, IdxCa, IdxSize, IntoSeries as _, NamedFrom as _, NewChunkedArray as _, PlRefPath,
    PolarsError, PolarsResult, Series, StringChunked, TimeUnit,
};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The column in which a reader tells the file of a row: its path, or its number among the files.
pub(super) const TAG: &str = "\u{1}file";

/// What a folder is called whose value is missing.
const MISSING: &str = "__HIVE_DEFAULT_PARTITION__";

/// A column that paths tell.
#[derive(Clone, Debug)]
pub(super) struct Label {
    name: String,
    from: String,
    partition: bool,
    dtype: DataType,
    /// The value of each file.
    values: HashMap<PathBuf, Option<String>>,
    /// Dates in a path's layout as the engine reads them.
    read: HashMap<PathBuf, Option<i64>>,
}

/// The columns that the paths of files tell.
pub(super) fn labels(
    selection: &Selection,
    hits: &[Hit],
    layouts: &[Option<Layout>],
    notes: &mut Vec<String>,
) -> Vec<Label> {
    let mut labels = Vec::new();
    for (at, parameter) in selection.parameters.iter().enumerate().filter(|(_, parameter)| parameter.create_column) {
        let values: HashMap<_, _> = hits.iter().map(|hit| (hit.path.clone(), hit.values[at].clone())).collect();
        let mut label = Label::new(parameter.name.clone(), format!("the path parameter {}", parameter.name), values);
        match (&parameter.kind, &layouts[at]) {
            (PathKind::Number, _) => {
                let whole = label.all(|text| text.parse::<i64>().is_ok());
                label.dtype = if whole { DataType::Int64 } else { DataType::Float64 };
            }
            (PathKind::Date(_), Some(layout)) => label.date(layout),
            _ => {}
        }
        labels.push(label);
    }
    if selection.partitions {
        labels.extend(partitions(hits, notes));
    }
    if let Some(name) = &selection.file_column {
        let file = |hit: &Hit| {
            let below = hit.root.as_deref().and_then(|root| hit.path.strip_prefix(root).ok()).and_then(slashed);
            below.or_else(|| hit.path.file_name().map(|name| name.to_string_lossy().into_owned()))
        };
        let values = hits.iter().map(|hit| (hit.path.clone(), file(hit))).collect();
        labels.push(Label::new(name.clone(), "the name of the file".into(), values));
    }
    labels
}

// Folders with an equals sign, where all files lie in the same ones.
fn partitions(hits: &[Hit], notes: &mut Vec<String>) -> Vec<Label> {
    let folders: Vec<Vec<(String, String)>> = hits.iter().map(folders).collect();
    let Some(first) = folders.first() else { return Vec::new() };
    let names = |pairs: &[(String, String)]| pairs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let wanted = names(first);
    if let Some(odd) = folders.iter().position(|pairs| names(pairs) != wanted) {
        notes.push(format!(
            "folders such as year=2024 are no columns here: {} lies in others than {}",
            shown(&hits[odd].path),
            shown(&hits[0].path)
        ));
        return Vec::new();
    }
    let label = |(at, name): (usize, String)| {
        let value = |pairs: &[(String, String)]| Some(pairs[at].1.clone()).filter(|value| value != MISSING);
        let values = hits.iter().zip(&folders).map(|(hit, pairs)| (hit.path.clone(), value(pairs))).collect();
        let mut label = Label::new(name.clone(), format!("the folder {name}=..."), values);
        label.partition = true;
        label.decide();
        label
    };
    wanted.into_iter().enumerate().map(label).collect()
}

fn folders(hit: &Hit) -> Vec<(String, String)> {
    let Some(below) = hit.root.as_deref().and_then(|root| hit.path.strip_prefix(root).ok()) else { return Vec::new() };
    let parts = below.parent().into_iter().flat_map(Path::components);
    let pair = |part: std::path::Component<'_>| {
        let text = part.as_os_str().to_str()?;
        let (name, value) = text.split_once('=').filter(|(name, _)| !name.is_empty())?;
        Some((unescaped(name), unescaped(value)))
    };
    parts.filter_map(pair).collect()
}

// Spark writes a slash as %2F.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digit = |at: usize| {
            after.get(at).and_then(|byte| char::from(*byte).to_digit(16)).and_then(|d| u8::try_from(d).ok())
        };
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(high << 4 | low);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

impl Label {
    fn new(name: String, from: String, values: HashMap<PathBuf, Option<String>>) -> Self {
        Self { name, from, partition: false, dtype: DataType::String, values, read: HashMap::new() }
    }

    fn all(&self, fits: impl Fn(&str) -> bool) -> bool {
        self.values.values().flatten().all(|text| fits(text)) && self.values.values().any(Option::is_some)
    }

    // Whole numbers and dates, where each can be written back as it stands.
    fn decide(&mut self) {
        if self.all(|text| {
            matches!(shape_of(text.as_bytes()), Shape::Whole | Shape::WholeWide) && text.parse::<i64>().is_ok()
        }) {
            self.dtype = DataType::Int64;
        } else if self.all(|text| !text.is_empty() && shape_of(text.as_bytes()) == Shape::Date) {
            self.dtype = DataType::Date;
        }
    }

    fn date(&mut self, layout: &Layout) {
        let timed = layout.is_timed();
        self.dtype = if timed { DataType::Datetime(TimeUnit::Microseconds, None) } else { DataType::Date };
        let number = |text: &str| {
            let (local, _) = layout.parse(text)?;
            let stamp = local.and_utc();
            Some(if timed { stamp.timestamp_micros() } else { stamp.timestamp().div_euclid(86_400) })
        };
        self.read = self.values.iter().map(|(path, text)| (path.clone(), text.as_deref().and_then(number))).collect();
    }

    // The value of each of some files.
    fn series(&self, paths: &[PathBuf]) -> PolarsResult<Series> {
        let name = self.name.as_str().into();
        if !self.read.is_empty() {
            let numbers = paths.iter().map(|path| self.read.get(path).copied().flatten());
            return Series::new(name, numbers.collect::<Vec<_>>()).cast(&stored_as(&self.dtype))?.cast(&self.dtype);
        }
        let texts = paths.iter().map(|path| self.values.get(path).cloned().flatten());
        let texts = StringChunked::from_iter_options(name, texts).into_series();
        match self.dtype {
            DataType::Date => {
                let days = texts.str()?.iter().map(|text| text.and_then(|text| super::calendar::days(text.as_bytes())));
                Series::new(texts.name().clone(), days.collect::<Vec<_>>()).cast(&DataType::Date)
            }
            DataType::Float64 => {
                let number = |text: &str| Number::parse(text).and_then(|_| text.parse::<f64>().ok());
                let numbers = texts.str()?.iter().map(|text| text.and_then(number));
                Ok(Series::new(texts.name().clone(), numbers.collect::<Vec<_>>()))
            }
            ref other => texts.strict_cast(other),
        }
    }
}

// Dates lie in 32 bits.
fn stored_as(dtype: &DataType) -> DataType {
    if *dtype == DataType::Date { DataType::Int32 } else { DataType::Int64 }
}

/// Which of the labels of some files become columns of a table with these names; a folder gives way to a column of the file.
fn wanted(labels: &[Label], opened: &mut Opened) -> Result<Vec<Label>> {
    let mut wanted: Vec<Label> = Vec::new();
    for label in labels {
        let double = wanted.iter().any(|other| other.name == label.name);
        if !double && !opened.columns.iter().any(|column| column.name == label.name) {
            wanted.push(label.clone());
        } else if label.partition {
            opened.notes.push(format!("{} is not used: the files have a column of that name", label.from));
        } else {
            let path = opened.files.first().map(|file| file.path.clone()).unwrap_or_default();
            return Err(taken(&label.name, &label.from, &path));
        }
    }
    Ok(wanted)
}

impl Found {
    /// The source without the columns that paths tell: what its files hold.
    pub(super) fn inner(&self, source: &Source) -> Source {
        let mut inner = source.clone();
        if let Some(columns) = &mut inner.columns {
            // A folder's column that the files have as well is theirs, which only opening tells; a stored one is one of both.
            columns.retain(|column| !self.labels.iter().any(|label| label.name == column.name));
        }
        inner
    }
}

/// Puts the columns that paths tell behind those of the files.
pub(super) fn finish(mut opened: Opened, labels: &[Label], source: &Source) -> Result<Opened> {
    if labels.is_empty() {
        return Ok(opened);
    }
    let labels = wanted(labels, &mut opened)?;
    let paths: Vec<PathBuf> = opened.files.iter().map(|file| file.path.clone()).collect();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (at, path) in paths.iter().enumerate() {
        places.insert(PlRefPath::try_from_path(path)?.as_str().to_owned(), at);
    }
    let places = Arc::new(places);
    let mut schema = opened.schema.as_ref().clone();
    let mut exprs = Vec::new();
    for label in &labels {
        let stored = source.columns.iter().flatten().find(|column| column.name == label.name);
        let mut series = label.series(&paths)?;
        if let Some(dtype) = stored.and_then(|column| dtype_of_word(&column.kind)) {
            series = series.strict_cast(&dtype)?;
        }
        let dtype = series.dtype().clone();
        schema.insert(label.name.as_str().into(), dtype.clone());
        opened.columns.push(StoredColumn { name: label.name.clone(), kind: word_of_dtype(&dtype) });
        let (places, name) = (Arc::clone(&places), label.name.clone());
        let told = Field::new(name.as_str().into(), dtype);
        let mapped = col(TAG).map(move |tags: Column| spread(&tags, &places, &series), move |_, _| Ok(told.clone()));
        exprs.push(mapped.alias(label.name.as_str()));
    }
    if opened.frame.collect_schema()?.contains(TAG) {
        opened.frame = opened.frame.with_columns(exprs).drop(cols([TAG]));
    } else {
        // Nothing was read: no row has a file.
        opened.frame = polars::prelude::IntoLazy::lazy(polars::prelude::DataFrame::empty_with_schema(&schema));
    }
    opened.schema = Arc::new(schema);
    Ok(opened)
}

// The value of the file of each row.
fn spread(tags: &Column, places: &HashMap<String, usize>, values: &Series) -> PolarsResult<Column> {
    let tags = tags.str()?;
    let mut last: Option<(&str, IdxSize)> = None;
    let mut at = Vec::with_capacity(tags.len());
    for tag in tags.iter() {
        let tag = tag.unwrap_or_default();
        let place = match last {
            Some((known, place)) if known == tag => place,
            _ => {
                let found = places.get(tag).copied().or_else(|| tag.parse().ok()).filter(|place| *place < values.len());
                let found = found.and_then(|place| IdxSize::try_from(place).ok());
                found.ok_or_else(|| PolarsError::ComputeError(format!("a row of an unknown file: {tag}").into()))?
            }
        };
        last = Some((tag, place));
        at.push(place);
    }
    Ok(values.take(&IdxCa::from_vec("".into(), at))?.into())
}
