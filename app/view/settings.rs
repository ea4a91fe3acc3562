//! The settings, and the words for those who come from Excel: two sheets over the window that a click beside them closes.

use super::Scene;
use crate::action::Action;
use crate::model::settings::{Cells, Dates, Density, Numbers};
use crate::theme;
use crate::widget::button;
use crate::widget::region::{PLAIN, Region, figures_in};
use egui::{Align2, Area, Frame, Id, Key, Margin, Modifiers, Order, RichText, ScrollArea, Ui, Vec2};

const ZOOMS: [u16; 7] = [80, 90, 100, 110, 125, 150, 200];
const GIGABYTES: [u64; 5] = [2, 5, 10, 20, 50];

/// Draws a sheet over the window; false when it is to be closed.
fn sheet_ui(ui: &mut Ui, name: &str, draw: impl FnOnce(&mut Ui)) -> bool {
    let escape = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    let area = Area::new(Id::unique(name)).order(Order::Foreground).anchor(Align2::CENTER_CENTER, Vec2::ZERO);
    let shown = area.show(ui.ctx(), |ui| {
        Frame::popup(ui.style()).inner_margin(Margin::same(20)).show(ui, |ui| {
            ui.label(RichText::new(name).font(theme::heavy(16.0)));
            ui.add_space(8.0);
            let most = (ui.ctx().content_rect().height() - 140.0).max(120.0);
            ScrollArea::vertical().max_height(most).min_scrolled_height(most).show(ui, draw);
        });
    });
    let pressed = ui.input(|input| input.pointer.any_pressed());
    let outside = ui.ctx().pointer_interact_pos().is_some_and(|pos| !shown.response.rect.contains(pos));
    let left = pressed && outside;
    !escape && !left
}

/// Draws the settings, when they are open.
pub(super) fn settings_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    if scene.scratch.settings {
        scene.scratch.settings = sheet_ui(ui, "Settings", |ui| rows_ui(ui, scene));
    }
}

/// A setting: its name, a row of choices, and what there is to say about it.
fn setting_ui(ui: &mut Ui, name: &str, hint: &str, choices: impl FnOnce(&mut Ui)) {
    let theme = theme::of(ui);
    ui.label(RichText::new(name).font(theme::heavy(13.0)).color(theme.text));
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        choices(ui);
    });
    if !hint.is_empty() {
        ui.label(RichText::new(hint).font(theme::small()).color(theme.muted));
    }
    ui.add_space(12.0);
}

fn rows_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    ui.set_min_width(560.0);
    let now = scene.model.settings;
    let mut chosen = now;
    let chosen_theme = theme::Choice::of_title(&scene.model.theme).unwrap_or_default();
    setting_ui(ui, "Theme", "", |ui| {
        for choice in theme::Choice::ALL {
            if button::chip(ui, choice.title(), choice == chosen_theme).clicked() {
                scene.act(Action::Theme(choice));
            }
        }
    });
    setting_ui(ui, "Zoom", "Ctrl + and Ctrl − as well", |ui| {
        for zoom in ZOOMS {
            if button::chip(ui, &format!("{zoom} %"), zoom == now.zoom).clicked() {
                chosen.zoom = zoom;
            }
        }
    });
    setting_ui(ui, "Rows", "", |ui| {
        for density in Density::ALL {
            if button::chip(ui, density.title(), density == now.density).clicked() {
                chosen.density = density;
            }
        }
    });
    let system = scene.model.system;
    setting_ui(ui, "Numbers", "Counts and figures", |ui| {
        let usual = format!("System: {}", number_words(system.numbers));
        if button::chip(ui, &usual, now.numbers.is_none()).clicked() {
            chosen.numbers = None;
        }
        for numbers in Numbers::ALL {
            if button::chip(ui, &number_words(numbers), now.numbers == Some(numbers)).clicked() {
                chosen.numbers = Some(numbers);
            }
        }
    });
    setting_ui(ui, "Dates", "", |ui| {
        let usual = format!("System: {}", date_words(system.dates));
        if button::chip(ui, &usual, now.dates.is_none()).clicked() {
            chosen.dates = None;
        }
        for dates in Dates::ALL {
            if button::chip(ui, &date_words(dates), now.dates == Some(dates)).clicked() {
                chosen.dates = Some(dates);
            }
        }
    });
    setting_ui(ui, "Cells of numbers and dates", "They are copied and written as they are stored", |ui| {
        for cells in Cells::ALL {
            if button::chip(ui, cells.title(), cells == now.cells).clicked() {
                chosen.cells = cells;
            }
        }
    });
    let hint = "What text files were turned into, so that they open at once; the oldest goes first";
    setting_ui(ui, "Room for side files", hint, |ui| {
        for cache in GIGABYTES {
            if button::chip(ui, &format!("{cache} GB"), cache == now.cache).clicked() {
                chosen.cache = cache;
            }
        }
    });
    if chosen != now {
        scene.act(Action::Settings(chosen));
    }
}

fn number_words(numbers: Numbers) -> String {
    let region = Region { group: numbers.separator(), decimal: numbers.decimal(), ..PLAIN };
    figures_in("1,234.5", region).into_owned()
}

fn date_words(dates: Dates) -> String {
    figures_in("2024-12-31", Region { date: dates.layout(), ..PLAIN }).into_owned()
}

/// Words of a spreadsheet, and what they are here.
const WORDS: [(&str, &str); 12] = [
    ("The arrow of a filter", "Click a bar or a value above the column; every other card draws those rows in front"),
    ("Sort", "The small arrows beside a column’s name; Column, Sort makes it a step"),
    ("Find and replace", "Ctrl F finds in all rows; Clean, Replace text is a step"),
    ("Change a cell by hand", "Say what it means, for all such cells: a step. The file itself is never changed"),
    ("VLOOKUP, XLOOKUP", "Join, from another table; the matches are counted before it is applied"),
    ("PivotTable", "Group for one row of each value, Pivot for values as columns"),
    ("Text to columns", "Split"),
    ("CONCAT, &", "Merge"),
    ("TRIM, UPPER, PROPER", "Clean and Format"),
    ("Remove duplicates", "Duplicates, rows or the values of a column"),
    ("Format cells", "Change type; how many cells would not fit is counted first"),
    ("Record a macro", "Every step is one: Run does them again, on next month’s file too"),
];

/// Draws the words for those who come from Excel, when they are open.
pub(super) fn excel_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    if !scene.scratch.excel {
        return;
    }
    scene.scratch.excel = sheet_ui(ui, "Coming from Excel", |ui| {
        let theme = theme::of(ui);
        egui::Grid::new("excel").num_columns(2).spacing(Vec2::new(28.0, 7.0)).show(ui, |ui| {
            for (there, here) in WORDS {
                ui.label(RichText::new(there).font(theme::heavy(12.0)).color(theme.accent));
                ui.label(RichText::new(here).font(theme::small()));
                ui.end_row();
            }
        });
    });
}
