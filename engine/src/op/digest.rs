//! Digests of rows: 126 bits by which rows are told apart.
//!
//! They are SipHash-1-3 with 128 bits of the cells' encoding, under a key that is drawn anew in each process, so that nobody can make
//! two rows of one digest on purpose. Among a billion different rows two have the same one with a probability below 10^-20, which is far
//! less than that of a fault of the machine.

use crate::named::col;
use polars::chunked_array::ops::row_encode::_get_rows_encoded_ca_unordered;
use polars::prelude::{
    Column, DataType, Expr, Field, Int128Chunked, IntoColumn as _, IntoSeries as _, PlSmallStr, PolarsResult, as_struct,
};
use siphasher::sip128::SipHasher13;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

/// So many bits fit into the 38 digits of an exact decimal, which is how files hold them.
const BITS: u32 = 126;

static KEY: LazyLock<SipHasher13> = LazyLock::new(|| {
    let drawn = || RandomState::new().hash_one("");
    SipHasher13::new_with_keys(drawn(), drawn())
});

/// The digest of the cells of some columns, in each row. Equal cells have equal digests: missing equals missing, NaN equals NaN, and both
/// zeros are one.
pub(super) fn digest(names: &[String]) -> Expr {
    let cells: Vec<Expr> = names.iter().map(|name| col(name.as_str())).collect();
    as_struct(cells).map(|rows| of(&rows), |_, field| Ok(Field::new(field.name.clone(), DataType::Int128)))
}

fn of(rows: &Column) -> PolarsResult<Column> {
    let cells: Vec<Column> = rows.struct_()?.fields_as_series().into_iter().map(Column::from).collect();
    let keys = _get_rows_encoded_ca_unordered(PlSmallStr::EMPTY, &cells)?;
    let digests: Vec<i128> = keys.downcast_iter().flat_map(|chunk| chunk.values_iter().map(of_bytes)).collect();
    Ok(Int128Chunked::from_vec(rows.name().clone(), digests).into_series().into_column())
}

fn of_bytes(bytes: &[u8]) -> i128 {
    (KEY.hash(bytes).as_u128() >> (u128::BITS - BITS)).cast_signed()
}
