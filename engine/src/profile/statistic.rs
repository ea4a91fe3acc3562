//! The table of statistics: what each is called, what it means, which columns have it, and how it follows from what was counted.
//!
//! Every figure is exact on all rows. The names and definitions are `DataBrew`'s where it has the figure; the others are ours.

use super::kind::Kind;
use super::numbers::Summary;
use super::{Counted, Outlier, Settings, Tally};
use crate::profile::Bin;

/// A figure of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// A count.
    Count(u64),
    /// A value of the column, as in JSON.
    Value(serde_json::Value),
    /// A number of the column's own kind: a value, a length, a moment.
    Size(f64),
    /// A number between values of the column: a mean, a percentile.
    Middle(f64),
    /// A number that is no value of the column: an entropy, a skewness.
    Ratio(f64),
    /// Values with their counts.
    Values(Vec<Counted>),
    /// Values that lie far from the mean.
    Outliers(Vec<Outlier>),
    /// Ranges with their counts.
    Ranges {
        /// The ranges.
        bins: Vec<Bin>,
        /// Which ends are written without a bound.
        open: Open,
    },
    /// Texts with their counts.
    Patterns(Vec<(String, u64)>),
}

/// Which ends of ranges are written without a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// None.
    Neither,
    /// The upper one, as `DataBrew` writes values.
    High,
    /// Both, as it writes distances.
    Both,
}

/// A figure under the name that it has in files.
pub type Named = (&'static str, Figure);

/// One statistic. Everything the program knows about it is in this literal.
pub struct Statistic {
    /// `DataBrew`'s name, or ours in the same manner.
    pub name: &'static str,
    /// What people read.
    pub title: &'static str,
    /// What it means, in a sentence or two.
    pub definition: &'static str,
    /// The columns that have it.
    pub kinds: &'static [Kind],
    /// Whether `DataBrew` knows it; the others stand apart in its files.
    pub databrew: bool,
    /// Its figures from what was counted; a figure that cannot be told is left out.
    pub figures: fn(&Tally, &Settings) -> Vec<Named>,
}

const ALL: &[Kind] = &[Kind::Number, Kind::Text, Kind::Boolean, Kind::Moment, Kind::List, Kind::Structure, Kind::Other];
const COUNTED: &[Kind] = &[Kind::Number, Kind::Text, Kind::Boolean, Kind::Moment];
const MEASURED: &[Kind] = &[Kind::Number, Kind::Text, Kind::Moment, Kind::List];
const LENGTHS: &[Kind] = &[Kind::Number, Kind::Text, Kind::List];
const NUMBER: &[Kind] = &[Kind::Number];
const SPANS: &[Kind] = &[Kind::Number, Kind::Moment];
const TEXT: &[Kind] = &[Kind::Text];

fn one(name: &'static str, figure: Figure) -> Vec<Named> {
    vec![(name, figure)]
}

fn size(tally: &Tally, name: &'static str, pick: fn(&Summary) -> Option<f64>) -> Vec<Named> {
    let found = tally.summary.as_ref().and_then(pick).filter(|value| value.is_finite());
    found.map(|value| (name, Figure::Size(value))).into_iter().collect()
}

fn middle(tally: &Tally, name: &'static str, pick: fn(&Summary) -> Option<f64>) -> Vec<Named> {
    let found = tally.summary.as_ref().and_then(pick).filter(|value| value.is_finite());
    found.map(|value| (name, Figure::Middle(value))).into_iter().collect()
}

/// The first of some values, or a figure where there are none: of text its length, of a list its number of items.
fn end(values: &[Counted], tally: &Tally, name: &'static str, pick: fn(&Summary) -> Option<f64>) -> Vec<Named> {
    match values.first() {
        Some(first) => one(name, Figure::Value(first.value.clone())),
        None => size(tally, name, pick),
    }
}

fn ratio(tally: &Tally, name: &'static str, pick: fn(&Summary) -> Option<f64>) -> Vec<Named> {
    let found = tally.summary.as_ref().and_then(pick).filter(|value| value.is_finite());
    found.map(|value| (name, Figure::Ratio(value))).into_iter().collect()
}

/// All statistics of columns, in the order of files and reports.
pub static STATISTICS: &[Statistic] = &[
    Statistic {
        name: "DISTINCT_VALUES_COUNT",
        title: "Different values",
        definition: "Values that occur at least once, counted once each; missing cells and empty texts are left out.",
        kinds: COUNTED,
        databrew: true,
        figures: |tally, _| one("distinctValuesCount", Figure::Count(tally.distinct)),
    },
    Statistic {
        name: "UNIQUE_VALUES_COUNT",
        title: "Unique values",
        definition: "Values that occur exactly once.",
        kinds: COUNTED,
        databrew: true,
        figures: |tally, _| one("uniqueValuesCount", Figure::Count(tally.unique)),
    },
    Statistic {
        name: "MISSING_VALUES_COUNT",
        title: "Missing",
        definition: "Cells without a value, and empty texts.",
        kinds: ALL,
        databrew: true,
        figures: |tally, _| one("missingValuesCount", Figure::Count(tally.missing())),
    },
    Statistic {
        name: "ENTROPY",
        title: "Entropy",
        definition: "Shannon entropy of the values, natural logarithm, missing ones left out: 0 when all are the same.",
        kinds: COUNTED,
        databrew: true,
        figures: |tally, _| one("entropy", Figure::Ratio(tally.entropy)),
    },
    Statistic {
        name: "MOST_COMMON_VALUES",
        title: "Most common values",
        definition: "The most frequent values with their counts; ties in the order of the values.",
        kinds: COUNTED,
        databrew: true,
        figures: |tally, _| one("mostCommonValues", Figure::Values(tally.common.clone())),
    },
    Statistic {
        name: "MAX",
        title: "Largest",
        definition: "The largest value, the longest length, the latest moment.",
        kinds: MEASURED,
        databrew: true,
        figures: |tally, _| end(&tally.highest, tally, "max", |s| Some(s.max)),
    },
    Statistic {
        name: "MIN",
        title: "Smallest",
        definition: "The smallest value, the shortest length, the earliest moment.",
        kinds: MEASURED,
        databrew: true,
        figures: |tally, _| end(&tally.lowest, tally, "min", |s| Some(s.min)),
    },
    Statistic {
        name: "MAXIMUM_VALUES",
        title: "Largest values",
        definition: "The largest values with their counts.",
        kinds: SPANS,
        databrew: true,
        figures: |tally, _| one("maximumValues", Figure::Values(tally.highest.clone())),
    },
    Statistic {
        name: "MINIMUM_VALUES",
        title: "Smallest values",
        definition: "The smallest values with their counts.",
        kinds: SPANS,
        databrew: true,
        figures: |tally, _| one("minimumValues", Figure::Values(tally.lowest.clone())),
    },
    Statistic {
        name: "RANGE",
        title: "Range",
        definition: "The largest value less the smallest.",
        kinds: NUMBER,
        databrew: true,
        figures: |tally, _| size(tally, "range", |s| Some(s.max - s.min)),
    },
    Statistic {
        name: "MEAN",
        title: "Mean",
        definition: "The sum over the number of cells.",
        kinds: MEASURED,
        databrew: true,
        figures: |tally, _| middle(tally, "mean", |s| Some(s.mean)),
    },
    Statistic {
        name: "MEDIAN",
        title: "Median",
        definition: "Half of the cells lie below it; between two, their mean.",
        kinds: MEASURED,
        databrew: true,
        figures: |tally, _| middle(tally, "median", |s| Some(s.percentiles[2])),
    },
    Statistic {
        name: "MODE",
        title: "Mode",
        definition: "The most frequent value; on a tie the smallest of them.",
        kinds: LENGTHS,
        databrew: true,
        figures: |tally, _| size(tally, "mode", |s| Some(s.mode)),
    },
    Statistic {
        name: "SUM",
        title: "Sum",
        definition: "All values added; whole numbers and money exactly.",
        kinds: NUMBER,
        databrew: true,
        figures: |tally, _| match tally.exact_sum.and_then(serde_json::Number::from_i128) {
            // Money is summed in units of its last digit; its sum is told as a decimal.
            Some(sum) if tally.units == 0 => one("sum", Figure::Value(sum.into())),
            _ => size(tally, "sum", |s| Some(s.sum)),
        },
    },
    Statistic {
        name: "ZEROS_COUNT",
        title: "Zeros",
        definition: "Values equal to 0.",
        kinds: NUMBER,
        databrew: true,
        figures: |tally, _| one("zerosCount", Figure::Count(tally.summary.as_ref().map_or(0, |s| s.zeros))),
    },
    Statistic {
        name: "STANDARD_DEVIATION",
        title: "Standard deviation",
        definition: "The spread around the mean, of a sample: with n - 1. One value alone has none.",
        kinds: LENGTHS,
        databrew: true,
        figures: |tally, _| ratio(tally, "standardDeviation", |s| s.deviation),
    },
    Statistic {
        name: "VARIANCE",
        title: "Variance",
        definition: "The square of the standard deviation.",
        kinds: NUMBER,
        databrew: true,
        figures: |tally, _| ratio(tally, "variance", |s| s.variance),
    },
    Statistic {
        name: "MEDIAN_ABSOLUTE_DEVIATION",
        title: "Median distance",
        definition: "The median of the distances from the median, not rescaled.",
        kinds: NUMBER,
        databrew: true,
        figures: |tally, _| ratio(tally, "medianAbsoluteDeviation", |s| Some(s.median_distance)),
    },
    Statistic {
        name: "SKEWNESS",
        title: "Skewness",
        definition: "How far the values lean to one side, from the moments of the whole: positive with a long tail of large values.",
        kinds: NUMBER,
        databrew: true,
        figures: |tally, _| ratio(tally, "skewness", |s| s.skewness),
    },
    Statistic {
        name: "KURTOSIS",
        title: "Kurtosis",
        definition: "How heavy the tails are, from the moments of the whole, less 3: 0 for a bell curve, -1.2 for evenly spread values.",
        kinds: NUMBER,
        databrew: true,
        figures: |tally, _| ratio(tally, "kurtosis", |s| s.kurtosis),
    },
    Statistic {
        name: "PERCENTILES",
        title: "Percentiles",
        definition: "The values below which 5, 25, 75 and 95 % of the cells lie; between two values on the straight line.",
        kinds: SPANS,
        databrew: true,
        figures: |tally, _| {
            let names = [(0, "percentile5"), (1, "percentile25"), (3, "percentile75"), (4, "percentile95")];
            let summary = tally.summary.iter();
            summary.flat_map(|s| names.map(|(at, name)| (name, Figure::Middle(s.percentiles[at])))).collect()
        },
    },
    Statistic {
        name: "INTER_QUARTILE_RANGE",
        title: "Middle half",
        definition: "The 75th percentile less the 25th.",
        kinds: NUMBER,
        databrew: true,
        figures: |tally, _| ratio(tally, "interquartileRange", |s| Some(s.percentiles[3] - s.percentiles[1])),
    },
    Statistic {
        name: "OUTLIER_DETECTION",
        title: "Outliers",
        definition: "Values, or lengths, farther from the mean than so many standard deviations (3), and the farthest of them.",
        kinds: LENGTHS,
        databrew: true,
        figures: |tally, settings| {
            let Some(summary) = &tally.summary else { return Vec::new() };
            let mut found = one("zScoreOutliersCount", Figure::Count(summary.outliers));
            if settings.mild_threshold.is_some() {
                found.push(("zScoreMildOutliersCount", Figure::Count(summary.mild_outliers)));
            }
            found.push(("zScoreOutliersSample", Figure::Outliers(summary.farthest.clone())));
            found
        },
    },
    Statistic {
        name: "VALUE_DISTRIBUTION",
        title: "Distribution",
        definition: "Cells in equal ranges from the smallest to the largest value; of whole numbers with whole bounds.",
        kinds: MEASURED,
        databrew: true,
        figures: |tally, _| {
            let bins = tally.summary.iter().map(|s| s.buckets.clone());
            bins.map(|bins| ("valueDistribution", Figure::Ranges { bins, open: Open::High })).collect()
        },
    },
    Statistic {
        name: "Z_SCORE_DISTRIBUTION",
        title: "Distribution of distances",
        definition: "Cells in equal ranges of their distance from the mean, in standard deviations.",
        kinds: NUMBER,
        databrew: true,
        figures: |tally, _| {
            let bins = tally.summary.iter().map(|s| s.z_buckets.clone()).filter(|bins| !bins.is_empty());
            bins.map(|bins| ("zScoreDistribution", Figure::Ranges { bins, open: Open::Both })).collect()
        },
    },
    Statistic {
        name: "QUALITY",
        title: "Quality",
        definition: "Cells that fit, that do not, and that are missing. Text counts as mismatched where at least half of a column reads \
                     as numbers, dates, or true and false, and the cell does not.",
        kinds: ALL,
        databrew: false,
        figures: |tally, _| {
            vec![
                ("validValuesCount", Figure::Count(tally.valid())),
                ("mismatchedValuesCount", Figure::Count(tally.mismatched())),
            ]
        },
    },
    Statistic {
        name: "NEGATIVE_COUNT",
        title: "Below zero",
        definition: "Values below 0.",
        kinds: NUMBER,
        databrew: false,
        figures: |tally, _| one("negativeCount", Figure::Count(tally.summary.as_ref().map_or(0, |s| s.negative))),
    },
    Statistic {
        name: "NOT_FINITE_COUNT",
        title: "No number, no bound",
        definition: "Decimals that are no number (NaN), and boundless ones. They are values, but have no part in figures of size.",
        kinds: NUMBER,
        databrew: false,
        figures: |tally, _| {
            vec![
                ("notANumberCount", Figure::Count(tally.not_a_number)),
                ("infiniteCount", Figure::Count(tally.infinite)),
            ]
        },
    },
    Statistic {
        name: "BLANKS_COUNT",
        title: "Empty, blank, padded",
        definition: "Texts without a letter, texts of blanks alone, and texts with a blank at an end.",
        kinds: TEXT,
        databrew: false,
        figures: |tally, _| {
            vec![
                ("emptyValuesCount", Figure::Count(tally.empty)),
                ("blankValuesCount", Figure::Count(tally.blank)),
                ("paddedValuesCount", Figure::Count(tally.padded)),
            ]
        },
    },
    Statistic {
        name: "PATTERNS",
        title: "Patterns",
        definition: "How texts are built: A and a for letters, 9 for digits, ⁺ after a longer run. Of a column with more than 100,000 \
                     patterns, those that come later are left out.",
        kinds: TEXT,
        databrew: false,
        figures: |tally, _| one("patterns", Figure::Patterns(tally.patterns.clone())),
    },
    Statistic {
        name: "HISTOGRAM",
        title: "Histogram",
        definition: "Cells in ranges between round numbers, or between days, weeks, months or years. Where a few values lie far off, the \
                     bulk of the values is told once more by itself.",
        kinds: MEASURED,
        databrew: false,
        figures: |tally, _| {
            let bins = tally.summary.iter().map(|s| s.bins.clone());
            let inner = tally.summary.iter().map(|s| s.inner.clone()).filter(|bins| !bins.is_empty());
            let named = bins.map(|bins| ("histogram", bins)).chain(inner.map(|bins| ("histogramOfTheBulk", bins)));
            named.map(|(name, bins)| (name, Figure::Ranges { bins, open: Open::Neither })).collect()
        },
    },
];

/// A statistic of a whole table.
pub struct TableStatistic {
    /// `DataBrew`'s name.
    pub name: &'static str,
    /// What people read.
    pub title: &'static str,
    /// What it means.
    pub definition: &'static str,
}

/// The statistics of a whole table.
pub static TABLE_STATISTICS: &[TableStatistic] = &[
    TableStatistic {
        name: "DUPLICATE_ROWS_COUNT",
        title: "Duplicate rows",
        definition: "Rows that equal an earlier row in all columns: as many as would go if only the first of each stayed.",
    },
    TableStatistic {
        name: "CORRELATION",
        title: "Correlation",
        definition: "Pearson's coefficient of two columns of numbers over the rows in which both have a finite value.",
    },
];

/// Finds a statistic by its name.
pub fn statistic(name: &str) -> Option<&'static Statistic> {
    STATISTICS.iter().find(|statistic| statistic.name == name)
}
