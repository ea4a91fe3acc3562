//! Floating numbers have two zeros. They are one value wherever values are told apart, and what is shown of it has no sign, whichever of
//! the two comes first.

use crate::operations::environment;
use brewhouse_engine::plan::compile;
use brewhouse_engine::recipe::Step;
use brewhouse_engine::run::{LiveFacts, collect};
use polars::prelude::{AnyValue, DataFrame, DataType, IntoLazy as _, df};

/// Both zeros, either first, and a third number, as numbers of either width.
fn tables() -> Vec<DataFrame> {
    let mut tables = Vec::new();
    for x in [[-0.0, 0.0, -0.0, 1.0], [0.0, -0.0, -0.0, 1.0]] {
        let table =
            df!("x" => x, "n" => [1_i64, 2, 4, 8], "gap" => [Some(x[0]), Some(x[1]), Some(x[2]), None]).unwrap();
        let mut narrow = table.clone();
        for name in ["x", "gap"] {
            narrow.with_column(table.column(name).unwrap().cast(&DataType::Float32).unwrap()).unwrap();
        }
        tables.extend([table, narrow]);
    }
    tables
}

fn run(step: &Step, before: &DataFrame) -> DataFrame {
    let steps = std::slice::from_ref(step);
    let compiled = compile(steps, before.clone().lazy(), &environment(), &mut LiveFacts, None).unwrap();
    assert!(compiled.problems.is_empty(), "{:?}", compiled.problems);
    collect(compiled.frame).unwrap()
}

/// The bits of a cell, as those of a wide number.
fn bits(frame: &DataFrame, column: &str, row: usize) -> u64 {
    frame.column(column).unwrap().get(row).unwrap().extract::<f64>().unwrap().to_bits()
}

fn names(frame: &DataFrame) -> Vec<&str> {
    frame.columns().iter().map(|column| column.name().as_str()).collect()
}

const ZERO: u64 = 0;

#[test]
fn a_group_of_both_zeros_has_a_key_without_a_sign() {
    let options = r#"[{"sourceColumnName":"n","targetColumnName":"sum","functionName":"SUM"},
                      {"sourceColumnName":"gap","targetColumnName":"most","functionName":"MODE"},
                      {"sourceColumnName":"gap","targetColumnName":"least","functionName":"MIN"},
                      {"sourceColumnName":"gap","targetColumnName":"different","functionName":"COUNT_DISTINCT"}]"#;
    let step = Step::new("GROUP_BY").with("sourceColumns", "[\"x\"]").with("groupByAggFunctionOptions", options);
    for before in tables() {
        let after = run(&step, &before);
        assert_eq!(after.height(), 2);
        assert_eq!(after.column("sum").unwrap().get(0).unwrap(), AnyValue::Int64(7));
        assert_eq!(after.column("different").unwrap().get(0).unwrap(), AnyValue::Int64(1));
        assert_eq!(["x", "most", "least"].map(|name| bits(&after, name, 0)), [ZERO; 3], "{before}");
        assert_eq!(after.column("x").unwrap().dtype(), before.column("x").unwrap().dtype());
    }
}

#[test]
fn columns_that_are_made_of_both_zeros_are_one() {
    let sum = |step: Step| step.with("aggregateFunction", "SUM");
    let pivot = sum(Step::new("PIVOT").with("sourceColumn", "x").with("valueColumn", "n"));
    let by_others = sum(Step::new("PIVOT").with("sourceColumn", "n").with("valueColumn", "gap"));
    let hot = Step::new("ONE_HOT_ENCODING").with("sourceColumn", "x");
    let transpose = sum(Step::new("TRANSPOSE").with("pivotColumns", "[\"x\"]").with("valueColumns", "[\"n\"]"))
        .with("newColumn", "of");
    for before in tables() {
        let pivoted = run(&pivot, &before);
        assert_eq!(names(&pivoted)[1..], ["0", "1"], "{before}");
        let few = before.select(["x", "n", "gap"]).unwrap().head(Some(3));
        let rows = run(&by_others, &few);
        assert_eq!((rows.height(), bits(&rows, "x", 0)), (1, ZERO), "{before}");
        let encoded = run(&hot, &before);
        assert_eq!(names(&encoded), ["x", "x_0", "x_1", "n", "gap"], "{before}");
        let turned = run(&transpose, &before);
        assert_eq!(names(&turned), ["of", "0", "1"], "{before}");
        assert_eq!(turned.column("0").unwrap().get(0).unwrap(), AnyValue::Int64(7));
    }
}

#[test]
fn both_zeros_are_one_number_when_the_most_frequent_is_looked_for() {
    let fill = |operation: &str| Step::new(operation).with("sourceColumn", "gap");
    for before in tables() {
        for step in [fill("FILL_WITH_MODE").with("modeType", "MINIMUM"), fill("FILL_WITH_MOST_FREQUENT")] {
            let after = run(&step, &before);
            assert_eq!(bits(&after, "gap", 3), ZERO, "{step:?} of {before}");
        }
    }
    // Once each, but twice together.
    let before = df!("a" => [-0.0], "b" => [7.0], "c" => [0.0], "d" => [7.5]).unwrap();
    let mode = Step::new("MODE")
        .with("sourceColumns", r#"["a","b","c","d"]"#)
        .with("modeType", "MAXIMUM")
        .with("targetColumn", "most");
    assert_eq!(bits(&run(&mode, &before), "most", 0), ZERO);
    let different = Step::new("COUNT_DISTINCT").with("sourceColumns", r#"["a","b","c"]"#).with("targetColumn", "y");
    assert_eq!(run(&different, &before).column("y").unwrap().get(0).unwrap(), AnyValue::Int64(2));
    let before = df!("x" => [-0.0, 7.0, 0.0, 7.5]).unwrap();
    let rolling = Step::new("ROLLING_MODE")
        .with("sourceColumn", "x")
        .with("numRowsBefore", "3")
        .with("numRowsAfter", "0")
        .with("modeType", "MAXIMUM")
        .with("targetColumn", "most");
    assert_eq!(bits(&run(&rolling, &before), "most", 3), ZERO);
}

#[test]
fn rows_that_differ_in_the_sign_of_zero_alone_are_equal() {
    for before in tables() {
        let one = Step::new("REMOVE_DUPLICATES").with("sourceColumn", "x");
        let kept = run(&one, &before);
        // The first row stays as it is.
        assert_eq!(kept.height(), 2);
        assert_eq!(bits(&kept, "x", 0), bits(&before, "x", 0));
        let flag = |operation: &str| {
            let step = Step::new(operation).with("sourceColumn", "x").with("targetColumn", "again");
            step.with("trueString", "yes").with("falseString", "no")
        };
        let alone = before.select(["x"]).unwrap();
        assert_eq!(run(&Step::new("DELETE_DUPLICATE_ROWS"), &alone).height(), 2);
        let mut rows = flag("FLAG_DUPLICATE_ROWS");
        rows.set_param("sourceColumn", None);
        for step in [flag("FLAG_DUPLICATES_IN_COLUMN"), rows] {
            let flagged = run(&step, &alone);
            let again: Vec<_> = flagged.column("again").unwrap().str().unwrap().iter().flatten().collect();
            assert_eq!(again, ["no", "yes", "yes", "no"], "{step:?}");
        }
        let other = before.clone().lazy().filter(polars::prelude::col("n").eq(polars::prelude::lit(2)));
        let mut env = environment();
        env.datasets.insert("others".into(), other);
        let join = Step::new("JOIN")
            .with("secondaryDatasetName", "others")
            .with("joinKeys", r#"[{"key":"x","value":"x"}]"#)
            .with("joinType", "INNER_JOIN")
            .with("leftColumns", r#"["x","n"]"#)
            .with("rightColumns", r#"["gap"]"#);
        let joined = compile(&[join], before.lazy(), &env, &mut LiveFacts, None).unwrap();
        assert!(joined.problems.is_empty(), "{:?}", joined.problems);
        assert_eq!(collect(joined.frame).unwrap().height(), 3);
    }
}
