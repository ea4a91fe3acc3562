//! Groups without values: what the engine believes of the order of their results must be so, since it looks for the smallest and the
//! largest at the ends of what it believes ordered, and stops, in builds with assertions, where it finds a gap there.

use crate::operations::environment;
use brewhouse_engine::op::group::aggregate_names;
use brewhouse_engine::plan::compile;
use brewhouse_engine::recipe::Step;
use brewhouse_engine::run::{LiveFacts, collect};
use polars::prelude::{AnyValue, Column, DataFrame, IntoLazy as _, Series, SortOptions, df};
use polars::series::IsSorted;

/// Groups of two columns, of which one alone has values.
fn tables() -> Vec<DataFrame> {
    let table = df!(
        "k" => [Some(-1_i64), None, Some(i64::MIN), None, Some(i64::MAX), Some(i64::MIN), Some(2), Some(2)],
        "z" => [Some(-1.5), None, Some(f64::MIN), None, Some(f64::MAX), Some(f64::MIN), Some(3.0), Some(3.0)],
        "kind" => [None, None, None, None, Some("x"), None, Some("y"), Some("y")],
        "n" => [None, None, None, None, Some(7_i64), None, None, None],
        "t" => [None, None, None, None, Some("p"), None, None, None],
    );
    let table = table.unwrap();
    vec![table.reverse(), table]
}

fn is_as_believed(column: &Column) -> bool {
    let descending = match column.is_sorted_flag() {
        IsSorted::Not => return true,
        order => order == IsSorted::Descending,
    };
    // The same cells of which nothing is believed.
    let cells: Vec<_> = column.as_materialized_series().iter().map(AnyValue::into_static).collect();
    let cells = Series::from_any_values(column.name().clone(), &cells, true).unwrap();
    [false, true].iter().any(|last| {
        let order = SortOptions { descending, nulls_last: *last, ..SortOptions::default() };
        cells.equals_missing(&cells.sort(order).unwrap())
    })
}

#[test]
fn groups_without_values_are_in_no_order() {
    let run = |steps: &[Step], before: &DataFrame| {
        let compiled = compile(steps, before.clone().lazy(), &environment(), &mut LiveFacts, None).unwrap();
        assert!(compiled.problems.is_empty(), "{:?}", compiled.problems);
        collect(compiled.frame).unwrap()
    };
    for before in tables() {
        for function in aggregate_names() {
            // A row for each cell of a list is what only GROUP_BY makes.
            let lists = matches!(function, "UNAGGREGATED" | "COLLECT_LIST");
            let numeric = matches!(function, "SUM" | "AVERAGE" | "MEDIAN" | "STANDARD_DEVIATION" | "VARIANCE");
            for value in ["n", "t"].into_iter().take(if numeric { 1 } else { 2 }) {
                let option =
                    format!(r#"[{{"sourceColumnName":"{value}","targetColumnName":"y","functionName":"{function}"}}]"#);
                let group = Step::new("GROUP_BY").with("sourceColumns", r#"["k","z"]"#);
                let group = group.with("groupByAggFunctionOptions", &option);
                let pivot = Step::new("PIVOT").with("sourceColumn", "kind").with("valueColumn", value);
                let pivot = pivot.with("aggregateFunction", function);
                for step in if lists { vec![group] } else { vec![group, pivot] } {
                    let few = before.select(["k", "z", "kind", value]).unwrap();
                    // Groups come in another order each time.
                    for _ in 0..8 {
                        let after = run(std::slice::from_ref(&step), &few);
                        assert_eq!(after.height(), 5);
                        for column in after.columns().iter().filter(|column| !column.dtype().is_nested()) {
                            let flag = column.is_sorted_flag();
                            assert!(is_as_believed(column), "{step:?} of {before} gives {column:?}, {flag:?}");
                        }
                    }
                }
            }
        }
    }
}
