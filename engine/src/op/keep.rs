//! One row of each group: the first or the last, as the rows stand or in the order of some columns.

use super::distinct::unique;
use super::duplicate::REPEATED;
use super::param::{Columns, Param, ParamSpec, ParamType as _};
use super::{Apply, Args, Context, Example, Export, Operation, RowLaw};
use crate::error::Result;
use crate::named::{col, free};
use crate::recipe::Step;
use crate::types::TypeClass;
use polars::prelude::{Expr, LazyFrame, NULL, SortMultipleOptions, UniqueKeepStrategy, lit, when};

static GROUPS: Param<Columns> = Param::new("groupByColumns", "One row for each")
    .help("The columns whose equal values make a group; a missing value is a value like others.")
    .example(r#"["customer"]"#);
static ORDERS: Param<Columns> = Param::new("orderByColumns", "In the order of")
    .help("The columns whose ascending order says which row is first and which last; without them the rows are taken as they stand.")
    .example(r#"["ordered_at"]"#)
    .optional();

static PARAMS: [&ParamSpec; 2] = [&GROUPS.spec, &ORDERS.spec];

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "KEEP_FIRST_BY",
        title: "Keep the first row of each group",
        summary: "Keeps one row of each group of equal values: the one with the smallest value of the order columns, or without them the \
                  one that stands first; the others go. Rows that are equal in the order count as they stand. A row whose order value is \
                  missing, or no number, is kept only when no other row of its group has one. The rows that stay keep their order. A \
                  missing value is a group of its own. Not in DataBrew.",
        sentence: "Keep the first row of each {groupByColumns} by {orderByColumns}",
        params: &PARAMS,
        rows: |_| RowLaw::Fewer,
        databrew: Export::As(first_as_distinct),
        apply: Apply::Table(|args, context, frame| keep(args, context, frame, false)),
        examples: &[Example {
            title: "The earliest order of each customer",
            params: &[("groupByColumns", "[\"who\"]"), ("orderByColumns", "[\"day\"]")],
            conditions: &[],
            before: "who:text | day:date | n:whole\nAda | ∅ | 1\nBo | 2024-03-01 | 2\nAda | 2024-02-01 | 3\nAda | 2024-01-01 | 4\n∅ | 2024-01-01 | 5\n∅ | 2024-01-01 | 6",
            after: "who:text | day:date | n:whole\nBo | 2024-03-01 | 2\nAda | 2024-01-01 | 4\n∅ | 2024-01-01 | 5",
        }],
        ..REPEATED
    },
    Operation {
        name: "KEEP_LAST_BY",
        title: "Keep the last row of each group",
        summary: "Keeps one row of each group of equal values: the one with the largest value of the order columns, or without them the \
                  one that stands last; the others go. Of rows that are equal in the order the one that stands last is kept. A row whose \
                  order value is missing, or no number, is kept only when no other row of its group has one. The rows that stay keep \
                  their order. A missing value is a group of its own. Not in DataBrew.",
        sentence: "Keep the last row of each {groupByColumns} by {orderByColumns}",
        params: &PARAMS,
        rows: |_| RowLaw::Fewer,
        databrew: Export::Never,
        apply: Apply::Table(|args, context, frame| keep(args, context, frame, true)),
        examples: &[
            Example {
                title: "The newest state of each order; a missing time is never the newest",
                params: &[("groupByColumns", "[\"id\"]"), ("orderByColumns", "[\"at\"]")],
                conditions: &[],
                before: "id:whole | state:text | at:timestamp\n1 | paid | 2024-01-01 10:00:00\n2 | new | 2024-01-01 09:00:00\n1 | sent | 2024-01-02 08:00:00\n1 | lost | ∅",
                after: "id:whole | state:text | at:timestamp\n2 | new | 2024-01-01 09:00:00\n1 | sent | 2024-01-02 08:00:00",
            },
            Example {
                title: "As the rows stand",
                params: &[("groupByColumns", "[\"id\"]")],
                conditions: &[],
                before: "id:whole | t:text\n1 | a\n2 | b\n1 | c",
                after: "id:whole | t:text\n2 | b\n1 | c",
            },
        ],
        ..REPEATED
    },
];

/// The first row for each value of one column, as the rows stand, is what is left when its repetitions are removed.
fn first_as_distinct(step: &Step) -> Option<Vec<Step>> {
    let groups = Columns::parse(&GROUPS.spec, step.param(GROUPS.spec.name)?).ok()?.0;
    let [column] = groups.as_slice() else { return None };
    let ordered = step.param(ORDERS.spec.name).is_some_and(|text| !text.is_empty());
    (!ordered).then(|| vec![Step::new("REMOVE_DUPLICATES").with("sourceColumn", column.as_str())])
}

fn keep(args: &Args, context: &Context<'_>, frame: LazyFrame, last: bool) -> Result<LazyFrame> {
    let groups = args.get(&GROUPS)?.0;
    let Some(Columns(orders)) = args.find(&ORDERS)? else {
        let strategy = if last { UniqueKeepStrategy::Last } else { UniqueKeepStrategy::First };
        return Ok(unique(frame, Some(groups), context.schema, strategy));
    };
    let place = free("row", &[context.schema]);
    let mut keys: Vec<Expr> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for name in orders.iter().filter(|name| seen.insert(name.as_str())) {
        keys.push(weighed(name, context)?);
    }
    keys.push(col(place.as_str()));
    let down = vec![last; keys.len()];
    let options = SortMultipleOptions::default()
        .with_order_descending_multi(down)
        .with_nulls_last(true)
        .with_maintain_order(true);
    let ordered = frame.with_row_index(place.as_str(), None).sort_by_exprs(keys, options);
    let kept = unique(ordered, Some(groups), context.schema, UniqueKeepStrategy::First)
        .sort([place.as_str()], SortMultipleOptions::default());
    Ok(kept.select(context.schema.iter_names().map(|name| col(name.clone())).collect::<Vec<_>>()))
}

/// The cells of an order column, missing where they are no number.
fn weighed(name: &str, context: &Context<'_>) -> Result<Expr> {
    let cells = col(name);
    Ok(match TypeClass::of(context.dtype(name)?) {
        TypeClass::Decimal => when(cells.clone().is_nan()).then(lit(NULL)).otherwise(cells),
        _ => cells,
    })
}
