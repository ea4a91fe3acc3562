//! What the columns tell together: asked for when the page that shows it is open.

use crate::model::look::Lens;
use crate::model::together::{Together, Whole};
use crate::model::types::{Fit, Fits};
use crate::model::{Fault, Model};
use crate::worker::{Jobs, Slot};
use brewhouse_engine::facet::{Filter, Plane};
use std::sync::Arc;

/// Counts what the columns of the table at the cursor tell together.
pub(super) fn whole(model: &mut Model, jobs: &Jobs) {
    let Some(key) = model.sheet.value().map(|sheet| sheet.key) else { return };
    if model.together.as_ref().is_some_and(|together| together.key == key) {
        return;
    }
    let pair = model.together.take().and_then(|together| together.pair);
    let mut together = Together { key, ..Together::default() };
    together.whole.begin();
    model.together = Some(together);
    let stage = Arc::clone(&jobs.stage);
    jobs.start(Slot::Whole, move |ticket| {
        stage.send_whole(key, ticket);
        None
    });
    let still = |pair: &[String; 2]| {
        let sheet = model.sheet.value();
        sheet.is_some_and(|sheet| pair.iter().all(|name| sheet.position(name).is_some()))
    };
    if let Some([x, y]) = pair.filter(still) {
        plane(model, jobs, x, y);
    }
}

/// Counts how a column fits other types.
pub(super) fn fits(model: &mut Model, jobs: &Jobs, column: String) {
    let Some(key) = model.sheet.value().map(|sheet| sheet.key) else { return };
    if model.fits.as_ref().is_some_and(|fits| fits.key == key && fits.column == column) {
        return;
    }
    model.fits = Some(Fits { key, column: column.clone(), known: Vec::new() });
    let stage = Arc::clone(&jobs.stage);
    jobs.start(Slot::Fits, move |ticket| {
        stage.send_fits(key, &column, ticket);
        None
    });
}

/// How a column fits a type was counted.
pub(super) fn fit(model: &mut Model, key: u64, column: &str, word: &'static str, fit: Fit) {
    if let Some(fits) = model.fits.as_mut().filter(|fits| fits.key == key && fits.column == column) {
        fits.known.push((word, fit));
    }
}

/// Holds two columns against each other.
pub(super) fn plane(model: &mut Model, jobs: &Jobs, x: String, y: String) {
    let Some(together) = &mut model.together else { return };
    let (key, pair) = (together.key, [x, y]);
    together.closer &= together.pair.as_ref() == Some(&pair);
    together.pair = Some(pair.clone());
    let lens = model.sheet.value().filter(|_| together.closer).map(|sheet| model.lens.fitting(sheet));
    let filters = lens.map(|lens| lens.filters).unwrap_or_default();
    together.plane.begin();
    let stage = Arc::clone(&jobs.stage);
    jobs.start(Slot::Plane, move |ticket| {
        stage.send_plane(key, &pair, &filters, ticket);
        None
    });
}

/// Counts the two columns on the rows that pass the filters alone, or on all again.
pub(super) fn closer(model: &mut Model, jobs: &Jobs) {
    let Some(together) = &mut model.together else { return };
    together.closer = !together.closer;
    if let Some([x, y]) = together.pair.clone() {
        plane(model, jobs, x, y);
    }
}

/// All columns were counted.
pub(super) fn told(model: &mut Model, key: u64, whole: Result<Whole, Fault>) {
    let Some(together) = model.together.as_mut().filter(|together| together.key == key) else { return };
    match whole {
        Ok(whole) => together.whole.done(whole),
        Err(fault) => together.whole.fail(fault),
    }
}

/// Two columns were counted.
pub(super) fn planed(model: &mut Model, key: u64, pair: &[String; 2], plane: Result<Plane, Fault>) {
    let same = |together: &&mut Together| together.key == key && together.pair.as_ref() == Some(pair);
    let Some(together) = model.together.as_mut().filter(same) else { return };
    match plane {
        Ok(plane) => together.plane.done(plane),
        Err(fault) => together.plane.fail(fault),
    }
}

/// Filters by several columns at once.
pub(super) fn filters(lens: &mut Lens, filters: Vec<Filter>) {
    for filter in filters {
        lens.set(filter);
    }
}
