//! Partition values and names that would lead elsewhere if they were names of folders as they are, and text that would be a formula.

use crate::table::{open, run, source, target, write};
use brewhouse_engine::sink::Target;
use std::path::Path;

const TRICKY: &[&str] = &[
    "..",
    ".",
    "../../up",
    "/etc",
    "a/b",
    "a\\b",
    "..\\up",
    "C:",
    "CON",
    "nul",
    "a=b",
    "%2F",
    "%",
    " ",
    "a b",
    "trailing.",
    "*",
    "?",
    "~",
    "$HOME",
    "`x`",
    "=1+1",
    "-rf",
    "größe",
    "日本",
    "\u{202e}txt",
    "a\tb",
    "<b>&amp;",
    "__HIVE_DEFAULT_PARTITION__x",
    "a:b|c",
    "a\nb",
    "say \"x\"",
];

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn values_that_name_folders_lead_nowhere_else() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("inner");
    std::fs::create_dir(&folder).unwrap();
    let mut text = String::from("n,v\n");
    for (at, value) in TRICKY.iter().enumerate() {
        text += &format!("{at},\"{}\"\n", value.replace('"', "\"\""));
    }
    text += "99,\n";
    std::fs::write(folder.join("in.csv"), &text).unwrap();
    let opened = open(&source("in.csv"), &folder).unwrap();
    let out = Target { partition_by: vec!["v".into()], ..target(folder.join("out")) };
    let written = write(&opened, &out).unwrap();
    assert_eq!(written.rows, TRICKY.len() as u64 + 1);
    // Everything lies two folders deep, below the output, and nothing beside it.
    for file in &written.files {
        let below = std::fs::canonicalize(&file.path).unwrap();
        let below = below.strip_prefix(std::fs::canonicalize(&out.path).unwrap()).unwrap().to_owned();
        assert_eq!(below.components().count(), 2, "{below:?}");
    }
    assert_eq!((names(place.path()), names(&folder)), (vec!["inner".to_owned()], vec!["in.csv".into(), "out".into()]));
    // And the values are told apart: what is read from the folders is what was written.
    let read = run(open(&source("out"), &folder).unwrap().frame).unwrap();
    let cells = |name: &str| {
        let column = read.column(name).unwrap().cast(&polars::prelude::DataType::String).unwrap();
        column.str().unwrap().iter().map(|cell| cell.map(str::to_owned)).collect::<Vec<_>>()
    };
    let mut read: Vec<_> = cells("n").into_iter().map(Option::unwrap).zip(cells("v")).collect();
    read.sort_by_key(|(n, _)| n.parse::<u32>().unwrap());
    let wanted: Vec<_> = TRICKY.iter().map(|value| Some((*value).to_owned())).chain([None]).collect();
    assert_eq!(read.into_iter().map(|(_, value)| value).collect::<Vec<_>>(), wanted);
}

#[test]
fn what_cannot_name_a_folder_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let write = |text: &str, by: &str| {
        std::fs::write(place.path().join("in.csv"), text).unwrap();
        let opened = open(&source("in.csv"), place.path()).unwrap();
        let out = Target { partition_by: vec![by.into()], ..target(place.path().join("out")) };
        let outcome = write(&opened, &out);
        assert!(outcome.is_ok() || !out.path.exists());
        outcome
    };
    let error = write(&format!("n,v\n1,{}\n", "x".repeat(300)), "v").unwrap_err();
    assert!(error.to_string().contains("longer than") && error.to_string().contains("shorten"), "{error}");
    for name in ["a/b", "a=b", "a\u{1}b", "..", "a\\b"] {
        let error = write(&format!("n,\"{name}\"\n1,x\n"), name).unwrap_err();
        assert!(error.message.contains("cannot name folders"), "{name:?}: {error}");
    }
    let long = "k".repeat(200);
    assert!(write(&format!("n,{long}\n1,x\n"), &long).unwrap_err().message.contains("cannot name folders"));
    assert_eq!(names(place.path()), ["in.csv"]);
}

#[test]
fn text_that_would_be_a_formula_is_guarded_where_that_is_wanted() {
    let place = tempfile::tempdir().unwrap();
    let text = "id,what,n\n1,=1+1,-1\n2,+49 30,-2\n3,@SUM(A1),-3\n4,-5,-4\n5,\"\t=1\",-5\n6,'x,-6\n7,,-7\n8,\"-cmd|' /C calc'!A0\",-8\n9,1=1,-9\n10,-,1\n";
    std::fs::write(place.path().join("in.csv"), text).unwrap();
    let opened = open(&source("in.csv"), place.path()).unwrap();
    let mut out = target(place.path().join("out.csv"));
    write(&opened, &out).unwrap();
    assert_eq!(
        std::fs::read_to_string(&out.path).unwrap(),
        text.replace("\"\t=1\"", "\t=1").replace("\"-cmd|' /C calc'!A0\"", "-cmd|' /C calc'!A0"),
        "as it is, otherwise"
    );
    (out.csv.guard_formulas, out.overwrite) = (true, true);
    write(&opened, &out).unwrap();
    let wanted = "id,what,n\n1,'=1+1,-1\n2,'+49 30,-2\n3,'@SUM(A1),-3\n4,-5,-4\n5,'\t=1,-5\n6,'x,-6\n7,,-7\n8,'-cmd|' /C calc'!A0,-8\n9,1=1,-9\n10,'-,1\n";
    assert_eq!(std::fs::read_to_string(&out.path).unwrap(), wanted);
    // A workbook needs none of it: its text is text. A name is not changed in silence.
    std::fs::write(place.path().join("in.csv"), "=a,b\n1,x\n").unwrap();
    let error = write(&open(&source("in.csv"), place.path()).unwrap(), &out).unwrap_err();
    assert!(error.message.contains("column =a would be taken for a formula"), "{error}");
}
