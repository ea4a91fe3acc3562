//! The effect of a step that is only drafted: on the visible rows at once, over all rows in figures.

use super::differ::differs;
use super::{Cache, CachedFacts, View, count, place};
use crate::error::{Problem, Result};
use crate::facet::{self, Selection};
use crate::named::{col, free};
use crate::op::convert::reads_as_before;
use crate::op::param::Use;
use crate::op::{Bound, Environment, Locality, RowLaw, bind};
use crate::plan::{compile, stoppable};
use crate::recipe::Step;
use crate::run::{collect, unless_cancelled};
use polars::prelude::{
    DataFrame, DataType, Expr, Field, IntoColumn as _, IntoLazy as _, IntoSeries as _, LazyFrame, SchemaRef, lit,
};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What kind of change a step makes, and so how a grid shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Cells change or columns come; every row stays where it is.
    Cells,
    /// Rows go; the others stay as they are.
    Rows,
    /// Another table comes out.
    Table,
}

/// A step on top of a view, not yet applied.
#[derive(Clone)]
pub struct Draft {
    /// How it shows.
    pub effect: Effect,
    /// The columns after it.
    pub schema: SchemaRef,
    /// The columns that it adds.
    pub added: Vec<String>,
    /// The rows after it, evaluated when they are looked at.
    pub frame: LazyFrame,
    before: View,
    step: Step,
    /// The columns that it reads and that are still there: their cells may have changed.
    compared: Vec<String>,
}

/// Compiles a drafted step on top of a view; every problem of its form comes back.
pub fn draft(before: &View, step: &Step, env: &Environment, cache: &Cache) -> Result<Draft, Vec<Problem>> {
    let bound = bind(step, 1)?;
    let steps = std::slice::from_ref(step);
    let mut facts = CachedFacts { cache, key: before.key.clone(), steps };
    let compiled = compile(steps, before.frame.clone(), env, &mut facts, None).map_err(place)?.into_plan()?;
    let schema = compiled.schema.unwrap_or_else(|| before.schema.clone());
    let added = schema.iter_names().filter(|n| !before.schema.contains(n)).map(ToString::to_string).collect();
    let mut compared = reads_of(&bound);
    compared.retain(|name| match (before.schema.get(name), schema.get(name)) {
        // Nothing to look for: no cell reads otherwise, none is lost.
        (Some(was), Some(now)) => !reads_as_before(&bound, was, now),
        _ => false,
    });
    Ok(Draft {
        effect: effect_of(&bound),
        schema,
        added,
        frame: compiled.frame,
        before: before.clone(),
        step: step.clone(),
        compared,
    })
}

fn effect_of(bound: &Bound) -> Effect {
    let law = (bound.op.rows)(&bound.args);
    match (bound.op.apply_keeps_rows(), (bound.op.locality)(&bound.args), law) {
        (true, _, _) => Effect::Cells,
        (false, Locality::Row, RowLaw::Fewer) => Effect::Rows,
        _ => Effect::Table,
    }
}

pub(super) fn reads_of(bound: &Bound) -> Vec<String> {
    let mut names = Vec::new();
    for (spec, text) in bound.args.given() {
        spec.visit_columns(text, &mut |name, used| {
            if used == Use::Reads && spec.reads_columns() && !names.contains(name) {
                names.push(name.clone());
            }
        });
    }
    names
}

/// Rows of a draft: as they were, as they become, and of each whether it stays.
pub struct DraftPage {
    /// The rows as they were; empty when another table comes out.
    pub before: DataFrame,
    /// The rows as they become. While rows go, these are all rows of the page as they were.
    pub after: DataFrame,
    /// Of each row, whether it stays.
    pub kept: Vec<bool>,
}

/// Evaluates a draft on rows `first` to `first + len`, of these columns (all when none is named).
pub fn draft_page(
    draft: &Draft,
    env: &Environment,
    cache: &Cache,
    (first, len): (u64, u32),
    columns: &[String],
) -> Result<DraftPage> {
    let start = i64::try_from(first).unwrap_or(i64::MAX);
    if draft.effect == Effect::Rows {
        let rows = draft.before.frame.clone().slice(start, len);
        let after = draft.before.page(first, len, columns)?;
        let kept = staying(draft, env, cache, rows, after.height())?;
        return Ok(DraftPage { before: after.clone(), after, kept });
    }
    let [was, now] = draft.names(columns);
    let after = collect(chosen(draft.frame.clone(), &now).slice(start, len))?;
    let kept = vec![true; after.height()];
    if draft.effect == Effect::Table || was.is_empty() {
        return Ok(DraftPage { before: DataFrame::empty(), after, kept });
    }
    Ok(DraftPage { before: draft.before.page(first, len, &was)?, after, kept })
}

/// Evaluates a draft on some rows by their numbers, in the order given, of these columns (all when none is named). A draft that makes
/// another table has no such rows.
pub fn draft_rows(
    draft: &Draft,
    env: &Environment,
    cache: &Cache,
    rows: &[u64],
    columns: &[String],
    cancel: &Arc<AtomicBool>,
) -> Result<DraftPage> {
    let [was, now] = draft.names(columns);
    if draft.effect == Effect::Rows {
        // Which columns the step looks at is known to the plan alone.
        let whole = facet::page(&draft.before.frame, rows, &[], cancel)?;
        let kept = staying(draft, env, cache, whole.clone().lazy(), whole.height())?;
        let after = whole.select(was)?;
        return Ok(DraftPage { before: after.clone(), after, kept });
    }
    let after = facet::page(&draft.frame, rows, &now, cancel)?;
    let before =
        if was.is_empty() { DataFrame::empty() } else { facet::page(&draft.before.frame, rows, &was, cancel)? };
    let kept = vec![true; after.height()];
    Ok(DraftPage { before, after, kept })
}

fn chosen(frame: LazyFrame, columns: &[String]) -> LazyFrame {
    frame.select(columns.iter().map(|name| col(name.as_str())).collect::<Vec<_>>())
}

/// Of some rows, which a draft that takes rows away leaves.
fn staying(draft: &Draft, env: &Environment, cache: &Cache, rows: LazyFrame, height: usize) -> Result<Vec<bool>> {
    let row = draft.name_of_rows();
    let rows = rows.with_row_index(row.as_str(), None);
    let steps = std::slice::from_ref(&draft.step);
    // The page alone cannot answer what must be asked of all rows; those answers are in the cache already.
    let mut facts = CachedFacts { cache, key: draft.before.key.clone(), steps };
    let compiled = compile(steps, rows, env, &mut facts, None)?;
    let stay = collect(compiled.frame.select([col(row.as_str()).cast(DataType::UInt32)]))?;
    let mut kept = vec![false; height];
    for row in stay.column(&row)?.u32()?.iter().flatten() {
        if let Some(flag) = kept.get_mut(row as usize) {
            *flag = true;
        }
    }
    Ok(kept)
}

/// The rows that a draft changes or takes away; with `failed`, those with a cell that does not fit.
pub fn draft_touched(
    draft: &Draft,
    env: &Environment,
    cache: &Cache,
    failed: bool,
    cancel: &Arc<AtomicBool>,
) -> Result<Selection> {
    let steps = std::slice::from_ref(&draft.step);
    let mut facts = CachedFacts { cache, key: draft.before.key.clone(), steps };
    let before = stoppable(draft.before.frame.clone(), cancel);
    if draft.effect == Effect::Rows {
        let row = draft.name_of_rows();
        let compiled = compile(steps, before.with_row_index(row.as_str(), None), env, &mut facts, None)?;
        let numbers = compiled.frame.select([col(row.as_str()).cast(DataType::UInt32)]);
        let stay = unless_cancelled(collect(numbers), cancel)?;
        let mut gone = vec![true; usize::try_from(draft.before.rows).unwrap_or(0)];
        for row in stay.column(&row)?.u32()?.iter().flatten() {
            if let Some(flag) = gone.get_mut(row as usize) {
                *flag = false;
            }
        }
        return Ok(Selection::from_flags(gone));
    }
    let compiled = compile(steps, with_copies(draft, before), env, &mut facts, None)?;
    let mut any: Option<Expr> = None;
    for name in &draft.compared {
        let one = if failed { draft.fails(name) } else { draft.differs(name) };
        any = Some(match any {
            Some(any) => any.or(one),
            None => one,
        });
    }
    let Some(any) = any else {
        return Ok(Selection::from_flags(std::iter::repeat_n(false, usize::try_from(draft.before.rows).unwrap_or(0))));
    };
    let found = unless_cancelled(collect(compiled.frame.select([any.alias("touched")])), cancel)?;
    Selection::of(found.column("touched")?)
}

/// The rows before a draft with a copy of every column that it may change.
fn with_copies(draft: &Draft, before: LazyFrame) -> LazyFrame {
    before.with_columns(draft.compared.iter().map(|name| col(name.as_str()).alias(draft.old(name))).collect::<Vec<_>>())
}

impl Draft {
    /// What a copy of a column before the draft is called; no column before or after it is.
    fn old(&self, name: &str) -> String {
        free(&format!("__before_{name}"), &[&self.before.schema, &self.schema])
    }

    /// The column that tells rows apart while the draft takes some away.
    fn name_of_rows(&self) -> String {
        free("__row", &[&self.before.schema, &self.schema])
    }

    /// The table after it, with so many rows, for figures; what has to see all rows is evaluated again for each of them.
    pub fn after(&self, rows: u64) -> View {
        let key = format!("{} | {}", self.before.key, self.step.to_databrew());
        View { frame: self.frame.clone(), schema: self.schema.clone(), rows, key, ..self.before.clone() }
    }

    /// Which of these columns (all when none is named) there are before, and after.
    fn names(&self, columns: &[String]) -> [Vec<String>; 2] {
        [&self.before.schema, &self.schema].map(|schema| {
            if columns.is_empty() {
                return schema.iter_names().map(ToString::to_string).collect();
            }
            columns.iter().filter(|name| schema.contains(name)).cloned().collect()
        })
    }

    /// Whether a cell shows another value than before.
    fn differs(&self, name: &str) -> Expr {
        let (now, was) = (col(name), col(self.old(name)));
        if self.schema.get(name) == self.before.schema.get(name) {
            return now.neq_missing(was);
        }
        now.map_many(
            |columns| {
                let [now, was] = columns else { return Ok(columns[0].clone()) };
                Ok(differs(was, now)?.into_series().with_name(now.name().clone()).into_column())
            },
            &[was],
            |_, fields| Ok(Field::new(fields[0].name.clone(), DataType::Boolean)),
        )
    }

    /// Whether a cell had a value and has none now.
    fn fails(&self, name: &str) -> Expr {
        col(self.old(name)).is_not_null().and(col(name).is_null())
    }
}

/// What a draft does over all rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DraftCounts {
    /// Rows before it.
    pub rows_before: u64,
    /// Rows after it.
    pub rows_after: u64,
    /// Cells that have another value than before.
    pub changed: u64,
    /// Cells that had a value and have none now.
    pub failed: u64,
}

/// Counts what a draft does over all rows; stops with an error when the flag is raised.
pub fn draft_counts(draft: &Draft, env: &Environment, cache: &Cache, cancel: &Arc<AtomicBool>) -> Result<DraftCounts> {
    let rows_before = draft.before.rows;
    let steps = std::slice::from_ref(&draft.step);
    let mut facts = CachedFacts { cache, key: draft.before.key.clone(), steps };
    let before = stoppable(draft.before.frame.clone(), cancel);
    if draft.effect != Effect::Cells {
        let rows_after = count(compile(steps, before, env, &mut facts, None)?.frame)?;
        return Ok(DraftCounts { rows_before, rows_after, ..DraftCounts::default() });
    }
    if draft.compared.is_empty() {
        return Ok(DraftCounts { rows_before, rows_after: rows_before, ..DraftCounts::default() });
    }
    let compiled = compile(steps, with_copies(draft, before), env, &mut facts, None)?;
    let (mut changed, mut failed) = (lit(0u64), lit(0u64));
    for name in &draft.compared {
        changed = changed + draft.differs(name).sum().cast(DataType::UInt64);
        failed = failed + draft.fails(name).sum().cast(DataType::UInt64);
    }
    let counted = collect(compiled.frame.select([changed.alias("changed"), failed.alias("failed")]))?;
    let number = |name: &str| counted.column(name).and_then(|c| c.get(0)).ok().and_then(|v| v.extract::<u64>());
    Ok(DraftCounts {
        rows_before,
        rows_after: rows_before,
        changed: number("changed").unwrap_or(0),
        failed: number("failed").unwrap_or(0),
    })
}
