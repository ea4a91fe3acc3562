//! One integration-test binary for everything.

mod sink;
mod source;
mod table;
