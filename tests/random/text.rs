//! Recipe texts damaged at random: read whole, with every step and member, or refused; never a panic, never a wait.

use super::dice::Dice;
use super::recipe::random_step;
use brewhouse_engine::op::{bind, export, sentence, table};
use brewhouse_engine::plan::{columns_created, columns_needed, rename_column};
use brewhouse_engine::recipe::{Notation, Recipe, Step};
use serde_json::Value;
use std::time::{Duration, Instant};

/// No text of a few thousand characters takes longer, not even in a build that is not optimised.
const LONGEST: Duration = Duration::from_secs(3);

/// Signs and words that mean something to JSON, YAML, expressions or paths.
const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    ":",
    ",",
    "\\",
    "\n",
    "- ",
    "  ",
    "&a ",
    "*a",
    "!!str ",
    "|",
    ">",
    "#",
    "---",
    "%",
    "`",
    "null",
    "true",
    "1e999",
    "-0",
    "\u{0}",
    "\u{feff}",
    "é",
    "👩‍💻",
    "Action",
    "Operation",
    "Parameters",
    "ConditionExpressions",
    "Steps",
    "RecipeStep",
    "Connective",
    "OR",
    "sourceColumn",
    "case when",
    "((((",
    "[[[[",
    "{\"a\":",
    "\u{2028}",
    "\\u0000",
    "\\ud800",
    "0x",
    "~",
    "=",
    "<<: ",
];

pub(super) fn check(dice: &mut Dice) -> Result<(), String> {
    let text = damaged(dice);
    let begun = Instant::now();
    let outcome = read(&text);
    let taken = begun.elapsed();
    if taken > LONGEST {
        return Err(format!("it took {taken:?}\n{text}"));
    }
    outcome.map_err(|message| format!("{message}\n{text}"))
}

fn damaged(dice: &mut Dice) -> String {
    let here = table::parse("a:whole | b:text | price:double | day:date\n1 | x | 0.5 | 2024-02-29").unwrap();
    let steps: Vec<Step> = (0..dice.below(4)).map(|at| random_step(dice, &here, at)).collect();
    let recipe = Recipe::from_steps(steps);
    let notation = if dice.percent(60) { Notation::Json } else { Notation::Yaml };
    let mut text: Vec<char> = recipe.write(notation).unwrap().chars().collect();
    if dice.percent(15) {
        text = format!("{{\"Name\": \"n\", \"Steps\": {}}}", recipe.to_value()).chars().collect();
    }
    for _ in 0..dice.below(6) {
        let at = dice.below(text.len() + 1);
        let end = (at + dice.below(12)).min(text.len());
        match dice.below(6) {
            0 => drop(text.drain(at..end)),
            1 => drop(text.splice(at..at, dice.one(WORDS).chars())),
            2 => drop(text.splice(at..end, dice.one(WORDS).chars())),
            3 => {
                let piece: Vec<char> = text[at..end].to_vec();
                let to = dice.below(text.len() + 1);
                drop(text.splice(to..to, piece));
            }
            4 => text.truncate(at),
            _ => {
                if let Some(letter) = text.get_mut(at) {
                    *letter = char::from_u32(u32::try_from(dice.below(0x300)).unwrap()).unwrap_or('?');
                }
            }
        }
    }
    text.into_iter().collect()
}

fn read(text: &str) -> Result<(), String> {
    let recipe = match Recipe::parse(text) {
        Ok(recipe) => recipe,
        Err(error) if error.message.is_empty() => return Err("refused without a reason".into()),
        Err(_) => return Ok(()),
    };
    let whole = brewhouse_engine::recipe::parse_text(text).map_err(|e| e.to_string())?;
    if recipe.to_value() != whole && whole.get("Action").is_none() {
        let alone = recipe.to_value().get(0) == Some(&whole);
        if !alone {
            return Err(format!("what was read is not what is written: {}", recipe.to_value()));
        }
    }
    for notation in [Notation::Json, Notation::Yaml] {
        let written = recipe.write(notation).map_err(|e| e.to_string())?;
        let again = Recipe::parse(&written).map_err(|e| format!("{e} in its own {notation:?}\n{written}"))?;
        if again.to_value() != recipe.to_value() {
            return Err(format!("{notation:?} changed it\n{written}"));
        }
    }
    for (at, step) in recipe.steps.iter().enumerate() {
        walk(at, step)?;
    }
    let _ = (export::to_databrew(&recipe.steps), recipe.hash());
    Ok(())
}

/// Everything that a step is asked before any data is there; an edited step keeps all that it held.
fn walk(at: usize, step: &Step) -> Result<(), String> {
    let bound = bind(step, at + 1);
    if let Err(problems) = &bound
        && problems.iter().any(|problem| problem.message.is_empty())
    {
        return Err("a problem without words".into());
    }
    let _ = (sentence::text(step), columns_needed(step), columns_created(step));
    let renamed = rename_column(std::slice::from_ref(step), "a", "b c");
    if bind(&renamed[0], 1).is_ok() != bound.is_ok() {
        return Err(format!("renaming a column broke or mended the step: {}", renamed[0].to_value()));
    }
    let mut edited = step.clone();
    edited.set_note(Some("edited".into()));
    let value: Value = edited.to_value();
    let again = Step::from_value(&value).map_err(|text| format!("{text} once it was edited: {value}"))?;
    let same = again.operation() == step.operation()
        && again.params() == step.params()
        && again.conditions() == step.conditions()
        && again.disabled() == step.disabled()
        && again.strays() == step.strays();
    if same { Ok(()) } else { Err(format!("an edited step lost something: {value}")) }
}
