//! Cells replaced by a hash, so that equal values stay equal and can no longer be read.

use super::entity::{Change, ENTITIES, change_texts};
use super::param::{Choice, Chosen, Param, SecretName, choice};
use super::secret::secret;
use super::{Apply, Args, Context, Example, Family, Operation, Output, params};
use crate::error::{Error, ErrorKind, Result};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use std::sync::Arc;

static ALGORITHM: Param<Chosen> = Param::new("algorithm", "Algorithm")
    .help("How the hash is made; the HMAC ones use a secret. Those of MD5 and SHA-1 are broken and only for recipes that have them.")
    .default("HMAC_SHA256")
    .choices(ALGORITHMS);
static ALGORITHMS: &[Choice] = &[
    choice("HMAC_SHA256", "HMAC with SHA-256"),
    choice("HMAC_SHA512", "HMAC with SHA-512"),
    choice("SHA256", "SHA-256, without a secret"),
    choice("SHA512", "SHA-512, without a secret"),
    choice("HMAC_MD5", "HMAC with MD5 (weak)"),
    choice("HMAC_SHA1", "HMAC with SHA-1 (weak)"),
    choice("MD5", "MD5, without a secret (broken)"),
    choice("SHA1", "SHA-1, without a secret (broken)"),
];
static SECRET: Param<SecretName> = Param::new("secretId", "Secret")
    .help("The name of the secret that keys the hash; of an ARN the last part is the name.")
    .example("arn:aws:secretsmanager:us-east-1:012345678901:secret:pepper")
    .optional();

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "CRYPTOGRAPHIC_HASH",
    title: "Hash",
    summary: "Replaces the cells of some columns by a hash of their text, in small hexadecimal letters, in place. The text is hashed as \
              UTF-8; numbers and dates are hashed as they are written. Missing cells stay missing, an empty text has a hash. The HMAC \
              algorithms use a secret, which a recipe names and never holds; without one, short values such as telephone numbers are \
              found again by trying all. With entityTypeFilter only the personal data inside the text is replaced.",
    sentence: "Hash {sourceColumns} with {algorithm}",
    family: Family::Protect,
    params: &[&params::SOURCES.spec, &ALGORITHM.spec, &SECRET.spec, &ENTITIES.spec],
    ignores: &["secretVersion", "createSecretIfMissing"],
    apply: Apply::Columns(hash),
    examples: &[
        Example {
            title: "With the examples' secret “pepper”; equal cells stay equal",
            params: &[("sourceColumns", "[\"mail\"]"), ("secretId", "pepper")],
            conditions: &[],
            before: "mail:text\na@b.de\na@b.de\n\"\"\n∅",
            after: "mail:text\n7ceabcd09602769f0c00e26a8261b317c6235c1d8f09582754b72885843d2808\n7ceabcd09602769f0c00e26a8261b317c6235c1d8f09582754b72885843d2808\nf533a36e0ff4230f667541b07591ccfbb35288c3d5057b1161d05c84c40ab0f0\n∅",
        },
        Example {
            title: "Without a secret",
            params: &[("sourceColumns", "[\"code\"]"), ("algorithm", "SHA256")],
            conditions: &[],
            before: "code:text\nabc",
            after: "code:text\nba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        },
    ],
    ..Operation::DEFAULT
}];

fn hash(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    change_texts(args, context, &hasher(args, context)?)
}

fn hasher(args: &Args, context: &Context<'_>) -> Result<Change> {
    match args.get(&ALGORITHM)?.0 {
        "MD5" => Ok(plain::<Md5>()),
        "SHA1" => Ok(plain::<Sha1>()),
        "SHA256" => Ok(plain::<Sha256>()),
        "SHA512" => Ok(plain::<Sha512>()),
        "HMAC_MD5" => keyed::<Hmac<Md5>>(args, context),
        "HMAC_SHA1" => keyed::<Hmac<Sha1>>(args, context),
        "HMAC_SHA512" => keyed::<Hmac<Sha512>>(args, context),
        _ => keyed::<Hmac<Sha256>>(args, context),
    }
}

fn plain<D: Digest>() -> Change {
    Arc::new(|text| hexadecimal(&D::digest(text)))
}

fn keyed<M: Mac + KeyInit + Clone + Send + Sync + 'static>(args: &Args, context: &Context<'_>) -> Result<Change> {
    let Some(id) = args.find(&SECRET)? else {
        return Err(Error::new(ErrorKind::Parameter, "this algorithm needs a secret")
            .advise("name one in secretId, or choose SHA256")
            .at_param(SECRET.spec.name));
    };
    let secret = secret(&id, context).map_err(|e| e.at_param(SECRET.spec.name))?;
    let unusable = |_| Error::new(ErrorKind::Secret, "the secret cannot be used as a key").at_param(SECRET.spec.name);
    let key = <M as KeyInit>::new_from_slice(&secret).map_err(unusable)?;
    Ok(Arc::new(move |text| hexadecimal(&key.clone().chain_update(text).finalize().into_bytes())))
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
