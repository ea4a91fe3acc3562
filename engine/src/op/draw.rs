//! Random numbers that follow from a seed and a row's place alone, so that a preview shows what a run writes and batches do not matter.
//!
//! Good for samples and stand-ins, not for keys: whoever knows the seed knows the numbers.

use super::param::Param;
use super::{Args, Context};
use crate::error::Result;
use polars::prelude::{DataType, Expr, int_range, len, lit};

/// The number that random values follow from.
pub(super) static SEED: Param<i64> = Param::new("seed", "Seed")
    .help("A number that the random values follow from; the same seed gives the same values. Left out, the seed of the run is taken.")
    .example("42")
    .optional();

/// The seed of a column: the step's own or the run's, mixed with the column's name.
pub(super) fn seed(args: &Args, context: &Context<'_>, column: &str) -> Result<u64> {
    let seed = args.find(&SEED)?.map_or(context.env.seed, i64::cast_unsigned);
    Ok(column
        .bytes()
        .fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
}

/// The place of each row, counted from 0.
pub(super) fn rows() -> Expr {
    int_range(lit(0i64), len().cast(DataType::Int64), 1, DataType::Int64)
}

/// The random bits of a row.
pub(super) fn bits(seed: u64, row: i64) -> u64 {
    scramble(seed.wrapping_add(row.unsigned_abs()))
}

/// The step of the splitmix64 generator: neighbouring numbers become unrelated ones.
fn scramble(row: u64) -> u64 {
    let mut bits = row.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A number of at least 0 and below 1.
#[allow(clippy::cast_precision_loss, reason = "53 bits fit exactly")]
pub(super) fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

/// A whole number between two, both included.
pub(super) fn whole_between(bits: u64, lower: i64, upper: i64) -> i64 {
    let width = i128::from(upper) - i128::from(lower) + 1;
    let at = (i128::from(bits) * width) >> 64;
    i64::try_from(i128::from(lower) + at).unwrap_or(upper)
}
