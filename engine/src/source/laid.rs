//! The layouts of all files of one table: read one by one, held against the first.

use super::dialect::{Layout, layout_of};
use super::files::{Found, refuse, scan_of, shown, unreadable};
use super::text::Text;
use super::{FileFact, ReadOptions, Widths};
use crate::error::Result;
use polars::prelude::ScanSources;
use std::fs::File;

/// A file with its layout.
pub(super) type Laid = (FileFact, Layout);

/// The layout of each file that holds something; all must agree. With the files that hold nothing.
pub(super) fn layouts(found: &Found, options: &ReadOptions, head_only: bool) -> Result<(Vec<Laid>, Vec<String>)> {
    let mut layouts: Vec<Laid> = Vec::new();
    let mut empty = Vec::new();
    let mut odd = Vec::new();
    let mut options = options.clone();
    for (at, file) in found.files.iter().enumerate() {
        let mut text = Text::of(found.copies.get(at).unwrap_or(&file.path), &options, head_only)?;
        text.name.clone_from(&file.path);
        let Some(layout) = layout_of(text, &options)? else {
            empty.push(shown(&file.path));
            continue;
        };
        if let Some((first, expected)) = layouts.first() {
            odd.extend(difference(first, expected, file, &layout));
        }
        // What the first file tells holds for all: a file of few rows may tell something else.
        options.delimiter = Some(char::from(layout.marks.delimiter));
        options.quote = layout.marks.quote.map(char::from);
        options.header = Some(layout.dialect.header);
        options.escape = Some(layout.dialect.escape);
        options.widths = (!layout.dialect.widths.is_empty()).then(|| Widths::Given(layout.dialect.widths.clone()));
        layouts.push((file.clone(), layout));
    }
    refuse(odd)?;
    Ok((layouts, empty))
}

impl Found {
    /// Leaves out the files that hold nothing, and says so.
    pub(super) fn note_empty(&mut self, layouts: &[Laid], empty: &[String]) {
        if layouts.is_empty() {
            return;
        }
        if !empty.is_empty() {
            self.notes.push(format!("ignored {} empty file(s): {}", empty.len(), empty.join(", ")));
        }
        self.files = layouts.iter().map(|(file, _)| file.clone()).collect();
    }
}

fn difference(first: &FileFact, expected: &Layout, file: &FileFact, layout: &Layout) -> Option<String> {
    let difference = if expected.names.len() == layout.names.len() {
        let (a, b) = expected.names.iter().zip(&layout.names).find(|(a, b)| a != b)?;
        format!("it has the column {b} where {a} is expected")
    } else {
        let lacks: Vec<_> =
            expected.names.iter().filter(|name| !layout.names.contains(name)).take(5).cloned().collect();
        let has: Vec<_> = layout.names.iter().filter(|name| !expected.names.contains(name)).take(5).cloned().collect();
        let mut text = format!("it has {} columns, not {}", layout.names.len(), expected.names.len());
        for (word, names) in [("without", lacks), ("with", has)] {
            if !names.is_empty() {
                text.push_str(&format!(", {word} {}", names.join(", ")));
            }
        }
        text
    };
    Some(format!("{} does not fit {}: {difference}", shown(&file.path), shown(&first.path)))
}

/// All files as the engine's reader takes them; a copy is opened, since its name goes before its last reader.
pub(super) fn scan(layouts: &[Laid]) -> Result<ScanSources> {
    if in_place(layouts) {
        return scan_of(layouts.iter().map(|(file, _)| file.path.as_path()));
    }
    let open = |(_, layout): &Laid| {
        let path = &layout.text.path;
        File::open(path).map_err(|error| unreadable(path, &error))
    };
    Ok(ScanSources::Files(layouts.iter().map(open).collect::<Result<_>>()?))
}

/// Whether what is read are the files themselves.
pub(super) fn in_place(layouts: &[Laid]) -> bool {
    layouts.iter().all(|(_, layout)| layout.text.is_in_place())
}

/// Whether the engine's reader takes all files, or the copies that were made of them, as they lie on disk.
pub(super) fn plain(layouts: &[Laid], options: &ReadOptions) -> bool {
    let alike = |layout: &Layout| {
        layout.skip == layouts[0].1.skip && layout.text.is_native() && !layout.stray && !layout.refitted
    };
    layouts.iter().all(|(_, layout)| alike(layout)) && options.comment.is_none() && options.header_lines < 2
}

/// Decides the encoding of files that are not UTF-8 after all on all their bytes; whether that changed anything.
pub(super) fn judge(options: &ReadOptions, layouts: &mut [Laid]) -> Result<bool> {
    if options.encoding.is_some() {
        return Ok(false);
    }
    let mut changed = false;
    for (_, layout) in layouts.iter_mut() {
        let judged = layout.text.judged()?;
        if judged.encoding == layout.text.encoding {
            layout.text = judged;
            continue;
        }
        changed = true;
        let options = ReadOptions { encoding: Some(judged.encoding.name().to_owned()), ..options.clone() };
        if let Some(mut again) = layout_of(judged.clone(), &options)? {
            again.dialect.encoding_reason.clone_from(&judged.reason);
            *layout = again;
        }
    }
    Ok(changed)
}
