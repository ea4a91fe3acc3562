//! All tests that need the whole program or the whole engine, in one binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it stands")]

mod cases;
mod cli;
mod mess;
mod many_rows;
mod operations;
mod sink;
mod source;
mod stage;
mod table;
mod tidy;
#[cfg(feature = "gui")]
mod window;
