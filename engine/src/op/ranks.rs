//! The values at ranks of a column of any length, exactly, in memory that does not grow with the rows.
//!
//! The numbers are counted in groups by their size in floating form, which keeps their order. The groups in which a rank falls are
//! divided further, pass by pass, until what is left is few enough to be held and sorted, or is one value. A pass reads the rows again.

use super::facts::Asker;
use crate::error::Result;
use crate::named::col;
use polars::prelude::{
    AnyValue, Column, DataFrame, DataType, Expr, Field, Float64Chunked, Int128Chunked, IntoColumn as _,
    IntoSeries as _, LazyFrame, NewChunkedArray as _, PolarsResult, SortMultipleOptions, SortOptions, UInt32Chunked,
    len,
};
use std::collections::BTreeMap;

/// The column whose ranks are asked; it holds no missing cell and none that is no number.
pub(super) const CELL: &str = "cell";
const PART: &str = "part";

/// Parts into which a group is divided in one pass.
const PARTS: u32 = 1 << 16;
/// Of the 64 bits of a floating number those that tell the first groups apart: its sign, its power of two and 6 digits after it.
const LEADING: u32 = 18;

/// The values at ranks counted from 0, and how many numbers there are. The ranks follow from that number; none are asked of nothing.
pub(super) fn at_ranks(
    asker: &mut Asker<'_>,
    numbers: &LazyFrame,
    ranks: impl Fn(u64) -> Vec<u64>,
) -> Result<(u64, BTreeMap<u64, AnyValue<'static>>)> {
    let mut groups = divided(asker, numbers, Division::First, &[0])?;
    let count = groups.iter().map(|group| group.count).sum();
    let mut wanted = if count == 0 { Vec::new() } else { ranks(count) };
    let mut found = BTreeMap::new();
    loop {
        for group in &groups {
            found.extend(wanted.iter().filter_map(|rank| Some((*rank, group.at(*rank)?))));
        }
        wanted.retain(|rank| !found.contains_key(rank));
        groups.retain(|group| wanted.iter().any(|rank| group.holds(*rank)));
        if groups.is_empty() {
            return Ok((count, found));
        }
        let division = Division::Within(groups.iter().map(|group| group.bounds).collect());
        if groups.iter().map(|group| group.count).sum::<u64>() <= asker.values {
            let held = numbers.clone().filter(division.part().is_not_null()).select([col(CELL)]);
            let held = asker.ask(held)?.column(CELL)?.sort(SortOptions::default())?;
            let mut before = 0;
            for group in &groups {
                for rank in wanted.iter().filter(|rank| group.holds(**rank)) {
                    let at = usize::try_from(before + rank - group.below).unwrap_or(usize::MAX);
                    found.insert(*rank, held.get(at)?.into_static());
                }
                before += group.count;
            }
            return Ok((count, found));
        }
        let below: Vec<u64> = groups.iter().map(|group| group.below).collect();
        groups = divided(asker, numbers, division, &below)?;
    }
}

/// Numbers next to each other in order.
struct Group {
    /// How many numbers are smaller.
    below: u64,
    count: u64,
    low: AnyValue<'static>,
    high: AnyValue<'static>,
    bounds: (Number, Number),
}

impl Group {
    const fn holds(&self, rank: u64) -> bool {
        self.below <= rank && rank < self.below + self.count
    }

    /// The value at a rank, where it can be told without looking at the others.
    fn at(&self, rank: u64) -> Option<AnyValue<'static>> {
        if !self.holds(rank) {
            return None;
        }
        if rank == self.below || self.bounds.0 == self.bounds.1 {
            return Some(self.low.clone());
        }
        (rank + 1 == self.below + self.count).then(|| self.high.clone())
    }
}

/// Counts numbers in the parts of a division; `below` tells how many are smaller than those of each bounds.
fn divided(asker: &mut Asker<'_>, numbers: &LazyFrame, division: Division, below: &[u64]) -> Result<Vec<Group>> {
    let parts = numbers.clone().with_columns([division.part().alias(PART)]).filter(col(PART).is_not_null());
    let figures = [len().alias("count"), col(CELL).min().alias("low"), col(CELL).max().alias("high")];
    let table = asker.ask(parts.group_by([col(PART)]).agg(figures).sort([PART], SortMultipleOptions::default()))?;
    let mut groups = Vec::with_capacity(table.height());
    let mut last = (None, 0);
    let (lows, highs) = (Numbers::of(table.column("low")?)?, Numbers::of(table.column("high")?)?);
    for row in 0..table.height() {
        let part = whole(&table, PART, row)?;
        let parent = if matches!(division, Division::First) { 0 } else { part / u64::from(PARTS) };
        if last.0 != Some(parent) {
            last =
                (Some(parent), usize::try_from(parent).ok().and_then(|at| below.get(at)).copied().unwrap_or_default());
        }
        let count = whole(&table, "count", row)?;
        let (Some(low), Some(high)) = (lows.get(row), highs.get(row)) else { continue };
        groups.push(Group {
            below: last.1,
            count,
            low: table.column("low")?.get(row)?.into_static(),
            high: table.column("high")?.get(row)?.into_static(),
            bounds: (low, high),
        });
        last.1 += count;
    }
    Ok(groups)
}

fn whole(table: &DataFrame, column: &str, row: usize) -> Result<u64> {
    Ok(table.column(column)?.get(row)?.extract::<u64>().unwrap_or_default())
}

/// How numbers are told apart in a pass.
#[derive(Clone)]
enum Division {
    /// By their size.
    First,
    /// Those between bounds, each of which is cut into parts of one width.
    Within(Vec<(Number, Number)>),
}

impl Division {
    /// The part of each cell, ascending with the cells; missing for one that lies in none.
    fn part(&self) -> Expr {
        let division = self.clone();
        col(CELL).map(
            move |cells: Column| {
                let name = cells.name().clone();
                let parts = match Numbers::of(&cells)? {
                    Numbers::Floats(cells) => UInt32Chunked::from_iter_options(
                        name,
                        cells.iter().map(|cell| division.part_of(Number::Float(cell?))),
                    ),
                    Numbers::Wholes(cells) => UInt32Chunked::from_iter_options(
                        name,
                        cells.iter().map(|cell| division.part_of(Number::Whole(cell?))),
                    ),
                };
                Ok(parts.into_series().into_column())
            },
            |_, field| Ok(Field::new(field.name.clone(), DataType::UInt32)),
        )
    }

    fn part_of(&self, number: Number) -> Option<u32> {
        match self {
            Self::First => Some(leading(number)),
            Self::Within(bounds) => {
                let at = bounds.iter().position(|(low, high)| *low <= number && number <= *high)?;
                Some(u32::try_from(at).ok()? * PARTS + share(number, bounds[at]))
            }
        }
    }
}

/// A number in a form that is compared exactly: money and whole numbers in their smallest units.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
enum Number {
    Float(f64),
    Whole(i128),
}

enum Numbers {
    Floats(Float64Chunked),
    Wholes(Int128Chunked),
}

impl Numbers {
    fn of(cells: &Column) -> PolarsResult<Self> {
        Ok(match cells.dtype() {
            DataType::Float32 | DataType::Float64 => Self::Floats(cells.cast(&DataType::Float64)?.f64()?.clone()),
            DataType::Decimal(..) => Self::Wholes(cells.decimal()?.physical().clone()),
            _ => Self::Wholes(cells.cast(&DataType::Int128)?.i128()?.clone()),
        })
    }

    fn get(&self, row: usize) -> Option<Number> {
        match self {
            Self::Floats(cells) => cells.get(row).map(Number::Float),
            Self::Wholes(cells) => cells.get(row).map(Number::Whole),
        }
    }
}

/// The first bits of a number in floating form, so that they ascend with the numbers; both zeros are one.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "rounding keeps the order; 18 bits are left"
)]
fn leading(number: Number) -> u32 {
    let size = match number {
        Number::Float(number) => number + 0.0,
        Number::Whole(number) => number as f64,
    };
    let bits = size.to_bits();
    let ordered = if size.is_sign_negative() { !bits } else { bits | (1 << 63) };
    (ordered >> (64 - LEADING)) as u32
}

/// In which part between two bounds a number lies; the bounds themselves are in the first and the last one.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and the number of parts; rounding keeps the order"
)]
fn share(number: Number, bounds: (Number, Number)) -> u32 {
    let share = match (number, bounds) {
        (Number::Float(number), (Number::Float(low), Number::Float(high))) => (number - low) / (high - low),
        (Number::Whole(number), (Number::Whole(low), Number::Whole(high))) => {
            (number - low) as f64 / (high - low) as f64
        }
        _ => 0.0,
    };
    (share * f64::from(PARTS - 1)) as u32
}
