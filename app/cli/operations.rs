//! `brewhouse operations`: the reference, from the table.

use super::arguments::OperationsArguments;
use super::output::{print, print_json};
use brewhouse_engine::op::reference;
use brewhouse_engine::{Error, ErrorKind, Result, op};
use std::io::IsTerminal as _;
use std::process::ExitCode;

/// Columns beyond which lines are hard to read.
const WIDEST: usize = 110;

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
        return match wanted.as_slice() {
            [op] => print(&reference::markdown(op)),
            all => print(&reference::page(all)),
        };
    }
    if arguments.name.is_some() {
        let look = look();
        return print(&wanted.iter().map(|op| reference::text(op, look)).collect::<String>());
    }
    print(&reference::list(&wanted))
}

/// As wide as the terminal, but no wider than is easy to read; colours where they are seen and wanted.
fn look() -> reference::Look {
    let terminal = std::io::stdout().is_terminal();
    let width = terminal_size::terminal_size().filter(|_| terminal).map_or(WIDEST, |(width, _)| usize::from(width.0));
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    reference::Look { width: width.clamp(40, WIDEST), colour: terminal && wanted }
}

fn find(name: &str) -> Result<&'static op::Operation> {
    let upper = name.to_uppercase();
    op::find(&upper).ok_or_else(|| {
        let error = Error::new(ErrorKind::UnknownOperation, format!("there is no operation {name}"));
        match op::alike(&upper, op::all().map(|op| op.name)) {
            Some(near) => error.advise(format!("did you mean {near}?")),
            None => error.advise("brewhouse operations lists them all"),
        }
    })
}
