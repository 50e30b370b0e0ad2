//! Whether the text of a column is nothing but numbers, so that it can have a type where it is written.

use polars::prelude::{Column, DataFrame, DataType};

/// What the cells of a column are; from one to the next it says less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plain {
    /// All empty.
    #[default]
    Empty,
    /// Whole numbers that are written as they are printed: no zero before them, no sign but a minus.
    Whole,
    /// Numbers.
    Decimal,
    /// Anything else, and what is no text to begin with.
    Other,
}

impl Plain {
    /// Looks at more cells of every column.
    pub fn look(seen: &mut Vec<Self>, frame: &DataFrame) {
        seen.resize(frame.width(), Self::Empty);
        for (seen, column) in seen.iter_mut().zip(frame.columns()) {
            let Ok(cells) = column.str() else {
                *seen = Self::Other;
                continue;
            };
            for cell in cells.iter().flatten() {
                if *seen == Self::Other {
                    break;
                }
                *seen = (*seen).max(Self::of(cell));
            }
        }
    }

    fn of(cell: &str) -> Self {
        let digits = cell.strip_prefix('-').unwrap_or(cell);
        let begins = |c: char| digits.starts_with(c);
        // 007 is a name, and so is -0.
        let padded = begins('0') && digits.len() > 1 && !digits.starts_with("0.");
        if padded || cell == "-0" || !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return Self::Other;
        }
        match (cell.parse::<i64>(), cell.parse::<f64>()) {
            (Ok(_), _) => Self::Whole,
            (_, Ok(value)) if value.is_finite() && cell.contains('.') => Self::Decimal,
            _ => Self::Other,
        }
    }

    /// The column with its type.
    pub fn typed(self, column: &Column) -> Column {
        let kind = match self {
            Self::Whole => DataType::Int64,
            Self::Decimal => DataType::Float64,
            Self::Empty | Self::Other => return column.clone(),
        };
        // Every cell was seen to be one.
        column.strict_cast(&kind).unwrap_or_else(|_| column.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_names() {
        for (cell, plain) in [
            ("450000", Plain::Whole),
            ("-5", Plain::Whole),
            ("0", Plain::Whole),
            ("2016.0", Plain::Decimal),
            ("-0.5", Plain::Decimal),
            ("007", Plain::Other),
            ("+5", Plain::Other),
            ("-0", Plain::Other),
            ("1e6", Plain::Other),
            ("12345678901234567890", Plain::Other),
            ("nan", Plain::Other),
            ("-inf", Plain::Other),
            ("45 L", Plain::Other),
            (" 5", Plain::Other),
            ("5.", Plain::Decimal),
        ] {
            assert_eq!(Plain::of(cell), plain, "{cell}");
        }
    }

    #[test]
    fn a_column_is_what_all_its_cells_are() {
        let frame = |a: [Option<&str>; 2], b: [Option<&str>; 2]| {
            DataFrame::new(2, vec![Column::new("a".into(), a), Column::new("b".into(), b)]).unwrap()
        };
        let (first, second) =
            (frame([Some("1"), None], [Some("1"), Some("2")]), frame([Some("2.5"), Some("3")], [Some("x"), None]));
        let mut seen = Vec::new();
        Plain::look(&mut seen, &first);
        assert_eq!(seen, [Plain::Whole, Plain::Whole]);
        Plain::look(&mut seen, &second);
        assert_eq!(seen, [Plain::Decimal, Plain::Other]);
        let typed = seen[0].typed(&second.columns()[0]);
        assert_eq!(typed.dtype(), &DataType::Float64);
        assert_eq!(seen[1].typed(&second.columns()[1]).dtype(), &DataType::String);
    }
}
