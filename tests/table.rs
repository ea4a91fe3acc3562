//! Helpers of the source and sink tests: files in, Parquet out, cells read back with crates that are not the engine's.

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use brewhouse_engine::op::Environment;
use brewhouse_engine::recipe::{Recipe, Step};
use brewhouse_engine::run::{Job, Memory, Rejects};
use brewhouse_engine::sink::{self, Target, Written};
use brewhouse_engine::source::{self, Opened, ReadOptions, Source, StoredColumn};
use brewhouse_engine::{Error, Result};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// The cells of a table as text, missing ones as none, with the names of the columns.
#[derive(Debug, PartialEq)]
pub(crate) struct Cells {
    pub(crate) names: Vec<String>,
    pub(crate) rows: Vec<Vec<Option<String>>>,
}

pub(crate) fn source(path: &str) -> Source {
    Source { name: "orders".into(), paths: vec![path.into()], ..Source::default() }
}

pub(crate) fn with_nulls(path: &str, words: &[&str]) -> Source {
    let null_words = words.iter().map(ToString::to_string).collect();
    Source { options: ReadOptions { null_words, ..ReadOptions::default() }, ..source(path) }
}

pub(crate) fn open(source: &Source, base: &Path) -> Result<Opened> {
    source::open(source, base, &AtomicBool::new(false), &|_| ())
}

pub(crate) fn target(path: impl Into<PathBuf>) -> Target {
    Target { path: path.into(), ..Target::default() }
}

/// Writes an opened source to a target through the engine's own sink.
pub(crate) fn write(opened: &Opened, target: &Target) -> Result<Written> {
    let inputs: Vec<_> = opened.files.iter().map(|file| file.path.clone()).collect();
    let staging = sink::prepare(target, &inputs, &opened.schema)?;
    run(staging.attach(opened.frame.clone())?)?;
    staging.finish(opened.records.unwrap_or_default(), &opened.schema)
}

#[allow(clippy::disallowed_methods)] // tests run frames themselves
pub(crate) fn run(frame: polars::prelude::LazyFrame) -> Result<polars::prelude::DataFrame> {
    frame.collect().map_err(|error| source::misfit(&error).unwrap_or_else(|| Error::from(error)))
}

pub(crate) fn read_parquet(path: &Path) -> Cells {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let names = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
    let batches: Vec<_> = builder.build().unwrap().map(Result::unwrap).collect();
    cells(names, &batches)
}

pub(crate) fn read_arrow(path: &Path) -> Cells {
    let reader = arrow::ipc::reader::FileReader::try_new(File::open(path).unwrap(), None).unwrap();
    let names = reader.schema().fields().iter().map(|field| field.name().clone()).collect();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    cells(names, &batches)
}

fn cells(names: Vec<String>, batches: &[RecordBatch]) -> Cells {
    let mut rows = Vec::new();
    for batch in batches {
        let options = FormatOptions::default();
        let columns: Vec<_> =
            batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
        for row in 0..batch.num_rows() {
            let cell = |at: usize| (!batch.column(at).is_null(row)).then(|| columns[at].value(row).to_string());
            rows.push((0..columns.len()).map(cell).collect());
        }
    }
    Cells { names, rows }
}

/// Opens a text as a CSV file, writes Parquet and reads that back.
pub(crate) fn through(text: impl AsRef<[u8]>) -> (Opened, Cells) {
    through_as(text, &source("in.csv")).unwrap()
}

pub(crate) fn through_as(text: impl AsRef<[u8]>, source: &Source) -> Result<(Opened, Cells)> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(&source.paths[0]), text).unwrap();
    let opened = open(source, folder.path())?;
    let out = folder.path().join("out.parquet");
    write(&opened, &target(&out))?;
    Ok((opened, read_parquet(&out)))
}

pub(crate) fn kinds(opened: &Opened) -> Vec<&str> {
    opened.columns.iter().map(|column| column.kind.as_str()).collect()
}

pub(crate) fn row(cells: &[&str]) -> Vec<Option<String>> {
    cells.iter().map(|cell| (*cell != "∅").then(|| (*cell).to_owned())).collect()
}

/// A run of steps over in.csv of a folder, to Parquet beside it.
pub(crate) fn job(folder: &Path, steps: Vec<Step>) -> Job {
    Job {
        recipe: Recipe::from_steps(steps),
        dataset: source("in.csv"),
        others: Vec::new(),
        targets: vec![target(folder.join("out.parquet"))],
        base: folder.to_path_buf(),
        env: Environment::at(chrono::DateTime::UNIX_EPOCH),
        limit: None,
        expect_rows: None,
        rejects: Rejects::default(),
        memory: Memory::default(),
    }
}

/// Stored types.
pub(crate) fn stored(kinds: &[(&str, &str)]) -> Option<Vec<StoredColumn>> {
    Some(kinds.iter().map(|(name, kind)| StoredColumn { name: (*name).into(), kind: (*kind).into() }).collect())
}
