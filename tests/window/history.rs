//! The history of a project: random edits, undone to the start and redone to the end.

use brewhouse::model::{History, Output, Project};
use brewhouse_engine::recipe::Step;
use std::path::PathBuf;

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// One random edit; it may leave the project as it is.
fn edit(project: &mut Project, dice: &mut Dice) {
    let steps = &mut project.recipe.steps;
    let at = dice.below(steps.len().max(1));
    match dice.below(6) {
        0 | 1 => {
            let mut step = Step::new(["UPPER_CASE", "LOWER_CASE", "DELETE"][dice.below(3)]);
            step.set_param("sourceColumn", Some(format!("c{}", dice.below(4))));
            steps.insert(dice.below(steps.len() + 1), step);
        }
        2 if !steps.is_empty() => drop(steps.remove(at)),
        3 if !steps.is_empty() => steps[at].set_disabled(dice.below(2) == 0),
        4 if !steps.is_empty() => steps[at].set_note(Some(format!("note {}", dice.below(3)))),
        _ => {
            project.output =
                Output { path: PathBuf::from(format!("out-{}.parquet", dice.below(3))), ..Output::default() }
        }
    }
}

#[test]
fn undo_leads_to_the_start_and_redo_to_the_end() {
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let mut history = History::default();
        let mut states = vec![Project::clone(history.project())];
        for number in 0..dice.below(40) {
            let mut project = Project::clone(history.project());
            edit(&mut project, &mut dice);
            if Some(&project) != states.last() {
                states.push(project.clone());
            }
            history.commit(&format!("edit {number}"), project);
        }
        for state in states.iter().rev() {
            assert_eq!(&**history.project(), state, "seed {seed}");
            history.undo();
        }
        assert!(!history.undo() && history.undo_label().is_none());
        assert!(!history.is_unsaved(), "the start is what was opened");
        for state in &states {
            assert_eq!(&**history.project(), state, "seed {seed}");
            history.redo();
        }
        assert!(!history.redo() && history.redo_label().is_none());
        assert_eq!(history.is_unsaved(), states.len() > 1);
    }
}

#[test]
fn random_walks_agree_with_a_plain_tree() {
    for seed in 100..160 {
        let mut dice = Dice(seed);
        let mut history = History::default();
        // Of each state: the project, its parent, and the child that was visited last.
        let mut states = vec![(Project::default(), None::<usize>, None::<usize>)];
        let mut at = 0;
        let mut saved = Some(Project::default());
        for _ in 0..120 {
            match dice.below(6) {
                0 => {
                    assert_eq!(history.undo(), states[at].1.is_some());
                    at = states[at].1.unwrap_or(at);
                }
                1 => {
                    assert_eq!(history.redo(), states[at].2.is_some());
                    at = states[at].2.unwrap_or(at);
                }
                2 => {
                    history.mark_saved();
                    saved = Some(states[at].0.clone());
                }
                3 => {
                    at = dice.below(states.len());
                    assert!(history.go_to(at));
                    let mut child = at;
                    while let Some(parent) = states[child].1 {
                        states[parent].2 = Some(child);
                        child = parent;
                    }
                }
                _ => {
                    let mut project = states[at].0.clone();
                    edit(&mut project, &mut dice);
                    history.commit("edit", project.clone());
                    if project != states[at].0 {
                        states.push((project, Some(at), None));
                        states[at].2 = Some(states.len() - 1);
                        at = states.len() - 1;
                    }
                }
            }
            assert_eq!(**history.project(), states[at].0, "seed {seed}");
            assert_eq!(history.undo_label().is_some(), states[at].1.is_some());
            assert_eq!(history.redo_label().is_some(), states[at].2.is_some());
            // What differs from what is on disk is never taken for saved.
            assert!(history.is_unsaved() || saved.as_ref() == Some(&states[at].0), "seed {seed}");
            let moments = history.moments();
            assert_eq!(moments.len(), states.len(), "nothing is ever lost");
            assert_eq!(moments.iter().position(|moment| moment.is_now), Some(at));
        }
        assert!(!history.go_to(states.len()));
        history.mark_unsaved();
        assert!(history.is_unsaved());
    }
}

#[test]
fn what_was_undone_before_something_else_was_done_stays() {
    let mut history = History::default();
    let project = |name: &str| Project { name: name.into(), ..Project::default() };
    history.commit("first", project("a"));
    history.commit("second", project("b"));
    history.undo();
    history.commit("instead", project("c"));
    let written = std::sync::Arc::clone(history.project());
    let aside = |history: &History| -> Vec<String> {
        history.moments().into_iter().filter(|m| m.aside).map(|m| m.label).collect()
    };
    assert_eq!(aside(&history), ["second"]);
    history.go_to(2);
    assert_eq!(history.project().name, "b");
    assert_eq!(aside(&history), ["instead"]);
    history.mark_written(&written);
    assert!(history.is_unsaved(), "another state than this one was written");
}
