//! Random steps: an example of a random operation, its parameters turned to the columns of a table and to other values.

use super::dice::Dice;
use brewhouse_engine::op::condition::TESTS;
use brewhouse_engine::op::param::write_names;
use brewhouse_engine::op::{self, Conditions, Example, Kind, Operation, ParamSpec};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::types::TypeClass;
use brewhouse_engine::values::cell_text;
use polars::prelude::DataFrame;

/// A step on a table, which the engine may well refuse.
pub(super) fn random_step(dice: &mut Dice, here: &DataFrame, at: usize) -> Step {
    let operations: Vec<&Operation> = op::all().collect();
    let operation = *dice.one(&operations);
    let example = dice.one(operation.examples);
    let mut step = Step::new(operation.name);
    for spec in operation.params {
        let text = example.params.iter().find(|(name, _)| name == &spec.name).map(|(_, text)| *text);
        let given = text.is_some() && (spec.required || dice.percent(85));
        if given || (text.is_none() && !spec.required && dice.percent(8)) {
            let text = text.or(spec.default).unwrap_or(spec.example);
            step.set_param(spec.name, Some(value(dice, spec, text, here, at)));
        }
    }
    let wants = match operation.conditions {
        Conditions::Refused => 2,
        Conditions::Required => 98,
        Conditions::Mask | Conditions::Payload => 25,
    };
    if dice.percent(wants) {
        for _ in 0..=dice.below(2) {
            step = condition(dice, step, example, here);
        }
    }
    step
}

fn columns<'a>(spec: &ParamSpec, here: &'a DataFrame) -> Vec<&'a str> {
    let fits = |name: &&str| {
        let class = here.column(name).map(|column| TypeClass::of(column.dtype()));
        spec.accepts.is_empty() || class.is_ok_and(|class| spec.accepts.contains(&class))
    };
    let names: Vec<&str> = here.columns().iter().map(|column| column.name().as_str()).collect();
    let fitting: Vec<&str> = names.iter().copied().filter(fits).collect();
    if fitting.is_empty() { names } else { fitting }
}

fn any_column(dice: &mut Dice, here: &DataFrame) -> String {
    let names: Vec<&str> = here.columns().iter().map(|column| column.name().as_str()).collect();
    (*dice.one(&names)).to_owned()
}

fn value(dice: &mut Dice, spec: &ParamSpec, text: &str, here: &DataFrame, at: usize) -> String {
    if dice.percent(2) {
        return (*dice.one(&["", " ", "x", "-1", "[]", "{}", "∅", "0", "null"])).to_owned();
    }
    match spec.kind {
        Kind::Column => (*dice.one(&columns(spec, here))).to_owned(),
        Kind::Columns => {
            let names = columns(spec, here);
            let chosen: Vec<String> = (0..=dice.below(3)).map(|_| (*dice.one(&names)).to_owned()).collect();
            write_names(&chosen)
        }
        Kind::NewColumn if dice.percent(90) => format!("{text} {at}"),
        Kind::NewColumn => any_column(dice, here),
        Kind::Choice => dice.one(spec.choices).value.to_owned(),
        Kind::Boolean => dice.percent(50).to_string(),
        Kind::Whole | Kind::Number if dice.percent(40) => {
            (*dice.one(&["0", "1", "2", "3", "-1", "10", "0.5", "9223372036854775807", "1e300"])).to_owned()
        }
        Kind::Value if dice.percent(50) => cell(dice, here),
        // The other dataset keeps its own columns.
        Kind::OtherColumns | Kind::Dataset | Kind::Datasets | Kind::JoinKeys => text.to_owned(),
        _ => {
            let names: Vec<String> = here.columns().iter().map(|column| column.name().to_string()).collect();
            let turned = spec.visit_columns(text, &mut |name, _| {
                if !names.contains(name) {
                    name.clone_from(dice.one(&names));
                }
            });
            turned.unwrap_or_else(|| text.to_owned())
        }
    }
}

/// The text of a random cell.
fn cell(dice: &mut Dice, here: &DataFrame) -> String {
    let column = any_column(dice, here);
    let row = dice.below(here.height());
    let cell = here.column(&column).ok().and_then(|column| column.get(row).ok()).and_then(|cell| cell_text(&cell));
    cell.unwrap_or_default()
}

fn condition(dice: &mut Dice, step: Step, example: &Example, here: &DataFrame) -> Step {
    let test = dice.one(TESTS);
    let column = any_column(dice, here);
    let from_example = example.conditions.first().map(|(_, value, _)| (*value).to_owned());
    let value = match test.name {
        "IS_BETWEEN" | "IS_NOT_BETWEEN" => "[-1,3]".to_owned(),
        "IS_VALID" | "IS_INVALID" => (*dice.one(&["number", "date", "boolean", "string"])).to_owned(),
        "MATCHES" | "NOT_MATCHES" => (*dice.one(&["a", "^[0-9]+$", "."])).to_owned(),
        _ if dice.percent(20) => from_example.unwrap_or_default(),
        _ => cell(dice, here),
    };
    let value = test.takes_value.then_some(value.as_str());
    if dice.percent(30) { step.or_when(test.name, value, &column) } else { step.when(test.name, value, &column) }
}
