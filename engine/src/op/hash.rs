//! Cells replaced by a hash, so that equal values stay equal and can no longer be read.

use super::param::{Choice, Chosen, Param, SecretName, choice};
use super::{Apply, Args, Context, Example, Family, Operation, Output, params};
use crate::error::{Error, ErrorKind, Result};
use crate::op::convert::convert;
use hmac::{Hmac, KeyInit as _, Mac as _};
use polars::prelude::{DataType, Field, IntoColumn as _, NamedFrom as _, Series, col};
use sha2::{Digest as _, Sha256, Sha512};
use std::sync::Arc;

static ALGORITHM: Param<Chosen> = Param::new("algorithm", "Algorithm")
    .help("How the hash is made; the HMAC ones use a secret.")
    .default("HMAC_SHA256")
    .choices(ALGORITHMS);
static ALGORITHMS: &[Choice] = &[
    choice("HMAC_SHA256", "HMAC with SHA-256"),
    choice("HMAC_SHA512", "HMAC with SHA-512"),
    choice("SHA256", "SHA-256, without a secret"),
    choice("SHA512", "SHA-512, without a secret"),
];
static SECRET: Param<SecretName> = Param::new("secretId", "Secret")
    .help("The name of the secret that keys the hash; of an ARN the last part is the name.")
    .example("arn:aws:secretsmanager:us-east-1:012345678901:secret:pepper")
    .optional();
static ENTITIES: Param<String> = Param::new("entityTypeFilter", "Only entities")
    .help("Hashing of the personal data inside a longer text, which is refused here.")
    .optional();

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    name: "CRYPTOGRAPHIC_HASH",
    title: "Hash",
    summary: "Replaces the cells of some columns by a hash of their text, in small hexadecimal letters, in place. The text is hashed as \
              UTF-8; numbers and dates are hashed as they are written. Missing cells stay missing, an empty text has a hash. The HMAC \
              algorithms use a secret, which a recipe names and never holds; DataBrew's MD5 and SHA-1 are refused since they no longer \
              protect anything.",
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

type Hasher = Arc<dyn Fn(&[u8]) -> String + Send + Sync>;

fn hash(args: &Args, context: &Context<'_>) -> Result<Vec<Output>> {
    if args.text(ENTITIES.spec.name).is_some_and(|text| text != "[]") {
        let message = "hashing only the personal data inside a text is not there yet";
        return Err(Error::new(ErrorKind::Parameter, message)
            .advise("leave entityTypeFilter out to hash whole cells")
            .at_param(ENTITIES.spec.name));
    }
    let hasher = hasher(args, context)?;
    let mut outputs = Vec::new();
    for name in args.get(&params::SOURCES)?.0 {
        let hasher = hasher.clone();
        let text = convert(col(name.as_str()), context.dtype(&name)?, &DataType::String);
        let hashed = text.map(
            move |cells| {
                let hashes: Vec<Option<String>> =
                    cells.str()?.iter().map(|text| Some(hasher(text?.as_bytes()))).collect();
                Ok(Series::new(cells.name().clone(), hashes).into_column())
            },
            |_, field| Ok(Field::new(field.name.clone(), DataType::String)),
        );
        outputs.push(Output::new(&name, hashed));
    }
    Ok(outputs)
}

fn hasher(args: &Args, context: &Context<'_>) -> Result<Hasher> {
    let algorithm = args.get(&ALGORITHM)?.0;
    Ok(match algorithm {
        "SHA256" => Arc::new(|text| hexadecimal(&Sha256::digest(text))),
        "SHA512" => Arc::new(|text| hexadecimal(&Sha512::digest(text))),
        _ => {
            let secret = secret(args, context)?;
            let unusable =
                |_| Error::new(ErrorKind::Secret, "the secret cannot be used as a key").at_param(SECRET.spec.name);
            if algorithm == "HMAC_SHA512" {
                let key = Hmac::<Sha512>::new_from_slice(secret.as_bytes()).map_err(unusable)?;
                Arc::new(move |text| hexadecimal(&key.clone().chain_update(text).finalize().into_bytes()))
            } else {
                let key = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(unusable)?;
                Arc::new(move |text| hexadecimal(&key.clone().chain_update(text).finalize().into_bytes()))
            }
        }
    })
}

/// The secret that a step names: by its whole name, by the last part of an ARN, and by that without the letters that AWS appends.
fn secret(args: &Args, context: &Context<'_>) -> Result<String> {
    let Some(SecretName(id)) = args.find(&SECRET)? else {
        return Err(Error::new(ErrorKind::Parameter, "this algorithm needs a secret")
            .advise("name one in secretId, or choose SHA256")
            .at_param(SECRET.spec.name));
    };
    let last = id.rsplit(':').next().unwrap_or(&id);
    let plain = match last.rsplit_once('-') {
        Some((plain, letters)) if id.starts_with("arn:") && letters.len() == 6 => plain,
        _ => last,
    };
    let found = [id.as_str(), last, plain].into_iter().find_map(|name| (context.env.secrets)(name));
    found.filter(|secret| !secret.is_empty()).ok_or_else(|| {
        Error::new(ErrorKind::Secret, format!("there is no secret “{plain}”"))
            .advise("give it to the run under this name; a recipe never holds it")
            .at_param(SECRET.spec.name)
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
