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
fn several_steps_are_chosen_copied_into_another_project_switched_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = three_steps(folder.path());
    driver.click_with(&format!("Step 1: {UPPER}"), Modifiers::COMMAND);
    driver.click_with(&format!("Step 3: {COPY}"), Modifiers::COMMAND);
    driver.menu(&format!("Step 3: {COPY}"));
    driver.picture("steps-chosen");
    driver.click("Duplicate 2 steps");
    driver.settle();
    assert_eq!(driver.sentences().len(), 5);
    driver.press(Modifiers::COMMAND, Key::Z);
    driver.settle();
    assert_eq!(driver.sentences(), numbered(&[UPPER, GONE, COPY]), "one act, one undo");
    driver.click_with(&format!("Step 1: {UPPER}"), Modifiers::COMMAND);
    driver.click_with(&format!("Step 2: {GONE}"), Modifiers::SHIFT);
    driver.menu(&format!("Step 2: {GONE}"));
    driver.click("Switch 2 steps off");
    driver.settle();
    assert_eq!(driver.cell(1, "town").as_deref(), Some("Oslo"), "as it was");
    driver.press(Modifiers::COMMAND, Key::Z);
    driver.settle();
    driver.click_with(&format!("Step 1: {UPPER}"), Modifiers::COMMAND);
    driver.click_with(&format!("Step 2: {GONE}"), Modifiers::SHIFT);
    driver.menu(&format!("Step 2: {GONE}"));
    driver.widget("Copy 2 steps as JSON").unwrap().click();
    let text = driver.copied();
    drop(driver);

    let other = tempfile::tempdir().unwrap();
    let path = other.path().join("more.csv");
    std::fs::write(&path, "id,city\n2,Wien\n5,Graz\n").unwrap();
    let mut driver = Driver::new(other.path(), vec![path]);
    driver.wait("the file is open", |model| model.sheet.value().is_some());
    driver.settle();
    driver.paste(&text);
    driver.settle();
    assert_eq!(driver.sentences(), numbered(&[UPPER, GONE]));
    assert_eq!((driver.sheet().rows, driver.cell(0, "city").as_deref()), (1, Some("GRAZ")));
    driver.widget(&format!("Step 1: {UPPER}")).unwrap().focus();
    driver.harness.step();
    driver.press(Modifiers::COMMAND, Key::D);
    driver.settle();
    assert_eq!(driver.sentences(), numbered(&[UPPER, UPPER, GONE]));
    driver.widget(&format!("Step 2: {UPPER}")).unwrap().focus();
    driver.harness.step();
    driver.press(Modifiers::NONE, Key::Delete);
    driver.settle();
    assert_eq!(driver.sentences(), numbered(&[UPPER, GONE]));
}

#[test]
fn a_step_cannot_be_dragged_before_the_one_that_makes_its_column_and_is_told_why() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = three_steps(folder.path());
    driver.act(brewhouse::action::Action::AddStep(Box::new(
        brewhouse_engine::recipe::Step::new("UPPER_CASE").with("sourceColumn", "town"),
    )));
    driver.settle();
    let town = "Step 4: Write town in upper case";
    let from = driver.widget(town).unwrap().rect().left_center() + eframe::egui::vec2(60.0, 0.0);
    let to = driver.widget(&format!("Step 2: {GONE}")).unwrap().rect();
    let to = to.center_top() + eframe::egui::vec2(-60.0, 4.0);
    pointer(&mut driver, from);
    driver.harness.drag_at(from);
    driver.harness.step();
    for part in 1..=6_u8 {
        pointer(&mut driver, from + (to - from) * (f32::from(part) / 6.0));
    }
    driver.wait("it is known where it cannot stand", |model| model.blocked.is_some());
    let (picked, places) = driver.model().blocked.clone().unwrap();
    let free: Vec<bool> = places.iter().map(Option::is_none).collect();
    assert_eq!((picked, free), (vec![3], vec![false, false, false, true, true]));
    assert!(places[1].as_ref().unwrap().contains("town"), "{places:?}");
    pointer(&mut driver, to);
    driver.picture("steps-blocked");
    driver.harness.drop_at(to);
    driver.harness.step();
    driver.settle();
    assert_eq!(driver.sentences()[3], town, "it stays where it was");
    assert!(driver.model().notices.list.last().unwrap().text.contains("cannot stand there"));
}

#[test]
fn an_edit_tells_which_later_steps_break_and_the_nearest_column_mends_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = three_steps(folder.path());
    driver.act(brewhouse::action::Action::LookAt(Some(0)));
    driver.settle();
    driver.clicks(&["Column", "Rename column…"]);
    let control = driver.name_of("Column: ");
    driver.pick(&control, "city");
    driver.enter("New name", "citi");
    driver.settle();
    let breaks = &driver.model().draft.as_ref().unwrap().breaks;
    let steps: Vec<Option<usize>> = breaks.iter().map(|fault| fault.step).collect();
    assert_eq!(steps, [Some(1), Some(3)], "{breaks:?}");
    assert!(driver.text("2 later steps would not work any more").is_some());
    assert!(driver.text("Step 1: there is no column “city”").is_some());
    driver.picture("steps-breaks");
    assert_eq!(driver.sentences().len(), 3, "nothing is accepted yet");
    driver.click("Apply");
    driver.settle();
    driver.click("back to the end");
    driver.settle();
    assert_eq!(driver.model().faults.first().unwrap().step, Some(2));
    driver.picture("steps-broken");
    driver.click("Use citi instead of city");
    driver.settle();
    assert_eq!(driver.model().faults, []);
    let expected = ["Rename city to citi", "Write citi in upper case", GONE, "Copy citi to town"];
    assert_eq!(driver.sentences(), numbered(&expected));
    assert_eq!(driver.cell(0, "town").as_deref(), Some("RIGA"));
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
    driver.settle();
    assert!(driver.widget("Write the table").unwrap().is_focused(), "what is done next has the focus");
    driver.press(Modifiers::NONE, Key::Enter);
    driver.wait("the run is over", |model| matches!(&model.run, Run::Over(ended) if ended.ok));
    assert!(folder.path().join("cities-clean.parquet").exists());
}
