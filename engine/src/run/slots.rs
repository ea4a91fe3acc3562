//! A table of numbers of 128 bits that are looked up many at a time.
//!
//! A table that does not fit the near caches waits for memory at each look. Looks that do not need each other's answer wait together, so
//! that many take hardly longer than one.

use foldhash::fast::RandomState;
use memmap2::MmapMut;
use std::hash::BuildHasher as _;
use std::ops::{Deref, DerefMut};

/// So many are looked up at once.
const AT_ONCE: usize = 32;
/// What stands where nothing is; no number of the table is that.
const EMPTY: u128 = 0;

/// Tables of so many bytes and more ask the system for large pages, of which it can remember the places.
const LARGE: usize = 4 << 20;
/// More than a table of four thousand million numbers takes.
#[cfg(target_pointer_width = "64")]
const RESERVED: usize = 128 << 30;
#[cfg(not(target_pointer_width = "64"))]
const RESERVED: usize = 0;

/// Numbers, each at the first free place from that of its digest on.
pub(super) struct Slots {
    places: Places,
    /// Bits by which numbers are told apart; the others tell something about them.
    mask: u128,
    used: usize,
    hasher: RandomState,
}

impl Slots {
    /// An empty table of numbers that are told apart by some of their bits.
    pub(super) fn new(mask: u128) -> Self {
        Self { places: Places::of(AT_ONCE * 2), mask, used: 0, hasher: RandomState::default() }
    }

    /// Puts numbers in, and says of each whether it is new; of several that are the same the first stays. Zero is never new.
    pub(super) fn insert(&mut self, numbers: &[u128], mut is_new: impl FnMut(bool)) {
        for numbers in numbers.chunks(AT_ONCE) {
            self.make_room();
            let firsts = self.firsts(numbers);
            for (number, (place, first)) in numbers.iter().zip(firsts) {
                is_new(*number != EMPTY && first != *number && self.put(*number, place));
            }
        }
    }

    /// Says for each of some numbers which one of the table is the same.
    pub(super) fn find(&self, numbers: &[u128], mut found: impl FnMut(Option<u128>)) {
        for numbers in numbers.chunks(AT_ONCE) {
            let firsts = self.firsts(numbers);
            for (number, (place, first)) in numbers.iter().zip(firsts) {
                let is_first = first != EMPTY && self.are_same(first, *number);
                found(if is_first { Some(first) } else { self.at(place, *number).ok() });
            }
        }
    }

    /// Where each is looked for first, and what is there.
    fn firsts(&self, numbers: &[u128]) -> [(usize, u128); AT_ONCE] {
        let mut firsts = [(0, EMPTY); AT_ONCE];
        let places: &[u128] = &self.places;
        for (first, number) in firsts.iter_mut().zip(numbers) {
            let place = self.place(*number);
            *first = (place, places.get(place).copied().unwrap_or(EMPTY));
        }
        firsts
    }

    /// By the upper bits of a digest, so that a larger table has the same order.
    fn place(&self, number: u128) -> usize {
        let digest = self.hasher.hash_one(number & self.mask);
        usize::try_from(digest >> (u64::BITS - self.places.len().trailing_zeros())).unwrap_or_default()
    }

    fn are_same(&self, one: u128, other: u128) -> bool {
        (one ^ other) & self.mask == 0
    }

    /// The one that is the same as a number, or the place where that belongs.
    fn at(&self, mut place: usize, number: u128) -> Result<u128, usize> {
        let places: &[u128] = &self.places;
        loop {
            match places.get(place) {
                Some(&EMPTY) => return Err(place),
                Some(found) if self.are_same(*found, number) => return Ok(*found),
                Some(_) => place += 1,
                None => place = 0,
            }
        }
    }

    fn put(&mut self, number: u128, place: usize) -> bool {
        let Err(place) = self.at(place, number) else { return false };
        if let Some(slot) = self.places.get_mut(place) {
            *slot = number;
            self.used += 1;
        }
        true
    }

    /// At most two thirds of the places are taken after the next lot.
    fn make_room(&mut self) {
        if (self.used + AT_ONCE) * 3 <= self.places.len() * 2 {
            return;
        }
        let before = self.places.len();
        self.used = 0;
        if self.places.double() {
            self.spread(before);
        } else {
            let larger = Places::of(before * 2);
            let numbers = std::mem::replace(&mut self.places, larger);
            for number in numbers.iter().copied().filter(|number| *number != EMPTY) {
                self.put(number, self.place(number));
            }
        }
    }

    /// Moves the numbers of the places before one to where they belong in all. Those that stand together are moved together, the last
    /// first: each belongs twice as far on, behind what has not been moved.
    fn spread(&mut self, mut end: usize) {
        let (mut together, mut around) = (Vec::new(), Vec::new());
        while let Some(last) = self.places[..end].iter().rposition(|number| *number != EMPTY) {
            let first = self.places[..last].iter().rposition(|number| *number == EMPTY).map_or(0, |empty| empty + 1);
            together.extend_from_slice(&self.places[first..=last]);
            self.places[first..=last].fill(EMPTY);
            for number in together.drain(..) {
                let place = self.place(number);
                match self.at(place, number) {
                    Err(free) if free < place => around.push(number),
                    _ => _ = self.put(number, place),
                }
            }
            end = first;
        }
        for number in around {
            self.put(number, self.place(number));
        }
    }
}

/// Memory for numbers, at first empty.
enum Places {
    Held(Vec<u128>),
    /// So many bytes of some that are the system's until something is written to them, so that a table grows where it is.
    Reserved(MmapMut, usize),
}

impl Places {
    fn of(length: usize) -> Self {
        let bytes = length * size_of::<u128>();
        match reserved().filter(|_| (LARGE..=RESERVED).contains(&bytes)) {
            Some(memory) => Self::Reserved(memory, bytes),
            None => Self::Held(vec![EMPTY; length]),
        }
    }

    /// Twice as many places, of which the new ones are empty; false where the numbers have to be brought elsewhere.
    fn double(&mut self) -> bool {
        match self {
            Self::Reserved(_, bytes) if *bytes * 2 <= RESERVED => {
                *bytes *= 2;
                true
            }
            _ => false,
        }
    }
}

/// Addresses without memory behind them; none where the system does not give any.
#[cfg(target_os = "linux")]
fn reserved() -> Option<MmapMut> {
    let memory = memmap2::MmapOptions::new().len(RESERVED).no_reserve_swap().map_anon().ok()?;
    // Without large pages it works as well, and slower.
    let _ = memory.advise(memmap2::Advice::HugePage);
    Some(memory)
}

#[cfg(not(target_os = "linux"))]
fn reserved() -> Option<MmapMut> {
    None
}

impl Deref for Places {
    type Target = [u128];

    fn deref(&self) -> &[u128] {
        match self {
            Self::Held(numbers) => numbers,
            Self::Reserved(memory, bytes) => memory.get(..*bytes).map_or(&[], bytemuck::cast_slice),
        }
    }
}

impl DerefMut for Places {
    fn deref_mut(&mut self) -> &mut [u128] {
        match self {
            Self::Held(numbers) => numbers,
            Self::Reserved(memory, bytes) => memory.get_mut(..*bytes).map_or(&mut [], bytemuck::cast_slice_mut),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Slots;
    use std::collections::HashSet;

    #[test]
    fn each_number_is_new_once() {
        let mut numbers: Vec<u128> = (1..40_000_u128).map(|at| at * at % 7_919 + ((at % 3) << 100) + 1).collect();
        numbers.extend([u128::MAX, 1, u128::MAX]);
        let (mut slots, mut before, mut new) = (Slots::new(u128::MAX), HashSet::new(), Vec::new());
        for lot in numbers.chunks(777) {
            slots.insert(lot, |is| new.push(is));
        }
        let expected: Vec<bool> = numbers.iter().map(|number| before.insert(*number)).collect();
        assert_eq!(new, expected);
        let mut found = Vec::new();
        slots.find(&[u128::MAX, 5 << 110, numbers[9]], |number| found.push(number));
        assert_eq!(found, [Some(u128::MAX), None, Some(numbers[9])]);
    }

    #[test]
    fn a_large_table_grows_and_loses_nothing() {
        let number = |at: u128| at.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835) | 1;
        let numbers: Vec<u128> = (1..1_500_000).map(number).collect();
        let mut slots = Slots::new(u128::MAX);
        let different: HashSet<&u128> = numbers.iter().collect();
        let mut new = 0;
        slots.insert(&numbers, |is| new += usize::from(is));
        assert_eq!(new, different.len());
        slots.insert(&numbers, |is| assert!(!is));
        let mut found = numbers.iter();
        slots.find(&numbers, |number| assert_eq!(number.as_ref(), found.next()));
    }

    #[test]
    fn what_is_outside_the_mask_is_told_of_the_first() {
        let mut slots = Slots::new(!0xffff);
        let mut new = Vec::new();
        slots.insert(&[0x1_0001, 0x1_0002, 0x2_0003], |is| new.push(is));
        assert_eq!(new, [true, false, true]);
        let mut found = Vec::new();
        slots.find(&[0x2_0000, 0x1_0000, 0x3_0000, 0], |number| found.push(number));
        assert_eq!(found, [Some(0x2_0003), Some(0x1_0001), None, None]);
    }
}
