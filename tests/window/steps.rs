//! The recipe by hand: reorder by dragging, switch off, notes, duplicates, deleting, earlier tables, steps that break, and all by keys.

use super::driver::Driver;
use brewhouse::model::Run;
use eframe::egui::{Event, Key, Modifiers, Pos2};
use std::path::Path;

const UPPER: &str = "Write city in upper case";
const GONE: &str = "Remove rows where id is 2";
const COPY: &str = "Copy city to town";

fn numbered(sentences: &[&str]) -> Vec<String> {
    sentences.iter().enumerate().map(|(at, text)| format!("Step {}: {text}", at + 1)).collect()
}

/// Three steps on a small table.
fn three_steps(folder: &Path) -> Driver {
    let path = folder.join("cities.csv");
    std::fs::write(&path, "id,city\n1,Riga\n2,Oslo\n3,Bern\n").unwrap();
    let mut driver = Driver::new(folder, vec![path]);
    driver.wait("the file is open", |model| model.sheet.value().is_some());
    driver.settle();
    driver.clicks(&["Format", "Uppercase…"]);
    driver.pick("Column: choose…", "city");
    driver.apply();
    driver.clicks(&["Filter", "Remove rows…"]);
    driver.pick("Condition on: city", "id");
    driver.enter("Value", "2");
    driver.apply();
    driver.clicks(&["Column", "Duplicate column…"]);
    let column = if driver.widget("Column: choose…").is_some() { "Column: choose…" } else { "Column: id" };
    driver.pick(column, "city");
    driver.enter("Name of the copy", "town");
    driver.apply();
    assert_eq!(driver.sentences(), numbered(&[UPPER, GONE, COPY]));
    driver
}

fn pointer(driver: &mut Driver, pos: Pos2) {
    driver.harness.event(Event::PointerMoved(pos));
    driver.harness.step();
}

#[test]
fn a_step_is_dragged_to_another_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = three_steps(folder.path());
    let from = driver.widget("Step 1: Write city in upper case").unwrap().rect().left_center();
    let to = driver.widget(&format!("Step 2: {GONE}")).unwrap().rect();
    let (from, to) = (from + eframe::egui::vec2(60.0, 0.0), to.center_bottom() - eframe::egui::vec2(60.0, 4.0));
    pointer(&mut driver, from);
    driver.harness.drag_at(from);
    driver.harness.step();
    for part in 1..=6_u8 {
        pointer(&mut driver, from + (to - from) * (f32::from(part) / 6.0));
    }
    driver.harness.drop_at(to);
    driver.harness.step();
    driver.settle();
    assert_eq!(driver.sentences(), numbered(&[GONE, UPPER, COPY]));
    driver.press(Modifiers::COMMAND, Key::Z);
    driver.settle();
    assert_eq!(driver.sentences(), numbered(&[UPPER, GONE, COPY]));
}

#[test]
fn steps_are_switched_off_doubled_and_deleted_by_their_menu() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = three_steps(folder.path());
    assert_eq!(driver.sheet().rows, 2);
    driver.menu(&format!("Step 2: {GONE}"));
    driver.click("Switch off");
    driver.settle();
    assert_eq!(driver.sheet().rows, 3);
    assert!(driver.text("switched off").is_some() || driver.model().steps()[1].disabled());
    driver.menu(&format!("Step 2: {GONE}"));
    driver.click("Switch on");
    driver.settle();
    assert_eq!(driver.sheet().rows, 2);

    driver.menu(&format!("Step 1: {UPPER}"));
    driver.click("Duplicate");
    driver.settle();
    assert_eq!(driver.sentences(), numbered(&[UPPER, UPPER, GONE, COPY]));
    driver.menu(&format!("Step 2: {UPPER}"));
    driver.click("Move down");
    driver.settle();
    assert_eq!(driver.sentences(), numbered(&[UPPER, GONE, UPPER, COPY]));
    driver.menu(&format!("Step 2: {GONE}"));
    driver.click("Delete this and all below");
    driver.settle();
    assert_eq!(driver.sentences(), numbered(&[UPPER]));
    assert_eq!(driver.sheet().rows, 3);
}

#[test]
fn notes_are_written_by_key_and_by_menu() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = three_steps(folder.path());
    let note = |driver: &Driver, at: usize| driver.model().steps()[at].note().map(str::to_owned);
    driver.widget(&format!("Step 1: {UPPER}")).unwrap().focus();
    driver.harness.step();
    driver.press(Modifiers::NONE, Key::F2);
    driver.type_text("as the post wants it");
    driver.press(Modifiers::NONE, Key::Enter);
    driver.settle();
    assert_eq!(note(&driver, 0).as_deref(), Some("as the post wants it"));
    driver.menu(&format!("Step 3: {COPY}"));
    driver.click("Write a note…");
    driver.type_text("never kept");
    driver.press(Modifiers::NONE, Key::Escape);
    driver.settle();
    assert_eq!(note(&driver, 2), None, "Esc keeps nothing");
    assert_eq!(driver.sentences().len(), 3);
}

#[test]
fn an_edit_that_breaks_a_later_step_marks_that_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = three_steps(folder.path());
    driver.menu(&format!("Step 1: {UPPER}"));
    driver.click("Look at the table before it");
    driver.settle();
    assert_eq!(driver.model().cursor, Some(0));
    assert_eq!((driver.sheet().rows, driver.cell(0, "city").as_deref()), (3, Some("Riga")));
    driver.clicks(&["Column", "Rename column…"]);
    if driver.widget("Column: choose…").is_some() {
        driver.pick("Column: choose…", "city");
    } else {
        driver.pick("Column: id", "city");
    }
    driver.enter("New name", "place");
    driver.settle();
    driver.click("Apply");
    driver.settle();
    driver.click("back to the end");
    driver.settle();
    let fault = driver.model().faults.first().cloned().unwrap();
    assert_eq!(fault.step, Some(2), "{fault:?}");
    let marked = driver.sentences()[1].clone();
    assert!(marked.starts_with("Step 2: Write city in upper case; problem: "), "{marked}");
    assert!(marked.contains("place"), "it names the columns that are there: {marked}");
    driver.press(Modifiers::COMMAND, Key::Z);
    driver.settle();
    assert_eq!(driver.model().faults, []);
    assert_eq!(driver.sheet().rows, 2);
}

#[test]
fn a_small_job_by_keys_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cities.csv");
    std::fs::write(&path, "id,city\n1,Riga\n2,Oslo\n").unwrap();
    let mut driver = Driver::new(folder.path(), vec![path]);
    driver.wait("the file is open", |model| model.sheet.value().is_some());
    driver.settle();
    driver.press(Modifiers::COMMAND, Key::Enter);
    driver.type_text("uppercase");
    driver.press(Modifiers::NONE, Key::Enter);
    driver.settle();
    assert!(driver.widget("Column: choose…").unwrap().is_focused(), "the first control has the focus");
    driver.press(Modifiers::NONE, Key::Enter);
    driver.type_text("cit");
    driver.press(Modifiers::NONE, Key::Enter);
    driver.settle();
    assert!(driver.widget("Column: city").is_some());
    driver.press(Modifiers::NONE, Key::Enter);
    driver.settle();
    assert_eq!(driver.sentences(), numbered(&[UPPER]));
    driver.press(Modifiers::NONE, Key::F5);
    driver.wait("the panel is there", |_| true);
    for _ in 0..40 {
        if driver.widget("Write the table").unwrap().is_focused() {
            break;
        }
        driver.press(Modifiers::NONE, Key::Tab);
    }
    driver.press(Modifiers::NONE, Key::Enter);
    driver.wait("the run is over", |model| matches!(&model.run, Run::Over(ended) if ended.ok));
    assert!(folder.path().join("cities-clean.parquet").exists());
}
