//! The run panel: controls on one line, paths by the names of their files, whole on hover and to be copied.

use super::driver::Driver;
use brewhouse::model::Run;
use brewhouse::widget::path::shortened;
use egui_kittest::kittest::NodeT as _;
use std::path::PathBuf;

#[test]
fn a_path_gives_up_its_middle_first_and_its_name_last() {
    let path = "/home/anna/projects/2024/orders-clean.parquet";
    let at = |width: usize| shortened(path, |text| text.chars().count() <= width);
    assert_eq!(at(45), path);
    assert_eq!(at(44), "/home/…/projects/2024/orders-clean.parquet");
    assert_eq!(at(40), "/home/…/2024/orders-clean.parquet");
    assert_eq!(at(32), "/home/…/orders-clean.parquet");
    assert_eq!(at(24), "…/orders-clean.parquet");
    assert_eq!(at(21), "orders-clean.parquet");
    assert_eq!(at(12), "orders…rquet");
    assert_eq!(at(0), "o…t");
}

#[test]
fn other_paths_are_shortened_too() {
    let short = |path: &str, width: usize| shortened(path, |text| text.chars().count() <= width);
    assert_eq!(short("C:\\Users\\Anna\\Documents\\a.csv", 20), "C:\\…\\Documents\\a.csv");
    assert_eq!(short("data/raw/März/größe.csv", 20), "data/…/größe.csv");
    assert_eq!(short("/srv/out/", 7), "…/out");
    assert_eq!(short("", 0), "");
    assert_eq!(short("x", 0), "x…");
}

/// Records of which one does not fit, deep in folders with long names.
fn deep(folder: &std::path::Path) -> PathBuf {
    let deep = folder.join("a-folder-with-a-long-name").join("another-folder-with-a-long-name").join("2024");
    std::fs::create_dir_all(&deep).unwrap();
    let path = deep.join("in.csv");
    std::fs::write(&path, "id,amount\n1,1.5\n2,2\n3\n4,3\n").unwrap();
    path
}

#[test]
fn the_panel_names_files_and_copies_paths() {
    let folder = tempfile::tempdir().unwrap();
    let path = deep(folder.path());
    let mut driver = Driver::new(folder.path(), vec![path.clone()]);
    driver.wait("the file is read", |model| model.source().is_some_and(|source| source.complete));
    driver.settle();
    driver.click("Run");
    driver.settle();
    driver.picture("run-options");
    let written = path.with_file_name("in-clean.parquet");
    let field = driver.widget("Write to the file").unwrap();
    assert_eq!(field.accesskit_node().value().as_deref(), written.to_str(), "what is written is the whole path");
    // The controls of the panel end on one line.
    let right = |name: &str| driver.widget(name).unwrap().rect().right();
    let edge = right("Compression: Zstandard");
    for name in ["Choose where to write", "Cancel", "Column for folders: all"] {
        assert!((right(name) - edge).abs() < 0.6, "{name} ends at {}, others at {edge}", right(name));
    }
    driver.click("Write the table");
    driver.wait("the run is over", |model| matches!(&model.run, Run::Over(ended) if ended.is_written()));
    driver.settle();
    driver.picture("run-receipt");
    assert!(driver.text("wrote 3 rows").is_some(), "{:#?}", driver.names());
    let long = driver.names().into_iter().find(|name| !name.starts_with("Copy the path") && name.contains("2024/in"));
    assert_eq!(long, None, "no path stands in a sentence");
    driver.click(&format!("Copy the path {}", written.display()));
    assert_eq!(driver.copied(), written.to_str().unwrap());
    let panel = driver.widget("Close the run panel").unwrap().rect().right();
    let line = driver.widget(&format!("Copy the path {}", written.display())).unwrap().rect();
    assert!(line.right() <= panel + 1.0 && line.height() < 20.0, "one line within the panel: {line:?}");
}
