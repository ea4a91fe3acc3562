//! Sources: real messy files come in with the right types, or say what is wrong.

use crate::table::{
    kinds, open, read_parquet, row, run, source, stored, target, through, through_as, with_nulls, write,
};
use brewhouse_engine::ErrorKind;
use brewhouse_engine::source::{Opened, ReadOptions, Source, open_head, open_stored};
use std::sync::atomic::AtomicBool;

const HOSTILE: &[&[&str]] = &[
    &["00123", "00456"],
    &["1e5", "2e7"],
    &["5E1", "7"],
    &["+49 30", "+1 555"],
    &["+5", "6"],
    &["12345678901234567890", "1"],
    &["9223372036854775808", "1"],
    &["1_000", "2_000"],
    &["0x1F", "0x20"],
    &["NaN", "1.5"],
    &["inf", "2"],
    &["-0", "1"],
    &["-0.0", "1"],
    &["00.5", "1.5"],
    &[".5", "1.5"],
    &["5.", "1.5"],
    &[" 05", "6"],
    &["05 ", "6"],
    &["1-2", "3-4"],
    &["4111111111111111", "1.5"],
    &["0.1234567890123456789", "0.5"],
    &["True", "true"],
    &["TRUE", "yes"],
    &["2024-02-30", "2024-02-01"],
    &["2024-2-3", "2024-02-01"],
    &["2024-01-01 10:00", "2024-01-01T10:00"],
    &["2024-01-01", "2024-01-01 10:00"],
    &["2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z"],
    &["2024-01-01 24:00", "2024-01-01 10:00"],
    &["0000-01-01", "2024-01-01"],
    &["12:30", "13:45"],
    &["ＡＢＣ", "日本"],
    &["\u{feff}x", "y"],
    &["１２３", "４"],
    &["1,000", "2,000"],
    &["a\tb", "c"],
];

#[test]
fn hostile_values_stay_text_byte_for_byte() {
    let mut text = String::new();
    let names: Vec<_> = (0..HOSTILE.len()).map(|at| format!("c{at}")).collect();
    text += &(names.join(",") + "\n");
    for line in 0..2 {
        let cells: Vec<_> = HOSTILE.iter().map(|values| format!("\"{}\"", values[line])).collect();
        text += &(cells.join(",") + "\n");
    }
    let (opened, cells) = through(&text);
    for (at, column) in opened.columns.iter().enumerate() {
        assert_eq!(column.kind, "string", "{:?} became {}", HOSTILE[at], column.kind);
    }
    for line in 0..2 {
        let expected: Vec<_> = HOSTILE.iter().map(|values| values[line]).collect();
        assert_eq!(cells.rows[line], row(&expected));
    }
}

#[test]
fn types_come_from_every_row_and_the_last_line_counts() {
    let mut text = String::from("whole,decimal,flag,day,at,text\n");
    for number in 0..60_000 {
        text += &format!("{number},{number}.25,true,2024-02-29,2024-02-29 10:30:00,{number}\n");
    }
    let (opened, cells) = through(&text);
    assert_eq!(kinds(&opened), ["long", "double", "boolean", "date", "timestamp", "long"]);
    assert_eq!(opened.records, Some(60_000));
    assert_eq!(cells.rows[59_999], row(&["59999", "59999.25", "true", "2024-02-29", "2024-02-29T10:30:00", "59999"]));
    text += "1,1.5,false,2024-03-01,2024-03-01 00:00:00.5,007\n";
    let (opened, cells) = through(&text);
    assert_eq!(kinds(&opened), ["long", "double", "boolean", "date", "timestamp", "string"]);
    assert_eq!(cells.rows[60_000], row(&["1", "1.5", "false", "2024-03-01", "2024-03-01T00:00:00.500", "007"]));
    let reason = opened.verdict[5].reason.clone().unwrap();
    assert!(reason.contains("1 value with leading zeros") && reason.contains("line 60002"), "{reason}");
}

#[test]
fn one_odd_value_in_each_column_at_the_end() {
    for (good, odd) in
        [("1", "x"), ("1.5", "1e5"), ("true", "TRUE"), ("2024-01-01", "2024-13-01"), ("2024-01-01 10:00", "2024-01-01")]
    {
        let text = format!("a,b\n{}{odd},1\n", format!("{good},1\n").repeat(1000));
        let (opened, cells) = through(&text);
        assert_eq!(kinds(&opened), ["string", "long"], "{good} {odd}");
        assert_eq!(cells.rows[1000][0].as_deref(), Some(odd));
        assert!(good == "true" || opened.verdict[0].reason.is_some(), "{good} {odd}");
    }
}

#[test]
fn numbers_close_to_zero_are_numbers_as_programs_write_them() {
    for small in ["1.23456789e-10", "-1.5e-7", "2.5E-05", "1.0E-4", "9.007199254740993e-300"] {
        let (opened, cells) = through(format!("a,b\n{small},1\n-20000.123456,2\n"));
        assert_eq!(kinds(&opened), ["double", "long"], "{small}");
        let number: f64 = cells.rows[0][0].as_deref().unwrap().parse().unwrap();
        assert_eq!(number.to_bits(), small.parse::<f64>().unwrap().to_bits());
        assert_eq!(opened.verdict[0].zeros, 0, "{small}");
    }
    // Codes, what a spreadsheet leaves of a long number, and what no number holds.
    for code in
        ["1e-7", "12e-3", "12.5e-3", "0.5e-3", "1.5e7", "1.23457E+15", "1.5e-400", "1.e-7", "1.2345678901234567890e-5"]
    {
        let (opened, cells) = through(format!("a,b\n{code},1\n-20000.123456,2\n"));
        assert_eq!(kinds(&opened), ["string", "long"], "{code}");
        assert_eq!(cells.rows[0][0].as_deref(), Some(code));
    }
}

#[test]
fn quotes_line_ends_and_marks_of_windows() {
    let text = "\u{feff}name,note,n\r\n\"Ann, \"\"A\"\"\",\"two\nlines\",1\r\nBob,,2\r\n\"\",\"x\r\ny\",3";
    let (opened, cells) = through(text);
    assert_eq!(cells.names, ["name", "note", "n"]);
    assert_eq!(kinds(&opened), ["string", "string", "long"]);
    assert_eq!(opened.records, Some(3));
    assert_eq!(
        cells.rows,
        [row(&["Ann, \"A\"", "two\nlines", "1"]), row(&["Bob", "∅", "2"]), row(&["", "x\r\ny", "3"])]
    );
}

#[test]
fn quoted_numbers_may_be_missing() {
    let (opened, cells) = through("a,b,d\n\"1\",\"x\",\"2024-01-01\"\n\"\",\"\",\"\"\n\"3\",y,\n");
    assert_eq!(kinds(&opened), ["long", "string", "date"]);
    assert_eq!(cells.rows, [row(&["1", "x", "2024-01-01"]), row(&["∅", "", "∅"]), row(&["3", "y", "∅"])]);
    assert_eq!((opened.verdict[0].values, opened.verdict[0].missing), (2, 1));
    assert_eq!((opened.verdict[1].values, opened.verdict[1].missing), (3, 0));
}

#[test]
fn tiny_files() {
    let (opened, cells) = through("a,b\n");
    assert_eq!((opened.records, cells.names.len(), cells.rows.len()), (Some(0), 2, 0));
    let (opened, cells) = through("a,b");
    assert_eq!((opened.records, cells.names.len(), cells.rows.len()), (Some(0), 2, 0));
    let (_, cells) = through("a,b\n1,2");
    assert_eq!(cells.rows, [row(&["1", "2"])]);
    let (opened, cells) = through("a\n1\n\n3\n");
    assert_eq!((opened.records, kinds(&opened)), (Some(3), vec!["long"]));
    assert_eq!(cells.rows, [row(&["1"]), row(&["∅"]), row(&["3"])]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), "").unwrap();
    let opened = open(&source("in.csv"), folder.path()).unwrap();
    assert_eq!((opened.records, opened.columns.len()), (Some(0), 0));
    assert!(opened.notes[0].contains("empty"));
}

#[test]
fn blank_lines_are_no_rows() {
    let (opened, cells) = through("\n\na,b\n1,2\n\n3,4\r\n\r\n\n");
    assert_eq!(opened.records, Some(2));
    assert_eq!(cells.rows, [row(&["1", "2"]), row(&["3", "4"])]);
    assert!(opened.notes.iter().any(|note| note.contains("blank lines")), "{:?}", opened.notes);
    let (opened, cells) = through("a,b\n1,2\n\n,\n3,4\n\n");
    assert_eq!(opened.records, Some(3));
    assert_eq!(cells.rows, [row(&["1", "2"]), row(&["∅", "∅"]), row(&["3", "4"])]);
}

#[test]
fn stray_quotes_are_ordinary_characters() {
    let (opened, cells) = through("size,what\n5\" pipe,a\n6,\"b\nc\"\n3\"x\"4,d\n");
    assert_eq!(opened.records, Some(3));
    assert_eq!(cells.rows, [row(&["5\" pipe", "a"]), row(&["6", "b\nc"]), row(&["3\"x\"4", "d"])]);
    let (opened, cells) = through("size,what\n5\" pipe,a\n6,b\n");
    assert!(opened.notes.is_empty(), "read as it is");
    assert_eq!(cells.rows, [row(&["5\" pipe", "a"]), row(&["6", "b"])]);
    let (_, cells) = through("size,what\n\"abc\"def,a\n6,b\n");
    assert_eq!(cells.rows, [row(&["\"abc\"def", "a"]), row(&["6", "b"])]);
    let (opened, cells) = through("a,b\n1,\"never closed\n2,3\n");
    assert_eq!(cells.rows, [row(&["2", "3"])]);
    assert_eq!(aside(&opened), [(2, "a quote that is never closed".to_owned())]);
}

fn aside(opened: &Opened) -> Vec<(u64, String)> {
    let set_aside = &opened.text.as_ref().unwrap().set_aside;
    assert_eq!(set_aside.records, set_aside.first.len() as u64);
    set_aside.first.iter().map(|reject| (reject.line, reject.reason.clone())).collect()
}

#[test]
fn ragged_records_are_never_cut() {
    let ragged = "a,b,c\n1,2,3\n4\n5,6\n7,8,9\n1,2,3,4\n";
    let (opened, cells) = through(ragged);
    assert_eq!(cells.rows, [row(&["1", "2", "3"]), row(&["7", "8", "9"])]);
    let few = |line, fields| (line, format!("too few fields: {fields}, not 3"));
    assert_eq!(aside(&opened), [few(3, 1), few(4, 2), (6, "too many fields: 4, not 3".to_owned())]);
    let fill = ReadOptions { fill_short: true, ..ReadOptions::default() };
    let (opened, cells) = through_as(ragged, &Source { options: fill, ..source("in.csv") }).unwrap();
    assert_eq!(cells.rows[1..3], [row(&["4", "∅", "∅"]), row(&["5", "6", "∅"])]);
    assert!(opened.notes.iter().any(|note| note.contains("2 (lines 3, 4)")), "{:?}", opened.notes);
    assert_eq!(aside(&opened), [(6, "too many fields: 4, not 3".to_owned())]);
    let (opened, cells) = through("a,b\n1,2,\n3,4\n");
    assert_eq!(cells.rows, [row(&["1", "2"]), row(&["3", "4"])]);
    assert!(opened.notes.iter().any(|note| note.contains("beyond the last column")), "{:?}", opened.notes);
}

#[test]
fn delimiters_and_headers() {
    for (text, names) in [
        ("a;b\n1,5;2\n", ["a", "b"]),
        ("a\tb\n1\t2\n", ["a", "b"]),
        ("a|b\nx, y|2\n", ["a", "b"]),
        ("time,what\n10:30:00,x\n10:31:00,y\n", ["time", "what"]),
        ("a,a\n1,2\n", ["a", "a_2"]),
        (",b\n1,2\n", ["Column_1", "b"]),
        ("a^b\n1^2\n", ["a", "b"]),
    ] {
        assert_eq!(through(text).1.names, names, "{text}");
    }
    let (opened, _) = through("a,a,\n1,2,3\n");
    assert_eq!(opened.notes.len(), 2, "{:?}", opened.notes);
    let bare = ReadOptions { header: Some(false), ..ReadOptions::default() };
    let (opened, cells) = through_as("1,x\n2,y\n", &Source { options: bare, ..source("in.csv") }).unwrap();
    assert_eq!(cells.names, ["Column_1", "Column_2"]);
    assert_eq!(opened.records, Some(2));
    let skip = ReadOptions { skip_lines: 2, ..ReadOptions::default() };
    let (_, cells) = through_as("report \"of\nmay\na,b\n1,2\n", &Source { options: skip, ..source("in.csv") }).unwrap();
    assert_eq!((cells.names.join(" "), cells.rows), ("a b".to_owned(), vec![row(&["1", "2"])]));
    let (opened, _) = through_as("a\tb\nx, y\t2\n", &source("in.tsv")).unwrap();
    assert_eq!(opened.columns.len(), 2);
}

#[test]
fn null_words_are_missing() {
    let (opened, cells) = through_as("a,b\n1,NA\nn/a,x\n3,\"NA\"\n", &with_nulls("in.csv", &["NA", "n/a"])).unwrap();
    assert_eq!(kinds(&opened), ["long", "string"]);
    assert_eq!(cells.rows, [row(&["1", "∅"]), row(&["∅", "x"]), row(&["3", "∅"])]);
}

#[test]
fn several_files_are_one_table() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("in/b.csv", "id,x\n3,c\n");
    put("in/a.csv", "id,x\n1,a\n2,b\n");
    put("in/deep/c.csv", "id,x\n04,d\n");
    put("in/empty.csv", "");
    put("in/_SUCCESS", "");
    for paths in [vec!["in"], vec!["in/**/*.csv"], vec!["in/a.csv", "in/b.csv", "in/d*/?.csv"]] {
        let source = Source { paths: paths.iter().map(ToString::to_string).collect(), ..source("") };
        let opened = open(&source, folder.path()).unwrap();
        let out = folder.path().join("out.parquet");
        let written = write(&opened, &brewhouse_engine::sink::Target { overwrite: true, ..target(&out) }).unwrap();
        assert_eq!((kinds(&opened), written.rows), (vec!["string", "string"], 4));
        assert_eq!(read_parquet(&out).rows, [row(&["1", "a"]), row(&["2", "b"]), row(&["3", "c"]), row(&["04", "d"])]);
    }
    put("two/a.csv", "id;x\n1;a\n");
    put("two/b.csv", "id;x\n2,5;a,b\n3,5;c,d\n");
    assert_eq!(open(&source("two"), folder.path()).unwrap().records, Some(3));
    put("in/z.csv", "id,y\n9,q\n");
    let error = open(&source("in"), folder.path()).err().unwrap();
    assert!(error.message.contains("z.csv") && error.message.contains("column y where x"), "{error}");
    let error = open(&source("gone.csv"), folder.path()).err().unwrap();
    assert_eq!(error.kind, ErrorKind::Source);
    assert!(open(&source("in/*.xyz"), folder.path()).is_err());
}

#[test]
fn compressed_text() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("a,b\n{}", "12,x\n".repeat(500_000));
    let zst = std::fs::File::create(folder.path().join("in.csv.zst")).unwrap();
    let mut zst = zstd::Encoder::new(zst, 1).unwrap();
    std::io::Write::write_all(&mut zst, text.as_bytes()).unwrap();
    zst.finish().unwrap();
    let gz = std::fs::File::create(folder.path().join("in.csv.gz")).unwrap();
    let mut gz = flate2::write::GzEncoder::new(gz, flate2::Compression::fast());
    std::io::Write::write_all(&mut gz, text.as_bytes()).unwrap();
    gz.finish().unwrap();
    for name in ["in.csv.zst", "in.csv.gz"] {
        let opened = open(&source(name), folder.path()).unwrap();
        assert_eq!((kinds(&opened), opened.records), (vec!["long", "string"], Some(500_000)));
        let out = folder.path().join(format!("{name}.parquet"));
        assert_eq!(write(&opened, &target(&out)).unwrap().rows, 500_000);
        assert_eq!(open_head(&source(name), folder.path(), 10).unwrap().columns, opened.columns);
    }
}

#[test]
fn stored_types_are_checked() {
    let text = "id,day,at\n1,2024-01-01,2024-01-01 10:00\n2,n/a,2024-01-01T10:00:01\n";
    let good =
        Source { columns: stored(&[("id", "string"), ("day", "string"), ("at", "timestamp")]), ..source("in.csv") };
    let (opened, cells) = through_as(text, &good).unwrap();
    assert_eq!(kinds(&opened), ["string", "string", "timestamp"]);
    assert_eq!(cells.rows[1], row(&["2", "n/a", "2024-01-01T10:00:01"]));
    let bad = Source { columns: stored(&[("id", "long"), ("day", "date")]), ..source("in.csv") };
    let error = through_as(text, &bad).err().unwrap();
    assert_eq!(error.kind, ErrorKind::Data);
    assert!(error.message.contains("column day") && error.message.contains("\"n/a\" on line 3"), "{error}");
    let zeros = Source { columns: stored(&[("id", "long")]), ..source("in.csv") };
    let error = through_as("id\n1\n007\n", &zeros).err().unwrap();
    assert!(error.message.contains("007") && error.kind == ErrorKind::Data, "{error}");
    let gone = Source { columns: stored(&[("idd", "long")]), ..source("in.csv") };
    assert_eq!(through_as(text, &gone).err().unwrap().kind, ErrorKind::Column);
}

#[test]
fn stored_types_are_checked_as_the_run_reads() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), "id,day\n1,2024-01-01\n2,soon\n").unwrap();
    let bad = Source { columns: stored(&[("id", "long"), ("day", "date")]), ..source("in.csv") };
    let opened = open_stored(&bad, folder.path(), &AtomicBool::new(false), &|_| ()).unwrap();
    assert_eq!(opened.records, None);
    let error = run(opened.frame).err().unwrap();
    assert_eq!(error.kind, ErrorKind::Data, "{error:?}");
    assert!(error.message.contains("column day") && error.message.contains("soon"), "{error}");
    let error = open(&bad, folder.path()).err().unwrap();
    assert!(error.message.contains("line 3"), "{error}");
}

#[test]
fn the_head_of_a_large_file_is_there_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let line = "1,\"some text\",2024-01-01,0.5\n";
    std::fs::write(folder.path().join("in.csv"), format!("a,b,c,d\n{}x,,,\n", line.repeat(400_000))).unwrap();
    let opened = open_head(&source("in.csv"), folder.path(), 100).unwrap();
    assert_eq!(kinds(&opened), ["long", "string", "date", "double"]);
    assert_eq!(run(opened.frame).unwrap().height(), 100);
    let whole = open(&source("in.csv"), folder.path()).unwrap();
    assert_eq!(kinds(&whole), ["string", "string", "date", "double"]);
}

#[test]
fn a_cancelled_reading_ends() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), "a\n1\n").unwrap();
    let error = brewhouse_engine::source::open(&source("in.csv"), folder.path(), &AtomicBool::new(true), &|_| ())
        .err()
        .unwrap();
    assert_eq!(error.kind, ErrorKind::Cancelled);
}

#[test]
fn wide_tables() {
    let names: Vec<_> = (0..3000).map(|at| format!("c{at}")).collect();
    let cells: Vec<_> = (0..3000).map(|at| at.to_string()).collect();
    let text = format!("{}\n{}\n", names.join(","), cells.join(","));
    let (opened, read) = through(&text);
    assert!(kinds(&opened).iter().all(|kind| *kind == "long"));
    assert_eq!(read.rows[0][2999].as_deref(), Some("2999"));
}

#[test]
fn json_lines_and_documents() {
    let lines = "{\"id\":1,\"name\":\"00123\",\"tags\":[\"a\"]}\n{\"id\":2,\"name\":null,\"tags\":[]}\n\n{\"id\":2.5,\"name\":\"x\",\"more\":{\"y\":1}}\n";
    let (opened, cells) = through_as(lines, &source("in.jsonl")).unwrap();
    assert_eq!(kinds(&opened), ["double", "string", "list<string>", "struct<y: long>"]);
    assert_eq!(opened.records, Some(3));
    assert_eq!(cells.rows[0][1].as_deref(), Some("00123"));
    assert_eq!(cells.rows[2][0].as_deref(), Some("2.5"));
    let document = "[{\"id\":1,\"name\":\"a\"},\n {\"id\":2,\"name\":\"b\",\"at\":{\"x\":[1,2]}}]";
    let (opened, cells) = through_as(document, &source("in.json")).unwrap();
    assert_eq!((opened.records, cells.rows.len()), (Some(2), 2));
    assert_eq!(cells.names, ["id", "name", "at"]);
    let (opened, cells) = through_as("{\n  \"id\": 1,\n  \"name\": \"a\"\n}\n", &source("in.json")).unwrap();
    assert_eq!((opened.records, &cells.rows[0]), (Some(1), &row(&["1", "a"])));
    let (_, cells) = through_as("[{\"a\":1},{\"a\":\"x\"},{\"a\":true}]", &source("in.json")).unwrap();
    assert_eq!(cells.rows, [row(&["1"]), row(&["x"]), row(&["true"])]);
    assert_eq!(through_as("[{\"a\":1},", &source("in.json")).err().unwrap().kind, ErrorKind::Source);
    let mut late = "{\"a\":1}\n".repeat(5000);
    late += "{\"a\":1,\"b\":\"late\"}\n";
    let (opened, cells) = through_as(&late, &source("in.json")).unwrap();
    assert_eq!(kinds(&opened), ["long", "string"]);
    assert_eq!(cells.rows[5000], row(&["1", "late"]));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.jsonl"), &late).unwrap();
    let head = open_head(&source("in.jsonl"), folder.path(), 7).unwrap();
    assert_eq!(run(head.frame).unwrap().height(), 7);
    std::fs::write(folder.path().join("in.jsonl"), "\n").unwrap();
    let empty = open(&source("in.jsonl"), folder.path()).unwrap();
    assert_eq!((empty.records, empty.columns.len(), empty.notes.len()), (Some(0), 0, 1));
}

#[test]
fn json_of_mixed_types_loses_nothing() {
    let cases = [
        ("{\"a\":1}\n{\"a\":\"x\"}\n", ["1", "x"]),
        ("{\"a\":\"x\"}\n{\"a\":1.5}\n", ["x", "1.5"]),
        ("{\"a\":true}\n{\"a\":\"x\"}\n", ["true", "x"]),
        ("{\"a\":1}\n{\"a\":2.5}\n", ["1.0", "2.5"]),
        ("{\"a\":\"007\"}\n{\"a\":\"1e5\"}\n", ["007", "1e5"]),
        ("{\"a\":9223372036854775807}\n{\"a\":1}\n", ["9223372036854775807", "1"]),
        ("{\"a\":\"2024-01-01\"}\r\n{\"a\":\"\\u00e4\"}", ["2024-01-01", "ä"]),
    ];
    for (text, expected) in cases {
        let (_, cells) =
            through_as(text, &source("in.jsonl")).unwrap_or_else(|error| panic!("{text}: {error} {:?}", error.chain()));
        assert_eq!(cells.rows, expected.map(|cell| row(&[cell])), "{text}");
    }
    let error = through_as("{\"a\":1}\n{\"a\":2\n{\"a\":3}\n", &source("in.jsonl")).err().unwrap();
    assert!(error.message.contains("line 2"), "{error}");
    assert_eq!(error.kind, ErrorKind::Source);
}

#[test]
fn parquet_and_arrow_are_opened_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), "id,day\n007,2024-01-01\n008,\n").unwrap();
    let opened = open(&source("in.csv"), folder.path()).unwrap();
    for name in ["x.parquet", "x.arrow"] {
        write(&opened, &target(folder.path().join(name))).unwrap();
        let again = open(&source(name), folder.path()).unwrap();
        assert_eq!((kinds(&again), again.records), (vec!["string", "date"], Some(2)));
        let out = folder.path().join(format!("{name}.parquet"));
        write(&again, &target(&out)).unwrap();
        assert_eq!(read_parquet(&out).rows, [row(&["007", "2024-01-01"]), row(&["008", "∅"])]);
        let wrong = Source { columns: stored(&[("id", "long")]), ..source(name) };
        assert_eq!(open(&wrong, folder.path()).err().unwrap().kind, ErrorKind::Data);
    }
    std::fs::write(folder.path().join("bad.parquet"), "no parquet").unwrap();
    assert_eq!(open(&source("bad.parquet"), folder.path()).err().unwrap().kind, ErrorKind::Source);
}

#[test]
fn names_between_quotes_over_several_lines() {
    let (_, cells) = through("\"a\n\"\"b\"\"\",c\n1,2\n");
    assert_eq!((cells.names, cells.rows), (vec!["a\n\"b\"".to_owned(), "c".to_owned()], vec![row(&["1", "2"])]));
    let (_, cells) = through("a \"x\",c\n1,2\n");
    assert_eq!((cells.names, cells.rows), (vec!["a \"x\"".to_owned(), "c".to_owned()], vec![row(&["1", "2"])]));
    let bare = ReadOptions { header: Some(false), ..ReadOptions::default() };
    let (_, cells) = through_as("\n\n1,2\n3,4\n", &Source { options: bare, ..source("in.csv") }).unwrap();
    assert_eq!(cells.rows, [row(&["1", "2"]), row(&["3", "4"])]);
}
