//! `brewhouse schema`: JSON Schema of recipe files, so that editors complete and check them.

use super::output::print_json;
use brewhouse_engine::Result;
use brewhouse_engine::op::reference;
use std::process::ExitCode;

/// Prints the schema.
pub(super) fn schema() -> Result<ExitCode> {
    print_json(&reference::json_schema())
}
