//! Exact arithmetic on cells, shared by the functions on numbers and by expressions.
//!
//! Whole numbers are computed as whole numbers and money as exact decimals; what does not fit the result is missing, never wrapped
//! around. Knows no operation.

use super::param::{Column, Kind, Param, ParamSpec, ParamType};
use super::{Args, Context};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::types::{MONEY, TypeClass};
use polars::polars_compute::decimal::{dec128_add, dec128_div, dec128_fits, dec128_mul, dec128_sub, str_to_dec128};
use polars::prelude::arity::broadcast_binary_elementwise;
use polars::prelude::{
    Column as Cells, DataType, Expr, Field, Float64Chunked, Int64Chunked, Int128Chunked, IntoColumn as _,
    IntoSeries as _, PolarsResult, lit,
};

/// Digits of money, and how many of them stand after the point.
const DIGITS: usize = 38;
const POINT: usize = 18;
/// One, as money holds it.
pub(super) const ONE: i128 = 1_000_000_000_000_000_000;

/// A number as a recipe writes it: its digits are kept, so that 0.1 can be exact money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NumberText(pub(super) String);

impl ParamType for NumberText {
    const KIND: Kind = Kind::Number;
    fn parse(spec: &ParamSpec, text: &str) -> Result<Self, String> {
        let text = text.trim();
        let value = f64::parse(spec, text)?;
        if value.is_finite() { Ok(Self(text.to_owned())) } else { Err(format!("“{text}” is not a number")) }
    }
    fn write(&self) -> String {
        self.0.clone()
    }
}

/// Cells or a constant, and the type they have.
#[derive(Clone)]
pub(super) struct Operand {
    pub(super) expr: Expr,
    pub(super) class: TypeClass,
}

impl Operand {
    /// The cells of a column of numbers.
    pub(super) fn column(name: &str, context: &Context<'_>) -> Result<Self> {
        let class = TypeClass::of(context.dtype(name)?);
        Ok(Self { expr: col(name), class })
    }

    /// A constant: whole where it is written so, else a decimal, or exact money where `money` is asked for.
    pub(super) fn constant(text: &str, money: bool) -> Result<Self> {
        if let Ok(whole) = text.parse::<i64>() {
            // A bare literal would take the narrowest type that holds it.
            return Ok(Self { expr: lit(whole).cast(DataType::Int64), class: TypeClass::Whole });
        }
        if money && str_to_dec128(text.as_bytes(), DIGITS, POINT, false).is_some() {
            return Ok(Self { expr: lit(text.to_owned()).cast(MONEY), class: TypeClass::Money });
        }
        let value: f64 =
            text.parse().map_err(|_| Error::new(ErrorKind::Parameter, format!("“{text}” is not a number")))?;
        Ok(Self { expr: lit(value), class: TypeClass::Decimal })
    }

    /// The same numbers as another kind; whole numbers become decimals or money, never the other way round.
    pub(super) fn to(self, class: TypeClass) -> Self {
        Self { expr: self.expr.cast(type_of(class)), class }
    }
}

/// The type of the numbers that come out.
pub(super) fn type_of(class: TypeClass) -> DataType {
    match class {
        TypeClass::Whole => DataType::Int64,
        TypeClass::Money => MONEY,
        _ => DataType::Float64,
    }
}

/// The kind of number that two kinds make together: a decimal makes a decimal, money makes money.
pub(super) fn meet(a: TypeClass, b: TypeClass) -> TypeClass {
    match (a, b) {
        (TypeClass::Whole, TypeClass::Whole) => TypeClass::Whole,
        (TypeClass::Whole | TypeClass::Money, TypeClass::Whole | TypeClass::Money) => TypeClass::Money,
        _ => TypeClass::Decimal,
    }
}

/// A column, or a constant where the step gives none.
pub(super) fn operand(
    args: &Args,
    context: &Context<'_>,
    column: &Param<Column>,
    value: &Param<NumberText>,
) -> Result<Operand> {
    match args.find(column)? {
        Some(name) => Operand::column(&name.0, context),
        None => Operand::constant(&args.get(value)?.0, false),
    }
}

/// How two numbers make one, for each kind of number.
pub(super) struct Arithmetic {
    whole: fn(i128, i128) -> Option<i128>,
    money: fn(i128, i128) -> Option<i128>,
    decimal: fn(f64, f64) -> f64,
    /// Whether two whole numbers make a decimal.
    leaves_whole: bool,
}

/// a + b.
pub(super) static ADD: Arithmetic = Arithmetic {
    whole: i128::checked_add,
    money: |a, b| dec128_add(a, b, DIGITS),
    decimal: |a, b| a + b,
    leaves_whole: false,
};
/// a − b.
pub(super) static SUBTRACT: Arithmetic = Arithmetic {
    whole: i128::checked_sub,
    money: |a, b| dec128_sub(a, b, DIGITS),
    decimal: |a, b| a - b,
    leaves_whole: false,
};
/// a × b.
pub(super) static MULTIPLY: Arithmetic = Arithmetic {
    whole: i128::checked_mul,
    money: |a, b| dec128_mul(a, b, DIGITS, POINT),
    decimal: |a, b| a * b,
    leaves_whole: false,
};
/// a ÷ b; nothing when b is zero.
pub(super) static DIVIDE: Arithmetic = Arithmetic {
    whole: |_, _| None,
    money: |a, b| dec128_div(a, b, DIGITS, POINT),
    decimal: |a, b| a / b,
    leaves_whole: true,
};
/// What remains of a ÷ b, with the sign of a; nothing when b is zero.
pub(super) static REMAINDER: Arithmetic =
    Arithmetic { whole: i128::checked_rem, money: i128::checked_rem, decimal: |a, b| a % b, leaves_whole: false };
/// a to the power of b. The whole way is taken for exponents that are not negative.
pub(super) static POWER: Arithmetic = Arithmetic {
    whole: |a, b| a.checked_pow(u32::try_from(b).ok()?),
    money: |_, _| None,
    decimal: f64::powf,
    leaves_whole: false,
};

/// Two operands made into one.
pub(super) fn combine(how: &'static Arithmetic, a: Operand, b: Operand) -> Operand {
    let met = meet(a.class, b.class);
    let class = if how.leaves_whole && met == TypeClass::Whole { TypeClass::Decimal } else { met };
    let (a, b) = (a.to(class), b.to(class));
    let expr = a.expr.map_many(
        move |cells: &mut [Cells]| kernel(how, class, &cells[0], &cells[1]),
        &[b.expr],
        move |_, fields| Ok(Field::new(fields[0].name.clone(), type_of(class))),
    );
    Operand { expr, class }
}

fn kernel(how: &Arithmetic, class: TypeClass, a: &Cells, b: &Cells) -> PolarsResult<Cells> {
    Ok(match class {
        TypeClass::Whole => {
            let exact = |a: i64, b: i64| i64::try_from((how.whole)(i128::from(a), i128::from(b))?).ok();
            let cells: Int64Chunked =
                broadcast_binary_elementwise(a.i64()?, b.i64()?, |a: Option<i64>, b: Option<i64>| exact(a?, b?));
            cells.into_series().into_column()
        }
        TypeClass::Money => {
            let (a, b) = (a.decimal()?.physical(), b.decimal()?.physical());
            let cells: Int128Chunked =
                broadcast_binary_elementwise(a, b, |a: Option<i128>, b: Option<i128>| (how.money)(a?, b?));
            cells.into_decimal_unchecked(DIGITS, POINT).into_series().into_column()
        }
        _ => {
            let cells: Float64Chunked =
                broadcast_binary_elementwise(a.f64()?, b.f64()?, |a: Option<f64>, b: Option<f64>| {
                    Some((how.decimal)(a?, b?)).filter(|number| number.is_finite())
                });
            cells.into_series().into_column()
        }
    })
}

/// How a number becomes another of its kind.
pub(super) struct Change {
    pub(super) whole: fn(i128) -> Option<i128>,
    pub(super) money: fn(i128) -> Option<i128>,
    pub(super) decimal: fn(f64) -> f64,
}

/// An operand with each number changed; its kind stays.
pub(super) fn change(how: &'static Change, a: Operand) -> Operand {
    let class = a.class;
    let a = a.to(class);
    let expr = a.expr.map(
        move |cells| change_kernel(how, class, &cells),
        move |_, field| Ok(Field::new(field.name.clone(), type_of(class))),
    );
    Operand { expr, class }
}

fn change_kernel(how: &Change, class: TypeClass, cells: &Cells) -> PolarsResult<Cells> {
    let name = cells.name().clone();
    Ok(match class {
        TypeClass::Whole => {
            let exact = |a: i64| i64::try_from((how.whole)(i128::from(a))?).ok();
            let out: Int64Chunked = cells.i64()?.iter().map(|a| exact(a?)).collect();
            out.with_name(name).into_series().into_column()
        }
        TypeClass::Money => {
            let fits = |a: i128| (how.money)(a).filter(|a| dec128_fits(*a, DIGITS));
            let out: Int128Chunked = cells.decimal()?.physical().iter().map(|a| fits(a?)).collect();
            out.with_name(name).into_decimal_unchecked(DIGITS, POINT).into_series().into_column()
        }
        _ => {
            let finite = |a: f64| Some((how.decimal)(a)).filter(|number| number.is_finite());
            let out: Float64Chunked = cells.f64()?.iter().map(|a| finite(a?)).collect();
            out.with_name(name).into_series().into_column()
        }
    })
}

/// Numbers as decimals, each made another; what is no finite number is missing.
pub(super) fn decimals(a: Operand, how: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Expr {
    a.to(TypeClass::Decimal).expr.map(
        move |cells| {
            let name = cells.name().clone();
            let finite = |a: f64| Some(how(a)).filter(|number| number.is_finite());
            let out: Float64Chunked = cells.f64()?.iter().map(|a| finite(a?)).collect();
            Ok(out.with_name(name).into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name.clone(), DataType::Float64)),
    )
}
