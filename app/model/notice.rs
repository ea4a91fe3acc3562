//! Messages that belong to no step and no field.

use std::time::Instant;

/// How much a notice weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Something was done.
    Info,
    /// Something needs a look.
    Warning,
    /// Something failed.
    Error,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Notice {
    /// How much it weighs.
    pub weight: Weight,
    /// What happened, to what, and what can be done.
    pub text: String,
    /// When it was said.
    pub at: Instant,
}

/// All messages of this session, newest last.
#[derive(Debug, Default)]
pub struct Notices {
    /// The messages.
    pub list: Vec<Notice>,
}

impl Notices {
    /// Adds a message; the same message twice in a row is said once.
    pub fn say(&mut self, weight: Weight, text: impl Into<String>) {
        let text = text.into();
        if self.list.last().is_some_and(|last| last.text == text) {
            self.list.pop();
        }
        self.list.push(Notice { weight, text, at: Instant::now() });
    }

    /// The newest message, while it is fresh; an error stays until it is dismissed.
    pub fn fresh(&self) -> Option<&Notice> {
        let last = self.list.last()?;
        let lasts = if last.weight == Weight::Info { 6 } else { 60 };
        (last.at.elapsed().as_secs() < lasts).then_some(last)
    }
}
