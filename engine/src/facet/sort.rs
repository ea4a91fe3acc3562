//! A view sort: the numbers of rows in another order, and the cells of some rows by their numbers.

use super::Selection;
use crate::error::Result;
use crate::named::col;
use crate::op::no_such_column;
use crate::plan::stoppable;
use crate::run::{collect, unless_cancelled};
use polars::prelude::{
    BooleanChunked, DataFrame, DataType, Expr, IdxCa, IntoSeries as _, LazyFrame, Schema, SortMultipleOptions,
    UnionArgs, concat,
};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A column that rows are sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// The column.
    pub column: String,
    /// Whether the largest come first. Missing cells come last either way.
    pub descending: bool,
}

/// Row numbers in some order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order(Arc<Vec<u32>>);

impl Order {
    /// How many rows there are.
    pub fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The row at a place.
    pub fn row(&self, place: u64) -> Option<u64> {
        self.0.get(usize::try_from(place).ok()?).map(|row| u64::from(*row))
    }

    /// The first place from a place on, or else from the beginning, whose row fits.
    pub fn next(&self, from: u64, fits: impl Fn(u64) -> bool) -> Option<u64> {
        let from = usize::try_from(from).unwrap_or(usize::MAX).min(self.0.len());
        let fits = |place: &usize| fits(u64::from(self.0[*place]));
        (from..self.0.len()).chain(0..from).find(fits).map(|place| place as u64)
    }

    /// The last place before a place, or else from the end, whose row fits.
    pub fn previous(&self, before: u64, fits: impl Fn(u64) -> bool) -> Option<u64> {
        let before = usize::try_from(before).unwrap_or(usize::MAX).min(self.0.len());
        let fits = |place: &usize| fits(u64::from(self.0[*place]));
        (0..before).rev().chain((before..self.0.len()).rev()).find(fits).map(|place| place as u64)
    }

    /// The rows at places `first` and on, at most so many.
    pub fn rows(&self, first: u64, len: u64) -> Vec<u64> {
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        self.0.iter().skip(first).take(len).map(|row| u64::from(*row)).collect()
    }
}

const ROW: &str = "__row";

/// The numbers of all rows, or of those in a selection, in the order of some columns. Rows that are equal in them stay in the order of the
/// table.
pub fn sort(
    frame: &LazyFrame,
    schema: &Schema,
    keys: &[SortKey],
    selection: Option<&Selection>,
    cancel: &Arc<AtomicBool>,
) -> Result<Order> {
    for key in keys {
        schema.get(&key.column).ok_or_else(|| no_such_column(&key.column, schema))?;
    }
    let columns: Vec<Expr> =
        keys.iter().enumerate().map(|(at, key)| col(key.column.as_str()).alias(format!("__{at}"))).collect();
    let columns = if columns.is_empty() {
        schema.iter_names().take(1).map(|name| col(name.clone()).alias("__0")).collect()
    } else {
        columns
    };
    let mut rows = stoppable(frame.clone(), cancel).select(columns).with_row_index(ROW, None);
    if let Some(selection) = selection {
        rows = rows.filter(in_selection(selection.clone()));
    }
    let by: Vec<Expr> = (0..keys.len()).map(|at| col(format!("__{at}"))).chain([col(ROW)]).collect();
    let descending: Vec<bool> = keys.iter().map(|key| key.descending).chain([false]).collect();
    let options = SortMultipleOptions::default().with_order_descending_multi(descending).with_nulls_last(true);
    let sorted =
        unless_cancelled(collect(rows.sort_by_exprs(by, options).select([col(ROW).cast(DataType::UInt32)])), cancel)?;
    Ok(Order(Arc::new(sorted.column(ROW)?.u32()?.iter().flatten().collect())))
}

fn in_selection(selection: Selection) -> Expr {
    col(ROW).cast(DataType::UInt32).map(
        move |rows| {
            let found: BooleanChunked =
                rows.u32()?.iter().map(|row| row.is_some_and(|row| selection.contains(row.into()))).collect();
            Ok(polars::prelude::IntoColumn::into_column(found.into_series().with_name(rows.name().clone())))
        },
        |_, field| Ok(polars::prelude::Field::new(field.name.clone(), DataType::Boolean)),
    )
}

/// Rows that are this near to each other are read in one go.
const NEAR: u64 = 512;

/// The cells of some rows by their numbers, in the order given; of these columns, or of all when none is named.
pub fn page(frame: &LazyFrame, rows: &[u64], columns: &[String], cancel: &Arc<AtomicBool>) -> Result<DataFrame> {
    let mut frame = frame.clone();
    if !columns.is_empty() {
        frame = frame.select(columns.iter().map(|name| col(name.as_str())).collect::<Vec<_>>());
    }
    let mut wanted: Vec<u64> = rows.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let mut slices = Vec::new();
    let mut places: Vec<u32> = Vec::new();
    let (mut at, mut before) = (0, 0);
    while at < wanted.len() {
        let first = wanted[at];
        let run = wanted[at..].windows(2).take_while(|pair| pair[1] - pair[0] <= NEAR).count() + 1;
        let span = wanted[at + run - 1] - first + 1;
        slices.push(
            frame.clone().slice(i64::try_from(first).unwrap_or(i64::MAX), u32::try_from(span).unwrap_or(u32::MAX)),
        );
        places.extend(wanted[at..at + run].iter().filter_map(|row| u32::try_from(before + row - first).ok()));
        before += span;
        at += run;
    }
    let found = match slices.len() {
        0 => None,
        1 => slices.pop(),
        _ => Some(concat(slices, UnionArgs { rechunk: false, ..UnionArgs::default() })?),
    };
    let found = match found {
        Some(rows) => {
            let rows = unless_cancelled(collect(stoppable(rows, cancel)), cancel)?;
            Some(rows.take(&IdxCa::from_vec("".into(), places))?)
        }
        None => None,
    };
    let Some(found) = found else { return collect(frame.limit(0)) };
    let places: Vec<u32> =
        rows.iter().filter_map(|row| wanted.binary_search(row).ok().and_then(|at| u32::try_from(at).ok())).collect();
    Ok(found.take(&IdxCa::from_vec("".into(), places))?)
}
