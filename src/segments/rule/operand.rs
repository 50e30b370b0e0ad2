//! What stands on the right of a comparison: numbers with units, percentiles, texts, names.

use super::{
    RuleError,
    lexer::Token,
    parser::Parser,
    syntax::{Name, Operand, Quantity, Unit, Value, is_keyword},
};
use crate::table::{
    money::scale_of,
    number::{Number, parse_number},
};

const YEARS: &[&str] = &["y", "yr", "yrs", "year", "years"];

/// What may follow an amount and changes nothing, since pay is a year's already.
const PER_YEAR: &[&[&str]] = &[&["pa"], &["p.a"], &["per", "annum"], &["per", "year"], &["a", "year"]];

const CURRENCY_CODES: &[(&str, char)] =
    &[("rs", '₹'), ("inr", '₹'), ("usd", '$'), ("eur", '€'), ("gbp", '£'), ("jpy", '¥')];

impl Parser<'_> {
    /// Reads one operand. In a list commas part the items, elsewhere they group digits.
    pub(super) fn operand(&mut self, in_list: bool) -> Result<Operand, RuleError> {
        let start = self.at().start;
        let value = match self.peek() {
            Some(Token::Number(_) | Token::Minus | Token::Currency(_)) => Value::Quantity(self.quantity(in_list)?),
            Some(Token::Word(word))
                if currency_code(word).is_some() && matches!(self.peek_at(1), Some(Token::Number(_))) =>
            {
                Value::Quantity(self.quantity(in_list)?)
            }
            Some(Token::Quoted(text)) => {
                let text = text.clone();
                self.skip(1);
                Value::Text(text)
            }
            Some(Token::Backticked(name)) => {
                let name = name.clone();
                self.skip(1);
                Value::Column(name)
            }
            Some(Token::Word(word)) if !is_keyword(word) => self.words_or_percentile()?,
            _ => return Err(self.missing_value()),
        };
        Ok(Operand { value, at: start..self.end() })
    }

    fn missing_value(&self) -> RuleError {
        match self.peek() {
            None => self.error("a value is missing here"),
            Some(_) => self.error(format!("a value is expected here, not {}", self.here())),
        }
    }

    fn words_or_percentile(&mut self) -> Result<Value, RuleError> {
        let Some((words, at)) = self.words(false) else {
            return Err(self.missing_value());
        };
        let Some(percent) = percent(&words) else {
            return Ok(Value::Words(words));
        };
        if percent > 100.0 {
            return Err(RuleError::new(at, "percentiles go from p0 to p100").hint("put a text in quotes"));
        }
        if !self.take_word("within") {
            return Ok(Value::Percentile { percent, within: None });
        }
        let at = self.at();
        if let Some(Token::Backticked(text) | Token::Quoted(text)) = self.peek() {
            let text = text.clone();
            self.skip(1);
            return Ok(Value::Percentile { percent, within: Some(Name { text, at }) });
        }
        match self.words(false) {
            Some((text, at)) => Ok(Value::Percentile { percent, within: Some(Name { text, at }) }),
            None => Err(self.error("`within` needs a column").hint("such as p25 within role")),
        }
    }

    fn quantity(&mut self, in_list: bool) -> Result<Quantity, RuleError> {
        let start = self.at().start;
        let mut negative = self.take(&Token::Minus);
        let currency = self.currency();
        negative |= !negative && self.take(&Token::Minus);
        let figure = self.figure(in_list, currency.is_some())?;
        let unit = self.unit()?;
        let quantity = Quantity { figure: if negative { -figure } else { figure }, unit, currency };
        if quantity.value().is_finite() {
            Ok(quantity)
        } else {
            Err(RuleError::new(start..self.end(), "this number is too large"))
        }
    }

    fn currency(&mut self) -> Option<char> {
        let sign = match self.peek() {
            Some(Token::Currency(sign)) => Some(*sign),
            Some(Token::Word(word)) => currency_code(word),
            _ => None,
        };
        self.skip(usize::from(sign.is_some()));
        sign
    }

    /// Digits, joined over the commas that group them.
    fn figure(&mut self, in_list: bool, has_currency: bool) -> Result<f64, RuleError> {
        let Some(Token::Number(first)) = self.peek() else {
            return Err(self.error("a number is missing here"));
        };
        let first = *first;
        let start = self.at().start;
        // In a list a second group is enough to know that the commas are ambiguous.
        let most = if in_list { 2 } else { usize::MAX };
        let mut more = 0;
        while more < most
            && self.peek_at(more + 1) == Some(&Token::Comma)
            && matches!(self.peek_at(more + 2), Some(Token::Number(_)))
            && self.at_ahead(more).end == self.at_ahead(more + 1).start
            && self.at_ahead(more + 1).end == self.at_ahead(more + 2).start
        {
            more += 2;
        }
        let whole = start..self.at_ahead(more).end;
        if in_list {
            let digits = self.source[self.at()].as_bytes();
            let padded = matches!(digits, [b'0', second, ..] if second.is_ascii_digit());
            if padded || (has_currency && more > 0) {
                return Err(RuleError::new(whole, "in a list commas part the values")
                    .hint("write amounts without grouping: in (45 lakh, 4500000)"));
            }
            self.skip(1);
            return Ok(first);
        }
        self.skip(more + 1);
        if more == 0 {
            return Ok(first);
        }
        match parse_number(&self.source[whole.clone()]) {
            Number::Value(value) => Ok(value),
            _ => Err(RuleError::new(whole, "these digits are not grouped as one number")
                .hint("write 45,00,000 or 4,500,000, and decimals with a point")),
        }
    }

    fn unit(&mut self) -> Result<Unit, RuleError> {
        if self.take(&Token::Percent) {
            return Ok(Unit::Percent);
        }
        let Some(Token::Word(word)) = self.peek() else {
            return Ok(Unit::None);
        };
        if is_keyword(word) || self.take_per_year() {
            return Ok(Unit::None);
        }
        let Some(Token::Word(word)) = self.peek() else {
            return Ok(Unit::None);
        };
        let years = YEARS.iter().any(|known| word.eq_ignore_ascii_case(known));
        let scale = scale_of(word).and_then(|factor| Unit::SCALES.into_iter().find(|unit| unit.factor() == factor));
        let Some(unit) = scale.or(years.then_some(Unit::Years)) else {
            return Err(self
                .error(format!("{} is no unit", self.here()))
                .hint("units are k, lakh, cr, M, y and %; put a text in quotes"));
        };
        self.skip(1);
        if unit != Unit::Years {
            self.take_per_year();
        }
        Ok(unit)
    }

    fn take_per_year(&mut self) -> bool {
        let found = PER_YEAR.iter().find(|words| {
            words
                .iter()
                .enumerate()
                .all(|(i, word)| matches!(self.peek_at(i), Some(Token::Word(next)) if next.eq_ignore_ascii_case(word)))
        });
        self.skip(found.map_or(0, |words| words.len()));
        found.is_some()
    }
}

fn currency_code(word: &str) -> Option<char> {
    CURRENCY_CODES.iter().find(|(code, _)| word.eq_ignore_ascii_case(code)).map(|(_, sign)| *sign)
}

/// The number of a percentile: `p25`, `P99.9`.
pub(super) fn percent(word: &str) -> Option<f64> {
    let digits = word.strip_prefix(['p', 'P'])?;
    let numeric =
        digits.starts_with(|c: char| c.is_ascii_digit()) && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    if numeric { digits.parse().ok() } else { None }
}

/// In a range, what is written at the upper end holds for the lower one too: `45..60 lakh`,
/// `between p25 and p75 within role`.
pub(super) fn inherit(mut low: Operand, high: &Operand) -> Operand {
    match (&mut low.value, &high.value) {
        (Value::Quantity(low), Value::Quantity(high)) if low.unit == Unit::None => low.unit = high.unit,
        (Value::Percentile { within: low @ None, .. }, Value::Percentile { within: Some(high), .. }) => {
            *low = Some(high.clone());
        }
        _ => {}
    }
    low
}
