//! All tests that need the whole program or the whole engine, in one binary.

mod cases;
mod many_rows;
mod operations;
