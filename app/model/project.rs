//! The project: which data, which recipe, which output. What undo goes back and forth between.

use brewhouse_engine::project::Document;
use brewhouse_engine::recipe::{Recipe, Version};
use brewhouse_engine::sink;
use brewhouse_engine::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// The end of a project file's name.
pub const EXTENSION: &str = ".brewhouse.json";

/// A dataset: a name and where it is read from.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Dataset {
    /// Its name, as JOIN and UNION call it.
    pub name: String,
    /// Its file, folder or pattern.
    pub path: PathBuf,
    /// Further files of the same table.
    pub more: Vec<PathBuf>,
    /// Import options as the project file holds them.
    pub options: Map<String, Value>,
}

/// What tells what was read for one dataset of a project from what was read for another: its file, and the name of one that is not the main
/// one. Two may be parts of one file, sheets of a workbook perhaps.
pub type SourceKey = (PathBuf, Option<String>);

impl Dataset {
    /// What tells this dataset's source from others when it is the main one.
    pub fn main_key(&self) -> SourceKey {
        (self.path.clone(), None)
    }

    /// What tells this dataset's source from others when it is one of the further ones.
    pub fn other_key(&self) -> SourceKey {
        (self.path.clone(), Some(self.name.clone()))
    }

    /// The dataset as a project file holds it, its paths as they are.
    pub fn to_value(&self) -> Value {
        write_dataset(self, None)
    }

    /// The dataset of a file, named after it.
    pub fn of_path(path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = name.split('.').next().unwrap_or_default().to_owned();
        Self { name, path: path.to_owned(), more: Vec::new(), options: Map::new() }
    }
}

/// Where and how a run writes.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// A file, or a folder when there are partition columns.
    pub path: PathBuf,
    /// The name of a format that can be written: PARQUET, CSV ...
    pub format: String,
    /// ZSTD, SNAPPY ... or NONE.
    pub compression: String,
    /// Columns whose values become folders.
    pub partition: Vec<String>,
    /// Whether an earlier output is replaced.
    pub overwrite: bool,
    /// What else the project file says about it.
    pub options: Map<String, Value>,
}

impl Default for Output {
    fn default() -> Self {
        Self {
            path: PathBuf::new(),
            format: "PARQUET".into(),
            compression: "ZSTD".into(),
            partition: Vec::new(),
            overwrite: false,
            options: Map::new(),
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
    /// The published versions of the recipe, the oldest first.
    pub versions: Vec<Version>,
    /// Where a run writes.
    pub output: Output,
    /// Outputs after the first, as the project file holds them.
    pub more_outputs: Vec<Value>,
    /// Members of the file that this version does not know.
    pub extra: Map<String, Value>,
}

impl Project {
    /// A project around a file.
    pub fn of_file(path: &Path) -> Self {
        let dataset = Dataset::of_path(path);
        Self { name: dataset.name.clone(), dataset: Some(dataset), ..Self::default() }
    }

    /// The project as its file holds it; paths below `folder` are written relative to it.
    pub fn to_value(&self, folder: Option<&Path>) -> Value {
        let mut outputs = Vec::new();
        if !self.output.path.as_os_str().is_empty() {
            outputs.push(write_output(&self.output, folder));
        }
        outputs.extend(self.more_outputs.iter().cloned());
        let document = Document {
            name: Some(self.name.clone()),
            dataset: self.dataset.as_ref().map(|dataset| write_dataset(dataset, folder)),
            others: self.others.iter().map(|other| write_dataset(other, folder)).collect(),
            recipe: self.recipe.clone(),
            versions: self.versions.clone(),
            outputs,
            extra: self.extra.clone(),
        };
        document.to_value()
    }

    /// Reads a project file's text; relative paths are taken from `folder`.
    pub fn parse(text: &str, folder: &Path) -> Result<Self> {
        let document = Document::parse(text)?;
        // A dataset that cannot be read would be lost at the next save.
        let dataset = |dataset: &Value| {
            let missing = || Error::new(ErrorKind::File, "a dataset needs Input.Path or Input.Paths");
            read_dataset(dataset, folder).ok_or_else(missing)
        };
        let mut outputs = document.outputs.into_iter();
        Ok(Self {
            name: document.name.unwrap_or_else(|| "Untitled".to_owned()),
            dataset: document.dataset.as_ref().map(dataset).transpose()?,
            others: document.others.iter().map(dataset).collect::<Result<_>>()?,
            recipe: document.recipe,
            versions: document.versions,
            output: outputs.next().map(|output| read_output(&output, folder)).unwrap_or_default(),
            more_outputs: outputs.collect(),
            extra: document.extra,
        })
    }
}

fn text_at<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

fn short(path: &Path, folder: Option<&Path>) -> String {
    let short = folder.and_then(|folder| path.strip_prefix(folder).ok()).unwrap_or(path);
    short.to_string_lossy().into_owned()
}

fn write_dataset(dataset: &Dataset, folder: Option<&Path>) -> Value {
    let paths: Vec<String> =
        std::iter::once(&dataset.path).chain(&dataset.more).map(|path| short(path, folder)).collect();
    let mut object = Map::new();
    object.insert("Name".into(), json!(dataset.name));
    let mut input = Map::from_iter([("Paths".to_owned(), json!(paths))]);
    let mut options = dataset.options.clone();
    if let Some(Value::Object(more)) = options.shift_remove("Input") {
        input.extend(more);
    }
    object.insert("Input".into(), Value::Object(input));
    object.extend(options);
    Value::Object(object)
}

fn read_dataset(value: &Value, folder: &Path) -> Option<Dataset> {
    let several = value.pointer("/Input/Paths").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let one = text_at(value, "/Input/Path").into_iter();
    let mut paths = several.iter().filter_map(Value::as_str).chain(one).map(|path| folder.join(path));
    let path = paths.next()?;
    let mut options = value.as_object()?.clone();
    options.shift_remove("Name");
    if let Some(Value::Object(input)) = options.get_mut("Input") {
        // What else it says about the input stays.
        input.retain(|key, _| key != "Path" && key != "Paths");
        if input.is_empty() {
            options.shift_remove("Input");
        }
    }
    let name = text_at(value, "/Name").map_or_else(|| Dataset::of_path(&path).name, str::to_owned);
    Some(Dataset { name, path, more: paths.collect(), options })
}

fn write_output(output: &Output, folder: Option<&Path>) -> Value {
    let mut object = Map::new();
    object.insert("Location".into(), json!({ "Path": short(&output.path, folder) }));
    object.insert("Format".into(), json!(output.format));
    object.insert("CompressionFormat".into(), json!(output.compression));
    if !output.partition.is_empty() {
        object.insert("PartitionColumns".into(), json!(output.partition));
    }
    object.insert("Overwrite".into(), json!(output.overwrite));
    object.extend(output.options.clone());
    Value::Object(object)
}

/// The compression of a format when none is named.
pub fn own_compression(format: &str) -> String {
    let own = sink::format_named(format).and_then(|format| format.compressions.first());
    own.map_or("NONE".into(), |own| own.to_uppercase())
}

fn read_output(value: &Value, folder: &Path) -> Output {
    let default = Output::default();
    let path = text_at(value, "/Location/Path").filter(|path| !path.is_empty()).map(|path| folder.join(path));
    let columns = value.get("PartitionColumns").and_then(Value::as_array);
    let mut options = value.as_object().cloned().unwrap_or_default();
    for known in ["Location", "Format", "CompressionFormat", "PartitionColumns", "Overwrite"] {
        options.shift_remove(known);
    }
    let format = text_at(value, "/Format").map_or(default.format, str::to_uppercase);
    let compression = text_at(value, "/CompressionFormat").map_or_else(|| own_compression(&format), str::to_uppercase);
    Output {
        path: path.unwrap_or_default(),
        format,
        compression,
        partition: columns.map(|c| c.iter().filter_map(Value::as_str).map(str::to_owned).collect()).unwrap_or_default(),
        overwrite: value.get("Overwrite").and_then(Value::as_bool).unwrap_or(false),
        options,
    }
}
