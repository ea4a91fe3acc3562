//! Each shape of operation built by clicking and typing: its draft in the grid, the run, and the headless run of what was saved.
//!
//! The figures come from the sample by Python's csv and decimal modules.

use super::driver::Driver;
use brewhouse::action::Action;
use brewhouse::model::sheet::{CellMark, Effect};
use brewhouse_engine::recipe::Step;
use std::path::Path;
use std::time::{Duration, SystemTime};

const ROWS: u64 = 19_447;

impl Driver {
    /// What the draft does, as the line above the grid counts it.
    fn effect(&mut self) -> Effect {
        self.settle();
        let draft = self.model().draft.as_ref().unwrap();
        assert_eq!(draft.faults, [], "the form is filled in");
        let effect = draft.sheet.value().unwrap().effect.unwrap();
        assert!(effect.counted);
        effect
    }

    fn mark(&self, row: u64, column: &str) -> CellMark {
        self.sheet().cell(row, self.sheet().position(column).unwrap()).unwrap().mark.clone()
    }

    fn columns(&self) -> Vec<String> {
        self.sheet().columns.iter().map(|column| column.name.clone()).collect()
    }

    fn choose(&mut self, control: &str, item: &str) {
        // What arrives meanwhile would move the list.
        self.settle();
        self.clicks(&[control, item]);
    }

    /// Applies, and the table is what the draft showed; then the runs.
    fn finish(&mut self, folder: &Path, sentence: &str) {
        let (rows, columns) = (self.effect().rows_after, self.columns());
        self.apply();
        assert_eq!(self.sentences().last().map(String::as_str), Some(sentence));
        assert_eq!((self.sheet().rows, self.columns()), (rows, columns), "the table is what the draft promised");
        self.run_as_headless(folder);
    }
}

#[test]
fn upper_case() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.clicks(&["Format", "Uppercase…"]);
    driver.pick("Column: choose…", "region");
    assert_eq!(driver.effect().changed, 2_660);
    assert!(driver.text("changes 2,660 of 19,447 values · 0 fail").is_some());
    assert_eq!(driver.cell(6, "region").as_deref(), Some("APAC"));
    assert_eq!(driver.mark(6, "region"), CellMark::Changed(Some("apac".into())));
    assert_eq!(driver.mark(5, "region"), CellMark::Same);
    driver.finish(folder.path(), "Step 1: Write region in upper case");
}

#[test]
fn remove_values() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.clicks(&["Filter", "Remove rows…"]);
    driver.pick("Add a condition", "total_eur");
    driver.choose("Test: is", "is less than");
    driver.enter("Value", "10");
    let effect = driver.effect();
    assert!(effect.removes);
    assert_eq!((effect.rows_before, effect.rows_after), (ROWS, ROWS - 2_381));
    assert!(driver.text("removes 2,381 of 19,447 rows").is_some());
    let first = (0..40).find(|row| driver.sheet().row(*row).unwrap().removed);
    assert_eq!(first, Some(24), "rows that go stay in view, struck out");
    driver.settle();
    driver.click("Apply");
    driver.settle();
    assert_eq!(driver.sentences(), ["Step 1: Remove rows where total_eur is less than 10"]);
    assert_eq!(driver.sheet().rows, ROWS - 2_381);
    driver.run_as_headless(folder.path());
}

#[test]
fn change_data_type() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.clicks(&["Column", "Change type…"]);
    driver.pick("Column: choose…", "quantity");
    driver.choose("New type: choose…", "Whole number");
    let effect = driver.effect();
    assert_eq!(effect.failed, 17, "the word “two” is no number");
    assert!(driver.text("17 fail").is_some());
    driver.click("only failed");
    driver.settle();
    assert_eq!(driver.sheet().rows, 17);
    assert_eq!(driver.mark(0, "quantity"), CellMark::Failed("two".into()));
    driver.click("only failed");
    driver.finish(folder.path(), "Step 1: Change quantity to whole number");
    driver.wait("the step tells what did not fit", |model| {
        model.sheet.value().and_then(|sheet| sheet.steps[0].clone()).is_some_and(|figures| figures.failed == 17)
    });
}

#[test]
fn fill_with_average() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.clicks(&["Missing", "Fill with average…"]);
    driver.pick("Column: choose…", "discount_pct");
    assert_eq!(driver.effect().changed, 1_776);
    assert_eq!(driver.mark(4, "discount_pct"), CellMark::Changed(None));
    let filled = driver.cell(4, "discount_pct").unwrap();
    assert!(filled.starts_with("3.62401675") || filled == "4", "{filled}");
    driver.finish(folder.path(), "Step 1: Fill missing discount_pct with its average");
}

#[test]
fn sort() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.clicks(&["Column", "Sort…"]);
    driver.pick("Add a column to sort by", "total_eur");
    driver.click("Order of total_eur: smallest first");
    driver.pick("Add a column to sort by", "order_id");
    assert!(driver.widget("Order of order_id: smallest first").is_some());
    driver.effect();
    let top: Vec<String> = (0..3).filter_map(|row| driver.cell(row, "order_id")).collect();
    assert_eq!(top, ["0006295", "0016386", "0011299"]);
    driver.finish(folder.path(), "Step 1: Sort by total_eur, largest first, then order_id");
}

/// Groups with a sum.
fn group(driver: &mut Driver, keys: &[&str], summed: &str) {
    driver.clicks(&["Group", "Group…"]);
    for key in keys {
        driver.pick("Group by: add a column", key);
    }
    driver.pick("Add an aggregate of a column", summed);
}

#[test]
fn group_by() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    group(&mut driver, &["category"], "discount_pct");
    driver.pick("Add an aggregate of a column", "order_id");
    driver.pick("Add an aggregate of a column", "total_eur");
    driver.settle();
    driver.enter("Name of sum of discount_pct", "points");
    let effect = driver.effect();
    assert_eq!((effect.rows_before, effect.rows_after), (ROWS, 12));
    assert_eq!(driver.columns(), ["category", "points", "order_id_count", "total_eur_sum"]);
    let row: Vec<Option<String>> = driver.columns().iter().map(|name| driver.cell(1, name)).collect();
    assert_eq!(row[0].as_deref(), Some("Audio"));
    assert_eq!(row[2].as_deref(), Some("3310"));
    assert_eq!(row[1].as_deref(), Some("11260"));
    driver.finish(folder.path(), "Step 1: Group by category: sum of discount_pct, count of order_id, sum of total_eur");
}

#[test]
fn join() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.add_table(&crate::root().join("samples/securecart/customers.csv"));
    driver.act(Action::ShowColumn("sku".into()));
    driver.clicks(&["Join", "Join…"]);
    assert!(driver.widget("Other dataset: customers").is_some(), "the only other table is taken");
    assert!(driver.widget("Column of the other table: customer_id").is_some(), "so is the key of the same name");
    driver.choose("Rows kept: All rows of this table", "Matching rows");
    assert_eq!(driver.effect().rows_after, 19_133);
    driver.choose("Rows kept: Matching rows", "All rows of this table");
    let effect = driver.effect();
    assert_eq!((effect.rows_before, effect.rows_after), (ROWS, ROWS));
    assert_eq!(driver.columns().len(), 18 + 6, "all columns of both, the key once");
    let cell = |driver: &Driver, row| driver.cell(row, "segment");
    assert_eq!((cell(&driver, 0), cell(&driver, 1).as_deref()), (None, Some("Consumer")));
    driver.finish(folder.path(), "Step 1: Join customers on customer_id, all rows of this table");
}

#[test]
fn a_key_is_known_by_the_name_of_its_table() {
    let folder = tempfile::tempdir().unwrap();
    let customers = folder.path().join("customers.csv");
    std::fs::write(&customers, "id,country\nC00009,DE\n").unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.add_table(&customers);
    driver.clicks(&["Join", "Join…"]);
    assert!(driver.widget("Column of the other table: id").is_some(), "the id of customers is customer_id");
    assert_eq!(driver.effect().rows_after, ROWS);
    assert_eq!(driver.columns().len(), 18 + 1, "the key stands once");
}

#[test]
fn union() {
    let folder = tempfile::tempdir().unwrap();
    let more = folder.path().join("more.csv");
    std::fs::write(&more, "status,order_id,channel\npaid,0099001,phone\n,0099002,\n").unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.add_table(&more);
    driver.clicks(&["More", "Union", "Union…"]);
    driver.click("more");
    let effect = driver.effect();
    assert_eq!((effect.rows_before, effect.rows_after), (ROWS, ROWS + 2));
    assert_eq!(driver.columns().len(), 19);
    assert_eq!(driver.columns().last().map(String::as_str), Some("channel"), "a column of the other table alone");
    driver.click("Take column 2 out");
    assert_eq!(driver.effect().rows_after, ROWS + 2);
    assert_eq!(driver.columns().len(), 18);
    driver.finish(folder.path(), "Step 1: Add the rows of more");
}

#[test]
fn pivot() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    // Decimals: their sums are the same whatever the order of the rows.
    group(&mut driver, &["category", "currency"], "total_eur");
    driver.enter("Name of sum of total_eur", "points");
    driver.apply();
    driver.clicks(&["Pivot", "Pivot…"]);
    driver.pick("Values to columns: choose…", "currency");
    driver.pick("Fill with: choose…", "points");
    driver.choose("Aggregate: choose…", "Sum");
    let effect = driver.effect();
    assert_eq!(effect.rows_after, 12);
    assert_eq!(driver.columns().len(), 15, "the category, and a column for each currency");
    driver.finish(folder.path(), "Step 2: Pivot currency into columns of sum points");
}

#[test]
fn split_column_single_delimiter() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.clicks(&["Split", "Split at a delimiter…"]);
    driver.pick("Column: choose…", "email");
    driver.enter("Delimiter", "@");
    driver.enter("Splits", "1");
    assert_eq!(driver.effect().columns_added, 2);
    assert!(driver.text("adds 2 columns").is_some());
    assert_eq!(driver.cell(1, "email_1").as_deref(), Some("qiang.liu11"));
    assert_eq!(driver.cell(1, "email_2").as_deref(), Some("shop.example"));
    assert_eq!(driver.cell(3, "email_1"), None);
    driver.finish(folder.path(), "Step 1: Split email at “@”, 1 ×");
}

#[test]
fn today() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    let before = chrono::Utc::now().date_naive();
    driver.clicks(&["Date", "Today’s date…"]);
    driver.enter("New column", "loaded");
    assert_eq!(driver.effect().columns_added, 1);
    let shown = driver.cell(0, "loaded").unwrap();
    driver.apply();
    assert_eq!(driver.sentences(), ["Step 1: Add loaded with today’s date"]);
    if chrono::Utc::now().date_naive() == before {
        assert_eq!(shown, before.to_string());
        driver.run_as_headless(folder.path());
    }
}

#[test]
fn a_pivot_keeps_the_columns_that_it_makes_now() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.csv");
    std::fs::write(&path, "day,region,n\n1,EU,1\n1,US,2\n").unwrap();
    let mut driver = Driver::new(folder.path(), vec![path.clone()]);
    driver.wait("the file is read", |model| model.source().is_some_and(|source| source.complete));
    let pivot =
        Step::new("PIVOT").with("sourceColumn", "region").with("valueColumn", "n").with("aggregateFunction", "SUM");
    driver.act(Action::AddStep(Box::new(pivot)));
    driver.settle();
    let sentence = "Step 1: Pivot region into columns of sum n";
    assert_eq!((driver.sentences(), driver.columns()), (vec![sentence.to_owned()], strings(&["day", "EU", "US"])));
    driver.menu(sentence);
    driver.click("Keep the columns it makes now");
    driver.settle();
    let kept = format!("{sentence}, keeping its columns");
    assert_eq!(driver.sentences(), [kept.as_str()]);
    let reload = |driver: &mut Driver, text: &str, seconds: u64| {
        std::fs::write(&path, text).unwrap();
        let later = SystemTime::now() + Duration::from_secs(seconds);
        std::fs::File::options().append(true).open(&path).unwrap().set_modified(later).unwrap();
        driver.wait("the change is seen", |model| model.source().is_some_and(|source| source.changed));
        driver.click("reload");
        driver
            .wait("it is read again", |model| model.source().is_some_and(|source| source.complete && !source.changed));
        driver.settle();
    };
    reload(&mut driver, "day,region,n\n1,US,7\n", 5);
    assert_eq!(driver.columns(), strings(&["day", "EU", "US"]), "a column without cells keeps its place");
    assert_eq!((driver.cell(0, "EU"), driver.cell(0, "US").as_deref()), (None, Some("7")));
    reload(&mut driver, "day,region,n\n1,US,7\n1,APAC,1\n", 10);
    let told = driver.sentences()[0].clone();
    assert!(told.contains("the step keeps its columns and has none for “APAC”"), "{told}");
    driver.menu(&told);
    driver.click("Let the data decide its columns");
    driver.settle();
    assert_eq!((driver.model().faults.clone(), driver.columns()), (Vec::new(), strings(&["day", "APAC", "US"])));
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
