//! Rows into groups, and the aggregate functions that GROUP_BY and PIVOT share.

use super::column::one_of;
use super::distinct::{grouped, one_zero};
use super::exact;
use super::param::{Columns, Kind, Param, ParamSpec, ParamType, Use};
use super::window::group_key;
use super::{Apply, Args, Conditions, Context, Example, Family, Locality, Operation, RowLaw};
use crate::error::{Error, ErrorKind, Result};
use crate::named::{col, free};
use crate::types::{TypeClass, dtype_of_word};
use polars::prelude::{Column, DataFrame, DataType, Expr, IntoLazy as _, LazyFrame, NULL, Schema, lit, when};
use polars::series::IsSorted;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An aggregate function.
pub struct Aggregate {
    /// Its name in recipes.
    pub name: &'static str,
    /// What people read.
    pub label: &'static str,
    /// Whether it needs numbers.
    pub numeric: bool,
}

/// The aggregate functions, in the order of menus.
pub static AGGREGATES: &[Aggregate] = &[
    aggregate("COUNT", "count", false),
    aggregate("COUNT_DISTINCT", "distinct count", false),
    aggregate("SUM", "sum", true),
    aggregate("AVERAGE", "average", true),
    aggregate("MEDIAN", "median", true),
    aggregate("MIN", "smallest", false),
    aggregate("MAX", "largest", false),
    aggregate("MODE", "most frequent", false),
    aggregate("STANDARD_DEVIATION", "standard deviation", true),
    aggregate("VARIANCE", "variance", true),
    aggregate("ANY", "first value", false),
    aggregate("COLLECT_LIST", "list of values", false),
    aggregate("UNAGGREGATED", "all values", false),
];

const fn aggregate(name: &'static str, label: &'static str, numeric: bool) -> Aggregate {
    Aggregate { name, label, numeric }
}

/// The names of the aggregate functions.
pub fn aggregate_names() -> Vec<&'static str> {
    AGGREGATES.iter().map(|a| a.name).collect()
}

/// An aggregate of cells of a type. Missing cells are left out; an aggregate of nothing is missing, a count of nothing is 0.
pub fn aggregate_expr(name: &str, cells: Expr, dtype: &DataType) -> Expr {
    let units = exact::units(&cells);
    aggregate_of(name, cells, &units, dtype)
}

/// The same of cells whose units are made already, see [`with_units`].
pub(super) fn aggregate_of(name: &str, cells: Expr, units: &Expr, dtype: &DataType) -> Expr {
    let whole = |count: Expr| count.cast(DataType::Int64);
    match name {
        "COUNT" => whole(cells.count()),
        // Polars cannot tell exact decimals apart here; their texts it can.
        "COUNT_DISTINCT" if TypeClass::of(dtype) == TypeClass::Money => {
            whole(cells.cast(DataType::String).drop_nulls().n_unique())
        }
        "COUNT_DISTINCT" => whole(cells.drop_nulls().n_unique()),
        "SUM" => {
            let sum = match (TypeClass::of(dtype), dtype) {
                // Only the widest can add up to more than a whole number holds; such a sum is missing, never wrapped around.
                (TypeClass::Whole, DataType::Int64 | DataType::UInt64) => {
                    cells.clone().cast(DataType::Decimal(38, 0)).sum().cast(DataType::Int64)
                }
                (TypeClass::Whole, _) => cells.clone().cast(DataType::Int64).sum(),
                (TypeClass::Money, _) => cells.clone().sum(),
                _ => exact::sum_of(&cells, units),
            };
            when(cells.count().gt(lit(0))).then(sum).otherwise(lit(NULL))
        }
        "AVERAGE" if TypeClass::of(dtype) == TypeClass::Decimal => exact::mean_of(&cells, units),
        "AVERAGE" => cells.mean(),
        "MEDIAN" => cells.median(),
        "MIN" => one_zero(cells, dtype).min(),
        "MAX" => one_zero(cells, dtype).max(),
        "MODE" if TypeClass::of(dtype) == TypeClass::Money => {
            unsorted(cells.cast(DataType::String).drop_nulls().mode(false).cast(dtype.clone()).min())
        }
        "MODE" => unsorted(one_zero(cells.drop_nulls(), dtype).mode(false).min()),
        "STANDARD_DEVIATION" => cells.std(1),
        "VARIANCE" => cells.var(1),
        "ANY" => cells.drop_nulls().first(),
        _ => cells.drop_nulls().implode(true),
    }
}

/// A value of each group, of which the engine is told that it knows no order: where one group alone has a value it takes the values of all
/// for ordered, though groups without one are missing before and behind it.
fn unsorted(values: Expr) -> Expr {
    let forget = |mut values: Column| {
        values.set_sorted_flag(IsSorted::Not);
        Ok(values)
    };
    values.map(forget, |_, field| Ok(field.clone()))
}

/// A frame with the units of its decimal columns among these beside them, so that each is made once for all aggregates.
pub(super) fn with_units<'a>(frame: LazyFrame, names: impl Iterator<Item = &'a str>, schema: &Schema) -> LazyFrame {
    let decimal = |name: &&str| schema.get(name).is_some_and(|dtype| TypeClass::of(dtype) == TypeClass::Decimal);
    let names: BTreeSet<&str> = names.filter(decimal).collect();
    frame.with_columns(
        names.iter().map(|name| exact::units(&col(*name)).alias(units_name(name, schema))).collect::<Vec<_>>(),
    )
}

/// The column of the units of a column.
pub(super) fn units_name(name: &str, schema: &Schema) -> String {
    free(&format!("__units of {name}"), &[schema])
}

/// Refuses an aggregate that cells of a type do not have.
pub(super) fn refuse_aggregate(name: &str, column: &str, dtype: &DataType) -> Result<()> {
    let class = TypeClass::of(dtype);
    let numeric = AGGREGATES.iter().any(|aggregate| aggregate.name == name && aggregate.numeric);
    let number = matches!(class, TypeClass::Whole | TypeClass::Decimal | TypeClass::Money) || dtype == &DataType::Null;
    let single = !matches!(class, TypeClass::List | TypeClass::Struct | TypeClass::Other);
    let ordered = matches!(name, "MIN" | "MAX" | "MODE" | "COUNT_DISTINCT");
    if (numeric && !number) || (ordered && !single) {
        let wanted = if numeric { "numbers" } else { "single values" };
        let message = format!("{name} needs {wanted}, and “{column}” is {}", class.words());
        return Err(Error::new(ErrorKind::Type, message)
            .advise(format!("change the type of {column} in a step before, or choose another function")));
    }
    Ok(())
}

/// One aggregate of a GROUP_BY, as `DataBrew` writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AggregateOption {
    /// The column whose cells are aggregated.
    pub source_column_name: String,
    /// The name of the result; made from function and column when left out.
    #[serde(default)]
    pub target_column_name: String,
    /// The type of the result; `number` leaves it as the function yields it.
    #[serde(default = "number")]
    pub target_column_data_type: String,
    /// An aggregate function's name.
    pub function_name: String,
}

fn number() -> String {
    "number".into()
}

impl AggregateOption {
    /// The name of the result.
    pub fn target(&self) -> String {
        if self.target_column_name.is_empty() {
            format!("{}_{}", self.source_column_name, self.function_name.to_lowercase())
        } else {
            self.target_column_name.clone()
        }
    }
}

/// The aggregates of a GROUP_BY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AggregateOptions(pub Vec<AggregateOption>);

impl ParamType for AggregateOptions {
    const KIND: Kind = Kind::Aggregates;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        let list: Vec<AggregateOption> =
            serde_json::from_str(text).map_err(|e| format!("not a list of aggregates: {e}"))?;
        if list.is_empty() {
            return Err("choose at least one aggregate".into());
        }
        for entry in &list {
            one_of(&entry.function_name, &aggregate_names())?;
        }
        Ok(Self(list))
    }
    fn write(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }
    fn visit(&mut self, each: &mut dyn FnMut(&mut String, Use)) {
        for entry in &mut self.0 {
            each(&mut entry.source_column_name, Use::Reads);
        }
    }
    fn describe(&self, _: &ParamSpec) -> String {
        let words = |entry: &AggregateOption| {
            let label = AGGREGATES.iter().find(|a| a.name == entry.function_name).map_or("", |a| a.label);
            format!("{label} of {}", entry.source_column_name)
        };
        self.0.iter().map(words).collect::<Vec<_>>().join(", ")
    }
}

static KEYS: Param<Columns> = Param::new("sourceColumns", "Group by")
    .help("The columns whose equal values make a group.")
    .example(r#"["region"]"#);
static OPTIONS: Param<AggregateOptions> = Param::new("groupByAggFunctionOptions", "Aggregates")
    .help("What is computed for each group.")
    .example(r#"[{"sourceColumnName":"price","targetColumnName":"revenue","targetColumnDataType":"number","functionName":"SUM"}]"#)
    .aliases(&["groupByAggFunctions"]);
static NEW_TABLE: Param<bool> = Param::new("useNewDataFrame", "Only the groups")
    .help("Whether the groups replace the table; otherwise the aggregates become new columns beside the rows.")
    .default("true");

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "GROUP_BY",
    title: "Group",
    summary: "Groups rows by equal values of some columns and computes aggregates of each group. The groups come in the order of their \
              keys, missing keys last as a group of their own. Missing cells are left out of every aggregate; an aggregate of \
              nothing is missing, a count of nothing 0; of several most frequent values the smallest is taken. Sums and \
              averages of decimals do not depend on the order of the rows; the last digit of a standard \
              deviation may. COLLECT_LIST and UNAGGREGATED yield a list. With useNewDataFrame false the rows stay, and the aggregates become new \
              columns; a name that is taken is refused.",
    sentence: "Group by {sourceColumns}: {groupByAggFunctionOptions}",
    family: Family::Group,
    params: &[&KEYS.spec, &OPTIONS.spec, &NEW_TABLE.spec],
    conditions: Conditions::Refused,
    locality: |_| Locality::Whole,
    rows: |args| if args.get(&NEW_TABLE).unwrap_or(true) { RowLaw::Fewer } else { RowLaw::Same },
    apply: Apply::Table(group_by),
    examples: &[
        Example {
            title: "Count and sum; a missing key is a group",
            params: &[
                ("sourceColumns", "[\"region\"]"),
                (
                    "groupByAggFunctionOptions",
                    r#"[{"sourceColumnName":"price","targetColumnName":"n","targetColumnDataType":"number","functionName":"COUNT"},{"sourceColumnName":"price","targetColumnName":"total","targetColumnDataType":"number","functionName":"SUM"}]"#,
                ),
            ],
            conditions: &[],
            before: "region:text | price:double\nUS | 1.5\nEU | -2\nUS | ∅\n∅ | ∅\nEU | 3",
            after: "region:text | n:whole | total:double\nEU | 2 | 1\nUS | 1 | 1.5\n∅ | 0 | ∅",
        },
        Example {
            title: "Beside the rows",
            params: &[
                ("sourceColumns", "[\"region\"]"),
                (
                    "groupByAggFunctionOptions",
                    r#"[{"sourceColumnName":"qty","targetColumnName":"most","functionName":"MAX"}]"#,
                ),
                ("useNewDataFrame", "false"),
            ],
            conditions: &[],
            before: "region:text | qty:whole\nUS | 1\nEU | 5\nUS | 3",
            after: "region:text | qty:whole | most:whole\nUS | 1 | 3\nEU | 5 | 5\nUS | 3 | 3",
        },
    ],
    ..Operation::DEFAULT
}];

fn group_by(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<LazyFrame> {
    let keys = args.get(&KEYS)?.0;
    let new_table = args.get(&NEW_TABLE)?;
    let beside = keys.iter().map(|key| group_key(key, context)).collect::<Result<Vec<_>>>()?;
    let options = args.get(&OPTIONS)?.0;
    let mut taken = if new_table { keys.clone() } else { Vec::new() };
    for target in options.iter().map(AggregateOption::target) {
        let (message, advice) = if taken.contains(&target) {
            (format!("two columns of the result would be called “{target}”"), "give one of the aggregates another name")
        } else if !new_table && context.schema.contains(&target) {
            (format!("there is a column “{target}” already"), "choose another name, or rename or delete it before")
        } else {
            taken.push(target);
            continue;
        };
        return Err(Error::new(ErrorKind::Column, message).advise(advice).at_param(OPTIONS.spec.name));
    }
    let summed = |option: &&AggregateOption| matches!(option.function_name.as_str(), "SUM" | "AVERAGE");
    let summed = options.iter().filter(summed).map(|option| option.source_column_name.as_str());
    let frame = if new_table { with_units(frame, summed, context.schema) } else { frame };
    let mut results = Vec::new();
    for option in &options {
        let dtype = context.dtype(&option.source_column_name)?;
        refuse_aggregate(&option.function_name, &option.source_column_name, dtype)
            .map_err(|e| e.at_param(OPTIONS.spec.name))?;
        let cells = col(option.source_column_name.as_str());
        let alone = aggregate_expr(&option.function_name, cells.clone(), dtype);
        let mut value = if new_table {
            aggregate_of(
                &option.function_name,
                cells,
                &col(units_name(&option.source_column_name, context.schema)),
                dtype,
            )
        } else {
            alone.clone().over(beside.clone())?
        };
        let wish = option.target_column_data_type.as_str();
        if let Some(dtype) = dtype_of_word(wish).filter(|_| wish != "number" && !is_list(&option.function_name)) {
            let plain = empty_type(context, alone)?;
            value = super::convert::convert(value, &plain, &dtype);
        }
        results.push(value.alias(option.target()));
    }
    if new_table { Ok(grouped(frame, &keys, results, context.schema)) } else { Ok(frame.with_columns(results)) }
}

/// The type that an aggregate yields.
fn empty_type(context: &Context<'_>, value: Expr) -> Result<DataType> {
    let empty = DataFrame::empty_with_schema(context.schema).lazy();
    let schema = empty.select([value.alias("value")]).collect_schema()?;
    Ok(schema.get("value").cloned().unwrap_or(DataType::Null))
}

fn is_list(function: &str) -> bool {
    matches!(function, "COLLECT_LIST" | "UNAGGREGATED")
}
