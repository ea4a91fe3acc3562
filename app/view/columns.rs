//! The panel at the left: the columns, what is wrong with them, and the other tables.

use super::{Scene, facets, menus};
use crate::action::Action;
use crate::model::Purpose;
use crate::model::sheet::{Column, ColumnMark, Facts};
use crate::theme;
use crate::widget::{button, card, field, icon, percent};
use egui::accesskit::Role;
use egui::{CornerRadius, Pos2, RichText, ScrollArea, Sense, Ui, Vec2, WidgetInfo};
use std::sync::Arc;

const LINE: f32 = 24.0;

/// Draws the panel.
pub(super) fn columns_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let columns = scene.model.shown().map(|sheet| Arc::clone(&sheet.columns)).unwrap_or_default();
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.add_space(10.0);
    heading(ui, "Columns", &columns.len().to_string());
    if columns.len() > 24 {
        search_ui(ui, scene);
    }
    let wanted = scene.scratch.column_search.to_lowercase();
    let matches = |at: &usize| wanted.is_empty() || columns[*at].name.to_lowercase().contains(&wanted);
    let found: Vec<usize> = (0..columns.len()).filter(matches).collect();
    let others = scene.model.project().others.len();
    #[allow(clippy::cast_precision_loss, reason = "a few lines")]
    let below = 72.0 + others as f32 * LINE;
    let room = (ui.available_height() - below).max(80.0);
    // Facets take the larger part; the columns scroll.
    #[allow(clippy::cast_precision_loss, reason = "a few lines")]
    let height = if scene.model.facets.is_empty() { room } else { (room * 0.42).min(found.len() as f32 * LINE) };
    let area = ScrollArea::vertical().max_height(height).auto_shrink([false, true]).id_salt("columns");
    area.show_rows(ui, LINE, found.len(), |ui, range| {
        for at in found.get(range).unwrap_or_default() {
            line_ui(ui, scene, &columns[*at], *at);
        }
    });
    ui.add_space(14.0);
    if !scene.model.facets.is_empty() {
        heading(ui, "Facets", "");
        let height = (ui.available_height() - below).max(80.0);
        facets::facets_ui(ui, scene, height);
        ui.add_space(6.0);
    }
    datasets_ui(ui, scene);
}

fn heading(ui: &mut Ui, title: &str, aside: &str) {
    let theme = theme::of(ui);
    let text = |text: &str| RichText::new(text.to_uppercase()).font(theme::heavy(11.0)).color(theme.muted);
    ui.horizontal(|ui| {
        ui.add_space(theme::SIDE);
        ui.label(text(title));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(theme::SIDE);
            ui.label(text(aside));
        });
    });
    ui.add_space(4.0);
}

fn search_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    ui.horizontal(|ui| {
        ui.add_space(theme::SIDE);
        let width = ui.available_width() - theme::SIDE - 8.0;
        field::sized_text_edit(ui, &mut scene.scratch.column_search, "Find a column", "Find a column", width);
    });
    ui.add_space(4.0);
}

fn line_ui(ui: &mut Ui, scene: &mut Scene<'_>, column: &Column, at: usize) {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), LINE), Sense::click());
    let chosen = scene.scratch.grid.column.map(|column| scene.scratch.arrange.place(column)) == Some(at);
    let hidden = scene.scratch.arrange.is_hidden(&column.name);
    let painter = ui.painter_at(rect);
    if chosen {
        painter.rect_filled(rect, CornerRadius::ZERO, theme.selection);
    } else if response.hovered() {
        painter.rect_filled(rect, CornerRadius::ZERO, theme.hover);
    }
    let y = rect.center().y;
    let sign = icon::of_class(column.class);
    let font = if sign.is_ascii() { theme::heavy(11.0) } else { theme::body() };
    let galley = painter.layout_no_wrap(sign.to_owned(), font, theme.faint);
    let x = rect.left() + theme::SIDE + 5.0 - galley.size().x / 2.0;
    crate::widget::text_left(&painter, Pos2::new(x, y), galley);
    let facts = scene.model.shown().and_then(|sheet| sheet.facts.get(&column.name));
    let wrong = facts.map(|facts| what_is_wrong(facts)).unwrap_or_default();
    let wrong = if hidden { "hidden".to_owned() } else { wrong };
    let aside = painter.layout_no_wrap(wrong.clone(), theme::tiny(), theme.faint);
    let right = rect.right() - theme::SIDE;
    let room = right - aside.size().x - 6.0 - (rect.left() + 40.0);
    crate::widget::text_right(&painter, Pos2::new(right, y), aside);
    let (mark, colour) = match column.mark {
        ColumnMark::Added => ("+ ", theme.valid),
        ColumnMark::Changed => ("~ ", theme.text),
        ColumnMark::Gone => ("− ", theme.faint),
        ColumnMark::Same if hidden => ("", theme.faint),
        ColumnMark::Same => ("", theme.text),
    };
    let name = card::one_line(&painter, &format!("{mark}{}", column.name), theme::body(), colour, room);
    crate::widget::text_left(&painter, Pos2::new(rect.left() + 40.0, y), name);
    if response.has_focus() {
        button::focus_ring(ui, rect);
    }
    let spoken = format!("{}, {} {wrong}", column.name, column.class.words());
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, chosen, &spoken));
    if response.clicked() {
        scene.act(Action::ShowColumn(column.name.clone()));
    }
    response.context_menu(|ui| menus::column_ui(ui, scene, column));
}

fn what_is_wrong(facts: &Facts) -> String {
    if facts.invalid > 0 {
        format!("{} !", crate::widget::grouped(facts.invalid))
    } else if facts.missing > 0 {
        format!("{} ∅", percent(facts.missing, facts.rows))
    } else if facts.padded > 0 {
        format!("{} ··", percent(facts.padded, facts.rows))
    } else {
        String::new()
    }
}

fn datasets_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let others = &scene.model.project().others;
    heading(ui, "Other tables", "");
    for other in others {
        ui.horizontal(|ui| {
            ui.set_height(LINE);
            ui.add_space(theme::SIDE);
            ui.label(RichText::new(icon::TABLE).color(theme.faint));
            let rows = scene.model.source_of(other).map(|s| crate::widget::grouped(s.rows)).unwrap_or_default();
            ui.label(&other.name).on_hover_text(other.path.display().to_string());
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.add_space(theme::SIDE - 4.0);
                let name = format!("Take {} out", other.name);
                if button::sized_icon(ui, icon::X, &name, theme.faint, 18.0).clicked() {
                    scene.act(Action::Forget(other.name.clone()));
                }
                ui.label(RichText::new(rows).font(theme::tiny()).color(theme.faint));
            });
        });
    }
    ui.horizontal(|ui| {
        ui.set_height(LINE);
        ui.add_space(theme::SIDE);
        let add = egui::Button::new((
            RichText::new(icon::PLUS).color(theme.muted),
            RichText::new("add a table").color(theme.muted),
        ));
        let add = ui.add(add.frame(false)).on_hover_text("A second table, for Join and Union");
        add.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Add a table"));
        if add.clicked() {
            scene.act(Action::AskFile(Purpose::AddDataset));
        }
    });
}
