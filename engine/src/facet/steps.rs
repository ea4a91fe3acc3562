//! A filter as steps of a recipe: rows that do not pass are removed. Each step removes the rows for which all its conditions hold.

use super::{Filter, Test};
use crate::error::{Error, ErrorKind, Result};
use crate::op::no_such_column;
use crate::profile::{CUT, Kind, RUN, moment};
use crate::recipe::{Condition, Step};
use crate::types::TypeClass;
use crate::values::float_text;
use polars::prelude::{DataType, Schema};
use serde_json::Value;

/// Conditions that hold together; of several such lists one suffices.
type Ways = Vec<Vec<Condition>>;

/// The steps that leave exactly the rows that pass all filters.
pub fn steps(filters: &[Filter], schema: &Schema) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for filter in filters.iter().filter(|filter| !filter.tests.is_empty()) {
        let dtype = schema.get(&filter.column).ok_or_else(|| no_such_column(&filter.column, schema))?;
        let mut writer = Writer { column: &filter.column, dtype, schema, helpers: Vec::new() };
        let removed = writer.removed(filter)?;
        let helpers: Vec<String> =
            writer.helpers.iter().filter_map(|step| step.param("targetColumn").map(str::to_owned)).collect();
        steps.append(&mut writer.helpers);
        for conditions in removed {
            let mut step = match conditions.as_slice() {
                [one] if one.condition == "IS_MISSING" => Step::new("REMOVE_MISSING").with("sourceColumn", &one.column),
                _ => Step::new("REMOVE_VALUES").with("sourceColumn", &filter.column),
            };
            if step.operation() == "REMOVE_VALUES" {
                step.set_conditions(conditions);
            }
            steps.push(step);
        }
        if !helpers.is_empty() {
            let list = Value::from(helpers).to_string();
            steps.push(Step::new("DELETE").with("sourceColumns", list));
        }
    }
    Ok(steps)
}

struct Writer<'a> {
    column: &'a str,
    dtype: &'a DataType,
    schema: &'a Schema,
    /// Steps that make columns which conditions ask for; those go again.
    helpers: Vec<Step>,
}

impl Writer<'_> {
    /// The ways in which a row may fail the filter.
    fn removed(&mut self, filter: &Filter) -> Result<Ways> {
        if filter.inverted {
            let mut all = Vec::new();
            for test in &filter.tests {
                all.append(&mut self.holds(test)?);
            }
            return Ok(all);
        }
        // It fails when it fails every test: each combination of a way to fail the one and a way to fail the other.
        let mut all: Ways = vec![Vec::new()];
        for test in &filter.tests {
            let ways = self.fails(test)?;
            all = all.iter().flat_map(|before| ways.iter().map(|way| [before.as_slice(), way].concat())).collect();
        }
        Ok(all)
    }

    fn condition(&self, name: &str, value: Option<String>) -> Condition {
        Condition { condition: name.to_owned(), value, column: self.column.to_owned(), ..Condition::default() }
    }

    fn one(&self, name: &str, value: impl Into<String>) -> Ways {
        vec![vec![self.condition(name, Some(value.into()))]]
    }

    /// The ways in which a cell passes a test.
    fn holds(&mut self, test: &Test) -> Result<Ways> {
        Ok(match test {
            Test::Among(values) => self.one("IS", list(values)),
            Test::Range { low, high, closed } => {
                let mut both = Vec::new();
                if let Some(low) = low {
                    both.push(self.condition("GREATER_THAN_EQUAL", Some(self.bound(*low))));
                }
                if let Some(high) = high {
                    let name = if *closed { "LESS_THAN_EQUAL" } else { "LESS_THAN" };
                    both.push(self.condition(name, Some(self.bound(*high))));
                }
                if both.is_empty() {
                    both.push(self.condition("CONTAINS", Some(String::new())));
                }
                if self.is_real() {
                    both.push(self.condition("IS_NOT", Some(list(&["NaN".into()]))));
                }
                vec![both]
            }
            Test::Missing => vec![vec![self.condition("IS_MISSING", None)]],
            Test::Empty => self.one("IS", list(&[String::new()])),
            Test::Invalid(kind) => vec![vec![
                self.condition("IS_INVALID", Some(kind.clone())),
                self.condition("IS_NOT", Some(list(&[String::new()]))),
            ]],
            Test::Contains { text, match_case: true } => self.one("CONTAINS", text.clone()),
            Test::Length { low, high } => {
                let column = self.helper("length", |step| Step::new("LEN").with("sourceColumn", step))?;
                let condition = |name: &str, value: u64| Condition {
                    condition: name.into(),
                    value: Some(value.to_string()),
                    column: column.clone(),
                    ..Condition::default()
                };
                vec![vec![condition("GREATER_THAN_EQUAL", *low), condition("LESS_THAN_EQUAL", *high)]]
            }
            _ => vec![vec![self.flagged(test, "True")?]],
        })
    }

    /// The ways in which a cell fails a test.
    fn fails(&mut self, test: &Test) -> Result<Ways> {
        Ok(match test {
            Test::Among(values) => self.one("IS_NOT", list(values)),
            Test::Range { low, high, closed } => {
                let mut ways = vec![vec![self.condition("IS_MISSING", None)]];
                if self.is_real() {
                    ways.push(vec![self.condition("IS", Some(list(&["NaN".into()])))]);
                }
                if let Some(low) = low {
                    ways.push(vec![self.condition("LESS_THAN", Some(self.bound(*low)))]);
                }
                if let Some(high) = high {
                    let name = if *closed { "GREATER_THAN" } else { "GREATER_THAN_EQUAL" };
                    ways.push(vec![self.condition(name, Some(self.bound(*high)))]);
                }
                ways
            }
            // Every text holds the empty one, a missing cell holds none.
            Test::Missing => self.one("CONTAINS", ""),
            Test::Empty => self.one("IS_NOT", list(&[String::new()])),
            Test::Contains { text, match_case: true } => self.one("NOT_CONTAINS", text.clone()),
            Test::Length { low, high } => {
                let column = self.helper("length", |step| Step::new("LEN").with("sourceColumn", step))?;
                let way = |name: &str, value: Option<u64>| {
                    vec![Condition {
                        condition: name.into(),
                        value: value.map(|v| v.to_string()),
                        column: column.clone(),
                        ..Condition::default()
                    }]
                };
                vec![way("IS_MISSING", None), way("LESS_THAN", Some(*low)), way("GREATER_THAN", Some(*high))]
            }
            Test::Invalid(_) => {
                return Err(self
                    .refused("text that does not fit a type cannot be what a step keeps")
                    .advise("make a step of the opposite filter: it removes that text"));
            }
            _ => vec![vec![self.flagged(test, "False")?]],
        })
    }

    /// A condition on a helping column that says whether a regular expression is found.
    fn flagged(&mut self, test: &Test, answer: &str) -> Result<Condition> {
        let pattern = match test {
            Test::Blank => r"^\s+$".to_owned(),
            Test::Contains { text, .. } => format!("(?i){}", regex::escape(text)),
            Test::Pattern(patterns) => {
                let all: Vec<String> = patterns.iter().map(|pattern| expression(pattern)).collect();
                format!("^(?s:{})$", all.join("|"))
            }
            _ => {
                return Err(self
                    .refused("values that occur more than once cannot be picked by a step")
                    .advise("the operation “Remove duplicate values” keeps the first of each"));
            }
        };
        let flag = |column: &str| {
            Step::new("FLAG_COLUMN_FROM_PATTERN").with("sourceColumn", column).with("pattern", pattern.clone())
        };
        let column = self.helper("matches", flag)?;
        Ok(Condition {
            condition: "IS".into(),
            value: Some(list(&[answer.to_owned()])),
            column,
            ..Condition::default()
        })
    }

    fn helper(&mut self, word: &str, make: impl Fn(&str) -> Step) -> Result<String> {
        if TypeClass::of(self.dtype) != TypeClass::Text {
            return Err(self.refused("only text has lengths and patterns in a recipe"));
        }
        let made = make(self.column);
        let same =
            |step: &&Step| step.operation() == made.operation() && step.param("pattern") == made.param("pattern");
        if let Some(known) = self.helpers.iter().find(same).and_then(|step| step.param("targetColumn")) {
            return Ok(known.to_owned());
        }
        let taken = |name: &str| {
            self.schema.contains(name) || self.helpers.iter().any(|step| step.param("targetColumn") == Some(name))
        };
        let mut name = format!("{} {word}", self.column);
        let mut number = 2;
        while taken(&name) {
            name = format!("{} {word} {number}", self.column);
            number += 1;
        }
        self.helpers.push(made.with("targetColumn", name.clone()));
        Ok(name)
    }

    fn is_real(&self) -> bool {
        TypeClass::of(self.dtype) == TypeClass::Decimal
    }

    fn bound(&self, value: f64) -> String {
        if Kind::of(self.dtype) == Kind::Moment {
            let text = moment(value, self.dtype);
            return text.as_str().map_or_else(|| text.to_string(), str::to_owned);
        }
        float_text(value)
    }

    fn refused(&self, message: &str) -> Error {
        Error::new(ErrorKind::Condition, format!("the filter of {}: {message}", self.column))
    }
}

fn list(values: &[String]) -> String {
    Value::from(values.to_vec()).to_string()
}

/// A regular expression for a pattern of characters.
fn expression(pattern: &str) -> String {
    let mut found = String::new();
    let mut signs = pattern.chars().peekable();
    while let Some(sign) = signs.next() {
        let class = match sign {
            'A' => r"\p{Uppercase}",
            'a' => r"[\p{Alphabetic}--\p{Uppercase}]",
            '9' => "[0-9]",
            CUT if signs.peek().is_none() => ".*",
            other => {
                found.push_str(&regex::escape(&other.to_string()));
                continue;
            }
        };
        found.push_str(class);
        if signs.next_if_eq(&RUN).is_some() {
            found.push_str(if sign == '9' { "{13,}" } else { "{4,}" });
        }
    }
    found
}
