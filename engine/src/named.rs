//! Columns and fields by their names as they are. Polars takes `*` for every column and `^…$` for a pattern; here both are names like
//! any other, because files have such columns.

use polars::prelude::{Expr, FunctionExpr, PlSmallStr, Selector, StructFunction, by_name};

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
