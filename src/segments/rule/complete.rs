//! What may stand at the cursor of a rule that is being written.

use std::ops::Range;

use super::{
    ColumnRef, Columns, Kind,
    bind::find,
    lexer::{Lexed, Token, lex},
    operand::percent,
    syntax::{Name, is_keyword, quote},
};

/// Texts offered at once; a column may have tens of thousands.
const MOST_OPTIONS: usize = 50;

/// What to offer at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Bytes of the text that an option takes the place of.
    pub replace: Range<usize>,
    /// What can stand there, quoted where needed, those that begin with what is typed first; at most 50.
    pub options: Vec<String>,
}

/// What may stand at the cursor: columns, comparisons, the texts of a column, units, `and` and `or`.
///
/// `cursor` is a byte of `source`; what stands behind it is not looked at.
pub fn complete<C: Columns + ?Sized>(source: &str, cursor: usize, columns: &C) -> Completion {
    let cursor = source.floor_char_boundary(cursor.min(source.len()));
    let before = &source[..cursor];
    let (tokens, open_quote) = match lex(before) {
        Ok(tokens) => (tokens, None),
        // A quote that is still open; whatever else cannot be read has no completion.
        Err(error) if before[error.at.start..].starts_with(['"', '\'', '`', '“']) => {
            (lex(&before[..error.at.start]).unwrap_or_default(), Some(error.at.start))
        }
        Err(_) => return Completion { replace: cursor..cursor, options: Vec::new() },
    };
    let words = tokens.iter().rev().take_while(|lexed| is_bare_word(&lexed.token)).count();
    let (done, run) = tokens.split_at(tokens.len() - words);
    if let Some(start) = open_quote {
        let mut typed = before[start..].chars();
        typed.next();
        return offer(&expected(&tokens, columns), typed.as_str(), start..cursor);
    }
    let touching = run.last().is_some_and(|last| last.at.end == cursor);
    let typed = &run[settled(done, run, touching, columns)..];
    let start = typed.first().map_or(cursor, |first| first.at.start);
    let context = &tokens[..tokens.len() - typed.len()];
    offer(&expected(context, columns), before[start..].trim_start(), start..cursor)
}

/// How many of the last bare words are finished: a column's name, a unit, a percentile. The others are the
/// beginning of something, and the last one is unless a space follows it.
fn settled<C: Columns + ?Sized>(done: &[Lexed], run: &[Lexed], touching: bool, columns: &C) -> usize {
    let most = run.len() - usize::from(touching);
    if expects_column(done) {
        return (1..=most).rev().find(|&n| column_of(&run[..n], columns).is_some()).unwrap_or(0);
    }
    match done.last().map(|lexed| &lexed.token) {
        Some(Token::Number(_)) => most,
        _ if is_percentile(run.first()) => most.min(1),
        _ => 0,
    }
}

fn is_percentile(token: Option<&Lexed>) -> bool {
    matches!(token.map(|lexed| &lexed.token), Some(Token::Word(word)) if percent(word).is_some())
}

fn is_bare_word(token: &Token) -> bool {
    matches!(token, Token::Word(word) if !is_keyword(word))
}

fn is_word(token: Option<&Lexed>, words: &[&str]) -> bool {
    matches!(token.map(|lexed| &lexed.token), Some(Token::Word(word)) if words.iter().any(|w| word.eq_ignore_ascii_case(w)))
}

/// Whether a condition starts behind these tokens.
fn expects_column(tokens: &[Lexed]) -> bool {
    match tokens.last().map(|lexed| &lexed.token) {
        None | Some(Token::And | Token::Or | Token::Not) => true,
        Some(Token::Open) => !is_word(tokens.iter().rev().nth(1), &["in"]),
        Some(Token::Word(_)) => is_word(tokens.last(), &["and", "or", "not"]),
        _ => false,
    }
}

fn column_of<'a, C: Columns + ?Sized>(tokens: &[Lexed], columns: &'a C) -> Option<ColumnRef<'a>> {
    let name = match tokens {
        [Lexed { token: Token::Backticked(name) | Token::Quoted(name), .. }] => name.clone(),
        words => {
            let words = words.iter().map(|lexed| match &lexed.token {
                Token::Word(word) if !is_keyword(word) => Some(word.as_str()),
                _ => None,
            });
            words.collect::<Option<Vec<_>>>()?.join(" ")
        }
    };
    find(columns, &name)
}

/// The column that the last condition is about.
fn subject<'a, C: Columns + ?Sized>(tokens: &[Lexed], columns: &'a C) -> Option<ColumnRef<'a>> {
    let start = (0..=tokens.len()).rev().find(|&start| start < tokens.len() && expects_column(&tokens[..start]))?;
    let longest = tokens.len() - start;
    (1..=longest).rev().find_map(|n| column_of(&tokens[start..start + n], columns))
}

/// Everything that may follow these tokens, most likely first.
fn expected<C: Columns + ?Sized>(tokens: &[Lexed], columns: &C) -> Vec<String> {
    let column_names = |wanted: fn(&ColumnRef<'_>) -> bool| {
        let names = columns.names().into_iter().filter(|name| columns.resolve(name).is_some_and(|c| wanted(&c)));
        names.map(|text| Name { text, at: 0..0 }.to_string()).collect::<Vec<_>>()
    };
    if expects_column(tokens) && !between_ends(tokens) {
        return column_names(|_| true);
    }
    let column = subject(tokens, columns);
    match tokens.last().map(|lexed| &lexed.token) {
        Some(Token::Compare(_) | Token::Open | Token::Comma) => match column {
            Some(ColumnRef::Text { levels, .. }) => quoted(levels),
            Some(ColumnRef::Cluster { names, .. }) => {
                (0..names.len()).map(|k| k.to_string()).chain(quoted(names)).collect()
            }
            Some(ColumnRef::Number { .. }) => {
                let percentiles = ["p25", "p50", "p75"].map(str::to_owned);
                percentiles.into_iter().chain(column_names(|c| matches!(c, ColumnRef::Number { .. }))).collect()
            }
            None => Vec::new(),
        },
        Some(Token::Number(_)) => match column {
            Some(ColumnRef::Number { kind, .. }) => {
                owned(units(kind)).into_iter().chain(owned(&["and", "or"])).collect()
            }
            _ => owned(&["and", "or"]),
        },
        Some(Token::Word(_)) if is_word(tokens.last(), &["within"]) => {
            column_names(|c| !matches!(c, ColumnRef::Number { .. }))
        }
        Some(Token::Word(_)) if is_word(tokens.last(), &["is"]) => owned(&["missing", "known"]),
        Some(Token::Word(word)) if is_keyword(word) => Vec::new(),
        Some(Token::Word(_) | Token::Backticked(_) | Token::Quoted(_)) => {
            match (begins_condition(tokens, columns), column) {
                (true, Some(ColumnRef::Number { .. })) => {
                    owned(&[">", "<", ">=", "<=", "=", "!=", "between", "in (", "is missing", "is known"])
                }
                (true, Some(ColumnRef::Text { .. })) => {
                    owned(&["=", "!=", "contains", "in (", "not in (", "is missing", "is known"])
                }
                (true, Some(ColumnRef::Cluster { .. })) => owned(&["=", "!=", "in (", "not in ("]),
                (true, None) => Vec::new(),
                (false, _) if is_percentile(tokens.last()) => owned(&["and", "or", "within"]),
                (false, _) => owned(&["and", "or"]),
            }
        }
        Some(Token::Close) => owned(&["and", "or"]),
        _ => Vec::new(),
    }
}

/// Whether the last tokens are a column that nothing is said of yet.
fn begins_condition<C: Columns + ?Sized>(tokens: &[Lexed], columns: &C) -> bool {
    (0..tokens.len()).any(|start| expects_column(&tokens[..start]) && column_of(&tokens[start..], columns).is_some())
}

/// Whether the last `and` is the one of `between … and`.
fn between_ends(tokens: &[Lexed]) -> bool {
    let mut earlier = tokens.iter().rev().skip(1).filter(|lexed| {
        matches!(lexed.token, Token::And | Token::Or) || is_word(Some(*lexed), &["and", "or", "between"])
    });
    is_word(tokens.last(), &["and"]) && is_word(earlier.next(), &["between"])
}

fn units(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Pay => &["lakh", "cr", "k", "M"],
        Kind::Years => &["y"],
        Kind::Year => &[],
        Kind::Share => &["%"],
        Kind::Plain => &["k", "lakh", "M", "cr", "y", "%"],
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn quoted(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| quote(text, '"')).collect()
}

/// Those options that begin with what is typed, then those that hold it.
fn offer(options: &[String], typed: &str, replace: Range<usize>) -> Completion {
    let typed = typed.trim_end().to_lowercase();
    let found = |option: &String| option.to_lowercase().trim_start_matches(['"', '`']).find(&typed);
    let (beginning, holding): (Vec<_>, Vec<_>) =
        options.iter().filter_map(|option| Some((option, found(option)?))).partition(|(_, place)| *place == 0);
    let options = beginning.into_iter().chain(holding).map(|(option, _)| option.clone()).take(MOST_OPTIONS).collect();
    Completion { replace, options }
}
