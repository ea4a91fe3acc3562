//! One cell: missing, empty, blank, padded and words for nothing told apart, cells that do not fit, and the marks of a draft.

use super::{CellMark, CellView};
use crate::theme::{self, Theme};
use crate::widget::card::hatch;
use crate::widget::nothing::{Nothing, blanks, dotted};
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, CornerRadius, Painter, Pos2, Rect, Stroke, Vec2};

/// Signs in place of what cannot be seen.
const MISSING: &str = "∅";
const EMPTY: &str = "empty";
const BLANK: &str = "·";
const BLANK_WORD: &str = "  blank";
/// Letters of a text that does not fit which are named.
const NAMED: usize = 60;

/// Paints a cell.
pub(super) fn paint(
    painter: &Painter,
    theme: &Theme,
    rect: Rect,
    view: Option<CellView<'_>>,
    at_right: bool,
    removed: bool,
    chosen: bool,
) {
    let Some(view) = view else {
        let bar = Rect::from_center_size(rect.center(), Vec2::new((rect.width() - 40.0).max(8.0), 6.0));
        painter.rect_filled(bar, CornerRadius::same(3), theme.line.gamma_multiply(0.6));
        return;
    };
    ground(painter, theme, rect, view.mark, chosen);
    if view.hit {
        let frame = Stroke::new(1.0, theme.accent.gamma_multiply(0.6));
        let inner = rect.shrink2(Vec2::new(3.0, 2.5));
        painter.rect(inner, CornerRadius::same(4), theme.tint, frame, egui::StrokeKind::Inside);
    }
    let job = job(theme, view, removed, rect.width() - 18.0);
    let galley = painter.layout_job(job);
    let y = rect.center().y - galley.size().y / 2.0;
    let sign = matches!(view.mark, CellMark::Failed(_));
    let x = if at_right && !sign { rect.right() - 10.0 - galley.size().x } else { rect.left() + 10.0 };
    painter.galley(Pos2::new(x, y), galley, theme.text);
    if removed {
        let y = rect.center().y;
        painter.hline(
            rect.left() + 8.0..=rect.right() - 8.0,
            y,
            Stroke::new(1.0, theme.mismatched.gamma_multiply(0.7)),
        );
    }
}

fn ground(painter: &Painter, theme: &Theme, rect: Rect, mark: CellMark<'_>, chosen: bool) {
    match mark {
        CellMark::Same | CellMark::Lost(..) if chosen => {
            painter.rect_filled(rect, CornerRadius::ZERO, theme.selection);
        }
        CellMark::Same | CellMark::Lost(..) => {}
        CellMark::Unfit(_) => {
            if chosen {
                painter.rect_filled(rect, CornerRadius::ZERO, theme.selection);
            }
            hatch(painter, rect, theme.mismatched.gamma_multiply(theme.hatching), 6.0);
        }
        CellMark::Added => {
            painter.rect_filled(rect, CornerRadius::ZERO, theme.added);
        }
        CellMark::Changed(_) => {
            painter.rect_filled(rect, CornerRadius::ZERO, theme.changed);
        }
        CellMark::Failed(_) => hatch(painter, rect, theme.mismatched.gamma_multiply(2.0 * theme.hatching), 6.0),
    }
}

fn job(theme: &Theme, view: CellView<'_>, removed: bool, width: f32) -> LayoutJob {
    let text = view.text.map(|text| view.shown(text));
    let text = text.as_deref();
    let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
    job.wrap = TextWrapping::truncate_at_width(width.max(4.0));
    let colour = if removed { theme.faint } else { theme.text };
    match view.mark {
        CellMark::Changed(old) => {
            let old: String = old.map_or_else(|| MISSING.into(), |old| dotted(old).into_owned());
            let most = old_letters(text, width);
            let old: String =
                if old.chars().count() > most { old.chars().take(most - 1).chain(['…']).collect() } else { old };
            push(&mut job, &format!("~ {old} → "), theme::tiny(), theme.mark);
            value(&mut job, theme, text, colour);
        }
        CellMark::Failed(old) => value(&mut job, theme, Some(old), theme.mismatched),
        // Not the sign of a value that never was, and not by its colour alone.
        CellMark::Lost(..) => {
            push(&mut job, "!\u{a0}", theme::tiny(), theme.mismatched);
            push(&mut job, MISSING, theme::body(), theme.mismatched);
        }
        CellMark::Same | CellMark::Added | CellMark::Unfit(_) => value(&mut job, theme, text, colour),
    }
    job
}

/// How many letters of an old value are shown before the new one, which comes first where room is scarce.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate of a width"
)]
fn old_letters(new: Option<&str>, width: f32) -> usize {
    let new = new.map_or(1, |text| text.chars().count().min(60)) as f32;
    ((width - new * 7.4 - 34.0) / 6.2).clamp(2.0, 14.0) as usize
}

/// What there is to say of a cell beyond what is seen: what it was, why it is marked, which kind of nothing it is, the rest of a long text.
pub(super) fn told(view: CellView<'_>, width: f32) -> Option<String> {
    let words = match view.mark {
        CellMark::Changed(old) => Some(format!("was {}", quoted(old))),
        CellMark::Failed(old) => Some(format!("{} does not fit and becomes missing", quoted(Some(old)))),
        CellMark::Unfit(words) => view.text.map(|text| format!("{} {words}", quoted(Some(&cut(text))))),
        CellMark::Lost(step, old) => Some(format!("{} did not fit step {step}", quoted(Some(&cut(old))))),
        CellMark::Same | CellMark::Added => None,
    };
    let text = match view.text {
        _ if matches!(view.mark, CellMark::Failed(_)) => None,
        None => Some(Nothing::Missing.words()),
        Some(text) if text.trim().is_empty() => Nothing::of(Some(text)).map(Nothing::words),
        Some(text) => {
            let (before, _, after) = split(text);
            let ends = match (before, after) {
                (0, 0) => None,
                (before, 0) => Some(format!("begins with {}", blanks(before))),
                (0, after) => Some(format!("ends with {}", blanks(after))),
                (before, after) => Some(format!("begins with {} and ends with {}", blanks(before), blanks(after))),
            };
            #[allow(clippy::cast_precision_loss, reason = "an estimate of a width")]
            let long = text.chars().count() as f32 * 6.5 > width || text.contains('\n');
            match (long, ends) {
                (true, Some(ends)) => Some(format!("{text}\n{ends}")),
                (true, None) => Some(text.to_owned()),
                (false, ends) => ends.or_else(|| Nothing::of(Some(text)).map(Nothing::words)),
            }
        }
    };
    match (words, text) {
        (Some(words), Some(text)) => Some(format!("{words}\n{text}")),
        (words, text) => words.or(text),
    }
}

fn quoted(text: Option<&str>) -> String {
    text.map_or_else(|| "missing".to_owned(), |text| format!("“{text}”"))
}

/// The first letters of a text.
fn cut(text: &str) -> String {
    match text.char_indices().nth(NAMED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn split(text: &str) -> (usize, &str, usize) {
    let middle = text.trim();
    let before = text.chars().take_while(|c| c.is_whitespace()).count();
    let after = text.chars().rev().take_while(|c| c.is_whitespace()).count();
    if middle.is_empty() { (before, "", 0) } else { (before, middle, after) }
}

fn value(job: &mut LayoutJob, theme: &Theme, text: Option<&str>, colour: Color32) {
    let Some(text) = text else {
        push(job, MISSING, theme::body(), theme.faint);
        return;
    };
    if text.is_empty() {
        push(job, EMPTY, theme::tiny(), theme.faint);
        return;
    }
    let (before, middle, after) = split(text);
    push(job, &BLANK.repeat(before.min(40)), theme::body(), theme.mark);
    if middle.is_empty() {
        push(job, BLANK_WORD, theme::tiny(), theme.faint);
        return;
    }
    // A word for nothing leans and steps back.
    let word = colour == theme.text && Nothing::of(Some(middle)) == Some(Nothing::Word);
    if word {
        let format = TextFormat { italics: true, ..format_of(theme::body(), theme.muted) };
        job.append(middle, 0.0, format);
    } else if middle.contains(['\n', '\t', '\r']) {
        push(job, &middle.replace(['\n', '\r'], "↵").replace('\t', "⇥"), theme::body(), colour);
    } else {
        push(job, middle, theme::body(), colour);
    }
    push(job, &BLANK.repeat(after.min(40)), theme::body(), theme.mark);
}

fn push(job: &mut LayoutJob, text: &str, font: egui::FontId, colour: Color32) {
    if !text.is_empty() {
        job.append(text, 0.0, format_of(font, colour));
    }
}

fn format_of(font: egui::FontId, colour: Color32) -> TextFormat {
    TextFormat { font_id: font, color: colour, valign: egui::Align::Center, ..TextFormat::default() }
}
