//! Ranges of numbers and moments: equal ones as `DataBrew` cuts them, and ones between round numbers or calendar units for people.

use super::numbers::float;

/// A range of values and how many cells are in it. The high bound belongs to the next range, that of the last range to the last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Its lower bound; of a moment, days or parts of a second since 1970.
    pub low: f64,
    /// Its upper bound.
    pub high: f64,
    /// Cells in it.
    pub count: u64,
}

/// What values are, which decides where ranges are cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Grid {
    /// Any number.
    Real,
    /// Whole numbers.
    Whole,
    /// Days since 1970.
    Days,
    /// Moments since 1970, or times of day: so many units make a second.
    Seconds(f64),
}

const fn bin(low: f64, high: f64) -> Bin {
    Bin { low, high, count: 0 }
}

impl Bin {
    /// Equal ranges from the least to the greatest value; of whole numbers with whole bounds, the wider ones last.
    pub fn equal(min: f64, max: f64, bins: u32, whole: bool) -> Vec<Self> {
        if min == max || bins == 0 {
            return vec![bin(min, max)];
        }
        if whole && (max - min).abs() < 9e15 {
            return equal_whole(min, max, bins);
        }
        let step = max / f64::from(bins) - min / f64::from(bins);
        let bound = |at: u32| if at == bins { max } else { min + step * f64::from(at) };
        (0..bins).map(|at| bin(bound(at), bound(at + 1))).collect()
    }

    /// About so many ranges between round numbers, or between days, months or years.
    pub fn round(min: f64, max: f64, about: u32, grid: Grid) -> Vec<Self> {
        if min == max || about == 0 {
            return vec![bin(min, max)];
        }
        let day = match grid {
            Grid::Days => 1.0,
            Grid::Seconds(second) => second * 86_400.0,
            Grid::Real | Grid::Whole => return round_numbers(min, max, about, grid == Grid::Whole),
        };
        let most = f64::from(about) * 1.5;
        let days = (max - min) / day;
        if days / 7.0 > most {
            return months(min, max, day, days, most).unwrap_or_else(|| Self::equal(min, max, about, false));
        }
        let steps = [1.0 / 86_400.0, 5.0 / 86_400.0, 15.0 / 86_400.0, 1.0 / 1440.0, 5.0 / 1440.0, 15.0 / 1440.0]
            .into_iter()
            .chain([1.0 / 24.0, 3.0 / 24.0, 6.0 / 24.0, 0.5, 1.0, 2.0, 7.0]);
        let mut steps = steps.filter(|step| grid != Grid::Days || *step >= 1.0);
        let Some(step) = steps.find(|step| days / step <= most && days / step >= 1.0) else {
            return round_numbers(min, max, about, true);
        };
        // Weeks begin on Monday; 1970 began on a Thursday.
        let offset = if step >= 7.0 { -3.0 * day } else { 0.0 };
        stepped(min, max, step * day, offset)
    }
}

fn equal_whole(min: f64, max: f64, bins: u32) -> Vec<Bin> {
    let width = max - min;
    let quotient = (width / f64::from(bins)).floor();
    let rest = width - quotient * f64::from(bins);
    let mut low = min;
    let mut found = Vec::new();
    for at in 0..bins {
        let step = if f64::from(bins - at) <= rest { quotient + 1.0 } else { quotient };
        found.push(bin(low, low + step));
        low += step;
    }
    found
}

/// Steps of 1, 2, 2.5 or 5 times a power of ten.
fn round_numbers(min: f64, max: f64, about: u32, whole: bool) -> Vec<Bin> {
    let raw = max / f64::from(about) - min / f64::from(about);
    if !raw.is_finite() || raw < f64::MIN_POSITIVE * 1e3 {
        return Bin::equal(min, max, about, false);
    }
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step >= raw * 0.999_999 && !(whole && step.fract() != 0.0))
        .unwrap_or(power * 10.0);
    let step = if whole { step.max(1.0) } else { step };
    // A step that is lost beside the values themselves cuts nothing.
    if min + step <= min || max - step >= max {
        return Bin::equal(min, max, about, false);
    }
    stepped(min, max, step, 0.0)
}

fn stepped(min: f64, max: f64, step: f64, offset: f64) -> Vec<Bin> {
    let first = ((min - offset) / step).floor();
    let last = ((max - offset) / step).floor();
    let mut found = Vec::new();
    let mut at = first;
    while at <= last && found.len() < 200 {
        found.push(bin(at * step + offset, (at + 1.0) * step + offset));
        at += 1.0;
    }
    found
}

/// Months, quarters, years, decades.
fn months(min: f64, max: f64, day: f64, days: f64, most: f64) -> Option<Vec<Bin>> {
    let steps = [1u32, 3, 6, 12, 24, 60, 120, 300, 600, 1200, 6000, 12_000];
    let step = steps.into_iter().find(|step| days / 30.44 / f64::from(*step) <= most)?;
    let epoch = chrono::NaiveDate::from_ymd_opt(1970, 1, 1)?;
    #[expect(clippy::cast_possible_truncation, reason = "checked by the calendar")]
    let date = |at: f64| epoch.checked_add_signed(chrono::TimeDelta::try_days((at / day).floor() as i64)?);
    let month_of = |date: chrono::NaiveDate| {
        i64::from(chrono::Datelike::year(&date)) * 12 + i64::from(chrono::Datelike::month0(&date))
    };
    let step = i64::from(step);
    let first = month_of(date(min)?).div_euclid(step) * step;
    let last = month_of(date(max)?);
    let start = |month: i64| {
        let year = i32::try_from(month.div_euclid(12)).ok()?;
        let month = u32::try_from(month.rem_euclid(12)).ok()? + 1;
        let days = (chrono::NaiveDate::from_ymd_opt(year, month, 1)? - epoch).num_days();
        Some(float(days.unsigned_abs()) * if days < 0 { -day } else { day })
    };
    let mut found = Vec::new();
    let mut at = first;
    while at <= last {
        found.push(bin(start(at)?, start(at + step)?));
        at += step;
    }
    Some(found)
}
