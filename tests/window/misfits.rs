//! Cells that do not fit their column, marked in the table at rest: as many as the card counts, with a reason, in any look and after steps;
//! and the kinds of nothing told apart.

use super::driver::Driver;
use brewhouse::action::Action;
use brewhouse::model::sheet::{BLOCK_ROWS, CellMark};
use brewhouse_engine::recipe::Step;
use eframe::egui::{Key, Modifiers, Pos2, vec2};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

/// The rows whose amount is no number.
const ODD: [u64; 5] = [3, 7, 20, 140, 299];

/// 300 rows, more than are sent at once; most amounts are numbers.
fn table() -> String {
    let mut text = "amount,note\n".to_owned();
    for row in 0..300_u64 {
        let amount = match row {
            3 => "abc".to_owned(),
            7 => "\"12,5 kg\"".to_owned(),
            20 => "   ".to_owned(),
            140 => "N/A".to_owned(),
            299 => "twelve".to_owned(),
            50 | 51 => String::new(),
            _ => (row * 3 % 100).to_string(),
        };
        writeln!(text, "{amount},note {}", 300 - row).unwrap();
    }
    text
}

fn open(folder: &Path, text: &str) -> Driver {
    let path = folder.join("small.csv");
    std::fs::write(&path, text).unwrap();
    let mut driver = Driver::new(folder, vec![path]);
    driver.wait("the file is open", |model| model.sheet.value().is_some_and(|sheet| sheet.exact));
    driver.settle();
    driver
}

/// The numbers of the rows whose cell is marked, over all rows that are shown: the table is paged through from top to bottom.
fn marked(driver: &mut Driver, column: &str) -> Vec<u64> {
    let first = cell(driver, 0, column);
    driver.harness.hover_at(first);
    driver.harness.drag_at(first);
    driver.harness.step();
    driver.harness.drop_at(first);
    driver.harness.step();
    driver.press(Modifiers::COMMAND, Key::Home);
    let rows = driver.sheet().rows;
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for page in 0.. {
        assert!(page < 20, "the table does not scroll");
        if seen.len() as u64 * BLOCK_ROWS >= rows {
            break;
        }
        driver.wait("the rows are there, with what does not fit", |model| {
            let sheet = model.shown().unwrap();
            sheet.in_view.0.clone().all(|block| sheet.is_whole((block, 0)))
        });
        let sheet = driver.sheet();
        let at = sheet.position(column).unwrap();
        for block in sheet.in_view.0.clone() {
            seen.insert(block);
            let all = block * BLOCK_ROWS..((block + 1) * BLOCK_ROWS).min(rows);
            let odd = all.filter(|row| sheet.misfit(*row, at).is_some());
            found.extend(odd.map(|row| sheet.row(row).unwrap().number));
        }
        for _ in 0..3 {
            driver.press(Modifiers::NONE, Key::PageDown);
        }
    }
    found.into_iter().collect()
}

fn counted(driver: &Driver, column: &str) -> u64 {
    driver.sheet().facts[column].invalid
}

/// Where a cell stands: below the head of its column.
fn cell(driver: &Driver, row: u16, column: &str) -> Pos2 {
    let head = driver.head(&format!("{column}, ")).unwrap();
    head.center_bottom() + vec2(0.0, 12.0 + 25.0 * f32::from(row))
}

#[test]
fn as_many_cells_are_marked_as_the_card_counts() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = open(folder.path(), &table());
    assert_eq!(counted(&driver, "amount"), 5);
    assert_eq!(marked(&mut driver, "amount"), ODD);
    assert_eq!(marked(&mut driver, "note"), [0_u64; 0], "a column of words is meant to be text");

    driver.click("amount: 5 do not fit");
    driver.settle();
    assert_eq!(driver.sheet().rows, 5);
    assert_eq!(marked(&mut driver, "amount"), ODD, "a filter shows those rows, marked");
    driver.picture("misfits-filtered");
    driver.click("Show all rows");
    driver.settle();

    driver.click("Sort the view by note");
    driver.settle();
    assert_ne!(driver.sheet().row(0).unwrap().number, 0, "the view is in another order");
    assert_eq!(marked(&mut driver, "amount"), ODD);
}

#[test]
fn marks_follow_steps_and_drafts() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = open(folder.path(), &table());
    let kept = Step::new("REMOVE_VALUES").with("sourceColumn", "amount").when("IS", Some("[\"abc\"]"), "amount");
    driver.act(Action::AddStep(Box::new(kept)));
    driver.settle();
    assert_eq!(driver.sheet().rows, 299);
    assert_eq!(counted(&driver, "amount"), 4);
    assert_eq!(marked(&mut driver, "amount"), [6, 19, 139, 298], "rows are numbered anew after a step");
    driver.act(Action::AddStep(Box::new(Step::new("UPPER_CASE").with("sourceColumn", "note"))));
    driver.settle();
    assert_eq!(marked(&mut driver, "amount"), [6, 19, 139, 298]);
    driver.act(Action::StartForm("LOWER_CASE", Some("note".to_owned())));
    driver.settle();
    assert!(driver.model().draft.is_some());
    assert_eq!(marked(&mut driver, "amount"), [6, 19, 139, 298], "what a draft leaves alone stays marked");
}

#[test]
fn the_pointer_is_told_why_and_what_stood_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = open(folder.path(), "amount,word\n1,N/A\nabc,x\n3,\"  \"\n4,\"\"\n5,\n");
    driver.wait("the cell is marked", |model| model.sheet.value().is_some_and(|sheet| sheet.misfit(1, 0).is_some()));
    driver.picture("misfits-at-rest");
    let told = [
        (1, "amount", "“abc” does not read as a number, as most values of this column do"),
        (0, "word", "reads like a missing value, but these letters are the value"),
        (2, "word", "blank text: 2 blanks without a letter"),
        (3, "word", "empty text: a value without a letter"),
        (4, "word", "missing: there is no value"),
    ];
    for (row, column, words) in told {
        let pos = cell(&driver, row, column);
        driver.harness.hover_at(pos);
        driver.wait_for(words, |driver| driver.text(words).is_some());
    }
    let pos = cell(&driver, 1, "amount");
    driver.harness.drag_at(pos);
    driver.harness.step();
    driver.harness.drop_at(pos);
    driver.wait_for("the cell is chosen", |driver| driver.names().iter().any(|name| name.starts_with("Row 2, amount")));
    assert_eq!(
        driver.name_of("Row 2, amount"),
        "Row 2, amount: abc does not read as a number, as most values of this column do"
    );
}

#[test]
fn a_cell_shown_whole_says_which_kind_of_nothing_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = open(folder.path(), "amount,word\n1,N/A\n2,\"  \"\n3,\"\"\n4,\n");
    let told = [
        (0, "reads like a missing value"),
        (1, "blank text: 2 blanks"),
        (2, "empty text: a value"),
        (3, "missing: there is no value"),
    ];
    for (row, words) in told {
        driver.act(Action::Peek(Some((row, "word".into()))));
        driver.wait_for(words, |driver| driver.text(words).is_some());
        driver.act(Action::Peek(None));
    }
    assert!(driver.names().iter().any(|name| name == "word: (blank: 2), 1"), "{:#?}", driver.names());
}

/// What stood in the cells of a column before a step that they did not fit, over the rows on screen.
fn lost(driver: &Driver, column: &str) -> Vec<(u64, usize, String)> {
    let sheet = driver.sheet();
    let at = sheet.position(column).unwrap();
    let cell = |row: u64| match &sheet.cell(row, at)?.mark {
        CellMark::Lost(step, old) => Some((sheet.row(row)?.number, *step, old.to_string())),
        _ => None,
    };
    (0..sheet.rows).filter_map(cell).collect()
}

#[test]
fn cells_that_did_not_fit_a_step_tell_what_stood_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = open(folder.path(), "amount,word\n1,a\nabc,b\n3,c\n,d\n5,e\n\"7 kg\",f\n");
    let change = Step::new("CHANGE_DATA_TYPE").with("sourceColumn", "amount").with("columnDataType", "double");
    driver.act(Action::AddStep(Box::new(change)));
    let told = [(1, 1, "abc".to_owned()), (5, 1, "7 kg".to_owned())];
    driver.wait_for("what stood there is told", |driver| lost(driver, "amount") == told);
    driver.settle();
    driver.picture("lost");
    assert_eq!(driver.sheet().facts["amount"].missing, 3, "what was missing before is no loss");
    let pos = cell(&driver, 1, "amount");
    driver.harness.hover_at(pos);
    driver.wait_for("the pointer is told", |driver| driver.text("“abc” did not fit step 1").is_some());
    // A step that leaves the rows in their places leaves the answer, a filter picks among the rows.
    driver.act(Action::AddStep(Box::new(Step::new("UPPER_CASE").with("sourceColumn", "word"))));
    driver.settle();
    driver.wait_for("what stood there is told", |driver| lost(driver, "amount") == told);
    driver.settle();
    driver.click("amount: 3 are missing");
    driver.settle();
    assert_eq!(driver.sheet().rows, 3);
    driver.wait_for("what stood there is told", |driver| lost(driver, "amount") == told);
    driver.click("Show all rows");
    driver.settle();
    // Where rows are gone, a row is no longer found by its number.
    let fewer = Step::new("REMOVE_VALUES").with("sourceColumn", "word").when("IS", Some("[\"A\"]"), "word");
    driver.act(Action::AddStep(Box::new(fewer)));
    driver.settle();
    assert_eq!((driver.sheet().rows, lost(&driver, "amount")), (5, vec![]));
    driver.act(Action::Undo);
    driver.settle();
    // Another column of the same name is another column.
    for step in [
        Step::new("RENAME").with("sourceColumn", "amount").with("targetColumn", "price"),
        Step::new("RENAME").with("sourceColumn", "price").with("targetColumn", "amount"),
    ] {
        driver.act(Action::AddStep(Box::new(step)));
    }
    driver.settle();
    assert!(lost(&driver, "amount").is_empty());
}
