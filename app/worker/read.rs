//! Reading a dataset into a table, with the types that were decided on all of its rows.

use crate::model::{Dataset, Project, Source};
use brewhouse_engine::run::collect;
use brewhouse_engine::types::TypeClass;
use brewhouse_engine::{Error, ErrorKind, project, source};
use polars::prelude::DataFrame;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// A dataset's table, and what was found.
pub(super) fn read(dataset: &Dataset) -> Result<(DataFrame, Source), Error> {
    let around = Project { dataset: Some(dataset.clone()), ..Project::default() };
    let project = project::Project::parse(&around.to_value(None).to_string())?;
    let missing = || Error::new(ErrorKind::Internal, "the dataset was lost");
    let wanted = project.dataset.ok_or_else(missing)?;
    let opened = source::open(&wanted, Path::new("/"), &AtomicBool::new(false), &|_| ())?;
    let frame = collect(opened.frame)?;
    let modified = std::fs::metadata(&dataset.path).and_then(|meta| meta.modified()).ok();
    let columns = frame.schema().iter().map(|(name, dtype)| (name.to_string(), TypeClass::of(dtype))).collect();
    let rows = frame.height() as u64;
    let complete = opened.records.is_none_or(|records| records == rows);
    Ok((frame, Source { rows, complete, aside: 0, columns, modified, changed: false, notes: opened.notes }))
}
