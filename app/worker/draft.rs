//! The table under a draft: its columns with their marks, and the rows that change when only those are shown.

use super::cells::{Cells, Shelf, columns, texts};
use crate::model::Fault;
use crate::model::sheet::{Column, ColumnMark, Effect, Only};
use brewhouse_engine::op::{Environment, bind, param::Use};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::stage::{self, Cache, Draft, DraftCounts, DraftPage, View, draft_page};
use brewhouse_engine::{Error, Result};
use polars::prelude::{BooleanChunked, DataFrame, NewChunkedArray as _};
use std::sync::Arc;

/// Rows looked at in one go.
const CHUNK: u64 = 1 << 16;
/// More rows than these are not collected when only some are shown.
const MOST: usize = 20_000;

/// Compiles a draft, or tells every fault of its form.
pub(super) fn compile(
    view: &View,
    step: &Step,
    number: usize,
    env: &Environment,
    cache: &Cache,
) -> Result<Draft, Vec<Fault>> {
    stage::draft(view, step, env, cache).map_err(|mut problems| {
        for problem in &mut problems {
            problem.step = number;
        }
        problems.iter().map(Fault::from).collect()
    })
}

/// The table under a draft, before anything is counted.
pub(super) fn shelf(view: View, draft: Draft, before: &[Step], step: &Step) -> Shelf {
    let columns = marked_columns(&view, &draft, step);
    let cells = draft.effect == stage::Effect::Cells;
    let effect = Effect {
        rows_before: view.rows,
        rows_after: view.rows,
        columns_added: draft.added.len(),
        row_by_row: draft.effect != stage::Effect::Table,
        removes: draft.effect == stage::Effect::Rows,
        ..Effect::default()
    };
    let after = (draft.effect != stage::Effect::Rows).then(|| before.iter().chain([step]).cloned().collect());
    let _ = cells;
    Shelf {
        rows: view.rows,
        cells: Cells::Draft(Box::new(draft)),
        view,
        columns: Arc::new(columns),
        effect: Some(effect),
        after,
    }
}

/// Columns that the step reads and that are still there may have changed.
fn marked_columns(view: &View, draft: &Draft, step: &Step) -> Vec<Column> {
    let mut columns = columns(&draft.schema);
    if draft.effect != stage::Effect::Cells {
        return columns;
    }
    let mut reads: Vec<String> = Vec::new();
    if let Ok(bound) = bind(step, 1) {
        for (spec, text) in bound.args.given() {
            spec.visit_columns(text, &mut |name, used| {
                if used == Use::Reads && spec.reads_columns() {
                    reads.push(name.clone());
                }
            });
        }
    }
    for column in &mut columns {
        if !view.schema.contains(column.name.as_str()) {
            column.mark = ColumnMark::Added;
        } else if reads.contains(&column.name) && draft.added.is_empty() {
            column.mark = ColumnMark::Changed;
        }
    }
    columns
}

/// The effect with the counts over all rows.
pub(super) fn counted(effect: Effect, counts: DraftCounts) -> Effect {
    Effect {
        changed: counts.changed.saturating_sub(counts.failed),
        failed: counts.failed,
        rows_before: counts.rows_before,
        rows_after: counts.rows_after,
        counted: true,
        ..effect
    }
}

/// Leaves only the rows that change, or that do not fit.
pub(super) fn pick(
    shelf: &mut Shelf,
    only: Only,
    env: &Environment,
    cache: &Cache,
    stale: &dyn Fn() -> bool,
) -> Result<()> {
    let Cells::Draft(draft) = &shelf.cells else { return Ok(()) };
    if draft.effect == stage::Effect::Table {
        return Ok(());
    }
    let changed: Vec<&Column> = shelf.columns.iter().filter(|column| column.mark == ColumnMark::Changed).collect();
    let mut picked: Option<DraftPage> = None;
    let mut numbers = Vec::new();
    let mut first = 0;
    while first < shelf.view.rows && numbers.len() < MOST && !stale() {
        let len = CHUNK.min(shelf.view.rows - first);
        let page = draft_page(draft, env, cache, first, u32::try_from(len).unwrap_or(u32::MAX))?;
        let flags = flags(&page, &changed, only);
        numbers.extend((first..).zip(&flags).filter(|(_, flag)| **flag).map(|(number, _)| number));
        let part = filtered(&page, &flags)?;
        picked = Some(match picked {
            None => part,
            Some(all) => joined(all, &part)?,
        });
        first += len;
    }
    if let Some(page) = picked {
        shelf.rows = numbers.len() as u64;
        shelf.cells = Cells::Picked(page, numbers);
    }
    Ok(())
}

fn flags(page: &DraftPage, changed: &[&Column], only: Only) -> Vec<bool> {
    let mut flags: Vec<bool> = page.kept.iter().map(|kept| !kept).collect();
    for column in changed {
        let both = texts(&page.after, &column.name).into_iter().zip(texts(&page.before, &column.name));
        for (flag, (new, old)) in flags.iter_mut().zip(both) {
            let failed = new.is_none() && old.is_some();
            *flag |= if only == Only::Failed { failed } else { new != old };
        }
    }
    flags
}

fn filtered(page: &DraftPage, flags: &[bool]) -> Result<DraftPage> {
    let mask = BooleanChunked::from_slice("".into(), flags);
    let filter = |frame: &DataFrame| frame.filter(&mask).map_err(Error::from);
    let kept = page.kept.iter().zip(flags).filter(|(_, flag)| **flag).map(|(kept, _)| *kept).collect();
    Ok(DraftPage { before: filter(&page.before)?, after: filter(&page.after)?, kept })
}

fn joined(mut all: DraftPage, part: &DraftPage) -> Result<DraftPage> {
    all.before.vstack_mut(&part.before)?;
    all.after.vstack_mut(&part.after)?;
    all.kept.extend(&part.kept);
    Ok(all)
}
