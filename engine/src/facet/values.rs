//! The different values of a column with their counts, over all rows and over those that pass the filters of the other columns.

use super::{Filter, passes};
use crate::error::Result;
use crate::named::col;
use crate::op::no_such_column;
use crate::plan::stoppable;
use crate::profile::pattern_of;
use crate::run::{collect, unless_cancelled};
use crate::types::TypeClass;
use crate::values::cell_text;
use polars::prelude::{
    DataFrame, DataType, Expr, IntoColumn as _, IntoSeries as _, LazyFrame, Schema, StringChunked, len, lit,
};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What is listed of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum By {
    /// Its values.
    #[default]
    Values,
    /// The patterns of characters of its texts.
    Patterns,
    /// How many characters its texts have.
    Lengths,
}

/// Which values are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The column.
    pub column: String,
    /// What is listed of it; of a column without text, always its values.
    pub by: By,
    /// A part of the values, whatever its case; empty for all.
    pub search: String,
    /// Whether they stand in the order of the alphabet; else the most frequent come first.
    pub by_name: bool,
    /// How many are listed.
    pub most: usize,
}

/// A value and how often it occurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The value, as [`cell_text`] writes it.
    pub text: String,
    /// In how many rows.
    pub all: u64,
    /// In how many rows that pass the filters of the other columns.
    pub passing: u64,
}

/// The values of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// The values listed.
    pub list: Vec<Listed>,
    /// How many values the search found, listed or not.
    pub found: u64,
    /// How many values there are.
    pub distinct: u64,
    /// Cells without a value, and those of them in rows that pass.
    pub missing: (u64, u64),
}

/// Counts the values of a column. Its own filter does not count, so that its other values can be added.
pub fn values(
    frame: &LazyFrame,
    schema: &Schema,
    listing: &Listing,
    filters: &[Filter],
    cancel: &Arc<AtomicBool>,
) -> Result<Values> {
    let column = listing.column.as_str();
    let dtype = schema.get(column).ok_or_else(|| no_such_column(column, schema))?;
    let text = TypeClass::of(dtype) == TypeClass::Text;
    let cells = match listing.by {
        By::Patterns if text => patterns(col(column).cast(DataType::String)),
        By::Lengths if text => col(column).cast(DataType::String).str().len_chars(),
        _ => col(column),
    };
    let others: Vec<Filter> = filters.iter().filter(|filter| filter.column != column).cloned().collect();
    let passes = passes(schema, &others)?.unwrap_or_else(|| lit(true));
    let counted = stoppable(frame.clone(), cancel)
        .select([cells.alias(VALUE), passes.alias(PASSES)])
        .group_by([col(VALUE)])
        .agg([len().cast(DataType::UInt64).alias(ALL), col(PASSES).sum().cast(DataType::UInt64)]);
    let counted = unless_cancelled(collect(counted), cancel)?;
    read(&counted, listing)
}

/// The pattern of characters of each text.
fn patterns(texts: Expr) -> Expr {
    texts.map(
        |cells| {
            let found: StringChunked = cells.str()?.iter().map(|text| text.map(pattern_of)).collect();
            Ok(found.into_series().with_name(cells.name().clone()).into_column())
        },
        |_, field| Ok(field.clone()),
    )
}

const VALUE: &str = "value";
const PASSES: &str = "passes";
const ALL: &str = "n";

fn read(counted: &DataFrame, listing: &Listing) -> Result<Values> {
    let wanted = listing.search.to_lowercase();
    let values = counted.column(VALUE)?.as_materialized_series().rechunk();
    let counts = counted.column(ALL)?.u64()?.iter().zip(counted.column(PASSES)?.u64()?.iter());
    let mut found = Values::default();
    for (value, (all, passing)) in values.iter().zip(counts) {
        let (all, passing) = (all.unwrap_or(0), passing.unwrap_or(0));
        let Some(text) = cell_text(&value) else {
            found.missing = (all, passing);
            continue;
        };
        found.distinct += 1;
        if wanted.is_empty() || text.to_lowercase().contains(&wanted) {
            found.list.push(Listed { text, all, passing });
        }
    }
    found.found = found.list.len() as u64;
    if listing.by_name {
        let number = |listed: &Listed| listed.text.parse::<f64>().unwrap_or(f64::INFINITY);
        let numbers = values.dtype().is_numeric();
        if numbers {
            found.list.sort_unstable_by(|a, b| number(a).total_cmp(&number(b)));
        } else {
            found.list.sort_unstable_by(|a, b| a.text.cmp(&b.text));
        }
    } else {
        found.list.sort_unstable_by(|a, b| (b.passing, b.all, &a.text).cmp(&(a.passing, a.all, &b.text)));
    }
    found.list.truncate(listing.most);
    Ok(found)
}
