//! What forms of several tables fill in by themselves, and the columns of a union as lines.

use super::Choices;
use super::control::{opener, other_columns, pick_column_ui};
use crate::model::sheet::Column;
use crate::scratch::Form;
use crate::theme;
use crate::widget::{button, field, icon};
use brewhouse_engine::op::param::{Kind, ParamSpec, parse_names, write_names};
use egui::{RichText, Ui};

/// A column of a union: its name, and the column of each table that fills it.
struct Line {
    name: String,
    from: Vec<Option<String>>,
}

/// Fills in what follows from the choice of other tables; a person can change it.
pub(super) fn follow(form: &mut Form, kind: Kind, choices: &Choices) {
    match kind {
        Kind::Dataset => keep_columns(form, choices),
        Kind::Datasets => {
            let lines = matched_by_name(form, choices);
            write(form, &lines);
        }
        _ => {}
    }
}

fn spec_of(form: &Form, kind: Kind) -> Option<&'static ParamSpec> {
    form.op.params.iter().find(|spec| spec.kind == kind).copied()
}

/// A join keeps all columns of this table, and those of the other that this one does not have.
fn keep_columns(form: &mut Form, choices: &Choices) {
    let own: Vec<String> = choices.columns.iter().map(|column| column.name.clone()).collect();
    let others = other_columns(choices, form).into_iter().map(|column| column.name);
    let others: Vec<String> = others.filter(|name| !own.contains(name)).collect();
    for (kind, names, renew) in [(Kind::Columns, own, false), (Kind::OtherColumns, others, true)] {
        let Some(spec) = spec_of(form, kind) else { continue };
        let text = form.params.entry(spec.name).or_default();
        if renew || text.is_empty() {
            *text = if names.is_empty() { String::new() } else { write_names(&names) };
        }
    }
}

/// The columns of each table of a union, this one first.
fn tables<'a>(form: &Form, choices: &'a Choices) -> Vec<&'a [Column]> {
    let text = spec_of(form, Kind::Datasets).and_then(|spec| form.params.get(spec.name)).cloned().unwrap_or_default();
    let names = parse_names(&text).unwrap_or_default();
    let of =
        |name: &String| choices.tables.iter().find(|(table, _)| table == name).map(|(_, columns)| columns.as_slice());
    std::iter::once(choices.columns.as_slice()).chain(names.iter().map(|name| of(name).unwrap_or_default())).collect()
}

/// All columns of all tables; columns of one name are one.
fn matched_by_name(form: &Form, choices: &Choices) -> Vec<Line> {
    let tables = tables(form, choices);
    let mut lines: Vec<Line> = Vec::new();
    for (at, columns) in tables.iter().enumerate() {
        for column in *columns {
            let known = lines.iter().position(|line| line.name == column.name);
            let line = known.unwrap_or_else(|| {
                lines.push(Line { name: column.name.clone(), from: vec![None; tables.len()] });
                lines.len() - 1
            });
            lines[line].from[at] = Some(column.name.clone());
        }
    }
    lines
}

fn write(form: &mut Form, lines: &[Line]) {
    let count = lines.first().map_or(0, |line| line.from.len());
    let names: Vec<String> = lines.iter().map(|line| line.name.clone()).collect();
    let lists: Vec<Vec<&Option<String>>> =
        (0..count).map(|at| lines.iter().map(|line| &line.from[at]).collect()).collect();
    let texts =
        [(Kind::ColumnLists, serde_json::to_string(&lists)), (Kind::ResultNames, serde_json::to_string(&names))];
    for (kind, text) in texts {
        if let Some(spec) = spec_of(form, kind) {
            form.params.insert(spec.name, if count < 2 { String::new() } else { text.unwrap_or_default() });
        }
    }
}

/// The lines of the form; none when its texts are no such lists.
fn read(form: &Form) -> Option<Vec<Line>> {
    let text = |kind| form.params.get(spec_of(form, kind)?.name).cloned();
    let (lists, names) = (text(Kind::ColumnLists)?, text(Kind::ResultNames)?);
    if lists.is_empty() && names.is_empty() {
        return Some(Vec::new());
    }
    let lists: Vec<Vec<Option<String>>> = serde_json::from_str(&lists).ok()?;
    let names: Vec<String> = serde_json::from_str(&names).ok()?;
    if lists.iter().any(|list| list.len() != names.len()) {
        return None;
    }
    let line = |(at, name): (usize, String)| Line { name, from: lists.iter().map(|list| list[at].clone()).collect() };
    Some(names.into_iter().enumerate().map(line).collect())
}

/// Draws the columns of a union, one line each: name of the result, then the column of each table. False when the form holds something
/// else, which is then shown as text.
pub(super) fn lists_ui(ui: &mut Ui, form: &mut Form, choices: &Choices) -> bool {
    let Some(mut lines) = read(form) else { return false };
    let tables = tables(form, choices);
    if lines.iter().any(|line| line.from.len() != tables.len()) {
        return false;
    }
    if tables.len() < 2 {
        ui.label(RichText::new("Choose another table first").font(theme::small()).color(theme::of(ui).faint));
        return true;
    }
    let (mut out, mut changed) = (None, false);
    for (at, line) in lines.iter_mut().enumerate() {
        ui.push_id(at, |ui| {
            let (gone, touched) = line_ui(ui, line, at, &tables);
            changed |= touched;
            out = gone.then_some(at).or(out);
        });
    }
    if let Some(at) = out {
        lines.remove(at);
        changed = true;
    }
    ui.horizontal(|ui| {
        if button::link(ui, "+ a column").clicked() {
            lines.push(Line { name: String::new(), from: vec![None; tables.len()] });
            changed = true;
        }
        if button::link(ui, "all, matched by name").clicked() {
            lines = matched_by_name(form, choices);
            changed = true;
        }
    });
    if changed {
        write(form, &lines);
    }
    true
}

/// Draws a line; tells whether it goes, and whether it changed.
fn line_ui(ui: &mut Ui, line: &mut Line, at: usize, tables: &[&[Column]]) -> (bool, bool) {
    let (mut gone, mut changed) = (false, false);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        #[allow(clippy::cast_precision_loss, reason = "a few tables")]
        let width = (ui.available_width() - 24.0) / (tables.len() + 1) as f32 - 3.0;
        let spoken = format!("Name of column {}", at + 1);
        changed |= field::sized_text_edit(ui, &mut line.name, "name", &spoken, width).changed();
        for (table, from) in line.from.iter_mut().enumerate() {
            let columns = tables.get(table).copied().unwrap_or_default();
            let name = if table == 0 { "this table".to_owned() } else { format!("table {}", table + 1) };
            let shown = from.clone().unwrap_or_else(|| "none".into());
            let response = opener(ui, "", &shown, width, &format!("Column {} from {name}", at + 1));
            if let Some(picked) = pick_column_ui(&response, columns, &[], true) {
                *from = (!picked.is_empty()).then_some(picked);
                changed = true;
            }
        }
        let colour = theme::of(ui).muted;
        gone = button::sized_icon(ui, icon::X, &format!("Take column {} out", at + 1), colour, 18.0).clicked();
    });
    (gone, changed)
}
