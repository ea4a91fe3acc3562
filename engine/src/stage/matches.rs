//! How the rows of a table and of another find each other, for the form of a join: counted on all rows of both, before it is applied.

use super::View;
use crate::error::Result;
use crate::named::col;
use crate::op::join::{self, Sides};
use crate::op::{Environment, bind};
use crate::plan::stoppable;
use crate::recipe::Step;
use crate::run::collect;
use polars::prelude::{DataType, Expr, JoinType, LazyFrame, len, lit};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// How rows of two tables find each other by their keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Matches {
    /// Rows of this table.
    pub rows: u64,
    /// Those that find at least one row of the other.
    pub matched: u64,
    /// Rows of the other table.
    pub other_rows: u64,
    /// Those that are found at least once.
    pub other_matched: u64,
    /// Pairs of matching rows; more than `matched` where a row finds several.
    pub pairs: u64,
}

/// Counts the matches of a JOIN step whose other dataset and keys are chosen, whatever else of it is still missing. Missing keys match
/// nothing. None while dataset or keys are missing or the step is no join; stops with an error when the flag is raised.
pub fn matches(before: &View, step: &Step, env: &Environment, cancel: &Arc<AtomicBool>) -> Result<Option<Matches>> {
    let Some(step) = join::with_all_chosen(step) else { return Ok(None) };
    let Ok(bound) = bind(&step, 1) else { return Ok(None) };
    let Sides { left_keys, right_keys, right } = join::sides(&bound.args, &before.schema, env)?;
    let keys = |frame: LazyFrame, exprs: &[Expr]| {
        let named = exprs.iter().enumerate().map(|(at, key)| key.clone().alias(key_name(at)));
        stoppable(frame, cancel).select(named.collect::<Vec<_>>())
    };
    // Each key once with its count: what is joined afterwards is as small as there are different keys.
    let all: Vec<Expr> = (0..left_keys.len()).map(|at| col(key_name(at))).collect();
    let present = all.iter().cloned().map(Expr::is_not_null).reduce(Expr::and).unwrap_or(lit(true));
    let counted = |frame: LazyFrame, name: &str| {
        frame.filter(present.clone()).group_by(all.clone()).agg([len().cast(DataType::UInt64).alias(name)])
    };
    let mine = counted(keys(before.frame.clone(), &left_keys), "mine");
    let theirs = counted(keys(right.clone(), &right_keys), "theirs");
    let both = mine.join_builder().with(theirs).how(JoinType::Inner).left_on(all.clone()).right_on(all).finish();
    let sum = |cells: Expr, name: &str| cells.sum().cast(DataType::UInt64).alias(name);
    let found = collect(both.select([
        sum(col("mine"), "matched"),
        sum(col("theirs"), "other_matched"),
        sum(col("mine") * col("theirs"), "pairs"),
    ]))?;
    let number = |name: &str| found.column(name).and_then(|c| c.get(0)).ok().and_then(|v| v.extract::<u64>());
    Ok(Some(Matches {
        rows: before.rows,
        matched: number("matched").unwrap_or(0),
        other_rows: super::count(stoppable(right, cancel))?,
        other_matched: number("other_matched").unwrap_or(0),
        pairs: number("pairs").unwrap_or(0),
    }))
}

fn key_name(at: usize) -> String {
    format!("__match_{at}")
}
