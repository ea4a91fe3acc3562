//! From arguments to the way text is read.

use super::arguments::ReadingArguments;
use brewhouse_engine::source::{DateOrder, ReadOptions, Widths};
use brewhouse_engine::{Error, ErrorKind, Result};
use std::path::PathBuf;

impl ReadingArguments {
    /// The folder of what typing passes counted, unless it is not to be used.
    pub(super) fn verdicts(&self) -> Option<PathBuf> {
        if self.no_cache { None } else { crate::cache::verdicts() }
    }

    /// Puts what was typed into options; what was not typed stays.
    pub(super) fn apply(&self, options: &mut ReadOptions) -> Result<()> {
        options.null_words.extend(self.null.iter().cloned());
        options.text_columns.extend(self.text.iter().cloned());
        if let Some(text) = &self.delimiter {
            options.delimiter = Some(character(text, "--delimiter")?);
        }
        if let Some(text) = &self.quote {
            options.quote = if text.is_empty() || text == "none" { None } else { Some(character(text, "--quote")?) };
        }
        if let Some(text) = &self.escape {
            let told = if text.is_empty() || text == "none" { None } else { Some(character(text, "--escape")?) };
            options.escape = Some(told);
        }
        if let Some(text) = &self.widths {
            options.widths = Some(Widths::parse(text).ok_or_else(|| {
                Error::new(ErrorKind::Parameter, format!("“{text}” after --widths is no list of widths"))
                    .advise("write so many characters each, such as 10,5,8 (0 for a last one of any width), or find")
            })?);
        }
        if self.no_header {
            options.header = Some(false);
        }
        if let Some(lines) = self.header {
            options.header = Some(lines > 0);
            options.header_lines = lines.max(1);
        }
        if let Some(text) = &self.date_order {
            options.date_order = Some(DateOrder::named(text).ok_or_else(|| {
                Error::new(ErrorKind::Parameter, format!("“{text}” after --date-order is no order of day and month"))
                    .advise("write dmy or mdy")
            })?);
        }
        options.key = self.input_key.clone().or(options.key.take());
        options.column_keys.extend(super::input::pairs(&self.input_column_key, "--input-column-key")?);
        options.encoding = self.encoding.clone().or(options.encoding.take());
        options.sheet = self.sheet.clone().or(options.sheet.take());
        options.comment = self.comment.clone().or(options.comment.take());
        options.skip_lines = self.skip_lines.unwrap_or(options.skip_lines);
        options.decimal_comma |= self.decimal_comma;
        options.fill_short |= self.fill_short;
        Ok(())
    }
}

/// A character as it is typed, or by its name.
pub(super) fn character(text: &str, option: &str) -> Result<char> {
    let named = match text.to_ascii_lowercase().as_str() {
        "tab" | "\\t" => Some('\t'),
        "comma" => Some(','),
        "semicolon" => Some(';'),
        "pipe" => Some('|'),
        "space" => Some(' '),
        "backslash" => Some('\\'),
        "colon" => Some(':'),
        "caret" => Some('^'),
        _ => None,
    };
    let mut characters = text.chars();
    match (named, characters.next(), characters.next()) {
        (Some(named), ..) => Ok(named),
        (None, Some(only), None) => Ok(only),
        _ => Err(Error::new(ErrorKind::Parameter, format!("“{text}” after {option} is not one character"))
            .advise("write the character itself, or tab, comma, semicolon, pipe, space, backslash")),
    }
}
