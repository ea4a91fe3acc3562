//! Tables of places that are built in: countries, US states and zip codes, cities, area codes. Sources: `assets/places/README.md`.
//!
//! A table is unpacked when it is first asked. Knows no operation.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// A US zip code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Zip {
    /// The main city; empty where it is not known.
    pub(super) city: &'static str,
    /// The two letters of its state, territory or armed forces.
    pub(super) state: &'static str,
    /// Its time zone; empty where it is not known.
    pub(super) zone: &'static str,
    /// Whether it covers an area, in the census.
    pub(super) area: bool,
}

/// A US state, a territory, or a part of the armed forces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// Its two letters.
    pub(super) code: &'static str,
    /// Its name.
    pub(super) name: &'static str,
    /// Its region in the census; empty for territories.
    pub(super) region: &'static str,
    /// The time zone of most of its people; empty for the armed forces.
    pub(super) zone: &'static str,
}

/// A country.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Country {
    /// Its two letters.
    pub(super) code: &'static str,
    /// Its name.
    pub(super) name: &'static str,
    /// The code of its money.
    pub(super) currency: &'static str,
}

/// Names that people use for countries beside the table's own.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("usa", "US"),
    ("u.s.", "US"),
    ("u.s.a.", "US"),
    ("united states of america", "US"),
    ("america", "US"),
    ("uk", "GB"),
    ("u.k.", "GB"),
    ("great britain", "GB"),
    ("britain", "GB"),
    ("england", "GB"),
    ("scotland", "GB"),
    ("wales", "GB"),
    ("northern ireland", "GB"),
    ("holland", "NL"),
    ("the netherlands", "NL"),
    ("czech republic", "CZ"),
    ("south korea", "KR"),
    ("republic of korea", "KR"),
    ("korea", "KR"),
    ("north korea", "KP"),
    ("russian federation", "RU"),
    ("viet nam", "VN"),
    ("türkiye", "TR"),
    ("turkey", "TR"),
    ("uae", "AE"),
    ("burma", "MM"),
    ("côte d'ivoire", "CI"),
    ("ivory coast", "CI"),
    ("cape verde", "CV"),
    ("swaziland", "SZ"),
    ("macedonia", "MK"),
    ("the gambia", "GM"),
    ("the bahamas", "BS"),
    ("congo", "CG"),
    ("east timor", "TL"),
    ("people's republic of china", "CN"),
    ("deutschland", "DE"),
    ("españa", "ES"),
    ("italia", "IT"),
    ("brasil", "BR"),
    ("méxico", "MX"),
];

/// Regions of the world and of the United States.
const REGIONS: &[&str] = &[
    "africa",
    "antarctica",
    "asia",
    "europe",
    "north america",
    "south america",
    "oceania",
    "australia and oceania",
    "central america",
    "latin america",
    "caribbean",
    "middle east",
    "emea",
    "apac",
    "latam",
    "amer",
    "americas",
    "mena",
    "north africa",
    "northern africa",
    "sub-saharan africa",
    "east africa",
    "eastern africa",
    "west africa",
    "western africa",
    "southern africa",
    "central africa",
    "middle africa",
    "central asia",
    "east asia",
    "eastern asia",
    "south asia",
    "southern asia",
    "southeast asia",
    "south-eastern asia",
    "western asia",
    "eastern europe",
    "northern europe",
    "southern europe",
    "western europe",
    "central europe",
    "australia and new zealand",
    "melanesia",
    "micronesia",
    "polynesia",
    "scandinavia",
    "northeast",
    "midwest",
    "south",
    "west",
    "new england",
    "mid-atlantic",
    "middle atlantic",
    "south atlantic",
    "east north central",
    "west north central",
    "east south central",
    "west south central",
    "mountain",
    "pacific",
    "northwest",
    "southeast",
    "southwest",
    "north",
    "east",
    "central",
];

static ZIPS: LazyLock<HashMap<&'static str, Zip>> = LazyLock::new(|| {
    let cells = |line: &'static str| {
        let mut cells = line.split('|');
        let mut next = || cells.next().unwrap_or_default();
        (next(), Zip { city: next(), state: next(), zone: next(), area: next() == "1" })
    };
    unpacked(include_bytes!("../../../assets/places/us-zips.zst")).lines().map(cells).collect()
});

static STATES: LazyLock<Vec<State>> = LazyLock::new(|| {
    let cells = |line: &'static str| {
        let mut cells = line.split('|');
        let mut next = || cells.next().unwrap_or_default();
        State { code: next(), name: next(), region: next(), zone: next() }
    };
    include_str!("../../../assets/places/us-states.txt").lines().map(cells).collect()
});

static STATE_NAMES: LazyLock<HashMap<String, &'static State>> = LazyLock::new(|| {
    let both = |state: &'static State| [(state.code.to_lowercase(), state), (state.name.to_lowercase(), state)];
    STATES.iter().flat_map(both).collect()
});

static COUNTRIES: LazyLock<HashMap<String, Country>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for line in include_str!("../../../assets/places/countries.txt").lines() {
        let mut cells = line.split('|');
        let mut next = || cells.next().unwrap_or_default();
        let (code, long, name, currency) = (next(), next(), next(), next());
        let country = Country { code, name, currency };
        names.extend([code, long, name].map(|spelling| (spelling.to_lowercase(), country)));
    }
    for (name, code) in OTHER_NAMES {
        if let Some(country) = names.get(&code.to_lowercase()).copied() {
            names.entry((*name).to_owned()).or_insert(country);
        }
    }
    names
});

static CURRENCIES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| COUNTRIES.values().map(|country| country.currency).filter(|code| !code.is_empty()).collect());

static CITIES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let world = unpacked(include_bytes!("../../../assets/places/cities.zst")).lines().map(str::to_owned);
    world.chain(ZIPS.values().map(|zip| zip.city.to_lowercase())).filter(|name| !name.is_empty()).collect()
});

static AREAS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    include_str!("../../../assets/places/area-codes.txt").lines().filter_map(|line| line.split_once('|')).collect()
});

static PHONE_ZONES: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    unpacked(include_bytes!("../../../assets/places/phone-zones.zst"))
        .lines()
        .filter_map(|line| line.split_once('|'))
        .collect()
});

/// A packed table as text; it is kept for as long as the program runs.
pub(super) fn unpacked(bytes: &[u8]) -> &'static str {
    let text = zstd::decode_all(bytes).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    Box::leak(text.unwrap_or_default().into_boxed_str())
}

/// The zip code of five digits; what follows a hyphen does not matter.
pub(super) fn zip(text: &str) -> Option<Zip> {
    let code = text.trim().split('-').next().unwrap_or_default();
    if code.len() != 5 || !code.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let known = ZIPS.get(code).copied().filter(|zip| zip.state != "MH");
    // Territories and the armed forces are told by their first digits.
    known.or_else(|| {
        let state = match &code[..3] {
            "006" | "007" | "009" => "PR",
            "008" => "VI",
            "340" => "AA",
            "962" | "963" | "964" | "965" | "966" => "AP",
            "969" if ("96910".."96933").contains(&code) => "GU",
            "969" if ("96950".."96953").contains(&code) => "MP",
            "969" if code == "96960" || code == "96970" => "MH",
            prefix if ("090".."099").contains(&prefix) => "AE",
            _ if code == "96799" => "AS",
            _ => return None,
        };
        let zone = self::state(state).map_or("", |state| state.zone);
        Some(Zip { city: "", state, zone, area: true })
    })
}

/// A US state by its letters or name, in any case.
pub(super) fn state(text: &str) -> Option<&'static State> {
    STATE_NAMES.get(&text.trim().to_lowercase()).copied()
}

/// A country by its letters or name, in any case.
pub(super) fn country(text: &str) -> Option<Country> {
    COUNTRIES.get(&text.trim().to_lowercase()).copied()
}

/// Whether a text is the code of a currency, such as EUR.
pub(super) fn is_currency(text: &str) -> bool {
    CURRENCIES.contains(text.trim())
}

/// Whether a text is the name of a city.
pub(super) fn is_city(text: &str) -> bool {
    CITIES.contains(&text.trim().to_lowercase())
}

/// Whether a text is the name of a region of the world or of the United States.
pub(super) fn is_region(text: &str) -> bool {
    REGIONS.contains(&text.trim().to_lowercase().as_str())
}

/// The state, province or country of an area code of +1.
pub(super) fn area(code: &str) -> Option<&'static str> {
    AREAS.get(code).copied()
}

/// The time zones of a telephone number in international digits; of several, in the order of their names.
pub(super) fn phone_zones(digits: &str) -> Option<Vec<&'static str>> {
    let found = (1..=digits.len()).rev().find_map(|length| PHONE_ZONES.get(digits.get(..length)?))?;
    Some(found.split('&').collect())
}
