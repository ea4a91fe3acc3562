//! Several files as one table: parameters and regular expressions in paths, folders as columns, times of files, what differs between files.

use crate::table::{kinds, open, run, source};
use brewhouse_engine::project::Project;
use brewhouse_engine::source::{
    DateLayout, FilesLimit, Filter, Opened, PathKind, PathParameter, Selection, Source, open_head,
};
use chrono::{DateTime, TimeZone as _, Utc};
use std::path::Path;
use std::time::{Duration, SystemTime};

fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn parameter(name: &str, kind: PathKind) -> PathParameter {
    PathParameter { name: name.into(), kind, create_column: true, ..PathParameter::default() }
}

fn date(format: &str) -> PathKind {
    PathKind::Date(DateLayout { format: format.into(), offset: None, locale: None })
}

fn now() -> Option<DateTime<Utc>> {
    Utc.with_ymd_and_hms(2024, 3, 31, 12, 0, 0).single()
}

fn chosen(path: &str, parameters: Vec<PathParameter>) -> Source {
    Source { selection: Selection { parameters, now: now(), ..Selection::default() }, ..source(path) }
}

/// The rows of a table as texts, cells parted by bars.
fn lines(opened: &Opened) -> Vec<String> {
    let table = run(opened.frame.clone()).unwrap();
    let cell = |value: polars::prelude::AnyValue<'_>| match value.get_str() {
        Some(text) => text.to_owned(),
        None => value.to_string(),
    };
    let one =
        |at: usize| table.columns().iter().map(|column| cell(column.get(at).unwrap())).collect::<Vec<_>>().join("|");
    (0..table.height()).map(one).collect()
}

fn names(opened: &Opened) -> Vec<&str> {
    opened.columns.iter().map(|column| column.name.as_str()).collect()
}

#[test]
fn parameters_in_paths_become_typed_columns() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("in/de/report-2024-01-31-007.csv", "a\n1\n2\n"),
        ("in/fr/report-2024-02-29-12.csv", "a\n3\n"),
        ("in/fr/report-2024-02-30-12.csv", "a\n4\n"),
        ("in/fr/other-2024-02-29-12.csv", "a\n5\n"),
        ("in/readme.txt", "no\n"),
    ] {
        put(folder.path(), name, text);
    }
    let parameters = || {
        vec![
            parameter("country", PathKind::Text),
            parameter("day", date("yyyy-MM-dd")),
            parameter("no", PathKind::Number),
        ]
    };
    let path = "in/{country}/report-{day}-{no}.csv";
    let opened = open(&chosen(path, parameters()), folder.path()).unwrap();
    assert_eq!(names(&opened), ["a", "country", "day", "no"]);
    assert_eq!(kinds(&opened), ["long", "string", "date", "long"]);
    // The thirtieth of February is no date: that file is none of these.
    assert_eq!(lines(&opened), ["1|de|2024-01-31|7", "2|de|2024-01-31|7", "3|fr|2024-02-29|12"]);
    assert!(opened.notes.iter().any(|note| note.contains("2 of 3 files")), "{:?}", opened.notes);
    let head = open_head(&chosen(path, parameters()), folder.path(), 2).unwrap();
    assert_eq!((names(&head), lines(&head)), (names(&opened), lines(&opened)[..2].to_vec()));
    // A column is made only where it is wanted, and the same parameter twice must be the same text.
    let quiet = PathParameter { create_column: false, ..parameter("x", PathKind::Text) };
    let opened =
        open(&chosen("in/{x}/report-2024-<\\d{2}-\\d+-\\d+>.csv", vec![quiet.clone()]), folder.path()).unwrap();
    assert_eq!((names(&opened), opened.records), (vec!["a"], Some(4)));
    let twice = open(&chosen("in/{x}/{x}-2024-01-31-007.csv", vec![quiet.clone()]), folder.path()).err().unwrap();
    assert!(twice.message.contains("no file matches"), "{twice}");
    for (path, what) in [
        ("in/{y}/*.csv", "nobody says what {y}"),
        ("in/<(>/*.csv", "no regular expression"),
        ("in/<a/*.csv", "without a closing"),
        ("in/de/*.csv", "is in no path"),
    ] {
        let parameters = if path.contains("{y}") || path.contains('<') { vec![] } else { vec![quiet.clone()] };
        let error = open(&chosen(path, parameters), folder.path()).err().unwrap();
        assert!(error.message.contains(what), "{path}: {error}");
    }
}

#[test]
fn a_date_in_a_path_may_span_folders_and_hold_a_time() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "log/2024/01/05/h23.csv", "a\n1\n");
    put(folder.path(), "log/2024/12/31/h07.csv", "a\n2\n");
    let opened = open(&chosen("log/{t}.csv", vec![parameter("t", date("yyyy/MM/dd/'h'HH"))]), folder.path()).unwrap();
    assert_eq!(kinds(&opened), ["long", "timestamp"]);
    assert_eq!(lines(&opened), ["1|2024-01-05 23:00:00", "2|2024-12-31 07:00:00"]);
    put(folder.path(), "m/5Mar24-1pm.csv", "a\n3\n");
    let opened = open(&chosen("m/{t}.csv", vec![parameter("t", date("dMMMyy-ha"))]), folder.path()).unwrap();
    assert_eq!(lines(&opened), ["3|2024-03-05 13:00:00"]);
    let german = PathKind::Date(DateLayout { format: "dMMMyy".into(), offset: None, locale: Some("de-DE".into()) });
    for kind in [date("dd/MM"), date("yyyy-qq"), date("yyyy-'at"), german] {
        let error = open(&chosen("m/{t}.csv", vec![parameter("t", kind)]), folder.path()).err().unwrap();
        assert!(error.message.contains("date layout"), "{error}");
    }
}

#[test]
fn filters_on_parameters() {
    let folder = tempfile::tempdir().unwrap();
    for (at, name) in ["de-1-2024-03-01", "DE-10-2024-03-30", "fr-9-2023-12-31", "at-12345678901234567890-2024-03-31"]
        .iter()
        .enumerate()
    {
        put(folder.path(), &format!("{name}.csv"), &format!("a\n{at}\n"));
    }
    let filter = |expression: &str, values: &[(&str, &str)]| Filter {
        expression: expression.into(),
        values: values.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
    };
    let check = |on: &str, filter: Filter, wanted: &[&str]| {
        let mut parameters = vec![
            PathParameter { create_column: false, ..parameter("c", PathKind::Text) },
            PathParameter { create_column: false, ..parameter("n", PathKind::Number) },
            PathParameter { create_column: false, ..parameter("d", date("yyyy-MM-dd")) },
        ];
        let at = parameters.iter().position(|parameter| parameter.name == on).unwrap();
        let said = filter.expression.clone();
        parameters[at].filter = Some(filter);
        match open(&chosen("{c}-{n}-{d}.csv", parameters), folder.path()) {
            Ok(opened) => assert_eq!(lines(&opened), wanted, "{said}"),
            Err(error) => assert!(wanted.is_empty() && error.message.contains("not wanted"), "{said}: {error}"),
        }
    };
    // The files come in the order of their names: DE, at, de, fr.
    check("c", filter("is :x", &[(":x", "de")]), &["0"]);
    check("c", filter("is not :x", &[("x", "de")]), &["1", "3", "2"]);
    check("c", filter("not eq :x", &[(":x", "de")]), &["1", "3", "2"]);
    check("c", filter("matches :x", &[(":x", "(?i)de")]), &["1", "0"]);
    check(
        "c",
        filter("(starts_with :a or ends_with :b) and not contains :c", &[(":a", "d"), (":b", "r"), (":c", "e")]),
        &["2"],
    );
    check("c", Filter::typed("== 'fr' OR == \"at\""), &["3", "2"]);
    check("n", Filter::typed("greater_than_equal 9"), &["1", "3", "2"]);
    check("n", Filter::typed(">= 9 and < 12345678901234567890"), &["1", "2"]);
    check("n", Filter::typed("> 12345678901234567889"), &["3"]);
    check("n", Filter::typed("lt 1.5"), &["0"]);
    check("n", Filter::typed("lte 1 or is 10"), &["1", "0"]);
    // The clock says noon of 2024-03-31.
    check("d", filter("relative_after :v", &[(":v", "-2d")]), &["1", "3"]);
    check("d", filter("relative_before :v", &[(":v", "-3M")]), &["2"]);
    check("d", filter("after :a and before :b", &[(":a", "2024-01-01T00:00:00Z"), (":b", "2024-03-30")]), &["0"]);
    check("d", Filter::typed("relative_after +1y"), &[]);
    for wrong in ["is", "is :y", "loves 'x'", "is 'x' or", "(is 'x'", "is 'x", "is 'x')", "< 'x'", ""] {
        let parameters = vec![PathParameter { filter: Some(Filter::typed(wrong)), ..parameter("c", PathKind::Text) }];
        let error = open(&chosen("{c}-<.*>.csv", parameters), folder.path()).err().unwrap();
        assert!(error.message.contains("cannot be read"), "{wrong}: {error}");
    }
}

#[test]
fn the_newest_files_and_those_changed_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    for (name, day) in [("a", 1), ("b", 20), ("c", 10), ("d", 30)] {
        put(folder.path(), &format!("{name}.csv"), &format!("day\n{day}\n"));
        let file = std::fs::File::options().append(true).open(folder.path().join(format!("{name}.csv"))).unwrap();
        let time = Utc.with_ymd_and_hms(2024, 3, day, 0, 0, 0).single().unwrap();
        file.set_modified(SystemTime::from(time) + Duration::from_millis(5)).unwrap();
    }
    let check = |selection: Selection, wanted: &[&str]| {
        let opened = open(&Source { selection, ..source("*.csv") }, folder.path()).unwrap();
        assert_eq!(lines(&opened), wanted);
    };
    let limit =
        |most, oldest| Selection { limit: Some(FilesLimit { most, oldest }), now: now(), ..Selection::default() };
    check(limit(2, false), &["20", "30"]);
    check(limit(2, true), &["1", "10"]);
    check(limit(9, false), &["1", "20", "10", "30"]);
    let modified = |text: &str| Selection { modified: Some(Filter::typed(text)), now: now(), ..Selection::default() };
    check(modified("relative_after -12d"), &["20", "30"]);
    check(modified("before 2024-03-20T00:00:00Z"), &["1", "10"]);
    check(Selection { modified: Some(Filter::typed("before 2024-03-30")), ..limit(1, false) }, &["20"]);
    let none = Source { selection: modified("after 2025-01-01"), ..source("*.csv") };
    assert!(open(&none, folder.path()).err().unwrap().message.contains("none of the 4 files"));
}

#[test]
fn folders_become_columns_where_all_files_lie_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    put(&data, "year=2024/city=K%C3%B6ln/a.csv", "a,b\n1,x\n");
    put(&data, "year=2025/city=__HIVE_DEFAULT_PARTITION__/b.csv", "a,b\n2,y\n");
    put(&data, "year=2025/city=007/c.csv", "a,b\n3,\"q\"\"\n");
    for path in ["data", "data/year=*/**/*.csv"] {
        // The last file has a quote that is never closed, so that all are copied straight: the file of each row is known all the same.
        let opened = open(&source(path), folder.path()).unwrap();
        assert_eq!(
            (names(&opened), kinds(&opened)[2..].to_vec()),
            (vec!["a", "b", "year", "city"], vec!["long", "string"])
        );
        assert_eq!(lines(&opened), ["1|x|2024|Köln", "2|y|2025|null"]);
        assert_eq!(opened.text.unwrap().set_aside.records, 1);
    }
    put(&data, "year=2025/city=007/c.csv", "a,b\n3,z\n");
    let opened = open(&source("data"), folder.path()).unwrap();
    // Folders are walked in the order of their names: 007 before the missing one.
    assert_eq!(lines(&opened), ["1|x|2024|Köln", "3|z|2025|007", "2|y|2025|null"]);
    let off = Source { selection: Selection { partitions: false, ..Selection::default() }, ..source("data") };
    assert_eq!(names(&open(&off, folder.path()).unwrap()), ["a", "b"]);
    // Stored types hold for the columns of folders as well.
    let stored = crate::table::stored(&[("a", "long"), ("b", "string"), ("year", "string"), ("city", "string")]);
    let opened = open(&Source { columns: stored, ..source("data") }, folder.path()).unwrap();
    assert_eq!(kinds(&opened), ["long", "string", "string", "string"]);
    put(&data, "loose.csv", "a,b\n4,w\n");
    let opened = open(&source("data"), folder.path()).unwrap();
    assert_eq!(names(&opened), ["a", "b"]);
    assert!(opened.notes.iter().any(|note| note.contains("are no columns here")), "{:?}", opened.notes);
    put(folder.path(), "own/year=1/a.csv", "year\n2024\n");
    let opened = open(&source("own"), folder.path()).unwrap();
    assert_eq!((lines(&opened), opened.notes.len()), (vec!["2024".to_owned()], 1), "the file's own column stays");
}

#[test]
fn the_name_of_the_file_is_a_column_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    put(at, "csv/a.csv", "a\n1\n");
    put(at, "csv/b.csv", "a\n2\n");
    put(at, "odd/a.csv", "a;b\n1;\"x\n");
    put(at, "odd/b.csv", "a;b\n2;y\n");
    put(at, "one/a.csv", "a\n1\n\n2\n");
    put(at, "lines/a.jsonl", "{\"a\":1}\n");
    put(at, "lines/b.jsonl", "{\"a\":2}\n");
    put(at, "document/a.json", "[{\"a\":1}]");
    put(at, "document/b.json", "[{\"a\":2}]");
    std::fs::create_dir(at.join("parquet")).unwrap();
    std::fs::create_dir(at.join("arrow")).unwrap();
    for name in ["a", "b"] {
        let opened = open(&source(&format!("csv/{name}.csv")), at).unwrap();
        crate::table::write(&opened, &crate::table::target(at.join(format!("parquet/{name}.parquet")))).unwrap();
        crate::table::write(&opened, &crate::table::target(at.join(format!("arrow/{name}.arrow")))).unwrap();
    }
    let selection = || Selection { file_column: Some("file".into()), ..Selection::default() };
    for (path, ending) in
        [("csv", "csv"), ("lines", "jsonl"), ("document", "json"), ("parquet", "parquet"), ("arrow", "arrow")]
    {
        let source = Source { selection: selection(), ..source(path) };
        let wanted = [format!("1|a.{ending}"), format!("2|b.{ending}")];
        assert_eq!(lines(&open(&source, at).unwrap()), wanted, "{path}");
        assert_eq!(lines(&open_head(&source, at, 10).unwrap()), wanted, "head of {path}");
    }
    let opened = open(&Source { selection: selection(), ..source("odd") }, at).unwrap();
    assert_eq!(lines(&opened), ["2|y|b.csv"]);
    let opened = open(&Source { selection: selection(), ..source("one/a.csv") }, at).unwrap();
    assert_eq!(lines(&opened), ["1|a.csv", "null|a.csv", "2|a.csv"]);
    let taken = Source { selection: Selection { file_column: Some("a".into()), ..selection() }, ..source("csv") };
    assert!(open(&taken, at).err().unwrap().message.contains("has a column of that name"));
    // Nothing but names: no row, but the column.
    put(at, "empty/a.csv", "a\n");
    let opened = open(&Source { selection: selection(), ..source("empty") }, at).unwrap();
    assert_eq!((names(&opened), lines(&opened).len()), (vec!["a", "file"], 0));
}

#[test]
fn what_differs_between_files_is_told_file_by_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (name, text) in
        [("1.csv", "a,b\n1,2\n"), ("2.csv", "a,c\n1,2\n"), ("3.csv", "a,b\n3,4\n"), ("4.csv", "a,b,d\n1,2,3\n")]
    {
        put(at, &format!("in/{name}"), text);
    }
    let error = open(&source("in"), at).err().unwrap();
    assert!(error.message.contains("2.csv does not fit") && error.message.contains("4.csv does not fit"), "{error}");
    assert!(!error.message.contains("3.csv"), "{error}");
    for (name, text) in [("1", "a,b\n1,x\n"), ("2", "a,b\n1,2\n"), ("3", "a,c\n1,x\n")] {
        put(at, &format!("text/{name}.csv"), text);
        let opened = open(&source(&format!("text/{name}.csv")), at).unwrap();
        std::fs::create_dir_all(at.join("pq")).unwrap();
        crate::table::write(&opened, &crate::table::target(at.join(format!("pq/{name}.parquet")))).unwrap();
    }
    let error = open(&source("pq"), at).err().unwrap();
    let wanted = "2.parquet does not fit";
    assert!(error.message.contains(wanted) && error.message.contains("without b (string), with b (long)"), "{error}");
    assert!(error.message.contains("3.parquet") && error.message.contains("with c (string)"), "{error}");
    // Records of JSON may lack fields: all fields of all files are columns, and that is told.
    put(at, "js/1.jsonl", "{\"a\":1}\n");
    put(at, "js/2.jsonl", "{\"a\":2.5,\"b\":\"x\"}\n");
    let opened = open(&source("js"), at).unwrap();
    assert_eq!((names(&opened), kinds(&opened)), (vec!["a", "b"], vec!["double", "string"]));
    assert_eq!(lines(&opened), ["1.0|null", "2.5|x"]);
    assert!(opened.notes.iter().any(|note| note.contains("has also b")), "{:?}", opened.notes);
}

#[test]
fn projects_say_it_in_the_words_of_databrew() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "in/de-2024-03-30.csv", "a\n1\n");
    put(folder.path(), "in/fr-2024-03-31.csv", "a\n2\n");
    let api = r#"{"Parameters":{"day":{"Name":"day","Type":"Datetime","CreateColumn":true,
        "DatetimeOptions":{"Format":"yyyy-MM-dd","TimezoneOffset":"+02:00","LocaleCode":"en-US"},
        "Filter":{"Expression":"relative_after :d","ValuesMap":{":d":"-1d"}}},"c":{"Name":"c"}},
        "FilesLimit":{"MaxFiles":5,"OrderedBy":"LAST_MODIFIED_DATE","Order":"DESCENDING"}}"#;
    let formation = r#"{"Parameters":[{"PathParameterName":"day","DatasetParameter":{"Name":"day","Type":"Datetime","CreateColumn":true,
        "DatetimeOptions":{"Format":"yyyy-MM-dd"},"Filter":{"Expression":"relative_after :d",
        "ValuesMap":[{"ValueReference":":d","Value":"-1d"}]}}},{"PathParameterName":"c","DatasetParameter":{"Name":"c","Type":"String"}}],
        "FileNameColumn":"from"}"#;
    for (options, wanted) in [(api, "2|2024-03-31"), (formation, "2|2024-03-31|fr-2024-03-31.csv")] {
        let text = format!(
            r#"{{"FormatVersion":1,"Name":"p","Dataset":{{"Name":"d","Input":{{"Path":"in/{{c}}-{{day}}.csv"}},"PathOptions":{options}}},
            "Recipe":{{"Steps":[]}},"Outputs":[]}}"#
        );
        let mut source = Project::parse(&text).unwrap().dataset.unwrap();
        source.selection.now = now();
        assert_eq!(lines(&open(&source, folder.path()).unwrap()), [wanted]);
    }
    for wrong in [
        r#"{"FilesLimit":{"MaxFiles":0}}"#,
        r#"{"FilesLimit":{"MaxFiles":1,"OrderedBy":"NAME"}}"#,
        r#"{"Parameters":{"d":{"Type":"Datetime"}}}"#,
        r#"{"Parameters":{"d":{"Type":"Colour"}}}"#,
        r#"{"LastModifiedDateCondition":{}}"#,
    ] {
        let text = format!(r#"{{"Dataset":{{"Input":{{"Path":"x"}},"PathOptions":{wrong}}},"Recipe":{{"Steps":[]}}}}"#);
        assert!(Project::parse(&text).is_err(), "{wrong}");
    }
}
