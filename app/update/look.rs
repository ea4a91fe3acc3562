//! How the table is looked at: filters, order, search, and steps made of them.

use crate::model::look::{Copied, CopyAs, Facet, Find, FoundFigures, Lens, Peek, Toward};
use crate::model::profile::Page;
use crate::model::{Fault, Loading, Model, Weight};
use crate::scratch::Scratch;
use crate::worker::{Jobs, Slot};
use brewhouse_engine::facet::{self, Filter, Listing, Plot, Search, Test, Values, escape_pattern as regex_escape};
use brewhouse_engine::op::column;
use brewhouse_engine::recipe::Step;
use brewhouse_engine::values::grouped;
use polars::prelude::Schema;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;
use std::sync::Arc;

/// Filters by a column, in the place of its earlier filter.
pub(super) fn filter(model: &mut Model, filter: Filter) {
    model.lens.set(filter);
    forget_when_idle(model);
}

/// Takes the filter of a column away, or all filters and the order.
pub(super) fn clear(model: &mut Model, column: Option<&str>) {
    match column {
        Some(column) => model.lens.filters.retain(|filter| filter.column != column),
        None => model.lens = Lens::default(),
    }
    forget_when_idle(model);
}

/// Sorts the view by a column, the other way round, or not at all.
pub(super) fn sort(model: &mut Model, column: &str, beside: bool) {
    model.lens.cycle(column, beside);
    forget_when_idle(model);
}

fn forget_when_idle(model: &mut Model) {
    if model.lens.filters.is_empty() {
        model.fronts = crate::model::look::Fronts::default();
    }
}

/// Makes steps of the filters and the order, which then are the recipe's.
pub(super) fn keep(model: &mut Model) {
    let Some(sheet) = model.sheet.value() else { return };
    let lens = model.lens.fitting(sheet);
    let schema: Schema = sheet.columns.iter().map(|c| (c.name.as_str().into(), c.dtype.clone())).collect();
    match facet::steps(&lens.filters, &schema) {
        Err(error) => model.notices.say(Weight::Warning, Fault::from(&error).text()),
        Ok(mut steps) => {
            steps.extend(sort_step(&lens));
            super::steps::add_all(model, steps);
            clear(model, None);
        }
    }
}

fn sort_step(lens: &Lens) -> Option<Step> {
    let key = |key: &facet::SortKey| {
        let ordering = if key.descending { "DESCENDING" } else { "ASCENDING" };
        column::SortKey { ordering: ordering.into(), ..column::SortKey::new(&key.column) }
    };
    let keys: Vec<column::SortKey> = lens.sort.iter().map(key).collect();
    let text = serde_json::to_string(&keys).ok().filter(|_| !keys.is_empty())?;
    Some(Step::new("SORT").with("expressions", text))
}

/// Opens a facet, or lists something else in it.
pub(super) fn facet(model: &mut Model, listing: Listing) {
    match model.facets.iter_mut().find(|facet| facet.listing.column == listing.column) {
        Some(facet) => facet.listing = listing,
        None => model.facets.push(Facet { listing, ..Facet::default() }),
    }
}

/// A list was counted.
pub(super) fn listed(model: &mut Model, column: &str, key: u64, values: Result<Values, Fault>) {
    let Some(facet) = model.facets.iter_mut().find(|facet| facet.listing.column == column) else { return };
    facet.key = key;
    match values {
        Ok(values) => facet.values.done(values),
        Err(fault) => facet.values.fail(fault),
    }
}

/// Writes a value otherwise wherever it stands: a step of the recipe. The filter follows the value.
pub(super) fn rename(model: &mut Model, column: &str, from: &str, to: String) {
    if from == to {
        return;
    }
    let pattern = format!("^{}$", regex_escape(from));
    let step = Step::new("REPLACE_TEXT").with("sourceColumn", column).with("pattern", pattern);
    let step = step.with("value", to.replace('\\', "\\\\").replace('$', "\\$"));
    for test in model.lens.filters.iter_mut().filter(|filter| filter.column == column).flat_map(|f| &mut f.tests) {
        if let Test::Among(values) = test {
            values.iter_mut().filter(|value| *value == from).for_each(|value| value.clone_from(&to));
            values.dedup();
        }
    }
    super::steps::add(model, step);
}

/// Asks for the lists of facets that are not those of the table and filters on screen.
pub(super) fn ask_facets(model: &mut Model, jobs: &mut Jobs) {
    if model.facets.is_empty() {
        return;
    }
    let Some(sheet) = model.sheet.value() else { return };
    let table = sheet.key;
    let lens = if model.lens.filters.is_empty() { Lens::default() } else { model.lens.fitting(sheet) };
    let mut wanted: Vec<(u64, Listing)> = Vec::new();
    for facet in &model.facets {
        if sheet.position(&facet.listing.column).is_none() {
            continue;
        }
        let mut others = lens.clone();
        others.filters.retain(|filter| filter.column != facet.listing.column);
        let key = others.key(table) ^ hash(&facet.listing);
        if facet.key != key {
            wanted.push((key, facet.listing.clone()));
        }
    }
    let keys: Vec<u64> = wanted.iter().map(|(key, _)| *key).collect();
    if wanted.is_empty() || keys.iter().all(|key| jobs.desk.facets.contains(key)) {
        return;
    }
    jobs.desk.facets = keys;
    for facet in &mut model.facets {
        if wanted.iter().any(|(_, listing)| *listing == facet.listing) {
            facet.values.begin();
        }
    }
    let stage = Arc::clone(&jobs.stage);
    jobs.start(Slot::Facets, move |ticket| {
        stage.send_facets(table, &wanted, &lens.filters, ticket);
        None
    });
}

fn hash(listing: &Listing) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{listing:?}").hash(&mut hasher);
    hasher.finish()
}

/// Looks for a text, or no more.
pub(super) fn find(model: &mut Model, search: Option<Search>) {
    let same = |find: &Find| Some(&find.search) == search.as_ref();
    if model.find.as_ref().is_some_and(same) {
        return;
    }
    model.find = search.filter(|search| !search.text.is_empty()).map(|search| {
        // What was found before stays in sight until the new is there.
        let found = model.find.take().map(|find| find.found).unwrap_or_default();
        Find { finder: search.finder().ok(), search, found }
    });
}

/// Goes to the next match, or to the one before.
pub(super) fn find_on(model: &mut Model, scratch: &Scratch, jobs: &mut Jobs, toward: Toward) {
    let from = from(model, scratch);
    let Some(key) = model.shown().map(|sheet| sheet.key) else { return };
    let Some(find) = &mut model.find else { return };
    if find.found.waiting().is_some() {
        return;
    }
    find.found.begin();
    start(jobs, key, find.search.clone(), toward, from);
}

/// The cell from which a search goes on.
fn from(model: &Model, scratch: &Scratch) -> (u64, String) {
    let name = |column: usize| model.shown().and_then(|sheet| Some(sheet.columns.get(column)?.name.clone()));
    match scratch.grid.cursor {
        Some((row, column)) => (row, name(column).unwrap_or_default()),
        None => (scratch.grid.top, name(0).unwrap_or_default()),
    }
}

fn start(jobs: &Jobs, key: u64, search: Search, toward: Toward, from: (u64, String)) {
    let stage = Arc::clone(&jobs.stage);
    jobs.start(Slot::Find, move |ticket| {
        stage.send_found(key, &search, toward, from, ticket);
        None
    });
}

/// A search ended.
pub(super) fn found(model: &mut Model, scratch: &mut Scratch, found: Result<FoundFigures, Fault>) {
    let Some(find) = &mut model.find else { return };
    match found {
        Ok(figures) => {
            if let Some(hit) = &figures.at {
                scratch.reveal_cell = Some((hit.row, Some(hit.column.clone())));
            }
            find.found.done(figures);
        }
        Err(fault) => find.found.fail(fault),
    }
}

/// Brings a row into view by its number, counted from 0.
pub(super) fn go_to_row(model: &Model, scratch: &mut Scratch, jobs: &Jobs, row: u64) {
    let Some(sheet) = model.shown() else { return };
    if sheet.of_rows.is_none() {
        scratch.reveal_cell = Some((row.min(sheet.rows.saturating_sub(1)), None));
        return;
    }
    let (stage, key) = (Arc::clone(&jobs.stage), sheet.key);
    jobs.start(Slot::Find, move |ticket| {
        stage.send_place(key, row, ticket);
        None
    });
}

/// Shows a column of the table at the cursor in depth.
pub(super) fn profile(model: &mut Model, jobs: &Jobs, column: String) {
    let Some(key) = model.sheet.value().map(|sheet| sheet.key) else { return };
    if model.page.as_ref().is_some_and(|page| page.key == key && page.column == column) {
        return;
    }
    let mut page = Page { column: column.clone(), key, ..Page::default() };
    page.story.begin();
    model.page = Some(page);
    let stage = Arc::clone(&jobs.stage);
    jobs.start(Slot::Profile, move |ticket| {
        stage.send_profile(key, &column, ticket);
        None
    });
}

/// Puts cells on the clipboard, also those that are not on screen.
pub(super) fn copy_cells(model: &Model, jobs: &Jobs, rows: Range<u64>, columns: Vec<String>, how: CopyAs) {
    let Some(key) = model.shown().map(|sheet| sheet.key) else { return };
    let stage = Arc::clone(&jobs.stage);
    jobs.start(Slot::Copy, move |ticket| {
        stage.send_copied(key, rows, &columns, how, ticket);
        None
    });
}

/// Cells are ready for the clipboard.
pub(super) fn copied(model: &mut Model, copied: Result<Copied, Fault>) {
    match copied {
        Ok(copied) => {
            let words = match (copied.rows, copied.columns) {
                (1, 1) => "Copied".to_owned(),
                (rows, columns) => format!("Copied {} × {columns} cells", grouped(rows)),
            };
            model.notices.say(Weight::Info, words);
            model.to_copy = Some(copied.text);
        }
        Err(fault) => model.notices.say(Weight::Warning, fault.text()),
    }
}

/// Shows a cell whole; again the same one: no more.
pub(super) fn peek(model: &mut Model, jobs: &Jobs, cell: Option<(u64, String)>) {
    let again = |(row, column): &(u64, String)| {
        model.peek.as_ref().is_some_and(|peek| peek.row == *row && peek.column == *column)
    };
    let Some((row, column)) = cell.filter(|cell| !again(cell)) else {
        model.peek = None;
        return;
    };
    let Some(sheet) = model.shown() else { return };
    let (key, number) = (sheet.key, sheet.row(row).map_or(row, |row| row.number));
    let mut text = Loading::default();
    text.begin();
    model.peek = Some(Peek { row, number, column: column.clone(), text });
    let stage = Arc::clone(&jobs.stage);
    jobs.start(Slot::Peek, move |ticket| {
        stage.send_peeked(key, row, &column, ticket);
        None
    });
}

/// Asks for the part of the table that the lens shows.
pub(super) fn ask_look(model: &mut Model, jobs: &mut Jobs) {
    let wanted = if model.lens.is_empty() {
        None
    } else {
        model.sheet.value().map(|sheet| (sheet.key, model.lens.fitting(sheet)))
    };
    let wanted = wanted.filter(|(_, lens)| !lens.is_empty());
    if jobs.desk.look == wanted {
        return;
    }
    jobs.desk.look.clone_from(&wanted);
    let Some((key, lens)) = wanted else {
        jobs.abandon(Slot::Look);
        model.looked = Loading::default();
        return;
    };
    model.looked.begin();
    let cells = super::asks::wanted_in_view(model);
    let stage = Arc::clone(&jobs.stage);
    jobs.start(Slot::Look, move |ticket| {
        stage.send_look(key, &lens, &cells, ticket);
        None
    });
}

/// Asks for the bars of the rows that pass, of the columns in view.
pub(super) fn ask_fronts(model: &mut Model, jobs: &mut Jobs) {
    if model.lens.filters.is_empty() || model.draft.is_some() {
        return;
    }
    let Some(sheet) = model.sheet.value() else { return };
    let filters = model.lens.fitting(sheet).filters;
    if filters.is_empty() {
        return;
    }
    let key = model.lens.key(sheet.key);
    model.fronts.key = key;
    let seen = model.looked.value().unwrap_or(sheet);
    let known = |name: &str| model.fronts.of.get(name).is_some_and(|(at, _)| *at == key);
    let mut plots: Vec<(String, Plot)> = Vec::new();
    for column in super::asks::columns_in_view(seen) {
        let facts = sheet.facts.get(&column.name).filter(|_| !sheet.stale.contains(&column.name));
        let plot = facts.filter(|_| !known(&column.name)).and_then(|facts| facts.chart.plot());
        plots.extend(plot.map(|plot| (column.name.clone(), plot)));
    }
    let asked = &jobs.desk.fronts;
    let covered = asked.0 == key && plots.iter().all(|(name, _)| asked.1.contains(name));
    if plots.is_empty() || covered {
        return;
    }
    jobs.desk.fronts = (key, plots.iter().map(|(name, _)| name.clone()).collect());
    let (stage, table) = (Arc::clone(&jobs.stage), sheet.key);
    jobs.start(Slot::Fronts, move |ticket| {
        stage.send_fronts(table, key, &plots, &filters, ticket);
        None
    });
}

/// Asks for what is searched, when it is another search or another table.
pub(super) fn ask_find(model: &mut Model, scratch: &Scratch, jobs: &mut Jobs) {
    let shown = model.shown().map(|sheet| sheet.key);
    let wanted = model.find.as_ref().and_then(|find| Some((shown?, find.search.clone())));
    if jobs.desk.find == wanted {
        return;
    }
    jobs.desk.find.clone_from(&wanted);
    let Some((key, search)) = wanted else {
        jobs.abandon(Slot::Find);
        return;
    };
    let from = from(model, scratch);
    if let Some(find) = &mut model.find {
        find.found.begin();
    }
    start(jobs, key, search, Toward::Here, from);
}
