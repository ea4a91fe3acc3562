//! What workers answered becomes part of the model.

use super::files;
use crate::model::sheet::Sheet;
use crate::model::{Loading, Model, Question, Run, Weight};
use crate::scratch::Scratch;
use crate::worker::event::{Event, Remembered, Shown};
use crate::worker::{Jobs, Slot, store};
use std::sync::Arc;

/// Takes in one event.
pub fn take_in(model: &mut Model, scratch: &mut Scratch, jobs: &mut Jobs, event: Event) {
    match event {
        Event::Sheet(shown) => sheet(model, *shown),
        Event::Draft(shown) => draft(model, *shown),
        Event::Block(key, at, block) => {
            if let Some(sheet) = model.shown_mut().filter(|sheet| sheet.key == key) {
                sheet.store(at, block);
            }
        }
        Event::Facts(key, name, facts) => {
            for sheet in [model.sheet.value_mut(), model.draft.as_mut().and_then(|draft| draft.sheet.value_mut())] {
                if let Some(sheet) = sheet.filter(|sheet| sheet.key == key) {
                    sheet.stale.remove(&name);
                    sheet.facts.insert(name.clone(), Arc::clone(&facts));
                }
            }
        }
        Event::Picked(purpose, Some(path)) => files::take(model, scratch, jobs, purpose, path),
        Event::Picked(_, None) => {}
        Event::NoDialog(purpose) => scratch.typed_path = Some((purpose, String::new())),
        Event::Read(path, Ok(opened)) => files::opened(model, scratch, jobs, path, *opened),
        Event::Read(_, Err(fault)) => model.notices.say(Weight::Error, fault.text()),
        Event::Saved(path, Ok(project)) => {
            // What was done while it was written is not on disk yet.
            model.history.mark_written(&project);
            if !model.history.is_unsaved() {
                jobs.desk.journal = Some(Arc::clone(model.project()));
                store::keep_journal(jobs, None);
            }
            model.notices.say(Weight::Info, format!("Saved to {}", path.display()));
        }
        Event::Written(path, Ok(())) => model.notices.say(Weight::Info, format!("Written to {}", path.display())),
        Event::Matches(found) => {
            if let Some(draft) = &mut model.draft {
                match found {
                    Ok(Some(matches)) => draft.matches.done(matches),
                    Ok(None) => draft.matches = Loading::default(),
                    Err(fault) => draft.matches.fail(fault),
                }
            }
        }
        Event::Saved(_, Err(fault)) | Event::Written(_, Err(fault)) => {
            model.closing = false;
            model.notices.say(Weight::Error, fault.text());
        }
        Event::Remembered(remembered) => remember(model, *remembered),
        Event::Progress(progress) => {
            if let Run::Active(now) | Run::Stopping(now) = &mut model.run {
                *now = progress;
            }
        }
        Event::Ended(ended) => model.run = Run::Over(*ended),
        Event::Watched(changed, memory) => {
            model.memory = memory;
            for path in changed {
                if let Some(source) = model.sources.get_mut(&path) {
                    source.changed = true;
                }
            }
        }
        Event::Broken(slot, fault) => broken(model, slot, fault),
    }
}

fn sheet(model: &mut Model, shown: Shown) {
    model.sources.extend(shown.sources);
    match shown.sheet {
        Ok(mut sheet) => {
            model.faults = shown.faults;
            keep_facts(&model.sheet, &mut sheet);
            keep_figures(model, &mut sheet);
            model.sheet.done(sheet);
        }
        Err(fault) => model.sheet.fail(fault),
    }
}

fn draft(model: &mut Model, shown: Shown) {
    let Some(draft) = &mut model.draft else { return };
    draft.faults = shown.faults;
    match shown.sheet {
        Ok(mut sheet) => {
            let old = if draft.sheet.value().is_some() { &draft.sheet } else { &model.sheet };
            keep_facts(old, &mut sheet);
            draft.sheet.done(sheet);
        }
        Err(fault) => draft.sheet.fail(fault),
    }
}

/// Old figures stay, marked as old, until the new ones are there.
fn keep_facts(old: &Loading<Sheet>, new: &mut Sheet) {
    let Some(old) = old.value() else { return };
    new.in_view = old.in_view.clone();
    if old.key == new.key {
        // The same table, asked for again: its figures are still those.
        new.facts.clone_from(&old.facts);
        new.stale.clone_from(&old.stale);
        return;
    }
    for (name, facts) in &old.facts {
        if !new.facts.contains_key(name) && new.columns.iter().any(|column| column.name == *name) {
            new.facts.insert(name.clone(), Arc::clone(facts));
            new.stale.insert(name.clone());
        }
    }
}

/// While an earlier step is looked at, the later steps keep the figures they had.
fn keep_figures(model: &Model, new: &mut Sheet) {
    let Some(old) = model.sheet.value().filter(|_| model.cursor.is_some()) else { return };
    if let Some(later) = old.steps.get(new.steps.len()..) {
        new.steps.extend_from_slice(later);
    }
}

fn remember(model: &mut Model, remembered: Remembered) {
    // What was opened since the start comes first.
    for recent in remembered.recent {
        if !model.recent.iter().any(|known| known.path == recent.path) {
            model.recent.push(recent);
        }
    }
    if !remembered.theme.is_empty() {
        model.theme = remembered.theme;
    }
    if remembered.journal.is_some() {
        model.recovered = remembered.journal;
        model.question = Some(Question::Recover);
    }
}

fn broken(model: &mut Model, slot: Slot, fault: crate::model::Fault) {
    match slot {
        Slot::Sheet => model.sheet.fail(fault),
        Slot::Draft => {
            if let Some(draft) = &mut model.draft {
                draft.faults = vec![fault.clone()];
                draft.sheet.fail(fault);
            }
        }
        Slot::Run => {
            model.run = Run::Idle;
            model.notices.say(Weight::Error, fault.text());
        }
        _ => model.notices.say(Weight::Error, fault.text()),
    }
}
