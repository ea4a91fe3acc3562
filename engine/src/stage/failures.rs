//! The cells that did not fit a step: what had a value before and has none after, counted over all rows of the step.

use super::{Cache, Table, draft, place, view};
use crate::error::{Error, Problem, Result};
use crate::named::col;
use crate::op::{Environment, bind};
use crate::plan::{Taps, compile, stoppable};
use crate::recipe::Step;
use crate::run::collect;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Counts the cells that did not fit the last of these steps; none when it is switched off or makes no cell of another.
/// The count is that of a run's receipt.
pub fn failures(
    table: &Table,
    steps: &[Step],
    env: &Environment,
    cache: &Cache,
    cancel: &Arc<AtomicBool>,
) -> Result<Option<u64>, Vec<Problem>> {
    let Some((step, before)) = steps.split_last() else { return Ok(None) };
    if step.disabled() {
        return Ok(None);
    }
    let bound = bind(step, steps.len())?;
    if !bound.op.converts {
        return Ok(None);
    }
    let before = view(table, before, env, cache, cancel)?;
    let mut taps = Taps::new(cancel.clone());
    let mut facts = super::CachedFacts { cache, key: before.key.clone(), steps: std::slice::from_ref(step) };
    let frame = stoppable(before.frame.clone(), cancel);
    let compiled = compile(std::slice::from_ref(step), frame, env, &mut facts, Some(&mut taps)).map_err(place)?;
    let compiled = compiled.into_plan()?;
    let Some(after) = &compiled.schema else { return Ok(None) };
    // Whatever the step may have written is looked at, so that every cell of it is made.
    let reads = draft::reads_of(&bound);
    let written = after.iter_names().filter(|name| !before.schema.contains(name) || reads.contains(&name.to_string()));
    let looked_at: Vec<_> = written.map(|name| col(name.clone()).is_null().sum()).collect();
    collect(compiled.frame.select(looked_at))
        .map_err(|error: Error| place(error.at_step(steps.len(), bound.op.name)))?;
    Ok(Some(taps.failure_counts().iter().map(|(_, counter)| counter.get()).sum()))
}
