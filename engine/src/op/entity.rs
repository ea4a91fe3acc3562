//! Personal data inside a longer text: where a kind of it stands, by its form, its check digit, and for forms that many numbers have
//! by a word before it. Names of people have no form and are refused.

use super::cells::map_text;
use super::convert::convert;
use super::dates::parse_any_date;
use super::lists::Words;
use super::param::{Choice, Param, choice};
use super::{Args, Context, Output, params, people};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use polars::prelude::DataType;
use regex::Regex;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

/// Which kinds of personal data are meant.
pub(super) static ENTITIES: Param<Words> = Param::new("entityTypeFilter", "Only personal data")
    .help(
        "The kinds of personal data that are looked for inside the text; the rest of the text stays. USA_ALL is all but PERSON_NAME \
         and DATE. PERSON_NAME finds what follows a title (Dr. Ito), and given names with surnames of the US census (Ada Lovelace, \
         Lovelace, Ada, J. Smith): names of elsewhere may stay, and some places look like names. Left out, the whole cell is meant.",
    )
    .example(r#"["EMAIL","USA_SSN"]"#)
    .choices(KINDS)
    .optional();

static KINDS: &[Choice] = &[
    choice("USA_SSN", "US social security number"),
    choice("EMAIL", "Email address"),
    choice("USA_ITIN", "US tax number"),
    choice("USA_PASSPORT_NUMBER", "US passport number"),
    choice("PHONE_NUMBER", "Telephone number"),
    choice("USA_DRIVING_LICENSE", "US driving licence"),
    choice("BANK_ACCOUNT", "Bank account"),
    choice("CREDIT_CARD", "Credit card"),
    choice("IP_ADDRESS", "IP address"),
    choice("MAC_ADDRESS", "MAC address"),
    choice("USA_DEA_NUMBER", "US DEA number"),
    choice("USA_HCPCS_CODE", "US HCPCS code"),
    choice("USA_NATIONAL_PROVIDER_IDENTIFIER", "US provider identifier"),
    choice("USA_NATIONAL_DRUG_CODE", "US drug code"),
    choice("USA_HEALTH_INSURANCE_CLAIM_NUMBER", "US health insurance claim number"),
    choice("USA_MEDICARE_BENEFICIARY_IDENTIFIER", "US Medicare beneficiary identifier"),
    choice("USA_CPT_CODE", "US CPT code"),
    choice("PERSON_NAME", "Name of a person (US census)"),
    choice("DATE", "Date"),
    choice("USA_ALL", "All but names and dates"),
];

/// A change of a text.
pub(super) type Change = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// The source columns as text, each cell changed: whole, or only where the personal data that the step names stands.
pub(super) fn change_texts(args: &Args, context: &Context<'_>, change: &Change) -> Result<Vec<Output>> {
    let places = places(args)?;
    let mut outputs = Vec::new();
    for name in args.get(&params::SOURCES)?.0 {
        let text = convert(col(name.as_str()), context.dtype(&name)?, &DataType::String);
        let (change, places) = (change.clone(), places.clone());
        let changed = map_text(text, move |text| {
            Some(match &places {
                None => change(text),
                Some(places) => places.change(text, &*change),
            })
        });
        outputs.push(Output::new(&name, changed));
    }
    Ok(outputs)
}

/// What the step looks for inside texts; none when whole cells are meant.
pub(super) fn places(args: &Args) -> Result<Option<Places>> {
    let Some(Words(words)) = args.find(&ENTITIES)?.filter(|words| !words.0.is_empty()) else { return Ok(None) };
    let all = words.contains(&"USA_ALL");
    let meant = |form: &&Form| words.contains(&form.kind) || (all && form.kind != "DATE");
    let forms: Vec<&'static Form> = FORMS.iter().filter(meant).collect();
    if forms.iter().all(|form| form.regex.is_some()) {
        return Ok(Some(Places { forms: forms.into(), people: words.contains(&"PERSON_NAME") }));
    }
    Err(Error::new(ErrorKind::Internal, "a form of personal data is damaged"))
}

/// The kinds of personal data that are looked for.
#[derive(Clone)]
pub(super) struct Places {
    forms: Arc<[&'static Form]>,
    people: bool,
}

impl Places {
    /// The text with each piece of personal data changed, the rest as it was.
    pub(super) fn change(&self, text: &str, change: &(dyn Fn(&str) -> String + Send + Sync)) -> String {
        let mut changed = String::with_capacity(text.len());
        let mut at = 0;
        for found in self.find(text) {
            changed.push_str(&text[at..found.start]);
            changed.push_str(&change(&text[found.clone()]));
            at = found.end;
        }
        changed.push_str(&text[at..]);
        changed
    }

    /// Where personal data stands, in order; what overlaps is one piece.
    fn find(&self, text: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = self.forms.iter().flat_map(|form| form.find(text)).collect();
        if self.people {
            found.extend(people::find(text));
        }
        found.sort_by_key(|range| (range.start, range.end));
        let mut pieces: Vec<Range<usize>> = Vec::new();
        for range in found {
            match pieces.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => pieces.push(range),
            }
        }
        pieces
    }
}

/// A form of personal data.
struct Form {
    kind: &'static str,
    regex: Option<Regex>,
    /// What the form does not tell: check digits, ranges.
    check: fn(&str) -> bool,
    /// The words of which one must stand before it, unless it is the whole text; for forms that many numbers have.
    words: &'static [&'static str],
}

/// How far before a number its word may stand, in bytes.
const NEAR: usize = 48;

impl Form {
    fn find(&self, text: &str) -> Vec<Range<usize>> {
        let Some(regex) = &self.regex else { return Vec::new() };
        let (mut found, mut at) = (Vec::new(), 0);
        while let Some(place) = regex.find_at(text, at) {
            let range = place.range();
            if stands_alone(text, &range) && (self.check)(place.as_str()) && self.is_meant(text, &range) {
                at = range.end;
                found.push(range);
            } else {
                at = range.start + text[range.start..].chars().next().map_or(1, char::len_utf8);
            }
            if at >= text.len() {
                break;
            }
        }
        found
    }

    fn is_meant(&self, text: &str, range: &Range<usize>) -> bool {
        if self.words.is_empty() || text.trim().len() == range.len() {
            return true;
        }
        let start = (range.start.saturating_sub(NEAR)..=range.start).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let before = text[start..range.start].to_lowercase();
        self.words.iter().any(|word| before.contains(word))
    }
}

/// Whether no letter or digit stands right before or after.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let joins = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    !joins(text[..range.start].chars().next_back()) && !joins(text[range.end..].chars().next())
}

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    // Only the digits 0 to 9: \d would take those of every script.
    let regex = |pattern: &str| Regex::new(&pattern.replace(r"\d", "[0-9]")).ok();
    let strong = |kind, pattern, check| Form { kind, regex: regex(pattern), check, words: &[] };
    let weak = |kind, pattern, words| Form { kind, regex: regex(pattern), check: |_| true, words };
    vec![
        strong("USA_SSN", r"\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4}|\d{9}", is_ssn),
        strong("EMAIL", r"[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+", |_| true),
        strong("USA_ITIN", r"9\d{2}[- ]?(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])[- ]?\d{4}", |_| true),
        weak("USA_PASSPORT_NUMBER", r"[A-Z]\d{8}|\d{9}", &["passport"]),
        strong("PHONE_NUMBER", r"(?:\+?1[-. ]?)?(?:\([2-9]\d{2}\)|[2-9]\d{2})[-. ]?[2-9]\d{2}[-. ]?\d{4}", |_| true),
        strong("PHONE_NUMBER", r"\+[1-9]\d{0,2}(?:[-. ()/]{0,2}\d){7,12}", |_| true),
        weak("USA_DRIVING_LICENSE", r"[A-Z]{1,2}\d{5,14}|\d{7,9}", &["driv", "licen", "dl#", "dl "]),
        weak("BANK_ACCOUNT", r"\d{8,17}", &["account", "acct", "a/c", "bank"]),
        strong("BANK_ACCOUNT", r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}", is_iban),
        strong("CREDIT_CARD", r"[2-6]\d{3}[ -]?(?:\d[ -]?){7,14}\d", is_card_number),
        strong("IP_ADDRESS", r"\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]+", is_ip),
        strong("MAC_ADDRESS", r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}", |_| {
            true
        }),
        strong("USA_DEA_NUMBER", r"[A-Z][A-Z9]\d{7}", is_dea),
        weak("USA_HCPCS_CODE", r"[A-V]\d{4}", &["hcpcs", "procedure", "billing"]),
        strong("USA_NATIONAL_PROVIDER_IDENTIFIER", r"[12]\d{9}", |text| passes_luhn(&format!("80840{text}"))),
        strong("USA_NATIONAL_DRUG_CODE", r"\d{4}-\d{4}-\d{2}|\d{5}-\d{3}-\d{2}|\d{5}-\d{4}-\d{1,2}", |_| true),
        strong("USA_HEALTH_INSURANCE_CLAIM_NUMBER", r"\d{3}-?\d{2}-?\d{4}-?[A-Z]\d?", |_| true),
        strong(
            "USA_MEDICARE_BENEFICIARY_IDENTIFIER",
            r"[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}",
            |_| true,
        ),
        weak("USA_CPT_CODE", r"\d{4}[0-9FTU]", &["cpt", "procedure"]),
        strong("DATE", r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}", |text| {
            parse_any_date(text).is_some()
        }),
        strong(
            "DATE",
            r"(?i)(?:\d{1,2} )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?: \d{1,2},?)? \d{4}",
            |text| parse_any_date(text).is_some(),
        ),
    ]
});

fn is_ssn(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (area, group, serial) = (&digits[..3], &digits[3..5], &digits[5..]);
    area != "000" && area != "666" && !area.starts_with('9') && group != "00" && serial != "0000"
}

fn is_ip(text: &str) -> bool {
    text.trim_end_matches('.').parse::<std::net::IpAddr>().is_ok()
}

/// The remainder of an account number by 97 is 1, its first four signs at its end.
fn is_iban(text: &str) -> bool {
    let signs: Vec<char> = text.chars().filter(|sign| *sign != ' ').collect();
    let turned = signs[4..].iter().chain(&signs[..4]);
    let rest = turned
        .filter_map(|sign| sign.to_digit(36))
        .fold(0u32, |rest, value| if value > 9 { (rest * 100 + value) % 97 } else { (rest * 10 + value) % 97 });
    (15..=34).contains(&signs.len()) && rest == 1
}

fn is_dea(text: &str) -> bool {
    let digits: Vec<u32> = text[2..].chars().filter_map(|digit| digit.to_digit(10)).collect();
    digits.len() == 7 && (digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])) % 10 == digits[6]
}

/// 12 to 19 digits, blanks and hyphens between them, whose last is the check digit of the others.
pub(super) fn is_card_number(text: &str) -> bool {
    let digits: String = text.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
    (12..=19).contains(&digits.len()) && passes_luhn(&digits)
}

/// Whether the last digit is the check digit of the others.
fn passes_luhn(digits: &str) -> bool {
    let Some(digits) = digits.chars().map(|digit| digit.to_digit(10)).collect::<Option<Vec<_>>>() else { return false };
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits.iter().rev().enumerate().map(|(at, d)| if at % 2 == 1 { doubled(*d) } else { *d }).sum();
    sum.is_multiple_of(10)
}
