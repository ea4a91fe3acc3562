//! The functions that expressions can call: DataBrew's tests, and a few of plain SQL.

use super::convert::convert;
use super::expression::{Scope, Typed, choose, misfit, type_of_word};
use crate::error::Result;
use polars::prelude::{DataType, Expr, NULL, lit};
use sqlparser::ast::{self, Function, FunctionArg, FunctionArgExpr, FunctionArguments};

/// The names of the functions, for messages.
const NAMES: &str = "contains, matches, startsWith, endsWith, isBetween, isMissing, isValid, coalesce, if, concat, upper, lower, trim, length, abs";

fn all_names() -> String {
    format!("{NAMES}, {}", super::formula::NAMES)
}

/// The arguments of a call.
pub(super) fn arguments(function: &Function) -> Result<Vec<&ast::Expr>> {
    let FunctionArguments::List(list) = &function.args else { return Ok(Vec::new()) };
    let plain = |arg| match arg {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref tree)) => Ok(tree),
        other => {
            Err(misfit(format!("“{other}” is not understood in {}", function.name), "give columns, numbers and texts"))
        }
    };
    list.args.iter().map(plain).collect()
}

/// A call as Polars' own expression.
pub(super) fn call(scope: &Scope<'_>, function: &Function) -> Result<Typed> {
    let name = function.name.to_string().to_ascii_lowercase();
    let args = arguments(function)?;
    let text = |at: usize| scope.as_text(args[at]);
    // A missing cell fails the tests, so it satisfies their negation, as with conditions.
    let test = |test: Expr| Ok(Typed::test(test.fill_null(lit(false))));
    match (name.as_str(), args.len()) {
        ("contains", 2) => test(text(0)?.str().contains_literal(text(1)?)),
        ("startswith", 2) => test(text(0)?.str().starts_with(text(1)?)),
        ("endswith", 2) => test(text(0)?.str().ends_with(text(1)?)),
        ("matches", 2) => test(scope.matches(args[0], args[1])?),
        ("isbetween", 3) => test(scope.between(args[0], args[1], args[2])?),
        ("ismissing", 1) => Ok(Typed::test(scope.translate(args[0])?.expr.is_null())),
        ("isvalid", 2) => {
            let dtype = type_of_word(&scope.constant_text(args[1])?)?;
            let cells = scope.translate(args[0])?;
            let fits = convert(cells.expr.clone(), &cells.dtype, &dtype).is_not_null();
            Ok(Typed::test(cells.expr.is_null().or(fits)))
        }
        ("coalesce" | "ifnull" | "nvl", 1..) => {
            let parts = args.iter().map(|arg| scope.translate(arg)).collect::<Result<Vec<_>>>()?;
            let branches = parts.into_iter().map(|part| (part.expr.clone().is_not_null(), part)).collect();
            Ok(choose(branches, Typed::new(lit(NULL), DataType::Null)))
        }
        ("if", 3) => {
            let branch = (scope.test(args[0])?, scope.translate(args[1])?);
            Ok(choose(vec![branch], scope.translate(args[2])?))
        }
        ("concat", 1..) => {
            let parts = args.iter().map(|arg| scope.as_text(arg)).collect::<Result<Vec<_>>>()?;
            let joined = parts.into_iter().reduce(|a, b| a + b).unwrap_or_else(|| lit(""));
            Ok(Typed::new(joined, DataType::String))
        }
        ("upper", 1) => Ok(Typed::new(text(0)?.str().to_uppercase(), DataType::String)),
        ("lower", 1) => Ok(Typed::new(text(0)?.str().to_lowercase(), DataType::String)),
        ("trim", 1) => Ok(Typed::new(text(0)?.str().strip_chars(lit(NULL)), DataType::String)),
        ("length" | "len", 1) => Ok(Typed::new(text(0)?.str().len_chars().cast(DataType::Int64), DataType::Int64)),
        ("abs", 1) => {
            let number = scope.number(args[0])?;
            let dtype = super::number::type_of(number.class);
            Ok(Typed::new(super::number::change(&super::math::ABSOLUTE, number).expr, dtype))
        }
        (name, _) if let Some(called) = super::formula::call(scope, name, &args)? => Ok(called),
        (known, given) if all_names().to_ascii_lowercase().split(", ").any(|name| name == known) => {
            Err(misfit(format!("{} is given {given} values", function.name), "check the commas and brackets"))
        }
        _ => {
            let message = format!("there is no function {}", function.name);
            Err(match super::nearest(&name, all_names().split(", ")) {
                Some(near) => misfit(message, &format!("did you mean {near}?")),
                None => misfit(message, &format!("use one of {}", all_names())),
            })
        }
    }
}
