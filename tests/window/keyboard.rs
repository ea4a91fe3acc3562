//! The whole main job by the keyboard alone, and letters that are typed before their field is there.

use super::driver::Driver;
use brewhouse::model::Run;
use eframe::egui::{Event, Key, Modifiers};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Field, Row};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Orders as a shop exports them: regions in two spellings, missing prices, days that are none, dates of which the order of day and month
/// is open, and a weight that is not known.
fn files(folder: &Path) -> [PathBuf; 2] {
    let mut orders = "order;day;region;customer;price;shipped;weight\n".to_owned();
    for n in 0..240_u32 {
        let day = if n % 40 == 38 { "soon".to_owned() } else { format!("{:02}/{:02}/2024", n % 12 + 1, n % 9 + 1) };
        let region = ["EU", "us", "EU", "n/a"][n as usize % 4];
        let price = if n % 8 == 6 { String::new() } else { format!("{}", n % 5 + 1) };
        let shipped = format!("{:02}/{:02}/2024", n % 9 + 1, n % 12 + 1);
        let weight = if n == 7 { "unknown".to_owned() } else { format!("{}.5", n % 4) };
        writeln!(orders, "{n:04};{day};{region};C{};{price};{shipped};{weight}", n % 6).unwrap();
    }
    let paths = [folder.join("orders.csv"), folder.join("customers.csv")];
    std::fs::write(&paths[0], orders).unwrap();
    std::fs::write(&paths[1], "customer,country\nC0,DE\nC1,FR\nC2,DE\nC3,FR\nC4,US\n").unwrap();
    paths
}

fn key(driver: &mut Driver, key: Key) {
    driver.press(Modifiers::NONE, key);
}

/// Presses Tab until a widget has the focus.
fn tab_to(driver: &mut Driver, name: &str) {
    driver.settle();
    for _ in 0..400 {
        if driver.widget(name).is_some_and(|widget| widget.is_focused()) {
            return;
        }
        key(driver, Key::Tab);
    }
    panic!("no Tab leads to “{name}”: {:#?}", driver.names());
}

/// Takes from the palette what a text finds.
fn palette(driver: &mut Driver, text: &str) {
    driver.press(Modifiers::COMMAND, Key::K);
    driver.type_text(text);
    key(driver, Key::Enter);
    driver.settle();
}

/// Begins a step by its name; the first control of its form has the focus.
fn step(driver: &mut Driver, title: &str) {
    driver.press(Modifiers::COMMAND, Key::Enter);
    driver.type_text(title);
    key(driver, Key::Enter);
    driver.settle();
    assert!(driver.model().draft.is_some() || driver.text("Column").is_some(), "the form of {title} is open");
}

/// Opens the list of the control that has the focus and takes what a text finds.
fn choose(driver: &mut Driver, text: &str) {
    key(driver, Key::Enter);
    driver.settle();
    driver.type_text(text);
    key(driver, Key::Enter);
    driver.settle();
}

/// Names the column of a form; that which was worked on last is taken up already.
fn column(driver: &mut Driver, name: &str) {
    let control = driver.name_of("Column: ");
    if control == "Column: choose…" {
        assert!(driver.widget(&control).unwrap().is_focused(), "the first control has the focus");
    }
    if control != format!("Column: {name}") {
        tab_to(driver, &control);
        choose(driver, name);
    }
    assert_eq!(driver.name_of("Column: "), format!("Column: {name}"));
}

/// Applies the form with the key for it.
fn apply(driver: &mut Driver, sentences: usize) {
    driver.settle();
    let faults = driver.model().draft.as_ref().map(|draft| draft.faults.clone());
    assert_eq!(faults, Some(Vec::new()), "the form is filled in: {:#?}", driver.names());
    tab_to(driver, "Apply");
    key(driver, Key::Enter);
    driver.settle();
    assert_eq!(driver.sentences().len(), sentences, "{:#?}", driver.sentences());
    assert_eq!(driver.model().faults, []);
}

/// Waits for the question that follows an answer: its own first answer has the focus.
fn answered(driver: &mut Driver, next: &str) {
    driver.wait_for(next, |driver| driver.widget(next).is_some_and(|widget| widget.is_focused()));
    driver.settle();
}

fn rows(path: &Path) -> Vec<Row> {
    let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
    reader.get_row_iter(None).unwrap().map(Result::unwrap).collect()
}

#[test]
fn the_whole_main_job_by_keys_alone() {
    let folder = tempfile::tempdir().unwrap();
    let [orders, customers] = files(folder.path());
    let mut driver = Driver::new(folder.path(), Vec::new());
    driver.settle();

    // Open, by a path that is typed.
    driver.press(Modifiers::COMMAND, Key::O);
    driver.wait("the desktop did not answer", |_| true);
    driver.settle();
    assert!(driver.widget("Path of a file").unwrap().is_focused(), "the field takes what is typed");
    driver.type_text(&orders.to_string_lossy());
    key(&mut driver, Key::Enter);
    driver.wait("the orders are read", |model| model.source().is_some_and(|source| source.complete));
    driver.settle();
    assert_eq!(driver.sheet().rows, 240);

    // What the file leaves open is asked over the table; each answer leads to the next question.
    key(&mut driver, Key::F4);
    driver.settle();
    assert!(
        driver.text("shipped: which of the two is the day, in all of its dates?").is_some(),
        "{:#?}",
        driver.names()
    );
    assert!(driver.widget("Day first").unwrap().is_focused(), "the first answer has the focus");
    key(&mut driver, Key::Enter);
    answered(&mut driver, "“soon” is missing");
    assert_eq!(driver.cell(9, "shipped").as_deref(), Some("2024-10-01"));
    assert!(driver.text("day is date but for 6 values: “soon” on line 40").is_some(), "{:#?}", driver.names());
    key(&mut driver, Key::Tab);
    assert!(driver.widget("Keep as text").unwrap().is_focused(), "the answers follow each other");
    key(&mut driver, Key::Enter);
    answered(&mut driver, "“unknown” is missing");
    key(&mut driver, Key::Enter);
    driver.settle();
    assert_eq!(driver.model().import_question(), None);
    let weight = driver.sheet().columns.iter().find(|column| column.name == "weight").unwrap().class;
    assert_eq!((weight.words(), driver.cell(7, "weight")), ("decimal", None));

    // Filter: rows without a known region go.
    step(&mut driver, "remove rows");
    assert!(driver.widget("Add a condition").unwrap().is_focused(), "the first control has the focus");
    choose(&mut driver, "region");
    assert!(driver.widget("Value").unwrap().is_focused(), "what is written next has the focus");
    driver.type_text("n/a");
    apply(&mut driver, 1);
    assert_eq!(driver.sheet().rows, 180);

    // Fix: one spelling.
    step(&mut driver, "uppercase");
    column(&mut driver, "region");
    apply(&mut driver, 2);

    // Fill: a price that is missing is the median.
    step(&mut driver, "fill with median");
    column(&mut driver, "price");
    apply(&mut driver, 3);

    // Dates.
    step(&mut driver, "change type");
    column(&mut driver, "day");
    tab_to(&mut driver, "New type: choose…");
    choose(&mut driver, "Date");
    assert!(driver.text("6 fail").is_some(), "what is no date is seen before it is decided: {:#?}", driver.names());
    apply(&mut driver, 4);

    // Join with a second table.
    palette(&mut driver, "add a dataset");
    driver.type_path(&customers);
    driver.wait("the customers are read", |model| {
        model.project().others.iter().all(|other| model.source_of(other).is_some())
            && !model.project().others.is_empty()
    });
    driver.settle();
    step(&mut driver, "join");
    apply(&mut driver, 5);

    // Group, and count what is in each.
    step(&mut driver, "group");
    tab_to(&mut driver, "Group by: take day out");
    key(&mut driver, Key::Enter);
    tab_to(&mut driver, "Group by: add a column");
    choose(&mut driver, "country");
    tab_to(&mut driver, "Add an aggregate of a column");
    choose(&mut driver, "price");
    apply(&mut driver, 6);

    // Run.
    key(&mut driver, Key::F5);
    driver.settle();
    assert!(driver.widget("Write the table").unwrap().is_focused(), "what is done next has the focus");
    key(&mut driver, Key::Enter);
    driver.wait("the run is over", |model| matches!(&model.run, Run::Over(ended) if ended.ok));
    // Of 240 orders 180 have a region; 30 of those had no price and have 3 now; C5 is no customer.
    let sums: Vec<(Field, Field)> = rows(&folder.path().join("orders-clean.parquet"))
        .iter()
        .map(|row| {
            let cells: Vec<Field> = row.get_column_iter().map(|(_, cell)| cell.clone()).collect();
            (cells[0].clone(), cells[1].clone())
        })
        .collect();
    let country = |name: &str| Field::Str(name.to_owned());
    let expected = [(country("DE"), 240), (country("FR"), 120), (country("US"), 120), (Field::Null, 60)];
    assert_eq!(sums, expected.map(|(name, sum)| (name, Field::Long(sum))));
}

#[test]
fn letters_that_are_typed_before_the_field_is_there_come_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    // One slow frame brings the key and all letters at once.
    let press = |key, modifiers| Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
    let control = Modifiers { ctrl: true, command: true, ..Modifiers::NONE };
    driver.harness.event(press(Key::K, control));
    for letter in "uppercase".chars() {
        driver.harness.event(Event::Text(letter.to_string()));
    }
    driver.harness.step();
    driver.settle();
    assert_eq!(driver.widget("Search").and_then(|field| field.value()).as_deref(), Some("uppercase"));
    key(&mut driver, Key::Escape);
    // Letters of the frame after it as well, and what ends them.
    driver.harness.event(press(Key::K, control));
    driver.harness.step();
    driver.harness.event(Event::Text("upper".to_owned()));
    driver.harness.event(Event::Text("case".to_owned()));
    driver.harness.event(press(Key::Enter, Modifiers::NONE));
    driver.harness.step();
    driver.settle();
    assert!(driver.widget("Apply").is_some(), "the form is open: {:#?}", driver.names());
    assert!(driver.widget("Search").is_none(), "the palette is closed");
}
