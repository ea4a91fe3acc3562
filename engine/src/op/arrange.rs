//! Columns as a whole: deleting, copying, renaming and moving them.

use super::param::{Column, NewColumn, Param, ParamSpec};
use super::{Apply, Args, Conditions, Context, Example, Operation, Output, ParamRule, TableFn, params};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use polars::prelude::{Expr, LazyFrame, PlSmallStr};

static NEW_NAME: Param<NewColumn> =
    Param::new("targetColumn", "New name").help("The name that the column gets.").example("birth_date");
static COPY: Param<NewColumn> = Param::new("targetColumn", "Name of the copy")
    .help("The name of the copy; no column may have it yet.")
    .example("copy_of_price");
static NEIGHBOUR: Param<Column> =
    Param::new("targetColumn", "Other column").help("The column beside which it is put.").example("quantity");
static INDEX: Param<i64> = Param::new("targetIndex", "Position")
    .help("The new position, counted from 0 for the first column.")
    .example("0")
    .range(0.0, f64::INFINITY);

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "DELETE",
        title: "Delete columns",
        summary: "Takes one or several columns out of the table; their values are gone for the steps after it. A table keeps at least \
                  one column.",
        sentence: "Delete {sourceColumn}{sourceColumns}",
        params: &[&params::OPTIONAL_SOURCES.spec, &params::OPTIONAL_SOURCE.spec],
        rules: &[ParamRule::OneOf(&["sourceColumns", "sourceColumn"])],
        conditions: Conditions::Refused,
        apply: Apply::Table(delete),
        examples: &[
            Example {
                title: "Several at once",
                params: &[("sourceColumns", "[\"b\",\"c\"]")],
                conditions: &[],
                before: "a:whole | b:text | c:double | d:text\n1 | x | 0.5 | y",
                after: "a:whole | d:text\n1 | y",
            },
            Example {
                title: "One",
                params: &[("sourceColumn", "b")],
                conditions: &[],
                before: "a:whole | b:text\n1 | x\n∅ | ∅",
                after: "a:whole\n1\n∅",
            },
        ],
        ..Operation::DEFAULT
    },
    Operation {
        name: "DUPLICATE",
        title: "Duplicate column",
        summary: "Copies a column under a new name. The copy stands right after it; a column that has the name already is not \
                  overwritten, the step is refused. With conditions, the copy holds only the cells they select.",
        sentence: "Copy {sourceColumn} to {targetColumn}",
        params: &[&params::SOURCE.spec, &COPY.spec],
        apply: Apply::Columns(|args, _| {
            let source = args.get(&params::SOURCE)?.0;
            Ok(vec![Output::new(&args.get(&COPY)?.0, col(source.as_str()))])
        }),
        examples: &[Example {
            title: "The copy stands beside the column",
            params: &[("sourceColumn", "name"), ("targetColumn", "copy_of_name")],
            conditions: &[],
            before: "name:text | n:whole\nAda | 1\n∅ | 2",
            after: "name:text | copy_of_name:text | n:whole\nAda | Ada | 1\n∅ | ∅ | 2",
        }],
        ..Operation::DEFAULT
    },
    Operation {
        name: "RENAME",
        title: "Rename column",
        summary: "Gives a column another name; it keeps its place and its values. A name that another column has is refused.",
        sentence: "Rename {sourceColumn} to {targetColumn}",
        params: &[&params::SOURCE.spec, &NEW_NAME.spec],
        conditions: Conditions::Refused,
        apply: Apply::Table(rename),
        examples: &[Example {
            title: "The place stays",
            params: &[("sourceColumn", "born"), ("targetColumn", "birth_date")],
            conditions: &[],
            before: "id:whole | born:text | n:whole\n1 | 1815 | 2",
            after: "id:whole | birth_date:text | n:whole\n1 | 1815 | 2",
        }],
        ..Operation::DEFAULT
    },
    moving(
        "MOVE_TO_START",
        "Move to start",
        "Makes a column the first one; the others keep their order.",
        "Move {sourceColumn} to the start",
        &[&params::SOURCE.spec],
        |args, context, frame| move_to(args, context, frame, |_, _| Ok(0)),
        &[Example {
            title: "The last becomes the first",
            params: &[("sourceColumn", "c")],
            conditions: &[],
            before: "a:whole | b:whole | c:whole\n1 | 2 | 3",
            after: "c:whole | a:whole | b:whole\n3 | 1 | 2",
        }],
    ),
    moving(
        "MOVE_TO_END",
        "Move to end",
        "Makes a column the last one; the others keep their order.",
        "Move {sourceColumn} to the end",
        &[&params::SOURCE.spec],
        |args, context, frame| move_to(args, context, frame, |_, others| Ok(others.len())),
        &[Example {
            title: "The first becomes the last",
            params: &[("sourceColumn", "a")],
            conditions: &[],
            before: "a:whole | b:whole | c:whole\n1 | 2 | 3",
            after: "b:whole | c:whole | a:whole\n2 | 3 | 1",
        }],
    ),
    moving(
        "MOVE_TO_INDEX",
        "Move to position",
        "Moves a column to a position, counted from 0 for the first. A position beyond the last column makes it the last; a negative \
         one is refused.",
        "Move {sourceColumn} to position {targetIndex}",
        &[&params::SOURCE.spec, &INDEX.spec],
        |args, context, frame| {
            move_to(args, context, frame, |args, others| Ok(super::cells::count(args.get(&INDEX)?).min(others.len())))
        },
        &[Example {
            title: "1 is the second position",
            params: &[("sourceColumn", "a"), ("targetIndex", "1")],
            conditions: &[],
            before: "a:whole | b:whole | c:whole\n1 | 2 | 3",
            after: "b:whole | a:whole | c:whole\n2 | 1 | 3",
        }],
    ),
    moving(
        "MOVE_BEFORE",
        "Move before",
        "Moves a column to the place right before another; the others keep their order.",
        "Move {sourceColumn} before {targetColumn}",
        &[&params::SOURCE.spec, &NEIGHBOUR.spec],
        |args, context, frame| move_to(args, context, frame, |args, others| beside(args, others, 0)),
        &[Example {
            title: "Right before another",
            params: &[("sourceColumn", "c"), ("targetColumn", "b")],
            conditions: &[],
            before: "a:whole | b:whole | c:whole\n1 | 2 | 3",
            after: "a:whole | c:whole | b:whole\n1 | 3 | 2",
        }],
    ),
    moving(
        "MOVE_AFTER",
        "Move after",
        "Moves a column to the place right after another; the others keep their order.",
        "Move {sourceColumn} after {targetColumn}",
        &[&params::SOURCE.spec, &NEIGHBOUR.spec],
        |args, context, frame| move_to(args, context, frame, |args, others| beside(args, others, 1)),
        &[Example {
            title: "Right after another",
            params: &[("sourceColumn", "a"), ("targetColumn", "b")],
            conditions: &[],
            before: "a:whole | b:whole | c:whole\n1 | 2 | 3",
            after: "b:whole | a:whole | c:whole\n2 | 1 | 3",
        }],
    ),
];

const fn moving(
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    sentence: &'static str,
    params: &'static [&'static ParamSpec],
    apply: TableFn,
    examples: &'static [Example],
) -> Operation {
    Operation {
        name,
        title,
        summary,
        sentence,
        params,
        conditions: Conditions::Refused,
        apply: Apply::Table(apply),
        examples,
        ..Operation::DEFAULT
    }
}

fn delete(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<LazyFrame> {
    let mut gone = args.find(&params::OPTIONAL_SOURCES)?.map_or_else(Vec::new, |columns| columns.0);
    gone.extend(args.find(&params::OPTIONAL_SOURCE)?.map(|column| column.0));
    let kept: Vec<Expr> =
        context.schema.iter_names().filter(|n| !gone.iter().any(|g| g == n.as_str())).map(|n| col(n.clone())).collect();
    if kept.is_empty() {
        let message = format!("this would delete all {} columns, and a table needs one", gone.len());
        return Err(Error::new(ErrorKind::Column, message).advise("leave at least one column out of the list"));
    }
    Ok(frame.select(kept))
}

fn rename(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<LazyFrame> {
    let (old, new) = (args.get(&params::SOURCE)?.0, args.get(&NEW_NAME)?.0);
    if old != new && context.schema.contains(&new) {
        let message = format!("there is a column “{new}” already");
        let error = Error::new(ErrorKind::Column, message).advise("choose another name, or rename or delete it before");
        return Err(error.at_param(NEW_NAME.spec.name));
    }
    let named = |n: &PlSmallStr| {
        let column = col(n.clone());
        if n.as_str() == old { column.alias(new.as_str()) } else { column }
    };
    Ok(frame.select(context.schema.iter_names().map(named).collect::<Vec<_>>()))
}

/// Puts the source column among the others, at the place that `place` names.
fn move_to(
    args: &Args,
    context: &Context<'_>,
    frame: LazyFrame,
    place: fn(&Args, &[PlSmallStr]) -> Result<usize>,
) -> Result<LazyFrame> {
    let column = PlSmallStr::from(args.get(&params::SOURCE)?.0);
    let mut names: Vec<PlSmallStr> = context.schema.iter_names().filter(|n| **n != column).cloned().collect();
    let at = place(args, &names)?;
    names.insert(at, column);
    Ok(frame.select(names.into_iter().map(col).collect::<Vec<_>>()))
}

fn beside(args: &Args, others: &[PlSmallStr], after: usize) -> Result<usize> {
    let neighbour = args.get(&NEIGHBOUR)?.0;
    let found = others.iter().position(|n| n.as_str() == neighbour);
    found.map(|at| at + after).ok_or_else(|| {
        let message = format!("“{neighbour}” cannot be moved beside itself");
        Error::new(ErrorKind::Parameter, message).advise("choose another column").at_param(NEIGHBOUR.spec.name)
    })
}
