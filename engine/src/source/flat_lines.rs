//! Flat JSON Lines: records of texts, numbers and booleans.
//!
//! They are scanned as one column of whole lines, and each batch is parsed where it is. Odd records go to the engine's own reader, so
//! that values and errors are the same with it.

use super::flat_record::{Cell, Fields, Kind, Reader, is_blank};
use crate::error::Result;
use crate::named::col;
use polars::prelude::{
    BooleanChunked, BooleanChunkedBuilder, ChunkedBuilder as _, Column, DataFrame, DataType, Expr, Float64Type, IdxCa,
    IdxSize, Int64Type, IntoColumn as _, JsonFormat, JsonReader, LazyCsvReader, LazyFileListReader as _, LazyFrame,
    NewChunkedArray as _, OptFlags, PlSmallStr, PolarsError, PolarsResult, PrimitiveChunkedBuilder, ScanSources,
    Schema, SchemaRef, SerReader as _, StringChunkedBuilder,
};
use std::io::Cursor;
use std::sync::Arc;

/// The column of lines.
const LINE: &str = "\u{1}line";
/// No text of JSON holds this byte as it is.
const NEVER: u8 = 0x1f;

/// Whether records with such columns are flat.
pub(super) fn is_flat(schema: &Schema) -> bool {
    !schema.is_empty() && schema.iter_values().all(|dtype| Kind::of(dtype).is_some())
}

/// Scans files of valid records that have no other fields than those of the schema.
pub(super) fn scan(sources: ScanSources, tag: Option<PlSmallStr>, schema: SchemaRef) -> Result<LazyFrame> {
    let lines = LazyCsvReader::new_with_sources(sources)
        .with_glob(false)
        .with_cache(false)
        .with_has_header(false)
        .with_separator(NEVER)
        .with_quote_char(None)
        .with_missing_is_null(false)
        .with_raise_if_empty(false)
        .with_include_file_paths(tag.clone())
        .with_schema(Some(Arc::new(std::iter::once((LINE.into(), DataType::String)).collect())))
        .finish()?;
    // Each column begins as the lines that it is read from, so that one that nobody wants can be left out before it is read. That would
    // leave no lines beside a mark alone.
    let flags = if tag.is_some() { OptFlags::STREAMING } else { OptFlags::STREAMING | OptFlags::PROJECTION_PUSHDOWN };
    let begun = schema.iter_names().map(|name| col(LINE).alias(name.clone())).chain(tag.map(|tag| col(tag.as_str())));
    let begun: Vec<Expr> = begun.collect();
    let fields = Arc::new(Fields::new(schema));
    let known = Arc::clone(&fields);
    let told = move |lines: &Schema| {
        let dtype =
            |(name, dtype): (&PlSmallStr, &DataType)| (name.clone(), known.schema().get(name).unwrap_or(dtype).clone());
        Ok(Arc::new(lines.iter().map(dtype).collect()))
    };
    let parse = move |lines: DataFrame| parse(&fields, &lines);
    Ok(lines.select(begun).map(parse, flags, Some(Arc::new(told)), Some("records of JSON")))
}

// Records of lines: the columns of the fields hold the lines, any other stays.
fn parse(fields: &Fields, lines: &DataFrame) -> PolarsResult<DataFrame> {
    let schema = fields.part(lines.columns().iter().map(|column| column.name().as_str()));
    let Some(text) = schema.get_at_index(0).and_then(|(name, _)| lines.column(name).ok()) else {
        return Ok(lines.clone());
    };
    let text = text.str()?;
    let mut kinds = vec![Kind::Unused; fields.schema().len()];
    let mut columns = Vec::with_capacity(schema.len());
    for (name, dtype) in schema.iter() {
        let at = fields.schema().try_index_of(name)?;
        kinds[at] = Kind::of(dtype).unwrap_or(Kind::Unused);
        columns.push((at, Values::new(name, kinds[at], text.len())));
    }
    let mut reader = Reader::new(fields, kinds);
    let mut blank = Vec::new();
    let (mut rows, mut odd, mut odd_rows): (IdxSize, _, Vec<IdxSize>) = (0, String::new(), Vec::new());
    for (at, line) in text.iter().enumerate() {
        let line = line.unwrap_or_default();
        if reader.read(line).is_some() {
            for (at, values) in &mut columns {
                values.push(reader.cells[*at], &reader.made);
            }
        } else if is_blank(line) {
            blank.push(at);
            continue;
        } else {
            for (_, values) in &mut columns {
                values.push(Cell::Absent, &[]);
            }
            // The reader takes a byte order mark away at the front, and trips over some last line ends.
            odd.push('\n');
            odd.push_str(line);
            odd_rows.push(rows);
        }
        rows += 1;
    }
    let mut table = DataFrame::new(rows as usize, columns.into_iter().map(|(_, values)| values.column()).collect())?;
    if !odd_rows.is_empty() {
        table = with_odd(table, &odd_rows, odd, &schema)?;
    }
    // What stands beside the lines has no rows for blank ones.
    let mut kept = vec![true; text.len()];
    for at in blank {
        kept[at] = false;
    }
    let kept = BooleanChunked::from_slice(PlSmallStr::EMPTY, &kept);
    let columns = lines.columns().iter().map(|column| match table.column(column.name()) {
        Ok(read) => Ok(read.clone()),
        Err(_) => column.filter(&kept),
    });
    DataFrame::new(rows as usize, columns.collect::<PolarsResult<_>>()?)
}

// The records that the engine's reader makes of odd lines, in their places.
fn with_odd(mut table: DataFrame, places: &[IdxSize], lines: String, schema: &SchemaRef) -> PolarsResult<DataFrame> {
    let odd = JsonReader::new(Cursor::new(lines.into_bytes()))
        .with_json_format(JsonFormat::JsonLines)
        .with_schema(Arc::clone(schema))
        .finish()?;
    if odd.height() != places.len() {
        return Err(PolarsError::ComputeError("lines of records were read as others".into()));
    }
    let rows = IdxSize::try_from(table.height()).unwrap_or(IdxSize::MAX);
    let mut order: Vec<IdxSize> = (0..rows).collect();
    for (at, place) in (rows..).zip(places) {
        order[*place as usize] = at;
    }
    table.vstack_mut(&odd)?;
    table.take(&IdxCa::from_vec(PlSmallStr::EMPTY, order))
}

/// The values of a column as they are read.
enum Values {
    Whole(PrimitiveChunkedBuilder<Int64Type>),
    Decimal(PrimitiveChunkedBuilder<Float64Type>),
    Truth(BooleanChunkedBuilder),
    Text(StringChunkedBuilder),
    Null(PlSmallStr, usize),
}

impl Values {
    fn new(name: &PlSmallStr, kind: Kind, rows: usize) -> Self {
        let name = name.clone();
        match kind {
            Kind::Whole => Self::Whole(PrimitiveChunkedBuilder::new(name, rows)),
            Kind::Decimal => Self::Decimal(PrimitiveChunkedBuilder::new(name, rows)),
            Kind::Truth => Self::Truth(BooleanChunkedBuilder::new(name, rows)),
            Kind::Text => Self::Text(StringChunkedBuilder::new(name, rows)),
            Kind::Null | Kind::Unused => Self::Null(name, 0),
        }
    }

    fn push(&mut self, cell: Cell<'_>, made: &[String]) {
        match (self, cell) {
            (Self::Whole(values), Cell::Whole(value)) => values.append_value(value),
            (Self::Whole(values), _) => values.append_null(),
            (Self::Decimal(values), Cell::Decimal(value)) => values.append_value(value),
            (Self::Decimal(values), _) => values.append_null(),
            (Self::Truth(values), Cell::Truth(value)) => values.append_value(value),
            (Self::Truth(values), _) => values.append_null(),
            (Self::Text(values), Cell::Text(value)) => values.append_value(value),
            (Self::Text(values), Cell::Made(at)) => values.append_option(made.get(at)),
            (Self::Text(values), _) => values.append_null(),
            (Self::Null(_, rows), _) => *rows += 1,
        }
    }

    fn column(self) -> Column {
        match self {
            Self::Whole(values) => values.finish().into_column(),
            Self::Decimal(values) => values.finish().into_column(),
            Self::Truth(values) => values.finish().into_column(),
            Self::Text(values) => values.finish().into_column(),
            Self::Null(name, rows) => Column::full_null(name, rows, &DataType::Null),
        }
    }
}
