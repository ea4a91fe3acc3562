//! Exact decimals as keys: what groups, sorts, pivots, joins or finds duplicates by them does what it does by the same values as text.

use crate::operations::{environment, read_table};
use brewhouse_engine::op::table;
use brewhouse_engine::plan::compile;
use brewhouse_engine::recipe::Step;
use brewhouse_engine::run::{LiveFacts, collect};
use polars::prelude::{DataFrame, IntoLazy as _};

fn group(function: &str) -> Step {
    let option = format!(r#"[{{"sourceColumnName":"n","targetColumnName":"f","functionName":"{function}"}}]"#);
    Step::new("GROUP_BY").with("sourceColumns", r#"["m"]"#).with("groupByAggFunctionOptions", option)
}

fn sort() -> Step {
    Step::new("SORT")
        .with("expressions", r#"[{"sourceColumn":"m","ordering":"ASCENDING","nullsOrdering":"NULLS_BOTTOM"}]"#)
}

fn steps() -> Vec<Vec<Step>> {
    let flag = |step: Step| step.with("targetColumn", "f").with("trueString", "T").with("falseString", "F");
    let pivot = |column: &str, value: &str| {
        Step::new("PIVOT").with("sourceColumn", column).with("valueColumn", value).with("aggregateFunction", "MAX")
    };
    let by = |name: &str| Step::new(name).with("groupByColumns", r#"["m"]"#);
    let only = Step::new("DELETE").with("sourceColumns", r#"["n","t"]"#);
    let transpose = Step::new("TRANSPOSE")
        .with("pivotColumns", r#"["m"]"#)
        .with("valueColumns", r#"["n"]"#)
        .with("aggregateFunction", "MAX")
        .with("newColumn", "of");
    let join = Step::new("JOIN")
        .with("secondaryDatasetName", "prices")
        .with("joinKeys", r#"[{"key":"m","value":"m"}]"#)
        .with("joinType", "LEFT_JOIN")
        .with("leftColumns", r#"["n","m"]"#)
        .with("rightColumns", r#"["w"]"#);
    vec![
        vec![sort()],
        vec![group("SUM")],
        vec![sort(), group("MEDIAN")],
        vec![group("MODE")],
        vec![group("SUM").with("useNewDataFrame", "false")],
        vec![by("KEEP_FIRST_BY")],
        vec![by("KEEP_LAST_BY").with("orderByColumns", r#"["m"]"#)],
        vec![by("KEEP_FIRST_BY").with("orderByColumns", r#"["n"]"#)],
        vec![sort(), Step::new("REMOVE_DUPLICATES").with("sourceColumn", "m")],
        vec![sort(), only, Step::new("DELETE_DUPLICATE_ROWS")],
        vec![flag(Step::new("FLAG_DUPLICATES_IN_COLUMN").with("sourceColumn", "m"))],
        vec![pivot("m", "n")],
        vec![Step::new("DELETE").with("sourceColumns", r#"["t"]"#), pivot("n", "n")],
        vec![Step::new("ONE_HOT_ENCODING").with("sourceColumn", "m")],
        vec![transpose],
        vec![join],
    ]
}

fn done(steps: &[Step], before: &DataFrame, prices: &DataFrame, rows: u32) -> String {
    let mut env = environment();
    env.datasets.insert("prices".into(), prices.clone().lazy());
    let compiled = compile(steps, before.clone().lazy(), &env, &mut LiveFacts, None).unwrap();
    assert!(compiled.problems.is_empty(), "{:?}", compiled.problems);
    let after = collect(compiled.frame.limit(rows)).unwrap();
    // The only difference is the type: its word in the header.
    table::write(&after).replace(":money", ":text").replace(' ', "")
}

#[test]
fn exact_decimals_are_keys_like_any_other_value() {
    let tables = [
        "n:whole | m:text | t:text\n1 | 2.5 | x\n2 | 1.5 | x\n3 | ∅ | y\n4 | 1.5 | y\n5 | ∅ | ∅",
        "n:whole | m:text | t:text\n1 | ∅ | x\n2 | ∅ | x",
        "n:whole | m:text | t:text\n1 | 5.5 | x\n2 | 5.5 | y",
        "n:whole | m:text | t:text",
    ];
    let prices = "m:text | w:text\n1.5 | low\n2.5 | high";
    let money = |text: &str| read_table(&text.replace("m:text", "m:money"));
    for text in tables {
        for steps in steps() {
            for rows in [1, 2, 100] {
                let wanted = done(&steps, &read_table(text), &read_table(prices), rows);
                let found = done(&steps, &money(text), &money(prices), rows);
                assert_eq!(found, wanted, "{rows} rows of {:?} on\n{text}", steps.last().map(Step::to_databrew));
            }
        }
    }
}

#[test]
fn exact_decimals_join_whole_numbers_and_other_decimals_to_the_last_digit() {
    let join = Step::new("JOIN")
        .with("secondaryDatasetName", "others")
        .with("joinKeys", r#"[{"key":"k","value":"id"}]"#)
        .with("joinType", "INNER_JOIN")
        .with("leftColumns", r#"["k"]"#)
        .with("rightColumns", r#"["w"]"#);
    let found = |keys: &DataFrame, others: &DataFrame| -> Vec<String> {
        let mut env = environment();
        env.datasets.insert("others".into(), others.clone().lazy());
        let compiled = compile(std::slice::from_ref(&join), keys.clone().lazy(), &env, &mut LiveFacts, None).unwrap();
        assert!(compiled.problems.is_empty(), "{:?}", compiled.problems);
        let after = collect(compiled.frame).unwrap();
        after.column("w").unwrap().str().unwrap().iter().flatten().map(ToOwned::to_owned).collect()
    };
    // Floating numbers do not tell the first two apart.
    let wholes = read_table("id:whole | w:text\n9007199254740993 | odd\n9007199254740992 | even\n-3 | below\n∅ | none");
    let money = read_table("k:money\n9007199254740993\n-3\n-3.000000000000000001\n∅");
    assert_eq!(found(&money, &wholes), ["odd", "below"]);
    let keys = wholes.select(["id"]).unwrap().lazy().select([polars::prelude::col("id").alias("k")]);
    let prices = read_table("id:money | w:text\n9007199254740992 | even\n-3.5 | between\n∅ | none");
    assert_eq!(found(&collect(keys).unwrap(), &prices), ["even"]);
    // Of 38 digits none stands behind the point: some have no place among those of which 18 do.
    let wide = polars::prelude::DataType::Decimal(38, 0);
    let texts = read_table("k:text\n90071992547409930000000000000000000000\n9007199254740993\n9007199254740992");
    let wide = collect(texts.lazy().select([polars::prelude::col("k").cast(wide)])).unwrap();
    let both = read_table("id:money | w:text\n9007199254740993 | odd\n9007199254740992.5 | between");
    assert_eq!(found(&wide, &both), ["odd"]);
}
