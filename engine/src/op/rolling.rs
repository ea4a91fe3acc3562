//! Windows of rows: how a statistic slides over a column, and how values are fetched from rows around.
//!
//! Knows no operation. Windows at the ends of the table are shorter; missing cells are left out.

use super::number::type_of;
use super::statistic::{Answer, Figure, Moments, Numbers, Statistic, answers};
use crate::types::TypeClass;
use polars::prelude::{Column, Expr, Field, IdxCa, IdxSize, PlSmallStr, PolarsResult, SortOptions};
use std::cmp::Ordering;

/// The rows of a window: so many before the current one, itself, and so many after.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub(super) before: usize,
    pub(super) after: usize,
}

/// A statistic of the numbers in each window; the rows are taken in the order of another column when one is given.
pub(super) fn rolling(
    cells: Expr,
    order: Option<Expr>,
    class: TypeClass,
    window: Window,
    statistic: Statistic,
) -> Expr {
    let dtype = type_of(statistic.class(class));
    cells.apply_many(
        move |columns: &mut [Column]| {
            let places = places(columns.get(1), columns[0].len())?;
            slide(&columns[0], &places, class, window, statistic)
        },
        order.as_slice(),
        move |_, fields| Ok(Field::new(fields[0].name.clone(), dtype.clone())),
    )
}

/// For each row the value of another row: `pick` is told the rows in order, and whether each has a value, and finds the row for a place.
pub(super) fn fetch(
    cells: Expr,
    order: Option<Expr>,
    pick: impl Fn(&[bool], usize) -> Option<usize> + Send + Sync + 'static,
) -> Expr {
    cells.apply_many(
        move |columns: &mut [Column]| {
            let places = places(columns.get(1), columns[0].len())?;
            let there = columns[0].is_not_null();
            let filled: Vec<bool> = places.iter().map(|row| there.get(*row).unwrap_or(false)).collect();
            let mut found: Vec<Option<IdxSize>> = vec![None; places.len()];
            for (place, row) in places.iter().enumerate() {
                found[*row] = pick(&filled, place).and_then(|at| IdxSize::try_from(places[at]).ok());
            }
            let found: IdxCa = found.into_iter().collect();
            columns[0].take(&found)
        },
        order.as_slice(),
        |_, fields| Ok(fields[0].clone()),
    )
}

/// The row numbers in the order of a column, equal cells as they stand and missing ones last; or as they stand.
fn places(order: Option<&Column>, rows: usize) -> PolarsResult<Vec<usize>> {
    let Some(order) = order else { return Ok((0..rows).collect()) };
    let options = SortOptions::default().with_nulls_last(true).with_maintain_order(true);
    Ok(order.as_materialized_series().arg_sort(options).iter().flatten().map(|row| row as usize).collect())
}

fn slide(
    cells: &Column,
    places: &[usize],
    class: TypeClass,
    window: Window,
    statistic: Statistic,
) -> PolarsResult<Column> {
    let name: &PlSmallStr = cells.name();
    let found = match Numbers::read(cells, class)? {
        Numbers::Exact(numbers) => slide_figures(&numbers, places, class, window, statistic),
        Numbers::Decimal(numbers) => slide_figures(&numbers, places, class, window, statistic),
    };
    Ok(answers(name, found, statistic.class(class)))
}

fn slide_figures<F: Figure>(
    numbers: &[Option<F>],
    places: &[usize],
    class: TypeClass,
    window: Window,
    statistic: Statistic,
) -> Vec<Option<Answer>> {
    let mut queue: Box<dyn Sliding<F>> =
        if statistic.sorts() { Box::new(Sorted::default()) } else { Box::new(Merged::default()) };
    let mut found = vec![None; numbers.len()];
    let (mut next, mut first) = (0, 0);
    for (place, row) in places.iter().enumerate() {
        let end = places.len().min(place.saturating_add(window.after).saturating_add(1));
        while next < end {
            queue.push(numbers[places[next]], class);
            next += 1;
        }
        while first < place.saturating_sub(window.before) {
            queue.pop(numbers[places[first]]);
            first += 1;
        }
        found[*row] = queue.answer(statistic, class);
    }
    found
}

/// The numbers of a window that moves: the newest come in, the oldest go out.
trait Sliding<F> {
    fn push(&mut self, number: Option<F>, class: TypeClass);
    fn pop(&mut self, number: Option<F>);
    fn answer(&self, statistic: Statistic, class: TypeClass) -> Option<Answer>;
}

/// The numbers in ascending order.
struct Sorted<F>(Vec<F>);

impl<F> Default for Sorted<F> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<F: Figure> Sorted<F> {
    fn place(&self, number: &F) -> usize {
        self.0.partition_point(|other| other.order(number) == Ordering::Less)
    }
}

impl<F: Figure> Sliding<F> for Sorted<F> {
    fn push(&mut self, number: Option<F>, _: TypeClass) {
        if let Some(number) = number {
            let place = self.place(&number);
            self.0.insert(place, number);
        }
    }
    fn pop(&mut self, number: Option<F>) {
        if let Some(number) = number {
            let place = self.place(&number);
            self.0.remove(place);
        }
    }
    fn answer(&self, statistic: Statistic, class: TypeClass) -> Option<Answer> {
        statistic.of_sorted(&self.0, class)
    }
}

/// Moments in two stacks: each number is merged in a fixed count of times, however long the window, and none is ever subtracted,
/// so that sums of decimals do not drift.
struct Merged<F> {
    /// The newer numbers, oldest first, and their moments.
    newer: Vec<Option<Moments<F>>>,
    total: Option<Moments<F>>,
    /// The older numbers, oldest last, each with the moments of itself and all newer ones of this stack.
    older: Vec<Option<Moments<F>>>,
}

impl<F> Default for Merged<F> {
    fn default() -> Self {
        Self { newer: Vec::new(), total: None, older: Vec::new() }
    }
}

fn merge<F: Figure>(a: Option<Moments<F>>, b: Option<&Moments<F>>) -> Option<Moments<F>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.merge(b)),
        (a, b) => a.or_else(|| b.cloned()),
    }
}

impl<F: Figure> Sliding<F> for Merged<F> {
    fn push(&mut self, number: Option<F>, class: TypeClass) {
        let moments = number.map(|number| Moments::one(number, class));
        self.total = merge(self.total.take(), moments.as_ref());
        self.newer.push(moments);
    }
    fn pop(&mut self, _: Option<F>) {
        if self.older.is_empty() {
            let mut total = None;
            for moments in self.newer.drain(..).rev() {
                total = merge(moments, total.as_ref());
                self.older.push(total.clone());
            }
            self.total = None;
        }
        self.older.pop();
    }
    fn answer(&self, statistic: Statistic, class: TypeClass) -> Option<Answer> {
        let moments = merge(self.older.last().cloned().flatten(), self.total.as_ref());
        statistic.of_moments(moments.as_ref(), class)
    }
}
