//! The line above the grid: which rows are shown and in which order, and the field for a text to find.

use super::Scene;
use crate::action::Action;
use crate::model::look::Toward;
use crate::model::saved;
use crate::theme;
use crate::widget::{button, field, grouped, icon, region};
use egui::accesskit::Role;
use egui::{
    Align, CornerRadius, Frame, Key, Layout, Margin, Modifiers, Panel, RichText, Sense, Stroke, Ui, Vec2, WidgetInfo,
};

/// Draws the line; it is always there, so that nothing below moves.
pub(super) fn look_line_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let looked = !scene.model.lens.is_empty();
    let fill = if looked { theme.tint } else { theme.surface };
    let frame = Frame::new().fill(fill).inner_margin(Margin::symmetric(14, 0));
    Panel::top("look").exact_size(theme::TAB_BAR - 2.0).frame(frame).show(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if scene.scratch.find.is_some() {
                find_ui(ui, scene);
            } else {
                ways_ui(ui, scene);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| lens_ui(ui, scene));
        });
    });
}

/// Find and Go to, as quiet words.
fn ways_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    ui.spacing_mut().item_spacing.x = 14.0;
    if saved::count(scene.model.project()) > 0 || !scene.model.lens.is_empty() {
        views_ui(ui, scene);
    }
    let mut way = |ui: &mut Ui, sign: &str, words: &str, name: &str, action: Action| {
        if way_ui(ui, sign, words, name).clicked() {
            scene.act(action);
        }
    };
    way(ui, icon::CROSSHAIR_SIMPLE, "Go to", "Go to a row or column", Action::GoToBox);
    way(ui, icon::MAGNIFYING_GLASS, "Find", "Find a text", Action::FindBox);
}

fn way_ui(ui: &mut Ui, sign: &str, words: &str, name: &str) -> egui::Response {
    let theme = theme::of(ui);
    let text = (RichText::new(sign).color(theme.faint), RichText::new(words).font(theme::small()).color(theme.muted));
    let response = ui.add(egui::Button::new(text).frame(false));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    response
}

/// The saved views, and a name for what is looked at.
fn views_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let response = way_ui(ui, icon::FUNNEL_SIMPLE, "Views", "Saved views");
    let close = egui::PopupCloseBehavior::CloseOnClickOutside;
    egui::Popup::menu(&response).width(280.0).close_behavior(close).show(|ui| {
        ui.set_min_width(270.0);
        for saved in saved::all(scene.model.project()) {
            ui.horizontal(|ui| {
                let item = ui.add(button::menu_item(&saved.name).truncate());
                let name = format!("View {}", saved.name);
                item.widget_info(|| WidgetInfo::labeled(Role::MenuItem, true, &name));
                if item.clicked() {
                    scene.act(Action::UseView(saved.name.clone()));
                    ui.close();
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if button::icon_button(ui, icon::X, &format!("Take out the view {}", saved.name)).clicked() {
                        scene.act(Action::DropView(saved.name.clone()));
                    }
                });
            });
        }
        if scene.model.lens.is_empty() {
            return;
        }
        if saved::count(scene.model.project()) > 0 {
            ui.separator();
        }
        ui.label(
            RichText::new("Save these filters, their order and the open facets")
                .font(theme::small())
                .color(theme.muted),
        );
        ui.horizontal(|ui| {
            let width = button::beside_secondary(ui);
            let text = &mut scene.scratch.view_name;
            let field = field::sized_text_edit(ui, text, "a name", "Name of the view", width);
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let save = button::secondary(ui, "Save").clicked() || entered;
            if save && !scene.scratch.view_name.trim().is_empty() {
                let name = std::mem::take(&mut scene.scratch.view_name);
                scene.act(Action::SaveView(name));
                ui.close();
            }
        });
    });
}

fn lens_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let model = scene.model;
    let Some(base) = model.sheet.value() else { return };
    if model.lens.is_empty() {
        let words = format!("All {} rows", grouped(base.rows));
        ui.label(RichText::new(words).font(theme::small()).color(theme.faint));
        return;
    }
    ui.spacing_mut().item_spacing.x = 6.0;
    count_ui(ui, scene);
    let keep = ui.available_width() - 210.0;
    egui::ScrollArea::horizontal()
        .scroll_bar_visibility(egui::scroll_area::ScrollBarVisibility::AlwaysHidden)
        .max_width(keep.max(80.0))
        .auto_shrink([true, true])
        .id_salt("chips")
        .show(ui, |ui| {
            ui.horizontal(|ui| chips_ui(ui, scene));
        });
    ui.add_space(4.0);
    if button::link(ui, "Make it a step").clicked() {
        scene.act(Action::KeepView);
    }
    let clear = egui::Button::new(RichText::new("Clear").font(theme::small()).color(theme.muted)).frame(false);
    let clear = ui.add(clear);
    clear.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Show all rows"));
    if clear.clicked() {
        scene.act(Action::ClearFilter(None));
    }
}

/// How many rows pass; in a draft, the same of its rows.
fn count_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let theme = theme::of(ui);
    let model = scene.model;
    if let Some(fault) = model.looked.fault() {
        let text = format!("{} {}", icon::WARNING, fault.message);
        ui.label(RichText::new(text).font(theme::small()).color(theme.mismatched)).on_hover_text(fault.text());
        return;
    }
    let Some(sheet) = model.looked.value() else {
        ui.label(RichText::new("filtering…").font(theme::small()).color(theme.muted));
        return;
    };
    let all = sheet.of_rows.unwrap_or(sheet.rows);
    let words = if model.lens.filters.is_empty() {
        format!("{} rows", grouped(all))
    } else {
        format!("{} of {} rows", grouped(sheet.rows), grouped(all))
    };
    let text = RichText::new(words).font(theme::heavy(12.0)).color(theme.text);
    let text = if model.looked.waiting().is_some() { text.color(theme.faint) } else { text };
    ui.label(text);
}

fn chips_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    ui.spacing_mut().item_spacing.x = 6.0;
    let model = scene.model;
    for filter in &model.lens.filters {
        let column = model.sheet.value().and_then(|sheet| sheet.columns.get(sheet.position(&filter.column)?));
        let words = column.map(|column| region::told(&filter.words(&column.dtype), column.class).into_owned());
        let words = words.unwrap_or_else(|| "is not in this table".to_owned());
        if chip_ui(ui, &filter.column, &words) {
            scene.act(Action::ClearFilter(Some(filter.column.clone())));
        }
    }
    for key in &model.lens.sort {
        let words = if key.descending { "largest first" } else { "smallest first" };
        if chip_ui(ui, &key.column, words) {
            // Another turn of the mark would be the other way round; the chip takes the key away.
            let turns = if key.descending { 1 } else { 2 };
            for _ in 0..turns {
                scene.act(Action::SortView { column: key.column.clone(), beside: true });
            }
        }
    }
}

/// One filter: the column's name heavy, the rest plain, and a cross that takes it away.
fn chip_ui(ui: &mut Ui, column: &str, words: &str) -> bool {
    let theme = theme::of(ui);
    let name = ui.painter().layout_no_wrap(column.to_owned(), theme::heavy(12.0), theme.accent);
    let words_of = crate::widget::card::one_line(ui.painter(), words, theme::small(), theme.text, 240.0);
    let cross = ui.painter().layout_no_wrap(icon::X.to_owned(), theme::tiny(), theme.muted);
    let width = name.size().x + words_of.size().x + cross.size().x + 30.0;
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, 22.0), Sense::click());
    let painter = ui.painter();
    let stroke = Stroke::new(1.0, if response.hovered() { theme.accent } else { theme.line });
    painter.rect(rect, CornerRadius::same(11), theme.surface, stroke, egui::StrokeKind::Inside);
    let y = rect.center().y;
    let mut x = rect.left() + 10.0;
    for galley in [name, words_of, cross] {
        let next = x + galley.size().x + 5.0;
        crate::widget::text_left(painter, egui::pos2(x, y), galley);
        x = next;
    }
    if response.has_focus() {
        button::focus_ring(ui, rect);
    }
    let name = format!("Take away: {column} {words}");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    response.on_hover_text(format!("{column} {words} – click to take it away")).clicked()
}

/// The field for a text to find, from right to left.
fn find_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let Some(mut find) = scene.scratch.find.take() else { return };
    ui.spacing_mut().item_spacing.x = 4.0;
    let mut open = !button::icon_button(ui, icon::X, "Close the search").clicked();
    if button::icon_button(ui, icon::ARROW_DOWN, "Next match").clicked() {
        scene.act(Action::FindOn(Toward::Next));
    }
    if button::icon_button(ui, icon::ARROW_UP, "Previous match").clicked() {
        scene.act(Action::FindOn(Toward::Previous));
    }
    let before = find.search.clone();
    toggle(ui, ".*", "A regular expression", &mut find.search.pattern);
    toggle(ui, "“”", "The whole cell", &mut find.search.whole_cell);
    toggle(ui, "Aa", "Capitals matter", &mut find.search.match_case);
    let response = field::sized_text_edit(ui, &mut find.search.text, "Find in all rows", "Find", 190.0);
    if find.fresh {
        response.request_focus();
        find.fresh = false;
    }
    if response.lost_focus() {
        let (enter, back, escape) =
            ui.input(|i| (i.key_pressed(Key::Enter), i.modifiers.shift, i.key_pressed(Key::Escape)));
        if enter {
            scene.act(Action::FindOn(if back { Toward::Previous } else { Toward::Next }));
            response.request_focus();
        }
        open &= !escape;
    } else if response.has_focus() && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape)) {
        open = false;
    }
    let (words, wrong) = outcome(scene);
    let colour = if wrong { theme.mismatched } else { theme.muted };
    ui.label(RichText::new(words).font(theme::small()).color(colour));
    if !open {
        scene.act(Action::Find(None));
        return;
    }
    if find.search != before {
        scene.act(Action::Find(Some(find.search.clone())));
    }
    scene.scratch.find = Some(find);
}

fn toggle(ui: &mut Ui, sign: &str, name: &str, on: &mut bool) {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(22.0), Sense::click());
    if *on || response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(4), if *on { theme.tint } else { theme.hover });
    }
    let colour = if *on { theme.accent } else { theme.muted };
    let galley = ui.painter().layout_no_wrap(sign.to_owned(), theme::heavy(11.0), colour);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, colour);
    if response.has_focus() {
        button::focus_ring(ui, rect);
    }
    if response.clicked() {
        *on = !*on;
    }
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, *on, name));
    response.on_hover_text(name);
}

/// What was found, in words, and whether something is wrong.
fn outcome(scene: &Scene<'_>) -> (String, bool) {
    let Some(find) = &scene.model.find else { return (String::new(), false) };
    if let Some(fault) = find.found.fault() {
        return (fault.message.clone(), true);
    }
    let Some(found) = find.found.value() else { return ("searching…".into(), false) };
    if found.rows == 0 {
        return ("nothing found".into(), true);
    }
    let at = found.at.as_ref().and_then(|hit| hit.ordinal).map(|at| format!("{} of ", grouped(at))).unwrap_or_default();
    let rows = format!("{at}{} {}", grouped(found.rows), if found.rows == 1 { "row" } else { "rows" });
    // The cells are those of all rows; beside the rows of a filter they would not add up.
    let words = if found.cells == found.rows || !scene.model.lens.filters.is_empty() {
        rows
    } else {
        format!("{rows} · {} cells", grouped(found.cells))
    };
    (words, false)
}
