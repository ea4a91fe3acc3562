//! The engine of Brewhouse.

pub mod error;
pub mod op;
pub mod recipe;
pub mod sink;
pub mod source;
pub mod types;
pub mod values;

pub use error::{Error, ErrorKind, Problem, Result};
