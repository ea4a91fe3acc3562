//! The bar of families: every operation, by what it is for.

use super::{Scene, menus};
use crate::theme;
use crate::widget::icon;
use brewhouse_engine::op::{Family, all};
use egui::{Button, Popup, RichText, Stroke, Ui, Vec2};

/// Draws the bar; families that find no room are under More.
pub(super) fn families_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let families: Vec<Family> = Family::ALL.iter().copied().filter(|f| all().any(|op| op.family == *f)).collect();
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 1.0;
        for (at, family) in families.iter().enumerate() {
            if ui.available_width() < 150.0 && at + 1 < families.len() {
                more_ui(ui, scene, &families[at..]);
                return;
            }
            family_ui(ui, scene, *family);
        }
    });
}

fn open_family(scene: &Scene<'_>) -> Option<Family> {
    scene.scratch.form.as_ref().map(|form| form.op.family)
}

fn title_button(ui: &mut Ui, title: &str, chosen: bool) -> egui::Response {
    let theme = theme::of(ui);
    let colour = if chosen { theme.accent } else { theme.text };
    let fill = if chosen { theme.tint } else { theme::NOTHING };
    let text = RichText::new(title).color(colour);
    let caret = RichText::new(icon::CARET_DOWN).size(9.0).color(theme.faint);
    let caption = Button::new((text, caret)).gap(4.0).fill(fill).stroke(Stroke::NONE).min_size(Vec2::new(0.0, 24.0));
    let response = ui.add(caption);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::MenuItem, true, title));
    response
}

fn family_ui(ui: &mut Ui, scene: &mut Scene<'_>, family: Family) {
    let response = title_button(ui, family.title(), open_family(scene) == Some(family));
    Popup::menu(&response).show(|ui| {
        ui.set_min_width(220.0);
        menus::operations_ui(ui, scene, family, None);
    });
}

fn more_ui(ui: &mut Ui, scene: &mut Scene<'_>, families: &[Family]) {
    let chosen = open_family(scene).is_some_and(|open| families.contains(&open));
    let response = title_button(ui, "More", chosen);
    Popup::menu(&response).show(|ui| {
        for family in families {
            ui.menu_button(family.title(), |ui| menus::operations_ui(ui, scene, *family, None));
        }
    });
}
