//! Keys of encrypted files: found by the name of a secret, never shown or stored.

use crate::error::{Error, ErrorKind, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::sync::Arc;

/// A key and the name it was found by.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// The name of the secret.
    pub name: String,
    bytes: Vec<u8>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.name)
    }
}

impl Key {
    /// The key that a secret holds: 16 or 32 letters as they are, or as many bytes in base64.
    pub fn of_secret(name: &str, secret: &str) -> Result<Self> {
        let text = secret.trim();
        let bytes =
            if text.ends_with('=') { STANDARD.decode(text).unwrap_or_default() } else { text.as_bytes().to_vec() };
        if !matches!(bytes.len(), 16 | 32) {
            return Err(Error::new(ErrorKind::Secret, format!("the secret “{name}” is no key of 16 or 32 bytes"))
                .advise("give the bytes as they are, or in base64, for example from openssl rand -base64 32"));
        }
        Ok(Self { name: name.to_owned(), bytes })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

type Secrets = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Where keys are found by their names.
#[derive(Clone, Default)]
pub struct Keys(Option<Secrets>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// Keys from secrets.
    pub fn new(secrets: Secrets) -> Self {
        Self(Some(secrets))
    }

    /// The key of a name, when there is such a secret.
    pub(crate) fn find(&self, name: &str) -> Option<Result<Key>> {
        let secret = self.0.as_ref()?(name).filter(|secret| !secret.is_empty())?;
        Some(Key::of_secret(name, &secret))
    }

    /// The key of a name.
    pub fn get(&self, name: &str) -> Result<Key> {
        self.find(name).unwrap_or_else(|| {
            Err(Error::new(ErrorKind::Secret, format!("there is no secret “{name}”"))
                .advise("name a file with --secrets, or set BREWHOUSE_SECRET_ and its name in capitals; a project never holds it"))
        })
    }
}
