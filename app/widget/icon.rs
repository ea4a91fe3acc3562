//! Icons by meaning.

pub use egui_phosphor::regular::{
    ARROW_DOWN, ARROW_U_UP_LEFT, ARROW_U_UP_RIGHT, ARROW_UP, BELL, CARET_DOWN, CARET_UP, CARET_UP_DOWN, CHECK,
    CIRCLE_HALF, CLIPBOARD_TEXT, COPY, CROSSHAIR_SIMPLE, DATABASE, DOTS_SIX_VERTICAL, DOTS_THREE, DOWNLOAD_SIMPLE,
    FLOPPY_DISK, FOLDER_OPEN, FUNNEL_SIMPLE, GEAR_SIX, KEYBOARD, MAGNIFYING_GLASS, MOON, NOTE, PLAY, PLUS,
    SIDEBAR_SIMPLE, STOP, SUN, TABLE, TEXT_AA, TRASH, UPLOAD_SIMPLE, WARNING, X,
};

use brewhouse_engine::types::TypeClass;
use egui_phosphor::regular as icons;

/// The sign of a kind of value.
pub const fn of_class(class: TypeClass) -> &'static str {
    match class {
        TypeClass::Text => "A",
        TypeClass::Whole | TypeClass::Decimal => "#",
        TypeClass::Money => icons::COINS,
        TypeClass::Boolean => icons::TOGGLE_LEFT,
        TypeClass::Date | TypeClass::DateTime => icons::CALENDAR_BLANK,
        TypeClass::Time => icons::CLOCK,
        TypeClass::Duration => icons::TIMER,
        TypeClass::List => icons::LIST_BULLETS,
        TypeClass::Struct => icons::BRACKETS_CURLY,
        TypeClass::Other => icons::QUESTION,
    }
}
