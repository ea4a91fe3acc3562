//! Steps as plain sentences, from the table: "Keep rows where qty is at least 1".

use super::args::Args;
use super::condition::BoundCondition;
use super::param::Kind;
use super::{Operation, bind};
use crate::recipe::Step;

/// A piece of a sentence; column names are drawn in the accent colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// Whether they name columns.
    pub column: bool,
}

/// The sentence of a step; a step that cannot be bound is told by its operation's name.
pub fn pieces(step: &Step) -> Vec<Piece> {
    match bind(step, 0) {
        Ok(bound) => {
            let mut pieces = bound_pieces(bound.op, &bound.args, &bound.conditions);
            if bound.kept.is_some() {
                plain(&mut pieces, ", keeping its columns");
            }
            pieces
        }
        Err(_) => {
            let title =
                super::find(step.operation()).map_or_else(|| step.operation().to_owned(), |op| op.title.to_owned());
            vec![Piece { text: title, column: false }]
        }
    }
}

/// The sentence of a step as one text.
pub fn text(step: &Step) -> String {
    pieces(step).into_iter().map(|p| p.text).collect()
}

fn bound_pieces(op: &Operation, args: &Args, conditions: &[BoundCondition]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = op.sentence;
    while let Some((before, after)) = rest.split_once('{') {
        plain(&mut pieces, before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        if name == "conditions" {
            describe_conditions(&mut pieces, conditions);
        } else if let Some(spec) = op.param(name) {
            let text = args.text(name).or(spec.default).unwrap_or_default();
            let column = matches!(spec.kind, Kind::Column | Kind::Columns | Kind::NewColumn);
            pieces.push(Piece { text: spec.describe(text), column });
        }
        rest = after;
    }
    plain(&mut pieces, rest);
    if !conditions.is_empty() && !op.sentence.contains("{conditions}") {
        plain(&mut pieces, " where ");
        describe_conditions(&mut pieces, conditions);
    }
    pieces
}

fn describe_conditions(pieces: &mut Vec<Piece>, conditions: &[BoundCondition]) {
    for (at, condition) in conditions.iter().enumerate() {
        if at > 0 {
            plain(pieces, if condition.or { ", or " } else { " and " });
        }
        pieces.push(Piece { text: condition.column.clone(), column: true });
        let text = condition.describe();
        plain(pieces, text.strip_prefix(condition.column.as_str()).unwrap_or(&text));
    }
}

fn plain(pieces: &mut Vec<Piece>, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece { text: text.to_owned(), column: false });
    }
}
