//! Parameters that hold lists, and choices whose spelling is forgiven: blanks, hyphens, underscores and capitals do not count.

use super::param::{Kind, ParamSpec, ParamType};

/// Several of a parameter's allowed values, as a JSON list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words(pub(super) Vec<&'static str>);

impl ParamType for Words {
    const KIND: Kind = Kind::Choices;
    fn parse(spec: &ParamSpec, text: &str) -> Result<Self, String> {
        let words = Texts::parse(spec, text)?.0;
        words.iter().map(|word| chosen(spec, word)).collect::<Result<_, _>>().map(Self)
    }
    fn write(&self) -> String {
        serde_json::Value::from(self.0.clone()).to_string()
    }
    fn describe(&self, spec: &ParamSpec) -> String {
        let label = |word: &'static str| spec.choices.iter().find(|c| c.value == word).map_or(word, |c| c.label);
        self.0.iter().map(|word| label(word)).collect::<Vec<_>>().join(", ")
    }
}

/// Several texts, as a JSON list; single quotes are forgiven, and a text that is no list is one of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Texts(pub(super) Vec<String>);

impl ParamType for Texts {
    const KIND: Kind = Kind::Texts;
    fn parse(spec: &ParamSpec, text: &str) -> Result<Self, String> {
        let text = text.trim();
        if !text.starts_with('[') {
            return Ok(Self(vec![text.to_owned()]));
        }
        let read = serde_json::from_str(text).or_else(|_| serde_json::from_str(&text.replace('\'', "\"")));
        read.map(Self).map_err(|_| format!("“{text}” is not a list such as {}", spec.example))
    }
    fn write(&self) -> String {
        serde_json::Value::from(self.0.clone()).to_string()
    }
    fn describe(&self, _: &ParamSpec) -> String {
        self.0.join(", ")
    }
}

/// One of the parameter's allowed values, however it is spelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named(pub(super) &'static str);

impl ParamType for Named {
    const KIND: Kind = Kind::Choice;
    fn parse(spec: &ParamSpec, text: &str) -> Result<Self, String> {
        chosen(spec, text).map(Self)
    }
    fn write(&self) -> String {
        self.0.to_owned()
    }
    fn describe(&self, spec: &ParamSpec) -> String {
        spec.choices.iter().find(|c| c.value == self.0).map_or(self.0, |c| c.label).to_lowercase()
    }
}

fn chosen(spec: &ParamSpec, text: &str) -> Result<&'static str, String> {
    let wanted = plain(text);
    let same = |spelling: &str| plain(spelling) == wanted;
    let found = spec.choices.iter().find(|c| same(c.value) || c.aliases.iter().any(|alias| same(alias)));
    found.map(|c| c.value).ok_or_else(|| {
        let values: Vec<_> = spec.choices.iter().map(|c| c.value).collect();
        format!("“{text}” is not one of {}", values.join(", "))
    })
}

/// A spelling without what does not count.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| !matches!(letter, ' ' | '_' | '-')).flat_map(char::to_lowercase).collect()
}
