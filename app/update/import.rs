//! Changes of how a file is read: a choice becomes part of the project, the steps stay, and undo takes it back.

use crate::model::import::Choice;
use crate::model::{Model, Project};
use crate::scratch::{Scratch, Tab};

/// Reads the main file otherwise.
pub(super) fn choose(model: &mut Model, choice: &Choice) {
    let mut project = Project::clone(model.project());
    let Some(dataset) = &mut project.dataset else { return };
    choice.apply(&mut dataset.options);
    model.history.commit(&choice.label(), project);
}

/// Shows the table as it was read, at a line of the file, and a column of it.
pub(super) fn go_to_line(model: &mut Model, scratch: &mut Scratch, column: Option<String>, line: u64) {
    let row = model.source().and_then(|source| source.import.as_ref()).map(|import| import.row_of(line));
    // Steps may have moved or removed the row.
    super::steps::look_at(model, scratch, Some(0));
    scratch.tab = Tab::Import;
    scratch.reveal = column;
    scratch.grid.top = row.unwrap_or_default();
}
