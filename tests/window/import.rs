//! The import screen by clicks: what was found and why, one click to change it, problems with the way to them, steps kept, undo.

use super::driver::Driver;
use brewhouse::action::Action;
use brewhouse::model::{Model, Run};
use eframe::egui::{Key, Modifiers};
use std::path::{Path, PathBuf};

fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn opened(path: PathBuf, folder: &Path) -> Driver {
    let mut driver = Driver::new(folder, vec![path]);
    driver.wait("the file is read", |model| model.source().is_some_and(|source| source.complete));
    driver.settle();
    driver.click("Import");
    driver.settle();
    driver
}

fn kinds(driver: &Driver) -> Vec<(String, &'static str)> {
    driver.sheet().columns.iter().map(|column| (column.name.clone(), column.class.words())).collect()
}

fn lines(model: &Model) -> (u64, u64) {
    let lines = model.source().unwrap().import.as_ref().unwrap().text.lines;
    (lines.accounted, lines.physical)
}

#[test]
fn what_was_found_is_told_and_one_click_changes_it() {
    let folder = tempfile::tempdir().unwrap();
    let text = "id;amount;day\n001;1,5;01/02/2024\n002;NA;03/04/2024\n003;2,25;05/06/2024\n004;3\n";
    let mut driver = opened(put(folder.path(), "in.csv", text.as_bytes()), folder.path());
    assert!(driver.widget("Delimiter: semicolon").is_some(), "{:#?}", driver.names());
    assert!(driver.widget("Encoding: UTF-8").is_some() && driver.widget("Names: the first record").is_some());
    assert!(driver.text("5 of 5 lines accounted for").is_some(), "{:#?}", driver.names());
    assert!(driver.text("Line 5: too few fields: 2, not 3").is_some(), "{:#?}", driver.names());
    assert!(driver.text("with leading zeros").is_some() && driver.text("either way in all values").is_some());
    assert_eq!(kinds(&driver), [("id".into(), "text"), ("amount".into(), "text"), ("day".into(), "text")]);

    // A word becomes missing, and with it the column a number.
    driver.click("Read “NA” as missing");
    driver.settle();
    assert_eq!(kinds(&driver)[1].1, "decimal");
    assert!(driver.widget("Missing: NA").is_some(), "{:#?}", driver.names());
    // Day and month are asked, not guessed.
    driver.click("day: day first");
    driver.settle();
    assert_eq!(kinds(&driver)[2].1, "date");
    assert_eq!(driver.cell(0, "day").as_deref(), Some("2024-02-01"));
    // The record that was too short is filled up.
    driver.click("Fill up those with too few fields");
    driver.settle();
    assert_eq!((driver.sheet().rows, lines(driver.model())), (4, (5, 5)));
    // A type gives way to text and comes back.
    driver.clicks(&["amount: decimal", "Keep as text"]);
    driver.settle();
    assert_eq!(kinds(&driver)[1].1, "text");
    driver.clicks(&["amount: text", "The type that all values fit"]);
    driver.settle();
    assert_eq!(kinds(&driver)[1].1, "decimal");
    // All of it is in the project, and undo takes it back, choice by choice.
    let dataset = driver.model().project().dataset.clone().unwrap();
    let csv = &dataset.options["FormatOptions"]["Csv"];
    assert_eq!(
        (&csv["NullWords"][0], &csv["DateOrder"], &csv["FillShortRecords"]),
        (&"NA".into(), &"dmy".into(), &true.into())
    );
    for _ in 0..5 {
        driver.act(brewhouse::action::Action::Undo);
    }
    driver.settle();
    assert_eq!((kinds(&driver)[1].1, driver.sheet().rows), ("text", 3));
}

#[test]
fn what_is_to_be_decided_is_asked_over_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let text = "id;amount;day\n001;1,5;01/02/2024\n002;NA;03/04/2024\n003;2,25;05/06/2024\n004;3\n005;7,5;07/08/2024\n";
    let mut driver = Driver::new(folder.path(), vec![put(folder.path(), "in.csv", text.as_bytes())]);
    driver.wait("the file is read", |model| model.source().is_some_and(|source| source.complete));
    driver.settle();
    // One question at a time, over the table; nothing was opened and nothing changed.
    assert!(driver.text("1 record is set aside: too few fields; first on line 5").is_some(), "{:#?}", driver.names());
    assert!(driver.widget("See all 3").is_some() && driver.cell(0, "id").as_deref() == Some("001"));
    driver.picture("decide");
    driver.click("Fill them up");
    driver.settle();
    assert_eq!(driver.sheet().rows, 5);
    assert!(driver.text("day: which of the two is the day, in all of its dates?").is_some(), "{:#?}", driver.names());
    assert!(driver.widget("See all 2").is_some());
    driver.click("Day first");
    driver.settle();
    assert_eq!(driver.cell(0, "day").as_deref(), Some("2024-02-01"));
    assert!(driver.text("amount is decimal but for 1 value: “NA” on line 3").is_some(), "{:#?}", driver.names());
    driver.click("“NA” is missing");
    driver.settle();
    assert_eq!(kinds(&driver)[1].1, "decimal");
    // Codes with leading zeros are no question, so that nothing is asked any more.
    assert!(driver.widget("See why").is_none() && driver.widget("Decide later").is_none(), "{:#?}", driver.names());
    // Undone, it is asked again; put off, it is not, and the import screen has it still.
    driver.act(brewhouse::action::Action::Undo);
    driver.settle();
    driver.click("Decide later");
    driver.settle();
    assert!(driver.text("amount is decimal but for").is_none(), "{:#?}", driver.names());
    driver.click("Import");
    driver.settle();
    assert!(driver.widget("Read “NA” as missing").is_some(), "{:#?}", driver.names());
    // Whoever wants to answer it after all finds it by its name.
    driver.press(Modifiers::NONE, Key::F4);
    driver.settle();
    assert!(driver.widget("“NA” is missing").unwrap().is_focused(), "{:#?}", driver.names());
}

#[test]
fn dates_without_leading_zeros_are_asked_about() {
    let folder = tempfile::tempdir().unwrap();
    let open = |text: &str| {
        let mut driver = Driver::new(folder.path(), vec![put(folder.path(), "in.csv", text.as_bytes())]);
        driver.wait("the file is read", |model| model.source().is_some_and(|source| source.complete));
        driver.settle();
        driver
    };
    let mut driver = open("id,day\n1,4/11/2023\n2,5/1/2024\n");
    assert!(driver.text("day: which of the two is the day, in all of its dates?").is_some(), "{:#?}", driver.names());
    driver.click("Month first");
    driver.settle();
    assert_eq!((kinds(&driver)[1].1, driver.cell(0, "day").as_deref()), ("date", Some("2023-04-11")));
    let mut driver = open("id,day\n1,4/11/2023\n2,25/1/2024\n");
    assert_eq!(kinds(&driver)[1].1, "text");
    assert!(
        driver.text("day looks like dates without leading zeros, the day first").is_some(),
        "{:#?}",
        driver.names()
    );
    assert!(driver.widget("Month first").is_none(), "only what fits is offered");
    driver.click("Read as dates");
    driver.settle();
    assert_eq!((kinds(&driver)[1].1, driver.cell(1, "day").as_deref()), ("date", Some("2024-01-25")));
}

#[test]
fn what_a_step_decides_already_is_not_asked() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "in.csv", b"id,amount\n1,1.5\n2,NA\n3,2.5\n4,3\n");
    let change = |column: &str, more: &str| {
        let parameters = format!(r#"{{"sourceColumn":"{column}","columnDataType":"double"}}"#);
        format!(r#"{{"Action":{{"Operation":"CHANGE_DATA_TYPE","Parameters":{parameters}}}{more}}}"#)
    };
    let rename = r#"{"Action":{"Operation":"RENAME","Parameters":{"sourceColumn":"amount","targetColumn":"price"}}}"#;
    let upper = r#"{"Action":{"Operation":"UPPER_CASE","Parameters":{"sourceColumn":"id"}}}"#;
    let sum = r#"{"Action":{"Operation":"FILL_WITH_AVERAGE","Parameters":{"sourceColumn":"amount"}}}"#;
    let condition = r#"{"Condition":"IS","Value":"NA","TargetColumn":"amount"}"#;
    let remove = format!(
        r#"{{"Action":{{"Operation":"REMOVE_VALUES","Parameters":{{"sourceColumn":"id"}}}},"ConditionExpressions":[{condition}]}}"#
    );
    for (steps, asked) in [
        (String::new(), true),
        (change("amount", ""), false),
        (change("id", ""), true),
        (change("amount", r#","Disabled":true"#), true),
        (format!("{rename},{}", change("price", "")), false),
        (rename.to_owned(), true),
        (upper.to_owned(), true),
        // It takes numbers, which this column is only when somebody says what NA is.
        (sum.to_owned(), true),
        (remove, false),
    ] {
        let project = format!(
            r#"{{"FormatVersion":1,"Name":"p","Dataset":{{"Name":"d","Input":{{"Path":"in.csv"}}}},"Recipe":{{"Steps":[{steps}]}},"Outputs":[]}}"#
        );
        let path = put(folder.path(), "p.brewhouse.json", project.as_bytes());
        let mut driver = Driver::new(folder.path(), vec![path]);
        driver.wait("the file is read", |model| model.source().is_some_and(|source| source.complete));
        driver.settle();
        assert_eq!(driver.widget("“NA” is missing").is_some(), asked, "{steps}: {:#?}", driver.names());
    }
}

#[test]
fn the_way_from_a_question_to_the_screen_is_one_click() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), "in.csv", "id,day\n1,01/02/2024\n2,03/04/2024\n".as_bytes());
    let mut driver = Driver::new(folder.path(), vec![path]);
    driver.wait("the file is read", |model| model.source().is_some_and(|source| source.complete));
    driver.settle();
    driver.click("See why");
    driver.settle();
    assert!(driver.widget("Delimiter: comma").is_some() && driver.widget("See why").is_none(), "{:#?}", driver.names());
    driver.clicks(&["Grid", "Keep as text"]);
    driver.settle();
    assert!(driver.widget("See why").is_none(), "{:#?}", driver.names());
    let dataset = driver.model().project().dataset.clone().unwrap();
    assert_eq!(dataset.options["FormatOptions"]["Csv"]["TextColumns"][0], "day");
}

#[test]
fn another_delimiter_and_encoding_are_seen_at_once_and_steps_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), "in.csv", b"name|n\nM\xfcller|1\nWei\xdf|2\n");
    let mut driver = opened(path, folder.path());
    driver.click("Grid");
    driver.clicks(&["Format", "Uppercase…"]);
    driver.pick("Column: choose…", "name");
    driver.settle();
    driver.click("Apply");
    driver.settle();
    assert_eq!(driver.cell(0, "name").as_deref(), Some("MÜLLER"));
    driver.clicks(&["Import", "Encoding: windows-1252", "KOI8-R"]);
    driver.settle();
    assert_eq!(driver.sentences(), ["Step 1: Write name in upper case"]);
    assert_eq!(driver.cell(0, "name").as_deref(), Some("MЭLLER"));
    driver.clicks(&["Delimiter: pipe", "comma"]);
    driver.settle();
    // The column is gone: the step says so, and the way back is one click.
    assert!(!driver.model().faults.is_empty());
    driver.clicks(&["Delimiter: comma", "As found"]);
    driver.settle();
    assert!(driver.model().faults.is_empty(), "{:?}", driver.model().faults);
    driver.clicks(&["Names: the first record", "None: the first record is data"]);
    driver.settle();
    assert_eq!((driver.sheet().columns[0].name.as_str(), driver.model().steps().len()), ("Column_1", 1));
}

#[test]
fn a_problem_far_down_is_one_click_away() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from("id,n\n");
    for at in 0..5_000 {
        text.push_str(&if at == 4_000 { "oops,1\n".to_owned() } else { format!("{at},{}\n", at * 2) });
    }
    let mut driver = opened(put(folder.path(), "in.csv", text.as_bytes()), folder.path());
    driver.click("Go to line 4,002 of id");
    driver.settle();
    assert_eq!(driver.cell(4_000, "id").as_deref(), Some("oops"), "the row is on screen");
    // Of a workbook the sheet is chosen.
    let book = crate::root().join("tests/formats/book.xls");
    std::fs::copy(book, folder.path().join("book.xls")).unwrap();
    let mut driver = opened(folder.path().join("book.xls"), folder.path());
    driver.clicks(&["Sheet: Data", "Empty"]);
    driver.settle();
    assert_eq!(driver.sheet().columns.len(), 0);
    driver.act(brewhouse::action::Action::Undo);
    driver.settle();
    assert_eq!(driver.sheet().columns.len(), 6);
    // A file that says its types itself has nothing to choose.
    let out = folder.path().join("out.parquet");
    let opened_text = crate::table::open(&crate::table::source("in.csv"), folder.path()).unwrap();
    crate::table::write(&opened_text, &crate::table::target(&out)).unwrap();
    let driver = opened(out, folder.path());
    assert!(driver.text("says its columns and types itself").is_some(), "{:#?}", driver.names());
}

#[test]
fn a_saved_project_keeps_the_types_of_all_its_tables_for_the_next_files() {
    let folder = tempfile::tempdir().unwrap();
    let orders = put(folder.path(), "orders.csv", b"id,customer,qty\n001,1,2\n002,2,5\n");
    let customers = put(folder.path(), "customers.csv", b"key,name\n1,Ada\n2,Bo\n");
    let mut driver = opened(orders.clone(), folder.path());
    driver.add_table(&customers);
    let saved = folder.path().join("shop.brewhouse.json");
    driver.save_as(&saved);
    let project: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&saved).unwrap()).unwrap();
    let kinds = |dataset: &serde_json::Value| {
        let columns = dataset["Columns"].as_array().unwrap().iter();
        columns.map(|column| column["Type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&project["Dataset"]), ["string", "long", "long"]);
    assert_eq!(kinds(&project["OtherDatasets"][0]), ["long", "string"]);
    assert_eq!(project["Dataset"]["Fingerprint"]["Records"], 2);
    // The file of the next month has a word where numbers were: the run tells it, and does not make a text of the column.
    std::fs::write(&orders, "id,customer,qty\n001,1,2\n002,2,many\n").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_brewhouse"));
    let run = command.arg("run").arg(&saved).arg("--output").arg(folder.path().join("out.parquet")).output().unwrap();
    let told = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(!run.status.success() && told.contains("many") && told.contains("line 3"), "{told}");
}

#[test]
fn a_receipt_tells_what_did_not_fit_and_what_was_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), "in.csv", b"id,amount\n1,1.5\n2,NA\n3\n4,3\n");
    let mut driver = Driver::new(folder.path(), vec![path]);
    driver.wait("the file is read", |model| model.source().is_some_and(|source| source.complete));
    driver.settle();
    driver.act(Action::StartForm("TO_DOUBLE_COLUMN", Some("amount".to_owned())));
    driver.settle();
    driver.click("Apply");
    driver.settle();
    assert_eq!(driver.sentences().len(), 1, "{:#?}", driver.names());
    driver.press(Modifiers::NONE, Key::F5);
    driver.settle();
    driver.press(Modifiers::NONE, Key::Enter);
    driver.wait("the run is over", |model| matches!(&model.run, Run::Over(ended) if ended.is_written()));
    driver.settle();
    assert!(driver.text("step 1: 1 value did not fit and is missing").is_some(), "{:#?}", driver.names());
    assert!(driver.text("set 1 record aside, into").is_some(), "{:#?}", driver.names());
}

#[test]
fn a_date_in_an_odd_layout_is_not_offered_as_missing() {
    let folder = tempfile::tempdir().unwrap();
    let days = |odd: &str| format!("day\n2024-01-31\n2024-02-29\n{odd}\n2024-03-31\n2024-04-30\n");
    for (odd, asked) in [("tbd", true), ("21. 9. 2022", false), ("0000-00-00", true), ("-", true)] {
        let path = put(folder.path(), "in.csv", days(odd).as_bytes());
        let mut driver = Driver::new(folder.path(), vec![path]);
        driver.wait("the file is read", |model| model.source().is_some_and(|source| source.complete));
        driver.settle();
        assert_eq!(driver.widget("Keep as text").is_some(), asked, "{odd}: {:#?}", driver.names());
    }
}
