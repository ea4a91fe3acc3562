//! The effect of one step: which cells change, which do not fit, which rows go.

use super::cells::{Table, columns};
use super::stage::{Walk, apply};
use crate::model::sheet::{ColumnMark, Effect, Only, StepFigures};
use crate::model::{Fault, Place};
use brewhouse_engine::op::find;
use brewhouse_engine::recipe::Step;
use polars::prelude::{BooleanChunked, ChunkCompareEq as _, DataFrame, DataType, NewChunkedArray as _, Series};
use std::sync::Arc;

/// The name of the column that carries row numbers through a step.
const NUMBER: &str = "\u{1}row";

/// The table under a draft, with its marks.
pub(super) fn table(walk: &Walk, step: &Step, place: Place, only: Only) -> Result<Table, Vec<Fault>> {
    let number = place.at() + 1;
    let after = apply(step, number, &walk.frame, &walk.env).map_err(|p| p.iter().map(Fault::from).collect::<Vec<_>>())?;
    let before = &walk.frame;
    let converts = find(step.operation()).is_some_and(|op| op.converts);
    let mut effect = Effect {
        rows_before: before.height() as u64,
        rows_after: after.height() as u64,
        columns_added: after.schema().iter_names().filter(|name| !before.schema().contains(name.as_str())).count(),
        ..Effect::default()
    };
    if after.height() == before.height() && find(step.operation()).is_some_and(|op| op.name != "SORT") {
        effect.row_by_row = true;
        return Ok(changed(before, after, converts, effect, only));
    }
    match kept(walk, step, number) {
        Some(kept) => {
            effect.row_by_row = true;
            Ok(removed(before, &kept, effect, only))
        }
        None => {
            let mut table = Table::plain(after);
            table.effect = Some(effect);
            Ok(table)
        }
    }
}

/// What a step did, in figures.
pub(super) fn figures(step: &Step, before: &DataFrame, after: &DataFrame) -> StepFigures {
    let converts = find(step.operation()).is_some_and(|op| op.converts);
    let mut figures =
        StepFigures { rows_in: before.height() as u64, rows_out: after.height() as u64, ..StepFigures::default() };
    if figures.rows_in == figures.rows_out && step.operation() != "SORT" {
        let effect = differences(before, after, converts);
        figures.failed = effect.iter().map(|(_, _, failed)| count(failed)).sum();
        figures.changed = Some(effect.iter().map(|(_, changed, _)| count(changed)).sum());
    }
    figures
}

fn count(mask: &BooleanChunked) -> u64 {
    u64::from(mask.sum().unwrap_or_default())
}

/// For each column that is in both: where cells differ, and where they became missing.
fn differences(before: &DataFrame, after: &DataFrame, converts: bool) -> Vec<(String, BooleanChunked, BooleanChunked)> {
    let mut found = Vec::new();
    for column in after.columns() {
        let Ok(old) = before.column(column.name()) else { continue };
        let (old, new) = (old.as_materialized_series(), column.as_materialized_series());
        let Some(mut differ) = differ(old, new) else { continue };
        let lost = if converts { &old.is_not_null() & &new.is_null() } else { BooleanChunked::from_slice("".into(), &[false]) };
        if converts {
            differ = &differ & &!&lost;
        }
        if differ.any() || lost.any() || old.dtype() != new.dtype() {
            found.push((column.name().to_string(), differ, lost));
        }
    }
    found
}

fn differ(old: &Series, new: &Series) -> Option<BooleanChunked> {
    if old.dtype() == new.dtype() {
        return old.not_equal_missing(new).ok();
    }
    let old = old.cast(&DataType::String).ok()?;
    let new = new.cast(&DataType::String).ok()?;
    old.not_equal_missing(&new).ok()
}

fn changed(before: &DataFrame, after: DataFrame, converts: bool, mut effect: Effect, only: Only) -> Table {
    let found = differences(before, &after, converts);
    let mut columns = columns(&after);
    for column in &mut columns {
        if !before.schema().contains(column.name.as_str()) {
            column.mark = ColumnMark::Added;
        } else if found.iter().any(|(name, ..)| *name == column.name) {
            column.mark = ColumnMark::Changed;
        }
    }
    effect.changed = found.iter().map(|(_, changed, _)| count(changed)).sum();
    effect.failed = found.iter().map(|(_, _, failed)| count(failed)).sum();
    let masks: Vec<&BooleanChunked> = match only {
        Only::All => Vec::new(),
        Only::Changed => found.iter().flat_map(|(_, changed, failed)| [changed, failed]).collect(),
        Only::Failed => found.iter().map(|(_, _, failed)| failed).collect(),
    };
    let select = (only != Only::All).then(|| places(&masks, after.height()));
    Table {
        frame: after,
        before: Some(before.clone()),
        removed: None,
        select,
        converts,
        columns: Arc::new(columns),
        effect: Some(effect),
    }
}

fn removed(before: &DataFrame, kept: &[bool], effect: Effect, only: Only) -> Table {
    let mut table = Table::plain(before.clone());
    let removed: Vec<bool> = kept.iter().map(|kept| !kept).collect();
    if only != Only::All {
        table.select = Some((0..).zip(&removed).filter(|(_, removed)| **removed).map(|(at, _)| at).collect());
    }
    table.removed = Some(removed);
    table.effect = Some(effect);
    table
}

fn places(masks: &[&BooleanChunked], height: usize) -> Vec<u64> {
    let mut any = vec![false; height];
    for mask in masks.iter().filter(|mask| mask.len() == height) {
        for (place, set) in any.iter_mut().zip(mask.iter()) {
            *place |= set.unwrap_or_default();
        }
    }
    (0..).zip(any).filter(|(_, any)| *any).map(|(at, _)| at).collect()
}

/// Which rows are still there, when the step keeps rows as they are and in order.
fn kept(walk: &Walk, step: &Step, number: usize) -> Option<Vec<bool>> {
    let numbered = walk.frame.with_row_index(NUMBER.into(), None).ok()?;
    let after = apply(step, number, &numbered, &walk.env).ok()?;
    let numbers = after.column(NUMBER).ok()?.as_materialized_series().idx().ok()?.clone();
    let mut kept = vec![false; walk.frame.height()];
    let mut last = None;
    for number in numbers.iter().flatten() {
        if last.is_some_and(|last| last >= number) {
            return None;
        }
        last = Some(number);
        *kept.get_mut(usize::try_from(number).ok()?)? = true;
    }
    Some(kept)
}
