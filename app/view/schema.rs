//! The columns as a list: name, kind, missing, distinct, smallest, largest.

use super::{Scene, menus};
use crate::action::Action;
use crate::model::sheet::Facts;
use crate::scratch::Tab;
use crate::theme;
use crate::widget::{card, grouped, icon, percent, text_left, text_right};
use egui::accesskit::Role;
use egui::{CornerRadius, Pos2, ScrollArea, Sense, Stroke, Ui, Vec2, WidgetInfo};
use std::sync::Arc;

const LINE: f32 = 28.0;
/// Titles, and where their columns begin or, for figures, end.
const TITLES: &[(&str, f32, bool)] = &[
    ("Column", 58.0, false),
    ("Kind", 268.0, false),
    ("Missing", 480.0, true),
    ("Distinct", 580.0, true),
    ("Smallest", 610.0, false),
    ("Largest", 770.0, false),
];

/// Draws the list.
pub(super) fn schema_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let Some(sheet) = scene.model.shown() else { return };
    let columns = Arc::clone(&sheet.columns);
    ui.spacing_mut().item_spacing.y = 0.0;
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), LINE), Sense::hover());
    for (title, x, at_right) in TITLES {
        let galley = ui.painter().layout_no_wrap((*title).to_owned(), theme::heavy(11.0), theme.muted);
        let at = Pos2::new(rect.left() + x, rect.center().y);
        if *at_right {
            text_right(ui.painter(), at, galley)
        } else {
            text_left(ui.painter(), at, galley)
        };
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, theme.line));
    // Facts come for the columns on screen; here those are the lines in view.
    let area = ScrollArea::vertical().auto_shrink([false, false]).id_salt("schema");
    let output = area.show_rows(ui, LINE, columns.len(), |ui, range| {
        for at in range.clone() {
            line_ui(ui, scene, at);
        }
        range
    });
    let rows = scene.scratch.grid.top..scene.scratch.grid.top + 1;
    scene.act(Action::InView(rows, output.inner.collect()));
}

fn line_ui(ui: &mut Ui, scene: &mut Scene<'_>, at: usize) {
    let theme = theme::of(ui);
    let Some(sheet) = scene.model.shown() else { return };
    let Some(column) = sheet.columns.get(at) else { return };
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), LINE), Sense::click());
    let painter = ui.painter();
    if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, CornerRadius::ZERO, theme.hover);
    }
    let y = rect.center().y;
    let number = painter.layout_no_wrap((at + 1).to_string(), theme::tiny(), theme.faint);
    text_right(painter, Pos2::new(rect.left() + 30.0, y), number);
    let sign = icon::of_class(column.class);
    let font = if sign.is_ascii() { theme::heavy(11.0) } else { theme::body() };
    let sign = painter.layout_no_wrap(sign.to_owned(), font, theme.faint);
    text_left(painter, Pos2::new(rect.left() + 40.0, y), sign);
    let facts = sheet.facts.get(&column.name).map(|facts| (**facts).clone()).unwrap_or_default();
    for (at, ((_, x, at_right), text)) in
        TITLES.iter().zip(texts(&column.name, column.class.words(), &facts)).enumerate()
    {
        let galley =
            card::one_line(painter, &text, theme::body(), if *x < 100.0 { theme.text } else { theme.muted }, room(at));
        let at = Pos2::new(rect.left() + x, y);
        if *at_right {
            text_right(painter, at, galley)
        } else {
            text_left(painter, at, galley)
        };
    }
    painter.hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, theme.line.gamma_multiply(0.7)));
    let spoken = format!("{}, {}", column.name, column.class.words());
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &spoken));
    if response.clicked() {
        scene.scratch.tab = Tab::Grid;
        scene.act(Action::ShowColumn(column.name.clone()));
    }
    response.context_menu(|ui| menus::column_ui(ui, scene, column));
}

/// How wide the text in a column of the list may be: up to where the next begins.
fn room(at: usize) -> f32 {
    match (TITLES.get(at), TITLES.get(at + 1)) {
        (Some((_, x, false)), Some((_, next, false))) => next - x - 10.0,
        (_, None) => 260.0,
        _ => 200.0,
    }
}

fn texts(name: &str, kind: &str, facts: &Facts) -> [String; 6] {
    if facts.rows == 0 {
        return [name.into(), kind.into(), String::new(), String::new(), String::new(), String::new()];
    }
    let missing = if facts.missing == 0 {
        "0".into()
    } else {
        format!("{} · {}", grouped(facts.missing), percent(facts.missing, facts.rows))
    };
    [
        name.into(),
        kind.into(),
        missing,
        grouped(facts.distinct),
        facts.least.clone().unwrap_or_default(),
        facts.most.clone().unwrap_or_default(),
    ]
}
