//! Functions of two numbers: sum, difference, product, quotient, remainder and power.

use super::number::{ADD, Arithmetic, DIVIDE, MULTIPLY, NumberText, Operand, POWER, REMAINDER, SUBTRACT, combine};
use super::param::{Column, Param, ParamSpec};
use super::{Apply, Args, Context, Example, Family, Operation, Output, ParamRule, new_column, params};
use crate::error::Result;
use crate::types::{NUMERIC, TypeClass};

static COLUMN_1: Param<Column> = Param::new("sourceColumn1", "First column")
    .help("The column of first numbers; give this or a first value.")
    .example("price")
    .aliases(&["sourceColumn"])
    .accepts(NUMERIC)
    .optional();
static COLUMN_2: Param<Column> = Param::new("sourceColumn2", "Second column")
    .help("The column of second numbers; give this or a second value.")
    .example("quantity")
    .accepts(NUMERIC)
    .optional();
static VALUE_1: Param<NumberText> = Param::new("value1", "First value")
    .help("A number that stands in place of the first column.")
    .example("100")
    .optional();
static VALUE_2: Param<NumberText> = Param::new("value2", "Second value")
    .help("A number that stands in place of the second column.")
    .example("1.19")
    .optional();
static ADDEND: Param<NumberText> = Param::new("value1", "Value")
    .help("A number that is added to the column; give this or a second column.")
    .example("1.5")
    .aliases(&["value2"])
    .optional();
static ADD_TO: Param<Column> = Param::new("sourceColumn1", "Column")
    .help("The column of numbers that something is added to.")
    .example("price")
    .aliases(&["sourceColumn"])
    .accepts(NUMERIC);
static EXPONENT: Param<NumberText> =
    Param::new("exponent", "Exponent").help("The power that the number is raised to.").example("2");
static BASE: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The column of numbers; give this or a value.")
    .example("side")
    .accepts(NUMERIC)
    .optional();
static BASE_VALUE: Param<NumberText> =
    Param::new("value", "Value").help("A number that stands in place of the column.").example("2").optional();

const OPERANDS: &[&ParamSpec] = &[&COLUMN_1.spec, &VALUE_1.spec, &COLUMN_2.spec, &VALUE_2.spec, &params::TARGET.spec];
const PAIRS: &[ParamRule] =
    &[ParamRule::OnlyOneOf(&["sourceColumn1", "value1"]), ParamRule::OnlyOneOf(&["sourceColumn2", "value2"])];

/// An operation on two operands, each a column or a constant.
const fn pair(
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    sentence: &'static str,
    apply: fn(&Args, &Context<'_>) -> Result<Vec<Output>>,
    examples: &'static [Example],
) -> Operation {
    Operation {
        name,
        title,
        summary,
        sentence,
        family: Family::Number,
        params: OPERANDS,
        rules: PAIRS,
        converts: true,
        apply: Apply::Columns(apply),
        examples,
        ..Operation::DEFAULT
    }
}

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "ADD",
        title: "Add",
        summary: "Adds two columns, or a number to a column, into a new column. Whole numbers stay whole and money stays exact; with a \
                  decimal the sum is a decimal. Where either is missing the sum is missing; a sum beyond the range of its type \
                  (for whole numbers 9,223,372,036,854,775,807) is missing too, and counted.",
        sentence: "Add {sourceColumn1} and {sourceColumn2}{value1} into {targetColumn}",
        family: Family::Number,
        params: &[&ADD_TO.spec, &COLUMN_2.spec, &ADDEND.spec, &params::TARGET.spec],
        rules: &[ParamRule::OnlyOneOf(&["sourceColumn2", "value1"])],
        converts: true,
        apply: Apply::Columns(|args, context| {
            let a = Operand::column(&args.get(&ADD_TO)?.0, context)?;
            let b = match args.find(&COLUMN_2)? {
                Some(name) => Operand::column(&name.0, context)?,
                None => Operand::constant(&args.get(&ADDEND)?.0, a.class == TypeClass::Money)?,
            };
            new_column(args, combine(&ADD, a, b).expr)
        }),
        examples: &[
            Example {
                title: "Two columns; a missing cell leaves the sum missing",
                params: &[("sourceColumn1", "net"), ("sourceColumn2", "tax"), ("targetColumn", "gross")],
                conditions: &[],
                before: "net:whole | tax:whole\n100 | 19\n-5 | 2\n∅ | 1\n9223372036854775807 | 1",
                after: "net:whole | tax:whole | gross:whole\n100 | 19 | 119\n-5 | 2 | -3\n∅ | 1 | ∅\n9223372036854775807 | 1 | ∅",
            },
            Example {
                title: "Money and a written number: exact",
                params: &[("sourceColumn1", "price"), ("value2", "0.2"), ("targetColumn", "dearer")],
                conditions: &[],
                before: "price:money\n0.1\n-0.2",
                after: "price:money | dearer:money\n0.1 | 0.3\n-0.2 | 0",
            },
        ],
        ..Operation::DEFAULT
    },
    pair(
        "SUBTRACT",
        "Subtract",
        "Subtracts the second number from the first, into a new column. Whole numbers stay whole and money stays exact; with a decimal \
         the difference is a decimal. Where either is missing the difference is missing; one beyond the range of its type is \
         missing too, and counted.",
        "Subtract {sourceColumn2}{value2} from {sourceColumn1}{value1} into {targetColumn}",
        |args, context| two(args, context, &SUBTRACT),
        &[
            Example {
                title: "The first less the second",
                params: &[("sourceColumn1", "income"), ("sourceColumn2", "cost"), ("targetColumn", "profit")],
                conditions: &[],
                before: "income:whole | cost:double\n5 | 7.5\n∅ | 1",
                after: "income:whole | cost:double | profit:double\n5 | 7.5 | -2.5\n∅ | 1 | ∅",
            },
            Example {
                title: "A column from a number",
                params: &[("value1", "100"), ("sourceColumn2", "used"), ("targetColumn", "left")],
                conditions: &[],
                before: "used:whole\n30\n101",
                after: "used:whole | left:whole\n30 | 70\n101 | -1",
            },
        ],
    ),
    pair(
        "MULTIPLY",
        "Multiply",
        "Multiplies two numbers into a new column. Whole numbers stay whole; money stays exact, rounded at its 18th digit after the \
         point (halves to the even digit); with a decimal the product is a decimal. Where either is missing the product is \
         missing; one beyond the range of its type is missing too, and counted.",
        "Multiply {sourceColumn1}{value1} by {sourceColumn2}{value2} into {targetColumn}",
        |args, context| two(args, context, &MULTIPLY),
        &[Example {
            title: "Price times quantity",
            params: &[("sourceColumn1", "price"), ("sourceColumn2", "quantity"), ("targetColumn", "total")],
            conditions: &[],
            before: "price:money | quantity:whole\n0.1 | 3\n19.99 | -2\n1 | ∅",
            after: "price:money | quantity:whole | total:money\n0.1 | 3 | 0.3\n19.99 | -2 | -39.98\n1 | ∅ | ∅",
        }],
    ),
    pair(
        "DIVIDE",
        "Divide",
        "Divides the first number by the second, into a new column. The quotient is a decimal, also of whole numbers; money stays \
         exact, rounded at its 18th digit after the point (halves to the even digit). Division by zero is missing and counted, as \
         is a quotient beyond the range; where either number is missing the quotient is missing.",
        "Divide {sourceColumn1}{value1} by {sourceColumn2}{value2} into {targetColumn}",
        |args, context| two(args, context, &DIVIDE),
        &[Example {
            title: "Division by zero is missing",
            params: &[("sourceColumn1", "distance"), ("sourceColumn2", "hours"), ("targetColumn", "speed")],
            conditions: &[],
            before: "distance:whole | hours:whole\n7 | 2\n-3 | 4\n1 | 0\n0 | 0\n∅ | 1",
            after: "distance:whole | hours:whole | speed:double\n7 | 2 | 3.5\n-3 | 4 | -0.75\n1 | 0 | ∅\n0 | 0 | ∅\n∅ | 1 | ∅",
        }],
    ),
    pair(
        "MOD",
        "Remainder",
        "Writes what remains when the first number is divided by the second, into a new column. The remainder has the sign of the first \
         number (-7 by 3 leaves -1); DataBrew's guide speaks of a percentage, which the function's name contradicts. Division by \
         zero is missing and counted; where either number is missing the remainder is missing.",
        "Remainder of {sourceColumn1}{value1} by {sourceColumn2}{value2} into {targetColumn}",
        |args, context| two(args, context, &REMAINDER),
        &[Example {
            title: "The sign is that of the first number",
            params: &[("sourceColumn1", "seconds"), ("value2", "3"), ("targetColumn", "rest")],
            conditions: &[],
            before: "seconds:whole\n7\n-7\n∅",
            after: "seconds:whole | rest:whole\n7 | 1\n-7 | -1\n∅ | ∅",
        }],
    ),
    Operation {
        name: "POWER",
        title: "Power",
        summary: "Raises a number to a power, into a new column. A whole number to a whole power that is not negative stays whole; \
                  everything else is a decimal, money included. A missing number stays missing; a negative number to a fractional \
                  power, zero to a negative one and a result beyond the range are missing, and counted.",
        sentence: "Raise {sourceColumn}{value} to the power {exponent} into {targetColumn}",
        family: Family::Number,
        params: &[&BASE.spec, &BASE_VALUE.spec, &EXPONENT.spec, &params::TARGET.spec],
        rules: &[ParamRule::OnlyOneOf(&["sourceColumn", "value"])],
        converts: true,
        apply: Apply::Columns(power),
        examples: &[
            Example {
                title: "Cubes stay whole",
                params: &[("sourceColumn", "side"), ("exponent", "3"), ("targetColumn", "volume")],
                conditions: &[],
                before: "side:whole\n2\n-3\n∅\n3000000",
                after: "side:whole | volume:whole\n2 | 8\n-3 | -27\n∅ | ∅\n3000000 | ∅",
            },
            Example {
                title: "A fractional power",
                params: &[("sourceColumn", "x"), ("exponent", "0.5"), ("targetColumn", "root")],
                conditions: &[],
                before: "x:double\n2.25\n-1",
                after: "x:double | root:double\n2.25 | 1.5\n-1 | ∅",
            },
        ],
        ..Operation::DEFAULT
    },
];

fn two(args: &Args, context: &Context<'_>, how: &'static Arithmetic) -> Result<Vec<Output>> {
    let columns = [args.find(&COLUMN_1)?, args.find(&COLUMN_2)?];
    let mut money = false;
    for column in columns.iter().flatten() {
        money |= TypeClass::of(context.dtype(&column.0)?) == TypeClass::Money;
    }
    let operand = |column: &Option<Column>, value: &Param<NumberText>| match column {
        Some(name) => Operand::column(&name.0, context),
        None => Operand::constant(&args.get(value)?.0, money),
    };
    new_column(args, combine(how, operand(&columns[0], &VALUE_1)?, operand(&columns[1], &VALUE_2)?).expr)
}

fn power(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let base = super::number::operand(args, context, &BASE, &BASE_VALUE)?;
    let exponent = Operand::constant(&args.get(&EXPONENT)?.0, false)?;
    let negative = args.get(&EXPONENT)?.0.starts_with('-');
    let whole = base.class == TypeClass::Whole && exponent.class == TypeClass::Whole && !negative;
    let (base, exponent) =
        if whole { (base, exponent) } else { (base.to(TypeClass::Decimal), exponent.to(TypeClass::Decimal)) };
    new_column(args, combine(&POWER, base, exponent).expr)
}
