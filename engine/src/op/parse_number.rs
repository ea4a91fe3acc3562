//! Text as numbers, written as people in a country write them: decimal commas, separators of thousands, currencies, percents.

use super::cells::map_text;
use super::convert::convert;
use super::param::{Choice, Chosen, NewColumn, Param, choice};
use super::{Apply, Args, Context, Example, Export, Family, Operation, Output, params};
use crate::error::Result;
use crate::named::col;
use crate::types::dtype_of_word;
use polars::prelude::DataType;

static LOCALE: Param<Chosen> = Param::new("locale", "Written as in")
    .help("How the numbers are written: which sign stands before the fraction, and which between thousands.")
    .example("de")
    .choices(LOCALES);
static LOCALES: &[Choice] = &[
    Choice {
        value: "en",
        label: "1,234.56 — English, Chinese, Japanese",
        aliases: &[
            "en-US", "en-GB", "en-CA", "en-AU", "en-IE", "en-NZ", "zh", "zh-CN", "ja", "ja-JP", "ko", "he", "th",
            "es-MX",
        ],
    },
    Choice {
        value: "de",
        label: "1.234,56 — German, Spanish, Italian, Dutch, Portuguese",
        aliases: &[
            "de-DE", "de-AT", "es", "es-ES", "it", "it-IT", "nl", "nl-NL", "pt", "pt-BR", "da", "da-DK", "tr", "tr-TR",
            "el", "id", "hr", "sl", "ro",
        ],
    },
    Choice {
        value: "fr",
        label: "1 234,56 — French, Swedish, Polish, Russian",
        aliases: &[
            "fr-FR", "fr-CA", "sv", "sv-SE", "nb", "no", "fi", "fi-FI", "pl", "pl-PL", "cs", "cs-CZ", "sk", "hu", "ru",
            "ru-RU", "uk", "bg", "pt-PT",
        ],
    },
    Choice { value: "de-CH", label: "1'234.56 — Switzerland", aliases: &["fr-CH", "it-CH"] },
    Choice { value: "en-IN", label: "12,34,567.89 — India", aliases: &["hi", "hi-IN"] },
];
static TYPE: Param<Chosen> = Param::new("columnDataType", "Type of the numbers")
    .help("What kind of number the texts become.")
    .choices(&[
        choice("double", "Decimal"),
        Choice { value: "long", label: "Whole number", aliases: &["int", "integer", "number"] },
        choice("decimal", "Money (exact)"),
    ])
    .default("double");
/// Where the result goes.
pub(super) static TARGET: Param<NewColumn> = Param::new("targetColumn", "New column")
    .help("The column that is made; when it is left out, the numbers or dates take the place of their texts.")
    .example("amount")
    .optional();

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "PARSE_NUMBER",
    title: "Read numbers as written in",
    summary: "Reads text as numbers, written as in a country, into a new column or in place. Thousands may be parted by that country's sign, \
              or by blanks, and only where they belong: in the German way 1.234 is 1234 and 1.5 is refused, so that no number is taken \
              for another. A currency sign or code before or after goes, brackets or a minus at either end make it negative, and 12 % \
              is 0.12. What is no number becomes missing and is counted; so does a fraction where whole numbers are asked for. Money \
              is read exactly. Not in DataBrew.",
    sentence: "Read {sourceColumn} as numbers, written {locale}",
    family: Family::Format,
    params: &[&params::SOURCE_TEXT.spec, &LOCALE.spec, &TYPE.spec, &TARGET.spec],
    converts: true,
    databrew: Export::Never,
    apply: Apply::Columns(parse_number),
    examples: &[
        Example {
            title: "Decimal commas and points between thousands",
            params: &[("sourceColumn", "price"), ("locale", "de")],
            conditions: &[],
            before: "price:text\n1.234,56\n-0,5\n€ 12\n1.5\n1,234.56\n∅",
            after: "price:double\n1234.56\n-0.5\n12\n∅\n∅\n∅",
        },
        Example {
            title: "Exact money in a new column; brackets are negative",
            params: &[
                ("sourceColumn", "t"),
                ("locale", "en-US"),
                ("columnDataType", "decimal"),
                ("targetColumn", "amount"),
            ],
            conditions: &[],
            before: "t:text\n($1,234.10)\n0.1 USD\n12%\nfree",
            after: "t:text | amount:money\n($1,234.10) | -1234.1\n0.1 USD | 0.1\n12% | 0.12\nfree | ∅",
        },
    ],
    ..Operation::DEFAULT
}];

fn parse_number(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let source = args.get(&params::SOURCE_TEXT)?.0;
    context.dtype(&source)?;
    let style = Style::of(args.get(&LOCALE)?.0);
    let dtype = dtype_of_word(args.get(&TYPE)?.0).unwrap_or(DataType::Float64);
    let plain = map_text(col(source.as_str()), move |text| plain_number(text, &style));
    let target = args.find(&TARGET)?.map_or_else(|| source.clone(), |target| target.0);
    Ok(vec![Output::new(&target, convert(plain, &DataType::String, &dtype)).from(&source)])
}

/// How numbers are written in a country.
#[derive(Clone, Copy)]
struct Style {
    point: char,
    separators: &'static [char],
    /// Whether all groups but the last may have two digits.
    pairs: bool,
}

impl Style {
    fn of(locale: &str) -> Self {
        let (point, separators, pairs): (char, &'static [char], bool) = match locale {
            "de" => (',', &['.'], false),
            "fr" => (',', &[], false),
            "de-CH" => ('.', &['\'', '’'], false),
            "en-IN" => ('.', &[','], true),
            _ => ('.', &[','], false),
        };
        Self { point, separators, pairs }
    }
}

/// Blanks that part thousands everywhere.
const BLANKS: &[char] = &[' ', '\u{a0}', '\u{202f}', '\u{2009}'];
/// Signs and words of currencies; codes of three capital letters are known without a list.
const CURRENCIES: &[&str] = &[
    "R$", "Kč", "zł", "kr", "Fr", "лв", "ден", "$", "£", "¥", "€", "₹", "₽", "₩", "₺", "₪", "₴", "₫", "₱", "₦", "¢",
    "฿",
];

/// A number as a program writes it; none when the text is not one in this style.
fn plain_number(text: &str, style: &Style) -> Option<String> {
    let mut rest = text.trim();
    let mut negative = false;
    let mut percent = false;
    if let Some(inside) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (rest, negative) = (inside.trim(), true);
    }
    let mut signed = negative;
    let mut named = false;
    loop {
        let before = rest;
        for sign in ['-', '−', '+'] {
            if let Some(after) = rest.strip_prefix(sign).or_else(|| rest.strip_suffix(sign)) {
                if signed {
                    return None;
                }
                (signed, negative) = (true, sign != '+');
                rest = after.trim();
            }
        }
        if let Some(after) = rest.strip_suffix('%').filter(|_| !percent && !named) {
            (rest, percent) = (after.trim(), true);
        }
        if let Some(after) = without_currency(rest).filter(|_| !named && !percent) {
            (rest, named) = (after, true);
        }
        if rest == before {
            break;
        }
    }
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok().filter(|e| e.abs() <= 400)?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once(style.point).unwrap_or((mantissa, ""));
    let whole = ungrouped(whole, style)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let shift = exponent - if percent { 2 } else { 0 };
    Some(shifted(negative, &whole, fraction, shift))
}

/// A text without the currency at one of its ends; none when there is none.
fn without_currency(text: &str) -> Option<&str> {
    for sign in CURRENCIES {
        if let Some(rest) = text.strip_prefix(sign) {
            return Some(rest.strip_prefix('.').unwrap_or(rest).trim());
        }
        if let Some(rest) = text.strip_suffix(sign).or_else(|| text.strip_suffix('.')?.strip_suffix(sign)) {
            return Some(rest.trim());
        }
    }
    let is_code = |code: &str| code.bytes().all(|byte| byte.is_ascii_uppercase());
    if let Some((_, rest)) = text.split_at_checked(3).filter(|(code, _)| is_code(code)) {
        return Some(rest.trim());
    }
    let (rest, _) = text.split_at_checked(text.len().checked_sub(3)?).filter(|(_, code)| is_code(code))?;
    Some(rest.trim())
}

/// The digits before the point without the signs between thousands; none when one stands where it does not belong.
fn ungrouped(whole: &str, style: &Style) -> Option<String> {
    let is_separator = |letter: char| style.separators.contains(&letter) || BLANKS.contains(&letter);
    let groups: Vec<&str> = whole.split(is_separator).collect();
    if !groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    // Blanks of all widths are one.
    let kind = |letter: char| if BLANKS.contains(&letter) { ' ' } else { letter };
    let mut separators = whole.chars().filter(|letter| is_separator(*letter)).map(kind);
    let first = separators.next();
    if separators.any(|other| Some(other) != first) {
        return None;
    }
    if let [head, middle @ .., last] = groups.as_slice() {
        let in_threes = middle.iter().all(|group| group.len() == 3) && (1..=3).contains(&head.len());
        let in_pairs = style.pairs && middle.iter().all(|group| group.len() == 2) && (1..=2).contains(&head.len());
        if last.len() != 3 || !(in_threes || in_pairs) {
            return None;
        }
    }
    Some(groups.concat())
}

/// Digits with the point moved so many places to the right, or to the left where it is negative.
fn shifted(negative: bool, whole: &str, fraction: &str, shift: i32) -> String {
    let mut digits = format!("{whole}{fraction}");
    let mut point = i64::try_from(whole.len()).unwrap_or(0) + i64::from(shift);
    while point < 1 {
        digits.insert(0, '0');
        point += 1;
    }
    let point = usize::try_from(point).unwrap_or(0);
    while digits.len() < point {
        digits.push('0');
    }
    let (whole, fraction) = digits.split_at(point);
    let sign = if negative { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}
