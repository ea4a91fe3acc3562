//! Several steps at once: choosing, dragging with the places explained where they cannot stand, copying, and the menu of a step.

use super::Scene;
use crate::action::Action;
use crate::theme;
use crate::widget::{button, icon};
use brewhouse_engine::recipe::Step;
use egui::{CornerRadius, Pos2, Rect, Response, Stroke, Ui, Vec2};

/// Takes part in dragging steps to another place.
pub(super) fn drag_ui(ui: &Ui, scene: &mut Scene<'_>, response: &Response, at: usize, rect: Rect) {
    let theme = theme::of(ui);
    let picked = chosen(scene, at);
    response.dnd_set_drag_payload(picked.clone());
    if response.drag_started() {
        scene.act(Action::TryMoves(picked));
    }
    if response.dragged() {
        ui.painter().rect_stroke(
            rect.shrink(1.0),
            CornerRadius::same(4),
            Stroke::new(1.0, theme.accent),
            egui::StrokeKind::Inside,
        );
    }
    let lower = ui.ctx().pointer_hover_pos().is_some_and(|pos| pos.y > rect.center().y);
    let before = at + usize::from(lower);
    if let Some(picked) = response.dnd_hover_payload::<Vec<usize>>().filter(|picked| !picked.contains(&at)) {
        let known = scene.model.blocked.as_ref().filter(|(of, _)| of == &*picked);
        let reason = known.and_then(|(_, places)| places.get(before)?.clone());
        let y = if lower { rect.bottom() } else { rect.top() };
        let colour = if reason.is_some() { theme.mismatched } else { theme.accent };
        ui.painter().hline(rect.x_range(), y, Stroke::new(2.0, colour));
        if let Some(reason) = reason {
            blocked_ui(ui, rect, y, &reason);
        }
    }
    if let Some(picked) = response.dnd_release_payload::<Vec<usize>>().filter(|picked| !picked.contains(&at)) {
        scene.act(Action::MoveSteps { picked: picked.to_vec(), before });
    }
}

/// Says over the list why steps cannot stand at a place.
fn blocked_ui(ui: &Ui, rect: Rect, y: f32, reason: &str) {
    let theme = theme::of(ui);
    let painter = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Tooltip, egui::Id::unique("blocked")));
    let words = format!("{} cannot stand here: {reason}", icon::WARNING);
    let galley = painter.layout(words, theme::small(), theme.mismatched, rect.width() - 40.0);
    let ground = Rect::from_min_size(Pos2::new(rect.left() + 12.0, y + 6.0), galley.size() + Vec2::new(16.0, 10.0));
    let edge = Stroke::new(1.0, theme.mismatched);
    painter.rect(ground, CornerRadius::same(6), theme.surface, edge, egui::StrokeKind::Inside);
    painter.galley(ground.min + Vec2::new(8.0, 5.0), galley, theme.mismatched);
}

/// The steps that a menu or a key of a step is about: those that are chosen, when it is one of them.
fn chosen(scene: &Scene<'_>, at: usize) -> Vec<usize> {
    let picked = &scene.scratch.picked;
    if picked.contains(&at) { picked.iter().copied().collect() } else { vec![at] }
}

/// Ctrl and Shift choose several steps; a plain click chooses none. True when the click was for choosing.
pub(super) fn pick(ui: &Ui, scene: &mut Scene<'_>, at: usize) -> bool {
    let modifiers = ui.input(|input| input.modifiers);
    let scratch = &mut *scene.scratch;
    if modifiers.command {
        if !scratch.picked.remove(&at) {
            scratch.picked.insert(at);
        }
        scratch.picked_from = at;
    } else if modifiers.shift {
        scratch.picked = (scratch.picked_from.min(at)..=scratch.picked_from.max(at)).collect();
    } else {
        scratch.picked.clear();
        scratch.picked_from = at;
    }
    modifiers.command || modifiers.shift
}

/// Keys of the step that has the focus.
pub(super) fn chosen_keys(ui: &Ui, scene: &mut Scene<'_>, at: usize) {
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    let picked = chosen(scene, at);
    if pressed(egui::Modifiers::NONE, egui::Key::Delete) {
        scene.act(Action::DeleteSteps(picked));
    } else if pressed(egui::Modifiers::COMMAND, egui::Key::D) {
        scene.act(Action::DuplicateSteps(picked));
    } else if ui.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Copy))) {
        scene.act(Action::Copy(as_json(scene, &picked)));
    }
}

/// Steps as they are pasted again: into this project, another one, or a recipe file.
fn as_json(scene: &Scene<'_>, picked: &[usize]) -> String {
    let steps: Vec<Step> = picked.iter().filter_map(|at| scene.model.steps().get(*at).cloned()).collect();
    match steps.as_slice() {
        [one] => format!("{:#}", one.to_value()),
        _ => format!("{:#}", brewhouse_engine::recipe::Recipe::from_steps(steps).to_value()),
    }
}

/// For a step that names a column which is not there: the nearest one that is, in this and all later steps.
pub(super) fn proposal_ui(ui: &mut Ui, scene: &mut Scene<'_>, at: usize, step: &Step) {
    let first = scene.model.faults.iter().filter_map(|fault| fault.step).min();
    if first != Some(at + 1) || scene.model.depth() <= at {
        return;
    }
    let Some(sheet) = scene.model.sheet.value() else { return };
    let mut needed = brewhouse_engine::plan::columns_needed(step);
    needed.dedup();
    for missing in needed.iter().filter(|name| sheet.position(name).is_none()) {
        let names = sheet.columns.iter().map(|column| column.name.as_str());
        let Some(near) = brewhouse_engine::op::nearest(missing, names) else { continue };
        ui.horizontal(|ui| {
            ui.add_space(41.0);
            if button::link(ui, &format!("Use {near} instead of {missing}")).clicked() {
                scene.act(Action::Rebind { at, from: missing.clone(), to: near.to_owned() });
            }
        });
        ui.add_space(6.0);
    }
}

/// The menu of a step, or of those that are chosen.
pub(super) fn step_menu_ui(ui: &mut Ui, scene: &mut Scene<'_>, at: usize, step: &Step) {
    let last = scene.model.steps().len() - 1;
    let picked = chosen(scene, at);
    if picked.len() > 1 {
        chosen_menu_ui(ui, scene, &picked);
        return;
    }
    let one = vec![at];
    let entries: [(&str, bool, Action); 11] = [
        ("Edit…", true, Action::EditStep(at)),
        ("Look at the table here", true, Action::LookAt(Some(at + 1))),
        ("Look at the table before it", true, Action::LookAt(Some(at))),
        ("What this step changed", true, Action::Compare(Some((at, at + 1)))),
        ("What changed since the file", true, Action::Compare(Some((0, at + 1)))),
        (
            if step.disabled() { "Switch on" } else { "Switch off" },
            true,
            Action::Disable(one.clone(), !step.disabled()),
        ),
        ("Move up", at > 0, Action::MoveSteps { picked: one.clone(), before: at.saturating_sub(1) }),
        ("Move down", at < last, Action::MoveSteps { picked: one.clone(), before: at + 2 }),
        ("Duplicate", true, Action::DuplicateSteps(one.clone())),
        ("Copy as JSON", true, Action::Copy(as_json(scene, &one))),
        ("Delete", true, Action::DeleteSteps(one)),
    ];
    for (title, enabled, action) in entries {
        if ui.add_enabled(enabled, button::menu_item(title)).clicked() {
            scene.act(action);
            ui.close();
        }
    }
    if ui.add_enabled(at < last, button::menu_item("Delete this and all below")).clicked() {
        scene.act(Action::DeleteFrom(at));
        ui.close();
    }
    let found = scene.model.sheet.value().and_then(|sheet| sheet.steps.get(at)?.as_ref()?.found.clone());
    let keep = match (step.kept(), found) {
        (Some(_), _) => Some(("Let the data decide its columns", None)),
        (None, Some(found)) => Some(("Keep the columns it makes now", Some(found))),
        (None, None) => None,
    };
    if let Some((title, found)) = keep
        && ui.add(button::menu_item(title)).clicked()
    {
        scene.act(Action::Keep(at, found));
        ui.close();
    }
    if ui.add(button::menu_item("Write a note…")).clicked() {
        scene.scratch.note = Some((at, step.note().unwrap_or_default().to_owned()));
        ui.close();
    }
}

/// The menu of several steps.
fn chosen_menu_ui(ui: &mut Ui, scene: &mut Scene<'_>, picked: &[usize]) {
    let count = picked.len();
    let steps = scene.model.steps();
    let all_off = picked.iter().all(|at| steps.get(*at).is_some_and(Step::disabled));
    let switch = if all_off { "on" } else { "off" };
    let entries: [(String, Action); 4] = [
        (format!("Switch {count} steps {switch}"), Action::Disable(picked.to_vec(), !all_off)),
        (format!("Duplicate {count} steps"), Action::DuplicateSteps(picked.to_vec())),
        (format!("Copy {count} steps as JSON"), Action::Copy(as_json(scene, picked))),
        (format!("Delete {count} steps"), Action::DeleteSteps(picked.to_vec())),
    ];
    for (title, action) in entries {
        if ui.add(button::menu_item(&title)).clicked() {
            scene.act(action);
            ui.close();
        }
    }
    if let (Some(first), Some(last)) = (picked.first(), picked.last()) {
        let title = format!("Difference from step {} to step {}", first + 1, last + 1);
        if ui.add(button::menu_item(&title)).clicked() {
            scene.act(Action::Compare(Some((first + 1, last + 1))));
            ui.close();
        }
    }
}
