//! Projects: a dataset with its import options, a recipe and outputs in one file, `NAME.brewhouse.json`.
//!
//! The words are those of DataBrew's API (`Dataset`, `Input`, `FormatOptions`, `Recipe`, `Outputs`). What this version does not know
//! survives opening and saving.

mod paths;
mod stored;

pub use stored::{Import, store};

use crate::error::{Error, ErrorKind, Result};
use crate::recipe::{Recipe, Version, parse_text};
use crate::sink::{ColumnKey, CsvChoices, Target};
use crate::source::{DateOrder, ReadOptions, Source, StoredColumn, Widths};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// The version of the file format that this program writes.
pub const FORMAT_VERSION: u64 = 1;

const KNOWN: &[&str] = &["FormatVersion", "Name", "Dataset", "OtherDatasets", "Recipe", "RecipeVersions", "Outputs"];

/// A project file taken apart, its datasets and outputs still as they stand in it. The one reader and writer of project files.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Its name.
    pub name: Option<String>,
    /// The table that the recipe works on.
    pub dataset: Option<Value>,
    /// The tables that JOIN and UNION name.
    pub others: Vec<Value>,
    /// The steps.
    pub recipe: Recipe,
    /// The published versions of the recipe, the oldest first.
    pub versions: Vec<Version>,
    /// Where the result goes.
    pub outputs: Vec<Value>,
    /// Members that this version does not know.
    pub extra: Map<String, Value>,
}

impl Document {
    /// Reads the text of a project file; one of a newer program is refused.
    pub fn parse(text: &str) -> Result<Self> {
        let value = parse_text(text)?;
        let object = value.as_object().filter(|o| is_project(o)).ok_or_else(|| bad("this file is not a project"))?;
        let version = object.get("FormatVersion").and_then(Value::as_u64).unwrap_or(FORMAT_VERSION);
        if version > FORMAT_VERSION {
            let message =
                format!("this project was written by a newer program (format {version}, here {FORMAT_VERSION})");
            return Err(bad(message).advise("use the newer program; the file was not changed"));
        }
        let list = |key: &str| object.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        Ok(Self {
            name: text_of(object, "Name"),
            dataset: object.get("Dataset").cloned(),
            others: list("OtherDatasets"),
            recipe: object.get("Recipe").map(Recipe::from_value).transpose()?.unwrap_or_default(),
            versions: list("RecipeVersions").iter().map(Version::from_value).collect::<Result<_>>()?,
            outputs: list("Outputs"),
            extra: object.iter().filter(|(k, _)| !KNOWN.contains(&k.as_str())).map(pair).collect(),
        })
    }

    /// The project as JSON, in a stable order.
    pub fn to_value(&self) -> Value {
        let mut object = Map::new();
        object.insert("FormatVersion".into(), json!(FORMAT_VERSION));
        object.insert("Name".into(), json!(self.name));
        if let Some(dataset) = &self.dataset {
            object.insert("Dataset".into(), dataset.clone());
        }
        if !self.others.is_empty() {
            object.insert("OtherDatasets".into(), Value::Array(self.others.clone()));
        }
        let recipe = self.recipe.to_value();
        object.insert("Recipe".into(), if recipe.is_array() { json!({ "Steps": recipe }) } else { recipe });
        if !self.versions.is_empty() {
            object.insert("RecipeVersions".into(), self.versions.iter().map(Version::to_value).collect());
        }
        object.insert("Outputs".into(), Value::Array(self.outputs.clone()));
        object.extend(self.extra.clone());
        Value::Object(object)
    }
}

/// A project as a run takes it.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// The table that the recipe works on.
    pub dataset: Option<Source>,
    /// The tables that JOIN and UNION name.
    pub others: Vec<Source>,
    /// The steps.
    pub recipe: Recipe,
    /// Where the result goes.
    pub outputs: Vec<Target>,
}

impl Project {
    /// Reads the text of a project file.
    pub fn parse(text: &str) -> Result<Self> {
        let document = Document::parse(text)?;
        Ok(Self {
            name: document.name.unwrap_or_default(),
            dataset: document.dataset.as_ref().map(read_source).transpose()?,
            others: document.others.iter().map(read_source).collect::<Result<_>>()?,
            recipe: document.recipe,
            outputs: document.outputs.iter().map(read_target).collect::<Result<_>>()?,
        })
    }

    /// Whether a text is a project rather than a recipe.
    pub fn is_project_text(text: &str) -> bool {
        parse_text(text).is_ok_and(|value| value.as_object().is_some_and(is_project))
    }
}

/// Whether the members of a JSON object are those of a project rather than of a recipe.
pub fn is_project(object: &Map<String, Value>) -> bool {
    object.contains_key("Recipe") || object.contains_key("Dataset")
}

fn pair((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

fn bad(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::File, message)
}

fn text_of(object: &Map<String, Value>, key: &str) -> Option<String> {
    object.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn letter(object: Option<&Value>, key: &str) -> Option<char> {
    object?.get(key)?.as_str()?.chars().next()
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}

// An object of names and texts: columns and the names of their keys.
fn text_pairs(object: &Map<String, Value>, key: &str) -> Result<Vec<(String, String)>> {
    let odd = || bad(format!("{key} must be an object of names and texts")).advise("write {\"column\": \"name\"}");
    let Some(value) = object.get(key) else { return Ok(Vec::new()) };
    let pair = |(name, text): (&String, &Value)| Some((name.clone(), text.as_str()?.to_owned()));
    value.as_object().ok_or_else(odd)?.iter().map(|both| pair(both).ok_or_else(odd)).collect()
}

fn number(object: &Map<String, Value>, key: &str) -> Option<u64> {
    object.get(key).and_then(Value::as_u64)
}

fn widths(value: &Value) -> Result<Widths> {
    let number = |width: &Value| width.as_u64().and_then(|width| usize::try_from(width).ok());
    let told = match value {
        Value::String(text) => Widths::parse(text),
        Value::Array(list) => list.iter().map(number).collect::<Option<Vec<_>>>().and_then(Widths::given),
        _ => None,
    };
    told.ok_or_else(|| {
        bad("Widths must be a list of whole numbers, or find").advise("write [10, 5, 8], a last 0 for any width")
    })
}

/// Reads a dataset of a project file.
pub fn read_source(value: &Value) -> Result<Source> {
    let object = value.as_object().ok_or_else(|| bad("a dataset must be an object"))?;
    let input = object.get("Input").and_then(Value::as_object).ok_or_else(|| bad("a dataset needs Input with Path"))?;
    let mut files = texts(input.get("Paths"));
    files.extend(texts(input.get("Path")));
    if files.is_empty() {
        return Err(bad("a dataset needs Input.Path or Input.Paths"));
    }
    let options = object.get("FormatOptions");
    let csv = options.and_then(|o| o.get("Csv"));
    let mut read = ReadOptions::default();
    if let Some(csv) = csv.and_then(Value::as_object) {
        read.delimiter = letter(Some(&Value::Object(csv.clone())), "Delimiter");
        if csv.contains_key("Quote") {
            read.quote = letter(Some(&Value::Object(csv.clone())), "Quote");
        }
        if csv.contains_key("Escape") {
            read.escape = Some(letter(Some(&Value::Object(csv.clone())), "Escape"));
        }
        read.widths = csv.get("Widths").map(widths).transpose()?;
        read.header = csv.get("HeaderRow").and_then(Value::as_bool);
        read.header_lines = number(csv, "HeaderLines").and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
        read.comment = text_of(csv, "Comment");
        read.encoding = text_of(csv, "Encoding");
        read.fill_short = csv.get("FillShortRecords").and_then(Value::as_bool).unwrap_or(false);
        read.decimal_comma = csv.get("DecimalComma").and_then(Value::as_bool).unwrap_or(false);
        read.date_order = text_of(csv, "DateOrder").and_then(|word| DateOrder::named(&word));
        read.skip_lines = number(csv, "SkipLines").and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        read.null_words = texts(csv.get("NullWords"));
        read.text_columns = texts(csv.get("TextColumns"));
    }
    if let Some(excel) = options.and_then(|o| o.get("Excel")).and_then(Value::as_object) {
        // Indexes count from 0, as in DataBrew.
        let index = excel.get("SheetIndexes").and_then(|list| list.get(0)).and_then(Value::as_u64);
        read.sheet = texts(excel.get("SheetNames")).into_iter().next().or(index.map(|at| (at + 1).to_string()));
        read.header = excel.get("HeaderRow").and_then(Value::as_bool).or(read.header);
    }
    if let Some(parquet) = options.and_then(|o| o.get("Parquet")).and_then(Value::as_object) {
        read.key = text_of(parquet, "KeyName");
        read.column_keys = text_pairs(parquet, "ColumnKeys")?;
    }
    read.multi_line = options.and_then(|o| o.get("Json")).and_then(|j| j.get("MultiLine")).and_then(Value::as_bool);
    let columns = object.get("Columns").and_then(Value::as_array).map(|list| {
        let column = |c: &Value| {
            let text = |key: &str| c.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            StoredColumn { name: text("Name"), kind: text("Type") }
        };
        list.iter().map(column).collect()
    });
    Ok(Source {
        name: text_of(object, "Name").unwrap_or_else(|| "dataset".into()),
        paths: files,
        selection: paths::selection(object)?,
        format: text_of(object, "Format"),
        options: read,
        columns,
        known: stored::known(object),
        ..Source::default()
    })
}

// How an output of delimited text is written; Delimiter stands where DataBrew has it.
fn read_choices(output: &Map<String, Value>) -> CsvChoices {
    let csv = output.get("FormatOptions").and_then(|options| options.get("Csv"));
    let on = |key: &str| csv.and_then(|csv| csv.get(key)).and_then(Value::as_bool).unwrap_or(false);
    CsvChoices {
        delimiter: letter(csv, "Delimiter"),
        byte_order_mark: on("ByteOrderMark"),
        quote_all: on("QuoteAll"),
        windows_lines: on("WindowsLines"),
        guard_formulas: on("GuardFormulas"),
    }
}

fn read_target(value: &Value) -> Result<Target> {
    let object = value.as_object().ok_or_else(|| bad("an output must be an object"))?;
    let location = object.get("Location");
    let path = location.and_then(|l| l.get("Path")).or(object.get("Path")).and_then(Value::as_str);
    Ok(Target {
        path: PathBuf::from(path.ok_or_else(|| bad("an output needs Location.Path"))?),
        format: text_of(object, "Format"),
        compression: text_of(object, "CompressionFormat"),
        level: number(object, "CompressionLevel").and_then(|n| i32::try_from(n).ok()),
        row_group_rows: number(object, "RowGroupRows").and_then(|n| usize::try_from(n).ok()),
        partition_by: texts(object.get("PartitionColumns")),
        max_rows_per_file: number(object, "MaxRowsPerFile"),
        overwrite: object.get("Overwrite").and_then(Value::as_bool).unwrap_or(false),
        csv: read_choices(object),
        key_name: text_of(object, "KeyName"),
        column_keys: text_pairs(object, "ColumnKeys")?
            .into_iter()
            .map(|(column, key)| ColumnKey::new(column, key))
            .collect(),
        ..Target::default()
    })
}
