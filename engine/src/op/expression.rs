//! Expressions over columns: the Spark SQL of CASE_OPERATION and BOOLEAN_OPERATION, read by `sqlparser` and turned into Polars'.
//!
//! A column is a name in backticks or a bare word, `:name` in backticks is an aggregate of the step. Comparisons with a missing cell are
//! neither true nor false, as in SQL. Knows no operation.

use super::aggregate::common_type;
use super::condition::read_bool;
use super::convert::convert;
use super::dates::parse_any_date;
use super::functions;
use super::moment::MOMENT;
use super::number::{ADD, Arithmetic, DIVIDE, MULTIPLY, Operand, REMAINDER, SUBTRACT, combine, meet, type_of};
use super::param::{Kind, ParamSpec, ParamType, Use};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::types::{TypeClass, dtype_of_word};
use polars::prelude::{DataType, Expr, NULL, Schema, lit, when};
use sqlparser::ast::{
    self, BinaryOperator as B, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, UnaryOperator as U, Value,
};
use sqlparser::dialect::SparkSqlDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;
use std::ops::ControlFlow;

/// An expression over columns.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    text: String,
    pub(super) tree: ast::Expr,
}

impl Expression {
    /// Reads an expression; the error says where it ceases to be one.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let plain =
            |e: sqlparser::parser::ParserError| e.to_string().trim_start_matches("sql parser error: ").to_owned();
        let mut parser = Parser::new(&SparkSqlDialect {}).try_with_sql(text).map_err(plain)?;
        let mut tree = parser.parse_expr().map_err(plain)?;
        let next = parser.peek_token();
        if next.token != Token::EOF {
            if text.trim_start().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("case"))
                && !matches!(tree, ast::Expr::Case { .. })
            {
                return Err("the CASE expression is not complete; it needs WHEN, THEN and END".into());
            }
            return Err(format!(
                "“{}” at column {} does not belong to the expression",
                next.token, next.span.start.column
            ));
        }
        quote_types(&mut tree);
        Ok(Self { text: text.to_owned(), tree })
    }
}

impl ParamType for Expression {
    const KIND: Kind = Kind::Expression;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        Self::read(text)
    }
    fn write(&self) -> String {
        self.text.clone()
    }
    fn visit(&mut self, each: &mut dyn FnMut(&mut String, Use)) {
        let mut changed = false;
        each_part(&mut self.tree, &mut |tree| {
            if let Some(mut name) = column_name(tree) {
                let before = name.clone();
                each(&mut name, Use::Reads);
                if name != before {
                    *tree = ast::Expr::Identifier(Ident::with_quote('`', name));
                    changed = true;
                }
            }
        });
        if changed {
            self.text = self.tree.to_string();
        }
    }
}

/// The column that a part of an expression names, if it is one.
fn column_name(tree: &ast::Expr) -> Option<String> {
    match tree {
        ast::Expr::Identifier(name) if !name.value.starts_with(':') => Some(name.value.clone()),
        ast::Expr::CompoundIdentifier(names) => {
            Some(names.iter().map(|n| n.value.as_str()).collect::<Vec<_>>().join("."))
        }
        _ => None,
    }
}

/// The type in isValid(column, type) is a bare word; as text it cannot be taken for a column.
fn quote_types(tree: &mut ast::Expr) {
    each_part(tree, &mut |tree| {
        if let ast::Expr::Function(function) = tree
            && function.name.to_string().eq_ignore_ascii_case("isvalid")
            && let FunctionArguments::List(list) = &mut function.args
            && let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(word))) = list.args.get_mut(1)
            && let ast::Expr::Identifier(name) = word
        {
            *word = ast::Expr::Value(Value::SingleQuotedString(name.value.clone()).into());
        }
    });
}

/// Shows every part of an expression. The walk is made once for all who ask: it is 3 % of the engine's code.
fn each_part(tree: &mut ast::Expr, show: &mut dyn FnMut(&mut ast::Expr)) {
    let _: ControlFlow<()> = ast::visit_expressions_mut(tree, |tree| {
        show(tree);
        ControlFlow::Continue(())
    });
}

/// A part of an expression with its type.
#[derive(Clone)]
pub(super) struct Typed {
    pub(super) expr: Expr,
    pub(super) dtype: DataType,
    /// Its text, when it is a text constant.
    text: Option<String>,
}

impl Typed {
    /// A part of a type.
    pub(super) const fn new(expr: Expr, dtype: DataType) -> Self {
        Self { expr, dtype, text: None }
    }

    /// A text constant.
    pub(super) fn text(text: &str) -> Self {
        Self { expr: lit(text.to_owned()), dtype: DataType::String, text: Some(text.to_owned()) }
    }

    /// A test.
    pub(super) const fn test(expr: Expr) -> Self {
        Self::new(expr, DataType::Boolean)
    }

    /// Its kind of value.
    pub(super) fn class(&self) -> TypeClass {
        TypeClass::of(&self.dtype)
    }

    /// The same in another type.
    pub(super) fn to(&self, dtype: &DataType) -> Expr {
        if self.dtype == DataType::Null {
            self.expr.clone().cast(dtype.clone())
        } else {
            convert(self.expr.clone(), &self.dtype, dtype)
        }
    }
}

/// What an expression can name: the columns, and the aggregates of its step.
pub(super) struct Scope<'a> {
    pub(super) schema: &'a Schema,
    pub(super) aggregates: &'a [(String, Typed)],
}

/// An error about an expression.
pub(super) fn misfit(message: impl Into<String>, advice: &str) -> Error {
    Error::new(ErrorKind::Parameter, message).advise(advice)
}

impl Scope<'_> {
    /// A name as it stands in backticks: a column, or an aggregate after a colon.
    pub(super) fn name(&self, name: &str) -> Result<Typed> {
        if let Some(aggregate) = name.strip_prefix(':') {
            let found = self.aggregates.iter().find(|(known, _)| known == aggregate).map(|(_, value)| value.clone());
            return found.ok_or_else(|| {
                let known: Vec<_> = self.aggregates.iter().map(|(name, _)| name.as_str()).collect();
                misfit(format!("withExpressions has no “{aggregate}”"), &format!("it has {}", known.join(", ")))
            });
        }
        let dtype = self.schema.get(name).ok_or_else(|| super::no_such_column(name, self.schema))?;
        Ok(Typed::new(col(name), dtype.clone()))
    }

    /// An expression as Polars' own, with its type.
    pub(super) fn translate(&self, tree: &ast::Expr) -> Result<Typed> {
        use ast::Expr as E;
        Ok(match tree {
            E::Identifier(name) => self.name(&name.value)?,
            E::CompoundIdentifier(_) => self.name(&column_name(tree).unwrap_or_default())?,
            E::Nested(inner) => self.translate(inner)?,
            E::Value(value) => constant(&value.value)?,
            E::UnaryOp { op, expr } => self.unary(*op, expr)?,
            E::BinaryOp { left, op, right } => self.binary(left, op, right)?,
            E::IsNull(inner) => Typed::test(self.translate(inner)?.expr.is_null()),
            E::IsNotNull(inner) => Typed::test(self.translate(inner)?.expr.is_not_null()),
            E::IsTrue(inner) => Typed::test(self.test(inner)?.fill_null(lit(false))),
            E::IsFalse(inner) => Typed::test(self.test(inner)?.not().fill_null(lit(false))),
            E::IsNotTrue(inner) => Typed::test(self.test(inner)?.not().fill_null(lit(true))),
            E::IsNotFalse(inner) => Typed::test(self.test(inner)?.fill_null(lit(true))),
            E::InList { expr, list, negated } => Typed::test(self.in_list(expr, list, *negated)?),
            E::Between { expr, negated, low, high } => {
                let within = self.between(expr, low, high)?;
                Typed::test(if *negated { within.not() } else { within })
            }
            E::Like { negated, expr, pattern, .. } => Typed::test(self.like(expr, pattern, *negated, "(?s)")?),
            E::ILike { negated, expr, pattern, .. } => Typed::test(self.like(expr, pattern, *negated, "(?si)")?),
            E::RLike { negated, expr, pattern, .. } => {
                let found = self.matches(expr, pattern)?;
                Typed::test(if *negated { found.not() } else { found })
            }
            E::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref())?
            }
            E::Cast { expr, data_type, .. } => self.cast(expr, &data_type.to_string())?,
            E::Trim { expr, trim_where: None, trim_what: None, trim_characters: None } => {
                Typed::new(self.as_text(expr)?.str().strip_chars(lit(NULL)), DataType::String)
            }
            E::Floor { expr, field } if !matches!(field, ast::CeilFloorKind::Scale(_)) => {
                self.further("floor", &[expr])?
            }
            E::Ceil { expr, field } if !matches!(field, ast::CeilFloorKind::Scale(_)) => {
                self.further("ceil", &[expr])?
            }
            E::Substring { expr, substring_from: Some(from), substring_for: None, .. } => {
                self.further("substring", &[expr, from])?
            }
            E::Substring { expr, substring_from: Some(from), substring_for: Some(length), .. } => {
                self.further("substring", &[expr, from, length])?
            }
            E::Function(function) => functions::call(self, function)?,
            other => {
                let message = format!("“{other}” is not understood");
                return Err(misfit(
                    message,
                    "use comparisons, AND, OR, NOT, IS NULL, IN, BETWEEN, LIKE, CASE, + - * / % and the listed functions",
                ));
            }
        })
    }

    fn further(&self, name: &str, args: &[&ast::Expr]) -> Result<Typed> {
        super::formula::call(self, name, args)?
            .ok_or_else(|| misfit(format!("{name} is not understood"), "check its values"))
    }

    /// A part that must be true or false.
    pub(super) fn test(&self, tree: &ast::Expr) -> Result<Expr> {
        let part = self.translate(tree)?;
        match part.class() {
            TypeClass::Boolean => Ok(part.expr),
            _ if part.dtype == DataType::Null => Ok(part.expr.cast(DataType::Boolean)),
            class => Err(misfit(format!("“{tree}” is {}, not a test", class.words()), "compare it with something")),
        }
    }

    /// A part as text.
    pub(super) fn as_text(&self, tree: &ast::Expr) -> Result<Expr> {
        Ok(self.translate(tree)?.to(&DataType::String))
    }

    fn unary(&self, op: U, inner: &ast::Expr) -> Result<Typed> {
        match op {
            U::Not | U::BangNot => Ok(Typed::test(self.test(inner)?.not())),
            U::Plus => self.translate(inner),
            U::Minus => {
                let zero = Operand { expr: lit(0i64), class: TypeClass::Whole };
                Ok(number(combine(&SUBTRACT, zero, self.number(inner)?)))
            }
            other => Err(misfit(format!("“{other}” is not understood"), "use NOT or a minus sign")),
        }
    }

    fn binary(&self, left: &ast::Expr, op: &B, right: &ast::Expr) -> Result<Typed> {
        let arithmetic = |how: &'static Arithmetic| -> Result<Typed> {
            Ok(number(combine(how, self.number(left)?, self.number(right)?)))
        };
        let compare = |how: fn(Expr, Expr) -> Expr| -> Result<Typed> {
            let (a, b) = same(self.translate(left)?, self.translate(right)?)?;
            Ok(Typed::test(how(a, b)))
        };
        match op {
            B::And => Ok(Typed::test(self.test(left)?.and(self.test(right)?))),
            B::Or => Ok(Typed::test(self.test(left)?.or(self.test(right)?))),
            B::Eq => compare(Expr::eq),
            B::NotEq => compare(Expr::neq),
            B::Lt => compare(Expr::lt),
            B::LtEq => compare(Expr::lt_eq),
            B::Gt => compare(Expr::gt),
            B::GtEq => compare(Expr::gt_eq),
            B::Spaceship => compare(Expr::eq_missing),
            B::Plus => arithmetic(&ADD),
            B::Minus => arithmetic(&SUBTRACT),
            B::Multiply => arithmetic(&MULTIPLY),
            B::Divide => arithmetic(&DIVIDE),
            B::Modulo => arithmetic(&REMAINDER),
            B::StringConcat => Ok(Typed::new(self.as_text(left)? + self.as_text(right)?, DataType::String)),
            other => Err(misfit(format!("“{other}” is not understood"), "use = != < <= > >= + - * / % || AND OR")),
        }
    }

    /// A part that must be a number.
    pub(super) fn number(&self, tree: &ast::Expr) -> Result<Operand> {
        let part = self.translate(tree)?;
        match part.class() {
            class @ (TypeClass::Whole | TypeClass::Decimal | TypeClass::Money) => {
                Ok(Operand { expr: part.expr, class })
            }
            TypeClass::Text => Ok(Operand { expr: part.to(&DataType::Float64), class: TypeClass::Decimal }),
            class => {
                Err(misfit(format!("“{tree}” is {}, not a number", class.words()), "change its type in a step before"))
            }
        }
    }

    fn in_list(&self, tree: &ast::Expr, list: &[ast::Expr], negated: bool) -> Result<Expr> {
        let mut any: Option<Expr> = None;
        for value in list {
            let (a, b) = same(self.translate(tree)?, self.translate(value)?)?;
            let equal = a.eq(b);
            any = Some(any.map_or_else(|| equal.clone(), |any| any.or(equal.clone())));
        }
        let any = any.unwrap_or_else(|| lit(false));
        Ok(if negated { any.not() } else { any })
    }

    /// Whether a part lies between two others, both included.
    pub(super) fn between(&self, tree: &ast::Expr, low: &ast::Expr, high: &ast::Expr) -> Result<Expr> {
        let (part, low) = same(self.translate(tree)?, self.translate(low)?)?;
        let above = part.gt_eq(low);
        let (part, high) = same(self.translate(tree)?, self.translate(high)?)?;
        Ok(above.and(part.lt_eq(high)))
    }

    fn like(&self, tree: &ast::Expr, pattern: &ast::Expr, negated: bool, flags: &str) -> Result<Expr> {
        let pattern = self.constant_text(pattern)?;
        let letters = pattern.chars().map(|letter| match letter {
            '%' => ".*".to_owned(),
            '_' => ".".to_owned(),
            other => regex::escape(&other.to_string()),
        });
        let found = self.as_text(tree)?.str().contains(lit(format!("{flags}^{}$", letters.collect::<String>())), true);
        Ok(if negated { found.not() } else { found })
    }

    /// Whether a pattern occurs in a part.
    pub(super) fn matches(&self, tree: &ast::Expr, pattern: &ast::Expr) -> Result<Expr> {
        let pattern = self.constant_text(pattern)?;
        regex::Regex::new(&pattern)
            .map_err(|_| misfit(format!("the pattern “{pattern}” does not work"), "check its brackets and signs"))?;
        Ok(self.as_text(tree)?.str().contains(lit(pattern), true))
    }

    /// A part that must be a text constant.
    pub(super) fn constant_text(&self, tree: &ast::Expr) -> Result<String> {
        let text = self.translate(tree)?.text;
        text.ok_or_else(|| misfit(format!("“{tree}” is not a text in quotes"), "write the text in single quotes"))
    }

    fn case(
        &self,
        operand: Option<&ast::Expr>,
        whens: &[ast::CaseWhen],
        otherwise: Option<&ast::Expr>,
    ) -> Result<Typed> {
        let mut branches = Vec::new();
        for branch in whens {
            let test = match operand {
                Some(operand) => {
                    let (a, b) = same(self.translate(operand)?, self.translate(&branch.condition)?)?;
                    a.eq(b)
                }
                None => self.test(&branch.condition)?,
            };
            branches.push((test, self.translate(&branch.result)?));
        }
        let otherwise = match otherwise {
            Some(tree) => self.translate(tree)?,
            None => Typed::new(lit(NULL), DataType::Null),
        };
        Ok(choose(branches, otherwise))
    }

    fn cast(&self, tree: &ast::Expr, word: &str) -> Result<Typed> {
        let dtype = type_of_word(word)?;
        let part = self.translate(tree)?;
        super::convert::refuse_unlike(&tree.to_string(), &part.dtype, &dtype)?;
        Ok(Typed::new(part.to(&dtype), dtype))
    }
}

/// The type that a word of SQL names.
pub(super) fn type_of_word(word: &str) -> Result<DataType> {
    let word = word.to_ascii_lowercase();
    let own = match word.as_str() {
        "bigint" => "long",
        "smallint" => "short",
        "tinyint" => "byte",
        other => other,
    };
    dtype_of_word(own).ok_or_else(|| {
        misfit(format!("“{word}” is not a type"), "use string, long, double, decimal, boolean, date or timestamp")
    })
}

/// The first branch whose test holds, in the type that holds all results.
pub(super) fn choose(branches: Vec<(Expr, Typed)>, otherwise: Typed) -> Typed {
    let types: Vec<DataType> = branches.iter().map(|(_, r)| &r.dtype).chain([&otherwise.dtype]).cloned().collect();
    let dtype = common_type(&types);
    let expr = branches
        .into_iter()
        .rev()
        .fold(otherwise.to(&dtype), |rest, (test, result)| when(test).then(result.to(&dtype)).otherwise(rest));
    Typed::new(expr, dtype)
}

fn number(operand: Operand) -> Typed {
    Typed::new(operand.expr, type_of(operand.class))
}

fn constant(value: &Value) -> Result<Typed> {
    Ok(match value {
        Value::Number(text, _) => number(Operand::constant(text, false)?),
        Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => Typed::text(text),
        Value::Boolean(value) => Typed::test(lit(*value)),
        Value::Null => Typed::new(lit(NULL), DataType::Null),
        other => {
            return Err(misfit(
                format!("“{other}” is not understood"),
                "write a number, a text in quotes, TRUE, FALSE or NULL",
            ));
        }
    })
}

/// Two parts in a type in which they compare. Text beside another type is read as that type; a constant must be one.
pub(super) fn same(a: Typed, b: Typed) -> Result<(Expr, Expr)> {
    let (left, right) = (a.class(), b.class());
    let number = |class| matches!(class, TypeClass::Whole | TypeClass::Decimal | TypeClass::Money);
    let dated = |class| matches!(class, TypeClass::Date | TypeClass::DateTime);
    if a.dtype == b.dtype || a.dtype == DataType::Null || b.dtype == DataType::Null {
        return Ok((a.expr, b.expr));
    }
    if number(left) && number(right) {
        let dtype = type_of(meet(left, right));
        return Ok((a.to(&dtype), b.to(&dtype)));
    }
    if dated(left) && dated(right) {
        return Ok((a.expr.cast(MOMENT), b.expr.cast(MOMENT)));
    }
    match (left, right) {
        (TypeClass::Text, _) => {
            let (b, a) = read_beside(b, &a)?;
            Ok((a, b))
        }
        (_, TypeClass::Text) => read_beside(a, &b),
        _ => Err(misfit(
            format!("{} cannot be compared with {}", left.words(), right.words()),
            "change the type of one in a step before",
        )),
    }
}

/// A part that is no text, and a text read as its type.
fn read_beside(part: Typed, text: &Typed) -> Result<(Expr, Expr)> {
    let class = part.class();
    let refuse = |word: &str| {
        let message = format!("“{word}” cannot be compared with {}", class.words());
        misfit(message, "change the value, or the column's type in a step before")
    };
    match (class, text.text.as_deref()) {
        (TypeClass::Whole | TypeClass::Decimal | TypeClass::Money, Some(word)) => {
            let constant = Operand::constant(word.trim(), class == TypeClass::Money).map_err(|_| refuse(word))?;
            let dtype = type_of(meet(class, constant.class));
            Ok((part.to(&dtype), constant.expr.cast(dtype)))
        }
        (TypeClass::Whole | TypeClass::Decimal | TypeClass::Money, None) => {
            Ok((part.to(&DataType::Float64), text.to(&DataType::Float64)))
        }
        (TypeClass::Date | TypeClass::DateTime, Some(word)) => {
            Ok((part.expr.cast(MOMENT), lit(parse_any_date(word).ok_or_else(|| refuse(word))?).cast(MOMENT)))
        }
        (TypeClass::Date | TypeClass::DateTime, None) => Ok((part.expr.cast(MOMENT), text.to(&MOMENT))),
        (TypeClass::Boolean, Some(word)) => Ok((part.expr, lit(read_bool(word).ok_or_else(|| refuse(word))?))),
        _ => Ok((part.to(&DataType::String), text.expr.clone())),
    }
}
