//! The columns as a list: name, kind, missing, distinct, smallest, largest.

use super::{Scene, menus};
use crate::action::Action;
use crate::model::sheet::{Column, Facts};
use crate::model::types::{Fit, OFFERED};
use crate::scratch::Tab;
use crate::theme;
use crate::widget::{button, card, grouped, icon, percent, region, text_left, text_right};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::types::TypeClass;
use egui::accesskit::Role;
use egui::{CornerRadius, Popup, Pos2, Rect, RichText, ScrollArea, Sense, Stroke, Ui, Vec2, WidgetInfo};
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
        TITLES.iter().zip(texts(&column.name, column.class.words(), column.class, &facts)).enumerate()
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
    type_ui(ui, scene, column, facts.rows.saturating_sub(facts.missing), rect);
    if response.clicked() {
        scene.scratch.tab = Tab::Grid;
        scene.act(Action::ShowColumn(column.name.clone()));
    }
    response.context_menu(|ui| menus::column_ui(ui, scene, column));
}

/// The kind of a column opens the list of those that it could become, each with the cells that would not fit.
fn type_ui(ui: &mut Ui, scene: &mut Scene<'_>, column: &Column, filled: u64, line: Rect) {
    let theme = theme::of(ui);
    let model = scene.model;
    let Some(key) =
        model.sheet.value().map(|sheet| sheet.key).filter(|_| model.draft.is_none() && model.compare.is_none())
    else {
        return;
    };
    let room = Rect::from_min_max(
        Pos2::new(line.left() + TITLES[1].1 - 8.0, line.top() + 2.0),
        Pos2::new(line.left() + TITLES[1].1 + 128.0, line.bottom() - 2.0),
    );
    let response = ui.interact(room, ui.scope_id().with(("type", &column.name)), Sense::click());
    let open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    if open || response.hovered() || response.has_focus() {
        let stroke = Stroke::new(1.0, theme.line);
        ui.painter().rect_stroke(room, CornerRadius::same(5), stroke, egui::StrokeKind::Inside);
        let caret = ui.painter().layout_no_wrap(icon::CARET_DOWN.to_owned(), theme::tiny(), theme.faint);
        text_right(ui.painter(), Pos2::new(room.right() - 7.0, room.center().y), caret);
    }
    let name = format!("Type of {}: {}", column.name, column.class.words());
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
    Popup::menu(&response).width(270.0).show(|ui| {
        ui.set_min_width(260.0);
        let fits = model.fits.as_ref().filter(|fits| fits.key == key && fits.column == column.name);
        if fits.is_none() {
            scene.act(Action::Fits(column.name.clone()));
        }
        for (word, title) in OFFERED {
            let fit = fits.and_then(|fits| fits.of(word));
            let (words, colour) = match fit {
                None => ("counting…".to_owned(), theme.faint),
                Some(Fit::Never) => ("cannot be changed".to_owned(), theme.faint),
                Some(Fit::Fails(0)) => ("all fit".to_owned(), theme.valid),
                Some(Fit::Fails(some)) => {
                    (format!("{} do not fit · {}", grouped(some), percent(some, filled)), theme.mismatched)
                }
            };
            let aside = RichText::new(&words).font(theme::tiny()).color(colour);
            let item = ui.add_enabled(fit != Some(Fit::Never), button::menu_item(title).right_text(aside));
            let spoken = format!("{title}: {words}");
            item.widget_info(|| WidgetInfo::labeled(Role::MenuItem, true, &spoken));
            if item.clicked() {
                let step =
                    Step::new("CHANGE_DATA_TYPE").with("sourceColumn", &column.name).with("columnDataType", word);
                scene.act(Action::AddStep(Box::new(step)));
                ui.close();
            }
        }
    });
}

/// How wide the text in a column of the list may be: up to where the next begins.
fn room(at: usize) -> f32 {
    match (TITLES.get(at), TITLES.get(at + 1)) {
        (Some((_, x, false)), Some((_, next, false))) => next - x - 10.0,
        (_, None) => 260.0,
        _ => 200.0,
    }
}

fn texts(name: &str, kind: &str, class: TypeClass, facts: &Facts) -> [String; 6] {
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
        region::told(facts.least.as_deref().unwrap_or_default(), class).into_owned(),
        region::told(facts.most.as_deref().unwrap_or_default(), class).into_owned(),
    ]
}
