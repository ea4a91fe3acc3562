//! Where things are kept that can be had again at any time, by the customs of the system.

use std::path::PathBuf;

/// The folder of what typing passes counted; none when the system tells no folder.
pub fn verdicts() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = if cfg!(windows) {
        set("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        std::env::home_dir().map(|home| home.join("Library/Caches"))
    } else {
        set("XDG_CACHE_HOME").or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
    };
    base.map(|base| base.join("brewhouse").join("verdicts"))
}
