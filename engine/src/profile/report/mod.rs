//! The profile as one page of HTML: plots drawn as SVG, light and dark, printable, without scripts and without a network.

mod plots;
mod words;

use super::statistic::{Figure, STATISTICS, TABLE_STATISTICS};
use super::{ColumnProfile, Correlations, Kind, Profiled};
use crate::types::TypeClass;
use crate::values::grouped;
use plots::{plots, spark};
use std::fmt::Write as _;
use words::{
    escape, first_shown, label, meant_words, megabytes, number, percent, plural, share_in_brackets, shown_size,
};
use words::{shown_value, signed};

const STYLE: &str = include_str!("style.css");

/// Writes the report. The time is told as it is given.
pub fn report(profiled: &Profiled, title: &str, written: &str) -> String {
    let profile = &profiled.profile;
    let mut out = String::new();
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{0}: profile</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<header>\n<h1>{0}</h1>\n<p class=\"muted\">{1}</p>\n",
        escape(title),
        escape(&subtitle(profiled, written)),
    );
    facts(&mut out, profiled);
    out.push_str("</header>\n");
    for note in &profiled.notes {
        let _ = writeln!(out, "<p class=\"muted\">{}</p>", escape(note));
    }
    overview(&mut out, &profile.columns);
    correlations(&mut out, &profile.correlations);
    out.push_str("<h2>Columns</h2>\n");
    for (at, column) in profile.columns.iter().enumerate() {
        column_card(&mut out, at, column, profiled);
    }
    definitions(&mut out);
    let _ = write!(
        out,
        "<footer>All figures are exact, counted on all {} rows. Brewhouse {}</footer>\n</main>\n</body>\n</html>\n",
        grouped(profile.rows),
        env!("CARGO_PKG_VERSION"),
    );
    out
}

fn subtitle(profiled: &Profiled, written: &str) -> String {
    let bytes: u64 = profiled.files.iter().map(|file| file.bytes).sum();
    let files = match profiled.files.len() {
        0 | 1 => String::new(),
        several => format!("{several} files, "),
    };
    let steps = match profiled.steps {
        0 => String::new(),
        1 => "after 1 step, ".into(),
        steps => format!("after {steps} steps, "),
    };
    format!("Profile of all rows, {steps}{files}{} · {written}", megabytes(bytes))
}

fn facts(out: &mut String, profiled: &Profiled) {
    let profile = &profiled.profile;
    let cells = profile.rows * profile.columns.len() as u64;
    let missing: u64 = profile.columns.iter().map(|column| column.tally.missing()).sum();
    let wrong: u64 = profile.columns.iter().map(|column| column.tally.mismatched()).sum();
    let fact = |out: &mut String, number: String, words: String, warn: bool| {
        let class = if warn { "fact warn" } else { "fact" };
        let _ = writeln!(out, "<div class=\"{class}\"><b>{number}</b><span class=\"muted\">{words}</span></div>");
    };
    out.push_str("<div class=\"facts\">\n");
    fact(out, grouped(profile.rows), plural(profile.rows, "row"), false);
    let columns = profile.columns.len() as u64;
    fact(out, grouped(columns), plural(columns, "column"), false);
    let repeated = profile.duplicate_rows;
    fact(out, grouped(repeated), format!("duplicate {}", plural(repeated, "row")), repeated > 0);
    fact(out, grouped(missing), format!("missing cells{}", share_in_brackets(missing, cells)), false);
    fact(out, grouped(wrong), format!("mismatched cells{}", share_in_brackets(wrong, cells)), wrong > 0);
    out.push_str("</div>\n");
}

fn overview(out: &mut String, columns: &[ColumnProfile]) {
    out.push_str(
        "<h2>Overview</h2>\n<div class=\"card scroll\"><table>\n<tr><th>Column</th><th>Type</th><th>Quality</th>\
         <th class=\"n\">Missing</th><th class=\"n\">Different</th><th>Distribution</th><th class=\"n\">Smallest</th>\
         <th class=\"n\">Mean</th><th class=\"n\">Largest</th></tr>\n",
    );
    for (at, column) in columns.iter().enumerate() {
        let tally = &column.tally;
        let mean = tally.summary.as_ref().filter(|_| column.kind == Kind::Number).map(|s| number(s.mean));
        let (low, high) = match &tally.text_ends {
            Some((low, high)) => (low.clone(), high.clone()),
            None => (first_shown(&tally.lowest), first_shown(&tally.highest)),
        };
        let known = column.kind.is_counted() && column.kind != Kind::List;
        let _ = writeln!(
            out,
            "<tr><td class=\"name\"><a href=\"#c{at}\">{}</a></td><td class=\"muted\">{}</td><td>{}</td><td class=\"n\">{}</td>\
             <td class=\"n\">{}</td><td>{}</td><td class=\"value\" title=\"{low}\">{low}</td><td class=\"n\">{}</td>\
             <td class=\"value\" title=\"{high}\">{high}</td></tr>",
            escape(&column.name),
            TypeClass::of(&column.dtype).words(),
            quality_bar(column),
            if tally.missing() == 0 { "0".into() } else { percent(tally.missing(), tally.rows) },
            if known { grouped(tally.distinct) } else { String::new() },
            spark(column),
            escape(&mean.unwrap_or_default()),
            low = escape(&low),
            high = escape(&high),
        );
    }
    out.push_str("</table></div>\n");
}

fn quality_bar(column: &ColumnProfile) -> String {
    let tally = &column.tally;
    let rows = super::numbers::float(tally.rows.max(1));
    let parts = [("ok", tally.valid()), ("no", tally.mismatched()), ("none", tally.missing())];
    let bars = parts.iter().filter(|(_, cells)| *cells > 0).map(|(class, cells)| {
        let width = super::numbers::float(*cells) / rows * 100.0;
        format!("<i class=\"{class}\" style=\"flex:{width:.3} 0 2px\"></i>")
    });
    format!("<div class=\"quality\" title=\"{}\">{}</div>", quality_words(column), bars.collect::<String>())
}

fn quality_words(column: &ColumnProfile) -> String {
    let tally = &column.tally;
    format!(
        "{} valid, {} mismatched, {} missing",
        grouped(tally.valid()),
        grouped(tally.mismatched()),
        grouped(tally.missing())
    )
}

fn legend(out: &mut String, column: &ColumnProfile) {
    let tally = &column.tally;
    out.push_str("<div class=\"legend\">");
    let wrong = match tally.meant {
        Some((kind, cells)) if cells > 0 => format!("mismatched: most of the column reads as {}", meant_words(kind)),
        _ => "mismatched".into(),
    };
    for (class, cells, words) in [
        ("ok", tally.valid(), "valid".to_owned()),
        ("no", tally.mismatched(), wrong),
        ("none", tally.missing(), "missing".into()),
    ] {
        if cells > 0 {
            let _ = write!(
                out,
                "<span><i class=\"{class}\"></i>{} ({}) {words}</span>",
                grouped(cells),
                percent(cells, tally.rows)
            );
        }
    }
    out.push_str("</div>\n");
}

fn correlations(out: &mut String, found: &Correlations) {
    if found.columns.len() < 2 {
        return;
    }
    out.push_str("<h2>Correlations</h2>\n<div class=\"card scroll\" style=\"padding:16px\"><table class=\"matrix\" style=\"width:auto\">\n<tr><th></th>");
    for name in &found.columns {
        let _ = write!(out, "<th class=\"top\" title=\"{0}\">{0}</th>", escape(name));
    }
    out.push_str("</tr>\n");
    for (name, row) in found.columns.iter().zip(&found.matrix) {
        let _ = write!(out, "<tr><th class=\"row\" title=\"{0}\">{0}</th>", escape(name));
        for cell in row {
            match cell {
                Some(r) => {
                    let hue = if *r < 0.0 { "cool" } else { "warm" };
                    let _ = write!(
                        out,
                        "<td style=\"background:rgba(var(--{hue}),{:.2})\">{}</td>",
                        r.abs() * 0.6,
                        signed(*r)
                    );
                }
                None => out.push_str("<td class=\"faint\">–</td>"),
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>");
    if found.left_out > 0 {
        let _ = write!(
            out,
            "<p class=\"muted\" style=\"margin-top:8px\">The first {} columns of numbers; {} more were left out</p>",
            found.columns.len(),
            found.left_out
        );
    }
    out.push_str("</div>\n");
}

fn column_card(out: &mut String, at: usize, column: &ColumnProfile, profiled: &Profiled) {
    let words = TypeClass::of(&column.dtype).words();
    let _ = write!(
        out,
        "<section class=\"card column\" id=\"c{at}\">\n<div class=\"head\"><h3>{}</h3><span class=\"type\">{words}</span></div>\n{}\n",
        escape(&column.name),
        quality_bar(column),
    );
    legend(out, column);
    out.push_str("<div class=\"body\">\n<div>\n");
    plots(out, column);
    out.push_str("</div>\n<div>\n");
    out.push_str("<dl>\n");
    for (statistic, figures) in column.figures(&profiled.profile.settings) {
        for (name, figure) in figures {
            if let Some(text) = shown_figure(&figure, column).filter(|_| !is_idle(name, &figure)) {
                let title = label(name, statistic.title, column.kind);
                let _ = writeln!(
                    out,
                    "<dt title=\"{}\">{}</dt><dd>{}</dd>",
                    escape(statistic.definition),
                    escape(&title),
                    escape(&text)
                );
            }
        }
    }
    out.push_str("</dl>\n</div>\n</div>\n</section>\n");
}

/// Figures that say nothing when they are zero, or that the bar says already.
fn is_idle(name: &str, figure: &Figure) -> bool {
    let shown_elsewhere = ["validValuesCount", "mismatchedValuesCount", "missingValuesCount"];
    let special = [
        "notANumberCount",
        "infiniteCount",
        "emptyValuesCount",
        "blankValuesCount",
        "paddedValuesCount",
        "negativeCount",
    ];
    shown_elsewhere.contains(&name) || (special.contains(&name) && *figure == Figure::Count(0))
}

fn shown_figure(figure: &Figure, column: &ColumnProfile) -> Option<String> {
    Some(match figure {
        Figure::Count(count) => grouped(*count),
        Figure::Value(value) => shown_value(value),
        Figure::Size(size) | Figure::Middle(size) => shown_size(*size, column),
        Figure::Ratio(ratio) => number(*ratio),
        Figure::Values(_) | Figure::Outliers(_) | Figure::Ranges { .. } | Figure::Patterns(_) => return None,
    })
}

fn definitions(out: &mut String) {
    out.push_str("<details>\n<summary>What the figures mean</summary>\n<dl style=\"margin-top:12px;gap:6px 24px\">\n");
    let table = TABLE_STATISTICS.iter().map(|s| (s.title, s.definition));
    for (title, definition) in table.chain(STATISTICS.iter().map(|s| (s.title, s.definition))) {
        let _ = writeln!(out, "<dt>{}</dt><dd style=\"text-align:left\">{}</dd>", escape(title), escape(definition));
    }
    out.push_str("</dl>\n</details>\n");
}
