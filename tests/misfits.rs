//! Cells that do not fit what their column is meant to be: those that are counted, those that a filter passes and those that are marked on a
//! page are the same ones.

use brewhouse_engine::facet::{self, Filter, Test};
use brewhouse_engine::profile::{self, Settings};
use brewhouse_engine::stage::{ColumnFigures, card};
use brewhouse_engine::values::reads_as_missing;
use polars::prelude::{Categories, DataFrame, DataType, IntoLazy as _, NamedFrom as _, Series};
use std::sync::Arc;

fn figures(table: &DataFrame, column: &str) -> ColumnFigures {
    let schema = table.schema();
    let found = profile::column(&table.clone().lazy(), schema, column, &Settings::default(), &Arc::default()).unwrap();
    card(&found)
}

/// The rows whose cells do not fit, of a column that is meant to be something; counted, filtered and marked page by page.
fn misfits(cells: Series) -> (Option<&'static str>, Vec<usize>) {
    let table = DataFrame::new(cells.len(), vec![cells.into()]).unwrap();
    let name = table.get_column_names()[0].to_string();
    let figures = figures(&table, &name);
    let Some(meant) = figures.meant else { return (None, Vec::new()) };
    let filter = Filter::of(&name, Test::misfit(meant));
    let cancel = Arc::default();
    let selected =
        facet::select(&table.clone().lazy(), table.schema(), std::slice::from_ref(&filter), &cancel).unwrap();
    let mut marked = Vec::new();
    for first in (0..table.height()).step_by(3) {
        let page = table.slice(i64::try_from(first).unwrap(), 3);
        let flags = facet::passing(&page, std::slice::from_ref(&filter)).unwrap().pop().unwrap();
        assert_eq!(flags.len(), page.height());
        marked.extend(flags.iter().enumerate().filter(|(_, flag)| **flag).map(|(at, _)| first + at));
    }
    let rows: Vec<usize> = selected.rows(0, u64::MAX).iter().map(|row| usize::try_from(*row).unwrap()).collect();
    assert_eq!(rows, marked, "what is filtered is what is marked");
    assert_eq!(figures.mismatched, marked.len() as u64, "what is counted is what is marked");
    (Some(meant), marked)
}

fn texts(cells: &[Option<&str>]) -> Series {
    Series::new("cell".into(), cells.to_vec())
}

#[test]
fn the_cells_that_are_counted_are_those_that_are_marked() {
    let numbers =
        [Some("1"), Some("-2.5"), None, Some(""), Some("  "), Some("abc"), Some("1e3"), Some("N/A"), Some("4")];
    assert_eq!(misfits(texts(&numbers)), (Some("number"), vec![4, 5, 7]), "blanks are no number, nothing is no misfit");
    let flags = [Some("yes"), Some("NO"), Some("maybe"), Some("true"), None, Some("False"), Some("ja")];
    assert_eq!(misfits(texts(&flags)), (Some("boolean"), vec![2, 6]));
    let days = [Some("2024-01-31"), Some("2024-02-30"), Some("2024-03-01"), Some("soon"), Some("2024-12-31"), Some("")];
    assert_eq!(misfits(texts(&days)).1, [1, 3], "there is no 30th of February");
    let others = [Some("Łódź"), Some("高橋"), Some("7"), Some("Oslo")];
    assert_eq!(misfits(texts(&others)), (None, vec![]), "a column of words is meant to be text");
    assert_eq!(misfits(texts(&[])).1, [0; 0]);
    assert_eq!(misfits(texts(&[None, None])).1, [0; 0]);
}

#[test]
fn a_category_is_the_text_that_it_stands_for() {
    let numbers = texts(&[Some("1"), Some("2"), Some("x"), None, Some("2")]);
    let numbers = numbers.cast(&DataType::from_categories(Categories::global())).unwrap();
    assert_eq!(misfits(numbers), (Some("number"), vec![2]));
}

#[test]
fn what_is_no_number_is_marked_in_a_column_of_decimals() {
    let decimals = Series::new("cell".into(), [Some(1.0), Some(f64::NAN), None, Some(f64::INFINITY), Some(f64::NAN)]);
    assert_eq!(misfits(decimals), (Some("NaN"), vec![1, 4]));
    assert_eq!(misfits(Series::new("cell".into(), [1_i64, 2])), (None, vec![]));
}

#[test]
fn each_filter_of_a_page_is_told_alone() {
    let cells = vec![
        Series::new("a".into(), ["1", "x", "3"]).into(),
        Series::new("passes 0".into(), [Some("yes"), None, Some("?")]).into(),
    ];
    let page = DataFrame::new(3, cells).unwrap();
    let filters = [
        Filter::of("passes 0", Test::misfit("boolean")),
        Filter::of("a", Test::misfit("number")),
        Filter { column: "a".into(), tests: Vec::new(), inverted: false },
    ];
    let told = facet::passing(&page, &filters).unwrap();
    assert_eq!(told, [[false, false, true], [false, true, false], [true; 3]]);
    assert_eq!(facet::passing(&page, &[]).unwrap(), Vec::<Vec<bool>>::new());
    assert!(facet::passing(&page, &[Filter::of("gone", Test::Missing)]).is_err());
}

#[test]
fn words_for_nothing_are_told_from_values() {
    for word in ["N/A", "null", " NULL ", "-", "?", "None", "\\N"] {
        assert!(reads_as_missing(word), "{word}");
    }
    for value in ["", "  ", "0", "Nana", "no", "-1", "nonesuch", "–"] {
        assert!(!reads_as_missing(value), "{value}");
    }
}
