//! The effect of a form before it is applied: marks on cells and rows, counts over all rows, only the rows that change or fail, and only
//! those that the filter of the view shows.

use super::driver::Driver;
use brewhouse::action::Action;
use brewhouse::model::Place;
use brewhouse::model::sheet::{CellMark, ColumnMark, Only};
use brewhouse_engine::facet::{Filter, Test};
use brewhouse_engine::recipe::Step;
use std::path::Path;

/// Two hundred rows: every tenth size is no number, every fourth name is missing.
fn table(folder: &Path) -> Driver {
    let mut text = "name,size,kind\n".to_owned();
    for n in 0..200 {
        let name = if n % 4 == 0 { String::new() } else { format!("n{n}") };
        let size = if n % 10 == 0 { "large".to_owned() } else { format!("{n}.0") };
        text += &format!("{name},{size},{}\n", ["a", "b"][n % 2]);
    }
    let path = folder.join("sizes.csv");
    std::fs::write(&path, text).unwrap();
    let mut driver = Driver::new(folder, vec![path]);
    driver.wait("the file is open", |model| model.sheet.value().is_some());
    driver.settle();
    driver
}

fn numbers(driver: &Driver) -> Vec<u64> {
    (0..driver.sheet().rows.min(100)).map(|row| driver.sheet().row(row).unwrap().number).collect()
}

fn mark(driver: &Driver, row: u64, column: &str) -> CellMark {
    driver.sheet().cell(row, driver.sheet().position(column).unwrap()).unwrap().mark.clone()
}

#[test]
fn a_change_of_type_shows_what_changes_and_what_fails() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = table(folder.path());
    driver.clicks(&["Menu of size", "Change type…"]);
    driver.clicks(&["New type: choose…", "Whole number"]);
    driver.settle();
    assert!(driver.text("changes 180 of 200 values").is_some(), "{:#?}", driver.names());
    assert!(driver.text("20 fail").is_some());
    assert_eq!(mark(&driver, 10, "size"), CellMark::Failed("large".into()));
    assert_eq!(mark(&driver, 11, "size"), CellMark::Changed(Some("11.0".into())));
    assert_eq!(mark(&driver, 11, "name"), CellMark::Same);
    driver.picture("draft-type");
    driver.click("only failed");
    driver.settle();
    assert_eq!(numbers(&driver), (0..200).step_by(10).collect::<Vec<u64>>());
    assert_eq!(mark(&driver, 1, "size"), CellMark::Failed("large".into()));
    assert!(driver.text("20 of 200 rows shown").is_some());
    driver.picture("draft-failed");
    driver.click("only failed");
    driver.click("only changed");
    driver.settle();
    assert_eq!(numbers(&driver), (0..100).collect::<Vec<u64>>(), "what fails changes as well");
    driver.click("Cancel");
    driver.settle();
    assert_eq!((driver.sheet().rows, driver.sheet().effect), (200, None));
    assert!(driver.text("All 200 rows").is_some());
}

#[test]
fn however_much_was_drafted_the_table_below_can_still_be_filtered_and_scrolled() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = table(folder.path());
    for n in 0..16 {
        let step = Step::new("FILL_WITH_CUSTOM").with("sourceColumn", "name").with("value", format!("nobody {n}"));
        driver.act(Action::Draft(Some((Box::new(step), Place::New(0), Only::All))));
        driver.settle();
    }
    driver.act(Action::Draft(None));
    driver.settle();
    driver.act(Action::Filter(Filter::of("kind", Test::Among(vec!["a".into()]))));
    driver.wait("the rows that pass are shown", |model| model.shown().is_some_and(|sheet| sheet.rows == 100));
    assert_eq!(numbers(&driver)[..3], [0, 2, 4]);
}

#[test]
fn a_draft_is_seen_on_the_rows_that_the_filter_shows_and_counted_on_all() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = table(folder.path());
    driver.act(brewhouse::action::Action::Filter(Filter::of("kind", Test::Among(vec!["a".into()]))));
    driver.settle();
    driver.clicks(&["Missing", "Fill with a value…"]);
    driver.pick("Column: choose…", "name");
    driver.enter("Value", "nobody");
    driver.settle();
    assert!(driver.text("changes 50 of 200 values").is_some(), "{:#?}", driver.names());
    assert_eq!(numbers(&driver), (0..200).step_by(2).collect::<Vec<u64>>());
    assert_eq!(mark(&driver, 0, "name"), CellMark::Changed(None));
    assert_eq!(mark(&driver, 1, "name"), CellMark::Same);
    // The card shows the column before and after; what no step touches stays as it is.
    assert!(driver.name_of("name, text, ").contains("150 → 151 distinct 50 → 0 ∅"), "{:#?}", driver.names());
    assert_eq!(driver.name_of("name: nobody"), "name: nobody, 50, before 0");
    assert_eq!(driver.name_of("size, text, "), "size, text, 181 distinct 20 invalid");
    driver.click("only changed");
    driver.settle();
    assert_eq!(numbers(&driver), (0..200).step_by(4).collect::<Vec<u64>>());
    driver.picture("draft-filtered");
    driver.click("Apply");
    driver.settle();
    assert_eq!(driver.model().faults, []);
    assert_eq!((driver.sheet().rows, driver.sheet().of_rows), (100, Some(200)), "the filter is still there");
    assert_eq!(driver.cell(0, "name").as_deref(), Some("nobody"));
    driver.click("Show all rows");
    driver.settle();
    assert_eq!(driver.sheet().rows, 200);
}

#[test]
fn rows_that_go_are_marked_and_a_new_column_comes_into_view() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = table(folder.path());
    driver.clicks(&["Missing", "Remove rows with missing values…"]);
    driver.pick("Column: choose…", "name");
    driver.settle();
    assert!(driver.text("removes 50 of 200 rows").is_some(), "{:#?}", driver.names());
    let removed: Vec<bool> = (0..8).map(|row| driver.sheet().row(row).unwrap().removed).collect();
    assert_eq!(removed, [true, false, false, false, true, false, false, false]);
    // Every column has fewer cells: 50 of kind a go, which had 100.
    assert_eq!(driver.name_of("kind: a"), "kind: a, 50, before 100");
    assert!(driver.name_of("size, text, ").contains("181 → 141 distinct"), "{:#?}", driver.names());
    driver.click("only removed");
    driver.settle();
    assert_eq!(numbers(&driver), (0..200).step_by(4).collect::<Vec<u64>>());
    assert!(driver.sheet().row(0).unwrap().removed);
    driver.picture("draft-removed");
    driver.click("Cancel");
    driver.clicks(&["Column", "Duplicate column…"]);
    let control = driver.name_of("Column: ");
    driver.pick(&control, "kind");
    driver.enter("Name of the copy", "kind too");
    driver.settle();
    let sheet = driver.sheet();
    let made = sheet.position("kind too").unwrap();
    assert_eq!(sheet.columns[made].mark, ColumnMark::Added);
    assert!(driver.text("adds 1 column").is_some());
    driver.picture("draft-added");
}
