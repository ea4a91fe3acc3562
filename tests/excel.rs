//! Workbooks in and out: sheets, dates by both epochs, errors, formulas without value, sizes, ids that stay text.

use crate::table::{kinds, open, read_parquet, row, run, source, target, through_as, write};
use brewhouse_engine::source::{Opened, ReadOptions, Source};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use std::path::Path;

fn sheet(name: &str, book: &str) -> Source {
    let options = ReadOptions { sheet: (!name.is_empty()).then(|| name.to_owned()), ..ReadOptions::default() };
    Source { options, ..source(book) }
}

fn cells(opened: Opened, folder: &Path) -> Vec<Vec<Option<String>>> {
    let out = folder.join("out.parquet");
    let _ = std::fs::remove_file(&out);
    write(&opened, &target(&out)).unwrap();
    read_parquet(&out).rows
}

/// A book with a title above the table, two sheets, and every kind of cell.
fn messy(path: &Path) {
    let mut book = Workbook::new();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let sheet = book.add_worksheet();
    sheet.set_name("Orders").unwrap();
    sheet.write_string(0, 0, "Orders of May").unwrap();
    for (at, name) in ["id", "amount", "day", "at", "paid", "note"].into_iter().enumerate() {
        sheet.write_string(2, u16::try_from(at).unwrap(), name).unwrap();
    }
    for line in 0..4_u32 {
        let row = line + 3;
        sheet.write_string(row, 0, format!("{:05}", line + 1)).unwrap();
        sheet.write_number(row, 1, f64::from(line) * 1.25).unwrap();
        let date = ExcelDateTime::from_ymd(2024, 2, 28 + u8::try_from(line % 2).unwrap()).unwrap();
        sheet.write_datetime_with_format(row, 2, &date, &day).unwrap();
        let at =
            ExcelDateTime::from_ymd(2024, 3, 1).unwrap().and_hms(u16::try_from(line).unwrap() * 6, 30, 0.0).unwrap();
        sheet.write_datetime_with_format(row, 3, &at, &moment).unwrap();
        sheet.write_boolean(row, 4, line % 2 == 0).unwrap();
    }
    sheet.write_string(3, 5, "two\nlines, \"quoted\"").unwrap();
    sheet.write_formula(4, 5, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    sheet.write_formula(5, 5, Formula::new("=A1").set_result("")).unwrap();
    let second = book.add_worksheet();
    second.set_name("Far").unwrap();
    second.write_string(0, 0, "a").unwrap();
    second.write_number(1, 0, 1).unwrap();
    second.write_number(1_048_575, 0, 2).unwrap();
    book.save(path).unwrap();
}

#[test]
fn a_sheet_is_typed_column_by_column() {
    let folder = tempfile::tempdir().unwrap();
    messy(&folder.path().join("in.xlsx"));
    let opened = open(&source("in.xlsx"), folder.path()).unwrap();
    assert_eq!(kinds(&opened), ["string", "double", "date", "timestamp", "boolean", "string"]);
    assert_eq!(opened.records, Some(4));
    assert!(opened.notes.iter().any(|note| note.contains("sheet Orders was read, of 2")), "{:?}", opened.notes);
    let rows = cells(opened, folder.path());
    let first = ["00001", "0.0", "2024-02-28", "2024-03-01T00:30:00", "true", "two\nlines, \"quoted\""];
    assert_eq!(rows[0], row(&first));
    assert_eq!(rows[1][..5], row(&["00002", "1.25", "2024-02-29", "2024-03-01T06:30:00", "false"]));
}

#[test]
fn sheets_are_chosen_by_name_or_number_and_far_cells_cost_nothing() {
    let folder = tempfile::tempdir().unwrap();
    messy(&folder.path().join("in.xlsx"));
    for name in ["Far", "2"] {
        let opened = open(&sheet(name, "in.xlsx"), folder.path()).unwrap();
        assert_eq!((kinds(&opened), opened.columns[0].name.as_str()), (vec!["long"], "a"));
        let frame = run(opened.frame).unwrap();
        assert_eq!(frame.column("a").unwrap().i64().unwrap().iter().flatten().sum::<i64>(), 3);
    }
    let error = open(&sheet("Gone", "in.xlsx"), folder.path()).err().unwrap();
    assert!(error.message.contains("no sheet Gone") && error.advice.unwrap().contains("Orders, Far"));
    std::fs::write(folder.path().join("bad.xlsx"), "no workbook").unwrap();
    let error = open(&source("bad.xlsx"), folder.path()).err().unwrap();
    assert!(error.message.contains("no whole workbook"), "{error}");
    std::fs::write(folder.path().join("empty.xls"), "").unwrap();
    assert!(open(&source("empty.xls"), folder.path()).is_err());
}

#[test]
fn a_workbook_holds_what_was_written() {
    let text = "id,big,n,x,day,at,flag,risky\n\
        00123,12345678901234567,1,0.5,2024-02-29,2024-02-29 10:30:00,true,=1+1\n\
        ,,,,,,,\n\
        1e5,-9223372036854775808,-3,-2.25,1900-01-01,1899-12-31 00:00:00,false,@x\n\
        ,,,,,,,\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), text).unwrap();
    let opened = open(&source("in.csv"), folder.path()).unwrap();
    assert_eq!(kinds(&opened), ["string", "long", "long", "double", "date", "timestamp", "boolean", "string"]);
    let written = write(&opened, &target(folder.path().join("out.xlsx"))).unwrap();
    assert_eq!((written.rows, written.files.len()), (4, 1));
    let again = open(&source("out.xlsx"), folder.path()).unwrap();
    assert_eq!(
        again.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(),
        ["id", "big", "n", "x", "day", "at", "flag", "risky"]
    );
    let rows = cells(again, folder.path());
    assert_eq!(
        rows[0],
        row(&["00123", "12345678901234567", "1", "0.5", "2024-02-29", "2024-02-29T10:30:00", "true", "=1+1"])
    );
    let last = rows.iter().find(|row| row[0].as_deref() == Some("1e5")).unwrap();
    assert_eq!(
        *last,
        row(&["1e5", "-9223372036854775808", "-3", "-2.25", "1900-01-01", "1899-12-31T00:00:00", "false", "@x"])
    );
}

#[test]
fn dates_before_the_first_one_are_counted_backwards() {
    let folder = tempfile::tempdir().unwrap();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let long = Format::new().set_num_format("[h]:mm:ss");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in ["day", "at", "odd", "spent"].into_iter().enumerate() {
        sheet.write(0, u16::try_from(column).unwrap(), name).unwrap();
    }
    // As LibreOffice and openpyxl count: 0 is 1899-12-30. Worked out with Python: date(1899, 12, 30) + timedelta(days=...).
    for (row, (days, at, odd, spent)) in
        [(-18_000.0, -1.5, -693_593.0, -0.5), (45_351.0, 45_351.5, -693_594.0, 1.25)].into_iter().enumerate()
    {
        let row = u32::try_from(row).unwrap() + 1;
        sheet.write_with_format(row, 0, days, &day).unwrap();
        sheet.write_with_format(row, 1, at, &time).unwrap();
        sheet.write_with_format(row, 2, odd, &day).unwrap();
        sheet.write_with_format(row, 3, spent, &long).unwrap();
    }
    book.save(folder.path().join("in.xlsx")).unwrap();
    let opened = open(&source("in.xlsx"), folder.path()).unwrap();
    // There is no date before the year 1: the number stays, and nothing is lost.
    assert_eq!(kinds(&opened), ["date", "timestamp", "string", "string"]);
    assert_eq!(
        cells(opened, folder.path()),
        [
            row(&["1850-09-18", "1899-12-28T12:00:00", "0001-01-01", "-12:00:00"]),
            row(&["2024-02-29", "2024-02-29T12:00:00", "-693594", "30:00:00"])
        ]
    );
}

#[test]
fn what_a_sheet_cannot_hold_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), format!("a,b\n1,{}\n", "x".repeat(40_000))).unwrap();
    let opened = open(&source("in.csv"), folder.path()).unwrap();
    let inputs: Vec<_> = opened.files.iter().map(|file| file.path.clone()).collect();
    let out = target(folder.path().join("out.xlsx"));
    let staging = brewhouse_engine::sink::prepare(&out, &inputs, &opened.schema).unwrap();
    assert!(run(staging.attach(opened.frame.clone()).unwrap()).is_err());
    let error = staging.refused().unwrap();
    assert!(error.message.contains("column b in row 1"), "{error}");
    let names: Vec<_> = (0..16_385).map(|at| format!("c{at}")).collect();
    let wide = through_as(format!("{}\n", names.join(",")), &source("in.csv"));
    assert!(wide.is_ok());
    let parts = brewhouse_engine::sink::Target { max_rows_per_file: Some(5), ..out };
    assert!(brewhouse_engine::sink::prepare(&parts, &inputs, &opened.schema).is_err());
}

#[test]
fn documents_of_json_and_xml() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), "id,a b,n\n001,\"x <&> \"\"y\"\"\nz\",1\n002,,2.5\n").unwrap();
    let opened = open(&source("in.csv"), folder.path()).unwrap();
    let json =
        brewhouse_engine::sink::Target { format: Some("json-array".into()), ..target(folder.path().join("out.json")) };
    assert_eq!(write(&opened, &json).unwrap().rows, 2);
    let text = std::fs::read_to_string(&json.path).unwrap();
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    let wanted = serde_json::json!([
        {"id": "001", "a b": "x <&> \"y\"\nz", "n": 1.0}, {"id": "002", "a b": null, "n": 2.5}
    ]);
    assert_eq!(read, wanted);
    let again = open(&source("out.json"), folder.path()).unwrap();
    assert_eq!((again.records, kinds(&again)), (Some(2), vec!["string", "string", "double"]));
    let xml = target(folder.path().join("out.xml"));
    assert_eq!(write(&opened, &xml).unwrap().rows, 2);
    let text = std::fs::read_to_string(&xml.path).unwrap();
    let first = "<row><cell name=\"id\">001</cell><cell name=\"a b\">x &lt;&amp;&gt; &quot;y&quot;&#10;z</cell><cell name=\"n\">1</cell></row>";
    assert_eq!(
        text.lines().collect::<Vec<_>>()[2..],
        [first, "<row><cell name=\"id\">002</cell><cell name=\"n\">2.5</cell></row>", "</rows>"]
    );
    std::fs::write(folder.path().join("in.csv"), "id,v\nx,a\u{1}b\n").unwrap();
    let odd = open(&source("in.csv"), folder.path()).unwrap();
    let staging = brewhouse_engine::sink::prepare(&target(folder.path().join("odd.xml")), &[], &odd.schema).unwrap();
    assert!(run(staging.attach(odd.frame).unwrap()).is_err());
    assert!(staging.refused().unwrap().message.contains("control character"));
    std::fs::write(folder.path().join("in.csv"), "id,v\n").unwrap();
    let none = open(&source("in.csv"), folder.path()).unwrap();
    for path in ["none.xml", "none.json_array", "none.xlsx"] {
        assert_eq!(write(&none, &target(folder.path().join(path))).unwrap().rows, 0, "{path}");
    }
}

#[test]
fn the_first_sheet_that_is_seen_is_read_from_where_its_table_begins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.xlsx");
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Secret").unwrap().set_hidden(true).write(0, 0, "hidden").unwrap();
    let sheet = book.add_worksheet().set_name("Seen").unwrap();
    sheet.set_active(true).set_first_tab(true);
    for (row, cells) in [["a", "b"], ["1", "x"], ["2", "y"]].into_iter().enumerate() {
        for (column, text) in cells.into_iter().enumerate() {
            sheet.write(u32::try_from(row).unwrap() + 5, u16::try_from(column).unwrap() + 3, text).unwrap();
        }
    }
    // As sums come out of a sheet: more digits than people write.
    sheet.write(5, 5, "sum").unwrap().write(6, 5, 0.1 + 0.2).unwrap().write(7, 5, 1.5).unwrap();
    book.save(&path).unwrap();
    let opened = open(&source("in.xlsx"), folder.path()).unwrap();
    assert_eq!(kinds(&opened), ["long", "string", "double"]);
    let out = folder.path().join("out.parquet");
    write(&opened, &target(&out)).unwrap();
    let cells = read_parquet(&out);
    assert_eq!(cells.names, ["a", "b", "sum"]);
    assert_eq!(cells.rows, [row(&["1", "x", "0.30000000000000004"]), row(&["2", "y", "1.5"])]);
    assert!(opened.notes.iter().any(|note| note == "the table begins at D6"), "{:?}", opened.notes);
    let hidden = ReadOptions { sheet: Some("Secret".into()), ..ReadOptions::default() };
    let opened = open(&Source { options: hidden, ..source("in.xlsx") }, folder.path()).unwrap();
    assert_eq!(opened.columns[0].name, "hidden");
}

#[test]
fn what_only_the_end_of_a_sheet_tells_holds_for_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let (day, clock) = (Format::new().set_num_format("yyyy-mm-dd"), Format::new().set_num_format("yyyy-mm-dd hh:mm"));
    // The names begin one column further right than the cells, and only the last date has a time.
    sheet.write(0, 2, "at").unwrap().write(0, 3, "name").unwrap();
    for (row, text) in [(1, "a"), (2, "b"), (3, "c")] {
        sheet.write_with_format(row, 2, 45292.0 + f64::from(row), &day).unwrap().write(row, 3, text).unwrap();
    }
    sheet.write_with_format(4, 2, 45300.75, &clock).unwrap().write(4, 3, "d").unwrap().write(4, 1, 7).unwrap();
    book.save(folder.path().join("in.xlsx")).unwrap();
    let opened = open(&source("in.xlsx"), folder.path()).unwrap();
    assert_eq!(kinds(&opened), ["long", "timestamp", "string"]);
    assert!(opened.notes.iter().any(|note| note == "the table begins at B1"), "{:?}", opened.notes);
    let rows = cells(opened, folder.path());
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0], [None, Some("2024-01-02T00:00:00".into()), Some("a".into())]);
    assert_eq!(rows[3], row(&["7", "2024-01-09T18:00:00", "d"]));
}

#[test]
fn text_that_is_called_a_workbook_is_read_as_text() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.xls"), "a\tb\n007\t1\n").unwrap();
    let opened = open(&source("in.xls"), folder.path()).unwrap();
    assert_eq!(kinds(&opened), ["string", "long"]);
    assert!(opened.notes.iter().any(|note| note.contains("no workbook but delimited text")), "{:?}", opened.notes);
    std::fs::write(folder.path().join("in.xls"), "<html><table><tr><td>a</td></tr></table></html>").unwrap();
    let error = open(&source("in.xls"), folder.path()).err().unwrap();
    assert!(error.message.contains("a page of tags"), "{error}");
}
