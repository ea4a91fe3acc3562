//! `brewhouse verify`: whether the files of a receipt are still those that a run read and wrote.

use super::arguments::VerifyArguments;
use super::input::reason;
use super::output::{print, print_json};
use super::signals;
use brewhouse_engine::run::{RECEIPT_VERSION, Receipt, Verified, verify as hold};
use brewhouse_engine::{Error, ErrorKind, Result};
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

/// Holds every file of a receipt against it; exit code 1 when one is not what it was.
pub(super) fn verify(arguments: &VerifyArguments) -> Result<ExitCode> {
    let cancel = Arc::default();
    signals::watch(Arc::clone(&cancel))?;
    let path = &arguments.receipt;
    let text = std::fs::read_to_string(path).map_err(|error| {
        Error::new(ErrorKind::File, format!("{} cannot be read: {}", path.display(), reason(&error))).caused_by(error)
    })?;
    let receipt: Receipt = serde_json::from_str(&text).map_err(|error| {
        Error::new(ErrorKind::File, format!("{} is no receipt of a run", path.display()))
            .advise("name the file that run --receipt wrote")
            .caused_by(error)
    })?;
    if receipt.format_version > RECEIPT_VERSION {
        let message = format!("{} was written by a newer program ({})", path.display(), receipt.program);
        return Err(Error::new(ErrorKind::File, message).advise("use the newer program"));
    }
    if receipt.inputs.is_empty() && receipt.outputs.is_empty() {
        let message = format!("{} names no file: the run ended before it read one", path.display());
        return Err(Error::new(ErrorKind::File, message));
    }
    let found = hold(&receipt, &cancel)?;
    if arguments.json {
        print_json(&found)?;
    } else {
        print(&told(&receipt, &found))?;
    }
    Ok(if found.ok { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn told(receipt: &Receipt, found: &Verified) -> String {
    let mut out = String::new();
    for file in &found.files {
        let _ = writeln!(out, "{:<6}  {} {}", file.role, file.path.display(), file.told);
    }
    let odd = found.files.iter().filter(|file| !file.state.is_fine()).count();
    let (all, noun) = (found.files.len(), if found.files.len() == 1 { "file is" } else { "files are" });
    let when = format!("since the run of {} ({})", receipt.started_at, receipt.status);
    let _ = match odd {
        0 => writeln!(out, "all {all} {noun} as they were {when}"),
        _ => writeln!(out, "{odd} of {all} {noun} not what they were {when}"),
    };
    out
}
