//! Details of kinds of text: the area code of a telephone number, the state of a zip code, the domain of an address.

use super::dates::{Order, read_date};
use super::entity::is_card_number;
use super::{phone, places};
use chrono::Datelike as _;
use url::{Host, Url};

/// The details of a kind, in the order of the form.
pub(super) fn details_of(kind: &str) -> &'static [&'static str] {
    match kind {
        "Phone Number" => &["AREA_CODE", "TIME_ZONE", "COUNTRY_CODE"],
        "ZipCode" => &["TIME_ZONE", "COUNTRY", "STATE", "CITY", "TYPE", "REGION"],
        "DateTime" => &["DAY", "MONTH", "MONTH_NAME", "WEEK", "QUARTER", "YEAR"],
        "State" => &["TIME_ZONE"],
        "Credit Card" => &["LENGTH", "NETWORK"],
        "URL" => &["PROTOCOL", "TLD", "DOMAIN"],
        _ => &[],
    }
}

/// Whether a detail is a whole number.
pub(super) fn is_whole(detail: &str) -> bool {
    matches!(detail, "DAY" | "MONTH" | "WEEK" | "QUARTER" | "YEAR" | "LENGTH")
}

/// A detail of a text of a kind; none when the text is not of the kind, or has no such detail.
pub(super) fn detail(kind: &str, detail: &str, text: &str, order: Order) -> Option<String> {
    let text = text.trim();
    match kind {
        "Phone Number" => of_phone(detail, text),
        "ZipCode" => of_zip(detail, text),
        "DateTime" => of_date(detail, text, order),
        "State" => present(places::state(text)?.zone),
        "Credit Card" => of_card(detail, text),
        "URL" => of_url(detail, text),
        _ => None,
    }
}

/// Whether a detail is one of the wanted values: in any case, and a place by its name or its letters.
pub(super) fn is_wanted(kind: &str, detail: &str, found: &str, wanted: &[String]) -> bool {
    let same = |a: &str, b: &str| a.trim().to_lowercase() == b.trim().to_lowercase();
    let also = |value: &String| match (kind, detail) {
        (_, "TIME_ZONE") => found.split(", ").any(|zone| same(zone, value)),
        (_, "STATE") => places::state(value).is_some_and(|state| same(state.name, found)),
        (_, "COUNTRY") => places::country(value).is_some_and(|country| same(country.name, found)),
        (_, "COUNTRY_CODE") => same(value.trim_start_matches('+'), found),
        // The guide's own example keeps the telephone numbers of Ohio.
        ("Phone Number", "AREA_CODE") => {
            let name = places::state(value).map_or(value.as_str(), |state| state.name);
            places::area(found).is_some_and(|area| same(area, name))
        }
        _ => false,
    };
    wanted.iter().any(|value| same(value, found) || also(value))
}

fn present(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn of_phone(detail: &str, text: &str) -> Option<String> {
    let number = phone::read_us(text)?;
    let (code, national) = (number.country_code(), number.national_number());
    match detail {
        "COUNTRY_CODE" => Some(code.to_string()),
        // Only +1 has area codes of one length.
        "AREA_CODE" => (code == 1).then(|| national.get(..3).map(str::to_owned)).flatten(),
        _ => Some(places::phone_zones(&format!("{code}{national}"))?.join(", ")),
    }
}

fn of_zip(detail: &str, text: &str) -> Option<String> {
    let zip = places::zip(text)?;
    let state = places::state(zip.state)?;
    let serves = zip.state.starts_with('A') && state.region.is_empty() && zip.state != "AS";
    match detail {
        "TIME_ZONE" => present(zip.zone),
        "COUNTRY" => Some("United States".into()),
        "STATE" => Some(state.name.into()),
        "CITY" => present(zip.city),
        "REGION" => present(state.region),
        _ if serves => Some("MILITARY".into()),
        _ => Some(if zip.area { "STANDARD" } else { "PO BOX" }.into()),
    }
}

fn of_date(detail: &str, text: &str, order: Order) -> Option<String> {
    let date = read_date(text, order)?;
    Some(match detail {
        "DAY" => date.day().to_string(),
        "MONTH" => date.month().to_string(),
        "MONTH_NAME" => super::moment::written(date, "%B")?,
        "WEEK" => date.iso_week().week().to_string(),
        "QUARTER" => (date.month0() / 3 + 1).to_string(),
        _ => date.year().to_string(),
    })
}

/// The first digits of card networks, longest first where they overlap: from, to, network.
const NETWORKS: &[(u32, u32, &str)] = &[
    (300_000, 305_999, "Diners Club"),
    (309_500, 309_599, "Diners Club"),
    (340_000, 349_999, "American Express"),
    (352_800, 358_999, "JCB"),
    (360_000, 369_999, "Diners Club"),
    (370_000, 379_999, "American Express"),
    (380_000, 399_999, "Diners Club"),
    (400_000, 499_999, "Visa"),
    (510_000, 559_999, "Mastercard"),
    (601_100, 601_199, "Discover"),
    (622_126, 622_925, "Discover"),
    (620_000, 629_999, "UnionPay"),
    (644_000, 659_999, "Discover"),
    (222_100, 272_099, "Mastercard"),
    (500_000, 509_999, "Maestro"),
    (560_000, 589_999, "Maestro"),
    (600_000, 699_999, "Maestro"),
];

fn of_card(detail: &str, text: &str) -> Option<String> {
    if !is_card_number(text) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if detail == "LENGTH" {
        return Some(digits.len().to_string());
    }
    let first: u32 = digits.get(..6)?.parse().ok()?;
    let found = NETWORKS.iter().find(|(from, to, _)| (*from..=*to).contains(&first));
    found.map(|(_, _, network)| (*network).to_owned())
}

fn of_url(detail: &str, text: &str) -> Option<String> {
    let (url, named) = match Url::parse(text) {
        Ok(url) if url.has_host() => (url, true),
        _ if text.to_lowercase().starts_with("www.") => (Url::parse(&format!("http://{text}")).ok()?, false),
        _ => return None,
    };
    if detail == "PROTOCOL" {
        return named.then(|| url.scheme().to_owned());
    }
    match (detail, url.host()?) {
        ("TLD", Host::Domain(host)) => {
            let (_, last) = host.trim_end_matches('.').rsplit_once('.')?;
            Some(last.to_owned())
        }
        ("TLD", _) => None,
        (_, Host::Domain(host)) => Some(host.strip_prefix("www.").unwrap_or(host).to_owned()),
        (_, address) => Some(address.to_string()),
    }
}
