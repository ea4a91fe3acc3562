//! The functions that expressions can call: DataBrew's tests and aggregates, and a few of plain SQL.

use super::convert::convert;
use super::expression::{Scope, Typed, choose, misfit, type_of_word};
use super::group::aggregate_expr;
use super::number::{Operand, decimals};
use super::{exact, spread};
use crate::error::Result;
use crate::named::col;
use crate::types::TypeClass;
use polars::prelude::{DataType, Expr, NULL, Schema, lit};
use sqlparser::ast::{self, DuplicateTreatment, Function, FunctionArg, FunctionArgExpr, FunctionArguments};

/// The names of the functions, for messages.
const NAMES: &str = "contains, matches, startsWith, endsWith, isBetween, isMissing, isValid, coalesce, if, concat, upper, lower, trim, length, abs";

fn all_names() -> String {
    format!("{NAMES}, {}", super::formula::NAMES)
}

/// The arguments of a call.
fn arguments(function: &Function) -> Result<Vec<&ast::Expr>> {
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

/// An aggregate over a whole column, such as avg(`price`).
pub(super) fn aggregate(tree: &ast::Expr, schema: &Schema) -> Result<Expr> {
    const ADVICE: &str = "use sum, avg, mean_absolute_deviation, median, product, stddev, variance, standard_error_of_mean, \
                          skewness, kurtosis, count, count(distinct ...), min or max of a column in backticks";
    let wrong = || misfit(format!("“{tree}” is not an aggregate of a column"), ADVICE);
    let ast::Expr::Function(function) = tree else { return Err(wrong()) };
    let args = arguments(function)?;
    let [ast::Expr::Identifier(column)] = args.as_slice() else { return Err(wrong()) };
    let distinct = matches!(
        &function.args,
        FunctionArguments::List(list) if list.duplicate_treatment == Some(DuplicateTreatment::Distinct)
    );
    let dtype = schema.get(&column.value).ok_or_else(|| super::no_such_column(&column.value, schema))?;
    let cells = col(column.value.as_str());
    let name = function.name.to_string().to_ascii_lowercase();
    let of = |name: &str| {
        super::group::refuse_aggregate(name, &column.value, dtype)?;
        Ok(aggregate_expr(name, cells.clone(), dtype))
    };
    match (name.as_str(), distinct) {
        ("count", true) => return of("COUNT_DISTINCT"),
        (_, true) => return Err(wrong()),
        ("count", _) => return of("COUNT"),
        ("min", _) => return of("MIN"),
        ("max", _) => return of("MAX"),
        _ => {}
    }
    let class = TypeClass::of(dtype);
    if !matches!(class, TypeClass::Whole | TypeClass::Decimal | TypeClass::Money) {
        let message = format!("{} needs numbers, and {} is {}", function.name, column.value, class.words());
        return Err(misfit(message, "change the column's type in a step before"));
    }
    let numbers = || decimals(Operand { expr: cells.clone(), class }, |x| x);
    Ok(match name.as_str() {
        "sum" => return of("SUM"),
        "avg" => return of("AVERAGE"),
        "median" => return of("MEDIAN"),
        "stddev" => return of("STANDARD_DEVIATION"),
        "variance" => return of("VARIANCE"),
        "product" => numbers().product(),
        "skewness" => numbers().drop_nulls().skew(true),
        "kurtosis" => numbers().drop_nulls().kurtosis(true, true),
        "standard_error_of_mean" => spread::deviation(&numbers()) / numbers().count().cast(DataType::Float64).sqrt(),
        "mean_absolute_deviation" => exact::mean(&(numbers() - exact::mean(&numbers())).abs()),
        _ => return Err(wrong()),
    })
}
