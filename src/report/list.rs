//! A list of rows with named columns, as CSV, Parquet or JSON by the name of the file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use polars::prelude::{
    Column as Series, DataFrame, IntoColumn, KeyValueMetadata, NamedFrom, ParquetWriter, PolarsError,
};
use serde_json::{Map, Value, json};

use super::receipt::Receipt;
use super::{spreadsheet_safe, write};
use crate::error::{Error, Result};
use crate::table::column::plain_number;

/// One column of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its heading.
    pub name: String,
    /// Its values.
    pub cells: Cells,
}

/// Values of a column; all columns of a list have equally many.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Whole numbers.
    Whole(Vec<Option<i64>>),
    /// Numbers; NaN is no value.
    Number(Vec<f64>),
    /// Words.
    Text(Vec<Option<String>>),
}

impl Column {
    /// A column.
    pub fn new(name: impl Into<String>, cells: Cells) -> Self {
        Self { name: name.into(), cells }
    }

    fn len(&self) -> usize {
        match &self.cells {
            Cells::Whole(values) => values.len(),
            Cells::Number(values) => values.len(),
            Cells::Text(values) => values.len(),
        }
    }

    fn text(&self, row: usize) -> String {
        match &self.cells {
            Cells::Whole(values) => values[row].map(|v| v.to_string()).unwrap_or_default(),
            Cells::Number(values) if values[row].is_finite() => plain_number(values[row]),
            Cells::Number(_) => String::new(),
            Cells::Text(values) => spreadsheet_safe(values[row].as_deref().unwrap_or_default()).into_owned(),
        }
    }

    fn json(&self, row: usize) -> Value {
        match &self.cells {
            Cells::Whole(values) => json!(values[row]),
            // What is not finite becomes null.
            Cells::Number(values) => json!(values[row]),
            Cells::Text(values) => json!(values[row]),
        }
    }

    fn series(&self) -> Series {
        let name = self.name.as_str().into();
        match &self.cells {
            Cells::Whole(values) => polars::prelude::Series::new(name, values).into_column(),
            Cells::Number(values) => {
                let known: Vec<Option<f64>> = values.iter().map(|v| v.is_finite().then_some(*v)).collect();
                polars::prelude::Series::new(name, known).into_column()
            }
            Cells::Text(values) => polars::prelude::Series::new(name, values).into_column(),
        }
    }
}

/// Writes a list: Parquet where the name ends so, a JSON array of objects where it ends in `.json`, else CSV that a
/// spreadsheet runs nothing of. Parquet carries the receipt in its metadata.
///
/// # Errors
/// A file that is there already, without `force`; a disk.
pub fn write(path: &Path, force: bool, columns: &[Column], receipt: Option<&Receipt>) -> Result<()> {
    let metadata = receipt.map(Receipt::metadata).transpose()?;
    let ending = path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
    write::atomically(path, force, |out| match ending.as_deref() {
        Some("parquet") => parquet(out, columns, metadata),
        Some("json") => json(out, columns),
        _ => csv(out, columns),
    })
}

/// Rows of a list.
pub fn rows(columns: &[Column]) -> usize {
    columns.first().map_or(0, Column::len)
}

/// As CSV.
///
/// # Errors
/// What the writer reports.
pub fn csv(out: &mut impl Write, columns: &[Column]) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(columns.iter().map(|column| spreadsheet_safe(&column.name).into_owned()))?;
    for row in 0..rows(columns) {
        writer.write_record(columns.iter().map(|column| column.text(row)))?;
    }
    writer.flush()
}

/// As the text of a CSV.
///
/// # Errors
/// What is written was no UTF-8.
pub fn csv_text(columns: &[Column]) -> Result<String> {
    let failed = |why: String| Error::failed("cannot write CSV").because(why);
    let mut out = Vec::new();
    csv(&mut out, columns).map_err(|e| failed(e.to_string()))?;
    String::from_utf8(out).map_err(|e| failed(e.to_string()))
}

fn json(out: &mut impl Write, columns: &[Column]) -> std::io::Result<()> {
    out.write_all(b"[")?;
    for row in 0..rows(columns) {
        let object: Map<String, Value> = columns.iter().map(|c| (c.name.clone(), c.json(row))).collect();
        out.write_all(if row == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &object)?;
    }
    out.write_all(b"\n]\n")
}

fn parquet(out: &mut BufWriter<&File>, columns: &[Column], metadata: Option<KeyValueMetadata>) -> std::io::Result<()> {
    let refused = |error: PolarsError| std::io::Error::other(error.to_string());
    let series = columns.iter().map(Column::series).collect();
    let mut frame = DataFrame::new(rows(columns), series).map_err(refused)?;
    ParquetWriter::new(out).with_key_value_metadata(metadata).finish(&mut frame).map(|_| ()).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        vec![
            Column::new("row", Cells::Whole(vec![Some(3), None])),
            Column::new("pay", Cells::Number(vec![1.5e6, f64::NAN])),
            Column::new("role", Cells::Text(vec![Some("=1+1".to_owned()), None])),
        ]
    }

    #[test]
    fn csv_is_safe_and_json_is_typed() {
        let (mut out, mut document) = (Vec::new(), Vec::new());
        csv(&mut out, &columns()).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "row,pay,role\n3,1500000,'=1+1\n,,\n");
        json(&mut document, &columns()).unwrap();
        let read: Value = serde_json::from_slice(&document).unwrap();
        assert_eq!(read, json!([{"row": 3, "pay": 1.5e6, "role": "=1+1"}, {"row": null, "pay": null, "role": null}]));
    }

    #[test]
    fn parquet_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.parquet");
        write(&path, false, &columns(), None).unwrap();
        let location = crate::source::Location::Path(path);
        let cancel = crate::jobs::Cancel::never();
        let read = crate::source::read(&location, &crate::source::Options::default(), &cancel, &mut |_, _| {}).unwrap();
        assert_eq!(read.frame.shape(), (2, 3));
    }
}
