//! The difference between two points of the recipe: which points, and asking for it.

use crate::model::compare::Difference;
use crate::model::sheet::{Only, Sheet};
use crate::model::{Compare, Fault, Loading, Model};
use crate::scratch::{Scratch, Tab};
use crate::worker::{Ask, Jobs, Slot};
use std::sync::Arc;

/// Looks at the difference between two points, or no more.
pub(super) fn compare(model: &mut Model, scratch: &mut Scratch, points: Option<(usize, usize)>) {
    let all = model.steps().len();
    let points = points.map(|(one, other)| (one.min(other), one.max(other).min(all)));
    let Some((from, to)) = points.filter(|(from, to)| from < to) else {
        model.compare = None;
        return;
    };
    super::steps::cancel_form(model, scratch);
    // What was found are rows of one table, and a difference shows two.
    model.find = None;
    scratch.find = None;
    scratch.run = None;
    scratch.versions = None;
    scratch.tab = Tab::Grid;
    scratch.right_folded = false;
    model.cursor = Some(to).filter(|to| *to < all);
    let sheet = model.compare.take().map(|compare| compare.sheet).unwrap_or_default();
    model.compare = Some(Compare { from, to, only: Only::All, sheet, difference: Loading::default() });
}

/// Shows some rows of the difference alone; again the same: all.
pub(super) fn only(model: &mut Model, only: Only) {
    if let Some(compare) = &mut model.compare {
        compare.only = if compare.only == only { Only::All } else { only };
    }
}

/// A difference was told, first without its counts.
pub(super) fn compared(model: &mut Model, compared: Result<(Sheet, Difference), Fault>) {
    let Some(compare) = &mut model.compare else { return };
    match compared {
        Ok((mut sheet, difference)) => {
            let old = if compare.sheet.value().is_some() { &compare.sheet } else { &model.sheet };
            super::events::keep_facts(old, &mut sheet);
            if let Some(old) = compare.sheet.value() {
                sheet.before.clone_from(&old.before);
            }
            compare.sheet.done(sheet);
            compare.difference.done(difference);
        }
        Err(fault) => {
            compare.sheet.fail(fault.clone());
            compare.difference.fail(fault);
        }
    }
}

/// Asks for the difference, when it is another one.
pub(super) fn ask_compare(model: &mut Model, jobs: &mut Jobs) {
    let all = model.steps().len();
    // Steps may have gone since.
    if model.compare.as_ref().is_some_and(|compare| compare.to > all || compare.from >= compare.to) {
        model.compare = None;
    }
    let project = Arc::clone(model.project());
    let epoch = jobs.desk.epoch;
    let wanted = super::asks::wanted_in_view(model);
    let Some(compare) = &mut model.compare else {
        if jobs.desk.compare.take().is_some() {
            jobs.abandon(Slot::Compare);
        }
        return;
    };
    let (points, only) = (compare.points(), compare.only);
    let same = jobs.desk.compare.as_ref().is_some_and(|(asked, at, rows, when)| {
        *at == points && *rows == only && *when == epoch && super::asks::same_data(asked, &project)
    });
    if same {
        return;
    }
    jobs.desk.compare = Some((Arc::clone(&project), points, only, epoch));
    compare.sheet.begin();
    compare.difference.begin();
    let stage = Arc::clone(&jobs.stage);
    jobs.start(Slot::Compare, move |ticket| {
        let ask = Ask { project, depth: points.1, epoch, wanted };
        stage.send_compared(&ask, points, only, ticket);
        None
    });
}
