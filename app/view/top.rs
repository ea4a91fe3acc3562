//! The bar at the top: project, file and its verdict, search, undo, redo, Run.

use super::Scene;
use crate::action::Action;
use crate::command;
use crate::theme;
use crate::widget::{button, grouped, icon};
use egui::{Align, Button, CornerRadius, Layout, Popup, RichText, Sense, Stroke, Ui, Vec2};

/// Draws the bar.
pub(super) fn top_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        logo(ui);
        project_menu(ui, scene);
        if scene.model.has_data() {
            verdict_ui(ui, scene);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| right_ui(ui, scene));
    });
}

fn logo(ui: &mut Ui) {
    let theme = theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(22.0), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(5), theme.accent);
    let galley = ui.painter().layout_no_wrap("b".into(), theme::heavy(14.0), theme.on_accent);
    let pos = rect.center() - galley.size() / 2.0;
    ui.painter().galley(pos, galley, theme.on_accent);
}

fn project_menu(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let model = scene.model;
    let name = if model.has_data() { model.project().name.as_str() } else { "Brewhouse" };
    let unsaved = if model.has_data() && model.history.is_unsaved() { " •" } else { "" };
    let text = RichText::new(format!("{name}{unsaved}")).font(theme::heavy(14.0)).color(theme.text);
    let caret = RichText::new(icon::CARET_DOWN).font(theme::tiny()).color(theme.faint);
    let response = ui.add(Button::new((text, caret)).gap(5.0).frame(false)).on_hover_text("Project, files and themes");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, "Project menu"));
    Popup::menu(&response).show(|ui| {
        ui.set_min_width(230.0);
        for group in
            [&["new", "open", "sample"][..], &["save", "save-as", "import", "export"], &["add-dataset", "reload"]]
        {
            for name in group {
                command_item(ui, scene, name);
            }
            ui.separator();
        }
        for name in ["settings", "excel", "keys", "quit"] {
            command_item(ui, scene, name);
        }
    });
}

/// A command as an item of a menu, with its key.
pub(super) fn command_item(ui: &mut Ui, scene: &mut Scene<'_>, name: &str) {
    let Some(command) = command::find(name) else { return };
    let action = (command.action)(scene.model);
    let mut item = button::menu_item(command.title);
    if let Some(shortcut) = &command.shortcut {
        item = item.shortcut_text(ui.ctx().format_shortcut(shortcut));
    }
    let response = ui.add_enabled(action.is_some(), item).on_hover_text(command.hint);
    if let Some(action) = action.filter(|_| response.clicked()) {
        scene.act(action);
        ui.close();
    }
}

fn verdict_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    ui.spacing_mut().item_spacing.x = 4.0;
    let plain = |text: String| RichText::new(text).font(theme::small()).color(theme.muted);
    let Some(source) = scene.model.source() else {
        ui.label(plain(scene.model.file_name()));
        return;
    };
    let path = scene.model.project().dataset.as_ref().map(|d| d.path.display().to_string()).unwrap_or_default();
    let rows = grouped(source.rows);
    let told = if source.complete { format!("{rows} rows ·") } else { format!("the first {rows} rows, reading…") };
    ui.label(plain(format!("{} · {told}", scene.model.file_name()))).on_hover_text(path);
    if source.complete {
        ui.label(plain(format!("{} every line accounted for", icon::CHECK)).color(theme.valid));
    }
    if source.aside > 0 {
        let words = plain(format!("· {} set aside", grouped(source.aside))).color(theme.mark);
        let advice = "They do not fit the table; a run writes them, with line and reason, beside its output";
        ui.label(words).on_hover_text(advice);
    }
    let second =
        scene.model.sources.iter().find(|(_, source)| source.changed).and_then(|((path, _), _)| path.file_name());
    if source.changed || second.is_some() {
        let whose = second.filter(|_| !source.changed).map(|name| format!("{} ", name.to_string_lossy()));
        ui.label(plain(format!("· {}changed on disk", whose.unwrap_or_default())).color(theme.mark));
        if button::link(ui, "reload").clicked() {
            scene.act(Action::Reload);
        }
    }
}

fn right_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    ui.spacing_mut().item_spacing.x = 10.0;
    if scene.model.has_data() {
        let running = scene.model.run.is_active();
        let text = if running { "Running…".to_owned() } else { format!("{} Run", icon::PLAY) };
        let run = button::primary(ui, &text, 66.0).on_hover_text("Write the whole table by the recipe (F5)");
        run.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, "Run"));
        if run.clicked() {
            scene.act(Action::RunPanel);
        }
        let redo = scene.model.history.redo_label().map_or("Nothing to redo".into(), |label| format!("Redo: {label}"));
        if button::framed_icon(ui, icon::ARROW_U_UP_RIGHT, &redo, scene.model.history.redo_label().is_some()).clicked()
        {
            scene.act(Action::Redo);
        }
        let undo = scene.model.history.undo_label().map_or("Nothing to undo".into(), |label| format!("Undo: {label}"));
        if button::framed_icon(ui, icon::ARROW_U_UP_LEFT, &undo, scene.model.history.undo_label().is_some()).clicked() {
            scene.act(Action::Undo);
        }
    }
    search_ui(ui, scene);
}

fn search_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let name = "Search actions, columns, steps";
    if ui.available_width() < 280.0 {
        if button::framed_icon(ui, icon::MAGNIFYING_GLASS, name, true).clicked() {
            scene.act(Action::Palette);
        }
        return;
    }
    let (rect, response) = ui.allocate_exact_size(Vec2::new(260.0, 28.0), Sense::click());
    let edge = if response.hovered() || response.has_focus() { theme.faint } else { theme.line };
    let painter = ui.painter();
    let inside = egui::StrokeKind::Inside;
    painter.rect(rect, CornerRadius::same(theme::CORNER), theme.background, Stroke::new(1.0, edge), inside);
    let words = painter.layout_no_wrap(name.into(), theme::small(), theme.muted);
    crate::widget::text_left(painter, egui::pos2(rect.left() + 11.0, rect.center().y), words);
    let key = painter.layout_no_wrap("Ctrl K".into(), theme::tiny(), theme.muted);
    let size = key.size() + Vec2::new(10.0, 3.0);
    let frame = egui::Rect::from_center_size(egui::pos2(rect.right() - 7.0 - size.x / 2.0, rect.center().y), size);
    painter.rect(frame, CornerRadius::same(4), theme.surface, Stroke::new(1.0, theme.line), inside);
    crate::widget::text_left(painter, egui::pos2(frame.left() + 5.0, frame.center().y), key);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, name));
    if response.clicked() {
        scene.act(Action::Palette);
    }
}
