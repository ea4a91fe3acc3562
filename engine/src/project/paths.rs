//! `PathOptions` of a dataset, in the words of DataBrew's API and of CloudFormation: parameters in paths, times of files, how many.

use super::{bad, number, text_of};
use crate::error::Result;
use crate::source::{DateLayout, FilesLimit, Filter, PathKind, PathParameter, Selection};
use serde_json::{Map, Value};

/// Reads what a dataset says about its paths.
pub(super) fn selection(dataset: &Map<String, Value>) -> Result<Selection> {
    let mut selection = Selection::default();
    let Some(options) = dataset.get("PathOptions").and_then(Value::as_object) else { return Ok(selection) };
    for (name, parameter) in members(options.get("Parameters"), "PathParameterName", "DatasetParameter") {
        selection.parameters.push(self::parameter(name, parameter)?);
    }
    if let Some(limit) = options.get("FilesLimit").and_then(Value::as_object) {
        let most = number(limit, "MaxFiles").and_then(|most| usize::try_from(most).ok()).filter(|most| *most > 0);
        let most = most.ok_or_else(|| bad("FilesLimit needs MaxFiles, a whole number from 1"))?;
        let by = text_of(limit, "OrderedBy").unwrap_or_else(|| "LAST_MODIFIED_DATE".into());
        if by != "LAST_MODIFIED_DATE" {
            return Err(bad(format!("FilesLimit cannot order by {by}")).advise("order by LAST_MODIFIED_DATE"));
        }
        let oldest = match text_of(limit, "Order").as_deref() {
            None | Some("DESCENDING") => false,
            Some("ASCENDING") => true,
            Some(other) => {
                return Err(bad(format!("{other} is no order of files")).advise("write DESCENDING or ASCENDING"));
            }
        };
        selection.limit = Some(FilesLimit { most, oldest });
    }
    selection.modified = options.get("LastModifiedDateCondition").map(filter).transpose()?;
    selection.partitions = options.get("FolderColumns").and_then(Value::as_bool).unwrap_or(true);
    selection.file_column = text_of(options, "FileNameColumn");
    Ok(selection)
}

fn parameter(name: &str, value: &Value) -> Result<PathParameter> {
    let object = value.as_object().ok_or_else(|| bad(format!("the path parameter {name} must be an object")))?;
    let kind = match text_of(object, "Type").unwrap_or_else(|| "String".into()).as_str() {
        "String" => PathKind::Text,
        "Number" => PathKind::Number,
        "Datetime" => {
            let options = object.get("DatetimeOptions").and_then(Value::as_object);
            let format = options.and_then(|options| text_of(options, "Format"));
            let format = format.ok_or_else(|| {
                bad(format!("the path parameter {name} needs DatetimeOptions.Format"))
                    .advise("write one such as yyyy-MM-dd")
            })?;
            let text = |key: &str| options.and_then(|options| text_of(options, key));
            PathKind::Date(DateLayout { format, offset: text("TimezoneOffset"), locale: text("LocaleCode") })
        }
        other => {
            let error = bad(format!("the path parameter {name} cannot be a {other}"));
            return Err(error.advise("write String, Number or Datetime"));
        }
    };
    Ok(PathParameter {
        name: name.to_owned(),
        kind,
        filter: object.get("Filter").map(filter).transpose()?,
        create_column: object.get("CreateColumn").and_then(Value::as_bool).unwrap_or(false),
        fixed: None,
    })
}

fn filter(value: &Value) -> Result<Filter> {
    let expression = value.get("Expression").and_then(Value::as_str);
    let expression = expression.ok_or_else(|| bad("a filter of paths needs an Expression"))?;
    let values = members(value.get("ValuesMap"), "ValueReference", "Value");
    let values = values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.as_str()?.to_owned())));
    Ok(Filter { expression: expression.to_owned(), values: values.collect() })
}

// An object by name, as the API has it, or a list of names and values, as CloudFormation has it.
fn members<'a>(value: Option<&'a Value>, name: &str, member: &str) -> Vec<(&'a str, &'a Value)> {
    match value {
        Some(Value::Object(object)) => object.iter().map(|(name, value)| (name.as_str(), value)).collect(),
        Some(Value::Array(list)) => {
            list.iter().filter_map(|entry| Some((entry.get(name)?.as_str()?, entry.get(member)?))).collect()
        }
        _ => Vec::new(),
    }
}
