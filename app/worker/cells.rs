//! A table as the grid takes it: blocks of cells as text, with the marks of a draft.

use crate::model::sheet::{BLOCK_COLUMNS, BLOCK_ROWS, Block, BlockAt, Cell, CellMark, Column, ColumnMark, Effect, Row};
use brewhouse_engine::types::TypeClass;
use brewhouse_engine::values::cell_text;
use polars::prelude::{DataFrame, IdxCa, IdxSize, NamedFrom as _, Series};
use std::sync::Arc;

/// Longer texts are cut on screen.
const LONGEST: usize = 240;

/// A table ready to be shown.
pub(super) struct Table {
    /// What cells are taken from.
    pub(super) frame: DataFrame,
    /// The same rows before the draft.
    pub(super) before: Option<DataFrame>,
    /// Which rows the draft removes.
    pub(super) removed: Option<Vec<bool>>,
    /// The rows to show, when not all are.
    pub(super) select: Option<Vec<u64>>,
    /// Whether a value that becomes missing did not fit.
    pub(super) converts: bool,
    /// Its columns.
    pub(super) columns: Arc<Vec<Column>>,
    /// The effect of the draft.
    pub(super) effect: Option<Effect>,
}

impl Table {
    /// A table without a draft.
    pub(super) fn plain(frame: DataFrame) -> Self {
        let columns = Arc::new(columns(&frame));
        Self { frame, before: None, removed: None, select: None, converts: false, columns, effect: None }
    }

    pub(super) fn rows(&self) -> u64 {
        self.select.as_ref().map_or(self.frame.height() as u64, |rows| rows.len() as u64)
    }

    /// One block of it.
    pub(super) fn block(&self, at: BlockAt) -> Block {
        let numbers = self.numbers(at.0);
        let removed = |number: u64| self.removed.as_ref().is_some_and(|removed| flag(removed, number));
        let rows = numbers.iter().map(|number| Row { number: *number, removed: removed(*number) }).collect();
        let first = at.1 * BLOCK_COLUMNS;
        let last = (first + BLOCK_COLUMNS).min(self.columns.len());
        let columns = self.columns.get(first..last).unwrap_or_default();
        Block { rows, columns: columns.iter().map(|column| self.cells(column, &numbers)).collect() }
    }

    fn numbers(&self, block: u64) -> Vec<u64> {
        let first = block * BLOCK_ROWS;
        let last = (first + BLOCK_ROWS).min(self.rows());
        match &self.select {
            None => (first..last).collect(),
            Some(select) => (first..last).filter_map(|at| select.get(usize::try_from(at).ok()?).copied()).collect(),
        }
    }

    fn cells(&self, column: &Column, numbers: &[u64]) -> Vec<Cell> {
        let now = texts(&self.frame, &column.name, numbers);
        let before = match (&self.before, column.mark) {
            (Some(before), ColumnMark::Changed) => texts(before, &column.name, numbers),
            _ => return now.into_iter().map(|text| Cell { text, mark: CellMark::Same }).collect(),
        };
        now.into_iter()
            .zip(before)
            .map(|(text, old)| {
                let mark = match (&text, old) {
                    (None, Some(old)) if self.converts => CellMark::Failed(old),
                    (text, old) if *text != old => CellMark::Changed(old),
                    _ => CellMark::Same,
                };
                Cell { text, mark }
            })
            .collect()
    }
}

fn flag(flags: &[bool], at: u64) -> bool {
    usize::try_from(at).ok().and_then(|at| flags.get(at)).copied().unwrap_or_default()
}

/// The columns of a frame.
pub(super) fn columns(frame: &DataFrame) -> Vec<Column> {
    let fields = frame.schema().iter();
    fields
        .map(|(name, dtype)| Column { name: name.to_string(), class: TypeClass::of(dtype), mark: ColumnMark::Same })
        .collect()
}

fn texts(frame: &DataFrame, name: &str, numbers: &[u64]) -> Vec<Option<Box<str>>> {
    let Ok(column) = frame.column(name) else { return vec![None; numbers.len()] };
    let places: Vec<IdxSize> = numbers.iter().filter_map(|n| IdxSize::try_from(*n).ok()).collect();
    let Ok(part) = column.as_materialized_series().take(&IdxCa::new("".into(), places)) else {
        return vec![None; numbers.len()];
    };
    series_texts(&part)
}

/// The cells of a series as text.
pub(super) fn series_texts(series: &Series) -> Vec<Option<Box<str>>> {
    series.rechunk().iter().map(|value| cell_text(&value).map(short)).collect()
}

fn short(text: String) -> Box<str> {
    if text.len() <= LONGEST {
        return text.into();
    }
    let mut cut: String = text.chars().take(LONGEST).collect();
    cut.push('…');
    cut.into()
}
