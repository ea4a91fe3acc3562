//! Finding a text in all cells: how many there are, and the next and the previous one.

use super::Selection;
use super::sort::page;
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::op::no_such_column;
use crate::plan::{Counter, stoppable};
use crate::run::{collect, unless_cancelled};
use crate::values::cell_text;
use polars::prelude::{
    AnyValue, BooleanChunked, Column, DataType, Expr, Field, IntoColumn as _, IntoSeries as _, LazyFrame, PolarsResult,
    Schema,
};
use regex::Regex;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The text; cells of other kinds are searched as they are shown.
    pub text: String,
    /// Whether capitals matter.
    pub match_case: bool,
    /// Whether it must be the whole cell.
    pub whole_cell: bool,
    /// Whether it is a regular expression.
    pub pattern: bool,
    /// The columns that are searched, in their order; all when none is named.
    pub columns: Vec<String>,
}

/// Where a text was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Cells that hold it.
    pub cells: u64,
    /// Rows with such a cell.
    pub rows: Selection,
    columns: Vec<String>,
    matcher: Regex,
}

/// Looks for a text in all rows.
pub fn find(frame: &LazyFrame, schema: &Schema, search: &Search, cancel: &Arc<AtomicBool>) -> Result<Found> {
    let matcher = matcher(search)?;
    let columns: Vec<String> = if search.columns.is_empty() {
        schema.iter_names().map(ToString::to_string).collect()
    } else {
        search.columns.clone()
    };
    let mut cells: Vec<Expr> = Vec::new();
    for name in &columns {
        schema.get(name).ok_or_else(|| no_such_column(name, schema))?;
        cells.push(col(name.as_str()));
    }
    let Some((first, rest)) = cells.split_first() else {
        return Ok(Found { cells: 0, rows: Selection::default(), columns, matcher });
    };
    let (counter, finder) = (Counter::default(), matcher.clone());
    let counted = counter.clone();
    let any = first.clone().map_many(
        move |columns| search_rows(columns, &finder, &counted),
        rest,
        |_, fields| Ok(Field::new(fields[0].name.clone(), DataType::Boolean)),
    );
    let found = unless_cancelled(collect(stoppable(frame.clone(), cancel).select([any.alias("found")])), cancel)?;
    Ok(Found { cells: counter.get(), rows: Selection::of(found.column("found")?)?, columns, matcher })
}

/// Tells of a text whether it holds what is looked for.
#[derive(Clone, Debug)]
pub struct Finder(Regex);

impl Finder {
    /// Whether a text holds it.
    pub fn finds(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl Search {
    /// What tells of a text whether it is meant, as [`find`] does.
    pub fn finder(&self) -> Result<Finder> {
        matcher(self).map(Finder)
    }
}

fn matcher(search: &Search) -> Result<Regex> {
    let text = if search.pattern { search.text.clone() } else { regex::escape(&search.text) };
    let text = if search.whole_cell { format!("^(?:{text})$") } else { text };
    regex::RegexBuilder::new(&text).case_insensitive(!search.match_case).build().map_err(|error| {
        let message = format!("“{}” is not a regular expression", search.text);
        Error::new(ErrorKind::Parameter, message)
            .advise("look at its brackets, or search it as it stands")
            .caused_by(error)
    })
}

/// Whether a row has a cell that matches; every such cell is counted.
fn search_rows(columns: &mut [Column], matcher: &Regex, counter: &Counter) -> PolarsResult<Column> {
    let rows = columns.iter().map(Column::len).max().unwrap_or(0);
    let mut any = vec![false; rows];
    let mut cells = 0;
    for column in &*columns {
        let mut mark = |at: usize, hit: bool| {
            if hit {
                cells += 1;
                any[at] = true;
            }
        };
        if column.dtype() == &DataType::String {
            for (at, text) in column.str()?.iter().enumerate() {
                mark(at, text.is_some_and(|text| matcher.is_match(text)));
            }
        } else {
            for (at, value) in column.as_materialized_series().iter().enumerate() {
                mark(at, matches(&value, matcher));
            }
        }
    }
    counter.add(cells);
    let any: BooleanChunked = any.into_iter().collect();
    Ok(any.into_series().with_name(columns[0].name().clone()).into_column())
}

fn matches(value: &AnyValue<'_>, matcher: &Regex) -> bool {
    cell_text(value).is_some_and(|text| matcher.is_match(&text))
}

impl Found {
    /// The first match after a place (a row, and a column by its number among those searched), from the top again after the last one.
    pub fn next(
        &self,
        frame: &LazyFrame,
        after: (u64, usize),
        cancel: &Arc<AtomicBool>,
    ) -> Result<Option<(u64, String)>> {
        let (row, column) = after;
        if self.rows.contains(row)
            && let Some(at) = self.hits(frame, row, cancel)?.into_iter().find(|at| *at > column)
        {
            return Ok(Some((row, self.columns[at].clone())));
        }
        let Some(row) = self.rows.next(row + 1).or_else(|| self.rows.next(0)) else { return Ok(None) };
        let first = self.hits(frame, row, cancel)?.into_iter().next();
        Ok(first.map(|at| (row, self.columns[at].clone())))
    }

    /// The last match before a place, from the bottom again before the first one.
    pub fn previous(
        &self,
        frame: &LazyFrame,
        before: (u64, usize),
        cancel: &Arc<AtomicBool>,
    ) -> Result<Option<(u64, String)>> {
        let (row, column) = before;
        if self.rows.contains(row)
            && let Some(at) = self.hits(frame, row, cancel)?.into_iter().rev().find(|at| *at < column)
        {
            return Ok(Some((row, self.columns[at].clone())));
        }
        let last = self.rows.previous(row).or_else(|| self.rows.previous(self.rows.of_rows()));
        let Some(row) = last else { return Ok(None) };
        let last = self.hits(frame, row, cancel)?.into_iter().next_back();
        Ok(last.map(|at| (row, self.columns[at].clone())))
    }

    /// The columns searched, in their order: the second part of a place counts them.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Which columns of a row match, by their numbers among those searched.
    pub fn hits(&self, frame: &LazyFrame, row: u64, cancel: &Arc<AtomicBool>) -> Result<Vec<usize>> {
        let cells = page(frame, &[row], &self.columns, cancel)?;
        let hit = |(at, column): (usize, &Column)| {
            let value = column.get(0).ok()?;
            matches(&value, &self.matcher).then_some(at)
        };
        Ok(cells.columns().iter().enumerate().filter_map(hit).collect())
    }
}
