//! Steps that need all rows, in memory: sorting, distinct rows that are told apart by digests, and joins with a table whose keys are all
//! different, in ways that are quicker than the engine's and give the same rows in the same order.

use super::lookup::{Lookup, MOST};
use super::order::{By, is_sortable, sorted};
use super::unseen::Unseen;
use super::walk::{Done, Keys, frame_of};
use crate::error::Result;
use crate::named::{col, free};
use crate::op::is_beginning;
use crate::plan::{stoppable, unique_name};
use crate::run::collect;
use polars::prelude::{
    Column, DataFrame, DataType, DistinctOptionsDSL, DslPlan, Expr, Field, IntoLazy as _, JoinOptions, LazyFrame,
    OptFlags, PlSmallStr, Scalar, Schema, SortMultipleOptions, UniqueKeepStrategy, by_name,
};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Plans that are run in memory.
pub struct Held {
    stop: Arc<AtomicBool>,
    done: Done,
}

impl Held {
    /// Work that ends with an error when the flag is raised.
    pub fn new(stop: Arc<AtomicBool>) -> Self {
        // What looks for distinct rows remembers those that came, so that it is made anew for each time that they come.
        Self { stop, done: Done::but_for(|plan| matches!(plan, DslPlan::Distinct { .. })) }
    }

    /// The same rows in the same order. Tables that are joined have been read, as far as they would be held anyway.
    pub fn settle(&self, frame: &LazyFrame) -> Result<LazyFrame> {
        self.done.settle(frame, &|plan| self.node(plan))
    }

    fn node(&self, plan: DslPlan) -> Result<DslPlan> {
        let settled = match &plan {
            DslPlan::Sort { input, by_column, slice: None, sort_options } => {
                self.sort(frame_of(input), by_column, sort_options)?
            }
            DslPlan::Distinct { input, options } => Self::distinct(frame_of(input), options)?,
            DslPlan::Join { input_left, input_right, left_on, right_on, predicates, options }
                if predicates.is_empty() && Lookup::takes(options) =>
            {
                let sides = [frame_of(input_left), frame_of(input_right)];
                Some(self.join(sides, [left_on, right_on], options)?)
            }
            _ => None,
        };
        Ok(settled.map_or(plan, |frame| frame.logical_plan))
    }

    fn sort(&self, mut frame: LazyFrame, by: &[Expr], options: &SortMultipleOptions) -> Result<Option<LazyFrame>> {
        let before = frame.collect_schema()?;
        // The text itself follows.
        let all: Vec<(usize, &Expr)> = by.iter().enumerate().filter(|(_, expr)| !is_beginning(expr)).collect();
        let exprs: Vec<Expr> = all.iter().map(|(_, expr)| (*expr).clone()).collect();
        let Some(keys) = Keys::of(&exprs, "sort key", &before).filter(|_| options.limit.is_none()) else {
            return Ok(None);
        };
        let mut frame = frame.with_columns(keys.made.clone());
        let schema = frame.collect_schema()?;
        if !keys.names.iter().all(|name| schema.get(name).is_some_and(is_sortable)) {
            return Ok(None);
        }
        let said = |list: &[bool], at: usize| list.get(at).or(list.first()).copied().unwrap_or(false);
        let by = all.iter().zip(&keys.names).map(|((at, _), name)| By {
            name: name.clone(),
            descending: said(&options.descending, *at),
            nulls_last: said(&options.nulls_last, *at),
        });
        let by: Vec<By> = by.collect();
        let stop = Arc::clone(&self.stop);
        let in_order = move |rows: DataFrame| sorted(rows, &by, &stop);
        let frame = frame.map(in_order, OptFlags::PROJECTION_PUSHDOWN, None, Some(unique_name()));
        Ok(Some(keys.without(read(frame, &keys.names), &before)))
    }

    fn distinct(mut frame: LazyFrame, options: &DistinctOptionsDSL) -> Result<Option<LazyFrame>> {
        let is_first = matches!(options.keep_strategy, UniqueKeepStrategy::First | UniqueKeepStrategy::Any);
        let Some(subset) = options.subset.clone().filter(|_| is_first && options.maintain_order) else {
            return Ok(None);
        };
        let before = frame.collect_schema()?;
        let chosen = DataFrame::empty_with_schema(&before).lazy().select(subset).collect_schema()?;
        let mut chosen = chosen.iter();
        let (Some((key, DataType::Int128)), None) = (chosen.next(), chosen.next()) else { return Ok(None) };
        if before.get(key) != Some(&DataType::Int128) {
            return Ok(None);
        }
        let number = PlSmallStr::from_string(free("__number of the row", &[&before]));
        let unseen = Unseen::by(key.clone(), number.clone());
        let flags = OptFlags::PROJECTION_PUSHDOWN | OptFlags::STREAMING;
        let firsts = frame.with_row_index(number.clone(), None);
        let firsts = firsts.map(move |rows| unseen.firsts(rows), flags, None, Some(unique_name()));
        Ok(Some(read(firsts, &[key.clone(), number.clone()]).drop(by_name([number], true, false))))
    }

    fn join(&self, sides: [LazyFrame; 2], on: [&[Expr]; 2], options: &Arc<JoinOptions>) -> Result<LazyFrame> {
        let [left, right] = sides;
        let rows = collect(stoppable(right, &self.stop))?;
        let found = if rows.height() <= MOST { Lookup::of(&rows, on[1])? } else { None };
        let joined = found.map(|lookup| lookup.joined(&left, on[0], &options.args.how)).transpose()?.flatten();
        match joined {
            Some(joined) => Ok(joined),
            None => Ok(LazyFrame::from(DslPlan::Join {
                input_left: Arc::new(left.logical_plan),
                input_right: Arc::new(rows.lazy().logical_plan),
                left_on: on[0].to_vec(),
                right_on: on[1].to_vec(),
                predicates: Vec::new(),
                options: Arc::clone(options),
            })),
        }
    }
}

/// The same rows, of which these columns are read in any case: the engine does not know that a function needs them.
fn read(frame: LazyFrame, names: &[PlSmallStr]) -> LazyFrame {
    let Some((first, others)) = names.split_first() else { return frame };
    let others: Vec<Expr> = others.iter().map(|name| col(name.clone())).collect();
    let every = |columns: &mut [Column]| {
        let rows = columns.first().map_or(0, Column::len);
        Ok(Column::new_scalar(PlSmallStr::EMPTY, Scalar::from(true), rows))
    };
    let field = |_: &Schema, fields: &[Field]| Ok(Field::new(fields[0].name().clone(), DataType::Boolean));
    frame.filter(col(first.clone()).map_many(every, &others, field))
}
