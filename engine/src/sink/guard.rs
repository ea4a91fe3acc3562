//! Text that a spreadsheet program would take for a formula when it opens delimited text, with an apostrophe before it.
//!
//! Only where somebody wants it: it changes what is written. Numbers are no formulas, whatever their sign.

use super::Target;
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use polars::prelude::{Column, DataType, Expr, Field, IntoColumn as _, LazyFrame, Schema, StringChunked};
use std::borrow::Cow;

/// Refuses names of columns that would be formulas: they are part of no value, and nobody may rename them in silence.
pub(super) fn refuse_names(target: &Target, schema: &Schema) -> Result<()> {
    if !target.csv.guard_formulas {
        return Ok(());
    }
    match schema.iter_names().find(|name| is_formula(name)) {
        Some(name) => {
            Err(Error::new(ErrorKind::Column, format!("the name of column {name} would be taken for a formula"))
                .advise("rename the column in a step before"))
        }
        None => Ok(()),
    }
}

/// The frame with its text guarded, where that is wanted.
pub(super) fn guarded(target: &Target, mut frame: LazyFrame) -> Result<LazyFrame> {
    if !target.csv.guard_formulas {
        return Ok(frame);
    }
    let schema = frame.collect_schema()?;
    let texts = schema.iter().filter(|(_, dtype)| **dtype == DataType::String);
    let exprs: Vec<Expr> = texts.map(|(name, _)| guard(name)).collect();
    Ok(frame.with_columns(exprs))
}

fn guard(name: &str) -> Expr {
    let work = |cells: Column| {
        let cells = cells.str()?;
        let mut out: StringChunked = cells.iter().map(|text| text.map(guarded_text)).collect();
        out.rename(cells.name().clone());
        Ok(out.into_column())
    };
    col(name).map(work, |_, field| Ok(Field::new(field.name.clone(), DataType::String)))
}

fn guarded_text(text: &str) -> Cow<'_, str> {
    if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

// Whether a spreadsheet program computes a text instead of showing it.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && text.trim().parse::<f64>().is_err()
}
