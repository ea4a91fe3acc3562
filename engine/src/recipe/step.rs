//! A step as recipe files hold it: an operation name and a map of text to text.
//!
//! Serialization stops here. A step keeps the JSON it was read from and is written back from it, byte for byte in meaning,
//! until somebody edits it. Knows no operation: an unknown name is as good as any other here.

use serde_json::{Map, Value};

/// A condition of a step, as the file holds it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Condition {
    /// The name of a test: IS, `IS_NOT`, CONTAINS ...
    pub condition: String,
    /// Its value as text; lists are JSON text.
    pub value: Option<String>,
    /// The column whose cells are tested.
    pub column: String,
    /// Whether it begins another alternative: the conditions before it hold, or this one and those after it do.
    pub or: bool,
    /// Members that are not known, kept as they are.
    pub extra: Map<String, Value>,
}

impl Condition {
    /// A condition that must hold together with those before it.
    pub fn new(condition: &str, value: Option<&str>, column: &str) -> Self {
        Self {
            condition: condition.to_owned(),
            value: value.map(str::to_owned),
            column: column.to_owned(),
            ..Self::default()
        }
    }
}

/// One step of a recipe, as the file holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    operation: String,
    params: Vec<(String, String)>,
    conditions: Vec<Condition>,
    note: Option<String>,
    disabled: bool,
    kept: Option<Value>,
    extra: Map<String, Value>,
    action_extra: Map<String, Value>,
    raw: Option<Value>,
}

impl Step {
    /// A new step without parameters.
    pub fn new(operation: impl Into<String>) -> Self {
        Self {
            operation: operation.into(),
            params: Vec::new(),
            conditions: Vec::new(),
            note: None,
            disabled: false,
            kept: None,
            extra: Map::new(),
            action_extra: Map::new(),
            raw: None,
        }
    }

    /// The same step with a parameter set.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set_param(name, Some(value.into()));
        self
    }

    /// The same step with one more condition.
    #[must_use]
    pub fn when(mut self, condition: &str, value: Option<&str>, column: &str) -> Self {
        self.conditions.push(Condition::new(condition, value, column));
        self.raw = None;
        self
    }

    /// The same step with one more condition, which begins another alternative.
    #[must_use]
    pub fn or_when(mut self, condition: &str, value: Option<&str>, column: &str) -> Self {
        self.conditions.push(Condition { or: true, ..Condition::new(condition, value, column) });
        self.raw = None;
        self
    }

    /// The operation's name.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// All parameters, in file order.
    pub fn params(&self) -> &[(String, String)] {
        &self.params
    }

    /// A parameter's text.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Its conditions; all must hold.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Members of the step that are not known and stand where only known ones may, or are likely slips of known ones.
    pub fn strays(&self) -> Vec<&str> {
        let slips = self.extra.keys().filter(|key| is_slip(key));
        let conditions = self.conditions.iter().flat_map(|condition| condition.extra.keys());
        slips.chain(self.action_extra.keys()).chain(conditions).map(String::as_str).collect()
    }

    /// A person's note.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Whether it is switched off.
    pub fn disabled(&self) -> bool {
        self.disabled
    }

    /// What the data decided of its columns and it keeps; none where they decide anew in each run.
    pub fn kept(&self) -> Option<&Value> {
        self.kept.as_ref()
    }

    /// Keeps what the data decided of its columns, or lets them decide anew.
    pub fn set_kept(&mut self, kept: Option<Value>) {
        self.raw = None;
        self.kept = kept;
    }

    /// Sets or removes a parameter.
    pub fn set_param(&mut self, name: &str, value: Option<String>) {
        self.raw = None;
        let at = self.params.iter().position(|(n, _)| n == name);
        match (at, value) {
            (Some(at), Some(value)) => self.params[at].1 = value,
            (Some(at), None) => {
                self.params.remove(at);
            }
            (None, Some(value)) => self.params.push((name.to_owned(), value)),
            (None, None) => {}
        }
    }

    /// Replaces all conditions.
    pub fn set_conditions(&mut self, conditions: Vec<Condition>) {
        self.raw = None;
        self.conditions = conditions;
    }

    /// Sets or removes the note.
    pub fn set_note(&mut self, note: Option<String>) {
        self.raw = None;
        self.note = note.filter(|n| !n.trim().is_empty());
    }

    /// Switches the step off or on.
    pub fn set_disabled(&mut self, disabled: bool) {
        if self.disabled != disabled {
            self.raw = None;
            self.disabled = disabled;
        }
    }

    /// Reads a step in any of the shapes that real files hold; the text says what is missing.
    pub fn from_value(value: &Value) -> Result<Self, String> {
        let object = value.as_object().ok_or_else(|| format!("a step must be an object, this is {}", kind(value)))?;
        if let Some(inner) = member(object, "RecipeStep").filter(|v| v.is_object()) {
            let mut step = Self::from_value(inner)?;
            step.raw = Some(value.clone());
            return Ok(step);
        }
        let action = member(object, "Action").or_else(|| member(object, "RecipeAction"));
        let (action, bare) = match action {
            Some(action) => (action.as_object().ok_or("Action must be an object")?, false),
            None => (object, true),
        };
        let operation =
            member(action, "Operation").and_then(Value::as_str).ok_or("a step needs Action.Operation, a name")?;
        let mut step = Self::new(operation);
        match member(action, "Parameters") {
            None | Some(Value::Null) => {}
            Some(Value::Object(map)) => {
                step.params = map.iter().map(|(name, value)| (lower_first(name), text_of(value))).collect();
            }
            Some(other) => return Err(format!("Parameters must be an object, this is {}", kind(other))),
        }
        step.conditions = read_conditions(object, &mut step.params)?;
        step.note = member(object, "Note").and_then(Value::as_str).map(str::to_owned);
        step.disabled = member(object, "Disabled").is_some_and(|v| text_of(v) == "true");
        step.kept = member(object, "Columns").filter(|v| v.is_object()).cloned();
        // A member of that name that is no object is somebody else's, and stays as it is.
        let columns = if step.kept.is_some() { "Columns" } else { "Note" };
        let known = ["Action", "RecipeAction", "ConditionExpressions", "Note", "Disabled", columns];
        let known_bare = ["Operation", "Parameters"];
        step.extra =
            if bare { without(object, &[&known[..], &known_bare[..]].concat()) } else { without(object, &known) };
        if !bare {
            step.action_extra = without(action, &known_bare);
        }
        step.raw = Some(value.clone());
        Ok(step)
    }

    /// The step as it is written: as it was read when nobody edited it, else in DataBrew's own form.
    pub fn to_value(&self) -> Value {
        self.raw.clone().unwrap_or_else(|| self.canonical(true))
    }

    /// The step exactly as the DataBrew API takes it: text parameters, no additions of ours.
    pub fn to_databrew(&self) -> Value {
        self.canonical(false)
    }

    /// What of the step decides what a run makes, as text.
    pub fn meaning(&self) -> String {
        let mut text = self.to_databrew().to_string();
        if let Some(kept) = &self.kept {
            text.push_str(&kept.to_string());
        }
        text
    }

    fn canonical(&self, ours: bool) -> Value {
        let mut action = Map::new();
        action.insert("Operation".into(), Value::String(self.operation.clone()));
        let params: Map<_, _> = self.params.iter().map(|(n, v)| (n.clone(), Value::String(v.clone()))).collect();
        if !params.is_empty() {
            action.insert("Parameters".into(), Value::Object(params));
        }
        if ours {
            action.extend(self.action_extra.clone());
        }
        let mut step = Map::new();
        step.insert("Action".into(), Value::Object(action));
        if !self.conditions.is_empty() {
            step.insert("ConditionExpressions".into(), self.conditions.iter().map(write_condition).collect());
        }
        if ours {
            if let Some(note) = &self.note {
                step.insert("Note".into(), Value::String(note.clone()));
            }
            if self.disabled {
                step.insert("Disabled".into(), Value::Bool(true));
            }
            if let Some(kept) = &self.kept {
                step.insert("Columns".into(), kept.clone());
            }
            step.extend(self.extra.clone());
        }
        Value::Object(step)
    }
}

/// The conditions of a step. Some operations of DataBrew list them among their parameters, from where they are taken.
fn read_conditions(object: &Map<String, Value>, params: &mut Vec<(String, String)>) -> Result<Vec<Condition>, String> {
    const NAME: &str = "ConditionExpressions";
    let list = match member(object, NAME) {
        None | Some(Value::Null) => {
            let Some(at) = params.iter().position(|(name, _)| same_key(name, NAME)) else { return Ok(Vec::new()) };
            let (_, text) = params.remove(at);
            match serde_json::from_str(&text) {
                Ok(Value::Array(list)) => list,
                _ if text.trim().is_empty() => Vec::new(),
                _ => return Err("the parameter conditionExpressions must be a list of conditions".into()),
            }
        }
        Some(Value::Array(list)) => list.clone(),
        Some(other) => return Err(format!("ConditionExpressions must be a list, this is {}", kind(other))),
    };
    list.iter().map(read_condition).collect()
}

fn read_condition(entry: &Value) -> Result<Condition, String> {
    let entry = entry.as_object().ok_or("a condition must be an object")?;
    let text = |name: &str| member(entry, name).filter(|v| !v.is_null()).map(text_of);
    let or = match text("Connective") {
        None => false,
        Some(word) if word.eq_ignore_ascii_case("or") => true,
        Some(word) if word.eq_ignore_ascii_case("and") => false,
        Some(word) => return Err(format!("the Connective of a condition is AND or OR, not “{word}”")),
    };
    Ok(Condition {
        condition: text("Condition").ok_or("a condition needs the member Condition")?,
        value: text("Value").or_else(|| text("ConditionValue")),
        column: text("TargetColumn").ok_or("a condition needs the member TargetColumn")?,
        or,
        extra: without(entry, &["Condition", "Value", "ConditionValue", "TargetColumn", "Connective"]),
    })
}

fn write_condition(condition: &Condition) -> Value {
    let mut map = Map::new();
    map.insert("Condition".into(), Value::String(condition.condition.clone()));
    if let Some(value) = &condition.value {
        map.insert("Value".into(), Value::String(value.clone()));
    }
    map.insert("TargetColumn".into(), Value::String(condition.column.clone()));
    if condition.or {
        map.insert("Connective".into(), Value::String("OR".into()));
    }
    map.extend(condition.extra.clone());
    Value::Object(map)
}

/// The members of an object that are none of the known ones.
fn without(object: &Map<String, Value>, known: &[&str]) -> Map<String, Value> {
    let other = |key: &str| !known.iter().any(|name| same_key(key, name));
    object.iter().filter(|(key, _)| other(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Whether a member beside the action was most likely meant to be conditions, parameters or the action.
fn is_slip(key: &str) -> bool {
    let key = key.to_lowercase();
    ["condition", "param", "action", "operation"].iter().any(|word| key.contains(word)) || key == "enabled"
}

/// A member by its PascalCase name, also found in camelCase.
pub(super) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| object.iter().find(|(key, _)| same_key(key, name)).map(|(_, value)| value))
}

fn same_key(key: &str, name: &str) -> bool {
    key == name || lower_first(name) == *key
}

fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// Text as itself, everything else as compact JSON.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What a JSON value is, in words.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
