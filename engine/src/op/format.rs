//! How dates and numbers are written as text.

use super::convert::{convert_ordered, order_counts, order_found};
use super::dates::chrono_layout;
use super::moment::{MOMENT, Reading, column_moments, to_text, written};
use super::param::{Choice, Chosen, Param, ParamType as _, choice};
use super::{Apply, Args, Context, Example, Facts, Family, Operation, Output, params};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::types::TypeClass;
use polars::prelude::{
    DataType, Expr, Field, IntoColumn as _, IntoSeries as _, LazyFrame, NewChunkedArray as _, StringChunked,
};

static LAYOUT: Param<Chosen> =
    Param::new("targetDateFormat", "Layout").help("How the dates are written.").example("mm-dd-yyyy").choices(&[
        choice("mm/dd/yyyy", "12/31/2024"),
        choice("mm-dd-yyyy", "12-31-2024"),
        Choice { value: "dd month yyyy", label: "31 December 2024", aliases: &["dd*month*yyyy"] },
        Choice { value: "month yyyy", label: "December 2024", aliases: &["month*yyyy"] },
        Choice { value: "dd month", label: "31 December", aliases: &["dd*month"] },
    ]);
static PLACES: Param<i64> = Param::new("decimalPlaces", "Digits after the point")
    .help("How many digits stand after the decimal separator.")
    .example("2")
    .range(0.0, 38.0);
static POINT: Param<Chosen> = Param::new("numericDecimalSeparator", "Decimal separator")
    .help("The sign between whole number and fraction.")
    .example(".")
    .choices(&[choice(".", "Point"), choice(",", "Comma")]);
static THOUSANDS: Param<Chosen> = Param::new("numericThousandSeparator", "Thousands separator")
    .help("The sign between groups of three digits.")
    .example(",")
    .choices(&[
        choice("null", "None"),
        choice(",", "Comma"),
        choice(" ", "Blank"),
        choice(".", "Point"),
        Choice { value: "'", label: "Apostrophe", aliases: &["\\"] },
    ])
    .default("null");
static UNIT: Param<Chosen> = Param::new("numericAbbreviatedUnit", "Unit")
    .help("The unit by which the numbers are divided.")
    .example("THOUSAND")
    .choices(&[
        choice("null", "None"),
        choice("THOUSAND", "Thousands"),
        choice("MILLION", "Millions"),
        choice("BILLION", "Billions"),
        choice("TRILLION", "Trillions"),
    ])
    .default("null");
static SUFFIX: Param<String> = Param::new("numericUnitAbbreviation", "Sign of the unit")
    .help("What is written right after the number; begin it with a blank to part the two.")
    .example("K")
    .default("");

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "FORMAT_DATE",
        title: "Format date",
        summary: "Writes dates in one of five layouts, in place; the column becomes text. Text is read as a date in any usual layout, and \
                  whether day or month comes first is decided on the whole column, month first when nothing tells. Text that is no date \
                  becomes missing and is counted. Month names are English; a time of day is dropped.",
        sentence: "Write the dates of {sourceColumn} as {targetDateFormat}",
        family: Family::Format,
        params: &[&params::SOURCE_DATE.spec, &LAYOUT.spec],
        converts: true,
        facts: Some(Facts::figures(order_query)),
        apply: Apply::Columns(format_date),
        examples: &[
            Example {
                title: "One 13/02 tells that the day comes first",
                params: &[("sourceColumn", "born"), ("targetDateFormat", "dd*month*yyyy")],
                conditions: &[],
                before: "born:text\n01/02/1990\n13/02/1990\n2024-02-29 10:30\nsoon\n\"\"\n∅",
                after: "born:text\n01 February 1990\n13 February 1990\n29 February 2024\n∅\n∅\n∅",
            },
            Example {
                title: "A column of dates becomes text",
                params: &[("sourceColumn", "born"), ("targetDateFormat", "mm-dd-yyyy")],
                conditions: &[],
                before: "born:date\n1999-12-31\n∅",
                after: "born:text\n12-31-1999\n∅",
            },
        ],
        ..Operation::DEFAULT
    },
    Operation {
        name: "NUMBER_FORMAT",
        title: "Format number",
        summary: "Writes numbers as text with a fixed number of digits after the point, in place; the column becomes text. Digits are \
                  rounded as they are shown, halves away from zero: 2.675 becomes 2.68. With a unit the number is divided by it first, \
                  exactly. A number that rounds to 0 has no sign; NaN and infinite numbers are written as such.",
        sentence: "Write {sourceColumn} with {decimalPlaces} digits after the point",
        family: Family::Format,
        params: &[&params::SOURCE_NUMBER.spec, &PLACES.spec, &POINT.spec, &THOUSANDS.spec, &UNIT.spec, &SUFFIX.spec],
        apply: Apply::Columns(format_number),
        examples: &[
            Example {
                title: "In thousands",
                params: &[
                    ("sourceColumn", "income"),
                    ("decimalPlaces", "2"),
                    ("numericDecimalSeparator", "."),
                    ("numericThousandSeparator", ","),
                    ("numericAbbreviatedUnit", "THOUSAND"),
                    ("numericUnitAbbreviation", "K"),
                ],
                conditions: &[],
                before: "income:whole\n1234567\n-5\n4\n∅\n9007199254740993",
                after: "income:text\n1,234.57K\n-0.01K\n0.00K\n∅\n9,007,199,254,740.99K",
            },
            Example {
                title: "Halves go away from zero, as they are shown",
                params: &[
                    ("sourceColumn", "n"),
                    ("decimalPlaces", "2"),
                    ("numericDecimalSeparator", ","),
                    ("numericThousandSeparator", " "),
                ],
                conditions: &[],
                before: "n:double\n2.675\n-1234.005\n999999.999\n∅\n1e20",
                after: "n:text\n2,68\n-1 234,01\n1 000 000,00\n∅\n100 000 000 000 000 000 000,00",
            },
        ],
        ..Operation::DEFAULT
    },
];

fn order_query(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<Option<LazyFrame>> {
    let column = args.get(&params::SOURCE)?.write();
    let is_text = context.dtype(&column)? == &DataType::String;
    Ok(is_text.then(|| frame.select(order_counts(&column))))
}

fn format_date(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let column = args.get(&params::SOURCE)?.write();
    let layout = chrono_layout(args.get(&LAYOUT)?.0);
    let dtype = context.dtype(&column)?;
    let cells = col(column.as_str());
    let dates = match TypeClass::of(dtype) {
        TypeClass::Text => convert_ordered(cells, dtype, &DataType::Date, order_found(context, &column)).cast(MOMENT),
        _ => column_moments(&column, context, &Reading::DATES)?,
    };
    Ok(vec![Output::new(&column, to_text(dates, move |moment| written(moment, &layout)))])
}

/// How NUMBER_FORMAT writes a number.
struct Writing {
    places: usize,
    point: &'static str,
    group: &'static str,
    shift: usize,
    suffix: String,
}

fn format_number(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let column = args.get(&params::SOURCE)?.write();
    let none = |word: &'static str| if word == "null" { "" } else { word };
    let writing = Writing {
        places: super::cells::count(args.get(&PLACES)?),
        point: args.get(&POINT)?.0,
        group: none(args.get(&THOUSANDS)?.0),
        shift: match args.get(&UNIT)?.0 {
            "THOUSAND" => 3,
            "MILLION" => 6,
            "BILLION" => 9,
            "TRILLION" => 12,
            _ => 0,
        },
        suffix: args.get(&SUFFIX)?,
    };
    if writing.point == writing.group {
        let message = "the decimal separator and the thousands separator are the same";
        let error = Error::new(ErrorKind::Parameter, message).advise("choose another one, or none for the thousands");
        return Err(error.at_param(THOUSANDS.spec.name));
    }
    let digits = digits(col(column.as_str()), context.dtype(&column)?);
    Ok(vec![Output::new(&column, super::cells::map_text(digits, move |text| Some(writing.write(text))))])
}

/// Numbers as plain digits, never with an exponent.
fn digits(cells: Expr, dtype: &DataType) -> Expr {
    if TypeClass::of(dtype) != TypeClass::Decimal {
        return cells.cast(DataType::String);
    }
    cells.map(
        |column| {
            let numbers = column.cast(&DataType::Float64)?;
            let texts = numbers.f64()?.iter().map(|number| number.map(|number| number.to_string()));
            Ok(StringChunked::from_iter_options(column.name().clone(), texts).into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::String)),
    )
}

impl Writing {
    fn write(&self, text: &str) -> String {
        let (sign, plain) = text.strip_prefix('-').map_or(("", text), |plain| ("-", plain));
        if !plain.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return text.to_owned();
        }
        let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
        let whole = format!("{}{whole}", "0".repeat(self.shift));
        let digits = format!("{whole}{fraction}{}", "0".repeat(self.places + 1));
        let end = whole.len() - self.shift + self.places;
        let rounded = round_digits(&digits, end);
        let (whole, fraction) = rounded.split_at(rounded.len() - self.places);
        let whole = whole.trim_start_matches('0');
        let zero = whole.is_empty() && fraction.bytes().all(|b| b == b'0');
        let mut out = String::from(if zero { "" } else { sign });
        out.push_str(&self.grouped(if whole.is_empty() { "0" } else { whole }));
        if self.places > 0 {
            out.push_str(self.point);
            out.push_str(fraction);
        }
        out.push_str(&self.suffix);
        out
    }

    fn grouped(&self, whole: &str) -> String {
        let mut out = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                out.push_str(self.group);
            }
            out.push(digit);
        }
        out
    }
}

/// The first `end` digits, rounded by the one after them; one digit longer when all were nines.
fn round_digits(digits: &str, end: usize) -> String {
    let up = digits.as_bytes().get(end).is_some_and(|next| *next >= b'5');
    let mut kept: Vec<u8> = digits.bytes().take(end).collect();
    let mut carry = up;
    for digit in kept.iter_mut().rev() {
        if !carry {
            break;
        }
        carry = *digit == b'9';
        *digit = if carry { b'0' } else { *digit + 1 };
    }
    if carry {
        kept.insert(0, b'1');
    }
    kept.into_iter().map(char::from).collect()
}
