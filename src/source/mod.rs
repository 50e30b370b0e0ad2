//! Where rows come from: files and pipes, the bundled sample, the synthetic generator.
//!
//! Bytes are fetched, unpacked, recognised and read into one [`RawTable`]; nothing is cleaned, trimmed or
//! converted on the way, so that every later step can point back at the file as it is.

mod bytes;
mod columnar;
mod csv;
mod delimiter;
mod format;
mod header;
mod jsonlines;
mod lines;
mod pieces;
pub mod synthetic;
mod text;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use polars::prelude::DataFrame;

use crate::error::{Error, Result};
use crate::jobs::{Cancel, Cancelled};

pub use format::Format;
pub use pieces::Pieces;
pub use text::{escape, excerpt};

use lines::Lines;

/// A table as it stood in its source.
#[derive(Clone, Debug)]
pub struct RawTable {
    /// What a header shows: `learners.csv`, `stdin`, `sample`; control characters are escaped.
    pub name: String,
    /// How the bytes were understood.
    pub format: Format,
    /// The cells. From CSV every column is text and an empty cell (quoted or not) is null; the other formats
    /// bring types of their own, categoricals as text. At least one row and one column, names distinct.
    pub frame: DataFrame,
    /// 64 bits, as 16 hex digits, of the bytes as they were stored (before unpacking): tells whether a source
    /// changed, not who changed it.
    pub fingerprint: String,
    /// What a reader of the table should know, as whole sentences: renamed or dropped columns, the encoding.
    pub notices: Vec<String>,
    lines: Option<Lines>,
}

impl RawTable {
    /// The line of the (unpacked) file, counted from 1, on which source row `row` starts. None for binary formats
    /// and for rows beyond the table.
    pub fn line_of(&self, row: usize) -> Option<u64> {
        if row >= self.frame.height() {
            return None;
        }
        self.lines.as_ref()?.of(row)
    }

    /// Takes in the rows of the next piece, which has the same columns.
    ///
    /// # Errors
    /// `Failed` where the columns are not the same.
    pub fn append(&mut self, next: Self) -> Result<()> {
        match (&mut self.lines, next.lines) {
            (Some(lines), Some(more)) => lines.append(self.frame.height(), &more),
            _ => self.lines = None,
        }
        self.notices.extend(next.notices);
        let appended = self.frame.vstack_mut_owned(next.frame);
        appended.map(|_| ()).map_err(|error| Error::failed(format!("cannot read {}", self.name)).because(error))
    }
}

/// Where a table lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A file.
    Path(PathBuf),
    /// Standard input.
    Stdin,
    /// The table that is built into the program.
    Sample,
}

impl Location {
    /// What a command line names: nothing is the sample, `-` is standard input, all else is a file.
    pub fn from_argument(argument: Option<&Path>) -> Self {
        match argument {
            None => Self::Sample,
            Some(path) if path.as_os_str() == "-" => Self::Stdin,
            Some(path) => Self::Path(path.to_owned()),
        }
    }

    /// The short name that a header shows.
    fn name(&self) -> String {
        match self {
            Self::Path(path) => escape(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy()),
            Self::Stdin => "stdin".to_owned(),
            Self::Sample => "sample".to_owned(),
        }
    }

    /// What error messages call it.
    fn origin(&self) -> Origin {
        Origin(match self {
            Self::Path(path) => escape(&path.to_string_lossy()),
            Self::Stdin => "standard input".to_owned(),
            Self::Sample => "the bundled sample".to_owned(),
        })
    }
}

/// As the command line named it: a path, `-`, or `sample`.
impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Path(path) => f.write_str(&escape(&path.to_string_lossy())),
            Self::Stdin => f.write_str("-"),
            Self::Sample => f.write_str("sample"),
        }
    }
}

/// What was said about how to read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The delimiter of a CSV file, an ASCII byte; None finds it out.
    pub delimiter: Option<u8>,
}

/// Reads the table that lies at `location`.
///
/// `progress` hears (bytes done, bytes in all if known) while the bytes arrive and, for text, once more from the
/// start while they are read into cells. Cancelled work ends in an error of kind `Interrupted`, except while it
/// waits for a pipe.
///
/// # Errors
/// `BadInput` for everything that is wrong with the file, naming the line where there is one; `Failed` when the
/// disk or the memory gives out; `Usage` for a delimiter that cannot be one.
pub fn read(
    location: &Location,
    options: &Options,
    cancel: &Cancel,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<RawTable> {
    let origin = location.origin();
    // A source that does not come as bytes (a database) gets an arm of its own here and makes its frame itself.
    let stored = match location {
        Location::Path(path) => Cow::Owned(bytes::of_file(path, &origin, cancel, progress)?),
        Location::Stdin => Cow::Owned(bytes::of_stdin(&origin, cancel, progress)?),
        Location::Sample => Cow::Borrowed(bytes::SAMPLE),
    };
    let fingerprint = bytes::fingerprint(&stored);
    let unpacked = bytes::unpack(stored, &origin, cancel)?;
    let name = location.name();

    let (format, parsed) = match format::of_bytes(&unpacked, &name, &origin)? {
        Some(format) => (format, columnar::read(format, &unpacked, &origin, cancel)?),
        None => {
            let decoded = text::decode(&unpacked, &origin)?;
            let format = format::of_text(&decoded.content, &name, &origin)?;
            let mut parsed = match format {
                Format::JsonLines => jsonlines::read(&decoded.content, &origin, cancel, progress)?,
                _ => csv::read(&decoded.content, options, &origin, cancel, progress)?,
            };
            parsed.notices.splice(0..0, decoded.notice);
            (format, parsed)
        }
    };
    Ok(RawTable { name, format, frame: parsed.frame, fingerprint, notices: parsed.notices, lines: parsed.lines })
}

/// Whether a source is a file of at least so many bytes.
pub fn is_at_least(location: &Location, bytes: u64) -> bool {
    match location {
        Location::Path(path) => std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() >= bytes),
        Location::Stdin | Location::Sample => false,
    }
}

/// Whether a panic that happens on this thread now is expected and becomes an ordinary error (a corrupt Parquet or
/// Arrow file). A panic hook asks this and stays silent, or it would report a crash that is none.
pub fn is_panic_caught() -> bool {
    columnar::is_guarded()
}

/// 16 hex digits that tell whether two byte strings are the same; as that of a [`RawTable`].
pub fn fingerprint(bytes: &[u8]) -> String {
    bytes::fingerprint(bytes)
}

/// What a reader of one format hands over.
struct Parsed {
    frame: DataFrame,
    lines: Option<Lines>,
    notices: Vec<String>,
}

/// The name of a source in messages, control characters escaped; makes the errors that name it.
struct Origin(String);

impl Origin {
    /// The source as a whole is the trouble.
    fn error(&self, why: impl std::fmt::Display) -> Error {
        Error::bad_input(format!("cannot read {}", self.0)).because(why)
    }

    /// The trouble starts on a line, counted from 1.
    fn error_on(&self, line: u64, why: impl std::fmt::Display) -> Error {
        Error::bad_input(format!("cannot read {}, line {line}", self.0)).because(why)
    }
}

/// `?` for cancelled work.
fn go_on(cancel: &Cancel) -> Result<()> {
    cancel.check().map_err(|Cancelled| Error::interrupted())
}

#[cfg(test)]
mod tests;
