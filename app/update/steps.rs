//! Changes of the recipe, of what is looked at, and of the step that is being made.

use crate::model::sheet::Only;
use crate::model::{Draft, Fault, Model, Place, Project};
use crate::scratch::{Form, Scratch};
use brewhouse_engine::op::{bind, find, sentence};
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
    if at < model.steps().len() {
        model.cursor = Some(at);
    }
    scratch.form = Some(Form::new(op, Place::New(at), column));
    scratch.right_folded = false;
}

/// Opens the form of a step that is there, and looks at the table before it.
pub(super) fn edit(model: &mut Model, scratch: &mut Scratch, at: usize) {
    let Some(form) = model.steps().get(at).and_then(|step| Form::of_step(step, at)) else { return };
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
    let (sheet, matches) = model.draft.take().map_or_else(Default::default, |draft| (draft.sheet, draft.matches));
    model.draft = Some(Draft { step: *step, place, faults, only, sheet, matches });
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
    if let Some(sheet) =
        drafted.filter(|sheet| sheet.effect.is_some_and(|effect| !effect.removes && sheet.rows == effect.rows_after))
    {
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

/// Takes a step out.
pub(super) fn delete(model: &mut Model, at: usize) {
    if at < model.steps().len() {
        change(model, "Delete a step", |steps| drop(steps.remove(at)));
        shift_cursor(model);
    }
}

/// Takes a step and all after it out.
pub(super) fn delete_from(model: &mut Model, at: usize) {
    change(model, "Delete steps", |steps| steps.truncate(at));
    shift_cursor(model);
}

fn shift_cursor(model: &mut Model) {
    model.cursor = model.cursor.filter(|at| *at < model.steps().len());
}

/// Adds a copy of a step after it.
pub(super) fn duplicate(model: &mut Model, at: usize) {
    let Some(step) = model.steps().get(at).cloned() else { return };
    change(model, "Duplicate a step", |steps| steps.insert(at + 1, step));
}

/// Moves a step.
pub(super) fn move_step(model: &mut Model, from: usize, to: usize) {
    if from >= model.steps().len() || from == to {
        return;
    }
    change(model, "Move a step", |steps| {
        let step = steps.remove(from);
        steps.insert(to.min(steps.len()), step);
    });
}

/// Switches a step off or on.
pub(super) fn disable(model: &mut Model, at: usize, off: bool) {
    change(model, if off { "Switch a step off" } else { "Switch a step on" }, |steps| {
        if let Some(step) = steps.get_mut(at) {
            step.set_disabled(off);
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

/// Looks at the table after so many steps.
pub(super) fn look_at(model: &mut Model, scratch: &mut Scratch, at: Option<usize>) {
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
