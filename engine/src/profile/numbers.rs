//! Figures of size over sorted numbers with their counts: moments, percentiles, distances, distributions.
//!
//! The order of addition is that of the values, so that a figure is the same bit for bit each time. Very large and very small values are
//! scaled by a power of two first, which costs no digit, so that squares neither overflow nor vanish.

use super::bins::{Bin, Grid};
use super::parts::{COUNT, Parts, VALUE};
use super::{Settings, Watch};
use crate::error::Result;
use polars::prelude::{DataFrame, DataType, Expr, lit};

/// Percentiles that are told, as shares.
pub(super) const SHARES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Sorted numbers with their counts: held, or counted again for each walk.
pub(super) enum Numbers {
    /// Held in memory.
    Held(Vec<f64>, Vec<u64>),
    /// Too many to hold: counted again in parts.
    Counted(Box<Parts>),
}

type Walk<'a> = &'a mut dyn FnMut(f64, u64);

impl Numbers {
    /// Walks over all finite numbers in ascending order.
    fn walk(&self, watch: &Watch, each: Walk<'_>) -> Result<()> {
        match self {
            Self::Held(values, counts) => {
                for (value, count) in values.iter().zip(counts) {
                    each(*value, *count);
                }
                Ok(())
            }
            Self::Counted(parts) => parts.each(watch, |part| {
                let (values, counts) = finite(&part)?;
                values.iter().zip(&counts).for_each(|(value, count)| each(*value, *count));
                Ok(())
            }),
        }
    }
}

/// The finite numbers of a counted part, in its order, with their counts.
pub(super) fn finite(part: &DataFrame) -> Result<(Vec<f64>, Vec<u64>)> {
    let values = part.column(VALUE)?.as_materialized_series();
    // The units of a moment are what is measured, those of money are not.
    let numbers = if values.dtype().is_temporal() { values.to_physical_repr().into_owned() } else { values.clone() };
    let numbers = numbers.cast(&DataType::Float64)?;
    let (numbers, counts) = (numbers.f64()?, part.column(COUNT)?.u64()?);
    let pairs = numbers.iter().zip(counts.iter());
    let kept = pairs.filter_map(|(n, c)| n.filter(|n| n.is_finite()).zip(c));
    Ok(kept.unzip())
}

/// A value that lies far from the mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlier {
    /// The value, or the length of a text.
    pub value: f64,
    /// Its distance from the mean in standard deviations.
    pub z_score: f64,
    /// How many cells hold it.
    pub count: u64,
}

/// Figures of size. What cannot be told (the spread of one value) is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Numbers, those that are finite.
    pub count: u64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// Their sum; of whole numbers and money see [`super::Tally::exact_sum`].
    pub sum: f64,
    /// Their mean.
    pub mean: f64,
    /// Numbers equal to zero.
    pub zeros: u64,
    /// Numbers below zero.
    pub negative: u64,
    /// The most frequent; of several the smallest.
    pub mode: f64,
    /// Standard deviation of a sample, with n - 1.
    pub deviation: Option<f64>,
    /// Its square.
    pub variance: Option<f64>,
    /// Third moment over the deviation of the whole, cubed.
    pub skewness: Option<f64>,
    /// Fourth moment over the variance of the whole, squared, less 3.
    pub kurtosis: Option<f64>,
    /// The values below which 5, 25, 50, 75 and 95 % lie.
    pub percentiles: [f64; 5],
    /// The median distance from the median.
    pub median_distance: f64,
    /// Equal ranges from the smallest to the largest, as `DataBrew` cuts them.
    pub buckets: Vec<Bin>,
    /// Ranges between round numbers.
    pub bins: Vec<Bin>,
    /// Ranges between round numbers over the bulk of the values, where a few lie so far off that `bins` shows little; else none.
    pub inner: Vec<Bin>,
    /// Equal ranges of distances from the mean.
    pub z_buckets: Vec<Bin>,
    /// Numbers farther from the mean than the threshold.
    pub outliers: u64,
    /// Numbers between the mild threshold and the threshold.
    pub mild_outliers: u64,
    /// The farthest different values, farthest first.
    pub farthest: Vec<Outlier>,
}

/// What the numbers are, which decides where ranges may be cut.
pub(super) fn summarize(numbers: &Numbers, grid: Grid, settings: &Settings, watch: &Watch) -> Result<Option<Summary>> {
    let Some(mut found) = first_walk(numbers, watch)? else { return Ok(None) };
    let whole = grid == Grid::Whole;
    let mut buckets = Bin::equal(found.min, found.max, settings.bins, whole);
    let mut bins = Bin::round(found.min, found.max, settings.bins, grid);
    second_walk(numbers, &mut found, &mut [&mut buckets, &mut bins], watch)?;
    (found.buckets, found.bins) = (buckets, bins);
    if settings.brief {
        return Ok(Some(found));
    }
    found.inner = inner_bins(&found, grid, settings);
    third_walk(numbers, &mut found, settings, watch)?;
    found.median_distance = median_distance(numbers, &found, watch)?;
    Ok(Some(found))
}

/// Count, extremes, sum, mean, mode, zeros.
fn first_walk(numbers: &Numbers, watch: &Watch) -> Result<Option<Summary>> {
    let mut found = Summary { min: f64::INFINITY, max: f64::NEG_INFINITY, ..Summary::default() };
    let mut most = 0;
    let (mut sum, mut small) = (Sum::default(), Sum::default());
    numbers.walk(watch, &mut |value, count| {
        found.count += count;
        found.min = found.min.min(value);
        found.max = found.max.max(value);
        if count > most {
            (most, found.mode) = (count, value);
        }
        if value == 0.0 {
            found.zeros += count;
        } else if value < 0.0 {
            found.negative += count;
        }
        sum.add_product(value, count);
        // A sum that leaves the range of numbers has a mean all the same.
        small.add_product(value * TINY, count);
    })?;
    if found.count == 0 {
        return Ok(None);
    }
    found.sum = sum.total();
    let n = float(found.count);
    let mean = if found.sum.is_finite() { found.sum / n } else { small.total() / n / TINY };
    found.mean = mean.clamp(found.min, found.max);
    Ok(Some(found))
}

/// A power of two (100 times a half) under which no sum of numbers overflows.
const TINY: f64 = 1.0 / 1_267_650_600_228_229_401_496_703_205_376.0;

/// The power of two that brings the largest distance from the mean near one, where squares would overflow or vanish.
fn scale_of(found: &Summary) -> f64 {
    let widest = (found.max * 0.5 - found.mean * 0.5).max(found.mean * 0.5 - found.min * 0.5);
    if widest == 0.0 || (1e-60..1e60).contains(&widest) {
        return 1.0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "an exponent of a float")]
    let exponent = widest.log2().floor() as i32;
    2f64.powi((-exponent).clamp(-1020, 1020))
}

/// Moments about the mean, percentiles, and the counts of ranges.
fn second_walk(numbers: &Numbers, found: &mut Summary, bins: &mut [&mut Vec<Bin>], watch: &Watch) -> Result<()> {
    let scale = scale_of(found);
    let n = float(found.count);
    let mut powers = [Sum::default(), Sum::default(), Sum::default()];
    let mut ranks = Ranks::new(found.count);
    let mut places = vec![0usize; bins.len()];
    numbers.walk(watch, &mut |value, count| {
        let distance = value * scale - found.mean * scale;
        let square = distance * distance;
        powers[0].add_product(square, count);
        powers[1].add_product(square * distance, count);
        powers[2].add_product(square * square, count);
        ranks.take(value, count);
        for (bins, place) in bins.iter_mut().zip(&mut places) {
            while *place + 1 < bins.len() && value >= bins[*place].high {
                *place += 1;
            }
            if let Some(bin) = bins.get_mut(*place) {
                bin.count += count;
            }
        }
    })?;
    found.percentiles = ranks.shares();
    let [second, third, fourth] = powers.map(|sum| sum.total());
    if found.count > 1 {
        let deviation = (second / (n - 1.0)).sqrt() / scale;
        found.deviation = Some(deviation);
        found.variance = Some(deviation * deviation);
        if scale == 1.0 {
            found.variance = Some(second / (n - 1.0));
        }
    }
    if second > 0.0 && found.min < found.max {
        let spread = second / n;
        found.skewness = Some(third / n / (spread * spread.sqrt()));
        found.kurtosis = Some(fourth / n / (spread * spread) - 3.0);
    }
    Ok(())
}

/// Ranges within three times the middle half around it, where that is less than half of the whole width.
fn inner_bins(found: &Summary, grid: Grid, settings: &Settings) -> Vec<Bin> {
    let [_, lower, _, upper, _] = found.percentiles;
    let reach = (upper - lower) * 3.0;
    let (low, high) = ((lower - reach).max(found.min), (upper + reach).min(found.max));
    if reach > 0.0 && low < high && (high - low) * 2.0 < found.max - found.min {
        Bin::round(low, high, settings.bins, grid)
    } else {
        Vec::new()
    }
}

/// What lies far from the mean, and how far everything lies from it.
fn third_walk(numbers: &Numbers, found: &mut Summary, settings: &Settings, watch: &Watch) -> Result<()> {
    let Some(deviation) = found.deviation.filter(|d| *d > 0.0 && d.is_finite() && found.min < found.max) else {
        found.inner.clear();
        return Ok(());
    };
    let mut inner = std::mem::take(&mut found.inner);
    let mut inner_place = 0;
    let mean = found.mean;
    // Halves: the distance of huge values of both signs would overflow.
    let z = |value: f64| (value * 0.5 - mean * 0.5) / deviation * 2.0;
    let least = settings.mild_threshold.unwrap_or(settings.threshold).min(settings.threshold);
    let mut buckets = Bin::equal(z(found.min), z(found.max), settings.bins, false);
    let mut place = 0;
    let mut far: Vec<Outlier> = Vec::new();
    let keep = settings.outliers;
    numbers.walk(watch, &mut |value, count| {
        let z_score = z(value);
        while place + 1 < buckets.len() && z_score >= buckets[place].high {
            place += 1;
        }
        if let Some(bin) = buckets.get_mut(place) {
            bin.count += count;
        }
        while inner_place < inner.len() && value >= inner[inner_place].high {
            inner_place += 1;
        }
        if let Some(bin) = inner.get_mut(inner_place).filter(|bin| value >= bin.low) {
            bin.count += count;
        }
        if z_score.abs() <= least {
            return;
        }
        if z_score.abs() > settings.threshold {
            found.outliers += count;
        } else {
            found.mild_outliers += count;
        }
        far.push(Outlier { value, z_score, count });
        if far.len() > keep.saturating_mul(4).max(1000) {
            farthest_first(&mut far, keep);
        }
    })?;
    farthest_first(&mut far, keep);
    found.farthest = far;
    found.z_buckets = buckets;
    found.inner = inner;
    Ok(())
}

fn farthest_first(far: &mut Vec<Outlier>, keep: usize) {
    far.sort_by(|a, b| b.z_score.abs().total_cmp(&a.z_score.abs()).then(a.value.total_cmp(&b.value)));
    far.truncate(keep);
}

/// The median distance from the median.
fn median_distance(numbers: &Numbers, found: &Summary, watch: &Watch) -> Result<f64> {
    let median = found.percentiles[2];
    let mut ranks = Ranks::new(found.count);
    match numbers {
        Numbers::Held(values, counts) => {
            // Two fingers move apart from the median; the nearer one is next.
            let mut right = values.partition_point(|value| *value < median);
            let mut left = right;
            while left > 0 || right < values.len() {
                let below = left.checked_sub(1).map(|at| median - values[at]);
                let above = values.get(right).map(|value| value - median);
                match (below, above) {
                    (Some(below), above) if above.is_none_or(|above| below <= above) => {
                        left -= 1;
                        ranks.take(below, counts[left]);
                    }
                    (_, Some(above)) => {
                        ranks.take(above, counts[right]);
                        right += 1;
                    }
                    _ => break,
                }
                if ranks.done() {
                    break;
                }
            }
        }
        Numbers::Counted(parts) => {
            let distances = parts.derived(&|cells: Expr| (cells - lit(median)).abs())?;
            Numbers::Counted(Box::new(distances)).walk(watch, &mut |value, count| ranks.take(value, count))?;
        }
    }
    Ok(ranks.shares()[2])
}

/// Picks the values at the ranks of [`SHARES`] from a walk in ascending order.
struct Ranks {
    total: u64,
    passed: u64,
    /// Rank, and the value at it.
    wanted: Vec<(u64, f64)>,
    next: usize,
}

impl Ranks {
    fn new(total: u64) -> Self {
        let mut wanted: Vec<(u64, f64)> = SHARES
            .iter()
            .flat_map(|share| [place(total, *share).0, place(total, *share).1])
            .map(|r| (r, 0.0))
            .collect();
        wanted.sort_by_key(|(rank, _)| *rank);
        wanted.dedup_by_key(|(rank, _)| *rank);
        Self { total, passed: 0, wanted, next: 0 }
    }

    fn take(&mut self, value: f64, count: u64) {
        self.passed += count;
        while let Some((rank, found)) = self.wanted.get_mut(self.next) {
            if *rank >= self.passed {
                break;
            }
            *found = value;
            self.next += 1;
        }
    }

    fn done(&self) -> bool {
        self.next >= self.wanted.len()
    }

    fn shares(&self) -> [f64; 5] {
        let at = |rank: u64| self.wanted.iter().find(|(r, _)| *r == rank).map_or(0.0, |(_, value)| *value);
        SHARES.map(|share| {
            let (low, high, part) = place(self.total, share);
            between(at(low), at(high), part)
        })
    }
}

/// The two ranks next to a share, counted from 0, and how far between them it lies: linear interpolation at (n - 1)p.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the number of rows")]
fn place(total: u64, share: f64) -> (u64, u64, f64) {
    let last = total.saturating_sub(1);
    let exact = float(last) * share;
    let low = (exact.floor() as u64).min(last);
    (low, (low + 1).min(last), exact - exact.floor())
}

/// A value between two, exact at both ends and safe for huge ones.
fn between(low: f64, high: f64, part: f64) -> f64 {
    if low == high || part == 0.0 {
        return low;
    }
    let width = high - low;
    if !width.is_finite() {
        return low * (1.0 - part) + high * part;
    }
    if part < 0.5 { low + width * part } else { high - width * (1.0 - part) }
}

/// A count as a float; counts above 2^53 rows do not occur.
#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^53")]
pub(super) const fn float(count: u64) -> f64 {
    count as f64
}

/// A sum that carries along what rounding lost (Neumaier).
#[derive(Clone, Copy, Default)]
pub(super) struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    pub(super) fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let lost = if self.sum.abs() >= value.abs() { (self.sum - sum) + value } else { (value - sum) + self.sum };
        self.sum = sum;
        self.lost += lost;
    }

    /// Adds a value so many times.
    fn add_product(&mut self, value: f64, count: u64) {
        if count == 1 {
            return self.add(value);
        }
        let times = float(count);
        let product = value * times;
        self.add(product);
        let rest = value.mul_add(times, -product);
        if rest.is_finite() {
            self.lost += rest;
        }
    }

    pub(super) fn total(self) -> f64 {
        let total = self.sum + self.lost;
        if total.is_nan() { self.sum } else { total }
    }
}
