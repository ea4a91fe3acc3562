//! Columns whose names mean something to the engine's own parts: patterns, and names that steps use inside. They are names like any other.

use crate::operations::{environment_run, read_table};
use crate::table::{job, read_parquet, source};
use brewhouse_engine::facet::{self, By, Filter, Listing, SortKey, Test};
use brewhouse_engine::op::{self, table};
use brewhouse_engine::plan::{compile, rename_column};
use brewhouse_engine::profile::{Settings, Told, databrew, profile};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::run::{Job, LiveFacts, Memory, Monitor, collect, execute, preview};
use brewhouse_engine::sink::Target;
use brewhouse_engine::stage;
use polars::prelude::{DataFrame, IntoLazy as _};
use std::fmt::Write as _;
use std::sync::Arc;

/// Names that stand for nothing else, and what takes their places.
const PLAIN: [&str; 8] = ["qqa", "qqb", "qqc", "qqd", "qqe", "qqf", "qqg", "qqh"];
const PATTERNS: [&str; 8] = ["*", "^.*$", "^..$", "^.+b$", "^$", "^(a|b)$", "^b$", "^[*]$"];

/// A table and a step with the columns of the table called something else.
fn called(step: &Step, before: &DataFrame, names: &[&str]) -> (Step, DataFrame) {
    let (mut step, mut before) = (step.clone(), before.clone());
    let old: Vec<String> = before.get_column_names().into_iter().map(ToString::to_string).collect();
    let passing: Vec<String> = (0..old.len()).map(|at| format!("passing {at}")).collect();
    for (old, passing) in old.iter().zip(&passing) {
        step = rename_column(&[step], old, passing).remove(0);
    }
    for (passing, name) in passing.iter().zip(names) {
        step = rename_column(&[step], passing, name).remove(0);
    }
    before.set_column_names(&names[..old.len()]).unwrap();
    (step, before)
}

/// What comes out, or what a person would read.
fn outcome(step: &Step, before: &DataFrame) -> String {
    match environment_run(step, before) {
        Ok(after) => table::write(&after).replace([' ', '"', '\\'], ""),
        Err(error) => error.replace(' ', ""),
    }
}

/// What comes out of every example whose columns have other names, where that is not the same.
fn differences(names: [&str; 8]) -> Vec<String> {
    let mut found = Vec::new();
    for op in op::all() {
        for example in op.examples {
            let (step, before) = (example.step(op.name), read_table(example.before));
            // Patterns of names choose by the names, and random values and what is encrypted follow from them.
            let random = op.name == "ENCRYPT" || op.params.iter().any(|param| param.name == "seed");
            if random || before.width() > names.len() || step.param("regexColumnSelector").is_some() {
                continue;
            }
            let plain = called(&step, &before, &PLAIN);
            let odd = called(&step, &before, &names);
            let mut wanted = outcome(&plain.0, &plain.1);
            for (plain, odd) in PLAIN.iter().zip(names) {
                wanted = wanted.replace(plain, &odd.replace('"', ""));
            }
            let got = outcome(&odd.0, &odd.1);
            if got != wanted {
                found.push(format!("{} / {}\nwanted\n{wanted}\ngot\n{got}", op.name, example.title));
            }
        }
    }
    found
}

#[test]
fn every_operation_takes_patterns_for_names() {
    let found = differences(PATTERNS);
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[test]
fn no_operation_has_names_of_its_own() {
    let names = [
        ["__left", "__right_row", "__key_0", "__place", "cell", "value", "row", "number"],
        ["min", "high", "count", "low", "place", "literal", "len", "index"],
    ];
    let found: Vec<String> = names.into_iter().flat_map(differences).collect();
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

/// Rows under four columns, called like this.
fn orders(names: [&str; 4], rows: usize) -> String {
    let mut text = names.join(",") + "\n";
    for n in 0..rows {
        let amount = if n % 5 == 0 { String::new() } else { format!("{}", n * 37 % 11) };
        writeln!(text, "w{},{amount},t{},{n}", n * 7919 % 13, n % 3).unwrap();
    }
    text
}

fn read(text: &str) -> DataFrame {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), text).unwrap();
    let opened = crate::table::open(&source("in.csv"), folder.path()).unwrap();
    crate::table::run(opened.frame).unwrap()
}

const KEYS: [&str; 4] = ["*", "^b$", "^.*$", "b"];
const LETTERS: [&str; 4] = ["p", "q", "r", "b"];

/// Steps over the columns of [`orders`], one recipe each.
fn recipes([word, amount, kind, id]: [&str; 4]) -> Vec<Vec<Step>> {
    let on = |name: &str, column: &str| Step::new(name).with("sourceColumn", column);
    let sort = |column: &str| {
        Step::new("SORT").with("expressions", format!(r#"[{{"sourceColumn":"{column}","ordering":"DESCENDING"}}]"#))
    };
    let group = format!(r#"[{{"sourceColumnName":"{amount}","targetColumnName":"f","functionName":"MEDIAN"}}]"#);
    let join = Step::new("JOIN")
        .with("secondaryDatasetName", "others")
        .with("joinKeys", format!(r#"[{{"key":"{word}","value":"{word}"}},{{"key":"{id}","value":"{id}"}}]"#))
        .with("joinType", "OUTER_JOIN")
        .with("leftColumns", format!(r#"["{id}","{word}"]"#))
        .with("rightColumns", format!(r#"["{amount}","{kind}"]"#));
    vec![
        vec![on("UPPER_CASE", word), on("FILL_WITH_MEDIAN", amount), sort(word)],
        vec![on("RENAME", word).with("targetColumn", "^new$"), on("UPPER_CASE", "^new$"), sort("^new$")],
        vec![
            Step::new("DELETE").with("sourceColumns", format!(r#"["{kind}","{id}"]"#)),
            Step::new("DELETE_DUPLICATE_ROWS"),
        ],
        vec![on("REMOVE_VALUES", amount).when("GREATER_THAN", Some("4"), amount), sort(id)],
        vec![
            Step::new("GROUP_BY")
                .with("sourceColumns", format!(r#"["{word}","{kind}"]"#))
                .with("groupByAggFunctionOptions", group),
        ],
        vec![
            Step::new("PIVOT").with("sourceColumn", kind).with("valueColumn", amount).with("aggregateFunction", "SUM"),
        ],
        vec![join, sort(id)],
        vec![
            Step::new("KEEP_FIRST_BY")
                .with("groupByColumns", format!(r#"["{word}"]"#))
                .with("orderByColumns", format!(r#"["{amount}"]"#)),
        ],
        vec![on("REMOVE_MISSING", amount), sort(amount)],
    ]
}

/// What a run writes over [`orders`], which is what a preview shows; with the bytes that it spilled.
fn written(names: [&str; 4], which: usize, memory: Memory) -> (Vec<Vec<Option<String>>>, u64) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), orders(names, 3_000)).unwrap();
    std::fs::write(folder.path().join("others.csv"), orders(names, 2_500)).unwrap();
    let mut job = Job { memory, ..job(folder.path(), recipes(names).remove(which)) };
    job.others.push(brewhouse_engine::source::Source { name: "others".into(), ..source("others.csv") });
    let receipt = execute(&job, &Monitor::silent()).unwrap();
    assert!(receipt.balanced);
    let shown = preview(&job, None, 10_000, &Monitor::silent()).unwrap().frame;
    let opened = crate::table::open(&source("out.parquet"), folder.path()).unwrap();
    assert_eq!(table::write(&shown), table::write(&crate::table::run(opened.frame).unwrap()));
    (read_parquet(&folder.path().join("out.parquet")).rows, receipt.spilled_bytes)
}

#[test]
fn a_run_in_memory_or_in_files_takes_patterns_for_names() {
    let mut spilled = 0;
    for which in 0..recipes(KEYS).len() {
        let (wanted, _) = written(LETTERS, which, Memory::default());
        assert!(!wanted.is_empty());
        assert_eq!(written(KEYS, which, Memory::default()).0, wanted, "recipe {which}");
        let pieces = Memory { piece: Some(20_000), ..Memory::default() };
        let (found, bytes) = written(KEYS, which, pieces);
        assert_eq!(found, wanted, "recipe {which} in files");
        spilled += u64::from(bytes > 0);
    }
    assert!(spilled >= 4, "{spilled} recipes were worked on in files");
}

#[test]
fn files_by_the_values_of_a_column_take_patterns_for_names() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), orders(KEYS, 30)).unwrap();
    let mut job = job(folder.path(), Vec::new());
    job.targets =
        vec![Target { path: folder.path().join("out"), partition_by: vec!["^.*$".into()], ..Target::default() }];
    let receipt = execute(&job, &Monitor::silent()).unwrap();
    assert_eq!((receipt.rows_in, receipt.rows_out), (30, 30));
    assert_eq!(receipt.outputs.len(), 3, "{:?}", receipt.outputs);
}

#[test]
fn a_profile_tells_each_column_by_its_own_cells() {
    let told = |names: [&str; 4]| {
        let frame = read(&orders(names, 200));
        let found = profile(&frame.clone().lazy(), frame.schema(), &Settings::default(), &Monitor::silent()).unwrap();
        databrew(&found, &Told::default())["columns"].as_array().unwrap().clone()
    };
    let (odd, plain) = (told(KEYS), told(LETTERS));
    assert_eq!(odd.len(), 4);
    for (mut odd, mut plain) in odd.into_iter().zip(plain) {
        odd["name"] = plain["name"].take();
        plain["name"] = odd["name"].clone();
        let (mine, theirs) = (odd["correlations"].take(), plain["correlations"].take());
        for (mine_by, theirs_by) in KEYS.iter().zip(LETTERS) {
            assert_eq!(mine[mine_by], theirs[theirs_by]);
        }
        assert_eq!(odd, plain);
    }
}

#[test]
fn filters_lists_and_sorts_of_a_view_take_patterns_for_names() {
    let cancel = Arc::default();
    let told = |[word, amount, kind, id]: [&str; 4]| {
        let frame = read(&orders([word, amount, kind, id], 60));
        let (lazy, schema) = (frame.clone().lazy(), frame.schema());
        let filters = [
            Filter::of(amount, Test::Missing).inverted(),
            Filter::of(word, Test::Among(vec!["w1".into(), "w2".into(), "w7".into()])),
            Filter::of(kind, Test::Repeated),
        ];
        let kept = facet::select(&lazy, schema, &filters, &cancel).unwrap();
        let keys = [word, amount].map(|column| SortKey { column: column.into(), descending: true });
        let order = facet::sort(&lazy, schema, &keys, None, &cancel).unwrap().rows(0, 60);
        let page = facet::page(&lazy, &[3, 1], &[amount.to_owned(), id.to_owned()], &cancel).unwrap();
        let listing = Listing { column: word.into(), by: By::Values, by_name: true, most: 5, ..Listing::default() };
        let listed = facet::values(&lazy, schema, &listing, &filters[..1], &cancel).unwrap();
        let plane = facet::plane(&lazy, schema, [amount, id], &[], [3, 3], &cancel).unwrap();
        let cells = table::write(&page).lines().skip(1).collect::<Vec<_>>().join("\n").replace(' ', "");
        (kept.rows(0, 60), order, cells, format!("{listed:?}"), format!("{plane:?}"))
    };
    let found = told(KEYS);
    assert_eq!(found, told(LETTERS));
    assert!(found.0.len() > 2 && found.0.len() < 20, "{:?}", found.0);
}

#[test]
fn fields_of_a_structure_take_patterns_for_names() {
    let before = read_table("s:struct<*: long, ^b$: string, b: string>\n{\"*\":1,\"^b$\":\"x\",\"b\":\"y\"}");
    let step = Step::new("UNNEST_STRUCT").with("sourceColumn", "s").with("removeSourceColumn", "true");
    assert_eq!(outcome(&step, &before), "s.*:whole|s.^b$:text|s.b:text\n1|x|y\n");
}

#[test]
fn a_join_has_no_names_of_its_own() {
    let step = |how: &str| {
        Step::new("JOIN")
            .with("secondaryDatasetName", "others")
            .with("joinKeys", r#"[{"key":"__key_0","value":"__key_0"}]"#)
            .with("joinType", how)
            .with("leftColumns", r#"["__left","__key_0","__left_row"]"#)
            .with("rightColumns", r#"["row","__right_row","__left","x"]"#)
    };
    let left = read_table("__left:text | __key_0:whole | __left_row:text | ___x:text\na | 1 | p | y\nb | 3 | q | y");
    let right = "__key_0:whole | row:text | __right_row:text | __left:text | x:text | __right_x:text\n\
                 2 | r2 | s2 | t2 | u2 | v2\n1 | r1 | s1 | t1 | u1 | v1";
    let mut env = crate::operations::environment();
    env.datasets.insert("others".into(), read_table(right).lazy());
    let header = "__left:text|__key_0:whole|__left_row:text|row:text|__right_row:text|__left_others:text|x:text";
    let (both, mine, theirs) = ("a|1|p|r1|s1|t1|u1\n", "b|3|q|∅|∅|∅|∅\n", "∅|∅|∅|r2|s2|t2|u2\n");
    let kinds = [
        ("INNER_JOIN", vec![both]),
        ("LEFT_JOIN", vec![both, mine]),
        ("RIGHT_JOIN", vec![theirs, both]),
        ("OUTER_JOIN", vec![both, mine, theirs]),
        ("LEFT_EXCLUDING_JOIN", vec![mine]),
        ("RIGHT_EXCLUDING_JOIN", vec![theirs]),
        ("OUTER_EXCLUDING_JOIN", vec![mine, theirs]),
    ];
    for (how, rows) in kinds {
        let compiled = compile(&[step(how)], left.clone().lazy(), &env, &mut LiveFacts, None).unwrap();
        assert!(compiled.problems.is_empty(), "{:?}", compiled.problems);
        let after = table::write(&collect(compiled.frame).unwrap()).replace(' ', "");
        assert_eq!(after, format!("{header}\n{}", rows.concat()), "{how}");
    }
}

#[test]
fn what_is_made_in_passing_overwrites_no_column() {
    let options = r#"[{"sourceColumnName":"a","targetColumnName":"s","functionName":"SUM"},
                     {"sourceColumnName":"__units of a","targetColumnName":"t","functionName":"SUM"}]"#;
    let step = Step::new("GROUP_BY").with("sourceColumns", r#"["k"]"#).with("groupByAggFunctionOptions", options);
    let before = read_table("k:text | a:double | __units of a:double\nx | 0.5 | 2\nx | 1 | 5");
    assert_eq!(outcome(&step, &before), "k:text|s:double|t:double\nx|1.5|7\n");
    // Of three equal rows two are repeated.
    let rows = read_table("__hash:whole | times:text\n1 | a\n1 | a\n2 | a\n1 | a");
    let found = profile(&rows.clone().lazy(), rows.schema(), &Settings::default(), &Monitor::silent()).unwrap();
    assert_eq!(databrew(&found, &Told::default())["duplicateRowsCount"], 2);
}

#[test]
fn a_draft_tells_rows_apart_by_no_column_of_the_table() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), "w,__before_w,__row\na,x,1\nb,y,2\nc,z,3\n").unwrap();
    let cache = stage::Cache::new(folder.path().join("cache"), 1 << 30).unwrap();
    let opened = stage::open_full(&source("in.csv"), folder.path(), &cache, &Arc::default(), &|_| {}).unwrap();
    let env = crate::operations::environment();
    let view = stage::view(&opened, &[], &env, &cache, &Arc::default()).unwrap();
    let upper = Step::new("UPPER_CASE").with("sourceColumn", "w").when("IS", Some(r#"["x"]"#), "__before_w");
    let draft = stage::draft(&view, &upper, &env, &cache).unwrap();
    assert_eq!(stage::draft_counts(&draft, &env, &cache, &Arc::default()).unwrap().changed, 1);
    let remove = Step::new("REMOVE_VALUES").with("sourceColumn", "w").when("IS", Some(r#"["x"]"#), "__before_w");
    let draft = stage::draft(&view, &remove, &env, &cache).unwrap();
    assert_eq!(stage::draft_page(&draft, &env, &cache, (0, 3), &[]).unwrap().kept, [false, true, true]);
    let gone = stage::draft_touched(&draft, &env, &cache, false, &Arc::default()).unwrap();
    assert_eq!(gone.rows(0, 3), [0]);
    assert_eq!(facet::sort(&view.frame, &view.schema, &[], None, &Arc::default()).unwrap().rows(0, 3), [0, 1, 2]);
    let sort = Step::new("SORT").with("expressions", r#"[{"sourceColumn":"__row","ordering":"DESCENDING"}]"#);
    let steps = [remove, sort];
    let after = stage::view(&opened, &steps, &env, &cache, &Arc::default()).unwrap();
    let pair = stage::pair(view, after, &steps, &env, &cache, &Arc::default()).unwrap();
    assert_eq!((pair.apart, pair.reordered, pair.rows()), (None, true, 3));
}
