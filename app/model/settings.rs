//! What a person set for this program, whatever project is open.

/// How close the rows of the grid stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Density {
    /// As many as can be read.
    Compact,
    /// The usual height.
    #[default]
    Comfortable,
    /// With room to breathe.
    Roomy,
}

impl Density {
    /// All, from close to wide.
    pub const ALL: [Self; 3] = [Self::Compact, Self::Comfortable, Self::Roomy];

    /// Its word on screen and in settings.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Compact => "Compact",
            Self::Comfortable => "Comfortable",
            Self::Roomy => "Roomy",
        }
    }

    /// How high a row is, in points.
    pub const fn row(self) -> f32 {
        match self {
            Self::Compact => 20.0,
            Self::Comfortable => 25.0,
            Self::Roomy => 32.0,
        }
    }
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Numbers {
    /// 1,234,567.8
    #[default]
    Comma,
    /// 1.234.567,8
    Point,
    /// 1 234 567,8 with narrow spaces
    Space,
    /// 1’234’567.8
    Apostrophe,
}

impl Numbers {
    /// All ways.
    pub const ALL: [Self; 4] = [Self::Comma, Self::Point, Self::Space, Self::Apostrophe];

    /// What stands after every three digits.
    pub const fn separator(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Point => '.',
            Self::Space => '\u{202f}',
            Self::Apostrophe => '’',
        }
    }

    /// What stands before the fraction.
    pub const fn decimal(self) -> char {
        match self {
            Self::Comma | Self::Apostrophe => '.',
            Self::Point | Self::Space => ',',
        }
    }

    /// Its word in settings.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Comma => "Comma",
            Self::Point => "Point",
            Self::Space => "Space",
            Self::Apostrophe => "Apostrophe",
        }
    }
}

/// How dates are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Dates {
    /// 2024-12-31
    #[default]
    Iso,
    /// 31.12.2024
    Points,
    /// 31/12/2024
    Slashes,
    /// 31-12-2024
    Dashes,
    /// 12/31/2024
    MonthFirst,
}

impl Dates {
    /// All ways.
    pub const ALL: [Self; 5] = [Self::Iso, Self::Points, Self::Slashes, Self::Dashes, Self::MonthFirst];

    /// The order of year, month and day, with what stands between them.
    pub const fn layout(self) -> &'static str {
        match self {
            Self::Iso => "y-m-d",
            Self::Points => "d.m.y",
            Self::Slashes => "d/m/y",
            Self::Dashes => "d-m-y",
            Self::MonthFirst => "m/d/y",
        }
    }

    /// Its word in settings.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Iso => "Iso",
            Self::Points => "Points",
            Self::Slashes => "Slashes",
            Self::Dashes => "Dashes",
            Self::MonthFirst => "MonthFirst",
        }
    }
}

/// How cells of numbers and dates are shown; they are copied and written as they are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Cells {
    /// As they are stored.
    #[default]
    Stored,
    /// As figures are told.
    Region,
}

impl Cells {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Stored, Self::Region];

    /// Its word on screen and in settings.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Stored => "As stored",
            Self::Region => "As in my region",
        }
    }
}

/// How numbers and dates are written where this program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SystemRegion {
    /// Numbers.
    pub numbers: Numbers,
    /// Dates.
    pub dates: Dates,
}

impl SystemRegion {
    /// The ways of a region by its name as systems have it: `de_CH.UTF-8`. One that is not known writes as data files do.
    pub fn of_name(name: &str) -> Self {
        let name = name.split(['.', '@']).next().unwrap_or_default();
        let (language, country) = name.split_once(['_', '-']).unwrap_or((name, ""));
        let numbers = match (language, country) {
            ("de" | "it" | "rm", "CH" | "LI") => Numbers::Apostrophe,
            ("es", "MX" | "US" | "GT" | "HN" | "NI" | "PA" | "PE" | "PR" | "SV" | "DO") => Numbers::Comma,
            ("pt", "PT")
            | (
                "fr" | "ru" | "uk" | "be" | "pl" | "cs" | "sk" | "sv" | "nb" | "nn" | "no" | "fi" | "hu" | "bg" | "lt"
                | "lv" | "et",
                _,
            )
            | ("en" | "af", "ZA") => Numbers::Space,
            (
                "de" | "nl" | "it" | "es" | "da" | "pt" | "tr" | "id" | "vi" | "el" | "ro" | "hr" | "sl" | "sr" | "bs"
                | "is" | "gl" | "eu" | "ca",
                _,
            ) => Numbers::Point,
            _ => Numbers::Comma,
        };
        let dates = match (language, country) {
            ("en", "US" | "PH") => Dates::MonthFirst,
            ("nl", country) if country != "BE" => Dates::Dashes,
            ("en", "GB" | "IE" | "AU" | "NZ" | "IN" | "SG" | "HK")
            | ("es" | "it" | "pt" | "el" | "vi" | "id" | "he" | "ca" | "gl" | "th" | "ar" | "nl", _) => Dates::Slashes,
            ("fr", country) if !matches!(country, "CA" | "CH") => Dates::Slashes,
            (
                "de" | "rm" | "cs" | "sk" | "pl" | "ru" | "uk" | "be" | "fi" | "nb" | "nn" | "no" | "da" | "tr" | "ro"
                | "bg" | "hr" | "sl" | "sr" | "bs" | "et" | "lv" | "is",
                _,
            )
            | ("fr", "CH") => Dates::Points,
            _ => Dates::Iso,
        };
        Self { numbers, dates }
    }

    /// What the environment of this process says.
    pub fn of_environment() -> Self {
        let named = |special: &str| {
            let all = ["LC_ALL", special, "LANG"].into_iter();
            all.filter_map(|name| std::env::var(name).ok()).find(|name| !name.is_empty()).unwrap_or_default()
        };
        let (numbers, dates) = (Self::of_name(&named("LC_NUMERIC")), Self::of_name(&named("LC_TIME")));
        Self { numbers: numbers.numbers, dates: dates.dates }
    }
}

/// The settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How large everything is, in percent.
    pub zoom: u16,
    /// How close the rows stand.
    pub density: Density,
    /// How numbers are written; none: as the system does.
    pub numbers: Option<Numbers>,
    /// How dates are written; none: as the system does.
    pub dates: Option<Dates>,
    /// How cells of numbers and dates are shown.
    pub cells: Cells,
    /// How many gigabytes side files may take.
    pub cache: u64,
}

impl Settings {
    /// How numbers and dates are written on a system.
    pub fn region(&self, system: SystemRegion) -> SystemRegion {
        SystemRegion { numbers: self.numbers.unwrap_or(system.numbers), dates: self.dates.unwrap_or(system.dates) }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { zoom: 100, density: Density::default(), numbers: None, dates: None, cells: Cells::default(), cache: 20 }
    }
}
