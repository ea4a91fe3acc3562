//! Controls of parameters that recipes hold as small JSON: pairs of values, delimiters, lists of texts. Nobody has to write JSON.

use super::lists::{add_button, out_button};
use crate::model::Model;
use crate::model::sheet::Chart;
use crate::scratch::Form;
use crate::theme;
use crate::widget::{button, field};
use brewhouse_engine::op::param::{Kind, ParamSpec, parse_names, write_names};
use egui::{RichText, Ui};
use serde_json::{Map, Value, json};

/// Values and what they become.
pub(super) fn pairs_ui(ui: &mut Ui, form: &mut Form, spec: &'static ParamSpec, model: &Model) {
    let text = form.params.get(spec.name).cloned().unwrap_or_default();
    let mut pairs = form.pairs.remove(spec.name).filter(|pairs| write_pairs(pairs) == text);
    let pairs = pairs.get_or_insert_with(|| read_pairs(&text));
    let mut out = None;
    for (at, [from, to]) in pairs.iter_mut().enumerate() {
        ui.push_id((spec.name, at), |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                let half = (ui.available_width() - 46.0) / 2.0;
                field::sized_text_edit(ui, from, "value", "Value", half);
                ui.label("→");
                field::sized_text_edit(ui, to, "becomes", "Becomes", half);
                if out_button(ui, "the pair") {
                    out = Some(at);
                }
            });
        });
    }
    if let Some(at) = out {
        pairs.remove(at);
    }
    if add_button(ui, "value").clicked() {
        pairs.push(Default::default());
    }
    let missing = frequent(form, model).into_iter().filter(|value| !pairs.iter().any(|[from, _]| from == value));
    let missing: Vec<String> = missing.collect();
    if !missing.is_empty() && button::link(ui, &format!("+ the {} most frequent values", missing.len())).clicked() {
        pairs.extend(missing.into_iter().map(|value| [value, String::new()]));
    }
    form.params.insert(spec.name, write_pairs(pairs));
    form.pairs.insert(spec.name, std::mem::take(pairs));
}

/// The most frequent values of the column that the form is about, as far as they are counted.
fn frequent(form: &Form, model: &Model) -> Vec<String> {
    let spec = form.op.params.iter().find(|spec| spec.kind == Kind::Column);
    let column = spec.and_then(|spec| form.params.get(spec.name));
    let facts = column.and_then(|column| model.sheet.value()?.facts.get(column));
    match facts.map(|facts| &facts.chart) {
        Some(Chart::Top(top)) => top.iter().map(|(value, _)| value.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Several of a list of values, each with a box to tick.
pub(super) fn choices_ui(ui: &mut Ui, spec: &ParamSpec, text: &mut String) {
    let mut chosen = parse_names(text).unwrap_or_default();
    for choice in spec.choices {
        let is_it = |word: &String| word.eq_ignore_ascii_case(choice.value);
        let mut on = chosen.iter().any(is_it);
        if ui.checkbox(&mut on, RichText::new(choice.label).font(theme::small())).changed() {
            chosen.retain(|word| !is_it(word));
            chosen.extend(on.then(|| choice.value.to_owned()));
            *text = if chosen.is_empty() { String::new() } else { write_names(&chosen) };
        }
    }
}

fn read_pairs(text: &str) -> Vec<[String; 2]> {
    let map: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    map.iter().map(|(from, to)| [from.clone(), plain(to)]).collect()
}

/// Pairs without a value are being written and do not count yet.
fn write_pairs(pairs: &[[String; 2]]) -> String {
    let written = pairs.iter().filter(|[from, _]| !from.is_empty());
    let map: Map<String, Value> = written.map(|[from, to]| (from.clone(), Value::from(to.as_str()))).collect();
    if map.is_empty() { String::new() } else { Value::Object(map).to_string() }
}

/// Texts that separate parts, and whether the part before one keeps it.
pub(super) fn delimiters_ui(ui: &mut Ui, text: &mut String) {
    let mut list: Vec<(String, bool)> = match serde_json::from_str(text) {
        Ok(Value::Array(list)) => list.iter().map(read_delimiter).collect(),
        _ => vec![Default::default()],
    };
    let before = list.clone();
    let mut out = None;
    for (at, (pattern, kept)) in list.iter_mut().enumerate() {
        ui.push_id(at, |ui| {
            ui.horizontal(|ui| {
                one_delimiter_ui(ui, pattern, kept, 26.0);
                if out_button(ui, "the delimiter") {
                    out = Some(at);
                }
            });
        });
    }
    if let Some(at) = out {
        list.remove(at);
    }
    if add_button(ui, "delimiter").clicked() {
        list.push(Default::default());
    }
    if list != before || text.is_empty() {
        *text = Value::Array(list.iter().map(write_delimiter).collect()).to_string();
    }
}

/// One text that separates parts.
pub(super) fn delimiter_ui(ui: &mut Ui, text: &mut String) {
    let mut delimiter = read_delimiter(&serde_json::from_str(text).unwrap_or_default());
    let before = delimiter.clone();
    ui.horizontal(|ui| one_delimiter_ui(ui, &mut delimiter.0, &mut delimiter.1, 0.0));
    if delimiter != before {
        *text = if delimiter.0.is_empty() { String::new() } else { write_delimiter(&delimiter).to_string() };
    }
}

fn one_delimiter_ui(ui: &mut Ui, pattern: &mut String, kept: &mut bool, aside: f32) {
    ui.spacing_mut().item_spacing.x = 4.0;
    let width = ui.available_width() - 110.0 - aside;
    field::sized_text_edit(ui, pattern, "such as ; or a word", "Delimiter", width);
    ui.checkbox(kept, RichText::new("keep it").font(theme::small()));
}

fn read_delimiter(value: &Value) -> (String, bool) {
    let pattern = value.get("pattern").and_then(Value::as_str).unwrap_or_default().to_owned();
    (pattern, value.get("includeInSplit").and_then(Value::as_bool).unwrap_or_default())
}

fn write_delimiter((pattern, kept): &(String, bool)) -> Value {
    json!({ "pattern": pattern, "includeInSplit": kept })
}

/// Texts, one on each line.
pub(super) fn texts_ui(ui: &mut Ui, spec: &ParamSpec, text: &mut String) {
    let mut lines = match parse_names(text) {
        Ok(names) => names.join("\n"),
        Err(_) => text.clone(),
    };
    let before = lines.clone();
    let hint = parse_names(spec.example).map_or_else(|_| spec.example.to_owned(), |names| names.join("\n"));
    let response = field::text_area(ui, &mut lines, &hint, spec.label, 4);
    super::control::note_lines(ui, &response);
    if response.lost_focus() {
        lines.truncate(lines.trim_end().len());
    }
    if lines != before {
        let names: Vec<String> = lines.split('\n').map(str::to_owned).collect();
        *text = if lines.is_empty() { String::new() } else { write_names(&names) };
    }
}
