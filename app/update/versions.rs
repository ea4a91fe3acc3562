//! Published versions of the recipe: publishing, and taking up an older one. Both can be undone like any other change.

use crate::model::{Model, Project, Weight};
use crate::scratch::{Scratch, Versions};
use brewhouse_engine::recipe::Version;

/// Opens or closes the versions; the newest one is held against the recipe as it is.
pub(super) fn toggle(model: &mut Model, scratch: &mut Scratch) {
    if scratch.versions.take().is_some() {
        return;
    }
    super::steps::cancel_form(model, scratch);
    model.compare = None;
    scratch.run = None;
    scratch.right_folded = false;
    let newest = model.project().versions.last().map(|version| version.number);
    scratch.versions = Some(Versions { points: [newest, None], ..Versions::default() });
}

/// Publishes the recipe as it is.
pub(super) fn publish(model: &mut Model, scratch: &mut Scratch, description: &str) {
    let project = model.project();
    if project.versions.last().is_some_and(|version| version.is(model.steps())) || model.steps().is_empty() {
        return;
    }
    let number = project.versions.iter().map(|version| version.number).max().unwrap_or(0) + 1;
    let published = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let version = Version::new(number, description.trim(), &published, model.steps().to_vec());
    let before = project.versions.last().map(|version| version.number);
    let mut project = Project::clone(project);
    project.versions.push(version);
    model.history.commit(&format!("Publish version {number}"), project);
    model.notices.say(Weight::Info, format!("Version {number} is published; it is kept when the project is saved"));
    if let Some(versions) = &mut scratch.versions {
        versions.description.clear();
        // What is new in it stays in sight.
        versions.points = if before.is_some() { [before, Some(number)] } else { [Some(number), None] };
    }
}

/// Takes the steps of a published version in the place of those that there are.
pub(super) fn take(model: &mut Model, scratch: &mut Scratch, number: u64) {
    let mut project = Project::clone(model.project());
    let Some(version) = project.versions.iter().find(|version| version.number == number) else { return };
    project.recipe.steps.clone_from(&version.recipe.steps);
    super::steps::cancel_form(model, scratch);
    scratch.picked.clear();
    model.compare = None;
    model.cursor = None;
    model.history.commit(&format!("Take up version {number}"), project);
}
