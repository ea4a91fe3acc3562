//! The target intake of `cargo fuzz`; what it does is in `bodies.rs`.
#![no_main]

#[path = "../bodies.rs"]
#[allow(dead_code, reason = "each target does one of them")]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::intake(data));
