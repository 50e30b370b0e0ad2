//! The rule language: who is meant, written so that it can be said aloud.
//!
//! ```text
//! experience > 10 y and pay < 45 lakh
//! pay < p25 within role and not (company contains "tcs" or job is missing)
//! experience 5..10 and cluster in (0, 2)
//! ```
//!
//! ```text
//! rule       = [ any ]                                   the empty rule matches everybody
//! any        = all { ("or" | "|") all }
//! all        = unary { ("and" | "&") unary }
//! unary      = ("not" | "!") unary | "(" any ")" | column predicate
//! predicate  = (">" | ">=" | "<" | "<=" | "=" | "!=") operand
//!            | [ "in" | "=" ] operand ".." operand        both ends belong to it
//!            | "between" operand "and" operand
//!            | [ "not" ] "in" "(" operand { "," operand } ")"
//!            | "contains" text
//!            | "is" [ "not" ] ("missing" | "known")
//! operand    = [ "-" ] [ "₹" | "Rs" | "$" … ] number [ unit ]
//!            | percentile [ "within" column ]             p25, p99.9
//!            | text | column
//! unit       = "k" | "lakh" | "L" | "LPA" | "cr" | "M" | "B" | "y" | "%" …
//! column     = bare words | `back-ticked` | "quoted"
//! ```
//!
//! Keywords, names and texts are compared without regard to letter case. Behind a text column bare words are a
//! text, behind a number column they are another column. A unit behind the upper end of a range holds for
//! both. Logic has three values: see [`Bound`].

mod bind;
mod columns;
mod complete;
mod error;
mod eval;
mod lexer;
mod mask;
mod nudge;
mod operand;
mod parser;
mod percentile;
mod syntax;
#[cfg(test)]
pub(in crate::segments) mod tests;

use std::{fmt, ops::Range, str::FromStr};

pub use bind::find;
pub use columns::{ColumnRef, Columns, Kind};
pub use complete::{Completion, complete};
pub use error::RuleError;
pub use mask::Mask;
pub use percentile::{percent_below, percentile};
use syntax::Expression;
pub(in crate::segments) use syntax::quote;

/// A text in quotes, as a rule may hold it.
pub fn quoted(text: &str) -> String {
    syntax::quote(text, '"')
}

/// A parsed rule. Two rules are equal if they are written in the same way once units, quotes and parentheses
/// are made canonical; `Display` writes that text, and parsing it gives the same rule again.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `None` matches everybody.
    root: Option<Expression>,
    text: String,
}

impl Rule {
    /// The rule that leaves nobody out: what an empty text says.
    pub fn everybody() -> Self {
        Self { root: None, text: String::new() }
    }

    /// The parts that `and` joins at the top, in canonical text; none for the rule that matches everybody.
    pub fn clauses(&self) -> Vec<String> {
        let parts = self.parts();
        parts.iter().map(|part| part.as_clause(parts.len())).collect()
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Looks up the rule's columns in a table and fixes its percentiles.
    ///
    /// # Errors
    /// Unknown columns and clusters, units and texts that do not fit a column, with their place in the text
    /// that was parsed.
    pub fn bind<'a, C: Columns + ?Sized>(&self, columns: &'a C) -> Result<Bound<'a>, RuleError> {
        bind::bind(&self.parts(), columns)
    }

    /// The column that one of the clauses is about, as it is written; `None` where that is more than one condition.
    pub fn column(&self, clause: usize) -> Option<&str> {
        let mut part = *self.parts().get(clause)?;
        loop {
            match part {
                Expression::Test(test) => return Some(&test.column.text),
                Expression::Not(inner) => part = inner,
                Expression::All(_) | Expression::Any(_) => return None,
            }
        }
    }

    fn parts(&self) -> Vec<&Expression> {
        match &self.root {
            None => Vec::new(),
            Some(Expression::All(parts)) => parts.iter().collect(),
            Some(other) => vec![other],
        }
    }
}

/// Parses a rule; see the grammar above.
///
/// # Errors
/// Whatever is not a rule, with its place. Never panics; nesting and the number of conditions are bounded.
pub fn parse(source: &str) -> Result<Rule, RuleError> {
    let root = parser::parse(source)?;
    let text = root.as_ref().map(ToString::to_string).unwrap_or_default();
    Ok(Rule { root, text })
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(source: &str) -> Result<Self, RuleError> {
        parse(source)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Rule {}

/// Something that is allowed and probably not meant, such as a text that no row has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Bytes of the rule's text that it is about.
    pub at: Range<usize>,
    /// One sentence.
    pub message: String,
}

/// A rule that has met its table.
///
/// Logic has three values, as in SQL: a comparison with something missing is unknown, so is its negation, and
/// unknown rows do not match. Neither `pay < 5` nor `not (pay < 5)` matches a row without pay; `pay is missing`
/// does.
#[derive(Debug)]
pub struct Bound<'a> {
    rows: usize,
    clauses: Vec<Clause<'a>>,
    notices: Vec<Notice>,
}

impl<'a> Bound<'a> {
    /// Number of rows in the table.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The rows that match the whole rule.
    pub fn eval(&self) -> Mask {
        let mut mask = Mask::all(self.rows);
        for clause in &self.clauses {
            mask.retain(&clause.eval());
        }
        mask
    }

    /// The parts that `and` joins at the top, in the order of the text.
    pub fn clauses(&self) -> &[Clause<'a>] {
        &self.clauses
    }

    /// What is allowed and probably not meant.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }
}

/// One of the parts that `and` joins at the top of a rule.
#[derive(Debug)]
pub struct Clause<'a> {
    text: String,
    plan: eval::Plan<'a>,
    rows: usize,
}

impl Clause<'_> {
    /// The canonical text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The rows that match this part, whatever the other parts say.
    pub fn eval(&self) -> Mask {
        self.plan.verdicts(self.rows).yes
    }

    /// The threshold at which this part cuts a number column, and that column's values; `None` unless it is
    /// one comparison by `<`, `<=`, `>` or `>=` with one number for all rows.
    pub fn threshold(&self) -> Option<(&[f64], f64)> {
        self.plan.threshold()
    }
}
