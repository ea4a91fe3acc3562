//! The bounds of outliers for many rows, by queries that hold no column. The answers are those of `outlier_facts`.

use super::facts::Asker;
use super::fill::present_rows;
use super::outlier_facts::{
    REPLACE, Strategy, fence_around, shares, statistic, stays, strategy, trim_default, trims, within,
};
use super::ranks::{CELL, at_ranks};
use super::{Args, Context, params, spread};
use crate::error::Result;
use crate::named::col;
use polars::prelude::{AnyValue, Column, DataFrame, DataType, Expr, IntoLazy as _, LazyFrame, NULL, lit};

/// The bounds, and the percentiles where some are given.
pub(super) fn bounds(
    args: &Args,
    context: &Context<'_>,
    frame: &LazyFrame,
    asker: &mut Asker<'_>,
) -> Result<DataFrame> {
    context.dtype(&args.get(&params::SOURCE)?.0)?;
    trims(args, "FALSE")?;
    found(args, frame, asker)
}

/// The bounds, and mean and deviation of the numbers brought within them.
pub(super) fn clipped(args: &Args, _: &Context<'_>, frame: &LazyFrame, asker: &mut Asker<'_>) -> Result<DataFrame> {
    let bounds = found(args, frame, asker)?;
    let within = within(&col(CELL), figure(&bounds, "fence_low")?, figure(&bounds, "fence_high")?);
    let (mean, deviation) = spread::in_passes(asker, &numbers(args, frame)?.select([within.alias(CELL)]))?;
    let figures = [("mean", mean), ("deviation", deviation)].map(|(name, figure)| Column::new(name.into(), [figure]));
    Ok(bounds.hstack(&figures)?)
}

/// The bounds, and the statistic of the numbers that are not replaced.
pub(super) fn replacing(
    args: &Args,
    context: &Context<'_>,
    frame: &LazyFrame,
    asker: &mut Asker<'_>,
) -> Result<DataFrame> {
    let column = args.get(&params::SOURCE)?.0;
    let dtype = context.dtype(&column)?;
    let trims = trims(args, trim_default(args.get(&REPLACE)?.0))?;
    let bounds = found(args, frame, asker)?;
    let Some(statistic) = statistic(args)? else { return Ok(bounds) };
    let trim = match shares(args)? {
        Some(_) if trims => Some((figure(&bounds, "percentile_low")?, figure(&bounds, "percentile_high")?)),
        _ => None,
    };
    let stays = stays(&column, figure(&bounds, "fence_low")?, figure(&bounds, "fence_high")?, trim);
    let others = present_rows(frame.clone().filter(stays), col(column.as_str()), dtype);
    let figures = statistic.in_passes(asker, &others, dtype)?;
    Ok(bounds.hstack(figures.columns())?)
}

fn found(args: &Args, frame: &LazyFrame, asker: &mut Asker<'_>) -> Result<DataFrame> {
    let numbers = numbers(args, frame)?;
    let shares = shares(args)?;
    let percentiles = shares.map_or_else(Vec::new, |(lower, upper)| vec![lower, upper]);
    let (low, high, spread, percentiles) = match strategy(args)? {
        Strategy::Quartiles => {
            let quartiles = quantiles(asker, &numbers, &[&[0.25, 0.75], percentiles.as_slice()].concat())?;
            let spread = quartiles[0].zip(quartiles[1]).map(|(low, high)| high - low);
            (quartiles[0], quartiles[1], spread, quartiles[2..].to_vec())
        }
        Strategy::Median => {
            let medians = quantiles(asker, &numbers, &[&[0.5], percentiles.as_slice()].concat())?;
            let distances = (col(CELL) - literal(medians[0])).abs();
            let spread = quantiles(asker, &numbers.select([distances.alias(CELL)]), &[0.5])?;
            (medians[0], medians[0], spread[0], medians[1..].to_vec())
        }
        Strategy::Mean => {
            let (mean, deviation) = spread::in_passes(asker, &numbers)?;
            let asked = if percentiles.is_empty() { Vec::new() } else { quantiles(asker, &numbers, &percentiles)? };
            (mean, mean, deviation, asked)
        }
    };
    let (low, high) = fence_around(args, literal(low), literal(high), literal(spread))?;
    let names = ["percentile_low", "percentile_high"].into_iter().zip(percentiles);
    let mut asked = vec![low.alias("fence_low"), high.alias("fence_high")];
    asked.extend(names.map(|(name, figure)| literal(figure).alias(name)));
    asker.ask(DataFrame::empty_with_height(1).lazy().select(asked))
}

/// The numbers that bounds are taken of: neither missing nor infinite nor what is no number.
fn numbers(args: &Args, frame: &LazyFrame) -> Result<LazyFrame> {
    let cells = col(args.get(&params::SOURCE)?.0.as_str()).cast(DataType::Float64);
    Ok(frame.clone().select([cells.alias(CELL)]).filter(col(CELL).is_finite()))
}

/// The numbers below which given shares of all numbers lie, on a straight line between the two nearest.
fn quantiles(asker: &mut Asker<'_>, numbers: &LazyFrame, shares: &[f64]) -> Result<Vec<Option<f64>>> {
    let near =
        |count: u64, share: f64| place(count, share).map_or_else(Vec::new, |(below, _, above)| vec![below, above]);
    let ranks = |count: u64| shares.iter().flat_map(|share| near(count, *share)).collect();
    let (count, found) = at_ranks(asker, numbers, ranks)?;
    let value = |rank: u64| found.get(&rank).and_then(AnyValue::extract::<f64>);
    let between = |share: &f64| {
        let (below, place, above) = place(count, *share)?;
        let (lower, upper) = (value(below)?, value(above)?);
        Some(if lower == upper { lower } else { place * (upper - lower) + lower })
    };
    Ok(shares.iter().map(between).collect())
}

/// The ranks on both sides of a share of so many numbers, and how far it lies behind the first.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ranks are below 2⁵³ and not negative"
)]
fn place(count: u64, share: f64) -> Option<(u64, f64, u64)> {
    let last = count.checked_sub(1)?;
    let place = last as f64 * share;
    let below = (place as u64).min(last);
    Some((below, place - below as f64, (place.ceil() as u64).min(last)))
}

fn figure(figures: &DataFrame, name: &str) -> Result<Expr> {
    Ok(literal(figures.column(name)?.get(0)?.extract::<f64>()))
}

fn literal(figure: Option<f64>) -> Expr {
    figure.map_or_else(|| lit(NULL).cast(DataType::Float64), lit)
}
