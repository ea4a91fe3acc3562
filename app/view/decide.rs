//! The bar over the table when reading the file left something to decide: one question at a time with its answers, and the way to all
//! of them. It takes one line, stops nobody, and goes when it was answered or put off.

use super::Scene;
use crate::action::Action;
use crate::scratch::Tab;
use crate::theme;
use crate::widget::{button, icon};
use egui::{Align, Frame, Label, Layout, Margin, Panel, RichText, Ui};

/// Draws the bar, where there is something to decide and nobody is at it already.
pub(super) fn decide_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let busy = scene.scratch.tab == Tab::Import || scene.model.draft.is_some();
    let Some(import) = scene.model.source().and_then(|source| source.import.as_ref()).filter(|_| !busy) else { return };
    let questions = import.questions(scene.model.steps());
    let open: Vec<_> = questions.iter().filter(|question| !scene.scratch.put_off.contains(&question.words)).collect();
    let Some(question) = open.first() else { return };
    let theme = theme::of(ui);
    let frame = Frame::new().fill(theme.changed).inner_margin(Margin::symmetric(14, 0));
    Panel::top("decide").exact_size(theme::TAB_BAR).resizable(false).frame(frame).show(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            if button::icon_button(ui, icon::X, "Decide later").clicked() {
                scene.scratch.put_off.extend(open.iter().map(|question| question.words.clone()));
            }
            let all = if open.len() == 1 { "See why".to_owned() } else { format!("See all {}", open.len()) };
            if button::link(ui, &all).on_hover_text("How the file was read, and all that can be chosen").clicked() {
                scene.act(Action::ImportScreen);
            }
            for (words, choice) in question.answers.iter().rev() {
                if button::secondary(ui, words).clicked() {
                    scene.act(Action::Import(choice.clone()));
                }
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.label(RichText::new(icon::WARNING).color(theme.mark));
                let words = RichText::new(&question.words).font(theme::small());
                ui.add(Label::new(words).truncate()).on_hover_text(&question.words);
            });
        });
    });
}
