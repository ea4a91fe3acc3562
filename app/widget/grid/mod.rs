//! The grid: rows by number, never by pixels of the whole height; only what is on screen is asked for and drawn.
//!
//! It draws from [`GridSource`] and keeps its own [`GridState`]; it knows no model.

mod arrange;
mod bars;
mod cell;
mod heads;
mod keys;
mod pick;
mod state;

pub use arrange::Arrange;
pub use heads::{How, Touch, chart_alone_ui as chart_ui};
pub use pick::Whole;
pub use state::GridState;

use super::card::{self, Head};
use crate::theme;
use brewhouse_engine::types::TypeClass;
use egui::accesskit::Role;
use egui::{CornerRadius, Pos2, Rect, Response, Sense, Stroke, Ui, Vec2, WidgetInfo};
use std::borrow::Cow;
use std::ops::Range;

/// What a draft does to a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CellMark<'a> {
    /// Nothing.
    #[default]
    Same,
    /// Its column is made.
    Added,
    /// It had another value; none when it was missing.
    Changed(Option<&'a str>),
    /// It did not fit; the value it had.
    Failed(&'a str),
    /// Nothing, but it does not fit what its column is meant to be; the reason in words that follow the value.
    Unfit(&'static str),
    /// Nothing, but it is missing since a step, counted from 1, that it did not fit; the value it had.
    Lost(usize, &'a str),
}

/// A cell.
#[derive(Clone, Copy, Debug, Default)]
pub struct CellView<'a> {
    /// Its text; none when it is missing.
    pub text: Option<&'a str>,
    /// What a draft does to it.
    pub mark: CellMark<'a>,
    /// Whether it holds what is looked for.
    pub hit: bool,
    /// The kind of a number or date that is shown in a person's own way; none: as it is.
    pub figure: Option<TypeClass>,
}

impl CellView<'_> {
    /// A text of it as it is shown.
    pub fn shown<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.figure.map_or(Cow::Borrowed(text), |class| super::region::told(text, class))
    }
}

/// What the grid draws from.
pub trait GridSource {
    /// Names the columns; another list of columns has another key.
    fn key(&self) -> u64;
    /// How many rows.
    fn rows(&self) -> u64;
    /// How many columns.
    fn columns(&self) -> usize;
    /// How many of them stay at the left.
    fn pinned(&self) -> usize {
        0
    }
    /// A column's name.
    fn name(&self, column: usize) -> &str;
    /// Whether its cells stand at the right.
    fn at_right(&self, column: usize) -> bool;
    /// Whether it is gone, and shown as it was.
    fn gone(&self, _column: usize) -> bool {
        false
    }
    /// Its header card.
    fn head(&self, column: usize) -> Head<'_>;
    /// A cell, when it is there.
    fn cell(&self, row: u64, column: usize) -> Option<CellView<'_>>;
    /// The number of a row, counted from 0, and whether it goes; when it is there.
    fn number(&self, row: u64) -> Option<(u64, bool)>;
}

/// What happened.
#[derive(Clone, Debug, Default)]
pub struct GridOutput {
    /// The rows on screen.
    pub rows: Range<u64>,
    /// The columns on screen.
    pub columns: Vec<usize>,
    /// A column that was dragged to the place of another.
    pub moved: Option<(usize, usize)>,
    /// What was done to a header card.
    pub touched: Option<Touch>,
    /// A column whose header was double-clicked.
    pub opened: Option<usize>,
    /// What was asked of the cells that are chosen.
    pub asked: Option<Asked>,
}

/// What is asked of the cells that are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To copy them.
    Copy,
    /// To copy them with the names of their columns.
    CopyWithHeads,
    /// To show all of the one at the cursor.
    Peek,
}

/// Where things are in this frame.
struct Place {
    body: Rect,
    heads: Rect,
    numbers: Rect,
    rows: Range<u64>,
    columns: Vec<usize>,
}

/// Draws the grid over all the room there is. `head_menu` and `cell_menu` fill the menus of a header and of a cell.
pub fn grid_ui(
    ui: &mut Ui,
    state: &mut GridState,
    source: &dyn GridSource,
    head_menu: &mut dyn FnMut(&mut Ui, usize),
    cell_menu: &mut dyn FnMut(&mut Ui, u64, usize),
) -> GridOutput {
    let rect = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(rect);
    let theme = theme::of(ui);
    ui.painter().rect_filled(rect, CornerRadius::ZERO, theme.surface);
    state.lay_out(source);
    let right = rect.right() - theme::SCROLL_BAR;
    let bottom = rect.bottom() - theme::SCROLL_BAR;
    let left = rect.left() + theme::row_numbers(source.rows());
    let top = rect.top() + theme::CARD;
    let body = Rect::from_min_max(Pos2::new(left, top), Pos2::new(right, bottom));
    let id = ui.scope_id().with("grid");
    let response = ui.interact(body, id, Sense::click_and_drag());
    let mut output = GridOutput::default();
    state.scroll(ui, body, source.rows());
    output.asked = keys::take(ui, &response, state, source, body);
    bars::vertical(
        ui,
        id,
        state,
        source.rows(),
        Rect::from_min_max(Pos2::new(right, top), Pos2::new(rect.right(), bottom)),
        body,
    );
    bars::horizontal(ui, id, state, Rect::from_min_max(Pos2::new(left, bottom), Pos2::new(right, rect.bottom())), body);
    let place = Place {
        body,
        heads: Rect::from_min_max(Pos2::new(left, rect.top()), Pos2::new(right, top)),
        numbers: Rect::from_min_max(Pos2::new(rect.left(), top), Pos2::new(left, bottom)),
        rows: state.rows_in(body.height(), source.rows()),
        columns: state.columns_seen(body.width()),
    };
    pick::numbers(ui, state, source, &place, id, &response);
    body_ui(ui, state, source, &place, &response, cell_menu);
    numbers_ui(ui, state, source, &place, rect);
    heads::heads_ui(ui, state, source, &place, id, head_menu, &mut output);
    let painter = ui.painter();
    painter.hline(rect.x_range(), top, Stroke::new(1.0, theme.line));
    painter.vline(left, rect.top()..=bottom, Stroke::new(1.0, theme.line));
    if response.has_focus() && state.cursor.is_none() {
        painter.rect_stroke(body, CornerRadius::ZERO, Stroke::new(1.0, theme.accent), egui::StrokeKind::Inside);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Grid, true, spoken(state, source, &place)));
    output.rows = place.rows;
    output.columns = place.columns;
    output
}

/// What a screen reader says of the grid.
fn spoken(state: &GridState, source: &dyn GridSource, place: &Place) -> String {
    let hit = |row: u64, column: usize| source.cell(row, column).is_some_and(|cell| cell.hit);
    let hits = place.rows.clone().flat_map(|row| place.columns.iter().map(move |column| (row, *column)));
    match hits.filter(|(row, column)| hit(*row, *column)).count() {
        0 => state.spoken(source),
        1 => format!("{}; 1 match on screen", state.spoken(source)),
        some => format!("{}; {some} matches on screen", state.spoken(source)),
    }
}

fn body_ui(
    ui: &Ui,
    state: &mut GridState,
    source: &dyn GridSource,
    place: &Place,
    response: &Response,
    menu: &mut dyn FnMut(&mut Ui, u64, usize),
) {
    let at = |pos: Pos2, state: &GridState| -> Option<(u64, usize)> {
        let row = state.row_at(pos.y - place.body.top()).filter(|row| place.rows.contains(row))?;
        Some((row, state.column_at(pos.x - place.body.left()).filter(|column| *column < source.columns())?))
    };
    pick::cells(ui, state, source, place, response);
    let over = response.hover_pos().and_then(|pos| at(pos, state));
    let hovered = over.map(|(row, _)| row);
    let view = over.and_then(|(row, column)| Some((source.cell(row, column)?, state.width(column))));
    if let Some(told) = view.and_then(|(view, width)| cell::told(view, width - 18.0)) {
        response.clone().on_hover_text_at_pointer(told);
    }
    paint_body(ui, state, source, place, hovered);
    if let Some((row, column)) = state.cursor {
        response.context_menu(|ui| menu(ui, row, column));
    }
}

fn paint_body(ui: &Ui, state: &GridState, source: &dyn GridSource, place: &Place, hovered: Option<u64>) {
    let theme = theme::of(ui);
    let painter = ui.painter().with_clip_rect(place.body);
    let line = Stroke::new(1.0, theme.line.gamma_multiply(0.7));
    // A column that a draft marks is told by its marks, not by being chosen.
    let plain = |column: usize| source.head(column).mark == card::HeadMark::Same;
    let picked = state.picked(source.rows(), source.columns());
    let several = |rows: &Range<u64>, columns: &Range<usize>| rows.end - rows.start > 1 || columns.len() > 1;
    let picked = picked.filter(|(rows, columns)| several(rows, columns));
    let mut removed = Vec::new();
    for row in place.rows.clone() {
        let y = place.body.top() + state.offset_of(row);
        let band = Rect::from_min_size(Pos2::new(place.body.left(), y), Vec2::new(place.body.width(), state.row()));
        let goes = source.number(row).is_some_and(|(_, removed)| removed);
        removed.push(goes);
        if goes {
            painter.rect_filled(band, CornerRadius::ZERO, theme.removed);
        } else if hovered == Some(row) {
            painter.rect_filled(band, CornerRadius::ZERO, theme.hover);
        }
        painter.hline(place.body.x_range(), band.bottom(), line);
    }
    let bottom = (place.body.top() + state.offset_of(place.rows.end)).min(place.body.bottom());
    for column in place.columns.iter().copied() {
        let painter = painter.with_clip_rect(state.room(column, place.body));
        let chosen = picked.as_ref().filter(|(_, columns)| columns.contains(&column) && plain(column));
        let (at_right, gone) = (source.at_right(column), source.gone(column));
        for (row, removed) in place.rows.clone().zip(removed.iter().copied()) {
            let y = place.body.top() + state.offset_of(row);
            let rect = state.column_rect(column, place.body.left(), y, state.row());
            let chosen = chosen.is_some_and(|(rows, _)| rows.contains(&row));
            cell::paint(&painter, theme, rect, source.cell(row, column), at_right, removed || gone, chosen);
        }
        if gone {
            let band = state.column_rect(column, place.body.left(), place.body.top(), bottom - place.body.top());
            painter.rect_filled(band, CornerRadius::ZERO, theme.removed.gamma_multiply(0.5));
        }
        let right = state.column_rect(column, place.body.left(), place.body.top(), 1.0).right();
        painter.vline(right, place.body.top()..=bottom, line);
    }
    if state.pinned() > 0 {
        let x = state.room(state.pinned(), place.body).left();
        painter.vline(x, place.body.top()..=bottom, Stroke::new(1.5, theme.faint));
    }
    pick::paint(ui, state, source, place);
}

fn numbers_ui(ui: &Ui, state: &GridState, source: &dyn GridSource, place: &Place, all: Rect) {
    let theme = theme::of(ui);
    let painter = ui.painter();
    let corner = Rect::from_min_max(all.min, Pos2::new(place.numbers.right(), place.numbers.top()));
    painter.rect_filled(corner, CornerRadius::ZERO, theme.background);
    painter.rect_filled(place.numbers, CornerRadius::ZERO, theme.background);
    let painter = painter.with_clip_rect(place.numbers);
    for row in place.rows.clone() {
        let y = place.numbers.top() + state.offset_of(row) + state.row() / 2.0;
        let (number, removed) = source.number(row).unwrap_or((row, false));
        let mark = if removed { "− " } else { "" };
        let colour = if removed { theme.mismatched } else { theme.faint };
        let text = format!("{mark}{}", super::grouped(number + 1));
        let galley = painter.layout_no_wrap(text, theme::tiny(), colour);
        super::text_right(&painter, Pos2::new(place.numbers.right() - 9.0, y), galley);
    }
}
