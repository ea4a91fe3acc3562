//! Parameter handles that many operations share.

use super::param::{Column, Columns, NewColumn, Param};
use crate::types::{DATED, NUMERIC, SCALAR, TEXT};

/// The column that a step works on.
pub static SOURCE: Param<Column> =
    Param::new("sourceColumn", "Column").help("The column that the step works on.").example("price");

/// The text column that a step works on.
pub static SOURCE_TEXT: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The text column that the step works on.")
    .example("customer")
    .accepts(TEXT);

/// The column of numbers that a step works on.
pub static SOURCE_NUMBER: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The column of numbers that the step works on.")
    .example("price")
    .accepts(NUMERIC);

/// The column of dates that a step works on.
pub static SOURCE_DATE: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The column of dates that the step works on.")
    .example("ordered_at")
    .accepts(DATED);

/// Several columns that a step works on.
pub static SOURCES: Param<Columns> = Param::new("sourceColumns", "Columns")
    .help("The columns that the step works on.")
    .example(r#"["price","quantity"]"#);

/// The column that a step makes.
pub static TARGET: Param<NewColumn> = Param::new("targetColumn", "New column")
    .help("The name of the column that is made; it must not be there yet, or be the step's own source column.")
    .example("total");

/// One column, where several can be named instead.
pub static OPTIONAL_SOURCE: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The column that the step works on; give this or sourceColumns.")
    .example("price")
    .optional();

/// Several columns, where one can be named instead.
pub static OPTIONAL_SOURCES: Param<Columns> = Param::new("sourceColumns", "Columns")
    .help("The columns that the step works on; give these or sourceColumn.")
    .example(r#"["price","quantity"]"#)
    .optional();

/// Several columns that hold single values, no lists or structures.
pub static SOURCES_SCALAR: Param<Columns> = Param::new("sourceColumns", "Columns")
    .help("The columns that the step works on, in this order.")
    .example(r#"["first_name","last_name"]"#)
    .accepts(SCALAR);

/// The column that holds single values, no list or structure.
pub static SOURCE_SCALAR: Param<Column> =
    Param::new("sourceColumn", "Column").help("The column that the step works on.").example("price").accepts(SCALAR);

/// What a flag says for yes.
pub static TRUE_TEXT: Param<String> =
    Param::new("trueString", "Text for yes").help("What the new column holds where the answer is yes.").default("True");

/// What a flag says for no.
pub static FALSE_TEXT: Param<String> =
    Param::new("falseString", "Text for no").help("What the new column holds where the answer is no.").default("False");
