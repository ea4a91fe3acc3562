//! `cargo bench`: the engine against the same plan written by hand in Polars, in one run, as a ratio of medians.
//!
//! `cargo bench -- 20000000` sets the number of rows (2 million otherwise), `cargo bench -- group` chooses among the jobs. Rows are made once, in the system's temporary folder. Both sides
//! know the types, read the same CSV and write zstd Parquet of the same row groups with the streaming engine; the engine's side also counts,
//! balances, reads back and swaps, as every run does. The typing pass is timed apart: its counts are kept, as the program keeps them.
//!
//! `cargo bench -- window FILE [SECONDS]` measures the window on a file instead, see `window.rs`; in place of a file, `100000000x4` stands for a
//! Parquet file of so many rows and columns that is made for it. `cargo bench -- operations` measures every operation, see `operations.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench may stop where it stands")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "small numbers"
)]

#[cfg(feature = "gui")]
mod made;
#[cfg(unix)]
mod operations;
#[cfg(feature = "gui")]
mod window;

use brewhouse_engine::op::Environment;
use brewhouse_engine::recipe::{Recipe, Step};
use brewhouse_engine::run::{Job, Monitor, execute};
use brewhouse_engine::sink::Target;
use brewhouse_engine::source::{self, Source, StoredColumn};
use polars::prelude::{
    DataType, Engine, FileWriteFormat, LazyCsvReader, LazyFileListReader as _, LazyFrame, ParquetWriteOptions,
    PlRefPath, Schema, SinkDestination, SinkTarget, SortMultipleOptions, UnifiedSinkArgs, UniqueKeepStrategy, col, lit,
};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: polars_ooc::Allocator = polars_ooc::Allocator;

const RUNS: usize = 5;

struct Bench {
    name: &'static str,
    steps: Vec<Step>,
    by_hand: fn(LazyFrame, LazyFrame) -> LazyFrame,
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    if let Some(at) = words.iter().position(|word| word == "window") {
        #[cfg(feature = "gui")]
        {
            let name = words.get(at + 1).expect("which file?");
            let size = name.split_once('x').and_then(|(rows, columns)| rows.parse().ok().zip(columns.parse().ok()));
            let seconds = words.get(at + 2).and_then(|word| word.parse().ok()).unwrap_or(120);
            let bench = |path: &Path| window::bench(path, std::time::Duration::from_secs(seconds));
            match size {
                Some((rows, columns)) => made::with_table(rows, columns, bench),
                None => bench(Path::new(name)),
            }
        }
        let _ = at;
        return;
    }
    #[cfg(unix)]
    if let Some(at) = words.iter().position(|word| word == "operations" || word == "operation") {
        let number = words.iter().skip(at).find_map(|word| word.parse().ok()).unwrap_or(10_000_000);
        let name = words
            .iter()
            .skip(at + 1)
            .find(|word| word.chars().all(|letter| !letter.is_lowercase()) && word.parse::<usize>().is_err());
        let text = match (words[at].as_str(), name) {
            ("operation", Some(name)) => operations::alone(name, number),
            (_, name) => operations::bench(number, name.map(String::as_str)),
        };
        std::io::stdout().write_all(text.as_bytes()).unwrap();
        return;
    }
    let rows = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(2_000_000);
    let folder = std::env::temp_dir().join(format!("brewhouse-bench-{rows}"));
    std::fs::create_dir_all(&folder).unwrap();
    let (orders, customers) = (folder.join("orders.csv"), folder.join("customers.csv"));
    if !customers.exists() {
        make(&orders, &customers, rows);
        // The pass over a file that was made only just now is not kept.
        std::thread::sleep(std::time::Duration::from_secs(3));
    }
    let _ = std::fs::remove_dir_all(folder.join("kept"));
    let mut report = String::new();
    let (source, typed) = typed_source("orders", &orders, &folder);
    let megabytes = std::fs::metadata(&orders).unwrap().len() as f64 / 1e6;
    writeln!(report, "{rows} rows, {megabytes:.0} MB of CSV; deciding types on all rows: {typed:.2} s").unwrap();
    writeln!(report, "{:<22} {:>9} {:>9} {:>7}", "job", "engine", "by hand", "ratio").unwrap();
    let others = typed_source("customers", &customers, &folder).0;
    let wanted = |bench: &Bench| {
        let words: Vec<&String> = words.iter().skip(1).filter(|word| word.chars().all(char::is_alphabetic)).collect();
        words.is_empty() || words.iter().any(|word| bench.name.contains(word.as_str()))
    };
    for bench in benches().into_iter().filter(wanted) {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for run in 0..=RUNS {
            let a = engine(&bench, &source, &others, &folder);
            let b = by_hand(&bench, &source, &others, &folder);
            // The first pair only warms the file cache.
            if run > 0 {
                ours.push(a);
                theirs.push(b);
            }
        }
        let (a, b) = (median(&mut ours), median(&mut theirs));
        writeln!(report, "{:<22} {a:>7.2} s {b:>7.2} s {:>7.2}", bench.name, a / b).unwrap();
    }
    std::io::stdout().write_all(report.as_bytes()).unwrap();
}

fn benches() -> Vec<Bench> {
    let group = r#"[{"sourceColumnName":"price","targetColumnName":"total","functionName":"SUM"}]"#;
    vec![
        Bench { name: "CSV to Parquet", steps: Vec::new(), by_hand: |orders, _| orders },
        Bench {
            name: "filter and derive",
            steps: vec![
                Step::new("REMOVE_VALUES").with("sourceColumn", "quantity").when("LESS_THAN", Some("1"), "quantity"),
                Step::new("UPPER_CASE").with("sourceColumn", "region"),
            ],
            by_hand: |orders, _| {
                let keep = col("quantity").lt(lit(1)).fill_null(lit(false)).not();
                orders.filter(keep).with_columns([col("region").str().to_uppercase()])
            },
        },
        Bench {
            name: "group by two columns",
            steps: vec![
                Step::new("GROUP_BY")
                    .with("sourceColumns", r#"["region","category"]"#)
                    .with("groupByAggFunctionOptions", group),
            ],
            by_hand: |orders, _| {
                let keys = [col("region"), col("category")];
                let grouped = orders.group_by(keys.clone()).agg([col("price").sum().alias("total")]);
                grouped.sort_by_exprs(keys, SortMultipleOptions::default())
            },
        },
        Bench {
            name: "distinct rows",
            steps: vec![Step::new("DELETE_DUPLICATE_ROWS")],
            by_hand: |orders, _| orders.unique_stable(None, UniqueKeepStrategy::First),
        },
        Bench {
            name: "join of customers",
            steps: vec![
                Step::new("JOIN")
                    .with("secondaryDatasetName", "customers")
                    .with("joinKeys", r#"[{"key":"customer","value":"id"}]"#)
                    .with("joinType", "LEFT_JOIN")
                    .with("leftColumns", r#"["order_id","customer","price","ordered_at"]"#)
                    .with("rightColumns", r#"["country"]"#),
            ],
            by_hand: |orders, customers| {
                let kept = ["order_id", "customer", "price", "ordered_at", "country"].map(col);
                let builder = orders.join_builder().with(customers).left_on([col("customer")]).right_on([col("id")]);
                let left = builder.how(polars::prelude::JoinType::Left);
                left.maintain_order(polars::prelude::MaintainOrderJoin::LeftRight).finish().select(kept)
            },
        },
    ]
}

fn engine(bench: &Bench, orders: &Source, customers: &Source, folder: &Path) -> f64 {
    let target = Target { path: folder.join("engine.parquet"), overwrite: true, ..Target::default() };
    let job = Job {
        recipe: Recipe::from_steps(bench.steps.clone()),
        dataset: orders.clone(),
        others: if bench.name.starts_with("join") { vec![customers.clone()] } else { Vec::new() },
        targets: vec![target],
        base: PathBuf::from("."),
        env: Environment::at(chrono::Utc::now()),
        limit: None,
        expect_rows: None,
        memory: brewhouse_engine::run::Memory::default(),
        rejects: brewhouse_engine::run::Rejects::default(),
    };
    let receipt = execute(&job, &Monitor::silent()).map_err(|failure| failure.error).unwrap();
    receipt.seconds - receipt.opening_seconds
}

fn by_hand(bench: &Bench, orders: &Source, customers: &Source, folder: &Path) -> f64 {
    let path = PlRefPath::try_from_path(&folder.join("hand.parquet")).unwrap();
    let began = Instant::now();
    let frame = (bench.by_hand)(scan(orders), scan(customers));
    let options = ParquetWriteOptions { row_group_size: Some(512 * 512), ..ParquetWriteOptions::default() };
    let destination = SinkDestination::File { target: SinkTarget::Path(path) };
    let format = FileWriteFormat::Parquet(Arc::new(options));
    let sink = frame.sink(destination, format, UnifiedSinkArgs::default()).unwrap();
    sink.collect_with_engine(Engine::Streaming).unwrap();
    began.elapsed().as_secs_f64()
}

/// The scan that a person would write who knows the types; dates stay with Polars' own reading.
fn scan(source: &Source) -> LazyFrame {
    let types: Schema = source
        .columns
        .iter()
        .flatten()
        .map(|column| {
            let dtype = match column.kind.as_str() {
                "long" => DataType::Int64,
                "double" => DataType::Float64,
                _ => DataType::String,
            };
            (column.name.as_str().into(), dtype)
        })
        .collect();
    let reader = LazyCsvReader::new(PlRefPath::try_from_path(Path::new(&source.paths[0])).unwrap());
    let frame = reader.with_dtype_overwrite(Some(Arc::new(types))).with_infer_schema_length(Some(0)).finish().unwrap();
    if source.columns.iter().flatten().any(|c| c.name == "ordered_at") {
        let options = polars::prelude::StrptimeOptions {
            format: Some("%Y-%m-%d %H:%M:%S".into()),
            ..polars::prelude::StrptimeOptions::default()
        };
        let stamp = DataType::Datetime(polars::prelude::TimeUnit::Microseconds, None);
        return frame.with_columns([col("ordered_at").str().strptime(stamp, options, lit("raise"))]);
    }
    frame
}

/// A file with its types; what the typing pass counted is kept, as the program keeps it, so that the runs do not pay for it again.
fn typed_source(name: &str, path: &Path, folder: &Path) -> (Source, f64) {
    let paths = vec![path.to_string_lossy().into_owned()];
    let mut source = Source { name: name.into(), paths, verdicts: Some(folder.join("kept")), ..Source::default() };
    let began = Instant::now();
    let opened = source::open(&source, Path::new("."), &AtomicBool::new(false), &|_| {}).unwrap();
    let seconds = began.elapsed().as_secs_f64();
    let columns: Vec<StoredColumn> = opened.columns.clone();
    source.columns = Some(columns);
    (source, seconds)
}

fn median(seconds: &mut [f64]) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

/// Orders and customers from a fixed seed.
fn make(orders: &Path, customers: &Path, rows: u64) {
    let mut seed = 7u64;
    let mut next = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut file = std::io::BufWriter::new(std::fs::File::create(orders).unwrap());
    writeln!(file, "order_id,customer,region,category,quantity,price,ordered_at").unwrap();
    let regions = ["EU", "US", "APAC", "LATAM", "eu"];
    let categories = ["kitchen", "books", "audio", "garden", "toys", "sports"];
    for order in 0..rows {
        let price = if next(100) < 3 { String::new() } else { format!("{}.{:02}", next(200), next(100)) };
        let (region, category) = (regions[next(5) as usize], categories[next(6) as usize]);
        let (month, day, hour, minute) = (1 + next(12), 1 + next(28), next(24), next(60));
        let quantity = next(12) as i64 - 1;
        writeln!(
            file,
            "{order},C{:06},{region},{category},{quantity},{price},2024-{month:02}-{day:02} {hour:02}:{minute:02}:00",
            next(500_000)
        )
        .unwrap();
    }
    file.flush().unwrap();
    let mut file = std::io::BufWriter::new(std::fs::File::create(customers).unwrap());
    writeln!(file, "id,country").unwrap();
    for customer in 0..500_000 {
        writeln!(file, "C{customer:06},{}", ["DE", "FR", "US", "JP"][next(4) as usize]).unwrap();
    }
    file.flush().unwrap();
}
