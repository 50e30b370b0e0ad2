//! One JSON object a line into typed columns.

use std::collections::HashMap;
use std::fmt;

use polars::prelude::{
    BooleanChunkedBuilder, ChunkedBuilder as _, Column, DataFrame, Float64Type, Int64Type, IntoSeries as _,
    PrimitiveChunkedBuilder, StringChunkedBuilder,
};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::lines::Lines;
use super::text::{columns, list};
use super::{Origin, Parsed, excerpt, go_on};
use crate::error::{Error, Result};
use crate::jobs::Cancel;

/// Bytes between two looks at the cancel token.
const STRIDE: usize = 128 * 1024;

/// Reads JSON lines in two passes, the first for names and types and the second for cells: a column whose numbers
/// turn into text after a million rows needs no rebuilding.
///
/// Columns stand in the order in which their keys first occur, a missing key is null, and so is a key with JSON's
/// null. Whole numbers are 64-bit integers unless another number of the column has a fraction; a column that mixes
/// kinds is text. The last of doubled keys counts.
pub(super) fn read(
    text: &str,
    origin: &Origin,
    cancel: &Cancel,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Parsed> {
    let mut schema = Schema::default();
    let mut lines = Lines::default();
    each_object(text, origin, cancel, &mut |_| (), |row, line, object| {
        lines.push(row, line);
        schema.rows = row + 1;
        for (name, cell) in object.0 {
            schema.see(&name, &cell);
        }
    })?;

    let mut builders: Vec<Option<Builder>> = schema.kinds.iter().map(|kinds| kinds.builder(schema.rows)).collect();
    let total = Some(text.len() as u64);
    let mut cells: Vec<Cell> = Vec::new();
    each_object(text, origin, cancel, &mut |done| progress(done as u64, total), |_, _, object| {
        cells.clear();
        cells.resize(builders.len(), Cell::Null);
        for (name, cell) in object.0 {
            if let Some(column) = schema.columns.get(name.as_str()) {
                cells[*column] = cell;
            }
        }
        for (builder, cell) in builders.iter_mut().zip(&cells) {
            if let Some(builder) = builder {
                builder.push(cell);
            }
        }
    })?;

    let mut kept = Vec::new();
    let mut nested = Vec::new();
    for (name, builder) in schema.names.into_iter().zip(builders) {
        match builder {
            Some(builder) => kept.push(builder.finish(&name)),
            None => nested.push(name),
        }
    }
    if kept.is_empty() {
        return Err(origin.error("no object in it has a key with a plain value").try_this("flatten the objects"));
    }
    let notices = if nested.is_empty() {
        Vec::new()
    } else {
        vec![format!("{} with lists or objects in them left out: {}", columns(nested.len()), list(&nested))]
    };
    let frame = DataFrame::new(schema.rows, kept).map_err(|error| origin.error(error))?;
    Ok(Parsed { frame, lines: Some(lines), notices })
}

/// Calls `with` for every object with its row, its line (from 1) and itself; blank lines are skipped.
fn each_object(
    text: &str,
    origin: &Origin,
    cancel: &Cancel,
    progress: &mut dyn FnMut(usize),
    mut with: impl FnMut(usize, u64, Object),
) -> Result<()> {
    let (mut row, mut done, mut looked_at) = (0, 0, 0);
    for (line, content) in (1..).zip(text.split('\n')) {
        done += content.len() + 1;
        if done - looked_at >= STRIDE {
            looked_at = done;
            go_on(cancel)?;
            progress(looked_at.min(text.len()));
        }
        if content.trim().is_empty() {
            continue;
        }
        let mut object: Object =
            serde_json::from_str(content).map_err(|error| unreadable(&error, line, content, origin))?;
        object.round_numbers(content);
        with(row, line, object);
        row += 1;
    }
    Ok(())
}

fn unreadable(error: &serde_json::Error, line: u64, content: &str, origin: &Origin) -> Error {
    // The parser saw one line only, so its own "at line 1 column 7" would mislead.
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    origin
        .error_on(line, format!("{said}, at byte {}: {}", error.column(), excerpt(content.trim_end())))
        .try_this("every line must be one whole JSON object; `jq -c .` writes objects so")
}

/// Names and kinds of the columns.
#[derive(Default)]
struct Schema {
    names: Vec<String>,
    kinds: Vec<Kinds>,
    columns: HashMap<String, usize>,
    rows: usize,
}

impl Schema {
    fn see(&mut self, name: &str, cell: &Cell) {
        let column = match self.columns.get(name) {
            Some(column) => *column,
            None => {
                self.columns.insert(name.to_owned(), self.names.len());
                self.names.push(name.to_owned());
                self.kinds.push(Kinds::default());
                self.names.len() - 1
            }
        };
        self.kinds[column].see(cell);
    }
}

/// Which kinds of values a column has.
#[derive(Clone, Copy, Default)]
struct Kinds {
    bools: bool,
    ints: bool,
    floats: bool,
    texts: bool,
    nested: bool,
}

impl Kinds {
    fn see(&mut self, cell: &Cell) {
        match cell {
            Cell::Null => {}
            Cell::Bool(_) => self.bools = true,
            Cell::Int(_) => self.ints = true,
            Cell::Float(_) => self.floats = true,
            Cell::Text(_) => self.texts = true,
            Cell::Nested => self.nested = true,
        }
    }

    /// What the column is made with; None for nested ones, which are left out. A column of nulls is text.
    fn builder(self, rows: usize) -> Option<Builder> {
        let numbers = self.ints || self.floats;
        let name = Default::default();
        Some(match self {
            Self { nested: true, .. } => return None,
            Self { texts: false, bools: true, .. } if !numbers => Builder::Bool(BooleanChunkedBuilder::new(name, rows)),
            Self { texts: false, bools: false, floats: true, .. } => {
                Builder::Float(PrimitiveChunkedBuilder::new(name, rows))
            }
            Self { texts: false, bools: false, ints: true, .. } => {
                Builder::Int(PrimitiveChunkedBuilder::new(name, rows))
            }
            _ => Builder::Text(StringChunkedBuilder::new(name, rows)),
        })
    }
}

enum Builder {
    Bool(BooleanChunkedBuilder),
    Int(PrimitiveChunkedBuilder<Int64Type>),
    Float(PrimitiveChunkedBuilder<Float64Type>),
    Text(StringChunkedBuilder),
}

impl Builder {
    fn push(&mut self, cell: &Cell) {
        match (self, cell) {
            (Self::Bool(builder), Cell::Bool(value)) => builder.append_value(*value),
            (Self::Bool(builder), _) => builder.append_null(),
            (Self::Int(builder), Cell::Int(value)) => builder.append_value(*value),
            (Self::Int(builder), _) => builder.append_null(),
            (Self::Float(builder), Cell::Float(value)) => builder.append_value(*value),
            (Self::Float(builder), Cell::Int(value)) => builder.append_value(*value as f64),
            (Self::Float(builder), _) => builder.append_null(),
            (Self::Text(builder), Cell::Bool(value)) => builder.append_value(value.to_string()),
            (Self::Text(builder), Cell::Int(value)) => builder.append_value(value.to_string()),
            (Self::Text(builder), Cell::Float(value)) => builder.append_value(value.to_string()),
            // As in CSV, an empty text is a missing one.
            (Self::Text(builder), Cell::Text(value)) if !value.is_empty() => builder.append_value(value),
            (Self::Text(builder), _) => builder.append_null(),
        }
    }

    fn finish(self, name: &str) -> Column {
        let mut series = match self {
            Self::Bool(builder) => builder.finish().into_series(),
            Self::Int(builder) => builder.finish().into_series(),
            Self::Float(builder) => builder.finish().into_series(),
            Self::Text(builder) => builder.finish().into_series(),
        };
        series.rename(name.into());
        Column::from(series)
    }
}

/// A line: keys and values in their order.
struct Object(Vec<(String, Cell)>);

impl Object {
    /// serde_json may miss a fraction by one unit in the last place (unless built with `float_roundtrip`, which every
    /// user of it in the program would pay for), so fractions are parsed again from the line that they stand on.
    fn round_numbers(&mut self, line: &str) {
        if !self.0.iter().any(|(_, cell)| matches!(cell, Cell::Float(_))) {
            return;
        }
        let numbers =
            self.0.iter_mut().map(|(_, cell)| cell).filter(|cell| matches!(cell, Cell::Int(_) | Cell::Float(_)));
        for (cell, written) in numbers.zip(outer_numbers(line)) {
            if let (Cell::Float(value), Ok(exact)) = (cell, written.parse()) {
                *value = exact;
            }
        }
    }
}

/// The numbers of the outermost object of a valid line, as they are written, in their order.
fn outer_numbers(line: &str) -> Vec<&str> {
    let bytes = line.as_bytes();
    let (mut numbers, mut depth, mut at) = (Vec::new(), 0, 0);
    while let Some(byte) = bytes.get(at) {
        let mut end = at + 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b'"' => {
                while let Some(byte) = bytes.get(end).filter(|byte| **byte != b'"') {
                    end += if *byte == b'\\' { 2 } else { 1 };
                }
                end += 1;
            }
            b'-' | b'0'..=b'9' => {
                let rest = bytes[end..].iter();
                end += rest.take_while(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')).count();
                if depth == 1 {
                    numbers.push(&line[at..end]);
                }
            }
            _ => {}
        }
        at = end;
    }
    numbers
}

/// A value, as far as a table can hold it.
#[derive(Clone)]
enum Cell {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Nested,
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Value;
        impl<'de> Visitor<'de> for Value {
            type Value = Cell;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }
            fn visit_unit<E>(self) -> Result<Cell, E> {
                Ok(Cell::Null)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Cell, E> {
                Ok(Cell::Bool(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Cell, E> {
                Ok(Cell::Int(value))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Cell, E> {
                Ok(i64::try_from(value).map_or(Cell::Float(value as f64), Cell::Int))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Cell, E> {
                Ok(Cell::Float(value))
            }
            fn visit_str<E>(self, value: &str) -> Result<Cell, E> {
                Ok(Cell::Text(value.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Cell, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Cell::Nested)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cell, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Cell::Nested)
            }
        }
        deserializer.deserialize_any(Value)
    }
}
