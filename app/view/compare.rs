//! The difference between two points of the recipe: the points and what became of each column at the right, the counts above the grid.

use super::Scene;
use super::form::opener;
use crate::action::Action;
use crate::model::Compare;
use crate::model::compare::{Became, ColumnDifference, Difference};
use crate::model::sheet::Only;
use crate::theme;
use crate::widget::{button, card, grouped, icon, text_left, text_right};
use brewhouse_engine::op::sentence;
use egui::accesskit::Role;
use egui::{
    Align, CornerRadius, Frame, Key, Layout, Margin, Modifiers, Panel, Popup, Pos2, RichText, ScrollArea, Sense, Ui,
    Vec2, WidgetInfo,
};

const LINE: f32 = 24.0;

/// How a point is called: the table of the file, or after a step.
fn point(at: usize) -> String {
    if at == 0 { "the file".to_owned() } else { format!("step {at}") }
}

/// Draws the line above the grid: the points, the counts, which rows are shown.
pub(super) fn line_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let Some(compare) = &scene.model.compare else { return };
    let frame = Frame::new().fill(theme.changed).inner_margin(Margin::symmetric(14, 0));
    Panel::top("difference").exact_size(theme::TAB_BAR - 2.0).frame(frame).show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            let words = format!("From {} to {}", point(compare.from), point(compare.to));
            ui.label(RichText::new(words).font(theme::heavy(12.0)));
            let difference = compare.difference.value();
            if let Some(difference) = difference {
                ui.label(RichText::new(counts(difference)).font(theme::small()));
                pills_ui(ui, scene, compare, difference);
            } else if compare.difference.fault().is_none() {
                ui.label(RichText::new("comparing all rows…").font(theme::small()).color(theme.muted));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.available_width() < 240.0 {
                    return;
                }
                ui.label(RichText::new("Esc closes it").font(theme::small()).color(theme.muted));
                let shown = scene.model.shown().and_then(|sheet| Some((sheet.rows, sheet.of_rows?)));
                if let Some((rows, all)) = shown.filter(|(rows, all)| rows != all) {
                    let words = format!("{} of {} rows shown ·", grouped(rows), grouped(all));
                    ui.label(RichText::new(words).font(theme::small()).color(theme.muted));
                }
            });
        });
    });
}

/// The difference in one line.
fn counts(difference: &Difference) -> String {
    if difference.apart.is_some() {
        let (before, after) = (grouped(difference.rows_before), grouped(difference.rows_after));
        return format!("{before} rows become {after} · rows cannot be paired");
    }
    if !difference.counted {
        return "counting…".to_owned();
    }
    let mut words = Vec::new();
    let number = |count: u64, what: &str| (count > 0).then(|| format!("{} {what}", grouped(count)));
    words.extend(number(difference.changed, if difference.changed == 1 { "row changes" } else { "rows change" }));
    words.extend(number(difference.removed, if difference.removed == 1 { "goes" } else { "go" }));
    let of = |became: Became| difference.columns.iter().filter(|column| column.became == became).count();
    let columns = |count: usize, what: &str| {
        let noun = if count == 1 { "column" } else { "columns" };
        (count > 0).then(|| format!("{count} {noun} {what}"))
    };
    words.extend(columns(of(Became::Added), "added"));
    words.extend(columns(of(Became::Gone), "gone"));
    words.extend(number(difference.failed, if difference.failed == 1 { "loses a value" } else { "lose a value" }));
    if words.is_empty() { "no cell, row or column differs".to_owned() } else { words.join(" · ") }
}

fn pills_ui(ui: &mut Ui, scene: &mut Scene<'_>, compare: &Compare, difference: &Difference) {
    let pills = [
        (Only::Changed, "only changed", difference.changed),
        (Only::Removed, "only removed", difference.removed),
        (Only::Failed, "only lost values", difference.failed),
    ];
    for (only, words, count) in pills {
        let chosen = compare.only == only;
        if (count > 0 || chosen) && difference.apart.is_none() && button::pill(ui, words, chosen).clicked() {
            scene.act(Action::CompareOnly(only));
        }
    }
}

/// Draws the panel at the right: which points, and what became of each column.
pub(super) fn compare_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let Some(compare) = &scene.model.compare else { return };
    let popup = ui.ctx().any_popup_open() || scene.scratch.palette.is_some();
    if !popup && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
        scene.act(Action::Compare(None));
    }
    ui.horizontal(|ui| {
        ui.label(RichText::new("Difference").font(theme::heavy(13.0)).color(theme.text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if button::icon_button(ui, icon::X, "Close the difference").clicked() {
                scene.act(Action::Compare(None));
            }
        });
    });
    ui.add_space(4.0);
    let (from, to) = compare.points();
    let steps = scene.model.steps().len();
    if let Some(picked) = point_ui(ui, scene, "From", from, 0..steps) {
        scene.act(Action::Compare(Some((picked, if picked < to { to } else { picked + 1 }))));
    }
    ui.add_space(4.0);
    if let Some(picked) = point_ui(ui, scene, "To", to, 1..steps + 1) {
        scene.act(Action::Compare(Some((if picked > from { from } else { picked - 1 }, picked))));
    }
    ui.add_space(8.0);
    if let Some(fault) = compare.difference.fault() {
        let words = format!("{} {}", icon::WARNING, fault.text());
        ui.label(RichText::new(words).font(theme::small()).color(theme.mismatched));
        return;
    }
    let Some(difference) = compare.difference.value() else {
        ui.label(RichText::new("comparing all rows…").font(theme::small()).color(theme.muted));
        return;
    };
    rows_ui(ui, scene, difference);
    columns_ui(ui, scene, difference);
}

/// A point of the recipe to choose.
fn point_ui(ui: &mut Ui, scene: &Scene<'_>, name: &str, now: usize, points: std::ops::Range<usize>) -> Option<usize> {
    let theme = theme::of(ui);
    let sentence_of = |at: usize| match at.checked_sub(1).and_then(|at| scene.model.steps().get(at)) {
        Some(step) => format!("Step {at}: {}", sentence::text(step)),
        None => "The file".to_owned(),
    };
    let mut picked = None;
    ui.horizontal(|ui| {
        let label = RichText::new(name).font(theme::small()).color(theme.muted);
        ui.add_sized(Vec2::new(34.0, theme::CONTROL), egui::Label::new(label).halign(Align::LEFT));
        let width = ui.available_width();
        let response = opener(ui, "", &sentence_of(now), width, name);
        Popup::menu(&response).width(width).show(|ui| {
            ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                for at in points {
                    let chosen = at == now;
                    let item = ui.add(button::menu_item(&sentence_of(at)).truncate().selected(chosen));
                    let spoken = format!("{name} {}", point(at));
                    item.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, chosen, &spoken));
                    if item.clicked() {
                        picked = Some(at);
                        ui.close();
                    }
                }
            });
        });
    });
    picked
}

/// What became of the rows.
fn rows_ui(ui: &mut Ui, scene: &Scene<'_>, difference: &Difference) {
    let theme = theme::of(ui);
    let line = |ui: &mut Ui, words: String, colour| {
        ui.label(RichText::new(words).font(theme::small()).color(colour));
    };
    let (before, after) = (grouped(difference.rows_before), grouped(difference.rows_after));
    if before == after {
        line(ui, format!("{before} rows before and after"), theme.muted);
    } else {
        line(ui, format!("{before} rows before, {after} after"), theme.muted);
    }
    if let Some(at) = difference.apart {
        let step = scene.model.steps().get(at).map(sentence::text).unwrap_or_default();
        let words = format!(
            "{} Rows cannot be paired: step {} ({step}) makes other rows of them. The grid shows the rows after; what can be told are \
             rows and columns.",
            icon::WARNING,
            at + 1
        );
        line(ui, words, theme.mark);
    } else if difference.reordered {
        line(ui, "The rows stand in another order after; here they stand as before.".to_owned(), theme.muted);
    }
    ui.add_space(6.0);
}

/// What became of each column; those of which nothing became are counted.
fn columns_ui(ui: &mut Ui, scene: &mut Scene<'_>, difference: &Difference) {
    let theme = theme::of(ui);
    let told: Vec<&ColumnDifference> = difference.columns.iter().filter(|column| !column.is_same()).collect();
    let same = difference.columns.len() - told.len();
    ui.spacing_mut().item_spacing.y = 0.0;
    let most = (ui.ctx().content_rect().height() * 0.32).max(96.0);
    let lines = u16::try_from(told.len()).map_or(most, |count| (f32::from(count) * LINE).min(most));
    let area = ScrollArea::vertical().max_height(lines).min_scrolled_height(lines).auto_shrink([false, true]);
    area.id_salt("difference").show_rows(ui, LINE, told.len(), |ui, range| {
        for column in told.get(range).unwrap_or_default() {
            column_ui(ui, scene, column);
        }
    });
    if same > 0 && (difference.counted || difference.apart.is_some()) {
        let noun = if same == 1 { "column is" } else { "columns are" };
        let kept = if difference.apart.is_some() { "kept by name" } else { "as before" };
        ui.add_space(4.0);
        ui.label(RichText::new(format!("{same} {noun} {kept}")).font(theme::small()).color(theme.faint));
    }
}

/// What became of a column, in words.
fn words_of(column: &ColumnDifference) -> String {
    let mut words = Vec::new();
    match column.became {
        Became::Added => words.push("added".to_owned()),
        Became::Gone => words.push("gone".to_owned()),
        Became::Kept => {}
    }
    words.extend(column.called.as_ref().map(|called| format!("was {called}")));
    words.extend(column.kinds.map(|(was, now)| format!("{was} → {now}")));
    if column.changed > 0 {
        words.push(format!("{} changed", grouped(column.changed)));
    }
    if column.failed > 0 {
        words.push(format!("{} missing now", grouped(column.failed)));
    }
    words.join(" · ")
}

fn column_ui(ui: &mut Ui, scene: &mut Scene<'_>, column: &ColumnDifference) {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), LINE), Sense::click());
    let painter = ui.painter();
    if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, CornerRadius::same(4), theme.hover);
    }
    let (sign, colour) = match column.became {
        Became::Added => ("+", theme.valid),
        Became::Gone => ("−", theme.mismatched),
        Became::Kept => ("~", theme.mark),
    };
    let y = rect.center().y;
    let sign = painter.layout_no_wrap(sign.to_owned(), theme::heavy(13.0), colour);
    text_left(painter, Pos2::new(rect.left() + 4.0, y), sign);
    let words = words_of(column);
    let room = rect.width() - 22.0;
    let aside = card::one_line(painter, &words, theme::tiny(), theme.muted, room * 0.62);
    let name = card::one_line(painter, &column.name, theme::body(), theme.text, room - aside.size().x - 10.0);
    text_left(painter, Pos2::new(rect.left() + 18.0, y), name);
    text_right(painter, Pos2::new(rect.right() - 4.0, y), aside);
    let spoken = format!("{}: {words}", column.name);
    response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, true, &spoken));
    if response.clicked() {
        scene.act(Action::ShowColumn(column.name.clone()));
    }
    response.on_hover_text(spoken);
}
