//! Joins with a table whose keys are all different: each row of the other table looks up the one that it matches.
//!
//! Rows stay where they are and in their order, and only the cells of the columns that are kept are fetched; a join that may give
//! several rows for one copies all columns of both tables.

use super::order::is_sortable;
use crate::error::Result;
use crate::named::{col, free};
use foldhash::fast::RandomState;
use polars::chunked_array::ops::row_encode::_get_rows_encoded_ca_unordered;
use polars::prelude::{
    Column, DataFrame, DataType, Expr, Field, IdxCa, IdxSize, IntoColumn as _, IntoLazy as _, IntoSeries as _,
    JoinCoalesce, JoinOptions, JoinType, JoinValidation, LazyFrame, MaintainOrderJoin, NewChunkedArray as _,
    PlSmallStr, PolarsResult, by_name,
};
use std::collections::HashMap;
use std::sync::Arc;

/// Tables of more rows are left to the engine, which puts them up with all threads.
pub(super) const MOST: usize = 4_000_000;

/// A table in which rows are looked up by their keys.
pub(super) struct Lookup {
    rows: DataFrame,
    dtypes: Vec<DataType>,
    places: Arc<Places>,
}

/// The row of each key.
#[derive(Default)]
struct Places {
    short: HashMap<Short, IdxSize, RandomState>,
    long: HashMap<Box<[u8]>, IdxSize, RandomState>,
}

/// A key of few bytes, which lies beside its row, so that memory is waited for once.
#[derive(PartialEq, Eq, Hash)]
struct Short(u64, u32);

impl Short {
    fn of(key: &[u8]) -> Option<Self> {
        let mut bytes = [0; 12];
        bytes.get_mut(..11)?.get_mut(..key.len())?.copy_from_slice(key);
        bytes[11] = u8::try_from(key.len()).ok()?;
        let (first, last) = bytes.split_first_chunk()?;
        Some(Self(u64::from_ne_bytes(*first), u32::from_ne_bytes(last.try_into().ok()?)))
    }
}

impl Lookup {
    /// Whether a join is of the kind that can be done so.
    pub(super) fn takes(options: &JoinOptions) -> bool {
        let args = &options.args;
        let order = matches!(
            args.maintain_order,
            MaintainOrderJoin::None | MaintainOrderJoin::Left | MaintainOrderJoin::LeftRight
        );
        order
            && matches!(args.how, JoinType::Inner | JoinType::Left)
            && args.coalesce == JoinCoalesce::KeepColumns
            && args.validation == JoinValidation::ManyToMany
            && args.slice.is_none()
            && !args.nulls_equal
    }

    /// A table by its keys; none when several rows have the same.
    pub(super) fn of(rows: &DataFrame, keys: &[Expr]) -> Result<Option<Self>> {
        let keys = rows
            .clone()
            .lazy()
            .select(keys.iter().enumerate().map(|(at, key)| key.clone().alias(at.to_string())).collect::<Vec<_>>());
        let keys = super::collect(keys)?;
        let dtypes: Vec<DataType> = keys.columns().iter().map(|column| column.dtype().clone()).collect();
        if !dtypes.iter().all(is_sortable) {
            return Ok(None);
        }
        let mut places = Places::default();
        let mut are_different = true;
        each_key(keys.columns(), |row, key| {
            if let Some(key) = key {
                are_different &= places.insert(key, row);
            }
        })?;
        let mut rows = rows.clone();
        rows.rechunk_mut();
        Ok(are_different.then(|| Self { rows, dtypes, places: Arc::new(places) }))
    }

    /// The rows of another table with the columns of this one beside them; an inner join leaves out those that match none. None where
    /// the keys are not of the same types, or columns of the same name would meet.
    pub(super) fn joined(&self, left: &LazyFrame, keys: &[Expr], how: &JoinType) -> Result<Option<LazyFrame>> {
        let mut left = left.clone();
        let before = left.collect_schema()?;
        let theirs = left.clone().select(keys).collect_schema()?;
        let meet = self.rows.schema().iter_names().any(|name| before.contains(name));
        if meet || !theirs.iter_values().eq(&self.dtypes) {
            return Ok(None);
        }
        let place = free("__row of the other table", &[&before, self.rows.schema()]);
        let Some((first, others)) = keys.split_first() else { return Ok(None) };
        let places = Arc::clone(&self.places);
        let find = move |columns: &mut [Column]| places.find(columns);
        let index = |_: &polars::prelude::Schema, fields: &[Field]| {
            Ok(Field::new(fields[0].name().clone(), polars::prelude::IDX_DTYPE))
        };
        let found = left.with_columns([first.clone().map_many(find, others, index).alias(place.as_str())]);
        let found = if *how == JoinType::Inner { found.filter(col(place.as_str()).is_not_null()) } else { found };
        let fetched = self.rows.columns().iter().map(|cells| {
            let (cells, field) = (cells.clone(), Field::new(cells.name().clone(), cells.dtype().clone()));
            let name = cells.name().clone();
            let fetch = move |places: Column| cells.take(places.idx()?);
            col(place.as_str()).map(fetch, move |_, _| Ok(field.clone())).alias(name)
        });
        let joined = found.with_columns(fetched.collect::<Vec<_>>()).drop(by_name([place.as_str()], true, false));
        Ok(Some(joined))
    }
}

impl Places {
    /// False when the key is there already.
    fn insert(&mut self, key: &[u8], row: IdxSize) -> bool {
        match Short::of(key) {
            Some(key) => self.short.insert(key, row).is_none(),
            None => self.long.insert(key.into(), row).is_none(),
        }
    }

    fn get(&self, key: &[u8]) -> Option<IdxSize> {
        match Short::of(key) {
            Some(key) => self.short.get(&key).copied(),
            None => self.long.get(key).copied(),
        }
    }

    /// For each row of some keys the row that has the same.
    fn find(&self, keys: &[Column]) -> PolarsResult<Column> {
        let rows = keys.first().map_or(0, Column::len);
        let mut found: Vec<Option<IdxSize>> = Vec::with_capacity(rows);
        each_key(keys, |_, key| found.push(key.and_then(|key| self.get(key))))?;
        Ok(IdxCa::from_iter_options(keys[0].name().clone(), found.into_iter()).into_series().into_column())
    }
}

/// Does something with the keys of each row as bytes that are the same for keys that are equal; a row that lacks one has none.
fn each_key(keys: &[Column], mut each: impl FnMut(IdxSize, Option<&[u8]>)) -> PolarsResult<()> {
    if let [key] = keys
        && key.dtype() == &DataType::String
    {
        let texts = key.str()?;
        texts.iter().zip(0..).for_each(|(text, row)| each(row, text.map(str::as_bytes)));
        return Ok(());
    }
    let mut missing: Option<polars::prelude::BooleanChunked> = None;
    for key in keys.iter().filter(|key| key.null_count() > 0) {
        let is = key.is_null();
        missing = Some(missing.map_or(is.clone(), |before| before | is));
    }
    let encoded = _get_rows_encoded_ca_unordered(PlSmallStr::EMPTY, keys)?;
    let all = encoded.downcast_iter().flat_map(|chunk| chunk.values_iter());
    for (row, key) in (0..).zip(all) {
        let lacks = missing.as_ref().is_some_and(|missing| missing.get(row as usize) == Some(true));
        each(row, (!lacks).then_some(key));
    }
    Ok(())
}
