//! Paths on one line: the name of the file whole, its folder shortened in the middle; the whole path on hover, and a click is for copying it.

use super::text_left;
use crate::theme;
use egui::accesskit::Role;
use egui::text::{LayoutJob, TextFormat};
use egui::{FontId, Pos2, Response, Sense, Ui, Vec2, WidgetInfo};

/// Height of a line.
const LINE: f32 = 18.0;
/// What stands for folders that are left out.
const LEFT_OUT: &str = "…";

/// Draws a path over the width there is; a click on it is for copying it.
pub fn path_ui(ui: &mut Ui, path: &str) -> Response {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), LINE), Sense::click());
    let shown = fitted(ui, path, &theme::small(), rect.width());
    let name = shown.rfind(mark_of(&shown)).map_or(0, |at| at + 1);
    let strong = if response.hovered() || response.has_focus() { theme.accent } else { theme.text };
    let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
    job.append(&shown[..name], 0.0, TextFormat::simple(theme::small(), theme.muted));
    job.append(&shown[name..], 0.0, TextFormat::simple(theme::small(), strong));
    let galley = ui.painter().layout_job(job);
    text_left(ui.painter(), Pos2::new(rect.left(), rect.center().y), galley);
    if response.has_focus() {
        super::button::focus_ring(ui, rect.expand2(Vec2::new(3.0, 0.0)));
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Copy the path {path}")));
    response.on_hover_text(format!("{path}\nA click copies it"))
}

/// A path that fits into a width.
pub fn fitted(ui: &Ui, path: &str, font: &FontId, width: f32) -> String {
    let measure = |text: &str| ui.painter().layout_no_wrap(text.to_owned(), font.clone(), theme::NOTHING).size().x;
    shortened(path, |text| measure(text) <= width)
}

fn mark_of(path: &str) -> char {
    if path.contains('\\') && !path.contains('/') { '\\' } else { '/' }
}

/// The longest form of a path that fits: whole; without folders in its middle, the nearest to the file kept longest; the name alone; the
/// name without its middle.
pub fn shortened(path: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(path) {
        return path.to_owned();
    }
    let mark = mark_of(path);
    let bare = path.trim_end_matches(mark);
    let (folder, name) = bare.rsplit_once(mark).unwrap_or(("", bare));
    let parts: Vec<&str> = folder.split(mark).collect();
    // An absolute path begins with a mark, so with an empty part.
    let begin = parts.iter().take_while(|part| part.is_empty()).count() + 1;
    if parts.len() > begin {
        let first = parts[..begin].join(&mark.to_string());
        for kept in begin + 1..=parts.len() {
            let last: String = parts.iter().skip(kept).flat_map(|part| [*part, "/"]).collect();
            let last = if mark == '/' { last } else { last.replace('/', &mark.to_string()) };
            let form = format!("{first}{mark}{LEFT_OUT}{mark}{last}{name}");
            if fits(&form) {
                return form;
            }
        }
    }
    let alone = format!("{LEFT_OUT}{mark}{name}");
    if !folder.is_empty() && fits(&alone) {
        return alone;
    }
    let letters: Vec<char> = name.chars().collect();
    let cut = |kept: usize| -> String {
        let end = kept / 2;
        let begin = kept - end;
        letters[..begin].iter().chain(&['…']).chain(&letters[letters.len() - end..]).collect()
    };
    if fits(name) {
        return name.to_owned();
    }
    (2..letters.len()).rev().map(cut).find(|form| fits(form)).unwrap_or_else(|| cut(letters.len().min(2)))
}
