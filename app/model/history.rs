//! Undo and redo: immutable states of the project and a cursor. Only `commit` adds one.

use super::Project;
use std::sync::Arc;

/// One state, and what led to it.
#[derive(Clone, Debug)]
pub struct State {
    /// What a person did, for the menu: Undo “Delete a step”.
    pub label: String,
    /// The project after it.
    pub project: Arc<Project>,
    id: u64,
}

/// All states of a project since it was opened.
#[derive(Clone, Debug)]
pub struct History {
    states: Vec<State>,
    at: usize,
    saved: Option<u64>,
    next: u64,
}

impl Default for History {
    fn default() -> Self {
        Self::new(Project::default())
    }
}

impl History {
    /// A history that begins with a project as it was opened.
    pub fn new(project: Project) -> Self {
        let first = State { label: String::new(), project: Arc::new(project), id: 0 };
        Self { states: vec![first], at: 0, saved: Some(0), next: 1 }
    }

    /// The project now.
    pub fn project(&self) -> &Arc<Project> {
        &self.states[self.at].project
    }

    /// Makes a new state the present one; what was undone before is dropped. A state like the present one is not added.
    pub fn commit(&mut self, label: &str, project: Project) {
        if **self.project() == project {
            return;
        }
        self.states.truncate(self.at + 1);
        self.states.push(State { label: label.to_owned(), project: Arc::new(project), id: self.next });
        self.next += 1;
        self.at += 1;
    }

    /// Goes one state back.
    pub fn undo(&mut self) -> bool {
        let possible = self.at > 0;
        self.at = self.at.saturating_sub(1);
        possible
    }

    /// Goes one state forward.
    pub fn redo(&mut self) -> bool {
        let possible = self.at + 1 < self.states.len();
        self.at += usize::from(possible);
        possible
    }

    /// What undo would take back.
    pub fn undo_label(&self) -> Option<&str> {
        (self.at > 0).then(|| self.states[self.at].label.as_str())
    }

    /// What redo would bring back.
    pub fn redo_label(&self) -> Option<&str> {
        self.states.get(self.at + 1).map(|state| state.label.as_str())
    }

    /// The present state is on disk.
    pub fn mark_saved(&mut self) {
        self.saved = Some(self.states[self.at].id);
    }

    /// The present state is nowhere on disk.
    pub fn mark_unsaved(&mut self) {
        self.saved = None;
    }

    /// Whether the present state differs from what is on disk.
    pub fn is_unsaved(&self) -> bool {
        self.saved != Some(self.states[self.at].id)
    }
}
