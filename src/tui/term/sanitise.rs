//! Text from data, made fit to be shown.
//!
//! A cell of a table is hostile: it may hold escape sequences, control characters, marks that turn the
//! reading direction round, invisible characters, or hundreds of accents on one letter. All of these are
//! shown as visible escapes and never reach the terminal. Widths are display widths, in cells.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// More bytes than any honest grapheme has (the longest family emoji take about 40).
const LONGEST_GRAPHEME: usize = 64;

/// The text with everything that must not be sent replaced by something visible. With `ascii` the result is
/// printable ASCII alone: typographic signs are spelt out, accents dropped, the rest becomes `?`.
pub fn clean(text: &str, ascii: bool) -> Cow<'_, str> {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Cow::Borrowed(text);
    }
    if !ascii && text.len() <= LONGEST_GRAPHEME && text.chars().all(is_harmless) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for grapheme in text.graphemes(true) {
        if grapheme.len() > LONGEST_GRAPHEME {
            out.push_str(if ascii { "?" } else { "\u{fffd}" });
            continue;
        }
        for character in grapheme.chars() {
            if is_harmless(character) {
                if ascii && !character.is_ascii() { spell(character, &mut out) } else { out.push(character) }
            } else {
                escape(character, ascii, &mut out);
            }
        }
    }
    Cow::Owned(out)
}

/// Whether a character may be sent to the terminal as it is.
fn is_harmless(character: char) -> bool {
    !(character.is_control()
        || matches!(character,
            // Reading direction: marks, embeddings, overrides, isolates.
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Line and paragraph separators.
            | '\u{2028}' | '\u{2029}'
            // Invisible: soft hyphen, zero-width space, word joiner and its kin, byte order mark, tags.
            | '\u{00ad}' | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' | '\u{115f}' | '\u{1160}' | '\u{3164}'))
}

/// A visible picture of a character that must not be sent.
fn escape(character: char, ascii: bool, out: &mut String) {
    use std::fmt::Write;
    let code = u32::from(character);
    // Writing to a string cannot fail.
    let _ = match (code, ascii) {
        (0..0x20, false) => return out.extend(char::from_u32(0x2400 + code)),
        (0x7f, false) => return out.push('␡'),
        (0..0x100, _) => write!(out, "\\x{code:02x}"),
        _ => write!(out, "\\u{{{code:x}}}"),
    };
}

/// The signs that the program itself uses, and Latin letters, in ASCII.
fn spell(character: char, out: &mut String) {
    out.push_str(match character {
        '−' | '–' | '—' | '‐' | '‑' => "-",
        '·' => ".",
        '…' => "...",
        '×' => "x",
        '≈' => "~",
        '±' => "+/-",
        'σ' => "sd",
        'Δ' => "d",
        '₹' => "Rs ",
        '€' => "EUR ",
        '£' => "GBP ",
        '≤' => "<=",
        '≥' => ">=",
        '→' => "->",
        '←' => "<-",
        '↑' => "^",
        '↓' => "v",
        '▶' => ">",
        '◀' => "<",
        '●' => "o",
        '◆' => "@",
        '▒' => ":",
        '✓' => "+",
        '²' => "2",
        '‘' | '’' => "'",
        '“' | '”' => "\"",
        '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{3000}' => " ",
        'À'..='Å' => "A",
        'Æ' => "AE",
        'Ç' => "C",
        'È'..='Ë' => "E",
        'Ì'..='Ï' => "I",
        'Ñ' => "N",
        'Ò'..='Ö' | 'Ø' => "O",
        'Ù'..='Ü' => "U",
        'ß' => "ss",
        'à'..='å' => "a",
        'æ' => "ae",
        'ç' => "c",
        'è'..='ë' => "e",
        'ì'..='ï' => "i",
        'ñ' => "n",
        'ò'..='ö' | 'ø' => "o",
        'ù'..='ü' => "u",
        'ý' | 'ÿ' => "y",
        // A mark on the letter before it.
        '\u{300}'..='\u{36f}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' => "",
        _ => "?",
    });
}

/// Display width in cells.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.graphemes(true).map(UnicodeWidthStr::width).sum() }
}

/// The text cut to at most `columns` cells, the cut marked by `ellipsis`; never through a wide character.
/// Where not even the ellipsis fits, the text is cut bare.
pub fn fit<'a>(text: &'a str, columns: usize, ellipsis: &str) -> Cow<'a, str> {
    // A cell of ten megabytes is measured only as far as it can be seen. Four bytes is the longest character
    // and zero-width ones are bounded by the longest grapheme, so anything this short is measured whole.
    let measured = prefix(text, columns);
    if measured.len() == text.len() {
        return Cow::Borrowed(text);
    }
    match columns.checked_sub(width(ellipsis)) {
        Some(room) if room > 0 => Cow::Owned(prefix(text, room).to_owned() + ellipsis),
        _ => Cow::Borrowed(measured),
    }
}

/// The longest start of the text that is at most `columns` wide.
fn prefix(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (start, grapheme) in text.grapheme_indices(true) {
        used += UnicodeWidthStr::width(grapheme);
        if used > columns {
            return text.get(..start).unwrap_or_default();
        }
    }
    text
}

/// Exactly `columns` cells: cut if longer, filled with spaces on the right if shorter.
pub fn pad_right(text: &str, columns: usize, ellipsis: &str) -> String {
    let text = fit(text, columns, ellipsis);
    let fill = columns - width(&text).min(columns);
    format!("{text}{:fill$}", "")
}

/// Exactly `columns` cells: cut if longer, filled with spaces on the left if shorter (for numbers).
pub fn pad_left(text: &str, columns: usize, ellipsis: &str) -> String {
    let text = fit(text, columns, ellipsis);
    let fill = columns - width(&text).min(columns);
    format!("{:fill$}{text}", "")
}

/// Breaks text into lines of at most `columns` cells, at spaces where there are any, at graphemes in words
/// that are longer than a line. Line breaks in the text are kept. No columns give no lines.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    if columns == 0 {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let mut word = word;
            if !line.is_empty() {
                if width(&line) + 1 + width(word) <= columns {
                    line.push(' ');
                    line.push_str(word);
                    continue;
                }
                lines.push(std::mem::take(&mut line));
            }
            while width(word) > columns {
                let head = prefix(word, columns);
                // A wide character in a column of one: shown nowhere rather than looped over.
                let (head, tail) = if head.is_empty() {
                    ("", after_first(word))
                } else {
                    (head, word.get(head.len()..).unwrap_or_default())
                };
                lines.push(head.to_owned());
                word = tail;
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

fn after_first(word: &str) -> &str {
    word.graphemes(true).next().and_then(|first| word.get(first.len()..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_are_shown_and_not_sent() {
        assert_eq!(clean("a\x1b[2Jb\tc\x7f", false), "a␛[2Jb␉c␡");
        assert_eq!(clean("a\x1b[2Jb\u{9b}", true), "a\\x1b[2Jb\\x9b");
        assert_eq!(clean("\u{9b}2J", false), "\\x9b2J");
        assert_eq!(clean("ab\u{202e}cd\u{200b}", false), "ab\\u{202e}cd\\u{200b}");
        assert_eq!(clean("plain", false), "plain");
    }

    #[test]
    fn honest_text_is_left_alone() {
        for text in ["Société Générale", "東京都", "👨‍👩‍👧‍👦", "नमस्ते", "₹9.0 L"]
        {
            assert_eq!(clean(text, false), text);
        }
    }

    #[test]
    fn ascii_spells_our_own_signs() {
        assert_eq!(clean("₹9.0 L ≈34 ±.01 −1.9 σ ×2.1 café 東", true), "Rs 9.0 L ~34 +/-.01 -1.9 sd x2.1 cafe ?");
    }

    #[test]
    fn a_letter_under_a_hundred_accents_is_one_replacement() {
        let zalgo = format!("a{}b", "\u{301}".repeat(100));
        assert_eq!(clean(&zalgo, false), "\u{fffd}b");
    }

    #[test]
    fn cuts_by_width_and_not_through_a_character() {
        assert_eq!(fit("hello", 5, "…"), "hello");
        assert_eq!(fit("hello", 4, "…"), "hel…");
        assert_eq!(fit("東京都", 5, "…"), "東京…");
        assert_eq!(fit("東京都", 4, "…"), "東…");
        assert_eq!(fit("東京都", 1, "…"), "");
        assert_eq!(fit("hello", 0, "…"), "");
        assert_eq!(fit("hello", 3, "..."), "hel");
        assert_eq!(pad_right("東", 4, "…"), "東  ");
        assert_eq!(pad_left("12", 4, "…"), "  12");
        assert_eq!(pad_left("東京", 3, "…"), "東…");
        assert_eq!(pad_right("東京都", 4, "…"), "東… ");
    }

    #[test]
    fn wraps_at_spaces_and_breaks_long_words() {
        assert_eq!(wrap("Four groups: the largest k", 12), ["Four groups:", "the largest", "k"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("a\n\nb", 9), ["a", "", "b"]);
        assert_eq!(wrap("東", 1), ["", ""]);
        assert!(wrap("anything", 0).is_empty());
    }

    #[test]
    fn a_long_text_is_cut_without_being_read_whole() {
        let long = "x".repeat(10_000_000);
        let start = std::time::Instant::now();
        for _ in 0..1000 {
            assert_eq!(fit(&long, 10, "…").len(), 12);
        }
        assert!(start.elapsed().as_secs() < 5);
    }

    proptest! {
        #[test]
        fn nothing_dangerous_is_left(text in any::<String>()) {
            let shown = clean(&text, false);
            prop_assert!(shown.chars().all(is_harmless));
            prop_assert!(clean(&text, true).bytes().all(|byte| (0x20..0x7f).contains(&byte)));
        }

        #[test]
        fn a_fit_fits(text in any::<String>(), columns in 0_usize..30) {
            let text = clean(&text, false);
            prop_assert!(width(&fit(&text, columns, "…")) <= columns);
            prop_assert_eq!(width(&pad_left(&text, columns, "…")), columns);
            prop_assert_eq!(width(&pad_right(&text, columns, "…")), columns);
            prop_assert!(wrap(&text, columns).iter().all(|line| width(line) <= columns));
        }
    }
}
