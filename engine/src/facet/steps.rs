//! A filter as steps of a recipe: one step removes the rows that do not pass, by alternatives of conditions that hold together.

use super::{Filter, Test};
use crate::error::{Error, ErrorKind, Result};
use crate::op::no_such_column;
use crate::profile::{CUT, Kind, RUN, moment};
use crate::recipe::{Condition, Step};
use crate::types::TypeClass;
use crate::values::float_text;
use polars::prelude::{DataType, Schema};
use serde_json::Value;

/// Longer lengths are counted in a helping column: a pattern of so many characters would take too much room.
const LONGEST: u64 = 1000;

/// Conditions that hold together; of several such lists one suffices.
type Ways = Vec<Vec<Condition>>;

/// The steps that leave exactly the rows that pass all filters: one for each filter, and where a length is asked of very long text a
/// helping column before it, which goes again.
pub fn steps(filters: &[Filter], schema: &Schema) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for filter in filters.iter().filter(|filter| !filter.tests.is_empty()) {
        let dtype = schema.get(&filter.column).ok_or_else(|| no_such_column(&filter.column, schema))?;
        let mut writer = Writer { column: &filter.column, dtype, schema, helpers: Vec::new() };
        let removed = writer.removed(filter)?;
        let helpers: Vec<String> =
            writer.helpers.iter().filter_map(|step| step.param("targetColumn").map(str::to_owned)).collect();
        steps.append(&mut writer.helpers);
        steps.extend(removal(&filter.column, removed));
        if !helpers.is_empty() {
            let list = Value::from(helpers).to_string();
            steps.push(Step::new("DELETE").with("sourceColumns", list));
        }
    }
    Ok(steps)
}

/// The step that removes the rows for which one of several lists of conditions holds; none when there is no such list.
fn removal(column: &str, ways: Ways) -> Option<Step> {
    if let [way] = ways.as_slice()
        && let [one] = way.as_slice()
        && one.condition == "IS_MISSING"
    {
        return Some(Step::new("REMOVE_MISSING").with("sourceColumn", &one.column));
    }
    let mut conditions: Vec<Condition> = Vec::new();
    for way in ways {
        let first = conditions.is_empty();
        conditions.extend(way.into_iter().enumerate().map(|(at, one)| Condition { or: at == 0 && !first, ..one }));
    }
    let mut step = Step::new("REMOVE_VALUES").with("sourceColumn", column);
    step.set_conditions(conditions);
    (!step.conditions().is_empty()).then_some(step)
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
        // It fails when it fails every test: each combination of a way to fail the one and a way to fail the other. Of several ranges
        // the gaps between them are all that is left.
        let (ranges, others): (Vec<&Test>, Vec<&Test>) =
            filter.tests.iter().partition(|test| matches!(test, Test::Range { .. }));
        let mut all: Ways = if ranges.is_empty() { vec![Vec::new()] } else { self.outside(&ranges) };
        for test in others {
            let ways = self.fails(test)?;
            all = all.iter().flat_map(|before| ways.iter().map(|way| [before.as_slice(), way].concat())).collect();
        }
        Ok(all)
    }

    /// The ways in which a cell lies in none of several ranges.
    fn outside(&self, ranges: &[&Test]) -> Ways {
        let bounds = |test: &&Test| match test {
            Test::Range { low, high, closed } => {
                (low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY), *closed || high.is_none())
            }
            _ => (f64::NAN, f64::NAN, false),
        };
        let mut sorted: Vec<(f64, f64, bool)> = ranges.iter().map(bounds).collect();
        sorted.retain(|(low, high, closed)| low < high || (low == high && *closed));
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut ways = vec![vec![self.condition("IS_MISSING", None)]];
        if self.is_real() {
            ways.push(vec![self.condition("IS", Some(list(&["NaN".into()])))]);
        }
        // What is covered so far: up to a bound, which may belong to it.
        let mut covered: Option<(f64, bool)> = None;
        for (low, high, closed) in sorted {
            let above = covered.map(|(end, closed)| {
                self.condition(if closed { "GREATER_THAN" } else { "GREATER_THAN_EQUAL" }, Some(self.bound(end)))
            });
            if covered.is_none_or(|(end, _)| low > end) && low > f64::MIN {
                let below = self.condition("LESS_THAN", Some(self.bound(low)));
                ways.push(above.into_iter().chain([below]).collect());
            }
            covered = Some(match covered {
                Some((end, ends)) if end > high || (end == high && ends) => (end, ends),
                _ => (high, closed),
            });
        }
        if covered.is_none() {
            ways.push(vec![self.condition("IS_NOT_MISSING", None)]);
        }
        if let Some((end, closed)) = covered.filter(|(end, _)| *end < f64::MAX) {
            let name = if closed { "GREATER_THAN" } else { "GREATER_THAN_EQUAL" };
            ways.push(vec![self.condition(name, Some(self.bound(end)))]);
        }
        ways
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
            Test::Length { low, high } if *high > LONGEST => {
                let column = self.helper("length", |step| Step::new("LEN").with("sourceColumn", step))?;
                let condition = |name: &str, value: u64| Condition {
                    condition: name.into(),
                    value: Some(value.to_string()),
                    column: column.clone(),
                    ..Condition::default()
                };
                vec![vec![condition("GREATER_THAN_EQUAL", *low), condition("LESS_THAN_EQUAL", *high)]]
            }
            _ => self.one("MATCHES", self.expression_of(test)?),
        })
    }

    /// The ways in which a cell fails a test.
    fn fails(&mut self, test: &Test) -> Result<Ways> {
        Ok(match test {
            Test::Among(values) => self.one("IS_NOT", list(values)),
            Test::Range { .. } => self.outside(&[test]),
            Test::Missing => vec![vec![self.condition("IS_NOT_MISSING", None)]],
            Test::Empty => self.one("IS_NOT", list(&[String::new()])),
            Test::Contains { text, match_case: true } => self.one("NOT_CONTAINS", text.clone()),
            Test::Length { low, high } if *high > LONGEST => {
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
            Test::Invalid(kind) => {
                vec![
                    vec![self.condition("IS_VALID", Some(kind.clone()))],
                    self.one("IS", list(&[String::new()])).concat(),
                ]
            }
            _ => self.one("NOT_MATCHES", self.expression_of(test)?),
        })
    }

    /// A regular expression that finds what passes a test of text.
    fn expression_of(&self, test: &Test) -> Result<String> {
        if TypeClass::of(self.dtype) != TypeClass::Text {
            return Err(self.refused("only text has lengths and patterns in a recipe"));
        }
        Ok(match test {
            Test::Blank => r"^\s+$".to_owned(),
            Test::Contains { text, .. } => format!("(?i){}", regex::escape(text)),
            Test::Length { low, high } if low > high => r"\b\B".to_owned(),
            Test::Length { low, high } => format!("^(?s:.{{{low},{high}}})$"),
            Test::Pattern(patterns) => {
                let all: Vec<String> = patterns.iter().map(|pattern| expression(pattern)).collect();
                format!("^(?s:{})$", all.join("|"))
            }
            _ => {
                return Err(self
                    .refused("values that occur more than once cannot be picked by a step")
                    .advise("the operation “Remove duplicate values” keeps the first of each"));
            }
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
