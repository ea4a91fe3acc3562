//! What the columns tell together: rows that repeat others, correlations, and a rectangle drawn over two columns that filters by both.

use super::driver::Driver;
use brewhouse_engine::facet::Test;
use eframe::egui::{Key, Modifiers, vec2};

#[test]
fn columns_are_held_against_each_other_and_a_rectangle_filters() {
    let folder = tempfile::tempdir().unwrap();
    // The second column falls as the first grows; every fiftieth row stands twice; one value lies far off.
    let mut text = "up,down,far\n".to_owned();
    let mut rows = Vec::new();
    for n in 0..400_i32 {
        let far = if n == 399 { 1_000_000 } else { n % 50 };
        let line = format!("{n},{},{far}\n", 1000 - n);
        rows.push((n, 1000 - n));
        text += &line;
        if n % 50 == 0 {
            text += &line;
            rows.push((n, 1000 - n));
        }
    }
    let path = folder.path().join("pairs.csv");
    std::fs::write(&path, text).unwrap();
    let mut driver = Driver::new(folder.path(), vec![path]);
    driver.wait("the file is open", |model| model.sheet.value().is_some());
    driver.settle();
    driver.click("far, whole number ");
    driver.click("Profile");
    driver.wait("all columns are counted", |model| {
        let whole = model.together.as_ref().is_some_and(|together| together.whole.value().is_some());
        whole && model.page.as_ref().is_some_and(|page| page.column == "far" && page.story.value().is_some())
    });
    driver.settle();
    let whole = driver.model().together.as_ref().unwrap().whole.value().unwrap().clone();
    assert_eq!((whole.rows, whole.repeated), (408, 8));
    assert!(driver.text("8 rows repeat another in all columns").is_some(), "{:#?}", driver.names());
    assert!((whole.matrix[0][1].unwrap() + 1.0).abs() < 1e-9);
    // The far value alone stretches the distribution; the bulk has its own, and a click there filters.
    let bulk = driver.names().into_iter().find(|name| name.starts_with("far without what lies far off: ")).unwrap();
    driver.click(&bulk);
    driver.settle();
    assert!(driver.sheet().rows < 100, "{} rows of {bulk}", driver.sheet().rows);
    driver.click(&bulk);
    driver.settle();
    assert_eq!(driver.sheet().rows, 408);

    driver.picture("together-above");
    // It stands below the page of the column.
    driver.widget("up and down: −1.00").unwrap().scroll_to_me();
    driver.settle();
    driver.click("up and down: −1.00");
    driver.settle();
    let plane = driver.name_of("down against up: 408 rows");
    driver.picture("together");
    // The left half, all of it from top to bottom.
    let rect = driver.widget(&plane).unwrap().rect();
    let (from, to) = (rect.left_top() + vec2(1.0, 1.0), rect.left_bottom() + vec2(rect.width() / 2.0 - 1.0, -1.0));
    driver.harness.hover_at(from);
    driver.harness.step();
    driver.harness.drag_at(from);
    driver.harness.step();
    for part in 1..=4_u8 {
        driver.harness.hover_at(from + (to - from) * (f32::from(part) / 4.0));
        driver.harness.step();
    }
    driver.harness.drop_at(to);
    driver.settle();
    let filters = driver.model().lens.filters.clone();
    let names: Vec<&str> = filters.iter().map(|filter| filter.column.as_str()).collect();
    assert_eq!(names, ["up", "down"]);
    let [Test::Range { low: Some(low), high: Some(high), .. }] = filters[0].tests.as_slice() else {
        panic!("{filters:?}")
    };
    assert!((*low, *high) == (0.0, 199.5), "half of 0 to 399: {low} to {high}");
    let within = rows.iter().filter(|(up, _)| f64::from(*up) < 199.5).count() as u64;
    assert_eq!(driver.sheet().rows, within);
    driver.picture("together-brushed");
    // The rectangle alone, over the whole room.
    driver.widget("only rows that pass the filters").unwrap().scroll_to_me();
    driver.settle();
    driver.click("only rows that pass the filters");
    driver.settle();
    let plane = driver.model().together.as_ref().unwrap().plane.value().unwrap().clone();
    assert_eq!(plane.counts.iter().sum::<u64>(), within);
    assert!((plane.axes[0].low, plane.axes[0].high) == (0.0, 199.0));
    // By keys: taken away, then the middle, one field on, and one field wider.
    driver.click("only rows that pass the filters");
    driver.settle();
    let plane = driver.name_of("down against up: 408 rows");
    driver.widget(&plane).unwrap().focus();
    driver.press(Modifiers::NONE, Key::Delete);
    driver.settle();
    assert!(driver.model().lens.filters.is_empty());
    let axis = driver.model().together.as_ref().unwrap().plane.value().unwrap().axes[0];
    let ends = |driver: &Driver| match driver.model().lens.filter("up").unwrap().tests.as_slice() {
        [Test::Range { low: Some(low), high: Some(high), .. }] => (*low, *high),
        other => panic!("{other:?}"),
    };
    let quarter = axis.ranges / 4;
    for (modifiers, first, last) in [
        (Modifiers::NONE, quarter, axis.ranges - quarter),
        (Modifiers::NONE, quarter + 1, axis.ranges - quarter + 1),
        (Modifiers::SHIFT, quarter + 1, axis.ranges - quarter + 2),
    ] {
        driver.press(modifiers, Key::ArrowRight);
        driver.settle();
        assert_eq!(ends(&driver), (axis.bound(first), axis.bound(last)));
    }
    let (low, high) = ends(&driver);
    assert!(driver.sheet().rows < 408 && low < high, "both columns filter");
}
