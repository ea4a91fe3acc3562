//! The profile of a job: its dataset, after its steps, on all rows.
//!
//! Text, and whatever steps make, is streamed once into a temporary columnar file, from which single columns are cheap to read; Parquet and
//! Arrow files are read in place.

use super::{Profile, Settings, profile};
use crate::error::{Error, ErrorKind, Problem, Result};
use crate::plan::{compile, stoppable};
use crate::run::{Job, LiveFacts, Monitor, prepare, unless_cancelled, write_side_file};
use crate::sink::Temporary;
use crate::source::{self, FileFact};
use polars::prelude::{LazyFrame, PlRefPath, SchemaRef, UnifiedScanArgs};
use std::path::Path;

/// A profile with what it was made from.
pub struct Profiled {
    /// The profile.
    pub profile: Profile,
    /// The name of the dataset.
    pub dataset: String,
    /// Its files.
    pub files: Vec<FileFact>,
    /// Enabled steps that came before.
    pub steps: usize,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// Profiles the dataset of a job after its steps. Temporary files go into the folder, and go again.
pub fn profile_job(
    job: &Job,
    folder: &Path,
    settings: &Settings,
    monitor: &Monitor,
) -> std::result::Result<Profiled, Vec<Problem>> {
    let place = |error: Error| {
        let (step, operation) = (error.step.unwrap_or(0), error.operation.clone().unwrap_or_default());
        vec![Problem::from_error(step, &operation, &error)]
    };
    let prepared = unless_cancelled(prepare(job, monitor), &monitor.flag()).map_err(place)?;
    let mut frame = prepared.dataset.frame.clone();
    if let Some(limit) = job.limit {
        frame = frame.limit(u32::try_from(limit).unwrap_or(u32::MAX));
    }
    let compiled =
        compile(&job.recipe.steps, frame, &prepared.env, &mut LiveFacts, None).map_err(place)?.into_plan()?;
    let steps = job.recipe.steps.iter().filter(|step| !step.disabled()).count();
    let mut frame = compiled.frame;
    let schema = frame.collect_schema().map_err(Error::from).map_err(place)?;
    let in_place = steps == 0 && !source::is_text(&job.dataset, &job.base);
    let mut side = None;
    if !in_place {
        let private = Temporary::private_folder(folder, "brewhouse-profile-");
        let private = side.insert(private.map_err(|error| place(unwritable(folder, error)))?);
        frame = settle(frame, &private.path().join("rows.arrow"), monitor).map_err(place)?;
    }
    let profile = measured(&frame, &schema, settings, monitor).map_err(place)?;
    Ok(Profiled {
        profile,
        dataset: job.dataset.name.clone(),
        files: prepared.dataset.files,
        steps,
        notes: prepared.dataset.notes,
    })
}

fn unwritable(folder: &Path, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Sink, format!("nothing can be written in {}", folder.display())).caused_by(error)
}

fn settle(frame: LazyFrame, side: &Path, monitor: &Monitor) -> Result<LazyFrame> {
    let cancel = monitor.flag();
    unless_cancelled(write_side_file(stoppable(frame, &cancel), side), &cancel)?;
    let path = PlRefPath::try_from_path(side)?;
    Ok(LazyFrame::scan_ipc(path, polars::prelude::IpcScanOptions::default(), UnifiedScanArgs::default())?)
}

fn measured(frame: &LazyFrame, schema: &SchemaRef, settings: &Settings, monitor: &Monitor) -> Result<Profile> {
    for name in &settings.columns {
        if !schema.contains(name) {
            return Err(crate::op::no_such_column(name, schema).at_param("--columns"));
        }
    }
    profile(frame, schema, settings, monitor)
}
