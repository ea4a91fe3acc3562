//! Drives the window as a person does: finds widgets by their names, clicks, types, and waits until a condition holds.

use brewhouse::action::Action;
use brewhouse::model::{Model, Run, Sheet};
use brewhouse::window::Window;
use brewhouse::worker::Places;
use eframe::egui::accesskit::Role;
use eframe::egui::{
    Context, DroppedFile, Event, FullOutput, Key, Modifiers, OutputCommand, Plugin, Rect, Vec2, ViewportCommand,
    ViewportEvent, ViewportId,
};
use egui_kittest::kittest::{By, NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node, TestRenderer};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// How long anything may take, however slow the machine is.
const LIMIT: Duration = Duration::from_mins(3);

/// The window, with everything it keeps below a folder.
pub(super) struct Driver {
    /// The window in a harness without a display.
    pub(super) harness: Harness<'static, Window>,
    clipboard: Receiver<String>,
}

/// Tells what is copied, whichever frame it happens in: one step of the harness may draw several.
struct Clipboard(Sender<String>);

impl Plugin for Clipboard {
    fn debug_name(&self) -> &'static str {
        "clipboard"
    }

    fn output_hook(&mut self, _: &Context, output: &mut FullOutput) {
        for command in &output.platform_output.commands {
            if let OutputCommand::CopyText(text) = command {
                self.0.send(text.clone()).unwrap();
            }
        }
    }
}

/// A copy of the sample's orders in a folder.
pub(super) fn orders(folder: &Path) -> PathBuf {
    let path = folder.join("orders.csv");
    let sample = crate::root().join("samples/securecart/orders.csv");
    std::fs::copy(sample, &path).unwrap();
    path
}

/// The folder that takes pictures of scenarios; whoever looks at them does not want to wait long either.
fn pictures() -> Option<PathBuf> {
    std::env::var_os("BREWHOUSE_PICTURES").map(PathBuf::from)
}

/// A file that is dropped on the window.
#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

impl Driver {
    /// A window that keeps its things below a folder and opens files.
    pub(super) fn new(folder: &Path, paths: Vec<PathBuf>) -> Self {
        let renderer = pictures().map(|_| egui_kittest::wgpu::WgpuTestRenderer::new());
        Self::drawn(folder, paths, renderer)
    }

    /// Keeps a picture of the window for people to look at, where a folder for them is named.
    pub(super) fn picture(&mut self, name: &str) {
        if let Some(folder) = pictures() {
            self.harness.step();
            self.harness.render().unwrap().save(folder.join(format!("{name}.png"))).unwrap();
        }
    }

    /// The same, with something that makes pictures of it.
    pub(super) fn drawn(folder: &Path, paths: Vec<PathBuf>, renderer: Option<impl TestRenderer + 'static>) -> Self {
        Self::of_places(Self::places(folder), paths, renderer)
    }

    /// Everything below a folder; runs start the real program.
    pub(super) fn places(folder: &Path) -> Places {
        Places { program: Some(PathBuf::from(env!("CARGO_BIN_EXE_brewhouse"))), ..Places::below(folder) }
    }

    /// A window with its places.
    pub(super) fn of_places(
        places: Places,
        paths: Vec<PathBuf>,
        renderer: Option<impl TestRenderer + 'static>,
    ) -> Self {
        let builder = Harness::builder().with_size(Vec2::new(1440.0, 900.0)).allow_missing_glyphs();
        let builder = match renderer {
            Some(renderer) => builder.renderer(renderer),
            None => builder,
        };
        let (sender, clipboard) = channel();
        let harness = builder.build_eframe(move |cc| {
            cc.egui_ctx.add_plugin(Clipboard(sender));
            Window::new(&cc.egui_ctx, places, paths)
        });
        Self { harness, clipboard }
    }

    /// A window with the orders of a folder, read and counted.
    pub(super) fn with_orders(folder: &Path) -> Self {
        let mut driver = Self::new(folder, vec![orders(folder)]);
        driver.wait("the orders are read and counted", |model| model.source().is_some_and(|source| source.complete));
        driver.settle();
        driver
    }

    /// What is true.
    pub(super) fn model(&self) -> &Model {
        self.harness.state().model()
    }

    /// Carries out an action, as a dialog that was answered does.
    pub(super) fn act(&mut self, action: Action) {
        let ctx = self.harness.ctx.clone();
        self.harness.state_mut().act(&ctx, action);
        self.harness.step();
    }

    /// The sheet that is shown.
    pub(super) fn sheet(&self) -> &Sheet {
        self.model().shown().unwrap()
    }

    /// The text of a cell that is on screen.
    pub(super) fn cell(&self, row: u64, column: &str) -> Option<String> {
        let sheet = self.sheet();
        sheet.cell(row, sheet.position(column).unwrap()).unwrap().text.as_deref().map(str::to_owned)
    }

    /// The sentences of the recipe as they are read out.
    pub(super) fn sentences(&self) -> Vec<String> {
        let steps = self.harness.query_all(By::new().role(Role::ListItem));
        steps.filter_map(|node| node.accesskit_node().label()).filter(|label| label.starts_with("Step ")).collect()
    }

    /// All names and texts on screen, for the words of a failure.
    pub(super) fn names(&self) -> Vec<String> {
        let nodes = self.harness.query_all(By::new());
        nodes.filter_map(|node| node.accesskit_node().label().or_else(|| node.accesskit_node().value())).collect()
    }

    /// Where a text stands that is on screen; none when it is not.
    pub(super) fn text(&self, part: &str) -> Option<Rect> {
        self.harness.query_all(By::new().role(Role::Label).label_contains(part)).next().map(|node| node.rect())
    }

    /// The widget of a name; a text is none.
    pub(super) fn widget(&self, name: &str) -> Option<Node<'_>> {
        let called = |node: &Node<'_>| {
            let node = node.accesskit_node();
            node.role() != Role::Label && node.label().as_deref() == Some(name)
        };
        let found: Vec<Node<'_>> = self.harness.query_all(By::new()).filter(called).collect();
        assert!(found.len() < 2, "{} widgets are called “{name}”", found.len());
        found.into_iter().next()
    }

    /// Where the head of a column stands, by how its name begins.
    pub(super) fn head(&self, begin: &str) -> Option<Rect> {
        let mut heads = self.harness.query_all(By::new().role(Role::ColumnHeader));
        heads
            .find(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with(begin)))
            .map(|node| node.rect())
    }

    /// Steps until a condition holds.
    pub(super) fn wait(&mut self, what: &str, holds: impl Fn(&Model) -> bool) {
        self.wait_for(what, |driver| holds(driver.model()));
    }

    pub(super) fn wait_for(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        loop {
            self.harness.step();
            if holds(self) {
                return;
            }
            let limit = if pictures().is_some() { Duration::from_secs(15) } else { LIMIT };
            assert!(start.elapsed() < limit, "waited in vain until {what}; on screen: {:#?}", self.names());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Steps until nothing is under way any more and what came of it is on screen.
    pub(super) fn settle(&mut self) {
        // What one answer brings on screen may ask for the next.
        for _ in 0..4 {
            self.wait_for("nothing is under way", |driver| {
                let model = driver.model();
                let drafted = model.draft.as_ref().is_none_or(|draft| draft.sheet.waiting().is_none());
                !driver.harness.state().is_busy() && model.sheet.waiting().is_none() && drafted
            });
        }
    }

    /// Clicks on the widget of a name, as soon as it stands still.
    pub(super) fn click(&mut self, name: &str) {
        let last = std::cell::Cell::new(None);
        self.wait_for(&format!("“{name}” can be clicked"), |driver| {
            let rect = driver.widget(name).filter(|node| !node.accesskit_node().is_disabled()).map(|node| node.rect());
            rect.is_some() && last.replace(rect) == rect
        });
        self.widget(name).unwrap().click();
        self.harness.step();
        self.harness.step();
    }

    /// Clicks with keys held down.
    pub(super) fn click_with(&mut self, name: &str, modifiers: Modifiers) {
        let last = std::cell::Cell::new(None);
        self.wait_for(&format!("“{name}” can be clicked"), |driver| {
            let rect = driver.widget(name).map(|node| node.rect());
            rect.is_some() && last.replace(rect) == rect
        });
        self.widget(name).unwrap().click_modifiers(modifiers);
        self.harness.step();
        self.harness.step();
    }

    /// Drags from the middle of one widget to that of another.
    pub(super) fn drag(&mut self, from: &str, to: &str) {
        let (from, to) = [from, to].map(|name| self.widget(name).unwrap().rect().center()).into();
        self.harness.hover_at(from);
        self.harness.step();
        self.harness.drag_at(from);
        self.harness.step();
        for part in 1..=5_u8 {
            self.harness.hover_at(from + (to - from) * (f32::from(part) / 5.0));
            self.harness.step();
        }
        self.harness.drop_at(to);
        self.harness.step();
        self.harness.step();
    }

    /// The whole name of a widget by how it begins.
    pub(super) fn name_of(&self, begin: &str) -> String {
        let names = self.names();
        let found: Vec<&String> = names.iter().filter(|name| name.starts_with(begin)).collect();
        assert_eq!(found.len(), 1, "widgets whose name begins with “{begin}”: {found:?} of {names:#?}");
        found[0].clone()
    }

    /// Clicks through names, one after the other.
    pub(super) fn clicks(&mut self, names: &[&str]) {
        for name in names {
            self.click(name);
        }
    }

    /// Takes a column from the list that a control opens.
    pub(super) fn pick(&mut self, control: &str, column: &str) {
        self.click(control);
        self.wait_for("the list of columns takes what is typed", |driver| {
            driver.widget("Find a column").is_some_and(|search| search.is_focused())
        });
        self.widget("Find a column").unwrap().type_text(column);
        self.harness.step();
        self.click(column);
    }

    /// Types into the field of a name.
    pub(super) fn enter(&mut self, name: &str, text: &str) {
        self.click(name);
        self.widget(name).unwrap().type_text(text);
        self.harness.step();
    }

    /// Moves the pointer over the widget of a name.
    pub(super) fn hover(&mut self, name: &str) {
        self.widget(name).unwrap().hover();
        self.harness.step();
        self.harness.step();
    }

    /// Presses a key.
    pub(super) fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.step();
        self.harness.step();
    }

    /// Types where the focus is.
    pub(super) fn type_text(&mut self, text: &str) {
        self.harness.event(Event::Text(text.to_owned()));
        self.harness.step();
        self.harness.step();
    }

    /// Types a path where no dialog answers, and Enter.
    pub(super) fn type_path(&mut self, path: &Path) {
        self.wait_for("a path can be typed", |driver| driver.widget("Path").is_some_and(|field| field.is_focused()));
        self.type_text(&path.to_string_lossy());
        self.press(Modifiers::NONE, Key::Enter);
    }

    /// Adds a second table by its path.
    pub(super) fn add_table(&mut self, path: &Path) {
        let before = self.model().project().others.len();
        self.click("Add a table");
        self.type_path(path);
        self.wait("the table is added and read", |model| {
            let others = &model.project().others;
            others.len() > before && others.iter().all(|other| model.source_of(other).is_some())
        });
        self.settle();
    }

    /// Saves the project under a name that is typed.
    pub(super) fn save_as(&mut self, path: &Path) {
        self.press(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::S);
        self.type_path(path);
        self.wait("the project is saved", |model| !model.history.is_unsaved());
        self.settle();
    }

    /// Applies the form and waits for the table.
    pub(super) fn apply(&mut self) {
        self.settle();
        let faults = self.model().draft.as_ref().map(|draft| draft.faults.clone());
        assert_eq!(faults, Some(Vec::new()), "the form is filled in");
        self.click("Apply");
        self.settle();
        assert_eq!(self.model().faults, [], "the recipe has no fault");
    }

    /// Runs with what the panel offers; gives back the file that was written.
    pub(super) fn run(&mut self) -> PathBuf {
        self.clicks(&["Run", "Write the table"]);
        self.wait("the run is over", |model| matches!(model.run, Run::Over(_)));
        self.harness.step();
        let Run::Over(ended) = &self.model().run else { panic!("the run is not over") };
        assert!(ended.ok, "{}", ended.message);
        ended.output.clone()
    }

    /// Runs in the window, saves, runs what was saved headlessly: both write the same bytes.
    pub(super) fn run_as_headless(&mut self, folder: &Path) -> PathBuf {
        let written = self.run();
        let saved = folder.join("saved.brewhouse.json");
        self.save_as(&saved);
        let headless = folder.join("headless.parquet");
        let mut command = Command::new(env!("CARGO_BIN_EXE_brewhouse"));
        let run = command.arg("run").arg(&saved).arg("--output").arg(&headless).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let same = std::fs::read(&written).unwrap() == std::fs::read(&headless).unwrap();
        assert!(same, "the window and the command write the same bytes");
        written
    }

    /// Drops a file on the window.
    pub(super) fn drop_file(&mut self, path: &Path) {
        self.harness.input_mut().dropped_files.push(Arc::new(Dropped(path.to_owned())));
        self.harness.step();
    }

    /// Pastes a text.
    pub(super) fn paste(&mut self, text: &str) {
        self.harness.event(Event::Paste(text.to_owned()));
        self.harness.step();
    }

    /// The next text that comes to the clipboard.
    pub(super) fn copied(&mut self) -> String {
        let started = Instant::now();
        loop {
            self.harness.step();
            if let Ok(text) = self.clipboard.try_recv() {
                return text;
            }
            assert!(started.elapsed() < LIMIT, "nothing was copied; {:?}", self.model().notices.list.last());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Asks the window to close, as its frame does; tells whether it goes, or stays and asks.
    pub(super) fn close(&mut self) -> bool {
        self.harness.input_mut().viewports.entry(ViewportId::ROOT).or_default().events.push(ViewportEvent::Close);
        self.harness.step();
        self.goes_within(Duration::from_secs(2))
    }

    /// Whether the window goes after it was told to, however long what is under way takes.
    pub(super) fn goes(&mut self) -> bool {
        self.goes_within(LIMIT)
    }

    fn goes_within(&mut self, limit: Duration) -> bool {
        let started = Instant::now();
        while started.elapsed() < limit {
            let output = self.harness.output().viewport_output.get(&ViewportId::ROOT);
            if output.is_some_and(|output| output.commands.contains(&ViewportCommand::Close)) {
                return true;
            }
            if !self.model().closing && !self.harness.state().is_busy() && self.model().next.is_none() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
            self.harness.step();
        }
        false
    }

    /// The menu of a widget: what a right click on it opens.
    pub(super) fn menu(&mut self, name: &str) {
        self.wait_for(&format!("“{name}” is there"), |driver| driver.widget(name).is_some());
        self.widget(name).unwrap().click_secondary();
        self.harness.step();
        self.harness.step();
    }
}
