//! What is wrong with a rule, and at which place of its text.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::error::Error;

/// How much of a long rule is shown around the place of an error, in columns either side.
const WINDOW: usize = 60;

/// An error in a rule, pointing at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// Bytes of the rule's text that the error is about; empty at the end where something is missing.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead, where there is advice.
    pub hint: Option<String>,
}

impl RuleError {
    pub(super) fn new(at: Range<usize>, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), hint: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Three lines: the rule, carets under the place, and what is wrong with what to try.
    ///
    /// `source` is the text that was parsed. Long rules are cut around the place; nothing but printable
    /// characters is repeated.
    pub fn render(&self, source: &str) -> String {
        let start = floor(source, self.at.start);
        let end = floor(source, self.at.end).max(start);
        let before = printable(&source[..start]);
        let place = printable(&source[start..end]);
        let after = printable(&source[end..]);
        let (cut_before, before) = last_columns(&before, WINDOW);
        let (place, cut_place) = first_columns(&place, 2 * WINDOW);
        let (after, cut_after) = if cut_place { (String::new(), true) } else { first_columns(&after, WINDOW) };
        let lead = if cut_before { "… " } else { "" };
        let trail = if cut_after { " …" } else { "" };
        let indent = " ".repeat(width(lead) + width(&before));
        let carets = "^".repeat(width(&place).max(1));
        let hint = self.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        format!("{lead}{before}{place}{after}{trail}\n{indent}{carets}\n{}{hint}", self.message)
    }

    /// The program's error for headless use: bad input, with the place drawn.
    pub fn into_error(self, source: &str) -> Error {
        let drawing = Self { hint: None, ..self.clone() }.render(source);
        let error = Error::bad_input(format!("the rule cannot be used\n{drawing}"));
        match self.hint {
            Some(hint) => error.try_this(hint),
            None => error,
        }
    }
}

/// The nearest character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}

fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// As much of the text's end as fits, and whether that cut something off.
fn last_columns(text: &str, columns: usize) -> (bool, String) {
    let mut used = 0;
    let kept = text.char_indices().rev().take_while(|(_, c)| {
        used += c.width().unwrap_or(0);
        used <= columns
    });
    let from = kept.last().map_or(text.len(), |(at, _)| at);
    (from > 0, text[from..].to_owned())
}

/// As much of the text's start as fits, and whether that cut something off.
fn first_columns(text: &str, columns: usize) -> (String, bool) {
    let mut used = 0;
    let kept: String = text
        .chars()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= columns
        })
        .collect();
    let cut = kept.len() < text.len();
    (kept, cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_under_the_place() {
        let error = RuleError::new(4..7, "unknown column").hint("did you mean pay?");
        assert_eq!(error.render("a = pya"), "a = pya\n    ^^^\nunknown column; did you mean pay?");
    }

    #[test]
    fn wide_characters_and_ends() {
        let error = RuleError::new("日本 = ".len().."日本 = ".len(), "a value is missing");
        assert_eq!(error.render("日本 = "), "日本 = \n       ^\na value is missing");
        // Places that fit no boundary or lie outside are moved, not a panic.
        for at in [1..2, 0..99, 50..60] {
            assert!(RuleError::new(at, "m").render("日本").contains('^'));
        }
    }

    #[test]
    fn long_rules_are_cut_around_the_place() {
        let source = format!("{} oops {}", "a".repeat(500), "b".repeat(500));
        let shown = RuleError::new(501..505, "m").render(&source);
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines[0].chars().count() < 150);
        let under: String =
            lines[0].chars().zip(lines[1].chars()).filter(|(_, caret)| *caret == '^').map(|(c, _)| c).collect();
        assert_eq!(under, "oops");
    }
}
