//! What a change of the recipe would break, known from the columns alone: no row is read.

use super::stage::{Ask, Stage};
use super::{Event, Ticket};
use crate::model::{Fault, Place};
use brewhouse_engine::Problem;
use brewhouse_engine::op::Environment;
use brewhouse_engine::plan::{NoFacts, compile};
use brewhouse_engine::recipe::Step;
use polars::prelude::{DataFrame, IntoLazy as _, Schema};
use std::collections::HashSet;

/// Later steps that have a problem because of a drafted step, which they did not have before.
pub(super) fn breaks(schema: &Schema, steps: &[Step], draft: &Step, place: Place, env: &Environment) -> Vec<Fault> {
    let mut changed = steps.to_vec();
    let at = place.at().min(changed.len());
    let moved = match place {
        Place::New(_) => {
            changed.insert(at, draft.clone());
            1
        }
        Place::Edit(_) => {
            if let Some(old) = changed.get_mut(at) {
                *old = draft.clone();
            }
            0
        }
    };
    let before: HashSet<(usize, String)> =
        problems(schema, steps, env).into_iter().map(|problem| (problem.step + moved, problem.message)).collect();
    let after = problems(schema, &changed, env).into_iter();
    let new = |problem: &Problem| problem.step > at + 1 && !before.contains(&(problem.step, problem.message.clone()));
    // They are counted as they stand now.
    let renumbered = |problem: Problem| Fault { step: Some(problem.step - moved), ..Fault::from(&problem) };
    after.filter(new).map(renumbered).collect()
}

/// The problems of steps on a table of these columns.
fn problems(schema: &Schema, steps: &[Step], env: &Environment) -> Vec<Problem> {
    let empty = DataFrame::empty_with_schema(schema).lazy();
    compile(steps, empty, env, &mut NoFacts, None).map(|compiled| compiled.problems).unwrap_or_default()
}

/// The steps with some of them moved before a place.
pub fn moved(steps: &[Step], picked: &[usize], before: usize) -> Vec<Step> {
    let is_picked = |at: &usize| picked.contains(at);
    let kept = |range: std::ops::Range<usize>| range.filter(|at| !is_picked(at)).map(|at| steps[at].clone());
    let taken = (0..steps.len()).filter(is_picked).map(|at| steps[at].clone());
    let before = before.min(steps.len());
    kept(0..before).chain(taken).chain(kept(before..steps.len())).collect()
}

impl Stage {
    /// Tells before which steps some steps cannot stand, and why.
    pub fn send_blocked(&self, ask: &Ask, picked: &[usize], ticket: &Ticket) {
        let Some((schema, env)) = self.columns(ask) else { return };
        let steps = &ask.project.recipe.steps;
        let now = problems(&schema, steps, &env).len();
        let mut blocked = Vec::new();
        for before in 0..=steps.len() {
            if ticket.is_stale() {
                return;
            }
            let found = problems(&schema, &moved(steps, picked, before), &env);
            let first = found.first().filter(|_| found.len() > now);
            blocked.push(first.map(|problem| problem.message.clone()));
        }
        ticket.send(Event::Blocked(picked.to_vec(), blocked));
    }
}
