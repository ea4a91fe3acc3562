//! What lies over the panels or between them: questions, a path to type, the keys, the place to drop a file.

use super::Scene;
use crate::action::{Action, Answer};
use crate::command::COMMANDS;
use crate::model::Purpose;
use crate::model::history::Moment;
use crate::model::{Next, Question};
use crate::theme;
use crate::widget::{button, card, field, text_left, text_right};
use egui::accesskit::Role;
use egui::{
    Align2, Area, CornerRadius, Frame, Id, Key, Margin, Modifiers, Order, Panel, Pos2, RichText, ScrollArea, Sense, Ui,
    Vec2, WidgetInfo,
};

/// Draws a question, or a path to type, as a bar over the panels.
pub(super) fn banner_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let frame = Frame::new().fill(theme.changed).inner_margin(Margin::symmetric(14, 6));
    if let Some(question) = scene.model.question.clone() {
        Panel::top("question").frame(frame).show(ui, |ui| question_ui(ui, scene, &question));
    }
    let typed = scene
        .scratch
        .typed_path
        .as_ref()
        .is_some_and(|(purpose, _)| scene.model.has_data() || *purpose != Purpose::Open);
    if typed {
        let frame = frame.fill(theme.background);
        Panel::top("path").frame(frame).show(ui, |ui| path_ui(ui, scene));
    }
}

fn question_ui(ui: &mut Ui, scene: &mut Scene<'_>, question: &Question) {
    let (words, answers): (&str, &[(&str, Answer)]) = match question {
        Question::Unsaved(Next::Close) => (
            "The project has changes that are not saved.",
            &[("Save and close", Answer::Save), ("Close without saving", Answer::Discard), ("Stay", Answer::Cancel)],
        ),
        Question::CloseRunning => (
            "A run is under way; closing stops it, and an earlier output stays as it is.",
            &[("Stop and close", Answer::GoOn), ("Stay", Answer::Cancel)],
        ),
        Question::Unsaved(Next::Open(_)) => (
            "The project has changes that are not saved.",
            &[("Save and open", Answer::Save), ("Open without saving", Answer::Discard), ("Stay", Answer::Cancel)],
        ),
        Question::Unsaved(Next::Begin) => (
            "The project has changes that are not saved.",
            &[("Save and begin", Answer::Save), ("Begin without saving", Answer::Discard), ("Stay", Answer::Cancel)],
        ),
        Question::Recover => (
            "The last session ended without saving. Its work is still here.",
            &[("Take it up", Answer::GoOn), ("Let it go", Answer::Discard)],
        ),
    };
    ui.horizontal(|ui| {
        ui.label(RichText::new(words));
        for (title, answer) in answers {
            if button::secondary(ui, title).clicked() {
                scene.act(Action::Answer(*answer));
            }
        }
    });
}

fn path_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some((purpose, mut text)) = scene.scratch.typed_path.take() else { return };
    let escape = ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape));
    let mut open = !escape;
    ui.horizontal(|ui| {
        ui.label(format!("{}:", purpose.title()));
        let width = ui.available_width() - 170.0;
        let response = field::sized_text_edit(ui, &mut text, "type a path, then Enter", "Path", width);
        let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        if !entered && !ui.input(|i| i.pointer.any_pressed()) {
            response.request_focus();
        }
        let go = button::secondary(ui, "OK").clicked() || entered;
        if go && !text.trim().is_empty() {
            scene.act(Action::Take(purpose, text.trim().into()));
            open = false;
        }
        if button::secondary(ui, "Cancel").clicked() {
            open = false;
        }
    });
    if open {
        scene.scratch.typed_path = Some((purpose, text));
    }
}

/// Keys that are not commands.
const MORE_KEYS: &[(&str, &str)] = &[
    ("Enter", "Apply the form"),
    ("Esc", "Close the form, leave no trace"),
    ("F2", "Write a note on the step that has the focus"),
    ("Arrows, Page Up, Page Down", "Move in the grid"),
    ("Home, End", "First and last column"),
    ("Ctrl Home, Ctrl End", "First and last cell"),
    ("Shift + arrows", "Choose more cells"),
    ("Ctrl Space, Shift Space, Ctrl A", "Choose the column, the row, everything"),
    ("Ctrl C, Ctrl Shift C", "Copy what is chosen, with the names of the columns"),
    ("Space", "Show the whole cell"),
    ("Delete, Ctrl D", "Delete or duplicate the step that has the focus"),
    ("Ctrl V", "Open a pasted table"),
    ("Shift + wheel", "Scroll sideways"),
    ("Tab, Shift Tab", "From control to control"),
    ("Ctrl +, Ctrl −, Ctrl 0", "Larger, smaller, as it was"),
];

/// Draws the list of keys, when it is open.
pub(super) fn keys_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    if !scene.scratch.keys {
        return;
    }
    let theme = theme::of(ui);
    let close = ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape));
    let area = Area::new(Id::unique("keys")).order(Order::Foreground).anchor(Align2::CENTER_CENTER, Vec2::ZERO);
    let shown = area.show(ui.ctx(), |ui| {
        Frame::popup(ui.style()).inner_margin(Margin::same(20)).show(ui, |ui| {
            ui.label(RichText::new("Keys").font(theme::heavy(16.0)));
            ui.add_space(6.0);
            let most = (ui.ctx().content_rect().height() - 120.0).max(120.0);
            let area = egui::ScrollArea::vertical().max_height(most).min_scrolled_height(most);
            area.show(ui, |ui| {
                egui::Grid::new("keys").num_columns(2).spacing(Vec2::new(28.0, 5.0)).show(ui, |ui| {
                    let commands =
                        COMMANDS.iter().filter_map(|c| Some((ui.ctx().format_shortcut(c.shortcut.as_ref()?), c.title)));
                    let plain = |keys: String| if keys == "Questionmark" { "?".to_owned() } else { keys };
                    let commands: Vec<(String, &str)> = commands.map(|(keys, title)| (plain(keys), title)).collect();
                    let all =
                        commands.iter().map(|(keys, title)| (keys.as_str(), *title)).chain(MORE_KEYS.iter().copied());
                    for (keys, title) in all {
                        ui.label(RichText::new(keys).font(theme::heavy(12.0)).color(theme.accent));
                        ui.label(RichText::new(title).font(theme::small()));
                        ui.end_row();
                    }
                })
            });
        });
    });
    let pressed = ui.input(|i| i.pointer.any_pressed());
    let outside = ui.ctx().pointer_interact_pos().is_some_and(|pos| !shown.response.rect.contains(pos));
    if close || (pressed && outside) {
        scene.scratch.keys = false;
    }
}

/// Draws the history, when it is open: every state since the project was opened, the newest on top.
pub(super) fn history_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    if !scene.scratch.history {
        return;
    }
    let theme = theme::of(ui);
    let mut close = ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape));
    let area =
        Area::new(Id::unique("history")).order(Order::Foreground).anchor(Align2::CENTER_TOP, Vec2::new(0.0, 52.0));
    let shown = area.show(ui.ctx(), |ui| {
        Frame::popup(ui.style()).inner_margin(Margin::same(12)).show(ui, |ui| {
            ui.set_width(460.0);
            ui.label(RichText::new("History").font(theme::heavy(16.0)));
            let words = "What was undone before something else was done stays here.";
            ui.label(RichText::new(words).font(theme::small()).color(theme.muted));
            ui.add_space(6.0);
            ScrollArea::vertical().max_height(420.0).auto_shrink([false, true]).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for moment in scene.model.history.moments().iter().rev() {
                    if moment_ui(ui, moment) {
                        scene.act(Action::GoTo(moment.at));
                        close = true;
                    }
                }
            });
        });
    });
    let pressed = ui.input(|i| i.pointer.any_pressed());
    let outside = ui.ctx().pointer_interact_pos().is_some_and(|pos| !shown.response.rect.contains(pos));
    if close || (pressed && outside) {
        scene.scratch.history = false;
    }
}

fn moment_ui(ui: &mut Ui, moment: &Moment) -> bool {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 28.0), Sense::click());
    let painter = ui.painter();
    if moment.is_now {
        painter.rect_filled(rect, CornerRadius::same(5), theme.tint);
    } else if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, CornerRadius::same(5), theme.hover);
    }
    let y = rect.center().y;
    let inset = if moment.aside { 20.0 } else { 0.0 };
    let (colour, sign) = match (moment.is_now, moment.aside) {
        (true, _) => (theme.accent, "●"),
        (_, true) => (theme.faint, "└"),
        _ => (theme.text, "○"),
    };
    let sign = painter.layout_no_wrap(sign.to_owned(), theme::small(), colour);
    text_left(painter, Pos2::new(rect.left() + 8.0 + inset, y), sign);
    let steps = if moment.steps == 1 { "1 step".to_owned() } else { format!("{} steps", moment.steps) };
    let aside = if moment.is_saved { format!("{steps} · saved") } else { steps };
    let right = painter.layout_no_wrap(aside, theme::tiny(), theme.faint);
    let room = rect.width() - 44.0 - inset - right.size().x;
    text_right(painter, Pos2::new(rect.right() - 8.0, y), right);
    let label = if moment.label.is_empty() { "As it was opened" } else { &moment.label };
    let galley = card::one_line(painter, label, theme::body(), colour, room);
    text_left(painter, Pos2::new(rect.left() + 26.0 + inset, y), galley);
    let spoken = if moment.aside { format!("{label}, undone") } else { label.to_owned() };
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, moment.is_now, &spoken));
    response.clicked()
}

/// Draws a frame over everything while a file is held over the window.
pub(super) fn drop_ui(ui: &Ui) {
    if ui.input(|i| i.raw.hovered_files.is_empty()) {
        return;
    }
    let theme = theme::of(ui);
    let rect = ui.ctx().content_rect();
    let painter = ui.ctx().layer_painter(egui::LayerId::new(Order::Foreground, Id::unique("drop")));
    painter.rect_filled(rect, CornerRadius::ZERO, theme.surface.gamma_multiply(0.85));
    painter.rect_stroke(
        rect.shrink(8.0),
        CornerRadius::same(8),
        egui::Stroke::new(2.0, theme.accent),
        egui::StrokeKind::Inside,
    );
    let galley = painter.layout_no_wrap("Drop to open".into(), theme::heavy(16.0), theme.accent);
    painter.galley(rect.center() - galley.size() / 2.0, galley, theme.accent);
}
