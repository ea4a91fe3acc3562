//! Values as numbers: one column for each value, or a map from values to categories.

use super::cells::{map_text, map_whole};
use super::distinct::one_zero;
use super::param::{Choice, Chosen, Kind, Param, ParamSpec, ParamType, choice};
use super::pivot::refuse_many;
use super::reshape::equals;
use super::{Apply, Args, Context, Example, Facts, Family, Operation, Output, RowLaw, params};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::op::condition::masked;
use crate::op::convert::convert;
use crate::types::TypeClass;
use crate::values::cell_text;
use polars::prelude::{DataType, Expr, LazyFrame, SortOptions, lit};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;

static MAP: Param<CategoryMap> = Param::new("categoryMap", "Map")
    .help("Each value and the category it becomes.")
    .example(r#"{"Canada":"1","Cuba":"2"}"#);
static DELETE: Param<bool> = Param::new("deleteOtherRows", "Remove other rows")
    .help("Whether rows whose value is not in the map are removed.")
    .default("false");
static OTHER: Param<String> = Param::new("other", "Other values become")
    .help("What a value becomes that is not in the map.")
    .example("6")
    .optional();
static KEEP: Param<bool> = Param::new("keepOthers", "Keep other values")
    .help("Whether a value that is not in the map stays as it is.")
    .default("false");
static TYPE: Param<Chosen> = Param::new("mapType", "Categories are")
    .help("Whether the categories are numbers or text.")
    .default("TEXT")
    .choices(TYPES);
static TYPES: &[Choice] =
    &[choice("NUMERIC", "Numbers"), Choice { value: "TEXT", label: "Text", aliases: &["STRING", "CATEGORICAL"] }];

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "ONE_HOT_ENCODING",
        title: "One column for each value",
        summary: "Adds a column of 0 and 1 for each different value of a column, named after column and value (size_S), in the order of the values; \
                  the column itself stays. A missing cell is none of the values, so it is 0 in all of them. DataBrew allows 10 values; \
                  here the limit is 1,000. With conditions the values are those of the selected rows. The step can keep its columns, as PIVOT can.",
        sentence: "Add a column for each value of {sourceColumn}",
        family: Family::Encode,
        params: &[&params::SOURCE.spec],
        facts: Some(Facts::shaping(values_query, super::kept::rows_within)),
        apply: Apply::Columns(one_hot),
        examples: &[Example {
            title: "Three sizes and a missing one",
            params: &[("sourceColumn", "size")],
            conditions: &[],
            before: "size:text | n:whole\nS | 1\nL | 2\n∅ | 3\nS | 4",
            after: "size:text | size_L:whole | size_S:whole | n:whole\nS | 0 | 1 | 1\nL | 1 | 0 | 2\n∅ | 0 | 0 | 3\nS | 0 | 1 | 4",
        }],
        ..Operation::DEFAULT
    },
    Operation {
        name: "CATEGORICAL_MAPPING",
        title: "Map categories",
        summary: "Writes the category of each value into a new column. A value that is not in the map has its row removed, stays as it is, becomes \
                  another text, or is missing, by the options, in this order. A missing cell stays missing, and its row goes where other \
                  rows are removed. Numbers and dates are looked up as they are written. Numeric categories make a column of whole \
                  numbers where all are whole and else of decimals; where other values are kept, the column is text.",
        sentence: "Map {sourceColumn} by {categoryMap} into {targetColumn}",
        family: Family::Encode,
        params: &[
            &params::SOURCE.spec,
            &MAP.spec,
            &TYPE.spec,
            &DELETE.spec,
            &KEEP.spec,
            &OTHER.spec,
            &params::TARGET.spec,
        ],
        ignores: &["mappingOption"],
        rows: |args| if args.get(&DELETE).unwrap_or(false) { RowLaw::Fewer } else { RowLaw::Same },
        apply: Apply::Table(map_categories),
        examples: &[
            Example {
                title: "Numbers, with one for all other values",
                params: &[
                    ("sourceColumn", "state"),
                    ("categoryMap", "{\"Canada\":\"1\",\"Cuba\":\"2\"}"),
                    ("mapType", "NUMERIC"),
                    ("other", "6"),
                    ("targetColumn", "code"),
                ],
                conditions: &[],
                before: "state:text | n:whole\nCuba | 1\nHaiti | 2\n∅ | 3",
                after: "state:text | code:whole | n:whole\nCuba | 2 | 1\nHaiti | 6 | 2\n∅ | ∅ | 3",
            },
            Example {
                title: "Other rows are removed",
                params: &[
                    ("sourceColumn", "n"),
                    ("categoryMap", "{\"1\":\"one\"}"),
                    ("deleteOtherRows", "true"),
                    ("targetColumn", "word"),
                ],
                conditions: &[],
                before: "n:whole\n1\n2\n∅",
                after: "n:whole | word:text\n1 | one",
            },
        ],
        ..Operation::DEFAULT
    },
];

fn values_query(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    let column = args.get(&params::SOURCE)?.0;
    let cells = one_zero(col(column.as_str()), context.dtype(&column)?);
    Ok(Some(frame.select([cells.drop_nulls().unique().sort(SortOptions::default()).alias("value")])))
}

fn one_hot(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let column = args.get(&params::SOURCE)?;
    let values = context.facts()?.column("value")?;
    refuse_many(&column.0, values.len()).map_err(|e| e.at_param(params::SOURCE.spec.name))?;
    let mut outputs = Vec::new();
    for row in 0..values.len() {
        let value = values.get(row)?;
        let name = format!("{}_{}", column.0, cell_text(&value).unwrap_or_default());
        outputs.push(Output::new(&name, equals(&column, value, values.dtype()).cast(DataType::Int64)));
    }
    Ok(outputs)
}

/// Values and the categories they become.
#[derive(Clone, Debug, PartialEq, Eq)]
struct CategoryMap(Vec<(String, String)>);

impl ParamType for CategoryMap {
    const KIND: Kind = Kind::Mapping;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        let map: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| "not a map such as {\"Canada\":\"1\"}".to_owned())?;
        if map.is_empty() {
            return Err("give at least one value and its category".into());
        }
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Ok(Self(map.iter().map(|(from, to)| (from.clone(), plain(to))).collect()))
    }
    fn write(&self) -> String {
        let entries = self.0.iter().map(|(from, to)| (from.clone(), Value::from(to.as_str())));
        Value::Object(entries.collect()).to_string()
    }
    fn describe(&self, _: &ParamSpec) -> String {
        self.0.iter().map(|(from, to)| format!("{from} → {to}")).collect::<Vec<_>>().join(", ")
    }
}

fn map_categories(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<LazyFrame> {
    let source = args.get(&params::SOURCE)?.0;
    let target = args.get(&params::TARGET)?.0;
    let delete = args.get(&DELETE)?;
    let CategoryMap(map) = args.get(&MAP)?;
    let text = convert(col(source.as_str()), context.dtype(&source)?, &DataType::String);
    let keep = !delete && args.get(&KEEP)?;
    let other = args.find(&OTHER)?.filter(|_| !keep);
    let categories: Vec<&String> = map.iter().map(|(_, category)| category).chain(other.as_ref()).collect();
    let numeric = args.get(&TYPE)?.0 == "NUMERIC" && !keep;
    let dtype = if numeric { number_type(categories.into_iter())? } else { DataType::String };
    let known: Arc<HashMap<String, String>> = Arc::new(map.into_iter().collect());
    let listed = Arc::clone(&known);
    let is_known = map_whole(text.clone(), move |cell| Some(i64::from(listed.contains_key(cell))));
    let is_known = is_known.eq(lit(1)).fill_null(lit(false));
    let mut mapped = map_text(text, move |cell| {
        let otherwise = || if keep { Some(cell.to_owned()) } else { other.clone() };
        known.get(cell).cloned().or_else(otherwise)
    });
    if numeric {
        mapped = convert(mapped, &DataType::String, &dtype);
    }
    let mut frame = beside(frame, context, &source, &target, mapped)?;
    if delete {
        // A row that the conditions do not select stays.
        let outside = context.predicate.clone().map_or_else(|| lit(false), Expr::not);
        frame = frame.filter(is_known.or(outside));
    }
    Ok(frame)
}

/// Whole numbers when all categories are whole, else decimals.
fn number_type<'a>(mut categories: impl Iterator<Item = &'a String> + Clone) -> Result<DataType> {
    if let Some(text) = categories.clone().find(|text| text.trim().parse::<f64>().is_err()) {
        return Err(Error::new(ErrorKind::Parameter, format!("“{text}” is not a number"))
            .advise("write numbers as categories, or leave mapType out")
            .at_param(MAP.spec.name));
    }
    let whole = categories.all(|text| text.trim().parse::<i64>().is_ok());
    Ok(if whole { DataType::Int64 } else { DataType::Float64 })
}

/// Puts a column right after its source, or in the source's own place; with conditions only the selected rows get a value.
fn beside(frame: LazyFrame, context: &Context<'_>, source: &str, target: &str, value: Expr) -> Result<LazyFrame> {
    let same = source == target;
    if !same && context.schema.contains(target) {
        let message = format!("there is a column “{target}” already");
        return Err(Error::new(ErrorKind::Column, message)
            .advise("choose another name, or rename or delete it before")
            .at_param(params::TARGET.spec.name));
    }
    let value = match &context.predicate {
        Some(_) if same && TypeClass::of(context.dtype(source)?) != TypeClass::Text => {
            let message = format!("with conditions only some cells of “{source}” would change their type");
            return Err(Error::new(ErrorKind::Condition, message)
                .advise("choose another target column, or take the conditions off"));
        }
        Some(mask) => masked(mask, value, same.then(|| col(source))),
        None => value,
    };
    let kept = context.schema.iter_names().flat_map(|name| {
        let here = name.as_str() == source;
        let own = (!here || !same).then(|| col(name.clone()));
        own.into_iter().chain(here.then(|| value.clone().alias(target)))
    });
    Ok(frame.select(kept.collect::<Vec<_>>()))
}
