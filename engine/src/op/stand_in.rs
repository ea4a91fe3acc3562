//! One statistic of a column, asked as facts and worked out exactly: whole numbers and money are summed, halved and divided in whole
//! digits, never as floats. Halves are rounded away from zero.

use super::facts::Asker;
use super::param::{Choice, Chosen, Param, choice};
use super::ranks::{CELL, at_ranks};
use super::statistic::middle as halfway;
use super::{counts, exact};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::types::{TypeClass, word_of_dtype};
use polars::prelude::{
    AnyValue, Column, DataFrame, DataType, Expr, IntoColumn as _, IntoLazy as _, LazyFrame, Series, SortOptions, lit,
};

/// A statistic that one cell can be replaced by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statistic {
    /// The sum divided by the count.
    Average,
    /// The value in the middle; of two, their average.
    Median,
    /// The most frequent number.
    Mode(Tie),
    /// The most frequent value of any type; of several the smallest.
    MostFrequent,
    /// The sum.
    Sum,
    /// The largest value.
    Largest,
}

/// Which of several most frequent numbers is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tie {
    /// The smallest.
    Smallest,
    /// The largest.
    Largest,
    /// Their average.
    Average,
    /// None of them.
    Nothing,
}

/// How a tie between most frequent numbers is settled.
pub(super) static TIE: Param<Chosen> = Param::new("modeType", "Rule for ties")
    .help("Which number is taken when several occur equally often.")
    .example("MINIMUM")
    .choices(TIES);

/// The ways to settle a tie.
pub(super) const TIES: &[Choice] = &[
    Choice { value: "MINIMUM", label: "The smallest", aliases: &["MIN"] },
    Choice { value: "MAXIMUM", label: "The largest", aliases: &["MAX"] },
    choice("AVERAGE", "Their average"),
    choice("NONE", "None: nothing is filled"),
];

impl Tie {
    /// The tie rule that a recipe names.
    pub(super) fn of(chosen: Chosen) -> Self {
        match chosen.0 {
            "MAXIMUM" => Self::Largest,
            "AVERAGE" => Self::Average,
            "NONE" => Self::Nothing,
            _ => Self::Smallest,
        }
    }
}

impl Statistic {
    /// What is asked of all rows; `cells` hold no missing cell and no NaN.
    pub(super) fn query(self, cells: Expr, dtype: &DataType) -> Vec<Expr> {
        let named = |low: Expr, high: Expr| vec![low.alias("low"), high.alias("high")];
        match self {
            Self::Average | Self::Sum => summed(&cells, dtype).to_vec(),
            Self::Median => {
                let last = cells.clone().count().cast(DataType::Int64) - lit(1);
                let sorted = cells.sort(SortOptions::default());
                let low = sorted.clone().get(last.clone().floor_div(lit(2)), true);
                named(low, sorted.get((last + lit(1)).floor_div(lit(2)), true))
            }
            Self::Mode(_) | Self::MostFrequent => self.query_modes(cells.mode(false), dtype),
            Self::Largest => vec![cells.max().alias("low")],
        }
    }

    /// What is asked of the values that occur most often.
    pub(super) fn query_modes(self, modes: Expr, dtype: &DataType) -> Vec<Expr> {
        let low = modes.clone().min().alias("low");
        match self {
            Self::Mode(_) => {
                let mut asked = vec![low, modes.clone().max().alias("high")];
                asked.extend(summed(&modes, dtype));
                asked
            }
            _ => vec![low],
        }
    }

    /// The answer to [`query`](Self::query), of many rows: their cells are the column `cell`, without missing ones and NaN.
    pub(super) fn in_passes(self, asker: &mut Asker<'_>, cells: &LazyFrame, dtype: &DataType) -> Result<DataFrame> {
        match self {
            Self::Median => median_in_passes(asker, cells, dtype),
            Self::Mode(_) | Self::MostFrequent => counts::most_frequent(asker, cells, self, dtype),
            _ => asker.ask(cells.clone().select(self.query(col(CELL), dtype))),
        }
    }

    /// The statistic in the type of its column; none when there is nothing to take it of.
    pub(super) fn value(self, facts: &DataFrame, dtype: &DataType) -> Result<Option<AnyValue<'static>>> {
        let fact = |name: &str| -> Result<AnyValue<'static>> { Ok(facts.column(name)?.get(0)?.into_static()) };
        let mean = || -> Result<Option<AnyValue<'static>>> {
            let count = fact("count")?.extract::<i64>().unwrap_or_default();
            Ok(divide(&fact("total")?, count, dtype))
        };
        let value = match self {
            Self::Average | Self::Mode(Tie::Average) => mean()?,
            Self::Sum => match fact("count")?.extract::<i64>() {
                Some(count) if count > 0 => Some(Self::fitted(&divide_raw(&fact("total")?, 1), dtype)?),
                _ => None,
            },
            Self::Median => middle(&fact("low")?, &fact("high")?, dtype),
            Self::Mode(Tie::Nothing) => Some(fact("low")?).filter(|low| Some(low) == fact("high").ok().as_ref()),
            Self::Mode(Tie::Largest) => Some(fact("high")?),
            Self::Mode(Tie::Smallest) | Self::MostFrequent | Self::Largest => Some(fact("low")?),
        };
        Ok(value.filter(|value| !value.is_null()))
    }

    fn fitted(value: &AnyValue<'static>, dtype: &DataType) -> Result<AnyValue<'static>> {
        value.strict_cast(dtype).map(AnyValue::into_static).ok_or_else(|| {
            let message = format!("the sum {value} does not fit a column of type {}", word_of_dtype(dtype));
            Error::new(ErrorKind::Data, message).advise("change the column's type to long or double in a step before")
        })
    }
}

fn summed(cells: &Expr, dtype: &DataType) -> [Expr; 2] {
    [total(cells, dtype).alias("total"), cells.clone().count().alias("count")]
}

/// The sum of cells, in a type that holds any sum of them.
fn total(cells: &Expr, dtype: &DataType) -> Expr {
    match TypeClass::of(dtype) {
        TypeClass::Whole => cells.clone().cast(DataType::Decimal(38, 0)).sum(),
        TypeClass::Money => cells.clone().sum(),
        _ => exact::sum(cells),
    }
}

/// What [`Statistic::Median`] asks, of many rows: their cells are the column `cell`, without missing ones and NaN.
fn median_in_passes(asker: &mut Asker<'_>, cells: &LazyFrame, dtype: &DataType) -> Result<DataFrame> {
    let ranks = |count: u64| [(count - 1) / 2, count / 2];
    let (count, found) = at_ranks(asker, cells, |count| ranks(count).to_vec())?;
    let [low, high] = if count == 0 { [0, 0] } else { ranks(count) };
    let column = |(name, rank): (&str, u64)| -> Result<Column> {
        let value = found.get(&rank).cloned().unwrap_or(AnyValue::Null);
        Ok(Series::from_any_values_and_dtype(name.into(), &[value], dtype, true)?.into_column())
    };
    Ok(DataFrame::new(1, vec![column(("low", low))?, column(("high", high))?])?)
}

/// The median that Polars takes of a whole column, of many rows: a decimal, NaN above all. The cells are the column `cell`, without missing
/// ones.
pub(super) fn median_of_all(asker: &mut Asker<'_>, cells: &LazyFrame, dtype: &DataType) -> Result<Column> {
    let (numbers, odd) = match TypeClass::of(dtype) {
        TypeClass::Decimal => {
            let odd = asker.ask(cells.clone().select([col(CELL).is_nan().sum()]))?;
            let odd = odd.column(CELL)?.get(0)?.extract::<u64>().unwrap_or_default();
            (cells.clone().filter(col(CELL).is_not_nan()), odd)
        }
        _ => (cells.clone(), 0),
    };
    let ranks = |count: u64| match count + odd {
        0 => Vec::new(),
        all => vec![(all - 1) / 2, all / 2],
    };
    let below = |count: u64| ranks(count).into_iter().filter(|rank| *rank < count).collect();
    let (count, found) = at_ranks(asker, &numbers, below)?;
    let value = |rank: u64| found.get(&rank).cloned().unwrap_or(AnyValue::Float64(f64::NAN));
    let middle: Vec<AnyValue<'static>> = ranks(count).into_iter().map(value).collect();
    let middle = Series::from_any_values_and_dtype(CELL.into(), &middle, dtype, false)?;
    let median = asker.ask(middle.into_frame().lazy().select([col(CELL).median()]))?;
    Ok(median.column(CELL)?.clone())
}

fn middle(low: &AnyValue<'static>, high: &AnyValue<'static>, dtype: &DataType) -> Option<AnyValue<'static>> {
    if low.is_null() {
        return None;
    }
    let half = match (low, high) {
        (AnyValue::Decimal(low, p, s), AnyValue::Decimal(high, ..)) => AnyValue::Decimal(halfway(*low, *high), *p, *s),
        (low, high) if low.is_integer() => AnyValue::Int128(halfway(low.extract()?, high.extract()?)),
        // Not their sum, which could be infinite; and of the two zeros, which are equal, always the same one.
        (low, high) => AnyValue::Float64(low.extract::<f64>()?.midpoint(high.extract()?) + 0.0),
    };
    divide(&half, 1, dtype)
}

/// A total divided by a count, in the type of the column.
fn divide(total: &AnyValue<'static>, count: i64, dtype: &DataType) -> Option<AnyValue<'static>> {
    if count == 0 || total.is_null() {
        return None;
    }
    divide_raw(total, count).strict_cast(dtype).map(AnyValue::into_static)
}

#[allow(clippy::cast_precision_loss, reason = "a count of rows is exact in a float")]
fn divide_raw(total: &AnyValue<'static>, count: i64) -> AnyValue<'static> {
    match total {
        AnyValue::Decimal(total, _, 0) => AnyValue::Int128(rounded(*total, i128::from(count))),
        AnyValue::Decimal(total, p, s) => AnyValue::Decimal(rounded(*total, i128::from(count)), *p, *s),
        whole if whole.is_integer() => {
            AnyValue::Int128(rounded(whole.extract::<i128>().unwrap_or_default(), i128::from(count)))
        }
        float => AnyValue::Float64(float.extract::<f64>().unwrap_or_default() / count as f64),
    }
}

/// Divides, halves away from zero.
const fn rounded(total: i128, count: i128) -> i128 {
    let (quotient, rest) = (total / count, total % count);
    if rest.abs() >= count - rest.abs() { quotient + total.signum() } else { quotient }
}
