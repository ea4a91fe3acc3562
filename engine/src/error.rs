//! The one error type of the engine.
//!
//! An error says where (step, operation, parameter), what, and what to do. `kind` is a closed enum, so that a caller decides
//! by kind; the text of a Polars error is kept as the source and never parsed.

use std::fmt;

/// The result of every engine call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What an error is about; decides exit codes and where a window shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A recipe or project file that cannot be read.
    File,
    /// An operation name that the table does not hold.
    UnknownOperation,
    /// A parameter that is missing, unknown or does not parse.
    Parameter,
    /// A column that is not there, or is there already.
    Column,
    /// A column whose type does not fit the operation.
    Type,
    /// Conditions on a step that takes none, or a damaged condition.
    Condition,
    /// A source that cannot be found or read.
    Source,
    /// A target that cannot be written.
    Sink,
    /// The data broke a rule of the recipe.
    Data,
    /// A secret that was not given.
    Secret,
    /// The run was cancelled.
    Cancelled,
    /// The engine failed in a way that is nobody's input.
    Internal,
}

/// One error: where it happened, what was wrong, and what to do.
#[derive(Debug)]
pub struct Error {
    /// The step it belongs to, counted from 1.
    pub step: Option<usize>,
    /// The operation of that step.
    pub operation: Option<String>,
    /// The parameter it belongs to.
    pub param: Option<String>,
    /// What it is about.
    pub kind: ErrorKind,
    /// What was wrong, in a sentence without a full stop.
    pub message: String,
    /// What can be done.
    pub advice: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of a kind, with its message.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { step: None, operation: None, param: None, kind, message: message.into(), advice: None, source: None }
    }

    /// The same error with what can be done about it.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// The same error placed at a parameter, unless it is placed already.
    #[must_use]
    pub fn at_param(mut self, param: &str) -> Self {
        self.param.get_or_insert_with(|| param.to_owned());
        self
    }

    /// The same error placed at a step (counted from 1), unless it is placed already.
    #[must_use]
    pub fn at_step(mut self, step: usize, operation: &str) -> Self {
        self.step.get_or_insert(step);
        self.operation.get_or_insert_with(|| operation.to_owned());
        self
    }

    /// The same error with the error that caused it.
    #[must_use]
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// The error about a disk that takes no more.
    pub(crate) fn without_room(what: &str) -> Self {
        Self::new(ErrorKind::Sink, what)
            .advise("make room on the disk, or write elsewhere; the old output is as it was")
    }

    /// The chain of causes, outermost first, as text.
    pub fn chain(&self) -> Vec<String> {
        let mut texts = Vec::new();
        let mut next = std::error::Error::source(self);
        while let Some(error) = next {
            texts.push(error.to_string());
            next = error.source();
        }
        texts
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(step) = self.step {
            write!(f, "step {step}")?;
            if let Some(operation) = &self.operation {
                write!(f, " ({operation})")?;
            }
            if let Some(param) = &self.param {
                write!(f, ", {param}")?;
            }
            write!(f, ": ")?;
        } else if let Some(param) = &self.param {
            write!(f, "{param}: ")?;
        }
        write!(f, "{}", self.message)?;
        if let Some(advice) = &self.advice {
            write!(f, "; {advice}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|e| e as &(dyn std::error::Error + 'static))
    }
}

impl From<polars::error::PolarsError> for Error {
    fn from(error: polars::error::PolarsError) -> Self {
        use polars::error::PolarsError as P;
        let kind = match &error {
            P::ColumnNotFound(_) | P::Duplicate(_) => ErrorKind::Column,
            P::SchemaMismatch(_) | P::InvalidOperation(_) | P::SchemaFieldNotFound(_) => ErrorKind::Type,
            P::IO { .. } => ErrorKind::Source,
            _ => ErrorKind::Internal,
        };
        // Only the first line: Polars appends its plan below it.
        let text = error.to_string();
        if let Some(what) = no_room(&text) {
            return Self::without_room(what).caused_by(error);
        }
        if text.contains("(os error 36)") {
            let advice = "shorten the values of the partition columns in a step before, or partition by another column";
            let message = "a folder's name would be longer than this system lets it be";
            return Self::new(ErrorKind::Sink, message).advise(advice).caused_by(error);
        }
        let message = text.lines().next().unwrap_or("the engine failed").to_owned();
        Self::new(kind, message).caused_by(error)
    }
}

// Writers below the engine tell the system's error as text alone, with its number at the end.
fn no_room(text: &str) -> Option<&'static str> {
    let told = |number: u8| text.contains(&format!("(os error {number})"));
    match () {
        () if told(28) => Some("the disk is full"),
        () if told(27) => Some("the file would be larger than this system lets it be"),
        () if told(122) => Some("the disk has no room left for this user"),
        () => None,
    }
}

/// A problem of a step, found before anything runs; what `check` reports and a form shows under its field.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// The step, counted from 1; 0 when the recipe as a whole is meant.
    pub step: usize,
    /// The operation of that step.
    pub operation: String,
    /// The parameter, when one is to blame.
    pub parameter: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What can be done.
    pub advice: Option<String>,
}

impl Problem {
    /// The problem that an error at a step states.
    pub fn from_error(step: usize, operation: &str, error: &Error) -> Self {
        Self {
            step,
            operation: operation.to_owned(),
            parameter: error.param.clone(),
            message: error.message.clone(),
            advice: error.advice.clone(),
        }
    }
}
