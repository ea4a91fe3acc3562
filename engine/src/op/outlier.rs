//! Values far from the others of their column. What counts as far is asked of all rows first, as facts.

use super::filter::remove;
use super::flag::flag;
use super::literals::{literal, read_value};
use super::outlier_facts::{Bounds, RULE, RULE_FLAG, RULE_REMOVE, RULE_REPLACE, RULE_SKEW};
use super::outlier_facts::{REMOVE, REPLACE, SKEW, SKEW_VALUE, VALUE};
use super::outlier_facts::{query_bounds, query_clipped, query_replacing, statistic, trim_default};
use super::outlier_passes as passes;
use super::{Apply, Args, Context, Example, Facts, Family, Operation, Output, RowLaw, params};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::op::condition::masked;
use crate::types::TypeClass;
use polars::prelude::{DataType, Expr, LazyFrame, NULL, lit, when};

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "REMOVE_OUTLIERS",
        title: "Remove outliers",
        summary: "Removes the rows whose number is an outlier, or makes the cell missing. An outlier lies further than the threshold from \
                  the mean in standard deviations (of the sample), from the median in median absolute deviations, or from the nearer \
                  quartile in distances between the quartiles. Where that spread is 0 nothing is an outlier. Missing cells and what \
                  is no number are none. With trimValue only outliers outside the two percentiles are meant. With conditions, only \
                  the rows they select are measured and removed.",
        sentence: "Remove outliers of {sourceColumn} by {outlierStrategy}, beyond {threshold}: {removeType}",
        params: &RULE_REMOVE,
        rows: |args| if deletes(args) { RowLaw::Fewer } else { RowLaw::Same },
        facts: Some(Facts::in_passes(query_bounds, passes::bounds)),
        apply: Apply::Table(remove_outliers),
        examples: &[
            Example {
                title: "By the quartiles, whole rows",
                params: &[
                    ("sourceColumn", "n"),
                    ("outlierStrategy", "IQR"),
                    ("threshold", "1.5"),
                    ("removeType", "DELETE_ROWS"),
                ],
                conditions: &[],
                before: "id:text | n:whole\na | 1\nb | 2\nc | 3\nd | ∅\ne | 4\nf | 100",
                after: "id:text | n:whole\na | 1\nb | 2\nc | 3\nd | ∅\ne | 4",
            },
            Example {
                title: "Only the cell",
                params: &[
                    ("sourceColumn", "n"),
                    ("outlierStrategy", "MODIFIED_Z_SCORE"),
                    ("threshold", "3"),
                    ("removeType", "CLEAR"),
                ],
                conditions: &[],
                before: "n:whole\n1\n2\n3\n4\n-50",
                after: "n:whole\n1\n2\n3\n4\n∅",
            },
        ],
        ..FAR
    },
    Operation {
        name: "FLAG_OUTLIERS",
        title: "Flag outliers",
        summary: "Adds a column that says whether a number is an outlier; the same rule as in REMOVE_OUTLIERS. Missing cells are none.",
        sentence: "Flag in {targetColumn} the outliers of {sourceColumn} by {outlierStrategy}, beyond {threshold}",
        params: &RULE_FLAG,
        facts: Some(Facts::in_passes(query_bounds, passes::bounds)),
        apply: Apply::Columns(|args, context| {
            let cells = number(args)?;
            flag(args, Bounds::read(args, context, "FALSE")?.outlier(&cells))
        }),
        examples: &[Example {
            title: "More than one standard deviation from the mean",
            params: &[
                ("sourceColumn", "n"),
                ("targetColumn", "odd"),
                ("outlierStrategy", "Z_SCORE"),
                ("threshold", "1"),
                ("trueString", "Yes"),
                ("falseString", "No"),
            ],
            conditions: &[],
            before: "n:double\n1\n2\n3\n∅\n30",
            after: "n:double | odd:text\n1 | No\n2 | No\n3 | No\n∅ | No\n30 | Yes",
        }],
        ..FAR
    },
    Operation {
        name: "REPLACE_OUTLIERS",
        title: "Replace outliers",
        summary: "Replaces numbers that are outliers (the same rule as in REMOVE_OUTLIERS), in place: by a value, by nothing, by a \
                  statistic of the numbers that are not replaced, or by the nearer percentile (WINSORIZE_VALUES; without percentiles \
                  the nearer bound of the rule). A column of numbers has no empty text: REPLACE_WITH_EMPTY makes cells missing too. \
                  In a column of whole numbers the new value is rounded (halves away from zero).",
        sentence: "Replace outliers of {sourceColumn} by {outlierStrategy}, beyond {threshold}: {replaceType}",
        params: &RULE_REPLACE,
        facts: Some(Facts::in_passes(query_replacing, passes::replacing)),
        apply: Apply::Columns(replace_outliers),
        examples: &[
            Example {
                title: "By the average of the others",
                params: &[
                    ("sourceColumn", "n"),
                    ("outlierStrategy", "IQR"),
                    ("threshold", "1.5"),
                    ("replaceType", "REPLACE_WITH_AVERAGE"),
                ],
                conditions: &[],
                before: "n:whole\n1\n2\n3\n∅\n4\n100",
                after: "n:whole\n1\n2\n3\n∅\n4\n3",
            },
            Example {
                title: "By the nearer bound",
                params: &[
                    ("sourceColumn", "n"),
                    ("outlierStrategy", "IQR"),
                    ("threshold", "1.5"),
                    ("replaceType", "WINSORIZE_VALUES"),
                ],
                conditions: &[],
                before: "n:double\n1\n2\n3\n4\n100",
                after: "n:double\n1\n2\n3\n4\n7",
            },
        ],
        ..FAR
    },
    Operation {
        name: "RESCALE_OUTLIERS_WITH_Z_SCORE",
        title: "Rescale to z-scores",
        summary: "Adds a column in which outliers (the same rule as in REMOVE_OUTLIERS) are first moved to the nearer bound of the rule, \
                  and all numbers are then brought to mean 0 and standard deviation 1. Where all numbers are equal the result is 0; \
                  missing cells stay missing. The guide does not say what becomes of the others; this keeps its promise of mean 0 \
                  and standard deviation 1.",
        sentence: "Rescale {sourceColumn} to z-scores in {targetColumn}, outliers by {outlierStrategy} beyond {threshold}",
        params: &RULE,
        facts: Some(Facts::in_passes(query_clipped, passes::clipped)),
        apply: Apply::Columns(rescale_with_z_score),
        examples: &[
            Example {
                title: "100 counts as 7, the bound",
                params: &[
                    ("sourceColumn", "n"),
                    ("targetColumn", "z"),
                    ("outlierStrategy", "IQR"),
                    ("threshold", "1.5"),
                ],
                conditions: &[],
                before: "n:whole\n3\n3\n3\n∅\n3",
                after: "n:whole | z:double\n3 | 0\n3 | 0\n3 | 0\n∅ | ∅\n3 | 0",
            },
            Example {
                title: "One standard deviation is 1",
                params: &[
                    ("sourceColumn", "n"),
                    ("targetColumn", "z"),
                    ("outlierStrategy", "Z_SCORE"),
                    ("threshold", "3"),
                ],
                conditions: &[],
                before: "n:whole\n1\n2\n3",
                after: "n:whole | z:double\n1 | -1\n2 | 0\n3 | 1",
            },
        ],
        ..FAR
    },
    Operation {
        name: "RESCALE_OUTLIERS_WITH_SKEW",
        title: "Rescale by log, root or square",
        summary: "Adds a column in which outliers (the same rule as in REMOVE_OUTLIERS) are replaced by their logarithm, root or square; \
                  the other numbers stay what they are, as decimals. The logarithm is natural unless a base is given, the root square \
                  unless a degree is. A logarithm of 0 or less is missing, and so is an even root of a negative number; an odd root \
                  of one is negative.",
        sentence: "Rescale outliers of {sourceColumn} in {targetColumn} by {skewFunction}",
        params: &RULE_SKEW,
        facts: Some(Facts::in_passes(query_bounds, passes::bounds)),
        apply: Apply::Columns(rescale_with_skew),
        examples: &[Example {
            title: "The square root of what is far away",
            params: &[
                ("sourceColumn", "n"),
                ("targetColumn", "nearer"),
                ("outlierStrategy", "IQR"),
                ("threshold", "1.5"),
                ("skewFunction", "ROOT"),
            ],
            conditions: &[],
            before: "n:whole\n1\n2\n3\n∅\n4\n100",
            after: "n:whole | nearer:double\n1 | 1\n2 | 2\n3 | 3\n∅ | ∅\n4 | 4\n100 | 10",
        }],
        ..FAR
    },
];

/// What the operations of this family have in common.
const FAR: Operation = Operation { family: Family::Outliers, ..Operation::DEFAULT };

fn deletes(args: &Args) -> bool {
    args.get(&REMOVE).is_ok_and(|how| how.0 == "DELETE_ROWS")
}

/// The source column as a number with a fraction, for comparing with bounds.
fn number(args: &Args) -> Result<Expr> {
    Ok(col(args.get(&params::SOURCE)?.0.as_str()).cast(DataType::Float64))
}

fn remove_outliers(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<LazyFrame> {
    let outlier = Bounds::read(args, context, "FALSE")?.outlier(&number(args)?);
    if deletes(args) {
        return Ok(remove(context, frame, outlier));
    }
    let column = args.get(&params::SOURCE)?.0;
    let cells = col(column.as_str());
    let cleared = match &context.predicate {
        Some(predicate) => predicate.clone().and(outlier),
        None => outlier,
    };
    Ok(frame.with_columns([masked(&cleared, lit(NULL), Some(cells)).alias(column.as_str())]))
}

fn replace_outliers(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let column = args.get(&params::SOURCE)?.0;
    let dtype = context.dtype(&column)?;
    let how = args.get(&REPLACE)?.0;
    let bounds = Bounds::read(args, context, trim_default(how))?;
    let cells = number(args)?;
    let nothing = lit(NULL).cast(dtype.clone());
    let value = match (how, statistic(args)?) {
        ("WINSORIZE_VALUES", _) => {
            let (low, high) = bounds.caps();
            when(cells.clone().lt(low.map_or(lit(NULL), lit))).then(cap(low, dtype)).otherwise(cap(high, dtype))
        }
        ("REPLACE_WITH_CUSTOM", _) => {
            let text = args.find(&VALUE)?.map(|value| value.0).ok_or_else(|| {
                let error = Error::new(ErrorKind::Parameter, "REPLACE_WITH_CUSTOM needs a value");
                error.advise("for example 0").at_param(VALUE.spec.name)
            })?;
            read_value(&text, dtype).map_err(|e| e.at_param(VALUE.spec.name))?
        }
        (_, Some(statistic)) => match context.facts.map(|facts| statistic.value(facts, dtype)).transpose()?.flatten() {
            Some(value) => literal(value, dtype),
            None => col(column.as_str()),
        },
        _ => nothing,
    };
    Ok(vec![Output::new(&column, masked(&bounds.outlier(&cells), value, Some(col(column.as_str()))))])
}

fn cap(bound: Option<f64>, dtype: &DataType) -> Expr {
    let whole = TypeClass::of(dtype) == TypeClass::Whole;
    bound.map_or(lit(NULL), |bound| lit(if whole { bound.round() } else { bound })).cast(dtype.clone())
}

fn rescale_with_z_score(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let bounds = Bounds::read(args, context, "FALSE")?;
    let (mean, deviation) = (bounds.mean.unwrap_or_default(), bounds.deviation.unwrap_or_default());
    let clipped = bounds.clip(number(args)?);
    let score = if deviation > 0.0 { (clipped - lit(mean)) / lit(deviation) } else { clipped * lit(0.0) };
    Ok(vec![Output::new(&args.get(&params::TARGET)?.0, score)])
}

fn rescale_with_skew(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    let cells = number(args)?;
    let value = args.find(&SKEW_VALUE)?;
    let refuse = |message: &str, advice: &str| {
        Err(Error::new(ErrorKind::Parameter, message).advise(advice.to_owned()).at_param(SKEW_VALUE.spec.name))
    };
    let nothing = || lit(NULL).cast(DataType::Float64);
    let changed = match args.get(&SKEW)?.0 {
        "LOG" => {
            let base = value.unwrap_or(std::f64::consts::E);
            if base <= 0.0 || (base - 1.0).abs() < f64::EPSILON {
                return refuse("the base of a logarithm is above 0 and not 1", "for example 10");
            }
            when(cells.clone().gt(lit(0.0))).then(cells.clone().log(lit(base))).otherwise(nothing())
        }
        "ROOT" => {
            let degree = value.unwrap_or(2.0);
            if degree == 0.0 {
                return refuse("the degree of a root is not 0", "for example 3");
            }
            let root = cells.clone().abs().pow(lit(1.0 / degree));
            let odd = (degree % 2.0).abs() == 1.0;
            let negative = if odd { lit(0.0) - root.clone() } else { nothing() };
            when(cells.clone().lt(lit(0.0))).then(negative).otherwise(root)
        }
        _ => cells.clone() * cells.clone(),
    };
    let outlier = Bounds::read(args, context, "FALSE")?.outlier(&cells);
    Ok(vec![Output::new(&args.get(&params::TARGET)?.0, masked(&outlier, changed, Some(cells)))])
}
