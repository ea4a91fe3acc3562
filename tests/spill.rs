//! Sorts, distinct rows, groups and joins that do not fit in memory: the same rows in the same order as in memory, and nothing left on disk.

use crate::random::dice::Dice;
use crate::table::{job, read_parquet};
use brewhouse_engine::ErrorKind;
use brewhouse_engine::plan::compile;
use brewhouse_engine::recipe::Step;
use brewhouse_engine::run::spill::{Depth, Spill};
use brewhouse_engine::run::{Job, LiveFacts, Memory, Monitor, collect, execute, parse_bytes};
use polars::prelude::{
    Categories, DataFrame, DataType, IntoLazy as _, JoinCoalesce, JoinType, LazyFrame, MaintainOrderJoin, NULL,
    SortMultipleOptions, UnionArgs, UniqueKeepStrategy, col, cols, df, lit, when,
};
use std::path::Path;
use std::sync::Arc;

const ROWS: usize = 2_000;

/// Many ties, missing values, text of several scripts, zeros of both signs, and numbers that are none.
pub(crate) fn table(seed: u64, rows: usize) -> DataFrame {
    let mut dice = Dice::new(seed);
    let words = ["", " ", "Öl", "öl", "東京", "e\u{301}", "é", "a longer text that lies apart", "zebra"];
    let numbers = [0.0, -0.0, f64::NAN, f64::INFINITY, -1.5, 1.5, 2.0];
    let text: Vec<Option<&str>> = (0..rows).map(|_| words.get(dice.below(words.len() + 2)).copied()).collect();
    let number: Vec<Option<f64>> = (0..rows).map(|_| numbers.get(dice.below(numbers.len() + 1)).copied()).collect();
    let key: Vec<Option<i64>> =
        (0..rows).map(|_| Some(i64::try_from(dice.below(rows / 3)).unwrap() - 50).filter(|key| key % 7 != 0)).collect();
    let id: Vec<i64> = (0..i64::try_from(rows).unwrap()).collect();
    let frame = df!("text" => text, "number" => number, "key" => key, "id" => id).unwrap().lazy();
    let money = (col("key").cast(DataType::Decimal(12, 2)) / lit(4)).cast(DataType::Decimal(12, 2));
    let whole = frame.with_columns([
        money.alias("money"),
        col("key").cast(DataType::Date).alias("day"),
        when(col("id").gt(lit(10))).then(col("text")).otherwise(lit(NULL)).alias("later"),
    ]);
    collect(whole).unwrap()
}

/// In pieces of a few kilobytes; asserts that files were needed and that none is left.
fn in_pieces(frame: LazyFrame) -> DataFrame {
    let folder = tempfile::tempdir().unwrap();
    let spill = Spill::begin(folder.path(), 24_000, 0, Depth::Groups, Arc::default()).unwrap();
    let rows = collect(spill.settle(frame).unwrap()).unwrap();
    assert!(spill.written() > 0, "nothing was written to disk");
    drop(spill);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "files are left");
    rows
}

fn assert_same(frame: LazyFrame, what: &str) {
    let expected = collect(frame.clone()).unwrap();
    assert_rows(&in_pieces(frame), &expected, what);
}

/// The same cells in the same order.
pub(crate) fn assert_rows(found: &DataFrame, expected: &DataFrame, what: &str) {
    assert_eq!(found.schema(), expected.schema(), "{what}");
    assert_eq!(found.height(), expected.height(), "{what}");
    for (found, expected) in found.columns().iter().zip(expected.columns()) {
        // A column without values says of itself that it is not even equal to itself.
        let same = found.dtype() == &DataType::Null || found.equals_missing(expected);
        assert!(same, "{what}: {} is {found:?} instead of {expected:?}", found.name());
    }
}

#[test]
fn sorted_rows_keep_their_order_among_equals() {
    let frame = table(1, ROWS).lazy();
    for by in [&["text"][..], &["number", "text"], &["day", "money"], &["key"]] {
        for (descending, last) in [(false, false), (true, true)] {
            let options = SortMultipleOptions::default()
                .with_order_descending(descending)
                .with_nulls_last(last)
                .with_maintain_order(true);
            let sorted = frame.clone().sort(by.to_vec(), options);
            assert_same(sorted, &format!("{by:?} descending {descending}, missing last {last}"));
        }
    }
    let each_its_way = SortMultipleOptions::default()
        .with_order_descending_multi([true, false])
        .with_nulls_last_multi([false, true])
        .with_maintain_order(true);
    let length = col("text").str().len_chars();
    assert_same(frame.sort_by_exprs([length, col("number")], each_its_way), "by a length, then by a number");
}

#[test]
fn distinct_rows_are_the_first_the_last_or_the_only_ones() {
    let frame = table(2, ROWS).lazy();
    for keep in [UniqueKeepStrategy::First, UniqueKeepStrategy::Last, UniqueKeepStrategy::None] {
        let some = frame.clone().unique_stable(Some(cols(["text", "number", "key"])), keep);
        assert_same(some, &format!("{keep:?} by three columns"));
        let all = frame.clone().drop(polars::prelude::by_name(["id"], true, false)).unique_stable(None, keep);
        assert_same(all, &format!("{keep:?} by all columns"));
    }
}

#[test]
fn groups_hold_all_their_rows_in_order() {
    let frame = table(3, ROWS).lazy();
    let results = [
        col("id").sum().alias("sum"),
        col("number").median().alias("middle"),
        col("text").first().alias("first"),
        col("text").drop_nulls().n_unique().alias("texts"),
        col("id").implode(true).alias("ids"),
    ];
    let sorted = SortMultipleOptions::default().with_nulls_last(true).with_maintain_order(true);
    let by_key = frame.clone().group_by([col("key")]).agg(results.clone());
    assert_same(by_key.sort(["key"], sorted), "by a column");
    assert_same(
        frame.clone().group_by_stable([col("key"), col("text")]).agg(results.clone()),
        "in the order they come",
    );
    let made = (col("id") % lit(997)).alias("rest");
    assert_same(frame.group_by_stable([made]).agg(results), "by what is computed");
}

#[test]
fn joins_of_two_large_tables_keep_the_order_of_either() {
    let left = table(4, ROWS).lazy();
    let right =
        table(5, ROWS / 2).lazy().select([col("key").alias("their key"), col("text"), col("id").alias("their id")]);
    let (left_first, right_first) = (MaintainOrderJoin::LeftRight, MaintainOrderJoin::RightLeft);
    let kinds = [(JoinType::Inner, left_first), (JoinType::Left, left_first), (JoinType::Right, right_first)];
    for (how, order) in kinds {
        let joined = left.clone().join_builder().with(right.clone()).how(how.clone()).maintain_order(order);
        let joined = joined.left_on([col("key")]).right_on([col("their key")]).coalesce(JoinCoalesce::KeepColumns);
        assert_same(joined.finish(), &format!("{how:?} {order:?}"));
    }
    // Of both sides all rows, put into order afterwards as the operation does it.
    let numbered =
        left.clone().join_builder().with(right.clone()).how(JoinType::Full).coalesce(JoinCoalesce::KeepColumns);
    let numbered = numbered.left_on([col("key")]).right_on([col("their key")]).finish();
    assert_same(numbered.sort(["id", "their id"], SortMultipleOptions::default().with_nulls_last(true)), "Full");
    let computed = left.join_builder().with(right).how(JoinType::Left).maintain_order(MaintainOrderJoin::LeftRight);
    let computed = computed.left_on([col("key") + lit(1), col("text")]).right_on([col("their key"), col("text")]);
    assert_same(computed.coalesce(JoinCoalesce::KeepColumns).finish(), "by what is computed");
}

#[test]
fn columns_may_have_the_names_of_what_is_made_in_passing() {
    let names = ["row", "left row", "right row"].map(|what| format!("__number of the {what}"));
    let keys = ["sort", "group", "left", "right"].map(|what| format!("__{what} key 0"));
    let names: Vec<String> = names.into_iter().chain(keys).collect();
    let taken = names.iter().zip(3..).map(|(name, at)| (lit(5) - col("id") % lit(at)).alias(name));
    let frame = table(8, ROWS).lazy().with_columns(taken.collect::<Vec<_>>());
    let sorted = SortMultipleOptions::default().with_nulls_last(true).with_maintain_order(true);
    assert_same(frame.clone().sort_by_exprs([col("id") % lit(7)], sorted), "sorted");
    assert_same(frame.clone().unique_stable(Some(cols(["key"])), UniqueKeepStrategy::Last), "distinct");
    let results = [col("__number of the row").sum(), col("__group key 0").first(), col("id").last().alias("last")];
    assert_same(frame.clone().group_by_stable([col("id") % lit(97)]).agg(results), "grouped");
    let joined = frame.clone().join_builder().with(frame).how(JoinType::Left);
    let joined = joined.left_on([col("id") + lit(1)]).right_on([col("id") + lit(2)]);
    let joined = joined.maintain_order(MaintainOrderJoin::LeftRight).coalesce(JoinCoalesce::KeepColumns);
    assert_same(joined.finish(), "joined");
}

#[test]
fn one_key_that_all_rows_share_is_worked_on_whole() {
    let frame = table(6, ROWS).lazy().with_column(lit(1).alias("one"));
    let first = frame.clone().unique_stable(Some(cols(["one"])), UniqueKeepStrategy::First);
    assert_same(first, "distinct");
    assert_same(frame.clone().group_by_stable([col("one")]).agg([col("id").sum()]), "group");
    assert_same(frame.sort(["one"], SortMultipleOptions::default().with_maintain_order(true)), "sort");
}

fn write_orders(folder: &Path) {
    let rows: Vec<String> = (0..20_000).map(|id| format!("{id},{},{}", id * 7919 % 1_009, id % 13)).collect();
    std::fs::write(folder.join("in.csv"), format!("id,customer,quantity\n{}\n", rows.join("\n"))).unwrap();
}

#[test]
fn a_run_in_files_writes_the_same_and_its_ledger_balances() {
    let folder = tempfile::tempdir().unwrap();
    write_orders(folder.path());
    let sort = Step::new("SORT").with("expressions", r#"[{"sourceColumn":"customer","ordering":"DESCENDING"}]"#);
    let steps = vec![Step::new("DELETE_DUPLICATE_ROWS"), sort];
    let whole = execute(&job(folder.path(), steps.clone()), &Monitor::silent()).unwrap();
    assert_eq!(whole.spilled_bytes, 0);
    let expected = read_parquet(&folder.path().join("out.parquet"));
    std::fs::remove_file(folder.path().join("out.parquet")).unwrap();
    let memory = Memory { piece: Some(50_000), ..Memory::default() };
    let receipt = execute(&Job { memory, ..job(folder.path(), steps) }, &Monitor::silent()).unwrap();
    assert!(receipt.spilled_bytes > 50_000, "{}", receipt.spilled_bytes);
    assert!(receipt.notes.iter().any(|note| note.contains("worked on in files")), "{:?}", receipt.notes);
    assert_eq!(read_parquet(&folder.path().join("out.parquet")), expected);
    assert_eq!((receipt.rows_in, receipt.rows_out, receipt.balanced), (20_000, 20_000, true));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn what_cannot_fit_says_so_and_where_and_leaves_the_old_output() {
    let folder = tempfile::tempdir().unwrap();
    write_orders(folder.path());
    std::fs::write(folder.path().join("out.parquet"), "old").unwrap();
    let pivot =
        Step::new("PIVOT").with("sourceColumn", "quantity").with("valueColumn", "id").with("aggregateFunction", "SUM");
    let memory = Memory { budget: Some(8), ..Memory::default() };
    let steps = vec![Step::new("DELETE_DUPLICATE_ROWS"), pivot];
    let mut job = Job { memory, ..job(folder.path(), steps) };
    job.targets[0].overwrite = true;
    let error = execute(&job, &Monitor::silent()).unwrap_err().error;
    assert_eq!(error.kind, ErrorKind::Data);
    assert!(error.message.contains("needs more than the 1 MB of memory"), "{error}");
    assert!(error.advice.unwrap().contains("--memory"));
    assert_eq!(std::fs::read(folder.path().join("out.parquet")).unwrap(), b"old");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn what_a_killed_run_left_is_removed_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let left = ["spill", "estimate"].map(|what| folder.path().join(format!(".brewhouse-{what}-999999999-0")));
    let own = folder.path().join(format!(".brewhouse-spill-{}-7777777", std::process::id()));
    for dead in &left {
        std::fs::create_dir(dead).unwrap();
        std::fs::write(dead.join("rows"), "some").unwrap();
    }
    std::fs::create_dir(&own).unwrap();
    std::fs::write(folder.path().join("in.csv"), "id\n1\n").unwrap();
    // So few rows that this run itself makes no such folder.
    execute(&job(folder.path(), Vec::new()), &Monitor::silent()).unwrap();
    assert!(left.iter().all(|dead| !dead.exists()));
    assert!(own.exists(), "that of a process that lives");
}

#[test]
fn sizes_are_read_as_people_write_them() {
    let sizes = ["2GB", "1.5 GiB", "800m", "1000", "3 kb"].map(|text| parse_bytes(text).unwrap());
    assert_eq!(sizes, [2_000_000_000, 1_610_612_736, 800_000_000, 1_000, 3_000]);
    for bad in ["", "GB", "-2GB", "2 XB", "nan", "2GB3"] {
        assert!(parse_bytes(bad).is_err(), "{bad}");
    }
}

#[test]
fn rows_of_the_other_table_without_a_match_come_in_their_order() {
    let mut env = crate::operations::environment();
    let ids: Vec<i64> = (0..5_000).map(|at| (at * 7_919) % 5_003).collect();
    env.datasets.insert("people".into(), df!("id" => &ids).unwrap().lazy());
    let keys: Vec<i64> = (0..2_000).map(|at| at * 5).collect();
    let left = df!("key" => &keys).unwrap().lazy();
    let step = Step::new("JOIN")
        .with("secondaryDatasetName", "people")
        .with("joinKeys", r#"[{"key":"key","value":"id"}]"#)
        .with("joinType", "OUTER_JOIN")
        .with("leftColumns", r#"["key"]"#)
        .with("rightColumns", r#"["id"]"#);
    let rows = collect(compile(&[step], left, &env, &mut LiveFacts, None).unwrap().frame).unwrap();
    let of = |name: &str| rows.column(name).unwrap().i64().unwrap().iter().collect::<Vec<_>>();
    let (key, id) = (of("key"), of("id"));
    assert_eq!(key[..2_000], keys.iter().copied().map(Some).collect::<Vec<_>>());
    let alone: Vec<Option<i64>> = ids.iter().filter(|id| *id % 5 != 0 || **id >= 10_000).copied().map(Some).collect();
    assert_eq!(id[2_000..], alone);
}

#[test]
fn columns_without_values_and_of_categories_are_worked_on_in_files_too() {
    let categories = DataType::from_categories(Categories::global());
    let frame =
        table(7, ROWS).lazy().with_columns([lit(NULL).alias("nothing"), col("text").cast(categories).alias("kind")]);
    let options = SortMultipleOptions::default().with_nulls_last(true).with_maintain_order(true);
    assert_same(frame.clone().sort(["kind", "number"], options.clone()), "sorted by a category");
    assert_same(frame.clone().unique_stable(Some(cols(["kind", "nothing"])), UniqueKeepStrategy::First), "distinct");
    let by = frame.clone().group_by_stable([col("kind")]).agg([col("id").sum(), col("nothing").first()]);
    assert_same(by, "grouped");
    let other =
        frame.clone().select([col("key"), col("kind").alias("its kind"), col("nothing").alias("other nothing")]);
    let joined = frame.join_builder().with(other).how(JoinType::Left).left_on([col("key")]).right_on([col("key")]);
    assert_same(joined.maintain_order(MaintainOrderJoin::LeftRight).finish(), "joined");
}

#[test]
fn what_several_parts_of_a_plan_share_is_worked_on_once() {
    let folder = tempfile::tempdir().unwrap();
    let rows = table(8, ROWS);
    let spill = Spill::begin(folder.path(), 24_000, 0, Depth::Groups, Arc::default()).unwrap();
    let distinct = rows.lazy().unique_stable(Some(cols(["text", "key"])), UniqueKeepStrategy::First);
    let once = collect(spill.settle(distinct.clone()).unwrap()).unwrap();
    let written = spill.written();
    let twice = polars::prelude::concat([distinct.clone(), distinct.clone()], UnionArgs::default()).unwrap();
    let found = collect(spill.settle(twice).unwrap()).unwrap();
    assert!(written > 0);
    assert_eq!(spill.written(), written, "the rows were worked on again");
    assert!(found.equals_missing(&once.vstack(&once).unwrap()));
    // Another order of the same rows is another matter.
    let by = |down: bool| {
        let options = SortMultipleOptions::default().with_order_descending(down).with_maintain_order(true);
        distinct.clone().sort(["id"], options)
    };
    let up = collect(spill.settle(by(false)).unwrap()).unwrap();
    let down = collect(spill.settle(by(true)).unwrap()).unwrap();
    assert_eq!(up.column("id").unwrap().get(0).unwrap(), down.column("id").unwrap().get(down.height() - 1).unwrap());
    assert_ne!(up.column("id").unwrap().get(0).unwrap(), down.column("id").unwrap().get(0).unwrap());
}

#[test]
fn rows_that_two_columns_are_made_of_are_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from("id,kind,first,second\n");
    for id in 0..3_000 {
        let id = id % 1_000;
        text.push_str(&format!("{id},{},{},{}\n", id % 5, id * 2, id * 3));
    }
    std::fs::write(folder.path().join("in.csv"), text).unwrap();
    let turned = Step::new("TRANSPOSE")
        .with("pivotColumns", r#"["kind"]"#)
        .with("valueColumns", r#"["first","second"]"#)
        .with("aggregateFunction", "SUM")
        .with("newColumn", "which");
    let mut job = job(folder.path(), vec![Step::new("DELETE_DUPLICATE_ROWS"), turned]);
    execute(&job, &Monitor::silent()).unwrap();
    let expected = read_parquet(&folder.path().join("out.parquet"));
    job.memory = Memory { piece: Some(4_000), ..Memory::default() };
    job.targets[0].overwrite = true;
    let found = execute(&job, &Monitor::silent()).unwrap();
    assert!(found.spilled_bytes > 0 && found.balanced);
    assert_eq!((found.rows_in, found.rows_out), (3_000, 2));
    assert_eq!(found.steps[0].rows_out, 1_000);
    assert_eq!(read_parquet(&folder.path().join("out.parquet")), expected);
}
