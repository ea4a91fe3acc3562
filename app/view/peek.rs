//! A cell whole, in a card beside the table: long text, nested values as a tree, and the signs that cannot be seen by their code points.

use super::Scene;
use crate::action::Action;
use crate::model::look::Peek;
use crate::theme;
use crate::widget::nothing::Nothing;
use crate::widget::{button, grouped, icon};
use egui::accesskit::Role;
use egui::{Align2, Area, Frame, Id, Key, Margin, Modifiers, Order, RichText, ScrollArea, Ui, Vec2, WidgetInfo};
use serde_json::Value;

/// Draws the card, when it is open.
pub(super) fn peek_ui(ui: &mut Ui, scene: &mut Scene<'_>, room: egui::Rect) {
    let Some(peek) = &scene.model.peek else { return };
    let theme = theme::of(ui);
    if ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape)) {
        scene.act(Action::Peek(None));
        return;
    }
    let area = Area::new(Id::unique("peek")).order(Order::Middle).pivot(Align2::RIGHT_BOTTOM);
    area.fixed_pos(room.right_bottom() - Vec2::new(18.0, 18.0)).show(ui.ctx(), |ui| {
        Frame::popup(ui.style()).inner_margin(Margin::same(12)).show(ui, |ui| {
            ui.set_width(380.0);
            ui.horizontal(|ui| {
                ui.label(RichText::new(&peek.column).font(theme::heavy(13.0)).color(theme.accent));
                let words = format!("row {}", grouped(peek.number + 1));
                ui.label(RichText::new(words).font(theme::small()).color(theme.muted));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if button::icon_button(ui, icon::X, "Close the cell").clicked() {
                        scene.act(Action::Peek(None));
                    }
                    let text = peek.text.value().cloned().flatten();
                    if button::icon_button(ui, icon::COPY, "Copy the whole cell").clicked() {
                        scene.act(Action::Copy(text.unwrap_or_default()));
                    }
                });
            });
            ui.add_space(4.0);
            ScrollArea::vertical()
                .max_height(320.0)
                .min_scrolled_height(320.0)
                .auto_shrink([false, true])
                .show(ui, |ui| text_ui(ui, peek));
        });
    });
}

fn text_ui(ui: &mut Ui, peek: &Peek) {
    let theme = theme::of(ui);
    let small = |text: String| RichText::new(text).font(theme::small()).color(theme.muted);
    if let Some(fault) = peek.text.fault() {
        ui.label(RichText::new(fault.text()).color(theme.mismatched));
        return;
    }
    let Some(text) = peek.text.value() else {
        ui.label(small("reading…".into()));
        return;
    };
    let Some(text) = text else {
        ui.label(small(Nothing::Missing.words()));
        return;
    };
    let nested = text.trim_start().starts_with(['{', '[']);
    match serde_json::from_str::<Value>(text).ok().filter(|_| nested) {
        Some(value) => tree_ui(ui, "", &value, 0),
        None if text.trim().is_empty() => {
            drop(ui.label(small(Nothing::of(Some(text)).map(Nothing::words).unwrap_or_default())));
        }
        None => {
            let label = ui.add(egui::Label::new(RichText::new(text).font(theme::body())).wrap().selectable(true));
            label.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
        }
    }
    if let Some(word) = Nothing::of(Some(text)).filter(|kind| *kind == Nothing::Word) {
        ui.label(small(word.words()));
    }
    let signs = odd_signs(text);
    ui.add_space(6.0);
    ui.label(small(format!(
        "{} characters, {} bytes",
        grouped(text.chars().count() as u64),
        grouped(text.len() as u64)
    )));
    if !signs.is_empty() {
        ui.label(small(signs.join("\n")));
    }
}

/// Lists and structures as a tree that can be folded.
fn tree_ui(ui: &mut Ui, name: &str, value: &Value, depth: usize) {
    let theme = theme::of(ui);
    let members: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(at, value)| (format!("{}", at + 1), value)).collect(),
        _ => {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                ui.label(RichText::new(name).font(theme::small()).color(theme.muted));
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                ui.label(RichText::new(text).font(theme::body()));
            });
            return;
        }
    };
    let kind = if value.is_array() { "items" } else { "members" };
    let words = format!("{name} · {} {kind}", members.len());
    let title = RichText::new(words.trim_start_matches(" · ")).font(theme::small()).color(theme.text);
    let header = egui::CollapsingHeader::new(title).default_open(depth < 2).id_salt((name, depth));
    header.show(ui, |ui| {
        for (name, value) in members.iter().take(500) {
            tree_ui(ui, name, value, depth + 1);
        }
        if members.len() > 500 {
            ui.label(RichText::new(format!("{} more", members.len() - 500)).color(theme.faint));
        }
    });
}

/// Signs that cannot be seen, or look like others, with their places.
fn odd_signs(text: &str) -> Vec<String> {
    let name = |sign: char| match sign {
        ' ' => None,
        '\t' => Some("tab"),
        '\n' => Some("line feed"),
        '\r' => Some("carriage return"),
        '\u{a0}' => Some("no-break space"),
        '\u{200b}' => Some("zero-width space"),
        '\u{200c}' | '\u{200d}' => Some("zero-width joiner"),
        '\u{feff}' => Some("byte order mark"),
        '\u{ad}' => Some("soft hyphen"),
        '\u{fffd}' => Some("replacement sign"),
        sign if sign.is_control() => Some("control sign"),
        sign if sign.is_whitespace() => Some("other space"),
        _ => None,
    };
    let odd = text.chars().enumerate().filter_map(|(at, sign)| {
        name(sign).map(|name| format!("character {}: {name}, U+{:04X}", at + 1, u32::from(sign)))
    });
    odd.take(12).collect()
}
