//! The import verdict: layouts, encodings, line ends and compressions of others, and what is said about columns.

use crate::table::{kinds, open, row, source, through, through_as};
use brewhouse_engine::source::{DateOrder, Opened, ReadOptions, Source, open_head};
use std::io::Write as _;

fn with(options: ReadOptions) -> Source {
    Source { options, ..source("in.csv") }
}

fn encoding(opened: &Opened) -> &str {
    &opened.text.as_ref().unwrap().dialect.encoding
}

/// Every line of every file must be something.
fn balanced(opened: &Opened) {
    let lines = opened.text.as_ref().unwrap().lines;
    assert_eq!(lines.physical, lines.accounted);
    assert_eq!(lines.accounted, lines.before_data + lines.records + lines.set_aside + lines.left_out);
}

/// Texts long enough for a guess, each in its encoding.
const TEXTS: &[(&str, &str)] = &[
    ("windows-1252", "name,stadt\nMüller,Köln\nWeiß,Düsseldorf\nGrün,Nürnberg\nLöwe,Würzburg\n"),
    (
        "Shift_JIS",
        "名前,都市\n山田太郎,東京都渋谷区\n鈴木花子,大阪府大阪市\n佐藤次郎,北海道札幌市\nカタカナ,ひらがな\n",
    ),
    ("GBK", "姓名,城市\n王小明,北京市朝阳区\n李小红,上海市浦东新区\n张伟,广州市天河区\n刘洋,深圳市南山区\n"),
    ("Big5", "姓名,城市\n陳小明,臺北市信義區\n林小華,高雄市前鎮區\n黃大偉,臺中市西屯區\n張雅婷,新北市板橋區\n"),
    ("EUC-KR", "이름,도시\n김철수,서울특별시 강남구\n이영희,부산광역시 해운대구\n박민수,대구광역시 수성구\n"),
    ("windows-1251", "имя,город\nИван Петров,Москва\nМария Сидорова,Санкт-Петербург\nАлексей,Новосибирск\n"),
    ("EUC-JP", "名前,都市\n山田太郎,東京都渋谷区\n鈴木花子,大阪府大阪市\n佐藤次郎,北海道札幌市\nひらがな,カタカナ\n"),
    ("windows-1253", "όνομα,πόλη\nΓιώργος Παπαδόπουλος,Αθήνα\nΜαρία Νικολάου,Θεσσαλονίκη\nΕλένη,Πάτρα\n"),
];

#[test]
fn encodings_are_found_on_all_bytes() {
    for (name, text) in TEXTS {
        let known = encoding_rs::Encoding::for_label(name.as_bytes()).unwrap();
        let (bytes, _, lost) = known.encode(text);
        assert!(!lost, "{name}");
        let (opened, cells) = through_as(&bytes, &source("in.csv")).unwrap();
        assert_eq!(encoding(&opened), *name);
        let mut lines = text.lines().map(|line| line.split(',').map(|cell| Some(cell.to_owned())).collect::<Vec<_>>());
        let names: Vec<_> = lines.next().unwrap().into_iter().flatten().collect();
        assert_eq!((&cells.names, &cells.rows), (&names, &lines.collect()), "{name}");
        balanced(&opened);
        // Odd characters only on the last line of a long file are found too.
        let mut late = b"name,city\n".to_vec();
        late.extend(b"Smith,London\n".repeat(120_000));
        late.extend_from_slice(&known.encode(&text[text.find('\n').unwrap() + 1..]).0);
        let (opened, cells) = through_as(&late, &source("in.csv")).unwrap();
        assert_eq!(encoding(&opened), *name, "late");
        assert_eq!(cells.rows[120_000][0].as_deref(), text.lines().nth(1).unwrap().split(',').next());
    }
}

#[test]
fn encodings_can_be_named_and_unicode_marks_are_heard() {
    let named = |name: &str, bytes: &[u8]| {
        let options = ReadOptions { encoding: Some(name.into()), ..ReadOptions::default() };
        through_as(bytes, &with(options)).map(|(opened, cells)| (encoding(&opened).to_owned(), cells.rows))
    };
    assert_eq!(named("koi8-r", b"a,b\n\xc9\xd7\xc1\xce,1\n").unwrap().1, [row(&["иван", "1"])]);
    assert_eq!(named("iso-8859-15", b"a,b\n\xa4,1\n").unwrap().1, [row(&["€", "1"])]);
    assert_eq!(named("latin-1", b"a,b\n\xe9,1\n").unwrap().0, "windows-1252");
    assert_eq!(named("gb18030", b"a,b\n\x81\x30\x84\x36,1\n").unwrap().1, [row(&["¥", "1"])]);
    let error = named("latin-77", b"a,b\n1,2\n").unwrap_err();
    assert!(error.message.contains("latin-77"), "{error}");
    for (little, mark) in [(true, true), (false, true), (true, false), (false, false)] {
        let text = if mark {
            "\u{feff}name,n\r\nAnna é,1\r\nBerta €,2\r\n"
        } else {
            "name,n\r\nAnna é,1\r\nBerta €,2\r\n"
        };
        let bytes: Vec<u8> =
            text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect();
        let (opened, cells) = through_as(&bytes, &source("in.csv")).unwrap();
        assert_eq!(encoding(&opened), if little { "UTF-16LE" } else { "UTF-16BE" });
        assert_eq!(
            (cells.names[0].as_str(), &cells.rows),
            ("name", &vec![row(&["Anna é", "1"]), row(&["Berta €", "2"])])
        );
        assert_eq!(opened.text.unwrap().dialect.byte_order_mark, mark);
    }
    let error = through_as(b"\xff\xfe\0\0a\0\0\0", &source("in.csv")).err().unwrap();
    assert!(error.message.contains("UTF-32"), "{error}");
}

#[test]
fn undecodable_bytes_are_set_aside_with_their_line_and_bytes() {
    let mut text = "name,n\nJürgen,1\nÄnne,2\n".as_bytes().to_vec();
    text.extend_from_slice(b"br\xffken,3\nfine,4\n");
    let (opened, cells) = through_as(&text, &source("in.csv")).unwrap();
    assert_eq!(cells.rows, [row(&["Jürgen", "1"]), row(&["Änne", "2"]), row(&["fine", "4"])]);
    let facts = opened.text.as_ref().unwrap();
    assert_eq!((facts.set_aside.records, facts.set_aside.first[0].line), (1, 4));
    let mut kept = Vec::new();
    facts.set_aside.write(&mut kept).unwrap();
    let kept = String::from_utf8(kept).unwrap();
    assert!(kept.contains(",4,\"bytes that are not UTF-8\",\"br\\xffken,3\",6272ff6b656e2c33"), "{kept}");
    // 0x81 0x39 is cut short in GB18030; the bytes come back as they were.
    let options = ReadOptions { encoding: Some("gb18030".into()), ..ReadOptions::default() };
    let (opened, cells) = through_as(b"a,b\n\xc4\xe3,1\n\xff,2\n\xba\xc3,3\n", &with(options)).unwrap();
    assert_eq!(cells.rows, [row(&["你", "1"]), row(&["好", "3"])]);
    let mut kept = Vec::new();
    opened.text.as_ref().unwrap().set_aside.write(&mut kept).unwrap();
    assert!(String::from_utf8(kept).unwrap().contains(",ff2c320a"), "the original bytes");
    balanced(&opened);
}

#[test]
fn a_mark_that_begins_a_value_is_part_of_it() {
    // The stray quote makes the file irregular: what is read is a copy that begins with the first value.
    let (_, cells) = through("a,b\n\u{feff}x,1\ny\"z,2\n");
    assert_eq!(cells.rows, [row(&["\u{feff}x", "1"]), row(&["y\"z", "2"])]);
}

#[test]
fn line_ends_of_old_machines() {
    let (opened, cells) = through(b"a,b\r1,2\r3,\"x\ry\"\r");
    assert_eq!(cells.rows, [row(&["1", "2"]), row(&["3", "x\ny"])]);
    assert_eq!(opened.text.as_ref().unwrap().dialect.line_ends, "CR");
    balanced(&opened);
    let (opened, cells) = through(b"a,b\n1,2\r3,4\n5,6\n");
    assert_eq!(cells.rows, [row(&["5", "6"])], "a lone carriage return ends no line among others");
    assert_eq!(opened.text.as_ref().unwrap().set_aside.records, 1);
    balanced(&opened);
}

#[test]
fn what_stands_before_the_table_is_left_out_and_told() {
    for (text, names, lines) in [
        ("Report of May\n\na,b,c\n1,2,3\n4,5,6\n", ["a", "b", "c"], 2),
        ("# made by x\n# on monday\na,b,c\n1,2,3\n4,5,6\n", ["a", "b", "c"], 2),
        ("##meta, one\n#CHROM,POS,ID\nx,1,2\ny,3,4\n", ["#CHROM", "POS", "ID"], 1),
        ("Sales;;\nMay;;\na;b;c\n1;2;3\n4;5;6\n", ["a", "b", "c"], 0),
    ] {
        let (opened, cells) = through(text);
        if lines > 0 {
            assert_eq!(cells.names, names, "{text}");
            assert_eq!((cells.rows.len(), opened.text.as_ref().unwrap().dialect.preamble_lines), (2, lines), "{text}");
            assert!(opened.notes.iter().any(|note| note.contains("before the table")), "{:?}", opened.notes);
        }
        balanced(&opened);
    }
    let (opened, cells) = through("# a, b\na,b\n1,2\n# between\n3,4\n");
    assert_eq!(cells.rows, [row(&["1", "2"]), row(&["3", "4"])]);
    balanced(&opened);
    let options = ReadOptions { comment: Some("//".into()), ..ReadOptions::default() };
    let (opened, cells) = through_as("a,b\n1,2\n// x,y\n3,4\n", &with(options)).unwrap();
    assert_eq!(cells.rows, [row(&["1", "2"]), row(&["3", "4"])]);
    assert!(opened.notes.iter().any(|note| note.contains("comments")), "{:?}", opened.notes);
    let (opened, cells) = through("a,b\n#1,2\n#3,4\n");
    assert_eq!((cells.rows.len(), opened.records), (2, Some(2)), "a hash in a value is no comment");
}

#[test]
fn headers_none_repeated_or_of_several_lines() {
    let (opened, cells) = through("1,x\n2,y\n3,z\n");
    assert_eq!((cells.names, cells.rows.len()), (vec!["Column_1".to_owned(), "Column_2".to_owned()], 3));
    assert!(opened.notes.iter().any(|note| note.contains("no names")), "{:?}", opened.notes);
    let (_, cells) = through("country,2019,2020\nDE,1,2\nFR,3,4\n");
    assert_eq!(cells.names, ["country", "2019", "2020"], "years name columns");
    let (_, cells) = through("x,y\na,b\nc,d\n");
    assert_eq!((cells.names.join(" "), cells.rows.len()), ("x y".into(), 2));
    let (opened, cells) = through("id,n\n1,2\nid,n\n3,4\n");
    assert_eq!((kinds(&opened), cells.rows), (vec!["long", "long"], vec![row(&["1", "2"]), row(&["3", "4"])]));
    assert!(opened.notes.iter().any(|note| note.contains("header again")), "{:?}", opened.notes);
    balanced(&opened);
    let options = ReadOptions { header: Some(true), header_lines: 2, ..ReadOptions::default() };
    let (opened, cells) = through_as("id,sales,,cost\n,2019,2020,2019\n1,2,3,4\n", &with(options)).unwrap();
    assert_eq!(cells.names, ["id", "sales 2019", "sales 2020", "cost 2019"]);
    assert_eq!(cells.rows, [row(&["1", "2", "3", "4"])]);
    balanced(&opened);
    let (opened, cells) = through("a,b\n1,2,x\n3,4,y\n");
    assert_eq!((cells.names.join(" "), cells.rows.len()), ("a b Column_3".into(), 2), "{:?}", opened.notes);
    let (_, cells) = through("a,b,\n1,2\n3,4\n");
    assert_eq!((cells.names.join(" "), cells.rows.len()), ("a b".into(), 2));
}

#[test]
fn delimiters_are_not_fooled_by_text() {
    for (text, names) in [
        ("id;text\n1;a, b, c\n2;d, e, f\n3;g, h, i\n", vec!["id", "text"]),
        ("id,time,name\n1,10:30:00,x\n2,11:30:00,y\n", vec!["id", "time", "name"]),
        ("first name\nJohn Smith\nJane Doe\nAnn Lee\n", vec!["first name"]),
        ("x y z\n1 2 3\n4 5 6\n", vec!["x", "y", "z"]),
        ("a|b|c\n1,5|2,5|3,5\n4,5|5,5|6,5\n", vec!["a", "b", "c"]),
        ("'a','b'\n'1, 2','x'\n'3, 4','y'\n", vec!["a", "b"]),
        ("t\n10:30\n11:40\n12:50\n", vec!["t"]),
        ("a~b\n1~2\n3~4\n", vec!["a", "b"]),
    ] {
        let (opened, cells) = through(text);
        assert_eq!(cells.names, names, "{text}");
        assert!(opened.text.unwrap().dialect.confidence > 0.0);
    }
}

#[test]
fn commas_for_points_and_days_before_months() {
    let (opened, cells) = through("a;b;c\n1,5;1,234;31/12/2024\n-0,25;2,345;01/02/2024\n7;3,456;15/03/2024\n");
    assert_eq!(kinds(&opened), ["double", "string", "date"]);
    assert_eq!(cells.rows[0], row(&["1.5", "1,234", "2024-12-31"]));
    assert_eq!(cells.rows[1], row(&["-0.25", "2,345", "2024-02-01"]));
    assert!(opened.verdict[1].reason.as_ref().unwrap().contains("parts thousands or is a decimal comma"));
    let (opened, _) = through("a\n01/02/2024\n03/04/2024\n");
    assert_eq!(kinds(&opened), ["string"]);
    let reason = opened.verdict[0].reason.clone().unwrap();
    assert!(reason.contains("either way") && reason.contains("--date-order"), "{reason}");
    for (order, day) in [(DateOrder::DayFirst, "2024-02-01"), (DateOrder::MonthFirst, "2024-01-02")] {
        let options = ReadOptions { date_order: Some(order), ..ReadOptions::default() };
        assert_eq!(through_as("a\n01/02/2024\n", &with(options)).unwrap().1.rows, [row(&[day])]);
    }
    for odd in
        ["31/12/2024\n12/31/2024\n", "31/12/2024\n31.12.2024\n", "31/12/2024\n1/2/2024\n", "30/02/2024\n", "31/12/24\n"]
    {
        assert_eq!(kinds(&through(format!("a\n{odd}")).0), ["string"], "{odd}");
    }
    let options = ReadOptions { decimal_comma: true, ..ReadOptions::default() };
    let (opened, cells) = through_as("a;b\n1,234;x\n2,500;y\n", &with(options)).unwrap();
    assert_eq!((kinds(&opened)[0], cells.rows[0][0].as_deref()), ("double", Some("1.234")));
    let stored = Source { columns: Some(opened.columns.clone()), ..source("in.csv") };
    let (opened, _) = through_as("a;b\n1,5;x\n2,25;y\n", &stored).unwrap();
    assert_eq!(kinds(&opened), ["double", "string"], "stored types hold with a comma too");
}

#[test]
fn dates_without_leading_zeros_are_asked_about_and_decided_for_the_whole_column() {
    const BOTH: [DateOrder; 2] = [DateOrder::DayFirst, DateOrder::MonthFirst];
    let as_order = |text: &str, order: DateOrder| {
        let options = ReadOptions { date_order: Some(order), ..ReadOptions::default() };
        through_as(text, &with(options)).unwrap()
    };
    // 12/10/2024 needs no zero, so that it may stand among the others.
    for mark in ["/", ".", "-"] {
        let text = "a\n4/11/2023\n5/1/2024\n\"\"\n12/10/2024\n 7/7/2024\n".replace('/', mark);
        let (opened, cells) = through(&*text);
        assert_eq!((kinds(&opened), cells.rows[0].clone()), (vec!["string"], row(&[&format!("4{mark}11{mark}2023")])));
        let verdict = &opened.verdict[0];
        let reason = verdict.reason.as_ref().unwrap();
        assert!(reason.contains("either way") && reason.contains("--date-order dmy or mdy"), "{reason}");
        assert_eq!((verdict.looks_like.as_deref(), &*verdict.orders), (Some("date"), &BOTH[..]));
        let days = [
            (DateOrder::DayFirst, ["2023-11-04", "2024-01-05", "", "2024-10-12", "2024-07-07"]),
            (DateOrder::MonthFirst, ["2023-04-11", "2024-05-01", "", "2024-12-10", "2024-07-07"]),
        ];
        for (order, days) in days {
            let (opened, cells) = as_order(&text, order);
            let cells: Vec<&str> = cells.rows.iter().map(|row| row[0].as_deref().unwrap_or_default()).collect();
            assert_eq!((kinds(&opened), cells), (vec!["date"], days.to_vec()), "{text}");
            assert!(opened.verdict[0].written.as_ref().unwrap().contains("without leading zeros"));
        }
    }
    // What is proven is asked too, since such columns were always text; an order that does not fit decides nothing, cell by cell or at all.
    let proven = "a\n4/11/2023\n25/1/2024\n";
    let (opened, _) = through(proven);
    assert_eq!((kinds(&opened), &*opened.verdict[0].orders), (vec!["string"], &BOTH[..1]));
    let reason = opened.verdict[0].reason.as_ref().unwrap();
    assert!(reason.contains("the day first (\"4/11/2023\" on line 2); say --date-order dmy"), "{reason}");
    assert_eq!(as_order(proven, DateOrder::DayFirst).1.rows[1], row(&["2024-01-25"]));
    assert_eq!(kinds(&as_order(proven, DateOrder::MonthFirst).0), ["string"]);
    for odd in [
        "4/11/2023\n04/12/2023\n",
        "04/11/2023\n14/1/2024\n",
        "4/11/2023\n4.11.2023\n",
        "25/1/2024\n1/25/2024\n",
        "31/4/2023\n",
        "30/2/2024\n",
        "4/11/23\n",
        "0/1/2024\n",
        "4/0/2024\n",
        "-4/1/2024\n",
        "4/1-2024\n",
        "4/1/2024\nsoon\n",
    ] {
        for order in BOTH {
            let (opened, _) = as_order(&format!("a\n{odd}"), order);
            assert_eq!((kinds(&opened), &*opened.verdict[0].orders), (vec!["string"], &[][..]), "{odd}");
        }
    }
}

#[test]
fn one_odd_date_among_many_decides() {
    let text = format!("d\n{}13/02/2024\n", "01/02/2024\n".repeat(100_000));
    let (opened, cells) = through(&text);
    assert_eq!((kinds(&opened), cells.rows[0][0].as_deref()), (vec!["date"], Some("2024-02-01")));
}

#[test]
fn compressions_of_others() {
    let text = format!("a,b\n{}", "12,x\n".repeat(10_000));
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
    lz4.write_all(text.as_bytes()).unwrap();
    put("in.csv.lz4", &lz4.finish().unwrap());
    let mut snappy = snap::write::FrameEncoder::new(Vec::new());
    snappy.write_all(text.as_bytes()).unwrap();
    put("in.csv.snappy", &snappy.into_inner().unwrap());
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(text.as_bytes()).unwrap();
    put("in.csv.bz2", &bzip2.finish().unwrap());
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(text.as_bytes()).unwrap();
    put("in.csv.deflate", &zlib.finish().unwrap());
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("in.csv", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(text.as_bytes()).unwrap();
    put("in.csv.zip", zip.finish().unwrap().get_ref());
    // Made with the xz program: "a,b\n1,2\n".
    put("small.csv.xz", XZ);
    for name in ["in.csv.lz4", "in.csv.snappy", "in.csv.bz2", "in.csv.deflate", "in.csv.zip"] {
        let opened = open(&source(name), folder.path()).unwrap();
        assert_eq!((kinds(&opened), opened.records), (vec!["long", "string"], Some(10_000)), "{name}");
        assert_eq!(crate::table::run(opened.frame).unwrap().height(), 10_000, "{name}");
        assert_eq!(open_head(&source(name), folder.path(), 10).unwrap().columns, opened.columns);
    }
    assert_eq!(open(&source("small.csv.xz"), folder.path()).unwrap().records, Some(1));
    put("cut.csv.bz2", &std::fs::read(folder.path().join("in.csv.bz2")).unwrap()[..60]);
    assert!(open(&source("cut.csv.bz2"), folder.path()).is_err());
    let mut two = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["a.csv", "b.csv"] {
        two.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        two.write_all(b"a\n1\n").unwrap();
    }
    put("two.csv.zip", two.finish().unwrap().get_ref());
    let error = open(&source("two.csv.zip"), folder.path()).err().unwrap();
    assert!(error.message.contains("2 files"), "{error}");
}

const XZ: &[u8] = &[
    253, 55, 122, 88, 90, 0, 0, 4, 230, 214, 180, 70, 2, 0, 33, 1, 22, 0, 0, 0, 116, 47, 229, 163, 1, 0, 7, 97, 44, 98,
    10, 49, 44, 50, 10, 0, 190, 156, 189, 73, 181, 18, 42, 254, 0, 1, 32, 8, 187, 25, 217, 187, 31, 182, 243, 125, 1,
    0, 0, 0, 0, 4, 89, 90,
];

#[test]
fn twenty_thousand_columns() {
    let names: Vec<_> = (0..20_000).map(|at| if at % 2 == 0 { "same".to_owned() } else { format!("c{at}") }).collect();
    let cells: Vec<_> = (0..20_000).map(|at: i32| at.to_string()).collect();
    let text = format!("{}\n{}\n{}\n", names.join(","), cells.join(","), cells.join(","));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), text).unwrap();
    let opened = open(&source("in.csv"), folder.path()).unwrap();
    assert_eq!((opened.columns.len(), opened.records), (20_000, Some(2)));
    assert!(kinds(&opened).iter().all(|kind| *kind == "long"));
    assert_eq!(opened.columns[2].name, "same_2");
}

#[test]
fn the_odd_value_on_the_last_line_is_told_with_its_line() {
    let text = format!("n,m\n{}oops,2\n", "1,2\n".repeat(2_000_000));
    let (opened, _) = through(&text);
    let fault = &opened.verdict[0].faults[0];
    assert_eq!(
        (kinds(&opened)[0], fault.count, &fault.lines[..], fault.example.as_str()),
        ("string", 1, &[2_000_002][..], "oops")
    );
    assert_eq!((opened.verdict[0].fitting, opened.verdict[0].looks_like.as_deref()), (2_000_000, Some("long")));
}

#[test]
fn lines_of_carriage_returns_may_hold_line_feeds_between_quotes() {
    let (opened, cells) = through("a,b\r\"x\ny\",2\r3,4\r");
    assert_eq!((kinds(&opened), cells.rows), (vec!["string", "long"], vec![row(&["x\ny", "2"]), row(&["3", "4"])]));
    assert_eq!(opened.text.unwrap().dialect.line_ends, "CR");
}
