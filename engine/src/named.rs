//! Columns and fields by their names as they are. Polars takes `*` for every column and `^…$` for a pattern; here both are names like
//! any other, because files have such columns.

use polars::prelude::{Expr, FunctionExpr, PlSmallStr, Schema, Selector, StructFunction, by_name};

/// The column of a name.
pub(crate) fn col(name: impl Into<PlSmallStr>) -> Expr {
    Expr::Column(name.into())
}

/// The columns of some names.
pub(crate) fn cols<S: Into<PlSmallStr>>(names: impl IntoIterator<Item = S>) -> Selector {
    by_name(names, true, false)
}

/// The field of a name of a structure.
pub(crate) fn field_named(cells: Expr, name: impl Into<PlSmallStr>) -> Expr {
    cells.map_unary(FunctionExpr::StructExpr(StructFunction::FieldByName(name.into())))
}

/// A name that no column of these tables has: the wished one, with lines before it while it is taken. Different wishes stay different.
pub(crate) fn free(wish: &str, taken: &[&Schema]) -> String {
    let mut name = wish.to_owned();
    while taken.iter().any(|schema| schema.contains(&name)) {
        name.insert(0, '_');
    }
    name
}

/// A beginning that no column of these tables has, for names of a step's own.
pub(crate) fn free_beginning(taken: &[&Schema]) -> String {
    let mut beginning = "__".to_owned();
    while taken.iter().any(|schema| schema.iter_names().any(|name| name.starts_with(&beginning))) {
        beginning.push('_');
    }
    beginning
}
