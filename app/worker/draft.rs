//! The table under a draft: its columns with their marks, and its counts.

use super::cells::{Cells, Shelf, columns};
use super::chosen::Chosen;
use super::event::Shown;
use super::stage::{Ask, Faults, Stage, failed, figures, hash};
use super::{Event, Ticket, check};
use crate::model::look::Lens;
use crate::model::sheet::{Column, ColumnMark, Effect, Only, Sheet};
use crate::model::{Fault, Place, Project};
use brewhouse_engine::Error;
use brewhouse_engine::op::{Environment, bind, param::Use};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::stage::{self, Cache, Draft, DraftCounts, View, draft_counts, draft_touched};
use std::sync::Arc;
use std::time::Instant;

impl Stage {
    /// Sends the table under a draft, and after it the counts over all rows.
    pub fn send_draft(&self, ask: &Ask, step: &Step, place: Place, (only, lens): (Only, &Lens), ticket: &Ticket) {
        let start = Instant::now();
        let ask = Ask { depth: place.at(), ..ask.clone() };
        let shown = match self.drafted(&ask, step, place, (only, lens), start, ticket) {
            Ok(shown) => shown,
            Err(faults) => failed(faults),
        };
        let ready = shown.sheet.is_ok();
        ticket.send(Event::Draft(Box::new(shown)));
        if ready && !ticket.is_stale() {
            self.send_later(&ask, step, place, ticket);
        }
    }

    /// Sends what later steps do to the rows with the draft.
    fn send_later(&self, ask: &Ask, step: &Step, place: Place, ticket: &Ticket) {
        let mut project = Project::clone(&ask.project);
        let steps = &mut project.recipe.steps;
        let at = place.at().min(steps.len());
        let before = steps.len();
        match place {
            Place::New(_) => steps.insert(at, step.clone()),
            Place::Edit(_) => steps.splice(at..(at + 1).min(before), [step.clone()]).for_each(drop),
        }
        let (all, moved) = (steps.len(), steps.len() - before);
        if at + 1 >= all {
            return;
        }
        let ask = Ask { project: Arc::new(project), depth: all, ..ask.clone() };
        let Ok(made) = self.view(&ask, false, ticket.cancel()) else { return };
        // By their places in the recipe as it is.
        let mut later = figures(&made.view, all);
        later.drain(..(at + 1).min(all)).for_each(drop);
        let place = at + 1 - moved;
        let later = vec![None; place].into_iter().chain(later).collect();
        ticket.send(Event::Later(later));
    }

    fn drafted(
        &self,
        ask: &Ask,
        step: &Step,
        place: Place,
        (only, lens): (Only, &Lens),
        start: Instant,
        ticket: &Ticket,
    ) -> Result<Shown, Faults> {
        let plain = |error: Error| vec![Fault::from(&error)];
        let made = self.view(ask, false, ticket.cancel())?;
        let (env, cache) = (&made.env, &made.cache);
        let compiled = compile(&made.view, step, place.at() + 1, env, cache)?;
        let key = |part: &str| hash(&(&made.view.key, step.to_value().to_string(), only, format!("{lens:?}"), part));
        let figures = figures(&made.view, ask.depth);
        let table = compiled.effect == stage::Effect::Table;
        let mut shelf = shelf_of(made.view.clone(), compiled.clone(), &made.steps, step);
        let cancel = ticket.cancel();
        // Another table has other rows: neither the lens nor the difference says which of them to show.
        if !table {
            shelf.chosen = if only == Only::All {
                self.chosen(&made.view, lens, cancel).map_err(plain)?
            } else {
                let touched = draft_touched(&compiled, env, cache, only == Only::Failed, cancel).map_err(plain)?;
                Chosen::of(&made.view, lens, Some(touched), cancel).map_err(plain)?
            };
            // What is on screen comes at once; the counts take a look at every row.
            let sheet = self.show(shelf.clone(), &ask.wanted, key("early"), start, cancel).map_err(plain)?;
            let sheet = Sheet { steps: figures.clone(), ..sheet };
            ticket.send(Event::Draft(Box::new(Shown { sheet: Ok(sheet), faults: Vec::new(), sources: Vec::new() })));
        }
        if let Some(schema) = made.view.schemas.first() {
            let breaks = check::breaks(schema, &ask.project.recipe.steps, step, place, env);
            ticket.send(Event::Breaks(breaks));
        }
        if ticket.is_stale() {
            return Err(vec![Fault::new("a newer draft has come")]);
        }
        let counts = draft_counts(&compiled, env, cache, cancel).map_err(plain)?;
        shelf.effect = shelf.effect.map(|effect| counted(effect, counts));
        if table {
            shelf.rows = counts.rows_after;
        }
        let sheet = self.show(shelf, &ask.wanted, key("counted"), start, cancel).map_err(plain)?;
        Ok(Shown { sheet: Ok(Sheet { steps: figures, ..sheet }), faults: Vec::new(), sources: made.sources })
    }
}

/// Compiles a draft, or tells every fault of its form.
fn compile(view: &View, step: &Step, number: usize, env: &Environment, cache: &Cache) -> Result<Draft, Vec<Fault>> {
    stage::draft(view, step, env, cache).map_err(|mut problems| {
        for problem in &mut problems {
            problem.step = number;
        }
        problems.iter().map(Fault::from).collect()
    })
}

/// The table under a draft, before anything is counted.
fn shelf_of(view: View, draft: Draft, before: &[Step], step: &Step) -> Shelf {
    let columns = marked_columns(&view, &draft, step);
    let effect = Effect {
        rows_before: view.rows,
        rows_after: view.rows,
        columns_added: draft.added.len(),
        row_by_row: draft.effect != stage::Effect::Table,
        removes: draft.effect == stage::Effect::Rows,
        ..Effect::default()
    };
    let after = (draft.effect != stage::Effect::Rows).then(|| before.iter().chain([step]).cloned().collect());
    Shelf {
        rows: view.rows,
        cells: Cells::Draft(Box::new(draft)),
        view,
        columns: Arc::new(columns),
        chosen: Chosen::All,
        effect: Some(effect),
        after,
    }
}

/// Columns that the step reads and that are still there may have changed.
fn marked_columns(view: &View, draft: &Draft, step: &Step) -> Vec<Column> {
    let mut columns = columns(&draft.schema);
    if draft.effect != stage::Effect::Cells {
        return columns;
    }
    let mut reads: Vec<String> = Vec::new();
    if let Ok(bound) = bind(step, 1) {
        for (spec, text) in bound.args.given() {
            spec.visit_columns(text, &mut |name, used| {
                if used == Use::Reads && spec.reads_columns() {
                    reads.push(name.clone());
                }
            });
        }
    }
    for column in &mut columns {
        if !view.schema.contains(column.name.as_str()) {
            column.mark = ColumnMark::Added;
        } else if reads.contains(&column.name) && draft.added.is_empty() {
            column.mark = ColumnMark::Changed;
        }
    }
    columns
}

/// The effect with the counts over all rows.
fn counted(effect: Effect, counts: DraftCounts) -> Effect {
    Effect {
        changed: counts.changed.saturating_sub(counts.failed),
        failed: counts.failed,
        rows_before: counts.rows_before,
        rows_after: counts.rows_after,
        counted: true,
        ..effect
    }
}
