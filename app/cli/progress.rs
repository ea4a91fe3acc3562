//! Progress on standard error: a bar on a terminal, JSON lines on request.

use super::arguments::ProgressKind;
use brewhouse_engine::run::{Monitor, Progress};
use brewhouse_engine::values::grouped;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A monitor that tells progress in the way asked for.
pub(super) fn monitor(kind: ProgressKind, quiet: bool, cancel: Arc<AtomicBool>) -> (Monitor, Option<ProgressBar>) {
    match kind {
        ProgressKind::Json => (Monitor::new(cancel, tell_json), None),
        ProgressKind::Auto if !quiet && std::io::stderr().is_terminal() => {
            let bar = ProgressBar::new(1000);
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {msg}") {
                bar.set_style(style);
            }
            let shown = bar.clone();
            (Monitor::new(cancel, move |progress| show(&shown, progress)), Some(bar))
        }
        _ => (Monitor::new(cancel, |_| {}), None),
    }
}

fn tell_json(progress: &Progress) {
    if let Ok(line) = serde_json::to_string(progress) {
        super::output::tell(&line);
    }
}

fn show(bar: &ProgressBar, progress: &Progress) {
    let share = progress.share.unwrap_or(0.0).clamp(0.0, 1.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1000")]
    bar.set_position((share * 1000.0) as u64);
    if let Some(estimate) = &progress.estimate {
        bar.println(estimate.sentence());
        return;
    }
    let message = if progress.phase == "types" {
        format!("deciding types: {} of {}", HumanBytes(progress.bytes), HumanBytes(progress.total_bytes))
    } else if progress.phase == "values" {
        format!("counting the values of {} rows", grouped(progress.rows))
    } else {
        let rate = progress.rows_per_second / 1e6;
        format!("{} rows, {rate:.1} million a second", grouped(progress.rows))
    };
    bar.set_message(message);
}
