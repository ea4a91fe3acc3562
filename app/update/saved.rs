//! Views saved by name: what is looked at can be had again, in this session and in later ones.

use crate::model::look::Facet;
use crate::model::saved::{self, Saved};
use crate::model::{Model, Project, Weight};
use brewhouse_engine::facet::Listing;

/// Values that a facet lists.
const MOST: usize = 2000;

/// Saves the view by a name.
pub(super) fn keep(model: &mut Model, name: &str) {
    let name = name.trim().to_owned();
    if name.is_empty() {
        return;
    }
    let facets = model.facets.iter().map(|facet| facet.listing.column.clone()).collect();
    let saved = Saved { name: name.clone(), lens: Some(model.lens.clone()), facets };
    let mut project = Project::clone(model.project());
    saved::keep(&mut project, &saved);
    model.history.commit(&format!("Save the view {name}"), project);
    model.notices.say(Weight::Info, format!("The view {name} is kept when the project is saved"));
}

/// Looks at the table as a saved view has it.
pub(super) fn take(model: &mut Model, name: &str) {
    let Some(saved) = saved::all(model.project()).into_iter().find(|saved| saved.name == name) else { return };
    let Some(lens) = saved.lens else {
        let words =
            format!("The view {name} asks something that this program does not know; it stays in the project as it is");
        model.notices.say(Weight::Warning, words);
        return;
    };
    model.compare = None;
    model.lens = lens;
    for column in saved.facets {
        if !model.facets.iter().any(|facet| facet.listing.column == column) {
            let listing = Listing { column, most: MOST, ..Listing::default() };
            model.facets.push(Facet { listing, ..Facet::default() });
        }
    }
}

/// Takes a saved view out of the project.
pub(super) fn drop(model: &mut Model, name: &str) {
    let mut project = Project::clone(model.project());
    saved::drop(&mut project, name);
    model.history.commit(&format!("Take out the view {name}"), project);
}
