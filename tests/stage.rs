//! The window's data supply: pages, views, drafts and figures agree with a run's plan and engine.

use brewhouse_engine::op::{self, Environment, table};
use brewhouse_engine::plan::compile;
use brewhouse_engine::recipe::Step;
use brewhouse_engine::run::{LiveFacts, collect};
use brewhouse_engine::source::Source;
use brewhouse_engine::stage::{self, Cache, Effect};
use polars::prelude::DataFrame;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

fn environment() -> Environment {
    let now = chrono::DateTime::parse_from_rfc3339("2024-02-29T23:30:00Z").unwrap().to_utc();
    Environment::at(now)
}

fn source(path: &Path) -> Source {
    let paths = vec![path.to_string_lossy().into_owned()];
    Source { name: "orders".into(), paths, ..Source::default() }
}

fn orders(folder: &Path) -> stage::Table {
    let path = folder.join("orders.csv");
    let mut rows = String::new();
    for n in 0..1000 {
        let quantity = if n % 10 == 0 { String::new() } else { (n % 7).to_string() };
        writeln!(rows, "{n:05},{quantity},{}", "ab c".repeat(n % 3)).unwrap();
    }
    std::fs::write(&path, format!("id,qty,note\n{rows}")).unwrap();
    let cache = Cache::new(folder.join("cache"), 1 << 30).unwrap();
    stage::open_full(&source(&path), Path::new("."), &cache, &Arc::default(), &|_| {}).unwrap()
}

fn steps() -> Vec<Step> {
    vec![
        Step::new("FILL_WITH_AVERAGE").with("sourceColumn", "qty"),
        Step::new("REMOVE_VALUES").with("sourceColumn", "qty").when("LESS_THAN", Some("2"), "qty"),
        Step::new("UPPER_CASE").with("sourceColumn", "note"),
        Step::new("SORT").with("expressions", r#"[{"sourceColumn":"qty","ordering":"DESCENDING"}]"#),
    ]
}

#[test]
fn a_view_holds_the_rows_that_a_run_would_write_at_every_step() {
    let folder = tempfile::tempdir().unwrap();
    let table = orders(folder.path());
    let cache = Cache::new(folder.path().join("cache"), 1 << 30).unwrap();
    let env = environment();
    for upto in 0..=steps().len() {
        let steps = &steps()[..upto];
        let view = stage::view(&table, steps, &env, &cache, &Arc::new(AtomicBool::new(false))).unwrap();
        let plan = compile(steps, table.frame.clone(), &env, &mut LiveFacts, None).unwrap();
        let whole = collect(plan.frame).unwrap();
        assert_eq!(view.rows, whole.height() as u64);
        let page = view.page(0, 5000, &[]).unwrap();
        assert_eq!(table::write(&page), table::write(&whole), "after {upto} steps");
        let middle = view.page(300, 7, &["note".into(), "qty".into()]).unwrap();
        assert_eq!(table::write(&middle), table::write(&whole.slice(300, 7).select(["note", "qty"]).unwrap()));
    }
}

#[test]
fn a_draft_tells_what_it_changes_and_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let table = orders(folder.path());
    let cache = Cache::new(folder.path().join("cache"), 1 << 30).unwrap();
    let env = environment();
    let view = stage::view(&table, &[], &env, &cache, &Arc::default()).unwrap();

    let fill = stage::draft(&view, &steps()[0], &env, &cache).unwrap();
    assert_eq!(fill.effect, Effect::Cells);
    let counts = stage::draft_counts(&fill, &env, &cache, &Arc::default()).unwrap();
    assert_eq!((counts.changed, counts.failed, counts.rows_after), (100, 0, 1000));

    let touched = |draft: &stage::Draft, failed| {
        stage::draft_touched(draft, &env, &cache, failed, &Arc::default()).unwrap().rows(0, 2000)
    };
    assert_eq!(touched(&fill, false), (0..1000).step_by(10).collect::<Vec<u64>>());
    assert!(touched(&fill, true).is_empty());
    let some = stage::draft_rows(&fill, &env, &cache, &[20, 3, 10], &[], &Arc::default()).unwrap();
    let ids: Vec<&str> = some.after.column("id").unwrap().str().unwrap().iter().flatten().collect();
    assert_eq!((ids, some.before.column("qty").unwrap().null_count()), (vec!["00020", "00003", "00010"], 2));
    assert_eq!((some.after.column("qty").unwrap().null_count(), some.kept.clone()), (0, vec![true; 3]));

    let remove = stage::draft(&view, &steps()[1], &env, &cache).unwrap();
    assert_eq!(remove.effect, Effect::Rows);
    let gone: Vec<u64> = (0..1000).filter(|n| n % 10 != 0 && n % 7 < 2).collect();
    assert_eq!(touched(&remove, false), gone);
    let some = stage::draft_rows(&remove, &env, &cache, &[8, 9, 7], &[], &Arc::default()).unwrap();
    assert_eq!(some.kept, [false, true, false]);
    let page = stage::draft_page(&remove, &env, &cache, (10, 5), &[]).unwrap();
    let qty: Vec<bool> = (10..15).map(|n| n % 10 == 0 || n % 7 >= 2).collect();
    assert_eq!(page.kept, qty);

    let cast = Step::new("CHANGE_DATA_TYPE").with("sourceColumn", "note").with("columnDataType", "double");
    let cast = stage::draft(&view, &cast, &env, &cache).unwrap();
    let texts = (0..1000).filter(|n| n % 3 != 0).count() as u64;
    let counts = stage::draft_counts(&cast, &env, &cache, &Arc::default()).unwrap();
    assert_eq!((counts.failed, counts.changed), (texts, texts));
    assert_eq!(touched(&cast, true), (0..1000).filter(|n| n % 3 != 0).collect::<Vec<u64>>());

    let wrong = Step::new("UPPER_CASE").with("sourceColumn", "nope");
    let problems = stage::draft(&view, &wrong, &env, &cache).err().unwrap();
    assert_eq!(problems[0].parameter.as_deref(), Some("sourceColumn"));
    assert_eq!(view.rows, 1000);
}

#[test]
fn figures_are_counted_on_all_rows() {
    let folder = tempfile::tempdir().unwrap();
    let table = orders(folder.path());
    let cache = Cache::new(folder.path().join("cache"), 1 << 30).unwrap();
    let view = stage::view(&table, &[], &environment(), &cache, &Arc::default()).unwrap();
    let qty = stage::figures(&view, "qty").unwrap();
    assert_eq!((qty.rows, qty.missing, qty.distinct), (1000, 100, 7));
    assert_eq!((qty.low.as_deref(), qty.high.as_deref()), (Some("0"), Some("6")));
    assert_eq!(qty.bins.iter().map(|b| b.count).sum::<u64>(), 900);
    let note = stage::figures(&view, "note").unwrap();
    assert_eq!(note.missing, 334, "an empty field is missing");
    assert_eq!(note.top[0], ("ab c".to_owned(), 333));
    let id = stage::figures(&view, "id").unwrap();
    assert_eq!((id.distinct, id.low.as_deref()), (1000, Some("00000")));
}

#[test]
fn every_family_has_a_place_in_the_menu() {
    for op in op::all() {
        assert!(op::Family::ALL.contains(&op.family), "{}", op.name);
    }
}

#[test]
fn the_matches_of_a_join_are_counted_on_all_rows_before_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (left, right) = (folder.path().join("left.csv"), folder.path().join("right.csv"));
    // Keys: 1 finds one row, 2 finds two, 9 none, and missing matches nothing, not even the other's missing.
    std::fs::write(&left, "id,k\na,1\nb,2\nc,2\nd,9\ne,\n").unwrap();
    std::fs::write(&right, "code,name\n1,x\n2,y\n2,z\n7,w\n,v\n").unwrap();
    let cache = Cache::new(folder.path().join("cache"), 1 << 30).unwrap();
    let open = |path: &Path| stage::open_full(&source(path), Path::new("."), &cache, &Arc::default(), &|_| {}).unwrap();
    let mut env = environment();
    env.datasets.insert("other".into(), open(&right).frame);
    let view = stage::view(&open(&left), &[], &env, &cache, &Arc::default()).unwrap();
    let mut step = Step::new("JOIN").with("secondaryDatasetName", "other");
    let count = |step: &Step, env: &Environment| stage::matches(&view, step, env, &Arc::default());
    assert_eq!(count(&step, &env).unwrap(), None, "no keys yet");
    step.set_param("joinKeys", Some(r#"[{"key":"k","value":"code"}]"#.into()));
    let expected = stage::Matches { rows: 5, matched: 3, other_rows: 5, other_matched: 3, pairs: 5 };
    assert_eq!(count(&step, &env).unwrap(), Some(expected));
    step.set_param("joinKeys", Some(r#"[{"key":"k","value":"name"}]"#.into()));
    let error = count(&step, &env).unwrap_err();
    assert!(error.message.contains("nothing could match"), "{error:?}");
}

#[test]
fn work_that_nobody_waits_for_stops_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let table = orders(folder.path());
    let cache = Cache::new(folder.path().join("other"), 1 << 30).unwrap();
    let stopped = Arc::new(AtomicBool::new(true));
    assert!(
        stage::open_full(&source(&folder.path().join("orders.csv")), Path::new("."), &cache, &stopped, &|_| {})
            .is_err()
    );
    let env = environment();
    let view = stage::view(&table, &[], &env, &cache, &Arc::default()).unwrap();
    for step in
        [Step::new("UPPER_CASE").with("sourceColumn", "note"), Step::new("REMOVE_MISSING").with("sourceColumn", "qty")]
    {
        let draft = stage::draft(&view, &step, &env, &cache).unwrap();
        assert!(stage::draft_counts(&draft, &env, &cache, &stopped).is_err());
        assert!(stage::draft_counts(&draft, &env, &cache, &Arc::default()).is_ok());
    }
    assert!(stage::view(&table, &steps(), &env, &cache, &stopped).is_err());
    assert_eq!(std::fs::read_dir(folder.path().join("other")).unwrap().count(), 0, "no side file, whole or half");
}

/// All files below a folder, with what they hold.
fn files(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push((entry.path(), std::fs::read(entry.path()).unwrap()));
        }
    }
    found
}

#[cfg(unix)]
#[test]
fn what_was_decrypted_is_kept_for_this_user_and_process_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mails.csv");
    let plain = "name:text\nAda-of-the-secret\nBo-of-the-secret";
    let mut env = environment();
    env.secrets = Arc::new(|name| (name == "pepper").then(|| "a secret that the test knows".to_owned()));
    let step = |name: &str| Step::new(name).with("sourceColumns", r#"["name"]"#).with("secretId", "pepper");
    let frame = table::parse(plain).unwrap();
    let encrypt = [step("DETERMINISTIC_ENCRYPT")];
    let locked = compile(&encrypt, polars::prelude::IntoLazy::lazy(frame), &env, &mut LiveFacts, None).unwrap().frame;
    let locked = collect(locked).unwrap();
    let cells: Vec<&str> = locked.column("name").unwrap().str().unwrap().iter().flatten().collect();
    std::fs::write(&path, format!("name\n{}\n", cells.join("\n"))).unwrap();

    let place = folder.path().join("cache");
    let cache = Cache::new(place.clone(), 1 << 30).unwrap();
    let opened = stage::open_full(&source(&path), Path::new("."), &cache, &Arc::default(), &|_| {}).unwrap();
    let sort = Step::new("SORT").with("expressions", r#"[{"sourceColumn":"name","ordering":"DESCENDING"}]"#);
    let steps =
        [step("DETERMINISTIC_DECRYPT"), sort.clone(), Step::new("UPPER_CASE").with("sourceColumn", "name"), sort];
    let view = stage::view(&opened, &steps, &env, &cache, &Arc::default()).unwrap();
    assert_eq!(table::write(&view.page(0, 9, &[]).unwrap()), "name:text\nBO-OF-THE-SECRET\nADA-OF-THE-SECRET\n");

    let readable = |held: &[u8]| {
        let held = String::from_utf8_lossy(held).to_lowercase();
        held.contains("of-the-secret")
    };
    let is_private = |path: &Path| path.parent().is_some_and(|parent| parent != place);
    let told: Vec<_> = files(&place).into_iter().filter(|(path, held)| !is_private(path) && readable(held)).collect();
    assert!(told.is_empty(), "{told:?}");
    // It is read again from the private folder, which nobody else can look into.
    let private: Vec<_> = files(&place).into_iter().filter(|(path, held)| is_private(path) && readable(held)).collect();
    assert_eq!(private.len(), 2);
    let mode = std::fs::metadata(private[0].0.parent().unwrap()).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0);
    // A second window leaves it alone while this one lives; without its process it is removed.
    let second = Cache::new(place.clone(), 1 << 30).unwrap();
    assert!(private[0].0.exists());
    drop((cache, second));
    assert!(!private[0].0.exists());
    let dead = place.join("private-dead");
    std::fs::create_dir(&dead).unwrap();
    std::fs::write(dead.join("alive"), "").unwrap();
    std::fs::write(dead.join("rows.arrow"), "left").unwrap();
    Cache::new(place, 1 << 30).unwrap();
    assert!(!dead.exists());
}

/// A table of one text column whose cells read as numbers, dates, words or none of them.
fn texts(folder: &Path, cells: &[&str]) -> (stage::Table, Cache) {
    let path = folder.join("texts.csv");
    // An empty field is missing; one in quotes would be empty text.
    let quoted = |cell: &str| if cell.is_empty() { String::new() } else { format!("\"{cell}\"") };
    let rows: Vec<String> = cells.iter().enumerate().map(|(at, cell)| format!("{at},{}", quoted(cell))).collect();
    std::fs::write(&path, format!("n,cell\n{}\n", rows.join("\n"))).unwrap();
    let cache = Cache::new(folder.join("cache"), 1 << 30).unwrap();
    let table = stage::open_full(&source(&path), Path::new("."), &cache, &Arc::default(), &|_| {}).unwrap();
    (table, cache)
}

type Case<'a> = (&'a [&'a str], &'a [&'a str], &'a str, u64, u64);

#[test]
fn a_change_of_type_counts_what_reads_otherwise_and_what_is_lost() {
    let change = |to: &str| Step::new("CHANGE_DATA_TYPE").with("sourceColumn", "cell").with("columnDataType", to);
    // Of each: the cells, the steps before, the new type, cells that read otherwise (lost ones among them), cells that are lost.
    let cases: [Case<'_>; 11] = [
        (&["12", "012", "1.50", "-0.5", "x", "", "7 "], &[], "double", 4, 1),
        (&["12", "12.0", "12.5", "-3", "", "９"], &[], "long", 3, 2),
        (&["0.10", "0.1", "-99999999999999.99", "", "1e3"], &[], "decimal", 2, 0),
        (&["yes", "true", "NO", "false", "", "perhaps"], &[], "boolean", 3, 1),
        (&["2024-02-29", "29.02.2024", "2024-02-30", ""], &[], "date", 2, 1),
        (&["2024-02-29 23:30:00", "2024-02-29T23:30:00", "noon"], &[], "timestamp", 2, 1),
        (&["0.10", "-1.50", "x", "1e16", "0.1"], &["double"], "string", 0, 0),
        (&["0.10", "-1.50", "0.05", "-0.05", "x"], &["decimal"], "string", 0, 0),
        (&["12", "x", "-7", "9007199254740993"], &["long"], "string", 0, 0),
        (&["12", "x", "-7", "9007199254740993"], &["long"], "double", 1, 0),
        (&["2024-02-29", "x", "0001-01-01"], &["date"], "string", 0, 0),
    ];
    for (cells, before, to, changed, failed) in cases {
        let folder = tempfile::tempdir().unwrap();
        // A letter keeps the column text while it is read.
        let cells: Vec<&str> = cells.iter().copied().chain(["letters"]).collect();
        let (table, cache) = texts(folder.path(), &cells);
        let env = environment();
        let steps: Vec<Step> = before.iter().map(|to| change(to)).collect();
        let view = stage::view(&table, &steps, &env, &cache, &Arc::default()).unwrap();
        let draft = stage::draft(&view, &change(to), &env, &cache).unwrap();
        let counts = stage::draft_counts(&draft, &env, &cache, &Arc::default()).unwrap();
        let lost = u64::from(before.is_empty());
        assert_eq!((counts.changed, counts.failed), (changed + lost, failed + lost), "{cells:?} {before:?} {to}");
        // The grid marks the same cells, one by one, as they are shown.
        let page = stage::draft_page(&draft, &env, &cache, (0, 100), &["cell".to_owned()]).unwrap();
        assert_eq!((page.before.width(), page.after.width()), (1, 1));
        let shown = |frame: &DataFrame| -> Vec<Option<String>> {
            let series = frame.column("cell").unwrap().as_materialized_series().clone();
            series.iter().map(|value| brewhouse_engine::values::cell_text(&value)).collect()
        };
        let (was, now) = (shown(&page.before), shown(&page.after));
        assert_eq!(
            was.iter().zip(&now).filter(|(was, now)| was != now).count() as u64,
            counts.changed,
            "{was:?} {now:?}"
        );
        let touched = stage::draft_touched(&draft, &env, &cache, false, &Arc::default()).unwrap();
        assert_eq!(touched.len(), counts.changed, "{was:?} {now:?}");
        // So does the difference between the two points.
        let after = [steps.as_slice(), &[change(to)]].concat();
        let after = stage::view(&table, &after, &env, &cache, &Arc::default()).unwrap();
        let pair = stage::pair(view, after, &[change(to)], &env, &cache, &Arc::default()).unwrap();
        let pair = stage::pair_counts(&pair, &Arc::default()).unwrap();
        assert_eq!(
            (pair.columns[1].changed, pair.columns[1].failed),
            (counts.changed, counts.failed),
            "{was:?} {now:?}"
        );
    }
}

#[test]
fn figures_of_columns_together_are_those_of_each_alone() {
    let folder = tempfile::tempdir().unwrap();
    let table = orders(folder.path());
    let cache = Cache::new(folder.path().join("cache"), 1 << 30).unwrap();
    let view = stage::view(&table, &[], &environment(), &cache, &Arc::default()).unwrap();
    let names: Vec<String> = view.schema.iter_names().map(ToString::to_string).collect();
    let mut found = Vec::new();
    let mut each = |name: &str, figures: stage::ColumnFigures| found.push((name.to_owned(), figures));
    stage::figures_of(&view, &names, &Arc::default(), &mut each).unwrap();
    assert_eq!(found.len(), names.len());
    for (name, figures) in &found {
        assert_eq!(figures, &stage::figures(&view, name).unwrap(), "{name}");
    }
    let stopped = Arc::new(AtomicBool::new(true));
    assert!(stage::figures_of(&view, &names, &stopped, &mut |_, _| unreachable!()).is_err());
    assert!(stage::figures_of(&view, &["nope".to_owned()], &Arc::default(), &mut |_, _| unreachable!()).is_err());
}
