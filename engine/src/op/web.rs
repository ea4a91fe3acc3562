//! Addresses of the internet: IPv4 addresses as numbers and back, and the parameters of a URL.

use super::param::{Column, Param};
use super::{Apply, Args, Example, Family, Operation, ParamRule, new_column, params};
use crate::error::Result;
use crate::named::col;
use crate::op::convert::convert;
use crate::types::{TEXT, TypeClass};
use polars::prelude::{
    DataType, Expr, Field, Int64Chunked, IntoColumn as _, IntoSeries as _, NamedFrom as _, Series, lit,
};
use serde_json::{Map, Value, json};
use std::net::Ipv4Addr;

static COLUMN: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The text column; give this or a value.")
    .example("client_ip")
    .accepts(TEXT)
    .optional();
static NUMBER: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The column of whole numbers; give this or a value.")
    .example("client_ip_int")
    .accepts(&[TypeClass::Whole, TypeClass::Text])
    .optional();
static VALUE: Param<String> =
    Param::new("value", "Value").help("A text that stands in place of the column.").example("192.168.1.1").optional();

/// What the operations of this family share.
const WEB: Operation = Operation {
    family: Family::Extract,
    rules: &[ParamRule::OnlyOneOf(&["sourceColumn", "value"])],
    converts: true,
    ..Operation::DEFAULT
};

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "IP_TO_INT",
        title: "IP address to number",
        summary: "Turns an IPv4 address into a whole number, into a new column: 192.168.1.1 is 3232235777. Blanks around it do not matter; what is \
              no IPv4 address (a name, a URL, a part above 255) becomes missing and is counted. A missing cell stays missing.",
        sentence: "Number of the address {sourceColumn}{value} into {targetColumn}",
        params: &[&COLUMN.spec, &VALUE.spec, &params::TARGET.spec],
        apply: Apply::Columns(|args, _| {
            let numbers = text(args)?.map(
                |cells| {
                    let number = |text: &str| text.trim().parse::<Ipv4Addr>().ok().map(|ip| i64::from(u32::from(ip)));
                    let numbers: Int64Chunked = cells.str()?.iter().map(|text| number(text?)).collect();
                    Ok(numbers.with_name(cells.name().clone()).into_series().into_column())
                },
                |_, field| Ok(Field::new(field.name.clone(), DataType::Int64)),
            );
            new_column(args, numbers)
        }),
        examples: &[Example {
            title: "What is no address is missing",
            params: &[("sourceColumn", "ip"), ("targetColumn", "n")],
            conditions: &[],
            before: "ip:text\n192.168.1.1\n255.255.255.255\n1.2.3.256\nlocalhost\n∅",
            after: "ip:text | n:whole\n192.168.1.1 | 3232235777\n255.255.255.255 | 4294967295\n1.2.3.256 | ∅\nlocalhost | ∅\n∅ | ∅",
        }],
        ..WEB
    },
    Operation {
        name: "INT_TO_IP",
        title: "Number to IP address",
        summary: "Turns a whole number into an IPv4 address, into a new column: 167772410 is 10.0.0.250. Numbers below 0 or above 4294967295 and \
              text that is no whole number become missing and are counted. A missing cell stays missing.",
        sentence: "Address of the number {sourceColumn}{value} into {targetColumn}",
        params: &[&NUMBER.spec, &VALUE.spec, &params::TARGET.spec],
        apply: Apply::Columns(|args, context| {
            let cells = match args.find(&NUMBER)? {
                Some(Column(name)) => convert(col(name.as_str()), context.dtype(&name)?, &DataType::Int64),
                None => convert(lit(args.get(&VALUE)?), &DataType::String, &DataType::Int64),
            };
            let addresses = cells.cast(DataType::Int64).map(
                |cells| {
                    let address = |number: i64| u32::try_from(number).ok().map(|n| Ipv4Addr::from(n).to_string());
                    let texts: Vec<Option<String>> = cells.i64()?.iter().map(|number| address(number?)).collect();
                    Ok(Series::new(cells.name().clone(), texts).into_column())
                },
                |_, field| Ok(Field::new(field.name.clone(), DataType::String)),
            );
            new_column(args, addresses)
        }),
        examples: &[Example {
            title: "Numbers beyond the addresses are missing",
            params: &[("sourceColumn", "n"), ("targetColumn", "ip")],
            conditions: &[],
            before: "n:whole\n167772410\n0\n-1\n4294967296\n∅",
            after: "n:whole | ip:text\n167772410 | 10.0.0.250\n0 | 0.0.0.0\n-1 | ∅\n4294967296 | ∅\n∅ | ∅",
        }],
        ..WEB
    },
    Operation {
        name: "URL_PARAMS",
        title: "URL parameters",
        summary: "Writes the parameters of a URL as a JSON object into a new column; each value is a list, since a name can occur several times. \
              Percent signs and plus signs are decoded; a parameter without a value holds an empty text. A URL without parameters \
              yields {}, a missing cell stays missing.",
        sentence: "Parameters of the URL {sourceColumn}{value} into {targetColumn}",
        params: &[&COLUMN.spec, &VALUE.spec, &params::TARGET.spec],
        converts: false,
        apply: Apply::Columns(|args, _| {
            let objects = text(args)?.map(
                |cells| {
                    let texts: Vec<Option<String>> = cells.str()?.iter().map(|url| Some(url_params(url?))).collect();
                    Ok(Series::new(cells.name().clone(), texts).into_column())
                },
                |_, field| Ok(Field::new(field.name.clone(), DataType::String)),
            );
            new_column(args, objects)
        }),
        examples: &[Example {
            title: "A name that occurs twice",
            params: &[("sourceColumn", "url"), ("targetColumn", "parts")],
            conditions: &[],
            before: "url:text\nhttps://a.de/x?a=1&b=z%C3%BCrich+see&a=2#top\nhttps://a.de/\n∅",
            after: "url:text | parts:text\nhttps://a.de/x?a=1&b=z%C3%BCrich+see&a=2#top | \"{\\\"a\\\":[\\\"1\\\",\\\"2\\\"],\\\"b\\\":[\\\"zürich see\\\"]}\"\nhttps://a.de/ | {}\n∅ | ∅",
        }],
        ..WEB
    },
];

fn text(args: &Args) -> Result<Expr> {
    Ok(match args.find(&COLUMN)? {
        Some(Column(name)) => col(name),
        None => lit(args.get(&VALUE)?),
    })
}

fn url_params(url: &str) -> String {
    let query = url.split('#').next().and_then(|url| url.split_once('?')).map_or("", |(_, query)| query);
    let mut found: Map<String, Value> = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let list = found.entry(decoded(name)).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(Value::String(decoded(value)));
        }
    }
    Value::Object(found).to_string()
}

/// Percent signs with two digits become the bytes they stand for, a plus sign a blank; what is no UTF-8 then becomes the sign �.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit =
        |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high * 16 + low);
                at += 2;
            }
            (b'+', _, _) => out.push(b' '),
            (byte, _, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}
