//! Filters on the values in paths and on the times of files, in DataBrew's words: `starts_with :a or (contains :b and not is :c)`.
//!
//! A value stands behind a name with a colon, as in project files, or as itself between quotes, as one types it.

use crate::error::{Error, ErrorKind, Result};
use chrono::{DateTime, Duration, Months, NaiveDate, NaiveDateTime, Utc};
use regex::Regex;
use std::collections::BTreeMap;

/// A filter as it is written, with the values of its names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The conditions, joined with and, or and brackets.
    pub expression: String,
    /// What stands for `:name`.
    pub values: BTreeMap<String, String>,
}

/// A value that is held against a filter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Number(Number),
    Instant(DateTime<Utc>),
}

/// A number of a path; long ones stay exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Whole(i128),
    Decimal(f64),
}

impl Number {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Ok(whole) = text.parse() {
            return Some(Self::Whole(whole));
        }
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
        text.parse().ok().filter(|_| plain).map(Self::Decimal)
    }

    #[allow(clippy::cast_precision_loss, reason = "only where one of the two has a fraction")]
    fn decimal(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Decimal(decimal) => decimal,
        }
    }

    fn order(self, other: Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => Some(a.cmp(&b)),
            _ => self.decimal().partial_cmp(&other.decimal()),
        }
    }
}

/// What kind of values a filter is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    Text,
    Number,
    Date,
}

impl Of {
    const fn words(self) -> &'static str {
        match self {
            Self::Text => "is, contains, starts_with, ends_with, matches, each also after not",
            Self::Number => "is, less_than, less_than_equal, greater_than, greater_than_equal, each also after not",
            Self::Date => "after, before, relative_after, relative_before",
        }
    }
}

/// A filter that was read.
#[derive(Debug)]
pub(crate) enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Is(Value),
    Contains(String),
    StartsWith(String),
    EndsWith(String),
    Matches(Regex),
    Less(Number),
    More(Number),
    After(DateTime<Utc>),
    Before(DateTime<Utc>),
}

impl Test {
    /// Whether a value passes.
    pub(crate) fn holds(&self, value: &Value) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        match (self, value) {
            (Self::All(tests), _) => tests.iter().all(|test| test.holds(value)),
            (Self::Any(tests), _) => tests.iter().any(|test| test.holds(value)),
            (Self::Not(test), _) => !test.holds(value),
            (Self::Is(Value::Number(wanted)), Value::Number(number)) => number.order(*wanted) == Some(Equal),
            (Self::Is(wanted), _) => wanted == value,
            (Self::Contains(part), Value::Text(text)) => text.contains(part.as_str()),
            (Self::StartsWith(part), Value::Text(text)) => text.starts_with(part.as_str()),
            (Self::EndsWith(part), Value::Text(text)) => text.ends_with(part.as_str()),
            (Self::Matches(regex), Value::Text(text)) => regex.is_match(text),
            (Self::Less(bound), Value::Number(number)) => number.order(*bound) == Some(Less),
            (Self::More(bound), Value::Number(number)) => number.order(*bound) == Some(Greater),
            (Self::After(bound), Value::Instant(instant)) => instant > bound,
            (Self::Before(bound), Value::Instant(instant)) => instant < bound,
            _ => false,
        }
    }
}

impl Filter {
    /// A filter without names, as one types it.
    pub fn typed(expression: &str) -> Self {
        Self { expression: expression.to_owned(), values: BTreeMap::new() }
    }

    /// Reads it; relative dates count from `now`.
    pub(crate) fn read(&self, of: Of, now: Option<DateTime<Utc>>) -> Result<Test> {
        let tokens = tokens(&self.expression).map_err(|what| self.bad(&what, of))?;
        let mut reader = Reader { filter: self, tokens: &tokens, at: 0, depth: 0, of, now };
        let test = reader.any().map_err(|what| self.bad(&what, of))?;
        match reader.tokens.get(reader.at) {
            None => Ok(test),
            Some(token) => Err(self.bad(&format!("nothing is expected at {:?}", token.text), of)),
        }
    }

    fn bad(&self, what: &str, of: Of) -> Error {
        Error::new(ErrorKind::Parameter, format!("the filter “{}” cannot be read: {what}", self.expression))
            .advise(format!("write conditions such as {}, joined with and, or and brackets", of.words()))
    }
}

struct Token {
    text: String,
    quoted: bool,
}

impl Token {
    fn is(&self, word: &str) -> bool {
        !self.quoted && self.text.eq_ignore_ascii_case(word)
    }
}

fn tokens(text: &str) -> std::result::Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, taken) = match first {
            '(' | ')' => (Token { text: first.into(), quoted: false }, 1),
            '\'' | '"' | '`' => {
                let end = rest[1..].find(first).ok_or("a quote is not closed")?;
                (Token { text: rest[1..=end].to_owned(), quoted: true }, end + 2)
            }
            '=' | '!' | '<' | '>' => {
                let end = rest.find(|c| !matches!(c, '=' | '!' | '<' | '>')).unwrap_or(rest.len());
                (Token { text: rest[..end].to_owned(), quoted: false }, end)
            }
            _ => {
                let stops = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '=' | '!' | '<' | '>');
                let end = rest.find(stops).unwrap_or(rest.len());
                (Token { text: rest[..end].to_owned(), quoted: false }, end)
            }
        };
        tokens.push(token);
        rest = rest[taken..].trim_start();
    }
    if tokens.len() > 1000 {
        return Err("it is too long".into());
    }
    Ok(tokens)
}

struct Reader<'a> {
    filter: &'a Filter,
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    of: Of,
    now: Option<DateTime<Utc>>,
}

type Read<T> = std::result::Result<T, String>;

impl Reader<'_> {
    fn takes(&mut self, word: &str) -> bool {
        let found = self.tokens.get(self.at).is_some_and(|token| token.is(word));
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Read<Test> {
        let mut tests = vec![self.all()?];
        while self.takes("or") {
            tests.push(self.all()?);
        }
        Ok(if tests.len() == 1 { tests.remove(0) } else { Test::Any(tests) })
    }

    fn all(&mut self) -> Read<Test> {
        let mut tests = vec![self.one()?];
        while self.takes("and") {
            tests.push(self.one()?);
        }
        Ok(if tests.len() == 1 { tests.remove(0) } else { Test::All(tests) })
    }

    fn one(&mut self) -> Read<Test> {
        self.depth += 1;
        if self.depth > 100 {
            return Err("it has too many brackets".into());
        }
        let test = if self.takes("not") {
            Test::Not(Box::new(self.one()?))
        } else if self.takes("(") {
            let inner = self.any()?;
            if !self.takes(")") {
                return Err("a bracket is not closed".into());
            }
            inner
        } else {
            self.condition()?
        };
        self.depth -= 1;
        Ok(test)
    }

    fn condition(&mut self) -> Read<Test> {
        let word = self.tokens.get(self.at).filter(|token| !token.quoted).ok_or("a condition is missing")?;
        let word = word.text.to_ascii_lowercase();
        self.at += 1;
        let negated = (word == "is" && self.takes("not")) || word == "!=" || word == "is_not";
        let operand = self.operand(&word)?;
        let known = || format!("{word} is no condition here");
        let number = || Number::parse(&operand).ok_or_else(|| format!("{operand:?} is no number"));
        let test = match (self.of, word.as_str()) {
            (Of::Text, "is" | "==" | "=" | "eq" | "!=" | "is_not") => Test::Is(Value::Text(operand)),
            (Of::Text, "contains") => Test::Contains(operand),
            (Of::Text, "starts_with") => Test::StartsWith(operand),
            (Of::Text, "ends_with") => Test::EndsWith(operand),
            (Of::Text, "matches") => Test::Matches(
                Regex::new(&format!("^(?:{operand})$")).map_err(|_| format!("{operand:?} is no regular expression"))?,
            ),
            (Of::Number, "is" | "==" | "=" | "eq" | "!=" | "is_not") => Test::Is(Value::Number(number()?)),
            (Of::Number, "less_than" | "lt" | "<") => Test::Less(number()?),
            (Of::Number, "greater_than" | "gt" | ">") => Test::More(number()?),
            (Of::Number, "less_than_equal" | "lte" | "<=") => Test::Not(Box::new(Test::More(number()?))),
            (Of::Number, "greater_than_equal" | "gte" | ">=") => Test::Not(Box::new(Test::Less(number()?))),
            (Of::Date, "after") => Test::After(instant(&operand)?),
            (Of::Date, "before") => Test::Before(instant(&operand)?),
            (Of::Date, "relative_after") => Test::After(self.relative(&operand)?),
            (Of::Date, "relative_before") => Test::Before(self.relative(&operand)?),
            _ => return Err(known()),
        };
        Ok(if negated { Test::Not(Box::new(test)) } else { test })
    }

    fn operand(&mut self, word: &str) -> Read<String> {
        let token = self.tokens.get(self.at).ok_or_else(|| format!("a value is missing after {word}"))?;
        self.at += 1;
        if token.quoted {
            return Ok(token.text.clone());
        }
        match token.text.strip_prefix(':') {
            None if token.is(")") || token.is("(") => Err(format!("a value is missing after {word}")),
            None => Ok(token.text.clone()),
            Some(name) => {
                let values = &self.filter.values;
                let value = values.get(&token.text).or_else(|| values.get(name));
                value.cloned().ok_or_else(|| format!("nobody says what :{name} stands for"))
            }
        }
    }

    fn relative(&self, text: &str) -> Read<DateTime<Utc>> {
        let now = self.now.ok_or("it needs the clock of a run")?;
        let bad = || format!("{text:?} is no span such as -30d, -1w or +2M");
        let (digits, unit) = text.split_at(text.len() - text.chars().last().map_or(0, char::len_utf8));
        let amount: i64 = digits.parse().map_err(|_| bad())?;
        let months = |each: u32| {
            let months = u32::try_from(amount.unsigned_abs()).ok()?.checked_mul(each)?;
            let months = Months::new(months);
            if amount < 0 { now.checked_sub_months(months) } else { now.checked_add_months(months) }
        };
        let moved = match unit {
            "M" => months(1),
            "y" => months(12),
            "s" | "m" | "h" | "d" | "w" => {
                let seconds = match unit {
                    "s" => 1,
                    "m" => 60,
                    "h" => 3600,
                    "d" => 86_400,
                    _ => 604_800,
                };
                let span = amount.checked_mul(seconds).and_then(Duration::try_seconds);
                span.and_then(|span| now.checked_add_signed(span))
            }
            _ => return Err(bad()),
        };
        moved.ok_or_else(bad)
    }
}

// A date or a date with a time, as ISO 8601 writes them; without a zone it is UTC.
fn instant(text: &str) -> Read<DateTime<Utc>> {
    if let Ok(told) = DateTime::parse_from_rfc3339(text) {
        return Ok(told.with_timezone(&Utc));
    }
    for layout in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"] {
        if let Ok(told) = NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), layout) {
            return Ok(told.and_utc());
        }
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|day| day.and_hms_opt(0, 0, 0));
    day.map(|day| day.and_utc()).ok_or_else(|| format!("{text:?} is no date such as 2024-01-31T00:00:00Z"))
}
