//! Keeps the workers in step with the model: whatever is on screen and not yet known is asked for, once.

use super::look;
use crate::model::sheet::{BLOCK_COLUMNS, BLOCK_ROWS, BlockAt, Column, Meant, Only, Sheet, Wanted};
use crate::model::{Model, Place, Project};
use crate::scratch::Scratch;
use crate::worker::{Ask, Jobs, Slot, store};
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

/// Asks for what is needed now.
pub fn reconcile(model: &mut Model, scratch: &Scratch, jobs: &mut Jobs) {
    ask_sheet(model, jobs);
    look::ask_look(model, jobs);
    ask_draft(model, jobs);
    ask_matches(model, jobs);
    super::compare::ask_compare(model, jobs);
    ask_cells(model, jobs);
    ask_facts(model, jobs);
    look::ask_fronts(model, jobs);
    look::ask_facets(model, jobs);
    look::ask_find(model, scratch, jobs);
    keep_journal(model, jobs);
}

/// Whether two projects show the same data.
pub(super) fn same_data(one: &Arc<Project>, other: &Arc<Project>) -> bool {
    Arc::ptr_eq(one, other)
        || (one.dataset == other.dataset && one.others == other.others && one.recipe == other.recipe)
}

fn ask_sheet(model: &mut Model, jobs: &mut Jobs) {
    if !model.has_data() {
        jobs.desk.sheet = None;
        return;
    }
    let (project, depth, epoch) = (Arc::clone(model.project()), model.depth(), jobs.desk.epoch);
    let same = jobs
        .desk
        .sheet
        .as_ref()
        .is_some_and(|(asked, at, when)| *at == depth && *when == epoch && same_data(asked, &project));
    if same {
        return;
    }
    jobs.desk.sheet = Some((Arc::clone(&project), depth, epoch));
    model.sheet.begin();
    let ask = Ask { project, depth, epoch, wanted: wanted_in_view(model) };
    let stage = Arc::clone(&jobs.stage);
    jobs.start(Slot::Sheet, move |ticket| {
        stage.send_sheet(&ask, ticket);
        None
    });
}

fn ask_draft(model: &mut Model, jobs: &mut Jobs) {
    let wanted = wanted_in_view(model);
    let project = Arc::clone(model.project());
    let epoch = jobs.desk.epoch;
    let Some(draft) = &mut model.draft else {
        if jobs.desk.draft.take().is_some() {
            jobs.abandon(Slot::Draft);
        }
        return;
    };
    let same = jobs.desk.draft.as_ref().is_some_and(|(asked, step, place, only, when)| {
        *step == draft.step
            && *place == draft.place
            && only.0 == draft.only
            && only.1 == model.lens
            && *when == epoch
            && same_data(asked, &project)
    });
    if same {
        return;
    }
    jobs.desk.draft =
        Some((Arc::clone(&project), draft.step.clone(), draft.place, (draft.only, model.lens.clone()), epoch));
    if !draft.faults.is_empty() {
        jobs.abandon(Slot::Draft);
        draft.sheet = crate::model::Loading::default();
        return;
    }
    draft.sheet.begin();
    let (step, place, only): (_, Place, Only) = (draft.step.clone(), draft.place, draft.only);
    let mut lens = model.lens.clone();
    if let Some(sheet) = model.sheet.value() {
        lens = lens.fitting(sheet);
    }
    let stage = Arc::clone(&jobs.stage);
    jobs.start(Slot::Draft, move |ticket| {
        let ask = Ask { project, depth: place.at(), epoch, wanted };
        stage.send_draft(&ask, &step, place, (only, &lens), ticket);
        None
    });
}

fn ask_matches(model: &mut Model, jobs: &mut Jobs) {
    let project = Arc::clone(model.project());
    let epoch = jobs.desk.epoch;
    let Some(draft) = model.draft.as_mut().filter(|draft| draft.step.operation() == "JOIN") else {
        if jobs.desk.matches.take().is_some() {
            jobs.abandon(Slot::Matches);
        }
        return;
    };
    let chosen = ["secondaryDatasetName", "joinKeys"].map(|name| draft.step.param(name).map(str::to_owned));
    let place = draft.place.at();
    let same = jobs.desk.matches.as_ref().is_some_and(|(asked, before, at, when)| {
        *before == chosen && *at == place && *when == epoch && same_data(asked, &project)
    });
    if same {
        return;
    }
    jobs.desk.matches = Some((Arc::clone(&project), chosen, place, epoch));
    draft.matches.begin();
    let (step, stage) = (draft.step.clone(), Arc::clone(&jobs.stage));
    jobs.start(Slot::Matches, move |ticket| {
        let ask = Ask { project, depth: place, epoch, wanted: Wanted::default() };
        stage.send_matches(&ask, &step, ticket);
        None
    });
}

pub(super) fn wanted_in_view(model: &Model) -> Wanted {
    let shown = model.shown().or_else(|| model.sheet.value());
    let view = shown.map(|sheet| sheet.in_view.clone()).filter(|(rows, _)| !rows.is_empty());
    let (rows, columns) = view.unwrap_or((0..1, vec![0]));
    Wanted { blocks: pairs(rows, &columns), meant: shown.map(meant_in_view).unwrap_or_default() }
}

/// What the columns on screen are meant to be, where cells of them do not fit that.
fn meant_in_view(sheet: &Sheet) -> Meant {
    columns_in_view(sheet).filter_map(|column| Some((column.name.clone(), sheet.meant(&column.name)?))).collect()
}

/// The columns of the blocks on screen.
pub(super) fn columns_in_view(sheet: &Sheet) -> impl Iterator<Item = &Column> {
    let parts = sheet.in_view.1.iter().map(|at| {
        let first = at * BLOCK_COLUMNS;
        sheet.columns.get(first..(first + BLOCK_COLUMNS).min(sheet.columns.len())).unwrap_or_default()
    });
    parts.flatten()
}

fn pairs(rows: Range<u64>, columns: &[usize]) -> Vec<BlockAt> {
    rows.flat_map(|row| columns.iter().map(move |column| (row, *column))).collect()
}

/// Notes which rows and columns are on screen.
pub(super) fn note_view(sheet: &mut Sheet, rows: Range<u64>, columns: &[usize]) {
    let last_row = rows.end.max(1) - 1;
    let mut blocks: Vec<usize> = columns.iter().map(|column| column / BLOCK_COLUMNS).collect();
    blocks.sort_unstable();
    blocks.dedup();
    if blocks.is_empty() {
        blocks.push(0);
    }
    sheet.in_view = (rows.start / BLOCK_ROWS..last_row / BLOCK_ROWS + 1, blocks);
    if sheet.seen != columns {
        sheet.seen = columns.to_vec();
    }
}

fn ask_cells(model: &Model, jobs: &mut Jobs) {
    let Some(sheet) = model.shown() else { return };
    let (rows, columns) = sheet.in_view.clone();
    let end = sheet.rows.div_ceil(BLOCK_ROWS);
    let column_end = sheet.columns.len().div_ceil(BLOCK_COLUMNS);
    let rows = rows.start..rows.end.min(end);
    let columns: Vec<usize> = columns.into_iter().filter(|column| *column < column_end).collect();
    // The cells of a difference are marked by it, and by nothing else.
    let marks = model.compare.is_none();
    let is_there = |at: &BlockAt| if marks { sheet.is_whole(*at) } else { sheet.blocks.contains_key(at) };
    let blocks: Vec<BlockAt> = pairs(rows, &columns).into_iter().filter(|at| !is_there(at)).collect();
    if blocks.is_empty() {
        return;
    }
    let meant = if marks { meant_in_view(sheet) } else { Meant::default() };
    let wanted = Wanted { blocks, meant };
    if jobs.desk.cells.0 == sheet.key && jobs.desk.cells.1 == wanted {
        return;
    }
    // Blocks already under way are part of an older request that this one replaces.
    jobs.desk.cells = (sheet.key, wanted.clone());
    let (stage, key) = (Arc::clone(&jobs.stage), sheet.key);
    jobs.start(Slot::Cells, move |ticket| {
        stage.send_blocks(key, &wanted, ticket);
        None
    });
}

/// Whether the rows of a draft are on screen, and what it does to all rows is being counted.
fn is_counting(model: &Model) -> bool {
    let counting = |sheet: &Sheet| sheet.effect.is_some_and(|effect| effect.row_by_row && !effect.counted);
    model.draft.as_ref().is_some_and(|draft| draft.sheet.fault().is_none() && draft.sheet.value().is_some_and(counting))
}

fn ask_facts(model: &Model, jobs: &mut Jobs) {
    let Some(sheet) = model.shown() else { return };
    if is_counting(model) {
        // The counts of a draft come first; figures of columns would take the processors from them.
        if jobs.desk.facts.0 != sheet.facts_key {
            jobs.abandon(Slot::Facts);
            jobs.desk.facts = (sheet.facts_key, Vec::new());
        }
        return;
    }
    let unknown = |name: &String| !sheet.facts.contains_key(name) || sheet.stale.contains(name);
    let names = columns_in_view(sheet).map(|column| &column.name);
    let wanted: Vec<String> = names.filter(|name| unknown(name)).cloned().collect();
    let covered = jobs.desk.facts.0 == sheet.facts_key && wanted.iter().all(|name| jobs.desk.facts.1.contains(name));
    if wanted.is_empty() && jobs.desk.facts.0 != sheet.facts_key {
        // Those of a table that is not shown any more would only be in the way.
        jobs.abandon(Slot::Facts);
        jobs.desk.facts = (sheet.facts_key, Vec::new());
    }
    if wanted.is_empty() || covered {
        return;
    }
    jobs.desk.facts = (sheet.facts_key, wanted.clone());
    let (stage, key) = (Arc::clone(&jobs.stage), sheet.facts_key);
    let ask = Ask { project: Arc::clone(model.project()), depth: 0, epoch: jobs.desk.epoch, wanted: Wanted::default() };
    let seen: HashSet<&str> =
        sheet.seen.iter().filter_map(|at| sheet.columns.get(*at)).map(|column| column.name.as_str()).collect();
    let (seen, beside) = wanted.into_iter().partition(|name| seen.contains(name.as_str()));
    let wanted = [seen, beside];
    jobs.start(Slot::Facts, move |ticket| {
        stage.send_facts(key, &wanted, &ask, ticket);
        None
    });
}

fn keep_journal(model: &Model, jobs: &mut Jobs) {
    let project = model.project();
    let kept = jobs.desk.journal.as_ref().is_some_and(|kept| Arc::ptr_eq(kept, project));
    // What an earlier session left is not touched before it is read and decided on.
    if kept || !model.has_data() || !jobs.desk.recalled || model.recovered.is_some() {
        return;
    }
    jobs.desk.journal = Some(Arc::clone(project));
    store::keep_journal(jobs, model.history.is_unsaved().then(|| Arc::clone(project)));
}
