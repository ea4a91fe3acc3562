//! Rows into columns.

use super::distinct::{grouped, one_zero};
use super::group::{AGGREGATES, aggregate_of, refuse_aggregate, units_name, with_units};
use super::param::{Choice, Chosen, Column, Param, choice};
use super::{Apply, Args, Conditions, Context, Example, Facts, Family, Locality, Operation, RowLaw};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::values::cell_text;
use polars::prelude::{LazyFrame, SortOptions, lit};

/// More columns than this from one pivot are a mistake.
const MOST_COLUMNS: usize = 1000;

static SOURCE: Param<Column> =
    Param::new("sourceColumn", "Values to columns").help("Each of its values becomes a column.").example("region");
static VALUE: Param<Column> =
    Param::new("valueColumn", "Fill with").help("The column whose cells fill the new columns.").example("price");
static FUNCTION: Param<Chosen> = Param::new("aggregateFunction", "Aggregate")
    .help("What is computed from the cells that meet in one place.")
    .example("SUM")
    .choices(FUNCTIONS);
/// The aggregate functions that a pivot offers.
pub(super) static FUNCTIONS: &[Choice] = &[
    choice("COUNT", "Count"),
    choice("COUNT_DISTINCT", "Distinct count"),
    choice("SUM", "Sum"),
    choice("AVERAGE", "Average"),
    choice("MEDIAN", "Median"),
    choice("MIN", "Smallest"),
    choice("MAX", "Largest"),
    choice("MODE", "Most frequent"),
    choice("STANDARD_DEVIATION", "Standard deviation"),
    choice("VARIANCE", "Variance"),
    choice("ANY", "First value"),
    choice("COLLECT_LIST", "List of values"),
];

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "PIVOT",
    title: "Pivot",
    summary: "Makes a column of each value of one column and fills it with an aggregate of another; rows that are equal in all other \
              columns become one row, in the order of those columns. The new columns carry the value as their name, in the order \
              of the values; a missing value makes the column “missing”. DataBrew allows 10 values; here the limit is 1,000. The step can keep the \
              columns that it makes now (its menu, or check --keep-columns): a later run makes the same ones, or stops and names what is new.",
    sentence: "Pivot {sourceColumn} into columns of {aggregateFunction} {valueColumn}",
    family: Family::Pivot,
    params: &[&SOURCE.spec, &VALUE.spec, &FUNCTION.spec],
    conditions: Conditions::Refused,
    locality: |_| Locality::Whole,
    rows: |_| RowLaw::Fewer,
    facts: Some(Facts::shaping(values_query, super::kept::rows_within)),
    apply: Apply::Table(pivot),
    examples: &[Example {
        title: "One column for each region",
        params: &[("sourceColumn", "region"), ("valueColumn", "price"), ("aggregateFunction", "SUM")],
        conditions: &[],
        before: "day:date | region:text | price:whole\n2024-01-02 | US | 1\n2024-01-01 | EU | 2\n2024-01-02 | US | 3\n2024-01-02 | ∅ | 4",
        after: "day:date | EU:whole | US:whole | missing:whole\n2024-01-01 | 2 | ∅ | ∅\n2024-01-02 | ∅ | 4 | 4",
    }],
    ..Operation::DEFAULT
}];

fn values_query(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    let column = args.get(&SOURCE)?.0;
    let values = one_zero(col(column.as_str()), context.dtype(&column)?)
        .unique()
        .sort(SortOptions::default().with_nulls_last(true))
        .alias("value");
    Ok(Some(frame.select([values])))
}

fn pivot(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<LazyFrame> {
    let (source, value) = (args.get(&SOURCE)?.0, args.get(&VALUE)?.0);
    let function = args.get(&FUNCTION)?.0;
    debug_assert!(AGGREGATES.iter().any(|a| a.name == function));
    let dtype = context.dtype(&value)?;
    refuse_aggregate(function, &value, dtype).map_err(|e| e.at_param(VALUE.spec.name))?;
    let keys: Vec<String> =
        context.schema.iter_names().map(ToString::to_string).filter(|n| *n != source && *n != value).collect();
    let values = context.facts()?.column("value")?.as_materialized_series().clone();
    refuse_many(&source, values.len()).map_err(|e| e.at_param(SOURCE.spec.name))?;
    let summed = matches!(function, "SUM" | "AVERAGE").then_some(value.as_str());
    let frame = with_units(frame, summed.into_iter(), context.schema);
    let mut results = Vec::new();
    let mut names = keys.clone();
    for cell in values.iter() {
        let here = if cell.is_null() {
            col(source.as_str()).is_null()
        } else {
            col(source.as_str())
                .eq(super::literals::literal(cell.clone().into_static(), values.dtype()))
                .fill_null(lit(false))
        };
        let mut name = cell_text(&cell).unwrap_or_else(|| "missing".into());
        while names.contains(&name) {
            name.push_str("_value");
        }
        names.push(name.clone());
        let units = col(units_name(&value, context.schema)).filter(here.clone());
        results.push(aggregate_of(function, col(value.as_str()).filter(here), &units, dtype).alias(name));
    }
    Ok(grouped(frame, &keys, results, context.schema))
}

/// Refuses to make more columns than anybody wants.
pub(super) fn refuse_many(source: &str, values: usize) -> Result<()> {
    if values <= MOST_COLUMNS {
        return Ok(());
    }
    let message = format!("{source} has {values} different values, so as many columns would be made");
    Err(Error::new(ErrorKind::Data, message)
        .advise(format!("at most {MOST_COLUMNS} are allowed; choose another column or group its values first")))
}
