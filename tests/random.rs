//! Laws that hold for every recipe, tried on random recipes over random tables and on recipe texts that were damaged at random.
//!
//! `RANDOM_RECIPES=1000 RANDOM_TEXTS=100000 RANDOM_COLUMNS=10000 RANDOM_DATES=10000 cargo test random` tries more; `RANDOM_SEED=7` tries others. A failure names its seed.

mod column;
mod date;
pub(crate) mod dice;
mod recipe;
mod table;
mod text;

use crate::operations::environment;
use brewhouse_engine::op::bind;
use brewhouse_engine::plan::{Compiled, compile};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::run::spill::{Depth, Spill};
use brewhouse_engine::run::{LiveFacts, collect};
use brewhouse_engine::values::cell_json;
use dice::Dice;
use polars::prelude::{AnyValue, DataFrame, Engine, IntoLazy as _, LazyFrame};
use serde_json::Value;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Runs a check for each seed, and tells all that failed.
fn for_seeds(rounds: u64, check: impl Fn(u64) -> Result<(), String>) {
    let first = setting("RANDOM_SEED", 0) * 1_000_000 + setting("RANDOM_FIRST", 0);
    let failed = |seed| whole(|| check(seed)).err().map(|message| format!("seed {seed}: {message}"));
    // Many rounds take long: what fails is told at once.
    let told = |failure: &String| std::io::stderr().write_all(format!("{failure}\n").as_bytes()).unwrap();
    let failures: Vec<String> = (first..first + rounds).filter_map(failed).inspect(told).collect();
    assert!(failures.is_empty(), "{} of {rounds} failed\n{}", failures.len(), failures.join("\n\n"));
}

/// What a check finds; a panic is a finding too.
fn whole<T>(check: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("it panicked: {}", text.unwrap_or_default()))
    })
}

#[test]
fn random_recipes_obey_the_laws() {
    for_seeds(setting("RANDOM_RECIPES", 25), |seed| {
        let mut dice = Dice::new(seed);
        let before = table::random(&mut dice);
        let steps = grow(&mut dice, &before)?;
        check(&mut dice, &steps, &before).map_err(|message| {
            let shown: Vec<String> = steps.iter().map(|step| step.to_databrew().to_string()).collect();
            format!("{message}\n{}\non\n{}", shown.join("\n"), brewhouse_engine::op::table::write(&before))
        })
    });
}

#[test]
fn damaged_recipe_texts_are_read_whole_or_refused() {
    for_seeds(setting("RANDOM_TEXTS", 2_000), |seed| text::check(&mut Dice::new(seed)));
}

#[test]
fn any_column_of_any_text_can_be_written_back() {
    for_seeds(setting("RANDOM_COLUMNS", 150), column::check);
}

#[test]
fn dates_are_read_as_by_every_layout_in_turn() {
    for_seeds(setting("RANDOM_DATES", 30), date::check);
}

fn plan(steps: &[Step], before: &DataFrame) -> Result<Compiled, String> {
    compile(steps, before.clone().lazy(), &environment(), &mut LiveFacts, None).map_err(|e| e.to_string())
}

/// A recipe of 1 to 20 steps that all fit the table; steps that the engine refuses with a plain problem are thrown away.
fn grow(dice: &mut Dice, before: &DataFrame) -> Result<Vec<Step>, String> {
    let wanted = dice.below(20) + 1;
    let mut steps = Vec::new();
    let mut here = before.clone();
    for _ in 0..wanted * 6 {
        if steps.len() == wanted || here.width() > 40 || here.height() > 2_000 {
            break;
        }
        let step = recipe::random_step(dice, &here, steps.len());
        let found = whole(|| one_step(&step, &here)).map_err(|message| {
            format!("{message}\n{}\non\n{}", step.to_databrew(), brewhouse_engine::op::table::write(&here))
        })?;
        let Some(after) = found else { continue };
        here = after;
        steps.push(step);
    }
    Ok(steps)
}

/// The table after a step; none when it is refused with a plain problem.
fn one_step(step: &Step, here: &DataFrame) -> Result<Option<DataFrame>, String> {
    let compiled = plan(std::slice::from_ref(step), here)?;
    if let Some(problem) = compiled.problems.first() {
        let text = format!("{} {}", problem.message, problem.advice.clone().unwrap_or_default());
        let internal = ["the engine stopped", "panicked", "not implemented", "failed to determine", "dtype", "cast"];
        let found = internal.iter().find(|word| text.contains(**word));
        return found.map_or(Ok(None), |word| Err(format!("{word} in a problem: {text}")));
    }
    collect(compiled.frame).map(Some).map_err(|e| e.to_string())
}

fn check(dice: &mut Dice, steps: &[Step], before: &DataFrame) -> Result<(), String> {
    let compiled = plan(steps, before)?;
    if let Some(problem) = compiled.problems.first() {
        return Err(format!("alone each step fits, together step {} does not: {}", problem.step, problem.message));
    }
    let mut rows = before.height() as u64;
    for (at, planned) in compiled.steps.iter().enumerate() {
        let frame = planned.frame.clone().ok_or("a step without a frame")?;
        let after = collect(frame).map_err(|e| format!("step {}: {e}", at + 1))?;
        if planned.schema.as_ref() != Some(after.schema()) {
            return Err(format!("step {} foretold {:?} and delivered {:?}", at + 1, planned.schema, after.schema()));
        }
        let bound = bind(&steps[at], at + 1).map_err(|problems| format!("{problems:?}"))?;
        let law = (bound.op.rows)(&bound.args);
        if !law.holds(rows, after.height() as u64) {
            return Err(format!(
                "step {}: {rows} rows in, {} out break the law {}",
                at + 1,
                after.height(),
                law.word()
            ));
        }
        rows = after.height() as u64;
    }
    let run = collect(compiled.frame.clone()).map_err(|e| e.to_string())?;
    let shown = dice.below(run.height() + 2);
    let preview = collect(compiled.frame.clone().limit(u32::try_from(shown).unwrap())).map_err(|e| e.to_string())?;
    same(&preview, &run.head(Some(shown))).map_err(|text| format!("the preview is not the run: {text}"))?;
    let pieces = in_pieces(dice, compiled.frame.clone()).map_err(|e| format!("in pieces: {e}"))?;
    same(&pieces, &run).map_err(|text| format!("in pieces on disk and in memory differ: {text}"))?;
    let Some(in_memory) = in_memory(compiled.frame).map_err(|e| format!("in memory: {e}"))? else { return Ok(()) };
    same(&in_memory, &run).map_err(|text| format!("in memory and streaming differ: {text}"))
}

/// A plan whose sorts, distinct rows, groups and joins are worked on in files, a few rows at a time.
fn in_pieces(dice: &mut Dice, frame: LazyFrame) -> brewhouse_engine::Result<DataFrame> {
    let folder = tempfile::tempdir().unwrap();
    let chunk = 200 + dice.below(3_000) as u64;
    let spill = Spill::begin(folder.path(), chunk, 0, Depth::Groups, Arc::default())?;
    collect(spill.settle(frame)?)
}

/// A thread's own stack is too small for the plan of a long recipe.
#[test]
fn a_hundred_steps_run_on_a_small_stack() {
    let work = || {
        let before = crate::operations::read_table("n:whole\n1\n∅");
        let step = |at: usize| {
            Step::new("FORMULA").with("valueExpression", "coalesce(n, 0) + 1").with("targetColumn", format!("n{at}"))
        };
        let steps: Vec<Step> = (0..100).map(step).collect();
        let compiled = plan(&steps, &before).unwrap();
        let after = collect(compiled.frame).unwrap();
        assert_eq!((after.width(), after.height()), (101, 2));
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap().join().unwrap();
}

#[allow(clippy::disallowed_methods, reason = "the other engine is what is compared")]
fn in_memory(frame: LazyFrame) -> Result<Option<DataFrame>, String> {
    let run = move || frame.collect_with_engine(Engine::InMemory).map(|result| result.unwrap_single());
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(run).map_err(|e| e.to_string())?;
    match thread.join() {
        // It cannot tell lists of structures apart either.
        Ok(Err(error)) if error.to_string().contains("inner type is not nested") => Ok(None),
        Ok(outcome) => outcome.map(Some).map_err(|e| e.to_string()),
        // The engine that runs recipes is the other one; this one cannot tell exact decimals apart.
        Err(panic) if panic.downcast_ref::<&str>().is_some_and(|text| text.contains("dtype-u128")) => Ok(None),
        Err(_) => Err("it panicked".to_owned()),
    }
}

/// Whether two tables hold the same; sums of decimals may differ in their last digits.
fn same(a: &DataFrame, b: &DataFrame) -> Result<(), String> {
    if a.schema() != b.schema() || a.height() != b.height() {
        return Err(format!("{:?} × {} against {:?} × {}", a.schema(), a.height(), b.schema(), b.height()));
    }
    for (one, other) in a.columns().iter().zip(b.columns()) {
        for row in 0..a.height() {
            let (x, y) = (one.get(row).map_err(|e| e.to_string())?, other.get(row).map_err(|e| e.to_string())?);
            if !alike(&x, &y) {
                return Err(format!("{} in row {row}: {x} against {y}", one.name()));
            }
        }
    }
    Ok(())
}

fn alike(a: &AnyValue<'_>, b: &AnyValue<'_>) -> bool {
    match (a, b) {
        (AnyValue::Float64(x), AnyValue::Float64(y)) => near(*x, *y),
        (AnyValue::Float32(x), AnyValue::Float32(y)) => near(f64::from(*x), f64::from(*y)),
        (a, b) if is_nothing(a) || is_nothing(b) => is_nothing(a) == is_nothing(b),
        (a, b) => alike_json(&cell_json(a), &cell_json(b)),
    }
}

/// Missing, or made of nothing but what is missing, alone as in a column.
fn is_nothing(cell: &AnyValue<'_>) -> bool {
    match cell {
        AnyValue::StructOwned(fields) => fields.0.iter().all(is_nothing),
        cell => cell.is_nested_null(),
    }
}

#[test]
fn a_structure_of_nothing_is_alike_alone_and_in_a_column() {
    let table =
        crate::operations::read_table("s:struct<x: long, y: string>\n{\"x\":null,\"y\":null}\n{\"x\":1,\"y\":null}");
    let column = table.column("s").unwrap();
    let cells = [column.get(0).unwrap(), column.get(1).unwrap()];
    for (at, cell) in cells.iter().enumerate() {
        let alone = cell.clone().into_static();
        assert!(matches!(alone, AnyValue::StructOwned(_)), "{alone:?}");
        assert!(alike(cell, &alone) && alike(&alone, cell));
        assert_eq!(alike(&AnyValue::Null, &alone), at == 0);
    }
}

fn alike_json(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64().zip(y.as_f64()).is_some_and(|(x, y)| near(x, y)),
        (Value::Array(x), Value::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| alike_json(x, y)),
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|((m, x), (n, y))| m == n && alike_json(x, y))
        }
        _ => a == b,
    }
}

fn near(x: f64, y: f64) -> bool {
    // What is left of numbers that cancel out is noise.
    x == y || (x.is_nan() && y.is_nan()) || (x - y).abs() <= (1e-9 * x.abs().max(y.abs())).max(1e-30)
}
