//! Encryption and decryption with AES-256-GCM-SIV of RustCrypto (RFC 8452), which stays safe when a nonce is used twice.
//!
//! An encrypted cell is a token: `bh1d.TYPE.LETTERS` or `bh1e.TYPE.LETTERS`, where the letters (base64) are nonce, ciphertext and tag,
//! and all before them is authenticated. The nonce is a code of the plain text under a key of its own, so two texts never share one;
//! for ENCRYPT the seed, the column and the row go into it too. So a preview and a run with one seed write the same bytes.

use super::convert::convert;
use super::entity::{ENTITIES, places};
use super::param::{Param, SecretName};
use super::secret::{Coder, KMS_KEY, SECRET, key, local_name};
use super::{Apply, Args, Context, Example, Facts, Family, Locality, Operation, Output, draw, params};
use crate::error::{Error, ErrorKind, Result};
use crate::named::col;
use crate::types::{TypeClass, dtype_of_word, word_of_dtype};
use aes_gcm_siv::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use polars::prelude::{
    Column, DataType, Expr, Field, Int64Chunked, IntoColumn as _, IntoSeries as _, LazyFrame, NULL,
    NewChunkedArray as _, PolarsResult, StringChunked, lit,
};
use regex::Regex;
use std::sync::Arc;

static KEEP_TYPE: Param<bool> = Param::new("preserveDataType", "Keep the type")
    .help("Whether the name of the column's type stands readable beside the encrypted cells, so that DECRYPT brings it back.")
    .default("true");

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "DETERMINISTIC_ENCRYPT",
        title: "Encrypt, equal stays equal",
        summary: "Encrypts the cells of some columns with AES-256-GCM-SIV and a key made from a secret, in place: equal texts become equal \
                  ones, so that they can still be joined and counted. Only DETERMINISTIC_DECRYPT with the same secret reads them, and what \
                  it yields is text. Missing cells stay missing, empty text is encrypted. A recipe names the secret and never holds it. \
                  With entityTypeFilter only the personal data inside the text is encrypted. This is not AWS' own format: DataBrew cannot \
                  read it.",
        sentence: "Encrypt {sourceColumns}, equal stays equal",
        params: &[&params::SOURCES.spec, &SECRET.spec, &ENTITIES.spec],
        ignores: &["secretVersion", "createSecretIfMissing"],
        apply: Apply::Columns(|args, context| encrypt(args, context, &DETERMINISTIC)),
        examples: &[Example {
            title: "With the examples' secret “pepper”; equal cells stay equal",
            params: &[("sourceColumns", "[\"mail\"]"), ("secretId", "pepper")],
            conditions: &[],
            before: "mail:text\na@b.de\na@b.de\n\"\"\n∅",
            after: "mail:text\nbh1d..sHNj2FR0QpBmvSwT1lhFQZDZeBNefejNCOdyD1QotvfBLw\nbh1d..sHNj2FR0QpBmvSwT1lhFQZDZeBNefejNCOdyD1QotvfBLw\nbh1d..5Cxt5ElJCKCjdOMDtazu6A5b_m_7ygkpwsrZHA\n∅",
        }],
        ..ENCRYPTION
    },
    Operation {
        name: "DETERMINISTIC_DECRYPT",
        title: "Decrypt what stayed equal",
        summary: "Decrypts what DETERMINISTIC_ENCRYPT encrypted, in some columns, in place, as text; also inside longer texts. What was not \
                  encrypted stays. A wrong secret is an error that says how many cells it concerns, and nothing is written. What AWS \
                  encrypted with its own keys cannot be read here.",
        sentence: "Decrypt {sourceColumns}",
        params: &[&params::SOURCES.spec, &SECRET.spec],
        ignores: &["secretVersion", "createSecretIfMissing"],
        reveals: true,
        facts: Some(Facts::figures(|args, context, frame| query(args, context, frame, &DETERMINISTIC))),
        apply: Apply::Columns(|args, context| decrypt(args, context, &DETERMINISTIC)),
        examples: &[Example {
            title: "What was not encrypted stays",
            params: &[("sourceColumns", "[\"mail\"]"), ("secretId", "pepper")],
            conditions: &[],
            before: "mail:text\nbh1d..sHNj2FR0QpBmvSwT1lhFQZDZeBNefejNCOdyD1QotvfBLw\nplain\n∅",
            after: "mail:text\na@b.de\nplain\n∅",
        }],
        ..ENCRYPTION
    },
    Operation {
        name: "ENCRYPT",
        title: "Encrypt",
        summary: "Encrypts the cells of some columns with AES-256-GCM-SIV and a key made from a secret, in place: equal texts in different \
                  rows become different ones. What comes out follows from the secret, the run's seed, the column, the row's place and the \
                  text: a preview shows what a run writes, and runs with one seed repeat themselves; give each run its own seed to hide \
                  which rows stayed the same. The name of the column's type stands readable in each cell unless preserveDataType is false. \
                  The secret has the name of the AWS key. Missing cells stay missing, empty text is encrypted. With entityTypeFilter only \
                  the personal data inside the text is encrypted. This is not AWS' own format: DataBrew cannot read it.",
        sentence: "Encrypt {sourceColumns}",
        params: &[&params::SOURCES.spec, &KMS_KEY.spec, &ENTITIES.spec, &KEEP_TYPE.spec],
        locality: |_| Locality::Ordered,
        apply: Apply::Columns(|args, context| encrypt(args, context, &PROBABILISTIC)),
        examples: &[Example {
            title: "Equal numbers become different texts",
            params: &[("sourceColumns", "[\"pin\"]"), ("kmsKeyArn", "arn:aws:kms:us-east-1:012345678901:key/pepper")],
            conditions: &[],
            before: "pin:whole\n42\n42\n∅",
            after: "pin:text\nbh1e.long.bhbf1DNnxL0A8pMhpD3xQf7SbSkrtk2sxVn1Ps3s\nbh1e.long.QiOQUn-If5WRPh8ZLggu4DnnPQDxWMxEDi2jq9n6\n∅",
        }],
        ..ENCRYPTION
    },
    Operation {
        name: "DECRYPT",
        title: "Decrypt",
        summary: "Decrypts what ENCRYPT encrypted, in some columns, in place; also inside longer texts. When all cells were of one type \
                  and it was kept, the column has that type again, else it is text. What was not encrypted stays. A wrong secret is an \
                  error that says how many cells it concerns, and nothing is written. What AWS encrypted with its own keys cannot be read \
                  here.",
        sentence: "Decrypt {sourceColumns}",
        params: &[&params::SOURCES.spec, &KMS_KEY.spec],
        reveals: true,
        facts: Some(Facts {
            shapes: true,
            ..Facts::figures(|args, context, frame| query(args, context, frame, &PROBABILISTIC))
        }),
        apply: Apply::Columns(|args, context| decrypt(args, context, &PROBABILISTIC)),
        examples: &[Example {
            title: "The type comes back",
            params: &[("sourceColumns", "[\"pin\"]"), ("kmsKeyArn", "pepper")],
            conditions: &[],
            before: "pin:text\nbh1e.long.bhbf1DNnxL0A8pMhpD3xQf7SbSkrtk2sxVn1Ps3s\nbh1e.long.QiOQUn-If5WRPh8ZLggu4DnnPQDxWMxEDi2jq9n6\n∅",
            after: "pin:whole\n42\n42\n∅",
        }],
        ..ENCRYPTION
    },
];

/// What the operations of this family have in common.
const ENCRYPTION: Operation = Operation { family: Family::Protect, ..Operation::DEFAULT };

/// One of the two ways to encrypt.
struct Way {
    mark: &'static str,
    secret: &'static Param<SecretName>,
    /// What the nonce's and the text's keys are made for.
    purposes: [&'static str; 2],
    /// The operation that reads it.
    reader: &'static str,
}

static DETERMINISTIC: Way = Way {
    mark: "bh1d",
    secret: &SECRET,
    purposes: ["deterministic nonce, version 1", "deterministic text, version 1"],
    reader: "DETERMINISTIC_DECRYPT",
};
static PROBABILISTIC: Way = Way {
    mark: "bh1e",
    secret: &KMS_KEY,
    purposes: ["probabilistic nonce, version 1", "probabilistic text, version 1"],
    reader: "DECRYPT",
};

/// A token inside a text, and the word of its type.
const TOKEN: &str = r"(bh1[de]\.([A-Za-z0-9]*)\.)([A-Za-z0-9_-]{38,})";
/// Base64 letters without an end: what AWS writes.
const FOREIGN: &str = r"^[A-Za-z0-9+/]{38,}={0,2}$";
/// The bytes of a nonce.
const NONCE: usize = 12;

#[derive(Clone)]
struct Cipher {
    nonces: Coder,
    texts: Aes256GcmSiv,
}

impl Cipher {
    fn new(args: &Args, context: &Context<'_>, way: &Way) -> Result<Self> {
        let made =
            |purpose| key(&args.get(way.secret)?, context, purpose).map_err(|e| e.at_param(way.secret.spec.name));
        let [nonces, texts] = way.purposes;
        Ok(Self { nonces: Coder::new(&made(nonces)?)?, texts: Aes256GcmSiv::new(&made(texts)?.into()) })
    }

    /// The token of a text; none for one of many gigabytes.
    fn encrypt(&self, text: &str, place: &[&[u8]], header: &str) -> Option<String> {
        let parts: Vec<&[u8]> = std::iter::once(text.as_bytes()).chain(place.iter().copied()).collect();
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&self.nonces.code(&parts)[..NONCE]);
        let payload = Payload { msg: text.as_bytes(), aad: header.as_bytes() };
        let sealed = self.texts.encrypt(&Nonce::from(nonce), payload).ok()?;
        Some(format!("{header}{}", URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())))
    }

    fn decrypt(&self, header: &str, letters: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(letters).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let payload = Payload { msg: sealed, aad: header.as_bytes() };
        String::from_utf8(self.texts.decrypt(&Nonce::from(nonce), payload).ok()?).ok()
    }
}

fn encrypt(args: &Args, context: &Context<'_>, way: &'static Way) -> Result<Vec<Output>> {
    let (cipher, places) = (Cipher::new(args, context, way)?, places(args)?);
    let by_row = way.mark == PROBABILISTIC.mark;
    let mut outputs = Vec::new();
    for name in args.get(&params::SOURCES)?.0 {
        let dtype = context.dtype(&name)?;
        let keeps = by_row && places.is_none() && args.get(&KEEP_TYPE)?;
        let header = format!("{}.{}.", way.mark, if keeps { type_word(dtype) } else { String::new() });
        let text = convert(col(name.as_str()), dtype, &DataType::String);
        let (cipher, places, seed, column) = (cipher.clone(), places.clone(), context.env.seed, name.clone());
        let sealed = move |text: &str, row: Option<i64>| {
            let (seed, row) = (seed.to_be_bytes(), row.unwrap_or_default().to_be_bytes());
            let place: &[&[u8]] = if by_row { &[&seed, column.as_bytes(), &row] } else { &[] };
            // A text that cannot be encrypted must not pass as it is.
            let seal = |text: &str| cipher.encrypt(text, place, &header).unwrap_or_default();
            match &places {
                None => seal(text),
                Some(places) => places.change(text, &seal),
            }
        };
        let cells = if by_row {
            text.map_many(
                move |columns: &mut [Column]| {
                    let (texts, rows) = (columns[0].str()?, columns[1].i64()?);
                    let changed = texts.iter().zip(rows.iter()).map(|(text, row)| Some(sealed(text?, row)));
                    Ok(texts_column(&columns[0], changed))
                },
                &[draw::rows()],
                |_, fields| Ok(Field::new(fields[0].name.clone(), DataType::String)),
            )
        } else {
            super::cells::map_text(text, move |text| Some(sealed(text, None)))
        };
        outputs.push(Output::new(&name, cells));
    }
    Ok(outputs)
}

fn texts_column(like: &Column, texts: impl Iterator<Item = Option<String>>) -> Column {
    let texts: Vec<Option<String>> = texts.collect();
    StringChunked::from_iter_options(like.name().clone(), texts.into_iter()).into_series().into_column()
}

/// The word of a type that decryption brings back; none for text.
fn type_word(dtype: &DataType) -> String {
    let word = word_of_dtype(dtype);
    match dtype_of_word(&word) {
        Some(DataType::String) | None => String::new(),
        Some(_) => word,
    }
}

/// What a cell is to a step that decrypts.
#[derive(Clone, Copy)]
enum Finding {
    Plain = 0,
    Fits = 1,
    WrongKey = 2,
    OtherWay = 3,
    Foreign = 4,
}

/// Finds the tokens of a way, and decrypts them.
#[derive(Clone)]
struct Opener {
    cipher: Cipher,
    mark: &'static str,
    token: Regex,
    foreign: Regex,
}

impl Opener {
    fn new(args: &Args, context: &Context<'_>, way: &Way) -> Result<Arc<Self>> {
        let damaged = |_| Error::new(ErrorKind::Internal, "a pattern of the engine is damaged");
        Ok(Arc::new(Self {
            cipher: Cipher::new(args, context, way)?,
            mark: way.mark,
            token: Regex::new(TOKEN).map_err(damaged)?,
            foreign: Regex::new(FOREIGN).map_err(damaged)?,
        }))
    }

    fn find(&self, text: &str) -> Finding {
        let mut finding = Finding::Plain;
        for token in self.token.captures_iter(text) {
            if !token[1].starts_with(self.mark) {
                return Finding::OtherWay;
            }
            if self.cipher.decrypt(&token[1], &token[3]).is_none() {
                return Finding::WrongKey;
            }
            finding = Finding::Fits;
        }
        if matches!(finding, Finding::Plain) && self.is_foreign(text.trim()) { Finding::Foreign } else { finding }
    }

    /// Whether a text looks like bytes in base64, and not like a word or a hash in hexadecimal letters.
    fn is_foreign(&self, text: &str) -> bool {
        let has = |class: fn(&u8) -> bool| text.bytes().any(|letter| class(&letter));
        let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
        mixed && self.foreign.is_match(text)
    }

    /// The text with its tokens decrypted; a token that does not open stays.
    fn open(&self, text: &str) -> String {
        let opened = self.token.replace_all(text, |token: &regex::Captures<'_>| {
            self.cipher.decrypt(&token[1], &token[3]).unwrap_or_else(|| token[0].to_owned())
        });
        opened.into_owned()
    }
}

/// Counts what the cells are, and asks which types they were.
fn query(args: &Args, context: &Context<'_>, frame: LazyFrame, way: &'static Way) -> Result<Option<LazyFrame>> {
    let opener = Opener::new(args, context, way)?;
    let (mut found, mut counted) = (Vec::new(), Vec::new());
    for (at, name) in args.get(&params::SOURCES)?.0.iter().enumerate() {
        let text = convert(col(name.as_str()), context.dtype(name)?, &DataType::String);
        let opener = opener.clone();
        let findings = text.clone().map(
            move |cells| finding_codes(&cells, &opener),
            |_, field| Ok(Field::new(field.name.clone(), DataType::Int64)),
        );
        let (code, word) = (format!("code {at}"), format!("word {at}"));
        found.push(findings.alias(code.as_str()));
        found.push(text.str().extract(lit(TOKEN), 2).alias(word.as_str()));
        for finding in [Finding::Plain, Finding::WrongKey, Finding::OtherWay, Finding::Foreign] {
            let number = finding as i64;
            counted
                .push(col(code.as_str()).eq(lit(number)).sum().cast(DataType::Int64).alias(format!("{number} {at}")));
        }
        counted.push(col(code.as_str()).count().cast(DataType::Int64).alias(format!("all {at}")));
        counted.push(col(word.as_str()).min().alias(format!("first {at}")));
        counted.push(col(word.as_str()).max().alias(format!("last {at}")));
    }
    Ok(Some(frame.select(found).select(counted)))
}

fn finding_codes(cells: &Column, opener: &Opener) -> PolarsResult<Column> {
    let codes: Int64Chunked = cells.str()?.iter().map(|text| Some(opener.find(text?) as i64)).collect();
    Ok(codes.with_name(cells.name().clone()).into_series().into_column())
}

fn decrypt(args: &Args, context: &Context<'_>, way: &'static Way) -> Result<Vec<Output>> {
    let opener = Opener::new(args, context, way)?;
    let mut outputs = Vec::new();
    for (at, name) in args.get(&params::SOURCES)?.0.iter().enumerate() {
        let mut back = DataType::String;
        if context.facts.is_some() {
            let facts = Found { context, at };
            facts.check(name, &args.get(way.secret)?, way)?;
            back = facts.dtype();
        }
        let text = convert(col(name.as_str()), context.dtype(name)?, &DataType::String);
        let opener = opener.clone();
        let plain = super::cells::map_text(text, move |text| Some(opener.open(text)));
        outputs.push(Output::new(name, restored(plain, &back)));
    }
    Ok(outputs)
}

fn restored(text: Expr, dtype: &DataType) -> Expr {
    match TypeClass::of(dtype) {
        TypeClass::Text => text,
        TypeClass::Boolean => {
            let yes = text.clone().eq(lit("true"));
            polars::prelude::when(text.is_null()).then(lit(NULL)).otherwise(yes).cast(DataType::Boolean)
        }
        _ => convert(text, &DataType::String, dtype),
    }
}

/// The answer to [`query`] for one column.
struct Found<'a> {
    context: &'a Context<'a>,
    at: usize,
}

impl Found<'_> {
    fn count(&self, what: &str) -> i64 {
        let column = self.context.facts.and_then(|facts| facts.column(&format!("{what} {}", self.at)).ok());
        column.and_then(|column| column.get(0).ok()?.extract::<i64>()).unwrap_or_default()
    }

    fn word(&self, which: &str) -> Option<String> {
        let column = self.context.facts?.column(&format!("{which} {}", self.at)).ok()?;
        column.get(0).ok()?.get_str().map(str::to_owned)
    }

    fn check(&self, column: &str, secret: &SecretName, way: &Way) -> Result<()> {
        let count = |finding: Finding| self.count(&(finding as i64).to_string());
        let (all, param) = (self.count("all"), way.secret.spec.name);
        let wrong = count(Finding::WrongKey);
        if wrong > 0 {
            let name = local_name(&secret.0);
            let message = format!("{wrong} of {all} cells of “{column}” cannot be decrypted with the secret “{name}”");
            return Err(Error::new(ErrorKind::Secret, message)
                .advise("they were encrypted with another secret or changed since; name the secret that encrypted them")
                .at_param(param));
        }
        let other = count(Finding::OtherWay);
        if other > 0 {
            let reader = if way.reader == "DECRYPT" { "DETERMINISTIC_DECRYPT" } else { "DECRYPT" };
            let message = format!("{other} of {all} cells of “{column}” are not for {}", way.reader);
            return Err(Error::new(ErrorKind::Data, message).advise(format!("{reader} reads them")));
        }
        let foreign = count(Finding::Foreign);
        if foreign > 0 {
            let message = format!(
                "{foreign} of {all} cells of “{column}” look encrypted by AWS with its own keys, which cannot be read here"
            );
            return Err(Error::new(ErrorKind::Data, message)
                .advise("decrypt them in DataBrew, or with the AWS Encryption SDK and the AWS key"));
        }
        Ok(())
    }

    /// The type that all cells had; text when they had several, or when some were never encrypted.
    fn dtype(&self) -> DataType {
        let (first, last) = (self.word("first"), self.word("last"));
        let word = first.filter(|first| Some(first) == last.as_ref() && self.count("0") == 0);
        word.and_then(|word| dtype_of_word(&word)).unwrap_or(DataType::String)
    }
}
