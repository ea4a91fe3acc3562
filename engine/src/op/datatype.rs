//! Advanced data types: finding the kind of text that a column holds, and filtering, flagging and reading its details.

use super::advanced::{KINDS, is_of_kind};
use super::cells::{map_text, map_whole};
use super::convert::{convert, order_counts, order_found};
use super::dates::Order;
use super::detail::{detail, details_of, is_wanted, is_whole};
use super::filter::remove;
use super::flag::flag;
use super::lists::{Named, Texts};
use super::param::{Choice, NewColumn, Param, ParamSpec, choice};
use super::{Apply, Args, Context, Example, Facts, Family, Operation, Output, RowLaw, new_column, params};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::op::condition::masked;
use crate::types::TypeClass;
use polars::prelude::{DataType, Expr, LazyFrame, NULL, lit};

static KIND: Param<Named> = Param::new("advancedDataType", "Kind of text")
    .help("The kind of text that the column holds; blanks, hyphens and capitals of the word do not count.")
    .example("Zip Code")
    .choices(KINDS);
static DETAIL: Param<Named> = Param::new("pattern", "Detail")
    .help("The detail that is read; which ones there are depends on the kind of text.")
    .example("STATE")
    .choices(&[
        choice("AREA_CODE", "Area code (telephone)"),
        Choice { value: "TIME_ZONE", label: "Time zone (telephone, zip code, state)", aliases: &["TIMEZONE"] },
        choice("COUNTRY_CODE", "Country code (telephone)"),
        choice("COUNTRY", "Country (zip code)"),
        choice("STATE", "State (zip code)"),
        choice("CITY", "City (zip code)"),
        choice("TYPE", "Type (zip code)"),
        choice("REGION", "Region (zip code)"),
        choice("DAY", "Day (date)"),
        choice("MONTH", "Month (date)"),
        choice("MONTH_NAME", "Name of the month (date)"),
        choice("WEEK", "Week (date)"),
        choice("QUARTER", "Quarter (date)"),
        choice("YEAR", "Year (date)"),
        choice("LENGTH", "Digits (card)"),
        choice("NETWORK", "Network (card)"),
        choice("PROTOCOL", "Protocol (web address)"),
        choice("TLD", "Last part of the name (web address)"),
        choice("DOMAIN", "Name (web address)"),
    ]);
static VALUES: Param<Texts> = Param::new("filterValues", "Values")
    .help("The values of the detail that are looked for; capitals do not count, and states may be written in letters or in full.")
    .example(r#"["Ohio"]"#)
    .aliases(&["filter values"]);
static STRATEGY: Param<Named> = Param::new("strategy", "What becomes of them")
    .help("Whether rows with these values are kept or removed, or cells with these or with other values are cleared.")
    .example("KEEP_ROWS")
    .choices(&[
        choice("KEEP_ROWS", "Keep the rows"),
        choice("DISCARD_ROWS", "Remove the rows"),
        choice("CLEAR_FILTERS", "Clear the cells"),
        choice("CLEAR_OTHERS", "Clear the other cells"),
    ]);
static EMPTY: Param<bool> = Param::new("clearWithEmpty", "Clear to empty text")
    .help("Whether a cleared cell becomes empty text instead of missing.")
    .default("false");
static TARGET: Param<NewColumn> = Param::new("targetColumn", "New column")
    .help("The name of a column that gets the kind that was found; left out, the step changes nothing.")
    .example("kind")
    .optional();
static COLUMN: Param<super::param::Column> = Param::new("sourceColumn", "Column")
    .help("The column whose kind of text is asked.")
    .example("phone")
    .aliases(&["columnName"]);

static FILTER_PARAMS: [&ParamSpec; 6] =
    [&params::SOURCE_SCALAR.spec, &KIND.spec, &DETAIL.spec, &VALUES.spec, &STRATEGY.spec, &EMPTY.spec];
static FLAG_PARAMS: [&ParamSpec; 7] = [
    &params::SOURCE_SCALAR.spec,
    &KIND.spec,
    &DETAIL.spec,
    &VALUES.spec,
    &params::TARGET.spec,
    &params::TRUE_TEXT.spec,
    &params::FALSE_TEXT.spec,
];
static DETAIL_PARAMS: [&ParamSpec; 4] = [&params::SOURCE_SCALAR.spec, &KIND.spec, &DETAIL.spec, &params::TARGET.spec];

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "GET_ADVANCED_DATATYPE",
        title: "Find the kind of text",
        summary: "Finds which kind of text a column holds: the one that most of its cells fit, if at least half of those that are not missing \
                  do. Telephone numbers must be valid ones, zip codes must exist, card numbers must have the right check digit. In \
                  DataBrew this is a question and changes nothing; here a new column, when one is named, says the kind in each row (missing \
                  when there is none).",
        sentence: "Find the kind of text of {sourceColumn}",
        family: Family::Create,
        params: &[&COLUMN.spec, &TARGET.spec],
        facts: Some(Facts::figures(count_kinds)),
        apply: Apply::Columns(get_kind),
        examples: &[
            Example {
                title: "Half of the cells are enough",
                params: &[("sourceColumn", "contact"), ("targetColumn", "kind")],
                conditions: &[],
                before: "contact:text\na@b.de\nnobody\nc@d.org\n∅",
                after: "contact:text | kind:text\na@b.de | Email\nnobody | Email\nc@d.org | Email\n∅ | Email",
            },
            Example {
                title: "Without a new column nothing changes",
                params: &[("columnName", "contact")],
                conditions: &[],
                before: "contact:text\na@b.de",
                after: "contact:text\na@b.de",
            },
        ],
        ..Operation::DEFAULT
    },
    Operation {
        name: "EXTRACT_ADVANCED_DATATYPE_DETAILS",
        title: "Detail of a kind of text",
        summary: "Adds a column with a detail of a kind of text. Telephone numbers are read as of the United States unless they say +: the area \
                  code is one of +1, other countries have none; the time zones that a number may have are listed. A zip code's state is \
                  written in full, its region is that of the census, its type STANDARD, MILITARY, or PO BOX where the census knows no area. \
                  A state's time zone is that of most of its people. Day, month, week (ISO 8601), quarter, year and length are whole \
                  numbers. The name of a web address is without www. A text that is not of the kind, or has no such detail, yields a \
                  missing cell and is counted.",
        sentence: "{pattern} of {sourceColumn} into {targetColumn}",
        family: Family::Extract,
        params: &DETAIL_PARAMS,
        converts: true,
        facts: Some(Facts::figures(order_query)),
        apply: Apply::Columns(extract),
        examples: &[
            Example {
                title: "The time zone of zip codes, in the spelling of the guide",
                params: &[
                    ("pattern", "TIMEZONE"),
                    ("sourceColumn", "zipCode"),
                    ("targetColumn", "timeZoneFromZipCode"),
                    ("advancedDataType", "ZipCode"),
                ],
                conditions: &[],
                before: "zipCode:text\n43215\n90210-1234\n00000\n∅",
                after: "zipCode:text | timeZoneFromZipCode:text\n43215 | America/New_York\n90210-1234 | America/Los_Angeles\n00000 | ∅\n∅ | ∅",
            },
            Example {
                title: "The network of card numbers",
                params: &[
                    ("pattern", "NETWORK"),
                    ("sourceColumn", "card"),
                    ("targetColumn", "network"),
                    ("advancedDataType", "Credit Card"),
                ],
                conditions: &[],
                before: "card:text\n4111 1111 1111 1111\n378282246310005\n4111 1111 1111 1112",
                after: "card:text | network:text\n4111 1111 1111 1111 | Visa\n378282246310005 | American Express\n4111 1111 1111 1112 | ∅",
            },
        ],
        ..Operation::DEFAULT
    },
    Operation {
        name: "ADVANCED_DATATYPE_FILTER",
        title: "Filter by a kind of text",
        summary: "Keeps or removes the rows whose text has one of some values as a detail, or clears those cells or the others. What the details \
                  are is told by EXTRACT_ADVANCED_DATATYPE_DETAILS. A cell without the detail, a missing one too, has none of the values: \
                  KEEP_ROWS removes its row, DISCARD_ROWS keeps it. An area code is meant by its digits or by its state. With conditions, \
                  only rows that they select are removed or cleared.",
        sentence: "{strategy} where {pattern} of {sourceColumn} is {filterValues}",
        family: Family::Filter,
        params: &FILTER_PARAMS,
        rows: |args| if clears(args) { RowLaw::Same } else { RowLaw::Fewer },
        facts: Some(Facts::figures(order_query)),
        apply: Apply::Table(filter),
        examples: &[
            Example {
                title: "Telephone numbers of Ohio",
                params: &[
                    ("pattern", "AREA_CODE"),
                    ("sourceColumn", "phone"),
                    ("advancedDataType", "Phone"),
                    ("filterValues", "[\"Ohio\"]"),
                    ("strategy", "KEEP_ROWS"),
                ],
                conditions: &[],
                before: "phone:text\n(614) 664-0000\n212-664-0000\nnone\n∅",
                after: "phone:text\n(614) 664-0000",
            },
            Example {
                title: "Only the others are cleared",
                params: &[
                    ("pattern", "STATE"),
                    ("sourceColumn", "zip"),
                    ("advancedDataType", "Zip Code"),
                    ("filterValues", "[\"NY\",\"Ohio\"]"),
                    ("strategy", "CLEAR_OTHERS"),
                    ("clearWithEmpty", "true"),
                ],
                conditions: &[],
                before: "zip:text\n10001\n90210\n43215\n∅",
                after: "zip:text\n10001\n\"\"\n43215\n∅",
            },
        ],
        ..Operation::DEFAULT
    },
    Operation {
        name: "ADVANCED_DATATYPE_FLAG",
        title: "Flag by a kind of text",
        summary: "Adds a column that says whether a text has one of some values as a detail; the same rule as in ADVANCED_DATATYPE_FILTER. A cell \
                  without the detail has none of the values.",
        sentence: "Flag in {targetColumn} whether {pattern} of {sourceColumn} is {filterValues}",
        family: Family::Create,
        params: &FLAG_PARAMS,
        facts: Some(Facts::figures(order_query)),
        apply: Apply::Columns(|args, context| flag(args, wanted(args, context)?)),
        examples: &[Example {
            title: "Web addresses of two kinds",
            params: &[
                ("pattern", "TLD"),
                ("sourceColumn", "site"),
                ("advancedDataType", "URL"),
                ("filterValues", "[\"org\",\"DE\"]"),
                ("targetColumn", "listed"),
                ("trueString", "yes"),
                ("falseString", "no"),
            ],
            conditions: &[],
            before: "site:text\nhttps://www.example.org/a?b=c\nwww.beispiel.de\nhttp://example.com\nnone\n∅",
            after: "site:text | listed:text\nhttps://www.example.org/a?b=c | yes\nwww.beispiel.de | yes\nhttp://example.com | no\nnone | no\n∅ | no",
        }],
        ..Operation::DEFAULT
    },
];

/// The column as text, the kind, the detail, and the order of dates.
struct Asked {
    cells: Expr,
    kind: &'static str,
    detail: &'static str,
    order: Order,
}

fn asked(args: &Args, context: &Context<'_>) -> Result<Asked> {
    let (kind, detail) = (args.get(&KIND)?.0, args.get(&DETAIL)?.0);
    let details = details_of(kind);
    if !details.contains(&detail) {
        let message = format!("{kind} has no detail {detail}");
        let advice = if details.is_empty() {
            "it has no details; choose another kind of text".to_owned()
        } else {
            format!("it has {}", details.join(", "))
        };
        return Err(Error::new(ErrorKind::Parameter, message).advise(advice).at_param(DETAIL.spec.name));
    }
    let name = args.get(&params::SOURCE_SCALAR)?.0;
    let dtype = context.dtype(&name)?;
    let mut cells = convert(col(name.as_str()), dtype, &DataType::String);
    if kind == "ZipCode" && TypeClass::of(dtype) == TypeClass::Whole {
        // A zip code that became a number lost its first zeros.
        cells = map_text(cells, |digits| Some(format!("{digits:0>5}")));
    }
    let order = if dtype == &DataType::String { order_found(context, &name) } else { Order::Either };
    Ok(Asked { cells, kind, detail, order })
}

fn order_query(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    let name = args.get(&params::SOURCE_SCALAR)?.0;
    let dates = args.get(&KIND)?.0 == "DateTime" && context.dtype(&name)? == &DataType::String;
    Ok(dates.then(|| frame.select(order_counts(&name))))
}

fn extract(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let Asked { cells, kind, detail: what, order } = asked(args, context)?;
    let value = if is_whole(what) {
        map_whole(cells, move |text| detail(kind, what, text, order)?.parse().ok())
    } else {
        map_text(cells, move |text| detail(kind, what, text, order))
    };
    new_column(args, value)
}

/// Whether a cell has one of the wanted values; false for missing ones.
fn wanted(args: &Args, context: &Context<'_>) -> Result<Expr> {
    let Asked { cells, kind, detail: what, order } = asked(args, context)?;
    let values = args.get(&VALUES)?.0;
    let found = map_whole(cells, move |text| {
        let found = detail(kind, what, text, order);
        Some(i64::from(found.is_some_and(|found| is_wanted(kind, what, &found, &values))))
    });
    Ok(found.eq(lit(1)).fill_null(lit(false)))
}

fn clears(args: &Args) -> bool {
    args.get(&STRATEGY).is_ok_and(|how| how.0.starts_with("CLEAR"))
}

fn filter(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<LazyFrame> {
    let (strategy, found) = (args.get(&STRATEGY)?.0, wanted(args, context)?);
    match strategy {
        "KEEP_ROWS" => return Ok(remove(context, frame, found.not())),
        "DISCARD_ROWS" => return Ok(remove(context, frame, found)),
        _ => {}
    }
    let name = args.get(&params::SOURCE_SCALAR)?.0;
    let cells = col(name.as_str());
    let test = if strategy == "CLEAR_FILTERS" { found } else { found.not() };
    let mut cleared = test.and(cells.clone().is_not_null());
    if let Some(predicate) = &context.predicate {
        cleared = predicate.clone().and(cleared);
    }
    let text = context.dtype(&name)? == &DataType::String;
    let nothing = if args.get(&EMPTY)? && text { lit("") } else { lit(NULL) };
    Ok(frame.with_columns([masked(&cleared, nothing, Some(cells)).alias(name.as_str())]))
}

fn count_kinds(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    let name = args.get(&COLUMN)?.0;
    if args.find(&TARGET)?.is_none() || context.dtype(&name)? != &DataType::String {
        return Ok(None);
    }
    let cells = col(name.as_str());
    let count = |kind: &'static str| {
        map_whole(cells.clone(), move |text| Some(i64::from(is_of_kind(kind, text)))).sum().alias(kind)
    };
    let mut counts: Vec<Expr> = KINDS.iter().map(|kind| count(kind.value)).collect();
    counts.push(cells.count().cast(DataType::Int64).alias("all"));
    Ok(Some(frame.select(counts)))
}

fn get_kind(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    if args.find(&TARGET)?.is_none() {
        return Ok(Vec::new());
    }
    let count = |kind: &str| -> i64 {
        let column = context.facts.and_then(|facts| facts.column(kind).ok());
        column.and_then(|column| column.get(0).ok()?.extract()).unwrap_or_default()
    };
    // Of kinds that equally many cells fit, the first of the list is taken.
    let found = KINDS.iter().rev().max_by_key(|kind| count(kind.value));
    let kind = found.filter(|kind| count(kind.value) > 0 && 2 * count(kind.value) >= count("all"));
    new_column(args, lit_text(kind.map(|kind| kind.value)))
}

fn lit_text(text: Option<&'static str>) -> Expr {
    text.map_or_else(|| lit(NULL).cast(DataType::String), lit)
}
