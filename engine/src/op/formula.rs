//! Further functions of expressions, beyond those that DataBrew's language has: rounding, powers, parts of texts and of dates.

use super::aggregate::common_type;
use super::expression::{Scope, Typed, misfit, same};
use super::math::{DOWN, HALF_AWAY, UP};
use super::number::{Change, POWER, change, combine, decimals, type_of};
use crate::error::Result;
use crate::types::TypeClass;
use polars::prelude::{DataType, Expr, NULL, RoundMode, lit, when};
use sqlparser::ast;

/// The names of these functions, for messages.
pub(super) const NAMES: &str = "round, floor, ceil, sqrt, power, nullif, greatest, least, substring, left, right, replace, year, month, day, hour, \
                                minute, second";

/// A call of one of these functions; none when the name or the number of values is another.
pub(super) fn call(scope: &Scope<'_>, name: &str, args: &[&ast::Expr]) -> Result<Option<Typed>> {
    let text = |at: usize| scope.as_text(args[at]);
    let texts = |expr: Expr| Typed::new(expr, DataType::String);
    Ok(Some(match (name, args.len()) {
        ("round", 1) => to_whole(scope, args[0], &HALF_AWAY)?,
        ("round", 2) => round(scope, args[0], args[1])?,
        ("floor", 1) => to_whole(scope, args[0], &DOWN)?,
        ("ceil" | "ceiling", 1) => to_whole(scope, args[0], &UP)?,
        ("sqrt", 1) => Typed::new(decimals(scope.number(args[0])?, f64::sqrt), DataType::Float64),
        ("power" | "pow", 2) => {
            let power = combine(&POWER, scope.number(args[0])?, scope.number(args[1])?);
            Typed::new(power.expr, type_of(power.class))
        }
        ("nullif", 2) => {
            let part = scope.translate(args[0])?;
            let (a, b) = same(part.clone(), scope.translate(args[1])?)?;
            Typed::new(when(a.eq(b).fill_null(lit(false))).then(lit(NULL)).otherwise(part.expr), part.dtype)
        }
        ("greatest" | "least", 1..) => extreme(scope, name, args)?,
        ("substring" | "substr", 2) => texts(text(0)?.str().slice(offset(scope, args[1])?, lit(NULL))),
        ("substring" | "substr", 3) => {
            let length = count(scope, args[2])?;
            texts(text(0)?.str().slice(offset(scope, args[1])?, length))
        }
        ("left", 2) => texts(text(0)?.str().head(count(scope, args[1])?)),
        ("right", 2) => texts(text(0)?.str().tail(count(scope, args[1])?)),
        ("replace", 3) => texts(text(0)?.str().replace_all(text(1)?, text(2)?, true)),
        ("year" | "month" | "day" | "hour" | "minute" | "second", 1) => part_of_date(scope, name, args[0])?,
        _ => return Ok(None),
    }))
}

/// A number rounded to a whole one; money stays money.
fn to_whole(scope: &Scope<'_>, tree: &ast::Expr, how: &'static Change) -> Result<Typed> {
    let number = scope.number(tree)?;
    let rounded = change(how, number);
    Ok(match rounded.class {
        TypeClass::Money => Typed::new(rounded.expr, type_of(TypeClass::Money)),
        _ => Typed::new(rounded.expr.cast(DataType::Int64), DataType::Int64),
    })
}

/// A number rounded to so many places after the point, halves away from zero.
fn round(scope: &Scope<'_>, tree: &ast::Expr, places: &ast::Expr) -> Result<Typed> {
    let given = places.to_string();
    let places: u32 = given.parse().ok().filter(|places| *places <= 18).ok_or_else(|| {
        misfit(format!("“{given}” is not a number of places from 0 to 18"), "write round(`price`, 2)")
    })?;
    let number = scope.number(tree)?;
    let dtype = type_of(number.class);
    let cells = number.expr.cast(dtype.clone());
    Ok(match number.class {
        TypeClass::Whole => Typed::new(cells, dtype),
        _ => Typed::new(cells.round(places, RoundMode::HalfAwayFromZero).cast(dtype.clone()), dtype),
    })
}

/// The greatest or least of several values; missing ones are passed over.
fn extreme(scope: &Scope<'_>, name: &str, args: &[&ast::Expr]) -> Result<Typed> {
    let parts = args.iter().map(|arg| scope.translate(arg)).collect::<Result<Vec<_>>>()?;
    let types: Vec<DataType> = parts.iter().map(|part| part.dtype.clone()).collect();
    let dtype = common_type(&types);
    let cells: Vec<Expr> = parts.iter().map(|part| part.to(&dtype)).collect();
    let first = if name == "greatest" { Expr::gt_eq } else { Expr::lt_eq };
    // Beside a missing value the comparison is neither, and the other value is taken.
    let pick = |a: Expr, b: Expr| when(b.clone().is_null().or(first(a.clone(), b.clone()))).then(a).otherwise(b);
    let found = cells.into_iter().reduce(pick).unwrap_or_else(|| lit(NULL));
    Ok(Typed::new(found, dtype))
}

/// A position counted from 1, or from the end when it is negative, as characters to pass over.
fn offset(scope: &Scope<'_>, tree: &ast::Expr) -> Result<Expr> {
    let at = whole(scope, tree)?;
    Ok(when(at.clone().gt(lit(0i64))).then(at.clone() - lit(1i64)).otherwise(at))
}

fn count(scope: &Scope<'_>, tree: &ast::Expr) -> Result<Expr> {
    let count = whole(scope, tree)?;
    Ok(when(count.clone().lt(lit(0i64))).then(lit(0i64)).otherwise(count))
}

fn whole(scope: &Scope<'_>, tree: &ast::Expr) -> Result<Expr> {
    let number = scope.number(tree)?;
    if number.class == TypeClass::Whole {
        return Ok(number.expr.cast(DataType::Int64));
    }
    Err(misfit(format!("“{tree}” is not a whole number"), "write a whole number, or name a column of them"))
}

fn part_of_date(scope: &Scope<'_>, name: &str, tree: &ast::Expr) -> Result<Typed> {
    let cells = scope.translate(tree)?;
    let class = cells.class();
    let timed = matches!(name, "hour" | "minute" | "second");
    let fits = match class {
        TypeClass::DateTime => true,
        TypeClass::Date => !timed,
        TypeClass::Time => timed,
        _ => false,
    };
    if !fits {
        let wanted = if timed { "a date with a time" } else { "a date" };
        return Err(misfit(
            format!("{name} needs {wanted}, and “{tree}” is {}", class.words()),
            "change its type in a step before (CHANGE_DATA_TYPE), which tells day and month apart on the whole column",
        ));
    }
    let date = cells.expr.dt();
    let part = match name {
        "year" => date.year(),
        "month" => date.month(),
        "day" => date.day(),
        "hour" => date.hour(),
        "minute" => date.minute(),
        _ => date.second(),
    };
    Ok(Typed::new(part.cast(DataType::Int64), DataType::Int64))
}
