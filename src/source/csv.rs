//! Delimited text into columns of text, with the line of every row.

use std::fmt::Write as _;

use csv::{ReaderBuilder, StringRecord};
use polars::prelude::{Column, DataFrame, IntoSeries as _, StringChunkedBuilder};

use super::header::Header;
use super::lines::Lines;
use super::{Options, Origin, Parsed, delimiter, excerpt, go_on};
use crate::error::{Error, Result};
use crate::jobs::Cancel;

/// Bytes between two looks at the cancel token, about 1,000 records of a learners table: a fraction of a millisecond.
const STRIDE: u64 = 128 * 1024;

/// A quoted cell of more lines is worth a notice: the usual cause is a quote that was never closed.
const LONG_CELL: u64 = 100;

/// How a text is cut into cells.
pub(super) struct Layout {
    pub(super) header: Header,
    delimiter: u8,
}

impl Layout {
    /// Found out from the beginning of the text.
    pub(super) fn new(text: &str, options: &Options, origin: &Origin) -> Result<Self> {
        let delimiter = match options.delimiter {
            Some(delimiter) => usable(delimiter)?,
            None => delimiter::sniff(text),
        };
        match Records::new(text, delimiter, 1).advance() {
            Ok(Some(first)) => Ok(Self { header: Header::of(first.fields), delimiter }),
            Ok(None) => Err(no_rows(origin)),
            Err(fault) => Err(fault.told(origin)),
        }
    }
}

/// A piece of a text, which begins where a record begins.
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    /// The line on which it begins, counted from 1.
    pub(super) line: u64,
    /// Whether its first record is the header of the text.
    pub(super) has_header: bool,
    /// Whether the text ends with it; otherwise a record that touches its end may go on behind it and is left.
    pub(super) is_last: bool,
}

/// The rows of a piece, and where the next one begins.
pub(super) struct Taken {
    pub(super) frame: DataFrame,
    pub(super) lines: Lines,
    pub(super) notices: Vec<String>,
    /// Bytes that the rows took.
    pub(super) bytes: usize,
    /// The line behind them.
    pub(super) line: u64,
}

/// Reads delimited text.
///
/// Blank lines are skipped, cells are neither trimmed nor converted, an empty cell is null (as in pandas, also when
/// it is quoted: programs that quote everything write missing values so).
pub(super) fn read(
    text: &str,
    options: &Options,
    origin: &Origin,
    cancel: &Cancel,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Parsed> {
    let layout = Layout::new(text, options, origin)?;
    let piece = Piece { text, line: 1, has_header: !layout.header.first_is_data, is_last: true };
    let taken = take(&piece, &layout, origin, cancel, progress)?;
    if taken.frame.height() == 0 {
        return Err(no_rows(origin));
    }
    let mut notices = layout.header.notices;
    notices.extend(taken.notices);
    Ok(Parsed { frame: taken.frame, lines: Some(taken.lines), notices })
}

/// Reads a piece of delimited text.
pub(super) fn take(
    piece: &Piece<'_>,
    layout: &Layout,
    origin: &Origin,
    cancel: &Cancel,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Taken> {
    let (text, names) = (piece.text, &layout.header.names);
    let mut records = Records::new(text, layout.delimiter, piece.line);
    let mut rows = Rows::new(names, text);
    let mut notices = Vec::new();
    let mut is_header = piece.has_header;
    let (mut bytes, mut line) = (0, piece.line);
    let total = Some(text.len() as u64);
    let mut looked_at = 0;
    loop {
        let record = match records.advance() {
            Ok(Some(record)) => record,
            Ok(None) => break,
            Err(fault) if !piece.is_last && fault.at_end => break,
            Err(fault) => return Err(fault.told(origin)),
        };
        let end = record.end;
        if !piece.is_last && end == text.len() as u64 {
            break;
        }
        if end - looked_at >= STRIDE {
            looked_at = end;
            go_on(cancel)?;
            progress(looked_at, total);
        }
        if std::mem::take(&mut is_header) {
            // Its fields are the names.
        } else if record.fields.len() == names.len() {
            if record.breaks > LONG_CELL {
                notices.push(format!(
                    "the row on line {} runs over {} lines because of its quotes: is one of them never closed?",
                    record.line,
                    record.breaks + 1
                ));
            }
            rows.push(&record);
        } else if !record.raw.trim().is_empty() {
            return Err(ragged(&record, names.len(), layout.delimiter, origin));
        }
        (bytes, line) = (records.end, records.line);
    }
    let (frame, lines) = rows.finish(origin)?;
    Ok(Taken { frame, lines, notices, bytes, line })
}

fn usable(delimiter: u8) -> Result<u8> {
    if delimiter.is_ascii() && !matches!(delimiter, b'"' | b'\r' | b'\n' | 0) {
        return Ok(delimiter);
    }
    Err(Error::usage("this delimiter cannot be used")
        .because("it must be one ASCII character, not a quote or line end"))
}

pub(super) fn no_rows(origin: &Origin) -> Error {
    origin.error("it has a header but no rows").try_this("name a file with at least one row below its header")
}

fn ragged(record: &Record<'_>, expected: usize, delimiter: u8, origin: &Origin) -> Error {
    let found = record.fields.len();
    let mut why = format!(
        "{found} {}, {expected} expected (delimiter {}); it starts with: {}",
        if found == 1 { "field" } else { "fields" },
        match delimiter {
            b'\t' => "tab".to_owned(),
            other => format!("`{}`", char::from(other)),
        },
        excerpt(record.raw.trim_end_matches(['\r', '\n']))
    );
    if record.breaks > 0 {
        // Writing to a String cannot fail.
        let _ = write!(why, " (its quotes make it run to line {})", record.line + record.breaks);
    }
    origin
        .error_on(record.line, why)
        .try_this("mend the line, quote cells that hold the delimiter, or say which one is meant with --delimiter")
}

/// The columns while they grow.
struct Rows {
    builders: Vec<StringChunkedBuilder>,
    lines: Lines,
    count: usize,
}

impl Rows {
    fn new(names: &[String], text: &str) -> Self {
        // A row takes a line break and a byte a column at least, so this never asks for more cells than bytes.
        let breaks = memchr::memchr_iter(line_end(text), text.as_bytes()).count();
        let capacity = breaks.min(text.len() / names.len().max(1)) + 1;
        let builders = names.iter().map(|name| StringChunkedBuilder::new(name.as_str().into(), capacity)).collect();
        Self { builders, lines: Lines::default(), count: 0 }
    }

    fn push(&mut self, record: &Record<'_>) {
        for (builder, cell) in self.builders.iter_mut().zip(record.fields) {
            if cell.is_empty() {
                builder.append_null();
            } else {
                builder.append_value(cell);
            }
        }
        self.lines.push(self.count, record.line);
        self.count += 1;
    }

    fn finish(self, origin: &Origin) -> Result<(DataFrame, Lines)> {
        let columns: Vec<Column> =
            self.builders.into_iter().map(|builder| Column::from(builder.finish().into_series())).collect();
        let frame = DataFrame::new(self.count, columns).map_err(|error| origin.error(error))?;
        Ok((frame, self.lines))
    }
}

/// The byte by which lines are counted: old Mac files have no line feed at all.
fn line_end(text: &str) -> u8 {
    if memchr::memchr(b'\n', text.as_bytes()).is_some() { b'\n' } else { b'\r' }
}

/// The records of a text that begins on a line, one after the other, with the places that the `csv` crate does not
/// tell.
pub(super) struct Records<'a> {
    text: &'a str,
    reader: csv::Reader<&'a [u8]>,
    fields: StringRecord,
    delimiter: u8,
    line_end: u8,
    /// Line and byte up to which lines are counted.
    line: u64,
    end: usize,
}

/// One record and where it stands.
pub(super) struct Record<'a> {
    pub(super) fields: &'a StringRecord,
    raw: &'a str,
    line: u64,
    /// Line breaks inside the record.
    breaks: u64,
    /// Byte after the record.
    end: u64,
}

/// A quote that was opened and not closed as quotes are.
pub(super) struct Fault {
    line: u64,
    start: String,
    /// It runs to the end of the text.
    at_end: bool,
}

impl Fault {
    fn told(self, origin: &Origin) -> Error {
        origin
            .error_on(self.line, format!("a quote opens here and is never properly closed: {}", self.start))
            .try_this("close or remove the quote, or double it where it belongs to the cell")
    }
}

impl<'a> Records<'a> {
    pub(super) fn new(text: &'a str, delimiter: u8, line: u64) -> Self {
        let reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(64 * 1024)
            .from_reader(text.as_bytes());
        Self { text, reader, fields: StringRecord::new(), delimiter, line_end: line_end(text), line, end: 0 }
    }

    /// The next record; blank lines are no records.
    pub(super) fn advance(&mut self) -> Result<Option<Record<'_>>, Fault> {
        // The reader skips these itself, but it counts lines by the line feed only, and gives the line before them.
        let rest = &self.text.as_bytes()[self.end..];
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.line += self.breaks_in(&rest[..blank]);
        let start = self.end + blank;

        // Reading from memory into UTF-8 that was checked before: there is nothing to fail but the end.
        if !self.reader.read_record(&mut self.fields).unwrap_or(false) {
            return Ok(None);
        }
        self.end = usize::try_from(self.reader.position().byte()).unwrap_or(self.text.len());
        let raw = &self.text[start..self.end];
        let line = self.line;
        self.line += self.breaks_in(raw.as_bytes());
        let breaks = self.breaks_in(raw.trim_end_matches(['\r', '\n']).as_bytes());

        if (breaks > 0 || self.end == self.text.len())
            && let Some(at) = badly_closed_quote(raw.as_bytes(), self.delimiter)
        {
            let line = line + self.breaks_in(&raw.as_bytes()[..at]);
            let start = excerpt(raw[at..].lines().next().unwrap_or_default());
            return Err(Fault { line, start, at_end: self.end == self.text.len() });
        }
        Ok(Some(Record { fields: &self.fields, raw, line, breaks, end: self.end as u64 }))
    }

    fn breaks_in(&self, bytes: &[u8]) -> u64 {
        memchr::memchr_iter(self.line_end, bytes).count() as u64
    }
}

/// Where a quoted cell of a record opens that runs over a line break and then does not close before a delimiter or
/// line end, or never closes. Such a cell has swallowed lines that were not meant for it.
fn badly_closed_quote(record: &[u8], delimiter: u8) -> Option<usize> {
    let mut at = 0;
    while at < record.len() {
        if record[at] != b'"' {
            at += 1 + memchr::memchr2(delimiter, b'\n', &record[at..])?;
            continue;
        }
        let open = at;
        at = closing_quote(record, open).map_or(record.len() + 1, |close| close + 1);
        let closed_well = match record.get(at) {
            None => at == record.len(),
            Some(byte) => *byte == delimiter || matches!(byte, b'\r' | b'\n'),
        };
        let inside = &record[open..at.min(record.len())];
        if !closed_well && (at > record.len() || memchr::memchr2(b'\n', b'\r', inside).is_some()) {
            return Some(open);
        }
        at += 1 + memchr::memchr2(delimiter, b'\n', record.get(at..)?)?;
    }
    None
}

/// The quote that ends the cell whose first quote stands at `open`; a doubled quote belongs to the cell.
fn closing_quote(record: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        at += memchr::memchr(b'"', &record[at..])?;
        if record.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}
