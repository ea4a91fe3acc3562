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
    Panel::top("decide").exact_size(theme::TAB_BAR).resizable(false).frame(frame).show(ui, |ui| {
        ui.horizontal_centered(|ui| question_ui(ui, scene, question, &open));
    });
}

// In the order in which keys go through it: the answers, the way to all, and later.
fn question_ui(ui: &mut Ui, scene: &mut Scene<'_>, question: &Question, open: &[&Question]) {
    const GAP: f32 = 8.0;
    let all = if open.len() == 1 { "See why".to_owned() } else { format!("See all {}", open.len()) };
    let width = |ui: &Ui, text: &str, least: f32| {
        let text = WidgetText::from(text).into_galley(ui, Some(TextWrapMode::Extend), f32::INFINITY, TextStyle::Button);
        (text.size().x + 2.0 * ui.spacing().button_padding.x).max(least) + GAP
    };
    let answers: f32 = question.answers.iter().map(|(words, _)| width(ui, words, 64.0)).sum();
    let room = ui.available_width() - answers - width(ui, &all, 0.0) - 2.0 * GAP - 18.0;
    ui.label(RichText::new(icon::WARNING).color(theme::of(ui).mark));
    ui.allocate_ui_with_layout(
        vec2(room.max(0.0), ui.available_height()),
        Layout::left_to_right(Align::Center),
        |ui| {
            ui.set_min_width(room.max(0.0));
            let words = RichText::new(&question.words).font(theme::small());
            ui.add(Label::new(words).truncate()).on_hover_text(&question.words);
        },
    );
    ui.spacing_mut().item_spacing.x = GAP;
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
    let see = button::link(ui, &all).on_hover_text("How the file was read, and all that can be chosen");
    focus(&see, scene.scratch);
    if see.clicked() {
        scene.act(Action::ImportScreen);
    }
    if button::icon_button(ui, icon::X, "Decide later").clicked() {
        scene.scratch.put_off.extend(open.iter().map(|question| question.words.clone()));
    }
}
