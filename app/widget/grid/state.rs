//! Where a grid is scrolled to, how wide its columns are, what is chosen. Rows are counted, never measured.

use super::pick::Whole;
use super::{CellMark, GridSource, card::Head};
use crate::theme::{CARD, COLUMN_RANGE, ROW, ROW_NUMBERS, SCROLL_BAR};
use crate::widget::nothing::{Nothing, blanks};
use egui::{Pos2, Rect, Ui, Vec2};
use std::collections::HashMap;
use std::ops::Range;

/// Width of a column that was never on screen.
const UNSEEN: f32 = 124.0;

/// The state of a grid.
#[derive(Clone, Debug, Default)]
pub struct GridState {
    /// The first row on screen.
    pub top: u64,
    /// How many pixels of it are above the screen.
    pub rest: f32,
    /// How many pixels of columns are left of the screen.
    pub left: f64,
    /// The cell that is chosen.
    pub cursor: Option<(u64, usize)>,
    /// The cell from which the choice reaches up to the cursor.
    pub from: Option<(u64, usize)>,
    /// How far the choice reaches beyond those two.
    pub whole: Whole,
    /// The column that is chosen.
    pub column: Option<usize>,
    /// The column up to which columns are chosen.
    pub column_to: Option<usize>,
    /// The bar of a chart that the keys have reached: column, bar.
    pub(super) bar: Option<(usize, usize)>,
    /// The bar that was clicked last: column, bar.
    pub(super) anchor: Option<(usize, usize)>,
    /// The bar on which a drag began: column, bar.
    pub(super) press: Option<(usize, usize)>,
    /// How high a row is, where it is not the usual height.
    pub row_height: Option<f32>,
    /// Whether all columns on screen are to be made as wide as what is in them.
    pub fit_all: bool,
    widths: HashMap<String, f32>,
    edges: Vec<f64>,
    pinned: usize,
    /// The head that is dragged.
    pub(super) dragged: Option<usize>,
    key: Option<u64>,
}

impl GridState {
    /// Computes where columns are, when they changed; columns seen for the first time get a width that fits them.
    pub(super) fn lay_out(&mut self, source: &dyn GridSource) {
        if self.key == Some(source.key()) && self.edges.len() == source.columns() + 1 {
            self.measure_new(source);
            return;
        }
        self.key = Some(source.key());
        self.pinned = source.pinned().min(source.columns());
        self.from = None;
        self.cursor = self.cursor.filter(|(row, column)| *row < source.rows() && *column < source.columns());
        self.column = self.column.filter(|column| *column < source.columns());
        self.column_to = None;
        self.edges = Vec::with_capacity(source.columns() + 1);
        let mut edge = 0.0;
        self.edges.push(edge);
        for column in 0..source.columns() {
            edge += f64::from(self.widths.get(source.name(column)).copied().unwrap_or(UNSEEN));
            self.edges.push(edge);
        }
        self.measure_new(source);
    }

    fn measure_new(&mut self, source: &dyn GridSource) {
        let near = self.columns_seen(2400.0);
        if std::mem::take(&mut self.fit_all) {
            self.widths.clear();
            self.key = None;
        }
        for column in near {
            let known = self.widths.contains_key(source.name(column));
            if !known && source.cell(self.top, column).is_some() {
                self.fit(source, column);
            }
        }
    }

    /// Makes a column as wide as what is in it.
    pub(super) fn fit(&mut self, source: &dyn GridSource, column: usize) {
        let head: Head<'_> = source.head(column);
        let letters = |text: &str| text.chars().map(|c| if u32::from(c) > 0x2E00 { 1.9 } else { 1.0 }).sum::<f32>();
        let mut widest = letters(head.name) + 7.0;
        for row in self.top..(self.top + 60).min(source.rows()) {
            if let Some(cell) = source.cell(row, column) {
                widest = widest.max(cell.text.map_or(0.0, |text| letters(&cell.shown(text))));
            }
        }
        self.widen(source.name(column), (widest * 7.4 + 24.0).clamp(86.0, 250.0));
    }

    /// Sets the width of a column.
    pub(super) fn widen(&mut self, name: &str, width: f32) {
        self.widths.insert(name.to_owned(), width.clamp(COLUMN_RANGE.0, COLUMN_RANGE.1));
        self.key = None;
    }

    /// The width of a column.
    #[allow(clippy::cast_possible_truncation, reason = "a width of at most 900")]
    pub fn width(&self, column: usize) -> f32 {
        match (self.edges.get(column), self.edges.get(column + 1)) {
            (Some(left), Some(right)) => (right - left) as f32,
            _ => UNSEEN,
        }
    }

    /// Where a column is, from the left edge of the screen.
    #[allow(clippy::cast_possible_truncation, reason = "near the screen it is small")]
    fn column_left(&self, column: usize) -> f32 {
        (self.edges.get(column).copied().unwrap_or_default() - self.left) as f32
    }

    pub(super) fn column_rect(&self, column: usize, left: f32, top: f32, height: f32) -> Rect {
        let from = if column < self.pinned { self.left } else { 0.0 };
        #[allow(clippy::cast_possible_truncation, reason = "near the screen it is small")]
        let min = Pos2::new((left + self.column_left(column) + from as f32).round(), top);
        Rect::from_min_size(min, Vec2::new(self.width(column), height))
    }

    /// How many columns stay at the left.
    pub(super) const fn pinned(&self) -> usize {
        self.pinned
    }

    fn pinned_width(&self) -> f64 {
        self.edges.get(self.pinned).copied().unwrap_or_default()
    }

    /// The part of a rectangle in which a column may be seen: one that is not pinned ends where the pinned ones begin.
    #[allow(clippy::cast_possible_truncation, reason = "a width of screen")]
    pub(super) fn room(&self, column: usize, all: Rect) -> Rect {
        let left = if column < self.pinned { 0.0 } else { self.pinned_width() as f32 };
        Rect::from_min_max(Pos2::new((all.left() + left).min(all.right()), all.top()), all.max)
    }

    /// The columns of a width of screen: the pinned ones, then those that are scrolled to.
    pub(super) fn columns_seen(&self, width: f32) -> Vec<usize> {
        let count = self.edges.len().saturating_sub(1);
        let begin = self.left + self.pinned_width();
        let first = self.edges.partition_point(|edge| *edge <= begin).saturating_sub(1).max(self.pinned);
        let end = self.edges.partition_point(|edge| *edge < self.left + f64::from(width)).min(count);
        (0..self.pinned).chain(first.min(end)..end).collect()
    }

    /// The rows of a height of screen.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of rows on screen")]
    pub(super) fn rows_in(&self, height: f32, rows: u64) -> Range<u64> {
        let count = ((height + self.rest) / self.row()).ceil() as u64;
        self.top.min(rows)..(self.top + count).min(rows)
    }

    /// How high a row is.
    pub(super) fn row(&self) -> f32 {
        self.row_height.unwrap_or(ROW)
    }

    /// Where a row on screen begins.
    #[allow(clippy::cast_precision_loss, reason = "a number of rows on screen")]
    pub(super) fn offset_of(&self, row: u64) -> f32 {
        row.saturating_sub(self.top) as f32 * self.row() - self.rest
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of rows on screen")]
    pub(super) fn row_at(&self, y: f32) -> Option<u64> {
        (y >= 0.0).then(|| self.top + ((y + self.rest) / self.row()) as u64)
    }

    pub(super) fn column_at(&self, x: f32) -> Option<usize> {
        let x = f64::from(x);
        let x = if x < self.pinned_width() { x } else { x + self.left };
        (x >= 0.0).then(|| self.edges.partition_point(|edge| *edge <= x).saturating_sub(1))
    }

    /// The width of all columns.
    pub(super) fn all_width(&self) -> f64 {
        self.edges.last().copied().unwrap_or_default()
    }

    /// Full rows on a height of screen.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of rows on screen")]
    pub(super) fn page(&self, height: f32) -> u64 {
        ((height / self.row()) as u64).max(1)
    }

    /// The last row that may be first on screen.
    pub(super) fn last_top(&self, height: f32, rows: u64) -> u64 {
        rows.saturating_sub(self.page(height))
    }

    /// Takes in the wheel.
    pub(super) fn scroll(&mut self, ui: &Ui, body: Rect, rows: u64) {
        let over = ui.rect_contains_pointer(body.expand2(Vec2::new(70.0, 0.0)));
        if over {
            let delta = ui.input(egui::InputState::smooth_scroll_delta);
            let (x, y) =
                if ui.input(|i| i.modifiers.shift) && delta.x == 0.0 { (delta.y, 0.0) } else { (delta.x, delta.y) };
            self.move_rows(-y);
            self.left -= f64::from(x);
        }
        self.clamp(body, rows);
    }

    /// Scrolls by pixels and stays within the table.
    pub(super) fn roll(&mut self, pixels: f32, body: Rect, rows: u64) {
        self.move_rows(pixels);
        self.clamp(body, rows);
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "pixels of one frame"
    )]
    fn move_rows(&mut self, pixels: f32) {
        let rest = self.rest + pixels;
        let rows = (rest / self.row()).floor();
        if rows >= 0.0 {
            self.top = self.top.saturating_add(rows as u64);
            self.rest = rest - rows * self.row();
        } else if (-rows) as u64 <= self.top {
            self.top -= (-rows) as u64;
            self.rest = rest - rows * self.row();
        } else {
            self.top = 0;
            self.rest = 0.0;
        }
    }

    fn clamp(&mut self, body: Rect, rows: u64) {
        let last = self.last_top(body.height(), rows);
        if self.top >= last {
            self.top = last;
            // The last row is seen in full.
            let over = if rows > self.page(body.height()) { self.row() - body.height() % self.row() } else { 0.0 };
            self.rest = self.rest.min(over);
        }
        self.left = self.left.clamp(0.0, (self.all_width() - f64::from(body.width()) + 40.0).max(0.0));
    }

    /// Chooses a cell and scrolls so that it is on screen, in a grid that fills a rectangle.
    pub fn show_cell(&mut self, row: u64, column: usize, all: Rect) {
        self.move_to((row, column), false);
        let body = Rect::from_min_max(all.min + Vec2::new(ROW_NUMBERS, CARD), all.max - Vec2::splat(SCROLL_BAR));
        // Not at the very edge, so that what is around it can be seen.
        if row < self.top || row >= self.top + self.page(body.height()) {
            self.top = row.saturating_sub(self.page(body.height()) / 3);
            self.rest = 0.0;
        }
        self.reveal_column(column, body.width());
    }

    /// Scrolls so that a cell is on screen.
    pub fn reveal(&mut self, row: u64, column: usize, body: Rect) {
        let page = self.page(body.height());
        if row < self.top || (row == self.top && self.rest > 0.0) {
            self.top = row;
            self.rest = 0.0;
        } else if row >= self.top + page {
            self.top = row + 1 - page;
            self.rest = 0.0;
        }
        self.reveal_column(column, body.width());
    }

    /// Scrolls so that a column is on screen.
    pub fn reveal_column(&mut self, column: usize, width: f32) {
        let Some((left, right)) = self.edges.get(column).copied().zip(self.edges.get(column + 1).copied()) else {
            return;
        };
        if column < self.pinned {
            return;
        }
        if left < self.left + self.pinned_width() {
            self.left = left - self.pinned_width();
        } else if right > self.left + f64::from(width) {
            self.left = (right - f64::from(width)).min(left);
        }
    }

    /// What a screen reader says of the chosen cell.
    pub(super) fn spoken(&self, source: &dyn GridSource) -> String {
        let picked = self.picked(source.rows(), source.columns()).filter(|_| self.cursor.is_some());
        if let Some((rows, columns)) = picked.filter(|(rows, columns)| rows.end - rows.start > 1 || columns.len() > 1) {
            return format!("{} rows and {} columns chosen", rows.end - rows.start, columns.len());
        }
        match self.cursor {
            Some((row, column)) if column < source.columns() => {
                let cell = source.cell(row, column);
                let text = cell.as_ref().and_then(|cell| cell.text.map(|text| cell.shown(text)));
                let text = match Nothing::of(text.as_deref()) {
                    Some(Nothing::Empty) => "empty text".into(),
                    Some(Nothing::Blank(count)) => format!("blank text, {}", blanks(count)).into(),
                    _ => text.unwrap_or("missing".into()),
                };
                let why = match cell.map(|cell| cell.mark) {
                    Some(CellMark::Unfit(words)) => format!(" {words}"),
                    Some(CellMark::Lost(step, old)) => format!(", “{old}” did not fit step {step}"),
                    _ => String::new(),
                };
                format!("Row {}, {}: {text}{why}", row + 1, source.name(column))
            }
            _ => format!("Table of {} rows and {} columns", source.rows(), source.columns()),
        }
    }
}
