//! Rows parted by a hash of their keys: rows with the same keys lie in the same part, in their order.

use super::files::{joined, scan, size_of};
use super::{Pour, Spill};
use crate::error::Result;
use polars::chunked_array::ops::row_encode::_get_rows_encoded_ca_unordered;
use polars::prelude::{
    BinaryOffsetChunked, Column, DataFrame, IdxCa, IdxSize, IntoColumn as _, LazyFrame, NamedFrom as _, PlSmallStr,
    Schema, SchemaRef, Series,
};
use std::hash::{DefaultHasher, Hasher as _};
use std::path::PathBuf;
use std::sync::Arc;

/// How often a part that is too large is parted again; keys that are all the same cannot be parted.
const DEEPEST: u8 = 3;

/// One part: its files and about how many bytes they take in memory.
#[derive(Default)]
pub(super) struct Part {
    pub(super) files: Vec<PathBuf>,
    pub(super) bytes: usize,
}

/// Takes rows and parts them, as soon as they are more than a piece.
pub(super) struct Parting {
    spill: Arc<Spill>,
    keys: Vec<PlSmallStr>,
    /// The column that gets the number of each row, and the next number; none where rows have theirs already.
    number: Option<(PlSmallStr, u64)>,
    /// Whether rows without a key match nothing, so that they may lie anywhere.
    scatters: bool,
    level: u8,
    held: Vec<DataFrame>,
    bytes: usize,
    /// The rows with their numbers.
    pub(super) schema: SchemaRef,
    pub(super) parts: Vec<Part>,
}

impl Pour for Parting {
    fn pour(&mut self, batch: DataFrame) -> Result<()> {
        let mut batch = batch;
        if let Some((name, next)) = &mut self.number {
            let end = *next + batch.height() as u64;
            let numbers: Vec<u64> = (*next..end).collect();
            *next = end;
            batch.with_column(Series::new(name.clone(), numbers).into_column())?;
        }
        self.bytes += size_of(&batch);
        self.held.push(batch);
        if self.bytes >= self.spill.chunk { self.write() } else { Ok(()) }
    }
}

impl Parting {
    pub(super) fn new(spill: &Arc<Spill>, schema: &Schema, keys: &[PlSmallStr], number: Option<&str>) -> Self {
        let mut schema = schema.clone();
        if let Some(name) = number {
            schema.with_column(name.into(), polars::prelude::DataType::UInt64);
        }
        Self {
            spill: Arc::clone(spill),
            keys: keys.to_vec(),
            number: number.map(|name| (name.into(), 0)),
            scatters: false,
            level: 0,
            held: Vec::new(),
            bytes: 0,
            schema: Arc::new(schema),
            parts: Vec::new(),
        }
    }

    /// The same for rows whose missing keys match nothing.
    pub(super) fn scattering(mut self) -> Self {
        self.scatters = true;
        self
    }

    /// The rows, when they were so few that nothing was written.
    pub(super) fn small(&mut self) -> Result<Option<DataFrame>> {
        if !self.parts.is_empty() {
            return Ok(None);
        }
        let rows = joined(std::mem::take(&mut self.held))?;
        Ok(Some(rows.unwrap_or_else(|| DataFrame::empty_with_schema(&self.schema))))
    }

    /// Writes what is left.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.write()?;
        self.parts.resize_with(self.spill.fan, Part::default);
        Ok(())
    }

    fn write(&mut self) -> Result<()> {
        self.bytes = 0;
        let Some(rows) = joined(std::mem::take(&mut self.held))? else { return Ok(()) };
        let fan = self.spill.fan;
        self.parts.resize_with(fan, Part::default);
        let mut places: Vec<Vec<IdxSize>> = vec![Vec::with_capacity(rows.height() / fan * 2); fan];
        for (row, part) in self.parted(&rows)?.into_iter().enumerate() {
            places[part].push(IdxSize::try_from(row).unwrap_or(IdxSize::MAX));
        }
        for (part, places) in self.parts.iter_mut().zip(places).filter(|(_, places)| !places.is_empty()) {
            let rows = rows.take(&IdxCa::from_vec(PlSmallStr::EMPTY, places))?;
            part.bytes += size_of(&rows);
            part.files.push(self.spill.write(&rows)?);
        }
        Ok(())
    }

    /// The part of each row.
    fn parted(&self, rows: &DataFrame) -> Result<Vec<usize>> {
        let columns = self.keys.iter().map(|name| rows.column(name).cloned()).collect::<Result<Vec<Column>, _>>()?;
        let keys: BinaryOffsetChunked = _get_rows_encoded_ca_unordered(PlSmallStr::EMPTY, &columns)?;
        let lacking: Vec<_> = columns.iter().filter(|column| self.scatters && column.null_count() > 0).collect();
        let lacking: Vec<_> = lacking.iter().map(|column| column.is_null()).collect();
        let fan = self.spill.fan as u64;
        let part = |(row, key): (usize, Option<&[u8]>)| {
            let mut hasher = DefaultHasher::new();
            hasher.write_u8(self.level);
            match key {
                _ if lacking.iter().any(|nulls| nulls.get(row) == Some(true)) => hasher.write_usize(row),
                Some(key) => hasher.write(key),
                None => {}
            }
            usize::try_from(hasher.finish() % fan).unwrap_or_default()
        };
        Ok((0..rows.height()).map(|row| (row, keys.get(row))).map(part).collect())
    }

    /// Does something with each part; those that are too large are parted again.
    pub(super) fn each(&mut self, work: &mut dyn FnMut(LazyFrame) -> Result<()>) -> Result<()> {
        for part in std::mem::take(&mut self.parts) {
            if part.files.is_empty() {
                continue;
            }
            self.spill.go_on()?;
            if self.is_large(&part) {
                self.finer(&part)?.each(work)?;
            } else {
                work(self.frame(&part)?)?;
            }
            remove(part);
        }
        Ok(())
    }

    /// Whether a part is too large to be worked on, and can be parted again.
    pub(super) fn is_large(&self, part: &Part) -> bool {
        part.bytes > self.spill.chunk && self.level < DEEPEST
    }

    /// A part, parted again.
    pub(super) fn finer(&self, part: &Part) -> Result<Self> {
        let finer = Self {
            spill: Arc::clone(&self.spill),
            keys: self.keys.clone(),
            number: None,
            scatters: self.scatters,
            level: self.level + 1,
            held: Vec::new(),
            bytes: 0,
            schema: Arc::clone(&self.schema),
            parts: Vec::new(),
        };
        let mut finer = self.spill.pour(scan(&part.files, &self.schema)?, finer)?;
        finer.finish()?;
        Ok(finer)
    }

    /// A part as a frame.
    pub(super) fn frame(&self, part: &Part) -> Result<LazyFrame> {
        scan(&part.files, &self.schema)
    }
}

/// Removes the files of a part that was worked on; what stays behind goes with the folder.
pub(super) fn remove(part: Part) {
    for file in part.files {
        let _ = std::fs::remove_file(file);
    }
}
