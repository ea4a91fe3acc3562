//! Flat JSON Lines: what our own parser reads is what the engine's reader reads, value for value, and where one refuses so does the other.

use crate::random::dice::Dice;
use crate::table::{open, read_parquet, row, source, target, write};
use brewhouse_engine::source::{Opened, Selection, Source};
use polars::prelude::{
    DataFrame, Engine, LazyFileListReader as _, LazyFrame, LazyJsonLineReader, PlRefPath, PolarsResult, col, len,
};
use std::fmt::Write as _;
use std::path::Path;

/// One record of each kind of value.
const PLAIN: &str = "{\"n\":1,\"x\":2.5,\"t\":\"text\",\"b\":true,\"a \\\"b\\\\\":\"q\",\"é\":null}\n";

/// A record and a good one before and behind it.
fn among(record: &str) -> String {
    format!("{PLAIN}{record}\n{PLAIN}")
}

#[allow(clippy::disallowed_methods)] // tests run frames themselves
fn collected(frame: LazyFrame, engine: Engine) -> PolarsResult<DataFrame> {
    frame.collect_with_engine(engine).map(|found| found.unwrap_single())
}

fn by_engine(opened: &Opened, path: &Path) -> LazyFrame {
    let reader = LazyJsonLineReader::new(PlRefPath::try_from_path(path).unwrap());
    reader.with_schema(Some(opened.schema.clone())).finish().unwrap()
}

/// A file whose columns are known; it is written anew behind the back of what was opened.
struct Place {
    folder: tempfile::TempDir,
    opened: Opened,
}

impl Place {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("in.jsonl"), text).unwrap();
        let opened = open(&source("in.jsonl"), folder.path()).unwrap();
        assert!(is_ours(&opened), "{text}");
        Self { folder, opened }
    }

    /// The rows that both readers find in some bytes; none where both refuse them.
    fn rows(&self, bytes: &[u8]) -> Option<DataFrame> {
        let path = self.folder.path().join("in.jsonl");
        std::fs::write(&path, bytes).unwrap();
        let shown = String::from_utf8_lossy(bytes);
        let ours = collected(self.opened.frame.clone(), Engine::Streaming);
        let wanted = collected(by_engine(&self.opened, &path), Engine::Streaming);
        match (ours, wanted) {
            (Ok(ours), Ok(wanted)) => {
                assert_eq!(ours.schema(), wanted.schema(), "{shown}");
                assert!(ours.equals_missing(&wanted), "{shown}\n{ours}\n{wanted}");
                // Both zeros are equal, but not the same.
                assert_eq!(format!("{ours:?}"), format!("{wanted:?}"), "{shown}");
                Some(ours)
            }
            (Err(_), Err(_)) => None,
            (ours, wanted) => panic!("{shown}\n{ours:?}\n{wanted:?}"),
        }
    }
}

fn is_ours(opened: &Opened) -> bool {
    opened.frame.describe_plan().unwrap().contains("records of JSON")
}

#[test]
fn records_as_people_write_them() {
    let place = Place::new(PLAIN);
    let texts = [
        "",
        "plain",
        "twelve bytes",
        "thirteen byte",
        "日本語 é 🦀",
        r"\u65e5\u672C \ud83e\udd80 \u0000 \u001f",
        r#"\"\\\/\b\f\n\r\t"#,
        r#"eight by\"es \\"#,
        "\u{7f}\u{80}\u{2028}",
        "{\"n\":1}",
    ];
    for text in texts {
        let text = if text.starts_with('{') { text.replace('"', "\\\"") } else { text.to_owned() };
        for record in [
            format!("{{\"t\":\"{text}\"}}"),
            format!("{{\"t\":\"{text}\",\"n\":7}}"),
            format!("{{\"n\":7,\"t\":\"{text}{text}\",\"b\":null}}"),
        ] {
            assert_eq!(place.rows(among(&record).as_bytes()).map(|rows| rows.height()), Some(3), "{record}");
        }
    }
    for record in [
        "{}",
        " { } ",
        "{\"b\":false,\"t\":\"other order\",\"x\":0.1,\"n\":-5}",
        "{ \"n\" : 1 , \"x\" : 2 ,\t\"t\":\t\"x\" , \"b\" : false }\r",
        "\t {\"n\": 1, \"t\": \"as Python writes it\"}  ",
        "{\"n\":null,\"x\":null,\"t\":null,\"b\":null,\"a \\\"b\\\\\":null,\"é\":null}",
        "{\"a \\\"b\\\\\":\"a name with escapes\",\"\\u006e\":8,\"\\u00e9\":null}",
        "{\"t\":1,\"n\":2}",
        "{\"t\":-12345678901234567,\"n\":2}",
        "{\"t\":true}\n{\"t\":false}",
        "{\"t\":1.50}\n{\"t\":-0.0}\n{\"t\":1e300}",
        "{\"t\":[1,\"a\",{\"b\":null}]}\n{\"t\":{\"a\":\"b\"}}",
        "{\"n\":1,\"n\":2}\n{\"t\":\"x\",\"t\":null}",
        "{\"n\":1,\"more\":[1,2]}\n{\"more\":{\"n\":5},\"n\":6}",
        "{\"n\":1}\n\n  \n\t\r\n{\"n\":2}\r\n\r\n{\"n\":3}",
    ] {
        assert!(place.rows(among(record).as_bytes()).is_some(), "{record}");
    }
}

#[test]
fn numbers_in_all_forms() {
    let place = Place::new(PLAIN);
    let (mut taken, mut refused) = (0, 0);
    for number in [
        "0",
        "-0",
        "1",
        "-1",
        "007",
        "-01",
        "00",
        "+1",
        "1.",
        ".5",
        "-",
        "--1",
        "1.5",
        "-1.5",
        "0.1",
        "-0.0",
        "0.0",
        "0e0",
        "-0e5",
        "1e3",
        "1E3",
        "1e+3",
        "1e-3",
        "1.5e3",
        "1e",
        "1e+",
        "1.e3",
        "1e400",
        "-1e400",
        "1e-400",
        "5e-324",
        "2e-324",
        "1.7976931348623157e308",
        "1.7976931348623159e308",
        "2.2250738585072011e-308",
        "123456789012345",
        "1234567890123456",
        "0.123456789012345",
        "0.1234567890123456",
        "0.12345678901234567890123",
        "9007199254740993",
        "9007199254740993.0",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999",
        "170141183460469231731687303715884105728",
        "1000000000000000000000000000000000000000000",
        "12345678.9",
        "0.000001",
        "100000000000000.5",
        "1_000",
        "1,5",
        "0x1",
        "NaN",
        "Infinity",
        "-Infinity",
        "nan",
        "null",
        "nul",
        "nulls",
        "true",
        "tru",
        "false",
        "\"1\"",
        "\"\"",
        "[1]",
        "{}",
        "1 2",
        "1 ",
    ] {
        for field in ["n", "x", "t", "b", "é"] {
            for record in [format!("{{\"{field}\":{number}}}"), format!("{{\"{field}\": {number} ,\"n\":5}}")] {
                let read = place.rows(among(&record).as_bytes()).is_some();
                (taken, refused) = (taken + u32::from(read), refused + u32::from(!read));
            }
        }
    }
    assert!(taken > 150 && refused > 150, "{taken} taken, {refused} refused");
}

#[test]
fn what_is_no_record_is_refused() {
    let place = Place::new(PLAIN);
    let mut refused = 0;
    for line in [
        "{",
        "}",
        "[]",
        "[{\"n\":1}]",
        "1",
        "\"n\"",
        "null",
        "{\"n\"}",
        "{\"n\":}",
        "{\"n\":1",
        "{\"n\":1}}",
        "{\"n\":1} x",
        "{\"n\":1,}",
        "{,\"n\":1}",
        "{\"n\":1 \"x\":2}",
        "{\"n\" 1}",
        "{n:1}",
        "{'n':1}",
        "{\"n\":1}{\"n\":2}",
        "{\"t\":\"open}",
        "{\"t\":\"x\\\"}",
        "{\"t\":\"\\x\"}",
        "{\"t\":\"\\u12\"}",
        "{\"t\":\"\\u12G4\"}",
        "{\"t\":\"\\ud800\"}",
        "{\"t\":\"\\udc00\"}",
        "{\"t\":\"\\ud800\\u0041\"}",
        "{\"t\":\"\\",
        "{\"t\":\"",
        "{\"\\ud800\":1}",
        "{\"t\":\"a\tb\"}",
        "{\"t\":\"a\u{1}b\"}",
        "{\"t\":\"a\rb\"}",
        "{\"n\":1}\r{\"n\":2}",
        "\u{c}",
        "{\u{c}\"n\":1}",
        "{\"n\":1\u{a0}}",
        "// {}",
        "{\"n\":\"1\"}",
        "{\"b\":\"true\"}",
        "{\"é\":1}",
        "{\"x\":\"1.5\"}",
    ] {
        refused += u32::from(place.rows(among(line).as_bytes()).is_none());
        refused += u32::from(place.rows(line.as_bytes()).is_none());
    }
    assert!(refused > 70, "{refused} refused");
    // A mark at the front of the file is taken away before it is read.
    assert!(place.rows(among("\u{feff}{\"n\":1}").as_bytes()).is_none());
    for bytes in [&b"{\"t\":\"\xff\"}\n"[..], b"{\"t\":\"a\xc3\"}", b"\xff\n", b"{\"t\":\"\xed\xa0\x80\"}\n"] {
        assert!(place.rows(bytes).is_none(), "{bytes:?}");
    }
}

#[test]
fn lines_of_all_ends_and_lengths() {
    let place = Place::new(PLAIN);
    let long = "long text \u{e9} ".repeat(300_000);
    let record = |n: usize| format!("{{\"n\":{n},\"t\":\"row {n}\"}}");
    let many = |end: &str| (0..50_000).map(record).collect::<Vec<_>>().join(end);
    for (text, rows) in [
        (String::new(), 0),
        ("\n\n \r\n".into(), 0),
        (record(1), 1),
        (record(1) + "\r", 1),
        (format!("\n\n{}\n\n", record(1)), 1),
        (format!("\r\n{}\r\n \t{}", record(1), record(2)), 2),
        (many("\n"), 50_000),
        (many("\r\n"), 50_000),
        (many("\n\n"), 50_000),
        (many(" \n \n") + "\n", 50_000),
        (format!("{}\n{{\"t\":\"{long}\",\"n\":3}}\n{}", many("\n"), record(2)), 50_002),
        (format!("{{\"t\":\"{long}\\n\",\"t\":\"{long}\"}}"), 1),
    ] {
        assert_eq!(place.rows(text.as_bytes()).map(|rows| rows.height()), Some(rows));
    }
}

// Fields in any order, some of them missing, twice or unknown, and values of many forms.
fn random_record(dice: &mut Dice) -> String {
    let blank = |dice: &mut Dice| if dice.percent(90) { "" } else { *dice.one(&[" ", "\t", "  ", "\r"]) };
    let mut names = vec!["\"n\"", "\"x\"", "\"t\"", "\"b\"", "\"a \\\"b\\\\\"", "\"é\""];
    let odd = dice.percent(10);
    let mut text = format!("{}{{{}", blank(dice), blank(dice));
    let shuffled = dice.percent(20);
    let mut first = true;
    while !names.is_empty() {
        let at = if shuffled { dice.below(names.len()) } else { 0 };
        let name = if odd && dice.percent(10) { names[at] } else { names.remove(at) };
        if dice.percent(15) {
            continue;
        }
        let value = match name {
            _ if dice.percent(10) => "null".to_owned(),
            "\"n\"" => (dice.next().cast_signed() >> dice.below(64)).to_string(),
            "\"x\"" => match dice.below(5) {
                0 => (dice.next() >> dice.below(64)).to_string(),
                1 => format!("{:.17}", f64::from_bits(dice.next() >> 12 | 1023 << 52)),
                2 => format!("{:e}", f64::from_bits(dice.next())).replace("NaN", "-0").replace("inf", "2"),
                3 => format!("{}.{:02}", dice.below(100_000), dice.below(100)),
                _ => format!("-{}.{}e{}", dice.below(10), dice.next(), dice.below(20)),
            },
            "\"b\"" => dice.percent(50).to_string(),
            "\"é\"" => "null".to_owned(),
            _ if odd && dice.percent(20) => (*dice.one(&["1.25", "true", "[1, 2]", "{\"a\":null}", "123"])).to_owned(),
            _ => {
                let parts = [
                    "a",
                    "é",
                    "日",
                    "🦀",
                    " ",
                    "\\\"",
                    "\\\\",
                    "\\n",
                    "\\u00e9",
                    "\\ud83e\\udd80",
                    "\\/",
                    "word",
                    "{",
                    ":",
                ];
                let most = *dice.one(&[3, 12, 40]);
                let parts: String = (0..dice.below(most)).map(|_| *dice.one(&parts)).collect();
                format!("\"{parts}\"")
            }
        };
        let comma = if first { "" } else { "," };
        first = false;
        let _ = write!(text, "{comma}{}{name}{}:{}{value}{}", blank(dice), blank(dice), blank(dice), blank(dice));
    }
    text + "}" + blank(dice)
}

#[test]
fn random_records_are_read_as_the_engine_reads_them() {
    let place = Place::new(PLAIN);
    for seed in 0..40 {
        let mut dice = Dice::new(seed);
        let mut text = String::new();
        for _ in 0..150 {
            let record = random_record(&mut dice);
            let _ = write!(text, "{record}{}", *dice.one(&["\n", "\n", "\n", "\r\n", "\n\n", "\n \n"]));
        }
        assert_eq!(place.rows(text.as_bytes()).map(|rows| rows.height()), Some(150), "{seed}");
    }
}

#[test]
fn damaged_records_are_refused_by_both_readers_or_by_none() {
    let place = Place::new(PLAIN);
    let (mut taken, mut refused) = (0, 0);
    for seed in 0..1500 {
        let mut dice = Dice::new(seed);
        let mut bytes = random_record(&mut dice).into_bytes();
        let at = dice.below(bytes.len());
        match dice.below(3) {
            0 => drop(bytes.remove(at)),
            1 => bytes.insert(at, *dice.one(b"{}[]\",:\\0-.e n\n\t\x00\xc3")),
            _ => bytes[at] = *dice.one(b"{}[]\",:\\0-.e n\n\t\x00\xc3"),
        }
        let read = place.rows(&bytes).is_some();
        (taken, refused) = (taken + u32::from(read), refused + u32::from(!read));
    }
    assert!(taken > 300 && refused > 300, "{taken} taken, {refused} refused");
}

#[test]
fn one_column_or_none_is_enough() {
    let text = format!("{PLAIN}\n{{\"n\":2,\"n\":3}}\n  \n{}", PLAIN.replace("\"t\":\"text\"", "\"t\":\"a\\tb\""));
    let place = Place::new(&text);
    let path = place.folder.path().join("in.jsonl");
    for engine in [Engine::Streaming, Engine::InMemory] {
        for names in [vec!["t"], vec!["b", "n"], vec!["é"], vec!["a \"b\\", "x", "t"]] {
            let of = |frame: LazyFrame| {
                let names: Vec<_> = names.iter().map(|name| col(*name)).collect();
                collected(frame.select(names), engine).unwrap()
            };
            let (ours, wanted) = (of(place.opened.frame.clone()), of(by_engine(&place.opened, &path)));
            assert!(ours.equals_missing(&wanted), "{names:?}\n{ours}\n{wanted}");
        }
        let count = collected(place.opened.frame.clone().select([len()]), engine).unwrap();
        assert_eq!(count.column("len").unwrap().u32().unwrap().get(0), Some(3), "blank lines are no records");
        let filtered = place.opened.frame.clone().filter(col("t").eq(polars::prelude::lit("a\tb"))).select([col("n")]);
        assert_eq!(collected(filtered, engine).unwrap().height(), 1);
        let last = collected(place.opened.frame.clone().slice(1, 5), engine).unwrap();
        assert_eq!(last.height(), 2);
    }
}

#[test]
fn several_files_with_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join("in").join(name), text).unwrap();
    std::fs::create_dir(folder.path().join("in")).unwrap();
    put("a.jsonl", "{\"n\":1,\"t\":\"x\"}\n\n{\"t\":\"y\",\"n\":2}");
    put("b.jsonl", "");
    let named = Selection { file_column: Some("file".into()), ..Selection::default() };
    let texts = |mark: bool| {
        let text = "{\"n\":3,\"x\":1.5}\r\n{\"n\":4,\"x\":2}\r\n";
        put("c.jsonl", &format!("{}{text}", if mark { "\u{feff}" } else { "" }));
        let opened = open(&Source { selection: named.clone(), ..source("in") }, folder.path()).unwrap();
        assert!(is_ours(&opened));
        assert_eq!(opened.records, Some(4));
        let out = folder.path().join(format!("{mark}.parquet"));
        write(&opened, &target(&out)).unwrap();
        let only = opened.frame.clone().select([col("file")]);
        assert_eq!(collected(only, Engine::Streaming).unwrap().height(), 4, "blank lines have no names");
        read_parquet(&out)
    };
    for mark in [false, true] {
        let cells = texts(mark);
        assert_eq!(cells.names, ["n", "t", "x", "file"]);
        let none = |mut cells: Vec<Option<String>>, at: usize| {
            cells[at] = None;
            cells
        };
        assert_eq!(
            cells.rows,
            [
                none(row(&["1", "x", "", "a.jsonl"]), 2),
                none(row(&["2", "y", "", "a.jsonl"]), 2),
                none(row(&["3", "", "1.5", "c.jsonl"]), 1),
                none(row(&["4", "", "2.0", "c.jsonl"]), 1),
            ],
            "{mark}"
        );
    }
}

#[test]
fn compressed_files_are_read_alike() {
    let folder = tempfile::tempdir().unwrap();
    let text = PLAIN.repeat(2000) + "\n{\"t\":\"\\u00e9\"}";
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
    std::fs::write(folder.path().join("in.jsonl.gz"), packed.finish().unwrap()).unwrap();
    std::fs::write(folder.path().join("in.jsonl.zst"), zstd::encode_all(text.as_bytes(), 1).unwrap()).unwrap();
    std::fs::write(folder.path().join("in.jsonl"), &text).unwrap();
    let wanted = open(&source("in.jsonl"), folder.path()).unwrap();
    let wanted = collected(by_engine(&wanted, &folder.path().join("in.jsonl")), Engine::Streaming).unwrap();
    for name in ["in.jsonl.gz", "in.jsonl.zst", "in.jsonl"] {
        let opened = open(&source(name), folder.path()).unwrap();
        assert!(is_ours(&opened) && opened.records == Some(2001), "{name}");
        assert!(collected(opened.frame, Engine::Streaming).unwrap().equals_missing(&wanted), "{name}");
    }
}

#[test]
fn nested_records_are_left_to_the_engine() {
    let folder = tempfile::tempdir().unwrap();
    for (text, flat) in [
        ("{\"a\":1}\n", true),
        ("{\"a\":[1]}\n", false),
        ("{\"a\":{\"b\":1}}\n", false),
        ("{\"a\":18446744073709551615}\n", false),
        ("{\"a\":-0.0}\n", false),
    ] {
        std::fs::write(folder.path().join("in.jsonl"), text).unwrap();
        assert_eq!(is_ours(&open(&source("in.jsonl"), folder.path()).unwrap()), flat, "{text}");
    }
}
