//! JSON text into structures and lists, in one type that holds every cell.
//!
//! What the cells hold is found over all rows first: a cell is reduced to its shape, JSON with the plainest values, and the different
//! shapes are the facts that the type is made of.

use super::param::{Columns, Param};
use super::unnest::{REMOVE, SELECTOR, picked};
use super::{Apply, Args, Context, Example, Facts, Family, Operation, Output, ParamRule};
use crate::error::Result;
use crate::named::{col, free};
use crate::op::cells::map_text;
use crate::types::{TEXT, word_of_dtype};
use polars::prelude::{
    AnyValue, Column as Cells, DataFrame, DataType, Expr, Field, IntoColumn as _, LazyFrame, NULL, PlSmallStr, Series,
    SortMultipleOptions, lit,
};
use serde_json::Value;

static SOURCES: Param<Columns> = Param::new("sourceColumns", "Columns")
    .help("The text columns that hold JSON; give these or regexColumnSelector.")
    .example(r#"["address"]"#)
    .accepts(TEXT)
    .optional();
static LEVELS: Param<i64> = Param::new("unnestLevel", "Levels")
    .help("How many levels of objects become structures, those below stay JSON text; all of them when it is left out.")
    .example("2")
    .range(1.0, f64::INFINITY)
    .optional();

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "JSON_TO_STRUCTS",
    title: "JSON text into structures",
    summary: "Reads text that holds JSON objects, or lists, as structures and lists with types. The type is found over all rows: every \
              field that occurs anywhere, whole numbers beside decimals as decimals, values of unlike kinds as text, and objects below \
              the last level as JSON text. Text that is no JSON object becomes missing and is counted; where objects and lists are \
              mixed, the lists are. When the column is removed, the structures take its place; else they stand beside it, in a column \
              that ends in _struct. Whole numbers beyond 64 bits become text. With conditions only the selected rows are read. The step \
              can keep the types that it finds, as PIVOT can keep its columns.",
    sentence: "Read the JSON of {sourceColumns}{regexColumnSelector} as structures",
    family: Family::Nested,
    params: &[&SOURCES.spec, &SELECTOR.spec, &REMOVE.spec, &LEVELS.spec],
    rules: &[ParamRule::OneOf(&["sourceColumns", "regexColumnSelector"])],
    converts: true,
    facts: Some(Facts::shaping(shapes_query, shapes_within)),
    apply: Apply::Columns(read_columns),
    examples: &[
        Example {
            title: "Every field that occurs; what is no JSON becomes missing",
            params: &[("sourceColumns", "[\"address\"]"), ("removeSourceColumn", "true")],
            conditions: &[],
            before: "id:whole | address:text\n1 | \"{\\\"city\\\":\\\"Rome\\\",\\\"no\\\":1}\"\n\
                     2 | \"{\\\"no\\\":2.5,\\\"tags\\\":[\\\"a\\\"]}\"\n3 | Via Roma 1\n4 | ∅",
            after: "id:whole | address:struct<city: string, no: double, tags: list<string>>\n\
                    1 | {\"city\":\"Rome\",\"no\":1.0,\"tags\":null}\n2 | {\"city\":null,\"no\":2.5,\"tags\":[\"a\"]}\n3 | ∅\n4 | ∅",
        },
        Example {
            title: "One level; the text stays, and so do the objects below",
            params: &[("sourceColumns", "[\"j\"]"), ("unnestLevel", "1")],
            conditions: &[],
            before: "j:text | n:whole\n\"{\\\"a\\\":{\\\"b\\\":1}}\" | 5",
            after: "j:text | j_struct:struct<a: string> | n:whole\n\
                    \"{\\\"a\\\":{\\\"b\\\":1}}\" | {\"a\":\"{\\\"b\\\":1}\"} | 5",
        },
    ],
    ..Operation::DEFAULT
}];

/// Cells that are read before they are laid side by side: a cell by itself takes many times its room in a column.
const AT_ONCE: usize = 4096;

/// What a value holds, so far as its type depends on it.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Nothing,
    Boolean,
    Whole,
    Decimal,
    Text,
    List(Box<Shape>),
    Object(Vec<(String, Shape)>),
}

impl Shape {
    /// The shape of a value; objects below the levels are text.
    fn of(value: &Value, levels: usize) -> Self {
        match value {
            Value::Null => Self::Nothing,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_i64() => Self::Whole,
            Value::Number(number) if number.is_f64() => Self::Decimal,
            Value::Array(items) => {
                let inner = items.iter().map(|item| Self::of(item, levels)).fold(Self::Nothing, Self::merge);
                Self::List(Box::new(inner))
            }
            Value::Object(map) if levels > 0 => {
                Self::Object(map.iter().map(|(name, value)| (name.clone(), Self::of(value, levels - 1))).collect())
            }
            _ => Self::Text,
        }
    }

    /// The shape that holds both.
    fn merge(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, shape) | (shape, Self::Nothing) => shape,
            (Self::Whole, Self::Decimal) | (Self::Decimal, Self::Whole) => Self::Decimal,
            (Self::List(a), Self::List(b)) => Self::List(Box::new(a.merge(*b))),
            (Self::Object(mut fields), Self::Object(more)) => {
                for (name, shape) in more {
                    match fields.iter_mut().find(|(known, _)| *known == name) {
                        Some((_, known)) => *known = std::mem::replace(known, Self::Nothing).merge(shape),
                        None => fields.push((name, shape)),
                    }
                }
                Self::Object(fields)
            }
            (a, b) if a == b => a,
            _ => Self::Text,
        }
    }

    /// The plainest JSON of this shape; its own shape is this one.
    fn write(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Boolean => Value::Bool(true),
            Self::Whole => Value::from(0),
            Self::Decimal => Value::from(0.5),
            Self::Text => Value::from(""),
            Self::List(inner) if **inner == Self::Nothing => Value::Array(Vec::new()),
            Self::List(inner) => Value::Array(vec![inner.write()]),
            Self::Object(fields) => fields.iter().map(|(name, shape)| (name.clone(), shape.write())).collect(),
        }
    }

    fn dtype(&self) -> DataType {
        match self {
            Self::Boolean => DataType::Boolean,
            Self::Whole => DataType::Int64,
            Self::Decimal => DataType::Float64,
            Self::List(inner) => DataType::List(Box::new(inner.dtype())),
            Self::Object(fields) if !fields.is_empty() => {
                let field = |(name, shape): &(String, Self)| Field::new(PlSmallStr::from_str(name), shape.dtype());
                DataType::Struct(fields.iter().map(field).collect())
            }
            // A structure without fields has no place in a file: its JSON text stays.
            Self::Nothing | Self::Text | Self::Object(_) => DataType::String,
        }
    }
}

fn levels(args: &Args) -> Result<usize> {
    Ok(args.find(&LEVELS)?.map_or(usize::MAX, super::cells::count))
}

fn sources(args: &Args, context: &Context<'_>) -> Result<Vec<String>> {
    picked(args, context, &SOURCES, TEXT)
}

fn read(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(|value: &Value| value.is_object() || value.is_array())
}

fn shapes_query(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    let levels = levels(args)?;
    let names = sources(args, context)?;
    let shape = |name: &String| {
        map_text(col(name.as_str()), move |text| Some(Shape::of(&read(text)?, levels).write().to_string()))
    };
    // The order of fields is that in which they are first met. Groups hold each shape once, however many rows there are.
    let place = free("__place", &[context.schema]);
    let place = place.as_str();
    let shapes = frame.select(names.iter().map(shape).collect::<Vec<_>>()).with_row_index(place, None);
    let by: Vec<Expr> = names.iter().map(|name| col(name.as_str())).collect();
    let first = shapes.group_by(by.clone()).agg([col(place).min()]);
    Ok(Some(first.sort([place], SortMultipleOptions::default()).select(by)))
}

/// What was found fits into the structures that are kept.
fn shapes_within(found: &DataFrame, kept: &DataFrame) -> Result<()> {
    let both = kept.vstack(found)?;
    for name in kept.get_column_names() {
        let (then, now) = (dtype_found(kept, name)?, dtype_found(&both, name)?);
        if then != now {
            let words =
                |dtype: Option<DataType>| dtype.map_or_else(|| "no structure".into(), |dtype| word_of_dtype(&dtype));
            let message = format!("the step keeps {name} as {}, and the data now need {}", words(then), words(now));
            return Err(super::kept::refuse(&message));
        }
    }
    Ok(())
}

/// The type that holds all cells of a column; none where no cell holds an object or a list.
fn dtype_found(facts: &DataFrame, column: &str) -> Result<Option<DataType>> {
    let mut objects: Option<Shape> = None;
    let mut lists: Option<Shape> = None;
    for text in facts.column(column)?.str()?.iter().flatten() {
        let Some(shape) = read(text).map(|value| Shape::of(&value, usize::MAX)) else { continue };
        let found = if matches!(shape, Shape::Object(_)) { &mut objects } else { &mut lists };
        *found = Some(match found.take() {
            Some(known) => known.merge(shape),
            None => shape,
        });
    }
    Ok(objects.or(lists).map(|shape| shape.dtype()))
}

fn read_columns(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let facts = context.facts()?;
    let remove = args.get(&REMOVE)?;
    let mut outputs = Vec::new();
    for source in sources(args, context)? {
        let cells = col(source.as_str());
        let value = match dtype_found(facts, &source)? {
            Some(dtype) => structures(cells, dtype),
            None => lit(NULL).cast(DataType::String),
        };
        let name = if remove { source.clone() } else { format!("{source}_struct") };
        outputs.push(Output::new(&name, value).from(&source));
    }
    Ok(outputs)
}

fn structures(cells: Expr, dtype: DataType) -> Expr {
    let target = dtype.clone();
    cells.map(
        move |column: Cells| {
            let texts: Vec<Option<&str>> = column.str()?.iter().collect();
            let mut cells = Series::new_empty(column.name().clone(), &target);
            for texts in texts.chunks(AT_ONCE) {
                let values: Vec<AnyValue<'static>> = texts
                    .iter()
                    .map(|text| text.and_then(read).map_or(AnyValue::Null, |value| cell(value, &target)))
                    .collect();
                cells.append_owned(Series::from_any_values_and_dtype(
                    cells.name().clone(),
                    &values,
                    &target,
                    false,
                )?)?;
            }
            Ok(cells.rechunk().into_column())
        },
        move |_, field| Ok(Field::new(field.name.clone(), dtype.clone())),
    )
}

/// A value of JSON in a type; what does not fit is missing.
fn cell(value: Value, dtype: &DataType) -> AnyValue<'static> {
    match (value, dtype) {
        (Value::Null, _) => AnyValue::Null,
        (Value::String(text), DataType::String) => AnyValue::StringOwned(text.into()),
        (other, DataType::String) => AnyValue::StringOwned(other.to_string().into()),
        (Value::Bool(value), DataType::Boolean) => AnyValue::Boolean(value),
        (Value::Number(number), DataType::Int64) => number.as_i64().map_or(AnyValue::Null, AnyValue::Int64),
        (Value::Number(number), DataType::Float64) => number.as_f64().map_or(AnyValue::Null, AnyValue::Float64),
        (Value::Array(items), DataType::List(inner)) => {
            let items: Vec<AnyValue<'static>> = items.into_iter().map(|item| cell(item, inner)).collect();
            Series::from_any_values_and_dtype(PlSmallStr::EMPTY, &items, inner, false)
                .map_or(AnyValue::Null, AnyValue::List)
        }
        (Value::Object(mut map), DataType::Struct(fields)) => {
            let values = fields
                .iter()
                .map(|field| map.remove(field.name.as_str()).map_or(AnyValue::Null, |value| cell(value, &field.dtype)));
            AnyValue::StructOwned(Box::new((values.collect(), fields.clone())))
        }
        _ => AnyValue::Null,
    }
}
