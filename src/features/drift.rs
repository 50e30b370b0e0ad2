//! How far the values of a feature have moved from those that it was fitted on: PSI.
//!
//! Population stability index: Σ (now − then) · ln(now / then) over bins, shares of rows. Numbers are binned by the
//! deciles of then, categories by their most frequent levels, and a missing value is a bin of its own.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::encode::quantile;
use super::encoder::{by_frequency, count_levels};
use super::exact;
use crate::table::column::{Column, Data, MISSING};

/// An empty bin counts as this share: the logarithm of 0 would say nothing but that one bin is empty.
pub const LEAST_SHARE: f64 = 1e-4;

/// Levels with a bin of their own; the others share one, as a sum over very many rare levels is mostly chance.
const OWN_BINS: usize = 30;

/// The values of a feature in original units, as they were when it was fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Reference {
    /// Of numbers.
    Numbers(Numbers),
    /// Of categories.
    Levels(Levels),
}

/// A distribution of numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    /// Least and greatest value.
    #[serde(with = "exact::numbers")]
    pub range: Vec<f64>,
    /// The nine deciles, equal ones once: each is the upper end of a bin, in it, and one bin lies above.
    #[serde(with = "exact::numbers")]
    pub cuts: Vec<f64>,
    /// Rows per bin.
    pub rows: Vec<usize>,
    /// Rows without a value.
    pub missing: usize,
}

/// A distribution of categories.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    /// Every level that was seen and its rows, most frequent first.
    pub levels: Vec<(String, usize)>,
    /// Rows without a value.
    pub missing: usize,
}

/// What other rows hold, beside a reference.
#[derive(Clone, Debug)]
pub struct Drift<'a> {
    reference: &'a Reference,
    level_of: HashMap<&'a str, usize>,
    bins: Vec<usize>,
    /// Rows without a value.
    pub missing: usize,
    /// Rows with a level that was never seen.
    pub unknown: usize,
    /// Rows with a number below the least that was seen.
    pub below: usize,
    /// Rows with a number above the greatest that was seen.
    pub above: usize,
}

impl Reference {
    /// What some rows of a column hold.
    pub fn new(column: &Column, rows: &[u32]) -> Self {
        match &column.data {
            Data::Number(values) => {
                let mut known: Vec<f64> =
                    rows.iter().map(|&row| values[row as usize]).filter(|v| !v.is_nan()).collect();
                let missing = rows.len() - known.len();
                let mut cuts: Vec<f64> =
                    (1..10).filter_map(|tenth| quantile(&mut known, f64::from(tenth) / 10.0)).collect();
                cuts.dedup();
                let range = [0.0, 1.0].iter().filter_map(|&end| quantile(&mut known, end)).collect();
                let mut counts = vec![0; cuts.len() + 1];
                known.iter().for_each(|&value| counts[bin(&cuts, value)] += 1);
                Self::Numbers(Numbers { range, cuts, rows: counts, missing })
            }
            Data::Text(text) => {
                let (counts, missing) = count_levels(text, rows);
                Self::Levels(Levels { levels: by_frequency(text, &counts), missing })
            }
        }
    }

    /// Rows per bin, that of missing values last.
    fn bins(&self) -> Vec<usize> {
        match self {
            Self::Numbers(numbers) => numbers.rows.iter().copied().chain([numbers.missing]).collect(),
            Self::Levels(levels) => {
                let (own, others) = levels.levels.split_at(levels.levels.len().min(OWN_BINS));
                let others = others.iter().map(|(_, rows)| rows).sum();
                own.iter().map(|(_, rows)| *rows).chain([others, levels.missing]).collect()
            }
        }
    }

    /// Whether it is one that rows could have made; what was read from a file may not be.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Levels(_) => true,
            Self::Numbers(n) => {
                n.range.len() == 2
                    && n.rows.len() == n.cuts.len() + 1
                    && n.range.iter().chain(&n.cuts).all(|v| !v.is_nan())
                    && n.cuts.is_sorted_by(|a, b| a < b)
            }
        }
    }
}

/// The bin of a value: the first whose upper end is not below it.
fn bin(cuts: &[f64], value: f64) -> usize {
    cuts.partition_point(|cut| *cut < value)
}

impl<'a> Drift<'a> {
    /// No rows yet.
    pub fn new(reference: &'a Reference) -> Self {
        let level_of = match reference {
            Reference::Numbers(_) => HashMap::new(),
            Reference::Levels(levels) => levels.levels.iter().map(|(level, _)| level.as_str()).zip(0..).collect(),
        };
        let bins = vec![0; reference.bins().len()];
        Self { reference, level_of, bins, missing: 0, unknown: 0, below: 0, above: 0 }
    }

    /// Counts rows of a column of the same kind.
    pub fn count(&mut self, column: &Column, rows: &[u32]) {
        let last = self.bins.len() - 1;
        match (self.reference, &column.data) {
            (Reference::Numbers(numbers), Data::Number(values)) => {
                let (low, high) = (numbers.range[0], numbers.range[1]);
                for value in rows.iter().map(|&row| values[row as usize]) {
                    if value.is_nan() {
                        self.missing += 1;
                        self.bins[last] += 1;
                        continue;
                    }
                    self.below += usize::from(value < low);
                    self.above += usize::from(value > high);
                    self.bins[bin(&numbers.cuts, value)] += 1;
                }
            }
            (Reference::Levels(_), Data::Text(text)) => {
                let seen: Vec<Option<usize>> =
                    text.levels.iter().map(|level| self.level_of.get(level.as_str()).copied()).collect();
                for code in rows.iter().map(|&row| text.codes[row as usize]) {
                    if code == MISSING {
                        self.missing += 1;
                        self.bins[last] += 1;
                        continue;
                    }
                    let seen = seen[code as usize];
                    self.unknown += usize::from(seen.is_none());
                    self.bins[seen.unwrap_or(last).min(last - 1)] += 1;
                }
            }
            _ => {}
        }
    }

    /// The population stability index; `None` while no row is counted.
    pub fn psi(&self) -> Option<f64> {
        psi(&self.reference.bins(), &self.bins)
    }
}

/// The population stability index of rows per bin, each share at least [`LEAST_SHARE`]; `None` without rows.
pub fn psi(then: &[usize], now: &[usize]) -> Option<f64> {
    let (all_then, all_now) = (then.iter().sum::<usize>(), now.iter().sum::<usize>());
    if all_then == 0 || all_now == 0 {
        return None;
    }
    let share = |rows: usize, all: usize| (rows as f64 / all as f64).max(LEAST_SHARE);
    let term = |(&then, &now): (&usize, &usize)| {
        let (then, now) = (share(then, all_then), share(now, all_now));
        (now - then) * (now / then).ln()
    };
    Some(then.iter().zip(now).map(term).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::column::Text;
    use crate::table::role::Role;

    fn rows(n: usize) -> Vec<u32> {
        (0..n as u32).collect()
    }

    #[test]
    fn psi_by_hand() {
        // python3: from math import log; 2 * .1 * log(.6 / .5) … : (.6−.5)·ln(.6/.5) + (.4−.5)·ln(.4/.5)
        let found = psi(&[50, 50], &[60, 40]).unwrap();
        assert!((found - 0.040_546_510_810_816_44).abs() < 1e-15, "{found}");
        assert_eq!(psi(&[3, 5], &[6, 10]), Some(0.0));
        assert_eq!(psi(&[3, 5], &[0, 0]), None);
        // An empty bin is one of a share of 1/10,000: (.5−.0001)·ln(5000) + (.5−1)·ln(.5).
        let found = psi(&[0, 10], &[5, 5]).unwrap();
        assert!((found - (0.4999 * 5000.0_f64.ln() + 0.5 * 2.0_f64.ln())).abs() < 1e-12, "{found}");
    }

    #[test]
    fn numbers_fall_into_deciles_of_then() {
        let mut values: Vec<f64> = (1..=100).map(f64::from).collect();
        values.push(f64::NAN);
        let column = Column::number("x", Role::Number, values);
        let reference = Reference::new(&column, &rows(101));
        let Reference::Numbers(numbers) = &reference else { panic!() };
        assert_eq!((numbers.range.clone(), numbers.rows.clone(), numbers.missing), (vec![1.0, 100.0], vec![10; 10], 1));
        let mut same = Drift::new(&reference);
        same.count(&column, &rows(101));
        assert_eq!((same.psi(), same.missing, same.below, same.above), (Some(0.0), 1, 0, 0));
        let mut other = Drift::new(&reference);
        other.count(&Column::number("x", Role::Number, vec![0.5, 1.0, 100.0, 101.0, f64::INFINITY]), &rows(5));
        assert_eq!((other.below, other.above), (1, 2));
        assert!(other.psi().unwrap() > 1.0);
    }

    #[test]
    fn heaped_numbers_have_fewer_bins() {
        let column = Column::number("x", Role::Number, vec![5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 9.0]);
        let Reference::Numbers(numbers) = Reference::new(&column, &rows(7)) else { panic!() };
        assert_eq!(numbers.rows.iter().sum::<usize>(), 7);
        assert_eq!(numbers.rows[0], 6);
        assert!(Reference::Numbers(numbers).is_sound());
    }

    #[test]
    fn levels_that_were_never_seen_are_counted() {
        let text = |cells: &[Option<&'static str>]| Column::text("job", Role::Job, Text::encode(cells.iter().copied()));
        let reference = Reference::new(&text(&[Some("a"), Some("a"), Some("b"), None]), &rows(4));
        let mut drift = Drift::new(&reference);
        drift.count(&text(&[Some("a"), Some("z"), Some("y"), None]), &rows(4));
        assert_eq!((drift.unknown, drift.missing), (2, 1));
        // a 2, b 1, others 0, missing 1 against 1, 0, 2, 1.
        assert_eq!(drift.bins, [1, 0, 2, 1]);
    }
}
