//! Other tables below this one.

use super::aggregate::common_type;
use super::param::{Kind, Param, ParamSpec, ParamType, Use};
use super::{
    Apply, Args, Conditions, Context, Example, Family, Locality, Operation, ParamRule, RowLaw, no_such_column,
};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::op::convert::convert;
use polars::prelude::{DataType, LazyFrame, NULL, Schema, UnionArgs, concat, lit};
use serde_json::Value;

static COLUMNS: Param<ColumnLists> = Param::new("datasetsColumns", "Columns of each dataset")
    .help("One list for this dataset and one for each other, in the order of the result; null where a dataset has no such column.")
    .example(r#"[["name","price"],["name",null]]"#);
static DATASETS: Param<DatasetNames> = Param::new("secondaryDatasetNames", "Other datasets")
    .help("The names of the other datasets.")
    .example(r#"["more"]"#)
    .optional();
static INPUTS: Param<Inputs> = Param::new("secondaryInputs", "Their locations")
    .help(
        "Where DataBrew finds the other datasets; here a file's name stands for the dataset's name when none is given.",
    )
    .example(r#"[{"S3InputDefinition":{"Bucket":"b","Key":"more.csv"}}]"#)
    .optional();
static NAMES: Param<ResultNames> = Param::new("targetColumnNames", "Names of the result")
    .help("The names of the columns that come out.")
    .example(r#"["name","price"]"#);

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "UNION",
    title: "Union",
    summary: "Puts the rows of other datasets below those of this one, in the order of the datasets. Columns are matched by their place in the \
              lists, and only those listed come out; null leaves a column missing for a dataset. Equal rows are all kept. Columns of \
              different types yield text, whole numbers and decimals yield decimals.",
    sentence: "Add the rows of {secondaryDatasetNames}",
    family: Family::Union,
    params: &[&DATASETS.spec, &COLUMNS.spec, &NAMES.spec, &INPUTS.spec],
    rules: &[ParamRule::OneOf(&["secondaryDatasetNames", "secondaryInputs"])],
    conditions: Conditions::Refused,
    locality: |_| Locality::Whole,
    rows: |_| RowLaw::More,
    apply: Apply::Table(union),
    examples: &[Example {
        title: "The examples' dataset “more” has the rows (Zoe, 9) and one of missing cells",
        params: &[
            ("secondaryDatasetNames", "[\"more\"]"),
            ("datasetsColumns", "[[\"who\",\"cost\",\"day\"],[\"name\",\"price\",null]]"),
            ("targetColumnNames", "[\"name\",\"price\",\"day\"]"),
        ],
        conditions: &[],
        before: "day:date | who:text | cost:double\n2024-01-01 | Ada | 1.5",
        after: "name:text | price:double | day:date\nAda | 1.5 | 2024-01-01\nZoe | 9 | ∅\n∅ | ∅ | ∅",
    }],
    ..Operation::DEFAULT
}];

/// The columns of each dataset, this one first, in the order of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ColumnLists(Vec<Vec<Option<String>>>);

impl ParamType for ColumnLists {
    const KIND: Kind = Kind::UnionColumns;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        let lists: Vec<Vec<Option<String>>> = serde_json::from_str(text)
            .map_err(|_| "not a list of lists of columns such as [[\"a\"],[null]]".to_owned())?;
        if lists.len() < 2 {
            return Err("give a list of columns for this dataset and for each other".into());
        }
        match lists.iter().position(|list| list.len() != lists[0].len()) {
            Some(at) => {
                Err(format!("list {} has {} columns, the first has {}", at + 1, lists[at].len(), lists[0].len()))
            }
            None => Ok(Self(lists)),
        }
    }
    fn write(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }
    fn visit(&mut self, each: &mut dyn FnMut(&mut String, Use)) {
        if let Some(own) = self.0.first_mut() {
            own.iter_mut().flatten().for_each(|name| each(name, Use::Reads));
        }
    }
}

/// The names of datasets.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DatasetNames(Vec<String>);

impl ParamType for DatasetNames {
    const KIND: Kind = Kind::Datasets;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map(Self).map_err(|_| format!("“{text}” is not a list of names such as [\"more\"]"))
    }
    fn write(&self) -> String {
        Value::from(self.0.clone()).to_string()
    }
    fn describe(&self, _: &ParamSpec) -> String {
        self.0.join(", ")
    }
}

/// Where datasets lie; only the names of their files matter here.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Inputs(Vec<Value>);

impl ParamType for Inputs {
    const KIND: Kind = Kind::Json;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map(Self).map_err(|e| format!("not a list of locations: {e}"))
    }
    fn write(&self) -> String {
        Value::from(self.0.clone()).to_string()
    }
}

/// The names of the columns that come out, all different.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ResultNames(Vec<String>);

impl ParamType for ResultNames {
    const KIND: Kind = Kind::UnionNames;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        let names: Vec<String> =
            serde_json::from_str(text).map_err(|_| format!("“{text}” is not a list of names such as [\"a\",\"b\"]"))?;
        match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
            Some((_, name)) => Err(format!("“{name}” stands twice")),
            None => Ok(Self(names)),
        }
    }
    fn write(&self) -> String {
        Value::from(self.0.clone()).to_string()
    }
    fn visit(&mut self, each: &mut dyn FnMut(&mut String, Use)) {
        self.0.iter_mut().for_each(|name| each(name, Use::Creates));
    }
    fn describe(&self, _: &ParamSpec) -> String {
        self.0.join(", ")
    }
}

fn dataset_names(args: &Args) -> Result<Vec<String>> {
    if let Some(DatasetNames(names)) = args.find(&DATASETS)?.filter(|names| !names.0.is_empty()) {
        return Ok(names);
    }
    let file = |input: &Value| {
        let key = input.pointer("/S3InputDefinition/Key").and_then(Value::as_str).unwrap_or_default();
        let file = key.rsplit('/').next().unwrap_or(key);
        file.split('.').next().unwrap_or(file).to_owned()
    };
    Ok(args.get(&INPUTS)?.0.iter().map(file).collect())
}

fn union(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<LazyFrame> {
    let (ColumnLists(lists), ResultNames(targets)) = (args.get(&COLUMNS)?, args.get(&NAMES)?);
    let names = dataset_names(args)?;
    let refuse = |param: &str, message: String| Err(Error::new(ErrorKind::Parameter, message).at_param(param));
    if lists.len() != names.len() + 1 {
        let message = format!("there are {} lists of columns for this dataset and {} others", lists.len(), names.len());
        return refuse(COLUMNS.spec.name, message);
    }
    if lists[0].len() != targets.len() {
        let message = format!("there are {} names for {} columns", targets.len(), lists[0].len());
        return refuse(NAMES.spec.name, message);
    }
    let mut frames = vec![(frame, context.schema.clone())];
    for name in &names {
        let mut other = context.env.dataset(name).map_err(|e| e.at_param(DATASETS.spec.name))?.clone();
        let schema = other.collect_schema()?;
        frames.push((other, schema.as_ref().clone()));
    }
    let types = result_types(&lists, &frames)?;
    let selected = frames.into_iter().zip(&lists).map(|((frame, schema), list)| {
        let columns = list.iter().zip(&targets).zip(&types).map(|((column, target), dtype)| {
            let value = match column.as_ref().and_then(|name| Some((name, schema.get(name)?))) {
                Some((name, own)) => convert(col(name.as_str()), own, dtype),
                None => lit(NULL).cast(dtype.clone()),
            };
            value.alias(target.as_str())
        });
        frame.select(columns.collect::<Vec<_>>())
    });
    Ok(concat(selected.collect::<Vec<_>>(), UnionArgs::default())?)
}

/// The type of each column that comes out.
fn result_types(lists: &[Vec<Option<String>>], frames: &[(LazyFrame, Schema)]) -> Result<Vec<DataType>> {
    let of = |at: usize| {
        let mut types = Vec::new();
        for (list, (_, schema)) in lists.iter().zip(frames) {
            if let Some(name) = &list[at] {
                let dtype = schema.get(name).ok_or_else(|| no_such_column(name, schema).at_param(COLUMNS.spec.name))?;
                types.push(dtype.clone());
            }
        }
        Ok(common_type(&types))
    };
    (0..lists[0].len()).map(of).collect()
}
