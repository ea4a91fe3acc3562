//! How the optimised program is linked on Linux: functions that are alike stand in it once, and its addresses are packed where the C
//! library of the machine can read that (glibc 2.36). It keeps the stripped program below 150 MB, and 6 MB out of memory at its start.
#![allow(clippy::print_stdout, reason = "this is how cargo is told")]

use std::env::var;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=app/build.rs");
    let is = |name: &str, value: &str| var(name).is_ok_and(|found| found == value);
    // There the compiler brings a linker of its own, which knows the options.
    let linux = is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && is("CARGO_CFG_TARGET_ARCH", "x86_64");
    if !linux || !is("PROFILE", "release") {
        return;
    }
    println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    if library().is_some_and(|version| version >= (2, 36)) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

// "glibc 2.36"
fn library() -> Option<(u32, u32)> {
    let told = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let told = String::from_utf8(told.stdout).ok()?;
    let (major, minor) = told.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}
