//! Menus of operations: those of a family, and those that fit a column.

use super::Scene;
use crate::action::Action;
use crate::model::sheet::Column;
use crate::scratch::Tab;
use crate::widget::button;
use brewhouse_engine::facet::{Filter, Listing, Test};
use brewhouse_engine::op::param::Kind;
use brewhouse_engine::op::{Conditions, Family, Operation, all, find};
use brewhouse_engine::types::TypeClass;
use egui::Ui;

/// Values that a facet lists; the search finds the others.
pub(super) const MOST: usize = 2000;

/// Offered first in a column's menu.
const USUAL: &[&str] = &[
    "CHANGE_DATA_TYPE",
    "RENAME",
    "SORT",
    "REMOVE_VALUES",
    "REMOVE_MISSING",
    "FILL_WITH_CUSTOM",
    "REPLACE_TEXT",
    "GROUP_BY",
    "DELETE",
];

/// Whether an operation takes a column of a kind.
pub(super) fn fits(op: &Operation, class: TypeClass) -> bool {
    let takes = |kind: Kind| matches!(kind, Kind::Column | Kind::Columns | Kind::SortKeys | Kind::Aggregates);
    match op.params.iter().find(|spec| takes(spec.kind)) {
        Some(spec) => spec.accepts.is_empty() || spec.accepts.contains(&class),
        None => op.conditions == Conditions::Required,
    }
}

/// The operations of a family; with a column, those that fit it.
pub(super) fn operations_ui(ui: &mut Ui, scene: &mut Scene<'_>, family: Family, column: Option<&Column>) {
    let chosen = column.cloned().or_else(|| chosen_column(scene));
    for op in all().filter(|op| op.family == family) {
        if column.is_none_or(|column| fits(op, column.class)) {
            item(ui, scene, op, chosen.as_ref().filter(|column| fits(op, column.class)));
        }
    }
}

fn item(ui: &mut Ui, scene: &mut Scene<'_>, op: &'static Operation, column: Option<&Column>) {
    let title = format!("{}…", op.title);
    if ui.add(button::menu_item(&title)).on_hover_text(op.summary).clicked() {
        scene.act(Action::StartForm(op.name, column.map(|column| column.name.clone())));
        ui.close();
    }
}

/// The column that is chosen in the grid.
pub(super) fn chosen_column(scene: &Scene<'_>) -> Option<Column> {
    let at = scene.scratch.arrange.place(scene.scratch.grid.column?);
    scene.model.shown()?.columns.get(at).cloned()
}

/// Opens a column as a facet.
pub(super) fn facet_of(column: &Column) -> Action {
    Action::Facet(Listing { column: column.name.clone(), most: MOST, ..Listing::default() })
}

/// The menu of a column: what is done most, then all families that have something for it.
pub(super) fn column_ui(ui: &mut Ui, scene: &mut Scene<'_>, column: &Column) {
    ui.set_min_width(210.0);
    for op in USUAL.iter().filter_map(|name| find(name)).filter(|op| fits(op, column.class)) {
        item(ui, scene, op, Some(column));
    }
    // All of them in one list would be longer than a small window.
    ui.menu_button("More steps", |ui| {
        for family in Family::ALL {
            if all().any(|op| op.family == *family && fits(op, column.class)) {
                ui.menu_button(family.title(), |ui| operations_ui(ui, scene, *family, Some(column)));
            }
        }
    });
    ui.separator();
    if ui.add(button::menu_item("Open as a facet")).clicked() {
        scene.act(facet_of(column));
        ui.close();
    }
    if ui.add(button::menu_item("Profile of the column")).clicked() {
        scene.act(Action::ShowColumn(column.name.clone()));
        scene.act(Action::Show(Tab::Profile));
        ui.close();
    }
    ui.menu_button("In the view", |ui| look_ui(ui, scene, column));
    if ui.add(button::menu_item("Copy the name")).clicked() {
        scene.act(Action::Copy(column.name.clone()));
        ui.close();
    }
}

/// What changes the view alone.
fn look_ui(ui: &mut Ui, scene: &mut Scene<'_>, column: &Column) {
    let name = &column.name;
    let mut entries = Vec::new();
    if let Some(facts) = scene.model.shown().and_then(|sheet| sheet.facts.get(name)) {
        if facts.missing > 0 {
            entries.push(("Show only missing", Action::Filter(Filter::of(name, Test::Missing))));
            entries.push(("Show only with a value", Action::Filter(Filter::of(name, Test::Missing).inverted())));
        }
        if let Some(test) = super::heads::misfit(facts).filter(|_| facts.invalid > 0) {
            entries.push(("Show only what does not fit", Action::Filter(Filter::of(name, test))));
        }
    }
    entries.push(("Sort the view", Action::SortView { column: name.clone(), beside: false }));
    for (title, action) in entries {
        if ui.add(button::menu_item(title)).clicked() {
            scene.act(action);
            ui.close();
        }
    }
    ui.separator();
    arrange_ui(ui, scene, name);
}

/// How the column stands in the view.
fn arrange_ui(ui: &mut Ui, scene: &mut Scene<'_>, name: &str) {
    let arrange = &mut scene.scratch.arrange;
    let pin = if arrange.is_pinned(name) { "Let it scroll again" } else { "Pin at the left" };
    if ui.add(button::menu_item(pin)).clicked() {
        arrange.turn_pin(name);
        ui.close();
    }
    if ui.add(button::menu_item("Hide in the view")).clicked() {
        arrange.hide(name);
        ui.close();
    }
    if ui.add(button::menu_item("Fit all widths")).clicked() {
        scene.scratch.grid.fit_all = true;
        ui.close();
    }
    let plain = scene.scratch.arrange.is_plain();
    if ui.add_enabled(!plain, button::menu_item("All columns as in the table")).clicked() {
        scene.scratch.arrange.reset();
        ui.close();
    }
}
