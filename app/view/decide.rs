//! The bar over the table when reading the file left something to decide: one question at a time with its answers, and the way to all
//! of them. It takes one line, stops nobody, and goes when it was answered or put off.

use super::Scene;
use crate::action::Action;
use crate::model::import::Question;
use crate::scratch::{Scratch, Tab};
use crate::theme;
use crate::widget::{button, icon};
use egui::{
    Align, Frame, Label, Layout, Margin, Panel, Response, RichText, TextStyle, TextWrapMode, Ui, WidgetText, vec2,
};

/// Below this width the bar has two lines.
const NARROW: f32 = 640.0;
const GAP: f32 = 8.0;
/// Room for what puts the questions off.
const LATER: f32 = 32.0;

/// Draws the bar, where there is something to decide and nobody is at it already.
pub(super) fn decide_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let busy = scene.scratch.tab == Tab::Import || scene.model.draft.is_some() || scene.model.compare.is_some();
    let Some(import) = scene.model.source().and_then(|source| source.import.as_ref()).filter(|_| !busy) else { return };
    let questions = import.questions(scene.model.steps());
    let open: Vec<&Question> =
        questions.iter().filter(|question| !scene.scratch.put_off.contains(&question.words)).collect();
    let Some(question) = open.first() else {
        scene.scratch.decide = None;
        return;
    };
    let frame = Frame::new().fill(theme::of(ui).changed).inner_margin(Margin::symmetric(14, 0));
    // Where there is little room the words have a line of their own, so that they can be read.
    let lines: u8 = if ui.available_width() < NARROW { 2 } else { 1 };
    let height = theme::TAB_BAR * f32::from(lines);
    Panel::top("decide").exact_size(height).resizable(false).frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(GAP, 0.0);
        let line = vec2(ui.available_width(), theme::TAB_BAR);
        let across = Layout::left_to_right(Align::Center);
        if lines == 2 {
            ui.allocate_ui_with_layout(line, across, |ui| words_ui(ui, question, line.x));
            ui.allocate_ui_with_layout(line, across, |ui| answers_ui(ui, scene, question, &open));
        } else {
            ui.allocate_ui_with_layout(line, across, |ui| {
                words_ui(ui, question, line.x - width_of_answers(ui, question, &open));
                answers_ui(ui, scene, question, &open);
            });
        }
    });
}

fn all_of(open: &[&Question]) -> String {
    if open.len() == 1 { "See why".to_owned() } else { format!("See all {}", open.len()) }
}

fn width_of_answers(ui: &Ui, question: &Question, open: &[&Question]) -> f32 {
    let width = |text: &str, least: f32| {
        let text = WidgetText::from(text).into_galley(ui, Some(TextWrapMode::Extend), f32::INFINITY, TextStyle::Button);
        (text.size().x + 2.0 * ui.spacing().button_padding.x).max(least) + GAP
    };
    let answers: f32 = question.answers.iter().map(|(words, _)| width(words, 64.0)).sum();
    // A link has no frame around it.
    answers + width(&all_of(open), 0.0) - 2.0 * ui.spacing().button_padding.x + LATER
}

fn words_ui(ui: &mut Ui, question: &Question, room: f32) {
    ui.allocate_ui_with_layout(
        vec2(room.max(0.0), ui.available_height()),
        Layout::left_to_right(Align::Center),
        |ui| {
            ui.set_min_width(room.max(0.0));
            ui.label(RichText::new(icon::WARNING).color(theme::of(ui).mark));
            let words = RichText::new(&question.words).font(theme::small());
            ui.add(Label::new(words).truncate()).on_hover_text(&question.words);
        },
    );
}

// In the order in which keys go through it: the answers, the way to all, and later.
fn answers_ui(ui: &mut Ui, scene: &mut Scene<'_>, question: &Question, open: &[&Question]) {
    // The question that was just answered may stand here until the file is read again.
    let mut takes = scene.scratch.decide.as_ref().is_some_and(|answered| *answered != question.words);
    let mut focus = |response: &Response, scratch: &mut Scratch| {
        if std::mem::take(&mut takes) {
            response.request_focus();
            scratch.decide = None;
        }
    };
    for (words, choice) in &question.answers {
        let answer = button::secondary(ui, words);
        focus(&answer, scene.scratch);
        if answer.clicked() {
            // Whoever answers by keys answers the next one by keys.
            scene.scratch.decide = answer.has_focus().then(|| question.words.clone());
            scene.act(Action::Import(choice.clone()));
        }
    }
    let see = button::link(ui, &all_of(open)).on_hover_text("How the file was read, and all that can be chosen");
    focus(&see, scene.scratch);
    if see.clicked() {
        scene.act(Action::ImportScreen);
    }
    if button::icon_button(ui, icon::X, "Decide later").clicked() {
        scene.scratch.put_off.extend(open.iter().map(|question| question.words.clone()));
    }
}
