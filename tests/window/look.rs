//! Looking at a part of the table: cards that filter each other, the order of the view, finding, going to a row. The recipe never changes
//! by it, until it is made a step.

use super::driver::Driver;
use brewhouse_engine::facet::{Filter, Test};
use eframe::egui::{Key, Modifiers};
use std::path::Path;

/// The cells of the orders, read without the engine.
fn records(folder: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let text = std::fs::read_to_string(folder.join("orders.csv")).unwrap();
    let (mut records, mut record, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            '\r' if !quoted => {}
            other => cell.push(other),
        }
    }
    let names = records.remove(0);
    (names, records)
}

/// The numbers of the records, from 0, for which something holds of named cells.
fn rows(folder: &Path, names: &[&str], holds: impl Fn(&[&str]) -> bool) -> Vec<u64> {
    let (header, records) = records(folder);
    let places: Vec<usize> = names.iter().map(|name| header.iter().position(|n| n == name).unwrap()).collect();
    let wanted = |record: &Vec<String>| {
        let cells: Vec<&str> = places.iter().map(|at| record[*at].as_str()).collect();
        holds(&cells)
    };
    (0..).zip(&records).filter(|(_, record)| wanted(record)).map(|(at, _)| at).collect()
}

/// The row numbers on screen.
fn numbers(driver: &Driver) -> Vec<u64> {
    (0..20.min(driver.sheet().rows)).map(|row| driver.sheet().row(row).unwrap().number).collect()
}

/// Brings a column into view by the list at the left.
fn show(driver: &mut Driver, column: &str) {
    let node = |name: &&String| name.starts_with(&format!("{column}, "));
    let name = driver.names().iter().find(node).cloned().unwrap();
    driver.click(&name);
    driver.settle();
}

fn front(driver: &Driver, column: &str) -> u64 {
    let (front, old) = driver.model().fronts.of(column).unwrap();
    assert!(!old, "the bars are those of these filters");
    front.counts.iter().sum::<u64>() + front.others
}

#[test]
fn a_click_on_a_value_and_a_drag_over_bars_filter_together_and_become_steps() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    let all = driver.sheet().rows;
    assert!(driver.text("All 19,447 rows").is_some());

    // One value, then another beside it.
    show(&mut driver, "region");
    let eu = rows(folder.path(), &["region"], |cells| cells[0] == "EU");
    driver.click(&driver.name_of("region: EU, "));
    driver.settle();
    assert_eq!(driver.sheet().rows, eu.len() as u64);
    assert_eq!(numbers(&driver), eu[..20]);
    assert!(driver.text(&format!("{} of 19,447 rows", grouped(eu.len()))).is_some());
    driver.click_with(&driver.name_of("region: US, "), Modifiers::COMMAND);
    driver.settle();
    let both = rows(folder.path(), &["region"], |cells| matches!(cells[0], "EU" | "US"));
    assert_eq!(numbers(&driver), both[..20]);
    assert_eq!(front(&driver, "category"), both.len() as u64 - missing(folder.path(), &both));
    driver.picture("look-values");

    // A range of another column: both hold, and each card counts the rows that pass the other.
    show(&mut driver, "total_eur");
    let bars: Vec<String> =
        driver.names().into_iter().filter(|name| name.starts_with("total_eur: ") && name.contains(" – ")).collect();
    assert!(bars.len() > 4, "{bars:?}");
    driver.drag(&bars[1], &bars[3]);
    driver.settle();
    let filter = driver.model().lens.filter("total_eur").unwrap().clone();
    let [Test::Range { low: Some(low), high: Some(high), closed: false }] = filter.tests.as_slice() else {
        panic!("{filter:?}")
    };
    let inside = |text: &str| text.trim().parse::<f64>().is_ok_and(|number| number >= *low && number < *high);
    let wanted =
        rows(folder.path(), &["region", "total_eur"], |cells| matches!(cells[0], "EU" | "US") && inside(cells[1]));
    assert_eq!(driver.sheet().rows, wanted.len() as u64);
    assert_eq!(numbers(&driver), wanted[..20]);
    let ranged = rows(folder.path(), &["total_eur", "region"], |cells| inside(cells[0]) && !cells[1].is_empty());
    assert_eq!(front(&driver, "region"), ranged.len() as u64, "its own filter does not count for its own bars");
    assert_eq!(driver.model().steps().len(), 0, "the recipe is as it was");
    assert!(!driver.model().history.is_unsaved());
    driver.picture("look-both");

    // As steps, the view is the recipe's.
    driver.click("Make it a step");
    driver.settle();
    assert!(driver.model().lens.is_empty());
    assert_eq!(driver.model().faults, []);
    assert_eq!((driver.sheet().rows, driver.sheet().of_rows), (wanted.len() as u64, None));
    let sentences = driver.sentences();
    assert_eq!(sentences[0], "Step 1: Remove rows where region is not EU or US");
    assert!(sentences[1].starts_with("Step 2: Remove rows where total_eur is missing, or total_eur is "));
    driver.press(Modifiers::COMMAND, Key::Z);
    driver.settle();
    assert_eq!((driver.sheet().rows, driver.sentences().len()), (all, 0), "one act, one undo");
}

fn missing(folder: &Path, among: &[u64]) -> u64 {
    let none = rows(folder, &["category"], |cells| cells[0].is_empty());
    none.iter().filter(|row| among.contains(row)).count() as u64
}

fn grouped(number: usize) -> String {
    brewhouse_engine::values::grouped(number as u64)
}

#[test]
fn chips_are_taken_away_one_by_one_and_the_quality_bar_filters() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    let none = rows(folder.path(), &["customer_id"], |cells| cells[0].is_empty());
    driver.click(&format!("customer_id: {} are missing", grouped(none.len())));
    driver.settle();
    assert_eq!(numbers(&driver), none[..20]);
    assert_eq!(driver.cell(0, "customer_id"), None);
    show(&mut driver, "region");
    driver.click(&driver.name_of("region: EU, "));
    driver.settle();
    let both = rows(folder.path(), &["customer_id", "region"], |cells| cells[0].is_empty() && cells[1] == "EU");
    assert_eq!(driver.sheet().rows, both.len() as u64);
    driver.click("Take away: customer_id is missing");
    driver.settle();
    assert_eq!(driver.sheet().rows, rows(folder.path(), &["region"], |cells| cells[0] == "EU").len() as u64);
    // A second click on the only value that is chosen takes its filter away.
    driver.click(&driver.name_of("region: EU, "));
    driver.settle();
    assert_eq!((driver.sheet().rows, driver.sheet().of_rows), (19_447, None));
    driver.click(&driver.name_of("region: EU, "));
    driver.settle();
    driver.click("Show all rows");
    driver.settle();
    assert_eq!(driver.sheet().rows, 19_447);
}

#[test]
fn a_filter_that_nothing_passes_and_one_by_keys_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.csv");
    std::fs::write(&path, "name,n\nÄgypten,1\n  ,2\n,3\nÄgypten,4\nOslo,\n").unwrap();
    let mut driver = Driver::new(folder.path(), vec![path]);
    driver.wait("the file is open", |model| model.sheet.value().is_some());
    driver.settle();
    driver.widget("Chart of name").unwrap().focus();
    driver.harness.step();
    driver.press(Modifiers::NONE, Key::ArrowDown);
    driver.press(Modifiers::NONE, Key::ArrowUp);
    driver.press(Modifiers::NONE, Key::Enter);
    driver.settle();
    assert_eq!(driver.model().lens.filters, [Filter::of("name", Test::Among(vec!["Ägypten".into()]))]);
    assert_eq!(numbers(&driver), [0, 3]);
    driver.act(brewhouse::action::Action::Filter(Filter::of("n", Test::Among(vec!["3".into()]))));
    driver.settle();
    assert_eq!(driver.sheet().rows, 0);
    assert!(driver.text("0 of 5 rows").is_some());
    driver.picture("look-nothing");
}

#[test]
fn the_order_of_the_view_turns_by_its_mark_and_can_become_a_step() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.csv");
    std::fs::write(&path, "city,n\nOslo,3\nRiga,1\nBern,3\nWien,\nGraz,2\n").unwrap();
    let mut driver = Driver::new(folder.path(), vec![path]);
    driver.wait("the file is open", |model| model.sheet.value().is_some());
    driver.settle();
    driver.click("Sort the view by n");
    driver.settle();
    assert_eq!(numbers(&driver), [1, 4, 0, 2, 3], "ties in the order of the table, missing ones last");
    driver.click("Sort the view by n, now the smallest first");
    driver.settle();
    assert_eq!(numbers(&driver), [0, 2, 4, 1, 3]);
    driver.click_with("Sort the view by city", Modifiers::SHIFT);
    driver.settle();
    assert_eq!(numbers(&driver), [2, 0, 4, 1, 3], "a further key");
    driver.picture("look-sorted");
    assert_eq!(driver.model().steps().len(), 0);
    driver.click("Make it a step");
    driver.settle();
    assert_eq!(driver.sentences(), ["Step 1: Sort by n, largest first, then city"]);
    assert_eq!(driver.cell(0, "city").as_deref(), Some("Bern"));
    assert_eq!(numbers(&driver), [0, 1, 2, 3, 4]);
    driver.press(Modifiers::COMMAND, Key::Z);
    driver.settle();
    for now in ["", ", now the smallest first", ", now the largest first"] {
        driver.click(&format!("Sort the view by city{now}"));
        driver.settle();
    }
    assert!(driver.model().lens.is_empty(), "the third click: as it was");
    assert_eq!(numbers(&driver), [0, 1, 2, 3, 4]);
}

#[test]
fn a_text_is_found_in_all_rows_and_gone_through_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    let hits = rows(folder.path(), &["customer_name"], |cells| cells[0].to_lowercase().contains("müller"));
    driver.press(Modifiers::COMMAND, Key::F);
    driver.type_text("müller");
    driver.settle();
    let found = driver.model().find.as_ref().unwrap().found.value().unwrap().clone();
    assert_eq!(found.rows, hits.len() as u64);
    assert_eq!(found.at.as_ref().map(|hit| (hit.row, hit.column.as_str())), Some((hits[0], "customer_name")));
    assert!(driver.text(&format!("1 of {} rows", grouped(hits.len()))).is_some());
    driver.press(Modifiers::NONE, Key::Enter);
    driver.settle();
    let at = |driver: &Driver| driver.model().find.as_ref().unwrap().found.value().unwrap().at.clone().unwrap().row;
    assert_eq!(at(&driver), hits[1]);
    driver.picture("look-found");
    driver.press(Modifiers::NONE, Key::F3);
    driver.settle();
    assert_eq!(at(&driver), hits[2]);
    for _ in 0..3 {
        driver.press(Modifiers::SHIFT, Key::F3);
        driver.settle();
    }
    assert_eq!(at(&driver), *hits.last().unwrap(), "from the top on to the bottom");
    assert!(driver.sheet().cell(at(&driver), 2).is_some(), "it is on screen");
    // Among the rows of a filter only.
    show(&mut driver, "region");
    driver.click(&driver.name_of("region: EU, "));
    driver.settle();
    let few =
        rows(folder.path(), &["customer_name", "region"], |c| c[0].to_lowercase().contains("müller") && c[1] == "EU");
    assert_eq!(driver.model().find.as_ref().unwrap().found.value().unwrap().rows, few.len() as u64);
    // What is no expression is told where it was typed.
    driver.click("A regular expression");
    driver.enter("Find", "(");
    driver.settle();
    assert!(driver.text("is not a regular expression").is_some(), "{:?}", driver.names());
    driver.press(Modifiers::NONE, Key::Escape);
    driver.settle();
    assert!(driver.model().find.is_none() && driver.widget("Find").is_none());
}

#[test]
fn a_row_is_gone_to_by_its_number_and_a_column_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.press(Modifiers::COMMAND, Key::G);
    driver.type_text("12,345");
    driver.press(Modifiers::NONE, Key::Enter);
    driver.settle();
    let (header, records) = records(folder.path());
    let at = header.iter().position(|name| name == "sku").unwrap();
    assert_eq!(driver.cell(12_344, "sku").as_deref(), Some(records[12_344][at].as_str()));
    // Among the rows of a filter: the row itself, or the next one that passes.
    show(&mut driver, "region");
    driver.click(&driver.name_of("region: EU, "));
    driver.settle();
    driver.press(Modifiers::COMMAND, Key::G);
    driver.type_text("12345");
    driver.press(Modifiers::NONE, Key::Enter);
    driver.settle();
    let eu = rows(folder.path(), &["region"], |cells| cells[0] == "EU");
    let place = eu.partition_point(|row| *row < 12_344) as u64;
    assert_eq!(driver.sheet().row(place).unwrap().number, eu[usize::try_from(place).unwrap()]);
    driver.press(Modifiers::COMMAND, Key::G);
    driver.type_text("updated");
    driver.press(Modifiers::NONE, Key::Enter);
    driver.settle();
    assert!(driver.head("updated_at, ").is_some(), "the column came into view");
}
