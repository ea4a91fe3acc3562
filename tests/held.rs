//! Sorting and joining in memory in our own ways: the same rows in the same order as the engine has them.

use crate::random::dice::Dice;
use crate::spill::{assert_rows, table};
use brewhouse_engine::run::collect;
use brewhouse_engine::run::held::Held;
use polars::prelude::{
    DataFrame, DataType, DslPlan, IntoLazy as _, JoinArgs, JoinCoalesce, JoinType, LazyFrame, MaintainOrderJoin, NULL,
    SortMultipleOptions, UnionArgs, UniqueKeepStrategy, col, cols, concat, df, lit,
};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// More than one thread orders at once.
const MANY: usize = 40_000;

fn assert_same(frame: LazyFrame, what: &str) {
    let expected = collect(frame.clone()).unwrap();
    let settled = Held::new(Arc::default()).settle(&frame).unwrap();
    let own = !matches!(settled.logical_plan, DslPlan::Sort { .. } | DslPlan::Distinct { .. } | DslPlan::Join { .. });
    assert!(own, "{what}: it was left to the engine");
    assert_rows(&collect(settled).unwrap(), &expected, what);
}

fn ways(keys: usize) -> Vec<SortMultipleOptions> {
    let each = (0..1 << (keys * 2)).map(|bits: usize| {
        let said = |shift: usize| (0..keys).map(move |at| bits >> (at * 2 + shift) & 1 == 1);
        let options = SortMultipleOptions::default().with_order_descending_multi(said(0));
        options.with_nulls_last_multi(said(1)).with_maintain_order(true)
    });
    each.collect()
}

#[test]
fn rows_are_sorted_as_by_the_engine() {
    for rows in [0, 1, 3, 2_000, MANY] {
        let frame = table(1, rows.max(3)).lazy().limit(u32::try_from(rows).unwrap());
        for by in [&["text"][..], &["number", "text"], &["day", "money"], &["key", "number"], &["later", "id"]] {
            for options in ways(by.len()) {
                assert_same(frame.clone().sort(by.to_vec(), options.clone()), &format!("{rows} by {by:?} {options:?}"));
            }
        }
    }
}

#[test]
fn texts_that_begin_alike_are_sorted_by_what_follows() {
    let mut dice = Dice::new(7);
    let begins = [
        "",
        "a",
        "a\0",
        "a\0\0",
        "abcdefgh",
        "abcdefgh\0",
        "abcdefghabcdefgh",
        "https://example.org/shop/orders/item/",
    ];
    let ends = ["", "\0", "\u{7f}", "ü", "東京東京東京", "z", "abcdefg", "\u{10ffff}"];
    let mut texts: Vec<Option<String>> = Vec::new();
    for _ in 0..MANY {
        let (one, two) = (begins[dice.below(begins.len())], ends[dice.below(ends.len())]);
        texts.push((dice.below(40) > 0).then(|| format!("{one}{two}{}", ends[dice.below(ends.len())])));
    }
    // Each is the beginning of the one before.
    texts.extend((0..200).map(|length| Some("x".repeat(200 - length))));
    let frame = df!("text" => &texts, "row" => (0..texts.len() as u64).collect::<Vec<_>>()).unwrap().lazy();
    for options in ways(1) {
        assert_same(frame.clone().sort(["text"], options.clone()), &format!("{options:?}"));
    }
    let whole = [col("text").str().len_bytes() % lit(3), col("text")];
    for options in ways(2) {
        assert_same(frame.clone().sort_by_exprs(whole.clone(), options.clone()), &format!("computed, {options:?}"));
    }
}

#[test]
fn numbers_of_all_kinds_are_sorted() {
    let wholes = [i64::MIN, -1, 0, 1, i64::MAX, 7, -7];
    let frame = df!("whole" => wholes, "row" => [0_u32, 1, 2, 3, 4, 5, 6]).unwrap().lazy().with_columns([
        (col("whole") % lit(100)).cast(DataType::Int8).alias("small"),
        col("whole").cast(DataType::UInt64).alias("positive"),
        col("whole").cast(DataType::Float32).alias("float"),
        col("whole").gt(lit(0)).alias("bool"),
        (col("whole").cast(DataType::Int128) * lit(1_000)).cast(DataType::Decimal(38, 0)).alias("wide"),
        (col("whole") % lit(80_000)).abs().cast(DataType::Time).alias("time"),
    ]);
    for by in ["whole", "small", "positive", "float", "bool", "wide", "time"] {
        for options in ways(1) {
            assert_same(frame.clone().sort([by], options.clone()), &format!("by {by} {options:?}"));
        }
    }
}

#[test]
fn a_sort_reads_its_keys_though_nobody_wants_them_after() {
    let frame = table(2, 500).lazy();
    let sorted = frame.sort(["text", "number"], SortMultipleOptions::default().with_maintain_order(true));
    let held = |frame: &LazyFrame| collect(Held::new(Arc::default()).settle(frame).unwrap()).unwrap();
    for few in [sorted.clone().select([col("id")]), sorted.filter(col("key").gt(lit(3))).select([col("day")])] {
        assert_rows(&held(&few), &collect(few.clone()).unwrap(), "few columns");
    }
}

#[test]
fn a_sort_that_is_stopped_ends_with_an_error() {
    let sorted = table(2, 500).lazy().sort(["text"], SortMultipleOptions::default());
    let stop = Arc::new(AtomicBool::new(true));
    let error = collect(Held::new(stop).settle(&sorted).unwrap()).unwrap_err();
    assert!(error.to_string().contains("cancelled"), "{error}");
}

/// Rows whose keys are whole numbers of 128 bits: as many different ones, some of them missing and some zero.
fn keyed(rows: usize, different: i64) -> LazyFrame {
    let key = (col("number") * lit(7_919) + col("id").cast(DataType::Int64)) % lit(different);
    let wide = key.cast(DataType::Int128) * lit(1_000_003).cast(DataType::Int128) * lit(1_000_003);
    table(3, rows).lazy().with_columns([wide.alias("wide")])
}

fn unique(frame: LazyFrame) -> LazyFrame {
    frame.unique_stable(Some(cols(["wide"])), UniqueKeepStrategy::First)
}

#[test]
fn the_first_row_of_each_kind_is_kept() {
    assert_same(unique(keyed(3, 2).filter(col("id").gt(lit(100)))), "no rows");
    for (rows, different) in [(3, 2), (2_000, 50), (MANY, 9), (MANY, 20_000), (400_000, 300_000)] {
        let frame = keyed(rows, different);
        assert_same(unique(frame.clone()), &format!("{rows} rows of {different} kinds"));
        let few = unique(frame.clone().filter(col("id").gt(lit(rows as u64 / 3)))).with_row_index("place", None);
        let held = collect(Held::new(Arc::default()).settle(&few).unwrap()).unwrap();
        assert_rows(&held, &collect(few).unwrap(), "after a filter");
    }
    assert_same(unique(keyed(3, 2).limit(0)), "no rows");
}

#[test]
fn distinct_rows_that_are_asked_for_twice_are_all_there_each_time() {
    let rows = unique(keyed(MANY, 900));
    let held = Held::new(Arc::default());
    let both = concat([rows.clone(), rows.clone().filter(col("number").gt(lit(0)))], UnionArgs::default()).unwrap();
    let joined = rows.clone().select([col("id")]).join(rows.clone(), [col("id")], [col("id")], JoinArgs::default());
    for frame in [rows.clone(), rows.clone().select([col("id")]), both, joined, rows] {
        let by = frame.clone().collect_schema().unwrap().iter_names().cloned().collect::<Vec<_>>();
        let sorted = |frame: LazyFrame| frame.sort(by.clone(), SortMultipleOptions::default());
        let found = collect(held.settle(&frame).unwrap()).unwrap();
        assert_rows(&collect(sorted(found.lazy())).unwrap(), &collect(sorted(frame)).unwrap(), "twice");
    }
}

/// A table whose keys are all different, of which some are missing where there are columns for it.
fn others(keys: &[&str]) -> LazyFrame {
    let rows = table(5, 900).lazy().unique_stable(Some(cols(keys.to_vec())), UniqueKeepStrategy::First);
    let kept = keys.iter().map(|key| col(*key).alias(format!("their {key}")));
    let cells = [col("id").alias("their row"), col("later").alias("words"), col("day").alias("date")];
    rows.select(kept.chain(cells).collect::<Vec<_>>())
}

fn joined(left: &LazyFrame, right: &LazyFrame, keys: &[&str], how: JoinType) -> LazyFrame {
    let order = MaintainOrderJoin::LeftRight;
    let joined = left.clone().join_builder().with(right.clone()).how(how).maintain_order(order);
    let joined = joined.left_on(keys.iter().map(|key| col(*key)).collect::<Vec<_>>());
    let joined = joined.right_on(keys.iter().map(|key| col(format!("their {key}"))).collect::<Vec<_>>());
    joined.coalesce(JoinCoalesce::KeepColumns).finish()
}

#[test]
fn rows_that_are_looked_up_are_those_that_the_engine_joins() {
    let left = table(4, MANY).lazy();
    let all: &[&[&str]] = &[
        &["text"],
        &["number"],
        &["key"],
        &["money"],
        &["day"],
        &["later"],
        &["text", "number"],
        &["number", "key", "day"],
    ];
    for keys in all {
        let right = others(keys);
        for how in [JoinType::Left, JoinType::Inner] {
            let frame = joined(&left, &right, keys, how.clone());
            let kept = if how == JoinType::Left { MANY..=MANY } else { 1..=MANY - 1 };
            assert!(kept.contains(&collect(frame.clone()).unwrap().height()), "{keys:?} matches all or nothing");
            assert_same(frame, &format!("{how:?} by {keys:?}"));
        }
    }
}

#[test]
fn keys_of_any_length_are_told_apart() {
    let texts: Vec<String> = (0..40).flat_map(|length| ["a", "\0", "é"].map(|letter| letter.repeat(length))).collect();
    let own: DataFrame = df!("text" => &texts).unwrap();
    let right = own.clone().lazy().unique_stable(None, UniqueKeepStrategy::First).with_row_index("number", None);
    let right = right.select([col("text").alias("their text"), col("number")]).filter(col("number").gt(lit(5)));
    assert_same(joined(&own.lazy(), &right, &["text"], JoinType::Left), "texts");
}

#[test]
fn what_cannot_be_looked_up_is_joined_by_the_engine() {
    let held = |frame: &LazyFrame| collect(Held::new(Arc::default()).settle(frame).unwrap()).unwrap();
    let left = table(4, 2_000).lazy();
    // Several rows have the same key; a table has no rows; columns of both have one name.
    let right = others(&["id"]).with_columns([col("their id").alias("their key") % lit(300)]);
    let same_names = others(&["key"]).rename(["words"], ["text"], true);
    for (right, key) in [(right.clone(), "key"), (right.clone().limit(0), "key"), (same_names, "key")] {
        for how in [JoinType::Left, JoinType::Inner, JoinType::Right, JoinType::Full] {
            let frame = joined(&left, &right, &[key], how.clone());
            let by = ["id", "their row"];
            let sorted = |rows: LazyFrame| {
                let last = SortMultipleOptions::default().with_nulls_last(true);
                collect(rows.sort(by, last)).unwrap()
            };
            let (found, expected) = (held(&frame).lazy(), collect(frame).unwrap().lazy());
            if matches!(how, JoinType::Right | JoinType::Full) {
                // The engine has rows of the other table without a match in any order.
                assert_rows(&sorted(found), &sorted(expected), &format!("{how:?}"));
            } else {
                assert_rows(&collect(found).unwrap(), &collect(expected).unwrap(), &format!("{how:?}"));
            }
        }
    }
    let nothing = df!("their key" => [None::<i64>, None], "their row" => [1, 2]).unwrap().lazy();
    let nothing = joined(&left, &nothing, &["key"], JoinType::Left);
    assert_rows(&held(&nothing), &collect(nothing.clone()).unwrap(), "keys that are all missing");
    let never = left.with_columns([lit(NULL).cast(DataType::Int64).alias("key")]);
    let never = joined(&never, &others(&["key"]), &["key"], JoinType::Inner);
    assert_rows(&held(&never), &collect(never.clone()).unwrap(), "no row has a key");
}
