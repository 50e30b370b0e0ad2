//! Pay as people write it, and as we show it: one amount a year.
//!
//! No exchange rates: `$120,000` is 120,000 of whatever the column is in.

use super::number::{DecimalMark, Number, parse_number_with};
use crate::error::{Error, Result};

/// Rupees in a lakh.
pub const LAKH: f64 = 1e5;
/// Rupees in a crore.
pub const CRORE: f64 = 1e7;

/// Nothing that is longer is an amount; keeps a ten-megabyte cell from being lower-cased.
const LONGEST_AMOUNT: usize = 64;

/// Words that multiply an amount. Longer spellings first, since the first that fits is taken.
const SCALES: &[(&str, f64)] = &[
    ("crores", CRORE),
    ("crore", CRORE),
    ("cr.", CRORE),
    ("cr", CRORE),
    ("lakhs", LAKH),
    ("lakh", LAKH),
    ("lacs", LAKH),
    ("lac", LAKH),
    ("lpa", LAKH),
    ("l", LAKH),
    ("thousand", 1e3),
    ("k", 1e3),
    ("million", 1e6),
    ("mn", 1e6),
    ("m", 1e6),
    ("billion", 1e9),
    ("bn", 1e9),
    ("b", 1e9),
];

/// What an amount is paid for, and how often that comes in a year.
const PERIODS: &[(&str, f64)] = &[
    ("per annum", 1.0),
    ("per year", 1.0),
    ("a year", 1.0),
    ("/annum", 1.0),
    ("/year", 1.0),
    ("/yr", 1.0),
    ("/y", 1.0),
    ("p.a.", 1.0),
    ("p.a", 1.0),
    ("pa", 1.0),
    ("per month", 12.0),
    ("a month", 12.0),
    ("/month", 12.0),
    ("/mo", 12.0),
    ("p.m.", 12.0),
    ("pm", 12.0),
];

/// Signs and codes of currencies; they say that the cell is an amount and change nothing else.
const CURRENCIES: &[&str] = &["₹", "rs.", "rs", "inr", "rupees", "us$", "usd", "$", "eur", "€", "gbp", "£", "jpy", "¥"];

/// The factor of a word such as `lakh`, `LPA`, `cr` or `k`, if it is one.
pub fn scale_of(word: &str) -> Option<f64> {
    SCALES.iter().find(|(known, _)| word.eq_ignore_ascii_case(known)).map(|(_, factor)| *factor)
}

/// Reads an amount of pay a year: `4500000`, `₹45,00,000`, `Rs. 45,00,000/-`, `45 L`, `45 lakh`, `12 LPA`,
/// `4.5 cr`, `$120,000`, `120k`, `1.2M`, any of them with `/yr`, `per annum`, `pa` behind it; `per month`
/// counts twelve times. `None` for missing, infinite or unreadable cells ([`read_pay`] tells them apart).
pub fn parse_pay(cell: &str) -> Option<f64> {
    read_pay(cell, DecimalMark::Point).value()
}

/// Reads an amount of pay a year with the column's decimal mark.
///
/// Where marks are ambiguous: a bare number follows `mark` and nothing else. Beside a currency or a unit a
/// cell is read on its own: `€ 85.000` is 85,000, since nobody writes three decimals of money (but
/// `1.250 M` has a unit and is 1.25 million), and `4,5 lakh` is 4.5 lakh, since it has no other reading.
pub fn read_pay(cell: &str, mark: DecimalMark) -> Number {
    let plain = parse_number_with(cell, mark);
    if plain != Number::Text || cell.len() > LONGEST_AMOUNT || !cell.bytes().any(|byte| byte.is_ascii_digit()) {
        return plain;
    }
    let lower = cell.trim().to_lowercase();
    let (signed, rest) = strip_sign(&lower);
    let (currency_before, rest) = strip_currency(rest);
    let (signed_inside, rest) = if signed { (false, rest) } else { strip_sign(rest) };
    let (figures, tail) = split_figures(rest);
    let Some(tail) = read_tail(tail) else {
        return Number::Text;
    };
    let has_currency = currency_before || tail.currency;
    let Some(figure) = read_figures(figures, mark, has_currency, tail.scale.is_some()) else {
        return Number::Text;
    };
    let size = figure * tail.scale.unwrap_or(1.0) * tail.per_year.unwrap_or(1.0);
    Number::Value(if signed || signed_inside { -size } else { size })
}

fn strip_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    }
}

fn strip_currency(text: &str) -> (bool, &str) {
    match CURRENCIES.iter().find_map(|sign| text.strip_prefix(sign)) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    }
}

/// Splits "45,00,000 per annum" behind the last figure of its number.
fn split_figures(text: &str) -> (&str, &str) {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if c.is_ascii_digit() {
            end = at + 1;
        } else if c.is_alphabetic() || matches!(c, '/' | '-' | '₹' | '$' | '€' | '£' | '¥') {
            break;
        }
    }
    text.split_at(end)
}

/// Reads figures that stand beside a currency or a unit; see [`read_pay`] for what decides between marks.
fn read_figures(figures: &str, mark: DecimalMark, has_currency: bool, has_scale: bool) -> Option<f64> {
    if has_currency && !has_scale && mark == DecimalMark::Point && !figures.contains(',') && figures.contains('.') {
        // A leading zero or another number of decimals is not a group, and falls through.
        if let Number::Value(grouped) = parse_number_with(figures, DecimalMark::Comma) {
            return Some(grouped);
        }
    }
    match parse_number_with(figures, mark) {
        Number::Text if has_currency || has_scale => parse_number_with(figures, mark.other()).value(),
        number => number.value(),
    }
}

#[derive(Default)]
struct Tail {
    scale: Option<f64>,
    per_year: Option<f64>,
    currency: bool,
}

/// Reads what stands behind the figures, each thing at most once; `None` if anything else stands there.
fn read_tail(text: &str) -> Option<Tail> {
    let mut tail = Tail::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let (None, Some((factor, after))) = (tail.scale, strip_word(rest, SCALES)) {
            tail.scale = Some(factor);
            rest = after;
        } else if let (None, Some((times, after))) = (tail.per_year, strip_word(rest, PERIODS)) {
            tail.per_year = Some(times);
            rest = after;
        } else if let (false, (true, after)) = (tail.currency, strip_currency(rest)) {
            tail.currency = true;
            rest = after;
        } else {
            // "45,000/-" is how Indian cheques close an amount.
            rest = rest.strip_prefix("/-").filter(|after| after.is_empty())?;
        }
    }
    Some(tail)
}

/// Takes one of the words from the front if it ends there.
fn strip_word<'a>(text: &'a str, words: &[(&str, f64)]) -> Option<(f64, &'a str)> {
    words.iter().find_map(|(word, factor)| {
        let rest = text.strip_prefix(word)?;
        (!rest.starts_with(char::is_alphanumeric)).then(|| (*factor, rest.trim_start()))
    })
}

/// In which unit the reader wants to see pay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Currency {
    /// Lakh and crore, with the rupee sign.
    #[default]
    Rupee,
    /// Thousands and millions, with a sign or none.
    Plain(Option<char>),
}

/// The word of flags and recipes: `inr`, `plain`, or one sign.
impl std::str::FromStr for Currency {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        let mut signs = word.chars();
        match (word, signs.next(), signs.next()) {
            ("inr" | "₹", ..) => Ok(Self::Rupee),
            ("plain", ..) => Ok(Self::Plain(None)),
            (_, Some(sign), None) => Ok(Self::Plain(Some(sign))),
            _ => Err(Error::usage(format!("unknown currency '{word}'")).try_this("inr, plain, or one sign such as $")),
        }
    }
}

/// Shows pay with no more figures than it deserves: `₹45,000`, `₹9.0 L`, `₹19.5 L`, `₹1.2 Cr`; plain `950k`,
/// `$1.2M`. What is not a number is `–`.
pub fn format_pay(pay: f64, currency: Currency) -> String {
    let sign = match currency {
        Currency::Rupee => "₹".to_owned(),
        Currency::Plain(symbol) => symbol.map(String::from).unwrap_or_default(),
    };
    format_with(pay, currency, &sign, ["–", "∞", "−"])
}

/// The same in ASCII: `Rs 9.0 L`, `EUR 950k`.
pub fn format_pay_ascii(pay: f64, currency: Currency) -> String {
    let sign = match currency {
        Currency::Rupee => "Rs ".to_owned(),
        Currency::Plain(Some('€')) => "EUR ".to_owned(),
        Currency::Plain(Some('£')) => "GBP ".to_owned(),
        Currency::Plain(Some('¥')) => "JPY ".to_owned(),
        Currency::Plain(symbol) => symbol.filter(char::is_ascii).map(String::from).unwrap_or_default(),
    };
    format_with(pay, currency, &sign, ["-", "inf", "-"])
}

fn format_with(pay: f64, currency: Currency, sign: &str, [unknown, infinite, minus]: [&str; 3]) -> String {
    if pay.is_nan() {
        return unknown.to_owned();
    }
    let size = pay.abs();
    let amount = if size.is_infinite() {
        infinite.to_owned()
    } else if size >= 1e15 {
        format!("{size:.1e}")
    } else {
        match currency {
            Currency::Rupee => in_lakh_and_crore(size),
            Currency::Plain(_) => in_thousands_and_millions(size),
        }
    };
    // An amount that is shown as 0 has no sign.
    let minus = if pay < 0.0 && amount != "0" { minus } else { "" };
    format!("{minus}{sign}{amount}")
}

fn in_lakh_and_crore(size: f64) -> String {
    let small = three_figures(size);
    // The unit is chosen after rounding: 99,960 is a lakh, 99.96 lakh is a crore.
    if (small as f64) < LAKH {
        group_thousands(small)
    } else if tenths(size / LAKH) < 1000 {
        format!("{} L", figures(size / LAKH))
    } else {
        format!("{} Cr", figures(size / CRORE))
    }
}

fn in_thousands_and_millions(size: f64) -> String {
    if size.round() < 1e3 {
        return format!("{}", size.round());
    }
    let (unit, letter) = if (size / 1e3).round() < 1e3 {
        (1e3, 'k')
    } else if (size / 1e6).round() < 1e3 {
        (1e6, 'M')
    } else {
        (1e9, 'B')
    };
    format!("{}{letter}", figures(size / unit))
}

/// A number of units: 9.0, 19.5, 45, 950, 1,234.
fn figures(units: f64) -> String {
    let tenths = tenths(units);
    match (tenths / 10, tenths % 10) {
        (whole, tenth) if whole < 10 => format!("{whole}.{tenth}"),
        (whole, tenth) if whole < 100 && tenth > 0 => format!("{whole}.{tenth}"),
        (whole, _) if whole < 100 => format!("{whole}"),
        _ => group_thousands(units.round() as u64),
    }
}

fn tenths(units: f64) -> u64 {
    (units * 10.0).round() as u64
}

/// A whole number rounded to three figures.
fn three_figures(size: f64) -> u64 {
    let whole = size.round() as u64;
    let mut step = 1;
    while whole / step >= 1000 {
        step *= 10;
    }
    (whole + step / 2) / step * step
}

/// A count with its thousands grouped: `153,409`.
pub fn group_thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pay_as_people_write_it() {
        for (cell, pay) in [
            ("4500000", 4.5e6),
            ("4500000.0", 4.5e6),
            ("₹45,00,000", 4.5e6),
            ("₹ 45,00,000", 4.5e6),
            ("Rs. 45,00,000", 4.5e6),
            ("Rs 45,00,000/-", 4.5e6),
            ("INR 4500000", 4.5e6),
            ("4500000 INR", 4.5e6),
            ("45 L", 4.5e6),
            ("45L", 4.5e6),
            ("45 lakh", 4.5e6),
            ("45 Lakhs", 4.5e6),
            ("45 lac", 4.5e6),
            ("₹45 lakh per annum", 4.5e6),
            ("45 lakh INR p.a.", 4.5e6),
            ("12 LPA", 1.2e6),
            ("12lpa", 1.2e6),
            ("4.5 cr", 4.5e7),
            ("4.5 crore", 4.5e7),
            ("1.2 Cr", 1.2e7),
            ("$120,000", 1.2e5),
            ("USD 120,000 /yr", 1.2e5),
            ("120k", 1.2e5),
            ("120 K pa", 1.2e5),
            ("1.2M", 1.2e6),
            ("-5 L", -5e5),
            ("₹-5 L", -5e5),
            ("−₹5 L", -5e5),
            ("50,000 per month", 6e5),
            ("1.5 L/month", 1.8e6),
        ] {
            assert_eq!(parse_pay(cell), Some(pay), "{cell}");
        }
    }

    #[test]
    fn ambiguous_marks_are_decided_as_said() {
        assert_eq!(parse_pay("€ 85.000"), Some(85_000.0));
        assert_eq!(parse_pay("€ 85.000,50"), Some(85_000.5));
        assert_eq!(parse_pay("85 000 €"), Some(85_000.0));
        assert_eq!(parse_pay("€ 85.50"), Some(85.5));
        assert_eq!(parse_pay("€ 0.500"), Some(0.5));
        assert_eq!(parse_pay("€ 1.250 M"), Some(1.25e6));
        assert_eq!(parse_pay("4,5 lakh"), Some(4.5e5));
        // Bare numbers follow the column.
        assert_eq!(parse_pay("85.000"), Some(85.0));
        assert_eq!(parse_pay("85,5"), None);
        assert_eq!(read_pay("85,5", DecimalMark::Comma), Number::Value(85.5));
        assert_eq!(read_pay("85.000 €", DecimalMark::Comma), Number::Value(85_000.0));
    }

    #[test]
    fn what_is_not_pay() {
        assert_eq!(read_pay("NaN", DecimalMark::Point), Number::Missing);
        assert_eq!(read_pay("inf", DecimalMark::Point), Number::Infinite);
        for cell in
            ["10-15 LPA", "lakh", "₹", "45 lakhx", "45 L L", "L45", "45 / 2", "Rs.", "5 apples", "negotiable", "1 2 L"]
        {
            assert_eq!(read_pay(cell, DecimalMark::Point), Number::Text, "{cell}");
        }
        assert_eq!(parse_pay(&"9 ".repeat(1_000_000)), None);
    }

    #[test]
    fn shown_with_no_more_figures_than_deserved() {
        for (pay, shown) in [
            (45_000.0, "₹45,000"),
            (45_123.0, "₹45,100"),
            (2.0, "₹2"),
            (0.0, "₹0"),
            (-0.2, "₹0"),
            (99_960.0, "₹1.0 L"),
            (900_000.0, "₹9.0 L"),
            (1_950_000.0, "₹19.5 L"),
            (4_500_000.0, "₹45 L"),
            (9_996_000.0, "₹1.0 Cr"),
            (12_345_678.0, "₹1.2 Cr"),
            (1_000_150_000.0, "₹100 Cr"),
            (12_345_000_000.0, "₹1,235 Cr"),
            (-900_000.0, "−₹9.0 L"),
            (f64::NAN, "–"),
            (f64::INFINITY, "₹∞"),
        ] {
            assert_eq!(format_pay(pay, Currency::Rupee), shown);
        }
        for (pay, shown) in [
            (950_000.0, "950k"),
            (1_234_567.0, "1.2M"),
            (9_500.0, "9.5k"),
            (999.6, "1.0k"),
            (950.0, "950"),
            (999_600.0, "1.0M"),
            (2.5e9, "2.5B"),
        ] {
            assert_eq!(format_pay(pay, Currency::Plain(None)), shown);
        }
        assert_eq!(format_pay(1.2e6, Currency::Plain(Some('€'))), "€1.2M");
        assert_eq!(format_pay_ascii(900_000.0, Currency::Rupee), "Rs 9.0 L");
        assert_eq!(format_pay_ascii(-900_000.0, Currency::Plain(Some('€'))), "-EUR 900k");
    }

    #[test]
    fn counts_are_grouped_by_three() {
        for (count, shown) in [(0, "0"), (999, "999"), (1000, "1,000"), (153_409, "153,409"), (1_234_567, "1,234,567")]
        {
            assert_eq!(group_thousands(count), shown);
        }
    }

    const CURRENCIES: [Currency; 3] = [Currency::Rupee, Currency::Plain(None), Currency::Plain(Some('$'))];

    proptest! {
        #[test]
        fn what_is_shown_reads_back_as_shown(pay in -1e12_f64..1e12, which in 0_usize..3) {
            for format in [format_pay, format_pay_ascii] {
                let shown = format(pay, CURRENCIES[which]);
                let read = parse_pay(&shown);
                prop_assert!(read.is_some(), "{}", shown);
                let read = read.unwrap_or(f64::NAN);
                prop_assert_eq!(format(read, CURRENCIES[which]), shown);
                // Half of the last figure: at worst 0.05 of 1.0.
                prop_assert!((read - pay).abs() <= 0.05 * pay.abs() + 0.5, "{} {}", read, pay);
            }
        }

        #[test]
        fn whole_rupees_survive_every_spelling(pay in 1_u32..2_000_000_000) {
            let value = f64::from(pay);
            prop_assert_eq!(parse_pay(&format!("₹{}", group_thousands(pay.into()))), Some(value));
            prop_assert_eq!(parse_pay(&format!("{pay}.0")), Some(value));
            let lakh = parse_pay(&format!("{} lakh", value / LAKH)).unwrap_or(0.0);
            prop_assert!((lakh - value).abs() < 1e-6 * value);
        }

        #[test]
        fn any_text_is_read_without_harm(cell in ".{0,70}") {
            if let Some(pay) = parse_pay(&cell) {
                prop_assert!(pay.is_finite());
            }
        }
    }
}
