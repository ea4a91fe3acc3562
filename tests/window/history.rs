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
fn random_walks_agree_with_a_plain_list() {
    for seed in 100..160 {
        let mut dice = Dice(seed);
        let mut history = History::default();
        let (mut states, mut at) = (vec![Project::default()], 0_usize);
        let mut saved = Some(Project::default());
        for _ in 0..120 {
            match dice.below(5) {
                0 => {
                    assert_eq!(history.undo(), at > 0);
                    at = at.saturating_sub(1);
                }
                1 => {
                    assert_eq!(history.redo(), at + 1 < states.len());
                    at = (at + 1).min(states.len() - 1);
                }
                2 => {
                    history.mark_saved();
                    saved = Some(states[at].clone());
                }
                _ => {
                    let mut project = states[at].clone();
                    edit(&mut project, &mut dice);
                    history.commit("edit", project.clone());
                    if project != states[at] {
                        states.truncate(at + 1);
                        states.push(project);
                        at += 1;
                    }
                }
            }
            assert_eq!(**history.project(), states[at], "seed {seed}");
            assert_eq!(history.undo_label().is_some(), at > 0);
            assert_eq!(history.redo_label().is_some(), at + 1 < states.len());
            // What differs from what is on disk is never taken for saved.
            assert!(history.is_unsaved() || saved.as_ref() == Some(&states[at]), "seed {seed}");
        }
        history.mark_unsaved();
        assert!(history.is_unsaved());
    }
}
