//! The engine of Brewhouse.

pub mod error;
pub mod op;
pub mod plan;
pub mod project;
pub mod recipe;
pub mod run;
pub mod sink;
pub mod source;
pub mod stage;
pub mod types;
pub mod values;

pub use error::{Error, ErrorKind, Problem, Result};
