//! The conditions of a step: column, a test, and its values; a click makes “and” to “or”.

use super::Choices;
use super::control::{adder, jump, opener, pick_column_ui};
use crate::scratch::{ConditionText, Form};
use crate::theme;
use crate::widget::{button, field, icon};
use brewhouse_engine::op::Conditions;
use brewhouse_engine::op::condition::{TESTS, Test};
use brewhouse_engine::op::param::Kind;
use egui::{Popup, RichText, ScrollArea, Ui};

/// Types that a text can fail to fit, with their words.
const KINDS: &[(&str, &str)] = &[
    ("number", "whole number"),
    ("double", "decimal"),
    ("boolean", "true or false"),
    ("date", "date"),
    ("timestamp", "date and time"),
];

/// Draws the conditions, and what adds one.
pub(super) fn conditions_ui(ui: &mut Ui, form: &mut Form, choices: &Choices) {
    let theme = theme::of(ui);
    let (title, aside) = match form.op.conditions {
        Conditions::Required => ("Rows where", ""),
        Conditions::Payload => ("Instead, cells where", if form.conditions.is_empty() { "(none)" } else { "" }),
        _ => ("Only rows where", if form.conditions.is_empty() { "(none)" } else { "" }),
    };
    field::label(ui, title, aside, "All of them must hold; a click on “and” makes it “or”");
    let mut out = None;
    let about = form.conditions.first().map(|first| first.column.clone());
    for (at, condition) in form.conditions.iter_mut().enumerate() {
        ui.push_id(("condition", at), |ui| {
            if at > 0 {
                let word = if condition.or { "or" } else { "and" };
                let link = ui.link(RichText::new(word).font(theme::small()).color(theme.muted));
                if link.on_hover_text("Change between and and or").clicked() {
                    condition.or = !condition.or;
                }
            }
            if condition_ui(ui, condition, choices) {
                out = Some(at);
            }
        });
    }
    follow_column(form, about);
    if let Some(at) = out {
        form.conditions.remove(at);
        if let Some(first) = form.conditions.first_mut() {
            first.or = false;
        }
    }
    let width = ui.available_width();
    let response = adder(ui, "condition", width, "Add a condition");
    if let Some(picked) = pick_column_ui(&response, &choices.columns, &[], false) {
        form.conditions.push(ConditionText::new(&picked));
        // Its value is what is written next.
        ui.data_mut(|data| data.insert_temp(egui::Id::unique("write the value"), true));
        let source = form.op.params.iter().find(|spec| spec.kind == Kind::Column && spec.required);
        if let Some(spec) = source.filter(|_| form.op.conditions == Conditions::Required) {
            form.params.entry(spec.name).and_modify(|text| {
                if text.is_empty() {
                    text.clone_from(&picked);
                }
            });
        }
    }
}

/// Where a step is about the column of its condition, another column of the condition is another column of the step.
fn follow_column(form: &mut Form, before: Option<String>) {
    let now = form.conditions.first().map(|first| first.column.clone());
    let (Some(before), Some(now)) = (before, now) else { return };
    let source = form.op.params.iter().find(|spec| spec.kind == Kind::Column && spec.required);
    if let Some(spec) = source.filter(|_| form.op.conditions == Conditions::Required && before != now) {
        form.params.entry(spec.name).and_modify(|text| {
            if *text == before {
                *text = now;
            }
        });
    }
}

fn condition_ui(ui: &mut Ui, condition: &mut ConditionText, choices: &Choices) -> bool {
    let mut out = false;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let half = (ui.available_width() - 30.0) / 2.0;
        let response = opener(ui, "", &condition.column, half, "Condition on");
        if let Some(picked) = pick_column_ui(&response, &choices.columns, &[], false) {
            condition.column = picked;
        }
        let response = opener(ui, "", condition.test.words, half, "Test");
        Popup::menu(&response).width(half.max(170.0)).show(|ui| {
            ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
                let mut items = Vec::new();
                for test in TESTS {
                    let item = ui.add(button::menu_item(test.words));
                    if item.clicked() {
                        condition.test = test;
                        let needed = if is_range(test.test) { 2 } else { 1 };
                        condition.values.resize(needed, String::new());
                        ui.close();
                    }
                    items.push((item, test.words));
                }
                jump(ui, &items);
            });
        });
        let colour = theme::of(ui).muted;
        out = button::sized_icon(ui, icon::X, "Take the condition out", colour, 20.0).clicked();
    });
    values_ui(ui, condition);
    if condition.could_seek_empty() && button::link(ui, "empty text is meant").clicked() {
        condition.seek_empty();
    } else if condition.seeks_empty() && !matches!(condition.test.test, Test::IsMissing | Test::IsInvalid) {
        ui.label(RichText::new("looks for empty text").font(theme::small()).color(theme::of(ui).muted));
    }
    ui.add_space(2.0);
    out
}

fn values_ui(ui: &mut Ui, condition: &mut ConditionText) {
    match condition.test.test {
        Test::IsMissing | Test::IsNotMissing => {}
        Test::IsInvalid | Test::IsValid => kind_ui(ui, condition),
        Test::IsBetween | Test::IsNotBetween => {
            condition.values.resize(2, String::new());
            ui.horizontal(|ui| {
                let half = (ui.available_width() - 30.0) / 2.0;
                for (at, name) in ["lowest", "highest"].iter().enumerate() {
                    if at > 0 {
                        ui.label("–");
                    }
                    field::sized_text_edit(ui, &mut condition.values[at], name, name, half);
                }
            });
        }
        Test::Is | Test::IsNot => several_ui(ui, condition),
        _ => {
            condition.values.resize(1, String::new());
            let response = field::text_edit(ui, &mut condition.values[0], "value", "Value");
            write_next(ui, &response);
        }
    }
}

/// The value of a condition that was just begun has the focus.
fn write_next(ui: &Ui, response: &egui::Response) {
    if ui.data_mut(|data| data.remove_temp::<bool>(egui::Id::unique("write the value"))).unwrap_or_default() {
        response.request_focus();
    }
}

fn is_range(test: Test) -> bool {
    matches!(test, Test::IsBetween | Test::IsNotBetween)
}

fn several_ui(ui: &mut Ui, condition: &mut ConditionText) {
    let count = condition.values.len();
    let mut out = None;
    for (at, value) in condition.values.iter_mut().enumerate() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let room = if count > 1 { 26.0 } else { 0.0 };
            let width = ui.available_width() - room;
            let hint = if at == 0 { "value" } else { "or value" };
            let response = field::sized_text_edit(ui, value, hint, "Value", width);
            write_next(ui, &response);
            let colour = theme::of(ui).muted;
            if count > 1 && button::sized_icon(ui, icon::X, "Take the value out", colour, 20.0).clicked() {
                out = Some(at);
            }
        });
    }
    if let Some(at) = out {
        condition.values.remove(at);
    }
    if condition.values.last().is_none_or(|last| !last.is_empty()) && button::link(ui, "+ or another value").clicked() {
        condition.values.push(String::new());
    }
}

fn kind_ui(ui: &mut Ui, condition: &mut ConditionText) {
    condition.values.resize(1, String::new());
    let word = condition.values[0].clone();
    let label = KINDS.iter().find(|(name, _)| *name == word).map_or("", |(_, words)| *words);
    let width = ui.available_width();
    let response = opener(ui, "", label, width, "Kind");
    Popup::menu(&response).width(width).show(|ui| {
        for (name, words) in KINDS {
            if ui.add(button::menu_item(words)).clicked() {
                condition.values = vec![(*name).to_owned()];
            }
        }
    });
}
