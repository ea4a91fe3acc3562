//! What the columns tell together, below the page of a column: rows that repeat others, correlations, and two columns against each other
//! with a brush.

use super::profile::heading;
use super::{Scene, brush};
use crate::action::Action;
use crate::model::together::{Together, Whole};
use crate::theme;
use crate::widget::{button, card, grouped, percent, region, text_left, text_right};
use brewhouse_engine::facet::{Axis, Plane, Test, bound_words};
use egui::accesskit::Role;
use egui::{
    CornerRadius, CursorIcon, PointerButton, Pos2, Rect, RichText, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
};

/// Room of a field of the matrix.
const FIELD: f32 = 44.0;
/// Room for the names beside it.
const NAMES: f32 = 116.0;
/// Size of the plane.
const PLANE: Vec2 = Vec2::new(400.0, 280.0);

/// Draws it all.
pub(super) fn together_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    let model = scene.model;
    let Some(key) = model.sheet.value().map(|sheet| sheet.key) else { return };
    let Some(together) = model.together.as_ref().filter(|together| together.key == key) else {
        scene.act(Action::Together);
        return;
    };
    ui.add_space(22.0);
    ui.painter().hline(ui.max_rect().x_range(), ui.cursor().top() - 10.0, Stroke::new(1.0, theme.line));
    ui.label(RichText::new("All columns together").font(theme::heavy(16.0)).color(theme.text));
    ui.add_space(6.0);
    if let Some(fault) = together.whole.fault() {
        ui.label(RichText::new(fault.text()).color(theme.mismatched));
    }
    let Some(whole) = together.whole.value() else {
        ui.label(RichText::new("counting all rows…").color(theme.muted));
        return;
    };
    repeated_ui(ui, scene, whole);
    if whole.columns.len() < 2 {
        return;
    }
    ui.add_space(12.0);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 36.0;
        ui.vertical(|ui| {
            heading(ui, "How columns of numbers go together");
            matrix_ui(ui, scene, together, whole);
        });
        ui.vertical(|ui| plane_ui(ui, scene, together));
    });
}

fn repeated_ui(ui: &mut Ui, scene: &mut Scene<'_>, whole: &Whole) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        let words = match whole.repeated {
            0 => "No row repeats another".to_owned(),
            1 => "1 row repeats another in all columns".to_owned(),
            some => format!("{} rows repeat another in all columns · {}", grouped(some), percent(some, whole.rows)),
        };
        ui.label(RichText::new(words).color(theme.text));
        if whole.repeated > 0 && button::link(ui, "Remove them…").clicked() {
            scene.act(Action::Show(crate::scratch::Tab::Grid));
            scene.act(Action::StartForm("DELETE_DUPLICATE_ROWS", None));
        }
    });
}

/// The matrix of correlations; a click holds two columns against each other.
#[allow(clippy::cast_possible_truncation, reason = "a share of a colour")]
fn matrix_ui(ui: &mut Ui, scene: &mut Scene<'_>, together: &Together, whole: &Whole) {
    let theme = theme::of(ui);
    for (at, row) in whole.columns.iter().enumerate() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(2.0);
            let (rect, _) = ui.allocate_exact_size(Vec2::new(NAMES, 26.0), Sense::hover());
            let name = card::one_line(ui.painter(), row, theme::small(), theme.muted, NAMES - 10.0);
            text_right(ui.painter(), Pos2::new(rect.right() - 8.0, rect.center().y), name);
            for (other, column) in whole.columns.iter().enumerate().take(at) {
                let value = whole.matrix.get(at).and_then(|row| row.get(other)).copied().flatten();
                let (rect, response) = ui.allocate_exact_size(Vec2::new(FIELD, 26.0), Sense::click());
                let strength = value.unwrap_or(0.0).abs() as f32;
                let ground = if value.unwrap_or(0.0) < 0.0 { theme.mismatched } else { theme.valid };
                let painter = ui.painter();
                painter.rect_filled(rect, CornerRadius::same(3), ground.gamma_multiply(0.08 + strength * 0.6));
                let on = together.pair.as_ref().is_some_and(|pair| pair == &[column.clone(), row.clone()]);
                if on || response.hovered() || response.has_focus() {
                    let stroke = Stroke::new(1.5, theme.accent);
                    painter.rect_stroke(rect, CornerRadius::same(3), stroke, StrokeKind::Inside);
                }
                let text = value.map_or("–".to_owned(), |value| format!("{value:.2}").replace('-', "−"));
                let galley = painter.layout_no_wrap(text.clone(), theme::tiny(), theme.text);
                painter.galley(rect.center() - galley.size() / 2.0, galley, theme.text);
                let name = format!("{column} and {row}: {text}");
                response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &name));
                if response.clicked() {
                    scene.act(Action::Pair(column.clone(), row.clone()));
                }
                response.on_hover_text_at_pointer(format!("{name}\nclick to see their rows"));
            }
            let (rect, _) = ui.allocate_exact_size(Vec2::new(FIELD, 26.0), Sense::hover());
            let name = card::one_line(ui.painter(), row, theme::tiny(), theme.faint, 160.0);
            text_left(ui.painter(), Pos2::new(rect.left() + 4.0, rect.center().y), name);
        });
    }
    let words = if whole.left_out > 0 {
        format!("Pearson, on all rows; {} further columns of numbers are left out", whole.left_out)
    } else {
        "Pearson, on all rows".to_owned()
    };
    ui.label(RichText::new(words).font(theme::tiny()).color(theme.faint));
}

fn plane_ui(ui: &mut Ui, scene: &mut Scene<'_>, together: &Together) {
    let theme = theme::of(ui);
    let Some(pair) = &together.pair else {
        heading(ui, "Two columns");
        let words = "Click a field to see two columns against each other; a rectangle drawn there filters by both, and arrow keys move it";
        ui.set_max_width(PLANE.x);
        ui.label(RichText::new(words).font(theme::small()).color(theme.muted));
        return;
    };
    heading(ui, &format!("{} and {}", pair[0], pair[1]));
    if let Some(fault) = together.plane.fault() {
        ui.label(RichText::new(fault.text()).color(theme.mismatched));
    }
    let Some(plane) = together.plane.value() else {
        ui.label(RichText::new("counting all rows…").font(theme::small()).color(theme.muted));
        return;
    };
    if plane.counts.is_empty() {
        ui.label(RichText::new("No row has a value in both").font(theme::small()).color(theme.muted));
        return;
    }
    let (rect, response) = ui.allocate_exact_size(PLANE, Sense::click_and_drag());
    let rows: u64 = plane.counts.iter().sum();
    let name = format!("{} against {}: {} rows", pair[1], pair[0], grouped(rows));
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, &name));
    fields_ui(ui, rect, plane);
    chosen_ui(ui, scene, rect, plane, pair);
    let id = response.id.with("brush");
    if let Some(pos) = ui.input(|input| input.pointer.press_origin()).filter(|_| response.drag_started()) {
        ui.data_mut(|data| data.insert_temp(id, pos));
    }
    let begun = ui.data(|data| data.get_temp::<Pos2>(id));
    if let Some((from, to)) =
        begun.zip(response.interact_pointer_pos()).filter(|_| response.dragged() || response.drag_stopped())
    {
        let drawn = Rect::from_two_pos(from, to).intersect(rect);
        let stroke = Stroke::new(1.5, theme.accent);
        ui.painter().rect(drawn, CornerRadius::ZERO, theme.accent.gamma_multiply(0.12), stroke, StrokeKind::Inside);
        if response.drag_stopped() {
            ui.data_mut(|data| data.remove::<Pos2>(id));
            scene.act(Action::Filters(brush::filters_of(touched(rect, drawn, plane), plane, pair)));
        }
    }
    if response.clicked_by(PointerButton::Primary) {
        scene.act(Action::Filters(brush::no_filters(pair)));
    }
    if response.has_focus() {
        button::focus_ring(ui, rect);
    }
    if let Some(filters) = brush::by_keys(ui, &response, &scene.model.lens, plane, pair) {
        scene.act(Action::Filters(filters));
    }
    let response = response.on_hover_cursor(CursorIcon::Crosshair);
    if let Some(pos) = response.hover_pos().filter(|_| !response.dragged()) {
        let (across, up) = (place(rect, pos, plane, 0), place(rect, pos, plane, 1));
        response.on_hover_text_at_pointer(format!("{} rows", grouped(plane.count(across, up))));
    }
    ends_ui(ui, scene, plane, pair);
    if together.closer || !scene.model.lens.filters.is_empty() {
        ui.add_space(2.0);
        if button::pill(ui, "only rows that pass the filters", together.closer).clicked() {
            scene.act(Action::PairCloser);
        }
    }
}

/// The range of an axis at a point.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a range of an axis"
)]
fn place(rect: Rect, pos: Pos2, plane: &Plane, axis: usize) -> usize {
    let share = if axis == 0 { (pos.x - rect.left()) / rect.width() } else { (rect.bottom() - pos.y) / rect.height() };
    let ranges = plane.axes[axis].ranges;
    ((share.clamp(0.0, 1.0) * ranges as f32) as usize).min(ranges.saturating_sub(1))
}

/// Each field with rows, darker where there are more.
#[allow(clippy::cast_precision_loss, reason = "places and shades of fields")]
fn fields_ui(ui: &Ui, rect: Rect, plane: &Plane) {
    let theme = theme::of(ui);
    let painter = ui.painter();
    painter.rect_filled(rect, CornerRadius::ZERO, theme.background);
    let most = plane.counts.iter().copied().max().unwrap_or(1).max(1) as f32;
    let [across, up] = plane.axes.map(|axis| axis.ranges);
    let size = Vec2::new(rect.width() / across as f32, rect.height() / up as f32);
    for (at, count) in plane.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let (x, y) = ((at % across) as f32, (at / across) as f32);
        let min = Pos2::new(rect.left() + x * size.x, rect.bottom() - (y + 1.0) * size.y);
        // A single row can still be seen beside thousands.
        let shade = 0.22 + 0.78 * (*count as f32).ln_1p() / most.ln_1p();
        painter.rect_filled(Rect::from_min_size(min, size), CornerRadius::ZERO, theme.bars.gamma_multiply(shade));
    }
    painter.rect_stroke(rect, CornerRadius::ZERO, Stroke::new(1.0, theme.line), StrokeKind::Outside);
}

/// The rectangle that the filters of both columns let pass.
#[allow(clippy::cast_possible_truncation, reason = "places on screen")]
fn chosen_ui(ui: &Ui, scene: &Scene<'_>, rect: Rect, plane: &Plane, pair: &[String; 2]) {
    let theme = theme::of(ui);
    let share =
        |axis: &Axis, at: f64| ((at - axis.low) / (axis.high - axis.low).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0) as f32;
    let ends = |column: &String, axis: &Axis| match scene.model.lens.filter(column)?.tests.as_slice() {
        [Test::Range { low, high, .. }] => {
            Some((share(axis, low.unwrap_or(axis.low)), share(axis, high.unwrap_or(axis.high))))
        }
        _ => None,
    };
    let (x, y) = (ends(&pair[0], &plane.axes[0]), ends(&pair[1], &plane.axes[1]));
    if x.is_none() && y.is_none() {
        return;
    }
    let ((left, right), (bottom, top)) = (x.unwrap_or((0.0, 1.0)), y.unwrap_or((0.0, 1.0)));
    let min = Pos2::new(rect.left() + left * rect.width(), rect.bottom() - top * rect.height());
    let max = Pos2::new(rect.left() + right * rect.width(), rect.bottom() - bottom * rect.height());
    let stroke = Stroke::new(1.5, theme.accent);
    ui.painter().rect_stroke(Rect::from_min_max(min, max), CornerRadius::ZERO, stroke, StrokeKind::Inside);
}

/// The fields that a rectangle on screen touches.
fn touched(rect: Rect, drawn: Rect, plane: &Plane) -> [brush::Span; 2] {
    let span = |axis: usize, first: Pos2, last: Pos2| (place(rect, first, plane, axis), place(rect, last, plane, axis));
    [span(0, drawn.left_bottom(), drawn.right_bottom()), span(1, drawn.left_bottom(), drawn.left_top())]
}

/// The ends of both axes, and what has no place on them.
fn ends_ui(ui: &mut Ui, scene: &Scene<'_>, plane: &Plane, pair: &[String; 2]) {
    let theme = theme::of(ui);
    let words = |at: usize| {
        let sheet = scene.model.sheet.value();
        let column = sheet.and_then(|sheet| sheet.columns.get(sheet.position(&pair[at])?));
        let end = |value: f64| column.map(|column| bound_words(value, &column.dtype)).unwrap_or_default();
        let ends = format!("{} – {}", end(plane.axes[at].low), end(plane.axes[at].high));
        format!("{}: {}", pair[at], column.map_or(ends.as_str().into(), |column| region::told(&ends, column.class)))
    };
    ui.label(RichText::new(format!("across {} · up {}", words(0), words(1))).font(theme::tiny()).color(theme.muted));
    if plane.left_out > 0 {
        let words = format!("{} rows lack a value in one of them", grouped(plane.left_out));
        ui.label(RichText::new(words).font(theme::tiny()).color(theme.faint));
    }
}
