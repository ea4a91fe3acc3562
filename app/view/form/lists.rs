//! Controls of parameters that are lists: sort keys, aggregates, join keys, tables.

use super::Choices;
use super::control::{opener, pick_column_ui};
use crate::model::sheet::Column;
use crate::theme;
use crate::widget::{button, field, icon};
use brewhouse_engine::op::column::SortKey;
use brewhouse_engine::op::group::{AGGREGATES, AggregateOption};
use brewhouse_engine::op::param::{parse_names, write_names};
use brewhouse_engine::types::NUMERIC;
use egui::{Popup, RichText, ScrollArea, Ui};
use serde_json::{Value, json};

/// A cross that takes an entry of a list out.
pub(super) fn out_button(ui: &mut Ui, what: &str) -> bool {
    let colour = theme::of(ui).muted;
    button::sized_icon(ui, icon::X, &format!("Take {what} out"), colour, 20.0).clicked()
}

/// A button that adds an entry.
pub(super) fn add_button(ui: &mut Ui, words: &str) -> egui::Response {
    let width = ui.available_width();
    opener(ui, icon::PLUS, words, width, words)
}

/// Sort keys: columns with a direction.
pub(super) fn sort_keys_ui(ui: &mut Ui, text: &mut String, choices: &Choices) {
    let mut keys: Vec<SortKey> = serde_json::from_str(text).unwrap_or_default();
    let before = keys.clone();
    let mut out = None;
    for (at, key) in keys.iter_mut().enumerate() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let width = ui.available_width() - 156.0;
            let response = opener(ui, "", &key.source_column, width, "Sort by");
            if let Some(picked) = pick_column_ui(&response, &choices.columns, &[], false) {
                key.source_column = picked;
            }
            let down = key.descending();
            let (sign, words) =
                if down { (icon::ARROW_DOWN, "largest first") } else { (icon::ARROW_UP, "smallest first") };
            let order = egui::Button::new((sign, RichText::new(words).font(theme::small())));
            if ui.add(order.min_size(egui::vec2(122.0, theme::CONTROL))).on_hover_text("Turn the order round").clicked()
            {
                (if down { "ASCENDING" } else { "DESCENDING" }).clone_into(&mut key.ordering);
            }
            if out_button(ui, &key.source_column) {
                out = Some(at);
            }
        });
    }
    if let Some(at) = out {
        keys.remove(at);
    }
    let response = add_button(ui, if keys.is_empty() { "column" } else { "then by" });
    let left: Vec<Column> =
        choices.columns.iter().filter(|c| !keys.iter().any(|key| key.source_column == c.name)).cloned().collect();
    if let Some(picked) = pick_column_ui(&response, &left, &[], false) {
        keys.push(SortKey::new(&picked));
    }
    if let Some(first) = keys.first_mut() {
        let mut top = first.nulls_ordering == "NULLS_TOP";
        if ui.checkbox(&mut top, RichText::new("Missing values first").font(theme::small())).changed() {
            for key in &mut keys {
                (if top { "NULLS_TOP" } else { "NULLS_BOTTOM" }).clone_into(&mut key.nulls_ordering);
            }
        }
    }
    if keys != before {
        *text = if keys.is_empty() { String::new() } else { serde_json::to_string(&keys).unwrap_or_default() };
    }
}

/// Aggregates: a function of a column, with the name of the result.
pub(super) fn aggregates_ui(ui: &mut Ui, text: &mut String, choices: &Choices) {
    let mut list: Vec<AggregateOption> = serde_json::from_str(text).unwrap_or_default();
    let before = list.clone();
    let mut out = None;
    for (at, entry) in list.iter_mut().enumerate() {
        ui.push_id(at, |ui| {
            if aggregate_ui(ui, entry, choices) {
                out = Some(at);
            }
        });
    }
    if let Some(at) = out {
        list.remove(at);
    }
    let response = add_button(ui, "aggregate of a column");
    if let Some(picked) = pick_column_ui(&response, &choices.columns, &[], false) {
        let numeric = choices.columns.iter().any(|c| c.name == picked && NUMERIC.contains(&c.class));
        list.push(AggregateOption {
            source_column_name: picked,
            target_column_name: String::new(),
            target_column_data_type: "number".into(),
            function_name: if numeric { "SUM" } else { "COUNT" }.into(),
        });
    }
    if list != before {
        *text = if list.is_empty() { String::new() } else { serde_json::to_string(&list).unwrap_or_default() };
    }
}

fn aggregate_ui(ui: &mut Ui, entry: &mut AggregateOption, choices: &Choices) -> bool {
    let numeric = choices.columns.iter().any(|c| c.name == entry.source_column_name && NUMERIC.contains(&c.class));
    let mut out = false;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let half = (ui.available_width() - 30.0) / 2.0;
        let label = AGGREGATES.iter().find(|a| a.name == entry.function_name).map_or("", |a| a.label);
        let response = opener(ui, "", label, half, "Function");
        Popup::menu(&response).width(half).show(|ui| {
            ScrollArea::vertical().max_height(300.0).show(ui, |ui| {
                for aggregate in AGGREGATES.iter().filter(|a| numeric || !a.numeric) {
                    if ui.add(button::menu_item(aggregate.label)).clicked() {
                        aggregate.name.clone_into(&mut entry.function_name);
                        ui.close();
                    }
                }
            });
        });
        let response = opener(ui, "", &entry.source_column_name, half, "Column");
        if let Some(picked) = pick_column_ui(&response, &choices.columns, &[], false) {
            entry.source_column_name = picked;
        }
        out = out_button(ui, "the aggregate");
    });
    let hint = entry.target();
    field::text_edit(ui, &mut entry.target_column_name, &hint, "Name of the result");
    ui.add_space(4.0);
    out
}

/// Pairs of columns of the two tables.
pub(super) fn join_keys_ui(ui: &mut Ui, text: &mut String, left: &[Column], right: &[Column]) {
    let mut keys: Vec<(String, String)> = read_join_keys(text);
    let before = keys.clone();
    let mut out = None;
    for (at, (mine, other)) in keys.iter_mut().enumerate() {
        ui.push_id(at, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                let half = (ui.available_width() - 46.0) / 2.0;
                let response = opener(ui, "", mine, half, "Column of this table");
                if let Some(picked) = pick_column_ui(&response, left, &[], false) {
                    *mine = picked;
                }
                ui.label("=");
                let response = opener(ui, "", other, half, "Column of the other table");
                if let Some(picked) = pick_column_ui(&response, right, &[], false) {
                    *other = picked;
                }
                if out_button(ui, "the pair") {
                    out = Some(at);
                }
            });
        });
    }
    if let Some(at) = out {
        keys.remove(at);
    }
    let response = add_button(ui, "pair of columns");
    if let Some(picked) = pick_column_ui(&response, left, &[], false) {
        let same = right.iter().find(|column| column.name.eq_ignore_ascii_case(&picked));
        let other = same.map(|column| column.name.clone()).unwrap_or_default();
        keys.push((picked, other));
    }
    if keys != before {
        let list: Vec<Value> = keys.iter().map(|(l, r)| json!({ "key": l, "value": r })).collect();
        *text = if list.is_empty() { String::new() } else { Value::Array(list).to_string() };
    }
}

/// Reads pairs in the shapes that recipes use.
fn read_join_keys(text: &str) -> Vec<(String, String)> {
    let words = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    match serde_json::from_str(text) {
        Ok(Value::Array(list)) => list.iter().map(|pair| (words(pair.get("key")), words(pair.get("value")))).collect(),
        Ok(Value::Object(map)) => map.iter().map(|(key, value)| (key.clone(), words(Some(value)))).collect(),
        _ => Vec::new(),
    }
}

/// Several tables.
pub(super) fn datasets_ui(ui: &mut Ui, text: &mut String, choices: &Choices) {
    let mut names = parse_names(text).unwrap_or_default();
    let before = names.clone();
    for (name, _) in &choices.tables {
        let mut chosen = names.contains(name);
        if ui.checkbox(&mut chosen, name).changed() {
            if chosen {
                names.push(name.clone());
            } else {
                names.retain(|other| other != name);
            }
        }
    }
    if choices.tables.is_empty() {
        ui.label(RichText::new("Add a table first, in the panel at the left").color(theme::of(ui).muted));
    }
    if names != before {
        *text = if names.is_empty() { String::new() } else { write_names(&names) };
    }
}
