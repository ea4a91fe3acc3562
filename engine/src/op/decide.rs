//! New columns by a rule: if and else, and CASE.

use super::expression::{Expression, Scope, Typed, choose};
use super::figures::{self, WITH};
use super::param::{Kind, Param, ParamSpec, ParamType, Use};
use super::{Apply, Args, Context, Example, Export, Facts, Family, Operation, Output, new_column, params};
use crate::error::Result;
use crate::recipe::Step;
use crate::types::TypeClass;
use polars::prelude::{DataType, lit};

static CASE: Param<Expression> = Param::new("valueExpression", "Rule")
    .help("CASE WHEN a test THEN a result, as often as needed, ELSE a result END; columns stand in backticks, texts in quotes.")
    .example("case when `price` < 10 then 'cheap' when `price` IS NULL then 'unknown' else 'dear' end");
static FORMULA: Param<Expression> = Param::new("valueExpression", "Formula")
    .help("What is computed for each row; columns stand in backticks or bare, texts in single quotes.")
    .example("`price` * `quantity` * 1.19")
    .aliases(&["formula", "expression"]);
static TEST: Param<Expression> = Param::new("valueExpression", "If")
    .help("The test; columns stand in backticks, texts in single quotes.")
    .example("`price` < 10 and contains(`name`, 'tea')");
static THEN: Param<ResultText> = Param::new("trueValueExpression", "Then")
    .help("What is written where the test holds: a text or number as it is, a column in backticks, or an aggregate as `:name`.")
    .example("cheap");
static ELSE: Param<ResultText> = Param::new("falseValueExpression", "Else")
    .help("What is written where the test does not hold: a text or number as it is, a column in backticks, or an aggregate as `:name`.")
    .example("`name`");
/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "CASE_OPERATION",
        title: "Case",
        summary: "Adds a column by a CASE expression: the tests are tried in order, the first that holds gives the result, and ELSE the result of \
              the rest (missing without ELSE). The language is Spark SQL: = != < <= > >= AND OR NOT IS NULL IN BETWEEN LIKE + - * / %, CAST, \
              DataBrew's contains, matches, startsWith, endsWith, isBetween, isMissing and isValid, and coalesce, if, concat, upper, \
              lower, trim, length and abs. A comparison with a missing cell does not hold, and neither does its negation; the tests that \
              are functions fail on a missing cell, so their negation holds. matches looks for a pattern anywhere in the text. Results \
              of different types yield text, whole numbers and decimals yield decimals. Aggregates are taken over all rows, with \
              conditions over the selected ones.",
        sentence: "Add {targetColumn} by {valueExpression}",
        family: Family::Create,
        params: &[&CASE.spec, &WITH.spec, &params::TARGET.spec],
        facts: Some(Facts::in_passes(figures::query, figures::in_passes)),
        apply: Apply::Columns(|args, context| {
            let aggregates = figures::constants(args, context)?;
            let scope = Scope { schema: context.schema, aggregates: &aggregates };
            let value = scope.translate(&args.get(&CASE)?.tree).map_err(|e| e.at_param(CASE.spec.name))?;
            new_column(args, value.expr)
        }),
        examples: &[
            Example {
                title: "Tests in order; a missing price is asked for by name",
                params: &[
                    (
                        "valueExpression",
                        "case when `price` < 10 then 'cheap' when `price` IS NULL then 'unknown' else 'dear' end",
                    ),
                    ("targetColumn", "class"),
                ],
                conditions: &[],
                before: "price:double\n9.99\n10\n∅",
                after: "price:double | class:text\n9.99 | cheap\n10 | dear\n∅ | unknown",
            },
            Example {
                title: "Bare column names and an aggregate",
                params: &[
                    ("valueExpression", "CASE WHEN qty > `:mean` THEN qty - 1 ELSE 0 END"),
                    ("withExpressions", r#"[{"name":"mean","value":"avg(`qty`)","type":"aggregate"}]"#),
                    ("targetColumn", "more"),
                ],
                conditions: &[],
                before: "qty:whole\n1\n5\n∅",
                after: "qty:whole | more:whole\n1 | 0\n5 | 4\n∅ | 0",
            },
        ],
        ..Operation::DEFAULT
    },
    Operation {
        name: "FORMULA",
        title: "Formula",
        summary: "Computes a column from the others by a formula; the result's type is known before anything runs. The target may be a column \
                  that the formula names, which it then replaces. The language is that of CASE_OPERATION, and it has round, floor, ceil, \
                  sqrt, power, nullif, greatest, least, substring, left, right, replace, year, month, day, hour, minute and second \
                  besides. What has a missing cell is missing, also what is divided by zero or goes beyond the range of its type; \
                  coalesce takes the first that is there. Text beside a number is read as one. Not in DataBrew, where it is exported as \
                  CASE_OPERATION.",
        sentence: "Compute {targetColumn} as {valueExpression}",
        family: Family::Create,
        params: &[&FORMULA.spec, &WITH.spec, &params::TARGET.spec],
        facts: Some(Facts::in_passes(figures::query, figures::in_passes)),
        databrew: Export::As(formula_as_case),
        apply: Apply::Columns(formula),
        examples: &[
            Example {
                title: "Arithmetic; a missing cell makes the result missing",
                params: &[("valueExpression", "`price` * qty"), ("targetColumn", "total")],
                conditions: &[],
                before: "price:money | qty:whole\n0.10 | 3\n∅ | 2\n2 | -1",
                after: "price:money | qty:whole | total:money\n0.1 | 3 | 0.3\n∅ | 2 | ∅\n2 | -1 | -2",
            },
            Example {
                title: "A column in place, rounded to cents",
                params: &[("valueExpression", "round(price * 1.19, 2)"), ("targetColumn", "price")],
                conditions: &[],
                before: "price:double\n10\n∅",
                after: "price:double\n11.9\n∅",
            },
            Example {
                title: "Text and dates",
                params: &[
                    ("valueExpression", "concat(upper(left(name, 1)), '-', year(born))"),
                    ("targetColumn", "code"),
                ],
                conditions: &[],
                before: "name:text | born:date\nada | 1815-12-10\n\"\" | 1900-01-01\nbo | ∅",
                after: "name:text | born:date | code:text\nada | 1815-12-10 | A-1815\n\"\" | 1900-01-01 | -1900\nbo | ∅ | ∅",
            },
        ],
        ..Operation::DEFAULT
    },
    Operation {
        name: "BOOLEAN_OPERATION",
        title: "If and else",
        summary: "Adds a column by a test: one result where it holds, another where it does not or where it is neither, as when a missing cell is \
              compared. The language of the test is that of CASE_OPERATION. A result in backticks is a column, or an aggregate over all \
              rows after a colon; any other is written as it stands. Constants are numbers where both results are numbers, and true or \
              false where both are that; else both become text.",
        sentence: "Add {targetColumn}: {trueValueExpression} where {valueExpression}, else {falseValueExpression}",
        family: Family::Create,
        params: &[&TEST.spec, &THEN.spec, &ELSE.spec, &WITH.spec, &params::TARGET.spec],
        facts: Some(Facts::in_passes(figures::query, figures::in_passes)),
        apply: Apply::Columns(if_else),
        examples: &[
            Example {
                title: "Texts as they stand; a missing cell does not hold",
                params: &[
                    ("valueExpression", "`level.1` < 2000 or startsWith(`name`, 'B')"),
                    ("trueValueExpression", "It is true."),
                    ("falseValueExpression", "It is false."),
                    ("targetColumn", "said"),
                ],
                conditions: &[],
                before: "level.1:whole | name:text\n1 | Ada\n2000 | Bo\n∅ | Cy\n∅ | ∅",
                after: "level.1:whole | name:text | said:text\n1 | Ada | It is true.\n2000 | Bo | It is true.\n∅ | Cy | It is false.\n∅ | ∅ | It is false.",
            },
            Example {
                title: "A column, and an aggregate over all rows",
                params: &[
                    ("valueExpression", "`x` < `:mean`"),
                    ("trueValueExpression", "`:mean`"),
                    ("falseValueExpression", "`x`"),
                    ("withExpressions", r#"[{"name":"mean","value":"avg(`x`)","type":"aggregate"}]"#),
                    ("targetColumn", "raised"),
                ],
                conditions: &[],
                before: "x:whole\n1\n4",
                after: "x:whole | raised:double\n1 | 2.5\n4 | 4",
            },
        ],
        ..Operation::DEFAULT
    },
];

/// A result as `DataBrew` writes it: a name in backticks, or a constant without quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ResultText {
    Name(String),
    Constant(String),
}

impl ParamType for ResultText {
    const KIND: Kind = Kind::Expression;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        let name =
            text.trim().strip_prefix('`').and_then(|rest| rest.strip_suffix('`')).filter(|name| !name.contains('`'));
        Ok(name.map_or_else(|| Self::Constant(text.to_owned()), |name| Self::Name(name.to_owned())))
    }
    fn write(&self) -> String {
        match self {
            Self::Name(name) => format!("`{name}`"),
            Self::Constant(text) => text.clone(),
        }
    }
    fn visit(&mut self, each: &mut dyn FnMut(&mut String, Use)) {
        match self {
            Self::Name(name) if !name.starts_with(':') => each(name, Use::Reads),
            _ => {}
        }
    }
}

impl ResultText {
    /// The kind of constant it can be read as, none for a name.
    fn reads_as(&self) -> Option<TypeClass> {
        let Self::Constant(text) = self else { return None };
        let digits = text.strip_prefix('-').unwrap_or(text);
        let padded = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
        let plain = digits.starts_with(|c: char| c.is_ascii_digit()) && !padded;
        Some(match text.as_str() {
            "true" | "false" | "TRUE" | "FALSE" => TypeClass::Boolean,
            _ if plain && text.parse::<i64>().is_ok() => TypeClass::Whole,
            _ if plain && text.parse::<f64>().is_ok() => TypeClass::Decimal,
            _ => TypeClass::Text,
        })
    }

    fn constant(text: &str, class: TypeClass) -> Typed {
        match class {
            TypeClass::Boolean => Typed::test(lit(text.eq_ignore_ascii_case("true"))),
            TypeClass::Whole => {
                Typed::new(lit(text.parse::<i64>().unwrap_or_default()).cast(DataType::Int64), DataType::Int64)
            }
            TypeClass::Decimal => Typed::new(lit(text.parse::<f64>().unwrap_or_default()), DataType::Float64),
            _ => Typed::text(text),
        }
    }
}

/// A formula is the result of a case that always holds.
fn formula_as_case(step: &Step) -> Option<Vec<Step>> {
    let text = std::iter::once(&FORMULA.spec.name).chain(FORMULA.spec.aliases).find_map(|name| step.param(name))?;
    let is_case = matches!(Expression::read(text).ok()?.tree, sqlparser::ast::Expr::Case { .. });
    let rule = if is_case { text.to_owned() } else { format!("case when 1 = 1 then ({text}) end") };
    let mut case = Step::new("CASE_OPERATION").with(CASE.spec.name, rule);
    for name in [WITH.spec.name, params::TARGET.spec.name] {
        case.set_param(name, step.param(name).map(str::to_owned));
    }
    case.set_conditions(step.conditions().to_vec());
    Some(vec![case])
}

fn formula(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let aggregates = figures::constants(args, context)?;
    let scope = Scope { schema: context.schema, aggregates: &aggregates };
    let value = scope.translate(&args.get(&FORMULA)?.tree).map_err(|e| e.at_param(FORMULA.spec.name))?;
    // NULL alone has no type that a file could hold.
    let dtype = if value.dtype == DataType::Null { DataType::String } else { value.dtype.clone() };
    new_column(args, value.to(&dtype))
}

fn if_else(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let aggregates = figures::constants(args, context)?;
    let scope = Scope { schema: context.schema, aggregates: &aggregates };
    let test = scope.test(&args.get(&TEST)?.tree).map_err(|e| e.at_param(TEST.spec.name))?;
    let (then, otherwise) = (args.get(&THEN)?, args.get(&ELSE)?);
    let class = |result: &ResultText| match result {
        ResultText::Name(name) => scope.name(name).map(|value| value.class()),
        constant @ ResultText::Constant(_) => Ok(constant.reads_as().unwrap_or(TypeClass::Text)),
    };
    let classes = [
        class(&then).map_err(|e| e.at_param(THEN.spec.name))?,
        class(&otherwise).map_err(|e| e.at_param(ELSE.spec.name))?,
    ];
    let number = |c: &TypeClass| matches!(c, TypeClass::Whole | TypeClass::Decimal | TypeClass::Money);
    let alike = classes.iter().all(number) || classes == [TypeClass::Boolean; 2];
    let value = |result: &ResultText, own: TypeClass| match result {
        ResultText::Name(name) => scope.name(name),
        ResultText::Constant(text) => Ok(ResultText::constant(text, if alike { own } else { TypeClass::Text })),
    };
    let chosen = choose(vec![(test, value(&then, classes[0])?)], value(&otherwise, classes[1])?);
    new_column(args, chosen.expr)
}
