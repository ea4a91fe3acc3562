//! The facets at the left: lists that are searched and filter, ranges with limits, states, patterns, and values written otherwise.

use super::driver::Driver;
use brewhouse::action::Action;
use brewhouse::model::look::Facet;
use brewhouse_engine::facet::{By, Filter, Test};
use eframe::egui::{Key, Modifiers};
use std::path::Path;

/// A small table with a facet of one of its columns.
fn with_facet(folder: &Path, text: &str, column: &str) -> Driver {
    let path = folder.join("small.csv");
    std::fs::write(&path, text).unwrap();
    let mut driver = Driver::new(folder, vec![path]);
    driver.wait("the file is open", |model| model.sheet.value().is_some());
    driver.settle();
    driver.click(&format!("Menu of {column}"));
    driver.click("Open as a facet");
    driver.settle();
    driver
}

fn numbers(driver: &Driver) -> Vec<u64> {
    (0..driver.sheet().rows).map(|row| driver.sheet().row(row).unwrap().number).collect()
}

fn facet(driver: &Driver) -> &Facet {
    &driver.model().facets[0]
}

const CITIES: &str = "city,n\nOslo,1\noslo,2\nRiga,3\nRiga,4\n  ,5\n,6\nA-1 $x,7\nRiga,8\nB-2 $y,9\n";

#[test]
fn values_are_added_left_out_and_searched() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = with_facet(folder.path(), CITIES, "city");
    driver.picture("facet-values");
    driver.click("city Riga: 3 rows");
    driver.settle();
    assert_eq!(numbers(&driver), [2, 3, 7]);
    driver.click_with("city Oslo: 1 rows", Modifiers::COMMAND);
    driver.settle();
    assert_eq!(numbers(&driver), [0, 2, 3, 7]);
    driver.menu("city Riga: 3 rows");
    driver.click("All but this");
    driver.settle();
    assert_eq!(numbers(&driver), [0, 1, 4, 5, 6, 8]);
    assert!(driver.text("not: is Riga").is_none(), "the chip is a button");
    assert!(driver.widget("Take away: city not: is Riga").is_some());
    driver.click("Show all rows");
    driver.settle();
    driver.click("city missing 1");
    driver.settle();
    assert_eq!(numbers(&driver), [5]);
    driver.click("city blank 1");
    driver.settle();
    assert_eq!(numbers(&driver), [4, 5], "states are added to each other");
    driver.click("city missing 1");
    driver.click("city blank 1");
    driver.settle();
    driver.click("city repeated");
    driver.settle();
    assert_eq!(numbers(&driver), [2, 3, 7]);
    driver.click("Show all rows");
    driver.settle();
    driver.click("What the facet of city lists");
    driver.click("Patterns of characters");
    driver.settle();
    assert_eq!(facet(&driver).listing.by, By::Patterns);
    driver.click("city A-9 $a: 2 rows");
    driver.settle();
    assert_eq!(numbers(&driver), [6, 8]);
    driver.click("What the facet of city lists");
    driver.click("Lengths in characters");
    driver.settle();
    driver.click("city 2: 1 rows");
    driver.settle();
    assert_eq!(numbers(&driver), [4]);
    assert_eq!(driver.model().lens.filters, [Filter::of("city", Test::Length { low: 2, high: 2 })]);
    driver.click("Close the facet of city");
    driver.settle();
    assert!(driver.model().facets.is_empty());
    assert_eq!(driver.model().lens.filters.len(), 1, "the filter stays until it is taken away");
    assert_eq!(driver.model().steps().len(), 0);
}

#[test]
fn a_value_is_written_otherwise_everywhere_as_a_step() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = with_facet(folder.path(), CITIES, "city");
    driver.click("city oslo: 1 rows");
    driver.settle();
    driver.widget("city oslo: 1 rows").unwrap().focus();
    driver.harness.step();
    driver.press(Modifiers::NONE, Key::F2);
    driver.press(Modifiers::COMMAND, Key::A);
    driver.type_text("Oslo");
    driver.press(Modifiers::NONE, Key::Enter);
    driver.settle();
    assert_eq!(driver.sentences(), ["Step 1: Replace “^oslo$” in city with “Oslo”"]);
    assert_eq!(numbers(&driver), [0, 1], "the filter follows the value");
    assert!(driver.widget("city Oslo: 2 rows").is_some());
    driver.click("Show all rows");
    driver.settle();
    // Signs that mean something in patterns and replacements are meant as they stand.
    driver.menu("city A-1 $x: 1 rows");
    driver.click("Write it otherwise everywhere…");
    driver.press(Modifiers::COMMAND, Key::A);
    driver.type_text("cost $1 \\ more");
    driver.press(Modifiers::NONE, Key::Enter);
    driver.settle();
    assert_eq!(driver.model().faults, []);
    assert_eq!(driver.cell(6, "city").as_deref(), Some("cost $1 \\ more"));
    assert_eq!(driver.cell(8, "city").as_deref(), Some("B-2 $y"));
    // Esc keeps what was.
    driver.menu("city Riga: 3 rows");
    driver.click("Write it otherwise everywhere…");
    driver.type_text("x");
    driver.press(Modifiers::NONE, Key::Escape);
    driver.settle();
    assert_eq!(driver.sentences().len(), 2);
}

#[test]
fn a_list_of_many_values_is_searched_and_counts_what_the_other_filters_pass() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.menu(&driver.name_of("customer_name, text <"));
    driver.click("Open as a facet");
    driver.settle();
    driver.menu(&driver.name_of("region, text "));
    driver.click("Open as a facet");
    driver.settle();
    driver.click("Search in customer_name");
    driver.type_text("ørsted");
    driver.settle();
    let listed = driver.model().facets[0].values.value().unwrap();
    assert!(listed.found > 1 && listed.found < 150, "{}", listed.found);
    assert!(listed.list.iter().all(|one| one.text.to_lowercase().contains("ørsted")));
    let all: u64 = listed.list.iter().map(|one| one.passing).sum();
    driver.click(&driver.name_of("region EU: "));
    driver.settle();
    let listed = driver.model().facets[0].values.value().unwrap();
    let some: u64 = listed.list.iter().map(|one| one.passing).sum();
    assert!(some > 0 && some < all, "{some} of {all}");
    let regions = driver.model().facets[1].values.value().unwrap();
    assert!(regions.list.iter().all(|one| one.passing == one.all), "its own filter does not count");
    driver.picture("facet-search");
}

#[test]
fn a_list_shows_as_many_values_as_there_is_room_for_and_says_how_many_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let text: String =
        std::iter::once("city,n\n".to_owned()).chain((0..60).map(|at| format!("city {at:02},{at}\n"))).collect();
    let mut driver = with_facet(folder.path(), &text, "city");
    let listed = |driver: &Driver| driver.names().iter().filter(|name| name.starts_with("city city ")).count();
    assert!(driver.text("60 values").is_some(), "{:#?}", driver.names());
    assert!((15..60).contains(&listed(&driver)), "{} of 60 values are on screen", listed(&driver));
    let last = driver.text("60 values").unwrap().bottom();
    assert!(last < 900.0, "the count is on screen: {last}");
    driver.picture("facet-long");
    // The rest comes by scrolling.
    let middle = driver.widget("city city 05: 1 rows").unwrap().rect().center();
    driver.harness.hover_at(middle);
    driver.harness.step();
    driver.harness.event(eframe::egui::Event::MouseWheel {
        unit: eframe::egui::MouseWheelUnit::Point,
        delta: eframe::egui::vec2(0.0, -2_000.0),
        phase: eframe::egui::TouchPhase::Move,
        source: eframe::egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    driver.wait_for("the last value is shown", |driver| driver.widget("city city 59: 1 rows").is_some());
    driver.click("Search in city");
    driver.type_text("city 1");
    driver.settle();
    assert!(driver.text("10 of 60 values").is_some(), "{:#?}", driver.names());
    driver.type_text("x");
    driver.settle();
    assert!(driver.text("none of 60 values is like that").is_some(), "{:#?}", driver.names());
}

#[test]
fn a_range_is_dragged_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let text: String = std::iter::once("day,n\n".to_owned())
        .chain((1..=28).map(|day| format!("2024-02-{day:02},{}\n", f64::from(day) / 2.0)))
        .collect();
    let mut driver = with_facet(folder.path(), &text, "day");
    driver.click("day from");
    driver.type_text("2024-02-10");
    driver.click("day up to");
    driver.type_text("2024-02-12");
    driver.press(Modifiers::NONE, Key::Enter);
    driver.settle();
    assert_eq!(numbers(&driver), [9, 10, 11]);
    assert!(driver.widget("Take away: day 2024-02-10 – 2024-02-12").is_some());
    driver.picture("facet-range");
    driver.click("Menu of n");
    driver.click("Open as a facet");
    driver.settle();
    driver.click("n from");
    driver.type_text("soon");
    assert!(driver.text("not decimal").is_some());
    driver.press(Modifiers::NONE, Key::Enter);
    driver.settle();
    assert!(driver.model().lens.filter("n").is_none());
    let bars: Vec<String> = driver.names().into_iter().filter(|name| name.starts_with("n in the facet: ")).collect();
    driver.drag(&bars[0], bars.last().unwrap());
    driver.settle();
    assert_eq!(numbers(&driver), [9, 10, 11], "all of its bars");
    assert!(driver.model().lens.filter("n").is_some());
}

#[test]
fn a_view_is_saved_by_name_and_had_again_in_a_later_session() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    let filters = vec![
        Filter::of("status", Test::Among(vec!["cancelled".into()])),
        Filter { column: "email".into(), tests: vec![Test::Missing, Test::Blank], inverted: true },
        Filter::of("total_eur", Test::Range { low: Some(10.0), high: None, closed: false }),
    ];
    driver.act(Action::Filters(filters.clone()));
    driver.act(Action::SortView { column: "total_eur".into(), beside: false });
    driver.settle();
    let rows = driver.sheet().rows;
    driver.click("Saved views");
    driver.settle();
    driver.enter("Name of the view", "Lost with an address");
    driver.click("Save");
    driver.settle();
    driver.click("Show all rows");
    driver.settle();
    assert_eq!(driver.sheet().of_rows, None);
    let saved = folder.path().join("shop.brewhouse.json");
    driver.save_as(&saved);

    let mut again = Driver::new(folder.path(), vec![saved]);
    again.wait("the project is open", |model| model.sheet.value().is_some_and(|sheet| sheet.exact));
    again.settle();
    again.clicks(&["Saved views", "View Lost with an address"]);
    again.settle();
    assert_eq!(again.model().lens.filters, filters);
    assert_eq!((again.sheet().rows, again.model().lens.sort.len()), (rows, 1));
    again.picture("saved-view");
    again.click("Saved views");
    again.settle();
    again.click("Take out the view Lost with an address");
    again.settle();
    assert!(again.model().project().extra.get("Views").is_none(), "nothing of it is left");
    // Something that this program does not know is not lost and not guessed at.
    let mut project = again.model().project().to_value(None);
    project["Views"] =
        serde_json::json!([{"Name": "new", "Filters": [{"Column": "email", "Tests": [{"Test": "Later"}]}]}]);
    let text = project.to_string();
    let read = brewhouse::model::Project::parse(&text, folder.path()).unwrap();
    assert_eq!(brewhouse::model::saved::all(&read)[0].lens, None);
    assert_eq!(read.to_value(None)["Views"], project["Views"]);
}
