//! `brewhouse operations`: the reference, from the table.

use super::arguments::OperationsArguments;
use super::output::{print, print_json};
use brewhouse_engine::op::reference;
use brewhouse_engine::{Error, ErrorKind, Result, op};
use std::process::ExitCode;

/// Prints the reference of all operations or of one.
pub(super) fn operations(arguments: &OperationsArguments) -> Result<ExitCode> {
    let wanted: Vec<&op::Operation> = match &arguments.name {
        None => op::all().collect(),
        Some(name) => vec![find(name)?],
    };
    if arguments.json {
        let list: Vec<_> = wanted.iter().map(|op| reference::json(op)).collect();
        return print_json(&list);
    }
    if arguments.markdown {
        return print(&wanted.iter().map(|op| reference::markdown(op)).collect::<Vec<_>>().join("\n"));
    }
    if arguments.name.is_some() {
        return print(&wanted.iter().map(|op| reference::text(op)).collect::<String>());
    }
    print(&reference::list(&wanted))
}

fn find(name: &str) -> Result<&'static op::Operation> {
    let upper = name.to_uppercase();
    op::find(&upper).ok_or_else(|| {
        let error = Error::new(ErrorKind::UnknownOperation, format!("there is no operation {name}"));
        match op::nearest(&upper, op::all().map(|op| op.name)) {
            Some(near) => error.advise(format!("did you mean {near}?")),
            None => error.advise("brewhouse operations lists them all"),
        }
    })
}
