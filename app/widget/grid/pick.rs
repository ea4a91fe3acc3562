//! What is chosen in the grid: a rectangle of cells, whole rows, whole columns; by the pointer and by keys.

use super::{GridSource, GridState, Place};
use crate::theme;
use egui::{CornerRadius, Id, Pos2, Rect, Response, Sense, Stroke, Ui, Vec2};
use std::ops::Range;

/// How far a choice reaches beyond its corners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Whole {
    /// Not at all.
    #[default]
    Cells,
    /// Over whole rows.
    Rows,
    /// Over whole columns.
    Columns,
    /// Over everything.
    All,
}

impl GridState {
    /// The rows and columns that are chosen, in a table of so many.
    pub fn picked(&self, rows: u64, columns: usize) -> Option<(Range<u64>, Range<usize>)> {
        let Some(cursor) = self.cursor else {
            let column = self.column.filter(|column| *column < columns)?;
            let to = self.column_to.unwrap_or(column).min(columns - 1);
            return Some((0..rows, column.min(to)..column.max(to) + 1));
        };
        let from = self.from.unwrap_or(cursor);
        let over_rows = matches!(self.whole, Whole::Columns | Whole::All);
        let over_columns = matches!(self.whole, Whole::Rows | Whole::All);
        let row = if over_rows { 0..rows } else { from.0.min(cursor.0)..(from.0.max(cursor.0) + 1).min(rows) };
        let column =
            if over_columns { 0..columns } else { from.1.min(cursor.1)..(from.1.max(cursor.1) + 1).min(columns) };
        (!row.is_empty() && !column.is_empty()).then_some((row, column))
    }

    /// Moves the cursor; with `extend` what was chosen grows up to it.
    pub(super) fn move_to(&mut self, cell: (u64, usize), extend: bool) {
        if extend {
            self.from = self.from.or(self.cursor);
        } else {
            self.from = None;
            self.whole = Whole::Cells;
        }
        self.cursor = Some(cell);
        self.column = Some(cell.1);
        self.column_to = None;
    }

    /// Chooses a column by its head; with `extend` all from the one chosen before.
    pub(super) fn choose_column(&mut self, column: usize, extend: bool) {
        if extend && self.column.is_some() {
            self.column_to = Some(column);
        } else {
            self.column = Some(column);
            self.column_to = None;
        }
        self.cursor = None;
        self.from = None;
    }
}

/// Clicks and drags over the cells.
pub(super) fn cells(ui: &Ui, state: &mut GridState, source: &dyn GridSource, place: &Place, response: &Response) {
    let (rows, columns) = (source.rows(), source.columns());
    let at = |pos: Pos2, state: &GridState| -> Option<(u64, usize)> {
        let row = state.row_at(pos.y - place.body.top()).filter(|row| *row < rows)?;
        Some((row, state.column_at(pos.x - place.body.left()).filter(|column| *column < columns)?))
    };
    let shift = ui.input(|i| i.modifiers.shift);
    let pos = response.interact_pointer_pos();
    if response.secondary_clicked() {
        response.request_focus();
        let hit = pos.and_then(|pos| at(pos, state));
        let inside = hit.zip(state.picked(rows, columns)).is_some_and(|((row, column), (rows, columns))| {
            state.cursor.is_some() && rows.contains(&row) && columns.contains(&column)
        });
        if !inside {
            choose(state, hit);
        }
    } else if response.clicked_by(egui::PointerButton::Primary) {
        response.request_focus();
        match pos.and_then(|pos| at(pos, state)) {
            Some(hit) => state.move_to(hit, shift),
            None => choose(state, None),
        }
    } else if response.drag_started() {
        response.request_focus();
        let hit = ui.input(|i| i.pointer.press_origin()).and_then(|pos| at(pos, state));
        if let Some(hit) = hit {
            state.move_to(hit, shift);
            state.from = state.from.or(Some(hit));
        }
    } else if response.dragged()
        && let Some(pos) = pos
    {
        // Beyond the edge the table comes along.
        let beyond = (pos.y - place.body.bottom()).max(0.0) - (place.body.top() - pos.y).max(0.0);
        if beyond != 0.0 {
            state.roll(beyond, place.body, rows);
            ui.ctx().request_repaint();
        }
        let inside = Rect::from_min_max(place.body.min, place.body.max - Vec2::splat(1.0)).clamp(pos);
        if let Some(hit) = at(inside, state) {
            state.move_to(hit, true);
        }
    }
}

fn choose(state: &mut GridState, hit: Option<(u64, usize)>) {
    match hit {
        Some(hit) => state.move_to(hit, false),
        None => {
            state.cursor = None;
            state.from = None;
            state.column = None;
        }
    }
}

/// Clicks and drags over the row numbers choose whole rows.
pub(super) fn numbers(ui: &Ui, state: &mut GridState, source: &dyn GridSource, place: &Place, id: Id, grid: &Response) {
    let response = ui.interact(place.numbers, id.with("numbers"), Sense::CLICK | Sense::DRAG);
    let pos = response.interact_pointer_pos().filter(|_| response.clicked() || response.dragged());
    let Some(row) = pos.and_then(|pos| state.row_at(pos.y - place.numbers.top())) else { return };
    if row >= source.rows() || source.columns() == 0 {
        return;
    }
    grid.request_focus();
    let began = response.drag_started() || (response.clicked() && !ui.input(|i| i.modifiers.shift));
    state.move_to((row, state.column.unwrap_or(0).min(source.columns() - 1)), !began);
    state.whole = Whole::Rows;
}

/// Paints the frame around what is chosen, and the cell at the cursor.
pub(super) fn paint(ui: &Ui, state: &GridState, source: &dyn GridSource, place: &Place) {
    let theme = theme::of(ui);
    let Some(cursor) = state.cursor else { return };
    let rect_of = |row: u64, column: usize| {
        state.column_rect(column, place.body.left(), place.body.top() + state.offset_of(row), state.row())
    };
    if let Some((rows, columns)) = state.picked(source.rows(), source.columns())
        && (rows.end - rows.start > 1 || columns.len() > 1)
    {
        let (first, last) = (rows.start.max(place.rows.start), rows.end.min(place.rows.end));
        let seen: Vec<usize> = place.columns.iter().copied().filter(|column| columns.contains(column)).collect();
        if let (Some(left), Some(right)) = (seen.first(), seen.last())
            && first < last
        {
            let frame = Rect::from_min_max(rect_of(first, *left).min, rect_of(last - 1, *right).max);
            let painter = ui.painter().with_clip_rect(place.body);
            let stroke = Stroke::new(1.0, theme.accent);
            painter.rect_stroke(frame, CornerRadius::ZERO, stroke, egui::StrokeKind::Inside);
        }
    }
    if place.rows.contains(&cursor.0) && place.columns.contains(&cursor.1) {
        let painter = ui.painter().with_clip_rect(state.room(cursor.1, place.body));
        let rect = rect_of(cursor.0, cursor.1);
        painter.rect_stroke(rect, CornerRadius::ZERO, Stroke::new(1.5, theme.accent), egui::StrokeKind::Inside);
    }
}
