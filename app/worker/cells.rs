//! A table as the grid takes it: blocks of cells as text, with the marks of a draft.

use super::chosen::Chosen;
use super::compare;
use crate::model::sheet::{
    BLOCK_COLUMNS, BLOCK_ROWS, Block, BlockAt, Cell, CellMark, Column, ColumnMark, Effect, Meant, Misfits, Row,
};
use brewhouse_engine::Result;
use brewhouse_engine::facet::{self, Filter, Test};
use brewhouse_engine::op::Environment;
use brewhouse_engine::stage::{self, Cache, Draft, DraftPage, Loss, Pair, View, draft_page, draft_rows};
use brewhouse_engine::types::TypeClass;
use brewhouse_engine::values::cell_text;
use polars::prelude::{DataFrame, DataType, LazyFrame, SchemaRef};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Longer texts are cut on screen.
const LONGEST: usize = 240;

/// Where the cells of a table come from.
#[derive(Clone)]
pub(super) enum Cells {
    /// The table after the steps.
    View,
    /// The same with a draft on top.
    Draft(Box<Draft>),
    /// Two points of the recipe, side by side.
    Pair(Box<Pair>),
}

/// A table ready to be shown.
#[derive(Clone)]
pub(super) struct Shelf {
    /// Where its cells come from.
    pub(super) cells: Cells,
    /// The table after the steps.
    pub(super) view: View,
    /// Its columns.
    pub(super) columns: Arc<Vec<Column>>,
    /// How many rows the table has.
    pub(super) rows: u64,
    /// Which of them are shown.
    pub(super) chosen: Chosen,
    /// The effect of the draft.
    pub(super) effect: Option<Effect>,
    /// The view whose facts are shown, when it is another one; made when it is asked for.
    pub(super) after: Option<Vec<brewhouse_engine::recipe::Step>>,
}

impl Shelf {
    /// A table without a draft.
    pub(super) fn plain(view: View) -> Self {
        let columns = Arc::new(columns(&view.schema));
        let rows = view.rows;
        Self { cells: Cells::View, view, columns, rows, chosen: Chosen::All, effect: None, after: None }
    }

    /// Some of its rows.
    pub(super) fn part(&self, chosen: Chosen) -> Self {
        Self { chosen, ..self.clone() }
    }

    /// How many rows are shown.
    pub(super) fn shown(&self) -> u64 {
        self.chosen.len(self.rows)
    }

    /// The rows and columns that can be searched.
    pub(super) fn table(&self) -> (&LazyFrame, &SchemaRef) {
        match &self.cells {
            Cells::Draft(draft) if draft.effect != stage::Effect::Rows => (&draft.frame, &draft.schema),
            _ => (&self.view.frame, &self.view.schema),
        }
    }

    /// Cells in full: rows by their places on screen, columns by their names.
    pub(super) fn cells(
        &self,
        rows: Range<u64>,
        columns: &[String],
        env: &Environment,
        cache: &Cache,
        cancel: &Arc<AtomicBool>,
    ) -> Result<DataFrame> {
        let len = rows.end.saturating_sub(rows.start);
        let numbers = self.chosen.rows(rows.start, len);
        let short = u32::try_from(len).unwrap_or(u32::MAX);
        let frame = match (&self.cells, &self.chosen) {
            (Cells::View, Chosen::All) => self.view.page(rows.start, short, columns)?,
            (Cells::View, _) => facet::page(&self.view.frame, &numbers, columns, cancel)?,
            (Cells::Draft(draft), Chosen::All) => draft_page(draft, env, cache, (rows.start, short), columns)?.after,
            (Cells::Draft(draft), _) => draft_rows(draft, env, cache, &numbers, columns, cancel)?.after,
            (Cells::Pair(pair), _) => return compare::cells(pair, &numbers, columns, cancel),
        };
        Ok(frame.select(columns.iter().map(String::as_str))?)
    }

    /// One block of it.
    pub(super) fn block(
        &self,
        at: BlockAt,
        (meant, losses): (&Meant, &[Loss]),
        (env, cache): (&Environment, &Cache),
        cancel: &Arc<AtomicBool>,
    ) -> Result<Block> {
        let first = at.0 * BLOCK_ROWS;
        let len = BLOCK_ROWS.min(self.shown().saturating_sub(first));
        let from = at.1 * BLOCK_COLUMNS;
        let part = self.columns.get(from..(from + BLOCK_COLUMNS).min(self.columns.len())).unwrap_or_default();
        let short = u32::try_from(len).unwrap_or_default();
        let all = matches!(self.chosen, Chosen::All);
        let numbers = self.chosen.rows(first, len);
        match &self.cells {
            Cells::View => {
                let names = names(part);
                let frame = if all {
                    self.view.page(first, short, &names)?
                } else {
                    facet::page(&self.view.frame, &numbers, &names, cancel)?
                };
                let mut columns: Vec<Vec<Cell>> = part.iter().map(|column| plain(&frame, column)).collect();
                for loss in losses {
                    mark_lost(&mut columns, part, loss, &numbers, cancel);
                }
                let rows = numbers.into_iter().map(|number| Row { number, removed: false }).collect();
                Ok(Block { rows, columns, misfits: misfits(&frame, part, meant), losses: losses.len() })
            }
            Cells::Pair(pair) => compare::block(pair, part, &numbers, cancel),
            Cells::Draft(draft) if all => {
                let page = draft_page(draft, env, cache, (first, short), &names(part))?;
                Ok(Block { misfits: misfits(&page.after, part, meant), ..marked(&page, part, numbers) })
            }
            Cells::Draft(draft) => {
                let page = draft_rows(draft, env, cache, &numbers, &names(part), cancel)?;
                Ok(Block { misfits: misfits(&page.after, part, meant), ..marked(&page, part, numbers) })
            }
        }
    }
}

/// Marks the cells that are missing since a step that they did not fit.
fn mark_lost(cells: &mut [Vec<Cell>], part: &[Column], loss: &Loss, rows: &[u64], cancel: &Arc<AtomicBool>) {
    for (column, cells) in part.iter().zip(cells) {
        let gone = cells.iter().any(|cell| cell.text.is_none());
        if !gone || !loss.columns.contains(&column.name) {
            continue;
        }
        // Where it cannot be read, the cell is missing and no more can be said.
        let texts = loss.texts(&column.name, rows, cancel).unwrap_or_default();
        for (cell, text) in cells.iter_mut().zip(texts).filter(|(cell, _)| cell.text.is_none()) {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                cell.mark = CellMark::Lost(loss.step, short(text));
            }
        }
    }
}

/// The cells of a page that do not fit what their columns are meant to be, by the very test that counts them over all rows.
fn misfits(page: &DataFrame, part: &[Column], meant: &Meant) -> Vec<Option<Misfits>> {
    let filter = |column: &Column| Some(Filter::of(&column.name, Test::misfit(meant.get(&column.name)?)));
    // A draft may have taken a column away.
    let there = part.iter().filter(|column| page.schema().contains(&column.name));
    let filters: Vec<Filter> = there.filter_map(filter).collect();
    let mut found: HashMap<&str, Vec<bool>> = HashMap::new();
    if let Ok(flags) = facet::passing(page, &filters) {
        found.extend(filters.iter().map(|filter| filter.column.as_str()).zip(flags));
    }
    let of = |column: &Column| {
        let meant = *meant.get(&column.name)?;
        Some(Misfits { meant, rows: found.remove(column.name.as_str()).unwrap_or_default() })
    };
    part.iter().map(of).collect()
}

fn names(columns: &[Column]) -> Vec<String> {
    columns.iter().map(|column| column.name.clone()).collect()
}

/// The columns of a schema.
pub(super) fn columns(schema: &SchemaRef) -> Vec<Column> {
    let column = |name: &str, dtype: &DataType| Column {
        name: name.to_owned(),
        class: TypeClass::of(dtype),
        dtype: dtype.clone(),
        mark: ColumnMark::Same,
    };
    schema.iter().map(|(name, dtype)| column(name.as_str(), dtype)).collect()
}

pub(super) fn plain(frame: &DataFrame, column: &Column) -> Vec<Cell> {
    texts(frame, &column.name).into_iter().map(|text| Cell { text, mark: CellMark::Same }).collect()
}

/// A page of a draft as a block, its cells marked where they differ.
fn marked(page: &DraftPage, columns: &[Column], numbers: Vec<u64>) -> Block {
    let rows = numbers.iter().zip(&page.kept).map(|(number, kept)| Row { number: *number, removed: !kept }).collect();
    let cells = columns.iter().map(|column| {
        if column.mark != ColumnMark::Changed || page.before.column(&column.name).is_err() {
            return plain(&page.after, column);
        }
        let both = texts(&page.after, &column.name).into_iter().zip(texts(&page.before, &column.name));
        both.map(|(text, old)| mark(text, old)).collect()
    });
    Block { rows, columns: cells.collect(), ..Block::default() }
}

pub(super) fn mark(text: Option<Box<str>>, old: Option<Box<str>>) -> Cell {
    let mark = match (&text, old) {
        (None, Some(old)) => CellMark::Failed(old),
        (text, old) if *text != old => CellMark::Changed(old),
        _ => CellMark::Same,
    };
    Cell { text, mark }
}

/// The cells of a column as text.
pub(super) fn texts(frame: &DataFrame, name: &str) -> Vec<Option<Box<str>>> {
    let Ok(column) = frame.column(name) else { return vec![None; frame.height()] };
    let series = column.as_materialized_series().rechunk();
    series.iter().map(|value| cell_text(&value).map(short)).collect()
}

fn short(text: String) -> Box<str> {
    if text.len() <= LONGEST {
        return text.into();
    }
    let mut cut: String = text.chars().take(LONGEST).collect();
    cut.push('…');
    cut.into()
}
