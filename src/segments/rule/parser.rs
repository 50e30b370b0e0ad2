//! Tokens become an expression. Precedence: `not` before `and` before `or`.

use std::ops::Range;

use super::{
    RuleError,
    lexer::{Lexed, Token, lex},
    operand::{inherit, percent},
    syntax::{Comparison, Expression, Name, Operand, Predicate, Test, Value, is_keyword},
};

/// Nested parentheses and negations; keeps the parser and all that walks its tree off the stack's end.
const DEEPEST: usize = 64;

/// Conditions in one rule; each costs a pass over the rows at every key.
const MOST_TESTS: usize = 256;

/// Parses a whole rule; `None` for an empty text.
pub(super) fn parse(source: &str) -> Result<Option<Expression>, RuleError> {
    let tokens = lex(source)?;
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser { source, end_of_text: source.trim_end().len(), tokens, next: 0, depth: 0, tests: 0 };
    let expression = parser.any()?;
    match parser.peek() {
        None => Ok(Some(expression)),
        Some(Token::Close) => Err(parser.error("this parenthesis closes nothing")),
        Some(_) => Err(parser
            .error(format!("{} is not expected here", parser.here()))
            .hint("join conditions with `and` or `or`; put a text of several words in quotes")),
    }
}

pub(super) struct Parser<'a> {
    pub source: &'a str,
    /// Where something that is missing at the end is pointed at.
    end_of_text: usize,
    tokens: Vec<Lexed>,
    next: usize,
    depth: usize,
    tests: usize,
}

impl Parser<'_> {
    fn any(&mut self) -> Result<Expression, RuleError> {
        let mut parts = Vec::new();
        loop {
            match self.all()? {
                Expression::Any(inner) => parts.extend(inner),
                other => parts.push(other),
            }
            if !(self.take(&Token::Or) || self.take_word("or")) {
                return Ok(joined(parts, Expression::Any));
            }
        }
    }

    fn all(&mut self) -> Result<Expression, RuleError> {
        let mut parts = Vec::new();
        loop {
            match self.unary()? {
                Expression::All(inner) => parts.extend(inner),
                other => parts.push(other),
            }
            if !(self.take(&Token::And) || self.take_word("and")) {
                return Ok(joined(parts, Expression::All));
            }
        }
    }

    fn unary(&mut self) -> Result<Expression, RuleError> {
        if self.take(&Token::Not) || self.take_word("not") {
            return Ok(Expression::Not(Box::new(self.deeper(Self::unary)?)));
        }
        let opening = self.at();
        if !self.take(&Token::Open) {
            return self.test().map(Expression::Test);
        }
        let inner = self.deeper(Self::any)?;
        if self.take(&Token::Close) {
            return Ok(inner);
        }
        match self.peek() {
            None => Err(RuleError::new(opening, "this parenthesis is not closed").hint("add ) at its end")),
            Some(_) => Err(self
                .error(format!("{} is not expected here", self.here()))
                .hint("close the parenthesis, or join conditions with `and` or `or`")),
        }
    }

    fn deeper(&mut self, parse: impl Fn(&mut Self) -> Result<Expression, RuleError>) -> Result<Expression, RuleError> {
        if self.depth == DEEPEST {
            let at = self.tokens[self.next - 1].at.clone();
            return Err(RuleError::new(at, format!("more than {DEEPEST} levels of parentheses and negations")));
        }
        self.depth += 1;
        let inner = parse(self);
        self.depth -= 1;
        inner
    }

    fn test(&mut self) -> Result<Test, RuleError> {
        let start = self.at();
        self.tests += 1;
        if self.tests > MOST_TESTS {
            return Err(self.error(format!("more than {MOST_TESTS} conditions in one rule")));
        }
        let column = self.column()?;
        let predicate = self.predicate(&column)?;
        Ok(Test { column, predicate, at: start.start..self.end() })
    }

    fn column(&mut self) -> Result<Name, RuleError> {
        let at = self.at();
        if let Some(Token::Backticked(text) | Token::Quoted(text)) = self.peek() {
            let text = text.clone();
            self.next += 1;
            return Ok(Name { text, at });
        }
        if let Some((text, at)) = self.words(true) {
            return Ok(Name { text, at });
        }
        Err(match self.peek() {
            None => self.error("a condition is missing here").hint("such as experience > 10 y"),
            Some(Token::Compare(_)) => {
                self.error(format!("a column is missing before {}", self.here())).hint("name the column again")
            }
            Some(Token::Number(_) | Token::Minus | Token::Currency(_)) => {
                self.error("a condition starts with a column").hint("put the number behind it: experience > 10")
            }
            Some(Token::Word(_)) => self
                .error(format!("a column is missing before {}", self.here()))
                .hint("a column of that name is written in `backticks`"),
            Some(_) => self.error(format!("a column is expected here, not {}", self.here())),
        })
    }

    fn predicate(&mut self, column: &Name) -> Result<Predicate, RuleError> {
        if let Some(Token::Compare(comparison)) = self.peek() {
            let comparison = *comparison;
            self.next += 1;
            return self.comparison(comparison);
        }
        if self.take_word("between") {
            let low = self.operand(false)?;
            if !(self.take(&Token::And) || self.take_word("and")) {
                return Err(self.error("`between` needs two ends").hint("write between 5 and 10"));
            }
            return self.range_to(low);
        }
        if self.take_word("contains") {
            return self.contains();
        }
        if self.take_word("is") {
            let negated = self.take_word("not");
            return if self.take_word("missing") {
                Ok(if negated { Predicate::Known } else { Predicate::Missing })
            } else if self.take_word("known") {
                Ok(if negated { Predicate::Missing } else { Predicate::Known })
            } else {
                Err(self.error("`is` goes with `missing` or `known`").hint("compare values with ="))
            };
        }
        let negated = self.take_word("not");
        if self.take_word("in") {
            return self.membership(negated);
        }
        if negated {
            return Err(self.error("`not` behind a column goes with `in`").hint("write column not in (…)"));
        }
        if self.starts_range() {
            let low = self.operand(false)?;
            if self.take(&Token::Dots) {
                return self.range_to(low);
            }
            return Err(self
                .error(format!("how should `{}` be compared?", column.text))
                .hint("write =, < or >, or a range 5..10"));
        }
        Err(self
            .error(format!("how should `{}` be compared?", column.text))
            .hint("write for example > 10, = \"text\", in (1, 2), is missing"))
    }

    fn comparison(&mut self, comparison: Comparison) -> Result<Predicate, RuleError> {
        let operand = self.operand(false)?;
        if !self.take(&Token::Dots) {
            return Ok(Predicate::Compare(comparison, operand));
        }
        if comparison != Comparison::Equal {
            return Err(RuleError::new(operand.at.start..self.end(), "a range stands behind = or nothing")
                .hint("write column 5..10"));
        }
        self.range_to(operand)
    }

    fn membership(&mut self, negated: bool) -> Result<Predicate, RuleError> {
        if !self.take(&Token::Open) {
            let low = self.operand(false)?;
            if !negated && self.take(&Token::Dots) {
                return self.range_to(low);
            }
            return Err(RuleError::new(low.at, "`in` needs a list in parentheses").hint("write in (1, 2)"));
        }
        let mut items = Vec::new();
        loop {
            if !items.is_empty() && self.take(&Token::Close) {
                return Ok(Predicate::In { negated, items });
            }
            if !items.is_empty() && !self.take(&Token::Comma) {
                return Err(self.error("the list needs a comma or ) here"));
            }
            items.push(self.operand(true)?);
        }
    }

    fn contains(&mut self) -> Result<Predicate, RuleError> {
        let operand = self.operand(false)?;
        match operand.value {
            Value::Text(text) | Value::Words(text) | Value::Column(text) if !text.is_empty() => {
                Ok(Predicate::Contains(text))
            }
            Value::Text(_) | Value::Column(_) => Err(RuleError::new(operand.at, "every text contains the empty text")),
            _ => Ok(Predicate::Contains(self.source[operand.at].to_owned())),
        }
    }

    /// The upper end of a range whose lower end is read.
    fn range_to(&mut self, low: Operand) -> Result<Predicate, RuleError> {
        let high = self.operand(false)?;
        for end in [&low, &high] {
            if !matches!(end.value, Value::Quantity(_) | Value::Percentile { .. }) {
                return Err(RuleError::new(end.at.clone(), "a range has numbers or percentiles at its ends"));
            }
        }
        let low = inherit(low, &high);
        if let (Value::Quantity(from), Value::Quantity(to)) = (&low.value, &high.value)
            && from.value() > to.value()
        {
            return Err(
                RuleError::new(low.at.start..high.at.end, "this range is empty").hint("write the smaller end first")
            );
        }
        Ok(Predicate::Range(low, high))
    }

    fn starts_range(&self) -> bool {
        match self.peek() {
            Some(Token::Number(_) | Token::Minus | Token::Currency(_)) => true,
            // Only a percentile that `column` left standing for the dots behind it.
            Some(Token::Word(word)) => !is_keyword(word),
            _ => false,
        }
    }

    /// Bare words up to a keyword or symbol, joined by single spaces. With `split`, the percentile of
    /// `pay p25..p75` is left for the range.
    pub(super) fn words(&mut self, split: bool) -> Option<(String, Range<usize>)> {
        let run = self.tokens[self.next..].iter().map_while(|lexed| match &lexed.token {
            Token::Word(word) if !is_keyword(word) => Some(word.as_str()),
            _ => None,
        });
        let mut words: Vec<&str> = run.collect();
        let before_dots = self.tokens.get(self.next + words.len()).is_some_and(|lexed| lexed.token == Token::Dots);
        if split && before_dots && words.len() > 1 && words.last().is_some_and(|last| percent(last).is_some()) {
            words.pop();
        }
        let last = self.next + words.len().checked_sub(1)?;
        let text = words.join(" ");
        let at = self.tokens[self.next].at.start..self.tokens[last].at.end;
        self.next = last + 1;
        Some((text, at))
    }

    pub(super) fn peek(&self) -> Option<&Token> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.next + ahead).map(|lexed| &lexed.token)
    }

    /// The bytes of the token `ahead`; empty at the end of the text.
    pub(super) fn at_ahead(&self, ahead: usize) -> Range<usize> {
        let end = self.end_of_text;
        self.tokens.get(self.next + ahead).map_or(end..end, |lexed| lexed.at.clone())
    }

    pub(super) fn at(&self) -> Range<usize> {
        self.at_ahead(0)
    }

    /// Where the last token taken ends.
    pub(super) fn end(&self) -> usize {
        self.next.checked_sub(1).map_or(0, |last| self.tokens[last].at.end)
    }

    pub(super) fn skip(&mut self, tokens: usize) {
        self.next += tokens;
    }

    pub(super) fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.next += usize::from(found);
        found
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(next)) if next.eq_ignore_ascii_case(word));
        self.next += usize::from(found);
        found
    }

    pub(super) fn error(&self, message: impl Into<String>) -> RuleError {
        RuleError::new(self.at(), message)
    }

    /// The next token as written, shortened, for messages.
    pub(super) fn here(&self) -> String {
        let text = &self.source[self.at()];
        match text.char_indices().nth(24) {
            Some((cut, _)) => format!("`{}…`", &text[..cut]),
            None => format!("`{text}`"),
        }
    }
}

/// A single part stands for itself.
fn joined(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            parts.extend(last);
            join(parts)
        }
    }
}
