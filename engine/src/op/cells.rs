//! Functions over single cells, for what Polars' expressions do not have. A missing cell stays missing.
//!
//! Positions count characters (Unicode code points), never bytes.

use polars::prelude::{
    DataType, Expr, Field, Int64Chunked, IntoColumn as _, IntoSeries as _, NewChunkedArray as _, StringChunked,
};

/// Text cells as other text; none makes a cell missing.
pub(super) fn map_text(cells: Expr, change: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Expr {
    cells.map(
        move |column| {
            let name = column.name().clone();
            let values =
                StringChunked::from_iter_options(name, column.str()?.iter().map(|cell| cell.and_then(&change)));
            Ok(values.into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::String)),
    )
}

/// Text cells as whole numbers; none makes a cell missing.
pub(super) fn map_whole(cells: Expr, measure: impl Fn(&str) -> Option<i64> + Send + Sync + 'static) -> Expr {
    cells.map(
        move |column| {
            let name = column.name().clone();
            let values =
                Int64Chunked::from_iter_options(name, column.str()?.iter().map(|cell| cell.and_then(&measure)));
            Ok(values.into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Int64)),
    )
}

/// Where the text stands after so many characters, in bytes; its end when it has fewer.
pub(super) fn byte_after(text: &str, characters: usize) -> usize {
    text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
}

/// A number from a parameter as a count; negative ones count as 0.
pub(super) fn count(number: i64) -> usize {
    usize::try_from(number.max(0)).unwrap_or(usize::MAX)
}
