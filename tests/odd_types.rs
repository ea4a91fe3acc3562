//! Types of Parquet and Arrow that the engine does not read by itself, as other programs write them: none is lost, none stops the program.

use crate::table::{Cells, kinds, open, read_parquet, row, source, target, write};
use arrow::array::{
    ArrayRef, BinaryArray, Date64Array, Decimal256Array, FixedSizeBinaryArray, Int32Array, Int64Array,
    IntervalMonthDayNanoArray, MapBuilder, RecordBatch, RunArray, StringArray, StringBuilder, StructArray,
    Time32MillisecondArray, Time32SecondArray, UnionArray,
};
use arrow::buffer::ScalarBuffer;
use arrow::datatypes::{DataType, Field, Int32Type, Schema, UnionFields, i256};
use arrow::ipc::writer::{FileWriter, StreamWriter};
use brewhouse_engine::ErrorKind;
use polars::prelude::AnyValue;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

fn batch(columns: Vec<(Field, ArrayRef)>) -> RecordBatch {
    let (fields, arrays): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

fn of(name: &str, array: ArrayRef) -> (Field, ArrayRef) {
    (Field::new(name, array.data_type().clone(), true), array)
}

fn put_parquet(path: &Path, batch: &RecordBatch) {
    let mut out = parquet::arrow::ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    out.write(batch).unwrap();
    out.close().unwrap();
}

fn put_arrow(path: &Path, batch: &RecordBatch, stream: bool) {
    let file = File::create(path).unwrap();
    if stream {
        let mut out = StreamWriter::try_new(file, &batch.schema()).unwrap();
        out.write(batch).unwrap();
        out.finish().unwrap();
    } else {
        let mut out = FileWriter::try_new(file, &batch.schema()).unwrap();
        out.write(batch).unwrap();
        out.finish().unwrap();
    }
}

fn through(name: &str, folder: &Path) -> (Vec<String>, Cells) {
    let opened = open(&source(name), folder).unwrap_or_else(|error| panic!("{name}: {error} {:?}", error.chain()));
    let out = folder.join("out.parquet");
    let _ = std::fs::remove_file(&out);
    write(&opened, &target(&out)).unwrap();
    (kinds(&opened).into_iter().map(str::to_owned).collect(), read_parquet(&out))
}

// What both formats hold.
fn common() -> RecordBatch {
    let seconds: ArrayRef = Arc::new(Time32SecondArray::from(vec![Some(37_800), None, Some(86_399)]));
    let millis: ArrayRef = Arc::new(Time32MillisecondArray::from(vec![Some(1), None, Some(0)]));
    let inner: ArrayRef = Arc::new(Time32SecondArray::from(vec![Some(60), None, Some(1)]));
    let within = StructArray::from(vec![(Arc::new(Field::new("t", inner.data_type().clone(), true)), inner)]);
    let wide = [Some(i256::from_i128(150)), None, Some(i256::from_i128(-1))];
    let wide = Decimal256Array::from_iter(wide).with_precision_and_scale(50, 2).unwrap();
    let day = 86_400_000_i64;
    let days: ArrayRef = Arc::new(Date64Array::from(vec![Some(19_782 * day), None, Some(-day)]));
    let bytes = vec![Some([0x12; 16]), None, Some([0xff; 16])];
    let bytes: ArrayRef =
        Arc::new(FixedSizeBinaryArray::try_from_sparse_iter_with_size(bytes.into_iter(), 16).unwrap());
    let told = std::collections::HashMap::from([("ARROW:extension:name".to_owned(), "arrow.uuid".to_owned())]);
    let uuid = Field::new("key", bytes.data_type().clone(), true).with_metadata(told);
    batch(vec![
        of("s", seconds),
        of("ms", millis),
        of("in", Arc::new(within)),
        of("wide", Arc::new(wide)),
        of("day", days),
        (uuid, bytes),
    ])
}

#[test]
fn times_wide_decimals_days_and_identifiers_are_read_from_parquet_and_arrow() {
    let folder = tempfile::tempdir().unwrap();
    put_parquet(&folder.path().join("in.parquet"), &common());
    put_arrow(&folder.path().join("in.arrow"), &common(), false);
    put_arrow(&folder.path().join("stream.arrow"), &common(), true);
    for name in ["in.parquet", "in.arrow", "stream.arrow"] {
        let (kinds, cells) = through(name, folder.path());
        assert_eq!(kinds[..2], ["time", "time"], "{name}");
        assert_eq!(kinds[4..], ["date", "string"], "{name}");
        let first = ["10:30:00", "00:00:00.001", "{t: 00:01:00}", "1.50", "2024-02-29"];
        assert_eq!(cells.rows[0][..5], row(&first)[..], "{name}");
        assert_eq!(cells.rows[0][5].as_deref(), Some("12121212-1212-1212-1212-121212121212"), "{name}");
        assert!([0, 1, 3, 4, 5].iter().all(|at| cells.rows[1][*at].is_none()), "{name}: {:?}", cells.rows[1]);
        assert_eq!(cells.rows[2][..5], row(&["23:59:59", "00:00:00", "{t: 00:00:01}", "-0.01", "1969-12-31"])[..]);
    }
}

#[test]
fn columns_of_one_name_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let one: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let two: ArrayRef = Arc::new(Int64Array::from(vec![2]));
    let double = batch(vec![of("a", one), of("a", two)]);
    put_parquet(&folder.path().join("in.parquet"), &double);
    put_arrow(&folder.path().join("in.arrow"), &double, false);
    for name in ["in.parquet", "in.arrow"] {
        let (_, cells) = through(name, folder.path());
        assert_eq!(
            (cells.names.as_slice(), &cells.rows[0]),
            (["a".to_owned(), "a_2".to_owned()].as_slice(), &row(&["1", "2"]))
        );
        let opened = open(&source(name), folder.path()).unwrap();
        assert!(
            opened.notes.iter().any(|note| note == "column 2 is a second a and is called a_2"),
            "{:?}",
            opened.notes
        );
    }
}

#[test]
fn maps_pass_through_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let mut maps = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    maps.keys().append_value("k");
    maps.values().append_value("v");
    maps.append(true).unwrap();
    maps.append(false).unwrap();
    let map: ArrayRef = Arc::new(maps.finish());
    let inner = (Arc::new(Field::new("m", map.data_type().clone(), true)), Arc::clone(&map));
    let time: ArrayRef = Arc::new(Time32SecondArray::from(vec![Some(60), None]));
    let odd = batch(vec![of("m", map), of("s", Arc::new(StructArray::from(vec![inner]))), of("t", time)]);
    put_arrow(&folder.path().join("in.arrow"), &odd, true);
    put_parquet(&folder.path().join("in.parquet"), &odd);
    for name in ["in.arrow", "in.parquet"] {
        let (_, cells) = through(name, folder.path());
        assert_eq!(cells.rows[0], row(&["[{key: k, value: v}]", "{m: [{key: k, value: v}]}", "00:01:00"]), "{name}");
        assert_eq!((&cells.rows[1][0], &cells.rows[1][2]), (&None, &None), "{name}");
    }
}

#[test]
fn unions_runs_and_spans_of_time_become_what_can_be_shown() {
    let folder = tempfile::tempdir().unwrap();
    let fields: UnionFields =
        [(0, Arc::new(Field::new("n", DataType::Int32, true))), (1, Arc::new(Field::new("t", DataType::Utf8, true)))]
            .into_iter()
            .collect();
    let parts: Vec<ArrayRef> = vec![Arc::new(Int32Array::from(vec![1, 0])), Arc::new(StringArray::from(vec!["", "x"]))];
    let union = UnionArray::try_new(fields, ScalarBuffer::from(vec![0_i8, 1]), None, parts).unwrap();
    let runs: RunArray<Int32Type> = ["a", "a"].into_iter().collect();
    let spans = IntervalMonthDayNanoArray::from(vec![Some(arrow::datatypes::IntervalMonthDayNano::new(1, 2, 3)), None]);
    let odd = batch(vec![of("u", Arc::new(union)), of("r", Arc::new(runs)), of("i", Arc::new(spans))]);
    put_arrow(&folder.path().join("in.arrow"), &odd, false);
    let (_, cells) = through("in.arrow", folder.path());
    assert_eq!(cells.rows[1][1..], row(&["a", "∅"])[..]);
    let (one, two) = (cells.rows[0][0].clone().unwrap(), cells.rows[1][0].clone().unwrap());
    assert!(one.contains('1') && two.contains('x'), "{one} {two}");
    assert!(
        cells.rows[0][2].as_deref().is_some_and(|text| text.contains("1 mon") && text.contains("2 days")),
        "{cells:?}"
    );
}

#[test]
fn bytes_are_refused_where_a_format_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let bytes: ArrayRef = Arc::new(BinaryArray::from(vec![Some(&b"ab"[..]), None]));
    put_parquet(&folder.path().join("in.parquet"), &batch(vec![of("v", bytes)]));
    let opened = open(&source("in.parquet"), folder.path()).unwrap();
    for name in ["out.csv", "out.jsonl", "out.xml", "out.xlsx"] {
        let error = write(&opened, &target(folder.path().join(name))).err().unwrap();
        assert_eq!(error.kind, ErrorKind::Type, "{name}: {error}");
        assert!(error.message.contains("cannot hold the bytes of column v"), "{name}: {error}");
    }
    for name in ["out.parquet", "out.arrow", "out.avro"] {
        write(&opened, &target(folder.path().join(name))).unwrap();
    }
}

#[test]
fn damaged_files_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    put_parquet(&place.join("in.parquet"), &common());
    put_arrow(&place.join("in.arrow"), &common(), false);
    put_arrow(&place.join("stream.arrow"), &common(), true);
    for name in ["in.parquet", "in.arrow", "stream.arrow"] {
        let whole = std::fs::read(place.join(name)).unwrap();
        for at in (0..whole.len()).step_by(61) {
            let mut odd = whole.clone();
            odd[at] ^= 0xff;
            std::fs::write(place.join(name), &odd).unwrap();
            // An error or values; never a panic.
            if let Ok(opened) = open(&source(name), place) {
                let _ = brewhouse_engine::run::collect(opened.frame);
            }
        }
        std::fs::write(place.join(name), &whole[..whole.len() / 2]).unwrap();
        let read = open(&source(name), place).and_then(|opened| brewhouse_engine::run::collect(opened.frame));
        assert!(read.is_err(), "{name} cut in half");
    }
}

#[test]
fn a_decimal_of_four_bytes_is_shown_with_the_digits_that_tell_it() {
    for (number, shown) in [(3.77_f32, "3.77"), (0.1, "0.1"), (-2.5, "-2.5"), (1e20, "1e20"), (f32::NAN, "NaN")] {
        let cell = AnyValue::Float32(number);
        assert_eq!(brewhouse_engine::values::cell_text(&cell).as_deref(), Some(shown));
    }
    assert_eq!(brewhouse_engine::values::cell_json(&AnyValue::Float32(3.77)).to_string(), "3.77");
}
