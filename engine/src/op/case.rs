//! Upper and lower case. Case follows Unicode, not a language's own rules (Turkish dotless i).

use super::{Apply, Example, Family, Operation, in_place, params};

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "UPPER_CASE",
    title: "Uppercase",
    summary: "Writes text in capital letters, in place. Letters follow Unicode: ß becomes SS.",
    sentence: "Write {sourceColumn} in upper case",
    family: Family::Format,
    params: &[&params::SOURCE_TEXT.spec],
    apply: Apply::Columns(|args, _| in_place(args, |cells| cells.str().to_uppercase())),
    examples: &[Example {
        title: "Capital letters, accents kept; a missing cell stays missing",
        params: &[("sourceColumn", "city")],
        conditions: &[],
        before: "city:text\nBerlin\nmálaga\n\"\"\n∅\nstraße",
        after: "city:text\nBERLIN\nMÁLAGA\n\"\"\n∅\nSTRASSE",
    }, Example {
        title: "Only where a condition holds",
        params: &[("sourceColumn", "code")],
        conditions: &[("STARTS_WITH", "de", "code")],
        before: "code:text\nde-1\nfr-1",
        after: "code:text\nDE-1\nfr-1",
    }],
    ..Operation::DEFAULT
}];
