//! The header card of a column: icon and name, quality bar, a small chart, two lines of facts.

use super::{text_left, text_right};
use crate::theme::{self, Theme};
use egui::{CornerRadius, Painter, Pos2, Rect, Shape, Stroke, Vec2};

/// What a draft does to a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum HeadMark {
    /// Nothing.
    #[default]
    Same,
    /// It is made.
    Added,
    /// Some of its cells change.
    Changed,
}

/// A small chart.
#[derive(Clone, Copy, Debug, Default)]
pub enum ChartView<'a> {
    /// None yet.
    #[default]
    None,
    /// Bars of ranges.
    Bars(&'a [(String, u64)]),
    /// The most frequent values.
    Top(&'a [(String, u64)]),
}

/// Everything that a card shows.
#[derive(Clone, Debug, Default)]
pub struct Head<'a> {
    /// The column's name.
    pub name: &'a str,
    /// The sign of its kind.
    pub icon: &'static str,
    /// Its kind in words.
    pub words: &'static str,
    /// What a draft does to it.
    pub mark: HeadMark,
    /// Cells that fit, that do not, and that are missing.
    pub quality: Option<(u64, u64, u64)>,
    /// Its chart.
    pub chart: ChartView<'a>,
    /// Two lines of facts.
    pub lines: [String; 2],
    /// Whether the figures are old.
    pub old: bool,
    /// Why it is what it is, when there is something to say.
    pub note: &'a str,
}

/// Paints a card; gives back where its menu arrow is.
pub fn paint(painter: &Painter, theme: &Theme, rect: Rect, head: &Head<'_>, selected: bool, hovered: bool) -> Rect {
    let ground = match head.mark {
        HeadMark::Added => theme.added,
        HeadMark::Changed => theme.changed,
        HeadMark::Same if selected => theme.selection,
        HeadMark::Same if hovered => theme.hover,
        HeadMark::Same => theme.surface,
    };
    painter.rect_filled(rect, CornerRadius::ZERO, ground);
    let inner = Rect::from_min_max(rect.min + Vec2::new(10.0, 0.0), rect.max - Vec2::new(10.0, 0.0));
    let arrow = name_line(painter, theme, inner, head);
    let mut painter = painter.clone();
    if head.old {
        painter.set_opacity(0.45);
    }
    quality_bar(&painter, theme, band(inner, 32.0, 5.0), head.quality);
    chart(&painter, theme, band(inner, 43.0, 33.0), head.chart);
    for (line, y) in head.lines.iter().zip([89.0, 104.0]) {
        let galley = one_line(&painter, line, theme::tiny(), theme.muted, inner.width());
        text_left(&painter, Pos2::new(inner.left(), rect.top() + y), galley);
    }
    arrow
}

fn band(rect: Rect, top: f32, height: f32) -> Rect {
    Rect::from_min_size(Pos2::new(rect.left(), rect.top() + top), Vec2::new(rect.width(), height))
}

/// A line of text that is cut with an ellipsis where it does not fit.
pub fn one_line(
    painter: &Painter,
    text: &str,
    font: egui::FontId,
    colour: egui::Color32,
    width: f32,
) -> std::sync::Arc<egui::Galley> {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(4.0));
    painter.layout_job(job)
}

fn name_line(painter: &Painter, theme: &Theme, inner: Rect, head: &Head<'_>) -> Rect {
    let y = inner.top() + 17.0;
    let sign = if head.icon.is_ascii() { theme::heavy(11.0) } else { theme::body() };
    let icon = painter.layout_no_wrap(head.icon.to_owned(), sign, theme.faint);
    text_left(painter, Pos2::new(inner.left(), y), icon);
    let arrow = Rect::from_center_size(Pos2::new(inner.right() - 4.0, y), Vec2::new(20.0, 22.0));
    let mark = match head.mark {
        HeadMark::Added => "+ ",
        HeadMark::Changed => "~ ",
        HeadMark::Same => "",
    };
    let left = inner.left() + 17.0;
    let name = one_line(painter, &format!("{mark}{}", head.name), theme::heavy(13.0), theme.text, arrow.left() - left);
    text_left(painter, Pos2::new(left, y), name);
    let caret = painter.layout_no_wrap(super::icon::CARET_DOWN.to_owned(), theme::tiny(), theme.faint);
    text_right(painter, Pos2::new(inner.right() + 1.0, y), caret);
    arrow
}

/// Paints a bar of cells that fit, that do not, and that are missing.
#[allow(clippy::cast_precision_loss, reason = "shares of a bar")]
pub fn quality_bar(painter: &Painter, theme: &Theme, rect: Rect, quality: Option<(u64, u64, u64)>) {
    let Some((valid, mismatched, missing)) = quality else {
        painter.rect_filled(rect, CornerRadius::ZERO, theme.line);
        return;
    };
    let all = (valid + mismatched + missing).max(1) as f32;
    // What is there at all is never thinner than three pixels.
    let width = |count: u64| if count == 0 { 0.0 } else { (count as f32 / all * rect.width()).max(3.0) };
    let (wrong, none) = (width(mismatched), width(missing));
    let mut right = rect.right();
    let mut part = |wide: f32| {
        let part = Rect::from_min_max(Pos2::new(right - wide, rect.top()), Pos2::new(right, rect.bottom()));
        right -= wide;
        part
    };
    let none = part(none);
    let wrong = part(wrong);
    let good = Rect::from_min_max(rect.min, Pos2::new(right, rect.bottom()));
    painter.rect_filled(good, CornerRadius::ZERO, theme.valid);
    if missing > 0 {
        // Missing is lower than the rest, so that it differs by shape as well.
        painter.rect_filled(none.shrink2(Vec2::new(0.5, 1.0)), CornerRadius::ZERO, theme.missing);
    }
    if mismatched > 0 {
        hatch(painter, wrong.shrink2(Vec2::new(0.5, 0.0)), theme.mismatched, 3.0);
    }
}

/// Paints slanted lines over a rectangle.
pub fn hatch(painter: &Painter, rect: Rect, colour: egui::Color32, step: f32) {
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let stroke = Stroke::new(1.0, colour);
    let mut x = rect.left() - rect.height();
    let mut lines = Vec::new();
    while x < rect.right() {
        lines
            .push(Shape::line_segment([Pos2::new(x, rect.bottom()), Pos2::new(x + rect.height(), rect.top())], stroke));
        x += step;
    }
    painter.extend(lines);
}

fn chart(painter: &Painter, theme: &Theme, rect: Rect, chart: ChartView<'_>) {
    match chart {
        ChartView::None => {}
        ChartView::Bars(bars) => bar_chart(painter, theme, rect, bars),
        ChartView::Top(top) => top_list(painter, theme, rect, top),
    }
}

#[allow(clippy::cast_precision_loss, reason = "heights of bars")]
fn bar_chart(painter: &Painter, theme: &Theme, rect: Rect, bars: &[(String, u64)]) {
    let most = bars.iter().map(|(_, count)| *count).max().unwrap_or_default().max(1) as f32;
    let step = rect.width() / bars.len().max(1) as f32;
    for (at, (_, count)) in bars.iter().enumerate() {
        if *count == 0 {
            continue;
        }
        let height = (*count as f32 / most * rect.height()).max(1.5);
        let left = rect.left() + step * at as f32;
        let bar = Rect::from_min_max(
            Pos2::new(left, rect.bottom() - height),
            Pos2::new(left + (step - 1.0).max(1.0), rect.bottom()),
        );
        painter.rect_filled(bar, CornerRadius::ZERO, theme.bars);
    }
}

#[allow(clippy::cast_precision_loss, reason = "lengths of bars")]
fn top_list(painter: &Painter, theme: &Theme, rect: Rect, top: &[(String, u64)]) {
    let most = top.iter().map(|(_, count)| *count).max().unwrap_or_default().max(1) as f32;
    let names = (rect.width() * 0.45).min(72.0);
    for (at, (text, count)) in top.iter().take(3).enumerate() {
        let y = rect.top() + 5.5 + 11.0 * at as f32;
        let shown = if text.trim().is_empty() { "(blank)" } else { text.trim() };
        let galley = one_line(painter, shown, theme::tiny(), theme.muted, names - 6.0);
        text_left(painter, Pos2::new(rect.left(), y), galley);
        let width = (*count as f32 / most * (rect.width() - names)).max(2.0);
        let bar = Rect::from_min_size(Pos2::new(rect.left() + names, y - 3.5), Vec2::new(width, 7.0));
        painter.rect_filled(bar, CornerRadius::ZERO, theme.bars);
    }
}
