//! How a column was before a draft, or at the earlier of two points: for the card that shows both.

use super::cells::{Cells, Shelf};
use super::stage::Stage;
use crate::model::sheet::{Before, ColumnMark, Facts};
use brewhouse_engine::facet::{self, Plot};
use brewhouse_engine::stage::View;
use brewhouse_engine::types::{NUMERIC, TypeClass};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Where a column was before, and how it was called; none where it is as it was.
fn place<'a>(shelf: &'a Shelf, name: &'a str) -> Option<(&'a View, &'a str)> {
    let mark = shelf.columns.iter().find(|column| column.name == name)?.mark;
    match &shelf.cells {
        Cells::View => None,
        Cells::Draft(_) => {
            let removes = shelf.effect.is_some_and(|effect| effect.removes);
            (removes || mark == ColumnMark::Changed).then_some((&shelf.view, name))
        }
        Cells::Pair(pair) => {
            let paired = pair.columns.iter().find(|paired| paired.name() == name && paired.now.is_some())?;
            paired.was.as_ref().map(|(was, _)| (&pair.before, was.as_str()))
        }
    }
}

/// How a column was before; none where it is as it was.
pub(super) fn of(stage: &Stage, shelf: &Shelf, name: &str, now: &Facts, cancel: &Arc<AtomicBool>) -> Option<Before> {
    let (view, was) = place(shelf, name)?;
    let facts = stage.facts(view, was, cancel)?;
    if *facts == *now {
        return None;
    }
    let class = shelf.columns.iter().find(|column| column.name == name)?.class;
    let before = TypeClass::of(view.schema.get(was)?);
    let alike = before == class || (NUMERIC.contains(&before) && NUMERIC.contains(&class));
    let plot = now.chart.plot().filter(|plot| alike || matches!(plot, Plot::Values(_)));
    let counted = plot.and_then(|plot| {
        facet::fronts(&view.frame, &view.schema, &[(was.to_owned(), plot)], &[], false, cancel).ok()?.pop()
    });
    Some(Before { facts, counts: counted.map(|front| front.counts).unwrap_or_default() })
}
