//! The order of rows, for sorting them in memory.
//!
//! Rows are ordered by eight bytes of a key at a time, beside which each has its number: the numbers are sorted together with the
//! bytes, in one piece of memory. Only rows that are alike in them are looked at again, few at a time. Comparing whole keys where they
//! lie, as the engine does for several, waits for memory at each comparison.

use polars::prelude::{
    Column, DataFrame, DataType, IdxCa, IdxSize, NewChunkedArray as _, PlSmallStr, PolarsError, PolarsResult,
    StringChunked,
};
use rayon::prelude::{
    IndexedParallelIterator as _, IntoParallelRefIterator as _, IntoParallelRefMutIterator as _, ParallelIterator as _,
    ParallelSlice as _, ParallelSliceMut as _,
};
use std::sync::atomic::{AtomicBool, Ordering};

/// Fewer rows are ordered by one thread.
const FEW: usize = 1 << 14;
/// After so many bytes that are alike, texts are compared as a whole.
const DEEP: usize = 32;
/// So many cells of a column are brought into order at once.
const LOT: usize = 1 << 19;

/// What a row has of a key just now, and its number.
type Row = (u64, IdxSize);

/// The order of rows by some columns.
#[derive(Clone)]
pub(super) struct By {
    pub(super) name: PlSmallStr,
    pub(super) descending: bool,
    pub(super) nulls_last: bool,
}

/// Whether a column of this type can be ordered here.
pub(super) fn is_sortable(dtype: &DataType) -> bool {
    matches!(
        dtype,
        DataType::String
            | DataType::Boolean
            | DataType::Date
            | DataType::Datetime(..)
            | DataType::Duration(_)
            | DataType::Time
            | DataType::Decimal(..)
    ) || dtype.is_integer() && !matches!(dtype, DataType::Int128 | DataType::UInt128)
        || dtype.is_float()
}

/// Rows in order; those that are alike keep theirs. Ends early, with an error, when the flag is raised.
pub(super) fn sorted(rows: DataFrame, by: &[By], stop: &AtomicBool) -> PolarsResult<DataFrame> {
    let mut keys = Vec::new();
    for by in by {
        keys.extend(Key::of(rows.column(&by.name)?, by)?);
    }
    let count = IdxSize::try_from(rows.height()).unwrap_or(IdxSize::MAX);
    let mut numbers: Vec<Row> = (0..count).map(|number| (0, number)).collect();
    order(&mut numbers, &keys, stop);
    drop(keys);
    let lots: Vec<IdxCa> = numbers
        .par_chunks(LOT)
        .map(|rows| IdxCa::from_iter_values(PlSmallStr::EMPTY, rows.iter().map(|(_, number)| *number)))
        .collect();
    drop(numbers);
    let height = rows.height();
    // One column after another, so that few cells are held twice.
    let columns = rows.into_columns().into_iter().map(|column| taken(column, &lots, stop));
    DataFrame::new(height, columns.collect::<PolarsResult<Vec<Column>>>()?)
}

/// The cells of a column in the order of the numbers of their rows.
fn taken(column: Column, lots: &[IdxCa], stop: &AtomicBool) -> PolarsResult<Column> {
    let column = column.rechunk();
    let take = |lot: &IdxCa| {
        if stop.load(Ordering::Relaxed) {
            return Err(PolarsError::ComputeError("cancelled".into()));
        }
        column.take(lot)
    };
    let mut parts = lots.par_iter().map(take).collect::<PolarsResult<Vec<Column>>>()?.into_iter();
    let Some(mut cells) = parts.next() else { return Ok(column) };
    for part in parts {
        cells.append_owned(part)?;
    }
    Ok(cells)
}

struct Key {
    cells: Cells,
    /// The rows that have no value, where there are any.
    missing: Option<Vec<bool>>,
    descending: bool,
    nulls_last: bool,
}

enum Cells {
    /// Numbers that are in the order of the values.
    Numbers(Vec<u64>),
    Texts(StringChunked),
}

impl Key {
    /// The keys that a column is ordered by.
    fn of(column: &Column, by: &By) -> PolarsResult<Vec<Self>> {
        let (descending, nulls_last) = (by.descending, by.nulls_last);
        let missing = (column.null_count() > 0).then(|| column.is_null().iter().map(|is| is == Some(true)).collect());
        let key = |cells, missing| Self { cells, missing, descending, nulls_last };
        let whole = column.to_physical_repr();
        let dtype = column.dtype();
        Ok(match dtype {
            DataType::String => vec![key(Cells::Texts(column.str()?.rechunk().into_owned()), missing)],
            DataType::Decimal(..) => {
                let whole = whole.as_materialized_series().i128()?.rechunk().into_owned();
                let (high, low) = whole.iter().map(|cell| halves(cell.unwrap_or(0))).unzip();
                vec![key(Cells::Numbers(high), missing), key(Cells::Numbers(low), None)]
            }
            dtype if dtype.is_float() => {
                let cells = whole.cast(&DataType::Float64)?;
                vec![key(Cells::Numbers(cells.f64()?.iter().map(|cell| cell.map_or(0, float)).collect()), missing)]
            }
            dtype if dtype.is_unsigned_integer() || dtype.is_bool() => {
                let cells = whole.cast(&DataType::UInt64)?;
                vec![key(Cells::Numbers(cells.u64()?.iter().map(Option::unwrap_or_default).collect()), missing)]
            }
            _ => {
                let cells = whole.cast(&DataType::Int64)?;
                vec![key(Cells::Numbers(cells.i64()?.iter().map(|cell| signed(cell.unwrap_or(0))).collect()), missing)]
            }
        })
    }
}

fn signed(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}

#[allow(clippy::cast_possible_truncation, reason = "one half each")]
fn halves(number: i128) -> (u64, u64) {
    (signed((number >> 64) as i64), number.cast_unsigned() as u64)
}

/// Not-a-number comes after all others, and both zeros are one, as the engine has it.
fn float(number: f64) -> u64 {
    let bits = (if number == 0.0 { 0.0 } else { number }).to_bits();
    match bits >> 63 {
        _ if number.is_nan() => u64::MAX,
        0 => bits | 1 << 63,
        _ => !bits,
    }
}

/// Orders rows, which come in the order of their numbers, by the first key, and those that are alike by the others.
fn order(rows: &mut [Row], keys: &[Key], stop: &AtomicBool) {
    let Some((key, others)) = keys.split_first() else { return };
    if rows.len() < 2 || stop.load(Ordering::Relaxed) {
        return;
    }
    let mut rows = rows;
    if let Some(missing) = &key.missing {
        let is_first = |row: &Row| missing[row.1 as usize] != key.nulls_last;
        let (first, last): (Vec<Row>, Vec<Row>) = rows.iter().partition(|row| is_first(row));
        let (before, after) = rows.split_at_mut(first.len());
        before.copy_from_slice(&first);
        after.copy_from_slice(&last);
        drop((first, last));
        let without = if key.nulls_last { &mut *after } else { &mut *before };
        order(without, others, stop);
        rows = if key.nulls_last { before } else { after };
    }
    match &key.cells {
        Cells::Numbers(numbers) => {
            alike(rows, |row| numbers[row as usize], key.descending, &|rows| order(rows, others, stop));
        }
        Cells::Texts(texts) => texts_from(rows, texts, 0, key.descending, &|rows| order(rows, others, stop), stop),
    }
}

/// Orders rows by numbers, and has those go on that have the same.
fn alike(
    rows: &mut [Row],
    number: impl Fn(IdxSize) -> u64 + Sync,
    descending: bool,
    go_on: &(dyn Fn(&mut [Row]) + Sync),
) {
    let turned = if descending { u64::MAX } else { 0 };
    let fill = |row: &mut Row| row.0 = number(row.1) ^ turned;
    let same = |one: &Row, other: &Row| one.0 == other.0;
    if rows.len() < FEW {
        rows.iter_mut().for_each(fill);
        rows.sort_unstable();
        rows.chunk_by_mut(same).filter(|rows| rows.len() > 1).for_each(go_on);
    } else {
        rows.par_iter_mut().with_min_len(FEW).for_each(fill);
        rows.par_sort_unstable();
        rows.par_chunk_by_mut(same).filter(|rows| rows.len() > 1).for_each(go_on);
    }
}

/// Orders texts by what they have from a byte on, before which they are alike.
fn texts_from(
    rows: &mut [Row],
    texts: &StringChunked,
    from: usize,
    descending: bool,
    go_on: &(dyn Fn(&mut [Row]) + Sync),
    stop: &AtomicBool,
) {
    if stop.load(Ordering::Relaxed) {
        return;
    }
    let rest = |row: IdxSize| texts.get(row as usize).and_then(|text| text.as_bytes().get(from..)).unwrap_or_default();
    if from >= DEEP {
        let compare = |one: &Row, other: &Row| {
            let found = rest(one.1).cmp(rest(other.1));
            if descending { found.reverse() } else { found }
        };
        rows.par_sort_by(compare);
        let same = |one: &Row, other: &Row| rest(one.1) == rest(other.1);
        rows.chunk_by_mut(same).filter(|rows| rows.len() > 1).for_each(go_on);
        return;
    }
    let ends = |row: IdxSize| rest(row).len().min(9) as u64;
    let shorter = |rows: &mut [Row]| match rows.first() {
        Some(row) if ends(row.1) > 8 => texts_from(rows, texts, from + 8, descending, go_on, stop),
        _ => go_on(rows),
    };
    alike(rows, |row| beginning(rest(row)), descending, &|rows| alike(rows, ends, descending, &shorter));
}

/// The first eight bytes as a number; none are zero.
fn beginning(text: &[u8]) -> u64 {
    if let Some((bytes, _)) = text.split_first_chunk() {
        return u64::from_be_bytes(*bytes);
    }
    let mut bytes = [0; 8];
    bytes[..text.len()].copy_from_slice(text);
    u64::from_be_bytes(bytes)
}
