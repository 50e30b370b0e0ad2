//! Parquet and Arrow IPC files, by polars, from bytes in memory.

use std::cell::Cell;
use std::fs::File;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use polars::prelude::{
    ArrowDataType, ArrowField, ArrowSchema, DataFrame, DataType, FileMetadataRef, IpcReader, ParallelStrategy,
    ParquetReader, PolarsResult, SerReader as _,
};

use super::text::{columns, list};
use super::{Format, Origin, Parsed, go_on};
use crate::error::{Error, Result};
use crate::jobs::Cancel;

/// Reads the columns that a table can hold; nested and binary ones are left out with a notice, categoricals become
/// text, a column without a type becomes text without values.
///
/// polars cannot be cancelled while it reads, only before and after.
pub(super) fn read(format: Format, bytes: &[u8], origin: &Origin, cancel: &Cancel) -> Result<Parsed> {
    go_on(cancel)?;
    let ending: &[u8] = if format == Format::Parquet { b"PAR1" } else { b"ARROW1" };
    if !bytes.ends_with(ending) || bytes.len() < 2 * ending.len() {
        return Err(corrupt(format, "its last bytes are missing", origin));
    }
    let corrupt = |why: String| corrupt(format, &why, origin);
    let schema = guarded(|| match format {
        Format::Parquet => ParquetReader::new(Cursor::new(bytes)).schema(),
        _ => IpcReader::new(Cursor::new(bytes)).schema(),
    })
    .map_err(corrupt)?;
    let (kept, notices) = usable(&schema, origin)?;
    let frame = guarded(|| {
        let frame = match format {
            // One thread: polars' own pool has the priority of the keyboard.
            Format::Parquet => ParquetReader::new(Cursor::new(bytes))
                .read_parallel(ParallelStrategy::None)
                .with_columns(Some(kept))
                .finish(),
            _ => IpcReader::new(Cursor::new(bytes)).with_columns(Some(kept)).finish(),
        }?;
        plain(frame)
    })
    .map_err(corrupt)?;
    go_on(cancel)?;
    if frame.height() == 0 {
        return Err(no_rows(origin));
    }
    Ok(Parsed { frame, lines: None, notices })
}

/// The row groups of a Parquet file.
pub(super) struct Groups {
    /// Columns that a table can hold.
    pub(super) columns: Vec<String>,
    pub(super) notices: Vec<String>,
    metadata: FileMetadataRef,
}

impl Groups {
    /// Looks at the row groups of a file.
    pub(super) fn open(path: &Path, origin: &Origin) -> Result<Self> {
        let (schema, metadata) = guarded(|| {
            let mut reader = ParquetReader::new(File::open(path)?);
            Ok((reader.schema()?, FileMetadataRef::clone(reader.get_metadata()?)))
        })
        .map_err(|why| corrupt(Format::Parquet, &why, origin))?;
        let (columns, notices) = usable(&schema, origin)?;
        if metadata.num_rows == 0 {
            return Err(no_rows(origin));
        }
        Ok(Self { columns, notices, metadata })
    }

    /// Hands over one row group after the other.
    pub(super) fn each(
        &self,
        path: &Path,
        origin: &Origin,
        cancel: &Cancel,
        on: &mut dyn FnMut(DataFrame) -> Result<()>,
    ) -> Result<()> {
        // A slice of the rows would be found by decoding all groups before it; a file of one group is all of it.
        let mut one = (*self.metadata).clone();
        for group in self.metadata.row_groups.iter().filter(|group| group.num_rows() > 0) {
            go_on(cancel)?;
            (one.num_rows, one.row_groups) = (group.num_rows(), vec![group.clone()]);
            let frame = guarded(|| {
                let mut reader = ParquetReader::new(File::open(path)?).read_parallel(ParallelStrategy::None);
                reader.set_metadata(FileMetadataRef::new(one.clone()));
                plain(reader.with_columns(Some(self.columns.clone())).finish()?)
            })
            .map_err(|why| corrupt(Format::Parquet, &why, origin))?;
            on(frame)?;
        }
        Ok(())
    }
}

fn corrupt(format: Format, why: &str, origin: &Origin) -> Error {
    origin
        .error(format!("this {format} file is cut off or corrupt ({})", super::excerpt(why)))
        .try_this("copy or write the file again")
}

fn no_rows(origin: &Origin) -> Error {
    origin.error("it has columns but no rows").try_this("name a file with at least one row")
}

/// Names of the columns that a table can hold, and what is said about the others.
fn usable(schema: &ArrowSchema, origin: &Origin) -> Result<(Vec<String>, Vec<String>)> {
    let (kept, dropped) = sort_out(schema);
    if kept.is_empty() {
        return Err(origin
            .error("all its columns are nested or binary")
            .try_this("write a file with columns of numbers, text or dates"));
    }
    let left_out = || {
        let (count, names) = (columns(dropped.len()), list(&dropped));
        format!("{count} left out, of a type that is not read (nested, binary, decimal): {names}")
    };
    let notices = if dropped.is_empty() { Vec::new() } else { vec![left_out()] };
    Ok((kept, notices))
}

/// Names of the columns that a table can hold, and of the others.
fn sort_out(schema: &ArrowSchema) -> (Vec<String>, Vec<String>) {
    let (kept, dropped): (Vec<_>, Vec<_>) = schema.iter_values().partition(|field| is_plain(&field.dtype));
    let names = |fields: Vec<&ArrowField>| fields.into_iter().map(|field| field.name.to_string()).collect();
    (names(kept), names(dropped))
}

fn is_plain(kind: &ArrowDataType) -> bool {
    use ArrowDataType as T;
    match kind {
        T::Null | T::Boolean | T::Int8 | T::Int16 | T::Int32 | T::Int64 => true,
        T::UInt8 | T::UInt16 | T::UInt32 | T::UInt64 | T::Float32 | T::Float64 => true,
        T::Utf8 | T::LargeUtf8 | T::Utf8View => true,
        T::Date32 | T::Date64 | T::Time32(_) | T::Time64(_) | T::Timestamp(..) | T::Duration(_) => true,
        T::Dictionary(_, values, _) => matches!(values.as_ref(), T::Utf8 | T::LargeUtf8 | T::Utf8View),
        _ => false,
    }
}

/// Categoricals and columns without a type as text.
fn plain(mut frame: DataFrame) -> PolarsResult<DataFrame> {
    for index in 0..frame.width() {
        let column = &frame.columns()[index];
        if matches!(column.dtype(), DataType::Null | DataType::Categorical(..) | DataType::Enum(..)) {
            let text = column.cast(&DataType::String)?;
            frame.replace_column(index, text)?;
        }
    }
    Ok(frame)
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread, now, is one that [`guarded`] turns into an error: a panic hook should stay silent.
pub(super) fn is_guarded() -> bool {
    GUARDED.get()
}

/// The readers of polars unwrap in places what a corrupt file says; a panic of theirs is an error of the file.
fn guarded<T>(read: impl FnOnce() -> PolarsResult<T>) -> Result<T, String> {
    GUARDED.set(true);
    let read = catch_unwind(AssertUnwindSafe(read));
    GUARDED.set(false);
    match read {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("its reader gave up on it".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_and_is_known_to_be_guarded() {
        let mut inside = false;
        let result: Result<(), String> = guarded(|| {
            inside = is_guarded();
            panic!("out of spec");
        });
        assert!(inside);
        assert!(!is_guarded());
        assert_eq!(result, Err("its reader gave up on it".to_owned()));
    }
}
