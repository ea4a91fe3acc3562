//! One value out of lists, maps and structures, by the way to it: `` `user`.`phones`[0].`number` ``.

use super::param::{Column, Kind, Param, ParamSpec, ParamType, Use};
use super::unnest::REMOVE;
use super::{Apply, Args, Context, Example, Family, Operation, Output, nest, params};
use crate::error::{Error, ErrorKind, Result};
use crate::named::{col, field_named};
use crate::types::{TypeClass, is_map};
use polars::prelude::{DataType, Expr, LazyFrame, element, lit};

static SOURCE: Param<Column> = Param::new("sourceColumn", "Column")
    .help("The column of structures, maps or lists.")
    .example("user")
    .accepts(&[TypeClass::Struct, TypeClass::List]);
static PATH: Param<Path> = Param::new("path", "Path")
    .help("The way to the value: names in backticks (or bare) with points between, items of a list as [0], counted from 0 or with -1 from the end.")
    .example("`user`.`address`.`zipcode`");
static DELIMITER: Param<String> =
    Param::new("delimiter", "Delimiter").help("What stands between two names of the path.").example("/").default(".");

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "EXTRACT_VALUE",
        title: "Extract a value",
        summary: "Adds a column with one value out of a structure, a map or a list. The path may begin with the column's own name, as \
                  DataBrew writes it, or inside the column. A key that a map does not have and an item beyond the end of a list are \
                  missing; a field that the structure does not have is refused before anything runs. A name after a list of \
                  structures takes the field of each item. With conditions only the selected rows get a value.",
        sentence: "Extract {path} into {targetColumn}",
        family: Family::Nested,
        params: &[&SOURCE.spec, &params::TARGET.spec, &PATH.spec],
        apply: Apply::Columns(|args, context| {
            let source = args.get(&SOURCE)?.0;
            let value = value(&source, &args.get(&PATH)?, context).map_err(|e| e.at_param(PATH.spec.name))?;
            super::new_column(args, value)
        }),
        examples: &[
            Example {
                title: "A field of a structure",
                params: &[("sourceColumn", "user"), ("targetColumn", "zip"), ("path", "`user`.`address`.`zip`")],
                conditions: &[],
                before: "user:struct<address: struct<zip: string>>\n{\"address\":{\"zip\":\"00184\"}}\n{\"address\":null}\n∅",
                after: "user:struct<address: struct<zip: string>> | zip:text\n\
                        {\"address\":{\"zip\":\"00184\"}} | 00184\n{\"address\":null} | ∅\n∅ | ∅",
            },
            Example {
                title: "The second item of a list; the column's name may be left out, and the backticks too",
                params: &[("sourceColumn", "user"), ("targetColumn", "second"), ("path", "citizen[1]")],
                conditions: &[],
                before: "user:struct<citizen: list<string>>\n{\"citizen\":[\"IT\",\"US\"]}\n{\"citizen\":[\"FR\"]}",
                after: "user:struct<citizen: list<string>> | second:text\n\
                        {\"citizen\":[\"IT\",\"US\"]} | US\n{\"citizen\":[\"FR\"]} | ∅",
            },
            Example {
                title: "A key of a map; without the key the cell is missing",
                params: &[("sourceColumn", "phone"), ("targetColumn", "home"), ("path", "`phone`.`home`")],
                conditions: &[],
                before: "phone:list<struct<key: string, value: long>>\n\
                         [{\"key\":\"work\",\"value\":7},{\"key\":\"home\",\"value\":5}]\n[]",
                after: "phone:list<struct<key: string, value: long>> | home:whole\n\
                        [{\"key\":\"work\",\"value\":7},{\"key\":\"home\",\"value\":5}] | 5\n[] | ∅",
            },
        ],
        ..Operation::DEFAULT
    },
    Operation {
        name: "UNNEST_SPECIFIC_KEY",
        title: "Open one key",
        summary: "Adds a column with the value of one key of a structure or map, which stands as deep as the path says; the path is read as by \
                  EXTRACT_VALUE. With another delimiter than a point, that stands between the names. The column itself stays unless \
                  it is removed. With conditions only the selected rows get a value, and the column cannot be removed.",
        sentence: "Open {path} of {sourceColumn} into {targetColumn}",
        family: Family::Nested,
        params: &[&SOURCE.spec, &params::TARGET.spec, &PATH.spec, &DELIMITER.spec, &REMOVE.spec],
        apply: Apply::Table(unnest_key),
        examples: &[Example {
            title: "One field two levels down",
            params: &[
                ("sourceColumn", "a"),
                ("targetColumn", "deep"),
                ("path", "`a`.`b`.`c`"),
                ("delimiter", "."),
                ("removeSourceColumn", "true"),
            ],
            conditions: &[],
            before: "a:struct<b: struct<c: long>> | n:whole\n{\"b\":{\"c\":3}} | 1\n∅ | 2",
            after: "deep:whole | n:whole\n3 | 1\n∅ | 2",
        }],
        ..Operation::DEFAULT
    },
];

/// One stretch of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stretch {
    Name(String),
    Item(i64),
}

/// The way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Path {
    text: String,
    stretches: Vec<Stretch>,
}

impl ParamType for Path {
    const KIND: Kind = Kind::Path;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        Self::read(text, ".")
    }
    fn write(&self) -> String {
        self.text.clone()
    }
    // The first of several stretches is the column's own name; a lone one may be inside the column.
    fn visit(&mut self, each: &mut dyn FnMut(&mut String, Use)) {
        let before = self.stretches.clone();
        if let [Stretch::Name(name), _, ..] = self.stretches.as_mut_slice() {
            each(name, Use::Reads);
        }
        if self.stretches != before {
            self.text = written(&self.stretches);
        }
    }
    fn describe(&self, _: &ParamSpec) -> String {
        self.text.replace('`', "")
    }
}

fn written(stretches: &[Stretch]) -> String {
    let mut text = String::new();
    for stretch in stretches {
        match stretch {
            Stretch::Name(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&format!("`{name}`"));
            }
            Stretch::Item(at) => text.push_str(&format!("[{at}]")),
        }
    }
    text
}

impl Path {
    fn read(text: &str, delimiter: &str) -> Result<Self, String> {
        let wrong = |what: &str| format!("“{text}” is not a path: {what}");
        let mut stretches = Vec::new();
        let mut rest = text.trim();
        let mut wants_name = true;
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix('[') {
                let (item, after) = inside.split_once(']').ok_or_else(|| wrong("a ] is missing"))?;
                let item = item.trim().trim_matches(['\'', '"']);
                let item = item.parse().map_err(|_| wrong("an item is a whole number, as in [0]"))?;
                stretches.push(Stretch::Item(item));
                (rest, wants_name) = (after, false);
            } else if let Some(after) = rest.strip_prefix(delimiter).filter(|_| !wants_name && !delimiter.is_empty()) {
                (rest, wants_name) = (after, true);
            } else if !wants_name {
                return Err(wrong(&format!("“{delimiter}” is missing between two names")));
            } else if let Some(inside) = rest.strip_prefix('`') {
                let (name, after) = inside.split_once('`').ok_or_else(|| wrong("a backtick is missing"))?;
                stretches.push(Stretch::Name(name.to_owned()));
                (rest, wants_name) = (after, false);
            } else {
                let point = if delimiter.is_empty() { None } else { rest.find(delimiter) };
                let end = point.unwrap_or(rest.len()).min(rest.find('[').unwrap_or(rest.len()));
                let name = rest[..end].trim();
                if name.is_empty() {
                    return Err(wrong("a name is missing"));
                }
                stretches.push(Stretch::Name(name.to_owned()));
                (rest, wants_name) = (&rest[end..], false);
            }
        }
        if stretches.is_empty() || wants_name {
            return Err(wrong("a name is missing"));
        }
        Ok(Self { text: text.to_owned(), stretches })
    }
}

fn unnest_key(args: &Args, context: &Context<'_>, frame: LazyFrame) -> Result<LazyFrame> {
    let source = args.get(&SOURCE)?.0;
    let at_path = |e: Error| e.at_param(PATH.spec.name);
    let path = Path::read(&args.get(&PATH)?.text, &args.get(&DELIMITER)?)
        .map_err(|message| at_path(Error::new(ErrorKind::Parameter, message)))?;
    let value = value(&source, &path, context).map_err(at_path)?;
    let output = Output::new(&args.get(&params::TARGET)?.0, value);
    nest::Placing { context, sources: &[source], remove: args.get(&REMOVE)? }.put(frame, vec![output])
}

/// The value at the end of a path that begins with the column's name or inside the column.
fn value(source: &str, path: &Path, context: &Context<'_>) -> Result<Expr> {
    let own = matches!(&path.stretches[0], Stretch::Name(name) if name == source);
    let stretches = &path.stretches[usize::from(own)..];
    let mut place = (col(source), context.dtype(source)?.clone());
    for stretch in stretches {
        place = follow(place.0, &place.1, stretch)?;
    }
    Ok(place.0)
}

fn follow(cells: Expr, dtype: &DataType, stretch: &Stretch) -> Result<(Expr, DataType)> {
    match (stretch, dtype) {
        (_, DataType::Array(inner, _)) => {
            let list = DataType::List(inner.clone());
            follow(cells.cast(list.clone()), &list, stretch)
        }
        (Stretch::Item(at), DataType::List(inner)) => Ok((cells.list().get(lit(*at), true), inner.as_ref().clone())),
        (Stretch::Name(name), DataType::Struct(_)) => {
            let field = field_of(dtype, name)?;
            Ok((field_named(cells, name.as_str()), field))
        }
        (Stretch::Name(name), map @ DataType::List(inner)) if is_map(map) => {
            let key = element().struct_().field_by_name("key").cast(DataType::String);
            let pairs = cells.list().eval(element().filter(key.eq(lit(name.clone()))));
            let value = pairs.list().get(lit(0), true).struct_().field_by_name("value");
            Ok((value, field_of(inner, "value")?))
        }
        (Stretch::Name(name), DataType::List(inner)) if matches!(**inner, DataType::Struct(_)) => {
            let field = field_of(inner, name)?;
            Ok((cells.list().eval(field_named(element(), name.as_str())), DataType::List(Box::new(field))))
        }
        (Stretch::Name(name), DataType::String) => {
            Err(Error::new(ErrorKind::Type, format!("“{name}” stands in text, which has no names"))
                .advise("turn the JSON text into structures in a step before (JSON_TO_STRUCTS)"))
        }
        (Stretch::Name(name), _) => Err(misplaced(&format!("“{name}”"), dtype)),
        (Stretch::Item(at), _) => Err(misplaced(&format!("[{at}]"), dtype)),
    }
}

fn misplaced(stretch: &str, dtype: &DataType) -> Error {
    let message = format!("the path goes on with {stretch} where there is {}", TypeClass::of(dtype).words());
    Error::new(ErrorKind::Type, message).advise("names stand after structures and maps, items such as [0] after lists")
}

fn field_of(dtype: &DataType, name: &str) -> Result<DataType> {
    let DataType::Struct(fields) = dtype else { return Err(misplaced(&format!("“{name}”"), dtype)) };
    fields.iter().find(|field| field.name == name).map(|field| field.dtype.clone()).ok_or_else(|| {
        let error = Error::new(ErrorKind::Column, format!("the structure has no field “{name}”"));
        match super::nearest(name, fields.iter().map(|field| field.name.as_str())) {
            Some(near) => error.advise(format!("did you mean “{near}”?")),
            None => {
                let known: Vec<_> = fields.iter().take(8).map(|field| field.name.as_str()).collect();
                error.advise(format!("its fields are {}", known.join(", ")))
            }
        }
    })
}
