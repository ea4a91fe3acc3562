//! Facts of a column for its card, over all rows.

use super::cells::Cells;
use super::stage::{Ask, Stage, hash};
use super::{Event, Ticket, before};
use crate::model::Project;
use crate::model::sheet::{Bar, Chart, ColumnMark, Facts};
use brewhouse_engine::Result;
use brewhouse_engine::facet;
use brewhouse_engine::stage::{Bin, ColumnFigures, View, figures_of, figures_until};
use polars::prelude::DataType;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Columns whose facts are kept.
const MOST_FACTS: usize = 20_000;

impl Stage {
    /// Sends facts of columns, those on screen before those beside it; columns of the same rows are counted together.
    pub fn send_facts(&self, key: u64, columns: &[Vec<String>; 2], ask: &Ask, ticket: &Ticket) {
        let Some(shelf) = self.shelf(key) else { return };
        let after = shelf.after.as_ref().and_then(|steps| {
            let mut project = Project::clone(&ask.project);
            project.recipe.steps.clone_from(steps);
            let ask = Ask { project: Arc::new(project), depth: steps.len(), ..ask.clone() };
            self.view(&ask, false, ticket.cancel()).ok().map(|made| made.view)
        });
        // Of rows that a draft leaves, the figures are taken as they pass by.
        let passing = match &shelf.cells {
            Cells::Draft(draft) => {
                shelf.effect.filter(|effect| effect.removes).map(|effect| draft.after(effect.rows_after))
            }
            _ => None,
        };
        let after = after.as_ref().or(passing.as_ref()).unwrap_or(&shelf.view);
        let removes = passing.is_some();
        let keeps = shelf.effect.is_some_and(|effect| effect.row_by_row);
        let marks: HashMap<&str, ColumnMark> =
            shelf.columns.iter().map(|column| (column.name.as_str(), column.mark)).collect();
        // What a draft leaves alone has the facts that it had before.
        let view_of = |name: &String| match (&shelf.cells, marks.get(name.as_str())) {
            (Cells::Pair(pair), Some(ColumnMark::Gone)) => &pair.before,
            (_, Some(ColumnMark::Same)) if keeps && !removes => &shelf.view,
            _ => after,
        };
        for mut rest in columns.iter().map(|names| names.iter().collect::<Vec<_>>()) {
            while let Some(first) = rest.first() {
                let view = view_of(first);
                let (same, other): (Vec<_>, Vec<_>) =
                    rest.into_iter().partition(|name| std::ptr::eq(view_of(name), view));
                rest = other;
                self.each_facts(view, &same, ticket, &mut |name, facts| {
                    ticket.send(Event::Facts(key, name.to_owned(), Arc::clone(&facts)));
                    if let Some(before) = before::of(self, &shelf, name, &facts, ticket.cancel()) {
                        ticket.send(Event::Before(key, name.to_owned(), Arc::new(before)));
                    }
                });
                if ticket.is_stale() {
                    return;
                }
            }
        }
    }

    /// Facts of columns of a view: what is known at once, the rest as it is counted.
    fn each_facts(&self, view: &View, names: &[&String], ticket: &Ticket, tell: &mut dyn FnMut(&str, Arc<Facts>)) {
        let mut unknown = Vec::new();
        for name in names.iter().filter(|name| view.schema.contains(name)) {
            let kept = self.inner().facts.get(&(hash(&view.key), (*name).clone())).cloned();
            match kept {
                Some(facts) => tell(name, facts),
                None => unknown.push((*name).clone()),
            }
        }
        let mut told = Vec::new();
        let counted = each(view, &unknown, ticket.cancel(), &mut |name, facts| {
            told.push(name.to_owned());
            tell(name, self.keep_facts(view, name, facts));
        });
        // One that cannot be counted does not take the others with it.
        for name in unknown.iter().filter(|name| counted.is_err() && !told.contains(name)) {
            if !ticket.is_stale()
                && let Some(facts) = self.facts(view, name, ticket.cancel())
            {
                tell(name, facts);
            }
        }
    }

    fn keep_facts(&self, view: &View, name: &str, facts: Facts) -> Arc<Facts> {
        let facts = Arc::new(facts);
        let mut inner = self.inner();
        if inner.facts.len() > MOST_FACTS {
            inner.facts.clear();
        }
        inner.facts.insert((hash(&view.key), name.to_owned()), Arc::clone(&facts));
        facts
    }

    pub(super) fn facts(&self, view: &View, name: &str, cancel: &Arc<AtomicBool>) -> Option<Arc<Facts>> {
        if !view.schema.contains(name) {
            return None;
        }
        let key = (hash(&view.key), name.to_owned());
        if let Some(kept) = self.inner().facts.get(&key) {
            return Some(Arc::clone(kept));
        }
        let facts = of(view, name, cancel).ok()?;
        Some(self.keep_facts(view, name, facts))
    }
}

/// The facts of a column, unless the flag is raised.
fn of(view: &View, name: &str, cancel: &Arc<AtomicBool>) -> Result<Facts> {
    Ok(told(view, name, figures_until(view, name, cancel)?))
}

/// The facts of some columns, each as soon as it is known, unless the flag is raised.
fn each(view: &View, names: &[String], cancel: &Arc<AtomicBool>, tell: &mut dyn FnMut(&str, Facts)) -> Result<()> {
    figures_of(view, names, cancel, &mut |name, found| tell(name, told(view, name, found)))
}

fn told(view: &View, name: &str, found: ColumnFigures) -> Facts {
    let dtype = view.schema.get(name).cloned().unwrap_or(DataType::Null);
    Facts {
        rows: found.rows,
        missing: found.missing,
        invalid: found.mismatched,
        meant: found.meant,
        distinct: found.distinct,
        empty: found.empty,
        blank: found.blank,
        padded: found.padded,
        least: found.low.clone(),
        most: found.high.clone(),
        mean: found.mean.map(|mean| format!("{mean:.4}")),
        chart: chart(&found, &dtype),
    }
}

fn chart(found: &ColumnFigures, dtype: &DataType) -> Chart {
    if found.bins.is_empty() {
        return if found.top.is_empty() { Chart::None } else { Chart::Top(found.top.clone()) };
    }
    let last = found.bins.len() - 1;
    let bar = |(at, bin): (usize, &Bin)| {
        let words = facet::range_words(Some(bin.low), Some(bin.high), at == last, dtype);
        Bar { words, count: bin.count, low: bin.low, high: bin.high }
    };
    Chart::Bars(found.bins.iter().enumerate().map(bar).collect())
}
