//! Stored types are checked while a run reads: the same rows, errors and accounts as a look at the whole file first, in one pass.

use crate::table::{Cells, read_parquet, run, source, stored};
use brewhouse_engine::recipe::Recipe;
use brewhouse_engine::run::{Job, Monitor, Progress, Receipt, execute};
use brewhouse_engine::source::{Known, ReadOptions, Source, StoredColumn, open, open_stored};
use brewhouse_engine::{Error, ErrorKind, Result};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn typed(columns: Option<Vec<StoredColumn>>) -> Source {
    Source { columns, ..source("in.csv") }
}

fn job(source: &Source, folder: &Path) -> Job {
    Job { dataset: source.clone(), ..crate::table::job(folder, Vec::new()) }
}

/// Runs a source that lies in a file; what came out, or why nothing did. Nothing half written is left.
fn ran(source: &Source, text: &[u8]) -> std::result::Result<(Receipt, Cells), Error> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), text).unwrap();
    let outcome = execute(&job(source, folder.path()), &Monitor::silent());
    let left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut left: Vec<_> = left.map(|name| name.into_string().unwrap()).filter(|name| name != "in.csv").collect();
    left.retain(|name| !name.ends_with(".rejects.csv"));
    match outcome {
        Ok(receipt) => {
            assert_eq!(left, ["out.parquet"]);
            Ok((receipt, read_parquet(&folder.path().join("out.parquet"))))
        }
        Err(failure) => {
            assert!(left.is_empty(), "{left:?}");
            Err(failure.error)
        }
    }
}

fn refused(source: &Source, text: &[u8]) -> Error {
    ran(source, text).err().unwrap()
}

/// Whether the source is read in one pass.
fn is_single(source: &Source, text: &[u8]) -> Result<bool> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), text).unwrap();
    let opened = open_stored(source, folder.path(), &AtomicBool::new(false), &|_| ())?;
    // The records are not known before the run has read them.
    Ok(opened.records.is_none())
}

#[test]
fn regular_text_is_read_in_one_pass_and_accounted_for() {
    let text = "id,name,n,x,day,at,yes\n1,\"a, b\",-7,0.50,2024-02-29,2024-01-01 10:30,true\n\
                2,\"two\nlines and \"\"quotes\"\"\",,,,,\n3,,9223372036854775807,1e5,2024-03-01,2024-01-01T10:30:00.5,FALSE\n";
    let columns = [
        ("id", "long"),
        ("name", "string"),
        ("n", "long"),
        ("x", "double"),
        ("day", "date"),
        ("at", "timestamp"),
        ("yes", "boolean"),
    ];
    for text in [text.to_owned(), text.replace('\n', "\r\n"), text.trim_end().to_owned(), format!("\u{feff}{text}")] {
        let source = typed(stored(&columns));
        assert!(is_single(&source, text.as_bytes()).unwrap(), "{text:?}");
        let (receipt, cells) = ran(&source, text.as_bytes()).unwrap();
        let two = text.contains("\r\n");
        let name = if two { "two\r\nlines and \"quotes\"" } else { "two\nlines and \"quotes\"" };
        let cell = |text: &str| Some(text.to_owned());
        assert_eq!(cells.rows.len(), 3);
        assert_eq!(cells.rows[0][2..5], [cell("-7"), cell("0.5"), cell("2024-02-29")]);
        assert_eq!(cells.rows[1][1], cell(name));
        assert_eq!(cells.rows[1][2..], [None, None, None, None, None]);
        assert_eq!(cells.rows[2][2..4], [cell("9223372036854775807"), cell("100000.0")]);
        assert_eq!((&cells.rows[0][6], &cells.rows[2][6]), (&cell("true"), &cell("false")));
        let lines = receipt.inputs[0].dataset_lines.unwrap();
        assert_eq!((lines.physical, lines.accounted, lines.before_data, lines.records), (5, 5, 1, 4));
        assert_eq!((receipt.inputs[0].dataset_records, receipt.rows_in), (Some(3), 3));
    }
}

#[test]
fn what_the_one_pass_finds_is_told_in_full() {
    let good = "1,a\n".repeat(50_000);
    for (kind, value, told) in [
        ("long", "007", "1 of its 50,001 values does not fit, first \"007\" on line 50002 (with leading zeros"),
        ("integer", "007", "with leading zeros"),
        ("whole", "007", "with leading zeros"),
        ("long", "1.5", "first \"1.5\" on line 50002"),
        ("long", "+1", "with a plus sign"),
        // Blanks around a number are no hindrance, but what they stand around is held to the same rule.
        ("long", " 01", "with leading zeros"),
        ("long", "9223372036854775808", "with more digits than a number keeps"),
        ("double", "1_000", "with separators between digits"),
        ("double", "01.5", "with leading zeros"),
        ("double", "oops", "first \"oops\" on line 50002"),
        ("float", "NaN", "that are a word such as NaN"),
        (
            "integer",
            "3000000000",
            "1 of its 50,001 values does not fit, first \"3000000000\" on line 50002 (more than integer can hold)",
        ),
        ("short", "40000", "\"40000\" on line 50002 (more than short can hold)"),
        ("byte", "128", "\"128\" on line 50002 (more than byte can hold)"),
    ] {
        let source = typed(stored(&[("n", kind), ("t", "string")]));
        let text = format!("n,t\n{good}{value},b\n");
        assert!(is_single(&source, text.as_bytes()).unwrap(), "{kind}");
        let error = refused(&source, text.as_bytes());
        assert!(error.message.contains(told) && error.message.contains("column n"), "{kind} {value}: {error}");
    }
    let source = typed(stored(&[("d", "date"), ("t", "string")]));
    let error = refused(&source, b"d,t\n2024-01-01,x\n2024-02-30,y\n2024-13-01,\n");
    assert!(error.message.contains("2 of its 3 values do not fit, first \"2024-02-30\" on line 3"), "{error}");
    assert_eq!(error.kind, ErrorKind::Data);
    let error = refused(&typed(stored(&[("b", "boolean")])), b"b\ntrue\nyes\n");
    assert!(error.message.contains("\"yes\" on line 3"), "{error}");
}

#[test]
fn blanks_around_values_are_left_out_and_counted() {
    let many = "1,1.5,2024-01-01,2024-01-01 10:00,true,x\n".repeat(60_000);
    let text = format!("n,x,d,t,b,s\n{many} 2,2.5 ,\t2024-01-02,2024-01-02 11:00 ,\" false \", y \n\" 3\", 3,,,,\n");
    let kinds = [("n", "long"), ("x", "double"), ("d", "date"), ("t", "timestamp"), ("b", "boolean"), ("s", "string")];
    let told = "values with blanks around them, read without the blanks: 2 in n, 2 in x, 1 in d, 1 in t, 1 in b";
    for source in [typed(None), typed(stored(&kinds))] {
        assert_eq!(is_single(&source, text.as_bytes()).unwrap(), source.columns.is_some());
        let (receipt, cells) = ran(&source, text.as_bytes()).unwrap();
        let row = |cells: &[&str]| crate::table::row(cells);
        assert_eq!(cells.rows[60_000], row(&["2", "2.5", "2024-01-02", "2024-01-02T11:00:00", "false", " y "]));
        assert_eq!(cells.rows[60_001], row(&["3", "3.0", "∅", "∅", "∅", "∅"]));
        assert!(receipt.notes.iter().any(|note| note.ends_with(told)), "{:?}", receipt.notes);
    }
    // Blanks alone are no value of a type.
    let error = refused(&typed(stored(&[("n", "long"), ("t", "string")])), b"n,t\n1,x\n  ,y\n");
    assert!(error.message.contains("\"  \" on line 3"), "{error}");
    // A narrow number, and one with a decimal comma.
    for (kind, value, read) in [("short", " 7", "7"), ("float", "\" 1,5 \"", "1.5")] {
        let text = format!("n;t\n2;x\n{value};y\n");
        let (_, cells) = ran(&typed(stored(&[("n", kind), ("t", "string")])), text.as_bytes()).unwrap();
        assert_eq!(cells.rows[1][0].as_deref(), Some(read), "{kind}");
    }
    assert!(refused(&typed(stored(&[("n", "byte")])), b"n\n 1\n 128\n").message.contains("\"128\" on line 3"));
}

#[test]
fn a_misfit_in_a_column_that_is_dropped_is_told_too() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), "a,b\n1,x\n01,y\n").unwrap();
    let mut job = job(&typed(stored(&[("a", "long"), ("b", "string")])), folder.path());
    job.recipe =
        Recipe::parse(r#"[{"Action": {"Operation": "DELETE", "Parameters": {"sourceColumns": "[\"a\"]"}}}]"#).unwrap();
    let error = execute(&job, &Monitor::silent()).unwrap_err().error;
    assert!(error.message.contains("\"01\" on line 3"), "{error}");
}

#[test]
fn what_is_out_of_shape_is_set_aside_all_the_same() {
    let columns = stored(&[("a", "long"), ("b", "string"), ("c", "string")]);
    let many = "1,x,y\n".repeat(60_000);
    for (odd, aside, rows) in [
        ("2,short\n", 1, 60_000),
        ("2,long,,over\n", 1, 60_000),
        // Too few and too many in one file: the number of delimiters alone would tell nothing.
        ("2,short\n2,too,long,now\n", 2, 60_000),
        ("2,\"a \"stray\" quote\",y\n", 0, 60_001),
        ("\n", 0, 60_000),
        ("2,nul\0,y\n", 1, 60_000),
        ("2,caf\u{fffd}\u{e9},y\n", 0, 60_001),
        ("a,b,c\n", 0, 60_000),
        ("2,\"never closed,y\n", 1, 60_000),
    ] {
        let text = format!("a,b,c\n{many}{odd}");
        let source = typed(columns.clone());
        assert!(is_single(&source, text.as_bytes()).unwrap());
        let (receipt, cells) = ran(&source, text.as_bytes()).unwrap();
        assert_eq!(receipt.set_aside.as_ref().map_or(0, |fact| fact.records), aside, "{odd:?}");
        assert_eq!(cells.rows.len(), rows, "{odd:?}");
        let lines = receipt.inputs[0].dataset_lines.unwrap();
        assert_eq!((lines.physical, lines.accounted), (60_001 + odd.matches('\n').count() as u64, lines.physical));
    }
    let mut bytes = format!("a,b,c\n{many}").into_bytes();
    bytes.extend_from_slice(b"2,caf\xe9,y\n");
    let (receipt, cells) = ran(&typed(columns), &bytes).unwrap();
    assert!(receipt.set_aside.is_none() && cells.rows[60_000][1].as_deref() == Some("café"));
}

#[test]
fn the_layout_of_the_file_is_held_against_the_stored_columns() {
    let columns = stored(&[("a", "long"), ("b", "string")]);
    // Another order of columns is no other table.
    let (_, cells) = ran(&typed(columns.clone()), b"b,a\nx,1\n").unwrap();
    assert_eq!(
        (cells.names.as_slice(), &cells.rows[0][1]),
        (["b".to_owned(), "a".to_owned()].as_slice(), &Some("1".into()))
    );
    let error = refused(&typed(columns.clone()), b"b,a\n007,x\n");
    assert!(error.message.contains("column a") && error.message.contains("\"x\" on line 2"), "{error}");
    let error = refused(&typed(columns.clone()), b"a,c\n1,x\n");
    assert!(error.message.contains("column b of dataset orders is not in the file; new in it: c"), "{error}");
    let (receipt, cells) = ran(&typed(columns.clone()), b"a,b,c\n1,x,5\n").unwrap();
    assert_eq!(cells.names, ["a", "b", "c"]);
    assert!(receipt.notes.iter().any(|note| note.contains("column c is new")), "{:?}", receipt.notes);
    let (receipt, cells) = ran(&typed(columns.clone()), b"a,b\n").unwrap();
    assert_eq!((cells.rows.len(), cells.names.len(), receipt.rows_in), (0, 2, 0));
    // A file of nothing at all has no columns, so that those that are stored are not in it.
    let error = refused(&typed(columns), b"");
    assert_eq!(error.kind, ErrorKind::Column, "{error}");
    assert!(error.to_string().contains("the file is empty"), "{error}");
}

const JOIN: &str = r#"[{"Action": {"Operation": "JOIN", "Parameters": {"secondaryDatasetName": "more", "joinType": "HOW",
    "joinKeys": "[{\"key\":\"a\",\"value\":\"k\"}]", "leftColumns": "[\"a\"]", "rightColumns": "[\"name\"]"}}}]"#;
const UNION: &str = r#"[{"Action": {"Operation": "UNION", "Parameters": {"secondaryDatasetNames": "[\"more\"]",
    "datasetsColumns": "[[\"a\"],[\"k\"]]", "targetColumnNames": "[\"a\"]"}}}]"#;

/// Runs a recipe over two tables with stored types: the outcome, and whether a typing pass was made.
fn beside(steps: &str, left: &str, right: &str) -> (std::result::Result<(Receipt, Cells), Error>, bool) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), left).unwrap();
    std::fs::write(folder.path().join("more.csv"), right).unwrap();
    let more = Source {
        name: "more".into(),
        columns: stored(&[("k", "long"), ("name", "string"), ("x", "long")]),
        ..source("more.csv")
    };
    let mut job = job(&typed(stored(&[("a", "long")])), folder.path());
    job.others = vec![more];
    job.recipe = Recipe::parse(steps).unwrap();
    let passes = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&passes);
    let hear = move |progress: &Progress| heard.fetch_or(progress.phase == "types", Ordering::Relaxed);
    let outcome = execute(
        &job,
        &Monitor::new(Arc::default(), move |progress| {
            let _ = hear(progress);
        }),
    );
    let outcome = outcome.map(|receipt| (receipt, read_parquet(&folder.path().join("out.parquet"))));
    assert_eq!(folder.path().join("out.parquet").exists(), outcome.is_ok());
    (outcome.map_err(|failure| failure.error), passes.load(Ordering::Relaxed))
}

#[test]
fn tables_beside_are_checked_while_the_run_reads() {
    let right = "k,name,x\n1,Ada,5\n2,\"Bo, the\nsecond\",6\n9,Cy,\n";
    for (steps, rows) in
        [(JOIN.replace("HOW", "LEFT_JOIN"), 3), (JOIN.replace("HOW", "INNER_JOIN"), 2), (UNION.to_owned(), 6)]
    {
        let (outcome, passed) = beside(&steps, "a\n1\n2\n3\n", right);
        let (receipt, cells) = outcome.unwrap();
        assert!(!passed, "no typing pass: {steps}");
        assert_eq!(cells.rows.len(), rows);
        let fact = &receipt.inputs[1];
        let lines = fact.dataset_lines.unwrap();
        assert_eq!((fact.dataset_records, lines.physical, lines.accounted, lines.before_data), (Some(3), 5, 5, 1));
    }
    // What no step reads is looked at all the same, and so is what the plan need not read to its end.
    for (steps, left) in [("[]".to_owned(), "a\n1\n"), (JOIN.replace("HOW", "INNER_JOIN"), "a\n")] {
        let (outcome, _) = beside(&steps, left, right);
        assert_eq!(outcome.unwrap().0.inputs[1].dataset_records, Some(3), "{steps}");
        let error = beside(&steps, left, "k,name,x\n1,Ada,007\n").0.unwrap_err();
        assert!(
            error.message.contains("column x is stored as whole number") || error.message.contains("\"007\" on line 2"),
            "{error}"
        );
    }
}

#[test]
fn what_does_not_fit_in_a_table_beside_is_told_in_full() {
    let right = "k,name,x\n1,Ada,5\n2,Bo,oops\n";
    let figures = r#",{"Action": {"Operation": "FILL_WITH_AVERAGE", "Parameters": {"sourceColumn": "a"}}}]"#;
    let union = UNION.strip_suffix(']').unwrap();
    for steps in [JOIN.replace("HOW", "LEFT_JOIN"), UNION.to_owned(), format!("{union}{figures}")] {
        let error = beside(&steps, "a\n1\n2\n", right).0.unwrap_err();
        assert!(error.message.contains("column x") && error.message.contains("\"oops\" on line 3"), "{error}");
        assert_eq!(error.kind, ErrorKind::Data);
    }
    // A record that does not fit is set aside as ever.
    let (outcome, _) = beside(&JOIN.replace("HOW", "LEFT_JOIN"), "a\n1\n", "k,name,x\n1,Ada,5\n2,Bo\n");
    let (receipt, _) = outcome.unwrap();
    assert_eq!((receipt.set_aside.unwrap().records, receipt.inputs[1].dataset_records), (1, Some(1)));
}

#[test]
fn dates_and_decimals_are_read_as_the_first_records_write_them() {
    let source = typed(stored(&[("d", "date"), ("x", "double")]));
    let many = "31.12.2024;1,5\n01.02.2024;1\n".repeat(20_000);
    let text = format!("d;x\n{many}");
    assert!(is_single(&source, text.as_bytes()).unwrap());
    let (_, cells) = ran(&source, text.as_bytes()).unwrap();
    assert_eq!(cells.rows[1], [Some("2024-02-01".to_owned()), Some("1.0".to_owned())]);
    for (line, told) in [
        ("12.31.2024;1\n", "\"12.31.2024\" on line 40002"),
        ("31/12/2024;1\n", "column d"),
        ("2024-12-31;1\n", "column d"),
        ("01.01.2024;1.5\n", "column x"),
    ] {
        let error = refused(&source, format!("{text}{line}").as_bytes());
        assert!(error.message.contains(told), "{line}: {error}");
    }
    // Where nothing proves the order, the whole file is asked, and then a person.
    let error = refused(&source, b"d;x\n01.02.2024;1,5\n");
    assert!(error.message.contains("column d"), "{error}");
    let options =
        ReadOptions { date_order: Some(brewhouse_engine::source::DateOrder::MonthFirst), ..source.options.clone() };
    let (_, cells) = ran(&Source { options, ..source }, b"d;x\n01.02.2024;1,5\n").unwrap();
    assert_eq!(cells.rows[0][0].as_deref(), Some("2024-01-02"));
}

#[test]
fn dates_without_leading_zeros_are_read_as_the_first_records_write_them() {
    let options =
        ReadOptions { date_order: Some(brewhouse_engine::source::DateOrder::DayFirst), ..ReadOptions::default() };
    let source = Source { options, ..typed(stored(&[("d", "date")])) };
    let text = format!("d\n{}", "4/11/2023\n25/12/2023\n".repeat(20_000));
    assert!(is_single(&source, text.as_bytes()).unwrap());
    let (_, cells) = ran(&source, text.as_bytes()).unwrap();
    assert_eq!((cells.rows[0][0].as_deref(), cells.rows[1][0].as_deref()), (Some("2023-11-04"), Some("2023-12-25")));
    for line in ["04/12/2023\n", "4.11.2023\n", "12/25/2023\n", "4/11/23\n"] {
        let error = refused(&source, format!("{text}{line}").as_bytes());
        assert!(error.message.contains("column d"), "{line}: {error}");
    }
    // Where the first records tell nothing of zeros, the whole file is asked.
    let late = format!("d\n{}4/11/2023\n", "12/10/2024\n".repeat(40_000));
    assert!(!is_single(&source, late.as_bytes()).unwrap());
    let (_, cells) = ran(&source, late.as_bytes()).unwrap();
    assert_eq!(
        (cells.rows[0][0].as_deref(), cells.rows[40_000][0].as_deref()),
        (Some("2024-10-12"), Some("2023-11-04"))
    );
}

#[test]
fn other_files_are_told_with_their_records() {
    let known = Known { files: Vec::new(), records: Some(7) };
    let source = Source { known: Some(known), ..typed(stored(&[("a", "long")])) };
    let (receipt, _) = ran(&source, b"a\n1\n2\n").unwrap();
    let told = receipt.notes.iter().any(|note| note.contains("every value of in.csv (2 records) fits them"));
    assert!(told, "{:?}", receipt.notes);
}

#[test]
fn only_the_first_rows_are_no_proof() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), "a\n1\n007\n").unwrap();
    let mut job = job(&typed(stored(&[("a", "long")])), folder.path());
    job.limit = Some(1);
    let error = execute(&job, &Monitor::silent()).unwrap_err().error;
    assert!(error.message.contains("\"007\" on line 3"), "{error}");
}

/// Values at the borders of what a number holds.
fn borders() -> Vec<String> {
    let plain = [
        "0",
        "00",
        "007",
        "1",
        "12",
        "1.5",
        "0.1",
        "00.1",
        ".5",
        "5.",
        ".",
        "1e5",
        "1E-3",
        "1e",
        "1.2.3",
        "+4",
        " 1",
        "1 ",
        "0x1F",
        "1_000",
        "999999999999999",
        "9999999999999999",
        "999999999999999999",
        "0.123456789012345",
        "0.1234567890123456",
        "123456789012345.6",
        "9223372036854775807",
        "9223372036854775808",
        "92233720368547758070",
        "0.0",
        "0.000000000000001",
        "179769313486231570000000000000000000000",
        "1.10",
        "10.00",
        "٣",
        "1٣",
        "NaN",
        "inf",
        "-",
        "1.0000000000000000000001",
        "8.41",
        "0.3",
        "4.35",
        "2.675",
        "1234567.891",
        "9007199254740993",
        "9007199254740.993",
    ];
    plain.iter().flat_map(|text| [(*text).to_owned(), format!("-{text}")]).collect()
}

#[test]
fn one_pass_takes_and_refuses_what_two_do() {
    let folder = tempfile::tempdir().unwrap();
    for (kind, value) in
        ["long", "double", "float"].into_iter().flat_map(|kind| borders().into_iter().map(move |v| (kind, v)))
    {
        // The first record is regular, so that one pass begins; the value comes behind it.
        let text = format!("n,t\n1,x\n{value},y\n");
        std::fs::write(folder.path().join("in.csv"), &text).unwrap();
        let source = typed(stored(&[("n", kind), ("t", "string")]));
        let whole = open(&source, folder.path(), &AtomicBool::new(false), &|_| ());
        let single = open_stored(&source, folder.path(), &AtomicBool::new(false), &|_| ()).unwrap();
        assert_eq!(single.records, None);
        let read = run(single.frame);
        match whole {
            Ok(opened) => {
                let (wanted, read) =
                    (run(opened.frame).unwrap(), read.unwrap_or_else(|e| panic!("{kind} {value}: {e}")));
                assert!(wanted.equals_missing(&read), "{kind} {value}: {wanted} {read}");
            }
            Err(error) => {
                assert_eq!(read.unwrap_err().kind, ErrorKind::Data, "{kind} {value}: {error}");
            }
        }
    }
}
