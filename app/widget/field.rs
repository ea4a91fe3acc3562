//! Fields of forms: a label above, the control, and the error below.

use crate::theme;
use egui::{Margin, Response, RichText, TextEdit, Ui};

/// The label above a control, with a word in brackets behind it.
pub fn label(ui: &mut Ui, text: &str, aside: &str, help: &str) -> Response {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let response = ui.label(RichText::new(text).font(theme::small()).color(theme.muted));
        if !aside.is_empty() {
            ui.label(RichText::new(aside).font(theme::small()).color(theme.faint));
        }
        if help.is_empty() { response } else { response.on_hover_text(help) }
    })
    .inner
}

/// The error below a control.
pub fn error(ui: &mut Ui, text: &str) {
    let theme = theme::of(ui);
    let text = format!("{} {text}", super::icon::WARNING);
    ui.label(RichText::new(text).font(theme::small()).color(theme.mismatched));
}

/// A line of text to edit, over the whole width, named for screen readers.
pub fn text_edit(ui: &mut Ui, text: &mut String, hint: &str, name: &str) -> Response {
    let width = ui.available_width();
    sized_text_edit(ui, text, hint, name, width)
}

/// The same with a width.
pub fn sized_text_edit(ui: &mut Ui, text: &mut String, hint: &str, name: &str, width: f32) -> Response {
    let hint = RichText::new(hint).color(theme::of(ui).faint);
    let edit = TextEdit::singleline(text)
        .hint_text(hint)
        .desired_width(width - 16.0)
        .margin(Margin::symmetric(8, 5))
        .min_size(egui::vec2(width, theme::CONTROL))
        .align(egui::Align2::LEFT_CENTER);
    ui.add(edit).accessible_name(name)
}

/// A path to edit. While it is not being written its folder is shortened, so that the name of the file is seen.
pub fn path_edit(ui: &mut Ui, text: &mut String, name: &str, width: f32) -> Response {
    let theme = theme::of(ui);
    let id = ui.scope_id().with((name, "is written"));
    let writing = ui.data(|data| data.get_temp(id)).unwrap_or(false);
    let shown = super::path::fitted(ui, text, &theme::body(), width - 18.0);
    let covered = !writing && shown != *text;
    let whole = text.clone();
    // The text itself stays whole; it is only painted otherwise.
    let colour = if covered { theme::NOTHING } else { theme.text };
    let edit = TextEdit::singleline(text)
        .hint_text(RichText::new("path").color(theme.faint))
        .text_color(colour)
        .desired_width(width - 16.0)
        .margin(Margin::symmetric(8, 5))
        .min_size(egui::vec2(width, theme::CONTROL))
        .align(egui::Align2::LEFT_CENTER);
    let response = ui.add(edit).accessible_name(name);
    let focus = response.has_focus();
    ui.data_mut(|data| data.insert_temp(id, focus));
    if !covered {
        return response;
    }
    if !focus {
        let galley = ui.painter().layout_no_wrap(shown, theme::body(), theme.text);
        super::text_left(ui.painter(), response.rect.left_center() + egui::vec2(9.0, 0.0), galley);
    }
    response.on_hover_text(whole)
}

/// Several lines of text to edit.
pub fn text_area(ui: &mut Ui, text: &mut String, hint: &str, name: &str, rows: usize) -> Response {
    let hint = RichText::new(hint).color(theme::of(ui).faint);
    let edit = TextEdit::multiline(text)
        .hint_text(hint)
        .desired_width(f32::INFINITY)
        .desired_rows(rows)
        .font(egui::TextStyle::Monospace)
        .margin(Margin::symmetric(8, 5));
    ui.add(edit).accessible_name(name)
}
