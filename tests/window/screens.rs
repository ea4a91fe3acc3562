//! Screens of the window in both themes, as pictures where something is there that can draw one. `PICTURES=folder` draws all of them and
//! keeps them to be looked at, `SCREEN=join` one alone; otherwise three are drawn. What must hold of each: it lies on the ground of its theme, what can be used has a name and lies inside the window.

use super::driver::{Driver, orders};
use brewhouse::action::Action;
use brewhouse::theme::{self, Choice};
use brewhouse_engine::recipe::Step;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, Rect};
use egui_kittest::kittest::{By, NodeT as _, Queryable as _};
use egui_kittest::wgpu::WgpuTestRenderer;
use image::Rgba;
use std::path::{Path, PathBuf};

/// Something that is done to come to a screen.
type Go = fn(&mut Driver);

/// The screens: name, whether the orders are open, the way there.
const SCREENS: &[(&str, bool, Go)] = &[
    ("welcome", false, |_| ()),
    ("grid", true, |_| ()),
    ("type", true, |driver| {
        driver.clicks(&["Column", "Change type…"]);
        driver.pick("Column: choose…", "quantity");
        driver.click("New type: choose…");
        driver.click("Whole number");
    }),
    ("fill", true, |driver| {
        driver.clicks(&["Missing", "Fill with average…"]);
        driver.pick("Column: choose…", "discount_pct");
    }),
    ("sort", true, |driver| {
        driver.clicks(&["Column", "Sort…"]);
        driver.pick("Add a column to sort by", "total_eur");
        driver.pick("Add a column to sort by", "order_id");
    }),
    ("group", true, |driver| {
        driver.clicks(&["Group", "Group…"]);
        driver.pick("Group by: add a column", "category");
    }),
    ("pivot", true, |driver| {
        driver.act(Action::StartForm("PIVOT", None));
        driver.settle();
    }),
    ("join", true, |driver| {
        driver.act(Action::StartForm("JOIN", None));
        driver.settle();
    }),
    ("run", true, |driver| driver.click("Run")),
    ("palette", true, |driver| driver.press(Modifiers::COMMAND, Key::K)),
    ("difference", true, |driver| {
        let upper = Step::new("UPPER_CASE").with("sourceColumn", "region");
        let number = Step::new("CHANGE_DATA_TYPE").with("sourceColumn", "quantity").with("columnDataType", "int");
        let gone =
            Step::new("REMOVE_VALUES").with("sourceColumn", "status").when("IS", Some("[\"cancelled\"]"), "status");
        for step in [upper, number, gone, Step::new("DELETE").with("sourceColumns", "[\"email\"]")] {
            driver.act(Action::AddStep(Box::new(step)));
        }
        driver.settle();
        driver.act(Action::Compare(Some((0, 4))));
    }),
    ("settings", true, |driver| driver.act(Action::SettingsPanel)),
    ("schema", true, |driver| {
        driver.click("Schema");
        driver.settle();
        driver.click("Type of quantity: text");
    }),
    ("together", true, |driver| {
        driver.act(Action::AddStep(Box::new(
            Step::new("CHANGE_DATA_TYPE").with("sourceColumn", "unit_price").with("columnDataType", "double"),
        )));
        driver.act(Action::AddStep(Box::new(
            Step::new("CHANGE_DATA_TYPE").with("sourceColumn", "quantity").with("columnDataType", "int"),
        )));
        driver.click("Profile");
        driver.settle();
        driver.act(Action::Pair("unit_price".into(), "total_eur".into()));
        driver.settle();
        driver
            .widget("unit_price and total_eur: 0.50")
            .or_else(|| driver.widget("Remove them…"))
            .unwrap()
            .scroll_to_me();
    }),
    ("large", true, |driver| {
        driver.harness.ctx.set_zoom_factor(2.0);
        driver.clicks(&["Column"]);
    }),
];

#[test]
fn every_screen_is_whole_in_light_and_in_dark() {
    let drawing = std::panic::catch_unwind(WgpuTestRenderer::new).is_ok();
    if !drawing {
        #[allow(clippy::print_stdout, reason = "a test that skips says so")]
        {
            println!("skipped: nothing is there that could draw a picture");
        }
        return;
    }
    let kept = std::env::var_os("PICTURES").map(PathBuf::from);
    let chosen = std::env::var("SCREEN").ok();
    for (name, open, go) in SCREENS {
        let wanted = kept.is_some() || ["welcome", "group", "run"].contains(name);
        if !wanted || chosen.as_ref().is_some_and(|chosen| chosen != name) {
            continue;
        }
        for choice in [Choice::Light, Choice::Dark] {
            screen(name, *open, *go, choice, kept.as_deref());
        }
    }
}

fn screen(name: &str, open: bool, go: Go, choice: Choice, kept: Option<&Path>) {
    let folder = tempfile::tempdir().unwrap();
    let paths = if open { vec![orders(folder.path())] } else { Vec::new() };
    let mut driver = Driver::drawn(folder.path(), paths, Some(WgpuTestRenderer::new()));
    driver.act(Action::Theme(choice));
    if open {
        driver.wait("the orders are read", |model| model.source().is_some_and(|source| source.complete));
    }
    driver.settle();
    go(&mut driver);
    driver.settle();
    let picture = driver.harness.render().unwrap();
    let word = format!("{name}-{}", choice.title().to_lowercase());
    if let Some(folder) = kept {
        picture.save(folder.join(format!("{word}.png"))).unwrap();
    }
    let ground = theme::in_force(&driver.harness.ctx);
    assert_eq!(ground.dark, choice == Choice::Dark);
    let grounds =
        [ground.surface, ground.background].map(|colour| Rgba([colour.r(), colour.g(), colour.b(), colour.a()]));
    let lies_on = picture.pixels().filter(|pixel| grounds.contains(pixel)).count();
    assert!(lies_on * 3 > picture.pixels().count(), "{word}: {lies_on} pixels are the ground");
    usable(&driver, &word);
}

/// Buttons and fields have a name and lie inside the window.
fn usable(driver: &Driver, word: &str) {
    let window = driver.harness.ctx.content_rect();
    let is_control = |role: Role| matches!(role, Role::Button | Role::TextInput | Role::CheckBox | Role::MenuItem);
    let controls: Vec<(String, Rect)> = driver
        .harness
        .query_all(By::new())
        .filter(|node| is_control(node.accesskit_node().role()))
        .map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect()))
        .filter(|(_, rect)| rect.is_positive())
        .collect();
    assert!(!controls.is_empty(), "{word}");
    for (label, rect) in &controls {
        assert!(!label.is_empty(), "{word}: a control at {rect:?} has no name");
        assert!(
            rect.left() >= window.left() - 1.0 && rect.right() <= window.right() + 1.0,
            "{word}: {label} at {rect:?}"
        );
    }
}
