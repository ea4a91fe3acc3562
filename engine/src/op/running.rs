//! Sums over rows: the sum so far, and the share that a row has in the whole.

use super::group::aggregate_expr;
use super::number::{DIVIDE, Operand, combine};
use super::param::{Columns, Param};
use super::rolling::{Window, rolling};
use super::statistic::Statistic;
use super::window::{group_key, within};
use super::{
    Apply, Args, Conditions, Context, Example, Export, Facts, Family, Locality, Operation, Output, new_column, params,
};
use crate::error::Result;
use crate::named::col;
use crate::recipe::Step;
use crate::types::TypeClass;
use polars::prelude::{AnyValue, Expr, LazyFrame};

static GROUPS: Param<Columns> = Param::new("groupByColumns", "Within")
    .help("The columns whose equal values make a group; all rows are one group without them.")
    .example(r#"["customer"]"#)
    .optional();
static ORDERS: Param<Columns> = Param::new("orderByColumns", "In the order of")
    .help("The columns in whose ascending order the rows are added up; the rows themselves stay where they are.")
    .example(r#"["ordered_at"]"#)
    .optional();

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "CUMULATIVE_SUM",
        title: "Cumulative sum",
        summary: "Writes the sum of a column's numbers from the first row to the current one into a new column, as the rows stand or in the \
                  order of some columns, within groups where they are given. A missing cell adds nothing and shows the sum so far; \
                  before the first number the sum is missing. Whole numbers stay whole (missing beyond their range) and money exact. \
                  Rows that are equal in the order are added as they stand, missing order values last. With conditions only the \
                  selected rows get a sum; all rows are added. Not in DataBrew.",
        sentence: "Cumulative sum of {sourceColumn} by {orderByColumns} within {groupByColumns} into {targetColumn}",
        family: Family::Window,
        params: &[&params::SOURCE_NUMBER.spec, &GROUPS.spec, &ORDERS.spec, &params::TARGET.spec],
        locality: |args| match args.text(GROUPS.spec.name).or(args.text(ORDERS.spec.name)) {
            Some(_) => Locality::Whole,
            None => Locality::Ordered,
        },
        databrew: Export::Never,
        apply: Apply::Columns(cumulative_sum),
        examples: &[
            Example {
                title: "As the rows stand",
                params: &[("sourceColumn", "n"), ("targetColumn", "so_far")],
                conditions: &[],
                before: "n:whole\n∅\n5\n∅\n-2",
                after: "n:whole | so_far:whole\n∅ | ∅\n5 | 5\n∅ | 5\n-2 | 3",
            },
            Example {
                title: "Of each customer, by day",
                params: &[
                    ("sourceColumn", "price"),
                    ("groupByColumns", "[\"who\"]"),
                    ("orderByColumns", "[\"day\"]"),
                    ("targetColumn", "so_far"),
                ],
                conditions: &[],
                before: "who:text | day:date | price:money\nAda | 2024-01-02 | 0.2\nBo | 2024-01-01 | 5\nAda | 2024-01-01 | 0.1",
                after: "who:text | day:date | price:money | so_far:money\nAda | 2024-01-02 | 0.2 | 0.3\nBo | 2024-01-01 | 5 | 5\nAda | 2024-01-01 | 0.1 | 0.1",
            },
        ],
        ..Operation::DEFAULT
    },
    Operation {
        name: "SHARE_OF_TOTAL",
        title: "Share of the total",
        summary: "Divides each number of a column by the sum of all of them, or of those in its group, into a new column: 0.25 is a quarter. \
                  The shares are decimals, of money exact money. Missing numbers stay missing and add nothing; where the sum is 0 there \
                  are no shares. With conditions the sum is that of the selected rows, and only they get a share. Not in DataBrew.",
        sentence: "Share of {sourceColumn} in its total within {groupByColumns} into {targetColumn}",
        family: Family::Window,
        params: &[&params::SOURCE_NUMBER.spec, &GROUPS.spec, &params::TARGET.spec],
        conditions: Conditions::Mask,
        locality: |args| if args.text(GROUPS.spec.name).is_some() { Locality::Whole } else { Locality::Row },
        facts: Some(Facts::figures(total_query)),
        databrew: Export::As(share_as_case),
        apply: Apply::Columns(share),
        examples: &[
            Example {
                title: "Of all rows",
                params: &[("sourceColumn", "n"), ("targetColumn", "share")],
                conditions: &[],
                before: "n:whole\n1\n∅\n3\n0",
                after: "n:whole | share:double\n1 | 0.25\n∅ | ∅\n3 | 0.75\n0 | 0",
            },
            Example {
                title: "Within each region",
                params: &[("sourceColumn", "n"), ("groupByColumns", "[\"region\"]"), ("targetColumn", "share")],
                conditions: &[],
                before: "region:text | n:whole\nEU | 1\nUS | 7\nEU | 1\n∅ | 4\n∅ | -4",
                after: "region:text | n:whole | share:double\nEU | 1 | 0.5\nUS | 7 | 1\nEU | 1 | 0.5\n∅ | 4 | ∅\n∅ | -4 | ∅",
            },
        ],
        ..Operation::DEFAULT
    },
];

/// The share in the sum of all rows is a case with an aggregate.
fn share_as_case(step: &Step) -> Option<Vec<Step>> {
    let given = |name: &str| step.param(name).filter(|text| !text.is_empty());
    let name = given("sourceColumn").filter(|name| !name.contains('`'))?;
    if given(GROUPS.spec.name).is_some() || !step.conditions().is_empty() {
        return None;
    }
    let total = serde_json::json!([{ "name": "total", "value": format!("sum(`{name}`)"), "type": "aggregate" }]);
    let rule = format!("case when `:total` != 0 then `{name}` / `:total` end");
    let case = Step::new("CASE_OPERATION").with("valueExpression", rule).with("withExpressions", total.to_string());
    Some(vec![case.with("targetColumn", given("targetColumn")?)])
}

fn columns(args: &Args, param: &Param<Columns>) -> Result<Option<Vec<String>>> {
    Ok(args.find(param)?.map(|columns| columns.0))
}

fn cumulative_sum(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let name = args.get(&params::SOURCE_NUMBER)?.0;
    let class = TypeClass::of(context.dtype(&name)?);
    let so_far = rolling(col(name), None, class, Window { before: usize::MAX, after: 0 }, Statistic::Sum);
    let (groups, orders) = (columns(args, &GROUPS)?, columns(args, &ORDERS)?);
    let sum = if groups.is_none() && orders.is_none() {
        so_far
    } else {
        within(context, groups.as_deref(), orders.as_deref().unwrap_or_default(), so_far)?
    };
    new_column(args, sum)
}

/// The sum of a column's numbers, wide enough to be exact.
fn total(name: &str, cells: Expr, context: &Context<'_>) -> Result<Expr> {
    Ok(aggregate_expr("SUM", cells, context.dtype(name)?))
}

fn total_query(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    if args.text(GROUPS.spec.name).is_some() {
        return Ok(None);
    }
    let name = args.get(&params::SOURCE_NUMBER)?.0;
    Ok(Some(frame.select([total(&name, col(name.as_str()), context)?.alias("total")])))
}

fn share(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let name = args.get(&params::SOURCE_NUMBER)?.0;
    let number = Operand::column(&name, context)?;
    let class = if number.class == TypeClass::Money { TypeClass::Money } else { TypeClass::Decimal };
    let sum = match columns(args, &GROUPS)? {
        None => {
            let total = context.facts.and_then(|facts| facts.column("total").ok());
            let value = total.map(|total| total.get(0).map(AnyValue::into_static)).transpose()?;
            let dtype = super::number::type_of(if class == TypeClass::Money { class } else { number.class });
            super::literals::literal(value.unwrap_or(AnyValue::Null), &dtype)
        }
        Some(groups) => {
            let selected = match &context.predicate {
                Some(predicate) => super::condition::masked(predicate, number.expr.clone(), None),
                None => number.expr.clone(),
            };
            let groups = groups.iter().map(|group| group_key(group, context)).collect::<Result<Vec<_>>>()?;
            total(&name, selected, context)?.over_with_options(
                Some(groups),
                None::<(Vec<Expr>, polars::prelude::SortOptions)>,
                polars::prelude::WindowMapping::GroupsToRows,
            )?
        }
    };
    let shares = combine(&DIVIDE, number.to(class), Operand { expr: sum, class }.to(class));
    new_column(args, shares.expr)
}
