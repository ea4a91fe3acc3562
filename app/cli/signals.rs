//! Interrupts: the first asks the run to stop; if it does not within a moment, the temporary files go and the process ends.

use brewhouse_engine::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;

static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// How long a run may take to stop by itself.
const PATIENCE: Duration = Duration::from_millis(120);

/// The exit code after an interrupt: 128 and the signal's number.
pub(super) fn exit_code() -> u8 {
    u8::try_from(128 + SIGNAL.load(Ordering::Relaxed)).unwrap_or(130)
}

/// Raises the flag on an interrupt or a request to terminate, and ends the process if that does not help.
pub(super) fn watch(cancel: Arc<AtomicBool>) -> Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let fail = |e: std::io::Error| Error::new(ErrorKind::Internal, "interrupts cannot be watched").caused_by(e);
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]).map_err(fail)?;
    // A limit on the size of files becomes an error of the write, instead of the end of the process.
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default()).map_err(fail)?;
    let work = move || {
        if let Some(signal) = signals.forever().next() {
            SIGNAL.store(signal, Ordering::Relaxed);
            cancel.store(true, Ordering::Relaxed);
            std::thread::sleep(PATIENCE);
            let _still = brewhouse_engine::sink::remove_temporaries();
            let left = if brewhouse_engine::sink::is_placed() {
                "an output was in place already, whole"
            } else {
                "the old output is as it was"
            };
            super::output::tell(&format!("error: cancelled; {left}"));
            std::process::exit(i32::from(exit_code()));
        }
    };
    std::thread::Builder::new().name("signals".into()).spawn(work).map_err(fail)?;
    Ok(())
}
