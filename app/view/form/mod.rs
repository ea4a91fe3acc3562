//! The form of a step: one control per parameter, chosen by its kind; its errors below it; its effect in the grid beside it.

mod condition;
mod control;
mod lists;
mod tables;

pub(super) use control::{columns_ui, opener};

use super::Scene;
use crate::action::Action;
use crate::model::sheet::Column;
use crate::scratch::Form;
use crate::theme;
use crate::widget::{button, field, icon};
use brewhouse_engine::op::{Conditions, param::Kind};
use egui::{Align, Key, Layout, Modifiers, RichText, ScrollArea, Ui};
use std::sync::Arc;

/// What controls choose from.
pub(super) struct Choices {
    /// The columns before the step.
    pub(super) columns: Arc<Vec<Column>>,
    /// The other tables: name, and the names of its columns.
    pub(super) tables: Vec<(String, Vec<Column>)>,
}

/// Draws the form.
pub(super) fn form_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some(mut form) = scene.scratch.form.take() else { return };
    let choices = choices(scene, &form);
    keys(ui, scene);
    title_ui(ui, scene, &form);
    let most = (ui.ctx().content_rect().height() * 0.5).max(160.0);
    let area = ScrollArea::vertical().max_height(most).min_scrolled_height(most).auto_shrink([false, true]);
    area.id_salt("fields").show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        fields_ui(ui, scene, &mut form, &choices);
    });
    ui.add_space(8.0);
    general_error_ui(ui, scene, &form);
    buttons_ui(ui, scene);
    if form.fresh {
        // The panel takes the height of the fields in the frame after the one that measures them.
        ui.ctx().request_repaint();
    }
    form.fresh = false;
    let step = form.step();
    let place = form.place;
    let same = scene
        .model
        .draft
        .as_ref()
        .is_some_and(|draft| draft.step == step && draft.place == place && draft.only == form.only);
    if !same {
        let only = form.only;
        scene.act(Action::Draft(Some((Box::new(step), place, only))));
    }
    scene.scratch.form = Some(form);
}

fn choices(scene: &Scene<'_>, form: &Form) -> Choices {
    let model = scene.model;
    let before = model.sheet.value().map(|sheet| Arc::clone(&sheet.columns)).unwrap_or_default();
    let tables = model.project().others.iter().map(|other| {
        let columns = model.sources.get(&other.path).map(|source| source.columns.clone()).unwrap_or_default();
        let column = |(name, class)| Column { name, class, mark: crate::model::sheet::ColumnMark::Same };
        (other.name.clone(), columns.into_iter().map(column).collect())
    });
    let _ = form;
    Choices { columns: before, tables: tables.collect() }
}

/// Enter applies and Esc cancels, unless a list is open or a text of several lines is being written.
fn keys(ui: &Ui, scene: &mut Scene<'_>) {
    if ui.ctx().any_popup_open() || scene.scratch.palette.is_some() {
        return;
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
        scene.act(Action::CancelForm);
    }
    let typing_lines =
        ui.ctx().data(|data| data.get_temp::<bool>(egui::Id::unique("typing lines"))).unwrap_or_default();
    let buttons = ui.ctx().memory(egui::Memory::focused).is_some() && !ui.ctx().text_edit_focused();
    if !typing_lines && !buttons && ui.input(|input| input.key_pressed(Key::Enter)) {
        scene.act(Action::ApplyForm);
    }
}

fn title_ui(ui: &mut Ui, scene: &mut Scene<'_>, form: &Form) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        let title = ui.label(RichText::new(form.op.title).font(theme::heavy(13.0)).color(theme.text));
        title.on_hover_text(form.op.summary);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if button::icon_button(ui, icon::X, "Close the form").clicked() {
                scene.act(Action::CancelForm);
            }
        });
    });
    ui.add_space(2.0);
}

fn fields_ui(ui: &mut Ui, scene: &mut Scene<'_>, form: &mut Form, choices: &Choices) {
    let faults = scene.model.draft.as_ref().map(|draft| draft.faults.clone()).unwrap_or_default();
    for spec in form.op.params {
        let fresh = form.fresh && std::ptr::eq(*spec, form.op.params[0]);
        let mut text = form.params.get(spec.name).cloned().unwrap_or_default();
        if !control::is_shown(form.op, spec, &text) {
            continue;
        }
        let needed = spec.required || spec.default.is_some() || control::is_one_of(form.op, spec);
        let aside = if needed { "" } else { "(optional)" };
        let shown = control::shows_label(spec);
        if shown {
            field::label(ui, spec.label, aside, spec.help);
        }
        let before = text.clone();
        control::focus_next(ui, fresh && text.is_empty());
        if spec.kind != Kind::ColumnLists || !tables::lists_ui(ui, form, choices) {
            control::control_ui(ui, spec, &mut text, choices, form);
        }
        control::focus_next(ui, false);
        if text != before {
            form.params.insert(spec.name, text.clone());
            tables::follow(form, spec.kind, choices);
            // What the form is about comes into view, so that its effect is seen.
            match spec.kind {
                Kind::Column => scene.scratch.reveal = Some(text.clone()),
                Kind::SortKeys => scene.scratch.reveal = lists::last_key(&text),
                _ => {}
            }
        }
        let fault = faults.iter().find(|fault| fault.param.as_deref() == Some(spec.name));
        if let Some(fault) = fault.filter(|_| form.touched || !text.is_empty()) {
            field::error(ui, &fault.text());
        }
        ui.add_space(4.0);
    }
    if form.op.conditions != Conditions::Refused {
        let column = |form: &Form| form.conditions.last().map(|condition| condition.column.clone());
        let before = column(form);
        condition::conditions_ui(ui, form, choices);
        if column(form) != before {
            scene.scratch.reveal = column(form);
        }
        control::follow_condition(form);
        let fault = faults.iter().find(|fault| fault.param.as_deref() == Some("ConditionExpressions"));
        if let Some(fault) = fault.filter(|_| form.touched || !form.conditions.is_empty()) {
            field::error(ui, &fault.text());
        }
    }
}

/// An error that belongs to no field.
fn general_error_ui(ui: &mut Ui, scene: &Scene<'_>, form: &Form) {
    let Some(draft) = &scene.model.draft else { return };
    let known = |name: &str| name == "ConditionExpressions" || form.op.param(name).is_some();
    let loose = draft.faults.iter().find(|fault| !fault.param.as_deref().is_some_and(known));
    let fault = loose.or_else(|| draft.sheet.fault().filter(|_| draft.faults.is_empty()));
    if let Some(fault) = fault.filter(|_| form.touched) {
        field::error(ui, &fault.text());
    }
}

fn buttons_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let ready = scene.model.draft.as_ref().is_some_and(|draft| draft.faults.is_empty());
    ui.horizontal(|ui| {
        let width = ui.available_width() - 76.0;
        ui.scope(|ui| {
            if !ready {
                ui.multiply_opacity(0.55);
            }
            let apply = button::primary(ui, "Apply  ↵", width);
            apply.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, "Apply"));
            if apply.clicked() {
                scene.act(Action::ApplyForm);
            }
        });
        if button::secondary(ui, "Cancel").clicked() {
            scene.act(Action::CancelForm);
        }
    });
    let _ = theme;
}
