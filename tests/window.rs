//! The window, driven without a display: a file is opened, steps are added by clicking, undone, and looked at.

use brewhouse::window::Window;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

type Driven<'a> = Harness<'a, Option<Window>>;

fn open(paths: Vec<PathBuf>) -> Driven<'static> {
    let size = egui::vec2(1440.0, 900.0);
    let draw = move |ui: &mut egui::Ui, window: &mut Option<Window>| {
        let ctx = ui.ctx().clone();
        let window = window.get_or_insert_with(|| Window::new_for_test(&ctx, paths.clone()));
        window.logic(&ctx);
        window.ui(ui);
    };
    let mut harness = Harness::builder().with_size(size).build_ui_state(draw, None);
    settle(&mut harness);
    harness
}

/// Draws frames until no work is under way.
fn settle(harness: &mut Driven<'_>) {
    let start = Instant::now();
    let mut quiet = 0;
    while quiet < 4 {
        assert!(start.elapsed() < Duration::from_mins(2), "the window never came to rest");
        harness.step();
        let busy = harness.state().as_ref().is_none_or(Window::is_busy);
        quiet = if busy { 0 } else { quiet + 1 };
        if busy {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn click(harness: &mut Driven<'_>, label: &str) {
    harness.get_by_label(label).click();
    settle(harness);
}

fn table(rows: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.csv");
    std::fs::write(&path, rows).unwrap();
    (folder, path)
}

#[test]
fn a_step_is_made_by_clicking_and_undone() {
    let (_folder, path) = table("name,age\n ada ,36\nbo,\ncy,40\n");
    let mut harness = open(vec![path]);
    let sheet = |harness: &Driven<'_>| {
        let model = harness.state().as_ref().unwrap().model();
        (model.sheet.value().unwrap().rows, model.steps().len())
    };
    assert_eq!(sheet(&harness), (3, 0));
    click(&mut harness, "Format");
    click(&mut harness, "Uppercase…");
    click(&mut harness, "Column: choose…");
    click(&mut harness, "A name");
    let draft = harness.state().as_ref().unwrap().model().draft.as_ref().unwrap();
    let effect = draft.sheet.value().unwrap().effect.unwrap();
    assert_eq!((effect.changed, effect.failed, effect.counted), (3, 0, true));
    click(&mut harness, "Apply");
    assert_eq!(sheet(&harness), (3, 1));
    let text = |harness: &Driven<'_>| {
        let model = harness.state().as_ref().unwrap().model();
        model.sheet.value().unwrap().cell(0, 0).unwrap().text.clone()
    };
    assert_eq!(text(&harness).as_deref(), Some(" ADA "));
    click(&mut harness, "Undo: Write name in upper case");
    assert_eq!(sheet(&harness), (3, 0));
    assert_eq!(text(&harness).as_deref(), Some(" ada "));
}

#[test]
fn the_first_page_offers_a_file_and_the_sample() {
    let harness = open(Vec::new());
    harness.get_by_label("Open a file");
    harness.get_by_label_contains("Open the sample");
}
