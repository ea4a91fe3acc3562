//! Cells without a value, filled from the other cells of their column.

use super::{Apply, Args, Conditions, Context, Example, Facts, Family, Operation, Output, params};
use crate::error::Result;
use crate::op::condition::masked;
use crate::types::TypeClass;
use polars::prelude::{DataType, Expr, LazyFrame, LiteralValue, NULL, RoundMode, Scalar, col, lit};

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "FILL_WITH_AVERAGE",
    title: "Fill with average",
    summary: "Fills missing cells with the average of the others, in place. In a column of whole numbers the average is rounded to a \
              whole number (halves away from zero), so that the column stays one; money stays money. With conditions, the cells they \
              select are replaced instead of the missing ones, by the average of the rest. A column without any value stays as it is.",
    sentence: "Fill missing {sourceColumn} with its average",
    family: Family::Missing,
    params: &[&params::SOURCE_NUMBER.spec],
    conditions: Conditions::Payload,
    facts: Some(Facts { query: average_query, shapes: false }),
    apply: Apply::Columns(fill_from_facts),
    examples: &[Example {
        title: "The average of the cells that are there",
        params: &[("sourceColumn", "price")],
        conditions: &[],
        before: "price:double\n1\n∅\n-4\n6",
        after: "price:double\n1\n1\n-4\n6",
    }, Example {
        title: "Whole numbers stay whole",
        params: &[("sourceColumn", "age")],
        conditions: &[],
        before: "age:whole\n1\n2\n∅",
        after: "age:whole\n1\n2\n2",
    }, Example {
        title: "With a condition: its cells are replaced, by the average of the others",
        params: &[("sourceColumn", "quantity")],
        conditions: &[("LESS_THAN", "0", "quantity")],
        before: "quantity:whole\n-5\n2\n4\n∅",
        after: "quantity:whole\n3\n2\n4\n∅",
    }],
    ..Operation::DEFAULT
}];

/// The cells that are replaced: those the conditions select, else the missing ones.
pub(super) fn replaced(args: &Args, context: &Context<'_>) -> Result<(String, Expr)> {
    let column = args.get(&params::SOURCE)?.0;
    let predicate = context.predicate.clone().unwrap_or_else(|| col(column.as_str()).is_null());
    Ok((column, predicate))
}

/// The cells that are kept, missing ones and what is no number left out.
fn kept(args: &Args, context: &Context<'_>) -> Result<(Expr, DataType)> {
    let (column, predicate) = replaced(args, context)?;
    let dtype = context.dtype(&column)?.clone();
    let cells = col(column.as_str()).filter(predicate.not());
    let cells = if TypeClass::of(&dtype) == TypeClass::Decimal { cells.drop_nans() } else { cells };
    Ok((cells, dtype))
}

fn average_query(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    let (cells, dtype) = kept(args, context)?;
    Ok(Some(frame.select([back_to(cells.mean(), &dtype).alias("value")])))
}

/// A statistic in the type of its column: whole numbers are rounded, money keeps its digits.
pub(super) fn back_to(value: Expr, dtype: &DataType) -> Expr {
    match TypeClass::of(dtype) {
        TypeClass::Whole => value.round(0, RoundMode::HalfAwayFromZero).cast(dtype.clone()),
        _ => value.cast(dtype.clone()),
    }
}

/// Puts the value that the facts hold into the cells that are replaced.
pub(super) fn fill_from_facts(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let (column, predicate) = replaced(args, context)?;
    let dtype = context.dtype(&column)?;
    let value = match context.facts {
        Some(facts) if facts.height() > 0 => literal(facts.column("value")?.get(0)?.into_static(), dtype),
        _ => lit(NULL).cast(dtype.clone()),
    };
    let cells = col(column.as_str());
    let keep = cells.clone();
    let filled = masked(&predicate, polars::prelude::coalesce(&[value, cells]), Some(keep));
    Ok(vec![Output::new(&column, filled)])
}

/// A value as a literal of a type.
pub(super) fn literal(value: polars::prelude::AnyValue<'static>, dtype: &DataType) -> Expr {
    Expr::Literal(LiteralValue::Scalar(Scalar::new(dtype.clone(), value)))
}

