//! Kinds of text that people know by their look: addresses, card numbers, telephone numbers, names of places.
//!
//! A cell is invalid when its form is wrong; a column is found to be of a kind by stricter tests, since forms overlap.

use super::Args;
use super::cells::map_whole;
use super::dates::parse_any_date;
use super::entity::is_card_number;
use super::lists::Named;
use super::literals::type_named;
use super::param::{Choice, Param, choice};
use super::{phone, places};
use crate::error::Result;
use crate::op::condition::is_invalid;
use crate::types::TypeClass;
use polars::prelude::{DataType, Expr, lit};
use regex::Regex;
use std::sync::LazyLock;

/// The kind of text that cells are meant to hold.
pub(super) static KIND: Param<Named> = Param::new("advancedDataType", "Kind of text")
    .help("The kind of text that a text column is meant to hold; what does not look like it is invalid.")
    .example("Email")
    .choices(KINDS)
    .optional();

/// The kinds of text, in the spelling of recipes.
pub(super) const KINDS: &[Choice] = &[
    choice("SSN", "US social security number"),
    choice("Email", "Email address"),
    Choice { value: "Phone Number", label: "Telephone number", aliases: &["Phone"] },
    choice("Gender", "Gender"),
    choice("Credit Card", "Credit card number"),
    choice("URL", "Web address"),
    choice("IP Address", "IP address"),
    Choice { value: "DateTime", label: "Date or time", aliases: &["Date Time", "Date", "Timestamp"] },
    choice("Currency", "Amount with a currency"),
    Choice { value: "ZipCode", label: "US zip code", aliases: &["Zip Code"] },
    choice("Country", "Country"),
    choice("Region", "Region of the world or of the United States"),
    choice("State", "US state"),
    choice("City", "City"),
];

/// Whether a text is of a kind, strictly: a telephone number is valid, a zip code exists.
pub(super) fn is_of_kind(kind: &str, text: &str) -> bool {
    let text = text.trim();
    let begins_with_digit = || text.starts_with(|first: char| first.is_ascii_digit());
    match kind {
        "Phone Number" => may_be_number(text) && phone::read_us(text).is_some(),
        "ZipCode" | "SSN" if !begins_with_digit() => false,
        "ZipCode" => has_form(kind, text) && places::zip(text).is_some(),
        "Currency" => has_form(kind, text) || places::is_currency(text),
        "SSN" => has_form(kind, text) && text.contains('-'),
        _ => test(kind).map_or_else(|| has_form(kind, text), |test| test(text)),
    }
}

/// Whether there are digits enough for a telephone number, letters that stand for digits among them; reading one costs more.
fn may_be_number(text: &str) -> bool {
    let signs = text.chars().filter(|letter| letter.is_alphanumeric()).count();
    signs >= 7 && text.chars().any(|letter| letter.is_numeric())
}

fn has_form(kind: &str, text: &str) -> bool {
    static REGEXES: LazyLock<Vec<(&str, Option<Regex>)>> =
        LazyLock::new(|| FORMS.iter().map(|(kind, form)| (*kind, Regex::new(form).ok())).collect());
    REGEXES.iter().any(|(known, form)| *known == kind && form.as_ref().is_some_and(|form| form.is_match(text)))
}

/// The test of a kind that no regular expression tells.
fn test(kind: &str) -> Option<fn(&str) -> bool> {
    Some(match kind {
        "Credit Card" => is_card_number,
        "IP Address" => |text| text.trim().parse::<std::net::IpAddr>().is_ok(),
        "DateTime" => |text| parse_any_date(text).is_some(),
        "Country" => |text| places::country(text).is_some(),
        "Region" => places::is_region,
        "State" => |text| places::state(text).is_some(),
        "City" => places::is_city,
        _ => return None,
    })
}

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
            let test = test(kind.0).unwrap_or(|_| true);
            map_whole(cells, move |text| Some(i64::from(test(text)))).eq(lit(1))
        }
    };
    Ok(invalid.or(fits.not().fill_null(lit(false))))
}
