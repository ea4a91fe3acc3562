//! Conditions: one list of tests, applied once for all operations.
//!
//! Every test yields true or false, never missing. A missing cell satisfies the negated tests (`IS_NOT`, `NOT_CONTAINS` ...) and no
//! other but `IS_MISSING`. Definitions: the table of conditions in `DataBrew`'s recipe reference, which has fifteen of the tests.
//! Conditions hold together; one that says OR begins another alternative.

use super::dates::parse_any_date;
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::recipe::Condition;
use crate::types::{TypeClass, dtype_of_word};
use polars::prelude::{DataType, Expr, NULL, Schema, lit, when};
use serde_json::Value;

/// The tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// Equal to one of the values.
    Is,
    /// Equal to none of the values, or missing.
    IsNot,
    /// Within two bounds, both included.
    IsBetween,
    /// Outside two bounds, or missing.
    IsNotBetween,
    /// Holds the text.
    Contains,
    /// Does not hold the text, or is missing.
    NotContains,
    /// Begins with the text.
    StartsWith,
    /// Does not begin with the text, or is missing.
    NotStartsWith,
    /// Ends with the text.
    EndsWith,
    /// Does not end with the text, or is missing.
    NotEndsWith,
    /// Less than the value.
    LessThan,
    /// Less than or equal to the value.
    LessThanEqual,
    /// Greater than the value.
    GreaterThan,
    /// Greater than or equal to the value.
    GreaterThanEqual,
    /// Text that does not fit a type.
    IsInvalid,
    /// Text that fits a type, or missing.
    IsValid,
    /// A pattern is found in the text.
    Matches,
    /// A pattern is not found in the text, or it is missing.
    NotMatches,
    /// No value.
    IsMissing,
    /// A value.
    IsNotMissing,
}

/// What a window and a report need to know about a test.
pub struct TestInfo {
    /// The test.
    pub test: Test,
    /// Its name in recipe files.
    pub name: &'static str,
    /// Its words in a sentence: `price` *is at least* 3.
    pub words: &'static str,
    /// Whether it takes a value.
    pub takes_value: bool,
    /// Whether DataBrew has it.
    pub in_databrew: bool,
}

/// All tests, in the order of menus.
pub static TESTS: &[TestInfo] = &[
    info(Test::Is, "IS", "is", true),
    info(Test::IsNot, "IS_NOT", "is not", true),
    info(Test::IsBetween, "IS_BETWEEN", "is between", true),
    ours(Test::IsNotBetween, "IS_NOT_BETWEEN", "is not between", true),
    info(Test::Contains, "CONTAINS", "contains", true),
    info(Test::NotContains, "NOT_CONTAINS", "does not contain", true),
    info(Test::StartsWith, "STARTS_WITH", "starts with", true),
    info(Test::NotStartsWith, "NOT_STARTS_WITH", "does not start with", true),
    info(Test::EndsWith, "ENDS_WITH", "ends with", true),
    info(Test::NotEndsWith, "NOT_ENDS_WITH", "does not end with", true),
    ours(Test::Matches, "MATCHES", "matches", true),
    ours(Test::NotMatches, "NOT_MATCHES", "does not match", true),
    info(Test::LessThan, "LESS_THAN", "is less than", true),
    info(Test::LessThanEqual, "LESS_THAN_EQUAL", "is at most", true),
    info(Test::GreaterThan, "GREATER_THAN", "is greater than", true),
    info(Test::GreaterThanEqual, "GREATER_THAN_EQUAL", "is at least", true),
    info(Test::IsInvalid, "IS_INVALID", "is not a valid", true),
    ours(Test::IsValid, "IS_VALID", "is a valid", true),
    info(Test::IsMissing, "IS_MISSING", "is missing", false),
    ours(Test::IsNotMissing, "IS_NOT_MISSING", "is not missing", false),
];

const fn info(test: Test, name: &'static str, words: &'static str, takes_value: bool) -> TestInfo {
    TestInfo { test, name, words, takes_value, in_databrew: true }
}

const fn ours(test: Test, name: &'static str, words: &'static str, takes_value: bool) -> TestInfo {
    TestInfo { test, name, words, takes_value, in_databrew: false }
}

/// A condition whose test is known and whose value is read.
#[derive(Clone, Debug)]
pub struct BoundCondition {
    /// The test.
    pub test: Test,
    /// The column whose cells are tested.
    pub column: String,
    /// The values it is tested against: several for IS and `IS_NOT`, two for the ranges, else one or none.
    pub values: Vec<String>,
    /// Whether it begins another alternative.
    pub or: bool,
}

impl BoundCondition {
    /// Reads a stored condition; the error names the tests or the form that the value takes.
    pub fn parse(condition: &Condition) -> Result<Self> {
        let fail = |message: String, advice: &str| {
            Error::new(ErrorKind::Condition, message).advise(advice.to_owned()).at_param("ConditionExpressions")
        };
        let name = condition.condition.to_ascii_uppercase();
        let found = TESTS.iter().find(|t| t.name == name);
        let info = found.ok_or_else(|| {
            let near = super::alike(&name, TESTS.iter().map(|t| t.name));
            let names: Vec<_> = TESTS.iter().map(|t| t.name).collect();
            let advice =
                near.map_or_else(|| format!("use one of {}", names.join(", ")), |near| format!("did you mean {near}?"));
            fail(format!("there is no condition {}", condition.condition), &advice)
        })?;
        let text = condition.value.as_deref();
        let need = || fail(format!("{} needs a value", info.name), r#"for example "Value": "10""#);
        let values = match info.test {
            Test::IsMissing | Test::IsNotMissing => Vec::new(),
            Test::Is | Test::IsNot => read_list(text.ok_or_else(need)?),
            Test::IsBetween | Test::IsNotBetween => read_bounds(text.ok_or_else(need)?).ok_or_else(|| {
                let message = format!("“{}” holds no two bounds", text.unwrap_or_default());
                fail(message, r#"write {"lower": 1, "upper": 9} or [1, 9]"#)
            })?,
            Test::IsInvalid | Test::IsValid => vec![text.unwrap_or_default().to_owned()],
            Test::Matches | Test::NotMatches => {
                let pattern = text.filter(|pattern| !pattern.is_empty()).ok_or_else(need)?;
                regex::Regex::new(pattern).map_err(|_| {
                    fail(format!("the pattern “{pattern}” does not work"), "check its brackets and signs")
                })?;
                vec![pattern.to_owned()]
            }
            _ => vec![text.ok_or_else(need)?.to_owned()],
        };
        Ok(Self { test: info.test, column: condition.column.clone(), values, or: condition.or })
    }

    /// What is known about its test.
    pub fn info(&self) -> &'static TestInfo {
        TESTS.iter().find(|t| t.test == self.test).unwrap_or(&TESTS[0])
    }

    /// The condition as part of a sentence.
    pub fn describe(&self) -> String {
        let words = self.info().words;
        match self.test {
            Test::IsMissing | Test::IsNotMissing => format!("{} {words}", self.column),
            Test::IsBetween | Test::IsNotBetween => format!("{} {words} {}", self.column, self.shown().join(" and ")),
            _ => format!("{} {words} {}", self.column, self.shown().join(" or ")),
        }
    }

    /// The values as people read them: what would not be seen, or not be seen to end, stands in quotes.
    fn shown(&self) -> Vec<String> {
        let plain = |value: &String| !value.is_empty() && value.trim() == value;
        self.values.iter().map(|value| if plain(value) { value.clone() } else { format!("“{value}”") }).collect()
    }

    /// The test as an expression that is true or false for every row.
    pub fn predicate(&self, schema: &Schema) -> Result<Expr> {
        let dtype = schema.get(&self.column).ok_or_else(|| super::no_such_column(&self.column, schema))?;
        let cell = col(self.column.as_str());
        let text = || as_text(&self.column, dtype);
        let first = self.values.first().map_or("", String::as_str);
        let literal = lit(first.to_owned());
        let test = match self.test {
            Test::IsMissing => return Ok(cell.is_null()),
            Test::IsNotMissing => return Ok(cell.is_not_null()),
            Test::Is | Test::IsNot => self.is_any(dtype)?,
            Test::IsBetween | Test::IsNotBetween => {
                let [low, high] = [0, 1].map(|at| self.values.get(at).map_or("", String::as_str));
                compare(cell.clone(), dtype, low, Expr::gt_eq)?.and(compare(cell, dtype, high, Expr::lt_eq)?)
            }
            Test::Contains | Test::NotContains => text().str().contains_literal(literal),
            Test::StartsWith | Test::NotStartsWith => text().str().starts_with(literal),
            Test::EndsWith | Test::NotEndsWith => text().str().ends_with(literal),
            Test::LessThan => compare(cell, dtype, first, Expr::lt)?,
            Test::LessThanEqual => compare(cell, dtype, first, Expr::lt_eq)?,
            Test::GreaterThan => compare(cell, dtype, first, Expr::gt)?,
            Test::GreaterThanEqual => compare(cell, dtype, first, Expr::gt_eq)?,
            Test::IsInvalid | Test::IsValid => is_invalid(cell, dtype, first)?,
            Test::Matches | Test::NotMatches => text().str().contains(literal, true),
        };
        let test = test.fill_null(lit(false));
        Ok(match self.test {
            Test::IsNot
            | Test::IsNotBetween
            | Test::NotContains
            | Test::NotStartsWith
            | Test::NotEndsWith
            | Test::NotMatches
            | Test::IsValid => test.not(),
            _ => test,
        })
    }

    fn is_any(&self, dtype: &DataType) -> Result<Expr> {
        let cell = col(self.column.as_str());
        let mut any: Option<Expr> = None;
        for value in &self.values {
            // A value that does not read as the column's type equals no cell of it.
            let equal = match compare(cell.clone(), dtype, value, Expr::eq) {
                Ok(equal) => equal,
                Err(_) => as_text(&self.column, dtype).eq(lit(value.clone())),
            };
            any = Some(match any {
                Some(any) => any.or(equal),
                None => equal,
            });
        }
        Ok(any.unwrap_or_else(|| lit(false)))
    }
}

/// All conditions as one predicate, or none where there are none: all of an alternative must hold, of any alternative.
pub fn predicate(conditions: &[BoundCondition], schema: &Schema) -> Result<Option<Expr>> {
    let mut any: Option<Expr> = None;
    let mut all: Option<Expr> = None;
    for condition in conditions {
        let next = condition.predicate(schema).map_err(|e| e.at_param("ConditionExpressions"))?;
        if condition.or {
            any = either(any, all.take());
        }
        all = Some(match all {
            Some(all) => all.and(next),
            None => next,
        });
    }
    Ok(either(any, all))
}

fn either(a: Option<Expr>, b: Option<Expr>) -> Option<Expr> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.or(b)),
        (a, b) => a.or(b),
    }
}

/// Cells of a column as text, for the tests that look into text.
fn as_text(column: &str, dtype: &DataType) -> Expr {
    super::convert::convert(col(column), dtype, &DataType::String)
}

/// Compares cells with a value read as the column's own type.
fn compare(cell: Expr, dtype: &DataType, value: &str, how: fn(Expr, Expr) -> Expr) -> Result<Expr> {
    let misfit = || {
        let message = format!("“{value}” cannot be compared with a column of {}", TypeClass::of(dtype).words());
        Error::new(ErrorKind::Condition, message).advise("change the value, or the column's type in a step before")
    };
    Ok(match TypeClass::of(dtype) {
        TypeClass::Whole | TypeClass::Decimal | TypeClass::Money => {
            let number = value.trim();
            if let Ok(whole) = number.parse::<i64>() {
                how(cell, lit(whole))
            } else {
                how(cell.cast(DataType::Float64), lit(number.parse::<f64>().map_err(|_| misfit())?))
            }
        }
        TypeClass::Boolean => how(cell, lit(read_bool(value).ok_or_else(misfit)?)),
        TypeClass::Date | TypeClass::DateTime | TypeClass::Time => {
            let date = parse_any_date(value).ok_or_else(misfit)?;
            how(cell.cast(DataType::Datetime(polars::prelude::TimeUnit::Microseconds, None)), lit(date))
        }
        TypeClass::Text => how(cell.cast(DataType::String), lit(value.to_owned())),
        _ => return Err(misfit()),
    })
}

/// Whether a text cell does not fit a named type; cells of other types always fit theirs, missing ones too.
pub fn is_invalid(cell: Expr, dtype: &DataType, word: &str) -> Result<Expr> {
    if dtype != &DataType::String || word.is_empty() || word.eq_ignore_ascii_case("string") {
        return Ok(lit(false));
    }
    // Any number fits `number`; as the target of a change of type the word means a whole one.
    let word = if word.eq_ignore_ascii_case("number") { "double" } else { word };
    let target = dtype_of_word(word).ok_or_else(|| {
        Error::new(ErrorKind::Condition, format!("“{word}” is not a type"))
            .advise("use number, double, boolean, date or timestamp")
    })?;
    let cast = super::convert::convert(cell.clone(), dtype, &target);
    Ok(cell.is_not_null().and(cast.is_null()))
}

/// Whether a text cell has a value that is not of the type its column is meant to be: what figures count as mismatched, what a filter by
/// them passes and what a grid marks. Empty text is missing here, and a category is the text that it stands for.
pub fn is_unfit(cell: Expr, dtype: &DataType, word: &str) -> Result<Expr> {
    if TypeClass::of(dtype) != TypeClass::Text {
        return Ok(lit(false));
    }
    let text = if dtype == &DataType::String { cell } else { cell.cast(DataType::String) };
    Ok(is_invalid(text.clone(), &DataType::String, word)?.and(text.neq(lit(""))))
}

/// yes and no, true and false, in any case.
pub fn read_bool(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" => Some(true),
        "false" | "no" => Some(false),
        _ => None,
    }
}

/// Cells where the predicate holds take `then`, the others keep `keep` (missing when there is none).
pub fn masked(predicate: &Expr, then: Expr, keep: Option<Expr>) -> Expr {
    when(predicate.clone()).then(then).otherwise(keep.unwrap_or_else(|| lit(NULL)))
}

fn read_list(text: &str) -> Vec<String> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(list)) => list.iter().map(plain).collect(),
        _ => vec![text.to_owned()],
    }
}

fn read_bounds(text: &str) -> Option<Vec<String>> {
    let pair = |low: &Value, high: &Value| vec![plain(low), plain(high)];
    match serde_json::from_str::<Value>(text).ok()? {
        Value::Array(list) if list.len() == 2 => Some(pair(&list[0], &list[1])),
        Value::Object(map) => {
            let find = |names: [&str; 4]| {
                map.iter().find(|(key, _)| names.iter().any(|n| n.eq_ignore_ascii_case(key))).map(|(_, v)| v)
            };
            let low = find(["lower", "min", "from", "lowerBound"])?;
            let high = find(["upper", "max", "to", "upperBound"])?;
            Some(pair(low, high))
        }
        _ => None,
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
