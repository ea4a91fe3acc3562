//! Views that were saved by name in the project: filters, order, and the facets that were open. They change nothing that a run yields, so
//! the engine passes them on as it passes on every member of a project file that it does not know.

use super::{Lens, Project};
use brewhouse_engine::facet::{Filter, SortKey, Test};
use serde_json::{Map, Value, json};

/// Where they stand in the project file.
const MEMBER: &str = "Views";

/// A saved view.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Saved {
    /// Its name.
    pub name: String,
    /// Which rows, in which order; none where the file says something that is not known.
    pub lens: Option<Lens>,
    /// The columns whose facets were open.
    pub facets: Vec<String>,
}

/// The saved views of a project, in their order.
pub fn all(project: &Project) -> Vec<Saved> {
    list(project).iter().map(read).collect()
}

/// How many views a project has saved.
pub fn count(project: &Project) -> usize {
    list(project).len()
}

/// Puts a view in the place of that of the same name, or behind the others.
pub fn keep(project: &mut Project, saved: &Saved) {
    let mut views = list(project).to_vec();
    let value = write(saved);
    match views.iter_mut().find(|view| view["Name"] == saved.name.as_str()) {
        Some(view) => *view = value,
        None => views.push(value),
    }
    project.extra.insert(MEMBER.into(), Value::Array(views));
}

/// Takes a view away.
pub fn drop(project: &mut Project, name: &str) {
    let mut views = list(project).to_vec();
    views.retain(|view| view["Name"] != name);
    if views.is_empty() {
        project.extra.shift_remove(MEMBER);
    } else {
        project.extra.insert(MEMBER.into(), Value::Array(views));
    }
}

fn list(project: &Project) -> &[Value] {
    project.extra.get(MEMBER).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn read(value: &Value) -> Saved {
    let texts = |value: &Value| {
        let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let lists = |name: &str| value[name].as_array().map(Vec::as_slice).unwrap_or_default();
    let filters: Option<Vec<Filter>> = lists("Filters").iter().map(read_filter).collect();
    let key = |key: &Value| {
        let column = key["Column"].as_str()?.to_owned();
        Some(SortKey { column, descending: key["Descending"].as_bool().unwrap_or(false) })
    };
    let sort: Option<Vec<SortKey>> = lists("Sort").iter().map(key).collect();
    Saved {
        name: value["Name"].as_str().unwrap_or_default().to_owned(),
        lens: filters.zip(sort).map(|(filters, sort)| Lens { filters, sort }),
        facets: texts(&value["Facets"]),
    }
}

fn write(saved: &Saved) -> Value {
    let lens = saved.lens.clone().unwrap_or_default();
    let filter = |filter: &Filter| {
        let tests: Vec<Value> = filter.tests.iter().map(write_test).collect();
        json!({ "Column": filter.column, "Inverted": filter.inverted, "Tests": tests })
    };
    let key = |key: &SortKey| json!({ "Column": key.column, "Descending": key.descending });
    json!({
        "Name": saved.name,
        "Filters": lens.filters.iter().map(filter).collect::<Vec<_>>(),
        "Sort": lens.sort.iter().map(key).collect::<Vec<_>>(),
        "Facets": saved.facets,
    })
}

fn read_filter(value: &Value) -> Option<Filter> {
    let tests: Option<Vec<Test>> = value["Tests"].as_array()?.iter().map(read_test).collect();
    Some(Filter {
        column: value["Column"].as_str()?.to_owned(),
        tests: tests?,
        inverted: value["Inverted"].as_bool().unwrap_or(false),
    })
}

fn write_test(test: &Test) -> Value {
    let (name, more) = match test {
        Test::Among(values) => ("Among", json!({ "Values": values })),
        Test::Range { low, high, closed } => ("Range", json!({ "Low": low, "High": high, "Closed": closed })),
        Test::Missing => ("Missing", Value::Null),
        Test::Empty => ("Empty", Value::Null),
        Test::Blank => ("Blank", Value::Null),
        Test::Invalid(kind) => ("Invalid", json!({ "Kind": kind })),
        Test::Repeated => ("Repeated", Value::Null),
        Test::Length { low, high } => ("Length", json!({ "Low": low, "High": high })),
        Test::Pattern(patterns) => ("Pattern", json!({ "Values": patterns })),
        Test::Contains { text, match_case } => ("Contains", json!({ "Text": text, "MatchCase": match_case })),
    };
    let mut object = Map::from_iter([("Test".to_owned(), json!(name))]);
    if let Value::Object(more) = more {
        object.extend(more);
    }
    Value::Object(object)
}

fn read_test(value: &Value) -> Option<Test> {
    let texts = || -> Option<Vec<String>> {
        value["Values"].as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
    };
    Some(match value["Test"].as_str()? {
        "Among" => Test::Among(texts()?),
        "Range" => Test::Range {
            low: value["Low"].as_f64(),
            high: value["High"].as_f64(),
            closed: value["Closed"].as_bool().unwrap_or(false),
        },
        "Missing" => Test::Missing,
        "Empty" => Test::Empty,
        "Blank" => Test::Blank,
        "Invalid" => Test::Invalid(value["Kind"].as_str()?.to_owned()),
        "Repeated" => Test::Repeated,
        "Length" => Test::Length { low: value["Low"].as_u64()?, high: value["High"].as_u64()? },
        "Pattern" => Test::Pattern(texts()?),
        "Contains" => Test::Contains {
            text: value["Text"].as_str()?.to_owned(),
            match_case: value["MatchCase"].as_bool().unwrap_or(false),
        },
        _ => return None,
    })
}
