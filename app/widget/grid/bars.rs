//! Scroll bars: the upright one counts rows, the level one pixels of columns.

use super::GridState;
use crate::theme;
use egui::{CornerRadius, Id, Pos2, Rect, Sense, Stroke, Ui, Vec2};

/// Where a window is so small that a bar would be shorter than this, there is none.
const SHORTEST: f32 = 40.0;

/// The upright bar.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place on the bar; rows are counted again from it"
)]
pub(super) fn vertical(ui: &Ui, id: Id, state: &mut GridState, rows: u64, track: Rect, body: Rect) {
    let last = state.last_top(body.height(), rows);
    if last == 0 || track.height() < SHORTEST {
        return;
    }
    let share = f64::from(body.height() / state.row()) / rows as f64;
    let length = ((f64::from(track.height()) * share) as f32).clamp(28.0, track.height());
    let room = f64::from(track.height() - length);
    let response = ui.interact(track, id.with("rows"), Sense::click_and_drag());
    if let Some(pos) = response.interact_pointer_pos().filter(|_| response.dragged() || response.clicked()) {
        let place = (f64::from(pos.y - track.top() - length / 2.0) / room).clamp(0.0, 1.0);
        state.top = (place * last as f64).round() as u64;
        state.rest = 0.0;
    }
    let place = (state.top as f64 / last as f64).min(1.0);
    let top = track.top() + (room * place) as f32;
    let thumb = Rect::from_min_size(Pos2::new(track.left(), top), Vec2::new(track.width(), length));
    paint(ui, track, thumb, response.hovered() || response.dragged());
    if response.dragged() {
        let text = format!("row {}", crate::widget::grouped(state.top + 1));
        response.show_tooltip_text(text);
    }
}

/// The level bar.
#[allow(clippy::cast_possible_truncation, reason = "a place on the bar")]
pub(super) fn horizontal(ui: &Ui, id: Id, state: &mut GridState, track: Rect, body: Rect) {
    let all = state.all_width() + 40.0;
    let seen = f64::from(body.width());
    if all - 40.0 <= seen || track.width() < SHORTEST {
        return;
    }
    let length = ((f64::from(track.width()) * seen / all) as f32).clamp(28.0, track.width());
    let room = f64::from(track.width() - length);
    let response = ui.interact(track, id.with("columns"), Sense::click_and_drag());
    if let Some(pos) = response.interact_pointer_pos().filter(|_| response.dragged() || response.clicked()) {
        let place = (f64::from(pos.x - track.left() - length / 2.0) / room).clamp(0.0, 1.0);
        state.left = place * (all - seen);
    }
    let place = (state.left / (all - seen)).clamp(0.0, 1.0);
    let left = track.left() + (room * place) as f32;
    let thumb = Rect::from_min_size(Pos2::new(left, track.top()), Vec2::new(length, track.height()));
    paint(ui, track, thumb, response.hovered() || response.dragged());
}

fn paint(ui: &Ui, track: Rect, thumb: Rect, active: bool) {
    let theme = theme::of(ui);
    let painter = ui.painter();
    painter.rect_filled(track, CornerRadius::ZERO, theme.surface);
    let colour = if active { theme.faint } else { theme.missing.gamma_multiply(0.7) };
    painter.rect(thumb.shrink(2.0), CornerRadius::same(4), colour, Stroke::NONE, egui::StrokeKind::Inside);
}
