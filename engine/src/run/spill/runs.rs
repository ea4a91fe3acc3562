//! Rows in order: sorted runs on disk, merged block by block.

use super::files::{joined, scan, size_of};
use super::{Pour, Spill};
use crate::error::Result;
use polars::chunked_array::ops::row_encode::_get_rows_encoded_ca;
use polars::prelude::{
    BinaryOffsetChunked, DataFrame, IntoLazy as _, LazyFrame, PlSmallStr, Schema, SchemaRef, SortMultipleOptions,
};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

/// How many runs are merged at once.
const FAN: usize = 64;

/// What rows are ordered by; no two rows are alike in all of it. Empty where order does not matter.
#[derive(Clone, Default)]
pub(super) struct Order {
    pub(super) names: Vec<PlSmallStr>,
    pub(super) descending: Vec<bool>,
    pub(super) nulls_last: Vec<bool>,
}

impl Order {
    /// The numbers that rows were given, smallest first, rows without one last.
    pub(super) fn by_numbers(names: &[&str]) -> Self {
        let mut order = Self::default();
        for name in names {
            order.push((*name).into(), false, true);
        }
        order
    }

    pub(super) fn push(&mut self, name: PlSmallStr, descending: bool, nulls_last: bool) {
        self.names.push(name);
        self.descending.push(descending);
        self.nulls_last.push(nulls_last);
    }

    fn sorted(&self, rows: &DataFrame) -> Result<DataFrame> {
        if self.names.is_empty() {
            return Ok(rows.clone());
        }
        let options = SortMultipleOptions::default()
            .with_order_descending_multi(self.descending.iter().copied())
            .with_nulls_last_multi(self.nulls_last.iter().copied());
        Ok(rows.sort(&self.names, options)?)
    }

    /// For each row a text of bytes that sorts as the row does.
    fn keys(&self, rows: &DataFrame) -> Result<BinaryOffsetChunked> {
        let columns = self.names.iter().map(|name| rows.column(name).cloned()).collect::<Result<Vec<_>, _>>()?;
        Ok(_get_rows_encoded_ca(PlSmallStr::EMPTY, &columns, &self.descending, &self.nulls_last, false)?)
    }
}

/// Takes rows in any order and gives them back in theirs.
pub(super) struct Runs {
    spill: Arc<Spill>,
    schema: SchemaRef,
    order: Order,
    held: Vec<DataFrame>,
    bytes: usize,
    written: Vec<VecDeque<PathBuf>>,
}

impl Pour for Runs {
    fn pour(&mut self, batch: DataFrame) -> Result<()> {
        self.bytes += size_of(&batch);
        self.held.push(batch);
        if self.bytes >= self.spill.chunk { self.write() } else { Ok(()) }
    }
}

impl Runs {
    pub(super) fn new(spill: &Arc<Spill>, schema: &Schema, order: Order) -> Self {
        let schema = Arc::new(schema.clone());
        Self { spill: Arc::clone(spill), schema, order, held: Vec::new(), bytes: 0, written: Vec::new() }
    }

    fn sorted(&mut self) -> Result<Option<DataFrame>> {
        self.bytes = 0;
        joined(std::mem::take(&mut self.held))?.map(|rows| self.order.sorted(&rows)).transpose()
    }

    fn write(&mut self) -> Result<()> {
        let Some(rows) = self.sorted()? else { return Ok(()) };
        let mut run = Files::new(&self.spill);
        run.write(&rows)?;
        self.written.push(run.paths);
        Ok(())
    }

    /// All rows, in order.
    pub(super) fn finish(mut self) -> Result<LazyFrame> {
        if self.written.is_empty() {
            let rows = self.sorted()?.unwrap_or_else(|| DataFrame::empty_with_schema(&self.schema));
            return Ok(rows.lazy());
        }
        self.write()?;
        let mut runs = std::mem::take(&mut self.written);
        if self.order.names.is_empty() {
            return scan(&runs.into_iter().flatten().collect::<Vec<_>>(), &self.schema);
        }
        while runs.len() > 1 {
            // The last merge takes as many as it may, those before it no more than must go.
            let some = if runs.len() > FAN { FAN.min(runs.len() - FAN + 1) } else { runs.len() };
            let merged = self.merged(runs.drain(..some).collect())?;
            runs.push(merged);
        }
        let files: Vec<PathBuf> = runs.into_iter().flatten().collect();
        scan(&files, &self.schema)
    }

    /// One run from several. What all rows up to a bound are is known as soon as every run was read up to it.
    fn merged(&self, runs: Vec<VecDeque<PathBuf>>) -> Result<VecDeque<PathBuf>> {
        let mut cursors: Vec<Cursor> = runs.into_iter().map(|rest| Cursor { rest, now: None, at: 0 }).collect();
        let mut out = Files::new(&self.spill);
        loop {
            for cursor in &mut cursors {
                cursor.load(self)?;
            }
            let bound = cursors.iter().filter(|cursor| !cursor.rest.is_empty()).filter_map(Cursor::last).min();
            let bound = bound.map(<[u8]>::to_vec);
            let pieces: Vec<DataFrame> =
                cursors.iter_mut().filter_map(|cursor| cursor.take(bound.as_deref())).collect();
            let Some(rows) = joined(pieces)? else { return out.finish() };
            out.add(self.order.sorted(&rows)?)?;
        }
    }
}

/// A run that is being merged.
struct Cursor {
    rest: VecDeque<PathBuf>,
    now: Option<(DataFrame, BinaryOffsetChunked)>,
    at: usize,
}

impl Cursor {
    fn load(&mut self, runs: &Runs) -> Result<()> {
        if self.now.as_ref().is_some_and(|(rows, _)| self.at < rows.height()) {
            return Ok(());
        }
        self.at = 0;
        self.now = None;
        if let Some(path) = self.rest.pop_front() {
            let rows = runs.spill.read(&path, &runs.schema)?;
            // What was read is held; a file that stays behind goes with the folder.
            let _ = std::fs::remove_file(&path);
            let keys = runs.order.keys(&rows)?;
            self.now = Some((rows, keys));
        }
        Ok(())
    }

    fn last(&self) -> Option<&[u8]> {
        let (rows, keys) = self.now.as_ref()?;
        keys.get(rows.height().checked_sub(1)?)
    }

    /// The rows up to a bound, or all that are left.
    fn take(&mut self, bound: Option<&[u8]>) -> Option<DataFrame> {
        let (rows, keys) = self.now.as_ref()?;
        let (mut low, mut high) = (self.at, rows.height());
        match bound {
            None => low = high,
            Some(bound) => {
                while low < high {
                    let middle = usize::midpoint(low, high);
                    if keys.get(middle).is_some_and(|key| key <= bound) {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
            }
        }
        let taken = low - self.at;
        let piece = rows.slice(i64::try_from(self.at).unwrap_or(i64::MAX), taken);
        self.at = low;
        (taken > 0).then_some(piece)
    }
}

/// Rows in files of about one size.
struct Files {
    spill: Arc<Spill>,
    waiting: Vec<DataFrame>,
    bytes: usize,
    paths: VecDeque<PathBuf>,
}

impl Files {
    fn new(spill: &Arc<Spill>) -> Self {
        Self { spill: Arc::clone(spill), waiting: Vec::new(), bytes: 0, paths: VecDeque::new() }
    }

    // As many of these as runs are merged are held at once.
    fn most(&self) -> usize {
        (self.spill.chunk / FAN).max(4_096)
    }

    /// Writes rows at once, in files of the size that a merge holds of each run.
    fn write(&mut self, rows: &DataFrame) -> Result<()> {
        let pieces = size_of(rows).div_ceil(self.most()).max(1);
        let each = rows.height().div_ceil(pieces).max(1);
        let mut at = 0;
        while at < rows.height() {
            let piece = rows.slice(i64::try_from(at).unwrap_or(i64::MAX), each);
            self.paths.push_back(self.spill.write(&piece)?);
            at += each;
        }
        Ok(())
    }

    /// Takes rows and writes them when they are enough for a file.
    fn add(&mut self, rows: DataFrame) -> Result<()> {
        self.bytes += size_of(&rows);
        self.waiting.push(rows);
        if self.bytes >= self.most() { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        self.bytes = 0;
        let Some(rows) = joined(std::mem::take(&mut self.waiting))? else { return Ok(()) };
        self.write(&rows)
    }

    fn finish(mut self) -> Result<VecDeque<PathBuf>> {
        self.flush()?;
        Ok(self.paths)
    }
}
