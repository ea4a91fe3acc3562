//! A dataset of the project as the engine opens it.

use crate::model::import::Import;
use crate::model::{Dataset, Decided, Source};
use brewhouse_engine::source::{Keys, Source as Wanted};
use brewhouse_engine::stage::Table;
use brewhouse_engine::types::TypeClass;
use brewhouse_engine::{Result, project};
use std::sync::Arc;

/// Larger files are shown by their first rows until all of them are read.
const LARGE: u64 = 24_000_000;

/// The dataset in the engine's words.
pub(super) fn wanted(dataset: &Dataset) -> Result<Wanted> {
    let mut wanted = project::read_source(&dataset.to_value())?;
    wanted.selection.now = Some(chrono::Utc::now());
    wanted.keys = Keys::new(std::sync::Arc::new(crate::secrets::find));
    Ok(wanted)
}

/// Whether reading all of it takes long enough for its first rows to be shown before.
pub(super) fn is_large(dataset: &Dataset) -> bool {
    std::fs::metadata(&dataset.path).is_ok_and(|meta| meta.len() > LARGE)
}

/// What a person should know of it.
pub(super) fn found(dataset: &Dataset, table: &Table) -> Source {
    let columns = table.schema.iter().map(|(name, dtype)| (name.to_string(), TypeClass::of(dtype))).collect();
    let modified = std::fs::metadata(&dataset.path).and_then(|meta| meta.modified()).ok();
    let reasons = table.verdict.iter().filter_map(|verdict| Some((verdict.name.clone(), verdict.reason.clone()?)));
    Source {
        rows: table.rows,
        complete: table.exact,
        aside: table.aside,
        columns,
        modified,
        changed: false,
        notes: table.notes.clone(),
        reasons: reasons.collect(),
        import: table.text.clone().map(|text| Import {
            text,
            verdict: table.verdict.clone(),
            sheets: table.sheets.clone(),
        }),
        decided: (table.exact && !table.columns.is_empty()).then(|| {
            Arc::new(Decided { dataset: dataset.clone(), columns: table.columns.clone(), files: table.files.clone() })
        }),
    }
}
