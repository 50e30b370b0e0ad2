//! Columns that would mislead: constant, empty, the same twice, made from pay, almost the same.

use crate::table::age::Ages;
use crate::table::column::{Column, Data};
use crate::table::role::Role;

/// Pairs of columns are compared over at most this many columns …
const MOST_COLUMNS: usize = 200;
/// … and this many rows, evenly spread.
const MOST_ROWS: usize = 10_000;

/// Something about a column that the reader should know before choosing it.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Name of the column.
    pub column: String,
    /// What is the matter.
    pub kind: Kind,
    /// The other column, where it takes two: the problem is one only where both are inputs.
    pub with: Option<String>,
    /// In words.
    pub text: String,
}

/// What is the matter with a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No value at all.
    Empty,
    /// One value only.
    Constant,
    /// Equal to another column.
    Duplicate,
    /// A function of pay: beside pay it counts pay twice.
    FromPay,
    /// |r| above 0.95 with another column.
    Correlated,
    /// No column but an age that is assumed from experience.
    Assumed,
}

/// What is the matter with assumed ages as an input, also where experience itself is none.
pub fn assumed(ages: &Ages) -> Problem {
    Problem {
        column: ages.column.name.clone(),
        kind: Kind::Assumed,
        with: None,
        text: format!(
            "≈ {} + years of experience, an assumption: as an input it is experience again and says nothing about age",
            ages.graduation_age
        ),
    }
}

/// Looks at every column that could be a feature. Where a wide table made it compare a part only, the last
/// problem says so.
pub fn problems<'a>(columns: impl IntoIterator<Item = &'a Column>) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut varying: Vec<&Column> = Vec::new();
    for column in columns.into_iter().filter(|c| !matches!(c.role, Role::Ignore | Role::Learner)) {
        let problem =
            |kind, text: &str| Problem { column: column.name.clone(), kind, with: None, text: text.to_owned() };
        match column.distinct() {
            0 => found.push(problem(Kind::Empty, "no value at all")),
            1 => found.push(problem(Kind::Constant, "one value only")),
            _ => varying.push(column),
        }
    }
    let numeric: Vec<&Column> = varying.iter().copied().filter(|c| c.numbers().is_some()).collect();
    let sampled: Vec<(&Column, Vec<f64>)> = numeric.iter().take(MOST_COLUMNS).map(|c| (*c, sample(c))).collect();
    for (i, (column, values)) in sampled.iter().enumerate() {
        let twin = sampled[..i].iter().find(|(other, seen)| seen.len() == values.len() && same(column, other));
        if let Some((twin, _)) = twin {
            found.push(Problem {
                column: column.name.clone(),
                kind: Kind::Duplicate,
                with: Some(twin.name.clone()),
                text: format!("the same as {}", twin.name),
            });
            continue;
        }
        let pay = sampled.iter().find(|(c, _)| c.role == Role::Pay);
        if let Some((pay, pay_values)) = pay.filter(|(pay, _)| pay.name != column.name)
            && rises_with(pay_values, values)
        {
            found.push(Problem {
                column: column.name.clone(),
                kind: Kind::FromPay,
                with: Some(pay.name.clone()),
                text: format!("made from {}: never falls as it rises", pay.name),
            });
            continue;
        }
        let strongest = sampled[..i]
            .iter()
            .map(|(other, seen)| (correlation(seen, values), other))
            // A year of start may go along with an assumed age as well, but is not what it is made of.
            .filter(|(_, other)| !column.is_assumed() || other.role == Role::Experience)
            .filter(|(r, _)| r.abs() > 0.95)
            .max_by(|a, b| a.0.abs().total_cmp(&b.0.abs()));
        if let Some((r, other)) = strongest {
            found.push(Problem {
                column: column.name.clone(),
                kind: Kind::Correlated,
                with: Some(other.name.clone()),
                text: format!("r = {r:.2} with {}", other.name),
            });
        }
    }
    if numeric.len() > MOST_COLUMNS {
        found.push(Problem {
            column: numeric[MOST_COLUMNS].name.clone(),
            kind: Kind::Correlated,
            with: None,
            text: format!("only the first {MOST_COLUMNS} numeric columns were compared with each other"),
        });
    }
    found
}

fn sample(column: &Column) -> Vec<f64> {
    let Data::Number(values) = &column.data else { return Vec::new() };
    let step = values.len().div_ceil(MOST_ROWS).max(1);
    values.iter().step_by(step).copied().collect()
}

fn same(a: &Column, b: &Column) -> bool {
    match (a.numbers(), b.numbers()) {
        (Some(a), Some(b)) => a.iter().zip(b).all(|(a, b)| a == b || (a.is_nan() && b.is_nan())),
        _ => false,
    }
}

/// Whether `values` is a coarser copy of `pay`: in the order of pay it never falls.
fn rises_with(pay: &[f64], values: &[f64]) -> bool {
    let mut pairs: Vec<(f64, f64)> =
        pay.iter().copied().zip(values.iter().copied()).filter(|(p, v)| p.is_finite() && v.is_finite()).collect();
    if pairs.len() < 20 {
        return false;
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    pairs.windows(2).all(|pair| pair[0].1 <= pair[1].1)
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let pairs: Vec<(f64, f64)> =
        a.iter().copied().zip(b.iter().copied()).filter(|(a, b)| a.is_finite() && b.is_finite()).collect();
    let n = pairs.len() as f64;
    if n < 3.0 {
        return 0.0;
    }
    let (ma, mb) = pairs.iter().fold((0.0, 0.0), |(x, y), (a, b)| (x + a / n, y + b / n));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in pairs {
        ab += (a - ma) * (b - mb);
        aa += (a - ma) * (a - ma);
        bb += (b - mb) * (b - mb);
    }
    if aa > 0.0 && bb > 0.0 { ab / (aa * bb).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found() {
        let n = 40;
        let number = |name: &str, role, f: &dyn Fn(usize) -> f64| Column::number(name, role, (0..n).map(f).collect());
        let pay = |i: usize| ((i * 37) % 40) as f64;
        let columns = [
            number("ctc", Role::Pay, &pay),
            number("ctc_bin", Role::Number, &|i| (pay(i) / 10.0).floor()),
            number("zigzag", Role::Number, &|i| (i % 3) as f64),
            number("zigzag_again", Role::Number, &|i| (i % 3) as f64),
            number("nearly", Role::Number, &|i| -((i % 3) as f64) + 0.01 * (i % 5) as f64),
            number("constant", Role::Number, &|_| 1.0),
            number("empty", Role::Number, &|_| f64::NAN),
        ];
        let got: Vec<(String, Kind)> = problems(&columns).into_iter().map(|p| (p.column, p.kind)).collect();
        let wanted = [
            ("constant", Kind::Constant),
            ("empty", Kind::Empty),
            ("ctc_bin", Kind::FromPay),
            ("zigzag_again", Kind::Duplicate),
            ("nearly", Kind::Correlated),
        ];
        assert_eq!(got, wanted.map(|(c, k)| (c.to_owned(), k)));
    }
}
