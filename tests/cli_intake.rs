//! The command line on files of others: what `inspect` tells, and what a run does with records that do not fit.

use crate::cli::{Place, err, out, rows};
use serde_json::Value;

const MESSY: &str = "id,amount,day\n001,1.5,31/12/2024\n002,NA,01/02/2024\n003,2,15/03/2024\n004,oops,16/03/2024\n005,3\n006,NA,1/1,x\n007,4.5,17/03/2024\n";

#[test]
fn inspect_tells_every_column_and_accounts_for_every_line() {
    let place = Place::new();
    place.write("messy.csv", MESSY);
    let told = place.run(&["inspect", "messy.csv", "--json"]);
    assert_eq!(told.status.code(), Some(1), "{}", err(&told));
    let report: Value = serde_json::from_str(&out(&told)).unwrap();
    assert_eq!((&report["formatVersion"], &report["records"]), (&1.into(), &5.into()));
    assert_eq!((&report["lines"]["physical"], &report["lines"]["accounted"]), (&8.into(), &8.into()));
    assert_eq!((&report["setAside"]["records"], &report["setAside"]["first"][0]["line"]), (&2.into(), &6.into()));
    assert_eq!(report["dialect"]["encoding"], "UTF-8");
    let columns = &report["columns"];
    let words: Vec<_> = (0..3).map(|at| columns[at]["type"].as_str().unwrap()).collect();
    assert_eq!(words, ["string", "string", "date"]);
    assert_eq!((&columns[0]["faults"][0]["count"], &columns[0]["faults"][0]["lines"][0]), (&5.into(), &2.into()));
    assert_eq!(columns[1]["looksLike"], "double");
    let exceptions = serde_json::json!([{"word": "NA", "count": 1}, {"word": "oops", "count": 1}]);
    assert_eq!((&columns[1]["exceptions"], &columns[1]["missingWords"][0]["word"]), (&exceptions, &"NA".into()));
    assert_eq!(columns[1]["roundTrip"], 0.6);
    assert_eq!((&columns[2]["minimum"], &columns[2]["maximum"]), (&"2024-02-01".into(), &"2024-12-31".into()));
    assert_eq!((&columns[0]["distinct"], &columns[2]["written"]), (&5.into(), &"day, month, year".into()));
    let text = out(&place.run(&["inspect", "messy.csv"]));
    assert!(text.contains("8 of 8 lines accounted for") && text.contains("NA 1, oops 1"), "{text}");
    assert!(!text.contains('\x1b'), "no colours away from a terminal");
    let text = out(&place.run(&["inspect", "messy.csv", "--null", "NA", "--null", "oops"]));
    assert!(text.lines().any(|line| line.starts_with("amount  decimal")), "{text}");
}

#[test]
fn inspect_reads_standard_input_and_other_formats() {
    let place = Place::new();
    place.write("a.jsonl", "{\"x\":1,\"y\":\"b\"}\n{\"x\":3,\"y\":null}\n");
    let told = place.run(&["inspect", "a.jsonl", "--json"]);
    assert!(told.status.success(), "{}", err(&told));
    let report: Value = serde_json::from_str(&out(&told)).unwrap();
    assert_eq!((&report["columns"][0]["maximum"], &report["columns"][1]["missing"]), (&"3".into(), &1.into()));
    let missing = place.run(&["inspect", "gone.csv"]);
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn records_that_do_not_fit_are_set_aside_beside_the_output() {
    let place = Place::new();
    place.write("messy.csv", MESSY);
    place.write("none.json", "[]");
    let run =
        place.run(&["run", "none.json", "--input", "messy.csv", "--output", "out.parquet", "--receipt", "r.json"]);
    assert_eq!(run.status.code(), Some(1), "{}", err(&run));
    assert!(err(&run).contains("2 records do not fit"), "{}", err(&run));
    assert_eq!(rows(&place.path("out.parquet")), 5);
    let receipt: Value = serde_json::from_str(&std::fs::read_to_string(place.path("r.json")).unwrap()).unwrap();
    assert_eq!((&receipt["status"], &receipt["balanced"]), (&"success".into(), &true.into()));
    assert_eq!((&receipt["setAside"]["records"], &receipt["inputs"][0]["datasetSetAside"]), (&2.into(), &2.into()));
    assert_eq!(receipt["inputs"][0]["datasetLines"]["accounted"], 8);
    let kept = std::fs::read_to_string(place.path("out.parquet.rejects.csv")).unwrap();
    let lines: Vec<_> = kept.lines().collect();
    assert_eq!(lines[0], "file,line,reason,text,bytes");
    assert!(lines[1].ends_with(",6,\"too few fields: 2, not 3\",\"005,3\","), "{kept}");
    assert!(lines[2].ends_with(",7,\"too many fields: 4, not 3\",\"006,NA,1/1,x\","), "{kept}");
    // The file of rejects is read by this same program.
    assert!(place.run(&["inspect", "out.parquet.rejects.csv"]).status.success());
    // A clean file leaves none, and removes the one that would now be a lie.
    place.write("messy.csv", "id\n1\n");
    let run = place.run(&["run", "none.json", "--input", "messy.csv", "--output", "out.parquet", "--overwrite"]);
    assert!(run.status.success(), "{}", err(&run));
    assert!(!place.path("out.parquet.rejects.csv").exists());
}

#[test]
fn a_limit_on_rejects_stops_a_run_or_lets_it_pass() {
    let place = Place::new();
    place.write("messy.csv", MESSY);
    place.write("none.json", "[]");
    let run = |most: &str| {
        let arguments = ["run", "none.json", "--input", "messy.csv", "--output", "out.csv", "--overwrite"];
        place.run(&[&arguments[..], &["--rejects", "aside.csv", "--max-rejects", most]].concat())
    };
    let stopped = run("1");
    assert_eq!(stopped.status.code(), Some(1), "{}", err(&stopped));
    assert!(err(&stopped).contains("at most 1 may be"), "{}", err(&stopped));
    assert!(!place.path("out.csv").exists() && !place.path("aside.csv").exists());
    let passed = run("2");
    assert!(passed.status.success(), "{}", err(&passed));
    assert_eq!(std::fs::read_to_string(place.path("aside.csv")).unwrap().lines().count(), 3);
}

#[test]
fn the_way_of_reading_can_be_told() {
    let place = Place::new();
    std::fs::write(place.path("old.txt"), b"\xd4\xf2\xe1;1,234\nx;2,5\n").unwrap();
    place.write("none.json", "[]");
    let shown = place.run(&[
        "preview",
        "none.json",
        "--input",
        "old.txt",
        "--encoding",
        "koi8-r",
        "--delimiter",
        "semicolon",
        "--no-header",
    ]);
    assert!(shown.status.success(), "{}", err(&shown));
    let text = out(&shown);
    assert!(text.contains("тРА") && text.contains("1.234") && text.contains("Column_2:double"), "{text}");
    let project = r#"{"FormatVersion":1,"Name":"p","Dataset":{"Name":"old","Input":{"Path":"old.txt"},
        "FormatOptions":{"Csv":{"Delimiter":";","HeaderRow":false,"Encoding":"koi8-r"}}},"Recipe":{"Steps":[]},"Outputs":[]}"#;
    place.write("p.brewhouse.json", project);
    assert!(out(&place.run(&["preview", "p.brewhouse.json"])).contains("тРА"));
    let wrong = place.run(&["inspect", "old.txt", "--delimiter", "ab"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn several_files_by_parameters_in_their_path() {
    let place = Place::new();
    for (name, text) in
        [("in/de-2024-01.csv", "a\n1\n"), ("in/de-2024-02.csv", "a\n2\n"), ("in/fr-2024-02.csv", "a\n3\n")]
    {
        std::fs::create_dir_all(place.path("in")).unwrap();
        place.write(name, text);
    }
    place.write("none.json", "[]");
    let arguments = ["preview", "none.json", "--input", "in/{country}-{month}.csv", "--path-parameter", "country"];
    let more = ["--path-parameter", "month:date:yyyy-MM", "--path-column", "month", "--path-filter", "country is 'de'"];
    let shown = place.run(&[&arguments[..], &more[..]].concat());
    let text = out(&shown);
    assert!(shown.status.success() && text.contains("2024-02-01") && !text.contains('3'), "{text} {}", err(&shown));
    // A value that was given is the only one, and the name of the file can be told beside it.
    let shown = place.run(
        &[&arguments[..4], &["--set", "country=fr", "--set", "month=2024-02", "--file-column", "from"][..]].concat(),
    );
    assert!(out(&shown).contains("fr-2024-02.csv"), "{} {}", out(&shown), err(&shown));
    let told = place.run(&["inspect", "in/<(de|fr)-\\d{4}-02>.csv", "--newest", "2", "--json"]);
    let report: Value = serde_json::from_str(&out(&told)).unwrap();
    assert_eq!((&report["records"], report["files"].as_array().unwrap().len()), (&2.into(), 2), "{}", err(&told));
    let unknown = place.run(&arguments[..4]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(err(&unknown).contains("--path-parameter country"), "{}", err(&unknown));
}

#[test]
fn what_a_type_does_not_keep_is_told() {
    let place = Place::new();
    place.write("in.csv", "n,x,s\n 1,1.50, a\n2 ,2.5,b \n3,3.0,c\n");
    let told = out(&place.run(&["inspect", "in.csv"]));
    assert!(told.contains("values with blanks around them, read without the blanks: 2 in n"), "{told}");
    assert!(told.contains("written with blanks around 2 values"), "{told}");
    assert!(told.contains("2 fractions end with zeros, which a number does not keep"), "{told}");
    let report: Value = serde_json::from_str(&out(&place.run(&["inspect", "in.csv", "--json"]))).unwrap();
    let columns = &report["columns"];
    assert_eq!(
        (&columns[0]["type"], &columns[0]["padded"], &columns[1]["zeros"]),
        (&"long".into(), &2.into(), &2.into())
    );
    assert_eq!(
        (&columns[2]["type"], &columns[2]["padded"], &columns[2]["minimum"]),
        (&"string".into(), &0.into(), &" a".into())
    );
    // Kept as text they stay as they are.
    let report: Value =
        serde_json::from_str(&out(&place.run(&["inspect", "in.csv", "--json", "--text", "n"]))).unwrap();
    assert_eq!((&report["columns"][0]["minimum"], &report["columns"][0]["padded"]), (&" 1".into(), &0.into()));
}

#[test]
fn a_reader_that_stops_over_a_damaged_file_says_one_line() {
    let place = Place::new();
    // Cut where its last sector is no whole one, over which the reader of old workbooks stops short.
    let book = std::fs::read(crate::root().join("tests/formats/book.xls")).unwrap();
    std::fs::write(place.path("cut.xls"), &book[..4921]).unwrap();
    let inspect = |show: Option<&str>| {
        let mut command = place.command(&["inspect", "cut.xls"]);
        command.env_remove("RUST_BACKTRACE").env_remove("BREWHOUSE_BACKTRACE");
        if let Some(name) = show {
            command.env(name, "1");
        }
        let told = command.output().unwrap();
        assert_eq!(told.status.code(), Some(2), "{}", err(&told));
        err(&told)
    };
    let told = inspect(None);
    assert!(told.starts_with("error: cut.xls cannot be read") && told.lines().count() == 1, "{told}");
    for name in ["BREWHOUSE_BACKTRACE", "RUST_BACKTRACE"] {
        let told = inspect(Some(name));
        assert!(told.contains("stopped at ") && told.contains("calamine") && told.lines().count() > 5, "{told}");
    }
}

#[test]
fn widths_and_escapes_can_be_told() {
    let place = Place::new();
    place.write("wide.txt", "001Anna  12\n002Berta  7\n");
    place.write("none.json", "[]");
    let arguments = ["preview", "none.json", "--input", "wide.txt", "--no-header", "--widths"];
    let shown = place.run(&[&arguments[..], &["3,5,3"]].concat());
    let text = out(&shown);
    assert!(
        text.contains("001") && text.contains("Berta") && text.contains("Column_3:whole"),
        "{text} {}",
        err(&shown)
    );
    assert_eq!(place.run(&[&arguments[..], &["3,x"]].concat()).status.code(), Some(2));
    place.write("found.txt", "id   name   n\n1    Anna   12\n22   Berta   7\n3    Carl  300\n");
    let told = out(&place.run(&["inspect", "found.txt"]));
    assert!(told.contains("columns of fixed width (5, 6, the rest)") && told.contains("blanks stand"), "{told}");
    place.write("e.csv", "a,b\n1,x\\,y\n");
    let told = out(&place.run(&["inspect", "e.csv", "--escape", "backslash", "--json"]));
    let report: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&report["dialect"]["escape"], &report["columns"][1]["maximum"]), (&"\\".into(), &"x,y".into()));
    let project = r#"{"Dataset":{"Name":"d","Input":{"Path":"wide.txt"},"FormatOptions":{"Csv":{"Widths":[3,5,3],"HeaderRow":false}}},
        "Recipe":{"Steps":[]},"Outputs":[]}"#;
    place.write("p.brewhouse.json", project);
    assert!(out(&place.run(&["preview", "p.brewhouse.json"])).contains("Column_3:whole"));
    place.write("p.brewhouse.json", &project.replace("[3,5,3]", "[0,5]"));
    assert_eq!(place.run(&["preview", "p.brewhouse.json"]).status.code(), Some(2));
}

#[test]
fn types_are_kept_in_a_project() {
    let place = Place::new();
    place.write("april.csv", "id,n\n001,1.5\n");
    let project = r#"{"FormatVersion":1,"Name":"p","Dataset":{"Name":"orders","Input":{"Path":"april.csv"}},
        "Recipe":{"Steps":[]},"Outputs":[{"Location":{"Path":"out.parquet"}}],"Later":{"kept":true}}"#;
    place.write("p.brewhouse.json", project);
    let told = place.run(&["inspect", "april.csv", "--store", "p.brewhouse.json"]);
    assert!(told.status.success() && err(&told).contains("2 columns are kept"), "{}", err(&told));
    let text = std::fs::read_to_string(place.path("p.brewhouse.json")).unwrap();
    let kept: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&kept["Dataset"]["Columns"][0]["Type"], &kept["Later"]["kept"]), (&"string".into(), &true.into()));
    let run = place.run(&["run", "p.brewhouse.json"]);
    assert!(run.status.success() && !err(&run).contains("types were decided"), "{}", err(&run));
    place.write("april.csv", "id,n\n002,oops\n");
    let run = place.run(&["run", "p.brewhouse.json", "--overwrite"]);
    assert_eq!(run.status.code(), Some(1), "{}", err(&run));
    assert!(
        err(&run).contains("column n is stored as decimal") && err(&run).contains("\"oops\" on line 2"),
        "{}",
        err(&run)
    );
    place.write("april.csv", "id,n\n002,2.5\n003,1\n");
    let run = place.run(&["run", "p.brewhouse.json", "--output", "again.parquet", "--no-cache"]);
    assert!(run.status.success() && err(&run).contains("every value of april.csv (2 records) fits"), "{}", err(&run));
    assert_eq!(place.run(&["inspect", "april.csv", "--store", "gone.json"]).status.code(), Some(2));
    // So are those of a table that is joined.
    place.write("more.csv", "k,name\n001,Ada\n");
    place.write("p2.brewhouse.json", &text);
    let told = place.run(&["inspect", "more.csv", "--store", "p2.brewhouse.json", "--dataset", "customers"]);
    assert!(told.status.success(), "{}", err(&told));
    let more: Value = serde_json::from_str(&std::fs::read_to_string(place.path("p2.brewhouse.json")).unwrap()).unwrap();
    assert_eq!(more["Dataset"], kept["Dataset"]);
    assert_eq!(more["OtherDatasets"][0]["Name"], "customers");
    assert_eq!(more["OtherDatasets"][0]["Columns"][0], serde_json::json!({ "Name": "k", "Type": "string" }));
    // Next month's file is held against the same types, wherever it lies.
    place.write("may.csv", "id,n\n1,7\n");
    let run = place.run(&["run", "p.brewhouse.json", "--input", "may.csv", "--output", "may.parquet"]);
    assert!(run.status.success() && err(&run).contains("every value of may.csv (1 record) fits"), "{}", err(&run));
    place.write("may.csv", "id,n\n1,x\n");
    let run = place.run(&["run", "p.brewhouse.json", "--input", "may.csv", "--output", "may.parquet", "--overwrite"]);
    assert!(
        err(&run).contains("column n is stored as decimal") && err(&run).contains("\"x\" on line 2"),
        "{}",
        err(&run)
    );
    let told =
        ["run", "p.brewhouse.json", "--input", "may.csv", "--output", "may.parquet", "--overwrite", "--text", "n"];
    let run = place.run(&told);
    assert!(run.status.success(), "{}", err(&run));
}

#[test]
fn encrypted_parquet_and_avro_pass_through_a_run() {
    let place = Place::new();
    place.write("in.csv", "id,n\n007,1.5\n008,2\n");
    place.write("none.json", "[]");
    let run = |arguments: &[&str], key: Option<&str>| {
        let mut command = place.command(&[&["run", "none.json"], arguments].concat());
        command.env_remove("BREWHOUSE_SECRET_PEPPER");
        if let Some(key) = key {
            command.env("BREWHOUSE_SECRET_PEPPER", key);
        }
        command.output().unwrap()
    };
    let key = Some("0123456789abcdef0123456789abcdef");
    let none = run(&["--input", "in.csv", "--output", "out.parquet", "--output-key", "pepper"], None);
    assert_eq!(none.status.code(), Some(2), "{}", err(&none));
    assert!(
        err(&none).contains("there is no secret “pepper”") && !place.path("out.parquet").exists(),
        "{}",
        err(&none)
    );
    let locked = run(&["--input", "in.csv", "--output", "out.parquet", "--output-key", "pepper"], key);
    assert!(locked.status.success(), "{}", err(&locked));
    let avro = run(&["--input", "out.parquet", "--output", "out.avro", "--compression", "deflate"], key);
    assert!(avro.status.success(), "{}", err(&avro));
    let back = run(&["--input", "out.avro", "--output", "back.csv"], None);
    assert!(back.status.success(), "{}", err(&back));
    assert_eq!(std::fs::read_to_string(place.path("back.csv")).unwrap(), "id,n\n007,1.5\n008,2.0\n");
    let shut = run(&["--input", "out.parquet", "--output", "x.csv"], None);
    assert_eq!(shut.status.code(), Some(2));
    assert!(err(&shut).contains("is encrypted") && err(&shut).contains("--input-key"), "{}", err(&shut));
    let project = r#"{"Dataset":{"Name":"d","Input":{"Path":"in.csv"}},"Recipe":{"Steps":[]},
        "Outputs":[{"Location":{"Path":"p.parquet"},"KeyName":"pepper"}]}"#;
    place.write("p.brewhouse.json", project);
    let done = place
        .command(&["run", "p.brewhouse.json"])
        .env("BREWHOUSE_SECRET_PEPPER", "0123456789abcdef")
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", err(&done));
    assert!(std::fs::read(place.path("p.parquet")).unwrap().ends_with(b"PARE"));
    // A column with a key of its own, by option and in a project.
    let two = |arguments: &[&str], with: bool| {
        let mut command = place.command(arguments);
        command.env("BREWHOUSE_SECRET_PEPPER", "0123456789abcdef").env_remove("BREWHOUSE_SECRET_SALT");
        if with {
            command.env("BREWHOUSE_SECRET_SALT", "fedcba9876543210");
        }
        command.output().unwrap()
    };
    let own = ["--output-key", "pepper", "--output-column-key", "id=salt"];
    let told = [&["run", "none.json", "--input", "in.csv", "--output", "own.parquet"][..], &own].concat();
    assert!(err(&two(&told, false)).contains("there is no secret “salt”"));
    assert!(two(&told, true).status.success());
    let read = ["run", "none.json", "--input", "own.parquet", "--output", "own.csv"];
    let shut = two(&read, false);
    assert!(shut.status.code() == Some(2) && err(&shut).contains("there is no secret “salt”"), "{}", err(&shut));
    assert!(two(&read, true).status.success());
    assert_eq!(std::fs::read_to_string(place.path("own.csv")).unwrap(), "id,n\n007,1.5\n008,2.0\n");
    place.write(
        "p.brewhouse.json",
        &project.replace(r#""KeyName""#, r#""Overwrite":true,"ColumnKeys":{"n":"salt"},"KeyName""#),
    );
    assert!(err(&two(&["run", "p.brewhouse.json"], false)).contains("there is no secret “salt”"));
    assert!(two(&["run", "p.brewhouse.json"], true).status.success());
    place.write("p.brewhouse.json", &project.replace(r#""KeyName""#, r#""ColumnKeys":["n"],"KeyName""#));
    assert!(err(&two(&["run", "p.brewhouse.json"], true)).contains("ColumnKeys must be an object"));
}
