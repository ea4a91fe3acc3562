//! The difference between two points of a recipe: rows that are paired through filters, sorts and duplicates, columns through renames, counts
//! over all rows, and what cannot be paired.

use brewhouse_engine::facet::Selection;
use brewhouse_engine::op::{self, Environment, Example, Operation, table};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::source::Source;
use brewhouse_engine::stage::{self, Cache, Pair, PairCounts, PairedColumn};
use polars::prelude::{DataType, IntoLazy as _};
use std::path::Path;
use std::sync::Arc;

const TABLE: &str = "id,name,size,kind\n\
    1,ada,10,a\n\
    2,,20,b\n\
    3,Zoë,x,a\n\
    4,BOB,40,\n\
    1,ada,10,a\n\
    6,  ,-5,b\n";

fn change(from: &str, to: &str) -> Step {
    Step::new("RENAME").with("sourceColumn", from).with("targetColumn", to)
}

fn upper(column: &str) -> Step {
    Step::new("UPPER_CASE").with("sourceColumn", column)
}

/// The pair of two points of a recipe on a table of text.
fn paired(folder: &Path, text: &str, steps: &[Step], from: usize) -> (Pair, PairCounts) {
    let path = folder.join("t.csv");
    std::fs::write(&path, text).unwrap();
    let cache = Cache::new(folder.join("cache"), 1 << 30).unwrap();
    let paths = vec![path.to_string_lossy().into_owned()];
    let source = Source { name: "t".into(), paths, ..Source::default() };
    let table = stage::open_full(&source, Path::new("."), &cache, &Arc::default(), &|_| {}).unwrap();
    let env = Environment::at(chrono::DateTime::parse_from_rfc3339("2024-02-29T23:30:00Z").unwrap().to_utc());
    let view = |steps: &[Step]| stage::view(&table, steps, &env, &cache, &Arc::default()).unwrap();
    let (before, after) = (view(&steps[..from]), view(steps));
    let pair = stage::pair(before, after, &steps[from..], &env, &cache, &Arc::default()).unwrap();
    let counts = stage::pair_counts(&pair, &Arc::default()).unwrap();
    (pair, counts)
}

fn rows(selection: &Selection) -> Vec<u64> {
    selection.rows(0, 1000)
}

/// Of each column: its names before and after, cells changed, cells that are missing now.
fn columns(pair: &Pair, counts: &PairCounts) -> Vec<(String, String, u64, u64)> {
    let name =
        |side: &Option<(String, polars::prelude::DataType)>| side.clone().map_or_else(|| "-".to_owned(), |(n, _)| n);
    let all = pair.columns.iter().zip(&counts.columns);
    all.map(|(column, change)| (name(&column.was), name(&column.now), change.changed, change.failed)).collect()
}

fn told(rows: &[(&str, &str, u64, u64)]) -> Vec<(String, String, u64, u64)> {
    rows.iter().map(|(was, now, changed, failed)| ((*was).into(), (*now).into(), *changed, *failed)).collect()
}

fn texts(frame: &polars::prelude::DataFrame, column: &str) -> Vec<Option<String>> {
    let column = frame.column(column).unwrap().as_materialized_series().clone();
    column.iter().map(|value| brewhouse_engine::values::cell_text(&value)).collect()
}

#[test]
fn cells_rows_and_columns_are_followed_through_filters_and_renames() {
    let folder = tempfile::tempdir().unwrap();
    let steps = [
        upper("name"),
        change("name", "who"),
        Step::new("REMOVE_VALUES").with("sourceColumn", "kind").when("IS_MISSING", None, "kind"),
        Step::new("CHANGE_DATA_TYPE").with("sourceColumn", "size").with("columnDataType", "double"),
        Step::new("DUPLICATE").with("sourceColumn", "id").with("targetColumn", "again"),
        Step::new("DELETE").with("sourceColumns", "[\"kind\"]"),
    ];
    let steps: Vec<Step> = steps.into_iter().collect();
    let (pair, counts) = paired(folder.path(), TABLE, &steps, 0);
    assert_eq!((pair.apart, pair.reordered, pair.rows()), (None, false, 6));
    // ada, Zoë, ada in capitals; 10 as a number is shown as it was, x becomes missing.
    assert_eq!(
        columns(&pair, &counts),
        told(&[
            ("id", "id", 0, 0),
            ("-", "again", 0, 0),
            ("name", "who", 3, 0),
            ("size", "size", 1, 1),
            ("kind", "-", 0, 0)
        ])
    );
    assert_eq!(rows(&counts.removed), [3], "the row of BOB has no kind");
    assert_eq!(rows(&counts.changed), [0, 2, 4]);
    assert_eq!(rows(&counts.failed), [2]);
    let wanted = ["name".to_owned(), "size".to_owned()];
    let page = pair.page(&[4, 3, 2], [&wanted, &["who".to_owned(), "size".to_owned()]], &Arc::default()).unwrap();
    assert_eq!(page.kept, [true, false, true]);
    assert_eq!(texts(&page.before, "name"), [Some("ada".into()), Some("BOB".into()), Some("Zoë".into())]);
    assert_eq!(texts(&page.after, "who"), [Some("ADA".into()), Some("ZOË".into())]);
    assert_eq!(texts(&page.after, "size"), [Some("10".into()), None]);
}

#[test]
fn a_difference_within_the_recipe_is_that_of_its_steps_alone() {
    let folder = tempfile::tempdir().unwrap();
    let steps = [upper("name"), Step::new("LOWER_CASE").with("sourceColumn", "name"), upper("kind")];
    let (pair, counts) = paired(folder.path(), TABLE, &steps, 2);
    assert_eq!(pair.columns.iter().filter(|column| column.touched).count(), 1);
    assert_eq!(columns(&pair, &counts)[3], ("kind".to_owned(), "kind".to_owned(), 5, 0));
    // There and back again: what was in small letters is what it was.
    let (pair, counts) = paired(folder.path(), TABLE, &steps[..2], 0);
    assert_eq!(columns(&pair, &counts)[1], ("name".to_owned(), "name".to_owned(), 2, 0), "Zoë and BOB");
    assert_eq!(rows(&counts.changed), [2, 3]);
    assert!(counts.removed.is_empty() && counts.failed.is_empty());
}

#[test]
fn rows_are_paired_through_a_sort_and_through_duplicates() {
    let folder = tempfile::tempdir().unwrap();
    let steps = [
        Step::new("DELETE_DUPLICATE_ROWS"),
        Step::new("SORT").with("expressions", r#"[{"sourceColumn":"id","ordering":"DESCENDING"}]"#),
        upper("name"),
    ];
    let (pair, counts) = paired(folder.path(), TABLE, &steps, 0);
    assert_eq!((pair.apart, pair.reordered, pair.after.rows), (None, true, 5));
    assert_eq!(rows(&counts.removed), [4], "the second ada");
    assert_eq!(rows(&counts.changed), [0, 2]);
    let name = ["name".to_owned()];
    let page = pair.page(&[0, 1, 2, 3, 4, 5], [&name, &name], &Arc::default()).unwrap();
    assert_eq!(page.kept, [true, true, true, true, false, true]);
    let after: Vec<Option<String>> = texts(&page.after, "name");
    assert_eq!(after[..4], [Some("ADA".to_owned()), None, Some("ZOË".into()), Some("BOB".into())]);
    // One value of a column is kept as well.
    let once = [Step::new("REMOVE_DUPLICATES").with("sourceColumn", "kind")];
    let (pair, counts) = paired(folder.path(), TABLE, &once, 0);
    assert_eq!((pair.reordered, rows(&counts.removed)), (false, vec![2, 4, 5]));
}

#[test]
fn a_step_that_makes_other_rows_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let group = Step::new("GROUP_BY").with("sourceColumns", "[\"kind\"]").with(
        "groupByAggFunctionOptions",
        r#"[{"sourceColumnName":"id","targetColumnName":"n","targetColumnDataType":"int","functionName":"COUNT"}]"#,
    );
    let (pair, counts) = paired(folder.path(), TABLE, &[upper("name"), group, upper("kind")], 0);
    assert_eq!((pair.apart, pair.before.rows, pair.after.rows, pair.rows()), (Some(1), 6, 3, 3));
    assert!(counts.changed.is_empty() && counts.removed.is_empty());
    let gone: Vec<&str> = pair.columns.iter().filter(|column| column.now.is_none()).map(PairedColumn::name).collect();
    assert_eq!(gone, ["id", "name", "size"]);
    let page = pair.page(&[0, 1], [&[], &["kind".to_owned()]], &Arc::default()).unwrap();
    assert_eq!((page.after.height(), page.before.height()), (2, 0));
    // Whole rows that are compared with each other cannot be followed by a number beside them.
    let flag = Step::new("FLAG_DUPLICATE_ROWS")
        .with("targetColumn", "again")
        .with("trueString", "yes")
        .with("falseString", "no");
    let (pair, _) = paired(folder.path(), TABLE, &[flag], 0);
    assert_eq!(pair.apart, Some(0));
}

#[test]
fn tables_without_rows_and_columns_without_values_differ_in_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let steps = [upper("a"), Step::new("REMOVE_VALUES").with("sourceColumn", "a").when("IS", Some("[\"x\"]"), "a")];
    let (pair, counts) = paired(folder.path(), "a,b\n", &steps, 0);
    assert_eq!((pair.apart, pair.rows(), rows(&counts.changed)), (None, 0, vec![]));
    let (pair, counts) = paired(folder.path(), "a,b\n,1\n,2\n", &[upper("a")], 0);
    assert_eq!((pair.rows(), columns(&pair, &counts)[0].2), (2, 0));
    // A step that is switched off changes nothing and takes no row away.
    let mut off = Step::new("REMOVE_MISSING").with("sourceColumn", "a");
    off.set_disabled(true);
    let (pair, counts) = paired(folder.path(), "a,b\n,1\nx,2\n", &[off, upper("a")], 0);
    assert_eq!((pair.after.rows, rows(&counts.changed), counts.removed.len()), (2, vec![1], 0));
}

/// The example of an operation as two points: before it, and after it.
fn of_example(cache: &Cache, op: &Operation, example: &Example) -> Pair {
    let frame = table::parse(example.before).unwrap();
    let key = format!("{} {}", op.name, example.title);
    let table = stage::Table {
        schema: frame.schema().clone(),
        rows: frame.height() as u64,
        frame: frame.lazy(),
        aside: 0,
        exact: true,
        columns: Vec::new(),
        verdict: Vec::new(),
        text: None,
        sheets: Vec::new(),
        notes: Vec::new(),
        files: Vec::new(),
        key,
        secret: false,
    };
    let (env, steps) = (crate::operations::environment(), [example.step(op.name)]);
    let view = |steps: &[Step]| stage::view(&table, steps, &env, cache, &Arc::default()).unwrap();
    let (before, after) = (view(&[]), view(&steps));
    stage::pair(before, after, &steps, &env, cache, &Arc::default()).unwrap()
}

#[test]
fn the_example_of_every_operation_is_paired_or_said_to_make_other_rows() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().to_owned(), 1 << 30).unwrap();
    let (mut paired, mut apart) = (0, Vec::new());
    for op in op::all() {
        for example in op.examples {
            let name = format!("{}: {}", op.name, example.title);
            let pair = of_example(&cache, op, example);
            let counts = stage::pair_counts(&pair, &Arc::default()).unwrap();
            if pair.apart.is_some() {
                apart.push(op.name);
                continue;
            }
            paired += 1;
            let names = |side: fn(&PairedColumn) -> &Option<(String, DataType)>| -> Vec<String> {
                pair.columns.iter().filter_map(|column| side(column).as_ref().map(|(name, _)| name.clone())).collect()
            };
            let (was, now) = (names(|column| &column.was), names(|column| &column.now));
            let rows: Vec<u64> = (0..pair.before.rows).collect();
            let page = pair.page(&rows, [&was, &now], &Arc::default()).unwrap();
            let whole = pair.after.page(0, u32::MAX, &[]).unwrap();
            let lines = |frame: &polars::prelude::DataFrame| -> Vec<String> {
                let mut lines: Vec<String> = table::write(frame).lines().map(str::to_owned).collect();
                if pair.reordered {
                    lines.sort();
                }
                lines
            };
            if !now.is_empty() {
                assert_eq!(lines(&page.after), lines(&whole), "{name}");
            }
            let gone = page.kept.iter().filter(|kept| !**kept).count() as u64;
            assert_eq!((counts.removed.len(), pair.after.rows), (gone, pair.before.rows - gone), "{name}");
            // What no step is known to touch is what it was.
            for column in pair.columns.iter().filter(|column| !column.touched) {
                let Some(((was, _), (now, _))) = column.was.as_ref().zip(column.now.as_ref()) else { continue };
                let old = texts(&page.before, was).into_iter().zip(&page.kept).filter(|(_, kept)| **kept);
                assert_eq!(old.map(|(text, _)| text).collect::<Vec<_>>(), texts(&page.after, now), "{name}, {now}");
            }
        }
    }
    apart.dedup();
    assert!(paired > 250, "{paired} examples are paired; not those of {apart:?}");
    for known in ["GROUP_BY", "PIVOT", "UNPIVOT", "JOIN", "UNION", "FLAG_DUPLICATE_ROWS"] {
        assert!(apart.contains(&known), "{known} makes other rows; found {apart:?}");
    }
}
