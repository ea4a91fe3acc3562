//! Secrets: found by the name that a recipe holds, given by the run, and turned into keys. Nothing of one is shown or stored.

use super::Context;
use super::param::{Param, SecretName};
use crate::error::{Error, ErrorKind, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The secret whose key encrypts and decrypts.
pub(super) static SECRET: Param<SecretName> = Param::new("secretId", "Secret")
    .help("The name of the secret; of an ARN the last part is the name.")
    .example("arn:aws:secretsmanager:us-east-1:012345678901:secret:pepper");

/// The key of AWS that stands for a secret.
pub(super) static KMS_KEY: Param<SecretName> = Param::new("kmsKeyArn", "Secret")
    .help("The name of the secret; of the ARN of an AWS key the last part is the name of a secret that is kept here.")
    .example("arn:aws:kms:us-east-1:012345678901:key/pepper");

/// The secret of DataBrew's own that is kept as base64.
const DEFAULT: &str = "databrew!default";

/// The secret that a step names: by its whole name, by the last part of an ARN, and by that without the letters that AWS appends.
pub(super) fn secret(id: &SecretName, context: &Context<'_>) -> Result<Vec<u8>> {
    let id = id.0.as_str();
    let name = local_name(id);
    let last = id.rsplit([':', '/']).next().unwrap_or(id);
    let found = [id, last, name].into_iter().find_map(|name| (context.env.secrets)(name));
    let text = found.filter(|secret| !secret.is_empty()).ok_or_else(|| {
        Error::new(ErrorKind::Secret, format!("there is no secret “{name}”"))
            .advise(format!(
                "set {}, name a file with --secrets, or keep it in the key store of the system as “{name}” of the service brewhouse; a \
                 recipe never holds it",
                variable(name)
            ))
    })?;
    if id != DEFAULT {
        return Ok(text.into_bytes());
    }
    STANDARD.decode(text.trim()).map_err(|_| {
        Error::new(ErrorKind::Secret, format!("the secret “{DEFAULT}” is not base64"))
            .advise("DataBrew keeps this secret as base64 letters; give it as it stands there")
    })
}

/// The variable of the environment that programs around the engine look a secret up in.
fn variable(name: &str) -> String {
    format!("BREWHOUSE_SECRET_{}", name.to_uppercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "_"))
}

/// The name that a secret is looked up by: the last part of an ARN, without the six letters that AWS appends.
pub(super) fn local_name(id: &str) -> &str {
    if !id.starts_with("arn:") {
        return id;
    }
    let last = id.rsplit([':', '/']).next().unwrap_or(id);
    match last.rsplit_once('-') {
        Some((plain, letters)) if id.contains(":secret:") && letters.len() == 6 => plain,
        _ => last,
    }
}

/// Shorter secrets are guessed.
const SHORTEST: usize = 16;

/// A key of 256 bits for one purpose, from a secret.
pub(super) fn key(id: &SecretName, context: &Context<'_>, purpose: &str) -> Result<[u8; 32]> {
    let secret = secret(id, context)?;
    if secret.len() < SHORTEST {
        let message = format!("the secret “{}” is too short to encrypt with", local_name(&id.0));
        let advice = format!("take at least {SHORTEST} random letters, for example from openssl rand -base64 32");
        return Err(Error::new(ErrorKind::Secret, message).advise(advice));
    }
    Ok(Coder::new(&secret)?.code(&[purpose.as_bytes()]))
}

/// Makes codes of 256 bits that nobody foretells without the key.
#[derive(Clone)]
pub(super) struct Coder(Hmac<Sha256>);

impl Coder {
    /// One with a key of any length.
    pub(super) fn new(key: &[u8]) -> Result<Self> {
        let unusable = |_| Error::new(ErrorKind::Secret, "the secret cannot be used as a key");
        Hmac::new_from_slice(key).map(Self).map_err(unusable)
    }

    /// The code of some parts, each told from the next by its length.
    pub(super) fn code(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}
