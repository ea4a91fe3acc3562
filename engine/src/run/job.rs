//! A job: everything a run needs, and the texts in it that a run fills in.

use super::memory::Memory;
use crate::error::{Error, ErrorKind, Result};
use crate::op::Environment;
use crate::recipe::{Recipe, Step};
use crate::sink::Target;
use crate::source::{Source, outside_expressions};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// Everything a run needs.
#[derive(Clone)]
pub struct Job {
    /// The steps.
    pub recipe: Recipe,
    /// The table they work on.
    pub dataset: Source,
    /// The tables that JOIN and UNION name.
    pub others: Vec<Source>,
    /// Where the result goes.
    pub targets: Vec<Target>,
    /// The folder from which relative input paths count.
    pub base: PathBuf,
    /// Clock, zone, seed and secrets; its datasets are filled by the run.
    pub env: Environment,
    /// Only the first rows of the dataset.
    pub limit: Option<u64>,
    /// How many rows must come out; otherwise nothing is put in place.
    pub expect_rows: Option<RangeInclusive<u64>>,
    /// What becomes of records that do not fit.
    pub rejects: Rejects,
    /// How much memory it may take.
    pub memory: Memory,
}

impl Job {
    /// Where rows that do not fit in memory are worked on: the folder that was named, or that of the first output.
    pub fn work_folder(&self) -> PathBuf {
        let beside = || {
            let target = self.targets.iter().find(|target| !target.is_stdout())?;
            let path = std::path::absolute(&target.path).ok()?;
            path.ancestors().skip(1).find(|folder| folder.is_dir()).map(Path::to_owned)
        };
        self.memory.folder.clone().or_else(beside).unwrap_or_else(std::env::temp_dir)
    }
}

/// What becomes of records that do not fit.
#[derive(Clone, Debug, Default)]
pub struct Rejects {
    /// Where they are written; beside the first output when there is none.
    pub path: Option<PathBuf>,
    /// How many there may be; otherwise nothing is put in place. Without a limit any number, and the run tells that there are some.
    pub most: Option<u64>,
}

/// Reads a range of rows: `100`, `100..`, `..5000` or `100..5000`, bounds included.
pub fn parse_rows(text: &str) -> Result<RangeInclusive<u64>> {
    let bad = || {
        let message = format!("“{text}” is not a range of rows");
        Error::new(ErrorKind::Parameter, message).advise("write 100, 100.., ..5000 or 100..5000")
    };
    let number = |part: &str, default: u64| {
        if part.is_empty() { Ok(default) } else { part.replace('_', "").parse().map_err(|_| bad()) }
    };
    let range = match text.split_once("..") {
        Some((low, high)) => number(low, 0)?..=number(high.trim_start_matches('='), u64::MAX)?,
        None => {
            let exact = text.replace('_', "").parse().map_err(|_| bad())?;
            exact..=exact
        }
    };
    if range.is_empty() { Err(bad()) } else { Ok(range) }
}

/// Fills `{name}` from the given values and `{now:%Y-%m-%d}` from the run's clock; a name that was not given is an error.
pub fn fill_path(text: &str, values: &BTreeMap<String, String>, env: &Environment) -> Result<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, after) = after.split_once('}').ok_or_else(|| {
            Error::new(ErrorKind::Parameter, format!("“{text}” has an opening brace without a closing one"))
        })?;
        if let Some(layout) = name.strip_prefix("now:") {
            out.push_str(&now_text(layout, env)?);
        } else if let Some(value) = values.get(name) {
            out.push_str(value);
        } else {
            let message = format!("“{text}” needs a value for {{{name}}}");
            let advice = format!(
                "give it with --set {name}=VALUE, or find it in the paths of files with --path-parameter {name}"
            );
            return Err(Error::new(ErrorKind::Parameter, message).advise(advice));
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// Fills the paths of a source. What its path parameters stand for is found in the paths of files, unless a value was given.
pub fn fill_source(source: &mut Source, values: &BTreeMap<String, String>, env: &Environment) -> Result<()> {
    source.selection.now = Some(env.now);
    let mut known = values.clone();
    for parameter in &mut source.selection.parameters {
        parameter.fixed = values.get(&parameter.name).cloned().or(parameter.fixed.take());
        known.insert(parameter.name.clone(), format!("{{{}}}", parameter.name));
    }
    for path in &mut source.paths {
        let mut filled = String::new();
        for (part, fills) in outside_expressions(path) {
            filled.push_str(&if fills { fill_path(part, &known, env)? } else { part.to_owned() });
        }
        *path = filled;
    }
    Ok(())
}

fn now_text(layout: &str, env: &Environment) -> Result<String> {
    use std::fmt::Write as _;
    let mut text = String::new();
    write!(text, "{}", env.now.with_timezone(&env.zone).format(layout))
        .map_err(|_| Error::new(ErrorKind::Parameter, format!("“{layout}” is not a layout such as %Y-%m-%d")))?;
    Ok(text)
}

/// Fills `{name}` in the parameters and condition values of steps, for the names that were given; other braces stay.
pub fn fill_steps(steps: &[Step], values: &BTreeMap<String, String>) -> Vec<Step> {
    let fill = |text: &str| {
        values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    };
    steps
        .iter()
        .map(|step| {
            let mut filled = step.clone();
            for (name, text) in step.params() {
                let new = fill(text);
                if new != *text {
                    filled.set_param(name, Some(new));
                }
            }
            let mut conditions = step.conditions().to_vec();
            for condition in &mut conditions {
                condition.value = condition.value.as_deref().map(fill);
            }
            if conditions != step.conditions() {
                filled.set_conditions(conditions);
            }
            filled
        })
        .collect()
}
