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

/// How numbers are written that this program counts; cells stay as they are in the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Numbers {
    /// 1,234,567
    #[default]
    Comma,
    /// 1.234.567
    Point,
    /// 1 234 567, with a narrow space
    Space,
    /// 1’234’567
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

/// The settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How large everything is, in percent.
    pub zoom: u16,
    /// How close the rows stand.
    pub density: Density,
    /// How counts are written.
    pub numbers: Numbers,
    /// How many gigabytes side files may take.
    pub cache: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { zoom: 100, density: Density::default(), numbers: Numbers::default(), cache: 20 }
    }
}
