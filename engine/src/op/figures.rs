//! The figures over whole columns that expressions name as `:name`: `withExpressions`, its aggregates, and their values as constants.
//!
//! An aggregate is one expression over a few rows. Over many, those that would hold their column are found in passes instead.

use super::expression::{Expression, Typed, misfit};
use super::functions::arguments;
use super::group::aggregate_expr;
use super::literals::literal;
use super::number::{Operand, decimals};
use super::param::{Kind, Param, ParamSpec, ParamType, Use};
use super::ranks::CELL;
use super::{Args, Context, counts, exact, product, spread, stand_in};
use crate::error::Result;
use crate::named::col;
use crate::op::facts::Asker;
use crate::types::TypeClass;
use polars::prelude::{
    AnyValue, Column, DataFrame, DataType, Expr, IntoLazy as _, LazyFrame, NamedFrom as _, Schema, Series, lit,
};
use serde::{Deserialize, Serialize};
use sqlparser::ast::{self, DuplicateTreatment, FunctionArguments};

/// The figures that the expressions of a step can name.
pub(super) static WITH: Param<Aggregates> = Param::new("withExpressions", "Aggregates")
    .help("Figures over whole columns that the expressions name as `:name`.")
    .example(r#"[{"name":"mean","value":"avg(`price`)","type":"aggregate"}]"#)
    .default("[]");

/// A figure over a whole column, as `DataBrew` writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct NamedAggregate {
    name: String,
    value: String,
    #[serde(rename = "type", default = "aggregate_type")]
    kind: String,
}

fn aggregate_type() -> String {
    "aggregate".into()
}

/// The figures that expressions can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Aggregates(Vec<NamedAggregate>);

impl ParamType for Aggregates {
    const KIND: Kind = Kind::Json;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        let list: Vec<NamedAggregate> =
            serde_json::from_str(text).map_err(|e| format!("not a list of aggregates: {e}"))?;
        for entry in &list {
            Expression::read(&entry.value)?;
        }
        Ok(Self(list))
    }
    fn write(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }
    fn visit(&mut self, each: &mut dyn FnMut(&mut String, Use)) {
        for entry in &mut self.0 {
            if let Ok(mut expression) = Expression::read(&entry.value) {
                expression.visit(each);
                entry.value = expression.write();
            }
        }
    }
}

/// The figures of a step, each with its name.
fn figures(args: &Args, context: &Context<'_>) -> Result<Vec<(String, Figure)>> {
    let Aggregates(list) = args.get(&WITH)?;
    let figure = |entry: NamedAggregate| {
        let tree = Expression::read(&entry.value).map_err(|m| misfit(m, "write avg(`price`)"))?.tree;
        let figure = Figure::read(&tree, context.schema).map_err(|e| e.at_param(WITH.spec.name))?;
        Ok((entry.name, figure))
    };
    list.into_iter().map(figure).collect()
}

/// Asks for the figures of a step, if it names some.
pub(super) fn query(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    let figures = figures(args, context)?;
    let asked: Vec<Expr> = figures.iter().map(|(name, figure)| figure.expr().alias(name.as_str())).collect();
    Ok((!asked.is_empty()).then(|| frame.select(asked)))
}

/// The same of many rows: what is one expression without a column held is asked at once, the rest in passes.
pub(super) fn in_passes(
    args: &Args,
    context: &Context<'_>,
    frame: &LazyFrame,
    asker: &mut Asker<'_>,
) -> Result<DataFrame> {
    let (mut plain, mut found) = (Vec::new(), Vec::new());
    for (name, figure) in figures(args, context)? {
        match figure.in_passes(frame, asker)? {
            Some(figure) => found.push(figure.with_name(name.as_str().into())),
            None => plain.push(figure.expr().alias(name.as_str())),
        }
    }
    if !plain.is_empty() {
        found.extend(asker.ask(frame.clone().select(plain))?.columns().iter().cloned());
    }
    Ok(DataFrame::new(1, found)?)
}

/// The figures of a step as constants: from the facts, or missing where there are no rows to ask.
pub(super) fn constants(args: &Args, context: &Context<'_>) -> Result<Vec<(String, Typed)>> {
    let empty = DataFrame::empty_with_schema(context.schema).lazy();
    let Some(mut query) = query(args, context, empty)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for (name, dtype) in query.collect_schema()?.iter() {
        let value = match context.facts.and_then(|facts| facts.column(name).ok()) {
            Some(column) => column.get(0)?.into_static(),
            None => AnyValue::Null,
        };
        found.push((name.to_string(), Typed::new(literal(value, dtype), dtype.clone())));
    }
    Ok(found)
}

/// What is taken of a column.
#[derive(Clone, Copy)]
enum Taken {
    /// An aggregate that GROUP_BY has too.
    Shared(&'static str),
    Product,
    Skewness,
    Kurtosis,
    StandardError,
    MeanDeviation,
}

/// An aggregate over a whole column, such as avg(`price`).
struct Figure {
    kind: Taken,
    column: String,
    dtype: DataType,
}

impl Figure {
    fn read(tree: &ast::Expr, schema: &Schema) -> Result<Self> {
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
        let name = function.name.to_string().to_ascii_lowercase();
        let of_any = match (name.as_str(), distinct) {
            ("count", true) => Some("COUNT_DISTINCT"),
            (_, true) => return Err(wrong()),
            ("count", _) => Some("COUNT"),
            ("min", _) => Some("MIN"),
            ("max", _) => Some("MAX"),
            _ => None,
        };
        let class = TypeClass::of(dtype);
        if of_any.is_none() && !matches!(class, TypeClass::Whole | TypeClass::Decimal | TypeClass::Money) {
            let message = format!("{} needs numbers, and {} is {}", function.name, column.value, class.words());
            return Err(misfit(message, "change the column's type in a step before"));
        }
        let kind = match (of_any, name.as_str()) {
            (Some(shared), _) => Taken::Shared(shared),
            (_, "sum") => Taken::Shared("SUM"),
            (_, "avg") => Taken::Shared("AVERAGE"),
            (_, "median") => Taken::Shared("MEDIAN"),
            (_, "stddev") => Taken::Shared("STANDARD_DEVIATION"),
            (_, "variance") => Taken::Shared("VARIANCE"),
            (_, "product") => Taken::Product,
            (_, "skewness") => Taken::Skewness,
            (_, "kurtosis") => Taken::Kurtosis,
            (_, "standard_error_of_mean") => Taken::StandardError,
            (_, "mean_absolute_deviation") => Taken::MeanDeviation,
            _ => return Err(wrong()),
        };
        if let Taken::Shared(name) = kind {
            super::group::refuse_aggregate(name, &column.value, dtype)?;
        }
        Ok(Self { kind, column: column.value.clone(), dtype: dtype.clone() })
    }

    /// The cells as decimals.
    fn numbers(&self) -> Expr {
        decimals(Operand { expr: col(self.column.as_str()), class: TypeClass::of(&self.dtype) }, |number| number)
    }

    /// The aggregate as one expression.
    fn expr(&self) -> Expr {
        let numbers = self.numbers();
        match self.kind {
            Taken::Shared(name) => aggregate_expr(name, col(self.column.as_str()), &self.dtype),
            Taken::Product => product::product(&numbers),
            Taken::Skewness => numbers.drop_nulls().skew(true),
            Taken::Kurtosis => numbers.drop_nulls().kurtosis(true, true),
            Taken::StandardError => spread::deviation(&numbers) / numbers.count().cast(DataType::Float64).sqrt(),
            Taken::MeanDeviation => exact::mean(&(numbers.clone() - exact::mean(&numbers)).abs()),
        }
    }

    /// The same of many rows, where the expression would hold the column; none where it would not.
    fn in_passes(&self, frame: &LazyFrame, asker: &mut Asker<'_>) -> Result<Option<Column>> {
        let rows = |cells: Expr| frame.clone().select([cells.alias(CELL)]).filter(col(CELL).is_not_null());
        let cells = rows(col(self.column.as_str()));
        Ok(Some(match self.kind {
            Taken::Shared("MEDIAN") => stand_in::median_of_all(asker, &cells, &self.dtype)?,
            Taken::Shared("COUNT_DISTINCT") if self.dtype != DataType::Null => {
                let different = counts::different(asker, &cells, &self.dtype)?;
                Column::new(CELL.into(), [i64::try_from(different).unwrap_or(i64::MAX)])
            }
            Taken::Product => Column::new(CELL.into(), [product::in_passes(asker, &rows(self.numbers()))?]),
            Taken::StandardError => figure(spread::error_in_passes(asker, &rows(self.numbers()))?),
            Taken::MeanDeviation => figure(mean_deviation(asker, &rows(self.numbers()))?),
            Taken::Shared(_) | Taken::Skewness | Taken::Kurtosis => return Ok(None),
        }))
    }
}

fn figure(figure: Option<f64>) -> Column {
    Series::new(CELL.into(), [figure]).into()
}

/// The mean distance from the mean, in two passes over the rows.
fn mean_deviation(asker: &mut Asker<'_>, numbers: &LazyFrame) -> Result<Option<f64>> {
    let mut mean_of = |cells: Expr| -> Result<Option<f64>> {
        let answer = asker.ask(numbers.clone().select([exact::mean(&cells).alias(CELL)]))?;
        Ok(answer.column(CELL)?.get(0)?.extract::<f64>())
    };
    match mean_of(col(CELL))? {
        Some(mean) => mean_of((col(CELL) - lit(mean)).abs()),
        None => Ok(None),
    }
}
