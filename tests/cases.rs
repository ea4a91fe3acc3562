//! Case files: edge cases of every operation as plain text, `tests/cases/<family>/<operation>.case`.
//!
//! A case begins with `# title`; then `param name = value` lines, `when CONDITION value @ column` lines (`or` begins another alternative), then the table before, a line
//! `---`, and the table after or `error: part of the message`. `REWRITE=1 cargo test cases` fills in what comes out; read the difference.

use crate::operations::{environment_run, read_table};
use brewhouse_engine::op::table;
use brewhouse_engine::recipe::Step;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

struct Case {
    head: String,
    step: Step,
    before: String,
    expected: String,
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "case") {
            found.push(path);
        }
    }
}

fn parse(text: &str, operation: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut after = false;
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("# ") {
            after = false;
            let head = format!("# {title}\n");
            cases.push(Case { head, step: Step::new(operation), before: String::new(), expected: String::new() });
            continue;
        }
        let case = cases.last_mut().expect("a case begins with a title");
        if after {
            writeln!(case.expected, "{line}").unwrap();
        } else if let Some(rest) = line.strip_prefix("param ") {
            let (name, value) = rest.split_once(" = ").unwrap_or((rest.trim_end_matches(" ="), ""));
            case.step.set_param(name, Some(value.to_owned()));
            writeln!(case.head, "{line}").unwrap();
        } else if let Some((or, rest)) = condition_line(line) {
            let (test, column) = rest.split_once('@').expect("when CONDITION value @ column");
            let (name, value) = test.trim().split_once(' ').map_or((test.trim(), None), |(n, v)| (n, Some(v)));
            let step = case.step.clone();
            case.step =
                if or { step.or_when(name, value, column.trim()) } else { step.when(name, value, column.trim()) };
            writeln!(case.head, "{line}").unwrap();
        } else if line == "---" {
            after = true;
        } else {
            writeln!(case.before, "{line}").unwrap();
        }
    }
    cases
}

fn condition_line(line: &str) -> Option<(bool, &str)> {
    line.strip_prefix("when ").map(|rest| (false, rest)).or_else(|| line.strip_prefix("or ").map(|rest| (true, rest)))
}

fn outcome(case: &Case) -> String {
    match environment_run(&case.step, &read_table(&case.before)) {
        Ok(frame) => table::write(&frame),
        Err(text) => format!("error: {text}\n"),
    }
}

fn holds(case: &Case, got: &str) -> bool {
    let expected = case.expected.trim();
    match (expected.strip_prefix("error:"), got.strip_prefix("error:")) {
        (Some(part), Some(error)) => error.contains(part.trim()),
        (None, None) => table::write(&read_table(expected)).trim() == got.trim(),
        _ => false,
    }
}

#[test]
fn cases_hold() {
    let mut found = Vec::new();
    files(&crate::root().join("tests/cases"), &mut found);
    found.sort();
    let rewrite = std::env::var_os("REWRITE").is_some();
    let mut failures = Vec::new();
    for path in found {
        let operation = path.file_stem().unwrap().to_string_lossy().to_uppercase();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut rewritten = String::new();
        for case in parse(&text, &operation) {
            let got = outcome(&case);
            if rewrite {
                write!(rewritten, "{}{}\n---\n{}\n\n", case.head, case.before.trim_end(), got.trim_end()).unwrap();
            } else if !holds(&case, &got) {
                let title = case.head.lines().next().unwrap_or_default();
                failures.push(format!("{operation} {title}\nwanted\n{}\ngot\n{got}", case.expected));
            }
        }
        if rewrite {
            std::fs::write(&path, rewritten.trim_end().to_owned() + "\n").unwrap();
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
