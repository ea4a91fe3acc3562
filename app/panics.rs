//! What happens when something within stops short: readers of others do over damaged files, and the engine tells it as an error.
//!
//! What it was is shown to those who ask, with `BREWHOUSE_BACKTRACE=1` or `RUST_BACKTRACE=1`; everybody else reads the error alone. A
//! stop that nobody turned into an error ends in one line and exit code 2.

use crate::cli::tell;
use std::backtrace::Backtrace;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

/// Where the last stop was, for the line that ends the program.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Runs the program; a stop within it becomes an exit code.
pub(crate) fn guarded(program: impl FnOnce() -> ExitCode) -> ExitCode {
    let asked = ["BREWHOUSE_BACKTRACE", "RUST_BACKTRACE"].into_iter().any(is_on);
    std::panic::set_hook(Box::new(move |info| note(info, asked)));
    catch_unwind(AssertUnwindSafe(program)).unwrap_or_else(|_| {
        let place = LAST.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
        let advice = "please report it with what BREWHOUSE_BACKTRACE=1 shows";
        crate::cli::complain(&format!("the program stopped by a mistake of its own, {place}; {advice}"))
    })
}

fn is_on(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
}

fn note(info: &PanicHookInfo<'_>, asked: bool) {
    let place = info.location().map_or_else(|| "at a place unknown".to_owned(), |place| format!("at {place}"));
    if asked {
        let payload = info.payload();
        let text =
            payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
        tell(&format!("stopped {place}: {}\n{}", text.unwrap_or("no reason given"), Backtrace::force_capture()));
    }
    *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
}
