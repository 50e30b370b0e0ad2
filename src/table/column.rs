//! One column, typed: numbers or categories, by row.

use std::sync::Arc;

use super::role::Role;

/// The code of a missing category.
pub const MISSING: u32 = u32::MAX;

/// A column with its role; all columns of a table have equally many rows.
#[derive(Clone, Debug)]
pub struct Column {
    /// The name in the header, or the name of what was derived (`experience`).
    pub name: String,
    /// What the column means.
    pub role: Role,
    /// The values.
    pub data: Data,
    /// Made by us from other columns: never written back as if it had been in the source.
    pub derived: bool,
    /// Its cells were read with a decimal comma.
    pub decimal_comma: bool,
    /// Cells that could not be read as what the column is, the first few with their source row.
    pub unreadable: Unreadable,
}

/// Values by row.
#[derive(Clone, Debug)]
pub enum Data {
    /// Numbers; NaN is missing. Infinity stays, so that it can be reported with its row.
    Number(Arc<Vec<f64>>),
    /// Categories, or free text.
    Text(Text),
}

/// Categories as codes into levels.
#[derive(Clone, Debug)]
pub struct Text {
    /// Per row an index into `levels`, or [`MISSING`].
    pub codes: Arc<Vec<u32>>,
    /// Distinct values in the order of their first row.
    pub levels: Arc<Vec<String>>,
}

/// What is said of cells that were no numbers, between how many there are and the first of them.
pub const NOT_NUMBERS: &str = "cells are not numbers and count as missing";

/// Cells that were not what the column is.
#[derive(Clone, Debug, Default)]
pub struct Unreadable {
    /// How many there are.
    pub count: usize,
    /// The first ten: source row and text.
    pub first: Vec<(usize, String)>,
}

impl Column {
    /// A column of numbers.
    pub fn number(name: impl Into<String>, role: Role, values: Vec<f64>) -> Self {
        Self {
            name: name.into(),
            role,
            data: Data::Number(Arc::new(values)),
            derived: false,
            decimal_comma: false,
            unreadable: Unreadable::default(),
        }
    }

    /// A column of categories.
    pub fn text(name: impl Into<String>, role: Role, text: Text) -> Self {
        Self {
            name: name.into(),
            role,
            data: Data::Text(text),
            derived: false,
            decimal_comma: false,
            unreadable: Unreadable::default(),
        }
    }

    /// Whether it holds ages that are assumed from experience: nobody's may be shown or written.
    pub fn is_assumed(&self) -> bool {
        self.derived && self.name == super::age::ASSUMED
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        match &self.data {
            Data::Number(values) => values.len(),
            Data::Text(text) => text.codes.len(),
        }
    }

    /// The numbers, if it is a column of numbers.
    pub fn numbers(&self) -> Option<&[f64]> {
        match &self.data {
            Data::Number(values) => Some(values),
            Data::Text(_) => None,
        }
    }

    /// The categories, if it is a column of categories.
    pub fn categories(&self) -> Option<&Text> {
        match &self.data {
            Data::Number(_) => None,
            Data::Text(text) => Some(text),
        }
    }

    /// How many rows have no value.
    pub fn missing(&self) -> usize {
        match &self.data {
            Data::Number(values) => values.iter().filter(|v| v.is_nan()).count(),
            Data::Text(text) => text.codes.iter().filter(|&&c| c == MISSING).count(),
        }
    }

    /// Number of distinct known values.
    pub fn distinct(&self) -> usize {
        match &self.data {
            Data::Number(values) => {
                let mut bits: Vec<u64> =
                    values.iter().filter(|v| !v.is_nan()).map(|v| if *v == 0.0 { 0 } else { v.to_bits() }).collect();
                bits.sort_unstable();
                bits.dedup();
                bits.len()
            }
            Data::Text(text) => {
                let mut seen = vec![false; text.levels.len()];
                for &code in text.codes.iter().filter(|&&c| c != MISSING) {
                    seen[code as usize] = true;
                }
                seen.iter().filter(|s| **s).count()
            }
        }
    }

    /// The value of a row as text for a person or a file; empty when missing.
    pub fn cell(&self, row: usize) -> String {
        match &self.data {
            Data::Number(values) => plain_number(values[row]),
            Data::Text(text) => text.get(row).unwrap_or_default().to_owned(),
        }
    }

    /// The rows named, in that order.
    #[must_use]
    pub fn gather(&self, rows: &[u32]) -> Self {
        let data = match &self.data {
            Data::Number(values) => Data::Number(Arc::new(rows.iter().map(|&r| values[r as usize]).collect())),
            Data::Text(text) => Data::Text(Text {
                codes: Arc::new(rows.iter().map(|&r| text.codes[r as usize]).collect()),
                levels: Arc::clone(&text.levels),
            }),
        };
        Self {
            name: self.name.clone(),
            role: self.role,
            data,
            derived: self.derived,
            decimal_comma: self.decimal_comma,
            unreadable: self.unreadable.clone(),
        }
    }
}

impl Text {
    /// Dictionary-encodes values; `None` is missing.
    pub fn encode<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Self {
        let mut index: std::collections::HashMap<&'a str, u32> = std::collections::HashMap::new();
        let mut levels: Vec<String> = Vec::new();
        let codes = values
            .map(|value| match value {
                None => MISSING,
                Some(value) => *index.entry(value).or_insert_with(|| {
                    levels.push(value.to_owned());
                    (levels.len() - 1) as u32
                }),
            })
            .collect();
        Self { codes: Arc::new(codes), levels: Arc::new(levels) }
    }

    /// The value of a row.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.levels.get(self.codes[row] as usize).map(String::as_str)
    }

    /// Rows per level.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.levels.len()];
        for &code in self.codes.iter().filter(|&&c| c != MISSING) {
            counts[code as usize] += 1;
        }
        counts
    }

    /// Levels that occur, most frequent first, ties by name: `(code, rows)`.
    pub fn by_frequency(&self) -> Vec<(u32, usize)> {
        let mut order: Vec<(u32, usize)> =
            self.counts().into_iter().enumerate().filter(|(_, n)| *n > 0).map(|(c, n)| (c as u32, n)).collect();
        order.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| self.levels[a.0 as usize].cmp(&self.levels[b.0 as usize])));
        order
    }
}

/// A number as a file would have it: no trailing `.0`, empty when missing.
pub fn plain_number(value: f64) -> String {
    if value.is_nan() {
        String::new()
    } else if value == value.trunc() && value.abs() < 1e15 {
        format!("{}", value as i64)
    } else {
        format!("{value}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_keep_first_order_and_count() {
        let text = Text::encode([Some("b"), None, Some("a"), Some("a")].into_iter());
        assert_eq!(*text.levels, ["b", "a"]);
        assert_eq!(text.by_frequency(), [(1, 2), (0, 1)]);
        let column = Column::text("x", Role::Category, text);
        assert_eq!((column.missing(), column.distinct()), (1, 2));
        assert_eq!(column.gather(&[3, 1]).cell(0), "a");
        assert_eq!(column.gather(&[3, 1]).cell(1), "");
    }

    #[test]
    fn numbers_print_as_a_file_would_have_them() {
        assert_eq!(plain_number(2016.0), "2016");
        assert_eq!(plain_number(0.5), "0.5");
        assert_eq!(plain_number(f64::NAN), "");
    }
}
