//! All tests that need the whole program or the whole engine, in one binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it stands")]

mod cases;
mod cli;
mod cli_intake;
mod cli_verify;
mod compare;
mod corpus;
mod estimate;
mod excel;
mod facet;
mod flat_lines;
mod foreign;
mod formats;
mod fuzz;
mod groups;
mod held;
mod intake;
mod json_lines;
mod kept;
mod kept_columns;
mod layouts;
mod many_rows;
mod mess;
mod misfits;
mod money;
mod named;
mod nested;
mod odd_types;
mod operations;
mod orc;
mod passes;
mod paths;
mod plane;
mod profile;
mod random;
mod records;
mod reference;
mod secrets;
mod single_pass;
mod sink;
mod sink_names;
mod source;
mod spill;
mod stage;
mod table;
mod tidy;
mod versions;
#[cfg(feature = "gui")]
mod window;
mod zeros;

/// The folder of the checkout under test. Cargo tells it when the tests start: a build that is shared between checkouts may have been made in another.
fn root() -> std::path::PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), std::path::PathBuf::from)
}
