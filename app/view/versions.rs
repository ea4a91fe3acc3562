//! The published versions of the recipe, docked at the right: publish, what is new between two of them, take up an older one.

use super::Scene;
use super::form::opener;
use crate::action::Action;
use crate::model::Model;
use crate::scratch::Versions;
use crate::theme::{self, Theme};
use crate::widget::{button, field, icon};
use brewhouse_engine::op::{find, sentence};
use brewhouse_engine::recipe::{Edit, Fate, Line, Step, Version, difference, edits};
use egui::accesskit::Role;
use egui::{Align, Color32, Key, Layout, Modifiers, Popup, RichText, ScrollArea, Sense, Ui, Vec2, WidgetInfo};
use std::sync::Arc;

/// What the heading of the recipe says about versions.
pub(super) fn state(model: &Model) -> String {
    match model.project().versions.last() {
        None => String::new(),
        Some(version) if version.is(model.steps()) => format!(" · version {}", version.number),
        Some(version) => format!(" · after version {}", version.number),
    }
}

/// Draws the panel.
pub(super) fn versions_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some(mut versions) = scene.scratch.versions.take() else { return };
    let theme = theme::of(ui);
    let popup = ui.ctx().any_popup_open() || scene.scratch.palette.is_some();
    let mut open = popup || !ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    ui.horizontal(|ui| {
        ui.label(RichText::new("Versions").font(theme::heavy(13.0)).color(theme.text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            open &= !button::icon_button(ui, icon::X, "Close the versions").clicked();
        });
    });
    ui.add_space(4.0);
    publish_ui(ui, scene, &mut versions);
    if !scene.model.project().versions.is_empty() {
        ui.add_space(10.0);
        points_ui(ui, scene.model, &mut versions);
        lines_ui(ui, scene, &mut versions);
        take_ui(ui, scene, &versions);
    }
    if open {
        scene.scratch.versions = Some(versions);
    }
}

fn publish_ui(ui: &mut Ui, scene: &mut Scene<'_>, versions: &mut Versions) {
    let theme = theme::of(ui);
    let model = scene.model;
    let known = &model.project().versions;
    let number = known.iter().map(|version| version.number).max().unwrap_or(0) + 1;
    let newest = known.last().filter(|version| version.is(model.steps()));
    let waits = match (newest, model.steps().is_empty()) {
        (Some(version), _) => Some(format!("Nothing has changed since version {}", version.number)),
        (None, true) => Some("A recipe without steps has nothing to publish".to_owned()),
        (None, false) => None,
    };
    if let Some(words) = waits {
        ui.label(RichText::new(words).font(theme::small()).color(theme.muted));
        return;
    }
    field::text_area(ui, &mut versions.description, "What is new, for whoever reads it later", "Description", 2);
    ui.add_space(4.0);
    let width = ui.available_width();
    let publish = ui.vertical_centered(|ui| button::primary(ui, &format!("Publish version {number}"), width)).inner;
    if publish.clicked() {
        scene.act(Action::Publish(versions.description.clone()));
    }
}

fn version(model: &Model, number: Option<u64>) -> Option<&Version> {
    let number = number?;
    model.project().versions.iter().find(|version| version.number == number)
}

/// The steps at a point; none: as they are now.
fn steps_at(model: &Model, point: Option<u64>) -> &[Step] {
    version(model, point).map_or(model.steps(), |version| version.recipe.steps.as_slice())
}

fn point(number: Option<u64>) -> String {
    number.map_or_else(|| "Now".to_owned(), |number| format!("Version {number}"))
}

/// A time as people read it, in their own zone.
fn day(published: &str) -> String {
    let read = chrono::DateTime::parse_from_rfc3339(published).ok();
    read.map(|time| time.with_timezone(&chrono::Local).format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}

/// The two points, each with when it was and what was new in it.
fn points_ui(ui: &mut Ui, model: &Model, versions: &mut Versions) {
    let theme = theme::of(ui);
    for (at, name) in ["From", "To"].into_iter().enumerate() {
        ui.horizontal(|ui| {
            let label = RichText::new(name).font(theme::small()).color(theme.muted);
            ui.add_sized(Vec2::new(34.0, theme::CONTROL), egui::Label::new(label).halign(Align::LEFT));
            let width = ui.available_width();
            let now = versions.points[at];
            let response = opener(ui, "", &titled(model, now), width, name);
            Popup::menu(&response).width(width).show(|ui| {
                ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                    let all = model.project().versions.iter().rev().map(|version| Some(version.number));
                    for number in std::iter::once(None).chain(all) {
                        let chosen = number == now;
                        let item = ui.add(button::menu_item(&titled(model, number)).truncate().selected(chosen));
                        let spoken = format!("{name} {}", point(number).to_lowercase());
                        item.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, chosen, &spoken));
                        if item.clicked() {
                            versions.points[at] = number;
                            ui.close();
                        }
                    }
                });
            });
        });
        ui.add_space(2.0);
    }
}

/// A point in one line: its name, when it was, what was new.
fn titled(model: &Model, number: Option<u64>) -> String {
    let Some(version) = version(model, number) else { return "Now".to_owned() };
    let day = day(&version.published);
    let parts = [point(number), day, version.description.replace(['\n', '\r'], " ")];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn lines_ui(ui: &mut Ui, scene: &Scene<'_>, versions: &mut Versions) {
    let theme = theme::of(ui);
    let model = scene.model;
    let [was, now] = versions.points.map(|point| steps_at(model, point));
    let key = (Arc::as_ptr(model.project()) as usize, versions.points);
    let told = match &versions.told {
        Some((of, told)) if *of == key => Arc::clone(told),
        _ => Arc::new(difference(was, now)),
    };
    versions.told = Some((key, Arc::clone(&told)));
    ui.add_space(6.0);
    let words = summary(&told);
    ui.label(RichText::new(words).font(theme::small()).color(theme.muted));
    ui.add_space(4.0);
    let most = (ui.ctx().content_rect().height() * 0.34).max(120.0);
    ScrollArea::vertical().max_height(most).auto_shrink([false, true]).id_salt("versions").show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        for line in told.iter().filter(|line| line.fate != Fate::Same) {
            line_ui(ui, theme, line, was, now);
        }
    });
}

/// The difference in one line.
fn summary(lines: &[Line]) -> String {
    let count = |fate: Fate| lines.iter().filter(|line| line.fate == fate).count();
    let fates = [(Fate::Added, "added"), (Fate::Removed, "removed"), (Fate::Edited, "edited"), (Fate::Moved, "moved")];
    let told: Vec<String> = fates
        .into_iter()
        .map(|(fate, words)| (count(fate), words))
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} {words}"))
        .collect();
    let same = count(Fate::Same);
    match (told.is_empty(), same) {
        (true, _) => "No step differs".to_owned(),
        (false, 0) => told.join(" · "),
        (false, same) => format!("{} · {same} the same", told.join(" · ")),
    }
}

/// The sign of a line, its colour and its words.
const fn sign(fate: Fate, theme: &Theme) -> (&'static str, Color32, &'static str) {
    match fate {
        Fate::Added => ("+", theme.valid, "added"),
        Fate::Removed => ("−", theme.mismatched, "removed"),
        Fate::Moved => ("↕", theme.muted, "moved"),
        Fate::Edited => ("~", theme.mark, "edited"),
        Fate::Same => ("", theme.muted, "the same"),
    }
}

fn line_ui(ui: &mut Ui, theme: &Theme, line: &Line, was: &[Step], now: &[Step]) {
    let older = line.was.and_then(|at| was.get(at));
    let newer = line.now.and_then(|at| now.get(at));
    let Some(step) = newer.or(older) else { return };
    let (sign, colour, fate) = sign(line.fate, theme);
    let place = line.now.or(line.was).map_or(0, |at| at + 1);
    let width = ui.available_width() - 44.0;
    let faint = line.fate == Fate::Removed;
    let words = sentence::text(step);
    let mut galleys =
        vec![ui.painter().layout(words.clone(), theme::small(), if faint { theme.muted } else { theme.text }, width)];
    let details = match (line.fate, older, newer) {
        (Fate::Edited, Some(older), Some(newer)) => {
            edits(older, newer).iter().map(|edit| edit_words(edit, newer, older)).collect()
        }
        (Fate::Moved, ..) => vec![format!("was step {}", line.was.map_or(0, |at| at + 1))],
        _ => Vec::new(),
    };
    galleys.extend(details.iter().map(|detail| ui.painter().layout(detail.clone(), theme::tiny(), theme.muted, width)));
    let height: f32 = galleys.iter().map(|galley| galley.size().y + 1.0).sum();
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), height + 2.0), Sense::hover());
    let painter = ui.painter();
    let sign = painter.layout_no_wrap(sign.to_owned(), theme::heavy(13.0), colour);
    painter.galley(rect.min + Vec2::new(2.0, 0.0), sign, colour);
    let number = painter.layout_no_wrap(place.to_string(), theme::tiny(), theme.faint);
    painter.galley(rect.min + Vec2::new(34.0 - number.size().x, 1.0), number, theme.faint);
    let mut y = rect.top();
    for galley in galleys {
        let step = galley.size().y + 1.0;
        painter.galley(egui::pos2(rect.left() + 42.0, y), galley, theme.text);
        y += step;
    }
    let spoken = format!("{fate}: {words}");
    let spoken = if details.is_empty() { spoken } else { format!("{spoken}; {}", details.join("; ")) };
    response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, true, &spoken));
}

/// What was edited of a step, in words.
fn edit_words(edit: &Edit, newer: &Step, older: &Step) -> String {
    let quoted = |text: &Option<String>| {
        text.as_deref().filter(|text| !text.is_empty()).map_or("nothing".to_owned(), |text| format!("“{text}”"))
    };
    match edit {
        Edit::Param(name, was, now) => {
            let op = find(newer.operation());
            let spec = op.and_then(|op| {
                op.params.iter().find(|spec| spec.name == name || spec.aliases.contains(&name.as_str()))
            });
            let label = spec.map_or(name.as_str(), |spec| spec.label);
            let said = |text: &Option<String>| match (spec, text) {
                (Some(spec), Some(text)) if !text.is_empty() => format!("“{}”", spec.describe(text)),
                _ => quoted(text),
            };
            format!("{label}: {} → {}", said(was), said(now))
        }
        Edit::Conditions => format!("conditions, before: {}", sentence::text(older)),
        Edit::Note(was, now) => format!("note: {} → {}", quoted(was), quoted(now)),
        Edit::Columns { kept: true } => "keeps its columns".to_owned(),
        Edit::Columns { kept: false } => "the data decide its columns".to_owned(),
        Edit::SwitchedOff => "switched off".to_owned(),
        Edit::SwitchedOn => "switched on".to_owned(),
    }
}

/// An older version can take the place of the recipe.
fn take_ui(ui: &mut Ui, scene: &mut Scene<'_>, versions: &Versions) {
    let model = scene.model;
    let Some(older) = version(model, versions.points[0]).filter(|version| !version.is(model.steps())) else { return };
    ui.add_space(6.0);
    let number = older.number;
    let hint = "Its steps take the place of those that there are; undo brings them back";
    if button::link(ui, &format!("Take up version {number} again")).on_hover_text(hint).clicked() {
        scene.act(Action::TakeVersion(number));
    }
}
