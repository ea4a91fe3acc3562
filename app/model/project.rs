//! The project: which data, which recipe, which output. What undo goes back and forth between.

use brewhouse_engine::recipe::Recipe;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// The end of a project file's name.
pub const EXTENSION: &str = ".brewhouse.json";

/// A dataset: a name and where it is read from.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Dataset {
    /// Its name, as JOIN and UNION call it.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// Import options as the project file holds them.
    pub options: Map<String, Value>,
}

impl Dataset {
    /// The dataset of a file, named after it.
    pub fn of_path(path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = name.split('.').next().unwrap_or_default().to_owned();
        Self { name, path: path.to_owned(), options: Map::new() }
    }
}

/// Where and how a run writes.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// A file, or a folder when there are partition columns.
    pub path: PathBuf,
    /// PARQUET, CSV, JSON or ARROW.
    pub format: String,
    /// ZSTD, SNAPPY ... or NONE.
    pub compression: String,
    /// Columns whose values become folders.
    pub partition: Vec<String>,
    /// Whether an earlier output is replaced.
    pub overwrite: bool,
}

impl Default for Output {
    fn default() -> Self {
        Self {
            path: PathBuf::new(),
            format: "PARQUET".into(),
            compression: "ZSTD".into(),
            partition: Vec::new(),
            overwrite: true,
        }
    }
}

/// Everything that a project file holds.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// The data that the recipe is applied to.
    pub dataset: Option<Dataset>,
    /// Further data, for JOIN and UNION.
    pub others: Vec<Dataset>,
    /// The steps.
    pub recipe: Recipe,
    /// Where a run writes.
    pub output: Output,
}

impl Project {
    /// A project around a file.
    pub fn of_file(path: &Path) -> Self {
        let dataset = Dataset::of_path(path);
        Self { name: dataset.name.clone(), dataset: Some(dataset), ..Self::default() }
    }

    /// The project as its file holds it; paths below `folder` are written relative to it.
    pub fn to_value(&self, folder: Option<&Path>) -> Value {
        let path = |path: &Path| {
            let short = folder.and_then(|folder| path.strip_prefix(folder).ok()).unwrap_or(path);
            short.to_string_lossy().into_owned()
        };
        let dataset = |dataset: &Dataset| {
            let mut object = dataset.options.clone();
            object.insert("Name".into(), json!(dataset.name));
            object.insert("Input".into(), json!({ "Path": path(&dataset.path) }));
            Value::Object(object)
        };
        json!({
            "FormatVersion": 1,
            "Name": self.name,
            "Dataset": self.dataset.as_ref().map(dataset),
            "Datasets": self.others.iter().map(dataset).collect::<Vec<_>>(),
            "Recipe": { "Steps": self.recipe.steps.iter().map(|step| step.to_value()).collect::<Vec<_>>() },
            "Outputs": [{
                "Location": { "Path": path(&self.output.path) },
                "Format": self.output.format,
                "CompressionFormat": self.output.compression,
                "PartitionColumns": self.output.partition,
                "Overwrite": self.output.overwrite,
            }],
        })
    }

    /// Reads a project file's text; relative paths are taken from `folder`.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text)
            .map_err(|e| format!("not valid JSON at line {}, column {}", e.line(), e.column()))?;
        let steps = value.get("Recipe").cloned().unwrap_or_else(|| json!([]));
        let recipe = Recipe::from_value(&steps).map_err(|e| e.to_string())?;
        let others = value.get("Datasets").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(Self {
            name: text_at(&value, "/Name").unwrap_or("Untitled").to_owned(),
            dataset: value.get("Dataset").and_then(|dataset| read_dataset(dataset, folder)),
            others: others.iter().filter_map(|dataset| read_dataset(dataset, folder)).collect(),
            recipe: Recipe::from_steps(recipe.steps),
            output: value.pointer("/Outputs/0").map(|output| read_output(output, folder)).unwrap_or_default(),
        })
    }
}

/// Whether a JSON text is a project rather than a recipe.
pub fn is_project(value: &Value) -> bool {
    value.get("FormatVersion").is_some() || (value.get("Dataset").is_some() && value.get("Recipe").is_some())
}

fn text_at<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

fn read_dataset(value: &Value, folder: &Path) -> Option<Dataset> {
    let path = folder.join(text_at(value, "/Input/Path")?);
    let mut options = value.as_object()?.clone();
    options.shift_remove("Input");
    options.shift_remove("Name");
    let name = text_at(value, "/Name").map_or_else(|| Dataset::of_path(&path).name, str::to_owned);
    Some(Dataset { name, path, options })
}

fn read_output(value: &Value, folder: &Path) -> Output {
    let default = Output::default();
    let path = text_at(value, "/Location/Path").filter(|p| !p.is_empty()).map(|p| folder.join(p));
    let columns = value.get("PartitionColumns").and_then(Value::as_array);
    Output {
        path: path.unwrap_or_default(),
        format: text_at(value, "/Format").map_or(default.format, str::to_owned),
        compression: text_at(value, "/CompressionFormat").map_or(default.compression, str::to_owned),
        partition: columns.map(|c| c.iter().filter_map(Value::as_str).map(str::to_owned).collect()).unwrap_or_default(),
        overwrite: value.get("Overwrite").and_then(Value::as_bool).unwrap_or(default.overwrite),
    }
}
