//! Bytes: from a file or a pipe, their fingerprint, and out of gzip or Zstandard.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufRead, IsTerminal as _, Read};
use std::path::Path;

use super::{Origin, escape, go_on};
use crate::error::{Error, Result, nearest};
use crate::jobs::Cancel;

/// The table that is shown when none is named (synthetic, see `synthetic.rs`).
pub(super) const SAMPLE: &[u8] = include_bytes!("../../sample_data/learners.csv");

/// Bytes between two looks at the cancel token: well under a millisecond from the page cache.
pub(super) const CHUNK: usize = 256 * 1024;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// All bytes of a file.
pub(super) fn of_file(
    path: &Path,
    origin: &Origin,
    cancel: &Cancel,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Vec<u8>> {
    let metadata = fs::metadata(path).map_err(|error| unreachable_file(path, origin, &error))?;
    if metadata.is_dir() {
        return Err(origin.error("it is a folder").try_this("name a file inside it"));
    }
    let file = File::open(path).map_err(|error| unreachable_file(path, origin, &error))?;
    // Pipes and the files of /proc say 0.
    let length = Some(metadata.len()).filter(|length| *length > 0);
    all_of(file, length, origin, cancel, progress)
}

/// All bytes of standard input.
pub(super) fn of_stdin(
    origin: &Origin,
    cancel: &Cancel,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Vec<u8>> {
    let stdin = io::stdin().lock();
    if stdin.is_terminal() {
        return Err(origin
            .error("it is a terminal, nothing is piped in")
            .try_this("name a file, or pipe a table in: `kscope fit - < learners.csv`"));
    }
    all_of(stdin, None, origin, cancel, progress)
}

fn all_of(
    mut reader: impl Read,
    length: Option<u64>,
    origin: &Origin,
    cancel: &Cancel,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let expected = usize::try_from(length.unwrap_or(0)).unwrap_or(usize::MAX);
    bytes.try_reserve_exact(expected).map_err(|_| out_of_memory(origin))?;
    let mut chunk = vec![0; CHUNK];
    loop {
        go_on(cancel)?;
        let count = match reader.read(&mut chunk) {
            Ok(0) => return Ok(bytes),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Error::failed(format!("reading {} broke off", origin.0)).because(error)),
        };
        bytes.try_reserve(count).map_err(|_| out_of_memory(origin))?;
        bytes.extend_from_slice(&chunk[..count]);
        progress(bytes.len() as u64, length);
    }
}

fn out_of_memory(origin: &Origin) -> Error {
    Error::failed(format!("cannot read {}", origin.0))
        .because("it does not fit into memory")
        .try_this("leave out columns or rows, or use a machine with more memory")
}

pub(super) fn unreachable_file(path: &Path, origin: &Origin, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => {
            let missing = origin.error("there is no such file");
            match neighbour(path) {
                Some(name) => missing.try_this(format!("did you mean {}?", escape(&name))),
                None => missing.try_this("check the path; without a file, kscope opens its bundled sample"),
            }
        }
        io::ErrorKind::PermissionDenied => {
            origin.error("you have no permission to read it").try_this("ask its owner, or look at it with `ls -l`")
        }
        io::ErrorKind::NotADirectory => {
            origin.error("a part of the path before the last is a file, not a folder").try_this("check the path")
        }
        _ => origin.error(error),
    }
}

/// The path in the same folder whose name is most like the missing one.
fn neighbour(path: &Path) -> Option<String> {
    /// Reading a folder of millions of files only to guess would be felt.
    const LOOK_AT: usize = 10_000;
    let wanted = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut names: Vec<String> = fs::read_dir(folder.unwrap_or(Path::new(".")))
        .ok()?
        .take(LOOK_AT)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort_unstable();
    let name = nearest(wanted, names.iter().map(String::as_str))?;
    Some(folder.map_or_else(|| name.to_owned(), |folder| folder.join(name).to_string_lossy().into_owned()))
}

/// 16 hex digits that tell whether two byte strings are the same.
pub(super) fn fingerprint(bytes: &[u8]) -> String {
    let mut state = Fingerprint::default();
    state.add(bytes);
    state.told()
}

/// The fingerprint of bytes that come one piece after the other, in one multiplication for eight bytes.
///
/// FNV-1a taken over little-endian words instead of bytes, with a shift after every product so that high bits reach
/// low ones, and the length last. Every step is a bijection of the state, so two strings of equal length that differ
/// in one word always differ here. Not a defence against forgery.
pub(super) struct Fingerprint {
    state: u64,
    /// Bytes of a word that is not full yet.
    open: [u8; 8],
    length: u64,
}

impl Default for Fingerprint {
    fn default() -> Self {
        Self { state: 0xcbf2_9ce4_8422_2325, open: [0; 8], length: 0 }
    }
}

impl Fingerprint {
    fn step(&mut self, word: u64) {
        let product = (self.state ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.state = product ^ (product >> 32);
    }

    /// Goes on with these bytes.
    pub(super) fn add(&mut self, mut bytes: &[u8]) {
        let held = (self.length % 8) as usize;
        self.length += bytes.len() as u64;
        if held > 0 {
            let (fill, rest) = bytes.split_at(bytes.len().min(8 - held));
            self.open[held..held + fill.len()].copy_from_slice(fill);
            if held + fill.len() < 8 {
                return;
            }
            self.step(u64::from_le_bytes(self.open));
            bytes = rest;
        }
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.step(u64::from_le_bytes(*word)));
        self.open = [0; 8];
        self.open[..rest.len()].copy_from_slice(rest);
    }

    /// As 16 hex digits.
    pub(super) fn told(mut self) -> String {
        self.step(u64::from_le_bytes(self.open));
        self.step(self.length);
        format!("{:016x}", self.state)
    }
}

/// How bytes are packed, told by the first of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstandard,
}

impl Packing {
    pub(super) fn of(start: &[u8]) -> Option<Self> {
        match start {
            _ if start.starts_with(GZIP) => Some(Self::Gzip),
            _ if start.starts_with(ZSTD) => Some(Self::Zstandard),
            _ => None,
        }
    }

    /// What is inside of packed bytes.
    pub(super) fn open<'a>(self, stored: impl BufRead + 'a) -> io::Result<Box<dyn Read + 'a>> {
        Ok(match self {
            // Multi: `cat a.gz b.gz` is a valid gzip file.
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(stored)),
            Self::Zstandard => Box::new(zstd::Decoder::with_buffer(stored)?),
        })
    }

    /// The complaint about packed bytes that cannot be unpacked.
    pub(super) fn broken(self, unpacked: u64, why: &io::Error, origin: &Origin) -> Error {
        let packing = match self {
            Self::Gzip => "gzip",
            Self::Zstandard => "Zstandard",
        };
        origin
            .error(format!("its {packing} packing is cut off or corrupt after {unpacked} unpacked bytes ({why})"))
            .try_this("copy or download the file again")
    }
}

/// Takes gzip and Zstandard off, told by their first bytes; anything else passes through.
pub(super) fn unpack<'a>(stored: Cow<'a, [u8]>, origin: &Origin, cancel: &Cancel) -> Result<Cow<'a, [u8]>> {
    let Some(packing) = Packing::of(&stored) else { return Ok(stored) };
    let mut decoder = packing.open(stored.as_ref()).map_err(|error| origin.error(error))?;
    let mut bytes = Vec::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        go_on(cancel)?;
        match decoder.read(&mut chunk) {
            Ok(0) => return Ok(Cow::Owned(bytes)),
            Ok(count) => {
                bytes.try_reserve(count).map_err(|_| out_of_memory(origin))?;
                bytes.extend_from_slice(&chunk[..count]);
            }
            Err(error) => return Err(packing.broken(bytes.len() as u64, &error, origin)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprint_sees_every_byte_and_the_length() {
        let text = b"a,b\n1,2\n3,4\n";
        let whole = fingerprint(text);
        assert_eq!(whole, fingerprint(text));
        for at in 0..text.len() {
            let mut changed = *text;
            changed[at] ^= 0x80;
            assert_ne!(whole, fingerprint(&changed), "byte {at}");
        }
        assert_ne!(fingerprint(b""), fingerprint(b"\0"));
        assert_ne!(fingerprint(b"\0"), fingerprint(b"\0\0"));
        assert_eq!(whole.len(), 16);
        for size in 1..text.len() {
            let mut pieces = Fingerprint::default();
            text.chunks(size).for_each(|piece| pieces.add(piece));
            assert_eq!(pieces.told(), whole, "in pieces of {size}");
        }
    }

    #[test]
    fn a_cancelled_read_stops() {
        let cancel = Cancel::never();
        cancel.cancel();
        let origin = Origin("x".to_owned());
        let error = all_of(io::repeat(b'x'), None, &origin, &cancel, &mut |_, _| ()).unwrap_err();
        assert_eq!(error.exit_code(), 130);
    }
}
