//! The cells that did not fit the steps: counted over all rows once the table is on screen, and kept.

use super::stage::{Made, Stage, hash};
use super::{Event, Ticket};
use crate::model::sheet::StepFigures;
use brewhouse_engine::recipe::Step;
use brewhouse_engine::stage;
use std::collections::HashMap;

/// What was counted: by table and steps up to a converting one, the cells that did not fit it; none for a step that converts nothing.
#[derive(Default)]
pub(super) struct Failures(HashMap<u64, Option<u64>>);

impl Failures {
    /// Writes what is known into the figures of steps.
    pub(super) fn fill(&self, made: &Made, figures: &mut [Option<StepFigures>]) {
        for (at, figures) in figures.iter_mut().enumerate() {
            let counted = key_at(made, at).and_then(|key| self.0.get(&key).copied().flatten());
            if let (Some(figures), Some(counted)) = (figures, counted) {
                figures.failed = counted;
            }
        }
    }
}

/// What tells a table and the steps up to one, counted from 0, from any other.
fn key_at(made: &Made, at: usize) -> Option<u64> {
    let steps: Vec<_> = made.steps.get(..=at)?.iter().map(Step::meaning).collect();
    Some(hash(&(&made.table.key, steps)))
}

/// What stood in the cells of a sheet before steps that they did not fit, as far as no later step moves rows; sends how many such steps
/// there are.
fn send_losses(stage: &Stage, made: &Made, sheet: u64, ticket: &Ticket) {
    let first = made.steps.iter().rposition(|step| !stage::keeps_rows(step)).map_or(0, |at| at + 1);
    let failed = |at: &usize| key_at(made, *at).and_then(|key| stage.inner().failed.0.get(&key).copied().flatten());
    let mut losses = Vec::new();
    for at in (first..made.steps.len()).filter(|at| failed(at).is_some_and(|count| count > 0)) {
        let loss = stage::loss(&made.table, &made.steps[..=at], &made.env, &made.cache, ticket.cancel());
        // A column that was renamed since, or made again, is another one.
        let is_same = |name: &String| {
            let mut later = made.view.schemas.iter().skip(at + 1);
            later.all(|schema| schema.get(name) == made.view.schema.get(name))
        };
        losses.extend(loss.map(|mut loss| {
            loss.columns.retain(is_same);
            loss
        }));
    }
    let count = losses.len();
    if count > 0 && !ticket.is_stale() {
        stage.keep_losses(&made.view, losses);
        ticket.send(Event::Losses(sheet, count));
    }
}

/// Counts for each converting step of a sheet what is not known yet, and sends what does not fit.
pub(super) fn send(stage: &Stage, made: &Made, sheet: u64, ticket: &Ticket) {
    for at in 0..made.steps.len() {
        let Some(key) = key_at(made, at) else { return };
        if ticket.is_stale() || !made.view.exact {
            return;
        }
        if stage.inner().failed.0.contains_key(&key) {
            continue;
        }
        let counted = stage::failures(&made.table, &made.steps[..=at], &made.env, &made.cache, ticket.cancel());
        // A step that cannot be counted has its fault told already.
        let Ok(counted) = counted else { continue };
        stage.inner().failed.0.insert(key, counted);
        if let Some(count) = counted.filter(|count| *count > 0) {
            ticket.send(Event::Failed(sheet, at, count));
        }
    }
    send_losses(stage, made, sheet, ticket);
}
