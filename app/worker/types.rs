//! How many cells of a column would not fit another type, counted on all rows as a draft of the change counts them.

use super::stage::Stage;
use super::{Event, Ticket};
use crate::model::types::{Fit, OFFERED};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::stage;

impl Stage {
    /// Sends for each type that is offered how many cells of a column would not fit.
    pub fn send_fits(&self, key: u64, column: &str, ticket: &Ticket) {
        let (Some(shelf), Ok(cache)) = (self.shelf(key), self.cache()) else { return };
        let env = self.environment();
        for (word, _) in OFFERED {
            if ticket.is_stale() {
                return;
            }
            let step = Step::new("CHANGE_DATA_TYPE").with("sourceColumn", column).with("columnDataType", word);
            let draft = stage::draft(&shelf.view, &step, env, &cache).ok();
            let counts = draft.and_then(|draft| stage::draft_counts(&draft, env, &cache, ticket.cancel()).ok());
            if !ticket.is_stale() {
                let fit = counts.map_or(Fit::Never, |counts| Fit::Fails(counts.failed));
                ticket.send(Event::Fit(key, column.to_owned(), word, fit));
            }
        }
    }
}
