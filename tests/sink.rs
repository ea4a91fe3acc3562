//! Sinks: each format reads back with other crates, and the old output is whole until the new one is.

use crate::table::{open, read_arrow, read_parquet, row, run, source, target, write};
use brewhouse_engine::ErrorKind;
use brewhouse_engine::sink::{self, FORMATS, MANIFEST, Target};
use brewhouse_engine::source::Opened;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const ORDERS: &str = "id,region,amount,day,ok\n007,EU,1.5,2024-01-01,true\n008,US,,2024-02-29,false\n009,EU,\"-3.25\",,true\n010,,2,2024-01-01,\n";

fn orders() -> (TempDir, Opened) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("orders.csv"), ORDERS).unwrap();
    let opened = open(&source("orders.csv"), folder.path()).unwrap();
    (folder, opened)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn expected() -> Vec<Vec<Option<String>>> {
    vec![
        row(&["007", "EU", "1.5", "2024-01-01", "true"]),
        row(&["008", "US", "∅", "2024-02-29", "false"]),
        row(&["009", "EU", "-3.25", "∅", "true"]),
        row(&["010", "∅", "2.0", "2024-01-01", "∅"]),
    ]
}

#[test]
fn every_format_and_compression_reads_back() {
    let (folder, opened) = orders();
    for format in FORMATS {
        for compression in format.compressions {
            let path = folder.path().join(format!("{compression}.{}", format.extensions[0]));
            let target = Target { compression: Some((*compression).into()), ..target(&path) };
            let written = write(&opened, &target)
                .unwrap_or_else(|error| panic!("{} {compression}: {error} {:?}", format.name, error.chain()));
            assert_eq!((written.rows, written.files.len(), written.files[0].rows), (4, 1, 4));
            assert_eq!(written.files[0].bytes, fs::metadata(&path).unwrap().len());
            match format.name {
                "PARQUET" => assert_eq!(read_parquet(&path).rows, expected()),
                "ARROW" => assert_eq!(read_arrow(&path).rows, expected()),
                "CSV" if *compression == "none" => assert_eq!(
                    fs::read_to_string(&path).unwrap(),
                    "id,region,amount,day,ok\n007,EU,1.5,2024-01-01,true\n008,US,,2024-02-29,false\n009,EU,-3.25,,true\n010,,2.0,2024-01-01,\n"
                ),
                "JSON" if *compression == "none" => {
                    let text = fs::read_to_string(&path).unwrap();
                    let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
                    assert_eq!(first["id"], "007");
                    assert_eq!(text.lines().count(), 4);
                }
                _ => {}
            }
        }
    }
    assert!(names(folder.path()).iter().all(|name| !name.starts_with('.')), "{:?}", names(folder.path()));
}

#[test]
fn levels_row_groups_statistics_and_metadata() {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    let (folder, opened) = orders();
    let path = folder.path().join("x.parquet");
    let metadata = vec![("program".to_owned(), "brewhouse".to_owned()), ("recipe".to_owned(), "abc".to_owned())];
    write(&opened, &Target { row_group_rows: Some(3), level: Some(9), metadata, ..target(&path) }).unwrap();
    let file = SerializedFileReader::new(fs::File::open(&path).unwrap()).unwrap();
    let footer = file.metadata();
    assert_eq!(footer.row_groups().iter().map(|group| group.num_rows()).collect::<Vec<_>>(), [3, 1]);
    assert!(footer.row_group(0).column(0).statistics().is_some());
    let pairs = footer.file_metadata().key_value_metadata().unwrap();
    assert!(pairs.iter().any(|pair| pair.key == "recipe" && pair.value.as_deref() == Some("abc")));
    for (compression, level) in [("zstd", 40), ("gzip", 12), ("zip", 1)] {
        let bad = Target {
            compression: Some(compression.into()),
            level: Some(level),
            ..target(folder.path().join("y.parquet"))
        };
        assert_eq!(write(&opened, &bad).unwrap_err().kind, ErrorKind::Sink);
    }
}

#[test]
fn partitions_are_folders_with_a_manifest() {
    let (folder, opened) = orders();
    let out = folder.path().join("out");
    let parts = Target { format: Some("PARQUET".into()), partition_by: vec!["region".into()], ..target(&out) };
    let written = write(&opened, &parts).unwrap();
    assert_eq!((written.rows, written.files.len()), (4, 3));
    assert_eq!(names(&out), [MANIFEST, "region=EU", "region=US", "region=__HIVE_DEFAULT_PARTITION__"]);
    let eu = read_parquet(&out.join("region=EU/part-0.parquet"));
    assert_eq!(eu.names, ["id", "amount", "day", "ok"]);
    assert_eq!(eu.rows, [row(&["007", "1.5", "2024-01-01", "true"]), row(&["009", "-3.25", "∅", "true"])]);
    assert!(written.files.iter().all(|file| file.path.is_file()));
    let manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(out.join(MANIFEST)).unwrap()).unwrap();
    assert_eq!((manifest["rows"].as_u64(), manifest["files"].as_array().unwrap().len()), (Some(4), 3));

    assert!(write(&opened, &parts).unwrap_err().message.contains("there already"));
    let again = Target { overwrite: true, partition_by: vec!["ok".into()], ..parts.clone() };
    write(&opened, &again).unwrap();
    assert_eq!(names(&out), [MANIFEST, "ok=__HIVE_DEFAULT_PARTITION__", "ok=false", "ok=true"]);
    fs::write(out.join("ok=true/notes.txt"), "mine").unwrap();
    let error = write(&opened, &again).unwrap_err();
    assert!(error.message.contains("notes.txt"), "{error}");
    assert_eq!(fs::read_to_string(out.join("ok=true/notes.txt")).unwrap(), "mine");
    assert_eq!(names(folder.path()), ["orders.csv", "out"]);

    let bad = Target { partition_by: vec!["regoin".into()], ..parts.clone() };
    assert_eq!(write(&opened, &bad).unwrap_err().kind, ErrorKind::Column);
    let file = Target { format: Some("PARQUET".into()), overwrite: true, ..target(&out) };
    assert!(write(&opened, &file).unwrap_err().message.contains("is a folder"));
}

#[test]
fn many_rows_go_to_many_files() {
    let (folder, opened) = orders();
    let out = folder.path().join("out");
    let parts = Target { format: Some("CSV".into()), max_rows_per_file: Some(3), ..target(&out) };
    let written = write(&opened, &parts).unwrap();
    let rows: Vec<_> = written.files.iter().map(|file| file.rows).collect();
    assert_eq!(rows, [3, 1]);
    assert_eq!(names(&out), [MANIFEST, "part-0.csv", "part-1.csv"]);
}

#[test]
fn partition_values_of_all_kinds_make_safe_folders() {
    let folder = tempfile::tempdir().unwrap();
    let text = "key,n,day\na/b c,1,2024-01-01\n../x,2,2024-01-01\n\"\",3,\nä=%,4,2024-01-02\na/b c,5,2024-01-01\na/b c,6,2024-01-01\n";
    fs::write(folder.path().join("in.csv"), text).unwrap();
    let opened = open(&source("in.csv"), folder.path()).unwrap();
    let out = folder.path().join("out");
    let parts = Target { partition_by: vec!["key".into(), "day".into()], max_rows_per_file: Some(2), ..target(&out) };
    let parts = Target { format: Some("PARQUET".into()), ..parts };
    let written = write(&opened, &parts).unwrap();
    assert_eq!(written.rows, 6);
    assert!(written.files.iter().all(|file| file.path.starts_with(&out) && file.path.is_file()), "{:?}", written.files);
    assert_eq!(names(folder.path()), ["in.csv", "out"]);
    let first = out.join("key=a%2Fb%20c/day=2024-01-01");
    assert_eq!(names(&first), ["part-0.parquet", "part-1.parquet"], "{:?}", written.files);
    assert_eq!(read_parquet(&first.join("part-0.parquet")).rows, [row(&["1"]), row(&["5"])]);
}

#[test]
fn one_column_with_gaps_survives_delimited_text() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.csv"), "a\nx\n\n\"\"\n\"q \"\"u\"\", e\nl\"\n\n").unwrap();
    let opened = open(&source("in.csv"), folder.path()).unwrap();
    assert_eq!(opened.records, Some(5));
    for name in ["out.csv", "out.tsv", "out.jsonl"] {
        let path = folder.path().join(name);
        assert_eq!(write(&opened, &target(&path)).unwrap().rows, 5, "{name}");
        let again = open(&source(name), folder.path()).unwrap();
        let back = folder.path().join(format!("{name}.parquet"));
        write(&again, &target(&back)).unwrap();
        assert_eq!(
            read_parquet(&back).rows,
            [row(&["x"]), row(&["∅"]), row(&[""]), row(&["q \"u\", e\nl"]), row(&["∅"])],
            "{name}"
        );
    }
}

#[test]
fn tables_without_rows() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.csv"), "a,b\n").unwrap();
    let opened = open(&source("in.csv"), folder.path()).unwrap();
    for name in ["x.parquet", "x.csv", "x.jsonl", "x.arrow"] {
        assert_eq!(write(&opened, &target(folder.path().join(name))).unwrap().rows, 0);
    }
    assert_eq!(read_parquet(&folder.path().join("x.parquet")).names, ["a", "b"]);
    let parts =
        Target { format: Some("PARQUET".into()), partition_by: vec!["a".into()], ..target(folder.path().join("p")) };
    assert_eq!(write(&opened, &parts).unwrap().rows, 0);
    write(&opened, &Target { overwrite: true, ..parts }).unwrap();
}

#[test]
fn what_may_not_be_overwritten() {
    let (folder, opened) = orders();
    let csv = folder.path().join("orders.csv");
    let over = |path: &Path| Target { overwrite: true, ..target(path) };
    assert!(write(&opened, &over(&csv)).unwrap_err().message.contains("overwrite the input"));
    std::os::unix::fs::symlink(&csv, folder.path().join("link.csv")).unwrap();
    assert!(write(&opened, &over(&folder.path().join("link.csv"))).is_err());
    fs::hard_link(&csv, folder.path().join("hard.csv")).unwrap();
    assert!(write(&opened, &over(&folder.path().join("hard.csv"))).is_err());
    let above = Target {
        format: Some("CSV".into()),
        partition_by: vec!["region".into()],
        overwrite: true,
        ..target(folder.path())
    };
    assert!(write(&opened, &above).unwrap_err().message.contains("overwrite the input"));
    assert_eq!(fs::read_to_string(&csv).unwrap(), ORDERS);

    let out = folder.path().join("out.parquet");
    write(&opened, &target(&out)).unwrap();
    let before = fs::read(&out).unwrap();
    assert!(write(&opened, &target(&out)).unwrap_err().message.contains("there already"));
    assert_eq!(fs::read(&out).unwrap(), before);
    write(&opened, &over(&out)).unwrap();
    assert_eq!(fs::read(&out).unwrap(), before, "equal data gives equal files");
}

#[test]
fn a_failed_run_leaves_the_old_output_and_no_litter() {
    let (folder, opened) = orders();
    let out = folder.path().join("deep/er/out.parquet");
    let staging = sink::prepare(&target(&out), &[], &opened.schema).unwrap();
    let error = sink::prepare(&target(&out), &[], &opened.schema).unwrap_err();
    assert!(error.message.contains("another run"), "{error}");
    drop(staging);
    assert_eq!(names(folder.path()), ["orders.csv"], "made folders go again");
    write(&opened, &target(&out)).unwrap();
    let before = fs::read(&out).unwrap();
    let over = Target { overwrite: true, ..target(&out) };
    let staging = sink::prepare(&over, &[], &opened.schema).unwrap();
    run(staging.attach(opened.frame.clone()).unwrap()).unwrap();
    let error = staging.finish(5, &opened.schema).unwrap_err();
    assert!(error.message.contains("4 rows read back"), "{error}");
    let staging = sink::prepare(&over, &[], &opened.schema).unwrap();
    fs::write(staging.temporary(), "PAR1 cut off").unwrap();
    assert!(staging.finish(4, &opened.schema).is_err());
    assert_eq!(fs::read(&out).unwrap(), before);
    assert_eq!(names(out.parent().unwrap()), ["out.parquet"]);
}

#[test]
fn what_a_killed_run_left_is_cleaned() {
    let (folder, opened) = orders();
    let out = folder.path().join("out.parquet");
    fs::write(folder.path().join(".out.parquet.brewhouse-99-0.tmp"), "half").unwrap();
    fs::write(folder.path().join(".out.parquet.brewhouse.lock"), "").unwrap();
    fs::write(folder.path().join(".other.parquet.brewhouse-99-0.tmp"), "another target's").unwrap();
    write(&opened, &target(&out)).unwrap();
    assert_eq!(names(folder.path()), [".other.parquet.brewhouse-99-0.tmp", "orders.csv", "out.parquet"]);
}

#[test]
fn an_interrupted_swap_is_completed() {
    let (folder, opened) = orders();
    let out = folder.path().join("out");
    let parts =
        Target { format: Some("PARQUET".into()), partition_by: vec!["region".into()], overwrite: true, ..target(&out) };
    let at = |name: &str| folder.path().join(name);
    let (journal, old, new) =
        (at(".out.brewhouse.journal"), at(".out.brewhouse-old.tmp"), at(".out.brewhouse-9-0.tmp"));
    // Killed between the two renames: the new folder is put in place.
    write(&opened, &parts).unwrap();
    fs::rename(&out, &old).unwrap();
    write(&opened, &Target { path: new.clone(), ..parts.clone() }).unwrap();
    fs::write(new.join("mark"), "").unwrap();
    fs::write(&journal, new.file_name().unwrap().to_str().unwrap()).unwrap();
    let error = sink::prepare(&parts, &[], &opened.schema).unwrap_err();
    assert!(error.message.contains("mark"), "the completed folder is the new one: {error}");
    assert_eq!(names(folder.path()), ["orders.csv", "out"]);
    fs::remove_file(out.join("mark")).unwrap();
    // Killed before the first rename: the old one stays.
    fs::create_dir(&new).unwrap();
    fs::write(&journal, new.file_name().unwrap().to_str().unwrap()).unwrap();
    drop(sink::prepare(&parts, &[], &opened.schema).unwrap());
    assert_eq!(names(folder.path()), ["orders.csv", "out"]);
    // Killed after both: the old one goes.
    fs::create_dir(&old).unwrap();
    fs::write(&journal, "").unwrap();
    drop(sink::prepare(&parts, &[], &opened.schema).unwrap());
    assert_eq!(names(folder.path()), ["orders.csv", "out"]);
    assert_eq!(names(&out).len(), 4);
}

#[test]
fn a_folder_that_cannot_be_written_to_is_told_before_the_run() {
    let (_folder, opened) = orders();
    let error = sink::prepare(&target("/proc/out.parquet"), &[], &opened.schema).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Sink);
    assert!(sink::prepare(&target("/dev/null"), &[], &opened.schema).is_err());
    assert!(sink::prepare(&target("-"), &[], &opened.schema).unwrap_err().message.contains("no format"));
    let out = Target { format: Some("CSV".into()), ..target("-") };
    assert!(sink::prepare(&out, &[], &opened.schema).unwrap().is_stdout());
}
