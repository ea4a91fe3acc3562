//! Comfort: types whose misfits are counted before one is chosen, settings that last, words for those who come from Excel, matches marked on screen, later steps under a draft, columns proposed by
//! name and kind.

use super::driver::Driver;
use brewhouse::action::Action;
use brewhouse::model::settings::Density;
use brewhouse::theme::{self, Choice};
use brewhouse_engine::recipe::Step;
use eframe::egui::{self, Color32, Key, Modifiers};
use std::path::Path;

/// Twelve hundred rows of three kinds.
fn table(folder: &Path) -> Driver {
    let mut text = "name,size,kind,born\n".to_owned();
    for n in 0..1200 {
        text += &format!("n{n},{n},{},2024-01-{:02}\n", ["a", "b", "c"][n % 3], n % 28 + 1);
    }
    let path = folder.join("kinds.csv");
    std::fs::write(&path, text).unwrap();
    let mut driver = Driver::new(folder, vec![path]);
    driver.wait("the file is open", |model| model.sheet.value().is_some());
    driver.settle();
    driver
}

#[test]
fn settings_are_chosen_and_last() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = table(folder.path());
    assert!(driver.text("1,200 rows · 4 columns").is_some());
    let rows_before = driver.sheet().in_view.0.clone();
    driver.click("Project menu");
    let settings = driver.name_of("Settings…");
    driver.click(&settings);
    driver.settle();
    driver.picture("settings");
    driver.clicks(&["Compact", "1.234,5", "5 GB", "125 %"]);
    driver.press(Modifiers::NONE, Key::Escape);
    driver.settle();
    let settings = driver.model().settings;
    assert_eq!((settings.density, settings.cache, settings.zoom), (Density::Compact, 5, 125));
    assert!((driver.harness.ctx.zoom_factor() - 1.25).abs() < 0.001);
    assert!(driver.text("1.200 rows · 4 columns").is_some(), "{:#?}", driver.names());
    assert!(driver.widget("Compact").is_none(), "the sheet is closed");
    assert_eq!(driver.sheet().in_view.0.start, rows_before.start);
    // The keys of the window change the same setting.
    driver.press(Modifiers::COMMAND, Key::Num0);
    driver.wait("the zoom is as it was", |model| model.settings.zoom == 100);
    driver.settle();
    driver.picture("compact");
    drop(driver);
    let again = {
        let mut again = table(folder.path());
        again.wait("the settings are read", |model| model.settings.cache == 5);
        again
    };
    assert_eq!((again.model().settings.density, again.model().settings.zoom), (Density::Compact, 100));
}

#[test]
fn words_of_a_spreadsheet_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::new(folder.path(), Vec::new());
    driver.click("Coming from Excel?");
    driver.settle();
    assert!(driver.text("VLOOKUP, XLOOKUP").is_some(), "{:#?}", driver.names());
    assert!(driver.text("Group for one row of each value").is_some());
    driver.picture("excel");
    driver.press(Modifiers::NONE, Key::Escape);
    assert!(driver.text("VLOOKUP, XLOOKUP").is_none());
}

#[test]
fn every_match_on_screen_is_marked() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = table(folder.path());
    driver.press(Modifiers::COMMAND, Key::F);
    driver.type_text("n1");
    driver.settle();
    // Of the first rows these hold it: n1, n10 … n19, and from there on none before n100.
    let marked = driver.name_of("Row 2, name: n1");
    assert!(marked.ends_with("; 11 matches on screen"), "{marked}");
    driver.picture("find");
    driver.click("The whole cell");
    driver.settle();
    assert!(driver.name_of("Row 2, name: n1").ends_with("; 1 match on screen"));
    driver.click("Close the search");
    driver.settle();
    assert_eq!(driver.name_of("Row 2, name: n1"), "Row 2, name: n1");
}

#[test]
fn later_steps_tell_their_rows_under_a_draft() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = table(folder.path());
    let drop_kind = |kind: &str| {
        Step::new("REMOVE_VALUES").with("sourceColumn", "kind").when("IS", Some(&format!("[\"{kind}\"]")), "kind")
    };
    driver.act(Action::AddStep(Box::new(Step::new("UPPER_CASE").with("sourceColumn", "name"))));
    driver.act(Action::AddStep(Box::new(drop_kind("a"))));
    driver.settle();
    driver.act(Action::StartFormAt("REMOVE_VALUES", Some("kind".into()), 1));
    driver.settle();
    driver.enter("Value", "b");
    driver.settle();
    assert!(driver.text("removes 400 of 1,200 rows").is_some(), "{:#?}", driver.names());
    let later = driver.model().draft.as_ref().unwrap().later.clone();
    let rows = later.last().cloned().flatten().map(|figures| (figures.rows_in, figures.rows_out));
    assert_eq!(
        (later.len(), rows),
        (2, Some((800, 400))),
        "the later filter finds 800 rows and leaves those of kind c"
    );
    driver.picture("later");
    driver.click("Cancel");
    driver.settle();
    let figures = driver.sheet().steps[1].clone().unwrap();
    assert_eq!((figures.rows_in, figures.rows_out), (1200, 800));
}

#[test]
fn columns_are_proposed_by_name_and_kind() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = table(folder.path());
    // No name is near, but the step takes numbers, and there is one column of them.
    driver.act(Action::AddStep(Box::new(Step::new("FILL_WITH_AVERAGE").with("sourceColumn", "weight"))));
    driver.settle();
    assert!(driver.widget("Use size instead of weight").is_some(), "{:#?}", driver.names());
    assert!(driver.widget("Use name instead of weight").is_none());
    driver.click("Use size instead of weight");
    driver.settle();
    assert_eq!(driver.model().faults, []);
    // A shared word is near enough.
    driver.act(Action::AddStep(Box::new(Step::new("UPPER_CASE").with("sourceColumn", "full name"))));
    driver.settle();
    driver.click("Use name instead of full name");
    driver.settle();
    assert_eq!(driver.model().faults, []);
}

#[test]
fn a_type_is_chosen_by_how_many_cells_would_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mixed.csv");
    // Six values: two whole numbers, a decimal, a date, and two that are none of these; one is missing.
    std::fs::write(&path, "n,v\n1,7\n2,8\n3,1.5\n4,2024-01-31\n5,x\n6,y\n7,\n").unwrap();
    let mut driver = Driver::new(folder.path(), vec![path]);
    driver.wait("the file is open", |model| model.sheet.value().is_some());
    driver.settle();
    driver.click("Schema");
    driver.settle();
    driver.click("Type of v: text");
    driver.wait("all types are counted", |model| model.fits.as_ref().is_some_and(|fits| fits.known.len() == 7));
    driver.settle();
    for name in [
        "Text: all fit",
        "Whole number: 4 do not fit · 67 %",
        "Decimal: 3 do not fit · 50 %",
        "Date: 5 do not fit · 83 %",
    ] {
        assert!(driver.widget(name).is_some(), "{name} of {:#?}", driver.names());
    }
    driver.picture("schema-type");
    driver.click("Decimal: 3 do not fit · 50 %");
    driver.settle();
    assert_eq!(driver.sentences(), ["Step 1: Change v to decimal"]);
    assert!(driver.widget("Type of v: decimal").is_some(), "{:#?}", driver.names());
    let figures = driver.model().sheet.value().unwrap().steps[0].clone().unwrap();
    assert_eq!(figures.failed, 3, "as many as were told");
}

/// The contrast of two colours as the guidelines for readable pages count it: from 1 to 21.
fn contrast(one: Color32, other: Color32) -> f64 {
    let light = |colour: Color32| {
        let part = |part: u8| {
            let share = f64::from(part) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(colour.r()) + 0.7152 * part(colour.g()) + 0.0722 * part(colour.b())
    };
    let (one, other) = (light(one) + 0.05, light(other) + 0.05);
    one.max(other) / one.min(other)
}

#[test]
fn strong_contrast_is_strong_on_both_grounds() {
    for (choice, dark) in [(Choice::Contrast, false), (Choice::DarkContrast, true)] {
        let theme = theme::theme(choice);
        assert_eq!(theme.dark, dark);
        for ground in [theme.surface, theme.background, theme.changed, theme.added, theme.removed, theme.selection] {
            assert!(contrast(theme.text, ground) >= 7.0, "{choice:?}: text on {ground:?}");
        }
        for text in [theme.muted, theme.faint, theme.accent, theme.mismatched, theme.mark, theme.valid] {
            assert!(contrast(text, theme.surface) >= 7.0, "{choice:?}: {text:?} on the surface");
        }
        assert!(contrast(theme.on_accent, theme.accent) >= 7.0);
    }
}

#[test]
fn the_theme_follows_the_desktop_until_one_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::new(folder.path(), Vec::new());
    let is_dark = |driver: &Driver| theme::in_force(&driver.harness.ctx).dark;
    assert!(!is_dark(&driver), "light where the desktop says nothing");
    for (desktop, dark) in [(egui::Theme::Dark, true), (egui::Theme::Light, false), (egui::Theme::Dark, true)] {
        driver.harness.input_mut().system_theme = Some(desktop);
        driver.harness.step();
        driver.harness.step();
        assert_eq!(is_dark(&driver), dark);
    }
    driver.act(Action::Theme(Choice::Contrast));
    driver.harness.step();
    assert!(!is_dark(&driver), "what is chosen stays");
}

#[cfg(unix)]
#[test]
fn settings_that_are_read_late_are_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    drop(table(folder.path()));
    let kept = folder.path().join("data/settings.json");
    let text = std::fs::read_to_string(&kept).unwrap();
    assert!(text.contains("\"CacheGigabytes\": 20"), "{text}");
    // Who reads it waits until somebody writes, as from a slow disk; the file is open long before.
    std::fs::remove_file(&kept).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&kept).status().unwrap().success());
    let mut driver = Driver::new(folder.path(), vec![folder.path().join("kinds.csv")]);
    driver.wait("the file is open", |model| model.sheet.value().is_some() && model.recent.len() == 1);
    std::fs::write(&kept, text.replace("\"CacheGigabytes\": 20", "\"CacheGigabytes\": 7")).unwrap();
    driver.wait("the settings are read", |model| model.settings.cache == 7);
    driver.settle();
    drop(driver);
    let text = std::fs::read_to_string(&kept).unwrap();
    assert!(text.contains("\"CacheGigabytes\": 7"), "{text}");
}
