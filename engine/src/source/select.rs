//! Which files make a table beyond plain paths: regular expressions and parameters in paths, times of files, and the newest of them.
//!
//! `in/{country}/<\d+>-{day}.csv` is matched against the files below the folder that it begins with. What a parameter stood for can be
//! filtered on and can become a column. The words are those of DataBrew.

use super::files::{shown, unreadable, walk};
use super::filter::{Filter, Number, Of, Test, Value};
use super::path_date::{DateLayout, Layout};
use crate::error::{Error, ErrorKind, Result};
use chrono::{DateTime, Utc};
use regex::Regex;
use std::path::{Component, Path, PathBuf};

/// Which of the files that paths name make the table, and what their names tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The parameters in the paths.
    pub parameters: Vec<PathParameter>,
    /// How many files at most, by when they were last changed.
    pub limit: Option<FilesLimit>,
    /// What must hold of the time at which a file was last changed.
    pub modified: Option<Filter>,
    /// Whether folders such as `year=2024` become columns.
    pub partitions: bool,
    /// A column that holds the name of the file of each row.
    pub file_column: Option<String>,
    /// What relative dates count from.
    pub now: Option<DateTime<Utc>>,
}

impl Default for Selection {
    fn default() -> Self {
        Self { parameters: Vec::new(), limit: None, modified: None, partitions: true, file_column: None, now: None }
    }
}

/// A parameter in paths: `{name}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathParameter {
    /// Its name.
    pub name: String,
    /// What it stands for.
    pub kind: PathKind,
    /// Which values are wanted.
    pub filter: Option<Filter>,
    /// Whether its value becomes a column.
    pub create_column: bool,
    /// The one value that it may have.
    pub fixed: Option<String>,
}

/// What a parameter in a path stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PathKind {
    /// Any text without a slash.
    #[default]
    Text,
    /// A number.
    Number,
    /// A date in a layout.
    Date(DateLayout),
}

/// How many files at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilesLimit {
    /// How many.
    pub most: usize,
    /// Whether the oldest are taken instead of the newest.
    pub oldest: bool,
}

/// A file that was found.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub(super) path: PathBuf,
    /// The folder below which it was looked for; none for a file that was named.
    pub(super) root: Option<PathBuf>,
    /// What each parameter of the selection stood for in its path.
    pub(super) values: Vec<Option<String>>,
}

/// Parameters whose layouts and filters were read.
pub(super) struct Chooser<'a> {
    selection: &'a Selection,
    layouts: Vec<Option<Layout>>,
    tests: Vec<Option<Test>>,
    modified: Option<Test>,
}

impl<'a> Chooser<'a> {
    pub(super) fn new(selection: &'a Selection) -> Result<Self> {
        let layout = |parameter: &PathParameter| match &parameter.kind {
            PathKind::Date(layout) => Layout::read(layout).map(Some),
            _ => Ok(None),
        };
        let now = selection.now;
        let test = |parameter: &PathParameter| {
            let of = match parameter.kind {
                PathKind::Text => Of::Text,
                PathKind::Number => Of::Number,
                PathKind::Date(_) => Of::Date,
            };
            parameter.filter.as_ref().map(|filter| filter.read(of, now)).transpose()
        };
        Ok(Self {
            selection,
            layouts: selection.parameters.iter().map(layout).collect::<Result<_>>()?,
            tests: selection.parameters.iter().map(test).collect::<Result<_>>()?,
            modified: selection.modified.as_ref().map(|filter| filter.read(Of::Date, now)).transpose()?,
        })
    }

    /// The layouts of the parameters that are dates.
    pub(super) fn layouts(&self) -> &[Option<Layout>] {
        &self.layouts
    }

    /// The files that match a path with parameters or regular expressions, sorted; those that a filter refuses are counted.
    pub(super) fn matching(&self, base: &Path, text: &str, refused: &mut u64) -> Result<Vec<Hit>> {
        let pieces = pieces(text)?;
        let (root, pattern, order) = self.compile(text, &pieces)?;
        let root = base.join(root);
        let mut files = Vec::new();
        if root.is_dir() {
            walk(&root, &mut files, true)?;
        }
        files.sort();
        let mut hits = Vec::new();
        let mut matched = 0_u64;
        for path in files {
            let Some(below) = path.strip_prefix(&root).ok().and_then(slashed) else { continue };
            let Some(groups) = pattern.captures(&below) else { continue };
            matched += 1;
            let mut values = vec![None; self.selection.parameters.len()];
            let mut alike = true;
            for (group, at) in order.iter().enumerate() {
                let value = groups.name(&format!("p{group}")).map(|found| found.as_str().to_owned());
                // A parameter that stands twice must stand for the same.
                alike &= values[*at].is_none() || values[*at] == value;
                values[*at] = value;
            }
            if alike && self.wants(&values) {
                hits.push(Hit { path, root: Some(root.clone()), values });
            } else {
                *refused += 1;
            }
        }
        if hits.is_empty() {
            let why =
                if matched > 0 { format!("; {matched} would, but their values are not wanted") } else { String::new() };
            return Err(Error::new(ErrorKind::Source, format!("no file matches {text}{why}"))
                .advise("check the path, its parameters and their filters"));
        }
        Ok(hits)
    }

    fn wants(&self, values: &[Option<String>]) -> bool {
        let parameters = self.selection.parameters.iter().zip(&self.layouts).zip(&self.tests);
        parameters.zip(values).all(|(((parameter, layout), test), value)| {
            let Some(text) = value else { return true };
            let value = match (&parameter.kind, layout) {
                (PathKind::Number, _) => Number::parse(text).map(Value::Number),
                (PathKind::Date(_), Some(layout)) => layout.parse(text).map(|(_, instant)| Value::Instant(instant)),
                _ => Some(Value::Text(text.clone())),
            };
            value.is_some_and(|value| test.as_ref().is_none_or(|test| test.holds(&value)))
        })
    }

    // The folder that a path begins with, a pattern for what is below it, and which parameter each group holds.
    fn compile(&self, text: &str, pieces: &[Piece]) -> Result<(PathBuf, Regex, Vec<usize>)> {
        let mut plain = String::new();
        let mut pattern = String::new();
        let mut order = Vec::new();
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(part) if at == 0 => {
                    let special = part.find(['*', '?']).unwrap_or(part.len());
                    let cut = part[..special].rfind('/').map_or(0, |at| at + 1);
                    plain.push_str(&part[..cut]);
                    pattern.push_str(&globbed(&part[cut..]));
                }
                Piece::Text(part) => pattern.push_str(&globbed(part)),
                Piece::Regex(regex) => {
                    Regex::new(regex).map_err(|error| {
                        Error::new(ErrorKind::Parameter, format!("“<{regex}>” in {text} is no regular expression"))
                            .advise("write one such as <.*> or <\\d{2}>")
                            .caused_by(error)
                    })?;
                    pattern.push_str(&format!("(?:{regex})"));
                }
                Piece::Parameter(name) => {
                    let place = self.place(name, text)?;
                    let parameter = &self.selection.parameters[place];
                    let value = match (&parameter.fixed, &self.layouts[place]) {
                        (Some(fixed), _) => regex::escape(fixed),
                        (None, Some(layout)) => layout.pattern(),
                        (None, None) if parameter.kind == PathKind::Number => r"[+-]?\d+(?:\.\d+)?".into(),
                        (None, None) => "[^/]+?".into(),
                    };
                    pattern.push_str(&format!("(?<p{}>{value})", order.len()));
                    order.push(place);
                }
            }
        }
        let regex = Regex::new(&format!("^{pattern}$")).map_err(|error| {
            Error::new(ErrorKind::Parameter, format!("the path {text} cannot be read")).caused_by(error)
        })?;
        // A path that begins with a slash stays there; a bare one begins here.
        Ok((PathBuf::from(plain), regex, order))
    }

    fn place(&self, name: &str, text: &str) -> Result<usize> {
        let found = self.selection.parameters.iter().position(|parameter| parameter.name == name);
        found.ok_or_else(|| {
            Error::new(ErrorKind::Parameter, format!("nobody says what {{{name}}} in {text} is")).advise(format!(
                "give its value with --set {name}=VALUE, or find it in the paths with --path-parameter {name}"
            ))
        })
    }

    /// Leaves the files that the times and the limit want; how many were left out.
    pub(super) fn by_time(&self, hits: &mut Vec<Hit>) -> Result<u64> {
        if self.modified.is_none() && self.selection.limit.is_none() {
            return Ok(0);
        }
        let before = hits.len();
        let mut timed = Vec::new();
        for hit in hits.drain(..) {
            let modified = std::fs::metadata(&hit.path).and_then(|meta| meta.modified());
            let modified = DateTime::<Utc>::from(modified.map_err(|error| unreadable(&hit.path, &error))?);
            if self.modified.as_ref().is_none_or(|test| test.holds(&Value::Instant(modified))) {
                timed.push((modified, hit));
            }
        }
        if timed.is_empty() {
            return Err(Error::new(
                ErrorKind::Source,
                format!("none of the {before} files was changed at a wanted time"),
            )
            .advise("check the condition on the times of the files"));
        }
        if let Some(limit) = self.selection.limit {
            let mut order: Vec<_> = timed.iter().map(|(modified, hit)| (*modified, hit.path.clone())).collect();
            order.sort_by(|a, b| if limit.oldest { a.cmp(b) } else { b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)) });
            let kept: std::collections::HashSet<_> = order.into_iter().take(limit.most).map(|(_, path)| path).collect();
            timed.retain(|(_, hit)| kept.contains(&hit.path));
        }
        hits.extend(timed.into_iter().map(|(_, hit)| hit));
        Ok((before - hits.len()) as u64)
    }

    /// Every parameter must stand in a path.
    pub(super) fn refuse_unused(&self, paths: &[String]) -> Result<()> {
        for parameter in &self.selection.parameters {
            let name = format!("{{{}}}", parameter.name);
            if !paths.iter().any(|path| path.contains(&name)) {
                return Err(Error::new(
                    ErrorKind::Parameter,
                    format!("the path parameter {} is in no path", parameter.name),
                )
                .advise(format!("write {name} where it belongs, or leave the parameter out")));
            }
        }
        Ok(())
    }
}

/// Whether a path holds regular expressions or parameters.
pub(super) fn is_special(text: &str) -> bool {
    text.contains(['<', '{'])
}

// A part of a path.
enum Piece {
    Text(String),
    Regex(String),
    Parameter(String),
}

fn pieces(text: &str) -> Result<Vec<Piece>> {
    let mut pieces = vec![Piece::Text(String::new())];
    let mut rest = text;
    let open = |bracket: char| {
        Error::new(ErrorKind::Parameter, format!("{text} has an opening {bracket} without a closing one"))
            .advise("write regular expressions as <...> and parameters as {name}")
    };
    while let Some(at) = rest.find(['<', '{']) {
        if let Some(Piece::Text(before)) = pieces.last_mut() {
            before.push_str(&rest[..at]);
        }
        let inner = &rest[at + 1..];
        let end = if rest[at..].starts_with('<') {
            let end = closing(inner).ok_or_else(|| open('<'))?;
            pieces.push(Piece::Regex(inner[..end].to_owned()));
            end
        } else {
            let end = inner.find('}').ok_or_else(|| open('{'))?;
            pieces.push(Piece::Parameter(inner[..end].to_owned()));
            end
        };
        pieces.push(Piece::Text(String::new()));
        rest = &inner[end + 1..];
    }
    if let Some(Piece::Text(last)) = pieces.last_mut() {
        last.push_str(rest);
    }
    Ok(pieces)
}

// Where an angle bracket is closed; those that are part of the expression come in pairs or behind a backslash.
fn closing(inner: &str) -> Option<usize> {
    let mut depth = 0;
    let mut escaped = false;
    for (at, character) in inner.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '<' => depth += 1,
            '>' if depth == 0 => return Some(at),
            '>' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Splits a path into what may hold values to be filled in, and regular expressions, which may not.
pub fn outside_expressions(text: &str) -> Vec<(&str, bool)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let Some(end) = closing(&rest[at + 1..]) else { break };
        parts.push((&rest[..at], true));
        parts.push((&rest[at..at + end + 2], false));
        rest = &rest[at + end + 2..];
    }
    parts.push((rest, true));
    parts
}

// A text with * and ? as a regular expression.
fn globbed(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let (piece, taken) = if rest.starts_with("**/") {
            ("(?:.*/)?".to_owned(), 3)
        } else if rest.starts_with("**") {
            (".*".to_owned(), 2)
        } else {
            let piece = match character {
                '*' => "[^/]*".to_owned(),
                '?' => "[^/]".to_owned(),
                other => regex::escape(other.encode_utf8(&mut [0; 4])),
            };
            (piece, character.len_utf8())
        };
        out.push_str(&piece);
        rest = &rest[taken..];
    }
    out
}

/// A path with slashes between its parts; none when it is no text.
pub(super) fn slashed(path: &Path) -> Option<String> {
    let parts = path.components().map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => Some(""),
    });
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

/// The error about a created column whose name is taken.
pub(super) fn taken(name: &str, from: &str, path: &Path) -> Error {
    Error::new(
        ErrorKind::Column,
        format!("{from} cannot become the column {name}: {} has a column of that name", shown(path)),
    )
    .advise("give it another name")
}
