//! Columns into rows, and rows and columns exchanged.

use super::aggregate::common_type;
use super::distinct::{one_zero, unique};
use super::group::{aggregate_expr, refuse_aggregate};
use super::nest::side_by_side;
use super::param::{Chosen, Column, Columns, NewColumn, Param};
use super::pivot::{FUNCTIONS, refuse_many};
use super::{Apply, Args, Conditions, Context, Example, Facts, Family, Locality, Operation, RowLaw, params};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::op::convert::convert;
use crate::values::cell_text;
use polars::prelude::{
    AnyValue, DataFrame, DataType, ExplodeOptions, Expr, LazyFrame, UnionArgs, UniqueKeepStrategy, by_name, concat, lit,
};

static NAMES: Param<NewColumn> = Param::new("unpivotColumn", "Column of names")
    .help("The new column that holds the names of the columns.")
    .example("measure");
static VALUES: Param<NewColumn> =
    Param::new("valueColumn", "Column of values").help("The new column that holds their values.").example("value");
static PIVOTS: Param<Columns> = Param::new("pivotColumns", "Columns to headers")
    .help("The columns whose values become the new columns' names.")
    .example(r#"["teacher"]"#);
static ROWS: Param<Columns> =
    Param::new("valueColumns", "Columns to rows").help("The columns that become rows.").example(r#"["tom","john"]"#);
static FUNCTION: Param<Chosen> = Param::new("aggregateFunction", "Aggregate")
    .help("What is computed from the cells that meet in one place.")
    .example("COLLECT_LIST")
    .choices(FUNCTIONS);
static LABELS: Param<NewColumn> = Param::new("newColumn", "Column of names")
    .help("The new column that holds the names of the former columns.")
    .example("student");

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "UNPIVOT",
        title: "Unpivot",
        summary: "Turns some columns into rows: each row comes out once for each of them, one below the other in the order in which they are listed, \
              with the column's name in one new column and its cell in another. The other columns are repeated; missing cells make rows \
              too. Columns of different types yield text, whole numbers and decimals yield decimals.",
        sentence: "Unpivot {sourceColumns} into {unpivotColumn} and {valueColumn}",
        family: Family::Pivot,
        params: &[&params::SOURCES.spec, &NAMES.spec, &VALUES.spec],
        conditions: Conditions::Refused,
        rows: |_| RowLaw::More,
        apply: Apply::Table(unpivot),
        examples: &[Example {
            title: "Two columns make two rows of each",
            params: &[("sourceColumns", "[\"tea\",\"milk\"]"), ("unpivotColumn", "what"), ("valueColumn", "cups")],
            conditions: &[],
            before: "day:date | tea:whole | milk:whole\n2024-01-01 | 1 | 2\n2024-01-02 | ∅ | -3",
            after: "day:date | what:text | cups:whole\n2024-01-01 | tea | 1\n2024-01-01 | milk | 2\n2024-01-02 | tea | ∅\n2024-01-02 | milk | -3",
        }],
        ..Operation::DEFAULT
    },
    Operation {
        name: "TRANSPOSE",
        title: "Transpose",
        summary: "Exchanges rows and columns: each listed column becomes one row, named in the new column, and each value of the pivot columns \
              becomes a column, in the order in which the values first occur; several pivot columns join their values with _. Cells \
              that meet in one place are aggregated. All other columns fall away. A missing value makes the column “missing”; more \
              than 1,000 new columns are refused. The step can keep its columns, as PIVOT can.",
        sentence: "Transpose {valueColumns} by {pivotColumns}, {aggregateFunction}, into {newColumn}",
        family: Family::Pivot,
        params: &[&PIVOTS.spec, &ROWS.spec, &FUNCTION.spec, &LABELS.spec],
        conditions: Conditions::Refused,
        locality: |_| Locality::Whole,
        rows: |_| RowLaw::Any,
        facts: Some(Facts::shaping(headers_query, super::kept::rows_within)),
        apply: Apply::Table(transpose),
        examples: &[Example {
            title: "Each teacher becomes a column, each student a row",
            params: &[
                ("pivotColumns", "[\"teacher\"]"),
                ("valueColumns", "[\"tom\",\"john\"]"),
                ("aggregateFunction", "MAX"),
                ("newColumn", "student"),
            ],
            conditions: &[],
            before: "teacher:text | tom:whole | john:double\nMs B | 1 | 2.5\nMr A | 3 | ∅",
            after: "student:text | Ms B:double | Mr A:double\ntom | 1 | 3\njohn | 2.5 | ∅",
        }],
        ..Operation::DEFAULT
    },
];

fn unpivot(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<LazyFrame> {
    let Columns(sources) = args.get(&params::SOURCES)?;
    let (names, values) = (args.get(&NAMES)?, args.get(&VALUES)?);
    let others: Vec<&str> =
        context.schema.iter_names().map(|n| n.as_str()).filter(|n| !sources.iter().any(|s| s == n)).collect();
    for (new, param) in [(&names, NAMES.spec.name), (&values, VALUES.spec.name)] {
        if others.contains(&new.0.as_str()) || names == values {
            let message = format!("there is a column “{}” already", new.0);
            return Err(Error::new(ErrorKind::Column, message).advise("choose another name").at_param(param));
        }
    }
    let (cells, common) = common_cells(&sources, context)?;
    let mut columns: Vec<Expr> = others.iter().map(|name| col(*name)).collect();
    // The values' column is no other column's name, so the pairs may stand there until they are taken apart.
    let pairs = values.0.as_str();
    columns.push(side_by_side(cells, Some(sources), &common).alias(pairs));
    let long = frame
        .select(columns)
        .explode(by_name([pairs], true, false), ExplodeOptions { empty_as_null: true, keep_nulls: true });
    let mut columns: Vec<Expr> = others.iter().map(|name| col(*name)).collect();
    columns.push(col(pairs).struct_().field_by_name("key").alias(names.0.as_str()));
    columns.push(col(pairs).struct_().field_by_name("value").alias(pairs));
    Ok(long.select(columns))
}

/// The cells of columns in the type that holds them all.
fn common_cells(names: &[String], context: &Context<'_>) -> Result<(Vec<Expr>, DataType)> {
    let types = names.iter().map(|n| context.dtype(n).cloned()).collect::<Result<Vec<_>>>()?;
    let common = common_type(&types);
    let cells = names.iter().zip(&types).map(|(name, dtype)| convert(col(name.as_str()), dtype, &common)).collect();
    Ok((cells, common))
}

fn headers_query(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    let names = args.get(&PIVOTS)?.0;
    let pivots = names.iter().map(|n| Ok(one_zero(col(n.as_str()), context.dtype(n)?))).collect::<Result<Vec<_>>>()?;
    Ok(Some(unique(frame.select(pivots), Some(names), context.schema, UniqueKeepStrategy::First)))
}

fn transpose(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<LazyFrame> {
    let (Columns(pivots), Columns(rows)) = (args.get(&PIVOTS)?, args.get(&ROWS)?);
    let (function, label) = (args.get(&FUNCTION)?.0, args.get(&LABELS)?.0);
    let headers = headers(context.facts()?, &pivots, &label)?;
    refuse_many(&pivots.join(", "), headers.len()).map_err(|e| e.at_param(PIVOTS.spec.name))?;
    let types = rows.iter().map(|n| context.dtype(n).cloned()).collect::<Result<Vec<_>>>()?;
    let common = common_type(&types);
    refuse_aggregate(function, &rows.join(", "), &common).map_err(|e| e.at_param(FUNCTION.spec.name))?;
    let mut frames = Vec::new();
    for (name, cells) in rows.iter().zip(common_cells(&rows, context)?.0) {
        let mut columns = vec![lit(name.clone()).alias(label.as_str())];
        for (header, here) in &headers {
            let value = aggregate_expr(function, cells.clone().filter(here.clone()), &common);
            columns.push(value.alias(header.as_str()));
        }
        frames.push(frame.clone().select(columns));
    }
    Ok(concat(frames, UnionArgs::default())?)
}

/// The new columns: their names, and which rows each is made of.
fn headers(facts: &DataFrame, pivots: &[String], label: &str) -> Result<Vec<(String, Expr)>> {
    let mut headers: Vec<(String, Expr)> = Vec::new();
    for row in 0..facts.height() {
        let mut words = Vec::new();
        let mut here = lit(true);
        for name in pivots {
            let column = facts.column(name)?;
            let cell = column.get(row)?;
            words.push(cell_text(&cell).unwrap_or_else(|| "missing".into()));
            here = here.and(equals(&Column(name.clone()), cell, column.dtype()));
        }
        let mut header = words.join("_");
        while header == label || headers.iter().any(|(other, _)| *other == header) {
            header.push_str("_value");
        }
        headers.push((header, here));
    }
    Ok(headers)
}

/// Whether the cells of a column are a value, true or false in every row.
pub(super) fn equals(column: &Column, value: AnyValue<'_>, dtype: &DataType) -> Expr {
    let cells = col(column.0.as_str());
    if value.is_null() {
        return cells.is_null();
    }
    cells.eq(super::literals::literal(value.into_static(), dtype)).fill_null(lit(false))
}
