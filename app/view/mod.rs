//! Drawing: panels of the window from the model and what is half typed. A view changes no model and starts no work.

mod brush;
mod chosen;
mod columns;
mod compare;
mod decide;
mod facets;
mod families;
mod form;
mod grid;
mod heads;
mod import;
mod look;
mod menus;
mod overlays;
mod palette;
mod peek;
mod profile;
mod recipe;
mod run;
mod schema;
mod settings;
mod status;
mod together;
mod top;
mod versions;
mod welcome;

use crate::action::Action;
use crate::model::Model;
use crate::model::settings::SystemRegion;
use crate::scratch::{Scratch, Tab};
use crate::theme;
use crate::widget::region::{self, Region};
use crate::widget::{button, icon};
use egui::{CentralPanel, Frame, Margin, Panel, RichText, Ui};

/// What a view draws from, and where its actions go.
pub struct Scene<'a> {
    /// What is true.
    pub model: &'a Model,
    /// What is half typed.
    pub scratch: &'a mut Scratch,
    /// What shall be done.
    pub actions: &'a mut Vec<Action>,
}

impl Scene<'_> {
    /// Asks for an action.
    pub fn act(&mut self, action: Action) {
        self.actions.push(action);
    }
}

/// Below this width there is no panel at the left.
const NARROW: f32 = 900.0;

/// Draws the whole window.
pub fn window_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let SystemRegion { numbers, dates } = scene.model.settings.region(scene.model.system);
    region::set(Region { group: numbers.separator(), decimal: numbers.decimal(), date: dates.layout() });
    let bar = Frame::new().fill(theme.surface).inner_margin(Margin::symmetric(14, 0));
    Panel::top("top").exact_size(theme::TOP_BAR).resizable(false).frame(bar).show(ui, |ui| top::top_ui(ui, scene));
    if scene.model.has_data() {
        let frame = bar.inner_margin(Margin::symmetric(10, 0));
        Panel::top("families")
            .exact_size(theme::FAMILY_BAR)
            .frame(frame)
            .show(ui, |ui| families::families_ui(ui, scene));
    }
    overlays::banner_ui(ui, scene);
    Panel::bottom("status").exact_size(theme::BOTTOM_BAR).frame(bar).show(ui, |ui| status::status_ui(ui, scene));
    if scene.model.has_data() {
        panels_ui(ui, scene);
    } else {
        let frame = Frame::new().fill(theme.background);
        CentralPanel::no_frame().frame(frame).show(ui, |ui| welcome::welcome_ui(ui, scene));
    }
    palette::palette_ui(ui, scene);
    overlays::keys_ui(ui, scene);
    settings::settings_ui(ui, scene);
    settings::excel_ui(ui, scene);
    overlays::history_ui(ui, scene);
    overlays::drop_ui(ui);
}

fn panels_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let frame = Frame::new().fill(theme.surface);
    // A narrow window leaves the room to the table; the columns are in the palette and the tables in the menu of the project.
    let narrow = ui.ctx().content_rect().width() < NARROW;
    if !scene.scratch.left_folded && !narrow {
        Panel::left("left")
            .default_size(theme::LEFT_PANEL)
            .size_range(140.0..=420.0)
            .frame(frame)
            .show(ui, |ui| columns::columns_ui(ui, scene));
    }
    if !scene.scratch.right_folded {
        Panel::right("right")
            .default_size(theme::RIGHT_PANEL)
            .size_range(260.0..=560.0)
            .frame(frame)
            .show(ui, |ui| recipe::right_ui(ui, scene));
    }
    CentralPanel::no_frame().frame(frame).show(ui, |ui| centre_ui(ui, scene));
}

fn centre_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let frame = Frame::new().inner_margin(Margin::symmetric(12, 0));
    Panel::top("tabs").exact_size(theme::TAB_BAR).frame(frame).show(ui, |ui| tabs_ui(ui, scene));
    decide::decide_ui(ui, scene);
    grid::line_ui(ui, scene);
    CentralPanel::no_frame().show(ui, |ui| match scene.scratch.tab {
        Tab::Grid => grid::grid_ui(ui, scene),
        Tab::Schema => schema::schema_ui(ui, scene),
        Tab::Profile => profile::profile_ui(ui, scene),
        Tab::Import => import::import_ui(ui, scene),
    });
}

fn tabs_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let name = if scene.scratch.left_folded { "Show the columns" } else { "Fold the columns" };
        if button::icon_button(ui, icon::SIDEBAR_SIMPLE, name).clicked() {
            scene.scratch.left_folded = !scene.scratch.left_folded;
        }
        ui.add_space(4.0);
        for (tab, title) in
            [(Tab::Grid, "Grid"), (Tab::Schema, "Schema"), (Tab::Profile, "Profile"), (Tab::Import, "Import")]
        {
            let chosen = scene.scratch.tab == tab;
            let font = if chosen { theme::heavy(13.0) } else { theme::body() };
            let text = RichText::new(title).font(font).color(if chosen { theme.text } else { theme.muted });
            let fill = if chosen { theme.hover } else { theme::NOTHING };
            let tab_button =
                egui::Button::new(text).fill(fill).stroke(egui::Stroke::NONE).min_size(egui::vec2(0.0, 26.0));
            if ui.add(tab_button).clicked() {
                scene.scratch.tab = tab;
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let name = if scene.scratch.right_folded { "Show the recipe" } else { "Fold the recipe" };
            if button::icon_button(ui, icon::SIDEBAR_SIMPLE, name).clicked() {
                scene.scratch.right_folded = !scene.scratch.right_folded;
            }
            place_ui(ui, scene);
        });
    });
}

/// Which step the table is at, when it is not the last.
fn place_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let all = scene.model.steps().len();
    let drafting = scene.scratch.form.is_some();
    if let Some(at) = scene.model.cursor {
        ui.spacing_mut().item_spacing.x = 4.0;
        if !drafting && button::link(ui, "back to the end").clicked() {
            scene.act(Action::LookAt(None));
        }
        let words = if at == 0 { format!("before step 1 of {all}") } else { format!("at step {at} of {all}") };
        let words = if drafting { words } else { format!("{words} ·") };
        ui.label(RichText::new(words).font(theme::small()).color(theme.muted));
    }
}
