//! From a recipe to a plan: the lazy frame and the columns after every step.
//!
//! Each step is applied twice: to an empty table of the columns before it, which finds its problems and its columns, and to the real
//! lazy frame. Never collects: facts come from whoever calls, through [`FactsSource`].

mod analyse;
mod tap;

pub use analyse::{classes_taken, columns_created, columns_needed, columns_treated, datasets_named, rename_column};
pub(crate) use tap::unique_name;
pub use tap::{Counter, Taps, stoppable};

use crate::error::{Error, ErrorKind, Problem, Result};
use crate::named::col;
use crate::op::condition::{masked, predicate};
use crate::op::facts::{Ask, Asker, Reach};
use crate::op::kept;
use crate::op::param::Use;
use crate::op::{Apply, Args, Bound, Conditions, Context, Environment, Family, Locality, Output, RowLaw, bind};
use crate::recipe::Step;
use crate::types::TypeClass;
use polars::prelude::{DataFrame, Expr, IntoLazy as _, LazyFrame, PlSmallStr, Schema, SchemaRef, lit};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Answers the facts queries of steps; none when there is no data to ask.
pub trait FactsSource {
    /// Whether it wants to answer queries that decide columns (`shapes`) or those that do not.
    fn wants(&self, _shapes: bool) -> bool {
        true
    }
    /// How much may be held while facts are found.
    fn reach(&self) -> Reach {
        Reach::default()
    }
    /// Answers the facts queries of a step (counted from 1).
    fn facts(&mut self, step: usize, find: Find<'_>) -> Result<Option<DataFrame>>;
}

/// Finds the facts of a step with whoever answers its queries, one after another.
pub type Find<'a> = Box<dyn FnOnce(&mut Ask<'_>) -> Result<DataFrame> + 'a>;

/// No data at all: for checks that only know columns.
pub struct NoFacts;

impl FactsSource for NoFacts {
    fn facts(&mut self, _: usize, _: Find<'_>) -> Result<Option<DataFrame>> {
        Ok(None)
    }
}

/// A step in a plan.
#[derive(Clone)]
pub struct PlannedStep {
    /// Its number in the recipe, counted from 1.
    pub number: usize,
    /// The operation's name.
    pub operation: String,
    /// Whether it takes part; a step that is switched off does not.
    pub enabled: bool,
    /// What it must see.
    pub locality: Locality,
    /// What it does to the number of rows.
    pub rows: RowLaw,
    /// Whether cells that do not fit become missing.
    pub converts: bool,
    /// What the data decide of its columns, as the step can keep it, see [`kept`].
    pub found: Option<Value>,
    /// The columns after it; none when data must be read to know them.
    pub schema: Option<SchemaRef>,
    /// The lazy frame after it, without taps; none after a problem.
    pub frame: Option<LazyFrame>,
}

/// What compiling yields, problems included.
pub struct Compiled {
    /// Every step, in order.
    pub steps: Vec<PlannedStep>,
    /// Every problem of every step.
    pub problems: Vec<Problem>,
    /// The frame after the last step, with taps where they were asked for.
    pub frame: LazyFrame,
    /// The columns after the last step; none when data must be read to know them.
    pub schema: Option<SchemaRef>,
}

impl Compiled {
    /// The plan, or its first problem as an error.
    pub fn into_plan(self) -> Result<Self, Vec<Problem>> {
        if self.problems.is_empty() { Ok(self) } else { Err(self.problems) }
    }
}

/// Compiles steps on top of a source. With `taps`, rows are counted at the source and after every step that may change their number.
pub fn compile(
    steps: &[Step],
    base: LazyFrame,
    env: &Environment,
    facts: &mut dyn FactsSource,
    taps: Option<&mut Taps>,
) -> Result<Compiled> {
    crate::deep::with_stack(|| compile_all(steps, base, env, facts, taps))
}

fn compile_all(
    steps: &[Step],
    base: LazyFrame,
    env: &Environment,
    facts: &mut dyn FactsSource,
    taps: Option<&mut Taps>,
) -> Result<Compiled> {
    let mut base = base;
    let schema = base.collect_schema()?;
    let mut compiler = Compiler {
        env,
        facts,
        bare: base.clone(),
        frame: base,
        taps,
        schema: Some(schema),
        tainted: BTreeSet::new(),
        problems: Vec::new(),
        stopped: false,
    };
    if let Some(taps) = compiler.taps.as_deref_mut() {
        compiler.frame = taps.source(compiler.frame);
    }
    let planned = steps.iter().enumerate().map(|(at, step)| compiler.step(at + 1, step)).collect();
    Ok(Compiled { steps: planned, problems: compiler.problems, frame: compiler.frame, schema: compiler.schema })
}

struct Compiler<'a> {
    env: &'a Environment,
    facts: &'a mut dyn FactsSource,
    /// The frame without taps; facts are asked of it.
    bare: LazyFrame,
    frame: LazyFrame,
    taps: Option<&'a mut Taps>,
    schema: Option<SchemaRef>,
    /// Columns that a step with a problem would have made; their absence is not reported again.
    tainted: BTreeSet<String>,
    problems: Vec<Problem>,
    /// Whether a step had a problem, so that frames after it mean nothing.
    stopped: bool,
}

impl Compiler<'_> {
    fn step(&mut self, number: usize, step: &Step) -> PlannedStep {
        let mut planned = PlannedStep {
            number,
            operation: step.operation().to_owned(),
            enabled: !step.disabled(),
            locality: Locality::Row,
            rows: RowLaw::Same,
            converts: false,
            found: None,
            schema: self.schema.clone(),
            frame: None,
        };
        if step.disabled() {
            planned.frame = (!self.stopped).then(|| self.bare.clone());
            return planned;
        }
        let bound = match bind(step, number) {
            Ok(bound) => bound,
            Err(problems) => {
                self.problems.extend(problems);
                self.report_missing_columns(number, step);
                self.stopped = true;
                self.taint(step);
                return planned;
            }
        };
        planned.locality = (bound.op.locality)(&bound.args);
        planned.rows = (bound.op.rows)(&bound.args);
        planned.converts = bound.op.converts;
        if let Err(error) = self.apply(number, &bound, &mut planned.found) {
            let silenced = error.kind == ErrorKind::Column && self.blames_tainted(&bound);
            if !silenced {
                self.problems.push(Problem::from_error(number, bound.op.name, &error));
            }
            self.stopped = true;
            self.taint(step);
            if matches!(bound.op.family, Family::Join | Family::Union | Family::Pivot | Family::Group) {
                // Nobody knows which columns it would have made: what follows is checked when it works.
                self.schema = None;
            }
        }
        planned.schema.clone_from(&self.schema);
        planned.frame = (!self.stopped).then(|| self.bare.clone());
        planned
    }

    /// A step with other problems still says which columns it misses, so that all is told at once.
    fn report_missing_columns(&mut self, number: usize, step: &Step) {
        let Some(schema) = &self.schema else { return };
        for name in columns_needed(step).into_iter().collect::<BTreeSet<_>>() {
            if !schema.contains(&name) && !self.tainted.contains(&name) {
                let error = crate::op::no_such_column(&name, schema);
                self.problems.push(Problem::from_error(number, step.operation(), &error));
            }
        }
    }

    fn taint(&mut self, step: &Step) {
        self.tainted.extend(columns_created(step));
    }

    fn blames_tainted(&self, bound: &Bound) -> bool {
        let mut found = false;
        for (spec, text) in bound.args.given() {
            spec.visit_columns(text, &mut |name, _| found |= self.tainted.contains(name.as_str()));
        }
        found || bound.conditions.iter().any(|c| self.tainted.contains(&c.column))
    }

    fn apply(&mut self, number: usize, bound: &Bound, found: &mut Option<Value>) -> Result<()> {
        let Some(schema) = self.schema.clone() else { return Ok(()) };
        check_columns(bound, &schema)?;
        let predicate = predicate(&bound.conditions, &schema)?;
        let shapes = bound.op.facts.as_ref().is_some_and(|f| f.shapes);
        let keeps = bound.op.facts.as_ref().is_some_and(|f| f.keeps.is_some());
        let facts = self.ask_facts(number, bound, &schema, predicate.as_ref())?;
        *found = facts.as_ref().filter(|_| keeps).map(kept::write);
        if shapes && facts.is_none() {
            // Without data nobody can say which columns come out; what follows is checked when there is data.
            self.schema = None;
            return Ok(());
        }
        let context = Context { schema: &schema, facts: facts.as_ref(), predicate, dry: self.stopped, env: self.env };
        let mut empty = transform(bound, &context, DataFrame::empty_with_schema(&schema).lazy(), None)?;
        let after = empty.collect_schema()?;
        if !self.stopped {
            self.bare = transform(bound, &context, self.bare.clone(), None)?;
            let counter = self.taps.as_deref_mut().map(|taps| taps.failures(number));
            self.frame = transform(bound, &context, self.frame.clone(), counter)?;
            let law = (bound.op.rows)(&bound.args);
            if let Some(taps) = self.taps.as_deref_mut().filter(|_| law != RowLaw::Same) {
                self.frame = taps.after(self.frame.clone(), number);
            }
        }
        self.schema = Some(after);
        Ok(())
    }

    fn ask_facts(
        &mut self,
        number: usize,
        bound: &Bound,
        schema: &Schema,
        predicate: Option<&Expr>,
    ) -> Result<Option<DataFrame>> {
        let Some(facts) = bound.op.facts.as_ref().filter(|_| !self.stopped) else { return Ok(None) };
        let wanted = self.facts.wants(facts.shapes);
        if !wanted && bound.kept.is_none() {
            return Ok(None);
        }
        let context = Context { schema, facts: None, predicate: predicate.cloned(), dry: false, env: self.env };
        let rows = match (bound.op.conditions, predicate) {
            (Conditions::Mask, Some(predicate)) => self.bare.clone().filter(predicate.clone()),
            _ => self.bare.clone(),
        };
        let Some(mut query) = (facts.query)(&bound.args, &context, rows.clone())? else { return Ok(None) };
        let kept = match (&bound.kept, facts.keeps) {
            (Some(kept), Some(within)) => Some((kept::read(kept, &*query.collect_schema()?)?, within)),
            _ => None,
        };
        let reach = self.facts.reach();
        let find: Find<'_> = match facts.passes {
            Some(passes) => Box::new(move |ask| {
                let few = ask(rows.clone().select(columns_asked(bound)).limit(reach.rows.saturating_add(1)))?;
                if few.height() > usize::try_from(reach.rows).unwrap_or(usize::MAX) {
                    drop(few);
                    return passes(&bound.args, &context, &rows, &mut Asker::new(ask, reach));
                }
                ask((facts.query)(&bound.args, &context, few.lazy())?.unwrap_or(query))
            }),
            None => Box::new(move |ask| ask(query)),
        };
        let found = if wanted { self.facts.facts(number, find)? } else { None };
        let Some((kept, within)) = kept else { return Ok(found) };
        if let Some(found) = found {
            within(&found, &kept)?;
        }
        Ok(Some(kept))
    }
}

/// Every column that a step reads must be there and be of a kind it takes; a column it makes must not.
fn check_columns(bound: &Bound, schema: &Schema) -> Result<()> {
    for (spec, text) in bound.args.given() {
        let mut found = Ok(());
        spec.visit_columns(text, &mut |name, used| {
            if found.is_ok() && used == Use::Reads && spec.reads_columns() {
                found = check_read(name, spec.accepts, schema).map_err(|e| e.at_param(spec.name));
            }
        });
        found?;
    }
    Ok(())
}

fn check_read(name: &str, accepts: &[TypeClass], schema: &Schema) -> Result<()> {
    let dtype = schema.get(name).ok_or_else(|| crate::op::no_such_column(name, schema))?;
    let class = TypeClass::of(dtype);
    if accepts.is_empty() || accepts.contains(&class) || dtype == &polars::prelude::DataType::Null {
        return Ok(());
    }
    let wanted: Vec<_> = accepts.iter().map(|a| a.words()).collect();
    let message = format!("“{name}” is {}, this step takes {}", class.words(), wanted.join(", "));
    let advice = format!("change the type of {name} in a step before (CHANGE_DATA_TYPE)");
    Err(Error::new(ErrorKind::Type, message).advise(advice))
}

fn transform(bound: &Bound, context: &Context<'_>, frame: LazyFrame, failures: Option<Counter>) -> Result<LazyFrame> {
    match bound.op.apply {
        Apply::Table(apply) => apply(&bound.args, context, frame),
        Apply::Columns(columns) => {
            let outputs = columns(&bound.args, context)?;
            apply_columns(bound, context, frame, outputs, failures)
        }
    }
}

fn apply_columns(
    bound: &Bound,
    context: &Context<'_>,
    frame: LazyFrame,
    outputs: Vec<Output>,
    failures: Option<Counter>,
) -> Result<LazyFrame> {
    let mut reads = columns_read(&bound.args);
    reads.extend(outputs.iter().filter_map(|output| output.source.as_ref()).map(ToString::to_string));
    let mask = context.predicate.as_ref().filter(|_| bound.op.conditions == Conditions::Mask);
    let mut exprs = Vec::with_capacity(outputs.len());
    let mut added: Vec<PlSmallStr> = Vec::new();
    for output in outputs {
        let old = context.schema.get(&output.name);
        if old.is_some() && !reads.contains(output.name.as_str()) {
            let message = format!("there is a column “{}” already", output.name);
            return Err(
                Error::new(ErrorKind::Column, message).advise("choose another name, or rename or delete it before")
            );
        }
        if old.is_none() {
            added.push(output.name.clone());
        }
        let mut expr = output.expr;
        if let Some(mask) = mask {
            if let Some(old) = old {
                refuse_type_change(context.schema, &expr, old, &output.name)?;
            }
            expr = masked(mask, expr, old.map(|_| col(output.name.clone())));
        }
        if let Some(counter) = failures.as_ref().filter(|_| bound.op.converts) {
            let before = match &output.source {
                _ if old.is_some() => col(output.name.clone()),
                Some(source) => expected(&BTreeSet::from([source.to_string()]), mask),
                None => expected(&reads, mask),
            };
            expr = tap::count_failures(expr, before, counter.clone());
        }
        exprs.push(expr.alias(output.name));
    }
    let frame = frame.with_columns(exprs);
    if added.is_empty() {
        return Ok(frame);
    }
    Ok(frame.select(order_after(context.schema, &reads, &added)))
}

/// True where a new column should have a value, missing elsewhere: in the rows selected whose cells are all there.
fn expected(reads: &BTreeSet<String>, mask: Option<&Expr>) -> Expr {
    let there = reads.iter().map(|name| col(name.as_str()).is_not_null());
    let here = there.chain(mask.cloned()).reduce(Expr::and).unwrap_or_else(|| lit(true));
    masked(&here, lit(true), None)
}

/// New columns stand right after the last column that the step reads, or at the end when it reads none.
fn order_after(schema: &Schema, reads: &BTreeSet<String>, added: &[PlSmallStr]) -> Vec<Expr> {
    let names: Vec<&PlSmallStr> = schema.iter_names().collect();
    let place = names.iter().rposition(|n| reads.contains(n.as_str())).map_or(names.len(), |at| at + 1);
    let (before, after) = names.split_at(place);
    let ordered = before.iter().copied().chain(added).chain(after.iter().copied());
    ordered.map(|name| col(name.clone())).collect()
}

fn columns_read(args: &Args) -> BTreeSet<String> {
    let mut reads = BTreeSet::new();
    for (spec, text) in args.given() {
        spec.visit_columns(text, &mut |name, used| {
            if used == Use::Reads && spec.reads_columns() {
                reads.insert(name.clone());
            }
        });
    }
    reads
}

/// The columns that the facts of a step can be about.
fn columns_asked(bound: &Bound) -> Vec<Expr> {
    let mut names = columns_read(&bound.args);
    names.extend(bound.conditions.iter().map(|condition| condition.column.clone()));
    names.into_iter().map(col).collect()
}

fn refuse_type_change(schema: &Schema, expr: &Expr, old: &polars::prelude::DataType, name: &str) -> Result<()> {
    let probe = DataFrame::empty_with_schema(schema).lazy().select([expr.clone().alias("probe")]).collect_schema()?;
    match probe.get("probe") {
        Some(new) if new != old && new != &polars::prelude::DataType::Null => {
            let message = format!(
                "with conditions only some cells of “{name}” would become {}, and a column has one type",
                TypeClass::of(new).words()
            );
            Err(Error::new(ErrorKind::Condition, message)
                .advise("take the conditions off, or filter the rows in a step before"))
        }
        _ => Ok(()),
    }
}

/// A schema shared by reference.
pub fn shared(schema: Schema) -> SchemaRef {
    Arc::new(schema)
}
