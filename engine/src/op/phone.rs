//! Telephone numbers, read and written by the numbering plans of each country (the `phonelib` crate).

use super::lists::Named;
use super::param::{Choice, Column, Kind, Param, ParamSpec, ParamType};
use super::{Apply, Args, Context, Example, Family, Operation, Output, ParamRule, params, places};
use crate::error::Result;
use crate::named::col;
use crate::types::TEXT;
use phonelib::{PhoneNumber, country_by_code};
use polars::prelude::{
    Column as Cells, DataType, Field, IntoColumn as _, IntoSeries as _, NewChunkedArray as _, StringChunked,
};

/// The country whose numbers need no code: two or three letters.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Region(String);

impl ParamType for Region {
    const KIND: Kind = Kind::Text;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        match region(text) {
            Some(_) => Ok(Self(text.to_owned())),
            None => Err(format!("“{text}” is not a country such as US or DEU with telephone numbers of its own")),
        }
    }
    fn write(&self) -> String {
        self.0.clone()
    }
}

static FORMAT: Param<Named> = Param::new("phoneNumberFormat", "Format")
    .help("How the number is written; always E164: +16146640000.")
    .choices(&[Choice { value: "E164", label: "E.164", aliases: &["E.164"] }])
    .default("E164");
static REGION: Param<Region> = Param::new("defaultRegion", "Country")
    .help("The country whose numbers are written without a country code, in two or three letters.")
    .example("US")
    .optional();
static REGION_COLUMN: Param<Column> = Param::new("defaultRegionColumn", "Column of countries")
    .help("The column that holds the country of each number: two or three letters, or its English name.")
    .example("country")
    .accepts(TEXT)
    .optional();

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "FORMAT_PHONE_NUMBER",
    title: "Format telephone numbers",
    summary: "Rewrites telephone numbers in one format, in place, by the numbering plans of each country. A number without + and \
              country code is read as one of the default country, or of the country in its own row. A text that is no valid number, and \
              one without a country code where no country is known, stays as it is. E.164 leaves out extensions. Missing cells stay \
              missing.",
    sentence: "Write telephone numbers of {sourceColumn} as {phoneNumberFormat}",
    family: Family::Format,
    params: &[&params::SOURCE_TEXT.spec, &FORMAT.spec, &REGION.spec, &REGION_COLUMN.spec],
    rules: &[ParamRule::AtMostOneOf(&["defaultRegion", "defaultRegionColumn"])],
    apply: Apply::Columns(format_numbers),
    examples: &[
        Example {
            title: "US numbers unless they say otherwise; what is none stays",
            params: &[("sourceColumn", "phone"), ("defaultRegion", "US")],
            conditions: &[],
            before: "phone:text\n(614) 664-0000\n+49 30 1234567\ncall me\n∅",
            after: "phone:text\n+16146640000\n+49301234567\ncall me\n∅",
        },
        Example {
            title: "The country of each row",
            params: &[("sourceColumn", "phone"), ("defaultRegionColumn", "country")],
            conditions: &[],
            before: "phone:text | country:text\n030 1234567 | DE\n030 1234567 | ∅\n020 7946 0958 | United Kingdom",
            after: "phone:text | country:text\n+49301234567 | DE\n030 1234567 | ∅\n+442079460958 | United Kingdom",
        },
    ],
    ..Operation::DEFAULT
}];

/// The two letters of a country that has telephone numbers, by its letters or name.
fn region(text: &str) -> Option<&'static str> {
    let code = places::country(text)?.code;
    country_by_code(code).map(|_| code)
}

/// More characters are no number, however many digits there are.
const LONGEST: usize = 60;

/// A valid telephone number; without + it is one of the given country.
pub(super) fn read(text: &str, region: Option<&str>) -> Option<PhoneNumber> {
    let text = text.trim();
    let text = text.strip_prefix("tel:").unwrap_or(text);
    if !text.is_ascii() || text.len() > LONGEST || !text.bytes().any(|letter| letter.is_ascii_digit()) {
        return None;
    }
    match region {
        Some(region) => PhoneNumber::parse_with_country(text, region),
        None => text.starts_with('+').then(|| PhoneNumber::parse(text))?,
    }
}

/// A valid telephone number; without + it is one of the United States.
pub(super) fn read_us(text: &str) -> Option<PhoneNumber> {
    read(text, Some("US"))
}

fn format_numbers(args: &Args, _: &Context<'_>) -> Result<Vec<Output>> {
    let column = args.get(&params::SOURCE_TEXT)?.0;
    let default = args.find(&REGION)?.and_then(|Region(text)| region(&text));
    let written = move |text: &str, region: Option<&str>| match read(text, region) {
        Some(number) => number.e164().to_owned(),
        None => text.to_owned(),
    };
    let cells = col(column.as_str());
    let cells = match args.find(&REGION_COLUMN)? {
        None => super::cells::map_text(cells, move |text| Some(written(text, default))),
        Some(Column(regions)) => cells.map_many(
            move |columns: &mut [Cells]| {
                let (texts, regions) = (columns[0].str()?, columns[1].str()?);
                let rows = texts.iter().zip(regions.iter());
                let rows: Vec<Option<String>> =
                    rows.map(|(text, own)| Some(written(text?, own.and_then(region)))).collect();
                let name = columns[0].name().clone();
                Ok(StringChunked::from_iter_options(name, rows.into_iter()).into_series().into_column())
            },
            &[col(regions.as_str())],
            |_, fields| Ok(Field::new(fields[0].name.clone(), DataType::String)),
        ),
    };
    Ok(vec![Output::new(&column, cells)])
}
