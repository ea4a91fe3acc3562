//! What workers answered becomes part of the model.

use super::files;
use crate::model::sheet::{ColumnMark, Sheet};
use crate::model::{Loading, Model, Question, Run, Weight};
use crate::scratch::Scratch;
use crate::worker::event::{Event, Remembered, Shown};
use crate::worker::{Jobs, Slot, store};
use std::sync::Arc;

/// Takes in one event.
pub fn take_in(model: &mut Model, scratch: &mut Scratch, jobs: &mut Jobs, event: Event) {
    match event {
        Event::Sheet(shown) => sheet(model, *shown),
        Event::Draft(shown) => draft(model, scratch, *shown),
        Event::Block(key, at, block) => {
            if let Some(sheet) = model.shown_mut().filter(|sheet| sheet.key == key) {
                sheet.store(at, block);
            }
        }
        Event::Facts(key, name, facts) => {
            let drafted = model.draft.as_mut().and_then(|draft| draft.sheet.value_mut());
            let compared = model.compare.as_mut().and_then(|compare| compare.sheet.value_mut());
            for sheet in [model.sheet.value_mut(), model.looked.value_mut(), drafted, compared] {
                if let Some(sheet) = sheet.filter(|sheet| sheet.facts_key == key) {
                    sheet.stale.remove(&name);
                    sheet.before.remove(&name);
                    sheet.facts.insert(name.clone(), Arc::clone(&facts));
                }
            }
        }
        Event::Before(key, name, before) => {
            if let Some(sheet) = model.shown_mut().filter(|sheet| sheet.facts_key == key) {
                sheet.before.insert(name, before);
            }
        }
        Event::Compared(compared) => super::compare::compared(model, *compared),
        Event::Failed(key, at, failed) => {
            if let Some(sheet) = model.sheet.value_mut().filter(|sheet| sheet.key == key)
                && let Some(Some(figures)) = sheet.steps.get_mut(at)
            {
                figures.failed = failed;
            }
        }
        Event::Losses(key, count) => {
            for sheet in [model.sheet.value_mut(), model.looked.value_mut()] {
                if let Some(sheet) = sheet.filter(|sheet| sheet.facts_key == key) {
                    sheet.losses = count;
                }
            }
        }
        Event::Look(sheet) => look(model, *sheet),
        Event::Front(key, name, front) => {
            if model.fronts.key == key {
                model.fronts.of.insert(name, (key, front));
            }
        }
        Event::Facet(column, key, values) => super::look::listed(model, &column, key, values),
        Event::Profiled(key, column, story) => {
            if let Some(page) = model.page.as_mut().filter(|page| page.key == key && page.column == column) {
                match *story {
                    Ok(story) => page.story.done(story),
                    Err(fault) => page.story.fail(fault),
                }
            }
        }
        Event::Fit(key, column, word, fit) => super::together::fit(model, key, &column, word, fit),
        Event::Whole(key, whole) => super::together::told(model, key, *whole),
        Event::Plane(key, pair, plane) => super::together::planed(model, key, &pair, *plane),
        Event::Copied(copied) => super::look::copied(model, copied),
        Event::Peeked(row, column, text) => {
            if let Some(peek) = model.peek.as_mut().filter(|peek| peek.row == row && peek.column == column) {
                match text {
                    Ok(text) => peek.text.done(text),
                    Err(fault) => peek.text.fail(fault),
                }
            }
        }
        Event::Blocked(picked, places) => model.blocked = Some((picked, places)),
        Event::Later(later) => {
            if let Some(draft) = &mut model.draft {
                draft.later = later;
            }
        }
        Event::Breaks(faults) => {
            if let Some(draft) = &mut model.draft {
                draft.breaks = faults;
            }
        }
        Event::Found(found) => super::look::found(model, scratch, found),
        Event::Place(row) => scratch.reveal_cell = Some((row, None)),
        Event::Picked(purpose, Some(path)) => files::take(model, scratch, jobs, purpose, path),
        Event::Picked(_, None) => model.next = None,
        Event::Desktop(dark) => model.desktop_dark = Some(dark),
        Event::NoDialog(purpose) => scratch.typed_path = Some((purpose, String::new())),
        Event::Read(path, Ok(opened)) => files::opened(model, scratch, jobs, path, *opened),
        Event::Read(_, Err(fault)) => {
            model.given_up = None;
            model.notices.say(Weight::Error, fault.text());
        }
        Event::Saved(path, Ok(project)) => {
            // What was done while it was written is not on disk yet.
            model.history.mark_written(&project);
            if !model.history.is_unsaved() {
                jobs.desk.journal = Some(Arc::clone(model.project()));
                store::keep_journal(jobs, None);
            }
            model.notices.say(Weight::Info, format!("Saved to {}", path.display()));
            super::go_on(model, scratch, jobs);
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
            model.next = None;
            model.notices.say(Weight::Error, fault.text());
        }
        Event::Remembered(remembered) => {
            jobs.desk.recalled = true;
            remember(model, jobs, *remembered);
        }
        Event::Progress(progress) => {
            if let Run::Active(now) | Run::Stopping(now) = &mut model.run {
                *now = progress;
            }
        }
        Event::Ended(ended) => model.run = Run::Over(*ended),
        Event::Watched(changed, memory) => {
            model.memory = memory;
            for ((path, _), source) in &mut model.sources {
                source.changed |= changed.contains(path);
            }
        }
        Event::Broken(slot, fault) => broken(model, slot, fault),
    }
}

fn sheet(model: &mut Model, shown: Shown) {
    for (key, mut source) in shown.sources {
        // A file that changed since it was read is still shown as it was.
        if let Some(old) = model.sources.get(&key).filter(|old| old.modified.is_some()) {
            (source.modified, source.changed) = (old.modified, old.changed);
        }
        model.sources.insert(key, source);
    }
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

fn look(model: &mut Model, sheet: Result<Sheet, crate::model::Fault>) {
    match sheet {
        Ok(mut sheet) => {
            let Some(base) = model.sheet.value().filter(|base| base.key == sheet.facts_key) else { return };
            sheet.facts.clone_from(&base.facts);
            sheet.stale.clone_from(&base.stale);
            sheet.steps.clone_from(&base.steps);
            sheet.in_view = model.looked.value().unwrap_or(base).in_view.clone();
            model.looked.done(sheet);
        }
        Err(fault) => model.looked.fail(fault),
    }
}

fn draft(model: &mut Model, scratch: &mut Scratch, shown: Shown) {
    let Some(draft) = &mut model.draft else { return };
    draft.faults = shown.faults;
    match shown.sheet {
        Ok(mut sheet) => {
            let old = if draft.sheet.value().is_some() { &draft.sheet } else { &model.sheet };
            keep_facts(old, &mut sheet);
            // A column that is made comes into view, once.
            let made = first_made(&sheet);
            if made.is_some() && made != draft.sheet.value().and_then(first_made) {
                scratch.reveal = made.map(str::to_owned);
            }
            draft.sheet.done(sheet);
        }
        Err(fault) => draft.sheet.fail(fault),
    }
}

/// The first column that a draft makes, where the rows stay what they are.
fn first_made(sheet: &Sheet) -> Option<&str> {
    let effect = sheet.effect.filter(|effect| effect.row_by_row)?;
    let made = sheet.columns.iter().find(|column| column.mark == ColumnMark::Added);
    made.filter(|_| effect.columns_added > 0).map(|column| column.name.as_str())
}

/// Old figures stay, marked as old, until the new ones are there.
pub(super) fn keep_facts(old: &Loading<Sheet>, new: &mut Sheet) {
    let Some(old) = old.value() else { return };
    new.in_view = old.in_view.clone();
    new.seen.clone_from(&old.seen);
    if old.key == new.key {
        // The same table, asked for again: its figures are still those.
        new.facts.clone_from(&old.facts);
        new.stale.clone_from(&old.stale);
        new.before.clone_from(&old.before);
        return;
    }
    for (name, facts) in &old.facts {
        if !new.facts.contains_key(name) && new.position(name).is_some() {
            new.facts.insert(name.clone(), Arc::clone(facts));
            new.stale.insert(name.clone());
        }
    }
    // What a draft showed beside is no part of the table that it becomes.
    if new.effect.is_some() {
        new.before.clone_from(&old.before);
    }
}

/// While an earlier step is looked at, the later steps keep the figures they had.
fn keep_figures(model: &Model, new: &mut Sheet) {
    let Some(old) = model.sheet.value().filter(|_| model.cursor.is_some()) else { return };
    if let Some(later) = old.steps.get(new.steps.len()..) {
        new.steps.extend_from_slice(later);
    }
}

fn remember(model: &mut Model, jobs: &Jobs, remembered: Remembered) {
    let opened = !model.recent.is_empty();
    // What was opened since the start comes first.
    for recent in remembered.recent {
        if !model.recent.iter().any(|known| known.path == recent.path) {
            model.recent.push(recent);
        }
    }
    if !remembered.theme.is_empty() {
        model.theme = remembered.theme;
    }
    if let Some(settings) = remembered.settings {
        model.settings = settings;
        jobs.stage.set_budget(settings.cache);
    }
    if opened {
        store::keep_settings(jobs, model);
    }
    if remembered.journal.is_some() {
        model.recovered = remembered.journal;
        model.question = Some(Question::Recover);
    }
}

fn broken(model: &mut Model, slot: Slot, fault: crate::model::Fault) {
    match slot {
        Slot::Look => model.looked.fail(fault),
        Slot::Compare => super::compare::compared(model, Err(fault)),
        Slot::Find => {
            if let Some(find) = &mut model.find {
                find.found.fail(fault);
            }
        }
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
