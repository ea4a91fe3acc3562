//! Typed parameter handles: what a recipe holds as text, with everything the program knows about it.
//!
//! A handle ties a parameter's name to a Rust type. The type decides the widget, the check, the description in a sentence and
//! which columns the value names. Knows no data and no operation.

use crate::types::TypeClass;
use std::marker::PhantomData;

/// Which widget a form shows, and what the reference calls the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One existing column.
    Column,
    /// Several existing columns.
    Columns,
    /// The name of a column that the step makes.
    NewColumn,
    /// Any text.
    Text,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// true or false.
    Boolean,
    /// One of a list of values.
    Choice,
    /// Several of a list of values.
    Choices,
    /// A regular expression.
    Pattern,
    /// A value of the column's own type.
    Value,
    /// Sort keys: column, direction, place of missing values.
    SortKeys,
    /// Aggregates: column, function, name of the result.
    Aggregates,
    /// Pairs of key columns of two datasets.
    JoinKeys,
    /// Another dataset, by name.
    Dataset,
    /// Several other datasets, by name.
    Datasets,
    /// Columns of another dataset.
    OtherColumns,
    /// Pairs of value and replacement.
    Mapping,
    /// Of each dataset of a union, the column that each column of the result takes.
    UnionColumns,
    /// The names of the columns that come out of a union.
    UnionNames,
    /// A list of texts.
    Texts,
    /// A text that separates parts, and whether the part before it keeps it.
    Delimiter,
    /// Several of them.
    Delimiters,
    /// Conditions and results of a CASE.
    Cases,
    /// An expression over columns.
    Expression,
    /// A way into lists and structures.
    Path,
    /// The name of a secret.
    Secret,
    /// JSON that no other kind describes.
    Json,
}

impl Kind {
    /// The word of the reference and of `operations --json`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Column => "column",
            Self::Columns => "columns",
            Self::NewColumn => "newColumn",
            Self::Text => "text",
            Self::Whole => "wholeNumber",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Choice => "choice",
            Self::Choices => "choices",
            Self::Pattern => "pattern",
            Self::Value => "value",
            Self::SortKeys => "sortKeys",
            Self::Aggregates => "aggregates",
            Self::JoinKeys => "joinKeys",
            Self::Dataset => "dataset",
            Self::Datasets => "datasets",
            Self::OtherColumns => "otherColumns",
            Self::Mapping => "mapping",
            Self::UnionColumns => "unionColumns",
            Self::UnionNames => "unionNames",
            Self::Texts => "texts",
            Self::Delimiter => "delimiter",
            Self::Delimiters => "delimiters",
            Self::Cases => "cases",
            Self::Expression => "expression",
            Self::Path => "path",
            Self::Secret => "secret",
            Self::Json => "json",
        }
    }
}

/// What a step does with a column it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It must be there.
    Reads,
    /// It is made.
    Creates,
}

/// One allowed value of a choice.
#[derive(Debug)]
pub struct Choice {
    /// What recipes hold.
    pub value: &'static str,
    /// What people read.
    pub label: &'static str,
    /// Other spellings that real recipes use; compared without case.
    pub aliases: &'static [&'static str],
}

/// A choice without other spellings.
pub const fn choice(value: &'static str, label: &'static str) -> Choice {
    Choice { value, label, aliases: &[] }
}

type Visitor<'a> = &'a mut dyn FnMut(&mut String, Use);

/// Everything known about a parameter except its Rust type.
pub struct ParamSpec {
    /// Key in recipe files.
    pub name: &'static str,
    /// What people read.
    pub label: &'static str,
    /// One sentence for the reference and a hover.
    pub help: &'static str,
    /// A value that works, for messages.
    pub example: &'static str,
    /// Which widget a form shows.
    pub kind: Kind,
    /// Whether a step without it is refused.
    pub required: bool,
    /// The value when it is left out.
    pub default: Option<&'static str>,
    /// Allowed values, when `kind` is Choice.
    pub choices: &'static [Choice],
    /// Other names that real recipes use.
    pub aliases: &'static [&'static str],
    /// For columns: the kinds it takes; empty for all.
    pub accepts: &'static [TypeClass],
    /// Where it matters only for columns of some kinds, those; a form shows it when the step has such a column.
    pub concerns: &'static [TypeClass],
    /// For whole numbers and numbers: the smallest and largest value.
    pub range: Option<(f64, f64)>,
    check: fn(&Self, &str) -> Result<(), String>,
    visit: fn(&Self, &str, Visitor<'_>) -> Option<String>,
    describe: fn(&Self, &str) -> String,
}

impl ParamSpec {
    /// Says what is wrong with a text, if anything.
    pub fn check(&self, text: &str) -> Result<(), String> {
        (self.check)(self, text)
    }

    /// Calls `each` for every column the text names; returns the text with the names as `each` left them.
    pub fn visit_columns(&self, text: &str, each: Visitor<'_>) -> Option<String> {
        (self.visit)(self, text, each)
    }

    /// The value as part of a plain sentence.
    pub fn describe(&self, text: &str) -> String {
        (self.describe)(self, text)
    }

    /// Whether its value names columns that must be there.
    pub fn reads_columns(&self) -> bool {
        !matches!(self.kind, Kind::NewColumn | Kind::OtherColumns | Kind::Path)
    }
}

/// A parameter with the Rust type of its value.
pub struct Param<T> {
    /// What is known about it.
    pub spec: ParamSpec,
    marker: PhantomData<fn() -> T>,
}

/// A value that a recipe holds as text.
pub trait ParamType: Sized {
    /// The widget and the word for it.
    const KIND: Kind;
    /// Reads it; the error says what was expected.
    fn parse(spec: &ParamSpec, text: &str) -> Result<Self, String>;
    /// Writes it as recipes hold it.
    fn write(&self) -> String;
    /// Calls `each` for every column it names.
    fn visit(&mut self, _each: Visitor<'_>) {}
    /// The value as part of a plain sentence.
    fn describe(&self, _spec: &ParamSpec) -> String {
        self.write()
    }
}

fn check_as<T: ParamType>(spec: &ParamSpec, text: &str) -> Result<(), String> {
    T::parse(spec, text).map(|_| ())
}

fn visit_as<T: ParamType>(spec: &ParamSpec, text: &str, each: Visitor<'_>) -> Option<String> {
    let mut value = T::parse(spec, text).ok()?;
    value.visit(each);
    Some(value.write())
}

fn describe_as<T: ParamType>(spec: &ParamSpec, text: &str) -> String {
    T::parse(spec, text).map_or_else(|_| text.to_owned(), |value| value.describe(spec))
}

impl<T: ParamType> Param<T> {
    /// A required parameter.
    pub const fn new(name: &'static str, label: &'static str) -> Self {
        let spec = ParamSpec {
            name,
            label,
            help: "",
            example: "",
            kind: T::KIND,
            required: true,
            default: None,
            choices: &[],
            aliases: &[],
            accepts: &[],
            concerns: &[],
            range: None,
            check: check_as::<T>,
            visit: visit_as::<T>,
            describe: describe_as::<T>,
        };
        Self { spec, marker: PhantomData }
    }

    /// The same with its sentence of help.
    #[must_use]
    pub const fn help(mut self, help: &'static str) -> Self {
        self.spec.help = help;
        self
    }

    /// The same with a value that works.
    #[must_use]
    pub const fn example(mut self, example: &'static str) -> Self {
        self.spec.example = example;
        self
    }

    /// The same, not required.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.spec.required = false;
        self
    }

    /// The same with the value it has when left out.
    #[must_use]
    pub const fn default(mut self, value: &'static str) -> Self {
        self.spec.required = false;
        self.spec.default = Some(value);
        self
    }

    /// The same with its allowed values.
    #[must_use]
    pub const fn choices(mut self, choices: &'static [Choice]) -> Self {
        self.spec.choices = choices;
        self
    }

    /// The same with other names that real recipes use.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.spec.aliases = aliases;
        self
    }

    /// The same, taking only columns of these kinds.
    #[must_use]
    pub const fn accepts(mut self, accepts: &'static [TypeClass]) -> Self {
        self.spec.accepts = accepts;
        self
    }

    /// The same, which matters only where the step has a column of these kinds.
    #[must_use]
    pub const fn concerns(mut self, concerns: &'static [TypeClass]) -> Self {
        self.spec.concerns = concerns;
        self
    }

    /// The same, within these bounds.
    #[must_use]
    pub const fn range(mut self, low: f64, high: f64) -> Self {
        self.spec.range = Some((low, high));
        self
    }
}

/// The name of an existing column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column(pub String);

/// The names of existing columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(pub Vec<String>);

/// The name of a column that the step makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewColumn(pub String);

/// Columns of another dataset; not columns of this table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherColumns(pub Vec<String>);

/// One of the parameter's allowed values, in its first spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen(pub &'static str);

/// A regular expression that compiles.
#[derive(Clone, Debug)]
pub struct Pattern(pub String);

/// The name of another dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset(pub String);

/// The name of a secret, never the secret itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretName(pub String);

/// Text that is read as a value of the column's own type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellValue(pub String);

impl ParamType for Column {
    const KIND: Kind = Kind::Column;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("choose a column".into()) } else { Ok(Self(text.to_owned())) }
    }
    fn write(&self) -> String {
        self.0.clone()
    }
    fn visit(&mut self, each: Visitor<'_>) {
        each(&mut self.0, Use::Reads);
    }
}

impl ParamType for Columns {
    const KIND: Kind = Kind::Columns;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        parse_names(text).map(Self)
    }
    fn write(&self) -> String {
        write_names(&self.0)
    }
    fn visit(&mut self, each: Visitor<'_>) {
        self.0.iter_mut().for_each(|name| each(name, Use::Reads));
    }
    fn describe(&self, _: &ParamSpec) -> String {
        self.0.join(", ")
    }
}

impl ParamType for OtherColumns {
    const KIND: Kind = Kind::OtherColumns;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        parse_names(text).map(Self)
    }
    fn write(&self) -> String {
        write_names(&self.0)
    }
    fn describe(&self, _: &ParamSpec) -> String {
        self.0.join(", ")
    }
}

impl ParamType for NewColumn {
    const KIND: Kind = Kind::NewColumn;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("give the new column a name".into()) } else { Ok(Self(text.to_owned())) }
    }
    fn write(&self) -> String {
        self.0.clone()
    }
    fn visit(&mut self, each: Visitor<'_>) {
        each(&mut self.0, Use::Creates);
    }
}

impl ParamType for String {
    const KIND: Kind = Kind::Text;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
    fn write(&self) -> String {
        self.clone()
    }
    fn describe(&self, _: &ParamSpec) -> String {
        format!("“{self}”")
    }
}

impl ParamType for CellValue {
    const KIND: Kind = Kind::Value;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }
    fn write(&self) -> String {
        self.0.clone()
    }
}

impl ParamType for i64 {
    const KIND: Kind = Kind::Whole;
    fn parse(spec: &ParamSpec, text: &str) -> Result<Self, String> {
        let value: Self = text.trim().parse().map_err(|_| format!("“{text}” is not a whole number"))?;
        #[allow(clippy::cast_precision_loss, reason = "bounds are small")]
        in_range(spec, value as f64)?;
        Ok(value)
    }
    fn write(&self) -> String {
        self.to_string()
    }
}

impl ParamType for f64 {
    const KIND: Kind = Kind::Number;
    fn parse(spec: &ParamSpec, text: &str) -> Result<Self, String> {
        let value: Self = text.trim().parse().map_err(|_| format!("“{text}” is not a number"))?;
        in_range(spec, value)?;
        Ok(value)
    }
    fn write(&self) -> String {
        self.to_string()
    }
}

impl ParamType for bool {
    const KIND: Kind = Kind::Boolean;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        match text.trim().to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(format!("“{text}” is neither true nor false")),
        }
    }
    fn write(&self) -> String {
        self.to_string()
    }
}

impl ParamType for Chosen {
    const KIND: Kind = Kind::Choice;
    fn parse(spec: &ParamSpec, text: &str) -> Result<Self, String> {
        // Blanks around a word mean nothing, but a blank may be the value itself.
        let same = |spelling: &str| spelling == text || spelling.eq_ignore_ascii_case(text.trim());
        let found = spec.choices.iter().find(|c| same(c.value) || c.aliases.iter().any(|a| same(a)));
        found.map(|c| Self(c.value)).ok_or_else(|| {
            let values: Vec<_> = spec.choices.iter().map(|c| c.value).collect();
            format!("“{text}” is not one of {}", values.join(", "))
        })
    }
    fn write(&self) -> String {
        self.0.to_owned()
    }
    fn describe(&self, spec: &ParamSpec) -> String {
        let label = spec.choices.iter().find(|c| c.value == self.0).map_or(self.0, |c| c.label);
        let mut chars = label.chars();
        chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
    }
}

impl ParamType for Pattern {
    const KIND: Kind = Kind::Pattern;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("give a pattern".into());
        }
        match regex::Regex::new(text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(error) => {
                let text = error.to_string();
                let last = text.lines().last().unwrap_or_default();
                Err(format!("the pattern does not work: {}", last.trim_start_matches("error: ")))
            }
        }
    }
    fn write(&self) -> String {
        self.0.clone()
    }
    fn describe(&self, _: &ParamSpec) -> String {
        format!("“{}”", self.0)
    }
}

impl ParamType for Dataset {
    const KIND: Kind = Kind::Dataset;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("choose a dataset".into()) } else { Ok(Self(text.to_owned())) }
    }
    fn write(&self) -> String {
        self.0.clone()
    }
}

impl ParamType for SecretName {
    const KIND: Kind = Kind::Secret;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("name the secret".into()) } else { Ok(Self(text.to_owned())) }
    }
    fn write(&self) -> String {
        self.0.clone()
    }
}

/// Reads a JSON list of names; a text that is no JSON list is one name.
pub fn parse_names(text: &str) -> Result<Vec<String>, String> {
    let names = if text.trim_start().starts_with('[') {
        serde_json::from_str(text).map_err(|_| format!("“{text}” is not a list of names such as [\"a\",\"b\"]"))?
    } else if text.is_empty() {
        Vec::new()
    } else {
        vec![text.to_owned()]
    };
    if names.is_empty() { Err("choose at least one column".into()) } else { Ok(names) }
}

/// Writes names as a compact JSON list.
pub fn write_names(names: &[String]) -> String {
    serde_json::Value::from(names).to_string()
}

fn in_range(spec: &ParamSpec, value: f64) -> Result<(), String> {
    match spec.range {
        Some((low, high)) if !(low..=high).contains(&value) => {
            if high.is_infinite() {
                Err(format!("{value} is below {low}, the smallest value"))
            } else {
                Err(format!("{value} is not between {low} and {high}"))
            }
        }
        _ => Ok(()),
    }
}
