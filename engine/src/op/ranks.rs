//! The values at ranks of a column of any length, exactly, in memory that does not grow with the rows.
//!
//! The numbers are counted in groups by their size in floating form, which keeps their order. The groups in which a rank falls are
//! divided further, pass by pass, until what is left is few enough to be held and sorted, or is one value. A pass reads the rows again.

use super::facts::Asker;
use crate::error::Result;
use crate::named::col;
use polars::prelude::{
    AnyValue, Column, DataType, Expr, Field, Float64Chunked, Int128Chunked, IntoColumn as _, IntoSeries as _,
    LazyFrame, NewChunkedArray as _, PlHashMap, PolarsResult, SortOptions, UInt32Chunked,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The column whose ranks are asked; it holds no missing cell and none that is no number.
pub(super) const CELL: &str = "cell";

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
    let mut groups = divided(asker, numbers, &Division::First, &[0])?;
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
        groups = divided(asker, numbers, &division, &below)?;
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
fn divided(asker: &mut Asker<'_>, numbers: &LazyFrame, division: &Division, below: &[u64]) -> Result<Vec<Group>> {
    let schema = numbers.clone().collect_schema()?;
    let dtype = schema.get(CELL).cloned().unwrap_or(DataType::Null);
    let tallies: Arc<Mutex<PlHashMap<u32, Tally>>> = Arc::default();
    let (shared, told) = (Arc::clone(&tallies), division.clone());
    asker.watch(numbers.clone().select([col(CELL)]), move |rows| {
        let here = told.tallied(&Numbers::of(rows.column(CELL)?)?);
        let mut all = shared.lock().unwrap_or_else(PoisonError::into_inner);
        for (part, tally) in here {
            all.entry(part).and_modify(|known| known.add(tally)).or_insert(tally);
        }
        Ok(())
    })?;
    let tallies = std::mem::take(&mut *tallies.lock().unwrap_or_else(PoisonError::into_inner));
    let mut tallies: Vec<(u32, Tally)> = tallies.into_iter().collect();
    tallies.sort_unstable_by_key(|(part, _)| *part);
    let mut groups = Vec::with_capacity(tallies.len());
    let mut last = (None, 0);
    for (part, tally) in tallies {
        let parent = if matches!(division, Division::First) { 0 } else { part / PARTS };
        if last.0 != Some(parent) {
            last =
                (Some(parent), usize::try_from(parent).ok().and_then(|at| below.get(at)).copied().unwrap_or_default());
        }
        groups.push(Group {
            below: last.1,
            count: tally.count,
            low: tally.low.value(&dtype),
            high: tally.high.value(&dtype),
            bounds: (tally.low, tally.high),
        });
        last.1 += tally.count;
    }
    Ok(groups)
}

/// How many numbers a part has, and the ends of them.
#[derive(Clone, Copy)]
struct Tally {
    count: u64,
    low: Number,
    high: Number,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        if other.low < self.low {
            self.low = other.low;
        }
        if other.high > self.high {
            self.high = other.high;
        }
    }
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

    /// The numbers of each part.
    fn tallied(&self, numbers: &Numbers) -> PlHashMap<u32, Tally> {
        let mut tallies: PlHashMap<u32, Tally> = PlHashMap::default();
        numbers.each(|number| {
            let Some(part) = self.part_of(number) else { return };
            let one = Tally { count: 1, low: number, high: number };
            tallies.entry(part).and_modify(|known| known.add(one)).or_insert(one);
        });
        tallies
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

impl Number {
    /// The number as a cell of a column.
    fn value(self, dtype: &DataType) -> AnyValue<'static> {
        let value = match (self, dtype) {
            (Self::Whole(units), DataType::Decimal(precision, scale)) => AnyValue::Decimal(units, *precision, *scale),
            (Self::Whole(number), _) => AnyValue::Int128(number),
            (Self::Float(number), _) => AnyValue::Float64(number),
        };
        value.strict_cast(dtype).map_or(AnyValue::Null, AnyValue::into_static)
    }
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

    fn each(&self, mut look: impl FnMut(Number)) {
        match self {
            // Of the two zeros, which are equal, always the same one.
            Self::Floats(cells) => cells.iter().flatten().for_each(|cell| look(Number::Float(cell + 0.0))),
            Self::Wholes(cells) => cells.iter().flatten().for_each(|cell| look(Number::Whole(cell))),
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
