//! Forms: Esc leaves no trace, and an error stands below the field that it is about.

use super::driver::Driver;
use brewhouse::action::Action;
use eframe::egui::{Key, Modifiers};
use std::sync::Arc;

#[test]
fn esc_leaves_no_trace_of_a_draft() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    let project = Arc::clone(driver.model().project());
    let (key, rows) = (driver.sheet().key, driver.sheet().rows);

    driver.clicks(&["Format", "Uppercase…"]);
    driver.pick("Column: choose…", "region");
    driver.settle();
    assert_eq!(driver.cell(1, "region").as_deref(), Some("APAC"), "the draft is shown");
    assert_ne!(driver.sheet().key, key);
    driver.press(Modifiers::NONE, Key::Escape);
    driver.settle();

    assert!(driver.widget("Apply").is_none(), "the form is closed");
    assert!(driver.model().draft.is_none());
    assert!(Arc::ptr_eq(&project, driver.model().project()), "the project is untouched");
    assert_eq!((driver.sheet().key, driver.sheet().rows), (key, rows), "the table is the one from before");
    assert!(driver.widget("Nothing to undo").is_some());
    assert!(!driver.model().history.is_unsaved());
    assert!(!folder.path().join("data/journal.brewhouse.json").exists());
}

#[test]
fn esc_while_a_step_is_edited_leaves_it_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.clicks(&["Format", "Uppercase…"]);
    driver.pick("Column: choose…", "region");
    driver.click("Apply");
    driver.settle();
    let project = Arc::clone(driver.model().project());

    driver.hover("Step 1: Write region in upper case");
    driver.click("Edit step 1");
    driver.pick("Column: region", "status");
    driver.settle();
    driver.press(Modifiers::NONE, Key::Escape);
    driver.settle();
    assert!(Arc::ptr_eq(&project, driver.model().project()));
    assert_eq!(driver.model().cursor, None, "the table after all steps is shown again");
    assert_eq!(driver.sentences(), ["Step 1: Write region in upper case"]);
}

#[test]
fn an_error_stands_below_its_field() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.clicks(&["Text", "First characters…"]);
    driver.pick("Column: choose…", "region");
    driver.enter("Characters", "many");
    driver.settle();
    let fault =
        driver.model().draft.as_ref().unwrap().faults.iter().find(|fault| fault.message.contains("many")).cloned();
    let error = driver.text(&fault.unwrap().text()).unwrap();
    let field = driver.widget("Characters").unwrap().rect();
    let next = driver.widget("New column").unwrap().rect();
    assert!(field.bottom() <= error.top() && error.bottom() <= next.top(), "{field:?} {error:?} {next:?}");
    assert!((error.left() - field.left()).abs() < 12.0);

    driver.click("Apply");
    assert!(driver.widget("Apply").is_some(), "a form with an error stays open");
    assert_eq!(driver.sentences().len(), 0);
}

#[test]
fn a_condition_whose_value_is_not_written_yet_cannot_be_applied() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.clicks(&["Filter", "Remove rows…"]);
    driver.pick("Add a condition", "region");
    driver.settle();
    let faults = &driver.model().draft.as_ref().unwrap().faults;
    assert!(faults.iter().any(|fault| fault.message.contains("IS needs a value")), "{faults:?}");
    driver.click("Apply");
    assert_eq!(driver.sentences().len(), 0, "nothing was applied");
}

#[test]
fn a_form_begins_where_something_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    let column = Some("region".to_owned());
    driver.act(Action::StartForm("LEFT", column.clone()));
    driver.settle();
    assert!(driver.widget("Characters").unwrap().is_focused(), "{:#?}", driver.names());
    driver.press(Modifiers::NONE, Key::Escape);
    driver.act(Action::StartForm("CHANGE_DATA_TYPE", column));
    driver.settle();
    assert!(driver.widget("New type: choose…").unwrap().is_focused(), "{:#?}", driver.names());
    // The usual types come before those of few bytes.
    driver.press(Modifiers::NONE, Key::Enter);
    driver.settle();
    driver.type_text("d");
    driver.press(Modifiers::NONE, Key::Enter);
    driver.settle();
    assert!(driver.widget("New type: Decimal").is_some(), "{:#?}", driver.names());
}

#[test]
fn the_palette_finds_what_recipes_and_descriptions_call_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.act(Action::StartForm("UPPER_CASE", Some("region".to_owned())));
    driver.settle();
    driver.press(Modifiers::NONE, Key::Enter);
    driver.settle();
    assert_eq!(driver.sentences(), ["Step 1: Write region in upper case"]);
    let region = driver.name_of("region, text ");
    driver.click(&region);
    for (text, found) in [
        ("parse number", "Read numbers as written in"),
        ("brackets minus", "Read numbers as written in"),
        ("publish", "Versions…"),
        ("region facet", "Open region as a facet"),
    ] {
        driver.press(Modifiers::COMMAND, Key::K);
        driver.type_text(text);
        driver.settle();
        assert!(driver.text("Nothing of that name").is_none() && driver.widget(found).is_some(), "{text}");
        driver.press(Modifiers::NONE, Key::Escape);
        driver.settle();
    }
    // Nearly all letters of a word are somewhere in a long sentence; that is no match.
    driver.press(Modifiers::COMMAND, Key::K);
    driver.type_text("wigner");
    driver.settle();
    assert!(driver.text("Nothing of that name").is_some(), "{:#?}", driver.names());
}

#[test]
fn a_form_shows_what_the_column_that_was_chosen_needs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.csv");
    std::fs::write(&path, "day,words\n2024-01-31,31 January 2024\n2024-02-29,soon\n").unwrap();
    let mut driver = Driver::new(folder.path(), vec![path]);
    driver.wait("the file is open", |model| model.sheet.value().is_some());
    driver.settle();
    driver.act(Action::StartForm("YEAR", Some("day".to_owned())));
    driver.settle();
    driver.picture("form-year");
    let shown = |driver: &Driver, name: &str| driver.widget(name).is_some();
    assert!(!shown(&driver, "Value") && !shown(&driver, "Layout of the text"), "{:#?}", driver.names());
    // Text has to be read, so that its layout may be said.
    driver.pick("Column: day", "words");
    driver.settle();
    assert!(!shown(&driver, "Value") && shown(&driver, "Layout of the text"), "{:#?}", driver.names());
    driver.click("Value instead of column");
    driver.settle();
    assert!(shown(&driver, "Value") && !shown(&driver, "Layout of the text"), "{:#?}", driver.names());
    driver.enter("Value", "2024-12-31");
    driver.enter("New column", "year");
    driver.apply();
    assert_eq!(driver.cell(1, "year").as_deref(), Some("2024"));
    // What a recipe holds is shown, whatever the form would offer.
    driver.hover("Step 1: Year of 2024-12-31 into year");
    driver.click("Edit step 1");
    driver.settle();
    assert!(shown(&driver, "Value"), "{:#?}", driver.names());
}
