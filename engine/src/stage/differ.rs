//! Whether a cell shows another value than before.

use crate::values::write_cell;
use polars::prelude::{BooleanChunked, ChunkCompareEq as _, Column};

/// Of each cell whether it shows another value than before; of columns of two types, whether it reads otherwise.
pub(super) fn differs(was: &Column, now: &Column) -> BooleanChunked {
    if was.dtype() == now.dtype()
        && let Ok(found) = now.not_equal_missing(was)
    {
        return found;
    }
    let (was, now) = (was.as_materialized_series().rechunk(), now.as_materialized_series().rechunk());
    let (mut before, mut after) = (String::new(), String::new());
    let differs = was.iter().zip(now.iter()).map(|(was, now)| {
        before.clear();
        after.clear();
        write_cell(&was, &mut before) != write_cell(&now, &mut after) || before != after
    });
    differs.collect()
}
