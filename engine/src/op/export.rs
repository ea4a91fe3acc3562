//! Recipes as DataBrew takes them: what it can be told in other words is, and what it cannot is named.

use super::condition::{BoundCondition, Test};
use super::{Export, find};
use crate::recipe::{Condition, Step};
use serde_json::Value;

/// A recipe for DataBrew.
pub struct Exported {
    /// Its steps, in DataBrew's own form.
    pub steps: Vec<Value>,
    /// What was changed, left out, or cannot be told, each with its step.
    pub notes: Vec<String>,
}

/// The steps as DataBrew takes them. What it cannot do is passed on as it is, so that it refuses the recipe rather than do something else.
pub fn to_databrew(steps: &[Step]) -> Exported {
    let mut exported = Exported { steps: Vec::new(), notes: Vec::new() };
    for (at, step) in steps.iter().enumerate() {
        let number = at + 1;
        let name = step.operation();
        if step.disabled() {
            exported.notes.push(format!("step {number} is switched off and was left out"));
            continue;
        }
        let Some(op) = find(name) else {
            exported.notes.push(format!("step {number} ({name}) is unknown here; it was passed on as it is"));
            exported.steps.push(step.to_databrew());
            continue;
        };
        let told = match op.databrew {
            Export::Same => Some(vec![step.clone()]),
            Export::Never => None,
            Export::As(tell) => tell(step),
        };
        let Some(told) = told else {
            exported
                .notes
                .push(format!("step {number} ({name}) cannot be told to DataBrew; it was passed on as it is"));
            exported.steps.push(step.to_databrew());
            continue;
        };
        if let Some(first) = told.first().filter(|first| first.operation() != name) {
            exported.notes.push(format!("step {number} ({name}) was written as {}", first.operation()));
        }
        for step in told {
            export_conditions(&mut exported, number, &step);
        }
    }
    exported
}

fn export_conditions(exported: &mut Exported, number: usize, step: &Step) {
    let name = step.operation();
    let same = |step: &Step| step.conditions().iter().all(|c| !c.or && in_databrew(c));
    if same(step) {
        exported.steps.push(step.to_databrew());
        return;
    }
    let several = several(step);
    if several.is_empty() || !several.iter().all(same) {
        let what = step.conditions().iter().find(|c| !in_databrew(c)).map_or("OR", |c| c.condition.as_str());
        exported.notes.push(format!(
            "step {number} ({name}): its conditions cannot be told to DataBrew ({what}); it was passed on as it is"
        ));
        exported.steps.push(step.to_databrew());
        return;
    }
    if several.len() > 1 {
        exported
            .notes
            .push(format!("step {number} ({name}) was written as {} steps, one for each alternative", several.len()));
    } else {
        exported.notes.push(format!("step {number} ({name}): its alternatives were written as one list of values"));
    }
    exported.steps.extend(several.iter().map(Step::to_databrew));
}

fn in_databrew(condition: &Condition) -> bool {
    BoundCondition::parse(condition).is_ok_and(|bound| bound.info().in_databrew)
}

/// The same by steps without alternatives; none where there are no such steps.
fn several(step: &Step) -> Vec<Step> {
    let mut alternatives: Vec<Vec<Condition>> = Vec::new();
    for condition in step.conditions() {
        let plain = Condition { or: false, ..condition.clone() };
        match alternatives.last_mut().filter(|_| !condition.or) {
            Some(last) => last.push(plain),
            None => alternatives.push(vec![plain]),
        }
    }
    let with = |conditions: Vec<Condition>| {
        let mut one = step.clone();
        one.set_conditions(conditions);
        one
    };
    if let Some(one) = one_list(&alternatives) {
        return vec![with(vec![one])];
    }
    // Rows that one alternative or another removes are removed by one step for each.
    if step.operation() != "REMOVE_VALUES" {
        return Vec::new();
    }
    alternatives.into_iter().flat_map(outside).map(with).collect()
}

/// Alternatives that are each one value of one column are a list of values.
fn one_list(alternatives: &[Vec<Condition>]) -> Option<Condition> {
    let mut values = Vec::new();
    let mut first: Option<Condition> = None;
    for alternative in alternatives {
        let [condition] = alternative.as_slice() else { return None };
        let bound = BoundCondition::parse(condition).ok().filter(|bound| bound.test == Test::Is)?;
        if first.get_or_insert_with(|| condition.clone()).column != condition.column {
            return None;
        }
        values.extend(bound.values);
    }
    Some(Condition { value: Some(Value::from(values).to_string()), ..first? })
}

/// An alternative as several: outside a range is below it, above it, or missing.
fn outside(alternative: Vec<Condition>) -> Vec<Vec<Condition>> {
    let found = alternative.iter().enumerate().find_map(|(at, condition)| {
        let bound = BoundCondition::parse(condition).ok()?;
        (bound.test == Test::IsNotBetween).then_some((at, bound))
    });
    let Some((at, bound)) = found else { return vec![alternative] };
    let [low, high] = bound.values.as_slice() else { return vec![alternative] };
    let instead = [("LESS_THAN", Some(low.as_str())), ("GREATER_THAN", Some(high.as_str())), ("IS_MISSING", None)];
    let with = |(test, value)| {
        let mut conditions = alternative.clone();
        conditions[at] = Condition::new(test, value, &bound.column);
        outside(conditions)
    };
    instead.into_iter().flat_map(with).collect()
}
