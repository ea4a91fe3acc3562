//! Lists, maps and structures into rows and columns.

use super::nest::{Placing, as_map};
use super::param::{Column, Columns, Param, Pattern};
use super::{Apply, Args, Context, Example, Family, Operation, Output, ParamRule, RowLaw, params};
use crate::error::{Error, ErrorKind, Result};
use crate::named::{col, field_named};
use crate::types::TypeClass;
use polars::prelude::{DataType, ExplodeOptions, Expr, LazyFrame, by_name};

const STRUCTS: &[TypeClass] = &[TypeClass::Struct];

static LIST: Param<Column> =
    Param::new("sourceColumn", "Column").help("The column of lists.").example("tags").accepts(&[TypeClass::List]);
static MAP: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The column of maps, or of structures, whose fields are taken for keys.")
    .example("attributes")
    .accepts(&[TypeClass::Struct, TypeClass::List]);
static STRUCT: Param<Column> =
    Param::new("sourceColumn", "Column").help("The column of structures.").example("address").accepts(STRUCTS);
static SOURCES: Param<Columns> = Param::new("sourceColumns", "Columns")
    .help("The columns of structures; give these or regexColumnSelector.")
    .example(r#"["address"]"#)
    .accepts(STRUCTS)
    .optional();
/// Picks columns by their names.
pub(super) static SELECTOR: Param<Pattern> = Param::new("regexColumnSelector", "Columns like")
    .help("A regular expression that picks the columns by their whole names, of those whose type fits; give this or sourceColumns.")
    .example("address_.*")
    .optional();
/// Whether the column goes.
pub(super) static REMOVE: Param<bool> = Param::new("removeSourceColumn", "Remove the column")
    .help("Whether the column itself goes.")
    .aliases(&["removeSourceColumns"])
    .default("false");
static PREFIX: Param<String> = Param::new("targetColumn", "Prefix")
    .help("What the names of the new columns begin with, before a point; the name of the column when it is left out.")
    .example("address")
    .optional();
static LEVELS: Param<i64> = Param::new("unnestLevel", "Levels")
    .help("How many levels are opened; all of them when it is left out.")
    .example("2")
    .range(1.0, f64::INFINITY)
    .optional();
static DELIMITER: Param<String> = Param::new("delimiter", "Delimiter")
    .help("The text between two levels in the names of the new columns.")
    .example("/")
    .default(".");

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "UNNEST_ARRAY",
        title: "Open a list into rows",
        summary: "Makes a row for each item of a list, with the item in a new column; the other cells are repeated. The new column may \
                  have the name of the list, which it then replaces. An empty list and a missing one keep their row, with a missing \
                  item, so no row is lost. Only one level is opened. With conditions only the selected rows are opened; the others \
                  keep one row, without an item.",
        sentence: "Open the list {sourceColumn} into rows of {targetColumn}",
        family: Family::Nested,
        params: &[&LIST.spec, &params::TARGET.spec, &REMOVE.spec],
        rows: |_| RowLaw::More,
        apply: Apply::Table(unnest_array),
        examples: &[
            Example {
                title: "A row for each item; empty and missing lists keep theirs",
                params: &[("sourceColumn", "tags"), ("targetColumn", "tags")],
                conditions: &[],
                before: "id:whole | tags:list<string>\n1 | [\"a\",\"b\"]\n2 | []\n3 | ∅\n4 | [null,\"c\"]",
                after: "id:whole | tags:text\n1 | a\n1 | b\n2 | ∅\n3 | ∅\n4 | ∅\n4 | c",
            },
            Example {
                title: "Beside the list",
                params: &[("sourceColumn", "n"), ("targetColumn", "item")],
                conditions: &[],
                before: "n:list<list<long>> | z:whole\n[[1,2],[3]] | 9",
                after: "n:list<list<long>> | item:list<long> | z:whole\n[[1,2],[3]] | [1,2] | 9\n[[1,2],[3]] | [3] | 9",
            },
        ],
        ..Operation::DEFAULT
    },
    Operation {
        name: "UNNEST_MAP",
        title: "Open a map into rows",
        summary: "Makes a row for each pair of a map, with its key and its value in two new columns; the other cells are repeated. The \
                  new columns are the prefix with .key and .value. A map is a list of pairs of key and value; a structure is opened as \
                  a map from the names of its fields, its values in one type. An empty map and a missing one keep their row, so no \
                  row is lost. With conditions only the selected rows are opened.",
        sentence: "Open the map {sourceColumn} into rows of keys and values",
        family: Family::Nested,
        params: &[&MAP.spec, &REMOVE.spec, &PREFIX.spec],
        rows: |_| RowLaw::More,
        apply: Apply::Table(unnest_map),
        examples: &[
            Example {
                title: "A row for each pair",
                params: &[("sourceColumn", "size"), ("removeSourceColumn", "true"), ("targetColumn", "s")],
                conditions: &[],
                before: "id:whole | size:list<struct<key: string, value: long>>\n\
                         1 | [{\"key\":\"w\",\"value\":3},{\"key\":\"h\",\"value\":null}]\n2 | []\n3 | ∅",
                after: "id:whole | s.key:text | s.value:whole\n1 | w | 3\n1 | h | ∅\n2 | ∅ | ∅\n3 | ∅ | ∅",
            },
            Example {
                title: "A structure as a map",
                params: &[("sourceColumn", "size"), ("removeSourceColumn", "true")],
                conditions: &[],
                before: "size:struct<w: long, h: double>\n{\"w\":3,\"h\":1.5}",
                after: "size.key:text | size.value:double\nw | 3\nh | 1.5",
            },
        ],
        ..Operation::DEFAULT
    },
    Operation {
        name: "UNNEST_STRUCT",
        title: "Open a structure into columns",
        summary: "Adds a column for each field of a structure, named prefix.field, in the order of the fields. Only one level is opened: a \
                  field that is a structure stays one. Where the structure is missing, all fields are. With conditions only the \
                  selected rows get values, and the column cannot be removed.",
        sentence: "Open the structure {sourceColumn} into columns",
        family: Family::Nested,
        params: &[&STRUCT.spec, &REMOVE.spec, &PREFIX.spec],
        apply: Apply::Table(|args, context, frame| {
            let source = args.get(&STRUCT)?.0;
            let prefix = args.find(&PREFIX)?.unwrap_or_else(|| source.clone());
            let outputs = leaves(col(source.as_str()), context.dtype(&source)?, &prefix, ".", 1);
            Placing { context, sources: &[source], remove: args.get(&REMOVE)? }.put(frame, outputs)
        }),
        examples: &[Example {
            title: "One level",
            params: &[("sourceColumn", "who"), ("removeSourceColumn", "true"), ("targetColumn", "p")],
            conditions: &[],
            before: "who:struct<name: string, at: struct<city: string>> | n:whole\n\
                     {\"name\":\"Ada\",\"at\":{\"city\":\"Rome\"}} | 1\n∅ | 2",
            after: "p.name:text | p.at:struct<city: string> | n:whole\nAda | {\"city\":\"Rome\"} | 1\n∅ | ∅ | 2",
        }],
        ..Operation::DEFAULT
    },
    Operation {
        name: "UNNEST_STRUCT_N",
        title: "Open structures by levels",
        summary: "Adds a column for each field of structures, down to a number of levels (all of them when none is given), named by the way to \
                  it: user.address.state, or with another delimiter user/address/state. A structure below the last level stays one, \
                  and lists are not opened. The columns are named, or picked by a pattern of their names among the structures of the \
                  table. With conditions only the selected rows get values, and the columns cannot be removed.",
        sentence: "Open {sourceColumns}{regexColumnSelector} into columns, {unnestLevel} levels",
        family: Family::Nested,
        params: &[&SOURCES.spec, &SELECTOR.spec, &REMOVE.spec, &LEVELS.spec, &DELIMITER.spec],
        rules: &[ParamRule::OneOf(&["sourceColumns", "regexColumnSelector"])],
        apply: Apply::Table(unnest_levels),
        examples: &[
            Example {
                title: "Two levels",
                params: &[
                    ("sourceColumns", "[\"user\"]"),
                    ("removeSourceColumn", "true"),
                    ("unnestLevel", "2"),
                    ("delimiter", "/"),
                ],
                conditions: &[],
                before: "user:struct<name: string, at: struct<city: string, geo: struct<lat: double>>>\n\
                         {\"name\":\"Ada\",\"at\":{\"city\":\"Rome\",\"geo\":{\"lat\":41.9}}}\n∅",
                after: "user/name:text | user/at/city:text | user/at/geo:struct<lat: double>\nAda | Rome | {\"lat\":41.9}\n∅ | ∅ | ∅",
            },
            Example {
                title: "All levels, of the structures whose names fit",
                params: &[("regexColumnSelector", "a|b"), ("removeSourceColumn", "true")],
                conditions: &[],
                before: "a:struct<x: struct<y: long>> | n:whole | b:struct<z: string>\n{\"x\":{\"y\":1}} | 2 | {\"z\":\"t\"}",
                after: "a.x.y:whole | n:whole | b.z:text\n1 | 2 | t",
            },
        ],
        ..Operation::DEFAULT
    },
];

const KEEP_ROWS: ExplodeOptions = ExplodeOptions { empty_as_null: true, keep_nulls: true };

fn unnest_array(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<LazyFrame> {
    let source = args.get(&LIST)?.0;
    let target = args.get(&params::TARGET)?.0;
    let cells = match context.dtype(&source)? {
        DataType::Array(inner, _) => col(source.as_str()).cast(DataType::List(inner.clone())),
        _ => col(source.as_str()),
    };
    let remove = args.get(&REMOVE)? || source == target;
    let placing = Placing { context, sources: &[source], remove };
    let frame = placing.put(frame, vec![Output::new(&target, cells)])?;
    Ok(frame.explode(by_name([target.as_str()], true, false), KEEP_ROWS))
}

fn unnest_map(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<LazyFrame> {
    let source = args.get(&MAP)?.0;
    let prefix = args.find(&PREFIX)?.unwrap_or_else(|| source.clone());
    let dtype = context.dtype(&source)?;
    let pairs = as_map(col(source.as_str()), dtype).ok_or_else(|| {
        let message = format!("“{source}” holds lists, but not of pairs with key and value");
        Error::new(ErrorKind::Type, message).advise("open it with UNNEST_ARRAY").at_param(MAP.spec.name)
    })?;
    let names = [format!("{prefix}.key"), format!("{prefix}.value")];
    let placing = Placing { context, sources: &[source], remove: args.get(&REMOVE)? };
    // Both names are put, so that both are known to be free; the first holds the pairs until they are rows.
    let outputs = vec![Output::new(&names[0], pairs.clone()), Output::new(&names[1], pairs)];
    let frame = placing.put(frame, outputs)?;
    let [key, value] = &names;
    let part = |name: &str, field: &str| field_named(col(name), field).alias(name);
    let frame = frame.explode(by_name([key.as_str(), value.as_str()], true, false), KEEP_ROWS);
    Ok(frame.with_columns([part(key, "key"), part(value, "value")]))
}

fn unnest_levels(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<LazyFrame> {
    let levels = args.find(&LEVELS)?.map_or(usize::MAX, super::cells::count);
    let (delimiter, remove) = (args.get(&DELIMITER)?, args.get(&REMOVE)?);
    let mut frame = frame;
    let mut schema = context.schema.clone();
    for source in picked(args, context, &SOURCES, STRUCTS)? {
        let outputs = leaves(col(source.as_str()), context.dtype(&source)?, &source, &delimiter, levels);
        let context = Context { schema: &schema, predicate: context.predicate.clone(), ..*context };
        frame = Placing { context: &context, sources: &[source], remove }.put(frame, outputs)?;
        schema = frame.clone().collect_schema()?.as_ref().clone();
    }
    Ok(frame)
}

/// A column for each field, down to so many levels.
fn leaves(cells: Expr, dtype: &DataType, name: &str, delimiter: &str, levels: usize) -> Vec<Output> {
    match dtype {
        DataType::Struct(fields) if levels > 0 => fields
            .iter()
            .flat_map(|field| {
                let inner = field_named(cells.clone(), field.name.clone());
                leaves(inner, &field.dtype, &format!("{name}{delimiter}{}", field.name), delimiter, levels - 1)
            })
            .collect(),
        _ => vec![Output::new(name, cells)],
    }
}

/// The columns that a step names, and those of some kinds whose names fit its pattern, in the order of the table.
pub(super) fn picked(
    args: &Args,
    context: &Context<'_>,
    sources: &Param<Columns>,
    kinds: &[TypeClass],
) -> Result<Vec<String>> {
    let named = args.find(sources)?.map_or_else(Vec::new, |columns| columns.0);
    let pattern = args.find(&SELECTOR)?.map(|pattern| pattern.0);
    let whole = pattern.as_ref().and_then(|pattern| regex::Regex::new(&format!("^(?:{pattern})$")).ok());
    let fits = |name: &str, dtype: &DataType| {
        whole.as_ref().is_some_and(|whole| whole.is_match(name)) && kinds.contains(&TypeClass::of(dtype))
    };
    let chosen =
        context.schema.iter().filter(|(name, dtype)| named.iter().any(|n| *n == name.as_str()) || fits(name, dtype));
    let chosen: Vec<String> = chosen.map(|(name, _)| name.to_string()).collect();
    if chosen.is_empty() {
        let words: Vec<_> = kinds.iter().map(|kind| kind.words()).collect();
        let message = format!("no column of {} has a name like {}", words.join(" or "), pattern.unwrap_or_default());
        return Err(Error::new(ErrorKind::Column, message)
            .advise("change the pattern; it must fit the whole name")
            .at_param(SELECTOR.spec.name));
    }
    Ok(chosen)
}
