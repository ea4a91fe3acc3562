//! Asking the desktop for a file.

use super::event::Event;
use super::{Jobs, Slot};
use crate::model::Purpose;
use brewhouse_engine::source::FORMATS;
use std::path::PathBuf;

/// Endings of the files that can be opened as data.
fn data() -> Vec<&'static str> {
    let mut endings: Vec<_> =
        FORMATS.iter().flat_map(|format| format.extensions.iter().chain(format.compressed)).copied().collect();
    endings.sort_unstable();
    endings.dedup();
    endings
}

/// Opens a dialog; its answer comes as an event.
pub fn open(jobs: &Jobs, purpose: Purpose, folder: Option<PathBuf>, name: String) {
    let dialogs = jobs.dialogs;
    jobs.start(Slot::Dialog, move |_| {
        if !dialogs {
            return Some(Event::NoDialog(purpose));
        }
        let mut dialog = rfd::FileDialog::new().set_title(purpose.title());
        if let Some(folder) = folder {
            dialog = dialog.set_directory(folder);
        }
        let path = match purpose {
            Purpose::Open => {
                let all: Vec<&str> = data().into_iter().chain(["yaml", "yml"]).collect();
                dialog.add_filter("Data, projects and recipes", &all).add_filter("All files", &["*"]).pick_file()
            }
            Purpose::AddDataset => dialog.add_filter("Data", &data()).add_filter("All files", &["*"]).pick_file(),
            Purpose::ImportRecipe => dialog.add_filter("Recipes", &["json", "yaml", "yml"]).pick_file(),
            Purpose::SaveAs | Purpose::ExportRecipe | Purpose::Output => dialog.set_file_name(name).save_file(),
        };
        Some(Event::Picked(purpose, path))
    });
}

/// Whether something is there that can show a dialog: on Linux the session bus must be.
pub(super) fn service_answers() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    if std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some() {
        return true;
    }
    std::env::var_os("XDG_RUNTIME_DIR").is_some_and(|folder| PathBuf::from(folder).join("bus").exists())
}
