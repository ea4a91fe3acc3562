//! The reference as one page of Markdown: contents by family, then every operation with its parameters and examples.

use super::sheet::{Sheet, sheets};
use super::{elsewhere, rows, sees, stance};
use crate::op::condition::TESTS;
use crate::op::{Example, Family, Operation};
use std::fmt::Write as _;

/// All operations as one page.
pub fn page(operations: &[&Operation]) -> String {
    let mut text = format!(
        "# Operations\n\n{} operations, each with what it does, its parameters, and examples that are tested. A missing value is \
         written ∅, and text that is empty or has blanks at its ends stands in quotes.\n",
        operations.len()
    );
    for family in Family::ALL {
        let links: Vec<String> = operations
            .iter()
            .filter(|op| op.family == *family)
            .map(|op| format!("[{}](#{})", op.name, op.name.to_lowercase()))
            .collect();
        if !links.is_empty() {
            let _ = write!(text, "\n**{}**: {}\n", family.title(), links.join(", "));
        }
    }
    text.push_str(
        "\n# Conditions\n\nConditions hold together; one with `\"Connective\": \"OR\"` begins another alternative. A missing cell satisfies the \
         tests that say not (all but IS_NOT_MISSING), and IS_VALID.\n\n| condition | meaning | value | |\n|---|---|---|---|\n",
    );
    for test in TESTS {
        let value = if test.takes_value { "yes" } else { "none" };
        let ours = if test.in_databrew { "" } else { "not in DataBrew" };
        let _ = writeln!(text, "| `{}` | {} | {value} | {ours} |", test.name, test.words);
    }
    for op in operations {
        let _ = write!(text, "\n{}", markdown(op));
    }
    text
}

/// One operation as Markdown.
pub fn markdown(op: &Operation) -> String {
    let mut text = format!("## {}\n\n*{}: {}.* {}\n", op.name, op.family.title(), op.title, plain(op.summary));
    let facts: Vec<&str> =
        [Some(sees(op)), Some(rows(op)), Some(stance(op)), elsewhere(op)].into_iter().flatten().collect();
    let _ = write!(text, "\nSees {}.", facts.join("; "));
    if !op.aliases.is_empty() {
        let _ = write!(text, " Also written {}.", op.aliases.join(", "));
    }
    text.push('\n');
    if !op.params.is_empty() {
        text.push_str("\n| parameter | kind | | meaning |\n|---|---|---|---|\n");
    }
    for spec in op.params {
        let need = if spec.required { "required" } else { "optional" };
        let mut help = spec.help.to_owned();
        if !spec.choices.is_empty() {
            let values: Vec<_> = spec.choices.iter().map(|c| format!("`{}`", c.value)).collect();
            let _ = write!(help, " One of {}.", values.join(", "));
        }
        if let Some(default) = spec.default.filter(|default| !default.is_empty()) {
            let _ = write!(help, " `{default}` when left out.");
        }
        let _ = writeln!(text, "| `{}` | {} | {need} | {} |", spec.name, spec.kind.word(), cell(&help));
    }
    for example in op.examples {
        let _ = write!(text, "\n{}", example_text(op, example));
    }
    text
}

fn example_text(op: &Operation, example: &Example) -> String {
    let step = example.step(op.name).to_databrew();
    let (before, after) = sheets(example);
    let tables = if before.rows.len() == after.rows.len() {
        beside(&before, &after)
    } else {
        format!("{}\nbecomes\n\n{}", alone(&before), alone(&after))
    };
    format!("**{}**\n\n```json\n{step}\n```\n\n{tables}", example.title)
}

/// Both tables in one, an arrow between them; what has changed is bold.
fn beside(before: &Sheet, after: &Sheet) -> String {
    let mut text = format!("| {} | | {} |\n", heads(before), heads(after));
    let rule = |sheet: &Sheet| vec!["---"; sheet.header.len()].join("|");
    let _ = writeln!(text, "|{}|:-:|{}|", rule(before), rule(after));
    for (at, row) in before.rows.iter().enumerate() {
        let left: Vec<String> = row.iter().map(|text| cell(text)).collect();
        let right = after.rows[at].iter().enumerate().map(|(column, text)| {
            if after.differs(before, at, column) { format!("**{}**", cell(text)) } else { cell(text) }
        });
        let _ = writeln!(text, "| {} | → | {} |", left.join(" | "), right.collect::<Vec<_>>().join(" | "));
    }
    text
}

fn alone(sheet: &Sheet) -> String {
    let mut text = format!("| {} |\n|{}|\n", heads(sheet), vec!["---"; sheet.header.len()].join("|"));
    for row in &sheet.rows {
        let _ = writeln!(text, "| {} |", row.iter().map(|text| cell(text)).collect::<Vec<_>>().join(" | "));
    }
    text
}

fn heads(sheet: &Sheet) -> String {
    sheet.header.iter().map(|(name, kind)| format!("{} `{kind}`", cell(name))).collect::<Vec<_>>().join(" | ")
}

/// A text that means nothing else in Markdown.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '*' | '_' | '<' | '[' | ']' | '#' | '\\') {
            plain.push('\\');
        }
        plain.push(letter);
    }
    plain
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    // What stands in backticks is written as it is.
    let parts = text.split('`').enumerate().map(|(at, part)| if at % 2 == 0 { plain(part) } else { part.to_owned() });
    let whole = if text.matches('`').count().is_multiple_of(2) {
        parts.collect::<Vec<_>>().join("`")
    } else {
        plain(text).replace('`', "\\`")
    };
    whole.replace('|', "\\|").replace('\n', " ")
}
