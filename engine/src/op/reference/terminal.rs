//! One operation for a terminal: wrapped to its width, tables aligned, before beside after where there is room.

use super::sheet::{Sheet, lines, sheets};
use super::{elsewhere, rows, sees, stance};
use crate::op::table::MISSING;
use crate::op::{Example, Operation, ParamSpec};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// How a terminal shows text.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Its columns.
    pub width: usize,
    /// Whether it shows colours.
    pub colour: bool,
}

/// What a piece of text is, which decides its colour.
#[derive(Clone, Copy)]
enum Ink {
    Plain,
    Title,
    Faint,
    Name,
    Changed,
}

impl Look {
    fn ink(self, text: &str, ink: Ink) -> String {
        let code = match ink {
            Ink::Plain => return text.to_owned(),
            Ink::Title => "1",
            Ink::Faint => "2",
            Ink::Name => "36",
            Ink::Changed => "32",
        };
        // Blanks stand outside of the colour, so that those at the end of a line can be cut off.
        let words = text.trim_end_matches(' ');
        let blanks = &text[words.len()..];
        if self.colour && !words.is_empty() {
            format!("\u{1b}[{code}m{words}\u{1b}[0m{blanks}")
        } else {
            text.to_owned()
        }
    }
}

/// One operation as text.
pub fn text(op: &Operation, look: Look) -> String {
    let mut text = format!("{}  {}\n", look.ink(op.name, Ink::Title), op.title);
    let facts: Vec<&str> = [Some(op.family.title()), Some(sees(op)), Some(rows(op)), Some(stance(op)), elsewhere(op)]
        .into_iter()
        .flatten()
        .collect();
    let _ = writeln!(text, "{}", look.ink(&facts.join(" · "), Ink::Faint));
    if !op.aliases.is_empty() {
        let _ = writeln!(text, "{}", look.ink(&format!("also written {}", op.aliases.join(", ")), Ink::Faint));
    }
    let _ = write!(text, "\n{}", wrapped(op.summary, look.width, 0));
    if !op.params.is_empty() {
        let _ = write!(text, "\n{}\n", look.ink("Parameters", Ink::Title));
    }
    for spec in op.params {
        text.push_str(&parameter(spec, look));
    }
    for example in op.examples {
        text.push_str(&example_text(example, look));
    }
    text
}

fn parameter(spec: &ParamSpec, look: Look) -> String {
    let need = match (spec.required, spec.default) {
        (true, _) => "required".to_owned(),
        (false, Some(default)) if !default.is_empty() => format!("{default} when left out"),
        (false, _) => "optional".to_owned(),
    };
    let facts = format!("{}, {need}", spec.kind.word());
    let mut text = format!("  {}  {}\n", look.ink(spec.name, Ink::Name), look.ink(&facts, Ink::Faint));
    text.push_str(&wrapped(spec.help, look.width, 6));
    let width = spec.choices.iter().map(|choice| choice.value.width()).max().unwrap_or(0);
    for choice in spec.choices {
        let _ = writeln!(text, "        {}  {}", look.ink(&padded(choice.value, width), Ink::Name), choice.label);
    }
    text
}

fn example_text(example: &Example, look: Look) -> String {
    let mut text = format!("\n{}  {}\n", look.ink("Example", Ink::Title), example.title);
    for line in lines(example) {
        let _ = writeln!(text, "  {}", look.ink(&line, Ink::Faint));
    }
    let (before, after) = sheets(example);
    let left = drawn(&before, &before, look);
    let right = drawn(&after, &before, look);
    let widths: Vec<usize> = left.iter().map(|(_, width)| *width).collect();
    let (left_width, right_width) =
        (widths.iter().max().copied().unwrap_or(0), right.iter().map(|(_, w)| *w).max().unwrap_or(0));
    text.push('\n');
    if left_width + right_width + 9 <= look.width {
        for at in 0..left.len().max(right.len()) {
            let (line, width) = left.get(at).cloned().unwrap_or_default();
            let arrow = if at == 1 { look.ink("→", Ink::Title) } else { " ".to_owned() };
            let other = right.get(at).map_or("", |(line, _)| line.as_str());
            let gap = " ".repeat(left_width - width);
            let _ = writeln!(text, "  {}", format!("{line}{gap}  {arrow}  {other}").trim_end());
        }
        return text;
    }
    for (line, _) in &left {
        let _ = writeln!(text, "  {}", line.trim_end());
    }
    let _ = writeln!(text, "\n  {}", look.ink("becomes", Ink::Faint));
    text.push('\n');
    for (line, _) in &right {
        let _ = writeln!(text, "  {}", line.trim_end());
    }
    text
}

/// A table as lines with the columns that each takes; what differs from the table before is coloured.
fn drawn(sheet: &Sheet, before: &Sheet, look: Look) -> Vec<(String, usize)> {
    let columns = sheet.header.len();
    let width = |at: usize| {
        let head = sheet.header[at].0.width().max(sheet.header[at].1.width());
        sheet.rows.iter().map(|row| row[at].width()).chain([head]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let total = widths.iter().sum::<usize>() + 2 * columns.saturating_sub(1);
    let line = |cells: Vec<(String, Ink)>| {
        let cells = cells.iter().zip(&widths).map(|((text, ink), width)| look.ink(&padded(text, *width), *ink));
        (cells.collect::<Vec<_>>().join("  "), total)
    };
    let mut lines = vec![
        line(sheet.header.iter().map(|(name, _)| (name.clone(), Ink::Name)).collect()),
        line(sheet.header.iter().map(|(_, kind)| (kind.clone(), Ink::Faint)).collect()),
        (widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>().join("  "), total),
    ];
    for (at, row) in sheet.rows.iter().enumerate() {
        let ink = |(column, text): (usize, &String)| match () {
            () if sheet.differs(before, at, column) => Ink::Changed,
            () if text == MISSING => Ink::Faint,
            () => Ink::Plain,
        };
        lines.push(line(row.iter().enumerate().map(|(column, text)| (text.clone(), ink((column, text)))).collect()));
    }
    lines
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// A text in lines of a width, each behind so many blanks.
fn wrapped(text: &str, width: usize, indent: usize) -> String {
    let room = width.saturating_sub(indent).max(20);
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        if let Some(line) = lines.last_mut() {
            if line.is_empty() {
                line.push_str(word);
            } else if line.width() + 1 + word.width() <= room {
                line.push(' ');
                line.push_str(word);
            } else {
                lines.push(word.to_owned());
            }
        }
    }
    lines.iter().fold(String::new(), |text, line| text + &" ".repeat(indent) + line + "\n")
}
