//! Numbers and dates in a person's own way: figures always, cells where it is asked for, copies never.

use super::driver::Driver;
use brewhouse::action::Action;
use brewhouse::model::settings::{Cells, Dates, Numbers, Settings, SystemRegion};
use brewhouse::widget::region::{PLAIN, Region, figures_in};
use eframe::egui::{Event, Key, Modifiers, vec2};
use std::path::Path;

const GERMAN: Region = Region { group: '.', decimal: ',', date: "d.m.y" };
const AMERICAN: Region = Region { group: ',', decimal: '.', date: "m/d/y" };

#[test]
fn figures_are_written_in_a_persons_own_way() {
    let cases = [
        ("1234567.25", "1.234.567,25", "1,234,567.25"),
        ("-0.5", "-0,5", "-0.5"),
        ("2019", "2019", "2019"),
        ("10000 – below 25000.5", "10.000 – below 25.000,5", "10,000 – below 25,000.5"),
        ("19,447", "19.447", "19,447"),
        ("2024-02-29", "29.02.2024", "02/29/2024"),
        ("2024-02-29 23:30:00", "29.02.2024 23:30:00", "02/29/2024 23:30:00"),
        ("2024-02-29T23:30:00", "29.02.2024T23:30:00", "02/29/2024T23:30:00"),
        ("2024-02-01 – 2024-02-29", "01.02.2024 – 29.02.2024", "02/01/2024 – 02/29/2024"),
        ("23:30:00", "23:30:00", "23:30:00"),
        ("1e20", "1e20", "1e20"),
        ("1.5e20", "1,5e20", "1.5e20"),
        ("-1.25E-7 – 3.5e+12", "-1,25E-7 – 3,5e+12", "-1.25E-7 – 3.5e+12"),
        ("1.5e", "1.5e", "1.5e"),
        ("1.5e3x", "1.5e3x", "1.5e3x"),
        ("C123456", "C123456", "C123456"),
        ("v1.5", "v1.5", "v1.5"),
        ("007123456", "007123456", "007123456"),
        ("x", "x", "x"),
        ("", "", ""),
    ];
    for (words, german, american) in cases {
        assert_eq!(figures_in(words, GERMAN), german, "{words}");
        assert_eq!(figures_in(words, AMERICAN), american, "{words}");
    }
    // Nothing is said twice: what has no fraction, no date and few digits is as it was.
    assert_eq!(figures_in("12 – 99.5", PLAIN), "12 – 99.5");
}

#[test]
fn the_way_of_a_region_follows_from_its_name() {
    let ways = |name: &str| {
        let region = SystemRegion::of_name(name);
        (region.numbers, region.dates)
    };
    assert_eq!(ways("de_DE.UTF-8"), (Numbers::Point, Dates::Points));
    assert_eq!(ways("de_CH.UTF-8"), (Numbers::Apostrophe, Dates::Points));
    assert_eq!(ways("en_US.UTF-8"), (Numbers::Comma, Dates::MonthFirst));
    assert_eq!(ways("en_GB"), (Numbers::Comma, Dates::Slashes));
    assert_eq!(ways("fr_FR@euro"), (Numbers::Space, Dates::Slashes));
    assert_eq!(ways("nl_NL.utf8"), (Numbers::Point, Dates::Dashes));
    assert_eq!(ways("sv_SE.UTF-8"), (Numbers::Space, Dates::Iso));
    assert_eq!(ways("ja_JP.UTF-8"), (Numbers::Comma, Dates::Iso));
    for nothing in ["C", "C.UTF-8", "POSIX", "", "xx"] {
        assert_eq!(ways(nothing), (Numbers::Comma, Dates::Iso), "{nothing}");
    }
}

/// Prices with fractions, quantities of five digits, dates, and a text that looks like a number.
fn table(folder: &Path) -> Driver {
    let mut text = "price,amount,day,code\n".to_owned();
    for n in 0..400 {
        text += &format!("{}.25,{},2024-01-{:02},K{}\n", n, 10_000 + n * 7, n % 28 + 1, 70_000 + n);
    }
    let path = folder.join("prices.csv");
    std::fs::write(&path, text).unwrap();
    let mut driver = Driver::new(folder, vec![path]);
    driver.wait("the file is open", |model| model.sheet.value().is_some());
    driver.settle();
    driver
}

#[test]
fn figures_and_then_cells_are_told_in_the_way_of_the_region_and_copied_as_stored() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = table(folder.path());
    assert_eq!(
        driver.names().iter().filter(|name| name.starts_with("price: 0 – below")).count(),
        1,
        "{:#?}",
        driver.names()
    );
    let german = Settings { numbers: Some(Numbers::Point), dates: Some(Dates::Points), ..driver.model().settings };
    driver.act(Action::Settings(german));
    driver.settle();
    // On cards: ranges of numbers and of days.
    let bars = |driver: &Driver, begin: &str| driver.names().iter().any(|name| name.starts_with(begin));
    assert!(bars(&driver, "amount: 10.000 – "), "{:#?}", driver.names());
    assert!(bars(&driver, "day: 01.01.2024"), "{:#?}", driver.names());
    // Cells are as stored, until they are asked for otherwise.
    let at = driver.head("price, ").unwrap().center_bottom() + vec2(0.0, 12.0);
    driver.harness.hover_at(at);
    driver.harness.step();
    driver.harness.drag_at(at);
    driver.harness.step();
    driver.harness.drop_at(at);
    driver.settle();
    assert_eq!(driver.name_of("Row 1, price: "), "Row 1, price: 0.25");
    driver.act(Action::Settings(Settings { cells: Cells::Region, ..german }));
    driver.settle();
    let cell = driver.name_of("Row 1, price: ");
    assert_eq!(cell, "Row 1, price: 0,25");
    driver.press(Modifiers::NONE, Key::ArrowRight);
    driver.settle();
    assert_eq!(driver.name_of("Row 1, amount: "), "Row 1, amount: 10.000");
    driver.press(Modifiers::NONE, Key::ArrowRight);
    driver.settle();
    assert_eq!(driver.name_of("Row 1, day: "), "Row 1, day: 01.01.2024");
    driver.picture("region");
    driver.harness.event(Event::Copy);
    assert_eq!(driver.copied(), "2024-01-01");
    driver.press(Modifiers::NONE, Key::ArrowRight);
    driver.settle();
    assert_eq!(driver.name_of("Row 1, code: "), "Row 1, code: K70000", "text is nobody's number");
    // What is set stays.
    drop(driver);
    let mut again = table(folder.path());
    again.wait("the settings are read", |model| model.settings.cells == Cells::Region);
    let kept = again.model().settings;
    assert_eq!((kept.numbers, kept.dates), (Some(Numbers::Point), Some(Dates::Points)));
}

#[test]
fn a_range_on_a_card_is_true_whatever_its_length() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ends.csv");
    let rows = [
        "1700000000000,123456789.55,0.000000000123456789,2024-02-29 10:30:00,2.125",
        "1700000000999,223456789.25,-20000.123456,2024-03-01 23:59:59,3.141592653589793",
    ];
    std::fs::write(&path, format!("big,price,tiny,at,few\n{}\n", rows.join("\n"))).unwrap();
    let mut driver = Driver::new(folder.path(), vec![path]);
    driver.wait("the facts are there", |model| model.sheet.value().is_some_and(|sheet| sheet.facts.len() == 5));
    driver.settle();
    let ranges = [
        ("big, whole number, ", "1,700,000,000,000 – 1,700,000,000,999"),
        ("price, decimal, ", "≈123,456,790 – ≈223,456,789"),
        ("tiny, decimal, ", "≈-20,000 – ≈1.235e-10"),
        ("at, date and time, ", "2024-02-29 – 2024-03-01"),
        ("few, decimal, ", "2.125 – ≈3.14"),
    ];
    for (column, range) in ranges {
        assert!(driver.name_of(column).contains(range), "{range}: {:#?}", driver.name_of(column));
    }
}
