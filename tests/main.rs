//! All tests that need the whole program or the whole engine, in one binary.

mod cases;
mod cli;
mod mess;
mod operations;
mod sink;
mod source;
mod stage;
mod table;
mod tidy;
