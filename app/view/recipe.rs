//! The panel at the right: the steps as sentences, and docked below them the form or the run.

use super::chosen::{chosen_keys, drag_ui, pick, proposal_ui, step_menu_ui};
use super::{Scene, compare, form, run, versions};
use crate::action::Action;
use crate::model::Purpose;
use crate::model::sheet::StepFigures;
use crate::model::{Model, Place};
use crate::theme::{self, Theme};
use crate::widget::{button, field, grouped, icon};
use brewhouse_engine::op::sentence::{self, Piece};
use brewhouse_engine::recipe::Step;
use egui::accesskit::Role;
use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Color32, CornerRadius, Frame, Layout, Margin, Panel, Popup, Pos2, Rect, Response, RichText, ScrollArea,
    Sense, Stroke, Ui, Vec2, WidgetInfo,
};

/// Draws the panel.
pub(super) fn right_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let frame = Frame::new().fill(theme.background).inner_margin(Margin::symmetric(14, 12));
    if scene.scratch.run.is_some() {
        Panel::bottom("run").frame(frame).show(ui, |ui| run::run_ui(ui, scene));
    } else if scene.scratch.form.is_some() {
        Panel::bottom("form").frame(frame).show(ui, |ui| form::form_ui(ui, scene));
    } else if scene.scratch.versions.is_some() {
        Panel::bottom("versions").frame(frame).show(ui, |ui| versions::versions_ui(ui, scene));
    } else if scene.model.compare.is_some() {
        Panel::bottom("compare").frame(frame).show(ui, |ui| compare::compare_ui(ui, scene));
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.add_space(9.0);
    heading_ui(ui, scene);
    let area = ScrollArea::vertical().auto_shrink([false, false]).id_salt("steps");
    area.show(ui, |ui| steps_ui(ui, scene));
}

fn heading_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        ui.add_space(theme::SIDE);
        ui.label(RichText::new("RECIPE").font(theme::heavy(11.0)).color(theme.muted));
        let steps = scene.model.steps().len();
        let state = match (steps, scene.model.history.is_unsaved()) {
            (0, _) => String::new(),
            (1, unsaved) => format!("1 step{}", if unsaved { ", edited" } else { "" }),
            (some, unsaved) => format!("{some} steps{}", if unsaved { ", edited" } else { "" }),
        };
        let state = format!("{state}{}", versions::state(scene.model));
        ui.label(RichText::new(state).font(theme::tiny()).color(theme.faint));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(theme::SIDE - 5.0);
            let dots = button::icon_button(ui, icon::DOTS_THREE, "Recipe menu");
            Popup::menu(&dots).show(|ui| {
                for name in
                    ["add-step", "paste-steps", "compare", "versions", "import", "export", "undo", "redo", "history"]
                {
                    super::top::command_item(ui, scene, name);
                }
            });
        });
    });
    ui.add_space(6.0);
}

fn steps_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let model = scene.model;
    scene.scratch.picked.retain(|at| *at < model.steps().len());
    let place = scene.scratch.form.as_ref().map(|form| form.place);
    for (at, step) in model.steps().iter().enumerate() {
        if place == Some(Place::New(at)) {
            draft_ui(ui, scene, at);
        }
        if place == Some(Place::Edit(at)) {
            draft_ui(ui, scene, at);
        } else {
            step_ui(ui, scene, at, step);
        }
    }
    if place == Some(Place::New(model.steps().len())) {
        draft_ui(ui, scene, model.steps().len());
    }
    add_ui(ui, scene);
    if model.steps().is_empty() && scene.scratch.form.is_none() {
        empty_ui(ui);
    }
}

fn empty_ui(ui: &mut Ui) {
    let theme = theme::of(ui);
    let words = "Each step is one plain sentence. Take one from the menus above, or from the arrow on a column.";
    let galley = ui.painter().layout(words.into(), theme::small(), theme.faint, ui.available_width() - 62.0);
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), galley.size().y + 8.0), Sense::hover());
    ui.painter().galley(rect.min + Vec2::new(41.0, 4.0), galley, theme.faint);
}

fn add_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 32.0), Sense::click());
    let colour = if response.hovered() { theme.accent } else { theme.muted };
    let painter = ui.painter();
    let y = rect.center().y;
    let plus = painter.layout_no_wrap("+".into(), theme::small(), colour);
    crate::widget::text_left(painter, Pos2::new(rect.left() + 25.0, y), plus);
    let words = painter.layout_no_wrap("add step".into(), theme::body(), colour);
    crate::widget::text_left(painter, Pos2::new(rect.left() + 41.0, y), words);
    if response.has_focus() {
        button::focus_ring(ui, rect.shrink(2.0));
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Add step"));
    if response.clicked() {
        scene.act(Action::PaletteOfSteps);
    }
}

/// The sentence of a step, with column names in the accent colour.
fn sentence_job(theme: &Theme, pieces: &[Piece], off: bool, warn: bool, width: f32) -> LayoutJob {
    let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
    job.wrap.max_width = width;
    job.wrap.max_rows = 3;
    let strike = if off { Stroke::new(1.0, theme.faint) } else { Stroke::NONE };
    for piece in pieces {
        let colour = match (off, piece.column, warn) {
            (true, ..) => theme.faint,
            (_, true, _) => theme.accent,
            (_, _, true) => theme.mark,
            _ => theme.text,
        };
        let font = if piece.column && !off { theme::heavy(13.0) } else { theme::body() };
        let format = TextFormat { font_id: font, color: colour, strikethrough: strike, ..TextFormat::default() };
        job.append(&piece.text, 0.0, format);
    }
    job
}

/// The line below a sentence: what the step did, or what is wrong with it.
fn facts_of(model: &Model, at: usize, step: &Step, theme: &Theme) -> Option<(String, Color32)> {
    if let Some(fault) = model.faults_of(at).next() {
        return Some((fault.text(), theme.mismatched));
    }
    if step.disabled() {
        return Some(("switched off".into(), theme.faint));
    }
    let figures = model.sheet.value().and_then(|sheet| sheet.steps.get(at)?.clone());
    let text = figures.map(|figures| figures_words(&figures)).unwrap_or_default();
    (!text.is_empty()).then_some((text, theme.muted))
}

fn figures_words(figures: &StepFigures) -> String {
    if figures.rows_in != figures.rows_out {
        format!("{} → {}", grouped(figures.rows_in), grouped(figures.rows_out))
    } else if figures.failed > 0 {
        format!("{} do not fit, now missing", grouped(figures.failed))
    } else {
        figures.changed.filter(|changed| *changed > 0).map(|n| format!("changes {}", grouped(n))).unwrap_or_default()
    }
}

fn step_ui(ui: &mut Ui, scene: &mut Scene<'_>, at: usize, step: &Step) {
    let theme = theme::of(ui);
    let model = scene.model;
    let width = ui.available_width();
    let facts = facts_of(model, at, step, theme);
    let warn = model.faults_of(at).next().is_some() || failed(model, at) > 0;
    let pieces = sentence::pieces(step);
    let galley = ui.painter().layout_job(sentence_job(theme, &pieces, step.disabled(), warn, width - 96.0));
    let below = facts.map(|(text, colour)| ui.painter().layout(text, theme::tiny(), colour, width - 70.0));
    let note = step.note().map(|note| ui.painter().layout(note.to_owned(), theme::tiny(), theme.faint, width - 70.0));
    let mut height = 14.0 + galley.size().y;
    height += [&below, &note].iter().filter_map(|g| g.as_ref()).map(|g| g.size().y + 2.0).sum::<f32>();
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, height.max(34.0)), Sense::click_and_drag());
    let here = model.cursor == Some(at + 1);
    let picked = scene.scratch.picked.contains(&at);
    if picked {
        ui.painter().rect_filled(rect, CornerRadius::ZERO, theme.selection);
    }
    ground(ui, rect, here, response.hovered() && !picked);
    let painter = ui.painter();
    let colour = if step.disabled() { theme.faint } else { theme.muted };
    let number = painter.layout_no_wrap((at + 1).to_string(), theme::tiny(), colour);
    crate::widget::text_right(painter, Pos2::new(rect.left() + 31.0, rect.top() + 16.0), number);
    let mut y = rect.top() + 7.0;
    for galley in [Some(galley), below, note].into_iter().flatten() {
        let step = galley.size().y + 2.0;
        painter.galley(Pos2::new(rect.left() + 41.0, y), galley, theme.text);
        y += step;
    }
    if warn && !response.hovered() {
        painter.circle_filled(Pos2::new(rect.right() - 16.0, rect.top() + 16.0), 5.0, theme.mark);
    }
    let problem = model.faults_of(at).next().map(|fault| format!("; problem: {}", fault.text())).unwrap_or_default();
    let spoken = format!("Step {}: {}{problem}", at + 1, sentence::text(step));
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, here || picked, &spoken));
    drag_ui(ui, scene, &response, at, rect);
    if response.has_focus() {
        button::focus_ring(ui, rect.shrink(2.0));
        if ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, egui::Key::F2)) {
            scene.scratch.note = Some((at, step.note().unwrap_or_default().to_owned()));
        }
        chosen_keys(ui, scene, at);
    }
    if response.clicked() && !pick(ui, scene, at) {
        let last = at + 1 == model.steps().len();
        scene.act(Action::LookAt((!last && !here).then_some(at + 1)));
    }
    if response.double_clicked() {
        scene.act(Action::EditStep(at));
    }
    response.context_menu(|ui| step_menu_ui(ui, scene, at, step));
    tools_ui(ui, scene, at, step, rect, &response);
    insert_ui(ui, scene, at, rect);
    proposal_ui(ui, scene, at, step);
    note_ui(ui, scene, at);
}

fn failed(model: &Model, at: usize) -> u64 {
    let figures = model.sheet.value().and_then(|sheet| sheet.steps.get(at)?.clone());
    figures.map(|figures| figures.failed).unwrap_or_default()
}

fn ground(ui: &Ui, rect: Rect, here: bool, hovered: bool) {
    let theme = theme::of(ui);
    if here {
        ui.painter().rect_filled(rect, CornerRadius::ZERO, theme.tint);
        let edge = Rect::from_min_size(rect.min, Vec2::new(3.0, rect.height()));
        ui.painter().rect_filled(edge, CornerRadius::ZERO, theme.accent);
    } else if hovered {
        ui.painter().rect_filled(rect, CornerRadius::ZERO, theme.hover);
    }
}

/// Gear, menu and switch, while the pointer is over a step.
fn tools_ui(ui: &mut Ui, scene: &mut Scene<'_>, at: usize, step: &Step, rect: Rect, response: &Response) {
    let open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(response));
    let dragging = egui::DragAndDrop::has_any_payload(ui.ctx());
    let inside = ui.rect_contains_pointer(rect) && !ui.ctx().any_popup_open() && !dragging;
    let room = Rect::from_min_max(
        Pos2::new(rect.right() - 92.0, rect.top() + 5.0),
        Pos2::new(rect.right() - 8.0, rect.top() + 27.0),
    );
    let mut child = ui.new_child(
        egui::UiBuilder::new().max_rect(room).layout(Layout::right_to_left(Align::Center)).id_salt(("tools", at)),
    );
    if !inside && !open && !response.has_focus() && !step.disabled() {
        return;
    }
    child.spacing_mut().item_spacing.x = 3.0;
    let name =
        if step.disabled() { format!("Switch step {} on", at + 1) } else { format!("Switch step {} off", at + 1) };
    if button::switch(&mut child, !step.disabled(), &name).clicked() {
        scene.act(Action::Disable(vec![at], !step.disabled()));
    }
    if !inside && !open {
        return;
    }
    if button::icon_button(&mut child, icon::TRASH, &format!("Delete step {}", at + 1)).clicked() {
        scene.act(Action::DeleteSteps(vec![at]));
    }
    if button::icon_button(&mut child, icon::GEAR_SIX, &format!("Edit step {}", at + 1)).clicked() {
        scene.act(Action::EditStep(at));
    }
}

/// The place between two steps where another can be put in: a plus on the edge, while the pointer is near.
fn insert_ui(ui: &Ui, scene: &mut Scene<'_>, at: usize, rect: Rect) {
    if at == 0 && scene.scratch.form.is_some() {
        return;
    }
    let theme = theme::of(ui);
    let centre = Pos2::new(rect.left() + 24.0, rect.top());
    let room = Rect::from_center_size(centre, Vec2::new(30.0, 14.0));
    let response = ui.interact(room, ui.scope_id().with(("insert", at)), Sense::click());
    let name = format!("Insert a step before step {}", at + 1);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let near = Rect::from_min_max(rect.min - Vec2::new(0.0, 12.0), Pos2::new(rect.right(), rect.top() + 12.0));
    let active = response.hovered() || response.has_focus();
    let dragging = egui::DragAndDrop::has_any_payload(ui.ctx());
    let close = ui.rect_contains_pointer(near) && !ui.ctx().any_popup_open() && !dragging;
    if !active && !close {
        return;
    }
    let (ground, sign) = if active { (theme.accent, theme.on_accent) } else { (theme.surface, theme.muted) };
    let painter = ui.painter();
    if active {
        painter.hline(rect.x_range(), rect.top(), Stroke::new(2.0, theme.accent));
    }
    let edge = if active { theme.accent } else { theme.line };
    painter.circle(centre, 7.5, ground, Stroke::new(1.0, edge));
    for across in [Vec2::new(3.5, 0.0), Vec2::new(0.0, 3.5)] {
        painter.line_segment([centre - across, centre + across], Stroke::new(1.5, sign));
    }
    if response.on_hover_text(name).clicked() {
        scene.act(Action::PaletteAt(at));
    }
}

fn note_ui(ui: &mut Ui, scene: &mut Scene<'_>, at: usize) {
    let Some((_, text)) = scene.scratch.note.as_mut().filter(|(step, _)| *step == at) else { return };
    let response = ui
        .horizontal(|ui| {
            ui.add_space(33.0);
            let width = ui.available_width() - 20.0;
            field::sized_text_edit(ui, text, "A note for whoever reads this recipe", "Note", width)
        })
        .inner;
    let text = text.clone();
    if ui.input(|i| i.key_pressed(egui::Key::Escape)) {
        scene.scratch.note = None;
    } else if response.lost_focus() {
        scene.scratch.note = None;
        scene.act(Action::Note(at, text));
    } else {
        response.request_focus();
    }
}

/// The step of the form, where it will stand.
fn draft_ui(ui: &mut Ui, scene: &Scene<'_>, at: usize) {
    let theme = theme::of(ui);
    let Some(form) = &scene.scratch.form else { return };
    let width = ui.available_width();
    let ready = scene.model.draft.as_ref().is_some_and(|draft| draft.faults.is_empty());
    let pieces = if ready {
        sentence::pieces(&form.step())
    } else {
        vec![Piece { text: form.op.title.to_owned(), column: false }]
    };
    let galley = ui.painter().layout_job(sentence_job(theme, &pieces, false, false, width - 70.0));
    let (rect, _) = ui.allocate_exact_size(Vec2::new(width, galley.size().y + 30.0), Sense::hover());
    ground(ui, rect, true, false);
    let painter = ui.painter();
    let number = painter.layout_no_wrap((at + 1).to_string(), theme::tiny(), theme.accent);
    crate::widget::text_right(painter, Pos2::new(rect.left() + 31.0, rect.top() + 16.0), number);
    let y = rect.top() + 7.0 + galley.size().y + 2.0;
    painter.galley(Pos2::new(rect.left() + 41.0, rect.top() + 7.0), galley, theme.text);
    let words = if matches!(form.place, Place::Edit(_)) { "being edited" } else { "drafting" };
    let words = painter.layout_no_wrap(words.into(), theme::tiny(), theme.muted);
    painter.galley(Pos2::new(rect.left() + 41.0, y), words, theme.muted);
}

/// Where a run panel or form asks for a file.
pub(super) const OUTPUT: Purpose = Purpose::Output;
