//! Two columns against each other: every row is counted once, in its field or as left out.

use brewhouse_engine::facet::{Axis, Filter, Test, plane};
use polars::prelude::{DataFrame, IntoLazy as _, df};
use std::sync::Arc;

fn table() -> DataFrame {
    df!(
        "x" => [Some(0.0), Some(1.0), Some(2.0), Some(4.0), Some(f64::NAN), None, Some(4.0), Some(-0.0)],
        "y" => [Some(10i64), Some(-10), Some(0), Some(10), Some(1), Some(2), None, Some(10)],
        "t" => ["a", "b", "a", "a", "b", "a", "b", "b"],
        "none" => [None::<i64>; 8],
        "same" => [7i64; 8],
    )
    .unwrap()
}

#[test]
fn rows_lie_in_the_fields_of_their_values() {
    let frame = table();
    let (lazy, schema) = (frame.clone().lazy(), frame.schema().clone());
    let found = plane(&lazy, &schema, ["x", "y"], &[], [4, 2], &Arc::default()).unwrap();
    assert_eq!(found.axes, [Axis { low: 0.0, high: 4.0, ranges: 4 }, Axis { low: -10.0, high: 10.0, ranges: 2 }]);
    // 0 and -0 with 10 at the upper left; 1 with -10 below; 2 with 0, which begins the upper range; 4 with 10 in the last field.
    assert_eq!(found.counts, [0, 1, 0, 0, 2, 0, 1, 1]);
    assert_eq!((found.count(0, 1), found.count(3, 1), found.left_out), (2, 1, 3));
    for (at, bound) in [(0, 0.0), (2, 2.0), (4, 4.0)] {
        assert!((found.axes[0].bound(at) - bound).abs() < 1e-12);
    }
    let filters = [Filter::of("t", Test::Among(vec!["a".into()]))];
    let found = plane(&lazy, &schema, ["x", "y"], &filters, [4, 2], &Arc::default()).unwrap();
    assert_eq!((found.counts.iter().sum::<u64>(), found.left_out), (3, 1));
}

#[test]
fn columns_without_a_spread_or_without_a_place_on_an_axis() {
    let frame = table();
    let (lazy, schema) = (frame.clone().lazy(), frame.schema().clone());
    let same = plane(&lazy, &schema, ["same", "y"], &[], [3, 2], &Arc::default()).unwrap();
    assert_eq!((same.counts.clone(), same.left_out), (vec![1, 0, 0, 6, 0, 0], 1), "all in the first range across");
    let none = plane(&lazy, &schema, ["none", "y"], &[], [3, 2], &Arc::default()).unwrap();
    assert_eq!((none.counts.len(), none.left_out), (0, 8));
    let empty = plane(&lazy.clone().limit(0), &schema, ["x", "y"], &[], [3, 2], &Arc::default()).unwrap();
    assert_eq!((empty.counts.len(), empty.left_out), (0, 0));
    let text = plane(&lazy, &schema, ["t", "y"], &[], [3, 2], &Arc::default()).unwrap_err();
    assert!(text.message.contains("no place on an axis"), "{}", text.message);
    assert!(plane(&lazy, &schema, ["nope", "y"], &[], [3, 2], &Arc::default()).is_err());
}
