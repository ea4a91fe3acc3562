//! The one place that runs data.

mod collect;

pub use collect::{LiveFacts, collect};
