//! Rows that are the first of their kind, found as batches come from several threads.
//!
//! Which row is the first can be said in the order of the rows alone. A batch that comes before its turn is put by, and the one whose turn
//! it is takes those that follow it along, so that no thread waits for another one's rows.

use super::slots::Slots;
use polars::prelude::{
    BooleanChunked, DataFrame, Int128Chunked, NewChunkedArray as _, PlSmallStr, PolarsError, PolarsResult,
};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A pass over the rows of one table.
pub(super) struct Unseen {
    key: PlSmallStr,
    number: PlSmallStr,
    state: Mutex<State>,
}

struct State {
    /// The number of the row whose turn it is.
    next: u64,
    waiting: BTreeMap<u64, Batch>,
    seen: Seen,
}

struct Batch {
    rows: DataFrame,
    keys: Vec<u128>,
}

impl Unseen {
    /// Rows are told apart by a column of whole numbers of 128 bits; another column has their numbers, from zero on.
    pub(super) fn by(key: PlSmallStr, number: PlSmallStr) -> Self {
        let seen = Seen { numbers: Slots::new(u128::MAX), zero: false, missing: false };
        Self { key, number, state: Mutex::new(State { next: 0, waiting: BTreeMap::new(), seen }) }
    }

    /// The rows of a batch, and of those that waited for it, that are the first of their kind; none while rows before these have not come.
    pub(super) fn firsts(&self, rows: DataFrame) -> PolarsResult<DataFrame> {
        let numbers = rows.column(&self.number)?.idx()?.iter().next();
        let Some(first) = numbers.flatten().map(u64::from) else { return Ok(rows) };
        let keys = rows.column(&self.key)?.clone();
        let mut kept = rows.clear();
        let numbers = keys.i128()?.iter().map(|key| key.unwrap_or_default().cast_unsigned());
        let batch = Batch { keys: numbers.collect(), rows };

        let mut guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *guard;
        if first < state.next || state.waiting.insert(first, batch).is_some() {
            return Err(PolarsError::ComputeError(
                "rows came a second time while the distinct ones were sought".into(),
            ));
        }
        let mut ready = Vec::new();
        while let Some(Batch { rows, keys }) = state.waiting.remove(&state.next) {
            state.next += rows.height() as u64;
            let are_new = state.seen.add(&keys, rows.column(&self.key)?.i128()?);
            ready.push((rows, are_new));
        }
        drop(guard);

        for (rows, are_new) in ready {
            kept.vstack_mut_owned(rows.filter(&BooleanChunked::from_slice(PlSmallStr::EMPTY, &are_new))?)?;
        }
        Ok(kept)
    }
}

/// Keys that have come.
struct Seen {
    numbers: Slots,
    zero: bool,
    missing: bool,
}

impl Seen {
    /// Whether each is new; those that are zero or missing are noted beside the table.
    fn add(&mut self, keys: &[u128], cells: &Int128Chunked) -> Vec<bool> {
        let mut are_new = Vec::with_capacity(keys.len());
        self.numbers.insert(keys, |is| are_new.push(is));
        if keys.contains(&0) {
            for ((is_new, key), cell) in are_new.iter_mut().zip(keys).zip(cells.iter()) {
                if *key == 0 {
                    let came = if cell.is_some() { &mut self.zero } else { &mut self.missing };
                    *is_new = !std::mem::replace(came, true);
                }
            }
        }
        are_new
    }
}

#[cfg(test)]
mod tests {
    use super::Unseen;
    use polars::prelude::{DataFrame, Int128Chunked, IntoColumn as _, IntoSeries as _, NewChunkedArray as _, df};
    use std::collections::HashSet;
    use std::sync::Mutex;

    #[test]
    fn batches_that_come_in_any_order_leave_their_first_rows_in_order() {
        let keys: Vec<Option<i128>> = (0..30_000_i128).map(|at| (at % 11 > 0).then_some(at * at % 4_999 - 7)).collect();
        let mut rows = df!("row" => (0..30_000_u32).collect::<Vec<_>>()).unwrap();
        rows.with_column(Int128Chunked::from_slice_options("key".into(), &keys).into_series().into_column()).unwrap();
        // Neighbours change places, as batches do that several threads work on.
        let mut batches: Vec<(usize, DataFrame)> =
            (0..300).map(|at| (at, rows.slice(i64::try_from(at).unwrap() * 100, 100))).collect();
        batches.chunks_mut(40).for_each(<[_]>::reverse);
        let unseen = Unseen::by("key".into(), "row".into());
        let (batches, kept) = (Mutex::new(batches.into_iter()), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    loop {
                        let Some((at, batch)) = batches.lock().unwrap().next() else { break };
                        let firsts = unseen.firsts(batch).unwrap();
                        kept.lock().unwrap().push((at, firsts));
                    }
                });
            }
        });
        let mut kept = kept.into_inner().unwrap();
        kept.sort_by_key(|(at, _)| *at);
        let found: Vec<u32> =
            kept.iter().flat_map(|(_, rows)| rows.column("row").unwrap().u32().unwrap().into_no_null_iter()).collect();
        let mut came = HashSet::new();
        let expected: Vec<u32> =
            (0_u32..).zip(&keys).filter(|(_, key)| came.insert(*key)).map(|(row, _)| row).collect();
        assert_eq!(found, expected);
        assert!(unseen.firsts(rows.slice(500, 100)).is_err(), "rows came again");
    }
}
