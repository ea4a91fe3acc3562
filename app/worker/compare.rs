//! The difference between two points of the recipe: the rows of both side by side, and the figures over all rows.

use super::cells::{Cells, Shelf, mark, plain, texts};
use super::chosen::Chosen;
use super::stage::{Ask, Stage, hash};
use super::{Event, Ticket};
use crate::model::Fault;
use crate::model::compare::{Became, ColumnDifference, Difference};
use crate::model::sheet::{Block, Cell, CellMark, Column, ColumnMark, Only, Row, Sheet};
use brewhouse_engine::stage::{self, Pair, PairCounts, PairedColumn};
use brewhouse_engine::types::TypeClass;
use brewhouse_engine::{Error, Result};
use polars::prelude::{DataFrame, DataType, IdxCa};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

impl Stage {
    /// Sends the rows of two points side by side, and after them the figures of their difference.
    pub fn send_compared(&self, ask: &Ask, (from, to): (usize, usize), only: Only, ticket: &Ticket) {
        let compared = self.compared(ask, (from, to), only, ticket);
        if !ticket.is_stale() {
            ticket.send(Event::Compared(Box::new(compared)));
        }
    }

    fn compared(
        &self,
        ask: &Ask,
        (from, to): (usize, usize),
        only: Only,
        ticket: &Ticket,
    ) -> std::result::Result<(Sheet, Difference), Fault> {
        let start = Instant::now();
        let plain = |error: Error| Fault::from(&error);
        let cancel = ticket.cancel();
        let at = |depth: usize| {
            let made = self.view(&Ask { depth, ..ask.clone() }, false, cancel).map_err(first)?;
            // What follows a step that does not work is no difference that could be told.
            let broken = made.faults.iter().find(|fault| fault.step.is_some_and(|step| step <= depth));
            broken.cloned().map_or(Ok(made), Err)
        };
        let (before, after) = (at(from)?, at(to)?);
        let steps = ask.project.recipe.steps.get(from..to).unwrap_or_default();
        let key = |part: &str| hash(&(&before.view.key, &after.view.key, only, part));
        let (early, counted, points) = (key("early"), key("counted"), hash(&(&before.view.key, &after.view.key)));
        let kept = self.inner().compared.clone().filter(|(of, _)| *of == points);
        let compared = match kept {
            Some((_, compared)) => compared,
            None => {
                let pair = stage::pair(before.view, after.view, steps, &after.env, &after.cache, cancel)
                    .map_err(|problems| first(problems.iter().map(Fault::from).collect()))?;
                if only == Only::All {
                    let told = told(&pair, None, from);
                    let sheet = self.show(shelf_of(&pair), &ask.wanted, early, start, cancel).map_err(plain)?;
                    ticket.send(Event::Compared(Box::new(Ok((sheet, told)))));
                }
                let counts = stage::pair_counts(&pair, cancel).map_err(plain)?;
                let compared = Arc::new((pair, counts));
                self.inner().compared = Some((points, Arc::clone(&compared)));
                compared
            }
        };
        let (pair, counts) = &*compared;
        let mut shelf = shelf_of(pair);
        shelf.chosen = chosen(counts, only, pair.apart.is_some());
        let sheet = self.show(shelf, &ask.wanted, counted, start, cancel).map_err(plain)?;
        Ok((sheet, told(pair, Some(counts), from)))
    }
}

fn first(faults: Vec<Fault>) -> Fault {
    faults.into_iter().next().unwrap_or_default()
}

/// The rows that are shown of a difference.
fn chosen(counts: &PairCounts, only: Only, apart: bool) -> Chosen {
    let rows = match only {
        Only::All => return Chosen::All,
        _ if apart => return Chosen::All,
        Only::Changed => &counts.changed,
        Only::Failed => &counts.failed,
        Only::Removed => &counts.removed,
    };
    Chosen::Some(Arc::new(rows.clone()))
}

fn shelf_of(pair: &Pair) -> Shelf {
    let apart = pair.apart.is_some();
    let column = |paired: &PairedColumn| {
        let dtype = paired.now.as_ref().or(paired.was.as_ref()).map_or(DataType::Null, |(_, dtype)| dtype.clone());
        let mark = match (&paired.was, &paired.now) {
            (None, _) => ColumnMark::Added,
            (_, None) => ColumnMark::Gone,
            _ if paired.touched => ColumnMark::Changed,
            _ => ColumnMark::Same,
        };
        Column { name: paired.name().to_owned(), class: TypeClass::of(&dtype), dtype, mark }
    };
    // Two columns of one name (one that is gone, one that is made) would be taken for each other: the older one is left out of the grid.
    let shown =
        pair.columns.iter().filter(|paired| paired.now.is_some() || (!apart && !is_named_after(pair, paired.name())));
    Shelf {
        columns: Arc::new(shown.map(column).collect()),
        rows: pair.rows(),
        view: pair.after.clone(),
        cells: Cells::Pair(Box::new(pair.clone())),
        chosen: Chosen::All,
        effect: None,
        after: None,
    }
}

fn is_named_after(pair: &Pair, name: &str) -> bool {
    pair.after.schema.contains(name)
}

/// The difference in words and figures; before anything is counted, without the cells.
fn told(pair: &Pair, counts: Option<&PairCounts>, from: usize) -> Difference {
    let column = |(at, paired): (usize, &PairedColumn)| {
        let change = counts.and_then(|counts| counts.columns.get(at)).copied().unwrap_or_default();
        let both = paired.was.as_ref().zip(paired.now.as_ref());
        let kinds = both.map(|((_, was), (_, now))| (TypeClass::of(was).words(), TypeClass::of(now).words()));
        ColumnDifference {
            name: paired.name().to_owned(),
            called: both.filter(|((was, _), (now, _))| was != now).map(|((was, _), _)| was.clone()),
            became: match (&paired.was, &paired.now) {
                (None, _) => Became::Added,
                (_, None) => Became::Gone,
                _ => Became::Kept,
            },
            kinds: kinds.filter(|(was, now)| was != now),
            changed: change.changed.saturating_sub(change.failed),
            failed: change.failed,
        }
    };
    Difference {
        columns: pair.columns.iter().enumerate().map(column).collect(),
        rows_before: pair.before.rows,
        rows_after: pair.after.rows,
        removed: counts.map_or(0, |counts| counts.removed.len()),
        changed: counts.map_or(0, |counts| counts.changed.len()),
        failed: counts.map_or(0, |counts| counts.failed.len()),
        apart: pair.apart.map(|at| from + at),
        reordered: pair.reordered,
        counted: counts.is_some(),
    }
}

/// The columns of a pair by the names of the grid: what each is called before, and after.
fn names<'a>(pair: &'a Pair, name: &str) -> (Option<&'a String>, Option<&'a String>) {
    let found = pair.columns.iter().find(|paired| paired.name() == name && paired.now.is_some());
    let found = found.or_else(|| pair.columns.iter().find(|paired| paired.name() == name));
    let of = |side: &'a Option<(String, DataType)>| side.as_ref().map(|(name, _)| name);
    found.map(|paired| (of(&paired.was), of(&paired.now))).unwrap_or_default()
}

/// One block of a difference.
pub(super) fn block(pair: &Pair, part: &[Column], numbers: &[u64], cancel: &Arc<AtomicBool>) -> Result<Block> {
    let both: Vec<_> = part.iter().map(|column| names(pair, &column.name)).collect();
    let was: Vec<String> = both.iter().filter_map(|(was, _)| was.cloned()).collect();
    let now: Vec<String> = both.iter().filter_map(|(_, now)| now.cloned()).collect();
    let page = pair.page(numbers, [&was, &now], cancel)?;
    let rows: Vec<Row> =
        numbers.iter().zip(&page.kept).map(|(number, kept)| Row { number: *number, removed: !kept }).collect();
    if pair.apart.is_some() {
        let columns = part.iter().map(|column| plain(&page.after, column)).collect();
        return Ok(Block { rows, columns, ..Block::default() });
    }
    let columns = part.iter().zip(&both).map(|(column, (was, now))| {
        let side = |frame: &DataFrame, name: Option<&String>| name.map(|name| texts(frame, name));
        let (was, now) = (side(&page.before, *was), side(&page.after, *now));
        let mut left = now.into_iter().flatten();
        let mut old = was.map(Vec::into_iter);
        let cell = |kept: &bool| {
            let old = old.as_mut().map(|old| old.next().flatten());
            match (old, kept, column.mark) {
                // What is gone is shown as it was.
                (Some(old), _, ColumnMark::Gone) | (Some(old), false, _) => Cell { text: old, mark: CellMark::Same },
                (Some(old), true, ColumnMark::Changed) => mark(left.next().flatten(), old),
                (_, true, _) => Cell { text: left.next().flatten(), mark: CellMark::Same },
                (None, false, _) => Cell::default(),
            }
        };
        page.kept.iter().map(cell).collect()
    });
    Ok(Block { columns: columns.collect(), rows, ..Block::default() })
}

/// Cells of a difference in full, as they are after; a column that is gone has those it had, a row that is gone has none.
pub(super) fn cells(pair: &Pair, numbers: &[u64], columns: &[String], cancel: &Arc<AtomicBool>) -> Result<DataFrame> {
    let (mut was, mut now) = (Vec::new(), Vec::new());
    for name in columns {
        match names(pair, name) {
            (_, Some(name)) => now.push(name.clone()),
            (Some(name), None) => was.push(name.clone()),
            (None, None) => {}
        }
    }
    let page = pair.page(numbers, [&was, &now], cancel)?;
    let mut next = 0..;
    let places: IdxCa = page.kept.iter().map(|kept| if *kept { next.next() } else { None }).collect();
    let mut found = Vec::new();
    for name in columns {
        match page.before.column(name) {
            Ok(column) => found.push(column.clone()),
            Err(_) => found.push(page.after.column(name)?.take(&places)?),
        }
    }
    Ok(DataFrame::new(numbers.len(), found)?)
}
