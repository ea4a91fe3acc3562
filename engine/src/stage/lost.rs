//! What stood in cells before a step that they did not fit made them missing, while every step after it leaves the rows in their places.

use super::{Cache, CachedFacts, Table, View, is_barrier, view};
use crate::error::Result;
use crate::facet;
use crate::op::{Environment, bind};
use crate::plan::compile;
use crate::recipe::Step;
use crate::types::TypeClass;
use crate::values::cell_text;
use polars::prelude::{LazyFrame, SchemaRef};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A step that made cells of some columns missing.
#[derive(Clone)]
pub struct Loss {
    /// The step, counted from 1.
    pub step: usize,
    /// The columns of text that it made columns of something else.
    pub columns: Vec<String>,
    before: LazyFrame,
    after: LazyFrame,
}

/// What the last of these steps made missing; none when it makes no text something else, or is switched off. The rows are those of the table
/// after further steps only as long as none of those moves or removes rows, see [`keeps_rows`].
pub fn loss(table: &Table, steps: &[Step], env: &Environment, cache: &Cache, cancel: &Arc<AtomicBool>) -> Option<Loss> {
    let (step, earlier) = steps.split_last()?;
    let bound = bind(step, steps.len()).ok()?;
    if step.disabled() || !bound.op.converts {
        return None;
    }
    let before = view(table, earlier, env, cache, cancel).ok()?;
    let mut facts = CachedFacts { cache, key: before.key.clone(), steps: std::slice::from_ref(step) };
    let after = compile(std::slice::from_ref(step), before.frame.clone(), env, &mut facts, None).ok()?;
    let after = after.into_plan().ok()?;
    let columns = changed(&before, &after.schema?);
    (!columns.is_empty()).then_some(Loss { step: steps.len(), columns, before: before.frame, after: after.frame })
}

/// Whether a step leaves every row where it is.
pub fn keeps_rows(step: &Step) -> bool {
    step.disabled() || !is_barrier(step)
}

fn changed(before: &View, after: &SchemaRef) -> Vec<String> {
    let text = |name: &str| before.schema.get(name).is_some_and(|was| TypeClass::of(was) == TypeClass::Text);
    let other = after.iter().filter(|(name, dtype)| text(name) && TypeClass::of(dtype) != TypeClass::Text);
    other.map(|(name, _)| name.to_string()).collect()
}

impl Loss {
    /// Of some rows by their numbers, what stood in a column where nothing stands after the step; none for all other cells.
    pub fn texts(&self, column: &str, rows: &[u64], cancel: &Arc<AtomicBool>) -> Result<Vec<Option<String>>> {
        let name = [column.to_owned()];
        let before = facet::page(&self.before, rows, &name, cancel)?;
        let after = facet::page(&self.after, rows, &name, cancel)?;
        let (was, now) = (before.column(column)?, after.column(column)?.is_null());
        let was = was.as_materialized_series().rechunk();
        Ok(was.iter().zip(now.iter()).map(|(was, gone)| cell_text(&was).filter(|_| gone == Some(true))).collect())
    }
}
