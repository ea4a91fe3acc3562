//! The bar at the bottom: rows, whether they are exact, time, memory, notices.

use super::Scene;
use crate::action::Action;
use crate::model::Weight;
use crate::theme;
use crate::widget::{button, grouped, icon, region};
use egui::{Align, Layout, Popup, RichText, ScrollArea, Ui};

/// Draws the bar.
pub(super) fn status_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let small = |text: String| RichText::new(text).font(theme::small()).color(theme.muted);
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 16.0;
        if let Some(sheet) = scene.model.shown() {
            let of = sheet.of_rows.filter(|all| *all != sheet.rows).map(|all| format!(" of {}", grouped(all)));
            let of = of.unwrap_or_default();
            ui.label(small(format!("{}{of} rows · {} columns", grouped(sheet.rows), sheet.columns.len())));
            if sheet.exact {
                ui.label(small("exact".into()).color(theme.valid)).on_hover_text("Counted on all rows");
            } else {
                ui.label(small("≈ so far".into()).color(theme.mark)).on_hover_text("Still being counted");
            }
            ui.label(small(time_words(sheet.millis))).on_hover_text("How long this table took");
        }
        if let Some(words) = chosen_words(scene) {
            ui.label(small(words));
        }
        if scene.model.memory > 0 {
            ui.label(small(format!("{} MB", scene.model.memory / 1_000_000))).on_hover_text("Memory of this window");
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| notices_ui(ui, scene));
    });
}

/// How long something took.
fn time_words(millis: u64) -> String {
    if millis < 1000 {
        return format!("{millis} ms");
    }
    region::figures(&format!("{}.{} s", millis / 1000, millis % 1000 / 100)).into_owned()
}

/// How much is chosen in the grid, when it is more than a cell.
fn chosen_words(scene: &Scene<'_>) -> Option<String> {
    let (sheet, grid) = (scene.model.shown()?, &scene.scratch.grid);
    let (rows, columns) = grid.picked(sheet.rows, sheet.columns.len())?;
    let several = rows.end - rows.start > 1 && grid.cursor.is_some() || columns.len() > 1;
    several.then(|| format!("{} × {} cells", grouped(rows.end - rows.start), columns.len()))
}

fn colour(ui: &Ui, weight: Weight) -> egui::Color32 {
    let theme = theme::of(ui);
    match weight {
        Weight::Info => theme.muted,
        Weight::Warning => theme.mark,
        Weight::Error => theme.mismatched,
    }
}

fn notices_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let count = scene.model.notices.list.len();
    if count > 0 {
        let words = if count == 1 { "1 notice".to_owned() } else { format!("{count} notices") };
        let text = RichText::new(words).font(theme::small()).color(theme.muted);
        let response = ui.add(egui::Button::new(text).frame(false));
        Popup::menu(&response).width(380.0).show(|ui| list_ui(ui, scene));
    }
    if let Some(notice) = scene.model.notices.fresh() {
        let sign = if notice.weight == Weight::Info { "" } else { icon::WARNING };
        let text = format!("{sign} {}", notice.text);
        let text = RichText::new(text.trim().to_owned()).font(theme::small()).color(colour(ui, notice.weight));
        ui.add(egui::Label::new(text).truncate()).on_hover_text(&notice.text);
        ui.ctx().request_repaint_after(std::time::Duration::from_secs(1));
    }
}

fn list_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    ui.set_min_width(360.0);
    ScrollArea::vertical().max_height(300.0).show(ui, |ui| {
        for notice in scene.model.notices.list.iter().rev() {
            ui.label(RichText::new(&notice.text).font(theme::small()).color(colour(ui, notice.weight)));
        }
    });
    ui.separator();
    if ui.add(button::menu_item("Take all away")).clicked() {
        scene.act(Action::Dismiss);
        ui.close();
    }
}
