//! Facts found in several passes over the rows are those that one query finds which holds all of them.

use crate::operations::{environment, read_table};
use crate::random::dice::Dice;
use brewhouse_engine::Result;
use brewhouse_engine::op::{self, facts::Reach};
use brewhouse_engine::plan::{FactsSource, Find, compile};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::run::{LiveFacts, collect};
use polars::prelude::{
    AnyValue, Categories, DataFrame, DataType, Engine, Int128Chunked, IntoColumn as _, IntoLazy as _, IntoSeries as _,
    NamedFrom as _, NewChunkedArray as _, Series,
};

/// Holds next to nothing while it looks.
struct Sparing {
    engine: Engine,
    rows: u32,
    values: u64,
    asked: usize,
}

impl FactsSource for Sparing {
    fn reach(&self) -> Reach {
        Reach { rows: self.rows, values: self.values }
    }

    fn facts(&mut self, _: usize, find: Find<'_>) -> Result<Option<DataFrame>> {
        find(&mut |query| {
            self.asked += 1;
            Ok(query.collect_with_engine(self.engine)?.unwrap_single())
        })
        .map(Some)
    }
}

/// What a step makes of a table, and in how many queries its facts were found; or what is wrong with it.
fn run(step: &Step, before: &DataFrame, facts: &mut dyn FactsSource) -> std::result::Result<DataFrame, String> {
    let steps = std::slice::from_ref(step);
    let compiled = compile(steps, before.clone().lazy(), &environment(), facts, None).map_err(|e| e.to_string())?;
    match compiled.problems.first() {
        None => collect(compiled.frame).map_err(|e| e.to_string()),
        Some(problem) => Err(problem.message.clone()),
    }
}

fn same(step: &Step, before: &DataFrame, engine: Engine, values: u64) {
    let at_once = run(step, before, &mut LiveFacts);
    let mut sparing = Sparing { engine, rows: 0, values, asked: 0 };
    let in_passes = run(step, before, &mut sparing);
    match (&at_once, &in_passes) {
        (Ok(once), Ok(passes)) => {
            let alike = if takes_means(step) { close(once, passes) } else { once.equals_missing(passes) };
            assert!(alike, "{step:?}\nonce {once:?}\nin passes {passes:?}\nof {before:?}");
        }
        (once, passes) => panic!("once {once:?}\nin passes {passes:?}\n{step:?}\n{before:?}"),
    }
}

/// Whether a step takes means, which depend on the order of addition where numbers are huge.
fn takes_means(step: &Step) -> bool {
    let words = ["Z_SCORE", "REPLACE_WITH_AVERAGE"];
    let figures = ["avg", "sum", "dev", "variance", "error", "skew", "kurt"];
    let said = |text: &str| words.contains(&text) || figures.iter().any(|figure| text.contains(&format!("\"{figure}")));
    let averages = |text: &str| step.operation().ends_with("_MODE") && text == "AVERAGE";
    step.operation().ends_with("Z_SCORE") || step.params().iter().any(|(_, text)| said(text) || averages(text))
}

fn close(once: &DataFrame, passes: &DataFrame) -> bool {
    let numbers = |frame: &DataFrame| -> Vec<Option<f64>> {
        frame
            .columns()
            .iter()
            .flat_map(|column| (0..column.len()).map(|row| column.get(row).unwrap().extract()))
            .collect()
    };
    let near = |(a, b): (&Option<f64>, &Option<f64>)| match (a, b) {
        (Some(a), Some(b)) => {
            a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-12 * a.abs().max(1e-3)
        }
        (a, b) => a == b,
    };
    let (once, passes) = (numbers(once), numbers(passes));
    once.len() == passes.len() && once.iter().zip(&passes).all(near)
}

#[test]
fn every_example_is_the_same_in_passes() {
    for op in op::all() {
        for example in op.examples {
            same(&example.step(op.name), &read_table(example.before), Engine::Streaming, 1);
        }
    }
}

fn step(operation: &str, params: &[(&str, &str)]) -> Step {
    let mut step = Step::new(operation);
    step.set_param("sourceColumn", Some("n".into()));
    for (name, value) in params {
        step.set_param(name, Some((*value).to_owned()));
    }
    step
}

/// The steps that need ranks or spreads, in all their ways.
fn steps() -> Vec<Step> {
    let mut steps = vec![
        step("FILL_WITH_MEDIAN", &[]),
        step("FILL_WITH_MEDIAN", &[]).when("LESS_THAN", Some("0"), "n"),
        step("REPLACE_WITH_MEDIAN", &[("columnDataType", "number")]),
        step("REPLACE_WITH_MEDIAN", &[("columnDataType", "number")]).when("GREATER_THAN", Some("5"), "n"),
        step("NORMALIZATION", &[("strategy", "Z_SCORE"), ("targetColumn", "y")]),
    ];
    for (strategy, threshold) in [("IQR", "1.5"), ("MODIFIED_Z_SCORE", "2"), ("Z_SCORE", "1")] {
        let rule = [("outlierStrategy", strategy), ("threshold", threshold)];
        let with = |operation: &str, more: &[(&str, &str)]| step(operation, &[rule.as_slice(), more].concat());
        let flag = [("targetColumn", "y"), ("trueString", "Yes"), ("falseString", "No")];
        let percentiles = [("trimValue", "TRUE"), ("minValue", "12.5"), ("maxValue", "91")];
        steps.push(with("FLAG_OUTLIERS", &flag));
        steps.push(with("FLAG_OUTLIERS", &flag).when("GREATER_THAN", Some("-1"), "n"));
        steps.push(with("REMOVE_OUTLIERS", &[[("removeType", "CLEAR")].as_slice(), &percentiles].concat()));
        steps.push(with("REMOVE_OUTLIERS", &[("removeType", "DELETE_ROWS")]));
        steps.push(with("RESCALE_OUTLIERS_WITH_Z_SCORE", &[("targetColumn", "y")]));
        steps.push(with("RESCALE_OUTLIERS_WITH_SKEW", &[("targetColumn", "y"), ("skewFunction", "SQUARE")]));
        for how in ["MEDIAN", "AVERAGE", "MAX", "MODE"] {
            let how = format!("REPLACE_WITH_{how}");
            steps.push(with("REPLACE_OUTLIERS", &[("replaceType", how.as_str())]));
            steps.push(with("REPLACE_OUTLIERS", &[[("replaceType", how.as_str())].as_slice(), &percentiles].concat()));
        }
        steps
            .push(with("REPLACE_OUTLIERS", &[[("replaceType", "WINSORIZE_VALUES")].as_slice(), &percentiles].concat()));
    }
    steps
}

/// A column of a kind: many ties, few values, a wide range, or none at all.
fn column(dice: &mut Dice, kind: usize, rows: usize) -> Series {
    let spread = *dice.one(&[3_i64, 50, 100_000, i64::MAX]);
    let missing = *dice.one(&[0, 0, 20, 100]);
    let whole = |dice: &mut Dice| (!dice.percent(missing)).then(|| (dice.next().cast_signed() >> 1) % spread);
    let wholes: Vec<Option<i64>> = (0..rows).map(|_| whole(dice)).collect();
    #[allow(clippy::cast_precision_loss, reason = "any numbers will do")]
    let decimals = |scale: f64| wholes.iter().map(|n| n.map(|n| n as f64 * scale)).collect::<Vec<_>>();
    match kind {
        0 => Series::new("n".into(), wholes),
        1 => Series::new("n".into(), wholes.iter().map(|n| n.map(|n| n % 100)).collect::<Vec<_>>())
            .cast(&DataType::Int8)
            .unwrap(),
        2 => Series::new("n".into(), wholes.iter().map(|n| n.map(i64::unsigned_abs)).collect::<Vec<_>>()),
        3 => {
            let scale = *dice.one(&[1e-3, 0.1, 1e290, 5e-324]);
            let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.0, f64::MIN_POSITIVE];
            let cells = decimals(scale).into_iter().map(|n| if dice.percent(10) { Some(*dice.one(&odd)) } else { n });
            Series::new("n".into(), cells.collect::<Vec<_>>())
        }
        4 => Series::new("n".into(), decimals(0.5)).cast(&DataType::Float32).unwrap(),
        5 => {
            // Beyond what a floating number tells apart.
            let far = *dice.one(&[0, 10_i128.pow(36)]);
            let units = wholes.iter().map(|n| n.map(|n| far + i128::from(n)));
            Int128Chunked::from_iter_options("n".into(), units).into_decimal_unchecked(38, 4).into_series()
        }
        _ => {
            let text = |n: &Option<i64>| n.map(|n| if n % 7 == 3 { "many".to_owned() } else { format!(" {n}.50 ") });
            Series::new("n".into(), wholes.iter().map(text).collect::<Vec<_>>())
        }
    }
}

#[test]
fn ranks_and_spreads_are_the_same_in_passes() {
    let mut dice = Dice::new(11);
    let steps = steps();
    for turn in 0..84 {
        let rows = *dice.one(&[0, 1, 2, 3, 10, 300]);
        let column = column(&mut dice, turn % 7, rows);
        let before = DataFrame::new(rows, vec![column.into_column()]).unwrap();
        let engine = if turn % 2 == 0 { Engine::Streaming } else { Engine::InMemory };
        let values = *dice.one(&[0, 1, 20]);
        for _ in 0..2 {
            // Text is read as numbers by one operation alone.
            let step = if turn % 7 == 6 { &steps[2] } else { dice.one(&steps) };
            // The other engine cannot count decimals that are money.
            let engine = if turn % 7 == 5 { Engine::Streaming } else { engine };
            same(step, &before, engine, values);
        }
    }
}

#[test]
fn few_rows_are_asked_once() {
    let before = read_table("n:whole\n1003\n1001\n∅\n1002");
    let fill = step("FILL_WITH_MEDIAN", &[]);
    for (rows, asked) in [(4, 2), (3, 3)] {
        let mut facts = Sparing { engine: Engine::Streaming, rows, values: 10, asked: 0 };
        let after = run(&fill, &before, &mut facts).unwrap();
        assert_eq!(after.column("n").unwrap().get(2).unwrap(), AnyValue::Int64(1002));
        assert_eq!(facts.asked, asked, "{rows} rows at once");
    }
}

#[test]
fn numbers_that_floating_ones_do_not_tell_apart_are_divided_again() {
    let first = 10_i128.pow(36);
    let units = (0..299).map(|n| Some(first + n)).chain([Some(first + 10_i128.pow(25)), None]);
    let money = Int128Chunked::from_iter_options("n".into(), units).into_decimal_unchecked(38, 4).into_series();
    let before = DataFrame::new(301, vec![money.into_column()]).unwrap();
    let mut facts = Sparing { engine: Engine::Streaming, rows: 300, values: 2, asked: 0 };
    let after = run(&step("FILL_WITH_MEDIAN", &[]), &before, &mut facts).unwrap();
    // Between the units 149 and 150, rounded away from zero.
    assert_eq!(after.column("n").unwrap().get(300).unwrap(), AnyValue::Decimal(first + 150, 38, 4));
    assert_eq!(facts.asked, 4, "the first rows, by size, and divided twice");
}

/// The aggregates that an expression names, of columns of any type and of numbers.
const OF_ANY: &[&str] = &["count(`n`)", "count(distinct `n`)", "min(`n`)", "max(`n`)"];
const OF_NUMBERS: &[&str] = &[
    "median(`n`)",
    "product(`n`)",
    "sum(`n`)",
    "avg(`n`)",
    "stddev(`n`)",
    "variance(`n`)",
    "standard_error_of_mean(`n`)",
    "mean_absolute_deviation(`n`)",
    "skewness(`n`)",
    "kurtosis(`n`)",
];

/// A column that holds an aggregate.
fn named(aggregate: &str) -> Step {
    let with = format!(r#"[{{"name":"f","value":"{aggregate}","type":"aggregate"}}]"#);
    let params = [("valueExpression", "`:f`"), ("withExpressions", with.as_str()), ("targetColumn", "y")];
    params.iter().fold(Step::new("FORMULA"), |step, (name, value)| step.with(name, *value))
}

/// Values that are no numbers: texts, dates, times, true and false, and nothing at all.
fn others(dice: &mut Dice, rows: usize) -> Vec<Series> {
    let few = *dice.one(&[2_i32, 40, 100_000]);
    let numbers: Vec<Option<i32>> = (0..rows)
        .map(|_| (!dice.percent(20)).then(|| i32::try_from(dice.next() >> 40).unwrap() % few - few / 2))
        .collect();
    let numbers = Series::new("n".into(), numbers);
    let texts = numbers.cast(&DataType::String).unwrap();
    let texts = texts.str().unwrap().iter().map(|text| text.map(|text| format!("{text}é").replace("1é", "")));
    let texts = Series::new("n".into(), texts.collect::<Vec<_>>());
    let moments = DataType::Datetime(polars::prelude::TimeUnit::Milliseconds, None);
    vec![
        texts,
        numbers.cast(&DataType::Date).unwrap(),
        numbers.cast(&DataType::Int64).unwrap().cast(&moments).unwrap(),
        numbers.cast(&DataType::Boolean).unwrap(),
        Series::new_null("n".into(), rows).cast(&DataType::String).unwrap(),
    ]
}

#[test]
fn the_figures_that_expressions_name_are_the_same_in_passes() {
    let mut dice = Dice::new(23);
    for turn in 0..30 {
        let rows = *dice.one(&[0, 1, 2, 3, 10, 120]);
        let values = *dice.one(&[0, 2, 20]);
        let column = column(&mut dice, turn % 6, rows);
        let before = DataFrame::new(rows, vec![column.into_column()]).unwrap();
        for aggregate in [*dice.one(OF_ANY), *dice.one(OF_NUMBERS), OF_NUMBERS[turn % OF_NUMBERS.len()]] {
            same(&named(aggregate), &before, Engine::Streaming, values);
        }
        for column in others(&mut dice, rows.min(30)) {
            let before = DataFrame::new(column.len(), vec![column.into_column()]).unwrap();
            let aggregate: &&str = dice.one(OF_ANY);
            same(&named(aggregate), &before, Engine::Streaming, values);
            same(&named(OF_ANY[1]), &before, Engine::Streaming, values);
        }
    }
}

#[test]
fn the_most_frequent_values_are_the_same_in_passes() {
    let mut dice = Dice::new(31);
    for turn in 0..28 {
        let rows = *dice.one(&[0, 1, 3, 10, 120]);
        let values = *dice.one(&[0, 2, 20]);
        let numbers = column(&mut dice, turn % 7, rows);
        let before = DataFrame::new(rows, vec![numbers.into_column()]).unwrap();
        let tie = *dice.one(&["MINIMUM", "MAXIMUM", "AVERAGE", "NONE"]);
        let number = [("columnDataType", "number"), ("modeType", tie)];
        same(&step("REPLACE_WITH_MODE", &number).when("IS_MISSING", None, "n"), &before, Engine::Streaming, values);
        same(&step("REPLACE_WITH_MOST_FREQUENT", &number[..1]), &before, Engine::Streaming, values);
        if turn % 7 < 6 {
            same(&step("FILL_WITH_MODE", &number[1..]), &before, Engine::Streaming, values);
        }
        for column in others(&mut dice, rows.min(30)) {
            let before = DataFrame::new(column.len(), vec![column.into_column()]).unwrap();
            same(&step("FILL_WITH_MOST_FREQUENT", &[]), &before, Engine::Streaming, values);
        }
    }
}

/// A column of whole numbers.
fn wholes(cells: impl IntoIterator<Item = Option<i64>>) -> DataFrame {
    let cells = Series::new("n".into(), cells.into_iter().collect::<Vec<_>>());
    DataFrame::new(cells.len(), vec![cells.into_column()]).unwrap()
}

/// An aggregate of rows of which only few are held at once, and how often the rows were asked.
fn figure(aggregate: &str, before: &DataFrame, values: u64) -> (AnyValue<'static>, usize) {
    let mut facts = Sparing { engine: Engine::Streaming, rows: 0, values, asked: 0 };
    let after = run(&named(aggregate), before, &mut facts).unwrap();
    (after.column("y").unwrap().get(0).unwrap().into_static(), facts.asked)
}

#[test]
fn many_different_values_are_counted_in_parts() {
    let before = wholes((0..3000).map(|n| (n % 10 != 9).then_some(n / 2)));
    // Of 1500 halves those of 0 to 9 that are left; each half is there at least once.
    let (count, asked) = figure("count(distinct `n`)", &before, 50);
    assert_eq!(count, AnyValue::Int64(1500));
    // The first rows, and parts of at most 400 values.
    assert!((5..=9).contains(&asked), "{asked}");
    let few = wholes((0..3000).map(|n| Some(n % 7)));
    assert_eq!(figure("count(distinct `n`)", &few, 50), (AnyValue::Int64(7), 2));
}

/// Rows that come in many batches: 2,952 different values, of which two are more frequent than the others, and gaps.
fn many_rows() -> Vec<Series> {
    let numbers: Vec<Option<i64>> = (0..80_000_i64)
        .map(|row| match row % 3_000 {
            0..20 => Some(if row % 2 == 0 { 2_001 } else { -1_999 }),
            20..50 => None,
            _ => Some(row.wrapping_mul(7_919) % 3_000 - 1_500),
        })
        .collect();
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    let decimal = |number: i64| match number {
        -10 => f64::NAN,
        -5 => -0.0,
        number => number as f64 / 8.0,
    };
    let short = |number: i64| format!("{number}");
    let long = |number: i64| format!("{number:09} in a text that lies apart, é");
    let texts = |text: &dyn Fn(i64) -> String| {
        Series::new("n".into(), numbers.iter().map(|number| number.map(text)).collect::<Vec<_>>())
    };
    let wholes = Series::new("n".into(), &numbers);
    let money = numbers.iter().map(|number| number.map(|number| i128::from(number) * 10_i128.pow(30) + 7));
    vec![
        Series::new("n".into(), numbers.iter().map(|number| number.map(decimal)).collect::<Vec<_>>()),
        Int128Chunked::from_iter_options("n".into(), money).into_decimal_unchecked(38, 4).into_series(),
        wholes.cast(&DataType::Date).unwrap(),
        texts(&short),
        texts(&short).cast(&DataType::from_categories(Categories::global())).unwrap(),
        texts(&long),
        wholes,
    ]
}

#[test]
fn values_of_many_batches_are_the_same_in_passes() {
    for column in many_rows() {
        let before = DataFrame::new(column.len(), vec![column.into_column()]).unwrap();
        // In several parts, and in one.
        for values in [100, 1 << 19] {
            same(&step("FILL_WITH_MOST_FREQUENT", &[]), &before, Engine::Streaming, values);
            same(&named("count(distinct `n`)"), &before, Engine::Streaming, values);
        }
    }
}

#[test]
fn the_two_most_frequent_of_many_batches_are_a_tie() {
    let before = many_rows().pop().unwrap();
    let before = DataFrame::new(before.len(), vec![before.into_column()]).unwrap();
    for (tie, wanted) in [("MINIMUM", Some(-1_999)), ("MAXIMUM", Some(2_001)), ("AVERAGE", Some(1)), ("NONE", None)] {
        for values in [100, 1 << 19] {
            let mut facts = Sparing { engine: Engine::Streaming, rows: 0, values, asked: 0 };
            let after = run(&step("FILL_WITH_MODE", &[("modeType", tie)]), &before, &mut facts).unwrap();
            assert_eq!(after.column("n").unwrap().i64().unwrap().get(20), wanted, "{tie}, {values} values at once");
        }
    }
}

#[test]
fn a_product_neither_overflows_nor_vanishes_on_the_way() {
    let decimals = |cells: &[f64]| {
        let cells = Series::new("n".into(), cells);
        DataFrame::new(cells.len(), vec![cells.into_column()]).unwrap()
    };
    let product = |before: &DataFrame| figure("product(`n`)", before, 10).0;
    assert_eq!(product(&decimals(&[1e300, -1e300, 1e-300, 1e-300])), AnyValue::Float64(-1.000_000_000_000_000_2));
    assert_eq!(product(&decimals(&[5e-324, 2.0, f64::INFINITY])), AnyValue::Float64(1e-323));
    assert_eq!(product(&decimals(&[1e200, 1e200])), AnyValue::Float64(f64::INFINITY));
    assert_eq!(product(&decimals(&[3.5, 0.0, -2.0])), AnyValue::Float64(0.0));
    // 25! in the nearest floating number.
    let factorial: Vec<Option<i64>> = (1..=25).map(Some).collect();
    assert_eq!(product(&wholes(factorial)), AnyValue::Float64(15_511_210_043_330_985_984_000_000.0));
}

#[test]
fn a_median_of_zeros_has_no_sign_whichever_comes_first() {
    for cells in [[Some(-0.0), Some(0.0), Some(-0.0), None], [Some(0.0), Some(-0.0), Some(-0.0), None]] {
        let before = DataFrame::new(4, vec![Series::new("n".into(), cells).into_column()]).unwrap();
        for (rows, values) in [(4, 10), (2, 1)] {
            let mut facts = Sparing { engine: Engine::Streaming, rows, values, asked: 0 };
            let after = run(&step("FILL_WITH_MEDIAN", &[]), &before, &mut facts).unwrap();
            let filled = after.column("n").unwrap().f64().unwrap().get(3).unwrap();
            assert_eq!(filled.to_bits(), 0.0_f64.to_bits(), "{cells:?}, {rows} rows at once");
        }
    }
}
