//! What a recipe needs and makes, without data: walks over parameter declarations, no code per operation.

use crate::op::param::{Kind, Use};
use crate::op::{Family, Operation, find};
use crate::recipe::{Condition, Step};
use crate::types::TypeClass;
use std::collections::{BTreeMap, BTreeSet};

/// The columns that a step makes by name.
pub fn columns_created(step: &Step) -> Vec<String> {
    named(step, Use::Creates)
}

/// The columns that a step reads by name, those of its conditions included.
pub fn columns_needed(step: &Step) -> Vec<String> {
    let mut names = named(step, Use::Reads);
    names.extend(step.conditions().iter().map(|c| c.column.clone()));
    names
}

/// The kinds of values that a step takes in a column that it names; none at all: any.
pub fn classes_taken(step: &Step, column: &str) -> Vec<TypeClass> {
    let Some(op) = find(step.operation()) else { return Vec::new() };
    let mut taken = Vec::new();
    for (name, text) in step.params() {
        let spec = op.params.iter().find(|s| s.name == name || s.aliases.contains(&name.as_str()));
        let Some(spec) = spec.filter(|spec| spec.reads_columns()) else { continue };
        let mut names = false;
        spec.visit_columns(text, &mut |other, used| names |= used == Use::Reads && other == column);
        if names {
            taken.extend_from_slice(spec.accepts);
        }
    }
    taken
}

/// The columns of the source of which steps already decide what becomes of odd values in them: their cells are written anew or become
/// another type, rows are picked by them, or they are dropped. A column that was renamed counts under the name it came with.
pub fn columns_treated(steps: &[Step]) -> BTreeSet<String> {
    let mut came: BTreeMap<String, String> = BTreeMap::new();
    let mut treated = BTreeSet::new();
    for step in steps.iter().filter(|step| !step.disabled()) {
        let Some(op) = find(step.operation()) else { continue };
        let before = |name: &String| came.get(name).unwrap_or(name).clone();
        treated.extend(step.conditions().iter().map(|condition| before(&condition.column)));
        if treats(op) {
            // A step that takes numbers alone waits for somebody to say what the words are.
            let takes_text = |name: &String| {
                let taken = classes_taken(step, name);
                taken.is_empty() || taken.contains(&TypeClass::Text)
            };
            treated.extend(named(step, Use::Reads).iter().filter(|name| takes_text(name)).map(before));
        }
        if op.name == "RENAME"
            && let ([from], [to]) = (named(step, Use::Reads).as_slice(), named(step, Use::Creates).as_slice())
        {
            let first = before(from);
            came.insert(to.clone(), first);
        }
    }
    treated
}

fn treats(op: &Operation) -> bool {
    let families = [Family::Filter, Family::Format, Family::Clean, Family::Missing, Family::Invalid];
    op.converts || op.name == "DELETE" || families.contains(&op.family)
}

/// How often steps name each other dataset.
pub fn datasets_named(steps: &[Step]) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for step in steps.iter().filter(|step| !step.disabled()) {
        let Some(op) = find(step.operation()) else { continue };
        for (name, text) in step.params() {
            let spec = op.params.iter().find(|s| s.name == name || s.aliases.contains(&name.as_str()));
            let names: Vec<String> = match spec.map(|spec| spec.kind) {
                Some(Kind::Dataset) => vec![text.clone()],
                Some(Kind::Datasets) => serde_json::from_str(text).unwrap_or_default(),
                _ => Vec::new(),
            };
            for name in names {
                *times.entry(name).or_default() += 1;
            }
        }
    }
    times
}

fn named(step: &Step, wanted: Use) -> Vec<String> {
    let Some(op) = find(step.operation()) else { return Vec::new() };
    let mut names = Vec::new();
    for (name, text) in step.params() {
        let spec = op.params.iter().find(|s| s.name == name || s.aliases.contains(&name.as_str()));
        if let Some(spec) = spec.filter(|s| wanted == Use::Creates || s.reads_columns()) {
            spec.visit_columns(text, &mut |column, used| {
                if used == wanted {
                    names.push(column.clone());
                }
            });
        }
    }
    names
}

/// The steps with a column renamed wherever they name it, inside lists and expressions too.
pub fn rename_column(steps: &[Step], from: &str, to: &str) -> Vec<Step> {
    steps.iter().map(|step| rename_in_step(step, from, to)).collect()
}

fn rename_in_step(step: &Step, from: &str, to: &str) -> Step {
    let mut renamed = step.clone();
    let Some(op) = find(step.operation()) else { return renamed };
    for (name, text) in step.params() {
        let spec = op.params.iter().find(|s| s.name == name || s.aliases.contains(&name.as_str()));
        let Some(spec) = spec else { continue };
        let mut touched = false;
        let written = spec.visit_columns(text, &mut |column, _| {
            if column == from {
                to.clone_into(column);
                touched = true;
            }
        });
        if let Some(written) = written.filter(|_| touched) {
            renamed.set_param(name, Some(written));
        }
    }
    if step.conditions().iter().any(|c| c.column == from) {
        let rename = |c: &Condition| {
            let column = if c.column == from { to.to_owned() } else { c.column.clone() };
            Condition { column, ..c.clone() }
        };
        renamed.set_conditions(step.conditions().iter().map(rename).collect());
    }
    renamed
}
