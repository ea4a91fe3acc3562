//! Walks over the table of operations: every example holds, the table is clean, cases behave.

use brewhouse_engine::op::{self, Environment, Example, Locality, Operation, bind, table};
use brewhouse_engine::plan::{Compiled, compile};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::run::{LiveFacts, collect};
use polars::prelude::{DataFrame, IntoLazy as _};
use std::sync::Arc;

/// The environment of examples and cases: a clock at 2024-02-29 23:30 UTC, some secrets and datasets.
pub(crate) fn environment() -> Environment {
    let now = chrono::DateTime::parse_from_rfc3339("2024-02-29T23:30:00Z").unwrap().to_utc();
    let mut env = Environment::at(now);
    env.secrets = Arc::new(|name| {
        let known = [
            ("pepper", "a secret of the examples"),
            ("another", "another secret of the examples"),
            ("short", "too short"),
            ("mysecret", "the secret of the reference's examples"),
            ("kms-key-id", "the key of the reference's examples"),
            ("<kms-key-id>", "the key of the reference's examples"),
            ("databrew!default", "YSBzZWNyZXQgb2YgdGhlIGV4YW1wbGVz"),
        ];
        known.iter().find(|(known, _)| *known == name).map(|(_, secret)| (*secret).to_owned())
    });
    let customers = table::parse("id:whole | name:text\n1 | Ada\n2 | Bo\n2 | Cy\n4 | Di").unwrap();
    env.datasets.insert("customers".into(), customers.lazy());
    let more = table::parse("name:text | price:whole\nZoe | 9\n∅ | ∅").unwrap();
    env.datasets.insert("more".into(), more.lazy());
    let votes = "assembly_session:whole | vote_id:whole | resolution:text | state_code:text | state_name:text | member:text | vote:text\n\
                 74 | 1 | R/1 | OH | Ohio | m | yes\n75 | 2 | ∅ | UT | Utah | ∅ | no";
    env.datasets.insert("votes".into(), table::parse(votes).unwrap().lazy());
    env
}

fn apply(step: &Step, before: &DataFrame) -> Result<Compiled, String> {
    let steps = std::slice::from_ref(step);
    let compiled =
        compile(steps, before.clone().lazy(), &environment(), &mut LiveFacts, None).map_err(|e| e.to_string())?;
    match compiled.problems.first() {
        None => Ok(compiled),
        Some(problem) => Err(format!("{}: {}", problem.parameter.as_deref().unwrap_or("step"), problem.message)),
    }
}

fn run(step: &Step, before: &DataFrame) -> Result<DataFrame, String> {
    collect(apply(step, before)?.frame).map_err(|e| e.to_string())
}

/// Runs one step in the environment of examples; the error is what a person would read.
pub(crate) fn environment_run(step: &Step, before: &DataFrame) -> Result<DataFrame, String> {
    run(step, before)
}

/// Reads a text table of a case.
pub(crate) fn read_table(text: &str) -> DataFrame {
    table::parse(text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn check_example(op: &Operation, example: &Example) -> Result<(), String> {
    let before = table::parse(example.before).map_err(|e| format!("before: {e}"))?;
    let after = table::parse(example.after).map_err(|e| format!("after: {e}"))?;
    let step = example.step(op.name);
    let compiled = apply(&step, &before)?;
    let planned = compiled.schema.clone();
    let got = collect(compiled.frame).map_err(|e| e.to_string())?;
    let (want, text) = (table::write(&after), table::write(&got));
    if want != text {
        return Err(format!("wanted\n{want}\ngot\n{text}"));
    }
    if planned.is_some_and(|schema| schema != *got.schema()) {
        return Err("the planned columns are not those that came out".into());
    }
    let bound = bind(&step, 1).map_err(|p| format!("{p:?}"))?;
    let law = (op.rows)(&bound.args);
    if !law.holds(before.height() as u64, got.height() as u64) {
        return Err(format!("{} rows in and {} out break the law {}", before.height(), got.height(), law.word()));
    }
    Ok(())
}

#[test]
fn every_example_holds() {
    let mut failures = Vec::new();
    for op in op::all() {
        for example in op.examples {
            if let Err(text) = check_example(op, example) {
                failures.push(format!("{} / {}: {text}", op.name, example.title));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn the_table_is_clean() {
    let mut seen = std::collections::BTreeSet::new();
    for op in op::all() {
        let name = op.name;
        for spelling in std::iter::once(&op.name).chain(op.aliases) {
            assert!(seen.insert(*spelling), "{spelling} stands twice");
        }
        assert!(!op.examples.is_empty(), "{name} has no example");
        assert!(op.summary.ends_with('.') && op.summary.len() > 20, "{name}: the summary is a sentence");
        assert!(!op.title.is_empty() && !op.title.ends_with('.'), "{name}: title");
        assert!(!op.sentence.is_empty(), "{name}: sentence");
        let mut rest = op.sentence;
        while let Some((_, after)) = rest.split_once('{') {
            let (param, after) = after.split_once('}').unwrap();
            assert!(param == "conditions" || op.param(param).is_some(), "{name}: the sentence names {param}");
            rest = after;
        }
        let mut params = std::collections::BTreeSet::new();
        for spec in op.params {
            assert!(params.insert(spec.name), "{name}: {} stands twice", spec.name);
            assert!(spec.help.ends_with('.'), "{name}.{}: help is a sentence", spec.name);
            if let Some(default) = spec.default {
                assert_eq!(spec.check(default), Ok(()), "{name}.{}: its default", spec.name);
            }
            if !spec.example.is_empty() {
                assert_eq!(spec.check(spec.example), Ok(()), "{name}.{}: its example", spec.name);
            }
        }
    }
}

#[test]
fn row_wise_operations_do_the_same_on_parts_as_on_the_whole() {
    for op in op::all() {
        for example in op.examples {
            let step = example.step(op.name);
            let bound = bind(&step, 1).unwrap();
            let before = table::parse(example.before).unwrap();
            if (op.locality)(&bound.args) != Locality::Row || op.facts.is_some() || before.height() < 2 {
                continue;
            }
            let whole = run(&step, &before).unwrap();
            for at in 1..before.height() {
                let mut parts = run(&step, &before.slice(0, at)).unwrap();
                parts.vstack_mut(&run(&step, &before.slice(i64::try_from(at).unwrap(), usize::MAX)).unwrap()).unwrap();
                assert_eq!(table::write(&whole), table::write(&parts), "{} split at {at}", op.name);
            }
        }
    }
}
