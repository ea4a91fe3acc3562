//! A value that is being computed: the old one stays until the new one is there.

use super::Fault;
use std::time::{Duration, Instant};

/// A value, what it is waiting for, and what went wrong last.
#[derive(Debug)]
pub struct Loading<T> {
    value: Option<T>,
    since: Option<Instant>,
    fault: Option<Fault>,
}

impl<T> Default for Loading<T> {
    fn default() -> Self {
        Self { value: None, since: None, fault: None }
    }
}

impl<T> Loading<T> {
    /// A new value was asked for.
    pub fn begin(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    /// The value arrived.
    pub fn done(&mut self, value: T) {
        *self = Self { value: Some(value), since: None, fault: None };
    }

    /// It will not arrive; the old value stays.
    pub fn fail(&mut self, fault: Fault) {
        self.since = None;
        self.fault = Some(fault);
    }

    /// The newest value, old or not.
    pub fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// The newest value, to be changed by what arrives piece by piece.
    pub fn value_mut(&mut self) -> Option<&mut T> {
        self.value.as_mut()
    }

    /// Why the last attempt failed, if it did.
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// For how long a newer value has been awaited; none when nothing is.
    pub fn waiting(&self) -> Option<Duration> {
        self.since.map(|since| since.elapsed())
    }
}
