//! The control of a parameter, by its kind.

use super::{Choices, lists, rows};
use crate::model::sheet::Column;
use crate::scratch::Form;
use crate::theme;
use crate::widget::{button, field, icon};
use brewhouse_engine::op::param::{Kind, ParamSpec, parse_names, write_names};
use brewhouse_engine::op::{Conditions, Operation};
use brewhouse_engine::types::TypeClass;
use egui::{Button, Popup, PopupCloseBehavior, RichText, ScrollArea, Ui, Vec2};

/// Whether a label stands above the control; a switch has its own beside it.
pub(super) fn shows_label(spec: &ParamSpec) -> bool {
    spec.kind != Kind::Boolean
}

/// Whether the column of a step that is nothing but its conditions; it is that of the first condition.
pub(super) fn is_condition_column(op: &Operation, spec: &ParamSpec) -> bool {
    op.conditions == Conditions::Required && op.params.len() == 1 && spec.kind == Kind::Column
}

/// Fills in the column of a step that is nothing but its conditions.
pub(super) fn follow_condition(form: &mut Form) {
    let Some(spec) = form.op.params.iter().find(|spec| is_condition_column(form.op, spec)) else { return };
    let column = form.conditions.first().map(|condition| condition.column.clone()).unwrap_or_default();
    form.params.insert(spec.name, column);
}

/// The first control of a new form takes the focus, whatever it is.
pub(super) fn focus_next(ui: &Ui, wanted: bool) {
    ui.data_mut(|data| data.insert_temp(egui::Id::unique("focus next"), wanted));
}

fn takes_focus(ui: &Ui) -> bool {
    ui.data_mut(|data| data.remove_temp::<bool>(egui::Id::unique("focus next"))).unwrap_or_default()
}

/// Draws the control; `text` is the parameter as recipes hold it.
pub(super) fn control_ui(ui: &mut Ui, spec: &'static ParamSpec, text: &mut String, choices: &Choices, form: &Form) {
    match spec.kind {
        Kind::Column => column_ui(ui, spec.label, text, &choices.columns, spec.accepts, !spec.required),
        Kind::Columns => columns_ui(ui, spec.label, text, &choices.columns, spec.accepts),
        Kind::OtherColumns => columns_ui(ui, spec.label, text, &other_columns(choices, form), &[]),
        Kind::Dataset => dataset_ui(ui, spec.label, text, choices),
        Kind::Datasets => lists::datasets_ui(ui, text, choices),
        Kind::Boolean => boolean_ui(ui, spec, text),
        Kind::Choice => choice_ui(ui, spec, text),
        Kind::SortKeys => lists::sort_keys_ui(ui, text, choices),
        Kind::Aggregates => lists::aggregates_ui(ui, text, choices),
        Kind::JoinKeys => lists::join_keys_ui(ui, text, &choices.columns, &other_columns(choices, form)),
        Kind::Texts => rows::texts_ui(ui, spec, text),
        Kind::Choices => rows::choices_ui(ui, spec, text),
        Kind::Delimiter => rows::delimiter_ui(ui, text),
        Kind::Delimiters => rows::delimiters_ui(ui, text),
        Kind::Cases | Kind::Json => lines_ui(ui, spec, text, 5),
        Kind::Expression => lines_ui(ui, spec, text, 2),
        _ => {
            let hint = if spec.example.is_empty() { String::new() } else { format!("for example {}", spec.example) };
            let response = field::text_edit(ui, text, &hint, spec.label);
            if takes_focus(ui) {
                response.request_focus();
            }
        }
    }
}

/// The columns of the other table that the form names.
pub(super) fn other_columns(choices: &Choices, form: &Form) -> Vec<Column> {
    let dataset = form.op.params.iter().find(|spec| spec.kind == Kind::Dataset);
    let name = dataset.and_then(|spec| form.params.get(spec.name)).map(String::as_str).unwrap_or_default();
    choices.tables.iter().find(|(table, _)| table == name).map(|(_, columns)| columns.clone()).unwrap_or_default()
}

fn lines_ui(ui: &mut Ui, spec: &ParamSpec, text: &mut String, rows: usize) {
    let response = field::text_area(ui, text, spec.example, spec.label, rows);
    note_lines(ui, &response);
}

/// Notes whether a text of several lines is being written, in which Enter begins a line.
pub(super) fn note_lines(ui: &Ui, response: &egui::Response) {
    let id = egui::Id::unique("typing lines");
    if response.has_focus() {
        ui.ctx().data_mut(|data| data.insert_temp(id, true));
    } else if response.lost_focus() {
        ui.ctx().data_mut(|data| data.insert_temp(id, false));
    }
}

/// A button as wide as the form that opens a list.
pub(in crate::view) fn opener(ui: &mut Ui, sign: &str, text: &str, width: f32, name: &str) -> egui::Response {
    let theme = theme::of(ui);
    let colour = if text.is_empty() { theme.faint } else { theme.text };
    let shown = if text.is_empty() { "choose…" } else { text };
    let sign_text = RichText::new(sign).font(theme::heavy(11.0)).color(theme.faint);
    let caret = RichText::new(icon::CARET_DOWN).font(theme::tiny()).color(theme.faint);
    let words = RichText::new(shown).color(colour);
    let opener = if sign.is_empty() { Button::new(words) } else { Button::new((sign_text, words)) };
    let opener = opener.right_text(caret).truncate().min_size(Vec2::new(width, theme::CONTROL));
    let response = ui.scope(|ui| {
        // A long name is cut, so that what stands beside it keeps its place.
        ui.set_max_width(width);
        ui.add(opener)
    });
    let response = response.inner;
    let spoken = format!("{name}: {shown}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::ComboBox, true, &spoken));
    if takes_focus(ui) {
        response.request_focus();
    }
    response
}

/// The same for adding one more to a list; its name alone is read out.
pub(super) fn adder(ui: &mut Ui, words: &str, width: f32, name: &str) -> egui::Response {
    let response = opener(ui, icon::PLUS, words, width, name);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::ComboBox, true, name));
    response
}

/// A list of columns to take one from, filtered by what is typed.
pub(super) fn pick_column_ui(
    opener: &egui::Response,
    columns: &[Column],
    accepts: &[TypeClass],
    none: bool,
) -> Option<String> {
    let mut picked = None;
    let fitting: Vec<&Column> = columns.iter().filter(|c| accepts.is_empty() || accepts.contains(&c.class)).collect();
    Popup::menu(opener).width(opener.rect.width()).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_min_width(opener.rect.width() - 10.0);
        let id = opener.id.with("search");
        let mut wanted: String = ui.data(|data| data.get_temp(id)).unwrap_or_default();
        field::text_edit(ui, &mut wanted, "Find a column", "Find a column").request_focus();
        ui.data_mut(|data| data.insert_temp(id, wanted.clone()));
        let enter = ui.input(|input| input.key_pressed(egui::Key::Enter)) && !opener.gained_focus();
        let found = |column: &&&Column| column.name.to_lowercase().contains(&wanted.to_lowercase());
        let found: Vec<&&Column> = fitting.iter().filter(found).collect();
        if enter && !wanted.is_empty() {
            picked = found.first().map(|column| column.name.clone());
        }
        if none && ui.add(button::menu_item("none")).clicked() {
            picked = Some(String::new());
        }
        ScrollArea::vertical().max_height(260.0).show_rows(ui, 26.0, found.len(), |ui, range| {
            for column in found.get(range).unwrap_or_default() {
                let item = ui.add(column_item(ui, column));
                item.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::MenuItem, true, &column.name));
                if item.clicked() {
                    picked = Some(column.name.clone());
                }
            }
        });
        if fitting.is_empty() {
            let kinds: Vec<&str> = accepts.iter().map(|class| class.words()).collect();
            ui.label(RichText::new(format!("No column of {}", kinds.join(", "))).color(theme::of(ui).muted));
        }
        if picked.is_some() {
            ui.data_mut(|data| data.remove::<String>(id));
            ui.close();
        }
    });
    picked
}

fn column_item(ui: &Ui, column: &Column) -> Button<'static> {
    let theme = theme::of(ui);
    let sign = RichText::new(icon::of_class(column.class)).font(theme::heavy(11.0)).color(theme.faint);
    let name = RichText::new(column.name.clone()).color(theme.text);
    Button::new((sign, name)).min_size(Vec2::new(ui.available_width(), 26.0)).frame_when_inactive(false).truncate()
}

fn sign_of(columns: &[Column], name: &str) -> &'static str {
    columns.iter().find(|column| column.name == name).map_or("", |column| icon::of_class(column.class))
}

/// One column.
pub(super) fn column_ui(
    ui: &mut Ui,
    label: &str,
    text: &mut String,
    columns: &[Column],
    accepts: &[TypeClass],
    none: bool,
) {
    let width = ui.available_width();
    let response = opener(ui, sign_of(columns, text), text, width, label);
    if let Some(picked) = pick_column_ui(&response, columns, accepts, none) {
        *text = picked;
    }
}

/// Several columns: each chosen one with a way to take it out, and one more.
pub(in crate::view) fn columns_ui(
    ui: &mut Ui,
    label: &str,
    text: &mut String,
    columns: &[Column],
    accepts: &[TypeClass],
) {
    let mut names = parse_names(text).unwrap_or_default();
    let before = names.clone();
    let mut out = None;
    // Without columns there is no row for them.
    if !names.is_empty() {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = Vec2::new(4.0, 4.0);
            for (at, name) in names.iter().enumerate() {
                let theme = theme::of(ui);
                let words = RichText::new(name.clone()).font(theme::small()).color(theme.text);
                let cross = RichText::new(icon::X).size(10.0).color(theme.muted);
                let chip = Button::new((words, cross)).min_size(Vec2::new(0.0, 24.0));
                let response = ui.add(chip).on_hover_text("Take it out");
                response.widget_info(|| {
                    egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, format!("{label}: take {name} out"))
                });
                if response.clicked() {
                    out = Some(at);
                }
            }
        });
    }
    if let Some(at) = out {
        names.remove(at);
    }
    let left: Vec<Column> = columns.iter().filter(|column| !names.contains(&column.name)).cloned().collect();
    let fitting = |column: &&Column| accepts.is_empty() || accepts.contains(&column.class);
    ui.horizontal(|ui| {
        let width = ui.available_width() - 60.0;
        let response = adder(ui, "column", width, &format!("{label}: add a column"));
        if let Some(picked) = pick_column_ui(&response, &left, accepts, false) {
            names.push(picked);
        }
        let all = ui.add(Button::new("all").min_size(Vec2::new(52.0, theme::CONTROL))).on_hover_text("All that fit");
        all.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, format!("{label}: all")));
        if all.clicked() {
            names.extend(left.iter().filter(fitting).map(|column| column.name.clone()));
        }
    });
    if names != before {
        *text = if names.is_empty() { String::new() } else { write_names(&names) };
    }
}

fn dataset_ui(ui: &mut Ui, label: &str, text: &mut String, choices: &Choices) {
    let width = ui.available_width();
    let response = opener(ui, icon::TABLE, text, width, label);
    Popup::menu(&response).width(width).show(|ui| {
        for (name, _) in &choices.tables {
            if ui.add(button::menu_item(name)).clicked() {
                text.clone_from(name);
            }
        }
        if choices.tables.is_empty() {
            ui.label(RichText::new("Add a table first, in the panel at the left").color(theme::of(ui).muted));
        }
    });
}

fn boolean_ui(ui: &mut Ui, spec: &ParamSpec, text: &mut String) {
    let theme = theme::of(ui);
    let on = text.trim().eq_ignore_ascii_case("true");
    ui.horizontal(|ui| {
        ui.set_height(24.0);
        if button::switch(ui, on, spec.label).clicked() {
            *text = (!on).to_string();
        }
        ui.label(RichText::new(spec.label).font(theme::small()).color(theme.text)).on_hover_text(spec.help);
    });
}

/// What is typed while a list is open moves the focus to the next item that begins so.
pub(super) fn jump(ui: &Ui, items: &[(egui::Response, &str)]) {
    let typed = ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            egui::Event::Text(text) => Some(text.to_lowercase()),
            _ => None,
        })
    });
    let Some(typed) = typed else { return };
    let from = items.iter().position(|(item, _)| item.has_focus()).map_or(0, |at| at + 1);
    let mut round = items[from.min(items.len())..].iter().chain(&items[..from.min(items.len())]);
    if let Some((item, _)) = round.find(|(_, label)| label.to_lowercase().starts_with(&typed)) {
        item.request_focus();
        item.scroll_to_me(None);
    }
}

fn choice_ui(ui: &mut Ui, spec: &ParamSpec, text: &mut String) {
    let same = |choice: &brewhouse_engine::op::param::Choice, text: &str| {
        choice.value.eq_ignore_ascii_case(text) || choice.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(text))
    };
    let letters: usize = spec.choices.iter().map(|choice| choice.label.len() + 3).sum();
    if spec.choices.len() <= 4 && letters < 46 {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 5.0;
            for choice in spec.choices {
                if button::chip(ui, choice.label, same(choice, text)).clicked() {
                    choice.value.clone_into(text);
                }
            }
        });
        return;
    }
    let label = spec.choices.iter().find(|choice| same(choice, text)).map_or(text.as_str(), |choice| choice.label);
    let width = ui.available_width();
    let response = opener(ui, "", label, width, spec.label);
    Popup::menu(&response).width(width).show(|ui| {
        ScrollArea::vertical().max_height(300.0).show(ui, |ui| {
            // As wide as the control, so that few labels take a second line.
            ui.set_min_width(width - 2.0 * ui.spacing().menu_margin.leftf() - 4.0);
            let mut items = Vec::new();
            for choice in spec.choices {
                let item = ui.add(button::menu_item(choice.label));
                if item.clicked() {
                    choice.value.clone_into(text);
                    ui.close();
                }
                items.push((item, choice.label));
            }
            jump(ui, &items);
        });
    });
}
