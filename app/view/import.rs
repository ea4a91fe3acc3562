//! The import screen: how the file was read and why, as chips that change it; what does not fit, with the way to it; the columns with
//! their types and reasons; and below all of it the table as it is read, live.

use super::{Scene, grid};
use crate::action::Action;
use crate::model::import::{Choice, Chosen, Import};
use crate::theme;
use crate::widget::{button, grouped, icon};
use brewhouse_engine::source::{ColumnVerdict, DateOrder, Dialect};
use brewhouse_engine::types::{TypeClass, dtype_of_word};
use egui::{CentralPanel, Frame, Margin, Panel, Popup, RichText, ScrollArea, Ui};

/// Words that often stand for a missing value.
const MISSING: &[&str] = &["NA", "N/A", "NULL", "null", "None", "-", "?"];
const DELIMITERS: &[(&str, char)] =
    &[("comma", ','), ("semicolon", ';'), ("tab", '\t'), ("pipe", '|'), ("colon", ':'), ("blank", ' '), ("caret", '^')];
const ENCODINGS: &[&str] = &[
    "UTF-8",
    "windows-1252",
    "ISO-8859-15",
    "UTF-16LE",
    "UTF-16BE",
    "windows-1250",
    "windows-1251",
    "Shift_JIS",
    "GB18030",
    "Big5",
    "EUC-KR",
    "KOI8-R",
];
/// Height of a line of text.
const LINE: f32 = 18.0;
/// Columns that are listed; of more, those with something to say come first.
const LISTED: usize = 200;

/// Draws the screen.
pub(super) fn import_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let frame = Frame::new().inner_margin(Margin::symmetric(14, 8));
    let most = (ui.available_height() - 140.0).max(120.0);
    Panel::top("import")
        .resizable(true)
        .default_size((ui.available_height() * 0.55).min(most))
        .size_range(120.0..=most)
        .frame(frame)
        .show(ui, |ui| {
            ScrollArea::vertical().auto_shrink([false, false]).id_salt("import").show(ui, |ui| details_ui(ui, scene));
        });
    CentralPanel::no_frame().show(ui, |ui| grid::grid_ui(ui, scene));
}

fn details_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    ui.spacing_mut().item_spacing.y = 6.0;
    let Some(source) = scene.model.source().cloned() else {
        ui.label(quiet(ui, "The file is being read…"));
        return;
    };
    let options = scene.model.project().dataset.as_ref().map(|dataset| dataset.options.clone()).unwrap_or_default();
    let chosen = Chosen::of(&options);
    match &source.import {
        Some(import) => {
            if import.sheets.is_empty() {
                layout_ui(ui, scene, &import.text.dialect, &chosen);
            } else {
                sheet_ui(ui, scene, import, &chosen);
            }
            lines_ui(ui, scene, import, &chosen);
            notes_ui(ui, &source.notes);
            columns_ui(ui, scene, import, &chosen);
        }
        None => {
            let words = if source.complete {
                "The file says its columns and types itself; nothing had to be found out."
            } else {
                "The whole file is being read; until then these are its first rows."
            };
            ui.label(quiet(ui, words));
            notes_ui(ui, &source.notes);
        }
    }
}

fn quiet(ui: &Ui, text: impl Into<String>) -> RichText {
    RichText::new(text).font(theme::small()).color(theme::of(ui).muted)
}

// A chip with what is so and a menu of what else could be.
fn chip(ui: &mut Ui, name: &str, value: &str, chosen: bool, reason: &str, menu: impl FnOnce(&mut Ui)) {
    let text = format!("{name}: {value}");
    let response = button::chip(ui, &text, chosen).on_hover_text(reason);
    Popup::menu(&response).show(|ui| {
        ui.set_min_width(200.0);
        menu(ui);
    });
}

fn item(ui: &mut Ui, scene: &mut Scene<'_>, text: &str, choice: Choice) {
    if ui.add(button::menu_item(text)).clicked() {
        scene.act(Action::Import(choice));
        ui.close();
    }
}

fn layout_ui(ui: &mut Ui, scene: &mut Scene<'_>, dialect: &Dialect, chosen: &Chosen) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        if dialect.widths.is_empty() {
            delimiter_ui(ui, scene, dialect, chosen);
            let quote = dialect.quote.map_or("none".to_owned(), |quote| quote.to_string());
            chip(ui, "Quote", &quote, chosen.has("Quote"), "Around fields that hold a delimiter or a line end", |ui| {
                item(ui, scene, "Double quotes \"", Choice::Quote(Some(Some('"'))));
                item(ui, scene, "Apostrophes '", Choice::Quote(Some(Some('\''))));
                item(ui, scene, "No quotes", Choice::Quote(Some(None)));
                item(ui, scene, "As found", Choice::Quote(None));
            });
        } else {
            let widths: Vec<_> = dialect.widths.iter().map(usize::to_string).collect();
            ui.label(quiet(ui, format!("Columns of fixed width: {}", widths.join(", ")).replace(", 0", ", the rest")));
        }
        chip(ui, "Encoding", &dialect.encoding, chosen.has("Encoding"), &dialect.encoding_reason, |ui| {
            for name in ENCODINGS {
                item(ui, scene, name, Choice::Encoding(Some((*name).to_owned())));
            }
            item(ui, scene, "As found", Choice::Encoding(None));
        });
        header_ui(ui, scene, dialect, chosen);
        missing_ui(ui, scene, chosen);
        numbers_ui(ui, scene, chosen);
        if button::link(ui, "Read again").on_hover_text("Read the file anew, with these choices").clicked() {
            scene.act(Action::Reload);
        }
    });
    let other = dialect.runner_up.map(|other| format!("; {} would fit nearly as well", name_of(other)));
    let reason = format!("{}{}", dialect.reason, other.unwrap_or_default());
    ui.label(quiet(
        ui,
        format!(
            "{:.0} % sure of the layout: {reason} · {}: {} · names: {}",
            dialect.confidence * 100.0,
            dialect.encoding,
            dialect.encoding_reason,
            dialect.header_reason
        ),
    ));
}

// Of a workbook: which sheet, and whether it names its columns.
fn sheet_ui(ui: &mut Ui, scene: &mut Scene<'_>, import: &Import, chosen: &Chosen) {
    let shown = import.sheets.first().cloned().unwrap_or_default();
    let mut sheets = import.sheets.clone();
    sheets.sort();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        chip(ui, "Sheet", &shown, false, "The sheet that is read", |ui| {
            for name in &sheets {
                item(ui, scene, name, Choice::Sheet(name.clone()));
            }
        });
        header_ui(ui, scene, &import.text.dialect, chosen);
        missing_ui(ui, scene, chosen);
        numbers_ui(ui, scene, chosen);
    });
}

fn header_ui(ui: &mut Ui, scene: &mut Scene<'_>, dialect: &Dialect, chosen: &Chosen) {
    let header = if dialect.header { "the first record" } else { "none" };
    chip(ui, "Names", header, chosen.has("HeaderRow"), &dialect.header_reason, |ui| {
        item(ui, scene, "In the first record", Choice::Header(Some(true)));
        item(ui, scene, "None: the first record is data", Choice::Header(Some(false)));
        item(ui, scene, "As found", Choice::Header(None));
    });
}

fn delimiter_ui(ui: &mut Ui, scene: &mut Scene<'_>, dialect: &Dialect, chosen: &Chosen) {
    let name = name_of(dialect.delimiter);
    chip(ui, "Delimiter", &name, chosen.has("Delimiter"), &dialect.reason, |ui| {
        for (name, mark) in DELIMITERS {
            item(ui, scene, name, Choice::Delimiter(Some(*mark)));
        }
        item(ui, scene, "As found", Choice::Delimiter(None));
    });
}

fn missing_ui(ui: &mut Ui, scene: &mut Scene<'_>, chosen: &Chosen) {
    let words = chosen.missing();
    let value = if words.is_empty() { "empty cells alone".to_owned() } else { words.join(", ") };
    chip(ui, "Missing", &value, !words.is_empty(), "Which words stand for a missing value", |ui| {
        let more = words.iter().filter(|word| !MISSING.contains(&word.as_str())).map(String::as_str);
        for word in MISSING.iter().copied().chain(more) {
            let on = words.iter().any(|other| other == word);
            let text = if on { format!("{} {word}", icon::CHECK) } else { word.to_owned() };
            item(ui, scene, &text, Choice::Missing(word.to_owned(), !on));
        }
    });
}

fn numbers_ui(ui: &mut Ui, scene: &mut Scene<'_>, chosen: &Chosen) {
    let comma = chosen.is_on("DecimalComma");
    let value = if comma { "a comma is the point" } else { "as proven" };
    chip(
        ui,
        "Numbers",
        value,
        comma,
        "1,234 may be a decimal or a thousand: a column without proof stays text",
        |ui| {
            item(ui, scene, "A comma is always the decimal point", Choice::DecimalComma(true));
            item(ui, scene, "Only where the data proves it", Choice::DecimalComma(false));
        },
    );
    let dates = chosen.has("DateOrder");
    let value = if dates { "told" } else { "as proven" };
    chip(ui, "Day and month", value, dates, "The order where all dates of a column fit both ways", |ui| {
        item(ui, scene, "Day first", Choice::DateOrder(Some(DateOrder::DayFirst)));
        item(ui, scene, "Month first", Choice::DateOrder(Some(DateOrder::MonthFirst)));
        item(ui, scene, "Only where the data proves it", Choice::DateOrder(None));
    });
}

// Where the lines went, and the records that do not fit with the way to them.
fn lines_ui(ui: &mut Ui, scene: &mut Scene<'_>, import: &Import, chosen: &Chosen) {
    let theme = theme::of(ui);
    let lines = import.text.lines;
    let whole = lines.accounted == lines.physical;
    let colour = if whole { theme.valid } else { theme.mismatched };
    let told = format!("{} of {} lines accounted for", grouped(lines.accounted), grouped(lines.physical));
    ui.label(RichText::new(told).font(theme::heavy(12.0)).color(colour));
    let aside = &import.text.set_aside;
    if aside.records == 0 {
        return;
    }
    let word = if aside.records == 1 { "record does not fit and is" } else { "records do not fit and are" };
    ui.horizontal_wrapped(|ui| {
        let text = format!("{} {} {word} set aside", icon::WARNING, grouped(aside.records));
        ui.label(RichText::new(text).font(theme::heavy(12.0)).color(theme.mark));
        let short = aside.reasons.iter().any(|reason| reason.reason.starts_with("too few fields"));
        let fills = chosen.is_on("FillShortRecords");
        if (short || fills) && button::link(ui, "Fill up those with too few fields").clicked() {
            scene.act(Action::Import(Choice::FillShort(true)));
        }
    });
    ui.scope(|ui| {
        // Lines of text stand closer than controls.
        ui.spacing_mut().interact_size.y = LINE;
        ui.spacing_mut().item_spacing.y = 2.0;
        for reject in &aside.first {
            ui.horizontal(|ui| {
                ui.label(quiet(ui, format!("Line {}: {}", grouped(reject.line), reject.reason)));
                let name = format!("Go to line {}", grouped(reject.line));
                if button::link(ui, &name).clicked() {
                    scene.act(Action::GoToLine(None, reject.line));
                }
            });
        }
    });
    let more = aside.records.saturating_sub(aside.first.len() as u64);
    if more > 0 {
        ui.label(quiet(ui, format!("and {} more; a run writes all of them beside its output", grouped(more))));
    }
}

fn notes_ui(ui: &mut Ui, notes: &[String]) {
    // Records set aside are told above.
    for note in notes.iter().filter(|note| !note.contains("set aside")).take(12) {
        ui.label(quiet(ui, format!("· {note}")));
    }
}

fn columns_ui(ui: &mut Ui, scene: &mut Scene<'_>, import: &Import, chosen: &Chosen) {
    ui.add_space(4.0);
    let mut columns: Vec<&ColumnVerdict> = import.verdict.iter().collect();
    if columns.len() > LISTED {
        columns.sort_by_key(|verdict| verdict.reason.is_none());
    }
    let open = import.open_questions();
    let title = match open {
        0 => format!("{} columns", grouped(columns.len() as u64)),
        1 => format!("{} columns, 1 of them looks like something and stays text", grouped(columns.len() as u64)),
        open => format!("{} columns, {open} of them look like something and stay text", grouped(columns.len() as u64)),
    };
    ui.label(RichText::new(title).font(theme::heavy(12.0)));
    for verdict in columns.iter().take(LISTED) {
        column_ui(ui, scene, verdict, chosen);
    }
    if columns.len() > LISTED {
        ui.label(quiet(ui, format!("and {} more", grouped((columns.len() - LISTED) as u64))));
    }
}

fn column_ui(ui: &mut Ui, scene: &mut Scene<'_>, verdict: &ColumnVerdict, chosen: &Chosen) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let kept = chosen.keeps_text(&verdict.name);
        let kind = words(&verdict.kind);
        chip(ui, &verdict.name, kind, kept, "A type only where every value can be written back from it", |ui| {
            if kept {
                item(ui, scene, "The type that all values fit", Choice::KeepText(verdict.name.clone(), false));
            } else if verdict.kind != "string" {
                item(ui, scene, "Keep as text", Choice::KeepText(verdict.name.clone(), true));
            }
            if ui.add(button::menu_item("Show in the table")).clicked() {
                scene.act(Action::GoToLine(Some(verdict.name.clone()), 0));
                ui.close();
            }
        });
        match (&verdict.reason, &verdict.written) {
            // What to type at a console is a click here.
            (Some(reason), _) => drop(ui.label(quiet(ui, reason.split("; say --").next().unwrap_or_default()))),
            (None, Some(written)) => drop(ui.label(quiet(ui, format!("written {written}")))),
            (None, None) if verdict.missing > 0 => {
                ui.label(quiet(ui, format!("{} missing", grouped(verdict.missing))));
            }
            (None, None) => {}
        }
        offers_ui(ui, scene, verdict);
    });
}

// What one click does about a column that looks like something: go to an exception, call it missing, say the order of day and month.
fn offers_ui(ui: &mut Ui, scene: &mut Scene<'_>, verdict: &ColumnVerdict) {
    if verdict.looks_like.is_none() {
        return;
    }
    for order in &verdict.orders {
        let text = match order {
            DateOrder::DayFirst => "day first",
            DateOrder::MonthFirst => "month first",
        };
        if button::link(ui, &format!("{}: {text}", verdict.name)).clicked() {
            scene.act(Action::Import(Choice::DateOrder(Some(*order))));
        }
    }
    for fault in verdict.faults.iter().take(2) {
        let Some(line) = fault.lines.first() else { continue };
        if button::link(ui, &format!("Go to line {} of {}", grouped(*line), verdict.name)).clicked() {
            scene.act(Action::GoToLine(Some(verdict.name.clone()), *line));
        }
        // Only a word can stand for nothing; a code that looks like a number is a value.
        if fault.is_words() {
            let name = format!("Read “{}” as missing", fault.example);
            if button::link(ui, &name).clicked() {
                scene.act(Action::Import(Choice::Missing(fault.example.clone(), true)));
            }
        }
    }
}

fn words(kind: &str) -> &'static str {
    dtype_of_word(kind).map_or("other", |dtype| TypeClass::of(&dtype).words())
}

fn name_of(mark: char) -> String {
    DELIMITERS
        .iter()
        .find(|(_, known)| *known == mark)
        .map_or_else(|| format!("{mark:?}"), |(name, _)| (*name).to_owned())
}
