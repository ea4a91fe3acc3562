//! What must go when the process is ended from outside, and small files that are replaced whole.

use super::place::{failed, sync};
use crate::error::Result;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

static PLACED: AtomicBool = AtomicBool::new(false);
static LIVE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Remembers a path that means nothing once the process ends.
pub(super) fn remember(path: &Path) {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
}

/// Makes a path that means nothing once the process ends; not while that is about to happen.
pub(super) fn made<T, E>(path: &Path, make: impl FnOnce() -> std::result::Result<T, E>) -> std::result::Result<T, E> {
    let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    let made = make()?;
    live.push(path.to_owned());
    Ok(made)
}

/// Makes something inside a path that is remembered; not while the process is about to end, after which it would stay.
pub(super) fn made_inside<T>(make: impl FnOnce() -> T) -> T {
    let _live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    make()
}

/// Forgets a path: it is gone, or about to become the output.
pub(super) fn forget(path: &Path) {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner).retain(|live| live != path);
}

/// Does what makes a path the output, and is not interrupted in between. What lies there after it means nothing once the process ends.
pub(super) fn commit<T>(path: &Path, act: impl FnOnce() -> Result<T>) -> Result<T> {
    let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    live.retain(|other| other != path);
    let outcome = act();
    PLACED.fetch_or(outcome.is_ok(), Ordering::Relaxed);
    if path.exists() {
        live.push(path.to_owned());
    }
    outcome
}

/// Whether an output was put in place since the process began.
pub fn is_placed() -> bool {
    PLACED.load(Ordering::Relaxed)
}

/// How long others may go on to write into a folder that is being removed.
const PATIENCE: Duration = Duration::from_millis(30);

/// While this is held, nothing temporary is made and nothing is put in place.
#[must_use = "what is dropped at once holds nothing"]
pub struct Stillness {
    _live: MutexGuard<'static, Vec<PathBuf>>,
}

/// Removes what unfinished outputs have written so far; for a process that is about to end, which keeps what it is given until then.
pub fn remove_temporaries() -> Stillness {
    let began = Instant::now();
    let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    while !live.is_empty() && began.elapsed() < PATIENCE {
        live.retain(|path| {
            remove(path);
            path.exists()
        });
    }
    live.clear();
    Stillness { _live: live }
}

fn remove(path: &Path) {
    // Nothing more can be done here; the next run on the same target tries again.
    let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
}

/// A file or a folder that goes when this is dropped, or when the process is ended from outside.
pub struct Temporary(PathBuf);

impl Temporary {
    /// Takes charge of a path, whether or not there is a file yet.
    pub fn new(path: PathBuf) -> Self {
        remember(&path);
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Temporary {
    /// A new folder inside another that only this user may look into.
    pub fn private_folder(inside: &Path, prefix: &str) -> std::io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        loop {
            let turn = NEXT.fetch_add(1, Ordering::Relaxed);
            // In charge before it is there: a process that ends just then leaves nothing.
            let folder = Self::new(inside.join(format!("{prefix}{}-{turn}", std::process::id())));
            match builder.create(folder.path()) {
                Ok(()) => return Ok(folder),
                // An earlier process of the same number left it; it goes now.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        remove(&self.0);
        forget(&self.0);
    }
}

/// Replaces a small file whole: written beside it, flushed, renamed.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<()> {
    replace_file_with(path, &mut |out| out.write_all(bytes))
}

/// Writes a small file so that the old one stays whole until the new one is: the content comes piece by piece.
pub fn replace_file_with(
    path: &Path,
    write: &mut dyn FnMut(&mut dyn std::io::Write) -> std::io::Result<()>,
) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    remove_orphans(path, &name);
    let mut fill = || {
        let mut out = std::io::BufWriter::new(made(&beside, || std::fs::File::create(&beside))?);
        write(&mut out)?;
        out.flush()
    };
    let written = fill()
        .map_err(|error| failed(path, "cannot be written", error))
        .and_then(|()| sync(&beside))
        .and_then(|()| std::fs::rename(&beside, path).map_err(|error| failed(path, "cannot be replaced", error)));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    forget(&beside);
    written
}

// What processes that are no more were killed over.
fn remove_orphans(path: &Path, name: &str) {
    let begin = format!(".{name}.");
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let file = entry.file_name();
        let number = file.to_str().and_then(|file| file.strip_prefix(&begin)?.strip_suffix(".tmp"));
        if number.and_then(|number| number.parse().ok()).is_some_and(is_gone) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Removes folders that processes which are no more left behind; their names are a prefix and the number of the process.
pub(crate) fn remove_dead_folders(inside: &Path, prefix: &str) {
    for entry in std::fs::read_dir(inside).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(prefix)?.split('-').next()?.parse().ok());
        if number.is_some_and(is_gone) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

// Whether there is no process of a number; one of another user is there.
fn is_gone(number: i32) -> bool {
    use rustix::process::{Pid, test_kill_process};
    Pid::from_raw(number).is_some_and(|pid| test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
}
