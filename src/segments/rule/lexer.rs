//! A rule's text cut into tokens, each with its place.

use std::ops::Range;

use super::{RuleError, syntax::Comparison};

/// The pieces of a rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A bare word: a keyword, part of a name, a unit, a percentile.
    Word(String),
    /// `` `a name` ``: always a column.
    Backticked(String),
    /// `"a text"`: a column on the left of a comparison, a text on its right.
    Quoted(String),
    /// Digits without sign and unit, grouping not yet joined.
    Number(f64),
    /// A currency sign.
    Currency(char),
    Compare(Comparison),
    Minus,
    /// `%` behind a number.
    Percent,
    Comma,
    Dots,
    Open,
    Close,
    And,
    Or,
    Not,
}

/// A token and the bytes it was read from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lexed {
    pub token: Token,
    pub at: Range<usize>,
}

/// Symbols, longer ones before those they start with.
const SYMBOLS: &[(&str, Token)] = &[
    ("..", Token::Dots),
    ("…", Token::Dots),
    (">=", Token::Compare(Comparison::AtLeast)),
    ("≥", Token::Compare(Comparison::AtLeast)),
    ("<=", Token::Compare(Comparison::AtMost)),
    ("≤", Token::Compare(Comparison::AtMost)),
    ("!=", Token::Compare(Comparison::Unequal)),
    ("<>", Token::Compare(Comparison::Unequal)),
    ("≠", Token::Compare(Comparison::Unequal)),
    ("==", Token::Compare(Comparison::Equal)),
    ("=", Token::Compare(Comparison::Equal)),
    (">", Token::Compare(Comparison::Above)),
    ("<", Token::Compare(Comparison::Below)),
    ("&&", Token::And),
    ("&", Token::And),
    ("||", Token::Or),
    ("|", Token::Or),
    ("!", Token::Not),
    ("(", Token::Open),
    (")", Token::Close),
    (",", Token::Comma),
    ("%", Token::Percent),
    ("-", Token::Minus),
    ("−", Token::Minus),
    ("₹", Token::Currency('₹')),
    ("$", Token::Currency('$')),
    ("€", Token::Currency('€')),
    ("£", Token::Currency('£')),
    ("¥", Token::Currency('¥')),
];

/// Cuts the whole text.
pub(super) fn lex(source: &str) -> Result<Vec<Lexed>, RuleError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        let rest = &source[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = if starts_number(rest) {
            number(rest, at)?
        } else if let Some((symbol, token)) = SYMBOLS.iter().find(|(symbol, _)| rest.starts_with(symbol)) {
            (token.clone(), symbol.len())
        } else if let Some((opening, closing)) = quotes(first) {
            quoted(rest, at, opening, closing)?
        } else if starts_word(first) {
            word(rest)
        } else {
            return Err(stray(first, at));
        };
        tokens.push(Lexed { token, at: at..at + length });
        at += length;
    }
    Ok(tokens)
}

fn stray(c: char, at: usize) -> RuleError {
    let error = RuleError::new(at..at + c.len_utf8(), format!("{c:?} means nothing in a rule"));
    match c {
        '`' | '\'' | '"' => error,
        '/' | '+' | '*' => {
            error.hint("rules compare, they do not calculate; put a name with such a character in quotes")
        }
        _ => error.hint("put names and texts with special characters in quotes"),
    }
}

fn starts_number(rest: &str) -> bool {
    let mut bytes = rest.bytes();
    match bytes.next() {
        Some(b'.') => bytes.next().is_some_and(|byte| byte.is_ascii_digit()),
        Some(byte) => byte.is_ascii_digit(),
        None => false,
    }
}

/// Digits, decimals (but `5..10` is a range), and an exponent if digits follow it.
fn number(rest: &str, at: usize) -> Result<(Token, usize), RuleError> {
    let bytes = rest.as_bytes();
    let digits = |mut from: usize| {
        while bytes.get(from).is_some_and(u8::is_ascii_digit) {
            from += 1;
        }
        from
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
            end = digits(end + 1 + sign);
        }
    }
    match rest[..end].parse::<f64>() {
        Ok(value) if value.is_finite() => Ok((Token::Number(value), end)),
        _ => Err(RuleError::new(at..at + end, "this number is too large")),
    }
}

fn quotes(c: char) -> Option<(char, char)> {
    match c {
        '`' | '"' | '\'' => Some((c, c)),
        '“' => Some(('“', '”')),
        _ => None,
    }
}

/// A quoted text; the closing quote written twice stands for itself.
fn quoted(rest: &str, at: usize, opening: char, closing: char) -> Result<(Token, usize), RuleError> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((offset, c)) = chars.next() {
        if c != closing {
            text.push(c);
        } else if chars.peek().is_some_and(|(_, next)| *next == closing) {
            text.push(c);
            chars.next();
        } else {
            let token = if opening == '`' { Token::Backticked(text) } else { Token::Quoted(text) };
            return Ok((token, offset + closing.len_utf8()));
        }
    }
    Err(RuleError::new(at..at + rest.len(), format!("the text that {opening} opens is not closed"))
        .hint(format!("add {closing} at its end")))
}

fn starts_word(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// A bare word. Dots, hyphens, hash and colon belong to it between letters or digits (`sepal.width`,
/// `pay-grade`), an apostrophe anywhere but at its start (`peers'`).
fn word(rest: &str) -> (Token, usize) {
    let mut end = 0;
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let inner = matches!(c, '.' | '-' | '#' | ':')
            && chars.peek().is_some_and(|(_, next)| next.is_alphanumeric() || *next == '_');
        if !(c.is_alphanumeric() || matches!(c, '_' | '\'' | '’') || (at > 0 && inner)) {
            break;
        }
        end = at + c.len_utf8();
    }
    let word = &rest[..end];
    // "Rs. 45", "45 lakh p.a.": the full stop belongs to the abbreviation.
    let abbreviated = ["rs", "p.a"].iter().any(|short| word.eq_ignore_ascii_case(short));
    let stop = usize::from(abbreviated && rest[end..].starts_with('.'));
    (Token::Word(word.to_owned()), end + stop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(source: &str) -> Vec<Token> {
        lex(source).unwrap().into_iter().map(|lexed| lexed.token).collect()
    }

    fn word(text: &str) -> Token {
        Token::Word(text.to_owned())
    }

    #[test]
    fn ranges_are_not_decimals() {
        let range = |low, high| vec![word("experience"), Token::Number(low), Token::Dots, Token::Number(high)];
        assert_eq!(tokens("experience 5..10"), range(5.0, 10.0));
        assert_eq!(tokens("experience 0.5…1.25"), range(0.5, 1.25));
        assert_eq!(tokens("p25..p75"), [word("p25"), Token::Dots, word("p75")]);
    }

    #[test]
    fn units_part_from_numbers() {
        assert_eq!(tokens("₹12L"), [Token::Currency('₹'), Token::Number(12.0), word("L")]);
        assert_eq!(tokens("1e3"), [Token::Number(1000.0)]);
        assert_eq!(tokens("5e"), [Token::Number(5.0), word("e")]);
        assert_eq!(tokens("Rs. 45"), [word("Rs"), Token::Number(45.0)]);
    }

    #[test]
    fn names_with_odd_characters() {
        assert_eq!(tokens("sepal.width"), [word("sepal.width")]);
        assert_eq!(tokens("pay-grade<-5")[0], word("pay-grade"));
        assert_eq!(tokens("peers' median"), [word("peers'"), word("median")]);
        assert_eq!(tokens("`Unnamed: 0`"), [Token::Backticked("Unnamed: 0".to_owned())]);
        assert_eq!(tokens("\"say \"\"x\"\"\""), [Token::Quoted("say \"x\"".to_owned())]);
        assert_eq!(tokens("“Backend Engineer”"), [Token::Quoted("Backend Engineer".to_owned())]);
    }

    #[test]
    fn errors_have_a_place() {
        assert_eq!(lex("pay < 25 ;").unwrap_err().at, 9..10);
        assert_eq!(lex("job = \"Back").unwrap_err().at, 6..11);
        assert_eq!(lex(&format!("pay < 1{}", "0".repeat(400))).unwrap_err().message, "this number is too large");
    }
}
