//! Statistics of a few numbers: those of one row, or of a window of rows. Whole numbers and money are added up exactly.
//!
//! Knows no operation. A statistic is taken either from running moments, which two halves of a window can merge, or from sorted values.

use super::number::type_of;
use crate::types::TypeClass;
use polars::prelude::{
    Column, DataType, Float64Chunked, Int64Chunked, Int128Chunked, IntoColumn as _, IntoSeries as _, PlSmallStr,
    PolarsResult,
};
use std::cmp::Ordering;

/// What becomes of several values that are equally frequent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tie {
    Nothing,
    Average,
    Least,
    Largest,
}

/// A statistic of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statistic {
    Count,
    Sum,
    Average,
    Least,
    Largest,
    Variance,
    Deviation,
    Median,
    Mode(Tie),
    /// The k-th largest, counted from 1; equal values keep their own places unless they count once.
    LargestKth {
        k: usize,
        once: bool,
    },
}

/// The answer to a statistic: in the numbers' own kind, or a decimal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Answer {
    Exact(i128),
    Decimal(f64),
}

impl Statistic {
    /// The kind of number it yields from numbers of a kind.
    pub(super) fn class(self, numbers: TypeClass) -> TypeClass {
        match (self, numbers) {
            (Self::Count, _) => TypeClass::Whole,
            (Self::Variance | Self::Deviation, _)
            | (Self::Average | Self::Median | Self::Mode(Tie::Average), TypeClass::Whole) => TypeClass::Decimal,
            _ => numbers,
        }
    }

    /// Whether it needs the values in order, not only their moments.
    pub(super) fn sorts(self) -> bool {
        matches!(self, Self::Median | Self::Mode(_) | Self::LargestKth { .. })
    }

    /// The statistic of values in ascending order.
    pub(super) fn of_sorted<F: Figure>(self, sorted: &[F], class: TypeClass) -> Option<Answer> {
        match self {
            Self::Median => {
                let (low, high) = (sorted.get(sorted.len().checked_sub(1)? / 2)?, sorted.get(sorted.len() / 2)?);
                F::middle(*low, *high, class)
            }
            Self::Mode(tie) => mode(sorted, tie, class),
            Self::LargestKth { k, once } => {
                let equal = |a: &&F, b: &&F| a.order(b) == Ordering::Equal;
                let mut falling = sorted.iter().rev();
                if !once {
                    return falling.nth(k.checked_sub(1)?).map(|f| f.answer());
                }
                let mut last = falling.next()?;
                for _ in 1..k {
                    last = falling.find(|f| !equal(f, &last))?;
                }
                Some(last.answer())
            }
            _ => self.of_moments(Moments::of(sorted, class).as_ref(), class),
        }
    }

    /// The statistic of values whose moments are known; none stands for no values at all.
    pub(super) fn of_moments<F: Figure>(self, moments: Option<&Moments<F>>, class: TypeClass) -> Option<Answer> {
        if self == Self::Count {
            return Some(Answer::Exact(moments.map_or(0, |m| m.count.into())));
        }
        let moments = moments?;
        let variance = moments.spread / f64::from(moments.count);
        match self {
            Self::Sum => moments.sum.map(Figure::answer),
            Self::Average => F::mean(moments.sum?, moments.count, class),
            Self::Least => Some(moments.least.answer()),
            Self::Largest => Some(moments.largest.answer()),
            Self::Variance => Some(Answer::Decimal(variance)),
            Self::Deviation => Some(Answer::Decimal(variance.sqrt())),
            _ => None,
        }
    }
}

/// A number that statistics are taken of: an exact one or a decimal.
pub(super) trait Figure: Copy {
    fn order(&self, other: &Self) -> Ordering;
    fn add(a: Self, b: Self) -> Option<Self>;
    /// A sum divided by a count.
    fn mean(sum: Self, count: u32, class: TypeClass) -> Option<Answer>;
    /// The average of the two values in the middle.
    fn middle(low: Self, high: Self, class: TypeClass) -> Option<Answer>;
    fn answer(self) -> Answer;
    fn decimal(self, class: TypeClass) -> f64;
}

impl Figure for i128 {
    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
    fn add(a: Self, b: Self) -> Option<Self> {
        a.checked_add(b)
    }
    fn mean(sum: Self, count: u32, class: TypeClass) -> Option<Answer> {
        let count = Self::from(count);
        if class == TypeClass::Money {
            // Halves go away from zero.
            let half = sum.signum() * (count / 2);
            return Some(Answer::Exact(sum.checked_add(half)? / count));
        }
        #[allow(clippy::cast_precision_loss, reason = "an average is a decimal")]
        Some(Answer::Decimal(sum as f64 / count as f64))
    }
    fn middle(low: Self, high: Self, class: TypeClass) -> Option<Answer> {
        if class == TypeClass::Money {
            return Some(Answer::Exact(middle(low, high)));
        }
        Self::mean(Self::add(low, high)?, 2, class)
    }
    fn answer(self) -> Answer {
        Answer::Exact(self)
    }
    #[allow(clippy::cast_precision_loss, reason = "a variance is a decimal")]
    fn decimal(self, class: TypeClass) -> f64 {
        if class == TypeClass::Money { self as f64 / super::number::ONE as f64 } else { self as f64 }
    }
}

impl Figure for f64 {
    fn order(&self, other: &Self) -> Ordering {
        self.total_cmp(other)
    }
    fn add(a: Self, b: Self) -> Option<Self> {
        Some(a + b)
    }
    fn mean(sum: Self, count: u32, _: TypeClass) -> Option<Answer> {
        Some(Answer::Decimal(sum / Self::from(count)))
    }
    fn middle(low: Self, high: Self, _: TypeClass) -> Option<Answer> {
        // Their sum could be infinite.
        Some(Answer::Decimal(low.midpoint(high)))
    }
    fn answer(self) -> Answer {
        Answer::Decimal(self)
    }
    fn decimal(self, _: TypeClass) -> f64 {
        self
    }
}

/// The average of two numbers in whole units, halves away from zero; their sum may be beyond what holds it.
pub(super) const fn middle(low: i128, high: i128) -> i128 {
    match low.checked_add(high) {
        Some(sum) => sum / 2 + sum % 2,
        // Both have one sign, so that what is missing of a half has it too.
        None => low.midpoint(high) + (low ^ high) % 2 * low.signum(),
    }
}

/// What is known of some values, such that two such knowledges merge into one.
#[derive(Clone, Debug)]
pub(super) struct Moments<F> {
    count: u32,
    /// None once it left its range.
    sum: Option<F>,
    least: F,
    largest: F,
    mean: f64,
    /// The sum of squared distances from the mean.
    spread: f64,
}

impl<F: Figure> Moments<F> {
    /// The moments of one value.
    pub(super) fn one(value: F, class: TypeClass) -> Self {
        Self { count: 1, sum: Some(value), least: value, largest: value, mean: value.decimal(class), spread: 0.0 }
    }

    /// The moments of several values, none when there are none.
    pub(super) fn of(values: &[F], class: TypeClass) -> Option<Self> {
        values.iter().map(|value| Self::one(*value, class)).reduce(|a, b| a.merge(&b))
    }

    /// The moments of the values of both.
    pub(super) fn merge(self, other: &Self) -> Self {
        let count = self.count + other.count;
        let apart = other.mean - self.mean;
        let share = f64::from(other.count) / f64::from(count);
        let pick = |a: F, b: F, wanted: Ordering| if b.order(&a) == wanted { b } else { a };
        Self {
            count,
            sum: self.sum.zip(other.sum).and_then(|(a, b)| F::add(a, b)),
            least: pick(self.least, other.least, Ordering::Less),
            largest: pick(self.largest, other.largest, Ordering::Greater),
            mean: self.mean + apart * share,
            spread: self.spread + other.spread + apart * apart * share * f64::from(self.count),
        }
    }
}

fn mode<F: Figure>(sorted: &[F], tie: Tie, class: TypeClass) -> Option<Answer> {
    let runs: Vec<&[F]> = sorted.chunk_by(|a, b| a.order(b) == Ordering::Equal).collect();
    let most = runs.iter().map(|run| run.len()).max()?;
    let tied: Vec<F> = runs.iter().filter(|run| run.len() == most).map(|run| run[0]).collect();
    match tie {
        Tie::Nothing if tied.len() > 1 => None,
        Tie::Average => Statistic::Average.of_moments(Moments::of(&tied, class).as_ref(), class),
        Tie::Largest => tied.last().map(|f| f.answer()),
        _ => tied.first().map(|f| f.answer()),
    }
}

/// The numbers of a column, ready for statistics.
pub(super) enum Numbers {
    Exact(Vec<Option<i128>>),
    Decimal(Vec<Option<f64>>),
}

impl Numbers {
    /// Reads a column as numbers of a kind; what is no number is missing.
    pub(super) fn read(column: &Column, class: TypeClass) -> PolarsResult<Self> {
        let cells = if column.dtype() == &DataType::String {
            let trimmed: Vec<Option<f64>> =
                column.str()?.iter().map(|t| t.and_then(|t| t.trim().parse().ok())).collect();
            return Ok(Self::Decimal(finite(trimmed.into_iter())));
        } else {
            column.cast(&type_of(class))?
        };
        Ok(match class {
            TypeClass::Whole => Self::Exact(cells.i64()?.iter().map(|c| c.map(i128::from)).collect()),
            TypeClass::Money => Self::Exact(cells.decimal()?.physical().iter().collect()),
            _ => Self::Decimal(finite(cells.f64()?.iter())),
        })
    }
}

fn finite(cells: impl Iterator<Item = Option<f64>>) -> Vec<Option<f64>> {
    // Of the two zeros, which are one value, always the same.
    cells.map(|cell| cell.filter(|number| number.is_finite()).map(|number| number + 0.0)).collect()
}

/// Answers as a column of the kind that a statistic yields.
pub(super) fn answers(name: &PlSmallStr, answers: Vec<Option<Answer>>, class: TypeClass) -> Column {
    let exact = |answer: Option<Answer>| match answer {
        Some(Answer::Exact(number)) => Some(number),
        _ => None,
    };
    match class {
        TypeClass::Whole => {
            let cells: Int64Chunked =
                answers.into_iter().map(|a| exact(a).and_then(|number| i64::try_from(number).ok())).collect();
            cells.with_name(name.clone()).into_series().into_column()
        }
        TypeClass::Money => {
            let cells: Int128Chunked = answers.into_iter().map(exact).collect();
            cells.with_name(name.clone()).into_decimal_unchecked(38, 18).into_series().into_column()
        }
        _ => {
            let decimal = |answer: Option<Answer>| match answer {
                Some(Answer::Decimal(number)) => Some(number).filter(|number| number.is_finite()),
                _ => None,
            };
            let cells: Float64Chunked = answers.into_iter().map(decimal).collect();
            cells.with_name(name.clone()).into_series().into_column()
        }
    }
}
