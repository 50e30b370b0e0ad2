//! What a rule says, before it meets a table; and the one way to write it down again.

use std::{
    fmt::{self, Display},
    ops::Range,
};

use super::lexer::{Token, lex};

/// Words that end a bare name; a column with such a name is written in backticks.
pub(super) const KEYWORDS: &[&str] = &["and", "or", "not", "in", "between", "contains", "is", "within"];

/// An expression. `All` and `Any` have at least two parts, and no part of the same kind.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Test(Test),
}

impl Expression {
    /// The text of one of `clauses` parts that `and` joins: as it stands between its neighbours.
    pub fn as_clause(&self, clauses: usize) -> String {
        match self {
            Self::Any(_) if clauses > 1 => format!("({self})"),
            _ => self.to_string(),
        }
    }
}

/// One condition on one column.
#[derive(Clone, Debug)]
pub(super) struct Test {
    pub column: Name,
    pub predicate: Predicate,
    pub at: Range<usize>,
}

/// A column's name as written, without quotes.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub text: String,
    pub at: Range<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum Predicate {
    Compare(Comparison, Operand),
    /// Both ends belong to the range.
    Range(Operand, Operand),
    In {
        negated: bool,
        items: Vec<Operand>,
    },
    Contains(String),
    Missing,
    Known,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Above,
    AtLeast,
    Below,
    AtMost,
    Equal,
    Unequal,
}

impl Comparison {
    /// Whether it cuts a column at a threshold, rather than picking one value.
    pub fn orders(self) -> bool {
        !matches!(self, Self::Equal | Self::Unequal)
    }

    fn symbol(self) -> &'static str {
        match self {
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Equal => "=",
            Self::Unequal => "!=",
        }
    }
}

/// What a column is compared with.
#[derive(Clone, Debug)]
pub(super) struct Operand {
    pub value: Value,
    pub at: Range<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Quantity(Quantity),
    /// `p25`, of all rows or of the rows that share the named column's value.
    Percentile {
        percent: f64,
        within: Option<Name>,
    },
    /// Bare words: a text beside a text column, a column beside a number column.
    Words(String),
    /// In double or single quotes.
    Text(String),
    /// In backticks.
    Column(String),
}

/// A number with what was written around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quantity {
    /// In the unit.
    pub figure: f64,
    pub unit: Unit,
    /// A sign that says "money" and converts nothing.
    pub currency: Option<char>,
}

impl Quantity {
    /// The number that the column's values are compared with. `8.8 lakh` is 880,000 and not the
    /// 880,000.000…1 that the product is, so that people who are paid just that are not below it.
    pub fn value(self) -> f64 {
        if self.unit == Unit::Percent {
            // A hundredth is not exact, dividing by a hundred is: 7 % is the number that 0.07 is.
            return self.figure / 100.0;
        }
        let product = self.figure * self.unit.factor();
        let whole = product.round();
        if (product - whole).abs() <= 4.0 * f64::EPSILON * whole.abs() { whole } else { product }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    None,
    Thousand,
    Lakh,
    Million,
    Crore,
    Billion,
    Years,
    /// Hundredths of a share or a relative difference.
    Percent,
}

impl Unit {
    pub const SCALES: [Self; 5] = [Self::Thousand, Self::Lakh, Self::Million, Self::Crore, Self::Billion];

    pub fn factor(self) -> f64 {
        match self {
            Self::None | Self::Years => 1.0,
            Self::Thousand => 1e3,
            Self::Lakh => 1e5,
            Self::Million => 1e6,
            Self::Crore => 1e7,
            Self::Billion => 1e9,
            Self::Percent => 0.01,
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Thousand => "k",
            Self::Lakh => " lakh",
            Self::Million => "M",
            Self::Crore => " crore",
            Self::Billion => "B",
            Self::Years => " y",
            Self::Percent => " %",
        }
    }
}

impl Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(parts) => write_parts(f, parts, " and "),
            Self::Any(parts) => write_parts(f, parts, " or "),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Test(test) => test.fmt(f),
        }
    }
}

/// Parentheses around every compound part, also where precedence would do without them: a mixed rule is then
/// read in the same way by everybody.
fn write_parts(f: &mut fmt::Formatter<'_>, parts: &[Expression], between: &str) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        match part {
            Expression::All(_) | Expression::Any(_) => write!(f, "({part})")?,
            Expression::Not(_) | Expression::Test(_) => part.fmt(f)?,
        }
    }
    Ok(())
}

impl Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.column.fmt(f)?;
        match &self.predicate {
            Predicate::Compare(comparison, operand) => write!(f, " {} {operand}", comparison.symbol()),
            Predicate::Range(low, high) => write_range(f, low, high),
            Predicate::In { negated, items } => {
                f.write_str(if *negated { " not in (" } else { " in (" })?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    item.fmt(f)?;
                }
                f.write_str(")")
            }
            Predicate::Contains(text) => write!(f, " contains {}", quote(text, '"')),
            Predicate::Missing => f.write_str(" is missing"),
            Predicate::Known => f.write_str(" is known"),
        }
    }
}

/// A unit that both ends share is written once, as it is read.
fn write_range(f: &mut fmt::Formatter<'_>, low: &Operand, high: &Operand) -> fmt::Result {
    match (&low.value, &high.value) {
        (Value::Quantity(a), Value::Quantity(b)) if a.unit == b.unit => {
            write!(f, " {}..{b}", Quantity { unit: Unit::None, ..*a })
        }
        (Value::Quantity(_), Value::Quantity(_)) => write!(f, " {low}..{high}"),
        _ => write!(f, " between {low} and {high}"),
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Quantity(quantity) => quantity.fmt(f),
            Value::Percentile { percent, within: None } => write!(f, "p{percent}"),
            Value::Percentile { percent, within: Some(group) } => write!(f, "p{percent} within {group}"),
            Value::Words(words) => f.write_str(words),
            Value::Text(text) => f.write_str(&quote(text, '"')),
            Value::Column(name) => f.write_str(&quote(name, '`')),
        }
    }
}

impl Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minus = if self.figure < 0.0 { "-" } else { "" };
        let sign = self.currency.map(String::from).unwrap_or_default();
        write!(f, "{minus}{sign}{}{}", self.figure.abs(), self.unit.suffix())
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_bare(&self.text) { f.write_str(&self.text) } else { f.write_str(&quote(&self.text, '`')) }
    }
}

pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}

/// Whether a name reads back as the same name without quotes.
pub(super) fn is_bare(name: &str) -> bool {
    let Ok(tokens) = lex(name) else {
        return false;
    };
    let words: Vec<&str> = tokens
        .iter()
        .map_while(|lexed| match &lexed.token {
            Token::Word(word) if !is_keyword(word) => Some(word.as_str()),
            _ => None,
        })
        .collect();
    words.len() == tokens.len() && !words.is_empty() && words.join(" ") == name
}

pub(in crate::segments) fn quote(text: &str, mark: char) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push(mark);
    for c in text.chars() {
        if c == mark {
            quoted.push(mark);
        }
        quoted.push(c);
    }
    quoted.push(mark);
    quoted
}
