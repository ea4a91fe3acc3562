//! The run panel: where and how to write, how far it is, and the receipt.

use super::Scene;
use crate::action::Action;
use crate::model::Output;
use crate::model::project::own_compression;
use crate::model::run::{Ended, Progress, Run};
use crate::theme;
use crate::widget::{button, field, grouped, icon, path};
use brewhouse_engine::op::param::{parse_names, write_names};
use brewhouse_engine::sink::{FORMATS, Target, format_named, part_ending};
use egui::{Align, CornerRadius, Layout, Popup, RichText, ScrollArea, Ui, Vec2};
use serde_json::Value;
use std::path::PathBuf;

/// Compressions with their words.
const COMPRESSIONS: &[(&str, &str)] = &[
    ("ZSTD", "Zstandard"),
    ("SNAPPY", "Snappy"),
    ("GZIP", "gzip"),
    ("LZ4", "LZ4"),
    ("BROTLI", "Brotli"),
    ("NONE", "None"),
];

/// Draws the panel.
pub(super) fn run_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    title_ui(ui, scene);
    ui.spacing_mut().item_spacing.y = 4.0;
    match &scene.model.run {
        Run::Idle => options_ui(ui, scene),
        Run::Active(progress) => progress_ui(ui, scene, progress, false),
        Run::Stopping(progress) => progress_ui(ui, scene, progress, true),
        Run::Over(ended) => receipt_ui(ui, scene, ended),
    }
}

fn title_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        let title = match &scene.model.run {
            Run::Over(ended) if ended.ok => "Written",
            Run::Over(ended) if ended.is_written() => "Written, but not all records fit",
            Run::Over(_) => "Not written",
            Run::Idle => "Run",
            _ => "Running",
        };
        ui.label(RichText::new(title).font(theme::heavy(13.0)).color(theme.text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if button::icon_button(ui, icon::X, "Close the run panel").clicked() {
                scene.act(Action::RunPanel);
            }
        });
    });
}

fn options_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some(mut output) = scene.scratch.run.clone() else { return };
    // In a low window the options scroll, and the buttons stay in reach.
    let most = (ui.ctx().content_rect().height() - 300.0).max(120.0);
    let area = ScrollArea::vertical().max_height(most).min_scrolled_height(most).auto_shrink([false, true]);
    area.id_salt("options").show(ui, |ui| fields_ui(ui, scene, &mut output));
    ui.add_space(6.0);
    let faults = !scene.model.faults.is_empty();
    if faults {
        field::error(ui, "A step has a problem; fix it or switch it off first");
    }
    let ready = !output.path.as_os_str().is_empty() && !faults;
    ui.horizontal(|ui| {
        let width = button::beside_secondary(ui);
        let go = ui.add_enabled_ui(ready, |ui| button::primary(ui, "Write the table", width)).inner;
        // Where nothing else has the focus, Enter writes.
        if ready && ui.memory(|memory| memory.focused().is_none()) {
            go.request_focus();
        }
        if go.clicked() {
            scene.act(Action::Run(output.clone()));
        }
        if button::secondary(ui, "Cancel").clicked() {
            scene.act(Action::RunPanel);
        }
    });
    scene.scratch.run = Some(output);
}

fn fields_ui(ui: &mut Ui, scene: &mut Scene<'_>, output: &mut Output) {
    ui.spacing_mut().item_spacing.y = 4.0;
    path_ui(ui, scene, output);
    field::label(ui, "Format", "", "");
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(5.0);
        for format in FORMATS {
            if button::chip(ui, format.title, output.format == format.name).clicked() {
                format.name.clone_into(&mut output.format);
                output.compression = own_compression(format.name);
                if !format.takes_parts() {
                    output.partition.clear();
                }
                name_file(output);
            }
        }
    });
    if let Some(format) = format_named(&output.format) {
        if format.compressions.len() > 1 {
            compression_ui(ui, output, format.compressions);
        }
        if format.takes_parts() {
            partition_ui(ui, scene, output);
        }
    }
    ui.horizontal(|ui| {
        if button::switch(ui, output.overwrite, "Replace an earlier output").clicked() {
            output.overwrite = !output.overwrite;
        }
        ui.label(RichText::new("Replace an earlier output").font(theme::small()));
    });
}

fn path_ui(ui: &mut Ui, scene: &mut Scene<'_>, output: &mut Output) {
    let words = if output.partition.is_empty() { "Write to the file" } else { "Write into the folder" };
    field::label(ui, words, "", "");
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let mut text = output.path.to_string_lossy().into_owned();
        let width = ui.available_width() - button::FRAMED_ICON - 4.0;
        if field::path_edit(ui, &mut text, words, width).changed() {
            output.path = PathBuf::from(text);
        }
        if button::framed_icon(ui, icon::FOLDER_OPEN, "Choose where to write", true).clicked() {
            scene.act(Action::AskFile(super::recipe::OUTPUT));
        }
    });
}

/// Gives the file the ending of its format and compression; a folder has none.
fn name_file(output: &mut Output) {
    let Some(name) = output.path.file_name().map(|name| name.to_string_lossy().into_owned()) else { return };
    let outer = [".gz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    let known = |end: &str| FORMATS.iter().any(|format| format.extensions.contains(&end));
    let stem = outer.rsplit_once('.').filter(|(_, end)| known(end)).map_or(outer, |(stem, _)| stem);
    let target = Target {
        format: Some(output.format.clone()),
        compression: Some(output.compression.to_lowercase()),
        ..Target::default()
    };
    let ending = part_ending(&target).ok().filter(|_| output.partition.is_empty());
    output.path.set_file_name(ending.map_or_else(|| stem.to_owned(), |ending| format!("{stem}.{ending}")));
}

fn compression_ui(ui: &mut Ui, output: &mut Output, taken: &[&str]) {
    field::label(ui, "Compression", "", "");
    let label = COMPRESSIONS.iter().find(|(name, _)| *name == output.compression).map_or("", |(_, words)| *words);
    let width = ui.available_width();
    let response = super::form::opener(ui, "", label, width, "Compression");
    Popup::menu(&response).width(width).show(|ui| {
        for (name, words) in COMPRESSIONS.iter().filter(|(name, _)| taken.contains(&name.to_lowercase().as_str())) {
            if ui.add(button::menu_item(words)).clicked() {
                (*name).clone_into(&mut output.compression);
                name_file(output);
            }
        }
    });
}

fn partition_ui(ui: &mut Ui, scene: &Scene<'_>, output: &mut Output) {
    field::label(ui, "One folder for each value of", "(none needed)", "The columns become folders: region=EU/…");
    let columns = scene.model.sheet.value().map(|sheet| sheet.columns.to_vec()).unwrap_or_default();
    let mut text = if output.partition.is_empty() { String::new() } else { write_names(&output.partition) };
    super::form::columns_ui(ui, "Column for folders", &mut text, &columns, &[]);
    let names = parse_names(&text).unwrap_or_default();
    let turned = names.is_empty() != output.partition.is_empty();
    output.partition = names;
    if turned {
        name_file(output);
    }
}

fn progress_ui(ui: &mut Ui, scene: &mut Scene<'_>, progress: &Progress, stopping: bool) {
    let theme = theme::of(ui);
    ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 6.0), egui::Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(3), theme.line);
    let share = progress.share.unwrap_or_default().clamp(0.0, 1.0);
    let done = egui::Rect::from_min_size(rect.min, Vec2::new(rect.width() * share, rect.height()));
    ui.painter().rect_filled(done, CornerRadius::same(3), theme.accent);
    ui.add_space(4.0);
    let words = if stopping { "stopping…".to_owned() } else { progress_words(progress) };
    ui.label(RichText::new(words).font(theme::small()).color(theme.muted));
    if let Some(expected) = &progress.expected {
        ui.label(RichText::new(expected).font(theme::small()).color(theme.muted));
    }
    ui.add_space(6.0);
    if ui.add_enabled_ui(!stopping, |ui| button::secondary(ui, "Cancel")).inner.clicked() {
        scene.act(Action::StopRun);
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "figures for reading")]
fn progress_words(progress: &Progress) -> String {
    let mut words = vec![format!("{} rows", grouped(progress.rows))];
    if progress.rate > 0.0 {
        words.push(format!("{} rows/s", grouped(progress.rate as u64)));
    }
    if let Some(share) = progress.share.filter(|share| *share > 0.01) {
        let left = progress.seconds * (1.0 / f64::from(share) - 1.0);
        words.push(format!("{:.0} % · {left:.0} s left", share * 100.0));
    }
    words.join(" · ")
}

fn receipt_ui(ui: &mut Ui, scene: &mut Scene<'_>, ended: &Ended) {
    let theme = theme::of(ui);
    let small = |text: String| RichText::new(text).font(theme::small());
    let written = ended.is_written();
    if written && !ended.ok {
        let words = ended.message.strip_prefix("warning: ").unwrap_or(&ended.message);
        // Where they are stands below, on a line of its own.
        let aside = ended.receipt.as_ref().and_then(|receipt| receipt.pointer("/setAside/path")?.as_str());
        let brief = words.split("; ").filter(|part| aside.is_none_or(|path| !part.contains(path)));
        let brief = brief.collect::<Vec<_>>().join("; ");
        ui.label(small(format!("{} {brief}", icon::WARNING)).color(theme.mark)).on_hover_text(words);
    } else if !ended.ok {
        let words = if ended.cancelled {
            "The run was stopped; an earlier output is as it was".to_owned()
        } else {
            ended.message.clone()
        };
        field::error(ui, if words.is_empty() { "The run failed and said nothing" } else { &words });
    }
    if let Some(receipt) = &ended.receipt {
        ScrollArea::vertical().max_height(260.0).auto_shrink([false, true]).id_salt("receipt").show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            for line in receipt_lines(receipt) {
                ui.label(small(line.words).color(theme.muted));
                file_ui(ui, scene, line.path.as_deref());
            }
        });
    } else if ended.ok {
        file_ui(ui, scene, Some(&ended.output.display().to_string()));
    }
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        if written && button::secondary(ui, "Open the folder").clicked() {
            let folder =
                if ended.output.is_dir() { Some(ended.output.clone()) } else { ended.output.parent().map(Into::into) };
            scene.act(Action::Reveal(folder.unwrap_or_default()));
        }
        if button::secondary(ui, "Run again…").clicked() {
            scene.act(Action::RunPanel);
            scene.act(Action::RunPanel);
        }
    });
}

/// A path of a receipt, which a click copies.
fn file_ui(ui: &mut Ui, scene: &mut Scene<'_>, path: Option<&str>) {
    let Some(path) = path.filter(|path| !path.is_empty()) else { return };
    if path::path_ui(ui, path).clicked() {
        scene.act(Action::Copy(path.to_owned()));
    }
    ui.add_space(2.0);
}

/// A line of a receipt, with the file that it is about.
struct Line {
    words: String,
    path: Option<String>,
}

impl Line {
    const fn of(words: String) -> Self {
        Self { words, path: None }
    }
}

/// A receipt as lines.
fn receipt_lines(receipt: &Value) -> Vec<Line> {
    let whole = |value: &Value, name: &str| value.get(name).and_then(Value::as_u64).map(grouped).unwrap_or_default();
    let list = |name: &str| receipt.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut lines = Vec::new();
    for input in list("inputs") {
        let path = text(input, "path");
        let words = match whole(input, "datasetRecords") {
            unknown if unknown.is_empty() => "read".to_owned(),
            rows => format!("read {rows} rows from"),
        };
        lines.push(Line { words, path: Some(path) });
    }
    for (at, step) in list("steps").iter().enumerate() {
        let (rows_in, rows_out) = (whole(step, "rowsIn"), whole(step, "rowsOut"));
        if rows_in != rows_out {
            lines.push(Line::of(format!("step {}: {rows_in} → {rows_out} rows", at + 1)));
        }
        match step.get("failed").and_then(Value::as_u64).unwrap_or_default() {
            0 => {}
            1 => lines.push(Line::of(format!("step {}: 1 value did not fit and is missing", at + 1))),
            failed => {
                let words = format!("step {}: {} values did not fit and are missing", at + 1, grouped(failed));
                lines.push(Line::of(words));
            }
        }
    }
    if let Some(aside) = receipt.get("setAside").filter(|aside| !aside.is_null()) {
        let noun = if whole(aside, "records") == "1" { "record" } else { "records" };
        let path = Some(text(aside, "path")).filter(|path| !path.is_empty());
        let to = if path.is_some() { ", into" } else { "" };
        lines.push(Line { words: format!("set {} {noun} aside{to}", whole(aside, "records")), path });
    }
    let outputs = list("outputs");
    if let Some(first) = outputs.first().filter(|_| outputs.len() > 3) {
        let sum = |name: &str| grouped(outputs.iter().filter_map(|output| output.get(name)?.as_u64()).sum());
        let path = text(first, "path");
        // Files of partitions lie in folders of their own.
        let folder =
            path.split("/part-").next().and_then(|path| path.split_once('=')).map_or(path.as_str(), |(path, _)| path);
        let folder = folder.rsplit_once('/').map_or(folder, |(folder, _)| folder);
        let (rows, bytes) = (sum("rows"), sum("bytes"));
        let words = format!("wrote {rows} rows, {bytes} bytes in {} files to", outputs.len());
        lines.push(Line { words, path: Some(folder.to_owned()) });
    } else {
        for output in outputs {
            let (rows, bytes) = (whole(output, "rows"), whole(output, "bytes"));
            lines
                .push(Line { words: format!("wrote {rows} rows, {bytes} bytes to"), path: Some(text(output, "path")) });
        }
    }
    if let Some(seconds) = receipt.get("seconds").and_then(Value::as_f64) {
        lines.push(Line::of(format!("in {seconds:.2} s")));
    }
    lines
}
