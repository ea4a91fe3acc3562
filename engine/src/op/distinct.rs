//! Rows told apart by their columns: the distinct ones, and groups.
//!
//! Rows of several columns are told apart by digests, which are quicker to look up than the rows and take a fraction of their memory.
//! A column of exact decimals cannot be the only key of Polars' grouping and sorting; its text, which tells the same apart, stands in.
//! The two zeros of floating numbers are one value, which is shown without a sign.

use super::digest::digest;
use crate::named::{col, cols, free};
use crate::types::TypeClass;
use polars::prelude::{DataType, Expr, LazyFrame, Schema, SortMultipleOptions, UniqueKeepStrategy, by_name, lit, when};

/// The name of the text of a column of exact decimals, where that is the only one of some.
fn stand_in<'a>(names: &'a [String], schema: &Schema) -> Option<(&'a str, String)> {
    let first = names.first()?;
    let alone = names.iter().all(|name| name == first);
    let money = schema.get(first).is_some_and(|dtype| TypeClass::of(dtype) == TypeClass::Money);
    (alone && money).then(|| (first.as_str(), free(&format!("__text of {first}"), &[schema])))
}

fn text_of(name: &str, text: &str) -> Expr {
    col(name).cast(DataType::String).alias(text)
}

/// The first or last row of each combination of the cells of some columns (of all columns when none is named), in the order of the rows.
pub(super) fn unique(
    frame: LazyFrame,
    columns: Option<Vec<String>>,
    schema: &Schema,
    keep: UniqueKeepStrategy,
) -> LazyFrame {
    let names = columns.clone().unwrap_or_else(|| schema.iter_names().map(ToString::to_string).collect());
    let is_first = matches!(keep, UniqueKeepStrategy::First | UniqueKeepStrategy::Any);
    if is_first && names.iter().any(|name| name != &names[0]) {
        let key = free("__digest of the row", &[schema]);
        let distinct = frame.with_columns([digest(&names).alias(key.as_str())]);
        return distinct.unique_stable(Some(cols([key.clone()])), keep).drop(by_name([key], true, false));
    }
    let Some((name, text)) = stand_in(&names, schema) else {
        return frame.unique_stable(columns.map(cols), keep);
    };
    let distinct = frame.with_columns([text_of(name, &text)]).unique_stable(Some(cols([text.clone()])), keep);
    distinct.drop(by_name([text], true, false))
}

/// Cells with one zero: that without a sign, whichever of the two came first.
pub(super) fn one_zero(cells: Expr, dtype: &DataType) -> Expr {
    if !dtype.is_float() {
        return cells;
    }
    // Not by adding zero: the engine knows that to change nothing.
    let zero = lit(0.0).cast(dtype.clone());
    when(cells.clone().neq_missing(zero.clone())).then(cells).otherwise(zero)
}

/// Aggregates of each group, in the order of the keys, missing keys last; of all rows when there is no key.
pub(super) fn grouped(frame: LazyFrame, keys: &[String], results: Vec<Expr>, schema: &Schema) -> LazyFrame {
    if keys.is_empty() {
        return frame.select(results);
    }
    let floats = keys.iter().filter_map(|key| Some((key.as_str(), schema.get(key).filter(|dtype| dtype.is_float())?)));
    let frame = frame.with_columns(floats.map(|(key, dtype)| one_zero(col(key), dtype)).collect::<Vec<_>>());
    let mut by: Vec<Expr> = keys.iter().map(|key| col(key.as_str())).collect();
    let Some((name, text)) = stand_in(keys, schema) else {
        return sorted(frame.group_by(by.clone()).agg(results), by);
    };
    by.push(text_of(name, &text));
    let groups = frame.group_by(by).agg(results);
    sorted(groups, vec![col(name), col(text.as_str())]).drop(by_name([text], true, false))
}

fn sorted(frame: LazyFrame, by: Vec<Expr>) -> LazyFrame {
    frame.sort_by_exprs(by, SortMultipleOptions::default().with_nulls_last(true).with_maintain_order(true))
}
