//! Parts of dates written over by a symbol, in whatever layout the date is written.

use super::cells::map_text;
use super::convert::{convert, order_counts, order_found};
use super::dates::{Order, order_shown, read_date};
use super::lists::Words;
use super::mask::SYMBOL;
use super::param::{Kind, Param, ParamSpec, ParamType, choice};
use super::{Apply, Args, Context, Example, Facts, Family, Operation, Output, params};
use crate::error::Result;
use crate::named::col;
use polars::prelude::{DataType, Expr, LazyFrame};
use std::ops::Range;

/// The tag of a language; only English names of months are read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct English(String);

impl ParamType for English {
    const KIND: Kind = Kind::Text;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        let language = text.trim().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        if language == "en" {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("“{text}” is not English; only English names of months are read, numbers in any language"))
        }
    }
    fn write(&self) -> String {
        self.0.clone()
    }
}

static REDACT: Param<Words> =
    Param::new("redact", "Parts").help("The parts of the date that are masked.").example(r#"["YEAR"]"#).choices(&[
        choice("YEAR", "Year"),
        choice("MONTH", "Month"),
        choice("DAY", "Day"),
        choice("HOUR", "Hour"),
        choice("MINUTE", "Minute"),
        choice("SECOND", "Second"),
        choice("MILLISECOND", "Fraction of a second"),
    ]);
static LOCALE: Param<English> =
    Param::new("locale", "Language").help("The language of the names of months; only English is read.").default("en");

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "MASK_DATE",
    title: "Mask parts of a date",
    summary: "Masks the chosen parts of dates in some columns, in place; the column becomes text. A date in a text keeps its layout; which of \
              day and month comes first is told by the whole column, the month when nothing tells. A text that is no date is masked \
              altogether, so that nothing slips through. Parts that a date does not have are passed over. Missing cells stay missing.",
    sentence: "Mask {redact} of {sourceColumns} with {maskSymbol}",
    family: Family::Protect,
    params: &[&params::SOURCES.spec, &SYMBOL.spec, &REDACT.spec, &LOCALE.spec],
    facts: Some(Facts::figures(order_query)),
    apply: Apply::Columns(mask_date),
    examples: &[
        Example {
            title: "The year of dates",
            params: &[("sourceColumns", "[\"born\"]"), ("maskSymbol", "#"), ("redact", "[\"YEAR\"]")],
            conditions: &[],
            before: "born:date\n1999-12-31\n∅",
            after: "born:text\n####-12-31\n∅",
        },
        Example {
            title: "Day and month of text; one 31/12 decides that the day comes first",
            params: &[("sourceColumns", "[\"born\"]"), ("maskSymbol", "x"), ("redact", "[\"DAY\",\"MONTH\"]")],
            conditions: &[],
            before: "born:text\n01/02/1999\n31/12/1999\nMay 4, 2001\nunknown",
            after: "born:text\nxx/xx/1999\nxx/xx/1999\nxxx x, 2001\nxxxxxxx",
        },
    ],
    ..Operation::DEFAULT
}];

fn order_query(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    let mut counts: Vec<Expr> = Vec::new();
    for name in args.get(&params::SOURCES)?.0 {
        if context.dtype(&name)? == &DataType::String {
            counts.extend(order_counts(&name));
        }
    }
    Ok((!counts.is_empty()).then(|| frame.select(counts)))
}

fn mask_date(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let (symbol, parts) = (args.get(&SYMBOL)?.0, args.get(&REDACT)?.0);
    args.get(&LOCALE)?;
    let mut outputs = Vec::new();
    for name in args.get(&params::SOURCES)?.0 {
        let dtype = context.dtype(&name)?;
        let order = if dtype == &DataType::String { order_found(context, &name) } else { Order::Either };
        let (symbol, parts) = (symbol.clone(), parts.clone());
        let text = convert(col(name.as_str()), dtype, &DataType::String);
        outputs.push(Output::new(&name, map_text(text, move |text| Some(masked(text, order, &parts, &symbol)))));
    }
    Ok(outputs)
}

/// The text with the symbol for each letter and digit of the parts; of all parts when it is no date.
fn masked(text: &str, order: Order, parts: &[&str], symbol: &str) -> String {
    let runs = runs(text);
    let named = read_date(text, order).map(|_| part_names(text, &runs, order));
    let hidden = |at: usize| named.as_ref().is_none_or(|named| parts.contains(&named[at]));
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for (place, run) in runs.iter().enumerate() {
        masked.push_str(&text[at..run.start]);
        if hidden(place) {
            (0..text[run.clone()].chars().count()).for_each(|_| masked.push_str(symbol));
        } else {
            masked.push_str(&text[run.clone()]);
        }
        at = run.end;
    }
    masked.push_str(&text[at..]);
    masked
}

/// The stretches of digits and the stretches of letters.
fn runs(text: &str) -> Vec<Range<usize>> {
    let class = |letter: char| if letter.is_ascii_digit() { 1 } else { 2 * u8::from(letter.is_alphanumeric()) };
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut last = 0;
    for (at, letter) in text.char_indices() {
        let this = class(letter);
        let end = at + letter.len_utf8();
        match runs.last_mut() {
            Some(run) if this != 0 && this == last => run.end = end,
            _ if this != 0 => runs.push(at..end),
            _ => {}
        }
        last = this;
    }
    runs
}

/// Which part each stretch of a date is; empty for what is none.
fn part_names(text: &str, runs: &[Range<usize>], order: Order) -> Vec<&'static str> {
    let is_number = |run: &Range<usize>| text.as_bytes()[run.start].is_ascii_digit();
    let hour = runs.iter().position(|run| is_number(run) && text[run.end..].starts_with(':')).unwrap_or(runs.len());
    let mut names = vec![""; runs.len()];
    let dates: Vec<usize> = (0..hour).filter(|at| is_number(&runs[*at])).collect();
    let month = (0..hour).find(|at| !is_number(&runs[*at]) && runs[*at].len() > 2);
    let long = |at: &usize| runs[*at].len() > 2;
    let sequence: &[&'static str] = match (month, dates.as_slice()) {
        (Some(month), [first, _]) => {
            names[month] = "MONTH";
            if long(first) { &["YEAR", "DAY"] } else { &["DAY", "YEAR"] }
        }
        (_, [first, ..]) if long(first) => &["YEAR", "MONTH", "DAY"],
        (_, [first, ..]) if text[runs[*first].end..].starts_with('.') => &["DAY", "MONTH", "YEAR"],
        _ => match if order == Order::Either { order_shown(text).unwrap_or(Order::Month) } else { order } {
            Order::Day => &["DAY", "MONTH", "YEAR"],
            _ => &["MONTH", "DAY", "YEAR"],
        },
    };
    for (at, name) in dates.iter().zip(sequence) {
        names[*at] = name;
    }
    let times = (hour..runs.len()).filter(|at| is_number(&runs[*at]));
    for (at, name) in times.zip(["HOUR", "MINUTE", "SECOND"]) {
        names[at] = name;
    }
    for (at, run) in runs.iter().enumerate().skip(hour + 1) {
        if is_number(run) && text[..run.start].ends_with('.') {
            names[at] = "MILLISECOND";
        }
    }
    names
}
