//! How a person arranged the columns of the view: pinned, hidden, in another order. Told by names, so that it holds at every step; the
//! recipe and its result never change by it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The arrangement.
#[derive(Clone, Debug, Default)]
pub struct Arrange {
    /// Columns that stay at the left, in their order.
    pinned: Vec<String>,
    hidden: BTreeSet<String>,
    /// Columns in the order of the view; those that are not named stand where they stand in the table.
    order: Vec<String>,
    version: u64,
    kept: Option<Kept>,
}

/// The places of the columns of one table, worked out once.
#[derive(Clone, Debug)]
struct Kept {
    key: (u64, u64),
    places: Arc<Vec<usize>>,
    pinned: usize,
}

impl Arrange {
    /// Whether the columns stand as in the table.
    pub fn is_plain(&self) -> bool {
        self.pinned.is_empty() && self.hidden.is_empty() && self.order.is_empty()
    }

    /// Grows with every change.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Whether a column is hidden.
    pub fn is_hidden(&self, name: &str) -> bool {
        self.hidden.contains(name)
    }

    /// Whether a column stays at the left.
    pub fn is_pinned(&self, name: &str) -> bool {
        self.pinned.iter().any(|pinned| pinned == name)
    }

    /// Pins a column, or lets it go.
    pub fn turn_pin(&mut self, name: &str) {
        self.version += 1;
        if self.is_pinned(name) {
            self.pinned.retain(|pinned| pinned != name);
        } else {
            self.pinned.push(name.to_owned());
        }
    }

    /// Hides a column.
    pub fn hide(&mut self, name: &str) {
        self.version += 1;
        self.hidden.insert(name.to_owned());
    }

    /// Shows a column again.
    pub fn show(&mut self, name: &str) {
        self.version += u64::from(self.hidden.remove(name));
    }

    /// All columns as in the table.
    pub fn reset(&mut self) {
        *self = Self { version: self.version + 1, ..Self::default() };
    }

    /// Moves a column to the place of another, as they stand in the view.
    pub fn move_column(&mut self, names: &[&str], from: usize, to: usize) {
        let Some(name) = names.get(from).copied() else { return };
        let pinned = names.iter().filter(|name| self.is_pinned(name)).count();
        let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let moved = names.remove(from);
        let to = to.min(names.len());
        names.insert(to, moved);
        // Into the pinned ones and out of them a column goes by being pinned.
        if from < pinned && to >= pinned {
            self.pinned.retain(|pinned| pinned != name);
        } else if from >= pinned && to < pinned {
            self.pinned.push(name.to_owned());
        }
        let place = |name: &String| names.iter().position(|other| other == name);
        self.pinned.sort_by_key(|name| place(name));
        self.order = names;
        self.version += 1;
    }

    /// The place in the table of a column of the view, as it was drawn last.
    pub fn place(&self, column: usize) -> usize {
        let kept = self.kept.as_ref().filter(|_| !self.is_plain());
        kept.map_or(column, |kept| kept.places.get(column).copied().unwrap_or(usize::MAX))
    }

    /// The column of the view that has a place in the table, as it was drawn last; none where it is hidden.
    pub fn column(&self, place: usize) -> Option<usize> {
        match self.kept.as_ref().filter(|_| !self.is_plain()) {
            Some(kept) => kept.places.iter().position(|other| *other == place),
            None => Some(place),
        }
    }

    /// The places in the table of the columns of the view, and how many of them are pinned; none when they stand as in the table.
    pub fn places<'a>(&mut self, table: u64, names: impl Iterator<Item = &'a str>) -> Option<(Arc<Vec<usize>>, usize)> {
        if self.is_plain() {
            return None;
        }
        let key = (table, self.version);
        if let Some(kept) = self.kept.as_ref().filter(|kept| kept.key == key) {
            return Some((Arc::clone(&kept.places), kept.pinned));
        }
        let known: HashMap<&str, usize> = self.order.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        // A column that is not named stands behind the one before it.
        let mut before = (0, 0);
        let mut keyed: Vec<((usize, usize), usize, &str)> = Vec::new();
        for (at, name) in names.enumerate() {
            before = known.get(name).map_or((before.0, before.1 + 1), |place| (place + 1, 0));
            keyed.push((before, at, name));
        }
        keyed.sort_by_key(|(place, ..)| *place);
        let pinned: Vec<usize> = self
            .pinned
            .iter()
            .filter(|name| !self.hidden.contains(*name))
            .filter_map(|name| keyed.iter().find(|(.., other)| other == name).map(|(_, at, _)| *at))
            .collect();
        let rest = keyed.iter().filter(|(_, at, name)| !pinned.contains(at) && !self.hidden.contains(*name));
        let shown: Vec<usize> = pinned.iter().copied().chain(rest.map(|(_, at, _)| *at)).collect();
        let (places, pinned) = (Arc::new(shown), pinned.len());
        self.kept = Some(Kept { key, places: Arc::clone(&places), pinned });
        Some((places, pinned))
    }
}
