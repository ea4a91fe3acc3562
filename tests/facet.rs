//! Filters, linked plots, view sorts and finding against brute force over random tables.

#![allow(clippy::cast_precision_loss, reason = "small numbers")]

use brewhouse_engine::ErrorKind;
use brewhouse_engine::facet::{self, By, Filter, Listing, Plot, Search, Selection, SortKey, Test};
use brewhouse_engine::op::Environment;
use brewhouse_engine::plan::compile;
use brewhouse_engine::profile::pattern_of;
use brewhouse_engine::run::{LiveFacts, collect};
use polars::prelude::{DataFrame, DataType, IntoLazy as _, NamedFrom as _, Series, TimeUnit, col};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A small deterministic generator.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }
}

/// The cells of a table in plain Rust.
struct Plain {
    word: Vec<Option<&'static str>>,
    whole: Vec<Option<i64>>,
    real: Vec<Option<f64>>,
    day: Vec<Option<i32>>,
    flag: Vec<Option<bool>>,
}

const WORDS: &[&str] =
    &["EU", "eu", " us", "", "  ", "12", "3.5", "Überall", "AB-12", "a+b", "高橋", "long sentence here"];

fn plain(dice: &mut Dice, rows: usize) -> Plain {
    let some = |dice: &mut Dice| dice.below(8) > 0;
    let mut table = Plain { word: vec![], whole: vec![], real: vec![], day: vec![], flag: vec![] };
    for _ in 0..rows {
        let there = some(dice);
        table.word.push(there.then(|| dice.pick(WORDS)));
        let there = some(dice);
        table.whole.push(there.then(|| i64::try_from(dice.below(20)).unwrap() - 6));
        let there = some(dice);
        table.real.push(there.then(|| dice.pick(&[0.5, -1.5, 3.0, 10.0, f64::NAN, 1e9, -0.0])));
        let there = some(dice);
        table.day.push(there.then(|| i32::try_from(dice.below(60)).unwrap()));
        let there = some(dice);
        table.flag.push(there.then(|| dice.below(2) == 0));
    }
    table
}

fn frame(table: &Plain) -> DataFrame {
    let columns = vec![
        Series::new("word".into(), &table.word),
        Series::new("whole".into(), &table.whole),
        Series::new("real".into(), &table.real),
        Series::new("day".into(), &table.day).cast(&DataType::Date).unwrap(),
        Series::new("flag".into(), &table.flag),
    ];
    DataFrame::new(table.word.len(), columns.into_iter().map(Into::into).collect()).unwrap()
}

fn day_text(day: i32) -> String {
    (chrono::NaiveDate::default() + chrono::TimeDelta::days(day.into())).to_string()
}

/// Whether a row passes a test, worked out without the engine.
fn passes(table: &Plain, column: &str, row: usize, test: &Test) -> bool {
    let size = match column {
        "whole" => table.whole[row].map(|n| n as f64),
        "real" => table.real[row],
        "day" => table.day[row].map(f64::from),
        _ => None,
    };
    let word = (column == "word").then(|| table.word[row]).flatten();
    let shown = match column {
        "word" => table.word[row].map(str::to_owned),
        "whole" => table.whole[row].map(|n| n.to_string()),
        "real" => table.real[row].map(|x| if x == 0.0 { "0".into() } else { x.to_string() }),
        "day" => table.day[row].map(day_text),
        _ => table.flag[row].map(|f| f.to_string()),
    };
    match test {
        Test::Among(values) => shown.is_some_and(|shown| values.contains(&shown)),
        Test::Range { low, high, closed } => size.is_some_and(|x| {
            let above = low.is_none_or(|low| x >= low);
            let below = high.is_none_or(|high| if *closed { x <= high } else { x < high });
            !x.is_nan() && above && below
        }),
        Test::Missing => shown.is_none(),
        Test::Empty => word == Some(""),
        Test::Blank => word.is_some_and(|w| !w.is_empty() && w.trim().is_empty()),
        Test::Invalid(_) => word.is_some_and(|w| !w.is_empty() && w.trim().parse::<f64>().is_err()),
        Test::Repeated => {
            let same = |other: usize| match column {
                "word" => table.word[other] == table.word[row],
                "whole" => table.whole[other] == table.whole[row],
                "day" => table.day[other] == table.day[row],
                _ => table.flag[other] == table.flag[row],
            };
            shown.is_some() && (0..table.word.len()).filter(|other| same(*other)).count() > 1
        }
        Test::Length { low, high } => word.is_some_and(|w| (*low..=*high).contains(&(w.chars().count() as u64))),
        Test::Pattern(patterns) => word.is_some_and(|w| patterns.contains(&pattern_of(w))),
        Test::Contains { text, match_case: true } => word.is_some_and(|w| w.contains(text.as_str())),
        Test::Contains { text, .. } => word.is_some_and(|w| w.to_lowercase().contains(&text.to_lowercase())),
    }
}

fn random_test(dice: &mut Dice, column: &str) -> Test {
    if dice.below(5) == 0 {
        return Test::Missing;
    }
    let bound = |dice: &mut Dice| (dice.below(4) > 0).then(|| dice.below(30) as f64 - 8.0);
    match column {
        "word" => match dice.below(7) {
            0 => Test::Empty,
            1 => Test::Blank,
            2 => Test::Length { low: dice.below(3), high: 1 + dice.below(4) },
            3 => Test::Pattern(vec![pattern_of(dice.pick(WORDS)), pattern_of(dice.pick(WORDS))]),
            4 => Test::Contains {
                text: dice.pick(&["u", "+", "ü", "2", ""]).to_owned(),
                match_case: dice.below(2) == 0,
            },
            5 => Test::Invalid("number".into()),
            _ => Test::Among(vec![dice.pick(WORDS).to_owned(), dice.pick(WORDS).to_owned()]),
        },
        "flag" => Test::Among(vec![dice.pick(&["true", "false"]).to_owned()]),
        "whole" if dice.below(3) == 0 => Test::Among(vec![dice.below(9).to_string(), "-2".into()]),
        "real" if dice.below(3) == 0 => Test::Among(vec![dice.pick(&["0.5", "10", "-1.5", "NaN"]).to_owned()]),
        "day" if dice.below(3) == 0 => Test::Among(vec![day_text(i32::try_from(dice.below(60)).unwrap())]),
        _ => Test::Range { low: bound(dice), high: bound(dice), closed: dice.below(2) == 0 },
    }
}

const COLUMNS: &[&str] = &["word", "whole", "real", "day", "flag"];

fn random_filters(dice: &mut Dice) -> Vec<Filter> {
    (0..=dice.below(2))
        .map(|_| {
            let column = dice.pick(COLUMNS);
            let tests = (0..=dice.below(2)).map(|_| random_test(dice, column)).collect();
            Filter { column: column.to_owned(), tests, inverted: dice.below(3) == 0 }
        })
        .collect()
}

fn brute(table: &Plain, filters: &[Filter], row: usize) -> bool {
    filters.iter().all(|f| f.inverted != f.tests.iter().any(|test| passes(table, &f.column, row, test)))
}

#[test]
fn filters_pass_the_rows_that_brute_force_passes_and_so_do_their_steps() {
    let mut dice = Dice(11);
    let cancel: Arc<AtomicBool> = Arc::default();
    let env = Environment::at(chrono::DateTime::UNIX_EPOCH);
    let (mut written, mut refused) = (0, 0);
    for round in 0..60 {
        let rows = [0usize, 1, 63, 64, 65, 150][round % 6];
        let table = plain(&mut dice, rows);
        let frame = frame(&table);
        let filters = random_filters(&mut dice);
        let found = facet::select(&frame.clone().lazy(), frame.schema(), &filters, &cancel).unwrap();
        let wanted: Vec<u64> = (0..rows).filter(|row| brute(&table, &filters, *row)).map(|row| row as u64).collect();
        assert_eq!(found.rows(0, u64::MAX), wanted, "{filters:?}");
        assert_eq!((found.len(), found.of_rows()), (wanted.len() as u64, rows as u64));
        let alone = collect(facet::filtered(&frame.clone().lazy(), frame.schema(), &filters).unwrap()).unwrap();
        assert_eq!(alone.height(), wanted.len());
        let Ok(steps) = facet::steps(&filters, frame.schema()) else {
            refused += 1;
            continue;
        };
        written += 1;
        let plan = compile(&steps, frame.clone().lazy(), &env, &mut LiveFacts, None).unwrap();
        assert!(plan.problems.is_empty(), "{filters:?}: {:?}", plan.problems);
        let left = collect(plan.frame).unwrap();
        let picked = facet::page(&frame.clone().lazy(), &wanted, &[], &cancel).unwrap();
        assert!(left.equals_missing(&picked), "{filters:?} as {steps:?}\n{left}\n{picked}");
    }
    assert!(written > 40 && refused < 20, "{written} written, {refused} refused");
}

#[test]
fn repeated_values_are_found_and_refused_as_a_step() {
    let table = plain(&mut Dice(3), 90);
    let frame = frame(&table);
    for column in ["word", "whole", "day", "flag"] {
        let filter = Filter::of(column, Test::Repeated);
        for filter in [filter.clone(), filter.inverted()] {
            let filters = [filter];
            let found = facet::select(&frame.clone().lazy(), frame.schema(), &filters, &Arc::default()).unwrap();
            let wanted: Vec<u64> = (0..90).filter(|row| brute(&table, &filters, *row)).map(|row| row as u64).collect();
            assert_eq!(found.rows(0, 90), wanted, "{column}");
            assert_eq!(facet::steps(&filters, frame.schema()).unwrap_err().kind, ErrorKind::Condition);
        }
    }
}

#[test]
fn plots_count_the_rows_that_pass() {
    let mut dice = Dice(5);
    let cancel: Arc<AtomicBool> = Arc::default();
    for round in 0..12 {
        let table = plain(&mut dice, if round == 0 { 0 } else { 120 });
        let frame = frame(&table);
        let filters = random_filters(&mut dice);
        let bounds = vec![-5.0, 0.0, 3.0, 13.0];
        let values: Vec<String> = ["EU", "", "nothing"].map(String::from).to_vec();
        let plots = [
            ("whole".to_owned(), Plot::Ranges(bounds.clone())),
            ("real".to_owned(), Plot::Ranges(bounds.clone())),
            ("day".to_owned(), Plot::Ranges(bounds.clone())),
            ("word".to_owned(), Plot::Values(values.clone())),
            ("flag".to_owned(), Plot::Values(vec!["true".into(), "false".into()])),
        ];
        for linked in [false, true] {
            let found =
                facet::fronts(&frame.clone().lazy(), frame.schema(), &plots, &filters, linked, &cancel).unwrap();
            for ((column, plot), front) in plots.iter().zip(&found) {
                let counted: Vec<Filter> = filters.iter().filter(|f| !linked || f.column != *column).cloned().collect();
                let rows: Vec<usize> = (0..table.word.len()).filter(|row| brute(&table, &counted, *row)).collect();
                let bars: Vec<Test> = match plot {
                    Plot::Ranges(bounds) => (0..3)
                        .map(|at| Test::Range { low: Some(bounds[at]), high: Some(bounds[at + 1]), closed: at == 2 })
                        .collect(),
                    Plot::Values(values) => values.iter().map(|v| Test::Among(vec![v.clone()])).collect(),
                };
                let count = |test: &Test| rows.iter().filter(|row| passes(&table, column, **row, test)).count() as u64;
                let wanted: Vec<u64> = bars.iter().map(count).collect();
                assert_eq!(front.counts, wanted, "{column} {filters:?}");
                assert_eq!(front.missing, count(&Test::Missing));
                assert_eq!(front.others, rows.len() as u64 - front.missing - wanted.iter().sum::<u64>());
            }
        }
    }
}

#[test]
fn values_are_listed_with_the_rows_that_pass_the_other_filters() {
    let mut dice = Dice(21);
    let cancel: Arc<AtomicBool> = Arc::default();
    for round in 0..12 {
        let table = plain(&mut dice, if round == 0 { 0 } else { 100 });
        let frame = frame(&table);
        let filters = random_filters(&mut dice);
        let others: Vec<Filter> = filters.iter().filter(|filter| filter.column != "word").cloned().collect();
        for (by, of) in [
            (By::Values, (|word| word) as fn(String) -> String),
            (By::Patterns, |word| pattern_of(&word)),
            (By::Lengths, |word| word.chars().count().to_string()),
        ] {
            let listing = Listing { column: "word".into(), by, search: String::new(), by_name: false, most: 100 };
            let found = facet::values(&frame.clone().lazy(), frame.schema(), &listing, &filters, &cancel).unwrap();
            let mut wanted: BTreeMap<String, (u64, u64)> = BTreeMap::new();
            for (row, word) in table.word.iter().enumerate() {
                let Some(word) = word else { continue };
                let entry = wanted.entry(of((*word).to_owned())).or_default();
                entry.0 += 1;
                entry.1 += u64::from(brute(&table, &others, row));
            }
            let got: BTreeMap<String, (u64, u64)> =
                found.list.iter().map(|one| (one.text.clone(), (one.all, one.passing))).collect();
            assert_eq!(got, wanted, "{by:?} {filters:?}");
            assert_eq!((found.found, found.distinct), (wanted.len() as u64, wanted.len() as u64));
            assert!(found.list.windows(2).all(|two| two[0].passing >= two[1].passing), "most frequent first");
            assert_eq!(found.missing.0, table.word.iter().filter(|word| word.is_none()).count() as u64);
        }
        let listing =
            Listing { column: "word".into(), search: "e".into(), by_name: true, most: 2, ..Listing::default() };
        let found = facet::values(&frame.clone().lazy(), frame.schema(), &listing, &[], &cancel).unwrap();
        if round > 0 {
            let texts: Vec<&str> = found.list.iter().map(|one| one.text.as_str()).collect();
            assert_eq!(
                (texts, found.found),
                (vec!["EU", "eu"], 4),
                "capitals do not matter; the rest is told by its count"
            );
        }
    }
}

#[test]
fn several_ranges_become_one_step_and_so_does_text_that_does_not_fit() {
    let table = plain(&mut Dice(8), 130);
    let frame = frame(&table);
    let range = |low, high| Test::Range { low: Some(low), high: Some(high), closed: false };
    let ranges = Filter {
        column: "whole".into(),
        tests: vec![range(8.0, 10.0), range(-2.0, 1.0), range(0.0, 3.0), range(5.0, 5.0)],
        inverted: false,
    };
    let unfit = Filter::of("word", Test::Invalid("number".into()));
    for filter in [ranges, unfit] {
        let filters = [filter];
        let steps = facet::steps(&filters, frame.schema()).unwrap();
        assert_eq!(steps.len(), 1, "{steps:?}");
        let plan =
            compile(&steps, frame.clone().lazy(), &Environment::at(chrono::DateTime::UNIX_EPOCH), &mut LiveFacts, None);
        let left = collect(plan.unwrap().frame).unwrap();
        let wanted: Vec<u64> = (0..130).filter(|row| brute(&table, &filters, *row)).map(|row| row as u64).collect();
        let picked = facet::page(&frame.clone().lazy(), &wanted, &[], &Arc::default()).unwrap();
        assert!(left.equals_missing(&picked) && !wanted.is_empty(), "{filters:?}");
    }
}

#[test]
fn filters_are_told_in_plain_words() {
    let range = |low, high, closed| Test::Range { low, high, closed };
    for (test, dtype, words) in [
        (Test::Among(vec!["EU".into(), String::new()]), DataType::String, "is EU or “”"),
        (Test::Among("a b c d".split(' ').map(String::from).collect()), DataType::String, "is a or b or 2 others"),
        (range(Some(2.0), Some(5.0), false), DataType::Int64, "2 – 4"),
        (range(Some(2.0), Some(3.0), false), DataType::Int64, "2"),
        (range(Some(2.0), Some(3.0), true), DataType::Int64, "2 – 3"),
        (range(Some(0.1), Some(0.300_000_000_000_000_04), false), DataType::Float64, "0.1 – below 0.3"),
        (range(Some(-5.0), None, false), DataType::Float64, "at least -5"),
        (range(Some(0.0), Some(31.0), false), DataType::Date, "1970-01-01 – 1970-01-31"),
        (range(None, Some(86_400e6), true), DataType::Datetime(TimeUnit::Microseconds, None), "at most 1970-01-02"),
        (Test::Missing, DataType::String, "is missing"),
    ] {
        assert_eq!(Filter::of("x", test).words(&dtype), words);
    }
    assert_eq!(Filter::of("x", Test::Missing).inverted().words(&DataType::String), "has a value");
    assert_eq!(facet::bound_of(" 1970-02-01 ", &DataType::Date), Some(31.0));
    assert_eq!(facet::bound_of("-2.5", &DataType::Float64), Some(-2.5));
    assert_eq!(facet::bound_of("soon", &DataType::Date), None);
}

#[test]
fn a_view_sort_yields_row_numbers_missing_ones_last_and_ties_in_table_order() {
    let table = plain(&mut Dice(8), 200);
    let frame = frame(&table);
    let lazy = frame.clone().lazy();
    let key = |column: &str, descending| SortKey { column: column.into(), descending };
    let all =
        facet::sort(&lazy, frame.schema(), &[key("whole", true), key("word", false)], None, &Arc::default()).unwrap();
    let mut wanted: Vec<u64> = (0..200).collect();
    wanted.sort_by_key(|row| {
        let row = usize::try_from(*row).unwrap();
        let whole = table.whole[row].map_or((true, 0), |n| (false, -n));
        let word = table.word[row].map_or((true, ""), |w| (false, w));
        (whole, word, row)
    });
    assert_eq!(all.rows(0, 500), wanted);
    assert_eq!(all.rows(190, 500), wanted[190..]);
    let filters = [Filter::of("flag", Test::Among(vec!["true".into()]))];
    let some = facet::select(&lazy, frame.schema(), &filters, &Arc::default()).unwrap();
    let sorted =
        facet::sort(&lazy, frame.schema(), &[key("whole", true), key("word", false)], Some(&some), &Arc::default())
            .unwrap();
    let picked: Vec<u64> = wanted.iter().copied().filter(|row| some.contains(*row)).collect();
    assert_eq!(sorted.rows(0, 500), picked);
    assert_eq!(sorted.len(), some.len());
    let page = facet::page(&lazy, &sorted.rows(3, 5), &["whole".into()], &Arc::default()).unwrap();
    let found: Vec<Option<i64>> = page.column("whole").unwrap().i64().unwrap().iter().collect();
    let cells: Vec<Option<i64>> = picked[3..8].iter().map(|row| table.whole[usize::try_from(*row).unwrap()]).collect();
    assert_eq!(found, cells, "in the order of the sort");
}

#[test]
fn finding_counts_and_walks_round() {
    let table = plain(&mut Dice(21), 130);
    let frame = frame(&table);
    let lazy = frame.clone().lazy();
    let search = Search { text: "2".into(), ..Search::default() };
    let found = facet::find(&lazy, frame.schema(), &search, &Arc::default()).unwrap();
    let mut wanted: Vec<(u64, String)> = Vec::new();
    for row in 0..130 {
        let cells = [
            table.word[row].map(str::to_owned),
            table.whole[row].map(|n| n.to_string()),
            table.real[row].map(|x| x.to_string()),
            table.day[row].map(day_text),
            table.flag[row].map(|f| f.to_string()),
        ];
        for (cell, column) in cells.iter().zip(COLUMNS) {
            if cell.as_ref().is_some_and(|cell| cell.contains('2')) {
                wanted.push((row as u64, (*column).to_owned()));
            }
        }
    }
    assert_eq!(found.cells, wanted.len() as u64);
    let place = |at: &(u64, String)| (at.0, COLUMNS.iter().position(|c| *c == at.1).unwrap());
    for at in [0, 1, wanted.len() / 2, wanted.len() - 1] {
        let next = found.next(&lazy, place(&wanted[at]), &Arc::default()).unwrap();
        assert_eq!(next.as_ref(), Some(&wanted[(at + 1) % wanted.len()]));
        let previous = found.previous(&lazy, place(&wanted[at]), &Arc::default()).unwrap();
        assert_eq!(previous.as_ref(), Some(&wanted[(at + wanted.len() - 1) % wanted.len()]));
    }
    let count = |search: Search| facet::find(&lazy, frame.schema(), &search, &Arc::default()).map(|found| found.cells);
    let words = |test: &dyn Fn(&str) -> bool| table.word.iter().flatten().filter(|word| test(word)).count() as u64;
    let base = Search { columns: vec!["word".into()], ..Search::default() };
    assert_eq!(count(Search { text: "EU".into(), ..base.clone() }).unwrap(), words(&|w| w.eq_ignore_ascii_case("eu")));
    assert_eq!(count(Search { text: "EU".into(), match_case: true, ..base.clone() }).unwrap(), words(&|w| w == "EU"));
    assert_eq!(count(Search { text: "12".into(), whole_cell: true, ..base.clone() }).unwrap(), words(&|w| w == "12"));
    assert_eq!(
        count(Search { text: "^\\w\\+".into(), pattern: true, ..base.clone() }).unwrap(),
        words(&|w| w == "a+b")
    );
    assert_eq!(count(Search { text: "a+".into(), ..base.clone() }).unwrap(), words(&|w| w == "a+b"));
    assert_eq!(count(Search { text: "(".into(), pattern: true, ..base }).unwrap_err().kind, ErrorKind::Parameter);
    let none =
        facet::find(&lazy, frame.schema(), &Search { text: "nowhere".into(), ..Search::default() }, &Arc::default())
            .unwrap();
    assert_eq!((none.cells, none.next(&lazy, (0, 0), &Arc::default()).unwrap()), (0, None));
}

#[test]
fn a_selection_finds_rows_both_ways() {
    let mut dice = Dice(2);
    for rows in [0usize, 1, 64, 4096, 4097, 9000] {
        for of in [1, 2, 50, 5000] {
            let flags: Vec<bool> = (0..rows).map(|_| dice.below(of) == 0).collect();
            let found = Selection::from_flags(flags.iter().copied());
            let wanted: Vec<u64> = (0..rows).filter(|row| flags[*row]).map(|row| row as u64).collect();
            assert_eq!(found.len(), wanted.len() as u64);
            assert_eq!(found.flags().collect::<Vec<_>>(), flags);
            for (n, row) in wanted.iter().enumerate() {
                assert_eq!((found.row(n as u64), found.rank(*row)), (Some(*row), n as u64));
            }
            assert_eq!(found.row(wanted.len() as u64), None);
            for row in [0, 1, 63, 64, 4095, 4096, 8999, 20_000] {
                assert_eq!(found.next(row), wanted.iter().copied().find(|w| *w >= row));
                assert_eq!(found.previous(row), wanted.iter().copied().rfind(|w| *w < row));
                assert_eq!(found.contains(row), wanted.contains(&row));
            }
            assert_eq!(found.and(&found), found);
        }
    }
}

#[test]
fn what_cannot_be_asked_is_said_and_what_is_cancelled_stops() {
    let table = plain(&mut Dice(4), 10);
    let frame = frame(&table);
    let lazy = frame.clone().lazy();
    let ask = |column: &str, test: Test| {
        facet::select(&lazy, frame.schema(), &[Filter::of(column, test)], &Arc::default()).map(|found| found.len())
    };
    assert_eq!(ask("wrod", Test::Missing).unwrap_err().kind, ErrorKind::Column);
    assert_eq!(ask("whole", Test::Blank).unwrap_err().kind, ErrorKind::Type);
    assert_eq!(
        ask("word", Test::Range { low: Some(1.0), high: None, closed: false }).unwrap_err().kind,
        ErrorKind::Type
    );
    assert_eq!(ask("whole", Test::Among(vec!["no number".into()])).unwrap(), 0);
    let raised = Arc::new(AtomicBool::new(true));
    assert_eq!(facet::select(&lazy, frame.schema(), &[], &raised).unwrap_err().kind, ErrorKind::Cancelled);
    assert_eq!(facet::sort(&lazy, frame.schema(), &[], None, &raised).unwrap_err().kind, ErrorKind::Cancelled);
    let found = facet::find(&lazy, frame.schema(), &Search::default(), &raised);
    assert_eq!(found.unwrap_err().kind, ErrorKind::Cancelled);
    let all = facet::select(&lazy, frame.schema(), &[], &Arc::default()).unwrap();
    assert_eq!(all.len(), 10, "without a filter every row passes");
}

#[test]
fn moments_are_filtered_by_their_units() {
    let micros = |day: i64| day * 86_400_000_000;
    let at = Series::new("at".into(), [Some(micros(0)), Some(micros(1) + 5), Some(micros(2)), None]);
    let at = at.cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap();
    let frame = DataFrame::new(4, vec![at.into()]).unwrap();
    let filters =
        [Filter::of("at", Test::Range { low: Some(micros(1) as f64), high: Some(micros(2) as f64), closed: false })];
    let found = facet::select(&frame.clone().lazy(), frame.schema(), &filters, &Arc::default()).unwrap();
    assert_eq!(found.rows(0, 9), [1]);
    let steps = facet::steps(&filters, frame.schema()).unwrap();
    let env = Environment::at(chrono::DateTime::UNIX_EPOCH);
    let plan = compile(&steps, frame.lazy(), &env, &mut LiveFacts, None).unwrap();
    assert!(plan.problems.is_empty(), "{:?}", plan.problems);
    assert_eq!(collect(plan.frame.select([col("at")])).unwrap().height(), 1);
}
