//! A table one piece after the other, for tables larger than memory.
//!
//! CSV in a file (plain or packed, UTF-8 or Latin-1) comes in blocks of text, Parquet by its row groups. Everything
//! else (a pipe, JSON lines, Arrow IPC, UTF-16, packed Parquet, the sample) is one piece.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use encoding_rs::WINDOWS_1252;

use super::bytes::{self, CHUNK, Fingerprint, Packing};
use super::{Format, Location, Options, Origin, RawTable, columnar, csv, format, go_on, text};
use crate::error::{Error, Result};
use crate::jobs::Cancel;

/// Bytes of text that are read at once: some 40,000 rows of a learners table.
const BLOCK: usize = 4 * 1024 * 1024;

/// A row of more text than this is none: a quote was opened and never closed.
const LONGEST_ROW: usize = 64 * 1024 * 1024;

/// UTF-8's byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// A table that is read one piece after the other, as often as it is asked to.
pub struct Pieces {
    /// As [`RawTable::name`].
    pub name: String,
    /// As [`RawTable::fingerprint`], of the whole source.
    pub fingerprint: String,
    /// How the bytes were understood.
    pub format: Format,
    /// What a reader of the table should know.
    pub notices: Vec<String>,
    origin: Origin,
    how: How,
}

enum How {
    Whole(Box<RawTable>),
    Csv { path: PathBuf, text: Text, layout: csv::Layout },
    Groups { path: PathBuf, groups: columnar::Groups },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Latin1,
}

/// What a first pass over a text tells.
#[derive(Clone, Copy)]
struct Text {
    /// The line on which it first is not UTF-8.
    invalid: Option<u64>,
    /// Lines, by the line feed.
    lines: u64,
    /// Bytes of the file, where it is not packed.
    length: Option<u64>,
}

impl Text {
    fn encoding(self) -> Encoding {
        if self.invalid.is_some() { Encoding::Latin1 } else { Encoding::Utf8 }
    }
}

impl Pieces {
    /// Looks at a source: its fingerprint, format, encoding and header.
    ///
    /// # Errors
    /// As [`super::read`].
    pub fn open(location: &Location, options: &Options, cancel: &Cancel) -> Result<Self> {
        let origin = location.origin();
        let found = match location {
            Location::Path(path) => in_pieces(path, &location.name(), options, &origin, cancel)?,
            Location::Stdin | Location::Sample => None,
        };
        let found = match found {
            Some(found) => found,
            None => {
                let raw = super::read(location, options, cancel, &mut |_, _| {})?;
                let notices = raw.notices.clone();
                (raw.fingerprint.clone(), raw.format, notices, How::Whole(Box::new(raw)))
            }
        };
        Ok(Self::new(location, origin, found))
    }

    /// As [`Pieces::open`], of a CSV file that is not packed; `None` for every other source.
    ///
    /// # Errors
    /// As [`super::read`].
    pub fn of_csv(location: &Location, options: &Options, cancel: &Cancel) -> Result<Option<Self>> {
        let Location::Path(path) = location else { return Ok(None) };
        let origin = location.origin();
        let Some((head, None)) = beginning(path, &origin)? else { return Ok(None) };
        let found = csv_in_pieces(path, &head, &location.name(), options, &origin, cancel)?;
        Ok(found.map(|found| Self::new(location, origin, found)))
    }

    fn new(location: &Location, origin: Origin, (fingerprint, format, notices, how): Found) -> Self {
        Self { name: location.name(), fingerprint, format, notices, origin, how }
    }

    /// Rows that it has at most, where that is known before it is read.
    pub fn rows_at_most(&self) -> Option<u64> {
        match &self.how {
            How::Whole(raw) => Some(raw.frame.height() as u64),
            // Old Mac files have no line feed at all.
            How::Csv { text, .. } => Some(text.lines).filter(|lines| *lines > 1),
            How::Groups { .. } => None,
        }
    }

    /// Whether the table comes as one piece.
    pub fn is_whole(&self) -> bool {
        matches!(self.how, How::Whole(_))
    }

    /// Names of the columns, the same in every piece.
    pub fn columns(&self) -> Vec<String> {
        match &self.how {
            How::Whole(raw) => raw.frame.get_column_names().iter().map(ToString::to_string).collect(),
            How::Csv { layout, .. } => layout.header.names.clone(),
            How::Groups { groups, .. } => groups.columns.clone(),
        }
    }

    /// Hands every piece over, in order; the columns are the same in all of them. `progress` hears, for text, (bytes
    /// done, bytes in all if known).
    ///
    /// # Errors
    /// As [`super::read`]; what `on` says.
    pub fn each(
        &self,
        cancel: &Cancel,
        progress: &mut dyn FnMut(u64, Option<u64>),
        on: &mut dyn FnMut(RawTable) -> Result<()>,
    ) -> Result<()> {
        match &self.how {
            How::Whole(raw) => on(RawTable::clone(raw)),
            How::Csv { path, text, layout } => self.each_of_text(path, *text, layout, cancel, progress, on),
            How::Groups { path, groups } => {
                groups.each(path, &self.origin, cancel, &mut |frame| on(self.piece(frame, None, Vec::new())))
            }
        }
    }

    fn each_of_text(
        &self,
        path: &Path,
        text: Text,
        layout: &csv::Layout,
        cancel: &Cancel,
        progress: &mut dyn FnMut(u64, Option<u64>),
        on: &mut dyn FnMut(RawTable) -> Result<()>,
    ) -> Result<()> {
        let mut blocks = Blocks::open(path, text.encoding(), &self.origin)?;
        let (mut open, mut line, mut has_header) = (String::new(), 1, !layout.header.first_is_data);
        let mut rows = 0;
        loop {
            go_on(cancel)?;
            let more = blocks.next(&mut open)?;
            progress(blocks.reader.read, text.length);
            let is_last = !more || open.len() > LONGEST_ROW;
            let piece = csv::Piece { text: &open, line, has_header, is_last };
            let taken = csv::take(&piece, layout, &self.origin, cancel, &mut |_, _| {})?;
            has_header &= taken.bytes == 0;
            (rows, line) = (rows + taken.frame.height(), taken.line);
            open.drain(..taken.bytes);
            if taken.frame.height() > 0 {
                on(self.piece(taken.frame, Some(taken.lines), taken.notices))?;
            }
            if is_last {
                break;
            }
        }
        if rows == 0 { Err(csv::no_rows(&self.origin)) } else { Ok(()) }
    }

    fn piece(&self, frame: super::DataFrame, lines: Option<super::Lines>, notices: Vec<String>) -> RawTable {
        let (name, fingerprint) = (self.name.clone(), self.fingerprint.clone());
        RawTable { name, format: self.format, frame, fingerprint, notices, lines }
    }
}

type Found = (String, Format, Vec<String>, How);

/// How a file is read in pieces; `None` where it is not.
fn in_pieces(path: &Path, name: &str, options: &Options, origin: &Origin, cancel: &Cancel) -> Result<Option<Found>> {
    let Some((head, packing)) = beginning(path, origin)? else { return Ok(None) };
    if packing.is_none() && format::of_bytes(&head, name, origin)? == Some(Format::Parquet) {
        let fingerprint = fingerprint(path, origin, cancel)?;
        let groups = columnar::Groups::open(path, origin)?;
        let notices = groups.notices.clone();
        return Ok(Some((fingerprint, Format::Parquet, notices, How::Groups { path: path.to_owned(), groups })));
    }
    csv_in_pieces(path, &head, name, options, origin, cancel)
}

/// The first block of a file, unpacked, and how it is packed; `None` for pipes and folders, which have no second look.
fn beginning(path: &Path, origin: &Origin) -> Result<Option<(Vec<u8>, Option<Packing>)>> {
    if !std::fs::metadata(path).map_err(|error| bytes::unreachable_file(path, origin, &error))?.is_file() {
        return Ok(None);
    }
    let mut unpacked = Unpacked::open(path, origin)?;
    let mut head = vec![0; BLOCK];
    let count = unpacked.fill(&mut head)?;
    head.truncate(count);
    Ok(Some((head, unpacked.packing)))
}

/// `head`: its first block.
fn csv_in_pieces(
    path: &Path,
    head: &[u8],
    name: &str,
    options: &Options,
    origin: &Origin,
    cancel: &Cancel,
) -> Result<Option<Found>> {
    if format::of_bytes(head, name, origin)?.is_some() || text::is_utf16(head) {
        return Ok(None);
    }
    let found = format::of_text(&text::decode(head, origin)?.content, name, origin)?;
    if found != Format::Csv {
        return Ok(None);
    }
    let fingerprint = fingerprint(path, origin, cancel)?;
    let text = look_through(path, origin, cancel)?;
    let mut notices: Vec<String> = text.invalid.map(text::latin1_notice).into_iter().collect();
    let mut beginning = String::new();
    Blocks::open(path, text.encoding(), origin)?.next(&mut beginning)?;
    let layout = csv::Layout::new(&beginning, options, origin)?;
    notices.extend(layout.header.notices.iter().cloned());
    Ok(Some((fingerprint, found, notices, How::Csv { path: path.to_owned(), text, layout })))
}

fn open(path: &Path, origin: &Origin) -> Result<File> {
    File::open(path).map_err(|error| bytes::unreachable_file(path, origin, &error))
}

/// Reads until the buffer is full or there is no more.
fn fill(reader: &mut impl Read, buffer: &mut [u8], origin: &Origin) -> Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::failed(format!("reading {} broke off", origin.0)).because(error)),
        }
    }
    Ok(filled)
}

fn fingerprint(path: &Path, origin: &Origin, cancel: &Cancel) -> Result<String> {
    let mut file = open(path, origin)?;
    let mut chunk = vec![0; CHUNK];
    let mut state = Fingerprint::default();
    loop {
        go_on(cancel)?;
        match fill(&mut file, &mut chunk, origin)? {
            0 => return Ok(state.told()),
            count => state.add(&chunk[..count]),
        }
    }
}

/// The bytes of a file, out of gzip or Zstandard.
struct Unpacked<'a> {
    reader: Box<dyn Read>,
    packing: Option<Packing>,
    read: u64,
    origin: &'a Origin,
}

impl<'a> Unpacked<'a> {
    fn open(path: &Path, origin: &'a Origin) -> Result<Self> {
        let mut start = [0; 4];
        let count = fill(&mut open(path, origin)?, &mut start, origin)?;
        let packing = Packing::of(&start[..count]);
        let stored = BufReader::with_capacity(CHUNK, open(path, origin)?);
        let reader = match packing {
            None => Box::new(stored),
            Some(packing) => packing.open(stored).map_err(|error| origin.error(error))?,
        };
        Ok(Self { reader, packing, read: 0, origin })
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let count = match self.packing {
            None => fill(&mut self.reader, buffer, self.origin)?,
            Some(packing) => {
                let mut filled = 0;
                while filled < buffer.len() {
                    let read = self.reader.read(&mut buffer[filled..]);
                    match read.map_err(|error| packing.broken(self.read + filled as u64, &error, self.origin))? {
                        0 => break,
                        count => filled += count,
                    }
                }
                filled
            }
        };
        self.read += count as u64;
        Ok(count)
    }
}

/// A first pass over a text.
///
/// # Errors
/// Zero bytes: it is no text.
fn look_through(path: &Path, origin: &Origin, cancel: &Cancel) -> Result<Text> {
    let mut reader = Unpacked::open(path, origin)?;
    let mut buffer = vec![0; CHUNK];
    let (mut held, mut line, mut invalid) = (0, 1, None);
    loop {
        go_on(cancel)?;
        let count = reader.fill(&mut buffer[held..])?;
        let all = &buffer[..held + count];
        let breaks = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count() as u64;
        if let Some(at) = memchr::memchr(0, all) {
            let line = line + breaks(&all[..at]);
            return Err(text::binary(all, origin, format!("it has zero bytes in it, the first on line {line}")));
        }
        let cut = match std::str::from_utf8(all) {
            _ if invalid.is_some() => all.len(),
            Ok(_) => all.len(),
            // A character that goes on in the next buffer, if there is one.
            Err(error) if error.error_len().is_none() && count > 0 => error.valid_up_to(),
            Err(error) => {
                invalid = Some(line + breaks(&all[..error.valid_up_to()]));
                all.len()
            }
        };
        if count == 0 {
            let length = Some(reader.read).filter(|_| reader.packing.is_none());
            return Ok(Text { invalid, lines: line, length });
        }
        line += breaks(&all[..cut]);
        held = all.len() - cut;
        let end = cut + held;
        buffer.copy_within(cut..end, 0);
    }
}

/// A text in blocks.
struct Blocks<'a> {
    reader: Unpacked<'a>,
    encoding: Encoding,
    buffer: Vec<u8>,
    /// Bytes of a character that the last block broke off, at the start of the buffer.
    held: usize,
    at_start: bool,
}

impl<'a> Blocks<'a> {
    fn open(path: &Path, encoding: Encoding, origin: &'a Origin) -> Result<Self> {
        let reader = Unpacked::open(path, origin)?;
        Ok(Self { reader, encoding, buffer: vec![0; BLOCK], held: 0, at_start: true })
    }

    /// Appends the next block to a text; false when there is none.
    fn next(&mut self, to: &mut String) -> Result<bool> {
        let count = self.reader.fill(&mut self.buffer[self.held..])?;
        let mut all = &self.buffer[..self.held + count];
        if std::mem::take(&mut self.at_start) {
            all = all.strip_prefix(MARK).unwrap_or(all);
        }
        let mut rest = 0;
        match self.encoding {
            Encoding::Latin1 => to.push_str(&WINDOWS_1252.decode_without_bom_handling(all).0),
            Encoding::Utf8 => {
                let valid = match std::str::from_utf8(all) {
                    Ok(text) => text,
                    Err(error) => {
                        rest = all.len() - error.valid_up_to();
                        if error.error_len().is_some() || count == 0 {
                            let changed = "it is not as it was a moment ago";
                            return Err(self.reader.origin.error(changed).try_this("wait until it is written"));
                        }
                        std::str::from_utf8(&all[..error.valid_up_to()]).unwrap_or_default()
                    }
                };
                to.push_str(valid);
            }
        }
        let end = self.held + count;
        self.buffer.copy_within(end - rest..end, 0);
        self.held = rest;
        Ok(count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    /// All pieces put together, and how many there were.
    fn together(path: &Path) -> (RawTable, usize) {
        let location = Location::Path(path.to_owned());
        let pieces = Pieces::open(&location, &Options::default(), &Cancel::never()).unwrap();
        let (mut all, mut count): (Option<RawTable>, usize) = (None, 0);
        pieces
            .each(&Cancel::never(), &mut |_, _| {}, &mut |piece| {
                count += 1;
                match &mut all {
                    None => all = Some(piece),
                    Some(all) => all.append(piece).unwrap(),
                }
                Ok(())
            })
            .unwrap();
        let mut all = all.unwrap();
        all.notices = pieces.notices.clone();
        (all, count)
    }

    fn whole(path: &Path) -> RawTable {
        super::super::read(&Location::Path(path.to_owned()), &Options::default(), &Cancel::never(), &mut |_, _| {})
            .unwrap()
    }

    fn assert_same(path: &Path, at_least: usize) {
        let (pieces, count) = together(path);
        let whole = whole(path);
        assert!(count >= at_least, "{count} pieces");
        assert!(pieces.frame.equals_missing(&whole.frame), "{}", path.display());
        assert_eq!(pieces.fingerprint, whole.fingerprint);
        assert_eq!(pieces.notices, whole.notices);
        assert!((0..whole.frame.height()).all(|row| pieces.line_of(row) == whole.line_of(row)));
    }

    /// More than two blocks, with cells that run over lines and characters of several bytes.
    fn text() -> String {
        let mut text = "name;note;n\n".to_owned();
        for row in 0..260_000 {
            let note = match row % 7 {
                0 => "\"two\nlines; \"\"quoted\"\"\"",
                1 => "é₹😀",
                2 => "",
                _ => "plain text of some length",
            };
            text += &format!("row {row};{note};{}\n", row * 3);
            if row % 1000 == 0 {
                text += "\n";
            }
        }
        text
    }

    #[test]
    fn pieces_are_the_whole() {
        let folder = tempfile::tempdir().unwrap();
        let text = text();
        let plain = folder.path().join("a.csv");
        std::fs::write(&plain, &text).unwrap();
        assert_same(&plain, 3);

        let marked = folder.path().join("marked.csv");
        std::fs::write(&marked, [MARK, text.trim_end().as_bytes()].concat()).unwrap();
        assert_same(&marked, 3);

        let packed = folder.path().join("a.csv.zst");
        std::fs::write(&packed, zstd::encode_all(text.as_bytes(), 1).unwrap()).unwrap();
        assert_same(&packed, 3);

        let gzip = folder.path().join("a.csv.gz");
        let mut encoder = flate2::write::GzEncoder::new(File::create(&gzip).unwrap(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap();
        assert_same(&gzip, 3);

        // One byte near the end makes all of it Latin-1.
        let latin = folder.path().join("latin.csv");
        let mut bytes = text.clone().into_bytes();
        let end = bytes.len() - 12;
        bytes[end] = 0xe9;
        std::fs::write(&latin, bytes).unwrap();
        assert_same(&latin, 3);
    }

    #[test]
    fn small_and_odd_tables_are_the_whole_too() {
        let folder = tempfile::tempdir().unwrap();
        let one_row = (0..40).fold(String::new(), |text, n| text + &format!("{n}.5,"));
        for (name, text) in [
            ("no_end.csv", "a,b\n1,2\n3,4".to_owned()),
            ("returns.csv", "a,b\r\n1,2\r\n\r\n3,\"x\r\ny\"\r\n".to_owned()),
            ("no_header.csv", format!("{one_row}1\n{one_row}2\n")),
            ("lines.jsonl", "{\"a\":1}\n{\"a\":2}\n".to_owned()),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            assert_same(&path, 1);
        }
        let utf16 = folder.path().join("wide.csv");
        let bytes: Vec<u8> = "\u{feff}a,b\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        std::fs::write(&utf16, bytes).unwrap();
        assert_same(&utf16, 1);
    }

    #[test]
    fn row_groups_are_the_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let table = super::super::synthetic::Synthetic { rows: 200_000, seed: 3 };
        super::super::synthetic::write_parquet(&table, File::create(&path).unwrap(), None).unwrap();
        assert_same(&path, 2);
    }

    #[test]
    fn what_is_wrong_far_down_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let complaint = |text: &[u8]| {
            std::fs::write(&path, text).unwrap();
            let location = Location::Path(path.clone());
            let pieces = Pieces::open(&location, &Options::default(), &Cancel::never());
            pieces.and_then(|p| p.each(&Cancel::never(), &mut |_, _| {}, &mut |_| Ok(()))).unwrap_err().to_string()
        };
        let mut text = text();
        let line = text.matches('\n').count() + 1;
        text += "too;many;fields;here\n";
        assert!(complaint(text.as_bytes()).contains(&format!("line {line}: 4 fields, 3 expected")));
        text.truncate(text.len() - "too;many;fields;here\n".len());
        text += "a;\"never closed;1\nb;c;2\n";
        let told = complaint(text.as_bytes());
        assert!(told.contains(&format!("line {line}: a quote opens here")), "{told}");
        let told = complaint(&[text.as_bytes(), b"\0"].concat());
        assert!(told.contains(&format!("zero bytes in it, the first on line {}", line + 2)), "{told}");
        assert!(complaint(b"a,b\n").contains("no rows"));
    }
}
