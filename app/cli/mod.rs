//! The command line: recipes and projects without a window.
//!
//! Results go to standard output, errors and progress to standard error. Exit codes: 0 success, 1 the data broke a rule or records were set aside, 2 could not run,
//! 130 interrupted, 143 terminated.

mod arguments;
mod check;
mod convert;
mod input;
mod inspect;
mod operations;
mod output;
mod paths;
mod preview;
mod profile;
mod progress;
mod reading;
mod run;
mod schema;
mod signals;
mod verify;

pub use arguments::{Command, Start, parse};
pub use output::{complain, tell};

use arguments::Options;
use brewhouse_engine::{Error, ErrorKind};
use std::process::ExitCode;

/// Runs a command and returns its exit code.
pub fn dispatch(command: Command, options: Options) -> ExitCode {
    let outcome = match command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Preview(arguments) => preview::preview(&arguments),
        Command::Inspect(arguments) => inspect::inspect(&arguments),
        Command::Verify(arguments) => verify::verify(&arguments),
        Command::Profile(arguments) => profile::profile(&arguments),
        Command::Operations(arguments) => operations::operations(&arguments),
        Command::Schema => schema::schema(),
        Command::Convert(arguments) => convert::convert(&arguments),
        Command::Completions { shell } => arguments::completions(shell),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            output::report(&error, options.verbose);
            ExitCode::from(code_of(&error))
        }
    }
}

/// The exit code of an error: 1 when the data broke a rule, 130 when it was interrupted, else 2.
fn code_of(error: &Error) -> u8 {
    match error.kind {
        ErrorKind::Data => 1,
        ErrorKind::Cancelled => signals::exit_code(),
        _ => 2,
    }
}
