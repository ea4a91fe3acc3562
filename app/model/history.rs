//! Undo and redo: immutable states of the project in a tree, and a cursor. Only `commit` adds one, and nothing ever takes one away: what
//! was undone before something else was done stays on a branch of its own.

use super::Project;
use std::sync::Arc;

/// One state, and what led to it.
#[derive(Clone, Debug)]
struct State {
    label: String,
    project: Arc<Project>,
    /// The state before it; none for the first.
    parent: Option<usize>,
    /// Where redo leads: the state after it that was the present one last.
    next: Option<usize>,
}

/// A state as a list of the history shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Names the state for [`History::go_to`].
    pub at: usize,
    /// What a person did; empty for the first state.
    pub label: String,
    /// How many steps the recipe has then.
    pub steps: usize,
    /// Whether it is on another branch than the one that undo and redo move on.
    pub aside: bool,
    /// Whether it is the present one.
    pub is_now: bool,
    /// Whether it is what is on disk.
    pub is_saved: bool,
}

/// All states of a project since it was opened.
#[derive(Clone, Debug)]
pub struct History {
    states: Vec<State>,
    at: usize,
    saved: Option<usize>,
}

impl Default for History {
    fn default() -> Self {
        Self::new(Project::default())
    }
}

impl History {
    /// A history that begins with a project as it was opened.
    pub fn new(project: Project) -> Self {
        let first = State { label: String::new(), project: Arc::new(project), parent: None, next: None };
        Self { states: vec![first], at: 0, saved: Some(0) }
    }

    /// The project now.
    pub fn project(&self) -> &Arc<Project> {
        &self.states[self.at].project
    }

    /// Makes a new state the present one; what was undone before stays on its own branch. A state like the present one is not added.
    pub fn commit(&mut self, label: &str, project: Project) {
        if **self.project() == project {
            return;
        }
        let at = self.states.len();
        let parent = Some(self.at);
        self.states.push(State { label: label.to_owned(), project: Arc::new(project), parent, next: None });
        self.states[self.at].next = Some(at);
        self.at = at;
    }

    /// Goes one state back.
    pub fn undo(&mut self) -> bool {
        let parent = self.states[self.at].parent;
        self.at = parent.unwrap_or(self.at);
        parent.is_some()
    }

    /// Goes one state forward, on the branch that was visited last.
    pub fn redo(&mut self) -> bool {
        let next = self.states[self.at].next;
        self.at = next.unwrap_or(self.at);
        next.is_some()
    }

    /// Goes to any state, on whatever branch; undo and redo then move on that branch. False when there is no such state.
    pub fn go_to(&mut self, at: usize) -> bool {
        if at >= self.states.len() {
            return false;
        }
        let mut child = at;
        while let Some(parent) = self.states[child].parent {
            self.states[parent].next = Some(child);
            child = parent;
        }
        self.at = at;
        true
    }

    /// Every state, the oldest first.
    pub fn moments(&self) -> Vec<Moment> {
        let mut on_line = vec![false; self.states.len()];
        for (at, state) in self.states.iter().enumerate() {
            // Parents are always older than their children.
            on_line[at] = state.parent.is_none_or(|parent| on_line[parent] && self.states[parent].next == Some(at));
        }
        let moment = |(at, state): (usize, &State)| Moment {
            at,
            label: state.label.clone(),
            steps: state.project.recipe.steps.len(),
            aside: !on_line[at],
            is_now: at == self.at,
            is_saved: self.saved == Some(at),
        };
        self.states.iter().enumerate().map(moment).collect()
    }

    /// What undo would take back.
    pub fn undo_label(&self) -> Option<&str> {
        self.states[self.at].parent.map(|_| self.states[self.at].label.as_str())
    }

    /// What redo would bring back.
    pub fn redo_label(&self) -> Option<&str> {
        self.states[self.at].next.map(|next| self.states[next].label.as_str())
    }

    /// The present state is on disk.
    pub fn mark_saved(&mut self) {
        self.saved = Some(self.at);
    }

    /// A state that was written a moment ago is on disk; there may be newer ones by now.
    pub fn mark_written(&mut self, project: &Arc<Project>) {
        self.saved = self.states.iter().position(|state| Arc::ptr_eq(&state.project, project));
    }

    /// The present state is nowhere on disk.
    pub fn mark_unsaved(&mut self) {
        self.saved = None;
    }

    /// Whether the present state differs from what is on disk.
    pub fn is_unsaved(&self) -> bool {
        self.saved != Some(self.at)
    }
}
