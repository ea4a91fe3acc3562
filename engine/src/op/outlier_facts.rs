//! The parameters of outliers, and the bounds beyond which a number is one, asked of all rows.

use super::param::{CellValue, Chosen, Param, ParamSpec, choice};
use super::stand_in::{Statistic, TIES, Tie};
use super::{Args, Context, exact, params, spread};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::op::fill::present;
use polars::prelude::{DataType, Expr, LazyFrame, NULL, QuantileMethod, lit, when};

static STRATEGY: Param<Chosen> = Param::new("outlierStrategy", "Rule")
    .help("How the distance of a number from the others is measured.")
    .example("IQR")
    .choices(&[
        choice("Z_SCORE", "Standard deviations from the mean"),
        choice("MODIFIED_Z_SCORE", "Median deviations from the median"),
        choice("IQR", "Distances between the quartiles"),
    ]);
static THRESHOLD: Param<f64> = Param::new("threshold", "Threshold")
    .help("A number further away than this is an outlier; 1.5 is usual for the quartiles.")
    .example("3")
    .default("3")
    .range(0.0, f64::INFINITY);
static TRIM: Param<bool> = Param::new("trimValue", "Only outside percentiles")
    .help("Whether only outliers outside the two percentiles are meant.")
    .example("TRUE")
    .optional();
static LOWER: Param<f64> = Param::new("minValue", "Lower percentile")
    .help("The percentile below which outliers are meant, 0 to 100.")
    .example("5")
    .range(0.0, 100.0)
    .optional();
static UPPER: Param<f64> = Param::new("maxValue", "Upper percentile")
    .help("The percentile above which outliers are meant, 0 to 100.")
    .example("95")
    .range(0.0, 100.0)
    .optional();
/// What becomes of an outlier that is removed.
pub(super) static REMOVE: Param<Chosen> = Param::new("removeType", "What goes")
    .help("Whether the whole row goes or only the value.")
    .example("DELETE_ROWS")
    .choices(&[choice("DELETE_ROWS", "The row"), choice("CLEAR", "The value")]);
/// What an outlier is replaced by.
pub(super) static REPLACE: Param<Chosen> = Param::new("replaceType", "Replace by")
    .help("What stands in the place of an outlier.")
    .example("REPLACE_WITH_NULL")
    .choices(&[
        choice("WINSORIZE_VALUES", "The nearer percentile"),
        choice("REPLACE_WITH_CUSTOM", "A value"),
        choice("REPLACE_WITH_EMPTY", "Empty"),
        choice("REPLACE_WITH_NULL", "Missing"),
        choice("REPLACE_WITH_MODE", "The most frequent number"),
        choice("REPLACE_WITH_AVERAGE", "The average"),
        choice("REPLACE_WITH_MEDIAN", "The median"),
        choice("REPLACE_WITH_SUM", "The sum"),
        choice("REPLACE_WITH_MAX", "The largest"),
    ]);
/// How a tie between most frequent numbers is settled.
static MOST_TIE: Param<Chosen> = Param::new("modeType", "Rule for ties")
    .help("Which number is taken when several occur equally often.")
    .example("MIN")
    .choices(TIES)
    .default("MIN");
/// The value that replaces an outlier.
pub(super) static VALUE: Param<CellValue> =
    Param::new("value", "Value").help("The value of REPLACE_WITH_CUSTOM.").example("0").optional();
/// What pulls an outlier in.
pub(super) static SKEW: Param<Chosen> = Param::new("skewFunction", "Function")
    .help("What is computed of an outlier.")
    .example("LOG")
    .choices(&[choice("LOG", "Logarithm"), choice("ROOT", "Root"), choice("SQUARE", "Square")]);
/// The base of a logarithm, the degree of a root.
pub(super) static SKEW_VALUE: Param<f64> = Param::new("value", "Base or degree")
    .help("The base of the logarithm or the degree of the root.")
    .example("10")
    .optional();

/// The parameters of RESCALE_OUTLIERS_WITH_Z_SCORE.
pub(super) static RULE: [&ParamSpec; 4] =
    [&params::SOURCE_NUMBER.spec, &params::TARGET.spec, &STRATEGY.spec, &THRESHOLD.spec];
/// The parameters of RESCALE_OUTLIERS_WITH_SKEW.
pub(super) static RULE_SKEW: [&ParamSpec; 6] =
    [&params::SOURCE_NUMBER.spec, &params::TARGET.spec, &STRATEGY.spec, &THRESHOLD.spec, &SKEW.spec, &SKEW_VALUE.spec];
/// The parameters of FLAG_OUTLIERS.
pub(super) static RULE_FLAG: [&ParamSpec; 6] = [
    &params::SOURCE_NUMBER.spec,
    &params::TARGET.spec,
    &STRATEGY.spec,
    &THRESHOLD.spec,
    &params::TRUE_TEXT.spec,
    &params::FALSE_TEXT.spec,
];
/// The parameters of REMOVE_OUTLIERS.
pub(super) static RULE_REMOVE: [&ParamSpec; 7] =
    [&params::SOURCE_NUMBER.spec, &STRATEGY.spec, &THRESHOLD.spec, &REMOVE.spec, &TRIM.spec, &LOWER.spec, &UPPER.spec];
/// The parameters of REPLACE_OUTLIERS.
pub(super) static RULE_REPLACE: [&ParamSpec; 9] = [
    &params::SOURCE_NUMBER.spec,
    &STRATEGY.spec,
    &THRESHOLD.spec,
    &REPLACE.spec,
    &VALUE.spec,
    &MOST_TIE.spec,
    &TRIM.spec,
    &LOWER.spec,
    &UPPER.spec,
];

/// What the distance of a number from the others is measured from.
#[derive(Clone, Copy)]
pub(super) enum Strategy {
    Quartiles,
    Median,
    Mean,
}

pub(super) fn strategy(args: &Args) -> Result<Strategy> {
    Ok(match args.get(&STRATEGY)?.0 {
        "IQR" => Strategy::Quartiles,
        "MODIFIED_Z_SCORE" => Strategy::Median,
        _ => Strategy::Mean,
    })
}

/// Where a number becomes an outlier, as the facts tell it.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    low: Option<f64>,
    high: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    trims: bool,
    /// The mean of the numbers brought within the bounds, where it was asked.
    pub(super) mean: Option<f64>,
    /// Their standard deviation.
    pub(super) deviation: Option<f64>,
}

impl Bounds {
    /// Reads the answer; without facts nothing is an outlier.
    pub(super) fn read(args: &Args, context: &Context<'_>, trim_default: &str) -> Result<Self> {
        let trims = trims(args, trim_default)?;
        let Some(facts) = context.facts else { return Ok(Self::default()) };
        let fact = |name: &str| facts.column(name).ok().and_then(|c| c.get(0).ok()).and_then(|v| v.extract::<f64>());
        Ok(Self {
            low: fact("fence_low"),
            high: fact("fence_high"),
            lower: fact("percentile_low"),
            upper: fact("percentile_high"),
            trims,
            mean: fact("mean"),
            deviation: fact("deviation"),
        })
    }

    /// Whether a number is an outlier that is meant.
    pub(super) fn outlier(&self, cells: &Expr) -> Expr {
        let literal = |bound: Option<f64>| bound.map_or(lit(NULL).cast(DataType::Float64), lit);
        let trim = self.trims.then(|| (literal(self.lower), literal(self.upper)));
        outlier(cells, literal(self.low), literal(self.high), trim)
    }

    /// Numbers brought within the bounds; all as they are where there are none.
    pub(super) fn clip(&self, cells: Expr) -> Expr {
        match (self.low, self.high) {
            (Some(low), Some(high)) => clip(&cells, lit(low), lit(high)),
            _ => cells,
        }
    }

    /// The values that outliers are brought to: the percentiles, else the bounds.
    pub(super) const fn caps(&self) -> (Option<f64>, Option<f64>) {
        match (self.lower, self.upper) {
            (Some(lower), Some(upper)) => (Some(lower), Some(upper)),
            _ => (self.low, self.high),
        }
    }
}

/// Asks for the bounds, and for the percentiles where some are given.
pub(super) fn query_bounds(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    context.dtype(&args.get(&params::SOURCE)?.0)?;
    trims(args, "FALSE")?;
    Ok(Some(frame.select(asked(args)?)))
}

/// Asks for the bounds, and for mean and deviation of the numbers brought within them.
pub(super) fn query_clipped(args: &Args, _: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    let bounds = frame.clone().select(asked(args)?);
    // The bounds are found once and stand beside every number: within one expression they would be found anew for each use.
    let numbers = frame.select([numbers(args)?.alias("number")]).cross_join(bounds.clone(), None);
    let within = numbers.select([within(&col("number"), col("fence_low"), col("fence_high")).alias("number")]);
    let figures = [exact::mean(&col("number")).alias("mean"), spread::deviation(&col("number")).alias("deviation")];
    Ok(Some(bounds.cross_join(within.select(figures), None)))
}

/// Asks for the bounds, and for the statistic of the numbers that are not replaced.
pub(super) fn query_replacing(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    let column = args.get(&params::SOURCE)?.0;
    let dtype = context.dtype(&column)?;
    let trims = trims(args, trim_default(args.get(&REPLACE)?.0))?;
    let mut asked = asked(args)?;
    if let Some(statistic) = statistic(args)? {
        let numbers = numbers(args)?;
        let (low, high) = fence(args, &numbers)?;
        let trim = if trims { percentiles(args, &numbers)? } else { None };
        let others = col(column.as_str()).filter(stays(&column, low, high, trim));
        asked.extend(statistic.query(present(others, dtype), dtype));
    }
    Ok(Some(frame.select(asked)))
}

/// Whether a cell is no outlier that is meant.
pub(super) fn stays(column: &str, low: Expr, high: Expr, trim: Option<(Expr, Expr)>) -> Expr {
    outlier(&col(column).cast(DataType::Float64), low, high, trim).not()
}

/// Which statistic a way of replacing takes, if any.
pub(super) fn statistic(args: &Args) -> Result<Option<Statistic>> {
    Ok(match args.get(&REPLACE)?.0 {
        "REPLACE_WITH_AVERAGE" => Some(Statistic::Average),
        "REPLACE_WITH_MEDIAN" => Some(Statistic::Median),
        "REPLACE_WITH_SUM" => Some(Statistic::Sum),
        "REPLACE_WITH_MAX" => Some(Statistic::Largest),
        "REPLACE_WITH_MODE" => Some(Statistic::Mode(Tie::of(args.get(&MOST_TIE)?))),
        _ => None,
    })
}

/// Whether only outliers outside the percentiles are meant when a step does not say.
pub(super) fn trim_default(how: &str) -> &'static str {
    match how {
        "REPLACE_WITH_NULL" | "REPLACE_WITH_MODE" | "WINSORIZE_VALUES" => "TRUE",
        _ => "FALSE",
    }
}

/// The numbers that bounds are taken of: neither missing nor infinite nor what is no number.
fn numbers(args: &Args) -> Result<Expr> {
    let cells = col(args.get(&params::SOURCE)?.0.as_str()).cast(DataType::Float64).drop_nulls();
    Ok(cells.clone().filter(cells.is_finite()))
}

fn asked(args: &Args) -> Result<Vec<Expr>> {
    let numbers = numbers(args)?;
    let (low, high) = fence(args, &numbers)?;
    let mut asked = vec![low.alias("fence_low"), high.alias("fence_high")];
    if let Some((lower, upper)) = percentiles(args, &numbers)? {
        asked.extend([lower.alias("percentile_low"), upper.alias("percentile_high")]);
    }
    Ok(asked)
}

/// The smallest and largest number that is no outlier; missing where the numbers do not spread.
fn fence(args: &Args, numbers: &Expr) -> Result<(Expr, Expr)> {
    let quartile = |at: f64| numbers.clone().quantile(lit(at), QuantileMethod::Linear);
    let (low, high, spread) = match strategy(args)? {
        Strategy::Quartiles => (quartile(0.25), quartile(0.75), quartile(0.75) - quartile(0.25)),
        Strategy::Median => {
            let median = numbers.clone().median();
            let deviation = (numbers.clone() - median.clone()).abs().median();
            (median.clone(), median, deviation)
        }
        Strategy::Mean => (exact::mean(numbers), exact::mean(numbers), spread::deviation(numbers)),
    };
    fence_around(args, low, high, spread)
}

/// The fence around two numbers, a threshold of spreads away.
pub(super) fn fence_around(args: &Args, low: Expr, high: Expr, spread: Expr) -> Result<(Expr, Expr)> {
    let reach = spread.clone() * lit(args.get(&THRESHOLD)?);
    let there = |bound: Expr| when(spread.clone().gt(lit(0.0))).then(bound).otherwise(lit(NULL));
    Ok((there(low - reach.clone()), there(high + reach)))
}

/// The two percentiles, where at least one is given; the other is the outermost.
fn percentiles(args: &Args, numbers: &Expr) -> Result<Option<(Expr, Expr)>> {
    let at = |share: f64| numbers.clone().quantile(lit(share), QuantileMethod::Linear);
    Ok(shares(args)?.map(|(lower, upper)| (at(lower), at(upper))))
}

/// The shares of the numbers that lie below the percentiles, where some are given.
pub(super) fn shares(args: &Args) -> Result<Option<(f64, f64)>> {
    let (lower, upper) = (args.find(&LOWER)?, args.find(&UPPER)?);
    let given = lower.is_some() || upper.is_some();
    Ok(given.then(|| (lower.unwrap_or(0.0) / 100.0, upper.unwrap_or(100.0) / 100.0)))
}

/// Whether only outliers outside the percentiles are meant; without percentiles all are.
pub(super) fn trims(args: &Args, default: &str) -> Result<bool> {
    let given = args.find(&LOWER)?.is_some() || args.find(&UPPER)?.is_some();
    match args.find(&TRIM)? {
        Some(true) if !given => {
            let error = Error::new(ErrorKind::Parameter, "trimValue is TRUE, but no percentile is given");
            Err(error.advise("give minValue and maxValue, for example 5 and 95").at_param(TRIM.spec.name))
        }
        Some(trims) => Ok(trims),
        None => Ok(given && default == "TRUE"),
    }
}

fn outlier(cells: &Expr, low: Expr, high: Expr, trim: Option<(Expr, Expr)>) -> Expr {
    let outside = |low: Expr, high: Expr| cells.clone().lt(low).or(cells.clone().gt(high)).fill_null(lit(false));
    let far = outside(low, high).and(cells.clone().is_nan().fill_null(lit(false)).not());
    match trim {
        Some((lower, upper)) => far.and(outside(lower, upper)),
        None => far,
    }
}

fn clip(cells: &Expr, low: Expr, high: Expr) -> Expr {
    let raised = when(cells.clone().lt(low.clone())).then(low).otherwise(cells.clone());
    let above = cells.clone().gt(high.clone()).and(cells.clone().is_nan().not());
    when(above).then(high).otherwise(raised)
}

/// A number brought within bounds; a missing bound is none.
pub(super) fn within(cells: &Expr, low: Expr, high: Expr) -> Expr {
    clip(cells, low.fill_null(lit(f64::NEG_INFINITY)), high.fill_null(lit(f64::INFINITY)))
}
