//! The profile in the shape of `DataBrew`'s result file; what it does not know stands apart, under `brewhouse`.

use super::statistic::{Figure, Open, STATISTICS};
use super::{Bin, ColumnProfile, Correlations, Kind, Profile, Settings};
use crate::types::{TypeClass, word_of_dtype};
use crate::values::cell_json;
use polars::prelude::{AnyValue, DataType};
use serde_json::{Map, Value, json};

/// What a file tells beside the figures.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The name of the dataset.
    pub job_name: String,
    /// What tells this run from others.
    pub run_id: String,
    /// Where the file is written.
    pub location: String,
    /// When it began, RFC 3339.
    pub started: String,
    /// When it was written.
    pub written: String,
}

/// The profile as `DataBrew` writes it.
pub fn databrew(profile: &Profile, told: &Told) -> Value {
    let columns: Vec<Value> =
        profile.columns.iter().map(|column| column_json(column, &profile.settings, &profile.correlations)).collect();
    json!({
        "defaultProfileConfiguration": configuration(&profile.settings),
        "datasetConfigurationOverride": {},
        "sampleSize": profile.rows,
        "duplicateRowsCount": profile.duplicate_rows,
        "columns": columns,
        "jobName": told.job_name,
        "jobRunId": told.run_id,
        "location": told.location,
        "startedOn": told.started,
        "writtenOn": told.written,
        "version": "1.0",
    })
}

fn configuration(settings: &Settings) -> Value {
    let included = |kind: Kind| -> Vec<&str> {
        STATISTICS.iter().filter(|s| s.databrew && s.kinds.contains(&kind)).map(|s| s.name).collect()
    };
    let correlated = settings.correlated.map_or("ALL".to_owned(), |number| number.to_string());
    let sizes = json!({
        "OUTLIER_DETECTION": outlier_parameters(settings),
        "VALUE_DISTRIBUTION": {"binNumber": settings.bins.to_string()},
        "MOST_COMMON_VALUES": {"sampleSize": settings.common.to_string()},
    });
    let mut numbers = sizes.clone();
    numbers["Z_SCORE_DISTRIBUTION"] = json!({"binNumber": settings.bins.to_string()});
    numbers["MAXIMUM_VALUES"] = json!({"sampleSize": settings.extremes.to_string()});
    numbers["MINIMUM_VALUES"] = json!({"sampleSize": settings.extremes.to_string()});
    let common = json!({"MOST_COMMON_VALUES": {"sampleSize": settings.common.to_string()}});
    json!({
        "datasetConfiguration": {
            "includedStatistics": ["CORRELATION", "DUPLICATE_ROWS_COUNT"],
            "parameters": {"CORRELATION": {"columnNumber": correlated}},
        },
        "columnConfiguration": {
            "booleanColumn": {"includedStatistics": included(Kind::Boolean), "parameters": common},
            "stringColumn": {"includedStatistics": included(Kind::Text), "parameters": sizes},
            "numericColumn": {"includedStatistics": included(Kind::Number), "parameters": numbers},
        },
    })
}

fn outlier_parameters(settings: &Settings) -> Value {
    let mut parameters =
        json!({"threshold": settings.threshold.to_string(), "sampleSize": settings.outliers.to_string()});
    if let Some(mild) = settings.mild_threshold {
        parameters["mildThreshold"] = mild.to_string().into();
    }
    parameters
}

fn column_json(column: &ColumnProfile, settings: &Settings, correlations: &Correlations) -> Value {
    let mut map = Map::new();
    map.insert("name".into(), column.name.clone().into());
    let word = word_of_dtype(&column.dtype);
    map.insert("type".into(), if word == "integer" { "int".into() } else { word.into() });
    if let Some(at) = correlations.columns.iter().position(|name| *name == column.name) {
        let row = correlations.columns.iter().zip(&correlations.matrix[at]);
        let row: Map<String, Value> = row.filter_map(|(name, r)| Some((name.clone(), json!((*r)?)))).collect();
        map.insert("correlations".into(), row.into());
    }
    map.insert("columnConfigurationOverride".into(), json!({}));
    let mut ours = Map::new();
    ours.insert("kind".into(), TypeClass::of(&column.dtype).words().into());
    for (statistic, figures) in column.figures(settings) {
        for (name, figure) in figures {
            let place = if statistic.databrew { &mut map } else { &mut ours };
            place.insert(name.into(), figure_json(&figure, column));
        }
    }
    if let Some((kind, _)) = column.tally.meant {
        ours.insert("meantFor".into(), kind.into());
    }
    if column.kind == Kind::Text {
        ours.insert("allPatternsCounted".into(), column.tally.all_patterns.into());
    }
    if !column.tally.members.is_empty() {
        let members = column.tally.members.iter();
        let members =
            members.map(|(name, word, null)| json!({"name": name, "type": word, "missingValuesCount": (*null)}));
        ours.insert("members".into(), members.collect());
    }
    map.insert("brewhouse".into(), ours.into());
    map.into()
}

fn figure_json(figure: &Figure, column: &ColumnProfile) -> Value {
    match figure {
        Figure::Count(count) => (*count).into(),
        Figure::Value(value) => plain(value, &column.dtype),
        Figure::Size(size) => size_json(*size, column, is_whole(column)),
        Figure::Middle(size) => size_json(*size, column, false),
        Figure::Ratio(ratio) => json!(ratio),
        Figure::Values(values) => {
            let entry = |v: &super::Counted| json!({"value": plain(&v.value, &column.dtype), "count": v.count});
            values.iter().map(entry).collect()
        }
        Figure::Outliers(far) => {
            let whole = is_whole(column);
            far.iter().map(|o| json!({"value": size_json(o.value, column, whole), "zScore": o.z_score})).collect()
        }
        Figure::Ranges { bins, open } => ranges(bins, *open, column),
        Figure::Patterns(patterns) => patterns.iter().map(|(p, c)| json!({"pattern": p, "count": c})).collect(),
    }
}

/// Whether sizes of a column are whole: whole numbers, lengths, numbers of items.
fn is_whole(column: &ColumnProfile) -> bool {
    column.kind != Kind::Number || TypeClass::of(&column.dtype) == TypeClass::Whole
}

/// A value as a number where the column holds numbers; money is text in other places, so that no digit is lost.
fn plain(value: &Value, dtype: &DataType) -> Value {
    match value {
        Value::String(text) if matches!(dtype, DataType::Decimal(..)) => {
            text.parse::<f64>().map_or_else(|_| value.clone(), |number| json!(number))
        }
        other => other.clone(),
    }
}

/// A number of a column's own kind: a moment as text.
pub(super) fn size_json(size: f64, column: &ColumnProfile, whole: bool) -> Value {
    if column.kind == Kind::Moment {
        return moment(size, &column.dtype);
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
    if whole && size.fract() == 0.0 && size.abs() < 9e15 { Value::from(size as i64) } else { json!(size) }
}

/// A moment as text, from its number.
#[expect(clippy::cast_possible_truncation, reason = "a moment outside its type is held at its end")]
pub(crate) fn moment(number: f64, dtype: &DataType) -> Value {
    let units = number.floor() as i64;
    match dtype {
        DataType::Date => cell_json(&AnyValue::Date(i32::try_from(units).unwrap_or_default())),
        DataType::Datetime(unit, _) => cell_json(&AnyValue::Datetime(units, *unit, None)),
        DataType::Time => cell_json(&AnyValue::Time(units.clamp(0, 86_399_999_999_999))),
        DataType::Duration(unit) => cell_json(&AnyValue::Duration(units, *unit)),
        _ => json!(number),
    }
}

/// Ranges as DataBrew writes them: the last has no upper bound, that of distances no lower one at its beginning either.
fn ranges(bins: &[Bin], open: Open, column: &ColumnProfile) -> Value {
    let distances = open == Open::Both;
    let whole = is_whole(column) && !distances;
    let bound = |value: f64| if distances { json!(value) } else { size_json(value, column, whole) };
    let last = bins.len().saturating_sub(1);
    let entry = |(at, bin): (usize, &Bin)| {
        let low = if distances && at == 0 { "-inf".into() } else { bound(bin.low) };
        // One range alone is one value.
        let high = if open != Open::Neither && at == last && last > 0 { "inf".into() } else { bound(bin.high) };
        json!({"bucket": [low, high], "count": bin.count})
    };
    bins.iter().enumerate().map(entry).collect()
}
