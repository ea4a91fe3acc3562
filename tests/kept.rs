//! What an import found out is kept: the pass over all values is paid once, the next file is read the same way, and what differs is told.

use crate::table::{kinds, run, source, stored};
use brewhouse_engine::project::{Import, Project, store};
use brewhouse_engine::source::{self, Opened, ReadOptions, Source};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// Opens a source and tells how many bytes the pass over it read.
pub(crate) fn open(source: &Source, base: &Path) -> brewhouse_engine::Result<(Opened, u64)> {
    let read = AtomicU64::new(0);
    let opened = source::open(source, base, &AtomicBool::new(false), &|bytes| {
        read.fetch_max(bytes, Ordering::Relaxed);
    })?;
    Ok((opened, read.into_inner()))
}

/// Writes a file that seems to have been left alone for so many seconds.
pub(crate) fn put(path: &Path, text: &str, seconds: u64) {
    std::fs::write(path, text).unwrap();
    let file = std::fs::File::options().append(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
}

#[test]
fn a_file_that_did_not_change_is_not_looked_at_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.csv");
    let kept = Source { verdicts: Some(folder.path().join("kept")), ..source("in.csv") };
    let text = "id,n,day,note\n007,1.50,31/12/2024,x\n008,,01/02/2024,\"a \"\"b\"\"\"\n\n009,2,03/02/2024,\"\"\n";
    put(&path, text, 60);
    let (first, read) = open(&kept, folder.path()).unwrap();
    assert_eq!(read, text.len() as u64);
    let (again, read) = open(&kept, folder.path()).unwrap();
    assert_eq!(read, 0, "nothing was read");
    assert_eq!((&again.columns, &again.verdict, &again.notes), (&first.columns, &first.verdict, &first.notes));
    assert_eq!((again.records, again.text.unwrap().lines), (first.records, first.text.unwrap().lines));
    assert_eq!(run(again.frame).unwrap(), run(first.frame).unwrap());
    // Another option, and stored types, are held against what was counted: leading zeros are seen without a look at the file.
    let other = Source { options: ReadOptions { decimal_comma: true, ..ReadOptions::default() }, ..kept.clone() };
    assert_eq!(open(&other, folder.path()).unwrap().1, text.len() as u64);
    let wrong = Source {
        columns: stored(&[("id", "long"), ("n", "double"), ("day", "long"), ("note", "string")]),
        ..kept.clone()
    };
    let error = open(&wrong, folder.path()).err().unwrap();
    assert!(error.message.contains("2 columns do not fit") && error.message.contains("\"007\" on line 2"), "{error}");
    // The same length and time, but other bytes: the time of the change of the file itself tells.
    put(&path, &text.replace("1.50", "1.5x"), 60);
    let (changed, read) = open(&kept, folder.path()).unwrap();
    assert_eq!((kinds(&changed)[1], read), ("string", text.len() as u64));
    // A file that was written just now is looked at each time.
    put(&path, text, 0);
    open(&kept, folder.path()).unwrap();
    assert_eq!(open(&kept, folder.path()).unwrap().1, text.len() as u64);
    // What is kept may be damaged.
    put(&path, text, 60);
    open(&kept, folder.path()).unwrap();
    for entry in std::fs::read_dir(folder.path().join("kept")).unwrap() {
        std::fs::write(entry.unwrap().path(), "{\"columns\":[]}").unwrap();
    }
    assert_eq!(open(&kept, folder.path()).unwrap().0.columns, first.columns);
}

#[test]
fn irregular_files_are_read_the_same_with_a_cache_and_without() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Source { verdicts: Some(folder.path().join("kept")), ..source("in.csv") };
    put(&folder.path().join("in.csv"), "a,b\n1,\"x\n2,y\n3\n", 60);
    for _ in 0..2 {
        let (opened, _) = open(&kept, folder.path()).unwrap();
        assert_eq!((opened.text.unwrap().set_aside.records, opened.records), (2, Some(1)));
    }
    // Quotes that are inches: the marks are kept too.
    put(&folder.path().join("in.csv"), "size,n\n5\" pipe,1\n3\" pipe,2\n7\",3\n", 60);
    let (first, _) = open(&kept, folder.path()).unwrap();
    let (again, read) = open(&kept, folder.path()).unwrap();
    assert_eq!((read, again.text.unwrap().dialect.quote), (0, None));
    assert_eq!(run(again.frame).unwrap(), run(first.frame).unwrap());
}

#[test]
fn the_next_file_is_read_the_same_way_and_what_differs_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("april.csv"), "id;amount;name\n1;1,5;Köln\n2;2,25;\n").unwrap();
    let (opened, _) = open(&source("april.csv"), folder.path()).unwrap();
    let mut dataset = json!({ "Name": "orders", "Input": { "Path": "april.csv" } });
    let import = Import {
        columns: &opened.columns,
        text: opened.text.as_ref(),
        files: &opened.files,
        records: opened.records.unwrap(),
    };
    store(dataset.as_object_mut().unwrap(), &import);
    let csv = &dataset["FormatOptions"]["Csv"];
    assert_eq!((&csv["Delimiter"], &csv["HeaderRow"], &csv["Encoding"]), (&";".into(), &true.into(), &"UTF-8".into()));
    assert_eq!(dataset["Columns"][1], json!({ "Name": "amount", "Type": "double" }));
    let with = |path: &str| {
        let mut dataset = dataset.clone();
        dataset["Input"]["Path"] = path.into();
        let text =
            json!({ "FormatVersion": 1, "Name": "p", "Dataset": dataset, "Recipe": { "Steps": [] } }).to_string();
        Project::parse(&text).unwrap().dataset.unwrap()
    };
    let (same, _) = open(&with("april.csv"), folder.path()).unwrap();
    assert!(!same.notes.iter().any(|note| note.contains("types were decided")), "{:?}", same.notes);
    // Few rows of whole numbers would be typed otherwise; the stored types hold.
    std::fs::write(folder.path().join("may.csv"), "id;amount;name\n3;7;x\n").unwrap();
    let (next, _) = open(&with("may.csv"), folder.path()).unwrap();
    assert_eq!(kinds(&next), ["long", "double", "string"]);
    let told = "the types were decided on april.csv (2 records); every value of may.csv (1 record) fits them";
    assert!(next.notes.iter().any(|note| note == told), "{:?}", next.notes);
    for (text, what) in [
        ("id;amount;name\n007;1,5;x\n", "\"007\" on line 2 (with leading zeros"),
        ("id;amount;town\n1;1,5;x\n", "column name of dataset orders is not in the file; new in it: town"),
        ("id;amount;name\nx;y;z\n", "2 columns do not fit their stored types"),
    ] {
        std::fs::write(folder.path().join("may.csv"), text).unwrap();
        let error = open(&with("may.csv"), folder.path()).err().unwrap();
        assert!(error.message.contains(what), "{error}");
    }
    std::fs::write(folder.path().join("may.csv"), "id;amount;name;more\n3;7;x;y\n").unwrap();
    let (more, _) = open(&with("may.csv"), folder.path()).unwrap();
    assert!(more.notes.iter().any(|note| note.contains("column more is new")), "{:?}", more.notes);
    assert_eq!(run(more.frame).unwrap().height(), 1);
    // What a person said about the layout stays as it was said.
    let mut told: Value = json!({ "FormatOptions": { "Csv": { "Delimiter": "|", "Comment": "#" } } });
    store(told.as_object_mut().unwrap(), &import);
    assert_eq!(told["FormatOptions"]["Csv"]["Delimiter"], "|");
}
