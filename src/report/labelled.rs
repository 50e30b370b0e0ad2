//! Every row of a source with its columns as they were, its cluster beside them: as CSV, Parquet or JSON lines.

use std::io::{self, Write};
use std::path::Path;

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{
    AnyValue, Column, DataFrame, DataType, JsonFormat, JsonWriter, KeyValueMetadata, NamedFrom as _, ParquetWriter,
    PolarsError, Schema, SerWriter as _, Series,
};

use super::plain::Plain;
use super::receipt::Receipt;
use super::write::atomically;
use super::{labels, spreadsheet_safe};
use crate::cluster::Clustering;
use crate::error::{Error, Result};
use crate::privacy::{self, Disclosed, Ids, SourceColumns};
use crate::study::{Cleaned, Prepared, row_labels};
use crate::table::column::plain_number;
use crate::table::role::Role;

/// A form in which tables are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For spreadsheets.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// One JSON object a line.
    JsonLines,
}

impl Form {
    /// What the name of a file promises.
    ///
    /// # Errors
    /// A name that promises none of them.
    pub fn of(path: &Path) -> Result<Self> {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        match extension.as_str() {
            "csv" => Ok(Self::Csv),
            "parquet" | "pq" => Ok(Self::Parquet),
            "json" | "jsonl" | "ndjson" => Ok(Self::JsonLines),
            _ => Err(Error::usage(format!("cannot tell in which form to write {}", path.display()))
                .because("the name tells it")
                .try_this("a name that ends in .csv, .parquet or .jsonl")),
        }
    }

    /// Whether numbers have a type of their own there.
    pub fn is_typed(self) -> bool {
        self != Self::Csv
    }
}

/// What stands beside the columns of the source.
#[derive(Clone, Copy, Debug)]
pub struct Labels<'a> {
    /// By row; `None` where the row has no cluster.
    pub clusters: &'a [Option<u16>],
    /// By cluster.
    pub names: &'a [String],
    /// By row, within −1…1; where it was measured.
    pub silhouettes: Option<&'a [Option<f64>]>,
}

/// What is written of the columns of a source.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Those of the source; ids among them leave as hashes unless they were asked for.
    columns: Disclosed<SourceColumns>,
    /// By column of the source: what its text is, where it is to be typed.
    plain: Option<Vec<Plain>>,
    /// Names of `row`, `Cluster`, `ClusterName`, `Silhouette`, which step aside where the source has such.
    names: [String; 4],
}

impl Layout {
    /// `plain`: what text is, for forms that have types.
    pub fn new(columns: Disclosed<SourceColumns>, plain: Option<Vec<Plain>>) -> Self {
        let free = |name: &str| {
            let taken = |name: &String| columns.get().all.iter().any(|c| c.eq_ignore_ascii_case(name));
            let numbered = (2u32..).map(|n| format!("{name}_{n}"));
            std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
        };
        let names = ["row", "Cluster", "ClusterName", "Silhouette"].map(free);
        Self { columns, plain, names }
    }

    /// How ids are written; `None` where there are none.
    pub fn ids(&self) -> Option<Ids> {
        self.columns.get().ids()
    }

    /// Rows of a source from row `first` on, as they are written: the number of the row, the columns of the source,
    /// the labels.
    ///
    /// # Errors
    /// Columns and labels of different lengths, ids that are no text and cannot be made text.
    pub fn frame(&self, source: &DataFrame, first: usize, labels: &Labels<'_>) -> Result<DataFrame> {
        let [row, cluster, name, silhouette] = &self.names;
        let height = source.height();
        let numbers: Vec<i64> = (first..first + height).map(|row| row as i64).collect();
        let mut columns = vec![Column::new(row.into(), numbers)];
        for (at, column) in source.columns().iter().enumerate() {
            columns.push(match self.plain.as_ref().and_then(|plain| plain.get(at)) {
                _ if self.columns.get().is_hashed(column.name()) => hashed(self.columns.get(), column)?,
                Some(plain) => plain.typed(column),
                None => column.clone(),
            });
        }
        let clusters: Vec<Option<i32>> = labels.clusters.iter().map(|c| c.map(i32::from)).collect();
        let names: Vec<Option<&str>> =
            labels.clusters.iter().map(|c| labels.names.get(usize::from((*c)?)).map(String::as_str)).collect();
        columns.push(Series::new(cluster.into(), clusters).into());
        columns.push(Series::new(name.into(), names).into());
        if let Some(values) = labels.silhouettes {
            columns.push(Series::new(silhouette.into(), values).into());
        }
        DataFrame::new(height, columns).map_err(|e| Error::failed("cannot put labels beside the rows").because(e))
    }
}

/// Ids as text that tells who is the same person, and nothing else; an empty cell stays empty.
fn hashed(columns: &SourceColumns, ids: &Column) -> Result<Column> {
    let cannot = |e: PolarsError| Error::failed(format!("cannot hash the ids of '{}'", ids.name())).because(e);
    let text = ids.cast(&DataType::String).map_err(cannot)?;
    let cells = text.str().map_err(cannot)?.iter();
    let hashes: Vec<Option<String>> = cells.map(|id| id.map(|id| columns.hash(id))).collect();
    Ok(Series::new(ids.name().clone(), hashes).into())
}

/// The rows of a table that was fitted, as they are written, and how ids stand in them. `silhouettes` go by distinct row of the matrix. In a form
/// with types, text that is nothing but numbers becomes numbers.
///
/// # Errors
/// As [`Table::frame`](crate::table::Table::frame).
pub fn of_fit(
    cleaned: &Cleaned,
    prepared: &Prepared,
    clustering: &Clustering,
    names: &[String],
    silhouettes: Option<Vec<f64>>,
    form: Form,
    ids: Ids,
) -> Result<(DataFrame, Option<Ids>)> {
    let table = &cleaned.table;
    let source = table.frame()?;
    let by_source_row = |values: &[f64]| labels::by_source_row(&cleaned.learners, &prepared.encoded.rows, values);
    let clusters = labels::by_source_row(&cleaned.learners, &prepared.encoded.rows, &row_labels(prepared, clustering));
    let of_rows = |each: &[f64]| -> Vec<f64> {
        prepared.matrix.distinct_of().iter().map(|&distinct| each[distinct as usize]).collect()
    };
    let silhouettes = match silhouettes {
        Some(each) => by_source_row(&of_rows(&each)),
        None => vec![None; table.rows()],
    };
    let columns: Vec<String> = table.columns.iter().map(|c| c.name.clone()).collect();
    let plain = form.is_typed().then(|| {
        let mut plain = Vec::new();
        Plain::look(&mut plain, &source);
        plain
    });
    let id = table.with_role(Role::Learner).map(|c| c.name.as_str());
    let layout = Layout::new(privacy::source_columns(columns, id, ids), plain);
    let labels = Labels { clusters: &clusters, names, silhouettes: Some(&silhouettes) };
    Ok((layout.frame(&source, 0, &labels)?, layout.ids()))
}

/// Writes a file of frames that all have the same columns: `produce` hands them over, one after the other. A receipt
/// that is known before the rows goes into the file where its form has a place for it (Parquet).
///
/// # Errors
/// As [`atomically`], and what `produce` says; then there is no new file.
pub fn write<T>(
    path: &Path,
    form: Form,
    force: bool,
    receipt: Option<&Receipt>,
    produce: impl FnOnce(&mut dyn FnMut(&DataFrame) -> Result<()>) -> Result<T>,
) -> Result<T> {
    let mut produced = Err(Error::interrupted());
    let metadata = receipt.map(Receipt::metadata).transpose()?;
    let written = atomically(path, force, |out| {
        let mut sink: Option<Sink<_>> = None;
        let mut out = Some(out);
        let mut broken = Ok(());
        produced = produce(&mut |frame| {
            let pushed = match (&mut sink, out.take()) {
                (None, Some(out)) => Sink::new(form, out, frame.schema(), metadata.clone()).map(|new| sink = Some(new)),
                _ => Ok(()),
            };
            let pushed = pushed.and_then(|()| sink.as_mut().map_or(Ok(()), |sink| sink.push(frame)));
            pushed.map_err(|error| {
                broken = Err(error);
                Error::failed("cannot write")
            })
        });
        broken?;
        match produced {
            Ok(_) => sink.map_or(Ok(()), Sink::finish),
            Err(_) => Err(io::Error::other("the rows ended early")),
        }
    });
    match (produced, written) {
        (Ok(found), Ok(())) => Ok(found),
        // What the disk says goes before that it ended the work.
        (Err(error), Err(_)) if error.what() != "cannot write" => Err(error),
        (_, Err(error)) | (Err(error), Ok(())) => Err(error),
    }
}

/// A file that tables are written to, one after the other.
enum Sink<W: Write> {
    /// As text.
    Csv(Box<csv::Writer<W>>),
    /// As row groups.
    Parquet(Box<BatchedWriter<W>>),
    /// As lines.
    JsonLines(W),
}

impl<W: Write> Sink<W> {
    /// Begins a file.
    fn new(form: Form, out: W, schema: &Schema, metadata: Option<KeyValueMetadata>) -> io::Result<Self> {
        Ok(match form {
            Form::JsonLines => Self::JsonLines(out),
            Form::Parquet => {
                let writer = ParquetWriter::new(out).with_key_value_metadata(metadata);
                Self::Parquet(Box::new(writer.batched(schema).map_err(refused)?))
            }
            Form::Csv => {
                let mut writer = csv::Writer::from_writer(out);
                writer.write_record(schema.iter_names().map(|name| spreadsheet_safe(name).into_owned()))?;
                Self::Csv(Box::new(writer))
            }
        })
    }

    /// Appends rows; the columns are always the same.
    fn push(&mut self, frame: &DataFrame) -> io::Result<()> {
        match self {
            Self::Csv(writer) => write_csv(frame, writer),
            Self::Parquet(writer) => writer.write_batch(frame).map_err(refused),
            Self::JsonLines(out) => {
                let mut writer = JsonWriter::new(out).with_json_format(JsonFormat::JsonLines);
                writer.finish(&mut frame.clone()).map_err(refused)
            }
        }
    }

    /// Ends the file.
    fn finish(self) -> io::Result<()> {
        match self {
            Self::Csv(mut writer) => writer.flush(),
            Self::Parquet(writer) => writer.finish().map(|_| ()).map_err(refused),
            Self::JsonLines(mut out) => out.flush(),
        }
    }
}

fn write_csv<W: Write>(frame: &DataFrame, writer: &mut csv::Writer<W>) -> io::Result<()> {
    let columns: Vec<Cells> = frame.columns().iter().map(Cells::new).collect::<io::Result<_>>()?;
    for row in 0..frame.height() {
        for column in &columns {
            column.write(row, writer)?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(())
}

/// A column on its way into text.
enum Cells {
    /// Text of the source, or what is no number.
    Text(polars::prelude::StringChunked),
    /// Numbers, with no figure more than they need.
    Numbers(Series),
}

impl Cells {
    fn new(column: &Column) -> io::Result<Self> {
        if column.dtype().is_primitive_numeric() {
            return Ok(Self::Numbers(column.as_materialized_series().rechunk()));
        }
        let text = column.cast(&DataType::String).map_err(refused)?;
        Ok(Self::Text(text.str().map_err(refused)?.rechunk().into_owned()))
    }

    fn write<W: Write>(&self, row: usize, writer: &mut csv::Writer<W>) -> io::Result<()> {
        match self {
            Self::Text(text) => {
                let cell = text.get(row).unwrap_or_default();
                // A number below 0 is no formula.
                let number = cell.parse::<f64>().is_ok();
                let safe = if number { cell.into() } else { spreadsheet_safe(cell) };
                writer.write_field(safe.as_bytes())?;
            }
            Self::Numbers(series) => {
                let cell = match series.get(row).map_err(refused)? {
                    AnyValue::Null => String::new(),
                    AnyValue::Float64(value) => plain_number(value),
                    AnyValue::Float32(value) => value.to_string(),
                    whole => whole.to_string(),
                };
                writer.write_field(cell)?;
            }
        }
        Ok(())
    }
}

fn refused(error: PolarsError) -> io::Error {
    match error {
        PolarsError::IO { error, .. } => io::Error::new(error.kind(), error),
        other => io::Error::other(other),
    }
}
