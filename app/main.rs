//! The program: a subcommand runs headlessly, anything else opens the window.

use std::process::ExitCode;

/// Polars' out-of-core mode sees only what goes through this allocator; underneath is jemalloc, measured a third faster than the
/// system's allocator on the cleaning recipe.
#[global_allocator]
static ALLOCATOR: polars_ooc::Allocator = polars_ooc::Allocator;

/// Memory that was given back goes to the system after a second instead of ten: what one attempt of a run took would otherwise count
/// against the next, and the program would seem to hold more than it does. It costs no time that could be measured.
#[cfg(all(target_family = "unix", not(any(target_os = "macos", target_os = "emscripten"))))]
#[allow(unsafe_code, reason = "the name under which the allocator looks for its settings; nothing else has it")]
#[unsafe(export_name = "_rjem_malloc_conf")]
pub static SETTINGS: &[u8; 20] = b"dirty_decay_ms:1000\0";

fn main() -> ExitCode {
    brewhouse::start(std::env::args_os())
}
