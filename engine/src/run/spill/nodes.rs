//! The nodes of a plan that need all rows, each worked on in pieces: sorting, distinct rows, groups, joins.

use super::files::is_storable;
use super::parts::{Part, Parting, remove};
use super::runs::{Order, Runs};
use super::{Depth, Pour, Spill};
use crate::error::Result;
use crate::named::{col, free};
use crate::run::walk::{Keys, frame_of};
use polars::prelude::{
    DataFrame, DataType, DistinctOptionsDSL, DslPlan, Expr, GroupbyOptions, IntoColumn as _, IntoLazy as _,
    JoinOptions, JoinType, LazyFrame, MaintainOrderJoin, NamedFrom as _, PlSmallStr, Schema, Series,
    SortMultipleOptions, by_name,
};
use std::sync::Arc;

/// The number that a row had, and those of the rows of both sides of a join; a column may have such a name already.
const NUMBER: &str = "__number of the row";
const LEFT: &str = "__number of the left row";
const RIGHT: &str = "__number of the right row";

/// Gives rows their numbers and passes them on.
struct Numbered<T> {
    name: PlSmallStr,
    next: u64,
    into: T,
}

impl<T: Pour> Pour for Numbered<T> {
    fn pour(&mut self, batch: DataFrame) -> Result<()> {
        let mut batch = batch;
        let end = self.next + batch.height() as u64;
        batch.with_column(Series::new(self.name.clone(), (self.next..end).collect::<Vec<u64>>()).into_column())?;
        self.next = end;
        self.into.pour(batch)
    }
}

impl Spill {
    /// A node whose inputs are settled: as it is, or worked on.
    pub(super) fn node(self: &Arc<Self>, plan: DslPlan) -> Result<DslPlan> {
        let settled = match &plan {
            DslPlan::Sort { input, by_column, slice: None, sort_options } => {
                self.sort(frame_of(input), by_column, sort_options)?
            }
            DslPlan::Distinct { input, options } => self.distinct(frame_of(input), options)?,
            DslPlan::GroupBy { input, keys, predicates, aggs, maintain_order, options, apply: None }
                if self.depth == Depth::Groups && predicates.is_empty() && **options == GroupbyOptions::default() =>
            {
                self.group(frame_of(input), keys, aggs, *maintain_order)?
            }
            DslPlan::Join { input_left, input_right, left_on, right_on, predicates, options }
                if predicates.is_empty() =>
            {
                let sides = [frame_of(input_left), frame_of(input_right)];
                self.join(sides, [left_on, right_on], options)?
            }
            _ => None,
        };
        Ok(settled.map_or(plan, |frame| frame.logical_plan))
    }

    fn sort(
        self: &Arc<Self>,
        mut frame: LazyFrame,
        by: &[Expr],
        options: &SortMultipleOptions,
    ) -> Result<Option<LazyFrame>> {
        let before = frame.collect_schema()?;
        let Some(keys) = Keys::of(by, "sort key", &before).filter(|_| is_storable(&before)) else { return Ok(None) };
        let mut frame = frame.with_columns(keys.made.clone());
        let mut schema = frame.collect_schema()?.as_ref().clone();
        if !is_storable(&schema) {
            return Ok(None);
        }
        let said = |list: &[bool], at: usize| list.get(at).or(list.first()).copied().unwrap_or(false);
        let mut order = Order::default();
        for (at, name) in keys.names.iter().enumerate() {
            order.push(name.clone(), said(&options.descending, at), said(&options.nulls_last, at));
        }
        // Rows that are alike keep their order.
        let number = PlSmallStr::from_string(free(NUMBER, &[&schema]));
        order.push(number.clone(), false, true);
        schema.with_column(number.clone(), DataType::UInt64);
        let into = Numbered { name: number, next: 0, into: Runs::new(self, &schema, order) };
        let sorted = self.pour(frame, into)?.into.finish()?;
        Ok(Some(sorted.select(before.iter_names().map(|name| col(name.clone())).collect::<Vec<_>>())))
    }

    fn distinct(self: &Arc<Self>, mut frame: LazyFrame, options: &DistinctOptionsDSL) -> Result<Option<LazyFrame>> {
        let before = frame.collect_schema()?;
        if !is_storable(&before) {
            return Ok(None);
        }
        let names: Vec<PlSmallStr> = match &options.subset {
            None => before.iter_names().cloned().collect(),
            Some(subset) => {
                let mut chosen = DataFrame::empty_with_schema(&before).lazy().select(subset.clone());
                let chosen = chosen.collect_schema()?;
                if chosen.iter().any(|(name, dtype)| before.get(name) != Some(dtype)) {
                    return Ok(None);
                }
                chosen.iter_names().cloned().collect()
            }
        };
        let subset = Some(names.iter().map(|name| col(name.clone())).collect());
        let distinct = |frame: LazyFrame| {
            let options = DistinctOptionsDSL { subset: subset.clone(), ..options.clone() };
            LazyFrame::from(DslPlan::Distinct { input: Arc::new(frame.logical_plan), options })
        };
        let number = free(NUMBER, &[&before]);
        let mut parting = self.pour(frame, Parting::new(self, &before, &names, Some(&number)))?;
        let numbers: &[&str] = if options.maintain_order { &[&number] } else { &[] };
        if let Some(rows) = parting.small()? {
            return Ok(Some(distinct(rows.lazy().drop(by_name([number], true, false)))));
        }
        parting.finish()?;
        let mut kept = Some(Runs::new(self, &parting.schema.clone(), Order::by_numbers(numbers)));
        parting.each(&mut |part| self.pour_on(distinct(part), &mut kept))?;
        finished(kept, &before)
    }

    fn group(
        self: &Arc<Self>,
        mut frame: LazyFrame,
        by: &[Expr],
        aggregates: &[Expr],
        maintain_order: bool,
    ) -> Result<Option<LazyFrame>> {
        let before = frame.collect_schema()?;
        let Some(keys) = Keys::of(by, "group key", &before) else { return Ok(None) };
        let single = |expr: &Expr| !expr.clone().meta().has_multiple_outputs();
        if keys.names.is_empty() || !aggregates.iter().all(single) {
            return Ok(None);
        }
        let after = DataFrame::empty_with_schema(&before).lazy().group_by(by).agg(aggregates);
        let after = after.clone().collect_schema()?;
        // Only what is needed is parted.
        let mut needed: Vec<PlSmallStr> = Vec::new();
        for name in by.iter().chain(aggregates).flat_map(|expr| expr.clone().meta().root_names()) {
            if !needed.contains(&name) {
                needed.push(name);
            }
        }
        let needed = needed.into_iter().map(col).chain(keys.made.iter().cloned());
        let mut frame = frame.select(needed.collect::<Vec<_>>());
        let schema = frame.collect_schema()?;
        if !is_storable(&schema) || !is_storable(&after) {
            return Ok(None);
        }
        let number = free(NUMBER, &[&schema, &after]);
        let grouped = |frame: LazyFrame, numbered: bool| {
            let mut results = aggregates.to_vec();
            if numbered {
                results.push(col(number.as_str()).min());
            }
            let groups = if maintain_order { frame.group_by_stable(by) } else { frame.group_by(by) };
            groups.agg(results)
        };
        let mut parting = self.pour(frame, Parting::new(self, &schema, &keys.names, Some(&number)))?;
        if let Some(rows) = parting.small()? {
            return Ok(Some(grouped(rows.lazy(), false)));
        }
        parting.finish()?;
        let mut held = after.as_ref().clone();
        let mut order = Order::default();
        if maintain_order {
            held.with_column(number.as_str().into(), DataType::UInt64);
            order = Order::by_numbers(&[&number]);
        }
        let mut groups = Some(Runs::new(self, &held, order));
        parting.each(&mut |part| self.pour_on(grouped(part, maintain_order), &mut groups))?;
        finished(groups, &after)
    }

    fn join(
        self: &Arc<Self>,
        [mut left, mut right]: [LazyFrame; 2],
        [left_on, right_on]: [&[Expr]; 2],
        options: &Arc<JoinOptions>,
    ) -> Result<Option<LazyFrame>> {
        let args = &options.args;
        let known = matches!(args.how, JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full);
        let plain = known && !args.nulls_equal && args.slice.is_none() && !args.validation.needs_checks();
        let (before_left, before_right) = (left.collect_schema()?, right.collect_schema()?);
        let keys = (Keys::of(left_on, "left key", &before_left), Keys::of(right_on, "right key", &before_right));
        let (Some(left_keys), Some(right_keys)) = keys else { return Ok(None) };
        let mut with_left = left.clone().with_columns(left_keys.made.clone());
        let mut with_right = right.clone().with_columns(right_keys.made.clone());
        let (schema_left, schema_right) = (with_left.collect_schema()?, with_right.collect_schema()?);
        let types =
            |schema: &Schema, keys: &Keys| keys.names.iter().map(|name| schema.get(name).cloned()).collect::<Vec<_>>();
        if !plain
            || !is_storable(&schema_left)
            || !is_storable(&schema_right)
            || types(&schema_left, &left_keys) != types(&schema_right, &right_keys)
        {
            return Ok(None);
        }
        let joined = |left: LazyFrame, right: LazyFrame, options: Arc<JoinOptions>| {
            LazyFrame::from(DslPlan::Join {
                input_left: Arc::new(left.logical_plan),
                input_right: Arc::new(right.logical_plan),
                left_on: left_on.to_vec(),
                right_on: right_on.to_vec(),
                predicates: Vec::new(),
                options,
            })
        };
        let after = joined(empty(&before_left), empty(&before_right), Arc::clone(options)).collect_schema()?;
        let number = |wish: &str| free(wish, &[&schema_left, &schema_right, &after]);
        let (number_left, number_right) = (&number(LEFT), &number(RIGHT));
        let mut part_left = Parting::new(self, &schema_left, &left_keys.names, Some(number_left)).scattering();
        let mut part_right = Parting::new(self, &schema_right, &right_keys.names, Some(number_right)).scattering();
        // The side that is held in memory, while the other passes by it, may be small.
        let plain_of = |rows: DataFrame, schema: &Schema| {
            rows.lazy().select(schema.iter_names().map(|name| col(name.clone())).collect::<Vec<_>>())
        };
        if args.how == JoinType::Right {
            part_left = self.pour(with_left, part_left)?;
            if let Some(rows) = part_left.small()? {
                return Ok(Some(joined(plain_of(rows, &before_left), right, Arc::clone(options))));
            }
            part_right = self.pour(with_right, part_right)?;
        } else {
            part_right = self.pour(with_right, part_right)?;
            if let Some(rows) = part_right.small()? {
                return Ok(Some(joined(left, plain_of(rows, &before_right), Arc::clone(options))));
            }
            part_left = self.pour(with_left, part_left)?;
        }
        part_left.finish()?;
        part_right.finish()?;
        let order = match args.maintain_order {
            MaintainOrderJoin::None => Order::default(),
            MaintainOrderJoin::Left | MaintainOrderJoin::LeftRight => Order::by_numbers(&[number_left, number_right]),
            MaintainOrderJoin::Right | MaintainOrderJoin::RightLeft => Order::by_numbers(&[number_right, number_left]),
        };
        let mut loose = options.as_ref().clone();
        loose.args.maintain_order = MaintainOrderJoin::None;
        let loose = Arc::new(loose);
        let mut held = after.as_ref().clone();
        for number in [number_left, number_right] {
            held.with_column(number.as_str().into(), DataType::UInt64);
        }
        let mut rows = Some(Runs::new(self, &held, order));
        let names: Vec<Expr> = held.iter_names().map(|name| col(name.clone())).collect();
        let mut work = |left: LazyFrame, right: LazyFrame| {
            let sides = (left_keys.without(left, &before_left), right_keys.without(right, &before_right));
            self.pour_on(joined(sides.0, sides.1, Arc::clone(&loose)).select(names.clone()), &mut rows)
        };
        self.pairs(&mut part_left, &mut part_right, &mut work)?;
        finished(rows, &after)
    }

    /// Does something with each pair of parts; where the part that is held in memory is too large, both are parted again.
    fn pairs(
        self: &Arc<Self>,
        left: &mut Parting,
        right: &mut Parting,
        work: &mut dyn FnMut(LazyFrame, LazyFrame) -> Result<()>,
    ) -> Result<()> {
        let parts: Vec<(Part, Part)> =
            std::mem::take(&mut left.parts).into_iter().zip(std::mem::take(&mut right.parts)).collect();
        for (one, other) in parts {
            self.go_on()?;
            if one.files.is_empty() && other.files.is_empty() {
                continue;
            }
            // The smaller of the two is the one that a join holds, or at worst the other.
            let large = if one.bytes < other.bytes { left.is_large(&one) } else { right.is_large(&other) };
            if large {
                let (mut finer_left, mut finer_right) = (left.finer(&one)?, right.finer(&other)?);
                self.pairs(&mut finer_left, &mut finer_right, work)?;
            } else {
                work(left.frame(&one)?, right.frame(&other)?)?;
            }
            remove(one);
            remove(other);
        }
        Ok(())
    }

    fn pour_on(self: &Arc<Self>, frame: LazyFrame, into: &mut Option<Runs>) -> Result<()> {
        if let Some(runs) = into.take() {
            *into = Some(self.pour(frame, runs)?);
        }
        Ok(())
    }
}

fn empty(schema: &Schema) -> LazyFrame {
    DataFrame::empty_with_schema(schema).lazy()
}

/// The rows in order, with the columns of a schema.
fn finished(runs: Option<Runs>, schema: &Schema) -> Result<Option<LazyFrame>> {
    let Some(runs) = runs else { return Ok(None) };
    let frame = runs.finish()?;
    Ok(Some(frame.select(schema.iter_names().map(|name| col(name.clone())).collect::<Vec<_>>())))
}
