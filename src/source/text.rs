//! Text: bytes to Unicode, and data made fit to be shown in a message.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{Origin, format};
use crate::error::{Error, Result};

/// Characters of a cell or line that a message shows.
const EXCERPT: usize = 60;

/// Text of a file, with what to say about its encoding.
pub(super) struct Text<'a> {
    pub(super) content: Cow<'a, str>,
    pub(super) notice: Option<String>,
}

/// Decodes by byte order mark, else as UTF-8, else as Windows-1252 (which holds Latin-1).
pub(super) fn decode<'a>(bytes: &'a [u8], origin: &Origin) -> Result<Text<'a>> {
    let decoded = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) if encoding == UTF_16LE || encoding == UTF_16BE => {
            utf16(encoding, &bytes[mark..], origin)?
        }
        mark => {
            let bytes = &bytes[mark.map_or(0, |(_, length)| length)..];
            refuse_binary(bytes, origin)?;
            utf8_or_latin1(bytes)
        }
    };
    if decoded.content.trim().is_empty() {
        return Err(origin.error("it is empty").try_this("name a file with a header line and at least one row"));
    }
    Ok(decoded)
}

fn utf8_or_latin1(bytes: &[u8]) -> Text<'_> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Text { content: Cow::Borrowed(text), notice: None },
        Err(error) => {
            let line = 1 + memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count();
            let (content, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
            Text { content, notice: Some(latin1_notice(line as u64)) }
        }
    }
}

/// What is said of a text that is first not UTF-8 on a line.
pub(super) fn latin1_notice(line: u64) -> String {
    format!("read as Latin-1 (Windows-1252): not valid UTF-8, first on line {line}")
}

/// Whether a byte order mark says so.
pub(super) fn is_utf16(bytes: &[u8]) -> bool {
    Encoding::for_bom(bytes).is_some_and(|(encoding, _)| encoding == UTF_16LE || encoding == UTF_16BE)
}

fn utf16(encoding: &'static Encoding, bytes: &[u8], origin: &Origin) -> Result<Text<'static>> {
    let (content, broken) = encoding.decode_without_bom_handling(bytes);
    let name = if encoding == UTF_16LE { "UTF-16LE" } else { "UTF-16BE" };
    if content.contains('\0') {
        return Err(binary(bytes, origin, "it has zero characters in it"));
    }
    let notice = if broken {
        format!("read as {name}; what could not be decoded became \u{fffd}")
    } else {
        format!("read as {name}")
    };
    Ok(Text { content: Cow::Owned(content.into_owned()), notice: Some(notice) })
}

/// A table in text has no zero bytes and hardly a control character.
fn refuse_binary(bytes: &[u8], origin: &Origin) -> Result<()> {
    /// Among random bytes one in ten is a control character; coloured text has one in some twenty.
    const ONE_IN: usize = 15;
    if let Some(at) = memchr::memchr(0, bytes) {
        let line = 1 + memchr::memchr_iter(b'\n', &bytes[..at]).count();
        return Err(binary(bytes, origin, format!("it has zero bytes in it, the first on line {line}")));
    }
    let head = &bytes[..bytes.len().min(64 * 1024)];
    let controls = head.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()).count();
    if controls * ONE_IN > head.len() {
        return Err(binary(bytes, origin, "it is full of control characters"));
    }
    Ok(())
}

/// The complaint about bytes that are no text.
pub(super) fn binary(bytes: &[u8], origin: &Origin, why: impl std::fmt::Display) -> Error {
    match format::looks_like(bytes) {
        Some(kind) => origin.error(format!("it looks like {kind}")),
        None => origin.error(format!("it is not text: {why}")),
    }
    .try_this("export the table as CSV in UTF-8, JSON lines, Parquet or Arrow IPC (gzip and Zstandard may wrap them)")
}

/// The text with everything escaped that could move a terminal's cursor or turn the reading direction.
pub fn escape(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                shown.extend(character.escape_unicode());
            }
            _ if character.is_control() => shown.extend(character.escape_debug()),
            _ => shown.push(character),
        }
    }
    shown
}

/// The start of a cell or a line, escaped, for use inside a message.
pub fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => escape(&text[..end]) + "…",
        None => escape(text),
    }
}

/// "1 column", "2 columns".
pub(super) fn columns(count: usize) -> String {
    if count == 1 { "1 column".to_owned() } else { format!("{count} columns") }
}

/// The first few names, fit to be shown.
pub(super) fn list(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| excerpt(name)).collect();
    let more = if names.len() > SHOWN { ", …" } else { "" };
    shown.join(", ") + more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_moves_a_cursor_and_keeps_letters() {
        assert_eq!(escape("a\x1b[2J\tb\u{202e}c\u{9b}"), "a\\u{1b}[2J\\tb\\u{202e}c\\u{9b}");
        assert_eq!(escape("वेतन \"₹\" é"), "वेतन \"₹\" é");
    }

    #[test]
    fn excerpt_is_cut_at_sixty_characters() {
        assert_eq!(excerpt(&"é".repeat(60)), "é".repeat(60));
        assert_eq!(excerpt(&"é".repeat(61)), "é".repeat(60) + "…");
    }
}
