//! The header cards: each piece can be pointed at and clicked, dragged over, or reached by keys.

use super::{GridOutput, GridSource, GridState, Place};
use crate::theme;
use crate::widget::card::{self, ChartView, Head, Part, Piece, Places};
use crate::widget::nothing::{Nothing, listed};
use crate::widget::{button, grouped, percent};
use egui::accesskit::Role;
use egui::{
    CornerRadius, CursorIcon, EventFilter, Id, Key, Modifiers, Painter, PointerButton, Pos2, Rect, Response, Sense,
    Stroke, Ui, Vec2, WidgetInfo,
};

/// How a click counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// In the place of what was chosen before; again on the only one that is chosen: not at all.
    Only,
    /// Beside it, or no more.
    Beside,
    /// In the place of what was chosen before, from the last one clicked up to here.
    Range,
}

/// What was done to a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Bars from one up to another were chosen.
    Bars {
        /// The column.
        column: usize,
        /// The first.
        from: usize,
        /// The last.
        to: usize,
        /// How it counts.
        how: How,
    },
    /// A part of the quality bar was chosen.
    Quality {
        /// The column.
        column: usize,
        /// The part.
        part: Part,
        /// Whether beside what was chosen before.
        beside: bool,
    },
    /// The view is to be sorted by it.
    Sort {
        /// The column.
        column: usize,
        /// Whether the columns sorted by before stay keys.
        beside: bool,
    },
}

impl Touch {
    /// The column.
    pub const fn column(self) -> usize {
        let (Self::Bars { column, .. } | Self::Quality { column, .. } | Self::Sort { column, .. }) = self;
        column
    }

    /// The same, done to another column.
    #[must_use]
    pub const fn at(mut self, to: usize) -> Self {
        let (Self::Bars { column, .. } | Self::Quality { column, .. } | Self::Sort { column, .. }) = &mut self;
        *column = to;
        self
    }
}

/// Draws the cards of the columns on screen.
pub(super) fn heads_ui(
    ui: &mut Ui,
    state: &mut GridState,
    source: &dyn GridSource,
    place: &Place,
    id: Id,
    menu: &mut dyn FnMut(&mut Ui, usize),
    output: &mut GridOutput,
) {
    for column in place.columns.iter().copied() {
        let rect = state.column_rect(column, place.heads.left(), place.heads.top(), place.heads.height());
        let seen = rect.intersect(state.room(column, place.heads));
        if seen.width() < 2.0 {
            continue;
        }
        head_ui(ui, state, source, (column, rect, seen), (id, place), menu, output);
        resize_ui(ui, state, source, (column, rect), id, place);
    }
}

fn head_ui(
    ui: &mut Ui,
    state: &mut GridState,
    source: &dyn GridSource,
    (column, rect, seen): (usize, Rect, Rect),
    (id, place): (Id, &Place),
    menu: &mut dyn FnMut(&mut Ui, usize),
    output: &mut GridOutput,
) {
    let theme = theme::of(ui);
    let head = source.head(column);
    let response = ui.interact(seen.shrink2(Vec2::new(3.0, 0.0)), id.with(("head", column)), Sense::click_and_drag());
    let chosen = state.cursor.is_none()
        && state.picked(1, source.columns()).is_some_and(|(_, columns)| columns.contains(&column))
        || state.column == Some(column);
    drag_ui(ui, state, place, (column, &response), output);
    let places = card::places(rect);
    let mut under = Vec::new();
    quality_ui(ui, &head, (column, &places, seen), id, &mut under, output);
    chart_ui(ui, state, &head, (column, &places, seen), (id, "Chart"), &mut under, output);
    let over = ui.rect_contains_pointer(seen);
    sort_ui(ui, &head, (column, &places, seen), id, output);
    let painter: Painter = ui.painter().with_clip_rect(seen);
    card::paint(&painter, theme, rect, &head, (chosen, over), &under);
    painter.vline(rect.right(), rect.y_range(), Stroke::new(1.0, theme.line));
    let arrow = ui.interact(places.arrow.intersect(seen), id.with(("arrow", column)), Sense::click());
    if arrow.hovered() {
        painter.rect_filled(arrow.rect, CornerRadius::same(4), theme.line.gamma_multiply(0.6));
    }
    arrow.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Menu of {}", head.name)));
    let spoken = format!("{}, {}, {} {}", head.name, head.words, head.lines[0], head.lines[1]);
    response.widget_info(|| WidgetInfo::selected(Role::ColumnHeader, true, chosen, &spoken));
    if !head.note.is_empty() {
        response.clone().on_hover_text(head.note);
    }
    if response.clicked() || response.secondary_clicked() || arrow.clicked() {
        state.choose_column(column, response.clicked() && ui.input(|i| i.modifiers.shift));
    }
    if response.double_clicked() {
        output.opened = Some(column);
    }
    egui::Popup::menu(&arrow).show(|ui| menu(ui, column));
    response.context_menu(|ui| menu(ui, column));
    if response.has_focus() || arrow.has_focus() {
        button::focus_ring(ui, seen);
    }
}

/// A head that is dragged goes to the place of the one under the pointer.
fn drag_ui(
    ui: &Ui,
    state: &mut GridState,
    place: &Place,
    (column, response): (usize, &Response),
    output: &mut GridOutput,
) {
    if response.drag_started() {
        state.dragged = Some(column);
    }
    let Some(pos) = response.interact_pointer_pos().filter(|_| state.dragged == Some(column)) else { return };
    let Some(over) = state.column_at(pos.x - place.heads.left()).filter(|over| place.columns.contains(over)) else {
        return;
    };
    let theme = theme::of(ui);
    let rect = state.column_rect(over, place.heads.left(), place.heads.top(), place.heads.height());
    let x = if over > column { rect.right() } else { rect.left() };
    if over != column {
        let layer = egui::LayerId::new(egui::Order::Tooltip, egui::Id::unique("dragged head"));
        let bottom = place.body.bottom();
        ui.ctx().layer_painter(layer).vline(x, place.heads.top()..=bottom, Stroke::new(2.0, theme.accent));
    }
    ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    if response.drag_stopped() {
        state.dragged = None;
        output.moved = Some((column, over)).filter(|_| over != column);
    }
}

fn sort_ui(ui: &Ui, head: &Head<'_>, (column, places, seen): (usize, &Places, Rect), id: Id, output: &mut GridOutput) {
    let room = places.sort.intersect(seen);
    if room.width() < 4.0 {
        return;
    }
    // A way for the pointer; by keys the menu of the column says the same.
    let response = ui.interact(room, id.with(("sort", column)), Sense::CLICK);
    let now = match head.sorted {
        None => "",
        Some((false, _)) => ", now the smallest first",
        Some((true, _)) => ", now the largest first",
    };
    let name = format!("Sort the view by {}{now}", head.name);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, head.sorted.is_some(), &name));
    if response.has_focus() {
        button::focus_ring(ui, room);
    }
    if response.clicked() {
        output.touched = Some(Touch::Sort { column, beside: ui.input(|i| i.modifiers.shift) });
    }
    response.on_hover_text("Sort the view; the recipe stays as it is. Shift: a further key");
}

fn quality_ui(
    ui: &Ui,
    head: &Head<'_>,
    (column, places, seen): (usize, &Places, Rect),
    id: Id,
    under: &mut Vec<Piece>,
    output: &mut GridOutput,
) {
    let Some((valid, mismatched, missing)) = head.quality else { return };
    let all = valid + mismatched + missing;
    for (part, rect) in card::quality_parts(places.quality, head.quality) {
        let room = rect.expand2(Vec2::new(0.0, 3.0)).intersect(seen);
        if room.width() < 1.0 {
            continue;
        }
        let (count, words) = match part {
            Part::Valid => (valid, "fit"),
            Part::Mismatched => (mismatched, "do not fit"),
            Part::Missing => (missing, "are missing"),
        };
        let chosen = head.parts.contains(&part);
        // A way for the pointer; by keys the menu of the column says the same.
        let response = ui.interact(room, id.with(("quality", column, words)), Sense::CLICK);
        let name = format!("{}: {} {words}", head.name, grouped(count));
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, &name));
        if response.hovered() {
            under.push(Piece::Quality(part));
        }
        if response.clicked() {
            let beside = ui.input(|i| i.modifiers.command);
            output.touched = Some(Touch::Quality { column, part, beside });
        }
        response.on_hover_text_at_pointer(format!("{} {words} · {}", grouped(count), percent(count, all)));
    }
}

fn chart_ui(
    ui: &Ui,
    state: &mut GridState,
    head: &Head<'_>,
    (column, places, seen): (usize, &Places, Rect),
    (id, word): (Id, &str),
    under: &mut Vec<Piece>,
    output: &mut GridOutput,
) {
    let Some((bars, count)) = head.chart.bars().filter(|(_, count)| *count > 0) else { return };
    let room = places.chart.intersect(seen);
    if room.width() < 4.0 {
        return;
    }
    let response = ui.interact(room, id.with(("chart", column)), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::ListBox, true, format!("{word} of {}", head.name)));
    for at in 0..count {
        let room = places.bar(head.chart, at).intersect(seen);
        let node = ui.interact(room, id.with(("bar", column, at)), Sense::hover());
        let chosen = head.chosen.get(at).copied().unwrap_or(false);
        node.widget_info(|| {
            let sign = if word == "Chart" { ":" } else { " in the facet:" };
            let was = head.before.and_then(|before| before.counts.get(at));
            let was = was.map(|count| format!(", before {}", grouped(*count))).unwrap_or_default();
            let words = listed(&head.told(bars.words(at)));
            let name = format!("{}{sign} {words}, {}{was}", head.name, grouped(bars.count(at)));
            WidgetInfo::selected(Role::ListBoxOption, true, chosen, name)
        });
    }
    let at = |pos: Option<Pos2>| pos.and_then(|pos| places.bar_at(head.chart, pos));
    let by_key = keys(ui, state, &response, head.chart, column, count);
    if response.has_focus() {
        button::focus_ring(ui, room.expand(2.0));
        under.extend(by_key.map(Piece::Bar));
    }
    if response.drag_started() {
        state.press = at(ui.input(|i| i.pointer.press_origin())).map(|bar| (column, bar));
    }
    let modifiers = ui.input(|i| i.modifiers);
    let begun = state.press.filter(|(of, _)| *of == column).map(|(_, bar)| bar);
    let here = at(response.interact_pointer_pos());
    if let Some((from, to)) = begun.zip(here).filter(|_| response.dragged() || response.drag_stopped()) {
        let (first, last) = (from.min(to), from.max(to));
        under.extend((first..=last).map(Piece::Bar));
        if response.drag_stopped() {
            state.press = None;
            state.anchor = Some((column, from));
            let how = if modifiers.command { How::Beside } else { How::Range };
            output.touched = Some(Touch::Bars { column, from: first, to: last, how });
        }
        return;
    }
    let hovered = at(response.hover_pos());
    under.extend(hovered.map(Piece::Bar));
    let clicked =
        if response.clicked_by(PointerButton::Primary) { here } else { by_key.filter(|_| response.clicked()) };
    if let Some(bar) = clicked {
        output.touched = Some(click(state, column, bar, modifiers));
    }
    if let Some(bar) = hovered {
        response.on_hover_text_at_pointer(told(head, bars, bar));
    }
}

/// A chart of its own, as in a facet.
pub fn chart_alone_ui(ui: &mut Ui, state: &mut GridState, head: &Head<'_>, rect: Rect, column: usize) -> Option<Touch> {
    let places = Places { chart: rect, quality: Rect::NOTHING, sort: Rect::NOTHING, arrow: Rect::NOTHING };
    let mut under = Vec::new();
    let mut output = GridOutput::default();
    let id = ui.scope_id().with("chart");
    chart_ui(ui, state, head, (column, &places, rect.expand(2.0)), (id, "Facet"), &mut under, &mut output);
    card::chart(ui.painter(), theme::of(ui), &places, head, &under);
    output.touched
}

fn click(state: &mut GridState, column: usize, bar: usize, modifiers: Modifiers) -> Touch {
    let anchor = state.anchor.filter(|(of, _)| *of == column && modifiers.shift).map(|(_, bar)| bar);
    if let Some(anchor) = anchor {
        return Touch::Bars { column, from: anchor.min(bar), to: anchor.max(bar), how: How::Range };
    }
    state.anchor = Some((column, bar));
    let how = if modifiers.command { How::Beside } else { How::Only };
    Touch::Bars { column, from: bar, to: bar, how }
}

/// The bar that the keys have reached.
fn keys(
    ui: &Ui,
    state: &mut GridState,
    response: &Response,
    chart: ChartView<'_>,
    column: usize,
    count: usize,
) -> Option<usize> {
    if !response.has_focus() {
        return None;
    }
    let level = matches!(chart, ChartView::Top(_));
    let filter = EventFilter { horizontal_arrows: !level, vertical_arrows: level, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let (back, on) = if level { (Key::ArrowUp, Key::ArrowDown) } else { (Key::ArrowLeft, Key::ArrowRight) };
    let mut at = state.bar.filter(|(of, _)| *of == column).map_or(0, |(_, bar)| bar);
    if ui.input_mut(|input| input.consume_key(Modifiers::NONE, back)) {
        at = at.saturating_sub(1);
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::NONE, on)) {
        at += 1;
    }
    state.bar = Some((column, at.min(count - 1)));
    state.bar.map(|(_, bar)| bar)
}

/// A bar in words: range, count, share, and how many of the rows that pass.
fn told(head: &Head<'_>, bars: &dyn card::Bars, at: usize) -> String {
    let words = match bars.words(at) {
        nothing if nothing.trim().is_empty() => listed(nothing).into(),
        words => head.told(words),
    };
    let word = Nothing::of(Some(&words)).filter(|kind| *kind == Nothing::Word);
    let word = word.map(|kind| format!("\n{}", kind.words())).unwrap_or_default();
    let all = head.quality.map_or(0, |(valid, mismatched, missing)| valid + mismatched + missing);
    let share = if all > 0 { format!(" · {}", percent(bars.count(at), all)) } else { String::new() };
    let front = head.front.and_then(|front| front.counts.get(at));
    let front = front.map(|count| format!("\n{} in the other filters", grouped(*count))).unwrap_or_default();
    let was = head.before.and_then(|before| before.counts.get(at));
    let was = was.map(|count| format!("\n{} before", grouped(*count))).unwrap_or_default();
    format!("{words}\n{}{share}{front}{was}{word}", grouped(bars.count(at)))
}

fn resize_ui(
    ui: &Ui,
    state: &mut GridState,
    source: &dyn GridSource,
    (column, rect): (usize, Rect),
    id: Id,
    place: &Place,
) {
    let edge = Rect::from_center_size(Pos2::new(rect.right(), rect.center().y), Vec2::new(7.0, rect.height()));
    if !state.room(column, place.heads).contains(edge.center()) {
        return;
    }
    let response = ui.interact(edge, id.with(("edge", column)), Sense::click_and_drag());
    let response = response.on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
    if response.dragged() {
        state.widen(source.name(column), state.width(column) + response.drag_delta().x);
    }
    if response.double_clicked() {
        state.fit(source, column);
    }
}
