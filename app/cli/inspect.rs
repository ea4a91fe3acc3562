//! `brewhouse inspect`: what a file is, on all its rows, for a terminal and as JSON.

use super::arguments::InspectArguments;
use super::input::spool;
use super::output::{print, print_json, tell};
use super::signals;
use brewhouse_engine::project::{self, Document, Import};
use brewhouse_engine::run::{ColumnInspection, Inspection, WordCount, inspect as look};
use brewhouse_engine::source::{Dialect, Keys, ReadOptions, Selection, Source, StoredColumn, TextFacts};
use brewhouse_engine::types::{TypeClass, dtype_of_word};
use brewhouse_engine::values::grouped;
use brewhouse_engine::{Error, ErrorKind, Result};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// Names and values are cut to this width in the table.
const WIDE: usize = 24;

/// Prints the verdict on a file; exit code 1 when records would be set aside.
pub(super) fn inspect(arguments: &InspectArguments) -> Result<ExitCode> {
    let cancel = Arc::default();
    signals::watch(Arc::clone(&cancel))?;
    let mut paths = arguments.files.clone();
    let mut spooled = None;
    if let Some(dash) = paths.iter_mut().find(|path| *path == "-") {
        let file = spool(arguments.input_format.as_deref().or(Some("csv")))?;
        *dash = file.path().to_string_lossy().into_owned();
        spooled = Some(file);
    }
    let mut options = ReadOptions::default();
    arguments.reading.apply(&mut options)?;
    let format = arguments.input_format.clone();
    let mut selection = Selection { now: Some(chrono::Utc::now()), ..Selection::default() };
    arguments.paths.apply(&mut selection)?;
    let keys = Keys::new(Arc::new(crate::secrets::find));
    let verdicts = arguments.reading.verdicts();
    let source =
        Source { name: "input".into(), paths, selection, format, options, verdicts, keys, ..Source::default() };
    let found = look(&source, Path::new("."), &cancel, &|_| ())?;
    drop(spooled);
    if let Some(path) = &arguments.store {
        store(path, arguments, &found)?;
    }
    let aside = found.text.as_ref().is_some_and(|text| text.set_aside.records > 0);
    let code = if aside { ExitCode::from(1) } else { ExitCode::SUCCESS };
    if arguments.json {
        print_json(&found)?;
    } else {
        print(&report(&found, Ink::here()))?;
    }
    Ok(code)
}

// Keeps types and layout in the dataset of a project.
fn store(path: &Path, arguments: &InspectArguments, found: &Inspection) -> Result<()> {
    let fail = |what: String| Error::new(ErrorKind::File, format!("{}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| fail(super::input::reason(&error)).caused_by(error))?;
    let mut document = Document::parse(&text)?;
    let name = arguments.dataset.as_deref();
    let input = json!({ "Name": name.unwrap_or("input"), "Input": { "Paths": arguments.files } });
    let dataset = match name {
        None => document.dataset.get_or_insert(input),
        Some(name) => named(&mut document, name, input),
    };
    let dataset = dataset.as_object_mut().ok_or_else(|| fail("its dataset is no object".into()))?;
    let columns: Vec<_> =
        found.columns.iter().map(|c| StoredColumn { name: c.name.clone(), kind: c.kind.clone() }).collect();
    let import = Import { columns: &columns, text: found.text.as_ref(), files: &found.files, records: found.records };
    project::store(dataset, &import);
    let text = serde_json::to_string_pretty(&document.to_value())
        .map_err(|error| fail("it cannot be written".into()).caused_by(error))?;
    brewhouse_engine::sink::replace_file(path, (text + "\n").as_bytes())?;
    tell(&format!("types and layout of {} columns are kept in {}", columns.len(), path.display()));
    Ok(())
}

// The dataset of a name, the main one or one that is joined; added when there is none.
fn named<'a>(document: &'a mut Document, name: &str, input: Value) -> &'a mut Value {
    let called = |dataset: &Value| dataset.get("Name").and_then(Value::as_str) == Some(name);
    if document.dataset.as_ref().is_some_and(called) {
        return document.dataset.get_or_insert(input);
    }
    let at = document.others.iter().position(called).unwrap_or(document.others.len());
    if at == document.others.len() {
        document.others.push(input);
    }
    &mut document.others[at]
}

// Bold and dim on a terminal, plain elsewhere.
#[derive(Clone, Copy)]
struct Ink(bool);

impl Ink {
    fn here() -> Self {
        Self(std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none())
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn warn(self, text: &str) -> String {
        self.paint("33", text)
    }
}

fn report(found: &Inspection, ink: Ink) -> String {
    let mut out = String::new();
    for file in found.files.iter().take(10) {
        let _ = writeln!(out, "{}  {}", ink.bold(&file.path.display().to_string()), ink.dim(&size(file.bytes)));
    }
    if found.files.len() > 10 {
        let _ = writeln!(out, "... and {} more files", found.files.len() - 10);
    }
    match &found.text {
        Some(text) => layout(&mut out, text, found.records, ink),
        None => {
            let _ = writeln!(out, "  {} rows", grouped(found.records));
        }
    }
    for note in &found.notes {
        let _ = writeln!(out, "  {} {note}", ink.warn("note:"));
    }
    out.push('\n');
    table(&mut out, &found.columns, ink);
    out
}

fn layout(out: &mut String, text: &TextFacts, records: u64, ink: Ink) {
    let dialect = &text.dialect;
    // A workbook has neither encoding nor delimiter.
    if !dialect.encoding.is_empty() {
        marks(out, dialect, ink);
    }
    let header = if dialect.header { "header" } else { "no header" };
    let _ = writeln!(out, "  header     {header} {}", ink.dim(&format!("({})", dialect.header_reason)));
    let lines = text.lines;
    let told = format!("{} of {} lines accounted for", grouped(lines.accounted), grouped(lines.physical));
    let told = if lines.accounted == lines.physical { ink.bold(&told) } else { ink.warn(&told) };
    let mut parts = vec![format!("{} records", grouped(records))];
    for (count, what) in [
        (lines.before_data, "before the data"),
        (lines.left_out, "blank, comment or repeated header"),
        (lines.set_aside, "set aside"),
    ] {
        if count > 0 {
            parts.push(format!("{} {} {what}", grouped(count), if count == 1 { "line" } else { "lines" }));
        }
    }
    let _ = writeln!(out, "  lines      {told}: {}", parts.join(", "));
}

fn marks(out: &mut String, dialect: &Dialect, ink: Ink) {
    let mark = if dialect.byte_order_mark { ", with byte order mark" } else { "" };
    let quote = dialect.quote.map_or("no quotes".to_owned(), |quote| format!("quote {quote}"));
    let sure = dialect.confidence * 100.0;
    let reason = ink.dim(&format!("({})", dialect.encoding_reason));
    let _ = writeln!(out, "  encoding   {}{mark} {reason}", dialect.encoding);
    let fields = if dialect.widths.is_empty() {
        let escape = dialect.escape.map_or(String::new(), |escape| format!(", escape {escape}"));
        format!("{} between fields, {quote}{escape}", name_of(dialect.delimiter))
    } else {
        format!("columns of fixed width ({})", widths(&dialect.widths))
    };
    let _ = writeln!(
        out,
        "  layout     {fields}, line ends {} {}",
        dialect.line_ends,
        ink.dim(&format!("({sure:.0} % sure: {})", dialect.reason))
    );
    if let Some(other) = dialect.runner_up {
        let _ = writeln!(out, "             {}", ink.warn(&format!("{} would fit nearly as well", name_of(other))));
    }
}

fn widths(widths: &[usize]) -> String {
    let each = widths.iter().map(|width| if *width == 0 { "the rest".to_owned() } else { width.to_string() });
    each.collect::<Vec<_>>().join(", ")
}

fn table(out: &mut String, columns: &[ColumnInspection], ink: Ink) {
    let head = ["column", "type", "values", "missing", "distinct", "minimum", "maximum"].map(str::to_owned);
    let rows: Vec<[String; 7]> = columns.iter().map(row).collect();
    let width = |at: usize| rows.iter().chain([&head]).map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let _ = writeln!(out, "{}", ink.dim(aligned(&head, &widths).trim_end()));
    for (column, row) in columns.iter().zip(&rows) {
        let _ = writeln!(out, "{}", aligned(row, &widths).trim_end());
        for line in remarks(column) {
            let _ = writeln!(out, "    {}", ink.warn(&line));
        }
    }
}

fn row(column: &ColumnInspection) -> [String; 7] {
    let cell = |text: &Option<String>| text.as_deref().map(short).unwrap_or_default();
    [
        short(&column.name),
        kind_words(&column.kind),
        grouped(column.values),
        grouped(column.missing),
        grouped(column.distinct),
        cell(&column.minimum),
        cell(&column.maximum),
    ]
}

// Figures stand to the right, all else to the left.
fn aligned(cells: &[String; 7], widths: &[usize]) -> String {
    let mut line = String::new();
    for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let blanks = " ".repeat(width.saturating_sub(cell.chars().count()));
        let (before, after) = if (2..5).contains(&at) { (blanks.as_str(), "") } else { ("", blanks.as_str()) };
        line.push_str(before);
        line.push_str(cell);
        line.push_str(after);
        line.push_str("  ");
    }
    line
}

fn remarks(column: &ColumnInspection) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(written) = &column.written {
        lines.push(format!("written {written}"));
    }
    if column.zeros > 0 {
        let noun = if column.zeros == 1 { "fraction ends with a zero" } else { "fractions end with zeros" };
        lines.push(format!("{} {noun}, which a number does not keep", grouped(column.zeros)));
    }
    if let Some(reason) = &column.reason {
        lines.push(reason.clone());
    }
    let total: u64 = column.exceptions.iter().map(|word| word.count).sum::<u64>() + column.other_exceptions;
    // Codes that are all different are no list of exceptions.
    let telling = |words: &[WordCount]| words.first().is_some_and(|word| word.count > 1 || total <= 5);
    if let Some(like) = column.looks_like.as_deref().filter(|_| telling(&column.exceptions)) {
        let more = if column.other_exceptions > 0 || column.exceptions.len() > 5 { ", ..." } else { "" };
        let share = column.round_trip * 100.0;
        lines.push(format!(
            "{}, {} {}: {}{more}; {share:.2} % of the values would keep their text",
            kind_words(like),
            grouped(total),
            if total == 1 { "exception" } else { "exceptions" },
            words(&column.exceptions)
        ));
        for fault in column.faults.iter().take(3).filter(|fault| !fault.lines.is_empty()) {
            let places: Vec<_> = fault.lines.iter().map(|line| grouped(*line)).collect();
            lines.push(format!("{} {} on line {}", grouped(fault.count), fault.what, places.join(", ")));
        }
        let all_missing = column.other_exceptions == 0
            && column
                .exceptions
                .iter()
                .all(|word| column.missing_words.iter().any(|missing| missing.word == word.word));
        if all_missing {
            let options: Vec<_> = column.exceptions.iter().map(|word| format!("--null {:?}", word.word)).collect();
            lines.push(format!("with {} it is {}", options.join(" "), kind_words(like)));
        }
    } else if !column.missing_words.is_empty() {
        lines.push(format!("may stand for missing: {}", words(&column.missing_words)));
    }
    if column.blank > 0 {
        lines.push(format!("{} cells hold blanks alone", grouped(column.blank)));
    }
    lines
}

fn words(words: &[WordCount]) -> String {
    let each = |word: &WordCount| format!("{} {}", word.word, grouped(word.count));
    words.iter().take(5).map(each).collect::<Vec<_>>().join(", ")
}

fn kind_words(kind: &str) -> String {
    dtype_of_word(kind).map_or_else(|| kind.to_owned(), |dtype| TypeClass::of(&dtype).words().to_owned())
}

fn name_of(delimiter: char) -> String {
    match delimiter {
        ',' => "comma".into(),
        ';' => "semicolon".into(),
        '\t' => "tab".into(),
        '|' => "pipe".into(),
        ' ' => "blank".into(),
        ':' => "colon".into(),
        other => format!("{other:?}"),
    }
}

fn short(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if plain.chars().count() <= WIDE {
        return plain;
    }
    plain.chars().take(WIDE - 1).chain(['…']).collect()
}

fn size(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}
