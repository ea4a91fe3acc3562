//! The table under a draft: its columns with their marks, and its counts.

use super::cells::{Cells, Shelf, columns};
use super::chosen::Chosen;
use crate::model::Fault;
use crate::model::sheet::{Column, ColumnMark, Effect};
use brewhouse_engine::op::{Environment, bind, param::Use};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::stage::{self, Cache, Draft, DraftCounts, View};
use std::sync::Arc;

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
    let effect = Effect {
        rows_before: view.rows,
        rows_after: view.rows,
        columns_added: draft.added.len(),
        row_by_row: draft.effect != stage::Effect::Table,
        removes: draft.effect == stage::Effect::Rows,
        ..Effect::default()
    };
    let after = (draft.effect != stage::Effect::Rows).then(|| before.iter().chain([step]).cloned().collect());
    Shelf {
        rows: view.rows,
        cells: Cells::Draft(Box::new(draft)),
        view,
        columns: Arc::new(columns),
        chosen: Chosen::All,
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
