//! The grid of the centre: the sheet as the grid widget takes it, and the draft line above it.

use super::{Scene, compare, heads, look, menus};
use crate::action::Action;
use crate::model::look::CopyAs;
use crate::model::settings::Cells;
use crate::model::sheet::{self, ColumnMark, Effect, Only};
use crate::model::{Model, Sheet};
use crate::theme;
use crate::widget::card::Head;
use crate::widget::grid::{Asked, CellMark, CellView, GridSource, GridState};
use crate::widget::{button, grid, grouped, icon};
use brewhouse_engine::facet::{Finder, misfit_words};
use brewhouse_engine::op::{param::write_names, sentence};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::types::{NUMERIC, TypeClass};
use egui::{Frame, Margin, Panel, RichText, Ui, Vec2};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A sheet as the grid takes it.
struct Shown<'a> {
    model: &'a Model,
    sheet: &'a Sheet,
    /// What is looked for.
    finder: Option<&'a Finder>,
    /// Why columns of the file stayed text.
    reasons: Option<&'a BTreeMap<String, String>>,
    /// The columns of the view by their places in the table, and how many are pinned.
    places: Option<(Arc<Vec<usize>>, usize)>,
    arranged: u64,
    /// Whether numbers and dates are shown in a person's own way.
    regional: bool,
}

impl Shown<'_> {
    fn place(&self, column: usize) -> usize {
        self.places.as_ref().map_or(column, |(places, _)| places.get(column).copied().unwrap_or(usize::MAX))
    }

    fn column(&self, column: usize) -> Option<&sheet::Column> {
        self.sheet.columns.get(self.place(column))
    }
}

impl GridSource for Shown<'_> {
    fn key(&self) -> u64 {
        self.sheet.key.wrapping_add(self.arranged.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn rows(&self) -> u64 {
        self.sheet.rows
    }

    fn columns(&self) -> usize {
        self.places.as_ref().map_or(self.sheet.columns.len(), |(places, _)| places.len())
    }

    fn pinned(&self) -> usize {
        self.places.as_ref().map_or(0, |(_, pinned)| *pinned)
    }

    fn name(&self, column: usize) -> &str {
        self.column(column).map(|column| column.name.as_str()).unwrap_or_default()
    }

    fn at_right(&self, column: usize) -> bool {
        self.column(column).is_some_and(|column| NUMERIC.contains(&column.class))
    }

    fn gone(&self, column: usize) -> bool {
        self.column(column).is_some_and(|column| column.mark == ColumnMark::Gone)
    }

    fn head(&self, column: usize) -> Head<'_> {
        let Some(column) = self.column(column) else { return Head::default() };
        heads::head(self.model, self.sheet, column, reason(self.reasons, column))
    }

    fn cell(&self, row: u64, column: usize) -> Option<CellView<'_>> {
        let cell = self.sheet.cell(row, self.place(column))?;
        let mark = match &cell.mark {
            sheet::CellMark::Changed(old) => CellMark::Changed(old.as_deref()),
            sheet::CellMark::Failed(old) => CellMark::Failed(old),
            sheet::CellMark::Lost(step, old) => CellMark::Lost(*step, old),
            sheet::CellMark::Same => match self.column(column).map(|column| column.mark) {
                Some(ColumnMark::Added) => CellMark::Added,
                _ => match self.sheet.misfit(row, self.place(column)) {
                    Some(meant) => CellMark::Unfit(misfit_words(meant)),
                    None => CellMark::Same,
                },
            },
        };
        let text = cell.text.as_deref();
        let hit = self.finder.zip(text).is_some_and(|(finder, text)| finder.finds(text));
        let figure = self.column(column).map(|column| column.class).filter(|_| self.regional);
        Some(CellView { text, mark, hit, figure })
    }

    fn number(&self, row: u64) -> Option<(u64, bool)> {
        self.sheet.row(row).map(|row| (row.number, row.removed))
    }
}

/// Why a column stayed text although much of it looks like something else.
fn reason<'a>(reasons: Option<&'a BTreeMap<String, String>>, column: &sheet::Column) -> &'a str {
    let reason = reasons.and_then(|reasons| reasons.get(&column.name));
    reason.filter(|_| column.class == TypeClass::Text).map(String::as_str).unwrap_or_default()
}

/// Draws the grid.
pub(super) fn grid_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let model = scene.model;
    let Some(sheet) = model.shown() else {
        waiting_ui(ui, scene);
        return;
    };
    let awaited = match &model.draft {
        Some(draft) if draft.sheet.value().is_some() || draft.faults.is_empty() => draft.sheet.waiting(),
        _ if model.compare.is_some() => model.compare.as_ref().and_then(|compare| compare.sheet.waiting()),
        _ => model.looked.waiting().or_else(|| model.sheet.waiting()),
    };
    let reasons = model.source().map(|source| &source.reasons);
    let mut state = std::mem::take(&mut scene.scratch.grid);
    if let Some(name) = &scene.scratch.reveal {
        scene.scratch.arrange.show(name);
    }
    let names = sheet.columns.iter().map(|column| column.name.as_str());
    let places = scene.scratch.arrange.places(sheet.key, names);
    let arranged = scene.scratch.arrange.version();
    let finder = model.find.as_ref().and_then(|find| find.finder.as_ref());
    state.row_height = Some(model.settings.density.row());
    let regional = model.settings.cells == Cells::Region;
    let source = Shown { model, sheet, finder, reasons, places, arranged, regional };
    let column_of = |scene: &Scene<'_>, name: &str| scene.scratch.arrange.column(sheet.position(name)?);
    if let Some(name) = scene.scratch.reveal.take() {
        state.column = column_of(scene, &name);
        state.column_to = None;
        state.cursor = None;
        if let Some(column) = state.column {
            state.reveal_column(column, ui.available_width() - theme::ROW_NUMBERS - 20.0);
        }
    }
    let rect = ui.available_rect_before_wrap();
    if let Some((row, name)) = scene.scratch.reveal_cell.take() {
        let column = name.as_deref().and_then(|name| column_of(scene, name)).or(state.column).unwrap_or(0);
        state.show_cell(row, column, rect);
    }
    let old = awaited.is_some_and(|awaited| awaited > Duration::from_millis(150));
    let output = ui.scope(|ui| {
        if old {
            ui.multiply_opacity(0.55);
        }
        let shared = RefCell::new(&mut *scene);
        let mut head = |ui: &mut Ui, at: usize| {
            if let Some(column) = source.column(at) {
                menus::column_ui(ui, &mut shared.borrow_mut(), column);
            }
        };
        let chosen = RefCell::new(None);
        let mut body = |ui: &mut Ui, row: u64, at: usize| {
            *chosen.borrow_mut() = cell_menu_ui(ui, &mut shared.borrow_mut(), row, source.place(at));
        };
        let output = grid::grid_ui(ui, &mut state, &source, &mut head, &mut body);
        (output, chosen.into_inner())
    });
    let (output, wanted) = output.inner;
    if let Some(awaited) = awaited {
        busy_ui(ui, rect, awaited);
    }
    let seen = output.columns.iter().map(|column| source.place(*column)).collect();
    scene.act(Action::InView(output.rows, seen));
    if let Some(touch) = output.touched.filter(|_| model.compare.is_none()) {
        heads::touched(scene, sheet, touch.at(source.place(touch.column())));
    }
    if let Some((from, to)) = output.moved {
        let names: Vec<&str> = (0..source.columns()).map(|column| source.name(column)).collect();
        scene.scratch.arrange.move_column(&names, from, to);
    }
    let asked = match output.asked {
        Some(Asked::Copy) => Some(Wanted::Copy(CopyAs::Plain)),
        Some(Asked::CopyWithHeads) => Some(Wanted::Copy(CopyAs::WithHeads)),
        Some(Asked::Peek) => Some(Wanted::Peek),
        None => wanted,
    };
    if let Some(wanted) = asked {
        ask(scene, &source, &state, wanted);
    }
    scene.scratch.grid = state;
    super::peek::peek_ui(ui, scene, rect);
}

/// What is wanted of the cells that are chosen.
#[derive(Clone, Copy)]
enum Wanted {
    Copy(CopyAs),
    Peek,
}

fn ask(scene: &mut Scene<'_>, source: &Shown<'_>, state: &GridState, wanted: Wanted) {
    match wanted {
        Wanted::Copy(how) => {
            let Some((rows, columns)) = state.picked(source.rows(), source.columns()) else { return };
            let columns = columns.map(|column| source.name(column).to_owned()).collect();
            scene.act(Action::CopyCells(rows, columns, how));
        }
        Wanted::Peek => {
            if let Some((row, column)) = state.cursor {
                scene.act(Action::Peek(Some((row, source.name(column).to_owned()))));
            }
        }
    }
}

fn cell_menu_ui(ui: &mut Ui, scene: &mut Scene<'_>, row: u64, at: usize) -> Option<Wanted> {
    let sheet = scene.model.shown()?;
    let (column, cell) = sheet.columns.get(at).zip(sheet.cell(row, at))?;
    let mut wanted = None;
    let text = cell.text.as_deref();
    ui.set_min_width(240.0);
    for (keep, words) in [(true, "Keep rows"), (false, "Remove rows")] {
        if text.is_none() && keep {
            continue;
        }
        let shown = match text {
            Some(text) => format!("is “{}”", text.chars().take(24).collect::<String>()),
            None => "is missing".into(),
        };
        if ui.add(button::menu_item(&format!("{words} where {} {shown}", column.name))).clicked() {
            scene.act(Action::AddStep(Box::new(filter_step(&column.name, text, keep))));
            ui.close();
        }
    }
    ui.separator();
    let ways = [
        ("Copy", Wanted::Copy(CopyAs::Plain)),
        ("Copy with the names of the columns", Wanted::Copy(CopyAs::WithHeads)),
        ("Copy as Markdown", Wanted::Copy(CopyAs::Markdown)),
        ("Copy as JSON", Wanted::Copy(CopyAs::Json)),
        ("Copy as a list for SQL", Wanted::Copy(CopyAs::SqlList)),
        ("Show the whole cell", Wanted::Peek),
    ];
    for (title, way) in ways {
        if ui.add(button::menu_item(title)).clicked() {
            wanted = Some(way);
            ui.close();
        }
    }
    ui.menu_button("Column", |ui| menus::column_ui(ui, scene, column));
    wanted
}

fn filter_step(column: &str, text: Option<&str>, keep: bool) -> Step {
    let step = Step::new("REMOVE_VALUES").with("sourceColumn", column);
    match text.map(|text| write_names(&[text.to_owned()])) {
        Some(list) => step.when(if keep { "IS_NOT" } else { "IS" }, Some(&list), column),
        None => step.when("IS_MISSING", None, column),
    }
}

/// Nothing for a moment, then a thin bar, then words.
fn busy_ui(ui: &Ui, rect: egui::Rect, awaited: Duration) {
    ui.ctx().request_repaint_after(Duration::from_millis(60));
    if awaited < Duration::from_millis(150) {
        return;
    }
    let theme = theme::of(ui);
    let share = (awaited.as_secs_f32() / 1.4).fract();
    let width = rect.width() * 0.25;
    let left = rect.left() - width + (rect.width() + width) * share;
    let bar = egui::Rect::from_min_size(egui::pos2(left, rect.top()), Vec2::new(width, 2.0)).intersect(rect);
    ui.painter().rect_filled(bar, egui::CornerRadius::ZERO, theme.accent);
    if awaited > Duration::from_secs(2) {
        let text = format!("computing, {} s", awaited.as_secs());
        let galley = ui.painter().layout_no_wrap(text, theme::small(), theme.muted);
        let pos = egui::pos2(rect.right() - galley.size().x - 20.0, rect.top() + theme::CARD + 10.0);
        let ground = egui::Rect::from_min_size(pos, galley.size()).expand(6.0);
        ui.painter().rect_filled(ground, egui::CornerRadius::same(4), theme.background);
        ui.painter().galley(pos, galley, theme.muted);
    }
}

fn waiting_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let rect = ui.available_rect_before_wrap();
    if let Some(awaited) = scene.model.sheet.waiting() {
        busy_ui(ui, rect, awaited);
    }
    let Some(fault) = scene.model.sheet.fault() else { return };
    ui.vertical_centered(|ui| {
        ui.add_space(rect.height() * 0.3);
        ui.label(RichText::new(format!("{} {}", icon::WARNING, fault.message)).color(theme.mismatched));
        if let Some(advice) = &fault.advice {
            ui.label(RichText::new(advice).color(theme.muted));
        }
        ui.add_space(8.0);
        if button::secondary(ui, "Open another file").clicked() {
            scene.act(Action::AskFile(crate::model::Purpose::Open));
        }
    });
}

/// What is said about giving up, where there is room for it.
const ESCAPE: &str = "Esc leaves no trace";
/// Room for the buttons that show some rows of a draft alone.
const TOGGLES: f32 = 210.0;
/// The least room of the sentence of a draft.
const MIN_SENTENCE: f32 = 90.0;

/// Draws the line above the grid: what the draft does; without a draft, which rows are shown.
pub(super) fn line_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let effect = scene.model.draft.as_ref().and_then(|draft| draft.sheet.value()?.effect);
    let (Some(draft), Some(effect)) = (&scene.model.draft, effect) else {
        return if scene.model.compare.is_some() { compare::line_ui(ui, scene) } else { look::look_line_ui(ui, scene) };
    };
    let frame = Frame::new().fill(theme.changed).inner_margin(Margin::symmetric(14, 0));
    Panel::top("draft").exact_size(theme::TAB_BAR - 2.0).frame(frame).show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            let sign = match effect {
                Effect { removes: true, .. } => "−",
                Effect { columns_added: 1.., row_by_row: true, .. } => "+",
                _ => "~",
            };
            let words = format!("{sign} {}", sentence::text(&draft.step));
            let told = effect_words(&effect);
            // The counts are never cut; the sentence stands in the recipe as well.
            let room = ui.available_width() - width_of(ui, &told) - if effect.row_by_row { TOGGLES } else { 0.0 };
            ui.scope(|ui| {
                ui.set_max_width(room.max(MIN_SENTENCE));
                ui.add(egui::Label::new(RichText::new(&words).font(theme::heavy(12.0))).truncate());
            });
            ui.label(RichText::new(told).font(theme::small()));
            only_ui(ui, scene, &effect);
            let shown = rows_shown(scene, &effect);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let muted = |text: &str| RichText::new(text).font(theme::small()).color(theme.muted);
                let gap = ui.spacing().item_spacing.x * 2.0;
                let (room, first) = (ui.available_width(), width_of(ui, &shown) + gap);
                if room > first + width_of(ui, ESCAPE) {
                    ui.label(muted(ESCAPE));
                    ui.label(muted(if shown.is_empty() { "" } else { "·" }));
                }
                if room > first {
                    ui.label(muted(&shown));
                }
            });
        });
    });
}

/// The width of small text.
fn width_of(ui: &Ui, text: &str) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), theme::small(), theme::NOTHING).size().x
}

/// Which rows of a draft are shown, when they are not all of them.
fn rows_shown(scene: &Scene<'_>, effect: &Effect) -> String {
    let Some(sheet) = scene.model.shown() else { return String::new() };
    match sheet.of_rows {
        Some(all) if all != sheet.rows => format!("{} of {} rows shown", grouped(sheet.rows), grouped(all)),
        None if !scene.model.lens.is_empty() && !effect.row_by_row => "all rows shown, the filter waits".into(),
        _ => String::new(),
    }
}

fn effect_words(effect: &Effect) -> String {
    let mut words = Vec::new();
    if effect.columns_added > 0 && effect.row_by_row {
        let noun = if effect.columns_added == 1 { "column" } else { "columns" };
        words.push(format!("adds {} {noun}", effect.columns_added));
    }
    if !effect.counted {
        words.push("counting…".into());
    } else if effect.removes {
        let gone = effect.rows_before.saturating_sub(effect.rows_after);
        words.push(format!("removes {} of {} rows", grouped(gone), grouped(effect.rows_before)));
    } else if !effect.row_by_row {
        words.push(match (effect.rows_before, effect.rows_after) {
            (before, after) if before == after => format!("{} rows before and after", grouped(before)),
            (before, after) => format!("{} rows become {}", grouped(before), grouped(after)),
        });
    } else if effect.columns_added == 0 {
        words.push(format!("changes {} of {} values", grouped(effect.changed), grouped(effect.rows_before)));
        words.push(format!("{} fail", grouped(effect.failed)));
    }
    words.join(" · ")
}

fn only_ui(ui: &mut Ui, scene: &mut Scene<'_>, effect: &Effect) {
    if !effect.row_by_row {
        return;
    }
    let Some(form) = &mut scene.scratch.form else { return };
    let chosen = form.only;
    let mut toggle = |ui: &mut Ui, only: Only, words: &str| {
        if button::pill(ui, words, form.only == only).clicked() {
            form.only = if form.only == only { Only::All } else { only };
        }
    };
    if effect.removes {
        toggle(ui, Only::Changed, "only removed");
    } else if effect.changed > 0 || chosen == Only::Changed {
        toggle(ui, Only::Changed, "only changed");
    }
    if effect.failed > 0 || chosen == Only::Failed {
        toggle(ui, Only::Failed, "only failed");
    }
}
