//! Secrets by name, for the command line and the window alike: from the environment, then from the key store of the system. The engine
//! itself reads neither.
//!
//! The key store is asked through the program that comes with it: `secret-tool` (GNOME, KDE and others), `security` (macOS). A secret is
//! kept there with `secret-tool store --label=Brewhouse service brewhouse name NAME` or
//! `security add-generic-password -s brewhouse -a NAME -w`.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a person may take to unlock the key store.
const PATIENCE: Duration = Duration::from_mins(2);

/// The variable that holds a secret: `pepper` stands in `BREWHOUSE_SECRET_PEPPER`.
pub fn variable(name: &str) -> String {
    format!("BREWHOUSE_SECRET_{}", name.to_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_"))
}

/// The secret of a name, from the environment or else from the key store.
pub fn find(name: &str) -> Option<String> {
    std::env::var(variable(name)).ok().or_else(|| from_key_store(name))
}

/// A secret that was found is not asked for again while the program runs.
fn from_key_store(name: &str) -> Option<String> {
    static FOUND: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(secret) = found.get(name) {
        return Some(secret.clone());
    }
    let secret = asked(name)?;
    found.insert(name.to_owned(), secret.clone());
    Some(secret)
}

fn asked(name: &str) -> Option<String> {
    // Nothing that the program could take for one of its options.
    if name.is_empty() || name.starts_with('-') {
        return None;
    }
    let mut child = question(name)?.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let end = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait().ok()? {
            Some(status) => break status,
            None if Instant::now() > end => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let mut secret = String::new();
    child.stdout.take()?.read_to_string(&mut secret).ok()?;
    let secret = secret.strip_suffix('\n').unwrap_or(&secret);
    (status.success() && !secret.is_empty()).then(|| secret.to_owned())
}

fn question(name: &str) -> Option<Command> {
    let (program, arguments) = if cfg!(target_os = "macos") {
        ("security", ["find-generic-password", "-s", "brewhouse", "-w", "-a"])
    } else if cfg!(unix) {
        ("secret-tool", ["lookup", "service", "brewhouse", "name", ""])
    } else {
        return None;
    };
    let mut command = Command::new(program);
    command.args(arguments.into_iter().filter(|argument| !argument.is_empty())).arg(name);
    Some(command)
}
