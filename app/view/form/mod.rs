//! The form of a step: one control per parameter, chosen by its kind; its errors below it; its effect in the grid beside it.

mod condition;
mod control;
mod lists;
mod rows;
mod union;

pub(super) use control::{columns_ui, opener};

use super::Scene;
use crate::action::Action;
use crate::model::Model;
use crate::model::sheet::Column;
use crate::scratch::Form;
use crate::theme;
use crate::widget::{button, field, grouped, icon, percent};
use brewhouse_engine::op::param::{Kind, ParamSpec, write_names};
use brewhouse_engine::op::{Conditions, ParamRule};
use brewhouse_engine::types::TypeClass;
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
    fill_join(&mut form, &choices);
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
    breaks_ui(ui, scene);
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
        let columns = model.source_of(other).map(|source| source.columns.clone()).unwrap_or_default();
        let column = |(name, class)| Column { name, class, ..Column::default() };
        (other.name.clone(), columns.into_iter().map(column).collect())
    });
    let _ = form;
    Choices { columns: before, tables: tables.collect() }
}

/// What a person would expect of a join is filled in as soon as the other table is chosen: columns of one name (or customer_id and the id of customers)
/// as keys, all columns of this table, and those of the other that are no keys. Everything can be changed.
fn fill_join(form: &mut Form, choices: &Choices) {
    let find = |kind: Kind| form.op.params.iter().find(|spec| spec.kind == kind).map(|spec| spec.name);
    let (Some(dataset), Some(keys), Some(left), Some(right)) =
        (find(Kind::Dataset), find(Kind::JoinKeys), find(Kind::Columns), find(Kind::OtherColumns))
    else {
        return;
    };
    if form.fresh && form.text(dataset).is_empty() && choices.tables.len() == 1 {
        form.params.insert(dataset, choices.tables[0].0.clone());
    }
    let chosen = form.text(dataset).to_owned();
    if chosen.is_empty() || form.filled.as_ref() == Some(&chosen) {
        return;
    }
    let others = control::other_columns(choices, form);
    let names = |columns: &[Column]| columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
    // By the same name, or as one calls it from outside: the id of customers is customer_id.
    let one = chosen.strip_suffix('s').unwrap_or(&chosen).to_lowercase();
    let partner = |mine: &&Column| {
        let name = mine.name.to_lowercase();
        let inside = name.strip_prefix(&one).map(|rest| rest.trim_start_matches(['_', ' ', '.', '-']));
        let same = |other: &&Column| other.name.to_lowercase() == name;
        let within = |other: &&Column| inside == Some(other.name.to_lowercase().as_str());
        others.iter().find(same).or_else(|| others.iter().find(within))
    };
    let common: Vec<&Column> = choices.columns.iter().filter(|mine| partner(mine).is_some()).collect();
    let key = common.iter().find(|column| column.name.to_lowercase().ends_with("id")).or(common.first());
    let pair = key.and_then(|mine| Some((mine.name.clone(), partner(mine)?.name.clone())));
    let text = |mine: &str, other: &str| serde_json::json!([{ "key": mine, "value": other }]).to_string();
    form.params.insert(keys, pair.as_ref().map(|(mine, other)| text(mine, other)).unwrap_or_default());
    if form.text(left).is_empty() {
        form.params.insert(left, write_names(&names(&choices.columns)));
    }
    let kept: Vec<String> =
        names(&others).into_iter().filter(|name| pair.as_ref().is_none_or(|(_, key)| key != name)).collect();
    form.params.insert(right, if kept.is_empty() { String::new() } else { write_names(&kept) });
    // What keeps every row of the table that one works on.
    let how = form.op.params.iter().find(|spec| spec.kind == Kind::Choice).map(|spec| spec.name);
    if let Some(how) = how.filter(|how| form.text(how).is_empty()) {
        form.params.insert(how, "LEFT_JOIN".into());
    }
    form.filled = Some(chosen);
}

/// Whether a parameter says in other words what a table that was chosen says already; it is shown when a recipe holds it.
fn is_other_wording(form: &Form, spec: &ParamSpec) -> bool {
    let table = |name: &&str| form.op.param(name).is_some_and(|p| matches!(p.kind, Kind::Dataset | Kind::Datasets));
    let said = form.op.rules.iter().any(|rule| match rule {
        ParamRule::OneOf(names) => names.contains(&spec.name) && names.iter().any(&table),
        _ => false,
    });
    said && !matches!(spec.kind, Kind::Dataset | Kind::Datasets) && form.text(spec.name).is_empty()
}

/// Whether a parameter stands aside: a column was chosen in its place, or the column that was chosen has no use for it. What a recipe
/// holds is always shown.
fn stands_aside(form: &Form, spec: &ParamSpec, choices: &Choices) -> bool {
    if !form.text(spec.name).is_empty() {
        return false;
    }
    let chosen = |name: &&str| !form.text(name).is_empty() && is_column(form, name);
    let replaced = spec.kind != Kind::Column && alternatives(form, spec).is_some_and(|names| names.iter().any(chosen));
    replaced || (!spec.concerns.is_empty() && !classes(form, choices).any(|class| spec.concerns.contains(&class)))
}

/// The parameters of which one alone is given, this one among them, where one of them is a column.
fn alternatives(form: &Form, spec: &ParamSpec) -> Option<&'static [&'static str]> {
    form.op.rules.iter().find_map(|rule| match rule {
        ParamRule::OnlyOneOf(names) => {
            Some(*names).filter(|names| names.contains(&spec.name) && names.iter().any(|name| is_column(form, name)))
        }
        _ => None,
    })
}

fn is_column(form: &Form, name: &str) -> bool {
    form.op.param(name).is_some_and(|spec| spec.kind == Kind::Column)
}

/// The kinds of the columns that a step names.
fn classes<'a>(form: &'a Form, choices: &'a Choices) -> impl Iterator<Item = TypeClass> + 'a {
    let columns = form.op.params.iter().filter(|spec| spec.kind == Kind::Column && spec.reads_columns());
    columns.filter_map(move |spec| {
        let name = form.text(spec.name);
        choices.columns.iter().find(|column| column.name == name).map(|column| column.class)
    })
}

/// The way to give something else in the place of a column that was chosen.
fn instead_ui(ui: &mut Ui, form: &mut Form, spec: &'static ParamSpec) {
    let chosen = spec.kind == Kind::Column && !form.text(spec.name).is_empty();
    let Some(names) = alternatives(form, spec).filter(|_| chosen) else { return };
    for other in names.iter().filter(|name| **name != spec.name).filter_map(|name| form.op.param(name)) {
        let name = format!("{} instead of {}", other.label, spec.label.to_lowercase());
        if form.text(other.name).is_empty() && button::link(ui, &name).on_hover_text(other.help).clicked() {
            form.params.insert(spec.name, String::new());
        }
    }
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

/// Where a form is filled in first: its first control, or where that is filled in already the next that has to be.
fn begin(form: &Form) -> Option<&'static str> {
    let empty = |spec: &&&'static ParamSpec| {
        form.text(spec.name).is_empty() && !control::is_condition_column(form.op, spec) && !is_other_wording(form, spec)
    };
    let first = form.op.params.first().filter(empty);
    first.or_else(|| form.op.params.iter().find(|spec| spec.required && empty(spec))).map(|spec| spec.name)
}

fn fields_ui(ui: &mut Ui, scene: &mut Scene<'_>, form: &mut Form, choices: &Choices) {
    let faults = scene.model.draft.as_ref().map(|draft| draft.faults.clone()).unwrap_or_default();
    let begin = begin(form);
    for spec in form.op.params {
        if spec.kind == Kind::UnionNames || is_other_wording(form, spec) || stands_aside(form, spec, choices) {
            // The names stand beside the columns that they name.
            continue;
        }
        let mut text = form.params.get(spec.name).cloned().unwrap_or_default();
        if control::is_condition_column(form.op, spec) {
            continue;
        }
        let chosen_among =
            form.op.rules.iter().any(
                |r| matches!(r, ParamRule::OneOf(names) | ParamRule::OnlyOneOf(names) if names.contains(&spec.name)),
            );
        let aside = if spec.required || spec.default.is_some() || chosen_among { "" } else { "(optional)" };
        let shown = control::shows_label(spec);
        if shown {
            field::label(ui, spec.label, aside, spec.help);
        }
        let before = text.clone();
        control::focus_next(ui, form.fresh && begin == Some(spec.name));
        match spec.kind {
            Kind::Mapping => rows::pairs_ui(ui, form, spec, scene.model),
            Kind::UnionColumns => union::columns_ui(ui, form, choices),
            _ => control::control_ui(ui, spec, &mut text, choices, form),
        }
        control::focus_next(ui, false);
        if spec.kind == Kind::JoinKeys {
            matches_ui(ui, scene.model);
        }
        if text != before {
            form.params.insert(spec.name, text.clone());
            // What the form is about comes into view, so that its effect is seen.
            match spec.kind {
                Kind::Column => scene.scratch.reveal = Some(text.clone()),
                Kind::SortKeys => scene.scratch.reveal = lists::last_key(&text),
                _ => {}
            }
        }
        instead_ui(ui, form, spec);
        let fault = faults.iter().find(|fault| fault.param.as_deref() == Some(spec.name));
        if let Some(fault) = fault.filter(|_| form.touched || !text.is_empty()) {
            field::error(ui, &fault.form_text());
        }
        ui.add_space(4.0);
    }
    if form.op.conditions != Conditions::Refused {
        let column = |form: &Form| form.conditions.last().map(|condition| condition.column.clone());
        let before = column(form);
        // Where the form begins with its conditions, what adds the first one takes the focus.
        let begins = form.op.params.first().is_none_or(|spec| control::is_condition_column(form.op, spec));
        control::focus_next(ui, form.fresh && begins && form.conditions.is_empty());
        condition::conditions_ui(ui, form, choices);
        control::focus_next(ui, false);
        if column(form) != before {
            scene.scratch.reveal = column(form);
        }
        control::follow_condition(form);
        let fault = faults.iter().find(|fault| fault.param.as_deref() == Some("ConditionExpressions"));
        if let Some(fault) = fault.filter(|_| form.touched || !form.conditions.is_empty()) {
            if form.conditions.is_empty() {
                field::error(ui, "Say which rows are meant: add a condition");
            } else {
                field::error(ui, &fault.text());
            }
        }
    }
}

/// How the rows of a join find each other, counted on all rows of both tables.
fn matches_ui(ui: &mut Ui, model: &Model) {
    let theme = theme::of(ui);
    let Some(draft) = &model.draft else { return };
    let small = |text: String| RichText::new(text).font(theme::small()).color(theme.muted);
    if let Some(fault) = draft.matches.fault() {
        field::error(ui, &fault.text());
    }
    let width = ui.available_width();
    let Some(found) = draft.matches.value() else {
        // The room is kept from the start, so that nothing below moves when the counts arrive.
        if draft.matches.waiting().is_some() {
            for _ in 0..2 {
                let (bar, _) = ui.allocate_exact_size(egui::vec2(width, 5.0), egui::Sense::hover());
                crate::widget::card::quality_bar(ui.painter(), theme, bar, None);
                ui.label(small("counting…".into()));
            }
        }
        return;
    };
    if draft.matches.waiting().is_some() {
        ui.multiply_opacity(0.55);
    }
    for (matched, all, words) in
        [(found.matched, found.rows, "rows match"), (found.other_matched, found.other_rows, "of the other are used")]
    {
        let (bar, _) = ui.allocate_exact_size(egui::vec2(width, 5.0), egui::Sense::hover());
        crate::widget::card::quality_bar(ui.painter(), theme, bar, Some((matched, 0, all - matched.min(all))));
        ui.label(small(format!("{} of {} {words} · {}", grouped(matched), grouped(all), percent(matched, all))));
    }
    if found.pairs > found.matched {
        let more = format!("Some find several: {} pairs, so rows are repeated", grouped(found.pairs));
        ui.label(small(more).color(theme.mark));
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

/// Later steps that would not work any more, before the form is applied.
fn breaks_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let theme = theme::of(ui);
    let breaks = scene.model.draft.as_ref().map(|draft| draft.breaks.as_slice()).unwrap_or_default();
    let mut steps: Vec<usize> = breaks.iter().filter_map(|fault| fault.step).collect();
    steps.dedup();
    if steps.is_empty() {
        return;
    }
    let count = if steps.len() == 1 { "1 later step".to_owned() } else { format!("{} later steps", steps.len()) };
    let words = format!("{} {count} would not work any more", icon::WARNING);
    ui.label(RichText::new(words).font(theme::heavy(12.0)).color(theme.mark));
    for fault in breaks.iter().take(3) {
        let words = format!("Step {}: {}", fault.step.unwrap_or_default(), fault.message);
        ui.label(RichText::new(words).font(theme::small()).color(theme.muted));
    }
    ui.add_space(4.0);
}

fn buttons_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let ready = scene.model.draft.as_ref().is_some_and(|draft| draft.faults.is_empty());
    ui.horizontal(|ui| {
        let width = button::beside_secondary(ui);
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
