//! The difference between two points of the recipe, by clicks: marks in the grid, counts on all rows, only what changed, and the points that
//! cannot be compared row by row.

use super::driver::Driver;
use brewhouse::action::Action;
use brewhouse::model::sheet::{CellMark, ColumnMark};
use brewhouse_engine::recipe::Step;
use eframe::egui::{Key, Modifiers};
use std::path::Path;

/// Three hundred rows: every tenth size is no number, every third kind is in small letters; four steps.
fn table(folder: &Path) -> Driver {
    let mut text = "name,size,kind\n".to_owned();
    for n in 0..300 {
        let size = if n % 10 == 0 { "large".to_owned() } else { n.to_string() };
        text += &format!("n{n},{size},{}\n", ["a", "B", "C"][n % 3]);
    }
    let path = folder.join("sizes.csv");
    std::fs::write(&path, text).unwrap();
    let mut driver = Driver::new(folder, vec![path]);
    driver.wait("the file is open", |model| model.sheet.value().is_some());
    driver.settle();
    let group = Step::new("GROUP_BY").with("sourceColumns", "[\"kind\"]").with(
        "groupByAggFunctionOptions",
        r#"[{"sourceColumnName":"label","targetColumnName":"n","targetColumnDataType":"int","functionName":"COUNT"}]"#,
    );
    let steps = [
        Step::new("UPPER_CASE").with("sourceColumn", "kind"),
        Step::new("CHANGE_DATA_TYPE").with("sourceColumn", "size").with("columnDataType", "int"),
        Step::new("REMOVE_VALUES").with("sourceColumn", "kind").when("IS", Some("[\"C\"]"), "kind"),
        Step::new("RENAME").with("sourceColumn", "name").with("targetColumn", "label"),
        group,
    ];
    for step in steps {
        driver.act(Action::AddStep(Box::new(step)));
    }
    driver.settle();
    assert_eq!(driver.model().faults, []);
    driver
}

fn mark(driver: &Driver, row: u64, column: &str) -> CellMark {
    driver.sheet().cell(row, driver.sheet().position(column).unwrap()).unwrap().mark.clone()
}

#[test]
fn two_points_are_compared_by_clicks() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = table(folder.path());
    // The menu of the fourth step: from the file up to there.
    let step = driver.name_of("Step 4: ");
    driver.menu(&step);
    driver.click("What changed since the file");
    driver.settle();
    assert!(driver.text("From the file to step 4").is_some(), "{:#?}", driver.names());
    // 100 of kind a in capitals; every tenth size is missing now, 10 of kind a and 10 of kind B.
    assert!(driver.text("110 rows change · 100 go · 20 lose a value").is_some(), "{:#?}", driver.names());
    assert_eq!((driver.sheet().rows, driver.sheet().columns.len()), (300, 3));
    assert_eq!(mark(&driver, 3, "kind"), CellMark::Changed(Some("a".into())));
    assert_eq!(mark(&driver, 4, "kind"), CellMark::Same);
    assert_eq!(mark(&driver, 0, "size"), CellMark::Failed("large".into()));
    let removed: Vec<bool> = (0..6).map(|row| driver.sheet().row(row).unwrap().removed).collect();
    assert_eq!(removed, [false, false, true, false, false, true]);
    assert_eq!(driver.cell(2, "kind").as_deref(), Some("C"), "a row that is gone is shown as it was");
    assert!(driver.widget("label: was name").is_some(), "{:#?}", driver.names());
    assert!(driver.widget("kind: 100 changed").is_some());
    driver.picture("difference");

    driver.click("only lost values");
    driver.settle();
    assert_eq!((driver.sheet().rows, driver.sheet().of_rows), (20, Some(300)));
    assert_eq!(driver.sheet().row(1).unwrap().number, 10);
    driver.clicks(&["only lost values", "only removed"]);
    driver.settle();
    assert_eq!(driver.sheet().rows, 100);
    driver.picture("difference-removed");

    // Another point: the change of the type alone, which the sizes show.
    driver.clicks(&["only removed", &driver.name_of("To: Step 4"), "To step 2"]);
    driver.settle();
    driver.clicks(&["From: The file", "From step 1"]);
    driver.settle();
    assert!(driver.text("From step 1 to step 2").is_some());
    assert_eq!(mark(&driver, 3, "kind"), CellMark::Same, "that was another step");
    assert!(driver.text("2 columns are as before").is_some(), "{:#?}", driver.names());
    driver.press(Modifiers::NONE, Key::Escape);
    driver.settle();
    assert!(driver.model().compare.is_none());
    assert_eq!(driver.sheet().rows, 300, "one looks at the later point");
}

#[test]
fn points_that_cannot_be_paired_say_so_and_tell_rows_and_columns() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = table(folder.path());
    driver.press(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::D);
    driver.settle();
    assert!(driver.text("300 rows become 2 · rows cannot be paired").is_some(), "{:#?}", driver.names());
    assert!(driver.text("step 5 (Group by kind").is_some(), "{:#?}", driver.names());
    assert!(driver.text("makes other rows of them").is_some());
    assert!(driver.widget("n: added").is_some() && driver.widget("size: gone").is_some(), "{:#?}", driver.names());
    assert_eq!((driver.sheet().rows, driver.sheet().columns.len()), (2, 2));
    driver.picture("difference-apart");
    // A step that does not work any more ends it with the reason.
    driver.act(Action::DeleteSteps(vec![3]));
    driver.settle();
    assert!(
        driver.model().compare.as_ref().is_some_and(|compare| compare.difference.fault().is_some())
            || driver.model().compare.is_none()
    );
    driver.act(Action::Undo);
    driver.settle();
    assert_eq!(driver.model().faults, []);
}

#[test]
fn a_column_that_goes_stays_in_sight_and_a_new_one_is_marked() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = table(folder.path());
    driver.act(Action::DeleteSteps(vec![4]));
    driver.act(Action::AddStep(Box::new(Step::new("DELETE").with("sourceColumns", "[\"size\"]"))));
    let copy = Step::new("DUPLICATE").with("sourceColumn", "kind").with("targetColumn", "kind too");
    driver.act(Action::AddStep(Box::new(copy)));
    driver.settle();
    driver.clicks(&["Recipe menu", "Difference between two points… Ctrl+Shift+D"]);
    driver.settle();
    let marks: Vec<(String, ColumnMark)> =
        driver.sheet().columns.iter().map(|column| (column.name.clone(), column.mark)).collect();
    let wanted = [
        ("label", ColumnMark::Same),
        ("size", ColumnMark::Gone),
        ("kind", ColumnMark::Changed),
        ("kind too", ColumnMark::Added),
    ];
    assert_eq!(marks, wanted.map(|(name, mark)| (name.to_owned(), mark)));
    assert_eq!(driver.cell(0, "size").as_deref(), Some("large"));
    assert_eq!(driver.cell(2, "kind too"), None, "a row that is gone never had it");
    driver.picture("difference-columns");
    // The menu of a step tells its own change alone.
    let step = driver.name_of("Step 1: ");
    driver.menu(&step);
    driver.click("What this step changed");
    driver.settle();
    assert!(driver.text("100 rows change").is_some(), "{:#?}", driver.names());
    driver.click("Close the difference");
    driver.settle();
    assert_eq!(driver.sentences().len(), 6);
}
