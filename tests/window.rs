//! The real window without a display: the whole main job by clicks, drafts that leave no trace, errors of forms, history, a picture.

mod comfort;
mod compare;
mod drafts;
mod driver;
mod facets;
mod features;
mod files;
mod forms;
mod grid;
mod history;
mod import;
mod keyboard;
mod look;
mod misfits;
mod picture;
mod profile;
mod project;
mod receipt;
mod region;
mod screens;
mod shapes;
mod signs;
mod steps;
mod together;
mod versions;

use brewhouse::action::Action;
use brewhouse::model::Purpose;
use brewhouse::model::Run;
use driver::Driver;
use eframe::egui::{Key, Modifiers};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use std::path::Path;
use std::process::Command;

const ROWS: u64 = 19_447;
const CANCELLED: u64 = 795;

const SENTENCES: [&str; 3] = [
    "Step 1: Write region in upper case",
    "Step 2: Remove rows where status is cancelled",
    "Step 3: Fill missing discount_pct with its average",
];

/// Three steps by the menus of the families, each way of filling in a form once.
fn make_steps(driver: &mut Driver) {
    driver.clicks(&["Format", "Uppercase…"]);
    driver.pick("Column: choose…", "region");
    driver.settle();
    driver.click("Apply");
    driver.settle();

    driver.clicks(&["Filter", "Remove rows…"]);
    // The column that was worked on last is taken up; another is meant.
    driver.pick("Condition on: region", "status");
    driver.clicks(&["Test: is", "is not", "Test: is not", "is"]);
    driver.enter("Value", "cancelled");
    driver.settle();
    assert_eq!(driver.model().draft.as_ref().unwrap().faults, [], "the form is filled in");
    driver.click("Apply");
    driver.settle();

    // Applied before the draft is there, as by a quick person.
    driver.clicks(&["Missing", "Fill with average…"]);
    driver.clicks(&["Column: choose…", "discount_pct", "Apply"]);
    driver.settle();
}

#[test]
fn the_main_job_by_clicks() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    assert_eq!((driver.sheet().rows, driver.sheet().columns.len(), driver.sheet().exact), (ROWS, 18, true));
    assert!(driver.text("19,447 rows · 18 columns").is_some());
    assert!(driver.text("every line accounted for").is_some());

    make_steps(&mut driver);
    assert_eq!(driver.sentences(), SENTENCES);
    assert_eq!(driver.sheet().rows, ROWS - CANCELLED);
    assert_eq!(driver.cell(1, "region").as_deref(), Some("APAC"));

    back_and_forth(&mut driver);
    look_and_switch(&mut driver);

    assert!(folder.path().join("data/journal.brewhouse.json").exists(), "unsaved work is in the journal");
    run_and_compare(&mut driver, folder.path());
}

/// Undo and redo, by button and by key.
fn back_and_forth(driver: &mut Driver) {
    driver.click(&format!("Undo: {}", &SENTENCES[2][8..]));
    driver.press(Modifiers::COMMAND, Key::Z);
    driver.settle();
    assert_eq!(driver.sentences(), SENTENCES[..1]);
    assert_eq!(driver.sheet().rows, ROWS);
    driver.click(&format!("Redo: {}", &SENTENCES[1][8..]));
    driver.press(Modifiers::COMMAND, Key::Y);
    driver.settle();
    assert_eq!(driver.sentences(), SENTENCES);
    assert_eq!(driver.sheet().rows, ROWS - CANCELLED);
    assert!(driver.widget("Nothing to redo").is_some());
}

/// An earlier table and back; a step off and on.
fn look_and_switch(driver: &mut Driver) {
    driver.click(SENTENCES[0]);
    driver.settle();
    assert_eq!((driver.model().cursor, driver.sheet().rows), (Some(1), ROWS));
    assert!(driver.text("at step 1 of 3").is_some());
    driver.click("back to the end");
    driver.settle();
    assert_eq!((driver.model().cursor, driver.sheet().rows), (None, ROWS - CANCELLED));

    driver.hover(SENTENCES[1]);
    driver.click("Switch step 2 off");
    driver.settle();
    assert_eq!(driver.sheet().rows, ROWS);
    assert_eq!(driver.sentences(), SENTENCES, "the step stays where it is");
    driver.click("Switch step 2 on");
    driver.settle();
    assert_eq!(driver.sheet().rows, ROWS - CANCELLED);
}

fn run_and_compare(driver: &mut Driver, folder: &Path) {
    driver.clicks(&["Run", "Write the table"]);
    driver.wait("the receipt is there", |model| matches!(model.run, Run::Over(_)));
    driver.harness.step();
    let Run::Over(ended) = &driver.model().run else { panic!("the run is not over") };
    assert!(ended.ok, "{}", ended.message);
    assert!(driver.text("Written").is_some());
    assert!(driver.text("read 19,447 rows").is_some());
    assert!(driver.text("step 2: 19,447 → 18,652 rows").is_some());
    assert!(driver.text("wrote 18,652 rows").is_some());
    let written = folder.join("orders-clean.parquet");
    check_values(&written);

    let saved = folder.join("saved.brewhouse.json");
    let ctx = driver.harness.ctx.clone();
    driver.harness.state_mut().act(&ctx, Action::Take(Purpose::SaveAs, saved.clone()));
    driver.wait("the project is saved", |model| !model.history.is_unsaved());
    driver.settle();
    assert!(!folder.join("data/journal.brewhouse.json").exists(), "saved work is not in the journal");

    let headless = folder.join("headless.parquet");
    let run = Command::new(env!("CARGO_BIN_EXE_brewhouse"))
        .arg("run")
        .arg(&saved)
        .arg("--output")
        .arg(&headless)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(
        std::fs::read(&written).unwrap() == std::fs::read(&headless).unwrap(),
        "the window and the command write the same bytes"
    );
}

/// What each step promises holds in every row that was written.
fn check_values(path: &Path) {
    let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut rows = 0;
    for row in reader.get_row_iter(None).unwrap() {
        let row = row.unwrap();
        let at = |name: &str| {
            row.get_column_iter().find(|(column, _)| *column == name).map(|(_, field)| field.clone()).unwrap()
        };
        if let Field::Str(region) = at("region") {
            assert_eq!(region, region.to_uppercase());
        }
        assert_ne!(at("status"), Field::Str("cancelled".into()));
        assert_ne!(at("discount_pct"), Field::Null);
        rows += 1;
    }
    assert_eq!(rows, ROWS - CANCELLED);
}

#[test]
fn work_that_was_not_saved_comes_back_in_the_next_session() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Driver::with_orders(folder.path());
    first.clicks(&["Format", "Uppercase…"]);
    first.pick("Column: choose…", "region");
    first.click("Apply");
    first.settle();
    drop(first);

    let mut second = Driver::new(folder.path(), Vec::new());
    second.click("Take it up");
    second.settle();
    assert_eq!(second.sentences(), SENTENCES[..1]);
    assert_eq!(second.sheet().rows, ROWS);
    assert!(second.model().history.is_unsaved());
    assert_eq!(second.model().recent.len(), 1, "the file is among the recent ones");
}
