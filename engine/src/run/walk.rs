//! Plans from their sources up: each node is looked at once, after what comes into it, and may be put in another way.

use crate::error::Result;
use crate::named::free;
use polars::prelude::{DslPlan, Expr, LazyFrame, PlSmallStr, Schema, by_name};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Plans that are settled. Each is held beside what it was, so that nothing else can come to stand in its place.
#[derive(Default)]
pub(super) struct Done {
    settled: Mutex<Settled>,
    but_for: Option<fn(&DslPlan) -> bool>,
    /// How many nodes were worked on that are not remembered.
    anew: AtomicU64,
}

#[derive(Default)]
struct Settled {
    plans: HashMap<usize, (Arc<DslPlan>, Arc<DslPlan>)>,
    /// Nodes that were worked on; copies of one node share its inputs alone.
    nodes: Vec<(DslPlan, DslPlan)>,
}

/// Puts a node in another way, or leaves it as it is.
type Node<'a> = &'a dyn Fn(DslPlan) -> Result<DslPlan>;

impl Done {
    /// Plans that hold nodes of a kind are worked on anew wherever they are met.
    pub(super) fn but_for(kind: fn(&DslPlan) -> bool) -> Self {
        Self { but_for: Some(kind), ..Self::default() }
    }

    /// A frame whose nodes are put in another way; what several frames share is worked on once.
    pub(super) fn settle(&self, frame: &LazyFrame, node: Node<'_>) -> Result<LazyFrame> {
        crate::deep::with_stack(|| self.walk(&frame.logical_plan, node)).map(LazyFrame::from)
    }

    fn walk(&self, plan: &DslPlan, node: Node<'_>) -> Result<DslPlan> {
        if let DslPlan::IR { dsl, .. } = plan {
            return crate::deep::with_stack(|| self.walk(dsl, node));
        }
        let mut plan = plan.clone();
        for input in inputs_of(&mut plan) {
            match input {
                Input::Shared(input) => *input = self.shared(input, node)?,
                Input::Own(input) => *input = crate::deep::with_stack(|| self.walk(input, node))?,
            }
        }
        let done = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, settled)) = done.nodes.iter().find(|(before, _)| are_same(before, &plan)) {
            return Ok(settled.clone());
        }
        drop(done);
        let settled = node(plan.clone())?;
        if self.but_for.is_some_and(|is_kind| is_kind(&plan)) {
            self.anew.fetch_add(1, Ordering::Relaxed);
        } else if matches!(
            plan,
            DslPlan::Sort { .. } | DslPlan::Distinct { .. } | DslPlan::GroupBy { .. } | DslPlan::Join { .. }
        ) {
            let mut done = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
            done.nodes.push((plan, settled.clone()));
        }
        Ok(settled)
    }

    /// A plan that others may share; it is worked on once, so that its rows are read and counted once.
    fn shared(&self, plan: &Arc<DslPlan>, node: Node<'_>) -> Result<Arc<DslPlan>> {
        let place = Arc::as_ptr(plan) as usize;
        let done = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, settled)) = done.plans.get(&place) {
            return Ok(Arc::clone(settled));
        }
        drop(done);
        let anew = self.anew.load(Ordering::Relaxed);
        let settled = Arc::new(crate::deep::with_stack(|| self.walk(plan, node))?);
        if self.anew.load(Ordering::Relaxed) == anew {
            let mut done = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
            done.plans.insert(place, (Arc::clone(plan), Arc::clone(&settled)));
        }
        Ok(settled)
    }
}

/// A plan that a node works on.
pub(super) enum Input<'a> {
    Shared(&'a mut Arc<DslPlan>),
    Own(&'a mut DslPlan),
}

/// The plans that a node works on.
pub(super) fn inputs_of(plan: &mut DslPlan) -> Vec<Input<'_>> {
    match plan {
        DslPlan::Filter { input, .. }
        | DslPlan::Cache { input, .. }
        | DslPlan::Select { input, .. }
        | DslPlan::GroupBy { input, .. }
        | DslPlan::HStack { input, .. }
        | DslPlan::MatchToSchema { input, .. }
        | DslPlan::Pivot { input, .. }
        | DslPlan::Distinct { input, .. }
        | DslPlan::Sort { input, .. }
        | DslPlan::Slice { input, .. }
        | DslPlan::MapFunction { input, .. }
        | DslPlan::Sink { input, .. } => vec![Input::Shared(input)],
        DslPlan::Join { input_left, input_right, .. } | DslPlan::MergeSorted { input_left, input_right, .. } => {
            vec![Input::Shared(input_left), Input::Shared(input_right)]
        }
        DslPlan::Gather { input, idxs, .. } => vec![Input::Shared(input), Input::Shared(idxs)],
        DslPlan::Union { inputs, .. } | DslPlan::HConcat { inputs, .. } | DslPlan::SinkMultiple { inputs } => {
            inputs.iter_mut().map(Input::Own).collect()
        }
        DslPlan::ExtContext { input, contexts } => {
            std::iter::once(Input::Shared(input)).chain(contexts.iter_mut().map(Input::Own)).collect()
        }
        // What is put together when it is run is left as it is.
        DslPlan::PipeWithSchema { .. } | DslPlan::Scan { .. } | DslPlan::DataFrameScan { .. } | DslPlan::IR { .. } => {
            Vec::new()
        }
    }
}

/// Whether two nodes do the same with the same rows.
fn are_same(one: &DslPlan, other: &DslPlan) -> bool {
    match (one, other) {
        (
            DslPlan::Sort { input, by_column, slice, sort_options },
            DslPlan::Sort { input: rows, by_column: by, slice: None, sort_options: options },
        ) => Arc::ptr_eq(input, rows) && slice.is_none() && by_column == by && sort_options == options,
        (DslPlan::Distinct { input, options }, DslPlan::Distinct { input: rows, options: others }) => {
            Arc::ptr_eq(input, rows) && options == others
        }
        (
            DslPlan::GroupBy { input, keys, predicates, aggs, maintain_order, options, apply: None },
            DslPlan::GroupBy {
                input: rows,
                keys: by,
                predicates: filters,
                aggs: results,
                maintain_order: ordered,
                options: others,
                apply: None,
            },
        ) => {
            let plain = predicates.is_empty() && filters.is_empty() && maintain_order == ordered && options == others;
            plain && Arc::ptr_eq(input, rows) && keys == by && aggs == results
        }
        (
            DslPlan::Join { input_left, input_right, left_on, right_on, predicates, options },
            DslPlan::Join {
                input_left: left,
                input_right: right,
                left_on: left_by,
                right_on: right_by,
                predicates: filters,
                options: others,
            },
        ) => {
            let plain = predicates.is_empty() && filters.is_empty() && options == others;
            let inputs = Arc::ptr_eq(input_left, left) && Arc::ptr_eq(input_right, right);
            plain && inputs && left_on == left_by && right_on == right_by
        }
        _ => false,
    }
}

/// Columns by name: those that are columns already, and those that must be made first.
pub(super) struct Keys {
    pub(super) names: Vec<PlSmallStr>,
    pub(super) made: Vec<Expr>,
}

impl Keys {
    /// None where an expression is not one column.
    pub(super) fn of(exprs: &[Expr], what: &str, schema: &Schema) -> Option<Self> {
        let mut keys = Self { names: Vec::new(), made: Vec::new() };
        for (at, expr) in exprs.iter().enumerate() {
            if let Expr::Column(name) = expr {
                keys.names.push(name.clone());
                continue;
            }
            if expr.clone().meta().has_multiple_outputs() {
                return None;
            }
            let name = PlSmallStr::from_string(free(&format!("__{what} {at}"), &[schema]));
            keys.made.push(expr.clone().alias(name.clone()));
            keys.names.push(name);
        }
        Some(keys)
    }

    /// A frame without the columns that were made.
    pub(super) fn without(&self, frame: LazyFrame, schema: &Schema) -> LazyFrame {
        let made = |name: &&PlSmallStr| self.names.contains(name) && !schema.contains(name);
        let made: Vec<PlSmallStr> = self.names.iter().filter(made).cloned().collect();
        if made.is_empty() { frame } else { frame.drop(by_name(made, false, false)) }
    }
}

/// The frame of a plan.
pub(super) fn frame_of(plan: &Arc<DslPlan>) -> LazyFrame {
    LazyFrame::from(plan.as_ref().clone())
}
