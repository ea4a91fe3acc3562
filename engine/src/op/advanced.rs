//! Kinds of text that people know by their look: addresses, card numbers, telephone numbers. Only the form is tested.

use super::Args;
use super::cells::map_whole;
use super::dates::parse_any_date;
use super::literals::type_named;
use super::param::{Chosen, Param, choice};
use crate::error::Result;
use crate::op::condition::is_invalid;
use crate::types::TypeClass;
use polars::prelude::{DataType, Expr, lit};

/// The kind of text that cells are meant to hold.
pub(super) static KIND: Param<Chosen> = Param::new("advancedDataType", "Kind of text")
    .help("The kind of text that a text column is meant to hold; what does not look like it is invalid.")
    .example("Email")
    .choices(&[
        choice("SSN", "US social security number"),
        choice("Email", "Email address"),
        choice("Phone Number", "Telephone number"),
        choice("Gender", "Gender"),
        choice("Credit Card", "Credit card number"),
        choice("URL", "Web address"),
        choice("IP Address", "IP address"),
        choice("DateTime", "Date or time"),
        choice("Currency", "Amount with a currency"),
        choice("ZipCode", "US zip code"),
    ])
    .optional();

/// The forms that a regular expression tells.
const FORMS: &[(&str, &str)] = &[
    ("SSN", r"^[0-9]{3}-?[0-9]{2}-?[0-9]{4}$"),
    ("Email", r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$"),
    ("Phone Number", r"^\+?[0-9(][0-9 ()./-]{5,20}$"),
    ("Gender", r"(?i)^(m|f|x|male|female|non-?binary|other)$"),
    ("URL", r"(?i)^((https?|ftp)://|www\.)[^\s/?#]+\S*$"),
    ("Currency", r"^-?(([$€£¥₹]|[A-Z]{3}) ?-?[0-9][0-9.,' ]*|[0-9][0-9.,' ]*([$€£¥₹]|[A-Z]{3}))$"),
    ("ZipCode", r"^[0-9]{5}(-[0-9]{4})?$"),
];

/// Whether a text cell fits neither the named type nor the named kind; missing cells fit both.
pub(super) fn is_unfit(args: &Args, cells: Expr, dtype: &DataType) -> Result<Expr> {
    let invalid = is_invalid(cells.clone(), dtype, type_named(args)?)?;
    let Some(kind) = args.find(&KIND)?.filter(|_| TypeClass::of(dtype) == TypeClass::Text) else {
        return Ok(invalid);
    };
    let fits = match FORMS.iter().find(|(name, _)| *name == kind.0) {
        Some((_, form)) => cells.str().contains(lit(*form), true),
        None => {
            let test = match kind.0 {
                "Credit Card" => is_card_number,
                "IP Address" => |text: &str| text.trim().parse::<std::net::IpAddr>().is_ok(),
                _ => |text: &str| parse_any_date(text).is_some(),
            };
            map_whole(cells, move |text| Some(i64::from(test(text)))).eq(lit(1))
        }
    };
    Ok(invalid.or(fits.not().fill_null(lit(false))))
}

/// 12 to 19 digits, blanks and hyphens between them, whose last is the check digit of the others.
fn is_card_number(text: &str) -> bool {
    let digits: Option<Vec<u32>> =
        text.chars().filter(|letter| !matches!(letter, ' ' | '-')).map(|letter| letter.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| (12..=19).contains(&digits.len())) else { return false };
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits.iter().rev().enumerate().map(|(at, d)| if at % 2 == 1 { doubled(*d) } else { *d }).sum();
    sum.is_multiple_of(10)
}
