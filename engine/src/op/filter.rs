//! Keeping and removing rows.

use super::{Apply, Conditions, Example, Family, Operation, RowLaw, params};

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "REMOVE_VALUES",
    title: "Remove rows",
    summary: "Removes the rows for which every condition of the step holds; the others stay, in order. A missing cell satisfies IS_NOT, \
              NOT_CONTAINS and the other negated conditions, and none but IS_MISSING besides: a row whose price is missing is not \
              removed by “price is less than 3”. To keep rows, use the opposite condition.",
    sentence: "Remove rows where {conditions}",
    family: Family::Filter,
    params: &[&params::SOURCE.spec],
    conditions: Conditions::Required,
    rows: |_| RowLaw::Fewer,
    apply: Apply::Table(|_, context, frame| match &context.predicate {
        Some(predicate) => Ok(frame.filter(predicate.clone().not())),
        None => Ok(frame),
    }),
    examples: &[Example {
        title: "Rows below a number go; a missing one stays",
        params: &[("sourceColumn", "rating")],
        conditions: &[("LESS_THAN", "1800", "rating")],
        before: "name:text | rating:whole\nAda | 1799\nBo | 1800\nCy | ∅",
        after: "name:text | rating:whole\nBo | 1800\nCy | ∅",
    }, Example {
        title: "Keep two states: remove what is neither",
        params: &[("sourceColumn", "state")],
        conditions: &[("IS_NOT", "[\"NY\",\"CA\"]", "state")],
        before: "state:text\nNY\nTX\n∅\nCA",
        after: "state:text\nNY\nCA",
    }],
    ..Operation::DEFAULT
}];
