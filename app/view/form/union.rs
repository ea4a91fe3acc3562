//! The columns of a union: each column of the result with the column it takes from each table, matched by name until a person says otherwise.

use super::Choices;
use super::control::{opener, pick_column_ui};
use super::lists::{add_button, out_button};
use crate::model::sheet::Column;
use crate::scratch::Form;
use crate::theme;
use crate::widget::{field, grouped};
use brewhouse_engine::op::param::{Kind, parse_names, write_names};
use egui::{RichText, Ui};

/// Of each table, this one first, the column that each column of the result takes.
type Lists = Vec<Vec<Option<String>>>;

fn name_of(form: &Form, kind: Kind) -> Option<&'static str> {
    form.op.params.iter().find(|spec| spec.kind == kind).map(|spec| spec.name)
}

/// Draws the columns; fills them in by name as soon as a table is chosen.
pub(super) fn columns_ui(ui: &mut Ui, form: &mut Form, choices: &Choices) {
    let (Some(columns), Some(names), Some(tables)) =
        (name_of(form, Kind::UnionColumns), name_of(form, Kind::UnionNames), name_of(form, Kind::Datasets))
    else {
        return;
    };
    let text = |name: &str| form.params.get(name).cloned().unwrap_or_default();
    let others = parse_names(&text(tables)).unwrap_or_default();
    if others.is_empty() {
        return;
    }
    let mut lists: Lists = serde_json::from_str(&text(columns)).unwrap_or_default();
    let mut result = parse_names(&text(names)).unwrap_or_default();
    let whole = lists.len() == others.len() + 1 && lists.iter().all(|list| list.len() == result.len());
    if !whole {
        (lists, result) = by_name(choices, &others);
    }
    summary_ui(ui, &lists, &others);
    rows_ui(ui, &mut lists, &mut result, choices, &others);
    let written = if result.is_empty() { String::new() } else { serde_json::to_string(&lists).unwrap_or_default() };
    form.params.insert(columns, written);
    form.params.insert(names, if result.is_empty() { String::new() } else { write_names(&result) });
}

fn columns_of<'a>(choices: &'a Choices, table: &str) -> &'a [Column] {
    choices.tables.iter().find(|(name, _)| name == table).map_or(&[], |(_, columns)| columns)
}

/// Columns of one name go together, whatever its capitals; what only another table has comes at the end.
fn by_name(choices: &Choices, others: &[String]) -> (Lists, Vec<String>) {
    let same = |one: &str, other: &str| one.trim().eq_ignore_ascii_case(other.trim());
    let mut result: Vec<String> = choices.columns.iter().map(|column| column.name.clone()).collect();
    for other in others {
        for column in columns_of(choices, other) {
            if !result.iter().any(|name| same(name, &column.name)) {
                result.push(column.name.clone());
            }
        }
    }
    let found = |columns: &[Column]| -> Vec<Option<String>> {
        result.iter().map(|name| columns.iter().find(|c| same(&c.name, name)).map(|c| c.name.clone())).collect()
    };
    let lists = std::iter::once(found(&choices.columns)).chain(others.iter().map(|o| found(columns_of(choices, o))));
    (lists.collect(), result)
}

/// How many columns find each other, and how many only one side has.
fn summary_ui(ui: &mut Ui, lists: &Lists, others: &[String]) {
    let theme = theme::of(ui);
    let all = lists.first().map_or(0, Vec::len);
    let count = |holds: &dyn Fn(usize) -> bool| (0..all).filter(|at| holds(*at)).count() as u64;
    let both = count(&|at| lists.iter().all(|list| list[at].is_some()));
    let words = if others.len() == 1 {
        let here = count(&|at| lists[1][at].is_none());
        let there = count(&|at| lists[0][at].is_none());
        format!(
            "{} columns match · {} only here · {} only in {}",
            grouped(both),
            grouped(here),
            grouped(there),
            others[0]
        )
    } else {
        format!("{} of {} columns are in every table", grouped(both), grouped(all as u64))
    };
    ui.label(RichText::new(words).font(theme::small()).color(theme.muted));
}

fn rows_ui(ui: &mut Ui, lists: &mut Lists, result: &mut Vec<String>, choices: &Choices, others: &[String]) {
    let tables: Vec<&[Column]> = others.iter().map(|other| columns_of(choices, other)).collect();
    let full = ui.available_width();
    let mut out = None;
    for at in 0..result.len() {
        ui.push_id(("union", at), |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                #[allow(clippy::cast_precision_loss, reason = "a few tables")]
                let parts = tables.len() as f32 + 1.0;
                let width = (full - 26.0 - 4.0 * parts) / parts;
                let own = lists[0][at].clone();
                let spoken = format!("Name of column {}", at + 1);
                let name = field::sized_text_edit(ui, &mut result[at], "name", &spoken, width);
                let own = own.map_or("This table has no such column".to_owned(), |own| format!("{own} of this table"));
                name.on_hover_text(own);
                for (table, list) in tables.iter().zip(lists.iter_mut().skip(1)) {
                    let taken = list[at].clone().unwrap_or_default();
                    let response = opener(ui, "", &taken, width, &format!("Column {} takes", at + 1));
                    if let Some(picked) = pick_column_ui(&response, table, &[], true) {
                        list[at] = (!picked.is_empty()).then_some(picked);
                    }
                }
                if out_button(ui, &format!("column {}", at + 1)) {
                    out = Some(at);
                }
            });
        });
    }
    if let Some(at) = out {
        result.remove(at);
        for list in lists.iter_mut() {
            list.remove(at);
        }
    }
    if add_button(ui, "column").clicked() {
        result.push(String::new());
        for list in lists.iter_mut() {
            list.push(None);
        }
    }
}
