//! About how many different values there are: exactly while they are few, by HyperLogLog when they are many.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher as _};

/// So many are told apart exactly.
const EXACT: usize = 512;
/// Registers; the error is about 1.6 %.
const REGISTERS: usize = 4096;
const BITS: u32 = 12;

/// Counts different values.
#[derive(Default)]
pub(super) struct Distinct {
    few: HashSet<u64>,
    many: Vec<u8>,
}

impl Distinct {
    /// Takes in a value.
    pub(super) fn add(&mut self, value: impl Hash) {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        let hash = hasher.finish();
        if self.many.is_empty() {
            self.few.insert(hash);
            if self.few.len() > EXACT {
                self.many = vec![0; REGISTERS];
                for hash in std::mem::take(&mut self.few) {
                    self.note(hash);
                }
            }
        } else {
            self.note(hash);
        }
    }

    fn note(&mut self, hash: u64) {
        let place = usize::try_from(hash >> (64 - BITS)).unwrap_or_default();
        let rank = u8::try_from((hash << BITS | 1 << (BITS - 1)).leading_zeros() + 1).unwrap_or(u8::MAX);
        if let Some(register) = self.many.get_mut(place) {
            *register = rank.max(*register);
        }
    }

    /// The estimate, never more than there are values.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate"
    )]
    pub(super) fn estimate(&self, values: u64) -> u64 {
        if self.many.is_empty() {
            return self.few.len() as u64;
        }
        let count = self.many.len() as f64;
        let sum: f64 = self.many.iter().map(|rank| (-f64::from(*rank)).exp2()).sum();
        let raw = 0.7213 / (1.0 + 1.079 / count) * count * count / sum;
        let zeros = memchr::memchr_iter(0, &self.many).count();
        let estimate = if raw <= 2.5 * count && zeros > 0 { count * (count / zeros as f64).ln() } else { raw };
        (estimate.round() as u64).min(values)
    }
}
