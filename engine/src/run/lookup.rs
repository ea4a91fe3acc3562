//! Joins with a table whose keys are all different: each row of the other table looks up the one that it matches.
//!
//! Rows stay where they are and in their order, and only the cells of the columns that are kept are fetched; a join that may give
//! several rows for one copies all columns of both tables.

use super::order::is_sortable;
use super::slots::Slots;
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
struct Places {
    /// Keys of few bytes lie beside their rows, so that memory is waited for once.
    short: Slots,
    long: HashMap<Box<[u8]>, IdxSize, RandomState>,
}

/// The key of a row as bytes that are the same for keys that are equal.
enum Key<'a> {
    Missing,
    /// Its bytes and their number, with room for the row below them; never zero.
    Short(u128),
    Long(&'a [u8]),
}

/// The bits of a short key below which a row stands.
const ROW: u32 = IdxSize::BITS;

impl<'a> Key<'a> {
    /// What the view of a text of at most eleven bytes has of it: its length in the lowest 32 bits, its bytes above.
    const fn inline(view: u128, length: u32) -> Self {
        Self::Short((view >> u32::BITS | (length as u128 + 1) << 88) << ROW)
    }

    fn of(key: &'a [u8]) -> Self {
        let mut bytes = [0; size_of::<u128>()];
        match (bytes.get_mut(4..4 + key.len()), u32::try_from(key.len())) {
            (Some(place), Ok(length)) if length < 12 => {
                place.copy_from_slice(key);
                Self::inline(u128::from_le_bytes(bytes), length)
            }
            _ => Self::Long(key),
        }
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
        let mut places = Places { short: Slots::new(u128::MAX << ROW), long: HashMap::default() };
        let are_different = places.fill(keys.columns())?;
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
    /// Takes the keys of all rows in; false when several rows have the same.
    fn fill(&mut self, keys: &[Column]) -> PolarsResult<bool> {
        let mut short = Vec::new();
        let mut are_different = true;
        each_key(keys, |row, key| match key {
            Key::Missing => {}
            Key::Short(key) => short.push(key | u128::from(row)),
            Key::Long(key) => are_different &= self.long.insert(key.into(), row).is_none(),
        })?;
        self.short.insert(&short, |is_new| are_different &= is_new);
        Ok(are_different)
    }

    /// For each row of some keys the row that has the same.
    fn find(&self, keys: &[Column]) -> PolarsResult<Column> {
        let rows = keys.first().map_or(0, Column::len);
        let mut short = Vec::with_capacity(rows);
        let mut long = Vec::new();
        each_key(keys, |row, key| match key {
            Key::Missing => short.push(0),
            Key::Short(key) => short.push(key),
            Key::Long(key) => {
                short.push(0);
                long.extend(self.long.get(key).map(|place| (row, *place)));
            }
        })?;
        let mut found: Vec<Option<IdxSize>> = Vec::with_capacity(rows);
        // The row is what lies below the key.
        let row = |number: u128| IdxSize::try_from(number & u128::from(IdxSize::MAX)).ok();
        self.short.find(&short, |number| found.push(number.and_then(row)));
        for (row, place) in long {
            if let Some(found) = found.get_mut(row as usize) {
                *found = Some(place);
            }
        }
        Ok(IdxCa::from_iter_options(keys[0].name().clone(), found.into_iter()).into_series().into_column())
    }
}

/// Does something with the key of each row.
fn each_key(keys: &[Column], mut each: impl FnMut(IdxSize, Key<'_>)) -> PolarsResult<()> {
    if let [key] = keys
        && key.dtype() == &DataType::String
    {
        let texts = key.str()?;
        let known = texts.rechunk_validity();
        let mut row: IdxSize = 0;
        for texts in texts.downcast_iter() {
            for (at, view) in texts.views().iter().enumerate() {
                let key = match view.length {
                    _ if known.as_ref().is_some_and(|known| !known.get_bit(row as usize)) => Key::Missing,
                    length @ 0..12 => Key::inline(view.as_u128(), length),
                    _ => Key::Long(texts.value(at).as_bytes()),
                };
                each(row, key);
                row += 1;
            }
        }
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
        each(row, if lacks { Key::Missing } else { Key::of(key) });
    }
    Ok(())
}
