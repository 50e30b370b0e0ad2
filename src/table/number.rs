//! Numbers as people and programs write them into cells.
//!
//! A cell is a value, missing, infinite or text, and never quietly something else: where a spelling has two
//! readings in one column ("1,234" and "1,23"), the one that does not fit is text, so that the column's
//! reader can count it and ask for another decimal mark.

/// Words that stand for "no value", compared without regard to case.
pub const MISSING_WORDS: &[&str] =
    &["", "-", "--", "–", "—", ".", "?", "na", "n/a", "#n/a", "<na>", "nan", "nat", "null", "none", "nil"];

/// Length in bytes of the longest missing word, so that long cells are not compared at all.
const LONGEST_MISSING_WORD: usize = 4;

/// What a cell holds when it is read as a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A finite number.
    Value(f64),
    /// Empty, or one of [`MISSING_WORDS`].
    Missing,
    /// "inf", "infinity", or a number too large for 64 bits: recognised, and never a value to compute with.
    Infinite,
    /// Anything else.
    Text,
}

impl Number {
    /// The finite number, if it is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(value),
            Self::Missing | Self::Infinite | Self::Text => None,
        }
    }
}

/// Which mark stands before the decimals; the other one may group the digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DecimalMark {
    /// `1,234.5`
    #[default]
    Point,
    /// `1.234,5`
    Comma,
}

impl DecimalMark {
    fn mark(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }

    /// The mark that groups digits beside this decimal mark.
    fn grouping(self) -> char {
        self.other().mark()
    }

    /// The other convention.
    pub fn other(self) -> Self {
        match self {
            Self::Point => Self::Comma,
            Self::Comma => Self::Point,
        }
    }
}

/// Whether a cell says that there is no value.
pub fn is_missing(cell: &str) -> bool {
    let word = cell.trim();
    word.len() <= LONGEST_MISSING_WORD && MISSING_WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Reads a cell with a decimal point: plain (`2016.0`), scientific (`1e6`), or grouped in the western
/// (`1,234,567`, `1 234 567`) or the Indian way (`45,00,000`).
pub fn parse_number(cell: &str) -> Number {
    parse_number_with(cell, DecimalMark::Point)
}

/// Reads a cell with the given decimal mark.
///
/// With a decimal comma a lone point must group (`1.234` is 1234) and `3.14` is text: in such a column it
/// has no safe reading.
pub fn parse_number_with(cell: &str, mark: DecimalMark) -> Number {
    let text = cell.trim();
    // Nearly every cell of a numeric column ends here, so nothing stands before it.
    if (mark == DecimalMark::Point || !text.contains('.'))
        && let Ok(value) = text.parse::<f64>()
    {
        return if value.is_finite() {
            Number::Value(value)
        } else if value.is_nan() {
            Number::Missing
        } else {
            Number::Infinite
        };
    }
    if is_missing(text) {
        return Number::Missing;
    }
    match parse_marked(text, mark) {
        Some(value) if value.is_finite() => Number::Value(value),
        Some(_) => Number::Infinite,
        None => Number::Text,
    }
}

/// Reads digits in groups and decimals behind `mark`; `None` if the shape is not that of one number.
fn parse_marked(text: &str, mark: DecimalMark) -> Option<f64> {
    let (sign, unsigned) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if unsigned == "∞" {
        return Some(sign * f64::INFINITY);
    }
    let (whole, decimals) = match unsigned.rsplit_once(mark.mark()) {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (unsigned, None),
    };
    if decimals.is_some_and(|digits| !all_digits(digits)) {
        return None;
    }
    let mut plain = ungrouped(whole, mark.grouping())?;
    if let Some(digits) = decimals {
        plain.push('.');
        plain.push_str(digits);
    }
    plain.parse::<f64>().ok().map(|value| sign * value)
}

/// The digits of a whole number without what groups them; `None` if they are not grouped by one rule.
fn ungrouped(whole: &str, grouping: char) -> Option<String> {
    let separator = whole.chars().find(|c| !c.is_ascii_digit());
    let Some(separator) = separator else {
        return all_digits(whole).then(|| whole.to_owned());
    };
    let western_only = matches!(separator, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’');
    if separator != grouping && !western_only {
        return None;
    }
    let groups: Vec<&str> = whole.split(separator).collect();
    let [first, middle @ .., last] = groups.as_slice() else {
        return None;
    };
    // "0,123" is a decimal comma, not a group.
    let starts_well = !first.is_empty() && !first.starts_with('0');
    let western = first.len() <= 3 && middle.iter().all(|group| group.len() == 3);
    let indian = !western_only && first.len() <= 2 && middle.iter().all(|group| group.len() == 2);
    let well_grouped = starts_well && last.len() == 3 && (western || indian);
    (well_grouped && groups.iter().all(|group| all_digits(group))).then(|| groups.concat())
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn comma(cell: &str) -> Number {
        parse_number_with(cell, DecimalMark::Comma)
    }

    #[test]
    fn plain_and_scientific() {
        for (cell, value) in
            [("2016.0", 2016.0), (" 7 ", 7.0), ("-3.5", -3.5), ("+2", 2.0), (".5", 0.5), ("1e6", 1e6), ("−4", -4.0)]
        {
            assert_eq!(parse_number(cell), Number::Value(value), "{cell}");
        }
    }

    #[test]
    fn groups_of_three_and_of_two() {
        for (cell, value) in [
            ("1,234,567", 1_234_567.0),
            ("45,00,000", 4_500_000.0),
            ("1,00,15,000", 10_015_000.0),
            ("-1,234.25", -1234.25),
            ("1 234 567", 1_234_567.0),
            ("1\u{202f}234,5".replace(',', ".").as_str(), 1234.5),
            ("12'500", 12_500.0),
        ] {
            assert_eq!(parse_number(cell), Number::Value(value), "{cell}");
        }
    }

    #[test]
    fn groups_that_fit_no_rule_are_text() {
        for cell in
            ["1,23", "12,34", "1,2345", "0,123", "1,234,56", "1,,234", ",234", "1,234,", "45,00,00,0", "1 23 456"]
        {
            assert_eq!(parse_number(cell), Number::Text, "{cell}");
        }
    }

    #[test]
    fn decimal_comma() {
        assert_eq!(comma("1,5"), Number::Value(1.5));
        assert_eq!(comma("1.234,5"), Number::Value(1234.5));
        assert_eq!(comma("85.000"), Number::Value(85_000.0));
        assert_eq!(comma("1 234,5"), Number::Value(1234.5));
        assert_eq!(comma("-0,25"), Number::Value(-0.25));
        assert_eq!(comma("12"), Number::Value(12.0));
        assert_eq!(comma("3.14"), Number::Text);
        assert_eq!(comma("1,234,567"), Number::Text);
    }

    #[test]
    fn missing_and_infinite_are_not_text() {
        for word in MISSING_WORDS {
            assert_eq!(parse_number(word), Number::Missing, "{word}");
            assert_eq!(comma(&format!(" {} ", word.to_uppercase())), Number::Missing, "{word}");
            assert!(word.len() <= LONGEST_MISSING_WORD, "{word} is never compared");
        }
        for cell in ["inf", "-Infinity", "INF", "1e999", "∞", "-∞"] {
            assert_eq!(parse_number(cell), Number::Infinite, "{cell}");
        }
        assert_eq!(comma("inf"), Number::Infinite);
    }

    #[test]
    fn text_stays_text() {
        for cell in
            ["Backend Engineer", "SE(R&D)", "Sr.", "12 LPA", "0x10", "1_000", "٣", "10-15", "1.2.3", "Nano", "₹5"]
        {
            assert_eq!(parse_number(cell), Number::Text, "{cell}");
        }
    }

    /// Digits of `value` grouped by a plain loop that shares nothing with the reader.
    fn group(value: u64, later: usize) -> String {
        let digits = value.to_string();
        let mut out = String::new();
        for (i, digit) in digits.chars().enumerate() {
            let left = digits.len() - i;
            if i > 0 && (left == 3 || (left > 3 && (left - 3).is_multiple_of(later))) {
                out.push(',');
            }
            out.push(digit);
        }
        out
    }

    proptest! {
        #[test]
        fn any_grouped_whole_number_is_read(value in 0_u64..1_000_000_000_000) {
            prop_assert_eq!(parse_number(&group(value, 3)), Number::Value(value as f64));
            prop_assert_eq!(parse_number(&group(value, 2)), Number::Value(value as f64));
            prop_assert_eq!(comma(&group(value, 3).replace(',', ".")), Number::Value(value as f64));
        }

        #[test]
        fn any_finite_number_is_read_as_written(value in proptest::num::f64::NORMAL) {
            prop_assert_eq!(parse_number(&format!("{value}")), Number::Value(value));
            prop_assert_eq!(parse_number(&format!("{value:e}")), Number::Value(value));
            prop_assert_eq!(comma(&format!("{value}").replace('.', ",")), Number::Value(value));
        }

        #[test]
        fn any_text_is_something_and_never_a_silent_nan(cell in ".{0,24}") {
            for mark in [DecimalMark::Point, DecimalMark::Comma] {
                if let Number::Value(value) = parse_number_with(&cell, mark) {
                    prop_assert!(value.is_finite());
                }
            }
        }
    }
}
