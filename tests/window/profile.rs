//! The page of a column: its figures agree with the engine's over all rows, and every plot filters.

use super::driver::Driver;
use brewhouse_engine::facet::{Filter, Test};

#[test]
fn a_column_is_shown_in_depth_and_its_plots_filter() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.click(&driver.name_of("total_eur, decimal <"));
    driver.settle();
    driver.click("Profile");
    driver.settle();
    driver.wait("the column is counted", |model| {
        model.page.as_ref().is_some_and(|page| page.column == "total_eur" && page.story.value().is_some())
    });
    driver.harness.step();
    // The same figures from the file, worked out here.
    let text = std::fs::read_to_string(folder.path().join("orders.csv")).unwrap();
    let mut totals: Vec<f64> = Vec::new();
    for line in text.lines().skip(1) {
        let mut quoted = false;
        let cells: Vec<&str> = line
            .split(|letter| {
                quoted ^= letter == '"';
                letter == ',' && !quoted
            })
            .collect();
        totals.extend(cells.get(13).and_then(|cell| cell.parse::<f64>().ok()));
    }
    totals.sort_by(f64::total_cmp);
    let story = driver.model().page.as_ref().unwrap().story.value().unwrap().clone();
    let spread = story.spread.clone().unwrap();
    assert_eq!((spread[0].0, spread[6].0), (totals[0], *totals.last().unwrap()));
    let below = totals.iter().filter(|total| **total < spread[3].0).count();
    #[allow(clippy::cast_precision_loss, reason = "a share")]
    let share = below as f64 / totals.len() as f64;
    assert!((share - 0.5).abs() < 0.01, "{share} of the values lie below the middle");
    assert!(driver.text("Standard deviation: ").is_some() && driver.text("half of all lie from").is_some());
    driver.picture("profile-number");

    let bars: Vec<String> =
        driver.names().into_iter().filter(|name| name.starts_with("total_eur in the facet: ")).collect();
    driver.drag(&bars[0], &bars[1]);
    driver.settle();
    assert!(matches!(driver.model().lens.filter("total_eur").unwrap().tests[..], [Test::Range { .. }]));
    driver.click("Show all rows");
    driver.settle();

    driver.click(&driver.name_of("region, text <"));
    driver.settle();
    driver.wait("another column is counted", |model| {
        model.page.as_ref().is_some_and(|page| page.column == "region" && page.story.value().is_some())
    });
    driver.settle();
    driver.picture("profile-text");
    driver.click(&driver.name_of("region EU: "));
    driver.settle();
    assert_eq!(driver.model().lens.filters, [Filter::of("region", Test::Among(vec!["EU".into()]))]);
    let length = driver.names().into_iter().find(|name| name.starts_with("region has ")).unwrap();
    driver.click(&length);
    driver.settle();
    assert!(matches!(driver.model().lens.filter("region").unwrap().tests[..], [Test::Length { .. }]));
    driver.click(&length);
    driver.settle();
    assert!(driver.model().lens.is_empty(), "again: no more");
    driver.click("Next column");
    driver.settle();
    assert_eq!(driver.model().page.as_ref().unwrap().column, "category");
    driver.act(brewhouse::action::Action::Theme(brewhouse::theme::Choice::Dark));
    driver.settle();
    driver.picture("profile-dark");
}
