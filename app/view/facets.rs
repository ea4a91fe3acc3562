//! The facets of the left panel: lists of values, ranges and states of columns, by which the table is filtered. A value that is written
//! otherwise here becomes a step.

use super::{Scene, heads};
use crate::action::Action;
use crate::model::look::Facet;
use crate::model::sheet::{Chart, Column, Facts};
use crate::theme;
use crate::widget::nothing::{self, Nothing};
use crate::widget::{button, card, field, grouped, icon, region, text_left, text_right};
use brewhouse_engine::facet::{By, Filter, Listed, Listing, Test, Values, bound_of, bound_words};
use brewhouse_engine::types::TypeClass;
use egui::accesskit::Role;
use egui::{
    CornerRadius, Frame, Key, Margin, Modifiers, Pos2, Rect, RichText, ScrollArea, Sense, Ui, Vec2, WidgetInfo,
};

const LINE: f32 = 23.0;
/// So many values a facet shows at least before it scrolls; where there is room, as many as there are.
const SHOWN: f32 = 7.0;
/// Room at both sides of what may take several lines.
const MARGIN: i8 = 12;
/// What a facet takes beside its values: its title, the search, the count, its states, and the gap below it.
const AROUND: f32 = 23.0 + 30.0 + 18.0 + 24.0 + 24.0;

/// Draws all facets in a height.
pub(super) fn facets_ui(ui: &mut Ui, scene: &mut Scene<'_>, height: f32) {
    let area = ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink([false, false]);
    area.id_salt("facets").show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        #[allow(clippy::cast_precision_loss, reason = "a few facets")]
        let each = (height / scene.model.facets.len().max(1) as f32 - AROUND).max(LINE * SHOWN);
        for at in 0..scene.model.facets.len() {
            ui.push_id(at, |ui| facet_ui(ui, scene, &scene.model.facets[at], each));
            ui.add_space(12.0);
        }
    });
}

fn facet_ui(ui: &mut Ui, scene: &mut Scene<'_>, facet: &Facet, height: f32) {
    let name = facet.listing.column.as_str();
    let sheet = scene.model.sheet.value();
    let column = sheet.and_then(|sheet| sheet.columns.get(sheet.position(name)?));
    let facts = sheet.and_then(|sheet| sheet.facts.get(name)).cloned();
    title_ui(ui, scene, facet, column);
    let Some(column) = column else {
        note_ui(ui, "is not in this table");
        return;
    };
    let chart = facts.as_ref().filter(|facts| matches!(facts.chart, Chart::Bars(_)));
    if let Some(facts) = chart {
        range_ui(ui, scene, column, facts);
    } else {
        list_ui(ui, scene, facet, column, height);
    }
    if let Some(facts) = &facts {
        states_ui(ui, scene, column, facts);
    }
}

fn note_ui(ui: &mut Ui, text: &str) {
    ui.horizontal(|ui| {
        ui.add_space(theme::SIDE);
        ui.label(RichText::new(text).font(theme::tiny()).color(theme::of(ui).faint));
    });
}

fn title_ui(ui: &mut Ui, scene: &mut Scene<'_>, facet: &Facet, column: Option<&Column>) {
    let theme = theme::of(ui);
    let name = facet.listing.column.clone();
    let filtered = scene.model.lens.filter(&name).is_some();
    ui.horizontal(|ui| {
        ui.set_height(LINE);
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.add_space(theme::SIDE);
        let colour = if filtered { theme.accent } else { theme.text };
        let room = ui.available_width() - theme::SIDE - 66.0;
        let galley = card::one_line(ui.painter(), &name, theme::heavy(12.0), colour, room);
        ui.label(galley);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(theme::SIDE - 6.0);
            if button::sized_icon(ui, icon::X, &format!("Close the facet of {name}"), theme.faint, 18.0).clicked() {
                scene.act(Action::CloseFacet(name.clone()));
            }
            if column.is_some_and(|column| column.class == TypeClass::Text) {
                by_ui(ui, scene, &facet.listing);
            }
        });
    });
}

/// What is listed, as a small menu.
fn by_ui(ui: &mut Ui, scene: &mut Scene<'_>, listing: &Listing) {
    let theme = theme::of(ui);
    let words = |by: By| match by {
        By::Values => "values",
        By::Patterns => "patterns",
        By::Lengths => "lengths",
    };
    let text = RichText::new(format!("{} {}", words(listing.by), icon::CARET_DOWN));
    let response = ui.add(egui::Button::new(text.font(theme::tiny()).color(theme.muted)).frame(false));
    response
        .widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("What the facet of {} lists", listing.column)));
    egui::Popup::menu(&response).show(|ui| {
        for (by, title) in
            [(By::Values, "Values"), (By::Patterns, "Patterns of characters"), (By::Lengths, "Lengths in characters")]
        {
            if ui.add(button::menu_item(title)).clicked() {
                scene.act(Action::Facet(Listing {
                    by,
                    search: String::new(),
                    by_name: by == By::Lengths,
                    ..listing.clone()
                }));
                ui.close();
            }
        }
        ui.separator();
        for (by_name, title) in [(false, "Most frequent first"), (true, "In order")] {
            if ui.add(button::menu_item(title)).clicked() {
                scene.act(Action::Facet(Listing { by_name, ..listing.clone() }));
                ui.close();
            }
        }
    });
}

fn list_ui(ui: &mut Ui, scene: &mut Scene<'_>, facet: &Facet, column: &Column, height: f32) {
    let Some(values) = facet.values.value() else {
        note_ui(ui, facet.values.fault().map_or("counting…", |fault| fault.message.as_str()));
        return;
    };
    if values.distinct > 7 || !facet.listing.search.is_empty() {
        ui.horizontal(|ui| {
            ui.add_space(theme::SIDE - 2.0);
            let mut search = facet.listing.search.clone();
            let width = ui.available_width() - theme::SIDE;
            let name = format!("Search in {}", column.name);
            let response = field::sized_text_edit(ui, &mut search, "Search", &name, width);
            if response.changed() {
                scene.act(Action::Facet(Listing { search, ..facet.listing.clone() }));
            }
        });
    }
    let old = facet.values.waiting().is_some();
    let most = values.list.iter().map(|listed| listed.all).max().unwrap_or(1).max(1);
    let area = ScrollArea::vertical()
        .max_height(height)
        .min_scrolled_height(height)
        .auto_shrink([false, true])
        .id_salt("values");
    // Lines follow each other without a gap, and the room for all of them is counted so.
    let gap = std::mem::take(&mut ui.spacing_mut().item_spacing.y);
    area.show_rows(ui, LINE, values.list.len(), |ui, range| {
        if old {
            ui.multiply_opacity(0.55);
        }
        for listed in values.list.get(range).unwrap_or_default() {
            value_ui(ui, scene, facet, column, listed, most);
        }
    });
    ui.spacing_mut().item_spacing.y = gap;
    note_ui(ui, &count_words(values, facet.listing.by));
}

/// How many values there are in all, and how many of them are listed.
fn count_words(values: &Values, by: By) -> String {
    let noun = match (by, values.distinct) {
        (By::Values, 1) => "value",
        (By::Values, _) => "values",
        (By::Patterns, 1) => "pattern",
        (By::Patterns, _) => "patterns",
        (By::Lengths, 1) => "length",
        (By::Lengths, _) => "lengths",
    };
    let all = format!("{} {noun}", grouped(values.distinct));
    let listed = values.list.len() as u64;
    match (values.found, listed) {
        (0, _) if values.distinct > 0 => format!("none of {all} is like that"),
        (found, listed) if listed < found && found < values.distinct => {
            format!("the first {} of {} found, of {all}", grouped(listed), grouped(found))
        }
        (found, listed) if listed < found => format!("the first {} of {all}; search for others", grouped(listed)),
        (found, _) if found < values.distinct => format!("{} of {all}", grouped(found)),
        _ => all,
    }
}

/// The test of a listed value.
fn test_of(by: By, text: &str) -> Test {
    match by {
        By::Values => Test::Among(vec![text.to_owned()]),
        By::Patterns => Test::Pattern(vec![text.to_owned()]),
        By::Lengths => {
            let length = text.parse().unwrap_or_default();
            Test::Length { low: length, high: length }
        }
    }
}

/// Whether a filter names a value.
fn names(filter: &Filter, by: By, text: &str) -> bool {
    filter.tests.iter().any(|test| match (by, test) {
        (By::Values, Test::Among(values)) | (By::Patterns, Test::Pattern(values)) => values.iter().any(|v| v == text),
        (By::Lengths, Test::Length { low, high }) => {
            text.parse::<u64>().is_ok_and(|length| (*low..=*high).contains(&length))
        }
        _ => false,
    })
}

/// The filter with a value added, or taken away where it is named.
fn turned(before: Option<&Filter>, column: &str, by: By, text: &str, inverted: bool) -> Filter {
    let old = before.filter(|filter| filter.inverted == inverted);
    let mut tests = old.map(|filter| filter.tests.clone()).unwrap_or_default();
    if old.is_some_and(|filter| names(filter, by, text)) {
        for test in &mut tests {
            if let Test::Among(values) | Test::Pattern(values) = test {
                values.retain(|value| value != text);
            }
        }
        let length = text.parse::<u64>().ok().filter(|_| by == By::Lengths);
        tests.retain(|test| match test {
            Test::Among(values) | Test::Pattern(values) => !values.is_empty(),
            Test::Length { low, high } => length != Some(*low) || length != Some(*high),
            _ => true,
        });
    } else {
        let kind =
            |test: &&mut Test| matches!((by, test), (By::Values, Test::Among(_)) | (By::Patterns, Test::Pattern(_)));
        match tests.iter_mut().find(kind) {
            Some(Test::Among(values) | Test::Pattern(values)) => values.push(text.to_owned()),
            _ => tests.push(test_of(by, text)),
        }
    }
    Filter { column: column.to_owned(), tests, inverted }
}

fn value_ui(ui: &mut Ui, scene: &mut Scene<'_>, facet: &Facet, column: &Column, listed: &Listed, most: u64) {
    let renames = scene.scratch.rename.as_ref().is_some_and(|(of, from, _)| *of == column.name && *from == listed.text);
    if renames {
        rename_ui(ui, scene);
        return;
    }
    let theme = theme::of(ui);
    let by = facet.listing.by;
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), LINE), Sense::click());
    let inner = Rect::from_min_max(rect.min + Vec2::new(theme::SIDE, 0.0), rect.max - Vec2::new(theme::SIDE, 0.0));
    let filter = scene.model.lens.filter(&column.name);
    let named = filter.is_some_and(|filter| names(filter, by, &listed.text));
    let passes = filter.is_none_or(|filter| named != filter.inverted);
    let painter = ui.painter();
    if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, CornerRadius::ZERO, theme.hover);
    }
    let chosen = filter.is_some() && passes;
    let colour = if passes { theme.text } else { theme.faint };
    let y = inner.center().y - 2.0;
    let count =
        painter.layout_no_wrap(grouped(listed.passing), theme::tiny(), if passes { theme.muted } else { theme.faint });
    let room = inner.width() - count.size().x - 8.0;
    text_right(painter, Pos2::new(inner.right(), y), count);
    let kind = Nothing::of(Some(&listed.text)).filter(|_| by == By::Values);
    let shown = match listed.text.as_str() {
        nothing if nothing.trim().is_empty() => nothing::listed(nothing),
        text if by == By::Values => region::told(text, column.class).into_owned(),
        text => text.to_owned(),
    };
    let font = if chosen { theme::heavy(12.0) } else { theme::small() };
    let colour = if kind == Some(Nothing::Word) && passes { theme.muted } else { colour };
    let text =
        card::one_line(painter, &nothing::dotted(&shown), font, if chosen { theme.accent } else { colour }, room);
    text_left(painter, Pos2::new(inner.left(), y), text);
    bars(painter, inner, listed, most, if chosen { theme.accent } else { theme.bars });
    if response.has_focus() {
        button::focus_ring(ui, rect.shrink(1.0));
    }
    let spoken = format!("{} {shown}: {} rows", column.name, grouped(listed.passing));
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, named, &spoken));
    let text_column = column.class == TypeClass::Text && by == By::Values;
    let rename = |scene: &mut Scene<'_>| {
        scene.scratch.rename = Some((column.name.clone(), listed.text.clone(), listed.text.clone()));
    };
    if response.clicked() {
        let beside = ui.input(|i| i.modifiers.command);
        let alone = filter.is_some_and(|filter| !filter.inverted && filter.tests == [test_of(by, &listed.text)]);
        let filter = match (beside, alone) {
            (true, _) => turned(filter, &column.name, by, &listed.text, false),
            (false, true) => Filter { column: column.name.clone(), tests: Vec::new(), inverted: false },
            (false, false) => Filter::of(&column.name, test_of(by, &listed.text)),
        };
        scene.act(Action::Filter(filter));
    }
    let key = response.has_focus() && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::F2));
    if text_column && (response.double_clicked() || key) {
        rename(scene);
    }
    response.context_menu(|ui| {
        let ways: [(&str, Filter); 3] = [
            ("Only this", Filter::of(&column.name, test_of(by, &listed.text))),
            ("Add or take away", turned(scene.model.lens.filter(&column.name), &column.name, by, &listed.text, false)),
            ("All but this", turned(scene.model.lens.filter(&column.name), &column.name, by, &listed.text, true)),
        ];
        for (title, filter) in ways {
            if ui.add(button::menu_item(title)).clicked() {
                scene.act(Action::Filter(filter));
                ui.close();
            }
        }
        ui.separator();
        if ui.add_enabled(text_column, button::menu_item("Write it otherwise everywhere…")).clicked() {
            rename(scene);
            ui.close();
        }
        if ui.add(button::menu_item("Copy")).clicked() {
            scene.act(Action::Copy(listed.text.clone()));
            ui.close();
        }
    });
    let all = if listed.all == listed.passing { String::new() } else { format!(" of {}", grouped(listed.all)) };
    let hint =
        if text_column { "\nCtrl: beside others; double click: write it otherwise" } else { "\nCtrl: beside others" };
    let kind = kind.map(|kind| format!("\n{}", kind.words())).unwrap_or_default();
    response.on_hover_text(format!("{shown}\n{}{all} rows{kind}{hint}", grouped(listed.passing)));
}

#[allow(clippy::cast_precision_loss, reason = "lengths of bars")]
fn bars(painter: &egui::Painter, inner: Rect, listed: &Listed, most: u64, colour: egui::Color32) {
    let bar = |count: u64| {
        let width = (count as f32 / most as f32 * inner.width()).max(if count > 0 { 2.0 } else { 0.0 });
        Rect::from_min_size(Pos2::new(inner.left(), inner.bottom() - 4.0), Vec2::new(width, 2.0))
    };
    painter.rect_filled(bar(listed.all), CornerRadius::ZERO, colour.gamma_multiply(0.35));
    painter.rect_filled(bar(listed.passing), CornerRadius::ZERO, colour);
}

fn rename_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some((column, from, mut to)) = scene.scratch.rename.take() else { return };
    ui.horizontal(|ui| {
        ui.add_space(theme::SIDE - 4.0);
        let width = ui.available_width() - theme::SIDE;
        let response = field::sized_text_edit(ui, &mut to, "the new value", "New value", width);
        let (enter, escape) = ui.input(|i| (i.key_pressed(Key::Enter), i.key_pressed(Key::Escape)));
        if escape {
            return;
        }
        if response.lost_focus() {
            if enter {
                scene.act(Action::RenameValue { column, from, to });
            }
            return;
        }
        response.request_focus();
        scene.scratch.rename = Some((column, from, to));
    });
}

/// A range of numbers or dates: bars to drag over, and limits to write.
fn range_ui(ui: &mut Ui, scene: &mut Scene<'_>, column: &Column, facts: &Facts) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 44.0), Sense::hover());
    let inner = Rect::from_min_max(rect.min + Vec2::new(theme::SIDE, 4.0), rect.max - Vec2::new(theme::SIDE, 2.0));
    let Some(sheet) = scene.model.sheet.value() else { return };
    let head = heads::head(scene.model, sheet, column, "");
    let mut state = std::mem::take(&mut scene.scratch.grid);
    let touch = crate::widget::grid::chart_ui(ui, &mut state, &head, inner, sheet.position(&column.name).unwrap_or(0));
    scene.scratch.grid = state;
    if let Some(touch) = touch {
        heads::touched(scene, sheet, touch);
    }
    limits_ui(ui, scene, column, facts);
}

/// The limits of the filter of a column, as text.
fn limits_of(scene: &Scene<'_>, column: &Column) -> [String; 2] {
    let filter = scene.model.lens.filter(&column.name).filter(|filter| !filter.inverted);
    let tests = filter.map(|filter| filter.tests.as_slice()).unwrap_or_default();
    match tests {
        [Test::Range { low, high, .. }] => {
            [low, high].map(|bound| bound.map(|bound| bound_words(bound, &column.dtype)).unwrap_or_default())
        }
        _ => Default::default(),
    }
}

fn limits_ui(ui: &mut Ui, scene: &mut Scene<'_>, column: &Column, facts: &Facts) {
    let known = scene.scratch.limits.take_if(|(of, _)| *of == column.name);
    let (_, mut texts) = known.unwrap_or_else(|| (column.name.clone(), limits_of(scene, column)));
    let hints = [facts.least.clone().unwrap_or_default(), facts.most.clone().unwrap_or_default()];
    let mut editing = false;
    let mut entered = false;
    let mut limit = |ui: &mut Ui, text: &mut String, (hint, word): (&str, &str), width: f32| {
        let name = format!("{} {word}", column.name);
        let response = field::sized_text_edit(ui, text, hint, &name, width);
        editing |= response.has_focus();
        entered |= response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    };
    // A date needs the whole width; two numbers stand beside each other.
    let wide = !matches!(column.class, TypeClass::Whole | TypeClass::Decimal | TypeClass::Money);
    let [low, high] = &mut texts;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.add_space(theme::SIDE - 6.0);
        let width = ui.available_width() - theme::SIDE;
        if wide {
            ui.vertical(|ui| {
                limit(ui, low, (&hints[0], "from"), width);
                limit(ui, high, (&hints[1], "up to"), width);
            });
        } else {
            limit(ui, low, (&hints[0], "from"), (width - 6.0) / 2.0);
            limit(ui, high, (&hints[1], "up to"), (width - 6.0) / 2.0);
        }
    });
    let bounds = texts.each_ref().map(|text| (text.trim().is_empty(), bound_of(text, &column.dtype)));
    let wrong = bounds.iter().any(|(empty, bound)| !empty && bound.is_none());
    if wrong && editing {
        note_ui(ui, &format!("not {}", column.class.words()));
    }
    if entered && !wrong {
        let [(_, low), (_, high)] = bounds;
        let tests =
            if low.is_none() && high.is_none() { Vec::new() } else { vec![Test::Range { low, high, closed: true }] };
        scene.act(Action::Filter(Filter { column: column.name.clone(), tests, inverted: false }));
    } else if editing {
        scene.scratch.limits = Some((column.name.clone(), texts));
    }
}

/// Missing, empty, blank, misfitting and repeated cells, as far as there are any.
fn states_ui(ui: &mut Ui, scene: &mut Scene<'_>, column: &Column, facts: &Facts) {
    let theme = theme::of(ui);
    let mut states: Vec<(String, Test)> = Vec::new();
    let mut add = |count: u64, words: &str, test: Option<Test>| {
        if let Some(test) = test.filter(|_| count > 0) {
            states.push((format!("{words} {}", grouped(count)), test));
        }
    };
    add(facts.missing, "missing", Some(Test::Missing));
    add(facts.empty, "empty", Some(Test::Empty));
    add(facts.blank, "blank", Some(Test::Blank));
    add(facts.invalid, "not fitting", heads::misfit(facts));
    if facts.distinct + facts.missing < facts.rows {
        states.push(("repeated".into(), Test::Repeated));
    }
    if states.is_empty() {
        return;
    }
    let edge = Margin { left: MARGIN, right: MARGIN, ..Margin::ZERO };
    Frame::new().inner_margin(edge).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = Vec2::new(4.0, 4.0);
            for (words, test) in states {
                let filter = scene.model.lens.filter(&column.name).filter(|filter| !filter.inverted);
                let on = filter.is_some_and(|filter| filter.tests.contains(&test));
                let colour = if on { theme.accent } else { theme.muted };
                let text = RichText::new(&words).font(theme::tiny()).color(colour);
                let pill = egui::Button::new(text)
                    .fill(if on { theme.tint } else { theme::NOTHING })
                    .stroke(egui::Stroke::new(1.0, if on { theme.accent } else { theme.line }))
                    .corner_radius(CornerRadius::same(9))
                    .min_size(Vec2::new(0.0, 18.0));
                let response = ui.add(pill);
                let name = format!("{} {words}", column.name);
                response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, &name));
                if response.clicked() {
                    let mut tests = filter.map(|filter| filter.tests.clone()).unwrap_or_default();
                    if on {
                        tests.retain(|old| *old != test);
                    } else {
                        tests.push(test);
                    }
                    scene.act(Action::Filter(Filter { column: column.name.clone(), tests, inverted: false }));
                }
            }
        });
    });
}
