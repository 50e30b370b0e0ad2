//! Plain text tables for people.

use unicode_width::UnicodeWidthStr;

/// How a column of a text table is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table with a header, columns as wide as their widest cell.
pub fn table(header: &[(&str, Align)], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].width());
        cells.chain([header[column].0.width()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let line = |cells: &[&str]| {
        let padded: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(i, cell)| {
                let space = " ".repeat(widths[i] - cell.width());
                match header[i].1 {
                    Align::Left => format!("{cell}{space}"),
                    Align::Right => format!("{space}{cell}"),
                }
            })
            .collect();
        padded.join("  ").trim_end().to_owned() + "\n"
    };
    let mut text = line(&header.iter().map(|(title, _)| *title).collect::<Vec<_>>());
    for row in rows {
        text += &line(&row.iter().map(String::as_str).collect::<Vec<_>>());
    }
    text
}

/// A number with about four figures that mean something.
pub fn figure(value: f64) -> String {
    match value.abs() {
        _ if !value.is_finite() => "–".to_owned(),
        0.0 => "0".to_owned(),
        v if v >= 1e15 => format!("{value:.3e}"),
        v if v >= 1_000.0 => group(value),
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        v if v >= 1.0 => format!("{value:.2}"),
        v if v >= 0.001 => format!("{value:.3}"),
        _ => format!("{value:.2e}"),
    }
}

fn group(value: f64) -> String {
    let grouped = crate::table::money::group_thousands(value.abs().round() as u64);
    if value < 0.0 { format!("−{grouped}") } else { grouped }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align() {
        let rows = [vec!["a".to_owned(), "1".to_owned()], vec!["bbb".to_owned(), "100".to_owned()]];
        let text = table(&[("name", Align::Left), ("n", Align::Right)], &rows);
        assert_eq!(text, "name    n\na       1\nbbb   100\n");
    }

    #[test]
    fn figures_have_no_more_digits_than_they_deserve() {
        let got = [0.0, 0.12345, 1.2345, 12.345, 123.45, 1234.5, -1234.5, f64::NAN].map(figure);
        assert_eq!(got, ["0", "0.123", "1.23", "12.3", "123", "1,235", "−1,235", "–"]);
    }
}
