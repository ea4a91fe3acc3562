//! The page of the chosen column: quality, distribution, frequent values, patterns, far values and all figures. Every plot filters.

use super::{Scene, heads};
use crate::action::Action;
use crate::model::profile::Story;
use crate::model::sheet::{Bar, Chart, Column, Facts};
use crate::theme;
use crate::widget::{button, card, grouped, icon, percent, region, text_left, text_right};
use brewhouse_engine::facet::{Filter, Test};
use brewhouse_engine::types::TypeClass;
use egui::accesskit::Role;
use egui::{CornerRadius, Pos2, Rect, RichText, ScrollArea, Sense, Stroke, Ui, Vec2, WidgetInfo};

const LINE: f32 = 24.0;
/// Width of the table of figures.
const FIGURES: f32 = 300.0;

/// Draws the page.
pub(super) fn profile_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let Some(sheet) = scene.model.sheet.value() else { return };
    if let Some(name) = scene.scratch.reveal.take() {
        scene.scratch.arrange.show(&name);
        scene.scratch.grid.cursor = None;
        scene.scratch.grid.column = sheet.position(&name).and_then(|at| scene.scratch.arrange.column(at));
    }
    let at = scene.scratch.grid.column.map_or(0, |column| scene.scratch.arrange.place(column));
    let Some(column) = sheet.columns.get(at).or(sheet.columns.first()) else { return };
    let rows = scene.scratch.grid.top..scene.scratch.grid.top + 1;
    scene.act(Action::InView(rows, vec![at]));
    let page = scene.model.page.as_ref().filter(|page| page.column == column.name);
    if page.is_none_or(|page| page.key != sheet.key) {
        scene.act(Action::Profile(column.name.clone()));
    }
    let facts = sheet.facts.get(&column.name).cloned();
    let story = page.and_then(|page| page.story.value());
    ScrollArea::vertical().auto_shrink([false, false]).id_salt("profile").show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::symmetric(24, 18)).show(ui, |ui| {
            title_ui(ui, scene, column, at);
            if let Some(fault) = page.and_then(|page| page.story.fault()) {
                ui.label(RichText::new(fault.text()).color(theme.mismatched));
            }
            if let Some(facts) = &facts {
                quality_ui(ui, scene, column, facts);
            }
            let all = ui.available_width();
            let left = (all - FIGURES - 36.0).max(360.0);
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 36.0;
                ui.allocate_ui(Vec2::new(left, 10.0), |ui| {
                    ui.vertical(|ui| {
                        ui.set_width(left);
                        plots_ui(ui, scene, column, facts.as_deref(), story);
                    });
                });
                ui.vertical(|ui| {
                    ui.set_width(FIGURES.min(all - left - 36.0).max(180.0));
                    match story {
                        Some(story) => figures_ui(ui, story),
                        None => drop(ui.label(RichText::new("counting all rows…").color(theme.muted))),
                    }
                });
            });
            super::together::together_ui(ui, scene);
        });
    });
}

fn title_ui(ui: &mut Ui, scene: &mut Scene<'_>, column: &Column, at: usize) {
    let theme = theme::of(ui);
    let count = scene.model.sheet.value().map_or(0, |sheet| sheet.columns.len());
    ui.horizontal(|ui| {
        ui.label(RichText::new(&column.name).font(theme::heavy(16.0)).color(theme.text));
        ui.label(RichText::new(column.class.words()).font(theme::body()).color(theme.muted));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let mut go = |ui: &mut Ui, sign: &str, name: &str, to: Option<usize>| {
                let response = ui.add_enabled_ui(to.is_some(), |ui| button::icon_button(ui, sign, name)).inner;
                if response.clicked() {
                    scene.scratch.grid.cursor = None;
                    scene.scratch.grid.column = to.and_then(|to| scene.scratch.arrange.column(to));
                }
            };
            go(ui, icon::CARET_RIGHT, "Next column", Some(at + 1).filter(|at| *at < count));
            go(ui, icon::CARET_LEFT, "Previous column", at.checked_sub(1));
            let words = format!("column {} of {count}", at + 1);
            ui.label(RichText::new(words).font(theme::small()).color(theme.faint));
        });
    });
    ui.add_space(8.0);
}

/// A wide quality bar; each part filters.
fn quality_ui(ui: &mut Ui, scene: &mut Scene<'_>, column: &Column, facts: &Facts) {
    let theme = theme::of(ui);
    let valid = facts.rows.saturating_sub(facts.missing + facts.invalid);
    let quality = Some((valid, facts.invalid, facts.missing));
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 10.0), Sense::hover());
    card::quality_bar(ui.painter(), theme, rect, quality);
    ui.add_space(4.0);
    let parts = [
        (
            valid,
            "fit",
            Filter {
                column: column.name.clone(),
                tests: std::iter::once(Test::Missing).chain(heads::misfit(facts)).collect(),
                inverted: true,
            },
        ),
        (
            facts.invalid,
            "do not fit",
            Filter { column: column.name.clone(), tests: heads::misfit(facts).into_iter().collect(), inverted: false },
        ),
        (facts.missing, "are missing", Filter::of(&column.name, Test::Missing)),
        (facts.empty, "are empty", Filter::of(&column.name, Test::Empty)),
        (facts.blank, "are blank", Filter::of(&column.name, Test::Blank)),
    ];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 18.0;
        for (count, words, filter) in parts.into_iter().filter(|(count, ..)| *count > 0) {
            let text = format!("{} {words} · {}", grouped(count), percent(count, facts.rows));
            let on = scene.model.lens.filter(&column.name) == Some(&filter);
            let colour = if on { theme.accent } else { theme.muted };
            let response =
                ui.add(egui::Button::new(RichText::new(text).font(theme::small()).color(colour)).frame(false));
            let name = format!("{}: {} {words}", column.name, grouped(count));
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &name));
            if response.clicked() {
                turn(scene, filter);
            }
        }
    });
    ui.add_space(14.0);
}

/// Filters; again by the same: no more.
fn turn(scene: &mut Scene<'_>, filter: Filter) {
    let same = scene.model.lens.filter(&filter.column) == Some(&filter);
    scene.act(Action::Filter(if same { Filter { tests: Vec::new(), ..filter } } else { filter }));
}

pub(super) fn heading(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).font(theme::heavy(13.0)).color(theme::of(ui).text));
    ui.add_space(2.0);
}

fn plots_ui(ui: &mut Ui, scene: &mut Scene<'_>, column: &Column, facts: Option<&Facts>, story: Option<&Story>) {
    let bars = facts.is_some_and(|facts| matches!(facts.chart, Chart::Bars(_)));
    if bars {
        heading(ui, "Distribution");
        distribution_ui(ui, scene, column, story);
    }
    let Some(story) = story else { return };
    if !story.bulk.is_empty() {
        heading(ui, "Without what lies far off");
        bulk_ui(ui, scene, column, &story.bulk);
    }
    if !story.lengths.is_empty() && column.class == TypeClass::Text {
        heading(ui, "Lengths in characters");
        lengths_ui(ui, scene, column, &story.lengths);
    }
    ui.columns(2, |sides| {
        let [left, right] = sides else { return };
        heading(left, "Most common values");
        let values = story.common.iter().take(12);
        for (text, count) in values {
            let filter = Filter::of(&column.name, Test::Among(vec![text.clone()]));
            let shown = region::told(text, column.class);
            line_ui(left, scene, (&shown, *count, ""), story.common.first().map_or(1, |(_, most)| *most), filter);
        }
        if !story.patterns.is_empty() {
            heading(right, "Patterns of characters");
            for (text, count) in story.patterns.iter().take(12) {
                let filter = Filter::of(&column.name, Test::Pattern(vec![text.clone()]));
                line_ui(right, scene, (text, *count, ""), story.patterns.first().map_or(1, |(_, most)| *most), filter);
            }
        } else if !story.far.is_empty() {
            heading(right, "Far from the mean");
            let most = story.far.iter().map(|(_, count, _)| *count).max().unwrap_or(1);
            for (text, count, distance) in story.far.iter().take(12) {
                let filter = Filter::of(&column.name, Test::Among(vec![text.clone()]));
                let (shown, aside) = (region::told(text, column.class), format!("{distance:+.1} σ"));
                line_ui(right, scene, (&shown, *count, &region::figures(&aside)), most, filter);
            }
        }
    });
}

fn distribution_ui(ui: &mut Ui, scene: &mut Scene<'_>, column: &Column, story: Option<&Story>) {
    let theme = theme::of(ui);
    let Some(sheet) = scene.model.sheet.value() else { return };
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 170.0), Sense::hover());
    let head = heads::head(scene.model, sheet, column, "");
    let mut state = std::mem::take(&mut scene.scratch.grid);
    let place = sheet.position(&column.name).unwrap_or(0);
    let touch = crate::widget::grid::chart_ui(ui, &mut state, &head, rect, place);
    scene.scratch.grid = state;
    if let Some(touch) = touch {
        heads::touched(scene, sheet, touch);
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, theme.line));
    let bars = sheet.facts.get(&column.name).map(|facts| facts.chart.clone());
    let Some((Chart::Bars(bars), Some(spread))) = bars.zip(story).map(|(bars, story)| (bars, story.spread.as_ref()))
    else {
        ui.add_space(16.0);
        return;
    };
    spread_ui(ui, &bars, &spread.clone().map(|(at, text)| (at, region::told(&text, column.class).into_owned())));
}

/// Smallest, largest, and the middle of the values, below the bars.
#[allow(clippy::cast_possible_truncation, reason = "places on screen")]
fn spread_ui(ui: &mut Ui, bars: &[Bar], spread: &[(f64, String); 7]) {
    let theme = theme::of(ui);
    let (Some(first), Some(last)) = (bars.first(), bars.last()) else { return };
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 44.0), Sense::hover());
    let width = (last.high - first.low).max(f64::MIN_POSITIVE);
    let x = |at: f64| rect.left() + (((at - first.low) / width).clamp(0.0, 1.0) as f32) * rect.width();
    let y = rect.top() + 13.0;
    let painter = ui.painter();
    let [min, p5, p25, p50, p75, p95, max] = spread;
    painter.hline(x(min.0)..=x(max.0), y, Stroke::new(1.0, theme.faint));
    painter.hline(x(p5.0)..=x(p95.0), y, Stroke::new(3.0, theme.bars));
    let middle = Rect::from_min_max(Pos2::new(x(p25.0), y - 5.0), Pos2::new(x(p75.0).max(x(p25.0) + 2.0), y + 5.0));
    painter.rect(middle, CornerRadius::same(2), theme.surface, Stroke::new(1.5, theme.bars), egui::StrokeKind::Inside);
    painter.vline(x(p50.0), y - 7.0..=y + 7.0, Stroke::new(2.0, theme.accent));
    let left = painter.layout_no_wrap(min.1.clone(), theme::tiny(), theme.muted);
    text_left(painter, Pos2::new(rect.left(), y + 20.0), left);
    let right = painter.layout_no_wrap(max.1.clone(), theme::tiny(), theme.muted);
    text_right(painter, Pos2::new(rect.right(), y + 20.0), right);
    let words = format!("half of all lie from {} to {}, the middle is {}", p25.1, p75.1, p50.1);
    let centre = painter.layout_no_wrap(words.clone(), theme::tiny(), theme.muted);
    let pos = Pos2::new(rect.center().x - centre.size().x / 2.0, y + 20.0);
    text_left(painter, pos, centre);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    ui.add_space(10.0);
}

/// Standing bars of lengths; a click filters.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "lengths and bars"
)]
fn lengths_ui(ui: &mut Ui, scene: &mut Scene<'_>, column: &Column, bars: &[Bar]) {
    let theme = theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 90.0), Sense::hover());
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(1).max(1);
    let step = rect.width() / bars.len() as f32;
    for (at, bar) in bars.iter().enumerate() {
        let place =
            Rect::from_min_size(Pos2::new(rect.left() + step * at as f32, rect.top()), Vec2::new(step, rect.height()));
        let low = bar.low.max(0.0).ceil() as u64;
        let high = if at + 1 == bars.len() { bar.high as u64 } else { (bar.high - 1.0).ceil().max(bar.low) as u64 };
        let filter = Filter::of(&column.name, Test::Length { low, high });
        let on = scene.model.lens.filter(&column.name) == Some(&filter);
        let response = ui.interact(place, ui.scope_id().with(("length", at)), Sense::click());
        let share = bar.count as f32 / most as f32;
        let top = place.bottom() - (share * place.height()).max(if bar.count > 0 { 1.5 } else { 0.0 });
        let lit = on || response.hovered() || response.has_focus();
        let fill = Rect::from_min_max(
            Pos2::new(place.left(), top),
            Pos2::new((place.right() - 1.0).max(place.left() + 1.0), place.bottom()),
        );
        ui.painter().rect_filled(fill, CornerRadius::ZERO, if lit { theme.accent } else { theme.bars });
        let name = format!("{} has {} characters: {}", column.name, bar.words, grouped(bar.count));
        response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, on, &name));
        if response.clicked() {
            turn(scene, filter);
        }
        response.on_hover_text_at_pointer(format!("{} characters\n{} rows", bar.words, grouped(bar.count)));
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, theme.line));
    ui.horizontal(|ui| {
        let ends = [bars.first().map(|bar| bar.low), bars.last().map(|bar| bar.high)];
        let text =
            |at: Option<f64>| RichText::new(format!("{:.0}", at.unwrap_or(0.0))).font(theme::tiny()).color(theme.muted);
        ui.label(text(ends[0]));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| ui.label(text(ends[1])));
    });
    ui.add_space(10.0);
}

/// Standing bars of the bulk of the values; a click filters.
#[allow(clippy::cast_precision_loss, reason = "places of bars")]
fn bulk_ui(ui: &mut Ui, scene: &mut Scene<'_>, column: &Column, bars: &[Bar]) {
    let theme = theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 90.0), Sense::hover());
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(1).max(1);
    let step = rect.width() / bars.len() as f32;
    for (at, bar) in bars.iter().enumerate() {
        let left = rect.left() + step * at as f32;
        let place = Rect::from_min_size(Pos2::new(left, rect.top()), Vec2::new(step, rect.height()));
        let test = Test::Range { low: Some(bar.low), high: Some(bar.high), closed: at + 1 == bars.len() };
        let filter = Filter::of(&column.name, test);
        let on = scene.model.lens.filter(&column.name) == Some(&filter);
        let response = ui.interact(place, ui.scope_id().with(("bulk", at)), Sense::click());
        let share = bar.count as f32 / most as f32;
        let top = place.bottom() - (share * place.height()).max(if bar.count > 0 { 1.5 } else { 0.0 });
        let right = (place.right() - 1.0).max(place.left() + 1.0);
        let fill = Rect::from_min_max(Pos2::new(place.left(), top), Pos2::new(right, place.bottom()));
        let lit = on || response.hovered() || response.has_focus();
        ui.painter().rect_filled(fill, CornerRadius::ZERO, if lit { theme.accent } else { theme.bars });
        let words = region::told(&bar.words, column.class);
        let name = format!("{} without what lies far off: {}, {}", column.name, words, grouped(bar.count));
        response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, on, &name));
        if response.clicked() {
            turn(scene, filter);
        }
        response.on_hover_text_at_pointer(format!("{words}\n{} rows", grouped(bar.count)));
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, theme.line));
    ui.horizontal(|ui| {
        let end = |bar: Option<&Bar>| {
            let words = bar.map(|bar| region::told(&bar.words, column.class).into_owned()).unwrap_or_default();
            RichText::new(words).font(theme::tiny()).color(theme.muted)
        };
        ui.label(end(bars.first()));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| ui.label(end(bars.last())));
    });
    ui.add_space(10.0);
}

/// A value with a lying bar and its count; a click filters.
#[allow(clippy::cast_precision_loss, reason = "lengths of bars")]
fn line_ui(ui: &mut Ui, scene: &mut Scene<'_>, (text, count, aside): (&str, u64, &str), most: u64, filter: Filter) {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), LINE), Sense::click());
    let on = scene.model.lens.filter(&filter.column) == Some(&filter);
    let painter = ui.painter();
    if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, CornerRadius::same(4), theme.hover);
    }
    let y = rect.center().y - 2.0;
    let shown = if text.is_empty() { "(empty)" } else { text };
    let colour = if on { theme.accent } else { theme.text };
    let right = if aside.is_empty() { grouped(count) } else { format!("{aside} · {}", grouped(count)) };
    let right = painter.layout_no_wrap(right, theme::tiny(), theme.muted);
    let room = rect.width() - right.size().x - 20.0;
    text_right(painter, Pos2::new(rect.right() - 6.0, y), right);
    let left = card::one_line(painter, shown, if on { theme::heavy(12.0) } else { theme::small() }, colour, room);
    text_left(painter, Pos2::new(rect.left() + 6.0, y), left);
    let width = (count as f32 / most.max(1) as f32 * (rect.width() - 12.0)).max(2.0);
    let bar = Rect::from_min_size(Pos2::new(rect.left() + 6.0, rect.bottom() - 4.0), Vec2::new(width, 2.0));
    painter.rect_filled(bar, CornerRadius::ZERO, if on { theme.accent } else { theme.bars });
    let name = format!("{} {shown}: {} rows", filter.column, grouped(count));
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, on, &name));
    if response.clicked() {
        turn(scene, filter);
    }
}

fn figures_ui(ui: &mut Ui, story: &Story) {
    let theme = theme::of(ui);
    heading(ui, "Figures");
    ui.spacing_mut().item_spacing.y = 0.0;
    for figure in &story.figures {
        let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), LINE), Sense::hover());
        let painter = ui.painter();
        let y = rect.center().y;
        let title = painter.layout_no_wrap(figure.title.to_owned(), theme::small(), theme.muted);
        let room = rect.width() - title.size().x - 14.0;
        text_left(painter, Pos2::new(rect.left(), y), title);
        let text = if figure.verbatim { figure.text.as_str().into() } else { region::figures(&figure.text) };
        let value = card::one_line(painter, &text, theme::small(), theme.text, room);
        text_right(painter, Pos2::new(rect.right(), y), value);
        painter.hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, theme.line.gamma_multiply(0.6)));
        let spoken = format!("{}: {text}", figure.title);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
        response.on_hover_text(figure.definition);
    }
    ui.add_space(6.0);
    let words = format!("Exact, on all {} rows", grouped(story.rows));
    ui.label(RichText::new(words).font(theme::tiny()).color(theme.faint));
}
