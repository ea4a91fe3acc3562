//! Buttons: plain, with an icon alone, the accented one, chips and switches.

use crate::theme;
use egui::accesskit::Role;
use egui::{Button, CornerRadius, Response, RichText, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

/// A button that is an icon alone; its name is read out and shown on hover.
pub fn icon_button(ui: &mut Ui, icon: &str, name: &str) -> Response {
    let colour = theme::of(ui).muted;
    sized_icon(ui, icon, name, colour, 22.0)
}

/// The same in a colour and size.
pub fn sized_icon(ui: &mut Ui, icon: &str, name: &str, colour: egui::Color32, size: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(size), Sense::click());
    let theme = theme::of(ui);
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CornerRadius::same(4), theme.hover);
    }
    if response.has_focus() {
        focus_ring(ui, rect);
    }
    let colour = if ui.is_enabled() { colour } else { theme.faint };
    let colour = if response.hovered() { theme.text } else { colour };
    let galley = ui.painter().layout_no_wrap(icon.to_owned(), egui::FontId::proportional(15.0), colour);
    let pos = rect.center() - galley.size() / 2.0;
    ui.painter().galley(pos, galley, colour);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    response.on_hover_text(name)
}

/// A ring around what has the focus.
pub fn focus_ring(ui: &Ui, rect: egui::Rect) {
    let stroke = Stroke::new(1.5, theme::of(ui).accent);
    ui.painter().rect_stroke(rect, CornerRadius::same(theme::CORNER), stroke, StrokeKind::Inside);
}

/// Width of a framed button with an icon alone.
pub const FRAMED_ICON: f32 = 36.0;

/// A framed button with an icon alone, as in the top bar.
pub fn framed_icon(ui: &mut Ui, icon: &str, name: &str, enabled: bool) -> Response {
    let text = RichText::new(icon).size(15.0);
    let button = Button::new(text).min_size(Vec2::new(FRAMED_ICON, theme::CONTROL));
    let response = ui.add_enabled(enabled, button);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    response.on_hover_text(name).on_disabled_hover_text(name)
}

/// The accented button, for the one thing to do.
pub fn primary(ui: &mut Ui, text: &str, width: f32) -> Response {
    let theme = theme::of(ui);
    let fill = if ui.is_enabled() { theme.accent } else { theme.faint };
    let text = RichText::new(text).font(theme::heavy(13.0)).color(theme.on_accent);
    let button = Button::new(text).fill(fill).stroke(Stroke::NONE).min_size(Vec2::new(width, theme::CONTROL));
    ui.add(button)
}

/// Width of a framed button with a short word.
const SECONDARY: f32 = 64.0;

/// A framed button of a form's height.
pub fn secondary(ui: &mut Ui, text: &str) -> Response {
    ui.add(Button::new(text).min_size(Vec2::new(SECONDARY, theme::CONTROL)))
}

/// The room that a framed button with a short word leaves in a line.
pub fn beside_secondary(ui: &Ui) -> f32 {
    ui.available_width() - SECONDARY - ui.spacing().item_spacing.x
}

/// A choice among few, as in a row of them.
pub fn chip(ui: &mut Ui, text: &str, chosen: bool) -> Response {
    let theme = theme::of(ui);
    let (fill, stroke, colour) = if chosen {
        (theme.tint, Stroke::new(1.5, theme.accent), theme.accent)
    } else {
        (theme.surface, Stroke::new(1.0, theme.line), theme.text)
    };
    let text_of = RichText::new(text).font(if chosen { theme::heavy(12.0) } else { theme::small() }).color(colour);
    let button = Button::new(text_of).fill(fill).stroke(stroke).min_size(Vec2::new(40.0, theme::CONTROL));
    let response = ui.add(button);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, text));
    response
}

/// A small round-ended toggle in a line of text.
pub fn pill(ui: &mut Ui, text: &str, chosen: bool) -> Response {
    let theme = theme::of(ui);
    let colour = if chosen { theme.on_accent } else { theme.mark };
    let fill = if chosen { theme.mark } else { theme::NOTHING };
    let button = Button::new(RichText::new(text).font(theme::small()).color(colour))
        .fill(fill)
        .stroke(Stroke::new(1.0, theme.mark))
        .corner_radius(CornerRadius::same(10))
        .min_size(Vec2::new(0.0, 20.0));
    let response = ui.scope(|ui| {
        ui.spacing_mut().button_padding = Vec2::new(8.0, 1.0);
        ui.add(button)
    });
    response.inner.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, chosen, text));
    response.inner
}

/// Text that does something: drawn in the accent colour, without a frame.
pub fn link(ui: &mut Ui, text: &str) -> Response {
    let theme = theme::of(ui);
    let text_of = RichText::new(text).color(theme.accent).font(theme::heavy(12.0));
    let response = ui.add(Button::new(text_of).frame(false));
    if response.has_focus() {
        focus_ring(ui, response.rect.expand2(Vec2::new(4.0, 2.0)));
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, text));
    response
}

/// A switch, on or off.
pub fn switch(ui: &mut Ui, on: bool, name: &str) -> Response {
    let theme = theme::of(ui);
    let (rect, mut response) = ui.allocate_exact_size(Vec2::new(26.0, 16.0), Sense::click());
    if response.clicked() {
        response.mark_changed();
    }
    let (track, knob) = if on { (theme.accent, theme.on_accent) } else { (theme.line, theme.muted) };
    let painter = ui.painter();
    painter.rect_filled(rect, CornerRadius::same(8), track);
    let x = if on { rect.right() - 8.0 } else { rect.left() + 8.0 };
    painter.circle_filled(egui::pos2(x, rect.center().y), 5.5, knob);
    if response.has_focus() {
        focus_ring(ui, rect.expand(2.0));
    }
    response.widget_info(|| WidgetInfo::selected(Role::Switch, true, on, name));
    response.on_hover_text(name)
}

/// An item of a menu.
pub fn menu_item(text: &str) -> Button<'static> {
    Button::new(text.to_owned()).min_size(Vec2::new(200.0, 26.0)).frame_when_inactive(false)
}
