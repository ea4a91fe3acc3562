//! The first page: recent projects, open a file, the sample one click away, a place to drop a file.

use super::Scene;
use crate::action::Action;
use crate::model::Purpose;
use crate::theme;
use crate::widget::{button, card, field, icon};
use egui::accesskit::Role;
use egui::{CornerRadius, Key, Modifiers, Pos2, RichText, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo};

const WIDTH: f32 = 560.0;

/// Draws the page.
pub(super) fn welcome_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let room = ui.available_size();
    let width = WIDTH.min(room.x - 40.0);
    ui.vertical_centered(|ui| {
        ui.add_space((room.y * 0.16).max(16.0));
        ui.allocate_ui_with_layout(Vec2::new(width, 0.0), egui::Layout::top_down(egui::Align::Min), |ui| {
            ui.set_width(width);
            ui.label(RichText::new("Clean, shape and check a table").font(theme::heavy(16.0)).color(theme.text));
            let words = "Point at what is wrong, see what each step does to every row, and keep the recipe.";
            ui.label(RichText::new(words).color(theme.muted));
            ui.add_space(20.0);
            drop_area_ui(ui, scene, width);
            ui.add_space(12.0);
            ways_ui(ui, scene);
            ui.add_space(24.0);
            recent_ui(ui, scene, width);
        });
    });
}

fn drop_area_ui(ui: &mut Ui, scene: &mut Scene<'_>, width: f32) {
    let theme = theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(Vec2::new(width, 132.0), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(8), theme.surface);
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    ui.painter().extend(Shape::dashed_line(&corners, Stroke::new(1.0, theme.missing), 5.0, 4.0));
    let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink(16.0)));
    inner.vertical_centered(|ui| {
        ui.add_space(8.0);
        ui.label(RichText::new("Drop a file anywhere in this window").color(theme.text));
        ui.label(
            RichText::new("Text, Excel, JSON, Parquet, Arrow, Avro or ORC; a project or a recipe")
                .font(theme::small())
                .color(theme.faint),
        );
        ui.add_space(8.0);
        scene.scratch.typed_path.take_if(|_| ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)));
        if let Some((Purpose::Open, text)) = &mut scene.scratch.typed_path {
            let response =
                field::sized_text_edit(ui, text, "Path of a file, then Enter", "Path of a file", width - 80.0);
            let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
            if !entered {
                response.request_focus();
            }
            if entered && !text.trim().is_empty() {
                let path = text.trim().into();
                scene.scratch.typed_path = None;
                scene.act(Action::Open(path));
            }
        } else {
            let open = button::primary(ui, &format!("{}  Open a file", icon::FOLDER_OPEN), 140.0);
            open.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Open a file"));
            if open.clicked() {
                scene.act(Action::AskFile(Purpose::Open));
            }
        }
    });
}

fn ways_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        let words = "Open the sample: messy orders of a shop";
        let sample = egui::Button::new((RichText::new(icon::DATABASE).color(theme.accent), words));
        let sample = ui.add(sample.min_size(Vec2::new(0.0, theme::CONTROL)));
        sample.widget_info(|| WidgetInfo::labeled(Role::Button, true, words));
        if sample.clicked() {
            scene.act(Action::OpenSample);
        }
        ui.label(RichText::new("or paste a table").font(theme::small()).color(theme.faint));
        if button::link(ui, "Coming from Excel?").clicked() {
            scene.act(Action::ExcelWords);
        }
    });
}

fn recent_ui(ui: &mut Ui, scene: &mut Scene<'_>, width: f32) {
    let theme = theme::of(ui);
    let recent = &scene.model.recent;
    if recent.is_empty() {
        return;
    }
    ui.label(RichText::new("RECENT").font(theme::heavy(11.0)).color(theme.muted));
    ui.spacing_mut().item_spacing.y = 0.0;
    for entry in recent {
        let (rect, response) = ui.allocate_exact_size(Vec2::new(width, 30.0), Sense::click());
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect.expand2(Vec2::new(8.0, 0.0)), CornerRadius::same(4), theme.hover);
        }
        let painter = ui.painter();
        let y = rect.center().y;
        let name = painter.layout_no_wrap(entry.name.clone(), theme::body(), theme.text);
        let left = rect.left() + name.size().x + 12.0;
        crate::widget::text_left(painter, Pos2::new(rect.left(), y), name);
        let path = entry.path.display().to_string();
        let path = card::one_line(painter, &path, theme::small(), theme.faint, rect.right() - left);
        crate::widget::text_left(painter, Pos2::new(left, y), path);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Open {}", entry.name)));
        if response.clicked() {
            scene.act(Action::Open(entry.path.clone()));
        }
    }
}
