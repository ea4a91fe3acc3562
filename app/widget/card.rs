//! The header card of a column: icon and name, quality bar, a small chart, two lines of facts.

use super::{region, text_left, text_right};
use crate::theme::{self, Theme};
use brewhouse_engine::types::TypeClass;
use egui::{CornerRadius, Painter, Pos2, Rect, Shape, Stroke, Vec2};
use std::borrow::Cow;

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
    /// It is gone.
    Gone,
}

/// A small chart: bars with their words and counts.
#[derive(Clone, Copy, Debug, Default)]
pub enum ChartView<'a> {
    /// None yet.
    #[default]
    None,
    /// Ranges of values.
    Bars(&'a dyn Bars),
    /// The most frequent values.
    Top(&'a dyn Bars),
}

/// Bars of a chart.
pub trait Bars: std::fmt::Debug {
    /// How many.
    fn len(&self) -> usize;
    /// What a bar stands for.
    fn words(&self, at: usize) -> &str;
    /// How many cells it counts.
    fn count(&self, at: usize) -> u64;
    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'a> ChartView<'a> {
    /// Its bars that can be seen.
    pub fn bars(self) -> Option<(&'a dyn Bars, usize)> {
        match self {
            Self::None => None,
            Self::Bars(bars) => Some((bars, bars.len())),
            Self::Top(bars) => Some((bars, bars.len().min(SEEN))),
        }
    }
}

/// Values of which a card has room to tell.
pub const SEEN: usize = 3;

/// The bars of the rows that pass.
#[derive(Clone, Copy, Debug)]
pub struct FrontView<'a> {
    /// Their counts.
    pub counts: &'a [u64],
    /// Whether they are those of earlier filters.
    pub old: bool,
}

/// The column as it was before.
#[derive(Clone, Copy, Debug)]
pub struct BeforeView<'a> {
    /// Cells that fitted, that did not, and that were missing.
    pub quality: (u64, u64, u64),
    /// Its cells in the bars of the chart; none where they have no place in them.
    pub counts: &'a [u64],
}

/// A part of the quality bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Cells that fit.
    Valid,
    /// Cells that do not.
    Mismatched,
    /// Cells without a value.
    Missing,
}

/// A piece of a card that the pointer is over, or that has the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A bar, or a value.
    Bar(usize),
    /// A part of the quality bar.
    Quality(Part),
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
    /// Its kind, if that is known.
    pub class: Option<TypeClass>,
    /// What a draft does to it.
    pub mark: HeadMark,
    /// Cells that fit, that do not, and that are missing.
    pub quality: Option<(u64, u64, u64)>,
    /// Its chart.
    pub chart: ChartView<'a>,
    /// The bars of the rows that pass, in front of those of all rows.
    pub front: Option<FrontView<'a>>,
    /// The column as it was, beside what it becomes.
    pub before: Option<BeforeView<'a>>,
    /// The bars that its filter lets pass; empty while it has none.
    pub chosen: Vec<bool>,
    /// The parts of the quality bar that its filter lets pass.
    pub parts: Vec<Part>,
    /// Whether it is filtered by.
    pub filtered: bool,
    /// How it is sorted by: whether the largest come first, and which key it is, counted from 1.
    pub sorted: Option<(bool, usize)>,
    /// Two lines of facts.
    pub lines: [String; 2],
    /// Whether the figures are old.
    pub old: bool,
    /// Why it is what it is, when there is something to say.
    pub note: &'a str,
}

impl Head<'_> {
    /// Words about its values in a person's own way, where they are numbers or dates.
    pub fn told<'a>(&self, words: &'a str) -> Cow<'a, str> {
        self.class.map_or(Cow::Borrowed(words), |class| region::told(words, class))
    }
}

/// Where the pieces of a card are.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    /// The quality bar.
    pub quality: Rect,
    /// The chart.
    pub chart: Rect,
    /// The mark of the order.
    pub sort: Rect,
    /// The arrow of the menu.
    pub arrow: Rect,
}

/// Where the pieces of a card are that fills a rectangle.
pub fn places(rect: Rect) -> Places {
    let inner = Rect::from_min_max(rect.min + Vec2::new(10.0, 0.0), rect.max - Vec2::new(10.0, 0.0));
    let y = inner.top() + 17.0;
    let at = |x: f32, width: f32| Rect::from_center_size(Pos2::new(x, y), Vec2::new(width, 22.0));
    Places {
        quality: band(inner, 32.0, 5.0),
        chart: band(inner, 43.0, 33.0),
        sort: at(inner.right() - 22.0, 16.0),
        arrow: at(inner.right() - 4.0, 20.0),
    }
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places of bars on screen"
)]
impl Places {
    /// The part of the chart that belongs to a bar, over its whole height.
    pub fn bar(&self, chart: ChartView<'_>, at: usize) -> Rect {
        let Some((_, count)) = chart.bars() else { return Rect::NOTHING };
        if matches!(chart, ChartView::Top(_)) {
            let top = self.chart.top() + 11.0 * at as f32;
            return Rect::from_min_size(Pos2::new(self.chart.left(), top), Vec2::new(self.chart.width(), 11.0));
        }
        let step = self.chart.width() / count.max(1) as f32;
        let left = self.chart.left() + step * at as f32;
        Rect::from_min_size(Pos2::new(left, self.chart.top()), Vec2::new(step, self.chart.height()))
    }

    /// The bar at a point; of a point beside the chart the nearest one.
    pub fn bar_at(&self, chart: ChartView<'_>, pos: Pos2) -> Option<usize> {
        let (_, count) = chart.bars().filter(|(_, count)| *count > 0)?;
        let share = if matches!(chart, ChartView::Top(_)) {
            (pos.y - self.chart.top()) / 11.0
        } else {
            (pos.x - self.chart.left()) / self.chart.width() * count as f32
        };
        Some((share.max(0.0) as usize).min(count - 1))
    }
}

/// Paints a card.
pub fn paint(
    painter: &Painter,
    theme: &Theme,
    rect: Rect,
    head: &Head<'_>,
    (selected, hovered): (bool, bool),
    under: &[Piece],
) {
    let ground = match head.mark {
        HeadMark::Added => theme.added,
        HeadMark::Changed => theme.changed,
        HeadMark::Gone => theme.removed,
        HeadMark::Same if selected => theme.selection,
        HeadMark::Same if hovered => theme.hover,
        HeadMark::Same => theme.surface,
    };
    painter.rect_filled(rect, CornerRadius::ZERO, ground);
    let inner = Rect::from_min_max(rect.min + Vec2::new(10.0, 0.0), rect.max - Vec2::new(10.0, 0.0));
    let places = places(rect);
    name_line(painter, theme, inner, head, &places, hovered);
    let mut painter = painter.clone();
    if head.old {
        painter.set_opacity(0.45);
    }
    if let Some(before) = head.before {
        // As it was stands above, thin; as it becomes below.
        let above =
            Rect::from_min_size(places.quality.min - Vec2::new(0.0, 4.0), Vec2::new(places.quality.width(), 2.0));
        quality_bar(&painter, theme, above, Some(before.quality));
    }
    quality_bar(&painter, theme, places.quality, head.quality);
    for part in &head.parts {
        frame_part(&painter, theme, places.quality, head.quality, *part);
    }
    for piece in under {
        if let Piece::Quality(part) = piece {
            frame_part(&painter, theme, places.quality, head.quality, *part);
        }
    }
    chart(&painter, theme, &places, head, under);
    for (line, y) in head.lines.iter().zip([89.0, 104.0]) {
        let galley = one_line(&painter, line, theme::tiny(), theme.muted, inner.width());
        text_left(&painter, Pos2::new(inner.left(), rect.top() + y), galley);
    }
}

fn frame_part(painter: &Painter, theme: &Theme, rect: Rect, quality: Option<(u64, u64, u64)>, part: Part) {
    let wanted = quality_parts(rect, quality).into_iter().find(|(other, _)| *other == part);
    if let Some((_, rect)) = wanted {
        let stroke = Stroke::new(1.5, theme.accent);
        painter.rect_stroke(rect.expand2(Vec2::new(0.0, 2.0)), CornerRadius::same(1), stroke, egui::StrokeKind::Middle);
    }
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

fn name_line(painter: &Painter, theme: &Theme, inner: Rect, head: &Head<'_>, places: &Places, hovered: bool) {
    let y = inner.top() + 17.0;
    let sign = if head.icon.is_ascii() { theme::heavy(11.0) } else { theme::body() };
    let icon = painter.layout_no_wrap(head.icon.to_owned(), sign, theme.faint);
    text_left(painter, Pos2::new(inner.left(), y), icon);
    let mark = match head.mark {
        HeadMark::Added => "+ ",
        HeadMark::Changed => "~ ",
        HeadMark::Gone => "− ",
        HeadMark::Same => "",
    };
    let left = inner.left() + 17.0;
    let sorts = head.sorted.is_some() || hovered;
    let right = if sorts { places.sort.left() } else { places.arrow.left() };
    let colour = if head.filtered { theme.accent } else { theme.text };
    let name = one_line(painter, &format!("{mark}{}", head.name), theme::heavy(13.0), colour, right - left);
    text_left(painter, Pos2::new(left, y), name);
    if sorts {
        let (sign, colour) = match head.sorted {
            Some((false, _)) => (super::icon::ARROW_UP, theme.accent),
            Some((true, _)) => (super::icon::ARROW_DOWN, theme.accent),
            None => (super::icon::CARET_UP_DOWN, theme.faint),
        };
        let number = head.sorted.filter(|(_, at)| *at > 1).map(|(_, at)| at.to_string()).unwrap_or_default();
        let sign = painter.layout_no_wrap(format!("{sign}{number}"), theme::small(), colour);
        text_left(painter, Pos2::new(places.sort.center().x - sign.size().x / 2.0, y), sign);
    }
    let caret = painter.layout_no_wrap(super::icon::CARET_DOWN.to_owned(), theme::tiny(), theme.faint);
    text_right(painter, Pos2::new(inner.right() + 1.0, y), caret);
}

/// Where the parts of a quality bar are; those that are empty are left out.
#[allow(clippy::cast_precision_loss, reason = "shares of a bar")]
pub fn quality_parts(rect: Rect, quality: Option<(u64, u64, u64)>) -> Vec<(Part, Rect)> {
    let Some((valid, mismatched, missing)) = quality else { return Vec::new() };
    let all = (valid + mismatched + missing).max(1) as f32;
    // What is there at all is never thinner than three pixels.
    let width = |count: u64| if count == 0 { 0.0 } else { (count as f32 / all * rect.width()).max(3.0) };
    let mut right = rect.right();
    let mut parts = Vec::new();
    for (part, count) in [(Part::Missing, missing), (Part::Mismatched, mismatched), (Part::Valid, valid)] {
        let left = if part == Part::Valid { rect.left() } else { right - width(count) };
        if count > 0 {
            parts.push((part, Rect::from_min_max(Pos2::new(left, rect.top()), Pos2::new(right, rect.bottom()))));
        }
        right = left;
    }
    parts
}

/// Paints a bar of cells that fit, that do not, and that are missing.
pub fn quality_bar(painter: &Painter, theme: &Theme, rect: Rect, quality: Option<(u64, u64, u64)>) {
    if quality.is_none() {
        painter.rect_filled(rect, CornerRadius::ZERO, theme.line);
    }
    for (part, rect) in quality_parts(rect, quality) {
        match part {
            Part::Valid => {
                painter.rect_filled(rect, CornerRadius::ZERO, theme.valid);
            }
            Part::Mismatched => hatch(painter, rect.shrink2(Vec2::new(0.5, 0.0)), theme.mismatched, 3.0),
            // Missing is lower than the rest, so that it differs by shape as well.
            Part::Missing => {
                painter.rect_filled(rect.shrink2(Vec2::new(0.5, 1.0)), CornerRadius::ZERO, theme.missing);
            }
        }
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

/// Paints the chart of a card where its places say.
pub fn chart(painter: &Painter, theme: &Theme, places: &Places, head: &Head<'_>, under: &[Piece]) {
    let Some((bars, count)) = head.chart.bars() else { return };
    let was = head.before.map(|before| before.counts).filter(|counts| counts.len() == bars.len());
    let was = was.filter(|counts| counts.iter().any(|count| *count > 0));
    let longest = was.and_then(|counts| counts.iter().copied().max()).unwrap_or_default();
    let most = (0..bars.len()).map(|at| bars.count(at)).max().unwrap_or_default().max(longest).max(1);
    let front = head.front.filter(|front| front.counts.len() == bars.len());
    let mut before = painter.clone();
    if front.is_some_and(|front| front.old) {
        before.set_opacity(0.6);
    }
    for at in 0..count {
        let place = places.bar(head.chart, at);
        let over = under.contains(&Piece::Bar(at));
        if over {
            painter.rect_filled(place, CornerRadius::ZERO, theme.hover);
        }
        let chosen = head.chosen.get(at).copied().unwrap_or(false);
        let strong = if chosen || over { theme.accent } else { theme.bars };
        // Bars that are filtered away step back, and so do all rows behind those that pass.
        let left_out = !head.chosen.is_empty() && !chosen;
        let pale = theme.bars.gamma_multiply(0.35);
        let behind = if front.is_some() || left_out { pale } else { strong };
        let place = if matches!(head.chart, ChartView::Top(_)) {
            value(
                painter,
                theme,
                place,
                &head.told(bars.words(at)),
                if chosen || over { theme.accent } else { theme.muted },
            )
        } else {
            place
        };
        let level = matches!(head.chart, ChartView::Top(_));
        if let Some(was) = was {
            fill(painter, place, level, was[at], most, pale);
        }
        fill(painter, place, level, bars.count(at), most, behind);
        if let Some(was) = was.filter(|was| was[at] < bars.count(at)) {
            mark(painter, theme, place, level, was[at], most);
        }
        if let Some(front) = front {
            let colour = if left_out { theme.bars.gamma_multiply(0.6) } else { strong };
            fill(&before, place, level, front.counts[at], most, colour);
        }
    }
}

/// A value of a list; gives back the room for its bar.
fn value(painter: &Painter, theme: &Theme, place: Rect, text: &str, colour: egui::Color32) -> Rect {
    let names = (place.width() * 0.45).min(72.0);
    let shown = super::nothing::listed(text);
    let galley = one_line(painter, &super::nothing::dotted(&shown), theme::tiny(), colour, names - 6.0);
    text_left(painter, Pos2::new(place.left(), place.center().y), galley);
    let _ = theme;
    Rect::from_min_max(place.min + Vec2::new(names, 2.0), place.max - Vec2::new(0.0, 2.0))
}

/// Where a bar ended before it grew.
#[allow(clippy::cast_precision_loss, reason = "lengths of bars")]
fn mark(painter: &Painter, theme: &Theme, place: Rect, level: bool, count: u64, most: u64) {
    let share = count as f32 / most as f32;
    let stroke = Stroke::new(1.0, theme.text.gamma_multiply(0.55));
    if level {
        painter.vline(place.left() + share * place.width(), place.y_range(), stroke);
    } else {
        let right = (place.right() - 1.0).max(place.left() + 1.0);
        painter.hline(place.left()..=right, place.bottom() - share * place.height(), stroke);
    }
}

/// One bar, standing or lying.
#[allow(clippy::cast_precision_loss, reason = "lengths of bars")]
fn fill(painter: &Painter, place: Rect, level: bool, count: u64, most: u64, colour: egui::Color32) {
    if count == 0 {
        return;
    }
    let share = count as f32 / most as f32;
    let bar = if level {
        Rect::from_min_size(place.min, Vec2::new((share * place.width()).clamp(2.0, place.width()), place.height()))
    } else {
        let height = (share * place.height()).max(1.5);
        let right = (place.right() - 1.0).max(place.left() + 1.0);
        Rect::from_min_max(Pos2::new(place.left(), place.bottom() - height), Pos2::new(right, place.bottom()))
    };
    painter.rect_filled(bar, CornerRadius::ZERO, colour);
}
