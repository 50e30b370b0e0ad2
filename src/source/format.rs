//! Which format bytes are in: by content, then by name.

use std::fmt;

use super::Origin;
use crate::error::Result;

/// A format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Delimited text.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC file, also called Feather version 2.
    Ipc,
    /// One JSON object a line.
    JsonLines,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Csv => "CSV",
            Self::Parquet => "Parquet",
            Self::Ipc => "Arrow IPC",
            Self::JsonLines => "JSON lines",
        })
    }
}

/// A binary format told by its magic bytes; None is text.
///
/// # Errors
/// When the name promises a binary format and the bytes do not keep it.
pub(super) fn of_bytes(bytes: &[u8], name: &str, origin: &Origin) -> Result<Option<Format>> {
    // The byte after the magic is binary in every real file: `PAR1,PAR2` is the header of a CSV.
    if bytes.starts_with(b"PAR1") && bytes.get(4).is_none_or(u8::is_ascii_control) {
        return Ok(Some(Format::Parquet));
    }
    if bytes.starts_with(b"ARROW1\0\0") {
        return Ok(Some(Format::Ipc));
    }
    let promised = match extension(name).as_str() {
        "parquet" => "Parquet",
        "arrow" | "ipc" | "feather" => "Arrow IPC",
        _ => return Ok(None),
    };
    let why = match looks_like(bytes) {
        Some(kind) => format!("its name promises {promised}, but it looks like {kind}"),
        None if bytes.is_empty() => "it is empty".to_owned(),
        None => format!("its name promises {promised}, but it does not begin like it"),
    };
    Err(origin.error(why).try_this("write the file again, or rename it after what it holds"))
}

/// What bytes are that cannot be read, in words, where their beginning tells it.
pub(super) fn looks_like(bytes: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 9] = [
        (b"PK\x03\x04", "an Excel workbook or zip archive"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"%PDF", "a PDF document"),
        (b"BZh", "a file packed with bzip2"),
        (b"\xfd7zXZ\0", "a file packed with xz"),
        (b"\xff\xff\xff\xff", "an Arrow stream (an Arrow file is needed)"),
        (b"FEA1", "Feather version 1 (version 2 is needed)"),
        (b"PARE", "an encrypted Parquet file"),
    ];
    KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, kind)| *kind)
}

/// Which text format it is.
///
/// # Errors
/// For a JSON array, which is not read.
pub(super) fn of_text(text: &str, name: &str, origin: &Origin) -> Result<Format> {
    let text = text.trim_start();
    let named_json = matches!(extension(name).as_str(), "json" | "jsonl" | "ndjson");
    let named_csv = matches!(extension(name).as_str(), "csv" | "tsv" | "txt");
    if let Some(inside) = text.strip_prefix('{') {
        let object = inside.trim_start().starts_with(['"', '}']);
        return Ok(if object || !named_csv { Format::JsonLines } else { Format::Csv });
    }
    if let Some(inside) = text.strip_prefix('[')
        && (named_json || inside.trim_start().starts_with(['{', '[']))
    {
        return Err(origin
            .error("it is one JSON array; JSON lines are needed, one object a line")
            .try_this("`jq -c '.[]' table.json > table.jsonl` makes it so"));
    }
    Ok(if named_json { Format::JsonLines } else { Format::Csv })
}

/// The extension in lower case, that of a wrapper left out: `parquet` of `A.Parquet`, `csv` of `a.csv.gz`.
fn extension(name: &str) -> String {
    let name = name.to_lowercase();
    let inner = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(&name);
    inner.rsplit_once('.').map_or_else(String::new, |(_, extension)| extension.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: &str, name: &str) -> Option<Format> {
        of_text(content, name, &Origin(name.to_owned())).ok()
    }

    #[test]
    fn content_decides_before_the_name() {
        assert_eq!(text("{\"a\": 1}", "x.csv"), Some(Format::JsonLines));
        assert_eq!(text("a,b\n", "x"), Some(Format::Csv));
        assert_eq!(text("{a},b\n", "x.csv"), Some(Format::Csv));
        assert_eq!(text("{a: 1}\n", "stdin"), Some(Format::JsonLines));
        assert_eq!(text("x\n", "x.JSONL.gz"), Some(Format::JsonLines));
        assert_eq!(text(" [{\"a\": 1}]", "stdin"), None);
        assert_eq!(text("[a],[b]\n1,2\n", "x.csv"), Some(Format::Csv));
    }

    #[test]
    fn magic_bytes_and_broken_promises() {
        let of = |bytes: &[u8], name: &str| of_bytes(bytes, name, &Origin(name.to_owned())).ok();
        assert_eq!(of(b"PAR1\x15", "x.csv"), Some(Some(Format::Parquet)));
        assert_eq!(of(b"PAR1,PAR2\n", "x.csv"), Some(None));
        assert_eq!(of(b"ARROW1\0\0", "x"), Some(Some(Format::Ipc)));
        assert_eq!(of(b"a,b\n", "x.parquet"), None);
        assert_eq!(of(b"", "x.feather.zst"), None);
    }
}
