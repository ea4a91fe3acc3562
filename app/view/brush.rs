//! The rectangle on two columns, by fields: drawn with the pointer or moved and sized with the arrow keys, and what it filters by.

use crate::model::look::Lens;
use brewhouse_engine::facet::{Axis, Filter, Plane, Test};
use egui::{EventFilter, Key, Modifiers, Response, Ui};

/// The first and the last range of an axis that a rectangle takes in.
pub(super) type Span = (usize, usize);

/// The filters of a rectangle on two columns, which reaches to the ends of the fields that it touches.
pub(super) fn filters_of([across, up]: [Span; 2], plane: &Plane, pair: &[String; 2]) -> Vec<Filter> {
    let test = |axis: &Axis, (first, last): Span| Test::Range {
        low: Some(axis.bound(first)),
        high: Some(axis.bound(last + 1)),
        closed: last + 1 >= axis.ranges,
    };
    let tests = [test(&plane.axes[0], across), test(&plane.axes[1], up)];
    pair.iter().zip(tests).map(|(column, test)| Filter::of(column, test)).collect()
}

/// Both columns without a filter.
pub(super) fn no_filters(pair: &[String; 2]) -> Vec<Filter> {
    pair.iter().map(|column| Filter { column: column.clone(), tests: Vec::new(), inverted: false }).collect()
}

/// What keys do with the rectangle while it has the focus: arrows move it, with Shift they move its far corner, Delete takes it away. Where
/// there is none yet, the middle is where it begins.
pub(super) fn by_keys(
    ui: &Ui,
    response: &Response,
    lens: &Lens,
    plane: &Plane,
    pair: &[String; 2],
) -> Option<Vec<Filter>> {
    if !response.has_focus() {
        return None;
    }
    let arrows = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    let pressed = |modifiers: Modifiers, key: Key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if pressed(Modifiers::NONE, Key::Delete) || pressed(Modifiers::NONE, Key::Backspace) {
        return Some(no_filters(pair));
    }
    let ways =
        [(Key::ArrowLeft, 0, false), (Key::ArrowRight, 0, true), (Key::ArrowDown, 1, false), (Key::ArrowUp, 1, true)];
    for (key, axis, on) in ways {
        // With Shift first: a key without it would match as well.
        let sized = pressed(Modifiers::SHIFT, key);
        if !sized && !pressed(Modifiers::NONE, key) {
            continue;
        }
        let drawn = [span(lens, &pair[0], &plane.axes[0]), span(lens, &pair[1], &plane.axes[1])];
        let mut spans = [0, 1].map(|at| drawn[at].unwrap_or_else(|| middle(&plane.axes[at])));
        // The first key shows where it begins.
        if drawn.iter().any(Option::is_some) {
            spans[axis] = moved(spans[axis], plane.axes[axis].ranges, sized, on);
        }
        return Some(filters_of(spans, plane, pair));
    }
    None
}

/// The ranges that a filter of a column lets pass.
fn span(lens: &Lens, column: &str, axis: &Axis) -> Option<Span> {
    let [Test::Range { low, high, .. }] = lens.filter(column)?.tests.as_slice() else { return None };
    let last = axis.ranges.saturating_sub(1);
    let first = low.map_or(0, |low| (0..axis.ranges).rposition(|at| axis.bound(at) <= low).unwrap_or(0));
    let until = high.map_or(last, |high| (0..axis.ranges).position(|at| axis.bound(at + 1) >= high).unwrap_or(last));
    Some((first, until.max(first)))
}

fn middle(axis: &Axis) -> Span {
    let quarter = axis.ranges / 4;
    (quarter, axis.ranges.saturating_sub(quarter + 1).max(quarter))
}

fn moved((first, last): Span, ranges: usize, sized: bool, on: bool) -> Span {
    match (sized, on) {
        (true, true) => (first, (last + 1).min(ranges.saturating_sub(1))),
        (true, false) => (first, last.saturating_sub(1).max(first)),
        (false, true) if last + 1 < ranges => (first + 1, last + 1),
        (false, false) if first > 0 => (first - 1, last - 1),
        _ => (first, last),
    }
}
