//! Numbers prepared for models: rescaled, unskewed, cut in two and cut into bins.

use super::facts::Asker;
use super::literals::literal;
use super::number::{NumberText, Operand, decimals};
use super::param::{Choice, Chosen, Kind, Param, ParamSpec, ParamType, choice, parse_names, write_names};
use super::ranks::CELL;
use super::{
    Apply, Args, Context, Example, Facts, Family, Operation, Output, ParamRule, exact, new_column, params, spread,
};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use polars::prelude::{Column, DataFrame, DataType, Expr, LazyFrame, NULL, lit, when};

static STRATEGY: Param<Chosen> =
    Param::new("strategy", "Method").help("How the numbers are rescaled.").example("MIN_MAX").choices(STRATEGIES);
static STRATEGIES: &[Choice] = &[
    choice("MIN_MAX", "From 0 to 1"),
    choice("SCALE_BETWEEN", "Between two numbers"),
    choice("MEAN_NORMALIZATION", "Around the mean, within -1 and 1"),
    choice("Z_SCORE", "Distance from the mean in standard deviations"),
];
static LEAST: Param<NumberText> = Param::new("minValue", "Smallest")
    .help("What the smallest number becomes, when scaling between two numbers.")
    .example("-1")
    .aliases(&["lowerBound", "min"])
    .default("0");
static LARGEST: Param<NumberText> = Param::new("maxValue", "Largest")
    .help("What the largest number becomes, when scaling between two numbers.")
    .example("1")
    .aliases(&["upperBound", "max"])
    .default("1");
static THRESHOLD: Param<NumberText> =
    Param::new("threshold", "Threshold").help("Numbers above it become 1, the others 0.").example("100.0");
static FLIP: Param<bool> = Param::new("flip", "The other way round")
    .help("Whether numbers above the threshold become 0 instead.")
    .default("false");
static SKEW: Param<Chosen> = Param::new("skewFunction", "Function")
    .help("What is taken of each number.")
    .example("LOG")
    .choices(&[choice("ROOT", "Root"), choice("LOG", "Logarithm"), choice("SQUARE", "Square")]);
static DEGREE: Param<NumberText> = Param::new("value", "Degree or base")
    .help("The degree of the root (2 when left out) or the base of the logarithm (e when left out).")
    .example("2.718281828")
    .optional();
static NAMES: Param<BinNames> = Param::new("bucketNames", "Names of the bins")
    .help("One name for each bin, from the smallest numbers to the largest.")
    .example(r#"["low","middle","high"]"#);
static SPLITS: Param<Splits> = Param::new("splits", "Bounds")
    .help(
        "The bounds of the bins in ascending order, one more than there are bins; -Infinity and Infinity are allowed.",
    )
    .example(r#"["-Infinity","2","20","Infinity"]"#)
    .optional();
static PERCENTAGE: Param<NumberText> = Param::new("percentage", "Width in percent")
    .help("The width of each bin, in percent of the way from the smallest to the largest number.")
    .example("50")
    .optional();

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "NORMALIZATION",
        aliases: &["SCALE"],
        title: "Rescale",
        summary: "Rescales a column of numbers into a new column of decimals. From 0 to 1: (x - min) / (max - min). Between two numbers: the same, \
                  stretched to them (0 and 1 unless given). Around the mean: (x - mean) / (max - min). Z score: (x - mean) / standard \
                  deviation, that of a sample (divided by n - 1). Where all numbers are equal, each becomes 0 (the smallest of the \
                  two numbers). Missing cells stay missing; with conditions all figures are taken over the selected rows.",
        sentence: "Rescale {sourceColumn} {strategy} into {targetColumn}",
        family: Family::Encode,
        params: &[&params::SOURCE_NUMBER.spec, &STRATEGY.spec, &LEAST.spec, &LARGEST.spec, &params::TARGET.spec],
        facts: Some(Facts::in_passes(figures_query, figures_in_passes)),
        apply: Apply::Columns(normalize),
        examples: &[
            Example {
                title: "From 0 to 1",
                params: &[("sourceColumn", "x"), ("strategy", "MIN_MAX"), ("targetColumn", "y")],
                conditions: &[],
                before: "x:whole\n-5\n5\n0\n∅",
                after: "x:whole | y:double\n-5 | 0\n5 | 1\n0 | 0.5\n∅ | ∅",
            },
            Example {
                title: "The Z score",
                params: &[("sourceColumn", "x"), ("strategy", "Z_SCORE"), ("targetColumn", "y")],
                conditions: &[],
                before: "x:whole\n1\n2\n3",
                after: "x:whole | y:double\n1 | -1\n2 | 0\n3 | 1",
            },
        ],
        ..Operation::DEFAULT
    },
    Operation {
        name: "BINARIZATION",
        title: "Cut in two",
        summary: "Writes 1 where a number is above a threshold and 0 where it is at or below it, into a new column of whole numbers; or the other \
                  way round. A missing number stays missing.",
        sentence: "Whether {sourceColumn} is above {threshold} into {targetColumn}",
        family: Family::Encode,
        params: &[&params::SOURCE_NUMBER.spec, &THRESHOLD.spec, &FLIP.spec, &params::TARGET.spec],
        apply: Apply::Columns(|args, context| {
            let cells = Operand::column(&args.get(&params::SOURCE_NUMBER)?.0, context)?;
            let above = cells.expr.clone().gt(bound(&args.get(&THRESHOLD)?.0, &cells)?);
            let one = if args.get(&FLIP)? { above.not() } else { above };
            new_column(args, one.cast(DataType::Int64))
        }),
        examples: &[Example {
            title: "The threshold itself is below",
            params: &[("sourceColumn", "level"), ("threshold", "100.0"), ("flip", "false"), ("targetColumn", "high")],
            conditions: &[],
            before: "level:double\n100\n100.5\n∅",
            after: "level:double | high:whole\n100 | 0\n100.5 | 1\n∅ | ∅",
        }],
        ..Operation::DEFAULT
    },
    Operation {
        name: "SKEWNESS",
        title: "Change the skew",
        summary: "Writes a root, a logarithm or the square of a number into a new column of decimals. The root is the square root and the \
                  logarithm the natural one unless a degree or base is given; negative numbers have odd whole roots only. What has no \
                  root or logarithm becomes missing and is counted; a missing number stays missing.",
        sentence: "Take the {skewFunction} of {sourceColumn} into {targetColumn}",
        family: Family::Encode,
        params: &[&params::SOURCE_NUMBER.spec, &SKEW.spec, &DEGREE.spec, &params::TARGET.spec],
        converts: true,
        apply: Apply::Columns(unskew),
        examples: &[Example {
            title: "Cube roots, of negative numbers too",
            params: &[("sourceColumn", "x"), ("skewFunction", "ROOT"), ("value", "3"), ("targetColumn", "y")],
            conditions: &[],
            before: "x:whole\n27\n-8\n∅",
            after: "x:whole | y:double\n27 | 3\n-8 | -2\n∅ | ∅",
        }],
        ..Operation::DEFAULT
    },
    Operation {
        name: "BUCKETIZATION",
        title: "Bins",
        summary: "Writes the name of the bin in which a number falls into a new column of text. A bound belongs to the bin above it, the last one \
                  to the last bin; numbers outside the bounds and missing ones are missing. With a percentage the way from the smallest \
                  to the largest number is cut into bins of that width, so there must be a name for each.",
        sentence: "Bins {bucketNames} of {sourceColumn} into {targetColumn}",
        family: Family::Encode,
        params: &[&params::SOURCE_NUMBER.spec, &NAMES.spec, &SPLITS.spec, &PERCENTAGE.spec, &params::TARGET.spec],
        rules: &[ParamRule::OnlyOneOf(&["splits", "percentage"])],
        facts: Some(Facts::figures(range_query)),
        apply: Apply::Columns(bins),
        examples: &[
            Example {
                title: "A bound belongs to the bin above it",
                params: &[
                    ("sourceColumn", "level"),
                    ("bucketNames", "[\"low\",\"middle\",\"high\"]"),
                    ("splits", "[\"-Infinity\",\"2\",\"20\",\"Infinity\"]"),
                    ("targetColumn", "bin"),
                ],
                conditions: &[],
                before: "level:double\n-7\n2\n19.99\n20\n∅",
                after: "level:double | bin:text\n-7 | low\n2 | middle\n19.99 | middle\n20 | high\n∅ | ∅",
            },
            Example {
                title: "Two halves of the way from the smallest to the largest",
                params: &[
                    ("sourceColumn", "level"),
                    ("bucketNames", "[\"lower\",\"upper\"]"),
                    ("percentage", "50"),
                    ("targetColumn", "bin"),
                ],
                conditions: &[],
                before: "level:whole\n0\n4\n5\n10",
                after: "level:whole | bin:text\n0 | lower\n4 | lower\n5 | upper\n10 | upper",
            },
        ],
        ..Operation::DEFAULT
    },
];

/// A constant in the kind of number that some cells have, for comparing them exactly.
fn bound(text: &str, cells: &Operand) -> Result<Expr> {
    let money = cells.class == crate::types::TypeClass::Money;
    Ok(Operand::constant(text, money)?.expr)
}

fn figures_query(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    let cells = finite(args, context)?;
    let figures = [
        ("min", cells.clone().min()),
        ("max", cells.clone().max()),
        ("mean", exact::mean(&cells)),
        ("std", spread::deviation(&cells)),
    ];
    Ok(Some(frame.select(figures.map(|(name, figure)| figure.alias(name)))))
}

fn figures_in_passes(
    args: &Args,
    context: &Context<'_>,
    frame: &LazyFrame,
    asker: &mut Asker<'_>,
) -> Result<DataFrame> {
    let numbers = frame.clone().select([numbers(args, context)?.alias(CELL)]).filter(col(CELL).is_not_null());
    let range = asker.ask(numbers.clone().select([col(CELL).min().alias("min"), col(CELL).max().alias("max")]))?;
    let (mean, std) = spread::in_passes(asker, &numbers)?;
    let figures = [("mean", mean), ("std", std)].map(|(name, figure)| Column::new(name.into(), [figure]));
    Ok(range.hstack(&figures)?)
}

/// The numbers as decimals, without what is no number.
fn finite(args: &Args, context: &Context<'_>) -> Result<Expr> {
    Ok(numbers(args, context)?.drop_nulls())
}

/// The numbers as decimals; what is no number is missing.
fn numbers(args: &Args, context: &Context<'_>) -> Result<Expr> {
    Ok(decimals(Operand::column(&args.get(&params::SOURCE_NUMBER)?.0, context)?, |x| x))
}

/// A figure of the facts; missing when there are no rows.
fn figure(context: &Context<'_>, name: &str) -> Option<f64> {
    context.facts?.column(name).ok()?.get(0).ok()?.extract::<f64>()
}

fn normalize(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let known = |name| figure(context, name).unwrap_or(f64::NAN);
    let (min, max, mean, std) = (known("min"), known("max"), known("mean"), known("std"));
    let number = |param: &Param<NumberText>| -> Result<f64> { Ok(args.get(param)?.0.parse().unwrap_or(0.0)) };
    let (from, width, low, high) = match args.get(&STRATEGY)?.0 {
        "SCALE_BETWEEN" => (min, max - min, number(&LEAST)?, number(&LARGEST)?),
        "MEAN_NORMALIZATION" => (mean, max - min, 0.0, 1.0),
        "Z_SCORE" => (mean, std, 0.0, 1.0),
        _ => (min, max - min, 0.0, 1.0),
    };
    let scaled = move |x: f64| {
        let share = if width > 0.0 { (x - from) / width } else { 0.0 };
        low + share * (high - low)
    };
    new_column(args, decimals(Operand::column(&args.get(&params::SOURCE_NUMBER)?.0, context)?, scaled))
}

fn unskew(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let given: Option<f64> = args.find(&DEGREE)?.and_then(|text| text.0.parse().ok());
    let refuse = |message: String, advice: &str| {
        Err(Error::new(ErrorKind::Parameter, message).advise(advice).at_param(DEGREE.spec.name))
    };
    let cells = Operand::column(&args.get(&params::SOURCE_NUMBER)?.0, context)?;
    let changed = match (args.get(&SKEW)?.0, given) {
        ("ROOT", Some(0.0)) => return refuse("there is no root of degree 0".into(), "choose 2 or 3"),
        ("LOG", Some(base)) if base <= 0.0 || base == 1.0 => {
            return refuse(format!("{base} cannot be the base of a logarithm"), "choose a base above 0 that is not 1");
        }
        ("ROOT", degree) => decimals(cells, move |x| root(x, degree.unwrap_or(2.0))),
        ("LOG", Some(base)) => decimals(cells, move |x| super::math::log(x, base)),
        ("LOG", None) => decimals(cells, f64::ln),
        _ => decimals(cells, |x| x * x),
    };
    new_column(args, changed)
}

fn root(x: f64, degree: f64) -> f64 {
    if degree == 2.0 {
        x.sqrt()
    } else if degree == 3.0 {
        x.cbrt()
    } else if x < 0.0 && degree.rem_euclid(2.0) == 1.0 {
        -(-x).powf(1.0 / degree)
    } else {
        x.powf(1.0 / degree)
    }
}

/// The names of bins, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
struct BinNames(Vec<String>);

impl ParamType for BinNames {
    const KIND: Kind = Kind::Texts;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        parse_names(text).map(Self).map_err(|_| "give the names of the bins, such as [\"low\",\"high\"]".into())
    }
    fn write(&self) -> String {
        write_names(&self.0)
    }
    fn describe(&self, _: &ParamSpec) -> String {
        self.0.join(", ")
    }
}

/// The bounds of bins as they are written, in ascending order.
#[derive(Clone, Debug, PartialEq)]
struct Splits(Vec<String>);

impl ParamType for Splits {
    const KIND: Kind = Kind::Texts;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        let list: Vec<serde_json::Value> = serde_json::from_str(text)
            .map_err(|_| "not a list of bounds such as [\"0\",\"10\",\"Infinity\"]".to_owned())?;
        let texts: Vec<String> =
            list.iter().map(|v| v.as_str().map_or_else(|| v.to_string(), |t| t.trim().to_owned())).collect();
        let mut last = None;
        for text in &texts {
            let number =
                text.parse::<f64>().ok().filter(|n| !n.is_nan()).ok_or_else(|| format!("“{text}” is not a number"))?;
            if last.is_some_and(|last| last >= number) {
                return Err(format!("the bounds do not ascend: {text} comes after a number that is not smaller"));
            }
            last = Some(number);
        }
        if texts.len() < 2 { Err("give at least two bounds".into()) } else { Ok(Self(texts)) }
    }
    fn write(&self) -> String {
        write_names(&self.0)
    }
}

fn range_query(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    if args.find(&PERCENTAGE)?.is_none() {
        return Ok(None);
    }
    let cells = finite(args, context)?;
    Ok(Some(frame.select([cells.clone().min().alias("min"), cells.max().alias("max")])))
}

fn bins(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let BinNames(names) = args.get(&NAMES)?;
    let cells = Operand::column(&args.get(&params::SOURCE_NUMBER)?.0, context)?;
    let bounds = match args.find(&SPLITS)? {
        Some(Splits(texts)) => texts.iter().map(|text| split(text, &cells)).collect::<Result<Vec<_>>>()?,
        None => even_bounds(args, context, names.len())?,
    };
    if bounds.len() != names.len() + 1 {
        let message = format!("bounds: {}, so bins: {}, but names: {}", bounds.len(), bounds.len() - 1, names.len());
        return Err(Error::new(ErrorKind::Parameter, message)
            .advise("give one name for each bin")
            .at_param(NAMES.spec.name));
    }
    let last = names.len() - 1;
    let outside = lit(NULL).cast(DataType::String);
    let found = names.iter().enumerate().rev().fold(outside, |otherwise, (at, name)| {
        let below = if at == last {
            cells.expr.clone().lt_eq(bounds[at + 1].clone())
        } else {
            cells.expr.clone().lt(bounds[at + 1].clone())
        };
        let here = cells.expr.clone().gt_eq(bounds[at].clone()).and(below);
        when(here).then(lit(name.clone())).otherwise(otherwise)
    });
    new_column(args, found)
}

fn split(text: &str, cells: &Operand) -> Result<Expr> {
    match text.parse::<f64>() {
        Ok(infinite) if infinite.is_infinite() => Ok(lit(infinite)),
        _ => bound(text, cells),
    }
}

/// Bounds that cut the way from the smallest to the largest number into pieces of one width.
fn even_bounds(args: &Args, context: &Context<'_>, bins: usize) -> Result<Vec<Expr>> {
    let width: f64 = args.get(&PERCENTAGE)?.0.parse().unwrap_or(0.0);
    let whole = u32::try_from(bins).ok().filter(|bins| width > 0.0 && (100.0 / width).ceil() == f64::from(*bins));
    let Some(bins) = whole else {
        let message = format!("bins of {width} percent do not make {bins} bins");
        return Err(Error::new(ErrorKind::Parameter, message)
            .advise("give as many names as bins of that width fit into 100 percent")
            .at_param(PERCENTAGE.spec.name));
    };
    let (min, max) = (figure(context, "min"), figure(context, "max"));
    let bound = |at: u32| match (min, max) {
        (Some(min), Some(max)) if at < bins => lit(min + (max - min) * width * f64::from(at) / 100.0),
        (_, Some(max)) => lit(max),
        _ => literal(polars::prelude::AnyValue::Null, &DataType::Float64),
    };
    Ok((0..=bins).map(bound).collect())
}
