//! Plots of the report: histograms, bars of values, and the tiny ones of the overview.

use super::words::{escape, percent, shown_size, shown_value};
use crate::profile::numbers::float;
use crate::profile::{Bin, ColumnProfile, Kind};
use crate::values::grouped;
use std::fmt::Write as _;

/// Values and patterns that a column shows.
const SHOWN: usize = 10;

/// A tiny plot: the ranges of numbers and moments, the shares of the most frequent values of the rest.
pub(super) fn spark(column: &ColumnProfile) -> String {
    let tally = &column.tally;
    let ranged = matches!(column.kind, Kind::Number | Kind::Moment | Kind::List);
    let counts: Vec<u64> = match &tally.summary {
        Some(summary) if ranged && !summary.inner.is_empty() => summary.inner.iter().map(|bin| bin.count).collect(),
        Some(summary) if ranged => summary.bins.iter().map(|bin| bin.count).collect(),
        _ => tally.common.iter().take(20).map(|counted| counted.count).collect(),
    };
    let most = float(counts.iter().copied().max().unwrap_or(0).max(1));
    let step = 100.0 / float(counts.len().max(1) as u64);
    let bars = counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(at, count)| {
        let tall = (float(*count) / most * 20.0).max(1.0);
        let x = step * float(at as u64);
        format!(
            "<rect class=\"bar\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{tall:.1}\"/>",
            20.0 - tall,
            step * 0.85
        )
    });
    format!(
        "<svg class=\"spark\" viewBox=\"0 0 100 20\" preserveAspectRatio=\"none\">{}</svg>",
        bars.collect::<String>()
    )
}

pub(super) fn plots(out: &mut String, column: &ColumnProfile) {
    let tally = &column.tally;
    if let Some(summary) = tally.summary.as_ref().filter(|s| s.bins.len() > 1) {
        let title = match column.kind {
            Kind::Text => "Lengths in characters",
            Kind::List => "Numbers of items",
            _ => "Distribution",
        };
        if column.kind != Kind::Text {
            if !summary.inner.is_empty() {
                let inside: u64 = summary.inner.iter().map(|bin| bin.count).sum();
                let title = format!("The bulk: {} of the cells", percent(inside, summary.count));
                histogram(out, &title, &summary.inner, summary.percentiles[2], column);
            }
            histogram(out, title, &summary.bins, summary.percentiles[2], column);
        }
        if column.kind == Kind::Text && !tally.common.iter().any(|c| c.count > 1) {
            histogram(out, title, &summary.bins, summary.percentiles[2], column);
        }
    }
    let few = tally.common.iter().any(|counted| counted.count > 1);
    if few && (matches!(column.kind, Kind::Text | Kind::Boolean) || tally.distinct <= SHOWN as u64) {
        let entries = tally.common.iter().take(SHOWN).map(|c| (shown_value(&c.value), c.count));
        let more = tally.distinct.saturating_sub(SHOWN as u64);
        bars(out, "Most common values", entries, tally.rows, false);
        if more > 0 {
            let _ = writeln!(out, "<p class=\"faint\">and {} more</p>", grouped(more));
        }
    }
    if tally.patterns.len() > 1 {
        bars(out, "Patterns", tally.patterns.iter().take(6).cloned(), tally.rows, true);
    }
    if let Some(summary) = tally.summary.as_ref().filter(|s| !s.farthest.is_empty() && column.kind == Kind::Number) {
        let far: Vec<String> = summary.farthest.iter().take(8).map(|o| shown_size(o.value, column)).collect();
        let _ = writeln!(out, "<h4>Outliers, farthest first</h4>\n<p>{}</p>", escape(&far.join(" · ")));
    }
    if !tally.members.is_empty() {
        let rows = tally.rows;
        let entries = tally.members.iter().map(|(name, _, null)| (name.clone(), rows - null));
        bars(out, "Members, cells with a value", entries, rows, false);
    }
}

pub(super) fn bars(out: &mut String, title: &str, entries: impl Iterator<Item = (String, u64)>, rows: u64, mono: bool) {
    let entries: Vec<_> = entries.collect();
    let most = entries.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    let _ = writeln!(out, "<h4>{title}</h4>\n<table class=\"tops\">");
    for (text, count) in entries {
        let width = float(count) / float(most) * 100.0;
        let class = if mono { "word mono" } else { "word" };
        let shown = if text.trim().is_empty() { "(blanks)".to_owned() } else { escape(&text) };
        let _ = writeln!(
            out,
            "<tr><td class=\"{class}\" title=\"{shown}\">{shown}</td><td class=\"length\"><i style=\"width:{width:.2}%\"></i></td>\
             <td class=\"tally\">{} · {}</td></tr>",
            grouped(count),
            percent(count, rows),
        );
    }
    out.push_str("</table>\n");
}

/// Width and height of a plot, and the room below it for the axis.
const PLOT: (f64, f64, f64) = (600.0, 120.0, 18.0);

pub(super) fn histogram(out: &mut String, title: &str, bins: &[Bin], median: f64, column: &ColumnProfile) {
    let (width, height, axis) = PLOT;
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or(1).max(1);
    let step = width / float(bins.len() as u64);
    let _ = write!(
        out,
        "<h4>{title}</h4>\n<svg viewBox=\"0 0 {width} {}\" role=\"img\" aria-label=\"{title} of {}\">\n",
        height + axis,
        escape(&column.name)
    );
    for (at, bin) in bins.iter().enumerate().filter(|(_, bin)| bin.count > 0) {
        let tall = (float(bin.count) / float(most) * (height - 4.0)).max(1.0);
        let _ = writeln!(
            out,
            "<rect class=\"bar\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{tall:.1}\"><title>{} to {}: {}</title></rect>",
            step * float(at as u64) + 0.5,
            height - tall,
            (step - 1.0).max(0.8),
            escape(&edge(bin.low, column)),
            escape(&edge(bin.high, column)),
            grouped(bin.count),
        );
    }
    let (low, high) = (bins[0].low, bins[bins.len() - 1].high);
    if let Some(at) = bins.iter().position(|bin| median < bin.high) {
        let bin = bins[at];
        let inside = ((median - bin.low) / (bin.high - bin.low)).clamp(0.0, 1.0);
        let x = step * (float(at as u64) + inside);
        let _ = writeln!(
            out,
            "<line class=\"mark\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"0\" y2=\"{height}\"><title>Median</title></line>"
        );
    }
    let middle = bins[bins.len() / 2].low;
    let y = height + 14.0;
    let _ = write!(
        out,
        "<line class=\"axis\" x1=\"0\" x2=\"{width}\" y1=\"{height}\" y2=\"{height}\"/>\n<text x=\"0\" y=\"{y}\">{}</text>\n\
         <text x=\"{:.1}\" y=\"{y}\" text-anchor=\"middle\">{}</text>\n<text x=\"{width}\" y=\"{y}\" text-anchor=\"end\">{}</text>\n</svg>\n",
        escape(&edge(low, column)),
        step * float((bins.len() / 2) as u64),
        escape(&edge(middle, column)),
        escape(&edge(high, column)),
    );
}

/// A bound of a range: a moment at midnight is its day.
pub(super) fn edge(value: f64, column: &ColumnProfile) -> String {
    let text = shown_size(value, column);
    text.strip_suffix(" 00:00:00").map_or_else(|| text.clone(), str::to_owned)
}
