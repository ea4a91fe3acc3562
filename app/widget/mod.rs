//! Widgets: they know the theme and what they are given, and no model.

pub mod button;
pub mod card;
pub mod field;
pub mod grid;
pub mod icon;
pub mod nothing;
pub mod path;
pub mod region;

pub use region::grouped;

use egui::{Galley, Painter, Pos2, Rect, Vec2};
use std::sync::Arc;

/// Paints a line of text with its middle left at a point.
pub fn text_left(painter: &Painter, at: Pos2, galley: Arc<Galley>) -> Rect {
    let pos = Pos2::new(at.x, at.y - galley.size().y / 2.0);
    let rect = Rect::from_min_size(pos, galley.size());
    painter.galley(pos, galley, egui::Color32::PLACEHOLDER);
    rect
}

/// Paints a line of text with its middle right at a point.
pub fn text_right(painter: &Painter, at: Pos2, galley: Arc<Galley>) -> Rect {
    let at = at - Vec2::new(galley.size().x, 0.0);
    text_left(painter, at, galley)
}

/// A share as people read it: never 0 % when there is something, never 100 % when something is left.
#[allow(clippy::cast_precision_loss, reason = "a share for reading")]
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 || part == 0 {
        return "0 %".into();
    }
    let share = part as f64 / whole as f64 * 100.0;
    if part == whole {
        "100 %".into()
    } else if share < 1.0 {
        "<1 %".into()
    } else if share > 99.0 {
        ">99 %".into()
    } else if share < 10.0 {
        region::figures(&format!("{share:.1} %")).into_owned()
    } else {
        format!("{share:.0} %")
    }
}
