//! Binding: a stored step becomes an operation with checked arguments, or a list of every problem it has.
//!
//! Needs no data. What depends on the table (columns, their types) is checked when a plan is compiled.

use super::param::{Param, ParamSpec, ParamType};
use super::{Conditions, Operation, ParamRule, find};
use crate::error::{Error, ErrorKind, Problem, Result};
use crate::op::condition::BoundCondition;
use crate::recipe::Step;

/// Parameters that exports add to any step and that mean nothing for a run.
const IGNORED: &[&str] = &["functionStepType"];

/// The checked arguments of a step.
#[derive(Clone, Default)]
pub struct Args {
    values: Vec<(&'static ParamSpec, String)>,
}

impl Args {
    /// The value of a parameter, or its default; an error when it has neither.
    pub fn get<T: ParamType>(&self, param: &Param<T>) -> Result<T> {
        self.find(param)?.ok_or_else(|| missing(&param.spec))
    }

    /// The value of a parameter or its default, or none.
    pub fn find<T: ParamType>(&self, param: &Param<T>) -> Result<Option<T>> {
        let text = self.text(param.spec.name).or(param.spec.default);
        text.map(|text| T::parse(&param.spec, text))
            .transpose()
            .map_err(|message| Error::new(ErrorKind::Parameter, message).at_param(param.spec.name))
    }

    /// The text of a parameter as the recipe holds it.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(spec, _)| spec.name == name).map(|(_, text)| text.as_str())
    }

    /// All given parameters with their texts.
    pub fn given(&self) -> impl Iterator<Item = (&'static ParamSpec, &str)> {
        self.values.iter().map(|(spec, text)| (*spec, text.as_str()))
    }
}

/// A step whose operation is known and whose arguments are checked.
#[derive(Clone)]
pub struct Bound {
    /// The operation.
    pub op: &'static Operation,
    /// Its arguments.
    pub args: Args,
    /// Its conditions; all must hold.
    pub conditions: Vec<BoundCondition>,
    /// The answer to its facts query that it keeps, see [`super::kept`].
    pub kept: Option<serde_json::Value>,
}

/// Binds a step (its number counted from 1), or reports every problem.
pub fn bind(step: &Step, number: usize) -> std::result::Result<Bound, Vec<Problem>> {
    let mut errors = Vec::new();
    let problems = |errors: &[Error]| errors.iter().map(|e| Problem::from_error(number, step.operation(), e)).collect();
    check_strays(step, &mut errors);
    let Some(op) = find(step.operation()) else {
        let error = Error::new(ErrorKind::UnknownOperation, format!("there is no operation {}", step.operation()));
        errors.push(error.advise(nearest_advice(step.operation())));
        read_conditions(step, &mut errors);
        return Err(problems(&errors));
    };
    let args = bind_params(op, step, &mut errors);
    for rule in op.rules {
        if let Err(error) = check_rule(rule, &args) {
            errors.push(error);
        }
    }
    let conditions = bind_conditions(op, step, &mut errors);
    let keeps = op.facts.as_ref().is_some_and(|facts| facts.keeps.is_some());
    if errors.is_empty() {
        Ok(Bound { op, args, conditions, kept: step.kept().filter(|_| keeps).cloned() })
    } else {
        Err(problems(&errors))
    }
}

fn bind_params(op: &'static Operation, step: &Step, errors: &mut Vec<Error>) -> Args {
    let mut args = Args::default();
    for (name, text) in step.params() {
        let spec = op.params.iter().find(|s| s.name == name || s.aliases.contains(&name.as_str()));
        match spec {
            None if IGNORED.contains(&name.as_str()) || op.ignores.contains(&name.as_str()) => {}
            None => {
                let known: Vec<_> = op.params.iter().map(|s| s.name).collect();
                let message = format!("{} has no parameter “{name}”", op.name);
                let advice = match super::nearest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("it has {}", if known.is_empty() { "none".into() } else { known.join(", ") }),
                };
                errors.push(Error::new(ErrorKind::Parameter, message).advise(advice).at_param(name));
            }
            // An optional parameter that is empty is one that was left out.
            Some(spec) if text.is_empty() && !spec.required => {}
            Some(spec) => {
                if let Err(message) = spec.check(text) {
                    let error = parameter_error(spec, message);
                    let near = super::nearest(text, spec.choices.iter().map(|choice| choice.value));
                    errors.push(match near {
                        Some(near) => error.advise(format!("did you mean {near}?")),
                        None => error,
                    });
                }
                args.values.push((spec, text.clone()));
            }
        }
    }
    for spec in op.params {
        if spec.required && args.text(spec.name).is_none() {
            errors.push(missing(spec));
        }
    }
    args
}

fn missing(spec: &ParamSpec) -> Error {
    parameter_error(spec, format!("{} is missing", spec.label.to_lowercase()))
}

fn parameter_error(spec: &ParamSpec, message: String) -> Error {
    let error = Error::new(ErrorKind::Parameter, message).at_param(spec.name);
    if spec.example.is_empty() { error } else { error.advise(format!("for example {}", spec.example)) }
}

fn check_rule(rule: &ParamRule, args: &Args) -> Result<()> {
    let given = |names: &[&str]| names.iter().filter(|n| args.text(n).is_some()).count();
    let fail = |name: &str, message: String| Err(Error::new(ErrorKind::Parameter, message).at_param(name));
    match rule {
        ParamRule::OneOf(names) if given(names) == 0 => {
            fail(names[0], format!("one of {} is needed", names.join(", ")))
        }
        ParamRule::OnlyOneOf(names) if given(names) != 1 => {
            fail(names[0], format!("exactly one of {} is needed", names.join(", ")))
        }
        ParamRule::AtMostOneOf(names) if given(names) > 1 => {
            fail(names[0], format!("only one of {} may be given", names.join(", ")))
        }
        ParamRule::Together(names) if given(names) != 0 && given(names) != names.len() => {
            fail(names[0], format!("{} go together", names.join(" and ")))
        }
        _ => Ok(()),
    }
}

fn bind_conditions(op: &Operation, step: &Step, errors: &mut Vec<Error>) -> Vec<BoundCondition> {
    let given = step.conditions();
    match op.conditions {
        Conditions::Refused if !given.is_empty() => {
            let message = format!("{} takes no conditions", op.name);
            errors.push(
                Error::new(ErrorKind::Condition, message)
                    .advise("take the conditions off, or filter the rows in a step before"),
            );
        }
        Conditions::Required if given.is_empty() => {
            let message =
                format!("{} needs at least one condition; without it nothing says which rows are meant", op.name);
            errors.push(
                Error::new(ErrorKind::Condition, message)
                    .advise(r#"for example {"Condition": "IS_MISSING", "TargetColumn": "price"}"#),
            );
        }
        _ => {}
    }
    read_conditions(step, errors)
}

/// Members that would be passed over are told.
fn check_strays(step: &Step, errors: &mut Vec<Error>) {
    for stray in step.strays() {
        let known = [
            "Operation",
            "Parameters",
            "Condition",
            "Value",
            "TargetColumn",
            "Connective",
            "ConditionExpressions",
            "Action",
            "Disabled",
        ];
        let error = Error::new(ErrorKind::File, format!("“{stray}” is not known here and would be passed over"));
        errors.push(match super::nearest(stray, known.into_iter()) {
            _ if stray.to_lowercase().contains("conditions") => error.advise("did you mean ConditionExpressions?"),
            Some(near) => error.advise(format!("did you mean {near}?")),
            None => error.advise("take it out, or write it as Note"),
        });
    }
}

fn read_conditions(step: &Step, errors: &mut Vec<Error>) -> Vec<BoundCondition> {
    let mut bound = Vec::new();
    for condition in step.conditions() {
        match BoundCondition::parse(condition) {
            Ok(condition) => bound.push(condition),
            Err(error) => errors.push(error),
        }
    }
    bound
}

fn nearest_advice(name: &str) -> String {
    match super::alike(name, super::all().map(|op| op.name)) {
        Some(near) => format!("did you mean {near}? The step stays in the file as it is"),
        None => "the step stays in the file as it is; switch it off to run the others".into(),
    }
}
