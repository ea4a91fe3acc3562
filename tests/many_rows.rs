//! Operations over many rows, run as a run runs them: in batches, with taps. What looks at rows around must not see batches.

use crate::operations::read_table;
use brewhouse_engine::op::Environment;
use brewhouse_engine::plan::{Taps, compile, rename_column};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::run::{LiveFacts, collect};
use polars::prelude::{DataFrame, IntoColumn as _, IntoLazy as _, NamedFrom as _, Series};

const ROWS: i64 = 300_000;

fn numbers() -> DataFrame {
    let n = Series::new("n".into(), (0..ROWS).collect::<Vec<_>>());
    let k = Series::new("k".into(), (0..ROWS).map(|n| n % 3).collect::<Vec<_>>());
    DataFrame::new(usize::try_from(ROWS).unwrap(), vec![n.into_column(), k.into_column()]).unwrap()
}

fn step(operation: &str, params: &[(&str, &str)]) -> Step {
    let mut step = Step::new(operation);
    for (name, value) in params {
        step.set_param(name, Some((*value).to_owned()));
    }
    step
}

fn run(steps: &[Step], before: DataFrame, taps: Option<&mut Taps>) -> DataFrame {
    let now = chrono::DateTime::parse_from_rfc3339("2024-02-29T23:30:00Z").unwrap().to_utc();
    let compiled = compile(steps, before.lazy(), &Environment::at(now), &mut LiveFacts, taps).unwrap();
    assert!(compiled.problems.is_empty(), "{:?}", compiled.problems);
    collect(compiled.frame).unwrap()
}

fn wholes(frame: &DataFrame, column: &str) -> Vec<Option<i64>> {
    frame.column(column).unwrap().i64().unwrap().iter().collect()
}

#[test]
fn windows_reach_over_batches() {
    let step = step(
        "ROLLING_SUM",
        &[("sourceColumn", "n"), ("numRowsBefore", "1"), ("numRowsAfter", "1"), ("targetColumn", "y")],
    );
    let sums = wholes(&run(&[step], numbers(), Some(&mut Taps::default())), "y");
    for (row, sum) in (0..ROWS).zip(sums) {
        let want = (row - 1).max(0) + row + if row + 1 < ROWS { row + 1 } else { 0 };
        assert_eq!(sum, Some(want), "row {row}");
    }
}

#[test]
fn a_window_as_long_as_the_table_is_quick() {
    let params = [("sourceColumn", "n"), ("numRowsBefore", "999999999"), ("numRowsAfter", "0"), ("targetColumn", "y")];
    let sums = wholes(&run(&[step("ROLLING_SUM", &params)], numbers(), None), "y");
    assert_eq!(sums.last().copied().flatten(), Some(ROWS * (ROWS - 1) / 2));
}

#[test]
fn rows_are_numbered_within_groups_over_batches() {
    let params = [("groupByColumns", "[\"k\"]"), ("orderByColumns", "[\"n\"]"), ("targetColumn", "y")];
    let found = wholes(&run(&[step("ROW_NUMBER", &params)], numbers(), None), "y");
    assert!((0..ROWS).zip(found).all(|(row, number)| number == Some(row / 3 + 1)));
}

#[test]
fn a_filter_after_a_window_does_not_change_the_window() {
    let window = step("PREV", &[("sourceColumn", "n"), ("numRows", "1"), ("targetColumn", "y")]);
    let filter = step("REMOVE_VALUES", &[("sourceColumn", "k")]).when("IS_NOT", Some("0"), "k");
    let found = wholes(&run(&[window, filter], numbers(), Some(&mut Taps::default())), "y");
    assert_eq!(found[..3], [None, Some(2), Some(5)]);
}

#[test]
fn random_numbers_do_not_depend_on_what_follows() {
    let random = || step("RANDOM_BETWEEN", &[("lowerBound", "1"), ("upperBound", "1000000"), ("targetColumn", "y")]);
    let whole = wholes(&run(&[random()], numbers(), Some(&mut Taps::default())), "y");
    let filter = step("REMOVE_VALUES", &[("sourceColumn", "k")]).when("IS_NOT", Some("2"), "k");
    let kept = wholes(&run(&[random(), filter], numbers(), None), "y");
    let want: Vec<_> = whole.into_iter().skip(2).step_by(3).collect();
    assert_eq!(kept, want);
}

#[test]
fn stand_ins_for_personal_data_do_not_depend_on_batches_or_on_what_follows() {
    let random = || {
        let bounds = [("lowerBound", "1"), ("upperBound", "1000000"), ("sourceColumns", "[\"n\"]")];
        step("REPLACE_WITH_RANDOM_BETWEEN", &bounds)
    };
    let whole = wholes(&run(&[random()], numbers(), Some(&mut Taps::default())), "n");
    // A preview sees the first rows, a filter some of them: the same rows have the same numbers.
    let first = wholes(&run(&[random()], numbers().head(Some(1000)), None), "n");
    assert_eq!(first, whole[..1000]);
    let filter = step("REMOVE_VALUES", &[("sourceColumn", "k")]).when("IS_NOT", Some("2"), "k");
    let kept = wholes(&run(&[random(), filter], numbers(), None), "n");
    assert_eq!(kept, whole.into_iter().skip(2).step_by(3).collect::<Vec<_>>());
}

#[test]
fn shuffled_values_stay_in_their_group_and_none_is_lost() {
    let shuffle = step("SHUFFLE_ROWS", &[("sourceColumns", "[\"n\"]"), ("groupByColumns", "[\"k\"]")]);
    let frame = run(&[shuffle], numbers(), Some(&mut Taps::default()));
    let (moved, groups) = (wholes(&frame, "n"), wholes(&frame, "k"));
    assert!(moved.iter().zip(&groups).all(|(n, k)| n.map(|n| n % 3) == *k));
    let at_home = (0..ROWS).zip(&moved).filter(|(row, n)| Some(*row) == **n).count();
    assert!(at_home < 100, "{at_home} rows kept their value");
    let mut sorted: Vec<_> = moved.into_iter().flatten().collect();
    sorted.sort_unstable();
    assert!(sorted.into_iter().eq(0..ROWS));
}

#[test]
fn what_was_encrypted_is_decrypted_over_batches() {
    let keys = [("sourceColumns", "[\"n\"]"), ("kmsKeyArn", "pepper")];
    let before = numbers().head(Some(12_000));
    let steps = [step("ENCRYPT", &keys), step("DECRYPT", &keys)];
    let now = chrono::DateTime::parse_from_rfc3339("2024-02-29T23:30:00Z").unwrap().to_utc();
    let mut env = Environment::at(now);
    env.secrets = std::sync::Arc::new(|name| (name == "pepper").then(|| "a secret of the examples".to_owned()));
    let compiled = compile(&steps, before.clone().lazy(), &env, &mut LiveFacts, Some(&mut Taps::default())).unwrap();
    assert!(compiled.problems.is_empty(), "{:?}", compiled.problems);
    assert_eq!(collect(compiled.frame).unwrap(), before);
    let sealed = compile(&steps[..1], before.lazy(), &env, &mut LiveFacts, None).unwrap();
    let tokens = collect(sealed.frame).unwrap();
    let distinct: std::collections::HashSet<_> = tokens.column("n").unwrap().str().unwrap().iter().collect();
    assert_eq!(distinct.len(), 12_000);
    assert!(distinct.iter().flatten().all(|token| token.starts_with("bh1e.long.")));
}

#[test]
fn what_does_not_fit_a_new_column_is_counted() {
    let before = read_table("a:whole | b:whole\n1 | 0\n2 | 0\n∅ | 0\n4 | 2");
    let divide = step("DIVIDE", &[("sourceColumn1", "a"), ("sourceColumn2", "b"), ("targetColumn", "y")]);
    let only = divide.clone().when("GREATER_THAN", Some("1"), "a");
    for (step, want) in [(divide, 2), (only, 1)] {
        let mut taps = Taps::default();
        run(&[step], before.clone(), Some(&mut taps));
        let counts: Vec<_> = taps.failure_counts().iter().map(|(step, count)| (*step, count.get())).collect();
        assert_eq!(counts, [(1, want)]);
    }
}

#[test]
fn a_column_is_renamed_inside_expressions() {
    let case = step(
        "CASE_OPERATION",
        &[
            (
                "valueExpression",
                "case when price > `:m` and contains(`price`, 'price') and isValid(price, date) then `price` else 'price' end",
            ),
            ("withExpressions", r#"[{"name":"m","value":"avg(`price`)","type":"aggregate"}]"#),
            ("targetColumn", "y"),
        ],
    );
    let renamed = &rename_column(&[case], "price", "unit price")[0];
    let text = renamed.params().iter().find(|(name, _)| *name == "valueExpression").unwrap().1.clone();
    assert_eq!(
        text,
        "CASE WHEN `unit price` > `:m` AND contains(`unit price`, 'price') AND isValid(`unit price`, 'date') THEN `unit price` ELSE 'price' END"
    );
    let with = renamed.params().iter().find(|(name, _)| *name == "withExpressions").unwrap().1.clone();
    assert!(with.contains("avg(`unit price`)"), "{with}");
}

/// Amounts of money as floating numbers, a third of the rows in each group, in this or the opposite order.
fn amounts(backwards: bool) -> DataFrame {
    let mut rows: Vec<i64> = (0..ROWS).collect();
    if backwards {
        rows.reverse();
    }
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    let cents = rows.iter().map(|n| (n * 7919 % 100_003 - 50_000) as f64 / 100.0);
    let price = Series::new("price".into(), cents.collect::<Vec<f64>>());
    let k = Series::new("k".into(), rows.iter().map(|n| n % 3).collect::<Vec<_>>());
    DataFrame::new(rows.len(), vec![price.into_column(), k.into_column()]).unwrap()
}

#[test]
fn sums_of_decimals_are_the_same_in_any_order() {
    let options = r#"[{"sourceColumnName":"price","targetColumnName":"sum","functionName":"SUM"},
                      {"sourceColumnName":"price","targetColumnName":"mean","functionName":"AVERAGE"}]"#;
    let group = step("GROUP_BY", &[("sourceColumns", "[\"k\"]"), ("groupByAggFunctionOptions", options)]);
    let pivot = step("PIVOT", &[("sourceColumn", "k"), ("valueColumn", "price"), ("aggregateFunction", "SUM")]);
    let decimals = |frame: &DataFrame, name: &str| -> Vec<Option<f64>> {
        frame.column(name).unwrap().f64().unwrap().iter().collect()
    };
    // As Python's math.fsum adds up the same numbers.
    let wanted = [925.36, 687.79, 450.219_999_999_999_97].map(Some).to_vec();
    let means: Vec<_> = wanted.iter().map(|sum| sum.map(|sum| sum / 100_000.0)).collect();
    for backwards in [false, true] {
        let grouped = run(std::slice::from_ref(&group), amounts(backwards), Some(&mut Taps::default()));
        assert_eq!(decimals(&grouped, "sum"), wanted);
        assert_eq!(decimals(&grouped, "mean"), means);
        let pivoted = run(std::slice::from_ref(&pivot), amounts(backwards), Some(&mut Taps::default()));
        assert_eq!(["0", "1", "2"].map(|name| decimals(&pivoted, name)[0]).to_vec(), wanted);
    }
}

/// Amounts whose exact sum is nothing, each beside its opposite somewhere else; the first is nothing and the second is missing.
fn opposites() -> DataFrame {
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    let amount = |n: i64| (n * 7919 % 1_000_003) as f64 / 100.0 * if n % 2 == 0 { 1.0 } else { 1e-3 };
    let half = ROWS / 2;
    let mut amounts = vec![Some(0.0), None];
    amounts.extend((0..half).map(|n| Some(amount(n))));
    amounts.extend((0..half).map(|n| Some(-amount((n * 7) % half))));
    let price = Series::new("price".into(), amounts);
    DataFrame::new(price.len(), vec![price.into_column()]).unwrap()
}

#[test]
fn means_that_fill_and_scale_are_exact() {
    let fill = step("FILL_WITH_AVERAGE", &[("sourceColumn", "price")]);
    let filled = run(&[fill], opposites(), Some(&mut Taps::default()));
    assert_eq!(filled.column("price").unwrap().f64().unwrap().get(1), Some(0.0));
    let scale = step("NORMALIZATION", &[("sourceColumn", "price"), ("strategy", "Z_SCORE"), ("targetColumn", "z")]);
    let scaled = run(&[scale], opposites(), Some(&mut Taps::default()));
    assert_eq!(scaled.column("z").unwrap().f64().unwrap().get(0), Some(0.0));
    let sum: f64 = opposites().column("price").unwrap().f64().unwrap().iter().flatten().sum();
    assert!(sum != 0.0, "adding in the order of the rows must not be exact here, or nothing is shown");
}

#[test]
fn distinct_rows_are_the_first_of_each_kind_over_batches() {
    // Kinds that are easily taken for one another, spread over many batches, each many times.
    let texts = [Some("a"), Some("ab"), Some(""), None, Some("b"), Some("NaN")];
    let others = [Some("b"), Some(""), None, Some("a"), Some("bb")];
    let numbers = [Some(0.0), Some(-0.0), Some(f64::NAN), Some(-f64::NAN), None, Some(1.0)];
    let kind = |row: usize| (row % 6, row / 6 % 5, row / 30 % 6);
    let rows = 300_000;
    let column = |name: &str, of: &dyn Fn(usize) -> Option<&'static str>| {
        Series::new(name.into(), (0..rows).map(of).collect::<Vec<_>>()).into_column()
    };
    let columns = vec![
        column("t", &|row| texts[kind(row).0]),
        column("o", &|row| others[kind(row).1]),
        Series::new("n".into(), (0..rows).map(|row| numbers[kind(row).2]).collect::<Vec<_>>()).into_column(),
    ];
    let table = DataFrame::new(rows, columns).unwrap();
    // Both zeros are one value, and so are all that are no numbers.
    let same = |row: usize| (kind(row).0, kind(row).1, [0, 0, 2, 2, 4, 5][kind(row).2]);
    let mut seen = std::collections::HashSet::new();
    let first: Vec<bool> = (0..rows).map(|row| seen.insert(same(row))).collect();
    assert_eq!(seen.len(), 6 * 5 * 4);
    let found = run(&[Step::new("DELETE_DUPLICATE_ROWS")], table.clone(), Some(&mut Taps::default()));
    let kept: Vec<usize> = (0..rows).filter(|row| first[*row]).collect();
    assert_eq!(found.height(), kept.len());
    for (at, row) in kept.iter().enumerate() {
        let [text, other] = ["t", "o"].map(|name| found.column(name).unwrap().str().unwrap().get(at));
        let (t, o, n) = kind(*row);
        assert_eq!((text, other), (texts[t], others[o]), "row {row}");
        let number = found.column("n").unwrap().f64().unwrap().get(at);
        assert_eq!(number.map(f64::is_nan), numbers[n].map(f64::is_nan), "row {row}");
    }
    let flagged = step("FLAG_DUPLICATE_ROWS", &[("targetColumn", "again"), ("trueString", "y"), ("falseString", "n")]);
    let flags = run(&[flagged], table, None);
    let flags = flags.column("again").unwrap().str().unwrap().clone();
    assert!(flags.iter().zip(&first).all(|(flag, first)| flag == Some(if *first { "n" } else { "y" })));
}
