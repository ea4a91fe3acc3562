//! Keys of the grid, when it has the focus.

use super::pick::Whole;
use super::{Asked, GridSource, GridState};
use egui::{EventFilter, Key, Modifiers, Rect, Response, Ui};

/// Takes in the keys; gives back what they ask of the cells that are chosen.
pub(super) fn take(
    ui: &Ui,
    response: &Response,
    state: &mut GridState,
    source: &dyn GridSource,
    body: Rect,
) -> Option<Asked> {
    if !response.has_focus() || source.rows() == 0 || source.columns() == 0 {
        return None;
    }
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let (last_row, last_column) = (source.rows() - 1, source.columns() - 1);
    let (row, column) = state.cursor.unwrap_or((state.top, state.column.unwrap_or_default()));
    let page = state.page(body.height());
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    let (none, control, shift) = (Modifiers::NONE, Modifiers::COMMAND, Modifiers::SHIFT);
    if pressed(control | shift, Key::C) {
        return Some(Asked::CopyWithHeads);
    }
    if ui.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Copy))) {
        return Some(Asked::Copy);
    }
    if pressed(control, Key::A) {
        state.move_to((row, column), true);
        state.whole = Whole::All;
        return None;
    }
    for (modifiers, whole) in [(control, Whole::Columns), (shift, Whole::Rows)] {
        if pressed(modifiers, Key::Space) {
            state.move_to((row, column), true);
            state.whole = whole;
            return None;
        }
    }
    if pressed(none, Key::Space) {
        state.cursor = Some((row, column));
        return Some(Asked::Peek);
    }
    let extend = ui.input(|input| input.modifiers.shift);
    let moved = if pressed(control, Key::Home) {
        (0, 0)
    } else if pressed(control, Key::End) {
        (last_row, last_column)
    } else if pressed(control, Key::ArrowUp) {
        (0, column)
    } else if pressed(control, Key::ArrowDown) {
        (last_row, column)
    } else if pressed(control, Key::ArrowLeft) || pressed(none, Key::Home) {
        (row, 0)
    } else if pressed(control, Key::ArrowRight) || pressed(none, Key::End) {
        (row, last_column)
    } else if pressed(none, Key::ArrowUp) {
        (row.saturating_sub(1), column)
    } else if pressed(none, Key::ArrowDown) {
        (row + 1, column)
    } else if pressed(none, Key::ArrowLeft) {
        (row, column.saturating_sub(1))
    } else if pressed(none, Key::ArrowRight) {
        (row, column + 1)
    } else if pressed(none, Key::PageUp) {
        (row.saturating_sub(page), column)
    } else if pressed(none, Key::PageDown) {
        (row + page, column)
    } else {
        return None;
    };
    let (row, column) = (moved.0.min(last_row), moved.1.min(last_column));
    state.move_to((row, column), extend);
    state.reveal(row, column, body);
    None
}
