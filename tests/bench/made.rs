//! Parquet files of any size for the bench of the window: made in the system's temporary folder, and taken away again.

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

/// Cells of a row group, over all columns.
const CELLS: usize = 1_000_000;

/// Makes a table of so many rows and columns, and works with its file.
pub(crate) fn with_table(rows: usize, columns: usize, work: impl FnOnce(&Path)) {
    let path = std::env::temp_dir().join(format!("brewhouse-bench-{rows}x{columns}-{}.parquet", std::process::id()));
    let began = std::time::Instant::now();
    make(&path, rows, columns);
    let megabytes = std::fs::metadata(&path).unwrap().len() / 1_000_000;
    let mut out = std::io::stdout();
    writeln!(out, "{megabytes} MB of Parquet, made in {:.0} s", began.elapsed().as_secs_f64()).unwrap();
    out.flush().unwrap();
    work(&path);
    std::fs::remove_file(&path).unwrap();
}

/// Numbers, texts and decimals in turn; the first column numbers the rows.
fn make(path: &Path, rows: usize, columns: usize) {
    let group = (CELLS / columns).clamp(1_000, 250_000);
    let options = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(group))
        .set_write_batch_size(group.max(1024))
        .build();
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch(0, 1, columns).schema(), Some(options)).unwrap();
    for first in (0..rows).step_by(group) {
        writer.write(&batch(first, group.min(rows - first), columns)).unwrap();
    }
    writer.close().unwrap();
}

fn batch(first: usize, rows: usize, columns: usize) -> RecordBatch {
    let mixed = |row: usize, column: usize| {
        let mixed = (row * 31 + column).wrapping_mul(6_364_136_223_846_793_005).rotate_left(29);
        mixed.wrapping_mul(1_442_695_040_888_963_407) >> 20
    };
    let column = |at: usize| -> (String, ArrayRef) {
        let cells = (first..first + rows).map(|row| mixed(row, at));
        match at % 4 {
            0 if at == 0 => {
                ("id".into(), Arc::new(Int64Array::from_iter_values((first..first + rows).map(|row| row as i64))))
            }
            0 => {
                (format!("number_{at}"), Arc::new(Int64Array::from_iter_values(cells.map(|cell| (cell % 500) as i64))))
            }
            1 => {
                let regions = ["north", "east", "south", "west", "Centre"];
                (format!("region_{at}"), Arc::new(StringArray::from_iter_values(cells.map(|cell| regions[cell % 5]))))
            }
            2 => (
                format!("price_{at}"),
                Arc::new(
                    cells
                        .map(|cell| (cell % 100 > 2).then_some((cell % 20_000) as f64 / 100.0))
                        .collect::<Float64Array>(),
                ),
            ),
            _ => (
                format!("count_{at}"),
                Arc::new(Int64Array::from_iter_values(cells.map(|cell| (cell % 12) as i64 - 1))),
            ),
        }
    };
    RecordBatch::try_from_iter_with_nullable((0..columns).map(column).map(|(name, cells)| (name, cells, true))).unwrap()
}
