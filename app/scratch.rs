//! What is half typed: the open form, search texts, which panels are open. Views may write it; nothing in it is undone or saved.

use crate::model::Purpose;
use crate::model::sheet::Only;
use crate::model::{Output, Place};
use crate::widget::grid::{Arrange, GridState};
use brewhouse_engine::facet::Search;
use brewhouse_engine::op::condition::{BoundCondition, TESTS, Test, TestInfo};
use brewhouse_engine::op::param::{Kind, write_names};
use brewhouse_engine::op::{Operation, column::SortKey, find};
use brewhouse_engine::recipe::{Condition, Line, Step};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A page of the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Tab {
    /// The cells.
    #[default]
    Grid,
    /// The columns as a list.
    Schema,
    /// One column in depth.
    Profile,
    /// How the file was read.
    Import,
}

/// A condition that is being filled in.
#[derive(Clone)]
pub struct ConditionText {
    /// The column.
    pub column: String,
    /// The test.
    pub test: &'static TestInfo,
    /// Its values; two for a range.
    pub values: Vec<String>,
    /// Whether it begins another alternative.
    pub or: bool,
    /// Whether it was begun in this form: then an empty value is one that was not written yet, not a search for empty text.
    fresh: bool,
    extra: Map<String, Value>,
}

impl ConditionText {
    /// A condition on a column: the first test, its value still to be written.
    pub fn new(column: &str) -> Self {
        Self {
            column: column.to_owned(),
            test: &TESTS[0],
            values: vec![String::new()],
            or: false,
            fresh: true,
            extra: Map::new(),
        }
    }

    /// Whether it looks for empty text, because a person said so.
    pub fn seeks_empty(&self) -> bool {
        !self.fresh && self.values.iter().all(String::is_empty)
    }

    /// Whether its value could be meant to be empty, but was not written yet.
    pub fn could_seek_empty(&self) -> bool {
        let takes_text = !matches!(self.test.test, Test::IsMissing | Test::IsInvalid | Test::IsBetween);
        takes_text && self.fresh && self.values.iter().all(String::is_empty)
    }

    /// Says that an empty value is meant.
    pub fn seek_empty(&mut self) {
        self.fresh = false;
    }

    fn read(condition: &Condition) -> Option<Self> {
        let bound = BoundCondition::parse(condition).ok()?;
        Some(Self {
            column: condition.column.clone(),
            test: bound.info(),
            values: bound.values,
            or: condition.or,
            fresh: false,
            extra: condition.extra.clone(),
        })
    }

    /// The condition as recipes hold it.
    pub fn write(&self) -> Condition {
        let unwritten = self.fresh && self.values.iter().all(String::is_empty);
        let value = match self.test.test {
            Test::IsMissing | Test::IsNotMissing => None,
            _ if unwritten => None,
            Test::Is | Test::IsNot => Some(write_names(&self.values)),
            Test::IsBetween | Test::IsNotBetween => {
                let at = |at: usize| self.values.get(at).cloned().unwrap_or_default();
                Some(serde_json::json!({ "lower": at(0), "upper": at(1) }).to_string())
            }
            _ => Some(self.values.first().cloned().unwrap_or_default()),
        };
        Condition {
            condition: self.test.name.to_owned(),
            value,
            column: self.column.clone(),
            or: self.or,
            extra: self.extra.clone(),
        }
    }
}

/// The form of a step that is being made.
#[derive(Clone)]
pub struct Form {
    /// Its operation.
    pub op: &'static Operation,
    /// Where the step belongs.
    pub place: Place,
    /// Its parameters as text.
    pub params: BTreeMap<&'static str, String>,
    /// Its conditions.
    pub conditions: Vec<ConditionText>,
    /// Pairs of values as they are being written, one of them perhaps still empty.
    pub pairs: BTreeMap<&'static str, Vec<[String; 2]>>,
    /// Which rows of the draft are shown.
    pub only: Only,
    /// Which fields a person has filled in; only they show their errors.
    pub touched: bool,
    /// The other table for which the columns were filled in.
    pub filled: Option<String>,
    /// Whether the first field still has to take the focus.
    pub fresh: bool,
    base: Step,
    /// Conditions that this form cannot show; they stay as they are.
    unread: Vec<Condition>,
}

impl Form {
    /// The form of a new step, its column filled in when one is given.
    pub fn new(op: &'static Operation, place: Place, column: Option<&str>) -> Self {
        let mut params = BTreeMap::new();
        for spec in op.params {
            let text = spec.default.unwrap_or_default().to_owned();
            params.insert(spec.name, text);
        }
        let base = Step::new(op.name);
        let mut form = Self {
            op,
            place,
            params,
            conditions: Vec::new(),
            pairs: BTreeMap::new(),
            only: Only::All,
            touched: false,
            filled: None,
            fresh: true,
            base,
            unread: Vec::new(),
        };
        if let Some(column) = column {
            form.fill_column(column);
        }
        form
    }

    fn fill_column(&mut self, column: &str) {
        // The columns of a join are all that stay: the one that is chosen says nothing about them.
        if self.op.params.iter().any(|spec| spec.kind == Kind::Dataset) {
            return;
        }
        let takes = |kind: Kind| matches!(kind, Kind::Column | Kind::Columns | Kind::SortKeys);
        if let Some(spec) = self.op.params.iter().find(|spec| takes(spec.kind)) {
            let text = match spec.kind {
                Kind::Columns => write_names(&[column.to_owned()]),
                Kind::SortKeys => serde_json::to_string(&[SortKey::new(column)]).unwrap_or_default(),
                _ => column.to_owned(),
            };
            self.params.insert(spec.name, text);
        }
        if self.op.conditions == brewhouse_engine::op::Conditions::Required {
            self.conditions = vec![ConditionText::new(column)];
        }
    }

    /// The form of a step that is there; none when its operation is unknown.
    pub fn of_step(step: &Step, at: usize) -> Option<Self> {
        let op = find(step.operation())?;
        let mut form = Self::new(op, Place::Edit(at), None);
        for (name, text) in step.params() {
            let spec = op.params.iter().find(|s| s.name == name || s.aliases.contains(&name.as_str()));
            if let Some(spec) = spec {
                form.params.insert(spec.name, text.clone());
            }
        }
        for condition in step.conditions() {
            match ConditionText::read(condition) {
                Some(read) => form.conditions.push(read),
                None => form.unread.push(condition.clone()),
            }
        }
        let dataset = op.params.iter().find(|spec| spec.kind == Kind::Dataset);
        form.filled = dataset.map(|spec| form.text(spec.name).to_owned());
        form.base = step.clone();
        form.touched = true;
        Some(form)
    }

    /// The text of a parameter; empty while it has none.
    pub fn text(&self, name: &str) -> &str {
        self.params.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The step as far as it is filled in.
    pub fn step(&self) -> Step {
        let mut step = self.base.clone();
        for spec in self.op.params {
            for alias in spec.aliases {
                step.set_param(alias, None);
            }
            let text = self.params.get(spec.name).cloned().unwrap_or_default();
            let left_out = text.is_empty() || (spec.default == Some(text.as_str()) && !spec.required);
            step.set_param(spec.name, (!left_out).then_some(text));
        }
        let written = self.conditions.iter().map(ConditionText::write);
        step.set_conditions(written.chain(self.unread.iter().cloned()).collect());
        if step.params() != self.base.params() || step.conditions() != self.base.conditions() {
            // What the data decided for other parameters is not kept for these.
            step.set_kept(None);
        }
        step
    }
}

/// The palette.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// What is searched for.
    pub text: String,
    /// The entry that Enter takes.
    pub at: usize,
    /// Whether only operations for a new step are offered.
    pub steps_only: bool,
    /// Whether a row or column to go to is asked for.
    pub go_to: bool,
    /// Before which step the new one is to stand; none: where one looks.
    pub insert_at: Option<usize>,
}

/// What a difference of versions was worked out for: a state of the project and two points.
pub type Told = (usize, [Option<u64>; 2]);

/// The published versions, when they are open.
#[derive(Clone, Debug, Default)]
pub struct Versions {
    /// What is new in the next one.
    pub description: String,
    /// The numbers of the versions whose difference is shown; none: the recipe as it is now.
    pub points: [Option<u64>; 2],
    /// The difference, worked out for a state of the project and two points.
    pub told: Option<(Told, Arc<Vec<Line>>)>,
}

/// The field for a text to find.
#[derive(Clone, Debug, Default)]
pub struct FindBox {
    /// What is looked for.
    pub search: Search,
    /// Whether the field still has to take the focus.
    pub fresh: bool,
}

/// Everything that is half typed.
#[derive(Default)]
pub struct Scratch {
    /// The form at the right.
    pub form: Option<Form>,
    /// The page of the centre.
    pub tab: Tab,
    /// The grid: scrolling, widths, selection.
    pub grid: GridState,
    /// How the columns of the view are arranged.
    pub arrange: Arrange,
    /// The palette, when it is open.
    pub palette: Option<Palette>,
    /// Whether the list of keys is open.
    pub keys: bool,
    /// Whether the settings are open.
    pub settings: bool,
    /// Whether the words for those who come from Excel are open.
    pub excel: bool,
    /// Whether the history is open.
    pub history: bool,
    /// Whether the list of notices is open.
    pub notices: bool,
    /// The published versions, when they are open.
    pub versions: Option<Versions>,
    /// The output options, when the run panel is open.
    pub run: Option<Output>,
    /// The search in the list of columns.
    pub column_search: String,
    /// The steps that are chosen, and the one that was chosen last.
    pub picked: BTreeSet<usize>,
    /// The step from which Shift extends the choice.
    pub picked_from: usize,
    /// A note that is being written: step, text.
    pub note: Option<(usize, String)>,
    /// A path that is being typed, where no dialog answers.
    pub typed_path: Option<(Purpose, String)>,
    /// Whether the left panel is folded.
    pub left_folded: bool,
    /// Whether the right panel is folded.
    pub right_folded: bool,
    /// The name under which the view is to be saved.
    pub view_name: String,
    /// The field for a text to find, when it is open.
    pub find: Option<FindBox>,
    /// The value of a facet that is being written otherwise: column, value, text.
    pub rename: Option<(String, String, String)>,
    /// The limits of a facet as they are being written: column, from, to.
    pub limits: Option<(String, [String; 2])>,
    /// The cell to bring into view: its row by its place on screen, its column when one is meant.
    pub reveal_cell: Option<(u64, Option<String>)>,
    /// Questions about how a file is read that are put off.
    pub put_off: BTreeSet<String>,
    /// The question about how a file is read that was answered by keys: the one that follows takes the keyboard. Empty: the first.
    pub decide: Option<String>,
    /// Widths and scrolling that wait for the next sheet: the column to bring into view.
    pub reveal: Option<String>,
}
