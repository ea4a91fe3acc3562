//! The profile: figures worked out by hand, on ordinary, empty, constant, all-missing, boundless and huge columns.

#![allow(clippy::cast_precision_loss, reason = "small numbers")]

use brewhouse_engine::profile::{
    Bin, Figure, Grid, Kind, Profile, STATISTICS, Settings, Told, column, databrew, pattern_of, profile,
};
use brewhouse_engine::run::Monitor;
use polars::prelude::{DataFrame, DataType, IntoLazy as _, IntoSeries as _, NamedFrom as _, Series, col};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

fn frame(columns: Vec<Series>) -> DataFrame {
    let height = columns.first().map_or(0, |series| series.len());
    DataFrame::new(height, columns.into_iter().map(Into::into).collect()).unwrap()
}

fn profiled(frame: &DataFrame, settings: &Settings) -> Profile {
    profile(&frame.clone().lazy(), frame.schema(), settings, &Monitor::silent()).unwrap()
}

fn json_of(frame: &DataFrame, settings: &Settings) -> Value {
    databrew(&profiled(frame, settings), &Told::default())
}

fn only(series: Series) -> Value {
    json_of(&frame(vec![series]), &Settings::default())["columns"][0].clone()
}

fn close(found: &Value, wanted: f64) {
    let found = found.as_f64().unwrap_or(f64::NAN);
    assert!((found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0), "{found} instead of {wanted}");
}

#[test]
fn whole_numbers_by_hand() {
    let found = only(Series::new("n".into(), [Some(4i64), Some(1), None, Some(1), Some(-2), Some(0), Some(10)]));
    // Sorted: -2 0 1 1 4 10; sum 14, mean 7/3, deviations squared sum to 268/3.
    assert_eq!(found["missingValuesCount"], 1);
    assert_eq!((&found["distinctValuesCount"], &found["uniqueValuesCount"]), (&json!(5), &json!(4)));
    assert_eq!((&found["min"], &found["max"], &found["range"]), (&json!(-2), &json!(10), &json!(12)));
    assert_eq!((&found["sum"], &found["mode"], &found["zerosCount"]), (&json!(14), &json!(1), &json!(1)));
    close(&found["mean"], 7.0 / 3.0);
    assert_eq!(found["median"], 1.0);
    // (n - 1)p: 5 * 0.25 = 1.25 between 0 and 1; 5 * 0.75 = 3.75 between 1 and 4; 5 * 0.05 and 5 * 0.95 likewise.
    close(&found["percentile25"], 0.25);
    close(&found["percentile75"], 3.25);
    close(&found["percentile5"], -1.5);
    close(&found["percentile95"], 8.5);
    close(&found["interquartileRange"], 3.0);
    close(&found["variance"], 268.0 / 3.0 / 5.0);
    close(&found["standardDeviation"], (268.0f64 / 15.0).sqrt());
    // Distances from the median 1: 0 0 1 3 3 9.
    close(&found["medianAbsoluteDeviation"], 2.0);
    assert_eq!(found["mostCommonValues"][0], json!({"value": 1, "count": 2}));
    assert_eq!(found["mostCommonValues"][1], json!({"value": -2, "count": 1}));
    assert_eq!(found["maximumValues"][0], json!({"value": 10, "count": 1}));
    assert_eq!(found["minimumValues"][2], json!({"value": 1, "count": 2}));
    // Four values of 1/6 and one of 2/6.
    close(&found["entropy"], 4.0 / 6.0 * 6f64.ln() + 2.0 / 6.0 * 3f64.ln());
    let third: f64 = [4.0f64, 1.0, 1.0, -2.0, 0.0, 10.0].iter().map(|x| (x - 7.0 / 3.0).powi(3)).sum::<f64>() / 6.0;
    let spread = 268.0f64 / 3.0 / 6.0;
    close(&found["skewness"], third / spread.powf(1.5));
}

#[test]
fn ranges_are_cut_as_databrew_cuts_them() {
    // 0 to 45 in 20: q = 2, r = 5, so fifteen ranges of 2 and five of 3.
    let found = only(Series::new("n".into(), (0..=45i64).collect::<Vec<_>>()));
    let buckets = found["valueDistribution"].as_array().unwrap();
    assert_eq!(buckets.len(), 20);
    assert_eq!(buckets[0], json!({"bucket": [0, 2], "count": 2}));
    assert_eq!(buckets[15], json!({"bucket": [30, 33], "count": 3}));
    assert_eq!(buckets[19], json!({"bucket": [42, "inf"], "count": 4}));
    assert_eq!(found["zScoreDistribution"][0]["bucket"][0], "-inf");
    let total: u64 = buckets.iter().map(|b| b["count"].as_u64().unwrap()).sum();
    assert_eq!(total, 46);
    let constant = only(Series::new("n".into(), [7i64, 7, 7]));
    assert_eq!(constant["valueDistribution"], json!([{"bucket": [7, 7], "count": 3}]));
    assert_eq!(constant["standardDeviation"], 0.0);
    assert!(constant.get("skewness").is_none() && constant.get("zScoreDistribution").is_none());
    assert_eq!(constant["zScoreOutliersCount"], 0);
}

#[test]
fn text_is_measured_by_its_length_and_empty_text_is_missing() {
    let found = only(Series::new(
        "t".into(),
        [Some("añb"), Some(""), Some("añb"), None, Some("  "), Some(" x"), Some("12345")],
    ));
    assert_eq!(found["missingValuesCount"], 2);
    assert_eq!((&found["distinctValuesCount"], &found["uniqueValuesCount"]), (&json!(4), &json!(3)));
    assert_eq!((&found["min"], &found["max"], &found["mode"]), (&json!(2), &json!(5), &json!(2)), "of 2 2 3 3 5");
    assert_eq!(found["mean"], 3.0);
    assert_eq!(found["mostCommonValues"][0], json!({"value": "añb", "count": 2}));
    assert_eq!(found["mostCommonValues"].as_array().unwrap().len(), 4, "empty text is no value");
    let ours = &found["brewhouse"];
    assert_eq!(
        (&ours["emptyValuesCount"], &ours["blankValuesCount"], &ours["paddedValuesCount"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(ours["patterns"][0], json!({"pattern": "aaa", "count": 2}));
    assert!(found.get("sum").is_none() && found.get("correlations").is_none());
}

#[test]
fn text_that_is_meant_to_be_numbers_has_mismatched_cells() {
    let found = only(Series::new("t".into(), ["1", "2.5", "-3", "oops", "", "7", "n/a"]));
    assert_eq!(found["brewhouse"]["meantFor"], "number");
    assert_eq!(
        (&found["brewhouse"]["mismatchedValuesCount"], &found["brewhouse"]["validValuesCount"]),
        (&json!(2), &json!(4))
    );
    let words = only(Series::new("t".into(), ["1", "two", "three", "four"]));
    assert!(words["brewhouse"].get("meantFor").is_none());
    assert_eq!(words["brewhouse"]["validValuesCount"], 4);
}

#[test]
fn patterns_draw_long_runs_together() {
    assert_eq!(pattern_of("AB-1234"), "AA-9999");
    assert_eq!(pattern_of("Łukasz Müller"), "Aa⁺ Aa⁺");
    assert_eq!(pattern_of("高橋 大輔"), "aa aa");
    assert_eq!(pattern_of("1234567890123"), "9⁺");
    assert_eq!(pattern_of(""), "");
    assert!(pattern_of(&"a b ".repeat(100)).ends_with('…'));
}

#[test]
fn what_is_no_number_and_what_has_no_bound_are_told_apart() {
    let found = only(Series::new(
        "x".into(),
        [Some(1.0), Some(f64::NAN), Some(f64::INFINITY), Some(3.0), None, Some(f64::NEG_INFINITY)],
    ));
    assert_eq!(
        (&found["min"], &found["max"], &found["mean"], &found["sum"]),
        (&json!(1.0), &json!(3.0), &json!(2.0), &json!(4.0))
    );
    assert_eq!(found["distinctValuesCount"], 5);
    assert_eq!((&found["brewhouse"]["notANumberCount"], &found["brewhouse"]["infiniteCount"]), (&json!(1), &json!(2)));
    assert_eq!(found["brewhouse"]["mismatchedValuesCount"], 1);
    let none = only(Series::new("x".into(), [f64::NAN, f64::NAN]));
    assert!(none.get("mean").is_none() && none.get("min").is_none());
    assert_eq!(none["distinctValuesCount"], 1);
}

#[test]
fn huge_and_tiny_values_neither_overflow_nor_vanish() {
    let found = only(Series::new("x".into(), [1e308, 1.2e308, 1.1e308, 1.1e308]));
    close(&json!(found["mean"].as_f64().unwrap() / 1e308), 1.1);
    // Deviations of 0.1e308 twice, over three.
    close(&json!(found["standardDeviation"].as_f64().unwrap() / 1e308), (0.02f64 / 3.0).sqrt());
    assert!(found.get("sum").is_none() && found.get("variance").is_none(), "beyond the largest number");
    let tiny = only(Series::new("x".into(), [1e-200, 3e-200]));
    close(&json!(tiny["standardDeviation"].as_f64().unwrap() / 1e-200), 2f64.sqrt());
    let both = only(Series::new("x".into(), [-1e308, 1e308, 0.0]));
    assert_eq!(both["mean"], 0.0);
    assert!(both.get("range").is_none());
    assert_eq!(both["median"], 0.0);
    let whole = only(Series::new("n".into(), [i64::MAX, i64::MAX - 1]));
    assert_eq!((&whole["max"], &whole["min"]), (&json!(i64::MAX), &json!(i64::MAX - 1)));
}

#[test]
fn outliers_are_different_values_farthest_first() {
    let mut values = vec![0.0; 100];
    values.extend([50.0, 50.0, -90.0]);
    let found = only(Series::new("x".into(), values));
    assert_eq!(found["zScoreOutliersCount"], 3);
    let sample = found["zScoreOutliersSample"].as_array().unwrap();
    assert_eq!(sample.len(), 2);
    assert_eq!((&sample[0]["value"], &sample[1]["value"]), (&json!(-90.0), &json!(50.0)));
}

#[test]
fn empty_tables_and_columns_without_a_value_have_a_profile() {
    for height in [0usize, 3] {
        let nulls = frame(vec![
            Series::full_null("n".into(), height, &DataType::Int64),
            Series::full_null("x".into(), height, &DataType::Float64),
            Series::full_null("t".into(), height, &DataType::String),
            Series::full_null("d".into(), height, &DataType::Date),
            Series::full_null("b".into(), height, &DataType::Boolean),
            Series::full_null("l".into(), height, &DataType::List(Box::new(DataType::Int64))),
            Series::full_null("o".into(), height, &DataType::Null),
        ]);
        let found = json_of(&nulls, &Settings::default());
        assert_eq!(found["sampleSize"], height);
        assert_eq!(found["duplicateRowsCount"], height.saturating_sub(1));
        for column in found["columns"].as_array().unwrap() {
            assert_eq!(column["missingValuesCount"], height, "{}", column["name"]);
            assert!(column.get("mean").is_none() && column.get("min").is_none());
            assert!(column.get("distinctValuesCount").is_none_or(|distinct| distinct == 0));
        }
    }
    let nothing = profiled(&DataFrame::empty(), &Settings::default());
    assert_eq!((nothing.rows, nothing.columns.len()), (0, 0));
}

#[test]
fn dates_lists_and_structures_are_told_in_their_own_words() {
    let days = Series::new("d".into(), [Some(0i32), Some(31), Some(400), None]).cast(&DataType::Date).unwrap();
    let found = only(days);
    assert_eq!(
        (&found["min"], &found["max"], &found["median"]),
        (&json!("1970-01-01"), &json!("1971-02-05"), &json!("1970-02-01"))
    );
    assert_eq!(found["brewhouse"]["histogram"][0]["bucket"][0], "1970-01-01", "ranges begin with months");
    let list = Series::new("l".into(), [Series::new("".into(), [1i64, 2]), Series::new("".into(), Vec::<i64>::new())]);
    let found = only(list);
    assert_eq!((&found["min"], &found["max"], &found["mean"]), (&json!(0), &json!(2), &json!(1.0)));
    let structure = frame(vec![Series::new("a".into(), [Some(1i64), None]), Series::new("b".into(), ["x", "y"])]);
    let structure = structure.into_struct("s".into()).into_series().into();
    let table = DataFrame::new(2, vec![structure]).unwrap();
    let found = json_of(&table, &Settings::default());
    let members = &found["columns"][0]["brewhouse"]["members"];
    assert_eq!(members[0], json!({"name": "a", "type": "long", "missingValuesCount": 1}));
    assert_eq!(members[1]["missingValuesCount"], 0);
}

#[test]
fn money_is_added_exactly() {
    let cents: Vec<f64> = vec![0.1, 0.2, -0.4, 1000.05];
    let money = Series::new("m".into(), cents).cast(&DataType::Decimal(38, 2)).unwrap();
    let found = only(money);
    assert_eq!((&found["sum"], &found["max"], &found["min"]), (&json!(999.95), &json!(1000.05), &json!(-0.4)));
    close(&found["mean"], 249.9875);
    close(&found["median"], 0.15);
}

#[test]
fn duplicate_rows_are_those_that_repeat_an_earlier_one() {
    let table = frame(vec![
        Series::new(
            "a".into(),
            [Some(1.0), Some(1.0), None, None, Some(f64::NAN), Some(f64::NAN), Some(0.0), Some(-0.0), Some(1.0)],
        ),
        Series::new("b".into(), ["x", "x", "y", "y", "n", "n", "z", "z", "other"]),
    ]);
    assert_eq!(profiled(&table, &Settings::default()).duplicate_rows, 4);
    let chosen = Settings { columns: vec!["a".into()], ..Settings::default() };
    let found = profiled(&table, &chosen);
    assert_eq!((found.columns.len(), found.duplicate_rows), (1, 4), "duplicates are those of the whole table");
}

#[test]
fn correlations_rest_on_rows_in_which_both_have_a_value() {
    let table = frame(vec![
        Series::new("a".into(), [Some(1.0), Some(2.0), Some(3.0), None, Some(f64::NAN)]),
        Series::new("b".into(), [Some(2i64), Some(4), Some(6), Some(100), Some(-7)]),
        Series::new("c".into(), [Some(3i64), Some(2), Some(1), Some(0), None]),
        Series::new("k".into(), [5i64; 5]),
    ]);
    let found = profiled(&table, &Settings::default()).correlations;
    let at = |a: usize, b: usize| found.matrix[a][b].map(|r| (r * 1e9).round() / 1e9);
    assert_eq!((at(0, 1), at(0, 2), at(1, 0), at(0, 0)), (Some(1.0), Some(-1.0), Some(1.0), Some(1.0)));
    assert_eq!((at(0, 3), at(3, 3)), (None, None), "what does not vary goes with nothing");
    let two = Settings { correlated: Some(2), ..Settings::default() };
    let two = profiled(&table, &two).correlations;
    assert_eq!((two.columns, two.left_out), (vec!["a".to_owned(), "b".to_owned()], 2));
}

#[test]
fn a_column_counted_in_parts_has_the_same_figures() {
    let mut seed = 7u64;
    let mut next = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let numbers: Vec<Option<f64>> = (0..3000)
        .map(|_| match next(40) {
            0 => None,
            1 => Some(f64::NAN),
            2 => Some(f64::INFINITY),
            _ => Some(next(900) as f64 / 7.0 - 40.0),
        })
        .collect();
    let texts: Vec<Option<String>> = (0..3000).map(|_| (next(9) > 0).then(|| format!("v{}", next(700)))).collect();
    let longs: Vec<String> = (0..3000).map(|_| format!("{}{}", next(90), "long ".repeat(400))).collect();
    let days: Vec<i32> = (0..3000).map(|_| i32::try_from(next(5000)).unwrap()).collect();
    let cents: Vec<i64> = (0..3000).map(|_| i64::try_from(next(2000)).unwrap()).collect();
    let table = frame(vec![
        Series::new("x".into(), numbers),
        Series::new("t".into(), texts),
        Series::new("long".into(), longs),
        Series::new("d".into(), days).cast(&DataType::Date).unwrap(),
        Series::new("m".into(), cents).cast(&DataType::Decimal(12, 2)).unwrap(),
    ]);
    let whole = profiled(&table, &Settings::default());
    // Held in parts; and in parts that are not held, so that every walk counts anew.
    for most_values in [300, 40] {
        let settings = Settings { most_values, ..Settings::default() };
        let parts = profiled(&table, &settings);
        for (a, b) in whole.columns.iter().zip(&parts.columns) {
            assert_eq!(a, b, "{} with {most_values}", a.name);
        }
    }
}

#[test]
fn every_statistic_has_figures_for_each_kind_that_it_names() {
    let table = frame(vec![
        Series::new("n".into(), [1i64, 2, 2]),
        Series::new("t".into(), ["a", "b", "b"]),
        Series::new("b".into(), [true, false, false]),
        Series::new("d".into(), [1i32, 2, 2]).cast(&DataType::Date).unwrap(),
    ]);
    let settings = Settings { mild_threshold: Some(1.0), ..Settings::default() };
    let found = profiled(&table, &settings);
    let mut seen = BTreeSet::new();
    for column in &found.columns {
        for (statistic, figures) in column.figures(&settings) {
            assert!(!figures.is_empty(), "{} of {:?}", statistic.name, column.kind);
            assert!(figures.iter().all(|(_, figure)| !matches!(figure, Figure::Size(x) if !x.is_finite())));
            seen.insert(statistic.name);
        }
    }
    assert_eq!(seen.len(), STATISTICS.len());
    assert_eq!(found.columns[0].kind, Kind::Number);
    // What DataBrew computes by default on booleans and on text.
    let databrew = |kind: Kind| -> BTreeSet<&str> {
        STATISTICS.iter().filter(|s| s.databrew && s.kinds.contains(&kind)).map(|s| s.name).collect()
    };
    let boolean =
        ["MOST_COMMON_VALUES", "DISTINCT_VALUES_COUNT", "UNIQUE_VALUES_COUNT", "MISSING_VALUES_COUNT", "ENTROPY"];
    assert_eq!(databrew(Kind::Boolean), BTreeSet::from(boolean));
    let lengths =
        ["MIN", "MAX", "MEAN", "MEDIAN", "MODE", "STANDARD_DEVIATION", "OUTLIER_DETECTION", "VALUE_DISTRIBUTION"];
    assert_eq!(databrew(Kind::Text), boolean.into_iter().chain(lengths).collect());
}

#[test]
fn round_ranges_hold_every_value_once() {
    for (min, max, grid) in [
        (0.0, 99.0, Grid::Whole),
        (-3.7, 12.2, Grid::Real),
        (1e300, 2e300, Grid::Real),
        (1e-300, 3e-300, Grid::Real),
        (0.0, 40.0, Grid::Days),
        (-4000.0, 20_000.0, Grid::Days),
        (0.0, 86_399.0 * 1e6, Grid::Seconds(1e6)),
        (1e15, 1e15 + 1.0, Grid::Real),
    ] {
        let bins = Bin::round(min, max, 20, grid);
        assert!((2..=40).contains(&bins.len()), "{} for {min} to {max}", bins.len());
        assert!(bins[0].low <= min && bins[bins.len() - 1].high >= max, "{min} to {max}: {bins:?}");
        assert!(bins.windows(2).all(|pair| pair[0].high == pair[1].low));
    }
    let months = Bin::round(0.0, 364.0, 20, Grid::Days);
    assert_eq!((months[0].low, months[1].low, months.len()), (0.0, 31.0, 12));
}

#[test]
fn the_bulk_is_told_by_itself_where_a_few_values_lie_far_off() {
    let values: Vec<i64> = (0..100).chain([1_000_000]).collect();
    let table =
        frame(vec![Series::new("n".into(), values), Series::new("even".into(), (0..101i64).collect::<Vec<_>>())]);
    let found = profiled(&table, &Settings::default());
    let summary = found.columns[0].tally.summary.as_ref().unwrap();
    assert_eq!(summary.bins.iter().map(|bin| bin.count).collect::<BTreeSet<_>>(), BTreeSet::from([0, 1, 100]));
    // Quartiles 25 and 75: three times 50 around them reaches from the least value, 0, to 225.
    assert_eq!((summary.inner[0].low, summary.inner.iter().map(|bin| bin.count).sum::<u64>()), (0.0, 100));
    assert!(summary.inner.len() > 10 && summary.inner[summary.inner.len() - 1].high <= 240.0);
    assert!(found.columns[1].tally.summary.as_ref().unwrap().inner.is_empty());
}

#[test]
fn a_cancelled_profile_says_so() {
    let table = frame(vec![Series::new("n".into(), [1i64, 2, 2])]);
    let cancel = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let found = column(&table.clone().lazy().select([col("n")]), table.schema(), "n", &Settings::default(), &cancel);
    assert_eq!(found.unwrap_err().kind, brewhouse_engine::ErrorKind::Cancelled);
    let unknown = column(&table.clone().lazy(), table.schema(), "m", &Settings::default(), &Arc::default());
    assert_eq!(unknown.unwrap_err().kind, brewhouse_engine::ErrorKind::Column);
}
