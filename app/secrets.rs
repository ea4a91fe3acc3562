//! Secrets from the environment, for the command line and the window alike; the engine itself never reads it.

/// The variable that holds a secret: `pepper` stands in `BREWHOUSE_SECRET_PEPPER`.
pub fn variable(name: &str) -> String {
    format!("BREWHOUSE_SECRET_{}", name.to_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_"))
}

/// The secret of a name, if the environment holds it.
pub fn from_environment(name: &str) -> Option<String> {
    std::env::var(variable(name)).ok()
}
