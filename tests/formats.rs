//! Formats that others wrote (`tests/formats/make.py`), and those that this program writes for them: Avro, encrypted Parquet, old workbooks.

use crate::table::{kinds, open, read_parquet, row, run, source, target, through, write};
use arrow::array::{ArrayRef, Int64Array, ListBuilder, RecordBatch, StringBuilder};
use brewhouse_engine::sink::{ColumnKey, CsvChoices, Target};
use brewhouse_engine::source::{Key, Keys, Opened, ReadOptions, Selection, Source, open_head};
use parquet::arrow::ArrowWriter;
use parquet::encryption::encrypt::FileEncryptionProperties;
use parquet::file::properties::WriterProperties;
use polars::prelude::{DataFrame, IntoLazy as _, NonExistent, SchemaExt as _, col, lit};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn folder() -> PathBuf {
    crate::root().join("tests/formats")
}

fn cells(opened: &Opened) -> Vec<Vec<Option<String>>> {
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("out.parquet");
    write(opened, &target(&path)).unwrap();
    read_parquet(&path).rows
}

fn secret(name: &str) -> Option<String> {
    match name {
        "pepper" => Some("0123456789abcdef".into()),
        "salt" => Some("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".into()),
        "other" => Some("fedcba9876543210".into()),
        "short" => Some("too short".into()),
        _ => None,
    }
}

fn keys() -> Keys {
    Keys::new(Arc::new(secret))
}

fn with_key(path: &str, key: Option<&str>) -> Source {
    let options = ReadOptions { key: key.map(str::to_owned), ..ReadOptions::default() };
    Source { options, keys: keys(), ..source(path) }
}

#[test]
fn avro_of_others_is_read_in_every_codec() {
    for codec in ["null", "deflate", "snappy", "zstandard", "bzip2"] {
        let opened = open(&source(&format!("{codec}.avro")), &folder()).unwrap();
        assert_eq!(
            kinds(&opened),
            ["long", "string", "decimal", "date", "timestamp<UTC>", "string", "string", "list<string>", "boolean"],
            "{codec}"
        );
        let first =
            ["1", "007", "12.50", "2024-02-29", "2024-02-29T10:30:00", "b", "123e4567-e89b-12d3-a456-426614174000"];
        let second =
            ["-2", "∅", "-0.01", "1969-12-31", "1969-12-31T00:00:00", "a", "00000000-0000-0000-0000-000000000000"];
        let wanted = [[&first[..], &["[x, y]", "true"]].concat(), [&second[..], &["[]", "∅"]].concat()];
        // The crate that reads this back knows no names of zones.
        let plain = col("at").dt().replace_time_zone(None, lit("raise"), NonExistent::Raise);
        let naive = Opened {
            frame: opened.frame.clone().with_columns([plain]),
            ..open(&source("null.avro"), &folder()).unwrap()
        };
        let naive = Opened { schema: naive.frame.clone().collect_schema().unwrap(), ..naive };
        assert_eq!(cells(&naive), [row(&wanted[0]), row(&wanted[1])], "{codec}");
        assert_eq!(opened.records, Some(2));
        let head = open_head(&source(&format!("{codec}.avro")), &folder(), 1).unwrap();
        assert_eq!((run(head.frame).unwrap().height(), head.columns), (1, opened.columns));
    }
    let selection = Selection { file_column: Some("file".into()), ..Selection::default() };
    let several = Source { selection, paths: vec!["null.avro".into(), "snappy.avro".into()], ..source("") };
    let table = run(open(&several, &folder()).unwrap().frame).unwrap();
    assert_eq!((table.height(), table.column("file").unwrap().get(3).unwrap().get_str()), (4, Some("snappy.avro")));
}

#[test]
fn damaged_avro_is_an_error_and_no_more() {
    let whole = std::fs::read(folder().join("deflate.avro")).unwrap();
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("in.avro");
    for cut in [0, 3, 20, whole.len() / 2, whole.len() - 20, whole.len() - 1] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        assert!(open(&source("in.avro"), place.path()).is_err(), "cut at {cut}");
    }
    for at in (0..whole.len()).step_by(7) {
        let mut odd = whole.clone();
        odd[at] ^= 0x55;
        std::fs::write(&path, &odd).unwrap();
        // What is read of a file with one wrong byte may be another value; it must be rows or an error.
        if let Ok(opened) = open(&source("in.avro"), place.path()) {
            assert!(run(opened.frame).is_ok(), "byte {at}");
        }
    }
}

/// A table of every kind that text is read as, and nested ones.
fn sample() -> (Opened, tempfile::TempDir) {
    let place = tempfile::tempdir().unwrap();
    let lines = "{\"id\":\"007\",\"n\":9007199254740993,\"x\":0.5,\"ok\":true,\"tags\":[\"a\",null],\"at\":{\"x\":1,\"y\":\"é\"}}\n\
                 {\"id\":\"\",\"n\":null,\"x\":null,\"ok\":null,\"tags\":[],\"at\":{\"x\":null,\"y\":null}}\n";
    std::fs::write(place.path().join("in.jsonl"), lines).unwrap();
    (open(&source("in.jsonl"), place.path()).unwrap(), place)
}

#[test]
fn what_is_written_as_avro_is_read_back_the_same() {
    let (opened, place) = sample();
    for codec in ["snappy", "deflate", "zstd", "bzip2", "none"] {
        let name = format!("{codec}.avro");
        let out = Target { compression: Some(codec.into()), ..target(place.path().join(&name)) };
        let written = write(&opened, &out).unwrap();
        assert_eq!((written.rows, written.files[0].rows), (2, 2));
        let again = open(&source(&name), place.path()).unwrap();
        assert_eq!(kinds(&again), kinds(&opened), "{codec}");
        assert_eq!(cells(&again), cells(&opened), "{codec}");
    }
    let (typed, _) = through("d,t\n2024-02-29,2024-02-29 10:30:00.5\n1969-12-31,1900-01-01 00:00:00\n");
    drop(typed);
    std::fs::write(
        place.path().join("t.csv"),
        "d,t\n2024-02-29,2024-02-29 10:30:00.5\n1969-12-31,1900-01-01 00:00:00\n",
    )
    .unwrap();
    let typed = open(&source("t.csv"), place.path()).unwrap();
    write(&typed, &target(place.path().join("t.avro"))).unwrap();
    let again = open(&source("t.avro"), place.path()).unwrap();
    assert_eq!((kinds(&again), cells(&again)), (kinds(&typed), cells(&typed)));
    let wrong = Target { compression: Some("brotli".into()), ..target(place.path().join("x.avro")) };
    assert!(write(&opened, &wrong).unwrap_err().message.contains("cannot be compressed with brotli"));
    std::fs::write(place.path().join("n.csv"), "first name,1st\nx,y\n").unwrap();
    let named = open(&source("n.csv"), place.path()).unwrap();
    let error = write(&named, &target(place.path().join("n.avro"))).unwrap_err();
    assert!(error.message.contains("first name") && !place.path().join("n.avro").exists(), "{error}");
    // No rows, but columns.
    let none = DataFrame::empty_with_schema(&opened.schema);
    let empty = Opened { frame: none.lazy(), records: Some(0), ..open(&source("in.jsonl"), place.path()).unwrap() };
    write(&empty, &target(place.path().join("empty.avro"))).unwrap();
    let again = open(&source("empty.avro"), place.path()).unwrap();
    assert_eq!((kinds(&again), again.records), (kinds(&opened), Some(0)));
    assert_eq!(again.schema.len(), opened.schema.iter_fields().count());
}

#[test]
fn encrypted_parquet_of_others_is_read_with_its_key() {
    let opened = open(&with_key("locked.parquet", Some("pepper")), &folder()).unwrap();
    assert_eq!((kinds(&opened), opened.records), (vec!["long", "string", "double"], Some(3)));
    assert_eq!(cells(&opened), [row(&["1", "ä", "0.5"]), row(&["2", "∅", "-1.0"]), row(&["3", "c", "∅"])]);
    for (key, what) in [
        (None, "names no key"),
        (Some("other"), "the key is another one"),
        (Some("gone"), "there is no secret “gone”"),
        (Some("short"), "no key of 16 or 32 bytes"),
    ] {
        let error = open(&with_key("locked.parquet", key), &folder()).err().unwrap();
        assert!(error.to_string().contains(what), "{key:?}: {error}");
        assert!(!format!("{error:?}").contains("fedcba"), "no key in a message");
    }
    assert_eq!(format!("{:?}", Key::of_secret("pepper", "0123456789abcdef").unwrap()), "Key(pepper)");
}

#[test]
fn columns_have_keys_of_their_own() {
    let (opened, place) = sample();
    let own =
        |column: &str, key: &str| ColumnKey { key: Some(keys().get(key).unwrap()), ..ColumnKey::new(column, key) };
    let target = |name: &str, column_keys: Vec<ColumnKey>| Target {
        key_name: Some("pepper".into()),
        key: Some(keys().get("pepper").unwrap()),
        column_keys,
        ..target(place.path().join(name))
    };
    let nested = opened.schema.iter().find(|(_, dtype)| dtype.is_nested()).map(|(name, _)| name.to_string());
    let columns: Vec<String> = opened.columns.iter().map(|column| column.name.clone()).collect();
    let chosen: Vec<&String> = columns.iter().take(1).chain(&nested).collect();
    write(&opened, &target("own.parquet", chosen.iter().map(|column| own(column, "salt")).collect())).unwrap();
    // The file names all of its keys.
    let again = open(&with_key("own.parquet", None), place.path()).unwrap();
    assert_eq!((kinds(&again), cells(&again)), (kinds(&opened), cells(&opened)));
    // Whoever has one key alone reads nothing in silence.
    let one = |name: &str| {
        let name = name.to_owned();
        Keys::new(Arc::new(move |asked| (asked == name).then(|| secret(asked)).flatten()))
    };
    for (there, gone) in [("pepper", "salt"), ("salt", "pepper")] {
        let error = open(&Source { keys: one(there), ..source("own.parquet") }, place.path()).err().unwrap();
        assert!(error.to_string().contains(&format!("there is no secret “{gone}”")), "{error}");
    }
    // The bytes of the footer are closed, and every column of the file has a key.
    let bytes = std::fs::read(place.path().join("own.parquet")).unwrap();
    assert!(bytes.ends_with(b"PARE") && !bytes.windows(3).any(|part| part == b"007"));
    for (what, keys) in [
        ("there is no column gone to encrypt", vec![own("gone", "salt")]),
        ("has two keys", vec![own(&columns[0], "salt"), own(&columns[0], "pepper")]),
        ("the key salt was not looked up", vec![ColumnKey::new(&columns[0], "salt")]),
    ] {
        let error = write(&opened, &target("odd.parquet", keys)).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
    let alone = Target { key_name: None, key: None, ..target("odd.parquet", vec![own(&columns[0], "salt")]) };
    assert!(write(&opened, &alone).unwrap_err().to_string().contains("name the key of the file too"));
}

/// A file with a key for each column and no names of keys, as whoever keeps them elsewhere writes it.
fn nameless(path: &Path) {
    let key = |name: &str| secret(name).unwrap().into_bytes();
    let encryption = FileEncryptionProperties::builder(key("pepper"))
        .with_column_key("id", key("other"))
        .with_column_key("tags.list.item", key("pepper"))
        .build()
        .unwrap();
    let mut tags = ListBuilder::new(StringBuilder::new());
    tags.append_value([Some("a"), Some("b")]);
    tags.append_null();
    tags.append_value([None::<&str>; 0]);
    let columns: [(&str, ArrayRef); 2] =
        [("id", Arc::new(Int64Array::from(vec![1, 2, 3]))), ("tags", Arc::new(tags.finish()))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder().with_file_encryption_properties(encryption).build();
    let file = std::fs::File::create(path).unwrap();
    let mut out = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    out.write(&batch).unwrap();
    out.close().unwrap();
}

#[test]
fn keys_of_columns_that_a_file_does_not_name_can_be_told() {
    let place = tempfile::tempdir().unwrap();
    nameless(&place.path().join("in.parquet"));
    let told = |pairs: &[(&str, &str)], key: Option<&str>| {
        let column_keys = pairs.iter().map(|(column, key)| ((*column).to_owned(), (*key).to_owned())).collect();
        let source = with_key("in.parquet", key);
        open(&Source { options: ReadOptions { column_keys, ..source.options.clone() }, ..source }, place.path())
    };
    let all = [("id", "other"), ("tags.list.item", "pepper")];
    let opened = told(&all, Some("pepper")).unwrap();
    assert_eq!(cells(&opened), [row(&["1", "[a, b]"]), row(&["2", "∅"]), row(&["3", "[]"])]);
    for (pairs, key, what) in [
        (&all[..1], Some("pepper"), "cannot be read"),
        (&all[..], None, "not that of the file"),
        (&all[..], Some("other"), "the key is another one"),
        (&[("id", "gone")][..], Some("pepper"), "there is no secret “gone”"),
    ] {
        let error = told(pairs, key).err().unwrap();
        assert!(error.to_string().contains(what), "{error}");
    }
}

#[test]
fn what_is_encrypted_opens_with_the_key_whose_name_stands_in_it() {
    let (opened, place) = sample();
    for (at, key) in ["pepper", "salt"].iter().enumerate() {
        let name = format!("{at}.parquet");
        let out = Target {
            key_name: Some((*key).into()),
            key: Some(keys().get(key).unwrap()),
            metadata: vec![("made by".into(), "a test".into())],
            ..target(place.path().join(&name))
        };
        write(&opened, &out).unwrap();
        let bytes = std::fs::read(place.path().join(&name)).unwrap();
        assert!(bytes.ends_with(b"PARE") && !bytes.windows(3).any(|part| part == b"007"));
        // Nobody names the key: the file does.
        let again = open(&with_key(&name, None), place.path()).unwrap();
        assert_eq!((kinds(&again), cells(&again)), (kinds(&opened), cells(&opened)));
        // With a key that is named but not there, and with none at all.
        let error = open(&Source { keys: Keys::default(), ..source(&name) }, place.path()).err().unwrap();
        assert!(error.to_string().contains(&format!("there is no secret “{key}”")), "{error}");
    }
    let key = Some(keys().get("pepper").unwrap());
    let csv = Target { key_name: Some("pepper".into()), key: key.clone(), ..target(place.path().join("x.jsonl")) };
    assert!(write(&opened, &csv).unwrap_err().message.contains("cannot be encrypted"));
    let parts =
        Target { max_rows_per_file: Some(1), key_name: Some("pepper".into()), key, ..target(place.path().join("x")) };
    assert!(write(&opened, &parts).unwrap_err().message.contains("one file"));
}

#[test]
fn old_workbooks_and_open_documents_of_others() {
    let wanted = |flagged: bool| {
        let end = |flag: &'static str| if flagged { vec![flag] } else { vec![] };
        let one = [&["007", "Köln", "12.5", "2024-02-29", "2024-02-29T10:30:00"][..], &end("true")].concat();
        let two = [&["008", "x", "-3.0", "1999-12-31", "1999-12-31T23:59:59"][..], &end("false")].concat();
        [row(&one), row(&two)]
    };
    for name in ["book.xls", "book_1904.xls"] {
        let opened = open(&source(name), &folder()).unwrap();
        assert_eq!(kinds(&opened), ["string", "string", "double", "date", "timestamp", "boolean"], "{name}");
        assert_eq!(cells(&opened), wanted(true), "{name}");
        assert!(opened.notes.iter().any(|note| note.contains("sheet Data was read, of 2")), "{:?}", opened.notes);
    }
    let opened = open(&source("book_1904.xlsx"), &folder()).unwrap();
    assert_eq!(
        cells(&opened),
        [row(&["007", "2024-02-29", "2024-02-29T10:30:00"]), row(&["008", "1999-12-31", "1999-12-31T23:59:59"])]
    );
    let opened = open(&source("book.xlsb"), &folder()).unwrap();
    assert_eq!(kinds(&opened), ["string", "string", "double", "date", "timestamp", "boolean"]);
    let [one, two] = wanted(true);
    assert_eq!(cells(&opened), [one, two, row(&["009", "#DIV/0!", "∅", "∅", "∅", "∅"])]);
    assert!(opened.notes.iter().any(|note| note == "1 cell holds the error #DIV/0!, first B4"), "{:?}", opened.notes);
    let opened = open(&source("book.ods"), &folder()).unwrap();
    assert_eq!(kinds(&opened), ["string", "string", "double", "date", "boolean"]);
    assert_eq!(
        cells(&opened),
        [row(&["007", "Köln", "12.5", "2024-02-29", "true"]), row(&["008", "∅", "-3.0", "1999-12-31", "false"])]
    );
}

#[test]
fn damaged_workbooks_are_errors() {
    let place = tempfile::tempdir().unwrap();
    for name in ["book.xls", "book.ods", "book_1904.xlsx", "book.xlsb"] {
        let whole = std::fs::read(folder().join(name)).unwrap();
        for at in (0..whole.len()).step_by(97) {
            let mut odd = whole.clone();
            odd[at] ^= 0xff;
            std::fs::write(place.path().join(name), &odd).unwrap();
            read(name, place.path());
        }
        std::fs::write(place.path().join(name), &whole[..whole.len() / 2]).unwrap();
        assert!(open(&source(name), place.path()).is_err(), "{name} cut in half");
    }
}

fn read(name: &str, folder: &Path) {
    if let Ok(opened) = open(&source(name), folder) {
        assert!(run(opened.frame).is_ok(), "{name}");
    }
}

#[test]
fn text_is_packed_in_every_codec_and_read_back() {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("in.csv"), "id,name\n007,ä\n008,\"x; \"\"y\"\"\"\n").unwrap();
    let opened = open(&source("in.csv"), place.path()).unwrap();
    for (codec, ending) in [
        ("gzip", "gz"),
        ("zstd", "zst"),
        ("snappy", "snappy"),
        ("lz4", "lz4"),
        ("bzip2", "bz2"),
        ("deflate", "deflate"),
        ("brotli", "br"),
    ] {
        for format in ["csv", "tsv", "jsonl", "xml"] {
            // By the ending alone, and by the name of the codec.
            let name = format!("{codec}.{format}.{ending}");
            let written = write(&opened, &target(place.path().join(&name))).unwrap();
            let bytes = std::fs::read(place.path().join(&name)).unwrap();
            assert_eq!((written.files[0].bytes, written.rows), (bytes.len() as u64, 2), "{name}");
            let plain = [&b"id"[..], b"{", b"<"].iter().any(|begin| bytes.starts_with(begin));
            assert!(!plain, "{name} is packed");
            if format == "xml" {
                continue;
            }
            let again = open(&source(&name), place.path()).unwrap();
            assert_eq!(cells(&again), cells(&opened), "{name}");
            let named = Target {
                compression: Some(codec.into()),
                ..target(place.path().join(format!("{codec}.named.{format}")))
            };
            write(&opened, &named).unwrap();
            assert_eq!(std::fs::read(&named.path).unwrap().len(), bytes.len(), "{name}");
        }
    }
    let parts = Target {
        compression: Some("snappy".into()),
        format: Some("CSV".into()),
        max_rows_per_file: Some(1),
        ..target(place.path().join("parts"))
    };
    let written = write(&opened, &parts).unwrap();
    assert!(
        written.files.iter().all(|file| file.path.to_string_lossy().ends_with(".csv.snappy")),
        "{:?}",
        written.files
    );
    let again =
        open(&Source { selection: Selection::default(), ..source("parts/*.csv.snappy") }, place.path()).unwrap();
    assert_eq!(cells(&again), cells(&opened));
}

#[test]
fn delimited_text_is_written_as_others_want_it() {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("in.csv"), "id,n,t\n007,1.5,a;b\n008,,\"\"\n").unwrap();
    let opened = open(&source("in.csv"), place.path()).unwrap();
    let text = |name: &str, csv: CsvChoices| {
        let out = Target { csv, ..target(place.path().join(name)) };
        write(&opened, &out).map(|_| std::fs::read_to_string(&out.path).unwrap())
    };
    let with = |delimiter: char| CsvChoices { delimiter: Some(delimiter), ..CsvChoices::default() };
    assert_eq!(text("semicolon.csv", with(';')).unwrap(), "id;n;t\n007;1.5;\"a;b\"\n008;;\"\"\n");
    for (at, delimiter) in [',', ':', ';', '|', '\t', '^', '\\', ' '].into_iter().enumerate() {
        let name = format!("{at}.csv");
        text(&name, with(delimiter)).unwrap();
        let options = ReadOptions { delimiter: Some(delimiter), escape: Some(None), ..ReadOptions::default() };
        let again = open(&Source { options, ..source(&name) }, place.path()).unwrap();
        assert_eq!(cells(&again), cells(&opened), "{delimiter:?}");
    }
    let excel = CsvChoices { byte_order_mark: true, windows_lines: true, ..CsvChoices::default() };
    assert_eq!(text("excel.csv", excel).unwrap(), "\u{feff}id,n,t\r\n007,1.5,a;b\r\n008,,\"\"\r\n");
    let quoted =
        text("quoted.csv", CsvChoices { quote_all: true, byte_order_mark: true, ..CsvChoices::default() }).unwrap();
    assert!(quoted.starts_with("\u{feff}\"id\",\"n\",\"t\"\n\"007\",\"1.5\",\"a;b\"\n"), "{quoted}");
    for wrong in ['"', 'a', '\n', 'é'] {
        assert!(text("wrong.csv", with(wrong)).is_err(), "{wrong:?}");
    }
    let project = r#"{"Dataset":{"Input":{"Path":"x"}},"Recipe":{"Steps":[]},
        "Outputs":[{"Location":{"Path":"o.csv"},"FormatOptions":{"Csv":{"Delimiter":";","ByteOrderMark":true}}}]}"#;
    let read = brewhouse_engine::project::Project::parse(project).unwrap().outputs.remove(0).csv;
    assert_eq!((read.delimiter, read.byte_order_mark, read.quote_all), (Some(';'), true, false));
}
