//! The header cards of a sheet, and what a click on one of their pieces asks for.

use super::Scene;
use crate::action::Action;
use crate::model::Model;
use crate::model::sheet::{self, Chart, ColumnMark, Facts, Sheet};
use crate::widget::card::{Bars, BeforeView, ChartView, FrontView, Head, HeadMark, Part};
use crate::widget::grid::{How, Touch};
use crate::widget::{grouped, icon, percent, region};
use brewhouse_engine::facet::{Filter, Test};
use brewhouse_engine::types::TypeClass;
use std::borrow::Cow;

impl Bars for Vec<sheet::Bar> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn words(&self, at: usize) -> &str {
        self.get(at).map(|bar| bar.words.as_str()).unwrap_or_default()
    }

    fn count(&self, at: usize) -> u64 {
        self.get(at).map(|bar| bar.count).unwrap_or_default()
    }
}

impl Bars for Vec<(String, u64)> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn words(&self, at: usize) -> &str {
        self.get(at).map(|(text, _)| text.as_str()).unwrap_or_default()
    }

    fn count(&self, at: usize) -> u64 {
        self.get(at).map(|(_, count)| *count).unwrap_or_default()
    }
}

/// The card of a column.
pub(super) fn head<'a>(model: &'a Model, sheet: &'a Sheet, column: &'a sheet::Column, note: &'a str) -> Head<'a> {
    let facts = sheet.facts.get(&column.name);
    // Two points are compared on all rows, whatever the view is filtered by.
    let plain = model.compare.is_none();
    let filter = model.lens.filter(&column.name).filter(|_| plain);
    let front = model.fronts.of(&column.name).filter(|_| model.draft.is_none() && !model.lens.filters.is_empty());
    let before = sheet.before.get(&column.name);
    Head {
        name: &column.name,
        icon: icon::of_class(column.class),
        words: column.class.words(),
        class: Some(column.class),
        mark: match column.mark {
            ColumnMark::Same => HeadMark::Same,
            ColumnMark::Added => HeadMark::Added,
            ColumnMark::Changed => HeadMark::Changed,
            ColumnMark::Gone => HeadMark::Gone,
        },
        quality: facts.map(|facts| quality(facts)),
        chart: facts.map_or(ChartView::None, |facts| chart(facts)),
        front: front.filter(|_| plain).map(|(front, old)| FrontView { counts: &front.counts, old }),
        before: before.map(|before| BeforeView { quality: quality(&before.facts), counts: &before.counts }),
        chosen: facts.zip(filter).map(|(facts, filter)| chosen(&facts.chart, filter, column.class)).unwrap_or_default(),
        parts: filter.map(parts).unwrap_or_default(),
        filtered: filter.is_some(),
        sorted: model.lens.sorted(&column.name).filter(|_| plain),
        lines: match (facts, before) {
            (Some(facts), Some(before)) => both_lines(&before.facts, facts),
            (Some(facts), None) => lines(facts, column.class),
            _ => <[String; 2]>::default(),
        },
        old: sheet.stale.contains(&column.name),
        note,
    }
}

/// Cells that fit, that do not, and that are missing.
fn quality(facts: &Facts) -> (u64, u64, u64) {
    (facts.rows.saturating_sub(facts.missing + facts.invalid), facts.invalid, facts.missing)
}

fn chart(facts: &Facts) -> ChartView<'_> {
    match &facts.chart {
        Chart::None => ChartView::None,
        Chart::Bars(bars) => ChartView::Bars(bars),
        Chart::Top(top) => ChartView::Top(top),
    }
}

/// The bars that a filter lets pass.
fn chosen(chart: &Chart, filter: &Filter, class: TypeClass) -> Vec<bool> {
    // The last value of a range of whole numbers or days reaches up to the next one.
    let whole = if matches!(class, TypeClass::Whole | TypeClass::Date) { 1.0 } else { 0.0 };
    let holds = |test: &dyn Fn(&Test) -> bool| filter.tests.iter().any(test) != filter.inverted;
    match chart {
        Chart::None => Vec::new(),
        Chart::Bars(bars) => bars
            .iter()
            .map(|bar| {
                holds(&|test| match test {
                    Test::Range { low, high, closed } => {
                        let more = if *closed { whole } else { 0.0 };
                        low.is_none_or(|low| low <= bar.low) && high.is_none_or(|high| bar.high <= high + more)
                    }
                    _ => false,
                })
            })
            .collect(),
        Chart::Top(top) => {
            let among = |test: &Test, value: &String| matches!(test, Test::Among(values) if values.contains(value));
            top.iter().map(|(value, _)| holds(&|test| among(test, value))).collect()
        }
    }
}

fn parts(filter: &Filter) -> Vec<Part> {
    let mut parts = Vec::new();
    for test in filter.tests.iter().filter(|_| !filter.inverted) {
        match test {
            Test::Missing => parts.push(Part::Missing),
            Test::Invalid(_) => parts.push(Part::Mismatched),
            _ => {}
        }
    }
    if filter.inverted && filter.tests.contains(&Test::Missing) {
        parts.push(Part::Valid);
    }
    parts
}

/// The two lines of facts of a card.
fn lines(facts: &Facts, class: TypeClass) -> [String; 2] {
    let missing = match facts.missing {
        0 => "0 ∅".to_owned(),
        some => format!("{} ∅ · {}", grouped(some), percent(some, facts.rows)),
    };
    let distinct = if facts.distinct == facts.rows && facts.rows > 1 {
        "all distinct".to_owned()
    } else {
        format!("{} distinct", grouped(facts.distinct))
    };
    let ends = facts.least.as_ref().zip(facts.most.as_ref());
    let range = ends.map(|(low, high)| {
        region::told(&format!("{} – {}", brief(low, class), brief(high, class)), class).into_owned()
    });
    let second = if facts.invalid > 0 { format!("{} invalid", grouped(facts.invalid)) } else { missing };
    match class {
        TypeClass::Text if facts.padded > 0 && facts.missing == 0 => {
            [distinct, format!("{} with blanks", grouped(facts.padded))]
        }
        TypeClass::Text | TypeClass::Boolean | TypeClass::List | TypeClass::Struct => [distinct, second],
        _ => [range.unwrap_or(distinct), second],
    }
}

/// The two lines of facts of a card that shows a column before and after.
fn both_lines(before: &Facts, after: &Facts) -> [String; 2] {
    let both = |before: u64, after: u64| {
        if before == after { grouped(after) } else { format!("{} → {}", grouped(before), grouped(after)) }
    };
    let second = if before.invalid > 0 || after.invalid > 0 {
        format!("{} invalid", both(before.invalid, after.invalid))
    } else {
        format!("{} ∅", both(before.missing, after.missing))
    };
    [format!("{} distinct", both(before.distinct, after.distinct)), second]
}

/// Numbers with a fraction that are longer are rounded.
const LONGEST: usize = 10;

/// A value of a range: the time of day is left out, and a long fraction rounded, with a sign that it is.
fn brief(text: &str, class: TypeClass) -> Cow<'_, str> {
    match class {
        TypeClass::DateTime => Cow::Borrowed(text.split([' ', 'T']).next().unwrap_or(text)),
        TypeClass::Decimal | TypeClass::Money if text.chars().count() > LONGEST => match text.parse::<f64>() {
            Ok(number) if number.is_finite() && number != 0.0 => Cow::Owned(rounded(number)),
            _ => Cow::Borrowed(text),
        },
        _ => Cow::Borrowed(text),
    }
}

/// A number in its first digits.
fn rounded(number: f64) -> String {
    match number.abs() {
        size if !(1e-3..1e15).contains(&size) => format!("≈{number:.3e}"),
        size if size >= 1000.0 => format!("≈{number:.0}"),
        size if size >= 1.0 => format!("≈{number:.2}"),
        _ => format!("≈{number:.5}"),
    }
}

/// Carries out what was done to a card.
pub(super) fn touched(scene: &mut Scene<'_>, sheet: &Sheet, touch: Touch) {
    let Some(column) = sheet.columns.get(touch.column()) else { return };
    let name = column.name.as_str();
    let before = scene.model.lens.filter(name);
    match touch {
        Touch::Sort { beside, .. } => scene.act(Action::SortView { column: name.to_owned(), beside }),
        Touch::Bars { from, to, how, .. } => {
            let Some(facts) = sheet.facts.get(name) else { return };
            let filter = by_bars(column, &facts.chart, before, (from, to), how);
            scene.act(Action::Filter(filter));
        }
        Touch::Quality { part, beside, .. } => {
            let Some(facts) = sheet.facts.get(name) else { return };
            let filter = by_quality(name, facts, before, part, beside);
            scene.act(Action::Filter(filter));
        }
    }
}

/// The filter after a click on bars.
fn by_bars(
    column: &sheet::Column,
    chart: &Chart,
    before: Option<&Filter>,
    (from, to): (usize, usize),
    how: How,
) -> Filter {
    let mut old = before.map(|filter| chosen(chart, filter, column.class)).unwrap_or_default();
    let count = match chart {
        Chart::None => 0,
        Chart::Bars(bars) => bars.len(),
        Chart::Top(top) => top.len(),
    };
    old.resize(count, false);
    let within = |at: usize| (from..=to).contains(&at);
    let only: Vec<bool> = (0..count).map(within).collect();
    let now = match how {
        // Again on the only one that is chosen: not at all.
        How::Only if old == only => vec![false; count],
        How::Only | How::Range => only,
        How::Beside => {
            let all = (from..=to).all(|at| old.get(at).copied().unwrap_or(false));
            (0..count).map(|at| if within(at) { !all } else { old[at] }).collect()
        }
    };
    let mut tests = match chart {
        Chart::None => Vec::new(),
        Chart::Bars(bars) => ranges(bars, &now),
        Chart::Top(top) => {
            let mut values: Vec<String> =
                top.iter().zip(&now).filter(|(_, now)| **now).map(|((value, _), _)| value.clone()).collect();
            if how == How::Beside {
                values.extend(others(before, top));
            }
            if values.is_empty() { Vec::new() } else { vec![Test::Among(values)] }
        }
    };
    if let Some(before) = before.filter(|filter| how == How::Beside && !filter.inverted) {
        let kept = |test: &&Test| !matches!(test, Test::Range { .. } | Test::Among(_));
        tests.extend(before.tests.iter().filter(kept).cloned());
    }
    Filter { column: column.name.clone(), tests, inverted: false }
}

/// Values of a filter that are not among those of the card.
fn others(before: Option<&Filter>, top: &[(String, u64)]) -> Vec<String> {
    let tests = before.filter(|filter| !filter.inverted).map(|filter| filter.tests.as_slice()).unwrap_or_default();
    let values = tests.iter().filter_map(|test| match test {
        Test::Among(values) => Some(values),
        _ => None,
    });
    values.flatten().filter(|value| !top.iter().any(|(known, _)| known == *value)).cloned().collect()
}

/// Ranges of the bars chosen; neighbours are one range.
fn ranges(bars: &[sheet::Bar], chosen: &[bool]) -> Vec<Test> {
    let mut tests = Vec::new();
    let mut at = 0;
    while at < bars.len() {
        let run = chosen[at..].iter().take_while(|chosen| **chosen).count();
        if let Some(last) = (at + run).checked_sub(1).filter(|_| run > 0) {
            let closed = last + 1 == bars.len();
            tests.push(Test::Range { low: Some(bars[at].low), high: Some(bars[last].high), closed });
        }
        at += run.max(1);
    }
    tests
}

/// What the cells that do not fit fail to be, as a test.
pub(super) fn misfit(facts: &Facts) -> Option<Test> {
    facts.meant.map(Test::misfit)
}

fn by_quality(name: &str, facts: &Facts, before: Option<&Filter>, part: Part, beside: bool) -> Filter {
    let old = before.filter(|filter| beside && !filter.inverted);
    let mut tests = old.map(|filter| filter.tests.clone()).unwrap_or_default();
    let test = match part {
        Part::Missing => Some(Test::Missing),
        Part::Mismatched => misfit(facts),
        Part::Valid => {
            let tests = std::iter::once(Test::Missing).chain(misfit(facts)).collect();
            let filter = Filter { column: name.to_owned(), tests, inverted: true };
            return if before == Some(&filter) { Filter { tests: Vec::new(), ..filter } } else { filter };
        }
    };
    if let Some(test) = test {
        let again = before.is_some_and(|filter| !filter.inverted && filter.tests == [test.clone()]);
        match tests.iter().position(|old| *old == test) {
            Some(at) => drop(tests.remove(at)),
            None if again => {}
            None => tests.push(test),
        }
    }
    Filter { column: name.to_owned(), tests, inverted: false }
}
