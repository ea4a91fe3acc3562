//! Changes of the recipe, of what is looked at, and of the step that is being made.

use crate::model::sheet::{Only, Wanted};
use crate::model::{Draft, Fault, Model, Place, Project, Weight};
use crate::scratch::{Form, Scratch};
use crate::worker::{Ask, Jobs, Slot, moved};
use brewhouse_engine::op::{bind, find, sentence};
use brewhouse_engine::plan::rename_column;
use brewhouse_engine::recipe::Step;

/// Changes the recipe as one commit.
fn change(model: &mut Model, label: &str, edit: impl FnOnce(&mut Vec<Step>)) {
    let mut project = Project::clone(model.project());
    edit(&mut project.recipe.steps);
    model.history.commit(label, project);
}

/// Opens the form of an operation.
pub(super) fn start_form(
    model: &mut Model,
    scratch: &mut Scratch,
    name: &str,
    column: Option<&str>,
    at: Option<usize>,
) {
    let Some(op) = find(name) else { return };
    if !model.has_data() {
        return;
    }
    let at = at.unwrap_or_else(|| model.depth());
    model.compare = None;
    if at < model.steps().len() {
        model.cursor = Some(at);
    }
    scratch.form = Some(Form::new(op, Place::New(at), column));
    scratch.right_folded = false;
}

/// Opens the form of a step that is there, and looks at the table before it.
pub(super) fn edit(model: &mut Model, scratch: &mut Scratch, at: usize) {
    let Some(form) = model.steps().get(at).and_then(|step| Form::of_step(step, at)) else { return };
    model.compare = None;
    model.cursor = Some(at);
    scratch.form = Some(form);
}

/// The form changed: its draft is to be shown.
pub(super) fn draft(model: &mut Model, draft: Option<(Box<Step>, Place, Only)>) {
    let Some((step, place, only)) = draft else {
        model.draft = None;
        return;
    };
    let faults = match bind(&step, place.at() + 1) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(Fault::from).collect(),
    };
    let old = model.draft.take();
    let (sheet, matches, breaks, later) =
        old.map_or_else(Default::default, |draft| (draft.sheet, draft.matches, draft.breaks, draft.later));
    let breaks = if faults.is_empty() { breaks } else { Vec::new() };
    model.draft = Some(Draft { step: *step, place, faults, breaks, later, only, sheet, matches });
}

/// Makes the step of the form part of the recipe; a form with faults stays open and shows them.
pub(super) fn apply_form(model: &mut Model, scratch: &mut Scratch) {
    let Some(form) = &mut scratch.form else { return };
    form.touched = true;
    let step = form.step();
    if bind(&step, 1).is_err() || model.draft.as_ref().is_some_and(|draft| !draft.faults.is_empty()) {
        return;
    }
    let label = sentence::text(&step);
    match form.place {
        Place::New(at) => {
            change(model, &label, |steps| steps.insert(at.min(steps.len()), step));
            model.cursor = (at + 1 < model.steps().len()).then_some(at + 1);
        }
        Place::Edit(at) => {
            change(model, &format!("Edit: {label}"), |steps| {
                if let Some(old) = steps.get_mut(at) {
                    *old = step;
                }
            });
            model.cursor = None;
        }
    }
    // The draft's table is what the new table will look like: it stays until that one is there.
    let drafted = model.draft.take().and_then(|mut draft| draft.sheet.value_mut().map(std::mem::take));
    if let Some(mut sheet) =
        drafted.filter(|sheet| sheet.effect.is_some_and(|effect| !effect.removes && sheet.rows == effect.rows_after))
    {
        sheet.before.clear();
        model.sheet.done(sheet);
    }
    scratch.form = None;
}

/// Closes the form without a trace.
pub(super) fn cancel_form(model: &mut Model, scratch: &mut Scratch) {
    if matches!(scratch.form.take().map(|form| form.place), Some(Place::Edit(_))) {
        model.cursor = None;
    }
    model.draft = None;
}

/// Adds a step where one looks.
pub(super) fn add(model: &mut Model, step: Step) {
    let at = model.depth();
    let label = sentence::text(&step);
    change(model, &label, |steps| steps.insert(at, step));
    model.cursor = model.cursor.map(|at| at + 1).filter(|at| *at < model.steps().len());
}

/// Adds steps where one looks, as one change.
pub(super) fn add_all(model: &mut Model, new: Vec<Step>) {
    let Some(first) = new.first() else { return };
    let (at, count) = (model.depth(), new.len());
    let label = sentence::text(first);
    let label = if count == 1 { label } else { format!("{label}, and {} more", count - 1) };
    change(model, &label, |steps| drop(steps.splice(at..at, new)));
    model.cursor = model.cursor.map(|at| at + count).filter(|at| *at < model.steps().len());
}

/// How many steps, in words.
fn count_words(verb: &str, picked: &[usize]) -> String {
    if let [_] = picked { format!("{verb} a step") } else { format!("{verb} {} steps", picked.len()) }
}

/// Takes steps out.
pub(super) fn delete(model: &mut Model, picked: &[usize]) {
    change(model, &count_words("Delete", picked), |steps| {
        let mut at = 0..;
        steps.retain(|_| at.next().is_none_or(|at| !picked.contains(&at)));
    });
    shift_cursor(model);
}

/// Takes a step and all after it out.
pub(super) fn delete_from(model: &mut Model, at: usize) {
    change(model, "Delete steps", |steps| steps.truncate(at));
    shift_cursor(model);
}

fn shift_cursor(model: &mut Model) {
    model.cursor = model.cursor.filter(|at| *at < model.steps().len());
}

/// Adds copies of steps after the last of them.
pub(super) fn duplicate(model: &mut Model, picked: &[usize]) {
    let copies: Vec<Step> = picked.iter().filter_map(|at| model.steps().get(*at).cloned()).collect();
    let Some(last) = picked.iter().copied().max().filter(|_| !copies.is_empty()) else { return };
    change(model, &count_words("Duplicate", picked), |steps| {
        let at = (last + 1).min(steps.len());
        drop(steps.splice(at..at, copies));
    });
}

/// Adds steps that were copied, from this project or another.
pub(super) fn paste(model: &mut Model, new: Vec<Step>) {
    let count = new.len();
    let at = model.depth();
    change(model, &if count == 1 { "Paste a step".to_owned() } else { format!("Paste {count} steps") }, |steps| {
        drop(steps.splice(at..at, new));
    });
    model.cursor = model.cursor.map(|at| at + count).filter(|at| *at < model.steps().len());
    let words = if count == 1 { "1 step pasted".to_owned() } else { format!("{count} steps pasted") };
    model.notices.say(Weight::Info, words);
}

/// Moves steps before a place, counted as they stand now; where they cannot stand it says why.
pub(super) fn move_steps(model: &mut Model, picked: &[usize], before: usize) {
    let blocked = model.blocked.take().filter(|(of, _)| of == picked);
    if let Some(reason) = blocked.and_then(|(_, places)| places.get(before).cloned().flatten()) {
        model.notices.say(Weight::Warning, format!("It cannot stand there: {reason}"));
        return;
    }
    let steps = moved(model.steps(), picked, before);
    change(model, &count_words("Move", picked), |old| *old = steps);
}

/// Finds out where steps that are being dragged cannot stand.
pub(super) fn try_moves(model: &mut Model, jobs: &Jobs, picked: Vec<usize>) {
    model.blocked = None;
    let project = std::sync::Arc::clone(model.project());
    let ask = Ask { project, depth: 0, epoch: jobs.desk.epoch, wanted: Wanted::default() };
    let stage = std::sync::Arc::clone(&jobs.stage);
    jobs.start(Slot::Check, move |ticket| {
        stage.send_blocked(&ask, &picked, ticket);
        None
    });
}

/// Names another column in a step and all after it, wherever they name one that is not there.
pub(super) fn rebind(model: &mut Model, at: usize, from: &str, to: &str) {
    let Some(later) = model.steps().get(at..).map(|later| rename_column(later, from, to)) else { return };
    change(model, &format!("Use {to} instead of {from}"), |steps| {
        steps.truncate(at);
        steps.extend(later);
    });
}

/// Switches steps off or on.
pub(super) fn disable(model: &mut Model, picked: &[usize], off: bool) {
    change(model, &count_words(if off { "Switch off" } else { "Switch on" }, picked), |steps| {
        for at in picked {
            if let Some(step) = steps.get_mut(*at) {
                step.set_disabled(off);
            }
        }
    });
}

/// Sets the note of a step.
pub(super) fn note(model: &mut Model, at: usize, text: String) {
    change(model, "Write a note", |steps| {
        if let Some(step) = steps.get_mut(at) {
            step.set_note(Some(text));
        }
    });
}

/// Keeps what the data decide of a step's columns, or lets them decide anew.
pub(super) fn keep(model: &mut Model, at: usize, found: Option<serde_json::Value>) {
    let label =
        if found.is_some() { "Keep the columns of a step" } else { "Let the data decide the columns of a step" };
    change(model, label, |steps| {
        if let Some(step) = steps.get_mut(at) {
            step.set_kept(found);
        }
    });
}

/// Looks at the table after so many steps.
pub(super) fn look_at(model: &mut Model, scratch: &mut Scratch, at: Option<usize>) {
    model.compare = None;
    if scratch.form.is_some() {
        cancel_form(model, scratch);
    }
    model.cursor = at.filter(|at| *at < model.steps().len());
}

/// Takes the last change back.
pub(super) fn undo(model: &mut Model, scratch: &mut Scratch) {
    cancel_form(model, scratch);
    model.history.undo();
    shift_cursor(model);
}

/// Goes to a state of the history, on whatever branch.
pub(super) fn go_to(model: &mut Model, scratch: &mut Scratch, at: usize) {
    cancel_form(model, scratch);
    model.history.go_to(at);
    shift_cursor(model);
}

/// Brings it back.
pub(super) fn redo(model: &mut Model, scratch: &mut Scratch) {
    cancel_form(model, scratch);
    model.history.redo();
    shift_cursor(model);
}
