//! Published versions of a recipe: a number, a description, a time, and the steps as they were then. They stand in the project file in the
//! words of `DataBrew` (`RecipeVersion`, `PublishedDate`), and what else a version holds is written back as it was.

use super::{Recipe, Step, damaged};
use crate::error::Result;
use serde_json::{Value, json};

/// A published version.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// Its number, counted from 1.
    pub number: u64,
    /// What is new in it.
    pub description: String,
    /// When it was published, as RFC 3339 has it; empty where the file does not say.
    pub published: String,
    /// The steps, with all that the file says beside them.
    pub recipe: Recipe,
}

impl Version {
    /// A version of these steps.
    pub fn new(number: u64, description: &str, published: &str, steps: Vec<Step>) -> Self {
        let around = json!({
            "RecipeVersion": format!("{number}.0"),
            "Description": description,
            "PublishedDate": published,
            "Steps": [],
        });
        let recipe = Recipe { steps, envelope: Some((around, vec!["Steps".to_owned()])) };
        Self { number, description: description.to_owned(), published: published.to_owned(), recipe }
    }

    /// Reads a version as a project file holds it.
    pub fn from_value(value: &Value) -> Result<Self> {
        let text = |name: &str| match &value[name] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let told = text("RecipeVersion");
        let number = told.split('.').next().and_then(|whole| whole.parse().ok());
        let number = number
            .ok_or_else(|| damaged(format!("a published version needs RecipeVersion, a number, not “{told}”")))?;
        let recipe = Recipe::from_value(value)?;
        Ok(Self { number, description: text("Description"), published: text("PublishedDate"), recipe })
    }

    /// The version as a project file holds it.
    pub fn to_value(&self) -> Value {
        self.recipe.to_value()
    }

    /// Whether it holds these steps.
    pub fn is(&self, steps: &[Step]) -> bool {
        self.recipe.steps.len() == steps.len()
            && self.recipe.steps.iter().zip(steps).all(|(one, other)| one.same_as(other))
    }
}
