//! Columns as a whole: sorting by them.

use super::param::{Kind, Param, ParamSpec, ParamType, Use};
use super::{Apply, Args, Conditions, Context, Example, Family, Locality, Operation};
use crate::error::Result;
use crate::named::col;
use polars::prelude::{
    Column, DataType, Expr, Field, IntoColumn as _, IntoSeries as _, LazyFrame, NULL, NamedFrom as _,
    NewChunkedArray as _, Series, SortMultipleOptions, UInt64Chunked, lit, when,
};
use serde::{Deserialize, Serialize};

/// One sort key, as `DataBrew` writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SortKey {
    /// The column to sort by.
    pub source_column: String,
    /// ASCENDING or DESCENDING.
    #[serde(default = "ascending")]
    pub ordering: String,
    /// `NULLS_TOP` or `NULLS_BOTTOM`.
    #[serde(default = "nulls_bottom")]
    pub nulls_ordering: String,
    /// Values in the order wanted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_order: Vec<String>,
    /// Whether the custom order tells capitals from small letters.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_custom_order_case_sensitive: bool,
}

fn ascending() -> String {
    "ASCENDING".into()
}

fn nulls_bottom() -> String {
    "NULLS_BOTTOM".into()
}

impl SortKey {
    /// A key in ascending order, missing values last.
    pub fn new(column: &str) -> Self {
        Self {
            source_column: column.to_owned(),
            ordering: ascending(),
            nulls_ordering: nulls_bottom(),
            custom_order: Vec::new(),
            is_custom_order_case_sensitive: false,
        }
    }

    /// Whether large values come first.
    pub fn descending(&self) -> bool {
        self.ordering == "DESCENDING"
    }
}

/// The keys of a sort, the first one weighing most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortKeys(pub Vec<SortKey>);

impl ParamType for SortKeys {
    const KIND: Kind = Kind::SortKeys;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        let keys: Vec<SortKey> = serde_json::from_str(text).map_err(|e| format!("not a list of sort keys: {e}"))?;
        if keys.is_empty() {
            return Err("choose at least one column to sort by".into());
        }
        for key in &keys {
            one_of(&key.ordering, &["ASCENDING", "DESCENDING"])?;
            one_of(&key.nulls_ordering, &["NULLS_TOP", "NULLS_BOTTOM"])?;
        }
        Ok(Self(keys))
    }
    fn write(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }
    fn visit(&mut self, each: &mut dyn FnMut(&mut String, Use)) {
        self.0.iter_mut().for_each(|key| each(&mut key.source_column, Use::Reads));
    }
    fn describe(&self, _: &ParamSpec) -> String {
        let words = |key: &SortKey| {
            if key.descending() { format!("{}, largest first", key.source_column) } else { key.source_column.clone() }
        };
        self.0.iter().map(words).collect::<Vec<_>>().join(", then ")
    }
}

/// Refuses a word that is none of the allowed ones.
pub(crate) fn one_of(word: &str, allowed: &[&str]) -> Result<(), String> {
    if allowed.contains(&word) { Ok(()) } else { Err(format!("“{word}” is not one of {}", allowed.join(", "))) }
}

static EXPRESSIONS: Param<SortKeys> = Param::new("expressions", "Sort by")
    .help("One key or several; the first weighs most.")
    .example(r#"[{"sourceColumn":"price","ordering":"DESCENDING","nullsOrdering":"NULLS_BOTTOM"}]"#);

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "SORT",
    title: "Sort",
    summary: "Puts the rows in order. Rows that are equal in all keys keep the order they had. Text sorts by its characters, capitals \
              before small letters; in a custom order, values that it does not list come after those it does, in their own order. \
              Where missing values go is said by each key, whatever its direction.",
    sentence: "Sort by {expressions}",
    family: Family::Column,
    params: &[&EXPRESSIONS.spec],
    conditions: Conditions::Refused,
    locality: |_| Locality::Whole,
    apply: Apply::Table(sort),
    examples: &[
        Example {
            title: "Two keys, missing values first",
            params: &[(
                "expressions",
                r#"[{"sourceColumn":"a","ordering":"ASCENDING","nullsOrdering":"NULLS_TOP"},{"sourceColumn":"b","ordering":"DESCENDING","nullsOrdering":"NULLS_BOTTOM"}]"#,
            )],
            conditions: &[],
            before: "a:whole | b:text\n2 | x\n1 | y\n∅ | z\n1 | ∅\n-1 | q\n1 | z",
            after: "a:whole | b:text\n∅ | z\n-1 | q\n1 | z\n1 | y\n1 | ∅\n2 | x",
        },
        Example {
            title: "An order of one's own, matched without case; what it does not list comes after",
            params: &[("expressions", r#"[{"sourceColumn":"size","customOrder":["S","M","L"]}]"#)],
            conditions: &[],
            before: "size:text\nL\nxx\nm\nS\n∅\nM",
            after: "size:text\nS\nm\nM\nL\nxx\n∅",
        },
    ],
    ..Operation::DEFAULT
}];

fn sort(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<LazyFrame> {
    let keys = args.get(&EXPRESSIONS)?.0;
    let mut by: Vec<Expr> = Vec::new();
    let (mut descending, mut nulls_last) = (Vec::new(), Vec::new());
    let mut seen = std::collections::BTreeSet::new();
    // A column that was sorted by already decides nothing more.
    for key in keys.iter().filter(|key| seen.insert(key.source_column.clone())) {
        if key.custom_order.is_empty() {
            let cells = col(key.source_column.as_str());
            if by.is_empty() && context.dtype(&key.source_column)? == &DataType::String {
                // It is never missing.
                by.push(beginning(cells.clone(), key));
                descending.push(key.descending());
                nulls_last.push(false);
            }
            by.push(cells);
        } else {
            let rank = custom_rank(key, context.dtype(&key.source_column)?);
            by.push(rank.clone());
            descending.push(key.descending());
            nulls_last.push(key.nulls_ordering == "NULLS_BOTTOM");
            // Values outside the list are ordered among themselves.
            let outside = rank.eq(lit(u32::try_from(key.custom_order.len()).unwrap_or(u32::MAX)));
            by.push(when(outside).then(col(key.source_column.as_str())).otherwise(lit(NULL)));
        }
        descending.push(key.descending());
        nulls_last.push(key.nulls_ordering == "NULLS_BOTTOM");
    }
    let options = SortMultipleOptions::default()
        .with_maintain_order(true)
        .with_order_descending_multi(descending)
        .with_nulls_last_multi(nulls_last);
    Ok(frame.sort_by_exprs(by, options))
}

const BEGINNING: &str = "first eight bytes";

/// The first eight bytes of a text as a number that sorts as they do, and one for missing texts; most are told apart by it. Where missing
/// values go last in every key, the engine would compare all keys of two rows as one piece of memory, which takes twice as long.
fn beginning(cells: Expr, key: &SortKey) -> Expr {
    // No text has such bytes. The smallest number is that of empty text too; then the text itself decides.
    let last = (key.nulls_ordering == "NULLS_BOTTOM") != key.descending();
    let missing = if last { u64::MAX } else { 0 };
    let number = move |text: &str| {
        let mut bytes = [0; 8];
        let all = text.as_bytes();
        let length = all.len().min(bytes.len());
        bytes[..length].copy_from_slice(&all[..length]);
        u64::from_be_bytes(bytes)
    };
    cells.map_with_fmt_str(
        move |cells: Column| {
            let numbers = cells.str()?.iter().map(|text| text.map_or(missing, number));
            Ok(UInt64Chunked::from_iter_values(cells.name().clone(), numbers).into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::UInt64)),
        BEGINNING,
    )
}

/// Whether a key is but the beginning of the text that is the next one.
pub(crate) fn is_beginning(key: &Expr) -> bool {
    matches!(key, Expr::AnonymousFunction { fmt_str, .. } if fmt_str.as_str() == BEGINNING)
}

/// A number for each value: its place in the custom order, one more than the last for values outside it.
fn custom_rank(key: &SortKey, dtype: &DataType) -> Expr {
    let fold = |text: &str| {
        if key.is_custom_order_case_sensitive { text.to_owned() } else { text.to_lowercase() }
    };
    // A value that is listed twice has its first place.
    let mut seen = std::collections::HashSet::new();
    let places = key.custom_order.iter().map(|value| fold(value)).zip(0_u32..);
    let (values, ranks): (Vec<String>, Vec<u32>) = places.filter(|(value, _)| seen.insert(value.clone())).unzip();
    let mut cells = super::convert::convert(col(key.source_column.as_str()), dtype, &DataType::String);
    if !key.is_custom_order_case_sensitive {
        cells = cells.str().to_lowercase();
    }
    let last = u32::try_from(key.custom_order.len()).unwrap_or(u32::MAX);
    let missing = cells.clone().is_null();
    let rank = cells.replace_strict(
        lit(Series::new("".into(), values)),
        lit(Series::new("".into(), ranks)),
        Some(lit(last)),
        Some(DataType::UInt32),
    );
    when(missing).then(lit(NULL)).otherwise(rank)
}
