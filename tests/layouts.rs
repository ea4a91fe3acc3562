//! Layouts beside plain delimiters: columns of fixed width, backslashes that take the meaning from quotes, JSON in any compression.

use crate::table::{kinds, open, row, source, through, through_as};
use brewhouse_engine::source::{ReadOptions, Source, Widths, open_head};
use std::io::Write as _;

fn with(options: ReadOptions) -> Source {
    Source { options, ..source("in.csv") }
}

fn fixed(widths: &[usize]) -> Source {
    with(ReadOptions { widths: Widths::given(widths.to_vec()), ..ReadOptions::default() })
}

#[test]
fn columns_of_fixed_width_are_found_from_blanks() {
    let text =
        "name      amount  day\nMüller      1.50  2024-01-31\nWeiß, A   -20.25  2024-02-29\nLöwe \"L\"   00.10\n";
    let (opened, cells) = through(text);
    assert_eq!(cells.names, ["name", "amount", "day"]);
    assert_eq!(cells.rows[0], row(&["Müller", "1.50", "2024-01-31"]));
    assert_eq!(cells.rows[1], row(&["Weiß, A", "-20.25", "2024-02-29"]));
    // A line that ends early lacks its last columns; 00.10 would lose its zeros.
    assert_eq!(cells.rows[2], row(&["Löwe \"L\"", "00.10", "∅"]));
    assert_eq!(kinds(&opened), ["string", "string", "date"]);
    let dialect = opened.text.as_ref().unwrap().dialect.clone();
    // The second column begins where its widest value does.
    assert_eq!(dialect.widths, [10, 8, 0], "{dialect:?}");
    assert!(dialect.reason.contains("blanks stand at the same places of all 4 lines"), "{}", dialect.reason);
    assert_eq!(dialect.quote, None);
    let lines = opened.text.unwrap().lines;
    assert_eq!((lines.physical, lines.accounted, lines.records), (4, 4, 3));
}

#[test]
fn what_is_no_text_of_fixed_width_is_not_taken_for_it() {
    for (text, width) in [
        ("first name\nJohn Smith\nJane Doe\nAnn Lee\n", 1),
        ("code\nab cd\nef gh\nij kl\n", 1),
        ("a,b\n1,  2\n3,  4\n5,  6\n", 2),
        ("note\nonly  one\n", 1),
        ("t\n\n\n", 1),
    ] {
        let (opened, cells) = through(text);
        assert_eq!((cells.names.len(), opened.text.unwrap().dialect.widths.len()), (width, 0), "{text}");
    }
}

#[test]
fn widths_that_are_given_hold_and_count_characters() {
    let text = "äöü12345x\nÄÖÜ00001y\r\nab\n";
    let bare = |widths: &[usize]| {
        let options = ReadOptions { header: Some(false), ..fixed(widths).options };
        through_as(text, &with(options)).unwrap()
    };
    let (opened, cells) = bare(&[3, 5, 1]);
    assert_eq!(cells.rows, [row(&["äöü", "12345", "x"]), row(&["ÄÖÜ", "00001", "y"]), row(&["ab", "∅", "∅"])]);
    assert_eq!(kinds(&opened), ["string", "string", "string"], "00001 keeps its zeros");
    // Text beyond the last width does not fit; with a last width of 0 it does.
    let (opened, cells) = bare(&[3, 5]);
    assert_eq!((cells.rows.len(), opened.text.as_ref().unwrap().set_aside.records), (1, 2));
    assert_eq!(opened.text.unwrap().set_aside.first[0].line, 1);
    assert_eq!(bare(&[3, 0]).1.rows[0], row(&["äöü", "12345x"]));
    // Other encodings, and a comma or a quote as text.
    let latin = b"n      v\n\xe4,\"    1\n\"\"  b  2\n";
    let (_, cells) = through_as(latin, &fixed(&[7, 1])).unwrap();
    assert_eq!(cells.rows, [row(&["ä,\"", "1"]), row(&["\"\"  b", "2"])]);
    for wrong in ["", "3,x", "0,3", "0", "3,99999999999"] {
        assert_eq!(Widths::parse(wrong), None, "{wrong}");
    }
    assert_eq!(Widths::parse(" find"), Some(Widths::Found));
    let none = with(ReadOptions { widths: Some(Widths::Found), ..ReadOptions::default() });
    assert!(through_as("abc\ndefgh\n", &none).err().unwrap().message.contains("no blanks stand at the same place"));
    // Two lines are proof enough where a person says so.
    assert_eq!(through_as("a  b\n1  2\n", &none).unwrap().1.rows, [row(&["1", "2"])]);
}

#[test]
fn several_files_of_fixed_width_share_their_widths() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("1.txt"), "id    name\n1     a\n22    b b\n333   c\n").unwrap();
    std::fs::write(folder.path().join("2.txt"), "id    name\n4     d\n").unwrap();
    let opened = open(&source("*.txt"), folder.path()).unwrap();
    assert_eq!((kinds(&opened), opened.records), (vec!["long", "string"], Some(4)));
    assert_eq!(open_head(&source("*.txt"), folder.path(), 10).unwrap().columns, opened.columns);
}

#[test]
fn a_backslash_takes_the_meaning_from_quotes_and_delimiters() {
    let text = "id,note\n1,\"a \\\"b\\\" c\"\n2,\"d, \\\\ e\"\n3,\"f \\n g\"\n";
    let (opened, cells) = through(text);
    assert_eq!(opened.text.as_ref().unwrap().dialect.escape, Some('\\'));
    assert_eq!(cells.rows, [row(&["1", "a \"b\" c"]), row(&["2", "d, \\ e"]), row(&["3", "f \\n g"])]);
    // Without quotes, delimiters and line ends are escaped, as MySQL writes them.
    let (opened, cells) = through("a\tb\n1\tx\\\ty\n2\tp\\\nq\n3\t\\N\n");
    assert_eq!(cells.rows, [row(&["1", "x\ty"]), row(&["2", "p\nq"]), row(&["3", "\\N"])]);
    let lines = opened.text.unwrap().lines;
    assert_eq!((lines.physical, lines.accounted), (5, 5));
    // Doubled quotes beside a backslash that ends a field: no escape.
    let (opened, cells) = through("p,q\n\"C:\\\",1\n\"D:\\x\"\"y\",2\n");
    assert_eq!((opened.text.unwrap().dialect.escape, &cells.rows[0]), (None, &row(&["C:\\", "1"])));
    assert_eq!(cells.rows[1], row(&["D:\\x\"y", "2"]));
    // It can be told, and told not to be.
    let told = |escape: Option<char>| with(ReadOptions { escape: Some(escape), ..ReadOptions::default() });
    assert_eq!(through_as("a,b\n1,^,x\n", &told(Some('^'))).unwrap().1.rows, [row(&["1", ",x"])]);
    let (opened, _) = through_as(text, &told(None)).unwrap();
    assert!(opened.notes.iter().any(|note| note.contains("quotes inside unquoted fields")), "{:?}", opened.notes);
    assert!(through_as("a,b\n", &told(Some(','))).is_err());
    // An escape at the very end, and before nothing special, is a character.
    let (_, cells) = through_as("a,b\n\\x,\"y\\\"\"\n1,2\\", &told(Some('\\'))).unwrap();
    assert_eq!(cells.rows.last().unwrap(), &row(&["1", "2\\"]));
}

fn compressed(ending: &str, text: &[u8]) -> Vec<u8> {
    match ending {
        "gz" => {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            out.write_all(text).unwrap();
            out.finish().unwrap()
        }
        "zst" => zstd::encode_all(text, 1).unwrap(),
        "bz2" => {
            let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            out.write_all(text).unwrap();
            out.finish().unwrap()
        }
        "lz4" => {
            let mut out = lz4_flex::frame::FrameEncoder::new(Vec::new());
            out.write_all(text).unwrap();
            out.finish().unwrap()
        }
        "snappy" => {
            let mut out = snap::write::FrameEncoder::new(Vec::new());
            out.write_all(text).unwrap();
            out.into_inner().unwrap()
        }
        "deflate" => {
            let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            out.write_all(text).unwrap();
            out.finish().unwrap()
        }
        "zip" => {
            let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            out.start_file("in", zip::write::SimpleFileOptions::default()).unwrap();
            out.write_all(text).unwrap();
            out.finish().unwrap().into_inner()
        }
        other => panic!("{other}"),
    }
}

#[test]
fn an_object_of_objects_is_a_table_with_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let check = |text: &str| {
        std::fs::write(folder.path().join("in.json"), text).unwrap();
        let opened = open(&source("in.json"), folder.path()).unwrap();
        let names: Vec<String> = opened.columns.iter().map(|column| column.name.clone()).collect();
        let out = folder.path().join("out.parquet");
        let _ = std::fs::remove_file(&out);
        crate::table::write(&opened, &crate::table::target(&out)).unwrap();
        (names.join(" "), crate::table::read_parquet(&out).rows)
    };
    let text = "{\n \"b}1\": {\"x\": 12345678901234567, \"y\": \"a, {\\\"q\\\"}\"},\n \"c\": {\n  \"x\": 2\n },\n \"\": {}\n}\n";
    let rows = [row(&["b}1", "12345678901234567", "a, {\"q\"}"]), row(&["c", "2", "∅"]), row(&["", "∅", "∅"])];
    assert_eq!(check(text), ("key x y".into(), rows.to_vec()));
    let (names, rows) = check("{\"a\":{\"key\":1},\n\"b\":{\"key\":2}}");
    assert_eq!((names.as_str(), rows), ("_key key", vec![row(&["a", "1"]), row(&["b", "2"])]));
    // One object is one record, also over several lines and with an object in it.
    let (names, rows) = check("{\n\"a\": {\"x\": 1}\n}");
    assert_eq!((names.as_str(), rows.len()), ("a", 1));
    let (names, rows) = check("{\n\"a\": {\"x\": 1},\n\"b\": 2\n}");
    assert_eq!((names.as_str(), rows.len()), ("a b", 1));
}

#[test]
fn json_is_read_in_every_compression_and_encoding() {
    let folder = tempfile::tempdir().unwrap();
    let lines = "{\"a\":1,\"b\":\"ä\"}\n{\"a\":2,\"b\":null}";
    let document = "[{\"a\":1,\"b\":\"ä\"},{\"a\":2,\"b\":null}]";
    let check = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let opened = open(&source(name), folder.path()).unwrap();
        assert_eq!((kinds(&opened), opened.records), (vec!["long", "string"], Some(2)), "{name}");
        let table = crate::table::run(opened.frame).unwrap();
        assert_eq!(table.column("b").unwrap().get(0).unwrap().get_str(), Some("ä"), "{name}");
        let head = open_head(&source(name), folder.path(), 1).unwrap();
        assert_eq!((head.columns, crate::table::run(head.frame).unwrap().height()), (opened.columns, 1), "{name}");
    };
    for ending in ["gz", "zst", "bz2", "lz4", "snappy", "deflate", "zip"] {
        check(&format!("l.jsonl.{ending}"), &compressed(ending, lines.as_bytes()));
        check(&format!("d.json.{ending}"), &compressed(ending, document.as_bytes()));
    }
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    check("wide.jsonl", &wide(&format!("\u{feff}{lines}")));
    check("wide.json", &wide(&format!("\u{feff}{document}")));
    check("mark.jsonl", format!("\u{feff}{lines}").as_bytes());
    check("latin.jsonl", b"{\"a\":1,\"b\":\"\xe4\"}\n{\"a\":2,\"b\":null}\n");
    // Files of several compressions make one table.
    let several = open(&source("l.jsonl.*"), folder.path()).unwrap();
    assert_eq!((several.records, crate::table::run(several.frame).unwrap().height()), (Some(14), 14));
    let cut = &compressed("bz2", lines.repeat(1000).as_bytes());
    std::fs::write(folder.path().join("cut.jsonl.bz2"), &cut[..cut.len() / 2]).unwrap();
    assert!(open(&source("cut.jsonl.bz2"), folder.path()).is_err());
}
