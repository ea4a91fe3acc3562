//! The difference between two lists of steps, for people: which steps stayed, came, went, moved or were edited, and what of them.

use super::Step;

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing.
    Same,
    /// It came.
    Added,
    /// It went.
    Removed,
    /// It is another one of the same operation.
    Edited,
    /// It stands elsewhere.
    Moved,
}

/// A line of the difference: a step by its places in the older and in the newer list, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its place before; none when it came.
    pub was: Option<usize>,
    /// Its place after; none when it went.
    pub now: Option<usize>,
    /// What became of it.
    pub fate: Fate,
}

/// What of a step was edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// A parameter: its name, its text before and after.
    Param(String, Option<String>, Option<String>),
    /// The conditions.
    Conditions,
    /// Whether it keeps the columns that the data decided, and which.
    Columns {
        /// Whether it keeps columns now.
        kept: bool,
    },
    /// The note, before and after.
    Note(Option<String>, Option<String>),
    /// It was switched off.
    SwitchedOff,
    /// It was switched on.
    SwitchedOn,
}

impl Step {
    /// Whether another step does and says the same, however its file writes it.
    pub fn same_as(&self, other: &Self) -> bool {
        self.said() == other.said()
    }

    /// What it does and says.
    fn said(&self) -> (String, Option<&str>, bool) {
        (self.meaning(), self.note(), self.disabled())
    }
}

/// The difference between two lists of steps, in the order of the newer one; steps that went stand where they stood.
pub fn difference(old: &[Step], new: &[Step]) -> Vec<Line> {
    let mut lines = Vec::new();
    let (mut from, mut to) = (0, 0);
    for (was, now) in kept(old, new) {
        between(old, new, from..was, to..now, &mut lines);
        lines.push(Line { was: Some(was), now: Some(now), fate: Fate::Same });
        (from, to) = (was + 1, now + 1);
    }
    between(old, new, from..old.len(), to..new.len(), &mut lines);
    moved(old, new, lines)
}

/// What of a step was edited.
pub fn edits(was: &Step, now: &Step) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (name, text) in was.params() {
        if now.param(name) != Some(text.as_str()) {
            edits.push(Edit::Param(name.clone(), Some(text.clone()), now.param(name).map(str::to_owned)));
        }
    }
    for (name, text) in now.params().iter().filter(|(name, _)| was.param(name).is_none()) {
        edits.push(Edit::Param(name.clone(), None, Some(text.clone())));
    }
    if was.conditions() != now.conditions() {
        edits.push(Edit::Conditions);
    }
    if was.kept() != now.kept() {
        edits.push(Edit::Columns { kept: now.kept().is_some() });
    }
    if was.note() != now.note() {
        edits.push(Edit::Note(was.note().map(str::to_owned), now.note().map(str::to_owned)));
    }
    match (was.disabled(), now.disabled()) {
        (false, true) => edits.push(Edit::SwitchedOff),
        (true, false) => edits.push(Edit::SwitchedOn),
        _ => {}
    }
    edits
}

/// The longest list of steps that both have in the same order, as pairs of places.
fn kept(old: &[Step], new: &[Step]) -> Vec<(usize, usize)> {
    let (rows, columns) = (old.len(), new.len());
    let [old, new] = [old, new].map(|steps| steps.iter().map(Step::said).collect::<Vec<_>>());
    let same = |was: usize, now: usize| old[was] == new[now];
    // How many of the steps from two places on both have.
    let mut longest = vec![vec![0_usize; columns + 1]; rows + 1];
    for was in (0..rows).rev() {
        for now in (0..columns).rev() {
            longest[was][now] = if same(was, now) {
                longest[was + 1][now + 1] + 1
            } else {
                longest[was + 1][now].max(longest[was][now + 1])
            };
        }
    }
    let (mut was, mut now) = (0, 0);
    let mut pairs = Vec::new();
    while was < rows && now < columns {
        if same(was, now) {
            pairs.push((was, now));
            (was, now) = (was + 1, now + 1);
        } else if longest[was + 1][now] >= longest[was][now + 1] {
            was += 1;
        } else {
            now += 1;
        }
    }
    pairs
}

/// Steps between two that stayed: those of the same operation are one that was edited.
fn between(
    old: &[Step],
    new: &[Step],
    gone: std::ops::Range<usize>,
    come: std::ops::Range<usize>,
    lines: &mut Vec<Line>,
) {
    let mut come = come.peekable();
    for was in gone {
        let operation = old[was].operation();
        let partner = come.clone().find(|now| new[*now].operation() == operation);
        match partner {
            Some(partner) => {
                while let Some(now) = come.next_if(|now| *now < partner) {
                    lines.push(Line { was: None, now: Some(now), fate: Fate::Added });
                }
                come.next();
                lines.push(Line { was: Some(was), now: Some(partner), fate: Fate::Edited });
            }
            None => lines.push(Line { was: Some(was), now: None, fate: Fate::Removed }),
        }
    }
    lines.extend(come.map(|now| Line { was: None, now: Some(now), fate: Fate::Added }));
}

/// A step that went here and came there is one that moved.
fn moved(old: &[Step], new: &[Step], mut lines: Vec<Line>) -> Vec<Line> {
    for at in 0..lines.len() {
        let Line { was: None, now: Some(now), .. } = lines[at] else { continue };
        let gone = lines
            .iter()
            .position(|line| line.fate == Fate::Removed && line.was.is_some_and(|was| old[was].same_as(&new[now])));
        if let Some(gone) = gone {
            lines[at] = Line { was: lines[gone].was, now: Some(now), fate: Fate::Moved };
            // Told once; the place is left out below.
            lines[gone].was = None;
        }
    }
    lines.retain(|line| line.was.is_some() || line.now.is_some());
    lines
}
