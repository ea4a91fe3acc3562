//! Everything that takes time: slots of named threads that answer with events. In each slot the newest request wins, and an older one
//! is asked to stop.
//!
//! A job ends in exactly one outcome; a panic in it becomes an error. A worker changes no model.

pub mod desk;
pub mod desktop;
pub mod dialog;
pub mod event;
pub mod run;
pub mod sample;
pub mod stage;
pub mod store;

mod before;
mod cells;
mod check;
mod chosen;
mod compare;
mod copy;
mod draft;
mod facts;
mod failures;
mod look;
mod profile;
mod read;
mod together;
mod types;

pub use check::moved;
pub use event::Event;
pub use stage::{Ask, Stage};

use crate::model::Fault;
use crate::model::settings::SystemRegion;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

/// What a job is about; each kind has one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The table at the cursor.
    Sheet,
    /// The table under a draft.
    Draft,
    /// The difference between two points of the recipe.
    Compare,
    /// Cells in view.
    Cells,
    /// Facts of the columns in view.
    Facts,
    /// The part of the table that the lens shows.
    Look,
    /// The bars of the rows that pass.
    Fronts,
    /// A search over all rows.
    Find,
    /// The values of a facet.
    Facets,
    /// Where steps that are dragged cannot stand.
    Check,
    /// Cells for the clipboard.
    Copy,
    /// A cell whole.
    Peek,
    /// A column in depth.
    Profile,
    /// How a column fits other types.
    Fits,
    /// All columns together.
    Whole,
    /// Two columns against each other.
    Plane,
    /// The matches of a drafted join.
    Matches,
    /// A dialog that asks for a file.
    Dialog,
    /// A file that is read or written.
    File,
    /// The project, being written.
    Save,
    /// What an earlier session kept, being read.
    Recall,
    /// The journal.
    Journal,
    /// The settings.
    Settings,
    /// A run.
    Run,
    /// A look at files and memory.
    Watch,
    /// What the desktop says of light and dark.
    Desktop,
}

const SLOTS: usize = 26;

/// A job's right to answer: lost as soon as a newer job takes its slot.
#[derive(Clone)]
pub struct Ticket {
    cancel: Arc<AtomicBool>,
    sender: Sender<Event>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Ticket {
    /// Whether a newer job has taken the slot.
    pub fn is_stale(&self) -> bool {
        self.cancel.load(Ordering::Acquire)
    }

    /// The flag that long work looks at: up as soon as a newer job has taken the slot.
    pub fn cancel(&self) -> &Arc<AtomicBool> {
        &self.cancel
    }

    /// Sends an event, unless the job is stale.
    pub fn send(&self, event: Event) {
        if !self.is_stale() {
            self.tell(event);
        }
    }

    /// Sends an event even when the job is stale: what was written is told.
    pub fn tell(&self, event: Event) {
        if self.sender.send(event).is_ok() {
            (self.wake)();
        }
    }
}

/// Where things are kept, and which program a run starts.
#[derive(Clone, Debug)]
pub struct Places {
    /// Journal, settings and recent projects; none: nothing is kept.
    pub folder: Option<PathBuf>,
    /// Side files, which may be deleted at any time.
    pub cache: PathBuf,
    /// The program that a run starts; none: this one.
    pub program: Option<PathBuf>,
    /// Whether the desktop is asked for files; else paths are typed.
    pub dialogs: bool,
    /// How numbers and dates are written here.
    pub region: SystemRegion,
}

impl Places {
    /// The folders of the user, and this program.
    pub fn of_user() -> Self {
        let folder = store::folder();
        let cache = store::cache_folder(folder.as_deref());
        let region = SystemRegion::of_environment();
        Self { folder, cache, program: None, dialogs: dialog::service_answers(), region }
    }

    /// Everything below one folder, and no dialogs.
    pub fn below(folder: &Path) -> Self {
        let (data, cache) = (folder.join("data"), folder.join("cache"));
        Self { folder: Some(data), cache, program: None, dialogs: false, region: SystemRegion::default() }
    }
}

/// The workers.
pub struct Jobs {
    /// The data that is open.
    pub stage: Arc<Stage>,
    /// What was asked for last.
    pub desk: desk::Desk,
    /// The child process of a run.
    pub running: Arc<Mutex<run::Running>>,
    /// Where journal, settings and recent projects are kept; none: nothing is kept.
    pub folder: Option<PathBuf>,
    /// The program that a run starts; none: this one.
    pub program: Option<PathBuf>,
    /// Whether the desktop is asked for files; else paths are typed.
    pub dialogs: bool,
    sender: Sender<Event>,
    receiver: Receiver<Event>,
    wake: Arc<dyn Fn() + Send + Sync>,
    /// The flag of the newest job of each slot.
    flags: [Mutex<Arc<AtomicBool>>; SLOTS],
    active: [Arc<AtomicUsize>; SLOTS],
}

impl Jobs {
    /// Workers that call `wake` after each event.
    pub fn new(wake: impl Fn() + Send + Sync + 'static, places: Places) -> Self {
        let (sender, receiver) = channel();
        let Places { folder, cache, program, dialogs, region: _ } = places;
        Self {
            stage: Arc::new(Stage::new(cache)),
            desk: desk::Desk::default(),
            running: Arc::default(),
            folder,
            program,
            dialogs,
            sender,
            receiver,
            wake: Arc::new(wake),
            flags: std::array::from_fn(|_| Mutex::default()),
            active: std::array::from_fn(|_| Arc::default()),
        }
    }

    /// Starts a job; an older one in the same slot loses its right to answer.
    pub fn start(&self, slot: Slot, job: impl FnOnce(&Ticket) -> Option<Event> + Send + 'static) {
        let cancel = self.replace(slot);
        let ticket = Ticket { cancel, sender: self.sender.clone(), wake: Arc::clone(&self.wake) };
        let active = Arc::clone(&self.active[slot as usize]);
        active.fetch_add(1, Ordering::AcqRel);
        let answer = ticket.clone();
        let work = move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| job(&ticket)));
            match outcome {
                Ok(Some(event)) => ticket.send(event),
                Ok(None) => {}
                Err(panic) => ticket.send(Event::Broken(slot, Fault::new(panic_words(panic.as_ref())))),
            }
            active.fetch_sub(1, Ordering::AcqRel);
            (ticket.wake)();
        };
        let name = format!("brewhouse-{slot:?}").to_lowercase();
        if let Err(error) = std::thread::Builder::new().name(name).spawn(work) {
            self.active[slot as usize].fetch_sub(1, Ordering::AcqRel);
            answer.send(Event::Broken(slot, Fault::new(format!("no thread could be started: {error}"))));
        }
    }

    /// Takes away the right to answer from whatever is in a slot.
    pub fn abandon(&self, slot: Slot) {
        drop(self.replace(slot));
    }

    /// Raises the flag of the job in a slot and puts a new one in its place.
    fn replace(&self, slot: Slot) -> Arc<AtomicBool> {
        let flag = Arc::<AtomicBool>::default();
        let mut kept = self.flags[slot as usize].lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *kept, Arc::clone(&flag)).store(true, Ordering::Release);
        flag
    }

    /// The next event, if one has arrived.
    pub fn next_event(&self) -> Option<Event> {
        self.receiver.try_recv().ok()
    }

    /// Whether any job is under way that ends by itself.
    pub fn is_busy(&self) -> bool {
        let watch = Slot::Watch as usize;
        self.active.iter().enumerate().any(|(slot, count)| slot != watch && count.load(Ordering::Acquire) > 0)
    }

    /// Whether any job of one kind is under way, an older one among them.
    pub fn is_busy_in(&self, slot: Slot) -> bool {
        self.active[slot as usize].load(Ordering::Acquire) > 0
    }

    /// Whether anything is being written that must be whole before the program ends.
    pub fn is_writing(&self) -> bool {
        let busy = |slot: &Slot| self.active[*slot as usize].load(Ordering::Acquire) > 0;
        [Slot::Save, Slot::File, Slot::Journal, Slot::Settings].iter().any(busy)
    }
}

fn panic_words(panic: &(dyn std::any::Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    let text = text.unwrap_or_default();
    format!("the program made a mistake here: {}", text.lines().next().unwrap_or_default())
}
