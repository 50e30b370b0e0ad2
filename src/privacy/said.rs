//! Sentences that count rows or people, as a report may have them.

use super::FLOOR;
use crate::segments::floor::is_few;
use crate::table::column::NOT_NUMBERS;

/// What is counted where people are meant.
const COUNTED: [&str; 7] = ["row", "rows", "cell", "cells", "learner", "learners", "people"];

/// A sentence without counts of a few: `only 3 rows (0.2 %)` becomes `fewer than 10 rows`, and cells that could not be
/// read are not quoted.
pub fn said(text: &str) -> String {
    let text = text.find(NOT_NUMBERS).map_or(text, |at| &text[..at + NOT_NUMBERS.len()]);
    let mut out: Vec<String> = Vec::new();
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.next() {
        let digits = word.trim_start_matches('(');
        let counts = |next: &str| COUNTED.contains(&next.trim_end_matches(|c: char| !c.is_alphanumeric()));
        let few = digits.bytes().all(|b| b.is_ascii_digit()) && digits.parse().is_ok_and(is_few);
        let Some(counted) = words.next_if(|next| few && counts(next)) else {
            out.push(word.to_owned());
            continue;
        };
        if out.last().is_some_and(|before| before == "only") {
            out.pop();
        }
        let end = counted.trim_start_matches(char::is_alphanumeric);
        let name = counted.trim_end_matches(end).trim_end_matches('s');
        let name = if name == "people" { name.to_owned() } else { format!("{name}s") };
        out.push(format!("{}fewer than {FLOOR} {name}{end}", &word[..word.len() - digits.len()]));
        // The share of so few, in brackets.
        if words.peek().is_some_and(|next| next.starts_with('(') && next.ends_with(|c: char| c.is_ascii_digit())) {
            let share = words.next().unwrap_or_default();
            match words.next_if(|next| next.starts_with("%)")) {
                Some(sign) => {
                    if let Some(last) = out.last_mut() {
                        last.push_str(&sign["%)".len()..]);
                    }
                }
                None => out.push(share.to_owned()),
            }
        }
    }
    out.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_are_not_counted() {
        for (text, reported) in [
            (
                "ctc: 3 rows without a value get the median (5)",
                "ctc: fewer than 10 rows without a value get the median (5)",
            ),
            ("1 row, 10 rows and 1,003 rows", "fewer than 10 rows, 10 rows and 1,003 rows"),
            (
                "At k = 3 it is that of outliers split off: a cluster has only 4 rows (0.27 %).",
                "At k = 3 it is that of outliers split off: a cluster has fewer than 10 rows.",
            ),
            ("only 44 rows (2.9 %).", "only 44 rows (2.9 %)."),
            ("of 9 rows (see 4", "of fewer than 10 rows (see 4"),
            ("(7 learners)", "(fewer than 10 learners)"),
            (
                "8 levels beyond the 30 most frequent, k = 3 rows3 0 rows",
                "8 levels beyond the 30 most frequent, k = 3 rows3 0 rows",
            ),
            ("Größe — 2 cells", "Größe — fewer than 10 cells"),
        ] {
            assert_eq!(said(text), reported);
        }
    }

    #[test]
    fn cells_are_not_quoted() {
        let notice = format!("pay: 2 {NOT_NUMBERS}: line 7 'ask Jane Doe', line 9 'no'");
        assert_eq!(said(&notice), "pay: fewer than 10 cells are not numbers and count as missing");
    }
}
