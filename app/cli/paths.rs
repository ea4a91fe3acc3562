//! From arguments to the choice of files: parameters in paths, filters, times and how many.

use super::arguments::PathArguments;
use brewhouse_engine::source::{DateLayout, FilesLimit, Filter, PathKind, PathParameter, Selection};
use brewhouse_engine::{Error, ErrorKind, Result};

impl PathArguments {
    /// Puts what was typed into a selection; what was not typed stays.
    pub(super) fn apply(&self, selection: &mut Selection) -> Result<()> {
        for text in &self.path_parameter {
            let (name, kind) = declared(text)?;
            find(selection, name).kind = kind;
        }
        for name in &self.path_column {
            find(selection, name).create_column = true;
        }
        for text in &self.path_filter {
            let (name, filter) = text.split_once(char::is_whitespace).ok_or_else(|| {
                Error::new(ErrorKind::Parameter, format!("“{text}” after --path-filter is not NAME CONDITION"))
                    .advise("write one such as --path-filter \"country is 'de'\"")
            })?;
            find(selection, name).filter = Some(Filter::typed(filter));
        }
        if let Some(most) = self.newest.or(self.oldest) {
            if most == 0 {
                return Err(
                    Error::new(ErrorKind::Parameter, "no file at all is no dataset").advise("write --newest 1 or more")
                );
            }
            selection.limit = Some(FilesLimit { most, oldest: self.oldest.is_some() });
        }
        if let Some(condition) = &self.modified {
            selection.modified = Some(Filter::typed(condition));
        }
        selection.file_column = self.file_column.clone().or(selection.file_column.take());
        selection.partitions &= !self.no_folder_columns;
        Ok(())
    }
}

// A parameter that was not declared stands for text.
fn find<'a>(selection: &'a mut Selection, name: &str) -> &'a mut PathParameter {
    let parameters = &mut selection.parameters;
    let at = parameters.iter().position(|parameter| parameter.name == name).unwrap_or_else(|| {
        parameters.push(PathParameter { name: name.to_owned(), ..PathParameter::default() });
        parameters.len() - 1
    });
    &mut parameters[at]
}

fn declared(text: &str) -> Result<(&str, PathKind)> {
    let mut parts = text.splitn(3, ':');
    let name = parts.next().unwrap_or_default();
    let kind = match (parts.next().map(str::to_ascii_lowercase).as_deref(), parts.next()) {
        (None | Some("text" | "string"), None) => PathKind::Text,
        (Some("number"), None) => PathKind::Number,
        (Some("date" | "datetime"), Some(format)) => {
            PathKind::Date(DateLayout { format: format.to_owned(), offset: None, locale: None })
        }
        _ => {
            let message = format!("“{text}” after --path-parameter is not NAME, NAME:number or NAME:date:LAYOUT");
            return Err(Error::new(ErrorKind::Parameter, message).advise("write one such as day:date:yyyy-MM-dd"));
        }
    };
    Ok((name, kind))
}
