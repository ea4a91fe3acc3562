//! Several columns into one: a list, a map or a structure. A map is a list of pairs, each a structure of `key` and `value`.
//!
//! That is how Parquet and Arrow lay a map out and how JSON Lines can hold one, so a map comes back from each of them as it was.

use super::aggregate::common_type;
use super::convert::convert;
use super::param::{Columns, Param, ParamSpec};
use super::{Apply, Args, Context, Example, Family, Operation, Output, TableFn, params};
use crate::error::{Error, ErrorKind, Result};
use crate::named::{col, field_named};
use crate::types::{TypeClass, is_map};
use polars::prelude::{
    Column, DataType, Expr, Field, IdxCa, IdxSize, IntoColumn as _, IntoSeries as _, LazyFrame, NULL, NamedFrom as _,
    PolarsResult, ReshapeDimension, Series, StructChunked, as_struct, lit, polars_err,
};

static SOURCES: Param<Columns> = Param::new("sourceColumns", "Columns")
    .help("The columns that are packed, in this order.")
    .example(r#"["age","weight_kg"]"#);
static REMOVE: Param<bool> = Param::new("removeSourceColumns", "Remove the columns")
    .help("Whether the columns go once they are packed.")
    .aliases(&["removeSourceColumn"])
    .default("false");

static PARAMS: [&ParamSpec; 3] = [&SOURCES.spec, &params::TARGET.spec, &REMOVE.spec];

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    packing(
        "NEST_TO_ARRAY",
        "Pack into a list",
        "Adds a column of lists with the cells of several columns, in the order in which they are named; a missing cell keeps its place \
         in the list. All become one type: whole numbers and decimals become decimals, unlike types become text, structures JSON text. \
         With conditions only the selected rows get a list, and the columns cannot be removed.",
        "Pack {sourceColumns} into the list {targetColumn}",
        |args, context, frame| pack(args, context, frame, list),
        &[
            Example {
                title: "Three numbers, the columns removed",
                params: &[
                    ("sourceColumns", "[\"age\",\"weight_kg\",\"height_cm\"]"),
                    ("targetColumn", "figures"),
                    ("removeSourceColumns", "true"),
                ],
                conditions: &[],
                before: "id:text | age:whole | weight_kg:whole | height_cm:whole\na | 41 | 80 | 181\nb | ∅ | 64 | ∅",
                after: "id:text | figures:list<long>\na | [41,80,181]\nb | [null,64,null]",
            },
            Example {
                title: "Unlike types become text; the columns stay",
                params: &[("sourceColumns", "[\"n\",\"t\"]"), ("targetColumn", "both")],
                conditions: &[],
                before: "n:double | t:text | z:whole\n1.5 | x | 1\n∅ | \"\" | 2",
                after: "n:double | t:text | both:list<string> | z:whole\n1.5 | x | [\"1.5\",\"x\"] | 1\n∅ | \"\" | [null,\"\"] | 2",
            },
        ],
    ),
    packing(
        "NEST_TO_MAP",
        "Pack into a map",
        "Adds a column of maps from column names to cells: a list of pairs with key and value, one for each column in the order in which \
         they are named; a missing cell keeps its key. All values become one type, as in NEST_TO_ARRAY. With conditions only the \
         selected rows get a map, and the columns cannot be removed.",
        "Pack {sourceColumns} into the map {targetColumn}",
        |args, context, frame| pack(args, context, frame, map),
        &[Example {
            title: "A key for each column",
            params: &[
                ("sourceColumns", "[\"age\",\"height\"]"),
                ("targetColumn", "figures"),
                ("removeSourceColumns", "true"),
            ],
            conditions: &[],
            before: "id:text | age:whole | height:double\na | 41 | 1.81\nb | ∅ | 1.7",
            after: "id:text | figures:list<struct<key: string, value: double>>\n\
                    a | [{\"key\":\"age\",\"value\":41.0},{\"key\":\"height\",\"value\":1.81}]\n\
                    b | [{\"key\":\"age\",\"value\":null},{\"key\":\"height\",\"value\":1.7}]",
        }],
    ),
    packing(
        "NEST_TO_STRUCT",
        "Pack into a structure",
        "Adds a column of structures with a field for each of several columns, named as they are, in the order in which they are named; \
         every field keeps the type of its column. With conditions only the selected rows get a structure, and the columns cannot be \
         removed.",
        "Pack {sourceColumns} into the structure {targetColumn}",
        |args, context, frame| pack(args, context, frame, |columns, _| Ok(as_struct(cells(columns)))),
        &[Example {
            title: "Each field keeps its type; one column gives its name to the whole",
            params: &[
                ("sourceColumns", "[\"name\",\"born\"]"),
                ("targetColumn", "name"),
                ("removeSourceColumns", "true"),
            ],
            conditions: &[],
            before: "name:text | n:whole | born:date\nAda | 1 | 1815-12-10\n∅ | 2 | ∅",
            after: "n:whole | name:struct<name: string, born: date>\n1 | {\"name\":\"Ada\",\"born\":\"1815-12-10\"}\n2 | {\"name\":null,\"born\":null}",
        }],
    ),
];

const fn packing(
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    sentence: &'static str,
    apply: TableFn,
    examples: &'static [Example],
) -> Operation {
    Operation {
        name,
        title,
        summary,
        sentence,
        family: Family::Nested,
        params: &PARAMS,
        apply: Apply::Table(apply),
        examples,
        ..Operation::DEFAULT
    }
}

type Packing = fn(&[String], &Context<'_>) -> Result<Expr>;

fn pack(args: &Args, context: &Context<'_>, frame: LazyFrame, how: Packing) -> Result<LazyFrame> {
    let sources = args.get(&SOURCES)?.0;
    let packed = how(&sources, context).map_err(|e| e.at_param(SOURCES.spec.name))?;
    let target = Output::new(&args.get(&params::TARGET)?.0, packed);
    let placing = Placing { context, sources: &sources, remove: args.get(&REMOVE)? };
    placing.put(frame, vec![target])
}

fn cells(columns: &[String]) -> Vec<Expr> {
    columns.iter().map(|name| col(name.as_str())).collect()
}

fn list(columns: &[String], context: &Context<'_>) -> Result<Expr> {
    let (cells, common) = common_cells(columns, context)?;
    Ok(side_by_side(cells, None, &common))
}

fn map(columns: &[String], context: &Context<'_>) -> Result<Expr> {
    let (cells, common) = common_cells(columns, context)?;
    Ok(side_by_side(cells, Some(columns.to_vec()), &common))
}

/// A list for each row with the cells of several columns of one type, in their order; with names it is a map from these to the cells.
pub(super) fn side_by_side(cells: Vec<Expr>, names: Option<Vec<String>>, common: &DataType) -> Expr {
    let pair = [Field::new("key".into(), DataType::String), Field::new("value".into(), common.clone())];
    let each = if names.is_some() { DataType::Struct(pair.to_vec()) } else { common.clone() };
    let whole = DataType::List(Box::new(each));
    let mut cells = cells.into_iter();
    let Some(first) = cells.next() else { return lit(NULL).cast(whole) };
    let made = whole.clone();
    first.map_many(
        move |columns: &mut [Column]| interleaved(columns, names.as_deref(), &whole),
        &cells.collect::<Vec<_>>(),
        move |_, fields| Ok(Field::new(fields[0].name.clone(), made.clone())),
    )
}

fn interleaved(columns: &[Column], names: Option<&[String]>, whole: &DataType) -> PolarsResult<Column> {
    let name = columns[0].name().clone();
    let (rows, width) = (columns[0].len(), columns.len());
    let total = IdxSize::try_from(rows * width).map_err(|_| polars_err!(ComputeError: "too many rows at once"))?;
    if total == 0 {
        return Ok(Column::new_empty(name, whole));
    }
    let mut cells = columns[0].as_materialized_series().clone();
    for column in &columns[1..] {
        cells.append(column.as_materialized_series())?;
    }
    let (rows, width) = (total / IdxSize::try_from(width).unwrap_or(1), IdxSize::try_from(width).unwrap_or(1));
    let order: IdxCa = (0..total).map(|at| Some(at % width * rows + at / width)).collect();
    let mut cells = cells.rechunk().take(&order)?;
    if let Some(names) = names {
        let order: IdxCa = (0..total).map(|at| Some(at % width)).collect();
        let keys = Series::new("key".into(), names).take(&order)?;
        let pairs = [keys, cells.with_name("value".into())];
        cells = StructChunked::from_series(name.clone(), pairs[0].len(), pairs.iter())?.into_series();
    }
    let width = ReshapeDimension::new(i64::from(width));
    let lists = cells.reshape_array(&[ReshapeDimension::Infer, width])?.cast(whole)?;
    Ok(lists.with_name(name).into_column())
}

/// The cells of columns in the type that holds them all.
fn common_cells(columns: &[String], context: &Context<'_>) -> Result<(Vec<Expr>, DataType)> {
    let types = columns.iter().map(|name| context.dtype(name).cloned()).collect::<Result<Vec<_>>>()?;
    if let Some((name, _)) = columns.iter().zip(&types).find(|(_, dtype)| TypeClass::of(dtype) == TypeClass::List) {
        let message = format!("“{name}” holds lists already, and lists of lists are not made");
        return Err(Error::new(ErrorKind::Type, message)
            .advise("pack it into a structure (NEST_TO_STRUCT), or change it to text in a step before"));
    }
    let common = common_type(&types);
    let cells = columns.iter().zip(&types).map(|(name, dtype)| convert(col(name.as_str()), dtype, &common));
    Ok((cells.collect(), common))
}

/// A structure as a map from its fields' names to their values; a map as it is.
pub(super) fn as_map(cells: Expr, dtype: &DataType) -> Option<Expr> {
    match dtype {
        map if is_map(map) => Some(cells),
        DataType::Struct(fields) if !fields.is_empty() => {
            let types: Vec<DataType> = fields.iter().map(|field| field.dtype.clone()).collect();
            let common = common_type(&types);
            let value = |field: &Field| convert(field_named(cells.clone(), field.name.clone()), &field.dtype, &common);
            let names = fields.iter().map(|field| field.name.to_string()).collect();
            let pairs = side_by_side(fields.iter().map(value).collect(), Some(names), &common);
            Some(super::condition::masked(&cells.is_not_null(), pairs, None))
        }
        _ => None,
    }
}

/// Where the columns go that a step makes from others.
pub(super) struct Placing<'a> {
    pub(super) context: &'a Context<'a>,
    /// The columns that they are made from.
    pub(super) sources: &'a [String],
    /// Whether those go.
    pub(super) remove: bool,
}

impl Placing<'_> {
    /// The table with new columns right after the last source; with conditions only the selected rows get a value.
    pub(super) fn put(&self, frame: LazyFrame, outputs: Vec<Output>) -> Result<LazyFrame> {
        if self.remove && self.context.predicate.is_some() {
            let message = "with conditions the columns cannot be removed: the other rows would lose their cells";
            return Err(
                Error::new(ErrorKind::Condition, message).advise("keep the columns, or take the conditions off")
            );
        }
        let schema = self.context.schema;
        let is_source = |name: &str| self.sources.iter().any(|source| source == name);
        let goes = |name: &str| self.remove && is_source(name);
        let mut made = std::collections::BTreeSet::new();
        for output in &outputs {
            let name = output.name.as_str();
            if (schema.contains(name) && !goes(name)) || !made.insert(name.to_owned()) {
                let message = format!("there is a column “{name}” already");
                return Err(Error::new(ErrorKind::Column, message)
                    .advise("choose another name, or rename or delete it before")
                    .at_param(params::TARGET.spec.name));
            }
        }
        let place = schema.iter_names().enumerate().filter(|(_, name)| is_source(name)).map(|(at, _)| at).last();
        let mut outputs: Vec<Expr> = outputs.into_iter().map(|output| self.masked(output)).collect();
        let mut columns = Vec::new();
        for (at, name) in schema.iter_names().enumerate() {
            if !goes(name) {
                columns.push(col(name.clone()));
            }
            if Some(at) == place {
                columns.append(&mut outputs);
            }
        }
        columns.append(&mut outputs);
        Ok(frame.select(columns))
    }

    fn masked(&self, output: Output) -> Expr {
        let value = match &self.context.predicate {
            Some(mask) => super::condition::masked(mask, output.expr, None),
            None => output.expr,
        };
        value.alias(output.name)
    }
}
