//! The table of operations: everything a recipe can do, each one literal.
//!
//! Forms, menus, checks, the reference, JSON Schema and most tests are walks over [`all`]. An operation knows schemas, expressions
//! and lazy frames; it never opens a file and never collects.

pub mod args;
pub mod condition;
pub mod convert;
pub mod dates;
pub mod export;
pub mod facts;
pub mod param;
pub mod params;
pub mod reference;
pub mod sentence;
pub mod table;

mod advanced;
mod aggregate;
mod arithmetic;
mod arrange;
mod case;
mod cells;
mod clean;
pub mod column;
mod counts;
mod datatype;
mod date_math;
mod date_part;
mod date_shape;
mod decide;
mod detail;
mod digest;
mod distinct;
mod draw;
mod duplicate;
mod encode;
mod encrypt;
mod entity;
mod exact;
mod expression;
mod extract;
mod figures;
mod fill;
mod filter;
mod flag;
mod format;
mod formula;
mod functions;
pub mod group;
mod hash;
mod invalid;
pub mod join;
mod json;
mod keep;
pub mod kept;
mod lists;
mod literals;
mod mask;
mod mask_date;
mod math;
mod merge;
mod moment;
mod nest;
pub mod now;
mod number;
mod outlier;
mod outlier_facts;
mod outlier_passes;
mod parse_date;
mod parse_number;
mod path;
mod people;
mod phone;
mod pivot;
mod places;
mod product;
mod randomize;
mod ranks;
mod replace;
mod reshape;
mod rolling;
mod running;
mod scale;
mod secret;
mod smooth;
mod split;
mod spread;
mod stand_in;
mod statistic;
mod stem;
mod substring;
mod text_make;
mod text_test;
mod token;
mod unicode;
mod union;
mod unnest;
mod web;
mod window;
mod words;

pub use args::{Args, Bound, bind};
pub(crate) use column::is_beginning;
pub use facts::Facts;
pub use param::{Kind, ParamSpec};

use crate::error::{Error, ErrorKind, Result};
use param::ParamType as _;
use polars::prelude::{DataFrame, Expr, LazyFrame, PlSmallStr, Schema};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One thing a recipe can do. Everything the program knows about it is in this literal.
pub struct Operation {
    /// Key in recipe files: `UPPER_CASE`.
    pub name: &'static str,
    /// Other keys that real recipes use for the same operation.
    pub aliases: &'static [&'static str],
    /// What people read in menus: Uppercase.
    pub title: &'static str,
    /// One or more sentences: what it does, and what was decided where `DataBrew`'s guide is silent.
    pub summary: &'static str,
    /// The step in plain words; `{name}` stands for a parameter.
    pub sentence: &'static str,
    /// Its place in the menu.
    pub family: Family,
    /// Its parameters, in the order of the form.
    pub params: &'static [&'static ParamSpec],
    /// Parameters that real recipes carry and that mean nothing here.
    pub ignores: &'static [&'static str],
    /// Rules between parameters.
    pub rules: &'static [ParamRule],
    /// What conditions on the step mean.
    pub conditions: Conditions,
    /// What it must see: one row, rows in order, or all rows.
    pub locality: fn(&Args) -> Locality,
    /// What it does to the number of rows; the ledger checks it.
    pub rows: fn(&Args) -> RowLaw,
    /// Whether a cell that does not fit becomes missing; such cells are counted.
    pub converts: bool,
    /// Whether it makes readable what was encrypted: then nothing that comes after it is kept on disk for the window.
    pub reveals: bool,
    /// A small table computed over all rows first.
    pub facts: Option<Facts>,
    /// How DataBrew is told the same.
    pub databrew: Export,
    /// What it does.
    pub apply: Apply,
    /// Shown in the reference, run as tests.
    pub examples: &'static [Example],
}

/// A family of operations: a menu of the window, a chapter of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Keep or remove rows.
    Filter,
    /// Add, remove, move and rename columns; change types; sort.
    Column,
    /// How text and dates are written.
    Format,
    /// Take out what does not belong.
    Clean,
    /// Take a part of a text.
    Extract,
    /// Cells without a value.
    Missing,
    /// Cells that do not fit a type.
    Invalid,
    /// Rows or values that occur twice.
    Duplicates,
    /// Values far from the others.
    Outliers,
    /// One column into several.
    Split,
    /// Several columns into one.
    Merge,
    /// New columns from a rule.
    Create,
    /// Dates and times.
    Date,
    /// Numbers.
    Number,
    /// Text functions.
    Text,
    /// Rows in order: running sums, row numbers.
    Window,
    /// Rows into groups.
    Group,
    /// Rows into columns and back.
    Pivot,
    /// Lists, structures and maps.
    Nested,
    /// Another table beside this one.
    Join,
    /// Another table below this one.
    Union,
    /// Values as numbers, for models.
    Encode,
    /// Personal data.
    Protect,
}

impl Family {
    /// All families, in the order of the menu.
    pub const ALL: &'static [Self] = &[
        Self::Filter,
        Self::Column,
        Self::Format,
        Self::Clean,
        Self::Extract,
        Self::Missing,
        Self::Invalid,
        Self::Duplicates,
        Self::Outliers,
        Self::Split,
        Self::Merge,
        Self::Create,
        Self::Date,
        Self::Number,
        Self::Text,
        Self::Group,
        Self::Join,
        Self::Pivot,
        Self::Window,
        Self::Union,
        Self::Nested,
        Self::Encode,
        Self::Protect,
    ];

    /// Its word in menus.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Filter => "Filter",
            Self::Column => "Column",
            Self::Format => "Format",
            Self::Clean => "Clean",
            Self::Extract => "Extract",
            Self::Missing => "Missing",
            Self::Invalid => "Invalid",
            Self::Duplicates => "Duplicates",
            Self::Outliers => "Outliers",
            Self::Split => "Split",
            Self::Merge => "Merge",
            Self::Create => "Create",
            Self::Date => "Date",
            Self::Number => "Number",
            Self::Text => "Text",
            Self::Window => "Window",
            Self::Group => "Group",
            Self::Pivot => "Pivot",
            Self::Nested => "Nested",
            Self::Join => "Join",
            Self::Union => "Union",
            Self::Encode => "Encode",
            Self::Protect => "Protect",
        }
    }
}

/// What conditions on a step mean to its operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conditions {
    /// Only the rows they select are changed.
    Mask,
    /// They are part of the step: which rows are removed, which cells are replaced. The operation reads them itself.
    Payload,
    /// As Payload, and the step means nothing without them.
    Required,
    /// The step takes none.
    Refused,
}

/// What an operation must see to compute a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Locality {
    /// That row alone.
    Row,
    /// Rows around it, in order.
    Ordered,
    /// All rows.
    Whole,
}

/// What an operation does to the number of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowLaw {
    /// As many as before.
    Same,
    /// As many or fewer.
    Fewer,
    /// As many or more.
    More,
    /// Any number.
    Any,
}

impl RowLaw {
    /// Its word in `operations --json`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Fewer => "fewer",
            Self::More => "more",
            Self::Any => "any",
        }
    }

    /// Whether so many rows in and out obey it.
    pub const fn holds(self, rows_in: u64, rows_out: u64) -> bool {
        match self {
            Self::Same => rows_in == rows_out,
            Self::Fewer => rows_out <= rows_in,
            Self::More => rows_out >= rows_in,
            Self::Any => true,
        }
    }
}

/// A rule between parameters; names are parameter names.
pub enum ParamRule {
    /// At least one is given.
    OneOf(&'static [&'static str]),
    /// Exactly one is given.
    OnlyOneOf(&'static [&'static str]),
    /// None or one is given.
    AtMostOneOf(&'static [&'static str]),
    /// All or none are given.
    Together(&'static [&'static str]),
}

pub(crate) type ColumnsFn = fn(&Args, &Context<'_>) -> Result<Vec<Output>>;
pub(crate) type TableFn = fn(&Args, &Context<'_>, LazyFrame) -> Result<LazyFrame>;

/// What an operation does to the table.
pub enum Apply {
    /// Keeps the rows, and yields the columns to add or replace.
    Columns(ColumnsFn),
    /// Everything else.
    Table(TableFn),
}

/// How DataBrew is told what an operation does.
pub enum Export {
    /// It has the operation.
    Same,
    /// It cannot be told.
    Never,
    /// By other steps; none where these arguments cannot be told.
    As(fn(&crate::recipe::Step) -> Option<Vec<crate::recipe::Step>>),
}

/// A column that an operation adds or replaces.
pub struct Output {
    /// Its name.
    pub name: PlSmallStr,
    /// Its value.
    pub expr: Expr,
    /// The column whose cells it holds in another form; none when it is made from all that the step reads.
    pub source: Option<PlSmallStr>,
}

impl Output {
    /// A column of this name.
    pub fn new(name: &str, expr: Expr) -> Self {
        Self { name: PlSmallStr::from_str(name), expr, source: None }
    }

    /// The same, made from the cells of one column.
    #[must_use]
    pub fn from(mut self, source: &str) -> Self {
        self.source = Some(PlSmallStr::from_str(source));
        self
    }
}

/// An example: shown in the reference, run as a test.
pub struct Example {
    /// What it shows.
    pub title: &'static str,
    /// The step's parameters.
    pub params: &'static [(&'static str, &'static str)],
    /// The step's conditions: condition (after “OR ” where it begins another alternative), value (empty for none), column.
    pub conditions: &'static [(&'static str, &'static str, &'static str)],
    /// The table before, in the format of [`table`].
    pub before: &'static str,
    /// The table after.
    pub after: &'static str,
}

impl Example {
    /// The step of the example.
    pub fn step(&self, operation: &str) -> crate::recipe::Step {
        let mut step = crate::recipe::Step::new(operation);
        for (name, value) in self.params {
            step.set_param(name, Some((*value).to_owned()));
        }
        for (condition, value, column) in self.conditions {
            let value = (!value.is_empty()).then_some(*value);
            step = match condition.strip_prefix("OR ") {
                Some(condition) => step.or_when(condition, value, column),
                None => step.when(condition, value, column),
            };
        }
        step
    }
}

/// Finds a secret by its name.
pub type Secrets = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What a run freezes for all its steps: clock, zone, seed, secrets and the other datasets.
#[derive(Clone)]
pub struct Environment {
    /// The instant that TODAY and NOW yield.
    pub now: chrono::DateTime<chrono::Utc>,
    /// The zone of dates that name none.
    pub zone: chrono_tz::Tz,
    /// The seed of everything random.
    pub seed: u64,
    /// Finds a secret by name.
    pub secrets: Secrets,
    /// The other datasets, by name.
    pub datasets: BTreeMap<String, LazyFrame>,
}

impl Environment {
    /// An environment without secrets and datasets.
    pub fn at(now: chrono::DateTime<chrono::Utc>) -> Self {
        Self { now, zone: chrono_tz::UTC, seed: 0, secrets: Arc::new(|_| None), datasets: BTreeMap::new() }
    }

    /// A dataset by name.
    pub fn dataset(&self, name: &str) -> Result<&LazyFrame> {
        self.datasets.get(name).ok_or_else(|| {
            let known: Vec<_> = self.datasets.keys().map(String::as_str).collect();
            let advice = if known.is_empty() {
                format!("give it with --dataset {name}=PATH, or add it in the window")
            } else {
                format!("the datasets here are {}; add it with --dataset {name}=PATH", known.join(", "))
            };
            Error::new(ErrorKind::Source, format!("there is no dataset “{name}”")).advise(advice)
        })
    }
}

/// What an operation sees when it is applied.
pub struct Context<'a> {
    /// The columns before the step.
    pub schema: &'a Schema,
    /// The answer to its facts query, when it has one.
    pub facts: Option<&'a DataFrame>,
    /// The step's conditions as one expression, when it has any.
    pub predicate: Option<Expr>,
    /// Whether only columns are asked for: the table is empty and facts may be missing.
    pub dry: bool,
    /// What the run froze.
    pub env: &'a Environment,
}

impl Context<'_> {
    /// The type of a column.
    pub fn dtype(&self, column: &str) -> Result<&polars::prelude::DataType> {
        self.schema.get(column).ok_or_else(|| no_such_column(column, self.schema))
    }

    /// The answer to the facts query; an error of ours when it was not asked.
    pub fn facts(&self) -> Result<&DataFrame> {
        self.facts.ok_or_else(|| Error::new(ErrorKind::Internal, "the facts of this step were not computed"))
    }
}

impl Operation {
    /// The facets that most operations leave as they are.
    pub const DEFAULT: Self = Self {
        name: "",
        aliases: &[],
        title: "",
        summary: "",
        sentence: "",
        family: Family::Column,
        params: &[],
        ignores: &[],
        rules: &[],
        conditions: Conditions::Mask,
        locality: |_| Locality::Row,
        rows: |_| RowLaw::Same,
        converts: false,
        reveals: false,
        facts: None,
        databrew: Export::Same,
        apply: Apply::Columns(|_, _| Ok(Vec::new())),
        examples: &[],
    };

    /// Whether every row stays where it is, and only columns change.
    pub const fn apply_keeps_rows(&self) -> bool {
        matches!(self.apply, Apply::Columns(_))
    }

    /// A parameter by its name.
    pub fn param(&self, name: &str) -> Option<&'static ParamSpec> {
        self.params.iter().copied().find(|p| p.name == name)
    }
}

static FAMILIES: &[&[Operation]] = &[
    filter::OPERATIONS,
    column::OPERATIONS,
    arrange::OPERATIONS,
    convert::OPERATIONS,
    case::OPERATIONS,
    clean::OPERATIONS,
    replace::OPERATIONS,
    extract::OPERATIONS,
    fill::OPERATIONS,
    invalid::OPERATIONS,
    smooth::OPERATIONS,
    duplicate::OPERATIONS,
    keep::OPERATIONS,
    outlier::OPERATIONS,
    split::OPERATIONS,
    merge::OPERATIONS,
    flag::OPERATIONS,
    datatype::OPERATIONS,
    format::OPERATIONS,
    unicode::OPERATIONS,
    parse_number::OPERATIONS,
    parse_date::OPERATIONS,
    phone::OPERATIONS,
    now::OPERATIONS,
    text_make::OPERATIONS,
    text_test::OPERATIONS,
    date_part::OPERATIONS,
    date_math::OPERATIONS,
    arithmetic::OPERATIONS,
    math::OPERATIONS,
    aggregate::OPERATIONS,
    window::OPERATIONS,
    running::OPERATIONS,
    substring::OPERATIONS,
    web::OPERATIONS,
    decide::OPERATIONS,
    reshape::OPERATIONS,
    union::OPERATIONS,
    encode::OPERATIONS,
    token::OPERATIONS,
    scale::OPERATIONS,
    hash::OPERATIONS,
    encrypt::OPERATIONS,
    mask::OPERATIONS,
    mask_date::OPERATIONS,
    randomize::OPERATIONS,
    group::OPERATIONS,
    pivot::OPERATIONS,
    nest::OPERATIONS,
    unnest::OPERATIONS,
    path::OPERATIONS,
    json::OPERATIONS,
    join::OPERATIONS,
];

/// All operations, in the order of the reference.
pub fn all() -> impl Iterator<Item = &'static Operation> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// An operation by its name or one of its other names.
pub fn find(name: &str) -> Option<&'static Operation> {
    all().find(|op| op.name == name || op.aliases.contains(&name))
}

/// The error for a column that is not there, with the nearest name that is.
pub fn no_such_column(name: &str, schema: &Schema) -> Error {
    let error = Error::new(ErrorKind::Column, format!("there is no column “{name}”"));
    match nearest(name, schema.iter_names().map(PlSmallStr::as_str)) {
        Some(near) => error.advise(format!("did you mean “{near}”?")),
        None if schema.is_empty() => error.advise("the table has no columns; is the file empty?"),
        None => {
            let names: Vec<_> = schema.iter_names().take(8).map(PlSmallStr::as_str).collect();
            error.advise(format!("the columns here are {}", names.join(", ")))
        }
    }
}

/// The name most like another, if any is alike: few edits, compared without case.
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    names
        .map(|n| (edits(&wanted, &n.to_lowercase()), n))
        .filter(|(distance, n)| *distance <= 1 + n.chars().count().min(wanted.chars().count()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, n)| n)
}

/// The names most like another as words of a question: those with few other letters, or else those that share words with it.
pub fn alike<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let wanted = name.to_uppercase();
    let words = |name: &str| name.to_uppercase().split('_').map(str::to_owned).collect::<Vec<_>>();
    let own = words(name);
    let shared = |other: &str| -> usize {
        words(other).iter().filter(|word| word.len() > 2 && own.contains(word)).map(|word| word.len()).sum()
    };
    let mut near: Vec<(bool, usize, &str)> = names
        .filter_map(|other| {
            let distance = edits(&wanted, &other.to_uppercase());
            let close = distance <= 1 + other.chars().count().min(wanted.chars().count()) / 4;
            let shared = shared(other);
            (close || shared > 0).then_some((!close, if close { distance } else { 1000 - shared.min(1000) }, other))
        })
        .collect();
    near.sort_by_key(|(far, distance, _)| (*far, *distance));
    let first = near.first()?.0;
    let near: Vec<&str> = near.into_iter().filter(|(far, ..)| *far == first).map(|(.., name)| name).take(3).collect();
    Some(match near.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => return None,
    })
}

fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, letter) in a.chars().enumerate() {
        let mut corner = at;
        row[0] = at + 1;
        for (column, other) in b.iter().enumerate() {
            let next = (corner + usize::from(letter != *other)).min(row[column] + 1).min(row[column + 1] + 1);
            corner = row[column + 1];
            row[column + 1] = next;
        }
    }
    row[b.len()]
}

/// An operation on one column in place.
pub(crate) fn in_place(args: &Args, change: impl FnOnce(Expr) -> Expr) -> Result<Vec<Output>> {
    let column = args.get(&params::SOURCE)?.write();
    Ok(vec![Output::new(&column, change(crate::named::col(column.as_str())))])
}

/// An operation that writes its result into the column its step names.
pub(crate) fn new_column(args: &Args, value: Expr) -> Result<Vec<Output>> {
    Ok(vec![Output::new(&args.get(&params::TARGET)?.0, value)])
}
