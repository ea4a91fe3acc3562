//! Drives the window as a person does: finds widgets by their names, clicks, types, and waits until a condition holds.

use brewhouse::action::Action;
use brewhouse::model::{Model, Sheet};
use brewhouse::window::Window;
use brewhouse::worker::Places;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, Rect, Vec2};
use egui_kittest::kittest::{By, NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node, TestRenderer};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long anything may take, however slow the machine is.
const LIMIT: Duration = Duration::from_mins(1);

/// The window, with everything it keeps below a folder.
pub(super) struct Driver {
    /// The window in a harness without a display.
    pub(super) harness: Harness<'static, Window>,
}

/// A copy of the sample's orders in a folder.
pub(super) fn orders(folder: &Path) -> PathBuf {
    let path = folder.join("orders.csv");
    let sample = crate::root().join("samples/securecart/orders.csv");
    std::fs::copy(sample, &path).unwrap();
    path
}

impl Driver {
    /// A window that keeps its things below a folder and opens files.
    pub(super) fn new(folder: &Path, paths: Vec<PathBuf>) -> Self {
        Self::drawn(folder, paths, None::<egui_kittest::wgpu::WgpuTestRenderer>)
    }

    /// The same, with something that makes pictures of it.
    pub(super) fn drawn(folder: &Path, paths: Vec<PathBuf>, renderer: Option<impl TestRenderer + 'static>) -> Self {
        let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_brewhouse")));
        let places = Places { program, ..Places::below(folder) };
        let builder = Harness::builder().with_size(Vec2::new(1440.0, 900.0)).allow_missing_glyphs();
        let builder = match renderer {
            Some(renderer) => builder.renderer(renderer),
            None => builder,
        };
        Self { harness: builder.build_eframe(move |cc| Window::new(&cc.egui_ctx, places, paths)) }
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

    fn wait_for(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        loop {
            self.harness.step();
            if holds(self) {
                return;
            }
            assert!(start.elapsed() < LIMIT, "waited in vain until {what}; on screen: {:#?}", self.names());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Steps until nothing is under way any more and what came of it is on screen.
    pub(super) fn settle(&mut self) {
        for _ in 0..2 {
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
}
