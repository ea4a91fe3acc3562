//! The grid: choosing cells, rows and columns; copying them; columns pinned, hidden and in another order; a cell shown whole.

use super::driver::Driver;
use eframe::egui::{Event, Key, Modifiers, Pos2, vec2};
use std::path::Path;

const TABLE: &str =
    "city,n,note\nOslo,1,a|b\nRiga,2,\"say \"\"hi\"\"\"\nBern,3,\nWien,4,\"[1,{\"\"k\"\":\"\"v\"\"}]\"\n";

fn open(folder: &Path, text: &str) -> Driver {
    let path = folder.join("small.csv");
    std::fs::write(&path, text).unwrap();
    let mut driver = Driver::new(folder, vec![path]);
    driver.wait("the file is open", |model| model.sheet.value().is_some());
    driver.settle();
    driver
}

/// Where a cell stands: below the head of its column.
fn cell(driver: &Driver, row: u16, column: &str) -> Pos2 {
    let head = driver.head(&format!("{column}, ")).unwrap();
    head.center_bottom() + vec2(0.0, 12.0 + 25.0 * f32::from(row))
}

fn click(driver: &mut Driver, pos: Pos2) {
    driver.harness.hover_at(pos);
    driver.harness.step();
    driver.harness.drag_at(pos);
    driver.harness.step();
    driver.harness.drop_at(pos);
    driver.harness.step();
    driver.harness.step();
}

fn drag(driver: &mut Driver, from: Pos2, to: Pos2) {
    driver.harness.hover_at(from);
    driver.harness.step();
    driver.harness.drag_at(from);
    driver.harness.step();
    for part in 1..=6_u8 {
        driver.harness.hover_at(from + (to - from) * (f32::from(part) / 6.0));
        driver.harness.step();
    }
    driver.harness.drop_at(to);
    driver.harness.step();
    driver.harness.step();
}

fn copy(driver: &mut Driver) -> String {
    driver.harness.event(Event::Copy);
    driver.copied()
}

/// What a screen reader says of the grid.
fn said(driver: &Driver) -> String {
    let is_it =
        |name: &String| name.starts_with("Row ") || name.starts_with("Table of ") || name.ends_with("columns chosen");
    driver.names().into_iter().find(is_it).unwrap()
}

#[test]
fn cells_are_chosen_by_dragging_and_keys_and_copied() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = open(folder.path(), TABLE);
    let (from, to) = (cell(&driver, 0, "city"), cell(&driver, 1, "n"));
    drag(&mut driver, from, to);
    assert_eq!(said(&driver), "2 rows and 2 columns chosen");
    driver.picture("grid-chosen");
    assert_eq!(copy(&mut driver), "Oslo\t1\nRiga\t2");
    driver.harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
    assert_eq!(driver.copied(), "city\tn\nOslo\t1\nRiga\t2");
    let pos = cell(&driver, 2, "n");
    click(&mut driver, pos);
    assert_eq!(said(&driver), "Row 3, n: 3");
    assert_eq!(copy(&mut driver), "3");
    driver.press(Modifiers::SHIFT, Key::ArrowDown);
    driver.press(Modifiers::SHIFT, Key::ArrowRight);
    assert_eq!(said(&driver), "2 rows and 2 columns chosen");
    driver.press(Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(said(&driver), "Row 4, n: 4", "without Shift one cell is chosen again");
    driver.press(Modifiers::COMMAND, Key::Space);
    assert_eq!(copy(&mut driver), "1\n2\n3\n4");
    driver.press(Modifiers::SHIFT, Key::Space);
    assert_eq!(
        copy(&mut driver),
        "Wien\t4\t\"[1,{\"\"k\"\":\"\"v\"\"}]\"",
        "quotes are doubled as spreadsheets take them"
    );
    driver.press(Modifiers::COMMAND, Key::A);
    assert_eq!(copy(&mut driver).lines().count(), 4);
}

#[test]
fn rows_and_columns_are_chosen_at_their_heads_and_copied_in_other_notations() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = open(folder.path(), TABLE);
    let first = cell(&driver, 0, "city") - vec2(90.0, 0.0);
    click(&mut driver, first);
    drag(&mut driver, first, first + vec2(0.0, 25.0));
    assert_eq!(said(&driver), "2 rows and 3 columns chosen");
    let menu = |driver: &mut Driver, pos: Pos2, item: &str| {
        driver.harness.hover_at(pos);
        driver.harness.step();
        for pressed in [true, false] {
            driver.harness.event(Event::PointerButton {
                pos,
                button: eframe::egui::PointerButton::Secondary,
                pressed,
                modifiers: Modifiers::NONE,
            });
        }
        driver.harness.step();
        driver.harness.step();
        driver.click(item);
        driver.copied()
    };
    let pos = cell(&driver, 1, "n");
    driver.picture("grid-rows");
    assert_eq!(
        menu(&mut driver, pos, "Copy as Markdown"),
        "| city | n | note |\n| --- | ---: | --- |\n| Oslo | 1 | a\\|b |\n| Riga | 2 | say \"hi\" |\n"
    );
    let json: serde_json::Value = serde_json::from_str(&menu(&mut driver, pos, "Copy as JSON")).unwrap();
    assert_eq!(json[1], serde_json::json!({ "city": "Riga", "n": 2, "note": "say \"hi\"" }));
    let name =
        |driver: &Driver, column: &str| driver.head(&format!("{column}, ")).unwrap().left_top() + vec2(40.0, 12.0);
    let (first, last) = (name(&driver, "city"), name(&driver, "n"));
    click(&mut driver, first);
    driver.harness.hover_at(last);
    driver.harness.step();
    let modifiers = Modifiers::SHIFT;
    driver.harness.event(Event::ModifiersChanged(modifiers));
    for pressed in [true, false] {
        let button = eframe::egui::PointerButton::Primary;
        driver.harness.event(Event::PointerButton { pos: last, button, pressed, modifiers });
    }
    driver.harness.event(Event::ModifiersChanged(Modifiers::NONE));
    driver.harness.step();
    driver.harness.step();
    assert!(driver.text("4 × 2 cells").is_some(), "{:?}", driver.names());
    let pos = cell(&driver, 0, "n");
    click(&mut driver, pos);
    driver.press(Modifiers::COMMAND, Key::Space);
    assert_eq!(menu(&mut driver, pos, "Copy as a list for SQL"), "(1, 2, 3, 4)");
    let pos = cell(&driver, 0, "city");
    click(&mut driver, pos);
    driver.press(Modifiers::COMMAND, Key::Space);
    assert_eq!(menu(&mut driver, pos, "Copy as a list for SQL"), "('Oslo', 'Riga', 'Bern', 'Wien')");
}

/// The columns of the view from left to right.
fn columns(driver: &Driver) -> Vec<String> {
    let mut heads: Vec<(f32, String)> = ["city", "n", "note"]
        .iter()
        .filter_map(|name| Some((driver.head(&format!("{name}, "))?.left(), (*name).to_owned())))
        .collect();
    heads.sort_by(|a, b| a.0.total_cmp(&b.0));
    heads.into_iter().map(|(_, name)| name).collect()
}

#[test]
fn columns_are_dragged_hidden_shown_and_pinned_for_the_view_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = open(folder.path(), TABLE);
    let begin =
        |driver: &Driver, name: &str| driver.head(&format!("{name}, ")).unwrap().left_bottom() + vec2(30.0, -8.0);
    let (from, to) = (begin(&driver, "note"), begin(&driver, "city"));
    drag(&mut driver, from, to);
    assert_eq!(columns(&driver), ["note", "city", "n"]);
    driver.clicks(&["Menu of city", "In the view", "Hide in the view"]);
    driver.harness.step();
    assert_eq!(columns(&driver), ["note", "n"]);
    let pos = cell(&driver, 2, "n");
    click(&mut driver, pos);
    assert_eq!(said(&driver), "Row 3, n: 3", "the cells went with their columns");
    assert_eq!(copy(&mut driver), "3");
    // A click on a column in the list at the left shows it again.
    driver.click(&driver.name_of("city, text "));
    driver.settle();
    assert_eq!(columns(&driver), ["note", "city", "n"]);
    driver.clicks(&["Menu of n", "In the view", "Pin at the left"]);
    driver.harness.step();
    assert_eq!(columns(&driver), ["n", "note", "city"]);
    // Filters of the cards are about the right column.
    driver.click("city: Riga, 1");
    driver.settle();
    assert_eq!(driver.model().lens.filters[0].column, "city");
    driver.picture("grid-arranged");
    driver.click("Show all rows");
    driver.settle();
    driver.clicks(&["Menu of n", "In the view", "All columns as in the table"]);
    driver.harness.step();
    assert_eq!(columns(&driver), ["city", "n", "note"]);
    assert_eq!(driver.model().steps().len(), 0);
    assert!(!driver.model().history.is_unsaved());
}

#[test]
fn a_pinned_column_stays_while_the_others_scroll() {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..120).map(|n| format!("column_{n:03}")).collect();
    let row: Vec<String> = (0..120).map(|n| n.to_string()).collect();
    let mut driver = open(folder.path(), &format!("{}\n{}\n", names.join(","), row.join(",")));
    driver.clicks(&["Menu of column_001", "In the view", "Pin at the left"]);
    driver.settle();
    let place = driver.head("column_001, ").unwrap();
    driver.act(brewhouse::action::Action::ShowColumn("column_110".into()));
    driver.settle();
    assert_eq!(driver.head("column_001, ").unwrap(), place);
    assert!(driver.head("column_000, ").is_none() && driver.head("column_110, ").is_some());
    assert_eq!(driver.cell(0, "column_001").as_deref(), Some("1"), "its cells are fetched as well");
    assert_eq!(driver.cell(0, "column_110").as_deref(), Some("110"));
    let pos = cell(&driver, 0, "column_001");
    click(&mut driver, pos);
    assert_eq!(driver.names().iter().find(|name| name.starts_with("Row 1")).unwrap(), "Row 1, column_001: 1");
    driver.picture("grid-pinned");
}

#[test]
fn a_cell_is_shown_whole_with_its_tree_and_its_odd_signs() {
    let folder = tempfile::tempdir().unwrap();
    let long = "word ".repeat(200);
    let text =
        format!("what,note\nlong,{long}end\nnested,\"[1,{{\"\"k\"\":\"\"v\"\"}}]\"\nodd,a\u{a0}b\u{200b}\nnothing,\n");
    let mut driver = open(folder.path(), &text);
    let pos = cell(&driver, 0, "note");
    click(&mut driver, pos);
    driver.press(Modifiers::NONE, Key::Space);
    driver.settle();
    assert!(driver.text("word end").is_some(), "also what the grid cuts off");
    assert!(driver.text("1,003 characters").is_some(), "{:?}", driver.names());
    driver.press(Modifiers::NONE, Key::Escape);
    assert!(driver.model().peek.is_none());
    let pos = cell(&driver, 1, "note");
    click(&mut driver, pos);
    driver.press(Modifiers::NONE, Key::Space);
    driver.settle();
    assert!(driver.widget("2 items").is_some() && driver.text("v").is_some(), "{:?}", driver.names());
    driver.picture("grid-peek");
    let pos = cell(&driver, 2, "note");
    click(&mut driver, pos);
    driver.press(Modifiers::NONE, Key::Space);
    driver.settle();
    assert!(driver.text("character 2: no-break space, U+00A0").is_some(), "{:?}", driver.names());
    let pos = cell(&driver, 3, "note");
    click(&mut driver, pos);
    driver.press(Modifiers::NONE, Key::Space);
    driver.settle();
    assert!(driver.text("missing: there is no value").is_some());
    driver.press(Modifiers::NONE, Key::Space);
    assert!(driver.model().peek.is_none(), "the same key takes it away");
}
