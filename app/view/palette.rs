//! The palette: every command, operation, column and step by its name.

use super::{Scene, menus};
use crate::action::Action;
use crate::command::COMMANDS;
use crate::scratch::Palette;
use crate::theme;
use crate::widget::{card, grouped, text_left, text_right};
use brewhouse_engine::op::{all, sentence};
use egui::accesskit::Role;
use egui::{
    Align2, Area, CornerRadius, Frame, Id, Key, Margin, Modifiers, Order, Pos2, ScrollArea, Sense, TextEdit, Ui, Vec2,
    WidgetInfo,
};

const LINE: f32 = 30.0;
const WIDTH: f32 = 560.0;

struct Entry {
    title: String,
    hint: String,
    kind: &'static str,
    action: Action,
    /// Words that find it and are not shown, in small letters.
    more: String,
}

/// Draws the palette, when it is open.
pub(super) fn palette_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some(mut palette) = scene.scratch.palette.take() else { return };
    let theme = theme::of(ui);
    let mut entries = Vec::new();
    let mut chosen = None;
    let mut close = ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape));
    if ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::ArrowDown)) {
        palette.at += 1;
    }
    if ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::ArrowUp)) {
        palette.at = palette.at.saturating_sub(1);
    }
    let enter = ui.input(|i| i.key_pressed(Key::Enter));
    let area =
        Area::new(Id::unique("palette")).order(Order::Foreground).anchor(Align2::CENTER_TOP, Vec2::new(0.0, 52.0));
    let shown = area.show(ui.ctx(), |ui| {
        Frame::popup(ui.style()).inner_margin(Margin::same(8)).show(ui, |ui| {
            ui.set_width(WIDTH);
            let hint = match palette.insert_at {
                _ if palette.go_to => "Row number or column name".to_owned(),
                Some(at) => format!("Which step, before step {}?", at + 1),
                None if palette.steps_only => "Which step?".to_owned(),
                None => "Search actions, columns, steps".to_owned(),
            };
            let edit = TextEdit::singleline(&mut palette.text).hint_text(hint).desired_width(WIDTH - 16.0);
            let edit = edit.font(egui::FontId::proportional(16.0)).margin(Margin::symmetric(8, 6));
            let response = ui.add(edit).accessible_name("Search");
            response.request_focus();
            if response.changed() {
                palette.at = 0;
            }
            ui.add_space(4.0);
            // After the text, so that Enter in the same frame takes what the text finds.
            entries = found(scene, &palette);
            palette.at = palette.at.min(entries.len().saturating_sub(1));
            chosen = enter.then_some(palette.at);
            ScrollArea::vertical().max_height(LINE * 12.0).auto_shrink([false, true]).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for (at, entry) in entries.iter().enumerate() {
                    if entry_ui(ui, entry, at == palette.at) {
                        chosen = Some(at);
                    }
                }
            });
            if entries.is_empty() {
                ui.label(egui::RichText::new("Nothing of that name").color(theme.muted));
            }
        });
    });
    let outside = ui.input(|i| i.pointer.any_pressed())
        && ui.ctx().pointer_interact_pos().is_some_and(|pos| !shown.response.rect.contains(pos));
    close |= outside;
    if let Some(entry) = chosen.and_then(|at| entries.into_iter().nth(at)) {
        scene.act(entry.action);
    } else if !close {
        scene.scratch.palette = Some(palette);
    }
}

fn entry_ui(ui: &mut Ui, entry: &Entry, chosen: bool) -> bool {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), LINE), Sense::click());
    let painter = ui.painter();
    if chosen {
        painter.rect_filled(rect, CornerRadius::same(5), theme.tint);
        if !ui.rect_contains_pointer(rect) {
            response.scroll_to_me(None);
        }
    } else if response.hovered() {
        painter.rect_filled(rect, CornerRadius::same(5), theme.hover);
    }
    let y = rect.center().y;
    let kind = painter.layout_no_wrap(entry.kind.to_owned(), theme::tiny(), theme.faint);
    let right = rect.right() - 8.0 - kind.size().x;
    text_right(painter, Pos2::new(rect.right() - 8.0, y), kind);
    let colour = if chosen { theme.accent } else { theme.text };
    let title = card::one_line(painter, &entry.title, theme::body(), colour, 300.0);
    let left = rect.left() + 8.0 + title.size().x + 12.0;
    text_left(painter, Pos2::new(rect.left() + 8.0, y), title);
    let hint = card::one_line(painter, &entry.hint, theme::small(), theme.faint, right - left - 8.0);
    text_left(painter, Pos2::new(left, y), hint);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, &entry.title));
    response.clicked()
}

/// What fits the text, best first.
fn found(scene: &Scene<'_>, palette: &Palette) -> Vec<Entry> {
    let wanted = palette.text.trim().to_lowercase();
    let mut found: Vec<(u32, Entry)> = Vec::new();
    for entry in entries(scene, palette) {
        if entry.kind == "row" {
            found.push((0, entry));
        } else if let Some(rank) = rank(&wanted, &entry.title.to_lowercase(), &entry.hint.to_lowercase(), &entry.more) {
            found.push((rank, entry));
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, entry)| entry).take(60).collect()
}

/// Lower is better: the whole, at the start, at the start of a word, within, in the hint, all words anywhere, all letters in order.
fn rank(wanted: &str, title: &str, hint: &str, more: &str) -> Option<u32> {
    if wanted.is_empty() || title.trim_end_matches('…') == wanted {
        return Some(0);
    }
    if title.starts_with(wanted) {
        return Some(1);
    }
    if title.split(' ').any(|word| word.starts_with(wanted)) {
        return Some(2);
    }
    if title.contains(wanted) {
        return Some(3);
    }
    if hint.contains(wanted) {
        return Some(4);
    }
    // Also by the name that recipes have for it, and by what its description says.
    let anywhere = |word: &str| [title, hint, more].iter().any(|text| text.contains(word));
    if wanted.split(' ').all(anywhere) {
        return Some(5);
    }
    // In a long sentence nearly all letters are found somewhere.
    let mut letters = title.chars();
    let near = wanted.len() > 2 && title.len() <= 4 * wanted.len();
    (near && wanted.chars().all(|letter| letters.any(|other| other == letter))).then_some(6)
}

/// Rows and columns to go to.
fn places(scene: &Scene<'_>, palette: &Palette) -> Vec<Entry> {
    let Some(sheet) = scene.model.shown() else { return Vec::new() };
    let rows = sheet.of_rows.unwrap_or(sheet.rows);
    let digits: String = palette.text.chars().filter(|c| !matches!(c, ',' | ' ' | '.' | '’')).collect();
    let number = digits.parse::<u64>().ok().filter(|number| *number > 0);
    let row = number.map(|number| {
        let number = number.min(rows);
        let hint = format!("of {}", grouped(rows));
        let action = Action::GoToRow(number.saturating_sub(1));
        Entry { title: format!("Row {}", grouped(number)), hint, kind: "row", action, more: String::new() }
    });
    row.into_iter().chain(columns(scene)).collect()
}

fn columns(scene: &Scene<'_>) -> impl Iterator<Item = Entry> {
    let columns = scene.model.shown().map(|sheet| sheet.columns.iter()).into_iter().flatten();
    columns.map(|column| Entry {
        title: column.name.clone(),
        hint: column.class.words().to_owned(),
        kind: "column",
        action: Action::ShowColumn(column.name.clone()),
        more: String::new(),
    })
}

fn entries(scene: &Scene<'_>, palette: &Palette) -> Vec<Entry> {
    let (model, steps_only) = (scene.model, palette.steps_only);
    if palette.go_to {
        return places(scene, palette);
    }
    let mut list = Vec::new();
    if !steps_only {
        let commands = COMMANDS.iter().filter(|command| command.name != "palette" && command.name != "redo-too");
        for command in commands {
            if let Some(action) = (command.action)(model) {
                let (title, hint) = (command.title.to_owned(), command.hint.to_owned());
                list.push(Entry { title, hint, kind: "action", action, more: String::new() });
            }
        }
    }
    if model.has_data() {
        let column = menus::chosen_column(scene);
        if let Some(column) = column.as_ref().filter(|_| !steps_only) {
            list.push(Entry {
                title: format!("Open {} as a facet", column.name),
                hint: "Its values with their counts, to filter by".to_owned(),
                kind: "action",
                action: menus::facet_of(column),
                more: String::new(),
            });
        }
        for op in all() {
            let fitting = column.as_ref().filter(|column| menus::fits(op, column.class));
            let column = fitting.map(|column| column.name.clone());
            let action = match palette.insert_at {
                Some(at) => Action::StartFormAt(op.name, column, at),
                None => Action::StartForm(op.name, column),
            };
            let hint =
                format!("{} · {}", op.family.title(), op.summary.split_inclusive('.').next().unwrap_or_default());
            let more = format!("{} {}", op.name.replace('_', " "), op.summary).to_lowercase();
            list.push(Entry { title: op.title.to_owned(), hint, kind: "step", action, more });
        }
    }
    if !steps_only {
        list.extend(columns(scene));
        for (at, step) in model.steps().iter().enumerate() {
            let action = Action::LookAt(Some(at + 1));
            list.push(Entry {
                title: sentence::text(step),
                hint: format!("step {}", at + 1),
                kind: "in the recipe",
                action,
                more: String::new(),
            });
        }
    }
    list
}
