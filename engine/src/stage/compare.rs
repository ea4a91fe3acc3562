//! The difference between two points of a recipe: which rows and columns are the same ones, what became of their cells, counted over all
//! rows.
//!
//! Rows are told to be the same ones by a number that is carried through the steps between the two points. A step that makes other rows of
//! them (a group, a pivot, a join) ends that: then only rows and columns as a whole can be told, and which step it was.

use super::differ::differs;
use super::{Cache, CachedFacts, View, draft, place};
use crate::error::{Problem, Result};
use crate::facet::{self, Selection};
use crate::named::{col, free};
use crate::op::param::write_names;
use crate::op::{Environment, Family, Locality, RowLaw, bind};
use crate::plan::{compile, stoppable};
use crate::recipe::Step;
use crate::run::{collect, unless_cancelled, write_side_file};
use polars::prelude::{BooleanChunked, Column, DataFrame, DataType, LazyFrame, Schema, SchemaRef, SortMultipleOptions};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Rows that are compared in one go.
const TOGETHER: u64 = 131_072;

/// A column at two points of a recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairedColumn {
    /// Its name and type before; none when it is made in between.
    pub was: Option<(String, DataType)>,
    /// Its name and type after; none when it is gone.
    pub now: Option<(String, DataType)>,
    /// Whether a step in between may have changed its cells.
    pub touched: bool,
}

impl PairedColumn {
    /// The name by which it is shown: that after, or of a column that is gone that before.
    pub fn name(&self) -> &str {
        self.now.as_ref().or(self.was.as_ref()).map(|(name, _)| name.as_str()).unwrap_or_default()
    }
}

/// Two points of a recipe, side by side.
#[derive(Clone)]
pub struct Pair {
    /// The table at the earlier point.
    pub before: View,
    /// The table at the later point.
    pub after: View,
    /// The columns of both: those after in their order, each that is gone behind the one it stood behind.
    pub columns: Vec<PairedColumn>,
    /// The first step between the points (counted from 0 there) after which rows are not those of before; none where they can be paired.
    pub apart: Option<usize>,
    /// Whether the rows after stand in another order.
    pub reordered: bool,
    /// The rows before that are still there; none: all.
    stays: Option<Arc<Selection>>,
    /// The rows after, in the order of those before.
    frame: LazyFrame,
}

/// Puts the tables before and after some steps side by side.
pub fn pair(
    before: View,
    after: View,
    steps: &[Step],
    env: &Environment,
    cache: &Cache,
    cancel: &Arc<AtomicBool>,
) -> Result<Pair, Vec<Problem>> {
    let first = before.schemas.len().saturating_sub(1);
    let known = |at: usize| after.schemas.get(first + at).unwrap_or(&after.schema).clone();
    let schemas: Vec<SchemaRef> = (0..=steps.len()).map(known).collect();
    let columns = paired_columns(steps, &schemas);
    let frame = after.frame.clone();
    let mut pair = Pair { before, after, columns, apart: None, reordered: false, stays: None, frame };
    let carried: Vec<Option<Step>> = steps.iter().zip(&schemas).map(|(step, columns)| carry(step, columns)).collect();
    pair.apart = carried.iter().position(Option::is_none);
    if pair.apart.is_some() {
        return Ok(pair);
    }
    let carried: Vec<Step> = carried.into_iter().flatten().collect();
    if let Some(last) = carried.iter().rposition(moves_rows) {
        follow(&mut pair, &carried, last, env, cache, cancel)?;
    }
    Ok(pair)
}

/// The step as it carries the number of each row along; none for one that makes other rows.
fn carry(step: &Step, columns: &Schema) -> Option<Step> {
    if step.disabled() {
        return Some(step.clone());
    }
    let bound = bind(step, 0).ok()?;
    match bound.op.name {
        // Beside a number no two rows are equal: they are compared by the columns that there are.
        "DELETE_DUPLICATE_ROWS" => {
            let names: Vec<String> = columns.iter_names().map(ToString::to_string).collect();
            return Some(Step::new("KEEP_FIRST_BY").with("groupByColumns", write_names(&names)));
        }
        "FLAG_DUPLICATE_ROWS" => return None,
        _ => {}
    }
    let law = (bound.op.rows)(&bound.args);
    let keeps = matches!(law, RowLaw::Same | RowLaw::Fewer);
    let carries = bound.op.apply_keeps_rows()
        || (bound.op.locality)(&bound.args) == Locality::Row
        || bound.op.family == Family::Duplicates
        || bound.op.name == "SORT";
    (keeps && carries).then(|| step.clone())
}

/// Whether a step may take rows away or put them in another order.
fn moves_rows(step: &Step) -> bool {
    let moves = |step: &Step| {
        bind(step, 0).is_ok_and(|bound| {
            !bound.op.apply_keeps_rows() && ((bound.op.rows)(&bound.args) != RowLaw::Same || bound.op.name == "SORT")
        })
    };
    !step.disabled() && moves(step)
}

/// Follows the rows through steps that take some away or put them in another order; `last` is the last such step.
fn follow(
    pair: &mut Pair,
    steps: &[Step],
    last: usize,
    env: &Environment,
    cache: &Cache,
    cancel: &Arc<AtomicBool>,
) -> Result<(), Vec<Problem>> {
    // The column that carries the number of a row.
    let taken: Vec<&Schema> = pair.after.schemas.iter().chain([&pair.before.schema]).map(AsRef::as_ref).collect();
    let row = free("__row", &taken);
    let rows = stoppable(pair.before.frame.clone(), cancel).with_row_index(row.as_str(), None);
    let mut facts = CachedFacts { cache, key: pair.before.key.clone(), steps };
    let mut compiled = compile(steps, rows, env, &mut facts, None).map_err(place)?.into_plan()?;
    let carried = compiled.frame.collect_schema().is_ok_and(|schema| schema.contains(&row));
    if !carried {
        pair.apart = Some(last);
        return Ok(());
    }
    let numbers = compiled.frame.clone().select([col(row.as_str()).cast(DataType::UInt32)]);
    let numbers = unless_cancelled(collect(numbers), cancel).map_err(place)?;
    let numbers = numbers.column(&row).and_then(Column::u32).map_err(|error| place(error.into()))?;
    if numbers.len() as u64 != pair.after.rows {
        pair.apart = Some(last);
        return Ok(());
    }
    let mut flags = vec![false; usize::try_from(pair.before.rows).unwrap_or(0)];
    let mut previous = None;
    for row in numbers.iter().flatten() {
        if let Some(flag) = flags.get_mut(row as usize) {
            *flag = true;
        }
        pair.reordered |= previous.is_some_and(|previous| previous > row);
        previous = Some(row);
    }
    pair.stays = Some(Arc::new(Selection::from_flags(flags)));
    if pair.reordered {
        // Once in the order of before, what became of a row is found by counting.
        let key = format!("{} in the order of {}", pair.after.key, pair.before.key);
        let names: Vec<_> = pair.after.schema.iter_names().map(|name| col(name.clone())).collect();
        let ordered = || Ok(compiled.frame.sort([row.as_str()], SortMultipleOptions::default()).select(names));
        pair.frame = cache.try_side_file(&key, pair.after.secret, ordered, write_side_file).map_err(place)?.0;
    }
    Ok(())
}

/// Which column after is which one before; a renamed one is still the same.
fn paired_columns(steps: &[Step], schemas: &[SchemaRef]) -> Vec<PairedColumn> {
    let (Some(first), Some(last)) = (schemas.first(), schemas.last()) else { return Vec::new() };
    // Of each column as it is called by now, how it was called before.
    let mut origin: HashMap<String, String> =
        first.iter_names().map(|name| (name.to_string(), name.to_string())).collect();
    let mut touched: HashSet<String> = HashSet::new();
    for (step, after) in steps.iter().zip(schemas.iter().skip(1)).filter(|(step, _)| !step.disabled()) {
        let Ok(bound) = bind(step, 0) else { continue };
        let renames = bound.op.name == "RENAME";
        if let Some((from, to)) = step.param("sourceColumn").zip(step.param("targetColumn")).filter(|_| renames) {
            if let Some(was) = origin.remove(from) {
                origin.insert(to.to_owned(), was);
            }
            if touched.remove(from) {
                touched.insert(to.to_owned());
            }
        } else if bound.op.apply_keeps_rows() || (bound.op.rows)(&bound.args) == RowLaw::Same {
            touched.extend(draft::reads_of(&bound));
        }
        origin.retain(|now, _| after.contains(now));
        touched.retain(|now| after.contains(now));
    }
    let typed = |schema: &Schema, name: &str| schema.get(name).map(|dtype| (name.to_owned(), dtype.clone()));
    let kept: HashSet<&str> =
        last.iter_names().filter_map(|name| origin.get(name.as_str())).map(String::as_str).collect();
    // Columns that are gone, by the column that is still there before them.
    let mut gone: HashMap<Option<&str>, Vec<PairedColumn>> = HashMap::new();
    let mut behind = None;
    for name in first.iter_names() {
        if kept.contains(name.as_str()) {
            behind = Some(name.as_str());
        } else {
            let column = PairedColumn { was: typed(first, name), now: None, touched: false };
            gone.entry(behind).or_default().push(column);
        }
    }
    let mut columns = gone.remove(&None).unwrap_or_default();
    for name in last.iter_names() {
        let was = origin.get(name.as_str());
        let column =
            PairedColumn { was: was.and_then(|was| typed(first, was)), now: typed(last, name), touched: false };
        let dtype = |side: &Option<(String, DataType)>| side.as_ref().map(|(_, dtype)| dtype.clone());
        let touched = touched.contains(name.as_str()) || dtype(&column.was) != dtype(&column.now);
        columns.push(PairedColumn { touched, ..column });
        columns.extend(was.and_then(|was| gone.remove(&Some(was.as_str()))).into_iter().flatten());
    }
    columns
}

/// Rows of two points: as they were, and of those that are still there what they became.
pub struct PairPage {
    /// The rows as they were.
    pub before: DataFrame,
    /// Those that are still there, as they are after.
    pub after: DataFrame,
    /// Of each row as it was, whether it is still there.
    pub kept: Vec<bool>,
}

impl Pair {
    /// How many rows there are to show: those before where rows can be paired, else those after.
    pub const fn rows(&self) -> u64 {
        if self.apart.is_some() { self.after.rows } else { self.before.rows }
    }

    /// Some rows by their numbers, in the order given; of these columns before and these after. Where rows cannot be paired the numbers are
    /// those after, and there is nothing before.
    pub fn page(&self, rows: &[u64], columns: [&[String]; 2], cancel: &Arc<AtomicBool>) -> Result<PairPage> {
        let cells = |frame: &LazyFrame, rows: &[u64], columns: &[String]| {
            if columns.is_empty() { Ok(DataFrame::empty()) } else { facet::page(frame, rows, columns, cancel) }
        };
        if self.apart.is_some() {
            let after = cells(&self.after.frame, rows, columns[1])?;
            return Ok(PairPage { before: DataFrame::empty(), after, kept: vec![true; rows.len()] });
        }
        let before = cells(&self.before.frame, rows, columns[0])?;
        let Some(stays) = &self.stays else {
            let after = cells(&self.frame, rows, columns[1])?;
            return Ok(PairPage { before, after, kept: vec![true; rows.len()] });
        };
        let kept: Vec<bool> = rows.iter().map(|row| stays.contains(*row)).collect();
        let left: Vec<u64> =
            rows.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(row, _)| stays.rank(*row)).collect();
        Ok(PairPage { before, after: cells(&self.frame, &left, columns[1])?, kept })
    }

    fn rank(&self, row: u64) -> u64 {
        self.stays.as_ref().map_or(row, |stays| stays.rank(row))
    }
}

/// What became of a column, over all rows that are at both points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ColumnChange {
    /// Cells with another value, those that are missing now included.
    pub changed: u64,
    /// Cells that had a value and have none now.
    pub failed: u64,
}

/// The difference in figures, over all rows.
#[derive(Clone, Debug, Default)]
pub struct PairCounts {
    /// Of each column of the pair what became of it.
    pub columns: Vec<ColumnChange>,
    /// Rows that are gone.
    pub removed: Selection,
    /// Rows that are still there with a cell of another value.
    pub changed: Selection,
    /// Rows that are still there with a cell that had a value and has none now.
    pub failed: Selection,
}

/// Counts the difference over all rows; of rows that cannot be paired there is nothing to count.
pub fn pair_counts(pair: &Pair, cancel: &Arc<AtomicBool>) -> Result<PairCounts> {
    let mut counts = PairCounts { columns: vec![ColumnChange::default(); pair.columns.len()], ..PairCounts::default() };
    if pair.apart.is_some() {
        return Ok(counts);
    }
    let all = usize::try_from(pair.before.rows).unwrap_or(0);
    let compared: Vec<(usize, &str, &str)> = pair.columns.iter().enumerate().filter_map(compared).collect();
    let (mut changed, mut failed) = (vec![false; all], vec![false; all]);
    let mut first = 0;
    while first < pair.before.rows && !compared.is_empty() {
        let len = TOGETHER.min(pair.before.rows - first);
        let (was, now) = stretch(pair, &compared, first, len, cancel)?;
        let rows: Vec<usize> = match &pair.stays {
            None => (first..first + len).filter_map(|row| usize::try_from(row).ok()).collect(),
            Some(stays) => {
                let here = stays.rows(stays.rank(first), stays.rank(first + len) - stays.rank(first));
                here.into_iter().filter_map(|row| usize::try_from(row).ok()).collect()
            }
        };
        for (at, was_name, now_name) in &compared {
            let (was, now) = (was.column(was_name)?, now.column(now_name)?);
            let differs = differs(was, now)?;
            let lost = &was.is_not_null() & &now.is_null();
            for (flags, found) in [(&mut changed, &differs), (&mut failed, &lost)] {
                for (row, _) in rows.iter().zip(found.iter()).filter(|(_, found)| *found == Some(true)) {
                    flags[*row] = true;
                }
            }
            counts.columns[*at].changed += u64::from(differs.sum().unwrap_or(0));
            counts.columns[*at].failed += u64::from(lost.sum().unwrap_or(0));
        }
        first += len;
    }
    counts.changed = Selection::from_flags(changed);
    counts.failed = Selection::from_flags(failed);
    counts.removed = match &pair.stays {
        Some(stays) => Selection::from_flags(stays.flags().map(|stays| !stays)),
        None => Selection::from_flags(std::iter::repeat_n(false, all)),
    };
    Ok(counts)
}

/// A column whose cells have to be compared: its place, its names before and after.
fn compared((at, column): (usize, &PairedColumn)) -> Option<(usize, &str, &str)> {
    let ((was, _), (now, _)) = column.was.as_ref().zip(column.now.as_ref()).filter(|_| column.touched)?;
    Some((at, was, now))
}

/// The compared cells of the rows of a stretch that are at both points, before and after.
fn stretch(
    pair: &Pair,
    compared: &[(usize, &str, &str)],
    first: u64,
    len: u64,
    cancel: &Arc<AtomicBool>,
) -> Result<(DataFrame, DataFrame)> {
    let part = |frame: &LazyFrame, first: u64, len: u64, names: &mut dyn Iterator<Item = &str>| {
        let names: Vec<_> = names.map(col).collect();
        let (first, len) = (i64::try_from(first).unwrap_or(i64::MAX), u32::try_from(len).unwrap_or(u32::MAX));
        unless_cancelled(collect(stoppable(frame.clone().select(names).slice(first, len), cancel)), cancel)
    };
    let was = part(&pair.before.frame, first, len, &mut compared.iter().map(|(_, was, _)| *was))?;
    let (from, to) = (pair.rank(first), pair.rank(first + len));
    let now = part(&pair.frame, from, to - from, &mut compared.iter().map(|(.., now)| *now))?;
    let was = match &pair.stays {
        None => was,
        Some(stays) => {
            let here: BooleanChunked = (first..first + len).map(|row| Some(stays.contains(row))).collect();
            was.filter(&here)?
        }
    };
    Ok((was, now))
}
