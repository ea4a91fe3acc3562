//! What a form knows by itself: matches of a join, columns of a union, values of a mapping; and the history, and the place between steps.

use super::driver::{Driver, orders};
use brewhouse::action::Action;
use brewhouse::model::Purpose;
use brewhouse_engine::recipe::Step;
use brewhouse_engine::stage::Matches;
use eframe::egui::{Key, Modifiers};
use std::path::Path;

/// The orders, and a second table beside them.
fn with_second(folder: &Path, name: &str, text: &str) -> Driver {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    let mut driver = Driver::new(folder, vec![orders(folder)]);
    driver.wait("the orders are read and counted", |model| model.source().is_some_and(|source| source.complete));
    driver.act(Action::Take(Purpose::AddDataset, path));
    driver.wait("the second table is read", |model| model.sources.len() == 2);
    driver.settle();
    driver
}

#[test]
fn a_join_is_filled_in_and_its_matches_are_counted_before_it_is_applied() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = with_second(folder.path(), "names.csv", "region,long_name\nAPAC,Asia\napac,again\nMoon,none\n");
    let rows = driver.sheet().rows;
    driver.clicks(&["Join", "Join…"]);
    driver.settle();
    driver.wait("the matches are counted", |model| {
        model.draft.as_ref().is_some_and(|draft| draft.matches.value().is_some() && draft.matches.waiting().is_none())
    });
    let orders = std::fs::read_to_string(folder.path().join("orders.csv")).unwrap();
    let region = split(orders.lines().next().unwrap()).iter().position(|name| name == "region").unwrap();
    let counted = |wanted: &str| {
        orders.lines().filter(|line| split(line).get(region).is_some_and(|cell| cell == wanted)).count() as u64
    };
    let (upper, lower) = (counted("APAC"), counted("apac"));
    assert!(upper > 0);
    let found = *driver.model().draft.as_ref().unwrap().matches.value().unwrap();
    let other_matched = u64::from(upper > 0) + u64::from(lower > 0);
    let expected = Matches { rows, matched: upper + lower, other_rows: 3, other_matched, pairs: upper + lower };
    assert_eq!(found, expected);
    let step = &driver.model().draft.as_ref().unwrap().step;
    assert_eq!(step.param("joinKeys"), Some(r#"[{"key":"region","value":"region"}]"#));
    assert_eq!(step.param("rightColumns"), Some(r#"["long_name"]"#));
}

/// One more step at the end.
fn add(driver: &mut Driver, name: &str, column: &str) {
    driver.act(Action::AddStep(Box::new(Step::new(name).with("sourceColumn", column))));
    driver.settle();
}

/// The cells of a line of delimited text.
fn split(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            other => cells.last_mut().unwrap().push(other),
        }
    }
    cells
}

#[test]
fn the_columns_of_a_union_find_each_other_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = with_second(folder.path(), "late.csv", "ORDER_ID,Region,extra\n1,EU,x\n2,APAC,y\n");
    let rows = driver.sheet().rows;
    let columns = driver.sheet().columns.len();
    driver.act(Action::StartForm("UNION", None));
    driver.click("late");
    driver.settle();
    driver.wait("the union is drafted", |model| {
        let effect = model.draft.as_ref().and_then(|draft| draft.sheet.value()).and_then(|sheet| sheet.effect);
        effect.is_some_and(|effect| effect.counted)
    });
    assert_eq!(driver.sheet().rows, rows + 2);
    assert_eq!(driver.sheet().columns.len(), columns + 1, "what only the other table has comes at the end");
    assert!(driver.text(&format!("2 columns match · {} only here · 1 only in late", columns - 2)).is_some());
    driver.click("Apply");
    driver.settle();
    assert_eq!(driver.sheet().rows, rows + 2);
}

#[test]
fn the_history_keeps_what_was_undone_and_leads_back_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    add(&mut driver, "UPPER_CASE", "region");
    add(&mut driver, "LOWER_CASE", "status");
    driver.press(Modifiers::COMMAND, Key::Z);
    driver.settle();
    add(&mut driver, "UPPER_CASE", "currency");
    let now = ["Step 1: Write region in upper case", "Step 2: Write currency in upper case"];
    assert_eq!(driver.sentences(), now);
    driver.press(Modifiers::COMMAND, Key::H);
    driver.click("Write status in lower case, undone");
    driver.settle();
    assert_eq!(driver.sentences(), ["Step 1: Write region in upper case", "Step 2: Write status in lower case"]);
    driver.press(Modifiers::COMMAND, Key::H);
    driver.click("Write currency in upper case, undone");
    driver.settle();
    assert_eq!(driver.sentences(), now);
}

#[test]
fn a_step_is_put_in_between_two_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    add(&mut driver, "UPPER_CASE", "region");
    add(&mut driver, "UPPER_CASE", "status");
    driver.click("Insert a step before step 2");
    driver.click("Search");
    driver.widget("Search").unwrap().type_text("Lowercase");
    driver.press(Modifiers::NONE, Key::Enter);
    driver.pick("Column: choose…", "currency");
    driver.settle();
    driver.click("Apply");
    driver.settle();
    let expected = [
        "Step 1: Write region in upper case",
        "Step 2: Write currency in lower case",
        "Step 3: Write status in upper case",
    ];
    assert_eq!(driver.sentences(), expected);
}

#[test]
fn a_condition_can_look_for_empty_text_when_that_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.clicks(&["Filter", "Remove rows…"]);
    driver.pick("Column: choose…", "region");
    driver.pick("Add a condition on: condition", "region");
    driver.settle();
    driver.click("empty text is meant");
    driver.settle();
    let draft = driver.model().draft.as_ref().unwrap();
    assert!(draft.faults.is_empty(), "{:?}", draft.faults);
    assert_eq!(draft.step.conditions()[0].value.as_deref(), Some(r#"[""]"#));
}

#[test]
fn a_mapping_is_filled_with_the_most_frequent_values() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.act(Action::StartForm("CATEGORICAL_MAPPING", None));
    driver.pick("Column: choose…", "currency");
    driver.settle();
    let link = driver.names().into_iter().find(|name| name.ends_with("most frequent values"));
    driver.click(&link.expect("the values are offered"));
    driver.settle();
    let map = driver.model().draft.as_ref().unwrap().step.param("categoryMap").unwrap_or_default().to_owned();
    let map: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&map).unwrap();
    assert!(map.contains_key("EUR") || map.contains_key("USD"), "{map:?}");
}
