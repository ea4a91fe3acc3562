//! ORC in and out: files of PyArrow (`tests/formats/make.py`) with all types and compressions, damaged ones, and those written here.

use crate::table::{kinds, open, run, source, target, write};
use brewhouse_engine::run::collect;
use brewhouse_engine::sink::Target;
use brewhouse_engine::source::{Opened, open_head};
use brewhouse_engine::values::cell_text;
use polars::prelude::{
    DataFrame, DataType, IntoColumn as _, IntoLazy as _, NamedFrom as _, PlSmallStr, Series, TimeUnit, TimeZone,
};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    crate::root().join("tests/formats")
}

fn texts(table: &DataFrame, row: usize) -> Vec<String> {
    let cell = |column: &polars::prelude::Column| cell_text(&column.get(row).unwrap()).unwrap_or_else(|| "∅".into());
    table.columns().iter().map(cell).collect()
}

#[test]
fn orc_of_others_is_read_in_every_compression() {
    for codec in ["uncompressed", "zlib", "snappy", "lz4", "zstd"] {
        let opened = open(&source(&format!("{codec}.orc")), &folder()).unwrap();
        assert_eq!(opened.records, Some(3), "{codec}");
        let table = run(opened.frame.clone()).unwrap();
        let first = [
            "9007199254740993",
            "-128",
            "0.5",
            "-1e300",
            "true",
            "Köln 😀",
            "b\"ab\"",
            "12.5",
            "2024-02-29",
            "2024-02-29 10:30:00.500",
            "2024-02-29 10:30:00Z",
            "[\"x\",null]",
            "{\"city\":\"Rom\",\"no\":7}",
            "[{\"key\":\"a\",\"value\":1},{\"key\":\"b\",\"value\":null}]",
        ];
        assert_eq!(texts(&table, 0), first, "{codec}");
        let second = [
            "-2",
            "127",
            "-0.25",
            "0",
            "false",
            "",
            "b\"\"",
            "-0.01",
            "1969-12-31",
            "1900-01-01 00:00:00",
            "1969-12-31 00:00:00Z",
            "[]",
            "{\"city\":null,\"no\":null}",
            "[]",
        ];
        assert_eq!(texts(&table, 1), second, "{codec}");
        assert!(texts(&table, 2).iter().all(|text| text == "∅"), "{codec}: {:?}", texts(&table, 2));
        let head = open_head(&source(&format!("{codec}.orc")), &folder(), 1).unwrap();
        assert_eq!((run(head.frame).unwrap().height(), head.columns), (1, opened.columns));
    }
}

#[test]
fn times_far_away_are_read_to_the_microsecond_and_it_is_told() {
    let opened = open(&source("far.orc"), &folder()).unwrap();
    let table = run(opened.frame.clone()).unwrap();
    assert_eq!(
        (texts(&table, 0), texts(&table, 1)),
        (vec!["0001-01-01 00:00:00".into()], vec!["9999-12-31 23:59:59".into()])
    );
    assert!(opened.notes.iter().any(|note| note.contains("to the microsecond")), "{:?}", opened.notes);
}

#[test]
fn parts_of_a_second_before_1970_that_are_not_read_are_an_error() {
    let error = open(&source("early.orc"), &folder()).err().unwrap();
    assert!(error.advice.as_deref().is_some_and(|advice| advice.contains("before 1970")), "{error:?}");
}

#[test]
fn damaged_orc_is_an_error_and_no_more() {
    let whole = std::fs::read(folder().join("zlib.orc")).unwrap();
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("in.orc");
    for cut in [0, 3, 20, whole.len() / 2, whole.len() - 20, whole.len() - 1] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let error = open(&source("in.orc"), place.path()).err().unwrap_or_else(|| panic!("cut at {cut}"));
        assert!(error.message.contains("no whole"), "{error}");
    }
    for at in (0..whole.len()).step_by(5) {
        for turn in [0x01, 0x55, 0x80] {
            let mut odd = whole.clone();
            odd[at] ^= turn;
            std::fs::write(&path, &odd).unwrap();
            // What is read of a file with one wrong byte may be another value; it must be rows or an error.
            if let Ok(opened) = open(&source("in.orc"), place.path()) {
                assert!(collect(opened.frame).is_ok(), "byte {at}");
            }
        }
    }
}

/// A table that is written and read back; the other facts are those of any opened file.
fn written(table: &DataFrame, path: &Path, compression: Option<&str>) -> brewhouse_engine::Result<Opened> {
    let any = open(&source("zlib.orc"), &folder()).unwrap();
    let frame = table.clone().lazy();
    let opened = Opened { schema: table.schema().clone(), records: Some(table.height() as u64), frame, ..any };
    write(&opened, &Target { compression: compression.map(str::to_owned), ..target(path) })?;
    let name = path.file_name().unwrap().to_str().unwrap();
    Ok(open(&source(name), path.parent().unwrap()).unwrap())
}

fn column(name: &str, cells: Series, dtype: &DataType) -> polars::prelude::Column {
    cells.with_name(PlSmallStr::from_str(name)).strict_cast(dtype).unwrap().into_column()
}

#[test]
fn what_is_written_as_orc_is_read_back_the_same() {
    let whole = |low: i64, high: i64| Series::new("".into(), [Some(low), None, Some(high), Some(0)]);
    let stamps =
        Series::new("".into(), [Some(1_709_202_600_500_250_i64), None, Some(-2_208_988_799_999_750), Some(-1_000_000)]);
    let times = stamps.cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap();
    let texts_in = Series::new("".into(), [Some("007"), None, Some(""), Some("Köln 😀\n\"x\"")]);
    let table = DataFrame::new(
        4,
        vec![
            column("i8", whole(-128, 127), &DataType::Int8),
            column("i16", whole(-32768, 32767), &DataType::Int16),
            column("i32", whole(-2_147_483_648, 2_147_483_647), &DataType::Int32),
            column("i64", whole(i64::MIN, i64::MAX), &DataType::Int64),
            column("u8", whole(1, 255), &DataType::UInt8),
            column("u16", whole(1, 65535), &DataType::UInt16),
            column("u32", whole(1, 4_294_967_295), &DataType::UInt32),
            column("f32", Series::new("".into(), [Some(0.5), None, Some(-1e30), Some(f64::NAN)]), &DataType::Float32),
            column(
                "f64",
                Series::new("".into(), [Some(0.1), None, Some(f64::INFINITY), Some(-0.0)]),
                &DataType::Float64,
            ),
            column("ok", Series::new("".into(), [Some(true), None, Some(false), Some(true)]), &DataType::Boolean),
            column("text", texts_in.clone(), &DataType::String),
            column("bytes", texts_in, &DataType::Binary),
            column("day", whole(-25_567, 19_782).cast(&DataType::Int32).unwrap(), &DataType::Date),
            column("at", times.clone(), &DataType::Datetime(TimeUnit::Microseconds, None)),
            column("then", stamps, &DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))),
            column("milli", times, &DataType::Datetime(TimeUnit::Milliseconds, None)),
            Series::new_null("none".into(), 4).into_column(),
        ],
    )
    .unwrap();
    let place = tempfile::tempdir().unwrap();
    for codec in [None, Some("zstd"), Some("snappy"), Some("zlib"), Some("lz4"), Some("none")] {
        let again = written(&table, &place.path().join("out.orc"), codec).unwrap();
        let back = run(again.frame).unwrap();
        assert_eq!(back.get_column_names(), table.get_column_names());
        for row in 0..4 {
            assert_eq!(texts(&back, row), texts(&table, row), "{codec:?} row {row}");
        }
        std::fs::remove_file(place.path().join("out.orc")).unwrap();
    }
    // More rows than one stripe or batch, with and without missing cells, and no rows at all.
    let many = Series::new("n".into(), (0..100_000_i64).map(|n| (n % 3 > 0).then_some(n * n)).collect::<Vec<_>>());
    let many = DataFrame::new(100_000, vec![many.into_column()]).unwrap();
    let again = written(&many, &place.path().join("many.orc"), None).unwrap();
    assert!(run(again.frame).unwrap().equals_missing(&many));
    let again = written(&table.head(Some(0)), &place.path().join("no.orc"), None).unwrap();
    assert_eq!((again.records, again.columns.len(), kinds(&again)[3].to_string()), (Some(0), 17, "long".to_owned()));
}

#[test]
fn what_orc_is_not_written_with_is_refused_before_anything_is_run() {
    let money = Series::new("price".into(), [1_i64]).cast(&DataType::Decimal(10, 2)).unwrap();
    let tags = Series::new("tags".into(), [Series::new("".into(), ["a"])]);
    let huge = Series::new("huge".into(), [u64::MAX]);
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("out.orc");
    let table = DataFrame::new(1, vec![money.into_column(), huge.into_column()]).unwrap();
    let error = written(&table, &path, None).err().unwrap();
    assert!(error.message.contains("price (decimal") && error.message.contains("huge ("), "{error}");
    assert!(error.advice.as_deref().is_some_and(|advice| advice.contains("Parquet")), "{error:?}");
    let error = written(&DataFrame::new(1, vec![tags.into_column()]).unwrap(), &path, None).err().unwrap();
    assert!(error.message.contains("tags"), "{error}");
    // The format takes a time in the last second of 1969 for one a second later.
    let gap = Series::new("at".into(), [-1_i64]).cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap();
    let error = written(&DataFrame::new(1, vec![gap.into_column()]).unwrap(), &path, None).err().unwrap();
    assert!(error.message.contains("last second of 1969"), "{error}");
    let plain = DataFrame::new(1, vec![Series::new("n".into(), [1_i64]).into_column()]).unwrap();
    let error = written(&plain, &path, Some("brotli")).err().unwrap();
    assert!(error.message.contains("brotli"), "{error}");
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn nanoseconds_are_written_and_read_back() {
    let stamps = Series::new("".into(), [Some(1_600_000_000_123_456_789_i64), None, Some(-1_000_000_000_000_000_001)]);
    let dtype = DataType::Datetime(TimeUnit::Nanoseconds, None);
    let table = DataFrame::new(3, vec![column("at", stamps, &dtype)]).unwrap();
    let place = tempfile::tempdir().unwrap();
    let again = written(&table, &place.path().join("out.orc"), None).unwrap();
    assert!(run(again.frame).unwrap().equals_missing(&table));
    // Far from now there are none.
    let far = Series::new("".into(), [Some(253_402_300_799_000_001_i64), None]);
    let table = DataFrame::new(2, vec![column("at", far, &DataType::Datetime(TimeUnit::Microseconds, None))]).unwrap();
    let again = written(&table, &place.path().join("far.orc"), None).unwrap();
    assert!(run(again.frame).unwrap().equals_missing(&table));
}

#[test]
fn times_that_nothing_reaches_are_an_error_and_never_missing() {
    let error = open(&source("beyond.orc"), &folder()).err().unwrap();
    assert!(error.message.contains("262,000 years (at)"), "{error:?}");
    for unit in [TimeUnit::Microseconds, TimeUnit::Milliseconds] {
        let far = Series::new("".into(), [i64::MAX, 0]).cast(&DataType::Datetime(unit, None)).unwrap();
        let table = DataFrame::new(2, vec![column("at", far, &DataType::Datetime(unit, None))]).unwrap();
        let place = tempfile::tempdir().unwrap();
        let error = written(&table, &place.path().join("out.orc"), None).err().unwrap();
        assert!(error.message.contains("column at"), "{error:?}");
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0, "nothing is left behind");
    }
}
