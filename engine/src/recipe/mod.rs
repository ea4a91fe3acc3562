//! Recipes as data: reading and writing the files, JSON or YAML, that DataBrew itself reads and writes.
//!
//! Opening never validates operations and never changes a file: what this version does not know is kept and written back.

mod difference;
pub mod step;
mod version;

pub use difference::{Edit, Fate, Line, difference, edits};
pub use step::{Condition, Step};
pub use version::Version;

use crate::error::{Error, ErrorKind, Result};
use serde_json::{Map, Value};

/// A list of steps, with whatever surrounded it in its file.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Recipe {
    /// The steps, run in order.
    pub steps: Vec<Step>,
    /// What stands around the steps and the way to them, when the file is more than a list.
    envelope: Option<(Value, Vec<String>)>,
}

/// The notation of a recipe file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

impl Recipe {
    /// A recipe of these steps.
    pub fn from_steps(steps: Vec<Step>) -> Self {
        Self { steps, envelope: None }
    }

    /// Reads JSON or YAML text: a list of steps, an object that holds `Steps` as DataBrew's API has it, or a CloudFormation template
    /// with one recipe. Errors give line and column.
    pub fn parse(text: &str) -> Result<Self> {
        Self::from_value(&parse_text(text)?)
    }

    /// Reads a recipe from JSON already parsed.
    pub fn from_value(value: &Value) -> Result<Self> {
        let (list, envelope) = match value {
            Value::Array(list) => (list.as_slice(), None),
            Value::Object(object) => match way_to_steps(object)? {
                Some(way) => {
                    let found = way.iter().try_fold(value, |place, name| place.get(name));
                    match found {
                        Some(Value::Array(list)) => (list.as_slice(), Some((value.clone(), way))),
                        other => {
                            let kind = other.map_or("nothing", step::kind);
                            return Err(damaged(format!("Steps must be a list, this is {kind}")));
                        }
                    }
                }
                None if ["Action", "RecipeAction", "RecipeStep", "Operation"]
                    .iter()
                    .any(|name| step::member(object, name).is_some()) =>
                {
                    (std::slice::from_ref(value), None)
                }
                None => return Err(damaged("this object holds no Steps, so it is not a recipe")),
            },
            other => {
                let message = format!("a recipe is a list of steps, this is {}", step::kind(other));
                return Err(damaged(message));
            }
        };
        let steps = list
            .iter()
            .enumerate()
            .map(|(at, value)| Step::from_value(value).map_err(|text| damaged(format!("step {}: {text}", at + 1))))
            .collect::<Result<_>>()?;
        Ok(Self { steps, envelope })
    }

    /// The recipe as JSON: the surrounding object when there was one, else the list.
    pub fn to_value(&self) -> Value {
        let steps: Vec<Value> = self.steps.iter().map(Step::to_value).collect();
        match &self.envelope {
            None => Value::Array(steps),
            Some((around, way)) => {
                let mut whole = around.clone();
                if let Some(place) = way.iter().try_fold(&mut whole, |place, name| place.get_mut(name)) {
                    *place = Value::Array(steps);
                }
                whole
            }
        }
    }

    /// Text of the recipe in a notation, ending in a line break.
    pub fn write(&self, notation: Notation) -> Result<String> {
        write_value(&self.to_value(), notation)
    }

    /// The list exactly as the DataBrew API takes it: switched-off steps, notes and foreign keys left out.
    pub fn to_databrew(&self) -> Value {
        self.steps.iter().filter(|s| !s.disabled()).map(Step::to_databrew).collect()
    }

    /// The first 16 hexadecimal digits of the SHA-256 of what runs: the enabled steps in DataBrew's form.
    pub fn hash(&self) -> String {
        use sha2::Digest as _;
        let kept = self.steps.iter().filter(|s| !s.disabled()).filter_map(Step::kept).map(ToString::to_string);
        let text = self.to_databrew().to_string() + &kept.collect::<String>();
        let digest = sha2::Sha256::digest(text.as_bytes());
        digest.iter().take(8).fold(String::new(), |mut text, byte| {
            use std::fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// The way from an object to its list of steps: `Steps` itself, in a `Recipe`, or in the one recipe of a CloudFormation template.
fn way_to_steps(object: &Map<String, Value>) -> Result<Option<Vec<String>>> {
    let steps_of = |object: &Map<String, Value>| ["Steps", "steps"].into_iter().find(|name| object.contains_key(*name));
    if let Some(name) = steps_of(object) {
        return Ok(Some(vec![name.to_owned()]));
    }
    if let Some(recipe) = object.get("Recipe").and_then(Value::as_object) {
        return Ok(steps_of(recipe).map(|name| vec!["Recipe".to_owned(), name.to_owned()]));
    }
    let Some(resources) = object.get("Resources").and_then(Value::as_object) else { return Ok(None) };
    let mut found = resources.iter().filter(|(_, resource)| resource["Type"] == "AWS::DataBrew::Recipe");
    match (found.next(), found.next()) {
        (Some((name, _)), None) => Ok(Some(
            [&["Resources", name, "Properties", "Steps"][..]].concat().into_iter().map(str::to_owned).collect(),
        )),
        (Some((first, _)), Some((second, _))) => {
            Err(damaged(format!("the template holds several recipes, among them {first} and {second}; take one out")))
        }
        (None, _) => Err(damaged("the template holds no recipe (AWS::DataBrew::Recipe)")),
    }
}

/// Parses JSON, or YAML when the text does not begin as JSON does.
pub fn parse_text(text: &str) -> Result<Value> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(damaged("the file is empty"));
    }
    if text.trim_start().starts_with(['[', '{']) {
        return serde_json::from_str(text).map_err(|e| {
            let message = format!("not valid JSON at line {}, column {}", e.line(), e.column());
            damaged(message).caused_by(e)
        });
    }
    serde_saphyr::from_str(text).map_err(|e| {
        let place = e.location().map(|l| format!(" at line {}, column {}", l.line(), l.column()));
        damaged(format!("not valid YAML{}", place.unwrap_or_default())).caused_by(e)
    })
}

/// Writes a JSON value in a notation, ending in a line break.
pub fn write_value(value: &Value, notation: Notation) -> Result<String> {
    match notation {
        Notation::Json => serde_json::to_string_pretty(value)
            .map(|text| text + "\n")
            .map_err(|e| Error::new(ErrorKind::Internal, "the recipe cannot be written as JSON").caused_by(e)),
        Notation::Yaml => serde_saphyr::to_string(value)
            .map(|text| if text.ends_with('\n') { text } else { text + "\n" })
            .map_err(|e| Error::new(ErrorKind::Internal, "the recipe cannot be written as YAML").caused_by(e)),
    }
}

fn damaged(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::File, message).advise("nothing was changed in the file")
}
