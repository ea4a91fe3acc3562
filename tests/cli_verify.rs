//! Receipts with the SHA-256 of files, and `brewhouse verify`, which holds the files against them; inputs that change meanwhile.

use crate::cli::{Place, err, out};
use serde_json::Value;

// sha256sum of the texts below, by Python's hashlib.
const INPUT: &str = "a,b\n1,x\n2,y\n";
const INPUT_HASH: &str = "15920f3fb7c051cc15fceee84432e8803a139a9b53a4ea832c37bf1109e200cf";
const OUTPUT_HASH: &str = "dbdd0b9dc40e94aad45c3436d62492043bad2a5ffe8efeefd4c8bf6d54cbe6cc";

fn ran(place: &Place, output: &str, more: &[&str]) -> Value {
    place.write("in.csv", INPUT);
    place.write("none.json", "[]");
    let arguments =
        ["run", "none.json", "--input", "in.csv", "--output", output, "--overwrite", "--receipt", "receipt.json"];
    let done = place.run(&[&arguments[..], more].concat());
    assert!(done.status.success(), "{}", err(&done));
    serde_json::from_str(&std::fs::read_to_string(place.path("receipt.json")).unwrap()).unwrap()
}

#[test]
fn a_receipt_tells_the_hashes_of_its_files() {
    let place = Place::new();
    let receipt = ran(&place, "out.jsonl", &[]);
    assert_eq!(
        (&receipt["inputs"][0]["sha256"], &receipt["outputs"][0]["sha256"]),
        (&INPUT_HASH.into(), &OUTPUT_HASH.into())
    );
    assert_eq!(
        std::fs::read_to_string(place.path("out.jsonl")).unwrap(),
        "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n"
    );
    // Of what lies on disk, also where that is packed, and of every part of a folder.
    let packed = ran(&place, "out.jsonl.gz", &[]);
    assert_eq!(packed["outputs"][0]["sha256"].as_str().map(str::len), Some(64));
    assert_ne!(packed["outputs"][0]["sha256"], receipt["outputs"][0]["sha256"]);
    assert!(out(&place.run(&["verify", "receipt.json"])).contains("all 2 files are as they were"));
    let parts = ran(&place, "parts", &["--partition-by", "b"]);
    let outputs = parts["outputs"].as_array().unwrap();
    assert!(outputs.len() == 2 && outputs.iter().all(|file| file["sha256"].is_string()), "{parts}");
    // Not where nobody wants them, or keeps them.
    let without = ran(&place, "out.jsonl", &["--no-digest"]);
    assert!(without["inputs"][0].get("sha256").is_none() && without["outputs"][0].get("sha256").is_none());
    let told = place.run(&["verify", "receipt.json"]);
    assert!(told.status.success() && out(&told).contains("the receipt tells no hash"), "{}", out(&told));
}

#[test]
fn what_is_not_what_it_was_is_said() {
    let place = Place::new();
    ran(&place, "out.jsonl", &[]);
    let told = |code: i32, what: &str| {
        let told = place.run(&["verify", "receipt.json"]);
        assert_eq!(told.status.code(), Some(code), "{} {}", out(&told), err(&told));
        assert!(out(&told).contains(what) || err(&told).contains(what), "{what}: {} {}", out(&told), err(&told));
    };
    told(0, "all 2 files are as they were");
    // The same size and time, another byte.
    let modified = std::fs::metadata(place.path("in.csv")).unwrap().modified().unwrap();
    place.write("in.csv", "a,b\n1,x\n2,z\n");
    std::fs::File::options().write(true).open(place.path("in.csv")).unwrap().set_modified(modified).unwrap();
    told(1, "in.csv has its size but another content");
    told(1, "1 of 2 files are not what they were");
    place.write("in.csv", INPUT);
    told(0, "all 2 files");
    place.write("out.jsonl", "");
    told(1, "out.jsonl has 0 bytes now, it had");
    std::fs::remove_file(place.path("out.jsonl")).unwrap();
    told(1, "out.jsonl is not there any more");
    let report = place.run(&["verify", "receipt.json", "--json"]);
    let report: Value = serde_json::from_str(&out(&report)).unwrap();
    assert_eq!((&report["ok"], &report["files"][0]["state"]), (&false.into(), &"same".into()));
    assert_eq!((&report["files"][1]["role"], &report["files"][1]["state"]), (&"output".into(), &"gone".into()));
    assert_eq!(report["files"][0]["sha256Now"], INPUT_HASH);
    // What is no receipt, or of another time.
    place.write("receipt.json", "{\"a\":1}");
    told(2, "is no receipt of a run");
    std::fs::remove_file(place.path("receipt.json")).unwrap();
    told(2, "it is not there");
}

#[test]
fn a_receipt_is_held_against_files_from_any_folder() {
    let place = Place::new();
    ran(&place, "out.jsonl", &[]);
    let mut command = place.command(&["verify"]);
    command.arg(place.path("receipt.json")).current_dir(std::env::temp_dir());
    let told = command.output().unwrap();
    assert!(told.status.success(), "{} {}", out(&told), err(&told));
}

#[test]
fn an_input_is_never_written_to() {
    let place = Place::new();
    std::fs::create_dir_all(place.path("in")).unwrap();
    let before = |names: &[&str]| -> Vec<_> {
        let print = |name: &&str| {
            let path = place.path("in").join(name);
            (std::fs::read(&path).unwrap(), std::fs::metadata(&path).unwrap().modified().unwrap())
        };
        names.iter().map(print).collect()
    };
    let names = ["plain.csv", "odd.csv", "old.csv", "lines.jsonl", "book.xls", "book.ods", "snappy.avro"];
    place.write("in/plain.csv", INPUT);
    place.write("in/odd.csv", "a,b\n1,\"x\n2,y\"z\"\n3\n");
    place.write("in/old.csv", "a;b\r1;\u{e4}\r");
    place.write("in/lines.jsonl", "{\"a\":1}\n{\"a\":2}\n");
    for name in &names[4..] {
        std::fs::copy(crate::root().join("tests/formats").join(name), place.path("in").join(name)).unwrap();
    }
    place.write("none.json", "[]");
    let was = before(&names);
    for name in names {
        let path = format!("in/{name}");
        for command in [
            &["inspect", &path][..],
            &["preview", "none.json", "--input", &path],
            &["run", "none.json", "--input", &path, "--output", "out.parquet", "--overwrite"],
        ] {
            let done = place.run(command);
            assert!(matches!(done.status.code(), Some(0 | 1)), "{command:?}: {}", err(&done));
        }
        // Nor is it ever the output, by whatever name.
        std::os::unix::fs::symlink(place.path(&path), place.path("link")).unwrap();
        for target in [path.as_str(), "link", &format!("in/../in/{name}")] {
            let format = ["--format", "json", "--overwrite"];
            let done = place.run(&[&["run", "none.json", "--input", &path, "--output", target], &format[..]].concat());
            assert_eq!(done.status.code(), Some(2), "{target}: {}", err(&done));
            assert!(err(&done).contains("would overwrite the input"), "{target}: {}", err(&done));
        }
        let over = ["run", "none.json", "--input", &path, "--output", "in", "--max-rows-per-file", "1", "--overwrite"];
        assert_eq!(place.run(&over).status.code(), Some(2));
        std::fs::remove_file(place.path("link")).unwrap();
    }
    assert_eq!(before(&names), was);
    let entries = std::fs::read_dir(place.path("in")).unwrap();
    let mut left: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    let mut wanted = names.to_vec();
    wanted.sort_unstable();
    assert_eq!(left, wanted);
}

#[test]
fn names_do_not_command_the_terminal() {
    let place = Place::new();
    place.write("none.json", "[]");
    let told = place.run(&["run", "none.json", "--input", "gone\u{1b}[2J.csv", "--output", "out.parquet"]);
    assert_eq!(told.status.code(), Some(2));
    assert!(!err(&told).contains('\u{1b}') && err(&told).contains("[2J.csv"), "{}", err(&told));
}
