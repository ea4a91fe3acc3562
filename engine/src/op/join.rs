//! Another table beside this one.

use super::param::{
    Choice, Chosen, Columns, Dataset, Kind, OtherColumns, Param, ParamSpec, ParamType, Use, choice, write_names,
};
use super::{Apply, Args, Conditions, Context, Environment, Example, Family, Locality, Operation, ParamRule, RowLaw};
use crate::error::{Error, ErrorKind, Result};
use crate::named::{col, free_beginning};
use crate::recipe::Step;
use crate::types::TypeClass;
use polars::prelude::{
    DataType, Expr, JoinCoalesce, JoinType, LazyFrame, MaintainOrderJoin, PlSmallStr, Schema, SortMultipleOptions, lit,
};
use serde::{Deserialize, Serialize};

/// A pair of key columns: `key` of this table, `value` of the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinKey {
    /// The column of this table.
    pub key: String,
    /// The column of the other.
    pub value: String,
}

/// All pairs of a join; rows match when every pair is equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinKeys(pub Vec<JoinKey>);

impl ParamType for JoinKeys {
    const KIND: Kind = Kind::JoinKeys;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        let keys: Vec<JoinKey> =
            serde_json::from_str(text).map_err(|e| format!("not a list of pairs of key and value: {e}"))?;
        if keys.is_empty() { Err("choose at least one pair of columns".into()) } else { Ok(Self(keys)) }
    }
    fn write(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }
    fn visit(&mut self, each: &mut dyn FnMut(&mut String, Use)) {
        self.0.iter_mut().for_each(|pair| each(&mut pair.key, Use::Reads));
    }
    fn describe(&self, _: &ParamSpec) -> String {
        let words = |pair: &JoinKey| {
            if pair.key == pair.value { pair.key.clone() } else { format!("{} = {}", pair.key, pair.value) }
        };
        self.0.iter().map(words).collect::<Vec<_>>().join(" and ")
    }
}

static KEYS: Param<JoinKeys> = Param::new("joinKeys", "Keys")
    .help("Pairs of columns that must be equal.")
    .example(r#"[{"key":"customer_id","value":"id"}]"#);
static HOW: Param<Chosen> =
    Param::new("joinType", "Rows kept").help("Which rows come out.").example("LEFT_JOIN").choices(TYPES);
static TYPES: &[Choice] = &[
    choice("INNER_JOIN", "Matching rows"),
    choice("LEFT_JOIN", "All rows of this table"),
    choice("RIGHT_JOIN", "All rows of the other"),
    choice("OUTER_JOIN", "All rows of both"),
    choice("LEFT_EXCLUDING_JOIN", "Rows of this table without a match"),
    choice("RIGHT_EXCLUDING_JOIN", "Rows of the other without a match"),
    choice("OUTER_EXCLUDING_JOIN", "Rows of both without a match"),
];
static LEFT: Param<Columns> = Param::new("leftColumns", "Columns of this table")
    .help("The columns kept from this table.")
    .example(r#"["order_id"]"#);
static RIGHT: Param<OtherColumns> = Param::new("rightColumns", "Columns of the other")
    .help("The columns kept from the other table.")
    .example(r#"["name"]"#);
static NAME: Param<Dataset> = Param::new("secondaryDatasetName", "Other dataset")
    .help("The name of the other dataset.")
    .example("customers")
    .optional();
static LOCATION: Param<String> = Param::new("secondInputLocation", "Its location")
    .help(
        "Where DataBrew finds the other dataset; here its file name stands for the dataset's name when none is given.",
    )
    .example("s3://bucket/customers.csv")
    .optional();

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "JOIN",
    title: "Join",
    summary: "Puts the columns of another dataset beside those of this one where the key columns are equal. Missing keys match \
              nothing, not even each other. Rows keep the order of this table, then of the other; a row with several matches \
              comes out as often. Columns that are not kept from either side fall away. A column of the other side whose name is \
              taken gets the dataset's name at its end (name_customers). In the excluding kinds only rows without a match come out.",
    sentence: "Join {secondaryDatasetName} on {joinKeys}, {joinType}",
    family: Family::Join,
    params: &[&NAME.spec, &KEYS.spec, &HOW.spec, &LEFT.spec, &RIGHT.spec, &LOCATION.spec],
    rules: &[ParamRule::OneOf(&["secondaryDatasetName", "secondInputLocation"])],
    conditions: Conditions::Refused,
    locality: |_| Locality::Whole,
    rows: row_law,
    apply: Apply::Table(join),
    examples: &[
        Example {
            title: "The examples' dataset “customers” has the rows (1, Ada), (2, Bo), (2, Cy) and (4, Di)",
            params: &[
                ("secondaryDatasetName", "customers"),
                ("joinKeys", r#"[{"key":"customer","value":"id"}]"#),
                ("joinType", "LEFT_JOIN"),
                ("leftColumns", "[\"order\",\"customer\"]"),
                ("rightColumns", "[\"name\"]"),
            ],
            conditions: &[],
            before: "order:text | customer:whole | note:text\na | 2 | x\nb | 9 | y\nc | ∅ | z\nd | 1 | q",
            after: "order:text | customer:whole | name:text\na | 2 | Bo\na | 2 | Cy\nb | 9 | ∅\nc | ∅ | ∅\nd | 1 | Ada",
        },
        Example {
            title: "Rows of the other without a match",
            params: &[
                ("secondaryDatasetName", "customers"),
                ("joinKeys", r#"[{"key":"customer","value":"id"}]"#),
                ("joinType", "RIGHT_EXCLUDING_JOIN"),
                ("leftColumns", "[\"order\"]"),
                ("rightColumns", "[\"id\",\"name\"]"),
            ],
            conditions: &[],
            before: "order:text | customer:whole\na | 2\nb | 9",
            after: "order:text | id:whole | name:text\n∅ | 1 | Ada\n∅ | 4 | Di",
        },
    ],
    ..Operation::DEFAULT
}];

fn row_law(args: &Args) -> RowLaw {
    match args.get(&HOW).map(|how| how.0) {
        Ok("LEFT_EXCLUDING_JOIN") => RowLaw::Fewer,
        Ok("LEFT_JOIN" | "OUTER_JOIN") => RowLaw::More,
        _ => RowLaw::Any,
    }
}

/// The name of the other dataset of a step.
fn dataset_name(args: &Args) -> Result<String> {
    if let Some(name) = args.find(&NAME)? {
        return Ok(name.0);
    }
    let location = args.get(&LOCATION)?;
    let file = location.rsplit('/').next().unwrap_or(&location);
    Ok(file.split('.').next().unwrap_or(file).to_owned())
}

/// What two tables are compared by.
pub struct Sides {
    /// The keys of this table.
    pub left_keys: Vec<Expr>,
    /// The keys of the other, in the same order and of the same types.
    pub right_keys: Vec<Expr>,
    /// The other table.
    pub right: LazyFrame,
}

/// The two sides of a join; an error when they cannot be compared.
pub fn sides(args: &Args, schema: &Schema, env: &Environment) -> Result<Sides> {
    let name = dataset_name(args)?;
    let mut right = env.dataset(&name).map_err(|e| e.at_param(NAME.spec.name))?.clone();
    let other = right.collect_schema()?;
    let keys = args.get(&KEYS)?.0;
    check_keys(&keys, schema, &other, &name)?;
    Ok(Sides {
        left_keys: keys.iter().map(|key| left_key(key, schema, &other)).collect(),
        right_keys: keys.iter().map(|key| right_key(key, schema, &other)).collect(),
        right,
    })
}

/// A join whose dataset and keys are chosen, with stand-ins for whatever else is missing; none while those are missing.
pub fn with_all_chosen(step: &Step) -> Option<Step> {
    let keys = JoinKeys::parse(&KEYS.spec, step.param(KEYS.spec.name)?).ok()?;
    let first = keys.0.first()?;
    if keys.0.iter().any(|pair| pair.key.is_empty() || pair.value.is_empty()) {
        return None;
    }
    let mut step = step.clone();
    step.set_param(HOW.spec.name, Some("INNER_JOIN".into()));
    step.set_param(LEFT.spec.name, Some(write_names(std::slice::from_ref(&first.key))));
    step.set_param(RIGHT.spec.name, Some(write_names(std::slice::from_ref(&first.value))));
    Some(step)
}

fn join(args: &Args, context: &Context<'_>, left: LazyFrame) -> Result<LazyFrame> {
    let name = dataset_name(args)?;
    let Sides { left_keys: left_on, right_keys, mut right } = sides(args, context.schema, context.env)?;
    let other = right.collect_schema()?;
    let left_columns = args.get(&LEFT)?.0;
    let right_columns = args.get(&RIGHT)?.0;
    // No column of either table has a name that begins like the names in here.
    let own = free_beginning(&[context.schema, &other]);
    let name_of_key = |at: usize| format!("{own}key {at}");
    let name_of_cells = |at: usize| format!("{own}cells {at}");
    let (from_left, from_right) = (format!("{own}left"), format!("{own}right"));
    let rows = [format!("{own}row of left"), format!("{own}row of right")];
    let right_on: Vec<Expr> = (0..right_keys.len()).map(|at| col(name_of_key(at))).collect();
    let mut kept: Vec<Expr> = right_keys.into_iter().enumerate().map(|(at, key)| key.alias(name_of_key(at))).collect();
    kept.push(lit(true).alias(from_right.as_str()));
    let mut finals: Vec<PlSmallStr> = left_columns.iter().map(|n| PlSmallStr::from_str(n)).collect();
    for column in &right_columns {
        if !other.contains(column) {
            return Err(super::no_such_column(column, &other).at_param(RIGHT.spec.name));
        }
        let mut target = column.clone();
        while finals.iter().any(|f| f.as_str() == target) {
            target = format!("{target}_{name}");
        }
        kept.push(col(column.as_str()).alias(name_of_cells(finals.len())));
        finals.push(PlSmallStr::from_string(target));
    }
    let mut left = left.with_column(lit(true).alias(from_left.as_str()));
    let how = args.get(&HOW)?.0;
    let outer = matches!(how, "OUTER_JOIN" | "OUTER_EXCLUDING_JOIN");
    if outer {
        // The engine gives rows of the other table without a match in any order.
        left = left.with_row_index(rows[0].as_str(), None);
        right = right.with_row_index(rows[1].as_str(), None);
        kept.push(col(rows[1].as_str()));
    }
    let (kind, order) = match how {
        "INNER_JOIN" => (JoinType::Inner, MaintainOrderJoin::LeftRight),
        "LEFT_JOIN" | "LEFT_EXCLUDING_JOIN" => (JoinType::Left, MaintainOrderJoin::LeftRight),
        "RIGHT_JOIN" | "RIGHT_EXCLUDING_JOIN" => (JoinType::Right, MaintainOrderJoin::RightLeft),
        _ => (JoinType::Full, MaintainOrderJoin::LeftRight),
    };
    let joined = left
        .join_builder()
        .with(right.select(kept))
        .how(kind)
        .left_on(left_on)
        .right_on(right_on)
        .coalesce(JoinCoalesce::KeepColumns)
        .maintain_order(order)
        .finish();
    let only_left = col(from_right).is_null();
    let only_right = col(from_left).is_null();
    let joined = match how {
        "LEFT_EXCLUDING_JOIN" => joined.filter(only_left),
        "RIGHT_EXCLUDING_JOIN" => joined.filter(only_right),
        "OUTER_EXCLUDING_JOIN" => joined.filter(only_left.or(only_right)),
        _ => joined,
    };
    let joined = if outer {
        let order = SortMultipleOptions::default().with_nulls_last(true);
        joined.sort(rows, order)
    } else {
        joined
    };
    let columns: Vec<Expr> = finals
        .iter()
        .enumerate()
        .map(
            |(at, name)| {
                if at < left_columns.len() { col(name.clone()) } else { col(name_of_cells(at)).alias(name.clone()) }
            },
        )
        .collect();
    Ok(joined.select(columns))
}

/// Two key columns compare as they are, or as exact wider numbers; text against a number is refused.
fn check_keys(keys: &[JoinKey], left: &Schema, right: &Schema, name: &str) -> Result<()> {
    for key in keys {
        let ours = left.get(&key.key).ok_or_else(|| super::no_such_column(&key.key, left))?;
        let theirs = right.get(&key.value).ok_or_else(|| super::no_such_column(&key.value, right))?;
        let (a, b) = (TypeClass::of(ours), TypeClass::of(theirs));
        if a != b && !(ours.is_numeric() && theirs.is_numeric()) {
            let message = format!(
                "{} is {} but {} of {name} is {}, so nothing could match",
                key.key,
                a.words(),
                key.value,
                b.words()
            );
            return Err(Error::new(ErrorKind::Type, message)
                .advise("change the type of one of them in a step before")
                .at_param(KEYS.spec.name));
        }
    }
    Ok(())
}

/// The type in which two key columns are compared, when it is not their own.
fn common(ours: &DataType, theirs: &DataType) -> Option<DataType> {
    let scale = |dtype: &DataType| match dtype {
        DataType::Decimal(_, scale) => Some(*scale),
        _ => dtype.is_integer().then_some(0),
    };
    if ours == theirs {
        None
    } else if ours.is_integer() && theirs.is_integer() {
        Some(DataType::Int64)
    } else if let (Some(one), Some(other)) = (scale(ours), scale(theirs)) {
        // What has more digits than fit before the point is equal to none of the others.
        Some(DataType::Decimal(38, one.max(other)))
    } else if ours.is_numeric() {
        Some(DataType::Float64)
    } else {
        Some(theirs.clone())
    }
}

fn left_key(key: &JoinKey, left: &Schema, other: &Schema) -> Expr {
    let cells = col(key.key.as_str());
    match (left.get(&key.key), other.get(&key.value)) {
        (Some(ours), Some(theirs)) => common(ours, theirs).map_or(cells.clone(), |to| cells.cast(to)),
        _ => cells,
    }
}

fn right_key(key: &JoinKey, left: &Schema, other: &Schema) -> Expr {
    let cells = col(key.value.as_str());
    match (left.get(&key.key), other.get(&key.value)) {
        (Some(ours), Some(theirs)) => common(ours, theirs).map_or(cells.clone(), |to| cells.cast(to)),
        _ => cells,
    }
}
