//! Functions of one number: rounding, logarithms, angles, tests and random numbers.

use super::draw::{self, SEED};
use super::number::{Change, NumberText, ONE, Operand, change, decimals, operand};
use super::param::{Column, Param, ParamSpec};
use super::{Apply, Args, Context, Example, Family, Locality, Operation, Output, ParamRule, new_column, params};
use crate::error::{Error, ErrorKind, Result};
use crate::types::{NUMERIC, TypeClass};
use polars::prelude::{
    DataType, Field, Float64Chunked, Int64Chunked, IntoColumn as _, IntoSeries as _, NULL, lit, when,
};

static NUMBERS: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The column of numbers; give this or a value.")
    .example("price")
    .accepts(NUMERIC)
    .optional();
static VALUE: Param<NumberText> =
    Param::new("value", "Value").help("A number that stands in place of the column.").example("2.5").optional();
static FLOOR_COLUMN: Param<Column> = Param::new("sourceColumn1", "Column")
    .help("The column of numbers; give this or a value.")
    .example("price")
    .aliases(&["sourceColumn"])
    .accepts(NUMERIC)
    .optional();
static CEILING_VALUE: Param<NumberText> = Param::new("value1", "Value")
    .help("A number that stands in place of the column.")
    .example("2.5")
    .aliases(&["value"])
    .optional();
static LOG_BASE: Param<NumberText> =
    Param::new("base", "Base").help("The base of the logarithm; above 0 and not 1.").example("2").default("10");
static TRUE: Param<String> =
    Param::new("trueString", "Text for yes").help("What is written where the test holds.").example("even").optional();
static FALSE: Param<String> =
    Param::new("falseString", "Text for no").help("What is written where it does not.").example("odd").optional();
static LOWER: Param<NumberText> =
    Param::new("lowerBound", "From").help("The smallest number that can come out.").example("1");
static UPPER: Param<NumberText> =
    Param::new("upperBound", "To").help("The largest number that can come out.").example("6");

const ONE_PARAM: &[&ParamSpec] = &[&params::SOURCE_NUMBER.spec, &params::TARGET.spec];
const PARITY: &[&ParamSpec] = &[&NUMBERS.spec, &VALUE.spec, &TRUE.spec, &FALSE.spec, &params::TARGET.spec];
const EITHER: &[ParamRule] = &[ParamRule::OnlyOneOf(&["sourceColumn", "value"])];

/// A function of one column of numbers into a new column.
const fn function(
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
        params: ONE_PARAM,
        converts: true,
        apply: Apply::Columns(apply),
        examples,
        ..Operation::DEFAULT
    }
}

/// An example with one column x and the result y.
const fn example(title: &'static str, before: &'static str, after: &'static str) -> Example {
    Example { title, params: &[("sourceColumn", "x"), ("targetColumn", "y")], conditions: &[], before, after }
}

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    function(
        "ROUND",
        "Round",
        "Writes the nearest whole number into a new column; halves go away from zero, so 2.5 becomes 3 and -2.5 becomes -3. Decimals \
         become whole numbers (missing, and counted, beyond their range); money stays money. A missing number stays missing.",
        "Round {sourceColumn} into {targetColumn}",
        |args, context| to_whole(args, source(args, context)?, &HALF_AWAY),
        &[
            example(
                "Halves go away from zero",
                "x:double\n2.5\n-2.5\n2.4999\n∅\n1e300",
                "x:double | y:whole\n2.5 | 3\n-2.5 | -3\n2.4999 | 2\n∅ | ∅\n1e300 | ∅",
            ),
            example("Money stays money", "x:money\n1.5\n-0.4", "x:money | y:money\n1.5 | 2\n-0.4 | 0"),
        ],
    ),
    function(
        "ABSOLUTE",
        "Absolute value",
        "Writes a number without its sign into a new column, in the column's own kind of number. A missing number stays missing; the \
         smallest whole number has no counterpart, so it becomes missing and is counted.",
        "Absolute value of {sourceColumn} into {targetColumn}",
        |args, context| new_column(args, change(&ABSOLUTE, source(args, context)?).expr),
        &[example("The sign goes", "x:whole\n-3\n0\n∅", "x:whole | y:whole\n-3 | 3\n0 | 0\n∅ | ∅")],
    ),
    Operation {
        params: &[&NUMBERS.spec, &CEILING_VALUE.spec, &params::TARGET.spec],
        rules: &[ParamRule::OnlyOneOf(&["sourceColumn", "value1"])],
        ..function(
            "CEILING",
            "Round up",
            "Writes the smallest whole number that is not below a number into a new column: -2.5 becomes -2. Decimals become whole \
             numbers (missing, and counted, beyond their range); money stays money. A missing number stays missing.",
            "Round {sourceColumn}{value1} up into {targetColumn}",
            |args, context| to_whole(args, operand(args, context, &NUMBERS, &CEILING_VALUE)?, &UP),
            &[example(
                "Upwards, below zero too",
                "x:double\n2.1\n-2.5\n3",
                "x:double | y:whole\n2.1 | 3\n-2.5 | -2\n3 | 3",
            )],
        )
    },
    Operation {
        params: &[&FLOOR_COLUMN.spec, &VALUE.spec, &params::TARGET.spec],
        rules: &[ParamRule::OnlyOneOf(&["sourceColumn1", "value"])],
        ..function(
            "FLOOR",
            "Round down",
            "Writes the largest whole number that is not above a number into a new column: -2.5 becomes -3. Decimals become whole \
             numbers (missing, and counted, beyond their range); money stays money. A missing number stays missing.",
            "Round {sourceColumn1}{value} down into {targetColumn}",
            |args, context| to_whole(args, operand(args, context, &FLOOR_COLUMN, &VALUE)?, &DOWN),
            &[example("Downwards, below zero too", "x:double\n2.9\n-2.5", "x:double | y:whole\n2.9 | 2\n-2.5 | -3")],
        )
    },
    function(
        "NEGATE",
        "Negate",
        "Writes a number with its sign turned into a new column, in the column's own kind of number. A missing number stays missing; \
         the smallest whole number has no counterpart, so it becomes missing and is counted.",
        "Negate {sourceColumn} into {targetColumn}",
        |args, context| new_column(args, change(&NEGATE, source(args, context)?).expr),
        &[example("The sign turns", "x:money\n1.25\n-3\n0", "x:money | y:money\n1.25 | -1.25\n-3 | 3\n0 | 0")],
    ),
    function(
        "SIGN",
        "Sign",
        "Writes -1 for a negative number, 0 for zero and 1 for a positive one into a new column of whole numbers. A missing number \
         stays missing.",
        "Sign of {sourceColumn} into {targetColumn}",
        |args, context| {
            let number = decimals(source(args, context)?, |x| if x == 0.0 { 0.0 } else { x.signum() });
            new_column(args, number.cast(DataType::Int64))
        },
        &[example(
            "Below, at and above zero",
            "x:double\n-0.5\n0\n7\n∅",
            "x:double | y:whole\n-0.5 | -1\n0 | 0\n7 | 1\n∅ | ∅",
        )],
    ),
    parity(
        "IS_EVEN",
        "Is even",
        "Tests whether a number is even, into a new column: true or false, or the two texts where they are given. A number with a \
         fraction is not even, 0 is; a missing number stays missing.",
        "Whether {sourceColumn}{value} is even into {targetColumn}",
        |args, context| test_parity(args, context, 0.0),
        &[Example {
            title: "With words for yes and no",
            params: &[
                ("sourceColumn", "lot"),
                ("trueString", "even"),
                ("falseString", "odd"),
                ("targetColumn", "kind"),
            ],
            conditions: &[],
            before: "lot:whole\n2\n-1\n0\n∅",
            after: "lot:whole | kind:text\n2 | even\n-1 | odd\n0 | even\n∅ | ∅",
        }],
    ),
    parity(
        "IS_ODD",
        "Is odd",
        "Tests whether a number is odd, into a new column: true or false, or the two texts where they are given. A number with a \
         fraction is not odd; a missing number stays missing.",
        "Whether {sourceColumn}{value} is odd into {targetColumn}",
        |args, context| test_parity(args, context, 1.0),
        &[example(
            "Without words the answer is true or false",
            "x:double\n3\n-3\n2.5\n∅",
            "x:double | y:boolean\n3 | true\n-3 | true\n2.5 | false\n∅ | ∅",
        )],
    ),
    function(
        "SQUARE_ROOT",
        "Square root",
        "Writes the square root of a number into a new column of decimals. A missing number stays missing; a negative one has no root, \
         so it becomes missing and is counted.",
        "Square root of {sourceColumn} into {targetColumn}",
        |args, context| new_column(args, decimals(source(args, context)?, f64::sqrt)),
        &[example(
            "Negative numbers have none",
            "x:whole\n9\n2\n-4",
            "x:whole | y:double\n9 | 3\n2 | 1.4142135623730951\n-4 | ∅",
        )],
    ),
    function(
        "EXPONENT",
        "e to the power",
        "Raises e to the power of a number, into a new column of decimals. A missing number stays missing; a result beyond the range of \
         decimals is missing and counted.",
        "e to the power of {sourceColumn} into {targetColumn}",
        |args, context| new_column(args, decimals(source(args, context)?, f64::exp)),
        &[example(
            "Too large is missing",
            "x:double\n0\n1\n1000",
            "x:double | y:double\n0 | 1\n1 | 2.718281828459045\n1000 | ∅",
        )],
    ),
    function(
        "LN",
        "Natural logarithm",
        "Writes the natural logarithm of a number into a new column of decimals. A missing number stays missing; zero and negative \
         numbers have none, so they become missing and are counted.",
        "Natural logarithm of {sourceColumn} into {targetColumn}",
        |args, context| new_column(args, decimals(source(args, context)?, f64::ln)),
        &[example(
            "Zero has none",
            "x:double\n1\n2.718281828459045\n0\n-1",
            "x:double | y:double\n1 | 0\n2.718281828459045 | 1\n0 | ∅\n-1 | ∅",
        )],
    ),
    Operation {
        params: &[&params::SOURCE_NUMBER.spec, &LOG_BASE.spec, &params::TARGET.spec],
        ..function(
            "LOG",
            "Logarithm",
            "Writes the logarithm of a number to a base, 10 unless another is given, into a new column of decimals. A missing number \
             stays missing; zero and negative numbers have none, so they become missing and are counted.",
            "Logarithm of {sourceColumn} to the base {base} into {targetColumn}",
            logarithm,
            &[Example {
                title: "To the base 2",
                params: &[("sourceColumn", "x"), ("base", "2"), ("targetColumn", "y")],
                conditions: &[],
                before: "x:whole\n8\n1\n0",
                after: "x:whole | y:double\n8 | 3\n1 | 0\n0 | ∅",
            }],
        )
    },
    function(
        "DEGREES",
        "Degrees",
        "Turns an angle from radians into degrees, into a new column of decimals. A missing number stays missing.",
        "Degrees of {sourceColumn} into {targetColumn}",
        |args, context| new_column(args, decimals(source(args, context)?, f64::to_degrees)),
        &[example(
            "Half a turn",
            "x:double\n3.141592653589793\n0",
            "x:double | y:double\n3.141592653589793 | 180\n0 | 0",
        )],
    ),
    function(
        "RADIANS",
        "Radians",
        "Turns an angle from degrees into radians, into a new column of decimals. A missing number stays missing.",
        "Radians of {sourceColumn} into {targetColumn}",
        |args, context| new_column(args, decimals(source(args, context)?, f64::to_radians)),
        &[example(
            "Half a turn",
            "x:whole\n180\n-90",
            "x:whole | y:double\n180 | 3.141592653589793\n-90 | -1.5707963267948966",
        )],
    ),
    Operation {
        params: &[&params::TARGET.spec],
        converts: false,
        ..function(
            "PI",
            "Pi",
            "Adds a column that holds 3.141592653589793 in every row.",
            "Add {targetColumn} with pi",
            |args, _| new_column(args, lit(std::f64::consts::PI)),
            &[Example {
                title: "In every row",
                params: &[("targetColumn", "pi")],
                conditions: &[],
                before: "id:whole\n1\n2",
                after: "id:whole | pi:double\n1 | 3.141592653589793\n2 | 3.141592653589793",
            }],
        )
    },
    Operation {
        params: &[&params::TARGET.spec, &SEED.spec],
        converts: false,
        locality: |_| Locality::Ordered,
        ..function(
            "RANDOM",
            "Random number",
            "Adds a column of random decimals, at least 0 and below 1. They follow from the seed (the step's or the run's), the new column's name and the \
             row's place, so a preview shows what a run writes.",
            "Add {targetColumn} with random numbers",
            |args, context| random(args, context, Draw::Unit),
            &[Example {
                title: "The examples' seed is 0",
                params: &[("targetColumn", "r")],
                conditions: &[],
                before: "id:whole\n1\n2",
                after: "id:whole | r:double\n1 | 0.2413213603016171\n2 | 0.8348915608568325",
            }],
        )
    },
    Operation {
        params: &[&LOWER.spec, &UPPER.spec, &params::TARGET.spec, &SEED.spec],
        converts: false,
        locality: |_| Locality::Ordered,
        ..function(
            "RANDOM_BETWEEN",
            "Random number between",
            "Adds a column of random numbers between two bounds. With whole bounds the numbers are whole and both bounds can occur; with \
             a fractional bound they are decimals. They follow from the seed (the step's or the run's), the new column's name and the row's place, so a \
             preview shows what a run writes. Bounds that are the wrong way round are refused.",
            "Add {targetColumn} with random numbers from {lowerBound} to {upperBound}",
            random_between,
            &[Example {
                title: "Between equal bounds there is one number",
                params: &[("lowerBound", "6"), ("upperBound", "6"), ("targetColumn", "die")],
                conditions: &[],
                before: "id:whole\n1\n2",
                after: "id:whole | die:whole\n1 | 6\n2 | 6",
            }],
        )
    },
];

const fn parity(
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    sentence: &'static str,
    apply: fn(&Args, &Context<'_>) -> Result<Vec<Output>>,
    examples: &'static [Example],
) -> Operation {
    Operation { params: PARITY, rules: EITHER, ..function(name, title, summary, sentence, apply, examples) }
}

/// Numbers without their sign.
pub(super) static ABSOLUTE: Change = Change { whole: i128::checked_abs, money: i128::checked_abs, decimal: f64::abs };
static NEGATE: Change = Change { whole: i128::checked_neg, money: i128::checked_neg, decimal: |x| 0.0 - x };
static LAST_BIT: Change = Change { whole: |x| Some(x.rem_euclid(2)), money: Some, decimal: |x| x };
/// Rounding: to the nearest, halves away from zero.
pub(super) static HALF_AWAY: Change = Change {
    whole: Some,
    money: |x| Some(x.signum() * ((x.checked_abs()?.checked_add(ONE / 2)?) / ONE * ONE)),
    decimal: f64::round,
};
/// Rounding: down.
pub(super) static DOWN: Change =
    Change { whole: Some, money: |x| x.div_euclid(ONE).checked_mul(ONE), decimal: f64::floor };
/// Rounding: up.
pub(super) static UP: Change =
    Change { whole: Some, money: |x| x.checked_neg()?.div_euclid(ONE).checked_mul(-ONE), decimal: f64::ceil };

fn source(args: &Args, context: &Context<'_>) -> Result<Operand> {
    Operand::column(&args.get(&params::SOURCE_NUMBER)?.0, context)
}

/// Rounds; decimals become whole numbers.
fn to_whole(args: &Args, number: Operand, how: &'static Change) -> Result<Vec<Output>> {
    let rounded = change(how, number);
    let money = rounded.class == TypeClass::Money;
    new_column(args, if money { rounded.expr } else { rounded.expr.cast(DataType::Int64) })
}

fn test_parity(args: &Args, context: &Context<'_>, rest: f64) -> Result<Vec<Output>> {
    let number = operand(args, context, &NUMBERS, &VALUE)?;
    let test = if number.class == TypeClass::Whole {
        // Whole numbers keep their last digit, which a decimal may lose.
        let rest = i64::from(rest != 0.0);
        change(&LAST_BIT, number).expr.eq(lit(rest))
    } else {
        decimals(number, |x| x.rem_euclid(2.0)).eq(lit(rest))
    };
    let (yes, no) = (args.find(&TRUE)?, args.find(&FALSE)?);
    if yes.is_none() && no.is_none() {
        return new_column(args, test);
    }
    let words = |text: Option<String>, word: &str| lit(text.unwrap_or_else(|| word.to_owned()));
    let said = when(test.clone()).then(words(yes, "true")).otherwise(words(no, "false"));
    new_column(args, when(test.is_null()).then(lit(NULL)).otherwise(said))
}

fn logarithm(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let base: f64 = args.get(&LOG_BASE)?.0.parse().unwrap_or(10.0);
    if base <= 0.0 || (base - 1.0).abs() < f64::EPSILON {
        return Err(Error::new(ErrorKind::Parameter, format!("{base} cannot be the base of a logarithm"))
            .advise("choose a base above 0 that is not 1, such as 2 or 10")
            .at_param(LOG_BASE.spec.name));
    }
    new_column(args, decimals(source(args, context)?, move |x| log(x, base)))
}

/// The logarithm to a base, exact for the powers of 10 and 2.
pub(super) fn log(x: f64, base: f64) -> f64 {
    if base == 10.0 {
        x.log10()
    } else if base == 2.0 {
        x.log2()
    } else {
        x.log(base)
    }
}

/// What is drawn for each row.
#[derive(Clone, Copy)]
enum Draw {
    Unit,
    Whole(i64, i64),
    Decimal(f64, f64),
}

fn random_between(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let (lower, upper) = (args.get(&LOWER)?.0, args.get(&UPPER)?.0);
    let draw = match (lower.parse::<i64>(), upper.parse::<i64>()) {
        (Ok(lower), Ok(upper)) => Draw::Whole(lower, upper),
        _ => Draw::Decimal(lower.parse().unwrap_or_default(), upper.parse().unwrap_or_default()),
    };
    let turned = match draw {
        Draw::Whole(lower, upper) => lower > upper,
        Draw::Decimal(lower, upper) => lower > upper,
        Draw::Unit => false,
    };
    if turned {
        return Err(Error::new(
            ErrorKind::Parameter,
            format!("the bounds {lower} and {upper} are the wrong way round"),
        )
        .advise("swap them")
        .at_param(LOWER.spec.name));
    }
    random(args, context, draw)
}

fn random(args: &Args, context: &Context<'_>, draw: Draw) -> Result<Vec<Output>> {
    let name = args.get(&params::TARGET)?.0;
    let seed = draw::seed(args, context, &name)?;
    let dtype = if matches!(draw, Draw::Whole(..)) { DataType::Int64 } else { DataType::Float64 };
    let drawn = draw::rows().map(
        move |rows| {
            let rows = rows.i64()?;
            let bits = rows.iter().flatten().map(|row| draw::bits(seed, row));
            Ok(match draw {
                Draw::Whole(lower, upper) => {
                    bits.map(|b| Some(draw::whole_between(b, lower, upper))).collect::<Int64Chunked>().into_series()
                }
                Draw::Unit => bits.map(|b| Some(draw::unit(b))).collect::<Float64Chunked>().into_series(),
                Draw::Decimal(lower, upper) => bits
                    .map(|b| Some(lower + (upper - lower) * draw::unit(b)))
                    .collect::<Float64Chunked>()
                    .into_series(),
            }
            .into_column())
        },
        move |_, field| Ok(Field::new(field.name.clone(), dtype.clone())),
    );
    new_column(args, drawn)
}
