//! What the grid shows: columns, cells in blocks, facts of columns, and the marks of a draft.

use brewhouse_engine::facet::Plot;
use brewhouse_engine::types::TypeClass;
use polars::prelude::DataType;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Rows of one block.
pub const BLOCK_ROWS: u64 = 128;
/// Columns of one block.
pub const BLOCK_COLUMNS: usize = 32;
/// Blocks that are kept; the farthest from the view go first.
const MOST_BLOCKS: usize = 96;

/// What a draft does to a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ColumnMark {
    /// Nothing.
    #[default]
    Same,
    /// It is made.
    Added,
    /// Some of its cells change.
    Changed,
    /// It is gone; its cells are those it had.
    Gone,
}

/// A column of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its kind of values.
    pub class: TypeClass,
    /// Its type.
    pub dtype: DataType,
    /// What a draft does to it.
    pub mark: ColumnMark,
}

impl Default for Column {
    fn default() -> Self {
        Self { name: String::new(), class: TypeClass::Other, dtype: DataType::Null, mark: ColumnMark::Same }
    }
}

/// What a draft does to a cell.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum CellMark {
    /// Nothing.
    #[default]
    Same,
    /// It had another value before; none when it was missing.
    Changed(Option<Box<str>>),
    /// It did not fit and becomes missing; the value it had.
    Failed(Box<str>),
    /// Nothing now; it is missing since a step, counted from 1, that it did not fit; the value it had.
    Lost(usize, Box<str>),
}

/// A cell as the grid shows it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Cell {
    /// Its text, cut where it is very long; none when it is missing.
    pub text: Option<Box<str>>,
    /// What a draft does to it.
    pub mark: CellMark,
}

/// What text columns are meant to be, by their names, where cells do not fit; see [`Facts::meant`].
pub type Meant = HashMap<String, &'static str>;

/// Cells that are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The blocks.
    pub blocks: Vec<BlockAt>,
    /// What their columns are meant to be.
    pub meant: Meant,
}

/// The cells of a column in a block that do not fit what the column is meant to be.
#[derive(Clone, Debug, Default)]
pub struct Misfits {
    /// What it is meant to be.
    pub meant: &'static str,
    /// Of each row, whether its cell does not fit.
    pub rows: Vec<bool>,
}

/// A row of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number in the table, from 0.
    pub number: u64,
    /// Whether a draft removes it.
    pub removed: bool,
}

/// A rectangle of cells.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Its rows.
    pub rows: Vec<Row>,
    /// Its cells, column by column.
    pub columns: Vec<Vec<Cell>>,
    /// Of each column, the cells that do not fit, where they were asked for.
    pub misfits: Vec<Option<Misfits>>,
    /// How many steps are looked through for what stood in cells that are missing.
    pub losses: usize,
}

/// Which rectangle of cells a block is: row block and column block.
pub type BlockAt = (u64, usize);

/// The effect of a draft in figures, over all rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Cells whose value changes.
    pub changed: u64,
    /// Cells that do not fit and become missing.
    pub failed: u64,
    /// Rows before.
    pub rows_before: u64,
    /// Rows after.
    pub rows_after: u64,
    /// Columns that are made.
    pub columns_added: usize,
    /// Whether rows of before and after can be told to be the same ones.
    pub row_by_row: bool,
    /// Whether it takes rows away and leaves the others as they are.
    pub removes: bool,
    /// Whether the counts are there already.
    pub counted: bool,
}

/// Which rows of a draft are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Only {
    /// All.
    #[default]
    All,
    /// Those that change.
    Changed,
    /// Those with a cell that does not fit.
    Failed,
    /// Those that go.
    Removed,
}

/// What one step did, over all rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepFigures {
    /// Rows in.
    pub rows_in: u64,
    /// Rows out.
    pub rows_out: u64,
    /// Cells that did not fit.
    pub failed: u64,
    /// Cells changed, where it is known.
    pub changed: Option<u64>,
    /// What the data decide of its columns, as the step can keep it.
    pub found: Option<serde_json::Value>,
}

/// A table as it stands at a step, or under a draft.
#[derive(Debug, Default)]
pub struct Sheet {
    /// Names it to the workers; another content has another key.
    pub key: u64,
    /// Names the table whose facts are shown: this one, or the one that this is a part of.
    pub facts_key: u64,
    /// Its columns.
    pub columns: Arc<Vec<Column>>,
    /// How many rows.
    pub rows: u64,
    /// How many rows the table has of which these are a part, or the same in another order.
    pub of_rows: Option<u64>,
    /// Whether that figure is final.
    pub exact: bool,
    /// The effect, when this is a draft.
    pub effect: Option<Effect>,
    /// What each step up to here did; none for steps that were not run.
    pub steps: Vec<Option<StepFigures>>,
    /// Steps that cells did not fit, and before which it is known what stood in them.
    pub losses: usize,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// Facts of columns, as they arrive.
    pub facts: HashMap<String, Arc<Facts>>,
    /// Columns whose facts are those of an earlier table.
    pub stale: HashSet<String>,
    /// Of columns that a draft or a difference changes, how they were before.
    pub before: HashMap<String, Arc<Before>>,
    /// Cells, as they arrive.
    pub blocks: HashMap<BlockAt, Block>,
    /// What the grid showed last: block rows and block columns.
    pub in_view: (Range<u64>, Vec<usize>),
    /// The places of the columns on screen.
    pub seen: Vec<usize>,
    /// The places of the columns by their names, once they were asked for.
    pub places: OnceLock<HashMap<String, usize>>,
}

impl Sheet {
    /// A cell, when it has arrived.
    pub fn cell(&self, row: u64, column: usize) -> Option<&Cell> {
        let block = self.blocks.get(&(row / BLOCK_ROWS, column / BLOCK_COLUMNS))?;
        let column = block.columns.get(column % BLOCK_COLUMNS)?;
        column.get(usize::try_from(row % BLOCK_ROWS).ok()?)
    }

    /// What the cells of a column are meant to be, when some do not fit that.
    pub fn meant(&self, column: &str) -> Option<&'static str> {
        self.facts.get(column).filter(|facts| facts.invalid > 0)?.meant
    }

    /// What a cell fails to be: exactly the cells that its column's card counts as mismatched fail.
    pub fn misfit(&self, row: u64, column: usize) -> Option<&'static str> {
        let block = self.blocks.get(&(row / BLOCK_ROWS, column / BLOCK_COLUMNS))?;
        let misfits = block.misfits.get(column % BLOCK_COLUMNS)?.as_ref()?;
        let fails = *misfits.rows.get(usize::try_from(row % BLOCK_ROWS).ok()?)?;
        // What was told for an earlier verdict does not hold for another.
        let meant = Some(misfits.meant).filter(|_| fails)?;
        self.meant(&self.columns.get(column)?.name).filter(|now| *now == meant)
    }

    /// Whether a block is there, with the cells that do not fit, and what stood in those that did not fit a step.
    pub fn is_whole(&self, at: BlockAt) -> bool {
        let Some(block) = self.blocks.get(&at) else { return false };
        if block.losses != self.losses {
            return false;
        }
        let columns = self.columns.iter().skip(at.1 * BLOCK_COLUMNS).take(BLOCK_COLUMNS);
        columns.enumerate().all(|(at, column)| {
            let known = || block.misfits.get(at).and_then(Option::as_ref).map(|misfits| misfits.meant);
            self.meant(&column.name).is_none_or(|meant| known() == Some(meant))
        })
    }

    /// A row, when it has arrived.
    pub fn row(&self, row: u64) -> Option<Row> {
        let mut near = self.in_view.1.iter().copied().chain(std::iter::once(0));
        let block = near.find_map(|at| self.blocks.get(&(row / BLOCK_ROWS, at)))?;
        block.rows.get(usize::try_from(row % BLOCK_ROWS).ok()?).copied()
    }

    /// The place of a column by its name.
    pub fn position(&self, name: &str) -> Option<usize> {
        let places = || self.columns.iter().enumerate().rev().map(|(at, column)| (column.name.clone(), at)).collect();
        self.places.get_or_init(places).get(name).copied()
    }

    /// Takes in a block and lets go of those far from the view.
    pub fn store(&mut self, at: BlockAt, block: Block) {
        self.blocks.insert(at, block);
        if self.blocks.len() > MOST_BLOCKS {
            let (rows, columns) = self.in_view.clone();
            let near = |at: &BlockAt| {
                let beside = columns.iter().any(|column| column.abs_diff(at.1) <= 4);
                at.0 + 4 >= rows.start && at.0 <= rows.end + 4 && beside
            };
            self.blocks.retain(|at, _| near(at));
        }
    }
}

/// A chart of a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Chart {
    /// Nothing to draw.
    #[default]
    None,
    /// Ranges of values with their counts.
    Bars(Vec<Bar>),
    /// The most frequent values with their counts.
    Top(Vec<(String, u64)>),
}

impl Chart {
    /// The same bars, for counting other cells in them.
    pub fn plot(&self) -> Option<Plot> {
        match self {
            Self::None => None,
            Self::Bars(bars) => {
                let last = bars.last()?.high;
                Some(Plot::Ranges(bars.iter().map(|bar| bar.low).chain([last]).collect()))
            }
            Self::Top(top) => Some(Plot::Values(top.iter().map(|(value, _)| value.clone()).collect())),
        }
    }
}

/// A range of values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bar {
    /// The range in words.
    pub words: String,
    /// Cells in it.
    pub count: u64,
    /// Its lower bound.
    pub low: f64,
    /// Its upper bound, which belongs to the next range; that of the last one belongs to it.
    pub high: f64,
}

/// What is known about a column, over all rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Rows looked at.
    pub rows: u64,
    /// Cells without a value.
    pub missing: u64,
    /// Cells that do not fit the column's kind.
    pub invalid: u64,
    /// What those fail to be: the word of a type, or `NaN`.
    pub meant: Option<&'static str>,
    /// Different values.
    pub distinct: u64,
    /// Cells that hold an empty text.
    pub empty: u64,
    /// Cells that hold blanks alone.
    pub blank: u64,
    /// Cells with blanks at their ends.
    pub padded: u64,
    /// The smallest value.
    pub least: Option<String>,
    /// The largest value.
    pub most: Option<String>,
    /// The mean.
    pub mean: Option<String>,
    /// Its chart.
    pub chart: Chart,
}

/// A column as it was before a draft, or at the earlier of two points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Before {
    /// What was known about it.
    pub facts: Arc<Facts>,
    /// Its cells in the bars of the chart after; none where they have no place in them.
    pub counts: Vec<u64>,
}
